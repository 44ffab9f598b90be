"""Every operation of the table on every backend, value and local gradients, at ordinary and at extreme numbers."""

from __future__ import annotations

import ctypes
import itertools
import math
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autograd import RecordingError, Value, errstate, record, where
from autograd import compile as compiled
from autograd.primitives import PRIMITIVES, Primitive, primitive
from autograd.replay.backends import (
    c_lanes,
    c_source,
    c_tape,
    expansion,
    jax_export,
    numba_loops,
    numpy_lanes,
    python_source,
)
from autograd.replay.optimise import optimise
from autograd.replay.recorder import run_recorded, tape_of
from autograd.replay.tape import Tape
from autograd.value import Constant
from tests.support.backends import NEEDS_ENGINE, REDUCTIONS, arity, name, table

ORDINARY = (0.3, -0.7, 1.4, 2.2, -2.6, 0.0, -19.0, 40.0)
EXTREME = (
    0.0, -0.0, 5e-324, -5e-324, 1e-310, 1.0, -1.0, 0.3, -2.5, 3.0, 1000.0, -1000.0, 1e308, -1e308, math.inf, -math.inf,
    math.nan,
)  # fmt: skip
SMALLEST = 2.3e-308
COMPILER = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")


def with_slopes(ops: list[Primitive]) -> Tape:
    """The values of ``ops`` on the same inputs, each followed by its local gradients, as one tape."""
    inputs = [Value(0.5 + 0.1 * i) for i in range(arity(ops[0]))]

    def values_and_slopes() -> list[Value]:
        found = []
        for op in ops:
            out = op(*inputs)
            found += [out, *op.partials(*inputs, out)]
        return [number if isinstance(number, Value) else Constant(number) for number in found]

    roots, comparisons = run_recorded(values_and_slopes)
    assert comparisons == []
    return optimise(tape_of(roots, inputs).tape)


def columns(n: int, numbers: tuple[float, ...]) -> np.ndarray:
    if n <= 2:
        return np.array(list(itertools.product(numbers, repeat=n))).T.copy()
    return np.random.default_rng(3).choice(numbers, (n, 300))


def by_kernel(build: Callable[..., Callable[..., np.ndarray]]) -> Callable[..., np.ndarray]:
    def run(tape: Tape, lanes: np.ndarray, _folder: Path) -> np.ndarray:
        return build(tape, (True,) * len(lanes), False)(np.empty(0), lanes)

    return run


def by_c(tape: Tape, lanes: np.ndarray, folder: Path) -> np.ndarray:
    if COMPILER is None:
        pytest.fail("these tests need a C compiler: install gcc or clang")
    (folder / "replay.c").write_text(c_source.emit([tape]))
    command = [COMPILER, "-std=c99", "-O1", "-ffp-contract=off", "-shared", "-fPIC", "-o", folder / "replay.so"]
    subprocess.run([*command, folder / "replay.c", "-lm"], check=True)
    function = ctypes.CDLL(str(folder / "replay.so")).replay
    results = np.empty((lanes.shape[1], len(tape.outputs)))
    for lane, result in zip(np.ascontiguousarray(lanes.T), results, strict=True):
        function(*[array.ctypes.data_as(ctypes.c_void_p) for array in (lane, result)])
    return results.T


BACKENDS = {
    "python": by_kernel(python_source.build),
    "numpy": by_kernel(numpy_lanes.build),
    "numba": by_kernel(numba_loops.build),
    "jax": by_kernel(jax_export.build),
    "lanes in C": by_kernel(c_lanes.build),
    "C source": by_c,
}
MILD = tuple(x for x in EXTREME if x == 0.0 or not (abs(x) < 1e-200 or 1e200 < abs(x) < math.inf))
"""For JAX: XLA takes subnormal numbers for 0, on the way too."""

GROUPS = {
    "one input": [op for op in table() if op.arity == 1],
    "two inputs": [op for op in table() if op.arity == 2],
    "three inputs": [op for op in table() if op.arity == 3],
    "sums": [op for op in table() if op.name in REDUCTIONS],
    "any number of inputs": [op for op in table() if op.arity is None and op.name not in REDUCTIONS],
}


def test_every_operation_is_in_a_group():
    assert sorted(map(name, itertools.chain(*GROUPS.values()))) == sorted(map(name, table()))


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize(
    "backend", [pytest.param(each, marks=pytest.mark.slow if each == "jax" else ()) for each in BACKENDS]
)
def test_no_operation_is_refused_and_all_agree_with_eager_evaluation(group, backend, tmp_path):
    ops = GROUPS[group]
    tape = with_slopes(ops)
    extreme = MILD if backend == "jax" else EXTREME
    lanes = np.hstack([columns(tape.n_inputs, ORDINARY), columns(tape.n_inputs, extreme)])
    largest = SMALLEST if backend == "jax" else 0.0
    if group == "sums":  # a plain sum in place of an exactly rounded one: right to the size of its terms
        lanes = columns(tape.n_inputs, (*ORDINARY, 1000.0, -1000.0, -0.0))
        largest = 1e-9
    expected = np.array([tape.run(lane) for lane in lanes.T.tolist()]).T
    got = BACKENDS[backend](tape, lanes, tmp_path)
    rows = [f"{name(op)}: output {i}" for op in ops for i in range(1 + arity(op))]
    for row, one, other in zip(rows, got, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=largest, err_msg=row)


@NEEDS_ENGINE
@pytest.mark.parametrize("group", GROUPS)
def test_the_engine_in_c_gives_every_bit_of_eager_evaluation(group):
    tape = with_slopes(GROUPS[group])
    lanes = np.hstack([columns(tape.n_inputs, ORDINARY), columns(tape.n_inputs, EXTREME)])
    expected = np.array([tape.run(lane) for lane in lanes.T.tolist()]).T
    got = by_kernel(c_tape.build)(tape, lanes, None)
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(np.signbit(got[~np.isnan(got)]), np.signbit(expected[~np.isnan(expected)]))


@pytest.mark.parametrize("op", table(), ids=name)
def test_the_tape_is_eager_evaluation_without_errors(op):
    """The reference of the test above is what Values give under ``errstate(domain="nan")``."""
    tape = with_slopes([op])
    with errstate(domain="nan"):
        for lane in columns(arity(op), EXTREME)[:, ::3].T.tolist():
            node = op(*map(Value, lane))
            np.testing.assert_array_equal(tape.run(lane), [node.data, *node.partials()])


# --- expansions -------------------------------------------------------------------------------------------


def test_products_of_many_factors_neither_overflow_nor_vanish_on_the_way():
    rng = np.random.default_rng(0)
    factors = np.concatenate([10.0 ** rng.uniform(-300, 300, 1200), 10.0 ** rng.uniform(-300, 300, 1200)])
    factors[1200:] = 1.0 / factors[:1200] * rng.uniform(0.9, 1.1, 1200)
    product = PRIMITIVES["prod"]
    inputs = [Value(1.0) for _ in factors]
    tape = record(product(*inputs), inputs)
    kernel = numpy_lanes.build(tape, (True,) * len(factors), summed=False)
    assert kernel(np.empty(0), factors[:, None])[0, 0] == pytest.approx(product(*factors.tolist()), rel=1e-12)


def test_an_expansion_takes_the_place_of_the_operation_and_keeps_label_guards_and_slots():
    mean, total = PRIMITIVES["mean"], PRIMITIVES["logsumexp"]
    x, y = Value(1.0, "x"), Value(2.0, "y")
    tape = record([(mean(x, y) * 2.0).named("m"), total(x, y).named("s"), mean(x)], [x, y])
    found = expansion.expanded(tape).verify()
    assert not {op.name for op in found.ops} & {"mean", "logsumexp", "fsum"}
    np.testing.assert_allclose(found.run([3.0, 5.0]), tape.run([3.0, 5.0]), rtol=1e-15)
    assert {label for label in found.labels if label} == {"x", "y", "m", "s"}
    assert expansion.expanded(found) is found


def test_a_user_s_operation_has_an_expansion_too(tmp_path):
    """Its forward is nothing that a compiler could take."""
    smooth = primitive(
        "smooth",
        forward=lambda *xs: float(sorted(map(str, xs)) and sum(x * abs(x) for x in xs)),
        partials=lambda *args: tuple(2.0 * abs(x) for x in args[:-1]),
        expansion=lambda *xs: sum(
            where(x > 0.0 if isinstance(x, float) else PRIMITIVES["step"](x), x * x, -(x * x)) for x in xs
        ),
    )
    for backend, run in BACKENDS.items():
        if backend == "python":
            continue
        tape = with_slopes([smooth])
        lanes = columns(4, ORDINARY)
        expected = np.array([tape.run(lane) for lane in lanes.T.tolist()]).T
        np.testing.assert_allclose(run(tape, lanes, tmp_path), expected, rtol=1e-13, atol=1e-12)


def test_captured_constants_are_handed_to_an_expansion():
    raised = primitive(
        "raised",
        forward=lambda x, n: float(str(x)) + n,
        captured=lambda x, n, out: (1.0,),
        captures=1,
        expansion=lambda x, n: x + n,
    )
    got = compiled(lambda x: raised(x, 3.0), in_axes=0, backend="numba")(np.array([1.0, 2.0]))
    assert got.tolist() == [4.0, 5.0]


def test_the_numbers_of_an_expansion_keep_their_signs():
    """atan2(0, -1) is π and atan2(-0, -1) is -π."""
    atan2 = PRIMITIVES["atan2"]
    opposite = primitive(
        "opposite",
        forward=lambda x: 0.0 * len(str(x)),
        partials=lambda x, out: (0.0,),
        expansion=lambda x: atan2(x * 0.0, -1.0) + atan2(x * -0.0, -1.0),
    )
    assert compiled(opposite, in_axes=0, backend="numpy")(np.array([1.0, 2.0])).tolist() == [0.0, 0.0]


def test_an_expansion_may_be_a_constant():
    constant = primitive("constant", forward=lambda x: 2.5, partials=lambda x, out: (0.0,), expansion=lambda x: 2.5)
    assert compiled(constant, in_axes=0, backend="numpy")(np.array([1.0, 2.0])).tolist() == [2.5, 2.5]


def test_what_is_wrong_with_an_expansion_is_said():
    comparing = primitive(
        "comparing", forward=abs, partials=lambda x, out: (1.0,), expansion=lambda x: x if x > 0.0 else -x
    )
    with pytest.raises(
        RecordingError, match=r"the expansion of the operation 'comparing' compares its inputs, at .*: "
    ):
        compiled(comparing, in_axes=0, backend="numpy")(np.array([1.0, 2.0]))
    circular = primitive(
        "circular", forward=abs, partials=lambda x, out: (1.0,), expansion=lambda x: PRIMITIVES["circular"](x) * 1.5
    )
    with pytest.raises(RecordingError, match="'circular' leads back to that operation"):
        compiled(circular, in_axes=0, backend="numpy")(np.array([1.0, 2.0]))
