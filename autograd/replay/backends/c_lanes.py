"""The backend in C: a batch in blocks of lanes on every core, by a kernel that was compiled with the package.

See :mod:`~autograd.replay.backends.lane_program` for how a tape becomes a program of the lane kernel. The formulas of
the kernel, in ``_lanes_rules.h``, are written from the records of the table by ``python -m tests.lane_rules``, so it is
used for the table that they were written from alone. An operation of a user's own is computed for it, block by block,
by NumPy.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import warnings
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import cache
from itertools import chain, pairwise
from typing import Any, NamedTuple, cast

import numpy as np

from autograd.compiled import core, digest
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.backends import Kernel, c_tape
from autograd.replay.backends.array_functions import array_function
from autograd.replay.backends.expansion import expanded
from autograd.replay.backends.lane_program import (
    DOT,
    MULTIPLY,
    NOTHING,
    OUTER,
    PRODUCT,
    STORE,
    TILE,
    Block,
    lower,
    operations_of,
)
from autograd.replay.groups import dots_among
from autograd.replay.optimise import constants_as_arguments
from autograd.replay.schedule import ONE, computation, split
from autograd.replay.tape import FUSED_DOT, Floats, Tape
from autograd.rules.reductions import WITHIN_EXPANSIONS

__all__ = ["OPERATIONS", "build", "on_lanes"]

OPERATIONS = {op.name: op for op in (*PRIMITIVES.values(), *WITHIN_EXPANSIONS) if op.builtin and op.arity}
"""The operations that the kernel has, by their names."""
_STRUCTURAL = DOT, PRODUCT, TILE, MULTIPLY, OUTER, STORE
"""The blocks that are not operations, in the order of their codes."""
_VERSION = 3
"""The version of what this file asks of the kernel; ``LANES_VERSION`` in ``_lanes.c`` says what that has."""

# Bytes of rows that a block should stay within: about a core's second-level cache. Tiles read each row many times.
_CACHE, _CACHE_GROUPED = 512 * 1024, 256 * 1024
_WIDEST, _WIDEST_ASKED, _NARROWEST, _NARROWEST_GROUPED = 192, 8192, 16, 128  # examples in a block
_LEAST, _LEAST_GROUPED = 48, 256  # examples in a chunk
_LINE = 8  # numbers in a cache line
_CHUNK = 200_000  # words of a program, times blocks, that are worth handing to another thread: some 500 µs
_FUNCTION = 100  # words of arithmetic that take as long as an exponential, a sine or the like
_MOST_CHUNKS = 64
_MATRICES = 16_000  # numbers in matrices, from which on one example is faster by matrices than product by product


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the contract of a backend
    """``tape`` on the kernel in C; one example, if the engine in C runs, on that; see :mod:`autograd.replay.backends`.

    Raises:
        NotImplementedError: the kernel is not there.
    """
    if any(batched) or core is None:
        return cast("Kernel", on_lanes(tape, batched, summed=summed, alone=True))
    kernel = None
    if FUSED_DOT in tape.ops:  # there may be matrices
        with contextlib.suppress(NotImplementedError):
            kernel = on_lanes(tape, batched, summed=summed)
    return kernel or c_tape.build(tape, batched, summed)


def on_lanes(
    tape: Tape, batched: Sequence[bool], *, summed: bool, loop_of: LoopOf | None = None, alone: bool = False
) -> Kernel | None:
    """A kernel for ``tape``; None if nothing is batched, and no matrices make one example worth lanes.

    Args:
        tape: any.
        batched: which of its inputs are; see :mod:`autograd.replay.backends`.
        summed: whether the kernel returns sums over the examples.
        loop_of: compiles operations that are not of the table; without it NumPy computes them.
        alone: one example that is not worth lanes has them all the same.
    """
    tape = constants_as_arguments(expanded(tape))
    if any(batched):
        return _Lanes(tape, batched, loop_of, summed=summed)
    columns = _columns(tape)
    if any(columns):
        return _One(tape, columns, loop_of, summed=summed)
    return _Lanes(tape, batched, loop_of, summed=summed) if alone else None


LoopOf = Callable[[Primitive, int], int]
"""From an operation and how many arguments it has to the address of an ``OwnLoop`` of ``_lanes.h``, which lives on."""


@cache
def _compiled() -> tuple[Callable[..., None], dict[Block, int]]:
    """The kernel, and the code of each block.

    The kernel takes

    * the program: its words, ``filled``, ``packs``, the numbers 0, 1, 2 ..., ``gathered``, and the operations that are
      not of the table;
    * memory: shared numbers, packed factors, rows, and room to lay rows out;
    * the numbers that are given, one row for each batched input, and the results;
    * where to start and to stop, how many examples are a block, which row of the results takes sums, and how many there
      are; then the function that is asked for an operation that is not of the table.

    It puts what is given where shared numbers are, and packs the factors of matrices, if anything is given or if there
    are no examples. The results that are sums over the examples begin with the number that adds nothing.

    Raises:
        NotImplementedError: it was compiled from another table of operations, or is not there.
    """
    try:
        module: Any = importlib.import_module("autograd._lanes")
    except ImportError as error:  # the engine was compiled, and this was not
        message = "the lane kernel is not there: install the package again where there is a C compiler"
        raise NotImplementedError(message) from error
    if digest() != module.TABLE_DIGEST or module.VERSION != _VERSION:
        message = (
            "the lane kernel was compiled from another version of the source or of the table of operations, so the "
            "backend 'c' is left out: install the package again"
        )
        warnings.warn(message, RuntimeWarning, stacklevel=2)
        raise NotImplementedError(message)
    named: list[Block] = [(OPERATIONS[name], count) for name, count in module.operations()]
    return module.kernel, {block: code for code, block in enumerate([*_STRUCTURAL, *named])}


def _by_numpy(
    others: Sequence[tuple[Primitive, int]], loops: Sequence[int]
) -> Callable[[int, Floats, list[int], int], None]:
    """The function that the kernel asks for operations that are not of the table: it computes them on arrays."""
    functions = [array_function(op, count) for op, count in others]

    def asked(other: int, rows: Floats, places: list[int], n: int) -> None:
        result, *operands = (rows[place, :n] for place in places)
        with np.errstate(all="ignore"):
            if loops[other]:  # what it has computed stays: no example depends on those beside it
                left = ~np.isfinite(result)
                result[left] = functions[other](*(operand[left] for operand in operands))
            else:
                result[:] = functions[other](*operands)

    return asked


def _columns(tape: Tape) -> list[bool]:
    """For each input of one example whether matrices of other inputs are multiplied by it; none if they are small.

    Of two factors it is the one in more products: a number of a layer meets every row of a matrix.
    """
    none = [False] * tape.n_inputs
    is_dot = np.array([op is FUSED_DOT for op in tape.ops], bool)[tape.code]
    if np.diff(tape.start)[is_dot].sum() < 2 * _MATRICES:
        return none
    whole = computation(tape)
    products = [pair for step in whole.steps for pair in step.products() if ONE not in pair]
    count = Counter(chain.from_iterable(products))
    factors = {min(pair, key=count.__getitem__) for pair in products}
    columns = {max(pair, key=count.__getitem__) for pair in products} - factors
    found = [number for number in range(tape.n_inputs) if number in columns]
    parts = split(whole, found)
    shared = {*range(tape.n_before), ONE, *parts.shared.outputs}.difference(found)
    sums = {step.result: step.products() for step in parts.lanes.steps if step.op is FUSED_DOT}
    groups = dots_among(sums, dict.fromkeys(shared), ONE)
    if sum(len(group.results) * len(group.operands) for group in groups) < _MATRICES:
        return none
    return [number in columns for number in range(tape.n_inputs)]


class _One:
    """A tape without batched inputs but with large matrices: the lane kernel runs it as a batch of one example."""

    def __init__(self, tape: Tape, columns: Sequence[bool], loop_of: LoopOf | None, *, summed: bool) -> None:
        self._kernel, self._summed = _Lanes(tape, columns, loop_of, summed=True), summed
        self._lanes = np.flatnonzero(columns)
        self._between = [slice(a + 1, b) for a, b in pairwise([-1, *self._lanes, tape.n_inputs + tape.n_leaves])]

    def __call__(self, shared: Floats, lanes: Floats) -> Floats:  # noqa: ARG002 -- nothing is batched
        others = np.concatenate([shared[part] for part in self._between])
        results = self._kernel(others, shared[self._lanes, None])
        return results if self._summed else results[:, None]


class _Space(NamedTuple):
    """The memory that one running call writes to."""

    shared: Floats
    """The inputs, leaves and constants, then what is computed from them alone."""
    packed: Floats
    """Those of them that are factors of matrices, in the order in which they are read."""
    own: _Own
    sums: list[Floats]
    """The sums of each chunk, as the last call left them: fresh memory costs more than the sums in it."""


class _Own(NamedTuple):
    """The memory of one thread."""

    rows: Floats
    aside: Floats
    """Room to lay blocks of rows out."""


class _Lanes:
    """A tape with batched inputs: the lane kernel runs the programs that are made of it."""

    def __init__(self, tape: Tape, batched: Sequence[bool], loop_of: LoopOf | None, *, summed: bool) -> None:
        whole = computation(tape)
        lanes = [number for number in range(tape.n_inputs) if batched[number]]
        given = [number for number in range(tape.n_before) if number >= tape.n_inputs or not batched[number]] + [
            ONE,
            NOTHING,
        ]
        parts = split(whole, lanes)
        place = {number: at for at, number in enumerate([*given, *parts.shared.outputs])}
        read = sorted(place[number] for number in set(given).intersection(parts.shared.read()))
        needed = [given[at] for at in read]
        self._once = lower(parts.shared, needed, {NOTHING: place[NOTHING]}, summed=False, grouped=False)
        self._each = lower(parts.lanes, lanes, place, summed=summed, grouped=True)
        self._kernel, table = _compiled()
        others = [block for block in operations_of([self._once, self._each]) if block not in table]
        codes = table | {block: len(table) + at for at, block in enumerate(others)}
        loops = [loop_of(*block) if loop_of else 0 for block in others]
        kinds = np.array([(loop, count) for loop, (_, count) in zip(loops, others, strict=True)], np.uint64).reshape(
            -1, 2
        )
        self._asked = _by_numpy(others, loops)
        self._words_once, self._words = self._once.words(codes), self._each.words(codes)
        self._same = [(at, place[number]) for at, number in enumerate(parts.lanes.outputs) if number in place]
        self._n_given = tape.n_before - len(tape.constants) - len(lanes)
        self._constants = np.array([*tape.constants, 1.0, -0.0])
        self._n_results, self._n_shared, self._n_before = len(tape.outputs), len(place), len(given)
        self._width = _width(self._each.n_rows, grouped=self._each.n_products > 0, asked=0 in kinds[:, :1])
        count = np.arange(max(self._width, self._each.n_aside), dtype=np.uint32)
        each, once = self._each, self._once
        self._program = (self._words, each.filled, each.packs, count, each.gathered, kinds)
        self._program_once = (self._words_once, once.filled, count[:0], count, once.gathered, kinds)
        self._read = np.array(read, np.intp)
        self._nothing = np.empty((len(lanes), 0)), np.empty((0, 0))
        self._work = self._words.size + _FUNCTION * each.n_functions + each.n_products
        self._n_sums = self._n_results + each.n_sums if summed else 0
        self._summed = summed
        self._layout = _Layout(0, 0, 0, 0)
        self._spare: deque[_Space] = deque()
        self._helpers: deque[_Own] = deque()

    def _space(self) -> _Space:
        shared = np.empty(self._n_shared)
        shared[self._n_given : self._n_before] = self._constants
        space = _Space(shared, np.empty(self._each.n_packed), self._own(), [np.empty((0, 0))])
        if not self._n_given and not self._words_once.size:  # of constants alone factors stay as they are
            self._pack(shared[:0], space)
        return space

    def _own(self) -> _Own:
        each = self._each
        return _Own(_aligned(each.n_rows, self._width), np.zeros(each.n_aside * self._width))

    def __call__(self, shared: Floats, lanes: Floats) -> Floats:
        try:
            space = self._spare.pop()
        except IndexError:
            space = self._space()
        n = lanes.shape[1]
        layout = self._layout
        if layout.n != n:
            layout = self._layout = _Layout.of(n, self._width, self._work, grouped=self._each.n_products > 0)
        columns = layout.columns
        if self._summed and columns > 1:
            if len(space.sums[0]) != columns:
                space.sums[0] = np.empty((columns, self._n_sums))
            (results,) = space.sums
        else:
            results = np.empty((1, self._n_sums) if self._summed else (self._n_results, n))
        if columns == 1 and not self._words_once.size:
            numbers, packed, (rows, aside), _ = space
            self._kernel(
                *self._program, numbers, packed, rows, aside, shared, lanes, results, 0, n, layout.size, 0,
                self._n_sums, self._asked,
            )  # fmt: skip
        else:
            self._prepare(shared, space)
            self._share_out(lanes, results, layout, space)
        if self._summed:
            results = results[0, : self._n_results] if columns == 1 else results[:, : self._n_results].sum(axis=0)
        for at, place in self._same:
            results[at] = space.shared[place] * n if self._summed else space.shared[place]
        self._spare.append(space)
        return results

    def _prepare(self, given: Floats, space: _Space) -> None:
        """Fill in the numbers that all examples share, by the same kernel, as one example."""
        if self._words_once.size:
            numbers = space.shared
            numbers[: self._n_given] = given
            read, computed = numbers[self._read, None], numbers[self._n_before :, None]
            rows, nothing = np.empty((self._once.n_rows, 1)), numbers[:0]
            self._kernel(
                *self._program_once, numbers, nothing, rows, nothing, nothing, read, computed, 0, 1, 1, 0, 0,
                self._asked,
            )  # fmt: skip
        self._pack(given, space)

    def _pack(self, given: Floats, space: _Space) -> None:
        """Put the given numbers where shared ones are, and pack the factors of matrices, for no example."""
        self._kernel(
            *self._program, space.shared, space.packed, *space.own, given, *self._nothing, 0, 0, 0, 0, 0, self._asked
        )

    def _share_out(self, lanes: Floats, results: Floats, layout: _Layout, space: _Space) -> None:
        """Run every column, on the calling thread and on helpers, each with rows of its own."""
        n, size, chunk, columns = layout
        numbers, packed, *_ = space
        nothing = numbers[:0]
        waiting = iter(range(columns))

        def work(own: _Own) -> None:
            try:
                for column in waiting:  # next() of a range is one step for the interpreter: no two get the same
                    start = column * chunk
                    self._kernel(
                        *self._program, numbers, packed, *own, nothing, lanes, results,
                        start, min(n, start + chunk), size, column, self._n_sums, self._asked,
                    )  # fmt: skip
            except BaseException:
                deque(waiting, maxlen=0)  # an operation of a user's raised: no thread begins another column
                raise

        def help_out() -> None:
            try:
                own = self._helpers.pop()
            except IndexError:
                own = self._own()
            work(own)
            self._helpers.append(own)

        # Operations of users see the settings of the caller, wherever they run.
        futures = [_pool().submit(copy_context().run, help_out) for _ in range(min(_cores(), columns) - 1)]
        try:
            work(space.own)
        finally:
            # Who has not begun is not waited for: all helpers may be waiting here, inside an operation of a user's.
            begun = [future for future in futures if not future.cancel()]
            wait(begun)
        for future in begun:
            future.result()


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
    def of(cls, n: int, width: int, work: int, *, grouped: bool) -> _Layout:
        """The layout of ``n`` examples in equal blocks of at most ``width``, each the ``work`` of so many words.

        Products of matrices that are summed over the examples are paid for by the chunk: each has sums of its own.
        """
        least = _LEAST_GROUPED if grouped else _LEAST
        chunks = min(_MOST_CHUNKS, 1 + n // least, 1 + -(-n // width) * work // _CHUNK)
        chunk = n if chunks == 1 else _in_lines(n, chunks)
        size = chunk if chunk <= width else _in_lines(chunk, -(-chunk // width))
        return cls(n, size, chunk, -(-n // chunk))


def _in_lines(n: int, parts: int) -> int:
    """The examples of each part of ``n``, in whole cache lines."""
    return -(-n // (_LINE * parts)) * _LINE


def _aligned(n_rows: int, width: int) -> Floats:
    """Rows for so many examples, each of which begins on a cache line: vectors that straddle two cost more.

    They lie an odd number of lines apart. At a power of two they would compete for a few places of the cache.
    """
    stride = width + _LINE
    numbers = np.zeros(n_rows * stride + _LINE)  # tiles compute four at a time, whatever is behind the last example
    start = -(numbers.ctypes.data // numbers.itemsize) % _LINE
    return numbers[start : start + n_rows * stride].reshape(n_rows, stride)


def _width(n_rows: int, *, grouped: bool, asked: bool) -> int:
    """How many examples a block may have, so that its rows stay in the cache: an even number of cache lines.

    Products of matrices are paid for by the block: their factors are loaded, and sums over the examples stored. So is
    what NumPy is asked for, by the call.
    """
    cache = _CACHE_GROUPED if grouped else _CACHE
    fitting = cache // (8 * n_rows) // (2 * _LINE) * (2 * _LINE)
    return max(_NARROWEST_GROUPED if grouped else _NARROWEST, min(_WIDEST_ASKED if asked else _WIDEST, fitting))


def _cores() -> int:
    """The processors that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, _cores() - 1), thread_name_prefix="autograd-lanes")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # a forked child has no threads but its own
