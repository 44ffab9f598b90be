"""SGD: each step equals the formula worked out by hand."""

import math
from fractions import Fraction

import pytest

from autograd import Parameter, Value
from nn import MLP, SGD, squared_error


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
            r"a list of parameters, such as model.parameters\(\), not Parameter",
        ),
        ({"parameters": MLP(1, [1])}, TypeError, r"such as model.parameters\(\), not MLP\(1 -> 1 identity"),
        ({"parameters": [1.0]}, TypeError, "takes Parameters, not 1.0"),
        ({"parameters": [Value(1.0) * 2]}, TypeError, r"takes leaves, and Value\(data=2.0\) is computed by mul"),
        (
            {"parameters": [Parameter(1.0)] * 2},
            ValueError,
            "takes each parameter once; the list names one of them twice",
        ),
        ({"lr": -0.1}, ValueError, "lr is a finite number from 0, not -0.1"),
        ({"lr": math.nan}, ValueError, "lr is a finite number from 0, not nan"),
        ({"lr": "0.1"}, TypeError, "lr: .* takes one real number, not the str '0.1'"),
        ({"momentum": math.inf}, ValueError, "momentum is a finite number from 0, not inf"),
        ({"weight_decay": -1}, ValueError, "weight_decay is a finite number from 0, not -1"),
        ({"nesterov": True}, ValueError, "nesterov=True looks ahead along the velocity: give momentum, such as 0.9"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        SGD(**{"parameters": [Parameter(1.0)], "lr": 0.1} | arguments)
