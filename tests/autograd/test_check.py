"""The checkers: they pass what is right, and name what is wrong."""

import math
from itertools import islice

import numpy as np
import pytest

from autograd import (
    GradientError,
    Value,
    check_grads,
    check_primitive,
    cos,
    diagnose,
    exp,
    fsum,
    grad,
    hessian,
    log,
    maximum,
    relu,
    sigmoid,
    sin,
    sinc,
    sqrt,
    tanh,
    where,
)
from autograd import compile as compiled
from autograd.check import _sample, complex_forward, complex_step, numeric_partial, ridders
from autograd.primitives import PRIMITIVES

# --- derivatives by numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (math.sin, math.cos),
        (math.exp, math.exp),
        (lambda x: x**3, lambda x: 3 * x * x),
        (math.log, lambda x: 1 / x),
        (lambda x: 7.0, lambda x: 0.0),
    ],
)
@pytest.mark.parametrize("x", [1e-3, 0.7, 3.0, 20.0])
def test_ridders_and_its_error_estimate(f, slope, x):
    estimate = ridders(f, x)
    assert abs(estimate.value - slope(x)) <= max(20 * estimate.error, 1e-12 * abs(slope(x)))
    assert abs(estimate.value - slope(x)) <= 1e-8 * max(1.0, abs(slope(x)))
    assert estimate.method == "differences"


def test_ridders_stays_inside_the_domain():
    assert ridders(math.log, 1e-4).value == pytest.approx(1e4, rel=1e-6)


def test_ridders_is_not_taken_in_by_a_pole_within_its_first_steps():
    assert ridders(lambda x: 1.0 / (x - 5.0), 4.9964).value == pytest.approx(-1.0 / 0.0036**2, rel=1e-6)


def test_ridders_says_when_it_found_nothing():
    estimate = ridders(lambda x: math.log(-1.0), 1.0)
    assert math.isnan(estimate.value)
    assert estimate.error == math.inf
    assert not estimate.agrees_with(1.0, 1.0, 1.0)


def test_complex_step_is_right_to_the_last_digits():
    estimate = complex_step(lambda x, y: x * x * y, (3.0, 5.0), 0)
    assert (estimate.value, estimate.method) == (30.0, "complex step")


def test_an_operation_that_takes_complex_numbers_without_being_analytic_falls_back_to_differences(define):
    op = define("cut", forward=lambda x: abs(x) * x, partials=lambda x, out: (2.0 * abs(x),))
    assert numeric_partial(op, (-3.0,), 0).method == "differences"
    assert check_primitive(op) == 100


def test_a_kinked_operation_is_not_given_to_numpy_in_complex_numbers():
    with pytest.raises(TypeError):
        complex_forward(PRIMITIVES["abs"])(1.0 + 1e-100j)


# --- check_primitive --------------------------------------------------------------------------------------


def operations():
    """Every operation of the table that has derivatives; those that capture constants with some, too."""
    constants = {"pow": (2.5,), "clip": (-0.6, 0.7), "polygamma": (1.0,), "sinc_derivative": (1.0,), "round": (1.0,)}
    for op in [op for op in PRIMITIVES.values() if op.builtin and not op.held]:
        if op.partials:
            yield op
        if op.captures:
            yield op.capture(*constants.get(op.name, (0.3,) * op.captures))


DIFFERENTIABLE = [op for op in operations() if op.name not in ("stop_gradient", "take")]
"""Those whose rule is the derivative, around points that are drawn at random."""


@pytest.mark.parametrize("op", DIFFERENTIABLE, ids=repr)
def test_every_rule_of_the_table_passes_at_orders_one_and_two(op):
    assert check_primitive(op) >= 50


@pytest.mark.parametrize("op", DIFFERENTIABLE, ids=repr)
def test_every_operation_passes_check_grads_at_order_two_in_both_modes(op):
    for point in islice(_sample(op), 3):
        check_grads(op, point)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda g: g * (1 + 1e-5), "derivative with respect to input 0"),
        (lambda g: -g, "derivative with respect to input 0"),
        (lambda g: 0.0, "derivative with respect to input 0"),
        (lambda g: g + 1e-3, "derivative with respect to input 0"),
        (lambda g: math.nan, "is nan"),
    ],
)
def test_a_wrong_rule_is_named_with_point_and_numbers(define, spoil, message):
    op = define("spoilt", forward=math.sinh, partials=lambda x, out: (spoil(math.cosh(x)),))
    with pytest.raises(GradientError) as caught:
        check_primitive(op, [(0.5,)])
    assert "the rule of 'spoilt' is wrong: at spoilt(0.5) its" in str(caught.value)
    assert message in str(caught.value)
    assert "Mend the partials of 'spoilt'" in str(caught.value)


def frozen_cube(define):
    """A cube whose derivative has the right value, and no derivative of its own."""
    hold = define("hold", forward=lambda x: x, partials=lambda x, out: (0.0,))
    return define("frozen", forward=lambda x: x**3, partials=lambda x, out: (3.0 * hold(x) * hold(x),))


def test_a_rule_right_at_order_one_and_wrong_at_order_two(define):
    op = frozen_cube(define)
    assert check_primitive(op, [(2.0,)], order=1) == 1
    with pytest.raises(GradientError, match=r"second derivative with respect to inputs 0 and 0 is 0.0, but 12.0"):
        check_primitive(op, [(2.0,)])


def test_a_rule_that_takes_a_float_out_is_told_so(define):
    op = define("leaky", forward=lambda x: x**3, partials=lambda x, out: (3.0 * float(x) ** 2,))
    with pytest.raises(GradientError, match=r"a float was taken out .* write it with operators and primitives alone"):
        check_primitive(op, [(2.0,)])


def test_only_the_wrong_input_is_named(define):
    op = define("product", forward=lambda x, y: x * y, partials=lambda x, y, out: (y, 2.0 * x))
    with pytest.raises(GradientError, match=r"product\(2.0, 3.0\) its derivative with respect to input 1 is 4.0"):
        check_primitive(op, [(2.0, 3.0)])


def test_check_primitive_refuses_what_it_cannot_check(define):
    with pytest.raises(TypeError, match=r"check leaky_relu.capture\(...\) of 1 number"):
        check_primitive(PRIMITIVES["leaky_relu"])
    with pytest.raises(ValueError, match=r"order is 1, 2, \.\.\.; got 0"):
        check_primitive(PRIMITIVES["exp"], order=0)
    nowhere = define("nowhere", forward=lambda x: math.sqrt(-1.0), partials=lambda x, out: (0.0,))
    with pytest.raises(ValueError, match="no points in its domain"):
        check_primitive(nowhere)


# --- check_grads ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x: x**3, 2.0),
        (lambda x, y: exp(x) * y + x / y + tanh(x * y) * sin(x), (0.3, -1.2)),
        (lambda p: relu(p["a"]) * p["b"][1] ** 2 + p["b"][0], ({"a": 0.5, "b": [1.0, 2.0]},)),
        (lambda x: [x * x, sigmoid(x), log(x)], (1.7,)),
        (lambda xs: fsum(xs) * maximum(xs[0], xs[1]), ([0.3, 0.9, -2.0],)),
        (lambda x: where(x > 1.0, x**2, x**3), (1.5,)),
        (lambda x: 3.0, (1.5,)),
    ],
)
def test_right_functions_pass(f, args):
    check_grads(f, args)
    check_grads(f, args, order=3, modes=("rev",))


@pytest.mark.parametrize("mode", ["fwd", "rev"])
@pytest.mark.parametrize("alone", [True, False])
def test_a_wrong_rule_deep_inside_is_named(define, mode, alone):
    op = define("bad_cube", forward=lambda x: x**3, partials=lambda x, out: (3.003 * x * x,))
    modes = mode if alone else (mode,)
    with pytest.raises(GradientError) as caught:
        check_grads(lambda p: sin(op(p["x"]) * p["y"]) + p["y"], ({"x": 1.1, "y": 0.2},), modes=modes)
    message = str(caught.value)
    assert "check_grads: the derivative with respect to argument 0['x'] = 1.1 is" in message
    assert f"in {'forward' if mode == 'fwd' else 'reverse'} mode" in message
    assert "the rule of 'bad_cube' is wrong: at bad_cube(1.1)" in message


def test_a_rule_wrong_at_second_order_only_is_named(define):
    op = frozen_cube(define)
    check_grads(lambda x: op(x) * 2.0, (2.0,), order=1)
    with pytest.raises(GradientError, match=r"the second derivative with respect to argument 0.*rule of 'frozen'"):
        check_grads(lambda x: op(x) * 2.0, (2.0,))


@pytest.mark.parametrize("f", [lambda x: x * math.exp(x.data), lambda x: x * x.data, lambda x: x * Value(x.item())])
def test_a_float_taken_out_is_found_though_every_rule_is_right(f):
    with pytest.raises(GradientError, match="in a way the graph does not see: look for a number taken out"):
        check_grads(f, (2.0,))


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x: x * x, (0.0,)), (lambda x: x * x, (0,)), (lambda x: x * x, (False,)), (lambda x: x**2, 0.0),
        (lambda x: x**3, (0.0,)), (lambda x: x - x, (0.0,)), (lambda x: 0 * x, (0.0,)), (lambda x: 3.0, (0.0,)),
        (lambda x, y: x * y, (0.0, 0.0)), (sin, (0.0,)), (lambda x: 1.0 - cos(x), (0.0,)), (sinc, (0.0,)),
        (lambda p: p["a"][0] * p["b"] + p["b"] ** 2, ({"a": [0.0, 1], "b": 0},)), (lambda x: [x * x, (x**3,)], (0.0,)),
        (lambda a: (a * a).sum(), (np.zeros(3),)), (lambda x: where(1.0, x * x, x), (0.0,)), (lambda: 3.0, ()),
        (lambda x: x % 2.0 + round(x) * x, (0.3,)), (lambda x, y: x // y + x % y, (5.5, 2.0)),
        (lambda x: x.copysign(-1.0) * x, (2.0,)), (lambda x, y: x.logaddexp(y), (0.0, 0.0)),
    ],
)  # fmt: skip
def test_derivatives_of_zero_are_no_missing_derivatives(f, args, order):
    check_grads(f, args, order=order)


@pytest.mark.parametrize(
    ("f", "args", "message"),
    [
        (lambda x: x * x, (math.inf,), "argument 0 must be a finite number, got inf"),
        (lambda x: x[1], ([1.0, math.nan],), r"argument 0\[1\] must be a finite number, got nan"),
        (sqrt, (0.0,), "argument 0 = 0.0 is at an edge: the function, or a derivative, has no finite slope"),
        (lambda x, y: x**y, (-2.0, 3.0), "argument 1 = 3.0 is at an edge"),
        (lambda x: x**1.5, (0.0,), "argument 0 = 0.0 is at an edge"),
        (lambda x: x * 1e300, (1e10,), "the function is inf at this point, so there is no derivative to compare"),
    ],
)  # fmt: skip
def test_where_there_is_no_derivative_no_rule_is_accused(f, args, message):
    with pytest.raises(ValueError, match=f"^check_grads: {message}"):
        check_grads(f, args)


@pytest.mark.parametrize("x", [1e-300, 1e-120, 1e-30, 1.0, 1e300])
def test_steps_are_small_beside_the_input(x):
    check_grads(log, (x,), order=1)
    assert check_primitive(PRIMITIVES["log"], [(x,)], order=1) == 1


def test_an_operation_is_not_checked_at_an_edge():
    with pytest.raises(
        ValueError, match=r"^check_primitive: sqrt\(0.0\) has no finite slope from both sides of input 0, 0.0"
    ):
        check_primitive(PRIMITIVES["sqrt"], [(4.0,), (0.0,)])


def test_a_rule_that_is_infinite_where_the_slope_is_not_is_wrong(define):
    wrong = define("wrong_at_zero", forward=lambda x: x * x, partials=lambda x, out: (2.0 * out / x,))
    with pytest.raises(GradientError, match=r"the rule of 'wrong_at_zero' is wrong: .* is nan, but 0.0 by"):
        check_grads(wrong, (0.0,), order=1)


def test_no_code_of_the_packages_asks_whether_a_value_is_true(monkeypatch):
    """A Value of 0 is false, and a recording would keep the question as a guard: ``x or default`` is never right."""

    def refuse(self):
        raise AssertionError(f"asked whether {self!r} is true")

    monkeypatch.setattr(Value, "__bool__", refuse)
    for x in (0.0, 0.7):
        check_grads(lambda x, y: where(y, x * y, x - y) + (x * x).exp() + maximum(x, y) * 0.0, (x, x + 0.5), order=3)
        assert hessian(lambda v: v["a"] * v["a"] * v["b"])({"a": x, "b": 0.0})["a"]["a"] == 0.0
        assert compiled(grad(lambda x: x * x + relu(x)))(x) == (2.0 * x + (x > 0.0))
        leaf = Value(x, "x")
        root = leaf * leaf * 0.0
        root.backward(create_graph=True)
        leaf.grad.backward()
        assert str(diagnose(root))
        assert list(root.backward_steps())
        assert root.flows_into(leaf)


def test_a_kink_is_refused_rather_than_judged():
    with pytest.raises(ValueError, match=r"relu\(0.0\) is at a kink.*derivative of relu at 0 is taken as 0"):
        check_grads(lambda x: relu(x) + x, (0.0,))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"modes": ("sideways",)}, "takes 'fwd' and 'rev', not \\['sideways'\\]"),
        ({"modes": "sideways"}, "takes 'fwd' and 'rev', not \\['sideways'\\]"),
        ({"modes": ()}, "takes 'fwd' and 'rev'"),
        ({"order": 0}, "order is 1, 2, ...; got 0"),
        ({"order": 1.5}, "got 1.5"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        check_grads(lambda x: x, (1.0,), **options)


@pytest.mark.parametrize("thing", ["tanh", fsum, math.sin])
def test_only_an_operation_is_checked_as_one(thing):
    with pytest.raises(TypeError, match=r"^check_primitive takes an operation, such as autograd.tanh, not "):
        check_primitive(thing)


def test_only_a_function_has_gradients_to_check():
    with pytest.raises(
        TypeError, match=r"^check_grads takes a function and its arguments, not 3.0: give it the function"
    ):
        check_grads(3.0, (1.0,))


def test_a_non_number_is_named_by_its_place():
    with pytest.raises(TypeError, match=r"argument 0\['a'\]\[1\]"):
        check_grads(lambda p: p["a"][0], ({"a": [1.0, "two"]},))


def test_points_where_the_value_is_infinite_are_no_points_to_check_at(define):
    met = []

    def walled(x):
        met.append(math.inf if x.real < 0.0 else x * x)
        return met[-1]

    assert check_primitive(define("walled", forward=walled, partials=lambda x, out: (2.0 * x,))) == 100
    assert math.inf in met
