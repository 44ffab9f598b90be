"""The weights of a network as heat maps, in the matrix form of the notes: a row for each input, the bias below."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from viz.numbers import number, short, signed
from viz.plotting.figure import Paint, dress, new_figure, rgb
from viz.style import DECADES, STEPS, chip_roles, step_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["GRADIENTS", "WEIGHTS", "plot_matrices"]

Array = np.ndarray[Any, np.dtype[np.float64]]

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


class _Layer(NamedTuple):
    """The numbers of a layer: W, with b as the last row if there is one."""

    numbers: Array
    biased: bool


def plot_matrices(  # noqa: PLR0913 -- each argument is optional, named and independent
    matrices: Any,
    gradients: Any = None,
    *,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    title: str = "",
    theme: str = "light",
) -> Figure:
    """Plot the weight matrices of a network, each with its bias below, and beside them their gradients.

    Colours go from purple (negative) over near-white (zero) to orange (positive). A weight is coloured by its part of
    the largest; a gradient by the powers of ten that it is below the largest, as in the pictures of graphs.

    Args:
        matrices: for each layer a pair (W, b), with W of shape (n_in, n_out), and b (n_out,) or None; such as
            ``model.matrices()``.
        gradients: the same for the gradients, such as ``model.gradient_matrices()``.
        inputs: names of the network's inputs, in the place of a1[0], a2[0], …
        outputs: names of its outputs.
        title: the title above the figure.
        theme: ``"light"`` or ``"dark"``.

    Returns:
        The matplotlib figure: ``figure.savefig("weights.png")``.

    Raises:
        TypeError: not pairs of arrays of numbers.
        ValueError: shapes or names that do not fit, or an unknown theme.
        DiagramError: matplotlib is not installed.

    >>> from viz import plot_matrices
    >>> figure = plot_matrices([([[0.5, -1.0], [2.0, 0.25]], [0.1, 0.0])])
    >>> figure.axes[0].get_title(loc="left")
    'W[1] (2 × 2), b[1]'
    """
    columns = [("", WEIGHTS, _read(matrices, "matrices"))]
    layers = columns[0][2]
    if gradients is not None:
        columns.append(("dL/d", GRADIENTS, _like(layers, _read(gradients, "gradients"))))
    names = _names(layers, inputs, outputs)
    shapes = [layer.numbers.shape for layer in layers]
    sheet = lay_out_sheet(shapes, names, len(columns))
    figure, paint = new_figure(sheet.width, sheet.height, theme)
    figure.suptitle(title, color=paint("ink"), fontsize=12, y=1.0 - 0.1 / sheet.height, va="top")
    for place, ((prefix, colouring, found), boxes) in enumerate(zip(columns, sheet.maps, strict=True)):
        full_scale = max(_largest(layer.numbers) for layer in found)
        for index, (layer, box) in enumerate(zip(found, boxes, strict=True)):
            axes = figure.add_axes(sheet.fractions(box))
            axes.set_title(_title(prefix, index + 1, layer), loc="left", fontsize=10, color=paint("ink"))
            dress(axes, paint)
            paint_map(axes, paint, layer.numbers, full_scale, colouring, write=is_written(layer.numbers.shape))
            rows = [*names[index], f"b[{index + 1}]"] if layer.biased else names[index]
            name_cells(axes, rows if place == 0 else [], names[index + 1], layer.numbers.shape)
            if layer.biased:
                axes.axhline(len(rows) - 1.5, color=paint("canvas"), linewidth=3.0)
        paint_scale(figure.add_axes(sheet.fractions(sheet.scales[place])), paint, full_scale, colouring)
    return figure


def _read(matrices: Any, name: str) -> list[_Layer]:
    """Pairs (W, b) as arrays that fit together."""
    if isinstance(matrices, (str, bytes)) or not isinstance(matrices, Iterable) or not (pairs := list(matrices)):
        raise TypeError(f"plot_matrices: {name} is a list of pairs (W, b), one for each layer, not {matrices!r:.80}")
    layers: list[_Layer] = []
    for index, pair in enumerate(pairs, start=1):
        try:
            weights, biases = pair
            weights = np.asarray(weights, dtype=float)
            biases = None if biases is None else np.asarray(biases, dtype=float)
        except (TypeError, ValueError):
            raise TypeError(
                f"plot_matrices: layer {index} of {name} is a pair (W, b) of arrays of numbers, not {pair!r:.80}"
            ) from None
        if weights.ndim != 2 or not weights.size:
            raise ValueError(
                f"plot_matrices: W of layer {index} of {name} has the shape {weights.shape}, not (n_in, n_out)"
            )
        if biases is not None and biases.shape != weights.shape[1:]:
            raise ValueError(
                f"plot_matrices: b of layer {index} of {name} has the shape {biases.shape}; W has "
                f"{weights.shape[1]} columns"
            )
        if layers and _weights(layers[-1]).shape[1] != len(weights):
            raise ValueError(
                f"plot_matrices: layer {index} of {name} takes {len(weights)} inputs, and the layer below has "
                f"{_weights(layers[-1]).shape[1]} outputs"
            )
        numbers = weights if biases is None else np.vstack([weights, biases])
        layers.append(_Layer(numbers, biases is not None))
    return layers


def _weights(layer: _Layer) -> Array:
    return layer.numbers[:-1] if layer.biased else layer.numbers


def _like(layers: list[_Layer], gradients: list[_Layer]) -> list[_Layer]:
    """``gradients``, which are known to be built like the matrices."""
    shapes, seen = ([_weights(layer).shape for layer in both] for both in (layers, gradients))
    if seen != shapes or [layer.biased for layer in layers] != [layer.biased for layer in gradients]:
        raise ValueError(f"plot_matrices: gradients {seen} are not built like matrices {shapes}, biases included")
    return gradients


def _names(layers: list[_Layer], inputs: Sequence[str] | None, outputs: Sequence[str] | None) -> list[list[str]]:
    """The names of the inputs, then of the outputs of each layer."""
    counts = [len(_weights(layers[0])), *[layer.numbers.shape[1] for layer in layers]]
    names = [[f"a{neuron}[{index}]" for neuron in range(1, count + 1)] for index, count in enumerate(counts)]
    for index, (argument, given) in ((0, ("inputs", inputs)), (-1, ("outputs", outputs))):
        if given is not None:
            if isinstance(given, str) or len(given) != counts[index]:
                raise ValueError(f"plot_matrices: {argument} names {counts[index]} of them, not {given!r:.80}")
            names[index] = [str(name) for name in given]
    return names


def _largest(numbers: Array) -> float:
    """The greatest absolute value of those that are finite."""
    return float(np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0))


def _title(prefix: str, index: int, layer: _Layer) -> str:
    rows, columns = _weights(layer).shape
    bias = f", {prefix}b[{index}]" if layer.biased else ""
    return f"{prefix}W[{index}] ({rows} × {columns}){bias}"


# --- one heat map -----------------------------------------------------------------------------------------


class Colouring(NamedTuple):
    """The colour of a number, and how it is written."""

    step: Callable[[float, float], int]
    """The step from -STEPS to STEPS of a number, given the largest of all."""
    write: Callable[[float], str]
    """Its text."""
    middle: float
    """The bound between the second and the third step, as a part of the largest."""
    meaning: str
    """The title of the scale."""


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


# --- where they stand -------------------------------------------------------------------------------------


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
