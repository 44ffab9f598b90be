"""Operations that choose: steps, maxima, and the activations made of straight pieces.

Each function is written so that nan, for which every comparison is false, falls through to a nan. Their local
gradients are steps in turn, never Python branches: a branch would be frozen when the gradient is recorded.
"""

from __future__ import annotations

import math

from autograd.primitives import Domain, Kink, Primitive, at_tie, at_zero, define

__all__ = ["clip", "copysign", "leaky_relu", "maximum", "minimum", "relu", "sign", "step", "where"]


def _step(x: float) -> float:
    return 1.0 if x > 0.0 else 0.0 if x <= 0.0 else x


def _sign(x: float) -> float:
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else x


def _relu(x: float) -> float:
    return 0.0 if x <= 0.0 else x


def _larger_share(x: float, y: float) -> float:
    return 1.0 if x > y else 0.0 if x < y else 0.5 if x == y else math.nan


def _maximum(x: float, y: float) -> float:
    return x if x > y or x != x else y


def _minimum(x: float, y: float) -> float:
    return x if x < y or x != x else y


def _clip(x: float, low: float, high: float) -> float:
    if not low <= high:
        raise ValueError
    return low if x < low else high if x > high else x


flat: Primitive = define(
    "flat", forward=lambda x: 0.0 if x == x else x, partials=lambda x, out: (flat(x),), symbol="0",
    doc="0, or nan at nan: the slope of what is constant between its jumps.",
)  # fmt: skip

step = define(
    "step", forward=_step, partials=lambda x, out: (flat(x),), textbook=lambda x, out: (0.0,),
    kink=Kink(lambda x: x == 0.0, "step at 0 is 0, and its derivative there is taken as 0", at_zero),
    doc="1 where x > 0, else 0; step(0) = 0.",
)  # fmt: skip

sign = define(
    "sign", forward=_sign, partials=lambda x, out: (flat(x),), textbook=lambda x, out: (0.0,),
    kink=Kink(lambda x: x == 0.0, "sign at 0 is 0, and its derivative there is taken as 0", at_zero), ufunc="sign",
    doc="-1, 0 or 1 as x is negative, zero or positive.",
)  # fmt: skip

larger_share = define(
    "larger_share", forward=_larger_share, partials=lambda x, y, out: (flat(out), flat(out)),
    kink=Kink(lambda x, y: x == y, "larger_share at a tie is 1/2, and its derivatives there are taken as 0", at_tie),
    latex=r"\left[{0} > {1}\right]", doc="1 where x > y, 1/2 at a tie, else 0: how a maximum shares its gradient.",
)  # fmt: skip

absolute = define(
    "abs", forward=math.fabs, partials=lambda x, out: (sign(x),),
    kink=Kink(lambda x: x == 0.0, "the derivative of abs at 0 is taken as 0", at_zero),
    symbol="|·|", latex=r"\left|{0}\right|", ufunc="absolute",
    doc="The absolute value; its derivative at 0 is taken as 0.",
)  # fmt: skip

copysign: Primitive = define(
    "copysign", forward=math.copysign, partials=lambda x, y, out: (sign(x) * copysign(1.0, y), 0.0),
    kink=Kink(
        lambda x, y: x == 0.0 or y == 0.0,
        "the derivatives of copysign are taken as 0 by the first number at 0, and by the second everywhere",
        lambda x, y: (x, y),
    ),
    latex=r"\left|{0}\right| \cdot \operatorname{{sign}} {1}", ufunc="copysign",
    doc="The size of x with the sign of y, also that of a zero.",
)  # fmt: skip

relu = define(
    "relu", forward=_relu, partials=lambda x, out: (step(x),),
    kink=Kink(lambda x: x == 0.0, "the derivative of relu at 0 is taken as 0", at_zero),
    doc="max(x, 0); its derivative at 0 is taken as 0.",
)  # fmt: skip

leaky_relu = define(
    "leaky_relu", forward=lambda x, slope: x if x > 0.0 else slope * x,
    captured=lambda x, slope, out: (step(x) + slope * (1.0 - step(x)),), captures=1, defaults=(0.01,),
    kink=Kink(lambda x, slope: x == 0.0, "the derivative of leaky_relu at 0 is taken as the slope", at_zero),
    symbol="leaky relu", latex=r"\operatorname{{leaky\_relu}}_{{{1}}}\left({0}\right)",
    doc="x where x > 0, else slope * x (slope=0.01); its derivative at 0 is taken as the slope.",
)  # fmt: skip

maximum = define(
    "maximum", forward=_maximum, partials=lambda x, y, out: (larger_share(x, y), larger_share(y, x)),
    kink=Kink(lambda x, y: x == y, "a tie in maximum gives each side half of the gradient", at_tie),
    symbol="max", latex=r"\max\left({0}, {1}\right)", ufunc="maximum",
    doc="The larger of two; a tie gives each side half of the gradient; nan if either is nan.",
)  # fmt: skip

minimum = define(
    "minimum", forward=_minimum, partials=lambda x, y, out: (larger_share(y, x), larger_share(x, y)),
    kink=Kink(lambda x, y: x == y, "a tie in minimum gives each side half of the gradient", at_tie),
    symbol="min", latex=r"\min\left({0}, {1}\right)", ufunc="minimum",
    doc="The smaller of two; a tie gives each side half of the gradient; nan if either is nan.",
)  # fmt: skip

clip = define(
    "clip", forward=_clip, captured=lambda x, low, high, out: (step(x - low) * step(high - x),), captures=2,
    domain=Domain("a lower bound that is not above the upper one", lambda x, low, high: low <= high),
    kink=Kink(
        lambda x, low, high: x in (low, high), "the derivative of clip at a bound is taken as 0",
        lambda x, low, high: (x - low, x - high),
    ),
    latex=r"\operatorname{{clip}}_{{{1}}}^{{{2}}}\left({0}\right)",
    doc="x kept between two numbers, low and high; its derivative is 1 strictly between them, else 0.",
)  # fmt: skip

nonzero = define(
    "nonzero", forward=lambda x: 1.0 if x else 0.0, partials=lambda x, out: (0.0,), latex=r"\left[{0} \neq 0\right]",
    doc="1 where x is not 0, else 0: the gate of where.",
)  # fmt: skip

where = define(
    "where", forward=lambda condition, x, y: x if condition else y,
    partials=lambda condition, x, y, out: (0.0, nonzero(condition), 1.0 - nonzero(condition)), gated=True,
    doc="x where condition is not 0 (nan is not 0, as in NumPy), else y. The branch not taken gets exactly 0.",
)  # fmt: skip
