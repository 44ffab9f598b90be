"""Numbers and arrays handed in by users, as floats; anything else is refused by name."""

from __future__ import annotations

from contextvars import Context
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd import Value

__all__ = ["Array", "real_array", "real_number"]

Array: TypeAlias = NDArray[np.float64]


def real_number(number: Any, name: str) -> float:
    """``number`` as a float; nan and infinities are numbers.

    Args:
        number: anything that a Value can be made of.
        name: what it is, for messages.

    Raises:
        TypeError: not one real number.

    >>> from nn.numeric import real_number
    >>> real_number(2, "lr")
    2.0
    """
    if type(number) is float:
        return number
    try:
        return Context().run(lambda: Value(number).data)  # in a context of its own: a recording need not see it
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None


def real_array(numbers: Any, name: str) -> Array:
    """``numbers`` as a new array of float64; nan and infinities are numbers.

    Args:
        numbers: a number, nested lists or an array.
        name: what it is, for messages.

    Raises:
        ValueError: nested lists of several lengths.
        TypeError: anything but real numbers, such as text, complex numbers or Values.

    >>> from nn.numeric import real_array
    >>> real_array([[1, 2], [3, 4]], "W")
    array([[1., 2.],
           [3., 4.]])
    """
    try:
        array = np.asarray(numbers)
    except ValueError:
        raise ValueError(f"{name} has rows of several lengths") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} is an array of real numbers, not of {array.dtype}")
    return array.astype(np.float64)
