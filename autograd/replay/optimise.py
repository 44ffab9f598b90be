"""The passes of the optimiser: each takes a tape to another that computes the same, with fewer instructions or slots.

Those of :func:`optimise` change no bit of any output. :func:`fuse_dots` adds in another order, and is left out where
bits count. In a tape of *single assignment* each slot is written once, so that a slot stands for one number
throughout. Passes reason about slots as about numbers, and would compute another function of a tape in which a slot is
written again: each refuses such a tape, and all but :func:`reuse_slots` give one of single assignment. So the reuse of
slots comes last, and whatever takes a tape that may have been through it begins with :func:`separate_slots`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from autograd.errors import TapeError
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.tape import FUSED_DOT, Guard, Tape, apply_ieee, distinct

__all__ = [
    "constants_as_arguments", "eliminate_common_subexpressions", "eliminate_dead_code", "fold_constants",
    "fuse_dots", "optimise", "reuse_slots", "rewire", "separate_slots", "simplify_algebra",
]  # fmt: skip

Pass = Callable[[Tape], Tape]


def takes_single_assignment(change: Pass) -> Pass:
    """A pass that refuses a tape in which a slot is written again, rather than give a tape of something else."""

    @functools.wraps(change)
    def checked(tape: Tape) -> Tape:
        if not tape.single_assignment:
            again = int(np.flatnonzero(np.bincount(tape.dest) > 1)[0])
            raise TapeError(
                f"{change.__name__}() takes a tape in which each slot is written once, and in this one slot %{again} "
                f"is written again: give it separate_slots(tape)"
            )
        return change(tape)

    return checked


def separate_slots(tape: Tape) -> Tape:
    """Single assignment: the same instructions in the same order, each with a slot of its own.

    Takes any tape; one of single assignment is given back as it is.
    """
    if tape.single_assignment:
        return tape
    held = list(range(tape.n_slots))
    """For each slot of ``tape`` the new slot of the number that it holds now."""
    guards: list[Guard] = []
    read: list[int] = []
    fresh = range(tape.n_before, tape.n_before + len(tape))
    unused = iter(fresh)
    for step in tape.steps():
        if isinstance(step, Guard):
            guards.append(step._replace(left=held[step.left], right=held[step.right]))
        else:
            read += [held[arg] for arg in step.args]
            held[step.dest] = next(unused)
    return replace(
        tape,
        args=np.array(read, np.int32),
        dest=np.array(fresh, np.int32),
        outputs=np.array([held[output] for output in tape.outputs.tolist()], np.int32),
        guards=tuple(guards),
        n_slots=fresh.stop,
    )


def readers(tape: Tape) -> npt.NDArray[np.intp]:
    """For each argument on the tape the instruction that reads it."""
    return np.repeat(np.arange(len(tape)), np.diff(tape.start))


def use_counts(tape: Tape) -> npt.NDArray[np.intp]:
    """How often each slot is read, by instructions, outputs and guards."""
    read = np.concatenate([tape.args, tape.outputs, np.array(tape.compared, np.int32)])
    return np.bincount(read, minlength=tape.n_slots)


def rewire(tape: Tape, alias: npt.NDArray[np.integer], keep: npt.NDArray[np.bool_], added: Sequence[float]) -> Tape:
    """``tape`` with other operands, and without some instructions and the constants and operations that served them.

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
    in_use, code = np.unique(tape.code[keep], return_inverse=True)
    labels = np.array(tape.labels, dtype=object)
    return replace(
        tape,
        ops=tuple(tape.ops[op] for op in in_use.tolist()),
        code=code.astype(np.int32),
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


# --- constants --------------------------------------------------------------------------------------------


def optimise(tape: Tape) -> Tape:
    """``tape`` after all passes that change no bit; any tape, since its slots are separated first."""
    return eliminate_dead_code(eliminate_common_subexpressions(simplify_algebra(fold_constants(separate_slots(tape)))))


@takes_single_assignment
def fold_constants(tape: Tape) -> Tape:
    """Constant folding: instructions on constants alone are done now, and guards on them that hold are dropped."""
    first_constant = tape.n_inputs + tape.n_leaves
    known = dict(enumerate(tape.constants.tolist(), first_constant))
    added: list[float] = []
    alias = np.arange(tape.n_slots)
    keep = np.ones(len(tape), dtype=bool)
    varies = (tape.args < first_constant) | (tape.args >= tape.n_before)
    foldable = np.bincount(readers(tape)[varies], minlength=len(tape)) == 0
    first = int(np.argmax(np.append(foldable, True)))  # nearly always past the end: then there is no loop
    start, args, code, dest = tape.start.tolist(), tape.args.tolist(), tape.code.tolist(), tape.dest.tolist()
    for i in range(first, len(tape)):
        operands = args[start[i] : start[i + 1]]
        if all(map(known.__contains__, operands)):
            number = known[dest[i]] = apply_ieee(tape.ops[code[i]], [known[operand] for operand in operands])
            alias[dest[i]] = tape.n_slots + len(added)
            added.append(number)
            keep[i] = False
    guards = tuple(
        guard for guard in tape.guards if not (known.keys() >= {guard.left, guard.right} and guard.holds(known))
    )
    if not added and len(guards) == len(tape.guards):
        return tape
    return rewire(replace(tape, guards=guards), alias, keep, added)


# --- algebra ----------------------------------------------------------------------------------------------


_NEUTRAL = {
    "add": (-0.0, -0.0),
    "sub": (math.nan, 0.0),
    "mul": (1.0, 1.0),
    "div": (math.nan, 1.0),
    "pow": (math.nan, 1.0),
}
"""The left and the right operand with which an operation gives the other one; nan where there is none."""


@takes_single_assignment
def simplify_algebra(tape: Tape) -> Tape:
    """Algebra that is exact in IEEE arithmetic: x·1, x/1, x - 0, x + (-0), x**1, -(-x), a where of known condition.

    Not x + 0, which is not x where x is -0.0, and not x·0, which is not 0 where x is infinite or nan.
    """
    first = tape.n_inputs + tape.n_leaves
    constant = dict(enumerate(tape.constants.tolist(), first))
    names = [(op.base or op).name if op.builtin else "" for op in tape.ops]
    ruled = np.array([name in ("identity", "neg", "where", *_NEUTRAL) for name in names], dtype=bool)
    alone = [name in ("identity", "neg") or bool(op.constants) for name, op in zip(names, tape.ops, strict=True)]
    may_apply = np.array(alone, dtype=bool)[tape.code]  # and where a constant is read: few, found without a loop
    may_apply[readers(tape)[(tape.args >= first) & (tape.args < tape.n_before)]] = True
    keep = np.ones(len(tape), dtype=bool)
    moved: dict[int, int] = {}
    negated: dict[int, int] = {}
    for i in np.flatnonzero(may_apply & ruled[tape.code]).tolist():
        code, dest = tape.code[i], int(tape.dest[i])
        operands = [moved.get(arg, arg) for arg in tape.args[tape.start[i] : tape.start[i + 1]].tolist()]
        same: int | None = None
        if names[code] == "identity":
            same = operands[0]
        elif names[code] == "neg":
            same = negated.get(operands[0])
            negated[dest] = operands[0]
        elif names[code] == "where":
            if operands[0] in constant:
                same = operands[1 if constant[operands[0]] else 2]
        else:
            numbers = [*(constant.get(operand, math.nan) for operand in operands), *tape.ops[code].constants]
            place = _given_back(names[code], *numbers)
            same = None if place is None else operands[place]
        if same is not None:
            moved[dest] = same
            keep[i] = False
    if not moved:
        return tape
    alias = np.arange(tape.n_slots)
    alias[list(moved)] = list(moved.values())
    return rewire(tape, alias, keep, [])


def _given_back(name: str, left: float, right: float) -> int | None:
    """Which of its operands an operation gives back, since the other one is neutral; those not constant are nan."""
    for place, number, neutral in ((0, right, _NEUTRAL[name][1]), (1, left, _NEUTRAL[name][0])):
        if number == neutral and math.copysign(1.0, number) == math.copysign(1.0, neutral):
            return place
    return None


# --- common subexpressions, dead code ---------------------------------------------------------------------

_COMMUTATIVE = frozenset({"add", "mul"})


@takes_single_assignment
def eliminate_common_subexpressions(tape: Tape) -> Tape:
    """Common subexpressions: no number is computed twice, and no comparison made twice."""
    commutes = [op.builtin and op.name in _COMMUTATIVE for op in tape.ops]
    if not tape.guards and not _any_alike(tape, np.array([*commutes, False])):
        return tape
    start, args, code = tape.start.tolist(), tape.args.tolist(), tape.code.tolist()
    alias = list(range(tape.n_slots))
    seen: dict[Hashable, int] = {}
    keep = np.ones(len(tape), dtype=bool)
    for i, dest in enumerate(tape.dest.tolist()):
        operands = [alias[arg] for arg in args[start[i] : start[i + 1]]]
        if commutes[code[i]]:
            operands.sort()
        if len(operands) == 2:  # nearly always: one number is found in half the time of a tuple
            key: Hashable = (operands[0] * tape.n_slots + operands[1]) * len(tape.ops) + code[i]
        else:
            key = (code[i], *operands)
        same = seen.setdefault(key, dest)
        if same != dest:
            alias[dest] = same
            keep[i] = False
    made = {(g.relation, alias[g.left], alias[g.right]): g for g in reversed(tape.guards)}
    guards = tuple(
        guard for guard in tape.guards if guard is made[guard.relation, alias[guard.left], alias[guard.right]]
    )
    if keep.all() and len(guards) == len(tape.guards):
        return tape
    return rewire(replace(tape, guards=guards), np.array(alias, dtype=np.int64), keep, [])


def _any_alike(tape: Tape, commutes: npt.NDArray[np.bool_]) -> bool:
    """Whether any two instructions are the same, told without a loop over them."""
    counts = np.diff(tape.start)
    long = np.flatnonzero((counts < 1) | (counts > 2)).tolist()
    spelt = {(tape.code[i].item(), tape.args[tape.start[i] : tape.start[i + 1]].tobytes()) for i in long}
    if len(spelt) < len(long):
        return True
    for count in (1, 2):
        which = np.flatnonzero(counts == count)
        code = tape.code[which].astype(np.int64)
        x, y = tape.args[tape.start[which]].astype(np.int64), tape.args[tape.start[which] + count - 1].astype(np.int64)
        turned = commutes[code] & (x > y)
        x, y = np.where(turned, y, x), np.where(turned, x, y)
        key = np.sort((x * tape.n_slots + y) * len(tape.ops) + code)
        if np.any(key[1:] == key[:-1]):
            return True
    return False


@takes_single_assignment
def eliminate_dead_code(tape: Tape) -> Tape:
    """Dead code: an instruction stays if an output or a guard depends on it."""
    needed = use_counts(tape)[tape.dest] > 0
    if not needed.all():  # else each is read, the last one by an output: so all of them lead to one
        needed = _leading_to(tape, [*tape.outputs.tolist(), *tape.compared])[tape.dest]
    return rewire(tape, np.arange(tape.n_slots), needed, [])


def _leading_to(tape: Tape, slots: list[int]) -> npt.NDArray[np.bool_]:
    """For each slot whether one of ``slots`` depends on it, or is it."""
    wanted = [False] * tape.n_slots
    for slot in slots:
        wanted[slot] = True
    if slots:
        start, args, dest = tape.start.tolist(), tape.args.tolist(), tape.dest.tolist()
        for i in range(len(dest) - 1, -1, -1):
            if wanted[dest[i]]:
                for arg in args[start[i] : start[i + 1]]:
                    wanted[arg] = True
    return np.array(wanted, dtype=bool)


# --- sums of products -------------------------------------------------------------------------------------


@takes_single_assignment
def fuse_dots(tape: Tape) -> Tape:
    """Dot fusion: a chain of additions over products that are used once becomes one sum of products.

    The terms keep their order, so that a chain that was added from the left is added as before. What a guard depends
    on is left as it is: the last bit may decide a comparison, and then whether a square root has a result.
    """
    position = {op: index for index, op in enumerate(tape.ops)}
    add, mul, dot = (position.get(op, -1) for op in (PRIMITIVES["add"], PRIMITIVES["mul"], FUSED_DOT))
    if add < 0 or (mul < 0 and dot < 0):
        return tape
    free = ~_leading_to(tape, tape.compared)[tape.dest]
    adds = free & (tape.code == add)
    added = np.zeros(tape.n_slots, dtype=bool)
    added[tape.args[adds[readers(tape)]]] = True
    inner = free & np.isin(tape.code, [add, mul, dot]) & (added & (use_counts(tape) == 1))[tape.dest]
    written_out = np.full(tape.n_slots, -1)
    """For each slot that is used by an addition alone the sum or product that it is written out to there."""
    written_out[tape.dest[inner]] = np.flatnonzero(inner)
    within, code, start, args = written_out.tolist(), tape.code.tolist(), tape.start.tolist(), tape.args.tolist()
    one = tape.n_slots

    def factors_of(i: int) -> list[int]:
        """The factors of all products that instruction ``i`` is the sum of, two for each; any other term is times 1."""
        factors: list[int] = []
        terms = args[start[i] : start[i + 1]][::-1]
        while terms:
            slot = terms.pop()
            at = within[slot]
            if at < 0:
                factors += slot, one
            elif code[at] == add:
                terms += args[start[at] : start[at + 1]][::-1]
            else:
                factors += args[start[at] : start[at + 1]]
        return factors

    sums = {i: factors_of(i) for i in np.flatnonzero(adds & ~inner).tolist()}
    sums = {i: found for i, found in sums.items() if len(found) > 4 or any(x != one for x in found[1::2])}
    stays = np.ones(len(tape), dtype=bool)
    stays[list(sums)] = False
    old = np.diff(tape.start)
    new = old.copy()
    new[~stays] = list(map(len, sums.values()))
    read = np.empty(new.sum(), np.int64)
    read[np.repeat(stays, new)] = tape.args[np.repeat(stays, old)]
    read[np.repeat(~stays, new)] = list(chain.from_iterable(sums.values()))
    dotted = replace(
        tape,
        ops=(*tape.ops, FUSED_DOT),
        code=np.where(stays & (tape.code != dot), tape.code, len(tape.ops)),
        start=np.concatenate([[0], np.cumsum(new)]),
        args=read,
    )
    return eliminate_dead_code(rewire(dotted, np.arange(one), np.ones(len(tape), dtype=bool), [1.0]))


# --- captured constants -----------------------------------------------------------------------------------

_CORRECTLY_ROUNDED = {2.0: "square", -1.0: "reciprocal"}
"""The powers that every compiler makes one multiplication or division of, by their exponents."""


@takes_single_assignment
def constants_as_arguments(tape: Tape) -> Tape:
    """Captured constants as arguments: exponents, slopes and bounds are data, and a hundred exponents one operation.

    For a backend that compiles each operation of a tape. A square and a reciprocal become the operations of that name:
    the same number, but for the last place of what ``math.pow`` gives.
    """
    ops: dict[Primitive, int] = {}
    code: list[int] = []
    added: list[float] = []
    slots: list[list[int]] = []
    for op in tape.ops:
        base, constants = op.base, op.constants
        short = _CORRECTLY_ROUNDED.get(constants[0]) if base is PRIMITIVES["pow"] else None
        if short:
            base, constants = PRIMITIVES[short], ()
        elif base is None:
            base, constants = op, ()
        code.append(ops.setdefault(base, len(ops)))
        slots.append([tape.n_slots + len(added) + place for place in range(len(constants))])
        added += constants
    if tuple(ops) == tape.ops:
        return tape
    more = np.array([len(given) for given in slots])[tape.code]
    given = list(chain.from_iterable(slots[op] for op in tape.code[more > 0].tolist()))
    widened = replace(
        tape,
        ops=tuple(ops),
        code=np.array(code)[tape.code],
        start=tape.start + np.concatenate([[0], np.cumsum(more)]),
        args=np.insert(tape.args, np.repeat(tape.start[1:], more), given),
    )
    return rewire(widened, np.arange(tape.n_slots), np.ones(len(tape), dtype=bool), added)


# --- slots ------------------------------------------------------------------------------------------------


@takes_single_assignment
def reuse_slots(tape: Tape) -> Tape:
    """Slot reuse: a result goes to a slot that is not needed any more, the one that was freed last.

    Never to a slot that its own instruction reads. The tape that comes out is of single assignment no more.
    """
    intact = np.full(tape.n_slots, -1)
    """For each slot the last instruction that must find it intact; of an output, one past the end."""
    intact[tape.dest] = np.arange(len(tape))
    np.maximum.at(intact, tape.args, readers(tape))
    for guard in tape.guards:
        intact[[guard.left, guard.right]] = np.maximum(intact[[guard.left, guard.right]], guard.at - 1)
    intact[tape.outputs] = len(tape)
    last = intact.tolist()
    free: list[int] = []
    slots = tape.n_before
    place = list(range(tape.n_slots))
    start, args = tape.start.tolist(), tape.args.tolist()
    for i, dest in enumerate(tape.dest.tolist()):
        if free:
            place[dest] = free.pop()
        else:
            place[dest] = slots
            slots += 1
        read = dict.fromkeys((*args[start[i] : start[i + 1]], dest))
        free += [place[arg] for arg in read if last[arg] == i and arg >= tape.n_before]
    table = np.array(place, dtype=np.int32)
    return replace(
        tape,
        args=table[tape.args],
        dest=table[tape.dest],
        outputs=table[tape.outputs],
        guards=tuple(guard._replace(left=place[guard.left], right=place[guard.right]) for guard in tape.guards),
        n_slots=slots,
    )
