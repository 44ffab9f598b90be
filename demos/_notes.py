"""What the demos of the notes share: the logistic function in matrices, and a quantity in two forms side by side."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.markup import escape
from rich.table import Table

from autograd import Value

Array = npt.NDArray[np.float64]
Matrices = list[tuple[Array, Array | None]]


def f(z: Array) -> Array:
    """The logistic function 1 / (1 + e⁻ᶻ)."""
    return 1 / (1 + np.exp(-z))


def slope(z: Array) -> Array:
    """Its derivative e⁻ᶻ / (1 + e⁻ᶻ)², which is f(z) f(−z)."""
    return f(z) * f(-z)


def side_by_side(title: str, rows: Iterable[tuple[str, Any, Any]], first: str = "quantity") -> Table:
    """Rows of (name, from Values, from matrices), each with its shape and the largest difference.

    Raises:
        ValueError: two forms differ in shape.
    """
    table = Table(first, title=escape(title))
    for column in ("in Values", "in matrices", "difference"):
        table.add_column(column, no_wrap=True)
    for name, scalar, matrix in rows:
        forms = [np.asarray(scalar, dtype=float), np.asarray(matrix, dtype=float)]
        if forms[0].shape != forms[1].shape:
            raise ValueError(f"{name}: the shapes {forms[0].shape} and {forms[1].shape} differ")
        size = " × ".join(map(str, forms[0].shape)) or "a number"
        difference = float(np.max(np.abs(forms[0] - forms[1])))
        table.add_row(f"{escape(name)}\n[dim]{size}", *map(numbers, forms), f"{difference:.0e}", end_section=True)
    return table


def numbers(form: Any) -> str:
    """A row of a matrix a line, signs shown."""
    return "\n".join(" ".join(f"{x:+.4f}" for x in row) for row in np.atleast_2d(form))


def named(root: Value) -> dict[str, Value]:
    """The labelled nodes below ``root``."""
    return {node.label: node for node in root.topological_order() if node.label}


def picture(name: str) -> Path:
    """Where a demo writes a picture: under ``out/``, which is made."""
    path = Path("out") / name
    path.parent.mkdir(exist_ok=True)
    return path
