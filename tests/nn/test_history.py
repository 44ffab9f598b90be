"""History: columns, table, JSON."""

import json
from itertools import pairwise

import pytest
from rich.console import Console

from nn import MLP, Epoch, History, fit
from tests.support.quick_replay import numpy_replay  # noqa: F401 -- a fixture

pytestmark = pytest.mark.usefixtures("numpy_replay")


def epochs(count, **more):
    return [Epoch(k, loss=1.0 / (k + 1), gradient_norm=0.5, seconds=0.25, lr=0.1, **more) for k in range(count)]


def test_columns_are_lists_over_epochs():
    history = History([
        Epoch(0, 2.0, 1.5, 0.1, 0.5, 3.0, {"accuracy": 0.5}),
        Epoch(1, 1.0, 0.5, 0.2, 0.25, 2.5, {"accuracy": 0.75}),
    ])  # fmt: skip
    assert history.to_dict() == {
        "epoch": [0, 1],
        "loss": [2.0, 1.0],
        "validation_loss": [3.0, 2.5],
        "accuracy": [0.5, 0.75],
        "gradient_norm": [1.5, 0.5],
        "lr": [0.5, 0.25],
        "seconds": [0.1, 0.2],
    }
    assert (len(history), history[1].loss, [epoch.loss for epoch in history]) == (2, 1.0, [2.0, 1.0])
    assert (history.metrics, history.seconds) == ({"accuracy": [0.5, 0.75]}, [0.1, 0.2])
    assert json.loads(json.dumps(history.to_dict())) == history.to_dict()


def test_the_table_of_few_epochs_has_them_all_and_of_many_the_first_the_last_and_some_between():
    def rows(history):
        return [int(line.split()[0]) for line in str(history).splitlines()[2:]]

    assert rows(History(epochs(12))) == list(range(12))
    shown = rows(History(epochs(1000)))
    assert (len(shown), shown[0], shown[-1]) == (12, 0, 999)
    gaps = [later - earlier for earlier, later in pairwise(shown)]
    assert max(gaps) - min(gaps) <= 1
    assert rows(History()) == []


def test_how_it_ended_stands_below_and_in_the_repr():
    history = History(epochs(3), stopped="interrupted", interrupted=True)
    assert str(history).splitlines()[-1].strip() == "interrupted"
    assert repr(history) == "History(3 epochs, loss 1 -> 0.333333, interrupted)"
    assert repr(History(epochs(2))) == "History(2 epochs, loss 1 -> 0.5)"
    assert repr(History()) == "History(no epochs)"


def test_rich_prints_it_as_a_table():
    console = Console(width=100)
    with console.capture() as capture:
        console.print(History(epochs(2, validation_loss=0.5, metrics={"validation_accuracy": 1.0})))
    lines = capture.get().splitlines()
    assert " ".join(lines[0].split()) == "epoch loss validation loss validation accuracy gradient norm lr seconds"
    assert lines[2].split() == ["0", "1", "0.5", "1", "0.5", "0.1", "0.25"]


def test_seconds_are_those_of_the_epochs():
    history = fit(MLP(1, [1]), [[0.0]], [1.0], loss="mse", epochs=3)
    assert all(0.0 < seconds < 60.0 for seconds in history.seconds)
    assert (history.stopped, history.interrupted, history.best_epoch) == ("", False, None)
