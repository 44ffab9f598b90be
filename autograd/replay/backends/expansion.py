"""Operations that a backend does not compute itself, written out in others: ``fsum``, ``dot``, ``softmax`` ...

An exactly rounded sum has no instruction in vector code, nor has a function of any number of inputs. The record of
such an operation has an *expansion*, the same value up to rounding through other operations. It is recorded once,
like any function, and takes the operation's place on the tape, with its sums of products fused.
"""

from __future__ import annotations

import functools
from itertools import chain

import numpy as np

from autograd.errors import RecordingError
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.passes import compacted, exact, fused
from autograd.replay.recorder import run_recorded, tape_of
from autograd.replay.tape import Tape
from autograd.value import Constant, Value

__all__ = ["expanded"]


def expanded(tape: Tape) -> Tape:
    """``tape`` with the expansion of every operation that has one; the same tape if none has.

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
    if not any(op.expansion for op in tape.ops):
        return tape
    return _Writer(tape).written()


@functools.lru_cache(maxsize=1024)
def _part(op: Primitive, n: int) -> Tape:
    """The expansion of ``op`` on ``n`` inputs, as a tape of one output."""
    inputs = [Value(0.5) for _ in range(n)]
    try:
        result, comparisons = run_recorded(lambda: op.expansion(*inputs, *op.constants))  # type: ignore[misc]  # it has one
        if comparisons:
            raise RecordingError(
                f"the expansion of the operation {op.name!r} compares its inputs, at {comparisons[0].site}, and would "
                f"be right for some of them only: choose with where(), step() or maximum()"
            )
        root = result if isinstance(result, Value) else Constant(result)
        return compacted(fused(exact(expanded(tape_of([root], inputs).tape))))
    except RecursionError:
        raise RecordingError(f"the expansion of the operation {op.name!r} leads back to that operation") from None


class _Writer:
    """Writes the tape anew. Until the number of constants is known, slot ~k stands for the k-th new one."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._numbers: dict[tuple[float, bool], int] = {}
        self._ops: dict[Primitive, int] = {}
        self._code: list[int] = []
        self._args: list[list[int]] = []
        self._dest: list[int] = []
        self._labels: list[str] = []
        self._scratch = 0

    def written(self) -> Tape:
        """The tape."""
        tape = self._tape
        done = [0]
        for op, args, dest, label in tape.instructions():
            if op.expansion:
                self._inline(_part(op, len(args)), args, dest, label)
            else:
                self._append(op, list(args), dest, label)
            done.append(len(self._code))
        first, shift = tape.n_before, len(self._numbers)

        def moved(slots: object) -> np.ndarray:
            old = np.array(slots, dtype=np.int64)
            return np.where(old < 0, first + ~old, np.where(old >= first, old + shift, old))

        return Tape(
            ops=tuple(self._ops),
            code=np.array(self._code),
            start=np.cumsum([0, *map(len, self._args)]),
            args=moved(list(chain(*self._args))),
            dest=moved(self._dest),
            constants=np.array([*tape.constants, *(number for number, _ in self._numbers)]),
            outputs=moved(tape.outputs),
            n_inputs=tape.n_inputs,
            n_leaves=tape.n_leaves,
            n_slots=tape.n_slots + shift + self._scratch,
            guards=tuple(
                guard._replace(left=int(moved(guard.left)), right=int(moved(guard.right)), at=done[guard.at])
                for guard in tape.guards
            ),
            labels=(*tape.labels[:first], *[""] * shift, *self._labels),
        )

    def _inline(self, part: Tape, args: tuple[int, ...], dest: int, label: str) -> None:
        """The instructions of ``part``; the last one's result goes to ``dest``, the others to slots beyond all."""
        place = [*args, *map(self._constant, part.constants.tolist())]
        place += range(self._tape.n_slots, self._tape.n_slots + part.n_slots - part.n_before)
        steps = list(part.instructions())
        self._scratch = max([self._scratch, *(step.dest + 1 - part.n_before for step in steps[:-1])])
        for step in steps[:-1]:
            self._append(step.op, [place[arg] for arg in step.args], place[step.dest], step.label)
        if steps:
            self._append(steps[-1].op, [place[arg] for arg in steps[-1].args], dest, label)
        else:
            self._append(PRIMITIVES["identity"], [place[int(part.outputs[0])]], dest, label)

    def _append(self, op: Primitive, args: list[int], dest: int, label: str) -> None:
        self._code.append(self._ops.setdefault(op, len(self._ops)))
        self._args.append(args)
        self._dest.append(dest)
        self._labels.append(label)

    def _constant(self, number: float) -> int:
        return ~self._numbers.setdefault((number, bool(np.signbit(number))), len(self._numbers))
