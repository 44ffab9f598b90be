"""Labelled points of the plane, and a classifier's scores, one for each class, that are known to be right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from viz.numbers import short
from viz.plotting.paint import HUES

__all__ = ["Array", "Examples", "Predict", "lead", "read_examples"]

Array = np.ndarray[Any, np.dtype[np.float64]]
Predict = Callable[[Array], Any]

MARGIN = 0.08
"""How much room is left around the examples, as a part of their extent."""


class Examples(NamedTuple):
    """Points with their classes."""

    X: Array
    """The points (n, 2)."""
    classes: np.ndarray[Any, np.dtype[np.intp]]
    """The class of each (n,), counted from 0."""
    labels: list[str]
    """What the classes are called."""
    threshold: float | None
    """What a single score is above for the class 1; None where each class has a score."""

    def called(self, classes: Sequence[str] | None) -> Examples:
        """The same, with other names for the classes.

        Raises:
            ValueError: not as many as there are classes.
        """
        if classes is None:
            return self
        if isinstance(classes, str) or len(classes) != len(self.labels):
            raise ValueError(f"classes has a name for each of the {len(self.labels)} classes, not {classes!r}")
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
    """The examples, with their classes in the way in which ``predict`` tells classes apart.

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
        raise TypeError(f"predict is a function from points (n, 2) to scores, such as model.predict, not {predict!r}")
    if threshold is not None and not isinstance(threshold, Real):
        raise TypeError(f"threshold is a number, or None for half-way between the labels, not {threshold!r}")


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
        raise TypeError(f"{name} is an array of numbers, not {values!r:.80}") from None


def _some(labels: Array) -> str:
    """The first few labels, for a message."""
    more = ", …" if len(labels) > 5 else ""
    return ", ".join(short(label) for label in labels[:5]) + more
