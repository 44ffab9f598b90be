"""The documentation as a site: the reference from the docstrings, and the project's own pages beside it.

    python -m tests.docs [FOLDER]        out/docs unless said otherwise; open its index.html

Nothing is written twice: the pages are the Markdown files of the project, and the table of operations is printed from
the records that the engine reads.
"""

from __future__ import annotations

import argparse
import importlib
import re
import shutil
import sys
import types
from itertools import product
from pathlib import Path

import pdoc
import pdoc.doc
import pdoc.render

from autograd import Primitive, Value
from autograd.primitives import PRIMITIVES, REALS
from viz.local import local_derivatives, primed
from viz.notation import Name
from viz.plain import to_text
from viz.templates import applied

ROOT = Path(__file__).parent.parent
MODULES = ("autograd", "autograd.math", "nn", "nn.matrix_form", "viz")
PAGES = {
    "chainrule": "README.md",
    "numbers": "autograd/NUMBERS.md",
    "replaying": "autograd/replay/README.md",
    "benchmarks": "tests/benchmarks/README.md",
    "contributing": "CONTRIBUTING.md",
    "changelog": "CHANGELOG.md",
}
"""The Markdown pages, in the order of reading; the first is the way in."""


def build(folder: Path) -> None:
    """Write the site to ``folder``, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pdoc.render.configure(docformat="google", footer_text="chainrule", search=True)
    modules = [page(name, markdown(path, folder)) for name, path in PAGES.items()]
    modules += [page("operations", operations()), *map(importlib.import_module, MODULES)]
    documented = {module.__name__: pdoc.doc.Module(module) for module in modules}
    for name, module in documented.items():
        target = folder / f"{name.replace('.', '/')}.html"
        target.parent.mkdir(exist_ok=True)
        target.write_text(pdoc.render.html_module(module, documented), encoding="utf-8")
    (folder / "search.js").write_text(pdoc.render.search_index(documented), encoding="utf-8")
    (folder / "index.html").write_text(pdoc.render.html_index(documented), encoding="utf-8")


def page(name: str, text: str) -> types.ModuleType:
    """A page of Markdown, as pdoc takes it."""
    module = types.ModuleType(name, text)
    module.__docformat__ = "markdown"
    module.__all__ = []
    return module


def markdown(path: str, folder: Path) -> str:
    """A Markdown file with its links to other pages turned to theirs, and its pictures copied to ``folder``."""
    source = ROOT / path
    names = {ROOT / file: f"{name}.html" for name, file in PAGES.items()}

    def link(found: re.Match[str]) -> str:
        target = (source.parent / found[1]).resolve()
        if target in names:
            return f"]({names[target]})"
        return found[0] if "://" in found[1] else f"]({target.relative_to(ROOT)})"

    def image(found: re.Match[str]) -> str:
        target = source.parent / found[2]
        shutil.copy(target, folder / target.name)
        return f'<img src="{target.name}" alt="{found[1]}" style="max-width: 100%">'

    text = source.read_text(encoding="utf-8").partition("\n")[2]  # pdoc writes the title
    return re.sub(r"\]\(([^)#]+)\)", link, re.sub(r"!\[([^]]*)\]\(([^)]+)\)", image, text))


def operations() -> str:
    """The table of operations: what each computes, its local derivatives, where it is defined."""
    rows = [row(op) for op in sorted(PRIMITIVES.values(), key=lambda op: op.name)]
    return "\n".join(
        [
            "Every operation of `autograd`, as its record says it: the engine, every backend and every picture read",
            "the same one. What is chosen at a kink or at the edge of a domain stands under [numbers](numbers.html).",
            "",
            "| operation | meaning | local derivatives | defined for |",
            "|---|---|---|---|",
            *rows,
        ]
    )


def row(op: Primitive) -> str:
    """One line of the table."""
    value = sample(op)
    names = [Name(letter) for letter in "xyzuvw"[: len(value.parents)]]
    slopes = [to_text(slope) if slope else "…" for slope in local_derivatives(value, names, Name("out"))]
    named = primed(value)
    if named is not None:
        slopes = [" = ".join(map(to_text, named))]
    domain = "" if op.domain is REALS else op.domain.text
    cells = (f"`{op.name}`", to_text(applied(value.op or op, names)), ", ".join(slopes), domain)
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def sample(op: Primitive) -> Value:
    """The operation applied to Values inside its domain, with constants where it captures them."""
    for arity, start in product([op.arity] if op.arity else [3, 4], (0.7, 1.7, 2.0)):
        inputs = [start - 0.1 * place for place in range(arity - op.captures)]
        try:
            return op(*map(Value, inputs), *range(2, 2 + op.captures))
        except ValueError:  # a DomainError; or dot, of an odd number
            continue
    raise LookupError(f"no sample of {op.name} is inside its domain: {op.domain.text}")


def main() -> None:
    """Build the site where the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.docs", description="Build the documentation.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "out" / "docs")
    folder = parser.parse_args().folder
    build(folder)
    sys.stdout.write(f"{folder / 'index.html'}\n")


if __name__ == "__main__":
    main()
