"""Schedules of the learning rate: from an epoch, counted from 0, to a factor of the rate.

Any function from an epoch to a factor will do, such as ``lambda epoch: 0.95**epoch``; these are the usual ones, equal
to PyTorch's schedulers of the same idea.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from nn.numeric import finite_from_0, whole_number

__all__ = ["ConstantLR", "CosineLR", "LinearLR", "Schedule", "StepLR", "WarmupLR"]

Schedule: TypeAlias = Callable[[int], float]
"""From an epoch, counted from 0, to a factor of the learning rate."""


@dataclass(frozen=True)
class ConstantLR:
    """The same factor in every epoch.

    >>> from nn import ConstantLR
    >>> ConstantLR(0.5)(7)
    0.5
    """

    factor: float = 1.0

    def __post_init__(self) -> None:
        _set_checked(self, "factor")

    def __call__(self, epoch: int) -> float:  # noqa: ARG002 -- a schedule
        """The factor in ``epoch``."""
        return self.factor


@dataclass(frozen=True)
class LinearLR:
    """A straight line from ``start`` to ``end`` over ``epochs`` epochs, and ``end`` from then on.

    >>> from nn import LinearLR
    >>> [LinearLR(4, end=0.5)(epoch) for epoch in (0, 2, 4, 9)]
    [1.0, 0.75, 0.5, 0.5]
    """

    epochs: int
    start: float = field(default=1.0, kw_only=True)
    end: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        whole_number(self.epochs, "epochs")
        _set_checked(self, "start", "end")

    def __call__(self, epoch: int) -> float:
        """The factor in ``epoch``."""
        done = min(epoch / self.epochs, 1.0)
        return self.start + (self.end - self.start) * done


@dataclass(frozen=True)
class CosineLR:
    """Half a cosine from 1 down to ``end`` over ``epochs`` epochs, and ``end`` from then on.

    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, equation 5.

    >>> from nn import CosineLR
    >>> [round(CosineLR(4)(epoch), 3) for epoch in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    epochs: int
    end: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        whole_number(self.epochs, "epochs")
        _set_checked(self, "end")

    def __call__(self, epoch: int) -> float:
        """The factor in ``epoch``."""
        done = min(epoch / self.epochs, 1.0)
        return self.end + (1.0 - self.end) * 0.5 * (1.0 + math.cos(math.pi * done))


@dataclass(frozen=True)
class StepLR:
    """Times ``factor`` after every ``every`` epochs.

    >>> from nn import StepLR
    >>> [StepLR(2, factor=0.5)(epoch) for epoch in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    every: int
    factor: float = field(default=0.1, kw_only=True)

    def __post_init__(self) -> None:
        whole_number(self.every, "every")
        _set_checked(self, "factor")

    def __call__(self, epoch: int) -> float:
        """The factor in ``epoch``."""
        return self.factor ** (epoch // self.every)


@dataclass(frozen=True)
class WarmupLR:
    """A straight line from ``start`` to 1 over ``epochs`` epochs, then the schedule ``then`` from its beginning.

    >>> from nn import StepLR, WarmupLR
    >>> [WarmupLR(2, StepLR(1, factor=0.5), start=0.5)(epoch) for epoch in range(5)]
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """

    epochs: int
    then: Schedule = field(default_factory=ConstantLR)
    start: float = field(default=1.0 / 3.0, kw_only=True)

    def __post_init__(self) -> None:
        whole_number(self.epochs, "epochs")
        _set_checked(self, "start")
        if not callable(self.then):
            raise TypeError(f"then is a schedule, a function from an epoch to a factor, not {self.then!r}")

    def __call__(self, epoch: int) -> float:
        """The factor in ``epoch``."""
        if epoch >= self.epochs:
            return self.then(epoch - self.epochs)
        return self.start + (1.0 - self.start) * epoch / self.epochs


def _set_checked(schedule: Any, *names: str) -> None:
    for name in names:
        object.__setattr__(schedule, name, finite_from_0(getattr(schedule, name), name))
