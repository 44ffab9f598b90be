"""A setting of an optimiser: a number that is checked whenever it is set."""

from __future__ import annotations

import math
from typing import Any, overload

from nn.numeric import real_number

__all__ = ["Rate", "finite_from_0"]


class Rate:
    """A descriptor for a finite number from 0, such as a learning rate; below 1 for a share that remains.

    Args:
        below_1: whether it must be less than 1.
    """

    def __init__(self, *, below_1: bool = False) -> None:
        self._below_1 = below_1
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, holder: None, owner: type) -> Rate: ...

    @overload
    def __get__(self, holder: object, owner: type) -> float: ...

    def __get__(self, holder: Any, owner: type) -> Any:
        return self if holder is None else holder.__dict__[self._name]

    def __set__(self, holder: Any, rate: Any) -> None:
        number = finite_from_0(rate, self._name)
        if self._below_1 and number >= 1.0:
            raise ValueError(f"{self._name} is a number from 0 to below 1, not {rate!r}")
        holder.__dict__[self._name] = number


def finite_from_0(rate: Any, name: str) -> float:
    """``rate`` as a float that is finite and not negative."""
    number = real_number(rate, name)
    if not (math.isfinite(number) and number >= 0.0):
        raise ValueError(f"{name} is a finite number from 0, not {rate!r}")
    return number
