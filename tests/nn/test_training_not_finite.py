"""fit at numbers that are not finite: the error names the example and the operation, and the parameters stay."""

import math

import numpy as np
import pytest

from autograd import AnomalyError, Parameter, log, sqrt
from nn import Module, fit, mse, predict
from tests.support.quick_replay import X, Y, net, numbers_of, numpy_replay  # noqa: F401 -- a fixture

pytestmark = pytest.mark.usefixtures("numpy_replay")


class Logarithm(Module):
    """log(w·x), outside of its domain where w·x is not positive."""

    def __init__(self, w=1.0):
        self.w = Parameter(w, "w")

    def __call__(self, x):
        return log(self.w * x[0])


@pytest.mark.parametrize("compiled", [True, False])
def test_a_loss_that_is_nan_is_explained_and_the_parameters_stay(compiled):
    model = Logarithm()
    with pytest.raises(AnomalyError) as caught:
        fit(
            model,
            [[1.0], [2.0], [-3.0], [4.0]],
            [0.0] * 4,
            loss="mse",
            epochs=3,
            batch_size=1,
            seed=5,
            compiled=compiled,
        )
    message = str(caught.value)
    assert "the loss is nan in epoch 0, batch " in message
    assert "at example 2: X[2] = [-3.0], y[2] = 0.0" in message
    assert "first nan: log gave nan from -2.99" in message
    assert "return log(self.w * x[0])" in message
    assert "The model keeps its parameters from before this step." in message


def test_scores_where_probabilities_belong_are_explained():
    with pytest.raises(
        AnomalyError,
        match=r"surprise\w* needs a probability from 0 to 1 \(bce_with_logits.* output_activation='sigmoid'",
    ):
        fit(net(), X, [1, 0, 1], loss="binary_cross_entropy")


@pytest.mark.parametrize("compiled", [True, False])
def test_a_run_that_diverges_keeps_the_parameters_of_its_last_step(compiled):
    model, kept = Logarithm(), []
    with pytest.raises(AnomalyError, match=r"in epoch \d+, batch 0, at example 0: .*"):
        fit(
            model, [[1.0]], [-5.0], loss="mse", optimizer="SGD", lr=0.2, epochs=90, compiled=compiled,
            callbacks=lambda _: kept.append(model.w.data),
        )  # fmt: skip
    assert kept
    assert model.w.data == kept[-1]
    assert math.isfinite(model.w.data)


class Root(Module):
    """The square root of w², whose derivative is infinite, then nan, at w = 0."""

    def __init__(self):
        self.w = Parameter(0.0, "w")

    def __call__(self, x):
        return sqrt(self.w * x[0])


@pytest.mark.parametrize("compiled", [True, False])
def test_a_gradient_that_is_not_finite_is_explained(compiled):
    with pytest.raises(AnomalyError) as caught:
        fit(Root(), [[1.0]], [1.0], loss="mse", compiled=compiled)
    message = str(caught.value)
    assert "the gradient of w is -inf, at a loss of 1, in epoch 0, batch 0, at example 0" in message
    assert "first infinity" in message


def test_a_mean_that_overflows_though_no_loss_does():
    def huge(prediction, target):
        return prediction * 0.0 + 1.5e308 * target

    with pytest.raises(
        AnomalyError, match="the mean of the losses or its gradient overflows in epoch 0, batch 0; no ex"
    ):
        fit(net(), X, [1.0, 1.0, 1.0], loss=huge)


def test_a_loss_without_parameters_that_is_nan():
    def odd(prediction, target):
        return {1.0: 0.5, -1.0: math.inf}.get(target) or mse(prediction, target)

    with pytest.raises(AnomalyError, match="the loss is inf in epoch 0, batch 0, at example 1"):
        fit(net(), X, Y, loss=odd, compiled=False)


def test_l_bfgs_stops_at_a_number_that_is_not_finite_too():
    model = Logarithm(w=-1.0)
    with pytest.raises(AnomalyError, match="the loss is nan in epoch 0, at example 0"):
        fit(model, [[1.0]], [0.0], loss="mse", optimizer="L-BFGS-B")
    assert model.w.data == -1.0


def test_a_step_that_overflows_keeps_the_parameters():
    model = net()
    before = numbers_of(model)
    with pytest.raises(ValueError, match=r"a step of lr=1e.308 takes .* so no parameter was moved: use a smaller lr"):
        fit(model, X * 1e3, Y, loss="mse", optimizer="SGD", lr=1e308)
    assert numbers_of(model) == before


def test_a_parameter_that_is_nan_is_named():
    model = net()
    model.layers[0].neurons[0].b.data = math.nan
    with pytest.raises(AnomalyError, match=r"(?s)the loss is nan in epoch 0.*b1\[1\] = nan was set so|b1\[1\]"):
        fit(model, X, Y, loss="mse")
    assert np.isnan(predict(model, X)).all()


def test_an_error_of_a_callback_keeps_what_was_learnt():
    model, kept = net(), []

    def fails(epoch):
        kept.append(numbers_of(model))
        if epoch.epoch == 2:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fit(model, X, Y, loss="mse", callbacks=fails)
    assert numbers_of(model) == kept[2]
