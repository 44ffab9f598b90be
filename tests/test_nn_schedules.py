"""Schedules and clipping: PyTorch's numbers, and what is refused."""

import json
import math

import numpy as np
import pytest

from nn import SGD, ConstantLR, CosineLR, LinearLR, StepLR, WarmupLR, clip_grad_norm, clip_grad_value
from tests.leaves import with_gradients
from tests.torch_paths import FILE, STEPS, WARMUP, gradients

TORCH = json.loads(FILE.read_text())


# --- schedules --------------------------------------------------------------------------------------------

SCHEDULES = {
    "constant": ConstantLR(0.5),
    "linear": LinearLR(30, start=0.8, end=0.2),
    "cosine": CosineLR(50, end=0.05),
    "step": StepLR(7, factor=0.6),
    "warm-up": WarmupLR(WARMUP, CosineLR(STEPS - WARMUP), start=0.25),
}


@pytest.mark.parametrize("name", TORCH["schedules"])
def test_fifty_epochs_of_a_schedule_are_pytorch_s(name):
    found = [SCHEDULES[name](epoch) for epoch in range(STEPS)]
    assert found == pytest.approx(TORCH["schedules"][name], rel=1e-12, abs=1e-14)


def test_a_schedule_stays_at_its_end():
    assert [LinearLR(3, end=0.25)(epoch) for epoch in (3, 50)] == [0.25, 0.25]
    assert [CosineLR(3, end=0.25)(epoch) for epoch in (3, 50)] == [0.25, 0.25]
    assert WarmupLR(2)(9) == 1.0


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: LinearLR("9"), TypeError, "epochs must be a whole number, 1 or more, got '9'"),
        (lambda: LinearLR(0), ValueError, "epochs must be a whole number, 1 or more, got 0"),
        (lambda: CosineLR(2.0), TypeError, r"epochs must be a whole number, 1 or more, got 2\.0"),
        (lambda: StepLR(True), TypeError, "every must be a whole number, 1 or more, got True"),
        (lambda: ConstantLR(-1.0), ValueError, r"factor must be a finite number, 0 or more, got -1\.0"),
        (lambda: LinearLR(2, start="1"), TypeError, "start must be a number, got the str '1'"),
        (lambda: WarmupLR(2, 0.5), TypeError, r"then is a schedule, a function from an epoch to a factor, not 0\.5"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


# --- clipping ---------------------------------------------------------------------------------------------


def test_clipping_by_norm_is_pytorch_s():
    parameters = with_gradients(*gradients(13))
    assert clip_grad_norm(parameters, 5.0) == pytest.approx(TORCH["clipped"]["norm"], rel=1e-14)
    assert [p.grad for p in parameters] == pytest.approx(TORCH["clipped"]["gradients"], rel=1e-12)


def test_a_short_gradient_is_left_and_one_that_is_missing_does_not_count():
    parameters = with_gradients(3.0, 4.0, None)
    assert clip_grad_norm(parameters, 6.0) == 5.0
    assert ([p.grad for p in parameters[:2]], parameters[2].has_grad) == ([3.0, 4.0], False)
    clip_grad_value(parameters, 3.5)
    assert ([p.grad for p in parameters[:2]], parameters[2].has_grad) == ([3.0, 3.5], False)
    assert clip_grad_norm(with_gradients(None), 1.0) == 0.0
    assert clip_grad_norm(with_gradients(0.0, 0.0), 1.0) == 0.0


def test_the_norm_of_huge_and_tiny_gradients():
    assert clip_grad_norm(with_gradients(3e200, 4e200), 1e300) == pytest.approx(5e200, rel=1e-15)
    assert clip_grad_norm(with_gradients(3e-200, 4e-200), 1.0) == pytest.approx(5e-200, rel=1e-15)


def test_a_gradient_that_is_not_finite_is_not_hidden_by_clipping():
    parameters = with_gradients(math.nan, 2.0)
    assert math.isnan(clip_grad_norm(parameters, 1.0))
    clip_grad_value(parameters, 1.0)
    assert (math.isnan(parameters[0].grad), parameters[1].grad) == (True, 1.0)
    parameters = with_gradients(math.inf, 2.0)
    assert clip_grad_norm(parameters, 1.0) == math.inf
    with pytest.raises(ValueError, match="the gradient of p0 is inf, so no parameter was moved"):
        SGD(parameters).step()


@pytest.mark.parametrize("bound", [0.0, -1, math.inf, math.nan])
def test_bounds_are_finite_and_above_0(bound):
    with pytest.raises(ValueError, match="max_norm is a finite number above 0, not"):
        clip_grad_norm(with_gradients(1.0), bound)
    with pytest.raises(ValueError, match="limit is a finite number above 0, not"):
        clip_grad_value(with_gradients(1.0), bound)


def test_numpy_s_ints_count_epochs_too():
    assert CosineLR(np.int64(4))(2) == CosineLR(4)(2)
