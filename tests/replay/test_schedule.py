"""Schedules by levels, done number by number, and the NumPy kernels of them, against the tapes that they came from."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from autograd import Value, dot, record, softmax
from autograd.replay.backends import numpy_lanes
from autograd.replay.backends.expansion import expanded
from autograd.replay.optimise import fuse_dots, reuse_slots
from autograd.replay.schedule import ONE, Alike, Product, Schedule, Sums, Total, computation, scheduled, split, strides
from autograd.replay.tape import FUSED_DOT, Tape, apply_ieee
from tests.replay.test_random_tapes import N_INPUTS, bounded_tape, close, run_all
from tests.support.backends import expected
from tests.support.matrix_programs import PROGRAMS, tape_of_program

WIDTHS = (1, 2, 4, 7)


def done_by_hand(schedule: Schedule, given: list[float], fixed: list[float], n_results: int) -> list[float]:
    """The results of one example; what nobody wrote to a row is nan."""
    rows = [*given, *[np.nan] * (schedule.n_rows - len(given))]
    results = [0.0] * n_results
    for entry in schedule.entries:
        if isinstance(entry, Total):
            pairs = np.broadcast_arrays(entry.left[:, None], entry.right) if entry.places.ndim == 2 else entry[:2]
            for x, y, place in zip(*(side.ravel().tolist() for side in pairs), entry.places.flat, strict=True):
                results[place] += rows[x] * rows[y]
            continue
        found = np.empty(entry.results.shape)
        for at in np.ndindex(found.shape):
            if isinstance(entry, Alike):
                found[at] = apply_ieee(entry.op, [number(arg, at, rows, fixed) for arg in entry.args])
            elif isinstance(entry, Sums):
                found[at] = sum(
                    number(x, (k, *at), rows, fixed) * (1.0 if y is None else number(y, (k, *at), rows, fixed))
                    for x, y in entry.terms
                    for k in range(len(x.places))
                )
            else:
                found[at] = (0.0 if entry.biases is None else number(entry.biases, at, rows, fixed)) + sum(
                    number(entry.factors, (*at, j), rows, fixed) * number(entry.operands, (at[0], j), rows, fixed)
                    for j in range(entry.operands.places.shape[1])
                )
        for at in np.ndindex(found.shape):
            rows[entry.results[at]] = float(found[at])
    for row, place in schedule.stored:
        results[place] = rows[row]
    return results


def number(operand, at, rows, fixed):
    return (fixed if operand.fixed else rows)[operand.places[at]]


def by_schedule(
    tape: Tape, point: list[float], batched: list[bool] | None, *, summed: bool, again: bool
) -> list[float]:
    """The outputs at one point: of all numbers alike, or of those that are shared and then of the others."""
    whole = computation(tape)
    numbers = dict(enumerate([*point, *tape.constants.tolist()])) | {ONE: 1.0}
    if batched is None:
        schedule = scheduled(whole, [*numbers], {}, again=again)
        return done_by_hand(schedule, [*numbers.values()], [], len(tape.outputs))
    lanes = [number for number in range(len(batched)) if batched[number]]
    parts = split(whole, lanes)
    given = [number for number in numbers if number not in lanes]
    once = scheduled(parts.shared, given, {}, again=again)
    shared = [numbers[number] for number in given]
    fixed = [*shared, *done_by_hand(once, shared, [], len(parts.shared.outputs))]
    place = {number: at for at, number in enumerate([*given, *parts.shared.outputs])}
    each = scheduled(parts.lanes, lanes, place, summed=summed, again=again)
    filled = [fixed[at] for at in each.filled]
    found = done_by_hand(each, [*(numbers[number] for number in lanes), *filled], fixed, len(tape.outputs))
    return [fixed[place[one]] if one in place else x for one, x in zip(parts.lanes.outputs, found, strict=True)]


@pytest.mark.parametrize("again", [True, False])
def test_schedules_of_random_tapes_give_what_the_tape_gives(again):
    for seed in range(2):
        tape, points = bounded_tape(seed, 60)
        wanted = run_all(tape, points)[0]
        whole = expanded(tape)
        for form in (whole, reuse_slots(fuse_dots(whole))):
            for batched in (None, [True] * N_INPUTS, [False, True, False, True], [False] * N_INPUTS):
                for summed in (False, True) if batched else (False,):
                    got = by_schedule(form, points[0].tolist(), batched, summed=summed, again=again)
                    close(got, wanted)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("width", WIDTHS)
def test_schedules_and_kernels_of_programs_give_what_their_tapes_give(name, width):
    tape, batched = tape_of_program(name, width)
    rng = np.random.default_rng(width)
    shared, lanes = rng.normal(size=batched.count(False)), rng.normal(size=(batched.count(True), 3))
    wanted = expected(tape, batched, shared, lanes)
    point = [*shared.tolist(), *lanes[:, 0].tolist()]
    fused = fuse_dots(expanded(tape))
    for own in (None, batched, batched[::-1], [True] * len(batched)):
        for summed in (False, True):
            got = by_schedule(fused, point, own, summed=summed, again=True)
            np.testing.assert_allclose(got, wanted[:, 0], rtol=1e-11, atol=1e-11)
    one = numpy_lanes.build(fused, [False] * len(batched), False)(np.array(point), np.empty((0, 1)))
    np.testing.assert_allclose(one[:, 0], wanted[:, 0], rtol=1e-11, atol=1e-11)
    for own, given, rows in (
        (batched, shared, lanes),
        ([True] * len(batched), shared[:0], np.vstack([np.repeat(shared[:, None], 3, axis=1), lanes])),
    ):
        each, summed = (numpy_lanes.build(fused, own, together) for together in (False, True))
        np.testing.assert_allclose(each(given, rows), wanted, rtol=1e-11, atol=1e-11)
        np.testing.assert_allclose(summed(given, rows), wanted.sum(axis=1), rtol=1e-11, atol=1e-10)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_wider_program_has_as_many_entries(name):
    """Attention over more tokens has a longer sum over them, in pairs of pairs: a few more levels."""
    counts = []
    for width in (8, 16):
        tape, batched = tape_of_program(name, width)
        lanes = [number for number in range(len(batched)) if batched[number]]
        whole = computation(fuse_dots(expanded(tape)))
        parts = split(whole, lanes)
        given = [number for number in range(tape.n_before) if number not in lanes]
        place = {number: at for at, number in enumerate([*given, ONE, *parts.shared.outputs])}
        counts.append(
            [len(scheduled(part, inputs, fixed).entries) for part, inputs, fixed in (
                (whole, [*range(tape.n_before), ONE], {}), (parts.lanes, lanes, place),
            )]
        )  # fmt: skip
    assert all(wide <= narrow + 25 for narrow, wide in zip(*counts, strict=True))
    assert max(counts[1]) <= (90 if name == "attention" else 30)


def test_what_is_not_needed_yet_waits_for_its_like():
    """Ten terms are added in pairs, and those sums in pairs: the fifth pair is left over, and ready too soon."""
    xs = [Value(0.1 * i) for i in range(10)]
    tape = expanded(record(dot(softmax(xs), range(10)), xs), folds=False)
    entries = scheduled(computation(fuse_dots(tape)), [*range(tape.n_before), ONE], {}).entries
    shares = [entry for entry in entries if isinstance(entry, Alike) and entry.op.name == "softmax_share"]
    assert [entry.results.size for entry in shares] == [10]


@pytest.mark.parametrize("batched", [[True] * 6, [False, True, False, True, True, False], [False] * 6])
def test_the_largest_of_fixed_numbers_and_others_is_one_operation(batched):
    xs = [Value(0.0) for _ in batched]
    tape = record(softmax(xs)[0], xs)
    (largest,) = (op for op in tape.ops if op.folds)
    place = tape.code.tolist().index(tape.ops.index(largest))
    numbers = np.array([[-0.0, -1.0, -2.0], [0.0, 3.0, -2.0], [-0.0, 1.0, 4.0], [-1.0, np.nan, -3.0], [0.0, 2.0, 9.0],
                        [-0.0, -1.0, np.inf]])  # fmt: skip
    numbers[~np.array(batched)] = numbers[~np.array(batched), :1]
    shared, lanes = numbers[~np.array(batched), 0], numbers[np.array(batched)]
    got = numpy_lanes.build(tape.returning([int(tape.dest[place])]), batched, False)(shared, lanes)[0]
    wanted = [largest.forward(*column) for column in numbers.T.tolist()]
    assert [*map(repr, got.tolist())] == [*map(repr, wanted)]


def test_layers_are_products_and_gradients_of_their_weights_are_blocks():
    tape, batched = tape_of_program("network", 6)
    whole = computation(fuse_dots(tape))
    kinds = Counter(type(entry) for entry in scheduled(whole, [*range(tape.n_before), ONE], {}).entries)
    assert kinds[Product] == 3  # both layers forward, and the second one backward
    grids = [entry for entry in scheduled(whole, [*range(tape.n_before), ONE], {}).entries if entry.results.ndim == 2]
    assert sum(isinstance(entry, Alike) for entry in grids) == 2
    del batched


def test_rows_are_used_again_only_when_their_numbers_are_not_needed():
    """A long chain needs few rows; without reuse each step has one of its own."""
    n = 200
    tape = Tape(
        ops=(FUSED_DOT,), code=[0] * n, start=range(0, 4 * n + 1, 4),
        args=[slot for i in range(n) for slot in (i + 1, 0, i + 1, i + 1)], dest=range(2, n + 2), constants=[],
        outputs=[n + 1], n_inputs=2, n_slots=n + 2,
    ).verify()  # fmt: skip
    again, once = (scheduled(computation(tape), [0, 1, ONE], {}, again=own).n_rows for own in (True, False))
    assert (again, once) == (5, n + 3)


def test_distances_along_each_axis():
    grid = np.arange(24).reshape(2, 3, 4)
    assert strides(grid) == (12, 4, 1)
    assert strides(grid[:, ::-1]) == (12, -4, 1)
    assert strides(np.broadcast_to(grid[:, :1], (2, 5, 4))) == (12, 0, 1)
    assert strides(np.array([7])) == (0,)
    for at in np.ndindex(grid.shape):
        other = grid.copy()
        other[at] += 1
        assert strides(other) is None


# --- NumPy ------------------------------------------------------------------------------------------------


def test_a_batch_of_any_length_is_cut_into_blocks(monkeypatch):
    tape, batched = tape_of_program("network", 5)
    rng = np.random.default_rng(0)
    shared, lanes = rng.normal(size=batched.count(False)), rng.normal(size=(batched.count(True), 60))
    wanted = expected(tape, batched, shared, lanes)
    for widest in (1, 7, 16, 59, 60, 200):
        monkeypatch.setattr(numpy_lanes, "_width", lambda _, widest=widest: widest)
        each, summed = (numpy_lanes.build(fuse_dots(tape), batched, together) for together in (False, True))
        for n in (60, 1, 0, 33, 60):
            np.testing.assert_allclose(each(shared, lanes[:, :n]), wanted[:, :n], rtol=1e-11, atol=1e-11)
            got = summed(shared, lanes[:, :n])
            np.testing.assert_allclose(got, wanted[:, :n].sum(axis=1), rtol=1e-11, atol=1e-10)


def test_blocks_are_as_wide_as_the_cache_allows_and_wider_where_calls_would_cost_more():
    wide, narrow = (
        (Schedule([Alike(FUSED_DOT, [], np.arange(k))] * n, k * n, [], [])) for k, n in ((500, 4), (1, 9000))
    )
    assert 16 <= numpy_lanes._width(wide) < 100
    assert 500 < numpy_lanes._width(narrow) < 1500
    assert numpy_lanes._width(Schedule([], 0, [], [])) > 1000


def layer(signs: np.ndarray) -> tuple[Tape, np.ndarray]:
    """Six sums of the same five operands, with factors of the given signs."""
    n_results, n_operands = signs.shape
    first = signs.size
    args = [[place for j in range(n_operands) for place in (n_operands * i + j, first + j)] for i in range(n_results)]
    before = first + n_operands
    tape = Tape(
        ops=(FUSED_DOT,), code=[0] * n_results, start=range(0, 2 * first + 1, 2 * n_operands), args=np.ravel(args),
        dest=range(before, before + n_results), constants=[], outputs=range(before, before + n_results),
        n_inputs=before, n_slots=before + n_results,
    ).verify()  # fmt: skip
    return tape, signs.ravel()


def test_a_sum_of_negative_zeros_is_one_and_any_other_zero_is_not():
    rng = np.random.default_rng(1)
    signs = rng.choice([1.0, -1.0], (6, 5))
    signs[0] = -1.0
    tape, shared = layer(signs)
    lanes = rng.choice([0.0, -0.0, 1e-300], (5, 200)) * 1e-100
    lanes[:, :4] = np.array([0.0, -0.0, 0.0, 1.0]) * np.ones((5, 1))
    batched = [False] * 30 + [True] * 5
    got, wanted = numpy_lanes.build(tape, batched, False)(shared, lanes), expected(tape, batched, shared, lanes)
    np.testing.assert_array_equal(got, wanted)
    np.testing.assert_array_equal(np.signbit(got), np.signbit(wanted))
    assert np.signbit(got[0, 0])
    assert not np.signbit(got[0, 1])


def test_infinities_and_nans_stay_with_their_examples():
    tape, shared = layer(np.random.default_rng(2).normal(size=(6, 5)))
    lanes = np.random.default_rng(3).normal(size=(5, 40))
    batched = [False] * 30 + [True] * 5
    whole = numpy_lanes.build(tape, batched, False)
    before = whole(shared, lanes)
    lanes[3, 4], lanes[2, 8], lanes[:2, 9] = np.inf, np.nan, (np.inf, -np.inf)
    after, wanted = whole(shared, lanes), expected(tape, batched, shared, lanes)
    np.testing.assert_allclose(after, wanted, rtol=1e-12)
    fine = np.delete(np.arange(40), [4, 8, 9])
    np.testing.assert_array_equal(after[:, fine], before[:, fine])
    shared[7] = np.inf  # a factor: all examples of that result
    np.testing.assert_allclose(whole(shared, lanes), expected(tape, batched, shared, lanes), rtol=1e-12)


@pytest.mark.parametrize("order", [(1, 5), (6, 1), (-1, 7), (2, 11)])
def test_factors_may_lie_anyhow(order):
    """Row by row and column by column are read where they are, everything else is gathered."""
    by_operand, by_result = order
    places = (np.arange(6)[:, None] * by_result + np.arange(5) * by_operand) % 31
    tape, _ = layer(np.ones((6, 5)))
    moved = Tape(
        ops=tape.ops, code=tape.code, start=tape.start,
        args=np.where(tape.args < 30, np.append(places.ravel(), [0] * 5)[np.minimum(tape.args, 30)], tape.args + 1),
        dest=tape.dest + 1, constants=[], outputs=tape.outputs + 1, n_inputs=36, n_slots=tape.n_slots + 1,
    ).verify()  # fmt: skip
    rng = np.random.default_rng(4)
    shared, lanes = rng.normal(size=31), rng.normal(size=(5, 9))
    got = numpy_lanes.build(moved, [False] * 31 + [True] * 5, False)(shared, lanes)
    np.testing.assert_allclose(got, shared[places] @ lanes, rtol=1e-12)


def test_calls_at_once_and_of_many_lengths_keep_few_arrays():
    tape, batched = tape_of_program("mixture", 3)
    rng = np.random.default_rng(5)
    shared, lanes = rng.normal(size=batched.count(False)), rng.normal(size=(3, 30))
    kernel = numpy_lanes.build(fuse_dots(tape), batched, False)
    wanted = kernel(shared, lanes)
    for n in (*range(1, 12), 30, *range(20, 30)):
        np.testing.assert_allclose(kernel(shared, lanes[:, :n]), wanted[:, :n], rtol=1e-12)
    widths = [arrays.each.rows.shape[1] for arrays in kernel._spare]
    assert widths == [26, 27, 28, 29]
    assert all(one < other for one, other in pairwise(widths))
