"""Metrics, beside what one would write by hand."""

import functools
import math

import numpy as np
import pytest

from nn import (
    MLP,
    bce_with_logits,
    binary_cross_entropy,
    categorical_cross_entropy,
    evaluate,
    fit,
    half_squared_error,
    hinge,
    huber,
    mse,
    softmax_cross_entropy,
    squared_error,
)
from nn.metrics import (
    METRICS,
    accuracy,
    accuracy_for,
    accuracy_of_scores,
    mean_absolute_error,
    r2_score,
    resolve_metrics,
    root_mean_squared_error,
    top_k_accuracy,
)
from tests.support.quick_replay import numpy_replay  # noqa: F401 -- a fixture


def test_accuracy_of_one_output():
    assert accuracy([0.4, 0.6, 0.5], [0, 1, 1]) == pytest.approx(2 / 3)
    assert accuracy([0.4, -0.6, 0.0], [1, -1, -1]) == 1.0
    assert accuracy_of_scores([0.4, -0.6, 2.0], [1, 0, 0]) == pytest.approx(2 / 3)
    assert accuracy_of_scores([0.4, -0.6], [1, -1]) == 1.0


def test_accuracy_of_classes():
    scores = [[1.0, 3.0, 2.0], [5.0, 0.0, 1.0]]
    assert accuracy(scores, [1, 2]) == 0.5
    assert accuracy(scores, [[0, 1, 0], [0, 0, 1]]) == 0.5
    assert accuracy(scores, [[-1, 1, -1], [1, -1, -1]]) == 1.0


@pytest.mark.parametrize(
    ("predictions", "targets", "message"),
    [
        ([0.1, 0.2], [0.5, 1.0], "accuracy of one output takes targets of 0 and 1, or of -1 and 1"),
        ([0.1, 0.2], [1.0], r"accuracy takes a target for each of \(2,\) predictions, not \(1,\)"),
        ([[0.1, 0.2]], [2], "accuracy of 2 outputs takes an index from 0 to 1 as target, or a row with one 1 in it"),
        ([[0.1, 0.2]], [[0.5, 0.5]], "or a row with one 1 in it"),
        ([[0.1, 0.2]], [[1, 1]], "or a row with one 1 in it"),
        ([[0.1, 0.2]], [[1, 3]], "or a row with one 1 in it"),
        ([[0.1, 0.2]], [0, 1], "or a row with one 1 in it"),
    ],
)
def test_accuracy_refuses_what_are_no_classes(predictions, targets, message):
    with pytest.raises(ValueError, match=message):
        accuracy(predictions, targets)


def test_a_prediction_of_nan_is_of_no_class():
    assert accuracy([math.nan, 0.9], [0, 1]) == accuracy([math.nan, 0.9], [-1, 1]) == 0.5
    assert accuracy_of_scores([math.nan, 0.9], [0, 1]) == 0.5
    assert accuracy([[math.nan, 0.1], [0.0, 1.0], [1.0, math.nan]], [0, 1, 1]) == pytest.approx(1 / 3)


def test_a_column_is_one_output():
    assert accuracy([[0.2], [0.8]], [[0], [1]]) == accuracy([[0.2], [0.8]], [0, 1]) == 1.0
    with pytest.raises(ValueError, match=r"a target for each of \(2,\) predictions, not \(2, 2\)"):
        accuracy([[0.2], [0.8]], [[0, 1], [1, 0]])


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_no_examples_have_no_metric(metric):
    with pytest.raises(ValueError, match="of no examples"):
        metric([], [])


def test_errors_of_regression():
    random = np.random.default_rng(0)
    p, y = random.normal(size=(2, 30, 2))
    assert mean_absolute_error(p, y) == pytest.approx(sum(abs(p - y).ravel()) / 60, rel=1e-14)
    roots = np.linalg.norm(p - y, axis=0) / 30**0.5
    assert root_mean_squared_error(p, y) == pytest.approx(np.mean(roots), rel=1e-14)
    assert root_mean_squared_error(p[:, 0], y[:, 0]) == pytest.approx(roots[0], rel=1e-14)
    single = [
        1 - np.var(y[:, k] - p[:, k] - 0) * 0 - np.sum((y - p)[:, k] ** 2) / (30 * np.var(y[:, k])) for k in (0, 1)
    ]
    assert r2_score(p, y) == pytest.approx(np.mean(single), rel=1e-12)
    assert r2_score(p[:, 0], y[:, 0]) == pytest.approx(single[0], rel=1e-12)


def test_shapes_and_equal_targets():
    for metric in (mean_absolute_error, root_mean_squared_error, r2_score):
        with pytest.raises(ValueError, match=r"predictions have the shape \(2,\), targets \(3,\): they must agree"):
            metric([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="r2_score needs targets that differ"):
        r2_score([1.0, 2.0], [3.0, 3.0])


def test_names_and_functions():
    def spread(predictions, targets):
        return float(np.ptp(predictions - targets))

    assert resolve_metrics([], mse) == {}
    assert resolve_metrics(spread, mse) == {"spread": spread}
    assert list(resolve_metrics([*METRICS, spread], hinge)) == [*METRICS, "spread"]
    loss = lambda predictions, targets: 0.0  # noqa: E731 -- a function with the name of a column
    loss.__name__ = "loss"
    with pytest.raises(ValueError, match="also from loss and epoch: 'loss' is taken"):
        resolve_metrics(loss, mse)


# --- what the labels are is known from the loss -----------------------------------------------------------

BINARY = {  # the outputs, how each is read, and the labels
    binary_cross_entropy: ([0.3, 0.2, 0.9, 0.51, 0.5], [0, 0, 1, 1, 0]),
    bce_with_logits: ([0.3, -0.2, 4.0, 0.001, 0.0], [1, 0, 1, 1, 0]),
    hinge: ([0.3, -0.2, 4.0, 0.001, 0.0], [1, -1, 1, 1, -1]),
}
LABEL_SETS = {
    "both": lambda low: [1, low, low, 1, low],
    "ones": lambda low: [1] * 5,
    "the other": lambda low: [low] * 5,
}


def outputs_of(numbers):
    """A model that gives its inputs."""
    model = MLP(np.shape(numbers)[1], [np.shape(numbers)[1]], init="zeros")
    for place, neuron in enumerate(model.layers[0].neurons):
        neuron.w[place].data = 1.0
    return model, np.array(numbers, float)


@pytest.mark.usefixtures("numpy_replay")
@pytest.mark.parametrize("labels", LABEL_SETS.values(), ids=LABEL_SETS)
@pytest.mark.parametrize("loss", BINARY, ids=lambda loss: loss.__name__)
def test_labels_are_known_from_the_loss_whatever_labels_there_are(loss, labels):
    outputs, read = BINARY[loss]
    model, X = outputs_of([[number] for number in outputs])
    y = labels(-1 if loss is hinge else 0)
    expected = np.mean(np.array(read) == y)
    for how in (loss, loss.__name__, functools.partial(loss, reduction="sum")):
        for metric in ("accuracy", accuracy):
            assert evaluate(model, X, y, loss=how, metrics=metric)["accuracy"] == expected
        assert accuracy(outputs, y, loss=how) == accuracy_for(how)(outputs, y) == expected
    history = fit(model, X, y, loss=loss, metrics="accuracy", validation=(X, y), epochs=1, optimizer="SGD", lr=0.0)
    assert history.metrics == {"accuracy": [expected], "validation_accuracy": [expected]}


def test_hinge_with_targets_that_are_all_1():
    assert accuracy([0.3, 0.2, 0.4], [1, 1, 1], loss="hinge") == 1.0
    assert accuracy([0.3, 0.2, 0.4], [1, 1, 1], loss=binary_cross_entropy) == 0.0
    with pytest.raises(ValueError, match=r"targets that are all 1: the other label may be 0 or -1\. Name the loss"):
        accuracy([0.3, 0.2, 0.4], [1, 1, 1])


def weighted(prediction, target):
    return (1 + 4 * target) * bce_with_logits(prediction, target)


class Weighted:
    def __call__(self, prediction, target):
        return weighted(prediction, target)


@functools.wraps(bce_with_logits)
def wrapped(prediction, target):
    return weighted(prediction, target)


def shifted(shift, prediction, target):
    return bce_with_logits(prediction - shift, target)


UNKNOWN = {
    "a lambda": lambda p, t: (1 + 4 * t) * bce_with_logits(p, t),
    "a function": weighted,
    "a callable": Weighted(),
    "wraps": wrapped,
    "a partial of one's own": functools.partial(shifted, 0.0),
    "mse": mse,
    "squared_error": squared_error,
    "half_squared_error": half_squared_error,
    "huber": huber,
}


@pytest.mark.usefixtures("numpy_replay")
@pytest.mark.parametrize("loss", UNKNOWN.values(), ids=UNKNOWN)
def test_nothing_is_guessed_of_another_loss(loss):
    model, X = outputs_of([[0.3], [-0.2], [0.4]])
    y = [1, 0, 1]
    message = r"accuracy depends on what the labels are, and the loss .* does not say\. .*accuracy_for\(\.\.\.\)"
    with pytest.raises(ValueError, match=message):
        evaluate(model, X, y, loss=loss, metrics="accuracy")
    with pytest.raises(ValueError, match=message):
        fit(model, X, y, loss=loss, metrics=["accuracy"])
    with pytest.raises(ValueError, match=message):
        accuracy_for(loss)
    assert evaluate(model, X, y, loss=loss, metrics=accuracy_for("bce_with_logits"))["accuracy"] == 1.0
    history = fit(model, X, y, loss=loss, metrics=[accuracy_for(bce_with_logits)], epochs=1, lr=0.0)
    assert history.metrics == {"accuracy": [1.0]}


@pytest.mark.usefixtures("numpy_replay")
@pytest.mark.parametrize("loss", [softmax_cross_entropy, categorical_cross_entropy], ids=lambda loss: loss.__name__)
@pytest.mark.parametrize("classes", [[1, 1, 1], [0, 0, 0], [1, 0, 2]])
def test_classes(loss, classes):
    model, X = outputs_of([[0.1, 0.7, 0.2], [0.5, 0.25, 0.25], [0.3, 0.3, 0.4]])
    expected = np.mean(np.argmax(X, axis=1) == classes)
    for y in (classes, np.eye(3)[classes]):
        assert evaluate(model, X, y, loss=loss, metrics="accuracy")["accuracy"] == expected
        assert accuracy(X, y, loss=loss) == expected


def test_several_outputs_of_a_binary_loss_are_several_questions():
    sklearn = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(0)
    scores = random.normal(size=(40, 3))
    wanted = (scores + random.normal(size=(40, 3)) * 0.2 > 0).astype(int)
    expected = sklearn.accuracy_score(wanted, scores > 0)
    assert 0.0 < expected < 1.0
    assert accuracy(scores, wanted, loss="bce_with_logits") == expected
    assert accuracy(scores, 2 * wanted - 1, loss="hinge") == expected
    assert accuracy(1 / (1 + np.exp(-scores)), wanted, loss="binary_cross_entropy") == expected
    with pytest.raises(ValueError, match=r"accuracy takes a target for each of \(40, 3\) predictions, not \(40,\)"):
        accuracy(scores, wanted[:, 0], loss="hinge")


@pytest.mark.parametrize(
    ("outputs", "labels", "loss", "message"),
    [
        ([0.1, 0.2], [0.5, 1.0], "bce_with_logits", r"takes targets of 0 and 1 here, and one is 0\.5"),
        ([0.1, 0.2], [-1.0, 1.0], "bce_with_logits", "takes targets of 0 and 1 here, and one is -1"),
        ([0.1, 0.2], [0.0, 1.0], "hinge", "takes targets of -1 and 1 here, and one is 0"),
        (
            [0.1, 3.2],
            [0.0, 1.0],
            "binary_cross_entropy",
            r"as probabilities, from 0 to 1, and one is 3\.2: name the loss",
        ),
        ([0.1, -3.2], [0.0, 1.0], None, r"as probabilities, from 0 to 1, and one is -3\.2: name the loss"),
        ([0.1, 0.2], [0.0, 1.0], "softmax_cross_entropy", r"an output for each class, in rows, not .* shape \(2,\)"),
        ([0.1, 0.2], [0.0, 1.0], "hing", "unknown loss 'hing'; .*Did you mean 'hinge'?"),
    ],
)
def test_labels_of_another_kind_are_refused(outputs, labels, loss, message):
    with pytest.raises(ValueError, match=message):
        accuracy(outputs, labels, loss=loss)


def test_bools_are_0_and_1():
    model, X = outputs_of([[0.3], [-0.2], [0.4]])
    y = [True, False, False]
    assert accuracy([0.3, -0.2, 0.4], y, loss="bce_with_logits") == pytest.approx(2 / 3)
    assert accuracy([[0.3, 0.1], [0.0, 1.0]], [True, False]) == 0.0
    found = evaluate(model, X, y, loss="bce_with_logits", metrics="accuracy", compiled=False)
    assert found == evaluate(model, X, [1, 0, 0], loss="bce_with_logits", metrics="accuracy", compiled=False)


# --- beside scikit-learn ----------------------------------------------------------------------------------


def test_every_metric_is_scikit_learn_s_weighted_or_not():
    sklearn = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(1)
    weights = random.uniform(0.0, 3.0, size=50)
    weights[:5] = 0.0
    for shape in ((50,), (50, 3)):
        p, y = random.normal(size=(2, *shape))
        for ours, theirs in [
            (mean_absolute_error, sklearn.mean_absolute_error),
            (root_mean_squared_error, sklearn.root_mean_squared_error),
            (r2_score, sklearn.r2_score),
        ]:
            assert ours(p, y) == pytest.approx(theirs(y, p), rel=1e-12)
            assert ours(p, y, sample_weight=weights) == pytest.approx(theirs(y, p, sample_weight=weights), rel=1e-12)
    scores, classes = random.normal(size=(50, 4)), random.integers(4, size=50)
    scores[:20] = scores[:20].round()  # ties
    for how in ({}, {"sample_weight": weights}):
        expected = sklearn.accuracy_score(classes, scores.argmax(axis=1), **how)
        assert accuracy(scores, classes, **how) == pytest.approx(expected, rel=1e-12)
        for k in (1, 2, 3):
            expected = sklearn.top_k_accuracy_score(classes, scores, k=k, **how)
            assert top_k_accuracy(k)(scores, classes, **how) == pytest.approx(expected, rel=1e-12)
            assert top_k_accuracy(k)(scores, np.eye(4)[classes], **how) == pytest.approx(expected, rel=1e-12)
    with pytest.raises(ValueError, match=r"sample_weight must have one number for each of 50 examples, got \(3,\)"):
        accuracy(scores, classes, sample_weight=[1, 2, 3])


def test_top_k_accuracy_refuses_what_has_no_k():
    with pytest.raises(ValueError, match=r"top_k_accuracy\(3\) needs more than 3 outputs, got \(1, 3\)"):
        top_k_accuracy(3)([[1.0, 2.0, 3.0]], [0])
    with pytest.raises(ValueError, match=r"needs more than 1 output, got \(2,\)"):
        top_k_accuracy(1)([1.0, 2.0], [0, 1])
    with pytest.raises(ValueError, match="top_k_accuracy of 3 outputs takes an index from 0 to 2"):
        top_k_accuracy(1)([[1.0, 2.0, 3.0]], [3])
    with pytest.raises(TypeError, match=r"k must be a whole number, 1 or more, got 0\.5"):
        top_k_accuracy(0.5)
    assert top_k_accuracy(2)([[math.nan, 2.0, 3.0]], [2]) == 0.0
    model, X = outputs_of([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]])
    metrics = ["accuracy", top_k_accuracy(2)]
    found = evaluate(model, X, [1, 1], loss="softmax_cross_entropy", metrics=metrics, compiled=False)
    assert (found["accuracy"], found["top_k_accuracy"]) == (0.0, 0.5)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("acc", "Did you mean 'accuracy'?"),
        ("mae", "Did you mean 'mean_absolute_error'?"),
        ("RMSE", "Did you mean 'root_mean_squared_error'?"),
        ("r2", "Did you mean 'r2_score'?"),
        ("zzz", "or give a function.$"),
    ],
)
def test_the_nearest_names_are_named(name, words):
    with pytest.raises(ValueError, match=words.replace("?", r"\?").replace(".$", r"\.$")):
        resolve_metrics(name, mse)
