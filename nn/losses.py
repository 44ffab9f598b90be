"""Loss functions of (prediction, target).

Both are numbers or Values, or lists of them of one length; numbers alone give a float, else the result is a
Value. Over a list, the ``*_error`` losses are sums, as in the notes, J = Σ ½(y - ŷ)²; the others are means, as in
PyTorch. A number given as target is data: it becomes a node named ``y`` (``y1``, ``y2`` ... in a list) where the
formula needs it. A Value given as target is differentiated like any other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from autograd import Domain, Precedence, Value, fsum, maximum, mean, primitive, relu, scope, softplus, square
from nn.module import counted

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


# --- the logarithms of a probability ----------------------------------------------------------------------

PROBABILITY_FLOOR = 1e-100
"""Below it, log p goes on at a straight tangent: -230 at 0, with a slope that may still be squared."""

COMPLEMENT_FLOOR = 2.0**-54
"""Below it, log(1 - p) goes on at a tangent: a float p cannot say how much nearer to 1 it is."""


def _extended_log(x: float, floor: float) -> float:
    """log x; below ``floor`` the tangent there, finite at 0."""
    return math.log(x) if x > floor else math.log(floor) + (x - floor) / floor


def _log_probability(p: float) -> float:
    if not p < 0.0 and not p > 1.0:
        return _extended_log(p, PROBABILITY_FLOOR)
    raise ValueError


def _log_complement(p: float) -> float:
    if not p < 0.0 and not p > 1.0:
        return math.log1p(-p) if p < 1.0 else _extended_log(1.0 - p, COMPLEMENT_FLOOR)
    raise ValueError


_PROBABILITY = Domain("a probability from 0 to 1 (for raw scores take bce_with_logits)", lambda p: 0.0 <= p <= 1.0)

log_probability = primitive(
    "log_probability",
    forward=_log_probability,
    partials=lambda p, out: (1.0 / maximum(p, PROBABILITY_FLOOR),),
    domain=_PROBABILITY,
    symbol="log",
    text="log({0})",
    latex=r"\log {0}",
    precedence=Precedence.CALL,
    doc="log p for a probability p: finite, with a finite derivative, down to p = 0.",
)

log_complement = primitive(
    "log_complement",
    forward=_log_complement,
    partials=lambda p, out: (-1.0 / maximum(1.0 - p, COMPLEMENT_FLOOR),),
    domain=_PROBABILITY,
    symbol="log(1−·)",
    text="log(1 - {0})",
    latex=r"\log\left(1 - {0}\right)",
    precedence=Precedence.CALL,
    doc="log(1 - p) for a probability p: finite, with a finite derivative, up to p = 1, and accurate for tiny p.",
)


# --- the losses -------------------------------------------------------------------------------------------


def half_squared_error(prediction: Any, target: Any) -> Any:
    """½(y - ŷ)², summed over a list.

    >>> from nn import half_squared_error
    >>> half_squared_error(3.0, 1.0), half_squared_error([3.0, 1.0], [1.0, 1.0])
    (2.0, 2.0)
    """
    return _over("half_squared_error", prediction, target, lambda pair: 0.5 * _squared(pair), fsum)


def squared_error(prediction: Any, target: Any) -> Any:
    """(y - ŷ)², summed over a list.

    >>> from nn import squared_error
    >>> squared_error(3.0, 1.0), squared_error([3.0, 0.0], [1.0, 1.0])
    (4.0, 5.0)
    """
    return _over("squared_error", prediction, target, _squared, fsum)


def mse(prediction: Any, target: Any) -> Any:
    """The mean squared error: the mean of (y - ŷ)² over a list.

    >>> from nn import mse
    >>> mse([3.0, 0.0], [1.0, 1.0])
    2.5
    """
    return _over("mse", prediction, target, _squared, mean)


def binary_cross_entropy(prediction: Any, target: Any) -> Any:
    """-(y log ŷ + (1 - y) log(1 - ŷ)) for a probability ŷ; the mean over a list.

    y and 1 - y select: where the target is the number 0 or 1, the other term is not computed at all.

    Loss and gradient are finite at ŷ = 0 and ŷ = 1: below ŷ = 1e-100 the logarithm is continued by its tangent
    at that point, and so is that of 1 - ŷ below 2**-54. There the gradient is the clamped quotient, -1e100 or
    2**54, and does not vanish. Everywhere else the formula is exact.

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

    def loss(pair: _Pair) -> Any:
        return -_select(pair, log_probability, log_complement)

    return _over("binary_cross_entropy", prediction, target, loss, mean, targets=PROBABILITIES)


def bce_with_logits(prediction: Any, target: Any) -> Any:
    """The binary cross-entropy of σ(z) for a raw score z, right at any z; the mean over a list.

    It is y softplus(-z) + (1 - y) softplus(z), which neither overflows nor cancels.

    Raises:
        ValueError: a target, given as a number, outside [0, 1].

    >>> from nn import bce_with_logits
    >>> bce_with_logits(1000.0, 0), bce_with_logits(-1000.0, 1), bce_with_logits(1000.0, 1)
    (1000.0, 1000.0, 0.0)
    """

    def loss(pair: _Pair) -> Any:
        return _select(pair, lambda z: softplus(-z), softplus)

    return _over("bce_with_logits", prediction, target, loss, mean, targets=PROBABILITIES)


def hinge(prediction: Any, target: Any) -> Any:
    """max(0, 1 - y·ŷ) for a score ŷ and a target y of -1 or 1; the mean over a list.

    Raises:
        ValueError: a target, given as a number, other than -1 and 1.

    >>> from nn import hinge
    >>> hinge(0.25, 1), hinge(0.25, -1), hinge(3.0, 1)
    (0.75, 1.25, 0.0)
    """

    def loss(pair: _Pair) -> Any:
        return relu(1.0 - pair.target * pair.prediction)

    return _over("hinge", prediction, target, loss, mean, targets=SIGNS)


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

PROBABILITIES = Domain("from 0 to 1", lambda y: 0.0 <= y <= 1.0)
SIGNS = Domain("-1 or 1", lambda y: y in (-1.0, 1.0))


class _Pair(NamedTuple):
    """One prediction and its target, as the formula of a loss takes them."""

    prediction: Any
    target: Any
    known: float | None
    """The target as a float, if it was given as a number."""


def _squared(pair: _Pair) -> Any:
    return square(pair.target - pair.prediction)


def _select(pair: _Pair, positive: Callable[[Any], Any], negative: Callable[[Any], Any]) -> Any:
    """y·positive(ŷ) + (1 - y)·negative(ŷ), without the term that a known y of 0 or 1 drops."""
    if pair.known == 1.0:
        return positive(pair.prediction)
    if pair.known == 0.0:
        return negative(pair.prediction)
    return pair.target * positive(pair.prediction) + (1.0 - pair.target) * negative(pair.prediction)


def _over(
    name: str,
    prediction: Any,
    target: Any,
    loss: Callable[[_Pair], Any],
    reduce: Callable[[list[Any]], Any],
    targets: Domain | None = None,
) -> Any:
    """The loss of one pair, or ``reduce`` of those of many; its nodes have the scope ``"loss"``.

    Raises:
        TypeError: something that is neither a number nor a Value.
        ValueError: no predictions, another number of targets, or a known target that ``targets`` excludes.
    """
    predictions, known = _numbers(name, "prediction", prediction), _numbers(name, "target", target)
    if len(predictions) != len(known):
        raise ValueError(f"{name}: {counted(len(predictions), 'prediction')} but {counted(len(known), 'target')}")
    if not predictions:
        raise ValueError(f"{name} of no predictions")
    with scope("loss"):
        losses = [
            loss(_pair(name, p, y, str(place) if len(known) > 1 else "", targets))
            for place, (p, y) in enumerate(zip(predictions, known, strict=True), start=1)
        ]
        return losses[0] if len(losses) == 1 else reduce(losses)


def _pair(name: str, prediction: Any, target: Any, place: str, targets: Domain | None) -> _Pair:
    if isinstance(target, Value):
        return _Pair(prediction, target, None)
    if targets is not None and not targets.contains(target):
        raise ValueError(f"{name} takes targets {targets.text}; target {place} is {target!r}".replace("  ", " "))
    return _Pair(prediction, Value(target, f"y{place}") if isinstance(prediction, Value) else target, target)


def _numbers(name: str, role: str, given: Any) -> list[Any]:
    """What a loss was given, one or many, as a list of floats and Values."""
    if isinstance(given, np.ndarray):
        given = given.tolist()
    many = isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping, Set))
    items = list(given) if many else [given]
    for place, item in enumerate(items):
        if not isinstance(item, Value):
            try:
                items[place] = Value(item).data
            except TypeError as error:
                raise TypeError(f"{name}: {role}{f' {place + 1}' if many else ''}: {error}") from None
    return items
