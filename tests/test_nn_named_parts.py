"""What a layer is made of by name: activations, softmax over its outputs, and the weights it starts from."""

import math

import numpy as np
import pytest

from autograd import Parameter, Value, no_grad, softmax
from nn import MLP, Layer, Module, Neuron
from nn.activations import ACTIVATIONS, resolve_activation
from nn.init import INITIALIZERS, generator, resolve_init


def names(root):
    return {node.label: node for node in root.topological_order() if node.label}


# --- softmax, of a layer ----------------------------------------------------------------------------------


def test_softmax_joins_the_outputs_of_a_layer():
    model = MLP(2, [3, 4], activation="tanh", output_activation="softmax", rng=0)
    outputs = model([0.5, -1.0])
    linear = MLP(2, [3, 4], activation="tanh", rng=0)([0.5, -1.0])
    assert [a.data for a in outputs] == softmax([z.data for z in linear])
    found = names(outputs[1])
    assert [a.label for a in outputs] == ["a1[2]", "a2[2]", "a3[2]", "a4[2]"]
    assert {"z1[2]", "z2[2]", "z3[2]", "z4[2]", "b4[2]"} <= set(found)
    assert [a.scope for a in outputs] == [f"layer 2/neuron {j}" for j in (1, 2, 3, 4)]
    assert repr(model) == "MLP(2 -> 3 tanh -> 4 softmax; 25 parameters)"
    assert model.activations[1] is softmax
    assert [neuron.nonlin for neuron in model.layers[1].neurons] == [False] * 4
    with no_grad():
        assert [a.data for a in model([0.5, -1.0])] == [a.data for a in outputs]


def test_softmax_may_be_given_as_a_function_and_in_the_middle():
    by_name, by_function = (MLP(2, [3, 1], activation=softmax_, rng=0) for softmax_ in ("softmax", softmax))
    assert by_name([0.5, -1.0]).data == by_function([0.5, -1.0]).data


def test_softmax_of_one_output_or_one_neuron_is_refused():
    with pytest.raises(
        ValueError, match=r"softmax of one output is 1 whatever the input: give sigmoid to a layer with"
    ):
        MLP(2, [3, 1], output_activation="softmax")
    with pytest.raises(
        ValueError, match=r"softmax is an activation of the outputs of a layer together: give it to a La"
    ):
        Neuron(2, activation="softmax")


# --- activations, starting weights ------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"softmax"}))
def test_each_activation_serves_values_and_floats_alike(name):
    function = ACTIVATIONS[name]
    for number in (-1.5, 0.0, 0.25, 3.0):
        assert function(number) == function(Value(number)).data


def test_an_activation_may_be_any_function_of_values_or_a_module_that_learns():
    class Swish(Module):
        def __init__(self):
            self.beta = Parameter(1.5, "β")

        def __call__(self, z):
            return z * (self.beta * z).sigmoid()

    model = MLP(1, [2, 1], activation=Swish(), rng=0)
    assert [p.label for p in model.parameters()].count("β") == 1
    assert "2 Swish" in repr(model)
    a = MLP(1, [1], output_activation=lambda z: z * z, rng=0)([2.0])
    assert (a.label, a.op.name) == ("a1[1]", "mul")
    assert a.data == a.parents[0].data ** 2


def test_an_activation_that_loses_the_gradient_is_refused():
    with pytest.raises(
        TypeError, match=r"the activation tanh of Neuron\(1 -> 1 tanh; 2 parameters\) gave .*, not a Value"
    ):
        Neuron(1, activation=math.tanh)([1.0])


def test_unknown_names_are_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown activation 'rleu'; known: identity, linear, sigmoid, logistic, tanh"):
        MLP(1, [1], activation="rleu")
    with pytest.raises(
        ValueError, match=r"unknown init 'he'; known: uniform, xavier_uniform, .*zeros, ones, .*; or give a fun"
    ):
        MLP(1, [1], init="he")
    with pytest.raises(TypeError, match="an activation must be a name or a function from a Value to a Value, got 3"):
        resolve_activation(3)
    with pytest.raises(TypeError, match=r"init is a name or a function \(nin, nout, rng\) -> float, not None"):
        resolve_init(None)
    with pytest.raises(ValueError, match="nonlin=False is a linear neuron; leave it out to use activation='tanh'"):
        Neuron(1, nonlin=False, activation="tanh")
    with pytest.raises(ValueError, match="nonlin=False is a linear neuron; leave it out to use activation='softmax'"):
        Layer(1, 2, nonlin=False, activation="softmax")


def test_defaults_are_those_of_micrograd():
    model = MLP(30, [20, 1], rng=0)
    weights = np.concatenate([W.ravel() for W, _ in model.matrices()])
    assert -1 <= weights.min() < -0.97
    assert 0.97 < weights.max() <= 1
    assert abs(weights.mean()) < 0.1
    assert all(not b.any() for _, b in model.matrices())
    assert [a.__name__ for a in model.activations] == ["relu", "identity"]


def test_the_same_seed_gives_the_same_weights_and_no_seed_others():
    assert MLP(2, [3, 1], rng=5).state_dict() == MLP(2, [3, 1], rng=np.random.default_rng(5)).state_dict()
    assert MLP(2, [3, 1], rng=5).state_dict() != MLP(2, [3, 1], rng=6).state_dict()
    assert MLP(2, [3, 1]).state_dict() != MLP(2, [3, 1]).state_dict()
    weights = Layer(2, 4, rng=5).parameters()
    assert len({parameter.data for parameter in weights}) == 4 * 2 + 1  # every neuron its own, and the biases 0
    random = np.random.default_rng(5)
    assert MLP(2, [3], rng=random).state_dict() != MLP(2, [3], rng=random).state_dict()


@pytest.mark.parametrize(("rng", "error"), [(-1, ValueError), ("seed", TypeError), (1.5, TypeError)])
def test_what_is_no_seed_is_refused(rng, error):
    with pytest.raises(error, match=r"rng is a seed \(an int from 0\), a numpy.random.Generator or None, not "):
        MLP(1, [1], rng=rng)


@pytest.mark.parametrize(
    ("name", "spread"),
    [
        ("uniform", 1 / math.sqrt(3)),
        ("xavier_uniform", math.sqrt(2 / 50)),
        ("xavier_normal", math.sqrt(2 / 50)),
        ("he_uniform", math.sqrt(2 / 40)),
        ("he_normal", math.sqrt(2 / 40)),
        ("glorot_uniform", math.sqrt(2 / 50)),
        ("glorot_normal", math.sqrt(2 / 50)),
        ("kaiming_uniform", math.sqrt(2 / 40)),
        ("kaiming_normal", math.sqrt(2 / 40)),
        ("lecun_uniform", math.sqrt(1 / 40)),
        ("lecun_normal", math.sqrt(1 / 40)),
        ("zeros", 0.0),
        ("ones", 0.0),
    ],
)
def test_each_initializer_has_its_mean_spread_and_shape(name, spread):
    draw, random = resolve_init(name), generator(0)
    weights = np.array([draw(40, 10, random) for _ in range(20_000)])
    assert type(draw(2, 3, random)) is float
    assert weights.mean() == pytest.approx(1.0 if name == "ones" else 0.0, abs=5 * spread / math.sqrt(20_000))
    assert weights.std() == pytest.approx(spread, rel=0.02)  # the spread of the spread is 0.5 % or less
    if name.endswith("uniform"):
        assert np.abs(weights).max() == pytest.approx(math.sqrt(3) * spread, rel=1e-3)
        assert np.mean(weights**4) == pytest.approx(9 / 5 * spread**4, rel=0.05)
    if name.endswith("normal"):
        assert np.mean(weights**4) == pytest.approx(3 * spread**4, rel=0.1)


def test_every_initializer_is_tested_and_used_with_the_widths_of_its_layer():
    tested = test_each_initializer_has_its_mean_spread_and_shape.pytestmark[0].args[1]
    assert {name for name, _ in tested} == set(INITIALIZERS)
    ((W, _),) = MLP(40, [100], init="xavier_uniform", rng=0).matrices()
    assert np.abs(W).max() == pytest.approx(math.sqrt(6 / 140), rel=0.01)
    assert MLP(2, [2], init="ones").matrices()[0][0].tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_an_initializer_of_ones_own_is_told_the_widths():
    ((W, _), (V, _)) = MLP(2, [3, 1], init=lambda nin, nout, rng: 10 * nin + nout).matrices()
    assert W.tolist() == [[23.0] * 3] * 2
    assert V.tolist() == [[31.0]] * 3
