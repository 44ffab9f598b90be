"""Tapes: the interpreter, the verifier, the listing; and what `record` makes of a graph."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import autograd as ag
from autograd import GuardError, StaleGraphError, Tape, TapeError, Value, record
from autograd.primitives import PRIMITIVES
from autograd.replay.tape import FUSED_DOT, Guard


@pytest.fixture
def tape():
    """(x·y + 1, x), with the guard x·y > 1."""
    return Tape(
        ops=(PRIMITIVES["mul"], PRIMITIVES["add"]),
        code=[0, 1],
        start=[0, 2, 4],
        args=[0, 1, 3, 2],
        dest=[3, 4],
        constants=[1.0],
        outputs=[4, 0],
        n_inputs=2,
        n_slots=5,
        guards=(Guard(">", 3, 2, True, 1, "here, line 3"),),
        labels=("x", "", "", "product", ""),
    )


def test_run_is_the_meaning(tape):
    assert tape.verify().run([2.0, 3.0]) == [7.0, 2.0]


def test_run_checks_guards_as_soon_as_they_are_due(tape):
    with pytest.raises(GuardError, match=r"0\.5 > 1\.0 was recorded as True and is now False, at here, line 3"):
        tape.run([0.5, 1.0])


def test_a_guard_is_checked_after_the_last_instruction_and_before_its_slot_is_used_again(tape):
    last = replace(tape, guards=(Guard(">", 4, 2, True, 2, ""),)).verify()
    assert last.run([2.0, 3.0]) == [7.0, 2.0]
    with pytest.raises(GuardError, match=r"1\.0 > 1\.0"):
        last.run([0.0, 3.0])
    neg = PRIMITIVES["neg"]
    reused = Tape(
        ops=(neg,), code=[0, 0, 0], start=[0, 1, 2, 3], args=[0, 1, 2], dest=[1, 2, 1], constants=[], outputs=[1],
        n_inputs=1, n_slots=3, guards=(Guard("<", 1, 0, True, 2, ""),),
    ).verify()  # fmt: skip
    assert reused.run([2.0]) == [-2.0]
    with pytest.raises(GuardError, match=r"2\.0 < -2\.0"):
        reused.run([-2.0])


def test_a_guard_on_nan_comes_out_false(tape):
    with pytest.raises(GuardError, match=r"nan > 1.0"):
        tape.run([math.nan, 1.0])


def test_run_follows_ieee():
    x = Value(2.0)
    tape = record([ag.log(x), 1.0 / x], [x])
    assert tape.run([0.0]) == [-math.inf, math.inf]
    assert math.isnan(tape.run([-1.0])[0])


def test_run_counts_its_inputs(tape):
    with pytest.raises(ValueError, match=r"takes 2 input\(s\) and 0 leaf value\(s\), not 1 and 0"):
        tape.run([1.0])


def test_the_arrays_cannot_be_written_to(tape):
    with pytest.raises(ValueError, match="read-only"):
        tape.code[0] = 1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"code": [0, 2]}, "an operation code out of bounds"),
        ({"code": [0, -1]}, "an operation code out of bounds"),
        ({"dest": [3]}, "2 operation codes but 1 destinations"),
        ({"start": [0, 2]}, "2 instructions need 3 argument offsets, there are 2"),
        ({"start": [0, 2, 5]}, "the argument offsets do not span the arguments"),
        ({"start": [0, 5, 4]}, "the argument offsets go backwards"),
        ({"start": [0, 1, 4]}, r"the wrong number of arguments at instruction \[0\]"),
        ({"n_inputs": -1}, "a negative number"),
        ({"n_slots": 4000}, "4000 slots for 3 inputs, leaves and constants and 2 instructions"),
        ({"n_slots": 4}, "slot out of bounds"),
        ({"labels": ("x",)}, "not one label for each"),
        ({"args": [0, 1, 9, 2]}, "an argument slot out of bounds"),
        ({"args": [0, -1, 3, 2]}, "an argument slot out of bounds"),
        ({"args": [0, 4, 3, 2]}, r"instruction \[0\] reads a slot before it is filled"),
        ({"args": [0, 1, 4, 2]}, r"instruction \[1\] reads a slot before it is filled"),
        ({"dest": [3, 2]}, "overwrites an input, leaf or constant"),
        ({"dest": [3, 3]}, "writes to a slot it reads"),
        ({"outputs": [5]}, "an output slot out of bounds"),
        ({"dest": [3, 4], "n_slots": 5, "outputs": [-1]}, "an output slot out of bounds"),
        ({"guards": (Guard("<>", 3, 2, True, 1, ""),)}, "an unknown comparison '<>'"),
        ({"guards": (Guard("<", 3, 2, True, 0, ""),)}, "a guard on a slot that is not filled"),
        ({"guards": (Guard("<", 3, 99, True, 1, ""),)}, "a guard on a slot that is not filled"),
        ({"guards": (Guard("<", 3, 2, True, 7, ""),)}, "guards out of order"),
        ({"guards": (Guard("<", 3, 2, True, 2, ""), Guard("<", 3, 2, True, 1, ""))}, "guards out of order"),
        ({"ops": (PRIMITIVES["mul"], FUSED_DOT), "start": [0, 2, 5], "args": [0, 1, 3, 2, 1]}, "a factor too many"),
        ({"ops": (PRIMITIVES["mul"], PRIMITIVES["fsum"]), "start": [0, 2, 2], "args": [0, 1]}, "no arguments"),
    ],
)
def test_a_damaged_tape_is_refused(tape, change, fault):
    with pytest.raises(TapeError, match=fault):
        replace(tape, **change).verify()


def test_the_listing_names_slots_labels_and_guards(tape):
    assert str(tape).splitlines() == [
        "Tape: 2 input(s), 0 live leaf(s), 2 instruction(s), 1 guard(s), 2 output(s)",
        "  %0 = input    # x",
        "  %1 = input",
        "  %2 = 1.0",
        "  %3 = mul(%0, %1)    # product",
        "  guard %3 > %2 is True    # here, line 3",
        "  %4 = add(%3, %2)",
        "  return %4, %0",
    ]


def test_the_listing_of_a_long_tape_is_folded_and_labels_are_cut():
    x = Value(1.0, "<b>\n" + "y" * 200)
    y = x
    for _ in range(500):
        y = y + 1.0
    lines = str(record(y, [x])).splitlines()
    assert len(lines) == 201
    assert lines[100] == "  ... 304 more lines ..."
    assert lines[1].startswith(r"  %0 = input    # '<b>\nyyyy")
    assert max(map(len, lines)) < 90


def test_captured_constants_are_shown():
    x = Value(2.0)
    assert "pow(%0, 3.0)" in str(record(x**3, [x]))


# --- record -----------------------------------------------------------------------------------------------


def test_record_takes_inputs_leaves_and_constants():
    x, w = Value(2.0, "x"), ag.Parameter(3.0, "w")
    tape = record([x * w + 1.0, w], inputs=[x])
    assert (tape.n_inputs, tape.n_leaves, tape.constants.tolist()) == (1, 1, [1.0])
    assert tape.labels[:2] == ("x", "w")
    assert tape.verify().run([5.0], [10.0]) == [51.0, 10.0]


def test_constants_are_told_apart_by_their_bits():
    x = Value(2.0)
    tape = record([x * 0.0, x * -0.0, x + math.nan, x + math.nan, x + 0.0], [x])
    assert len(tape.constants) == 3
    signs = [math.copysign(1.0, value) for value in tape.run([1.0])[:2]]
    assert signs == [1.0, -1.0]


def test_an_input_that_is_not_used_stays_an_input():
    x, y = Value(1.0), Value(2.0)
    assert record(x + 1.0, [x, y]).run([1.0, 9.0]) == [2.0]


def test_a_deep_graph_is_recorded_without_recursion():
    x = y = Value(0.0)
    for _ in range(20_000):
        y = y + 1.0
    assert record(y, [x]).run([5.0]) == [20_005.0]


def test_record_refuses_what_is_no_leaf_or_no_value():
    x = Value(1.0)
    y = (x + 1.0).named("y")
    with pytest.raises(ValueError, match=r"takes leaves; 'y' \(data = 2.0\) is computed"):
        record(y * 2.0, [y])
    with pytest.raises(TypeError, match=r"a root is 3.0"):
        record([3.0], [x])
    with pytest.raises(TypeError, match="an input is 'x'"):
        record(y, ["x"])
    with pytest.raises(ValueError, match="names a leaf twice"):
        record(y, [x, x])


def test_record_refuses_a_stale_graph():
    x = Value(1.0, "x")
    y = x + 1.0
    x.data = 5.0
    with pytest.raises(StaleGraphError, match="'x'"):
        record(y, [x])


def test_the_whole_loss_with_its_gradients_is_one_tape():
    w = [Value(0.5), Value(-1.5)]
    loss = sum(((w[0] * x + w[1]).tanh() - 0.3) ** 2 for x in (0.1, 0.7, -2.0))
    loss.backward(create_graph=True)
    tape = record([loss, w[0].grad, w[1].grad], w)
    f = ag.value_and_grad(lambda a, b: sum(((a * x + b).tanh() - 0.3) ** 2 for x in (0.1, 0.7, -2.0)), argnums=(0, 1))
    value, gradient = f(0.25, 2.0)
    np.testing.assert_allclose(tape.run([0.25, 2.0]), [value, *gradient], rtol=1e-14)
    for leaf in w:
        leaf.zero_grad()
