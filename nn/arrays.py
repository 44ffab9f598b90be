"""Arrays of real numbers, taken from whatever NumPy can read."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "real_array"]

Array: TypeAlias = NDArray[np.float64]


def real_array(numbers: Any, name: str) -> Array:
    """``numbers`` as a new array of float64; nan and infinities are numbers.

    Args:
        numbers: a number, nested lists or an array.
        name: what it is, for messages.

    Raises:
        ValueError: nested lists of several lengths.
        TypeError: anything but real numbers, such as text, complex numbers or Values.

    >>> from nn.arrays import real_array
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
