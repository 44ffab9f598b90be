"""The lane kernel in C: its functions, its vector instructions, its threads, and arrays that do not fit."""

from __future__ import annotations

import importlib
import math
import subprocess
import sys

import mpmath
import numpy as np
import pytest

import autograd as ag
from autograd import Value, record, value_and_grad
from autograd import compile as compiled
from autograd.primitives import PRIMITIVES, primitive
from autograd.replay.backends import available, c_lanes, lanes, numpy_lanes, python_source
from autograd.replay.tape import Tape
from tests import lane_rules
from tests.replay.test_numba_math import SPECIAL, ULPS, samples

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


def test_the_formulas_in_c_are_those_of_the_table():
    """Written again with python -m tests.lane_rules after a change of the table."""
    assert lane_rules.HEADER.read_text(encoding="utf-8") == lane_rules.header()


def test_every_operation_of_so_many_numbers_is_there():
    names = {name for name, _ in _lanes.operations()}
    assert names == {op.name for op in c_lanes.TABLE.values() if op.arity}
    assert names > {op.name for op in PRIMITIVES.values() if op.builtin and op.arity}


@pytest.mark.parametrize("name", sorted(ULPS))
def test_the_error_is_within_a_few_ulp(name):
    xs = samples(name)
    (found,) = batch(PRIMITIVES[name])(xs)
    worst = 0.0
    with mpmath.workprec(200):
        for x, got in zip(xs.tolist(), found.tolist(), strict=True):
            wanted = getattr(mpmath, name)(mpmath.mpf(x))
            worst = max(worst, float(abs(got - wanted) / math.ulp(float(wanted))))
    assert 0.5 < worst <= ULPS[name]


@pytest.mark.parametrize("name", sorted(ULPS))
def test_the_ends_of_the_range_are_those_of_the_c_library(name):
    xs = np.array(SPECIAL)
    with np.errstate(all="ignore"):
        wanted = getattr(np, name)(xs)
    (got,) = batch(PRIMITIVES[name])(xs)
    np.testing.assert_allclose(got, wanted, rtol=1e-15, atol=0.0)
    numbers = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(got[numbers]), np.signbit(wanted[numbers]))


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


@pytest.mark.parametrize("cores", [1, 2, 3, 8])
def test_every_number_of_cores_gives_the_same_bits(cores, monkeypatch):
    def loss(w, x):
        return sum(ag.exp(w[k] * x[0]) * ag.tanh(w[k] + x[1]) for k in range(20))

    points = np.random.default_rng(0).normal(size=(30_000, 2))
    w = np.linspace(-1.0, 1.0, 20)
    step = compiled(value_and_grad(loss), in_axes=(None, 0), reduce="sum", backend="c")
    value, slopes = step(w, points)
    monkeypatch.setattr(lanes, "_cores", lambda: cores)
    again, others = step(w, points)
    assert again == value
    np.testing.assert_array_equal(others, slopes)
    exact = math.fsum(python_source.build(step.tape, [False] * 20 + [True] * 2, False)(w, points.T[:, :50].copy())[0])
    assert step(w, points[:50])[0] == pytest.approx(exact, rel=1e-12)


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
    assert run.stdout.strip() == "['autograd.replay.backends.lanes']"


def test_an_operation_of_a_users_own_is_for_another_backend():
    own = primitive("own_cube", forward=lambda x: x * x * x, partials=lambda x, out: (3.0 * x * x,))
    xs = np.linspace(-1.0, 1.0, 9)
    with pytest.raises(NotImplementedError, match=r"operation 'own_cube' is not of the table, .* use another backend"):
        compiled(own, in_axes=0, backend="c")(xs)
    np.testing.assert_allclose(compiled(own, in_axes=0)(xs), xs**3, rtol=1e-15)


def test_a_kernel_of_another_table_is_left_out(monkeypatch):
    c_lanes._compiled.cache_clear()
    monkeypatch.setattr(c_lanes, "digest", lambda: "another")
    with pytest.warns(
        RuntimeWarning, match=r"lane kernel was compiled from another version .* install the package again"
    ):
        found = compiled(lambda x: x * 2.0, in_axes=0)(np.ones(3))
    c_lanes._compiled.cache_clear()
    assert found.tolist() == [2.0] * 3


def test_arrays_that_do_not_fit_are_refused():
    words = np.zeros(0, np.uint32)
    good = {
        "program": words, "filled": words, "packs": words, "count": words, "gathered": np.zeros((0, 3), np.uint32),
        "shared": np.zeros(4), "packed": np.zeros(0), "rows": np.zeros((3, 16)), "aside": np.zeros(0),
        "given": np.zeros(2), "lanes": np.zeros((2, 5)), "results": np.zeros((1, 5)),
        "start": 0, "stop": 5, "size": 5, "column": 0, "n_sums": 0,
    }  # fmt: skip

    def run(**changed):
        return _lanes.kernel(*{**good, **changed}.values())

    assert run() is None
    frozen = np.zeros((3, 16))
    frozen.setflags(write=False)
    bad = [
        {"program": np.zeros(1, np.uint64)}, {"program": np.zeros((1, 1), np.uint32)}, {"program": 1.0},
        {"shared": np.zeros(1)}, {"rows": np.zeros((1, 16))}, {"rows": np.zeros((3, 4))}, {"rows": frozen},
        {"rows": np.zeros((6, 32))[::2, ::2]}, {"lanes": np.zeros((2, 4))}, {"lanes": np.zeros((2, 5), np.float32)},
        {"start": -1}, {"stop": 6}, {"start": 6}, {"size": 0}, {"size": 17}, {"size": 2**70}, {"start": 0.5},
        {"n_sums": 6}, {"n_sums": -1}, {"n_sums": 1, "column": 1}, {"gathered": np.zeros((1, 2), np.uint32)},
    ]  # fmt: skip
    for changed in bad:
        with pytest.raises((ValueError, TypeError, BufferError)):
            run(**changed)
    with pytest.raises(TypeError, match="kernel takes 17 arguments, got 0"):
        _lanes.kernel()
