"""Metrics: how good predictions are, on whole arrays. Nothing is differentiated here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import numpy as np

from nn.losses import Loss, bce_with_logits
from nn.numeric import Array

__all__ = ["METRICS", "Metric", "accuracy", "accuracy_of_scores", "mean_absolute_error", "r2_score", "resolve_metrics",
           "root_mean_squared_error"]  # fmt: skip

Metric: TypeAlias = Callable[[Any, Any], float]
"""A function of (predictions, targets), each of shape (n,) or (n, outputs)."""


def accuracy(predictions: Any, targets: Any) -> float:
    """The share of examples that are put into the right class.

    With several outputs the class is the largest, and a target its index, or a row with a 1 in its place. With one
    output, targets of -1 and 1 are told apart by its sign, and targets of 0 and 1 by whether it is above 0.5, as
    a probability is: for raw scores take :func:`accuracy_of_scores`. A prediction of nan is of no class, and wrong.

    Raises:
        ValueError: no examples, or targets that are no classes of these kinds.

    >>> from nn.metrics import accuracy
    >>> accuracy([0.2, 0.7, 0.9], [0, 1, 0]), accuracy([[2.0, 1.0], [0.0, 5.0]], [0, 1])
    (0.6666666666666666, 1.0)
    """
    return _share_right(np.asarray(predictions, float), np.asarray(targets, float), threshold=0.5)


def accuracy_of_scores(predictions: Any, targets: Any) -> float:
    """The accuracy of raw scores, which are above 0 for the class 1, whether the other is called 0 or -1.

    >>> from nn.metrics import accuracy_of_scores
    >>> accuracy_of_scores([-3.0, 0.2], [0, 1])
    1.0
    """
    return _share_right(np.asarray(predictions, float), np.asarray(targets, float), threshold=0.0)


def mean_absolute_error(predictions: Any, targets: Any) -> float:
    """The mean of |y - ŷ|.

    >>> from nn.metrics import mean_absolute_error
    >>> mean_absolute_error([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    return float(np.abs(_errors(predictions, targets)).mean())


def root_mean_squared_error(predictions: Any, targets: Any) -> float:
    """√ of the mean of (y - ŷ)².

    >>> from nn.metrics import root_mean_squared_error
    >>> root_mean_squared_error([1.0, 2.0], [4.0, 6.0])
    3.5355339059327378
    """
    return float(np.sqrt(np.square(_errors(predictions, targets)).mean()))


def r2_score(predictions: Any, targets: Any) -> float:
    """R² = 1 - Σ(y - ŷ)² / Σ(y - ȳ)²: 1 for a perfect fit, 0 for the mean; the mean of it over several outputs.

    Raises:
        ValueError: all targets of an output are equal, so that there is nothing to explain.

    >>> from nn.metrics import r2_score
    >>> r2_score([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), r2_score([2.0, 2.0, 2.0], [1.0, 2.0, 3.0])
    (1.0, 0.0)
    """
    errors, numbers = _errors(predictions, targets), np.asarray(targets, float)
    spread = np.square(numbers - numbers.mean(axis=0)).sum(axis=0)
    if not np.all(spread):
        raise ValueError("r2_score needs targets that differ: all of an output are equal")
    return float(np.mean(1.0 - np.square(errors).sum(axis=0) / spread))


METRICS: dict[str, Metric] = {
    metric.__name__: metric for metric in (accuracy, mean_absolute_error, root_mean_squared_error, r2_score)
}
"""Every metric by name."""


def resolve_metrics(metrics: Any, loss: Loss) -> dict[str, Metric]:
    """The functions that a list of names and functions stands for, by name.

    ``"accuracy"`` is that of scores where the loss is of scores.

    Raises:
        ValueError: no metric has this name, or two have one name.
        TypeError: an entry is neither a name nor a function.

    >>> from nn import mse
    >>> from nn.metrics import resolve_metrics
    >>> list(resolve_metrics(["r2_score"], mse))
    ['r2_score']
    """
    if isinstance(metrics, str) or callable(metrics):
        metrics = [metrics]
    if not isinstance(metrics, Iterable):
        raise TypeError(f"metrics is a list of names and functions of (predictions, targets), not {metrics!r}")
    resolved: dict[str, Metric] = {}
    for metric in metrics:
        name = metric if isinstance(metric, str) else getattr(metric, "__name__", type(metric).__name__)
        if name in resolved or name in ("loss", "epoch"):
            raise ValueError(f"metrics holds two that are called {name!r}, or one that is called as a column already")
        resolved[name] = _resolved(metric, loss)
    return resolved


def _resolved(metric: Any, loss: Loss) -> Metric:
    if isinstance(metric, str):
        if metric not in METRICS:
            raise ValueError(f"unknown metric {metric!r}; known: {', '.join(METRICS)}; or give a function")
        return accuracy_of_scores if metric == "accuracy" and loss is bce_with_logits else METRICS[metric]
    if not callable(metric):
        raise TypeError(f"a metric is a name or a function of (predictions, targets), not {metric!r}")
    function: Metric = metric
    return function


def _share_right(predictions: Array, targets: Array, threshold: float) -> float:
    if not predictions.size:
        raise ValueError("accuracy of no examples")
    if predictions.shape[1:] == (1,):
        predictions = predictions[:, 0]
        targets = targets[:, 0] if targets.shape[1:] == (1,) else targets
    told = ~np.isnan(predictions)
    if predictions.ndim == 2:
        classes = _classes(targets, predictions.shape)
        return float(np.mean(told.all(axis=1) & (predictions.argmax(axis=1) == classes)))
    if targets.shape != predictions.shape:
        raise ValueError(f"accuracy takes a target for each of {predictions.shape} predictions, not {targets.shape}")
    if np.isin(targets, (0.0, 1.0)).all():
        return float(np.mean(told & ((predictions > threshold) == (targets == 1.0))))
    if np.isin(targets, (-1.0, 1.0)).all():
        return float(np.mean(told & ((predictions > 0.0) == (targets == 1.0))))
    raise ValueError("accuracy of one output takes targets of 0 and 1, or of -1 and 1")


def _classes(targets: Array, shape: tuple[int, ...]) -> Array:
    """The class of each example of ``shape`` (n, classes): an index, or the place of the 1 in its row."""
    if (
        targets.shape == shape
        and ((targets == 1.0).sum(axis=1) == 1).all()
        and np.isin(targets, (-1.0, 0.0, 1.0)).all()
    ):
        return np.array(targets.argmax(axis=1), dtype=float)
    if targets.shape == shape[:1] and np.isin(targets, np.arange(shape[1])).all():
        return targets
    raise ValueError(
        f"accuracy of {shape[1]} outputs takes an index from 0 to {shape[1] - 1} as target, or a row with one 1 in it"
    )


def _errors(predictions: Any, targets: Any) -> Array:
    predicted, wanted = np.asarray(predictions, float), np.asarray(targets, float)
    if predicted.shape != wanted.shape:
        raise ValueError(f"predictions have the shape {predicted.shape}, targets {wanted.shape}: they must agree")
    if not predicted.size:
        raise ValueError("a metric of no examples")
    errors: Array = wanted - predicted
    return errors
