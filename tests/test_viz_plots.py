"""Plots show the numbers they are given, legibly in both themes, and leave nothing behind."""

import itertools
import math
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from nn import MLP, fit, half_squared_error
from viz import DiagramError, animate_boundary, plot_decision_boundary, plot_history, plot_matrices
from viz.numbers import number, signed
from viz.plotting import animation, boundary
from viz.plotting.examples import Examples, lead
from viz.plotting.heat import GRADIENTS, WEIGHTS
from viz.plotting.paint import HUES, MARKERS, Paint
from viz.style import ROLES, STEPS, chip_roles, contrast, step_of

THEMES = ("light", "dark")
LINE = [[-1.0, -1.0], [1.0, 2.0], [2.0, 1.0], [-2.0, -3.0]]
SIDES = [0, 1, 1, 0]


def right_of(points):
    """A classifier: the first feature is above a half."""
    return points[:, 0]


def legend_of(figure):
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def ground_of(figure):
    """The image behind the examples, its colours as hex, and the coordinates of its pixels."""
    image = figure.axes[0].images[0]
    left, right, bottom, top = image.get_extent()
    rows, columns, _ = image.get_array().shape
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = bottom + (np.arange(rows) + 0.5) * (top - bottom) / rows
    return np.asarray(image.get_array()), np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


# --- the history -------------------------------------------------------------------------------------------


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


# --- the boundary ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEMES)
def test_the_ground_has_the_tint_of_the_class_that_wins(theme):
    figure = plot_decision_boundary(right_of, LINE, SIDES, theme=theme)
    tints, points = ground_of(figure)
    found = {tuple(tint) for tint in tints.reshape(-1, 3)}
    paint = Paint(dark=theme == "dark")
    both = [{paint.tint(index, share) for share in boundary.TINTS} for index in (0, 1)]
    assert found <= both[0] | both[1]
    for tint, point in zip(tints.reshape(-1, 3)[::997], points[::997], strict=True):
        assert tuple(tint) in both[int(point[0] > 0.5)]
    line = figure.axes[0].collections[0].get_paths()[0].vertices
    assert np.allclose(line[:, 0], 0.5)


def test_on_the_finished_picture_each_place_shows_the_class_of_its_point():
    figure = plot_decision_boundary(nearest, CORNERS, [0, 1, 2])
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels, axes, paint = np.asarray(canvas.buffer_rgba()), figure.axes[0], Paint(dark=False)
    for index, point in enumerate([[1.0, 0.5], [3.5, 0.5], [0.5, 3.5]]):
        column, row = axes.transData.transform(point).astype(int)
        seen = pixels[len(pixels) - 1 - row, column, :3]
        tints = 255 * np.array([paint.tint(index, share) for share in boundary.TINTS])
        assert np.abs(tints - seen).max(axis=1).min() <= 1.0, point


def test_the_ground_is_the_stronger_the_clearer_the_answer():
    tints, points = ground_of(plot_decision_boundary(right_of, LINE, SIDES))
    distance = np.abs(points[:, 0] - 0.5).reshape(tints.shape[:2])
    strength = 1.0 - tints.min(axis=-1)
    left = points[:, 0].reshape(distance.shape) < 0.5
    order = np.argsort(distance[left])
    assert (np.diff(strength[left][order]) >= -1e-12).all()
    assert strength[left].max() > 2.0 * strength[left].min()


def test_examples_have_the_sign_of_their_class_and_rings_where_they_are_wrong():
    figure = plot_decision_boundary(right_of, [*LINE, [3.0, 0.0]], [*SIDES, 0], names=("width", "height"))
    first, second, rings = figure.axes[0].collections[-3:]
    assert first.get_offsets().tolist() == [LINE[0], LINE[3], [3.0, 0.0]]
    assert second.get_offsets().tolist() == [LINE[1], LINE[2]]
    assert rings.get_offsets().tolist() == [[3.0, 0.0]]
    assert legend_of(figure) == ["0", "1", "wrong: 1 of 5"]
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("width", "height")
    assert not np.array_equal(first.get_paths()[0].vertices, second.get_paths()[0].vertices)


@pytest.mark.parametrize(
    ("labels", "threshold", "wrong"),
    [
        ([0, 1, 1, 0], None, 0),
        ([-1, 1, 1, -1], None, 0),
        ([0, 1, 1, 0], 1.5, 1),
        ([0, 1, 1, 0], -1.5, 1),
        ([7, 3, 3, 7], 0.0, 4),
    ],
)
def test_one_score_is_compared_with_the_middle_of_the_labels_or_the_threshold(labels, threshold, wrong):
    legend = legend_of(plot_decision_boundary(right_of, LINE, labels, threshold=threshold))
    assert legend[2:] == ([f"wrong: {wrong} of 4"] if wrong else [])


CORNERS = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])


def nearest(points):
    """A score for each of three classes: how near its corner is."""
    return -np.square(points[:, None] - CORNERS).sum(axis=-1)


@pytest.mark.parametrize("rows", [False, True], ids=["indices", "rows with a 1"])
def test_of_several_scores_the_greatest_wins(rows):
    labels = np.eye(3)[[0, 1, 1]] if rows else [0, 1, 1]
    figure = plot_decision_boundary(nearest, CORNERS, labels, classes=["a", "b", "c"])
    tints, points = ground_of(figure)
    paint = Paint(dark=False)
    owners = {paint.tint(index, share): index for index in range(3) for share in boundary.TINTS}
    found = [owners[tuple(tint)] for tint in tints.reshape(-1, 3)[::97]]
    assert found == nearest(points[::97]).argmax(axis=1).tolist()
    assert set(found) == {0, 1, 2}
    assert legend_of(figure) == ["a", "b", "c", "wrong: 1 of 3"]


def test_where_the_answer_is_the_same_everywhere_no_line_is_drawn():
    for score in (1.0, 0.5):
        figure = plot_decision_boundary(lambda points, score=score: np.full(len(points), score), LINE, SIDES)
        assert len(figure.axes[0].collections) == 3  # two classes and the rings
        assert len(np.unique(ground_of(figure)[0].reshape(-1, 3), axis=0)) == 1


def test_the_plane_reaches_past_the_examples_even_if_they_stand_in_one_place():
    for points in (LINE, [[1.0, 1.0], [1.0, 1.0]]):
        figure = plot_decision_boundary(right_of, points, [0, 1] * (len(points) // 2))
        (left, right), (bottom, top) = figure.axes[0].get_xlim(), figure.axes[0].get_ylim()
        for x, y in points:
            assert left < x < right
            assert bottom < y < top


def test_a_trained_model_is_asked_for_the_whole_plane_at_once():
    calls = []

    def predict(points):
        calls.append(len(points))
        return right_of(points)

    plot_decision_boundary(predict, LINE, SIDES)
    assert sorted(calls) == [4, 4, boundary.RESOLUTION**2]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"X": [[1.0, 2.0, 3.0]] * 4}, ValueError, r"X has the shape \(4, 3\): a boundary is drawn over two features"),
        ({"predict": MLP(2, [1])}, TypeError, r"from points \(n, 2\) to scores, such as model.predict, not MLP\(2 ->"),
        ({"predict": None}, TypeError, "such as model.predict, not None"),
        ({"threshold": "x"}, TypeError, "threshold is a number, or None for half-way between the labels, not 'x'"),
        ({"X": []}, ValueError, r"X has the shape \(0,\)"),
        ({"X": "points"}, TypeError, "X is an array of numbers, not 'points'"),
        ({"X": [[math.nan, 1.0], *LINE[1:]]}, ValueError, "X holds nan or an infinity"),
        ({"y": [0, 1]}, ValueError, r"y has the shape \(2,\) for 4 examples"),
        ({"y": [0, 1, math.inf, 0]}, ValueError, "y holds nan or an infinity"),
        ({"y": [0, 1, 2, 0]}, ValueError, "one score tells two labels apart, and y holds 3: 0, 1, 2; for more classes"),
        ({"y": [1, 1, 1, 1]}, ValueError, "y holds 1: 1"),
        ({"y": list(range(4))}, ValueError, "y holds 4: 0, 1, 2, 3;"),
        ({"predict": lambda points: points[:, :1] @ np.ones((1, 3)), "y": [0, 1, 2, 3]}, ValueError, "from 0 to 2"),
        ({"predict": nearest, "y": [0, 1, 2, 0.5]}, ValueError, r"holds 0, 0.5, 1, 2"),
        ({"predict": nearest, "y": [[1, 1, 0]] * 4}, ValueError, r"y has the shape \(4, 3\) and holds 0, 1"),
        ({"predict": nearest, "threshold": 0.5}, ValueError, "threshold=0.5 is for one score, and predict returns 3"),
        ({"predict": lambda points: np.zeros((len(points), 11))}, ValueError, "11 classes apart; .* at most 10"),
        ({"predict": lambda points: "no"}, TypeError, "what predict returns is an array of numbers, not 'no'"),
        ({"predict": lambda points: np.zeros(3)}, ValueError, r"predict gave the shape \(3,\) for \d+ points"),
        ({"predict": lambda points: 0.5}, ValueError, r"predict gave the shape \(\) for \d+ points"),
        ({"predict": lambda points: points[:, 0] * math.nan}, ValueError, r"gave \[nan\] at the point \(-2.32, "),
        ({"names": "xy"}, ValueError, "names has a name for each of the two features, not 'xy'"),
        ({"names": ["x"]}, ValueError, "names has a name for each"),
        ({"classes": ["a"]}, ValueError, "classes has a name for each of the 2 classes"),
        ({"classes": "ab"}, ValueError, "classes has a name for each of the 2 classes, not 'ab'"),
        ({"theme": "auto"}, ValueError, "the theme of a plot is 'light' or 'dark', not 'auto'"),
        ({"ax": "axes"}, TypeError, "ax is an Axes of matplotlib, not 'axes'"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        plot_decision_boundary(**({"predict": right_of, "X": LINE, "y": SIDES} | arguments))


def test_a_message_names_the_first_few_of_many_labels():
    points = [[float(k), 0.0] for k in range(7)]
    with pytest.raises(ValueError, match=r"y holds 7: 0, 1, 2, 3, 4, …;"):
        plot_decision_boundary(right_of, points, range(7))


def test_the_lead_is_the_distance_to_the_next():
    assert lead(np.array([[1.0, 5.0, 3.0], [-2.0, 2.0, 2.0]])).tolist() == [2.0, 0.0]
    two = Examples(np.zeros((1, 2)), np.array([0]), ["0", "1"], 0.25)
    assert two.scores(lambda points: [[1.0]], two.X).tolist() == [[-0.75, 0.75]]


# --- the matrices ------------------------------------------------------------------------------------------


def network():
    """A 2-3-1 network with its gradients, as a textbook has them."""
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    half_squared_error(model([0.3, 1.0]), 0.75).backward()
    return model.matrices(), model.gradient_matrices()


def cells_of(axes):
    return np.asarray(axes.images[0].get_array())


@pytest.mark.parametrize("theme", THEMES)
def test_each_number_stands_in_its_place_on_its_colour(theme):
    matrices, gradients = network()
    figure = plot_matrices(matrices, gradients, theme=theme, title="2-3-1")
    weights_1, weights_2, scale, slopes_1, slopes_2, _ = figure.axes
    for both, axes, write in (
        (matrices[0], weights_1, number), (matrices[1], weights_2, number),
        (gradients[0], slopes_1, signed), (gradients[1], slopes_2, signed),
    ):  # fmt: skip
        stacked = np.vstack(both)
        shown = {tuple(map(round, text.get_position())): text for text in axes.texts}
        assert {place: text.get_text() for place, text in shown.items()} == {
            (column, row): write(x) for (row, column), x in np.ndenumerate(stacked)
        }
        for (column, row), text in shown.items():
            ratio = contrast(to_hex(text.get_color()), to_hex(cells_of(axes)[row, column]))
            assert ratio >= 4.5, (text.get_text(), ratio)
    largest = max(np.abs(x).max() for pair in gradients for x in pair)
    for (row, column), x in np.ndenumerate(np.vstack(gradients[0])):
        role = chip_roles(step_of(float(x), float(largest)))[0]
        assert to_hex(cells_of(slopes_1)[row, column]) == ROLES[role][theme == "dark"]
    assert len(cells_of(scale)[0]) == 2 * STEPS + 1


def test_rows_are_named_by_what_comes_in_and_columns_by_what_goes_out():
    figure = plot_matrices(*network(), inputs=["width", "height"], outputs=["price"])
    first, second, _, beside, _, _ = figure.axes
    assert [text.get_text() for text in first.get_yticklabels()] == ["width", "height", "b[1]"]
    assert [text.get_text() for text in first.get_xticklabels()] == ["a1[1]", "a2[1]", "a3[1]"]
    assert [text.get_text() for text in second.get_yticklabels()] == ["a1[1]", "a2[1]", "a3[1]", "b[2]"]
    assert [text.get_text() for text in second.get_xticklabels()] == ["price"]
    assert [text.get_text() for text in beside.get_yticklabels()] == []
    assert first.get_title(loc="left") == "W[1] (2 × 3), b[1]"
    assert beside.get_title(loc="left") == "dL/dW[1] (2 × 3), dL/db[1]"
    plain = plot_matrices(network()[0]).axes[0]
    assert [text.get_text() for text in plain.get_yticklabels()] == ["a1[0]", "a2[0]", "b[1]"]


def test_a_layer_without_bias_has_no_row_for_it():
    figure = plot_matrices([(np.ones((2, 3)), None)], [(np.zeros((2, 3)), None)])
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["a1[0]", "a2[0]"]
    assert figure.axes[0].get_title(loc="left") == "W[1] (2 × 3)"
    assert cells_of(figure.axes[2]).shape == (2, 3, 3)
    assert {to_hex(colour) for colour in cells_of(figure.axes[2]).reshape(-1, 3)} == {ROLES["chip0"].light}


@pytest.mark.parametrize(
    ("x", "step"), [(1.0, 5), (-1.0, -5), (0.89, 4), (0.11, 1), (0.09, 0), (-0.5001, -3), (0.0, 0), (math.nan, 0)]
)
def test_a_weight_is_coloured_by_its_part_of_the_largest(x, step):
    assert WEIGHTS.step(x, 1.0) == step
    assert WEIGHTS.step(2.0 * x, 2.0) == step
    assert WEIGHTS.step(0.0, 0.0) == 0


@pytest.mark.parametrize("colouring", [WEIGHTS, GRADIENTS])
def test_the_scale_says_where_the_third_step_begins(colouring):
    assert colouring.step(colouring.middle * 1.001, 1.0) == 3
    assert colouring.step(colouring.middle * 0.999, 1.0) == 2
    figure = plot_matrices([([[4.0]], None)], [([[-0.5]], None)])
    texts = [[text.get_text() for text in axes.get_xticklabels()] for axes in (figure.axes[1], figure.axes[3])]
    assert texts == [["−4", "−2", "0", "2", "4"], ["−0.5", "−0.00792", "0", "0.00792", "0.5"]]


@pytest.mark.parametrize("size", [3, 20], ids=["written", "colours alone"])
def test_nan_and_infinities_are_marked_and_do_not_stretch_the_scale(size):
    weights = np.full((size, size), 0.5)
    weights[0, 0], weights[1, 1], weights[2, 2] = math.nan, math.inf, 2.0
    axes = plot_matrices([(weights, None)]).axes[0]
    assert [to_hex(cells_of(axes)[k, k]) for k in (0, 1)] == [ROLES["alarm-fill"].light] * 2
    assert to_hex(cells_of(axes)[2, 2]) == ROLES["plus5"].light
    assert [text.get_text() for text in axes.texts if text.get_text() in ("nan", "inf")] == ["nan", "inf"] * (size == 3)


@pytest.mark.parametrize("shapes", [[(2, 3), (3, 1)], [(1, 1)], [(64, 32), (32, 10)], [(300, 2), (2, 90)], [(30, 1)]])
@pytest.mark.parametrize("long", [False, True], ids=["short names", "long names"])
def test_nothing_overlaps_and_nothing_is_cut_off(shapes, long):
    rng = np.random.default_rng(0)
    matrices = [(rng.normal(size=shape), rng.normal(size=shape[1])) for shape in shapes]
    inputs = [f"the measurement number {k}" for k in range(shapes[0][0])] if long else None
    figure = plot_matrices(matrices, matrices, inputs=inputs, title="All of them")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = [axes.get_tightbbox(canvas.get_renderer()) for axes in figure.axes]
    for box in boxes:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.width
        assert box.y1 <= figure.bbox.height - 20  # the title
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    for axes in figure.axes:
        labels = [text.get_window_extent() for text in axes.get_yticklabels()]
        assert not any(one.overlaps(other) for one, other in itertools.pairwise(labels))


ONE = [([[1.0, 2.0]], [0.0, 0.0])]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"matrices": []}, TypeError, "matrices is a list of pairs"),
        ({"matrices": 3.0}, TypeError, "matrices is a list of pairs"),
        ({"matrices": "Wb"}, TypeError, "matrices is a list of pairs"),
        ({"matrices": [[[1.0]]]}, TypeError, "layer 1 of matrices is a pair"),
        ({"matrices": [("W", None)]}, TypeError, "layer 1 of matrices is a pair"),
        ({"matrices": [([1.0], None)]}, ValueError, r"W of layer 1 of matrices has the shape \(1,\)"),
        ({"matrices": [(np.zeros((0, 2)), None)]}, ValueError, r"has the shape \(0, 2\)"),
        ({"matrices": [([[1.0]], [1.0, 2.0])]}, ValueError, r"b of layer 1 of matrices has the shape \(2,\); W has 1"),
        ({"matrices": [*ONE, *ONE]}, ValueError, "layer 2 of matrices takes 1 inputs, and the layer below has 2"),
        ({"gradients": [([[1.0]], [0.0])]}, ValueError, r"\[\(1, 1\)\] are not built like matrices \[\(1, 2\)\]"),
        ({"gradients": [([[1.0, 2.0]], None)]}, ValueError, "are not built like matrices .* biases included"),
        ({"gradients": 1}, TypeError, "gradients is a list of pairs"),
        ({"inputs": ["a", "b"]}, ValueError, r"inputs names 1 of them, not \['a', 'b'\]"),
        ({"outputs": "ab"}, ValueError, "outputs names 2 of them, not 'ab'"),
        ({"theme": "grey"}, ValueError, "not 'grey'"),
    ],
)  # fmt: skip
def test_what_are_no_matrices_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        plot_matrices(**({"matrices": ONE} | arguments))


# --- the animation -----------------------------------------------------------------------------------------


def above(height, points):
    return points[:, 1] - height


def animated(path, **arguments):
    settings = {"predict": above, "snapshots": [-2.0, 0.0, 1.5], "X": LINE, "y": SIDES, "path": path} | arguments
    return animate_boundary(**settings)


def frames_of(path):
    with Image.open(path) as image:
        found = []
        for index in range(image.n_frames):
            image.seek(index)
            found.append((np.asarray(image.convert("RGB")), image.info["duration"]))
        assert image.info["loop"] == 0
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_an_animation_has_a_frame_for_each_snapshot_and_rests_on_the_last(tmp_path, theme):
    path = animated(
        tmp_path / "line.gif", fps=5, threshold=0.0, theme=theme, titles=["a", "b", "c"], classes=["no", "yes"]
    )
    frames = frames_of(path)
    assert [duration for _, duration in frames] == [200, 200, animation.REST]
    paint = Paint(dark=theme == "dark")
    canvas = tuple(round(255 * part) for part in paint.tint(0, 0.0))
    ground = 255 * np.array([paint.tint(0, share) for share in boundary.TINTS])
    parts = []
    for pixels, _ in frames:
        assert tuple(pixels[1, 1]) == canvas  # the palette keeps plain colours as they are
        apart = np.abs(pixels[:, :, None] - ground).max(axis=-1).min(axis=-1)
        parts.append(np.mean(apart <= 1.0))
    assert parts == sorted(parts)  # the line rises, so more and more lies below it
    assert parts[2] > 2 * parts[0]


def test_an_animation_is_the_same_in_every_run_and_numbers_its_frames(tmp_path):
    one, two = animated(tmp_path / "one.gif"), animated(tmp_path / "two.gif", titles=["0", "1", "2"])
    assert one.read_bytes() == two.read_bytes()
    assert animated(tmp_path / "other.gif", titles=["0", "1", "3"]).read_bytes() != one.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.gif", "other.gif", "two.gif"]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"path": "line.mp4"}, DiagramError, "cannot save to 'line.mp4': an animation is written as .gif"),
        ({"path": "nowhere/line.gif"}, DiagramError, "there is no folder 'nowhere'"),
        ({"snapshots": []}, ValueError, "there are no snapshots"),
        ({"titles": ["a"]}, ValueError, "titles has one for each of the 3 snapshots"),
        ({"titles": "abc"}, ValueError, "titles has one for each of the 3 snapshots, not 'abc'"),
        ({"fps": 0}, ValueError, "fps is above 0 and at most 50, which is what a GIF can say, not 0"),
        ({"fps": 60}, ValueError, "not 60"),
        ({"names": ["x"]}, ValueError, "names has a name"),
        ({"theme": "auto"}, ValueError, "not 'auto'"),
        ({"snapshots": [0.0, math.nan]}, ValueError, "predict gave"),
    ],
)
def test_what_cannot_be_animated_is_refused_and_nothing_is_written(tmp_path, monkeypatch, arguments, error, text):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=text):
        animated(**({"path": "line.gif"} | arguments))
    assert list(tmp_path.iterdir()) == []


# --- every plot --------------------------------------------------------------------------------------------

PLOTS = {
    "history": lambda **look: plot_history([3.0, 2.0, 1.0], **look),
    "boundary": lambda **look: plot_decision_boundary(right_of, LINE, SIDES, **look),
    "matrices": lambda **look: plot_matrices(*network(), **look),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)
def test_type_can_be_read_in_both_themes(plot, theme):
    figure = plot(theme=theme, title="What it shows")
    FigureCanvasAgg(figure).draw()
    ground = to_hex(figure.get_facecolor())
    assert ground == ROLES["canvas"][theme == "dark"]
    texts = [figure._suptitle] if figure._suptitle else []
    for axes in figure.axes:
        texts += [axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]
        texts += [*axes.get_xticklabels(), *axes.get_yticklabels()]
        texts += axes.get_legend().get_texts() if axes.get_legend() else []
    shown = [text for text in texts if text.get_text()]
    assert len(shown) > 5
    for text in shown:
        assert contrast(to_hex(text.get_color()), ground) >= 4.5, text.get_text()


@pytest.mark.parametrize("dark", [False, True])
def test_hues_are_told_from_every_ground_and_have_a_sign_each(dark):
    paint = Paint(dark=dark)
    assert len(set(MARKERS)) == len(HUES)
    for index, other in itertools.product(range(len(HUES)), repeat=2):
        ground = to_hex(paint.tint(other, max(boundary.TINTS)))
        assert contrast(paint.hue(index), paint("canvas")) >= 3.0
        assert contrast(paint.hue(index), ground) >= 2.0, (index, other)


@pytest.mark.parametrize(("ground", "theme"), [("white", "light"), ("#202020", "dark"), ((1, 1, 1, 0), "light")])
@pytest.mark.parametrize("name", ["history", "boundary"])
def test_on_axes_of_ones_own_the_theme_suits_their_figure(name, ground, theme):
    figure = Figure(facecolor=ground)
    axes = figure.add_subplot(1, 2, 1)
    assert PLOTS[name](ax=axes, title="Mine") is figure
    assert figure.axes == [axes]
    assert to_hex(axes.title.get_color()) == ROLES["ink"][theme == "dark"]


def test_on_axes_of_ones_own_a_history_shows_its_losses_alone():
    axes = Figure().add_subplot()
    history = SimpleNamespace(loss=[2.0, 1.0], metrics={"accuracy": [0.5, 1.0]})
    assert plot_history(history, ax=axes).axes == [axes]
    assert [line.get_label() for line in axes.lines] == ["loss"]
    assert axes.get_xlabel() == "epoch"


@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)
def test_a_notebook_shows_a_plot_as_an_image(plot):
    bundle = plot()._repr_mimebundle_(include=None, exclude=None)
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert bundle["text/plain"].startswith("<ShownFigure")


def test_plots_change_no_setting_and_never_touch_pyplot():
    code = """
import sys
import viz
assert not {"matplotlib", "PIL"} & set(sys.modules), "imported too early"
import matplotlib
def settings():  # to ask for the backend would import pyplot
    return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != "backend"}
before = settings()
viz.plot_history([2.0, 1.0])
viz.plot_decision_boundary(lambda p: p[:, 0], [[0, 0], [1, 1]], [0, 1])
viz.plot_matrices([([[1.0]], [2.0])])
assert settings() == before
print("matplotlib.pyplot" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False\n", "")


@pytest.mark.parametrize("plot", [*PLOTS.values(), lambda: animated("unwritten.gif")], ids=[*PLOTS, "animation"])
def test_without_matplotlib_the_error_names_the_extra(plot, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "viz.plotting.shown", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(
        DiagramError, match=re.escape("need the package matplotlib: run  pip install 'chainrule[plot]'")
    ):
        plot()
    assert list(tmp_path.iterdir()) == []
