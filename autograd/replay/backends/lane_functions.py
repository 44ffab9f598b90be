"""Exponentials and logarithms as straight lines of arithmetic, for loops over lanes.

Such a loop becomes vector instructions only if there is no call in it. C's own ``exp`` and ``log`` are calls; these are
arithmetic and choices, so a formula that is made of them runs on 4 or 8 examples at once. All are within 2 ulp of the
true value, and give what C gives at infinities, nan, zeros and subnormal numbers.

They are written once, here: numba compiles them, and ``_lanes_rules.h`` has them in C. What they do with the bits of a
number is in ``ON_BITS``, which C has in words of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd.rules.errorfree import polynomial

__all__ = ["HELPERS", "IN_LANES", "ON_BITS", "ROUNDER", "SQRT_HALF_BITS"]


def _pairs(coefficients: Iterable[float]) -> tuple[tuple[float, float], ...]:
    """``coefficients``, the lowest power first, as ``polynomial`` takes them."""
    listed = list(coefficients)
    return tuple(zip(listed[::2], listed[1::2], strict=True))[::-1]


_LOG2_E = 1.0 / math.log(2.0)
_LN2_HIGH = 0.6931471803691238  # log 2 to 32 bits: its product with an exponent is exact
_LN2_LOW = 1.9082149292705877e-10  # log 2 - _LN2_HIGH
ROUNDER = 1.5 * 2.0**52  # added to a number below 2**51 it rounds it to a whole one, in the lowest bits
_EXP = _pairs(1.0 / math.factorial(k) for k in range(2, 14))
"""(exp(r) - 1 - r)/r² by its Taylor series: what is left out is below 2**-57 for |r| <= log(2)/2."""
_LOG = _pairs(2.0 / (2 * k + 1) for k in range(1, 11))
"""(log((1 + s)/(1 - s))/s - 2)/s² in s², likewise for |s| <= 0.1716."""
_SMALLEST_NORMAL = 2.0**-1022


# --- the bits of a number ---------------------------------------------------------------------------------

_BIAS = 1023.0
_ROUNDER_BITS = int(np.float64(ROUNDER).view(np.int64))
SQRT_HALF_BITS = int(np.float64(math.sqrt(0.5)).view(np.int64))


def _bits(x: float) -> int:
    """The bits of ``x``, as a whole number."""
    return int(np.float64(x).view(np.int64))


def _from_bits(bits: int) -> float:
    """The number with these bits."""
    return float(np.int64(bits).view(np.float64))


def _two_to(k: float) -> float:
    """2 ** k, for a whole k from -1022 to 1023: it stands in the lowest bits, and moves up to where exponents are."""
    return _from_bits((_bits(k + (ROUNDER + _BIAS)) & 0xFFF) << 52)


def _exponent(x: float) -> float:
    """The whole k for which x / 2**k is between √½ and √2; of a normal number above 0."""
    return _from_bits(((_bits(x) - SQRT_HALF_BITS) >> 52) + _ROUNDER_BITS) - ROUNDER


def _fraction(x: float) -> float:
    """x / 2**k for that k."""
    return _from_bits(_bits(x) - (((_bits(x) - SQRT_HALF_BITS) >> 52) << 52))


ON_BITS = (_two_to, _exponent, _fraction)
"""The functions above that the others call."""


# --- exp and log ------------------------------------------------------------------------------------------


def _reduced(x: float) -> tuple[float, float]:
    """exp(rest) - 1 and k, where x = k·log 2 + rest and |rest| <= log(2)/2; the rounding of rest is made good.

    Source: P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE floating-point
    arithmetic", ACM Transactions on Mathematical Software 15 (1989): the reduction, here without its table.
    """
    k = (x * _LOG2_E + ROUNDER) - ROUNDER
    high, low = x - k * _LN2_HIGH, k * _LN2_LOW
    rest = high - low
    lost = (high - rest) - low
    return rest + (rest * rest * polynomial(_EXP, rest) + lost), k


def _exp(x: float) -> float:
    """e ** x."""
    z = 710.0 if x > 710.0 else x
    z = -746.0 if z < -746.0 else z
    power, k = _reduced(z)
    half = (0.5 * k + ROUNDER) - ROUNDER  # in two steps neither factor overflows, and a subnormal is rounded once
    return (1.0 + power) * _two_to(half) * _two_to(k - half)


def _expm1(x: float) -> float:
    """e ** x - 1."""
    z = 710.0 if x > 710.0 else x
    z = -50.0 if z < -50.0 else z  # from there on the result is -1
    power, k = _reduced(z)
    half = _two_to(k - 1.0)
    result = power if k == 0.0 else 2.0 * (half * power + (half - 0.5))
    return math.copysign(result, x)


def _tanh(x: float) -> float:
    """(1 - e)/(1 + e) for e = exp(-2·abs(x)), or 1 - 2e/(1 + e), with the sign of x."""
    z = -2.0 * math.fabs(x)
    z = -50.0 if z < -50.0 else z  # from there on the result is 1
    power, k = _reduced(z)
    scale = _two_to(k)
    small = scale * (1.0 + power)
    less = -power if k == 0.0 else (1.0 - scale) - scale * power
    far = z < -1.5
    quotient = (2.0 * small if far else less) / (1.0 + small)
    return math.copysign(1.0 - quotient if far else quotient, x)


def _log(x: float) -> float:
    """log x: that of a number between √½ and √2, and k·log 2.

    Source: the method of e_log.c in Sun Microsystems' fdlibm (1993), with the Taylor series of the area tangent.
    """
    subnormal = x < _SMALLEST_NORMAL
    normal = x * 2.0**54 if subnormal else x
    f = _fraction(normal) - 1.0
    k = _exponent(normal) - (54.0 if subnormal else 0.0)
    s = f / (2.0 + f)
    square = s * s
    half = 0.5 * f * f
    result = k * _LN2_HIGH - ((half - (s * (half + square * polynomial(_LOG, square)) + k * _LN2_LOW)) - f)
    result = result if x < math.inf else x
    outside = -math.inf if x == 0.0 else math.nan
    return result if x > 0.0 else outside


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
"""The stand-ins for functions of ``math``."""
HELPERS = (_bits, _from_bits, *ON_BITS, _reduced, _log)
"""The functions that those call, besides polynomials."""
