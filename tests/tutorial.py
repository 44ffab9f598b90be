"""The tutorial's notebooks, run from top to bottom.

    python -m tests.tutorial        run them all and store what they print and draw

The last is one with gaps, to be filled in; it is made from the notebook of its answers, in which the lines that belong
in the gaps end in ``# yours``.
"""

from __future__ import annotations

import os
import re
import sys
from doctest import DocTestParser, Example
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "demos" / "tutorial"
GAPS, FILLED = FOLDER / "6_build_your_own.ipynb", FOLDER / "6_build_your_own_answers.ipynb"
NOTEBOOKS = sorted(set(FOLDER.glob("*.ipynb")) - {GAPS})
"""Those that run from top to bottom as they are."""
YOURS = "  # yours"
_LINES = re.compile(rf"^( *)[^\n]*{YOURS}$(?:\n[^\n]*{YOURS}$)*", re.MULTILINE)
"""Neighbouring lines that one gap stands for."""


def executed(path: Path, then: tuple[str, ...] = ()) -> Any:
    """The notebook at ``path`` after a run in a fresh kernel, without what hangs on the machine.

    Those are the times of the run, and what libraries say on standard error, such as that a cache of fonts is built.

    Args:
        path: of the notebook.
        then: more cells of code, to be run after its own.
    """
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in then]  # type: ignore[no-untyped-call]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    notebook.metadata.pop("language_info", None)
    return notebook


def examples(path: Path) -> list[Example]:
    """The examples in the answers to what a notebook asks: they follow on its own cells."""
    cells = nbformat.read(path, as_version=4).cells  # type: ignore[no-untyped-call]
    folded = re.findall(r"<details>.*?</details>", "\n".join(cell.source for cell in cells), re.DOTALL)
    return [example for text in folded for example in DocTestParser().get_examples(text.replace("```", ""))]


def with_gaps(filled: Path) -> Any:
    """The notebook of answers at ``filled`` as one to work through: gaps for answers, and nothing printed yet."""
    notebook = nbformat.read(filled, as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = _LINES.sub(r"\1...  # your lines, in place of the dots", cell.source)
            cell.outputs, cell.execution_count = [], None
    notebook.cells = notebook.cells[1:]  # the first says that these are the answers
    notebook.cells[0].source = f"# 6 · Build your own\n\n{notebook.cells[0].source}"
    return notebook


def main() -> None:
    """Store the outputs of every notebook, and the one with gaps."""
    for path in NOTEBOOKS:
        nbformat.write(executed(path), path)  # type: ignore[no-untyped-call]
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    nbformat.write(with_gaps(FILLED), GAPS)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
