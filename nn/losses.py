"""Loss functions of (prediction, target).

Both are numbers or Values, or lists of them of one length; numbers alone give a float, else the result is a
Value. Over a list, the ``*_error`` losses are sums, as in the notes, J = Σ ½(y - ŷ)²; the others are means, as in
PyTorch. A number given as target is data: it becomes a node named ``y`` (``y1``, ``y2`` ... in a list) where the
formula needs it. A Value given as target is differentiated like any other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from autograd import Domain, Precedence, Value, fsum, maximum, mean, primitive, relu, scope, softplus, square
from nn.module import counted
from nn.numeric import real_number

__all__ = [
    "LOSSES",
    "Loss",
    "bce_with_logits",
    "binary_cross_entropy",
    "half_squared_error",
    "hinge",
    "mse",
    "resolve_loss",
    "squared_error",
]

Loss: TypeAlias = Callable[[Any, Any], Any]
"""A function of (prediction, target)."""

_FROM_0_TO_1 = Domain("from 0 to 1", lambda y: 0.0 <= y <= 1.0)
_SIGNS = Domain("-1 or 1", lambda y: y in (-1.0, 1.0))


# --- -log p and -log(1 - p) of a probability --------------------------------------------------------------

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


_PROBABILITY = Domain("a probability from 0 to 1 (bce_with_logits takes raw scores)", lambda p: 0.0 <= p <= 1.0)

surprise = primitive(
    "surprise",
    forward=_surprise,
    partials=lambda p, out: (-1.0 / maximum(p, FLOOR),),
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
    domain=_PROBABILITY,
    symbol="−log(1−·)",
    text="-log(1 - {0})",
    latex=r"-\log\left(1 - {0}\right)",
    precedence=Precedence.NEGATION,
    doc="-log(1 - p) for a probability p: accurate for tiny p; finite, with a finite derivative, up to p = 1.",
)


# --- the losses -------------------------------------------------------------------------------------------


def half_squared_error(prediction: Any, target: Any) -> Any:
    """½(y - ŷ)², summed over a list.

    >>> from nn import half_squared_error
    >>> half_squared_error(3.0, 1.0), half_squared_error([3.0, 1.0], [1.0, 1.0])
    (2.0, 2.0)
    """
    with scope("loss"):
        return _one_or(fsum, [0.5 * square(y - p) for p, y, _ in _pairs("half_squared_error", prediction, target)])


def squared_error(prediction: Any, target: Any) -> Any:
    """(y - ŷ)², summed over a list.

    >>> from nn import squared_error
    >>> squared_error(3.0, 1.0), squared_error([3.0, 0.0], [1.0, 1.0])
    (4.0, 5.0)
    """
    with scope("loss"):
        return _one_or(fsum, [square(y - p) for p, y, _ in _pairs("squared_error", prediction, target)])


def mse(prediction: Any, target: Any) -> Any:
    """The mean squared error: the mean of (y - ŷ)² over a list.

    >>> from nn import mse
    >>> mse([3.0, 0.0], [1.0, 1.0])
    2.5
    """
    with scope("loss"):
        return _one_or(mean, [square(y - p) for p, y, _ in _pairs("mse", prediction, target)])


def binary_cross_entropy(prediction: Any, target: Any) -> Any:
    """-(y log ŷ + (1 - y) log(1 - ŷ)) for a probability ŷ; the mean over a list.

    y and 1 - y select: where the target is the number 0 or 1, the other term is not computed at all.

    Loss and gradient are finite at ŷ = 0 and ŷ = 1: below ŷ = 1e-100 the logarithm goes on along its tangent
    at that point, and so does that of 1 - ŷ below 2**-54. There the gradient is the clamped quotient, -1e100 or
    2**54: it does not vanish. Everywhere else the formula is as it stands.

    Raises:
        DomainError: a prediction outside [0, 1].
        ValueError: a target, given as a number, outside [0, 1].

    >>> from autograd import Value
    >>> from nn import binary_cross_entropy
    >>> p = Value(0.25)
    >>> binary_cross_entropy(p, 1).backward()
    >>> p.grad, binary_cross_entropy(1.0, 1), round(binary_cross_entropy(1.0, 0), 2)
    (-4.0, 0.0, 38.43)
    """
    with scope("loss"):
        pairs = _pairs("binary_cross_entropy", prediction, target, _FROM_0_TO_1)
        return _one_or(mean, [_select(pair, surprise, surprise_of_not) for pair in pairs])


def bce_with_logits(prediction: Any, target: Any) -> Any:
    """The binary cross-entropy of σ(z) for a raw score z, right at any z; the mean over a list.

    It is y softplus(-z) + (1 - y) softplus(z), which neither overflows nor cancels.

    Raises:
        ValueError: a target, given as a number, outside [0, 1].

    >>> from nn import bce_with_logits
    >>> bce_with_logits(1000.0, 0), bce_with_logits(-1000.0, 1), bce_with_logits(1000.0, 1)
    (1000.0, 1000.0, 0.0)
    """
    with scope("loss"):
        pairs = _pairs("bce_with_logits", prediction, target, _FROM_0_TO_1)
        return _one_or(mean, [_select(pair, lambda z: softplus(-z), softplus) for pair in pairs])


def hinge(prediction: Any, target: Any) -> Any:
    """max(0, 1 - y·ŷ) for a score ŷ and a target y of -1 or 1; the mean over a list.

    Raises:
        ValueError: a target, given as a number, other than -1 and 1.

    >>> from nn import hinge
    >>> hinge(0.25, 1), hinge(0.25, -1), hinge(3.0, 1)
    (0.75, 1.25, 0.0)
    """
    with scope("loss"):
        return _one_or(mean, [relu(1.0 - y * p) for p, y, _ in _pairs("hinge", prediction, target, _SIGNS)])


LOSSES: dict[str, Loss] = {
    loss.__name__: loss
    for loss in (half_squared_error, squared_error, mse, binary_cross_entropy, bce_with_logits, hinge)
}
"""Every loss by name."""


def resolve_loss(loss: str | Loss) -> Loss:
    """The function that a name stands for; a function of (prediction, target) stands for itself.

    Raises:
        ValueError: no loss has this name.
        TypeError: neither a name nor a function.

    >>> from nn.losses import resolve_loss
    >>> resolve_loss("mse")(3.0, 1.0)
    4.0
    """
    if callable(loss):
        return loss
    if not isinstance(loss, str):
        raise TypeError(f"a loss is a name or a function of (prediction, target), not {loss!r}")
    if loss not in LOSSES:
        raise ValueError(f"unknown loss {loss!r}; known: {', '.join(LOSSES)}; or give a function")
    return LOSSES[loss]


# --- pairs of prediction and target -----------------------------------------------------------------------


class _Pair(NamedTuple):
    """One prediction and its target, as the formula of a loss takes them."""

    prediction: Any
    target: Any
    known: float | None
    """The target as a float, if it was given as a number."""


def _select(pair: _Pair, positive: Callable[[Any], Any], negative: Callable[[Any], Any]) -> Any:
    """y·positive(ŷ) + (1 - y)·negative(ŷ), without the term that a known y of 0 or 1 drops."""
    if pair.known == 1.0:
        return positive(pair.prediction)
    if pair.known == 0.0:
        return negative(pair.prediction)
    return pair.target * positive(pair.prediction) + (1.0 - pair.target) * negative(pair.prediction)


def _one_or(reduce: Callable[[list[Any]], Any], losses: list[Any]) -> Any:
    """``reduce`` of many losses; one loss is itself."""
    return losses[0] if len(losses) == 1 else reduce(losses)


def _pairs(name: str, prediction: Any, target: Any, allowed: Domain | None = None) -> list[_Pair]:
    """Each prediction with its target, a number made a node named ``y`` where it meets a Value.

    Raises:
        TypeError: something that is neither a number nor a Value.
        ValueError: no predictions, another number of targets, or a known target that is not ``allowed``.
    """
    predictions, targets = _numbers(name, "prediction", prediction), _numbers(name, "target", target)
    if len(predictions) != len(targets):
        raise ValueError(f"{name}: {counted(len(predictions), 'prediction')} but {counted(len(targets), 'target')}")
    if not predictions:
        raise ValueError(f"{name} of no predictions")
    pairs = []
    for place, (p, y) in enumerate(zip(predictions, targets, strict=True), start=1):
        label = f"y{place}" if len(targets) > 1 else "y"
        if isinstance(y, Value):
            pairs.append(_Pair(p, y, None))
        elif allowed is not None and not allowed.contains(y):
            raise ValueError(f"{name} takes targets {allowed.text}, and {label} is {y!r}")
        else:
            pairs.append(_Pair(p, Value(y, label) if isinstance(p, Value) else y, y))
    return pairs


def _numbers(name: str, role: str, given: Any) -> list[Any]:
    """What a loss was given, one or many, as a list of floats and Values."""
    if isinstance(given, np.ndarray):
        given = given.tolist()
    many = isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping, AbstractSet))
    items = list(given) if many else [given]
    return [
        item if isinstance(item, Value) else real_number(item, f"{name}: {role}{f' {place}' if many else ''}")
        for place, item in enumerate(items, start=1)
    ]
