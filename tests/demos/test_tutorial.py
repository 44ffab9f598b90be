"""The tutorial runs, and what it stores is what it prints."""

import json
import re

import nbformat
import pytest

from tests.tutorial import FILLED, GAPS, NOTEBOOKS, ROOT, examples, executed


def texts(cells):
    """The output of each cell of code: what it prints, what it shows as text, and the kinds of its pictures."""
    found = []
    for cell in cells:
        if cell.cell_type == "code":
            streams = [output.text for output in cell.outputs if output.output_type == "stream"]
            bundles = [
                output.data for output in cell.outputs if output.output_type in ("execute_result", "display_data")
            ]
            shown = [re.sub(r"0x[0-9a-f]+", "0x", bundle["text/plain"]) for bundle in bundles]
            kinds = sorted(kind for bundle in bundles for kind in bundle if kind.startswith("image/"))
            found.append((cell.source, streams, shown, kinds))
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:zmq")
def test_a_notebook_prints_what_is_stored_and_its_answers_are_right(path):
    stored = nbformat.read(path, as_version=4).cells
    asked = examples(path)
    assert bool(asked) == any("**Try it.**" in cell.source for cell in stored)
    cells = executed(path, tuple(example.source for example in asked)).cells
    assert texts(cells[: len(stored)]) == texts(stored), "run  python -m tests.tutorial  and look at what changed"
    for example, (_, streams, shown, _) in zip(asked, texts(cells[len(stored) :]), strict=True):
        assert "".join([*streams, *shown]).strip() == example.want.strip()


def test_the_tutorial_has_pictures_and_each_notebook_leads_to_the_next():
    in_order = [*NOTEBOOKS[:-1], GAPS]
    assert [path.name[0] for path in in_order] == list("123456")
    for path, following in zip(in_order, [*in_order[1:], FILLED], strict=True):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        prose = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        assert f"({following.name})" in prose
        pictures = [kind for cell in cells for output in cell.get("outputs", []) for kind in output.get("data", {})]
        assert any(kind.startswith("image/") for kind in pictures) or path.name[0] in "56"
        for target in re.findall(r"\]\(([^)]+)\)", prose):
            assert (path.parent / target).resolve().is_file(), target
        shown = [
            output["data"]["text/plain"] for cell in cells for output in cell.get("outputs", []) if "data" in output
        ]
        assert all("".join(text).strip() for text in shown)  # nothing blank is displayed on the way
    assert NOTEBOOKS[0].is_relative_to(ROOT)
