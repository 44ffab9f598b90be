"""The plot of matrices: each number in its place, on its colour."""

import itertools
import math

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

from tests.support.plots import THEMES, network
from viz import plot_matrices
from viz.plotting.matrices import GRADIENTS, WEIGHTS
from viz.style import ROLES, STEPS, chip_roles, contrast, step_of
from viz.text import number, signed


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
    ("x", "step"), [(1.0, 6), (-1.0, -6), (0.91, 5), (0.09, 1), (0.08, 0), (-0.5, -3), (0.0, 0), (math.nan, 0)]
)
def test_a_weight_is_coloured_by_its_part_of_the_largest(x, step):
    assert WEIGHTS.step(x, 1.0) == step
    assert WEIGHTS.step(2.0 * x, 2.0) == step
    assert WEIGHTS.step(0.0, 0.0) == 0


def test_the_scale_is_marked_at_a_half_of_the_weights_and_at_a_bound_of_the_gradients():
    assert WEIGHTS.mark == (3.0, 0.5)
    assert WEIGHTS.step(0.5, 1.0) == 3
    between, part = GRADIENTS.mark
    assert [GRADIENTS.step(part * share, 1.0) for share in (0.999, 1.001)] == [between - 0.5, between + 0.5]
    figure = plot_matrices([([[4.0]], None)], [([[-0.5]], None)])
    texts = [[text.get_text() for text in axes.get_xticklabels()] for axes in (figure.axes[1], figure.axes[3])]
    assert texts == [["−4", "−2", "0", "2", "4"], ["−0.5", "−0.0625", "0", "0.0625", "0.5"]]


@pytest.mark.parametrize("size", [3, 20], ids=["written", "colours alone"])
def test_nan_and_infinities_are_marked_and_do_not_stretch_the_scale(size):
    weights = np.full((size, size), 0.5)
    weights[0, 0], weights[1, 1], weights[2, 2] = math.nan, math.inf, 2.0
    axes = plot_matrices([(weights, None)]).axes[0]
    assert [to_hex(cells_of(axes)[k, k]) for k in (0, 1)] == [ROLES["alarm-fill"].light] * 2
    assert to_hex(cells_of(axes)[2, 2]) == ROLES[f"plus{STEPS}"].light
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
        ({"matrices": []}, TypeError, "matrices must be a list of pairs"),
        ({"matrices": 3.0}, TypeError, "matrices must be a list of pairs"),
        ({"matrices": "Wb"}, TypeError, "matrices must be a list of pairs"),
        ({"matrices": [[[1.0]]]}, TypeError, "layer 1 of matrices must be a pair"),
        ({"matrices": [("W", None)]}, TypeError, "layer 1 of matrices must be a pair"),
        ({"matrices": [([1.0], None)]}, ValueError, r"W of layer 1 of matrices has the shape \(1,\)"),
        ({"matrices": [(np.zeros((0, 2)), None)]}, ValueError, r"has the shape \(0, 2\)"),
        ({"matrices": [([[1.0]], [1.0, 2.0])]}, ValueError, r"b of layer 1 of matrices has the shape \(2,\); W has 1"),
        ({"matrices": [*ONE, *ONE]}, ValueError, "layer 2 of matrices takes 1 inputs, and the layer below has 2"),
        ({"gradients": [([[1.0]], [0.0])]}, ValueError, r"\[\(1, 1\)\] are not built like matrices \[\(1, 2\)\]"),
        ({"gradients": [([[1.0, 2.0]], None)]}, ValueError, "are not built like matrices .* biases included"),
        ({"gradients": 1}, TypeError, "gradients must be a list of pairs"),
        ({"inputs": ["a", "b"]}, ValueError, r"inputs must name 1 of them, got \['a', 'b'\]"),
        ({"outputs": "ab"}, ValueError, "outputs must name 2 of them, got 'ab'"),
        ({"theme": "grey"}, ValueError, "got 'grey'"),
    ],
)  # fmt: skip
def test_what_are_no_matrices_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        plot_matrices(**({"matrices": ONE} | arguments))
