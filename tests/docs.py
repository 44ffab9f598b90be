"""The documentation as a site: the reference from the docstrings, and the project's own pages beside it.

    python -m tests.docs [FOLDER]        out/docs unless said otherwise; open its index.html

Nothing is written twice: the pages are the Markdown files and the notebooks of the project, and the table of operations
is printed from the records that the engine reads. ``support/docs_theme/`` has the list of pages and the colours, dark
too.
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
from pygments.formatters import HtmlFormatter

import autograd
from autograd import Primitive, Value
from autograd.primitives import PRIMITIVES, REALS
from tests.support import docs_notebooks
from tests.tutorial import FILLED, GAPS, NOTEBOOKS
from viz import step_through
from viz.formulas.notation import Name, to_text
from viz.formulas.operations import applied, local_derivatives, primed

ROOT = Path(__file__).parent.parent
OPERATORS = ("abs", "add", "div", "mul", "neg", "pow", "sub")
MODULES = ("autograd", "autograd.math", "autograd.linalg", "autograd.implicit", "nn", "nn.matrix_form", "viz")
PAGES = {
    "chainrule": "README.md",
    "guide": "autograd/GUIDE.md",
    "lesson": "viz/LESSON.md",
    "micrograd": "autograd/MICROGRAD.md",
    "numbers": "autograd/NUMBERS.md",
    "replaying": "autograd/replay/README.md",
    "promises": "tests/README.md",
    "benchmarks": "tests/benchmarks/README.md",
    "contributing": "CONTRIBUTING.md",
    "dependencies": "DEPENDENCIES.md",
    "changelog": "CHANGELOG.md",
}
"""The Markdown pages, in the order of reading; the first is the way in."""
TUTORIAL = {f"tutorial_{path.stem[0]}": path for path in [*NOTEBOOKS[:-1], GAPS]} | {"tutorial_answers": FILLED}
GROUPS = {
    "Start": ["chainrule", "guide", "lesson", "micrograd", *TUTORIAL],
    "Reference": [*MODULES, "operations", "numbers", "replaying"],
    "Project": ["promises", "benchmarks", "contributing", "dependencies", "changelog"],
}


def two_flows() -> Value:
    """The README's first graph."""
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    return (a * b + a**2).named("c")


FIGURES = {"two-flows": two_flows}
"""The pages that stand in the text as live figures, by the name in their ``<!-- live: name -->``."""


def build(folder: Path) -> None:
    """Write the site to ``folder``, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    texts = {name: (ROOT / path, (ROOT / path).read_text(encoding="utf-8")) for name, path in PAGES.items()}
    texts |= {name: (path, docs_notebooks.markdown(path, folder)) for name, path in TUTORIAL.items()}
    texts["operations"] = (ROOT / "operations", f"# Operations\n{operations()}")
    modules = [page(name, markdown(source, text, folder)) for name, (source, text) in texts.items()]
    modules += map(importlib.import_module, MODULES)
    documented = {module.__name__: pdoc.doc.Module(module) for module in modules}

    pdoc.render.configure(docformat="google", search=True, template_directory=ROOT / "tests" / "support" / "docs_theme")
    titles = {name: text.partition("\n")[0].removeprefix("# ") for name, (_, text) in texts.items()}
    dark = HtmlFormatter(style="github-dark").get_style_defs(".pdoc-code")
    pdoc.render.env.globals.update(titles=titles, groups=GROUPS, dark_syntax=dark)
    for name, module in documented.items():
        target = folder / f"{name.replace('.', '/')}.html"
        target.parent.mkdir(exist_ok=True)
        target.write_text(pdoc.render.html_module(module, documented), encoding="utf-8")
    (folder / "search.js").write_text(pdoc.render.search_index(documented), encoding="utf-8")
    shutil.copy(folder / f"{next(iter(PAGES))}.html", folder / "index.html")


def page(name: str, text: str) -> types.ModuleType:
    """A page of Markdown, as pdoc takes it."""
    module = types.ModuleType(name, text)
    module.__docformat__ = "markdown"
    module.__all__ = []
    return module


def markdown(source: Path, text: str, folder: Path) -> str:
    """A page without its title, its links to other pages turned to theirs, its pictures copied to ``folder``.

    A link to a file that is no page, such as a test, is left as its text: the file is not on the site.
    """
    names = {ROOT / file: f"{name}.html" for name, file in PAGES.items()}
    names |= {path: f"{name}.html" for name, path in TUTORIAL.items()}

    def link(found: re.Match[str]) -> str:
        label, address, part = found.groups()
        if "://" in address:
            return found[0]
        name = names.get((source.parent / address).resolve())
        return f"[{label}]({name}{part or ''})" if name else label

    def image(found: re.Match[str]) -> str:
        target = source.parent / found[2]
        shutil.copy(target, folder / target.name)
        return f'<img src="{target.name}" alt="{found[1]}">'

    def live(found: re.Match[str]) -> str:
        page = step_through(FIGURES[found[1]](), folder / f"{found[1]}.html")
        return f'<iframe src="{page.name}#tab=explain" title="{found[1]}" width="100%" height="480"></iframe>'

    body = re.sub(r"!\[([^]]*)\]\(([^)]+)\)", image, text.partition("\n")[2])
    body = re.sub(r"<!-- live: ([\w-]+) -->", live, body)
    return re.sub(r"\[([^][]*(?:\[[^]]*\])?[^][]*)\]\(([^)#]+)(#[^)]*)?\)", link, body)


def operations() -> str:
    """The tables of operations: what each computes, its local derivatives, where it is defined."""
    known = sorted((op for op in PRIMITIVES.values() if op.builtin), key=lambda op: op.name)
    public = [op for op in known if op.name in autograd.__all__ or op.name in OPERATORS]
    header = ["", "| operation | meaning | local derivatives | defined for |", "|---|---|---|---|"]
    return "\n".join(
        [
            "Every operation of `autograd`, as its record says it: the engine, every backend and every picture read",
            "the same one. `out` is the operation's own result. Where an operation captures constants, as `clip` its",
            "bounds, they are 2 and 3 here. An empty last column means every real number. What is chosen at a kink or",
            "at the edge of a domain stands under [numbers](autograd/NUMBERS.md).",
            "",
            "## Operators and functions",
            *header,
            *sorted([*map(row, public), _SOFTMAX]),
            "",
            "## Operations that these are made of",
            "",
            "They stand in the local derivatives of the others, and in softmax, so that what is tiny keeps its digits.",
            *header,
            *(row(op) for op in known if op not in public),
        ]
    )


_SOFTMAX = "| `softmax` | exp(x)/(exp(x) + exp(y) + exp(z)), … | out·(1 − out), −out·softmax(y), … |  |"
"""A function of several operations, with a result for each input: an exponential, sums of the others, and shares."""


def row(op: Primitive) -> str:
    """One line of the table."""
    value = sample(op)
    names = [Name(letter) for letter in "xyzuvw"[: len(value.parents)]]
    slopes = [to_text(slope) if slope else "…" for slope in local_derivatives(value, names, Name("out"))]
    named = primed(value)
    if named is not None:
        slopes = [" = ".join(map(to_text, named))]
    domain = "" if op.domain is REALS else op.domain.text.replace("<=", "≤").replace(">=", "≥").replace("-", "−")
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
