"""The parts of a layer that have names: activations, softmax over its outputs, and the weights it starts from."""

import itertools
import math
import random

import numpy as np
import pytest

from autograd import Parameter, Value, no_grad, softmax
from nn import MLP, Layer, Module, Neuron, fit
from nn.activations import ACTIVATIONS, resolve_activation
from nn.init import INITIALIZERS, generator, resolve_init, weight_generator


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
    assert [a.scope for a in outputs] == ["layer 2/softmax"] * 4
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
        TypeError, match=r"the activation <lambda> of Neuron\(1 -> 1 <lambda>; 2 parameters\) gave .*, not a Value"
    ):
        Neuron(1, activation=lambda z: z.data)([1.0])


def test_unknown_names_are_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown activation 'rleu'; known: identity, linear, sigmoid, logistic, tanh"):
        MLP(1, [1], activation="rleu")
    with pytest.raises(
        ValueError, match=r"unknown init 'he'; known: uniform, xavier_uniform, .*zeros, ones, .*; or give a fun"
    ):
        MLP(1, [1], init="he")
    with pytest.raises(TypeError, match="an activation must be a name or a function from a Value to a Value, got 3"):
        resolve_activation(3)
    with pytest.raises(TypeError, match=r"init must be a name or a function \(nin, nout, rng\) -> float, got None"):
        resolve_init(None)
    with pytest.raises(ValueError, match="nonlin=False is a linear neuron; leave it out to use activation='tanh'"):
        Neuron(1, nonlin=False, activation="tanh")
    with pytest.raises(ValueError, match="nonlin=False is a linear neuron; leave it out to use activation='softmax'"):
        Layer(1, 2, nonlin=False, activation="softmax")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: fit(MLP(1, [2]), [[0.0]], [0], loss="cross_entropy"),
         "Did you mean 'binary_cross_entropy', 'categorical_cross_entropy' or 'softmax_cross_entropy'?"),
        (lambda: fit(MLP(1, [2]), [[0.0]], [0], loss="BCE"),
         "Did you mean 'binary_cross_entropy' or 'bce_with_logits'?"),
        (lambda: fit(MLP(1, [1]), [[0.0]], [0], loss="mse", optimizer="adm"), "Did you mean 'Adam' or 'AdamW'?"),
        (lambda: MLP(1, [1], activation="ReLU"), "Did you mean 'relu'?"),
        (lambda: MLP(1, [1], activation="tahn"), "Did you mean 'tanh'?"),
        (lambda: MLP(1, [1], activation="leaky relu"), "Did you mean 'leaky_relu'?"),
        (lambda: MLP(1, [1], init="he"), "Did you mean 'he_uniform' or 'he_normal'?"),
        (lambda: MLP(1, [1], init="zero"), "Did you mean 'zeros'?"),
        (lambda: MLP(1, [1], init=""), "or give a function.$"),
    ],
)  # fmt: skip
def test_unknown_names_are_answered_with_the_nearest(make, words):
    with pytest.raises(ValueError, match=words.replace("?", r"\?").replace(".$", r"\.$")):
        make()


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
    source = np.random.default_rng(5)
    assert MLP(2, [3], rng=source).state_dict() != MLP(2, [3], rng=source).state_dict()


@pytest.mark.parametrize(("rng", "error"), [(-1, ValueError), ("seed", TypeError), (1.5, TypeError)])
def test_what_is_no_seed_is_refused(rng, error):
    with pytest.raises(
        error,
        match=r"rng must be a seed \(a whole number, 0 or more\), a numpy.random.Generator, a random.Random or None, ",
    ):
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


# --- Python's random, as micrograd draws ------------------------------------------------------------------


def micrograd_order(source, nin, nouts):
    """The parameters of micrograd's MLP: for each neuron its weights in order, then its bias, which is 0."""
    numbers, width = [], nin
    for nout in nouts:
        for _ in range(nout):
            numbers += [source.uniform(-1, 1) for _ in range(width)] + [0.0]
        width = nout
    return numbers


@pytest.mark.parametrize("nouts", [[16, 16, 1], [1], [3, 2]])
def test_without_rng_the_weights_are_micrograd_s(nouts):
    expected = micrograd_order(random.Random(1337), 2, nouts)
    random.seed(1337)
    assert [p.data for p in MLP(2, nouts).parameters()] == expected
    after = random.random()
    assert [p.data for p in MLP(2, nouts, rng=random.Random(1337)).parameters()] == expected
    random.seed(1337)
    model = [Layer(*widths) for widths in itertools.pairwise([2, *nouts])]
    assert [p.data for layer in model for p in layer.parameters()] == expected
    assert random.random() == after
    random.seed(1337)
    assert [p.data for p in Neuron(2).parameters()] == [*expected[:2], 0.0]


def test_the_numbers_of_micrograd_s_demo():
    """The first of ``random.seed(1337); MLP(2, [16, 16, 1])``, as micrograd 0.1.0 prints them."""
    random.seed(1337)
    numbers = [p.data for p in MLP(2, [16, 16, 1]).parameters()]
    assert numbers[:4] == [0.23550571390294128, 0.06653114721000164, 0.0, -0.26830328150124894]
    assert numbers[-2] == -0.2532524374373504
    assert sum(numbers) == 6.8621742082939665


@pytest.mark.parametrize(
    "init", [*INITIALIZERS, lambda nin, nout, rng: rng.integers(9) + rng.uniform(0, 1, size=2).sum()]
)
def test_every_init_follows_python_s_seed(init):
    def drawn(seed):
        random.seed(seed)
        return [p.data for p in MLP(3, [4, 1], init=init).parameters()]

    assert drawn(7) == drawn(7)
    if init not in ("zeros", "ones"):
        assert drawn(7) != drawn(8)
        two = [p.data for p in MLP(3, [4, 1], init=init, rng=np.random.default_rng(5)).parameters()]
        assert two == [p.data for p in MLP(3, [4, 1], init=init, rng=5).parameters()]


def test_a_random_random_shuffles_too():
    assert generator(random.Random(3)).random() == generator(random.Random(3)).random()
    with pytest.raises(AttributeError):
        _ = weight_generator(None)._private
