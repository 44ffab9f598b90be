"""The weights of a network as heat maps, in the matrix form of the notes: a row for each input, the bias below."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from viz.plotting.figure import Paint, dress, new_figure, rgb
from viz.style import BOUNDS, STEPS, chip_roles, step_of
from viz.text import number, short, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.gridspec import GridSpec

__all__ = ["GRADIENTS", "WEIGHTS", "plot_matrices"]

Array = np.ndarray[Any, np.dtype[np.float64]]

WRITTEN = 12
"""The most rows and columns of a matrix whose numbers are written out."""
WIDE, HIGH = 0.66, 0.3
"""A cell with a number in it, in inches, as are all lengths here."""
BARE, LONGEST = 0.17, 6.5
"""The side of a cell without, and the most that a side of such a matrix may have."""
LINE, LETTER = 0.13, 0.08
"""The height of a line of type, and the width of a letter."""
MARGIN, HEAD, SCALE = 0.25, 0.7, 1.1
"""Room at the edges, above a matrix for its heading, and for the scale of colours with the figure's title."""
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
    the largest; a gradient by how many times it is smaller than the largest, as in the pictures of graphs.

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
    figure, paint, cells = _laid_out(shapes, names, len(columns), theme)
    figure.suptitle(title, color=paint("ink"), fontsize=12)
    for place, (prefix, colouring, found) in enumerate(columns):
        full_scale = max(_largest(layer.numbers) for layer in found)
        for index, (layer, shape) in enumerate(zip(found, shapes, strict=True)):
            axes = figure.add_subplot(cells[index, place], anchor="NW")
            axes.set_title(_title(prefix, index + 1, layer), loc="left", fontsize=10, color=paint("ink"))
            dress(axes, paint)
            _paint_map(axes, paint, layer.numbers, full_scale, colouring)
            rows = [*names[index], f"b[{index + 1}]"] if layer.biased else names[index]
            _name_cells(axes, rows if place == 0 else [], names[index + 1], shape)
            if layer.biased:
                axes.axhline(len(rows) - 1.5, color=paint("canvas"), linewidth=3.0)
        _paint_scale(figure.add_subplot(cells[-1, place]), paint, full_scale, colouring)
    return figure


def _read(matrices: Any, name: str) -> list[_Layer]:
    """Pairs (W, b) as arrays that fit together."""
    if isinstance(matrices, (str, bytes)) or not isinstance(matrices, Iterable) or not (pairs := list(matrices)):
        raise TypeError(
            f"plot_matrices: {name} must be a list of pairs (W, b), one for each layer, got {matrices!r:.80}"
        )
    layers: list[_Layer] = []
    for index, pair in enumerate(pairs, start=1):
        try:
            weights, biases = pair
            weights = np.asarray(weights, dtype=float)
            biases = None if biases is None else np.asarray(biases, dtype=float)
        except (TypeError, ValueError):
            raise TypeError(
                f"plot_matrices: layer {index} of {name} must be a pair (W, b) of arrays of numbers, got {pair!r:.80}"
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
                raise ValueError(f"plot_matrices: {argument} must name {counts[index]} of them, got {given!r:.80}")
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
    mark: tuple[float, float]
    """Where the scale is marked between zero and its end: at which step, and which part of the largest is there."""
    meaning: str
    """The title of the scale."""


def _step_of_part(x: float, full_scale: float) -> int:
    """The step of ``x`` on a linear scale: the nearest of the sixths of ``full_scale``."""
    return round(STEPS * x / full_scale) if full_scale and math.isfinite(x) else 0


WEIGHTS = Colouring(_step_of_part, number, (STEPS / 2, 1 / 2), "weights, in sixths of the largest")
GRADIENTS = Colouring(step_of, signed, (3.5, BOUNDS[3]), "gradients, over three powers of ten")


def _paint_map(axes: Axes, paint: Paint, numbers: Array, full_scale: float, colouring: Colouring) -> None:
    """Colour the cells of a matrix, and write its numbers into them if they fit; nan and infinities are marked."""
    chips = np.array(paint.chips())
    steps = np.array([[colouring.step(x, full_scale) for x in row] for row in numbers.tolist()])
    cells = chips[steps + STEPS]
    cells[~np.isfinite(numbers)] = rgb(paint("alarm-fill"))
    width, height = _cell(numbers.shape)
    axes.imshow(cells, aspect=height / width, interpolation="nearest")
    if max(numbers.shape) <= WRITTEN:
        for (row, column), x in np.ndenumerate(numbers):
            ink = paint(chip_roles(int(steps[row, column]))[1] if math.isfinite(x) else "alarm-type")
            axes.text(column, row, colouring.write(x), ha="center", va="center", fontsize=7.5, color=ink)


def _name_cells(axes: Axes, rows: Sequence[str], columns: Sequence[str], shape: Shape) -> None:
    """Name the rows on the left and the columns above, as many as there is room for at a matrix of this shape."""
    every = math.ceil(LINE / min(_cell(shape)))
    axes.set_yticks(range(0, len(rows), every), rows[::every])
    axes.set_xticks(range(0, len(columns), every), columns[::every], rotation=90 if _turned(shape, columns) else 0)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8)
    axes.spines[:].set_visible(False)


def _paint_scale(axes: Axes, paint: Paint, full_scale: float, colouring: Colouring) -> None:
    """The colours from the most negative to the most positive, with the numbers between them."""
    axes.imshow(np.array(paint.chips())[None], aspect="auto", interpolation="nearest")
    step, part = colouring.mark
    marks = {-STEPS - 0.5: -1.0, -step: -part, 0.0: 0.0, step: part, STEPS + 0.5: 1.0}
    axes.set(xticks=[STEPS + place for place in marks], yticks=[])
    axes.set_xticklabels([short(mark * full_scale) for mark in marks.values()])
    axes.set_title(colouring.meaning, loc="left", fontsize=8.5, color=paint("ink"))
    dress(axes, paint)
    axes.tick_params(labelsize=7.5)
    axes.spines[:].set_visible(False)


# --- where they stand -------------------------------------------------------------------------------------


def _cell(shape: Shape) -> tuple[float, float]:
    """The width and height of a cell."""
    if max(shape) <= WRITTEN:
        return WIDE, HIGH
    side = min(BARE, LONGEST / max(shape))
    return side, side


def _turned(shape: Shape, names: Sequence[str]) -> bool:
    """Whether the names of the columns are wider than these, and so stand upright."""
    return max(map(len, names)) * LETTER > _cell(shape)[0]


def _laid_out(
    shapes: Sequence[Shape], names: Sequence[Sequence[str]], columns: int, theme: str
) -> tuple[Figure, Paint, GridSpec]:
    """A figure with room for ``columns`` heat maps of each layer, and its grid; matplotlib finds the exact places.

    ``shapes`` are those of the matrices of each layer, ``names`` of the inputs, then of the outputs of each layer.
    """
    widths, heights = zip(*[(_cell(shape)[0] * shape[1], _cell(shape)[1] * shape[0]) for shape in shapes], strict=True)
    left = LETTER * max(len(name) for layer in names[:-1] for name in layer)
    heads = [
        HEAD + (LETTER * max(map(len, outputs)) if _turned(shape, outputs) else 0.0)
        for shape, outputs in zip(shapes, names[1:], strict=True)
    ]
    width = left + columns * (max(LEAST, *widths) + MARGIN) + MARGIN
    figure, paint = new_figure(width, sum(heads) + sum(heights) + SCALE, theme)
    figure.set_layout_engine("constrained", w_pad=MARGIN / 2, h_pad=MARGIN / 2)
    return figure, paint, figure.add_gridspec(len(shapes) + 1, columns, height_ratios=[*heights, 0.16])
