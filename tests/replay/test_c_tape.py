"""The engine in C runs a tape: guards, refused inputs, threads, and programs that are not sound."""

import gc
import itertools
import math
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

import autograd as ag
from autograd import Value, record
from autograd import compile as compiled
from autograd.compiled import core
from autograd.primitives import primitive
from autograd.replay.backends import c_tape
from autograd.replay.optimise import fuse_dots
from autograd.replay.tape import apply_ieee
from tests.support.backends import NEEDS_ENGINE

pytestmark = NEEDS_ENGINE


def chain(n):
    """x * y + 0.5, n times, as a tape of two inputs."""
    x, y = Value(0.5), Value(0.25)
    total = x
    for _ in range(n):
        total = total * y + 0.5
    return record(total, [x, y])


def run(program, given, n_outputs):
    results = np.empty(n_outputs)
    return program(np.array(given), np.empty((0, 1)), results), results.tolist()


# --- guards -----------------------------------------------------------------------------------------------

RELATIONS = {
    "<": lambda x, y: x < y, "<=": lambda x, y: x <= y, ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y, "==": lambda x, y: x == y, "!=": lambda x, y: x != y,
}  # fmt: skip


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_guard_holds_as_in_python(relation):
    holds = RELATIONS[relation]
    numbers = (-1.0, -0.0, 0.0, 1.0, math.inf, math.nan)
    for x, y in itertools.product(numbers, repeat=2):
        f = compiled(lambda x, y: x + 1.0 if holds(x, y) else y * 2.0)
        f(x, y)
        program = c_tape.program(f.tape, [False] * 2, summed=False)
        for z, w in itertools.product(numbers, repeat=2):
            assert (run(program, [z, w], 1)[0] == -1) == (holds(z, w) == holds(x, y)), (relation, x, y, z, w)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 40])
def test_the_first_guard_that_does_not_hold_is_told(n):
    def counted(x, y):
        total = x
        for k in range(n):
            total = total * y if x < float(9 + n - k) else total + y
        return total

    f = compiled(counted)
    f(0.5, 2.0)
    program = c_tape.program(f.tape, [False] * 2, summed=False)
    assert run(program, [1.5, 2.0], 1) == (-1, [1.5 * 2.0**n])
    for k in range(n):  # the guard of step k is x < 10 + n - 1 - k: the first ones are the weakest
        assert run(program, [10.0 + n - 1 - k - 0.5, 2.0], 1)[0] == (-1 if k == n - 1 else k + 1)
    assert run(program, [1e9, 2.0], 1)[0] == 0


def test_a_later_guard_is_told_by_its_index():
    f = compiled(lambda x, y: (x if x > 0.0 else -x) + (y if y > 0.0 else -y))
    f(1.0, 1.0)
    program = c_tape.program(f.tape, [False] * 2, summed=False)
    assert [run(program, given, 1)[0] for given in ([1.0, 2.0], [-1.0, 2.0], [1.0, -2.0], [-1.0, -1.0])] == [
        -1,
        0,
        1,
        0,
    ]


@pytest.mark.parametrize("in_axes", [None, 0], ids=["single", "batch of one"])
@pytest.mark.parametrize("n", [3, 1500])
def test_paths_of_one_example_are_those_of_eager_evaluation(in_axes, n):
    def function(x, y):
        total = x
        for k in range(n):
            total = total * y if k % 3 else (total + 0.5).tanh()
        if total > 0.3:
            return total.exp() + y
        return (total - x) ** 2 if y < 0.0 else x / y

    f = compiled(ag.value_and_grad(function, argnums=(0, 1)), in_axes=in_axes)
    for x, y in itertools.product((-2.0, -0.1, 0.4, 3.0), (-0.9, 0.5, 0.99)):
        wanted, slopes = ag.value_and_grad(function, argnums=(0, 1))(x, y)
        given = (x, y) if in_axes is None else (np.array([x]), np.array([y]))
        value, got = f(*given)
        np.testing.assert_allclose(np.ravel([value, *got]), [wanted, *slopes], rtol=1e-12)
    assert 2 <= len(f.paths) <= 3


# --- where Python would raise -----------------------------------------------------------------------------


def test_outside_a_domain_the_value_is_that_of_ieee():
    x = Value(0.5)
    tape = record([ag.log(x), ag.exp(x * 1e3), 1.0 / x, x**0.5, ag.acos(x)], [x])
    program = c_tape.program(tape, [False], summed=False)
    for given in (-1.0, 0.0, -0.0, 2.0, 1e300, math.nan, math.inf, -math.inf):
        np.testing.assert_array_equal(run(program, [given], 5)[1], tape.run([given]))


def test_a_long_run_lets_other_threads_in_and_asks_records_all_the_same():
    x = Value(0.5)
    total = x
    for k in range(30_000):
        total = total * 0.5 + (ag.log(x - 0.4) if k % 10_000 == 0 else x)
    tape = record(total, [x])
    program = c_tape.program(tape, [False], summed=False)
    found = []
    threads = [threading.Thread(target=lambda: found.append(run(program, [0.25], 1)[1])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(found, [tape.run([0.25])] * 4)


def test_what_a_record_raises_comes_through():
    class OwnError(Exception):
        pass

    def forward(*_):
        raise OwnError

    tape = chain(3)
    op = replace(tape.ops[0], forward=forward)
    words = (tape.code, tape.start, tape.args, tape.dest, tape.outputs, [], [])
    program = core.program(
        tuple((op, -1, ()) for _ in tape.ops), tuple(np.array(part, np.uint32).tobytes() for part in words),
        tape.constants.tobytes(), 2, tape.n_slots, False, apply_ieee,
    )  # fmt: skip
    with pytest.raises(OwnError):
        run(program, [1.0, 2.0], 1)
    with pytest.raises(OwnError):  # and the slots are there again
        run(program, [1.0, 2.0], 1)


own_square = primitive("own_square", forward=lambda x: x * x, partials=lambda x, out: (2.0 * x,))


def test_an_operation_of_a_users_own_is_asked_for_its_value():
    f = compiled(ag.value_and_grad(lambda x: own_square(x) * 2.0 + ag.tanh(x)), backend="c")
    for x in (3.0, -0.5, math.inf):
        value, slope = f(x)
        wanted = 2.0 * (x * x) + math.tanh(x), 4.0 * x + (1.0 - math.tanh(x) ** 2)
        assert (value, slope) == pytest.approx(wanted, rel=1e-14)


def test_an_operation_that_is_asked_for_many_times():
    def many(x):
        return sum(own_square(x * float(k)) for k in range(300))

    for f in (compiled(many, backend="c"), compiled(many)):
        assert [f(2.0) for _ in range(3)] == [many(2.0)] * 3


# --- sums of products, batches ----------------------------------------------------------------------------


@pytest.mark.parametrize("n", range(1, 40))
def test_sums_of_products_of_any_length(n):
    xs, ys = [Value(1.0 + 0.1 * k) for k in range(n)], [Value((-1.0) ** k / (k + 1)) for k in range(n)]
    tape = fuse_dots(record(sum(x * y for x, y in zip(xs, ys, strict=True)), [*xs, *ys]))
    given = np.random.default_rng(n).normal(size=2 * n)
    _, (found,) = run(c_tape.program(tape, [False] * 2 * n, summed=False), given, 1)
    assert found == pytest.approx(math.fsum(given[:n] * given[n:]), rel=1e-14, abs=1e-14)


def test_a_sum_of_negative_zeros_is_one():
    x, y = Value(1.0), Value(2.0)
    tape = fuse_dots(record(x * y + y * x + x * x, [x, y]))
    _, (found,) = run(c_tape.program(tape, [False] * 2, summed=False), [-0.0, 0.0], 1)
    assert math.copysign(1.0, found) == math.copysign(1.0, -0.0 * 0.0 + 0.0 * -0.0 + 0.0)


@pytest.mark.parametrize("batched", [*itertools.product([False, True], repeat=2)])
@pytest.mark.parametrize("summed", [False, True])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_batch_is_one_example_after_another(batched, summed, n):
    tape = chain(4)
    rng = np.random.default_rng(0)
    columns = [rng.normal(size=n) if each else np.full(n, rng.normal()) for each in batched]
    shared = np.array([column[0] for column, each in zip(columns, batched, strict=True) if not each])
    lanes = np.array([column for column, each in zip(columns, batched, strict=True) if each]).reshape(-1, n)
    got = c_tape.build(tape, batched, summed)(shared, lanes)
    wanted = np.array([tape.run(list(numbers)) for numbers in zip(*columns, strict=True)]).T
    np.testing.assert_allclose(got, wanted.sum(axis=1) if summed else wanted, rtol=1e-15)


# --- what is not sound ------------------------------------------------------------------------------------


def test_arrays_that_do_not_fit_are_refused():
    program = c_tape.program(chain(2), [False, True], summed=False)
    good = np.ones(1), np.ones((1, 1)), np.empty(1)
    assert program(*good) == -1
    bad = {
        0: [np.ones(2), np.ones(1, np.float32), np.ones(1, np.int64)[::2].astype(np.int32)],
        1: [np.ones(1), np.ones((2, 1)), np.ones((1, 1), np.float32), np.ones((1, 1, 1))],
        2: [np.empty(2), np.empty(1, np.float32)],
    }
    for place, arrays in bad.items():
        for array in arrays:
            with pytest.raises(ValueError, match="must"):
                program(*good[:place], array, *good[place + 1 :])
    frozen = np.empty(1)
    frozen.setflags(write=False)
    for given in ((good[0], good[1], frozen), (1.0, *good[1:]), (*good[:2], None)):
        with pytest.raises((TypeError, ValueError, BufferError)):
            program(*given)
    with pytest.raises(TypeError):
        program(*good[:2])
    strided = np.ones((4, 4))[::2, ::2]
    with pytest.raises((ValueError, BufferError)):
        program(good[0], strided[:1, :1][:, ::-1], np.empty((2, 2))[:, 0])


def test_a_program_of_which_a_part_is_out_of_range_is_refused():
    tape = chain(3)
    sound = [tape.code, tape.start, tape.args, tape.dest, tape.outputs, np.empty(0, int), np.empty(0, int)]
    ops = tuple(map(c_tape._operation, tape.ops))

    def made(parts, n_slots=tape.n_slots, given=ops):
        words = tuple(np.array(part, np.uint32).tobytes() for part in parts)
        return core.program(given, words, tape.constants.tobytes(), 2, n_slots, False, apply_ieee)

    assert run(made(sound), [1.0, 0.0], 1) == (-1, [0.5])
    for place, part in enumerate(sound):
        if not len(part):
            continue
        for at in range(len(part)):
            changed = np.array(part)
            changed[at] = 10_000
            with pytest.raises(ValueError, match="do not fit together"):
                made([*sound[:place], changed, *sound[place + 1 :]])
        with pytest.raises(ValueError, match="do not fit together"):
            made([*sound[:place], part[:-1], *sound[place + 1 :]] if place != 4 else [*sound[:4], [99], *sound[5:]])
    for guards in ([0, 0, 99, 1, 0], [0, 99, 0, 1, 0], [0, 0, 0, 1, 99], [0, 0, 0, 1, 2, 0, 0, 0, 1, 1], [1, 2, 3]):
        with pytest.raises(ValueError, match="do not fit together"):
            made([*sound[:5], guards, sound[6]])
    for lanes in ([2], [1, 0], [0, 0]):
        with pytest.raises(ValueError, match="do not fit together"):
            made([*sound[:6], lanes])
    with pytest.raises(ValueError, match="do not fit together"):
        made(sound, n_slots=2)
    with pytest.raises((TypeError, ValueError)):
        made(sound, given=((ops[0][0], 10**6, ()), *ops[1:]))


def test_programs_do_not_leak():
    def once():
        x = Value(0.5)
        tape = record([ag.log(x), ag.exp(x)], [x])
        program = c_tape.program(tape, [False], summed=False)
        for given in (-1.0, 2.0, 1e4):
            run(program, [given], 2)

    for _ in range(3):
        once()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(200):
        once()
    gc.collect()
    assert sys.getallocatedblocks() - before < 400
