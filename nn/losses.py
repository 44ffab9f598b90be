"""Loss functions of (prediction, target), number by number and over classes.

Both are numbers or Values, or lists of them of one length; numbers alone give a float, anything else a Value.
``reduction`` says how the losses of a list are combined: ``"mean"``, ``"sum"`` or ``"none"``, as in PyTorch. The
``*_error`` losses are sums by default, as in the notes, J = Σ ½(y - ŷ)²; the others are means. A number given as target
is data: it becomes a node named ``y`` (``y1``, ``y2`` ... in a list) where the formula needs it. A Value given as
target is differentiated like any other.

Over classes the prediction of one example is a list, one number for each class; its target is the index of the right
class, from 0, or a list of probabilities, one for each class. A list of examples takes a list of targets.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from autograd import (
    Domain,
    Precedence,
    Value,
    clip,
    dot,
    equal,
    floor,
    fsum,
    greater,
    less,
    log,
    log1p,
    logsumexp,
    maximum,
    mean,
    primitive,
    relu,
    scope,
    softplus,
    square,
    step,
    where,
)
from nn.arguments import counted, finite_from_0, is_many, positive, real_number, resolved

__all__ = [
    "COMPLEMENT_FLOOR", "FLOOR", "LABELS", "LOSSES", "Loss", "bce_with_logits", "binary_cross_entropy",
    "categorical_cross_entropy", "half_squared_error", "hinge", "huber", "labels_of", "mse", "portion",
    "resolve_loss", "softmax_cross_entropy", "squared_error", "surprise", "surprise_of_not",
]  # fmt: skip

Loss: TypeAlias = Callable[[Any, Any], Any]
"""A function of (prediction, target)."""

Reduction: TypeAlias = str
"""``"mean"``, ``"sum"``, or ``"none"`` for the list of the single losses."""


# --- the operations of cross-entropy ----------------------------------------------------------------------


FLOOR = 1e-100
"""Below it, -log p continues along its tangent: to 231 at 0, with a slope that can still be squared."""

COMPLEMENT_FLOOR = 2.0**-54
"""Below it, -log(1 - p) continues along its tangent: a float p has no number nearer to 1."""


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


def _of_probability(p: Any, value: Any) -> Any:
    """``value`` for a probability p, in operations that a replay has; nan for what is none."""
    return where(less(p, 0.0), math.nan, where(greater(p, 1.0), math.nan, value))


def _expanded_negative_log(x: Any, log_of_x: Any, floor: float) -> Any:
    return where(greater(x, floor), 0.0 - log_of_x, (floor - x) / floor - math.log(floor))


_PROBABILITY = Domain(
    "a probability from 0 to 1 (bce_with_logits takes raw scores, of which output_activation='sigmoid' makes "
    "probabilities; softmax_cross_entropy those of classes)",
    lambda p: 0.0 <= p <= 1.0,
)

surprise = primitive(
    "surprise", forward=_surprise, partials=lambda p, out: (-1.0 / maximum(p, FLOOR),),
    expansion=lambda p: _of_probability(p, _expanded_negative_log(p, log(p), FLOOR)),
    textbook=lambda p, out: (-1.0 / p,), domain=_PROBABILITY,
    symbol="−log", text="-log({0})", latex=r"-\log {0}", precedence=Precedence.NEGATION,
    doc="-log p for a probability p: finite, with a finite derivative, down to p = 0.",
)  # fmt: skip

surprise_of_not = primitive(
    "surprise_of_not", forward=_surprise_of_not, partials=lambda p, out: (1.0 / maximum(1.0 - p, COMPLEMENT_FLOOR),),
    expansion=lambda p: _of_probability(p, _expanded_negative_log(1.0 - p, log1p(-p), COMPLEMENT_FLOOR)),
    textbook=lambda p, out: (1.0 / (1.0 - p),), domain=_PROBABILITY,
    symbol="−log(1−·)", text="-log(1 - {0})", latex=r"-\log\left(1 - {0}\right)", precedence=Precedence.NEGATION,
    doc="-log(1 - p) for a probability p: accurate for tiny p; finite, with a finite derivative, up to p = 1.",
)  # fmt: skip

portion = primitive(
    "portion", forward=lambda y, loss: 0.0 if y == 0.0 else y * loss, partials=lambda y, loss, out: (loss, y),
    expansion=lambda y, loss: where(equal(y, 0.0), 0.0, y * loss),
    symbol="·", text="{0}*{1}", latex=r"{0} \cdot {1}", precedence=Precedence.PRODUCT,
    doc="y times a loss, in which a y of 0 selects nothing, not even of an infinite loss.",
)  # fmt: skip


# --- losses of numbers ------------------------------------------------------------------------------------


def half_squared_error(prediction: Any, target: Any, *, reduction: Reduction = "sum") -> Any:
    """½(y - ŷ)², summed over a list.

    Its derivative ŷ - y is computed as ½·2(ŷ - y), which overflows where |ŷ - y| is above 9e307; the loss itself,
    ½ times a square, is infinite from 1.4e154.

    >>> from nn import half_squared_error
    >>> half_squared_error(3.0, 1.0), half_squared_error([3.0, 1.0], [1.0, 1.0])
    (2.0, 2.0)
    """
    return _pairwise("half_squared_error", prediction, target, lambda p, y, known: 0.5 * square(y - p), reduction)


def squared_error(prediction: Any, target: Any, *, reduction: Reduction = "sum") -> Any:
    """(y - ŷ)², summed over a list.

    >>> from nn import squared_error
    >>> squared_error(3.0, 1.0), squared_error([3.0, 0.0], [1.0, 1.0])
    (4.0, 5.0)
    """
    return _pairwise("squared_error", prediction, target, lambda p, y, known: square(y - p), reduction)


def mse(prediction: Any, target: Any, *, reduction: Reduction = "mean") -> Any:
    """The mean squared error: the mean of (y - ŷ)² over a list.

    >>> from nn import mse
    >>> mse([3.0, 0.0], [1.0, 1.0]), mse([3.0, 0.0], [1.0, 1.0], reduction="none")
    (2.5, [4.0, 1.0])
    """
    return _pairwise("mse", prediction, target, lambda p, y, known: square(y - p), reduction)


def huber(prediction: Any, target: Any, *, delta: float = 1.0, reduction: Reduction = "mean") -> Any:
    """½r² of a residual r = y - ŷ up to ``delta``, and the straight line δ(|r| - ½δ) beyond; the mean over a list.

    ``where`` chooses between the two, without a branch; the slope of the line is δ up to infinity.

    Raises:
        ValueError: ``delta`` is not a finite number above 0.

    Source: P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35 (1964).

    >>> from nn import huber
    >>> huber(1.5, 1.0), huber(4.0, 1.0), huber(4.0, 1.0, delta=2.0)
    (0.125, 2.5, 4.0)
    """
    width = positive(delta, "huber: delta")

    def formula(p: Any, y: Any, _: float | None) -> Any:
        residual = y - p
        size = abs(residual)
        return where(step(width - size), 0.5 * square(clip(residual, -width, width)), width * (size - 0.5 * width))

    return _pairwise("huber", prediction, target, formula, reduction)


def binary_cross_entropy(prediction: Any, target: Any, *, reduction: Reduction = "mean") -> Any:
    """-(y log ŷ + (1 - y) log(1 - ŷ)) for a probability ŷ; the mean over a list.

    y and 1 - y select: where the target is the number 0 or 1, the other term is not computed.

    Loss and gradient are finite at ŷ = 0 and ŷ = 1: below ŷ = 1e-100 the logarithm continues along its tangent, and so
    does that of 1 - ŷ below 2**-54. There the gradient is the clamped quotient, -1e100 or 2**54: it does not vanish.
    Everywhere else the formula holds as it stands.

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
    formula = partial(_select, surprise, surprise_of_not, operator.mul)
    return _pairwise("binary_cross_entropy", prediction, target, formula, reduction, _ZERO_OR_ONE)


def bce_with_logits(prediction: Any, target: Any, *, pos_weight: float = 1.0, reduction: Reduction = "mean") -> Any:
    """The binary cross-entropy of σ(z) for a raw score z, accurate at any z, infinities too; the mean over a list.

    w·y softplus(-z) + (1 - y) softplus(z), which neither overflows nor cancels. ``pos_weight``, w, is how much more the
    label 1 counts, as in PyTorch's ``BCEWithLogitsLoss``; a bool as label is 0 or 1.

    Raises:
        ValueError: a target outside [0, 1], or a ``pos_weight`` that is negative or not finite.

    >>> from nn import bce_with_logits
    >>> bce_with_logits(1000.0, 0), bce_with_logits(-1000.0, 1), bce_with_logits(1000.0, 1)
    (1000.0, 1000.0, 0.0)
    """
    weight = finite_from_0(pos_weight, "bce_with_logits: pos_weight")

    def positive(z: Any) -> Any:
        return softplus(-z) if weight == 1.0 else portion(weight, softplus(-z))

    def formula(p: Any, y: Any, known: float | None) -> Any:
        return _select(positive, softplus, portion if known is None else operator.mul, p, y, known)

    return _pairwise("bce_with_logits", prediction, target, formula, reduction, _ZERO_OR_ONE)


def hinge(prediction: Any, target: Any, *, reduction: Reduction = "mean") -> Any:
    """max(0, 1 - y·ŷ) for a score ŷ and a target y of -1 or 1; the mean over a list.

    Raises:
        ValueError: a target other than -1 and 1.

    >>> from nn import hinge
    >>> hinge(0.25, 1), hinge(0.25, -1), hinge(3.0, 1)
    (0.75, 1.25, 0.0)
    """
    return _pairwise("hinge", prediction, target, lambda p, y, known: relu(1.0 - y * p), reduction, _SIGNS)


def _select(  # noqa: PLR0913, PLR0917 -- the parts of a formula, and a pair
    positive: Callable[[Any], Any],
    negative: Callable[[Any], Any],
    times: Callable[[Any, Any], Any],
    p: Any,
    y: Any,
    known: float | None,
) -> Any:
    """y·positive(p) + (1 - y)·negative(p), without the term that a known y of 0 or 1 drops."""
    if known == 1.0:
        return positive(p)
    if known == 0.0:
        return negative(p)
    return times(y, positive(p)) + times(1.0 - y, negative(p))


# --- losses over classes ----------------------------------------------------------------------------------


_NOTHING = -sys.float_info.max
"""A score whose exponential is 0 beside any other's."""

_TOLERANCE = 1e-6
"""How far from 1 the sum of probabilities may be: single precision rounds a hundred of them so."""

_Formula: TypeAlias = Callable[[list[Any], Any], Any]


def softmax_cross_entropy(
    prediction: Any, target: Any, *, label_smoothing: float = 0.0, reduction: Reduction = "mean"
) -> Any:
    """-Σ y_k log softmax(z)_k for raw scores z, accurate at ±1000; the mean over a list of examples.

    For the index k of a class it is log(1 + exp(m - z_k)) with m = log Σ exp(z_i) of the others: a loss of 1e-300
    keeps all its digits, and so does its gradient. Scores of -inf, which mask a class, are numbers like others.

    Args:
        prediction: the scores of one example, at least two; or a list of examples.
        target: the index of the class, from 0; or a probability for each class. For a list of examples a list. A bool
            is the index 0 or 1, which PyTorch refuses.
        label_smoothing: the share ε of a target that is spread evenly over all classes: (1 - ε)·y + ε/classes instead
            of y, as in PyTorch's ``CrossEntropyLoss``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``, over examples.

    Raises:
        ValueError: an index that is not whole or has no class, probabilities outside [0, 1] or that do not sum
            to 1, lengths that differ, a ``label_smoothing`` outside [0, 1].

    >>> from nn import softmax_cross_entropy
    >>> softmax_cross_entropy([1000.0, 0.0, -1000.0], 1)
    1000.0
    >>> softmax_cross_entropy([[0.0, 0.0], [0.0, 0.0]], [0, [0.5, 0.5]], reduction="none")
    [0.6931471805599453, 0.6931471805599453]
    """
    spread = real_number(label_smoothing, "softmax_cross_entropy: label_smoothing")
    if not 0.0 <= spread <= 1.0:
        raise ValueError(f"softmax_cross_entropy: label_smoothing must be from 0 to 1, got {label_smoothing!r}")

    def smoothed(formula: _Formula) -> _Formula:
        def of(scores: list[Any], answer: Any) -> Any:
            even = [1.0 / len(scores)] * len(scores)
            return (1.0 - spread) * formula(scores, answer) + spread * _of_all_scores(scores, even)

        return of if spread else formula

    formulas = smoothed(_of_scores), smoothed(_of_all_scores)
    return _over_examples("softmax_cross_entropy", prediction, target, *formulas, reduction)


def categorical_cross_entropy(prediction: Any, target: Any, *, reduction: Reduction = "mean") -> Any:
    """-Σ y_k log ŷ_k for probabilities ŷ, as a softmax layer gives them; the mean over a list of examples.

    The logarithm is that of :func:`~nn.binary_cross_entropy`, finite at 0.

    Args:
        prediction: the probabilities of one example, at least two; or a list of examples.
        target: the index of the class, from 0; or a probability for each class. For a list of examples a list.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``, over examples.

    Raises:
        DomainError: a prediction outside [0, 1].
        ValueError: as :func:`~nn.softmax_cross_entropy`.

    >>> from nn import categorical_cross_entropy
    >>> categorical_cross_entropy([0.25, 0.75], 0)
    1.3862943611198906
    """
    return _over_examples("categorical_cross_entropy", prediction, target, _of_share, _of_all_shares, reduction)


def _of_scores(scores: list[Any], index: Any) -> Any:
    """The loss of raw scores where ``index`` is right: log(1 + exp(m - z_index)), m = log Σ exp of the others.

    In place of the right score the others hold one so small that it counts for nothing, unless all of them are -inf:
    then the loss is 0, and so is its gradient.
    """
    if isinstance(index, Value):
        right = _chosen(scores, index)
        if len(scores) == 2:
            return softplus(where(index, *scores) - right)
        others = [where(index - place, z, _NOTHING) for place, z in enumerate(scores)]
        return softplus(logsumexp(others) - right)
    others = [*scores[:index], *scores[index + 1 :]]
    of_others = others[0] if len(others) == 1 else logsumexp([_NOTHING, *others])
    return softplus(of_others - scores[index])


def _of_all_scores(scores: list[Any], weights: list[Any]) -> Any:
    """Σ y_k (log Σ exp(z_i) - z_k)."""
    total = logsumexp(scores)
    terms = [(y, total - z) for y, z in zip(weights, scores, strict=True) if isinstance(y, Value) or y]
    if any(isinstance(y, Value) for y, _ in terms):
        return fsum([portion(y, term) for y, term in terms])
    return dot([y for y, _ in terms], [term for _, term in terms])


def _of_share(shares: list[Any], index: Any) -> Any:
    """The loss of probabilities where the class ``index`` is right."""
    return surprise(_chosen(shares, index) if isinstance(index, Value) else shares[index])


def _of_all_shares(shares: list[Any], weights: list[Any]) -> Any:
    """Σ y_k (-log ŷ_k), without the terms that a y of the number 0 drops."""
    terms = [(y, p) for y, p in zip(weights, shares, strict=True) if isinstance(y, Value) or y]
    return dot([y for y, _ in terms], [surprise(p) for _, p in terms])


def _chosen(items: list[Any], index: Value) -> Any:
    """``items[index]`` for an index that is a node, known to be one of theirs."""
    chosen = items[0]
    for place, item in enumerate(items[1:], start=1):
        chosen = where(index - place, chosen, item)
    return chosen


# --- predictions and targets ------------------------------------------------------------------------------


_FROM_0_TO_1 = Domain("from 0 to 1", lambda y: 0.0 <= y <= 1.0)
_ZERO_OR_ONE = Domain("from 0 to 1 (labels y of -1 and 1 become these by (y + 1) / 2)", _FROM_0_TO_1.contains)
_SIGNS = Domain("of -1 and 1 (labels y of 0 and 1 become these by 2 * y - 1)", lambda y: abs(y) == 1.0)


def _pairwise(  # noqa: PLR0913, PLR0917 -- what was given, and the four parts of a loss
    name: str,
    prediction: Any,
    target: Any,
    formula: Callable[[Any, Any, float | None], Any],
    reduction: Reduction,
    allowed: Domain | None = None,
) -> Any:
    """The loss of one prediction or of a list of them, number by number.

    ``formula`` takes a prediction, its target, and that as a float, if it was given as a number: where it meets a Value
    it is made a node named ``y``. ``allowed`` says which targets there are, if not all numbers.

    Raises:
        TypeError: something that is neither a number nor a Value.
        ValueError: no predictions, another number of targets, a target that is not ``allowed``, an unknown
            reduction.
    """
    predictions, targets = _numbers(name, "prediction", prediction), _numbers(name, "target", target)
    if len(predictions) != len(targets):
        raise ValueError(f"{name}: {counted(len(predictions), 'prediction')} but {counted(len(targets), 'target')}")
    if not predictions:
        raise ValueError(f"{name} of no predictions")
    pairs: list[tuple[Any, Any, float | None]] = []
    with scope("loss"):
        for place, (p, y) in enumerate(zip(predictions, targets, strict=True), start=1):
            label = f"y{place}" if len(targets) > 1 else "y"
            if allowed is not None:
                _checked(name, label, y, allowed)
            known = None if isinstance(y, Value) else y
            pairs.append((p, Value(y, label) if isinstance(p, Value) and known is not None else y, known))
        return _reduced(name, [formula(*pair) for pair in pairs], reduction, many=is_many(prediction))


def _reduced(name: str, losses: list[Any], reduction: Reduction, *, many: bool) -> Any:
    """The losses of a list combined; one loss is its own sum and mean."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{name}: reduction must be 'mean', 'sum' or 'none', got {reduction!r}")
    if len(losses) == 1 and not (many and reduction == "none"):
        return losses[0]
    return losses if reduction == "none" else fsum(losses) if reduction == "sum" else mean(losses)


def _checked(name: str, label: str, y: Any, allowed: Domain) -> Any:
    """``y`` if it is ``allowed``. While a function is recorded the check is a guard, made for every example."""
    if not allowed.contains(y):
        raise ValueError(f"{name} takes targets {allowed.text}, and {label} is {y!r}")
    return y


def _listed(given: Any) -> list[Any]:
    """The numbers that a loss was given, one or many, as a list."""
    if isinstance(given, np.ndarray):
        given = given.tolist()
    return list(given) if is_many(given) else [given]


def _numbers(name: str, role: str, given: Any) -> list[Any]:
    """The numbers that a loss was given, one number or many, as a list of floats and Values."""
    many = is_many(given)
    return [
        item if isinstance(item, Value) else real_number(item, f"{name}: {role}{f' {place}' if many else ''}")
        for place, item in enumerate(_listed(given), start=1)
    ]


def _over_examples(  # noqa: PLR0913, PLR0917 -- what was given, and the four parts of a loss
    name: str, prediction: Any, target: Any, of_index: _Formula, of_weights: _Formula, reduction: Reduction
) -> Any:
    """The loss of one example or a list of them: for the index of its class, or for probabilities of all classes."""
    examples = _listed(prediction)
    many = bool(examples) and is_many(examples[0])
    targets = _listed(target) if many else [target]
    if not many:
        examples = [prediction]
    if len(examples) != len(targets):
        raise ValueError(f"{name}: {counted(len(examples), 'example')} but {counted(len(targets), 'target')}")
    losses = []
    with scope("loss"):
        for place, (row, wanted) in enumerate(zip(examples, targets, strict=True), start=1):
            where_from = f" of example {place}" if many else ""
            items = _numbers(name, f"example {place}, prediction" if many else "prediction", row)
            if len(items) < 2:
                raise ValueError(
                    f"{name} takes a number for each of at least 2 classes{where_from}, not {row!r}; for one output of "
                    f"two classes there are bce_with_logits and binary_cross_entropy"
                )
            answer = _target(name, f"y{where_from}", wanted, len(items))
            losses.append((of_weights if isinstance(answer, list) else of_index)(items, answer))
        return _reduced(name, losses, reduction, many=many)


def _target(name: str, label: str, wanted: Any, classes: int) -> Any:
    """A class as an int, or as a Value known to be whole and of a class; or the probabilities of all as a list."""
    if not is_many(wanted):
        (index,) = _numbers(name, label, wanted)
        indices = Domain(
            f"that are a class index, a whole number from 0 to {classes - 1}",
            lambda y: 0.0 <= y <= classes - 1.0 and floor(y) == y,
        )
        _checked(name, label, index, indices)
        return index if isinstance(index, Value) else int(index)
    weights = _numbers(name, label, wanted)
    if len(weights) != classes:
        raise ValueError(f"{name}: {classes} classes but {counted(len(weights), 'number')} in {label}")
    for place, weight in enumerate(weights, start=1):
        _checked(name, f"{label}[{place - 1}]", weight, _FROM_0_TO_1)
    total = fsum(weights)
    if not abs(total - 1.0) <= _TOLERANCE:
        raise ValueError(f"{name} takes probabilities that sum to 1, and those of {label} sum to {total!r}")
    if all(not isinstance(weight, Value) and weight in (0.0, 1.0) for weight in weights):
        return weights.index(1.0)
    return weights


# --- losses by name ---------------------------------------------------------------------------------------


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
"""The labels of a loss. ``probabilities``: 0 and 1, and 1 is predicted above 0.5. ``scores``: 0 and 1, and 1
is predicted above 0. ``signs``: -1 and 1, by the sign of the prediction. ``classes``: the index of the largest
output."""


def labels_of(loss: Loss) -> str | None:
    """The kind of labels that a loss takes, a word of :data:`LABELS`; None if that is not known of it.

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
    return resolved("a loss", loss, LOSSES, "a function of (prediction, target)", _ELSEWHERE)


_NO_ABSOLUTE_ERROR = (
    "There is no absolute error: huber(delta=...) is one beyond delta, and loss=lambda p, t: abs(p - t) is it itself."
)
_ELSEWHERE = {
    "bceloss": "binary_cross_entropy",
    "logloss": "binary_cross_entropy",
    "bcewithlogitsloss": "bce_with_logits",
    "crossentropyloss": "softmax_cross_entropy",
    "sparsecategoricalcrossentropy": "categorical_cross_entropy",
    "meansquarederror": "mse",
    "mseloss": "mse",
    "l2loss": "mse",
    "smoothl1loss": "huber",
    "hingeloss": "hinge",
    "mae": _NO_ABSOLUTE_ERROR,
    "l1loss": _NO_ABSOLUTE_ERROR,
    "meanabsoluteerror": _NO_ABSOLUTE_ERROR,
    "nllloss": "softmax_cross_entropy takes raw scores, categorical_cross_entropy probabilities.",
}
"""The losses of PyTorch, Keras and scikit-learn under the names here."""
