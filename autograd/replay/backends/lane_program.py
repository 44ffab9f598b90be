"""A tape as a program of the lane kernel: which numbers are shared, which have a row, and what runs in which order.

Four decisions are made here, none of them about what an operation computes:

* what depends on no batched input is computed once, by a program of its own on one example;
* rows are used again when their number is not needed any more, so that a block of examples stays in the cache;
* a result that is summed over the examples, and is a sum of products that nothing else needs, is never stored: the
  sum over the lanes is taken as it is formed, four products at a time where they have a factor in common;
* sums of products of the same rows are a product of matrices: see :mod:`~autograd.replay.groups`.
"""

from __future__ import annotations

import operator
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autograd.primitives import Primitive
from autograd.replay.groups import Dots, Outer, dots_among, outer_among
from autograd.replay.schedule import ONE, Computation, Pair, Step, results_of
from autograd.replay.tape import FUSED_DOT

__all__ = [
    "DOT",
    "MULTIPLY",
    "NOTHING",
    "OUTER",
    "PRODUCT",
    "STORE",
    "TILE",
    "Block",
    "LaneProgram",
    "lower",
    "operations_of",
]

DOT, PRODUCT, TILE, STORE, MULTIPLY, OUTER = "dot", "product", "tile", "store", "multiply", "outer"
"""The blocks that are not operations:

* DOT: a bias, then so many products of a shared number and a row, then so many products of two rows;
* PRODUCT: the sum over the examples of the product of two rows, added to one result;
* TILE: four of those that share a row;
* STORE: a row written out, one number for each example;
* MULTIPLY: a group of dots: results, each a bias and a sum of the same rows times factors;
* OUTER: the sums over the examples of all products of one of some rows and one of others.
"""

Block = str | tuple[Primitive, int]
"""One of the names above, or an operation on so many arguments."""

BLOCK = 128
"""The results, and the operands, of a block of a matrix: its factors stay in the second-level cache."""
ROWS = 4
"""The results of a tile, whose factors are packed side by side."""


def packing(n_results: int, n_operands: int) -> npt.NDArray[np.intp]:
    """The order of the factors of a matrix of so many rows and columns: four rows side by side, then the rest.

    >>> packing(5, 3).tolist()
    [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, 12, 13, 14]
    """
    places = np.arange(n_results * n_operands).reshape(n_results, n_operands)
    whole = n_results // ROWS * ROWS
    blocks = [places[:whole, start : start + BLOCK] for start in range(0, n_operands, BLOCK)]
    tiles = [block.reshape(-1, ROWS, block.shape[1]).transpose(0, 2, 1).ravel() for block in blocks]
    return np.concatenate([*tiles, places[whole:].ravel()])


NOTHING = -2
"""The number -0, which adds nothing to any number. It is always there, as is ``ONE``."""

_TILE = 4
_CORNER = (0, 0), (1, 0), (0, 1)
"""The three places that tell how a matrix lies in memory, if it lies in lines."""


class LaneProgram(NamedTuple):
    """The program of the lane kernel, except for the codes."""

    instructions: list[tuple[Block, tuple[int, ...]]]
    filled: npt.NDArray[np.uint32]
    """The places of the shared numbers that fill a row; those rows come after the rows of the inputs."""
    n_rows: int
    packs: npt.NDArray[np.uint32]
    """How factors of matrices are laid out, in the order in which they are read: for each piece where it goes, the
    place of its first factor, its rows and columns, and how far apart these are; or 0, and then each place."""
    n_packed: int
    """How many these are."""
    gathered: npt.NDArray[np.uint32]
    """Which of the sums behind the results belong to results: for each run of them where it begins, the place of the
    first result, and how many there are."""
    n_sums: int
    """How many sums there are behind the results: products of blocks that do not lie among the results as they are."""
    n_aside: int
    """How many rows a block of examples needs beside its own, to lay products of blocks out."""
    n_products: int
    """How many products the groups are, for each example."""

    def words(self, codes: dict[Block, int]) -> npt.NDArray[np.uint32]:
        """The program as the kernel reads it."""
        listed = ((codes[block], *words) for block, words in self.instructions)
        return np.fromiter(chain.from_iterable(listed), np.uint32)

    @property
    def n_functions(self) -> int:
        """How many instructions are more than arithmetic: they call a function of ``math``."""
        return sum(not isinstance(block, str) and _calls(block[0]) for block, _ in self.instructions)


def _calls(op: Primitive) -> bool:
    """Whether the forward of an operation calls anything: an operator does not, nor does a formula of operators."""
    code = getattr(op.forward, "__code__", None)
    return bool(code.co_names) if code else getattr(op.forward, "__module__", "") != operator.add.__module__


def operations_of(programs: Iterable[LaneProgram]) -> list[tuple[Primitive, int]]:
    """The operations in ``programs``, with how many arguments each has, in an order that depends on the set alone."""
    found = {block for program in programs for block, _ in program.instructions if not isinstance(block, str)}
    return sorted(found, key=lambda block: (block[0].name, block[1]))


def lower(
    part: Computation, inputs: Sequence[int], shared: dict[int, int], *, summed: bool, grouped: bool
) -> LaneProgram:
    """The program of the lane kernel for ``part``.

    Args:
        part: what to compute. Outputs that are shared numbers are left to the caller.
        inputs: the numbers whose rows come from outside, in order.
        shared: the place of each shared number.
        summed: whether the results are sums over the examples.
        grouped: whether groups of dots are products of matrices. They are done four examples at a time.
    """
    stored, reduced, plain = results_of(part, shared, summed=summed)
    steps = _grouped(plain, shared) if grouped else plain
    outers, reduced = outer_among(reduced) if grouped else ([], reduced)
    ready = dict.fromkeys([*inputs, *shared], -1)
    for at, step in enumerate(steps):
        for result in step.results:
            ready[result] = at
    tiles = _tiles(reduced, ready)
    for outer in outers:
        tiles[max(ready[number] for number in (*outer.left, *outer.right))].append(outer)
    filled = _filled(steps, tiles, shared)
    rows = {number: row for row, number in enumerate([*inputs, *filled])}
    writer = _Writer(shared, rows, len(part.outputs))
    last_use = _last_use(steps, tiles)
    done = defaultdict(list)
    for number, at in last_use.items():
        done[at].append(number)
    writer.write_results(inputs, stored, tiles[-1])
    for at, step in enumerate(steps):
        writer.write_step(step)
        writer.write_results(step.results, stored, tiles[at])
        writer.release([*done[at], *(result for result in step.results if result not in last_use)])
    return writer.program(np.array([shared[number] for number in filled], dtype=np.uint32))


class _Group(NamedTuple):
    """A group of dots in the place of a step: all its results are computed at once."""

    dots: Dots

    @property
    def args(self) -> list[int]:
        """The numbers that are read as rows."""
        return self.dots.operands

    @property
    def results(self) -> list[int]:
        """The results."""
        return self.dots.results


def _grouped(steps: list[Step], shared: dict[int, int]) -> list[Step | _Group]:
    """``steps`` with each group of dots where the first of them was: then all its operands are known."""
    sums = {step.result: step.products() for step in steps if step.op is FUSED_DOT}
    groups = {result: dots for dots in dots_among(sums, shared, ONE) for result in dots.results}
    return [
        _Group(groups[step.result]) if step.result in groups else step
        for step in steps
        if step.result not in groups or step.result == groups[step.result].results[0]
    ]


class _Tile(NamedTuple):
    """Products with a factor in common, each added to a result."""

    factor: int
    others: list[tuple[int, int]]
    """(the other factor, the place of the result)"""

    @property
    def args(self) -> list[int]:
        """The numbers that are read as rows."""
        return [self.factor, *(other for other, _ in self.others)]


Reduction = _Tile | Outer
"""Products that are summed over the examples together."""


def _tiles(reduced: list[tuple[Pair, int]], ready: dict[int, int]) -> defaultdict[int, list[Reduction]]:
    """``reduced`` in tiles, by the step after which each can be written."""
    count = Counter(factor for pair, _ in reduced for factor in pair)
    groups: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (x, y), place in reduced:
        factor, other = (x, y) if (count[x], ready[x]) >= (count[y], ready[y]) else (y, x)
        groups[factor].append((other, place))
    tiles: defaultdict[int, list[Reduction]] = defaultdict(list)
    for factor, others in groups.items():
        others.sort(key=lambda pair: ready[pair[0]])
        whole = len(others) // _TILE * _TILE
        cuts = [others[i : i + _TILE] for i in range(0, whole, _TILE)] + [[pair] for pair in others[whole:]]
        for cut in cuts:
            tiles[max(ready[factor], ready[cut[-1][0]])].append(_Tile(factor, cut))
    return tiles


def _filled(steps: Sequence[Step | _Group], tiles: dict[int, list[Reduction]], shared: dict[int, int]) -> list[int]:
    """The shared numbers that need a row, because what reads them reads rows."""
    read = [arg for step in steps if isinstance(step, Step) and step.op is not FUSED_DOT for arg in step.args]
    for tile in chain.from_iterable(tiles.values()):
        read += tile.args
    return list(dict.fromkeys(number for number in read if number in shared))


def _last_use(steps: Sequence[Step | _Group], tiles: dict[int, list[Reduction]]) -> dict[int, int]:
    """The step after which the row of a step's result is free; of those results alone that are read."""
    last: dict[int, int] = {}
    for at, step in enumerate(steps):
        for each in (step, *tiles.get(at, ())):
            for number in each.args:
                last[number] = at
    made = {result for step in steps for result in step.results}
    return {number: at for number, at in last.items() if number in made}


class _Writer:
    """Writes a program, and gives out rows."""

    def __init__(self, shared: dict[int, int], rows: dict[int, int], n_results: int) -> None:
        self.instructions: list[tuple[Block, tuple[int, ...]]] = []
        self.n_rows = len(rows)
        self._shared, self._row = shared, rows
        self._free: list[int] = []
        self._packs: list[int] = []
        self._gathered: list[npt.NDArray[np.uint32]] = []
        self._n_packed = self._n_sums = self._n_aside = self._n_products = 0
        self._n_results = n_results

    def program(self, filled: npt.NDArray[np.uint32]) -> LaneProgram:
        """The program that was written."""
        gathered = np.concatenate([np.empty((0, 3), np.uint32), *self._gathered])
        n_rows = max(self.n_rows, 1)
        packs = np.array(self._packs, np.uint32)
        return LaneProgram(
            self.instructions, filled, n_rows, packs, self._n_packed, gathered, self._n_sums, self._n_aside,
            self._n_products,
        )  # fmt: skip

    def _write(self, block: Block, *words: int) -> None:
        self.instructions.append((block, words))

    def write_step(self, step: Step | _Group) -> None:
        """Compute the results of ``step``, each in a row that no number needed by it is in."""
        for result in step.results:
            if self._free:
                row = self._free.pop()
            else:
                row, self.n_rows = self.n_rows, self.n_rows + 1
            self._row[result] = row
        if isinstance(step, _Group):
            self._write_group(step.dots)
        elif step.op is FUSED_DOT:
            self._write_dot(step, row)
        else:
            self._write((step.op, len(step.args)), row, *(self._row[arg] for arg in step.args))

    def _write_dot(self, step: Step, row: int) -> None:
        bias, scaled, products = self._shared[NOTHING], [], []
        for x, y in step.products():
            if x in self._shared and y in self._shared:
                bias = self._shared[x]  # times ONE, as split() left it
            elif x in self._shared:
                scaled += [self._shared[x], self._row[y]]
            elif y in self._shared:
                scaled += [self._shared[y], self._row[x]]
            else:
                products += [self._row[x], self._row[y]]
        self._write(DOT, row, bias, len(scaled) // 2, len(products) // 2, *scaled, *products)

    def _write_group(self, dots: Dots) -> None:
        """A product of matrices, its rows and columns in the order in which the factors lie in memory."""
        matrix = np.array([[self._shared[factor] for factor in row] for row in dots.factors])
        down, across = np.argsort(matrix[:, 0], kind="stable"), np.argsort(matrix[0], kind="stable")
        rows, operands = self._rows(dots.results), self._rows(dots.operands)
        biases = [self._shared[NOTHING if bias is None else bias] for bias in dots.biases]
        words = [np.array(rows)[down], np.array(biases)[down], np.array(operands)[across]]
        laid_out = self._laid_out(matrix[down][:, across])
        self._write(MULTIPLY, rows[0], len(rows), len(operands), *laid_out, *np.concatenate(words).tolist())
        self._n_products += matrix.size

    def _laid_out(self, places: npt.NDArray[np.intp]) -> tuple[int, int]:
        """Where the matrix of the factors at ``places`` begins; and how far apart its rows are, 0 if it is packed."""
        n_results, n_operands = places.shape
        first, by_result, by_operand = (int(places[i, j]) - (i or j) * int(places[0, 0]) for i, j in _CORNER)
        whole = n_results // ROWS * ROWS
        in_lines = first + by_result * np.arange(n_results)[:, None] + by_operand * np.arange(n_operands)
        if by_operand == 1 and by_result > 0 and np.array_equal(places, in_lines):
            return first, by_result
        begin = self._n_packed
        one_by_one = places.ravel()[packing(n_results, n_operands)]
        if by_result == 1 and by_operand > 0 and np.array_equal(places[:whole], in_lines[:whole]):
            self._packs += (begin, first, whole, n_operands, by_operand)
            one_by_one = one_by_one[whole * n_operands :]
        if one_by_one.size:
            at = begin + places.size - one_by_one.size
            self._packs += (at, 0, one_by_one.size, 1, 0, *one_by_one.tolist())
        self._n_packed += places.size
        return begin, 0

    def _write_outer(self, outer: Outer) -> None:
        """To the results themselves where they lie like the block, else to a block behind them, to be gathered.

        That one has whole tiles: the last row of either block is repeated, and such products are not gathered.
        """
        left, right = self._rows(outer.left), self._rows(outer.right)
        places = np.array(outer.places)
        first, distance = int(places[0, 0]), int(places[1, 0] - places[0, 0])
        regular = first + distance * np.arange(len(left))[:, None] + np.arange(len(right))
        if len(left) % ROWS or len(right) % ROWS or distance < len(right) or not np.array_equal(places, regular):
            left, right = _whole(left), _whole(right)
            first, distance = self._n_results + self._n_sums, len(right)
            self._gathered.append(_runs(places, first, distance))
            self._n_sums += len(left) * len(right)
        self._write(OUTER, left[0], len(left), len(right), first, distance, *left, *right)
        self._n_aside = max(self._n_aside, len(left) + len(right))
        self._n_products += places.size

    def _rows(self, numbers: Sequence[int]) -> list[int]:
        return [self._row[number] for number in numbers]

    def write_results(self, numbers: Sequence[int], stored: dict[int, list[int]], tiles: list[Reduction]) -> None:
        """Store what is a result among ``numbers``, and add up ``tiles``."""
        for number in numbers:
            for place in stored.get(number, ()):
                self._write(STORE, self._row[number], place)
        for tile in tiles:
            if isinstance(tile, Outer):
                self._write_outer(tile)
                continue
            factor, others = tile
            rows, places = [self._row[other] for other, _ in others], [place for _, place in others]
            self._write(TILE if len(others) == _TILE else PRODUCT, self._row[factor], *rows, *places)

    def release(self, numbers: Sequence[int]) -> None:
        """Give the rows of ``numbers`` out again."""
        self._free += self._rows(numbers)


def _runs(places: npt.NDArray[np.intp], start: int, distance: int) -> npt.NDArray[np.uint32]:
    """The runs of places that follow one another in a block, whose rows begin so far apart from ``start`` on."""
    begins = np.ones(places.shape, dtype=bool)
    begins[:, 1:] = np.diff(places, axis=1) != 1
    rows, columns = np.nonzero(begins)
    at = np.flatnonzero(begins)
    lengths = np.diff(np.append(at, places.size))
    return np.stack([start + rows * distance + columns, places[begins], lengths], axis=1).astype(np.uint32)


def _whole(rows: list[int]) -> list[int]:
    """``rows`` and the last of them again, up to a multiple of the rows of a tile."""
    return rows + rows[-1:] * (-len(rows) % ROWS)
