"""``predict`` and ``evaluate``: what a model says of many examples, and how good that is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nn.dataset import Dataset, as_dataset, as_examples, weighted
from nn.flat import FlatModel, advised
from nn.losses import Loss, mse, resolve_loss
from nn.metrics import Metric, measure, resolve_metrics
from nn.module import Module
from nn.numeric import Array
from nn.trial import tried_loss, tried_model

__all__ = ["evaluate", "measured", "predict"]


def predict(model: Module, X: Any, *, compiled: bool = True) -> Array:  # noqa: N803 -- the name that scikit-learn's users know
    """What ``model`` says of each example, from a recording of it as it is now: floats, with no graph.

    It is recorded twice, so that a model that is not a function of its inputs, such as one with a random mask, is
    refused. What escapes is a change that both runs happen not to show: a random number from a generator that neither
    the model nor its methods name, and that came out alike.

    Args:
        model: a Module that maps one example, a sequence of numbers, to one Value or several.
        X: the examples, one a row, shape (n, features).
        compiled: False computes on Values, example by example: slow, for models that cannot be recorded.

    Returns:
        An array of shape (n,), or (n, outputs) for several outputs; nan or infinite where the arithmetic is.

    Raises:
        TypeError, ValueError: an argument that makes no sense; the message says which.
        RecordingError: the model takes a plain float out of a Value, or is not a function of its inputs.

    >>> from nn import MLP, predict
    >>> predict(MLP(2, [1], init="zeros"), [[0.0, 1.0], [2.0, 3.0]])
    array([0., 0.])
    """
    examples = as_examples(X)
    tried_model(model, examples)
    flat = FlatModel(model, model.parameters(), mse, compiled=compiled)
    with advised():
        return flat.predictions(flat.read(), examples)


def evaluate(  # noqa: PLR0913 -- as of fit
    model: Module,
    X: Any,  # noqa: N803 -- as of predict
    y: Any,
    *,
    loss: str | Loss,
    metrics: str | Metric | Iterable[str | Metric] = (),
    sample_weight: Any = None,
    compiled: bool = True,
) -> dict[str, float]:
    """The mean loss of the examples under ``"loss"``, and each metric under its name.

    Args:
        model: a Module that maps one example, a sequence of numbers, to one Value or several.
        X: the examples, one a row, shape (n, features).
        y: their targets, shape (n,), or (n, outputs) for several outputs.
        loss: a function of (prediction, target), or its name.
        metrics: names and functions of (predictions, targets).
        sample_weight: how much each example counts in the loss and the metrics, shape (n,): Σwl / Σw, as in
            scikit-learn. A metric of one's own then takes an argument ``sample_weight``.
        compiled: as of :func:`predict`.

    Raises:
        TypeError, ValueError: an argument that makes no sense; the message says which.
        RecordingError: the model takes a plain float out of a Value, or is not a function of its inputs.

    >>> from nn import MLP, evaluate
    >>> evaluate(MLP(1, [1], init="zeros"), [[1.0], [2.0]], [3.0, 1.0], loss="mse", metrics="mean_absolute_error")
    {'loss': 5.0, 'mean_absolute_error': 2.0}
    """
    chosen = resolve_loss(loss)
    functions, data = resolve_metrics(metrics, chosen), weighted(as_dataset(X, y), sample_weight)
    tried_loss(chosen, tried_model(model, data.X), data)
    flat = FlatModel(model, model.parameters(), chosen, compiled=compiled)
    numbers = flat.read()
    with advised():
        return {"loss": flat.mean_loss(numbers, data), **measured(flat, numbers, data, functions, data.weights)}


def measured(
    flat: FlatModel, numbers: Array, data: Dataset, metrics: dict[str, Metric], sample_weight: Array | None = None
) -> dict[str, float]:
    """Each metric of ``data``, by name."""
    if not metrics:
        return {}
    predictions = flat.predictions(numbers, data.X)
    return {name: measure(name, metric, predictions, data.y, sample_weight) for name, metric in metrics.items()}
