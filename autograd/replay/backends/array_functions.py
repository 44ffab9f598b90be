"""What rewritten forwards are made of: functions on arrays, and branches and loops that each element takes alone."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.rules import special_gamma, special_normal

__all__ = ["IN_PYTHON", "ON_ARRAYS", "choose", "is_integer", "remainder", "repeat"]

_OTHER_NAMES = {
    "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan",
    "atan2": "arctan2", "atanh": "arctanh", "pow": "power",
}  # fmt: skip
_SAME_NAMES = (
    "cbrt", "ceil", "copysign", "cos", "cosh", "exp", "exp2", "expm1", "fabs", "floor", "fmod", "frexp", "hypot",
    "isfinite", "isinf", "isnan", "ldexp", "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh",
    "trunc",
)  # fmt: skip


def is_integer(x: Any) -> Any:
    """Whether each number is finite and whole."""
    return np.isfinite(x) & (np.floor(x) == x)


def remainder(library: Any, x: Any, y: Any) -> Any:
    """IEEE 754's remainder, exactly: what fmod leaves of twice y, less y once or twice; nan where there is none.

    Args:
        library: whose arrays they are, NumPy or ``jax.numpy``.
        x: the dividend.
        y: the divisor.

    Source: the method of e_remainder.c in Sun Microsystems' fdlibm (1993).
    """
    size = library.abs(y)
    rest = library.fmod(library.abs(x), 2.0 * size)
    less = rest - size
    less = library.where(less + less >= size, less - size, less)
    rest = library.where(rest + rest > size, less, rest)
    return library.where(library.signbit(x), -rest, rest)


ON_ARRAYS: dict[Any, Callable[..., Any]] = {
    getattr(math, name): getattr(np, _OTHER_NAMES.get(name, name)) for name in (*_SAME_NAMES, *_OTHER_NAMES)
} | {
    abs: np.abs,
    float: np.float64,
    max: lambda x, y: np.where(y > x, y, x),
    min: lambda x, y: np.where(y < x, y, x),
    math.remainder: functools.partial(remainder, np),  # NumPy's own is that of Python's %
}
"""Functions that an array is handed to as it is."""

IN_PYTHON: dict[Any, Callable[..., float]] = {
    math.erf: special_normal.erf,
    math.erfc: special_normal.erfc,
    math.lgamma: special_gamma.lgamma,
}
"""C functions that NumPy does not have, as Python functions, to be rewritten in turn."""


def choose(condition: Any, then: Callable[..., Any], otherwise: Callable[..., Any], *variables: Any) -> Any:
    """``then`` of those elements for which ``condition`` holds, ``otherwise`` of the others, each on its own."""
    if np.all(condition):
        return then(*variables)
    if not np.any(condition):
        return otherwise(*variables)
    here, there = then(*_taken(variables, condition)), otherwise(*_taken(variables, ~condition))
    if isinstance(here, tuple):
        return tuple(_merged(condition, x, y) for x, y in zip(here, there, strict=True))
    return _merged(condition, here, there)


def _taken(variables: Sequence[Any], condition: Any) -> list[Any]:
    return [variable[condition] if np.ndim(variable) and _is_array(variable) else variable for variable in variables]


def _is_array(thing: Any) -> bool:
    return isinstance(thing, np.ndarray)


def _merged(condition: Any, here: Any, there: Any) -> Any:
    merged = np.empty(condition.shape, np.result_type(here, there))
    merged[condition], merged[~condition] = here, there
    return merged


def repeat(
    test: Callable[..., Any], body: Callable[..., Sequence[Any]], variables: Sequence[Any], changed: Sequence[int]
) -> list[Any]:
    """Run ``body`` on the elements for which ``test`` holds, until it holds for none.

    Args:
        test: of all variables.
        body: of all variables, to the new ones among them.
        variables: arrays of one length, numbers, constants.
        changed: the places of those that ``body`` returns.

    Returns:
        The variables that have changed.
    """
    shape = np.broadcast_shapes(*[np.shape(variable) for variable in variables if not isinstance(variable, tuple)])
    values = list(variables)
    for place in changed:
        values[place] = np.array(np.broadcast_to(values[place], shape), dtype=float)
    active = np.broadcast_to(test(*values), shape)
    while np.any(active):
        for place, result in zip(changed, body(*_taken(values, active)), strict=True):
            values[place][active] = result
        active = np.broadcast_to(test(*values), shape)
    return [values[place] for place in changed]
