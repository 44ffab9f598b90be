"""Arithmetic, powers and roots.

Sub, div, pow and neg are operations of their own, so that a picture shows what was written and 49/49 is 1.
"""

from __future__ import annotations

import math
import operator
from typing import Any

from autograd.primitives import AT_LEAST_ZERO, Domain, Kink, Precedence, Primitive, at_zero, define
from autograd.rules.choices import where
from autograd.rules.errorfree import product_error, sum_error

__all__ = ["cbrt", "hypot", "reciprocal", "sqrt", "square"]

identity = define(
    "identity", forward=lambda x: x, partials=lambda x, out: (1.0,),
    symbol="=", latex=r"\operatorname{{id}}\left({0}\right)",
    doc="x itself, as a node of its own: what a transform differentiates when its argument is a Value.",
)  # fmt: skip

add = define(
    "add", forward=operator.add, partials=lambda x, y, out: (1.0, 1.0),
    symbol="+", operator="+", text="{0} + {1}", latex="{0} + {1}", precedence=Precedence.SUM, ufunc="add", doc="x + y",
)  # fmt: skip

sub = define(
    "sub", forward=operator.sub, partials=lambda x, y, out: (1.0, -1.0),
    symbol="−", operator="-", text="{0} - {1}", latex="{0} - {1}", precedence=Precedence.SUM, ufunc="subtract",
    doc="x - y",
)  # fmt: skip

mul = define(
    "mul", forward=operator.mul, partials=lambda x, y, out: (y, x),
    symbol="×", operator="*", text="{0}*{1}", latex=r"{0} \cdot {1}", precedence=Precedence.PRODUCT, ufunc="multiply",
    doc="x * y",
)  # fmt: skip

neg = define(
    "neg", forward=operator.neg, partials=lambda x, out: (-1.0,),
    symbol="−", text="-{0}", latex="-{0}", precedence=Precedence.NEGATION, ufunc="negative", doc="-x",
)  # fmt: skip

square = define(
    "square", forward=lambda x: x * x, partials=lambda x, out: (2.0 * x,),
    symbol="²", text="{0}**2", latex="{0}^2", precedence=Precedence.POWER, ufunc="square",
    doc="x * x, as one operation.",
)  # fmt: skip

one_minus_square = define(
    "one_minus_square", forward=lambda x: (1.0 - x) * (1.0 + x), partials=lambda x, out: (-2.0 * x,),
    symbol="1−x²", text="1 - {0}**2", latex="1 - {0}^2", precedence=Precedence.SUM,
    doc="1 - x*x, relatively accurate near ±1.",
)  # fmt: skip


# --- quotients --------------------------------------------------------------------------------------------


def _ieee_divide(x: float, y: float) -> float:
    """x / ±0, as IEEE 754 has it."""
    if x == 0.0 or math.isnan(x):
        return math.nan
    return math.copysign(math.inf, x) * math.copysign(1.0, y)


def _quotient_by_square(x: float, y: float) -> float:
    quotient = x / y
    if math.fabs(quotient) > 2.0**-1000 or math.fabs(y) >= 1.0:
        return quotient / y
    # The quotient may be subnormal, short of bits that dividing by y < 1 would bring to light. Powers of two are exact.
    return (x * 2.0**100 / y) / (y * 2.0**100)


def _positive_quotient(x: float, y: float) -> float:
    return x / y if y > 0.0 or y != y else math.copysign(math.inf, x) if y == 0.0 else math.nan


div = define(
    "div", forward=operator.truediv, partials=lambda x, y, out: (1.0 / y, -quotient_by_square(x, y)),
    domain=Domain("a divisor other than 0", lambda x, y: y != 0.0), ieee=_ieee_divide,
    symbol="÷", operator="/", text="{0}/{1}", latex=r"\frac{{{0}}}{{{1}}}", precedence=Precedence.PRODUCT,
    ufunc="divide", doc="x / y, correctly rounded; division by zero is a DomainError.",
)  # fmt: skip

quotient_by_square: Primitive = define(
    "quotient_by_square", forward=_quotient_by_square,
    partials=lambda x, y, out: (quotient_by_square(1.0, y), -2.0 * out / y),
    domain=Domain("a divisor other than 0", lambda x, y: y != 0.0), ieee=lambda x, y: _ieee_divide(x, math.fabs(y)),
    symbol="x/y²", text="{0}/{1}**2", latex=r"\frac{{{0}}}{{{1}^2}}", precedence=Precedence.PRODUCT,
    doc="x / y**2, minus the derivative of x / y by y: right also where x / y or y**2 leaves the range of floats.",
)  # fmt: skip

positive_quotient: Primitive = define(
    "positive_quotient", forward=_positive_quotient, partials=lambda x, y, out: (positive_quotient(1.0, y), -out / y),
    domain=Domain("a divisor above 0", lambda x, y: y > 0.0),
    symbol="÷", text="{0}/{1}", latex=r"\frac{{{0}}}{{{1}}}", precedence=Precedence.PRODUCT,
    doc="x / y for y > 0, its limit at 0, nan below: how a derivative such as 1/x stays inside the domain of log.",
)  # fmt: skip

reciprocal = define(
    "reciprocal", forward=lambda x: 1.0 / x, partials=lambda x, out: (-(out * out),),
    domain=Domain("a number other than 0", lambda x: x != 0.0), ieee=lambda x: math.copysign(math.inf, x),
    symbol="1/x", text="1/{0}", latex=r"\frac{{1}}{{{0}}}", precedence=Precedence.PRODUCT, ufunc="reciprocal",
    doc="1 / x, as one operation.",
)  # fmt: skip


# --- powers -----------------------------------------------------------------------------------------------

_FAR = 690.0
"""A power e**±690 and its neighbours are normal floats; beyond, they are computed as the square of a root."""


def _power(x: float, y: float) -> float:
    if x == 0.0 and -math.inf < y < 0.0:
        raise ZeroDivisionError
    return math.pow(x, y)


def _ieee_power(x: float, y: float) -> float:
    """x ** y where ``math.pow`` refuses: a pole at 0, an overflow, a fractional power of a negative number."""
    odd = math.isfinite(y) and math.fmod(y, 2.0) in (1.0, -1.0)
    if x == 0.0:
        return math.copysign(math.inf, x) if odd else math.inf
    if x < 0.0 and not y.is_integer():
        return math.nan
    return -math.inf if x < 0.0 and odd else math.inf


def _power_slope(x: float, y: float) -> float:
    """y · x**(y-1), with what rounding y - 1 loses put back: (y-1) + lost is exact, and x**lost is 1 + lost·log x."""
    lowered = y - 1.0
    if y == 0.0:
        return 0.0
    if x != x or y != y:
        return x + y
    if x == 0.0 or math.isinf(x) or math.isinf(y):
        return _power_slope_at_an_end(x, y, lowered)
    magnitude = math.fabs(x)
    log_x = math.log(magnitude)
    correction = sum_error(y, -1.0, lowered) * log_x
    if math.fabs(lowered * log_x) < _FAR:
        slope = math.pow(x, lowered)
        return y * (slope + slope * correction)
    root = math.pow(magnitude, 0.5 * lowered)
    if math.fabs(correction) > 0.5:  # the power is 0 or infinite, whatever is put back
        correction = 0.0
    return y * math.pow(math.copysign(1.0, x), lowered) * (root * (1.0 + correction)) * root


def _power_slope_at_an_end(x: float, y: float, lowered: float) -> float:
    """The same where x is 0 or infinite, or y infinite, as a limit: there a power vanishes faster than y grows."""
    if x < 0.0 and not math.isinf(y) and not y.is_integer():
        return math.nan
    power = _power(x, lowered)
    return y * power if power != 0.0 else power * math.copysign(1.0, y)


def _power_log(x: float, y: float) -> float:
    """x**y · log x; 0 at x = 0, its limit for y > 0; nan at x < 0."""
    if x < 0.0:
        return math.nan
    if x == 0.0:
        return 0.0 if y >= 0.0 else y * math.inf
    log_x = math.log(x)
    if not _FAR < math.fabs(y * log_x) < math.inf:
        power = math.pow(x, y)
        return power * log_x if power != 0.0 else math.copysign(power, log_x)
    root = math.pow(x, 0.5 * y)
    return (root * log_x) * root


def _captured_slope(x: Any, n: float) -> Any:
    """n · x**(n-1) for a plain n; small whole powers, by far the most common, need no care for their rounding."""
    if n == 0.0:
        return 0.0
    if n.is_integer() and math.fabs(n) <= 7.0 and n != 1.0:
        return n * x ** (n - 1.0)
    return power_slope(x, n)


power = define(
    "pow", forward=_power, partials=lambda x, y, out: (power_slope(x, y), power_log(x, y)),
    captured=lambda x, n, out: (_captured_slope(x, n),), captures=1,
    domain=Domain(
        "a whole exponent where the base is negative, and one of 0 or more where the base is 0",
        lambda x, y: x > 0.0 or (y.is_integer() and (x < 0.0 or y >= 0.0)) or (x == 0.0 and y >= 0.0),
    ),
    ieee=_ieee_power,
    symbol="^", operator="**", text="{0}**{1}", latex="{0}^{{{1}}}", precedence=Precedence.POWER, ufunc="power",
    doc="x ** y. A plain number as exponent is captured, so that no logarithm of x is ever taken.",
)  # fmt: skip

power_slope: Primitive = define(
    "power_slope",
    forward=_power_slope,
    partials=lambda x, y, out: (
        where(abs(x) + abs(y), y * power_slope(x, y - 1.0), 0.0),  # at (0, 0) alone it is 0 times infinity
        power(x, y - 1.0) + y * power_log(x, y - 1.0),
    ),
    captured=lambda x, n, out: (n * power_slope(x, n - 1.0) if n else 0.0,),
    captures=1,
    domain=Domain(
        "a whole exponent where the base is negative, and 0, or 1 or more, where the base is 0",
        lambda x, y: x > 0.0 or (x < 0.0 and y.is_integer()) or (x == 0.0 and (y >= 1.0 or y == 0.0)),
    ),
    ieee=lambda x, y: y * _ieee_power(x, y - 1.0),
    symbol="y·x^(y−1)", text="{1}*{0}**({1} - 1)", latex=r"{1} \cdot {0}^{{{1} - 1}}", precedence=Precedence.PRODUCT,
    doc="y * x ** (y - 1), the derivative of x ** y by x, as if y - 1 were not rounded.",
)  # fmt: skip

power_log: Primitive = define(
    "power_log",
    forward=_power_log,
    partials=lambda x, y, out: (
        power(x, y - 1.0) + y * power_log(x, y - 1.0),
        out * power_log(x, 0.0),  # log x, but 0 at x = 0, where out is 0 too
    ),
    symbol="xʸ·log x", text="{0}**{1}*log({0})", latex=r"{0}^{{{1}}} \cdot \log {0}", precedence=Precedence.PRODUCT,
    domain=Domain("x >= 0", lambda x, y: x > 0.0 or (x == 0.0 and y >= 0.0)),
    ieee=lambda x, y: -math.inf if x < 1.0 else math.inf,
    doc="x ** y * log(x), the derivative of x ** y by y; 0 at x = 0, its limit for y > 0.",
)  # fmt: skip


# --- roots and lengths ------------------------------------------------------------------------------------


def _cbrt(x: float) -> float:
    """The cube root by ``pow``, and one step of Newton's method with the exact residual."""
    if x == 0.0 or not math.isfinite(x):
        return x
    mantissa, exponent = math.frexp(x)
    shift = -exponent % 3
    mantissa = math.ldexp(mantissa, -shift)
    root = math.copysign(math.pow(math.fabs(mantissa), 1.0 / 3.0), x)
    squared = root * root
    cubed = squared * root
    residual = (cubed - mantissa) + product_error(squared, root, cubed) + product_error(root, root, squared) * root
    return math.ldexp(root - residual / (3.0 * squared), (exponent + shift) // 3)


def _unit(x: float, y: float) -> float:
    length = math.hypot(x, y)
    if 1e-290 < length < 1e300:
        return x / length
    if length == 0.0:
        return 0.0
    if math.isinf(x) and math.isfinite(y):
        return math.copysign(1.0, x)
    if not math.isfinite(x) or not math.isfinite(y):
        return x / length
    exponent = -math.frexp(max(math.fabs(x), math.fabs(y)))[1]
    x, y = math.ldexp(x, exponent), math.ldexp(y, exponent)
    return x / math.hypot(x, y)


sqrt = define(
    "sqrt", forward=math.sqrt, partials=lambda x, out: (0.5 / out,), domain=AT_LEAST_ZERO,
    symbol="√", latex=r"\sqrt{{{0}}}", ufunc="sqrt",
    doc="The square root, correctly rounded; its derivative at 0 is inf.",
)  # fmt: skip

cbrt = define(
    "cbrt", forward=_cbrt, partials=lambda x, out: (1.0 / (3.0 * out) / out,),
    kink=Kink(lambda x: x == 0.0, "the derivative of cbrt at 0 is inf", at_zero),
    symbol="∛", latex=r"\sqrt[3]{{{0}}}", ufunc="cbrt",
    doc="The cube root, of negative numbers too; its derivative at 0 is inf.",
)  # fmt: skip

hypot = define(
    "hypot", forward=math.hypot, partials=lambda x, y, out: (unit(x, y), unit(y, x)),
    kink=Kink(lambda x, y: x == 0.0 and y == 0.0, "the derivatives of hypot at (0, 0) are taken as 0"),
    latex=r"\sqrt{{{0}^2 + {1}^2}}", ufunc="hypot",
    doc="sqrt(x*x + y*y) without overflow on the way; its derivatives at (0, 0) are taken as 0.",
)  # fmt: skip

unit: Primitive = define(
    "unit", forward=_unit,
    partials=lambda x, y, out: (
        unit(y, x) * unit(y, x) / hypot(x, y),
        -out * unit(y, x) / hypot(x, y),
    ),
    kink=Kink(lambda x, y: x == 0.0 and y == 0.0, "unit at (0, 0) is taken as 0; it has no derivatives there"),
    text="{0}/hypot({0}, {1})", latex=r"\frac{{{0}}}{{\sqrt{{{0}^2 + {1}^2}}}}", precedence=Precedence.PRODUCT,
    doc="x / hypot(x, y), the derivative of hypot by x: right also where hypot overflows or is subnormal; 0 at (0, 0).",
)  # fmt: skip
