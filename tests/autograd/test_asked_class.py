# ruff: noqa: PLW0108 -- what dispatches takes no keyword
"""A traced function takes the branch of the plain call, also where it asks for the class of its argument."""

import collections.abc
import fractions
import functools
import math
import numbers
import statistics

import numpy as np
import pytest

import autograd as ag
from autograd import ConversionError, GradientError, Parameter, Value, check_grads, grad, value_and_grad
from autograd import compile as compiled
from autograd.value import Traced


def of_float(x):
    return 1.0 * x if isinstance(x, float) else 7.0 * x


def of_two(x):
    return 1.0 * x if isinstance(x, (int, float)) else 7.0 * x


def of_int(x):
    return 7.0 * x if isinstance(x, int) else 1.0 * x


def of_real(x):
    return 1.0 * x if isinstance(x, numbers.Real) else 7.0 * x


def of_number(x):
    return 1.0 * x if isinstance(x, numbers.Number | str) else 7.0 * x


def of_rational(x):
    return 7.0 * x if isinstance(x, numbers.Rational) else 1.0 * x


def of_containers(x):
    return 7.0 * x if isinstance(x, (list, tuple, dict, str, np.ndarray, collections.abc.Iterable)) else 1.0 * x


def of_class(x):
    return 1.0 * x if x.__class__ is float else 7.0 * x


def of_result(x):
    return 1.0 * x if isinstance(x * x + 1.0, float) else 7.0 * x


def of_inner_result(x):
    value, slope = value_and_grad(lambda y: x * y * y)(3.0)
    return 1.0 * x if isinstance(value, float) and isinstance(slope, float) else 7.0 * x


def of_whole(x):
    return 7.0 * x if isinstance(x, float) and x.is_integer() else 1.0 * x


def of_infinite(x):
    return 7.0 * x if (x * 1e308 * 10.0).is_integer() else 1.0 * x


def by_match(x):
    match x:
        case str() | list():
            return 5.0 * x
        case float(y):
            return 1.0 * y
        case _:
            return 7.0 * x


@functools.singledispatch
def dispatched(x):
    return 7.0 * x


@dispatched.register
def _(x: float):
    return 1.0 * x


@functools.singledispatch
def dispatched_on_real(x):
    return 7.0 * x


@dispatched_on_real.register
def _(x: numbers.Real):
    return 1.0 * x


ASKING = [
    of_float, of_two, of_int, of_real, of_number, of_rational, of_containers, of_class, of_result, of_inner_result,
    of_whole, of_infinite, by_match, dispatched, dispatched_on_real,
]  # fmt: skip


@pytest.mark.parametrize("f", ASKING, ids=lambda f: getattr(f, "__name__", "f"))
def test_a_traced_function_takes_the_branch_of_the_plain_call(f):
    assert f(2.5) == 2.5
    assert value_and_grad(f)(2.5) == (2.5, 1.0)
    assert ag.jvp(f, (2.5,), (1.0,)) == (2.5, 1.0)
    assert (ag.jacfwd(f)(2.5), ag.jacobian(f)(2.5), grad(grad(lambda x: f(x) * x))(2.5)) == (1.0, 1.0, 2.0)
    replay = compiled(f)
    assert (replay(2.5), replay(4.5), compiled(grad(f))(2.5)) == (2.5, 4.5, 1.0)
    assert ag.sensitivities(lambda x: f(x), order=1)(x=2.5)["x"] == 1.0
    if f is not of_infinite:
        check_grads(f, (2.5,))


def test_whether_a_number_is_whole_is_a_guard():
    replay = compiled(of_whole)
    assert (replay(2.5), replay(2.0), replay(-3.0)) == (2.5, 14.0, -21.0)


def test_a_value_stays_one_where_the_plain_call_holds_one():
    weight = Parameter(2.0, "w")
    outer = Value(3.0)
    for f in (
        lambda x: 1.0 * x if isinstance(x * weight, float) else 7.0 * x,
        lambda x: 1.0 * x if isinstance(x + outer * outer, float) else 7.0 * x,
        lambda x: 1.0 * x if isinstance(Value(3.0) * x, float) else 7.0 * x,
        lambda x: 1.0 * x if isinstance(weight, float) else 7.0 * x,
    ):
        plain = f(2.0)
        slope = grad(f)(2.0)
        assert getattr(plain, "data", plain) == 14.0
        assert getattr(slope, "data", slope) == 7.0
        assert compiled(f)(2.0) == 14.0
    assert of_float(Value(2.0)).data == 14.0
    assert grad(of_float)(Value(2.0)).data == 7.0


def test_asking_for_the_classes_of_this_library_works():
    def f(x):
        assert isinstance(x, Value)
        assert not isinstance(x, Parameter)
        assert issubclass(type(x), Value)
        return x * x

    assert (grad(f)(3.0), compiled(f)(3.0)) == (6.0, 9.0)


def test_asking_at_each_turn_of_a_long_loop_is_linear():
    asked = []

    def f(x):
        for _ in range(3000):
            x = x * 1.0 if isinstance(x, float) else 7.0
            asked.append(isinstance(x + 1.0, float))
        return x

    assert grad(f)(2.0) == 1.0
    assert all(asked)


def test_outside_of_traced_functions_a_node_tells_its_own_class():
    kept = []
    grad(lambda x: kept.append(x * 2.0) or x)(1.0)
    compiled(lambda x: kept.append(x * 2.0) or x)(1.0)
    assert all(node.__class__ is type(node) and not isinstance(node, float) for node in kept)
    node = kept[0]
    node.__class__ = Value
    assert type(node) is Value
    node.__class__ = Traced
    node.__class__ = Traced
    assert type(node) is Traced


@pytest.mark.parametrize(
    ("taker", "taken"),
    [
        (fractions.Fraction, "as_integer_ratio"),
        (lambda x: statistics.mean([x, 1.0]), "as_integer_ratio"),
        (lambda x: x.as_integer_ratio()[0], "as_integer_ratio"),
        (lambda x: float(x.hex()), "hex"),
    ],
)
def test_what_takes_a_float_apart_is_refused(taker, taken):
    for traced in (grad, compiled):
        with pytest.raises(ConversionError, match=rf"{taken}\(\) of .* line"):
            traced(lambda x: x * taker(x))(2.5)


def test_check_grads_tells_of_another_branch_for_values():
    for f in (
        lambda x: x * x if type(x) is float else x,
        lambda x: x * x if type(x).__name__ == "float" else x,
        lambda x: [x * x] if type(x) is float else x * x,
        lambda a: a[0] * a[1] if a.dtype == float else a[0],
    ):
        at = np.array([2.0, 3.0]) if f.__code__.co_varnames == ("a",) else 2.0
        with pytest.raises(GradientError, match=r"for floats, but .* for Values .* type\(x\) is float.*isinstance"):
            check_grads(f, (at,))
    with pytest.raises(GradientError, match=r"the function returns 4\.0 for floats, but 2\.0 for Values"):
        check_grads(lambda x: x * x if type(x) is float else x, (2.0,))
    check_grads(lambda x: x.exp(), (2.0,))  # which takes Values alone
    check_grads(lambda x: x * (math.nan if type(x) is str else 1.0), (2.0,))
