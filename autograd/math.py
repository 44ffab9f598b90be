"""The standard library's ``math``, for Values too: ``from autograd import math`` in place of ``import math``.

On plain numbers every function is the standard library's own, to the last bit and the last error. On Values the same
call is an operation of the table, and gradients flow through it. Then four things differ:

* the last digits in ``cbrt``, ``erfc``, ``gamma`` and ``lgamma``, which are the table's own and keep digits that the
  library's lose, as ``lgamma`` does near 1 and 2; and in ``hypot`` and ``dist`` of more than two numbers;
* ``floor``, ``ceil`` and ``trunc`` give a Value, where the library gives an int, so they keep infinities and -0.0;
* sums leave the range of floats without an error, as ``+`` does: ``fsum``, ``sumprod`` and ``fma`` are then infinite or
  nan;
* errors are :class:`~autograd.DomainError`, which the library's kinds of errors catch.

What is not differentiated, such as ``gcd`` and ``frexp``, takes plain numbers only and says so.

>>> from autograd import Value, math
>>> x = Value(2.0)
>>> y = math.log(x, 2) + math.hypot(x, 1.5)
>>> y.backward()
>>> y.data, round(x.grad, 6)
(3.5, 1.521348)
"""

from __future__ import annotations

import functools
import math as _math
import operator
from collections.abc import Callable, Iterable
from typing import Any

from autograd import rules
from autograd.primitives import PRIMITIVES

pi, e, tau, inf, nan = _math.pi, _math.e, _math.tau, _math.inf, _math.nan


def _is_value(arg: Any) -> bool:
    return hasattr(type(arg), "__primitive__")


def _lifted(name: str, on_values: Callable[..., Any]) -> Callable[..., Any]:
    """The standard function on plain numbers, ``on_values`` where an argument is a Value."""
    standard: Callable[..., Any] = getattr(_math, name)

    @functools.wraps(standard)
    def function(*args: Any) -> Any:
        if any(map(_is_value, args)):
            return on_values(*args)
        return standard(*args)

    return function


def _over_iterables(name: str, on_values: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a function whose positional arguments are iterables."""
    standard: Callable[..., Any] = getattr(_math, name)

    @functools.wraps(standard)
    def function(*args: Iterable[Any], **options: Any) -> Any:
        lists = [list(arg) for arg in args]
        if any(_is_value(item) for items in [*lists, list(options.values())] for item in items):
            return on_values(*lists, **options)
        return standard(*lists, **options)

    return function


def _plain(name: str, instead: str = "") -> Callable[..., Any]:
    """The standard function, which refuses Values by name."""
    standard: Callable[..., Any] = getattr(_math, name)

    @functools.wraps(standard)
    def function(*args: Any, **options: Any) -> Any:
        for arg in (*args, *options.values()):
            if _is_value(arg):
                advice = instead or "take .data of it if no gradient is to flow"
                raise TypeError(f"math.{name}() is not differentiated and takes plain numbers, not {arg!r}: {advice}")
        return standard(*args, **options)

    return function


def _log(x: Any, base: Any = None) -> Any:
    return rules.log(x) if base is None else rules.log(x) / rules.log(base)


def _hypot(*coordinates: Any) -> Any:
    return functools.reduce(
        rules.hypot, coordinates[1:], abs(coordinates[0]) if len(coordinates) == 1 else coordinates[0]
    )


def _dist(p: list[Any], q: list[Any]) -> Any:
    if len(p) != len(q):
        raise ValueError("both points must have the same number of dimensions")
    return _hypot(*[a - b for a, b in zip(p, q, strict=True)])


def _prod(factors: list[Any], *, start: Any = 1) -> Any:
    return rules.prod([*factors] if start == 1 and not _is_value(start) else [start, *factors])


def _isclose(a: Any, b: Any, *, rel_tol: float = 1e-09, abs_tol: float = 0.0) -> bool:
    """As comparisons of Values, so that a recording keeps it as a guard."""
    if rel_tol < 0.0 or abs_tol < 0.0:
        raise ValueError("tolerances must be non-negative")
    if a == b:
        return True
    if not (_isfinite(a) and _isfinite(b)):
        return False
    difference = abs(b - a)
    return bool(difference <= rel_tol * abs(b) or difference <= rel_tol * abs(a) or difference <= abs_tol)


def _modf(x: Any) -> tuple[Any, Any]:
    return rules.fmod(x, 1.0), rules.trunc(x)


def _ldexp(x: Any, i: Any) -> Any:
    """x · 2**i in three steps, of which only the last can round: by then the others have left the range, too."""
    if _is_value(i):
        raise TypeError(f"math.ldexp(x, i) takes a plain int as i, not {i!r}: write x * exp2(i)")
    exponent = max(-2200, min(2200, operator.index(i)))
    third = exponent // 3
    return x * 2.0**third * 2.0**third * 2.0 ** (exponent - 2 * third)


def _isfinite(x: Any) -> bool:
    return bool(x > -inf and x < inf)


@functools.wraps(_math.isclose)
def _isclose_of_any(a: Any, b: Any, *, rel_tol: float = 1e-09, abs_tol: float = 0.0) -> bool:
    of_values = _is_value(a) or _is_value(b)
    return (_isclose if of_values else _math.isclose)(a, b, rel_tol=rel_tol, abs_tol=abs_tol)


# --- the module -------------------------------------------------------------------------------------------

_OWN: dict[str, Callable[..., Any]] = {
    "degrees": lambda x: x * (180.0 / pi),
    "fabs": rules.absolute,
    "fma": lambda x, y, z: rules.dot([x, z], [y, 1.0]),
    "hypot": _hypot,
    "isfinite": _isfinite,
    "isinf": lambda x: bool(abs(x) == inf),
    "isnan": lambda x: bool(x != x),
    "ldexp": _ldexp,
    "log": _log,
    "modf": _modf,
    "pow": rules.power,
    "radians": lambda x: x * (pi / 180.0),
    "remainder": rules.ieee_remainder,
}
"""What a function of numbers is on Values, where it is not the operation of its own name."""

_OF_ITERABLES: dict[str, Callable[..., Any]] = {
    "dist": _dist, "fsum": rules.fsum, "prod": _prod, "sumprod": rules.dot,
}  # fmt: skip

_INSTEAD = {"factorial": "use lgamma(n + 1), its logarithm"}


def _function(name: str) -> Callable[..., Any]:
    """The standard library's function ``name``, for Values too where it is differentiated."""
    if name == "isclose":
        return _isclose_of_any
    if name in _OF_ITERABLES:
        return _over_iterables(name, _OF_ITERABLES[name])
    on_values = _OWN.get(name) or PRIMITIVES.get(name)
    return _lifted(name, on_values) if on_values else _plain(name, _INSTEAD.get(name, ""))


__all__ = [name for name in dir(_math) if not name.startswith("_")]
globals().update({name: _function(name) for name in __all__ if callable(getattr(_math, name))})


def __getattr__(name: str) -> Any:
    """What type checkers read the functions from; asked for a name that there is not."""
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
