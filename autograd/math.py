"""The standard library's ``math``, for Values too: ``from autograd import math`` in place of ``import math``.

On plain numbers every function is the standard library's own, to the last bit and the last error. On Values the same
call is an operation of the table, and gradients flow through it. Four points differ:

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
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from autograd import rules
from autograd.primitives import Primitive, is_node

F = TypeVar("F", bound=Callable[..., Any])

pi, e, tau, inf, nan = _math.pi, _math.e, _math.tau, _math.inf, _math.nan


def _named_after(standard: Callable[..., Any]) -> Callable[[F], F]:
    """Give a function the name and the documentation of the standard one, and a place of its own: pickles find it."""

    def dress(function: F) -> F:
        functools.update_wrapper(function, standard)
        function.__module__ = __name__
        return function

    return dress


def _lifted(name: str, on_values: Callable[..., Any]) -> Callable[..., Any]:
    """The standard function on plain numbers, ``on_values`` where an argument is a Value."""
    standard: Callable[..., Any] = getattr(_math, name)

    @_named_after(standard)
    def function(*args: Any) -> Any:
        if any(map(is_node, args)):
            return on_values(*args)
        return standard(*args)

    return function


def _over_iterables(name: str, on_values: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a function whose positional arguments are iterables."""
    standard: Callable[..., Any] = getattr(_math, name)

    @_named_after(standard)
    def function(*args: Iterable[Any], **options: Any) -> Any:
        lists = [list(arg) for arg in args]
        if any(is_node(item) for items in [*lists, list(options.values())] for item in items):
            return on_values(*lists, **options)
        return standard(*lists, **options)

    return function


def _plain(name: str, instead: str = "") -> Callable[..., Any]:
    """The standard function, which refuses Values by name."""
    standard: Callable[..., Any] = getattr(_math, name)

    @_named_after(standard)
    def function(*args: Any, **options: Any) -> Any:
        for arg in (*args, *options.values()):
            if is_node(arg):
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
    return rules.prod([*factors] if start == 1 and not is_node(start) else [start, *factors])


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
    if is_node(i):
        raise TypeError(f"math.ldexp(x, i) takes a plain int as i, not {i!r}: write x * exp2(i)")
    exponent = max(-2200, min(2200, operator.index(i)))
    third = exponent // 3
    return x * 2.0**third * 2.0**third * 2.0 ** (exponent - 2 * third)


def _isfinite(x: Any) -> bool:
    return bool(x > -inf and x < inf)


# --- on Values an operation of the table ------------------------------------------------------------------

if TYPE_CHECKING:
    from autograd._math_functions import *  # noqa: F403 -- the stub that python -m tests.stubs writes from the table
else:
    for _name, _op in vars(rules).items():
        if isinstance(_op, Primitive) and hasattr(_math, _name):
            globals()[_name] = _lifted(_name, _op)

fabs = _lifted("fabs", abs)
pow = _lifted("pow", operator.pow)  # noqa: A001 -- the standard module's name
remainder = _lifted("remainder", rules.ieee_remainder)

# --- on Values a few operations ---------------------------------------------------------------------------

degrees = _lifted("degrees", lambda x: x * (180.0 / pi))
dist = _over_iterables("dist", _dist)
fsum = _over_iterables("fsum", rules.fsum)
hypot = _lifted("hypot", _hypot)
ldexp = _lifted("ldexp", _ldexp)
log = _lifted("log", _log)
modf = _lifted("modf", _modf)
prod = _over_iterables("prod", _prod)
radians = _lifted("radians", lambda x: x * (pi / 180.0))
if sys.version_info >= (3, 12):
    sumprod = _over_iterables("sumprod", rules.dot)
if sys.version_info >= (3, 13):
    fma = _lifted("fma", lambda x, y, z: rules.dot([x, z], [y, 1.0]))

# --- questions --------------------------------------------------------------------------------------------

isfinite = _lifted("isfinite", _isfinite)
isinf = _lifted("isinf", lambda x: bool(abs(x) == inf))
isnan = _lifted("isnan", lambda x: bool(x != x))


def isclose(a: Any, b: Any, *, rel_tol: float = 1e-09, abs_tol: float = 0.0) -> bool:
    """Determine whether two numbers are close in value, as the standard ``isclose`` does."""
    if is_node(a) or is_node(b):
        return _isclose(a, b, rel_tol=rel_tol, abs_tol=abs_tol)
    return _math.isclose(a, b, rel_tol=rel_tol, abs_tol=abs_tol)


# --- plain numbers only -----------------------------------------------------------------------------------

comb = _plain("comb")
factorial = _plain("factorial", "use lgamma(n + 1), its logarithm")
frexp = _plain("frexp")
gcd = _plain("gcd")
isqrt = _plain("isqrt")
lcm = _plain("lcm")
nextafter = _plain("nextafter")
perm = _plain("perm")
ulp = _plain("ulp")

__all__ = [name for name in dir(_math) if not name.startswith("_") and name in globals()]
