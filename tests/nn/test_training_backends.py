"""fit on every backend: recorded or on Values, the losses are the same."""

from functools import partial

import numpy as np
import pytest

from autograd import compile  # noqa: A004 -- the name that autograd gives it
from nn import MLP, CosineLR, fit, predict

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(24, 3))
Y = np.sin(X[:, 0]) - 0.5 * X[:, 1] * X[:, 2]
CLASSES = (Y > 0).astype(int) + (Y > 1)


def net(outputs=1):
    return MLP(3, [4, outputs], activation="tanh", rng=1)


def learnt(**settings):
    """The history of a short run, and what the model then says."""
    given = {"y": Y, "loss": "mse", "lr": 0.05, "epochs": 6, "seed": 3, "outputs": 1} | settings
    model = net(given.pop("outputs"))
    history = fit(model, X, given.pop("y"), **given)
    return history, predict(model, X, compiled=given.get("compiled", True))


def assert_same(history, other):
    for name in ("loss", "validation_loss", "gradient_norm"):
        assert getattr(history, name) == pytest.approx(getattr(other, name), rel=1e-9)
    assert history.metrics.keys() == other.metrics.keys()
    for name, numbers in history.metrics.items():
        assert numbers == pytest.approx(other.metrics[name], rel=1e-9)


RUNS = {
    "full batches": {},
    "small batches": {"batch_size": 7},
    "validation": {"validation": 0.25, "metrics": ["r2_score"]},
    "penalty and clipping": {"l2": 0.1, "clip_norm": 0.5, "schedule": CosineLR(6)},
    "L-BFGS": {"optimizer": "L-BFGS-B", "lr": None},
    "classes": {"y": CLASSES, "loss": "softmax_cross_entropy", "outputs": 3, "metrics": "accuracy", "batch_size": 5},
}


@pytest.mark.parametrize("settings", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("backend", ["numpy", "c", "numba", "python"])
def test_compiled_and_eager_have_the_same_losses(backend, settings, monkeypatch):
    monkeypatch.setattr("nn._predict.compile", partial(compile, backend=backend))
    compiled, predictions = learnt(**settings)
    eager, expected = learnt(compiled=False, **settings)
    assert_same(compiled, eager)
    np.testing.assert_allclose(predictions, expected, rtol=1e-7)
    again, same = learnt(**settings)
    assert again.loss == compiled.loss
    np.testing.assert_array_equal(same, predictions)
