"""The record of an operation: defining one, applying it to numbers, and what is said when it is wrong."""

import math
import pickle
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograd import (
    DomainError,
    GradientError,
    GradientWarning,
    OverflowDomainError,
    Parameter,
    Value,
    check_grads,
    errstate,
    exp,
    hypot,
    leaky_relu,
    no_grad,
    relu,
    softmax,
    tanh,
)
from autograd.primitives import PRIMITIVES, Domain, Primitive
from autograd.sweep import number_of

power = PRIMITIVES["pow"]


# --- a user's operation -----------------------------------------------------------------------------------


def test_a_users_operation_serves_floats_values_and_all_orders(define):
    cube = define("cube", forward=lambda x: x * x * x, partials=lambda x, out: (3 * x * x,))
    x = Value(2.0)
    y = cube(x)
    assert (cube(2.0), y.data, y.op, y.parents, y.partials()) == (8.0, 8.0, cube, (x,), (12.0,))
    y.backward(create_graph=True)
    first = x.grad
    x.zero_grad()
    first.backward(create_graph=True)
    second = x.grad
    x.zero_grad()
    second.backward()
    assert (first.data, second.data, x.grad) == (12.0, 12.0, 6.0)


def test_a_users_operation_of_many_inputs(define):
    product = define("product3", forward=lambda x, y, z: x * y * z, partials=lambda x, y, z, out: (y * z, x * z, x * y))
    a, b, c = Value(2.0), Value(3.0), Value(5.0)
    product(a, b, c).backward()
    assert (a.grad, b.grad, c.grad) == (15.0, 10.0, 6.0)
    largest = define(
        "largest", forward=lambda *xs: max(xs), partials=lambda *args: tuple(float(x == args[-1]) for x in args[:-1])
    )
    assert largest.arity is None
    for inputs in ([a], [a, b], [a, b, c], [b, a, c, a]):
        result = largest(*inputs)
        assert result.data == max(value.data for value in inputs)
        assert result.parents == tuple(inputs)


def test_numbers_among_the_arguments_become_constants(define):
    op = define("weighted", forward=lambda x, y: x + 2 * y, partials=lambda x, y, out: (1.0, 2.0))
    y = op(3, Value(1.0))
    assert [(type(parent).__name__, parent.data) for parent in y.parents] == [("Constant", 3.0), ("Value", 1.0)]


@pytest.mark.parametrize("result", [np.float64(2.5), np.float32(2.5), Fraction(5, 2), Decimal("2.5")])
def test_whatever_kind_of_number_forward_returns_it_is_a_python_float_everywhere(define, result):
    op = define("other_kind", forward=lambda x: result, partials=lambda x, out: (1.0,))
    x = Value(1.0)
    y = op(x)
    assert type(y.data) is float
    assert type(op(1.0)) is float
    x.data = 2.0
    assert type(y.forward()) is float
    assert type(y.data) is float
    assert y.data == 2.5


@pytest.mark.parametrize("result", [None, "2.5", 1j, [2.5], np.ones(2)])
def test_a_forward_that_returns_no_number_is_named(define, result):
    op = define("no_number", forward=lambda x: result, partials=lambda x, out: (1.0,))
    with pytest.raises(TypeError, match=r"no_number takes one real number|the result of no_number"):
        op(Value(1.0))
    with pytest.raises(TypeError, match="no_number"):
        op(1.0)


@pytest.mark.parametrize("number", [2, True, Fraction(1, 2), np.float64(2.0), np.float32(0.5), np.int64(3)])
def test_local_gradients_may_be_any_real_number_and_grad_is_a_float(define, number):
    op = define("kind_of_local", forward=lambda x: x, partials=lambda x, out: (number,))
    x = Value(1.0)
    op(x).backward()
    assert type(x.grad) is float
    assert x.grad == float(number)
    assert f"grad={float(number)!r}" in repr(x)


@pytest.mark.parametrize("number", [None, "2", 1j, np.ones(2), [1.0]])
@pytest.mark.parametrize("inputs", [1, 2, 3])
def test_local_gradients_that_are_no_numbers_are_refused_and_nothing_is_written(define, number, inputs):
    op = define("bad_local", forward=lambda *xs: sum(xs), partials=lambda *xs: (number,) * (len(xs) - 1))
    leaves = [Value(float(i)) for i in range(inputs)]
    y = op(*leaves)
    with pytest.raises(GradientError, match="bad_local"):
        y.backward()
    assert not y.has_grad
    assert not any(leaf.has_grad for leaf in leaves)


def test_a_value_that_local_gradients_close_over_does_not_turn_a_plain_gradient_into_a_graph(define):
    slope = Value(2.0)
    op = define("closes_over", forward=lambda x: 2.0 * x, partials=lambda x, out: (slope,))
    x = Value(1.0)
    with pytest.raises(GradientError, match="closes_over"):
        op(x).backward()
    assert not x.has_grad


@pytest.mark.parametrize(
    ("partials", "inputs", "fragment"),
    [
        (lambda x, out: (1.0, 1.0), 1, "gave 2 local gradient(s) for 1 input(s)"),
        (lambda x, out: (), 1, "gave 0 local gradient(s) for 1 input(s)"),
        (lambda x, y, out: (1.0,), 2, "gave 1 local gradient(s) for 2 input(s)"),
        (lambda x, y, z, out: (1.0,) * 4, 3, "gave 4 local gradient(s) for 3 input(s)"),
        (lambda x, out: 1.0, 1, "failed with TypeError"),
        (lambda x, out: {}["missing"], 1, "failed with KeyError: 'missing'"),
        (lambda x, y, out: int("seven"), 2, "failed with ValueError: invalid literal"),
    ],
)
@pytest.mark.parametrize("create_graph", [False, True])
def test_wrong_partials_are_named(define, partials, inputs, fragment, create_graph):
    op = define("wrong", forward=lambda *xs: 1.0, partials=partials)
    leaves = [Value(1.0) for _ in range(inputs)]
    y = op(*leaves).named("result")
    with pytest.raises(GradientError) as caught:
        y.backward(create_graph=create_graph)
    text = str(caught.value)
    assert fragment in text
    assert "'result' (data = 1.0)" in text
    assert "end its partials" in text or "end the partials of the operation" in text
    assert "the operation 'wrong'" in text
    assert not any(node.has_grad for node in y.topological_order())
    with pytest.raises(GradientError):
        y.partials()


def test_local_gradients_that_fall_out_of_the_graph_are_refused_at_second_order(define):
    # math.cos(Value) is a float, so the second derivative would silently be 0.
    sine = define("float_sine", forward=math.sin, partials=lambda x, out: (math.cos(x),))
    x = Value(0.5, "x")
    sine(x).backward()
    assert x.grad == math.cos(0.5)
    x.zero_grad()
    with pytest.raises(GradientError, match=r"float_sine.*operators and primitives"):
        sine(x).backward(create_graph=True)


def test_local_gradients_that_leave_the_floats_are_ieee_values(define):
    def gradient(partials, x):
        op = define("edge", forward=lambda x: x, partials=partials)
        leaf = Value(x)
        op(leaf).backward()
        return leaf.grad

    assert gradient(lambda x, out: (1.0 / x,), 0.0) == math.inf
    assert gradient(lambda x, out: (-1.0 / x,), 0.0) == -math.inf
    assert gradient(lambda x, out: (1.0 / (x * x - x),), 0.0) == math.inf
    assert gradient(lambda x, out: (x**-2.0,), 0.0) == math.inf
    assert gradient(lambda x, out: (2.0**x,), 5000.0) == math.inf
    assert gradient(lambda x, out: (1.0 / abs(x),), 0.0) == math.inf
    with pytest.warns(GradientWarning, match=r"edge gave 0.0 from 0.0, but its derivative .* does not exist"):
        assert math.isnan(gradient(lambda x, out: (PRIMITIVES["log"](x - 1.0),), 0.0))


# --- defining ---------------------------------------------------------------------------------------------


def test_an_operation_may_be_defined_again_as_one_does_in_a_repl(define):
    first = define("again", forward=lambda x: x + 1.0, partials=lambda x, out: (1.0,))
    old = first(Value(1.0))
    second = define("again", forward=lambda x: x + 2.0, partials=lambda x, out: (1.0,))
    assert PRIMITIVES["again"] is second is not first
    assert (old.forward(), second(1.0)) == (2.0, 3.0)


@pytest.mark.parametrize("name", ["add", "pow", "tanh", "where"])
def test_an_operation_of_the_table_may_not_be_redefined(define, name):
    record = PRIMITIVES[name]
    with pytest.raises(ValueError, match=rf"primitive\('{name}'\): the name is taken by an operation of autograd"):
        define(name, forward=lambda x: x, partials=lambda x, out: (1.0,))
    assert PRIMITIVES[name] is record


def test_a_definition_without_local_gradients_is_refused(define):
    with pytest.raises(TypeError, match=r"primitive\('half'\) needs partials: a function of the inputs and the output"):
        define("half", forward=lambda x: x / 2)
    assert "half" not in PRIMITIVES


def test_an_unknown_field_is_refused(define):
    with pytest.raises(TypeError, match="colour"):
        define("odd", forward=lambda x: x, partials=lambda x, out: (1.0,), colour="red")
    assert "odd" not in PRIMITIVES


def test_a_users_gate_stops_an_infinity_whatever_kind_of_number_it_is(define):
    for closed in (0.0, 0, False):
        gate = _gate(define, closed)
        x = Value(0.0)
        gate(1.0, 2.0 * x, x.sqrt()).backward()
        assert x.grad == 2.0


def _gate(define, closed):
    return define(
        "user_gate",
        forward=lambda c, x, y: x if c else y,
        partials=lambda c, x, y, out: (closed, 1, closed),
        gated=True,
    )


def test_the_record_documents_and_names_itself(define):
    op = define("docs", forward=abs, partials=lambda x, out: (1.0,), doc="Nothing much.", symbol="!")
    assert (op.__doc__, op.__name__, op.symbol, repr(op)) == ("Nothing much.", "docs", "!", "<primitive docs>")
    plain = define("plain", forward=abs, partials=lambda x, out: (1.0,))
    assert (plain.__doc__, plain.symbol, plain.builtin) == ("The operation plain.", "plain", False)
    with pytest.raises(AttributeError):
        op.name = "other"


def test_every_record_of_the_table_is_complete():
    assert len(PRIMITIVES) > 25
    for name, op in PRIMITIVES.items():
        assert op.name == name
        if not op.builtin:  # nn's, or a user's
            continue
        assert isinstance(op, Primitive)
        assert op.symbol, name
        assert op.text, name
        assert op.latex, name
        assert op.__doc__, name
        assert not op.__doc__.startswith("One operation"), name
        assert isinstance(op.domain, Domain), name
        assert (op.partials is None) <= (op.captured is not None), name
        assert len(op.defaults) <= (op.arity or 0), name


@pytest.mark.parametrize("op", [op for op in PRIMITIVES.values() if op.textbook], ids=lambda op: op.name)
def test_what_a_textbook_writes_is_the_same_derivative(op):
    for x in (0.1, 0.25, 0.5, 0.9):
        inputs = (x, 0.4)[: op.arity]
        out = op(*inputs)
        assert op.textbook(*inputs, out) == pytest.approx(op.partials(*inputs, out), rel=1e-13)


# --- domains ----------------------------------------------------------------------------------------------


def test_a_users_domain_is_raised_in_its_words_or_answered_by_its_ieee_value(define):
    op = define(
        "root_of_cosine",
        forward=lambda x: math.sqrt(math.cos(x)),
        partials=lambda x, out: (1.0,),
        domain=Domain("a cosine of at least 0", lambda x: math.cos(x) >= 0.0),
        ieee=lambda x: -1.0,
    )
    with pytest.raises(DomainError, match="root_of_cosine needs a cosine of at least 0"):
        op(3.0)
    with errstate(domain="nan"):
        assert op(3.0) == -1.0
        assert op(Value(3.0)).data == -1.0


def test_without_an_ieee_value_an_overflow_is_inf_and_the_rest_nan(define):
    overflow = define("overflowing", forward=math.exp, partials=lambda x, out: (out,))
    division = define("dividing", forward=lambda x: 1.0 / x, partials=lambda x, out: (-out / x,))
    with pytest.raises(OverflowDomainError, match=r"overflowing\(1000\.0\) is too large for a float"):
        overflow(1000)
    with errstate(domain="nan"):
        assert overflow(1000) == math.inf
        assert math.isnan(division(0.0))


# --- applying ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "fragment"),
    [
        (tanh, "tanh() takes 1 argument(s), 0 given"),
        (lambda: tanh(1.0, 2.0), "tanh() takes 1 argument(s), 2 given"),
        (lambda: tanh(Value(1.0), 2.0), "tanh() takes 1 argument(s), 2 given"),
        (lambda: power(2.0), "pow() takes 2 argument(s), 1 given"),
        (leaky_relu, "leaky_relu() takes 1 to 2 argument(s), 0 given"),
        (lambda: leaky_relu(Value(1.0), 0.1, 0.2), "leaky_relu() takes 1 to 2 argument(s), 3 given"),
    ],
)
def test_a_wrong_number_of_arguments_is_counted(call, fragment):
    with pytest.raises(TypeError) as caught:
        call()
    assert fragment in str(caught.value)


def test_defaults_fill_in_what_is_left_out():
    assert leaky_relu(-2.0) == -0.02
    assert leaky_relu(Value(-2.0)).data == -0.02
    assert Value(-2.0).leaky_relu().data == -0.02
    assert leaky_relu(-2.0, 0.5) == leaky_relu(Value(-2.0), 0.5).data == Value(-2.0).leaky_relu(0.5).data == -1.0


def test_a_trailing_argument_may_be_given_by_its_name():
    assert Value(-2.0).leaky_relu(slope=0.5).data == -1.0
    assert leaky_relu(Value(-2.0), slope=0.5).data == -1.0


def test_a_captured_argument_may_not_be_a_value():
    for x in (1.0, Value(1.0)):
        with pytest.raises(TypeError, match=r"leaky_relu\(\): 's' \(data = 0\.1\) must be a plain number"):
            leaky_relu(x, Value(0.1, "s"))


def test_numbers_give_a_plain_float():
    for number in (2, True, np.float64(2.0), np.int8(2), Fraction(2), Decimal(2), np.array(2.0)):
        assert type(relu(number)) is float
    with pytest.raises(TypeError, match=r"relu\(\) takes one real number, not the list \[1\.0\]: apply it to each"):
        relu([1.0])


# --- capturing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "op", [op for op in PRIMITIVES.values() if op.arity and op.builtin and not op.captures], ids=lambda op: op.name
)
@pytest.mark.parametrize("of", [float, Value, Parameter])
def test_an_operation_called_on_inputs_of_one_kind_goes_straight_to_it(monkeypatch, op, of):
    def went_the_long_way(*_):
        raise AssertionError(op.name)

    monkeypatch.setattr(Value, "__primitive__", went_the_long_way)
    monkeypatch.setattr(Primitive, "evaluate", went_the_long_way)
    inputs = [of(0.5)] * op.arity
    with errstate(domain="nan"):
        one, (many, again) = op(*inputs), op.each(*[[given, given] for given in inputs])
    assert {type(each) for each in (one, many, again)} == ({float} if of is float else {Value})


def test_a_class_of_a_user_may_interpret_operations_in_its_own_way():
    class Told(Value):
        __slots__ = ()

        @staticmethod
        def __primitive__(op, args):
            return op.name, len(args)

    for op in (exp, hypot):
        assert op(*[Told(1.0)] * op.arity) == (op.name, op.arity)
    assert hypot(Told(1.0), Value(2.0)) == ("hypot", 2)
    assert exp(Value(0.0)) == 1.0


def test_an_operation_that_no_record_computes_with_is_asked_as_ever():
    """A copy of a record is another operation, also where it is called directly."""
    changed = replace(PRIMITIVES["exp"], forward=lambda x: x + 1.0)
    assert (changed(1.0), changed(Value(1.0)).data, exp(1.0)) == (2.0, 2.0, math.exp(1.0))
    with errstate(domain="nan"):
        assert (exp(1000.0), exp(Value(1000.0)).data) == (math.inf, math.inf)
    with pytest.raises(DomainError):
        exp(1000.0)


def test_each_takes_a_mixture_and_what_it_computes_is_what_a_call_computes():
    x = Value(0.25)
    left, right, bare = hypot.each([x, 3.0, 3.0], [1.0, x, 4.0])
    assert (left.data, right.data, bare) == (hypot(0.25, 1.0), hypot(3.0, 0.25), 5.0)
    assert softmax([x, 1]) == softmax([0.25, 1.0])
    with pytest.raises(TypeError, match="str"):
        softmax([x, "1"])


def test_the_same_constants_give_the_same_record():
    x = Value(3.0)
    assert (x**2).op is (Value(5.0) ** 2.0).op is power.capture(2.0)
    assert (x**2).op is not (x**3).op
    assert leaky_relu(x).op is leaky_relu(x, 0.01).op


def test_a_captured_record_remembers_what_it_captured():
    cube = power.capture(3.0)
    assert (cube.name, cube.constants, cube.arity, cube.captures) == ("pow", (3.0,), 1, 0)
    assert repr(cube) == "<primitive pow, 3>"
    assert (cube(2.0), cube(Value(2.0)).data) == (8.0, 8.0)


def test_signed_zeros_are_captured_apart():
    plus, minus = power.capture(0.0), power.capture(-0.0)
    assert plus is not minus
    assert math.copysign(1.0, plus.constants[0]) == 1.0
    assert math.copysign(1.0, minus.constants[0]) == -1.0


def test_capturing_the_wrong_number_is_refused():
    with pytest.raises(TypeError, match=r"pow captures 1 constant\(s\), 2 given"):
        power.capture(1.0, 2.0)
    with pytest.raises(TypeError, match=r"tanh captures 0 constant\(s\), 1 given"):
        tanh.capture(1.0)


def test_several_trailing_constants_are_captured(define):
    line = define(
        "line",
        forward=lambda x, slope, offset: slope * x + offset,
        captured=lambda x, slope, offset, out: (slope,),
        captures=2,
        defaults=(1.0,),
    )
    x = Value(3.0)
    y = line(x, 2.0)
    assert (y.data, y.parents, y.op.constants, y.partials()) == (7.0, (x,), (2.0, 1.0), (2.0,))
    assert line(x, 2.0, 4.0).data == line(3.0, 2.0, 4.0) == 10.0
    with pytest.raises(TypeError, match=r"line\(\) takes 2 to 3 argument\(s\), 1 given"):
        line(x)


def test_a_signalling_nan_is_no_real_number():
    with pytest.raises(TypeError, match=r"takes one real number, not Decimal\('sNaN'\) of type Decimal"):
        tanh(Decimal("sNaN"))


# --- pickling records -------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", [tanh, power, power.capture(3.0), leaky_relu.capture(0.2)], ids=repr)
def test_records_pickle_by_name_and_come_back_the_same(op):
    assert pickle.loads(pickle.dumps(op)) is op


@pytest.mark.parametrize("partials", [2.0, type])
def test_partials_that_are_no_function_of_the_inputs_are_refused(define, partials):
    with pytest.raises(TypeError, match=r"primitive\('p'\): partials is a function of the inputs and the output, not"):
        define("p", forward=math.exp, partials=partials)
    assert "p" not in PRIMITIVES


# --- held -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_flow_ends_at_what_is_held_even_an_infinity(define, n):
    held = define(f"held_sum_{n}", forward=lambda *xs: sum(xs), partials=lambda *a: (0.0,) * (len(a) - 1), held=True)
    xs = [Value(float(i + 1)) for i in range(n)]
    loss = xs[0] * 2.0 + held(*xs) * Value(math.inf)
    loss.backward()
    assert [x.grad for x in xs] == [2.0, *[0.0] * (n - 1)]
    loss.backward(create_graph=True)
    assert float(xs[0].grad.data) == 4.0


def test_check_grads_does_not_take_what_is_held_for_what_is_wrong(define):
    wrong = define("wrong_exp", forward=math.exp, partials=lambda x, out: (out * 1.1,))
    with pytest.raises(GradientError, match="wrong_exp"):
        check_grads(lambda x, y: wrong(softmax([x, y])[0]), (0.3, -1.0))


def test_each_row_is_the_call_whatever_is_in_it():
    """Also where the compiled engine does the rows itself: plain lists of floats, or of Values."""
    a, b, free = Value(2.0, "a"), Value(-0.5, "b"), Value(1e308)
    columns = [
        ([1.0, -2.0, 0.25], [0.5, 4.0, -0.0]), ([a, b, a], [b, b, a * b]), ([a, 2.0], [1.0, b]), ([a, 1], [2, b]),
        ((a, b), [b, a]), ([a, b, a], [b]), ([], []), ([free, free], [free, a]), ([1e308], [1e308]),
        ([a], [Fraction(1, 2)]),
    ]  # fmt: skip
    for op in (PRIMITIVES["add"], PRIMITIVES["exp_difference"], PRIMITIVES["maximum"], PRIMITIVES["div"]):
        for left, right in columns:
            with errstate(domain="nan"):
                many, ones = op.each(left, right), [op(x, y) for x, y in zip(left, right, strict=False)]
            assert list(map(number_of, many)) == list(map(number_of, ones))
            assert [type(x) for x in many] == [type(x) for x in ones]
            for x, y in zip(many, ones, strict=True):
                if isinstance(x, Value):
                    assert x.op is y.op is op
                    assert [p.data for p in x.parents] == [p.data for p in y.parents]
    negated = PRIMITIVES["neg"].each([a, b])
    assert [node.parents for node in negated] == [(a,), (b,)]
    with pytest.raises(DomainError, match=r"div\(a = 2\.0, 0\.0\) is outside the domain"):
        PRIMITIVES["div"].each([a, a], [b, Value(0.0)])
    for wrong in ((), ([a], [b], [a])):
        with pytest.raises(TypeError):
            PRIMITIVES["add"].each(*wrong)
    with no_grad():
        assert PRIMITIVES["add"].each([a], [b])[0].parents == ()


def test_an_operation_of_any_number_is_applied_to_floats_and_values_in_any_mixture():
    a = Value(2.0)
    for given in ([a, a, a], [1.0, a, 2], [1, 2.0], [Parameter(1.0), a], [1.0, 2.0, 3.0], []):
        total = PRIMITIVES["fsum"](*given)
        assert number_of(total) == sum(getattr(each, "data", each) for each in given)
        assert isinstance(total, Value) == any(isinstance(each, Value) for each in given)
