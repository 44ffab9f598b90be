"""Trigonometric functions, in radians."""

from __future__ import annotations

import math

from autograd.primitives import Domain, Kink, Precedence, Primitive
from autograd.rules.arithmetic import hypot, one_minus_square, sqrt
from autograd.rules.define import FINITE_ANGLE, UNIT_INTERVAL, define

__all__ = ["acos", "angle_slope", "asin", "atan", "atan2", "cos", "sin", "tan"]

sin = define(
    "sin",
    forward=math.sin,
    partials=lambda x, out: (cos(x),),
    domain=FINITE_ANGLE,
    text="sin({0})", latex=r"\sin {0}", ufunc="sin",
    doc="The sine of x in radians.",
)  # fmt: skip

cos: Primitive = define(
    "cos",
    forward=math.cos,
    partials=lambda x, out: (-sin(x),),
    domain=FINITE_ANGLE,
    text="cos({0})", latex=r"\cos {0}", ufunc="cos",
    doc="The cosine of x in radians.",
)  # fmt: skip

tan = define(
    "tan",
    forward=math.tan,
    partials=lambda x, out: (1.0 + out * out,),
    domain=FINITE_ANGLE,
    text="tan({0})", latex=r"\tan {0}", ufunc="tan",
    doc="The tangent of x in radians.",
)  # fmt: skip

asin = define(
    "asin",
    forward=math.asin,
    partials=lambda x, out: (1.0 / sqrt(one_minus_square(x)),),
    domain=UNIT_INTERVAL,
    text="asin({0})", latex=r"\arcsin {0}", ufunc="arcsin",
    doc="The inverse of sin, in -π/2 to π/2; its derivative at ±1 is inf.",
)  # fmt: skip

acos = define(
    "acos",
    forward=math.acos,
    partials=lambda x, out: (-1.0 / sqrt(one_minus_square(x)),),
    domain=UNIT_INTERVAL,
    text="acos({0})", latex=r"\arccos {0}", ufunc="arccos",
    doc="The inverse of cos, in 0 to π; its derivative at ±1 is -inf.",
)  # fmt: skip

atan = define(
    "atan",
    forward=math.atan,
    partials=lambda x, out: (angle_slope(1.0, x),),
    textbook=lambda x, out: (1.0 / (1.0 + x**2),),
    text="atan({0})", latex=r"\arctan {0}", ufunc="arctan",
    doc="The inverse of tan, in -π/2 to π/2.",
)  # fmt: skip

atan2 = define(
    "atan2",
    forward=math.atan2,
    partials=lambda y, x, out: (angle_slope(x, y), -angle_slope(y, x)),
    kink=Kink(lambda y, x: y == 0.0 and x <= 0.0, "atan2 jumps where y = 0, x < 0; at (0, 0) its derivatives are nan"),
    text="atan2({0}, {1})", latex=r"\operatorname{{atan2}}\left({0}, {1}\right)", ufunc="arctan2",
    doc="The angle of the point (x, y), in -π to π. The ordinate comes first: atan2(y, x).",
)  # fmt: skip


def _angle_slope(x: float, y: float) -> float:
    largest = max(math.fabs(x), math.fabs(y))
    if not 0.0 < largest < math.inf:
        return math.copysign(0.0, x) if math.isfinite(x) and math.isinf(y) else math.nan
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
        (y - x) / hypot(x, y) * ((y + x) / hypot(x, y)) / hypot(x, y) / hypot(x, y),
        -2.0 * out * angle_slope(y, x),
    ),
    domain=Domain("a point other than (0, 0)", lambda x, y: x != 0.0 or y != 0.0),
    ieee=lambda x, y: math.copysign(math.inf, x),
    symbol="x/(x²+y²)", text="{0}/({0}**2 + {1}**2)", latex=r"\frac{{{0}}}{{{0}^2 + {1}^2}}",
    precedence=Precedence.PRODUCT,
    doc="x / (x*x + y*y), the derivative of an angle: right also where a square over- or underflows.",
)  # fmt: skip
