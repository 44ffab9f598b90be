"""Every pass, expansion and lane program against the tape that it came from, on random tapes.

The tapes hold every operation of the table, with and without captured constants, at any number of inputs, guards,
leaves, constants, repeated outputs and slots that are written again. :meth:`Tape.run` is the judge: bit for bit where
a pass promises it, and elsewhere to 1e-12 of the largest term.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from autograd import fsum, logsumexp, mean, prod, softmax
from autograd.errors import GuardError
from autograd.primitives import PRIMITIVES, Primitive, primitive
from autograd.replay import optimise as optimise_module
from autograd.replay import schedule
from autograd.replay.backends import (
    c_lanes,
    c_tape,
    expansion,
    jax_export,
    numba_loops,
    numpy_lanes,
    python_source,
)
from autograd.replay.optimise import (
    constants_as_arguments,
    eliminate_common_subexpressions,
    eliminate_dead_code,
    fold_constants,
    fuse_dots,
    optimise,
    reuse_slots,
    separate_slots,
    simplify_algebra,
)
from autograd.replay.tape import FUSED_DOT, RELATIONS, Guard, Tape, apply_ieee
from tests.support.backends import NEEDS_ENGINE, expected, name, table

SEEDS = range(60)
LENGTH = 40
N_INPUTS, N_LEAVES = 4, 2
HARD = (0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 1e-300, 1e300, 700.0, math.inf, -math.inf, math.nan)
BOUNDED = [PRIMITIVES[one] for one in ("tanh", "sigmoid", "softsign", "sin")]

NESTED = primitive(
    "nested_sums",
    forward=lambda *xs: math.fsum(xs) * math.tanh(math.fsum(xs)) + sum(xs) / len(xs),
    partials=lambda *args: (0.0,) * (len(args) - 1),
    expansion=lambda *xs: fsum(xs) * PRIMITIVES["tanh"](fsum(reversed(xs))) + mean(xs),
)
"""Sums within an expansion: what is written out in it has numbers on the way, too."""
TWICE_NESTED = primitive(
    "nested_twice",
    forward=lambda *xs: (
        NESTED.forward(*xs) * NESTED.forward(*xs[1:], xs[0]) + prod(xs) + logsumexp(xs) + softmax(xs)[0]
    ),
    partials=lambda *args: (0.0,) * (len(args) - 1),
    expansion=lambda *xs: NESTED(*xs) * NESTED(*xs[1:], xs[0]) + prod(xs) + logsumexp(xs) + softmax(xs)[0],
)
for _own in (NESTED, TWICE_NESTED):
    del PRIMITIVES[_own.name]  # the table is for all tests


def all_operations() -> list[Primitive]:
    """The table, and what is on tapes alone or nests an expansion in another."""
    return [*table(), FUSED_DOT, NESTED, TWICE_NESTED]


def _count(op: Primitive, rng: np.random.Generator) -> int:
    """How many inputs it is given: of any number, 1 to 33."""
    if op.arity is not None:
        return op.arity
    n = int(rng.choice([1, 2, 3, 5, 9, 17, 33, rng.integers(1, 34)]))
    return 2 * n if op is FUSED_DOT or op.name == "dot" else n


class Builder:
    """Writes a tape, and runs it at one point as it grows: so a guard comes out there as it says."""

    def __init__(self, point: Sequence[float], constants: Sequence[float]) -> None:
        self.constants = list(map(float, constants))
        self.values = [*map(float, point), *self.constants]
        self.first = len(self.values)
        self.steps: list[tuple[Primitive, list[int], int]] = []
        self.guards: list[Guard] = []

    def apply(self, op: Primitive, args: Sequence[int]) -> int:
        """One instruction; the slot of its result."""
        self.values.append(apply_ieee(op, [self.values[arg] for arg in args]))
        self.steps.append((op, list(args), len(self.values) - 1))
        return len(self.values) - 1

    def compare(self, relation: str, left: int, right: int) -> None:
        """A guard on what is known so far."""
        outcome = bool(RELATIONS[relation](self.values[left], self.values[right]))
        self.guards.append(Guard(relation, left, right, outcome, len(self.steps), "a line"))

    def tape(self, outputs: Sequence[int]) -> Tape:
        """The text that was written."""
        ops = list(dict.fromkeys(op for op, _, _ in self.steps))
        return Tape(
            ops=tuple(ops),
            code=[ops.index(op) for op, _, _ in self.steps],
            start=np.cumsum([0, *(len(args) for _, args, _ in self.steps)]),
            args=list(itertools.chain.from_iterable(args for _, args, _ in self.steps)),
            dest=[dest for _, _, dest in self.steps],
            constants=self.constants,
            outputs=list(outputs),
            n_inputs=self.first - N_LEAVES - len(self.constants),
            n_leaves=N_LEAVES,
            n_slots=len(self.values),
            guards=tuple(self.guards),
            labels=("",) * self.first + tuple(f"step {i}" for i in range(len(self.steps))),
        ).verify()


def any_tape(seed: int) -> tuple[Tape, list[list[float]]]:
    """A tape of anything, deep, and points: first the one at which all guards hold."""
    rng = np.random.default_rng(seed)
    operations = all_operations()
    points = [rng.normal(size=N_INPUTS + N_LEAVES).tolist()]
    points += [rng.choice(HARD, N_INPUTS + N_LEAVES).tolist() for _ in range(3)]
    points.append((np.array(points[0]) + 0.1 * rng.normal(size=N_INPUTS + N_LEAVES)).tolist())
    writer = Builder(points[0], [*rng.choice(HARD, 4), *rng.normal(size=2)])
    turn = itertools.cycle(rng.permutation(len(operations)).tolist())
    for _ in range(LENGTH):
        op = operations[next(turn)] if rng.random() < 0.7 else BOUNDED[int(rng.integers(len(BOUNDED)))]
        recent = range(max(0, len(writer.values) - 8), len(writer.values))
        among = [*range(len(writer.values)), *list(recent) * 3]
        writer.apply(op, rng.choice(among, _count(op, rng)).tolist())
        if rng.random() < 0.15:
            writer.compare(str(rng.choice(list(RELATIONS))), *rng.integers(0, len(writer.values), 2).tolist())
    last = len(writer.values) - 1
    outputs = [*rng.integers(writer.first, last + 1, 5).tolist(), last, last, 0, writer.first - 1, N_INPUTS]
    return writer.tape(outputs), points


def outcome(tape: Tape, point: Sequence[float]) -> str | list[int]:
    """The outputs to the bit, all nans alike; or that a guard fails."""
    try:
        found = np.array(tape.run(point[: tape.n_inputs], point[tape.n_inputs :]))
    except GuardError:
        return "another path"
    return np.where(np.isnan(found), np.nan, found).view(np.int64).tolist()


EXACT = (
    separate_slots,
    fold_constants,
    simplify_algebra,
    eliminate_common_subexpressions,
    eliminate_dead_code,
    optimise,
    reuse_slots,
)


@pytest.mark.parametrize("change", EXACT, ids=lambda change: change.__name__)
def test_a_pass_changes_no_bit_of_a_tape(change):
    for seed in SEEDS:
        tape, points = any_tape(seed)
        changed = change(tape).verify()
        assert changed.single_assignment or change is reuse_slots
        for point in points:
            assert outcome(changed, point) == outcome(tape, point), seed


def test_constants_as_arguments_change_no_bit_but_that_of_a_power(monkeypatch):
    monkeypatch.setattr(optimise_module, "_CORRECTLY_ROUNDED", {})
    for seed in SEEDS:
        tape, points = any_tape(seed)
        changed = constants_as_arguments(separate_slots(tape)).verify()
        assert not any(op.constants for op in changed.ops)
        for point in points:
            assert outcome(changed, point) == outcome(tape, point), seed


def test_passes_in_any_order_change_no_bit():
    changes = (fold_constants, simplify_algebra, eliminate_common_subexpressions, eliminate_dead_code)
    for seed, order in zip(SEEDS, itertools.cycle(itertools.permutations(changes)), strict=False):
        tape, points = any_tape(seed)
        changed = tape
        for change in (*order, *order, reuse_slots, separate_slots, reuse_slots):
            changed = change(changed).verify()
        assert len(changed) <= len(tape)
        for point in points:
            assert outcome(changed, point) == outcome(tape, point), seed


def test_the_random_tapes_are_of_every_kind():
    tapes = [any_tape(seed) for seed in SEEDS]
    used = {name(op) for tape, _ in tapes for op in tape.ops}
    assert used == set(map(name, all_operations()))
    assert sum(len(tape.guards) for tape, _ in tapes) > 200
    changed = [(len(optimise(tape)), len(tape)) for tape, _ in tapes]
    assert all(after < before for after, before in changed)
    finite = [outcome(tape, points[0]) != "another path" for tape, points in tapes]
    assert all(finite)


# --- up to rounding ---------------------------------------------------------------------------------------


def bounded_tape(seed: int, length: int = 3 * LENGTH) -> tuple[Tape, np.ndarray]:
    """A tape on which rounding stays what it is: of sums and products of what is bounded, of any arity; and points."""
    rng = np.random.default_rng(1000 + seed)
    many = [PRIMITIVES[one] for one in ("fsum", "mean", "dot", "prod", "logsumexp", "held_max")]
    some = [PRIMITIVES[one] for one in ("add", "add", "add", "mul", "mul", "sub", "neg", "where", "softmax_share")]
    points = rng.normal(size=(7, N_INPUTS + N_LEAVES))
    writer = Builder(points[0], [1.0, 0.0, *rng.normal(size=3)])
    turn = itertools.cycle([NESTED, *some, *many, *BOUNDED, FUSED_DOT, NESTED, *some, TWICE_NESTED])
    safe = list(range(writer.first))
    for _ in range(length):
        op = next(turn)
        args = rng.choice([*safe, *safe[-6:] * 2], _count(op, rng)).tolist()
        if op.name == "softmax_share":
            args = [writer.apply(PRIMITIVES["exp"], [writer.apply(BOUNDED[0], [arg])]) for arg in args]
        made = writer.apply(op, args)
        safe.append(made if op.name in ("tanh", "sigmoid", "softsign", "sin") else writer.apply(BOUNDED[0], [made]))
    outputs = [*rng.choice(safe, 6).tolist(), *safe[-4:], safe[-1], 0, N_INPUTS, writer.first - 1]
    return writer.tape(outputs), points


def close(got: Sequence[float], wanted: Sequence[float]) -> None:
    """Every number that is summed is at most 33·33 in size here, and the slopes of what follows are at most 1."""
    np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-12 * 33.0 * 33.0)


def run_all(tape: Tape, points: np.ndarray) -> np.ndarray:
    return np.array([tape.run(point[: tape.n_inputs], point[tape.n_inputs :]) for point in points.tolist()])


WRITTEN_OUT = {
    "fused": fuse_dots,
    "expanded": expansion.expanded,
    "fused, then expanded": lambda tape: expansion.expanded(fuse_dots(optimise(tape))),
    "expanded, then fused": lambda tape: fuse_dots(optimise(expansion.expanded(tape))),
    "expanded of what is compacted": lambda tape: reuse_slots(expansion.expanded(reuse_slots(fuse_dots(tape)))),
}


@pytest.mark.parametrize("change", WRITTEN_OUT.values(), ids=WRITTEN_OUT)
def test_sums_and_expansions_are_the_same_up_to_rounding(change):
    for seed in range(8):
        tape, points = bounded_tape(seed)
        changed = change(tape).verify()
        wanted = run_all(tape, points)
        assert np.all(np.isfinite(wanted))
        close(run_all(changed, points), wanted)


def every_expansion() -> Iterator[tuple[Primitive, int]]:
    """Every operation that has an expansion, at every number of inputs."""
    for op in all_operations():
        if op.expansion:
            for n in range(1, 34):
                yield op, 2 * n if op.name == "dot" else n


def test_an_expansion_alone_is_its_operation_at_every_arity():
    rng = np.random.default_rng(7)
    for op, n in every_expansion():
        writer = Builder([*rng.normal(size=n), *rng.normal(size=N_LEAVES)], [])
        tape = writer.tape([writer.apply(op, range(n))])
        assert expansion.expanded(tape).verify().single_assignment
        points = rng.normal(size=(3, n + N_LEAVES))
        np.testing.assert_allclose(
            run_all(expansion.expanded(tape), points),
            run_all(tape, points),
            rtol=1e-12,
            atol=1e-12,
            err_msg=f"{op} {n}",
        )


# --- lane programs ----------------------------------------------------------------------------------------


def by_lane_program(tape: Tape, batched: Sequence[bool]) -> Tape:
    """The two parts of the lane program of ``tape``, the shared one and the other, as one tape again."""
    written = reuse_slots(expansion.expanded(tape))
    lanes = [number for number in range(tape.n_inputs) if batched[number]]
    parts = schedule.split(schedule.computation(written), lanes)
    steps = [*parts.shared.steps, *parts.lanes.steps]
    ops = list(dict.fromkeys(step.op for step in steps))
    one = written.n_before
    made = {step.result: one + 1 + place for place, step in enumerate(steps)}
    slot = {number: number for number in range(one)} | {schedule.ONE: one} | made
    return Tape(
        ops=tuple(ops),
        code=[ops.index(step.op) for step in steps],
        start=np.cumsum([0, *(len(step.args) for step in steps)]),
        args=[slot[arg] for step in steps for arg in step.args],
        dest=[slot[step.result] for step in steps],
        constants=[*written.constants.tolist(), 1.0],
        outputs=[slot[output] for output in parts.lanes.outputs],
        n_inputs=tape.n_inputs,
        n_leaves=tape.n_leaves,
        n_slots=one + 1 + len(steps),
    ).verify()


@pytest.mark.parametrize("seed", range(4))
def test_what_is_shared_and_what_is_not_are_the_whole_together(seed):
    tape, points = bounded_tape(seed)
    wanted = run_all(tape, points)
    for batched in ([True] * N_INPUTS, [False, True, False, True], [False] * N_INPUTS):
        close(run_all(by_lane_program(fuse_dots(tape), batched), points), wanted)


BUILDS = {
    "python": python_source.build,
    "numpy": numpy_lanes.build,
    "c": lambda tape, *how: c_tape.build(expansion.expanded(tape), *how),
    "lanes in C": c_lanes.build,
    "numba": numba_loops.build,
    "jax": jax_export.build,
}


@pytest.mark.parametrize("backend", [pytest.param(each, marks=NEEDS_ENGINE if each == "c" else ()) for each in BUILDS])
def test_kernels_of_random_tapes_give_what_the_tape_gives(backend):
    """JAX compiles each anew, so it has a short one, and the others many."""
    compiles = backend == "jax"
    for seed in range(1 if compiles else 4):
        tape, points = bounded_tape(seed, 8) if compiles else bounded_tape(seed)
        tape = tape if backend == "python" else fuse_dots(tape)
        batched = [False, True, True, False] if seed % 2 else [True] * N_INPUTS
        lanes = np.ascontiguousarray(points[:, : tape.n_inputs].T[batched])
        given = np.concatenate([points[0, : tape.n_inputs][~np.array(batched)], points[0, tape.n_inputs :]])
        wanted = expected(tape, batched, given, lanes)
        close(BUILDS[backend](reuse_slots(tape), batched, False)(given, lanes), wanted)
        close(BUILDS[backend](tape, batched, True)(given, lanes), wanted.sum(axis=1))
