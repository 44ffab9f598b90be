"""Module: finding parameters, and saving and loading their numbers."""

import copy
import json
import pickle

import numpy as np
import pytest

from autograd import Parameter, Value
from nn import MLP, Layer, Module, Neuron, evaluate, predict


class Bag(Module):
    """Holds whatever it is given, in the order given."""

    def __init__(self, **parts):
        vars(self).update(parts)


def parameters(count):
    return [Parameter(float(number), f"p{number}") for number in range(count)]


def test_parameters_are_found_in_attributes_containers_and_modules_in_order_of_definition():
    p = parameters(9)
    bag = Bag(
        first=p[0],
        listed=[p[1], (p[2], {"key": p[3]})],
        inner=Bag(a=p[4], b=[Bag(c=p[5])]),
        array=np.array([p[6], p[7]], dtype=object),
        last=p[8],
        other=[1.0, "text", None, Value(3.0), np.ones(3)],
    )
    assert bag.parameters() == p
    assert list(map(id, bag.parameters())) == list(map(id, p))
    assert list(bag.named_parameters()) == [
        "first", "listed.0", "listed.1.0", "listed.1.1.key", "inner.a", "inner.b.0.c", "array.0", "array.1", "last",
    ]  # fmt: skip


def test_a_shared_parameter_counts_once_under_its_first_path():
    (p,) = parameters(1)
    inner = Bag(weight=p)
    bag = Bag(one=inner, two=inner, three=[p, p])
    assert bag.parameters() == [p]
    assert bag.state_dict() == {"one.weight": 0.0}


def test_modules_that_refer_to_each_other_end():
    p, q = parameters(2)
    parent, child = Bag(p=p), Bag(q=q)
    parent.child, child.parent = child, parent
    assert parent.state_dict() == {"p": 0.0, "child.q": 1.0}
    assert repr(parent) == "Bag(p, child=Bag(q, parent=...; 2 parameters); 2 parameters)"


def test_deeply_nested_containers_need_no_recursion():
    (p,) = parameters(1)
    nested = [p]
    for _ in range(5000):
        nested = [nested]
    assert Bag(nested=nested).parameters() == [p]


class OwnList(Module):
    """As in micrograd: plain Values, and a list of what is learnt that the class writes itself."""

    def __init__(self, *, offset=None):
        self.w, self.data = [Value(1.0, "w1"), Value(2.0, "w2")], Value(9.0, "data")
        self.b = Value(0.5, "b") if offset is None else offset

    def parameters(self):
        return [*self.w, self.b]


def test_a_class_that_says_itself_what_is_learnt_is_believed():
    own = OwnList()
    assert own.state_dict() == {"w.0": 1.0, "w.1": 2.0, "b": 0.5}
    own.load_state_dict({"w.0": 3.0, "w.1": 4.0, "b": 5.0})
    assert [p.data for p in own.parameters()] == [3.0, 4.0, 5.0]
    (own.w[0] * own.data).backward()
    own.zero_grad()
    assert not own.w[0].has_grad
    assert own.data.has_grad
    assert repr(own) == "OwnList(3 parameters)"


def test_a_module_that_holds_such_a_class_goes_by_it():
    bag = Bag(p=parameters(1)[0], inner=[OwnList()], q=parameters(2)[1])
    assert list(bag.state_dict().items()) == [("p", 0.0), ("inner.0.w.0", 1.0), ("inner.0.w.1", 2.0),
                                              ("inner.0.b", 0.5), ("q", 1.0)]  # fmt: skip
    bag.parameters()[1].grad = 1.0
    bag.zero_grad()
    assert not bag.inner[0].w[0].has_grad


def test_a_class_may_leave_parameters_out_or_add_to_those_found():
    class Frozen(Bag):
        def parameters(self):
            return [p for p in super().parameters() if p.label != "p0"]

    frozen = Frozen(listed=parameters(3))
    assert frozen.state_dict() == {"listed.1": 1.0, "listed.2": 2.0}
    assert Bag(frozen=frozen).state_dict() == {"frozen.listed.1": 1.0, "frozen.listed.2": 2.0}

    extra = Value(7.0)

    class More(Bag):
        def parameters(self):
            return [*super().parameters(), extra, extra]

    assert More(p=parameters(1)[0]).state_dict() == {"p": 0.0, "parameters.1": 7.0}


@pytest.mark.parametrize("what", [3.0, Value(1.0) * 2])
def test_parameters_that_are_no_leaves_are_refused_by_place(what):
    own = OwnList(offset=what)
    with pytest.raises(TypeError, match=r"parameters\(\) of OwnList must give leaf Values, but number 2 is "):
        own.state_dict()


def test_a_module_is_called_through_forward():
    class Double(Module):
        def forward(self, x, *, offset=0):
            return 2 * x + offset

    assert Double()(3, offset=1) == 7
    with pytest.raises(NotImplementedError, match=r"Bag computes nothing yet: define forward\(self, x\)"):
        Bag()(1.0)


def test_predict_and_evaluate_are_those_of_the_package():
    model, X, y = MLP(2, [3, 1], activation="tanh", rng=0), np.array([[0.5, -1.0], [1.0, 2.0]]), [1.0, 0.0]
    np.testing.assert_array_equal(model.predict(X), predict(model, X))
    assert model.evaluate(X, y, loss="mse") == evaluate(model, X, y, loss="mse")


def test_equal_paths_lose_no_parameter_and_are_refused_by_name():
    bag = Bag(table=dict(zip([1, "1"], parameters(2), strict=True)))
    assert len(bag.parameters()) == 2
    with pytest.raises(ValueError, match=r"two parameters of a Bag have the path 'table\.1': rename a dict key"):
        bag.state_dict()


def test_zero_grad_forgets_every_gradient():
    model = MLP(2, [2, 1], activation="tanh", rng=0)
    model([1.0, 2.0]).backward()
    assert any(parameter.grad for parameter in model.parameters())
    model.zero_grad()
    assert not any(parameter.has_grad for parameter in model.parameters())


def test_a_state_survives_json_and_gives_the_same_outputs_bit_for_bit():
    model, other = MLP(3, [4, 2], activation="tanh", rng=0), MLP(3, [4, 2], activation="tanh", rng=1)
    x = [0.1, -0.2, 0.3]
    assert [a.data for a in model(x)] != [a.data for a in other(x)]
    other.load_state_dict(json.loads(json.dumps(model.state_dict())))
    assert [a.data for a in model(x)] == [a.data for a in other(x)]


def test_a_state_takes_any_number_and_keeps_nan():
    neuron = Neuron(1)
    neuron.load_state_dict({"w.0": np.int8(2), "b": float("nan")})
    assert neuron.w[0].data == 2.0
    assert np.isnan(neuron.b.data)


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        ({"w.0": 1.0}, ValueError, r"does not fit Neuron\(1 -> 1 relu; 2 parameters\); missing: 'b'; unexpected: none"),
        ({"w.0": 1.0, "b": 1.0, "c": 1.0}, ValueError, r"missing: none; unexpected: 'c'"),
        ({str(n): 1.0 for n in range(5)}, ValueError, r"missing: 'w.0', 'b'; unexpected: '0', '1', '2' and 2 more"),
        ({"w.0": 1.0, "b": "one"}, TypeError, r"entry 'b' must be a number, got the str 'one'"),
        ([1.0, 2.0], TypeError, r"load_state_dict takes a dict as state_dict\(\) gives it, got list"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(state, error, message):
    neuron = Neuron(1, rng=0)
    before = neuron.state_dict()
    with pytest.raises(error, match=message):
        neuron.load_state_dict(state)
    assert neuron.state_dict() == before


def test_repr_shows_the_architecture_and_counts_parameters():
    assert repr(Neuron(2)) == "Neuron(2 -> 1 relu; 3 parameters)"
    assert repr(Neuron(1, bias=False, nonlin=False)) == "Neuron(1 -> 1 identity; 1 parameter)"
    assert repr(Layer(3, 2, activation="logistic")) == "Layer(3 -> 2 sigmoid; 8 parameters)"
    assert repr(MLP(2, [16, 16, 1])) == "MLP(2 -> 16 relu -> 16 relu -> 1 identity; 337 parameters)"
    assert repr(Layer(1, 1, activation=lambda z: z * z)) == "Layer(1 -> 1 <lambda>; 2 parameters)"
    bag = Bag(scale=parameters(1)[0], size=3, net=Neuron(1))
    assert repr(bag) == "Bag(scale, net=Neuron(1 -> 1 relu; 2 parameters); 3 parameters)"
    assert repr(Bag()) == "Bag(0 parameters)"


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copied_model_computes_the_same_and_shares_nothing(duplicate):
    model = MLP(2, [3, 1], activation="leaky_relu", rng=0)
    other = duplicate(model)
    assert other.state_dict() == model.state_dict()
    assert [parameter.label for parameter in other.parameters()] == [
        parameter.label for parameter in model.parameters()
    ]
    assert other([1.0, 2.0]).data == model([1.0, 2.0]).data
    other.parameters()[0].data = 100.0
    assert model.parameters()[0].data != 100.0
