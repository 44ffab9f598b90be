"""The ends of every pass: it takes a tape of single assignment; it numbers the slots anew.

In a tape of *single assignment* each slot is written once, so that a slot stands for one number throughout. Passes
reason about slots as about numbers, and would compute another function of a tape in which a slot is written again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from autograd.errors import TapeError
from autograd.replay.tape import Guard, Tape

__all__ = ["distinct", "last_uses", "of_single_assignment", "rewired", "separated", "use_counts"]

Pass = Callable[[Tape], Tape]


def of_single_assignment(change: Pass) -> Pass:
    """A pass that refuses a tape in which a slot is written again, rather than give a tape of something else."""

    @functools.wraps(change)
    def checked(tape: Tape) -> Tape:
        if not tape.single_assignment:
            again = int(np.flatnonzero(np.bincount(tape.dest) > 1)[0])
            raise TapeError(
                f"{change.__name__}() takes a tape in which each slot is written once, and in this one slot %{again} "
                f"is written again: give it separated(tape)"
            )
        return change(tape)

    return checked


def separated(tape: Tape) -> Tape:
    """Single assignment: the same instructions in the same order, each with a slot of its own.

    Takes any tape; one of single assignment is given back as it is.
    """
    if tape.single_assignment:
        return tape
    held = list(range(tape.n_slots))
    """For each slot of ``tape`` the new slot of the number that it holds now."""
    start, args, dest = tape.start.tolist(), tape.args.tolist(), tape.dest.tolist()
    waiting = list(reversed(tape.guards))
    guards: list[Guard] = []
    read: list[int] = []
    for i, slot in enumerate([*dest, None]):
        while waiting and waiting[-1].at <= i:
            guard = waiting.pop()
            guards.append(guard._replace(left=held[guard.left], right=held[guard.right]))
        if slot is not None:
            read += [held[arg] for arg in args[start[i] : start[i + 1]]]
            held[slot] = tape.n_before + i
    return replace(
        tape,
        args=np.array(read, np.int32),
        dest=np.arange(tape.n_before, tape.n_before + len(dest), dtype=np.int32),
        outputs=np.array([held[output] for output in tape.outputs.tolist()], np.int32),
        guards=tuple(guards),
        n_slots=tape.n_before + len(dest),
    )


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
        tape: of single assignment, but for arguments that are new constants already, by the slots ``alias`` has.
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
