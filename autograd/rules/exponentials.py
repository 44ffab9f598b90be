"""Exponentials, logarithms, hyperbolic functions, and the activations made of them."""

from __future__ import annotations

import math

from autograd.primitives import POSITIVE, Domain, Kink, Precedence, Primitive, at_zero, define
from autograd.rules.arithmetic import hypot, one_minus_square, positive_quotient, sqrt
from autograd.rules.choices import minimum, step, where
from autograd.rules.special_normal import silu_slope as _silu_slope

__all__ = [
    "acosh", "asinh", "atanh", "cosh", "elu", "exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "log_sigmoid",
    "logaddexp", "sigmoid", "silu", "sinh", "softplus", "softsign", "tanh",
]  # fmt: skip

_LOG_2 = math.log(2.0)
_LOG2_E = 1.0 / math.log(2.0)
_LOG10_E = 1.0 / math.log(10.0)


def _ieee_log(x: float) -> float:
    return -math.inf if x == 0.0 else math.nan


exp = define(
    "exp", forward=math.exp, partials=lambda x, out: (out,),
    latex=r"e^{{{0}}}", precedence=Precedence.POWER, ufunc="exp", doc="e ** x; an overflow is a DomainError.",
)  # fmt: skip

exp2 = define(
    "exp2", forward=math.exp2, partials=lambda x, out: (_LOG_2 * out,),
    latex=r"2^{{{0}}}", precedence=Precedence.POWER, ufunc="exp2",
    doc="2 ** x, exact where x is a whole number; an overflow is a DomainError.",
)  # fmt: skip

expm1 = define(
    "expm1", forward=math.expm1, partials=lambda x, out: (exp(x),), latex=r"\left(e^{{{0}}} - 1\right)", ufunc="expm1",
    doc="e ** x - 1, accurate near 0.",
)  # fmt: skip

log = define(
    "log", forward=math.log, partials=lambda x, out: (positive_quotient(1.0, x),), domain=POSITIVE, ieee=_ieee_log,
    latex=r"\log {0}", ufunc="log", doc="The natural logarithm.",
)  # fmt: skip

log1p = define(
    "log1p", forward=math.log1p, partials=lambda x, out: (positive_quotient(1.0, 1.0 + x),),
    domain=Domain("x > -1", lambda x: -1.0 < x < math.inf), ieee=lambda x: -math.inf if x == -1.0 else math.nan,
    latex=r"\log\left(1 + {0}\right)", ufunc="log1p", doc="log(1 + x), accurate near 0.",
)  # fmt: skip

log2 = define(
    "log2", forward=math.log2, partials=lambda x, out: (positive_quotient(_LOG2_E, x),),
    domain=POSITIVE, ieee=_ieee_log, latex=r"\log_2 {0}", ufunc="log2", doc="The logarithm to base 2.",
)  # fmt: skip

log10 = define(
    "log10", forward=math.log10, partials=lambda x, out: (positive_quotient(_LOG10_E, x),),
    domain=POSITIVE, ieee=_ieee_log, latex=r"\log_{{10}} {0}", ufunc="log10", doc="The logarithm to base 10.",
)  # fmt: skip


# --- hyperbolic functions ---------------------------------------------------------------------------------


def _sech_squared(x: float) -> float:
    small = math.exp(-2.0 * math.fabs(x))
    return 4.0 * small / (1.0 + small * (2.0 + small))


sinh = define(
    "sinh", forward=math.sinh, partials=lambda x, out: (cosh(x),), ieee=lambda x: math.copysign(math.inf, x),
    latex=r"\sinh {0}", ufunc="sinh", doc="The hyperbolic sine; an overflow is a DomainError.",
)  # fmt: skip

cosh: Primitive = define(
    "cosh", forward=math.cosh, partials=lambda x, out: (sinh(x),), latex=r"\cosh {0}", ufunc="cosh",
    doc="The hyperbolic cosine; an overflow is a DomainError.",
)  # fmt: skip

sech_squared = define(
    "sech_squared", forward=_sech_squared, partials=lambda x, out: (-2.0 * out * tanh(x),),
    symbol="sech²", text="sech({0})**2", latex=r"\operatorname{{sech}}^2 {0}",
    doc="1 / cosh(x)**2, the derivative of tanh: relatively accurate in its far tails and never an overflow.",
)  # fmt: skip

tanh: Primitive = define(
    "tanh", forward=math.tanh, partials=lambda x, out: (sech_squared(x),), textbook=lambda x, out: (1.0 - out**2,),
    latex=r"\tanh {0}", ufunc="tanh", doc="The hyperbolic tangent.",
)  # fmt: skip

asinh = define(
    "asinh", forward=math.asinh, partials=lambda x, out: (1.0 / hypot(1.0, x),),
    textbook=lambda x, out: (1.0 / sqrt(1.0 + x**2),), latex=r"\operatorname{{arsinh}} {0}", ufunc="arcsinh",
    doc="The inverse of sinh.",
)  # fmt: skip

acosh = define(
    "acosh", forward=math.acosh, partials=lambda x, out: (1.0 / sqrt(x - 1.0) / sqrt(x + 1.0),),
    domain=Domain("x >= 1", lambda x: 1.0 <= x < math.inf), latex=r"\operatorname{{arcosh}} {0}", ufunc="arccosh",
    doc="The inverse of cosh, from 0 up; its derivative at 1 is inf.",
)  # fmt: skip

atanh = define(
    "atanh", forward=math.atanh, partials=lambda x, out: (positive_quotient(1.0, one_minus_square(x)),),
    domain=Domain("-1 < x < 1", lambda x: -1.0 < x < 1.0),
    ieee=lambda x: math.copysign(math.inf, x) if math.fabs(x) == 1.0 else math.nan,
    latex=r"\operatorname{{artanh}} {0}", ufunc="arctanh", doc="The inverse of tanh.",
)  # fmt: skip


# --- the logistic function and its relatives --------------------------------------------------------------


# One exponential for all branches: compiled for many examples at once, every branch is computed for each of them.


def _sigmoid(x: float) -> float:
    small = math.exp(-math.fabs(x))  # cannot overflow, and keeps the relative accuracy of a tiny result
    return (1.0 if x >= 0.0 else small) / (1.0 + small)


def _softplus(x: float) -> float:
    return (x if x >= 0.0 else 0.0) + math.log1p(math.exp(-math.fabs(x)))


def _silu(x: float) -> float:
    # In two halves where exp(x) may be subnormal and x·exp(x) still has more bits.
    small = math.exp(-math.fabs(x) if x > -700.0 else 0.5 * x)
    if x > -700.0:
        return x * (1.0 if x >= 0.0 else small) / (1.0 + small)
    if x > -1500.0:
        return x * small * small
    return -0.0 if x < 0.0 else x


def _softsign(x: float) -> float:
    return math.copysign(1.0, x) if math.isinf(x) else x / (1.0 + math.fabs(x))


sigmoid = define(
    "sigmoid", forward=_sigmoid, partials=lambda x, out: (0.25 * sech_squared(0.5 * x),),
    textbook=lambda x, out: (out * (1.0 - out),), symbol="σ", latex=r"\sigma\left({0}\right)", scipy="expit",
    doc="The logistic function 1 / (1 + exp(-x)); its derivative σ(x)·σ(-x) is accurate in both tails.",
)  # fmt: skip

log_sigmoid = define(
    "log_sigmoid", forward=lambda x: -_softplus(-x), partials=lambda x, out: (sigmoid(-x),),
    symbol="log σ", latex=r"\log \sigma\left({0}\right)", scipy="log_expit", doc="log(sigmoid(x)), right at ±1000.",
)  # fmt: skip

softplus = define(
    "softplus", forward=_softplus, partials=lambda x, out: (sigmoid(x),), doc="log(1 + exp(x)), right at ±1000.",
)  # fmt: skip

silu = define(
    "silu", forward=_silu, partials=lambda x, out: (silu_slope(x),),
    textbook=lambda x, out: (out + sigmoid(x) * (1.0 - out),), doc="x * sigmoid(x), also called swish.",
)  # fmt: skip

silu_slope: Primitive = define(
    "silu_slope",
    forward=_silu_slope,
    partials=lambda x, out: (
        where(sech_squared(0.5 * x), 0.25 * sech_squared(0.5 * x) * (2.0 - x * tanh(0.5 * x)), 0.0),  # not 0·inf
    ),
    symbol="silu′", text="silu'({0})", latex=r"\operatorname{{silu}}'\left({0}\right)",
    doc="The derivative of silu, σ(x)·(1 + x·σ(-x)), accurate through its zero at -1.278.",
)  # fmt: skip

elu = define(
    "elu", forward=lambda x, alpha: x if x > 0.0 else alpha * math.expm1(x),
    captured=lambda x, alpha, out: (step(x) + (1.0 - step(x)) * (alpha * exp(minimum(x, 0.0))),), captures=1,
    defaults=(1.0,), kink=Kink(lambda x, alpha: x == 0.0, "the derivative of elu at 0 is taken as alpha", at_zero),
    latex=r"\operatorname{{elu}}_{{{1}}}\left({0}\right)",
    doc="x where x > 0, else alpha * expm1(x) (alpha=1); its derivative at 0 is taken as alpha.",
)  # fmt: skip

softsign = define(
    "softsign", forward=_softsign, partials=lambda x, out: (1.0 / (1.0 + abs(x)) / (1.0 + abs(x)),),
    doc="x / (1 + abs(x)).",
)  # fmt: skip


# --- differences in an exponential ----------------------------------------------------------------------------


def _exp_difference(x: float, y: float) -> float:
    difference = x - y
    power = math.exp(difference)
    if -800.0 < difference < 709.782712893384:  # beyond, the power is 0 or, compiled, infinite
        rest = difference - x  # what was lost by rounding is sum_error(x, -y, difference), written out for speed
        return power + power * ((x - (difference - rest)) - (y + rest))
    return power


exp_difference = define(
    "exp_difference", forward=_exp_difference, partials=lambda x, y, out: (out, -out),
    symbol="exp", text="exp({0} - {1})", latex=r"e^{{{0} - {1}}}", precedence=Precedence.POWER,
    doc="exp(x - y), as if x - y were not rounded: one term of a softmax.",
)  # fmt: skip

relative_exp = define(
    "relative_exp", forward=lambda x, y: 1.0 if x == y else _exp_difference(x, y),
    partials=lambda x, y, out: (out, -out),
    symbol="exp", text="exp({0} - {1})", latex=r"e^{{{0} - {1}}}", precedence=Precedence.POWER,
    doc="exp_difference(x, y), and 1 at equal infinities, whose difference is nan: a term of the slopes of logsumexp.",
)  # fmt: skip


def _sigmoid_difference(x: float, y: float) -> float:
    if x == y:  # infinities too, whose difference is nan
        return 0.5
    small = _exp_difference(x, y) if x < y else _exp_difference(y, x)
    return (small if x < y else 1.0) / (1.0 + small)


def _logaddexp(x: float, y: float) -> float:
    if x == y:
        return x + _LOG_2
    larger = x if x > y else y
    return larger + math.log1p(_exp_difference(y if x > y else x, larger))


sigmoid_difference: Primitive = define(
    "sigmoid_difference", forward=_sigmoid_difference,
    partials=lambda x, y, out: (out * sigmoid_difference(y, x), -out * sigmoid_difference(y, x)),
    symbol="σ(x−y)", text="sigmoid({0} - {1})", latex=r"\sigma\left({0} - {1}\right)",
    doc="sigmoid(x - y), as if x - y were not rounded, and 1/2 at equal infinities: the share of one of two terms.",
)  # fmt: skip

logaddexp = define(
    "logaddexp", forward=_logaddexp, partials=lambda x, y, out: (sigmoid_difference(x, y), sigmoid_difference(y, x)),
    latex=r"\log\left(e^{{{0}}} + e^{{{1}}}\right)", ufunc="logaddexp",
    doc="log(exp(x) + exp(y)), right at ±1000 and at infinities.",
)  # fmt: skip
