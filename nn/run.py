"""What every way of learning shares: the objective, and what is done at the end of each epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from nn.dataset import Dataset
from nn.failures import not_finite, refuse_constant
from nn.flat import FlatModel
from nn.history import Epoch, History
from nn.inference import measured
from nn.metrics import Metric
from nn.module import counted
from nn.numeric import Array
from nn.progress import ProgressBar

__all__ = ["Callback", "Run", "Watch"]

Callback: TypeAlias = Callable[[Epoch], Any]
"""A function of an :class:`~nn.history.Epoch`; returning True stops."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What is looked at after each epoch."""

    validation: Dataset | None
    metrics: dict[str, Metric]
    callbacks: list[Callback]
    patience: int | None


class Run:
    """A model that is learning.

    Args:
        flat: the model and the loss.
        data: what is learnt from.
        l2: how much of the sum of the squares of all that is learnt the loss has on top.
        watch: what is looked at after each epoch.
        bar: shows how far it is.

    Attributes:
        numbers: the parameters after the last step that was completed.
        history: the epochs that were completed.
    """

    def __init__(self, flat: FlatModel, data: Dataset, *, l2: float, watch: Watch, bar: ProgressBar) -> None:
        self.flat = flat
        self.data = data
        self.numbers = flat.read()
        self.history = History()
        self._l2 = l2
        self._watch = watch
        self._bar = bar
        self._best: tuple[float, Array] = math.inf, self.numbers
        self._since = time.perf_counter()
        self._began = False

    def value_and_gradient(self, numbers: Array, batch: Dataset, batch_index: int | None = None) -> tuple[float, Array]:
        """The objective at ``numbers``: the mean loss of ``batch`` and the penalty, with the gradient.

        Raises:
            AnomalyError: a number that is not finite.
            ValueError: nothing that is learnt has a part in the loss.
        """
        value, slope = self.flat.value_and_gradient(numbers, batch)
        gradient = slope
        if self._l2:
            value += self._l2 * float(numbers.dot(numbers))
            gradient = slope + 2.0 * self._l2 * numbers
        if not (math.isfinite(value) and np.isfinite(gradient).all()):
            where = f"in epoch {len(self.history)}" + ("" if batch_index is None else f", batch {batch_index}")
            raise not_finite(self.flat, numbers, batch, where)
        if not (self._began or slope.any()):
            refuse_constant(self.flat, numbers, self.data)
        self._began = True
        return value, gradient

    def show(self, part: float, loss: float) -> None:
        """Tell the progress bar what part of the present epoch is done."""
        self._bar.update(len(self.history) + part, loss)

    def end_epoch(self, loss: float, gradient_norm: float, lr: float | None) -> bool:
        """Note an epoch, with what is watched; whether it was the last."""
        watch, history = self._watch, self.history
        validation_loss = None if watch.validation is None else self.flat.mean_loss(self.numbers, watch.validation)
        metrics = measured(self.flat, self.numbers, self.data, watch.metrics)
        if watch.validation is not None:
            held_out = measured(self.flat, self.numbers, watch.validation, watch.metrics)
            metrics |= {f"validation_{name}": number for name, number in held_out.items()}
        now = time.perf_counter()
        epoch = Epoch(len(history), loss, gradient_norm, now - self._since, lr, validation_loss, metrics)
        self._since = now
        history.epochs.append(epoch)
        self._bar.update(len(history), loss)
        waited_enough = self._no_better(epoch)
        return self._called_off(epoch) or waited_enough

    def _no_better(self, epoch: Epoch) -> bool:
        """Whether the validation loss has not fallen for too long."""
        if self._watch.patience is None or epoch.validation_loss is None:
            return False
        history = self.history
        if epoch.validation_loss < self._best[0]:
            self._best = epoch.validation_loss, self.numbers
            history.best_epoch = epoch.epoch
        waited = epoch.epoch - (-1 if history.best_epoch is None else history.best_epoch)
        if waited >= self._watch.patience:
            history.stopped = f"the validation loss was not below {self._best[0]:.6g} for {counted(waited, 'epoch')}"
        return bool(history.stopped)

    def _called_off(self, epoch: Epoch) -> bool:
        """Whether a callback says so. The model has the present numbers, and callbacks may set others."""
        if not self._watch.callbacks:
            return False
        self.flat.write(self.numbers)
        for callback in self._watch.callbacks:
            answer = callback(epoch)
            if isinstance(answer, (bool, np.bool_)) and answer:
                self.history.stopped = f"{getattr(callback, '__name__', type(callback).__name__)} stopped it"
        self.numbers = self.flat.read()
        return bool(self.history.stopped)

    def settle(self) -> None:
        """Go back to the best parameters, if those were looked for."""
        if self.history.best_epoch is not None:
            self.numbers = self._best[1]
