"""The documentation builds, and nothing public is missing from it."""

import importlib
import json
import re

import pytest

from autograd.primitives import PRIMITIVES
from tests import docs
from tests.support.conventions import as_markdown


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    with pytest.warns(UserWarning, match="Error parsing type annotation"):  # pdoc cannot read a NamedTuple's Any
        docs.build(folder)
    return folder


@pytest.mark.parametrize("module", docs.MODULES)
def test_every_public_name_has_an_entry(site, module):
    text = (site / f"{module.replace('.', '/')}.html").read_text(encoding="utf-8")
    names = importlib.import_module(module).__all__
    assert names
    assert [name for name in names if f'id="{name}"' not in text] == []


def test_the_table_of_peers_counts_the_operations():
    public = docs.operations().partition("## Operations that")[0]
    beside = (docs.ROOT / "tests" / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert f"| operations on a number | {public.count(chr(10) + '| `')} | 7 |" in beside


def test_every_operation_is_in_the_table(site):
    text = (site / "operations.html").read_text(encoding="utf-8")
    names = [name for name, op in PRIMITIVES.items() if op.builtin]
    assert [name for name in names if f"<code>{name}</code>" not in text and f">{name}</a>" not in text] == []
    assert "<td>sinh(x)</td>" in text


def test_links_between_pages_and_pictures_lead_somewhere(site):
    for page in site.rglob("*.html"):
        if page.stem in docs.FIGURES:
            continue
        targets = re.findall(r'<(?:a|img)\s[^>]*(?:href|src)="([^"#:$]+)["#]', page.read_text(encoding="utf-8"))
        assert targets
        for target in targets:
            assert (page.parent / target).is_file(), f"{page.name} links to {target}"


def test_the_first_page_is_the_readme_and_lists_every_page(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    assert '<h1 class="modulename">chainrule</h1>' in text
    listed = [name for names in docs.GROUPS.values() for name in names]
    pages = {str(path.relative_to(site).with_suffix("")).replace("/", ".") for path in site.rglob("*.html")}
    assert set(listed) == pages - {"index", *docs.FIGURES}
    assert [name for name in listed if f'<a href="{name.replace(".", "/")}.html"' not in text] == []


def test_the_tutorial_is_among_the_pages_with_its_code_and_pictures(site):
    for page, notebook in docs.TUTORIAL.items():
        text = (site / f"{page}.html").read_text(encoding="utf-8")
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        pictures = sum(any(kind.startswith("image/") for kind in output.get("data", {})) for output in outputs)
        assert len(re.findall(r"<img [^>]*what the cell draws", text)) == pictures
        assert text.count('class="pdoc-code codehilite"') >= sum(cell["cell_type"] == "code" for cell in cells)


def test_the_guide_has_a_live_figure(site):
    text = (site / "guide.html").read_text(encoding="utf-8")
    assert '<iframe src="two-flows.html#tab=explain"' in text
    assert (site / "two-flows.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_what_is_no_page_is_not_linked(tmp_path):
    text = "# T\n[a test](../tests/test_docs.py), [the readme](../README.md#speed), [far](https://example.org/a.md)"
    assert docs.markdown(docs.ROOT / "nn" / "README.md", text, tmp_path) == (
        "a test, [the readme](chainrule.html#speed), [far](https://example.org/a.md)"
    )


def test_the_site_has_dark_colours(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    assert re.search(
        r"prefers-color-scheme: ?dark\)\s*\{.*--pdoc-background: ?#0d1117.*\.pdoc-code \.k\s*\{", text, re.DOTALL
    )


def test_the_pages_load_nothing_from_elsewhere(site):
    for page in site.rglob("*.html"):
        assert not re.search(r'(?:src|<link[^>]+href)="https?:', page.read_text(encoding="utf-8")), page.name


def test_the_page_of_numbers_shows_the_table_of_conventions_as_it_is():
    assert as_markdown() in (docs.ROOT / "autograd" / "NUMBERS.md").read_text(encoding="utf-8")
