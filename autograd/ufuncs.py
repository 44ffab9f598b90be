"""NumPy's functions on Values: the operation of the same meaning, on arrays element by element.

NumPy asks a Value itself, which answers by :func:`apply_ufunc`. In an array of dtype object NumPy goes over the
elements alone: it uses their operators, and for the rest their methods of its own names, :data:`METHODS`. There
``np.maximum`` and ``np.sign`` compare the elements, so that at a tie one of them takes the whole gradient, and
functions without a loop over objects, such as ``np.isnan``, ``np.logaddexp`` and ``np.copysign``, are refused by NumPy:
call them on the elements.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd import math, rules
from autograd.primitives import Primitive

__all__ = ["METHODS", "apply_function", "apply_ufunc"]


def apply_ufunc(ufunc: np.ufunc, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """What ``Value.__array_ufunc__`` answers: ``ufunc`` on Values, and on arrays of numbers together with Values.

    A sum or another method of ``ufunc``, and an array to write to, are left to NumPy: it does them over elements, and
    one Value is an array of one. So is a function of a user's that ``np.frompyfunc`` made.

    Raises:
        TypeError: no operation has the meaning of ``ufunc``, or Values would be written as plain numbers.
    """
    function = _FUNCTIONS.get(ufunc.__name__)
    if ufunc.types == [f"{'O' * ufunc.nin}->{'O' * ufunc.nout}"]:  # of objects, and so of Values
        return getattr(ufunc, method)(*map(_boxed, inputs), **options)
    if function is None:
        raise TypeError(f"NumPy's {ufunc.__name__} is not defined on Values: {_advice(ufunc.__name__)}")
    call = method == "__call__" and not options
    if call and not any(isinstance(array, (np.ndarray, list, tuple)) for array in inputs):
        return function(*inputs)
    arrays = list(map(_boxed, inputs))
    if call:
        elementwise: Any = np.frompyfunc(function, ufunc.nin, ufunc.nout)
        return elementwise(*arrays)
    _refuse_numbers(ufunc, **options)
    return getattr(ufunc, method)(*arrays, **options)


def apply_function(
    function: Callable[..., Any], types: Sequence[type], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """What ``Value.__array_function__`` answers: the operation of the same meaning, else what NumPy does."""
    if not all(issubclass(kind, np.ndarray) or hasattr(kind, "__primitive__") for kind in types):
        return NotImplemented  # another library's class may know what to do
    if function is np.sinc and not kwargs:
        return rules.sinc(*args)
    plain: Any = np.ndarray.__array_function__
    return plain(_ARRAY, function, (np.ndarray,), args, kwargs)


_ARRAY = np.empty(0)

# --- what each function of NumPy is -----------------------------------------------------------------------


def _larger_number(x: Any, y: Any) -> Any:
    return y if x != x else x if y != y else rules.maximum(x, y)


def _smaller_number(x: Any, y: Any) -> Any:
    return y if x != x else x if y != y else rules.minimum(x, y)


_OPERATIONS = [op for op in vars(rules).values() if isinstance(op, Primitive)]

_FUNCTIONS: dict[str, Callable[..., Any]] = {op.ufunc: op for op in _OPERATIONS if op.ufunc} | {
    "conjugate": lambda x: x,
    "deg2rad": math.radians,
    "degrees": math.degrees,
    "divmod": divmod,
    "fabs": rules.absolute,
    "float_power": rules.power,
    "fmax": _larger_number,
    "fmin": _smaller_number,
    "heaviside": lambda x, at_zero: rules.where(x, rules.step(x), at_zero),
    "ldexp": math.ldexp,
    "modf": math.modf,
    "positive": lambda x: x,
    "rad2deg": math.degrees,
    "radians": math.radians,
    "rint": rules.round,
    # questions, whose answer is a bool that a recording keeps as a guard
    "equal": lambda x, y: x == y,
    "greater": lambda x, y: x > y,
    "greater_equal": lambda x, y: x >= y,
    "isfinite": math.isfinite,
    "isinf": math.isinf,
    "isnan": math.isnan,
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y,
    "logical_and": lambda x, y: bool(x) and bool(y),
    "logical_not": lambda x: not x,
    "logical_or": lambda x, y: bool(x) or bool(y),
    "logical_xor": lambda x, y: bool(x) is not bool(y),
    "not_equal": lambda x, y: x != y,
    "signbit": lambda x: rules.copysign(1.0, x) < 0.0,
    # SciPy's special functions, which are functions of NumPy's kind
    "erf": rules.erf,
    "erfc": rules.erfc,
    "expit": rules.sigmoid,
    "gamma": rules.gamma,
    "gammaln": rules.lgamma,
    "log_expit": rules.log_sigmoid,
    "ndtr": rules.norm_cdf,
    "psi": rules.digamma,
}


def _method(name: str) -> Callable[..., Any]:
    function = _FUNCTIONS[name]

    def method(self: Any, *others: Any) -> Any:
        return function(self, *others)

    method.__name__, method.__qualname__ = name, f"Value.{name}"
    method.__doc__ = f"``numpy.{name}`` of this element of an array."
    return method


METHODS: dict[str, Callable[..., Any]] = {
    name: _method(name)
    for name in (
        "absolute", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "deg2rad", "degrees",
        "fabs", "logical_not", "logical_xor", "rad2deg", "radians", "rint",
    )
}  # fmt: skip
"""The methods of NumPy's own names, for which it asks the elements of an array of objects."""

_WHOLE_NUMBERS = "it is a function of whole numbers, and Values are real"
_PRODUCTS = "for lists of Values use autograd.dot, for matrices @ on arrays of dtype object"
_INSTEAD = {
    **dict.fromkeys(
        ("bitwise_and", "bitwise_count", "bitwise_or", "bitwise_xor", "gcd", "invert", "lcm", "left_shift",
         "right_shift"),
        _WHOLE_NUMBERS,
    ),
    **dict.fromkeys(("matmul", "matvec", "vecdot", "vecmat"), _PRODUCTS),
    "isnat": "it is a question about dates",
    "logaddexp2": "write logaddexp(x * log(2.0), y * log(2.0)) / log(2.0)",
}  # fmt: skip


def _advice(name: str) -> str:
    """What to use in place of the function of NumPy's kind called ``name``."""
    return _INSTEAD.get(name, "take .data of it if no gradient is to flow, or define the function with primitive()")


def _boxed(value: Any) -> Any:
    """A 0-d array that holds a Value, so that NumPy broadcasts it like a number; anything else as it is."""
    if not hasattr(type(value), "__primitive__"):
        return value
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
