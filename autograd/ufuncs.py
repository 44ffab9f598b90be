"""NumPy's functions on Values: the operation of the same meaning, on arrays element by element."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd import rules
from autograd.primitives import Primitive

__all__ = ["apply_ufunc"]


def apply_ufunc(ufunc: np.ufunc, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """What ``Value.__array_ufunc__`` answers: ``ufunc`` on Values, and on arrays of numbers together with Values.

    A sum or another method of ``ufunc``, and an array to write to, are left to NumPy: it does them over elements, and
    one Value is an array of one.

    Raises:
        TypeError: no operation has the meaning of ``ufunc``, or Values would be written as plain numbers.
    """
    function = _FUNCTIONS.get(ufunc.__name__)
    if function is None:
        raise TypeError(f"NumPy's {ufunc.__name__} is not defined on Values")
    call = method == "__call__" and not options
    if call and not any(isinstance(array, np.ndarray) for array in inputs):
        return function(*inputs)
    arrays = [_boxed(array) if hasattr(type(array), "__primitive__") else array for array in inputs]
    if call:
        return np.frompyfunc(function, ufunc.nin, 1)(*arrays)
    _refuse_numbers(ufunc, **options)
    return getattr(ufunc, method)(*arrays, **options)


_OPERATIONS = [op for op in vars(rules).values() if isinstance(op, Primitive)]

_FUNCTIONS: dict[str, Callable[..., Any]] = {op.ufunc: op for op in _OPERATIONS if op.ufunc} | {
    "equal": lambda x, y: x == y,
    "not_equal": lambda x, y: x != y,
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y,
    "greater": lambda x, y: x > y,
    "greater_equal": lambda x, y: x >= y,
}


def _boxed(value: Any) -> Any:
    """A 0-d array that holds ``value``, so that NumPy broadcasts it like a number."""
    box = np.empty((), dtype=object)
    box[()] = value
    return box


def _refuse_numbers(ufunc: np.ufunc, *, out: tuple[Any, ...] = (), dtype: Any = None, **_: Any) -> None:
    """Refuse to write Values as floats, which would silently drop their graph."""
    for wanted in [*[array.dtype for array in out if array is not None], np.dtype(dtype or object)]:
        if wanted.kind != "O":
            raise TypeError(
                f"NumPy's {ufunc.__name__} cannot write Values as {wanted}, which have no gradient: give it an array "
                f"of dtype object, or write a = a + v in place of a += v"
            )
