"""The gamma function's logarithm and its derivatives, on floats.

``math.lgamma`` has no relative accuracy at its zeros 1 and 2, and Python has no digamma. Here both are a Chebyshev
series times the distance to the zero, Stirling's series from 10 up, and recurrence between. Below 0, where each unit
interval has its own zeros, reflection is accurate relative to its two terms, and not to a result near 0.
``tests/test_accuracy.py`` computes every coefficient again from the definition of its function.
"""

from __future__ import annotations

import math

from autograd.rules.chebyshev import chebyshev
from autograd.rules.errorfree import product_error

__all__ = ["digamma", "lgamma", "polygamma"]

_PI_REST = 1.2246467991473532e-16  # π - math.pi
_HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)

_LGAMMA = (
    0.48915941315815786, -0.12977554826486654, 0.0245354612663626, -0.005353988483172056, 0.0012591174147457093,
    -0.00030963225697398393, 7.839212330645153e-05, -2.0254130269358163e-05, 5.311657438118483e-06,
    -1.4089924582539849e-06, 3.771574253839643e-07, -1.017058277228891e-07, 2.7595971567540684e-08,
    -7.526954057431332e-09, 2.0623067439794526e-09, -5.672811330748482e-10, 1.565857021462794e-10,
    -4.335582892584259e-11, 1.2037731393275986e-11, -3.3506191164439386e-12, 9.347323828257433e-13,
    -2.6130258986614765e-13, 7.31843274080563e-14, -2.0532583042329677e-14, 5.76980746014083e-15,
    -1.623749693219459e-15, 4.575835232086181e-16, -1.2911408288161565e-16, 3.6474674915270336e-17,
    -1.031549646051976e-17, 2.920379191130372e-18,
)  # fmt: skip
"""lgamma(x) / ((x - 1)·(x - 2)), for 0.75 <= x <= 2.5."""

_DIGAMMA = (
    0.8508141002274594, -0.30691795316595705, 0.06960086856205178, -0.01712297234345182, 0.004374961886424303,
    -0.0011401796377915106, 0.00030046127392236794, -7.969172661686522e-05, 2.1218853925722328e-05,
    -5.6631596935365925e-06, 1.5136717505341737e-06, -4.0495026233355134e-07, 1.083979923064392e-07,
    -2.9026750711369042e-08, 7.774554697983642e-09, -2.082649195692377e-09, 5.579524084715322e-10,
    -1.4948718863979587e-10, 4.005228073341035e-11, -1.0731515178725395e-11, 2.8754217843517632e-12,
    -7.704533926086572e-13, 2.0644004026236004e-13, -5.53150434659318e-14, 1.482155285389004e-14,
    -3.971411389284323e-15, 1.0641344625722717e-15, -2.8513362471718133e-16, 7.640126526131413e-17,
    -2.047164716811876e-17, 5.485359583436558e-18,
)  # fmt: skip
"""digamma(x) / (x - its zero), for 1 <= x <= 3."""


def lgamma(x: float) -> float:
    """log |Γ(x)|."""
    if x <= 0.0:
        return _lgamma_below_zero(x)
    if x < 0.75:
        return _lgamma_near_zeros(x, x - 1.0, x + 1.0) - math.log(x)
    if x <= 2.5:
        return _lgamma_near_zeros(x - 1.0, x - 2.0, x)
    if x < 10.0:
        product = 1.0
        while x > 2.5:
            x -= 1.0
            product *= x
        return math.log(product) + _lgamma_near_zeros(x - 1.0, x - 2.0, x)
    if x == math.inf:
        return x
    result = (x - 0.5) * (math.log(x) - 1.0) + (_stirling(x) + (_HALF_LOG_2PI - 0.5))
    if result == math.inf:
        raise OverflowError
    return result


def _lgamma_near_zeros(from_one: float, from_two: float, x: float) -> float:
    """lgamma(x) for 3/4 <= x <= 5/2, given x - 1 and x - 2, its distances from its zeros."""
    return from_one * from_two * chebyshev(_LGAMMA, (x - 1.625) / 0.875)


def _stirling(x: float) -> float:
    """lgamma(x) - (x - 1/2)·log x + x - log(2π)/2 for x >= 10, by Stirling's series.

    Source: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/5.11.E1
    """
    y = 1.0 / (x * x)
    series = -691.0 / 360360.0 + y / 156.0
    for coefficient in (1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0, 1.0 / 12.0):
        series = coefficient + y * series
    return series / x


def _lgamma_below_zero(x: float) -> float:
    """log |Γ(x)| by recurrence where it has no zeros, else by reflection.

    Source: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/5.5
    """
    if x == -math.inf:
        return math.inf
    if math.fmod(x, 1.0) == 0.0:
        raise ValueError
    if x > -1.0:
        return lgamma(2.0 + x) - math.log(-x * (1.0 + x))
    if x > -2.0:
        return lgamma(3.0 + x) - math.log(-x * (-1.0 - x) * (2.0 + x))
    if x > -3.0:  # here a product near 1 meets a small lgamma: it is carried with its rounding error
        left, right = x * (x + 1.0), -(x + 2.0) * (x + 3.0)
        product = left * right
        error = product_error(x, x + 1.0, left) * right - product_error(x + 2.0, x + 3.0, -right) * left
        error += product_error(left, right, product)
        return lgamma(4.0 + x) - (math.log(product) + error / product)
    sine = math.fabs(math.sin(math.pi * math.remainder(x, 1.0)))
    return math.log(math.pi / (-x * sine)) - lgamma(-x)


def _cotangent(x: float) -> float:
    """cot(πx), from the exact distance of x to the nearest integer."""
    rest = math.remainder(x, 1.0)
    near_pole = math.fabs(rest) <= 0.25
    part = rest if near_pole else math.copysign(0.5 - math.fabs(rest), rest)
    angle = math.pi * part
    lost = product_error(math.pi, part, angle) + _PI_REST * part if math.fabs(part) > 1e-200 else 0.0
    tangent = math.tan(angle)
    tangent += lost * (1.0 + tangent * tangent)
    return 1.0 / tangent if near_pole else tangent


def digamma(x: float) -> float:
    """The derivative of lgamma.

    Source: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/5.5 and 5.11.E2; the positive zero
    is https://oeis.org/A030169
    """
    if x <= 0.0:
        if math.fmod(x, 1.0) == 0.0:
            raise ValueError
        return digamma(1.0 - x) - math.pi * _cotangent(x)
    if x < 1.0:
        return _digamma_near_zero_crossing(1.0 + x) - 1.0 / x
    total = 0.0
    while 3.0 < x < 10.0:
        x -= 1.0
        total += 1.0 / x
    if x <= 3.0:
        return total + _digamma_near_zero_crossing(x)
    y = 1.0 / (x * x)
    series = 691.0 / 32760.0 - y / 12.0
    for coefficient in (-1.0 / 132.0, 1.0 / 240.0, -1.0 / 252.0, 1.0 / 120.0, -1.0 / 12.0):
        series = coefficient + y * series
    return math.log(x) + (y * series - 0.5 / x)


def _digamma_near_zero_crossing(x: float) -> float:
    """digamma(x) for 1 <= x <= 3; its zero is carried to twice the digits of a float."""
    return ((x - 1.4616321449683622) - 9.549995429965697e-17) * chebyshev(_DIGAMMA, x - 2.0)


def polygamma(x: float, order: float) -> float:
    """The derivative of digamma of order 1, 2, ...: recurrence up to where its asymptotic series holds.

    Source: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/5.15
    """
    n = int(order)
    if n != order or not 1 <= n <= 60 or (x <= 0.0 and math.fmod(x, 1.0) == 0.0):
        raise ValueError
    sign = 1.0 if n % 2 else -1.0
    if x < -20.0:
        reflected = math.pi ** (n + 1) * _cotangent_derivative(_cotangent(x), n)
        return -sign * polygamma(1.0 - x, order) - reflected
    steps = []
    while x < 16.0 + n:
        steps.append(n * math.pow(x, -n - 1.0))
        x += 1.0
    inverse = 1.0 / x
    series = [1.0, 0.5 * n * inverse]
    for k, bernoulli in enumerate(_BERNOULLI, start=1):
        rising = math.prod(range(n, n + 2 * k)) / math.factorial(2 * k)
        series.append(bernoulli * rising * inverse ** (2 * k))
    return sign * math.factorial(n - 1) * (math.fsum(steps) + math.fsum(series) * math.pow(x, -float(n)))


_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
"""The Bernoulli numbers B_2, B_4, ... B_20."""


def _cotangent_derivative(c: float, order: int) -> float:
    """P_n(c), where π**(n+1)·P_n(cot πx) is the n-th derivative of π·cot πx: P_0 = c, P_(n+1) = -(1 + c²)·P_n'."""
    polynomial = [0.0, 1.0]
    for _ in range(order):
        slope = [k * coefficient for k, coefficient in enumerate(polynomial)][1:]
        polynomial = [-(a + b) for a, b in zip([*slope, 0.0, 0.0], [0.0, 0.0, *slope], strict=True)]
    value = 0.0
    for coefficient in reversed(polynomial):
        value = value * c + coefficient
    return value
