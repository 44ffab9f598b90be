"""What the operations give at kinks, ties, poles and edges: one table, for the tests and for the documentation.

``python -m tests.accuracy --conventions`` prints it as Markdown.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import autograd as ag
from autograd.errors import DivisionDomainError, DomainError, OverflowDomainError

__all__ = ["CONVENTIONS", "Convention", "as_markdown"]

inf, nan = math.inf, math.nan


class Convention(NamedTuple):
    """One row: an expression at a point, its value, and its derivative by each input."""

    text: str
    function: Callable[..., Any]
    at: tuple[float, ...]
    value: float
    partials: tuple[float, ...]
    error: type[DomainError] | None = None
    """What is raised; value and partials then hold inside ``errstate(domain="nan")``."""


CONVENTIONS = [
    # kinks and jumps
    Convention("relu(x)", ag.relu, (0.0,), 0.0, (0.0,)),
    Convention("relu(x)", ag.relu, (nan,), nan, (nan,)),
    Convention("abs(x)", abs, (0.0,), 0.0, (0.0,)),
    Convention("sign(x)", ag.sign, (0.0,), 0.0, (0.0,)),
    Convention("step(x)", ag.step, (0.0,), 0.0, (0.0,)),
    Convention("step(x)", ag.step, (nan,), nan, (nan,)),
    Convention("floor(x)", ag.floor, (2.0,), 2.0, (0.0,)),
    Convention("ceil(x)", ag.ceil, (2.0,), 2.0, (0.0,)),
    Convention("trunc(x)", ag.trunc, (-2.0,), -2.0, (0.0,)),
    Convention("round(x)", round, (2.5,), 2.0, (0.0,)),
    Convention("round(x)", round, (-3.5,), -4.0, (0.0,)),
    Convention("round(x, 2)", lambda x: round(x, 2), (2.675,), 2.67, (0.0,)),
    Convention("x % y", lambda x, y: x % y, (6.0, 2.0), 0.0, (1.0, -3.0)),
    Convention("x % y", lambda x, y: x % y, (-7.0, 3.0), 2.0, (1.0, 3.0)),
    Convention("x % y", lambda x, y: x % y, (7.0, -3.0), -2.0, (1.0, 3.0)),
    Convention("x % y", lambda x, y: x % y, (-0.0, 3.0), 0.0, (1.0, 0.0)),
    Convention("x % y", lambda x, y: x % y, (5.0, inf), 5.0, (1.0, 0.0)),
    Convention("x % y", lambda x, y: x % y, (-5.0, inf), inf, (1.0, 1.0)),
    Convention("x // y", lambda x, y: x // y, (-7.0, 2.0), -4.0, (0.0, 0.0)),
    Convention("x // y", lambda x, y: x // y, (6.0, 2.0), 3.0, (0.0, 0.0)),
    Convention("fmod(x, y)", ag.fmod, (-7.0, 3.0), -1.0, (1.0, 2.0)),
    Convention("ieee_remainder(x, y)", ag.ieee_remainder, (5.0, 2.0), 1.0, (1.0, -2.0)),
    Convention("copysign(x, y)", ag.copysign, (3.0, -0.0), -3.0, (-1.0, 0.0)),
    Convention("copysign(x, y)", ag.copysign, (0.0, -2.0), -0.0, (0.0, 0.0)),
    Convention("leaky_relu(x)", ag.leaky_relu, (0.0,), 0.0, (0.01,)),
    Convention("elu(x, 0.5)", lambda x: ag.elu(x, 0.5), (0.0,), 0.0, (0.5,)),
    Convention("clip(x, -1, 2)", lambda x: ag.clip(x, -1, 2), (-1.0,), -1.0, (0.0,)),
    Convention("clip(x, -1, 2)", lambda x: ag.clip(x, -1, 2), (2.0,), 2.0, (0.0,)),
    Convention("clip(x, -1, 2)", lambda x: ag.clip(x, -1, 2), (nan,), nan, (nan,)),
    # ties
    Convention("maximum(x, y)", ag.maximum, (1.0, 1.0), 1.0, (0.5, 0.5)),
    Convention("minimum(x, y)", ag.minimum, (1.0, 1.0), 1.0, (0.5, 0.5)),
    Convention("maximum(x, x)", lambda x: ag.maximum(x, x), (3.0,), 3.0, (1.0,)),
    Convention("maximum(x, y)", ag.maximum, (nan, 1.0), nan, (nan, nan)),
    Convention("maximum(x, y)", ag.maximum, (1.0, nan), nan, (nan, nan)),
    Convention("minimum(x, y)", ag.minimum, (nan, 1.0), nan, (nan, nan)),
    # choices
    Convention("where(x, y, z)", ag.where, (1.0, 2.0, nan), 2.0, (0.0, 1.0, 0.0)),
    Convention("where(x, y, z)", ag.where, (0.0, inf, 3.0), 3.0, (0.0, 0.0, 1.0)),
    Convention("where(0, sqrt(x), x)", lambda x: ag.where(0.0, ag.sqrt(x), x), (0.0,), 0.0, (1.0,)),
    # roots and powers
    Convention("sqrt(x)", ag.sqrt, (0.0,), 0.0, (inf,)),
    Convention("cbrt(x)", ag.cbrt, (0.0,), 0.0, (inf,)),
    Convention("x**0", lambda x: x**0, (0.0,), 1.0, (0.0,)),
    Convention("x**0", lambda x: x**0, (-3.0,), 1.0, (0.0,)),
    Convention("x**0", lambda x: x**0, (nan,), 1.0, (0.0,)),
    Convention("x**0.5", lambda x: x**0.5, (0.0,), 0.0, (inf,)),
    Convention("x**y", lambda x, y: x**y, (0.0, 0.0), 1.0, (0.0, 0.0)),
    Convention("x**y", lambda x, y: x**y, (0.0, 1.0), 0.0, (1.0, 0.0)),
    Convention("x**y", lambda x, y: x**y, (0.0, 2.5), 0.0, (0.0, 0.0)),
    Convention("x**y", lambda x, y: x**y, (0.0, 0.5), 0.0, (inf, 0.0)),
    Convention("x**y", lambda x, y: x**y, (-2.0, 3.0), -8.0, (12.0, nan)),
    Convention("hypot(x, y)", ag.hypot, (0.0, 0.0), 0.0, (0.0, 0.0)),
    Convention("atan2(y, x)", ag.atan2, (0.0, 0.0), 0.0, (nan, nan)),
    Convention("atan2(y, x)", ag.atan2, (-0.0, -1.0), -math.pi, (-1.0, 0.0)),
    Convention("prod([x, y, z])", lambda *xs: ag.prod(xs), (0.0, 3.0, 4.0), 0.0, (12.0, 0.0, 0.0)),
    # signed zeros and subnormals
    Convention("-x", lambda x: -x, (0.0,), -0.0, (-1.0,)),
    Convention("x*y", lambda x, y: x * y, (-1.0, 0.0), -0.0, (0.0, -1.0)),
    Convention("x - y", lambda x, y: x - y, (0.0, 0.0), 0.0, (1.0, -1.0)),
    Convention("floor(x)", ag.floor, (-0.0,), -0.0, (0.0,)),
    Convention("ceil(x)", ag.ceil, (-0.5,), -0.0, (0.0,)),
    Convention("lgamma(x)", ag.lgamma, (1.0,), 0.0, (-0.5772156649015329,)),
    Convention("sinc(x)", ag.sinc, (0.0,), 1.0, (0.0,)),
    Convention("sinc(x)", ag.sinc, (2.0,), 0.0, (0.5,)),
    Convention("x/y", lambda x, y: x / y, (49.0, 49.0), 1.0, (1 / 49, -1 / 49)),
    Convention("x/y", lambda x, y: x / y, (1e-323, 2.0), 5e-324, (0.5, -0.0)),
    # far out
    Convention("sigmoid(x)", ag.sigmoid, (1000.0,), 1.0, (0.0,)),
    Convention("sigmoid(x)", ag.sigmoid, (-1000.0,), 0.0, (0.0,)),
    Convention("softplus(x)", ag.softplus, (1000.0,), 1000.0, (1.0,)),
    Convention("softplus(x)", ag.softplus, (-1000.0,), 0.0, (0.0,)),
    Convention("log_sigmoid(x)", ag.log_sigmoid, (-1000.0,), -1000.0, (1.0,)),
    Convention("log_sigmoid(x)", ag.log_sigmoid, (1000.0,), -0.0, (0.0,)),
    Convention("logaddexp(x, y)", ag.logaddexp, (1000.0, -1000.0), 1000.0, (1.0, 0.0)),
    Convention("logsumexp([x, y])", lambda *xs: ag.logsumexp(xs), (1000.0, -1000.0), 1000.0, (1.0, 0.0)),
    Convention(
        "logsumexp([x, y])", lambda *xs: ag.logsumexp(xs), (-1000.0, -1000.0), -1000.0 + math.log(2), (0.5, 0.5)
    ),
    Convention("logsumexp([x, y])", lambda *xs: ag.logsumexp(xs), (nan, 1.0), nan, (nan, nan)),
    Convention("logsumexp([x, y])", lambda *xs: ag.logsumexp(xs), (inf, 0.0), inf, (1.0, 0.0)),
    Convention("logsumexp([x, y])", lambda *xs: ag.logsumexp(xs), (-inf, -inf), -inf, (0.5, 0.5)),
    Convention("softmax([x, y])[0]", lambda *xs: ag.softmax(xs)[0], (1000.0, 1000.0), 0.5, (0.25, -0.25)),
    Convention("softmax([x, y])[1]", lambda *xs: ag.softmax(xs)[1], (1000.0, -1000.0), 0.0, (-0.0, 0.0)),
    Convention("softmax([x, y])[0]", lambda *xs: ag.softmax(xs)[0], (1.0, nan), nan, (nan, nan)),
    # at infinity: the limit, where there is one
    Convention("x**1", lambda x: x**1, (inf,), inf, (1.0,)),
    Convention("x**0.5", lambda x: x**0.5, (inf,), inf, (0.0,)),
    Convention("x**2", lambda x: x**2, (-inf,), inf, (-inf,)),
    Convention("x**-2", lambda x: x**-2, (-inf,), 0.0, (0.0,)),
    Convention("x**y", lambda x, y: x**y, (inf, 1.0), inf, (1.0, inf)),
    Convention("x**y", lambda x, y: x**y, (inf, 0.5), inf, (0.0, inf)),
    Convention("x**y", lambda x, y: x**y, (2.0, -inf), 0.0, (0.0, 0.0)),
    Convention("x**y", lambda x, y: x**y, (0.0, inf), 0.0, (0.0, 0.0)),
    Convention("x**y", lambda x, y: x**y, (-inf, 2.0), inf, (-inf, nan)),
    Convention("floor(x)", ag.floor, (inf,), inf, (0.0,)),
    Convention("trunc(x)", ag.trunc, (-inf,), -inf, (0.0,)),
    Convention("sinc(x)", ag.sinc, (inf,), 0.0, (0.0,)),
    Convention("hypot(x, y)", ag.hypot, (-inf, 2.0), inf, (-1.0, 0.0)),
    Convention("hypot(x, y)", ag.hypot, (inf, inf), inf, (nan, nan)),
    Convention("atan2(y, x)", ag.atan2, (2.0, -inf), math.pi, (0.0, 0.0)),
    Convention("logaddexp(x, y)", ag.logaddexp, (inf, 0.0), inf, (1.0, 0.0)),
    Convention("logaddexp(x, y)", ag.logaddexp, (-inf, -inf), -inf, (0.5, 0.5)),
    Convention("silu(x)", ag.silu, (inf,), inf, (1.0,)),
    Convention("gelu(x)", ag.gelu, (-inf,), -0.0, (0.0,)),
    # edges of a domain
    Convention("asin(x)", ag.asin, (1.0,), math.pi / 2, (inf,)),
    Convention("acos(x)", ag.acos, (1.0,), 0.0, (-inf,)),
    Convention("acosh(x)", ag.acosh, (1.0,), 0.0, (inf,)),
    # outside
    Convention("log(x)", ag.log, (0.0,), -inf, (inf,), DomainError),
    Convention("log(x)", ag.log, (-1.0,), nan, (nan,), DomainError),
    Convention("log2(x)", ag.log2, (-1.0,), nan, (nan,), DomainError),
    Convention("log10(x)", ag.log10, (0.0,), -inf, (inf,), DomainError),
    Convention("log1p(x)", ag.log1p, (-1.0,), -inf, (inf,), DomainError),
    Convention("log1p(x)", ag.log1p, (-2.0,), nan, (nan,), DomainError),
    Convention("sqrt(x)", ag.sqrt, (-1.0,), nan, (nan,), DomainError),
    Convention("x**0.5", lambda x: x**0.5, (-1.0,), nan, (nan,), DomainError),
    Convention("x**y", lambda x, y: x**y, (-8.0, 1 / 3), nan, (nan, nan), DomainError),
    Convention("x**-1", lambda x: x**-1, (0.0,), inf, (-inf,), DivisionDomainError),
    Convention("x/y", lambda x, y: x / y, (1.0, 0.0), inf, (inf, -inf), DivisionDomainError),
    Convention("x/y", lambda x, y: x / y, (1.0, -0.0), -inf, (-inf, -inf), DivisionDomainError),
    Convention("x/y", lambda x, y: x / y, (0.0, 0.0), nan, (inf, nan), DivisionDomainError),
    Convention("x % y", lambda x, y: x % y, (5.0, 0.0), nan, (1.0, -inf), DivisionDomainError),
    Convention("x // y", lambda x, y: x // y, (5.0, 0.0), inf, (0.0, 0.0), DivisionDomainError),
    Convention("fmod(x, y)", ag.fmod, (inf, 2.0), nan, (1.0, nan), DomainError),
    Convention("reciprocal(x)", ag.reciprocal, (0.0,), inf, (-inf,), DivisionDomainError),
    Convention("asin(x)", ag.asin, (2.0,), nan, (nan,), DomainError),
    Convention("acosh(x)", ag.acosh, (0.5,), nan, (nan,), DomainError),
    Convention("atanh(x)", ag.atanh, (-1.0,), -inf, (inf,), DomainError),
    Convention("atanh(x)", ag.atanh, (2.0,), nan, (nan,), DomainError),
    Convention("sin(x)", ag.sin, (inf,), nan, (nan,), DomainError),
    Convention("gamma(x)", ag.gamma, (-3.0,), nan, (nan,), DomainError),
    Convention("gamma(x)", ag.gamma, (-0.0,), -inf, (-inf,), DomainError),
    Convention("lgamma(x)", ag.lgamma, (-3.0,), inf, (nan,), DomainError),
    Convention("digamma(x)", ag.digamma, (0.0,), -inf, (inf,), DomainError),
    Convention("exp(x)", ag.exp, (1000.0,), inf, (inf,), OverflowDomainError),
    Convention("exp2(x)", ag.exp2, (1024.0,), inf, (inf,), OverflowDomainError),
    Convention("gamma(x)", ag.gamma, (172.0,), inf, (inf,), OverflowDomainError),
    Convention("sinh(x)", ag.sinh, (-1000.0,), -inf, (inf,), OverflowDomainError),
    Convention("lgamma(x)", ag.lgamma, (1e306,), inf, (math.log(1e306),), OverflowDomainError),
]


def as_markdown() -> str:
    """The table in Markdown."""
    lines = [
        '| expression | at | value | derivatives | raises, unless `errstate(domain="nan")` |',
        "|---|---|---|---|---|",
    ]
    for row in CONVENTIONS:
        cells = (f"`{row.text}`", _written(row.at), _written((row.value,)), _written(row.partials))
        lines.append(f"| {' | '.join(cells)} | {f'`{row.error.__name__}`' if row.error else ''} |")
    return "\n".join(lines)


def _written(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:.6g}" for number in numbers)
