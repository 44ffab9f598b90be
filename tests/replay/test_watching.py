"""A compiled function reads the world as it is now: each kind of change beside its arguments, one by one."""

from __future__ import annotations

import collections
import contextvars
import enum
import functools
import gc
import math
import types
import warnings
import weakref
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
from autograd import Parameter, RecordingError, RecordingWarning, Value
from autograd import compile as compiled
from autograd.replay.watching import Watch

VARIABLE = contextvars.ContextVar("rate", default=2.0)
TABLE = {"rates": [1.0, 2.0], "deep": {"more": [{"rate": 2.0}]}}
SCALE = 2.0


def set_item(holder, key, value):
    holder[key] = value


def sum_of(values):
    total = 0.0
    for value in values:
        total = total + value
    return total


# --- containers -------------------------------------------------------------------------------------------

CONTAINERS = {
    "a list of numbers grows": (lambda: [1.0, 2.0], lambda held: held.append(3.0)),
    "a list of numbers shrinks": (lambda: [1.0, 2.0], lambda held: held.pop()),
    "a list of numbers is emptied": (lambda: [1.0, 2.0], lambda held: held.clear()),
    "an empty list grows": (list, lambda held: held.append(3.0)),
    "an item is set": (lambda: [1.0, 2.0], lambda held: set_item(held, 0, 5.0)),
    "an item changes its sign of zero": (lambda: [0.0], lambda held: set_item(held, 0, -0.0)),
    "a list is sorted": (lambda: [3.0, 1.0, 2.0], lambda held: held.sort()),
    "a list of Parameters grows": (lambda: [Parameter(1.0), Parameter(2.0)], lambda held: held.append(Parameter(3.0))),
    "a Parameter is replaced by an equal one": (
        lambda: [Parameter(1.0), Parameter(2.0)], lambda held: set_item(held, 0, Parameter(1.0))),
    "two Parameters change places": (
        lambda: [Parameter(2.0), Parameter(2.0)], lambda held: held.reverse()),
    "a mixed list": (lambda: [Parameter(1.0), 2.0, "a"], lambda held: set_item(held, 1, 7.0)),
    "a deque rotates": (lambda: collections.deque([1.0, 2.0]), lambda held: held.rotate()),
    "a deque of Parameters": (lambda: collections.deque([Parameter(1.0)]), lambda held: held.append(Parameter(3.0))),
    "a set grows": (lambda: {1.0, 2.0}, lambda held: held.add(3.0)),
    "a dict gets an entry": (lambda: {"a": 1.0}, lambda held: held.update(b=2.0)),
    "a list in a dict": (lambda: {"a": [1.0], "b": 2.0}, lambda held: held["a"].append(9.0)),
    "a key of a dict is replaced by another": (lambda: {1: 1.0, 2: 2.0}, lambda held: set_item(held, 3, held.pop(2))),
    "a dict changes its order": (lambda: {"a": 1.0, "b": 2.0}, lambda held: set_item(held, "a", held.pop("a"))),
    "a dict of Parameters changes its order": (
        lambda: {"a": Parameter(1.0), "b": Parameter(2.0)}, lambda held: set_item(held, "a", held.pop("a"))),
    "a dict of Parameters": (lambda: {"a": Parameter(1.0)}, lambda held: set_item(held, "a", Parameter(4.0))),
    "a default dict": (lambda: collections.defaultdict(float, a=1.0), lambda held: set_item(held, "b", 4.0)),
    "an array": (lambda: np.array([1.0, 2.0]), lambda held: set_item(held, 1, 9.0)),
    "an array of whole numbers": (lambda: np.array([1, 2]), lambda held: set_item(held, 1, 9)),
    "an array of Parameters": (
        lambda: np.array([Parameter(1.0), Parameter(2.0)]), lambda held: set_item(held, 1, Parameter(9.0))),
    "a list in a tuple": (lambda: ([1.0], [2.0]), lambda held: held[0].append(9.0)),
    "a list in a list": (lambda: [[1.0], [2.0]], lambda held: held[0].append(9.0)),
    "bytes": (lambda: bytearray([1, 2]), lambda held: held.append(3)),
}  # fmt: skip


def test_a_dict_of_the_same_content_in_other_objects_is_the_same():
    held, runs = {f"rate {k}": 0.5 * k for k in range(3)}, []
    keep = runs.append

    def f(x):
        keep(0)
        return x * held["rate 1"] * math.copysign(1.0, held["rate 0"])

    g = compiled(f)
    assert g(2.0) == 1.0
    before = len(runs)
    held["rate 1"] = float("0.5")
    assert g(2.0) == 1.0
    assert len(runs) == before
    held["rate 1"] = 1.5
    assert g(2.0) == 3.0
    held["rate 0"] = -0.0
    assert g(2.0) == -3.0


class Tagged(Parameter):
    """A parameter with an attribute of its own."""


class Hidden(list):
    def __iter__(self):
        return iter([1.0])


class Sized(float):
    """A number with an attribute of its own."""


def tagged(kind, number):
    made = kind(2.0)
    made.tag = number
    return made


def swap_key(held, key):
    held[key] = held.pop(next(iter(held)))


EQUAL_BUT_NOT_THE_SAME = {
    "the key of a Value": ({0: Value(2.0)}, lambda held: swap_key(held, 0.0), lambda held: isinstance(*held, int)),
    "the sign of a key": ({0.0: Value(2.0)}, lambda held: swap_key(held, -0.0), lambda held: math.copysign(1.0, *held)),
    "an item of a set": ({1.0}, lambda held: (held.clear(), held.add(1)), lambda held: isinstance(*held, int)),
    "a complex number": (
        [Value(1.0), 0j], lambda held: set_item(held, 1, complex(-0.0, 0.0)),
        lambda held: math.copysign(1.0, held[1].real)),
    "a float32": (
        [Value(1.0), np.float32(0.0)], lambda held: set_item(held, 1, np.float32(-0.0)),
        lambda held: math.copysign(1.0, float(held[1]))),
    "an attribute of a Parameter": (
        [tagged(Tagged, 1.0)], lambda held: setattr(held[0], "tag", 9.0), lambda held: held[0].tag),
    "a number with an attribute": (
        [Value(1.0), tagged(Sized, 1.0)], lambda held: set_item(held, 1, tagged(Sized, 9.0)), lambda held: held[1].tag),
    "a list that hides its items": (Hidden([1.0, 2.0]), lambda held: set_item(held, 1, 9.0), lambda held: held[1]),
    "the dtype of an array": (
        np.array([1]), lambda held: setattr(held, "dtype", np.dtype(float)), lambda held: held.dtype == float),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("held", "change", "read"), EQUAL_BUT_NOT_THE_SAME.values(), ids=EQUAL_BUT_NOT_THE_SAME)
def test_what_is_equal_and_can_be_told_apart(held, change, read):
    def f(x):
        return x * (read(held) + 2.0)

    g = compiled(f)
    before = f(3.0)
    assert [g(3.0), g(3.0)] == [before, before]
    change(held)
    assert f(3.0) != before
    assert g(3.0) == f(3.0)


def numbers_in(held):
    """The numbers of any of them, in order, and how many there are."""
    flat = list(held.values()) if isinstance(held, dict) else list(held.flat) if isinstance(held, np.ndarray) else held
    total, place = 0.0, 1.0
    for item in flat:
        if isinstance(item, str):
            continue
        number = sum_of(item) if isinstance(item, (list, tuple)) else item
        total, place = total + number * place, place * 1.25
    return total


@pytest.mark.parametrize(("make", "change"), CONTAINERS.values(), ids=CONTAINERS)
@pytest.mark.parametrize("how", ["closure", "attribute", "global", "static", "batch"])
def test_what_changes_in_a_container(make, change, how):
    held = make()
    holder = types.SimpleNamespace(held=held)
    handed = Handed(held)
    space = {"numbers_in": numbers_in, "held": held}
    exec("def f(x):\n    return x * numbers_in(held)\n", space)
    plain = {
        "closure": lambda x: x * numbers_in(held),
        "attribute": lambda x: x * numbers_in(holder.held),
        "global": space["f"],
        "static": lambda x, it=handed: x * numbers_in(it.held),
        "batch": lambda x: x * numbers_in(held),
    }[how]
    f = compiled(plain, **({"in_axes": 0} if how == "batch" else {}))
    at = np.array([2.0]) if how == "batch" else 2.0
    for step in (None, change):
        if step:
            step(held)
        expected = plain(Value(2.0))
        number = expected.data if isinstance(expected, Value) else expected
        for _ in range(2):
            np.testing.assert_equal(np.copysign(1.0, f(at)), np.copysign(1.0, number))
            assert f(at) == pytest.approx(number, rel=1e-15)
    before = f.paths
    f(at)
    assert f.paths == before


class Handed:
    def __init__(self, held):
        self.held = held


@pytest.mark.parametrize("change", [lambda held: held.reverse(), lambda held: set_item(held, 0, Parameter(2.0))])
def test_another_leaf_of_the_same_number_is_the_live_one(change):
    held = [Parameter(2.0), Parameter(2.0)]
    f = compiled(lambda x: held[0] * x)
    assert f(3.0) == 6.0
    change(held)
    assert f(3.0) == 6.0
    held[0].data = 5.0
    assert f(3.0) == 15.0


# --- attributes, functions and methods --------------------------------------------------------------------


class Base:
    rate = 2.0

    def scaled(self, x):
        return x * self.rate

    @property
    def doubled(self):
        return 2.0 * self.rate

    @staticmethod
    def fixed(x):
        return x * 2.0

    @classmethod
    def of_class(cls, x):
        return x * cls.rate

    def __call__(self, x):
        return self.scaled(x)


class Sub(Base):
    __slots__ = ("held",)

    def __init__(self):
        self.held = 2.0
        self.rates = [2.0]
        self.table = {"rate": 2.0}
        self.made = lambda x: x * 2.0
        self.part = Part()

    def scaled(self, x):
        return super().scaled(x)


class Part:
    def __init__(self):
        self.rate = 2.0

    def scaled(self, x):
        return x * self.rate


def replaced(items, new):
    """Replace the first of ``items``; how to undo that."""
    old, items[0] = items[0], new
    return lambda: set_item(items, 0, old)


def taken(holder, name):
    """Take an attribute away; how to undo that."""
    old = getattr(holder, name)
    delattr(holder, name)
    return lambda: setattr(holder, name, old)


def times(factor):
    return lambda *args: args[-1] * factor


METHODS = {
    "a method of the instance": (lambda m, x: m.scaled(x), lambda m, put: put(m, "scaled", times(5.0))),
    "a method of its class": (lambda m, x: m.scaled(x), lambda m, put: put(Sub, "scaled", times(5.0))),
    "a method of the class above": (lambda m, x: m.scaled(x), lambda m, put: put(Base, "scaled", times(5.0))),
    "a method that the subclass gets": (lambda m, x: m.fixed(x), lambda m, put: put(Sub, "fixed", times(5.0))),
    "a property": (lambda m, x: m.doubled / 2.0 * x, lambda m, put: put(Base, "doubled", property(lambda _: 10.0))),
    "what a property reads": (lambda m, x: m.doubled / 2.0 * x, lambda m, put: put(Base, "rate", 5.0)),
    "a static method": (lambda m, x: m.fixed(x), lambda m, put: put(Base, "fixed", staticmethod(times(5.0)))),
    "a class method": (lambda m, x: m.of_class(x), lambda m, put: put(Base, "of_class", classmethod(times(5.0)))),
    "what a class method reads": (lambda m, x: m.of_class(x), lambda m, put: put(Base, "rate", 5.0)),
    "the call of an instance": (lambda m, x: m(x), lambda m, put: put(Base, "__call__", times(5.0))),
    "a class attribute on the instance": (lambda m, x: m.rate * x, lambda m, put: put(m, "rate", 5.0)),
    "a class attribute of the subclass": (lambda m, x: m.rate * x, lambda m, put: put(Sub, "rate", 5.0)),
    "a slot": (lambda m, x: m.held * x, lambda m, put: put(m, "held", 5.0)),
    "a list": (lambda m, x: m.rates[0] * x, lambda m, put: replaced(m.rates, 5.0)),
    "a dict": (lambda m, x: m.table["rate"] * x, lambda m, put: put(m, "table", {"rate": 5.0})),
    "a function": (lambda m, x: m.made(x), lambda m, put: put(m, "made", times(5.0))),
    "the code of a function": (
        lambda m, x: m.made(x), lambda m, put: put(m.made, "__code__", (lambda x: x * 5.0).__code__)),
    "a part": (lambda m, x: m.part.scaled(x), lambda m, put: put(m, "part", types.SimpleNamespace(scaled=times(5.0)))),
    "an attribute of a part": (lambda m, x: m.part.scaled(x), lambda m, put: put(m.part, "rate", 5.0)),
    "the class of a part": (lambda m, x: m.part.scaled(x), lambda m, put: put(m.part, "__class__", Fivefold)),
    "by a computed name": (lambda m, x: getattr(m, "ra" + "te") * x, lambda m, put: put(m, "rate", 5.0)),
    "by vars": (lambda m, x: vars(m)["rates"][0] * x, lambda m, put: replaced(m.rates, 5.0)),
    "an attribute that was missing": (
        lambda m, x: (m.late if hasattr(m, "late") else 2.0) * x, lambda m, put: put(m, "late", 5.0)),
    "an attribute that goes": (lambda m, x: (2.0 if hasattr(m, "made") else 5.0) * x, lambda m, put: taken(m, "made")),
}  # fmt: skip


class Fivefold:
    def scaled(self, x):
        return x * 5.0


@pytest.mark.parametrize(("read", "change"), METHODS.values(), ids=METHODS)
@pytest.mark.parametrize("how", ["closure", "static", "method"])
def test_what_is_replaced_in_an_object_or_its_classes(read, change, how, monkeypatch):
    model = Sub()
    if how == "closure":
        f = compiled(lambda x: read(model, x))
    elif how == "static":
        inner = compiled(read)
        f = functools.partial(inner, model)
    else:

        class Owner:
            def __init__(self):
                self.model = model

            @compiled
            def at(self, x):
                return read(self.model, x)

        f = Owner().at
    assert [f(3.0), f(3.0)] == [6.0, 6.0]
    undo = change(model, functools.partial(monkeypatch.setattr, raising=False)) or monkeypatch.undo
    assert [f(3.0), f(3.0)] == [15.0, 15.0]
    undo()
    assert f(3.0) == 6.0


@dataclass
class Option:
    strike: float
    tags: list = field(default_factory=list, metadata={"static": True})

    def value(self, x):
        return x * self.strike * SCALE


def test_methods_of_arguments_read_the_world_as_it_is(monkeypatch):
    f = compiled(lambda option, x: option.value(x))
    assert f(Option(3.0, ("a",)), 1.0) == 6.0
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert f(Option(3.0, ("a",)), 1.0) == 15.0
    monkeypatch.setattr(Option, "value", lambda self, x: x * self.strike)
    assert f(Option(3.0, ("a",)), 1.0) == 3.0


def test_a_model_as_a_static_argument():
    from nn import MLP

    net, x = MLP(2, [3, 1], rng=0), [1.0, 2.0]
    f = compiled(lambda model, x: model(x))
    assert f(net, x) == net(x).data
    net.layers[0].neurons[1].w[0] = Parameter(7.0)
    assert f(net, x) == net(x).data
    net.layers[1].neurons[0].b.data = 3.0
    assert f(net, x) == net(x).data
    net.forward = lambda x: Value(x[0] * 2.0)
    assert f(net, x) == net(x).data


# --- names ------------------------------------------------------------------------------------------------


def test_globals_and_cells_that_are_bound_anew():
    space = {}
    exec("def f(x):\n    return abs(x * rate)\nrate = 2.0\n", space)
    f, rate = compiled(space["f"]), 2.0
    g = compiled(lambda x: x * rate)
    assert (f(3.0), g(3.0)) == (6.0, 6.0)
    space["rate"] = rate = 5.0
    assert (f(3.0), g(3.0)) == (15.0, 15.0)
    space["abs"] = lambda x: x * 100.0  # in front of Python's own
    assert f(3.0) == 1500.0
    del space["abs"]
    assert f(-3.0) == 15.0


def test_a_cell_of_a_function_further_in():
    def outer():
        rate = 2.0

        def set_rate(new):
            nonlocal rate
            rate = new

        def inner(x):
            return sum_of([each * rate for each in (x,)])

        return inner, set_rate

    inner, set_rate = outer()
    f = compiled(lambda x: functools.reduce(lambda total, each: total + inner(each), [x], 0.0))
    assert f(3.0) == 6.0
    set_rate(5.0)
    assert f(3.0) == 15.0


def test_a_context_variable_and_an_enum():
    class Kind(enum.Enum):
        ONE = 2.0

    f = compiled(lambda x: x * VARIABLE.get() * Kind.ONE.value)
    assert f(3.0) == 12.0
    token = VARIABLE.set(5.0)
    try:
        assert f(3.0) == 30.0
    finally:
        VARIABLE.reset(token)
    assert f(3.0) == 12.0


def test_the_code_of_the_function_itself():
    def f(x):
        return x * 2.0

    g = compiled(f)
    assert g(3.0) == 6.0
    f.__code__ = (lambda x: x * 5.0).__code__
    assert g(3.0) == 15.0


def test_deep_in_plain_data(monkeypatch):
    f = compiled(lambda x: x * TABLE["deep"]["more"][0]["rate"])
    assert f(3.0) == 6.0
    monkeypatch.setitem(TABLE["deep"]["more"][0], "rate", 5.0)
    assert f(3.0) == 15.0


def test_a_list_that_holds_itself():
    ring = [2.0]
    ring.append(ring)
    f = compiled(lambda x: x * ring[1][1][0])
    assert f(3.0) == 6.0
    ring[0] = 5.0
    assert f(3.0) == 15.0


# --- what the function does itself ------------------------------------------------------------------------


def test_a_function_that_counts_its_calls_counts_them():
    runs = 0

    def f(x):
        nonlocal runs
        runs += 1
        return x * runs

    assert [compiled(f)(1.0) for _ in range(1)] == [1.0]
    g = compiled(f)
    assert [g(1.0) for _ in range(4)] == [2.0, 3.0, 4.0, 5.0]


def test_a_state_that_is_kept_from_call_to_call():
    class Cell:
        def __init__(self):
            self.w, self.h = Parameter(0.5, "w"), 0.0

        def step(self, x):
            self.h = ag.tanh(self.w * self.h + x)
            return self.h

    def data(number):
        return number.data if isinstance(number, Value) else number

    plain, cell = Cell(), Cell()
    f = compiled(cell.step)
    assert [data(f(x)) for x in (1.0, 2.0, 0.5)] == [plain.step(x).data for x in (1.0, 2.0, 0.5)]


def test_a_memo_is_filled_and_then_replayed():
    memo, runs = {}, []

    def f(x):
        runs.append(x)
        if "rate" not in memo:
            memo["rate"] = 2.0
        return x * memo["rate"]

    g = compiled(f)
    assert [g(3.0) for _ in range(5)] == [6.0] * 5
    assert len(runs) == 2


def test_what_is_only_noted_down_is_not_read():
    class Logged:
        def __init__(self):
            self.log = []

        def __call__(self, x):
            self.log.append(x)
            return x * 2.0

    logged = Logged()
    f = compiled(logged)
    assert [f(3.0) for _ in range(3)] == [6.0] * 3
    logged.log.clear()
    f(3.0)
    assert logged.log == []


def test_other_attributes_may_change_freely():
    class Model:
        def __init__(self):
            self.w, self.history, self.steps = Parameter(2.0), [], 0
            self.runs = []

        @compiled
        def loss(self, x):
            self.runs.append(1)
            return self.w * x

        def train(self):
            for _ in range(50):
                self.history.append(self.loss(3.0))
                self.steps += 1

    model = Model()
    model.train()
    assert (model.history, model.steps, model.runs) == ([6.0] * 50, 50, [1])


def test_a_word_where_recordings_do_not_last():
    holder = types.SimpleNamespace(rate=0.0)
    f = compiled(lambda x: x * holder.rate)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for k in range(32):
            holder.rate = float(k)
            assert f(2.0) == 2.0 * k
    holder.rate = -1.0
    with pytest.warns(RecordingWarning, match="the attribute 'rate' of SimpleNamespace.*make an argument") as caught:
        assert f(2.0) == -2.0
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        holder.rate = 7.0
        assert f(2.0) == 14.0


# --- the watch itself -------------------------------------------------------------------------------------


def test_a_change_is_told_in_words():
    held, w = [1.0], Parameter(1.0)
    model = Sub()
    watch = Watch([lambda x: x * held[0] * w * model.rate * SCALE * model.part.rate])
    assert watch.unchanged()
    assert watch.difference() == ""
    held.append(2.0)
    assert watch.difference() == "the content of a list"
    held.pop()
    w = Parameter(1.0)
    assert not watch.unchanged()
    assert watch.difference() == "'w' of a closure"


def test_nothing_of_one_s_own_runs_while_it_watches():
    class Odd:
        def __init__(self):
            self.rate = 2.0

        @property
        def costly(self):
            raise AssertionError

        def __getattr__(self, name):
            raise KeyError(name)

        def __eq__(self, other):
            raise AssertionError

        __hash__ = object.__hash__

    odd, many = Odd(), [Odd(), Odd()]
    f = compiled(lambda x: x * odd.rate * many[0].rate)
    assert f(1.0) == 4.0
    odd.rate = 5.0
    assert f(1.0) == 10.0
    many[0] = Odd()
    many[0].rate = 1.0
    assert f(1.0) == 5.0


class Fickle:
    """A descriptor that answers anew each time."""

    def __get__(self, instance, owner):
        return object()


def test_what_answers_anew_each_time_cannot_be_watched():
    class Model:
        fickle = Fickle()
        rate = 2.0

    model, runs = Model(), []
    f = compiled(lambda x: runs.append(1) or (x * model.rate if model.fickle else x))
    assert [f(3.0), f(3.0)] == [6.0, 6.0]
    assert runs == [1]
    model.rate = 5.0
    assert f(3.0) == 15.0


def test_more_than_can_be_watched(monkeypatch):
    from autograd.replay import watching

    monkeypatch.setattr(watching, "_MOST", 10)
    many = [types.SimpleNamespace(rate=float(k)) for k in range(20)]
    with pytest.warns(RecordingWarning, match="reaches more than 10 objects"):
        assert compiled(lambda x: x * many[3].rate)(2.0) == 6.0


def test_an_installed_package_of_one_s_own(tmp_path, monkeypatch):
    folder = tmp_path / "site-packages" / "mine"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "from mine.other import helper\nrate = 2.0\n\ndef f(x):\n    return helper(x) * rate\n"
    )
    (folder / "other.py").write_text("shift = 0.0\n\ndef helper(x):\n    return x + shift\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site-packages"))
    import mine
    import mine.other

    f = compiled(mine.f)
    assert f(3.0) == 6.0
    mine.rate = 5.0
    assert f(3.0) == 15.0
    mine.other.shift = 1.0
    assert f(3.0) == 20.0
    monkeypatch.delitem(__import__("sys").modules, "mine")
    monkeypatch.delitem(__import__("sys").modules, "mine.other")


def test_an_instance_lives_no_longer_for_being_watched():
    class Model:
        def __init__(self):
            self.ws = [Parameter(1.0), Parameter(2.0)]
            self.rate = 2.0

        @compiled
        def at(self, x):
            return self.ws[0] * x * self.rate

    model = Model()
    assert model.at(3.0) == 6.0
    model.rate = 5.0
    assert model.at(3.0) == 15.0
    assert type(model).at._kept.methods._made
    seen = weakref.ref(model)
    gc.disable()
    try:
        del model
        assert seen() is None
    finally:
        gc.enable()


def test_a_match_statement_reads_what_it_names():
    @dataclass
    class Point:
        rate: float

    point = Point(2.0)

    def f(x):
        match point:
            case Point(rate=found):
                return x * found

    g = compiled(f)
    assert g(3.0) == 6.0
    point.rate = 5.0
    assert g(3.0) == 15.0


# --- what cannot be seen, and is looked for ----------------------------------------------------------------


def rate_from(place, path):
    """Reads a number where no name leads to it."""
    if place == "a file":
        return float(path.read_text())
    return float(Path.cwd().name)


@pytest.mark.parametrize("place", ["a file", "the working directory"])
@pytest.mark.parametrize("how", ["one call", "a batch", "a sum", "a branch"])
def test_verify_finds_what_has_changed_unseen(place, how, tmp_path, monkeypatch):
    path = tmp_path / "the rate"

    def put(rate):
        path.write_text(rate)
        (tmp_path / rate).mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / rate)

    def f(x):
        rate = rate_from(place, path)
        return x * rate if how != "a branch" or x < 10.0 else x * (rate + 1.0)

    batch = {"a batch": {"in_axes": 0}, "a sum": {"in_axes": 0, "reduce": "sum"}}.get(how, {})
    at = np.array([3.0, 4.0]) if batch else 20.0 if how == "a branch" else 3.0
    put("2.0")
    seen, unseen = compiled(f, verify=True, **batch), compiled(f, **batch)
    first = np.copy(seen(at))
    np.testing.assert_array_equal(seen(at), first)
    np.testing.assert_array_equal(unseen(at), first)
    put("5.0")
    np.testing.assert_array_equal(unseen(at), first)  # as the docstring of compile says
    with pytest.raises(
        RecordingError, match=r"f is not a function of its inputs: run again .* it used the number .*0, then"
    ):
        seen(at)
    put("2.0")
    np.testing.assert_array_equal(seen(at), first)


def test_verify_looks_at_another_example_at_each_call(tmp_path, monkeypatch):
    import random

    for rate in ("2.0", "3.0"):
        (tmp_path / rate).mkdir()
    odd = compiled(lambda x: x * 2.0 if x < 5.0 else x * float(Path.cwd().name), in_axes=0, verify=True)
    monkeypatch.chdir(tmp_path / "2.0")
    odd(np.array([1.0, 9.0]))
    odd(np.array([1.0, 9.0]))
    monkeypatch.chdir(tmp_path / "3.0")
    odd(np.array([1.0, 9.0]))
    with pytest.raises(RecordingError, match="not a function of its inputs"):
        odd(np.array([1.0, 9.0]))
    noisy = compiled(lambda x: x * random.random(), verify="recordings")
    with pytest.raises(RecordingError, match="run twice at the same numbers"):
        noisy(1.0)


def test_verify_is_true_false_or_recordings():
    with pytest.raises(ValueError, match="verify must be False, True or 'recordings', got 'always'"):
        compiled(lambda x: x, verify="always")


def test_a_method_that_only_super_reaches(monkeypatch):
    class Under:
        def scaled(self, x):
            return x * 2.0

    class Over(Under):
        def scaled(self, x):
            return x.scaled(x) if isinstance(x, Under) else super().scaled(x)

    over = Over()
    f = compiled(lambda x: over.scaled(x) + 0.0)
    assert f(3.0) == 6.0
    monkeypatch.setattr(Under, "scaled", lambda self, x: x * 5.0)
    assert f(3.0) == 15.0


# --- ways of every kind -----------------------------------------------------------------------------------


class Cached:
    def __init__(self):
        self.rate, self.runs = 2.0, 0

    @functools.cached_property
    def kept(self):
        return self.rate

    def scaled(self, x, by=1.0):
        return x * self.rate * by

    doubled = functools.partialmethod(scaled, by=1.0)


def test_partials_cached_properties_and_weak_references():
    cached, plain = Cached(), Cached()
    partly = functools.partial(cached.scaled, by=1.0)
    loose = weakref.ref(plain)
    f = compiled(lambda x: partly(x) + cached.kept * x + cached.doubled(x) + loose().rate * x + loose().rate * 0.0)
    assert f(3.0) == 24.0
    cached.rate = 5.0
    assert f(3.0) == 15.0 + 6.0 + 15.0 + 6.0
    del cached.kept
    assert f(3.0) == 15.0 * 3.0 + 6.0
    plain.rate = 1.0
    assert f(3.0) == 15.0 * 3.0 + 3.0


def test_what_is_weakly_held_and_gone():
    class Holder:
        rate = 2.0

    holder = Holder()
    loose = weakref.ref(holder)
    f = compiled(lambda x: x * (loose().rate if loose() is not None else 5.0))
    assert f(3.0) == 6.0
    assert Watch([lambda: loose().rate]).unchanged()
    del holder
    assert f(3.0) == 15.0


def test_a_cell_that_is_not_filled_yet_and_a_name_that_is_no_identifier():
    holder = types.SimpleNamespace(**{"a rate": 2.0})

    def f(x):
        return x * vars(holder)["a rate"] if x is not None else later

    g = compiled(f)
    assert g(3.0) == 6.0
    vars(holder)["a rate"] = 5.0
    assert g(3.0) == 15.0
    later = 1.0
    assert g(3.0) == 15.0


def test_a_property_in_front_of_an_entry_of_the_instance():
    class Model:
        @property
        def rate(self):
            return vars(self)["rate"] * 1.0

    model = Model()
    vars(model)["rate"] = 2.0
    f = compiled(lambda x: x * model.rate)
    assert f(3.0) == 6.0
    vars(model)["rate"] = 5.0
    assert f(3.0) == 15.0


class Moody:
    """A slot of a class whose attribute raises, or does not answer as it did."""

    def __getattribute__(self, name):
        if name == "rate":
            return [2.0][:]
        return object.__getattribute__(self, name)


def test_an_object_that_answers_otherwise_each_time():
    moody = Moody()
    moody.__dict__["rate"] = 1.0
    f = compiled(lambda x: x * moody.rate[0])
    assert [f(3.0), f(3.0)] == [6.0, 6.0]


def test_a_module_of_one_s_own():
    settings = types.ModuleType("settings_of_a_test")
    settings.rate, settings.other = 2.0, 1.0
    f = compiled(lambda x: x * settings.rate)
    assert f(3.0) == 6.0
    settings.rate = 5.0
    assert f(3.0) == 15.0


def test_an_attribute_that_is_gone_is_a_change():
    holder = Cached()
    loose = weakref.ref(holder)
    watch = Watch([lambda: holder.rate + loose().rate])
    assert watch.unchanged()
    del holder.rate
    assert not watch.unchanged()
    assert watch.difference() == "the attribute 'rate' of Cached"
