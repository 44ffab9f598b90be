"""The matrix form's arguments: shapes, names, functions, and what it refuses. Its numbers: test_notes.py."""

import math

import numpy as np
import pytest

from autograd import no_grad, scope, tanh
from nn import MLP, half_squared_error, matrix_form, mse
from nn.matrix_form import backprop

NET = [(np.array([[1.0, -2.0, 0.5], [0.25, 1.0, -1.0]]), np.array([0.1, 0.2, 0.3])), (np.ones((3, 2)), None)]
X, Y = np.array([[0.5, -1.0], [1.5, 2.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])


def same(one, other):
    assert one.loss == other.loss
    for name in ("z", "a", "slope", "g_a", "g_z", "g_W", "g_b"):
        for left, right in zip(getattr(one, name), getattr(other, name), strict=True):
            np.testing.assert_array_equal(left, right)


def test_lists_run_from_layer_1_and_the_input_is_x():
    form = backprop(NET, X, Y, "tanh", "mse")
    np.testing.assert_array_equal(form.x, X)
    np.testing.assert_allclose(form.z[0], X @ NET[0][0] + NET[0][1], rtol=1e-15)
    np.testing.assert_allclose(form.a[1], np.tanh(np.tanh(form.z[0]) @ NET[1][0]), rtol=1e-15)
    np.testing.assert_allclose(form.slope[0], 1 - np.tanh(form.z[0]) ** 2, rtol=1e-14)
    assert [g.shape for g in (form.z[0], form.a[1], form.g_a[0], form.g_z[1])] == [(3, 3), (3, 2), (3, 3), (3, 2)]
    assert [form.g_W[0].shape, form.g_W[1].shape, form.g_b[0].shape, form.g_b[1]] == [(2, 3), (3, 2), (3,), None]


def test_columns_are_a_view_of_the_same_numbers():
    form = backprop(NET, X, Y, "tanh", "mse", convention="columns")
    assert [form.x.shape, form.z[0].shape, form.g_W[0].shape, form.g_b[0].shape] == [(2, 3), (3, 3), (3, 2), (3, 1)]
    assert form.g_b[1] is None


def test_names_and_functions_are_the_same():
    named = backprop(NET, X, Y, ["tanh", "identity"], "mse")
    same(named, backprop(NET, X, Y, [tanh, lambda z: z], mse))
    same(named, backprop(NET, X, Y, (np.tanh, "linear"), lambda p, y: mse(y, p)))
    same(backprop(NET, X, Y, tanh, "mse"), backprop(NET, X, Y, ["tanh", "tanh"], "mse"))


def test_the_loss_is_summed_over_examples_or_averaged():
    total, average = backprop(NET, X, Y, "tanh", "mse"), backprop(NET, X, Y, "tanh", "mse", mean=True)
    singles = [backprop(NET, x, y, "tanh", "mse").loss for x, y in zip(X, Y, strict=True)]
    assert total.loss == pytest.approx(math.fsum(singles), rel=1e-15)
    assert average.loss == pytest.approx(total.loss / 3, rel=1e-15)
    for name in ("g_a", "g_z", "g_W"):
        for left, right in zip(getattr(average, name), getattr(total, name), strict=True):
            np.testing.assert_allclose(left, right / 3, rtol=1e-14)


@pytest.mark.parametrize("y", [1.0, [1.0], [[1.0]], 1, np.float32(1)])
def test_one_example_and_one_output_may_be_written_short(y):
    net = [([[1.0], [2.0]], [0.5])]
    same(backprop(net, [0.5, -1.0], y, "sigmoid", "hinge"), backprop(net, [[0.5, -1.0]], [[1.0]], "sigmoid", "hinge"))


def test_targets_of_one_output_may_be_a_plain_list():
    net = [([[1.0], [2.0]], [0.5])]
    same(backprop(net, X, [1, 0, 1], "sigmoid", mse), backprop(net, X, [[1], [0], [1]], "sigmoid", mse))
    same(backprop(NET, X[0], Y[0], "tanh", mse), backprop(NET, X[:1], Y[:1], "tanh", mse))


def test_a_softmax_layer_keeps_its_jacobian_as_slope():
    form = backprop(NET, X, Y, ["tanh", "softmax"], "categorical_cross_entropy", mean=True)
    exponentials = np.exp(form.z[1])
    shares = exponentials / exponentials.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(form.a[1], shares, rtol=1e-14)
    assert form.slope[1].shape == (3, 2, 2)
    for jacobian, s in zip(form.slope[1], shares, strict=True):
        np.testing.assert_allclose(jacobian, np.diag(s) - np.outer(s, s), rtol=1e-14)
    np.testing.assert_allclose(form.g_z[1], (shares - Y) / 3, rtol=1e-13)
    columns = backprop(NET, X, Y, ["tanh", "softmax"], "categorical_cross_entropy", True, "columns")
    assert columns.slope[1].shape == (2, 2, 3)
    np.testing.assert_array_equal(columns.g_W[1], form.g_W[1].T)


def test_softmax_with_cross_entropy_and_the_loss_of_raw_scores_are_one():
    indices = [0, 1, 1]
    joined = backprop(NET, X, indices, ["tanh", "identity"], "softmax_cross_entropy")
    apart = backprop(NET, X, np.eye(2)[indices], ["tanh", "softmax"], "categorical_cross_entropy")
    assert joined.loss == pytest.approx(apart.loss, rel=1e-13)
    for left, right in zip(joined.g_W, apart.g_W, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-12)
    one = backprop(NET, X[0], 1, ["tanh", "identity"], "softmax_cross_entropy")
    same(one, backprop(NET, X[:1], [1], ["tanh", "identity"], "softmax_cross_entropy"))
    with pytest.raises(ValueError, match="mse: 2 predictions but 1 target"):
        backprop(NET, X, indices, "tanh", "mse")


def test_the_surroundings_of_the_call_change_nothing():
    plain = backprop(NET, X, Y, "tanh", half_squared_error)
    with no_grad(), scope("elsewhere"):
        same(plain, backprop(NET, X, Y, "tanh", half_squared_error))


def test_the_arguments_are_left_as_they_are():
    before = [X.copy(), Y.copy(), NET[0][0].copy()]
    form = backprop(NET, X, Y, "identity", "mse")
    form.x[:] = 7
    form.z[0][:] = 7
    for array, copy in zip([X, Y, NET[0][0]], before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"matrices": []}, ValueError, "matrices is empty"),
        ({"matrices": 3}, TypeError, r"matrices must be a list of pairs \(W, b\), one for each layer, got 3"),
        ({"matrices": [NET[0], 3]}, TypeError, r"layer 2 takes a pair \(W, b\), with b None for no bias, got 3"),
        ({"matrices": [NET[0], NET[1][:1]]}, TypeError, r"layer 2 takes a pair \(W, b\), with b None for no bias, got"),
        (
            {"activations": 3},
            TypeError,
            "activations must be a name, a function, or a list of them, one a layer, got 3",
        ),
        (
            {"matrices": [NET[0], (np.ones((2, 1)), None)]},
            ValueError,
            r"W of layer 2 has .* \(2, 1\), not \(3, n_out\)",
        ),
        ({"matrices": [(np.ones(2), None)]}, ValueError, r"W of layer 1 has the shape \(2,\), not \(n_in, n_out\)"),
        ({"matrices": [(NET[0][0], [1.0])]}, ValueError, r"b of layer 1 has the shape \(1,\), not \(3,\)"),
        ({"matrices": [([["a"]], None)]}, TypeError, "W of layer 1 must be an array of real numbers, got one of <U1"),
        ({"X": [1.0, 2.0, 3.0]}, ValueError, r"X has the shape \(1, 3\); it needs one row an example, of 2 inputs"),
        ({"X": np.ones((0, 2))}, ValueError, r"X has the shape \(0, 2\)"),
        ({"X": np.ones((1, 1, 2))}, ValueError, r"X has the shape \(1, 1, 2\)"),
        ({"X": [[1.0, 2.0], [3.0]]}, ValueError, "X has rows of several lengths"),
        ({"y": Y.T}, ValueError, r"y has the shape \(2, 3\); 3 examples of 2 outputs need \(3, 2\)"),
        ({"y": 1.0}, ValueError, r"y has the shape \(\); 3 examples of 2 outputs need \(3, 2\)"),
        ({"activations": ["tanh"]}, ValueError, "2 layers but 1 activation"),
        ({"activations": "tnah"}, ValueError, "unknown activation 'tnah'"),
        (
            {"activations": lambda z: z.data},
            TypeError,
            "the activation .*lambda.* gave .*, not a Value: write it with autograd's",
        ),
        ({"loss": "l2"}, ValueError, "unknown loss 'l2'"),
        (
            {"loss": lambda p, y: 1.0},
            TypeError,
            "the loss .* gave 1.0, not a Value: write it with autograd's functions",
        ),
        ({"convention": "column"}, ValueError, "convention must be 'rows' or 'columns', got 'column'"),
    ],
    ids=lambda change: "-".join(change) if isinstance(change, dict) else "",
)
def test_what_does_not_fit_is_refused(change, error, message):
    arguments = {"matrices": NET, "X": X, "y": Y, "activations": "tanh", "loss": "mse"} | change
    with pytest.raises(error, match=message):
        backprop(**arguments)


def test_it_takes_a_model_as_the_model_gives_itself():
    model = MLP(2, [3, 2], activation="tanh", rng=0)
    form = matrix_form.backprop(model.matrices(), X, Y, model.activations, "squared_error")
    answers = np.array([[a.data for a in model(x)] for x in X])
    assert form.loss == pytest.approx(((answers - Y) ** 2).sum(), rel=1e-14)
