"""Where a loss or a gradient that is not finite comes from: the example, the operation, the line."""

from __future__ import annotations

import math
from typing import Any

from autograd import AnomalyError, Value, diagnose, errstate
from nn.dataset import Dataset
from nn.flat import FlatModel
from nn.numeric import Array

__all__ = ["not_finite"]

_KEPT = "The model keeps its parameters from before this step. A smaller lr, or clip_norm, may keep it in bounds."


def not_finite(flat: FlatModel, numbers: Array, data: Dataset, where: str) -> AnomalyError:
    """The error that tells what happened, found by computing one example after the other on Values.

    Args:
        flat: the model and the loss.
        numbers: the parameters at which it happened.
        data: the examples among which it happened.
        where: in which epoch and batch.
    """
    for index, place in enumerate(data.places.tolist()):
        leaves, example = flat.leaves(numbers), data.taken(slice(index, index + 1))
        (loss,) = flat.losses(leaves, example)
        found = _fault(loss, leaves)
        if found is not None:
            given = f"X[{place}] = {example.X[0].tolist()!s:.200}, y[{place}] = {example.y[0].tolist()!s:.80}"
            return AnomalyError(f"{found[0]} {where}, at example {place}: {given}\n{found[1]}\n{_KEPT}")
    return AnomalyError(f"the mean of the losses or its gradient overflows {where}; no example's does alone. {_KEPT}")


def _fault(loss: Any, leaves: list[Any]) -> tuple[str, str] | None:
    """What is not finite, and where it came from."""
    if not math.isfinite(loss):
        return f"the loss is {float(loss):g}", str(diagnose(loss).fault) if isinstance(loss, Value) else ""
    if not isinstance(loss, Value):
        return None
    with errstate(domain="nan"):
        loss.backward(create_graph=True)
    for leaf in leaves:
        gradient = leaf.grad
        if not math.isfinite(gradient):
            name = leaf.label or "a parameter"
            cause = str(diagnose(gradient).fault) if isinstance(gradient, Value) else ""
            return f"the gradient of {name} is {float(gradient):g}, at a loss of {loss.data:g},", cause
    return None
