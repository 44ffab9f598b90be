"""fit, predict and evaluate: what makes no sense is refused by name, before anything is learnt."""

import builtins
import math
from functools import partial

import numpy as np
import pytest

from autograd import (
    GuardError,
    Parameter,
    RecordingError,
    Value,
    compile,  # noqa: A004 -- the name that autograd gives it
)
from nn import SGD, Adam, CosineLR, Module, evaluate, fit, predict
from tests.support.quick_replay import X, Y, net, numbers_of, numpy_replay  # noqa: F401 -- a fixture

pytestmark = pytest.mark.usefixtures("numpy_replay")


BAD_DATA = [
    ({"X": [0.0, 1.0, 2.0]}, ValueError, r"X has the shape \(3,\), and must hold one example a row: numpy.reshape\(X"),
    ({"X": np.zeros((3, 2, 1))}, ValueError, r"X has the shape \(3, 2, 1\); it must have two axes"),
    ({"X": [[1.0], [2.0, 3.0]]}, ValueError, "X has rows of several lengths"),
    ({"X": [["a", "b"]] * 3}, TypeError, r"X must be an array of real numbers, got one of <U1: X\[0, 0\] is 'a'"),
    ({"X": [[0.5, 1.0], [2.0, "3"], [4.0, 5.0]]}, TypeError, r"X\[1, 1\] is '3'. Convert written numbers with numpy"),
    ({"X": "text"}, TypeError, "got one of <U4: X is 'text'. Convert"),
    ({"X": [[1.0, None]] * 3}, TypeError, r"X\[0, 1\]: Value takes one real number, not None"),
    ({"X": [[1.0, Value(2.0)]] * 3}, TypeError, r"X\[0, 1\]: .* not Value\(data=2.0\), .*take .data"),
    ({"X": {"a": [1.0]}}, TypeError, r"X must be an array of real numbers, got \{'a': \[1.0\]\} of type dict"),
    ({"X": [[1j, 2j]] * 3}, TypeError, "X must be an array of real numbers, got one of complex128"),
    ({"X": iter([[1.0, 2.0]])}, TypeError, r"got <list_iterator .*> of type list_iterator: numpy.array\(list\(X\)\) m"),
    ({"X": 3.0}, TypeError, "X must be an array with one example a row, got 3.0"),
    ({"X": []}, ValueError, r"X has the shape \(0,\): it holds no examples"),
    ({"X": np.zeros((0, 2)), "y": []}, ValueError, r"X has the shape \(0, 2\): it holds no examples"),
    ({"X": [[0.0, 1.0], [2.0, math.nan], [math.inf, 0.0]]}, ValueError, r"X\[1, 1\] is nan, and 1 more such numbers"),
    ({"y": [1.0, math.inf, 0.0]}, ValueError, r"y\[1\] is inf: leave such examples out, or put a number in"),
    ({"y": [1.0, 2.0]}, ValueError, "X has 3 examples but y has 2 targets: give one target for each example"),
    ({"y": ["a", "b", "c"]}, TypeError, "y must be an array of real numbers, got one of <U1"),
    ({"y": np.zeros((3, 1, 1))}, ValueError, r"y has the shape \(3, 1, 1\); it must be \(n,\), or \(n, outputs\)"),
    ({"y": np.zeros((3, 2))}, ValueError, r"the loss mse does not take y\[0\] = \[0.0, 0.0\]: mse: 1 prediction but 2"),
    ({"X": np.zeros((3, 4))}, ValueError, r"X has 4 features an example, which MLP\(2 .*\) does not take: "),
    ({"loss": "hinge", "y": [1, 0, 1]}, ValueError, r"the loss hinge does not take y\[1\] = 0.0: hinge .*2 \* y - 1"),
    ({"loss": "nll"}, ValueError, "unknown loss 'nll'; known: half_squared_error, squared_error, mse, .*; or give a f"),
    ({"loss": 3}, TypeError, r"a loss must be a name or a function of \(prediction, target\), got 3"),
    ({"metrics": "acc"}, ValueError, "unknown metric 'acc'; known: accuracy, .*r2_score; or give a function"),
    ({"metrics": [3]}, TypeError, r"a metric must be a name or a function of \(predictions, targets\), got 3"),
    ({"metrics": 3}, TypeError, r"metrics must be a list of names and functions of \(predictions, targets\), got 3"),
    ({"metrics": ["r2_score"] * 2}, ValueError, "metrics must differ in name, also .*: 'r2_score' is taken"),
]  # fmt: skip


@pytest.mark.parametrize("function", [fit, evaluate])
@pytest.mark.parametrize(("arguments", "error", "message"), BAD_DATA)
def test_data_losses_and_metrics(function, arguments, error, message):
    model = net()
    before = numbers_of(model)
    with pytest.raises(error, match=message):
        function(model, **{"X": X, "y": Y, "loss": "mse"} | arguments)
    assert numbers_of(model) == before


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"optimizer": "adamant"}, ValueError, "unknown optimizer 'adamant'; known: SGD, Adam, AdamW, RMSProp, L-"),
        ({"optimizer": Adam}, TypeError, r"optimizer must be a name \(SGD, .*\) or an optimiser, such as Adam"),
        ({"optimizer": SGD([Parameter(1.0, "p")])}, ValueError, r"the optimiser holds Parameter\(.*'p'\), which is no"),
        ({"optimizer": SGD([Parameter(1.0)]), "lr": 0.1}, ValueError, "lr=0.1 has no meaning here: the optimiser has"),
        ({"lr": -1.0}, ValueError, r"lr must be a finite number, 0 or more, got -1\.0"),
        ({"epochs": -1}, ValueError, "epochs must be a whole number, 0 or more, got -1"),
        ({"epochs": 2.0}, TypeError, r"epochs must be a whole number, 0 or more, got 2\.0"),
        ({"epochs": True}, TypeError, "epochs must be a whole number, 0 or more, got True"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number, 1 or more, got 0"),
        ({"batch_size": 4}, ValueError, "batch_size must be at most the number of examples .*, 3, got 4"),
        ({"batch_size": True}, TypeError, "batch_size must be a whole number, 1 or more, got True"),
        ({"batch_size": 2.0}, TypeError, r"batch_size must be a whole number, 1 or more, got 2\.0"),
        ({"validation": 0.0}, ValueError, r"validation must be a share between 0 and 1, or a pair \(X, y\), got 0\.0"),
        ({"validation": 0.1}, ValueError, "validation=0.1 of 3 examples holds 0 back and leaves 3 to learn from: both"),
        ({"validation": 0.9}, ValueError, "holds 3 back and leaves 0 to learn from"),
        ({"validation": 1}, ValueError, r"validation must be a share between 0 and 1, or a pair \(X, y\), got 1"),
        ({"validation": (X,)}, TypeError, r"validation must be a pair \(X, y\), or a share"),
        ({"validation": (X, Y[:2])}, ValueError, "validation X has 3 examples but validation y has 2 targets"),
        ({"validation": ([[math.nan, 1.0]], [1.0])}, ValueError, r"validation X\[0, 0\] is nan"),
        ({"validation": (X[:, :1], Y)}, ValueError, r"validation X \(3, 1\) and y \(3,\) are not built like X"),
        ({"validation": (X, [1, 0, 1]), "loss": "hinge"}, ValueError, r"hinge does not take validation y\[1\] = 0\.0"),
        ({"patience": 2}, ValueError, "patience waits for a better validation loss: give validation"),
        ({"patience": 0, "validation": 0.4}, ValueError, "patience must be a whole number, 1 or more, got 0"),
        ({"schedule": 0.5}, TypeError, "schedule must be a function from an epoch to a factor of the learning rate"),
        ({"schedule": lambda _: -1}, ValueError, "the factor of the schedule in epoch 0 must be a .* more, got -1"),
        ({"clip_norm": 0}, ValueError, "clip_norm must be a finite number above 0, got 0"),
        ({"clip_value": math.nan}, ValueError, "clip_value must be a finite number above 0, got nan"),
        ({"l2": -0.1}, ValueError, r"l2 must be a finite number, 0 or more, got -0\.1"),
        ({"callbacks": [3]}, TypeError, r"callbacks must be a list of functions of an Epoch, got \[3\]"),
        ({"callbacks": 3}, TypeError, "callbacks must be a list of functions of an Epoch, got 3"),
        ({"schedule": CosineLR}, TypeError, r"a factor of the learning rate, such as CosineLR\(100\), got <class"),
        ({"optimizer": "L-BFGS-B", "lr": 0.1}, ValueError, "lr=0.1 has no meaning here: optimizer='L-BFGS-B' takes"),
        ({"optimizer": "L-BFGS-B", "batch_size": 2}, ValueError, "batch_size=2 has no meaning here"),
        ({"metrics": ["accuracy"]}, ValueError, "accuracy depends on what the labels are, and the loss mse does not"),
        ({"seed": "x"}, TypeError, "^seed must be a seed"),
    ],
)  # fmt: skip
def test_arguments_of_fit(arguments, error, message):
    model = net()
    before = numbers_of(model)
    with pytest.raises(error, match=message):
        fit(model, **{"X": X, "y": Y, "loss": "mse"} | arguments)
    assert numbers_of(model) == before


def test_what_is_no_model():
    with pytest.raises(TypeError, match="a model must be a Module, such as an MLP, got 3"):
        fit(3, X, Y, loss="mse")
    with pytest.raises(NotImplementedError, match="Module computes nothing yet"):
        predict(Module(), X)

    class Wordy(Module):
        def __call__(self, x):
            return "yes" if len(x) else []

    with pytest.raises(TypeError, match="gives 'yes': a model gives a Value, or a list of Values"):
        predict(Wordy(), X)
    with pytest.raises(ValueError, match=r"one parameter; the list is empty. .*: a plain Value is data, unless the cl"):
        fit(Constant(), X, Y, loss="mse")
    with pytest.raises(ValueError, match="an optimiser needs at least one parameter; the list is empty"):
        fit(Constant(), X, Y, loss="mse", optimizer="L-BFGS-B")


class Constant(Module):
    """A model with nothing to learn."""

    def __call__(self, x):
        return Value(1.0) * x[0]


def test_a_parameter_that_no_copy_reaches():
    class Global(Module):
        def parameters(self):
            return [HIDDEN]

        def __call__(self, x):
            return HIDDEN * x[0]

    with pytest.raises(TypeError, match=r"evaluate and fit: Global\(.*\) gives parameters that it does not hold"):
        fit(Global(), X, Y, loss="mse")


HIDDEN = Parameter(1.0)


def test_a_loss_that_gives_no_number():
    def wrong(_, target):
        return [target]

    with pytest.raises(TypeError, match=r"the loss wrong gives \[1.0\] for y\[0\] = 1.0: a loss is one Value"):
        fit(net(), X, Y, loss=wrong)


class Fixed(Module):
    """A model that takes the number out of a Value, which cuts the gradient off."""

    def __init__(self):
        self.net, self.other = net(), Parameter(0.0)

    def __call__(self, x):
        return Value(self.net(x).data)


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        (net, {"loss": lambda p, y: (p.data - y) ** 2, "compiled": False}),
        (net, {"loss": lambda p, y: p > y, "l2": 0.5, "compiled": False}),
        (net, {"loss": lambda p, y: 1.0, "batch_size": 2}),
        (net, {"loss": lambda p, y: 1.0, "optimizer": "L-BFGS-B"}),
        (Fixed, {"loss": "mse", "compiled": False}),
    ],
)
def test_a_loss_that_depends_on_nothing_that_is_learnt_is_refused(model, settings):
    with pytest.raises(ValueError, match="the loss of no example depends on anything that is learnt, so every gradie"):
        fit(model(), X, Y, **settings)


def test_a_compiled_loss_that_is_a_comparison_is_refused():
    with pytest.raises(
        TypeError, match=r"got (True|False), of type bool, as a comparison gives: return what it compar"
    ):
        fit(net(), X, Y, loss=lambda p, y: p > y)


def test_parameters_that_the_model_does_not_use_are_not_learnt():
    class Beside(Fixed):
        def __call__(self, x):
            return self.net(x)

    model = Beside()
    with pytest.raises(ValueError, match="the optimiser must hold parameters that the model uses"):
        fit(model, X, Y, loss="mse", optimizer=SGD([model.other]))


def test_a_gradient_that_is_zero_at_first_is_none_of_these():
    """Of the first example alone the loss is a plain number; the other's gradient is 0 where it begins."""

    def near(prediction, target):
        return 0.0 if target < 0 else (prediction - target) ** 2

    model = net(init="zeros")
    history = fit(model, [[0.0, 0.0]] * 2, [-1.0, 0.0], loss=near, compiled=False, epochs=2)
    assert history.loss == [0.0, 0.0]


def test_one_bad_target_among_thousands_is_found():
    y = np.where(np.arange(5000) % 2, 1.0, -1.0)
    y[4321] = 0.5
    with pytest.raises(ValueError, match=r"the loss hinge does not take y\[4321\] = 0.5"):
        fit(net(), np.zeros((5000, 2)), y, loss="hinge")
    labels = np.arange(5000.0) % 3
    labels[77] = 3.0
    with pytest.raises(ValueError, match=r"does not take y\[77\] = 3.0: .* a whole number from 0 to 2"):
        fit(net(3), np.zeros((5000, 2)), labels, loss="softmax_cross_entropy")


def test_scipy_that_is_missing(monkeypatch):
    real = builtins.__import__

    def without_scipy(name, *rest):
        if name.startswith("scipy"):
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_scipy)
    with pytest.raises(ModuleNotFoundError, match=r"SciPy is not installed: pip install 'chainrule\[data\]'"):
        fit(net(), X, Y, loss="mse", optimizer="L-BFGS-B")


# --- what cannot be recorded ------------------------------------------------------------------------------


class Peeking(Module):
    """Takes a float out of a Value."""

    def __init__(self):
        self.w = Parameter(0.5, "w")

    def __call__(self, x):
        return self.w * math.floor(float(x[0])) if isinstance(x[0], Value) else self.w * math.floor(x[0])


def test_a_model_that_cannot_be_recorded_says_so_and_learns_eagerly():
    with pytest.raises(RecordingError, match="float") as caught:
        fit(Peeking(), X, Y, loss="mse")
    assert caught.value.__notes__ == ["compiled=False computes on Values, example by example, and records nothing."]
    with pytest.raises(RecordingError):
        predict(Peeking(), X)
    history = fit(Peeking(), X, Y, loss="mse", compiled=False, epochs=2, lr=0.1)
    assert history.loss[1] < history.loss[0]
    assert predict(Peeking(), X, compiled=False).tolist() == [0.0, 1.0, 2.0]
    assert evaluate(Peeking(), X, X[:, 0] / 2, loss="mse", compiled=False) == {"loss": 0.0}


def test_too_many_paths_say_so(monkeypatch):
    monkeypatch.setattr("nn._predict.compile", partial(compile, backend="numpy", max_paths=2))

    def steps(prediction, target):
        halved = target
        while halved > 1.0:  # a path for each size
            halved = halved / 2
        return (prediction - halved) ** 2

    with pytest.raises(GuardError, match="max_paths=2") as caught:
        fit(net(), X, [1.5, 3.0, 6.0], loss=steps)
    assert "compiled=False" in caught.value.__notes__[0]
