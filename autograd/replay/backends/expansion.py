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
from dataclasses import replace

import numpy as np

from autograd.errors import RecordingError
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.optimise import fuse_dots, optimise, rewire, separate_slots
from autograd.replay.recorder import run_recorded, tape_of
from autograd.replay.tape import FUSED_DOT, Indices, Tape
from autograd.value import Constant, Value

__all__ = ["expanded"]


def expanded(tape: Tape, *, sums_alone: bool = False, folds: bool = True) -> Tape:
    """``tape`` with the expansion of every operation that has one; nothing else changes if none has.

    With ``sums_alone``, of those whose expansion is one sum of products: its derivative is that of the operation, too.
    Without ``folds``, those stay that fold an operation of two inputs.

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
    if not any(op.expansion and (folds or not op.folds) for op in tape.ops):
        return tape
    return _Writer(tape, sums_alone=sums_alone, folds=folds).written()


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
    """Writes a tape of single assignment anew, piece by piece. The slots of new results follow those of the tape.

    Until the number of those is known, slot ~k stands for the k-th new constant.
    """

    def __init__(self, tape: Tape, *, sums_alone: bool, folds: bool) -> None:
        self._tape = tape
        self._sums_alone, self._folds = sums_alone, folds
        self._numbers: list[float] = []
        self._ops: dict[Primitive, int] = {}
        self._code: list[Indices] = [np.empty(0, np.int32)]
        self._read: list[Indices] = [np.empty(0, np.int32)]
        self._counts: list[Indices] = [np.empty(0, np.int32)]
        self._dest: list[Indices] = [np.empty(0, np.int32)]
        self._labels: list[str] = []
        self._n_slots = tape.n_slots

    def written(self) -> Tape:
        """The tape."""
        tape = self._tape
        expands = np.array([op.expansion is not None and (self._folds or not op.folds) for op in tape.ops])
        lengths = np.ones(len(tape), np.int64)
        copied = 0
        for at in filter(self._is_written_out, np.flatnonzero(expands[tape.code]).tolist()):
            self._append(tape, slice(copied, at))
            before = len(self._labels)
            args = tape.args[tape.start[at] : tape.start[at + 1]].tolist()
            label = tape.labels[tape.n_before + at]
            self._inline(_part(tape.ops[tape.code[at]], len(args)), args, int(tape.dest[at]), label)
            lengths[at] = len(self._labels) - before
            copied = at + 1
        self._append(tape, slice(copied, len(tape)))
        done = np.concatenate([[0], np.cumsum(lengths)]).tolist()
        read = np.concatenate(self._read)
        raw = replace(
            tape,
            ops=tuple(self._ops),
            code=np.concatenate(self._code),
            start=np.concatenate([[0], np.cumsum(np.concatenate(self._counts))]),
            args=np.where(read < 0, self._n_slots + ~read, read),
            dest=np.concatenate(self._dest),
            n_slots=self._n_slots,
            guards=tuple(guard._replace(at=done[guard.at]) for guard in tape.guards),
            labels=(*tape.labels[: tape.n_before], *self._labels),
        )
        return rewire(raw, np.arange(self._n_slots), np.ones(len(raw), dtype=bool), self._numbers)

    def _is_written_out(self, at: int) -> bool:
        tape = self._tape
        count = int(tape.start[at + 1] - tape.start[at])
        return not self._sums_alone or _part(tape.ops[tape.code[at]], count).ops == (FUSED_DOT,)

    def _inline(self, part: Tape, args: list[int], dest: int, label: str) -> None:
        """The instructions of ``part``; the one that gives its output writes to ``dest``, the others to new slots."""
        first = len(self._numbers)
        self._numbers += part.constants.tolist()
        place = [*args, *(~number for number in range(first, len(self._numbers)))]
        place += range(self._n_slots, self._n_slots + part.n_slots - part.n_before)
        self._n_slots += part.n_slots - part.n_before
        (output,) = part.outputs.tolist()
        if output < part.n_before:
            part, place, output = _IDENTITY, [place[output], dest], 1
        else:
            place[output] = dest
        self._append(part, slice(0, len(part)), np.array(place, np.int32))
        self._labels[len(self._labels) - len(part) + part.dest.tolist().index(output)] = label

    def _append(self, tape: Tape, part: slice, place: Indices | None = None) -> None:
        """A part of the instructions of ``tape``; where its slots are others here, ``place`` says which."""
        args, dest = tape.args[tape.start[part.start] : tape.start[part.stop]], tape.dest[part]
        used, code = np.unique(tape.code[part], return_inverse=True)
        ours = [self._ops.setdefault(tape.ops[op], len(self._ops)) for op in used.tolist()]
        self._code.append(np.array(ours, np.int32)[code])
        self._counts.append(np.diff(tape.start[part.start : part.stop + 1]))
        self._read.append(args if place is None else place[args])
        self._dest.append(dest if place is None else place[dest])
        self._labels += tape.labels[tape.n_before :][part]


_ZERO, _ONE = np.zeros(1, np.int32), np.ones(1, np.int32)
_IDENTITY = Tape(
    ops=(PRIMITIVES["identity"],), code=_ZERO, start=np.append(_ZERO, _ONE), args=_ZERO, dest=_ONE,
    constants=np.empty(0), outputs=_ONE, n_inputs=1, n_slots=2,
)  # fmt: skip
"""The expansion of an operation that gives back one of its inputs, or a constant."""
