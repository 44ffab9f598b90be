"""The two ways down: steps of an optimiser over batches, and SciPy's L-BFGS over all examples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.numeric import Array, finite_from_0
from nn.optim import Optimizer, PlateauLR, Schedule
from nn.optim.clipping import norm_of, shortened
from nn.run import Run

__all__ = ["Steps", "descend", "minimise"]


@dataclass(frozen=True, kw_only=True)
class Steps:
    """How an optimiser takes its steps."""

    batch_size: int
    """How many examples there are to a step."""
    schedule: Schedule
    """From an epoch to a factor of the learning rate."""
    clip_norm: float | None
    """How long a gradient may be."""
    clip_value: float | None
    """How large each number of it may be."""

    def factor(self, epoch: int, run: Run) -> float:
        """The factor of the learning rate in ``epoch``."""
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


def descend(run: Run, epochs: int, optimizer: Optimizer, steps: Steps, random: np.random.Generator) -> None:
    """Take steps over shuffled batches for ``epochs`` epochs, or until the run says that it is enough."""
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


def _one_epoch(run: Run, optimizer: Optimizer, steps: Steps, random: np.random.Generator) -> tuple[float, float]:
    """The mean loss of the examples, each as it was met, weighted; and the mean norm of the gradients."""
    total, done, loss, norms = run.data.weight, 0.0, 0.0, 0.0
    for index, batch in enumerate(run.data.batches(steps.batch_size, random)):
        value, gradient = run.value_and_gradient(run.numbers, batch, index)
        gradient, norm = steps.clipped(gradient)
        run.numbers = optimizer.update(run.numbers, gradient)
        size = batch.weight
        done, loss, norms = done + size, loss + value * size, norms + norm * size
        run.show(done / total, loss / done)
    return loss / total, norms / total


def minimise(run: Run, epochs: int) -> None:
    """SciPy's L-BFGS-B: at most ``epochs`` iterations, fewer if the run or SciPy says that it is enough.

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
