"""The plot of a history: a curve for each list of numbers."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

from nn import MLP, fit
from tests.support.plots import legend_of
from viz import plot_history
from viz.plotting.figure import HUES


def test_a_history_shows_each_list_of_numbers_as_a_curve():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(30, 2))
    history = fit(
        MLP(2, [1], rng=0), points, points.sum(axis=1), loss="mse", epochs=4, validation=0.2, metrics="r2_score", seed=0
    )  # fmt: skip
    figure = plot_history(history, title="Four epochs")
    losses, metrics = figure.axes
    shown = {line.get_label(): list(line.get_ydata()) for axes in figure.axes for line in axes.lines}
    assert shown == {
        "loss": history.loss,
        "validation loss": history.validation_loss,
        "r2 score": history.metrics["r2_score"],
        "validation r2 score": history.metrics["validation_r2_score"],
    }
    assert [line.get_linestyle() for line in losses.lines] == ["-", "--"]
    assert len({line.get_color() for line in losses.lines}) == 1
    assert losses.get_title() == "Four epochs"
    assert (losses.get_xlabel(), metrics.get_xlabel()) == ("", "epoch")
    assert all(float(tick).is_integer() for tick in metrics.get_xticks())


def test_a_list_of_losses_is_a_history_and_different_metrics_have_different_hues():
    assert [list(line.get_ydata()) for line in plot_history([3, 2, 1]).axes[0].lines] == [[3.0, 2.0, 1.0]]
    metrics = {"accuracy": [0.5, 1.0], "validation_accuracy": [0.4, 0.9], "r2_score": [0.1, 0.2]}
    lines = plot_history(SimpleNamespace(loss=[2.0, 1.0], metrics=metrics)).axes[1].lines
    assert [to_hex(line.get_color()) for line in lines] == [HUES[0].light, HUES[0].light, HUES[1].light]


def test_a_single_epoch_is_a_point_that_can_be_seen():
    assert [line.get_marker() for line in plot_history([1.0]).axes[0].lines] == ["."]
    assert [line.get_marker() for line in plot_history([2.0, 1.0]).axes[0].lines] == [""]


@pytest.mark.parametrize(
    ("losses", "scale"),
    [
        ([1.0, 0.5], "linear"),
        ([1.0, 0.009], "log"),
        ([1.0, 0.0], "linear"),
        ([1.0, -1e-9], "linear"),
        ([math.inf, 1.0, 1e-3], "log"),
        ([math.nan, 1.0], "linear"),
        ([math.nan], "linear"),
    ],
)
def test_losses_over_more_than_two_powers_of_ten_stand_on_a_logarithmic_axis(losses, scale):
    figure = plot_history(losses)
    FigureCanvasAgg(figure).draw()
    assert figure.axes[0].get_yscale() == scale


def test_the_epoch_whose_parameters_were_kept_is_marked():
    figure = plot_history(SimpleNamespace(loss=[3.0, 1.0, 2.0], validation_loss=[3.0, 1.0, 2.0], best_epoch=1))
    assert legend_of(figure) == ["loss", "validation loss", "best epoch: 1"]
    assert list(figure.axes[0].lines[2].get_xdata()) == [1, 1]


@pytest.mark.parametrize(
    ("history", "error", "text"),
    [
        ([], ValueError, "has no epochs"),
        (3.0, TypeError, "its loss is 3.0"),
        ("abc", TypeError, "its loss is 'abc'"),
        ([[1.0, 2.0]], TypeError, "what fit\\(\\) returns, or a list of losses"),
        (SimpleNamespace(loss=[1.0, 2.0], validation_loss=[1.0]), ValueError, "'validation loss' has 1 numbers for 2"),
        (SimpleNamespace(loss=[1.0], metrics={"r2_score": [1.0, 2.0]}), ValueError, "'r2 score' has 2 numbers for 1"),
    ],
)
def test_what_is_no_history_is_refused(history, error, text):
    with pytest.raises(error, match=text):
        plot_history(history)
