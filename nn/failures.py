"""Why no step can be taken: the example, the operation and line of what is not finite; or that nothing is learnt."""

from __future__ import annotations

import math
from typing import Any

from autograd import AnomalyError, Value, diagnose, errstate
from nn.dataset import Dataset
from nn.flat import FlatModel
from nn.numeric import Array, number_of

__all__ = ["not_finite", "refuse_constant"]

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


def refuse_constant(flat: FlatModel, numbers: Array, data: Dataset) -> None:
    """Refuse a loss that depends on nothing that is learnt, whatever the example; found on Values.

    Args:
        flat: the model and the loss.
        numbers: the parameters, at which every gradient is 0.
        data: all examples.

    Raises:
        ValueError: no example's loss has a parameter in its graph.
    """
    leaves = flat.leaves(numbers)
    learnt = set(map(id, leaves))
    for index in range(len(data.X)):
        (loss,) = flat.losses(leaves, data.taken(slice(index, index + 1)))
        if isinstance(loss, Value) and not learnt.isdisjoint(map(id, loss.topological_order())):
            return
    raise ValueError(
        "the loss of no example depends on anything that is learnt, so every gradient is 0. A model and a loss are "
        "written with autograd's functions and the operators of a Value: v.data and v.item() take the number out, and "
        "no gradient flows through it. And the optimiser must hold parameters that the model uses"
    )


def _fault(loss: Any, leaves: list[Any]) -> tuple[str, str] | None:
    """What is not finite, and where it came from."""
    if not math.isfinite(number_of(loss)):
        return f"the loss is {number_of(loss):g}", _cause(loss)
    if not isinstance(loss, Value):
        return None
    with errstate(domain="nan"):
        loss.backward(create_graph=True)
    for leaf in leaves:
        gradient = leaf.grad
        if not math.isfinite(number_of(gradient)):
            name = leaf.label or "a parameter"
            return f"the gradient of {name} is {number_of(gradient):g}, at a loss of {loss.data:g},", _cause(gradient)
    return None


def _cause(number: Any) -> str:
    """The operation that first gave a number that is not finite, and what it needs if it was given something else."""
    fault = diagnose(number).fault if isinstance(number, Value) else None
    if fault is None:
        return ""
    if fault.node.op is None or fault.node.op.domain.contains(*[operand.data for operand in fault.operands]):
        return str(fault)
    return f"{fault}\n  {fault.node.op.name} needs {fault.node.op.domain.text}"
