"""The plot of a decision boundary: the class that wins at each place, and the examples."""

import math

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from nn import MLP
from tests.support.plots import LINE, SIDES, THEMES, ground_of, legend_of, right_of
from viz import plot_decision_boundary
from viz.plotting import boundary
from viz.plotting.boundary import Examples, lead
from viz.plotting.figure import Paint


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
        ({"predict": MLP(2, [1])}, TypeError, r"from points \(n, 2\) to scores, such as model.predict, got MLP\(2 ->"),
        ({"predict": None}, TypeError, "such as model.predict, got None"),
        ({"threshold": "x"}, TypeError, "threshold must be a number, or None for half-way between the labels, got 'x'"),
        ({"X": []}, ValueError, r"X has the shape \(0,\)"),
        ({"X": "points"}, TypeError, "X must be an array of numbers, got 'points'"),
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
        ({"predict": lambda points: "no"}, TypeError, "what predict returns must be an array of numbers, got 'no'"),
        ({"predict": lambda points: np.zeros(3)}, ValueError, r"predict gave the shape \(3,\) for \d+ points"),
        ({"predict": lambda points: 0.5}, ValueError, r"predict gave the shape \(\) for \d+ points"),
        ({"predict": lambda points: points[:, 0] * math.nan}, ValueError, r"gave \[nan\] at the point \(-2.32, "),
        ({"names": "xy"}, ValueError, "names must have a name for each of the two features, got 'xy'"),
        ({"names": ["x"]}, ValueError, "names must have a name for each"),
        ({"classes": ["a"]}, ValueError, "classes must have a name for each of the 2 classes"),
        ({"classes": "ab"}, ValueError, "classes must have a name for each of the 2 classes, got 'ab'"),
        ({"theme": "auto"}, ValueError, "the theme of a plot must be 'light' or 'dark', got 'auto'"),
        ({"ax": "axes"}, TypeError, "ax must be an Axes of matplotlib, got 'axes'"),
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
