"""`compile`: every backend against eager evaluation; transforms, domains, settings, threads."""

from __future__ import annotations

import copy
import math
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import DomainError, Parameter, RecordingError, Value, record
from autograd import compile as compiled
from autograd.replay import backends, branches
from autograd.replay.backends import python_source
from autograd.replay.optimise import reuse_slots
from autograd.sweep import number_of
from tests.support.backends import NEEDS_ENGINE
from tests.support.programs import inputs, programs

BACKENDS = ["python", "numpy", *[name for name in ("c", "numba", "jax") if backends.available(name)]]


def bits(numbers):
    return np.array(numbers, dtype=np.float64).view(np.int64).tolist()


def halve(x):
    while x > 1.0:
        x = x / 2.0
    return x * x


# --- against eager evaluation -----------------------------------------------------------------------------


@settings(max_examples=120)
@given(programs(), st.lists(inputs, min_size=3, max_size=3))
def test_the_python_backend_gives_the_bits_of_eager_evaluation_on_every_path(program, points):
    f = compiled(program, backend="python")
    slope = compiled(ag.grad(lambda *xs: program(*xs)[0], argnums=(0, 1, 2)), backend="python")
    with ag.errstate("nan"):
        for point in points:
            assert bits(f(*point)) == bits([number_of(out) for out in program(*map(Value, point))])
            expected = ag.grad(lambda *xs: program(*xs)[0], argnums=(0, 1, 2))(*point)
            np.testing.assert_array_equal(slope(*point), expected)


@settings(max_examples=60)
@given(programs(), st.lists(inputs, min_size=3, max_size=3))
def test_numpy_lanes_agree_on_a_batch_of_mixed_paths(program, points):
    batch = np.array([points[i % 3] for i in range(7)])
    f = compiled(lambda x: program(*x), in_axes=0, backend="numpy")
    with ag.errstate("nan"):
        expected = np.array([[number_of(out) for out in program(*map(Value, row))] for row in batch.tolist()]).T
    np.testing.assert_allclose(f(batch), expected, rtol=1e-12, atol=1e-12)
    total = compiled(lambda x: program(*x), in_axes=0, backend="numpy", reduce="sum")
    scale = np.abs(expected).sum(axis=1).max() + 1.0
    np.testing.assert_allclose(total(batch), expected.sum(axis=1), rtol=1e-12, atol=1e-12 * scale)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("reduce", [None, "sum", "mean"])
def test_a_batch_is_partitioned_by_path(backend, reduce):
    points = np.linspace(-3.0, 70.0, 101)
    f = compiled(halve, in_axes=0, backend=backend, reduce=reduce)
    each = np.array([float(halve(x)) for x in points.tolist()])
    expected = {None: each, "sum": each.sum(), "mean": each.mean()}[reduce]
    np.testing.assert_allclose(f(points), expected, rtol=1e-13)
    assert len(f.paths) == 8
    np.testing.assert_allclose(f(points[::-1].copy()), expected[::-1] if reduce is None else expected, rtol=1e-13)
    assert len(f.paths) == 8


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_where_leaks_nothing_from_the_branch_not_taken(backend):
    def f(x):
        return ag.where(ag.step(x), ag.sqrt(x) * ag.log(x) / x, 2.0 * x)

    points = np.array([0.0, -1.0, 2.0, -math.inf])
    with ag.errstate("nan"):
        expected = [ag.grad(f)(x) for x in points.tolist()]
    np.testing.assert_allclose(compiled(ag.grad(f), in_axes=0, backend=backend)(points), expected, rtol=1e-14)
    assert expected[:2] == [2.0, 2.0]
    np.testing.assert_allclose(compiled(ag.grad(f), backend=backend)(0.0), 2.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_transforms_compose(backend):
    def f(x):
        return ag.exp(x[0]) * x[1] * x[1] + ag.tanh(x[0] * x[1])

    x = [0.3, -1.2]
    for transform in (
        ag.grad,
        ag.value_and_grad,
        ag.jacobian,
        ag.hessian,
        lambda f: ag.grad(lambda x: ag.grad(f)(x)[0]),
    ):
        got, expected = compiled(transform(f), backend=backend)(x), transform(f)(x)
        np.testing.assert_allclose(np.hstack(_flat(got)), np.hstack(_flat(expected)), rtol=1e-12)
    got = compiled(lambda x, t: ag.jvp(f, (x,), (t,)), backend=backend)(x, [1.0, 0.5])
    np.testing.assert_allclose(got, ag.jvp(f, (x,), ([1.0, 0.5],)), rtol=1e-12)


def _flat(tree):
    return [number for branch in tree for number in _flat(branch)] if isinstance(tree, (list, tuple)) else [tree]


def test_the_gradient_of_a_compiled_function_flows_through_it():
    f = compiled(lambda x: x * x * x)
    assert f(2.0) == 8.0
    assert ag.grad(f)(2.0) == 12.0
    x = Value(2.0)
    y = f(x)
    assert (type(y), y.op.name) == (Value, "mul")
    outer = compiled(lambda t: f(t) + 1.0)
    assert (outer(2.0), outer(3.0)) == (9.0, 28.0)


def test_live_leaves_stay_live_in_a_compiled_function_that_another_one_calls():
    w = Parameter(2.0)
    inner = compiled(lambda x: x * w)
    outer = compiled(lambda t: inner(3.0) + t)
    assert outer(1.0) == 7.0
    w.data = 10.0
    assert outer(1.0) == 31.0


def test_the_decorator_keeps_name_and_documentation():
    @compiled(backend="python")
    def area(r):
        """Of a circle."""
        return math.pi * r * r

    assert (area.__name__, area.__doc__, area(1.0)) == ("area", "Of a circle.", math.pi)
    assert repr(area) == "<compiled area, 1 path(s)>"
    assert "%0 = input    # r" in str(area.tape)


@compiled
def doubled(x):
    return x * 2.0


class Scaled:
    def __init__(self):
        self.factor = Parameter(3.0)
        self.again = compiled(lambda x: self.factor * x)

    @compiled
    def times(self, x):
        return self.factor * x


def test_copies_and_pickles_are_those_of_a_function():
    assert copy.copy(doubled) is copy.deepcopy(doubled) is pickle.loads(pickle.dumps(doubled)) is doubled
    assert doubled(2.0) == 4.0
    scaled = Scaled()
    assert copy.deepcopy(scaled).again is scaled.again
    assert copy.copy(scaled.times).__self__ is scaled
    del scaled.again
    assert pickle.loads(pickle.dumps(scaled.times))(2.0) == 6.0
    with pytest.raises((pickle.PicklingError, AttributeError), match=r"lambda|local object"):
        pickle.dumps(compiled(lambda x: x))


def test_a_tape_is_compiled():
    x, y = Value(2.0, "x"), Value(3.0)
    f = compiled(record([x * y, x + y], [x, y]))
    assert f(3, 4.0) == [12.0, 7.0]
    with pytest.raises(TypeError, match=r"the tape is a tape that takes \(number, number\), not \(number\)"):
        f(1.0)
    with pytest.raises(RecordingError, match="cannot be a part of a graph"):
        f(x, 1.0)
    with pytest.raises(ValueError, match="has 1: name them in record"):
        compiled(record(x * y, [x]))
    with pytest.raises(ValueError, match="for one example"):
        compiled(record(x * y, [x, y]), in_axes=0)


# --- checked ----------------------------------------------------------------------------------------------


def test_replays_follow_ieee_and_checked_ones_raise_with_the_name():
    def f(x):
        return ag.log((x - 2.0).named("shifted")) if x > 1.0 else 1.0 / x

    xs = np.array([3.0, 1.5, 0.5, 0.0])
    np.testing.assert_array_equal(compiled(f, in_axes=0)(xs), [0.0, math.nan, 2.0, math.inf])
    checked = compiled(f, in_axes=0, checked=True)
    np.testing.assert_array_equal(checked(np.array([3.0, 0.5])), [0.0, 2.0])
    with pytest.raises(DomainError, match=r"log\(shifted = -0.5\) is outside the domain: log needs"):
        checked(np.array([3.0, 1.5]))
    with pytest.raises(ZeroDivisionError, match=r"0.0"):
        checked(np.array([3.0, 0.5, 0.0]))
    total = compiled(f, in_axes=0, checked=True, reduce="sum")
    assert total(np.array([3.0, 0.5])) == 2.0


def test_an_infinity_that_is_handed_in_is_no_fault():
    assert compiled(lambda x: ag.exp(x) + x, checked=True)(math.inf) == math.inf


# --- errors -----------------------------------------------------------------------------------------------


def test_bad_settings_are_told_at_once():
    for settings_, kind, message in [
        (
            {"backend": "cuda"},
            ValueError,
            "unknown backend 'cuda'; known: 'auto', 'python', 'numpy', 'c', 'numba', 'jax'",
        ),
        ({"on_flip": "ignore"}, ValueError, "on_flip must be 'record' or 'raise', got 'ignore'"),
        ({"reduce": "max", "in_axes": 0}, ValueError, "reduce must be None, 'sum' or 'mean', got 'max'"),
        ({"reduce": "sum"}, ValueError, "reduce='sum' needs a batch: give in_axes too"),
        ({"max_paths": 0}, ValueError, "max_paths must be a whole number, 1 or more, got 0"),
        ({"max_paths": True}, ValueError, "max_paths"),
        ({"in_axes": "rows"}, TypeError, "in_axes must be None, an int, or a tuple .* got 'rows'"),
    ]:
        with pytest.raises(kind, match=message):
            compiled(abs, **settings_)
    with pytest.raises(TypeError, match="compile takes a function, not 3"):
        compiled(3)


def test_a_backend_that_is_not_installed(monkeypatch):
    monkeypatch.setitem(backends.BACKENDS, "numba", backends.BACKENDS["numba"]._replace(requires="no_such_package"))
    with pytest.raises(
        ModuleNotFoundError, match=r"needs the package 'no_such_package'.*pip install 'chainrule\[fast\]'"
    ):
        compiled(lambda x: x, backend="numba")
    assert "numba" not in backends.choose("auto", batched=True)
    assert "numba" not in backends.choose("auto", batched=False)
    monkeypatch.setattr(backends, "core", None)
    monkeypatch.setitem(backends.BACKENDS, "c", backends.BACKENDS["c"]._replace(requires="autograd.no_such_module"))
    with pytest.raises(ModuleNotFoundError, match="backend='c' needs what is compiled with the package, which is not"):
        compiled(lambda x: x, backend="c")
    assert backends.choose("auto", batched=True) == ["numpy", "python"]
    assert backends.choose("auto", batched=False) == ["python"]


def test_nothing_is_recorded_yet(tmp_path):
    f = compiled(lambda x: x)
    for ask in (lambda: f.tape, f.source, lambda: f.save(tmp_path / "f")):
        with pytest.raises(RecordingError, match="<lambda> is not recorded yet: call it once with numbers"):
            ask()
    f([1.0])
    f(1.0)
    with pytest.raises(RecordingError, match="recorded for 2 forms of arguments"):
        f.source()
    with pytest.raises(ValueError, match="source\\(\\) writes 'python' or 'c', not 'rust'"):
        f.source("rust")


# --- the search for the path ------------------------------------------------------------------------------


def test_the_search_ends_where_rounding_makes_a_backend_disagree(monkeypatch):
    """A kernel whose guards never hold: every example is then decided by a recording of its own."""
    f = compiled(lambda x: x * 2.0 if x > 0.0 else x, in_axes=0, backend="numpy")
    monkeypatch.setattr(
        "autograd.replay.branches._first_failures", lambda guards, operands: np.zeros(operands.shape[1], int)
    )
    assert f(np.array([1.0, -1.0, 2.0, -2.0, 3.0])).tolist() == [2.0, -1.0, 4.0, -2.0, 6.0]
    assert len(f.paths) == 2


def test_many_threads_record_and_replay_one_function():
    w = Parameter(2.0)
    f = compiled(halve)
    g = compiled(ag.value_and_grad(lambda x, y: x * y * w if x > y else x - y), in_axes=(0, None), reduce="sum")
    xs = np.linspace(0.1, 60.0, 50)
    expected = [float(halve(x)) for x in xs.tolist()]
    single = compiled(g._function, in_axes=(0, None), reduce="sum")(xs, 30.0)

    def work(seed):
        order = np.random.default_rng(seed).permutation(len(xs)).tolist()
        assert all(f(xs[i]) == expected[i] for i in order)
        value, slope = g(xs, 30.0)
        np.testing.assert_allclose(value, single[0], rtol=1e-13)
        np.testing.assert_allclose(slope, single[1], rtol=1e-13)
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(24)))
    assert len(f.paths) == 7
    assert len(g.paths) == 2


@pytest.mark.parametrize("backend", BACKENDS)
def test_threads_that_take_turns_after_every_step_have_each_their_own_numbers(backend):
    f = compiled(lambda x: (x * x, ag.sin(x)), backend=backend)
    wanted = [f(float(k)) for k in range(8)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda k: [f(float(k)) for _ in range(500)], range(8)))
    finally:
        sys.setswitchinterval(before)
    assert all(each == [right] * 500 for each, right in zip(found, wanted, strict=True))


def test_two_first_calls_at_once_have_each_their_own_result(monkeypatch):
    """Both record the path before either of them has put it among the known ones."""
    met, follow = Barrier(2), branches.Branches._follow

    def met_first(self, found, by):
        met.wait(timeout=60)
        return follow(self, found, by)

    monkeypatch.setattr(branches.Branches, "_follow", met_first)
    for backend in ("auto", "python", "numpy"):
        f = compiled(lambda x: x * x, backend=backend)
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(f, [3.0, 5.0])) == [9.0, 25.0]
        assert len(f.paths) == 1


# --- corners ----------------------------------------------------------------------------------------------


def test_a_function_that_does_not_tell_its_parameters():
    f = compiled(max)
    assert (f(1.0, 2.0), f(3.0, 2.0)) == (2.0, 3.0)
    assert f.tape.labels[:2] == ("x0", "x1")


def test_in_axes_as_a_list():
    assert compiled(lambda x, y: x * y, in_axes=[0, None])(np.array([1.0, 2.0]), 3.0).tolist() == [3.0, 6.0]


def test_plans_are_forgotten_and_made_again(monkeypatch):
    monkeypatch.setattr("autograd.replay.signature._MOST_PLANS", 2)
    f = compiled(lambda x: x * 2.0, in_axes=0)
    for n in (1, 2, 3, 4, 1, 2):
        assert f(np.ones(n)).tolist() == [2.0] * n
    assert len(f.paths) == 1


def test_a_slot_that_is_used_again_and_again_has_short_names():
    def f(x):
        for _ in range(3000):
            x = ag.tanh(x)
        return x

    with ag.errstate("nan"):
        g = compiled(f, backend="python")
        g(0.5)
    names = python_source.straight_line(reuse_slots(g.tape)).__code__.co_varnames
    assert len(names) == 3001 + len(["inputs"])
    assert max(map(len, names)) <= len("t2_t2_3000")


def test_a_long_tape_goes_to_a_kernel(monkeypatch):
    monkeypatch.setattr("autograd.replay.branches._SHORT", 1)
    f = compiled(lambda x: (x * 2.0 + 1.0).sin() if x > 0.0 else -x)
    for x in (0.5, 2.0, -3.0):
        assert f(x) == pytest.approx(math.sin(2.0 * x + 1.0) if x > 0.0 else -x, rel=1e-15)


def test_auto_goes_on_to_a_backend_that_knows_the_operation(monkeypatch):
    def refuse(tape, batched, summed):
        raise NotImplementedError("not known here")

    load = backends.load_backend
    monkeypatch.setattr("autograd.replay.branches.choose", lambda name, *, batched: ["numba", "numpy"])
    monkeypatch.setattr("autograd.replay.branches.load_backend", lambda name: refuse if name == "numba" else load(name))
    assert compiled(lambda x: x * 2.0, in_axes=0)(np.ones(2)).tolist() == [2.0, 2.0]
    monkeypatch.setattr("autograd.replay.branches.choose", lambda name, *, batched: ["numba"])
    with pytest.raises(NotImplementedError, match="not known here"):
        compiled(lambda x: x * 2.0, in_axes=0)(np.ones(2))


# --- the choice between plain Python and a kernel -----------------------------------------------------------


def _gelus(x):
    total = 0.0
    for k in range(1, 9):  # not by sum(), which rounds floats otherwise than Values from Python 3.12 on
        total = total + ag.gelu(x * float(k))
    return total


@NEEDS_ENGINE
@pytest.mark.parametrize("derived", [lambda f: f, ag.value_and_grad], ids=["value", "both"])
def test_a_short_tape_with_work_runs_in_c_to_the_last_bit(derived):
    function = derived(_gelus)
    f = compiled(function)
    for x in (0.5, -0.25, 3.0, 0.5, -40.0, 0.5):
        assert f(x) == function(x)
    assert [path.straight_line for path in f.paths] == [False]
    (kernel,) = f.paths[0].kernels.values()
    assert kernel.__module__ == "autograd.replay.backends.c_tape"


def test_what_stays_in_plain_python():
    cheap, guarded = compiled(lambda x: x * x + 1.0), compiled(lambda x: _gelus(x) if x > 0.0 else x)
    named = compiled(_gelus, backend="python")
    for f in (cheap, guarded, named):
        assert len({f(0.5) for _ in range(9)}) == 1
        assert all(callable(path.straight_line) for path in f.paths)


def test_work_is_told_from_code():
    cheap, dear = (compiled(op) for op in (lambda x: x * x, ag.lgamma))
    cheap(2.0), dear(2.0)
    assert python_source.work(cheap.tape) == 1
    assert python_source.work(dear.tape) > 30
