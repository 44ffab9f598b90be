"""What the tests of every backend share: tapes of one operation, points of its domain, random tapes."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import autograd.rules  # noqa: F401 -- fills the table
from autograd.compiled import core
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.tape import FUSED_DOT, Tape, apply_ieee

NEEDS_ENGINE = pytest.mark.skipif(core is None, reason="the engine in Python runs, and one example in C on the other")

HARD = (
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1 / 3, 2.0, -2.0, 3.0, -3.0, 1.5, 6.3, -7.3, 12.0, 40.0, -40.0, 1e-8, 700.0,
    -700.0, 1e150, -1e150, 1e-150,
)  # fmt: skip
SPECIAL = (0.0, -0.0, 1.0, -1.0, 2.5, -3.0, math.inf, -math.inf, math.nan, 1e308, -1e308)

REDUCTIONS = ("fsum", "mean", "dot")
"""Exactly rounded in eager evaluation; a fused sum of products in a vectorised one."""


def table() -> list[Primitive]:
    """Every operation of the table; one that only exists with constants captured, with some."""
    whole = [op for op in PRIMITIVES.values() if op.builtin and op.partials is not None]
    captured = [op for op in PRIMITIVES.values() if op.builtin and op.captures]
    return whole + [op.capture(*constants) for op in captured for constants in _constants(op)]


def _constants(op: Primitive) -> list[tuple[float, ...]]:
    return [(-0.5, 2.0)] if op.captures == 2 else [(2.0,), (1.0,)] if op.partials is None else [(2.0,), (3.0,), (-1.5,)]


def name(op: Primitive) -> str:
    return "-".join([op.name, *map(str, op.constants)])


def arity(op: Primitive) -> int:
    return 4 if op.arity is None else op.arity


def single(op: Primitive) -> Tape:
    """A tape of one operation."""
    n = arity(op)
    return Tape(
        ops=(op,), code=[0], start=[0, n], args=range(n), dest=[n], constants=[], outputs=[n], n_inputs=n, n_slots=n + 1
    ).verify()  # fmt: skip


def points(op: Primitive, numbers: tuple[float, ...] = HARD) -> np.ndarray:
    """Points of the domain of ``op``, one per column."""
    n = arity(op)
    if n <= 2:
        chosen = list(itertools.product(numbers, repeat=n))
    else:
        chosen = np.random.default_rng(7).choice(numbers, (400, n)).tolist()
    inside = [point for point in chosen if op.domain.contains(*point, *op.constants) and _is_told(op, point)]
    return np.array(inside).reshape(-1, n).T.copy()


def special_points(op: Primitive) -> np.ndarray:
    """Points with infinities, nan and poles, at which the record says what IEEE 754 gives."""
    if op.arity is None:  # reordered sums of infinities and of what overflows are not comparable
        return np.empty((arity(op), 0))
    chosen = [point for point in itertools.product(SPECIAL, repeat=arity(op)) if _is_told(op, point)]
    return np.array(chosen).reshape(-1, arity(op)).T.copy()


def _is_told(op: Primitive, point: tuple[float, ...]) -> bool:
    """Not where a formula overflows on the way, which compiled code goes through with an infinity."""
    try:
        op.forward(*point)
    except OverflowError:
        return not hasattr(op.forward, "__code__")
    except (ArithmeticError, ValueError):
        return op.ieee is not None or not hasattr(op.forward, "__code__")
    return True


def reference(op: Primitive, columns: np.ndarray) -> np.ndarray:
    return np.array([apply_ieee(op, column) for column in columns.T.tolist()])


def assert_same(got: np.ndarray, expected: np.ndarray, rtol: float, atol: float = 0.0, *, signs: bool = True) -> None:
    """Equal up to rounding; in kind where nan or infinite; and, with ``signs``, in the sign of zeros."""
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=atol)
    if not signs:
        return
    exact = ~np.isfinite(expected) | ((expected == 0.0) & (atol == 0.0))
    numbers = exact & ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(got[numbers]), np.signbit(expected[numbers]))


_RANDOM = ("add", "sub", "mul", "neg", "tanh", "sigmoid", "relu", "where", "maximum", "square", "step")


def random_tape(seed: int, n_inputs: int = 4, n_leaves: int = 2, length: int = 40) -> Tape:
    """A tape of bounded operations, fused dot products among them, with some slots used twice."""
    rng = np.random.default_rng(seed)
    ops = [*(PRIMITIVES[one] for one in _RANDOM), FUSED_DOT]
    constants = [1.0, *rng.normal(size=2)]
    first = n_inputs + n_leaves + len(constants)
    filled = list(range(first))
    code, args, dest = [], [], []
    for _ in range(length):
        index = int(rng.integers(len(ops)))
        count = ops[index].arity or 2 * int(rng.integers(1, 8))
        read = rng.choice(filled, count).tolist()
        free = [slot for slot in filled if slot >= first and slot not in read]
        slot = int(rng.choice(free)) if free and rng.random() < 0.3 else len(filled)
        if slot == len(filled):
            filled.append(slot)
        code.append(index)
        args.append(read)
        dest.append(slot)
    return Tape(
        ops=tuple(ops),
        code=code,
        start=np.cumsum([0, *map(len, args)]),
        args=list(itertools.chain(*args)),
        dest=dest,
        constants=constants,
        outputs=[*dest[-6:], 0, n_inputs, first - 1, dest[-1]],
        n_inputs=n_inputs,
        n_leaves=n_leaves,
        n_slots=len(filled),
    ).verify()


def expected(tape: Tape, batched: list[bool], shared: np.ndarray, lanes: np.ndarray) -> np.ndarray:
    """What a kernel of ``tape`` must give, one column for each example."""
    columns = []
    for lane in lanes.T:
        rest, own = iter(shared.tolist()), iter(lane.tolist())
        numbers = [next(own if each else rest) for each in [*batched, *[False] * tape.n_leaves]]
        columns.append(tape.run(numbers[: tape.n_inputs], numbers[tape.n_inputs :]))
    return np.array(columns).T


def together(ops: list[Primitive]) -> Tape:
    """One tape with an output for each of ``ops``, each with inputs of its own: one kernel to compile, not many."""
    counts = [arity(op) for op in ops]
    n = sum(counts)
    return Tape(
        ops=tuple(ops),
        code=range(len(ops)),
        start=np.cumsum([0, *counts]),
        args=range(n),
        dest=range(n, n + len(ops)),
        constants=[],
        outputs=range(n, n + len(ops)),
        n_inputs=n,
        n_slots=n + len(ops),
    ).verify()


EXTREME = (
    0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 5e-324, -5e-324, 2.2250738585072014e-308, -1e-310, 1e-20, -1e-20, 709.0,
    710.0, -745.0, -746.0, 1e16, -1e16, 1e154, 1e200, -1e200, 1.7976931348623157e308, -1.7976931348623157e308,
    math.inf, -math.inf, math.nan,
)  # fmt: skip


def extreme_points(op: Primitive) -> np.ndarray:
    """The ends of the range, poles and overflows among them: one point per column."""
    n = arity(op)
    if op.arity is None:  # reordered sums of infinities and of what overflows are not comparable
        return np.empty((n, 0))
    chosen = (
        list(itertools.product(EXTREME, repeat=n)) if n <= 2 else np.random.default_rng(3).choice(EXTREME, (800, n))
    )
    return np.array(chosen).reshape(-1, n).T
