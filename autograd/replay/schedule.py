"""A tape as a schedule: which of its instructions are done together, on which rows of numbers, and in which order.

An instruction is of *level* n if the longest way to it leads over n others. Those of one level need nothing of one
another. Like ones are one operation on columns of numbers; sums of products of the same operands are a product of
matrices (see :mod:`~autograd.replay.groups`); so what a backend does, and what it writes, grows with the number of
levels and kinds and not with the tape. Each number has a row, and those that are computed together have rows that
follow one another, so that what reads them reads a block of memory. Rows are used again where that is asked for.

A computation for many examples is cut in two before: what all of them share is done once. Numbers that are *fixed*, as
those are, have places of their own, and no row.
"""

from __future__ import annotations

import bisect
import operator
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import autograd.rules  # noqa: F401 -- fills the table, which is read below
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.groups import Dots, Outer, dots_among, outer_among
from autograd.replay.optimise import separate_slots
from autograd.replay.tape import FUSED_DOT, Floats, Tape

__all__ = [
    "ONE", "Alike", "Batch", "Computation", "Entry", "Operand", "Pair", "Places", "Product", "Schedule", "Split",
    "Step", "Sums", "Total", "computation", "on_a_grid", "results_of", "scheduled", "scheduled_batch", "split",
    "strides",
]  # fmt: skip

ONE = -1
"""The number 1, which is always there."""

_MUL = PRIMITIVES["mul"]
_PATIENCE = 4  # levels among which a step finds its own
_GRID = 3  # results up to which no grid is looked for

# --- steps ------------------------------------------------------------------------------------------------

Pair = tuple[int, int]


class Step(NamedTuple):
    """One instruction, on numbers that each have a name of their own, whatever slot they shared."""

    op: Primitive
    args: tuple[int, ...]
    result: int

    @property
    def results(self) -> tuple[int, ...]:
        """The result, alone: of a group there are several."""
        return (self.result,)

    def products(self) -> list[Pair]:
        """The products that the result is the sum of; none if it is not one."""
        if self.op is _MUL or self.op is FUSED_DOT:
            return list(zip(self.args[::2], self.args[1::2], strict=True))
        return []


class Computation(NamedTuple):
    """Steps in order, and the numbers that come out."""

    steps: list[Step]
    outputs: list[int]

    def read(self) -> list[int]:
        """Every number that a step reads, as often as it is read, and every output."""
        return [*chain.from_iterable(step.args for step in self.steps), *self.outputs]


def computation(tape: Tape) -> Computation:
    """``tape`` with the sharing of slots undone: a number is a slot at the start, or one for each instruction."""
    tape = separate_slots(tape)
    number = np.arange(tape.n_slots)
    number[tape.n_inputs + tape.n_leaves : tape.n_before][tape.constants == 1.0] = ONE
    number[tape.dest] = np.arange(tape.n_before, tape.n_slots)
    start, args = tape.start.tolist(), number[tape.args].tolist()
    steps = [
        Step(tape.ops[code], tuple(args[start[i] : start[i + 1]]), tape.n_before + i)
        for i, code in enumerate(tape.code.tolist())
    ]
    return Computation(steps, number[tape.outputs].tolist())


class Split(NamedTuple):
    """A computation in two: what is the same for every example, and what is not."""

    shared: Computation
    """Its outputs are those numbers of it that ``lanes`` reads, or that are results."""
    lanes: Computation


def split(whole: Computation, batched: Sequence[int]) -> Split:
    """Separate what depends on one of the numbers ``batched`` from what does not.

    In a fused dot product the products of two shared numbers are made one shared number, the bias: it comes
    first, as the product with ``ONE``. A product with a shared number is made a sum of this one: it needs no row of it.
    """
    varying = set(batched)
    shared: list[Step] = []
    lanes: list[Step] = []
    fresh = 1 + max([0, *batched, *(step.result for step in whole.steps), *whole.read()])
    for step in whole.steps:
        if varying.isdisjoint(step.args):
            shared.append(step)
            continue
        varying.add(step.result)
        if step.op is not FUSED_DOT:
            if step.op is _MUL and not varying.issuperset(step.args):
                step = step._replace(op=FUSED_DOT)  # noqa: PLW2901 -- the same sum of one product
            lanes.append(step)
            continue
        bias = [pair for pair in step.products() if varying.isdisjoint(pair)]
        if bias:
            rest = [pair for pair in step.products() if not varying.isdisjoint(pair)]
            if len(bias) > 1 or ONE not in bias[0]:
                shared.append(Step(FUSED_DOT, tuple(chain(*bias)), fresh))
                bias = [(fresh, ONE)]
                fresh += 1
            number = bias[0][0] if bias[0][1] == ONE else bias[0][1]
            lanes.append(Step(FUSED_DOT, (number, ONE, *chain(*rest)), step.result))
        else:
            lanes.append(step)
    part = Computation(lanes, whole.outputs)
    made = {step.result for step in shared}
    needed = list(dict.fromkeys(number for number in part.read() if number in made))
    return Split(Computation(shared, needed), part)


def results_of(
    part: Computation, shared: Mapping[int, int], *, summed: bool
) -> tuple[dict[int, list[int]], list[tuple[Pair, int]], list[Step]]:
    """How each result comes out: stored (number to places) or summed (a product, a place); and the steps to do."""
    varying = [(place, number) for place, number in enumerate(part.outputs) if number not in shared]
    if not summed:
        stored = defaultdict(list)
        for place, number in varying:
            stored[number].append(place)
        return stored, [], part.steps
    alone = {number for _, number in varying}.difference(chain.from_iterable(step.args for step in part.steps))
    formed = {step.result: step.products() for step in part.steps if step.result in alone and step.products()}
    reduced = [(pair, place) for place, number in varying for pair in formed.get(number, [(number, ONE)])]
    return {}, reduced, [step for step in part.steps if step.result not in formed]


# --- levels -----------------------------------------------------------------------------------------------

Places = npt.NDArray[np.intp]


class Operand(NamedTuple):
    """Numbers that are read together, in the shape of what they are read for."""

    places: Places
    """Their rows; or, if they are fixed, their places among those."""
    fixed: bool = False


class Alike(NamedTuple):
    """One operation, many times over."""

    op: Primitive
    args: list[Operand]
    """For each argument an operand of the shape of the results."""
    results: Places


class Sums(NamedTuple):
    """Sums of products, one for each result."""

    terms: list[tuple[Operand, Operand | None]]
    """Pairs of factors, each of shape (terms, results). None stands for the number 1."""
    results: Places


class Product(NamedTuple):
    """Products of matrices and columns: so many of them, each of as many results and operands."""

    factors: Operand
    """Of shape (products, results, operands)."""
    operands: Operand
    """Of shape (products, operands)."""
    biases: Operand | None
    """The numbers to add, of the shape of the results."""
    results: Places
    """Of shape (products, results)."""


class Total(NamedTuple):
    """Products that are summed over the examples: of each of ``left`` and each of ``right``, or one by one."""

    left: Places
    right: Places
    places: Places
    """For each product the place of the result that it is added to, of shape (left, right) or that of both."""


Entry = Alike | Sums | Product | Total


class Schedule(NamedTuple):
    """The entries, in order, and where numbers are."""

    entries: list[Entry]
    n_rows: int
    filled: list[int]
    """The places of fixed numbers that have a row too, after those of the inputs."""
    stored: list[tuple[int, int]]
    """(the row of a result, its place) of results that are not summed over the examples."""


def strides(places: Places) -> tuple[int, ...] | None:
    """How far apart ``places`` are along each axis, if that is the same everywhere on it.

    >>> strides(np.array([[3, 5, 7], [4, 6, 8]])), strides(np.array([1, 2, 4]))
    ((1, 2), None)
    """
    if places.size == 1:
        return (0,) * places.ndim
    first = places[(0,) * places.ndim]
    axes = np.eye(places.ndim, dtype=np.intp).tolist()
    steps = [int(places[tuple(axis)] - first) if n > 1 else 0 for n, axis in zip(places.shape, axes, strict=True)]
    regular = first + sum(map(operator.mul, steps, np.indices(places.shape, sparse=True)))
    return tuple(steps) if np.array_equal(places, regular) else None


def on_a_grid(entry: Alike) -> Alike:
    """``entry`` in rows of one length, if more operands then lie regularly, and need not be gathered.

    >>> numbers = [Operand(np.array(places)) for places in ([4, 5, 6, 1, 2, 3], [7, 8, 9, 7, 8, 9])]
    >>> [strides(arg.places) for arg in on_a_grid(Alike(_MUL, numbers, np.arange(10, 16))).args]
    [(-3, 1), (0, 1)]
    """
    n = entry.results.size
    if entry.results.ndim > 1 or n <= _GRID:
        return entry
    best, most = entry, 0
    for arg in entry.args:
        steps = np.diff(arg.places)
        length = 1 + int(np.argmax(steps != steps[0]))  # of the part before the first place that is out of line
        regular = 0
        if length > 1 and n % length == 0:
            grid = [each._replace(places=each.places.reshape(-1, length)) for each in entry.args]
            regular = sum(strides(each.places) is not None for each in grid)
        if regular > max(most, sum(strides(each.places) is not None for each in entry.args)):
            best, most = Alike(entry.op, grid, entry.results.reshape(-1, length)), regular
    return best


def scheduled(
    part: Computation, inputs: Sequence[int], fixed: Mapping[int, int], *, summed: bool = False, again: bool = True
) -> Schedule:
    """The schedule of ``part``.

    Args:
        part: what to compute.
        inputs: the numbers that are given, which have the first rows.
        fixed: the places of fixed numbers. If there are none, ``inputs`` are all numbers of one example, and any may
            be the factors of a matrix.
        summed: whether the results are sums over the examples.
        again: whether rows are used again, when the number in them is not needed any more.
    """
    stored, reduced, steps = results_of(part, fixed, summed=summed)
    level = _levels(steps, inputs, fixed)
    levels: list[list[Step]] = [[] for _ in range(1 + max(level.values(), default=0))]
    for step in steps:
        levels[level[step.result]].append(step)
    totals = _totals(reduced, level, len(levels))
    last = {number: at for at, together in enumerate(levels) for step in together for number in step.args}
    for at, blocks in enumerate(totals):
        last |= {number: max(at, last.get(number, 0)) for block in blocks for number in block.args}
    last |= dict.fromkeys(stored, len(levels))
    done: defaultdict[int, list[int]] = defaultdict(list)
    for step in steps:
        done[last.get(step.result, level[step.result])].append(step.result)
    summed_up = chain.from_iterable(block.args for block in chain.from_iterable(totals))
    filled = [*dict.fromkeys(number for number in summed_up if number in fixed)]
    writer = _Writer([*inputs, *filled], fixed)
    for at, together in enumerate(levels):
        writer.write_level(together)
        for block in totals[at]:
            writer.write_total(block)
        if again:
            writer.release(done[at])
    rows = [(writer.row[number], place) for number, places in stored.items() for place in places]
    return Schedule(writer.entries, writer.n_rows, [fixed[number] for number in filled], rows)


def _levels(steps: Sequence[Step], inputs: Sequence[int], fixed: Collection[int]) -> dict[int, int]:
    """The level of each number. A step that is not needed yet is put off to a level of more like it."""
    level = dict.fromkeys([*inputs, *fixed], 0)
    for step in steps:
        level[step.result] = 1 + max(level[arg] for arg in step.args)
    kinds = {step.result: (step.op, *(arg in fixed for arg in step.args)) for step in steps}
    alike = Counter((kinds[step.result], level[step.result]) for step in steps)
    needed = dict.fromkeys(level, max(level.values(), default=0) + 1)
    for step in reversed(steps):
        own, kind = level[step.result], kinds[step.result]
        if needed[step.result] > own + 1:
            till = min(needed[step.result], own + _PATIENCE)
            best = max(range(own, till), key=lambda at: alike[kind, at])
            alike[kind, own] -= 1
            alike[kind, best] += 1
            level[step.result] = own = best
        for arg in step.args:
            needed[arg] = min(needed[arg], own)
    return level


class Batch(NamedTuple):
    """A tape for many examples, in two schedules: for the fixed numbers, which all share, and for those of each."""

    once: Schedule
    """From the fixed numbers that are given, those that are computed of them; these follow them."""
    each: Schedule
    constants: Floats
    """The last of the fixed numbers that are given, after inputs and leaves."""
    n_given: int
    n_fixed: int
    same: list[tuple[int, int]]
    """(the place of a result, the place of the fixed number that it is)"""


def scheduled_batch(tape: Tape, batched: Sequence[bool], *, summed: bool, again: bool = True) -> Batch:
    """The schedules of ``tape`` for many examples.

    Args:
        tape: of single assignment or not.
        batched: for each input whether every example has its own.
        summed: whether the results are sums over the examples.
        again: as of :func:`scheduled`.
    """
    lanes = [number for number in range(tape.n_inputs) if batched[number]]
    given = [*(number for number in range(tape.n_before) if number >= tape.n_inputs or not batched[number]), ONE]
    parts = split(computation(tape), lanes)
    place = {number: at for at, number in enumerate([*given, *parts.shared.outputs])}
    return Batch(
        scheduled(parts.shared, given, {}, again=again),
        scheduled(parts.lanes, lanes, place, summed=summed, again=again),
        np.array([*tape.constants, 1.0]),
        len(given),
        len(place),
        [(at, place[number]) for at, number in enumerate(parts.lanes.outputs) if number in place],
    )


def _totals(reduced: list[tuple[Pair, int]], level: Mapping[int, int], n_levels: int) -> list[list[Outer]]:
    """Products that are summed over the examples, by the levels after which they can be: whole blocks, and others.

    The others of a level are in one line of places: each of ``left`` is multiplied by its own of ``right``.
    """
    blocks, rest = outer_among(reduced)
    totals: list[list[Outer]] = [[] for _ in range(n_levels)]
    for block in blocks:
        totals[max(level[number] for number in block.args)].append(block)
    alone: defaultdict[int, Outer] = defaultdict(lambda: Outer([], [], [[]]))
    for (x, y), place in rest:
        line = alone[max(level[x], level[y])]
        line.left.append(x)
        line.right.append(y)
        line.places[0].append(place)
    for at, line in alone.items():
        totals[at].append(line)
    return totals


class _Writer:
    """Writes the entries of a schedule level by level, and gives out rows."""

    def __init__(self, given: Sequence[int], fixed: Mapping[int, int]) -> None:
        self.entries: list[Entry] = []
        self.row = {number: row for row, number in enumerate(given)}
        self.n_rows = len(given)
        self._fixed = fixed
        self._free: list[tuple[int, int]] = []
        """Rows to be given out again: where each run of them begins, and how many there are."""

    def _rows(self, numbers: Sequence[int]) -> Places:
        return np.array([self.row[number] for number in numbers], np.intp)

    def _operand(self, numbers: Sequence[int], *shape: int) -> Operand:
        """Numbers that are all fixed, or none of them."""
        is_fixed = numbers[0] in self._fixed
        places = np.array([self._fixed[number] for number in numbers], np.intp) if is_fixed else self._rows(numbers)
        return Operand(places.reshape(shape or -1), is_fixed)

    def _results(self, numbers: Sequence[int], *shape: int) -> Places:
        """Rows for new numbers, one after the other."""
        count = len(numbers)
        fitting = [(length, at) for at, (_, length) in enumerate(self._free) if length >= count]
        if fitting:
            length, at = min(fitting)
            first = self._free[at][0]
            self._free[at : at + 1] = [(first + count, length - count)] if length > count else []
        else:
            first, self.n_rows = self.n_rows, self.n_rows + count
        self.row |= zip(numbers, range(first, first + count), strict=True)
        return np.arange(first, first + count, dtype=np.intp).reshape(shape or -1)

    def write_total(self, total: Outer) -> None:
        """Products that are summed over the examples, of each and each or in one line."""
        if len(total.places) > 1:
            self.entries.append(Total(*self._block(total)))
        else:
            sides = self._rows(total.left), self._rows(total.right)
            self.entries.append(Total(*sides, np.array(total.places[0], np.intp)))

    def _block(self, outer: Outer) -> tuple[Places, Places, Places]:
        """The rows of both sides, each in order, and the places of their products."""
        left, right = self._rows(outer.left), self._rows(outer.right)
        down, across = np.argsort(left, kind="stable"), np.argsort(right, kind="stable")
        return left[down], right[across], np.array(outer.places, np.intp)[down][:, across]

    def release(self, numbers: Iterable[int]) -> None:
        """Give the rows of ``numbers`` out again."""
        for row in sorted(self.row[number] for number in numbers):
            at = bisect.bisect(self._free, (row, 0))
            length = 1
            if at < len(self._free) and self._free[at][0] == row + 1:
                length += self._free.pop(at)[1]
            if at and sum(self._free[at - 1]) == row:
                row, more = self._free.pop(at - 1)  # noqa: PLW2901 -- the run that it belongs to
                at, length = at - 1, length + more
            self._free.insert(at, (row, length))

    def _order(self, numbers: Sequence[int]) -> list[tuple[bool, int]]:
        """Where ``numbers`` are: rows count first, for they are read more often."""
        return sorted((number in self._fixed, self._place(number)) for number in numbers)

    def _place(self, number: int) -> int:
        return self._fixed[number] if number in self._fixed else self.row[number]

    def write_level(self, steps: Sequence[Step]) -> None:
        """Compute the results of ``steps``, of which none needs another."""
        sums = {step.result: step.products() for step in steps if step.op is FUSED_DOT}
        if len(sums) > 1:
            self._write_products(dots_among(sums, self._fixed or None, ONE))
        kinds: defaultdict[Any, list[Step]] = defaultdict(list)
        for step in steps:
            if step.result in self.row:  # it is one of a product's
                continue
            if step.op is FUSED_DOT:
                kinds[tuple((kind, len(pairs)) for kind, pairs in self._terms(step).items())].append(step)
            else:
                kinds[step.op, tuple(arg in self._fixed for arg in step.args)].append(step)
        for kind, alike in kinds.items():
            alike.sort(key=lambda step: self._order(step.args))
            if alike[0].op is FUSED_DOT:
                self._write_sums(alike)
            elif kind == (_MUL, (False, False)):
                self._write_products_of_two(alike)
            else:
                self._write_alike(alike)

    def _write_alike(self, alike: Sequence[Step]) -> None:
        args = [self._operand(numbers) for numbers in zip(*(step.args for step in alike), strict=True)]
        self.entries.append(Alike(alike[0].op, args, self._results([step.result for step in alike])))

    def _write_products_of_two(self, alike: Sequence[Step]) -> None:
        """Products: those of each of some numbers with each of others in a block."""
        blocks, rest = outer_among([((step.args[0], step.args[1]), step.result) for step in alike])
        for block in blocks:
            left, right, results = self._block(block)
            args = [Operand(np.broadcast_to(side, results.shape)) for side in (left[:, None], right[None])]
            self.entries.append(Alike(_MUL, args, self._results(results.ravel().tolist(), *results.shape)))
        if rest:
            self._write_alike([Step(_MUL, pair, result) for pair, result in rest])

    def _terms(self, step: Step) -> dict[tuple[bool, bool | None], list[Pair]]:
        """The products of a sum by their kinds: whether each factor is fixed, None for a second one that is 1."""
        found: defaultdict[Any, list[Pair]] = defaultdict(list)
        for x, y in step.products():
            if x == ONE or (x in self._fixed and y not in self._fixed and y != ONE):
                x, y = y, x  # noqa: PLW2901 -- in the order in which they are told apart
            found[x in self._fixed, None if y == ONE else y in self._fixed].append((x, y))
        return dict(sorted(found.items(), key=repr))

    def _write_sums(self, alike: Sequence[Step]) -> None:
        terms: list[tuple[Operand, Operand | None]] = []
        sums = [self._terms(step) for step in alike]
        for kind in sums[0]:
            shape = len(sums[0][kind]), len(sums)
            left, right = zip(*chain.from_iterable(zip(*(one[kind] for one in sums), strict=True)), strict=True)
            terms.append((self._operand(left, *shape), None if kind[1] is None else self._operand(right, *shape)))
        self.entries.append(Sums(terms, self._results([step.result for step in alike])))

    def _write_products(self, groups: Iterable[Dots]) -> None:
        """Products of matrices, those of one shape together; results and operands in the order in which numbers lie."""
        shapes: defaultdict[tuple[int, int, bool], list[Dots]] = defaultdict(list)
        for group in groups:
            across = sorted(range(len(group.operands)), key=lambda j: self.row[group.operands[j]])
            operands = [group.operands[j] for j in across]
            factors = [[row[j] for j in across] for row in group.factors]
            lines = sorted(
                zip(group.results, group.biases, factors, strict=True), key=lambda line: self._place(line[2][0])
            )
            for biased in (False, True):
                chosen = [line for line in lines if (line[1] is not None) is biased]
                if chosen:
                    results, biases, factors_of = map(list, zip(*chosen, strict=True))
                    shapes[len(chosen), len(across), biased].append(Dots(results, biases, factors_of, operands))
        for (n_results, n_operands, biased), alike in shapes.items():
            alike.sort(key=lambda dots: self.row[dots.operands[0]])
            n = len(alike)
            results, biases, factors, operands = ([*chain.from_iterable(parts)] for parts in zip(*alike, strict=True))
            self.entries.append(
                Product(
                    self._operand([*chain.from_iterable(factors)], n, n_results, n_operands),
                    self._operand(operands, n, n_operands),
                    self._operand(biases, n, n_results) if biased else None,
                    self._results(results, n, n_results),
                )
            )
