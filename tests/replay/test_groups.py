"""Groups of dots: what is found among sums of products, and matrix products on lanes against the tape itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain, pairwise

import numpy as np
import pytest

from autograd import compile, dot, relu, value_and_grad  # noqa: A004 -- the name that autograd gives it
from autograd.replay import schedule
from autograd.replay.backends import available, c_lanes, lane_program, numba_loops
from autograd.replay.backends.c_lanes import _One
from autograd.replay.backends.lane_program import packing
from autograd.replay.groups import Dots, dots_among, outer_among
from autograd.replay.tape import FUSED_DOT, Tape
from tests.support.backends import expected

ONE = -1


def products_of(dots: Dots) -> dict[int, Counter[tuple[int, ...]]]:
    """For each result of a group its products, in any order."""
    found = {}
    for result, bias, factors in zip(dots.results, dots.biases, dots.factors, strict=True):
        pairs = [*zip(factors, dots.operands, strict=True), *([] if bias is None else [(bias, ONE)])]
        found[result] = Counter(tuple(sorted(pair)) for pair in pairs)
    return found


def random_sums(seed: int) -> tuple[dict[int, list[tuple[int, int]]], dict[int, None]]:
    """Sums over a few sets of operands, in any order, some with a bias, some that belong to no group."""
    rng = np.random.default_rng(seed)
    fixed = dict.fromkeys([ONE, *range(50)])
    sets = [rng.choice(np.arange(60, 90), n, replace=seed % 2 == 0).tolist() for n in (3, 4, 6, 9)]
    sums = {}
    for result in range(100, 160):
        operands = rng.permutation(sets[int(rng.integers(4))]).tolist()
        pairs = [(int(rng.integers(50)), each) for each in operands]
        pairs = [pair if rng.random() < 0.5 else pair[::-1] for pair in pairs]
        if rng.random() < 0.5:
            pairs.insert(int(rng.integers(len(pairs))), (int(rng.integers(50)), ONE))
        if rng.random() < 0.1:
            pairs.append((60, 61))  # of two operands: no matrix has it
        if rng.random() < 0.1:
            pairs.append((3, 4))  # of two fixed numbers, neither of which is 1
        sums[result] = pairs
    return sums, fixed


def test_groups_are_of_the_same_products_and_leave_none_out():
    found = 0
    for seed in range(20):
        sums, fixed = random_sums(seed)
        groups = dots_among(sums, fixed, ONE)
        of_groups: dict[int, Counter[tuple[int, ...]]] = {}
        for group in groups:
            assert len(group.results) >= 4
            assert len(group.operands) >= 4
            of_groups |= products_of(group)
        for result, products in of_groups.items():
            assert products == Counter(tuple(sorted(pair)) for pair in sums[result])
        left = [tuple(sorted(y if x in fixed else x for x, y in sums[result] if ONE not in (x, y)))
                for result in sums.keys() - of_groups.keys()
                if not {(60, 61), (3, 4)} & set(sums[result])]  # fmt: skip
        assert all(count < 4 or len(operands) < 4 for operands, count in Counter(left).items())
        found += len(groups)
    assert found > 40


def test_two_biases_are_no_group():
    sums = {20 + i: [(0, ONE), (1, ONE), *((2, 30 + j) for j in range(4))] for i in range(4)}
    assert dots_among(sums, dict.fromkeys([ONE, 0, 1, 2]), ONE) == []


@pytest.mark.parametrize("swapped", [False, True])
def test_all_products_of_two_blocks_are_found_and_the_others_left(swapped):
    places = np.arange(5 * 6).reshape(5, 6)
    places = places.T.reshape(5, 6) if swapped else places
    whole = [((10 + i, 20 + j), int(places[i, j])) for i in range(5) for j in range(6)]
    others = [((10, 40), 30), ((41, 42), 31), ((43, 43), 32)]
    shuffled = np.random.default_rng(1).permutation(len(whole)).tolist()
    [group], rest = outer_among([others[1], *(whole[k] for k in shuffled), others[2]])
    found = {
        (*sorted((left, right)), place)
        for left, row in zip(group.left, group.places, strict=True)
        for right, place in zip(group.right, row, strict=True)
    }
    assert found == {(*pair, place) for pair, place in whole}
    assert sorted(rest) == sorted(others[1:])


def test_places_that_follow_one_another_lie_in_a_row():
    for turned in (False, True):
        places = [[6 * i + j for j in range(6)] for i in range(5)]
        pairs = [((10 + i, 20 + j), places[i][j]) for i in range(5) for j in range(6)]
        if turned:
            pairs = [((10 + j, 20 + i), place) for ((_, _), place), (i, j) in zip(
                pairs, [(i, j) for i in range(5) for j in range(6)], strict=True)]  # fmt: skip
        [group], _ = outer_among(pairs)
        assert group.places == places


def test_an_edge_that_is_missing_is_no_whole_block():
    edges = [((10 + i, 20 + j), 6 * i + j) for i in range(4) for j in range(6)]
    assert outer_among(edges[1:])[0] == []
    assert sorted(outer_among(edges[1:])[1]) == edges[1:]


@pytest.mark.parametrize(("n_results", "n_operands"), [(4, 4), (7, 5), (8, 1), (3, 9)])
def test_packing_has_every_factor_once_and_four_results_side_by_side(n_results, n_operands):
    order = packing(n_results, n_operands)
    assert sorted(order.tolist()) == list(range(n_results * n_operands))
    for k in range(min(n_operands, 3)):
        for i in range(n_results // 4 * 4):
            assert order[(i // 4 * n_operands + k) * 4 + i % 4] == i * n_operands + k


# --- on lanes ---------------------------------------------------------------------------------------------


def places_of(n_results: int, n_operands: int, order: str) -> np.ndarray:
    """Which of the first inputs is which factor of a matrix."""
    rows = np.arange(n_results * n_operands).reshape(n_results, n_operands)
    found = {
        "rows": rows,
        "columns": rows.reshape(n_operands, n_results).T,
        "backwards": rows[::-1, ::-1],
        "anyhow": np.random.default_rng(n_results).permutation(rows.ravel()).reshape(rows.shape),
    }
    return found[order]


def layer(n_results: int, n_operands: int, *, bias: bool, order: str = "rows") -> Tape:
    """Inputs: the matrix, the biases, the operands. Outputs: sums, and all products of sums and operands."""
    n_factors = n_results * n_operands
    first = n_factors + n_results
    before = first + n_operands + 1
    one = before - 1
    places = places_of(n_results, n_operands, order).tolist()
    args: list[list[int]] = []
    for i in range(n_results):
        pairs = [[places[i][j], first + j] for j in range(n_operands)]
        args.append([*chain(*([[n_factors + i, one], *pairs] if bias else pairs))])
    args += [[before + i, first + j] for i in range(n_results) for j in range(n_operands)]
    return Tape(
        ops=(FUSED_DOT,), code=[0] * len(args), start=np.cumsum([0, *map(len, args)]), args=[*chain(*args)],
        dest=before + np.arange(len(args)), constants=[1.0], outputs=before + np.arange(len(args)),
        n_inputs=before - 1, n_slots=before + len(args),
    ).verify()  # fmt: skip


BUILDS = {"numba": numba_loops.build, "c": c_lanes.build}


@pytest.fixture(params=[name for name in BUILDS if available(name)])
def build(request):
    """Each backend with a lane kernel."""
    return BUILDS[request.param]


SIZES = [(4, 4), (5, 7), (8, 12), (13, 131), (130, 6), (19, 260)]
EXAMPLES = (1, 2, 3, 4, 5, 8, 11, 12, 13, 47, 48, 49, 100, 190, 210)


@pytest.mark.parametrize(("n_results", "n_operands"), SIZES)
def test_products_of_matrices_are_the_sums_that_they_are_made_of(n_results, n_operands, build):
    rng = np.random.default_rng(n_results)
    for bias in (False, True):
        tape = layer(n_results, n_operands, bias=bias)
        shared = rng.normal(size=n_results * n_operands + n_results)
        batched = [False] * len(shared) + [True] * n_operands
        each, summed = (build(tape, batched, together) for together in (False, True))
        written = [block for block, _ in summed._each.instructions]
        assert ("multiply" in written, "outer" in written) == (True, True)
        for n in EXAMPLES if n_operands < 100 else (1, 5, 49, 100):
            lanes = rng.normal(size=(n_operands, n))
            wanted = by_matrices(n_results, n_operands, shared, lanes, bias=bias)
            if n < 4 and n_operands < 20:
                np.testing.assert_allclose(wanted, expected(tape, batched, shared, lanes), rtol=1e-10, atol=1e-10)
            np.testing.assert_allclose(each(shared, lanes), wanted, rtol=1e-11, atol=1e-11)
            size = np.abs(wanted).sum(axis=1).max()
            np.testing.assert_allclose(summed(shared, lanes), wanted.sum(axis=1), rtol=1e-12, atol=1e-12 * size)


@pytest.mark.parametrize("n_leaves", [0, 40])
@pytest.mark.parametrize("bias", [False, True])
def test_one_example_with_large_matrices_is_a_batch_of_one(bias, n_leaves, monkeypatch, build):
    """The column of a matrix is found wherever it stands among the inputs; matrices may be leaves."""
    n_results, n_operands = 8, 12
    tape, rng = layer(n_results, n_operands, bias=bias), np.random.default_rng(n_leaves)
    n_given = tape.n_inputs
    place = np.arange(tape.n_slots)
    place[n_given - n_operands : n_given] = rng.permutation(n_given - n_leaves)[:n_operands]
    place[: n_given - n_operands] = np.setdiff1d(np.arange(n_given), place[n_given - n_operands : n_given])
    tape = replace(tape, args=place[tape.args], n_inputs=n_given - n_leaves, n_leaves=n_leaves).verify()
    alone, none = [False] * tape.n_inputs, np.empty((0, 1))
    assert not isinstance(build(tape, alone, False), _One)
    monkeypatch.setattr("autograd.replay.backends.c_lanes._MATRICES", n_results * n_operands)
    each, summed = (build(tape, alone, together) for together in (False, True))
    assert isinstance(each, _One)
    for _ in range(2):
        given = rng.normal(size=n_given)
        wanted = by_matrices(n_results, n_operands, given[place[: n_given - n_operands]],
                             given[place[n_given - n_operands : n_given], None], bias=bias)  # fmt: skip
        np.testing.assert_allclose(each(given, none), wanted, rtol=1e-11, atol=1e-11)
        np.testing.assert_allclose(summed(given, none), wanted[:, 0], rtol=1e-11, atol=1e-11)


def test_large_sums_without_a_matrix_stay_as_they_are(monkeypatch, build):
    monkeypatch.setattr("autograd.replay.backends.c_lanes._MATRICES", 16)
    numbers = np.arange(1.0, 41.0)
    tape = Tape(
        ops=(FUSED_DOT,), code=[0], start=[0, 40], args=[*range(40)], dest=[40], constants=[], outputs=[40],
        n_inputs=40, n_slots=41,
    ).verify()  # fmt: skip
    kernel = build(tape, [False] * 40, True)
    assert not isinstance(kernel, _One)
    assert kernel(numbers, np.empty((0, 1))).tolist() == [numbers[::2] @ numbers[1::2]]


def by_matrices(n_results, n_operands, shared, lanes, *, bias):
    matrix = shared[: n_results * n_operands].reshape(n_results, n_operands)
    sums = matrix @ lanes + (shared[n_results * n_operands :, None] if bias else 0.0)
    products = (sums[:, None] * lanes[None]).reshape(n_results * n_operands, -1)
    return np.concatenate([sums, products])


@pytest.mark.parametrize("order", ["rows", "columns", "backwards", "anyhow"])
@pytest.mark.parametrize(("n_results", "n_operands"), [(4, 4), (6, 9), (19, 12), (101, 133)])
def test_a_matrix_may_lie_in_memory_in_any_order(n_results, n_operands, order, build):
    rng = np.random.default_rng(n_operands)
    tape = layer(n_results, n_operands, bias=True, order=order)
    shared = rng.normal(size=n_results * n_operands + n_results)
    kernel = build(tape, [False] * len(shared) + [True] * n_operands, False)
    packs = kernel._each.packs
    listed = {"rows": 0, "columns": n_results % 4 * n_operands, "backwards": 0, "anyhow": n_results * n_operands}
    assert packs.size == {0: 0, 1: 5}[order == "columns"] + (5 + listed[order] if listed[order] else 0)
    for n in (5, 200):
        lanes = rng.normal(size=(n_operands, n))
        matrix = shared[places_of(n_results, n_operands, order)].ravel()
        wanted = by_matrices(n_results, n_operands, np.append(matrix, shared[-n_results:]), lanes, bias=True)
        np.testing.assert_allclose(kernel(shared, lanes), wanted, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("order", ["columns", "anyhow"])
def test_a_matrix_of_constants_is_packed_once_for_all_calls(order, build):
    tape = layer(5, 6, bias=True, order=order)
    shared = np.random.default_rng(1).normal(size=35)
    fixed = replace(
        tape, constants=np.array([*shared, 1.0]), n_inputs=6,
        args=np.where(tape.args < 35, tape.args + 6, np.where(tape.args < 41, tape.args - 35, tape.args)),
    ).verify()  # fmt: skip
    kernel = build(fixed, [True] * 6, False)
    matrix = np.append(shared[places_of(5, 6, order)].ravel(), shared[-5:])
    for n in (3, 120):
        lanes = np.random.default_rng(n).normal(size=(6, n))
        wanted = by_matrices(5, 6, matrix, lanes, bias=True)
        np.testing.assert_allclose(kernel(np.empty(0), lanes), wanted, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("backend", BUILDS)
def test_a_matrix_that_is_computed_from_shared_numbers_is_packed_after_them(backend):
    def loss(weights, shift, point):
        return sum(dot([w * shift for w in row], point) ** 2 for row in weights)

    rng = np.random.default_rng(5)
    weights, points = rng.normal(size=(7, 5)), rng.normal(size=(60, 5))
    step = compile(value_and_grad(loss), in_axes=(None, None, 0), reduce="sum", backend=backend)
    for shift in (0.5, 2.0):
        sums = points @ (weights * shift).T
        value, by_weights = step(weights, shift, points)
        assert value == pytest.approx((sums**2).sum(), rel=1e-12)
        np.testing.assert_allclose(by_weights, 2.0 * shift * sums.T @ points, rtol=1e-11)


def test_infinities_and_nans_stay_with_their_examples(build):
    tape = layer(5, 7, bias=True)
    shared = np.random.default_rng(2).normal(size=40)
    lanes = np.random.default_rng(3).normal(size=(7, 10))
    batched = [False] * 40 + [True] * 7
    whole = build(tape, batched, False)
    before = whole(shared, lanes)
    lanes[3, 4], lanes[2, 8] = np.inf, np.nan
    after = whole(shared, lanes)
    fine = np.delete(np.arange(10), [4, 8])
    np.testing.assert_array_equal(after[:, fine], before[:, fine])
    assert not np.isfinite(after[:5, [4, 8]]).any()
    assert np.isfinite(whole(shared, np.zeros((7, 10)))).all()  # nothing of it is left in the rows


def test_a_sum_of_negative_zeros_is_one(build):
    tape = layer(4, 4, bias=False)
    found = build(tape, [False] * 20 + [True] * 4, True)(np.full(20, -0.0), np.zeros((4, 3)))
    assert np.signbit(found).all()


@pytest.mark.parametrize("backend", BUILDS)
@pytest.mark.parametrize("shape", [(2, 5, 1), (3, 9, 6, 1), (5, 13, 1)])
def test_the_gradient_of_a_network_is_that_of_its_matrices_whatever_its_widths(shape, backend):
    rng = np.random.default_rng(len(shape))
    layers = [(rng.normal(size=sizes), rng.normal(size=sizes[1])) for sizes in pairwise(shape)]
    points = rng.normal(size=(70, shape[0]))

    def loss(layers, point):
        hidden = list(point)
        for weights, biases in layers:
            hidden = [
                relu(sum((w * h for w, h in zip(column, hidden, strict=True)), b))
                for column, b in zip(np.transpose(weights), biases, strict=True)
            ]
        return hidden[0] * hidden[0]

    value, gradient = compile(value_and_grad(loss), in_axes=(None, 0), reduce="sum", backend=backend)(layers, points)
    inside = [points]
    for weights, biases in layers:
        inside.append(np.maximum(inside[-1] @ weights + biases, 0.0))
    assert value == pytest.approx((inside[-1] ** 2).sum(), rel=1e-12)
    flow = 2.0 * inside[-1]
    for (weights, _), (by_weight, by_bias), here, after in zip(
        layers[::-1], gradient[::-1], inside[-2::-1], inside[::-1], strict=False
    ):
        flow = flow * (after > 0.0)
        np.testing.assert_allclose(by_weight, here.T @ flow, rtol=1e-11, atol=1e-11)
        np.testing.assert_allclose(by_bias, flow.sum(axis=0), rtol=1e-11, atol=1e-11)
        flow = flow @ weights.T


def test_what_needs_a_result_of_a_group_comes_after_it():
    """The second group reads results of the first, and a result of the first is an output too."""
    tape = layer(4, 4, bias=True)
    program = lane_program.lower(
        schedule.split(schedule.computation(tape), range(20, 24)).lanes, range(20, 24),
        {number: number for number in [*range(20), schedule.ONE, lane_program.NOTHING]}, summed=False, grouped=True,
    )  # fmt: skip
    blocks = [block for block, _ in program.instructions]
    assert blocks[0] == "multiply"
    assert blocks[1:5] == ["store"] * 4
    assert blocks.count("multiply") == 1
