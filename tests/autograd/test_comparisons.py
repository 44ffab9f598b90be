"""Comparing: Values with each other and with every number, as keys, and as conditions."""

import math
import operator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value

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
