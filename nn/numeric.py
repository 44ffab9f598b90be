"""Numbers and arrays handed in by users, as floats; anything else is refused by name."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextvars import Context
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd import Value

__all__ = ["Array", "finite_from_0", "number_of", "real_array", "real_number", "whole_number"]

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
    if isinstance(number, str):
        raise TypeError(f"{name} must be a number, got the str {number!r:.60}")
    try:
        return Context().run(lambda: Value(number).data)  # in a context of its own: a recording need not see it
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None


def number_of(number: Any) -> float:
    """The float in a Value, or a float itself, as a gradient may be either."""
    return number.data if isinstance(number, Value) else float(number)


def finite_from_0(number: Any, name: str) -> float:
    """``number`` as a float that is finite and not negative; an error that calls it ``name`` otherwise."""
    found = real_number(number, name)
    if not 0.0 <= found < math.inf:
        raise ValueError(f"{name} must be a finite number, 0 or more, got {number!r}")
    return found


def whole_number(number: Any, name: str, least: int = 1) -> int:
    """``number`` as an int of at least ``least``; an error that calls it ``name`` otherwise.

    Raises:
        TypeError: not an int, of Python's or NumPy's; a bool is none.
        ValueError: it is less.

    >>> from nn.numeric import whole_number
    >>> whole_number(3, "epochs")
    3
    """
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, {least} or more, got {number!r}")
    if number < least:
        raise ValueError(f"{name} must be a whole number, {least} or more, got {number}")
    return int(number)


def real_array(numbers: Any, name: str) -> Array:
    """``numbers`` as a new array of float64; nan and infinities are numbers.

    Args:
        numbers: a number, nested lists or an array; of objects too, if each is a number.
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
    if array.dtype.kind == "O":
        return _of_objects(array, name)
    if array.dtype.kind not in "biuf":
        text = _first_text(numbers, name)
        raise TypeError(f"{name} must be an array of real numbers, got one of {array.dtype}{text}")
    return array.astype(np.float64)


def _of_objects(array: np.ndarray[Any, Any], name: str) -> Array:
    if not array.ndim:
        thing = array.item()
        hint = f": numpy.array(list({name})) makes one" if isinstance(thing, Iterator) else ""
        kind = type(thing).__name__
        raise TypeError(f"{name} must be an array of real numbers, got {thing!r:.80} of type {kind}{hint}")
    found = np.empty(array.shape)
    for place in np.ndindex(array.shape):
        found[place] = real_number(array[place], _entry(name, place))
    return found


def _first_text(numbers: Any, name: str) -> str:
    """Which entry is text, and what to do about it; nothing where none is."""
    array = np.asarray(numbers, dtype=object)
    for place in np.ndindex(array.shape):
        if isinstance(array[place], (str, bytes)):
            return (
                f": {_entry(name, place)} is {array[place]!r:.40}. Convert written numbers with "
                f"numpy.asarray({name}, float), and number the names of classes from 0"
            )
    return ""


def _entry(name: str, place: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, place))}]" if place else name
