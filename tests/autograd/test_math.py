"""``autograd.math`` is the standard module on numbers, and differentiable on Values."""

from __future__ import annotations

import itertools
import math as standard
import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, errstate, math
from autograd.errors import DomainError, OverflowDomainError

UNARY = [
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "ceil", "cos", "cosh", "degrees", "erf", "erfc", "exp",
    "exp2", "expm1", "fabs", "floor", "gamma", "isfinite", "isinf", "isnan", "lgamma", "log", "log10", "log1p", "log2",
    "radians", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
]  # fmt: skip


def outcome(function: Callable[..., Any], *args: float) -> Any:
    try:
        return repr(function(*args))
    except (ArithmeticError, ValueError) as error:
        return type(error), str(error)


def test_it_has_every_name_of_the_standard_module() -> None:
    assert set(math.__all__) == {name for name in dir(standard) if not name.startswith("_")}
    assert (math.pi, math.e, math.tau, math.inf) == (standard.pi, standard.e, standard.tau, standard.inf)


@pytest.mark.parametrize("name", UNARY)
def test_numbers_get_the_same_bits_and_the_same_errors(name: str) -> None:
    numbers = random.Random(name)
    for _ in range(300):
        x = numbers.choice((-1, 1)) * 10.0 ** numbers.uniform(-5, 3)
        assert outcome(getattr(math, name), x) == outcome(getattr(standard, name), x)
    for x in (0.0, -0.0, 1.0, standard.inf, -standard.inf, standard.nan, 3):
        assert outcome(getattr(math, name), x) == outcome(getattr(standard, name), x)


@pytest.mark.parametrize("name", [name for name in UNARY if not name.startswith("is")])
def test_values_get_the_same_value_and_a_derivative(name: str) -> None:
    at = 1.25 if name == "acosh" else 0.625
    x = Value(at)
    y = getattr(math, name)(x)
    y.backward()
    function, h = getattr(standard, name), 1e-5
    assert y.data == pytest.approx(function(at), rel=2e-15)
    assert x.grad == pytest.approx((function(at + h) - function(at - h)) / (2 * h), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "expected", "gradients"),
    [
        (math.log, standard.log(3.0, 4.0), (0.24044917348149393, -0.1429135962365864)),
        (lambda x, y: math.log(x, 5), standard.log(3.0, 5), (1 / (3 * standard.log(5)), 0.0)),
        (math.pow, 81.0, (108.0, 81 * standard.log(3))),
        (math.hypot, 5.0, (0.6, 0.8)),
        (lambda x, y: math.hypot(x, y, 12.0), 13.0, (3 / 13, 4 / 13)),
        (lambda x, y: math.hypot(-x), 3.0, (1.0, 0.0)),
        (lambda x, y: math.dist([x, 0.0], [0.0, y]), 5.0, (0.6, 0.8)),
        (lambda x, y: math.prod([x, y], start=2), 24.0, (8.0, 6.0)),
        (lambda x, y: math.prod([x, 5.0], start=y), 60.0, (20.0, 15.0)),
        (lambda x, y: math.fsum([x, y, 0.5]), 7.5, (1.0, 1.0)),
        (math.atan2, standard.atan2(3, 4), (4 / 25, -3 / 25)),
    ],
)  # fmt: skip
def test_functions_of_several_values(call: Callable[..., Any], expected: float, gradients: tuple[float, float]) -> None:
    x, y = Value(3.0), Value(4.0)
    out = call(x, y)
    out.backward()
    assert out.data == pytest.approx(expected, rel=1e-15)
    assert (x.grad, y.grad) == pytest.approx(gradients, rel=1e-14)


SPECIAL = (
    0.0, -0.0, standard.inf, -standard.inf, standard.nan, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 2.5, -2.5, 4.0,
    1e308, -1e308, 5e-324, -5e-324, 1e-310, 710.0, -746.0, 1024.0, -1075.0, 100.0,
)  # fmt: skip
"""The points at which C99 (annex F) says what its functions give, and the ends of their ranges."""

ROUNDING = {"ceil": np.ceil, "floor": np.floor, "trunc": np.trunc}
"""Of a float the standard library gives an int, and an error at infinity and nan; of a Value a float, as NumPy does."""


@pytest.mark.parametrize("name", [name for name in UNARY if not name.startswith("is")])
def test_values_at_special_points_are_the_standard_ones(name: str) -> None:
    for x in SPECIAL:
        assert_standard(name, x)


@pytest.mark.parametrize("name", ["atan2", "copysign", "fmod", "hypot", "pow", "remainder"])
def test_values_of_two_numbers_at_special_points_are_the_standard_ones(name: str) -> None:
    for x, y in itertools.product(SPECIAL, repeat=2):
        assert_standard(name, x, y)


def assert_standard(name: str, *point: float) -> None:
    """To 2 ulps, with the sign of a zero; and an error where there is one, of the same kind."""
    function, reference = getattr(math, name), ROUNDING.get(name) or getattr(standard, name)
    try:
        expected = float(reference(*point))
    except (ArithmeticError, ValueError) as error:
        kind = OverflowError if isinstance(error, OverflowError) else ValueError
        with pytest.raises(kind):
            function(*map(Value, point))
        return
    got = function(*map(Value, point)).data
    if standard.isnan(expected):
        assert standard.isnan(got), point
        return
    near = 2 * standard.ulp(expected) + (1e-15 if name == "lgamma" else 0.0)
    assert got == expected or abs(got - expected) <= near, (point, got, expected)
    assert standard.copysign(1.0, got) == standard.copysign(1.0, expected), point


def test_lgamma_at_its_zeros_is_a_positive_zero() -> None:
    for zero in (1.0, 2.0):
        for value in (autograd.lgamma(zero), autograd.lgamma(Value(zero)).data, math.lgamma(Value(zero)).data):
            assert repr(value) == "0.0"


def test_parts_and_scales_of_values() -> None:
    for x in (2.75, -2.75, -0.0, 3.0, 1e300):
        fraction, whole = math.modf(Value(x))
        assert (fraction.data, whole.data) == standard.modf(x)
        assert (fraction.partials()[0], whole.partials()) == (1.0, (0.0,))
    for x, i in [
        (1.5, 3),
        (-1.5, -1070),
        (5e-324, 1100),
        (5e-324, 2050),
        (1.75, 1023),
        (3.0, -1076),
        (1.25, -2000),
        (0.0, 5000),
    ]:
        value = math.ldexp(Value(x), i)
        assert value.data == standard.ldexp(x, i), (x, i)
    x = Value(3.0)
    math.ldexp(x, 4).backward()
    assert x.grad == 16.0
    with pytest.raises(
        TypeError, match=r"^math.ldexp\(x, i\) takes a plain int as i, not Value\(data=2.0\): write x \* exp2"
    ):
        math.ldexp(2.0, Value(2.0))
    with pytest.raises(TypeError, match="'float' object cannot be interpreted as an integer"):
        math.ldexp(Value(2.0), 2.0)


def test_gamma_of_values() -> None:
    x = Value(4.5)
    math.gamma(x).backward()
    assert x.grad == pytest.approx(standard.gamma(4.5) * autograd.digamma(4.5), rel=1e-15)
    assert [autograd.gamma(float(n)) for n in range(1, 24)] == [standard.factorial(n - 1) for n in range(1, 24)]
    for pole in (0.0, -3.0, -standard.inf):
        with pytest.raises(DomainError, match="gamma needs a number other than 0, -1, -2"):
            autograd.gamma(pole)
    for large in (171.7, 1e300, 1e-320, -1e-320):
        with pytest.raises(OverflowDomainError, match=r"^gamma\(.* is too large for a float"):
            autograd.gamma(large)
    with errstate(domain="nan"):
        assert [autograd.gamma(x) for x in (0.0, -0.0, 1e-320, 200.0)] == [
            standard.inf,
            -standard.inf,
            standard.inf,
            standard.inf,
        ]
        assert standard.isnan(autograd.gamma(-1.0))
    assert [repr(autograd.gamma(x)) for x in (-190.5, -191.5)] == ["-0.0", "0.0"]


def test_sums_of_values_are_infinite_where_the_standard_one_raises() -> None:
    assert math.fsum([Value(1.7e308), 1.7e308]).data == standard.inf
    assert standard.isnan(math.fsum([Value(standard.inf), -standard.inf]).data)
    with pytest.raises(OverflowError):
        math.fsum([1.7e308, 1.7e308])


@pytest.mark.parametrize("n", [1, 2, 3, 7, 20])
def test_lengths_of_many_values_are_right_to_their_last_digits(n: int) -> None:
    rng = random.Random(n)
    for _ in range(100):
        p, q = ([rng.uniform(-1, 1) * 10.0 ** rng.uniform(-3, 3) for _ in range(n)] for _ in range(2))
        assert math.hypot(*map(Value, p)).data == pytest.approx(standard.hypot(*p), rel=n * 2.0**-52)
        assert math.dist([*map(Value, p)], q).data == pytest.approx(standard.dist(p, q), rel=n * 2.0**-52)


def test_the_functions_of_later_versions() -> None:
    x, y = Value(3.0), Value(4.0)
    if sys.version_info >= (3, 12):
        out = math.sumprod([x, 2.0], [y, 5.0])
        assert (out.data, out.partials()) == (22.0, (4.0, 5.0, 3.0, 2.0))
    if sys.version_info >= (3, 13):
        out = math.fma(x, y, 1.0)
        assert (out.data, out.partials()) == (13.0, (4.0, 1.0, 3.0, 1.0))
    assert hasattr(math, "sumprod") is (sys.version_info >= (3, 12))


def test_functions_of_several_numbers_are_the_standard_ones() -> None:
    assert math.hypot(0.1, 0.2, 0.3) == standard.hypot(0.1, 0.2, 0.3)
    assert math.hypot() == 0.0
    assert math.dist((0.1, 0.2), (0.3, 0.5)) == standard.dist((0.1, 0.2), (0.3, 0.5))
    assert math.prod([2, 3], start=4) == 24
    assert isinstance(math.prod([2, 3]), int)
    assert math.fsum(x / 10 for x in range(10)) == 4.5
    assert math.log(8, 3) == standard.log(8, 3)


def test_dist_refuses_points_of_different_dimensions() -> None:
    with pytest.raises(ValueError, match="same number of dimensions"):
        math.dist([Value(1.0)], [1.0, 2.0])


@pytest.mark.parametrize(
    "name", ["comb", "factorial", "frexp", "gcd", "isqrt", "lcm", "nextafter", "perm", "ulp"],
)  # fmt: skip
def test_what_has_no_derivative_refuses_values_by_name(name: str) -> None:
    with pytest.raises(
        TypeError, match=rf"math\.{name}\(\) is not differentiated and takes plain numbers, not Value\(data=3\.0\): "
    ):
        getattr(math, name)(Value(3.0))
    assert math.gcd(12, 18) == 6
    assert math.ldexp(1.5, 3) == 12.0
    assert math.perm(5, 2) == 20


def test_questions_about_values() -> None:
    assert math.isnan(Value(math.nan))
    assert not math.isnan(Value(1.0))
    assert math.isinf(Value(-math.inf))
    assert not math.isinf(Value(math.nan))
    assert math.isfinite(Value(1e308))
    assert not math.isfinite(Value(math.nan))


@pytest.mark.parametrize(
    ("a", "b", "options"),
    [(1.0, 1.0, {}), (1.0, 1.0 + 1e-10, {}), (1.0, 1.1, {}), (1.0, 1.1, {"rel_tol": 0.2}), (0.0, 1e-12, {}),
     (0.0, 1e-12, {"abs_tol": 1e-9}), (math.inf, math.inf, {}), (math.inf, 1.0, {}), (math.nan, math.nan, {})],
)  # fmt: skip
def test_isclose_on_values_is_isclose_of_their_data(a: float, b: float, options: dict[str, float]) -> None:
    assert math.isclose(Value(a), b, **options) is standard.isclose(a, b, **options)
    assert math.isclose(a, Value(b), **options) is standard.isclose(a, b, **options)
    assert math.isclose(a, b, **options) is standard.isclose(a, b, **options)


def test_isclose_refuses_a_negative_tolerance() -> None:
    with pytest.raises(ValueError, match="tolerances must be non-negative"):
        math.isclose(Value(1.0), 1.0, rel_tol=-1.0)
