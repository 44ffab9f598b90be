"""The logarithm of the gamma function and its derivatives."""

from __future__ import annotations

import math

from autograd.primitives import Domain, Primitive
from autograd.rules import special_gamma as special
from autograd.rules.define import define

__all__ = ["digamma", "lgamma", "polygamma"]


def _no_pole(x: float) -> bool:
    return math.isfinite(x) and not (x <= 0.0 and x.is_integer())


def _ieee_polygamma(x: float, order: float) -> float:
    """At a pole an odd order goes to inf on both sides; an even one to either, told apart at 0 by the sign of 0."""
    if x == -math.inf or not 1.0 <= order <= 60.0 or not order.is_integer():
        return math.nan
    if math.fmod(order, 2.0) == 1.0:
        return math.inf
    return math.nan if x < 0.0 and x.is_integer() else -math.copysign(math.inf, x)


_NO_POLE = Domain("a number other than 0, -1, -2, ...", _no_pole)

lgamma = define(
    "lgamma",
    forward=special.lgamma,
    partials=lambda x, out: (digamma(x),),
    domain=_NO_POLE, ieee=lambda x: math.inf,
    symbol="log Γ", text="lgamma({0})", latex=r"\log \left|\Gamma\left({0}\right)\right|",
    doc="The natural logarithm of the absolute value of the gamma function.",
)  # fmt: skip

digamma: Primitive = define(
    "digamma",
    forward=special.digamma,
    partials=lambda x, out: (polygamma(x, 1.0),),
    domain=_NO_POLE, ieee=lambda x: -math.copysign(math.inf, x) if x == 0.0 else math.nan,
    symbol="ψ", text="digamma({0})", latex=r"\psi\left({0}\right)",
    doc="The derivative of lgamma.",
)  # fmt: skip

polygamma: Primitive = define(
    "polygamma",
    forward=special.polygamma,
    captured=lambda x, order, out: (polygamma(x, order + 1.0),),
    captures=1,
    domain=Domain(
        "a number other than 0, -1, -2, ... and an order 1, 2, ... 60",
        lambda x, order: _no_pole(x) and order.is_integer() and 1.0 <= order <= 60.0,
    ),
    ieee=_ieee_polygamma,
    symbol="ψ⁽ⁿ⁾", text="polygamma({0}, {1})", latex=r"\psi^{{\left({1}\right)}}\left({0}\right)",
    doc="The derivative of digamma of a given order: polygamma(x, 1) is the trigamma function.",
)  # fmt: skip
