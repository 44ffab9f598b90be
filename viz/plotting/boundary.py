"""The decision boundary of a classifier: labelled points of the plane, and its answer over the plane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from viz.plotting.figure import HUES, MARKERS, Paint, dress, legend, surface
from viz.text import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Examples", "Ground", "check_names", "lead", "paint_boundary", "plot_decision_boundary", "read_examples"]

Array = np.ndarray[Any, np.dtype[np.float64]]
Predict = Callable[[Array], Any]

MARGIN = 0.08
"""The room around the examples, as a part of their extent."""
RESOLUTION = 300
"""The points of the grid along each side."""

TINTS = (0.08, 0.17, 0.26, 0.35)
"""The strengths of a class's ground, by its lead over the next class."""


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
    """Plot the answers of a classifier of two features everywhere, and the examples on them; a ring marks a wrong one.

    The clearer the answer, the stronger the colour. ``predict`` is called once, for all points of a fine grid.

    Args:
        predict: takes points (n, 2), and returns a score for each, (n,) or (n, 1), which is above ``threshold`` for
            the greater label; or a score for each class, (n, classes), of which the greatest wins. Such as
            ``model.predict``.
        X: the examples (n, 2).
        y: their labels (n,): two different ones for one score; with a score for each class its index, counted from
            0, or rows (n, classes) with a 1 in the place of the class.
        threshold: by default half-way between the two labels: 0.5 for 0 and 1, 0 for -1 and 1. Scores such as
            logits, of labels 0 and 1, need 0.
        names: names of the two features.
        classes: names of the classes; by default their labels.
        title: the title above the figure.
        theme: ``"light"`` or ``"dark"``.
        ax: the matplotlib Axes to draw on, in the theme that suits its figure.

    Returns:
        The matplotlib figure: ``figure.savefig("boundary.png")``.

    Raises:
        TypeError: not numbers, or ``ax`` is not an Axes.
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
        raise ValueError(f"names must have a name for each of the two features, got {names!r}")


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
    """Draw the plane, and on it the examples with their ``scores``; ``strongest`` is the lead of the strongest tint."""
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
    """Draw the examples, each with the sign of its class, and rings around the wrong ones."""
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


# --- the examples -----------------------------------------------------------------------------------------


class Examples(NamedTuple):
    """Points with their classes."""

    X: Array
    """The points (n, 2)."""
    classes: np.ndarray[Any, np.dtype[np.intp]]
    """The class of each (n,), counted from 0."""
    labels: list[str]
    """The names of the classes."""
    threshold: float | None
    """The threshold that a single score must exceed for class 1; None where each class has a score."""

    def called(self, classes: Sequence[str] | None) -> Examples:
        """The same, with other names for the classes.

        Raises:
            ValueError: not as many as there are classes.
        """
        if classes is None:
            return self
        if isinstance(classes, str) or len(classes) != len(self.labels):
            raise ValueError(f"classes must have a name for each of the {len(self.labels)} classes, got {classes!r}")
        return self._replace(labels=[str(name) for name in classes])

    def axis(self, feature: int, count: int) -> Array:
        """``count`` coordinates along a feature, past the examples on both sides."""
        low, high = float(self.X[:, feature].min()), float(self.X[:, feature].max())
        room = MARGIN * (high - low) or 1.0
        return np.linspace(low - room, high + room, count)

    def scores(self, predict: Predict, points: Array) -> Array:
        """The score of each class (n, classes) at each point: the greatest wins.

        Raises:
            ValueError: not numbers, not as many as points and classes, or not finite.
        """
        seen = _numbers(predict(points), "what predict returns")
        columns = seen.reshape(len(seen), -1) if seen.ndim else seen
        expected = (len(points), 1 if self.threshold is not None else len(self.labels))
        if columns.shape != expected:
            raise ValueError(
                f"predict gave the shape {seen.shape} for {len(points)} points: it returns a score for each, or a "
                f"score for each of the {len(self.labels)} classes"
            )
        wrong = np.flatnonzero(~np.isfinite(columns).all(axis=1))
        if len(wrong):
            point = ", ".join(f"{x:.6g}" for x in points[wrong[0]])
            raise ValueError(f"predict gave {columns[wrong[0]].tolist()} at the point ({point}): it must be finite")
        if self.threshold is None:
            return columns
        above = columns[:, 0] - self.threshold
        return np.column_stack([-above, above])


def lead(scores: Array) -> Array:
    """How far the winning score is above the next."""
    ranked = np.sort(scores, axis=-1)
    difference: Array = ranked[..., -1] - ranked[..., -2]
    return difference


def read_examples(predict: Predict, X: Any, y: Any, threshold: float | None) -> Examples:  # noqa: N803 -- as above
    """The examples, with their classes as ``predict`` tells them apart.

    Raises:
        TypeError: not numbers; or a model where its ``predict`` is wanted.
        ValueError: a shape or label that does not fit, or numbers that are not finite.
    """
    _check(predict, threshold)
    points, targets = _numbers(X, "X"), _numbers(y, "y")
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(f"X has the shape {points.shape}: a boundary is drawn over two features, (n, 2)")
    if targets.ndim not in (1, 2) or len(targets) != len(points):
        raise ValueError(f"y has the shape {targets.shape} for {len(points)} examples: it holds a label for each")
    for name, numbers in (("X", points), ("y", targets)):
        if not np.isfinite(numbers).all():
            raise ValueError(f"{name} holds nan or an infinity: leave such examples out")
    answer = _numbers(predict(points), "what predict returns")
    outputs = answer.shape[1] if answer.ndim == 2 else 1
    if outputs > 1:
        return _of_several(points, targets, outputs, threshold)
    return _of_two(points, targets.reshape(len(points), -1), threshold)


def _check(predict: Any, threshold: Any) -> None:
    if not callable(predict) or callable(getattr(predict, "predict", None)):
        raise TypeError(
            f"predict must be a function from points (n, 2) to scores, such as model.predict, got {predict!r}"
        )
    if threshold is not None and not isinstance(threshold, Real):
        raise TypeError(f"threshold must be a number, or None for half-way between the labels, got {threshold!r}")


def _of_two(points: Array, targets: Array, threshold: float | None) -> Examples:
    labels = np.unique(targets)
    if targets.shape[1] != 1 or len(labels) != 2:
        raise ValueError(
            f"one score tells two labels apart, and y holds {len(labels)}: {_some(labels)}; for more classes, predict "
            f"returns a score for each"
        )
    halfway = float(labels.mean()) if threshold is None else threshold
    return Examples(points, np.searchsorted(labels, targets[:, 0]), [short(label) for label in labels], halfway)


def _of_several(points: Array, targets: Array, outputs: int, threshold: float | None) -> Examples:
    if threshold is not None:
        raise ValueError(f"threshold={threshold!r} is for one score, and predict returns {outputs}: leave it out")
    if outputs > len(HUES):
        raise ValueError(f"predict tells {outputs} classes apart; a plot can show at most {len(HUES)}")
    classes = targets.reshape(len(points), -1)
    if classes.shape[1] == outputs and (np.sort(classes) == np.sort(np.eye(1, outputs))).all():
        classes = classes.argmax(axis=1)[:, None].astype(float)
    if classes.shape[1] != 1 or not np.isin(classes, np.arange(outputs)).all():
        raise ValueError(
            f"predict returns {outputs} scores, so a label is an index from 0 to {outputs - 1}, or a row with one 1; "
            f"y has the shape {targets.shape} and holds {_some(np.unique(targets))}"
        )
    return Examples(points, classes[:, 0].astype(np.intp), [str(index) for index in range(outputs)], None)


def _numbers(values: Any, name: str) -> Array:
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be an array of numbers, got {values!r:.80}") from None


def _some(labels: Array) -> str:
    """The first few labels, for a message."""
    more = ", …" if len(labels) > 5 else ""
    return ", ".join(short(label) for label in labels[:5]) + more
