"""The weights of a network as heat maps, in the matrix form of the notes: a row for each input, the bias below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from viz.plotting.heat import GRADIENTS, WEIGHTS, Array, name_cells, paint_map, paint_scale
from viz.plotting.paint import dress, new_figure
from viz.plotting.sheet import is_written, lay_out_sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_matrices"]


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
        title: what stands above.
        theme: ``"light"`` or ``"dark"``.

    Returns:
        The figure of matplotlib: ``figure.savefig("weights.png")``.

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
