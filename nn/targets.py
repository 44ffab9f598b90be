"""Predictions and targets as the losses take them: checked, paired, and the losses of many put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from autograd import Domain, Value, fsum, mean, scope
from nn.module import counted
from nn.numeric import real_number

__all__ = [
    "FROM_0_TO_1",
    "SIGNS",
    "ZERO_OR_ONE",
    "Pair",
    "Reduction",
    "checked",
    "is_many",
    "listed",
    "numbers",
    "pairwise",
    "reduced",
]

Reduction: TypeAlias = str
"""``"mean"``, ``"sum"``, or ``"none"`` for the list of the single losses."""

FROM_0_TO_1 = Domain("from 0 to 1", lambda y: 0.0 <= y <= 1.0)
ZERO_OR_ONE = Domain("from 0 to 1 (labels y of -1 and 1 become these by (y + 1) / 2)", FROM_0_TO_1.contains)
SIGNS = Domain("of -1 and 1 (labels y of 0 and 1 become these by 2 * y - 1)", lambda y: abs(y) == 1.0)


class Pair(NamedTuple):
    """One prediction and its target, as the formula of a loss takes them."""

    prediction: Any
    target: Any
    known: float | None
    """The target as a float, if it was given as a number."""


def pairwise(  # noqa: PLR0913, PLR0917 -- what was given, and the four things that make a loss
    name: str,
    prediction: Any,
    target: Any,
    formula: Callable[[Pair], Any],
    reduction: Reduction,
    allowed: Domain | None = None,
) -> Any:
    """The loss of one prediction or of a list of them, number by number.

    Args:
        name: of the loss, for messages.
        prediction: a number or Value, or a list of them.
        target: the same, as many.
        formula: the loss of one pair.
        reduction: how the losses of a list are put together.
        allowed: what targets there are, if not all numbers.

    Raises:
        TypeError: something that is neither a number nor a Value.
        ValueError: no predictions, another number of targets, a target that is not ``allowed``, an unknown
            reduction.
    """
    with scope("loss"):
        losses = [formula(pair) for pair in _pairs(name, prediction, target, allowed)]
        return reduced(name, losses, reduction, many=is_many(prediction))


def reduced(name: str, losses: list[Any], reduction: Reduction, *, many: bool) -> Any:
    """The losses of a list put together; one loss is its own sum and mean."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{name}: reduction must be 'mean', 'sum' or 'none', got {reduction!r}")
    if len(losses) == 1 and not (many and reduction == "none"):
        return losses[0]
    return losses if reduction == "none" else fsum(losses) if reduction == "sum" else mean(losses)


def checked(name: str, label: str, y: Any, allowed: Domain) -> Any:
    """``y`` if it is ``allowed``. While a function is recorded the check is a guard, made for every example."""
    if not allowed.contains(y):
        raise ValueError(f"{name} takes targets {allowed.text}, and {label} is {y!r}")
    return y


def is_many(given: Any) -> bool:
    """Whether it is a list of numbers, in any container with an order, and not one number."""
    if isinstance(given, np.ndarray):
        return given.ndim > 0
    return isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping, AbstractSet))


def listed(given: Any) -> list[Any]:
    """What a loss was given, one thing or many, as a list."""
    if isinstance(given, np.ndarray):
        given = given.tolist()
    return list(given) if is_many(given) else [given]


def numbers(name: str, role: str, given: Any) -> list[Any]:
    """What a loss was given, one number or many, as a list of floats and Values."""
    many = is_many(given)
    return [
        item if isinstance(item, Value) else real_number(item, f"{name}: {role}{f' {place}' if many else ''}")
        for place, item in enumerate(listed(given), start=1)
    ]


def _pairs(name: str, prediction: Any, target: Any, allowed: Domain | None) -> list[Pair]:
    """Each prediction with its target, a number made a node named ``y`` where it meets a Value."""
    predictions, targets = numbers(name, "prediction", prediction), numbers(name, "target", target)
    if len(predictions) != len(targets):
        raise ValueError(f"{name}: {counted(len(predictions), 'prediction')} but {counted(len(targets), 'target')}")
    if not predictions:
        raise ValueError(f"{name} of no predictions")
    pairs = []
    for place, (p, y) in enumerate(zip(predictions, targets, strict=True), start=1):
        label = f"y{place}" if len(targets) > 1 else "y"
        if allowed is not None:
            checked(name, label, y, allowed)
        known = None if isinstance(y, Value) else y
        pairs.append(Pair(p, Value(y, label) if isinstance(p, Value) and known is not None else y, known))
    return pairs
