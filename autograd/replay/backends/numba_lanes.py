"""The numba backend: compiled kernels that interpret a tape, for a batch in blocks of lanes, on every core.

See :mod:`~autograd.replay.backends.lane_program` for how a tape becomes a program, and
:mod:`~autograd.replay.backends.numba_kernels` for what runs it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autograd.primitives import Primitive
from autograd.replay.backends.base import Kernel
from autograd.replay.backends.expansion import expanded
from autograd.replay.backends.lane_program import NOTHING, ONE, blocks_of, computation, lower, split
from autograd.replay.backends.numba_kernels import STORE, Block, lane_kernel, scalar_kernel
from autograd.replay.optimise import constants_as_arguments, reuse_slots
from autograd.replay.tape import FUSED_DOT, Floats, Tape

__all__ = ["build"]

_CACHE = 256 * 1024  # bytes of rows that a block should stay within: about half of a core's second-level cache
_WIDEST, _NARROWEST = 192, 16  # examples in a block
_LINE = 8  # numbers in a cache line
_CHUNK = 200_000  # words of a program, times blocks, that are worth handing to another thread: some 500 µs
_FUNCTION = 100  # words of arithmetic that take as long as an exponential, a sine or the like
_MOST_CHUNKS = 64


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the contract of a backend
    """``tape`` on compiled kernels; see :mod:`autograd.replay.backends.base`.

    Raises:
        NotImplementedError: numba cannot compile an operation.
    """
    tape = reuse_slots(constants_as_arguments(expanded(tape)))
    if any(batched):
        return _Lanes(tape, batched, summed=summed)
    return _Scalars(tape, summed=summed)


def _compiled(compile_kernel: Callable[..., Callable[..., None]], blocks: list[Block]) -> Callable[..., None]:
    """The kernel of ``blocks``; if numba refuses, the operation that it refuses is named."""
    try:
        return compile_kernel(blocks)
    except Exception as error:  # numba fails with its own errors, and with whatever its compiler trips over
        for block in blocks:
            if not isinstance(block, str):
                _try_alone(block)
        raise NotImplementedError(f"numba cannot compile this tape: {error}") from error


def _try_alone(block: tuple[Primitive, int]) -> None:
    try:
        scalar_kernel([block])
    except Exception as error:
        raise NotImplementedError(
            f"numba cannot compile the operation {block[0].name!r}. Write its forward with arithmetic and the "
            f"functions of math alone, or use backend='numpy'."
        ) from error


class _Scalars:
    """A tape without batched inputs: the scalar kernel reads the tape as it is."""

    def __init__(self, tape: Tape, *, summed: bool) -> None:
        arities = np.diff(tape.start)
        used = {
            (op, n, index)
            for index, op in enumerate(tape.ops)
            if op is not FUSED_DOT
            for n in np.unique(arities[tape.code == index]).tolist()
        }
        blocks = sorted(used, key=lambda block: (block[0].name, block[1]))
        codes = np.zeros(len(tape), dtype=np.uint32)
        for code, (_, n, index) in enumerate(blocks, start=1):
            codes[(tape.code == index) & (arities == n)] = code
        self._kernel = _compiled(scalar_kernel, [(op, n) for op, n, _ in blocks])
        self._program = (codes, *(part.astype(np.uint32) for part in (tape.start, tape.args, tape.dest)))
        self._outputs = tape.outputs if summed else tape.outputs[:, None]
        self._n_given = tape.n_inputs + tape.n_leaves
        self._template = np.zeros(tape.n_slots)
        self._template[self._n_given : tape.n_before] = tape.constants
        self._spare: deque[Floats] = deque()

    def __call__(self, shared: Floats, lanes: Floats) -> Floats:  # noqa: ARG002 -- nothing is batched
        try:
            slots = self._spare.pop()
        except IndexError:  # the first call, or as many calls at once in other threads
            slots = self._template.copy()
        slots[: self._n_given] = shared
        self._kernel(*self._program, slots)
        results: Floats = slots[self._outputs]
        self._spare.append(slots)
        return results


class _Program(NamedTuple):
    """A program of the lane kernel, with the codes of its branches."""

    words: npt.NDArray[np.uint32]
    filled: npt.NDArray[np.uint32]
    n_rows: int


class _Space(NamedTuple):
    """The memory that one running call writes to."""

    shared: Floats
    """The inputs, leaves and constants, then what is computed from them alone."""
    rows: Floats


class _Lanes:
    """A tape with batched inputs: the lane kernel runs the programs that are made of it."""

    def __init__(self, tape: Tape, batched: Sequence[bool], *, summed: bool) -> None:
        whole = computation(tape)
        lanes = [number for number in range(tape.n_inputs) if batched[number]]
        given = [number for number in range(tape.n_before) if number not in set(lanes)] + [ONE, NOTHING]
        parts = split(whole, lanes)
        place = {number: at for at, number in enumerate([*given, *parts.shared.outputs])}
        once = lower(parts.shared, given, {NOTHING: place[NOTHING]}, summed=False)
        each = lower(parts.lanes, lanes, place, summed=summed)
        blocks = blocks_of([once, each]) or [STORE]  # of results that are all constants there is nothing to compute
        codes = {block: code for code, block in enumerate(blocks)}
        self._once = _Program(once.words(codes), once.filled, once.n_rows)
        self._each = _Program(each.words(codes), each.filled, each.n_rows)
        self._same = [(at, place[number]) for at, number in enumerate(parts.lanes.outputs) if number in place]
        self._kernel = _compiled(lane_kernel, blocks)
        self._n_given = tape.n_before - len(tape.constants) - len(lanes)
        self._constants = np.array([*tape.constants, 1.0, -0.0])
        self._n_results, self._n_shared, self._n_before = len(tape.outputs), len(place), len(given)
        self._width = _width(self._each.n_rows)
        self._work = self._each.words.size + _FUNCTION * each.n_functions
        self._summed = summed
        self._nothing = np.full((self._n_results, 1), -0.0)  # what sums begin with
        self._layout = _Layout(0, 0, 0, 0)
        self._spare: deque[_Space] = deque()

    def _space(self) -> _Space:
        shared = np.empty(self._n_shared)
        shared[self._n_given : self._n_before] = self._constants
        return _Space(shared, self._rows())

    def _rows(self) -> Floats:
        return _aligned(self._each.n_rows, self._width)

    def __call__(self, shared: Floats, lanes: Floats) -> Floats:
        try:
            space = self._spare.pop()
        except IndexError:
            space = self._space()
        numbers = space.shared
        numbers[: self._n_given] = shared
        if self._once.words.size:
            self._compute_shared(numbers)
        n = lanes.shape[1]
        layout = self._layout
        if layout.n != n:
            layout = self._layout = _Layout.of(n, self._width, self._work)
        if not self._summed:
            results = np.empty((self._n_results, n))
        elif layout.columns == 1:
            results = self._nothing.copy()
        else:
            results = self._nothing.repeat(layout.columns, axis=1)
        if layout.columns == 1:
            words, filled, _ = self._each
            self._kernel(words, numbers, filled, lanes, space.rows, results, 0, n, layout.size, 0)
        else:
            self._share_out(space, lanes, results, layout)
        for at, place in self._same:
            results[at] = numbers[place] * (n / layout.columns) if self._summed else numbers[place]
        self._spare.append(space)
        if not self._summed:
            return results
        return results[:, 0] if layout.columns == 1 else results.sum(axis=1)

    def _share_out(self, space: _Space, lanes: Floats, results: Floats, layout: _Layout) -> None:
        """Run every column, on the calling thread and on helpers, each with rows of its own."""
        n, size, chunk, columns = layout
        words, filled, _ = self._each
        waiting = iter(range(columns))

        def work(rows: Floats) -> None:
            for column in waiting:  # next() of a range is one step for the interpreter: no two threads get the same
                stop = min(n, (column + 1) * chunk)
                self._kernel(words, space.shared, filled, lanes, rows, results, column * chunk, stop, size, column)

        helpers = min(_cores(), columns) - 1
        futures = [_pool().submit(work, self._rows()) for _ in range(helpers)]
        work(space.rows)
        for future in futures:
            future.result()

    def _compute_shared(self, numbers: Floats) -> None:
        """Fill in what is computed from shared numbers alone, by the same kernel, as one example."""
        given, computed = numbers[: self._n_before, None], numbers[self._n_before :, None]
        words, filled, n_rows = self._once
        self._kernel(words, numbers, filled, given, np.empty((n_rows, 1)), computed, 0, 1, 1, 0)


# --- blocks, chunks, threads ------------------------------------------------------------------------------


class _Layout(NamedTuple):
    """How a batch is cut: into chunks, one for a thread at a time, and these into blocks.

    It depends on the work alone, not on the machine: the order of summation, and so every bit of the result, is
    the same on any number of cores.
    """

    n: int
    size: int
    """Examples in a block."""
    chunk: int
    """Examples in a chunk."""
    columns: int
    """How many chunks there are; each has a column of partial sums."""

    @classmethod
    def of(cls, n: int, width: int, work: int) -> _Layout:
        """The layout of ``n`` examples in equal blocks of at most ``width``, each the ``work`` of so many words."""
        size = n if n <= width else -(-n // (8 * -(-n // width))) * 8
        blocks = -(-n // size)
        chunks = min(_MOST_CHUNKS, 1 + blocks * work // _CHUNK)
        chunk = size * -(-blocks // chunks)
        return cls(n, size, chunk, -(-n // chunk))


def _aligned(n_rows: int, width: int) -> Floats:
    """Rows for so many examples, each of which begins on a cache line: vectors that straddle two cost more.

    They lie an odd number of lines apart. At a power of two they would compete for a few places of the cache.
    """
    stride = width + _LINE
    numbers = np.empty(n_rows * stride + _LINE)
    start = -(numbers.ctypes.data // numbers.itemsize) % _LINE
    return numbers[start : start + n_rows * stride].reshape(n_rows, stride)


def _width(n_rows: int) -> int:
    """How many examples a block may have, so that its rows stay in the cache: an even number of cache lines."""
    fitting = _CACHE // (8 * n_rows) // (2 * _LINE) * (2 * _LINE)
    return max(_NARROWEST, min(_WIDEST, fitting))


def _cores() -> int:
    """The processors that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, _cores() - 1), thread_name_prefix="autograd-lanes")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # a forked child has no threads but its own
