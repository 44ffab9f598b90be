"""The gradient as a graph: derivatives of every order by ``create_graph``, and what it leaves on the nodes.

How accurate second derivatives are, operation by operation, is measured by ``second_order``.
"""

import math

import pytest

from autograd import Parameter, Value, fsum, mean, no_grad, where

CLOSED_FORMS = {
    "cube": (lambda x: x**3, lambda x: (3 * x**2, 6 * x, 6.0)),
    "reciprocal": (lambda x: 1 / x, lambda x: (-(x**-2), 2 * x**-3, -6 * x**-4)),
    "exp": (lambda x: x.exp(), lambda x: (math.exp(x),) * 3),
    "log": (lambda x: x.log(), lambda x: (1 / x, -(x**-2), 2 * x**-3)),
    "sqrt": (lambda x: x.sqrt(), lambda x: (0.5 * x**-0.5, -0.25 * x**-1.5, 0.375 * x**-2.5)),
    "sin": (lambda x: x.sin(), lambda x: (math.cos(x), -math.sin(x), -math.cos(x))),
    "cos": (lambda x: x.cos(), lambda x: (-math.sin(x), -math.cos(x), math.sin(x))),
    "exp of square": (
        lambda x: (x * x).exp(),
        lambda x: tuple(p * math.exp(x * x) for p in (2 * x, 2 + 4 * x * x, 12 * x + 8 * x**3)),
    ),
    "x to the x": (
        lambda x: x**x,
        lambda x: (
            x**x * (1 + math.log(x)),
            x**x * ((1 + math.log(x)) ** 2 + 1 / x),
            x**x * ((1 + math.log(x)) ** 3 + 3 * (1 + math.log(x)) / x - 1 / x**2),
        ),
    ),
    "tanh": (
        lambda x: x.tanh(),
        lambda x: (
            1 - math.tanh(x) ** 2,
            -2 * math.tanh(x) * (1 - math.tanh(x) ** 2),
            (6 * math.tanh(x) ** 2 - 2) * (1 - math.tanh(x) ** 2),
        ),
    ),
    "shared": (lambda x: (s := x * x) * s, lambda x: (4 * x**3, 12 * x**2, 24 * x)),
    "variadic": (lambda x: fsum([x * x, x, x**3]), lambda x: (2 * x + 1 + 3 * x**2, 2 + 6 * x, 6.0)),
    "mean": (lambda x: mean([x * x, x, x**4]), lambda x: ((2 * x + 1 + 4 * x**3) / 3, (2 + 12 * x**2) / 3, 8 * x)),
    "where": (lambda x: where(1.0, x**3, x), lambda x: (3 * x**2, 6 * x, 6.0)),
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
@pytest.mark.parametrize("at", [0.3, 1.7])
def test_first_second_and_third_derivatives(name, at):
    f, derivatives = CLOSED_FORMS[name]
    x = Value(at, "x")
    y = f(x)
    for expected in derivatives(at):
        y.backward(create_graph=True)
        y = x.grad
        x.zero_grad()
        assert isinstance(y, Value)
        assert y.data == pytest.approx(expected, rel=1e-12)


def test_mixed_derivatives():
    x, y = Value(2.0), Value(3.0)
    (x**2 * y**3).backward(create_graph=True)
    by_x = x.grad
    for leaf in (x, y):
        leaf.zero_grad()
    by_x.backward()
    assert (x.grad, y.grad) == (2 * 27.0, 4.0 * 27.0)


def test_create_graph_leaves_values_on_leaves_and_floats_inside():
    a, b, p = Value(2.0), Value(3.0), Parameter(1.0)
    s = a * b
    root = where(p, s + 2, b)
    root.backward(create_graph=True)
    for node in root.topological_order():
        assert isinstance(node.grad, Value) is (node.op is None), node
        assert type(node._grad) in (float, Value) or node.op is None
    assert [leaf.grad.data for leaf in (a, b, p)] == [3.0, 2.0, 0.0]


def test_a_leaf_as_root_of_create_graph_holds_a_value():
    x = Value(2.0)
    x.backward(create_graph=True)
    assert isinstance(x.grad, Value)
    assert x.grad.data == 1.0


def test_a_value_may_be_the_gradient_to_start_from():
    x, g = Value(3.0), Value(5.0)
    (x * x).backward(g, create_graph=True)
    directional = x.grad
    x.zero_grad()
    directional.backward()
    assert (directional.data, g.grad, x.grad) == (30.0, 6.0, 10.0)


def test_floats_and_values_accumulate_on_one_leaf():
    x = Value(3.0)
    (x * x).backward()
    (x**3).backward(create_graph=True)
    total = x.grad
    assert total.data == 6.0 + 27.0
    x.zero_grad()
    total.backward()
    assert x.grad == 18.0


def test_a_gradient_penalty_trains():
    w, x = Parameter(0.5), Value(2.0)
    y = (w * x).tanh()
    y.backward(create_graph=True)
    slope = x.grad
    for leaf in (w, x):
        leaf.zero_grad()
    (slope**2).backward()

    def penalty(weight):
        return (weight * (1 - math.tanh(weight * 2.0) ** 2)) ** 2

    h = 1e-6
    assert w.grad == pytest.approx((penalty(0.5 + h) - penalty(0.5 - h)) / (2 * h), rel=1e-8)


def test_under_no_grad_create_graph_gives_unlinked_numbers():
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward(create_graph=True)
    assert x.grad.data == 6.0
    assert not getattr(x.grad, "parents", ())


@pytest.mark.parametrize("closed_first", [True, False])
def test_a_flow_that_came_through_no_gate_is_not_stopped_by_that_of_another(closed_first):
    x, closed = Value(3.0), Value(0.0)
    y = x * x
    ways = [where(closed, y**2, 1.0), 2.0 * y]
    root = ways[0] + ways[1] if closed_first else ways[1] + ways[0]
    root.backward(create_graph=True)
    slope = x.grad
    assert slope == 12.0
    x.zero_grad()
    slope.backward()
    assert x.grad == 4.0
