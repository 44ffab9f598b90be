"""The operations of cross-entropy: -log p and -log(1 - p), finite at both ends, and a portion of an infinite loss."""

from __future__ import annotations

import math

from autograd import Domain, Precedence, maximum, primitive

__all__ = ["COMPLEMENT_FLOOR", "FLOOR", "portion", "surprise", "surprise_of_not"]

FLOOR = 1e-100
"""Below it, -log p goes on along its tangent: to 231 at 0, with a slope that may still be squared."""

COMPLEMENT_FLOOR = 2.0**-54
"""Below it, -log(1 - p) goes on along its tangent, for a float p cannot say how much nearer to 1 it is."""


def _negative_log(x: float, floor: float) -> float:
    """-log x; below ``floor`` the tangent there, which is finite at 0."""
    return 0.0 - math.log(x) if x > floor else (floor - x) / floor - math.log(floor)


def _check_probability(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError


def _surprise(p: float) -> float:
    _check_probability(p)
    return _negative_log(p, FLOOR)


def _surprise_of_not(p: float) -> float:
    _check_probability(p)
    return 0.0 - math.log1p(-p) if p < 1.0 else _negative_log(1.0 - p, COMPLEMENT_FLOOR)


_PROBABILITY = Domain(
    "a probability from 0 to 1 (bce_with_logits takes raw scores, softmax_cross_entropy those of classes)",
    lambda p: 0.0 <= p <= 1.0,
)

surprise = primitive(
    "surprise",
    forward=_surprise,
    partials=lambda p, out: (-1.0 / maximum(p, FLOOR),),
    textbook=lambda p, out: (-1.0 / p,),
    domain=_PROBABILITY,
    symbol="−log",
    text="-log({0})",
    latex=r"-\log {0}",
    precedence=Precedence.NEGATION,
    doc="-log p for a probability p: finite, with a finite derivative, down to p = 0.",
)

surprise_of_not = primitive(
    "surprise_of_not",
    forward=_surprise_of_not,
    partials=lambda p, out: (1.0 / maximum(1.0 - p, COMPLEMENT_FLOOR),),
    textbook=lambda p, out: (1.0 / (1.0 - p),),
    domain=_PROBABILITY,
    symbol="−log(1−·)",
    text="-log(1 - {0})",
    latex=r"-\log\left(1 - {0}\right)",
    precedence=Precedence.NEGATION,
    doc="-log(1 - p) for a probability p: accurate for tiny p; finite, with a finite derivative, up to p = 1.",
)

portion = primitive(
    "portion",
    forward=lambda y, loss: 0.0 if y == 0.0 else y * loss,
    partials=lambda y, loss, out: (loss, y),
    symbol="·",
    text="{0}*{1}",
    latex=r"{0} \cdot {1}",
    precedence=Precedence.PRODUCT,
    doc="y times a loss, in which a y of 0 selects nothing, not even of an infinite loss.",
)
