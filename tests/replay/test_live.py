"""Live leaves: what a compiled function closes over, and the instance whose method it is."""

from __future__ import annotations

import gc
import inspect
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import autograd as ag
from autograd import Parameter, Value
from autograd import compile as compiled
from autograd.replay import backends

BACKENDS = ["python", "numpy", *[name for name in ("c", "numba", "jax") if backends.available(name)]]


# --- leaves that are closed over --------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_leaves_that_are_closed_over_are_live(backend):
    w, b = Parameter(2.0, "w"), Value(1.0, "b")
    f = compiled(lambda x: (w * x + b + w * 10.0) if w > 0.0 else b - x, backend=backend)
    assert f(3.0) == 27.0
    w.data, b.data = 5.0, -1.0
    assert f(3.0) == 64.0
    w.data = -5.0
    assert f(3.0) == -4.0
    w.data = 5.0
    assert f(3.0) == 64.0
    assert len(f.paths) == 2
    batched = compiled(lambda x: w * x, in_axes=0, backend=backend)
    np.testing.assert_allclose(batched(np.array([1.0, 2.0])), [5.0, 10.0])
    w.data = 3.0
    np.testing.assert_allclose(batched(np.array([1.0, 2.0])), [3.0, 6.0])


def test_a_leaf_that_is_made_inside_is_not_shared_between_calls():
    def f(x):
        total = Value(0.0)
        for _ in range(3):
            total = total + x
        return total

    g = compiled(f, backend="python")
    assert [g(1.0), g(2.0)] == [3.0, 6.0]


def test_a_leaf_set_while_the_function_is_recorded_is_refused():
    w = Parameter(1.0, "w")

    def f(x):
        y = x * w
        setter = threading.Thread(target=lambda: setattr(w, "data", 7.0))
        setter.start()
        setter.join()
        return y + w

    with pytest.raises(ag.StaleGraphError, match="'w'"):
        compiled(f)(1.0)


# --- methods ----------------------------------------------------------------------------------------------


class Line:
    """Two methods on parameters."""

    def __init__(self, slope):
        self.slope = Parameter(slope, "slope")

    @compiled
    def at(self, x, *, shift=0.0):
        """The height at x."""
        return self.slope * x + shift

    @compiled(in_axes=0, reduce="sum")
    def total(self, xs):
        return self.slope * xs


def test_a_compiled_method_has_the_parameters_of_its_instance_live():
    steep, flat = Line(5.0), Line(2.0)
    assert (steep.at(3.0), flat.at(3.0), steep.at(1.0, shift=1.0)) == (15.0, 6.0, 6.0)
    assert flat.total(np.array([1.0, 2.0])) == 6.0
    flat.slope.data = 7.0
    assert (flat.at(3.0), flat.total(np.ones(2)), steep.at(1.0)) == (21.0, 14.0, 5.0)
    assert (len(steep.at.paths), len(flat.at.paths), len(Line.at.paths)) == (2, 1, 0)
    assert flat.at.tape.labels[:2] == ("x", "slope")


def test_a_compiled_method_is_bound_as_a_function_is():
    line = Line(1.0)
    method = line.at
    assert (method.__name__, method.__doc__, method.__self__) == ("at", "The height at x.", line)
    assert list(inspect.signature(method).parameters) == ["x", "shift"]
    assert repr(method) == "<compiled at, 0 path(s)>"
    assert Line.at is Line.__dict__["at"]
    assert ag.grad(method)(2.0) == 1.0


def test_what_is_no_function_is_not_bound():
    class Holder:
        largest = compiled(max)
        square = compiled(ag.record((x := Value(2.0)) * x, [x]))

    assert (Holder().largest(1.0, 2.0), Holder().square(3.0)) == (2.0, [9.0])


def test_a_method_keeps_its_instance_and_recordings_do_not():
    line = Line(3.0)
    seen, method = weakref.ref(line), line.at
    assert method(2.0) == 6.0
    del line
    gc.disable()
    try:
        assert method(4.0) == 12.0
        assert seen() is not None
        del method
        assert seen() is None
    finally:
        gc.enable()


def test_recordings_of_instances_that_are_gone_are_forgotten():
    class Own(Line):
        at = compiled(lambda self, x: self.slope * x)

    lines = [Own(float(k)) for k in range(5)]
    assert [line.at(1.0) for line in lines] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert len(Own.at._kept.methods._made) == 5
    del lines
    assert len(Own.at._kept.methods._made) == 0


def test_threads_share_the_recordings_of_an_instance():
    calls = []

    class Counted:
        @compiled
        def f(self, x):
            calls.append(self)
            return x * 2.0

    counted = Counted()
    counted.f(1.0)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda k: counted.f(float(k)), range(100))) == [2.0 * k for k in range(100)]
    assert calls == [counted]


def test_an_instance_without_weak_references_is_refused():
    class Slotted:
        __slots__ = ()

        @compiled
        def f(self, x):
            return x

    with pytest.raises(TypeError, match=r"Slotted.f is compiled for each instance.*add '__weakref__' to its __slots__"):
        Slotted().f(1.0)


def test_a_function_or_list_that_is_replaced_under_its_name_is_noticed():
    space = {}
    exec("def helper(x):\n    return x * 2.0\nscales = [2.0]\ndef f(x):\n    return helper(x) * scales[0]\n", space)
    f = compiled(space["f"])
    assert f(3.0) == 12.0
    exec("def helper(x):\n    return x * 9.0\n", space)
    assert f(3.0) == 54.0
    space["scales"] = [1.0]
    assert f(3.0) == 27.0
