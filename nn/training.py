"""``fit``: a model learns from examples; its loss is recorded once and replayed over batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from nn.dataset import as_dataset, divided, weighted
from nn.descent import Steps, descend, minimise
from nn.flat import FlatModel, advised
from nn.history import History
from nn.inference import measured
from nn.init import generator
from nn.losses import Loss, resolve_loss
from nn.metrics import Metric, resolve_metrics
from nn.module import Module, nearest
from nn.numeric import finite_from_0, whole_number
from nn.optim import SGD, Adam, AdamW, ConstantLR, Optimizer, RMSProp, Schedule
from nn.optim.clipping import positive
from nn.optim.optimizer import as_leaves
from nn.progress import ProgressBar
from nn.run import Callback, Run, Watch
from nn.trial import tried_loss, tried_model

__all__ = ["OPTIMIZERS", "fit"]

OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {"SGD": SGD, "Adam": Adam, "AdamW": AdamW, "RMSProp": RMSProp}
"""Every optimiser by name; ``"L-BFGS-B"`` is SciPy's."""


def fit(  # noqa: PLR0913 -- each argument is optional, named and independent
    model: Module,
    X: Any,  # noqa: N803 -- the name that scikit-learn's users know
    y: Any,
    *,
    loss: str | Loss,
    optimizer: str | Optimizer = "Adam",
    lr: float | None = None,
    weight_decay: float | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    validation: Any = None,
    patience: int | None = None,
    schedule: Schedule | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    l2: float = 0.0,
    sample_weight: Any = None,
    class_weight: Any = None,
    metrics: str | Metric | Iterable[str | Metric] = (),
    callbacks: Callback | Iterable[Callback] = (),
    compiled: bool = True,
    progress: bool = True,
    seed: Any = None,
) -> History:
    """Let ``model`` learn to predict ``y`` from ``X``: minimise the mean loss of the examples.

    The loss of one example is recorded and replayed over batches. It is recorded at each call, so the model is what it
    is then; and twice, so that a model or loss that is not a function of its inputs, such as one with a random mask, is
    refused: ``compiled=False`` trains it. Ctrl-C ends it and keeps what was learnt.

    Args:
        model: a Module that maps one example, a sequence of numbers, to one Value or several.
        X: the examples, one a row, shape (n, features).
        y: their targets, shape (n,), or (n, outputs) for several outputs.
        loss: a function of (prediction, target), or its name.
        optimizer: an optimiser of some or all of the model's parameters; or a name, in capitals or not: SGD, Adam,
            AdamW, RMSProp, or L-BFGS-B, which is SciPy's and takes all examples at once.
        lr: the learning rate, for an optimiser by name; its own default if not given.
        weight_decay: the pull towards 0, for an optimiser by name; its own default if not given. ``l2`` is for any.
        epochs: how often it goes over the examples; for L-BFGS-B the most iterations.
        batch_size: how many examples there are to a step; all if not given. Smaller batches are shuffled.
        validation: a pair (X, y) to validate on; or the share of the examples to hold back for that, drawn by
            ``seed``.
        patience: stop after so many epochs without a better validation loss; at the end the model has the
            parameters of the best epoch.
        schedule: from an epoch, counted from 0, to a factor of the learning rate, such as :class:`~nn.CosineLR`.
        clip_norm: scale a gradient down to this norm.
        clip_value: bring each number of a gradient to between -clip_value and clip_value; done before clip_norm.
        l2: the loss gains l2·Σp² over all that is learnt.
        sample_weight: how much the loss of each example counts, shape (n,), 0 or more: a mean loss is Σwl / Σw, that of
            a batch too, as in scikit-learn. Examples held back by a share weigh as much as they did; a validation pair
            is not weighted, and neither are metrics.
        class_weight: how much the classes count, as a dict from labels to weights, 1 for those it lacks; or
            ``"balanced"``, n / (classes · n of the class), as in scikit-learn, where n is a sum of sample weights. It
            multiplies ``sample_weight``.
        metrics: names and functions of (predictions, targets) that are computed after each epoch.
        callbacks: functions of an :class:`~nn.history.Epoch`, called after each; the model has the present
            parameters, and returning True stops.
        compiled: False computes on Values, example by example: slow, for functions that cannot be recorded.
        progress: show a bar on a terminal when it takes longer than a second.
        seed: for shuffling and drawing: an int or a ``numpy.random.Generator``; None for fresh entropy.

    Returns:
        The :class:`~nn.History`: the loss, gradient norm, validation loss and metrics of each epoch.

    Raises:
        TypeError, ValueError: an argument that makes no sense; the message says which.
        RecordingError: the model or its loss cannot be recorded, or is not a function of its inputs.
        AnomalyError: a loss or gradient that is not finite, with the example and the operation that it comes from.
            The model keeps the parameters from before that step, as it does on any error.

    >>> from nn import MLP, fit
    >>> model = MLP(2, [8, 1], activation="tanh", rng=0)
    >>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]
    >>> history = fit(model, X, y, loss="bce_with_logits", lr=0.1, epochs=100, metrics=["accuracy"])
    >>> history.loss[-1] < 0.05, history.metrics["accuracy"][-1]
    (True, 1.0)
    """
    chosen, random, count = resolve_loss(loss), generator(seed, "seed"), whole_number(epochs, "epochs", 0)
    data, held_out = divided(weighted(as_dataset(X, y), sample_weight, class_weight), validation, random)
    prediction = tried_model(model, data.X)
    tried_loss(chosen, prediction, data)
    if held_out is not None:
        tried_loss(chosen, prediction, held_out, "validation y" if isinstance(validation, (tuple, list)) else "y")
    elif patience is not None:
        raise ValueError("patience waits for a better validation loss: give validation, a pair (X, y) or a share")
    watch = Watch(
        validation=held_out,
        metrics=resolve_metrics(metrics, chosen),
        callbacks=_callbacks(callbacks),
        patience=None if patience is None else whole_number(patience, "patience"),
    )
    settings = {"batch_size": batch_size, "schedule": schedule, "clip_norm": clip_norm, "clip_value": clip_value}
    method = None
    if isinstance(optimizer, str) and optimizer.upper() == "L-BFGS-B":
        _refuse(
            {"lr": lr, "weight_decay": weight_decay, **settings},
            "optimizer='L-BFGS-B' takes steps of its own, on all examples at once",
        )
    else:
        method = _optimizer(optimizer, model, lr=lr, weight_decay=weight_decay)
        steps = _steps(len(data.X), **settings)
    learnt = as_leaves(model.parameters()) if method is None else method.parameters
    flat = FlatModel(model, learnt, chosen, compiled=compiled)
    with ProgressBar(count, enabled=progress) as bar, advised():
        measured(flat, flat.read(), data, watch.metrics)  # so that an error comes before anything is learnt
        run = Run(flat, data, l2=finite_from_0(l2, "l2"), watch=watch, bar=bar)
        try:
            if method is None:
                minimise(run, count)
            else:
                descend(run, count, method, steps, random)
            run.settle()
        except KeyboardInterrupt:
            run.history.interrupted, run.history.stopped = True, "interrupted"
        finally:
            flat.write(run.numbers)
    return run.history


def _optimizer(optimizer: Any, model: Module, **settings: float | None) -> Optimizer:
    """The optimiser that a name stands for; an optimiser stands for itself."""
    if isinstance(optimizer, Optimizer):
        _refuse(settings, "the optimiser has its own: set it there")
        own = set(map(id, model.parameters()))
        strangers = [parameter for parameter in optimizer.parameters if id(parameter) not in own]
        if strangers:
            raise ValueError(
                f"the optimiser holds {strangers[0]!r}, which is not a parameter of {model!r}: make the optimiser of "
                f"model.parameters(), again if a Parameter was replaced. To change a number set .data"
            )
        return optimizer
    known = ", ".join([*OPTIMIZERS, "L-BFGS-B"])
    if not isinstance(optimizer, str):
        raise TypeError(
            f"optimizer must be a name ({known}) or an optimiser, such as Adam(model.parameters()), got {optimizer!r}"
        )
    makers = {name.lower(): make for name, make in OPTIMIZERS.items()}
    if optimizer.lower() not in makers:
        near = nearest(optimizer, [*OPTIMIZERS, "L-BFGS-B"])
        raise ValueError(f"unknown optimizer {optimizer!r}; known: {known}; or give an optimiser.{near}")
    given = {name: setting for name, setting in settings.items() if setting is not None}
    return makers[optimizer.lower()](model.parameters(), **given)


def _steps(count: int, *, batch_size: Any, schedule: Any, clip_norm: Any, clip_value: Any) -> Steps:
    """The settings of the steps over ``count`` examples, checked."""
    size = count if batch_size is None else whole_number(batch_size, "batch_size")
    if size > count:
        raise ValueError(f"batch_size must be at most the number of examples that are learnt from, {count}, got {size}")
    if schedule is not None and (isinstance(schedule, type) or not callable(schedule)):
        raise TypeError(
            "schedule must be a function from an epoch to a factor of the learning rate, such as CosineLR(100), "
            f"got {schedule!r}"
        )
    return Steps(
        batch_size=size,
        schedule=ConstantLR() if schedule is None else schedule,
        clip_norm=None if clip_norm is None else positive(clip_norm, "clip_norm"),
        clip_value=None if clip_value is None else positive(clip_value, "clip_value"),
    )


def _callbacks(callbacks: Any) -> list[Callback]:
    if callable(callbacks):
        return [callbacks]
    if not isinstance(callbacks, Iterable) or not all(map(callable, listed := list(callbacks))):
        raise TypeError(f"callbacks must be a list of functions of an Epoch, got {callbacks!r}")
    return listed


def _refuse(given: dict[str, Any], why: str) -> None:
    """Refuse arguments that have no meaning here."""
    for name, argument in given.items():
        if argument is not None:
            raise ValueError(f"{name}={argument!r} has no meaning here: {why}")
