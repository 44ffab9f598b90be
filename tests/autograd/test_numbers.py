"""Numbers: everything that becomes a float, and what is said of everything else."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograd import OverflowDomainError, Value
from autograd.primitives import as_float, is_number

NUMBERS = [
    2, -3, 0, True, False, 2.5, -0.0, math.inf, math.nan, Fraction(1, 3), Decimal("0.1"),
    np.float64(2.5), np.float32(2.5), np.float16(2.5), np.longdouble(2.5), np.int8(-3), np.int64(7), np.uint64(2**63),
    np.bool_(True), np.array(2.5), np.array(3), np.array(True), np.array(2.5, dtype=np.float32),
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{type(number).__name__}-{number}")
def test_every_real_number_is_a_float(number):
    result = as_float(number, "here")
    assert type(result) is float
    assert repr(result) == repr(float(number))
    assert is_number(number)


NO_NUMBERS = [
    (None, "not None"),
    ("1.5", "the str '1.5': convert it with float(...)"),
    (b"1", "b'1' of type bytes"),
    (1j, "the complex number 1j: take .real or abs() of it first"),
    (np.complex64(1j), "the complex number"),
    ([1.0], "the list [1.0]: apply it to each element"),
    ((1.0,), "the tuple (1.0,): apply it to each element"),
    ({1.0}, "the set {1.0}"),
    ({"a": 1}, "the dict {'a': 1}"),
    (np.ones(1), "an array of shape (1,)"),
    (np.ones((2, 3)), "an array of shape (2, 3)"),
    (np.array("a"), "array('a', dtype='<U1') of type ndarray"),
    (np.array(1j), "array(0.+1.j) of type ndarray"),
    (np.array(None), "array(None, dtype=object) of type ndarray"),
    (np.datetime64("2020-01-01"), "of type datetime64"),
    (np.timedelta64(3, "s"), "here takes one real number, not"),
    (Value(2.0), "Value(data=2.0), which is already part of a graph: use it as it is, or take .data"),
    (object, "of type type"),
    ([0] * 100_000, "the list [0, 0, "),
    ([10**5000], "the list"),
]


@pytest.mark.parametrize(("thing", "fragment"), NO_NUMBERS, ids=lambda part: type(part).__name__)
def test_everything_else_is_refused_by_name_and_value_in_a_short_message(thing, fragment):
    with pytest.raises(TypeError) as caught:
        as_float(thing, "here")
    text = str(caught.value)
    assert text.startswith("here takes one real number, not")
    assert fragment in text
    assert len(text) < 250
    assert not is_number(thing)


class Unprintable:
    def __repr__(self):
        raise RuntimeError("no repr")


def test_a_thing_that_cannot_be_printed_is_still_refused_by_its_type():
    with pytest.raises(TypeError, match="Unprintable"):
        as_float(Unprintable(), "here")


@pytest.mark.parametrize(
    "number", [10**400, -(10**400), Fraction(10**400, 3), Decimal("1e400"), np.longdouble("1e400")], ids=type
)
def test_a_number_too_large_for_a_float_is_refused_rather_than_made_infinite(number):
    with pytest.raises(OverflowDomainError, match=rf"fit a float; this {type(number).__name__} does not"):
        as_float(number, "here")


@pytest.mark.parametrize("number", [Decimal("inf"), Decimal("-inf"), np.longdouble("inf")], ids=repr)
def test_an_infinity_is_a_number(number):
    assert math.isinf(as_float(number, "here"))


def test_a_subclass_of_float_becomes_a_plain_float():
    class Celsius(float):
        pass

    assert type(as_float(Celsius(20.0), "here")) is float
    assert type(Value(Celsius(20.0)).data) is float
