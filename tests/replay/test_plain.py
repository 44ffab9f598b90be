"""A compiled function does what the plain one does: with Values of outside, in contexts, with what has changed."""

import copy
import gc
import math
import pickle
import timeit
import types
import weakref

import numpy as np
import pytest

import autograd as ag
from autograd import (
    AnomalyError,
    DomainError,
    Parameter,
    RecordingError,
    Value,
    detect_anomaly,
    errstate,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacrev,
    jvp,
    no_grad,
    scope,
    sensitivities,
    value_and_grad,
    vjp,
)
from autograd import compile as compiled

# --- closures over Values of outside ----------------------------------------------------------------------


class Holder:
    def __init__(self, held):
        self.held = held

    @compiled
    def times(self, y):
        return self.held["all"][0] * y


def given(f, *args):
    return f(*args)


CLOSURES = {
    "closed over": lambda x: compiled(lambda y: y * x)(4.0),
    "computed": lambda x: compiled(lambda y: y * (x * 2.0) * 0.5)(4.0),
    "computed before": lambda x: given(lambda z: compiled(lambda y: y * z * 0.5)(4.0), x * 2.0),
    "in a container": lambda x: given(lambda held: compiled(lambda y: y * held["x"][0])(4.0), {"x": [x]}),
    "a default": lambda x: given(compiled(lambda y, z=x: y * z), 4.0),
    "an attribute": lambda x: Holder({"all": [x]}).times(4.0),
    "a namespace": lambda x: given(lambda held: compiled(lambda y: y * held.x)(4.0), types.SimpleNamespace(x=x)),
    "twice compiled": lambda x: compiled(lambda y: compiled(lambda z: z * x)(4.0) * y)(1.0),
    "compiled in compiled": lambda x: compiled(lambda y: compiled(lambda z: z * x * y)(4.0))(1.0),
    "a list of results": lambda x: sum(compiled(lambda y: [y * x, {"a": y * x}])(2.0)[0:1]) * 2.0,
    "a result alone": lambda x: compiled(lambda y: x)(9.0) * 4.0,
    "two transforms": lambda x: grad(lambda t: 1.0 * compiled(lambda y: y * x * t)(4.0))(1.0),
    "a gradient in it": lambda x: compiled(lambda y: 1.0 * grad(lambda t: t * t * x)(y))(2.0),
    "a compiled gradient": lambda x: compiled(grad(lambda t: t * t * x))(2.0),
    "a gradient of compiled": lambda x: grad(compiled(lambda t: t * t * x))(2.0),
}

TRANSFORMS = {
    "grad": lambda f: grad(f)(5.0),
    "value_and_grad": lambda f: value_and_grad(f)(5.0)[1],
    "vjp": lambda f: vjp(f, 5.0)[1](1.0)[0],
    "jvp": lambda f: jvp(f, (5.0,), (1.0,))[1],
    "jacfwd": lambda f: jacfwd(f)(5.0),
    "jacrev": lambda f: jacrev(f)(5.0),
    "hessian": lambda f: hessian(lambda x: f(x) ** 2)(5.0) / 8.0,
    "hvp": lambda f: hvp(lambda x: f(x) ** 2, (5.0,), (1.0,)) / 8.0,
    "grad of grad": lambda f: grad(grad(lambda x: f(x) ** 2))(5.0) / 8.0,
    "sensitivities": lambda f: sensitivities(f)(x=5.0)["x"],
    "compile of grad": lambda f: compiled(grad(f))(5.0),
    "grad of compile": lambda f: grad(compiled(f))(5.0),
    "grad in no_grad": lambda f: no_grad()(grad(f))(5.0),
}


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("closure", CLOSURES)
def test_a_closure_over_a_variable_of_a_transform_stays_connected(closure, transform):
    f = CLOSURES[closure]
    assert TRANSFORMS[transform](f) == pytest.approx(4.0, rel=1e-15)


def test_a_value_that_was_computed_outside_stays_connected_in_a_plain_graph():
    w = Value(2.0, "w")
    s = w * w
    f = compiled(lambda t: [t * s, t > 1.0])
    for t in (3.0, 4.0):
        product, larger = f(t)
        product.backward()
        assert (product.data, w.grad, larger) == (4.0 * t, 4.0 * t, True)
        w.zero_grad()
    assert compiled(lambda t: t * 2.0 if s > 3.0 else t)(3.0) == 6.0
    assert isinstance(compiled(lambda t: s)(3.0), Value)
    with no_grad():
        assert type(f(3.0)[0]) is float
    with pytest.raises(
        RecordingError, match=r"uses the mul node \(data = 4.0\), which was computed outside of it, and"
    ):
        compiled(lambda t: t * s, in_axes=0)(np.ones(3))


def test_leaves_that_are_closed_over_stay_live_and_give_floats():
    w = Parameter(2.0)
    f = compiled(lambda x: x * w)
    assert (type(f(3.0)), f(3.0)) == (float, 6.0)
    w.data = 5.0
    assert f(3.0) == 15.0
    slope = grad(lambda x: f(3.0) * x)(2.0)
    assert (slope.data, slope.op is not None) == (15.0, True)


def test_a_batch_inside_of_a_transform():
    xs, w = np.arange(3.0), Parameter(2.0)
    f = compiled(lambda x: x * w, in_axes=0)
    assert grad(lambda t: t * f(xs).sum())(1.0) == 6.0

    def bad(t):
        return sum(compiled(lambda x: x * t, in_axes=0)(xs))

    for transform in (grad, jacfwd):
        with pytest.raises(
            RecordingError, match=r"inside a transform, and is compiled for batches .* make it an argument"
        ):
            transform(bad)(1.0)
    with pytest.raises(RecordingError, match="cannot be connected"):
        grad(lambda t: bad(t * 2.0))(1.0)


# --- what has changed since -------------------------------------------------------------------------------

RATE = Parameter(2.0)
NUMBER = 2.0
CONFIG = types.SimpleNamespace(rate=2.0, deep={"rates": [Parameter(2.0)]})


class Base:
    factor = 2.0


class Model(Base):
    def __init__(self):
        self.w = Parameter(2.0)
        self.deep = {"layers": [types.SimpleNamespace(w=[Parameter(2.0), Parameter(0.0)])]}
        self.rate = 2.0
        self.squared = False
        self.name = "plain"

    @compiled
    def by_attribute(self, x):
        return self.w * x

    @compiled
    def by_depth(self, x):
        return self.deep["layers"][0].w[0] * x + self.deep["layers"][0].w[1]

    @compiled
    def by_number(self, x):
        return self.rate * x

    @compiled
    def by_flag(self, x):
        return x * x * 2.0 if self.squared else 2.0 * x

    @compiled
    def by_name(self, x):
        return 2.0 * x if self.name == "plain" else 5.0 * x

    @compiled
    def by_class(self, x):
        return self.factor * x

    @compiled
    def by_helper(self, x):
        return self.helped(x)

    def helped(self, x):
        return helper(x) * self.w / RATE


def helper(x):
    return x * RATE


def set_item(holder, key, value):
    holder[key] = value


@pytest.mark.parametrize(
    ("method", "change", "expected"),
    [
        ("by_attribute", lambda m: setattr(m, "w", Parameter(5.0)), 15.0),
        ("by_attribute", lambda m: setattr(m, "w", Parameter(2.0)), 6.0),
        ("by_depth", lambda m: set_item(m.deep["layers"][0].w, 0, Parameter(5.0)), 15.0),
        ("by_depth", lambda m: setattr(m.deep["layers"][0], "w", [Parameter(5.0), Parameter(1.0)]), 16.0),
        ("by_depth", lambda m: set_item(m.deep, "layers", [types.SimpleNamespace(w=[m.w, Parameter(1.0)])]), 7.0),
        ("by_depth", lambda m: setattr(m, "deep", {"layers": [types.SimpleNamespace(w=[m.w, m.w])]}), 8.0),
        ("by_number", lambda m: setattr(m, "rate", 5.0), 15.0),
        ("by_flag", lambda m: setattr(m, "squared", True), 18.0),
        ("by_name", lambda m: setattr(m, "name", "other"), 15.0),
        ("by_class", lambda m: setattr(m, "factor", 5.0), 15.0),
        ("by_helper", lambda m: setattr(m, "w", Parameter(5.0)), 15.0),
    ],
)  # fmt: skip
def test_what_is_replaced_in_an_instance_is_noticed(method, change, expected):
    model, other = Model(), Model()
    assert [getattr(model, method)(3.0) for _ in range(2)] == [6.0, 6.0]
    assert getattr(other, method)(3.0) == 6.0
    change(model)
    assert [getattr(model, method)(3.0) for _ in range(2)] == [expected] * 2
    assert getattr(other, method)(3.0) == 6.0


def test_what_is_replaced_in_closures_globals_defaults_and_classes_is_noticed(monkeypatch):
    w, rate = Parameter(2.0), 2.0
    by_cell, by_float = compiled(lambda x: w * x), compiled(lambda x: rate * x)
    by_global, by_number, by_call = compiled(lambda x: RATE * x), compiled(lambda x: NUMBER * x), compiled(helper)
    by_space, by_deep = compiled(lambda x: CONFIG.rate * x), compiled(lambda x: CONFIG.deep["rates"][0] * x)
    batched = compiled(lambda x: w * x, in_axes=0)
    gradient, of_compiled = compiled(grad(lambda x: w * x * x)), grad(compiled(lambda x: rate * x * x))
    checked = compiled(lambda x: w * x, checked=True)

    def values():
        found = [f(3.0) for f in (by_cell, by_float, by_global, by_number, by_call, by_space, by_deep, checked)]
        return [*found, *batched(np.array([3.0])), gradient(3.0) / 2.0, of_compiled(3.0) / 2.0]

    assert values() == [6.0] * 11
    w, rate = Parameter(5.0), 5.0
    monkeypatch.setitem(globals(), "RATE", Parameter(5.0))
    monkeypatch.setitem(globals(), "NUMBER", 5.0)
    monkeypatch.setattr(CONFIG, "rate", 5.0)
    monkeypatch.setitem(CONFIG.deep, "rates", [Parameter(5.0)])
    assert values() == [15.0] * 11
    monkeypatch.undo()
    w = rate = Value(2.0)
    assert values() == [6.0] * 11


def test_a_model_of_the_library_whose_weight_is_replaced():
    from nn import MLP

    net = MLP(2, [3, 1], rng=0)
    f = compiled(net)
    assert f([1.0, 2.0]) == net([1.0, 2.0]).data
    net.layers[0].neurons[1].w[0] = Parameter(7.0)
    assert f([1.0, 2.0]) == net([1.0, 2.0]).data


def test_numbers_in_lists_and_arrays_are_those_of_now():
    rates, array = [2.0], np.array([2.0])
    f = compiled(lambda x: rates[0] * x + array[0])
    assert f(1.0) == 4.0
    rates[0] = array[0] = 5.0
    assert f(1.0) == 10.0


def test_watching_is_cheap_and_keeps_no_instance_alive():
    w, b = Parameter(2.0), Parameter(1.0)
    f = compiled(lambda x: w * x + b)
    f(1.0)
    check = f._kept.unchanged
    seconds = min(timeit.repeat(check, number=1000, repeat=5)) / 1000
    assert seconds < 5e-6  # some 0.1 µs on an idle machine
    assert compiled(lambda x: x * x)(2.0) == 4.0
    model = Model()
    model.by_depth(1.0)
    seen = weakref.ref(model)
    gc.disable()
    try:
        del model
        assert seen() is None
    finally:
        gc.enable()
    pure = compiled(lambda x: x * x)
    pure(1.0)
    assert len(pure._kept.watch) == 1  # its code


def test_numbers_are_the_same_if_no_code_can_tell():
    model = Model()
    model.by_number(3.0)
    recorded = model.by_number.paths
    model.rate = float("2.0")
    assert model.by_number(3.0) == 6.0
    assert model.by_number.paths == recorded
    for same in (2, -0.0, 0.0, math.nan):
        model.rate = same
        np.testing.assert_equal(model.by_number(3.0), same * 3.0)
    del model.rate
    with pytest.raises(AttributeError, match="rate"):
        model.by_number(3.0)


# --- contexts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [True, False])
def test_contexts_in_force_at_the_call_are_obeyed(first):
    f, checked = compiled(ag.log), compiled(ag.log, checked=True)
    if first:
        assert (f(2.0), checked(2.0)) == (math.log(2.0),) * 2
    assert math.isnan(f(-1.0))
    for g in (f, checked):
        with errstate(domain="raise"), pytest.raises(DomainError, match=r"log\(.* = -1.0\) is outside the domain"):
            g(-1.0)
        with detect_anomaly(), pytest.raises(DomainError, match=r"log\(.* = -1.0\)"):
            g(-1.0)
        with errstate(domain="nan"):
            assert math.isnan(g(-1.0))
        with detect_anomaly(), errstate(domain="nan"), pytest.raises(AnomalyError, match=r"log gave nan from .* = -1"):
            g(-1.0)
        with scope("part"), no_grad():
            assert g(2.0) == math.log(2.0)
        with detect_anomaly():
            assert g(2.0) == math.log(2.0)
    with pytest.raises(DomainError):
        checked(-1.0)
    assert math.isnan(f(-1.0))


@pytest.mark.parametrize("reduce", [None, "sum", "mean"])
def test_contexts_are_obeyed_in_batches(reduce):
    f = compiled(lambda x, y: {"a": ag.log(x) * y, "b": [x, x * y]}, in_axes=(0, None), reduce=reduce)
    xs = np.array([1.0, 2.0, 3.0])
    plain = f(xs, 2.0)
    for context in (detect_anomaly(), errstate(domain="raise"), errstate(domain="nan")):
        with context:
            found = f(xs, 2.0)
        np.testing.assert_allclose(found["a"], plain["a"], rtol=1e-15)
        np.testing.assert_allclose(found["b"][1], plain["b"][1], rtol=1e-15)
    for context in (detect_anomaly(), errstate(domain="raise")):
        with context, pytest.raises(DomainError, match="log"):
            f(np.array([1.0, -1.0]), 2.0)
    with detect_anomaly(), pytest.raises(RecordingError, match="compiled for batches"):
        f(np.array([Value(1.0)]), 2.0)


def test_a_gradient_under_detect_anomaly():
    f = compiled(grad(lambda x: ag.sqrt(x) * 2.0))
    assert f(0.0) == math.inf
    with detect_anomaly(), pytest.raises(AnomalyError, match="the gradient that flows from"):
        f(0.0)


def test_a_loaded_function_says_what_it_cannot_obey(tmp_path):
    f, checked = compiled(ag.log), compiled(ag.log, checked=True)
    for g, name in ((f, "f"), (checked, "g")):
        g(2.0)
        g.save(tmp_path / name)
    loaded, checked = ag.load(tmp_path / "f"), ag.load(tmp_path / "g")
    with errstate(domain="nan"):
        assert math.isnan(loaded(-1.0))
    with errstate(domain="raise"):
        assert checked(2.0) == math.log(2.0)
    for context in (detect_anomaly(), errstate(domain="raise")):
        with context, pytest.raises(RecordingError, match="recorded in other surroundings"):
            loaded(-1.0)
    with pytest.raises(RecordingError, match="cannot be a part of a graph"), detect_anomaly():
        loaded(Value(1.0))
    assert grad(lambda x: x * loaded(2.0))(1.0) == math.log(2.0)


# --- derivatives of compiled functions --------------------------------------------------------------------


def price(s, k, v):
    d = (ag.log(s / k) + v * v / 2.0) / v
    return s * ag.norm_cdf(d) - k * ag.norm_cdf(d - v)


AT = (100.0, 90.0, 0.2)


@pytest.mark.parametrize(
    "transform",
    [
        lambda f: grad(f)(*AT),
        lambda f: grad(f, argnums=(0, 2))(*AT),
        lambda f: value_and_grad(f, argnums=2)(*AT),
        lambda f: hessian(f, argnums=(0, 2))(*AT),
        lambda f: jacfwd(f)(*AT),
        lambda f: jacrev(f, argnums=(1,))(*AT),
        lambda f: jvp(f, AT, (1.0, 0.5, 0.1)),
        lambda f: hvp(f, AT, (1.0, 0.5, 0.1)),
        lambda f: vjp(f, *AT)[1](2.0),
        lambda f: grad(lambda s: grad(f)(s, *AT[1:]))(100.0),
        lambda f: grad(grad(f))(*AT),
        lambda f: grad(f)(Value(100.0), *AT[1:]).data,
        lambda f: compiled(grad(f))(*AT),
        lambda f: grad(f)(100, 90, v=0.2),
        lambda f: value_and_grad(lambda *args: (f(*args), "aux"), has_aux=True)(*AT),
    ],
)
def test_derivatives_of_a_compiled_function_are_those_of_the_plain_one(transform):
    compiled_price = compiled(price)
    assert transform(compiled_price) == transform(compiled_price) == transform(price)


def test_a_derivative_of_a_compiled_function_is_a_replay():
    f = compiled(price)
    first = grad(f)
    assert grad(f) is first
    first(*AT)
    assert len(first.paths) == 1
    assert grad(f, argnums=1) is not first
    copied = pickle.loads(pickle.dumps(compiled_for_pickles))
    assert copied is compiled_for_pickles
    assert pickle.loads(pickle.dumps(grad(compiled_for_pickles)))(3.0) == 6.0


def test_where_a_replay_would_not_do_it_is_the_plain_derivative():
    assert grad(compiled(ag.sqrt))(0.0) == math.inf
    with pytest.raises(DomainError, match="log"):
        grad(compiled(ag.log))(-1.0)
    w = Parameter(2.0)
    slope = grad(compiled(lambda x: x * x * w))(3.0)
    assert slope.data == 12.0
    slope.backward()
    assert w.grad == 6.0
    assert grad(compiled(lambda x, n: x * len(range(n))))(3.0, 2) == 2.0
    assert grad(compiled(lambda x, r: x * math.exp(r)))(3.0, 0.0) == 1.0
    assert grad(compiled(lambda x, name: x if name == "a" else x * x))(3.0, "b") == 6.0
    many = grad(compiled(lambda x: sum(1.0 for i in range(9) if x > i) * x, max_paths=2))
    assert [many(x + 0.5) for x in range(9)] == [float(x + 1) for x in range(9)]
    with detect_anomaly(), pytest.raises(AnomalyError):
        grad(compiled(ag.sqrt))(0.0)
    with pytest.raises(TypeError, match="one number"):
        grad(compiled(lambda x: [x]))(1.0)
    with pytest.raises(RecordingError, match="compiled for batches"):
        grad(compiled(lambda x: x, in_axes=0))(1.0)


def test_a_long_derivative_whose_result_is_not_finite_is_asked_of_the_plain_one(monkeypatch):
    monkeypatch.setattr("autograd.replay.branches._SHORT", 1)
    f = grad(compiled(lambda x: ag.log(x) * x))
    assert f(1.0) == 1.0
    with pytest.raises(DomainError):
        f(0.0)


def test_perturbations_are_not_confused():
    f = compiled(lambda x, y: x * y)
    assert grad(lambda x: x * grad(f, argnums=1)(x, 3.0))(5.0) == 10.0
    assert grad(lambda x: grad(compiled(lambda y: x + y))(1.0) * x)(2.0) == 1.0


# --- static arguments -------------------------------------------------------------------------------------


@compiled
def compiled_for_pickles(x):
    return x * x


def importable(x):
    return x * x * x


def test_pickles():
    f = compiled(importable, checked=True, static_argnums=())
    again = pickle.loads(pickle.dumps(f))
    assert (again(2.0), again is f, again._options == f._options) == (8.0, False, True)
    assert copy.copy(f) is copy.deepcopy(f) is f
    slope = pickle.loads(pickle.dumps(compiled(grad(importable), in_axes=0)))
    assert slope(np.array([1.0, 2.0])).tolist() == [3.0, 12.0]
    with pytest.raises(TypeError, match=r"is a tape: save\(\) writes it to a file"):
        pickle.dumps(compiled(ag.record((x := Value(1.0)) * x, [x])))


# --- stopped gradients, gathers ---------------------------------------------------------------------------

BACKENDS = [name for name in ("python", "numpy", "c", "numba", "jax") if ag.replay.backends.available(name)]


@pytest.mark.parametrize("backend", BACKENDS)
def test_straight_through_rounding(backend):
    for stop in (ag.stop_gradient, lambda x: x.detach(), lambda x: x.stop_gradient()):
        f = compiled(value_and_grad(lambda x, stop=stop: (x + stop(ag.floor(x) - x)) ** 2), backend=backend)
        assert [f(x) for x in (2.7, -1.5)] == [(4.0, 4.0), (4.0, -4.0)]
    assert ag.stop_gradient(2.0) == 2.0
    assert hessian(compiled(lambda x: x * ag.stop_gradient(x) * x))(3.0) == 6.0
    assert jvp(lambda x: x * ag.stop_gradient(x), (3.0,), (1.0,)) == (9.0, 3.0)


def test_a_stopped_gradient_stops_an_infinite_one_and_is_a_leaf_eagerly():
    x = Value(0.0)
    (ag.stop_gradient(ag.sqrt(x)) + x).backward()
    assert x.grad == 1.0
    assert x.detach().parents == ()
    assert grad(lambda x: (x * x).detach() * x)(3.0) == 9.0
    assert "stop" in ag.stop_gradient(Value(1.0)).op.symbol


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("backend", BACKENDS)
def test_take_with_a_recorded_index(backend, checked):
    table = [1.0, -2.0, 3.5]
    f = compiled(value_and_grad(lambda t, i: ag.take(t, i) ** 2), backend=backend, checked=checked)
    for i in (0, 1, 2, -1, -3):
        slopes = [0.0] * 3
        slopes[i] = 2.0 * table[i]
        assert f(table, i) == (table[i] ** 2, slopes)
    for bad in (3, -4, 0.5, math.nan, math.inf):
        with pytest.raises(
            IndexError, match=rf"take\(values, {float(bad)!r}\): the index must be a whole number from -3 to 2"
        ):
            f(table, bad)
    batch = compiled(ag.take, in_axes=(None, 0), backend=backend, checked=checked)
    assert batch(table, np.array([2, 0, 1, -1])).tolist() == [3.5, 1.0, -2.0, 3.5]
    with pytest.raises(IndexError, match="from -3 to 2"):
        batch(table, np.array([2, 7]))


def test_take_of_rows_and_eagerly():
    rows = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    for table in (rows, [tuple(row) for row in rows], np.array(rows), tuple(rows)):
        f = compiled(lambda t, i: sum(ag.take(t, i)) ** 2)
        assert [f(table, i) for i in (0, 1, -1)] == [9.0, 49.0, 121.0]
    slopes = compiled(grad(lambda t, i: ag.take(t, i)[1] ** 2))(np.array(rows), 1)
    np.testing.assert_array_equal(slopes, [[0.0, 0.0], [0.0, 8.0], [0.0, 0.0]])
    values = [Value(1.0), Value(2.0)]
    assert ag.take(values, 1) is values[1]
    assert ag.take(values, Value(-2.0)) is values[0]
    assert grad(lambda i: ag.take([1.0, i], 1))(2.0) == 1.0
    assert ag.take((4.0, 5.0), np.int64(1)) == 5.0
    for index, message in (
        ("1", "needs a whole number as index, got '1' of type str"),
        (True, "got True of type bool"),
    ):
        with pytest.raises(TypeError, match=message):
            ag.take(values, index)
    with pytest.raises(TypeError, match=r"needs a list, tuple or array, got \{.*\} of type set"):
        ag.take({1.0}, 0)
    with pytest.raises(IndexError, match="there are no values to take one of"):
        ag.take([], 0)
    with pytest.raises(TypeError, match="rows that are built alike"):
        compiled(lambda i: ag.take([[1.0], [2.0, 3.0]], i))(1.0)


def test_take_as_code():
    f = compiled(grad(lambda t, i: ag.take(t, i) ** 2))
    f([1.0, 2.0, 3.0], 1)
    namespace = {}
    exec(f.source(), namespace)
    assert namespace["replay"](1.0, 2.0, 3.0, 2.0) == (0.0, 0.0, 6.0)
    assert "replay" in f.source("c")


def test_comparisons_as_numbers():
    at = {"less": (1, 0, 0), "less_equal": (1, 1, 0), "equal": (0, 1, 0), "not_equal": (1, 0, 1)}
    at |= {"greater": (0, 0, 1), "greater_equal": (0, 1, 1)}
    for name, expected in at.items():
        op = getattr(ag, name)
        assert [op(x, 2.0) for x in (1.0, 2.0, 3.0)] == list(map(float, expected))
        assert op(math.nan, 2.0) == float(name == "not_equal")
        f = compiled(lambda x, op=op: ag.where(op(x, 2.0), x, -x))
        assert [f(x) for x in (1.0, 2.0, 3.0)] == [
            x if yes else -x for x, yes in zip((1.0, 2.0, 3.0), expected, strict=True)
        ]
        assert len(f.paths) == 1
        assert grad(lambda x, op=op: op(x, 2.0) * x)(3.0) == float(expected[2])
