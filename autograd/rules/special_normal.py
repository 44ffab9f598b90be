"""The normal distribution on floats, and the slopes of the activations made of smooth gates.

Each function is a Chebyshev series of a factor that varies slowly and stays away from 0, times factors that are
exact: an exponential whose argument is carried with its rounding error, or the distance to a zero of the function.
So it is relatively accurate in the far tails and at its zeros. ``tests/test_accuracy.py`` computes every coefficient
again from the definition of its function.
"""

from __future__ import annotations

import math

from autograd.rules.chebyshev import chebyshev
from autograd.rules.errorfree import square_parts

__all__ = [
    "erfc",
    "gaussian",
    "gelu",
    "gelu_slope",
    "norm_cdf",
    "silu_slope",
    "weighted_norm_pdf",
]

_SQRT_HALF = math.sqrt(0.5)
_INVERSE_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)

_SCALED_ERFC = (
    1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753,
    0.009074997670705265, -0.002413163540417608, 0.0004907758365258086, -6.916973302501207e-05,
    4.13902798607301e-06, 7.74038306619849e-07, -2.1886401049234397e-07, 1.076499946567091e-08,
    4.521959811218287e-09, -7.754400208831351e-10, -6.318088340886684e-11, 2.86879501093067e-11,
    1.9455868545777347e-13, -9.65469674843344e-13, 3.25254814814874e-14, 3.3478119482868056e-14,
    -1.864562880419313e-15, -1.2507950530688648e-15, 7.418235256624044e-17, 5.068148904796111e-17,
)  # fmt: skip
"""(1 + 2x)·exp(x²)·erfc(x) in t = (x - 3.75)/(x + 3.75), for x >= 0."""

_GELU_SLOPE = (
    0.42951709686754314, 0.18378204405611123, -0.0027759487328921652, -0.0033815555590864035,
    -0.00010144026205016772, 3.6155917852591276e-05, 2.0287452556889017e-06, -2.62075461798892e-07,
    -2.10584929127602e-08, 1.3747626752440306e-09, 1.532194284208909e-10, -5.254187849148462e-12,
    -8.64927691801494e-13, 1.323262718222512e-14, 3.992274552434731e-15, -7.355176281523971e-18,
    -1.5562493014274754e-17,
)  # fmt: skip
"""The derivative of gelu over (x - its zero), for -1.25 <= x <= -0.25."""

_SILU_SLOPE = (
    0.22404362013014806, 0.07235126193098831, 0.0019932956918172506, -0.0004961414163311306,
    -4.899326241562375e-05, 6.615621916660146e-07, 3.9545493456708466e-07, 1.940233410732185e-08,
    -1.5186707940119727e-09, -2.1875018881151363e-10, -2.9867164638625733e-12, 1.227731511210861e-12,
    9.021826820697351e-14, -2.469657447428218e-15, -7.013456751313105e-16, -2.5015130724221565e-17,
    2.850812836402541e-18,
)  # fmt: skip
"""The derivative of silu over (x - its zero), for -1.75 <= x <= -0.75."""


def _scaled_gaussian(factor: float, square: float, lost: float) -> float:
    """factor · exp(-(square + lost)), in two halves where the exponential alone would be subnormal."""
    if square < 700.0:
        power = math.exp(-square)
        return factor * (power - power * lost)
    if square < 1600.0:
        root = math.exp(-0.5 * square)
        return factor * (root - root * lost) * root
    return math.copysign(0.0, factor) if square == square else square


def gaussian(x: float) -> float:
    """exp(-x²)."""
    return _scaled_gaussian(1.0, *square_parts(x))


def weighted_norm_pdf(weight: float, x: float) -> float:
    """weight · exp(-x²/2) / √(2π)."""
    square, lost = square_parts(x)
    return _scaled_gaussian(weight * _INVERSE_SQRT_2PI, 0.5 * square, 0.5 * lost)


def _scaled_erfc(x: float) -> float:
    """exp(x²)·erfc(x) for x >= 0.

    Source: M. M. Shepherd, J. G. Laframboise, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 <= x < ∞",
    Mathematics of Computation 36 (1981): the function and the variable t; the coefficients are computed anew.
    """
    return chebyshev(_SCALED_ERFC, (x - 3.75) / (x + 3.75)) / (1.0 + 2.0 * x)


def erfc(x: float) -> float:
    """1 - erf(x)."""
    if x < 0.5:
        return math.erfc(x)
    return _scaled_gaussian(_scaled_erfc(min(x, 50.0)), *square_parts(x))


def _weighted_tail(weight: float, x: float) -> float:
    """weight times the probability that a standard normal variable is above x, for x >= 0."""
    square, lost = square_parts(x)
    return _scaled_gaussian(0.5 * weight * _scaled_erfc(_SQRT_HALF * min(x, 50.0)), 0.5 * square, 0.5 * lost)


def norm_cdf(x: float) -> float:
    """The probability that a standard normal variable is below x."""
    if math.fabs(x) < 0.7:
        return 0.5 + 0.5 * math.erf(_SQRT_HALF * x)
    return 1.0 - _weighted_tail(1.0, x) if x > 0.0 else _weighted_tail(1.0, -x)


def gelu(x: float) -> float:
    """x · norm_cdf(x)."""
    return x * norm_cdf(x) if x > -0.7 else _weighted_tail(x, -x)


def gelu_slope(x: float) -> float:
    """The derivative of gelu, norm_cdf(x) + x·norm_pdf(x)."""
    if math.fabs(x + 0.75) < 0.5:
        return chebyshev(_GELU_SLOPE, 2.0 * (x + 0.75)) * ((x + 0.7517915246935645) - 1.4956759177009883e-17)
    if x > -5.0:
        return norm_cdf(x) + weighted_norm_pdf(x, x)
    square, lost = square_parts(x)
    slope = 0.5 * _scaled_erfc(_SQRT_HALF * min(-x, 50.0)) + _INVERSE_SQRT_2PI * x
    return _scaled_gaussian(slope, 0.5 * square, 0.5 * lost)


def silu_slope(x: float) -> float:
    """The derivative of x·sigmoid(x), sigmoid(x)·(1 + x·sigmoid(-x))."""
    if math.fabs(x + 1.25) < 0.5:
        return chebyshev(_SILU_SLOPE, 2.0 * (x + 1.25)) * ((x + 1.2784645427610737) + 1.0946994183093437e-16)
    if x >= 0.0:
        small = math.exp(-x)
        return (1.0 + x * (small / (1.0 + small))) / (1.0 + small) if small else 1.0
    if x < -1500.0:
        return -0.0
    root = math.exp(0.5 * x)
    whole = 1.0 + root * root
    return (1.0 + x / whole) * root / whole * root
