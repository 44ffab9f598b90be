"""What stands, in Python, for functions of Python itself, beside these: every language is given it in their place."""

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.replay import calls

NUMBERS = st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0, 1.0, -1.0, 5e-324])
FINITE = st.floats(-1e300, 1e300)


def same(one, other):
    """Whether two numbers are the same, signs of zeros included."""
    return (one == other and math.copysign(1.0, one) == math.copysign(1.0, other)) or (one != one and other != other)


@given(st.lists(FINITE, min_size=1, max_size=9))
def test_a_sum_carries_along_what_rounding_loses(numbers):
    found = calls._sum(numbers)
    if sys.version_info >= (3, 12):
        assert same(found, sum(numbers))
    size = math.fsum(map(abs, numbers))
    if size < 1e308:
        assert abs(found - math.fsum(numbers)) <= 2.0**-52 * abs(found) + 2.0**-100 * size


@given(st.lists(NUMBERS, min_size=1, max_size=9))
def test_functions_of_several_numbers(numbers):
    assert same(calls._product(numbers), math.prod(numbers))
    assert same(calls._largest(*numbers), max(numbers))
    assert same(calls._smallest(*numbers), min(numbers))
    assert all(map(same, calls._sorted(numbers), sorted(numbers)))
    assert len(calls._sorted(numbers)) == len(numbers)


@given(st.lists(st.sampled_from([0.0, -0.0, 1.0, 2.0, 3.0, math.nan]), min_size=1, max_size=6), st.integers(-8, 8))
def test_an_item_by_its_place(numbers, place):
    if -len(numbers) <= place < len(numbers):
        assert same(calls.picked(place, *numbers), numbers[place])
    else:
        with pytest.raises(IndexError):
            calls.picked(place, *numbers)


@given(
    st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, math.nan]), min_size=1, max_size=6),
    st.sampled_from([1.0, 3.0, math.nan]),
)
def test_numbers_without_one(numbers, x):
    left = list(numbers)
    if x in left:
        left.remove(x)
        assert all(map(same, calls.without(x, *numbers), left))
        assert len(calls.without(x, *numbers)) == len(left)
    else:
        with pytest.raises(ValueError):  # noqa: PT011 -- as list.remove
            calls.without(x, *numbers)


@given(FINITE, FINITE.filter(lambda y: abs(y) > 1e-300))
def test_the_remainder_of_ieee_754(x, y):
    assert same(calls._remainder(x, y), math.remainder(x, y))
