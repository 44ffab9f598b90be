"""The size and the shape of the code, in numbers.

    python -m tests.house

Files and lines of each package; the largest circle of imports, those inside functions included; the files whose code
runs in walks through the product, under the engine that is chosen; runs of six lines or more that stand twice.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from cProfile import Profile
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PACKAGES = ("autograd", "nn", "viz")
RUN = 6  # lines


def modules(package: str) -> dict[str, Path]:
    """The modules of a package by their full names, with the paths of their files."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


EVERY = {name: path for package in PACKAGES for name, path in modules(package).items()}


def _type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _statements(tree: ast.AST, *, inside_functions: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """The import statements that run: at import time, or those inside functions."""
    todo = [(tree, False)]
    while todo:
        node, in_function = todo.pop()
        if _type_checking(node):
            todo += [(child, in_function) for child in node.orelse]  # type: ignore[attr-defined]
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)) and in_function is inside_functions:
            yield node
        in_function = in_function or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        todo += [(child, in_function) for child in ast.iter_child_nodes(node)]


@cache
def parsed(path: Path) -> ast.Module:
    """The tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(name: str, path: Path, *, inside_functions: bool = False) -> Iterator[tuple[str, str | None]]:
    """What the module ``name`` imports of the three packages: pairs of a module and a name in it, or None."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for statement in _statements(parsed(path), inside_functions=inside_functions):
        if isinstance(statement, ast.Import):
            found: list[tuple[str, str | None]] = [(alias.name, None) for alias in statement.names]
        else:
            base = package.split(".")[: len(package.split(".")) - statement.level + 1] if statement.level else []
            source = ".".join([*base, *([statement.module] if statement.module else [])])
            found = [
                (f"{source}.{alias.name}", None) if f"{source}.{alias.name}" in EVERY else (source, alias.name)
                for alias in statement.names
            ]
        yield from (pair for pair in found if pair[0].split(".")[0] in PACKAGES)


def largest_circle(*, inside_functions: bool) -> list[str]:
    """The most modules that import one another, each reaching every other; empty if there is no circle."""
    graph = {
        name: {
            target
            for inside in {False, inside_functions}
            for target, _ in imports(name, path, inside_functions=inside)
            if target in EVERY and target != name
            if not (
                name.startswith("autograd") and target.startswith("viz")
            )  # a Value's picture: the one that points up
        }
        for name, path in EVERY.items()
    }
    reached = {name: _reached(graph, name) for name in graph}
    circles = [sorted(other for other in reached[name] if name in reached[other]) for name in graph]
    return max(circles, key=len, default=[])


def _reached(graph: dict[str, set[str]], name: str) -> set[str]:
    seen: set[str] = set()
    todo = [name]
    while todo:
        new = graph[todo.pop()] - seen
        seen |= new
        todo += new
    return seen


def opened(walk: Callable[[], Any]) -> list[str]:
    """The files of the three packages whose functions run in a walk."""
    profile = Profile(builtins=False)
    profile.runcall(walk)
    met = {Path(entry.code.co_filename) for entry in profile.getstats() if not isinstance(entry.code, str)}
    return sorted(str(path.relative_to(ROOT)) for path in met & set(EVERY.values()))


def walks() -> dict[str, Callable[[], Any]]:
    """Ways through the product, each made ready so that only the walk itself is seen."""
    import autograd
    from nn import MLP, fit, half_squared_error
    from viz import draw

    a, b = autograd.Value(2.0), autograd.Value(-3.0)
    loss = half_squared_error(MLP(2, [3, 1], rng=0)([0.3, 1.0]), 0.75)

    def compiled() -> Callable[..., Any]:
        return autograd.compile(autograd.value_and_grad(lambda x, y: x * autograd.tanh(y)), backend="python")

    recorded = compiled()
    for _ in range(2):
        recorded(2.0, 3.0)

    def learn() -> None:
        X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
        fit(MLP(2, [3, 1], rng=0), X, y, loss="squared_error", epochs=2, progress=False)

    return {
        "operator call": lambda: a * b + autograd.tanh(a),
        "backward": loss.backward,
        "first compiled call": lambda: compiled()(2.0, 3.0),
        "later compiled call": lambda: recorded(2.5, 3.5),
        "draw": lambda: draw(loss).svg,
        "fit": learn,
    }


def twice() -> list[tuple[str, str, int]]:
    """Runs of at least six equal lines, blank lines and comments left out: the two places, and how many lines."""
    places: dict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
    lines: dict[str, list[tuple[int, str]]] = {}
    for path in EVERY.values():
        name = str(path.relative_to(ROOT))
        text = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        kept = [(number, line.strip()) for number, line in text if line.strip() and not line.strip().startswith("#")]
        lines[name] = kept
        for start in range(len(kept) - RUN + 1):
            places[tuple(line for _, line in kept[start : start + RUN])].append((name, start))
    found = []
    for held in places.values():
        for first, second in pairwise(held):
            before = [lines[file][start - 1][1] if start else None for file, start in (first, second)]
            if before[0] is None or before[0] != before[1]:  # where a run begins
                length = _common(lines[first[0]][first[1] :], lines[second[0]][second[1] :])
                found.append(
                    (
                        f"{first[0]}:{lines[first[0]][first[1]][0]}",
                        f"{second[0]}:{lines[second[0]][second[1]][0]}",
                        length,
                    )
                )
    return found


def _common(first: list[tuple[int, str]], second: list[tuple[int, str]]) -> int:
    pairs = zip(first, second, strict=False)
    return next((i for i, (x, y) in enumerate(pairs) if x[1] != y[1]), min(len(first), len(second)))


def report() -> Iterator[str]:
    """The lines that the command prints."""
    sizes = {
        package: [len(path.read_text(encoding="utf-8").splitlines()) for path in modules(package).values()]
        for package in PACKAGES
    }
    for package, counts in [*sizes.items(), ("all", [size for each in sizes.values() for size in each])]:
        yield f"{package:9} {len(counts):4} files {sum(counts):7,} lines"
    for inside in (False, True):
        circle = largest_circle(inside_functions=inside)
        where = "imports, those inside functions too" if inside else "imports"
        yield f"largest circle of {where}: {', '.join(circle) or 'none'}"
    for name, walk in walks().items():
        files = opened(walk)
        yield f"{name}: {len(files)} files ({', '.join(files)})"
    for first, second, length in twice():
        yield f"{length} equal lines: {first} and {second}"


def main() -> int:
    """Print the numbers."""
    sys.stdout.writelines(f"{line}\n" for line in report())
    return 0


if __name__ == "__main__":
    sys.exit(main())
