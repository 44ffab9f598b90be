"""Operations that a backend does not compute itself, written out in others: ``fsum``, ``dot``, ``softmax`` ...

An exactly rounded sum has no instruction in vector code, nor has a function of any number of inputs. The record of
such an operation has an *expansion*, the same value up to rounding through other operations. It is recorded once,
like any function, and takes the operation's place on the tape, with its sums of products fused.

As a pass it takes any tape, and gives one of single assignment: each number of an expansion has a slot of its own, at
every place where it is written out. It equals the tape that it came from up to rounding, and bit for bit where no
operation has an expansion.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from autograd.errors import RecordingError
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.optimise import fuse_dots, optimise, rewire, separate_slots
from autograd.replay.recorder import run_recorded, tape_of
from autograd.replay.tape import Tape
from autograd.value import Constant, Value

__all__ = ["expanded"]


def expanded(tape: Tape) -> Tape:
    """``tape`` with the expansion of every operation that has one; nothing else changes if none has.

    >>> from autograd import Value, mean, record
    >>> x, y = Value(1.0), Value(3.0)
    >>> print(expanded(record(mean([x, y]), [x, y])))
    Tape: 2 input(s), 0 live leaf(s), 1 instruction(s), 0 guard(s), 1 output(s)
      %0 = input
      %1 = input
      %2 = 0.5
      %3 = fused_dot(%0, %2, %1, %2)
      return %3
    """
    tape = separate_slots(tape)
    if not any(op.expansion for op in tape.ops):
        return tape
    return _Writer(tape).written()


@functools.lru_cache(maxsize=1024)
def _part(op: Primitive, n: int) -> Tape:
    """The expansion of ``op`` on ``n`` inputs, as a tape of one output and of single assignment."""
    inputs = [Value(0.5) for _ in range(n)]
    try:
        result, comparisons = run_recorded(lambda: op.expansion(*inputs, *op.constants))  # type: ignore[misc]  # it has one
        if comparisons:
            raise RecordingError(
                f"the expansion of the operation {op.name!r} compares its inputs, at {comparisons[0].site}, and would "
                f"be right for some of them only: choose with where(), step() or maximum()"
            )
        root = result if isinstance(result, Value) else Constant(result)
        return fuse_dots(optimise(expanded(tape_of([root], inputs).tape)))
    except RecursionError:
        raise RecordingError(f"the expansion of the operation {op.name!r} leads back to that operation") from None


class _Writer:
    """Writes a tape of single assignment anew. The slots of new results follow those of the tape.

    Until the number of those is known, slot ~k stands for the k-th new constant.
    """

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._numbers: list[float] = []
        self._ops: dict[Primitive, int] = {}
        self._code: list[int] = []
        self._args: list[list[int]] = []
        self._dest: list[int] = []
        self._labels: list[str] = []
        self._n_slots = tape.n_slots

    def written(self) -> Tape:
        """The tape."""
        tape = self._tape
        done = [0]
        for op, args, dest, label in tape.instructions():
            if op.expansion:
                self._inline(_part(op, len(args)), args, dest, label)
            else:
                self._append(op, args, dest, label)
            done.append(len(self._code))
        read = np.array(list(chain.from_iterable(self._args)), dtype=np.int64)
        raw = replace(
            tape,
            ops=tuple(self._ops),
            code=np.array(self._code),
            start=np.cumsum([0, *map(len, self._args)]),
            args=np.where(read < 0, self._n_slots + ~read, read),
            dest=np.array(self._dest),
            n_slots=self._n_slots,
            guards=tuple(guard._replace(at=done[guard.at]) for guard in tape.guards),
            labels=(*tape.labels[: tape.n_before], *self._labels),
        )
        return rewire(raw, np.arange(self._n_slots), np.ones(len(raw), dtype=bool), self._numbers)

    def _inline(self, part: Tape, args: tuple[int, ...], dest: int, label: str) -> None:
        """The instructions of ``part``; the one that gives its output writes to ``dest``, the others to new slots."""
        first = len(self._numbers)
        self._numbers += part.constants.tolist()
        place = [*args, *(~number for number in range(first, len(self._numbers)))]
        place += range(self._n_slots, self._n_slots + part.n_slots - part.n_before)
        self._n_slots += part.n_slots - part.n_before
        (output,) = part.outputs.tolist()
        if output < part.n_before:
            self._append(PRIMITIVES["identity"], [place[output]], dest, label)
        else:
            place[output] = dest
        for step in part.instructions():
            named = label if step.dest == output else step.label
            self._append(step.op, [place[arg] for arg in step.args], place[step.dest], named)

    def _append(self, op: Primitive, args: Sequence[int], dest: int, label: str) -> None:
        self._code.append(self._ops.setdefault(op, len(self._ops)))
        self._args.append(list(args))
        self._dest.append(dest)
        self._labels.append(label)
