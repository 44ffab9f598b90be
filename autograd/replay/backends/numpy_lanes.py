"""The NumPy backend: whatever is alike is one operation on arrays, and what is a product of matrices is one.

Each number has a row, with a column for each example; see :mod:`~autograd.replay.schedule` for which are computed
together. A batch is cut into blocks of examples whose rows stay in the cache. The arrays that an operation reads and
writes are made once for each width of a block, and *bound* to it: a call fills in its numbers, and runs what is bound.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from autograd.primitives import Primitive
from autograd.replay.backends import Kernel
from autograd.replay.backends.array_functions import array_function
from autograd.replay.backends.expansion import expanded
from autograd.replay.recorder import Refusal
from autograd.replay.schedule import (
    Alike,
    Operand,
    Places,
    Product,
    Schedule,
    Sums,
    Total,
    on_a_grid,
    scheduled_batch,
    strides,
)  # fmt: skip
from autograd.replay.tape import Floats, Tape

__all__ = ["build"]

_CACHE, _CACHE_GROUPED = 768 * 1024, 512 * 1024  # bytes of rows that a block should stay within; one with matrices
_CALL = 1500  # numbers that are computed in the time of a call of a NumPy function
_NARROWEST = 16  # examples in a block
_MEMORY = 64 * 1024 * 1024  # bytes of rows that a block has at most, unless it is of the narrowest
_ONE_BY_ONE = 4  # terms of a sum that are added one after the other, and not laid out first to be added in one call
_SPARE = 4  # how many sets of arrays are kept for later calls, by other threads or for other widths

# Temporary arrays of a hundred kilobytes would be got from the system and given back at every use, which takes longer
# than to compute them: glibc keeps what is freed only once a larger piece has been. Nothing is written to these 24 MB.
# Source: mallopt(3), on the dynamic M_MMAP_THRESHOLD.
np.empty(3 << 20)


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the form of every backend
    """``tape`` on arrays; see :mod:`autograd.replay.backends`."""
    return _Lanes(expanded(tape, folds=False), batched, summed=summed)


class _Lanes:
    """A tape as two schedules: one for the numbers that all examples share, and one for those of each."""

    def __init__(self, tape: Tape, batched: Sequence[bool], *, summed: bool) -> None:
        self._batch = scheduled_batch(tape, batched, summed=summed)
        self._n_lanes, self._filled = sum(batched), np.array(self._batch.each.filled, np.intp)
        self._same = np.array(self._batch.same, np.intp).reshape(-1, 2).T
        self._n_results, self._summed = len(tape.outputs), summed
        self._width = _width(self._batch.each)
        self._spare: deque[_Arrays] = deque(maxlen=_SPARE)

    def __call__(self, shared: Floats, lanes: Floats) -> Floats:
        n = lanes.shape[1]
        results = np.zeros(self._n_results) if self._summed else np.empty((self._n_results, n))
        if not n:
            return results
        with np.errstate(all="ignore"):
            for start, width, count in _cut(n, self._width):
                arrays = self._arrays(width)
                fixed, each = self._fill(arrays, shared), arrays.each
                for at in range(start, start + width * count, width):
                    each.rows[: self._n_lanes] = lanes[:, at : at + width]
                    each.run()
                    if self._summed:
                        results += np.bincount(each.places, each.sums, self._n_results)
                    else:
                        results[each.stored[1], at : at + width] = each.rows[each.stored[0]]
                shared_by_all = fixed[self._same[1]]
                self._spare.append(arrays)  # from here on they may be another thread's
        results[self._same[0]] = shared_by_all * n if self._summed else shared_by_all[:, None]
        return results

    def _arrays(self, width: int) -> _Arrays:
        """Arrays for so many examples, which are nobody else's for now."""
        for _ in range(_SPARE):
            try:
                arrays = self._spare.popleft()
            except IndexError:
                break
            if arrays.each.rows.shape[1] == width:
                return arrays
            self._spare.append(arrays)
        once, each, constants, n_given, n_fixed, _ = self._batch
        fixed = np.empty(n_fixed)
        fixed[n_given - len(constants) : n_given] = constants
        return _Arrays(fixed, _Bound(once, fixed, 1), _Bound(each, fixed, width))

    def _fill(self, arrays: _Arrays, given: Floats) -> Floats:
        """Compute the numbers that all examples share, and lay them out for the others."""
        fixed, once, each = arrays
        fixed[: len(given)] = given
        n_given = self._batch.n_given
        if n_given < len(fixed):
            once.rows[:n_given, 0] = fixed[:n_given]
            once.run()
            fixed[n_given + once.stored[1]] = once.rows[once.stored[0], 0]
        each.rows[self._n_lanes : self._n_lanes + len(self._filled)] = fixed[self._filled, None]
        for lay_out in each.laid_out:
            lay_out()
        return fixed


def _cut(n: int, widest: int) -> list[tuple[int, int, int]]:
    """``n`` examples in blocks: where those of one width begin, the width, and how many there are.

    >>> _cut(100, 48), _cut(96, 48)
    ([(0, 34, 2), (68, 32, 1)], [(0, 48, 2)])
    """
    width = -(-n // -(-n // widest))
    rest = n % width
    return [(0, width, n // width), *([(n - rest, rest, 1)] if rest else [])]


def _width(schedule: Schedule) -> int:
    """How many examples a block has: as many as stay in the cache, but not so few that calls cost more than numbers."""
    n_rows = max(1, schedule.n_rows)
    cache = _CACHE_GROUPED if any(isinstance(entry, Product) for entry in schedule.entries) else _CACHE
    computed = sum(entry.results.size for entry in schedule.entries if not isinstance(entry, Total))
    paying = _CALL * len(schedule.entries) // max(1, computed)
    return max(_NARROWEST, cache // (8 * n_rows), min(paying, _MEMORY // (8 * n_rows)))


Run = Callable[[], object]


# --- what is bound ----------------------------------------------------------------------------------------


class _Bound:
    """A schedule bound to arrays.

    Attributes:
        rows: the numbers of each example.
        laid_out: what is to be done when the fixed numbers have changed.
        stored: the rows of results, and their places.
        sums, places: sums over the examples, and the places of the results that they are added to.
    """

    def __init__(self, schedule: Schedule, fixed: Floats, width: int) -> None:
        self.rows = np.zeros((schedule.n_rows, width))
        self.laid_out: list[Run] = []
        self.stored = np.array(schedule.stored, np.intp).reshape(-1, 2).T
        totals = [entry for entry in schedule.entries if isinstance(entry, Total)]
        self.places = np.concatenate([np.empty(0, np.intp), *(total.places.ravel() for total in totals)])
        self.sums = np.zeros(len(self.places))
        self._fixed = fixed
        self._scratch, self._taken = np.empty(0), 0
        self._runs: list[Run] = []
        done = 0
        for entry in schedule.entries:
            self._taken = 0
            match entry:
                case Alike():
                    self._bind_alike(entry)
                case Sums():
                    self._bind_sums(entry)
                case Product():
                    self._bind_product(entry)
                case _:
                    done += entry.places.size
                    self._bind_total(entry, self.sums[done - entry.places.size : done])

    def run(self) -> None:
        """Compute all results from the given rows."""
        for run in self._runs:
            run()

    def _room(self, *shape: int) -> Floats:
        """Room for so many numbers of each example, until the next entry."""
        width = self.rows.shape[1]
        size = int(np.prod(shape)) * width
        if self._taken + size > len(self._scratch):  # what was given out before stays with those that have it
            self._scratch, self._taken = np.empty(max(size, 2 * len(self._scratch))), 0
        self._taken += size
        return self._scratch[self._taken - size : self._taken].reshape(*shape, width)

    def _results(self, places: Places) -> Floats:
        first = places.flat[0]
        return self.rows[first : first + places.size].reshape(*places.shape, -1)

    def _read(self, operand: Operand, fits: Callable[[tuple[int, ...]], bool] = lambda steps: True) -> Floats:
        """The numbers of an operand, with an axis of examples: where they are, or gathered if they do not lie so."""
        places, is_fixed = operand
        source = self._fixed[:, None] if is_fixed else self.rows
        steps = strides(places)
        if steps is not None and fits(steps):
            if places.size == 1:  # nearly always in a chain, and found in half the time
                first = int(places.flat[0])
                return source[first : first + 1].reshape(*places.shape, -1)
            distances = [step * source.strides[0] for step in steps]
            return as_strided(
                source[places.flat[0] :], (*places.shape, source.shape[1]), (*distances, source.strides[1])
            )
        room = np.empty((*places.shape, 1)) if is_fixed else self._room(*places.shape)
        (self.laid_out if is_fixed else self._runs).append(partial(source.take, places, 0, room, "clip"))
        return room

    def _bind_alike(self, entry: Alike) -> None:
        if entry.op.folds:
            self._bind_fold(entry.op.folds, entry)
            return
        entry = on_a_grid(entry)
        op, results = entry.op, self._results(entry.results)
        args = [self._read(arg) for arg in entry.args]
        base = op.base or op
        if base.ufunc and not isinstance(op, Refusal):
            self._runs.append(partial(getattr(np, base.ufunc), *args, *op.constants, out=results))
            return
        function = array_function(op, len(args))
        alone = entry.results.size == 1  # then a fixed number is one number, and functions choose their way by it
        inputs = [
            arg.reshape(()) if alone and operand.fixed else np.broadcast_to(arg, results.shape)
            for arg, operand in zip(args, entry.args, strict=True)
        ]

        def run() -> None:
            results[...] = function(*[each[()] for each in inputs])

        self._runs.append(run)

    def _bind_fold(self, op: Primitive, entry: Alike) -> None:
        """All inputs in one call: those that are fixed, once for all examples, and those that are not."""
        results, ufunc = self._results(entry.results), getattr(np, str(op.ufunc))
        folded: list[Floats] = []
        for fixed in (True, False):
            places = [arg.places for arg in entry.args if arg.fixed is fixed]
            if places:
                inputs = self._read(Operand(np.stack(places), fixed))
                folded.append(np.empty((*entry.results.shape, 1)) if fixed else results)
                runs = self.laid_out if fixed else self._runs
                runs.append(partial(ufunc.reduce, inputs, 0, None, folded[-1]))
        if len(folded) > 1:
            self._runs.append(partial(ufunc, *folded, out=results))
        self._runs.append(partial(np.add, results, 0.0, results))

    def _bind_sums(self, entry: Sums) -> None:
        results = self._results(entry.results)
        n_terms = sum(len(left.places) for left, _ in entry.terms)
        if 1 < n_terms <= _ONE_BY_ONE:
            self._bind_few(entry, results)
            return
        products, done = None, 0
        for left, right in entry.terms:
            factor = self._read(left)
            if len(entry.terms) == 1 and right is None:
                products = factor
                break
            if products is None:
                products = results[None] if n_terms == 1 else self._room(n_terms, *entry.results.shape)
            part = products[done : done + len(left.places)]
            if right is None:
                self._runs.append(partial(np.copyto, part, factor))
            else:
                self._runs.append(partial(np.multiply, factor, self._read(right), part))
            done += len(left.places)
        if n_terms > 1 or right is None:
            self._runs.append(partial(np.add.reduce, products, 0, None, results, False, -0.0))

    def _bind_few(self, entry: Sums, results: Floats) -> None:
        """Sums of few terms, added as they come: in the order, and to the bits, of those that are laid out together."""
        so_far: Floats | None = None
        for left, right in entry.terms:
            for at in range(len(left.places)):
                part = self._read(Operand(left.places[at], left.fixed))
                if right is not None:
                    product = results if so_far is None else self._room(*entry.results.shape)
                    self._runs.append(
                        partial(np.multiply, part, self._read(Operand(right.places[at], right.fixed)), product)
                    )
                    part = product
                if so_far is not None:
                    self._runs.append(partial(np.add, so_far, part, results))
                so_far = part if so_far is None else results

    def _bind_product(self, entry: Product) -> None:
        _, n_results, n_operands = entry.factors.places.shape
        results = self._results(entry.results)

        def is_matrix(steps: tuple[int, ...]) -> bool:
            _, by_result, by_operand = steps
            return (by_operand == 1 and by_result >= n_operands) or (by_result == 1 and by_operand >= n_results)

        factors = self._read(entry.factors, is_matrix)[..., 0]
        operands = self._read(entry.operands, lambda steps: steps[1] > 0)
        alone = 0 if len(results) == 1 else slice(None)
        self._runs.append(partial(_multiply, factors[alone], operands[alone], results[alone]))
        if entry.biases is not None:
            self._runs.append(partial(np.add, results, self._read(entry.biases), results))

    def _bind_total(self, entry: Total, sums: Floats) -> None:
        left, right = (self._read(Operand(side), lambda steps: steps[0] > 0) for side in (entry.left, entry.right))
        if entry.places.ndim == 2:
            self._runs.append(partial(np.matmul, left, right.T, sums.reshape(entry.places.shape)))
        else:
            self._runs.append(partial(np.einsum, "ij,ij->i", left, right, out=sums))


class _Arrays(NamedTuple):
    """The arrays of one running call."""

    fixed: Floats
    """The numbers that all examples share: those that are given, constants, and those that are computed of them."""
    once: _Bound
    """Computes the last of them."""
    each: _Bound


def _multiply(factors: Floats, operands: Floats, results: Floats) -> None:
    """The product of matrices, with the sign that the sum has where it is zero: a library begins with +0."""
    np.matmul(factors, operands, results)
    if not results.all():
        signs = np.matmul(np.copysign(1.0, factors), np.copysign(1.0, operands))
        results[(results == 0.0) & (signs == -factors.shape[-1])] = -0.0
