"""Metrics: the quality of predictions, on whole arrays, as scikit-learn defines them. They are not differentiated.

The kind of labels of an accuracy is known from the loss, never from the labels that happen to be there: targets that
are all 1 are as well labels of 0 and 1 as of -1 and 1.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from nn.arguments import Array, counted, name_of, real_array, resolved, whole_number
from nn.losses import LABELS, Loss, labels_of, resolve_loss

__all__ = [
    "METRICS", "Metric", "accuracy", "accuracy_for", "accuracy_of_scores", "mean_absolute_error", "measure",
    "r2_score", "resolve_metrics", "root_mean_squared_error", "top_k_accuracy",
]  # fmt: skip

Metric: TypeAlias = Callable[..., float]
"""A function of (predictions, targets), each of shape (n,) or (n, outputs); perhaps of ``sample_weight`` too."""


def accuracy(predictions: Any, targets: Any, *, loss: str | Loss | None = None, sample_weight: Any = None) -> float:
    """The share of examples that are put into the right class, as scikit-learn's ``accuracy_score``.

    How an output is read depends on the loss that the model was trained for. ``binary_cross_entropy``: a probability, 1
    above 0.5. ``bce_with_logits``: a score, 1 above 0. ``hinge``: a score, by its sign -1 or 1. With several outputs
    these answer several questions, and an example is right if all of them are. ``softmax_cross_entropy`` and
    ``categorical_cross_entropy``: the class is the largest output, a target its index or a row with a 1 in its place.

    In :func:`~nn.fit` and :func:`~nn.evaluate` the loss is the one given there. Called without one, outputs in rows are
    read as scores of classes; one output as a probability where targets are 0 and 1, and by its sign where a target is
    -1. A prediction of nan is of no class, and wrong. Bools are 0 and 1.

    Args:
        predictions: shape (n,), or (n, outputs).
        targets: as many labels.
        loss: the loss, or its name; the labels are as it takes them.
        sample_weight: how much each example counts, shape (n,).

    Raises:
        ValueError: no examples, targets that are not labels of this kind, or a loss whose labels are not known.

    >>> from nn.metrics import accuracy
    >>> accuracy([0.2, 0.7, 0.9], [0, 1, 0]), accuracy([[2.0, 1.0], [0.0, 5.0]], [0, 1])
    (0.6666666666666666, 1.0)
    >>> accuracy([0.3, 0.2, 0.4], [1, 1, 1], loss="hinge")
    1.0
    """
    outputs, labels = _outputs_and_labels(predictions, targets, "accuracy")
    kind = _kind_by_shape(outputs, labels) if loss is None else _known_labels(loss)
    told = ~np.isnan(outputs)
    if kind == "classes":
        classes = _classes(labels, outputs.shape, "accuracy")
        right = told.all(axis=1) & (outputs.argmax(axis=1) == classes)
    else:
        correct = told & (_is_one(outputs, kind) == (_labels(labels, outputs.shape, kind) == 1.0))
        right = correct if correct.ndim == 1 else correct.all(axis=1)
    return _mean(right, sample_weight)


def accuracy_for(loss: str | Loss) -> Metric:
    """The accuracy of a model that was trained for ``loss``, or for a loss of your own that is like it.

    >>> from nn import bce_with_logits, evaluate, MLP
    >>> from nn.metrics import accuracy_for
    >>> def weighted(prediction, target):
    ...     return (1 + 4 * target) * bce_with_logits(prediction, target)
    >>> model, metric = MLP(1, [1], init="ones"), accuracy_for("bce_with_logits")
    >>> evaluate(model, [[0.3], [-0.2], [0.4]], [1, 0, 1], loss=weighted, metrics=metric)["accuracy"]
    1.0
    """
    _known_labels(loss)
    return partial(accuracy, loss=loss)


def accuracy_of_scores(predictions: Any, targets: Any, *, sample_weight: Any = None) -> float:
    """The accuracy of raw scores, which are above 0 for the class 1, whether the other is called 0 or -1.

    >>> from nn.metrics import accuracy_of_scores
    >>> accuracy_of_scores([-3.0, 0.2], [0, 1])
    1.0
    """
    _, labels = _outputs_and_labels(predictions, targets, "accuracy_of_scores")
    signs = bool(np.isin(labels, (-1.0, 1.0)).all())
    return accuracy(predictions, targets, loss="hinge" if signs else "bce_with_logits", sample_weight=sample_weight)


def top_k_accuracy(k: int) -> Metric:
    """The metric ``top_k_accuracy``: the share of examples whose class is among the ``k`` largest outputs.

    Of equal outputs that of the higher index comes first, as in scikit-learn's ``top_k_accuracy_score``. A target is
    the index of a class, or a row with a 1 in its place; a prediction with nan is wrong.

    >>> from nn.metrics import top_k_accuracy
    >>> top_k_accuracy(2)([[0.5, 0.2, 0.3], [0.1, 0.2, 0.7]], [2, 0])
    0.5
    """
    best = whole_number(k, "k")

    def metric(predictions: Any, targets: Any, *, sample_weight: Any = None) -> float:
        outputs, labels = _outputs_and_labels(predictions, targets, "top_k_accuracy")
        if outputs.ndim < 2 or outputs.shape[1] <= best:
            raise ValueError(f"top_k_accuracy({best}) needs more than {counted(best, 'output')}, got {outputs.shape}")
        classes = _classes(labels, outputs.shape, "top_k_accuracy")
        order = np.argsort(outputs, axis=1, kind="stable")[:, ::-1][:, :best]
        right = (order == classes[:, None]).any(axis=1) & ~np.isnan(outputs).any(axis=1)
        return _mean(right, sample_weight)

    metric.__name__ = "top_k_accuracy"
    return metric


def mean_absolute_error(predictions: Any, targets: Any, *, sample_weight: Any = None) -> float:
    """The mean of |y - ŷ|.

    >>> from nn.metrics import mean_absolute_error
    >>> mean_absolute_error([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    return _mean(np.abs(_errors(predictions, targets)), sample_weight)


def root_mean_squared_error(predictions: Any, targets: Any, *, sample_weight: Any = None) -> float:
    """√ of the mean of (y - ŷ)²; of several outputs the mean of their roots, as in scikit-learn.

    >>> from nn.metrics import root_mean_squared_error
    >>> root_mean_squared_error([1.0, 2.0], [4.0, 6.0])
    3.5355339059327378
    >>> root_mean_squared_error([[1.0, 0.0], [1.0, 0.0]], [[4.0, 1.0], [4.0, 1.0]])
    2.0
    """
    return float(np.mean(np.sqrt(_mean_over_examples(np.square(_errors(predictions, targets)), sample_weight))))


def r2_score(predictions: Any, targets: Any, *, sample_weight: Any = None) -> float:
    """R² = 1 - Σ(y - ŷ)² / Σ(y - ȳ)²: 1 for a perfect fit, 0 for the mean; the mean of it over several outputs.

    Raises:
        ValueError: all targets of an output are equal, so that there is nothing to explain, where scikit-learn gives 0
            or 1.

    >>> from nn.metrics import r2_score
    >>> r2_score([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), r2_score([2.0, 2.0, 2.0], [1.0, 2.0, 3.0])
    (1.0, 0.0)
    """
    errors, numbers = _errors(predictions, targets), np.asarray(targets, float)
    deviations = numbers - _mean_over_examples(numbers, sample_weight)
    spread = _mean_over_examples(np.square(deviations), sample_weight)
    if not np.all(spread):
        raise ValueError("r2_score needs targets that differ: all of an output are equal")
    return float(np.mean(1.0 - _mean_over_examples(np.square(errors), sample_weight) / spread))


METRICS: dict[str, Metric] = {
    metric.__name__: metric for metric in (accuracy, mean_absolute_error, root_mean_squared_error, r2_score)
}
"""Every metric by name."""


def resolve_metrics(metrics: Any, loss: Loss) -> dict[str, Metric]:
    """The functions that a list of names and functions stands for, by name.

    ``"accuracy"`` is that of the labels that ``loss`` takes.

    Raises:
        ValueError: no metric has this name, or two have one name; accuracy beside a loss that says nothing of labels.
        TypeError: an entry is neither a name nor a function.

    >>> from nn import mse
    >>> from nn.metrics import resolve_metrics
    >>> list(resolve_metrics(["r2_score"], mse))
    ['r2_score']
    """
    if isinstance(metrics, str) or callable(metrics):
        metrics = [metrics]
    if not isinstance(metrics, Iterable):
        raise TypeError(f"metrics must be a list of names and functions of (predictions, targets), got {metrics!r}")
    found: dict[str, Metric] = {}
    for metric in metrics:
        name = metric if isinstance(metric, str) else _name(metric)
        if name in found or name in ("loss", "epoch"):
            raise ValueError(f"metrics must differ in name, also from loss and epoch: {name!r} is taken")
        function = resolved("a metric", metric, METRICS, "a function of (predictions, targets)")
        found[name] = accuracy_for(loss) if function is accuracy else function
    return found


def measure(name: str, metric: Metric, predictions: Array, targets: Array, sample_weight: Array | None) -> float:
    """One metric; if it fails, the error calls it ``name``.

    Raises:
        TypeError: examples are weighted, and the metric takes no ``sample_weight``.
    """
    weights = {} if sample_weight is None else {"sample_weight": sample_weight}
    if weights and not _takes_weights(metric):
        raise TypeError(
            f"the metric {name} takes no weights, so it would count all examples alike: give it an argument "
            f"sample_weight, an array with one for each example"
        )
    try:
        return float(metric(predictions, targets, **weights))
    except (TypeError, ValueError) as error:
        error.add_note(
            f"In the metric {name}: it takes predictions {predictions.shape} and targets {targets.shape}, two arrays, "
            "and gives one number."
        )
        raise


def _name(metric: Any) -> str:
    return name_of(metric.func if isinstance(metric, partial) else metric)


def _takes_weights(metric: Metric) -> bool:
    try:
        return "sample_weight" in inspect.signature(metric).parameters
    except (TypeError, ValueError):  # a function of C without a signature
        return False


# --- labels -----------------------------------------------------------------------------------------------


def _known_labels(loss: str | Loss) -> str:
    """The kind of labels of ``loss``; an error that says what to write if that is unknown."""
    resolved = resolve_loss(loss)
    kind = labels_of(resolved)
    if kind is None:
        raise ValueError(
            f"accuracy depends on what the labels are, and the loss {_name(resolved)} does not say. Say which loss the "
            f"outputs are read as of, metrics=accuracy_for(...) of nn.metrics: 'bce_with_logits' (labels 0 and 1, 1 "
            f"where an output is above 0), 'binary_cross_entropy' (0 and 1, above 0.5), 'hinge' (-1 and 1, by the sign)"
            f" or 'softmax_cross_entropy' (the index of the largest output)"
        )
    return kind


def _kind_by_shape(outputs: Array, labels: Array) -> str:
    """How outputs are read where no loss was named: see :func:`accuracy`."""
    if outputs.ndim == 2:
        return "classes"
    _check_shape(labels, outputs.shape)
    if np.isin(labels, (-1.0, 1.0)).all():
        if (labels == 1.0).all():
            raise ValueError(
                "accuracy of targets that are all 1: the other label may be 0 or -1. Name the loss that takes them, as "
                f"in accuracy(predictions, targets, loss='hinge'); there are {', '.join(map(_name, LABELS))}"
            )
        return "signs"
    if not np.isin(labels, (0.0, 1.0)).all():
        raise ValueError("accuracy of one output takes targets of 0 and 1, or of -1 and 1")
    return "probabilities"


def _is_one(outputs: Array, kind: str) -> Any:
    """Where the label 1 is predicted."""
    if kind != "probabilities":
        return outputs > 0.0
    outside = (outputs < 0.0) | (outputs > 1.0)
    if outside.any():
        raise ValueError(
            f"accuracy reads these outputs as probabilities, from 0 to 1, and one is {outputs[outside][0]:g}: name the "
            f"loss that takes them, such as loss='bce_with_logits' for raw scores"
        )
    return outputs > 0.5


def _labels(labels: Array, shape: tuple[int, ...], kind: str) -> Array:
    """``labels``, checked to be as many as the outputs, and of this kind."""
    _check_shape(labels, shape)
    known = (-1.0, 1.0) if kind == "signs" else (0.0, 1.0)
    strange = ~np.isin(labels, known)
    if strange.any():
        raise ValueError(f"accuracy takes targets of {known[0]:g} and 1 here, and one is {labels[strange][0]:g}")
    return labels


def _check_shape(labels: Array, shape: tuple[int, ...]) -> None:
    if labels.shape != shape:
        raise ValueError(f"accuracy takes a target for each of {shape} predictions, not {labels.shape}")


def _classes(labels: Array, shape: tuple[int, ...], name: str) -> Array:
    """The class of each example of ``shape`` (n, classes): an index, or the place of the 1 in its row."""
    if len(shape) == 2:
        if (
            labels.shape == shape
            and ((labels == 1.0).sum(axis=1) == 1).all()
            and np.isin(labels, (-1.0, 0.0, 1.0)).all()
        ):
            return np.array(labels.argmax(axis=1), dtype=float)
        if labels.shape == shape[:1] and np.isin(labels, np.arange(shape[1])).all():
            return labels
        raise ValueError(
            f"{name} of {shape[1]} outputs takes an index from 0 to {shape[1] - 1} as target, or a row with one 1 in it"
        )
    raise ValueError(f"{name} of classes takes an output for each class, in rows, not predictions of shape {shape}")


# --- arrays -----------------------------------------------------------------------------------------------


def _outputs_and_labels(predictions: Any, targets: Any, name: str) -> tuple[Array, Array]:
    """Both as arrays, a column as one output."""
    outputs, labels = np.asarray(predictions, float), np.asarray(targets, float)
    if not outputs.size:
        raise ValueError(f"{name} of no examples")
    if outputs.shape[1:] == (1,):
        outputs, labels = outputs[:, 0], labels[:, 0] if labels.shape[1:] == (1,) else labels
    return outputs, labels


def _errors(predictions: Any, targets: Any) -> Array:
    predicted, wanted = np.asarray(predictions, float), np.asarray(targets, float)
    if predicted.shape != wanted.shape:
        raise ValueError(f"predictions have the shape {predicted.shape}, targets {wanted.shape}: they must agree")
    if not predicted.size:
        raise ValueError("a metric of no examples")
    errors: Array = wanted - predicted
    return errors


def _mean(numbers: Array, sample_weight: Any) -> float:
    """The mean over examples and outputs."""
    return float(np.mean(_mean_over_examples(numbers, sample_weight)))


def _mean_over_examples(numbers: Array, sample_weight: Any) -> Any:
    """The mean over the first axis, weighted: Σwx / Σw."""
    if sample_weight is None:
        return numbers.mean(axis=0)
    weights = real_array(sample_weight, "sample_weight")
    if weights.shape != numbers.shape[:1]:
        raise ValueError(f"sample_weight must have one number for each of {len(numbers)} examples, got {weights.shape}")
    return np.average(numbers, axis=0, weights=weights)
