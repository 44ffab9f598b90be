"""functional_call: a model as a function of its parameters, and the model untouched."""

import threading
from types import MethodType
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograd import Parameter, RecordingError, Value, grad, hessian, value_and_grad
from autograd import compile as compiled
from nn import MLP, Layer, Module, Sequential, functional_call, half_squared_error

X = [0.5, -1.0]


class Pair(NamedTuple):
    left: Any
    right: Any


class Bag(Module):
    """Holds whatever it is given; its output is the sum of its parameters times x."""

    def __init__(self, **parts):
        vars(self).update(parts)

    def forward(self, x):
        return sum(self.parameters()) * x


def small():
    return MLP(2, [3, 1], activation="tanh", rng=0)


def test_a_dict_or_a_sequence_stands_in_the_place_of_the_parameters():
    model, other = small(), MLP(2, [3, 1], activation="tanh", rng=1)
    before, expected = model.state_dict(), other(X).data
    for params in (other.state_dict(), list(other.state_dict().values()), np.array(list(other.state_dict().values()))):
        assert functional_call(model, params, X).data == expected
    assert model.state_dict() == before
    assert functional_call(model, {}, X).data == model(X).data


def test_parameters_left_out_are_the_models_own_and_live():
    model = small()
    theta = Value(2.0, "theta")
    found = functional_call(model, {"layers.1.neurons.0.b": theta}, X)
    found.backward()
    names = {node.label for node in found.topological_order()}
    assert "theta" in names
    assert "b1[2]" not in names
    assert theta.grad == 1.0
    assert model.layers[0].neurons[0].b.has_grad
    assert not model.layers[1].neurons[0].b.has_grad


def test_a_stand_in_without_a_name_takes_the_parameters():
    model = small()
    found = functional_call(model, [Value(0.5) for _ in model.parameters()], X)
    assert {parameter.label for parameter in model.parameters()} <= {node.label for node in found.topological_order()}


def test_gradients_are_those_of_the_live_model():
    model = small()
    loss, gradient = value_and_grad(lambda theta: half_squared_error(functional_call(model, theta, X), 1.0))(
        model.state_dict()
    )
    live = half_squared_error(model(X), 1.0)
    live.backward()
    assert loss == live.data
    assert list(gradient.values()) == [parameter.grad for parameter in model.parameters()]
    flat = grad(lambda theta: half_squared_error(functional_call(model, theta, X), 1.0))
    assert flat(np.array(list(model.state_dict().values()))).tolist() == list(gradient.values())
    second = hessian(lambda theta: functional_call(model, theta, X))(np.array(list(model.state_dict().values())))
    np.testing.assert_allclose(second, second.T, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("backend", ["python", "numpy", "c", "numba"])
def test_it_compiles_and_agrees_with_the_live_leaves(backend):
    model = small()
    rng = np.random.default_rng(0)
    points, targets = rng.normal(size=(20, 2)), rng.normal(size=20)
    step = compiled(
        value_and_grad(lambda theta, x, y: half_squared_error(functional_call(model, theta, x), y)),
        in_axes=(None, 0, 0), reduce="mean", backend=backend,
    )  # fmt: skip
    loss, gradient = step(model.state_dict(), points, targets)
    total = sum(half_squared_error(model(x), y) for x, y in zip(points, targets, strict=True)) / 20
    total.backward()
    assert loss == pytest.approx(total.data, rel=1e-12)
    expected = [parameter.grad for parameter in model.parameters()]
    np.testing.assert_allclose(list(gradient.values()), expected, rtol=1e-12, atol=1e-14)
    assert len(step.paths) == 1


def test_an_exception_in_the_model_leaves_it_as_it_was():
    model = small()
    before = model.state_dict()
    with pytest.raises(ValueError, match="expects 2 inputs but got 1"):
        functional_call(model, [1.0] * 13, [0.5])
    assert model.state_dict() == before
    with pytest.raises(RecordingError):
        compiled(lambda theta: functional_call(model, theta, X).data)([1.0] * 13)
    assert model.state_dict() == before


def test_threads_call_one_model_with_parameters_of_their_own():
    model = small()
    sets = [np.full(13, 0.1 * k) for k in range(6)]
    expected = [functional_call(model, theta, X).data for theta in sets]
    wrong = []

    def work(place):
        wrong.extend(place for _ in range(20) if functional_call(model, sets[place], X).data != expected[place])

    threads = [threading.Thread(target=work, args=(place,)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- where parameters may be ------------------------------------------------------------------------------


def test_parameters_in_every_container_are_replaced_and_counted():
    p = [Parameter(float(k), f"p{k}") for k in range(7)]
    shared = Parameter(100.0)
    bag = Bag(
        first=p[0],
        listed=[p[1], (p[2], {"key": p[3]})],
        pair=Pair(shared, p[4]),
        array=np.array([p[5], shared], dtype=object),
        inner=Sequential(Bag(deep=p[6])),
        data=np.ones(3),
        constant=Value(3.0),
    )
    assert functional_call(bag, [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7], 1.0).data == 11111111.0
    assert bag(1.0).data == 121.0
    assert bag.pair.left is bag.array[1] is shared


def test_a_model_that_reads_its_own_parameters_reads_what_stands_in_for_them():
    outer = Sequential(Bag(a=Parameter(2.0), fixed=Value(7.0), inner=Bag(b=Parameter(3.0))))
    gradient = grad(lambda theta: functional_call(outer, theta, 10.0))
    assert gradient([2.0, 3.0]) == [10.0, 10.0]
    assert gradient(outer.state_dict()) == {"steps.0.a": 10.0, "steps.0.inner.b": 10.0}


def test_a_model_that_refers_to_itself_is_copied_with_its_references():
    p, q = Parameter(1.0), Parameter(2.0)
    parent, child = Bag(p=p), Bag(q=q)
    parent.child, child.parent = child, parent
    child.forward = MethodType(lambda self, x: self.parent.p * self.q * x, child)
    parent.forward = MethodType(lambda self, x: self.child.forward(x), parent)
    assert functional_call(parent, [3.0, 5.0], 2.0).data == 30.0
    assert parent(2.0).data == 4.0


def test_what_a_model_writes_down_stays_with_the_copy():
    class Counting(Module):
        def __init__(self):
            self.scale, self.seen, self.limits = Parameter(2.0), [], np.zeros(2)

        def forward(self, x):
            self.seen.append(x)
            self.last = x
            return self.scale * x

    model = Counting()
    assert functional_call(model, [3.0], 2.0).data == 6.0
    assert (model.seen, hasattr(model, "last")) == ([], False)


def test_bound_methods_are_those_of_the_copy_and_closures_over_the_model_are_refused():
    class Chosen(Module):
        def __init__(self):
            self.w = Parameter(2.0, "w")
            self.choice = self.double

        def double(self, x):
            return self.w * x

        def forward(self, x):
            return self.choice(x)

    model = Chosen()
    assert functional_call(model, [5.0], 3.0).data == 15.0
    model.choice = lambda x: model.w * x
    with pytest.raises(TypeError, match=r"<lambda> closes over 'model', a part of the model, .*: make it a method"):
        functional_call(model, [5.0], 3.0)
    factor = 4.0
    model.choice = lambda x: factor * x
    assert functional_call(model, [5.0], 3.0) == 12.0

    def unset(x):
        return later * x

    model.choice = unset
    with pytest.raises(NameError):
        functional_call(model, [5.0], 3.0)
    later = 1  # the variable must exist, and be empty above


def test_another_objects_method_is_left_alone():
    other = Layer(1, 1, nonlin=False, bias=False, init="ones")
    model = Bag(w=Parameter(2.0), tool=[].append, act=other.forward)
    assert functional_call(model, [7.0], 1.0).data == 7.0


def test_a_micrograd_style_module_with_plain_values_and_its_own_parameters():
    class Line(Module):
        def __init__(self):
            self.w, self.b, self.data = [Value(2.0), Value(3.0)], Value(1.0), Value(10.0)

        def __call__(self, x):
            return self.w[0] * x[0] + self.w[1] * x[1] + self.b + self.data

        def parameters(self):
            return [*self.w, self.b]

    model = Line()
    assert functional_call(model, {"w.1": 0.0, "b": 100.0}, [1.0, 1.0]).data == 112.0
    assert functional_call(model, [0.0, 0.0, 0.0], [1.0, 1.0]).data == 10.0
    hidden = Line()
    extra = Value(5.0)
    hidden.parameters = None
    type(hidden).parameters = lambda self: [*self.w, self.b, extra]
    del hidden.parameters
    with pytest.raises(
        TypeError,
        match=r"functional_call: Line\(.*\) gives parameters that it does not hold, first .*5.*make that class a Mod",
    ):
        functional_call(hidden, {"parameters.3": 1.0}, [1.0, 1.0])


# --- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"w": 1.0}, ValueError, r"MLP\(.*\) has no parameter 'w'; it has 'layers.0.neurons.0.w.0', .* and 10 more"),
        ([1.0, 2.0], ValueError, r"13 parameters\) takes a number for each of its 13 parameters, 2 given"),
        (3.0, TypeError, "takes parameters as a dict by path or a sequence in order, got 3.0"),
        ("w", TypeError, "a dict by path or a sequence in order, got 'w'"),
        (None, TypeError, "a dict by path or a sequence in order, got None"),
        (Value(1.0), TypeError, r"a dict by path or a sequence in order, got Value\(data=1.0\)"),
        ({"layers.0.neurons.0.b": "1"}, TypeError, r"the parameter 'layers.0.neurons.0.b': Parameter takes one real"),
        (
            [[1.0]] * 13,
            TypeError,
            r"the parameter 'layers.0.neurons.0.w.0': Parameter takes one real number, not the li",
        ),
    ],
)
def test_what_does_not_fit_is_refused(params, error, message):
    with pytest.raises(error, match=message) as caught:
        functional_call(small(), params, X)
    assert str(caught.value).startswith("functional_call")


def test_only_modules_are_called():
    with pytest.raises(
        TypeError, match=r"functional_call takes a Module, its parameters, then its inputs; .* is not a Mod"
    ):
        functional_call(abs, [], 1.0)


def test_a_model_with_parameters_in_plain_lists_is_recorded_once():
    class Table(Module):
        def __init__(self):
            self.rows = [[Parameter(1.0), Parameter(2.0)], [Parameter(3.0), Parameter(4.0)]]

        def forward(self, x):
            return sum(p * x for row in self.rows for p in row)

    table = Table()
    step = compiled(value_and_grad(lambda numbers, x: functional_call(table, numbers, x)))
    kept = None
    for k in range(4):
        assert step([1.0, 2.0, 3.0, float(k)], 2.0) == (12.0 + 2.0 * k, [2.0] * 4)
        kept = kept or step.tape
        assert step.tape is kept
