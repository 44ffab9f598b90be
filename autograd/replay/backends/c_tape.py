"""The backend in C: a tape is handed to the compiled engine, which runs it with the formulas that it has for Values.

Nothing is compiled for a tape, so the first call is as quick as the next. The bits are those of the Python backend, but
for sums of products; and guards need no kernel of their own: a run tells the first that does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from autograd.compiled import core
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.backends import Kernel
from autograd.replay.optimise import reuse_slots, separate_slots
from autograd.replay.tape import FUSED_DOT, RELATIONS, Floats, Tape, apply_ieee

__all__ = ["build", "program"]

_RELATIONS = {relation: number for number, relation in enumerate(RELATIONS)}
_ASKED = -1
_ROWS = {name: row for row, (name, *_) in enumerate(core.rows())} if core else {}
"""A row of each operation's name: all have the same value."""


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the contract of a backend
    """``tape`` as a program of the compiled engine; see :mod:`autograd.replay.backends`.

    Raises:
        NotImplementedError: the compiled engine does not run.
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
    tape = reuse_slots(separate_slots(tape))
    operations = [*map(_operation, tape.ops)]
    guards = [(_RELATIONS[guard.relation], guard.left, guard.right, guard.outcome, guard.at) for guard in tape.guards]
    words = (tape.code, tape.start, tape.args, tape.dest, tape.outputs, guards, np.flatnonzero(batched))
    run: Callable[[Floats, Floats, Floats], int] = core.program(
        tuple(operations), tuple(np.array(part, np.uint32).tobytes() for part in words), tape.constants.tobytes(),
        tape.n_inputs + tape.n_leaves, tape.n_slots, summed, apply_ieee,
    )  # fmt: skip
    return run


def _operation(op: Primitive) -> tuple[Primitive, int, tuple[float, ...]]:
    """``op``, its row in the table of the engine, and what it captures; without a row the record is asked."""
    if op is FUSED_DOT:
        return op, core.SUM_OF_PRODUCTS, ()
    base = op.base or op
    is_ours = base.builtin and PRIMITIVES.get(base.name) is base and (op is base or base.capture(*op.constants) is op)
    return op, _ROWS.get(base.name, _ASKED) if is_ours else _ASKED, op.constants
