"""Nested derivatives stay apart, stay linked to what is outside, and leave nothing behind."""

from __future__ import annotations

import gc
import math
import threading
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    AnomalyError,
    Parameter,
    StaleGraphError,
    Value,
    cos,
    detect_anomaly,
    exp,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacrev,
    jvp,
    log,
    no_grad,
    sensitivities,
    sin,
    value_and_grad,
    vjp,
)


def forward(f):
    """The derivative of a function of one number by a forward sweep."""
    return lambda x: jvp(f, (x,), (1.0,))[1]


def pulled(f):
    """The derivative of a function of one number by its vjp."""
    return lambda x: vjp(f, x)[1](1.0)[0]


WAYS = [grad, forward, pulled, jacfwd, jacrev]
NAMES = ["grad", "jvp", "vjp", "jacfwd", "jacrev"]
ways = pytest.mark.parametrize("way", WAYS, ids=NAMES)
pairs = pytest.mark.parametrize(
    ("outer", "inner"), [(o, i) for o in WAYS for i in WAYS], ids=[f"{o}-{i}" for o in NAMES for i in NAMES]
)


# --- perturbation confusion -------------------------------------------------------------------------------


@pairs
def test_the_classical_confusion(outer, inner):
    """d/dx [x · d/dy (x + y)] is 1, and 2 for whoever confuses the two perturbations."""
    assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0


@pairs
def test_the_inner_derivative_depends_on_the_outer_variable(outer, inner):
    assert outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0) == 6.0
    assert outer(lambda x: inner(lambda y: x * y * y)(x))(3.0) == 12.0
    assert outer(lambda x: inner(lambda y: y * y * x)(x * x))(2.0) == 6 * 4.0


@pairs
def test_an_inner_derivative_at_the_outer_variable_itself(outer, inner):
    assert outer(inner(sin))(0.5) == pytest.approx(-math.sin(0.5), rel=1e-15)
    assert outer(inner(lambda x: x))(0.5) == 0.0
    assert outer(inner(lambda x: 2.0))(0.5) == 0.0
    assert outer(lambda x: inner(lambda y: x)(x) + x)(0.5) == 1.0


@pairs
def test_an_outer_variable_hidden_in_what_the_inner_function_uses(outer, inner):
    """The inner function closes over a value computed from the outer variable, and over that of the loop."""

    def f(x):
        total = 0.0
        for _ in range(3):
            h = x * x + total
            total = inner(lambda y, h=h: h * y + y**3)(x)
        return total

    # With u = x² + t, t' = u + 3x²: the loop gives 4x², 8x², 12x².
    assert f(2.0) == 48.0
    assert outer(f)(2.0) == 48.0


@pairs
def test_three_levels_in_one_expression(outer, inner):
    def f(x):
        return x * inner(lambda y: y * outer(lambda z: x * y * z * z)(y))(x)

    # outer: 2xy·y = 2xy²; inner: d/dy (2xy³) at y=x: 6x³; f = 6x⁴.
    assert f(2.0) == 96.0
    assert inner(f)(2.0) == 24 * 8.0


@pytest.mark.parametrize("order", [2, 3, 4])
@ways
def test_one_way_repeated(way, order):
    slope = lambda x: x**5  # noqa: E731 -- one line of mathematics
    for _ in range(order):
        slope = way(slope)
    assert slope(1.5) == pytest.approx(math.perm(5, order) * 1.5 ** (5 - order), rel=1e-15)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(WAYS), min_size=1, max_size=4), st.floats(-2, 2))
def test_any_mix_of_ways_up_to_order_four(mix, x):
    slope = lambda t: sin(2 * t)  # noqa: E731
    for way in mix:
        slope = way(slope)
    expected = [math.cos, lambda t: -math.sin(t), lambda t: -math.cos(t), math.sin][len(mix) - 1](2 * x)
    assert slope(x) == pytest.approx(2.0 ** len(mix) * expected, rel=1e-13, abs=1e-13)


def test_an_inner_tangent_and_an_inner_cotangent_are_differentiated_too():
    assert grad(lambda v: jvp(lambda x: x**3, (2.0,), (v * v,))[1])(3.0) == 12.0 * 6.0
    assert forward(lambda v: jvp(lambda x: x**3, (2.0,), (v * v,))[1])(3.0) == 12.0 * 6.0

    def pulled_square(v):
        out, pull = vjp(lambda x: [x * v, x], v)
        return pull([v, out[1]])[0]  # v·v + v

    assert grad(pulled_square)(3.0) == 7.0
    assert forward(pulled_square)(3.0) == 7.0


def test_a_cotangent_that_is_the_result_itself_is_held_while_the_sweep_runs():
    def f(x):
        out, pull = vjp(lambda y: y * y, x)
        return pull(out)[0]  # y² · 2y

    assert f(3.0) == 54.0
    assert grad(f)(3.0) == 6 * 9.0
    assert grad(grad(f))(3.0) == 12 * 3.0


def test_hvp_inside_grad():
    assert grad(lambda x: hvp(lambda p: p[0] ** 3 * p[1], ([x, 2.0],), ([1.0, 0.0],))[0])(3.0) == 12.0


def test_an_optimiser_step_inside_is_differentiated():
    def after(rate):
        x = 3.0
        for _ in range(2):
            x = x - rate * grad(lambda x: x * x)(x)
        return x

    assert grad(after)(0.1) == pytest.approx(-12 * (1 - 2 * 0.1), rel=1e-14)


# --- what is outside --------------------------------------------------------------------------------------


def test_an_argument_that_is_a_value_gives_a_value_that_is_linked():
    x = Value(3.0, "x")
    slope = grad(lambda t: t**3)(x)
    assert isinstance(slope, Value)
    assert slope.data == 27.0
    assert not x.has_grad
    slope.backward()
    assert x.grad == 18.0


@ways
def test_closing_over_a_parameter_gives_a_value_that_is_linked(way):
    w = Parameter(3.0, "w")
    slope = way(lambda x: w * w * x)(2.0)
    assert isinstance(slope, Value)
    assert slope == 9.0
    slope.backward()
    assert w.grad == 6.0


def test_every_part_of_a_linked_answer_is_a_value():
    w = Parameter(3.0)
    value, slopes = value_and_grad(lambda p: w * p[0])([2.0, 5.0])
    assert all(isinstance(number, Value) for number in (value, *slopes))
    assert slopes[1].data == 0.0
    blocks = jacfwd(lambda a: a * w)(np.ones(2))
    assert blocks.dtype == object
    assert [[number.data for number in row] for row in blocks] == [[3.0, 0.0], [0.0, 3.0]]
    out, moved = jvp(lambda x: [w * x, 1.0], (2.0,), (1.0,))
    assert isinstance(out[0], Value)
    assert [number.data for number in moved] == [3.0, 0.0]
    _, aux = grad(lambda x: (x, [w, x * w]), has_aux=True)(2.0)
    assert aux[0] is w
    assert aux[1].parents[1] is w


def test_a_constant_or_a_value_made_inside_is_not_outside():
    slope = grad(lambda x: x * Value(3.0) + Parameter(2.0) * x)(2.0)
    assert type(slope) is float
    assert slope == 5.0


def test_what_is_outside_but_does_not_reach_the_result_changes_nothing():
    w = Parameter(3.0)

    def f(x):
        _ = w * x
        return x * x

    assert type(grad(f)(2.0)) is float


def test_inside_no_grad_results_are_floats_and_still_right():
    w, x = Parameter(3.0), Value(2.0)
    with no_grad():
        for answer in (
            grad(lambda t: w * t)(2.0),
            grad(lambda t: w * t * t / 4)(x),
            jacfwd(lambda t: w * t)(x),
            jvp(lambda t: w * t, (x,), (Value(1.0),))[1],
            vjp(lambda t: w * t, x)[1](Value(1.0))[0],
        ):
            assert type(answer) is float
            assert answer == 3.0
        out, _ = vjp(lambda t: [w * t], x)
        assert type(out[0]) is float
        assert grad(lambda t: w)(2.0) == 0.0


def test_no_grad_inside_a_function_stops_the_gradient_there():
    def f(x):
        with no_grad():
            held = x * x
        return held * x

    assert grad(f)(3.0) == 9.0


def test_a_walk_costs_what_the_function_did_not_the_history_of_its_arguments():
    x = Value(1.0)
    for _ in range(20_000):
        x = x * 1.0
    visited = []
    x.register_hook(visited.append)
    first = x.parents[0]
    first.register_hook(visited.append)
    for f in (lambda t: t * t, lambda t: t * x):
        assert grad(f)(x) == 2.0 if f(2.0) == 4.0 else 1.0
    assert visited == []  # the sweep never arrived there


def test_an_inner_gradient_in_a_long_loop_is_linear_in_the_steps():
    def counted_steps(n):
        visits = [0]

        def roll(x):
            for _ in range(n):
                x = x - 0.001 * grad(lambda q, x=x: q * q + x * q)(x)
            return x

        assert grad(roll)(1.0) == pytest.approx((1 - 0.003) ** n, rel=1e-10)
        return visits

    counted_steps(1000)


# --- grad, hooks, staleness -------------------------------------------------------------------------------


def test_no_transform_touches_grad():
    w, x = Parameter(3.0), Value(2.0)
    w.grad, x.grad = 7.0, 8.0
    f = lambda t: w * t * t  # noqa: E731
    for call in (
        lambda: grad(f)(x), lambda: jvp(f, (x,), (1.0,)), lambda: vjp(f, x)[1](1.0), lambda: hessian(f)(x),
        lambda: sensitivities(lambda t: f(t))(t=x),
    ):  # fmt: skip
        call()
        assert (w.grad, x.grad) == (7.0, 8.0)


def test_hooks_between_the_variables_and_the_result_run_and_others_do_not():
    seen = []

    def f(x, w):
        x.register_hook(lambda g: g * 10)
        y = x * x
        y.register_hook(lambda g: g * 2)
        still = w * 2.0
        still.register_hook(seen.append)
        return y + still

    w = Parameter(1.0)
    w.register_hook(seen.append)
    assert grad(f)(3.0, 1.0 * w) == 6.0 * 2 * 10
    assert grad(lambda x: f(x, Value(1.0)))(3.0) == 6.0 * 2 * 10
    assert seen == [1.0]  # of the second call alone, where all is of one run and the sweep takes in everything
    assert forward(lambda x: f(x, 1.0 * w))(3.0) == 6.0


def test_a_stale_leaf_is_refused():
    w = Parameter(3.0, "w")
    out, pull = vjp(lambda x: x * w, 2.0)
    w.data = 5.0
    with pytest.raises(StaleGraphError, match="'w'"):
        pull(1.0)
    x = Value(2.0, "x")
    _, pull = vjp(lambda t: t * t, x)
    x.data = 5.0
    with pytest.raises(StaleGraphError, match="'x'"):
        pull(1.0)
    assert out == 6.0

    def spoilt(x):
        y = x * w
        w.data = 1.0
        return y

    for way in WAYS:
        with pytest.raises(StaleGraphError, match="'w'"):
            way(spoilt)(2.0)


def test_detect_anomaly_watches_the_sweeps_of_transforms():
    with detect_anomaly(), pytest.raises(AnomalyError, match="sqrt"):
        grad(lambda x: (x * x).sqrt())(0.0)
    with detect_anomaly():
        assert grad(log)(2.0) == 0.5


# --- nothing left behind ----------------------------------------------------------------------------------


@ways
def test_an_exception_leaves_no_state(way):
    class Boom(Exception):
        pass

    def f(x):
        if x > 1:
            raise Boom
        return sin(x)

    def g(x):
        try:
            return way(f)(x + 5.0)
        except Boom:
            return way(f)(x)

    with pytest.raises(Boom):
        way(f)(2.0)
    with no_grad():
        with pytest.raises(Boom):
            way(f)(2.0)
        assert (Value(1.0) * 2).parents == ()
    assert way(f)(0.5) == pytest.approx(math.cos(0.5), rel=1e-15)
    assert way(g)(0.5) == pytest.approx(-math.sin(0.5), rel=1e-15)


def test_threads_do_not_disturb_one_another():
    results: dict[int, list[float]] = {}

    def work(seed):
        x = 0.1 * seed
        results[seed] = [grad(grad(lambda t: sin(t * x)))(1.0) for _ in range(100)]

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed in range(1, 5):
        x = 0.1 * seed
        assert results[seed] == [pytest.approx(-x * x * math.sin(x), rel=1e-14)] * 100


def test_a_call_leaves_no_cycle_for_the_collector():
    w = Parameter(3.0)
    seen: list[weakref.ref[Value]] = []

    def f(x):
        y = exp(x[0]) * w * cos(x[1])
        seen.append(weakref.ref(y))
        return y

    calls = [
        lambda: grad(f)([1.0, 2.0]), lambda: hessian(f)([1.0, 2.0]), lambda: vjp(f, [1.0, 2.0])[1](1.0),
        lambda: jvp(f, ([1.0, 2.0],), ([1.0, 0.0],)), lambda: jacrev(f)(np.ones(2)), lambda: hvp(f, ([1, 2],), ([1, 0],)),
        lambda: sensitivities(lambda a, b: f([a, b]))(a=1.0, b=2.0),
    ]  # fmt: skip
    gc.collect()
    gc.disable()
    try:
        for call in calls:
            call()
            assert all(reference() is None for reference in seen)
    finally:
        gc.enable()
    assert len(seen) == len(calls)


def test_a_chain_of_a_hundred_thousand_nodes():
    def chain(x):
        for _ in range(100_000):
            x = x + 1.0
        return x * x

    assert grad(chain)(0.0) == 200_000.0
    assert jacfwd(chain)(0.0) == 200_000.0
