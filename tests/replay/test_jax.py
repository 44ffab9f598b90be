"""The JAX export: every operation, its derivatives, jit, vmap, grad, and sharding over eight devices."""

from __future__ import annotations

import functools
import math
import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograd import Value, compile, dot, norm_cdf, relu, sigmoid, tanh, value_and_grad, where  # noqa: A004 -- the name that autograd gives it
from autograd.primitives import PRIMITIVES, primitive
from autograd.replay.backends.expansion import expanded
from autograd.replay.backends.jax_export import batch_function, build, tape_function
from autograd.replay.backends.jax_functions import jax_function
from autograd.replay.optimise import fuse_dots
from tests.support.backends import (
    REDUCTIONS,
    assert_same,
    expected,
    name,
    points,
    random_tape,
    reference,
    single,
    special_points,
    table,
)  # fmt: skip
from tests.support.matrix_programs import tape_of_program

SMALLEST = 1e-300  # XLA takes subnormal numbers for 0 on a CPU


@pytest.fixture(autouse=True)
def _sixty_four_bits():
    with jax.enable_x64(True):
        yield


POINTS = 2000  # as many of every operation: XLA compiles each of its own once for each number of points


@pytest.mark.parametrize("op", table(), ids=name)
def test_every_operation_is_its_forward(op):
    columns = np.hstack([points(op), special_points(op)])
    wanted = reference(op, columns)
    assert len(wanted) <= POINTS
    repeated = np.resize(columns.T, (POINTS, len(columns))).T
    got = np.asarray(jax.vmap(jax_function(op))(*repeated))[: len(wanted)]
    normal = ~((np.abs(wanted) < SMALLEST) & (wanted != 0.0))
    largest = 1e-12 * np.abs(columns).max() ** 2 if op.name in REDUCTIONS else 0.0
    close = normal & np.all(np.isfinite(columns) & (np.abs(columns) < 1e300), axis=0)
    assert_same(got[close], wanted[close], 1e-12, largest, signs=op.ufunc is None)
    infinite = normal & ~close & ~np.isfinite(wanted)
    assert (~np.isfinite(got[infinite])).all()


@pytest.mark.slow
@pytest.mark.parametrize("op", [op for op in table() if op.arity is not None], ids=name)
def test_a_derivative_is_the_record_s_own(op):
    columns = points(op, (0.3, -0.7, 1.4, 2.2, -2.6))
    function = jax_function(op)
    got = np.asarray(jax.vmap(jax.jacfwd(lambda xs: function(*xs)))(jnp.asarray(columns.T)))
    wanted = []
    for column in columns.T.tolist():
        leaves = [Value(number) for number in column]
        (1.0 * op(*leaves) + Value(0.0)).backward()  # a leaf that learns: stop_gradient alone would be refused
        wanted.append([leaf.grad for leaf in leaves])
    np.testing.assert_allclose(got, np.array(wanted), rtol=1e-12, atol=1e-15)


def test_an_operation_of_the_user_s_own():
    op = primitive("cubed", forward=lambda x: x * x * x, partials=lambda x, out: (3.0 * x * x,))
    function = tape_function(single(op))
    assert function([2.0])[0].tolist() == [8.0]
    assert jax.grad(lambda x: function(x[None])[0][0])(2.0) == 12.0
    assert jax.grad(jax.grad(lambda x: function(x[None])[0][0]))(2.0) == 12.0
    bad = primitive("texty", forward=lambda x: float(f"{x}"), partials=lambda x, out: (1.0,))
    with pytest.raises(NotImplementedError, match="'texty' cannot be exported to JAX"):
        tape_function(single(bad))


@pytest.mark.parametrize("name", ["network", "attention"])
def test_programs_that_are_products_of_matrices(name):
    tape, batched = tape_of_program(name, 4)
    rng = np.random.default_rng(4)
    shared, lanes = rng.normal(size=batched.count(False)), rng.normal(size=(batched.count(True), 3))
    wanted = expected(tape, batched, shared, lanes)
    fused = fuse_dots(expanded(tape))
    got = build(fused, batched, True)(shared, lanes)
    np.testing.assert_allclose(got, wanted.sum(axis=1), rtol=1e-11, atol=1e-11)
    if name == "network":
        (one,) = tape_function(fused)(np.append(shared, lanes[:, 0]))
        np.testing.assert_allclose(one, wanted[:, 0], rtol=1e-11, atol=1e-11)


def test_what_jax_traces_does_not_grow_with_the_width():
    lines = []
    for width in (8, 32):
        tape, batched = tape_of_program("network", width)
        function = batch_function(fuse_dots(tape), batched, summed=True)
        arrays = jnp.zeros(batched.count(False)), jnp.zeros((batched.count(True), 3))
        lines.append(len(jax.make_jaxpr(function)(*arrays).eqns))
    assert lines[1] < lines[0] + 3 * 32  # slices, one for each row of a matrix that lies among biases
    assert lines[1] < len(tape) / 4


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("summed", [True, False])
def test_random_tapes(seed, summed):
    rng = np.random.default_rng(seed)
    tape = random_tape(seed, length=20)
    batched = [True, bool(seed % 2), False, True]
    shared, lanes = rng.normal(size=batched.count(False) + 2), rng.normal(size=(sum(batched), 9))
    wanted = expected(tape, batched, shared, lanes)
    with jax.enable_x64(False):  # the backend's own business
        got = build(tape, batched, summed)(shared, lanes)
    np.testing.assert_allclose(got, wanted.sum(axis=1) if summed else wanted, rtol=1e-11, atol=1e-11)


# --- to_jax -----------------------------------------------------------------------------------------------


def loss(params, x, y):
    hidden = [tanh(dot(row, x) + bias) for row, bias in zip(params["w"], params["b"], strict=True)]
    score = dot(params["v"], hidden)
    return relu(1.0 - y * score) if score < 5.0 else sigmoid(-y * score)


PARAMS = {
    "w": np.array([[0.5, -1.0], [1.5, 0.3], [-0.2, 0.8]]),
    "b": [0.1, -0.2, 0.3],
    "v": np.array([1.0, -2.0, 0.5]),
}
RNG = np.random.default_rng(1)
X, Y = RNG.normal(size=(16, 2)), np.sign(RNG.normal(size=16))


def assert_trees_equal(got, wanted):
    ours, theirs = jax.tree_util.tree_flatten(got), jax.tree_util.tree_flatten(wanted)
    assert ours[1] == theirs[1]
    for one, other in zip(ours[0], theirs[0], strict=True):
        np.testing.assert_allclose(np.asarray(one), other, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("reduce", ["mean", "sum", None])
def test_the_exported_function_has_the_compiled_one_s_arguments_and_result(reduce):
    step = compile(value_and_grad(loss), in_axes=(None, 0, 0), reduce=reduce, backend="python")
    wanted = step(PARAMS, X, Y)
    exported = step.to_jax()
    assert_trees_equal(exported(PARAMS, X, Y), wanted)
    assert_trees_equal(jax.jit(exported)(PARAMS, X, Y), wanted)


def test_jax_s_own_gradient_of_the_exported_value_is_ours():
    value = compile(loss, in_axes=(None, 0, 0), reduce="mean", backend="python")
    value(PARAMS, X, Y)
    wanted = compile(value_and_grad(loss), in_axes=(None, 0, 0), reduce="mean", backend="python")(PARAMS, X, Y)
    assert_trees_equal(jax.value_and_grad(value.to_jax())(PARAMS, X, Y), wanted)


def test_the_side_not_taken_never_reaches_a_derivative():
    f = compile(lambda x: where(x, 1.0 / x, 0.0) + sigmoid(x), backend="python")
    f(1.0)
    slope = jax.grad(f.to_jax())
    assert slope(-1000.0) == pytest.approx(-1e-6, rel=1e-12)
    assert slope(1000.0) == pytest.approx(-1e-6, rel=1e-12)


def test_an_example_on_no_recorded_path_is_nan_and_an_axis_may_be_any():
    f = compile(lambda x: norm_cdf(x[0]) if x[1] > 0.0 else x[0], in_axes=1, backend="python")
    columns = np.array([[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]])
    wanted = f(columns)
    exported = f.to_jax()
    np.testing.assert_allclose(exported(columns), wanted, rtol=1e-13)
    assert np.isnan(exported(-columns)).all()


def test_live_leaves_are_exported_as_they_are():
    weight = Value(2.0)
    f = compile(lambda x: weight * x, backend="python")
    f(1.0)
    weight.data = 5.0
    exported = f.to_jax()
    weight.data = 7.0
    assert exported(2.0) == 10.0


def test_thirty_two_bits_are_refused():
    f = compile(lambda x: x * x, backend="python")
    f(1.0)
    exported = f.to_jax()
    with jax.enable_x64(False), pytest.raises(TypeError, match=r"computes in float64.*jax_enable_x64"):
        exported(2.0)


def test_other_arguments_than_were_recorded_are_refused():
    f = compile(lambda x, *, y: x * y, backend="python")
    f(1.0, y=2.0)
    exported = f.to_jax()
    assert exported(3.0, y=4.0) == 12.0
    with pytest.raises(TypeError, match=r"takes 1 positional argument\(s\) and \['y'\] by keyword"):
        exported(3.0)
    with pytest.raises(TypeError, match="argument 0 holds 2 arrays or numbers, and held 1"):
        exported([3.0, 1.0], y=4.0)
    with pytest.raises(TypeError, match=r"argument 0 holds an array of shape \(2,\), where one of shape \(\) was"):
        exported(np.array([3.0, 1.0]), y=4.0)
    of_many = compile(lambda x: x[0] * x[1], in_axes=1, backend="python")
    of_many(np.ones((2, 5)))
    with pytest.raises(TypeError, match=r"shape \(3,\) for each example, where one of shape \(2,\) was recorded"):
        of_many.to_jax()(np.ones((3, 5)))


@pytest.mark.parametrize("reduce", ["mean", None])
def test_a_mesh_of_explicit_axes_shares_the_examples_out(reduce):
    """With guards, without, and with a result for each example, which stays where the example is."""
    mesh = jax.make_mesh((1,), ("examples",), axis_types=(jax.sharding.AxisType.Explicit,))
    points, labels = jax.device_put((X, Y), jax.NamedSharding(mesh, jax.P("examples")))
    params = jax.device_put(PARAMS, jax.NamedSharding(mesh, jax.P()))
    for function in (loss, smooth_loss):
        step = compile(value_and_grad(function), in_axes=(None, 0, 0), reduce=reduce, backend="python")
        wanted = step(PARAMS, X, Y)
        assert_trees_equal(jax.jit(step.to_jax())(params, points, labels), wanted)


def smooth_loss(params, x, y):
    return sigmoid(-y * dot(params["v"], [tanh(dot(row, x)) for row in params["w"]]))


def test_batches_of_unequal_length_are_refused():
    smooth = compile(smooth_loss, in_axes=(None, 0, 0), reduce="mean", backend="python")
    smooth(PARAMS, X, Y)
    with pytest.raises(ValueError, match=r"all arguments that are batched must have as many examples, got \[8, 16\]"):
        smooth.to_jax()(PARAMS, X, Y[:8])


def test_the_demo_runs_one_function_on_eight_devices():
    environment = {**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=8"}
    done = subprocess.run(
        [sys.executable, "-m", "demos", "sharded"], env=environment, capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "8 devices" in done.stdout
    assert "largest difference" in done.stdout


# --- a forward of the user's own, in whatever Python it is written -----------------------------------------


def _signed(x):
    if x > 0.0:
        return x, 1.0
    return -x, -1.0


def _with_a_helper_of_two_results(x):
    size, sign = _signed(x)
    return sign * math.sqrt(size)


def _plus(x, y):
    return x + y


def _with_a_list(x):
    count: float = len((1.0, 2.0, 3.0)) * x
    powers = [count * x**k for k in range(1, 4)]
    return functools.reduce(_plus, powers[0:2])


def _with_any_number(*terms):
    total = 0.0
    for term in terms:
        total = total + 2.0 * term
    return total


def _by_an_operation(x):
    return sigmoid(x) + x


def _by_itself(x):
    return -_by_itself(-x) if x < 0.0 else x * x


def _a_default(x, scale=2.0):
    return scale * x


def _using_the_default(x):
    return _a_default(x)


@pytest.mark.parametrize(
    "forward",
    [_with_a_helper_of_two_results, _with_a_list, _with_any_number, _by_an_operation, _by_itself, _using_the_default],
)
def test_a_forward_of_one_s_own_is_the_same_in_jax(define, forward):
    op = define("own", forward=forward, partials=lambda *inputs_and_output: (1.0,) * (len(inputs_and_output) - 1))
    f = compile(op, in_axes=0, backend="python")
    points = np.array([-2.5, -0.5, 0.25, 3.0])
    wanted = f(points)
    np.testing.assert_allclose(f.to_jax()(points), wanted, rtol=1e-14)


def _no_return(x):
    y = x  # noqa: F841


def _deleting(x):
    y = x
    del y
    return x


def _of_nothing(x):
    y = _no_return(x)  # noqa: F841
    return x


def _into_a_place(x):
    box = [x]
    box[0] = 2.0
    return x


@pytest.mark.parametrize(
    ("forward", "message"),
    [
        (lambda x: float(str(x)), "a call of 'str' is not translated"),
        (_deleting, "'del y' is not translated"),
        (_of_nothing, "it may end without a return"),
        (lambda x: x if x > -9.0 else missing, "'missing' has no value here"),  # noqa: F821
        (lambda x: 0.0 if x is None else x, "this comparison is not translated"),
        (_into_a_place, r"an assignment to box\[0\] is not translated"),
    ],
)
def test_what_cannot_be_written_in_jax_is_refused_by_name(define, forward, message):
    op = define("own", forward=forward, partials=lambda x, out: (1.0,))
    f = compile(op, backend="python")
    f(1.0)
    with pytest.raises(NotImplementedError, match=rf"'own' .*{message}"):
        f.to_jax()(1.0)


def test_the_remainder_of_jax_is_that_of_math_also_of_large_quotients():
    rng = np.random.default_rng(1)
    x, y = (rng.choice((-1, 1), 2000) * rng.uniform(1, 2, 2000) * 2.0 ** rng.integers(-400, 400, 2000) for _ in "xy")
    x[:900], y[:900] = rng.integers(-40, 40, 900) * 0.5, rng.integers(1, 9, 900) * 0.5
    got = jax.jit(jax_function(PRIMITIVES["ieee_remainder"]))(x, y)
    np.testing.assert_array_equal(got, list(map(math.remainder, x, y)))
