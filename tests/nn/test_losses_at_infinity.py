"""Losses and their gradients at infinite and huge predictions: the limits, eager and compiled."""

import math

import mpmath
import pytest

from autograd import Value, errstate, grad, value_and_grad
from autograd import compile as compiled
from nn import (
    bce_with_logits,
    half_squared_error,
    hinge,
    huber,
    mse,
    softmax_cross_entropy,
    squared_error,
)

inf = math.inf
BACKENDS = ["python", "numpy", "c", "numba"]


def sigmoid(z):
    return 1 / (1 + mpmath.exp(-z))


def bce(z, y):
    return y * mpmath.log1p(mpmath.exp(-z)) + (1 - y) * mpmath.log1p(mpmath.exp(z))


SINGLE = {  # the loss, its formula and the formula's slope
    half_squared_error: (lambda p, y: (p - y) ** 2 / 2, lambda p, y: p - y),
    squared_error: (lambda p, y: (p - y) ** 2, lambda p, y: 2 * (p - y)),
    mse: (lambda p, y: (p - y) ** 2, lambda p, y: 2 * (p - y)),
    huber: (
        lambda p, y: (p - y) ** 2 / 2 if abs(p - y) <= 1 else abs(p - y) - mpmath.mpf(1) / 2,
        lambda p, y: p - y if abs(p - y) <= 1 else mpmath.sign(p - y),
    ),
    bce_with_logits: (bce, lambda z, y: sigmoid(z) - y),
    hinge: (lambda p, y: max(mpmath.mpf(0), 1 - y * p), lambda p, y: -y if y * p < 1 else mpmath.mpf(0)),
}
TARGETS = {bce_with_logits: [0.0, 1.0, 0.25], hinge: [-1.0, 1.0]}


def limit(function, numbers):
    """The limit where infinities are approached at one pace, by two finite points of 50 digits."""

    def at(size):
        return function(*[mpmath.mpf(math.copysign(size, x) if math.isinf(x) else x) for x in numbers])

    with mpmath.workdps(50):
        near, far = at(1e5), at(1e6)
        if abs(far) > 1e4 and abs(far) > 5 * abs(near):
            return math.copysign(inf, far)
        return float(far)


def close(expected):
    return pytest.approx(expected, rel=1e-13, abs=1e-300)


@pytest.mark.parametrize("prediction", [inf, -inf, 8e307, -8e307, 1e200, 5e-324])
@pytest.mark.parametrize("loss", SINGLE, ids=lambda loss: loss.__name__)
def test_losses_of_one_number(loss, prediction):
    formula, slope = SINGLE[loss]
    for y in TARGETS.get(loss, [0.5, -3.0]):
        value = (
            float(limit(formula, (prediction, y)))
            if math.isinf(prediction)
            else float(formula(mpmath.mpf(prediction), y))
        )
        gradient = (
            float(limit(slope, (prediction, y))) if math.isinf(prediction) else float(slope(mpmath.mpf(prediction), y))
        )
        p = Value(prediction)
        result = loss(p, y)
        result.backward()
        assert (result.data, p.grad) == (close(value), close(gradient))
        assert grad(loss)(prediction, y) == close(gradient)
        for backend in BACKENDS:
            replayed = compiled(value_and_grad(loss), backend=backend)
            assert replayed(prediction, y) == (close(value), close(gradient))
            assert replayed(2.0, y) == (close(float(formula(mpmath.mpf(2), y))), close(float(slope(mpmath.mpf(2), y))))


def test_huber_s_slope_is_delta_at_infinity():
    assert grad(huber)(inf, 0.0) == 1.0
    assert grad(lambda p: huber(p, 0.0, delta=3.0))(-inf) == -3.0
    assert grad(lambda p: huber(0.0, p))(inf) == 1.0
    assert [grad(grad(huber))(p, 0.0) for p in (0.0, 0.5, 2.0, inf)] == [1.0, 1.0, 0.0, 0.0]
    assert huber(1e300, 0.0) == 1e300


# --- classes ----------------------------------------------------------------------------------------------


def softmax_formulas(index):
    def loss(*z):
        return mpmath.log(sum(mpmath.exp(one - z[index]) for one in z))

    def slope(place):
        def of(*z):
            share = 1 / sum(mpmath.exp(one - z[place]) for one in z)
            return share - 1 if place == index else share

        return of

    return loss, slope


SCORES = [
    ([-inf, -inf, 0.0], 0),
    ([-inf, -inf, 0.0], 2),
    ([-inf, 0.0, 1.0], 0),
    ([-inf, 0.0, 1.0], 1),
    ([-inf, 0.0, 1.0], 2),
    ([0.0, -inf, -inf], 0),
    ([0.0, -inf], 0),
    ([0.0, -inf], 1),
    ([inf, 0.0, 1.0], 0),
    ([inf, -inf, 1.0], 0),
    ([inf, 0.0], 0),
    ([inf, 0.0], 1),
    ([-inf, 3.0, -inf, -inf], 1),
]


@pytest.mark.parametrize(("scores", "index"), SCORES)
def test_scores_of_classes(scores, index):
    loss, slope = softmax_formulas(index)
    value = limit(loss, scores)
    gradients = [limit(slope(place), scores) for place in range(len(scores))]
    one_hot = [float(place == index) for place in range(len(scores))]
    for target in (index, float(index), Value(float(index)), one_hot):
        z = [Value(score) for score in scores]
        result = softmax_cross_entropy(z, target)
        result.backward()
        assert result.data == close(value)
        assert [one.grad for one in z] == [close(gradient) for gradient in gradients]
    for backend in BACKENDS:
        replayed = compiled(value_and_grad(softmax_cross_entropy), backend=backend)
        for _ in range(2):
            found, slopes = replayed(scores, float(index))
            assert found == close(value)
            assert slopes == [close(gradient) for gradient in gradients]


def test_the_cases_that_are_known_by_heart():
    assert softmax_cross_entropy([-inf, -inf, 0.0], 0) == inf
    assert grad(softmax_cross_entropy)([-inf, -inf, 0.0], 0) == [-1.0, 0.0, 1.0]
    share = 1 / (1 + math.e)
    assert grad(softmax_cross_entropy)([-inf, 0.0, 1.0], 0) == [-1.0, close(share), close(1 - share)]
    assert grad(softmax_cross_entropy)([-inf, 0.0, 1.0], 1) == [0.0, close(share - 1), close(1 - share)]
    assert grad(softmax_cross_entropy)([1e308, -1e308, 0.0], 1) == [1.0, -1.0, 0.0]
    assert softmax_cross_entropy([1e308, -1e308, 0.0], 1) == inf
    assert grad(softmax_cross_entropy)([1e308, -1e308, 0.0], 0) == [0.0, 0.0, 0.0]
    assert softmax_cross_entropy([1e308, -1e308, 0.0], 0) == 0.0


@pytest.mark.parametrize("backend", ["eager", *BACKENDS])
def test_a_masked_class_in_probabilities(backend):
    both = value_and_grad(softmax_cross_entropy)
    replayed = both if backend == "eager" else compiled(both, backend=backend)
    value, gradients = replayed([-inf, 0.0, 1.0], [0.0, 0.25, 0.75])
    share, total = 1 / (1 + math.e), math.log(1 + math.e)
    assert value == close(total - 0.75)
    assert gradients == [0.0, close(share - 0.25), close(0.25 - share)]
    value, gradients = replayed([-inf, 0.0, 1.0], [0.5, 0.25, 0.25])
    assert value == inf
    assert gradients == [-0.5, close(share - 0.25), close(0.75 - share)]


def test_where_no_limit_exists_the_loss_is_nan():
    assert math.isnan(softmax_cross_entropy([-inf, -inf], 0))
    assert math.isnan(softmax_cross_entropy([inf, inf, 0.0], 0))
    assert math.isnan(mse(inf, inf))


def test_a_portion_of_a_loss():
    from nn.losses import portion

    assert portion(0.0, inf) == 0.0
    assert portion(0.5, 3.0) == 1.5
    y, loss = Value(0.0), Value(4.0)
    portion(y, loss).backward()
    assert (y.grad, loss.grad) == (4.0, 0.0)


def test_the_gradient_of_half_a_square_ends_where_its_docstring_says():
    for size, gradient in [(8.9e307, 8.9e307), (9.1e307, inf)]:
        p = Value(size)
        with errstate(domain="nan"):
            loss = half_squared_error(p, 0.0)
            loss.backward()
        assert (loss.data, p.grad) == (inf, gradient)
    with errstate(domain="nan"):
        assert math.isfinite(half_squared_error(1.3e154, 0.0))
        assert half_squared_error(1.4e154, 0.0) == inf
