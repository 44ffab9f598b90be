"""Where a classifier changes its mind: its answer over the plane of two features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from viz.plotting.examples import Array, Examples, Predict, lead, read_examples
from viz.plotting.paint import MARKERS, Paint, dress, legend, surface

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Ground", "check_names", "paint_boundary", "plot_decision_boundary"]

RESOLUTION = 300
"""The points of the grid along each side."""

TINTS = (0.08, 0.17, 0.26, 0.35)
"""How strong a class's ground is, in steps of its lead over the next class."""


def plot_decision_boundary(  # noqa: PLR0913 -- each argument is optional, named and independent
    predict: Predict,
    X: Any,  # noqa: N803 -- the name that scikit-learn's users know
    y: Any,
    *,
    threshold: float | None = None,
    names: Sequence[str] = ("x[1]", "x[2]"),
    classes: Sequence[str] | None = None,
    title: str = "",
    theme: str = "light",
    ax: Any = None,
) -> Figure:
    """Plot what a classifier of two features answers everywhere, and the examples on it; a ring marks a wrong one.

    The ground is the stronger, the clearer the answer. ``predict`` is asked once, for all points of a fine grid.

    Args:
        predict: takes points (n, 2), and returns a score for each, (n,) or (n, 1), which is above ``threshold`` for
            the greater label; or a score for each class, (n, classes), of which the greatest wins. Such as
            ``model.predict``.
        X: the examples (n, 2).
        y: their labels (n,): two different ones for one score; with a score for each class its index, counted from
            0, or rows (n, classes) with a 1 in the place of the class.
        threshold: by default half-way between the two labels: 0.5 for 0 and 1, 0 for -1 and 1. Scores such as
            logits, of labels 0 and 1, need 0.
        names: what the two features are called.
        classes: what the classes are called; by default their labels.
        title: what stands above.
        theme: ``"light"`` or ``"dark"``.
        ax: the Axes of matplotlib to draw on, in the theme that suits its figure.

    Returns:
        The figure of matplotlib: ``figure.savefig("boundary.png")``.

    Raises:
        TypeError: not numbers, or ``ax`` is no Axes.
        ValueError: a shape or label that does not fit, numbers that are not finite, an unknown theme.
        DiagramError: matplotlib is not installed.

    >>> from viz import plot_decision_boundary
    >>> figure = plot_decision_boundary(lambda x: x[:, 0] - x[:, 1], [[2, 1], [1, 3], [3, 2]], [1, -1, 1])
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['−1', '1']
    """
    examples = read_examples(predict, X, y, threshold).called(classes)
    check_names(names)
    (axes,), paint = surface(ax, 6.0, 5.0, theme)
    ground = Ground.of(examples, partial(examples.scores, predict), RESOLUTION)
    strongest = float(lead(ground.scores).max())
    paint_boundary(axes, paint, examples, ground, examples.scores(predict, examples.X), strongest)
    legend(axes, paint)
    axes.set(xlabel=names[0], ylabel=names[1], title=title)
    figure: Figure = axes.figure  # type: ignore[assignment]  # a SubFigure draws as well
    return figure


def check_names(names: Any) -> None:
    """Refuse anything but a name for each of the two features."""
    if isinstance(names, str) or len(names) != 2:
        raise ValueError(f"names has a name for each of the two features, not {names!r}")


class Ground(NamedTuple):
    """The scores over the plane."""

    x: Array
    """Coordinates along the first feature (side,)."""
    y: Array
    """The same along the second."""
    scores: Array
    """The score of each class (side, side, classes), a row for each ``y``."""

    @classmethod
    def of(cls, examples: Examples, scores: Callable[[Array], Array], side: int) -> Ground:
        """``scores`` on a grid around the examples."""
        x, y = examples.axis(0, side), examples.axis(1, side)
        points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        return cls(x, y, scores(points).reshape(side, side, -1))


def paint_boundary(  # noqa: PLR0913, PLR0917 -- all that is on one picture
    axes: Axes, paint: Paint, examples: Examples, ground: Ground, scores: Array, strongest: float
) -> None:
    """The plane, and on it the examples with their own ``scores``; ``strongest`` is the lead of the strongest tint."""
    dress(axes, paint)
    _paint_ground(axes, paint, ground, strongest)
    _paint_examples(axes, paint, examples, scores)


def _paint_ground(axes: Axes, paint: Paint, ground: Ground, strongest: float) -> None:
    """Fill the plane with the tint of the class that wins, and draw the lines where two are level."""
    x, y, scores = ground
    tints = np.array([[paint.tint(index, share) for share in TINTS] for index in range(scores.shape[-1])])
    strength = lead(scores) / strongest if strongest else np.zeros(scores.shape[:2])
    steps = np.clip((strength * len(TINTS)).astype(int), 0, len(TINTS) - 1)
    half_x, half_y = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
    extent = (x[0] - half_x, x[-1] + half_x, y[0] - half_y, y[-1] + half_y)
    axes.imshow(tints[scores.argmax(axis=-1), steps], extent=extent, origin="lower", aspect="auto")
    for index in range(scores.shape[-1]):
        field = scores[..., index] - np.delete(scores, index, axis=-1).max(axis=-1)
        if field.min() < 0.0 < field.max():
            axes.contour(x, y, field, levels=[0.0], colors=[paint("ink")], linewidths=1.2)


def _paint_examples(axes: Axes, paint: Paint, examples: Examples, scores: Array) -> None:
    """Put the examples on it, each with the sign of its class, and rings around those that are wrong."""
    wrong = scores.argmax(axis=1) != examples.classes
    for index, label in enumerate(examples.labels):
        where = examples.X[examples.classes == index]
        axes.scatter(
            where[:, 0], where[:, 1], s=28, marker=MARKERS[index], color=paint.hue(index),
            edgecolors=paint("canvas"), linewidths=0.6, label=label, zorder=3,
        )  # fmt: skip
    if wrong.any():
        around = examples.X[wrong]
        axes.scatter(
            around[:, 0], around[:, 1], s=90, facecolors="none", edgecolors=paint("alarm"), linewidths=1.5,
            label=f"wrong: {wrong.sum()} of {len(wrong)}", zorder=4,
        )  # fmt: skip
