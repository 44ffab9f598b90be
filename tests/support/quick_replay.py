"""What tests of ``fit`` share: a small problem, and replay by NumPy, so that nothing is compiled."""

from functools import partial

import numpy as np
import pytest

from autograd import compile  # noqa: A004 -- the name that autograd gives it
from nn import MLP

X = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
Y = np.array([1.0, -1.0, 1.0])


@pytest.fixture
def numpy_replay(monkeypatch):
    """``fit``, ``predict`` and ``evaluate`` replay by NumPy, and find nothing that was recorded before."""
    monkeypatch.setattr("nn._predict.compile", partial(compile, backend="numpy"))


def net(*nouts, **settings):
    """A net of two inputs, always the same."""
    return MLP(2, nouts or [1], **{"rng": 0} | settings)


def numbers_of(model):
    """The data of all its parameters."""
    return [parameter.data for parameter in model.parameters()]
