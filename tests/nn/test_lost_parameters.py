"""A parameter or module that would be lost: refused where it is written, or where parameters are next asked for."""

import copy
import pickle

import numpy as np
import pytest

from autograd import Parameter, Value
from nn import MLP, SGD, Adam, Layer, Module, Neuron, fit
from nn.module import CheckedList
from tests.support.quick_replay import numpy_replay  # noqa: F401 -- a fixture

pytestmark = pytest.mark.usefixtures("numpy_replay")

X, Y = [[1.0, 2.0], [0.5, -1.0]], [1.0, 0.0]


# --- lists that belong to a module ------------------------------------------------------------------------

WRONG = {
    "a layer for None": lambda m: m.layers.__setitem__(0, None),
    "a layer for a number": lambda m: m.layers.__setitem__(-1, 3.0),
    "a neuron for a number": lambda m: m.layers[0].neurons.__setitem__(0, 3.0),
    "a neuron for a Parameter": lambda m: m.layers[0].neurons.__setitem__(0, Parameter(3.0)),
    "a slice": lambda m: m.layers.__setitem__(slice(0, 1), [None]),
    "append": lambda m: m.layers.append("tanh"),
    "extend": lambda m: m.layers.extend([Layer(1, 1), None]),
    "+=": lambda m: m.layers.__iadd__([None]),
    "all layers": lambda m: setattr(m, "layers", 3),
    "del w": lambda m: delattr(m.layers[0].neurons[0], "w"),
    "del b": lambda m: delattr(m.layers[0].neurons[0], "b"),
    "del layers": lambda m: delattr(m, "layers"),
}
SHORT = {
    "del": lambda m: m.layers.__delitem__(0),
    "del of a slice": lambda m: m.layers.__delitem__(slice(1, None)),
    "pop": lambda m: m.layers.pop(),
    "pop(0)": lambda m: m.layers.pop(0),
    "remove": lambda m: m.layers.remove(m.layers[0]),
    "clear": lambda m: m.layers.clear(),
    "an empty slice": lambda m: m.layers.__setitem__(slice(None), []),
    "*=": lambda m: m.layers.__imul__(0),
    "fewer layers": lambda m: setattr(m, "layers", m.layers[:1]),
    "a neuron less": lambda m: m.layers[0].neurons.__delitem__(0),
    "a neuron more": lambda m: m.layers[0].neurons.append(Neuron(2)),
}
UNFIT = {
    "another width": lambda m: m.layers.__setitem__(0, Layer(3, 2)),
    "another output": lambda m: m.layers.__setitem__(1, Layer(2, 2)),
    "a neuron of another width": lambda m: m.layers[0].neurons.__setitem__(1, Neuron(3)),
    "one more that does not follow": lambda m: m.layers.append(Layer(2, 1)),
    "one before": lambda m: m.layers.insert(0, Layer(2, 2)),
    "twice": lambda m: m.layers.__imul__(2),
}


@pytest.mark.parametrize(
    ("change", "message"),
    [(change, r"must be a Module, got|must be a list of 2 Modules, got|cannot be deleted: train")
     for change in WRONG.values()]
    + [(change, r"(layers of an MLP|neurons of layer 1) holds 2 Modules(, one for each output,)? and would hold \d")
       for change in SHORT.values()]
    + [(change, r"must have (2 inputs|1 output), as the one that stands there|must take 1 input, got Layer\(2")
       for change in UNFIT.values()],
    ids=[*WRONG, *SHORT, *UNFIT],
)  # fmt: skip
def test_what_would_be_lost_from_a_network_is_refused(change, message):
    model = MLP(2, [2, 1], rng=0)
    held = model.parameters()
    with pytest.raises((TypeError, ValueError), match=message):
        change(model)
    assert all(now is before for now, before in zip(model.parameters(), held, strict=True))


def test_the_message_says_what_is_at_stake():
    with pytest.raises(
        TypeError,
        match=r"^layers\[0\] of an MLP must be a Module, got None: training would go on without its parameters$",
    ):
        MLP(2, [1]).layers[0] = None


def test_fitting_layers_and_neurons_are_taken():
    model = MLP(2, [2, 1], rng=0)
    model.layers[0] = Layer(2, 2, activation="tanh", rng=1)
    model.layers[0].neurons[1] = Neuron(2, rng=2)
    model.layers.append(Layer(1, 3, rng=3))
    model.layers += [Layer(3, 1, rng=4)]
    model.layers.extend([])
    model.layers *= 1
    assert repr(model) == "MLP(2 -> 2 tanh -> 1 identity -> 3 relu -> 1 relu; 19 parameters)"
    assert isinstance(model([1.0, 2.0]), Value)
    for copied in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert type(copied.layers) is CheckedList
        assert copied([1.0, 2.0]).data == model([1.0, 2.0]).data


# --- containers of a user's own ---------------------------------------------------------------------------


class Own(Module):
    """Parameters in all sorts of plain containers."""

    def __init__(self):
        self.ws = [Parameter(1.0, "w0"), Parameter(2.0)]
        self.table = {"key": Parameter(3.0, "k")}
        self.matrix = [[Parameter(1.0, "m")], (Parameter(1.0, "in a tuple"),)]
        self.array = np.array([Parameter(1.0), Parameter(2.0)], dtype=object)
        self.data = [1.0, 2.0]

    def __call__(self, x):
        return self.ws[0] * x[0] + self.ws[-1] * x[1] + self.table["key"] * self.matrix[0][0] + self.array[0]


LOST = {
    "a number in a list": (lambda m: m.ws.__setitem__(0, 3.0), r"ws\.0 of Own held a Parameter \(w0\) and now holds 3"),
    "a Value in a list": (lambda m: m.ws.__setitem__(1, Value(3.0)), r"ws\.1 of Own held a Parameter and now holds V"),
    "a number in a dict": (lambda m: m.table.update(key=3), r"table\.key of Own held a Parameter \(k\) and now"),
    "in a list of lists": (lambda m: m.matrix[0].__setitem__(0, -1.0), r"matrix\.0\.0 of Own held a Parameter \(m\)"),
    "in an array": (lambda m: m.array.__setitem__(0, 2.0), r"array\.0 of Own held a Parameter and now holds 2\.0"),
    "the list": (lambda m: setattr(m, "ws", [7.0, 8.0]), r"ws\.0 of Own held a Parameter \(w0\) and now holds 7\.0"),
    "an array for the list": (lambda m: setattr(m, "ws", np.array([7.0, 8.0])), r"ws\.0 of Own .* now holds 7\.0"),
    "a slice": (lambda m: m.ws.__setitem__(slice(0, 1), [7.0]), r"ws\.0 of Own"),
    "a tuple for a list": (lambda m: setattr(m, "ws", (7.0, m.ws[1])), r"ws\.0 of Own"),
}  # fmt: skip


@pytest.mark.parametrize("asked_before", [False, True])
@pytest.mark.parametrize(("lose", "message"), LOST.values(), ids=LOST)
def test_a_number_in_the_place_of_a_parameter_is_told(lose, message, asked_before):
    model = Own()
    if asked_before:
        model.parameters()
    lose(model)
    assert repr(model).startswith("Own(")
    message = rf"^{message}.*: training would go on without it\. Put the Parameter back, and set its \.data to"
    for ask in (
        model.parameters,
        model.state_dict,
        lambda: SGD(model.parameters()),
        lambda: fit(model, X, Y, loss="mse", epochs=1),
        lambda: fit(model, X, Y, loss="mse", epochs=1, optimizer="L-BFGS-B"),
    ):
        with pytest.raises(TypeError, match=message):
            ask()


def test_a_container_that_was_filled_later_is_known_once_parameters_were_asked_for():
    model = Own()
    model.more = []
    model.more.append(Parameter(9.0, "later"))
    assert len(model.parameters()) == 8
    model.more[0] = 9.0
    with pytest.raises(TypeError, match=r"^more\.0 of Own held a Parameter \(later\) and now holds 9\.0"):
        model.zero_grad()


def test_a_model_that_holds_such_a_module_tells_too():
    class Outer(Module):
        def __init__(self):
            self.inner = {"a": Own()}

        def __call__(self, x):
            return self.inner["a"](x)

    model = Outer()
    model.inner["a"].ws[0] = 3.0
    with pytest.raises(TypeError, match=r"^inner\.a\.ws\.0 of Outer held a Parameter \(w0\)"):
        model.parameters()


def test_other_changes_are_a_user_s_own_affair():
    model = Own()
    model.parameters()
    model.ws[0] = Parameter(5.0)
    model.ws.insert(1, Parameter(6.0))
    model.data[0] = 3.0
    assert len(model.parameters()) == 8
    model.ws.pop()
    del model.table["key"]
    model.array = np.array([Parameter(0.0)], dtype=object)
    model.matrix = None
    assert [p.data for p in model.parameters()] == [5.0, 6.0, 0.0]
    del model.data
    model.ws = []
    assert [p.data for p in model.parameters()] == [0.0]
    assert copy.deepcopy(model).state_dict() == {"array.0": 0.0}


# --- an object of a plain class ---------------------------------------------------------------------------


class Block:
    """Not a Module."""

    def __init__(self, held):
        self.w = held

    def __call__(self, x):
        return x


class Holder(Module):
    def __init__(self, held):
        self.a, self.blocks = Parameter(1.0), [Block(held)]

    def __call__(self, x):
        return self.blocks[0](self.a * x[0])


@pytest.mark.parametrize("held", [Parameter(2.0, "p"), [Parameter(2.0, "p")], {"k": Parameter(2.0, "p")}])
def test_parameters_of_a_plain_object_are_told(held):
    message = (
        r"^blocks\.0 of Holder\(.*\) is an object of the plain class Block, and its w would not be learnt: Parameter\("
        r".*'p'\)\. Make that class a Module, class Block\(Module\); to keep its numbers as they are, make them Values"
    )
    for use in (lambda m: fit(m, X, Y, loss="mse", epochs=1), lambda m: Adam(m.parameters())):
        with pytest.raises(TypeError, match=message):
            use(Holder(held))


def test_a_plain_object_of_values_or_of_what_is_known_is_no_matter():
    model = Holder(Value(2.0))
    model.optimizer = SGD(model.parameters())
    model.blocks.append(Block(model.a))
    assert len(fit(model, X, Y, loss="mse", epochs=2)) == 2


def test_the_list_of_parameters_is_shown_in_short():
    assert repr(MLP(1, [1], init="ones").parameters()) == "[W11[1] = 1, b1[1] = 0]"
    assert repr(MLP(2, [2, 1], init="zeros").parameters()).endswith("W21[2] = 0, and 1 more]")
    shown = repr(MLP(4, [16, 1], init="zeros").parameters())
    assert shown.startswith("[W11[1] = 0, W21[1] = 0,")
    assert shown.endswith(" = 0, and 89 more]")
    assert repr(Own().parameters()).startswith("[w0 = 1, no name = 2, k = 3,")
