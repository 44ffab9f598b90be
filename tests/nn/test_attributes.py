"""Attributes set on a module after it is made: honoured or refused; and a parameter that is lost."""

import copy
import pickle

import numpy as np
import pytest

from autograd import GradientError, Parameter, Value, no_grad, tanh
from nn import MLP, SGD, Adam, AdamW, Layer, Module, Neuron, RMSProp, Sequential, fit, functional_call, predict
from nn.activations import identity
from nn.module import CheckedList
from tests.support.quick_replay import numpy_replay  # noqa: F401 -- a fixture

X = [1.0, -2.0, 3.0]


def data(outputs):
    return [value.data for value in (outputs if isinstance(outputs, list) else [outputs])]


# --- a step without gradients -----------------------------------------------------------------------------


@pytest.mark.parametrize("make", [SGD, Adam, AdamW, RMSProp])
def test_a_step_when_no_parameter_has_a_gradient_is_refused(make):
    p, q = Parameter(1.0, "p"), Parameter(2.0, "q")
    optimizer = make([p, q], lr=0.1)
    with no_grad():
        _ = (p - 3.0) ** 2
    message = (
        rf"{make.__name__}\.step\(\): none of 2 parameters has a gradient.*Call loss\.backward\(\) first.*no_grad\(\)"
    )
    with pytest.raises(GradientError, match=message):
        optimizer.step()
    (p * p).backward()
    optimizer.step()  # q has none and is left alone, as in PyTorch
    assert p.data != 1.0
    assert q.data == 2.0
    optimizer.zero_grad()
    with pytest.raises(GradientError, match="none of 2 parameters"):
        optimizer.step()
    p.grad = 0  # as micrograd clears them: a gradient of 0 is one
    optimizer.step()


# --- a parameter replaced by something else ---------------------------------------------------------------

REFUSED = {
    "a float": lambda n: n.w.__setitem__(0, 3.0),
    "a float from the end": lambda n: n.w.__setitem__(-1, 3.0),
    "a plain Value": lambda n: n.w.__setitem__(1, Value(3.0)),
    "a computed Value": lambda n: n.w.__setitem__(1, n.w[1] * 2.0),
    "a slice of floats": lambda n: n.w.__setitem__(slice(0, 2), [1.0, 2.0]),
    "a slice of another length": lambda n: n.w.__setitem__(slice(0, 2), [Parameter(1.0)]),
    "all of them": lambda n: setattr(n, "w", [1.0, 2.0, 3.0]),
    "fewer": lambda n: setattr(n, "w", [Parameter(1.0)]),
    "more": lambda n: setattr(n, "w", [Parameter(1.0)] * 4),
    "an array": lambda n: setattr(n, "w", np.zeros(3)),
    "None": lambda n: setattr(n, "w", None),
    "the bias": lambda n: setattr(n, "b", 0.5),
    "the bias, a Value": lambda n: setattr(n, "b", Value(0.5)),
    "no bias": lambda n: setattr(n, "b", None),
    "in place": lambda n: setattr(n, "b", n.b - 0.1),
    "del": lambda n: n.w.__delitem__(0),
    "del of a slice": lambda n: n.w.__delitem__(slice(None)),
    "append": lambda n: n.w.append(Parameter(1.0)),
    "extend": lambda n: n.w.extend([Parameter(1.0)]),
    "insert": lambda n: n.w.insert(0, Parameter(1.0)),
    "pop": lambda n: n.w.pop(),
    "remove": lambda n: n.w.remove(n.w[0]),
    "clear": lambda n: n.w.clear(),
    "+=": lambda n: n.w.__iadd__([Parameter(1.0)]),
    "*=": lambda n: n.w.__imul__(2),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_only_a_parameter_replaces_a_parameter(change):
    neuron = Neuron(3, rng=0)
    held = neuron.parameters()
    message = (
        r"^(w|w\[.*\]) of neuron 1 of layer 1.* must be a |^b of Neuron\(3 .*\) \(b1\[1\]\) must be a Parameter, got "
        r".*: training would go on without it\. Set \.data|holds 3 Parameters, one for each input, and would hold \d"
    )
    with pytest.raises((TypeError, ValueError), match=message):
        change(neuron)
    assert all(now is before for now, before in zip(neuron.parameters(), held, strict=True))


def test_the_message_says_what_to_do():
    with pytest.raises(
        TypeError,
        match=r"^w\[0\] of neuron 1 of layer 1 \(W11\[1\]\) must be a Parameter, got 3\.0: training would go on "
        r"without it\. Set \.data of the Parameter to change its number$",
    ):
        MLP(2, [1]).layers[0].neurons[0].w[0] = 3.0


def test_parameters_replace_parameters():
    neuron, new = Neuron(3, rng=0), [Parameter(float(k)) for k in range(5)]
    neuron.w[0] = new[0]
    neuron.w[1:] = new[1:3]
    neuron.b = new[3]
    assert data(neuron.parameters()) == [0.0, 1.0, 2.0, 3.0]
    neuron.w = tuple(new[2:])
    assert data(neuron.parameters()) == [2.0, 3.0, 4.0]  # the bias is one of the weights
    with pytest.raises(TypeError, match=r"w\[0\] of neuron 1"):
        neuron.w[0] = 1.0
    assert Neuron(1, bias=False).b is None


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))])
def test_weights_are_a_list(copied):
    neuron = copied(Neuron(3, rng=0))
    w = neuron.w
    assert isinstance(w, list)
    assert [*w] == w[:] == list(w)
    assert w[-1] is w[2]
    assert len(w) == 3
    assert [place for place, _ in enumerate(w)] == [0, 1, 2]
    assert w.index(w[1]) == 1
    assert type(copied(w)) is CheckedList
    with pytest.raises(TypeError, match=r"w\[0\] of neuron 1 of layer 1"):
        neuron.w[0] = 3.0
    assert data(neuron(X)) == data(Neuron(3, rng=0)(X))


def test_a_copy_on_other_parameters_takes_any_value():
    neuron = Neuron(3, rng=0)
    assert functional_call(neuron, {"w.0": Value(2.0), "w.1": 0.0, "w.2": 0.0, "b": 1.0}, X).data == 3.0
    assert type(neuron.w) is CheckedList


class Own(Module):
    """Of a user: an attribute, a plain list, a dict."""

    def __init__(self):
        self.slope, self.list, self.dict = (
            Parameter(1.0, "slope"),
            [Parameter(2.0, "first")],
            {"key": Parameter(3.0, "in")},
        )

    def __call__(self, x):
        return self.slope * x[0] + self.list[0] * x[1] + self.dict.get("key", 0.0)


def test_an_attribute_of_a_user_s_module_is_kept_too():
    model = Own()
    with pytest.raises(TypeError, match=r"slope of Own\(slope; 3 parameters\) \(slope\) must be a Parameter, got 2\.0"):
        model.slope = 2.0
    with pytest.raises(TypeError, match="must be a Parameter, got Value"):
        model.slope -= 0.1 * model.slope
    model.slope = Parameter(5.0)
    model.note = 3.0
    model.note = "anything"
    assert model([1.0, 1.0]).data == 10.0


@pytest.mark.parametrize(
    "lose", [lambda m: m.list.__setitem__(0, 7.0), lambda m: m.dict.pop("key"), lambda m: m.dict.clear()]
)
def test_a_parameter_lost_from_a_plain_container_is_told_by_the_step(lose):
    model = Own()
    optimizer = SGD(model.parameters(), lr=0.1)
    (model([1.0, 1.0]) ** 2).backward()
    optimizer.step()
    optimizer.zero_grad()
    lose(model)
    (model.slope * 2.0).backward()
    with pytest.raises(
        GradientError,
        match=r"SGD\.step\(\): Own\(.*\) no longer has the parameter '(first|in)', since something else was put",
    ):
        optimizer.step()
    with pytest.raises(ValueError, match=r"the optimiser holds Parameter\(.*\), which is not a parameter of Own"):
        fit(model, [[1.0, 2.0]], [1.0], loss="mse", optimizer=optimizer)


def test_a_model_that_has_all_its_parameters_may_leave_some_without_gradient():
    model = Own()
    optimizer = SGD(model.parameters(), lr=0.1)
    (model.slope * 2.0).backward()
    optimizer.step()
    assert model.slope.data == 0.8
    for copied in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        copied.parameters[0].grad = 1.0
        copied.step()
        assert copied.parameters[0].data == pytest.approx(0.7)
    optimizer.zero_grad()
    del model
    optimizer.parameters[0].grad = 1.0
    optimizer.step()
    assert type(pickle.loads(pickle.dumps(Own().parameters()))) is list


# --- what is set later ------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda how: Neuron(3, rng=0, **how), lambda how: Layer(3, 2, rng=0, **how)])
def test_activations_that_are_set_later_are_as_if_given_at_first(make):
    model = make({})
    for name, expected in [
        ("tanh", {"activation": "tanh"}),
        (tanh, {"activation": "tanh"}),
        ("identity", {"nonlin": False}),
    ]:
        model.activation = name
        assert data(model(X)) == data(make(expected)(X))
        assert model.nonlin is (name != "identity")
    model.nonlin = True
    assert data(model(X)) == data(make({})(X))
    model.activation = "sigmoid"
    model.nonlin = True  # there is one already
    assert data(model(X)) == data(make({"activation": "sigmoid"})(X))
    model.nonlin = np.False_
    assert data(model(X)) == data(make({"nonlin": False})(X))
    assert model.activation is identity


def test_softmax_set_later():
    layer = Layer(3, 2, rng=0)
    layer.activation = "softmax"
    assert data(layer(X)) == data(Layer(3, 2, activation="softmax", rng=0)(X))
    layer.activation = "tanh"
    assert data(layer(X)) == data(Layer(3, 2, activation="tanh", rng=0)(X))
    with pytest.raises(ValueError, match="softmax of one output is 1"):
        Layer(3, 1).activation = "softmax"
    with pytest.raises(ValueError, match="softmax is an activation of the outputs of a layer together"):
        Neuron(3).activation = "softmax"


@pytest.mark.usefixtures("numpy_replay")
def test_predict_follows_too():
    model = MLP(3, [2, 1], rng=0)
    before = predict(model, [X])
    model.layers[0].activation = "tanh"
    model.layers[1].neurons[0].nonlin = True
    assert predict(model, [X]).tolist() == data(model(X))
    assert predict(model, [X]).tolist() != before.tolist()


MODULES = {
    Neuron: (lambda: Neuron(3, rng=0), ["nin", "layer", "index", "bias", "init", "rng"]),
    Layer: (lambda: Layer(3, 2, rng=0), ["nin", "nout", "layer", "bias", "init", "rng"]),
    MLP: (
        lambda: MLP(3, [2, 2], rng=0),
        ["nin", "nouts", "activation", "activations", "output_activation", "nonlin", "bias", "init", "rng"],
    ),
    Sequential: (lambda: Sequential(Layer(3, 2, rng=0), "tanh"), ["activation", "nonlin", "bias"]),
}


@pytest.mark.parametrize("kind", MODULES)
def test_what_is_fixed_is_refused(kind):
    make, names = MODULES[kind]
    model = make()
    for name in names:
        for new in (False, "tanh", 2, None):
            with pytest.raises(AttributeError, match=rf"^{name} of {kind.__name__}\(.*\) is fixed when it is made: \w"):
                setattr(model, name, new)
    assert data(model(X)) == data(make()(X))
    assert {name for name in kind.fixed if not name.startswith("_")} == set(names)


@pytest.mark.parametrize("kind", [Neuron, Layer, MLP])
def test_every_argument_of_a_constructor_is_honoured_or_refused_later(kind):
    import inspect

    honoured = {"activation", "nonlin"}
    assert set(inspect.signature(kind).parameters) <= set(kind.fixed) | honoured


@pytest.mark.parametrize(
    ("attribute", "new"), [("activation", 2), ("activation", False), ("nonlin", "tanh"), ("nonlin", 1)]
)
def test_settings_that_make_no_sense(attribute, new):
    for model in (Neuron(3), Layer(3, 2)):
        with pytest.raises(TypeError, match=r"an activation must be|nonlin must be True or False, got"):
            setattr(model, attribute, new)
    with pytest.raises(
        TypeError, match="nonlin must be True or False, got 'tanh'; activation takes a name or a function"
    ):
        Layer(3, 2, "tanh")


@pytest.mark.parametrize(
    "model", [Neuron(2), Layer(2, 3), MLP(2, [1]), Sequential(Layer(2, 1))], ids=lambda m: type(m).__name__
)
def test_inputs_are_given_in_a_list(model):
    with pytest.raises(
        TypeError, match=r"one example.*, got 2 arguments: put them in a list, as in model\(\[1\.0, 2\.5\]\)"
    ):
        model(1.0, 2.5)
