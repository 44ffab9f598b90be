"""The normal distribution on floats, and the slopes of the activations made of smooth gates.

Each function is a polynomial for a factor that varies slowly and stays away from 0, times factors that are
exact: an exponential whose argument is carried with its rounding error, or the distance to a zero of the function.
So it is relatively accurate in the far tails and at its zeros. ``tests/autograd/test_accuracy.py`` computes every
coefficient again from the definition of its function.
"""

from __future__ import annotations

import math

from autograd.rules.errorfree import even_and_odd, polynomial, product_error, square_parts, sum_error

__all__ = [
    "erf",
    "erfc",
    "gaussian",
    "gelu",
    "gelu_slope",
    "norm_cdf",
    "silu_slope",
    "weighted_norm_pdf",
]

_SQRT_HALF = math.sqrt(0.5)
_SQRT_HALF_REST = -4.833646656726457e-17  # √½ - _SQRT_HALF
_INVERSE_SQRT_2PI = 0.3989422804014327
_INVERSE_SQRT_2PI_REST = -2.49232720227773e-17  # 1/√(2π) - _INVERSE_SQRT_2PI
_FAR, _EXP_OF_MINUS_FAR = 460.5, 1.0171642401928794e-200  # its exponential is nearly a float: right to 0.0002 ulp

_SCALED_ERFC = (
    (4.2514714447963895e-10, 0.0), (-5.1739902140113095e-09, 3.1114333809799254e-10),
    (3.8675334242222354e-08, -3.744210080962018e-09), (-2.5866850716155884e-07, 2.3263508708859124e-08),
    (1.751637648849062e-06, -5.7218230603224086e-08), (-1.1444146237700524e-05, -9.73559896736775e-07),
    (5.164909889268241e-05, 2.238423915508223e-05), (0.0002937136655913448, -0.0002901540805408417),
    (-0.009746579558029276, 0.0017556258528952954), (-0.05869339858963677, 0.028362277418956406),
    (-0.10880393014174886, 0.09230432116037748), (0.0035854154854644293, 0.0822767384901452),
    (1.2375126308378275, -0.14024059858554697),
)  # fmt: skip
"""(1 + 2x)·exp(x²)·erfc(x) in t = (x - 3.75)/(x + 3.75), for x >= 0."""

_ERF = (
    (8.777607488642354e-14, 0.0), (4.1270251519374495e-10, -6.376868595301691e-12),
    (1.15160377952332e-06, -2.3472289797028638e-08), (0.0016130716680617073, -4.762336934519553e-05),
    (1.0830752376761712, -0.043642058886697886),
)  # fmt: skip
"""erf(x)/x in t = 8x² - 1, for -1/2 <= x <= 1/2."""

_GELU_SLOPE = (
    (-5.099517710917552e-13, 0.0), (3.474452021791234e-11, -1.2050720819648875e-13),
    (-1.889153095288965e-09, 5.4652742969130925e-11), (8.392265925662071e-08, -5.557118943623912e-09),
    (-2.897694968477157e-06, 3.6695574656639635e-07), (7.048556592236511e-05, -1.7579620975431716e-05),
    (-0.0009123332481527986, 0.0006084475465759663), (-0.00470317635936793, -0.014264182951521329),
    (0.43218955538054815, 0.19410933728169827),
)  # fmt: skip
"""The derivative of gelu over (x - its zero) in t = 2x + 1.5, for -1.25 <= x <= -0.25."""

_SILU_SLOPE = (
    (5.608969976813118e-12, 0.0), (-6.266790586863372e-11, 1.2320904022698717e-11),
    (9.086291425104802e-11, -2.7177635758640343e-10), (6.0671162175936565e-09, 3.011049051824548e-09),
    (-1.0023868176547946e-07, -1.6452287195765725e-08), (8.416571790594437e-07, -6.898018904142246e-08),
    (-2.1623436156955237e-06, 2.6370499302242443e-06), (-4.862059072129349e-05, -3.046225796150826e-05),
    (0.0008345384003157243, 0.0001755175292397288), (-0.0065787144309424, 0.000266109246821406),
    (0.01754281645338587, -0.01597347085951649), (0.22200093420538744, 0.14768571238462563),
)  # fmt: skip
"""The derivative of silu over (x - its zero) in t = x + 1.25, for -2.25 <= x <= -0.25."""


def _scaled_gaussian(factor: float, square: float, lost: float) -> float:
    """factor · exp(-(square + lost)), in two parts where the exponential alone would be subnormal.

    One exponential whatever the case: compiled for many examples at once, every case is computed for each of them.
    """
    near, halfway = square < 700.0, square < 1160.0
    power = math.exp(-square if near else _FAR - square if halfway else -0.5 * square)
    rest = 1.0 if near else _EXP_OF_MINUS_FAR if halfway else power
    if square >= 1600.0:
        return math.copysign(0.0, factor)
    return factor * (power - power * lost) * rest


def gaussian(x: float) -> float:
    """exp(-x²)."""
    return _scaled_gaussian(1.0, *square_parts(x))


def weighted_norm_pdf(weight: float, x: float) -> float:
    """weight · exp(-x²/2) / √(2π)."""
    square, lost = square_parts(x)
    return _scaled_gaussian(weight * _INVERSE_SQRT_2PI, 0.5 * square, 0.5 * lost)


def _scaled_erfc(x: float, away: float, lost: float) -> float:
    """exp(x²)·erfc(x)·(1 - lost) at x + away, for x >= 0: all small corrections at once, before anything is rounded.

    Source: M. M. Shepherd, J. G. Laframboise, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 <= x < ∞",
    Mathematics of Computation 36 (1981): the function and the variable t; the coefficients are computed anew.
    """
    divisor = 1.0 + 2.0 * x
    even, odd = even_and_odd(_SCALED_ERFC, (x - 3.75) / (x + 3.75))
    lost += (sum_error(1.0, 2.0 * x, divisor) + 2.0 * away) / divisor
    return (even + (odd - (even + odd) * lost)) / divisor


def erf(x: float) -> float:
    """2/√π times the integral of exp(-t²) from 0 to x."""
    if math.fabs(x) < 0.5:
        return _erf_near_zero(x)
    return math.copysign(1.0 - _erfc_tail(math.fabs(x)), x)


def _erf_near_zero(x: float) -> float:
    """erf(x) for -1/2 <= x <= 1/2."""
    return x * polynomial(_ERF, 8.0 * x * x - 1.0)


def erfc(x: float) -> float:
    """1 - erf(x)."""
    if math.fabs(x) < 0.5:
        return 1.0 - _erf_near_zero(x)
    tail = _erfc_tail(math.fabs(x))
    return 2.0 - tail if x < 0.0 else tail


def _erfc_tail(x: float) -> float:
    """erfc(x) for x >= 0."""
    square, lost = square_parts(x)
    return _scaled_gaussian(_scaled_erfc(min(x, 50.0), 0.0, lost), square, 0.0)


def _weighted_tail(weight: float, x: float) -> float:
    """weight times the probability that a standard normal variable is above x, for x >= 0."""
    square, lost = square_parts(x)
    return _scaled_gaussian(weight * _scaled_tail(min(x, 50.0), 0.5 * lost), 0.5 * square, 0.0)


def _scaled_tail(x: float, lost: float) -> float:
    """exp(x²/2)·(1 - lost) times the probability that a standard normal variable is above x, for x >= 0."""
    argument = _SQRT_HALF * x
    away = product_error(_SQRT_HALF, x, argument) + _SQRT_HALF_REST * x
    return 0.5 * _scaled_erfc(argument, away, lost)


def norm_cdf(x: float) -> float:
    """The probability that a standard normal variable is below x."""
    if math.fabs(x) < 0.7:
        return 0.5 + 0.5 * _erf_near_zero(_SQRT_HALF * x)
    tail = _weighted_tail(1.0, math.fabs(x))
    return 1.0 - tail if x > 0.0 else tail


def gelu(x: float) -> float:
    """x · norm_cdf(x)."""
    return x * norm_cdf(x) if x > -0.7 else _weighted_tail(x, -x)


def gelu_slope(x: float) -> float:
    """The derivative of gelu, norm_cdf(x) + x·norm_pdf(x)."""
    if math.fabs(x + 0.75) < 0.5:
        return polynomial(_GELU_SLOPE, 2.0 * (x + 0.75)) * ((x + 0.7517915246935645) - 1.4956759177009883e-17)
    if x > -1.0:
        return norm_cdf(x) + weighted_norm_pdf(x, x)
    z = max(x, -50.0)
    density = _INVERSE_SQRT_2PI * z
    lost_density = product_error(_INVERSE_SQRT_2PI, z, density) + _INVERSE_SQRT_2PI_REST * z
    square, lost = square_parts(x)
    return _scaled_gaussian((_scaled_tail(-z, 0.0) + density) + lost_density, 0.5 * square, 0.5 * lost)


def silu_slope(x: float) -> float:
    """The derivative of x·sigmoid(x), sigmoid(x)·(1 + x·sigmoid(-x))."""
    if math.fabs(x + 1.25) < 1.0:
        return polynomial(_SILU_SLOPE, x + 1.25) * ((x + 1.2784645427610737) + 1.0946994183093437e-16)
    small = math.exp(-math.fabs(x) if x > -700.0 else 0.5 * x)
    if x >= 0.0:
        return (1.0 + x * (small / (1.0 + small))) / (1.0 + small) if small else 1.0
    if x > -700.0:
        return ((1.0 + x) + small) / (1.0 + small * (2.0 + small)) * small
    if x > -1500.0:
        return (1.0 + x) * small * small
    return -0.0 if x < 0.0 else x
