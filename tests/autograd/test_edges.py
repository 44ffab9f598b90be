"""The gradient where functions have kinks and poles: branches not taken, infinities, nan, signed zeros."""

import math
import operator

import pytest

from autograd import (
    GradientWarning,
    Value,
    atan2,
    errstate,
    fsum,
    hypot,
    leaky_relu,
    log,
    maximum,
    minimum,
    primitive,
    relu,
    sigmoid,
    sign,
    sin,
    sqrt,
    step,
    tanh,
    where,
)
from autograd.primitives import PRIMITIVES
from autograd.sweep import number_of
from tests.accuracy import cases, public_names
from tests.support.bits import bits


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(
    "build",
    [
        lambda x: where(1.0, 2.0 * x, sqrt(x)),
        lambda x: where(0.0, sqrt(x), 2.0 * x),
        lambda x: where(1.0, 2.0 * x, x**0.5 + sqrt(x) * 3.0),
        lambda x: where(1.0, 2.0 * x, fsum([sqrt(x), x, x])),
        lambda x: where(1.0, where(1.0, 2.0 * x, sqrt(x)), sqrt(x)),
        lambda x: where(sqrt(x) + 1.0, 2.0 * x, 1.0),
    ],
)
def test_where_stops_zero_times_infinity(build, create_graph):
    x = Value(0.0)
    build(x).backward(create_graph=create_graph)
    assert number_of(x.grad) == 2.0


@pytest.mark.parametrize("create_graph", [False, True])
def test_where_stops_a_nan(create_graph):
    x = Value(-1.0)
    with errstate(domain="nan"):
        y = where(relu(x), log(x), 3.0 * x)
    y.backward(create_graph=create_graph)
    assert (y.data, number_of(x.grad)) == (-3.0, 3.0)


def test_where_stops_an_infinity_at_second_order():
    x = Value(0.0)
    where(1.0, x**3, sqrt(x)).backward(create_graph=True)
    slope = x.grad
    x.zero_grad()
    slope.backward()
    assert (slope.data, x.grad) == (0.0, 0.0)


def test_where_passes_an_infinity_of_the_branch_taken():
    x = Value(0.0)
    where(1.0, sqrt(x), 2.0 * x).backward()
    assert x.grad == math.inf


CONVENTIONS = {
    "relu(0)": (relu, 0.0, 0.0, 0.0),
    "relu(-0)": (relu, -0.0, 0.0, 0.0),
    "abs(0)": (abs, 0.0, 0.0, 0.0),
    "step(0)": (step, 0.0, 0.0, 0.0),
    "sign(0)": (sign, 0.0, 0.0, 0.0),
    "leaky_relu(0)": (lambda x: leaky_relu(x, 0.25), 0.0, 0.0, 0.25),
    "sqrt(0)": (sqrt, 0.0, 0.0, math.inf),
    "x**0 at 0": (lambda x: x**0, 0.0, 1.0, 0.0),
    "x**0 at 5": (lambda x: x**0, 5.0, 1.0, 0.0),
    "max(x, 1) at 1": (lambda x: maximum(x, 1.0), 1.0, 1.0, 0.5),
    "min(1, x) at 1": (lambda x: minimum(1.0, x), 1.0, 1.0, 0.5),
    "max(x, x)": (lambda x: maximum(x, x), 4.0, 4.0, 1.0),
    "min(x, x)": (lambda x: minimum(x, x), 4.0, 4.0, 1.0),
}


@pytest.mark.parametrize("name", CONVENTIONS)
@pytest.mark.parametrize("create_graph", [False, True])
def test_the_conventions_at_kinks_and_poles(name, create_graph):
    f, at, value, slope = CONVENTIONS[name]
    x = Value(at)
    y = f(x)
    y.backward(create_graph=create_graph)
    assert (y.data, number_of(x.grad)) == (value, slope)


@pytest.mark.parametrize(
    "f",
    [
        relu, abs, sign, step, leaky_relu, lambda x: x**2,
        lambda x: maximum(x, 1.0), lambda x: maximum(1.0, x), lambda x: minimum(x, 1.0), lambda x: minimum(1.0, x),
        tanh, sigmoid, lambda x: x.softplus(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("create_graph", [False, True])
def test_at_nan_no_gradient_is_finite(f, create_graph):
    x = Value(math.nan)
    y = f(x)
    assert math.isnan(y.data)
    y.backward(create_graph=create_graph)
    assert math.isnan(number_of(x.grad))


@pytest.mark.parametrize("f", [maximum, minimum])
def test_a_nan_beside_a_number_makes_both_gradients_nan(f):
    x, y = Value(math.nan), Value(1.0)
    for root in (f(x, y), f(y, x)):
        assert math.isnan(root.data)
        root.zero_grad()
        root.backward()
        assert math.isnan(x.grad)
        assert math.isnan(y.grad)


def test_signed_zeros_are_kept():
    x = Value(2.0)
    (x * -0.0).backward()
    assert bits(x.grad) == bits(-0.0)
    assert bits((Value(0.0) * -1).data) == bits(-0.0)


def test_the_operators_of_local_gradients_in_ieee_arithmetic():
    # Where a closure leaves the floats it is asked again; the numbers it is then handed do all that floats do.
    def locals_at_zero(rule):
        op = primitive("sweep_ieee", forward=operator.pos, partials=lambda x, out: (rule(x, 1.0 / x),))
        x = Value(0.0)
        op(x).backward()
        return x.grad

    assert locals_at_zero(lambda x, pole: pole + 1) == math.inf
    assert locals_at_zero(lambda x, pole: 1 - pole) == -math.inf
    assert locals_at_zero(lambda x, pole: -pole * 2) == -math.inf
    assert locals_at_zero(lambda x, pole: 3 / pole) == 0.0
    assert locals_at_zero(lambda x, pole: sin(x) + pole) == math.inf
    assert locals_at_zero(lambda x, pole: abs(-pole)) == math.inf
    for rule in (lambda x, pole: pole - pole, lambda x, pole: pole * x):
        with pytest.warns(GradientWarning, match="its derivative with respect to operand 1 does not exist"):
            assert math.isnan(locals_at_zero(rule))


# --- at infinity ------------------------------------------------------------------------------------------

EXPONENTS = (0.0, 0.25, 1 / 3, 0.5, 0.99, 1.0, 1.01, 1.5, 2.0, 2.5, 3.0, 7.0, 8.0, 10.0, 100.1, 1e100)


def power_slope_limit(x, n):
    """The limit of n·t**(n-1) as t goes to the infinity x, by powers of infinity."""
    if n == 0.0:
        return 0.0
    return n * math.pow(x, n - 1.0) if n != 1.0 else 1.0


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("n", EXPONENTS)
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_the_slope_of_a_power_at_infinity_is_its_limit(n, sign, side):
    n, x = sign * n, side * math.inf
    if side < 0.0 and not n.is_integer():
        return_value, expected, curvature = math.pow(x, n), math.nan, math.nan
    else:
        return_value, expected = math.pow(x, n), power_slope_limit(x, n)
        curvature = (n - 1.0) * n * math.pow(x, n - 2.0) if n not in (0.0, 1.0) else 0.0
        expected, curvature = expected or 0.0, curvature or 0.0
    slopes, curvatures = [], []
    for exponent in (n, Value(n)):
        base = Value(x)
        y = base**exponent
        assert y.data == return_value
        y.backward(create_graph=True)
        slope = base.grad
        slopes.append(slope.data)
        base.zero_grad()
        slope.backward()
        curvatures.append(base.grad)
    assert slopes == pytest.approx([expected] * 2, nan_ok=True)
    assert curvatures == pytest.approx([curvature] * 2, nan_ok=True)


SLOPED = sorted(name for name in public_names() & PRIMITIVES.keys() if not PRIMITIVES[name].held)


@pytest.mark.parametrize("name", SLOPED)
@pytest.mark.parametrize("x", [math.inf, -math.inf])
def test_a_slope_at_infinity_is_a_limit_wherever_the_value_is_a_number(name, x):
    """Of first and second order: not nan, where far out it has settled."""
    for case in cases(name):
        if case.inputs != 1 or name in (
            "gamma",
            "logsumexp",
            "softmax",
        ):  # of gamma an infinity meets a vanishing slope
            continue
        op = case.op.capture(*case.constants) if case.constants else case.op

        def derivatives(at, op=op):
            with errstate(domain="nan"):
                leaf = Value(at)
                out = op(leaf)
                out.backward(create_graph=True)
                slope = leaf.grad
                leaf.zero_grad()
                slope.backward()
            return out.data, slope.data, leaf.grad

        far = [derivatives(math.copysign(size, x)) for size in (1e200, 1e250, 1e300)]
        at = derivatives(x)
        for order in (1, 2):
            trend = [one[order] for one in far]
            if not any(map(math.isnan, [at[0], *trend])) and name != "lgamma":
                assert not math.isnan(at[order]), (name, case.constants, order)
                assert at[order] == pytest.approx(trend[-1], abs=1e-90) or abs(trend[-1]) > 1e90


@pytest.mark.parametrize("f", [hypot, atan2])
@pytest.mark.parametrize("first", [math.inf, -math.inf])
@pytest.mark.parametrize("second", [0.0, -0.5, 2.0])
def test_lengths_and_angles_with_one_infinite_side_have_slopes(f, first, second):
    for point in ((first, second), (second, first)):
        slopes = f(*map(Value, point)).partials()
        expected = [math.copysign(1.0, x) if f is hypot and math.isinf(x) else 0.0 for x in point]
        assert list(slopes) == expected
        x, y = map(Value, point)
        f(x, y).backward(create_graph=True)
        (x.grad + y.grad).backward()
        assert math.isfinite(x.grad.data if isinstance(x.grad, Value) else x.grad)
