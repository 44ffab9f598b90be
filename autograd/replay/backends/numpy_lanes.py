"""The NumPy backend: each instruction is one vector operation over all examples.

What an operation does to arrays is derived from its record: the NumPy function that it names; or its forward,
where that is an operator, or one of the few statements that :mod:`.vectorised` can turn into array
operations; or, failing these, its forward once for each example.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.primitives import Primitive
from autograd.replay.backends.base import Kernel
from autograd.replay.backends.expansion import expanded
from autograd.replay.backends.vectorised import vectorised
from autograd.replay.optimise import reuse_slots
from autograd.replay.recorder import Refusal
from autograd.replay.tape import FUSED_DOT, Floats, Tape, apply_ieee

__all__ = ["array_function", "build"]

_ON_ARRAYS = {operator.add, operator.sub, operator.mul, operator.truediv, operator.neg, FUSED_DOT.forward}
"""Forwards that take arrays as they are."""


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the form of every backend
    """A kernel that runs the tape once, on arrays."""
    tape = reuse_slots(expanded(tape))
    before = np.concatenate([np.full(tape.n_inputs + tape.n_leaves, 0.0), tape.constants])
    is_lane = np.array([*batched, *[False] * tape.n_leaves], dtype=bool)
    lane_slots, shared_slots = np.flatnonzero(is_lane).tolist(), np.flatnonzero(~is_lane).tolist()
    functions = {op: array_function(op) for op in tape.ops}
    program = [(functions[op], args, dest) for op, args, dest, _ in tape.instructions()]
    start = list(before) + [before[:0]] * (tape.n_slots - len(before))
    outputs = tape.outputs.tolist()

    def kernel(shared: Floats, lanes: Floats) -> Floats:
        slots: list[Any] = start.copy()
        for slot, number in zip(shared_slots, shared, strict=True):
            slots[slot] = number
        for slot, row in zip(lane_slots, lanes, strict=True):
            slots[slot] = row
        with np.errstate(all="ignore"):
            for function, args, dest in program:
                slots[dest] = function(*[slots[arg] for arg in args])
            results = np.empty((len(outputs), lanes.shape[1]))
            for row, slot in zip(results, outputs, strict=True):
                row[:] = slots[slot]
            return results.sum(axis=1) if summed else results

    return kernel


def array_function(op: Primitive) -> Callable[..., Any]:
    """``op`` on arrays and float64 scalars, element by element, in IEEE arithmetic."""
    base = op.base or op
    if isinstance(op, Refusal):
        return _refusals(op)
    if base.forward in _ON_ARRAYS:
        function = base.forward
    elif base.ufunc:
        function = getattr(np, base.ufunc)
    else:
        function = _checked(op, vectorised(base.forward))
    if not op.constants:
        return function
    return lambda *inputs: function(*inputs, *op.constants)


def _refusals(op: Refusal) -> Callable[..., Any]:
    """Where the operation refuses its inputs; asked in Python where its result is not finite, else it did not."""
    value, refuses = array_function(op.of), op.forward

    def function(*inputs: Any) -> Any:
        *columns, found = np.broadcast_arrays(*inputs, value(*inputs))
        asked = ~np.isfinite(found) if op.of.builtin else np.ones(found.shape, dtype=bool)
        refused = np.zeros(found.shape)
        refused[asked] = [refuses(*row) for row in zip(*(column[asked].tolist() for column in columns), strict=True)]
        return refused

    return function


def _checked(op: Primitive, fast: Callable[..., Any] | None) -> Callable[..., Any]:
    """``fast`` where it meets nothing that Python would refuse; else the forward itself, once for each example.

    A forward that overflows, divides by zero or leaves a domain raises, and the record says what that stands
    for. NumPy goes on with an infinity or a nan, which may turn into something else.
    """
    base = op.base or op

    def each(*inputs: Any) -> Any:
        columns = np.broadcast_arrays(*inputs)
        rows = zip(*(column.ravel().tolist() for column in columns), strict=True)
        return np.array([apply_ieee(base, row) for row in rows]).reshape(columns[0].shape)

    if fast is None:
        return each

    def function(*inputs: Any) -> Any:
        try:
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                return fast(*inputs)
        except FloatingPointError:
            return each(*inputs)

    return function
