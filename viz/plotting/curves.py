"""The loss and the metrics of a training, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from viz.plotting.figure import Paint, legend, surface

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_history"]

VALIDATION = "validation "
"""The beginning of the name of a dashed curve, before the name of the curve that it belongs to."""

Array = np.ndarray[Any, np.dtype[np.float64]]
Curves = Mapping[str, Array]


def plot_history(history: Any, *, title: str = "", theme: str = "light", ax: Any = None) -> Figure:
    """Plot the losses of a training, and below them its metrics; those of validation are dashed.

    The losses stand on a logarithmic axis where they span more than two powers of ten.

    Args:
        history: what ``fit`` returns: it has ``loss``, a list with a number for each epoch, and may have
            ``validation_loss``, a dict ``metrics`` of such lists, and ``best_epoch``; or the list of losses alone.
        title: the title above the figure.
        theme: ``"light"`` or ``"dark"``.
        ax: the matplotlib Axes to draw on, in the theme that suits its figure: the losses alone.

    Returns:
        The matplotlib figure: ``figure.savefig("history.png")``.

    Raises:
        TypeError: ``history`` is not such an object, or ``ax`` is not an Axes.
        ValueError: there are no epochs, or not as many numbers as epochs; an unknown theme.
        DiagramError: matplotlib is not installed.

    >>> from viz import plot_history
    >>> figure = plot_history([0.9, 0.5, 0.3], title="Three epochs")
    >>> figure.axes[0].get_xlabel()
    'epoch'
    """
    curves = _losses(history)
    panels = [curves]
    metrics = {
        name.replace("_", " "): _numbers(values, name) for name, values in getattr(history, "metrics", {}).items()
    }
    if metrics and ax is None:
        panels.append(metrics)
    _check_lengths(panels)
    found, paint = surface(ax, 6.4, 1.6 + 2.2 * len(panels), theme, rows=len(panels))
    best = getattr(history, "best_epoch", None)
    for axes, shown in zip(found, panels, strict=True):
        _draw(axes, paint, shown)
        if best is not None:
            axes.axvline(best, color=paint("muted"), linestyle=":", label=f"best epoch: {best}")
        legend(axes, paint)
    if _spans_decades(curves):
        found[0].set_yscale("log")
    found[0].set_title(title)
    found[-1].set_xlabel("epoch")
    figure: Figure = found[0].figure  # type: ignore[assignment]  # a SubFigure draws as well
    return figure


def _losses(history: Any) -> Curves:
    curves = {"loss": _numbers(getattr(history, "loss", history), "loss")}
    held_out = getattr(history, "validation_loss", ())
    if len(held_out):
        curves[VALIDATION + "loss"] = _numbers(held_out, "validation_loss")
    return curves


def _numbers(values: Any, name: str) -> Array:
    try:
        numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        numbers = np.empty((0, 0))
    if numbers.ndim != 1:
        raise TypeError(f"plot_history takes what fit() returns, or a list of losses; its {name} is {values!r:.80}")
    return numbers


def _check_lengths(panels: list[Curves]) -> None:
    epochs = len(panels[0]["loss"])
    if not epochs:
        raise ValueError("plot_history: the history has no epochs, so there is nothing to plot")
    for name, numbers in [curve for panel in panels for curve in panel.items()]:
        if len(numbers) != epochs:
            raise ValueError(f"plot_history: {name!r} has {len(numbers)} numbers for {epochs} epochs")


def _spans_decades(curves: Curves) -> bool:
    numbers = np.concatenate(list(curves.values()))
    finite = numbers[np.isfinite(numbers)]
    return bool(len(finite)) and bool(finite.min() > 0.0) and bool(finite.max() > 100.0 * finite.min())


def _draw(axes: Axes, paint: Paint, curves: Curves) -> None:
    """Draw each curve in the hue of its pair, over a faint grid."""
    owners = list(dict.fromkeys(name.removeprefix(VALIDATION) for name in curves))
    for name, numbers in curves.items():
        owner = name.removeprefix(VALIDATION)
        style, marker = "-" if owner == name else "--", "." if len(numbers) == 1 else ""
        axes.plot(numbers, label=name, color=paint.hue(owners.index(owner)), linestyle=style, marker=marker)
    axes.locator_params(axis="x", integer=True)
    axes.grid(color=paint("blank"), linewidth=0.8)
    axes.set_axisbelow(True)
