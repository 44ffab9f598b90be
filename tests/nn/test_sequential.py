"""Sequential: what it computes, how it is taken apart, and what it refuses."""

import numpy as np
import pytest

import autograd
from autograd import Parameter, Value
from nn import MLP, Layer, Module, Sequential


def linear(nin, nout, layer, rng):
    return Layer(nin, nout, nonlin=False, rng=rng, layer=layer)


def test_layers_with_functions_between_them_are_the_mlp():
    rng = np.random.default_rng(3)
    model = Sequential(linear(2, 3, 1, rng), "tanh", linear(3, 2, 2, rng), autograd.sigmoid)
    mlp = MLP(2, [3, 2], activation="tanh", output_activation="sigmoid", rng=3)
    assert [a.data for a in model([0.5, -1.0])] == [a.data for a in mlp([0.5, -1.0])]
    assert list(model.state_dict().values()) == list(mlp.state_dict().values())
    assert list(model.named_parameters())[:2] == ["steps.0.neurons.0.w.0", "steps.0.neurons.0.w.1"]


def test_a_bare_value_goes_on_as_a_list_of_one_and_softmax_joins():
    model = Sequential(Layer(2, 1, rng=0), abs, Layer(1, 3, nonlin=False, rng=1), "softmax")
    shares = model([1.0, 2.0])
    assert sum(share.data for share in shares) == pytest.approx(1.0)
    assert [share.op.name for share in shares] == ["softmax_share"] * 3
    assert isinstance(Sequential(Layer(2, 1, rng=0), "tanh")([1.0, 2.0]), Value)
    assert Sequential("tanh", "linear")([0.0, 0.0]) == [0.0, 0.0]


def test_modules_of_ones_own_take_all_that_came_before():
    class Total(Module):
        def __init__(self):
            self.scale = Parameter(2.0, "scale")

        def forward(self, xs):
            return self.scale * sum(xs)

    model = Sequential("relu", Total(), Sequential(autograd.square))
    assert model([1.0, -5.0, 2.0]).data == 36.0
    assert model.parameters() == [model[1].scale]


def test_it_is_measured_iterated_indexed_and_sliced():
    layers = [Layer(2, 3, rng=0), Layer(3, 1, rng=0)]
    model = Sequential(layers[0], "tanh", layers[1])
    assert len(model) == 3
    assert list(model) == [layers[0], autograd.tanh, layers[1]]
    assert model[-1] is layers[1]
    head = model[:2]
    assert isinstance(head, Sequential)
    assert head[0] is layers[0]
    assert [a.op.name for a in head([1.0, 2.0])] == ["tanh"] * 3
    with pytest.raises(IndexError):
        model[3]


def test_its_repr_is_the_architecture():
    model = Sequential(Layer(2, 3, activation="relu"), "tanh", MLP(3, [1]))
    assert repr(model) == (
        "Sequential(Layer(2 -> 3 relu; 9 parameters), tanh, MLP(3 -> 1 identity; 4 parameters); 13 parameters)"
    )


def test_what_is_no_step_is_refused():
    with pytest.raises(ValueError, match="Sequential of no steps: give modules and activations"):
        Sequential()
    with pytest.raises(ValueError, match="Sequential of no steps"):
        Sequential("tanh")[1:]
    with pytest.raises(ValueError, match=r"unknown activation 'tnah'; known: identity, .*softmax; or give a function"):
        Sequential("tnah")
    with pytest.raises(TypeError, match="an activation must be a name or a function from a Value to a Value, got 3"):
        Sequential(Layer(1, 1), 3)
    with pytest.raises(TypeError, match=r"got <class 'nn.layers.Layer'>"):
        Sequential(Layer, "tanh")
    with pytest.raises(TypeError, match=r"takes its steps one by one: of a list of them, Sequential\(\*steps\)"):
        Sequential([Layer(2, 1), "tanh"])


def test_a_function_takes_one_element_and_gives_one_value():
    def doubled(values):
        return [2.0 * value for value in values]

    with pytest.raises(TypeError, match="not iterable") as caught:
        Sequential(Layer(2, 3), doubled)([1.0, 2.0])
    (note,) = caught.value.__notes__
    assert note.startswith("In a function in a Sequential, here doubled, takes one element and gives one Value; a step")
    with pytest.raises(TypeError, match=r"here item, .* Module with a forward\(self, x\)\. Of Value\(.*\) it gave \d"):
        Sequential(Layer(2, 1), Value.item)([1.0, 2.0])
