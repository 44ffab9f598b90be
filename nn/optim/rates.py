"""The settings of an optimiser: descriptors that check whatever is set, and say what there is to keep in a state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, Self, TypeVar, overload

import numpy as np

from nn.numeric import finite_from_0

__all__ = ["Rate", "Setting", "Switch"]

T = TypeVar("T")


class Setting(ABC, Generic[T]):
    """A descriptor for an attribute that says how an optimiser steps."""

    def __init__(self) -> None:
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, holder: None, owner: type) -> Self: ...

    @overload
    def __get__(self, holder: object, owner: type) -> T: ...

    def __get__(self, holder: Any, owner: type) -> Any:
        return self if holder is None else holder.__dict__[self._name]

    def __set__(self, holder: Any, given: Any) -> None:
        holder.__dict__[self._name] = self.checked(given, self._name)

    @abstractmethod
    def checked(self, given: Any, name: str) -> T:
        """What is kept of ``given``; an error that calls it ``name`` if it makes no sense."""


class Rate(Setting[float]):
    """A finite number from 0, such as a learning rate; below 1 for a share that remains.

    Args:
        below_1: whether it must be less than 1.
    """

    def __init__(self, *, below_1: bool = False) -> None:
        super().__init__()
        self._below_1 = below_1

    def checked(self, given: Any, name: str) -> float:
        """``given`` as a float in the range."""
        number = finite_from_0(given, name)
        if self._below_1 and number >= 1.0:
            raise ValueError(f"{name} must be a number from 0 to below 1, got {given!r}")
        return number


class Switch(Setting[bool]):
    """On or off."""

    def checked(self, given: Any, name: str) -> bool:
        """``given``, which is True or False: the text "False" is neither."""
        if not isinstance(given, (bool, np.bool_)):
            raise TypeError(f"{name} must be True or False, got {given!r}")
        return bool(given)
