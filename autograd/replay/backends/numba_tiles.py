"""The register tile: a product of matrices over lanes, as fast as a library for linear algebra, from inside a kernel.

Four results times twelve lanes are held in registers while all products are added to them, so that each number that is
loaded serves several products and nothing is stored on the way. A compiler does not find this from loops, so the tile
is written in LLVM's own language of vectors; what is wider or narrower than a machine's vectors, LLVM cuts.

``multiply`` adds ``factors · rows`` to other rows. A matrix that lies in memory row by row is read where it is. Of
others the factors come *packed*, in the order in which they are read:
:func:`~autograd.replay.backends.lane_blocks.packing`; ``pack`` does this to a matrix that lies column by column. A
large matrix is done in blocks: the factors of one stay in the second-level cache while all lanes are done, and what a
tile reads of the rows stays in the first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from autograd.replay.backends.lane_blocks import BLOCK, ROWS

__all__ = ["BLOCK", "multiply", "pack", "transpose"]

_VECTOR = 4
"""The numbers of a vector: a tile has three of these."""
_BYTES = 8

_DOUBLE, _WORD, _ADDRESS = ir.DoubleType(), ir.IntType(32), ir.IntType(64)
_LANES = ir.VectorType(_DOUBLE, _VECTOR)
_FAST = ("contract",)  # a product and a sum may be rounded once


def _pointer(builder: Any, address: Any, offset: int, kind: Any) -> Any:
    moved = builder.add(address, ir.Constant(_ADDRESS, offset)) if offset else address
    return builder.inttoptr(moved, kind.as_pointer())


def _tile(n_rows: int, n_vectors: int) -> Callable[..., None]:
    """The tile of so many results and vectors, to be called in a kernel with the addresses of rows and factors.

    ``results[r] += Σ factors[k, r] · operands[numbers[k]]`` over ``count`` products, where a row is found by its number
    and the distance of rows in bytes, the next vector of it by that of vectors, and a factor by its distances from one
    operand and result to the next.
    """
    cells = [(row, vector) for row in range(n_rows) for vector in range(n_vectors)]

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        results, (factors, by_result, by_operand, operands, numbers, distance, vectors, count) = (
            args[:ROWS],
            args[ROWS:],
        )
        places = [_pointer(builder, results[row], vector * _VECTOR * _BYTES, _LANES) for row, vector in cells]
        for row in range(n_rows):  # two cache lines of each result, which arrive while the products are added
            _fetch(builder, results[row], 0)
            _fetch(builder, results[row], (n_vectors * _VECTOR - 1) * _BYTES)
        entry = builder.block
        loop, done = builder.append_basic_block("products"), builder.append_basic_block("done")
        builder.branch(loop)
        builder.position_at_end(loop)
        k = builder.phi(_ADDRESS)
        k.add_incoming(ir.Constant(_ADDRESS, 0), entry)
        sums = [builder.phi(_LANES) for _ in cells]
        for total in sums:
            total.add_incoming(ir.Constant(_LANES, [-0.0] * _VECTOR), entry)
        number = builder.load(
            builder.inttoptr(builder.add(numbers, builder.shl(k, ir.Constant(_ADDRESS, 2))), _WORD.as_pointer())
        )
        row_at = builder.add(operands, builder.mul(builder.zext(number, _ADDRESS), distance))
        loaded = []
        for _ in range(n_vectors):
            loaded.append(builder.load(_pointer(builder, row_at, 0, _LANES), align=_BYTES))
            row_at = builder.add(row_at, vectors)
        factor_at = builder.add(factors, builder.mul(k, by_operand))
        scaled = []
        for _ in range(n_rows):
            scaled.append(_spread(builder, factor_at))
            factor_at = builder.add(factor_at, by_result)
        after = [
            builder.fadd(total, builder.fmul(scaled[row], loaded[vector], flags=_FAST), flags=_FAST)
            for total, (row, vector) in zip(sums, cells, strict=True)
        ]
        following = builder.add(k, ir.Constant(_ADDRESS, 1))
        k.add_incoming(following, loop)
        for total, new in zip(sums, after, strict=True):
            total.add_incoming(new, loop)
        builder.cbranch(builder.icmp_signed("<", following, count), loop, done)
        builder.position_at_end(done)
        for place, new in zip(places, after, strict=True):
            builder.store(builder.fadd(builder.load(place, align=_BYTES), new), place, align=_BYTES)
        return context.get_dummy_value()

    @intrinsic
    def tile(_context, r0, r1, r2, r3, factors, by_result, by_operand, operands, numbers, distance, vectors, count):  # type: ignore[no-untyped-def]
        return types.void(*[types.intp] * (ROWS + 8)), generate

    made: Callable[..., None] = tile
    return made


def _fetch(builder: Any, address: Any, offset: int) -> None:
    """Have a cache line brought in, to be written."""
    place = _pointer(builder, address, offset, ir.IntType(8))
    kind = ir.FunctionType(ir.VoidType(), [place.type, _WORD, _WORD, _WORD])
    write, keep, data = (ir.Constant(_WORD, number) for number in (1, 3, 1))
    builder.call(builder.module.declare_intrinsic("llvm.prefetch", [place.type], kind), [place, write, keep, data])


def _spread(builder: Any, address: Any) -> Any:
    """One number in every place of a vector."""
    number = builder.load(_pointer(builder, address, 0, _DOUBLE))
    nothing = ir.Constant(_LANES, ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(_WORD, 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(_WORD, _VECTOR), [0] * _VECTOR))


_tile43, _tile42, _tile41 = _tile(4, 3), _tile(4, 2), _tile(4, 1)
_tile13, _tile12, _tile11 = _tile(1, 3), _tile(1, 2), _tile(1, 1)


def _turned() -> Callable[..., None]:
    """Four numbers of each of four rows, written as four times one number of each: to be called in a kernel."""

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        *rows, to = args
        first, second, third, fourth = (builder.load(_pointer(builder, row, 0, _LANES), align=_BYTES) for row in rows)

        def mixed(x: Any, y: Any, order: list[int]) -> Any:
            return builder.shuffle_vector(x, y, ir.Constant(ir.VectorType(_WORD, _VECTOR), order))

        even, odd, low, high = [0, 4, 2, 6], [1, 5, 3, 7], [0, 1, 4, 5], [2, 3, 6, 7]
        evens = mixed(first, second, even), mixed(third, fourth, even)
        odds = mixed(first, second, odd), mixed(third, fourth, odd)
        turned = mixed(*evens, low), mixed(*odds, low), mixed(*evens, high), mixed(*odds, high)
        for place, new in enumerate(turned):
            builder.store(new, _pointer(builder, to, place * _VECTOR * _BYTES, _LANES), align=_BYTES)
        return context.get_dummy_value()

    @intrinsic
    def turn(_context, r0, r1, r2, r3, to):  # type: ignore[no-untyped-def]
        return types.void(*[types.intp] * (ROWS + 1)), generate

    made: Callable[..., None] = turn
    return made


def _copied() -> Callable[..., None]:
    """Four numbers copied: to be called in a kernel."""

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        of, to = (_pointer(builder, address, 0, _LANES) for address in args)
        builder.store(builder.load(of, align=_BYTES), to, align=_BYTES)
        return context.get_dummy_value()

    @intrinsic
    def copied(_context, of, to):  # type: ignore[no-untyped-def]
        return types.void(types.intp, types.intp), generate

    made: Callable[..., None] = copied
    return made


_turn, _copy = _turned(), _copied()
_FEW = 8  # columns that are packed together: lines of a matrix may compete for a few places of the cache


_OPTIONS: dict[str, Any] = {
    "error_model": "numpy", "nogil": True, "boundscheck": False, "_nrt": False,
    "no_cpython_wrapper": True, "no_cfunc_wrapper": True,
}  # fmt: skip


@njit(**_OPTIONS)
def _tiles(  # type: ignore[no-untyped-def]
    begin, stop, result_rows, at, to, result_distance, width,
    factors, by_tile, by_result, by_operand, of, numbers, distance, vectors, count,
):  # fmt: skip
    """The tiles of some results and so many lanes; the rest of the arguments is as in ``multiply``."""
    for i in range(begin, stop, 4):
        r0 = to + result_rows[at + i] * result_distance
        r1 = to + result_rows[at + i + 1] * result_distance
        r2 = to + result_rows[at + i + 2] * result_distance
        r3 = to + result_rows[at + i + 3] * result_distance
        if width == 12:
            _tile43(r0, r1, r2, r3, factors, by_result, by_operand, of, numbers, distance, vectors, count)
        elif width == 8:
            _tile42(r0, r1, r2, r3, factors, by_result, by_operand, of, numbers, distance, vectors, count)
        else:
            _tile41(r0, r1, r2, r3, factors, by_result, by_operand, of, numbers, distance, vectors, count)
        factors += by_tile


@njit(**_OPTIONS)
def _last(  # type: ignore[no-untyped-def]
    begin, stop, result_rows, at, to, result_distance, width,
    factors, by_row, of, numbers, distance, vectors, count,
):  # fmt: skip
    """The last results, which fill no tile, one by one."""
    for i in range(begin, stop):
        r0 = to + result_rows[at + i] * result_distance
        if width == 12:
            _tile13(r0, r0, r0, r0, factors, 0, 8, of, numbers, distance, vectors, count)
        elif width == 8:
            _tile12(r0, r0, r0, r0, factors, 0, 8, of, numbers, distance, vectors, count)
        else:
            _tile11(r0, r0, r0, r0, factors, 0, 8, of, numbers, distance, vectors, count)
        factors += by_row


@njit(**_OPTIONS)
def multiply(  # type: ignore[no-untyped-def]
    n_results, result_rows, at, results, result_distance, factors, by_row,
    n_operands, rows, first, operands, distance, vectors, n,
):  # fmt: skip
    """``results += factors · operands``, on ``n`` numbers of each row, a multiple of four.

    Args (addresses and distances in bytes):
        n_results, result_rows, at: how many results, and where in ``result_rows`` the numbers of their rows begin.
        results, result_distance: the address of row 0, and the distance from one row to the next.
        factors: the address of the first factor.
        by_row: how far from the factors of one result to those of the next; 0 if they are packed.
        n_operands, rows, first: how many operands, and where in ``rows`` the numbers of their rows begin.
        operands, distance: as of the results.
        vectors: how far from four numbers of an operand to the next four.
        n: how many numbers of each row.
    """
    whole = n_results // 4 * 4
    last, by_last = factors + whole * by_row, by_row
    if by_row == 0:
        last, by_last = factors + 8 * whole * n_operands, 8 * n_operands
    for done in range(0, n_operands, BLOCK):
        count = min(BLOCK, n_operands - done)
        numbers = rows.ctypes.data + 4 * (first + done)
        tiles, by_tile, by_result, by_operand = factors + 8 * done, 4 * by_row, by_row, 8
        if by_row == 0:
            tiles, by_tile, by_result, by_operand = factors + 8 * done * whole, 32 * count, 8, 32
        for begin in range(0, n_results, BLOCK):
            lane = 0
            while lane < n:
                to, of, left = results + 8 * lane, operands + lane // 4 * vectors, n - lane
                width = 12 if left == 12 or left > 16 else min(left, 8)  # 16 are done as 8 and 8: 4 take as long
                _tiles(
                    begin, min(begin + BLOCK, whole), result_rows, at, to, result_distance, width,
                    tiles + begin // 4 * by_tile, by_tile, by_result, by_operand, of, numbers, distance, vectors, count,
                )  # fmt: skip
                if begin + BLOCK >= n_results:
                    _last(
                        whole, n_results, result_rows, at, to, result_distance, width,
                        last + 8 * done, by_last, of, numbers, distance, vectors, count,
                    )  # fmt: skip
                lane += width


@njit(**_OPTIONS)
def transpose(n_rows, numbers, first, rows, distance, n, to, to_tile):  # type: ignore[no-untyped-def]
    """Write ``n`` numbers of each row, a multiple of four, so that those of four rows come to lie side by side.

    Args (addresses and distances in bytes):
        n_rows, numbers, first: how many rows, a multiple of four, and where in ``numbers`` their numbers begin.
        rows, distance: the address of row 0, and the distance from one row to the next.
        n: how many numbers of each row.
        to, to_tile: where to write, and how far the next four rows are from there.
    """
    for i in range(0, n_rows, 4):
        r0 = rows + numbers[first + i] * distance
        r1 = rows + numbers[first + i + 1] * distance
        r2 = rows + numbers[first + i + 2] * distance
        r3 = rows + numbers[first + i + 3] * distance
        here = to
        for lane in range(0, n, 4):
            _turn(r0 + 8 * lane, r1 + 8 * lane, r2 + 8 * lane, r3 + 8 * lane, here)
            here += 128
        to += to_tile


@njit(**_OPTIONS)
def pack(numbers, first, n_results, n_operands, by_operand, packed, to):  # type: ignore[no-untyped-def]
    """Pack a matrix that lies in memory column by column, each so far from the last.

    It has as many results as fill tiles, and begins at the place ``first`` of ``numbers``; it is written to ``packed``,
    from the place ``to`` on.
    """
    for start in range(0, n_operands, _FEW):
        stop, block = min(start + _FEW, n_operands), start // BLOCK * BLOCK
        count = min(BLOCK, n_operands - block)
        for i in range(0, n_results, 4):
            here = numbers.ctypes.data + 8 * (first + i + start * by_operand)
            there = packed.ctypes.data + 8 * (to + block * n_results + i * count + 4 * (start - block))
            for _ in range(start, stop):
                _copy(here, there)
                here += 8 * by_operand
                there += 32
