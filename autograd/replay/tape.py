"""A tape: a recorded computation as flat arrays of numbers; data only, with a verifier and a small interpreter.

Every number of the computation lives in a *slot*. Slots are numbered in this order::

    inputs | live leaves | constants | temporaries

An instruction applies one primitive to the numbers in some slots and puts the result in the slot of a temporary.
:meth:`Tape.run` is the meaning of a tape; every backend must give what it gives.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autograd.errors import GuardError, TapeError
from autograd.operators import RELATIONS
from autograd.primitives import Primitive, as_float

__all__ = ["FUSED_DOT", "RELATIONS", "Floats", "Guard", "Indices", "Instruction", "Tape", "apply_ieee", "distinct"]

Indices = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


def _sum_of_products(*factors: float) -> float:
    total = factors[0] * factors[1]
    for i in range(2, len(factors), 2):
        total += factors[i] * factors[i + 1]
    return total


FUSED_DOT = Primitive(name="fused_dot", forward=_sum_of_products, partials=lambda *args: (), arity=None)
"""x0*x1 + x2*x3 + ..., added from the left: what a chain of additions is fused to. Exists on tapes alone."""


class Guard(NamedTuple):
    """A comparison that the recorded function made: the tape is only right where it comes out the same."""

    relation: str
    left: int
    """The slot of the left operand."""
    right: int
    outcome: bool
    at: int
    """How many instructions run before it."""
    site: str
    """The line that compared."""

    def holds(self, slots: Sequence[Any] | Mapping[int, Any]) -> bool:
        """Whether the comparison comes out as recorded on the numbers in ``slots``."""
        return bool(RELATIONS[self.relation](slots[self.left], slots[self.right])) is self.outcome


class Instruction(NamedTuple):
    """One operation of a tape, as :meth:`Tape.instructions` unpacks it."""

    op: Primitive
    args: tuple[int, ...]
    dest: int
    label: str


def apply_ieee(op: Primitive, inputs: Sequence[float]) -> float:
    """The value of ``op``; outside its domain what IEEE 754 gives, as every replay does."""
    try:
        value = op.forward(*inputs)
    except (ArithmeticError, ValueError) as error:
        value = op.ieee_value(error, tuple(inputs))
    return value if type(value) is float else as_float(value, f"the result of {op.name}")


def distinct(numbers: Sequence[float]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """The different ones among ``numbers``, told apart by their bits, and for each number which of them it is."""
    bits, which = np.unique(np.array(numbers, dtype=np.float64).view(np.int64), return_inverse=True)
    return bits.view(np.float64), which.reshape(-1)


def _frozen(array: Any, dtype: Any) -> npt.NDArray[Any]:
    frozen = np.array(array, dtype=dtype).reshape(-1)
    frozen.setflags(write=False)
    return frozen


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Tape:
    """A recorded computation. Immutable; :meth:`verify` accepts it before anything runs it.

    Attributes:
        ops: the operations used, captured ones included.
        code: for each instruction the index of its operation in ``ops``.
        start: one more than instructions: the arguments of instruction i are ``args[start[i]:start[i + 1]]``.
        args: the slots that are read.
        dest: for each instruction the slot of its result: a temporary, and none of its own arguments. Several
            instructions may share one, if the earlier result is not needed any more.
        constants: the numbers in the slots of constants.
        outputs: the slots of the results.
        guards: the comparisons that must come out as recorded, in the order in which they were made.
        n_inputs: how many slots hold inputs.
        n_leaves: how many slots hold live leaves, whose present value is read at each call.
        n_slots: how many slots there are altogether.
        labels: a name, or "", for each input, leaf and constant, then for the result of each instruction.

    >>> from autograd import Value, record
    >>> x = Value(2.0, "x")
    >>> print(record((x * x + 1.0).named("y"), [x]))
    Tape: 1 input(s), 0 live leaf(s), 2 instruction(s), 0 guard(s), 1 output(s)
      %0 = input    # x
      %1 = 1.0
      %2 = mul(%0, %0)
      %3 = add(%2, %1)    # y
      return %3
    """

    ops: tuple[Primitive, ...]
    code: Indices
    start: Indices
    args: Indices
    dest: Indices
    constants: Floats
    outputs: Indices
    n_inputs: int
    n_slots: int
    n_leaves: int = 0
    guards: tuple[Guard, ...] = ()
    labels: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for name in ("code", "start", "args", "dest", "outputs"):
            object.__setattr__(self, name, _frozen(getattr(self, name), np.int32))
        object.__setattr__(self, "constants", _frozen(self.constants, np.float64))
        if not self.labels:
            object.__setattr__(self, "labels", ("",) * (self.n_before + len(self)))

    def __len__(self) -> int:
        """How many instructions there are."""
        return len(self.code)

    @property
    def n_before(self) -> int:
        """How many slots are filled before the first instruction: inputs, leaves and constants."""
        return self.n_inputs + self.n_leaves + len(self.constants)

    def instructions(self) -> Iterator[Instruction]:
        """The instructions in order, unpacked into Python numbers."""
        start, args = self.start.tolist(), self.args.tolist()
        labels = self.labels[self.n_before :]
        for i, (code, dest) in enumerate(zip(self.code.tolist(), self.dest.tolist(), strict=True)):
            yield Instruction(self.ops[code], tuple(args[start[i] : start[i + 1]]), dest, labels[i])

    def steps(self) -> Iterator[Instruction | Guard]:
        """The instructions in order, and each guard where it is due."""
        waiting = deque(self.guards)
        for done, instruction in enumerate([*self.instructions(), None]):
            while waiting and waiting[0].at <= done:
                yield waiting.popleft()
            if instruction:
                yield instruction

    @property
    def single_assignment(self) -> bool:
        """Whether each slot is written once, so that a slot stands for one number throughout."""
        return bool(np.all(np.bincount(self.dest) <= 1))

    @property
    def compared(self) -> list[int]:
        """The slots that the guards compare: the left and the right of each, in turn."""
        return [slot for guard in self.guards for slot in (guard.left, guard.right)]

    def returning(self, outputs: Sequence[int]) -> Tape:
        """The tape without guards whose outputs are the slots ``outputs``."""
        return replace(self, outputs=np.array(outputs, dtype=np.int32), guards=())

    def run(self, inputs: Sequence[float], leaves: Sequence[float] = ()) -> list[float]:
        """The outputs for ``inputs``, by the plainest interpreter: what every backend is held to.

        Raises:
            ValueError: the wrong number of inputs or leaves.
            GuardError: a comparison comes out differently than recorded.
        """
        if (len(inputs), len(leaves)) != (self.n_inputs, self.n_leaves):
            raise ValueError(
                f"this tape takes {self.n_inputs} input(s) and {self.n_leaves} leaf value(s), "
                f"not {len(inputs)} and {len(leaves)}"
            )
        slots = [*map(float, inputs), *map(float, leaves), *self.constants.tolist()]
        slots += [0.0] * (self.n_slots - len(slots))
        for step in self.steps():
            if isinstance(step, Instruction):
                slots[step.dest] = apply_ieee(step.op, [slots[arg] for arg in step.args])
            elif not step.holds(slots):
                raise GuardError(
                    f"the comparison {slots[step.left]!r} {step.relation} {slots[step.right]!r} was recorded as "
                    f"{step.outcome} and is now {not step.outcome}, at {step.site or 'an unknown line'}: "
                    f"this tape is of the other branch"
                )
        return [slots[output] for output in self.outputs.tolist()]

    def verify(self) -> Tape:
        """This tape, if every index is in bounds and every slot is filled before it is read.

        Raises:
            TapeError: it is damaged; the message says where.
        """
        _verify_sizes(self)
        _verify_slots(self)
        return self

    def __repr__(self) -> str:
        return (
            f"<Tape: {self.n_inputs} input(s), {self.n_leaves} live leaf(s), {len(self)} instruction(s), "
            f"{len(self.guards)} guard(s), {len(self.outputs)} output(s)>"
        )

    def __str__(self) -> str:
        lines = list(_listing(self))
        if len(lines) > 2 * _SHOWN:
            lines[_SHOWN:-_SHOWN] = [f"  ... {len(lines) - 2 * _SHOWN} more lines ..."]
        return "\n".join(line if len(line) <= _WIDTH else line[: _WIDTH - 3] + "..." for line in lines)


# --- the verifier -----------------------------------------------------------------------------------------


def _require(condition: Any, fault: str) -> None:
    if not condition:
        raise TapeError(f"damaged tape: {fault}. Record it again.")


def _verify_sizes(tape: Tape) -> None:
    n = len(tape.code)
    _require(len(tape.dest) == n, f"{n} operation codes but {len(tape.dest)} destinations")
    _require(len(tape.start) == n + 1, f"{n} instructions need {n + 1} argument offsets, there are {len(tape.start)}")
    _require(tape.n_inputs >= 0 and tape.n_leaves >= 0, "a negative number of inputs or leaves")
    _require(
        tape.n_before <= tape.n_slots <= tape.n_before + n,
        f"{tape.n_slots} slots for {tape.n_before} inputs, leaves and constants and {n} instructions",
    )
    _require(len(tape.labels) == tape.n_before + n, "not one label for each input, leaf, constant and instruction")
    offsets = tape.start
    _require(offsets[0] == 0 and offsets[-1] == len(tape.args), "the argument offsets do not span the arguments")
    _require(np.all(np.diff(offsets) >= 0), "the argument offsets go backwards")
    _require(np.all((tape.code >= 0) & (tape.code < len(tape.ops))), "an operation code out of bounds")
    arity = np.array([-1 if op.arity is None else op.arity for op in tape.ops], dtype=np.int64)
    if n:
        wrong = np.flatnonzero((arity[tape.code] >= 0) & (arity[tape.code] != np.diff(offsets)))
        _require(not len(wrong), f"the wrong number of arguments at instruction {wrong[:1].tolist()}")
    if n:
        variadic = np.flatnonzero((arity[tape.code] < 0) & (np.diff(offsets) == 0))
        _require(not len(variadic), f"no arguments at instruction {variadic[:1].tolist()}")
        odd = [op is FUSED_DOT for op in tape.ops]
        pairs = np.diff(offsets)[np.array(odd, dtype=bool)[tape.code]]
        _require(np.all(pairs % 2 == 0), "a sum of products with a factor too many")


def _verify_slots(tape: Tape) -> None:
    n = len(tape)
    for name, slots in (("argument", tape.args), ("destination", tape.dest), ("output", tape.outputs)):
        _require(np.all((slots >= 0) & (slots < tape.n_slots)), f"an {name} slot out of bounds")
    _require(np.all(tape.dest >= tape.n_before), "an instruction that overwrites an input, leaf or constant")
    # filled[s]: how many instructions have run when slot s is first filled.
    filled = np.full(tape.n_slots, n + 1, dtype=np.int64)
    filled[: tape.n_before] = 0
    filled[tape.dest[::-1]] = np.arange(n, 0, -1)
    reader = np.repeat(np.arange(n), np.diff(tape.start))
    early = np.flatnonzero(filled[tape.args] > reader)
    _require(not len(early), f"instruction {reader[early[:1]].tolist()} reads a slot before it is filled")
    _require(not np.any(tape.args == tape.dest[reader]), "an instruction that writes to a slot it reads")
    _require(np.all(filled[tape.outputs] <= n), "an output that is never filled")
    previous = 0
    for guard in tape.guards:
        _require(guard.relation in RELATIONS, f"an unknown comparison {guard.relation!r}")
        _require(previous <= guard.at <= n, "guards out of order")
        previous = guard.at
        for slot in (guard.left, guard.right):
            _require(0 <= slot < tape.n_slots and filled[slot] <= guard.at, "a guard on a slot that is not filled")


# --- the listing ------------------------------------------------------------------------------------------


_SHOWN, _WIDTH = 100, 240
"""How many lines a listing shows at either end of a long tape, and how much of a long line."""


def _listing(tape: Tape) -> Iterator[str]:
    """The lines of ``str(tape)``: one for each slot filled beforehand, instruction, guard and output."""
    yield repr(tape)[1:-1]
    kinds = ["input"] * tape.n_inputs + ["leaf"] * tape.n_leaves
    for slot, kind in enumerate(kinds):
        yield f"  %{slot} = {kind}{_comment(tape.labels[slot])}"
    for index, constant in enumerate(tape.constants.tolist()):
        slot = len(kinds) + index
        yield f"  %{slot} = {constant!r}{_comment(tape.labels[slot])}"
    for step in tape.steps():
        if isinstance(step, Instruction):
            written = [*(f"%{arg}" for arg in step.args), *map(repr, step.op.constants)]
            yield f"  %{step.dest} = {step.op.name}({', '.join(written)}){_comment(step.label)}"
        else:
            site = f"    # {step.site}" if step.site else ""
            yield f"  guard %{step.left} {step.relation} %{step.right} is {step.outcome}{site}"
    yield f"  return {', '.join(f'%{slot}' for slot in tape.outputs.tolist())}"


def _comment(label: str) -> str:
    shown = label if label.isprintable() else ascii(label)
    return f"    # {shown if len(shown) <= 60 else shown[:57] + '...'}" if label else ""
