"""The C source: compiled with the system's compiler as strictly as it can, and compared with eager evaluation."""

from __future__ import annotations

import ctypes
import math

import numpy as np
import pytest

from autograd import Value, compile, dot, fsum, mean, norm_cdf, relu, tanh, value_and_grad  # noqa: A004 -- the name that autograd gives it
from autograd.primitives import primitive
from autograd.replay.backends import c_source
from autograd.replay.backends.c_source import emit
from tests.replay.test_random_tapes import bounded_tape, close
from tests.support.backends import (
    REDUCTIONS,
    assert_same,
    name,
    points,
    random_tape,
    reference,
    single,
    special_points,
    table,
)  # fmt: skip
from tests.support.c_library import compiled, compiled_operations
from tests.support.matrix_programs import PROGRAMS, tape_of_program

UNUSED = "-Wno-unused-but-set-variable"  # a random tape computes what nobody reads
OWN = """
def halved(x):
    return 0.5 * x


def own(x):
    if x < 0.0:
        raise ValueError
    total, term = 0.0, x
    while term > 1e-3:
        total += term
        term = halved(term)
    for weight in (1.0, 2.0):
        total = total + weight * min(x, 3.0) - abs(x)
    return total
"""


def call(library: ctypes.CDLL, inputs: np.ndarray, count: int, function: str = "replay") -> tuple[int, np.ndarray]:
    given, outputs = np.array(inputs, dtype=float), np.full(count, 12345.0)
    pointers = [array.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for array in (given, outputs)]
    return getattr(library, function)(*pointers), outputs


def test_every_operation_is_its_forward(tmp_path):
    ops = table()
    library = compiled_operations(ops, tmp_path)
    for index, op in enumerate(ops):
        columns = np.hstack([points(op), special_points(op)])
        got = np.array([call(library, column, 1, f"replay_{index}")[1][0] for column in columns.T])
        largest = 1e-12 * np.abs(columns).max() ** 2 if op.name in REDUCTIONS else 0.0
        try:
            assert_same(got, reference(op, columns), 2e-14, largest)
        except AssertionError as error:
            raise AssertionError(f"{name(op)}: {error}") from None


def test_a_guard_stays_where_it_is_beside_an_expansion(tmp_path):
    """Both branches sum: the comparison stands between two sums, and must be made in C too."""
    f = compile(lambda x, y: mean([x, y]) if fsum([x, y, 1.0]) > 2.0 else dot([x, y], [y, 3.0]), backend="python")
    pairs = [(1.0, 2.0), (-1.0, 0.5), (0.25, 0.5), (3.0, -2.5)]
    wanted = [f(*pair) for pair in pairs]
    assert len(f.paths) == 2
    library = compiled(f.source("c"), tmp_path)
    assert [call(library, pair, 1)[1][0] for pair in pairs] == wanted
    one = compile(lambda x, y: mean([x, y]) if fsum([x, y, 1.0]) > 2.0 else y, backend="python")
    one(1.0, 2.0)
    (tmp_path / "one").mkdir()
    assert call(compiled(one.source("c"), tmp_path / "one"), (-1.0, 0.5), 1)[0] == 1


@pytest.mark.parametrize("seed", range(4))
def test_random_tapes(seed, tmp_path):
    tape = random_tape(seed)
    rng = np.random.default_rng(seed)
    leaves = rng.normal(size=2)
    library = compiled(emit([tape], leaves=[leaves]), tmp_path, UNUSED)
    for inputs in rng.normal(size=(20, 4)):
        status, outputs = call(library, inputs, len(tape.outputs))
        assert status == 0
        assert_same(outputs, np.array(tape.run(inputs, leaves)), 1e-13, 1e-13)


def test_live_leaves_are_an_array_that_may_be_set(tmp_path):
    tape = random_tape(1)
    library = compiled(emit([tape], "net", leaves=[[0.5, -0.25]]), tmp_path, UNUSED)
    leaves = (ctypes.c_double * 2).in_dll(library, "net_leaves")
    assert list(leaves) == [0.5, -0.25]
    leaves[:] = [1.5, 2.0]
    outputs = call(library, np.ones(4), len(tape.outputs), "net")[1]
    assert_same(outputs, np.array(tape.run([1.0] * 4, [1.5, 2.0])), 1e-13, 1e-13)


def test_a_compiled_function_with_branches_and_its_gradient(tmp_path):
    weight = Value(1.25, "weight")

    def f(x, y):
        z = weight * x + y
        if z > 0.5:
            z = z * z
        return tanh(z) + norm_cdf(x) - relu(y)

    step = compile(value_and_grad(f, argnums=(0, 1)), backend="python")
    numbers = [(0.1, 0.2), (2.0, 1.0), (-3.0, 0.5), (0.4, 0.9)]
    wanted = [step(*pair) for pair in numbers]
    assert len(step.paths) == 2
    library = compiled(step.source("c"), tmp_path)
    for pair, (value, slopes) in zip(numbers, wanted, strict=True):
        status, outputs = call(library, pair, 3)
        assert status == 0
        assert_same(outputs, np.array([value, *slopes]), 1e-14)


def test_an_example_on_no_path_is_told_and_writes_nothing(tmp_path):
    f = compile(lambda x: x * 2.0 if x > 0.0 else x, backend="python")
    f(1.0)
    status, outputs = call(compiled(f.source("c"), tmp_path), [-1.0], 1)
    assert (status, outputs[0]) == (1, 12345.0)


def test_a_guard_without_any_instruction_and_inputs_that_are_not_read(tmp_path):
    f = compile(lambda x, y: y if x > 0.0 else x * 2.0, backend="python")
    f(1.0, 3.0)
    library = compiled(f.source("c"), tmp_path)
    assert call(library, [1.0, 4.0], 1)[1][0] == 4.0
    assert call(library, [-1.0, 4.0], 1)[0] == 1
    (tmp_path / "constant").mkdir()
    constant = compile(lambda x, y: [2.5, y], backend="python")
    constant(1.0, 3.0)
    assert call(compiled(constant.source("c"), tmp_path / "constant"), [1.0, 3.0], 2)[1].tolist() == [2.5, 3.0]
    (tmp_path / "nothing").mkdir()
    nothing = compile(lambda: 1.5, backend="python")
    nothing()
    assert call(compiled(nothing.source("c"), tmp_path / "nothing"), [0.0], 1)[1].tolist() == [1.5]


@pytest.mark.parametrize("name", PROGRAMS)
def test_loops_over_arrays_are_what_is_spelt_out(name, tmp_path):
    """Several widths in one library, each as loops; products of one width are of several columns."""
    tapes = {f"{name}_{width}": tape_of_program(name, width)[0] for width in (4, 5, 8)}
    sources = {own: emit([tape], own) for own, tape in tapes.items()}
    library = compiled(sources, tmp_path)
    rng = np.random.default_rng(1)
    for own, tape in tapes.items():
        assert "for (int" in sources[own]
        inputs = rng.normal(size=tape.n_inputs)
        status, outputs = call(library, inputs, len(tape.outputs), own)
        assert status == 0
        np.testing.assert_allclose(outputs, tape.run(inputs), rtol=1e-12, atol=1e-12)
    lines = [source.count("\n") for source in sources.values()]
    assert lines[2] < lines[0] + 150


@pytest.mark.parametrize("seed", range(3))
def test_random_tapes_as_loops(seed, tmp_path, monkeypatch):
    monkeypatch.setattr(c_source, "_LONG", 1)
    monkeypatch.setattr(c_source, "_FEWER", 1)
    tape, points = bounded_tape(seed)
    library = compiled(emit([tape], leaves=[points[0, -2:]]), tmp_path, UNUSED)
    status, outputs = call(library, points[0, :-2], len(tape.outputs))
    assert status == 0
    close(outputs, tape.run(points[0, :-2], points[0, -2:]))


def test_guards_and_leaves_of_loops(tmp_path):
    """Rectifiers by ``if``: a comparison is made before anything is written, and each way is a path."""
    shift = Value(0.25)

    def loss(rows, point):
        hidden = [sum(w * x for w, x in zip(row, point, strict=True)) + shift for row in rows]
        return sum((h if h > 0.0 else 0.1 * h) * k for k, h in enumerate(hidden))

    step = compile(value_and_grad(loss), backend="python")
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(9, 6))
    points = rng.normal(size=(3, 6))
    wanted = [step(rows, point) for point in points]
    source = step.source("c")
    assert source.count("double v[") == len(step.paths) == 3
    library = compiled(source, tmp_path)
    for point, (value, gradient) in zip(points, wanted, strict=True):
        status, outputs = call(library, np.append(rows.ravel(), point), 55)
        assert status == 0
        np.testing.assert_allclose(outputs, np.append(value, gradient), rtol=1e-13, atol=1e-15)
    status, outputs = call(library, np.append(-rows.ravel(), points[0]), 55)
    assert status == 1
    assert (outputs == 12345.0).all()


def test_a_sum_of_negative_zeros_is_one(tmp_path):
    """In each of the three ways in which a sum is written."""

    def sums(xs, ys):
        return [dot(xs[i : i + 8], ys) for i in range(0, 64, 8)] + [dot(xs[:8], xs[8:16])] + [x * x for x in xs]

    f = compile(sums, backend="python")
    f(np.ones(64), np.ones(8))
    source = f.source("c")
    assert source.count("double sum = -0.0;") == 2
    outputs = call(compiled(source, tmp_path), np.append(np.full(64, -0.0), np.full(8, 0.0)), 73)[1]
    assert np.signbit(outputs[:8]).all()
    assert not np.signbit(outputs[8:]).any()


def test_labels_cannot_leave_their_comment(tmp_path):
    evil = "*/ int injected; /* ??/ \\ \n #define double \u2603" + "x" * 10_000
    weight = Value(2.0, evil)
    f = compile(lambda x: (weight * x).named(evil), backend="python")
    f(1.0)
    source = f.source("c")
    assert "#define double" not in source
    assert "*/ int" not in source
    assert source.isascii()
    assert max(map(len, source.splitlines())) < 200
    assert call(compiled(source, tmp_path), [3.0], 1)[1][0] == 6.0


def test_an_operation_of_the_user_s_own(tmp_path, monkeypatch):
    (tmp_path / "own_operations.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    import own_operations

    op = primitive("own_one", forward=own_operations.own, partials=lambda x, out: (out,), ieee=lambda x: -math.inf)
    columns = np.array([[-1.0, 0.0, 0.7, 5.0, math.nan]])
    library = compiled(emit([single(op)]), tmp_path)
    got = np.array([call(library, column, 1)[1][0] for column in columns.T])
    assert_same(got, reference(op, columns), 1e-15)
    assert got[0] == -math.inf
    bad = primitive("texty", forward=lambda x: float(str(x)), partials=lambda x, out: (1.0,))
    with pytest.raises(NotImplementedError, match="'texty' cannot be written in C"):
        emit([single(bad)])


def test_constants_keep_every_bit(tmp_path):
    numbers = [0.1, -0.0, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, math.nan, -1 / 3]
    f = compile(lambda x: [x * number for number in numbers], backend="python")
    wanted = np.array(f(1.0))
    assert_same(call(compiled(f.source("c"), tmp_path), [1.0], len(numbers))[1], wanted, 0.0)


@pytest.mark.parametrize("function", [lambda x: 3.5, lambda x: None])
def test_what_is_not_used_is_no_warning_of_a_compiler(function, tmp_path):
    replayed = compile(function)
    replayed(2.0)
    compiled(replayed.source("c"), tmp_path)
