"""fit by replay and fit on Values: the same first losses and parameters, whatever the model is made of."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pytest

from autograd import compile  # noqa: A004 -- the name that autograd gives it
from nn import MLP, fit
from nn.activations import ACTIVATIONS
from nn.losses import LOSSES

OUTPUTS = (1, 2, 5, 6)
"""From five outputs on, a sum is long enough for its expansion to use numbers on the way again."""

PROBABILITIES = {"binary_cross_entropy": ["sigmoid"], "categorical_cross_entropy": ["sigmoid", "softmax"]}
OF_CLASSES = ("categorical_cross_entropy", "softmax_cross_entropy")
HIDDEN = sorted(ACTIVATIONS)


def cases() -> list[tuple[str, str, str, int]]:
    """Every loss with every output activation and every number of outputs that it takes, and the hidden ones in turn.

    All of them in turn with each where a loss takes few output activations. So every pair of two of these comes up.
    """
    found = []
    for loss, outputs in product(sorted(LOSSES), OUTPUTS):
        for output in PROBABILITIES.get(loss, HIDDEN):
            if outputs > 1 or (output != "softmax" and loss not in OF_CLASSES):
                turn = len(found) + OUTPUTS.index(outputs)
                chosen = HIDDEN if loss in PROBABILITIES else [HIDDEN[turn % len(HIDDEN)]]
                found += [(loss, hidden, output, outputs) for hidden in chosen]
    return found


CASES = cases()


def learnt(loss: str, hidden: str, output: str, outputs: int, **settings: Any) -> tuple[list[float], list[float]]:
    """The losses of two epochs, and the parameters after the first step of the first and after all."""
    rng = np.random.default_rng(11)
    model = MLP(3, [3, outputs], activation=hidden, output_activation=output, rng=4)
    X = rng.normal(size=(5, 3))
    if loss == "hinge":
        y = rng.choice([-1.0, 1.0], (5, outputs))
    elif loss in OF_CLASSES:
        y = rng.integers(0, outputs, 5)
    else:
        y = rng.uniform(0.1, 0.9, (5, outputs))
    history = fit(model, X, y if outputs > 1 else y.ravel(), loss=loss, lr=0.05, epochs=2, seed=1, **settings)
    return history.loss, [parameter.data for parameter in model.parameters()]


def test_every_pair_comes_up():
    assert {(loss, hidden) for loss, hidden, _, _ in CASES} == set(product(LOSSES, HIDDEN))
    assert {loss for loss, _, _, _ in CASES} == set(LOSSES)
    assert {(output, outputs) for _, _, output, outputs in CASES} >= set(product(set(HIDDEN) - {"softmax"}, OUTPUTS))


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_compiled_and_eager_learn_the_same(loss, monkeypatch):
    """To 1e-11: sums over examples are added in another order, and two steps divide by no small number."""
    monkeypatch.setattr("nn._predict.compile", partial(compile, backend="numpy"))
    for case in CASES:
        if case[0] == loss:
            losses, parameters = learnt(*case, progress=False)
            eager_losses, eager_parameters = learnt(*case, progress=False, compiled=False)
            assert losses == pytest.approx(eager_losses, rel=1e-12), case
            assert parameters == pytest.approx(eager_parameters, rel=1e-11, abs=1e-12), case
