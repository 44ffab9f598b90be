"""Exponentials and logarithms as straight lines of arithmetic; polynomials and exact products in fewer steps.

A loop over lanes becomes vector instructions only if there is no call in it. C's own ``exp`` and ``log`` are calls;
these are arithmetic and choices, so a formula that is made of them runs on 4 or 8 examples at once. All are within
2 ulp of the true value, and give what C gives at infinities, nan, zeros and subnormal numbers.

Importing this module teaches numba the latter, a polynomial without its loop and a product with a fused addition; and,
from C's own library, what forwards use of Python's floats and ``math`` that it does not know.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite.binding import get_host_cpu_features
from numba import njit, types
from numba.core.registry import cpu_target
from numba.extending import intrinsic, overload, overload_method

from autograd.rules.errorfree import even_and_odd, polynomial, rest_of_product

__all__ = ["IN_LANES", "KNOWN"]

_OPTIONS: Any = {"error_model": "numpy", "fastmath": {"contract"}, "_nrt": False, "forceinline": True}

F = TypeVar("F", bound=Callable[..., Any])


def _compiled(function: F) -> F:
    """``function``, to be called from compiled code, in which it is inlined."""
    return cast("F", njit(**_OPTIONS)(function))


# --- polynomials ------------------------------------------------------------------------------------------


class _Term:
    """A number of compiled code, by its name: arithmetic on it is written down as a line of that code."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name = name
        self._lines = lines

    def _line(self, expression: str) -> _Term:
        name = f"v{len(self._lines)}"
        self._lines.append(f"{name} = {expression}")
        return _Term(name, self._lines)

    def __add__(self, other: _Term) -> _Term:
        return self._line(f"{self.name} + {other.name}")

    def __mul__(self, other: _Term) -> _Term:
        return self._line(f"{self.name} * {other.name}")

    def __rmul__(self, other: float) -> _Term:
        return self._line(f"{other!r} * {self.name}")


def _straight(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    """``function``, of a polynomial with ``count`` pairs of coefficients and a number, without its loop.

    The loop is run once, on names, and leaves the lines of arithmetic that it did.
    """
    lines: list[str] = []
    pairs: Any = tuple(tuple(_Term(f"coefficients[{k}][{j}]", lines) for j in (0, 1)) for k in range(count))
    result: Any = function(pairs, _Term("t", lines))
    returned = ", ".join(term.name for term in (result if isinstance(result, tuple) else [result]))
    text = "".join(f"    {line}\n" for line in [*lines, f"return {returned}"])
    namespace: dict[str, Any] = {}
    exec(f"def straight(coefficients, t):\n{text}", namespace)  # noqa: S102 -- the lines of _Term
    straight: Callable[..., Any] = namespace["straight"]
    return straight


# numba hands over types, and compares the two lists of parameters, so neither may carry annotations.
overload(polynomial, jit_options=_OPTIONS)(lambda coefficients, t: _straight(polynomial, coefficients.count))
overload(even_and_odd, jit_options=_OPTIONS)(lambda coefficients, t: _straight(even_and_odd, coefficients.count))


def _pairs(coefficients: Iterable[float]) -> tuple[tuple[float, float], ...]:
    """``coefficients``, the lowest power first, as ``polynomial`` takes them."""
    listed = list(coefficients)
    return tuple(zip(listed[::2], listed[1::2], strict=True))[::-1]


# --- the error of a product -------------------------------------------------------------------------------


@intrinsic
def _multiply_add(context, x, y, z):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG001 -- numba's form
    """x·y + z, rounded once: one instruction of the processor."""
    return types.float64(x, y, z), lambda _context, builder, _signature, numbers: builder.fma(*numbers)


overload(rest_of_product, jit_options=_OPTIONS)(
    lambda x, y, product: lambda x, y, product: _multiply_add(x, y, -product)  # type: ignore[call-arg]
)

KNOWN = frozenset({polynomial, even_and_odd} | ({rest_of_product} if get_host_cpu_features().get("fma") else set()))
"""The functions that numba has another form of."""


# --- exp and log ------------------------------------------------------------------------------------------

_LOG2_E = 1.0 / math.log(2.0)
_LN2_HIGH = 0.6931471803691238  # log 2 to 32 bits: its product with an exponent is exact
_LN2_LOW = 1.9082149292705877e-10  # log 2 - _LN2_HIGH
_ROUNDER = 1.5 * 2.0**52  # added to a number below 2**51 it rounds it to a whole one, in the lowest bits
_EXP = _pairs(1.0 / math.factorial(k) for k in range(2, 14))
"""(exp(r) - 1 - r)/r² by its Taylor series: what is left out is below 2**-57 for |r| <= log(2)/2."""
_LOG = _pairs(2.0 / (2 * k + 1) for k in range(1, 11))
"""(log((1 + s)/(1 - s))/s - 2)/s² in s², likewise for |s| <= 0.1716."""
_SMALLEST_NORMAL = 2.0**-1022


@_compiled
def _bits(x: float) -> int:
    """The bits of ``x``, as a whole number."""
    return int(np.float64(x).view(np.int64))


@_compiled
def _from_bits(bits: int) -> float:
    """The number with these bits."""
    return float(np.int64(bits).view(np.float64))


@_compiled
def _two_to(k: int) -> float:
    """2 ** k, for -1022 <= k <= 1023."""
    return _from_bits((k + 1023) << 52)


_ROUNDER_BITS = int(np.float64(_ROUNDER).view(np.int64))
_SQRT_HALF_BITS = int(np.float64(math.sqrt(0.5)).view(np.int64))


@_compiled
def _reduced(x: float) -> tuple[float, int]:
    """exp(rest) - 1 and k, where x = k·log 2 + rest and |rest| <= log(2)/2; the rounding of rest is made good.

    Source: P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE floating-point
    arithmetic", ACM Transactions on Mathematical Software 15 (1989): the reduction, here without its table.
    """
    rounded = x * _LOG2_E + _ROUNDER
    k = rounded - _ROUNDER
    high, low = x - k * _LN2_HIGH, k * _LN2_LOW
    rest = high - low
    lost = (high - rest) - low
    return rest + (rest * rest * polynomial(_EXP, rest) + lost), _bits(rounded) - _ROUNDER_BITS


@_compiled
def _exp(x: float) -> float:
    """e ** x."""
    z = 710.0 if x > 710.0 else x
    z = -746.0 if z < -746.0 else z
    power, k = _reduced(z)
    half = k >> 1  # in two steps neither factor overflows, and a subnormal result is rounded once
    return (1.0 + power) * _two_to(half) * _two_to(k - half)


@_compiled
def _expm1(x: float) -> float:
    """e ** x - 1."""
    z = 710.0 if x > 710.0 else x
    z = -50.0 if z < -50.0 else z  # from there on the result is -1
    power, k = _reduced(z)
    half = _two_to(k - 1)
    result = power if k == 0 else 2.0 * (half * power + (half - 0.5))
    return math.copysign(result, x)


@_compiled
def _tanh(x: float) -> float:
    """(1 - e)/(1 + e) for e = exp(-2·abs(x)), or 1 - 2e/(1 + e), with the sign of x."""
    z = -2.0 * math.fabs(x)
    z = -50.0 if z < -50.0 else z  # from there on the result is 1
    power, k = _reduced(z)
    scale = _two_to(k)
    small = scale * (1.0 + power)
    less = -power if k == 0 else (1.0 - scale) - scale * power
    far = z < -1.5
    quotient = (2.0 * small if far else less) / (1.0 + small)
    return math.copysign(1.0 - quotient if far else quotient, x)


@_compiled
def _log(x: float) -> float:
    """log x: that of a number between √½ and √2, and k·log 2.

    Source: the method of e_log.c in Sun Microsystems' fdlibm (1993), with the Taylor series of the area tangent.
    """
    subnormal = x < _SMALLEST_NORMAL
    bits = _bits(x * 2.0**54 if subnormal else x)
    exponent = (bits - _SQRT_HALF_BITS) >> 52
    f = _from_bits(bits - (exponent << 52)) - 1.0
    k = (_from_bits(exponent + _ROUNDER_BITS) - _ROUNDER) - (54.0 if subnormal else 0.0)
    s = f / (2.0 + f)
    square = s * s
    half = 0.5 * f * f
    result = k * _LN2_HIGH - ((half - (s * (half + square * polynomial(_LOG, square)) + k * _LN2_LOW)) - f)
    result = result if x < math.inf else x
    outside = -math.inf if x == 0.0 else math.nan
    return result if x > 0.0 else outside


@_compiled
def _log1p(x: float) -> float:
    """log(1 + x), with what is lost when that sum is rounded.

    Source: the method of s_log1p.c in Sun Microsystems' fdlibm (1993); the lost part is Knuth's.
    """
    total = 1.0 + x
    rest = total - 1.0
    lost = (1.0 - (total - rest)) + (x - rest)
    result = _log(total)
    return math.copysign(result + lost / total, x) if 0.0 < total < math.inf else result


IN_LANES: dict[Any, Callable[[float], float]] = {
    math.exp: _exp, math.expm1: _expm1, math.tanh: _tanh, math.log: _log, math.log1p: _log1p,
}  # fmt: skip
"""The stand-ins for functions of ``math`` in compiled code."""


# --- functions that numba does not know -------------------------------------------------------------------

_FROM_C = {"cbrt": 1, "exp2": 1, "fmod": 2, "remainder": 2}
"""Functions of ``math`` that C's library has under the same name, with how many arguments they take."""


def _known(function: Callable[..., Any]) -> bool:
    context = cpu_target.typing_context
    context.refresh()
    try:
        context.resolve_value_type(function)
    except Exception:  # noqa: BLE001 -- numba's own errors differ from version to version
        return False
    return True


def _teach(name: str, n: int) -> None:
    external = types.ExternalFunction(name, types.float64(*[types.float64] * n))
    # numba compares the two parameter lists, so neither may carry annotations.
    unary, binary = (lambda x: lambda x: external(x)), (lambda x, y: lambda x, y: external(x, y))  # noqa: PLW0108
    overload(getattr(math, name))(unary if n == 1 else binary)


for _name, _n in _FROM_C.items():
    if hasattr(math, _name) and not _known(getattr(math, _name)):
        _teach(_name, _n)

# From 2**53 on every float is whole.
overload_method(types.Float, "is_integer")(
    lambda x: lambda x: (math.fabs(x) >= 2.0**53 and not math.isinf(x)) or x == math.floor(x)
)
