"""What every pass does at its end: read other slots, leave instructions out, number the slots anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from autograd.replay.tape import Guard, Tape

__all__ = ["distinct", "last_uses", "rewired", "use_counts"]


def distinct(numbers: Sequence[float]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """The different ones among ``numbers``, told apart by their bits, and for each number which of them it is."""
    bits, which = np.unique(np.array(numbers, dtype=np.float64).view(np.int64), return_inverse=True)
    return bits.view(np.float64), which.reshape(-1)


def readers(tape: Tape) -> npt.NDArray[np.intp]:
    """For each argument on the tape the instruction that reads it."""
    return np.repeat(np.arange(len(tape)), np.diff(tape.start))


def use_counts(tape: Tape) -> npt.NDArray[np.intp]:
    """How often each slot is read, by instructions, outputs and guards."""
    read = np.concatenate([tape.args, tape.outputs, np.array(tape.compared, np.int32)])
    return np.bincount(read, minlength=tape.n_slots)


def last_uses(tape: Tape) -> list[int]:
    """For each slot the last instruction that must find it intact; of an output, one past the end."""
    last = np.full(tape.n_slots, -1, dtype=np.int64)
    last[tape.dest] = np.arange(len(tape))
    np.maximum.at(last, tape.args, readers(tape))
    for guard in tape.guards:
        for slot in (guard.left, guard.right):
            last[slot] = max(last[slot], guard.at - 1)
    last[tape.outputs] = len(tape)
    uses: list[int] = last.tolist()
    return uses


def rewired(tape: Tape, alias: npt.NDArray[np.integer], keep: npt.NDArray[np.bool_], added: Sequence[float]) -> Tape:
    """``tape`` with other operands, and without some instructions and the constants that are not used any more.

    Args:
        tape: each instruction has a slot of its own.
        alias: for each slot the one to read instead, itself as a rule; ``n_slots + k`` is the constant ``added[k]``.
        keep: which instructions stay.
        added: new constants.
    """
    first, n_before = tape.n_inputs + tape.n_leaves, tape.n_before
    alias = np.concatenate([alias, tape.n_slots + np.arange(len(added))])
    args = alias[tape.args[keep[readers(tape)]]]
    outputs = alias[tape.outputs]
    compared = alias[np.array(tape.compared, np.intp)]

    used = np.zeros(len(alias), dtype=bool)
    used[args] = used[outputs] = used[compared] = True
    held = np.concatenate([np.arange(first, n_before), tape.n_slots + np.arange(len(added))])
    held = held[used[held]]
    numbers = np.concatenate([tape.constants, np.full(tape.n_slots - n_before, np.nan), np.array(added, np.float64)])
    constants, which = distinct(numbers[held - first])
    start_of_results = first + len(constants)

    slot = np.full(len(alias), -1, dtype=np.int64)
    slot[:first] = np.arange(first)
    slot[held] = first + which
    slot[tape.dest[keep]] = start_of_results + np.arange(np.count_nonzero(keep))
    kept_before = np.concatenate([[0], np.cumsum(keep)])
    labels = np.array(tape.labels, dtype=object)
    return replace(
        tape,
        code=tape.code[keep],
        start=np.concatenate([[0], np.cumsum(np.diff(tape.start)[keep])]),
        args=slot[args],
        dest=slot[tape.dest[keep]].astype(np.int32),
        constants=constants,
        outputs=slot[outputs],
        n_slots=start_of_results + int(np.count_nonzero(keep)),
        guards=tuple(
            Guard(guard.relation, left, right, guard.outcome, at, guard.site)
            for guard, (left, right), at in zip(
                tape.guards,
                slot[compared].reshape(-1, 2).tolist(),
                kept_before[np.array([guard.at for guard in tape.guards], np.intp)].tolist(),
                strict=True,
            )
        ),
        labels=(*labels[:first].tolist(), *[""] * len(constants), *labels[n_before:][keep].tolist()),
    )
