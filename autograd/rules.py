"""The table: every operation once, with its value and its local gradients.

Read a record as a line of a table of derivatives: ``partials(inputs, output)`` are the derivatives with
respect to each input. They are written only with operators and with operations of this table, so the same
line serves a sweep over floats, a sweep over Values (second order), and the written form of the gradient.

Two rules keep the numbers right where textbook forms lose them:

* a derivative that vanishes is written as something small, never as a difference of nearly equal numbers:
  tanh' is sech², not 1 - tanh², so tanh'(20) is 1.7e-17 and not 0;
* at nan every value and every local gradient is nan, also where a comparison would have chosen a branch.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from functools import partial
from typing import Any

from autograd.primitives import Domain, Kink, Precedence, primitive

__all__ = [
    "absolute",
    "add",
    "cos",
    "div",
    "dot",
    "exp",
    "fsum",
    "leaky_relu",
    "log",
    "log_sigmoid",
    "maximum",
    "mean",
    "minimum",
    "mul",
    "neg",
    "power",
    "relu",
    "sigmoid",
    "sign",
    "sin",
    "softplus",
    "sqrt",
    "square",
    "step",
    "sub",
    "tanh",
    "where",
]

_define = partial(primitive, builtin=True)
_NONZERO = Domain("a divisor other than 0", lambda x, y: y != 0.0)
_POSITIVE = Domain("x > 0", lambda x: x > 0.0)


# --- arithmetic -------------------------------------------------------------------------------------------

add = _define(
    "add",
    forward=operator.add,
    partials=lambda x, y, out: (1.0, 1.0),
    symbol="+", text="{0} + {1}", latex="{0} + {1}", precedence=Precedence.SUM, ufunc="add",
    doc="x + y",
)  # fmt: skip

sub = _define(
    "sub",
    forward=operator.sub,
    partials=lambda x, y, out: (1.0, -1.0),
    symbol="−", text="{0} - {1}", latex="{0} - {1}", precedence=Precedence.SUM, ufunc="subtract",
    doc="x - y",
)  # fmt: skip

mul = _define(
    "mul",
    forward=operator.mul,
    partials=lambda x, y, out: (y, x),
    symbol="×", text="{0}*{1}", latex=r"{0} \cdot {1}", precedence=Precedence.PRODUCT, ufunc="multiply",
    doc="x * y",
)  # fmt: skip


def _ieee_divide(x: float, y: float) -> float:
    """x / ±0, as IEEE 754 has it."""
    if x == 0.0 or math.isnan(x):
        return math.nan
    return math.copysign(math.inf, x) * math.copysign(1.0, y)


div = _define(
    "div",
    forward=operator.truediv,
    partials=lambda x, y, out: (1.0 / y, -out / y),
    domain=_NONZERO, ieee=_ieee_divide,
    symbol="÷", text="{0}/{1}", latex=r"\frac{{{0}}}{{{1}}}", precedence=Precedence.PRODUCT, ufunc="divide",
    doc="x / y, correctly rounded; division by zero is a DomainError.",
)  # fmt: skip

neg = _define(
    "neg",
    forward=operator.neg,
    partials=lambda x, out: (-1.0,),
    symbol="−", text="-{0}", latex="-{0}", precedence=Precedence.NEGATION, ufunc="negative",
    doc="-x",
)  # fmt: skip


def _power(x: float, y: float) -> float:
    if x == 0.0 and y < 0.0:
        raise ZeroDivisionError
    return math.pow(x, y)


def _ieee_power(x: float, y: float) -> float:
    """x ** y where ``math.pow`` refuses: a pole at 0, an overflow, a fractional power of a negative number."""
    odd = math.fmod(y, 2.0) in (1.0, -1.0)
    if x == 0.0:
        return math.copysign(math.inf, x) if odd else math.inf
    if x < 0.0 and not y.is_integer():
        return math.nan
    return -math.inf if x < 0.0 and odd else math.inf


def _log_factor(x: Any, out: Any) -> Any:
    """x**y · log x, the derivative with respect to y; 0 at x = 0 (its limit for y > 0), nan at x < 0."""
    return where(x, out * log(where(x, x, 1.0)), 0.0)


power = _define(
    "pow",
    forward=_power,
    partials=lambda x, y, out: (where(y, y * x ** (y - 1.0), 0.0), _log_factor(x, out)),
    captured=lambda x, n, out: (n * x ** (n - 1.0) if n else 0.0,),
    captures=1,
    domain=Domain(
        "a base above 0, or an integer exponent (not below 0 where the base is 0)",
        lambda x, y: x > 0.0 or (y.is_integer() and (x < 0.0 or y >= 0.0)) or (x == 0.0 and y >= 0.0),
    ),
    ieee=_ieee_power,
    symbol="^", text="{0}**{1}", latex="{0}^{{{1}}}", precedence=Precedence.POWER, ufunc="power",
    doc="x ** y. A plain number as exponent is captured, so that no logarithm of x is ever taken.",
)  # fmt: skip

absolute = _define(
    "abs",
    forward=math.fabs,
    partials=lambda x, out: (sign(x),),
    kink=Kink(lambda x: x == 0.0, "the derivative of abs at 0 is taken as 0"),
    symbol="|·|", text="abs({0})", latex=r"\left|{0}\right|", ufunc="absolute",
    doc="The absolute value; its derivative at 0 is taken as 0.",
)  # fmt: skip

square = _define(
    "square",
    forward=lambda x: x * x,
    partials=lambda x, out: (2.0 * x,),
    symbol="²", text="{0}**2", latex="{0}^2", precedence=Precedence.POWER, ufunc="square",
    doc="x * x, as one operation.",
)  # fmt: skip

sqrt = _define(
    "sqrt",
    forward=math.sqrt,
    partials=lambda x, out: (0.5 / out,),
    domain=Domain("x >= 0", lambda x: x >= 0.0),
    symbol="√", text="sqrt({0})", latex=r"\sqrt{{{0}}}", ufunc="sqrt",
    doc="The square root, correctly rounded; its derivative at 0 is inf.",
)  # fmt: skip


# --- exponentials and logarithms --------------------------------------------------------------------------

exp = _define(
    "exp",
    forward=math.exp,
    partials=lambda x, out: (out,),
    text="exp({0})", latex=r"e^{{{0}}}", precedence=Precedence.POWER, ufunc="exp",
    doc="e ** x; an overflow is a DomainError.",
)  # fmt: skip

log = _define(
    "log",
    forward=math.log,
    partials=lambda x, out: (1.0 / x,),
    domain=_POSITIVE, ieee=lambda x: -math.inf if x == 0.0 else math.nan,
    text="log({0})", latex=r"\log {0}", ufunc="log",
    doc="The natural logarithm.",
)  # fmt: skip


def _sigmoid(x: float) -> float:
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    small = math.exp(x)  # cannot overflow, and keeps the relative accuracy of a tiny result
    return small / (1.0 + small)


def _softplus(x: float) -> float:
    return x + math.log1p(math.exp(-x)) if x >= 0.0 else math.log1p(math.exp(x))


def _sech_squared(x: float) -> float:
    small = math.exp(-2.0 * math.fabs(x))
    return 4.0 * small / ((1.0 + small) * (1.0 + small))


sech_squared = _define(
    "sech_squared",
    forward=_sech_squared,
    partials=lambda x, out: (-2.0 * out * tanh(x),),
    symbol="sech²", text="sech({0})**2", latex=r"\operatorname{{sech}}^2 {0}",
    doc="1 / cosh(x)**2, the derivative of tanh: relatively accurate in its far tails and never an overflow.",
)  # fmt: skip

tanh = _define(
    "tanh",
    forward=math.tanh,
    partials=lambda x, out: (sech_squared(x),),
    text="tanh({0})", latex=r"\tanh {0}", ufunc="tanh",
    doc="The hyperbolic tangent.",
)  # fmt: skip

sigmoid = _define(
    "sigmoid",
    forward=_sigmoid,
    partials=lambda x, out: (0.25 * sech_squared(0.5 * x),),
    symbol="σ", text="sigmoid({0})", latex=r"\sigma\left({0}\right)",
    doc="The logistic function 1 / (1 + exp(-x)); its derivative σ(x)·σ(-x) is accurate in both tails.",
)  # fmt: skip

log_sigmoid = _define(
    "log_sigmoid",
    forward=lambda x: -_softplus(-x),
    partials=lambda x, out: (sigmoid(-x),),
    symbol="log σ", text="log_sigmoid({0})", latex=r"\log \sigma\left({0}\right)",
    doc="log(sigmoid(x)), right at ±1000.",
)  # fmt: skip

softplus = _define(
    "softplus",
    forward=_softplus,
    partials=lambda x, out: (sigmoid(x),),
    text="softplus({0})", latex=r"\operatorname{{softplus}}\left({0}\right)",
    doc="log(1 + exp(x)), right at ±1000.",
)  # fmt: skip


# --- trigonometry -----------------------------------------------------------------------------------------

sin = _define(
    "sin",
    forward=math.sin,
    partials=lambda x, out: (cos(x),),
    domain=Domain("a finite angle", math.isfinite),
    text="sin({0})", latex=r"\sin {0}", ufunc="sin",
    doc="The sine of x in radians.",
)  # fmt: skip

cos = _define(
    "cos",
    forward=math.cos,
    partials=lambda x, out: (-sin(x),),
    domain=Domain("a finite angle", math.isfinite),
    text="cos({0})", latex=r"\cos {0}", ufunc="cos",
    doc="The cosine of x in radians.",
)  # fmt: skip


# --- choices ----------------------------------------------------------------------------------------------


# Each is written so that nan, for which every comparison is false, falls through to a nan.


def _step(x: float) -> float:
    return 1.0 if x > 0.0 else 0.0 if x <= 0.0 else x


def _sign(x: float) -> float:
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else x


def _relu(x: float) -> float:
    return 0.0 if x <= 0.0 else x


def _greater(x: float, y: float) -> float:
    return 1.0 if x > y else 0.0 if x < y else 0.5 if x == y else math.nan


def _maximum(x: float, y: float) -> float:
    return x if x > y or x != x else y


def _minimum(x: float, y: float) -> float:
    return x if x < y or x != x else y


step = _define(
    "step",
    forward=_step,
    partials=lambda x, out: (0.0 * out,),
    kink=Kink(lambda x: x == 0.0, "step at 0 is 0, and its derivative there is taken as 0"),
    text="step({0})", latex=r"\operatorname{{step}}\left({0}\right)",
    doc="1 where x > 0, else 0; step(0) = 0.",
)  # fmt: skip

sign = _define(
    "sign",
    forward=_sign,
    partials=lambda x, out: (0.0 * out,),
    kink=Kink(lambda x: x == 0.0, "sign at 0 is 0, and its derivative there is taken as 0"),
    text="sign({0})", latex=r"\operatorname{{sign}}\left({0}\right)", ufunc="sign",
    doc="-1, 0 or 1 as x is negative, zero or positive.",
)  # fmt: skip

greater = _define(
    "greater",
    forward=_greater,
    partials=lambda x, y, out: (0.0 * out, 0.0 * out),
    kink=Kink(lambda x, y: x == y, "greater at a tie is 1/2, and its derivatives there are taken as 0"),
    text="greater({0}, {1})", latex=r"\left[{0} > {1}\right]",
    doc="1 where x > y, 1/2 at a tie, else 0: how a maximum shares its gradient.",
)  # fmt: skip

relu = _define(
    "relu",
    forward=_relu,
    partials=lambda x, out: (step(x),),
    kink=Kink(lambda x: x == 0.0, "the derivative of relu at 0 is taken as 0"),
    symbol="relu", text="relu({0})", latex=r"\operatorname{{relu}}\left({0}\right)",
    doc="max(x, 0); its derivative at 0 is taken as 0.",
)  # fmt: skip

leaky_relu = _define(
    "leaky_relu",
    forward=lambda x, slope: x if x > 0.0 else slope * x,
    captured=lambda x, slope, out: (step(x) + slope * (1.0 - step(x)),),
    captures=1, defaults=(0.01,),
    kink=Kink(lambda x, slope: x == 0.0, "the derivative of leaky_relu at 0 is taken as the slope"),
    symbol="leaky relu", text="leaky_relu({0}, {1})", latex=r"\operatorname{{leaky\_relu}}_{{{1}}}\left({0}\right)",
    doc="x where x > 0, else slope * x (slope=0.01); its derivative at 0 is taken as the slope.",
)  # fmt: skip

maximum = _define(
    "maximum",
    forward=_maximum,
    partials=lambda x, y, out: (greater(x, y), greater(y, x)),
    kink=Kink(lambda x, y: x == y, "a tie in maximum gives each side half of the gradient"),
    symbol="max", text="maximum({0}, {1})", latex=r"\max\left({0}, {1}\right)", ufunc="maximum",
    doc="The larger of two; a tie gives each side half of the gradient; nan if either is nan.",
)  # fmt: skip

minimum = _define(
    "minimum",
    forward=_minimum,
    partials=lambda x, y, out: (greater(y, x), greater(x, y)),
    kink=Kink(lambda x, y: x == y, "a tie in minimum gives each side half of the gradient"),
    symbol="min", text="minimum({0}, {1})", latex=r"\min\left({0}, {1}\right)", ufunc="minimum",
    doc="The smaller of two; a tie gives each side half of the gradient; nan if either is nan.",
)  # fmt: skip

nonzero = _define(
    "nonzero",
    forward=lambda x: 1.0 if x else 0.0,
    partials=lambda x, out: (0.0,),
    text="nonzero({0})", latex=r"\left[{0} \neq 0\right]",
    doc="1 where x is not 0, else 0: the gate of where.",
)  # fmt: skip

where = _define(
    "where",
    forward=lambda condition, x, y: x if condition else y,
    partials=lambda condition, x, y, out: (0.0, nonzero(condition), 1.0 - nonzero(condition)),
    gated=True,
    text="where({0}, {1}, {2})", latex=r"\operatorname{{where}}\left({0}, {1}, {2}\right)",
    doc="x where condition is not 0, else y. The branch not taken gets a gradient of exactly 0, whatever it is.",
)  # fmt: skip


# --- many inputs ------------------------------------------------------------------------------------------

_SPLITTER = 134217729.0  # 2**27 + 1
_SPLIT_LIMIT = 2.0**480  # beyond it, or for products below its inverse, the error term is not exact


def _product_error(x: float, y: float, product: float) -> float:
    """x·y - product exactly, by splitting both factors in halves.

    Source: T. J. Dekker, "A floating-point technique for extending the available precision",
    Numerische Mathematik 18 (1971).
    """
    if not 1.0 / _SPLIT_LIMIT < math.fabs(product) < _SPLIT_LIMIT:
        return 0.0
    if math.fabs(x) > _SPLIT_LIMIT or math.fabs(y) > _SPLIT_LIMIT:
        return 0.0
    big = _SPLITTER * x
    x_high = big - (big - x)
    x_low = x - x_high
    big = _SPLITTER * y
    y_high = big - (big - y)
    y_low = y - y_high
    return ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def _sum(*terms: float) -> float:
    try:
        return math.fsum(terms)
    except (OverflowError, ValueError):
        # fsum refuses an intermediate overflow and inf - inf; plain addition gives their IEEE values.
        return sum(terms)


def _dot(*factors: float) -> float:
    half = len(factors) // 2
    pairs = list(zip(factors[:half], factors[half:], strict=True))
    products = [x * y for x, y in pairs]
    return _sum(*products, *[_product_error(x, y, p) for (x, y), p in zip(pairs, products, strict=True)])


_fsum = _define(
    "fsum",
    forward=_sum,
    partials=lambda *terms: (1.0,) * (len(terms) - 1),
    symbol="Σ", text="fsum({*})", latex=r"\sum\left({*}\right)",
    doc="The sum of all inputs, correctly rounded.",
)  # fmt: skip

_dot_product = _define(
    "dot",
    forward=_dot,
    partials=lambda *args: (*args[len(args) // 2 : -1], *args[: len(args) // 2]),
    symbol="·", text="dot({*})", latex=r"\operatorname{{dot}}\left({*}\right)",
    doc="The sum of the products of the first half of the inputs with the second half.",
)  # fmt: skip

_mean = _define(
    "mean",
    forward=lambda *terms: _sum(*terms) / len(terms),
    partials=lambda *terms: (1.0 / (len(terms) - 1),) * (len(terms) - 1),
    text="mean({*})", latex=r"\operatorname{{mean}}\left({*}\right)",
    doc="The mean of all inputs.",
)  # fmt: skip


def _terms(name: str, values: Iterable[Any]) -> tuple[Any, ...]:
    try:
        return tuple(values)
    except TypeError:
        raise TypeError(f"{name}() takes a list of numbers or Values, not {values!r}") from None


def fsum(values: Iterable[Any]) -> Any:
    """The sum of floats or Values as one operation, correctly rounded as ``math.fsum`` does.

    >>> from autograd import fsum
    >>> fsum([0.1] * 10)
    1.0
    """
    return _fsum(*_terms("fsum", values))


def dot(xs: Iterable[Any], ys: Iterable[Any]) -> Any:
    """The sum of the products xs[i]·ys[i] as one operation, rounded about once.

    Raises:
        ValueError: the two have different lengths.

    >>> from autograd import dot
    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    left, right = _terms("dot", xs), _terms("dot", ys)
    if len(left) != len(right):
        raise ValueError(f"dot() takes two lists of one length, not of {len(left)} and {len(right)}")
    return _dot_product(*left, *right)


def mean(values: Iterable[Any]) -> Any:
    """The mean of floats or Values as one operation.

    Raises:
        ValueError: there are none.

    >>> from autograd import mean
    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    terms = _terms("mean", values)
    if not terms:
        raise ValueError("mean() of no values")
    return _mean(*terms)

