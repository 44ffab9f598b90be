"""Losses number by number: their values and gradients against fifty digits, their edges, what they refuse.

Those over classes are in test_nn_class_losses.py, all of them compiled in test_nn_compiled_losses.py.
"""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import nn
from autograd import DomainError, Value, check_grads, check_primitive, errstate
from nn import bce_with_logits, binary_cross_entropy, half_squared_error, hinge, huber, mse, squared_error
from nn.losses import COMPLEMENT_FLOOR, FLOOR, LOSSES, resolve_loss, surprise, surprise_of_not

SINGLE = sorted(set(LOSSES) - {"softmax_cross_entropy", "categorical_cross_entropy"})


def with_gradient(loss, prediction, target):
    p = Value(prediction)
    result = loss(p, target)
    result.backward()
    return result.data, p.grad


def exact(function, at):
    """A function's value and derivative in 400 digits, rounded to floats."""
    with mpmath.workdps(400):
        x = mpmath.mpf(at)
        return float(function(x)), float(mpmath.diff(function, x, h=mpmath.mpf(10) ** -150))


def cross_entropy(y):
    return lambda p: -(y * mpmath.log(p) if y else 0) - ((1 - y) * mpmath.log(1 - p) if y != 1 else 0)


def logits(y):
    return lambda z: (
        mpmath.mpf(y) * mpmath.log(1 + mpmath.exp(-z)) + (1 - mpmath.mpf(y)) * mpmath.log(1 + mpmath.exp(z))
    )


# --- values and gradients ---------------------------------------------------------------------------------


@pytest.mark.parametrize("y", [0.0, 1.0, 0.25])
@pytest.mark.parametrize("p", [1e-90, 1e-20, 3e-9, 0.1, 0.5, 0.75, 0.999, 1 - 2**-40, 1 - 2**-53])
def test_cross_entropy_in_fifty_digits(p, y):
    assert with_gradient(binary_cross_entropy, p, y) == pytest.approx(exact(cross_entropy(y), p), rel=4e-16, abs=0)


@pytest.mark.parametrize("y", [0.0, 1.0, 0.25])
@pytest.mark.parametrize("z", [-1000.0, -40.0, -3.0, -1e-9, 0.0, 0.5, 40.0, 700.0, 1000.0])
def test_cross_entropy_of_a_raw_score_is_right_however_large(z, y):
    value, gradient = exact(logits(y), z)
    assert with_gradient(bce_with_logits, z, y) == pytest.approx((value, gradient), rel=1e-15, abs=5e-324)


@settings(max_examples=60)
@given(st.floats(-30, 30), st.floats(0, 1))
@example(30.0, 1.0)
def test_both_cross_entropies_are_the_same_function(z, y):
    a, b = Value(z), Value(z)
    through_sigmoid, direct = binary_cross_entropy(a.sigmoid(), y), bce_with_logits(b, y)
    through_sigmoid.backward()
    direct.backward()
    spread = 1e-15 / (1 - 1 / (1 + math.exp(-z)) + 1e-16)  # how well a probability near 1 says what z was
    assert through_sigmoid.data == pytest.approx(direct.data, rel=1e-12 + spread, abs=1e-15)
    assert a.grad == pytest.approx(b.grad, rel=1e-12 + spread, abs=1e-15)


@settings(max_examples=60)
@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_squared_errors_have_their_textbook_gradients(p, y):
    residual = y - p
    assert with_gradient(squared_error, p, y) == (residual * residual, -2 * residual)
    assert with_gradient(mse, p, y) == (residual * residual, -2 * residual)
    assert with_gradient(half_squared_error, p, y) == (residual * residual / 2, -residual)


@pytest.mark.parametrize(
    ("p", "y", "value", "gradient"),
    [(0.25, 1, 0.75, -1), (0.25, -1, 1.25, 1), (2.0, 1, 0.0, 0), (-2.0, -1, 0.0, 0), (1.0, 1, 0.0, 0)],
)
def test_hinge(p, y, value, gradient):
    assert with_gradient(hinge, p, y) == (value, gradient)


@pytest.mark.parametrize("loss", SINGLE)
def test_every_loss_passes_the_gradient_check_to_second_order(loss):
    check_grads(lambda p: LOSSES[loss](p, 1.0), (0.3,))
    if loss != "hinge":  # its targets are two numbers
        check_grads(lambda y: LOSSES[loss](0.3, y), (0.8,))


@pytest.mark.parametrize("delta", [0.5, 1.0, 3.0])
@settings(max_examples=60)
@given(p=st.floats(-1e3, 1e3), y=st.floats(-1e3, 1e3))
def test_huber_is_a_parabola_up_to_delta_and_its_tangent_beyond(delta, p, y):
    residual = y - p
    size = abs(residual)
    value = residual * residual / 2 if size <= delta else delta * (size - delta / 2)
    slope = -residual if size <= delta else -math.copysign(delta, residual)
    found = Value(p)
    loss = huber(found, y, delta=delta)
    loss.backward()
    assert (loss.data, found.grad) == (pytest.approx(value, rel=1e-14, abs=1e-300), pytest.approx(slope, rel=1e-15))


def test_huber_at_delta_and_beyond_passes_the_gradient_check():
    check_grads(lambda p: huber(p, 0.0, delta=2.0), (3.5,))
    check_grads(lambda p: huber(p, 0.0, delta=2.0), (-3.5,))
    assert with_gradient(huber, 1.0, 0.0) == (0.5, 1.0)
    assert with_gradient(huber, -1.0, 0.0) == (0.5, -1.0)


@pytest.mark.parametrize("delta", [0, -1.0, math.inf, math.nan])
def test_a_delta_that_is_no_width_is_refused(delta):
    with pytest.raises(ValueError, match=f"^huber: delta must be a finite number above 0, got {delta}$"):
        huber(1.0, 2.0, delta=delta)
    with pytest.raises(TypeError, match=r"^huber: delta: Value takes one real number, not None"):
        huber(1.0, 2.0, delta=None)


# --- the ends of a probability ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "y", "value", "gradient"),
    [
        (0.0, 1, 100 * math.log(10) + 1, -1e100),
        (1.0, 0, 54 * math.log(2) + 1, 2.0**54),
        (0.0, 0, 0.0, 1.0),
        (1.0, 1, 0.0, -1.0),
        (0.0, 0.5, (100 * math.log(10) + 1) / 2, (1 - 1e100) / 2),
        (1.0, 0.5, (54 * math.log(2) + 1) / 2, (2.0**54 - 1) / 2),
    ],
)
def test_cross_entropy_is_finite_with_a_finite_gradient_at_0_and_1(p, y, value, gradient):
    assert with_gradient(binary_cross_entropy, p, y) == pytest.approx((value, gradient), rel=1e-15)


def test_a_perfect_prediction_costs_plus_zero():
    for loss in (binary_cross_entropy(1.0, 1), binary_cross_entropy(0.0, 0), bce_with_logits(1e4, 1)):
        assert math.copysign(1.0, loss) == 1.0
        assert loss == 0.0


def test_the_clamp_is_a_tangent_so_value_and_slope_are_continuous():
    below, at, above = (surprise(p) for p in (FLOOR * 0.999, FLOOR, FLOOR * 1.001))
    assert below - at == pytest.approx(1e-3, rel=1e-3)
    assert at - above == pytest.approx(1e-3, rel=1e-3)
    assert surprise(0.0) - surprise(FLOOR) == pytest.approx(1.0)
    assert surprise_of_not(1.0) == pytest.approx(1 - math.log(COMPLEMENT_FLOOR))


def test_a_saturated_sigmoid_still_learns_from_a_wrong_answer():
    z = Value(-200.0)
    binary_cross_entropy(z.sigmoid(), 1).backward()
    assert z.grad == pytest.approx(-1.0, rel=1e-12)
    z = Value(37.0)
    binary_cross_entropy(z.sigmoid(), 0).backward()
    assert 0.5 < z.grad < 2


def test_the_two_operations_of_cross_entropy_keep_the_rules_of_the_table():
    check_primitive(surprise)
    check_primitive(surprise_of_not)
    assert math.isnan(surprise(math.nan))
    assert math.isnan(surprise_of_not(math.nan))
    assert math.isnan(with_gradient(binary_cross_entropy, math.nan, 1)[1])


# --- what selects, what is data ---------------------------------------------------------------------------


def operations(root):
    return {node.op.name for node in root.topological_order() if node.op}


def test_a_known_target_of_0_or_1_drops_the_other_term():
    p = Value(0.3, "p")
    assert operations(binary_cross_entropy(p, 1)) == {"surprise"}
    assert operations(binary_cross_entropy(p, 0.0)) == {"surprise_of_not"}
    assert operations(binary_cross_entropy(p, 0.5)) == {"surprise", "surprise_of_not", "mul", "add", "sub"}
    assert operations(bce_with_logits(p, 0)) == {"softplus"}
    assert operations(bce_with_logits(p, 1)) == {"softplus", "neg"}


@pytest.mark.parametrize("y", [0.0, 1.0])
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_a_target_that_is_a_value_gives_the_same_loss_and_a_gradient_of_its_own(p, y):
    target = Value(y)
    prediction = Value(p)
    loss = binary_cross_entropy(prediction, target)
    loss.backward()
    assert (loss.data, prediction.grad) == with_gradient(binary_cross_entropy, p, y)
    assert target.grad == surprise(p) - surprise_of_not(p)


def test_a_number_given_as_target_is_a_named_node_in_the_scope_of_the_loss():
    loss = half_squared_error([Value(1.0, "a1[1]"), Value(2.0, "a2[1]")], np.array([3.0, 4.0]))
    named = {node.label: node for node in loss.topological_order() if node.label}
    assert (named["y1"].data, named["y2"].data) == (3.0, 4.0)
    assert named["y1"].scope == loss.scope == "loss"
    assert {node.label for node in squared_error(Value(1.0, "p"), 3.0).topological_order()} == {"p", "y", ""}


# --- lists ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "value"),
    [(half_squared_error, 2.5), (squared_error, 5.0), (mse, 2.5)],
)
def test_errors_are_sums_and_the_rest_are_means(loss, value):
    assert loss([1.0, 2.0], [2.0, 4.0]) == value
    p = [Value(1.0), Value(2.0)]
    result = loss(p, [2.0, 4.0])
    result.backward()
    assert result.data == value
    assert [x.grad for x in p] == [value / 5 * -2, value / 5 * -4]


@pytest.mark.parametrize("loss", SINGLE)
def test_a_reduction_puts_the_single_losses_together(loss):
    loss = LOSSES[loss]
    p, y = [Value(0.25), Value(0.5), Value(0.125)], [1.0, 1.0, 1.0]
    single = [loss(one.data, other) for one, other in zip(p, y, strict=True)]
    found = loss(p, y, reduction="none")
    assert [each.data for each in found] == single
    assert loss(p, y, reduction="sum").data == pytest.approx(math.fsum(single), rel=1e-15)
    assert loss(p, y, reduction="mean").data == pytest.approx(math.fsum(single) / 3, rel=1e-15)
    assert [loss(0.25, 1.0, reduction=name) for name in ("sum", "mean", "none")] == [single[0]] * 3
    assert loss([0.25], [1.0], reduction="none") == [single[0]]
    assert loss([0.25], [1.0], reduction="sum") == single[0]
    with pytest.raises(ValueError, match=f"^{loss.__name__}: reduction must be 'mean', 'sum' or 'none', got 'avg'$"):
        loss(p, y, reduction="avg")


@pytest.mark.parametrize("loss", [binary_cross_entropy, bce_with_logits, hinge, mse, huber])
def test_a_mean_is_the_mean_of_the_single_losses(loss):
    assert loss([0.25, 0.5], [1.0, 1.0]) == pytest.approx((loss(0.25, 1.0) + loss(0.5, 1.0)) / 2)


def test_one_prediction_in_a_list_is_the_prediction():
    assert squared_error(Value(3.0), [1.0]).data == squared_error([Value(3.0)], 1.0).data == 4.0
    assert mse(np.array([3.0]), np.float64(1.0)) == 4.0


@pytest.mark.parametrize("loss", SINGLE)
def test_numbers_alone_give_a_float(loss):
    for target in (1, True, np.float64(1.0), np.int8(1)):
        assert type(LOSSES[loss](np.float32(0.5), target)) is float
    assert type(LOSSES[loss]([0.5, 0.25], (1, 1))) is float


# --- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", SINGLE)
def test_lists_that_do_not_match_are_refused(loss):
    with pytest.raises(ValueError, match=f"^{loss}: 2 predictions but 3 targets$"):
        LOSSES[loss]([0.1, 0.2], [1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match=f"^{loss}: 1 prediction but 2 targets$"):
        LOSSES[loss](Value(0.1), [1.0, 1.0])
    with pytest.raises(ValueError, match=f"^{loss} of no predictions$"):
        LOSSES[loss]([], [])
    with pytest.raises(TypeError, match=f"^{loss}: prediction: Value takes one real number, not None"):
        LOSSES[loss](None, 1.0)
    with pytest.raises(TypeError, match=f"^{loss}: target 2 must be a number, got the str '1'"):
        LOSSES[loss]([0.5, 0.5], [1.0, "1"])
    with pytest.raises(TypeError, match=f"^{loss}: prediction: Value takes one real number, not the dict"):
        LOSSES[loss]({}, 1.0)
    with pytest.raises(TypeError, match=f"^{loss}: prediction 1: Value takes one real number, not the list"):
        LOSSES[loss]([[0.5], [0.5]], [1.0, 1.0])
    with pytest.raises(TypeError, match=f"^{loss}: prediction must be a number, got the str '0.5'"):
        LOSSES[loss]("0.5", 1.0)


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "bce_with_logits"])
@pytest.mark.parametrize("y", [-1, 1.5, math.nan])
def test_a_target_that_is_no_probability_is_refused(loss, y):
    with pytest.raises(
        ValueError, match=rf"^{loss} takes targets from 0 to 1 \(.*by \(y \+ 1\) / 2\), and y is {float(y)}$"
    ):
        LOSSES[loss](Value(0.5), y)


@pytest.mark.parametrize("y", [0, 0.5, math.nan])
def test_a_target_of_hinge_is_a_sign(y):
    with pytest.raises(
        ValueError, match=rf"^hinge takes targets of -1 and 1 \(.*by 2 \* y - 1\), and y2 is {float(y)}$"
    ):
        hinge([0.5, 0.5], [1, y])


def test_a_target_that_is_a_value_is_checked_like_a_number():
    with pytest.raises(
        ValueError, match=r"^binary_cross_entropy takes .* from 0 to 1 .*, and y is Value\(data=1.5, label"
    ):
        binary_cross_entropy(0.5, Value(1.5, "t"))
    with pytest.raises(ValueError, match=r"^hinge takes targets of -1 and 1 .*, and y is Value\(data=0.0\)$"):
        hinge(Value(0.5), Value(0.0))
    p, y = Value(0.5), Value(-1.0)
    hinge(p, y).backward()
    assert (p.grad, y.grad) == (1.0, -0.5)


@pytest.mark.parametrize("y", [0, 1, 0.5])
@pytest.mark.parametrize("p", [-1e-9, 1.0000001, 3.7, -math.inf, math.inf])
def test_a_prediction_that_is_no_probability_is_refused(p, y):
    with pytest.raises(
        DomainError, match=r"surprise\w*\(score = .*a probability from 0 to 1 \(bce_with_logits takes raw"
    ):
        binary_cross_entropy(Value(p, "score"), y)
    with errstate(domain="nan"):
        assert math.isnan(binary_cross_entropy(p, y))


def test_losses_by_name():
    assert {name: getattr(nn, name) for name in LOSSES} == LOSSES
    assert resolve_loss("hinge") is hinge
    assert resolve_loss(max) is max
    with pytest.raises(
        ValueError, match=r"unknown loss 'l2'; known: half_squared_error, squared_error, mse, .*; or give"
    ):
        resolve_loss("l2")
    with pytest.raises(TypeError, match=r"a loss must be a name or a function of \(prediction, target\), got None"):
        resolve_loss(None)


@pytest.mark.parametrize("weight", [0.0, 0.25, 1.0, 3.0])
@pytest.mark.parametrize("y", [0.0, 1.0, 0.3])
@pytest.mark.parametrize("z", [-3.0, 0.0, 0.5, 40.0])
def test_pos_weight_is_pytorch_s(z, y, weight):
    """-(w·y·log σ(z) + (1 - y)·log(1 - σ(z))), in NumPy."""
    value = weight * y * np.logaddexp(0.0, -z) + (1 - y) * np.logaddexp(0.0, z)
    share = 1 / (1 + np.exp(-z))
    slope = -weight * y / (1 + np.exp(z)) + (1 - y) * share
    for target in (y, Value(y)):
        p = Value(z)
        loss = bce_with_logits(p, target, pos_weight=weight)
        loss.backward()
        assert loss.data == pytest.approx(value, rel=1e-13)
        assert p.grad == pytest.approx(slope, rel=1e-12)


@pytest.mark.parametrize("weight", [-1.0, math.inf, math.nan])
def test_a_pos_weight_that_is_none_is_refused(weight):
    with pytest.raises(
        ValueError, match=f"^bce_with_logits: pos_weight must be a finite number, 0 or more, got {weight}$"
    ):
        bce_with_logits(0.0, 1, pos_weight=weight)
