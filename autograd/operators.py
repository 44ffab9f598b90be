"""Python's operators that make no node, and NumPy's functions, on Values.

A comparison compares the data. NumPy asks a Value itself, which answers by :func:`apply_ufunc`: with the operation of
the same meaning, on arrays element by element. In an array of dtype object NumPy goes over the elements alone: it uses
their operators, and for the rest their methods of its own names, :data:`METHODS`. There ``np.maximum`` and ``np.sign``
compare the elements, so that at a tie one of them takes the whole gradient, and functions without a loop over objects,
such as ``np.isnan``, ``np.logaddexp`` and ``np.copysign``, are refused by NumPy: call them on the elements.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, TypeVar

import numpy as np

from autograd import math, rules
from autograd.context import handed, recording, refuse_elsewhere
from autograd.primitives import PRIMITIVES, Primitive, as_float, is_node, is_number

__all__ = ["METHODS", "RELATIONS", "Operators", "apply_function", "apply_ufunc", "named", "refuse"]

F = TypeVar("F", bound=Callable[..., Any])


# --- Python's operators -----------------------------------------------------------------------------------


def named(function: F, name: str, doc: str | None) -> F:
    """``function`` as a method of Value."""
    function.__name__ = name
    function.__qualname__ = f"Value.{name}"
    function.__module__ = "autograd.value"  # where pickles look for it
    function.__doc__ = doc
    return function


def refuse(op: Primitive, other: Any) -> Any:
    """NotImplemented for a stranger that may know what to do; a TypeError for what no Value combines with."""
    if isinstance(other, (complex, str, bytes, type(None), list, tuple, dict, set, frozenset)):
        try:
            as_float(other, f"the operator {op.operator!r} on a Value")
        except TypeError as error:
            if op.operator != "*" or not isinstance(other, (str, bytes, list, tuple)):
                raise
            raise TypeError(
                f"{error}. To repeat the {type(other).__name__}, the Value must be an int: name it in static_argnums "
                f"of compile()"
            ) from None
    return NotImplemented


RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
"""The comparisons, on floats, on Values and on arrays alike."""


def _comparison(sign: str) -> Callable[[Any, Any], bool]:
    """The method of a comparison: of the data, as a bool, which a recording keeps as a guard."""
    relation = RELATIONS[sign]

    def method(self: Any, other: Any) -> Any:
        by = recording()
        if isinstance(other, Operators):
            outcome = relation(self._data, other._data)
        elif is_number(other):
            # An int too large for a float still compares rightly, so let Python compare, not as_float.
            outcome = bool(relation(self._data, other))
        elif sign in ("==", "!=") and by is None and getattr(type(other), "__array_ufunc__", None) is None:
            return relation(self._data, other)  # as a float meets a stranger, such as pytest.approx(2.0)
        else:
            return NotImplemented
        if by is not None:
            by.guard(sign, self, other, outcome)
        elif handed:
            for each in (self, other):
                if isinstance(each, Operators):
                    refuse_elsewhere(each, f"the comparison {sign!r}")
        return outcome

    return named(method, f"__{relation.__name__}__", f"Whether ``self {sign} other``, by their data.")


class Operators:
    """The part of a Value that combines without making a node."""

    __slots__ = ()

    _data: float

    __eq__ = _comparison("==")
    __ne__ = _comparison("!=")
    __lt__ = _comparison("<")
    __le__ = _comparison("<=")
    __gt__ = _comparison(">")
    __ge__ = _comparison(">=")

    __hash__ = object.__hash__
    """By identity, so sets and dicts hold nodes; ``==`` compares the data. In a traced function there is none."""

    def __bool__(self) -> bool:
        return bool(self != 0.0)

    def __pos__(self) -> Self:
        return self

    def conjugate(self) -> Self:
        """The number itself, being real: ``numpy.var``, ``std`` and ``vdot`` ask for it."""
        return self

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """NumPy's functions on Values, and on arrays of numbers together with Values, element by element."""
        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """NumPy's functions that are written in Python on a bare Value."""
        return apply_function(function, types, args, kwargs)


# --- NumPy's functions ------------------------------------------------------------------------------------


def apply_ufunc(ufunc: np.ufunc, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """``ufunc`` on Values, and on arrays of numbers together with Values: the answer of ``Value.__array_ufunc__``.

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
    """The answer of ``Value.__array_function__``: the operation of the same meaning, else whatever NumPy does."""
    if not all(issubclass(kind, np.ndarray) or hasattr(kind, "__primitive__") for kind in types):
        return NotImplemented  # another library's class may know what to do
    if function is np.sinc and not kwargs:
        return rules.sinc(*args)
    plain: Any = np.ndarray.__array_function__
    return plain(_ARRAY, function, (np.ndarray,), args, kwargs)


_ARRAY = np.empty(0)


def _unless_nan(choose: Callable[..., Any]) -> Callable[..., Any]:
    """``choose(x, y)``, or the other number where one is nan."""
    return lambda x, y: y if x != x else x if y != y else choose(x, y)


def _asked_of_the_value(relation: Callable[..., Any], reflected: Callable[..., Any]) -> Callable[..., Any]:
    """``relation``, asked of the Value among the two: a number of NumPy's would ask NumPy, which asks here."""
    return lambda x, y: relation(x, y) if is_node(x) else reflected(y, x)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: op for op in PRIMITIVES.values() for name in (op.ufunc, op.scipy) if name},
    "conjugate": lambda x: x,
    "deg2rad": math.radians,
    "degrees": math.degrees,
    "divmod": lambda x, y: (x // y, x % y),  # by divmod a number of NumPy's would ask here again
    "fabs": abs,
    "float_power": operator.pow,
    "fmax": _unless_nan(rules.maximum),
    "fmin": _unless_nan(rules.minimum),
    "heaviside": lambda x, at_zero: rules.where(x, rules.step(x), at_zero),
    "ldexp": math.ldexp,
    "modf": math.modf,
    "positive": lambda x: x,
    "rad2deg": math.degrees,
    "radians": math.radians,
    "rint": rules.round,
    # questions, whose answer is a bool that a recording keeps as a guard
    "equal": _asked_of_the_value(operator.eq, operator.eq),
    "greater": _asked_of_the_value(operator.gt, operator.lt),
    "greater_equal": _asked_of_the_value(operator.ge, operator.le),
    "isfinite": math.isfinite,
    "isinf": math.isinf,
    "isnan": math.isnan,
    "less": _asked_of_the_value(operator.lt, operator.gt),
    "less_equal": _asked_of_the_value(operator.le, operator.ge),
    "logical_and": lambda x, y: bool(x) and bool(y),
    "logical_not": lambda x: not x,
    "logical_or": lambda x, y: bool(x) or bool(y),
    "logical_xor": lambda x, y: bool(x) is not bool(y),
    "not_equal": _asked_of_the_value(operator.ne, operator.ne),
    "signbit": lambda x: rules.copysign(1.0, x) < 0.0,
}


def _method(name: str) -> Callable[..., Any]:
    function = _FUNCTIONS[name]

    def method(self: Any, *others: Any) -> Any:
        return function(self, *others)

    return named(method, name, f"``numpy.{name}`` of this element of an array.")


_RENAMED = [op.ufunc for op in PRIMITIVES.values() if op.ufunc not in (None, op.name, "negative") and not op.operator]

METHODS: dict[str, Callable[..., Any]] = {
    name: _method(name)
    for name in (
        *filter(None, _RENAMED),
        "deg2rad", "degrees", "fabs", "logical_not", "logical_xor", "rad2deg", "radians", "rint",
    )
}  # fmt: skip
"""The methods of NumPy's own names, for which it asks the elements of an array of objects, beside their operators."""

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
    """The way out where the function of NumPy's kind called ``name`` is refused."""
    return _INSTEAD.get(name, "take .data of it if no gradient is to flow, or define the function with primitive()")


def _boxed(value: Any) -> Any:
    """A 0-d array that holds a Value, so that NumPy broadcasts it like a number; anything else as it is."""
    if not is_node(value):
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
