"""Perturbations stay apart and higher orders are right, in every mix of forward and reverse."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import grad, hvp, jvp, sin, vjp
from tests.support.ways import NAMES, WAYS, forward, ways

pairs = pytest.mark.parametrize(
    ("outer", "inner"), [(o, i) for o in WAYS for i in WAYS], ids=[f"{o}-{i}" for o in NAMES for i in NAMES]
)


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


@settings(max_examples=40)
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
