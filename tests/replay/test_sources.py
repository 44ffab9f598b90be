"""Iterators, random numbers, clocks, and the state of objects whose code is not read, in compiled functions."""

from __future__ import annotations

import array
import collections
import configparser
import ctypes
import datetime as dt
import io
import itertools
import os
import queue
import random
import secrets
import sys
import threading
import time
import types
import uuid
import weakref

import numpy as np
import pytest

from autograd import RecordingError, grad
from autograd import compile as compiled
from nn import MLP

NUMBERS = [float(number) for number in range(1, 100)]


def counting():
    number = 0.0
    while True:
        number += 1.0
        yield number


def filled():
    waiting = queue.SimpleQueue()
    for number in NUMBERS:
        waiting.put(number)
    return waiting


USED_UP = {
    "list iterator": (iter(NUMBERS), next),
    "reversed": (reversed(NUMBERS), next),
    "range iterator": (iter(range(1, 100)), next),
    "dict iterator": (iter(dict.fromkeys(NUMBERS)), next),
    "generator": (counting(), next),
    "generator that is sent to": (counting(), lambda it: it.send(None)),
    "generator expression": ((number for number in NUMBERS), next),
    "generator of equals": ((1.0 for _ in NUMBERS), next),
    "map": (map(abs, NUMBERS), next),
    "zip": (zip(NUMBERS, NUMBERS, strict=True), lambda it: next(it)[0]),
    "enumerate": (enumerate(NUMBERS), lambda it: next(it)[1]),
    "filter": (filter(None, NUMBERS), next),
    "islice of an iterator": (iter(NUMBERS), lambda it: sum(itertools.islice(it, 2))),
    "queue": (filled(), lambda it: it.get()),
}
DRAWN = {
    "Random": (random.Random(1), lambda it: it.random()),
    "its branch": (random.Random(1), lambda it: 1.0 if it.random() < 0.5 else 2.0),
    "its method": (random.Random(1).gauss, lambda it: it(0.0, 1.0)),
    "its method in C": (random.Random(1).random, lambda it: it()),
    "Generator": (np.random.default_rng(1), lambda it: it.normal()),
    "BitGenerator": (np.random.PCG64(1), lambda it: float(it.random_raw())),
    "Generator of another kind": (np.random.Generator(np.random.MT19937(1)), lambda it: it.random()),
    "RandomState": (np.random.RandomState(1), lambda it: it.rand()),
    "random": (random, lambda it: it.random()),
    "random.gauss": (random.gauss, lambda it: it(0.0, 1.0)),
    "numpy": (np, lambda it: it.random.rand()),
    "numpy.random": (np.random, lambda it: it.rand()),
}


@pytest.mark.parametrize("name", [*USED_UP, *DRAWN])
def test_what_a_function_uses_up_is_refused_with_the_way_out(name):
    source, ask = (USED_UP | DRAWN)[name]
    does = "takes items from" if name in USED_UP else "draws random numbers from"
    f = compiled(lambda x: x * ask(source))
    for _ in range(2):
        with pytest.raises(RecordingError, match=rf"<lambda> {does} .*Draw it outside and give it as an argument"):
            f(2.0)


@pytest.mark.parametrize("mode", ["r", "rb"])
def test_a_file_that_is_read_is_refused(mode, tmp_path):
    (tmp_path / "numbers").write_text("".join(f"{number}\n" for number in NUMBERS))
    with (tmp_path / "numbers").open(mode) as file:
        for read in (lambda: file.readline(), lambda: next(iter(file))):  # noqa: PLW0108 -- names the file
            with pytest.raises(
                RecordingError, match=r"takes items from 'file' of a closure|is not a function of its inp"
            ):
                compiled(lambda x, read=read: x * float(read()))(2.0)


def test_a_file_that_is_written_to_may_be_a_log(tmp_path):
    with (tmp_path / "log").open("w") as log:
        f = compiled(lambda x: (log.write("called\n"), x * x)[1])
        assert f(2.0) == f(2.0) == 4.0
    numbers = io.StringIO("".join(f"{number}\n" for number in NUMBERS))
    with pytest.raises(RecordingError, match="is not a function of its inputs: run twice"):
        compiled(lambda x: x * float(numbers.readline()))(2.0)


ANEW = {
    "count": (itertools.count(1.0), next),
    "cycle": (itertools.cycle([1.0, 2.0, 3.0]), next),
    "system's random numbers": (random.SystemRandom(), lambda it: it.random()),
    "time": (time, lambda it: it.perf_counter()),
    "perf_counter": (time.perf_counter, lambda it: it()),
    "datetime": (dt, lambda it: it.datetime.now().timestamp()),
    "datetime.now": (dt.datetime.now, lambda it: it().timestamp()),
    "urandom": (os.urandom, lambda it: float(int.from_bytes(it(6), "big"))),
    "secrets": (secrets, lambda it: it.randbelow(10**12)),
    "uuid": (uuid, lambda it: float(it.uuid4().int)),
    "no seed": (np.random, lambda it: it.default_rng().random()),
    "no seed of Python's": (random, lambda it: it.Random().random()),
}


@pytest.mark.parametrize("name", ANEW)
def test_what_answers_anew_and_shows_no_state_is_found_by_a_second_recording(name):
    source, ask = ANEW[name]
    f = compiled(lambda x: x * ask(source))
    with pytest.raises(RecordingError, match=r"<lambda> is not a function of its inputs: run twice"):
        f(2.0)


def test_a_source_that_is_not_asked_or_does_not_decide_hinders_nothing():
    left, generator, log, names = iter(NUMBERS), random.Random(1), [], itertools.count()
    runs = 0

    def f(x):
        nonlocal runs
        runs += 1
        log.append(time.perf_counter())
        next(names)
        drawn = random.Random(3).random()
        if x > 100.0:
            return x * next(left) * generator.random()
        return x * drawn

    g = compiled(f)
    want = 2.0 * random.Random(3).random()
    assert g(2.0) == g(2.0) == want
    with pytest.raises(RecordingError, match=r"draws random numbers from 'generator'|takes items from 'left'"):
        g(200.0)
    assert g(2.0) == want


def test_a_derivative_of_a_function_that_draws_is_the_plain_one():
    left = iter(NUMBERS)
    slope = grad(compiled(lambda x: x * next(left)))
    assert [slope(2.0) for _ in range(2)] != [1.0, 1.0]


def test_a_model_is_recorded_once():
    model = MLP(2, [3, 1], rng=0)
    runs = 0

    def f(x):
        nonlocal runs
        runs += 1
        return model([x, 1.0])

    f = compiled(f)
    f(0.5)
    runs = 0
    f._kept.forget()
    f(0.5)
    assert runs == 1


class Place:
    rate = 2.0


def as_installed(name, code):
    """A class as an installed package would have it, whose code is not read."""
    module = types.ModuleType("an_installed_package")
    module.__file__, module.np = f"{os.sep}site-packages{os.sep}an_installed_package.py", np
    sys.modules[module.__name__] = module
    exec(compile(code, module.__file__, "exec"), vars(module))
    return getattr(module, name)


TABLE = """
class Table:
    def __init__(self, **columns):
        self.columns = columns
    def __len__(self):
        return len(self.columns)
    def __iter__(self):
        return iter(self.columns)
    def __contains__(self, name):
        return name in self.columns
    def __array__(self, dtype=None, copy=None):
        return np.array(list(self.columns.values()), dtype=dtype)
    def at(self, name):
        return self.columns[name]
"""
Table = as_installed("Table", TABLE)


KEPT = Place()
UNDER = {"rate": 2.0}
BUFFER = bytearray(b"\2\3")
PARSED = configparser.ConfigParser()
PARSED["s"] = {"rate": "2"}
HELD = weakref.WeakValueDictionary(kept=KEPT)
OTHER = Place()
OTHER.rate = 5.0
CHANGES = {
    "array": (array.array("d", [2.0]), lambda it: it[0], lambda it: it.__setitem__(0, 5.0)),
    "deque": (collections.deque([2.0]), lambda it: it[0], lambda it: it.appendleft(5.0)),
    "memoryview": (memoryview(BUFFER), lambda it: it[0], lambda _: BUFFER.__setitem__(0, 5)),
    "ctypes number": (ctypes.c_double(2.0), lambda it: it.value, lambda it: setattr(it, "value", 5.0)),
    "ctypes array": ((ctypes.c_double * 2)(2.0), lambda it: it[0], lambda it: it.__setitem__(0, 5.0)),
    "ChainMap": (collections.ChainMap({"rate": 2.0}), lambda it: it["rate"], lambda it: it.update(rate=5.0)),
    "UserDict": (collections.UserDict(rate=2.0), lambda it: it["rate"], lambda it: it.update(rate=5.0)),
    "UserList": (collections.UserList([2.0]), lambda it: it[0], lambda it: it.__setitem__(0, 5.0)),
    "Counter": (collections.Counter(rate=2), lambda it: it["rate"], lambda it: it.update(rate=3)),
    "a dict that is shown": (types.MappingProxyType(UNDER), lambda it: it["rate"], lambda _: UNDER.update(rate=5.0)),
    "its values": (UNDER.values(), sum, lambda _: UNDER.update(rate=5.0)),
    "its items": (UNDER.items(), lambda it: next(iter(it))[1], lambda _: UNDER.update(rate=5.0)),
    "weak values": (HELD, lambda it: it["kept"].rate, lambda it: it.update(kept=OTHER)),
    "a configuration": (PARSED, lambda it: it.getfloat("s", "rate"), lambda it: it.set("s", "rate", "5")),
    "a table of numbers": (Table(rate=2.0), lambda it: it.at("rate"), lambda it: it.columns.update(rate=5.0)),
    "a mixed table": (
        Table(rate=2.0, name=None), lambda it: it.at("rate"), lambda it: it.columns.update(rate=5.0)
    ),
    "event": (threading.Event(), lambda it: 5.0 if it.is_set() else 2.0, lambda it: it.set()),
    "environ": (os.environ, lambda it: float(it["CHAINRULE_RATE"]), lambda it: it.update(CHAINRULE_RATE="5")),
    "getenv": (os.getenv, lambda it: float(it("CHAINRULE_RATE")), lambda _: os.environ.update(CHAINRULE_RATE="5")),
    "os": (os, lambda it: float(it.environ["CHAINRULE_RATE"]), lambda it: it.environ.update(CHAINRULE_RATE="5")),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_in_an_object_whose_code_is_not_read_is_noticed(name, monkeypatch):
    source, read, change = CHANGES[name]
    monkeypatch.setenv("CHAINRULE_RATE", "2")
    UNDER["rate"] = 2.0
    f = compiled(lambda x: x * read(source))
    assert f(3.0) == f(3.0) == 6.0
    known = f.tape
    assert f(4.0) == 8.0
    assert f.tape is known
    change(source)
    assert f(3.0) == 15.0


def scaled(x):
    return x * scaled.rate


def counted(x):
    if not hasattr(counted, "calls"):
        counted.calls = 0
    counted.calls += 1
    return x * counted.calls


def test_the_attributes_of_a_function_are_read():
    scaled.rate = 2.0
    f = compiled(scaled)
    assert f(3.0) == 6.0
    scaled.rate = 5.0
    assert f(3.0) == 15.0
    f = compiled(counted)
    assert [f(1.0) for _ in range(3)] == [1.0, 2.0, 3.0]
