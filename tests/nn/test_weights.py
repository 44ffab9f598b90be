"""sample_weight and class_weight, as scikit-learn means them: against NumPy, and against scikit-learn itself."""

import math

import numpy as np
import pytest

from nn import MLP, bce_with_logits, evaluate, fit, predict
from tests.support.quick_replay import numbers_of, numpy_replay  # noqa: F401 -- a fixture

pytestmark = pytest.mark.usefixtures("numpy_replay")

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(30, 2))
Y = (X[:, 0] + RANDOM.normal(size=30) > 0.5).astype(float)
W = RANDOM.uniform(0.0, 3.0, size=30)
W[[3, 7, 20]] = 0.0
NEVER = {"optimizer": "SGD", "lr": 0.0, "epochs": 1}


def line(**settings):
    return MLP(2, [1], **{"rng": 0} | settings)


def losses(model, X=X, y=Y):
    return np.array([bce_with_logits(model(x), t).data for x, t in zip(X, y, strict=True)])


@pytest.mark.parametrize("compiled", [True, False])
def test_the_loss_of_evaluate_and_of_fit_is_the_weighted_mean(compiled):
    model = line()
    expected = np.average(losses(model), weights=W)
    how = {"loss": "bce_with_logits", "sample_weight": W, "compiled": compiled}
    assert evaluate(model, X, Y, **how)["loss"] == pytest.approx(expected, rel=1e-12)
    assert fit(model, X, Y, **how, **NEVER).loss == pytest.approx([expected], rel=1e-12)
    assert fit(model, X, Y, **how, **NEVER, batch_size=7, seed=0).loss == pytest.approx([expected], rel=1e-12)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_step_goes_along_the_weighted_gradient(compiled):
    model, before = line(), np.array(numbers_of(line()))
    fit(model, X, Y, loss="bce_with_logits", sample_weight=W, optimizer="SGD", lr=0.5, epochs=1, compiled=compiled)
    slopes = 1 / (1 + np.exp(-(X @ before[:2] + before[2]))) - Y
    gradient = np.average(slopes[:, None] * np.c_[X, np.ones(30)], axis=0, weights=W)
    assert numbers_of(model) == pytest.approx((before - 0.5 * gradient).tolist(), rel=1e-12)


def test_whole_weights_are_repetitions_and_0_is_absence():
    weights = RANDOM.integers(0, 4, size=30)
    weighted, repeated = line(), line()
    how = {"loss": "bce_with_logits", "lr": 0.1, "epochs": 5}
    first = fit(weighted, X, Y, sample_weight=weights, **how)
    second = fit(repeated, np.repeat(X, weights, axis=0), np.repeat(Y, weights), **how)
    assert first.loss == pytest.approx(second.loss, rel=1e-12)
    assert numbers_of(weighted) == pytest.approx(numbers_of(repeated), rel=1e-10)


def test_an_example_without_weight_may_be_anything():
    """Its loss is not computed, so that an infinite one is no nan."""
    wild = np.vstack([X, [[1e308, 1e308]]])
    model = line()
    found = evaluate(model, wild, [*Y, 1.0], loss="mse", sample_weight=[*np.ones(30), 0.0])
    assert found == evaluate(model, X, Y, loss="mse", sample_weight=np.ones(30))
    assert found["loss"] == pytest.approx(evaluate(model, X, Y, loss="mse")["loss"], rel=1e-12)


def balanced(labels, weights=None):
    weights = np.ones(len(labels)) if weights is None else weights
    classes = np.unique(labels)
    return {label: weights.sum() / (len(classes) * weights[labels == label].sum()) for label in classes}


@pytest.mark.parametrize("kind", ["balanced", "dict", "partial dict", "with sample_weight"])
def test_class_weights_multiply_sample_weights(kind):
    given = {
        "balanced": "balanced",
        "dict": {0: 0.25, 1: 3},
        "partial dict": {True: 5.0},
        "with sample_weight": "balanced",
    }
    meant = {
        "balanced": balanced(Y), "dict": {0.0: 0.25, 1.0: 3.0}, "partial dict": {0.0: 1.0, 1.0: 5.0},
        "with sample_weight": balanced(Y, W),
    }  # fmt: skip
    own = W if kind == "with sample_weight" else np.ones(30)
    weights = own * np.array([meant[kind][label] for label in Y])
    model = line()
    how = {"class_weight": given[kind]} | ({"sample_weight": W} if kind == "with sample_weight" else {})
    history = fit(model, X, Y, loss="bce_with_logits", **how, **NEVER)
    assert history.loss == pytest.approx([np.average(losses(model), weights=weights)], rel=1e-12)


def test_classes_of_other_losses():
    for y, loss, outputs in [
        (np.where(Y > 0, 1.0, -1.0), "hinge", 1),
        (RANDOM.integers(3, size=30), "softmax_cross_entropy", 3),
        (np.eye(3)[RANDOM.integers(3, size=30)], "softmax_cross_entropy", 3),
        (Y, lambda p, t: (p - t) ** 2, 1),
        (Y > 0, "mse", 1),
    ]:
        model = MLP(2, [outputs], rng=0)
        labels = y.argmax(axis=1) if np.ndim(y) == 2 else y.astype(float)
        meant = balanced(labels)
        weights = [meant[label] for label in labels]
        expected = evaluate(model, X, y, loss=loss, sample_weight=weights)["loss"]
        for given in ("balanced", meant):
            assert fit(model, X, y, loss=loss, class_weight=given, **NEVER).loss == pytest.approx([expected], rel=1e-12)


def test_what_is_held_back_weighs_as_it_did_and_a_pair_does_not():
    model, share = line(), 0.3
    order = np.random.default_rng(5).permutation(30)
    held = np.sort(order[:9])
    how = {"loss": "bce_with_logits", "sample_weight": W + 0.1, "metrics": "accuracy", **NEVER}
    history = fit(model, X, Y, validation=share, seed=5, **how)
    expected = np.average(losses(model)[held], weights=W[held] + 0.1)
    assert history.validation_loss == pytest.approx([expected], rel=1e-12)
    right = (predict(model, X[held]) > 0) == Y[held]
    assert history.metrics["validation_accuracy"] == [np.mean(right)]
    history = fit(model, X, Y, validation=(X, Y), **how)
    assert history.validation_loss == pytest.approx([losses(model).mean()], rel=1e-12)


def test_metrics_of_evaluate_are_weighted():
    model = line()
    found = evaluate(model, X, Y, loss="bce_with_logits", metrics=["accuracy", "r2_score"], sample_weight=W)
    right = (predict(model, X) > 0) == Y
    assert found["accuracy"] == pytest.approx(np.average(right, weights=W), rel=1e-12)

    def mine(*_):
        return 0.0

    with pytest.raises(TypeError, match="the metric mine takes no weights, so it would count all examples alike: give"):
        evaluate(model, X, Y, loss="mse", metrics=mine, sample_weight=W)

    def own(*_, sample_weight):
        return float(sample_weight.sum())

    assert evaluate(model, X, Y, loss="mse", metrics=own, sample_weight=W)["own"] == pytest.approx(W.sum())
    with pytest.raises(TypeError, match="the metric hypot takes no weights"):
        evaluate(model, X, Y, loss="mse", metrics=math.hypot, sample_weight=W)


@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 1.0, 1: 4.0}])
@pytest.mark.parametrize("sample_weight", [None, W])
def test_logistic_regression_is_scikit_learn_s(class_weight, sample_weight):
    """Its minimum of ½|w|² + C·Σ s·loss is that of the weighted mean loss + |w|²/(2C·Σs)."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    theirs = linear_model.LogisticRegression(
        C=0.7, class_weight=class_weight, fit_intercept=False, tol=1e-10, max_iter=999
    )
    theirs.fit(X, Y, sample_weight=sample_weight)
    weights = np.ones(30) if sample_weight is None else sample_weight.copy()
    meant = balanced(Y, weights) if class_weight == "balanced" else class_weight or {0: 1.0, 1: 1.0}
    weights *= [meant[label] for label in Y]
    model = line(bias=False)
    fit(
        model, X, Y, loss="bce_with_logits", optimizer="L-BFGS-B", epochs=500, l2=1 / (2 * 0.7 * weights.sum()),
        class_weight=class_weight, sample_weight=sample_weight,
    )  # fmt: skip
    assert numbers_of(model) == pytest.approx(theirs.coef_[0].tolist(), rel=2e-4)


@pytest.mark.parametrize("class_weight", ["balanced", {0: 0.5}, {0: 2.0, 2: 0.25}])
def test_weights_of_classes_are_scikit_learn_s(class_weight):
    from nn.data import as_dataset, weighted

    utilities = pytest.importorskip("sklearn.utils.class_weight")
    labels = RANDOM.integers(3, size=30)
    expected = utilities.compute_sample_weight(class_weight, labels)
    np.testing.assert_allclose(weighted(as_dataset(X, labels), None, class_weight).weights, expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        (
            {"sample_weight": [1.0, 2.0]},
            ValueError,
            r"sample_weight must have the shape \(30,\), one number for each example",
        ),
        ({"sample_weight": 2.0}, ValueError, r"sample_weight must have the shape \(30,\).*got \(\)"),
        ({"sample_weight": -W}, ValueError, r"sample_weight\[0\] must be a finite number, 0 or more, got -"),
        (
            {"sample_weight": np.where(W > 1, np.inf, W)},
            ValueError,
            r"sample_weight\[\d+\] must be a finite number, 0 or more, got",
        ),
        ({"sample_weight": W * 0}, ValueError, "are 0 for every example: there is nothing to learn from"),
        ({"sample_weight": "heavy"}, TypeError, "sample_weight is an array of real numbers|sample_weight must be"),
        ({"class_weight": {0: 0.0, 1: 0.0}}, ValueError, "are 0 for every example"),
        (
            {"class_weight": "balance"},
            TypeError,
            "class_weight must be a dict from labels to weights, or 'balanced', got 'b",
        ),
        ({"class_weight": [1.0, 2.0]}, TypeError, "class_weight must be a dict from labels to weights"),
        ({"class_weight": {2: 1.0}}, ValueError, "class_weight names the label 2, but y has the labels 0, 1"),
        ({"class_weight": {"a": 1.0}}, TypeError, "a label in class_weight must be a number, got the str 'a'"),
        ({"class_weight": {1: -1.0}}, ValueError, r"class_weight\[1\] must be a finite number, 0 or more, got -1\.0"),
        ({"class_weight": "balanced", "y": Y + 0.5}, ValueError, r"takes labels, whole numbers, and y holds \d\.5"),
        (
            {"class_weight": "balanced", "y": np.ones((30, 2))},
            ValueError,
            "class_weight takes one label for each example, or",
        ),
        ({"weight_decay": -1.0}, ValueError, "weight_decay must be a finite number, 0 or more"),
        ({"weight_decay": 0.1, "optimizer": "L-BFGS-B"}, ValueError, "weight_decay=0.1 has no meaning here"),
    ],
)
def test_what_makes_no_sense_is_refused(how, error, message):
    y = how.get("y", Y)
    model = MLP(2, [2 if np.ndim(y) == 2 else 1], rng=0)
    before = numbers_of(model)
    with pytest.raises(error, match=message):
        fit(model, X, **{"y": Y, "loss": "mse", "epochs": 1} | how)
    assert numbers_of(model) == before


def test_weight_decay_is_the_optimiser_s():
    from nn import AdamW

    first, second = line(), line()
    fit(first, X, Y, loss="mse", optimizer="adamw", weight_decay=0.3, epochs=3)
    fit(second, X, Y, loss="mse", optimizer=AdamW(second.parameters(), weight_decay=0.3), epochs=3)
    assert numbers_of(first) == numbers_of(second)
    with pytest.raises(ValueError, match=r"weight_decay=0\.1 has no meaning here: the optimiser has its own"):
        fit(second, X, Y, loss="mse", optimizer=AdamW(second.parameters()), weight_decay=0.1)
