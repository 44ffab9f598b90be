"""The backward pass: its order, what it writes and when, and that a pass that fails writes nothing."""

import math
import operator
import random

import pytest

from autograd import (
    GradientError,
    Parameter,
    StaleGraphError,
    Value,
    compile,  # noqa: A004 -- the name that autograd gives it
    detect_anomaly,
    errstate,
    fsum,
    grad,
    maximum,
    minimum,
    primitive,
    record,
    relu,
    step,
    sweep,
    trace,
    value_and_grad,
    where,
)
from autograd.compiled import core
from autograd.primitives import PRIMITIVES
from autograd.replay import recorder
from autograd.sweep import adjoint_steps, itself, linked_adjoints
from tests.support.bits import bits, grads

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


# --- the sweep on Values ----------------------------------------------------------------------------------


def some_graph(seed):
    """A sum of random operations of the whole table on each other and on leaves, of one to five operands."""
    random_ = random.Random(seed)
    nodes = [Value(random_.uniform(-2.0, 2.0), f"x{i}") for i in range(4)]
    ops = [op for op in PRIMITIVES.values() if op.builtin and not op.captures]
    with errstate("nan"):
        for _ in range(60):
            op = random_.choice([*ops, maximum, where, Value.relu, relu])
            count = getattr(op, "arity", 1) or random_.randint(1, 5)
            try:
                nodes.append(op(*random_.choices(nodes[-12:], k=count)))
            except (TypeError, ValueError):  # an operation of an even number of operands, or of two at least
                continue
        return fsum(nodes[-8:]) * nodes[-1]


@pytest.mark.parametrize("first", [0, 3])
def test_the_sweep_on_values_builds_the_graph_that_its_definition_builds(first):
    gated = 0
    for seed in range(30):
        root = some_graph(seed)
        order = root.topological_order()
        with errstate("nan"):
            steps = [*adjoint_steps(order, Value(1.0, "seed"), itself)][: len(order) - first]
            by_definition = [step.gradient for step in reversed(steps)]
            adjoint = linked_adjoints(order, Value(1.0, "seed"), first)
        found = [adjoint[node] for node in order[first:]]
        assert len(adjoint) == len(found)
        assert [each is None for each in found] == [each is None for each in by_definition]
        texts = [str(record([each for each in those if each is not None])) for those in (found, by_definition)]
        assert texts[0] == texts[1], seed
        gated += texts[0].count("where(")
        numbers = [[each and bits(each.data) for each in those] for those in (found, by_definition)]
        assert numbers[0] == numbers[1]
    assert gated > 50  # gates were passed, one behind another too


def test_a_mistake_in_a_sweep_on_values_is_named_as_in_its_definition():
    odd = primitive("sweep_odd", forward=lambda x: x * x, partials=lambda x, _: (2.0, x))
    x = Value(3.0, "x")
    with pytest.raises(GradientError, match=r"the operation 'sweep_odd' gave 2 local gradient\(s\) for 1 input\(s\)"):
        (odd(x) * x).backward(create_graph=True)
    y = x * x
    z = y * y
    x.data = 4.0
    with pytest.raises(StaleGraphError, match=r"'x' \(data = 4\.0\) changed after the mul node"):
        z.backward(create_graph=True)
    assert not x.has_grad


def test_hooks_see_the_values_of_a_sweep_on_values():
    x = Value(3.0, "x")
    y = x * x
    seen = []
    y.register_hook(lambda gradient: seen.append(gradient) or gradient * 2.0)
    (y * y).backward(create_graph=True)
    assert [type(each) for each in seen] == [Value]
    assert x.grad.data == 2 * 4 * 27.0


class WithoutMarks:
    """The compiled engine after four billion sweeps: it has no mark left for another, and Python does the work."""

    def __getattr__(self, name):
        refused = {"walk": False, "parted": None, "numbered": None, "linked_adjoints": None, "gradient": None}
        return (lambda *_: refused[name]) if name in refused else getattr(core, name)


def test_python_does_the_work_when_the_compiled_engine_has_no_mark_left(monkeypatch):
    def found():
        x, slope = Value(0.7, "x"), grad(grad(lambda t: relu(t * t) * t.tanh() + maximum(t, 0.5)))
        (x**3 * x.tanh()).backward(create_graph=True)
        run = compile(value_and_grad(lambda a, b: where(a > b, a * b, a.sin()) * a))
        return bits(slope(0.7)), str(record(x.grad)), [*map(bits, run(1.5, 0.5))], str(run.paths[0].tape)

    first = found()
    if core:
        for module in (sweep, trace, recorder):
            monkeypatch.setattr(module, "core", WithoutMarks())
    assert found() == first
