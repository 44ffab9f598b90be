"""Optimisers: each step equals the formula worked out by hand, and PyTorch's."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest

from autograd import GradientError, Parameter, Value
from nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    Optimizer,
    RMSProp,
    squared_error,
)
from nn.arguments import finite_from_0
from nn.optim import Setting
from tests.support.leaves import with_gradients
from tests.support.torch_paths import FILE, KEPT, START, STEPS, gradients

TORCH = json.loads(FILE.read_text())
OURS = {"SGD": SGD, "Adam": Adam, "AdamW": AdamW, "RMSprop": RMSProp}
PATHS = [(name, settings, path) for name, found in TORCH["paths"].items() for settings, path in found]


def descend(start, steps, **settings):
    """Minimise ½·3·p² for some steps; the values on the way."""
    p = Parameter(start)
    optimizer = SGD([p], **settings)
    path = []
    for _ in range(steps):
        optimizer.zero_grad()
        (1.5 * p * p).backward()
        optimizer.step()
        path.append(p.data)
    return path


def by_hand(start, steps, *, lr, momentum=0, nesterov=False, weight_decay=0):
    """The same in exact fractions, written from PyTorch's documentation of torch.optim.SGD."""
    p, velocity, path = Fraction(start), None, []
    for _ in range(steps):
        g = 3 * p + weight_decay * p
        velocity = g if velocity is None else momentum * velocity + g
        direction = g + momentum * velocity if nesterov else velocity
        p -= lr * (direction if momentum else g)
        path.append(float(p))
    return path


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"momentum": Fraction(9, 10)},
        {"momentum": Fraction(9, 10), "nesterov": True},
        {"weight_decay": Fraction(1, 4)},
        {"momentum": Fraction(1, 2), "nesterov": True, "weight_decay": Fraction(1, 4)},
    ],
)
def test_steps_follow_the_formula(settings):
    lr = Fraction(1, 16)
    assert descend(2.0, 8, lr=lr, **settings) == pytest.approx(by_hand(2, 8, lr=lr, **settings), rel=1e-14)


def test_the_first_step_of_each_kind_in_numbers():
    assert descend(2.0, 1, lr=0.125) == [1.25]
    assert descend(2.0, 2, lr=0.125, momentum=0.5) == [1.25, 0.40625]
    assert descend(2.0, 1, lr=0.125, momentum=0.5, nesterov=True) == [0.875]
    assert descend(2.0, 1, lr=0.125, weight_decay=1.0) == [1.0]


def test_a_step_of_a_network_is_the_formula_for_every_parameter():
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    squared_error(model([1.0, -1.0]), 2.0).backward()
    before = [(parameter.data, parameter.grad) for parameter in model.parameters()]
    SGD(model.parameters(), lr=0.1).step()
    assert [parameter.data for parameter in model.parameters()] == [data - 0.1 * grad for data, grad in before]


def test_the_rate_may_be_changed_on_the_way():
    p = Parameter(1.0)
    optimizer = SGD([p], lr=1.0)
    p.grad = 1.0
    optimizer.lr = 0.25
    optimizer.step()
    assert p.data == 0.75


def test_a_parameter_without_a_gradient_is_left_alone():
    p, q = Parameter(1.0), Parameter(1.0)
    optimizer = SGD([p, q], lr=0.5, weight_decay=1.0, momentum=0.5)
    p.grad = 0.0
    optimizer.step()
    assert (p.data, q.data) == (0.5, 1.0)


def test_zero_grad_forgets_and_a_gradient_with_a_graph_steps_as_its_number():
    p = Parameter(2.0)
    optimizer = SGD([p], lr=0.25)
    (p * p).backward(create_graph=True)
    optimizer.step()
    assert (p.data, type(p.data)) == (1.0, float)
    optimizer.zero_grad()
    assert not p.has_grad


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"parameters": []}, ValueError, "needs at least one parameter; the list is empty"),
        (
            {"parameters": Parameter(1.0)},
            TypeError,
            r"a list of parameters, such as model.parameters\(\), got Parameter",
        ),
        ({"parameters": MLP(1, [1])}, TypeError, r"such as model.parameters\(\), got MLP\(1 -> 1 identity"),
        ({"parameters": [1.0]}, TypeError, "takes Parameters, got 1.0"),
        ({"parameters": [Value(1.0) * 2]}, TypeError, r"takes leaves, and Value\(data=2.0\) is computed by mul"),
        (
            {"parameters": [Parameter(1.0)] * 2},
            ValueError,
            "takes each parameter once; the list names one of them twice",
        ),
        ({"lr": -0.1}, ValueError, "lr must be a finite number, 0 or more, got -0.1"),
        ({"lr": math.nan}, ValueError, "lr must be a finite number, 0 or more, got nan"),
        ({"lr": "0.1"}, TypeError, "lr must be a number, got the str '0.1'"),
        ({"momentum": math.inf}, ValueError, "momentum must be a finite number, 0 or more, got inf"),
        ({"weight_decay": -1}, ValueError, "weight_decay must be a finite number, 0 or more, got -1"),
        ({"nesterov": True}, ValueError, "looks ahead along the velocity: give momentum, such as 0.9, and no d"),
        ({"nesterov": True, "momentum": 0.9, "dampening": 0.1}, ValueError, "such as 0.9, and no dampening"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        SGD(**{"parameters": [Parameter(1.0)], "lr": 0.1} | arguments)


# --- PyTorch's numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "settings", "path"), PATHS, ids=[f"{name}-{s}" for name, s, _ in PATHS])
def test_fifty_steps_by_hand_and_on_arrays_are_pytorch_s(name, settings, path):
    parameters = [Parameter(number) for number in START]
    optimizer, on_arrays = OURS[name](parameters, **settings), OURS[name](list(parameters), **settings)
    numbers, expected = np.array(START), dict(zip(KEPT, path, strict=True))
    for step in range(1, STEPS + 1):
        for parameter, gradient in zip(parameters, gradients(step), strict=True):
            parameter.grad = gradient
        optimizer.step()
        numbers = on_arrays.update(numbers, np.array(gradients(step)))
        assert [parameter.data for parameter in parameters] == numbers.tolist()
        if step in expected:
            assert numbers.tolist() == pytest.approx(expected[step], rel=1e-12, abs=1e-10), step


def test_every_optimiser_is_compared_with_several_settings():
    assert {name: len(found) for name, found in TORCH["paths"].items()} == {
        "SGD": 5, "Adam": 4, "AdamW": 3, "RMSprop": 5,
    }  # fmt: skip
    assert STEPS == max(KEPT) == 50


# --- all or nothing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", OURS.values())
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_gradient_that_is_not_finite_moves_nothing_and_is_not_remembered(make, bad):
    parameters = with_gradients(1.0, 1.0)
    optimizer = make(parameters, lr=0.5)
    optimizer.step()
    before, state = [p.data for p in parameters], optimizer.state_dict()
    parameters[1].grad = bad
    with pytest.raises(ValueError, match=rf"the gradient of p1 is {bad}, so no parameter was moved: diagnose\(loss\)"):
        optimizer.step()
    assert [p.data for p in parameters] == before
    assert optimizer.state_dict() == state


def test_a_square_that_overflows_is_refused_and_where_none_is_taken_a_huge_gradient_is_none():
    p, q = with_gradients(1.0, 1e200)
    with pytest.raises(ValueError, match=r"the square of the gradient of p1, 1e\+200, overflows, so no parameter was"):
        Adam([p, q]).step()
    assert p.data == 0.0
    SGD([p, q], lr=1e-100).step()
    assert q.data == -1e100


def test_a_step_that_overflows_is_refused():
    (p,) = with_gradients(1e300)
    optimizer = SGD([p], lr=1e300)
    with pytest.raises(ValueError, match=r"a step of lr=1e\+300 takes p0 from 0 to -inf \(gradient 1e\+300\), so no"):
        optimizer.step()
    assert p.data == 0.0


@pytest.mark.parametrize("make", OURS.values())
def test_a_parameter_that_waits_keeps_its_own_count_of_steps(make):
    """It then goes the way of one whose optimiser has it alone."""
    settings = {"momentum": 0.9, "dampening": 0.5} if make is SGD else {}
    p, q = Parameter(1.0), Parameter(1.0)
    alone = Parameter(1.0)
    both, single = make([p, q], lr=0.1, **settings), make([alone], lr=0.1, **settings)
    for step in range(6):
        p.grad, q.grad = 0.5 + step, None if step < 3 else 2.0 + step
        both.step()
        if step >= 3:
            alone.grad = 2.0 + step
            single.step()
        assert q.data == alone.data
    assert both.state_dict()["steps"] == [6, 3]


def test_without_any_gradient_a_step_is_refused_and_not_counted():
    p = Parameter(1.0)
    optimizer = Adam([p])
    with pytest.raises(GradientError, match="none of 1 parameter has a gradient"):
        optimizer.step()
    assert (p.data, optimizer.state_dict()["steps"]) == (1.0, 0)


def test_a_centred_rmsprop_lives_with_a_spread_that_rounding_makes_negative():
    p = Parameter(1.0)
    optimizer = RMSProp([p], lr=1e-12, alpha=0.1, centered=True)
    for _ in range(400):
        p.grad = 0.1
        optimizer.step()
    assert math.isfinite(p.data)


# --- state ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda p: SGD(p, 0.1, momentum=0.9, nesterov=True),
        lambda p: Adam(p, 0.1, amsgrad=True),
        lambda p: AdamW(p, 0.1),
        lambda p: RMSProp(p, 0.1, centered=True, momentum=0.5),
    ],
)
@pytest.mark.parametrize("waits", [False, True])
def test_a_state_goes_through_json_and_the_steps_go_on_as_if_nothing_had_been(make, waits):
    def steps(optimizer, first, last):
        for step in range(first, last):
            for parameter, gradient in zip(optimizer.parameters, gradients(step), strict=True):
                parameter.grad = gradient
            if waits and step < 3:
                optimizer.parameters[0].grad = None
            optimizer.step()
        return [parameter.data for parameter in optimizer.parameters]

    whole = make([Parameter(number) for number in START])
    first = make([Parameter(number) for number in START])
    middle = steps(first, 1, 6)
    second = make([Parameter(number) for number in middle])
    second.lr = 7.0
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    assert second.lr == 0.1
    assert steps(second, 6, 12) == steps(whole, 1, 12)


def changed(**changes):
    return Adam([Parameter(0.0)]).state_dict() | changes


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        ([1.0], TypeError, r"takes a dict as state_dict\(\) of an Adam gives it, got \[1\.0\]"),
        ({"optimizer": "Adam"}, TypeError, "takes a dict as state_dict"),
        (changed(optimizer="SGD"), ValueError, "the state is of 'SGD', not of Adam"),
        (
            changed(settings={"lr": 0.1}),
            ValueError,
            r"the state of Adam holds \['largest', 'lr', 'mean', 'square'\], and",
        ),
        (changed(state={"mean": [0.0]}), ValueError, "and should hold"),
        (changed(steps=[1, 2]), ValueError, r"steps has the shape \(2,\), and there are 1 parameters"),
        (
            changed(state={"mean": [0.0, 1.0], "square": [0.0], "largest": [0.0]}),
            ValueError,
            r"mean has the shape \(2,\), and there are 1",
        ),
        (changed(state={"mean": ["a"], "square": [0.0], "largest": [0.0]}), TypeError, "mean must be an array of real"),
        (
            changed(settings=changed()["settings"] | {"lr": 0.7, "eps": -1.0}),
            ValueError,
            r"eps must be a finite number, 0 or more, got -1\.0",
        ),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(state, error, message):
    optimizer = Adam([Parameter(0.0)])
    before = optimizer.state_dict()
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(state)
    assert optimizer.state_dict() == before


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda p: Adam(p, betas=(0.9, 1.0)), ValueError, r"beta2 must be a number from 0 to below 1, got 1\.0"),
        (lambda p: Adam(p, betas=0.9), TypeError, r"betas must be a pair of .* \(0\.9, 0\.999\), got 0\.9"),
        (lambda p: Adam(p, betas=(0.9,)), TypeError, "betas must be a pair of numbers"),
        (lambda p: Adam(p, eps=-1e-8), ValueError, "eps must be a finite number, 0 or more, got -1e-08"),
        (lambda p: RMSProp(p, alpha=1), ValueError, "alpha must be a number from 0 to below 1, got 1"),
        (lambda p: setattr(SGD(p), "lr", math.nan), ValueError, "lr must be a finite number, 0 or more, got nan"),
        (lambda p: setattr(SGD(p), "momentum", "x"), TypeError, "momentum must be a number, got the str 'x'"),
        (lambda p: Adam(p, amsgrad="False"), TypeError, "amsgrad must be True or False, got 'False'"),
        (lambda p: RMSProp(p, centered=1), TypeError, "centered must be True or False, got 1"),
        (lambda p: SGD(p, nesterov="no"), TypeError, "nesterov must be True or False, got 'no'"),
    ],
)
def test_settings_are_checked_whenever_they_are_set(make, error, message):
    with pytest.raises(error, match=message):
        make([Parameter(1.0)])


def test_a_state_holds_every_setting_of_a_class_and_of_those_it_is_derived_from():
    class Slower(AdamW):
        slowness = Setting(finite_from_0)

    optimizer = Slower([Parameter(1.0)])
    optimizer.slowness, optimizer.amsgrad = 3, np.True_
    settings = optimizer.state_dict()["settings"]
    assert list(settings) == ["lr", "beta1", "beta2", "eps", "weight_decay", "amsgrad", "slowness", "maximize"]
    assert (settings["slowness"], settings["amsgrad"]) == (3.0, True)
    again = Slower([Parameter(1.0)])
    again.slowness = 0
    again.load_state_dict(json.loads(json.dumps(optimizer.state_dict())))
    assert again.slowness == 3.0
    assert isinstance(Slower.slowness, Setting)


def test_the_repr_names_the_settings():
    assert repr(SGD([Parameter(1.0)], 0.5)) == (
        "SGD(1 parameter; lr=0.5, momentum=0.0, dampening=0.0, nesterov=False, weight_decay=0.0)"
    )


def test_the_base_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        Optimizer([Parameter(1.0)], 0.1, [])


@pytest.mark.parametrize("make", [SGD, Adam, AdamW, RMSProp])
@pytest.mark.parametrize("settings", [{}, {"weight_decay": 0.3}])
def test_maximize_goes_up_as_far_as_the_other_goes_down(make, settings):
    """PyTorch's: the gradient is negated first, the pull of weight decay is not."""
    up, down = Parameter(1.5), Parameter(1.5)
    ascent, descent = make([up], lr=0.1, maximize=True, **settings), make([down], lr=0.1, **settings)
    for gradient in (0.7, -0.2, 1.1):
        up.grad, down.grad = gradient, -gradient
        ascent.step()
        descent.step()
    assert up.data == down.data != 1.5
    assert repr(ascent).endswith("maximize=True)")
    assert "maximize" not in repr(descent)
    with pytest.raises(TypeError, match="maximize must be True or False, got 1"):
        make([up], maximize=1)


def test_a_state_says_which_way_the_optimiser_goes():
    def step(optimizer, gradient=0.5):
        optimizer.parameters[0].grad = gradient
        optimizer.step()
        return optimizer.parameters[0].data

    ascent, loaded = (Adam([Parameter(1.0)], lr=0.1, maximize=up) for up in (True, False))
    loaded.load_state_dict(json.loads(json.dumps(ascent.state_dict())))
    assert loaded.maximize is True
    assert step(loaded) == step(ascent) > 1.0
    loaded.load_state_dict(Adam([Parameter(1.0)]).state_dict())
    assert loaded.maximize is False
    older = ascent.state_dict()
    del older["settings"]["maximize"]
    ascent.load_state_dict(older)
    assert ascent.maximize is True  # as it was made


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (SGD, {"lr": 0.001, "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False}),
        (Adam, {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0, "amsgrad": False}),
        (AdamW, {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01, "amsgrad": False}),
        (RMSProp, {"lr": 0.01, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0, "momentum": 0.0, "centered": False}),
    ],
)
def test_defaults_are_pytorch_s(make, expected):
    optimizer = make([Parameter(1.0)])
    assert {name: getattr(optimizer, name) for name in optimizer.settings} == expected
    assert optimizer.maximize is False
