"""Cross-entropy over classes: the predictions of one example are a list, one number for each class.

The target is the index of the right class, from 0, or a list of probabilities, one for each class. A list of
examples takes a list of targets; ``reduction`` puts their losses together, as in PyTorch.

An index given as a Value, as each example of a compiled batch has it, picks its class by ``where`` and not by
Python's indexing: one recording then serves every class. A number that is no index is refused then too, for the
checks are guards of the recording.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeAlias

from autograd import Domain, Value, dot, floor, fsum, logsumexp, scope, softplus, where
from nn.module import counted
from nn.numeric import real_number
from nn.surprise import portion, surprise
from nn.targets import FROM_0_TO_1, Reduction, checked, is_many, listed, numbers, reduced

__all__ = ["categorical_cross_entropy", "softmax_cross_entropy"]

_NOTHING = -sys.float_info.max
"""A score whose exponential is 0 beside any other's."""

_TOLERANCE = 1e-6
"""How far from 1 probabilities may sum: single precision rounds a hundred of them so."""

_Formula: TypeAlias = Callable[[list[Any], Any], Any]


def softmax_cross_entropy(
    prediction: Any, target: Any, *, label_smoothing: float = 0.0, reduction: Reduction = "mean"
) -> Any:
    """-Σ y_k log softmax(z)_k for raw scores z, right at ±1000; the mean over a list of examples.

    For the index k of a class it is log(1 + exp(m - z_k)) with m = log Σ exp(z_i) of the others: a loss of 1e-300
    keeps all its digits, and so does its gradient. Scores of -inf, which mask a class, are numbers like others.

    Args:
        prediction: the scores of one example, at least two; or a list of examples.
        target: the index of the class, from 0; or a probability for each class. For a list of examples a list. A bool
            is the index 0 or 1, which PyTorch refuses.
        label_smoothing: the share ε of a target that is spread evenly over all classes: (1 - ε)·y + ε/classes in the
            place of y, as in PyTorch's ``CrossEntropyLoss``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``, over examples.

    Raises:
        ValueError: an index that is not whole or of no class, probabilities outside [0, 1] or that do not sum
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


# --- the formulas -----------------------------------------------------------------------------------------


def _of_scores(scores: list[Any], index: Any) -> Any:
    """The loss of raw scores where ``index`` is right: log(1 + exp(m - z_index)), m = log Σ exp of the others.

    What stands in the place of the right score among the others is so small that it counts for nothing, unless all of
    them are -inf: then the loss is 0, and so is its gradient.
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


# --- examples and targets ---------------------------------------------------------------------------------


def _over_examples(  # noqa: PLR0913, PLR0917 -- what was given, and the four things that make a loss
    name: str, prediction: Any, target: Any, of_index: _Formula, of_weights: _Formula, reduction: Reduction
) -> Any:
    """The loss of one example or a list of them.

    Args:
        name: of the loss, for messages.
        prediction: a list of numbers, or a list of such.
        target: an index or probabilities, or a list of such.
        of_index: the loss of one example, for the index of its class.
        of_weights: the same, for probabilities of all classes.
        reduction: how the losses of a list are put together.
    """
    examples = listed(prediction)
    many = bool(examples) and is_many(examples[0])
    targets = listed(target) if many else [target]
    if not many:
        examples = [prediction]
    if len(examples) != len(targets):
        raise ValueError(f"{name}: {counted(len(examples), 'example')} but {counted(len(targets), 'target')}")
    losses = []
    with scope("loss"):
        for place, (row, wanted) in enumerate(zip(examples, targets, strict=True), start=1):
            where_from = f" of example {place}" if many else ""
            items = numbers(name, f"example {place}, prediction" if many else "prediction", row)
            if len(items) < 2:
                raise ValueError(
                    f"{name} takes a number for each of at least 2 classes{where_from}, not {row!r}; for one output of "
                    f"two classes there are bce_with_logits and binary_cross_entropy"
                )
            answer = _target(name, f"y{where_from}", wanted, len(items))
            losses.append((of_weights if isinstance(answer, list) else of_index)(items, answer))
        return reduced(name, losses, reduction, many=many)


def _target(name: str, label: str, wanted: Any, classes: int) -> Any:
    """A class as an int, or as a Value known to be whole and of a class; or the probabilities of all as a list."""
    if not is_many(wanted):
        (index,) = numbers(name, label, wanted)
        checked(name, label, index, _index_of(classes))
        return index if isinstance(index, Value) else int(index)
    weights = numbers(name, label, wanted)
    if len(weights) != classes:
        raise ValueError(f"{name}: {classes} classes but {counted(len(weights), 'number')} in {label}")
    for place, weight in enumerate(weights, start=1):
        checked(name, f"{label}[{place - 1}]", weight, FROM_0_TO_1)
    total = fsum(weights)
    if not abs(total - 1.0) <= _TOLERANCE:
        raise ValueError(f"{name} takes probabilities that sum to 1, and those of {label} sum to {total!r}")
    if all(not isinstance(weight, Value) and weight in (0.0, 1.0) for weight in weights):
        return weights.index(1.0)
    return weights


def _index_of(classes: int) -> Domain:
    """The index of one of so many classes."""
    return Domain(
        f"that are a class index, a whole number from 0 to {classes - 1}",
        lambda y: 0.0 <= y <= classes - 1.0 and floor(y) == y,
    )
