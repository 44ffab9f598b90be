"""How the numba backend lays a batch out: rows in the cache, work for threads, results that need no work."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Value, exp, log, record, sin
from autograd.replay.backends import numba_kernels, numba_lanes
from autograd.replay.backends.lanes import _aligned, _width
from autograd.replay.backends.numba_lanes import build
from autograd.replay.tape import Tape

NOTHING = np.empty(0)


def test_a_program_of_functions_is_shared_out_sooner_than_one_of_arithmetic():
    x = Value(1.5, "x")
    lanes = np.linspace(1.0, 2.0, 200_000)[None]
    columns = []
    for result in (x * x - x / 3.0, exp(sin(x)) - log(x)):
        kernel = build(record(result, inputs=[x]), [True], False)
        kernel(NOTHING, lanes)
        columns.append(kernel._layout.columns)
    assert columns == [1, 2]


@pytest.mark.parametrize("summed", [False, True])
@pytest.mark.parametrize("outputs", [[], [1, 2]])
def test_results_that_need_no_instruction(outputs, summed):
    tape = Tape(
        ops=(), code=[], start=[0], args=[], dest=[], constants=[2.0, 5.0], outputs=outputs, n_inputs=1, n_slots=3
    )
    found = build(tape, [True], summed)(NOTHING, np.ones((1, 4)))
    each = np.array([2.0, 5.0])[: len(outputs)]
    np.testing.assert_array_equal(found, each * 4.0 if summed else np.repeat(each[:, None], 4, axis=1))


def test_a_compiler_that_fails_on_the_whole_tape_is_told_with_its_reason(monkeypatch):
    def no_memory(_blocks):
        raise MemoryError("too many values")

    monkeypatch.setattr(numba_lanes, "lane_kernel", no_memory)
    x = Value(1.5, "x")
    with pytest.raises(NotImplementedError, match="numba cannot compile this tape: too many values"):
        build(record(exp(x) * x, inputs=[x]), [True], False)


def test_a_kernel_in_memory_that_can_do_more_serves_and_gives_the_same_bits(monkeypatch):
    monkeypatch.setattr(numba_kernels, "_lanes", {})
    made, compiled = [], numba_lanes.lane_kernel
    monkeypatch.setattr(numba_lanes, "lane_kernel", lambda blocks: made.append(len(blocks)) or compiled(blocks))
    x, y = Value(1.5, "x"), Value(0.5, "y")
    small = record([exp(x * y - y) / x, x * x + y * 0.1 + x * 0.7], inputs=[x, y])
    large = record([exp(x * y - y) / x, x * x + y * 0.1 + x * 0.7, abs(x - y) ** 3.0, -x, x.tanh()], inputs=[x, y])
    lanes = np.random.default_rng(0).normal(size=(2, 999)) * np.exp(np.linspace(-40.0, 40.0, 999))
    lanes[:, :9] = np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, 1e308, -1e308, 1.0
    alone = build(small, [True, True], False)
    whole = build(large, [True, True], False)
    with np.errstate(all="ignore"):
        expected = alone(NOTHING, lanes)
        served = build(small, [True, True], False)  # by the smallest that can
        monkeypatch.setattr(numba_kernels, "_lanes", {tuple(list(numba_kernels._lanes)[-1]): None})
        again = build(small, [True, True], False)
        few, more, *later = made
        assert later == [few, more]
        assert few < more
        for found in (served, again):
            np.testing.assert_array_equal(found(NOTHING, lanes).view(np.int64), expected.view(np.int64))
        np.testing.assert_array_equal(whole(NOTHING, lanes)[:2].view(np.int64), expected.view(np.int64))


@pytest.mark.parametrize("n_rows", [1, 3, 30, 200, 5000])
def test_rows_begin_on_cache_lines_and_do_not_compete_for_places_in_the_cache(n_rows):
    width = _width(n_rows, grouped=False)
    rows = _aligned(n_rows, width)
    line = 64
    assert rows.shape[0] == n_rows
    assert rows.shape[1] >= width >= 16
    assert rows.ctypes.data % line == 0
    assert rows.strides[0] % line == 0
    assert rows.strides[0] // line % 2 == 1
    assert width == 16 or 8 * width * n_rows <= 512 * 1024
    assert 128 <= _width(n_rows, grouped=True) <= max(width, 128)
