"""fit speaks up: of a model that changes meanwhile, counts, or learns nothing; of names of other libraries."""

import numpy as np
import pytest

from autograd import Parameter, RecordingError, step, stop_gradient
from nn import SGD, History, Module, evaluate, fit, predict
from tests.support.quick_replay import X, Y, net, numbers_of, numpy_replay  # noqa: F401 -- a fixture

pytestmark = pytest.mark.usefixtures("numpy_replay")


class Line(Module):
    """w·x, with all sorts of things beside it."""

    def __init__(self):
        self.w, self.unused = Parameter(1.0, "w"), Parameter(1.0)
        self.factor, self.calls, self.built, self.scales, self.kinds = 1.0, 0, False, np.array([1.0]), {1.0}
        self.notes, self.parts, self.pair = [], {"shift": 0.0}, (1.0, [self.unused])
        self.sizes = (1.0, 2.0)

    def __call__(self, x):
        return self.w * x[0] * self.factor * self.scales[0] * len(self.kinds) + self.parts["shift"]


def squared(model):
    return np.mean([(model(x).data - y) ** 2 for x, y in zip(X, Y, strict=True)])


# --- a callback that changes the model --------------------------------------------------------------------

CHANGES = {
    "an attribute": lambda m: setattr(m, "factor", 3.0),
    "a list of its parts": lambda m: m.parts.update(shift=5.0),
    "an array in place": lambda m: m.scales.__setitem__(0, -2.0),
    "a set in place": lambda m: m.kinds.add(7.0),
    "the call": lambda m: setattr(m, "forward", None) or setattr(m, "factor", 0.5),
}


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_a_callback_changes_counts_from_the_next_epoch(change, compiled):
    model, expected = Line(), []

    def callback(epoch):
        if epoch.epoch == 1:
            change(model)
        expected.append(squared(model))

    how = {"loss": "mse", "optimizer": "SGD", "lr": 0.0, "compiled": compiled, "metrics": "mean_absolute_error"}
    history = fit(model, X, Y, epochs=4, callbacks=callback, validation=(X, Y), **how)
    assert history.loss == pytest.approx([squared(Line()), *expected[:3]], rel=1e-12)
    assert history.validation_loss[2:] == pytest.approx(expected[2:], rel=1e-12)
    assert expected[1] != pytest.approx(expected[0])


def test_an_activation_that_a_callback_sets_counts():
    model = net(3, 1)

    def callback(epoch):
        if epoch.epoch == 0:
            model.layers[0].activation = "tanh"

    history = fit(model, X, Y, loss="mse", optimizer="SGD", lr=0.0, epochs=2, callbacks=callback)
    other = net(3, 1, activation="tanh")
    assert history.loss[1] == pytest.approx(evaluate(other, X, Y, loss="mse")["loss"], rel=1e-12)


def test_a_callback_that_replaces_a_parameter_is_refused():
    model = Line()
    with pytest.raises(ValueError, match=r"^a callback put something else in the place of Parameter\(.*'w'\) of Line"):
        fit(model, X, Y, loss="mse", epochs=3, callbacks=lambda _: setattr(model, "w", Parameter(2.0)))


def test_nothing_is_recorded_again_where_nothing_changes():
    runs = []

    class Watched(Line):
        def __call__(self, x):
            runs.append(1)
            return self.w * x[0]

    fit(Watched(), X, Y, loss="mse", epochs=5, callbacks=lambda _: None)
    assert len(runs) == 3  # one try, and the two runs that are compared


# --- a model that writes something down -------------------------------------------------------------------


class Counting(Line):
    def __call__(self, x):
        self.calls += 1
        self.notes.append(self.calls)
        self.parts["last"] = self.calls
        self.last = self.w * x[0]  # a Value: it stays with the copy
        return self.last


def test_counters_count_where_each_example_is_computed():
    model = Counting()
    notes, sizes = model.notes, model.sizes
    fit(model, X, Y, loss="mse", epochs=4, compiled=False, callbacks=lambda _: None)
    assert model.calls == 1 + 4 * len(X)  # one try
    assert model.notes is notes
    assert notes == list(range(1, 14))
    assert model.parts == {"shift": 0.0, "last": 13}
    assert model.pair[1] == [model.unused]
    assert model.sizes is sizes


def test_counters_are_refused_where_they_would_not_count():
    model = Counting()
    with pytest.raises(
        RecordingError, match=r"^the model sets calls of Counting anew in each run, to count or to coll"
    ):
        fit(model, X, Y, loss="mse", epochs=4)
    assert (model.w.data, model.calls) == (1.0, 1)  # one try
    assert predict(model, X).tolist() == X[:, 0].tolist()  # nothing of predict's is kept


def test_what_is_set_once_is_kept():
    class Lazy(Line):
        def __call__(self, x):
            self.built = True
            return self.w * x[0]

    model = Lazy()
    model.built = False
    fit(model, X, Y, loss="mse", epochs=2)
    assert model.built is True


# --- nothing to learn -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "compiled"),
    [
        (lambda p, y: stop_gradient(p) * y, True),
        (lambda p, y: step(p - y), True),
        (lambda p, y: stop_gradient(p - y) ** 2, False),
        (lambda p, y: (p // 2.0) * y, False),
        (lambda p, y: (held := stop_gradient(p)) * held + y, True),
    ],
)
def test_a_loss_through_which_no_gradient_flows_is_refused(loss, compiled):
    model = net(2, 1)
    before = numbers_of(model)
    with pytest.raises(ValueError, match=r"the loss of no example depends on anything .*stop_gradient, step, sign, fl"):
        fit(model, X, Y, loss=loss, compiled=compiled, weight_decay=0.5, l2=0.1)
    assert numbers_of(model) == before


def test_parameters_that_no_gradient_reaches_are_remarked():
    history = fit(Line(), X, Y, loss="mse", epochs=2, optimizer="SGD", lr=0.01)
    assert history.remarks == ["no gradient reached 1 of 2 parameters in the first epoch: 'unused'"]
    assert repr(history).endswith(", no gradient reached 1 of 2 parameters in the first epoch: 'unused')")
    assert "no gradient reached 1 of 2" in str(history)
    dead = net(2, 1)
    for neuron in dead.layers[0].neurons:
        neuron.b.data = -1e3
    found = fit(dead, X, Y, loss="mse", epochs=1).remarks
    assert found == ["no gradient reached 8 of 9 parameters in the first epoch: 'W11[1]', 'W21[1]', 'b1[1]' and 5 more"]
    assert fit(net(), X, Y, loss="mse", epochs=3).remarks == []
    assert fit(net(), X, Y, loss="mse", epochs=0).remarks == []


def test_a_loss_that_has_grown_is_remarked():
    history = fit(net(), X, Y, loss="mse", optimizer="SGD", lr=0.2, epochs=6)
    assert history.loss[-1] > 2.0 * history.loss[0]
    assert history.remarks == ["the loss has grown: a smaller lr may make it fall"]
    model = net()
    up = SGD(model.parameters(), lr=0.2, maximize=True)
    assert fit(model, X, Y, loss="mse", optimizer=up, epochs=6).remarks == []
    kept = fit(net(), X, Y, loss="mse", optimizer="SGD", lr=0.2, epochs=6, validation=(X, Y), patience=9)
    assert kept.remarks == []
    assert History().remarks == []


# --- names of other libraries -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keyword", "advice"),
    [
        ("learning_rate", r": write lr=0\.1$"),
        ("lr_decay", r": write schedule=StepLR\(10, factor=0\.5\)$"),
        ("decay", r": write weight_decay=\.\.\., or schedule="),
        ("momentum", r": write optimizer=SGD\(model\.parameters\(\), lr=\.\.\., momentum=\.\.\.\)$"),
        ("betas", r": write optimizer=Adam\("),
        ("validation_split", r": write validation=0\.2$"),
        ("verbose", ": write progress=True or progress=False$"),
        ("weightdecay", r"\. Did you mean 'weight_decay'\?$"),
        ("metric", r"\. Did you mean 'metrics'\?$"),
        ("xyzzy", "$"),
    ],
)
def test_an_unknown_keyword_of_fit_says_what_to_write(keyword, advice):
    with pytest.raises(TypeError, match=rf"^fit\(\) got an unexpected keyword argument '{keyword}'{advice}"):
        fit(net(), X, Y, loss="mse", **{keyword: 1.0})


def test_every_advice_on_a_keyword_can_be_followed():
    import inspect

    from nn._fit import _ELSEWHERE

    known = set(inspect.signature(fit).parameters)
    assert not known & _ELSEWHERE.keys()
    assert {advice.partition("=")[0] for advice in _ELSEWHERE.values()} <= known


@pytest.mark.parametrize("function", [predict, evaluate])
def test_other_functions_say_it_too(function):
    with pytest.raises(TypeError, match=rf"^{function.__name__}\(\) got an .* 'compile'\. Did you mean 'compiled'\?$"):
        function(net(), X, compile=False)


@pytest.mark.parametrize(
    ("loss", "advice"),
    [
        ("BCELoss", "Did you mean 'binary_cross_entropy'"),
        ("BCEWithLogitsLoss", "Did you mean 'bce_with_logits'"),
        ("CrossEntropyLoss", "Did you mean 'softmax_cross_entropy'"),
        ("sparse_categorical_crossentropy", "Did you mean 'categorical_cross_entropy'"),
        ("MSELoss", "Did you mean 'mse'"),
        ("mean_squared_error", "Did you mean 'mse'"),
        ("SmoothL1Loss", "Did you mean 'huber'"),
        ("mae", r"There is no absolute error: huber\(delta=\.\.\.\).*abs\(p - t\)"),
        ("mean_absolute_error", "There is no absolute error"),
        ("NLLLoss", "softmax_cross_entropy takes raw scores, categorical_cross_entropy probabilities"),
        ("Huber", "Did you mean 'huber'"),
    ],
)
def test_losses_of_other_libraries(loss, advice):
    with pytest.raises(ValueError, match=rf"^unknown loss '{loss}'; known: .*; or give a function\. {advice}"):
        fit(net(), X, Y, loss=loss)


def test_every_loss_of_another_library_is_one_of_ours_or_a_word():
    from nn.losses import _ELSEWHERE, LOSSES

    assert all(name in LOSSES or name.endswith(".") for name in _ELSEWHERE.values())
