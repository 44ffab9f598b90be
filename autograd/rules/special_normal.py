"""The normal distribution on floats, and the slopes of the activations made of smooth gates.

Each function is a Chebyshev series of a factor that varies slowly and stays away from 0, times factors that are
exact: an exponential whose argument is carried with its rounding error, or the distance to a zero of the function.
So it is relatively accurate in the far tails and at its zeros. ``tests/test_accuracy.py`` computes every coefficient
again from the definition of its function.
"""

from __future__ import annotations

import math

from autograd.rules.chebyshev import chebyshev
from autograd.rules.errorfree import product_error, square_parts

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
_INVERSE_SQRT_2PI = 0.3989422804014327
_INVERSE_SQRT_2PI_REST = -2.49232720227773e-17  # 1/√(2π) - _INVERSE_SQRT_2PI

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
    0.22855246100552987, 0.13595407595277237, 0.00585137334872851, -0.0038617883652388068, -0.0006768254851925883,
    3.1955679963675224e-05, 2.292946555659491e-05, 1.8072314296582539e-06, -3.9907314345950034e-07,
    -9.23380629985108e-08, -3.010798364964536e-10, 2.2783384328613435e-09, 2.6193450797491465e-10,
    -2.6589151303480227e-11, -9.284343312473705e-12, -3.847592016903306e-13, 1.7904003264161418e-13,
    2.871434354533466e-14, -1.0795372852468964e-15, -7.899918039979368e-16, -6.068910788757624e-17,
    1.1750129721354215e-17, 2.6745653041902152e-18,
)  # fmt: skip
"""The derivative of silu over (x - its zero), for -2.25 <= x <= -0.25."""


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
    if x > -1.0:
        return norm_cdf(x) + weighted_norm_pdf(x, x)
    z = max(x, -50.0)
    density = _INVERSE_SQRT_2PI * z
    lost_density = product_error(_INVERSE_SQRT_2PI, z, density) + _INVERSE_SQRT_2PI_REST * z
    square, lost = square_parts(x)
    return _scaled_gaussian((0.5 * _scaled_erfc(-_SQRT_HALF * z) + density) + lost_density, 0.5 * square, 0.5 * lost)


def silu_slope(x: float) -> float:
    """The derivative of x·sigmoid(x), sigmoid(x)·(1 + x·sigmoid(-x))."""
    if math.fabs(x + 1.25) < 1.0:
        return chebyshev(_SILU_SLOPE, x + 1.25) * ((x + 1.2784645427610737) + 1.0946994183093437e-16)
    if x >= 0.0:
        small = math.exp(-x)
        return (1.0 + x * (small / (1.0 + small))) / (1.0 + small) if small else 1.0
    if x > -700.0:
        small = math.exp(x)
        return ((1.0 + x) + small) / (1.0 + small * (2.0 + small)) * small
    if x > -1500.0:
        root = math.exp(0.5 * x)
        return (1.0 + x) * root * root
    return -0.0 if x < 0.0 else x
