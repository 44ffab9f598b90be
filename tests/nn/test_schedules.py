"""Schedules and clipping: PyTorch's numbers, and what is refused."""

import json
import math

import numpy as np
import pytest

from nn import (
    MLP,
    SGD,
    ConstantLR,
    CosineLR,
    CosineRestartsLR,
    LinearLR,
    OneCycleLR,
    PlateauLR,
    StepLR,
    WarmupLR,
    clip_grad_norm,
    clip_grad_value,
    fit,
)
from tests.support.leaves import with_gradients
from tests.support.torch_paths import FILE, STEPS, WARMUP, gradients

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
        (
            lambda: WarmupLR(2, 0.5),
            TypeError,
            r"then must be a schedule, a function from an epoch to a factor, got 0\.5",
        ),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def anneal(start, end, share):
    return end + (start - end) / 2.0 * (1.0 + math.cos(math.pi * share))


def one_cycle(step, total, rise, start_divisor, end_divisor):
    """PyTorch's OneCycleLR, by its phases, with a highest rate of 1."""
    first = 1.0 / start_divisor
    phases = [(rise * total - 1.0, first, 1.0), (total - 1.0, 1.0, first / end_divisor)]
    begin, (end, low, high) = 0.0, phases[0]
    if step > end:
        begin, (end, low, high) = end, phases[1]
    return anneal(low, high, (step - begin) / (end - begin))


@pytest.mark.parametrize(
    ("total", "settings"),
    [(50, {}), (20, {"rise": 0.5}), (30, {"start_divisor": 10.0, "end_divisor": 100.0}), (7, {"rise": 0.9})],
)
def test_one_cycle_is_pytorch_s(total, settings):
    schedule = OneCycleLR(total, **settings)
    defaults = {"rise": 0.3, "start_divisor": 25.0, "end_divisor": 1e4} | settings
    found = [schedule(epoch) for epoch in range(total)]
    assert found == pytest.approx([one_cycle(epoch, total, **defaults) for epoch in range(total)], rel=1e-12)
    assert schedule(total + 5) == pytest.approx(found[-1])


def test_one_cycle_without_a_rise_goes_down_alone():
    assert OneCycleLR(3, rise=0.0)(0) == 1.0
    assert OneCycleLR(3, rise=0.3)(0) == 1.0
    assert OneCycleLR(1)(0) == pytest.approx(1 / 25e4)
    assert OneCycleLR(4, rise=1.0)(3) == 1.0


def warm_restarts(epochs, first, times, end):
    """PyTorch's CosineAnnealingWarmRestarts, step by step."""
    found, now, length = [], 0, first
    for _ in range(epochs):
        found.append(end + (1.0 - end) * (1.0 + math.cos(math.pi * now / length)) / 2.0)
        now += 1
        if now >= length:
            now, length = now - length, length * times
    return found


@pytest.mark.parametrize(("first", "times", "end"), [(5, 1, 0.0), (3, 2, 0.0), (4, 3, 0.1), (1, 2, 0.5)])
def test_warm_restarts_are_pytorch_s(first, times, end):
    schedule = CosineRestartsLR(first, times=times, end=end)
    assert [schedule(epoch) for epoch in range(60)] == pytest.approx(warm_restarts(60, first, times, end), rel=1e-12)
    assert CosineRestartsLR(3)(10**9) == CosineRestartsLR(3)(10**9 % 3)


class Reduce:
    """PyTorch's ReduceLROnPlateau in mode "min" with a relative threshold, as its source has it."""

    def __init__(self, factor, patience, threshold, cooldown, end):
        self.lr, self.best, self.bad, self.rest = 1.0, math.inf, 0, 0
        self.factor, self.patience, self.threshold, self.cooldown, self.end = factor, patience, threshold, cooldown, end

    def step(self, loss):
        if loss < self.best * (1.0 - self.threshold):
            self.best, self.bad = loss, 0
        else:
            self.bad += 1
        if self.rest > 0:
            self.rest -= 1
            self.bad = 0
        if self.bad > self.patience:
            self.lr, self.rest, self.bad = max(self.lr * self.factor, self.end), self.cooldown, 0
        return self.lr


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"patience": 1, "factor": 0.5},
        {"patience": 0, "cooldown": 2},
        {"patience": 2, "threshold": 0.1, "end": 0.01},
    ],
)
def test_plateaus_are_pytorch_s(settings):
    losses = np.abs(np.random.default_rng(0).normal(size=80)).tolist()
    schedule = PlateauLR(**settings)
    every = {"factor": 0.1, "patience": 10, "threshold": 1e-4, "cooldown": 0, "end": 0.0} | settings
    reference = Reduce(**every)
    expected = [1.0] + [reference.step(loss) for loss in losses]
    assert [schedule.after(losses[:epoch]) for epoch in range(81)] == pytest.approx(expected, rel=1e-12)
    assert len(set(expected)) > 1


def test_fit_gives_a_plateau_the_losses():
    settings = {"loss": "mse", "optimizer": "SGD", "lr": 0.5, "epochs": 6, "compiled": False}
    model = MLP(1, [1], init="zeros")
    history = fit(model, [[0.0]], [0.0], schedule=PlateauLR(1, factor=0.5), **settings)  # the loss is 0 from the start
    assert history.lr == [0.5, 0.5, 0.5, 0.25, 0.25, 0.125]
    model = MLP(1, [1], init="zeros")
    history = fit(
        model, [[0.0]], [1.0], schedule=PlateauLR(0, factor=0.5), validation=([[0.0]], [-1.0]), **settings
    )  # the loss falls, that of validation grows
    assert history.lr == [0.5, 0.5, 0.25, 0.125, 0.0625, 0.03125]
    with pytest.raises(TypeError, match=r"PlateauLR depends on the losses so far, and not on the epoch 3: call after"):
        PlateauLR()(3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: OneCycleLR(0), "epochs must be a whole number, 1 or more, got 0"),
        (
            lambda: OneCycleLR(5, rise=1.5),
            r"rise must be from 0 to 1, and the divisors above 0, got OneCycleLR\(epochs=5",
        ),
        (lambda: OneCycleLR(5, end_divisor=0.0), "and the divisors above 0"),
        (lambda: CosineRestartsLR(3, times=0), "times must be a whole number, 1 or more, got 0"),
        (lambda: PlateauLR(-1), "patience must be a whole number, 0 or more, got -1"),
        (lambda: PlateauLR(factor=1.0), r"factor must be a number from 0 to below 1, got 1\.0"),
    ],
)
def test_what_makes_no_sense_of_these_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
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
    with pytest.raises(ValueError, match="max_norm must be a finite number above 0, got"):
        clip_grad_norm(with_gradients(1.0), bound)
    with pytest.raises(ValueError, match="limit must be a finite number above 0, got"):
        clip_grad_value(with_gradients(1.0), bound)


def test_numpy_s_ints_count_epochs_too():
    assert CosineLR(np.int64(4))(2) == CosineLR(4)(2)
