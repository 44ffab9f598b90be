"""The recordings of predict, evaluate and fit: the model as it is now, and only a function of its inputs."""

import dataclasses
import functools
import gc
import itertools
import random
import threading
import time
import weakref

import numpy as np
import pytest

from autograd import GradientError, Parameter, RecordingError, Value, compile, exp, relu, tanh  # noqa: A004 -- the name that autograd gives it
from nn import MLP, Module, evaluate, fit, mse, predict
from tests.support.quick_replay import numpy_replay  # noqa: F401 -- a fixture

pytestmark = pytest.mark.usefixtures("numpy_replay")

RANDOM = np.random.default_rng(1)
X = RANDOM.normal(size=(12, 2))
Y = X[:, 0] * X[:, 1]


def times(factor):
    return lambda z: z * factor


GLOBAL = {"factor": 1.0}


class Scaled(Module):
    """factor·w·x + shift, through a function; it holds itself in a circle."""

    exponent = 1.0

    def __init__(self):
        self.w, self.shift, self.factor = Parameter(1.0), Value(0.5), 2.0
        self.function, self.sizes = tanh, np.array([1.0, 1.0])
        self.parts = {"first": [self.w], "second": [Parameter(-2.0)]}
        self.chosen = self.parts["first"]
        self.around = [self.parts]
        self.parts["itself"] = self.around

    def scale(self):
        return self.factor * GLOBAL["factor"] * self.exponent

    def __call__(self, x):
        return self.function(self.scale() * self.chosen[0] * x[0] * self.sizes[0] + self.shift)


CHANGES = {
    "a number": lambda model, patch: patch.setattr(model, "factor", -2.0),
    "the sign of zero": lambda model, patch: patch.setattr(model, "factor", 0.0),
    "a function": lambda model, patch: patch.setattr(model, "function", relu),
    "a function that closes over something": lambda model, patch: patch.setattr(model, "function", times(-3.0)),
    "a parameter": lambda model, patch: patch.setitem(
        model.parts, "first", model.chosen.__setitem__(0, Parameter(3.0))
    ),
    "a value": lambda model, patch: patch.setattr(model, "shift", Value(-1.0)),
    "an array in place": lambda model, patch: model.sizes.__setitem__(0, 5.0),
    "one of its parts for another": lambda model, patch: patch.setattr(model, "chosen", model.parts["second"]),
    "a global": lambda model, patch: patch.setitem(GLOBAL, "factor", 7.0),
    "an attribute of its class": lambda model, patch: patch.setattr(Scaled, "exponent", -4.0),
    "a method of its class": lambda model, patch: patch.setattr(Scaled, "scale", lambda self: -0.3),
    "a method of its own": lambda model, patch: patch.setattr(model, "scale", lambda: 1.7, raising=False),
    "what calls it": lambda model, patch: patch.setattr(Scaled, "__call__", lambda self, x: self.w * x[1]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_model_is_what_it_is_now(change, monkeypatch):
    model = Scaled()
    before = predict(model, X)
    evaluate(model, X, Y, loss="mse")
    np.testing.assert_allclose(before, np.tanh(2.0 * X[:, 0] + 0.5), rtol=1e-12)
    change(model, monkeypatch)
    expected = np.array([model(x).data for x in X])
    assert predict(model, X) == pytest.approx(expected, rel=1e-12)
    assert expected != pytest.approx(before, rel=1e-3)
    assert evaluate(model, X, Y, loss="mse")["loss"] == pytest.approx(np.mean((expected - Y) ** 2), rel=1e-12)
    assert fit(model, X, Y, loss="mse", epochs=1).loss == pytest.approx([np.mean((expected - Y) ** 2)], rel=1e-12)


def test_a_branch_that_a_later_example_takes_is_of_now_too(monkeypatch):
    class Branching(Module):
        def __init__(self):
            self.w = Parameter(1.0)

        def __call__(self, x):
            return self.w * x[0] if x[0] > 0 else self.w * GLOBAL["factor"]

    model = Branching()
    assert predict(model, [[2.0], [-2.0]]).tolist() == [2.0, 1.0]
    monkeypatch.setitem(GLOBAL, "factor", 9.0)
    assert predict(model, [[2.0], [-2.0]]).tolist() == [2.0, 9.0]


def test_a_loss_of_one_s_own_is_what_it_is_now():
    weight = [1.0]

    def weighted(prediction, target):
        return weight[0] * (prediction - target) ** 2

    model = MLP(2, [3, 1], rng=0)
    first = evaluate(model, X, Y, loss=weighted)["loss"]
    weight[0] = 2.0
    assert evaluate(model, X, Y, loss=weighted)["loss"] == pytest.approx(2.0 * first, rel=1e-12)


def test_a_layer_that_is_added_counts():
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    predict(model, X)
    model.layers.append(MLP(1, [2]).layers[0])
    assert predict(model, X).shape == (12, 2)


# --- no function of its inputs ----------------------------------------------------------------------------

OWN = np.random.default_rng(0)


class Odd(Module):
    """Something that changes, times w·x."""

    def __init__(self):
        self.w, self.calls, self.seen = Parameter(1.0), 0, []
        self.python, self.numpy = random.Random(0), np.random.default_rng(0)
        self.legacy = np.random.RandomState(np.random.MT19937(0))

    def __call__(self, x):
        return self.w * x[0] * self.odd(x)


def counted(model, _):
    model.calls += 1
    return model.calls


def listed(model, _):
    model.seen.append(1)
    return len(model.seen)


def shape_changes(model, x):
    model.calls += 1
    return x[1] * x[1] if model.calls % 2 else x[1] + x[1]


def compares_otherwise(model, x):
    model.calls += 1
    return 2.0 if model.calls % 2 == 0 or x[1] > -9.0 else 3.0


def reads_another_leaf(model, _):
    model.extra = Value(1.0)
    return model.extra


COUNTER = itertools.count()
ODD = {
    "a counter": (counted, "it used "),
    "a list that grows": (listed, "it used "),
    "the clock": (lambda model, x: time.perf_counter(), "it used "),
    "the structure": (shape_changes, "did other operations"),
    "a comparison": (compares_otherwise, "compared otherwise"),
    "a leaf": (reads_another_leaf, "read other leaves"),
    "a counter outside": (lambda model, x: next(COUNTER), "it used "),
    "more numbers": (lambda model, x: exp(1.0 * x[1]) if next(COUNTER) % 2 else 2.5 * exp(x[1]), "it used "),
    "only where x1 > 0": (lambda model, x: time.perf_counter() if x[1] > 0 else 1.0, "it used "),
    "Python's random": (lambda model, x: random.random(), "draws random numbers"),
    "a draw that comes out the same": (lambda model, x: random.random() < 2.0, "draws random numbers"),
    "a rare mask": (lambda model, x: np.random.rand() > 1e-12, "draws random numbers"),  # noqa: NPY002
    "a generator of its own": (lambda model, x: model.python.random() > 1e-12, "draws random numbers"),
    "NumPy's of its own": (lambda model, x: model.numpy.random() > 1e-12, "draws random numbers"),
    "NumPy's old of its own": (lambda model, x: model.legacy.rand() > 1e-12, "draws random numbers"),
}


@pytest.mark.parametrize(("odd", "words"), ODD.values(), ids=ODD)
def test_a_model_that_is_no_function_of_its_inputs_is_refused(odd, words, monkeypatch):
    monkeypatch.setattr(Odd, "odd", odd, raising=False)
    for run in (
        lambda how: predict(Odd(), X, **how),
        lambda how: evaluate(Odd(), X, Y, loss="mse", **how),
        lambda how: fit(Odd(), X, Y, loss="mse", epochs=1, **how),
        lambda how: fit(Odd(), X, Y, loss="mse", epochs=1, optimizer="L-BFGS-B", **how),
    ):
        with pytest.raises(RecordingError, match=words) as caught:
            run({})
        assert caught.value.__notes__ == ["compiled=False computes on Values, example by example, and records nothing."]
        if odd is not reads_another_leaf:
            run({"compiled": False})


def test_the_message_says_what_differed(monkeypatch):
    monkeypatch.setattr(Odd, "odd", counted, raising=False)
    with pytest.raises(
        RecordingError,
        match=r"^the model is not a function of its inputs: run twice at the same numbers it used the number 2\.0, "
        r"then 3\.0\. A random number, a counter, the clock or the like would stay",
    ):
        predict(Odd(), X)


def seen_by_the_loss():
    generator = np.random.default_rng(3)
    return lambda p, t: (p - t) ** 2 * (generator.random() > 1e-12)


LOSSES = {
    "a mask": lambda p, t: (p - t) ** 2 * (random.random() > 1e-12),
    "a global": lambda p, t: (p - t) ** 2 * (OWN.random() > 1e-12),
    "a closure": seen_by_the_loss(),
    "noise": lambda p, t: (p - t - time.perf_counter()) ** 2,
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_a_loss_that_is_no_function_of_its_inputs_is_refused(loss):
    model = MLP(2, [1], rng=0)
    for run in (evaluate, fit):
        with pytest.raises(RecordingError, match=r"draws random numbers|the loss of the model is not a function"):
            run(model, X, Y, loss=loss)
        run(model, X, Y, loss=loss, compiled=False, **({"epochs": 1} if run is fit else {}))
    predict(model, X)


def test_a_cell_that_is_not_filled_yet_is_passed_over():
    def loss(p, t):
        return (p - t) ** 2 if True else later

    found = evaluate(MLP(2, [1], init="zeros"), X, Y, loss=loss)["loss"]
    assert found == pytest.approx(np.mean(Y**2))
    later = None
    assert later is None


def test_a_draw_of_another_thread_is_not_the_model_s():
    """It comes between two looks at the generator once; the model's own would come each time."""
    draws = iter([True] + [False] * 99)

    class Interrupted(Module):
        def __init__(self):
            self.w = Parameter(2.0)

        def __call__(self, x):
            if isinstance(x[0], Value) and next(draws):
                thread = threading.Thread(target=random.random)
                thread.start()
                thread.join()
            return self.w * x[0]

    assert predict(Interrupted(), [[1.0], [2.0]]).tolist() == [2.0, 4.0]


# --- a parameter that is read where no copy reaches -------------------------------------------------------


def penalised():
    model = MLP(2, [1], init="ones")
    w = model.layers[0].neurons[0].w[0]
    return model, lambda p, t: (p - t) ** 2 + 10.0 * w * w


def computed_before():
    class Squared(Module):
        def __init__(self):
            self.w = Parameter(2.0)

        @functools.cached_property
        def square(self):
            return self.w * self.w

        def __call__(self, x):
            return self.square * x[0]

    model = Squared()
    model([1.0])
    return model, mse


def closed_over():
    w = Parameter(2.0)

    class Closed(Module):
        def __init__(self):
            self.w = w

        def __call__(self, x):
            return w * x[0] if x[1] > 0 else self.w * x[0]

    return Closed(), mse


def test_a_value_that_was_computed_before_cannot_be_recorded():
    model, loss = computed_before()
    for use in (lambda: fit(model, X, Y, loss=loss, epochs=1), lambda: predict(model, X)):
        with pytest.raises(RecordingError, match=r"(?s)which was computed outside of it.*compiled=False") as caught:
            use()
        assert "the mul node" in str(caught.value)


@pytest.mark.parametrize(
    ("make", "compiled"),
    [(penalised, True), (penalised, False), (computed_before, False), (closed_over, True), (closed_over, False)],
)
def test_a_parameter_that_fit_does_not_see_is_refused(make, compiled):
    model, loss = make()
    before = model.state_dict()
    with pytest.raises(
        GradientError,
        match=r"^the loss reads Parameter\(.*\) in a way that fit does not see, .* in the gradient would be lost",
    ):
        fit(model, X, Y, loss=loss, epochs=1, compiled=compiled)
    assert model.state_dict() == before
    predict(model, X, compiled=compiled)  # the numbers are those of now
    evaluate(model, X, Y, loss=loss, compiled=compiled)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("weights", [None, np.arange(12.0)])
def test_other_values_of_a_model_are_data(compiled, weights):
    model = Scaled()
    fit(model, X, Y, loss="mse", epochs=1, optimizer="SGD", lr=0.5, compiled=compiled, sample_weight=weights)
    z = 2.0 * X[:, 0] + 0.5
    slopes = 2.0 * (np.tanh(z) - Y) * (1.0 - np.tanh(z) ** 2) * 2.0 * X[:, 0]
    assert model.w.data == pytest.approx(1.0 - 0.5 * np.average(slopes, weights=weights), rel=1e-12)
    assert model.shift.data == 0.5


# --- what it costs ----------------------------------------------------------------------------------------


class Counting(Module):
    """w·x, and how often it ran on what is recorded."""

    runs = 0

    def __init__(self):
        self.w = Parameter(1.0)

    def __call__(self, x):
        Counting.runs += isinstance(x[0], Value)
        return self.w * x[0] if x[0] > 0 else -self.w * x[0]


def test_each_path_is_recorded_twice_and_once_for_all_epochs(monkeypatch):
    monkeypatch.setattr(Counting, "runs", 0)
    model = Counting()
    assert predict(model, X).tolist() == np.abs(X[:, 0]).tolist()
    assert Counting.runs == 4
    fit(model, X, Y, loss="mse", epochs=7, batch_size=3)
    assert Counting.runs == 8
    fit(model, X, Y, loss="mse", epochs=1)
    assert Counting.runs == 12


RUNS = []
MODE = {"steps": 0}


class Listed(Module):
    """w·x, by a method that may drift."""

    def __init__(self):
        self.w = Parameter(1.0)

    def drift(self):
        return 1.0

    def __call__(self, x):
        RUNS.append(isinstance(x[0], Value))
        return self.w * x[0] * self.drift()


def late(_):
    MODE["steps"] += 1
    return 1.0 if MODE["steps"] <= 2 else 2.0  # on floats, to try it, and in the first run


def runs_of(call):
    del RUNS[:]
    call()
    return sum(RUNS)


@pytest.mark.parametrize(
    "call",
    [
        lambda model: predict(model, X),
        lambda model: evaluate(model, X, Y, loss="mse"),
        lambda model: fit(model, X, Y, loss="mse", epochs=2, progress=False),
        lambda model: fit(model, X, Y, loss="mse", epochs=2, sample_weight=np.ones(12), progress=False),
    ],
)
def test_what_two_runs_agreed_on_is_not_made_twice_again(call, monkeypatch):
    model = Listed()
    assert [runs_of(lambda: call(model)) for _ in range(3)] == [2, 1, 1]
    assert runs_of(lambda: call(Listed())) == 2  # another model
    monkeypatch.setattr(Listed, "drift", lambda _: 1.0)  # what it consists of
    assert [runs_of(lambda: call(model)) for _ in range(2)] == [2, 1]
    MODE["steps"] = 0
    monkeypatch.setattr(Listed, "drift", late)
    del RUNS[:]
    with pytest.raises(RecordingError, match="not a function of its inputs"):
        call(model)
    assert sum(RUNS) == 2
    MODE["steps"] = 0
    with pytest.raises(RecordingError, match="not a function of its inputs"):  # it has agreed on nothing
        call(model)


def test_a_known_recording_that_draws_or_writes_is_made_twice(monkeypatch):
    model = Listed()
    predict(model, X)
    model.drift = lambda: float("drawn" not in MODE or random.random() > 1e-12)
    predict(model, X)
    assert runs_of(lambda: predict(model, X)) == 1
    monkeypatch.setitem(MODE, "drawn", True)  # which no part of the model shows
    del RUNS[:]
    with pytest.raises(RecordingError, match="draws random numbers"):
        predict(model, X)
    assert sum(RUNS) == 2
    monkeypatch.undo()

    def writes(self):
        self.last = len(RUNS)
        return 1.0

    monkeypatch.setattr(Listed, "drift", writes)
    model = Listed()
    assert [runs_of(lambda: predict(model, X)) for _ in range(2)] == [2, 2]


def test_a_set_keeps_what_two_runs_agreed_on():
    runs, leaf, other = [], Parameter(2.0), Parameter(2.0)
    read = [leaf]

    def compiled():
        return compile(lambda x: (runs.append(1), x * read[0])[1], verify=agreed)

    agreed = set()
    assert [compiled()(3.0), compiled()(4.0), len(runs), len(agreed)] == [6.0, 8.0, 3, 1]
    read[:] = [other]  # the same tape of another leaf
    assert [compiled()(3.0), len(runs), len(agreed)] == [6.0, 5, 2]
    with pytest.raises(RecordingError, match="run twice at the same numbers"):
        compile(lambda x: x * time.perf_counter(), verify=agreed)(1.0)
    assert not agreed  # what is refused once is not trusted again


def test_a_model_that_was_refused_is_not_trusted_for_an_earlier_agreement():
    drawn = iter([1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 2.0])  # three to each call: on floats, and two runs
    model = Listed()
    model.drift = lambda: next(drawn)
    predict(model, X)
    for _ in range(2):  # the 1 was agreed on
        with pytest.raises(RecordingError, match="used the number"):
            predict(model, X)


@dataclasses.dataclass
class Noted:
    x: Value
    notes: list = dataclasses.field(metadata={"static": True})


def test_a_result_that_holds_what_has_no_hash_is_verified_too():
    f = compile(lambda x: Noted(x * 2.0, ["doubled"]), verify="recordings")
    assert [f(3.0), f(4.0)] == [Noted(6.0, ["doubled"]), Noted(8.0, ["doubled"])]
    with pytest.raises(RecordingError, match="run twice at the same numbers"):
        compile(lambda x: Noted(x * time.perf_counter(), []), verify="recordings")(1.0)


def test_a_kernel_is_built_once_for_the_same_tape(monkeypatch):
    from autograd.replay import branches

    built, build = [], branches._built_by
    monkeypatch.setattr(branches, "_built_by", lambda *args, **how: built.append(1) or build(*args, **how))
    # a number that no other test has
    model = MLP(2, [3, 1], activation=lambda z: z * 0.123456789, rng=0)
    for _ in range(3):
        predict(model, X)
        model.layers[0].neurons[0].b.data += 1.0
        fit(model, X, Y, loss="mse", epochs=2)
    assert len(built) == 2
    assert predict(model, X) == pytest.approx([model(x).data for x in X], rel=1e-12)


def test_old_tapes_make_room_for_new_ones(monkeypatch):
    from autograd.replay import branches

    known = branches._Known()
    known._MOST_INSTRUCTIONS = 10
    monkeypatch.setattr(branches, "_KNOWN", known)
    for factor in range(2, 9):
        f = compile(lambda x, factor=factor: x * factor + x * x, verify="recordings")
        assert f(3.0) == 3.0 * factor + 9.0
    assert len(known._kept) <= 5


def test_a_model_is_not_kept_alive():
    model = MLP(2, [3, 1], rng=0)
    predict(model, X)
    fit(model, X, Y, loss="mse", epochs=1)
    watcher = weakref.ref(model)
    gc.disable()
    try:
        del model
        assert watcher() is None
    finally:
        gc.enable()


# --- compile(verify=True) ---------------------------------------------------------------------------------


def test_verify_is_for_functions_of_one_s_own_too():
    @compile(verify=True)
    def noisy(x):
        return x * time.perf_counter()

    with pytest.raises(RecordingError, match="noisy is not a function of its inputs"):
        noisy(1.0)

    square = compile(lambda x: x * x if x > 0 else -x, verify=True)
    assert (square(3.0), square(-3.0), square(2.0)) == (9.0, 3.0, 4.0)

    def other_result(x):
        return [x] * (1 + next(COUNTER))

    with pytest.raises(RecordingError, match="it returned "):
        compile(other_result, verify=True)(1.0)
