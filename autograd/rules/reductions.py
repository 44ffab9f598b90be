"""Operations with any number of inputs: sums, products, and the softmax family."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from autograd.primitives import Domain, Precedence, Primitive, as_float, define, is_node
from autograd.rules.arithmetic import add
from autograd.rules.choices import clip, maximum, minimum, step, where
from autograd.rules.errorfree import product_error
from autograd.rules.exponentials import exp_difference, log1p, relative_exp
from autograd.rules.rounding import floor

__all__ = ["dot", "fsum", "logsumexp", "mean", "prod", "softmax"]


# --- sums -------------------------------------------------------------------------------------------------


def _sum(*terms: float) -> float:
    try:
        return math.fsum(terms)
    except (OverflowError, ValueError):
        return _exact_sum([(term, 1.0) for term in terms])


def _exact_sum(pairs: list[tuple[float, float]]) -> float:
    """The sum of the products of ``pairs``, rounded once, where floats over- or underflow on the way to it."""
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in pairs):
        return sum(x * y for x, y in pairs)
    total = sum(Fraction(x) * Fraction(y) for x, y in pairs)
    try:
        return float(total)
    except OverflowError:
        return math.inf if total > 0 else -math.inf


def _dot(*factors: float) -> float:
    half = len(factors) // 2
    pairs = list(zip(factors[:half], factors[half:], strict=True))
    products = [x * y for x, y in pairs]
    errors = [product_error(x, y, product) for (x, y), product in zip(pairs, products, strict=True)]
    try:
        total = math.fsum(products + errors)
    except (OverflowError, ValueError):
        return _exact_sum(pairs)
    return total if total == total else _exact_sum(pairs)


def _mean(*terms: float) -> float:
    total = _sum(*terms)
    if math.isinf(total) and all(map(math.isfinite, terms)):
        return _sum(*[0.5 * term for term in terms]) / (0.5 * len(terms))
    return total / len(terms)


def _added(*terms: Any) -> Any:
    return functools.reduce(operator.add, terms)


def _products(*factors: Any) -> tuple[Any, ...]:
    half = len(factors) // 2
    return tuple(map(operator.mul, factors[:half], factors[half:]))


_fsum = define(
    "fsum", forward=_sum, partials=lambda *terms: (1.0,) * (len(terms) - 1), expansion=_added,
    symbol="Σ", latex=r"\sum\left({*}\right)", doc="The sum of all inputs, correctly rounded.",
)  # fmt: skip

_dot_product = define(
    "dot", forward=_dot, partials=lambda *args: (*args[len(args) // 2 : -1], *args[: len(args) // 2]),
    expansion=lambda *factors: _added(*_products(*factors)), symbol="·",
    doc="The sum of the products of the first half of the inputs with the second half, correctly rounded.",
)  # fmt: skip

_mean_value = define(
    "mean", forward=_mean, partials=lambda *terms: (1.0 / (len(terms) - 1),) * (len(terms) - 1),
    expansion=lambda *terms: _added(*[term * (1.0 / len(terms)) for term in terms]), doc="The mean of all inputs.",
)  # fmt: skip


# --- products ---------------------------------------------------------------------------------------------


def _prod(*factors: float) -> float:
    """The product with its error carried along, and its exponent apart, so that nothing is lost on the way.

    Source: T. Ogita, S. M. Rump, S. Oishi, "Accurate sum and dot product", SIAM Journal on Scientific Computing 26
    (2005), section 3, for the carried error.
    """
    product, error, exponent = 1.0, 0.0, 0
    for factor in factors:
        mantissa, shift = math.frexp(factor)
        rounded = product * mantissa
        error = error * mantissa + product_error(product, mantissa, rounded)
        product, rescaled = math.frexp(rounded)
        error = math.ldexp(error, -rescaled)
        exponent += shift + rescaled
    if not math.isfinite(product) or product == 0.0:
        return product
    return math.ldexp(product + error, exponent)


_MOST_MANTISSAS = 500
"""A product of so many numbers in 1/2 to 1 is a normal float."""

_mantissa = Primitive(
    name="mantissa",
    forward=lambda x: math.frexp(x)[0],
    partials=lambda x, out: (),
    arity=1,
    builtin=True,
)
_exponent = Primitive(
    name="exponent",
    forward=lambda x: float(math.frexp(x)[1]) if math.isfinite(x) else 0.0,
    partials=lambda x, out: (),
    arity=1,
    builtin=True,
)
WITHIN_EXPANSIONS = (_mantissa, _exponent)
"""The operations that stand in expansions alone: they have no derivative, and no name in the table."""


def _expanded_product(*factors: Any) -> Any:
    """Mantissas multiplied and exponents added, apart, so that only the product itself can over- or underflow."""
    product, exponent = _mantissa(factors[0]), _exponent(factors[0])
    for place, factor in enumerate(factors[1:], start=1):
        product, exponent = product * _mantissa(factor), exponent + _exponent(factor)
        if place % _MOST_MANTISSAS == 0:
            product, exponent = _mantissa(product), exponent + _exponent(product)
    exponent = clip(exponent, -2100.0, 2100.0)  # by then it is 0 or infinite; and a third of it is a power that is not
    third = floor(exponent / 3.0)
    return product * 2.0**third * 2.0**third * 2.0 ** (exponent - 2.0 * third)


_product: Primitive = define(
    "prod",
    forward=_prod,
    # Each from the other factors: dividing the product by a factor would fail at a zero.
    partials=lambda *args: tuple(_product(*args[:i], *args[i + 1 : -1]) for i in range(len(args) - 1)),
    expansion=_expanded_product,
    ieee=lambda *factors: math.prod(math.copysign(math.inf, factor) for factor in factors),
    symbol="Π", latex=r"\prod\left({*}\right)",
    doc="The product of all inputs; no over- or underflow on the way.",
)  # fmt: skip


# --- softmax ----------------------------------------------------------------------------------------------


def _largest(*values: float) -> float:
    total = sum(values)  # a nan makes it one, and is seldom to be looked for
    return math.nan if total != total and any(map(math.isnan, values)) else max(values) + 0.0  # 0.0, of whatever zeros


def _in_pairs(operation: Primitive, values: Sequence[Any]) -> Any:
    """An operation on all ``values``, on pairs first and on those results in pairs again: each waits for few others."""
    while len(values) > 1:
        values = [*map(operation, values[::2], values[1::2]), *values[len(values) // 2 * 2 :]]
    return values[0]


_held_max = define(
    "held_max", forward=_largest, partials=lambda *args: (0.0,) * (len(args) - 1), held=True,
    expansion=lambda *values: _in_pairs(maximum, values) + 0.0, folds=maximum,
    symbol="max", text="max({*})", latex=r"\max\left({*}\right)",
    doc="The largest input, held: no gradient flows through it. For what does not depend on it, as softmax.",
)  # fmt: skip


def _share_slopes(part: Any, others: Any, out: Any) -> tuple[Any, Any]:
    total = part + others
    return others / total / total, -(out / total)


_softmax_share = define(
    "softmax_share", forward=lambda part, others: part / (part + others), partials=_share_slopes,
    textbook=lambda part, others, out: (others / (part + others) ** 2, -part / (part + others) ** 2),
    domain=Domain(
        "two numbers from 0 with a sum above 0",
        lambda part, others: part >= 0.0 and others >= 0.0 and 0.0 < part + others < math.inf,
    ),
    ieee=lambda part, others: part * math.inf,
    symbol="share", text="{0}/({0} + {1})", latex=r"\frac{{{0}}}{{{0} + {1}}}", precedence=Precedence.PRODUCT,
    doc="part / (part + others). What is left for the others is known from themselves: 1 - share is never formed.",
)  # fmt: skip


def _sums_of_others(terms: list[Any]) -> list[Any]:
    """For each term the sum of all others, in 3n additions and without a subtraction, which might cancel.

    Terms are added in pairs, and those sums in pairs again. The others of a term are its partner and the others of
    the pair, so that as many roundings meet in a sum as there are levels.
    """
    if len(terms) <= 2:
        return [terms[1], terms[0]] if len(terms) == 2 else [0.0]
    if len(terms) == 3:
        first, second, third = terms
        return add.each([second, first, first], [third, third, second])
    left, right = terms[::2], terms[1::2]
    pairs = add.each(left[: len(right)], right) + left[len(right) :]
    rests = _sums_of_others(pairs)
    sums = rests[:1] * len(terms)  # their places
    sums[::2] = add.each(right, rests[: len(right)]) + rests[len(right) :]
    sums[1::2] = add.each(left[: len(right)], rests[: len(right)])
    return sums


def _shares(values: list[Any], term: Primitive = exp_difference) -> list[Any]:
    """exp(value) over the sum of exp of all values, for each of them; on floats and on Values.

    Each is e / (e + the sum of the other e's), for e = exp(value - largest), with the largest held. A gradient of
    it, however small, is a sum of terms that are each accurate: the share of the others stands in it as their sum,
    never as 1 - share. The n shares take 5n operations, and their gradients a multiple of n.
    """
    powers = term.each(values, [_held_max(*values)] * len(values))
    return _softmax_share.each(powers, _sums_of_others(powers))


def _logsumexp(*values: float) -> float:
    largest = max(values)
    if not math.isfinite(largest):
        return sum(values) if any(value != value for value in values) else largest
    others = list(values)
    others.remove(largest)
    return largest + math.log1p(math.fsum(math.exp(value - largest) for value in others))


def _expanded_logsumexp(*values: Any) -> Any:
    """largest + log(1 + the rest), in one run: where a larger value comes, what was summed is scaled down to it.

    An infinity less itself is nan, which is not 0: so it is told from a finite number.

    Source: M. Milakov, N. Gimelshein, "Online normalizer calculation for softmax", https://arxiv.org/abs/1805.02867
    """
    largest, rest = values[0], 0.0
    for value in values[1:]:
        larger = maximum(largest, value)
        smaller = exp_difference(minimum(largest, value), where(larger - larger, 0.0, larger))
        rest = where(step(value - largest), (rest + 1.0) * smaller, rest + smaller)
        largest = larger
    return where(largest - largest, largest, largest + log1p(rest))


_log_sum_exp = define(
    "logsumexp", forward=_logsumexp, partials=lambda *args: tuple(_shares(list(args[:-1]), relative_exp)),
    expansion=_expanded_logsumexp, symbol="log Σ exp", latex=r"\log \sum \exp\left({*}\right)",
    doc="log(exp(x1) + exp(x2) + ...), right at ±1000.",
)  # fmt: skip


# --- the public functions ---------------------------------------------------------------------------------


def _terms(name: str, values: Iterable[Any]) -> tuple[Any, ...]:
    try:
        return tuple(values)
    except TypeError:
        raise TypeError(f"{name}() takes a list of numbers or Values, not {values!r}") from None


def _some_terms(name: str, values: Iterable[Any]) -> tuple[Any, ...]:
    terms = _terms(name, values)
    if not terms:
        raise ValueError(f"{name}() of no values")
    return terms


def _numbers(name: str, terms: Sequence[Any]) -> list[Any]:
    """The terms as they are, if they interpret primitives, as Values do; others as floats."""
    if all(kind is float or hasattr(kind, "__primitive__") for kind in set(map(type, terms))):
        return list(terms)
    return [term if is_node(term) else as_float(term, f"{name}()") for term in terms]


def fsum(values: Iterable[Any]) -> Any:
    """The sum of floats or Values as one operation, correctly rounded as ``math.fsum`` does.

    >>> from autograd import fsum
    >>> fsum([0.1] * 10)
    1.0
    """
    return _fsum(*_terms("fsum", values))


def dot(xs: Iterable[Any], ys: Iterable[Any]) -> Any:
    """The sum of the products xs[i]·ys[i] as one operation, rounded once.

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
    return _mean_value(*_some_terms("mean", values))


def prod(values: Iterable[Any]) -> Any:
    """The product of floats or Values as one operation; 1.0 if there are none.

    A factor may be 0: each local gradient is the product of the other factors, and no division is made.

    >>> from autograd import Value, prod
    >>> xs = [Value(0.0), Value(3.0), Value(4.0)]
    >>> prod(xs).partials()
    (12.0, 0.0, 0.0)
    """
    return _product(*_terms("prod", values))


def logsumexp(values: Iterable[Any]) -> Any:
    """log(exp(x1) + exp(x2) + ...) of floats or Values as one operation; its local gradients are their softmax.

    Raises:
        ValueError: there are no values.

    >>> from autograd import logsumexp
    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    return _log_sum_exp(*_some_terms("logsumexp", values))


def softmax(values: Iterable[Any]) -> list[Any]:
    """exp(x) / (exp(x1) + exp(x2) + ...) for each of some floats or Values.

    Each is the share of exp(x - max) in the sum of itself and the others. Values and gradients are accurate also where
    a share is tiny, or 1 but for something tiny. The cost of both is in proportion to how many values there are.

    Returns:
        As many numbers as there are values; they are from 0 to 1 and sum to 1.

    Raises:
        ValueError: there are no values.

    >>> from autograd import softmax
    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    return _shares(_numbers("softmax", _some_terms("softmax", values)))
