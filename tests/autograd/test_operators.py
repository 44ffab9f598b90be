"""Operators and methods: what they combine with and refuse, and that they are those of the table."""

import ast
import inspect
import math
import operator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import Value, errstate, grad, primitive, rules
from autograd import compile as compile_function
from autograd import math as autograd_math
from autograd import round as round_function
from autograd.errors import DivisionDomainError, DomainError
from autograd.primitives import PRIMITIVES
from autograd.value import Constant
from tests import stubs
from tests.house import ROOT

# --- operators --------------------------------------------------------------------------------------------

BINARY = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow,
}  # fmt: skip
NAMES = {"+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floordiv", "%": "mod", "**": "pow"}


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
    in_place = {
        "+": operator.iadd, "-": operator.isub, "*": operator.imul, "/": operator.itruediv,
        "//": operator.ifloordiv, "%": operator.imod, "**": operator.ipow,
    }  # fmt: skip
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
    assert +x is x


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
        ("a", "the str 'a', which does not spell a number"),
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
    attempts = [lambda: BINARY[sign](Value(1.0), other), lambda: BINARY[sign](other, Value(1.0))]
    if sign == "%" and isinstance(other, (str, bytes)):  # on its left % formats
        attempts.pop()
    for attempt in attempts:
        with pytest.raises(TypeError) as caught:
            attempt()
        assert f"the operator {sign!r} on a Value takes one real number, not" in str(caught.value)
        assert fragment in str(caught.value)


class Stranger:
    """Knows what to do with a Value on its left, and on its right."""

    def __radd__(self, other):
        return "radd", other

    __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rdivmod__ = __rpow__ = __radd__

    def __add__(self, other):
        return "add", other

    __sub__ = __mul__ = __truediv__ = __floordiv__ = __mod__ = __divmod__ = __pow__ = __add__

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


# --- remainders and rounding ------------------------------------------------------------------------------

NUMBERS = (7.5, -7.5, 2.0, -2.0, 0.75, -0.25, 1e17, 5e-324, 3.0)


def exact(x, y):
    """x // y and x % y in whole and rational numbers."""
    whole = math.floor(Fraction(x) / Fraction(y))
    return whole, Fraction(x) - whole * Fraction(y)


@pytest.mark.parametrize("x", NUMBERS)
@pytest.mark.parametrize("y", [y for y in NUMBERS if y != 5e-324])
def test_remainders_are_pythons_with_the_slopes_of_the_exact_quotient(x, y):
    a, b = Value(x), Value(y)
    whole, rest = exact(x, y)
    for quotient, remainder in [(a // b, a % b), divmod(a, b), divmod(x, b), divmod(a, y)]:
        assert (quotient.data, remainder.data) == (x // y, x % y) == divmod(x, y)
        assert remainder.data == float(rest)
    quotient, remainder = divmod(a, b)
    assert remainder.partials() == (1.0, pytest.approx(-float(whole), rel=1e-15))
    assert quotient.partials() == (0.0, 0.0)
    assert math.fmod(a.data, b.data) == autograd_math.fmod(a, b).data
    assert autograd_math.fmod(a, b).partials()[1] == pytest.approx(-float(math.trunc(Fraction(x) / Fraction(y))))
    assert autograd_math.remainder(a, y).data == math.remainder(x, y)
    assert autograd_math.remainder(a, b).partials()[1] == pytest.approx(-float(round(Fraction(x) / Fraction(y))))


def test_division_by_zero_is_refused_as_python_does():
    for attempt in (lambda: Value(5.0, "p") % 0, lambda: Value(5.0, "p") // 0.0, lambda: divmod(5.0, Value(0.0))):
        with pytest.raises(DivisionDomainError, match="a divisor other than 0"):
            attempt()
    with pytest.raises(
        DomainError, match=r"^fmod\(p = inf, 2.0\) is outside the domain: .* a finite number and a divisor"
    ):
        autograd_math.fmod(Value(math.inf, "p"), 2.0)
    with errstate(domain="nan"):
        assert math.isnan((Value(5.0) % 0.0).data)
        assert [(Value(x) // 0.0).data for x in (5.0, -5.0)] == [math.inf, -math.inf]
        assert (Value(5.0) // -0.0).data == -math.inf
        assert math.isnan((Value(0.0) // 0.0).data)


@pytest.mark.parametrize("other", ["a", None, [2.0], 1j])
def test_divmod_with_no_number_is_refused(other):
    for attempt in (lambda: divmod(Value(1.0), other), lambda: divmod(other, Value(1.0))):
        with pytest.raises(TypeError, match="the operator '//' on a Value takes one real number, not"):
            attempt()
    assert divmod(Value(1.0), Stranger())[0] == "radd"
    assert divmod(Stranger(), Value(1.0))[0] == "add"
    with pytest.raises(TypeError, match="unsupported operand"):
        divmod(Value(1.0), object())


@pytest.mark.parametrize("x", [2.5, 3.5, -2.5, -0.5, 0.3, -0.3, 2.0, 0.0, -0.0, 1e300, 4503599627370495.5, math.inf])
def test_rounding_gives_a_value_with_no_slope(x):
    expected = {math.floor: np.floor, math.ceil: np.ceil, math.trunc: np.trunc, round: np.rint}
    for function, reference in expected.items():
        value = function(Value(x))
        assert isinstance(value, Value)
        assert (value.data, math.copysign(1.0, value.data)) == (reference(x), math.copysign(1.0, reference(x)))
        assert value.partials() == (0.0,)


@given(st.floats(-1e25, 1e25) | st.decimals(-1000, 1000, places=4).map(float), st.integers(-22, 22))
@example(2.675, 2)
@example(0.125, 2)
@example(5e16 + 24, -1)
@example(-1250.0, -2)
def test_rounding_to_digits_is_pythons(x, digits):
    for rounded in (round(Value(x), digits).data, Value(x).round(digits).data, round_function(x, digits)):
        assert rounded == round(x, digits)
        assert math.copysign(1.0, rounded) == math.copysign(1.0, round(x, digits))


@pytest.mark.parametrize("digits", [0.5, 23, -23, math.nan])
def test_rounding_to_no_whole_number_of_digits_is_refused(digits):
    with pytest.raises(DomainError, match=r"round\(1.5, .*needs a whole number of digits from -22 to 22"):
        round(Value(1.5), digits)
    with pytest.raises(TypeError, match="takes one real number, not the str '2'"):
        round(Value(1.5), "2")
    with pytest.raises(TypeError, match="must be a plain number, it is not differentiated"):
        round(Value(1.5), Value(1.0))


def test_operators_of_remainders_in_local_gradients_and_compiled():
    f = compile_function(lambda x, y: x % y + 10.0 * (x // y) + round(x) + math.ceil(y) + divmod(x, 2)[1])
    for x, y in [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0)]:
        assert f(x, y) == x % y + 10.0 * (x // y) + round(x) + math.ceil(y) + x % 2
    odd = primitive(
        "odd_part", forward=lambda x: x % 2.0, partials=lambda x, out: (1.0 + 0.0 * (x % 2.0) + 0.0 * (x // 2.0),)
    )
    assert grad(grad(lambda x: odd(x) * x))(3.5) == 2.0


def test_pow_and_abs_are_methods():
    x = Value(-3.0)
    assert (x.pow(2).data, x.pow(2).op.constants, x.abs().data) == (9.0, (2.0,), 3.0)
    assert Value(2.0).pow(Value(3.0)).parents[1].data == 3.0
    with pytest.raises(TypeError, match="on a Value takes one real number, not the str"):
        x.pow("2")


# --- methods that are built from the table ----------------------------------------------------------------


def declared():
    """The methods that type checkers are told of: those of the stub, and those in the body of the class."""
    (stub,) = [node for node in ast.parse(stubs.methods()).body if isinstance(node, ast.ClassDef)]
    return {node.name: node for node in stub.body if isinstance(node, ast.FunctionDef)}


def functions():
    """The operations that a Value has as a method."""
    few = {op.name for op in PRIMITIVES.values() if op.name in rules.__all__ and op.arity in (1, 2)}
    capturing = {op.name for op in PRIMITIVES.values() if op.name in rules.__all__ and op.partials is None}
    return few | capturing | {"abs"}


def test_type_checkers_are_told_of_exactly_the_methods_there_are():
    assert {*declared(), "abs"} == functions()


@pytest.mark.parametrize("name", stubs.STUBS)
def test_the_stubs_are_those_of_the_table(name):
    assert (ROOT / "autograd" / name).read_text(encoding="utf-8") == stubs.STUBS[name](), "run python -m tests.stubs"


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_method_is_its_function_and_says_so(name):
    op = PRIMITIVES[name]
    others = (-1.0, 1.0)[: op.arity - 1]
    number = 0.4 if op.domain.contains(0.4, *others) else 1.4
    method = getattr(Value(number), name)(*others)
    assert method.data == op(number, *others)
    assert method.op.name == name
    assert getattr(Value, name).__doc__ == op.__doc__
    assert getattr(Value, name).__qualname__ == f"Value.{name}"


@pytest.mark.parametrize("name", ["atan2", "hypot", "maximum", "minimum"])
def test_a_method_of_two_numbers_takes_a_value_or_a_number_and_nothing_else(name):
    x, y = Value(3.0), Value(4.0)
    assert getattr(x, name)(y).parents == (x, y)
    with pytest.raises(TypeError, match=rf"^{name}\(\) takes one real number, not <object"):
        getattr(x, name)(object())
    with pytest.raises(TypeError, match=rf"^{name}\(\) takes 2 argument\(s\), 1 given"):
        getattr(x, name)()


def test_the_methods_that_type_checkers_are_told_of_are_those_that_exist():
    for name, function in declared().items():
        parameters = [argument.arg for argument in function.args.args[1:]]
        signature = inspect.signature(getattr(Value, name))
        signature.bind(None, *parameters)
        signature.bind(None, **dict.fromkeys(parameters))


def test_a_method_and_the_function_of_its_name_are_the_same_operation():
    for name, op in PRIMITIVES.items():
        method = getattr(Value, name, None)
        if method is not None and op.arity == 1 and op.partials is not None:
            x = Value(1.0)
            with errstate(domain="nan"):
                assert getattr(x, name)().op is op is op(x).op
            assert method.__name__ == name
            assert method.__doc__ == op.__doc__
