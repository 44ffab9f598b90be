"""The kernel of ``compile(..., checked=True)``: NumPy lanes, and a DomainError where an operation leaves its domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.context import errstate
from autograd.primitives import Primitive
from autograd.replay.backends.base import Kernel
from autograd.replay.backends.numpy_lanes import array_function
from autograd.replay.tape import Floats, Tape

__all__ = ["build"]


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the form of every backend
    """A kernel that raises what eager evaluation would raise, naming operation, operands and labels."""
    is_lane = np.array([*batched, *[False] * tape.n_leaves], dtype=bool)
    functions = {op: array_function(op) for op in tape.ops}
    program = list(tape.instructions())
    label = dict(enumerate(tape.labels[: tape.n_before])) | {step.dest: step.label for step in program}
    outputs = tape.outputs.tolist()

    def kernel(shared: Floats, lanes: Floats) -> Floats:
        count = lanes.shape[1]
        slots: list[Any] = [None] * tape.n_slots
        columns: Any = np.empty((len(is_lane), count))
        columns[is_lane], columns[~is_lane] = lanes, np.asarray(shared)[:, None]
        slots[: tape.n_before] = [*columns, *(np.full(count, constant) for constant in tape.constants)]
        for op, args, dest, _ in program:
            inputs = [slots[arg] for arg in args]
            with np.errstate(all="ignore"):
                slots[dest] = np.broadcast_to(functions[op](*inputs), (count,))
            for column in np.flatnonzero(~np.isfinite(slots[dest])).tolist():
                _check(op, [float(row[column]) for row in inputs], [label[arg] for arg in args])
        results = np.array([slots[slot] for slot in outputs]).reshape(len(outputs), count)
        return results.sum(axis=1) if summed else results

    return kernel


def _check(op: Primitive, inputs: Sequence[float], labels: Sequence[str]) -> None:
    """Raise DomainError if ``op`` is not defined at ``inputs``; a nan or infinity that is handed on is none."""
    try:
        op.forward(*inputs)
    except (ArithmeticError, ValueError) as error:
        with errstate("raise"):
            op.outside(error, tuple(inputs), tuple(labels))
