"""The gamma function's logarithm and its derivatives, on floats.

``math.lgamma`` has no relative accuracy at its zeros 1 and 2, and Python has no digamma. Here both are a polynomial
times the distance to the zero, Stirling's series from 10 up, and recurrence between. Below 0, where each unit
interval has its own zeros, reflection is accurate relative to its two terms, and not to a result near 0.
``tests/autograd/test_accuracy.py`` computes every coefficient again from the definition of its function.
"""

from __future__ import annotations

import math

from autograd.rules.errorfree import polynomial, product_error, sum_error

__all__ = ["digamma", "gamma", "lgamma", "polygamma", "weighted_gamma"]

_PI_REST = 1.2246467991473532e-16  # π - math.pi
_HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)

_LGAMMA = (
    (1.5678666397279852e-09, 0.0), (-6.863451801293711e-09, -2.7690449962460076e-09),
    (2.077174355527538e-08, 1.1410876794196483e-08), (-2.3928171242873048e-08, -3.4000900914160417e-08),
    (5.860323548319595e-08, 3.415478861046221e-08), (6.74083874040652e-08, -9.747685584996339e-08),
    (3.6981977875112547e-07, -1.4589471613129093e-07), (1.3515288251841204e-06, -7.124670253724189e-07),
    (5.258288417317622e-06, -2.659544551729333e-06), (2.0670288322590812e-05, -1.0402662239495317e-05),
    (8.299893411142164e-05, -4.1293830632439904e-05), (0.0003433590213660248, -0.0001680526078696555),
    (0.0014887756326751995, -0.0007096266366983168), (0.007029440969898759, -0.003187960055724473),
    (0.040256123200019825, -0.016208382218219474), (0.46580963736232694, -0.11513161737597971),
)  # fmt: skip
"""lgamma(x) / ((x - 1)·(x - 2)) in t = (x - 1.625)/0.875, for 0.75 <= x <= 2.5."""

_DIGAMMA = (
    (2.944930002207525e-09, 0.0), (-1.183257077685753e-08, -5.495315942645068e-09),
    (3.846913846622345e-08, 2.070604694120438e-08), (-3.299171559966835e-08, -6.695140151139414e-08),
    (1.3990472099665014e-07, 4.594744120460249e-08), (2.8091189744546605e-07, -2.532281805799342e-07),
    (1.3308629411671011e-06, -5.864278463317367e-07), (5.212445133891106e-06, -2.645871409092003e-06),
    (2.091081451447697e-05, -1.0435770943228892e-05), (8.377508659378348e-05, -4.184787693054116e-05),
    (0.0003364331278986385, -0.00016781483194783505), (0.0013581421098813344, -0.0006753134209495447),
    (0.005552254176536144, -0.0027395728785465467), (0.023447309597549766, -0.011338432553570059),
    (0.10899991701762858, -0.04955103291766727), (0.7853075386041053, -0.26073895468300146),
)  # fmt: skip
"""digamma(x) / (x - its zero) in t = x - 2, for 1 <= x <= 3."""


def lgamma(x: float) -> float:
    """log |Γ(x)|."""
    return _lgamma_below_zero(x) if x <= 0.0 else _lgamma_above_zero(x)


def _lgamma_above_zero(x: float) -> float:
    """log Γ(x) for x > 0."""
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
    return from_one * from_two * polynomial(_LGAMMA, (x - 1.625) / 0.875) + 0.0  # at a zero 0.0, and not -0.0


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
        return _lgamma_above_zero(2.0 + x) - math.log(-x * (1.0 + x))
    if x > -2.0:
        return _lgamma_above_zero(3.0 + x) - math.log(-x * (-1.0 - x) * (2.0 + x))
    if x > -3.0:  # here a product near 1 meets a small lgamma: it is carried with its rounding error
        left, right = x * (x + 1.0), -(x + 2.0) * (x + 3.0)
        product = left * right
        error = product_error(x, x + 1.0, left) * right - product_error(x + 2.0, x + 3.0, -right) * left
        error += product_error(left, right, product)
        return _lgamma_above_zero(4.0 + x) - (math.log(product) + error / product)
    sine = math.fabs(math.sin(math.pi * math.remainder(x, 1.0)))
    return math.log(math.pi / (-x * sine)) - _lgamma_above_zero(-x)


_ROOM = 2.0**200
"""By how much a product far out is kept smaller than it is, for one near the largest floats has no error to be had."""


def gamma(x: float) -> float:
    """Γ(x)."""
    return weighted_gamma(1.0, x)


def weighted_gamma(weight: float, x: float) -> float:
    """weight · Γ(x): Γ from 3/4 to 5/2, times or over the factors of the recurrence, of which none is rounded.

    Source: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/5.5.E1
    """
    if x <= 0.0 and (x == -math.inf or math.fmod(x, 1.0) == 0.0):
        raise ValueError
    if x != x or x == math.inf:
        return weight * x
    if x < -190.0:
        return weight * (-0.0 if math.fmod(math.floor(x), 2.0) != 0.0 else 0.0)
    if math.fabs(x) < 1e-20:
        value = weight / x
    elif x > 172.0:
        value = weight * math.inf if weight != 0.0 else 0.0
    else:
        room, above = _ROOM if math.fabs(x) > 100.0 else 1.0, x >= 0.75
        product, error = 1.0 / room, 0.0
        while x > 2.5:
            x -= 1.0
            rounded = product * x
            error = error * x + product_error(product, x, rounded)
            product = rounded
        while x < 0.0:
            rounded = product * x
            error = error * x + product_error(product, x, rounded)
            product = rounded
            x += 1.0
        if above:
            value = math.exp(_lgamma_near_zeros(x - 1.0, x - 2.0, x)) * weight * (product + error) * room
        else:
            value = math.exp(_lgamma_near_zeros(x, x - 1.0, x + 1.0)) * weight / (product + error) / x / room
    if math.isinf(value) and not math.isinf(weight):
        raise OverflowError
    return value


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

    Source: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/5.5
    """
    if x <= 0.0:
        if math.fmod(x, 1.0) == 0.0:
            raise ValueError
        return _digamma_above_zero(1.0 - x) - math.pi * _cotangent(x)
    return _digamma_above_zero(x)


def _digamma_above_zero(x: float) -> float:
    """digamma(x) for x > 0.

    Source: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/5.5 and 5.11.E2
    """
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
    """digamma(x) for 1 <= x <= 3; its zero, https://oeis.org/A030169, is carried to twice the digits of a float."""
    return ((x - 1.4616321449683622) - 9.549995429965697e-17) * polynomial(_DIGAMMA, x - 2.0)


def polygamma(x: float, order: float) -> float:
    """The derivative of digamma of order n = 1, 2, ... 60: ±n! times the sum of 1/(x + k)**(n+1) over k = 0, 1, ...

    Below -20 the sum is that over all integers k, which has the period 1, less that over the negative ones.

    Source: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/5.15.E1
    """
    if not 1.0 <= order <= 60.0 or math.fmod(order, 1.0) != 0.0 or (x <= 0.0 and math.fmod(x, 1.0) == 0.0):
        raise ValueError
    even = math.fmod(order, 2.0) == 0.0
    if x >= -20.0 or x != x:
        total = _pole_sum(x, order)
        return -total if even else total
    rest = math.remainder(x, 1.0)
    right, left = _pole_sum(1.0 + rest, order), _pole_sum(1.0 - rest, order)
    pole = _factorial(order) * math.pow(rest, -1.0 - order)
    negative = _pole_sum(1.0 - x, order)
    if even:
        return (left - right) - (pole + negative)
    return (pole - negative) + (left + right)


def _pole_sum(x: float, n: float) -> float:
    """n! times the sum of 1/(x + k)**(n+1) over k = 0, 1, ...: term by term up to where the asymptotic series holds.

    Source: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/5.15.E8
    """
    total = lost = away = 0.0  # x + away is exact
    while x < 16.0 + n:
        term = n * math.pow(x, -n - 1.0)
        before, start = total, x
        total = before + term
        lost += sum_error(before, term, total) - term * (n + 1.0) * away / x
        x = start + 1.0
        away += sum_error(start, 1.0, x)
    if math.isinf(total):
        raise OverflowError
    inverse = 1.0 / x
    series, factor = 0.5 * n * inverse, 1.0
    double_k = 0.0  # 2k, of the Bernoulli number that comes
    for bernoulli in _BERNOULLI:
        double_k += 2.0
        factor *= (n + double_k - 2.0) * (n + double_k - 1.0) / (double_k * (double_k - 1.0)) * inverse * inverse
        series += bernoulli * factor
    scale = _factorial(n - 1.0)
    if x < 1e4:
        power = math.pow(x, -n)
        whole = power + total
        return scale * (whole + (sum_error(power, total, whole) + lost + power * (series - n * away * inverse)))
    root = math.pow(x, -0.5 * n)  # the power may be too small for a float where the result is not
    return scale * root * (1.0 + series) * root


def _factorial(n: float) -> float:
    """n!, with the rounding errors of its factors carried along."""
    product, error, factor = 1.0, 0.0, 1.0
    while factor < n:
        factor += 1.0
        rounded = product * factor
        error = error * factor + product_error(product, factor, rounded)
        product = rounded
    return product + error


_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
"""The Bernoulli numbers B_2, B_4, ... B_20."""
