"""predict and evaluate: the model's own numbers, for many examples at once."""

from fractions import Fraction

import numpy as np
import pytest

from autograd import Parameter, log
from nn import MLP, Module, evaluate, mse, predict
from nn.metrics import mean_absolute_error
from tests.support.quick_replay import numpy_replay  # noqa: F401 -- a fixture

pytestmark = pytest.mark.usefixtures("numpy_replay")

X = np.random.default_rng(0).normal(size=(9, 3))


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("outputs", [1, 2])
def test_predictions_are_those_of_the_model_on_each_row(outputs, compiled):
    model = MLP(3, [4, outputs], activation="sigmoid", rng=0)
    found = predict(model, X, compiled=compiled)
    rows = [model(x) for x in X]
    expected = [row.data if outputs == 1 else [one.data for one in row] for row in rows]
    assert found.shape == ((9,) if outputs == 1 else (9, 2))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    np.testing.assert_array_equal(model.predict(X), predict(model, X))
    np.testing.assert_array_equal(model.predict(X, compiled=compiled), found)


@pytest.mark.parametrize("compiled", [True, False])
def test_losses_and_metrics_are_means_over_the_rows(compiled):
    model, y = MLP(3, [4, 2], activation="tanh", rng=0), X[:, :2]
    found = evaluate(model, X, y, loss="mse", metrics=["mean_absolute_error"], compiled=compiled)
    assert list(found) == ["loss", "mean_absolute_error"]
    assert found["loss"] == pytest.approx(
        np.mean([mse(model(x), t).data for x, t in zip(X, y, strict=True)]), rel=1e-13
    )
    assert found["mean_absolute_error"] == mean_absolute_error(predict(model, X), y)
    assert model.evaluate(X, y, loss=mse) == pytest.approx({"loss": found["loss"]})


def test_the_present_numbers_are_used():
    model = MLP(3, [1], init="zeros")
    assert predict(model, X).tolist() == [0.0] * 9
    model.layers[0].neurons[0].b.data = 2.0
    assert predict(model, X).tolist() == [2.0] * 9
    assert evaluate(model, X, np.zeros(9), loss="mse") == {"loss": 4.0}


class Branching(Module):
    """A model with a branch, a plain float as one output, and a number outside of a domain."""

    def __init__(self):
        self.w = Parameter(2.0)

    def __call__(self, x):
        return [self.w * x[0] if x[0] > 0 else -x[0], 1.0, log(x[1])]


@pytest.mark.parametrize("compiled", [True, False])
def test_branches_constants_and_domains(compiled):
    found = predict(Branching(), [[1.0, 1.0], [-3.0, 1.0], [1.0, -1.0]], compiled=compiled)
    np.testing.assert_array_equal(found, [[2.0, 1.0, 0.0], [3.0, 1.0, 0.0], [2.0, 1.0, np.nan]])


@pytest.mark.parametrize(
    ("examples", "error", "message"),
    [
        ([1.0, 2.0, 3.0], ValueError, r"X has the shape \(3,\), and must hold one example a row"),
        ([[1.0, 2.0]], ValueError, r"X has 2 features an example, which MLP\(3 .*\) does not take"),
        ([[1.0, 2.0, np.nan]], ValueError, r"X\[0, 2\] is nan: leave"),
    ],
)
def test_examples_that_make_no_sense(examples, error, message):
    with pytest.raises(error, match=message):
        predict(MLP(3, [1]), examples)


@pytest.mark.parametrize(
    ("metric", "error", "message"),
    [
        (lambda predictions, targets: "x", ValueError, "could not convert string to float: 'x'"),
        (lambda predictions: 1.0, TypeError, "takes 1 positional argument but 2 were given"),
    ],
)
def test_a_metric_that_fails_is_named(metric, error, message):
    metric.__name__ = "mine"
    with pytest.raises(error, match=message) as caught:
        evaluate(MLP(1, [1]), [[1.0], [2.0]], [1.0, 2.0], loss="mse", metrics=metric)
    assert caught.value.__notes__ == [
        "In the metric mine: it takes predictions (2,) and targets (2,), two arrays, and gives one number."
    ]


def test_arrays_of_objects_that_are_numbers():
    model = MLP(2, [1], init="ones")
    mixed = np.array([[1, 2.5], [Fraction(1, 2), np.float32(1.0)]], dtype=object)
    np.testing.assert_array_equal(predict(model, mixed), [3.5, 1.5])
