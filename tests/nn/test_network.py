"""Neuron, Layer, MLP: what they compute, the names they give, the matrices they read and write."""

import math
import threading

import numpy as np
import pytest

from autograd import Value, no_grad, scope, softplus
from nn import MLP, Layer, Neuron


def names(root):
    return {node.label: node for node in root.topological_order() if node.label}


def written(node):
    """The expression of a node in the labels of the notes, fully bracketed."""
    if node.label and (node.op is None or node.label[0] == "a"):
        return node.label
    left, right = map(written, node.parents)
    return f"({left} {node.op.symbol} {right})"


# --- what is built ----------------------------------------------------------------------------------------


def test_the_sum_is_built_as_the_notes_write_it():
    a = Neuron(3, activation="sigmoid", rng=0)([1.0, 2.0, 3.0])
    (z,) = a.parents
    assert (z.label, a.label, a.op.name) == ("z1[1]", "a1[1]", "sigmoid")
    assert written(z) == "((((W11[1] × a1[0]) + (W21[1] × a2[0])) + (W31[1] × a3[0])) + b1[1])"


def test_without_bias_the_sum_ends_with_the_last_product():
    a = Neuron(2, activation="tanh", bias=False, rng=0)([1.0, 2.0])
    assert written(a.parents[0]) == "((W11[1] × a1[0]) + (W21[1] × a2[0]))"
    single = Neuron(1, activation="tanh", bias=False, rng=0)([1.0])
    assert (single.parents[0].label, single.parents[0].op.name) == ("z1[1]", "mul")


def test_a_linear_neuron_has_one_node_for_z_and_a_labelled_a():
    for neuron in (Neuron(2, nonlin=False), Neuron(2, activation="identity"), Neuron(2, activation="linear")):
        a = neuron([1.0, 2.0])
        assert (a.label, a.op.name) == ("a1[1]", "add")
        assert "z1[1]" not in names(a)
        assert not neuron.nonlin
    assert Neuron(2).nonlin


def test_every_node_and_parameter_of_a_network_has_its_name_and_scope():
    model = MLP(2, [3, 1], activation="tanh", output_activation="sigmoid", rng=0)
    root = model([0.5, -0.5])
    found = names(root)
    hidden = {f"{symbol}{j}[1]" for symbol in ("W1", "W2", "b", "z", "a") for j in (1, 2, 3)}
    assert set(found) == {"a1[0]", "a2[0]", *hidden, "W11[2]", "W21[2]", "W31[2]", "b1[2]", "z1[2]", "a1[2]"}
    assert {parameter.label for parameter in model.parameters()} <= set(found)
    for node in root.topological_order():
        if node.label in ("a1[0]", "a2[0]"):
            assert node.scope == ""
        elif node.label:
            layer, neuron = node.label[-2], node.label.split("[")[0][-1]
            assert node.scope == f"layer {layer}/neuron {neuron}"
        else:
            assert node.scope.startswith("layer ")
    assert root.label == "a1[2]"


def test_two_digit_indices_of_a_weight_are_parted_by_a_comma():
    labels = {parameter.label for parameter in MLP(11, [12, 1]).parameters()}
    assert {"W1,12[1]", "W11,1[1]", "W11,12[1]", "W11[1]", "W99[1]", "W12,1[2]", "b12[1]"} <= labels
    assert len(labels) == 11 * 12 + 12 + 12 + 1


def test_scopes_nest_in_the_callers():
    with scope("critic"):
        model = MLP(1, [1], rng=0)
        root = model([1.0])
    assert root.scope == "critic/layer 1/neuron 1"
    assert model.parameters()[0].scope == "critic/layer 1/neuron 1"
    assert model([1.0]).scope == "layer 1/neuron 1"


def test_a_layer_can_be_numbered():
    layer = Layer(1, 2, layer=3)
    assert [parameter.label for parameter in layer.parameters()] == ["W11[3]", "b1[3]", "W12[3]", "b2[3]"]
    outputs = layer([1.0])
    assert [(a.label, a.scope) for a in outputs] == [("a1[3]", "layer 3/neuron 1"), ("a2[3]", "layer 3/neuron 2")]
    assert "a1[2]" in names(outputs[0])


def test_inputs_that_are_values_stay_themselves_and_keep_their_names():
    x, unnamed = Value(2.0, "x"), Value(3.0)
    found = names(MLP(2, [2, 1], rng=0)([x, unnamed]))
    assert found["x"] is x
    assert found["a2[0]"] is unnamed
    assert "a1[0]" not in found


def test_one_output_is_bare_and_several_are_a_list():
    assert isinstance(MLP(1, [2, 1])([1.0]), Value)
    assert [type(a) for a in MLP(1, [2])([1.0])] == [Value, Value]
    assert isinstance(Layer(1, 1)([1.0]), Value)
    assert isinstance(MLP(2, [1, 1, 1])([1.0, 2.0]), Value)


@pytest.mark.parametrize(
    "x",
    [(1, 2), np.array([1.0, 2.0]), np.array([1, 2], dtype=np.int8), [np.float32(1), True + 1], iter([1.0, 2.0])],
    ids=["tuple", "array", "int8", "mixed", "iterator"],
)
def test_any_sequence_of_numbers_is_an_example(x):
    model = MLP(2, [1], rng=0)
    assert model(x).data == model([1.0, 2.0]).data


def test_no_grad_computes_the_same_number_and_keeps_no_graph():
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    with no_grad():
        bare = model([1.0, 2.0])
    assert bare.data == model([1.0, 2.0]).data
    assert (bare.parents, bare.label) == ((), "a1[2]")


def test_a_model_serves_several_threads_at_once():
    model = MLP(2, [8, 1], activation="tanh", rng=0)
    examples = [(0.1 * k, -0.2 * k) for k in range(8)]
    expected = [model(x).data for x in examples]
    wrong = []

    def work(place):
        for _ in range(20):
            root = model(examples[place])
            if root.data != expected[place] or root.scope != "layer 2/neuron 1":
                wrong.append(place)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("model", [MLP(1, [2, 1], rng=0), Layer(1, 1, rng=0), Neuron(1, rng=0)])
def test_a_single_input_may_be_bare(model):
    x = Value(0.5)
    assert model(0.5).data == model([0.5]).data == model(np.float64(0.5)).data == model(np.array(0.5)).data
    assert x in model(x).topological_order()
    with pytest.raises(TypeError, match=r"input 1: Value takes one real number, not None"):
        model(None)


# --- errors -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "taker",
    [MLP(2, [1]), Layer(2, 1), Neuron(2)],
    ids=lambda taker: type(taker).__name__,
)
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([1.0, 2.0, 3.0], ValueError, "expects 2 inputs but got 3: layer 1 has one weight for each$"),
        ([], ValueError, "expects 2 inputs but got 0"),
        (np.ones((3, 2)), ValueError, "expects 2 inputs but got 3"),
        (np.ones((2, 2)), TypeError, r"input 1: .*one real number, not the list .* one example at a time: call it on"),
        ([1.0, None], TypeError, r"input 2: Value takes one real number, not None$"),
        (1.0, TypeError, r"takes one example, a list of 2 inputs, got 1.0"),
        (Value(1.0), TypeError, r"takes one example, .* got Value\(data=1.0\)"),
        ("12", TypeError, r"takes one example, .* got '12'"),
        ({1.0, 2.0}, TypeError, r"takes one example, .* got \{1.0, 2.0\}"),
        (np.float64(3), TypeError, r"takes one example"),
    ],
    ids=repr,
)
def test_what_is_no_example_is_refused(taker, x, error, message):
    with pytest.raises(error, match=message) as caught:
        taker(x)
    assert str(caught.value).startswith(type(taker).__name__ + "(2 -> 1 ")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: MLP(0, [1]), ValueError, "nin must be a whole number, 1 or more, got 0"),
        (lambda: MLP(2.0, [1]), TypeError, r"nin must be a whole number, 1 or more, got 2\.0"),
        (lambda: MLP(2, [3, -1]), ValueError, r"nouts\[1\] must be a whole number, 1 or more, got -1"),
        (
            lambda: MLP(2, ["3"]),
            TypeError,
            r"nouts must be a list of .* widths, .*: nouts\[0\] must be a whole .* got '3'",
        ),
        (lambda: MLP(2, 3), TypeError, r"nouts must be a list of the layers' widths, such as \[16, 16, 1\]"),
        (lambda: MLP(2, []), ValueError, "nouts names no layer"),
        (lambda: Layer(2, True), TypeError, "nout must be a whole number, 1 or more, got True"),
        (lambda: Layer(2, 1, layer=0), ValueError, "layer must be a whole number, 1 or more, got 0"),
        (lambda: Neuron(None), TypeError, "nin must be a whole number, 1 or more, got None"),
        (lambda: Neuron(1, index=0), ValueError, "index must be a whole number, 1 or more, got 0"),
    ],
)
def test_what_is_no_width_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_numpy_integers_are_widths():
    assert repr(MLP(np.int64(2), np.array([3, 1]))) == repr(MLP(2, [3, 1]))


# --- matrices ---------------------------------------------------------------------------------------------


def test_matrices_hold_the_weight_from_i_to_j_at_i_j():
    model = MLP(2, [3, 1], rng=0)
    by_label = {parameter.label: parameter.data for parameter in model.parameters()}
    (W, b), (V, c) = model.matrices()
    assert (W.shape, b.shape, V.shape, c.shape) == ((2, 3), (3,), (3, 1), (1,))
    assert all(W[i, j] == by_label[f"W{i + 1}{j + 1}[1]"] for i, j in np.ndindex(W.shape))
    assert [b[2], V[1, 0], c[0]] == [by_label["b3[1]"], by_label["W21[2]"], by_label["b1[2]"]]
    assert MLP(2, [3, 1], bias=False).matrices()[0][1] is None


def test_gradient_matrices_read_the_gradients_and_0_where_none_has_come():
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    assert not any(W.any() or b.any() for W, b in model.gradient_matrices())
    model([0.5, -0.5]).backward(create_graph=True)
    by_label = {parameter.label: parameter.grad.data for parameter in model.parameters()}
    (W, b), _ = model.gradient_matrices()
    assert W.dtype == b.dtype == np.float64
    assert all(W[i, j] == by_label[f"W{i + 1}{j + 1}[1]"] for i, j in np.ndindex(W.shape))
    model.zero_grad()


@pytest.mark.parametrize("bias", [True, False])
def test_matrices_make_the_round_trip(bias):
    model, other = (MLP(2, [3, 2], activation="tanh", bias=bias, rng=seed) for seed in (0, 1))
    other.set_matrices(model.matrices())
    assert other.state_dict() == model.state_dict()


def test_matrices_may_be_lists_of_ints_and_hold_nan():
    model = MLP(1, [2], rng=0)
    model.set_matrices([([[1, 2]], [3, float("nan")])])
    assert [a.data for a in model([10.0])] == pytest.approx([13.0, math.nan], nan_ok=True)


GOOD = [(np.ones((2, 3)), np.ones(3)), (np.ones((3, 1)), np.ones(1))]


@pytest.mark.parametrize(
    ("matrices", "error", "message"),
    [
        (GOOD[:1], ValueError, r"MLP\(2 -> 3 relu -> 1 identity; 13 parameters\) has 2 layers, 1 given"),
        ([GOOD[0], (np.ones((1, 3)), np.ones(1))], ValueError, r"W of layer 2 has the shape \(3, 1\); \(1, 3\) given"),
        (
            [GOOD[0], (np.ones((3, 1)), np.ones((1, 1)))],
            ValueError,
            r"b of layer 2 has the shape \(1,\); \(1, 1\) given",
        ),
        ([GOOD[0], (np.ones((3, 1)), None)], ValueError, "layer 2 has a bias, and its b is None: give 1 number"),
        ([GOOD[0], (np.ones((3, 1)), ["x"])], TypeError, "b of layer 2 must be an array of real numbers, got one of"),
        ([GOOD[0], (np.ones((3, 1), complex), [1])], TypeError, "W of layer 2 must be an .* got one of complex128"),
        ([GOOD[0], ([[1], [2, 3]], [1])], ValueError, "W of layer 2 has rows of several lengths"),
        ([GOOD[0], np.ones((3, 1))], TypeError, r"layer 2 takes a pair \(W, b\), got array"),
        ([GOOD[0], 3], TypeError, r"layer 2 takes a pair \(W, b\), got 3"),
    ],
)
def test_matrices_that_do_not_fit_are_refused_and_change_nothing(matrices, error, message):
    model = MLP(2, [3, 1], rng=0)
    before = model.state_dict()
    with pytest.raises(error, match=f"set_matrices: .*{message}"):
        model.set_matrices(matrices)
    assert model.state_dict() == before


def test_a_bias_for_a_network_without_is_refused():
    with pytest.raises(TypeError, match=r"matrices must be a list of pairs \(W, b\), one for each layer, got 3"):
        MLP(1, [1]).set_matrices(3)
    with pytest.raises(ValueError, match=r"layer 1 has no bias, so its b is None, not \[1\.0\]"):
        MLP(1, [1], bias=False).set_matrices([([[1.0]], [1.0])])


def test_each_hidden_layer_may_have_its_own_activation():
    model = MLP(2, [3, 2, 1], activation=["tanh", softplus], output_activation="sigmoid", rng=0)
    assert repr(model) == "MLP(2 -> 3 tanh -> 2 softplus -> 1 sigmoid; 20 parameters)"


@pytest.mark.parametrize("activations", [[], ["tanh"], ["tanh"] * 3])
def test_one_activation_for_each_hidden_layer(activations):
    with pytest.raises(ValueError, match=rf"{len(activations)} activations? for 2 hidden layers: give one for each"):
        MLP(2, [3, 2, 1], activation=activations)
