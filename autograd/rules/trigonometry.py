"""Trigonometric functions, in radians."""

from __future__ import annotations

import math

from autograd.primitives import FINITE_ANGLE, UNIT_INTERVAL, Domain, Kink, Precedence, Primitive, at_zero, define
from autograd.rules.arithmetic import hypot, one_minus_square, sqrt
from autograd.rules.choices import where

__all__ = ["acos", "asin", "atan", "atan2", "cos", "sin", "sinc", "tan"]

sin = define(
    "sin", forward=math.sin, partials=lambda x, out: (cos(x),), domain=FINITE_ANGLE, latex=r"\sin {0}", ufunc="sin",
    doc="The sine of x in radians.",
)  # fmt: skip

cos: Primitive = define(
    "cos", forward=math.cos, partials=lambda x, out: (-sin(x),), domain=FINITE_ANGLE, latex=r"\cos {0}", ufunc="cos",
    doc="The cosine of x in radians.",
)  # fmt: skip

tan = define(
    "tan", forward=math.tan, partials=lambda x, out: (1.0 + out * out,), domain=FINITE_ANGLE,
    latex=r"\tan {0}", ufunc="tan", doc="The tangent of x in radians.",
)  # fmt: skip

asin = define(
    "asin", forward=math.asin, partials=lambda x, out: (1.0 / sqrt(one_minus_square(x)),), domain=UNIT_INTERVAL,
    latex=r"\arcsin {0}", ufunc="arcsin", doc="The inverse of sin, in -π/2 to π/2; its derivative at ±1 is inf.",
)  # fmt: skip

acos = define(
    "acos", forward=math.acos, partials=lambda x, out: (-1.0 / sqrt(one_minus_square(x)),), domain=UNIT_INTERVAL,
    latex=r"\arccos {0}", ufunc="arccos", doc="The inverse of cos, in 0 to π; its derivative at ±1 is -inf.",
)  # fmt: skip

atan = define(
    "atan", forward=math.atan, partials=lambda x, out: (angle_slope(1.0, x),),
    textbook=lambda x, out: (1.0 / (1.0 + x**2),), latex=r"\arctan {0}", ufunc="arctan",
    doc="The inverse of tan, in -π/2 to π/2.",
)  # fmt: skip

atan2 = define(
    "atan2", forward=math.atan2, partials=lambda y, x, out: (angle_slope(x, y), -angle_slope(y, x)),
    kink=Kink(
        lambda y, x: y == 0.0 and x <= 0.0, "atan2 jumps where y = 0, x < 0; at (0, 0) its derivatives are nan",
        at_zero,
    ),
    ufunc="arctan2", doc="The angle of the point (x, y), in -π to π. The ordinate comes first: atan2(y, x).",
)  # fmt: skip


def _angle_slope(x: float, y: float) -> float:
    largest = max(math.fabs(x), math.fabs(y))
    if math.isinf(x) or math.isinf(y):
        return math.nan if x != x or y != y else math.copysign(0.0, x)
    if not largest > 0.0:
        return math.nan
    exponent = math.frexp(largest)[1]
    x, y = math.ldexp(x, -exponent), math.ldexp(y, -exponent)
    squared = x * x + y * y
    if exponent < 0 and math.fabs(x) < 2.0**-900:
        return math.ldexp(x, -exponent) / squared  # in this order a small x cannot become a subnormal short of bits
    return math.ldexp(x / squared, -exponent)


angle_slope: Primitive = define(
    "angle_slope",
    forward=_angle_slope,
    partials=lambda x, y, out: (
        where(  # 0 at infinity, and not inf/inf
            1.0 / hypot(x, y), (y - x) / hypot(x, y) * ((y + x) / hypot(x, y)) / hypot(x, y) / hypot(x, y), 0.0
        ),
        -2.0 * out * angle_slope(y, x),
    ),
    textbook=lambda x, y, out: ((y - x) * (y + x) / (x**2 + y**2) ** 2, -2.0 * out * angle_slope(y, x)),
    domain=Domain("a point other than (0, 0)", lambda x, y: x != 0.0 or y != 0.0),
    ieee=lambda x, y: math.copysign(math.inf, x),
    symbol="x/(x²+y²)", text="{0}/({0}**2 + {1}**2)", latex=r"\frac{{{0}}}{{{0}^2 + {1}^2}}",
    precedence=Precedence.PRODUCT,
    doc="x / (x*x + y*y), the derivative of an angle: right also where a square over- or underflows.",
)  # fmt: skip


# --- sin(πx)/(πx) -----------------------------------------------------------------------------------------


def _sin_pi(x: float) -> float:
    """sin(πx), from the exact distance of x to the nearest whole number: so at whole numbers it is 0."""
    rest = math.remainder(x, 2.0)
    distance = math.fabs(rest)
    return math.copysign(math.sin(math.pi * (distance if distance <= 0.5 else 1.0 - distance)), rest)


def _cos_pi(x: float) -> float:
    """cos(πx), from the exact distance of x to the nearest whole number or, where it vanishes, half."""
    distance = math.fabs(math.remainder(x, 2.0))
    if 0.25 < distance < 0.75:
        return math.sin(math.pi * (0.5 - distance))
    return math.cos(math.pi * distance) if distance < 0.5 else -math.cos(math.pi * (1.0 - distance))


def _sinc(x: float) -> float:
    if x == 0.0:
        return 1.0
    return 0.0 if math.isinf(x) else _sin_pi(x) / (math.pi * x)


def _sinc_derivative(x: float, order: float) -> float:
    """The derivative of order n, from x·f⁽ⁿ⁾ + n·f⁽ⁿ⁻¹⁾ = πⁿ⁻¹·sin(πx + nπ/2), where f = sinc; near 0 by its series."""
    if math.isinf(x):
        return 0.0
    if math.fabs(x) < 0.2 + 0.3 * order:
        return _sinc_series(x, order)
    sine, cosine = _sin_pi(x), _cos_pi(x)
    derivative, scale, n = sine / (math.pi * x), 1.0, 0.0
    while n < order:
        n += 1.0
        sine, cosine = cosine, -sine
        derivative = (scale * sine - n * derivative) / x
        scale *= math.pi
    return derivative


def _sinc_series(x: float, order: float) -> float:
    """The sum of (-1)ᵏ·π²ᵏ/(2k + 1)·x²ᵏ⁻ⁿ/(2k - n)! over all k from n/2 up, for an order n."""
    odd = math.fmod(order, 2.0)
    power = order + odd  # 2k
    square = math.pi * math.pi
    half = 0.5 * power
    term = math.pow(square, half) * (1.0 if math.fmod(half, 2.0) == 0.0 else -1.0) * (x if odd else 1.0)
    degree, total, rounds = odd, 0.0, 0.0
    while rounds < 30.0:
        total += term / (power + 1.0)
        power += 2.0
        degree += 2.0
        rounds += 1.0
        term *= -square * x * x / (degree * (degree - 1.0))
    return total


sinc = define(
    "sinc", forward=_sinc, partials=lambda x, out: (sinc_derivative(x, 1.0),),
    textbook=lambda x, out: ((cos(math.pi * x) - out) / x,),
    doc="sin(πx)/(πx), as NumPy has it; 1 at 0, and exactly 0 at every other whole number.",
)  # fmt: skip

sinc_derivative: Primitive = define(
    "sinc_derivative", forward=_sinc_derivative, captured=lambda x, order, out: (sinc_derivative(x, order + 1.0),),
    captures=1,
    domain=Domain(
        "any real number and an order 1, 2, ... 60",
        lambda x, order: math.isfinite(x) and order.is_integer() and 1.0 <= order <= 60.0,
    ),
    symbol="sinc⁽ⁿ⁾", latex=r"\operatorname{{sinc}}^{{\left({1}\right)}}\left({0}\right)",
    doc="The derivative of sinc of a given order, through its removable pole at 0.",
)  # fmt: skip
