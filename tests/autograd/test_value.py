"""A Value as a number and as a node: what it takes, what it refuses, what it says, what it remembers."""

import gc
import inspect
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import (
    OverflowDomainError,
    Parameter,
    StaleGraphError,
    Value,
    fsum,
    grad,
    leaky_relu,
    maximum,
    no_grad,
    primitive,
    relu,
    scope,
    tanh,
    weighted_sum,
    where,
)
from autograd.primitives import PRIMITIVES
from autograd.value import Constant

# --- construction -----------------------------------------------------------------------------------------

NUMBERS = [
    3, True, False, 0.25, -0.0, 2**62, Fraction(1, 4), Decimal("0.25"),
    np.float64(0.25), np.float32(0.25), np.float16(0.25), np.longdouble(0.25),
    np.int8(3), np.int32(3), np.uint64(3), np.bool_(True), np.array(0.25), np.array(3), np.array(True),
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{type(number).__name__}-{number}")
def test_every_real_number_becomes_a_python_float_by_every_route(number):
    x = Value(number)
    assert type(x.data) is float
    assert x.data == float(number)
    x.data = 1.0
    x.data = number
    assert type(x.data) is float
    assert x.data == float(number)
    for node in (x + number, number + x, x * number, number - x, x / 3, x**2, -x, abs(x), maximum(x, number)):
        assert type(node.data) is float
        assert all(type(parent.data) is float for parent in node.parents)
    y = x + 1
    assert type(y.forward()) is float
    y.backward(number)
    assert type(y.grad) is float
    x.grad = number
    assert (type(x.grad), x.grad) == (float, float(number))
    assert type(x.item()) is float


@pytest.mark.parametrize(
    ("data", "fragment"),
    [
        ("1.5", "the str '1.5': convert it with float(...)"),
        (None, "not None"),
        (1j, "the complex number 1j: take .real or abs() of it first"),
        ([1.0], "the list [1.0]: apply it to each element"),
        ((1.0,), "the tuple (1.0,): apply it to each element"),
        (np.ones(3), "an array of shape (3,)"),
        (np.ones(1), "an array of shape (1,)"),
        (Value(2.0, "v"), "Value(data=2.0, label='v'), which is already part of a graph"),
    ],
)
def test_anything_else_is_refused_at_the_door(data, fragment):
    for kind in (Value, Parameter, Constant):
        with pytest.raises(TypeError) as caught:
            kind(data)
        assert str(caught.value).startswith(f"{kind.__name__} takes one real number, not")
        assert fragment in str(caught.value)
    x = Value(1.0)
    for name in ("data", "grad"):
        if name == "data" or not (data is None or isinstance(data, Value)):
            with pytest.raises(TypeError) as caught:
                setattr(x, name, data)
            assert str(caught.value).startswith(f"{name} takes one real number, not")
    assert (x.data, x.has_grad) == (1.0, False)


@pytest.mark.parametrize("number", [10**400, -(10**309), Fraction(10**400)])
def test_a_number_too_large_is_refused_by_every_route(number):
    x = Value(1.0)
    kind = type(number).__name__
    for attempt in (lambda: Value(number), lambda: setattr(x, "data", number), lambda: x + number, lambda: number * x):
        with pytest.raises(OverflowDomainError, match=f"this {kind} does not"):
            attempt()
    assert x.data == 1.0


@pytest.mark.parametrize("label", [3, None, b"a", ["a"]])
def test_a_label_is_a_str(label):
    for attempt in (lambda: Value(1.0, label), lambda: Value(1.0).named(label)):
        with pytest.raises(TypeError) as caught:
            attempt()
        assert str(caught.value) == f"a label must be a str, got {label!r}"


def test_a_fresh_leaf():
    x = Value(2.0, "x")
    assert (x.data, x.grad, x.has_grad, x.parents, x.op, x.local_grads, x.label, x.scope) == (
        2.0, 0.0, False, (), None, None, "x", "",
    )  # fmt: skip
    assert Value(2.0).label == ""
    assert x.named("y") is x
    assert x.label == "y"
    assert x.partials() == ()
    assert [kind.kind for kind in (Value, Constant, Parameter)] == ["input", "constant", "parameter"]


@pytest.mark.parametrize("kind", [Value, Parameter, Constant])
def test_a_typo_in_an_attribute_raises(kind):
    x = kind(1.0)
    for name in ("dta", "gradient", "Data", "lable"):
        with pytest.raises(AttributeError, match=name):
            setattr(x, name, 1.0)
        with pytest.raises(AttributeError, match=name):
            getattr(x, name)
    for name in ("parents", "has_grad", "_prev", "_op"):
        with pytest.raises(AttributeError):
            setattr(x, name, ())
    assert not hasattr(x, "__dict__")


# --- words ------------------------------------------------------------------------------------------------


def test_repr():
    x = Value(2, "x")
    assert repr(Value(2)) == "Value(data=2.0)"
    assert repr(x) == "Value(data=2.0, label='x')"
    (x * x).backward()
    assert repr(x) == "Value(data=2.0, grad=4.0, label='x')"
    assert repr(Parameter(-0.0)) == "Parameter(data=-0.0)"
    assert repr(Value(1.0, "a'\n<b>")) == 'Value(data=1.0, label="a\'\\n<b>")'
    x.zero_grad()
    (x * x).backward(create_graph=True)
    assert repr(x) == "Value(data=2.0, grad=4.0, label='x')"
    x.grad = 0
    assert repr(x) == "Value(data=2.0, grad=0.0, label='x')"


def test_format_with_a_spec_is_the_number_and_without_is_the_repr():
    x = Value(3.14159, "x")
    assert f"{x:.2f} {x:>8.1e} {x:+g}" == "3.14  3.1e+00 +3.14159"
    assert f"{x}" == str(x) == repr(x) == "Value(data=3.14159, label='x')"
    with pytest.raises(ValueError, match="format code"):
        format(x, "d")


# --- the node ---------------------------------------------------------------------------------------------


def test_parents_keep_order_and_repetition():
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    assert len((a * a).parents) == 2
    assert all(parent is a for parent in (a * a).parents)
    for inputs in ([a], [a, b], [b, a], [a, a, b], [c, b, a, c, c]):
        assert all(x is y for x, y in zip(fsum(inputs).parents, inputs, strict=True))
    assert where(a, b, c).parents == (a, b, c)
    assert type(fsum([a, b, c]).parents) is tuple


def test_the_operation_the_label_and_the_kind_of_the_result():
    p = Parameter(2.0, "p")
    y = p * 2
    assert (y.op.name, y.op, y.label, type(y)) == ("mul", PRIMITIVES["mul"], "", Value)
    assert p.op is None
    assert type(-p) is type(p.relu()) is type(relu(p)) is Value


def test_the_closure_works_on_floats_and_on_values():
    x, y = Value(2.0), Value(5.0)
    z = x * y
    assert z.local_grads(2.0, 5.0, 10.0) == z.partials() == (5.0, 2.0)
    assert z.local_grads(3.0, 7.0, 21.0) == (7.0, 3.0)
    assert z.local_grads(x, y, z)[0] is y
    (slope,) = x.tanh().local_grads(x, x.tanh())
    assert slope.data == pytest.approx(1 / math.cosh(2.0) ** 2, rel=1e-15)
    assert (x**3).local_grads(2.0, 8.0) == (12.0,)


def test_partials_are_floats_one_for_each_parent():
    x, y, z = Value(2.0), Value(3.0), Value(4.0)
    for node, expected in [
        (x + y, (1.0, 1.0)),
        (x - y, (1.0, -1.0)),
        (x * x, (2.0, 2.0)),
        (z / x, (0.5, -1.0)),
        (fsum([x, y, z]), (1.0, 1.0, 1.0)),
        (where(x, y, z), (0.0, 1.0, 0.0)),
        (-x, (-1.0,)),
    ]:
        assert node.partials() == expected
        assert {type(local) for local in node.partials()} == {float}


def test_partials_of_a_stale_node_are_refused():
    x = Value(2.0, "x")
    y = x * x
    x.data = 3.0
    with pytest.raises(StaleGraphError, match="'x'"):
        y.partials()


def test_no_closure_refers_to_a_node():
    x, y = Value(2.0), Value(3.0)
    for node in (x * y, x**3, leaky_relu(x, 0.3), tanh(x), where(x, y, 1.0), fsum([x, y])):
        reachable, seen = [node.local_grads], set()
        while reachable:
            thing = reachable.pop()
            if id(thing) in seen or inspect.ismodule(thing) or isinstance(thing, type):
                continue
            seen.add(id(thing))
            assert not isinstance(thing, Value)
            cells = getattr(thing, "__closure__", None) or ()
            reachable += [cell.cell_contents for cell in cells]
            reachable += getattr(thing, "__defaults__", None) or ()
    assert (x * y).local_grads is (y * x).local_grads
    assert (x**3).local_grads is (y**3).local_grads


def test_a_graph_is_not_part_of_a_reference_cycle():
    x = Value(2.0)
    y = (x * x + x).tanh() ** 2
    y.backward()
    for node in y.topological_order():
        assert all(not isinstance(user, Value) for user in gc.get_referents(node) if user not in node.parents)


# --- data and grad ----------------------------------------------------------------------------------------


def test_the_data_of_a_computed_node_may_not_be_set():
    x = Value(2.0)
    y = (x * x).named("area")
    with pytest.raises(StaleGraphError) as caught:
        y.data = 5
    assert str(caught.value) == (
        "'area' (data = 4.0) is computed, so its data cannot be set to 5.0: "
        "set the leaves it depends on, then call forward() on it"
    )
    with pytest.raises(StaleGraphError, match="the add node"):
        (x + x).data = 1.0
    assert y.data == 4.0
    y.backward()


def test_grad_may_be_set_and_not_computed_is_a_state_of_its_own():
    p = Parameter(2.0)
    assert (p.grad, p.has_grad) == (0.0, False)
    p.grad = 0
    assert (p.grad, p.has_grad, type(p.grad)) == (0.0, True, float)
    p.grad += 1.5
    assert p.grad == 1.5
    p.grad = None
    assert (p.grad, p.has_grad) == (0.0, False)
    with pytest.raises(TypeError, match="grad takes one real number, not the str 'x'"):
        p.grad = "x"


def test_detach_cuts_the_graph():
    x = Value(2.0)
    y = (x * x).named("y")
    z = y.detach()
    assert (z.data, z.label, z.parents, z.op, z.has_grad) == (4.0, "y", (), None, False)
    (z * x).backward()
    assert (x.grad, z.grad, y.has_grad) == (4.0, 2.0, False)


# --- micrograd --------------------------------------------------------------------------------------------


def test_micrograds_example_prints_what_micrograd_prints():
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert f"{g.data:.4f}" == "24.7041"
    g.backward()
    assert f"{a.grad:.4f} {b.grad:.4f}" == "138.8338 645.5773"


def test_micrograds_names_for_its_drawing_notebooks():
    a, b = Value(2.0), Value(3.0)
    assert (a * b)._prev == {a, b}
    assert len((a * a)._prev) == 1
    assert a._prev == set()
    names = [node._op for node in (a, a + b, a - b, a * b, a / b, a**2, a**-0.5, a**b, a.relu(), a.tanh())]
    assert names == ["", "+", "-", "*", "/", "**2", "**-0.5", "**", "ReLU", "tanh"]


def test_values_are_public():
    assert autograd.Value is Value
    assert issubclass(Parameter, Value)
    assert primitive is autograd.primitive


# --- weighted_sum -----------------------------------------------------------------------------------------


def spelt_out(weights, inputs, bias):
    """The same sum by the operators."""
    total = weights[0] * inputs[0]
    for weight, given in zip(weights[1:], inputs[1:], strict=True):
        total = total + weight * given
    return total if bias is None else total + bias


def drawn(root):
    """All of a graph that can be told apart: operations, numbers, labels, scopes, kinds, places of the operands."""
    order = root.topological_order()
    place = {id(node): number for number, node in enumerate(order)}
    return [
        (type(node).__name__, node.op and node.op.name, node.data, node.label, node.scope,
         [place[id(parent)] for parent in node.parents])
        for node in order
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("bias", [None, 0.25, "Value", "Parameter"])
@pytest.mark.parametrize("mixed", [False, True])
def test_a_weighted_sum_is_the_graph_of_its_operators(count, bias, mixed):
    weights = [Parameter(0.3 * i - 1.1, f"w{i}") for i in range(count)]
    inputs = [1.7 - i if mixed and i % 3 == 1 else Value(0.9 * i + 0.2, f"x{i}") for i in range(count)]
    bias = {"Value": Value(0.5, "b"), "Parameter": Parameter(-0.5, "b")}.get(bias, bias)
    with scope("layer 1"):
        ours, theirs = weighted_sum(weights, inputs, bias), spelt_out(weights, inputs, bias)
    assert drawn(ours) == drawn(theirs)
    ours.backward()
    found = [w.grad for w in weights]
    for w in weights:
        w.zero_grad()
    theirs.backward()
    assert found == [w.grad for w in weights]


def test_a_weighted_sum_uses_the_operators_of_a_users_class():
    class Doubled(Value):
        def __mul__(self, other):
            return super().__mul__(other) * 2.0

    assert weighted_sum([Doubled(3.0), Value(1.0)], [Value(5.0), Value(7.0)]).data == 37.0
    assert weighted_sum([Value(1.0), Doubled(3.0)], [Value(7.0), Value(5.0)], Value(1.0)).data == 38.0


def test_a_weighted_sum_that_overflows_is_what_its_operators_make():
    weights, inputs = [Value(1.0), Value(1e300, "w"), Value(3.0)], [Value(1.0), Value(-1e300, "x"), Value(2.0)]
    total = weighted_sum(weights, inputs)
    assert total.data == -math.inf
    assert drawn(total) == drawn(spelt_out(weights, inputs, None))


def test_a_weighted_sum_obeys_no_grad_transforms_and_numbers():
    with no_grad():
        assert weighted_sum([Value(2.0)], [Value(3.0)], Value(1.0)).parents == ()
    slopes = grad(lambda w, x: weighted_sum(w, x, 1.0))([2.0, 3.0], [5.0, 7.0])
    assert slopes == [5.0, 7.0]
    assert weighted_sum([2.0, 3.0], [5.0, 7.0], 1.0) == 32.0


@pytest.mark.parametrize(("weights", "inputs"), [([], []), ([1.0], []), ([1.0], [1.0, 2.0])])
def test_a_weighted_sum_has_an_input_for_each_weight(weights, inputs):
    with pytest.raises(ValueError, match=f"an input for each weight, got {len(inputs)} for {len(weights)}"):
        weighted_sum([Value(w) for w in weights], [Value(x) for x in inputs])
