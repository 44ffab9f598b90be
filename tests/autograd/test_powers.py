"""Powers: numbers and Values as bases and exponents, and their gradients at the edges of the domain."""

import math
import operator
from fractions import Fraction

import numpy as np
import pytest

from autograd import DomainError, GradientWarning, Value, errstate, grad, hessian


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


@pytest.mark.filterwarnings("ignore::autograd.GradientWarning")  # the slope by the exponent below 0 is nan
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


@pytest.mark.parametrize("x", [0.5, 3.0])
def test_third_derivatives_by_an_exponent_that_is_zero(x):
    """∂³ x**y = (2y - 1)·x**(y-2) + y·(y-1)·x**(y-2)·log x, by x twice and y: -1/x² at y = 0."""

    def f(base, exponent):
        return base**exponent

    for first, second, third in [(0, 0, 1), (0, 1, 0), (1, 0, 0)]:
        assert grad(grad(grad(f, first), second), third)(x, 0.0) == pytest.approx(-(x**-2), rel=1e-14)
    assert hessian(f)(0.0, 0.0) == 0.0


def test_the_exponent_partial_at_base_zero_and_below():
    base, exponent = Value(0.0), Value(2.0)
    (base**exponent).backward()
    assert exponent.grad == 0.0
    base, exponent = Value(-2.0), Value(2.0)
    with pytest.warns(GradientWarning, match=r"pow gave 4.0 from -2.0, 2.0, but .* operand 2 does not exist"):
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


@pytest.mark.parametrize(("base", "exponent"), [(-8.0, 1 / 3), (-8.0, Value(0.5)), (0.0, -1), (0.0, Value(-1.0))])
def test_the_domain_of_a_power_is_said_plainly(base, exponent):
    with pytest.raises(
        DomainError, match="needs a whole exponent where the base is negative, and one of 0 or more where"
    ):
        Value(base) ** exponent
