"""The gamma function, its logarithm, and the derivatives of that."""

from __future__ import annotations

import math

from autograd.primitives import Domain, Precedence, Primitive, define
from autograd.rules import special_gamma as special

__all__ = ["digamma", "gamma", "lgamma"]


def _no_pole(x: float) -> bool:
    return math.isfinite(x) and not (x <= 0.0 and x.is_integer())


def _ieee_polygamma(x: float, order: float) -> float:
    """At a pole an odd order goes to inf on both sides; an even one to either, told apart at 0 by the sign of 0."""
    if x == -math.inf or not 1.0 <= order <= 60.0 or not order.is_integer():
        return math.nan
    if math.fmod(order, 2.0) == 1.0:
        return math.inf
    return math.nan if x < 0.0 and x.is_integer() else -math.copysign(math.inf, x)


def _ieee_gamma(x: float) -> float:
    """At its poles gamma goes to inf on one side and to -inf on the other, told apart at 0 by the sign of 0."""
    return math.copysign(math.inf, x) if math.fabs(x) < 1.0 or x > 0.0 else math.nan


_NO_POLE = Domain("a number other than 0, -1, -2, ...", _no_pole)

gamma: Primitive = define(
    "gamma", forward=special.gamma, partials=lambda x, out: (weighted_gamma(digamma(x), x),),
    textbook=lambda x, out: (out * digamma(x),), domain=_NO_POLE, ieee=_ieee_gamma,
    symbol="Γ", latex=r"\Gamma\left({0}\right)", scipy="gamma",
    doc="The gamma function, (x - 1)! where x is a whole number above 0.",
)  # fmt: skip

weighted_gamma: Primitive = define(
    "weighted_gamma", forward=special.weighted_gamma,
    partials=lambda weight, x, out: (gamma(x), weighted_gamma(weight * digamma(x), x)),
    domain=Domain("a weight, and a number other than 0, -1, -2, ...", lambda weight, x: _no_pole(x)),
    ieee=lambda weight, x: weight * _ieee_gamma(x),
    symbol="w·Γ", text="{0}*gamma({1})", latex=r"{0} \cdot \Gamma\left({1}\right)", precedence=Precedence.PRODUCT,
    doc="weight * gamma(x), without the bits that a subnormal gamma(x) lacks.",
)  # fmt: skip

lgamma = define(
    "lgamma", forward=special.lgamma, partials=lambda x, out: (digamma(x),), domain=_NO_POLE, ieee=lambda x: math.inf,
    symbol="log Γ", latex=r"\log \left|\Gamma\left({0}\right)\right|", scipy="gammaln",
    doc="The natural logarithm of the absolute value of the gamma function.",
)  # fmt: skip

digamma: Primitive = define(
    "digamma", forward=special.digamma, partials=lambda x, out: (polygamma(x, 1.0),),
    domain=_NO_POLE, ieee=lambda x: -math.copysign(math.inf, x) if x == 0.0 else math.nan,
    symbol="ψ", latex=r"\psi\left({0}\right)", scipy="psi", doc="The derivative of lgamma.",
)  # fmt: skip

polygamma: Primitive = define(
    "polygamma", forward=special.polygamma, captured=lambda x, order, out: (polygamma(x, order + 1.0),), captures=1,
    domain=Domain(
        "a number other than 0, -1, -2, ... and an order 1, 2, ... 60",
        lambda x, order: _no_pole(x) and order.is_integer() and 1.0 <= order <= 60.0,
    ),
    ieee=_ieee_polygamma, symbol="ψ⁽ⁿ⁾", latex=r"\psi^{{\left({1}\right)}}\left({0}\right)",
    doc="The derivative of digamma of a given order: polygamma(x, 1) is the trigamma function.",
)  # fmt: skip
