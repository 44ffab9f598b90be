"""Shared by the demos of the notes: the logistic function in matrices, and a quantity in two forms side by side."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.rule import Rule
from rich.text import Text

from autograd import Value

Array = npt.NDArray[np.float64]
Matrices = list[tuple[Array, Array | None]]


def f(z: Array) -> Array:
    """The logistic function 1 / (1 + e⁻ᶻ)."""
    return 1 / (1 + np.exp(-z))


def slope(z: Array) -> Array:
    """Its derivative e⁻ᶻ / (1 + e⁻ᶻ)², which is f(z) f(−z)."""
    return f(z) * f(-z)


def side_by_side(title: str, rows: Iterable[tuple[str, Any, Any]], words: Mapping[str, str]) -> Group:
    """Rows of (name, matrix from Values, the same from matrices), with the shape and the largest difference of the two.

    Before each stands the question or formula in words, by its name.

    Raises:
        ValueError: two forms differ in shape.
    """
    found = [(name, np.asarray(left, dtype=float), np.asarray(right, dtype=float)) for name, left, right in rows]
    digits = 6 if max(left.shape[-1] for _, left, _ in found) <= 3 else 4  # both forms fit in 80 columns
    width = max(len(line) for _, left, _ in found for line in numbers(left, digits))
    lines: list[RenderableType] = [Rule(escape(title)), Text(f"    {'in Values':<{width}}    in matrices", "italic")]
    for name, left, right in found:
        if left.shape != right.shape:
            raise ValueError(f"{name}: the shapes {left.shape} and {right.shape} differ")
        lines.append(Text(words[name], "italic"))
        size = " × ".join(map(str, left.shape))
        lines.append(Text.assemble((name, "bold"), (f"   {size}, difference {off(left, right)}", "dim")))
        both = zip(numbers(left, digits), numbers(right, digits), strict=True)
        lines += [Text(f"    {x:<{width}}    {y}") for x, y in both]
    return Group(*lines, "")


def off(left: Any, right: Any) -> str:
    """The largest difference of two forms, to one digit."""
    return f"{float(np.max(np.abs(left - right))):.0e}".replace("0e+00", "0")


def numbers(form: Array, digits: int) -> list[str]:
    """The rows of a matrix, one to a line, signs shown."""
    return [" ".join(f"{x:+.{digits}f}" for x in row) for row in form]


def named(root: Value) -> dict[str, Value]:
    """The labelled nodes below ``root``."""
    return {node.label: node for node in root.topological_order() if node.label}


def picture(name: str) -> Path:
    """Where a demo writes a picture: under ``out/``, which is made."""
    path = Path("out") / name
    path.parent.mkdir(exist_ok=True)
    return path
