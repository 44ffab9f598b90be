"""The numbers of the lane kernel in C: its own functions, and lanes wherever they stand; what is left to others."""

from __future__ import annotations

import importlib
import math
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import autograd as ag
from autograd import Value, record
from autograd import compile as compiled
from autograd.primitives import PRIMITIVES, primitive
from autograd.replay.backends import available, c_lanes, numpy_lanes
from autograd.replay.optimise import fuse_dots
from autograd.replay.tape import Tape
from tests.replay.test_lane_functions import ULPS, check_ends, check_errors
from tests.support.backends import NEEDS_ENGINE

_lanes = importlib.import_module("autograd._lanes") if available("c") else None
pytestmark = pytest.mark.skipif(_lanes is None, reason="needs what is compiled with the package")
NOTHING = np.empty(0)


def batch(op):
    """An operation as a kernel of the lanes of its inputs."""
    tape = Tape(
        ops=(op,), code=[0], start=[0, op.arity], args=range(op.arity), dest=[op.arity], constants=[],
        outputs=[op.arity], n_inputs=op.arity, n_slots=op.arity + 1,
    )  # fmt: skip
    kernel = c_lanes.build(tape.verify(), [True] * op.arity, False)
    return lambda *xs: kernel(NOTHING, np.array(xs, float))


# --- what is computed -------------------------------------------------------------------------------------


def test_every_operation_of_so_many_numbers_is_there():
    names = {name for name, _ in _lanes.operations()}
    assert names == {op.name for op in c_lanes.OPERATIONS.values()}
    assert names > {op.name for op in PRIMITIVES.values() if op.builtin and op.arity}


@pytest.mark.parametrize("name", sorted(ULPS))
def test_the_numbers_of_a_function(name):
    check_errors(name, lambda xs: batch(PRIMITIVES[name])(xs)[0])
    check_ends(name, lambda xs: batch(PRIMITIVES[name])(xs)[0])


@pytest.mark.parametrize("op", [op for op in PRIMITIVES.values() if op.builtin and op.arity], ids=lambda op: op.name)
def test_where_an_example_stands_among_the_lanes_changes_no_bit(op):
    """The last lanes of a block, where vectors are not whole, are computed as all others."""
    rng = np.random.default_rng(1)
    extremes = [0.0, -0.0, 1.0, -1.0, 0.5, 5e-324, 1e-310, 1e308, -1e308, math.inf, -math.inf, math.nan]
    columns = np.concatenate([rng.normal(size=(op.arity, 25)), rng.choice(extremes, size=(op.arity, 60))], axis=1)
    columns[op.arity - op.captures :] = 2.0  # an order, a slope
    kernel = batch(op)
    whole = kernel(*columns)
    for n in (*range(1, 18), 31, 47):
        for start in (0, 3, 37):
            part = columns[:, start : start + n]
            np.testing.assert_array_equal(kernel(*part), whole[:, start : start + n])


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 47, 48, 49, 100, 191, 192, 193, 1000, 100_003])
@pytest.mark.parametrize("summed", [False, True])
def test_a_batch_of_any_length_in_chunks_and_blocks(n, summed):
    x, y, w = (Value(k, "xyw"[i]) for i, k in enumerate((0.5, 1.5, 2.0)))
    tape = record([ag.exp(x * w) - y / (1.0 + x * x), x * y + w, ag.tanh(y) * 2.0], [x, y, w])
    xs = np.random.default_rng(n).normal(size=(2, n))
    given = np.array([0.25])
    got = c_lanes.build(tape, [True, True, False], summed)(given, xs)
    wanted = numpy_lanes.build(tape, [True, True, False], summed)(given, xs)
    np.testing.assert_allclose(got, wanted, rtol=1e-11, atol=1e-11 * n if summed else 1e-15)


@pytest.mark.parametrize("n", range(1, 30))
def test_products_summed_over_lanes(n):
    xs = [Value(1.0) for _ in range(6)]
    tape = record([xs[0] * x for x in xs[1:]] + [xs[1] * xs[2]], xs)
    rows = np.random.default_rng(n).normal(size=(6, n))
    got = c_lanes.build(tape, [True] * 6, True)(NOTHING, rows)
    np.testing.assert_allclose(got, [*(rows[:1] * rows[1:]).sum(axis=1), rows[1] @ rows[2]], rtol=1e-13, atol=1e-13)


# --- operations of users ----------------------------------------------------------------------------------


class OwnError(Exception):
    """An exception that refuses no input."""


def own_forward(x, y):
    if x > 10.0:
        raise OwnError("too large")
    return math.log(x) + y / x


own = primitive("own_log", forward=own_forward, partials=lambda x, y, out: (1.0 / x - y / (x * x), 1.0 / x))
word = primitive("own_word", forward=lambda x: float(f"{x:.3e}"), partials=lambda x, out: (1.0,))


@pytest.mark.parametrize("n", [1, 2, 7, 48, 1000, 1025, 9000])
@pytest.mark.parametrize("reduce", [None, "sum"])
def test_operations_of_users_among_those_of_the_table(n, reduce):
    """One that NumPy computes, and one that Python is asked for, number by number."""
    step = ag.value_and_grad(lambda x, y, w: (own(x * w, y) - ag.tanh(word(y) * w)) ** 2, argnums=(0, 2))
    x, y = np.random.default_rng(n).uniform(0.5, 2.0, size=(2, n))
    got = compiled(step, in_axes=(0, 0, None), reduce=reduce, backend="c")(x, y, 1.5)
    wanted = [step(*pair, 1.5) for pair in zip(x.tolist(), y.tolist(), strict=True)]
    for found, each in zip((got[0], *got[1]), zip(*((v, *g) for v, g in wanted), strict=True), strict=True):
        np.testing.assert_allclose(found, sum(each) if reduce else each, rtol=1e-12, atol=1e-12 * n)


def test_an_operation_of_a_user_on_what_all_examples_share():
    f = compiled(lambda x, w: x * own(w, 2.0 * w), in_axes=(0, None), backend="c")
    np.testing.assert_allclose(f(np.arange(4.0), 3.0), np.arange(4.0) * own_forward(3.0, 6.0), rtol=1e-14)


def test_what_an_operation_of_a_user_refuses_is_nan_and_its_own_exception_comes_through():
    f = compiled(lambda x: own(x, 1.0) * 2.0, in_axes=0, backend="c")
    np.testing.assert_array_equal(
        f(np.array([1.0, -1.0, 0.0, 2.0]))[[0, 1, 3]], [2.0, np.nan, 2.0 * math.log(2.0) + 1.0]
    )
    large = np.ones(300_000)
    for place in (0, 150_000, 299_999):  # on this thread or on another
        large[place] = 11.0
        with pytest.raises(OwnError, match="too large"):
            f(large)
        large[place] = 1.0
    np.testing.assert_array_equal(f(large), np.full(300_000, 2.0))


def test_many_threads_may_ask():
    f = compiled(lambda x: own(x, 1.0) * x, in_axes=0, reduce="sum", backend="c")
    batches = [np.random.default_rng(seed).uniform(0.5, 2.0, size=3000) for seed in range(24)]
    alone = [f(batch) for batch in batches]
    with ThreadPoolExecutor(6) as pool:
        assert [*pool.map(f, batches)] == alone


def test_an_operation_of_a_user_may_compute_batches_itself():
    """On every thread at once: none may wait for another that waits for it."""
    code = (
        "import numpy as np, autograd as ag\n"
        "from autograd.replay.backends import c_lanes\n"
        "c_lanes._cores, c_lanes._CHUNK = lambda: 2, 1\n"
        "inner = ag.compile(lambda x: ag.sin(x) * x, in_axes=0, reduce='sum', backend='c')\n"
        "forward = lambda x: float(inner(np.full(300, float(f'{x:.3e}')))) if ready else x\n"
        "ready, op = False, ag.primitive('batches', forward=forward, partials=lambda x, out: (1.0,))\n"
        "f, x = ag.compile(op, in_axes=0, backend='c'), np.linspace(0.0, 1.0, 2000).round(3)\n"
        "inner(x), f(x)\n"
        "ready = True\n"
        "np.testing.assert_allclose(f(x), 300 * np.sin(x) * x, rtol=1e-13)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_an_operation_of_a_user_sees_the_settings_of_the_caller_on_every_thread(monkeypatch, define):
    monkeypatch.setattr(c_lanes, "_cores", lambda: 2)
    monkeypatch.setattr(c_lanes, "_CHUNK", 1)
    threads = set()

    def forward(x):
        threads.add(threading.current_thread())
        time.sleep(1e-5)  # so that the other thread has some
        return 5.0 if math.isnan(ag.log(x)) else 1.0

    f = compiled(define("settings_seen", forward=forward, partials=lambda x, out: (0.0,)), in_axes=0, backend="c")
    with ag.errstate(domain="nan"):
        assert set(f(np.full(5000, -1.0))) == {5.0}
    assert len(threads) == 2


def test_after_an_exception_no_thread_goes_on(monkeypatch, define):
    monkeypatch.setattr(c_lanes, "_cores", lambda: 2)
    monkeypatch.setattr(c_lanes, "_CHUNK", 1)
    asked = []

    def forward(x):
        asked.append(x)
        if x < 0.0:
            raise OwnError("negative")
        time.sleep(1e-5)
        return float(f"{x:.3e}")

    f = compiled(define("stopping", forward=forward, partials=lambda x, out: (0.0,)), in_axes=0, backend="c")
    f(np.ones(3))
    for first in (0, 100):  # on the calling thread or on another
        asked.clear()
        x = np.ones(20_000)
        x[first] = -1.0
        with pytest.raises(OwnError, match="negative"):
            f(x)
        n = len(asked)
        assert n < 2000
        time.sleep(0.02)
        assert len(asked) == n


# --- what is not there ------------------------------------------------------------------------------------


def test_neither_numba_nor_a_compiler_is_asked():
    code = (
        "import sys, numpy as np, autograd as ag\n"
        "loss = ag.value_and_grad(lambda w, x: (ag.tanh(w * x) - 1.0) ** 2)\n"
        "f = ag.compile(loss, in_axes=(None, 0), reduce='mean')\n"
        "f(0.5, np.ones(300)), ag.compile(lambda x: sum((x * k).exp() for k in range(900)))(0.5)\n"
        "assert 'numba' not in sys.modules and 'llvmlite' not in sys.modules\n"
        "print([type(k).__module__ for p in f.paths for k in p.kernels.values()])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['autograd.replay.backends.c_lanes']"


@NEEDS_ENGINE
def test_without_a_kernel_another_backend_runs(monkeypatch):
    """The engine may have been compiled, and the kernel not."""
    c_lanes._compiled.cache_clear()
    monkeypatch.setitem(sys.modules, "autograd._lanes", None)
    found = compiled(lambda x: x * 2.0, in_axes=0)(np.ones(3))
    with pytest.raises(NotImplementedError, match="the lane kernel is not there: install the package again"):
        compiled(lambda x: x * 2.0, in_axes=0, backend="c")(np.ones(3))
    xs = [Value(k + 1.0) for k in range(6)]
    one = c_lanes.build(fuse_dots(record(xs[0] * xs[1] + xs[2] * xs[3] + xs[4] * xs[5], xs)), [False] * 6, True)
    assert one(np.arange(1.0, 7.0), np.empty((0, 1))).tolist() == [2.0 + 12.0 + 30.0]
    c_lanes._compiled.cache_clear()
    assert found.tolist() == [2.0] * 3


def test_a_kernel_of_another_table_is_left_out(monkeypatch):
    c_lanes._compiled.cache_clear()
    monkeypatch.setattr(c_lanes, "digest", lambda: "another")
    with pytest.warns(
        RuntimeWarning, match=r"lane kernel was compiled from another version .* install the package again"
    ):
        found = compiled(lambda x: x * 2.0, in_axes=0)(np.ones(3))
    c_lanes._compiled.cache_clear()
    assert found.tolist() == [2.0] * 3
