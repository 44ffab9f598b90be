"""The backend in C: a tape is handed to the compiled engine, which runs it with the formulas that it has for Values.

Nothing is compiled for a tape, so the first call is as quick as the next. The bits are those of the Python backend, but
for sums of products; and guards need no kernel of their own: a run tells the first that does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from autograd.compiled import core, form_of
from autograd.primitives import Primitive
from autograd.replay.backends import Kernel
from autograd.replay.optimise import reuse_slots
from autograd.replay.recorder import Refusal
from autograd.replay.tape import FUSED_DOT, RELATIONS, Floats, Tape, apply_ieee

__all__ = ["build", "program"]

_RELATIONS = {relation: number for number, relation in enumerate(RELATIONS)}


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the contract of a backend
    """``tape`` as a program of the compiled engine; see :mod:`autograd.replay.backends`.

    Raises:
        NotImplementedError: an operation is a user's own.
    """
    run, n_outputs = program(tape, batched, summed=summed), len(tape.outputs)

    def kernel(shared: Floats, lanes: Floats) -> Floats:
        results = np.empty(n_outputs if summed else (n_outputs, lanes.shape[1]))
        run(shared, lanes, results)
        return results

    return kernel


def program(tape: Tape, batched: Sequence[bool], *, summed: bool) -> Callable[[Floats, Floats, Floats], int]:
    """``program(shared, lanes, results)`` runs ``tape`` and writes its results.

    It returns the index of the first guard that does not hold, or -1; what has guards takes one example.
    """
    tape = reuse_slots(tape)
    guards = [(_RELATIONS[guard.relation], guard.left, guard.right, guard.outcome, guard.at) for guard in tape.guards]
    words = (tape.code, tape.start, tape.args, tape.dest, tape.outputs, guards, np.flatnonzero(batched))
    return core.program(
        tuple(map(_operation, tape.ops)),
        tuple(np.array(part, np.uint32).tobytes() for part in words),
        tape.constants.tobytes(), tape.n_inputs + tape.n_leaves, tape.n_slots, summed, apply_ieee,
    )  # fmt: skip


def _operation(op: Primitive) -> tuple[Primitive, int, tuple[float, ...]]:
    """``op``, its row in the table of the engine, and what it captures; without a row the record is asked."""
    if op is FUSED_DOT:
        return op, core.SUM_OF_PRODUCTS, ()
    form = None if isinstance(op, Refusal) else form_of(op)
    if form is None and not isinstance(op, Refusal):
        raise NotImplementedError(f"the operation {op.name!r} is not in the table of the compiled engine")
    row, _, _, constants = form or (-1, False, False, ())
    return op, row, constants
