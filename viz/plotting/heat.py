"""One matrix as a heat map, and the scale that says what its colours mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from viz.numbers import number, short, signed
from viz.plotting.paint import Paint, dress, rgb
from viz.plotting.sheet import Shape, needs_turning, thinning
from viz.style import DECADES, STEPS, chip_roles, step_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["GRADIENTS", "WEIGHTS", "Colouring", "name_cells", "paint_map", "paint_scale"]

Array = np.ndarray[Any, np.dtype[np.float64]]


class Colouring(NamedTuple):
    """What colour a number has, and how it is written."""

    step: Callable[[float, float], int]
    """The step from -STEPS to STEPS of a number, given the largest of all."""
    write: Callable[[float], str]
    """Its text."""
    middle: float
    """The bound between the second and the third step, as a part of the largest."""
    meaning: str
    """What the scale is called."""


def _step_of_part(x: float, full_scale: float) -> int:
    """The step of ``x`` on a linear scale: the nearest of the fifths of ``full_scale``."""
    return round(STEPS * x / full_scale) if full_scale and math.isfinite(x) else 0


WEIGHTS = Colouring(_step_of_part, number, 2.5 / STEPS, "weights, in fifths of the largest")
GRADIENTS = Colouring(step_of, signed, 10.0 ** (-DECADES * 3 / STEPS), "gradients, over three powers of ten")


def paint_map(  # noqa: PLR0913 -- a matrix, and how it is to look
    axes: Axes, paint: Paint, numbers: Array, full_scale: float, colouring: Colouring, *, write: bool
) -> None:
    """Colour the cells of a matrix, and ``write`` its numbers into them; nan and infinities are marked."""
    chips = np.array(paint.chips())
    steps = np.array([[colouring.step(x, full_scale) for x in row] for row in numbers.tolist()])
    cells = chips[steps + STEPS]
    cells[~np.isfinite(numbers)] = rgb(paint("alarm-fill"))
    axes.imshow(cells, aspect="auto", interpolation="nearest")
    if write:
        for (row, column), x in np.ndenumerate(numbers):
            ink = paint(chip_roles(int(steps[row, column]))[1] if math.isfinite(x) else "alarm-type")
            axes.text(column, row, colouring.write(x), ha="center", va="center", fontsize=7.5, color=ink)


def name_cells(axes: Axes, rows: Sequence[str], columns: Sequence[str], shape: Shape) -> None:
    """Name the rows on the left and the columns above, as many as there is room for at a matrix of this shape."""
    every, turned = thinning(shape), needs_turning(shape, columns)
    axes.set_yticks(range(0, len(rows), every), rows[::every])
    axes.set_xticks(range(0, len(columns), every), columns[::every], rotation=90 if turned else 0)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8)
    axes.spines[:].set_visible(False)


def paint_scale(axes: Axes, paint: Paint, full_scale: float, colouring: Colouring) -> None:
    """The colours from the most negative to the most positive, with the numbers between them."""
    axes.imshow(np.array(paint.chips())[None], aspect="auto", interpolation="nearest")
    marks = (-1.0, -colouring.middle, 0.0, colouring.middle, 1.0)
    axes.set(xticks=[STEPS + place for place in (-5.5, -2.5, 0.0, 2.5, 5.5)], yticks=[])
    axes.set_xticklabels([short(mark * full_scale) for mark in marks])
    axes.set_title(colouring.meaning, loc="left", fontsize=8.5, color=paint("ink"))
    dress(axes, paint)
    axes.tick_params(labelsize=7.5)
    axes.spines[:].set_visible(False)
