"""fit: what is learnt is what the formulas say, recorded or eager, in batches or not."""

import math

import numpy as np
import pytest

from autograd import Parameter
from nn import (
    MLP,
    SGD,
    Adam,
    LinearLR,
    Module,
    Neuron,
    evaluate,
    fit,
    half_squared_error,
    hinge,
    mse,
    predict,
)
from nn.matrix_form import backprop
from tests.support.quick_replay import numbers_of, numpy_replay  # noqa: F401 -- a fixture

pytestmark = pytest.mark.usefixtures("numpy_replay")

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(24, 3))
Y = np.sin(X[:, 0]) - 0.5 * X[:, 1] * X[:, 2]


def small_net(outputs=1, **settings):
    return MLP(3, [4, outputs], **{"activation": "tanh", "rng": 1} | settings)


class Line(Module):
    """slope·x + offset, with an activation that comes from outside."""

    def __init__(self, slope=0.0, offset=0.0):
        self.slope, self.offset = Parameter(slope, "slope"), Parameter(offset, "offset")

    def __call__(self, x):
        return self.slope * x[0] + self.offset


# --- the numbers ------------------------------------------------------------------------------------------


def test_full_batch_descent_is_the_matrix_form_step_by_step():
    model, lr = small_net(activation="sigmoid"), 0.3
    matrices, losses = [(W.copy(), b.copy()) for W, b in model.matrices()], []
    for _ in range(5):
        form = backprop(matrices, X, Y[:, None], model.activations, half_squared_error, mean=True)
        losses.append(form.loss)
        matrices = [(W - lr * gW, b - lr * gb) for (W, b), gW, gb in zip(matrices, form.g_W, form.g_b, strict=True)]
    history = fit(model, X, Y, loss="half_squared_error", optimizer="SGD", lr=lr, epochs=5)
    assert history.loss == pytest.approx(losses, rel=1e-12)
    for (W, b), (found_W, found_b) in zip(matrices, model.matrices(), strict=True):
        np.testing.assert_allclose(found_W, W, rtol=1e-11)
        np.testing.assert_allclose(found_b, b, rtol=1e-11, atol=1e-14)


def test_steps_by_hand_on_values_are_those_of_fit():
    learnt, by_hand = small_net(), small_net()
    history = fit(learnt, X, Y, loss="mse", optimizer="Adam", lr=0.05, epochs=3)
    optimizer, losses = Adam(by_hand.parameters(), lr=0.05), []
    for _ in range(3):
        loss = sum(mse(by_hand(x), y) for x, y in zip(X, Y, strict=True)) / len(X)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.data)
    assert history.loss == pytest.approx(losses, rel=1e-12)
    assert numbers_of(learnt) == pytest.approx(numbers_of(by_hand), rel=1e-10)


def test_every_example_is_met_once_an_epoch_and_the_rest_is_the_last_batch():
    """With lr = 0 the loss of an epoch is the mean over all examples, whatever the batches."""
    for size in (1, 5, 23, 24):
        history = fit(small_net(), X, Y, loss="mse", optimizer="SGD", lr=0.0, epochs=2, batch_size=size, seed=0)
        expected = evaluate(small_net(), X, Y, loss="mse")["loss"]
        assert history.loss == pytest.approx([expected] * 2, rel=1e-12)


def test_the_norm_of_an_epoch_is_the_mean_over_its_examples():
    """L = (o - y)² at o = 1, so dL/do = 2(1 - y): in batches of 2 and 1, which with lr = 0 may come in any order."""
    history = fit(
        Line(offset=1.0), [[0.0]] * 3, [3.0, 3.0, 3.0], loss="mse", optimizer="SGD", lr=0.0, epochs=2, batch_size=2
    )
    assert history.gradient_norm == [4.0, 4.0]


def test_batches_are_shuffled_anew_each_epoch_by_the_seed():
    orders = []

    class Listener(Line):
        def __call__(self, x):
            return super().__call__(x)

    def remember(prediction, target):
        orders[-1].append(target)
        return mse(prediction, target)

    def start(_):
        orders.append([])

    for seed in (0, 0, 1):
        orders.append([])
        targets = np.arange(6.0)
        fit(
            Listener(), targets[:, None], targets, loss=remember, epochs=2, batch_size=2, compiled=False, seed=seed,
            callbacks=start,
        )  # fmt: skip
    first, second = orders[0][-6:], orders[1]
    assert sorted(first) == sorted(second) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert first != second
    assert orders[3][-6:] == first
    assert orders[6][-6:] != first


def test_several_outputs_and_classes():
    targets = np.column_stack([Y, -Y])
    history = fit(small_net(2), X, targets, loss="mse", lr=0.05, epochs=60)
    assert history.loss[-1] < 0.2 * history.loss[0]
    classes = (Y > 0).astype(int) + (Y > 1)
    model = small_net(3)
    history = fit(model, X, classes, loss="softmax_cross_entropy", lr=0.1, epochs=60, metrics="accuracy", batch_size=8)
    assert history.metrics["accuracy"][-1] > 0.9
    assert predict(model, X).shape == (24, 3)


def test_targets_as_a_column_are_targets():
    as_column = fit(small_net(), X, Y[:, None], loss="mse", epochs=2)
    assert as_column.loss == fit(small_net(), X, Y, loss="mse", epochs=2).loss


def test_a_loss_and_a_model_that_branch_learn_too():
    def tilted(prediction, target):
        error = target - prediction
        return 3.0 * error if error > 0 else -error  # three quarters of the targets lie below

    targets = np.arange(101.0) / 100.0
    model = Line(offset=0.5)
    fit(model, np.zeros((101, 1)), targets, loss=tilted, optimizer="SGD", lr=0.02, epochs=400, schedule=LinearLR(400))
    assert model.offset.data == pytest.approx(0.75, abs=0.02)


def test_l_bfgs_finds_the_least_squares():
    A, b = np.column_stack([X, np.ones(24)]), Y
    best = np.linalg.lstsq(A, b, rcond=None)[0]
    model = Neuron(3, nonlin=False, rng=0)
    history = fit(model, X, Y, loss="mse", optimizer="L-BFGS-B", epochs=100)
    assert numbers_of(model) == pytest.approx(best, rel=1e-4)
    assert len(history) < 30
    assert history.lr == []
    assert "lr" not in history.to_dict()
    assert history.loss[-1] == pytest.approx(evaluate(model, X, Y, loss="mse")["loss"], rel=1e-12)
    assert sorted(history.loss, reverse=True) == history.loss
    assert history.gradient_norm[-1] < 1e-4


def test_l_bfgs_stops_where_it_is_told_to():
    model = small_net()
    history = fit(model, X, Y, loss="mse", optimizer="L-BFGS-B", epochs=50, callbacks=[lambda epoch: epoch.epoch == 3])
    assert (len(history), history.stopped) == (4, "<lambda> stopped it")
    assert history.loss[-1] == pytest.approx(evaluate(model, X, Y, loss="mse")["loss"], rel=1e-12)
    short = fit(model, X, Y, loss="mse", optimizer="L-BFGS-B", epochs=2)
    assert (len(short), short.stopped) == (2, "")


def test_l_bfgs_says_why_it_ends_before_the_last_epoch():
    done = fit(MLP(1, [1], init="zeros"), [[1.0], [2.0]], [0.0, 0.0], loss="mse", optimizer="L-BFGS-B")
    assert len(done) == 0  # the gradient is 0 at the start
    assert done.stopped.startswith("SciPy says CONVERGENCE")


# --- optimisers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSProp", "L-BFGS-B"])
def test_an_optimiser_goes_by_its_name_in_capitals_or_not(name):
    spelt = [fit(small_net(), X, Y, loss="mse", optimizer=way, epochs=3).loss for way in (name, name.lower())]
    assert spelt[0] == spelt[1]


def test_an_optimiser_of_some_parameters_leaves_the_others():
    model = small_net()
    last = [id(p) for p in model.layers[-1].parameters()]
    before = numbers_of(model)
    optimizer = SGD(model.layers[-1].parameters(), lr=0.1, momentum=0.5)
    history = fit(model, X, Y, loss="mse", optimizer=optimizer, epochs=5)
    moved = [number != old for number, old in zip(numbers_of(model), before, strict=True)]
    assert moved == [id(p) in last for p in model.parameters()]
    assert history.loss[-1] < history.loss[0]


def test_an_optimiser_goes_on_where_it_was():
    halves, whole = small_net(), small_net()
    optimizer = Adam(halves.parameters(), lr=0.03)
    losses = [fit(halves, X, Y, loss="mse", optimizer=optimizer, epochs=3).loss for _ in range(2)]
    assert losses[0] + losses[1] == fit(whole, X, Y, loss="mse", optimizer="Adam", lr=0.03, epochs=6).loss


def test_a_schedule_is_followed_and_the_rate_given_back():
    model = small_net()
    optimizer = SGD(model.parameters(), lr=0.5)
    history = fit(model, X, Y, loss="mse", optimizer=optimizer, epochs=4, schedule=lambda epoch: 0.5**epoch)
    assert history.lr == [0.5, 0.25, 0.125, 0.0625]
    assert optimizer.lr == 0.5


def test_the_penalty_and_clipping_follow_their_formulas():
    """One step of the line on one example: L = (o - 3)², x = 0, so dL/do = 2(o - 3)."""
    start = 1.0
    for settings, gradient in [
        ({}, 2.0 * (start - 3.0)),
        ({"l2": 0.25}, 2.0 * (start - 3.0) + 0.5 * start),
        ({"clip_value": 1.5}, -1.5),
        ({"clip_norm": 2.0}, -4.0 * 2.0 / (4.0 + 1e-6)),
        ({"clip_value": 3.0, "clip_norm": 2.0}, -3.0 * 2.0 / (3.0 + 1e-6)),
    ]:
        model = Line(offset=start)
        history = fit(model, [[0.0]], [3.0], loss="mse", optimizer="SGD", lr=0.1, epochs=1, **settings)
        assert model.offset.data == pytest.approx(start - 0.1 * gradient, rel=1e-14)
        assert history.loss == [4.0 + settings.get("l2", 0.0) * start]
        assert history.gradient_norm == [abs(2.0 * (start - 3.0) + 2.0 * settings.get("l2", 0.0) * start)]


# --- what is watched --------------------------------------------------------------------------------------


def test_validation_on_a_pair_is_evaluated_after_each_epoch():
    model, seen = small_net(), []

    def after(_):
        found = evaluate(model, X[:6], Y[:6], loss="mse", metrics=["mean_absolute_error"])
        seen.append((found["loss"], found["mean_absolute_error"]))

    history = fit(
        model, X[6:], Y[6:], loss="mse", epochs=4, lr=0.1, validation=(X[:6], Y[:6]),
        metrics=["mean_absolute_error"], callbacks=[after],
    )  # fmt: skip
    assert history.validation_loss == pytest.approx([loss for loss, _ in seen], rel=1e-12)
    assert history.metrics["validation_mean_absolute_error"] == pytest.approx([error for _, error in seen], rel=1e-12)


def test_a_share_is_held_back_by_the_seed():
    seen = []
    for seed in (0, 0, 1):
        model = small_net()
        history = fit(model, X, Y, loss="mse", optimizer="SGD", lr=0.0, epochs=1, validation=0.25, seed=seed)
        seen.append((history.loss[0], history.validation_loss[0]))
        whole = evaluate(model, X, Y, loss="mse")["loss"]
        assert 0.75 * history.loss[0] + 0.25 * history.validation_loss[0] == pytest.approx(whole, rel=1e-12)
    assert seen[0] == seen[1] != seen[2]


def test_patience_keeps_the_best_parameters():
    """The validation targets pull the other way, so the first epochs are the best."""
    model, kept = Line(slope=0.0, offset=1.0), []
    history = fit(
        model, [[0.0]], [3.0], loss="mse", optimizer="SGD", lr=0.1, epochs=50, validation=([[0.0]], [1.5]), patience=3,
        callbacks=lambda epoch: kept.append(model.offset.data),
    )  # fmt: skip
    best = int(np.argmin(history.validation_loss))
    assert history.best_epoch == best
    assert len(history) == len(kept) == best + 1 + 3
    assert model.offset.data == kept[best] != kept[-1]
    assert history.stopped == f"no validation loss below {min(history.validation_loss):.6g} for 3 epochs"


def test_one_epoch_without_a_better_validation_loss_is_one_epoch():
    history = fit(small_net(), X, Y, loss="mse", lr=0.0, epochs=9, validation=(X, Y), patience=1)
    assert history.stopped.endswith(" for 1 epoch")


def test_patience_that_is_never_tried_keeps_the_best_too():
    model = Line(offset=1.0)
    history = fit(
        model, [[0.0]], [3.0], loss="mse", optimizer="SGD", lr=0.1, epochs=4, validation=([[0.0]], [1.5]), patience=99
    )
    assert history.stopped == ""
    assert model.offset.data == pytest.approx(1.4)  # after the first epoch, nearest to 1.5
    assert history.best_epoch == 0


def test_patience_ends_where_the_validation_loss_is_never_a_number():
    def odd(prediction, target):
        return (prediction - target) ** 2 if target < 2 else (prediction - prediction) / (prediction - prediction)

    history = fit(Line(), [[0.0]], [1.0], loss=odd, epochs=9, validation=([[0.0]], [2.0]), patience=2, lr=0.1)
    assert (len(history), history.best_epoch) == (2, None)
    assert all(map(math.isnan, history.validation_loss))


def test_callbacks_see_each_epoch_and_the_model_as_it_is():
    model, seen = small_net(), []

    def callback(epoch):
        seen.append((epoch, numbers_of(model)))
        return epoch.epoch == 2

    history = fit(model, X, Y, loss="mse", epochs=10, callbacks=[callback])
    assert [epoch for epoch, _ in seen] == history.epochs
    assert [epoch.epoch for epoch in history] == [0, 1, 2]
    assert seen[-1][1] == numbers_of(model) != seen[0][1]
    assert history.stopped == "callback stopped it"


def test_only_true_stops_and_every_callback_is_called():
    calls = []
    history = fit(
        small_net(), X, Y, loss="mse", epochs=2, callbacks=[calls.append, lambda _: 1, lambda _: np.bool_(False)]
    )
    assert (len(history), len(calls), history.stopped) == (2, 2, "")
    assert len(fit(small_net(), X, Y, loss="mse", epochs=2, callbacks=lambda _: np.bool_(True))) == 1


def test_what_a_callback_sets_is_learnt_from():
    model = Line(offset=1.0)

    def set_it(_):
        model.offset.data = 2.5

    history = fit(model, [[0.0]], [3.0], loss="mse", optimizer="SGD", lr=0.1, epochs=2, callbacks=set_it)
    assert history.loss == [4.0, 0.25]
    assert model.offset.data == 2.5


def test_metrics_by_name_and_function():
    def share_near(predictions, targets):
        return np.mean(abs(predictions - targets) < 0.5)

    labels = np.sign(Y)
    model = small_net()
    history = fit(model, X, labels, loss="hinge", epochs=3, metrics=["accuracy", share_near])
    assert list(history.metrics) == ["accuracy", "share_near"]
    assert history.metrics["accuracy"][-1] == np.mean(np.sign(predict(model, X)) == labels)
    scores = fit(small_net(), X, labels > 0, loss="bce_with_logits", epochs=1, metrics="accuracy", lr=1e-9)
    assert scores.metrics["accuracy"] == [np.mean((predict(small_net(), X) > 0) == (labels > 0))]


# --- small things -----------------------------------------------------------------------------------------


def test_no_epochs_and_few_examples():
    model = small_net()
    before = numbers_of(model)
    for optimizer in ("Adam", "L-BFGS-B"):
        history = fit(model, X, Y, loss="mse", epochs=0, optimizer=optimizer)
        assert (len(history), history.loss, history.metrics, repr(history)) == (0, [], {}, "History(no epochs)")
    assert numbers_of(model) == before
    assert len(fit(model, X[:1], Y[:1], loss="mse", epochs=2)) == 2


def test_gradients_and_graphs_of_the_user_stay_as_they_are():
    model = small_net()
    loss = hinge(model(X[0]), 1.0)
    loss.backward()
    before = [p.grad for p in model.parameters()]
    fit(model, X, Y, loss="mse", epochs=0)
    loss.backward()  # still fresh: nothing was set
    fit(model, X, Y, loss="mse", epochs=1)
    assert [p.grad for p in model.parameters()] == [2.0 * grad for grad in before]


class Frame:
    """A table that numpy can read, as one of pandas can be."""

    def __init__(self, numbers):
        self.numbers = numbers

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numbers, dtype=dtype)


def test_anything_that_numpy_reads_is_data():
    history = fit(small_net(), Frame(X), Frame(Y), loss="mse", epochs=2)
    assert history.loss == fit(small_net(), X.tolist(), Y.tolist(), loss="mse", epochs=2).loss
    assert fit(Line(), [[1], [0]], [True, False], loss="mse", epochs=1).loss == [0.5]


def test_xor_is_learnt():
    model = MLP(2, [8, 1], activation="tanh", rng=0)
    history = fit(model, XOR, [0, 1, 1, 0], loss="bce_with_logits", lr=0.1, epochs=200, metrics=["accuracy"])
    assert history.loss[-1] < 0.01
    assert history.metrics["accuracy"][-1] == 1.0
