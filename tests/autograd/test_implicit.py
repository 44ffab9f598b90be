"""Roots, minima, integrals and differential equations: the numbers, and their derivatives of every order."""

from __future__ import annotations

import copy
import gc
import itertools
import math
import pickle
import subprocess
import sys
import threading
import weakref
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

import autograd as ag
from autograd import (
    AutogradError,
    ConvergenceError,
    DomainError,
    GradientError,
    RecordingError,
    StaleGraphError,
    Value,
    cos,
    exp,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jvp,
    log,
    no_grad,
    sin,
    sqrt,
    value_and_grad,
    vjp,
)
from autograd.implicit import Solution, minimum, quad, root, solve_ivp
from tests.support.closeness import close

inf, nan = math.inf, math.nan


# --- against closed forms ---------------------------------------------------------------------------------

CASES = {
    "square root": (lambda a: root(lambda x: x * x - a, 1.0), sqrt, (2.0,)),
    "square root, from the other side": (lambda a: root(lambda x: x * x - a, -1.0), lambda a: -sqrt(a), (2.0,)),
    "cube root in a bracket": (lambda a: root(lambda x: x**3 - a, (0.0, 5.0)), lambda a: a ** (1 / 3), (8.0,)),
    "a further argument": (
        lambda a: root(lambda x, b: x**3 - b, (0.0, 5.0), args=(a,)),
        lambda a: a ** (1 / 3),
        (8.0,),
    ),
    "a guess that is a Value": (lambda a: root(lambda x: x * x - a, a), sqrt, (2.0,)),
    "a bracket of Values": (lambda a: root(lambda x: x * x - a, (a * 0.1, a)), sqrt, (2.0,)),
    "a root at 0": (lambda a: root(lambda x: sin(x) - a, 1.0), ag.asin, (0.0,)),
    "a tiny root": (lambda a: root(lambda x: exp(x / 1e-12) - a, 1e-12), lambda a: 1e-12 * log(a), (3.0,)),
    "a root in a wide bracket": (
        lambda a: root(lambda x: exp(-1e3 * x) - a, (0.0, 1e10)),
        lambda a: -1e-3 * log(a),
        (0.4,),
    ),
    "two parameters": (lambda a, b: root(lambda x: exp(b * x) - a, 0.5), lambda a, b: log(a) / b, (3.0, 0.7)),
    "a root in a root": (
        lambda a: root(lambda x: x * x - root(lambda y: y**3 - a * x, 1.0), 2.0),
        lambda a: a**0.2,
        (3.0,),
    ),
    "a derivative in a root": (
        lambda a: root(lambda x: grad(lambda y: y**3)(x) - a, 1.0),
        lambda a: sqrt(a / 3),
        (3.0,),
    ),
    "of a computed Value": (lambda a: root(lambda x, b=a * a: x * x - b, 1.0) ** 2, lambda a: a * a, (1.7,)),
    "the parameter itself": (lambda a: root(lambda x: x - a, 0.3), lambda a: 1.0 * a, (1.7,)),
    "minimum": (lambda a: minimum(lambda x: (x - a**3) ** 2, 0.0), lambda a: a**3, (2.0,)),
    "minimum, two parameters": (
        lambda a, b: minimum(lambda x: a * exp(x) - b * x, 0.0),
        lambda a, b: log(b / a),
        (2.0, 3.0),
    ),
    "minimum, an argument": (
        lambda a: minimum(lambda x, b: (x - b) ** 4 + x * x, 1.0, args=(a,)),
        lambda a: root(lambda x: 4 * (x - a) ** 3 + 2 * x, 1.0),
        (2.0,),
    ),
    "minimum in a minimum": (
        lambda a: minimum(lambda x: (x - a) ** 2 + minimum(lambda y: (y - x) ** 2 + y * y, 0.0) ** 2, 0.5),
        lambda a: 0.8 * a,
        (2.0,),
    ),
    "integral": (lambda a: quad(lambda t: a * t * t, 0, 1), lambda a: a / 3, (2.0,)),
    "integral to infinity": (
        lambda a: quad(lambda t: exp(-a * t * t), -inf, inf),
        lambda a: sqrt(math.pi / a),
        (2.0,),
    ),
    "integral with limits": (
        lambda a, b: quad(lambda t: sin(a * t) * b, a, b),
        lambda a, b: b * (cos(a * a) - cos(a * b)) / a,
        (1.2, 2.1),
    ),
    "integral backwards": (lambda a, b: quad(lambda t: t * t, b, a), lambda a, b: (a**3 - b**3) / 3, (1.2, 2.1)),
    "integral with a lower limit": (lambda a: quad(lambda t: exp(-t), a, inf), lambda a: exp(-a), (0.7,)),
    "integral, an argument": (lambda a: quad(lambda t, b: cos(b * t), 0, 1, args=(a,)), lambda a: sin(a) / a, (1.3,)),
    "integral with a branch": (
        lambda a: quad(lambda t: a * t if t < 0.5 else a * a, 0, 1),
        lambda a: a / 8 + a * a / 2,
        (3.0,),
    ),
    "integral of the parameter": (lambda a: quad(lambda t: a, 0, 2), lambda a: 2 * a, (3.0,)),
    "integral of the limit": (lambda b: quad(lambda t: b * t, 0, b), lambda b: b**3 / 2, (2.0,)),
    "double integral": (
        lambda a: quad(lambda t: quad(lambda s: exp(-a * s * t), 0, t), 0, 1),
        lambda a: quad(lambda t: (1 - exp(-a * t * t)) / (a * t), 0, 1),
        (1.5,),
    ),
    "integral of a root": (
        lambda a: quad(lambda t: root(lambda x: x * x - a * t, 1.0), 1, 2),
        lambda a: sqrt(a) * (2**1.5 - 1) * 2 / 3,
        (1.5,),
    ),
    "root of an integral": (
        lambda a: root(lambda x: quad(lambda t: t * t, 0, x) - a, 1.0),
        lambda a: (3 * a) ** (1 / 3),
        (2.0,),
    ),
    "decay": (lambda k: solve_ivp(lambda t, y: -k * y, (0.0, 1.0), [2.0]).y[0][-1], lambda k: 2 * exp(-k), (0.5,)),
    "growth, an argument": (
        lambda k: solve_ivp(lambda t, y, r: [r * y[0]], (0.0, 1.0), [2.0], args=(k,)).y[0][-1],
        lambda k: 2 * exp(k),
        (0.5,),
    ),
    "oscillator": (
        lambda w, x, end: solve_ivp(lambda t, y: [y[1], -w * w * y[0]], (0.0, end), [x, 0.0]).y[0][-1],
        lambda w, x, end: x * cos(w * end),
        (1.3, 0.7, 2.0),
    ),
    "end time alone": (
        lambda end: solve_ivp(lambda t, y: [cos(t) + 0 * y[0]], (0.0, end), [0.0]).y[0][-1],
        sin,
        (1.3,),
    ),
    "start time": (
        lambda t0: solve_ivp(lambda t, y: t * y, (t0, 2.0), [1.5]).y[0][-1],
        lambda t0: 1.5 * exp((4 - t0 * t0) / 2),
        (0.3,),
    ),
    "start time, in a state that does not see time": (
        lambda t0, k: solve_ivp(lambda t, y: -k * y, (t0, 2.0), [1.5]).y[0][-1],
        lambda t0, k: 1.5 * exp(-k * (2 - t0)),
        (0.3, 0.8),
    ),
    "times": (
        lambda s: solve_ivp(lambda t, y: -y, (0.0, 2.0), [1.5], t_eval=[0.5, s, 1.9]).y[0].sum(),
        lambda s: 1.5 * (math.exp(-0.5) + exp(-s) + math.exp(-1.9)),
        (1.1,),
    ),
    "backwards": (
        lambda k: solve_ivp(lambda t, y: -k * y, (1.0, 0.0), [2.0], t_eval=[0.5, 0.0]).y[0][-1],
        lambda k: 2 * exp(k),
        (0.5,),
    ),
    "a state that is a function of the parameter": (
        lambda a: solve_ivp(lambda t, y: [y[1], 0.0 * y[0]], (0.0, 3.0), np.array([a * a, sin(a)])).y[0][-1],
        lambda a: a * a + 3 * sin(a),
        (0.6,),
    ),
}


NAMES = [pytest.param(name, marks=pytest.mark.slow) if name == "double integral" else name for name in CASES]
"""The names of the cases; a solver in a solver is there twice more, by quicker ones."""


@pytest.mark.parametrize("name", NAMES)
def test_the_value_and_first_and_second_derivatives_by_every_transform(name: str) -> None:
    found, expected, at = CASES[name]
    places = tuple(range(len(at)))
    rel = 2e-10 if "solve_ivp" in found.__code__.co_names else 1e-11  # the tolerance of the solver
    close(found(*at), expected(*at), rel)
    slopes = grad(expected, places)(*at)
    close(grad(found, places)(*at), slopes, rel)
    close(jacfwd(found, places)(*at), slopes, rel)
    close(vjp(found, *at)[1](2.0), [2 * slope for slope in slopes], rel)
    close(jvp(found, at, (1.0,) * len(at))[1], sum(slopes), rel)
    second = hessian(expected, places)(*at)
    close(hessian(found, places)(*at), second, 10 * rel)
    close(jacobian(grad(found, places), places)(*at), second, 10 * rel)
    first_row = [row[0] for row in second]
    direction = (1.0,) + (0.0,) * (len(at) - 1)
    close(np.ravel(hvp(found, at, direction)), np.ravel(first_row), 10 * rel)


@pytest.mark.parametrize("name", ["square root", "minimum", "integral to infinity", "integral of the limit", "decay"])
def test_third_and_fourth_derivatives(name: str) -> None:
    found, expected, at = CASES[name]

    def third(f: Any) -> Any:
        return grad(grad(grad(f)))

    close(third(found)(*at), third(expected)(*at), 1e-8)
    if name != "decay":
        close(grad(third(found))(*at), grad(third(expected))(*at), 1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_backward_and_create_graph(name: str) -> None:
    found, expected, at = CASES[name]
    leaves = [Value(x) for x in at]
    y = found(*leaves)
    y.backward(create_graph=True)
    slopes = [leaf.grad for leaf in leaves]
    close([slope.data for slope in slopes], grad(expected, tuple(range(len(at))))(*at), 2e-10)
    for leaf in leaves:
        leaf.zero_grad()
    slopes[0].backward()
    second = hessian(expected, tuple(range(len(at))))(*at)[0]
    close([leaf.grad for leaf in leaves], second, 1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_floats_in_give_floats_out(name: str) -> None:
    found, expected, at = CASES[name]
    value = found(*at)
    assert isinstance(value, float)
    close(value, expected(*at), 2e-10)


@pytest.mark.parametrize("name", NAMES)
def test_inside_no_grad_there_are_no_parents(name: str) -> None:
    found, expected, at = CASES[name]
    with no_grad():
        value = found(*map(Value, at))
    assert getattr(value, "parents", ()) == ()
    close(getattr(value, "data", value), expected(*at), 2e-10)


# --- systems ----------------------------------------------------------------------------------------------


def pair(p: Any) -> Any:
    return root(lambda v: [v[0] * v[1] - p[0], v[0] - p[1] * v[1]], [1.0, 1.0])


def test_a_system_of_two() -> None:
    def exact(p: Any) -> Any:
        return [sqrt(p[0] * p[1]), sqrt(p[0] / p[1])]

    at = [2.0, 3.0]
    assert isinstance(pair(at), list)
    close(pair(at), exact(at))
    close(jacobian(pair)(at), jacobian(exact)(at))
    close(hessian(pair)(at), hessian(exact)(at))
    third = jacobian(hessian(pair))(at)
    close(third, jacobian(hessian(exact))(at), 1e-10)


@pytest.mark.parametrize("guess", [[1.0, 1.0], np.array([1.0, 1.0]), {"x": 1.0, "y": 1}, [np.array([1.0]), 2]])
def test_the_solution_is_built_like_the_guess(guess: Any) -> None:
    def equations(v: Any) -> Any:
        x, y = v.values() if isinstance(v, dict) else (v[0], v[1])
        return [x - 2 * y, np.sum(x) + y - 3.0]

    x = root(equations, guess)
    assert type(x) is type(guess)
    close(np.ravel(list(x.values()) if isinstance(x, dict) else np.hstack(x)), [2.0, 1.0])
    a = Value(3.0)
    x = root(lambda v: [equations(v)[0], equations(v)[1] + 3.0 - a], guess)
    last = list(x.values())[1] if isinstance(x, dict) else x[1]
    last.backward()
    assert a.grad == pytest.approx(1 / 3, rel=1e-12)


def test_an_array_gives_an_array() -> None:
    def roots(a: Any) -> Any:
        return root(lambda x: x * x - a, np.array([[1.0, 2.0], [3.0, 4.0]]))

    at = np.array([[2.0, 3.0], [5.0, 7.0]])
    assert roots(at).dtype == float
    close(roots(at), np.sqrt(at))
    close(jacobian(roots)(at), np.einsum("ij,ik,jl->ijkl", 0.5 / np.sqrt(at), np.eye(2), np.eye(2)))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_random_systems_against_the_formula_of_the_theorem(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix, coefficients = rng.normal(size=(n, n)) / (4 * n) + 2 * np.eye(n), rng.normal(size=(n, n))
    p = rng.normal(size=n)

    def equations(x: Any, p: Any) -> Any:
        return matrix @ x + 0.1 * np.array([sin(each) for each in x]) - coefficients @ p * p[0]

    x = root(equations, np.zeros(n), args=(p,))
    close(np.array(equations(x, p), float), np.zeros(n), 1e-9)
    by_x, by_p = jacobian(equations, (0, 1))(x, p)
    found = jacobian(lambda p: root(equations, np.zeros(n), args=(p,)))(p)
    close(found, -np.linalg.solve(by_x, by_p), 1e-10)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_random_minima_against_numpy(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    root_of = rng.normal(size=(n, n))
    matrix = root_of @ root_of.T + np.eye(n)

    def middle(p: Any) -> Any:
        return minimum(lambda x: 0.5 * x @ matrix @ x - p @ x, np.zeros(n))

    p = rng.normal(size=n)
    close(middle(p), np.linalg.solve(matrix, p), 1e-10)
    close(jacobian(middle)(p), np.linalg.inv(matrix), 1e-10)
    close(hessian(middle)(p), np.zeros((n, n, n)), 1e-10)


def test_a_curved_valley() -> None:
    def middle(p: Any) -> Any:
        return minimum(lambda x: (x[0] - p[0]) ** 2 + 100 * (x[1] - x[0] ** 2 * p[1]) ** 2, [-1.2, 1.0])

    def exact(p: Any) -> Any:
        return [1.0 * p[0], p[0] ** 2 * p[1]]

    at = [1.5, 2.0]
    close(middle(at), exact(at), 1e-9)
    close(jacobian(middle)(at), jacobian(exact)(at), 1e-9)
    close(hessian(middle)(at), hessian(exact)(at), 1e-7)


def test_a_likelihood_has_standard_errors() -> None:
    data = np.random.default_rng(0).gamma(3.0, 2.0, 200)

    def loss(v: Any) -> Any:
        shape, rate = exp(v[0]), exp(v[1])
        return sum(ag.lgamma(shape) - shape * log(rate) - (shape - 1) * math.log(x) + rate * x for x in data)

    found = minimum(loss, [0.0, 0.0])
    other = minimize(lambda v: float(loss(list(v.tolist()))), [0.0, 0.0], tol=1e-10).x
    close(found, other, 1e-5)
    close(grad(loss)(found), [0.0, 0.0], 1e-7)


# --- against mpmath ---------------------------------------------------------------------------------------


def test_keplers_equation_against_mpmath() -> None:
    def anomaly(mean: Any, e: Any) -> Any:
        return root(lambda x: x - e * sin(x) - mean, mean)

    def exact(mean: Any, e: Any) -> Any:
        return mpmath.findroot(lambda x: x - e * mpmath.sin(x) - mean, mean)

    with mpmath.workdps(40):
        for mean, e in itertools.product((0.1, 1.0, 2.5), (0.1, 0.5, 0.9)):
            close(anomaly(mean, e), exact(mean, e), 1e-14)
            close(grad(anomaly, (0, 1))(mean, e), [mpmath.diff(exact, (mean, e), n) for n in ((1, 0), (0, 1))], 1e-12)
            second = [[mpmath.diff(exact, (mean, e), n) for n in row] for row in (((2, 0), (1, 1)), ((1, 1), (0, 2)))]
            close(hessian(anomaly, (0, 1))(mean, e), second, 1e-11)


def test_a_bessel_function_by_its_integral_against_mpmath() -> None:
    def bessel(x: Any) -> Any:
        return quad(lambda t: cos(x * ag.sin(t)), 0.0, math.pi) / math.pi

    for x in (0.3, 1.0, 7.5):
        for order, derivative in enumerate((bessel, grad(bessel), grad(grad(bessel)))):
            close(derivative(x), mpmath.besselj(0, x, derivative=order), 1e-12)


def test_a_pendulum_against_differences_of_mpmath() -> None:
    def swing(length: Any, angle: Any) -> Any:
        return solve_ivp(lambda t, y: [y[1], -9.81 / length * sin(y[0])], (0.0, 2.0), [angle, 0.0]).y[0][-1]

    def exact(length: Any, angle: Any) -> Any:  # by Jacobi's elliptic functions
        k = mpmath.sin(angle / 2)
        omega = mpmath.sqrt(9.81 / length)
        return 2 * mpmath.asin(k * mpmath.ellipfun("cd", omega * 2.0, m=k * k))

    at = (1.3, 0.9)
    with mpmath.workdps(40):
        close(swing(*at), exact(*at), 1e-9)
        close(grad(swing, (0, 1))(*at), [mpmath.diff(exact, at, n) for n in ((1, 0), (0, 1))], 1e-9)
        second = [[mpmath.diff(exact, at, n) for n in row] for row in (((2, 0), (1, 1)), ((1, 1), (0, 2)))]
        close(hessian(swing, (0, 1))(*at), second, 1e-8)


def test_a_stiff_equation() -> None:
    def relaxed(k: Any) -> Any:
        return solve_ivp(lambda t, y: [-1000 * (y[0] - cos(t) * k)], (0.0, 1.0), [0.0], method="Radau").y[0][-1]

    slope = 1000 * (1000 * math.cos(1) + math.sin(1) - 1000 * math.exp(-1000)) / (1e6 + 1)
    close(grad(relaxed)(2.0), slope, 1e-9)


def test_values_of_a_solution_at_given_times() -> None:
    times = np.linspace(0.0, 3.0, 7)
    solution = solve_ivp(lambda t, y: [y[1], -y[0]], (0, 3), [0.0, 1.0], t_eval=times)
    assert isinstance(solution, Solution)
    assert solution.y.dtype == float
    close(solution.t, times)
    close(solution.y, [np.sin(times), np.cos(times)], 1e-9)
    w = Value(1.0)
    solution = solve_ivp(lambda t, y: [y[1], -w * w * y[0]], (0, 3), [0.0, 1.0], t_eval=times)
    assert solution.y.shape == (2, 7)
    assert solution.t.dtype == float
    solution.y[0, 3].backward()
    t = times[3]
    assert w.grad == pytest.approx(t * math.cos(t) - math.sin(t), rel=1e-9)


def test_an_interval_of_no_length() -> None:
    a = Value(2.0)
    solution = solve_ivp(lambda t, y: a * y, (1.0, 1.0), [3.0 * a])
    assert solution.t.tolist() == [1.0, 1.0]
    solution.y[0][1].backward()
    assert a.grad == 3.0

    def last(t: Any) -> Any:
        return solve_ivp(lambda s, y: s * y, (1.0, t), [3.0]).y[0][1]

    close(grad(last)(1.0), 3.0)
    close(hessian(last)(1.0), 6.0)


def test_numbers_of_other_kinds_are_numbers() -> None:
    assert root(lambda x: x - 3, np.float64(1.0)) == 3.0
    assert root(lambda x: x - 3, (0, np.int64(5))) == 3.0
    assert quad(lambda t: 1, 0, 2) == 2.0
    assert quad(math.sin, 0, math.pi) == pytest.approx(2.0, rel=1e-14)
    assert quad(lambda t: t**3, -1, 1) == 0.0
    assert quad(lambda t: 0.0, 0, 1) == 0.0
    assert quad(lambda t: abs(t - 0.3), 0, 1) == pytest.approx((0.09 + 0.49) / 2, rel=1e-12)
    assert root(math.sin, (3, 4)) == pytest.approx(math.pi, rel=1e-15)


# --- graphs -----------------------------------------------------------------------------------------------


def test_the_result_is_one_node_of_the_values_that_were_used() -> None:
    a, b, unused = Value(2.0, "a"), Value(3.0, "b"), Value(4.0)
    x = root(lambda x: x * x - a * b + 0.0 * len([unused]), 1.0)
    assert x.op.name == "root"
    assert list(map(id, x.parents)) == [id(a), id(b)]
    assert x.partials() == pytest.approx((b.data / (2 * x.data), a.data / (2 * x.data)))
    assert minimum(lambda x: (x - a) ** 2, 0.0).op.name == "minimum"
    assert quad(lambda t: a, 0, 1).op.name == "quad"


def test_a_model_s_parameters_may_be_closed_over() -> None:
    w = [ag.Parameter(0.5), ag.Parameter(-0.3)]
    x = root(lambda x: x - ag.tanh(w[0] * x + w[1]), 0.0)
    x.backward()
    inside = 1 - x.data**2
    assert w[1].grad == pytest.approx(inside / (1 - 0.5 * inside))


def test_hooks_of_a_parameter_run_once() -> None:
    a = Value(2.0)
    calls = []
    a.register_hook(calls.append)
    root(lambda x: x * x - a, 1.0).backward()
    assert len(calls) == 1


def test_a_graph_is_freed_with_its_root() -> None:
    gc.collect()
    gc.disable()
    try:
        for name in ("square root", "minimum", "integral with limits", "oscillator", "start time"):
            found, _, at = CASES[name]
            leaves = [Value(x) for x in at]
            y = found(*leaves)
            y.backward(create_graph=True)
            watch = weakref.ref(y), weakref.ref(leaves[0])
            y.zero_grad()
            del y, leaves
            assert [each() for each in watch] == [None, None], name
    finally:
        gc.enable()


def test_a_changed_leaf_is_stale_and_is_not_computed_again() -> None:
    a = Value(2.0, "a")
    x = root(lambda x: x * x - a, 1.0)
    assert x.forward() == x.data
    a.data = 3.0
    with pytest.raises(StaleGraphError, match=r"'a' .* changed after the root node"):
        x.backward()
    with pytest.raises(
        StaleGraphError, match=r"the result of root\(\) cannot be computed again from other numbers, \(3"
    ):
        x.forward()


def test_a_copy_has_first_derivatives_alone() -> None:
    a = Value(2.0)
    copied = copy.deepcopy(root(lambda x: x * x - a, 1.0))
    copied.backward()
    (leaf,) = copied.parents
    assert leaf.grad == pytest.approx(1 / (2 * math.sqrt(2)))
    with pytest.raises(GradientError, match="in the graph in which it was found: not in a copy"):
        copied.backward(create_graph=True)


def test_a_result_is_not_pickled() -> None:
    a = Value(2.0)
    with pytest.raises(TypeError, match=r"a Value that root\(\) found cannot be pickled"):
        pickle.dumps(root(lambda x: x * x - a, 1.0))


def test_threads() -> None:
    results: dict[int, float] = {}

    def work(k: int) -> None:
        results[k] = hessian(lambda a: root(lambda x: x * x - a, 1.0))(1.0 + k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close([results[k] for k in range(4)], [-0.25 * (1.0 + k) ** -1.5 for k in range(4)])


def test_pictures_and_formulas_name_the_solver() -> None:
    import viz

    a = Value(2.0, "a")
    x = root(lambda x: x * x - a, 1.0).named("x")
    y = x * a
    assert "root" in viz.draw(y).svg
    y.backward()
    explained = str(viz.explain(a, y))
    assert "+1.4142" in explained
    assert "0.3536" in explained or "0.7071" in explained
    assert "0.3536·2.0000 + 1.4142" in str(viz.derive(y, a))
    assert "x = root(a)" in str(viz.tree(y))
    assert "all finite" in str(ag.diagnose(y))


# --- a function that is run again later -------------------------------------------------------------------


def short_decay(k: Any) -> Any:
    return solve_ivp(lambda t, y: -k * y, (0.0, 0.1), [2.0]).y[0][-1]


@pytest.mark.parametrize(
    ("found", "at"),
    [
        *[CASES[name][::2] for name in ("two parameters", "minimum", "integral with limits")],
        pytest.param(short_decay, (0.5,), marks=pytest.mark.slow),
    ],
    ids=["two parameters", "minimum", "integral with limits", "a short decay"],
)
def test_check_grads(found: Any, at: Any) -> None:
    ag.check_grads(found, at)

    def loses(*at: Any) -> Any:
        return found(*at) * at[0].data

    with pytest.raises(GradientError, match=r"every rule in the graph is right, so the function depends on its inputs"):
        ag.check_grads(loses, at)


def test_a_plain_float_in_a_differentiated_function_is_refused() -> None:
    assert root(lambda x: math.sin(x) - 0.2, 0.3) == pytest.approx(math.asin(0.2), rel=1e-12)
    with pytest.raises(ag.ConversionError, match="would lose its gradient"):
        grad(lambda a: root(lambda x: math.sin(x) - a, 0.3))(0.2)
    with pytest.raises(ag.ConversionError, match="would lose its gradient"):
        minimum(lambda x: math.cos(x), 3.0)  # noqa: PLW0108
    assert grad(lambda a: quad(lambda t: a * math.sin(t), 0, math.pi))(3.0) == pytest.approx(2.0, rel=1e-12)


def test_detect_anomaly_and_scopes_reach_the_function() -> None:
    with ag.detect_anomaly(), ag.scope("solve"):
        assert hessian(lambda a: root(lambda x: x * x - a, 1.0))(2.0) == pytest.approx(-0.25 * 2**-1.5, rel=1e-12)
        a = Value(2.0)
        assert root(lambda x: x - a, 1.0).scope == "solve"
        assert root(lambda x: x - Value(2.0), 1.0) == 2.0  # a Value of its own is nothing to differentiate by


def test_a_loop_s_variable_is_that_of_its_turn() -> None:
    a = Value(2.0)

    def total(a: Any) -> Any:
        found = 0.0
        for power in (2, 3, 4):

            def price(x: Any) -> Any:
                return x**power - a  # noqa: B023 -- as users write it

            found = found + root(lambda x: price(x), 1.0) + quad(lambda t: a * t**power, 0, 1)  # noqa: B023, PLW0108
            found = found + minimum(lambda x: (x - a**power) ** 2, 0.0)  # noqa: B023
            found = found + solve_ivp(lambda t, y: [a * power], (0, 1), [0.0]).y[0][-1]  # noqa: B023
        return found

    def exact(a: Any) -> Any:
        return sum(a ** (1 / n) + a / (n + 1) + a**n + a * n for n in (2, 3, 4))

    close(grad(total)(2.0), grad(exact)(2.0), 1e-9)
    close(hessian(total)(2.0), hessian(exact)(2.0), 1e-9)
    total(a).backward()
    assert a.grad == pytest.approx(grad(exact)(2.0), rel=1e-9)


SCRIPT = """
from autograd import Value, hessian
from autograd.implicit import root, quad
def helper(x):
    return x ** n
def total(a):
    global n
    found = 0.0
    for n in (2, 3):
        found = found + root(lambda x: helper(x) - a, 1.0) + quad(lambda t: [a * a * t ** k for k in [n]][0], 0, 1)
    return found
print(abs(hessian(total)(2.0) - (-0.25 * 2**-1.5 - 2/9 * 2**(1/3 - 2) + 2/3 + 2/4)) < 1e-12)
"""


def test_a_loop_s_variable_in_a_script_is_that_of_its_turn() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert run.stdout == "True\n", run.stderr


@pytest.mark.parametrize("solver", ["root", "minimum", "quad", "solve_ivp"])
def test_what_changes_otherwise_is_noticed(solver: str) -> None:
    a, held = Value(2.0), {"c": 1.0}
    call = {
        "root": lambda: root(lambda x: x * x - a * held["c"], 1.0),
        "minimum": lambda: minimum(lambda x: (x - a * held["c"]) ** 2, 1.0),
        "quad": lambda: quad(lambda t: a * held["c"] * t, 0, 1),
        "solve_ivp": lambda: solve_ivp(lambda t, y: [a * held["c"]], (0, 1), [0.0]).y[0][-1],
    }[solver]
    y = call()
    held["c"] = 2.0
    y.backward()  # the first derivative is known
    with pytest.raises(GradientError, match=rf"{solver}\(\): the result was .* reads something that has changed since"):
        y.backward(create_graph=True)


def test_a_value_that_only_the_derivative_comes_to_is_not_lost() -> None:
    a, b = Value(2.0), Value(1.0, "b")

    def f(t: float) -> Any:
        y = t + (a - 2.0) * abs(t - 0.3)  # the derivative has a kink, the value has none
        return y * b if 0.2999 < t < 0.30005 else y

    with pytest.raises(GradientError, match=r"^quad\(\): f uses 'b' \(data = 1.0\) only in places that the solver did"):
        quad(f, 0, 1)


def test_a_recursive_function_and_an_unset_variable() -> None:
    def power(x: Any, n: int) -> Any:
        return 1.0 if n == 0 else x * power(x, n - 1)

    def solve(a: Any) -> Any:
        def f(x: Any) -> Any:
            return power(x, 3) - a if x is not None else later

        found = root(f, 1.0)
        later = 0.0
        return found + later

    close(hessian(solve)(8.0), -2 / 9 * 8 ** (1 / 3 - 2))


class Cube:
    def __init__(self, a: Any) -> None:
        self.a = a

    def __call__(self, x: Any) -> Any:
        return x**3 - self.a

    def method(self, x: Any, *, shift: float = 0.0) -> Any:
        return x**3 - self.a + shift


def test_callables_of_every_kind() -> None:
    for make in (Cube, lambda a: Cube(a).method, lambda a: lambda x, *, n=3: x**n - a):
        close(hessian(lambda a, make=make: root(make(a), 1.0))(8.0), -2 / 9 * 8 ** (1 / 3 - 2))


# --- what is refused --------------------------------------------------------------------------------------

A = Value(2.0, "a")

REFUSED = [
    (
        lambda: root(lambda x: x * x + 1, 1.0),
        ConvergenceError,
        r"^root\(f, guess\) found no root from \[1.0\]; it came to x = .*, where f is .* Give a better guess, or",
    ),
    (lambda: root(lambda x: x * x + A, 1.0), ConvergenceError, r"^root\(f, guess\) found no root from \[1.0\]"),
    (lambda: root(lambda x: x * x - 2 * x + 1 + 0 * A, 3.0), AutogradError, r"^root\(f, guess\) "),
    (lambda: root(lambda x: (x - A) ** 3, (0.0, 5.0)), AutogradError, r"^root\(f, guess\) "),
    (lambda: root(lambda x: x**3 + (A - 2), (-1.0, 2.0)), AutogradError, r"^root\(f, guess\) "),
    (lambda: root(lambda v: [v[0] + v[1] - A, 2 * v[0] + 2 * v[1] - 2 * A], [1.0, 1.0]), AutogradError, r"singular"),
    (
        lambda: root(lambda x: x * x - 2, (2.0, 3.0)),
        ConvergenceError,
        r"^root\(f, \(a, b\)\) needs opposite signs of f at .* bracket, got f\(2.0\) = 2.0 and f\(3.0\) = 7.0$",
    ),
    (
        lambda: root(lambda x: 1 / (x - 0.3), (0.0, 1.0)),
        ConvergenceError,
        r"^root\(f, \(a, b\)\): f changes its sign at x = 0.3\d* without going .*, as at a pole or a jump",
    ),
    (lambda: root(lambda x: 1.0 if x > 0.3 else -1.0, (0.0, 1.0)), ConvergenceError, "as at a pole or a jump"),
    (lambda: root(lambda x: nan, (0.0, 1.0)), DomainError, r"^root\(f, \(a, b\)\): f\(0.0\) is nan$"),
    (
        lambda: root(lambda x: nan, 1.0),
        DomainError,
        r"^root\(f, guess\): f is \[nan\] at the guess \[1.0\]: give a guess where it is finite$",
    ),
    (
        lambda: root(lambda x: x, (0.0, 1.0, 2.0)),
        ValueError,
        r"^root\(f, guess\): a tuple is a bracket \(a, b\), got \(0.0, 1.0, 2.0\); for a system give a list$",
    ),
    (lambda: root(lambda x: [x, x], (0.0, 1.0)), ValueError, r"with a bracket f must return one number, got 2"),
    (lambda: root(lambda x: [x, x], 1.0), ValueError, r"^root\(f, guess\): f must return as many .* has, 1, got 2$"),
    (lambda: root(lambda x: x[0], [1.0, 1.0]), ValueError, r"f must return as many numbers as guess has, 2, got 1$"),
    (lambda: root(lambda x: None, 1.0), ValueError, r"as many numbers as guess has, 1, got 0$"),
    (
        lambda: root(lambda x: "x", 1.0),
        TypeError,
        r"^root\(f, \.\.\.\): the result of f takes one real number, not the str",
    ),
    (lambda: root(lambda x: x, nan), DomainError, r"^root\(f, guess\): guess must be made of finite numbers, got nan$"),
    (lambda: root(lambda x: x, (0.0, inf)), DomainError, r"guess must be made of finite numbers, got \[0.0, inf\]$"),
    (lambda: root(lambda x: x, []), DomainError, r"guess must be made of finite numbers, got \[\]$"),
    (lambda: root(lambda x: x, "1"), TypeError, r"^root\(f, guess\): guess takes one real number, not the str '1'"),
    (lambda: root(lambda x: x, 1j), TypeError, r"guess takes one real number, not the complex number"),
    (lambda: root(3.0, 1.0), TypeError, r"^root\(f, \.\.\.\): f must be a function, got 3.0$"),
    (
        lambda: root(lambda x, a: x - a, 1.0, args=2.0),
        TypeError,
        r"^root\(args=\.\.\.\) must be a tuple of further arguments of f, got 2.0: write \(a,\)$",
    ),
    (lambda: root(lambda x: ag.cbrt(x) + 0 * A, (-1.0, 2.0)), ConvergenceError, r"Newton's steps do not become small"),
    (
        lambda: root(lambda x: ag.cbrt(x) + 0 * A, 0.0),
        DomainError,
        r"^root\(f, guess\): the derivative of f is \[\[inf\]\] at x = 0.0: it must be finite$",
    ),
    (lambda: minimum(lambda x: x, 0.0), AutogradError, r"^minimum\(f, guess\) "),
    (
        lambda: minimum(lambda x: -x * x, 0.0),
        ConvergenceError,
        r"^minimum\(f, guess\) came to a saddle or a maximum at x = 0.0, where the smallest curvature is -1 ",
    ),
    (lambda: minimum(lambda v: v[0] ** 2 - v[1] ** 2, [1.0, 0.0]), ConvergenceError, "a saddle or a maximum"),
    (
        lambda: minimum(lambda x: -1e308 * x, 1.0),
        ConvergenceError,
        r"^minimum\(f, guess\) found no minimum from \[1.0\]: f is -inf at x = \[1e\+308\]\. Has f a lower bound\?$",
    ),
    (lambda: minimum(lambda x: 3.0, 0.0), ConvergenceError, r"came to a flat place at x = 0.0"),
    (lambda: minimum(lambda v: (v[0] + v[1]) ** 2, [1.0, 0.0]), ConvergenceError, r"came to a flat place"),
    (
        lambda: minimum(lambda x: (x - A) ** 4, 0.0),
        ConvergenceError,
        r"^minimum\(f, guess\) found no solution: near x = ",
    ),
    (
        lambda: minimum(lambda x: nan * x, 0.0),
        DomainError,
        r"^minimum\(f, guess\): f is nan, its gradient \[nan\], at the",
    ),
    (
        lambda: minimum(lambda x: [x], 0.0),
        TypeError,
        r"^minimum\(f, \.\.\.\): f must return one number, got a list of 1$",
    ),
    (
        lambda: minimum(lambda x: x, None),
        DomainError,
        r"^minimum\(f, guess\): guess must be made of finite numbers, got None$",
    ),
    (
        lambda: quad(lambda t: 1 / t if t else 0.0, 0, 1),
        ConvergenceError,
        r"^quad\(f, a, b\) from 0.0 to 1.0 gave .* with an error of about .*Split the integral where f is not smooth",
    ),
    (
        lambda: quad(lambda t: 1 / t, -1.0, 2.0),  # QUADPACK finds its principal value, log 2, with an error of 1e-15
        ConvergenceError,
        r"^quad\(f, a, b\) from -1.0 to 2.0 gave 0.693\d*, but no integral of \|f\| was found, which is probably inf",
    ),
    (
        lambda: quad(lambda t: 1 / t, 2.0, -1.0),
        ConvergenceError,
        r"^quad\(f, a, b\) from 2.0 to -1.0 gave -0.693\d*, but no integral of \|f\| was found, which is probably inf",
    ),
    (
        lambda: quad(lambda t: (t - 0.3) ** -3, 0.0, 1.0),
        ConvergenceError,
        r"not to 1e-10 of the integral of \|f\|, which was not found either: ",
    ),
    (
        lambda: grad(lambda a: quad(lambda t: t**-0.5, a, 1.0))(0.0),
        GradientError,
        r"^quad\(f, a, b\) has no derivative with respect to its limit 0.0, where f has no value: 0.0 cannot be raised",
    ),
    (
        lambda: grad(grad(lambda a: quad(lambda t: ag.log(t) * a, a, 1.0)))(0.0),
        GradientError,
        r"with respect to its limit 0.0, where f has no value: log\(.*Use .data of the limit",
    ),
    (lambda: quad(lambda t: nan, 0, 1), DomainError, r"^quad\(f, a, b\): f, or its derivative, is nan at t = 0.5"),
    (lambda: quad(lambda t: t, nan, 1), DomainError, r"^quad\(f, a, b\): a must be a number, got nan$"),
    (
        lambda: quad(lambda t: t, 0, Value(inf, "top")),
        DomainError,
        r"b must be finite if it is a Value, got 'top' \(data = inf\)",
    ),
    (
        lambda: quad(lambda t: t, 0, [1.0]),
        TypeError,
        r"^quad\(f, a, b\): b takes one real number, not the list \[1.0\]",
    ),
    (lambda: quad(lambda t: [t], 0, 1), TypeError, r"^quad\(f, \.\.\.\): f must return one number, got a list of 1$"),
    (lambda: quad(3, 0, 1), TypeError, r"^quad\(f, \.\.\.\): f must be a function, got 3$"),
    (lambda: solve_ivp(lambda t, y: y * y, (0, 2), [1.0]), AutogradError, r"^solve_ivp\(f, span, y0\)"),
    (
        lambda: solve_ivp(lambda t, y: [nan], (0, 2), [1.0]),
        DomainError,
        r"^solve_ivp\(f, span, y0\): f, or its derivative, is \[nan\] at t = 0.0, y = \[1.0\]$",
    ),
    (
        lambda: solve_ivp(lambda t, y: [1.0, 2.0], (0, 2), [1.0]),
        ValueError,
        r"f must return as many numbers as y0 has, 1, got 2$",
    ),
    (lambda: solve_ivp(lambda t, y: y, 2.0, [1.0]), TypeError, r"span must be a pair \(t0, t1\), got 2.0$"),
    (
        lambda: solve_ivp(lambda t, y: y, (0, inf), [1.0]),
        DomainError,
        r"span must be a pair of finite times, got \(0, inf\)$",
    ),
    (lambda: solve_ivp(lambda t, y: y, (0, nan), [1.0]), DomainError, r"span\[1\] must be a number, got nan$"),
    (lambda: solve_ivp(lambda t, y: y, (0, 1), 1.0), TypeError, r"y0 must be a list or an array of numbers, got 1.0$"),
    (lambda: solve_ivp(lambda t, y: y, (0, 1), []), TypeError, r"y0 must be a list or an array of numbers, got \[\]$"),
    (
        lambda: solve_ivp(lambda t, y: y, (0, 1), [[1.0]]),
        TypeError,
        r"y0 must be a list or an array of numbers, got \[\[1",
    ),
    (
        lambda: solve_ivp(lambda t, y: y, (0, 1), [1.0], "RK45"),
        TypeError,
        r"^solve_ivp\(t_eval=\.\.\.\) must be a list or an array of times, got 'RK45'$",
    ),
    (
        lambda: solve_ivp(lambda t, y: y, (0, 1), [1.0], [0.5, 0.2]),
        ValueError,
        r"^solve_ivp\(t_eval=\.\.\.\) must be times between 0.0 and 1.0, in order and each once, got \[0.5, 0.2\]$",
    ),
    (lambda: solve_ivp(lambda t, y: y, (0, 1), [1.0], [0.5, 2.0]), ValueError, "must be times between 0.0 and 1.0"),
    (lambda: solve_ivp(3, (0, 1), [1.0]), TypeError, r"^solve_ivp\(f, \.\.\.\): f must be a function, got 3$"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_is_refused_is_said(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("name", NAMES)
def test_a_compiled_function_refuses_a_solver(name: str) -> None:
    found, _, at = CASES[name]
    for function in (found, value_and_grad(found)):
        with pytest.raises(RecordingError, match=r"implicit\.\w+\(\) in a function that is being recorded, at .*"
                           r"How many steps a solver takes depends on the numbers: call it outside"):  # fmt: skip
            ag.compile(function)(*at)


def test_without_scipy_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("scipy.optimize", "scipy.integrate"):
        monkeypatch.setitem(sys.modules, module, None)
    for call, name in (
        (lambda: root(lambda x: x, 1.0), "root"),
        (lambda: root(lambda x: x - 0.5, (0.0, 1.0)), "root"),
        (lambda: minimum(lambda x: x * x, 1.0), "minimum"),
        (lambda: quad(lambda t: t, 0, 1), "quad"),
        (lambda: solve_ivp(lambda t, y: y, (0, 1), [1.0]), "solve_ivp"),
    ):
        with pytest.raises(ModuleNotFoundError, match=rf"^{name}\(\) is solved by SciPy, which is not installed: "
                           r"pip install 'chainrule\[data\]'$"):  # fmt: skip
            call()


def test_the_modules_are_there_without_scipy_being_imported() -> None:
    code = (
        "import sys, autograd\nfrom autograd import linalg, implicit, math\n"
        "print(autograd.implicit is implicit, autograd.linalg is linalg, autograd.math is math, 'scipy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "True True True False\n"
