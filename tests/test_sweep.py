"""The backward pass: what it writes and when, hooks, second order, and that the fast sweep is the readable one."""

import math
import operator
import random
import struct
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    AnomalyError,
    GradientError,
    Parameter,
    StaleGraphError,
    Value,
    detect_anomaly,
    errstate,
    fsum,
    leaky_relu,
    log,
    maximum,
    mean,
    minimum,
    no_grad,
    primitive,
    relu,
    sigmoid,
    sign,
    sin,
    sqrt,
    step,
    tanh,
    where,
)
from autograd.primitives import PRIMITIVES
from autograd.sweep import adjoint_steps, adjoints, topological_order


@pytest.fixture(autouse=True)
def _registry():
    """Take out of the table what a test put in."""
    before = dict(PRIMITIVES)
    yield
    PRIMITIVES.clear()
    PRIMITIVES.update(before)


def bits(number):
    """A float by its bits; every nan is one."""
    return "nan" if math.isnan(number) else struct.pack("<d", number).hex()


def grads(order):
    """What the nodes hold, exactly: not computed, the bits of a float, or the Value itself."""
    return [node._grad if node._grad is None or isinstance(node._grad, Value) else bits(node._grad) for node in order]


def data_of(node):
    return node._data


# --- topological order ------------------------------------------------------------------------------------


def test_operands_come_before_results_each_once_and_the_root_last():
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    s = a * b
    t = fsum([s, a, c, s])
    root = where(t, s - t, c) + s * s
    order = root.topological_order()
    assert order[-1] is root
    assert len(order) == len(set(order)) == 9
    place = {node: i for i, node in enumerate(order)}
    assert all(place[parent] < place[node] for node in order for parent in node.parents)
    assert {a, b, c, s, t, root} <= set(order)


def test_the_order_is_that_of_a_depth_first_walk_first_operand_first():
    a, b, c, d = (Value(float(i), name) for i, name in enumerate("abcd"))
    u = (a - b).named("u")
    v = fsum([c, u, d]).named("v")
    assert [node.label for node in (v * u).named("w").topological_order()] == ["c", "a", "b", "u", "d", "v", "w"]


def test_the_order_of_a_leaf_is_itself():
    a = Value(1.0)
    assert a.topological_order() == [a]


def test_the_order_depends_on_the_graph_alone():
    def build():
        rng = random.Random(1)
        nodes = [Value(float(i), str(i)) for i in range(5)]
        for i in range(200):
            nodes.append((rng.choice(nodes) * rng.choice(nodes)).named(str(5 + i)))
        return fsum(nodes[-50:])

    first, second = build(), build()
    assert [n.label for n in first.topological_order()] == [n.label for n in second.topological_order()]


# --- what backward writes ---------------------------------------------------------------------------------


def test_leaves_accumulate_until_they_are_zeroed():
    x = Value(3.0)
    (x * x).backward()
    (2 * x).backward()
    assert x.grad == 8.0
    x.zero_grad()
    assert (x.grad, x.has_grad) == (0.0, False)
    (2 * x).backward()
    assert x.grad == 2.0


def test_twice_is_exactly_twice_at_the_leaves_and_fresh_inside():
    x, y = Value(0.7), Value(-1.3)
    root = ((x * y).tanh() + x) ** 2
    root.backward()
    order = root.topological_order()
    once = {node: node.grad for node in order}
    root.backward()
    for node in order:
        assert node.grad == (2 * once[node] if node.op is None else once[node])


def test_shared_subgraphs_are_summed():
    a = Value(3.0)
    s = a * a
    root = s * s + s
    root.backward()
    assert (s.grad, a.grad) == (2 * 9 + 1, 19 * 6)


def test_the_same_operand_twice_gets_both_flows():
    for build, expected in [
        (lambda a: a + a, 2.0),
        (lambda a: a - a, 0.0),
        (lambda a: a * a, 6.0),
        (lambda a: a / a, 0.0),
        (lambda a: fsum([a, a, a]), 3.0),
        (lambda a: maximum(a, a), 1.0),
        (lambda a: minimum(a, a), 1.0),
        (lambda a: where(a, a, a), 1.0),
    ]:
        a = Value(3.0)
        build(a).backward()
        assert a.grad == pytest.approx(expected, abs=1e-16)


def test_an_intermediate_node_may_be_the_root_and_what_lies_above_is_left_alone():
    a = Value(3.0)
    s = a * a
    top = 5 * s
    top.backward()
    assert (top.grad, s.grad, a.grad) == (1.0, 5.0, 30.0)
    s.backward()
    assert (top.grad, s.grad, a.grad) == (1.0, 1.0, 36.0)


def test_a_leaf_may_be_the_root():
    x = Value(3.0)
    x.backward()
    x.backward(0.5)
    assert x.grad == 1.5


def test_the_gradient_to_start_from():
    x = Value(3.0)
    y = x * x
    y.backward(gradient=-2)
    assert (y.grad, x.grad, type(y.grad)) == (-2.0, -12.0, float)
    x.zero_grad()
    y.backward(0.0)
    assert (x.grad, x.has_grad) == (0.0, True)
    for bad, fragment in [("1", "the str '1'"), (None, "None"), ([1.0], "the list"), (1j, "the complex number")]:
        with pytest.raises(TypeError) as caught:
            y.backward(bad)
        assert str(caught.value).startswith("backward(gradient)")
        assert fragment in str(caught.value)
    with pytest.raises(TypeError, match=r"without create_graph, takes one real number, not .*already part of a graph"):
        y.backward(Value(1.0))
    assert x.grad == 0.0


def test_a_node_that_no_flow_reaches_has_the_gradient_zero():
    a, b, c = Value(2.0), Value(3.0), Value(1.0)
    inner = b * b
    where(c, a, inner).backward()
    assert [(node.grad, node.has_grad) for node in (a, b, c, inner)] == [(1, True), (0, True), (0, True), (0, True)]


def test_zero_grad_forgets_the_whole_graph_below_and_nothing_above():
    a = Value(2.0)
    s = a * a
    top = s * 3
    top.backward()
    s.zero_grad()
    assert [node.has_grad for node in (a, s, top)] == [False, False, True]


def test_a_gradient_that_was_set_is_added_to():
    p = Parameter(2.0)
    p.grad = 10
    (p * 3).backward()
    assert p.grad == 13.0
    p.grad = 0
    (p * 3).backward()
    assert p.grad == 3.0


def test_gradients_may_overflow_to_infinity_without_an_error():
    x = Value(1e-300)
    y = (x * 1e200) * 1e200
    y.backward()
    assert x.grad == math.inf


# --- when something fails ---------------------------------------------------------------------------------


def failing(fail):
    """A graph with gradients of every kind on its nodes, in whose middle ``fail`` makes the next pass fail."""
    a, b, c, d = Value(0.5, "a"), Value(-0.0, "b"), Parameter(3.0, "c"), Value(7.0, "d")
    middle = fail(a * b + c)
    root = (middle * a).tanh() - d
    (a * 2).backward()
    b.grad = -0.0
    (c * c).backward(create_graph=True)
    order = root.topological_order()
    return root, order, grads(order)


class Stop(BaseException):
    """As KeyboardInterrupt is: not an Exception."""


def with_hook(error):
    def fail(node):
        def hook(_gradient):
            raise error

        node.register_hook(hook)
        return node

    return fail


def with_partials(error):
    def partials(_x, _out):
        raise error

    def fail(node):
        return primitive("sweep_failing", forward=operator.pos, partials=partials)(node)

    return fail


def with_stale_leaf(node):
    leaf = Value(1.0, "late")
    result = node * leaf
    leaf.data = 2.0
    return result


SWEEPS = {
    "plain": lambda root: root.backward(),
    "create_graph": lambda root: root.backward(create_graph=True),
    "steps": lambda root: list(root.backward_steps()),
    "anomaly": detect_anomaly()(lambda root: root.backward()),
}

FAILURES = [
    (with_hook(RuntimeError("hook")), RuntimeError),
    (with_hook(Stop()), Stop),
    (with_partials(RuntimeError("rule")), GradientError),
    (with_partials(Stop()), Stop),
    (with_stale_leaf, StaleGraphError),
    (lambda node: node.register_hook(lambda g: "no number") and node, TypeError),
]


@pytest.mark.parametrize(("fail", "error"), FAILURES)
@pytest.mark.parametrize("sweep", SWEEPS)
def test_an_exception_in_the_middle_leaves_every_gradient_bit_for_bit(fail, error, sweep):
    root, order, before = failing(fail)
    assert None in before
    with pytest.raises(error):
        SWEEPS[sweep](root)
    after = grads(order)
    assert all(x is y if isinstance(x, Value) else x == y for x, y in zip(before, after, strict=True))


def test_an_error_in_a_rule_keeps_its_cause():
    op = primitive("sweep_cause", forward=lambda x: x, partials=lambda x, out: (math.sqrt(-x),))
    with pytest.raises(GradientError) as caught:
        op(Value(1.0, "x")).backward()
    assert "the local gradients of the sweep_cause node (data = 1.0) failed with ValueError" in str(caught.value)
    assert "Mend the partials of the operation 'sweep_cause'" in str(caught.value)
    assert isinstance(caught.value.__cause__, ValueError)


# --- stale graphs -----------------------------------------------------------------------------------------

STALE = {
    "unary": lambda x: x.tanh(),
    "captured": lambda x: x**3,
    "first operand": lambda x: x * 2,
    "second operand": lambda x: 2 * x,
    "variadic": lambda x: fsum([1.0, 2.0, x, 3.0]),
    "taken branch": lambda x: where(1.0, x, 2.0),
    "branch not taken": lambda x: where(0.0, x, 2.0),
    "condition": lambda x: where(x, 1.0, 2.0),
    "below the branch not taken": lambda x: where(1.0, 2.0, x * x),
    "below the condition": lambda x: where(step(x), 1.0, 2.0),
    "below a derivative of zero": lambda x: (x * x) ** 0,
}


@pytest.mark.parametrize("use", STALE)
@pytest.mark.parametrize("sweep", SWEEPS)
def test_a_leaf_that_changed_after_use_is_named_wherever_it_was_used(use, sweep):
    x = Value(1.0, "rate")
    root = STALE[use](x).tanh() * Value(2.0)
    x.data = -1.0
    with pytest.raises(StaleGraphError) as caught:
        SWEEPS[sweep](root)
    assert "'rate' (data = -1.0) changed after" in str(caught.value)
    assert "Call forward() on the root to recompute it" in str(caught.value)
    assert not x.has_grad


# --- hooks ------------------------------------------------------------------------------------------------


def test_a_hook_sees_the_complete_gradient_once_a_pass():
    seen = []
    x = Value(3.0)
    s = x * x
    x.register_hook(lambda g: seen.append(("x", g)))
    s.register_hook(lambda g: seen.append(("s", g)))
    (s + s * 2).backward()
    assert seen == [("s", 3.0), ("x", 18.0)]
    (s + x).backward()
    assert seen[2:] == [("s", 1.0), ("x", 7.0)]


def test_what_a_hook_returns_flows_on_and_is_what_the_node_holds():
    x, y = Value(3.0), Value(5.0)
    s = x * y
    s.register_hook(lambda g: 10 * g)
    (s * 2).backward()
    assert (s.grad, x.grad, y.grad) == (20.0, 100.0, 60.0)


def test_a_hook_on_a_leaf_replaces_what_one_pass_adds():
    x = Value(3.0)
    x.register_hook(lambda g: min(g, 1.0))
    (x * x).backward()
    (x * x).backward()
    assert x.grad == 2.0


def test_hooks_run_in_the_order_of_registration_each_on_the_result_of_the_one_before():
    x = Value(1.0)
    handles = [x.register_hook(lambda g: g + 1), x.register_hook(lambda g: g * 10), x.register_hook(lambda g: None)]
    x.backward()
    assert x.grad == 20.0
    handles[0].remove()
    x.zero_grad()
    x.backward()
    assert x.grad == 10.0


def test_hooks_whose_handles_are_not_kept_all_run():
    x, seen = Value(1.0), []
    for i in range(20):
        x.register_hook(lambda g, i=i: seen.append(i))
    x.backward()
    assert seen == list(range(20))


def test_removing_a_hook_twice_or_after_others_came_removes_no_other():
    x, seen = Value(1.0), []
    first = x.register_hook(lambda g: seen.append("first"))
    first.remove()
    second = x.register_hook(lambda g: seen.append("second"))
    third = x.register_hook(lambda g: seen.append("third"))
    first.remove()
    first.remove()
    x.backward()
    assert seen == ["second", "third"]
    second.remove()
    third.remove()
    x.backward()
    assert seen == ["second", "third"]


def test_one_function_may_be_registered_twice():
    x, seen = Value(1.0), []
    handle = x.register_hook(seen.append)
    x.register_hook(seen.append)
    x.backward()
    handle.remove()
    x.backward()
    assert seen == [1.0, 1.0, 1.0]


def test_a_hook_may_remove_itself_and_others_while_it_runs():
    x, seen = Value(1.0), []

    def once(_gradient):
        seen.append("once")
        handle.remove()

    handle = x.register_hook(once)
    x.register_hook(lambda g: seen.append("always"))
    x.backward()
    x.backward()
    assert seen == ["once", "always", "always"]


def test_a_hook_on_a_node_that_no_flow_reaches_does_not_run():
    a, b = Value(2.0), Value(3.0)
    b.register_hook(lambda g: pytest.fail("no flow reaches it"))
    where(1.0, a, b).backward()
    assert b.grad == 0.0


@pytest.mark.parametrize("hook", [None, 3, "f"])
def test_a_hook_must_be_callable(hook):
    with pytest.raises(TypeError, match=f"register_hook takes a function of the gradient, not {hook!r}"):
        Value(1.0).register_hook(hook)


@pytest.mark.parametrize("result", ["1", [1.0], 1j])
def test_a_hook_must_return_a_number(result):
    x = Value(1.0, "x")
    x.register_hook(lambda g: result)
    with pytest.raises(TypeError, match=r"a hook of 'x' \(data = 1\.0\) takes one real number"):
        x.backward()


def test_a_hook_may_not_turn_a_plain_pass_into_a_graph():
    x = Value(1.0, "x")
    y = x * 3
    y.register_hook(lambda g: Value(2.0))
    with pytest.raises(TypeError, match=r"a hook of the mul node .* already part of a graph"):
        y.backward()
    assert not x.has_grad


def test_under_create_graph_a_hook_is_handed_a_value_and_may_return_either_kind():
    x = Value(3.0)
    y = x * x * x
    seen = []
    x.register_hook(seen.append)
    handle = y.register_hook(lambda g: g * 2)
    y.backward(create_graph=True)
    assert isinstance(seen[0], Value)
    assert x.grad.data == 54.0
    handle.remove()
    y.register_hook(lambda g: 3.0)
    x.zero_grad()
    y.backward(create_graph=True)
    assert x.grad.data == 81.0


@pytest.mark.parametrize("build", [lambda x: x + 1, lambda x: x, lambda x: fsum([x, 1.0, 2.0])])
def test_under_create_graph_a_hook_that_returns_a_float_still_leaves_a_value(build):
    x = Value(3.0)
    root = build(x)
    root.register_hook(lambda g: 2.0)
    root.backward(create_graph=True)
    assert isinstance(x.grad, Value)
    assert x.grad.data == 2.0


# --- second order -----------------------------------------------------------------------------------------

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
    assert float(x.grad) == 6.0
    assert not getattr(x.grad, "parents", ())


# --- edges ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(
    "build",
    [
        lambda x: where(1.0, 2.0 * x, sqrt(x)),
        lambda x: where(0.0, sqrt(x), 2.0 * x),
        lambda x: where(1.0, 2.0 * x, x**0.5 + sqrt(x) * 3.0),
        lambda x: where(1.0, 2.0 * x, fsum([sqrt(x), x, x])),
        lambda x: where(1.0, where(1.0, 2.0 * x, sqrt(x)), sqrt(x)),
        lambda x: where(sqrt(x) + 1.0, 2.0 * x, 1.0),
    ],
)
def test_where_stops_zero_times_infinity(build, create_graph):
    x = Value(0.0)
    build(x).backward(create_graph=create_graph)
    assert float(x.grad) == 2.0


@pytest.mark.parametrize("create_graph", [False, True])
def test_where_stops_a_nan(create_graph):
    x = Value(-1.0)
    with errstate(domain="nan"):
        y = where(relu(x), log(x), 3.0 * x)
    y.backward(create_graph=create_graph)
    assert (y.data, float(x.grad)) == (-3.0, 3.0)


def test_where_stops_an_infinity_at_second_order():
    x = Value(0.0)
    where(1.0, x**3, sqrt(x)).backward(create_graph=True)
    slope = x.grad
    x.zero_grad()
    slope.backward()
    assert (slope.data, x.grad) == (0.0, 0.0)


def test_where_passes_an_infinity_of_the_branch_taken():
    x = Value(0.0)
    where(1.0, sqrt(x), 2.0 * x).backward()
    assert x.grad == math.inf


CONVENTIONS = {
    "relu(0)": (relu, 0.0, 0.0, 0.0),
    "relu(-0)": (relu, -0.0, 0.0, 0.0),
    "abs(0)": (abs, 0.0, 0.0, 0.0),
    "step(0)": (step, 0.0, 0.0, 0.0),
    "sign(0)": (sign, 0.0, 0.0, 0.0),
    "leaky_relu(0)": (lambda x: leaky_relu(x, 0.25), 0.0, 0.0, 0.25),
    "sqrt(0)": (sqrt, 0.0, 0.0, math.inf),
    "x**0 at 0": (lambda x: x**0, 0.0, 1.0, 0.0),
    "x**0 at 5": (lambda x: x**0, 5.0, 1.0, 0.0),
    "max(x, 1) at 1": (lambda x: maximum(x, 1.0), 1.0, 1.0, 0.5),
    "min(1, x) at 1": (lambda x: minimum(1.0, x), 1.0, 1.0, 0.5),
    "max(x, x)": (lambda x: maximum(x, x), 4.0, 4.0, 1.0),
    "min(x, x)": (lambda x: minimum(x, x), 4.0, 4.0, 1.0),
}


@pytest.mark.parametrize("name", CONVENTIONS)
@pytest.mark.parametrize("create_graph", [False, True])
def test_the_conventions_at_kinks_and_poles(name, create_graph):
    f, at, value, slope = CONVENTIONS[name]
    x = Value(at)
    y = f(x)
    y.backward(create_graph=create_graph)
    assert (y.data, float(x.grad)) == (value, slope)


@pytest.mark.parametrize(
    "f",
    [
        relu, abs, sign, step, leaky_relu, lambda x: x**2,
        lambda x: maximum(x, 1.0), lambda x: maximum(1.0, x), lambda x: minimum(x, 1.0), lambda x: minimum(1.0, x),
        tanh, sigmoid, lambda x: x.softplus(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("create_graph", [False, True])
def test_at_nan_no_gradient_is_finite(f, create_graph):
    x = Value(math.nan)
    y = f(x)
    assert math.isnan(y.data)
    y.backward(create_graph=create_graph)
    assert math.isnan(float(x.grad))


@pytest.mark.parametrize("f", [maximum, minimum])
def test_a_nan_beside_a_number_makes_both_gradients_nan(f):
    x, y = Value(math.nan), Value(1.0)
    for root in (f(x, y), f(y, x)):
        assert math.isnan(root.data)
        root.zero_grad()
        root.backward()
        assert math.isnan(x.grad)
        assert math.isnan(y.grad)


def test_signed_zeros_are_kept():
    x = Value(2.0)
    (x * -0.0).backward()
    assert bits(x.grad) == bits(-0.0)
    assert bits((Value(0.0) * -1).data) == bits(-0.0)


# --- random programs --------------------------------------------------------------------------------------


@cache
def operations():
    """Every operation of the table; its inputs are drawn by arity, its constants from a few."""
    return sorted(name for name, op in PRIMITIVES.items() if op.builtin)


NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 2.0]),
    st.floats(-3.0, 3.0, allow_subnormal=False),
)
# Indices are taken modulo what there is, so that every drawn program is a program.
STEPS = st.lists(
    st.tuples(st.integers(0, 10**6), st.lists(st.integers(0, 10**6), min_size=6, max_size=6), st.booleans()),
    min_size=1,
    max_size=25,
)
CONSTANTS = [2.0, 0.5, 3.0, -1.0, 0.0, 1.5]


def apply(op, pick, operands, *, capture):
    """``op`` on operands chosen by the numbers ``pick``."""
    constants = ()
    arity = op.arity
    if op.captures and (op.partials is None or capture):
        constants = tuple(CONSTANTS[i % len(CONSTANTS)] for i in pick[-op.captures :])
        arity = None if arity is None else arity - op.captures
    count = arity if arity is not None else 2 * (1 + pick[0] % 3)  # even, as dot() needs
    return op(*[operands[pick[i] % len(operands)] for i in range(count)], *constants)


def run(leaves, program, *, rough):
    """The root of a random graph. Only finite values go on, unless it is ``rough``: then nan and inf do too."""
    nodes = list(leaves)
    names = operations()
    with errstate(domain="nan"):
        for which, pick, capture in program:
            try:
                node = apply(PRIMITIVES[names[which % len(names)]], pick, nodes, capture=capture)
            except (TypeError, ValueError):
                continue  # more inputs than the operation takes
            if rough or (math.isfinite(node.data) and abs(node.data) < 1e100):
                nodes.append(node)
    return fsum(nodes[-4:])


def test_the_random_programs_reach_every_operation():
    rng = random.Random(3)
    met = set()
    for _ in range(300):
        program = [
            (rng.randrange(10**6), [rng.randrange(10**6) for _ in range(6)], rng.random() < 0.5) for _ in range(25)
        ]
        root = run([Value(rng.uniform(0.1, 2.0)) for _ in range(3)], program, rough=True)
        met |= {node.op.name for node in root.topological_order() if node.op}
    assert set(operations()) - met == set()


common = settings(max_examples=120, deadline=None, derandomize=True, database=None)


@common
@given(st.lists(NUMBERS, min_size=1, max_size=4), STEPS, NUMBERS, st.booleans())
def test_the_fast_sweep_equals_the_readable_one_bit_for_bit(inputs, program, seed, rough):
    root = run([Value(number) for number in inputs], program, rough=rough)
    order = topological_order(root)
    fast = adjoints(order, seed)
    readable = {step.node: step.adjoint for step in adjoint_steps(order, seed, data_of)}
    assert list(fast) == order
    for node in order:
        assert (fast[node] is None) == (readable[node] is None)
        if fast[node] is not None:
            assert type(fast[node]) is float
            assert bits(fast[node]) == bits(readable[node]), node


@common
@given(st.lists(NUMBERS, min_size=1, max_size=4), STEPS)
def test_the_gradient_as_a_graph_has_the_values_of_the_gradient_as_floats(inputs, program):
    leaves = [Value(number) for number in inputs]
    root = run(leaves, program, rough=False)
    order = topological_order(root)
    fast = adjoints(order, 1.0)
    root.backward(create_graph=True)
    for leaf in order:
        if leaf.op is None:
            expected = 0.0 if fast[leaf] is None else fast[leaf]
            assert bits(float(leaf.grad)) == bits(expected) or math.isclose(
                float(leaf.grad), expected, rel_tol=1e-12, abs_tol=0.0
            )


@common
@given(st.lists(NUMBERS, min_size=1, max_size=4), STEPS, st.booleans())
def test_a_pass_step_by_step_and_a_watched_pass_write_what_backward_writes(inputs, program, rough):
    root = run([Value(number) for number in inputs], program, rough=rough)
    order = topological_order(root)
    root.backward()
    expected = grads(order)
    root.zero_grad()
    assert grads(order) == [None] * len(order)
    list(root.backward_steps())
    assert grads(order) == expected
    root.zero_grad()
    try:
        with detect_anomaly():
            root.backward()
    except AnomalyError:
        assert grads(order) == [None] * len(order)
    else:
        assert grads(order) == expected


@common
@given(st.lists(NUMBERS, min_size=1, max_size=3), STEPS.map(lambda program: program[:7]))
def test_the_gradient_is_the_sum_over_all_paths(inputs, program):
    """The chain rule said in another way: a sum over paths of the product of the local gradients."""
    leaves = [Value(number) for number in inputs]
    root = run(leaves, program, rough=False)
    order = topological_order(root)
    if any(node.op is PRIMITIVES["where"] for node in order):
        return  # a gate stops an infinity, a product does not
    paths = dict.fromkeys(order, 0.0)
    magnitude = dict.fromkeys(order, 0.0)
    walk = [(root, 1.0)]
    while walk and len(walk) < 10_000:
        node, product = walk.pop()
        paths[node] += product
        magnitude[node] += abs(product)
        walk += [(parent, product * local) for parent, local in zip(node.parents, node.partials(), strict=True)]
    root.backward()
    for node in order:
        if math.isfinite(magnitude[node]):
            assert node.grad == pytest.approx(paths[node], rel=1e-9, abs=1e-12 * (1 + magnitude[node]))


@common
@given(st.lists(NUMBERS, min_size=2, max_size=4), st.lists(NUMBERS, min_size=4, max_size=4), STEPS)
def test_forward_gives_the_bits_of_building_it_again(inputs, others, program):
    leaves = [Value(number) for number in inputs]
    root = run(leaves, program, rough=True)
    order = topological_order(root)
    for leaf, number in zip(leaves, others, strict=False):
        leaf.data = number
    with errstate(domain="nan"):
        root.forward()
        rebuilt = {}
        for node in order:
            rebuilt[node] = node.op(*[rebuilt[parent] for parent in node.parents]) if node.op else Value(node.data)
    assert [bits(node.data) for node in order] == [bits(rebuilt[node].data) for node in order]
    root.backward()
    rebuilt[root].backward()
    assert [bits(node.grad) for node in order] == [bits(rebuilt[node].grad) for node in order]


def test_the_operators_of_local_gradients_in_ieee_arithmetic():
    # Where a closure leaves the floats it is asked again; the numbers it is then handed do all that floats do.
    def locals_at_zero(rule):
        op = primitive("sweep_ieee", forward=operator.pos, partials=lambda x, out: (rule(x, 1.0 / x),))
        x = Value(0.0)
        op(x).backward()
        return x.grad

    assert locals_at_zero(lambda x, pole: pole + 1) == math.inf
    assert locals_at_zero(lambda x, pole: 1 - pole) == -math.inf
    assert locals_at_zero(lambda x, pole: -pole * 2) == -math.inf
    assert locals_at_zero(lambda x, pole: 3 / pole) == 0.0
    assert locals_at_zero(lambda x, pole: sin(x) + pole) == math.inf
    assert locals_at_zero(lambda x, pole: abs(-pole)) == math.inf
    assert math.isnan(locals_at_zero(lambda x, pole: pole - pole))
    assert math.isnan(locals_at_zero(lambda x, pole: pole * x))
