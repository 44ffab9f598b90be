"""Whole numbers: rounding down, up, towards 0 and to the nearest; and remainders, what is left of a division.

Between its jumps a rounding is constant, so its derivative is 0, at the jumps by convention.
"""

from __future__ import annotations

import math
from typing import Any

from autograd.primitives import Domain, Kink, Precedence, at_zero, define
from autograd.rules.choices import flat
from autograd.rules.errorfree import product_error

__all__ = ["ceil", "floor", "fmod", "ieee_remainder", "mod", "round", "trunc"]

_WHOLE = 2.0**52
"""From here on every float is whole."""


# --- rounding ---------------------------------------------------------------------------------------------


def _floor(x: float) -> float:
    return math.copysign(float(math.floor(x)), x) if math.fabs(x) < _WHOLE else x  # -0.0 keeps its sign


def _ceil(x: float) -> float:
    return math.copysign(float(math.ceil(x)), x) if math.fabs(x) < _WHOLE else x


def _trunc(x: float) -> float:
    return math.copysign(float(math.floor(math.fabs(x))), x) if math.fabs(x) < _WHOLE else x


def _nearest(x: float) -> float:
    """The whole number nearest to x >= 0, half to even: of a sum from 2**52 on no fraction is left."""
    return (x + _WHOLE) - _WHOLE if x < _WHOLE else x


def _round(x: float, digits: float) -> float:
    """x to some decimal digits, as Python has it: the number as it is, and not as it prints, is rounded, and once."""
    if math.fmod(digits, 1.0) != 0.0 or math.fabs(digits) > 22.0:  # 10**22 is the last power that is a float
        raise ValueError
    size, power = math.fabs(x), math.pow(10.0, math.fabs(digits))
    scaled = size * power if digits >= 0.0 else size / power
    if not scaled < 2.0 * _WHOLE:  # x has no such digits; or it is nan
        return x
    whole = _nearest(scaled)
    rest = scaled - whole
    if math.fabs(rest) == 0.5 and digits != 0.0:  # a tie, unless scaled was rounded to it
        lost = _lost_by_product(size, power, scaled) if digits > 0.0 else -_lost_by_product(scaled, power, size)
        whole = whole + 2.0 * rest if rest * lost > 0.0 else whole
    return math.copysign(whole / power if digits >= 0.0 else whole * power, x)


def _lost_by_product(x: float, y: float, product: float) -> float:
    """x·y less a number near it."""
    rounded = x * y
    return (rounded - product) + product_error(x, y, rounded)


floor = define(
    "floor", forward=_floor, partials=lambda x, out: (flat(x),), textbook=lambda x, out: (0.0,),
    kink=Kink(
        lambda x: x.is_integer(), "floor jumps at a whole number; its derivative there is taken as 0",
        at_zero, whole=True,
    ),
    symbol="⌊·⌋", latex=r"\left\lfloor {0} \right\rfloor", ufunc="floor",
    doc="The largest whole number that is not above x, as a float.",
)  # fmt: skip

ceil = define(
    "ceil", forward=_ceil, partials=lambda x, out: (flat(x),), textbook=lambda x, out: (0.0,),
    kink=Kink(
        lambda x: x.is_integer(), "ceil jumps at a whole number; its derivative there is taken as 0",
        at_zero, whole=True,
    ),
    symbol="⌈·⌉", latex=r"\left\lceil {0} \right\rceil", ufunc="ceil",
    doc="The smallest whole number that is not below x, as a float.",
)  # fmt: skip

trunc = define(
    "trunc", forward=_trunc, partials=lambda x, out: (flat(x),), textbook=lambda x, out: (0.0,),
    kink=Kink(
        lambda x: x.is_integer() and x != 0.0, "trunc jumps at a whole number; its derivative there is taken as 0",
        at_zero, whole=True,
    ),
    ufunc="trunc", doc="x without its fraction, as a float: rounded towards 0.",
)  # fmt: skip

round_to = define(
    "round", forward=_round, captured=lambda x, digits, out: (flat(x),), captures=1, defaults=(0.0,),
    domain=Domain(
        "a whole number of digits from -22 to 22",
        lambda x, digits: math.isfinite(x) and digits.is_integer() and abs(digits) <= 22.0,
    ),
    kink=Kink(
        lambda x, digits: (x * 10.0**digits - 0.5).is_integer() and abs(x) < _WHOLE,
        "round jumps half way between two neighbours; its derivative there is taken as 0",
        lambda x, digits: (x * 10.0**digits + 0.5,), whole=True,
    ),
    doc="x to a number of decimal digits (digits=0), as a float; of two that are equally near, the even one.",
)  # fmt: skip
round = round_to  # noqa: A001 -- its public name, as Python's


# --- remainders -------------------------------------------------------------------------------------------

# A remainder is x less a whole number of times y. By x its slope is 1, by y minus that whole number.


def _at_a_multiple(x: float, y: float) -> bool:
    return y != 0.0 and math.isfinite(x) and math.fmod(x, y) == 0.0


def _at_whole_quotient(x: Any, y: Any) -> tuple[Any, ...]:
    return (x / y,)


def _floordiv(x: float, y: float) -> float:
    if y == 0.0:
        raise ZeroDivisionError
    return x // y


def _ieee_floordiv(x: float, y: float) -> float:
    """x // ±0: as x / ±0."""
    return math.nan if x == 0.0 or x != x else math.copysign(math.inf, x) * math.copysign(1.0, y)


floordiv = define(
    "floordiv", forward=_floordiv, partials=lambda x, y, out: (flat(out), flat(out)),
    textbook=lambda x, y, out: (0.0, 0.0),
    domain=Domain("a divisor other than 0", lambda x, y: y != 0.0), ieee=_ieee_floordiv,
    kink=Kink(
        _at_a_multiple, "x // y jumps where x is a multiple of y; its derivatives there are taken as 0",
        _at_whole_quotient, whole=True,
    ),
    symbol="⌊÷⌋", operator="//", text="{0} // {1}", latex=r"\left\lfloor \frac{{{0}}}{{{1}}} \right\rfloor",
    precedence=Precedence.PRODUCT, ufunc="floor_divide",
    doc="x // y: the largest whole number that is not above x / y, as a float.",
)  # fmt: skip

mod = define(
    "mod", forward=lambda x, y: x % y, partials=lambda x, y, out: (1.0, -floordiv(x, y)),
    domain=Domain("a divisor other than 0", lambda x, y: y != 0.0),
    kink=Kink(
        _at_a_multiple, "x % y jumps where x is a multiple of y; its slopes there are 1 and -(x // y)",
        _at_whole_quotient, whole=True,
    ),
    symbol="%", operator="%", text="{0} % {1}", precedence=Precedence.PRODUCT, ufunc="remainder",
    doc="x % y = x - (x // y) * y, with the sign of y.",
)  # fmt: skip

fmod = define(
    "fmod", forward=math.fmod, partials=lambda x, y, out: (1.0, -round_to(x / y - out / y)),
    textbook=lambda x, y, out: (1.0, -trunc(x / y)),
    domain=Domain("a finite number and a divisor other than 0", lambda x, y: math.isfinite(x) and y != 0.0),
    kink=Kink(
        _at_a_multiple, "fmod jumps where x is a multiple of y; its slopes there are 1 and -trunc(x / y)",
        _at_whole_quotient, whole=True,
    ),
    ufunc="fmod", doc="x - trunc(x / y) * y, exactly: the remainder with the sign of x.",
)  # fmt: skip

ieee_remainder = define(
    "ieee_remainder", forward=math.remainder, partials=lambda x, y, out: (1.0, -round_to(x / y - out / y)),
    textbook=lambda x, y, out: (1.0, -round_to(x / y)),
    domain=Domain("a finite number and a divisor other than 0", lambda x, y: math.isfinite(x) and y != 0.0),
    kink=Kink(
        lambda x, y: y != 0.0 and math.isfinite(x) and 2.0 * math.fabs(math.remainder(x, y)) == math.fabs(y),
        "the remainder jumps half way between two multiples of y; its slopes there are 1 and -round(x / y)",
        lambda x, y: (x / y + 0.5,), whole=True,
    ),
    symbol="rem", latex=r"\operatorname{{rem}}\left({0}, {1}\right)",
    doc="x - round(x / y) * y, exactly: math.remainder, the smallest remainder in size.",
)  # fmt: skip
