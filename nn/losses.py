"""Loss functions of (prediction, target), by number; those over classes are in :mod:`nn.class_losses`.

Both are numbers or Values, or lists of them of one length; numbers alone give a float, else the result is a
Value. ``reduction`` says how the losses of a list are put together: ``"mean"``, ``"sum"`` or ``"none"``, as in
PyTorch. The ``*_error`` losses are sums unless told otherwise, as in the notes, J = Σ ½(y - ŷ)²; the others are
means. A number given as target is data: it becomes a node named ``y`` (``y1``, ``y2`` ... in a list) where the
formula needs it. A Value given as target is differentiated like any other.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from autograd import clip, relu, softplus, square, step, where
from nn.class_losses import categorical_cross_entropy, softmax_cross_entropy
from nn.module import nearest
from nn.numeric import finite_from_0, real_number
from nn.surprise import portion, surprise, surprise_of_not
from nn.targets import SIGNS, ZERO_OR_ONE, Pair, Reduction, pairwise

__all__ = [
    "LABELS",
    "LOSSES",
    "Loss",
    "bce_with_logits",
    "binary_cross_entropy",
    "half_squared_error",
    "hinge",
    "huber",
    "labels_of",
    "mse",
    "resolve_loss",
    "squared_error",
]

Loss: TypeAlias = Callable[[Any, Any], Any]
"""A function of (prediction, target)."""


def half_squared_error(prediction: Any, target: Any, *, reduction: Reduction = "sum") -> Any:
    """½(y - ŷ)², summed over a list.

    >>> from nn import half_squared_error
    >>> half_squared_error(3.0, 1.0), half_squared_error([3.0, 1.0], [1.0, 1.0])
    (2.0, 2.0)
    """

    def formula(pair: Pair) -> Any:
        return 0.5 * square(pair.target - pair.prediction)

    return pairwise("half_squared_error", prediction, target, formula, reduction)


def squared_error(prediction: Any, target: Any, *, reduction: Reduction = "sum") -> Any:
    """(y - ŷ)², summed over a list.

    >>> from nn import squared_error
    >>> squared_error(3.0, 1.0), squared_error([3.0, 0.0], [1.0, 1.0])
    (4.0, 5.0)
    """
    return pairwise("squared_error", prediction, target, _square, reduction)


def mse(prediction: Any, target: Any, *, reduction: Reduction = "mean") -> Any:
    """The mean squared error: the mean of (y - ŷ)² over a list.

    >>> from nn import mse
    >>> mse([3.0, 0.0], [1.0, 1.0]), mse([3.0, 0.0], [1.0, 1.0], reduction="none")
    (2.5, [4.0, 1.0])
    """
    return pairwise("mse", prediction, target, _square, reduction)


def huber(prediction: Any, target: Any, *, delta: float = 1.0, reduction: Reduction = "mean") -> Any:
    """½r² of a residual r = y - ŷ up to ``delta``, and the straight line δ(|r| - ½δ) beyond; the mean over a list.

    Which of the two it is is chosen by ``where``, which has no branch; the slope of the line is δ up to infinity.

    Raises:
        ValueError: ``delta`` is not a finite number above 0.

    Source: P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35 (1964).

    >>> from nn import huber
    >>> huber(1.5, 1.0), huber(4.0, 1.0), huber(4.0, 1.0, delta=2.0)
    (0.125, 2.5, 4.0)
    """
    width = real_number(delta, "huber: delta")
    if not 0.0 < width < math.inf:
        raise ValueError(f"huber: delta must be a finite number above 0, got {delta!r}")

    def formula(pair: Pair) -> Any:
        residual = pair.target - pair.prediction
        size = abs(residual)
        return where(step(width - size), 0.5 * square(clip(residual, -width, width)), width * (size - 0.5 * width))

    return pairwise("huber", prediction, target, formula, reduction)


def binary_cross_entropy(prediction: Any, target: Any, *, reduction: Reduction = "mean") -> Any:
    """-(y log ŷ + (1 - y) log(1 - ŷ)) for a probability ŷ; the mean over a list.

    y and 1 - y select: where the target is the number 0 or 1, the other term is not computed at all.

    Loss and gradient are finite at ŷ = 0 and ŷ = 1: below ŷ = 1e-100 the logarithm goes on along its tangent
    at that point, and so does that of 1 - ŷ below 2**-54. There the gradient is the clamped quotient, -1e100 or
    2**54: it does not vanish. Everywhere else the formula is as it stands.

    Raises:
        DomainError: a prediction outside [0, 1].
        ValueError: a target outside [0, 1].

    >>> from autograd import Value
    >>> from nn import binary_cross_entropy
    >>> p = Value(0.25)
    >>> binary_cross_entropy(p, 1).backward()
    >>> p.grad, binary_cross_entropy(1.0, 1), round(binary_cross_entropy(1.0, 0), 2)
    (-4.0, 0.0, 38.43)
    """

    def formula(pair: Pair) -> Any:
        return _select(pair, surprise, surprise_of_not)

    return pairwise("binary_cross_entropy", prediction, target, formula, reduction, ZERO_OR_ONE)


def bce_with_logits(prediction: Any, target: Any, *, pos_weight: float = 1.0, reduction: Reduction = "mean") -> Any:
    """The binary cross-entropy of σ(z) for a raw score z, right at any z, infinities too; the mean over a list.

    It is w·y softplus(-z) + (1 - y) softplus(z), which neither overflows nor cancels. ``pos_weight``, w, is how much
    more the label 1 counts, as in PyTorch's ``BCEWithLogitsLoss``; a bool as label is 0 or 1.

    Raises:
        ValueError: a target outside [0, 1], or a ``pos_weight`` that is negative or not finite.

    >>> from nn import bce_with_logits
    >>> bce_with_logits(1000.0, 0), bce_with_logits(-1000.0, 1), bce_with_logits(1000.0, 1)
    (1000.0, 1000.0, 0.0)
    """
    weight = finite_from_0(pos_weight, "bce_with_logits: pos_weight")

    def positive(z: Any) -> Any:
        return softplus(-z) if weight == 1.0 else portion(weight, softplus(-z))

    def formula(pair: Pair) -> Any:
        return _select(pair, positive, softplus, portion if pair.known is None else operator.mul)

    return pairwise("bce_with_logits", prediction, target, formula, reduction, ZERO_OR_ONE)


def hinge(prediction: Any, target: Any, *, reduction: Reduction = "mean") -> Any:
    """max(0, 1 - y·ŷ) for a score ŷ and a target y of -1 or 1; the mean over a list.

    Raises:
        ValueError: a target other than -1 and 1.

    >>> from nn import hinge
    >>> hinge(0.25, 1), hinge(0.25, -1), hinge(3.0, 1)
    (0.75, 1.25, 0.0)
    """

    def formula(pair: Pair) -> Any:
        return relu(1.0 - pair.target * pair.prediction)

    return pairwise("hinge", prediction, target, formula, reduction, SIGNS)


def _square(pair: Pair) -> Any:
    return square(pair.target - pair.prediction)


def _select(
    pair: Pair,
    positive: Callable[[Any], Any],
    negative: Callable[[Any], Any],
    times: Callable[[Any, Any], Any] = operator.mul,
) -> Any:
    """y·positive(ŷ) + (1 - y)·negative(ŷ), without the term that a known y of 0 or 1 drops."""
    if pair.known == 1.0:
        return positive(pair.prediction)
    if pair.known == 0.0:
        return negative(pair.prediction)
    y = pair.target
    return times(y, positive(pair.prediction)) + times(1.0 - y, negative(pair.prediction))


LOSSES: dict[str, Loss] = {
    loss.__name__: loss
    for loss in (
        half_squared_error,
        squared_error,
        mse,
        huber,
        binary_cross_entropy,
        bce_with_logits,
        hinge,
        categorical_cross_entropy,
        softmax_cross_entropy,
    )
}
"""Every loss by name."""


LABELS: dict[Loss, str] = {
    binary_cross_entropy: "probabilities",
    bce_with_logits: "scores",
    hinge: "signs",
    categorical_cross_entropy: "classes",
    softmax_cross_entropy: "classes",
}
"""What the labels of a loss are. ``probabilities``: 0 and 1, and 1 is predicted above 0.5. ``scores``: 0 and 1, and 1
is predicted above 0. ``signs``: -1 and 1, by the sign of the prediction. ``classes``: the index of the largest
output."""


def labels_of(loss: Loss) -> str | None:
    """What the labels of a loss are, in a word of :data:`LABELS`; None if that is not known of it.

    A ``functools.partial`` that sets keywords of a loss has its labels; of any other function nothing is guessed.

    >>> from functools import partial
    >>> from nn import hinge, mse
    >>> from nn.losses import labels_of
    >>> labels_of(hinge), labels_of(partial(hinge, reduction="sum")), labels_of(mse)
    ('signs', 'signs', None)
    """
    while isinstance(loss, partial) and not loss.args:
        loss = loss.func
    return next((labels for known, labels in LABELS.items() if known is loss), None)


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
        raise TypeError(f"a loss must be a name or a function of (prediction, target), got {loss!r}")
    if loss not in LOSSES:
        raise ValueError(
            f"unknown loss {loss!r}; known: {', '.join(LOSSES)}; or give a function.{nearest(loss, LOSSES)}"
        )
    return LOSSES[loss]
