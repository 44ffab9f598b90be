"""The numba backend: every operation, random tapes, threads, the cache, and what it refuses."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from autograd.primitives import PRIMITIVES, primitive
from autograd.replay.backends import numba_kernels
from autograd.replay.backends.numba_forward import fingerprint
from autograd.replay.backends.numba_lanes import build
from autograd.replay.schedule import ONE, computation, split
from autograd.replay.tape import FUSED_DOT, Tape
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
    single,
    special_points,
    table,
    together,
)  # fmt: skip

TABLE = table()
NOTHING = np.empty(0)


@pytest.fixture(autouse=True, scope="module")
def _own_cache(tmp_path_factory):
    before = os.environ.get("CHAINRULE_CACHE_DIR")
    os.environ["CHAINRULE_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["CHAINRULE_CACHE_DIR"]
    else:
        os.environ["CHAINRULE_CACHE_DIR"] = before


GROUPS = 2  # a kernel for each: compiled side by side when the tests run in several processes; more would take longer


@pytest.mark.parametrize("group", range(GROUPS))
def test_every_operation_is_its_forward(group):
    ops = TABLE[group::GROUPS]
    columns = [np.hstack([points(op), special_points(op), extreme_points(op)]) for op in ops]
    longest = max(column.shape[1] for column in columns)
    lanes = np.ascontiguousarray(np.vstack([np.resize(column.T, (longest, len(column))).T for column in columns]))
    tape = together(ops)
    results = build(tape, [True] * len(lanes), False)(NOTHING, lanes)
    for op, got, inputs in zip(ops, results, np.split(lanes, np.cumsum([arity(op) for op in ops])[:-1]), strict=True):
        largest = 1e-12 * np.abs(inputs).max() ** 2 if op.name in REDUCTIONS else 0.0
        wanted = reference(op, inputs)
        with np.errstate(invalid="ignore"):
            subnormal = (np.abs(wanted) < 1e-307) & (np.abs(got - wanted) <= 1e-323)  # they have few bits
        try:
            assert_same(got[~subnormal], wanted[~subnormal], 2e-14, largest)
        except AssertionError as error:
            raise AssertionError(f"{name(op)}: {error}") from None
    scalars = build(tape, [False] * len(lanes), False)
    unsummed = [op.name not in REDUCTIONS for op in ops]
    for column in range(0, longest, 25):
        got = scalars(np.ascontiguousarray(lanes[:, column]), np.empty((0, 1)))[:, 0]
        assert_same(got[unsummed], results[unsummed, column], 1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_random_tapes(seed):
    rng = np.random.default_rng(seed)
    tape = random_tape(seed)
    batched = [bool(rng.random() < 0.6) for _ in range(tape.n_inputs)]
    shared = rng.normal(size=batched.count(False) + tape.n_leaves)
    lanes = rng.normal(size=(sum(batched), 37)) if any(batched) else np.empty((0, 1))
    wanted = expected(tape, batched, shared, lanes)
    assert_same(build(tape, batched, False)(shared, lanes), wanted, 1e-11, 1e-11)
    summed = build(tape, batched, True)(shared, lanes)
    np.testing.assert_allclose(summed, wanted.sum(axis=1), rtol=1e-11, atol=1e-10)


@pytest.mark.parametrize("n", [1, 2, 7, 8, 127, 128, 129, 1000])
def test_any_number_of_examples(n):
    tape = random_tape(3)
    batched = [True, False, True, True]
    rng = np.random.default_rng(n)
    shared, lanes = rng.normal(size=3), rng.normal(size=(3, n))
    assert_same(build(tape, batched, False)(shared, lanes), expected(tape, batched, shared, lanes), 1e-11, 1e-11)


def test_large_batches_use_threads_and_give_the_same_bits_every_time_and_on_any_number_of_cores(monkeypatch):
    tape = random_tape(5, length=400)
    rng = np.random.default_rng(0)
    shared, lanes = rng.normal(size=3), rng.normal(size=(3, 30_000))
    batched = [True, False, True, True]
    kernel = build(tape, batched, True)
    first = kernel(shared, lanes)
    assert kernel._layout.columns > 1
    for cores in (1, 2, 3, 8):
        monkeypatch.setattr("autograd.replay.backends.lanes._cores", lambda cores=cores: cores)
        np.testing.assert_array_equal(kernel(shared, lanes), first)
    each = build(tape, batched, False)(shared, lanes)
    np.testing.assert_allclose(first, each.sum(axis=1), rtol=1e-10)


def test_many_threads_may_call_one_kernel():
    tape = random_tape(4)
    kernels = build(tape, [True] * 4, True), build(tape, [False] * 4, False)
    rng = np.random.default_rng(0)
    batches = [rng.normal(size=(4, 300)) for _ in range(40)]
    leaves = rng.normal(size=2)

    def both(batch):
        one = kernels[1](np.concatenate([batch[:, 0], leaves]), np.empty((0, 1)))
        return np.concatenate([kernels[0](leaves, batch), one[:, 0]])

    alone = [both(batch) for batch in batches]
    with ThreadPoolExecutor(8) as pool:
        for got, wanted in zip(pool.map(both, batches), alone, strict=True):
            np.testing.assert_array_equal(got, wanted)


def test_arguments_may_be_read_only_and_are_not_written_to():
    tape = random_tape(6)
    shared, lanes = np.ones(3), np.full((3, 5), 0.5)
    for array in (shared, lanes):
        array.setflags(write=False)
    build(tape, [True, True, True, False], False)(shared, lanes)
    assert (shared == 1.0).all()
    assert (lanes == 0.5).all()


def test_sums_of_shared_numbers_are_formed_once():
    tape = Tape(
        ops=(FUSED_DOT,), code=[0], start=[0, 6], args=[0, 1, 2, 3, 1, 1], dest=[4], constants=[], outputs=[4],
        n_inputs=4, n_slots=5,
    )  # fmt: skip
    shared, lanes = split(computation(tape), [3])
    (bias,), (dot,) = shared.steps, lanes.steps
    assert (bias.args, bias.result) == ((0, 1, 1, 1), 5)
    assert dot.args == (5, ONE, 2, 3)
    kernel = build(tape, [False, False, False, True], False)
    np.testing.assert_array_equal(kernel(np.array([2.0, 3.0, 5.0]), np.array([[1.0, 7.0]])), [[20.0, 50.0]])


def test_a_summed_result_that_no_example_changes_counts_once_for_each():
    tape = Tape(
        ops=(PRIMITIVES["exp"],), code=[0], start=[0, 1], args=[0], dest=[2], constants=[], outputs=[2, 0, 1],
        n_inputs=2, n_slots=3,
    )  # fmt: skip
    lanes = np.arange(20_000.0)[None]
    got = build(tape, [False, True], True)(np.array([0.5]), lanes)
    np.testing.assert_allclose(got, [20_000 * math.exp(0.5), 10_000.0, lanes.sum()], rtol=1e-14)


def test_negative_zero_survives_a_sum_of_products():
    tape = Tape(
        ops=(FUSED_DOT,),
        code=[0],
        start=[0, 2],
        args=[0, 1],
        dest=[2],
        constants=[],
        outputs=[2],
        n_inputs=2,
        n_slots=3,
    )
    for batched in ([True, True], [True, False], [False, False]):
        lanes = np.array([[-0.0]] * sum(batched)).reshape(-1, 1)
        shared = np.array([0.0, 1.0][: 2 - sum(batched)][::-1] if any(batched) else [-0.0, 1.0])
        if batched == [True, True]:
            lanes = np.array([[-0.0], [1.0]])
        assert np.signbit(build(tape, batched, False)(shared, lanes)).all()


# --- users' operations ------------------------------------------------------------------------------------


def test_an_operation_of_the_user_s_own():
    scale = 3.0

    def helper(x):
        return math.exp(-x) * scale

    op = primitive(
        "own", forward=lambda x: 1.0 / x + helper(x), partials=lambda x, out: (out,), ieee=lambda x: math.inf
    )
    columns = np.array([[0.0, 1.0, -2.0]])
    got = build(single(op), [True], False)(NOTHING, columns)[0]
    np.testing.assert_allclose(got, reference(op, columns), rtol=1e-15)
    assert got[0] == math.inf  # where Python raises ZeroDivisionError, the record's own value


def test_an_operation_whose_meaning_cannot_be_told_apart_is_compiled_anew():
    table = np.array([2.0, 5.0])
    op = primitive("tabled", forward=lambda x: x * table[1], partials=lambda x, out: (5.0,))
    assert fingerprint(op.forward) is None
    np.testing.assert_array_equal(build(single(op), [True], False)(NOTHING, np.array([[3.0]])), [[15.0]])


def test_an_operation_that_numba_cannot_compile_is_refused_by_name():
    op = primitive("texty", forward=lambda x: float(f"{x:.3e}"), partials=lambda x, out: (1.0,))
    with pytest.raises(NotImplementedError, match=r"numba cannot compile the operation 'texty'. Write its forward"):
        build(single(op), [True], False)


def test_a_fingerprint_tells_functions_apart_by_what_they_compute():
    def made(factor, inner=math.exp):
        def outer(x):
            return inner(x) * factor

        return outer

    assert fingerprint(made(2.0)) == fingerprint(made(2.0))
    assert fingerprint(made(2.0)) != fingerprint(made(3.0))
    assert fingerprint(made(2.0)) != fingerprint(made(2.0, math.log))
    assert fingerprint(made(2.0, made(1.0))) != fingerprint(made(2.0, made(4.0)))
    assert fingerprint(made([])) is None


# --- the cache --------------------------------------------------------------------------------------------

SCRIPT = """
import time
import numpy as np
import numba
from autograd.replay.backends.numba_lanes import build
from tests.support.backends import random_tape
tape = random_tape(2)
start = time.perf_counter()
result = build(tape, [True] * 4, True)(np.ones(2), np.full((4, 3), 0.25))
print(time.perf_counter() - start, result.tobytes().hex())
"""


def run_apart(cache: Path) -> tuple[float, str]:
    environment = {**os.environ, "CHAINRULE_CACHE_DIR": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    seconds, result = done.stdout.split()
    return float(seconds), result


@pytest.mark.slow
def test_a_kernel_is_found_again_in_a_new_process_and_a_damaged_one_is_made_again(tmp_path):
    cold, result = run_apart(tmp_path)
    kept = sorted((tmp_path / "kernels" / "__pycache__").iterdir())
    assert kept
    warm, again = run_apart(tmp_path)
    assert again == result
    assert warm < 0.6 * cold
    for file in kept:
        file.write_bytes(b"not a kernel")
    assert run_apart(tmp_path)[1] == result


@pytest.mark.slow
def test_kernels_that_several_processes_keep_are_told_apart_by_name(tmp_path):
    """numba counts its functions within a process, so names that say no more would be equal in two of them."""
    for function in ("sinh", "cosh"):
        script = (
            f"import autograd, numpy; autograd.compile(autograd.{function}, in_axes=0, backend='numba')(numpy.ones(3))"
        )
        environment = {**os.environ, "CHAINRULE_CACHE_DIR": str(tmp_path)}
        subprocess.run([sys.executable, "-c", script], env=environment, check=True, cwd=Path(__file__).parents[2])
    kept = list((tmp_path / "kernels" / "__pycache__").glob("*.nbc"))
    symbols = [set(re.findall(rb"_ZN8autograd\w+?numba_kernels\d+(kernel\w*?)B", file.read_bytes())) for file in kept]
    assert len(kept) >= 2
    assert all(symbols)
    assert len(set.union(*symbols)) == sum(map(len, symbols))


RECURSIVE = """
import math
import numpy as np
from autograd import compile, primitive
def down(x):
    return math.sin(up(x - 1.0)) + up(x - 2.0) if x > 0.0 else x
def up(x):
    return math.cos(down(x - 0.5)) * down(x - 0.25) if x > 0.0 else x
op = primitive("downed", forward=down, partials=lambda x, out: (out / x,))
x = np.array([0.5, 3.0, 5.0])
assert np.allclose(compile(op, backend="numba", in_axes=0)(x), [down(number) for number in x], rtol=1e-14)
"""


@pytest.mark.slow
def test_a_kernel_whose_operation_calls_itself_is_not_kept(tmp_path):
    """numba resolves such a call when it compiles; a kernel that was loaded would jump to nowhere."""
    for _ in range(2):
        environment = {**os.environ, "CHAINRULE_CACHE_DIR": str(tmp_path)}
        subprocess.run([sys.executable, "-c", RECURSIVE], env=environment, check=True, cwd=Path(__file__).parents[2])


def test_a_damaged_kernel_is_made_again_in_the_same_process(tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", str(tmp_path))
    tape, column = single(PRIMITIVES["softsign"]), np.array([[3.0]])
    for _ in range(2):
        monkeypatch.setattr(numba_kernels, "_kernels", {})
        np.testing.assert_array_equal(build(tape, [True], False)(NOTHING, column), [[0.75]])
        for file in (tmp_path / "kernels" / "__pycache__").iterdir():
            file.write_bytes(b"not a kernel")


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    monkeypatch.setattr(numba_kernels, "cache_directory", lambda: tmp_path / "gone")
    assert numba_kernels._filed("key", "text") is None


def test_a_cache_that_others_may_write_to_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", str(tmp_path))
    assert numba_kernels.cache_directory() == tmp_path / "kernels"
    (tmp_path / "kernels").chmod(0o777)
    assert numba_kernels.cache_directory() is None
    assert numba_kernels._filed("key", "text") is None
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", str(blocked))
    assert numba_kernels.cache_directory() is None


def test_without_a_cache_kernels_are_compiled_all_the_same(monkeypatch):
    monkeypatch.setattr(numba_kernels, "cache_directory", lambda: None)
    monkeypatch.setattr(numba_kernels, "_kernels", {})
    tape = single(PRIMITIVES["square"])
    np.testing.assert_array_equal(build(tape, [True], False)(NOTHING, np.array([[3.0]])), [[9.0]])


@pytest.mark.parametrize(
    ("platform", "variable", "where"),
    [("linux", "XDG_CACHE_HOME", ""), ("win32", "LOCALAPPDATA", ""), ("darwin", "HOME", "Library/Caches")],
)
def test_the_user_s_cache_directory(platform, variable, where, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert numba_kernels._user_cache() == tmp_path / where


def test_importing_autograd_imports_neither_numba_nor_jax():
    code = "import sys, autograd; print([name for name in ('numba', 'jax') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
