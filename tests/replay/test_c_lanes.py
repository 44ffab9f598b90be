"""The lane kernel in C: every operation at hostile numbers, sums of products of every size, and what it refuses."""

from __future__ import annotations

import importlib
import subprocess
import sys

import numpy as np
import pytest

from autograd import Value, exp, log, record, sin
from autograd.replay import backends
from autograd.replay.backends.c_lanes import _aligned, _width, build
from autograd.replay.tape import FUSED_DOT, Tape
from tests import lane_rules
from tests.support.backends import (
    REDUCTIONS,
    arity,
    assert_same,
    expected,
    extreme_points,
    name,
    points,
    random_tape,
    reference,
    special_points,
    table,
    together,
)

pytestmark = pytest.mark.skipif(not backends.available("c"), reason="the lane kernel is not compiled")
NOTHING = np.empty(0)
OPS = [op for op in table() if (op.base or op).builtin]


@pytest.fixture(params=["plain", "avx2", "avx512"])
def instructions(request):
    """Each set of vector instructions that the processor has."""
    module = importlib.import_module("autograd._lanes")
    if not module.take(request.param):
        pytest.skip("the processor has none of them")
    yield request.param
    module.take("avx512") or module.take("avx2")


def test_the_header_is_written_from_the_table():
    """Written again with python -m tests.lane_rules after a change of the table."""
    assert lane_rules.HEADER.read_text(encoding="utf-8") == lane_rules.header()


@pytest.mark.usefixtures("instructions")
def test_every_operation_is_its_forward():
    columns = [np.hstack([points(op), special_points(op), extreme_points(op)]) for op in OPS]
    longest = max(column.shape[1] for column in columns)
    lanes = np.ascontiguousarray(np.vstack([np.resize(column.T, (longest, len(column))).T for column in columns]))
    results = build(together(OPS), [True] * len(lanes), False)(NOTHING, lanes)
    for op, got, inputs in zip(OPS, results, np.split(lanes, np.cumsum([arity(op) for op in OPS])[:-1]), strict=True):
        largest = 1e-12 * np.abs(inputs).max() ** 2 if op.name in REDUCTIONS else 0.0
        wanted = reference(op, inputs)
        with np.errstate(invalid="ignore"):
            subnormal = (np.abs(wanted) < 1e-307) & (np.abs(got - wanted) <= 1e-323)  # they have few bits
        try:
            assert_same(got[~subnormal], wanted[~subnormal], 2e-14, largest)
        except AssertionError as error:
            raise AssertionError(f"{name(op)}: {error}") from None


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 127, 128, 129, 1000])
def test_random_tapes_of_any_number_of_examples(seed, n):
    tape = random_tape(seed)
    batched = [True, False, True, True]
    rng = np.random.default_rng(n)
    shared, lanes = rng.normal(size=3), rng.normal(size=(3, n))
    wanted = expected(tape, batched, shared, lanes)
    assert_same(build(tape, batched, False)(shared, lanes), wanted, 1e-11, 1e-11)
    np.testing.assert_allclose(build(tape, batched, True)(shared, lanes), wanted.sum(axis=1), rtol=1e-10, atol=1e-10)


def sums(n_results, n_operands, *, matrix):
    """A tape: sums of products with shared factors, all of a matrix or those below its diagonal, and their products."""
    n_factors = n_results * n_operands
    before = n_factors + n_operands
    args = [[k for j in range(n_operands) for k in (i * n_operands + j, n_factors + j)] for i in range(n_results)]
    if not matrix:
        args = [pairs[: 2 * (i + 1)] for i, pairs in enumerate(args)]
    args += [[before + i, n_factors + j] for i in range(n_results) for j in range(n_operands)]
    return Tape(
        ops=(FUSED_DOT,), code=[0] * len(args), start=np.cumsum([0, *map(len, args)]),
        args=[place for one in args for place in one], dest=before + np.arange(len(args)), constants=[],
        outputs=before + np.arange(len(args)), n_inputs=before, n_slots=before + len(args),
    ).verify()  # fmt: skip


@pytest.mark.usefixtures("instructions")
@pytest.mark.parametrize("matrix", [False, True])
@pytest.mark.parametrize(("n_results", "n_operands"), [(1, 1), (3, 3), (4, 4), (5, 7), (9, 70), (70, 9), (130, 135)])
def test_sums_of_products_of_every_size(n_results, n_operands, matrix):
    tape = sums(n_results, n_operands, matrix=matrix)
    batched = [False] * (n_results * n_operands) + [True] * n_operands
    rng = np.random.default_rng(n_operands)
    shared = rng.normal(size=n_results * n_operands)
    factors = shared.reshape(n_results, n_operands)
    factors = factors if matrix else np.tril(factors)
    each, summed = (build(tape, batched, together) for together in (False, True))
    for n in range(1, 41) if n_results < 100 else (1, 2, 37, 200):
        lanes = rng.normal(size=(n_operands, n))
        first = factors @ lanes
        wanted = np.concatenate([first, (first[:, None] * lanes).reshape(-1, n)])
        np.testing.assert_allclose(each(shared, lanes), wanted, rtol=1e-10, atol=1e-11)
        size = 1.0 + np.abs(wanted).sum(axis=1).max()
        np.testing.assert_allclose(summed(shared, lanes), wanted.sum(axis=1), rtol=1e-11, atol=1e-13 * size)


def test_a_large_batch_has_the_same_bits_on_any_number_of_cores(monkeypatch):
    tape = random_tape(5, length=400)
    rng = np.random.default_rng(0)
    shared, lanes = rng.normal(size=3), rng.normal(size=(3, 30_000))
    kernel = build(tape, [True, False, True, True], True)
    first = kernel(shared, lanes)
    assert kernel._layout.columns > 1
    for cores in (1, 2, 3, 8):
        monkeypatch.setattr("autograd.replay.backends.c_lanes._cores", lambda cores=cores: cores)
        np.testing.assert_array_equal(kernel(shared, lanes), first)


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


@pytest.mark.parametrize("n_rows", [1, 3, 30, 200, 5000])
def test_rows_begin_on_cache_lines_and_do_not_compete_for_places_in_the_cache(n_rows):
    width = _width(n_rows, grouped=False, asked=False)
    rows = _aligned(n_rows, width)
    line = 64
    assert rows.shape[0] == n_rows
    assert rows.shape[1] >= width >= 16
    assert rows.ctypes.data % line == 0
    assert rows.strides[0] % line == 0
    assert rows.strides[0] // line % 2 == 1
    assert width == 16 or 8 * width * n_rows <= 512 * 1024
    assert 128 <= _width(n_rows, grouped=True, asked=False) <= max(width, 128)


def arguments():
    ints, table_, floats = np.zeros(0, np.uint32), np.zeros((0, 3), np.uint32), np.zeros(0)
    others = np.zeros((0, 2), np.uint64)
    return [ints, ints, ints, ints, table_, others, floats, floats, np.zeros((1, 8)), floats, floats, np.zeros((1, 8)),
            np.zeros((1, 8)), 0, 8, 8, 0, 0, None]  # fmt: skip


READ_ONLY = np.zeros((1, 8))
READ_ONLY.flags.writeable = False


@pytest.mark.parametrize(
    ("place", "wrong", "message"),
    [
        (0, np.zeros(1), "program must have 1 dimension"),
        (6, np.zeros(1, np.float32), "shared must have"),
        (5, np.zeros((1, 3), np.uint64), "others must have two columns"),
        (4, np.zeros(3, np.uint32), "gathered must have 2"),
        (8, np.zeros((0, 8)), "too few rows"),
        (8, np.zeros((1, 4)), "size must be"),
        (8, np.zeros((8, 2)).T, "contiguous"),
        (10, np.zeros(1), "more numbers are given"),
        (12, READ_ONLY, "read-only"),
        (13, -1, "range of the examples"),
        (14, 9, "range of the examples"),
        (15, 0, "size must be"),
        (16, 0.5, "integer"),
        (17, 9, "n_sums"),
    ],
)
def test_nonsense_is_refused(place, wrong, message):
    kernel = importlib.import_module("autograd._lanes").kernel
    given = arguments()
    kernel(*given)
    given[place] = wrong
    with pytest.raises((TypeError, ValueError, BufferError), match=message):
        kernel(*given)
    with pytest.raises(TypeError, match="19 arguments"):
        kernel(*given[:-1])


def test_a_batch_needs_no_numba():
    code = (
        "import sys; import numpy; from autograd import compile, exp; f = compile(lambda x: exp(x) * x, in_axes=0); "
        "print(f(numpy.ones(50))[0], 'numba' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    number, imported = run.stdout.split()
    assert (float(number), imported) == (pytest.approx(np.e), "False")
