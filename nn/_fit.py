"""``fit``: a model learns from examples; its loss is recorded once and replayed over batches.

To be read from the top: ``fit`` checks its arguments and starts a ``_Run``; ``_descend`` or ``_minimise`` moves its
numbers by the gradients it gives, and ends each epoch with what is watched; ``_not_finite`` explains why no step can be
taken.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from autograd import AnomalyError, Value, diagnose, errstate
from nn._predict import FlatModel, advised, tried_loss, tried_model
from nn.arguments import (
    Array,
    counted,
    finite_from_0,
    name_of,
    number_of,
    positive,
    some,
    unknown,
    whole_number,
    with_hints,
)
from nn.data import Dataset, as_dataset, divided, weighted
from nn.history import Epoch, History, ProgressBar
from nn.init import generator
from nn.losses import Loss, resolve_loss
from nn.metrics import Metric, resolve_metrics
from nn.module import Module, parameters_of, walk
from nn.optim import SGD, Adam, AdamW, Optimizer, RMSProp, as_leaves, norm_of, shortened
from nn.schedules import PlateauLR, Schedule

__all__ = ["OPTIMIZERS", "fit"]

OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {"SGD": SGD, "Adam": Adam, "AdamW": AdamW, "RMSProp": RMSProp}
"""Every optimiser by name; ``"L-BFGS-B"`` is SciPy's."""

Callback: TypeAlias = Callable[[Epoch], Any]
"""A function of an :class:`~nn.Epoch`; returning True stops."""

_ELSEWHERE = {
    name: advice
    for advice, names in {
        "lr=0.1": "learning_rate learning_rate_init step_size eta",
        "schedule=StepLR(10, factor=0.5)": "lr_decay lr_schedule lr_scheduler scheduler gamma",
        "weight_decay=..., or schedule=StepLR(...) for the learning rate": "decay",
        "optimizer=SGD(model.parameters(), lr=..., momentum=...)": "momentum nesterov dampening",
        "optimizer=SGD(model.parameters(), lr=..., maximize=True)": "maximize",
        "optimizer=Adam(model.parameters(), betas=..., eps=...)": "betas eps amsgrad",
        "optimizer=RMSProp(model.parameters(), alpha=...), or l2=... for a penalty": "alpha centered",
        "epochs=100": "epoch n_epochs max_epochs max_iter steps iterations",
        "batch_size=32": "batch batchsize minibatch",
        "validation=(X, y)": "validation_data val_data",
        "validation=0.2": "validation_split validation_fraction test_size",
        "patience=10, with validation=...": "early_stopping n_iter_no_change",
        "loss=...": "criterion loss_fn objective",
        "clip_norm=1.0, or clip_value=...": "clip clipnorm max_norm grad_clip",
        "progress=True or progress=False": "verbose disp",
        "seed=0": "random_state rng",
        "sample_weight=... or class_weight=...": "weights",
    }.items()
    for name in names.split()
}
"""Arguments of other libraries, and what to write here."""


@with_hints(_ELSEWHERE)
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
    """Train ``model`` to predict ``y`` from ``X``: minimise the mean loss of the examples.

    The loss of one example is recorded anew at each call, and replayed over batches. It is recorded twice, until two
    runs have agreed, to refuse a model or loss that is not a function of its inputs, such as one with a random mask,
    and a model that counts its runs: ``compiled=False`` trains them. Ctrl-C stops training and keeps what was learnt.

    Args:
        model: a Module that maps one example, a sequence of numbers, to one Value or several.
        X: the examples, one a row, shape (n, features).
        y: their targets, shape (n,), or (n, outputs) for several outputs.
        loss: a function of (prediction, target), or its name.
        optimizer: an optimiser of some or all of the model's parameters; or a name, upper or lower case: SGD, Adam,
            AdamW, RMSProp, or L-BFGS-B, which is SciPy's and takes all examples at once.
        lr: the learning rate, for an optimiser by name; its own default if not given.
        weight_decay: the pull towards 0, for an optimiser by name; its own default if not given. ``l2`` is for any.
        epochs: passes over the examples; for L-BFGS-B the most iterations.
        batch_size: examples per step; all if not given. Smaller batches are shuffled.
        validation: a pair (X, y) to validate on; or the share of the examples to hold back for that, drawn by
            ``seed``.
        patience: stop after this many epochs without a better validation loss, and go back to the parameters of the
            best epoch.
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
            parameters, changes to it count from the next epoch, and returning True stops.
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
    measures, listeners = resolve_metrics(metrics, chosen), _callbacks(callbacks)
    most = None if patience is None else whole_number(patience, "patience")
    settings = {"batch_size": batch_size, "schedule": schedule, "clip_norm": clip_norm, "clip_value": clip_value}
    method = None
    if isinstance(optimizer, str) and optimizer.upper() == "L-BFGS-B":
        _refuse(
            {"lr": lr, "weight_decay": weight_decay, **settings},
            "optimizer='L-BFGS-B' takes steps of its own, on all examples at once",
        )
    else:
        method = _optimizer(optimizer, model, lr=lr, weight_decay=weight_decay)
        steps = _Steps(len(data.X), **settings)
    learnt = as_leaves(model.parameters()) if method is None else method.parameters
    flat = FlatModel(model, learnt, chosen, compiled=compiled)
    with ProgressBar(count, enabled=progress) as bar, advised():
        flat.measured(flat.read(), data, measures)  # so that an error comes before anything is learnt
        run = _Run(flat, data, finite_from_0(l2, "l2"), held_out, measures, listeners, most, bar)
        try:
            if method is None:
                _minimise(run, count)
            else:
                _descend(run, count, method, steps, random)
            run.settle(grows=method is not None and method.maximize)
        except KeyboardInterrupt:
            run.history.interrupted, run.history.stopped = True, "interrupted"
        finally:
            run.flat.write(run.numbers)
    return run.history


# --- a model that is learning -----------------------------------------------------------------------------


@dataclass
class _Run:
    """A model that is learning."""

    flat: FlatModel
    data: Dataset
    l2: float
    """The weight of the penalty: the loss gains l2·Σp² over all that is learnt."""
    validation: Dataset | None
    metrics: dict[str, Metric]
    callbacks: list[Callback]
    patience: int | None
    bar: ProgressBar

    def __post_init__(self) -> None:
        self.numbers = self.flat.read()
        """The parameters after the last step that was completed."""
        self.history = History()
        """The epochs that were completed."""
        self._best: tuple[float, Array] = math.inf, self.numbers
        self._since = time.perf_counter()
        self._began = False
        self._reached = np.zeros(len(self.numbers), bool)

    def value_and_gradient(self, numbers: Array, batch: Dataset, batch_index: int | None = None) -> tuple[float, Array]:
        """The objective at ``numbers``, the mean loss of ``batch`` and the penalty; and its gradient.

        Raises:
            AnomalyError: a number that is not finite.
            ValueError: nothing that is learnt has a part in the loss.
        """
        value, slope = self.flat.value_and_gradient(numbers, batch)
        gradient = slope
        if self.l2:
            value += self.l2 * float(numbers.dot(numbers))
            gradient = slope + 2.0 * self.l2 * numbers
        if not (math.isfinite(value) and np.isfinite(gradient).all()):
            where = f"in epoch {len(self.history)}" + ("" if batch_index is None else f", batch {batch_index}")
            raise _not_finite(self.flat, numbers, batch, where)
        if not self.history.epochs:
            if not (self._began or slope.any()):
                _refuse_constant(self.flat, numbers, self.data)
            self._began = True
            self._reached |= slope != 0.0
        return value, gradient

    def end_epoch(self, loss: float, gradient_norm: float, lr: float | None) -> bool:
        """Note an epoch, and what is watched after it; return whether it was the last."""
        history, flat, validation_loss = self.history, self.flat, None
        metrics = flat.measured(self.numbers, self.data, self.metrics)
        if self.validation is not None:
            validation_loss = flat.mean_loss(self.numbers, self.validation)
            held_out = flat.measured(self.numbers, self.validation, self.metrics)
            metrics |= {f"validation_{name}": number for name, number in held_out.items()}
        now = time.perf_counter()
        epoch = Epoch(len(history), loss, gradient_norm, now - self._since, lr, validation_loss, metrics)
        self._since = now
        history.epochs.append(epoch)
        self.bar.update(len(history), loss)
        waited_enough = self._no_better(epoch)
        return self._called_off(epoch) or waited_enough

    def _no_better(self, epoch: Epoch) -> bool:
        """Whether the validation loss has not fallen for too long."""
        if self.patience is None or epoch.validation_loss is None:
            return False
        history = self.history
        if epoch.validation_loss < self._best[0]:
            self._best = epoch.validation_loss, self.numbers
            history.best_epoch = epoch.epoch
        waited = epoch.epoch - (-1 if history.best_epoch is None else history.best_epoch)
        if waited >= self.patience:
            history.stopped = f"no validation loss below {self._best[0]:.6g} for {counted(waited, 'epoch')}"
        return bool(history.stopped)

    def _called_off(self, epoch: Epoch) -> bool:
        """Whether a callback stops training. The model has the present numbers, and callbacks may change it."""
        if not self.callbacks:
            return False
        self.flat.write(self.numbers)
        for callback in self.callbacks:
            answer = callback(epoch)
            if isinstance(answer, (bool, np.bool_)) and answer:
                self.history.stopped = f"{name_of(callback)} stopped it"
        self.flat = self.flat.of_now()
        self.numbers = self.flat.read()
        return bool(self.history.stopped)

    def settle(self, *, grows: bool) -> None:
        """Go back to the best parameters, if there is patience for them; remark on what looks wrong.

        Args:
            grows: whether the loss is meant to grow.
        """
        history = self.history
        if history.best_epoch is not None:
            self.numbers = self._best[1]
        elif not grows and len(history) > 1 and history.loss[-1] > history.loss[0] + abs(history.loss[0]):
            history.remarks.append("the loss has grown: a smaller lr may make it fall")
        if history.epochs and not self._reached.all():
            still = [leaf for leaf, reached in zip(self.flat.parameters, self._reached, strict=True) if not reached]
            paths = (
                {} if all(leaf.label for leaf in still) else {id(part): path for path, part in walk(self.flat.model)}
            )
            history.remarks.append(
                f"the gradient of {len(still)} of {counted(len(self._reached), 'parameter')} was 0 throughout the "
                f"first epoch: {some([leaf.label or paths[id(leaf)] for leaf in still])}"
            )


# --- the two ways down: an optimiser over batches, SciPy's L-BFGS over all examples -----------------------


class _Steps:
    """How an optimiser takes its steps over ``count`` examples."""

    def __init__(self, count: int, *, batch_size: Any, schedule: Any, clip_norm: Any, clip_value: Any) -> None:
        self.batch_size = count if batch_size is None else whole_number(batch_size, "batch_size")
        if self.batch_size > count:
            raise ValueError(
                f"batch_size must be at most the number of examples that are learnt from, {count}, got {batch_size}"
            )
        if schedule is not None and (isinstance(schedule, type) or not callable(schedule)):
            raise TypeError(
                "schedule must be a function from an epoch to a factor of the learning rate, such as CosineLR(100), "
                f"got {schedule!r}"
            )
        self.schedule: Schedule | None = schedule
        self.clip_norm = None if clip_norm is None else positive(clip_norm, "clip_norm")
        self.clip_value = None if clip_value is None else positive(clip_value, "clip_value")

    def factor(self, epoch: int, run: _Run) -> float:
        """The factor of the learning rate in ``epoch``."""
        if self.schedule is None:
            return 1.0
        if isinstance(self.schedule, PlateauLR):
            return self.schedule.after(run.history.validation_loss or run.history.loss)
        return self.schedule(epoch)

    def clipped(self, gradient: Array) -> tuple[Array, float]:
        """A gradient as the optimiser is given it, and the norm that it had."""
        norm = norm_of(gradient)
        if self.clip_value is not None:
            gradient = np.clip(gradient, -self.clip_value, self.clip_value)
        if self.clip_norm is not None:
            gradient, _ = shortened(gradient, self.clip_norm)
        return gradient, norm


def _descend(run: _Run, epochs: int, optimizer: Optimizer, steps: _Steps, random: np.random.Generator) -> None:
    """Take steps over shuffled batches for ``epochs`` epochs, or until the run stops."""
    lr = optimizer.lr
    try:
        for epoch in range(epochs):
            factor = finite_from_0(steps.factor(epoch, run), f"the factor of the schedule in epoch {epoch}")
            optimizer.lr = lr * factor
            loss, norm = _one_epoch(run, optimizer, steps, random)
            if run.end_epoch(loss, norm, optimizer.lr):
                return
    finally:
        optimizer.lr = lr


def _one_epoch(run: _Run, optimizer: Optimizer, steps: _Steps, random: np.random.Generator) -> tuple[float, float]:
    """The mean loss of the examples, each before the step that followed it; and the mean norm of the gradients."""
    total, done, loss, norms = run.data.weight, 0.0, 0.0, 0.0
    for index, batch in enumerate(run.data.batches(steps.batch_size, random)):
        value, gradient = run.value_and_gradient(run.numbers, batch, index)
        gradient, norm = steps.clipped(gradient)
        run.numbers = optimizer.update(run.numbers, gradient)
        size = batch.weight
        done, loss, norms = done + size, loss + value * size, norms + norm * size
        run.bar.update(len(run.history) + done / total, loss / done)
    return loss / total, norms / total


def _minimise(run: _Run, epochs: int) -> None:
    """SciPy's L-BFGS-B: at most ``epochs`` iterations, fewer if the run or SciPy stops.

    Raises:
        ModuleNotFoundError: SciPy is not installed.

    Source: Byrd, Lu, Nocedal and Zhu, "A limited memory algorithm for bound constrained optimization", 1995.
    """
    try:
        from scipy.optimize import minimize
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "optimizer='L-BFGS-B' is SciPy's, and SciPy is not installed: pip install 'chainrule[data]'"
        ) from None
    gradient = run.numbers

    def objective(numbers: Array) -> tuple[float, Array]:
        nonlocal gradient
        value, gradient = run.value_and_gradient(numbers, run.data)
        return value, gradient

    def iterated(intermediate_result: Any) -> None:
        run.numbers = intermediate_result.x.copy()
        if run.end_epoch(float(intermediate_result.fun), norm_of(gradient), None):
            raise StopIteration

    if epochs:
        bounds = {"maxiter": epochs, "maxfun": math.inf}
        found = minimize(objective, run.numbers, jac=True, method="L-BFGS-B", callback=iterated, options=bounds)
        if not run.history.stopped and found.nit < epochs:
            run.history.stopped = f"SciPy says {found.message}"


# --- arguments --------------------------------------------------------------------------------------------


def _optimizer(optimizer: Any, model: Module, **settings: float | None) -> Optimizer:
    """The optimiser that a name stands for; an optimiser stands for itself."""
    if isinstance(optimizer, Optimizer):
        _refuse(settings, "the optimiser has its own: set it there")
        own = set(map(id, parameters_of(model)))
        strangers = [parameter for parameter in optimizer.parameters if id(parameter) not in own]
        if strangers:
            raise ValueError(
                f"the optimiser holds {strangers[0]!r}, which is not a parameter of {model!r}: make the optimiser of "
                f"model.parameters(), again if a Parameter was replaced. To change a number set .data"
            )
        as_leaves(model.parameters())  # which refuses a model that has lost some
        return optimizer
    known = [*OPTIMIZERS, "L-BFGS-B"]
    if not isinstance(optimizer, str):
        raise TypeError(
            f"optimizer must be a name ({', '.join(known)}) or an optimiser, such as Adam(model.parameters()), got "
            f"{optimizer!r}"
        )
    makers = {name.lower(): make for name, make in OPTIMIZERS.items()}
    if optimizer.lower() not in makers:
        raise unknown("optimizer", optimizer, known, "an optimiser")
    given = {name: setting for name, setting in settings.items() if setting is not None}
    return makers[optimizer.lower()](model.parameters(), **given)


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


# --- why a step cannot be taken ---------------------------------------------------------------------------


_KEPT = "The model keeps its parameters from before this step. A smaller lr, or clip_norm, may keep it in bounds."


def _not_finite(flat: FlatModel, numbers: Array, data: Dataset, where: str) -> AnomalyError:
    """The error for a loss or gradient that is not finite, found by computing the examples one by one on Values."""
    for index, place in enumerate(data.places.tolist()):
        leaves, example = flat.leaves(numbers), data.taken(slice(index, index + 1))
        (loss,) = flat.losses(leaves, example)
        found = _fault(loss, leaves)
        if found is not None:
            given = f"X[{place}] = {example.X[0].tolist()!s:.200}, y[{place}] = {example.y[0].tolist()!s:.80}"
            return AnomalyError(f"{found[0]} {where}, at example {place}: {given}\n{found[1]}\n{_KEPT}")
    return AnomalyError(f"the mean of the losses or its gradient overflows {where}; no example's does alone. {_KEPT}")


def _refuse_constant(flat: FlatModel, numbers: Array, data: Dataset) -> None:
    """Refuse a loss in which nothing that is learnt has a part, in any example: none has a parameter in its graph."""
    leaves = flat.leaves(numbers)
    learnt = set(map(id, leaves))
    for index in range(len(data.X)):
        (loss,) = flat.losses(leaves, data.taken(slice(index, index + 1)))
        if isinstance(loss, Value) and not learnt.isdisjoint(_reached_from(loss)):
            return
    raise ValueError(
        "the loss of no example depends on anything that is learnt, so every gradient is 0. A model and a loss are "
        "written with autograd's functions and the operators of a Value: v.data and v.item() take the number out, and "
        "no gradient flows through it; nor does one through stop_gradient, step, sign, floor or a comparison. And the "
        "optimiser must hold parameters that the model uses"
    )


_FLAT = frozenset({
    "stop_gradient", "step", "sign", "floor", "ceil", "trunc", "round", "floordiv", "greater", "greater_equal",
    "less", "less_equal", "equal", "not_equal",
})  # fmt: skip
"""The operations whose derivative is 0 everywhere."""


def _reached_from(loss: Value) -> set[int]:
    """The ids of the nodes that a gradient may flow to."""
    seen, waiting = set[int](), [loss]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            waiting += [] if node.op is None or node.op.name in _FLAT else node.parents
    return seen


def _fault(loss: Any, leaves: list[Any]) -> tuple[str, str] | None:
    """Words for a number that is not finite, and for where it came from."""
    if not math.isfinite(number_of(loss)):
        return f"the loss is {number_of(loss):g}", _cause(loss)
    if not isinstance(loss, Value):
        return None
    with errstate(domain="nan"):
        loss.backward(create_graph=True)
    for leaf in leaves:
        gradient = leaf.grad
        if not math.isfinite(number_of(gradient)):
            name = leaf.label or "a parameter"
            return f"the gradient of {name} is {number_of(gradient):g}, at a loss of {loss.data:g},", _cause(gradient)
    return None


def _cause(number: Any) -> str:
    """The operation that first gave a number that is not finite; and its domain, if the operands are outside it."""
    fault = diagnose(number).fault if isinstance(number, Value) else None
    if fault is None:
        return ""
    if fault.node.op is None or fault.node.op.domain.contains(*[operand.data for operand in fault.operands]):
        return str(fault)
    return f"{fault}\n  {fault.node.op.name} needs {fault.node.op.domain.text}"
