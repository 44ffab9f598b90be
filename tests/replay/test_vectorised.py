"""The NumPy backend: forwards rewritten for arrays, and what is computed one by one."""

from __future__ import annotations

import functools
import math
import operator

import numpy as np
import pytest

import autograd as ag
from autograd import compile as compiled
from autograd import primitive
from autograd.primitives import PRIMITIVES
from autograd.replay.backends import array_functions, numpy_lanes, python_source
from autograd.replay.backends.array_functions import array_function, vectorised
from autograd.replay.tape import FUSED_DOT
from tests.support.backends import (
    REDUCTIONS,
    arity,
    name,
    points,
    random_tape,
    reference,
    single,
    special_points,
    table,
)
from tests.support.own_operations import FACTOR, branchy, of_a_loop, of_branches, scaled


@pytest.mark.parametrize("op", table(), ids=name)
@pytest.mark.parametrize("choose", [points, special_points])
def test_every_operation_on_numpy_lanes(op, choose):
    columns = choose(op)
    kernel = numpy_lanes.build(single(op), (True,) * arity(op), summed=False)
    got = kernel(np.empty(0), columns)[0]
    # An exactly rounded sum is replayed as a plain one: right to the size of its terms.
    atol = 1e-15 * np.abs(columns).max() ** (1 + (op.name == "dot")) if op.name in REDUCTIONS and columns.size else 0.0
    np.testing.assert_allclose(got, reference(op, columns), rtol=2e-15, atol=atol)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("summed", [False, True])
def test_random_tapes_by_both_backends(seed, summed):
    tape = random_tape(seed)
    rng = np.random.default_rng(seed)
    batched = tuple(bool(flag) for flag in rng.integers(0, 2, tape.n_inputs))
    lanes, shared = rng.normal(size=(sum(batched), 11)), rng.normal(size=tape.n_inputs - sum(batched) + tape.n_leaves)
    lane, rest = iter(lanes), iter(shared.tolist())
    columns = [next(lane) if flag else np.full(11, next(rest)) for flag in batched]
    rows = [tape.run([c[i] for c in columns], shared[len(shared) - tape.n_leaves :].tolist()) for i in range(11)]
    expected = np.array(rows).T
    expected = expected.sum(axis=1) if summed else expected
    for backend in (python_source, numpy_lanes):
        np.testing.assert_allclose(
            backend.build(tape, batched, summed)(shared, lanes), expected, rtol=1e-12, atol=1e-12
        )


@pytest.mark.parametrize(
    ("op", "fast"),
    [
        ("relu", True), ("sigmoid", True), ("where", True), ("leaky_relu", True), ("softplus", True),
        ("larger_share", True),
        ("fsum", False), ("prod", True), ("erf", True), ("lgamma", True), ("digamma", True), ("norm_cdf", True),
        ("cbrt", True), ("angle_slope", True),
    ],
)  # fmt: skip
def test_what_of_the_table_is_rewritten_for_arrays(op, fast):
    assert (vectorised(PRIMITIVES[op].forward, arity(PRIMITIVES[op])) is not None) is fast


def test_a_users_own_operation_works_in_both_backends():
    xs = np.array([-2.0, 0.0, 1.0, 1.5, 3.0, 20.0, math.nan])
    for backend in ("python", "numpy"):
        got = compiled(lambda x: branchy(x) + scaled(x), in_axes=0, backend=backend)(xs)
        np.testing.assert_allclose(got, [of_branches(x) + of_a_loop(x) for x in xs.tolist()], rtol=1e-15)
    assert vectorised(of_branches, 1) is not None
    assert vectorised(of_a_loop, 1) is not None


def test_an_overflow_on_the_way_is_answered_as_the_record_says():
    logistic = primitive("naive", forward=lambda x: 1.0 / (1.0 + math.exp(-x)), partials=lambda x, out: (out,))
    assert vectorised(logistic.forward, 1) is not None
    with ag.errstate("nan"):
        expected = [logistic(x) for x in (-1000.0, 0.0, 3.0)]
    np.testing.assert_array_equal(
        compiled(logistic, in_axes=0, backend="numpy")(np.array([-1000.0, 0.0, 3.0])), expected
    )


def test_fused_dot_on_arrays():
    kernel = numpy_lanes.build(single(FUSED_DOT), (True,) * 4, summed=True)
    assert kernel(np.empty(0), np.arange(8.0).reshape(4, 2)).tolist() == [0 * 2 + 4 * 6 + 1 * 3 + 5 * 7]


def _no_return(x):
    y = x  # noqa: F841, RUF100


def _sets_an_element(x):
    x[0] = 1.0
    return x


def _with_a_try(x):
    try:
        return 1.0 / x
    except ZeroDivisionError:
        return 0.0


def _falls_off_one_side(x):
    if x > 0.0:
        return x
    return  # noqa: RET502 -- the very thing that is tested


def _lost(x):
    return x + nothing_of_this_name  # noqa: F821


@pytest.mark.parametrize(
    "function",
    [
        _no_return, _lost, _with_a_try, _falls_off_one_side, lambda x: x or 1.0, lambda x: x @ x,
        lambda x: (x < 1.0 or x), lambda x: x + len, _sets_an_element,
        lambda x: 1.0 if x is FACTOR else x,
        lambda x: x + float.hex(x), lambda x: x.real,
        lambda x: 1.0 + FACTOR(x), lambda x, y, *rest: x,
    ],
)  # fmt: skip
def test_what_is_left_alone(function):
    assert vectorised(function, 1) is None


def _several_ways(x):
    """Loops, an early return, a helper that returns two numbers, recursion, whole numbers."""
    if x < -1.0:
        return -_several_ways(-x) + x**2
    steps, total = 0, x
    while total > 2.0 and steps < 40:
        total /= 2.0
        steps += 1
    whole, part = _parts(total)
    near = abs(part) < 0.25 or not whole.is_integer() or math.isnan(x)
    for weight in (0.5, -1.5):
        total = total * x + weight
    if near:
        total = total - steps % 3
    else:
        mantissa, exponent = math.frexp(total)
        total = math.ldexp(mantissa, -exponent // 2)
    return max(total, -3.0) + (math.sqrt(x) if x > 0.5 else math.erfc(x)) + math.remainder(x, 0.75)


def _parts(x):
    floored = math.floor(x)
    return (float(floored), x - floored) if x < 1.5 else (x, 0.0)


def test_each_element_goes_its_own_way():
    xs = np.array([*np.linspace(-9.0, 9.0, 181), 1e6, -1e6, 1e-300, 0.75, 0.375])
    with np.errstate(all="raise", under="ignore"):
        got = vectorised(_several_ways, 1)(xs)
        np.testing.assert_allclose(got, [_several_ways(x) for x in xs.tolist()], rtol=1e-14)
        assert vectorised(_several_ways, 1)(np.float64(3.7)) == pytest.approx(_several_ways(3.7), rel=1e-14)


@pytest.mark.parametrize(
    "op", [op for op in table() if op.base is None and op.arity in (1, 2) and not op.ufunc], ids=name
)
def test_every_formula_of_the_table_is_rewritten(op):
    """None of them is left to a loop over the examples."""
    assert vectorised(op.forward, arity(op)) is not None or op.forward in (operator.add, operator.mul)


def math_remainder(x, y):
    return math.remainder(x, y)


def _of_sides_that_leave_nothing(x):
    if x > 1.0:
        rest = 3.0 // x
        rest = rest // x  # read by nothing, and computed, for it may raise
    else:
        rest = math.sqrt(x)
    rest = 2.0 * x
    return rest + 1.0


def test_sides_that_leave_no_variable():
    function = vectorised(_of_sides_that_leave_nothing, 1)
    assert function(np.array([0.25, 4.0])).tolist() == [1.5, 9.0]
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
        function(np.array([-1.0, 4.0]))


def test_what_is_whole():
    assert array_functions._is_integer(np.array([math.inf, math.nan, 2.0, -0.0, 2.5])).tolist() == [
        False, False, True, True, False,
    ]  # fmt: skip


def test_what_cannot_be_rewritten_is_computed_one_by_one():
    written = primitive("written", forward=lambda x: float(str(x)), partials=lambda x, out: (1.0,))
    assert compiled(written, in_axes=0, backend="numpy")(np.array([1.5, -2.0])).tolist() == [1.5, -2.0]


def test_where_the_original_raises_so_does_the_rewritten_one():
    for function in (PRIMITIVES["digamma"].forward, PRIMITIVES["lgamma"].forward):
        with pytest.raises(FloatingPointError):
            vectorised(function, 1)(np.array([1.5, -2.0]))


def test_constants_of_modules_and_other_operations_are_rewritten():
    assert vectorised(lambda x: ag.relu(x) + 1.0, 1)(np.array([-1.0, 2.0])).tolist() == [1.0, 3.0]
    assert vectorised(lambda x: math.pi * x, 1)(np.array([1.0, 2.0])).tolist() == [math.pi, 2.0 * math.pi]


def test_the_remainder_of_arrays_is_that_of_math():
    rng = np.random.default_rng(0)
    x, y = (
        rng.choice((-1, 1), 20_000) * rng.uniform(1, 2, 20_000) * 2.0 ** rng.integers(-1074, 1023, 20_000) for _ in "xy"
    )
    x[:5000], y[:5000] = rng.integers(-40, 40, 5000) * 0.5, rng.integers(1, 9, 5000) * 0.5
    y[5000:5010], x[5010:5020], y[5020:5030] = math.inf, math.inf, 0.0
    with np.errstate(all="ignore"):
        got = vectorised(math_remainder, 2)(x, y)
    expected = np.array(
        [math.remainder(a, b) if math.isfinite(a) and b else math.nan for a, b in zip(x, y, strict=True)]
    )
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(np.signbit(got[~np.isnan(got)]), np.signbit(expected[~np.isnan(expected)]))


def _doubled_power(x):
    return 2.0 * math.exp(x)


def test_of_many_rows_only_those_in_which_python_would_raise_are_done_one_by_one(define, monkeypatch):
    asked = []
    whole = array_functions.apply_ieee
    monkeypatch.setattr(array_functions, "apply_ieee", lambda op, row: asked.append(row) or whole(op, row))
    op = define("doubled_power", forward=_doubled_power, partials=lambda x, out: (out,))
    function = array_functions.array_function(op, 1)
    rows = np.arange(12.0).reshape(4, 3)
    np.testing.assert_allclose(function(rows), 2.0 * np.exp(rows), rtol=1e-15)
    assert asked == []
    rows[2, 1] = 1000.0
    assert np.isinf(function(rows)).tolist() == (rows == 1000.0).tolist()
    assert asked == [(6.0,), (1000.0,), (8.0,)]


class _Doubled:
    def __call__(self, x):
        return 2.0 * x


@pytest.mark.parametrize("forward", [functools.partial(operator.mul, 2.0), _Doubled()])
def test_a_forward_without_a_name_is_called_for_each_element(forward, define):
    op = define("nameless", forward=forward, partials=lambda x, out: (2.0,))
    np.testing.assert_array_equal(array_function(op, 1)(np.array([1.0, 2.0])), [2.0, 4.0])


@pytest.mark.parametrize("whole", [math.floor, math.ceil, math.trunc, int])
def test_no_whole_number_is_made_of_what_is_not_finite(whole, define):
    """Where Python refuses, what the record says; and by default what an error stands for: of -inf it is inf too."""
    x = np.array([2.5, -2.5, math.inf, -math.inf, math.nan])
    for ieee in (None, lambda x: -7.0):
        op = define("whole_number", forward=lambda x: whole(x) * 0.5, partials=lambda x, out: (0.0,), ieee=ieee)
        np.testing.assert_array_equal(array_function(op, 1)(x), reference(op, x[None]))
