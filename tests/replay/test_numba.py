"""The numba backend: random tapes, the operations of users that it compiles, and those that it refuses."""

from __future__ import annotations

import math
import operator
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import numpy as np
import pytest

from autograd import compile as compiled
from autograd.primitives import PRIMITIVES, primitive
from autograd.replay.backends import numba_loops
from autograd.replay.backends.numba_loops import build
from autograd.replay.schedule import ONE, computation, split
from autograd.replay.tape import FUSED_DOT, Tape, apply_ieee
from tests.support.backends import assert_same, expected, random_tape, reference, single

NOTHING = np.empty(0)


@pytest.mark.parametrize("seed", range(6))
def test_random_tapes(seed):
    rng = np.random.default_rng(seed)
    tape = random_tape(seed)
    batched = [bool(rng.random() < 0.6) for _ in range(tape.n_inputs)]
    shared = rng.normal(size=batched.count(False) + tape.n_leaves)
    lanes = rng.normal(size=(sum(batched), 37)) if any(batched) else np.empty((0, 1))
    wanted = expected(tape, batched, shared, lanes)
    assert_same(build(tape, batched, False)(shared, lanes), wanted, 1e-11, 1e-11)
    summed = build(tape, batched, True)(shared, lanes)
    np.testing.assert_allclose(summed, wanted.sum(axis=1), rtol=1e-11, atol=1e-10)


@pytest.mark.parametrize("n", [1, 2, 7, 8, 127, 128, 129, 1000])
def test_any_number_of_examples(n):
    tape = random_tape(3)
    batched = [True, False, True, True]
    rng = np.random.default_rng(n)
    shared, lanes = rng.normal(size=3), rng.normal(size=(3, n))
    assert_same(build(tape, batched, False)(shared, lanes), expected(tape, batched, shared, lanes), 1e-11, 1e-11)


def test_many_threads_may_call_one_kernel():
    tape = random_tape(4)
    kernels = build(tape, [True] * 4, True), build(tape, [False] * 4, False)
    rng = np.random.default_rng(0)
    batches = [rng.normal(size=(4, 300)) for _ in range(40)]
    leaves = rng.normal(size=2)

    def both(batch):
        one = kernels[1](np.concatenate([batch[:, 0], leaves]), np.empty((0, 1)))
        return np.concatenate([kernels[0](leaves, batch), one[:, 0]])

    alone = [both(batch) for batch in batches]
    with ThreadPoolExecutor(8) as pool:
        for got, wanted in zip(pool.map(both, batches), alone, strict=True):
            np.testing.assert_array_equal(got, wanted)


def test_arguments_may_be_read_only_and_are_not_written_to():
    tape = random_tape(6)
    shared, lanes = np.ones(3), np.full((3, 5), 0.5)
    for array in (shared, lanes):
        array.setflags(write=False)
    build(tape, [True, True, True, False], False)(shared, lanes)
    assert (shared == 1.0).all()
    assert (lanes == 0.5).all()


def test_sums_of_shared_numbers_are_formed_once():
    tape = Tape(
        ops=(FUSED_DOT,), code=[0], start=[0, 6], args=[0, 1, 2, 3, 1, 1], dest=[4], constants=[], outputs=[4],
        n_inputs=4, n_slots=5,
    )  # fmt: skip
    shared, lanes = split(computation(tape), [3])
    (bias,), (dot,) = shared.steps, lanes.steps
    assert (bias.args, bias.result) == ((0, 1, 1, 1), 5)
    assert dot.args == (5, ONE, 2, 3)
    kernel = build(tape, [False, False, False, True], False)
    np.testing.assert_array_equal(kernel(np.array([2.0, 3.0, 5.0]), np.array([[1.0, 7.0]])), [[20.0, 50.0]])


def test_a_summed_result_that_no_example_changes_counts_once_for_each():
    tape = Tape(
        ops=(PRIMITIVES["exp"],), code=[0], start=[0, 1], args=[0], dest=[2], constants=[], outputs=[2, 0, 1],
        n_inputs=2, n_slots=3,
    )  # fmt: skip
    lanes = np.arange(20_000.0)[None]
    got = build(tape, [False, True], True)(np.array([0.5]), lanes)
    np.testing.assert_allclose(got, [20_000 * math.exp(0.5), 10_000.0, lanes.sum()], rtol=1e-14)


def test_negative_zero_survives_a_sum_of_products():
    tape = Tape(
        ops=(FUSED_DOT,),
        code=[0],
        start=[0, 2],
        args=[0, 1],
        dest=[2],
        constants=[],
        outputs=[2],
        n_inputs=2,
        n_slots=3,
    )
    for batched in ([True, True], [True, False], [False, False]):
        lanes = np.array([[-0.0]] * sum(batched)).reshape(-1, 1)
        shared = np.array([0.0, 1.0][: 2 - sum(batched)][::-1] if any(batched) else [-0.0, 1.0])
        if batched == [True, True]:
            lanes = np.array([[-0.0], [1.0]])
        assert np.signbit(build(tape, batched, False)(shared, lanes)).all()


# --- users' operations ------------------------------------------------------------------------------------


def on_numbers(op, *columns):
    """``op`` on arrays, in a batch and one example at a time: the same loop."""
    tape, lanes = single(op), np.array(columns, float)
    (found,) = build(tape, [True] * len(lanes), False)(NOTHING, lanes)
    alone = build(tape, [False] * len(lanes), False)
    each = [alone(np.ascontiguousarray(column), np.empty((0, 1)))[0, 0] for column in lanes.T]
    np.testing.assert_array_equal(found, each)
    return found


def test_an_operation_of_the_user_s_own():
    scale = 3.0

    def helper(x):
        return math.exp(-x) * scale

    op = primitive(
        "own", forward=lambda x: 1.0 / x + helper(x), partials=lambda x, out: (out,), ieee=lambda x: math.inf
    )
    columns = np.array([[0.0, 1.0, -2.0]])
    got = on_numbers(op, *columns)
    np.testing.assert_allclose(got, reference(op, columns), rtol=1e-15)
    assert got[0] == math.inf  # where Python raises ZeroDivisionError, the record's own value


def test_an_operation_that_numba_cannot_compile_is_refused_by_name():
    op = primitive("texty", forward=lambda x: float(f"{x:.3e}"), partials=lambda x, out: (1.0,))
    with pytest.raises(NotImplementedError, match=r"numba cannot compile the operation 'texty'. Write its forward"):
        build(single(op), [True], False)


def with_an_inner(x):
    inner = lambda y: math.exp(y) + 1.0  # noqa: E731 -- one kind of code that is met
    return inner(x)


def test_functions_inside_a_forward_are_compiled_with_it(define):
    op = define("outer", forward=with_an_inner, partials=lambda x, out: (out - 1.0,))
    x = np.array([-1.0, 0.0, 2.5, math.inf])
    np.testing.assert_allclose(on_numbers(op, x), reference(op, x[None]))


def down(x):
    return math.sin(up(x - 1.0)) + up(x - 2.0) if x > 0.0 else x


def up(x):
    return math.cos(down(x - 0.5)) * down(x - 0.25) if x > 0.0 else x


def test_a_function_of_a_module_of_users(define):
    helpers = ModuleType("helpers")
    helpers.doubled = lambda x: 2.0 * math.exp(x)
    op = define("doubled", forward=lambda x: helpers.doubled(x) + 1.0, partials=lambda x, out: (out - 1.0,))
    x = np.linspace(-1.0, 1.0, 9)
    np.testing.assert_allclose(on_numbers(op, x), 2.0 * np.exp(x) + 1.0, rtol=1e-15)


def test_functions_that_call_each_other(define):
    op = define("downed", forward=down, partials=lambda x, out: (out / x,))
    x = [0.5, 3.0, 5.0]
    np.testing.assert_allclose(on_numbers(op, x), [down(number) for number in x], rtol=1e-14)


def test_captured_numbers_and_operations_of_the_table_beside_them(define):
    scaled = define(
        "scaled", forward=lambda x, y, a: x * a - y, partials=lambda x, y, a, out: (a, -1.0, x),
        captured=lambda x, y, a, out: (a, -1.0), captures=1,
    )  # fmt: skip
    f = compiled(lambda x, y: scaled(x, y, 2.5) * x.tanh() + scaled(y, x, -1.0), in_axes=0, backend="numba")
    x, y = np.random.default_rng(0).normal(size=(2, 1000))
    np.testing.assert_allclose(f(x, y), (2.5 * x - y) * np.tanh(x) - y - x, rtol=1e-13, atol=1e-13)


def test_what_python_s_math_has_and_numba_does_not(define):
    op = define("rooted", forward=lambda x: math.cbrt(x) + math.fmod(x, 0.75), partials=lambda x, out: (1.0,))
    x = np.array([8.0, -2.0, 0.3])
    np.testing.assert_allclose(on_numbers(op, x), np.cbrt(x) + np.fmod(x, 0.75), rtol=1e-15)
    whole = define("whole", forward=lambda x: 1.0 if x.is_integer() else 0.0, partials=lambda x, out: (0.0,))
    np.testing.assert_array_equal(on_numbers(whole, [2.0, 2.5, 2.0**60, math.inf, math.nan]), [1, 0, 1, 0, 0])


def test_a_loop_is_vector_instructions_without_a_call_of_the_c_library(define):
    op = define("swish", forward=lambda x: x * math.exp(x) + math.tanh(x), partials=lambda x, out: (1.0,))
    text = numba_loops._loop(op, 1).inspect_llvm()
    assert re.findall(r"declare .*double @(?!llvm\.)(\w+)", text) == []
    assert re.search(r"load <[248] x double>", text)
    assert re.search(r"store <[248] x double>", text)


class OwnError(Exception):
    """An exception that refuses no input."""


def careless(x):
    if x > 1.0:
        raise OwnError
    return x * 2.0


def careful(x):
    if x < 0.0:
        raise ValueError("negative")
    return x * 2.0


@pytest.mark.parametrize("backend", ["auto", "numba", "numpy", "python"])
def test_an_exception_that_refuses_no_input_comes_through(backend, define):
    op = define("careless", forward=careless, partials=lambda x, out: (2.0,))
    f = compiled(op, in_axes=0, backend=backend)
    assert f(np.array([0.5, 0.75])).tolist() == [1.0, 1.5]
    for examples in ([2.0], [0.5, 2.0]):
        with pytest.raises(OwnError):
            f(np.array(examples))


TABLE = 1.0, 10.0, 100.0
ARRAY = np.array(TABLE)


def too_large(x):
    if x > 2.0:
        raise OverflowError
    return x


@pytest.mark.parametrize(
    "forward",
    [
        lambda x: x**-2,
        lambda x: pow(x, -1),
        lambda x: operator.truediv(1.0, x),
        lambda x: operator.mod(1.0, x),
        lambda x: sum(divmod(7.5, x)),
        lambda x: math.log(1.0 / x),
        math.log,
        lambda x: math.log(abs(x)) + math.sqrt(x - 1.0),
        lambda x: math.exp(800.0 * x),
        lambda x: math.fmod(1.0, x),
        too_large,
    ],
)
@pytest.mark.parametrize("ieee", [None, lambda x: -7.0])
def test_what_python_refuses_python_is_asked_for(forward, ieee, define):
    """Also where no division is written; the examples around it are computed."""
    op = define("refusing", forward=forward, partials=lambda x, out: (1.0,), ieee=ieee)
    x = np.array([0.5, 0.0, 2.0, -0.0, 3.0] + [1.0] * 400 + [0.0])
    np.testing.assert_allclose(on_numbers(op, x), [apply_ieee(op, [number]) for number in x.tolist()], rtol=1e-15)


def test_no_bit_depends_on_an_example_beside_it_that_python_is_asked_for(define):
    op = define("beside", forward=lambda x: math.exp(too_large(x)), partials=lambda x, out: (0.0,))
    f, x = compiled(op, in_axes=0, backend="numba"), np.linspace(-3.0, 2.0, 100)
    np.testing.assert_array_equal(f(np.append(x, 3.0)), np.append(f(x), math.inf))


@pytest.mark.parametrize("forward", [lambda x: TABLE[int(x)], lambda x: ARRAY[int(x)]])
def test_an_index_out_of_bounds_comes_through(forward, define):
    f = compiled(define("indexing", forward=forward, partials=lambda x, out: (0.0,)), in_axes=0, backend="numba")
    np.testing.assert_array_equal(f(np.array([0.0, 2.0, 1.0])), [1.0, 100.0, 10.0])
    with pytest.raises(IndexError):
        f(np.array([0.0, 1e6]))


def test_an_ieee_value_that_fails_itself_comes_through(define):
    op = define("failing", forward=lambda x: 1.0 / x, partials=lambda x, out: (0.0,), ieee=lambda x: 2.0 / x)
    with pytest.raises(ZeroDivisionError):
        compiled(op, in_axes=0, backend="numba")(np.array([0.5, 0.0]))


def test_the_ieee_value_of_a_captured_operation_has_its_constants(define):
    op = define(
        "captured_ieee", forward=lambda x, a: a / x, captured=lambda x, a, out: (0.0,), captures=1,
        ieee=lambda x, a: 3.0 * a,
    )  # fmt: skip
    for constant in (2.0, math.inf, -math.inf):
        f = compiled(op.capture(constant), in_axes=0, backend="numba")
        np.testing.assert_array_equal(f(np.array([0.0, 4.0])), [3.0 * constant, constant / 4.0])


@pytest.mark.parametrize("backend", ["c", "numba", "numpy", "python"])
def test_an_operator_of_python_as_a_forward_keeps_the_ieee_value_of_its_own(backend, define):
    op = define("divide", forward=operator.truediv, partials=lambda x, y, out: (1.0, 1.0), ieee=lambda x, y: -7.0)
    f = compiled(op, in_axes=0, backend=backend)
    np.testing.assert_array_equal(f(np.array([1.0, 0.0, 3.0]), np.array([0.0, 0.0, 2.0])), [-7.0, -7.0, 1.5])


def test_an_input_that_is_refused_is_nan(define):
    op = define("careful", forward=careful, partials=lambda x, out: (2.0,))
    np.testing.assert_array_equal(compiled(op, in_axes=0, backend="numba")(np.array([0.5, -1.0])), [1.0, np.nan])


def test_importing_autograd_imports_neither_numba_nor_jax():
    code = "import sys, autograd; print([name for name in ('numba', 'jax') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
