"""Metrics, beside what one would write by hand."""

import math

import numpy as np
import pytest

from nn import bce_with_logits, mse
from nn.metrics import (
    METRICS,
    accuracy,
    accuracy_of_scores,
    mean_absolute_error,
    r2_score,
    resolve_metrics,
    root_mean_squared_error,
)


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
    assert root_mean_squared_error(p, y) == pytest.approx(np.linalg.norm(p - y) / 60**0.5, rel=1e-14)
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
    assert resolve_metrics("accuracy", mse) == {"accuracy": accuracy}
    assert resolve_metrics("accuracy", bce_with_logits) == {"accuracy": accuracy_of_scores}
    assert resolve_metrics(spread, mse) == {"spread": spread}
    assert list(resolve_metrics([*METRICS, spread], mse)) == [*METRICS, "spread"]
    loss = lambda predictions, targets: 0.0  # noqa: E731 -- a function with the name of a column
    loss.__name__ = "loss"
    with pytest.raises(ValueError, match="called 'loss', or one that is called as a column already"):
        resolve_metrics(loss, mse)
