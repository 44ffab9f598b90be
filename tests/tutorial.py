"""The tutorial's notebooks, run from top to bottom.

python -m tests.tutorial        run them all and store what they print and draw
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "demos" / "tutorial").glob("*.ipynb"))


def executed(path: Path) -> Any:
    """The notebook at ``path`` after a run in a fresh kernel, without what hangs on the machine.

    Those are the times of the run, and what libraries say on standard error, such as that a cache of fonts is built.
    """
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    notebook.metadata.pop("language_info", None)
    return notebook


def main() -> None:
    """Store the outputs of every notebook."""
    for path in NOTEBOOKS:
        nbformat.write(executed(path), path)  # type: ignore[no-untyped-call]
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
