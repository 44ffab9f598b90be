"""Operands of other kinds, on either side of an operator: a Value with its derivative, or an error; never a float."""

from __future__ import annotations

import datetime as dt
import operator
from decimal import Decimal
from fractions import Fraction

import gmpy2
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from autograd import ConversionError, Value, grad

OPERATORS = {
    "+": (operator.add, lambda x, c: (1.0, 1.0)),
    "-": (operator.sub, lambda x, c: (1.0, -1.0)),
    "*": (operator.mul, lambda x, c: (c, c)),
    "/": (operator.truediv, lambda x, c: (1 / c, -c / x**2)),
    "**": (operator.pow, lambda x, c: (c * x ** (c - 1), np.log(c) * c**x)),
}
"""Each with the derivatives by x of ``x op c`` and of ``c op x``."""

NUMBERS = [
    2, True, 2.0, Fraction(3, 2), Decimal("1.5"), np.float64(2), np.float32(2), np.float16(2), np.longdouble(2),
    np.int8(2), np.uint64(2), np.bool_(True), np.array(2), np.array(2.0), np.array(True), np.float64(2).reshape(()),
    mpmath.mpf(2), gmpy2.mpfr(2), gmpy2.mpz(2), gmpy2.mpq(3, 2),
]  # fmt: skip


def named(case):
    return f"{type(case).__module__}.{type(case).__name__}"


@pytest.mark.parametrize("number", NUMBERS, ids=named)
@pytest.mark.parametrize("sign", OPERATORS)
def test_a_real_number_of_any_kind_is_a_constant_on_either_side(number, sign):
    apply, slopes = OPERATORS[sign]
    c = float(number)
    for side, function in enumerate((lambda x: apply(x, number), lambda x: apply(number, x))):
        result = function(Value(3.0))
        assert isinstance(result, Value)
        assert result.data == apply(*((3.0, c) if side == 0 else (c, 3.0)))
        assert grad(function)(3.0) == pytest.approx(slopes(3.0, c)[side], rel=1e-15, abs=1e-15)


@pytest.mark.parametrize("number", [n for n in NUMBERS if not isinstance(n, np.longdouble)], ids=named)
def test_a_real_number_of_any_kind_is_compared_by_its_data(number):
    x = Value(3.0)
    assert x > number
    assert number < x
    assert not x <= number
    assert x != number
    assert Value(float(number)) == number


@pytest.mark.parametrize("array", [np.array([1.0, 2.0]), np.array([[1, 2]]), np.array([1.0, 2.0], np.float32)])
@pytest.mark.parametrize("sign", OPERATORS)
def test_an_array_gives_an_array_of_values(array, sign):
    apply, slopes = OPERATORS[sign]
    for side, function in enumerate((lambda x: apply(x, array), lambda x: apply(array, x))):
        result = function(Value(3.0))
        assert result.dtype == object
        assert all(isinstance(element, Value) for element in result.flat)
        expected = sum(slopes(3.0, float(c))[side] for c in array.flat)
        assert grad(lambda x, function=function: function(x).sum())(3.0) == pytest.approx(expected, rel=1e-14)


class ByFloat:
    """A number of a class that converts whatever it meets to a float."""

    __array_ufunc__ = None

    def meet(self, other):
        return float(other) * 2.0

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = __rpow__ = (
        meet
    )


STRANGERS = [
    1j, np.complex128(1j), "a", b"a", None, [1.0], (1.0,), {1.0: 2.0}, {1.0}, np.timedelta64(1), np.datetime64("2020"),
    dt.timedelta(1), dt.date(2020, 1, 1), jnp.float32(2), jnp.ones(2), mpmath.mpc(1, 2), gmpy2.mpc(1j),
    object(), ByFloat(), iter([1.0]), np.array(["a"]), np.array(1j), np.array([1j]),
    np.ma.array([1.0, 2.0], mask=[False, True]), np.ma.array([1.0, 2.0]), np.ma.masked,
]  # fmt: skip


@pytest.mark.parametrize("stranger", STRANGERS, ids=named)
@pytest.mark.parametrize("sign", OPERATORS)
def test_what_is_no_real_number_is_refused_on_either_side(stranger, sign):
    apply, _ = OPERATORS[sign]
    for function in (lambda x: apply(x, stranger), lambda x: apply(stranger, x)):
        with pytest.raises(TypeError):
            function(Value(3.0, "x"))
        with pytest.raises(TypeError):
            grad(function)(3.0)


def test_a_masked_array_takes_no_float_out_of_a_value():
    x, masked = Value(3.0, "x"), np.ma.array([1.0, 2.0], mask=[False, True])
    way = r"^a masked array would take the float out of 'x' \(data = 3.0\).*a plain array, and autograd.where"
    for attempt in (
        lambda: masked * x, lambda: x * masked, lambda: masked < x, lambda: x == masked, lambda: np.ma.sqrt(x),
        lambda: np.ma.add(masked, x), lambda: np.ma.where([True, False], x, 0.0), lambda: np.ma.array(x),
    ):  # fmt: skip
        with pytest.raises(ConversionError, match=way):
            attempt()
    with pytest.raises(ConversionError, match="a masked array"):
        grad(lambda x: (masked * x).sum())(3.0)
    of_values = np.ma.array([x, x], mask=[False, True]) * 2.0  # which holds the nodes themselves
    assert of_values.dtype == object
    assert grad(lambda x: (np.ma.array([x, x], mask=[False, True]) * 2.0).sum())(3.0) == 2.0
