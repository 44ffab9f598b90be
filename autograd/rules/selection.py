"""Operations that select without a Python branch: comparisons as numbers, an element by its index, a stopped gradient.

A recording keeps none of these as a guard, so one path serves all inputs: ``where(greater(x, 0), x, -x)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.context import recording
from autograd.primitives import Domain, Kink, Primitive, at_tie, define, is_number
from autograd.rules.choices import where
from autograd.rules.rounding import floor

__all__ = ["equal", "greater", "greater_equal", "less", "less_equal", "not_equal", "stop_gradient", "take"]


# --- comparisons as numbers -------------------------------------------------------------------------------


def _comparison(name: str, forward: Callable[..., float], sign: str, latex: str = "") -> Primitive:
    spelt = name.replace("_", r"\_")
    call = rf"\operatorname{{{{{spelt}}}}}\left({{0}}, {{1}}\right)"
    return define(
        name,
        forward=forward,
        partials=lambda x, y, out: (0.0, 0.0),
        kink=Kink(lambda x, y: x == y, f"{name} jumps at a tie, and its derivatives there are taken as 0", at_tie),
        symbol=sign, text=f"{name}({{0}}, {{1}})",
        latex=rf"\left[{{0}} {latex} {{1}}\right]" if latex else call,
        doc=f"1 where x {sign} y, else 0, as a number: a condition for where that no recording keeps as a guard.",
    )  # fmt: skip


greater = _comparison("greater", lambda x, y: 1.0 if x > y else 0.0, ">", ">")
greater_equal = _comparison("greater_equal", lambda x, y: 1.0 if x >= y else 0.0, ">=")
less = _comparison("less", lambda x, y: 1.0 if x < y else 0.0, "<", "<")
less_equal = _comparison("less_equal", lambda x, y: 1.0 if x <= y else 0.0, "<=")
equal = _comparison("equal", lambda x, y: 1.0 if x == y else 0.0, "==", "=")
not_equal = _comparison("not_equal", lambda x, y: 1.0 if x != y else 0.0, "!=", r"\neq")


# --- no gradient ------------------------------------------------------------------------------------------

stop_gradient = define(
    "stop_gradient", forward=lambda x: x, partials=lambda x, out: (0.0,), held=True,
    symbol="stop", latex=r"\operatorname{{stop}}\left({0}\right)",
    doc="x itself, taken for a constant by every derivative: no gradient flows through it, not even an infinite one.",
)  # fmt: skip


# --- an element by its index ------------------------------------------------------------------------------


def _taken(index: float, *values: float) -> float:
    if not -len(values) <= index < len(values) or index != int(index):
        raise ValueError
    return values[int(index)]


is_either = define(
    "is_either",
    forward=lambda x, first, second: 1.0 if x == first or x == second else 0.0,  # noqa: PLR1714, SIM109 -- as backends read it
    partials=lambda x, first, second, out: (0.0, 0.0, 0.0),
    kink=Kink(
        lambda x, first, second: x in (first, second), "is_either jumps at a tie, and its derivatives are taken as 0"
    ),
    symbol="in",
    doc="1 where x is one of two numbers, else 0: whether an index names a place, from the front or from the back.",
)  # fmt: skip


def _named(index: Any, count: int) -> list[Any]:
    """For each of ``count`` places whether ``index`` names it."""
    return [is_either(index, float(place), float(place - count)) for place in range(count)]


def _expanded(index: Any, *values: Any) -> Any:
    found: Any = math.nan
    for named, value in zip(_named(index, len(values)), values, strict=True):
        found = where(named, value, found)
    return found


_element = define(
    "take", forward=_taken, partials=lambda index, *values_and_out: (0.0, *_named(index, len(values_and_out) - 1)),
    gated=True, expansion=_expanded,
    domain=Domain(
        "a whole index that is there, from -n to n - 1",
        lambda index, *values: -len(values) <= index < len(values) and index == int(index),
    ),
    symbol="take",
    doc="Of the inputs after the first the one whose place the first is; negative places count from the back.",
)  # fmt: skip


def take(values: Any, index: Any) -> Any:
    """``values[index]``, where the index may be a Value, such as an argument of a compiled function.

    Eagerly the element itself. In a recording one operation, for any index: its gradient goes to the element that is
    taken at each call, and 0 to the others. An index has no derivative.

    Args:
        values: a list, tuple or array of numbers and Values; or of rows of them, built alike, of which one is taken.
        index: a whole number; a negative one counts from the back, as in Python.

    Raises:
        IndexError: there is no such element, or the index is not a whole number.
        TypeError: ``values`` cannot be indexed, or ``index`` is not a number.

    >>> from autograd import compile, grad, take
    >>> letter = compile(grad(lambda table, token: take(table, token) ** 2))
    >>> letter([1.0, 2.0, 3.0], 1)
    [0.0, 4.0, 0.0]
    """
    if not isinstance(values, (Sequence, np.ndarray)) or isinstance(values, (str, bytes)):
        raise TypeError(f"take(values, index) needs a list, tuple or array, got {_shown(values)}")
    recorded = hasattr(type(index), "__primitive__")
    if not recorded and (not is_number(index) or isinstance(index, (bool, np.bool_))):
        raise TypeError(f"take(values, index) needs a whole number as index, got {_shown(index)}")
    count = len(values)
    if not count:
        raise IndexError("take(values, index): there are no values to take one of")
    if not (-count <= index < count and index == floor(index)):  # in a recording these are guards
        number = getattr(index, "_data", index)
        raise IndexError(
            f"take(values, {number!r}): the index must be a whole number from {-count} to {count - 1}, for there are "
            f"{count} values"
        )
    if recorded and recording() is not None:
        return _gathered(list(values), index)
    return values[int(index.data if recorded else index)]


def _shown(obj: Any) -> str:
    text = repr(obj)
    return f"{text if len(text) <= 60 else text[:57] + '...'} of type {type(obj).__name__}"


def _gathered(values: Sequence[Any], index: Any) -> Any:
    """The element of each place in rows that are built alike, by one operation each."""
    first = values[0]
    if isinstance(first, (list, tuple, np.ndarray)):
        if any(type(row) is not type(first) or len(row) != len(first) for row in values):
            raise TypeError("take(values, index) with a recorded index needs rows that are built alike")
        columns = [_gathered([row[place] for row in values], index) for place in range(len(first))]
        if isinstance(first, np.ndarray):
            return np.array(columns, dtype=object)
        return columns if isinstance(first, list) else tuple(columns)
    return _element(index, *values)
