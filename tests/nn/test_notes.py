"""Every network of the five handwritten notes: Values, the matrix form and the complex step agree."""

from __future__ import annotations

import math
from itertools import pairwise
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import Value, exp
from nn import MLP, SGD, binary_cross_entropy, half_squared_error, matrix_form, squared_error
from nn.losses import LOSSES
from tests.support.oracles import ACTIVATIONS, Network

PRECISION = 1e-12


def through_values(model, X, Y, loss, *, mean=False):
    """Build J out of Values, one graph per example; read every gradient off the nodes, laid out as a MatrixForm."""
    graphs, losses = [], []
    for x, y in zip(X, Y, strict=True):
        outputs = model(x)
        losses.append(loss(outputs, y))
        roots = [*(outputs if isinstance(outputs, list) else [outputs]), losses[-1]]
        graphs.append({node.label: node for root in roots for node in root.topological_order() if node.label})
    J = sum(losses[1:], losses[0])
    J = J * (1 / len(losses)) if mean else J
    model.zero_grad()
    J.backward()

    def gather(symbol, read):
        def node(graph, j, number):
            name = f"{symbol}{j}[{number}]"
            return graph[name] if name in graph else graph[f"a{j}[{number}]"]  # linear: z and a are one node

        return [
            np.array([[read(node(graph, j, number)) for j in range(1, layer.nout + 1)] for graph in graphs])
            for number, layer in enumerate(model.layers, start=1)
        ]

    return SimpleNamespace(
        loss=J.data,
        x=np.array([[graph[f"a{i}[0]"].grad for i in range(1, model.nin + 1)] for graph in graphs]),
        z=gather("z", lambda node: node.data),
        a=gather("a", lambda node: node.data),
        g_a=gather("a", lambda node: node.grad),
        g_z=gather("z", lambda node: node.grad),
        g_W=[W for W, _ in model.gradient_matrices()],
        g_b=[b for _, b in model.gradient_matrices()],
        graphs=graphs,
    )


def close(actual, expected, scale=None):
    """Equal to 1e-12 of each number, or of ``scale`` where terms may cancel."""
    floor = 0.0 if scale is None else PRECISION * scale
    np.testing.assert_allclose(actual, expected, rtol=PRECISION, atol=floor)


def agree(model, X, Y, loss, *, mean=False, cancelling=False):
    """Values, matrix form and complex step give the same numbers, everywhere in the network."""
    X, Y = np.atleast_2d(np.asarray(X, float)), np.asarray(Y, float).reshape(len(np.atleast_2d(X)), -1)
    names = [function.__name__ for function in model.activations]
    scalar = through_values(model, X, Y, LOSSES[loss], mean=mean)
    matrix = matrix_form.backprop(model.matrices(), X, Y, model.activations, loss, mean)
    weights, biases = zip(*model.matrices(), strict=True)
    oracle = Network(list(weights), list(biases), X, Y, names, loss, mean)
    close(scalar.loss, oracle.value().real, 1.0 if cancelling else None)
    close(matrix.loss, oracle.value().real, 1.0 if cancelling else None)

    def largest(first):
        """The largest dJ/da from a layer on."""
        return max(np.abs(oracle.gradient("a", layer)).max() for layer in range(first, len(model.layers)))

    for quantity in ("z", "a", "W", "b"):
        for layer in range(len(model.layers)):
            if quantity == "b" and biases[layer] is None:
                assert scalar.g_b[layer] is None
                assert matrix.g_b[layer] is None
                continue
            expected = oracle.gradient(quantity, layer)
            # The terms are of the size of dJ/da here or further on, and may cancel to nothing, as through softmax of
            # equal gradients.
            terms = largest(layer) if cancelling else 0.0
            scale = max(np.abs(expected).max(), terms) if cancelling else None
            close(getattr(scalar, f"g_{quantity}")[layer], expected, scale)
            close(getattr(matrix, f"g_{quantity}")[layer], expected, scale)
            if quantity in "za":
                close(getattr(scalar, quantity)[layer], getattr(oracle, quantity)[layer].real, 1.0)
                close(getattr(matrix, quantity)[layer], getattr(oracle, quantity)[layer].real, 1.0)
    expected = oracle.gradient("x", 0)
    close(scalar.x, expected, max(np.abs(expected).max(), largest(0)) if cancelling else None)
    return scalar, matrix


def logistic(nin, nouts, **keywords):
    return MLP(nin, nouts, activation="sigmoid", output_activation="sigmoid", **keywords)


# --- 4-3-2-1, logistic everywhere, row vectors ------------------------------------------------------------

X4 = [0.5, -1.2, 0.3, 0.9]


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "half_squared_error"])
@pytest.mark.parametrize("y", [0.0, 1.0, 0.3])
def test_4321_every_gradient(loss, y):
    scalar, matrix = agree(logistic(4, [3, 2, 1], rng=1), X4, y, loss)
    assert [g.shape for g in matrix.g_W] == [(4, 3), (3, 2), (2, 1)]
    assert [g.shape for g in matrix.g_b] == [(3,), (2,), (1,)]
    assert [g.shape for g in matrix.g_a] == [(1, 3), (1, 2), (1, 1)]
    assert set(scalar.graphs[0]) >= {"a4[0]", "W43[1]", "z3[1]", "a3[1]", "W32[2]", "b2[2]", "W21[3]", "b1[3]", "a1[3]"}


def test_4321_two_flows_reach_each_neuron_of_the_first_layer():
    model = logistic(4, [3, 2, 1], rng=1)
    loss = binary_cross_entropy(model(X4), 1)
    loss.backward()
    named = {node.label: node for node in loss.topological_order()}
    for j in (1, 2, 3):
        flows = loss.flows_into(named[f"a{j}[1]"])
        assert sorted((flow.local, flow.upstream) for flow in flows) == sorted(
            (named[f"W{j}{k}[2]"].data, named[f"z{k}[2]"].grad) for k in (1, 2)
        )
        assert math.fsum(flow.contribution for flow in flows) == pytest.approx(named[f"a{j}[1]"].grad, rel=1e-15)
        assert [flow.child.scope for flow in flows] == ["layer 2/neuron 2", "layer 2/neuron 1"]


def test_4321_gradient_descent_lowers_the_loss_at_every_step():
    model = logistic(4, [3, 2, 1], rng=1)
    descent = SGD(model.parameters(), lr=0.5)
    losses = []
    for _ in range(30):
        loss = binary_cross_entropy(model(X4), 1)
        descent.zero_grad()
        loss.backward()
        descent.step()
        losses.append(loss.data)
    assert all(later < earlier for earlier, later in pairwise(losses))
    assert losses[-1] < 0.1 * losses[0]


def test_slip_the_logistic_function_with_a_minus_has_a_pole_but_the_same_derivative_rule():
    z = Value(0.7)
    written = 1 / (1 - exp(-z))
    written.backward()
    assert written.data > 1  # not a probability
    assert z.grad == pytest.approx(written.data * (1 - written.data), rel=1e-14)
    with pytest.raises(ZeroDivisionError):
        1 / (1 - exp(-Value(0.0)))


def test_slip_the_flows_into_the_second_neuron_come_through_row_2_of_the_weights():
    scalar, matrix = agree(logistic(4, [3, 2, 1], rng=1), X4, 1.0, "binary_cross_entropy")
    W = logistic(4, [3, 2, 1], rng=1).matrices()[1][0]
    upstream = matrix.g_z[1][0]
    close(upstream @ W[1], scalar.g_a[0][0, 1])
    assert abs(upstream @ W[2] - scalar.g_a[0][0, 1]) > 1e-3  # as written, with W31 and W32


# --- 2-3-1, logistic, no bias, J = Σ ½(y - ŷ)²: the questions ---------------------------------------------

ONES = [(np.ones((2, 3)), None), (np.ones((3, 1)), None)]
X1, Y1 = [[0.3, 1.0]], [0.75]
X3, Y3 = [[0.3, 1.0], [0.5, 0.2], [1.0, 0.4]], [0.75, 0.82, 0.93]


def guided():
    model = logistic(2, [3, 1], bias=False, rng=0)
    model.set_matrices(ONES)
    return model


def test_231_question_11_in_fifty_digits():
    scalar, matrix = agree(guided(), X1, Y1, "half_squared_error")
    with mpmath.workdps(50):

        def f(z):
            return 1 / (1 + mpmath.exp(-z))

        def slope(z):
            return mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2

        y = mpmath.mpf(0.75)
        z2 = mpmath.mpf(0.3) + 1
        z3 = 3 * f(z2)
        delta3 = -(y - f(z3)) * slope(z3)
        delta2 = delta3 * slope(z2)
        answers = {
            "ŷ": (f(z3), matrix.a[1][0, 0], scalar.a[1][0, 0]),
            "J": ((y - f(z3)) ** 2 / 2, matrix.loss, scalar.loss),
            "δ3": (delta3, matrix.g_z[1][0, 0], scalar.g_z[1][0, 0]),
            "δ2": (delta2, matrix.g_z[0][0, 2], scalar.g_z[0][0, 2]),
            "dJ/dW2": (f(z2) * delta3, matrix.g_W[1][1, 0], scalar.g_W[1][1, 0]),
            "dJ/dW1 upper": (mpmath.mpf(0.3) * delta2, matrix.g_W[0][0, 1], scalar.g_W[0][0, 1]),
            "dJ/dW1 lower": (delta2, matrix.g_W[0][1, 1], scalar.g_W[0][1, 1]),
        }
        for exact, by_matrix, by_values in answers.values():
            close([by_matrix, by_values], [float(exact)] * 2)
    assert round(matrix.a[1][0, 0], 4) == 0.9135
    assert round(matrix.loss, 5) == 0.01337
    assert matrix.g_W[1].round(6).tolist() == [[0.010151]] * 3


def test_231_question_16_three_examples():
    scalar, matrix = agree(guided(), X3, Y3, "half_squared_error")
    delta3, a2 = matrix.g_z[1], matrix.a[0]
    assert (delta3.shape, a2.shape, matrix.g_W[0].shape, matrix.g_W[1].shape) == ((3, 1), (3, 3), (2, 3), (3, 1))
    summed = [[sum(a2[e, i] * delta3[e, 0] for e in range(3))] for i in range(3)]  # question 14, element by element
    close(scalar.g_W[1], summed)
    close(scalar.g_W[0], np.array(X3).T @ matrix.g_z[0])  # question 17


def test_slip_question_11_lacks_delta_3_and_13_and_15_a_sign_and_a_derivative():
    _, matrix = agree(guided(), X1, Y1, "half_squared_error")
    z2, z3, a2 = matrix.z[0][0, 0], matrix.z[1][0, 0], matrix.a[0]
    y_hat, slope = matrix.a[1][0, 0], matrix.slope[1][0, 0]
    truth = matrix.g_W[1][0, 0]
    close(a2[0, 0] * -(0.75 - y_hat) * slope, truth)
    assert a2[0, 0] == pytest.approx(0.785835, abs=1e-6)  # question 11: (a2)ᵀ alone, and f(1.3) is not 0.74
    assert abs(a2[0, 0] - truth) > 0.7
    assert z3 == pytest.approx(2.3575, abs=1e-4)
    assert z2 == pytest.approx(1.3)
    assert a2[0, 0] * (0.75 - y_hat) * slope == pytest.approx(-truth)  # question 13: the sign
    assert abs(-a2[0, 0] * (0.75 - y_hat) * a2[0, 0] - truth) > 0.05  # question 15: ∂z3/∂W2 in the place of f'(z3)


# --- L layers, squared difference without ½ ---------------------------------------------------------------


@pytest.mark.parametrize("L", range(1, 7))
@pytest.mark.parametrize("width", [1, 3])
def test_any_number_of_layers(L, width):
    rng = np.random.default_rng(L)
    model = logistic(width, [width] * L, rng=L)
    agree(model, rng.uniform(-1, 1, width), rng.uniform(0, 1, width), "squared_error", cancelling=width > 1)


@pytest.mark.parametrize("L", range(1, 7))
def test_the_induction_over_the_layers(L):
    model = logistic(1, [1] * L, bias=False, rng=10 + L)
    x, y = 0.8, 0.25
    scalar, _ = agree(model, [x], y, "squared_error")
    w = [W[0, 0] for W, _ in model.matrices()]
    z, a = [array[0, 0] for array in scalar.z], [x, *(array[0, 0] for array in scalar.a)]

    def slope(z):
        return math.exp(-z) / (1 + math.exp(-z)) ** 2

    g = 2 * (a[L] - y)  # base case, dL/da of the last layer
    for k in range(L, 0, -1):
        close(scalar.g_a[k - 1], [[g]])
        close(scalar.g_W[k - 1], [[g * slope(z[k - 1]) * a[k - 1]]])
        as_written = g * slope(a[k]) * w[k - 1]  # the slip: σ'(a) in the place of σ'(z)
        g = g * slope(z[k - 1]) * w[k - 1]
        if k > 1:
            assert abs(as_written / g - 1) > 1e-3


# --- 3 layers, any widths and activations, mean cross-entropy over m examples, columns --------------------


@pytest.mark.parametrize("hidden", [("tanh", "softplus"), ("relu", "tanh"), ("leaky_relu", "sigmoid")])
@pytest.mark.parametrize(("sizes", "m"), [((2, 3, 2, 1), 1), ((3, 2, 4, 1), 5)])
def test_product_formula_for_every_single_parameter(hidden, sizes, m):
    rng = np.random.default_rng(m)
    model = MLP(sizes[0], sizes[1:], activation=hidden[0], output_activation="sigmoid", rng=m)
    for neuron in model.layers[1].neurons:
        neuron.activation = MLP(1, [1], output_activation=hidden[1]).activations[0]
    X, Y = rng.uniform(-1, 1, (m, sizes[0])), rng.integers(0, 2, m).astype(float)
    scalar, matrix = agree(model, X, Y, "binary_cross_entropy", mean=True, cancelling=True)

    W = [W for W, _ in model.matrices()]
    a = [X, *matrix.a]
    y_hat = a[3][:, 0]
    factor = ((1 - Y) / (1 - y_hat) - Y / y_hat) * y_hat * (1 - y_hat)
    slope = matrix.slope
    for j in range(sizes[3]):
        close(scalar.g_b[2][j], np.mean(factor), 1.0)
        close(scalar.g_W[2][:, j], [np.mean(factor * a[2][:, i]) for i in range(sizes[2])], 1.0)
    for j in range(sizes[2]):
        through = factor * W[2][j, 0] * slope[1][:, j]
        close(scalar.g_b[1][j], np.mean(through), 1.0)
        close(scalar.g_W[1][:, j], [np.mean(through * a[1][:, i]) for i in range(sizes[1])], 1.0)
    for j in range(sizes[1]):
        through = sum(factor * W[2][k, 0] * slope[1][:, k] * W[1][j, k] for k in range(sizes[2])) * slope[0][:, j]
        close(scalar.g_b[0][j], np.mean(through), 1.0)
        close(scalar.g_W[0][:, j], [np.mean(through * a[0][:, i]) for i in range(sizes[0])], 1.0)


# --- columns of examples, 1/m -----------------------------------------------------------------------------


def test_columns_are_the_transposes_and_satisfy_the_column_equations():
    rng = np.random.default_rng(4)
    model = MLP(2, [3, 1], activation="tanh", output_activation="sigmoid", rng=4)
    X, Y, m = rng.uniform(-1, 1, (5, 2)), rng.integers(0, 2, (5, 1)), 5
    arguments = (model.matrices(), X, Y, model.activations, "binary_cross_entropy")
    columns = matrix_form.backprop(*arguments, mean=True, convention="columns")
    rows = matrix_form.backprop(*arguments, mean=True)
    assert columns.loss == rows.loss
    for name in ("z", "a", "slope", "g_a", "g_z", "g_W"):
        for column, row in zip(getattr(columns, name), getattr(rows, name), strict=True):
            np.testing.assert_array_equal(column, row.T)
    a = [X.T, *columns.a]
    for number, (W, b) in enumerate(model.matrices()):
        w, column = W.T, b[:, np.newaxis]  # the note's w is (n_out, n_in), its b a column
        dz = m * columns.g_z[number]  # the note's dz is that of one example's loss
        close(columns.z[number], w @ a[number] + column)
        close(columns.g_W[number], 1 / m * dz @ a[number].T, 1.0)  # the slip: a without its transpose
        close(columns.g_b[number], 1 / m * dz.sum(axis=1, keepdims=True), 1.0)
        if number:
            close(columns.g_a[number - 1], w.T @ columns.g_z[number], 1.0)
    with pytest.raises(ValueError, match="matmul"):
        columns.g_z[1] @ columns.a[0]


def test_the_worked_1_1_1_example():
    x, y = 1.5, 1.0
    model = logistic(1, [1, 1], rng=3)
    scalar, matrix = agree(model, [x], y, "binary_cross_entropy")
    a1, a2, w2 = matrix.a[0][0, 0], matrix.a[1][0, 0], model.matrices()[1][0][0, 0]
    dz2 = a2 - y
    dz1 = dz2 * w2 * a1 * (1 - a1)
    for form in (scalar, matrix):
        close(form.g_z[1], [[dz2]])
        close(form.g_W[1], [[dz2 * a1]])
        close(form.g_b[1], [dz2])
        close(form.g_z[0], [[dz1]])
        close(form.g_W[0], [[dz1 * x]])
        close(form.g_b[0], [dz1])


# --- any network at all -----------------------------------------------------------------------------------


SINGLE = sorted(set(ACTIVATIONS) - {"softmax"})
PROBABILITIES = {"binary_cross_entropy": ["sigmoid"], "categorical_cross_entropy": ["sigmoid", "softmax"]}


@st.composite
def networks(draw):
    loss = draw(st.sampled_from(sorted(LOSSES)))
    of_classes = loss in ("softmax_cross_entropy", "categorical_cross_entropy")
    widths = [*draw(st.lists(st.integers(1, 4), min_size=1, max_size=5)), draw(st.integers(2 if of_classes else 1, 4))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    hidden, output = (sorted(ACTIVATIONS) if min(part) > 1 else SINGLE for part in (widths[1:-1] or [1], widths[-1:]))
    model = MLP(
        widths[0],
        widths[1:],
        activation=draw(st.sampled_from(hidden)),
        output_activation=draw(st.sampled_from(PROBABILITIES.get(loss, output))),
        bias=draw(st.booleans()),
        init="xavier_uniform",
        rng=rng,
    )
    for parameter in model.parameters():
        if parameter.label.startswith("b"):
            parameter.data = rng.uniform(-1, 1)
    m = draw(st.integers(1, 4))
    X = rng.uniform(-2, 2, (m, widths[0]))
    shape = (m, widths[-1])
    if loss == "hinge":
        return model, X, rng.choice([-1.0, 1.0], shape), loss, draw(st.booleans())
    if of_classes:
        indices = rng.integers(0, shape[1], m)
        probabilities = rng.dirichlet(np.ones(shape[1]), m)
        return model, X, np.eye(shape[1])[indices] if draw(st.booleans()) else probabilities, loss, draw(st.booleans())
    Y = rng.uniform(0, 1, shape) if draw(st.booleans()) else rng.integers(0, 2, shape).astype(float)
    return model, X, Y, loss, draw(st.booleans())


@given(networks())
@settings(max_examples=60)
def test_values_matrix_form_and_complex_step_agree_on_any_network(network):
    model, X, Y, loss, mean = network
    outputs = matrix_form.backprop(model.matrices(), X, Y, model.activations, loss).a[-1]
    through = {"bce_with_logits": "sigmoid", "softmax_cross_entropy": "softmax"}.get(loss, "identity")
    predictions = ACTIVATIONS[through](outputs)
    # Next to a residual of 0 a gradient is a difference of nearly equal numbers, in the oracle as well.
    assume(np.abs(predictions - Y).min() > 1e-3)
    agree(model, X, Y, loss, mean=mean, cancelling=True)


@pytest.mark.parametrize("loss", [half_squared_error, binary_cross_entropy, squared_error])
def test_second_derivatives_through_a_network_match_differences_of_the_complex_step(loss):
    model = logistic(2, [2, 1], rng=5)
    X, Y = np.array([[0.5, -1.0]]), np.array([[0.3]])
    loss(model(X[0]), Y[0]).backward(create_graph=True)
    gradient = [parameter.grad for parameter in model.parameters()]
    hessian = []
    for slope in gradient:
        model.zero_grad()
        slope.backward()
        hessian.append([parameter.grad for parameter in model.parameters()])
    np.testing.assert_allclose(hessian, np.transpose(hessian), rtol=1e-12, atol=1e-15)

    def oracle_gradient():
        weights, biases = zip(*model.matrices(), strict=True)
        network = Network(list(weights), list(biases), X, Y, ["sigmoid"] * 2, loss.__name__)
        by_name = {}
        for layer in range(2):
            W, b = network.gradient("W", layer), network.gradient("b", layer)
            by_name |= {f"W{i + 1}{j + 1}[{layer + 1}]": W[i, j] for i, j in np.ndindex(W.shape)}
            by_name |= {f"b{j + 1}[{layer + 1}]": b[j] for j in range(len(b))}
        return np.array([by_name[parameter.label] for parameter in model.parameters()])

    h = 1e-5
    for row, parameter in enumerate(model.parameters()):
        here = parameter.data
        parameter.data = here + h
        above = oracle_gradient()
        parameter.data = here - h
        below = oracle_gradient()
        parameter.data = here
        np.testing.assert_allclose(hessian[row], (above - below) / (2 * h), rtol=1e-6, atol=1e-9)
