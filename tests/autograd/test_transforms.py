"""Derivatives of functions: closed forms, structures, agreement of both directions, and refusals."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    Value,
    dot,
    exp,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    maximum,
    sin,
    sqrt,
    tanh,
    value_and_grad,
    vjp,
    where,
)

NUMBERS = st.floats(-3, 3)


class Pair(NamedTuple):
    a: Any
    b: Any


@dataclass
class Params:
    rate: Any
    weights: Any


def wave(x):
    a = x * 2.0
    b = sin(a) + x
    c = exp(b * 0.1)
    d = c * x - b
    return tanh(d) / (c + 1.0)


def rosenbrock(p):
    x, y = p
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def tangled(x):
    """Three numbers to a dict of results, with a branch, a tie and an array."""
    u = x[0] * x[1] + sin(x[2])
    v = exp(x[0] * 0.1) * u if x[1] > 0 else u - x[2]
    return {"u": u, "rest": [maximum(u, v), where(x[0] > x[2], u * v, x[1] ** 3)], "w": np.array([u, v]) * x[2]}


# --- numbers ----------------------------------------------------------------------------------------------


def test_a_gradient_is_a_plain_float():
    assert repr(grad(lambda x: x**3)(2.0)) == "12.0"


@settings(max_examples=50)
@given(NUMBERS)
def test_gradients_of_orders_one_and_two_against_mpmath(x):
    def reference(t):
        b = mpmath.sin(2 * t) + t
        c = mpmath.exp(b / 10)
        return mpmath.tanh(c * t - b) / (c + 1)

    with mpmath.workdps(40):
        assert grad(wave)(x) == pytest.approx(float(mpmath.diff(reference, x)), rel=1e-12, abs=1e-14)
        assert grad(grad(wave))(x) == pytest.approx(float(mpmath.diff(reference, x, 2)), rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_repeated_gradients_follow_the_derivatives_of_sine_and_power(order):
    slope, cube = sin, lambda x: x**6
    for _ in range(order):
        slope, cube = grad(slope), grad(cube)
    assert slope(0.7) == pytest.approx([math.cos(0.7), -math.sin(0.7), -math.cos(0.7), math.sin(0.7)][order - 1])
    assert cube(1.5) == pytest.approx(math.perm(6, order) * 1.5 ** (6 - order), rel=1e-15)


@pytest.mark.parametrize("number", [3, np.float64(3), np.int32(3), np.float32(3), True + 2])
def test_other_real_numbers_are_taken_as_the_float_they_are(number):
    slope = grad(lambda x: x * x)(number)
    assert type(slope) is float
    assert slope == 6.0


def test_the_value_comes_with_the_gradient_from_one_run():
    calls = []

    def counted(x):
        calls.append(x)
        return x * x

    assert value_and_grad(counted)(3.0) == (9.0, 6.0)
    assert len(calls) == 1


def test_a_result_that_does_not_depend_on_the_argument_has_gradient_zero():
    for constant in (2.0, 2, np.float64(2), Value(2.0) * 3.0):
        assert grad(lambda x, constant=constant: constant)(3.0) == 0.0
    assert value_and_grad(lambda x: 2)(3.0) == (2.0, 0.0)
    assert jacobian(lambda x: [x, 2.0])(3.0) == [1.0, 0.0]
    assert jacfwd(lambda x: [x, 2.0])(3.0) == [1.0, 0.0]
    assert jvp(lambda x: 2.0, (3.0,), (1.0,)) == (2.0, 0.0)


def test_the_identity_has_gradient_one_for_each_of_several_arguments():
    def choose(_x, y, _z):
        return y

    assert grad(choose, (0, 1, 2))(1.0, 2.0, 3.0) == (0.0, 1.0, 0.0)
    assert grad(choose, (1, 0))(1.0, 2.0, 3.0) == (1.0, 0.0)
    assert jacfwd(choose, (0, 1))(1.0, 2.0, 3.0) == (0.0, 1.0)
    assert grad(lambda x: np.array(x * x, dtype=object))(3.0) == 6.0  # a 0-d array is one number


def test_python_branches_and_loops_follow_the_value():
    def doubled_to_a_hundred(x):
        while x < 100:
            x = x * 2
        return x

    def absolute(x):
        return -x if x < 0 else x

    assert grad(doubled_to_a_hundred)(3.0) == 64.0
    assert grad(absolute)(-2.0) == -1.0
    assert grad(absolute)(2.0) == 1.0
    assert grad(lambda x: sum(x * k if x > k else x for k in range(4)))(2.5) == 0 + 1 + 2 + 1


def test_no_gradient_leaks_through_a_branch_not_taken():
    safe = lambda x: where(x > 0, sqrt(where(x > 0, x, 1.0)), 0.0)  # noqa: E731 -- one line of mathematics
    unsafe = lambda x: where(x, 1.0 / where(x, x, 1.0), x)  # noqa: E731
    assert grad(safe)(0.0) == 0.0
    assert jvp(safe, (0.0,), (1.0,)) == (0.0, 0.0)
    assert grad(unsafe)(0.0) == 1.0
    assert jacfwd(unsafe)(0.0) == 1.0


def test_derivatives_at_a_pole_of_the_local_gradient_are_infinite():
    assert grad(sqrt)(0.0) == math.inf
    assert jacfwd(sqrt)(0.0) == math.inf


# --- structure --------------------------------------------------------------------------------------------


def test_a_gradient_is_built_like_its_argument():
    tree = {"b": [1.0, (2.0, None)], "a": Pair(3, np.array([[4.0, 5.0]])), "c": Params(6.0, [7.0])}

    def weighted(t):
        array = t["a"].b
        return (
            t["b"][0] * 10 + t["b"][1][0] * 20 + t["a"].a * 30 + array[0, 0] * 40 + array[0, 1] * 50
            + t["c"].rate * 60 + t["c"].weights[0] * 70
        )  # fmt: skip

    slopes = grad(weighted)(tree)
    assert list(slopes) == ["b", "a", "c"]
    assert slopes["b"] == [10.0, (20.0, None)]
    assert type(slopes["a"]) is Pair
    assert slopes["a"].a == 30.0
    assert slopes["a"].b.tolist() == [[40.0, 50.0]]
    assert slopes["a"].b.dtype == float
    assert slopes["c"] == Params(60.0, [70.0])


def test_argnums_choose_the_arguments_and_their_order():
    def f(x, y, z):
        return x * y * z

    assert grad(f, 1)(2.0, 3.0, 5.0) == 10.0
    assert grad(f, -1)(2.0, 3.0, 5.0) == 6.0
    assert grad(f, (2, 0))(2.0, 3.0, 5.0) == (6.0, 15.0)
    assert grad(f, [0])(2.0, 3.0, 5.0) == (15.0,)
    assert grad(f, np.int64(1))(2.0, 3.0, 5.0) == 10.0


def test_what_is_not_differentiated_is_handed_on_untouched():
    settings_ = object()

    def f(x, options, *rest, scale, **more):
        assert options is settings_
        assert rest == ("text", 4)
        assert more == {"flag": True}
        assert type(scale) is float
        return x * scale

    assert grad(f)(2.0, settings_, "text", 4, scale=5.0, flag=True) == 5.0


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,)])
def test_gradients_of_arrays_are_arrays_of_their_shape(shape):
    array = np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
    slopes = grad(lambda a: np.sum(a * a) if shape else a * a)(array)
    assert isinstance(slopes, np.ndarray)
    assert slopes.shape == shape
    assert slopes.dtype == float
    assert np.array_equal(slopes, 2 * array)


@pytest.mark.parametrize("jacobian_of", [jacrev, jacfwd])
def test_a_jacobian_of_arrays_has_the_shape_of_the_result_then_of_the_argument(jacobian_of):
    rng = np.random.default_rng(0)
    a, x = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
    blocks = jacobian_of(lambda x: np.tanh(a @ x))(x)
    slope = 1 / np.cosh(a @ x) ** 2
    expected = np.einsum("ij,ik,jl->ijkl", slope, a, np.eye(2))
    assert blocks.shape == (4, 2, 3, 2)
    assert np.allclose(blocks, expected, rtol=1e-13, atol=0)


@pytest.mark.parametrize("jacobian_of", [jacrev, jacfwd])
def test_a_jacobian_of_trees_is_the_result_outside_and_the_argument_inside(jacobian_of):
    def f(p):
        return {"sum": p[0] + p[1]["v"][0], "both": (p[0] * 2.0, p[1]["v"] * p[0])}

    blocks = jacobian_of(f)([3.0, {"v": np.array([4.0, 5.0])}])
    assert blocks["sum"][0] == 1.0
    assert type(blocks["sum"][0]) is float
    assert blocks["sum"][1]["v"].tolist() == [1.0, 0.0]
    first, second = blocks["both"]
    assert first[0] == 2.0
    assert first[1]["v"].tolist() == [0.0, 0.0]
    assert second[0].tolist() == [4.0, 5.0]
    assert second[1]["v"].tolist() == [[3.0, 0.0], [0.0, 3.0]]


@pytest.mark.parametrize("jacobian_of", [jacrev, jacfwd])
def test_a_jacobian_by_several_arguments_is_a_tuple_in_each_place(jacobian_of):
    assert jacobian_of(lambda x, y: [x * y, x], (0, 1))(2.0, 5.0) == [(5.0, 2.0), (1.0, 0.0)]
    assert jacobian_of(lambda x: x * x)(3.0) == 6.0
    assert jacobian_of(lambda x: [])(3.0) == []
    assert jacobian_of(lambda x: [2.0, None])([]) == [[], None]


def test_hessians_of_numbers_lists_arrays_and_several_arguments():
    assert hessian(lambda x: x**4)(2.0) == 48.0
    assert hessian(rosenbrock)([1.0, 2.0]) == [[402.0, -400.0], [-400.0, 200.0]]
    matrix = hessian(rosenbrock)(np.array([1.0, 2.0]))
    assert matrix.tolist() == [[402.0, -400.0], [-400.0, 200.0]]
    assert hessian(lambda x, y: x * x * y, (0, 1))(3.0, 2.0) == ((4.0, 6.0), (6.0, 0.0))
    mixed = hessian(lambda p: p["a"] * p["v"][0] * p["v"][1])({"a": 2.0, "v": np.array([3.0, 5.0])})
    assert mixed["a"]["a"] == 0.0
    assert mixed["a"]["v"].tolist() == [5.0, 3.0]
    assert mixed["v"]["v"].tolist() == [[0.0, 2.0], [2.0, 0.0]]
    of_two = hessian(lambda x: [x**2, x**3])(2.0)
    assert of_two == [2.0, 12.0]


def test_numpy_inside_the_function():
    rng = np.random.default_rng(1)
    a, x = rng.normal(size=(3, 3)), rng.normal(size=3)
    assert np.allclose(grad(lambda x: np.sum(np.sin(a @ x)))(x), np.cos(a @ x) @ a, rtol=1e-13)
    assert np.allclose(grad(lambda x: x @ a @ x)(x), (a + a.T) @ x, rtol=1e-13)
    assert np.allclose(hessian(lambda x: x @ a @ x)(x), a + a.T, rtol=1e-13)
    assert np.allclose(grad(lambda m: np.sum(m.T @ m))(a), 2 * a @ np.ones((3, 3)), rtol=1e-13)


# --- products ---------------------------------------------------------------------------------------------


def test_vjp_pulls_back_any_cotangent_and_runs_the_function_once():
    calls = []

    def f(x, y):
        calls.append(1)
        return {"p": x * y[0], "s": np.array([x, y[1]])}

    out, pull = vjp(f, 2.0, [3.0, 5.0])
    assert out["p"] == 6.0
    assert out["s"].dtype == float
    assert out["s"].tolist() == [2.0, 5.0]
    assert pull({"p": 1.0, "s": np.zeros(2)}) == (3.0, [2.0, 0.0])
    assert pull({"p": 1, "s": np.array([10.0, 100.0])}) == (13.0, [2.0, 100.0])
    assert len(calls) == 1


def test_vjp_of_a_single_number_and_of_nothing():
    out, pull = vjp(lambda x: x * x, 3.0)
    assert (out, pull(2.0)) == (9.0, (12.0,))
    out, pull = vjp(lambda x: x, 3.0)
    assert (out, pull(2.0)) == (3.0, (2.0,))
    out, pull = vjp(lambda x: [], 3.0)
    assert (out, pull([])) == ([], (0.0,))
    out, pull = vjp(lambda x: [2.0], 3.0)
    assert (out, pull([1.0])) == ([2.0], (0.0,))
    out, pull = vjp(lambda: 2.0)
    assert (out, pull(1.0)) == (2.0, ())


def test_jvp_moves_every_argument_at_once():
    out, moved = jvp(
        lambda x, y: [x * y[0], y], (2.0, [3.0, np.array([1.0, 2.0])]), (1.0, [10.0, np.array([5.0, 6.0])])
    )
    assert out[0] == 6.0
    assert out[1][1].tolist() == [1.0, 2.0]
    assert moved[0] == 23.0
    assert moved[1][0] == 10.0
    assert moved[1][1].tolist() == [5.0, 6.0]
    assert jvp(lambda x: x, [3.0], [np.float64(2)]) == (3.0, 2.0)


def test_hvp_is_the_hessian_times_a_vector():
    assert hvp(rosenbrock, ([1.0, 2.0],), ([1.0, 10.0],)) == [402.0 - 4000.0, -400.0 + 2000.0]
    assert hvp(lambda x, y: x * x * y, (3.0, 2.0), (1.0, 10.0)) == (64.0, 6.0)


@settings(max_examples=40)
@given(st.lists(NUMBERS, min_size=3, max_size=3), st.lists(NUMBERS, min_size=3, max_size=3))
def test_forward_and_reverse_agree(x, v):
    by_rows, by_columns = jacrev(tangled)(x), jacfwd(tangled)(x)
    assert leaves(by_columns) == pytest.approx(leaves(by_rows), rel=1e-12, abs=1e-12)
    _, moved = jvp(tangled, (x,), (v,))
    rows = matrix_of(by_rows)
    assert leaves(moved) == pytest.approx(rows @ v, rel=1e-12, abs=1e-12)
    _, pull = vjp(tangled, x)
    weights = {"u": 1.0, "rest": [2.0, 3.0], "w": np.array([4.0, 5.0])}
    assert pull(weights)[0] == pytest.approx(leaves(weights) @ rows, rel=1e-12, abs=1e-12)


def leaves(tree):
    """The numbers of a tree of the kinds used here, in order."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, (list, tuple)):
        return np.concatenate([leaves(part) for part in tree])
    return np.ravel(tree)


def matrix_of(blocks):
    """The 5 by 3 matrix of a Jacobian of ``tangled``."""
    single = [blocks["u"], *blocks["rest"]]
    return np.array([*single, *np.stack(blocks["w"], axis=1)])


@settings(max_examples=30)
@given(st.lists(NUMBERS, min_size=3, max_size=3))
def test_all_ways_to_a_hessian_agree(x):
    def f(x):
        return sin(x[0] * x[1]) * exp(x[2] * 0.3) + dot(x, x) * x[2] + tanh(x[0] - x[2])

    reference = np.array(hessian(f)(x))
    for outer in (jacfwd, jacrev):
        for inner in (jacfwd, jacrev, grad):
            assert np.array(outer(inner(f))(x)) == pytest.approx(reference, rel=1e-11, abs=1e-11)
    assert reference == pytest.approx(reference.T, rel=1e-12, abs=1e-12)


# --- anything else that comes back ------------------------------------------------------------------------


def test_has_aux_hands_back_anything_as_floats():
    def f(x):
        y = x * x
        return y * x, {"y": y, "list": [x, 1.0], "name": "cube", "array": np.array([x, y])}

    slope, aux = grad(f, has_aux=True)(2.0)
    assert slope == 12.0
    assert (aux["y"], aux["list"], aux["name"]) == (4.0, [2.0, 1.0], "cube")
    assert type(aux["y"]) is float
    assert aux["array"].dtype == float
    (value, aux), slope = value_and_grad(f, has_aux=True)(2.0)
    assert (value, aux["y"], slope) == (8.0, 4.0, 12.0)
    out, pull, aux = vjp(f, 2.0, has_aux=True)
    assert (out, pull(1.0), aux["y"]) == (8.0, (12.0,), 4.0)
    assert grad(lambda x: [x * x, "aux"], has_aux=True)(3.0) == (6.0, "aux")


def test_transforms_keep_the_name_and_the_doc_of_the_function():
    def named(x):
        """Does something."""
        return x

    for transform in (grad, value_and_grad, jacfwd, jacrev, hessian):
        assert transform(named).__name__ == "named"
        assert transform(named).__doc__ == "Does something."
    assert grad(functools.partial(lambda a, x: a * x, 3.0))(2.0) == 3.0
    assert jacobian is jacrev


def test_a_bool_beside_numbers_has_the_derivative_zero():
    """It is matched by a number: a cotangent of the result, a tangent of an argument."""
    for cotangent in ([5.0, 2.0], [True, 2.0]):
        assert vjp(lambda x: [x > 1, 3 * x], 2.0)[1](cotangent) == (6.0,)
    assert jacobian(lambda x: [x > 1, 3 * x])(2.0) == [0.0, 3.0]
    switches = np.array([True, False])
    assert jvp(lambda on: on[0] * 3 + on[1], (switches,), (np.array([1.0, 2.0]),)) == (3.0, 5.0)
    assert grad(lambda on: on[0] * on[0] * 3 + on[1])(switches).tolist() == [6.0, 1.0]
