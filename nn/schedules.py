"""Schedules of the learning rate: from an epoch, counted from 0, to a factor of the rate.

Any function from an epoch to a factor will do, such as ``lambda epoch: 0.95**epoch``; these are the usual ones, and
give the numbers of the like schedulers of PyTorch. Their arguments and defaults differ: PyTorch's ``LinearLR`` warms up
from a third and its ``ConstantLR`` ends after 5 epochs; here the one goes down and the other stays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import TypeAlias

from nn.arguments import finite_from_0, share, whole_number

__all__ = [
    "ConstantLR", "CosineLR", "CosineRestartsLR", "LinearLR", "OneCycleLR", "PlateauLR", "Schedule", "StepLR",
    "WarmupLR",
]  # fmt: skip

Schedule: TypeAlias = Callable[[int], float]
"""From an epoch, counted from 0, to a factor of the learning rate."""


@dataclass(frozen=True)
class _Schedule:
    """Base of schedules: an int is at least 1, or the ``least`` of its field; a float is finite, 0 or more."""

    def __post_init__(self) -> None:
        for each in fields(self):
            given = getattr(self, each.name)
            if each.type == "int":
                whole_number(given, each.name, each.metadata.get("least", 1))
            elif each.type == "float":
                object.__setattr__(self, each.name, finite_from_0(given, each.name))


@dataclass(frozen=True)
class ConstantLR(_Schedule):
    """The same factor in every epoch.

    >>> from nn import ConstantLR
    >>> ConstantLR(0.5)(7)
    0.5
    """

    factor: float = 1.0

    def __call__(self, epoch: int) -> float:  # noqa: ARG002 -- a schedule
        """The factor in ``epoch``."""
        return self.factor


@dataclass(frozen=True)
class LinearLR(_Schedule):
    """A straight line from ``start`` to ``end`` over ``epochs`` epochs, and ``end`` from then on.

    >>> from nn import LinearLR
    >>> [LinearLR(4, end=0.5)(epoch) for epoch in (0, 2, 4, 9)]
    [1.0, 0.75, 0.5, 0.5]
    """

    epochs: int
    start: float = field(default=1.0, kw_only=True)
    end: float = field(default=0.0, kw_only=True)

    def __call__(self, epoch: int) -> float:
        """The factor in ``epoch``."""
        done = min(epoch / self.epochs, 1.0)
        return self.start + (self.end - self.start) * done


@dataclass(frozen=True)
class CosineLR(_Schedule):
    """Half a cosine from 1 down to ``end`` over ``epochs`` epochs, and ``end`` from then on.

    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, equation 5.

    >>> from nn import CosineLR
    >>> [round(CosineLR(4)(epoch), 3) for epoch in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    epochs: int
    end: float = field(default=0.0, kw_only=True)

    def __call__(self, epoch: int) -> float:
        """The factor in ``epoch``."""
        return _half_cosine(1.0, self.end, min(epoch / self.epochs, 1.0))


@dataclass(frozen=True)
class StepLR(_Schedule):
    """Multiply by ``factor`` after every ``every`` epochs.

    >>> from nn import StepLR
    >>> [StepLR(2, factor=0.5)(epoch) for epoch in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    every: int
    factor: float = field(default=0.1, kw_only=True)

    def __call__(self, epoch: int) -> float:
        """The factor in ``epoch``."""
        return self.factor ** (epoch // self.every)


@dataclass(frozen=True)
class WarmupLR(_Schedule):
    """A straight line from ``start`` to 1 over ``epochs`` epochs, then the schedule ``then`` from its beginning.

    >>> from nn import StepLR, WarmupLR
    >>> [WarmupLR(2, StepLR(1, factor=0.5), start=0.5)(epoch) for epoch in range(5)]
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """

    epochs: int
    then: Schedule = field(default_factory=ConstantLR)
    start: float = field(default=1.0 / 3.0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.then):
            raise TypeError(f"then must be a schedule, a function from an epoch to a factor, got {self.then!r}")

    def __call__(self, epoch: int) -> float:
        """The factor in ``epoch``."""
        if epoch >= self.epochs:
            return self.then(epoch - self.epochs)
        return self.start + (1.0 - self.start) * epoch / self.epochs


@dataclass(frozen=True)
class OneCycleLR(_Schedule):
    """Half a cosine up from 1/``start_divisor`` to 1, then half a cosine down to that over ``end_divisor``.

    The learning rate of the optimiser is the highest. It is PyTorch's ``OneCycleLR`` in two phases; momentum stays.

    Args:
        epochs: the length of the cycle; the factor of epoch ``epochs - 1`` is the last, and stays.
        rise: the share of the epochs in which the rate rises.
        start_divisor: the highest rate divided by the first.
        end_divisor: the first rate divided by the last.

    Source: Smith and Topin, "Super-convergence: very fast training of neural networks", 2018.

    >>> from nn import OneCycleLR
    >>> [round(OneCycleLR(10)(epoch), 3) for epoch in range(10)]
    [0.04, 0.52, 1.0, 0.95, 0.812, 0.611, 0.389, 0.188, 0.05, 0.0]
    """

    epochs: int
    rise: float = field(default=0.3, kw_only=True)
    start_divisor: float = field(default=25.0, kw_only=True)
    end_divisor: float = field(default=1e4, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rise > 1.0 or not (self.start_divisor and self.end_divisor):
            raise ValueError(f"rise must be from 0 to 1, and the divisors above 0, got {self!r}")

    def __call__(self, epoch: int) -> float:
        """The factor in ``epoch``."""
        first, top, last = 1.0 / self.start_divisor, self.rise * self.epochs - 1.0, self.epochs - 1.0
        if epoch <= top and top > 0.0:
            return _half_cosine(first, 1.0, epoch / top)
        top = max(top, 0.0)
        return _half_cosine(
            1.0, first / self.end_divisor, min((epoch - top) / (last - top), 1.0) if last > top else 1.0
        )


@dataclass(frozen=True)
class CosineRestartsLR(_Schedule):
    """Half a cosine from 1 towards ``end`` over ``epochs`` epochs, then again from 1, each ``times`` as long.

    It is PyTorch's ``CosineAnnealingWarmRestarts``.

    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, equation 5.

    >>> from nn import CosineRestartsLR
    >>> [round(CosineRestartsLR(2, times=2)(epoch), 3) for epoch in range(7)]
    [1.0, 0.5, 1.0, 0.854, 0.5, 0.146, 1.0]
    """

    epochs: int
    times: int = field(default=1, kw_only=True)
    end: float = field(default=0.0, kw_only=True)

    def __call__(self, epoch: int) -> float:
        """The factor in ``epoch``."""
        length = self.epochs
        while epoch >= length:
            if self.times == 1:
                epoch %= length
            else:
                epoch, length = epoch - length, length * self.times
        return _half_cosine(1.0, self.end, epoch / length)


@dataclass(frozen=True)
class PlateauLR(_Schedule):
    """Multiply by ``factor`` whenever the loss has not fallen for more than ``patience`` epochs.

    The loss is the validation loss, or that of the examples without one. It counts as fallen below (1 - ``threshold``)
    times the least so far. After a reduction ``cooldown`` epochs pass before epochs are counted again; the factor
    stays at or above ``end``. It is PyTorch's ``ReduceLROnPlateau``, for losses above 0.

    >>> from nn import PlateauLR
    >>> schedule = PlateauLR(patience=1, factor=0.5)
    >>> [schedule.after([3.0, 2.0, 2.0, 2.0, 2.0, 2.0][:epoch]) for epoch in range(7)]
    [1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.25]
    """

    patience: int = field(default=10, metadata={"least": 0})
    factor: float = field(default=0.1, kw_only=True)
    threshold: float = field(default=1e-4, kw_only=True)
    cooldown: int = field(default=0, kw_only=True, metadata={"least": 0})
    end: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        share(self.factor, "factor")

    def after(self, losses: Sequence[float]) -> float:
        """The factor in the epoch after those with these losses."""
        factor, least, waited, resting = 1.0, math.inf, 0, 0
        for loss in losses:
            least, waited = (loss, 0) if loss < least * (1.0 - self.threshold) else (least, waited + 1)
            if resting:
                resting, waited = resting - 1, 0
            if waited > self.patience:
                factor, resting, waited = max(factor * self.factor, self.end), self.cooldown, 0
        return factor

    def __call__(self, epoch: int) -> float:
        """Refused: it depends on losses."""
        raise TypeError(f"PlateauLR depends on the losses so far, and not on the epoch {epoch}: call after(losses)")


def _half_cosine(start: float, end: float, done: float) -> float:
    """Half a cosine from ``start`` to ``end``, of which the share ``done`` is done."""
    return end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * done))
