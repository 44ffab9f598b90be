"""The passes: each keeps the meaning of a tape, and does what it is for."""

from __future__ import annotations

import math
from dataclasses import replace
from operator import neg

import numpy as np
import pytest
from hypothesis import given, settings

import autograd as ag
from autograd import GuardError, Value, record
from autograd.primitives import PRIMITIVES
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
from autograd.replay.recorder import run_recorded, tape_of
from autograd.replay.tape import FUSED_DOT, Guard, Tape
from tests.support.programs import inputs, programs

PASSES = (
    fold_constants,
    simplify_algebra,
    eliminate_common_subexpressions,
    eliminate_dead_code,
    fuse_dots,
    reuse_slots,
    constants_as_arguments,
)


def taken(program, point):
    """The tape of the path that ``program`` takes at ``point``, and the result there."""
    variables = [Value(number) for number in point]
    outputs, comparisons = run_recorded(lambda: program(*variables))
    return tape_of(outputs, variables, comparisons).tape.verify(), [output._data for output in outputs]


def names(tape):
    return [step.op.name for step in tape.instructions()]


def bits(numbers):
    return np.array(numbers, dtype=np.float64).view(np.int64).tolist()


@settings(max_examples=150)
@given(programs(), inputs)
def test_exact_passes_change_no_bit_and_keep_the_guards(program, point):
    tape, expected = taken(program, point)
    assert bits(tape.run(point)) == bits(expected)
    for changed in (*PASSES[:4], optimise, reuse_slots, lambda t: reuse_slots(optimise(t))):
        assert bits(changed(tape).verify().run(point)) == bits(expected)
    assert len(optimise(tape)) <= len(tape)


@settings(max_examples=150)
@given(programs(branches=False), inputs, inputs)
def test_fusion_agrees_up_to_reassociation(program, point, elsewhere):
    variables = [Value(number) for number in point]
    tape = optimise(record(program(*variables), variables))
    dots = reuse_slots(fuse_dots(tape)).verify()
    for where in (point, elsewhere):
        np.testing.assert_allclose(dots.run(where), tape.run(where), rtol=1e-12, atol=1e-12)


@settings(max_examples=60)
@given(programs(), inputs, inputs)
def test_a_guard_fails_after_the_passes_where_it_failed_before(program, point, elsewhere):
    tape, _ = taken(program, point)

    def outcome(one):
        try:
            return bits(one.run(elsewhere))
        except ag.GuardError:
            return "another path"

    assert outcome(optimise(tape)) == outcome(tape)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (lambda x, y, z: x + y, lambda x, y, z: y + x),
        (lambda x, y, z: x - y, lambda x, y, z: x - y),
        (lambda x, y, z: ag.exp(z), lambda x, y, z: ag.exp(z)),
        (lambda x, y, z: ag.fsum([x, y, z]), lambda x, y, z: ag.fsum([x, y, z])),
    ],
)
def test_of_two_that_are_alike_one_is_left(first, second):
    x, y, z = (Value(number) for number in (2.0, 3.0, 5.0))
    tape = record([first(x, y, z), x * y, second(x, y, z)], [x, y, z])
    shared = eliminate_common_subexpressions(tape)
    assert len(shared) == 2
    assert shared.outputs[0] == shared.outputs[2]


def test_none_that_differ_are_taken_for_alike():
    x, y, z = (Value(number) for number in (2.0, 3.0, 5.0))
    tape = record([x - y, y - x, x + y, ag.exp(x), ag.exp(y), ag.fsum([x, y, z]), ag.fsum([y, x, z])], [x, y, z])
    assert eliminate_common_subexpressions(tape) is tape


def test_what_depends_on_constants_alone_is_folded():
    x = Value(2.0)
    c = Value.constant(4.0)
    tape = optimise(record(x * (c.sqrt() + 1.0), [x]))
    assert (names(tape), tape.constants.tolist()) == (["mul"], [3.0])


def test_folding_follows_ieee():
    x, zero = Value(2.0), Value.constant(0.0)
    with ag.errstate("nan"):
        tape = optimise(record(x + ag.log(zero), [x]))
    assert tape.constants.tolist() == [-math.inf]


def test_guards_on_constants_are_dropped_and_repeated_ones_made_once():
    x = Value(2.0)
    three = Value.constant(3.0)

    def run():
        bool(three > 1.0)
        return [x * 2.0 if x > 1.0 and x * 1.0 > 1.0 and x > 1.0 else x]

    outputs, comparisons = run_recorded(run)
    tape = tape_of(outputs, [x], comparisons).tape
    assert (len(tape.guards), len(optimise(tape).guards)) == (4, 1)


def test_live_leaves_are_not_folded():
    w = ag.Parameter(3.0)
    assert names(optimise(record(w * 2.0, []))) == ["mul"]


@pytest.mark.parametrize(
    "written",
    [
        lambda x: x * 1.0, lambda x: 1.0 * x, lambda x: x / 1.0, lambda x: x - 0.0, lambda x: x + -0.0,
        lambda x: -0.0 + x, lambda x: x**1, lambda x: neg(neg(x)), lambda x: ag.where(1.0, x, 7.0),
        lambda x: ag.where(0.0, 7.0, x), lambda x: neg(neg(x * 1.0)) / 1.0,
    ],
)  # fmt: skip
def test_algebra_that_is_exact(written):
    x = Value(2.0)
    tape = optimise(record(written(x), [x]))
    assert len(tape) == 0
    for number in (3.5, 0.0, -0.0, math.inf, -math.inf):
        assert bits(tape.run([number])) == bits([number])


@pytest.mark.parametrize(
    "written",
    [
        lambda x: x + 0.0,
        lambda x: 0.0 - x,
        lambda x: x * 0.0,
        lambda x: x * -1.0,
        lambda x: 1.0 / x,
        lambda x: x - -0.0,
    ],
)
def test_algebra_that_is_not_exact_is_left_alone(written):
    x = Value(2.0)
    tape = optimise(record(written(x), [x]))
    assert len(tape) == 1
    for number in (0.0, -0.0, math.inf):
        with ag.errstate("nan"):
            assert bits(tape.run([number])) == bits([written(Value(number)).data])


def test_a_users_own_operation_of_a_known_name_is_not_simplified():
    own = ag.primitive("identity_of_mine", forward=lambda x: x + 1.0, partials=lambda x, out: (1.0,))
    x = Value(2.0)
    assert optimise(record(own(x), [x])).run([2.0]) == [3.0]


def test_common_subexpressions_are_computed_once():
    x, y = Value(2.0), Value(3.0)
    tape = eliminate_common_subexpressions(record((x * y).sin() + (y * x).sin() - (x - y) * (y - x), [x, y]))
    assert sorted(names(tape)) == ["add", "mul", "mul", "sin", "sub", "sub", "sub"]


def test_dead_code_is_left_out():
    x = Value(2.0)
    tape = record([x * 2.0, x.exp().sin()], [x])
    assert names(eliminate_dead_code(tape.returning(tape.outputs[:1].tolist()))) == ["mul"]


def test_a_chain_of_products_becomes_one_instruction():
    xs, ws = [Value(float(i)) for i in range(5)], [Value(0.5) for _ in range(5)]
    z = Value(1.0, "b")
    for x, w in zip(xs, ws, strict=True):
        z = z + w * x
    tape = fuse_dots(record(z, [*xs, *ws]))
    assert names(tape) == ["fused_dot"]
    assert tape.run([1.0, 2.0, 3.0, 4.0, 5.0, *[2.0] * 5], [10.0]) == [40.0]


def test_a_chain_from_the_left_is_added_as_before():
    xs = [Value(10.0 ** -(3 * i) / 3.0) for i in range(8)]
    total = xs[0] * xs[1]
    for x in xs[1:]:
        total = total + x * xs[0]
    tape = record(total, xs)
    point = [x.data for x in xs]
    assert bits(fuse_dots(tape).run(point)) == bits(tape.run(point))


def test_a_product_that_is_used_twice_is_kept():
    x, y = Value(2.0), Value(3.0)
    product = x * y
    tape = fuse_dots(record(product + product * x + y * y, [x, y]))
    assert sorted(names(tape)) == ["fused_dot", "mul"]


def test_a_sum_that_is_used_twice_is_its_own_instruction():
    x, y = Value(2.0), Value(3.0)
    inner = x * y + y * y
    tape = fuse_dots(record(inner * inner + x * x, [x, y]))
    assert sorted(names(tape)) == ["fused_dot", "fused_dot"]


def test_fusion_leaves_what_a_guard_depends_on():
    def program(x, y):
        compared = x * x + y * y
        if compared > 1.0:
            return [compared * 2.0 + x * y]
        return [compared]

    tape, result = taken(program, [1.5, 0.5])
    dotted = fuse_dots(tape)
    assert names(dotted) == ["mul", "mul", "add", FUSED_DOT.name]
    assert bits(dotted.run([1.5, 0.5])) == bits(result)


@pytest.mark.parametrize("leaning", ["left", "right", "balanced"])
def test_fusion_is_linear_in_the_length_of_a_chain(leaning):
    terms = [Value(float(i)) * Value(2.0) for i in range(20_000)]
    while len(terms) > 1:
        if leaning == "balanced":
            terms = [x + y for x, y in zip(terms[::2], terms[1::2], strict=False)] + terms[len(terms) & ~1 :]
        elif leaning == "left":
            terms[0:2] = [terms[0] + terms[1]]
        else:
            terms[-2:] = [terms[-2] + terms[-1]]
    tape = fuse_dots(record(terms[0], []))
    assert names(tape) == ["fused_dot"]
    assert len(tape.args) == 40_000


def test_slots_are_used_again_but_never_by_their_own_instruction():
    x = y = Value(1.0)
    for _ in range(100):
        y = (y * 0.5).sin()
    tape = reuse_slots(record(y, [x])).verify()
    assert tape.n_slots == tape.n_before + 2
    assert tape.run([1.0]) == record(y, [x]).run([1.0])


def test_labels_follow_their_numbers():
    x = Value(2.0, "x")
    y = (x * 1.0 + 3.0).named("y")
    tape = reuse_slots(optimise(record([y, (x * 5.0).named("z")], [x])))
    assert [label for label in tape.labels if label] == ["x", "y", "z"]
    assert [step.label for step in tape.instructions()] == ["y", "z"]


def test_an_empty_tape_passes():
    tape = reuse_slots(fuse_dots(optimise(record([], []))))
    assert (len(tape.verify()), tape.run([])) == (0, [])


def test_a_product_that_is_used_twice_is_not_computed_again_in_a_sum():
    x, y = Value(2.0), Value(3.0)
    product = x * y
    found = fuse_dots(record([product + x + y, product], [x, y]))
    product_slot = int(found.outputs[1])
    (dot,) = [step for step in found.instructions() if step.op is FUSED_DOT]
    assert product_slot in dot.args
    assert [step.op.name for step in found.instructions()] == ["mul", "fused_dot"]


def test_a_slot_is_kept_until_the_guard_that_reads_it():
    """Each number is read by the next instruction alone, and by a guard that is made later."""
    negation = PRIMITIVES["neg"]
    for at in range(1, 6):
        tape = Tape(
            ops=(negation,), code=[0] * 6, start=range(7), args=range(6), dest=range(1, 7), constants=[], outputs=[6],
            n_inputs=1, n_slots=7, guards=(Guard(">", 1, 0, False, at, ""),),
        ).verify()  # fmt: skip
        found = reuse_slots(tape).verify()
        assert found.n_slots < tape.n_slots
        assert found.run([2.0]) == [2.0]
        with pytest.raises(GuardError, match=r"2\.0 > -2\.0"):
            found.run([-2.0])


# --- single assignment ------------------------------------------------------------------------------------


def written_again():
    """x + 1, then (x + 1)·3, then their sum less x: the last two in the slot of the first and in one of their own."""
    add, mul, sub = (PRIMITIVES[name] for name in ("add", "mul", "sub"))
    return Tape(
        ops=(add, mul, sub), code=[0, 1, 2, 0], start=[0, 2, 4, 6, 8], args=[0, 1, 3, 2, 4, 0, 3, 4], dest=[3, 4, 3, 5],
        constants=[1.0, 3.0], outputs=[5, 3], n_inputs=1, n_slots=6, guards=(Guard(">", 3, 0, True, 2, "here"),),
        labels=("x", "", "", "first", "second", "third", "fourth"),
    ).verify()  # fmt: skip


@pytest.mark.parametrize("change", PASSES, ids=lambda change: change.__name__)
def test_a_pass_refuses_a_tape_in_which_a_slot_is_written_again(change):
    with pytest.raises(ag.TapeError, match=rf"{change.__name__}\(\) takes a tape in which .* slot %3 is written again"):
        change(written_again())


def test_a_tape_in_which_a_slot_is_written_again_is_separated():
    tape = written_again()
    again = separate_slots(tape).verify()
    assert (tape.single_assignment, again.single_assignment) == (False, True)
    assert again.run([2.0]) == tape.run([2.0]) == [16.0, 7.0]
    assert [step.label for step in again.instructions()] == ["first", "second", "third", "fourth"]
    assert separate_slots(again) is again
    with pytest.raises(GuardError, match=r"nan > nan"):
        again.run([math.nan])


@pytest.mark.parametrize("backend", ["python", "numpy", "c", "numba", "jax"])
def test_a_tape_in_which_a_slot_is_written_again_is_compiled_right(backend):
    tape = written_again().returning([5, 3])
    assert list(ag.compile(tape, backend=backend)(2.0)) == [16.0, 7.0]


def test_a_guard_on_constants_that_does_not_hold_is_kept():
    tape = record(Value(2.0) * 3.0, [])
    impossible = replace(tape, guards=(Guard(">", 1, 1, True, 0, ""),))
    assert len(optimise(impossible.verify()).guards) == 1


def test_captured_constants_become_arguments_and_a_hundred_exponents_one_operation():
    x = Value(1.5, "x")
    tape = optimise(
        record([sum((x ** (k + 0.5) for k in range(20)), 0.0), x**2, 1 / x, x**-1.0, ag.clip(x, 0.0, 2.0)], [x])
    )
    changed = constants_as_arguments(tape).verify()
    assert sorted(op.name for op in changed.ops) == ["add", "clip", "div", "pow", "reciprocal", "square"]
    assert not any(op.constants for op in changed.ops)
    assert changed.run([1.5]) == pytest.approx(tape.run([1.5]), rel=1e-15)
    assert constants_as_arguments(changed) is changed
