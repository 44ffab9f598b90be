"""``autograd.math`` is the standard module on numbers, and differentiable on Values."""

from __future__ import annotations

import math as standard
import random
import sys
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, math

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


@pytest.mark.parametrize("name", [name for name in UNARY if name != "gamma" and not name.startswith("is")])
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
    "name", ["comb", "factorial", "frexp", "gamma", "gcd", "isqrt", "lcm", "nextafter", "perm", "ulp"],
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
