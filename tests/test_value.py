"""A Value as a number and as a node: what it takes, what operators give, what it refuses, what it remembers."""

import gc
import inspect
import math
import operator
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
    errstate,
    fsum,
    leaky_relu,
    maximum,
    primitive,
    relu,
    tanh,
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
    assert type(x.item()) is type(float(x)) is float


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
        assert str(caught.value) == f"a label is a str, not {label!r}"


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


# --- operators --------------------------------------------------------------------------------------------

BINARY = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow}
NAMES = {"+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow"}


@pytest.mark.parametrize("sign", BINARY)
@pytest.mark.parametrize(
    "other", [3, 2.5, True, Fraction(1, 4), Decimal("0.5"), np.float64(2.5), np.float32(0.5), np.int64(3)], ids=type
)
def test_operators_combine_with_every_number_from_both_sides(sign, other):
    x = Value(1.75, "x")
    right, left = BINARY[sign](x, other), BINARY[sign](other, x)
    assert isinstance(right, Value)
    assert isinstance(left, Value)
    assert right.data == BINARY[sign](1.75, float(other))
    assert left.data == BINARY[sign](float(other), 1.75)
    assert left.parents[1] is x
    assert (left.parents[0].data, type(left.parents[0])) == (float(other), Constant)
    assert right.parents[0] is x
    assert right.op.name == left.op.name == NAMES[sign]
    captured = (float(other),) if sign == "**" else ()
    assert right.op.constants == captured
    assert [parent.data for parent in right.parents[1:]] == ([] if captured else [float(other)])


@pytest.mark.parametrize("sign", BINARY)
def test_operators_on_two_values(sign):
    x, y = Value(2.0), Value(3.0)
    z = BINARY[sign](x, y)
    assert z.data == BINARY[sign](2.0, 3.0)
    assert len(z.parents) == 2
    assert z.parents[0] is x
    assert z.parents[1] is y
    assert z.op is PRIMITIVES[NAMES[sign]]


@pytest.mark.parametrize("sign", BINARY)
def test_in_place_operators_rebind_and_leave_the_old_node_alone(sign):
    in_place = {"+": operator.iadd, "-": operator.isub, "*": operator.imul, "/": operator.itruediv, "**": operator.ipow}
    x = Value(3.0, "x")
    y = in_place[sign](x, 2)
    assert y is not x
    assert (x.data, x.parents) == (3.0, ())
    assert (y.data, y.parents[0]) == (BINARY[sign](3.0, 2.0), x)


def test_unary_operators():
    x = Value(-2.0)
    assert ((-x).data, abs(x).data) == (2.0, 2.0)
    assert ((-x).op.name, abs(x).op.name) == ("neg", "abs")
    assert (-x).parents == abs(x).parents == (x,)


def test_sum_and_max_of_the_standard_library_work():
    values = [Value(1.0), Value(3.0), Value(2.0)]
    assert sum(values).data == 6.0
    assert max(values) is values[1]
    assert sorted(values) == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("sign", BINARY)
@pytest.mark.parametrize(
    ("other", "fragment"),
    [
        (1j, "the complex number 1j"),
        ("a", "the str 'a': convert it with float(...)"),
        (b"a", "b'a' of type bytes"),
        (None, "not None"),
        ([1.0], "the list [1.0]: apply it to each element"),
        ((1.0,), "the tuple (1.0,)"),
        ({1.0}, "the set {1.0}"),
        (frozenset(), "the frozenset frozenset()"),
        ({}, "the dict {}"),
    ],
    ids=lambda part: type(part).__name__,
)
def test_operands_that_are_no_numbers_are_refused_from_both_sides(sign, other, fragment):
    symbol = PRIMITIVES[NAMES[sign]].symbol
    for attempt in (lambda: BINARY[sign](Value(1.0), other), lambda: BINARY[sign](other, Value(1.0))):
        with pytest.raises(TypeError) as caught:
            attempt()
        assert f"the operator {symbol!r} on a Value takes one real number, not" in str(caught.value)
        assert fragment in str(caught.value)


class Stranger:
    """Knows what to do with a Value on its left, and on its right."""

    def __radd__(self, other):
        return "radd", other

    __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __radd__

    def __add__(self, other):
        return "add", other

    __sub__ = __mul__ = __truediv__ = __pow__ = __add__

    def __gt__(self, other):
        return "gt"

    def __eq__(self, other):
        return "eq"

    __hash__ = None


@pytest.mark.parametrize("sign", BINARY)
def test_a_stranger_that_knows_values_is_asked(sign):
    x = Value(1.0)
    name, operand = BINARY[sign](x, Stranger())
    assert (name, operand is x) == ("radd", True)
    assert BINARY[sign](Stranger(), x)[0] == "add"
    assert (x < Stranger(), x == Stranger()) == ("gt", "eq")


@pytest.mark.parametrize("sign", BINARY)
def test_a_stranger_that_does_not_is_pythons_own_type_error(sign):
    for attempt in (lambda: BINARY[sign](Value(1.0), object()), lambda: BINARY[sign](object(), Value(1.0))):
        with pytest.raises(TypeError, match="unsupported operand"):
            attempt()


# --- powers -----------------------------------------------------------------------------------------------


def test_a_number_as_exponent_is_captured_and_no_logarithm_is_taken():
    x = Value(-2.0)
    y = x**3
    assert (y.data, y.parents, y.op.constants) == (-8.0, (x,), (3.0,))
    y.backward()
    assert x.grad == 12.0


def test_a_value_as_exponent_is_a_parent():
    x, y = Value(2.0), Value(3.0)
    z = x**y
    assert z.parents == (x, y)
    z.backward()
    assert x.grad == 12.0
    assert y.grad == pytest.approx(8 * math.log(2), rel=1e-15)


def test_a_number_as_base_is_a_constant():
    y = Value(3.0)
    z = 2**y
    assert (z.data, z.parents[0].data, z.parents[1]) == (8.0, 2.0, y)
    z.backward()
    assert y.grad == pytest.approx(8 * math.log(2), rel=1e-15)


@pytest.mark.parametrize(
    ("x", "n", "value", "slope"),
    [
        (3.0, 2, 9.0, 6.0),
        (3.0, 1, 3.0, 1.0),
        (3.0, 0, 1.0, 0.0),
        (0.0, 0, 1.0, 0.0),
        (0.0, 1, 0.0, 1.0),
        (0.0, 2, 0.0, 0.0),
        (0.0, 0.5, 0.0, math.inf),
        (4.0, 0.5, 2.0, 0.25),
        (2.0, -1, 0.5, -0.25),
        (-2.0, -2, 0.25, 0.25),
        (-2.0, 3.0, -8.0, 12.0),
        (2.0, True, 2.0, 1.0),
        (2.0, np.int64(2), 4.0, 4.0),
        (4.0, Fraction(1, 2), 2.0, 0.25),
    ],
)
def test_powers_in_all_forms(x, n, value, slope):
    leaf = Value(x)
    y = leaf**n
    y.backward()
    assert (y.data, leaf.grad) == (value, slope)
    base, exponent = Value(x), Value(n)
    z = base**exponent
    z.backward()
    assert (z.data, base.grad) == (value, slope)
    assert (pow(leaf, n).data, operator.pow(leaf, n).data, leaf.__pow__(n).data) == (value,) * 3


def test_zero_to_the_zero_of_two_values_has_no_gradient():
    x, y = Value(0.0), Value(0.0)
    z = x**y
    z.backward()
    assert (z.data, x.grad, y.grad) == (1.0, 0.0, 0.0)


def test_the_exponent_partial_at_base_zero_and_below():
    base, exponent = Value(0.0), Value(2.0)
    (base**exponent).backward()
    assert exponent.grad == 0.0
    base, exponent = Value(-2.0), Value(2.0)
    (base**exponent).backward()
    assert base.grad == -4.0
    assert math.isnan(exponent.grad)


def test_a_power_outside_its_domain_has_nan_gradients_never_complex_ones():
    for exponent in (0.5, Value(0.5)):
        x = Value(-2.0)
        with errstate(domain="nan"):
            y = x**exponent
            y.backward()
        assert math.isnan(y.data)
        assert type(x.grad) is float
        assert math.isnan(x.grad)


def test_pow_with_a_modulus_is_refused():
    with pytest.raises(TypeError):
        pow(Value(2.0), 2, 5)


# --- comparing --------------------------------------------------------------------------------------------

COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


@pytest.mark.parametrize("compare", COMPARISONS)
@pytest.mark.parametrize(
    "kind", [float, int, bool, Value, Fraction, Decimal, np.float64, np.float32, np.int64, np.array]
)
def test_comparisons_are_of_the_data_with_every_number_from_both_sides(compare, kind):
    for number in (0, 1):
        for data in (0.0, 0.5, 1.0):
            expected = compare(data, float(number))
            there, back = compare(Value(data), kind(number)), compare(kind(number), Value(data))
            assert bool(there) is expected
            assert bool(back) is compare(float(number), data)


@pytest.mark.parametrize("compare", COMPARISONS)
def test_a_comparison_gives_a_plain_bool(compare):
    for other in (Value(1.0), 1.0, 1, True, 10**400, Fraction(1, 3), Decimal(1)):
        assert type(compare(Value(0.5), other)) is bool


def test_comparisons_with_numbers_beyond_the_floats_are_right():
    assert Value(1e308) < 10**400
    assert Value(-1e308) > -(10**400)
    assert Value(0.1) != Fraction(1, 10)  # the float 0.1 is not a tenth
    assert Value(0.1) != Decimal("0.1")
    assert Value(2.0**53) != 2**53 + 1


def test_nan_is_equal_to_nothing_and_not_ordered():
    nan = Value(math.nan)
    same = nan
    assert not nan == same  # noqa: SIM201 -- __eq__ and __ne__ are both asked
    assert nan != same
    assert not nan < 1.0
    assert not nan >= 1.0


def test_comparisons_with_strangers():
    x = Value(1.0)
    assert not x == "1.0"  # noqa: SIM201
    assert x != "1.0"
    assert x != None  # noqa: E711
    assert not x == [1.0]  # noqa: SIM201
    for compare in (operator.lt, operator.ge):
        for other in ("1", None, [1.0], 1j):
            with pytest.raises(TypeError, match="not supported between instances of 'Value'"):
                compare(x, other)


def test_sets_and_dicts_hold_nodes_and_lists_compare_numbers():
    a, b = Value(1.0), Value(1.0)
    assert a == b
    assert hash(a) != hash(b)
    assert len({a, b}) == 2
    assert {a: "a", b: "b"}[b] == "b"
    assert a in {a, Value(2.0)}
    assert b not in {a, Value(2.0)}
    assert b in [Value(2.0), a]
    assert 1.0 in [Value(2.0), a]
    assert [Value(3.0), a].index(b) == 1
    same = hash(a)
    a.data = 7.0
    assert hash(a) == same


def test_truth_is_being_other_than_zero():
    assert [bool(Value(number)) for number in (0.0, -0.0, 1e-320, -3.0, math.nan)] == [False, False, True, True, True]


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


def test_float_of_a_value_is_its_data():
    assert float(Value(2.5)) == Value(2.5).item() == 2.5
    assert math.exp(Value(1.0)) == math.e


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


def test_the_methods_that_type_checkers_are_told_of_are_those_that_exist():
    told = {}
    for cls in Value.__mro__:
        if cls.__module__.startswith("autograd"):
            told.update(_promised(cls))
    assert told, "the block under TYPE_CHECKING was not found"
    missing = [name for name in told if name not in _attributes(Value)]
    assert missing == [], "promised to type checkers, but not there"
    built = {
        name for name, member in _attributes(Value).items()
        if name.strip("_") in PRIMITIVES and member.__doc__ == PRIMITIVES[name.strip("_")].__doc__
    }  # fmt: skip
    assert sorted(built - set(told)) == [], "there, but not promised to type checkers"
    for name, parameters in told.items():
        signature = inspect.signature(getattr(Value, name))
        signature.bind(None, *parameters)
        if not name.startswith("__"):
            signature.bind(None, **dict.fromkeys(parameters))


def _attributes(cls):
    return {name: member for base in reversed(cls.__mro__) for name, member in vars(base).items()}


def _promised(cls):
    """The methods under ``if TYPE_CHECKING:`` in the body of ``cls``: their names and parameters."""
    import ast
    import textwrap

    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    blocks = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    ]  # fmt: skip
    functions = [
        node for block in blocks for node in block.body if isinstance(node, ast.FunctionDef) and not node.decorator_list
    ]  # fmt: skip
    return {function.name: [argument.arg for argument in function.args.args[1:]] for function in functions}


def test_a_method_and_the_function_of_its_name_are_the_same_operation():
    for name, op in PRIMITIVES.items():
        method = getattr(Value, name, None)
        if method is not None and op.arity == 1 and op.partials is not None:
            x = Value(1.0)
            with errstate(domain="nan"):
                assert getattr(x, name)().op is op is op(x).op
            assert method.__name__ == name
            assert method.__doc__ == op.__doc__


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
