"""Derivatives stay linked to what is outside, and leave nothing behind."""

from __future__ import annotations

import gc
import math
import threading
import weakref

import numpy as np
import pytest

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
from autograd.trace import Trace
from tests.support.ways import WAYS, forward, ways

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


@ways
def test_returning_what_is_outside_has_derivative_zero(way):
    w = Parameter(3.0)
    slope = way(lambda _: w)(2.0)
    assert isinstance(slope, Value)
    assert slope.data == 0.0


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


def test_a_walk_costs_what_the_function_did_not_the_history_of_what_it_was_given():
    x, hooked = Value(1.0), []
    x.register_hook(hooked.append)
    for _ in range(1000):
        x = x * 1.0
    for f, slope in ((lambda t: t * t * 3.0, 6.0), (lambda t: t * x * 3.0, 3.0)):
        trace = Trace(f, [0], [x], {})
        graph = trace._graph([trace.result])
        assert len(graph.order) + len(graph.outside) <= 5
        assert grad(f)(x) == slope
    assert hooked == []


def test_a_gradient_in_every_step_of_a_loop_is_differentiated_through_all_steps():
    def roll(x):
        for _ in range(300):
            x = x - 0.001 * grad(lambda q, x=x: q * q + x * q)(x)  # x' = x - 0.001 · 3x
        return x

    assert grad(roll)(1.0) == pytest.approx(0.997**300, rel=1e-12)


# --- grad, hooks, staleness -------------------------------------------------------------------------------


def test_no_transform_touches_grad():
    w, x = Parameter(3.0), Value(2.0)
    w.grad, x.grad = 7.0, 8.0
    f = lambda t: w * t * t  # noqa: E731
    for call in (
        lambda: grad(f)(x), lambda: jvp(f, (x,), (1.0,)), lambda: vjp(f, x)[1](1.0), lambda: hessian(f)(x),
        lambda: sensitivities(f)(t=x),
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
    assert grad(lambda x: f(x, Value(1.0)))(3.0) == 6.0 * 2 * 10
    del seen[:]  # what stands elsewhere is not promised where all was made in one run
    assert grad(f)(Value(3.0), 1.0 * w).data == 6.0 * 2 * 10
    assert seen == []
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
    class BoomError(Exception):
        pass

    def f(x):
        if x > 1:
            raise BoomError
        return sin(x)

    def g(x):
        try:
            return way(f)(x + 5.0)
        except BoomError:
            return way(f)(x)

    with pytest.raises(BoomError):
        way(f)(2.0)
    with no_grad():
        with pytest.raises(BoomError):
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
        lambda: jvp(f, ([1.0, 2.0],), ([1.0, 0.0],)), lambda: jacrev(f)(np.ones(2)),
        lambda: hvp(f, ([1, 2],), ([1, 0],)),
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
