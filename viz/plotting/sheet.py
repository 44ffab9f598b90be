"""Where heat maps stand on a figure: a row for each layer, a column for its weights and one for their gradients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

__all__ = ["Box", "Sheet", "is_written", "lay_out_sheet", "needs_turning", "thinning"]

WRITTEN = 12
"""The most rows and columns of a matrix whose numbers are written out."""
WIDE, HIGH = 0.66, 0.3
"""A cell with a number in it, in inches, as are all lengths here."""
BARE, LONGEST = 0.17, 6.5
"""The side of a cell without, and the most that a side of such a matrix may have."""
LINE = 0.13
"""The height of a line of type."""
LETTER = 0.08
"""The width of a letter."""
MARGIN, GAP, HEAD, SCALE = 0.25, 0.4, 0.3, 0.7
"""Room at the edges, between matrices, for a heading, and for the scale of colours."""
LEAST = 3.0
"""The least width of a column: its scale needs it."""


Shape = tuple[int, ...]
"""The rows and columns of a matrix, its bias counted as a row."""


class Box(NamedTuple):
    """A place: its left and upper edge, its width and height."""

    left: float
    top: float
    width: float
    height: float


class Sheet(NamedTuple):
    """Where everything stands."""

    width: float
    height: float
    maps: list[list[Box]]
    """For each column, the place of each layer."""
    scales: list[Box]
    """For each column, that of its scale of colours."""

    def fractions(self, box: Box) -> tuple[float, float, float, float]:
        """``box`` as matplotlib counts: from the lower left corner, in parts of the figure."""
        bottom = self.height - box.top - box.height
        return box.left / self.width, bottom / self.height, box.width / self.width, box.height / self.height


def is_written(shape: Shape) -> bool:
    """Whether there is room for the numbers of a matrix.

    >>> is_written((5, 3)), is_written((65, 32))
    (True, False)
    """
    return max(shape) <= WRITTEN


def needs_turning(shape: Shape, names: Sequence[str]) -> bool:
    """Whether the names of the columns are wider than these, and so stand upright."""
    return max(map(len, names)) * LETTER > _cell(shape)[0]


def thinning(shape: Shape) -> int:
    """Every how many rows and columns there is room for a name.

    >>> thinning((5, 3)), thinning((200, 100))
    (1, 4)
    """
    return math.ceil(LINE / min(_cell(shape)))


def _cell(shape: Shape) -> tuple[float, float]:
    if is_written(shape):
        return WIDE, HIGH
    side = min(BARE, LONGEST / max(shape))
    return side, side


def lay_out_sheet(shapes: Sequence[Shape], names: Sequence[Sequence[str]], columns: int) -> Sheet:
    """The places of ``columns`` heat maps for each layer.

    Args:
        shapes: rows and columns of the matrix of each layer.
        names: of the inputs, then of the outputs of each layer.
        columns: 1 for weights, 2 for weights and gradients.
    """
    left = MARGIN + LETTER * max(len(name) for layer in names[:-1] for name in layer)
    sizes = [(_cell(shape)[0] * shape[1], _cell(shape)[1] * shape[0]) for shape in shapes]
    wide = max(LEAST, *(width for width, _ in sizes))
    heads = [
        GAP + HEAD + (LETTER * max(map(len, outputs)) if needs_turning(shape, outputs) else HEAD / 2)
        for shape, outputs in zip(shapes, names[1:], strict=True)
    ]
    tops = list(accumulate(head + height for head, (_, height) in zip(heads, sizes, strict=True)))
    edges = [left + column * (wide + GAP) for column in range(columns)]
    maps = [
        [Box(edge, MARGIN + end - height, width, height) for end, (width, height) in zip(tops, sizes, strict=True)]
        for edge in edges
    ]
    bottom = MARGIN + tops[-1] + GAP
    scales = [Box(edge, bottom, LEAST, 0.16) for edge in edges]
    return Sheet(edges[-1] + wide + MARGIN, bottom + SCALE, maps, scales)
