"""Recording: comparisons become guards in every form, and a float taken out is refused with the user's line."""

from __future__ import annotations

import asyncio
import copy
import math
import operator
import pickle
import threading
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import GuardError, Parameter, RecordingError, Value
from autograd import compile as compiled
from autograd.replay import backends
from autograd.replay.recorder import run_recorded
from autograd.sweep import number_of


def below(x):
    return x * 2.0 if x < 1.0 else x * 3.0


RELATIONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_every_comparison_with_a_number_a_value_and_reflected(relation, backend):
    def f(x, y):
        z = x if relation(x, 1.0) else -x
        z = z + 10.0 if relation(x, y) else z
        return z + 100.0 if relation(2, x) else z

    g = compiled(f, backend=backend)
    points = [(a, b) for a in (0.5, 1.0, 2.0, 3.0, math.nan, math.inf, -0.0) for b in (0.5, 1.0, 0.0, math.nan)]
    for x, y in points + points[::-1]:
        np.testing.assert_array_equal(g(x, y), f(x, y))


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: x or y,
        lambda x, y: y if not x else x * 2.0,
        lambda x, y: max(x, y, 0.3),
        lambda x, y: min(x, y, 0.3),
        lambda x, y: sorted([x, y, 0.3 * x], reverse=True)[1],
        lambda x, y: x if x == y else y * 2.0,
        lambda x, y: x if x in (y, 0.5) else y * 2.0,
        lambda x, y: [x, y].index(y) * 1.0 + x,
        lambda x, y: x if 0.0 < x < y else y,
        lambda x, y: x if x > 0.0 or y > 0.0 else x * y,
        lambda x, y: x * any(v > 0.4 for v in (x, y)),
        lambda x, y: x if np.float64(0.4) < x else y,
        lambda x, y: x if x > Fraction(1, 2) else y,
        lambda x, y: max([x, y], key=lambda v: -abs(v)),
    ],
)
def test_plain_python_takes_the_right_branch(f):
    g = compiled(f, backend="python")
    points = [(a, b) for a in (0.5, -0.5, 0.0, 0.3, 2.0) for b in (0.5, -0.4, 0.0, 7.0)]
    for x, y in points:
        expected = f(Value(x), Value(y))
        assert g(x, y) == (expected.data if isinstance(expected, Value) else expected)
    assert 1 < len(g.paths) < 20


def test_comparisons_inside_a_local_gradient_are_guards_too():
    kinked = ag.primitive(
        "kinked", forward=lambda x: 2.0 * x if x > 0.0 else x, partials=lambda x, out: (2.0 if x > 0.0 else 1.0,)
    )
    g = compiled(ag.grad(kinked), backend="python")
    assert [g(x) for x in (1.0, -1.0, 3.0, -3.0)] == [2.0, 1.0, 2.0, 1.0]


def test_on_flip_raise_shows_the_line_of_the_comparison():
    f = compiled(below, on_flip="raise")
    assert f(0.5) == 1.0
    with pytest.raises(
        GuardError, match=r"'<' that was recorded as True came out False, at .*test_guards.py, line"
    ) as info:
        f(2.0)
    assert "return x * 2.0 if x < 1.0 else x * 3.0" in str(info.value)
    assert "on_flip='record'" in str(info.value)
    assert (f(0.25), len(f.paths)) == (0.5, 1)


def test_max_paths():
    def halvings(x):
        while x > 1.0:
            x = x / 2.0
        return x

    f = compiled(halvings, max_paths=3)
    assert [f(x) for x in (1.0, 2.0, 4.0)] == [1.0, 1.0, 1.0]
    with pytest.raises(
        GuardError, match=r"max_paths=3 are recorded. Choose with where\(greater.* Or raise max_paths"
    ) as info:
        f(8.0)
    assert "while x > 1.0:" in str(info.value)
    assert f(3.5) == 0.875


def steps(x):
    n = 0.0
    while x > 1.0:
        x, n = x * 0.75, n + 1.0
    return n * x


RUNS: list[str] = []


def counted(x):
    RUNS.append("a run")
    return steps(x)


@pytest.mark.parametrize("derived", [lambda f: f, ag.grad, ag.value_and_grad], ids=["value", "grad", "both"])
def test_a_path_that_is_rare_costs_a_run_of_the_plain_function(derived):
    f, plain = compiled(derived(counted)), derived(steps)
    for n in range(8):
        assert f(1.3**n) == plain(1.3**n)
    assert len(f.paths) == 8
    RUNS.clear()
    assert f(20.0) == plain(20.0)
    assert (len(f.paths), len(RUNS)) == (8, 1)
    assert f(20.0) == f(20.0) == plain(20.0)  # met again, it is recorded
    assert (len(f.paths), len(RUNS)) == (9, 2)
    for n in range(8, 30):
        RUNS.clear()
        assert f(1.3**n) == plain(1.3**n)
        assert len(RUNS) <= 1


def test_each_call_finds_its_path_or_is_plain_at_any_number_of_exits():
    f = compiled(steps)
    grown = [1.3**n for n in range(30)]
    calls = [*grown, *grown, *grown[::-1]]
    with pytest.warns(ag.RecordingWarning, match="32 calls"):
        assert [f(x) for x in calls] == [steps(x) for x in calls]
    assert 8 < len(f.paths) < 20


def test_a_rare_path_outside_a_domain_is_recorded_and_goes_on_as_a_replay_does():
    def f(x):
        return ag.log(5.0 - x) * steps(x)

    g = compiled(f)
    for n in range(8):
        g(1.3**n)
    assert math.isnan(g(20.0))  # where the plain function raises
    assert math.isnan(g(20.0))


def test_a_rare_path_through_a_live_leaf_gives_floats():
    w = Parameter(2.0)
    f = compiled(lambda x: w * steps(x))
    for n in range(20):
        assert type(f(1.3**n)) is float
        assert f(1.3**n) == 2.0 * steps(1.3**n)
    w.data = 3.0
    assert f(50.0) == 3.0 * steps(50.0)


def test_a_compiled_function_inside_a_derivative_may_meet_rare_paths():
    slope = ag.grad(compiled(steps))
    for n in range(20):
        assert slope(1.3**n) == ag.grad(steps)(1.3**n)


def test_no_more_paths_than_64_are_kept_and_the_others_are_right():
    f = compiled(steps, in_axes=0, backend="python")
    xs = 1.34 ** np.arange(66.0)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = f(xs[:65])
    assert [str(each.message)[:8] for each in told] == ["32 paths", "64 paths"]
    assert found.tolist() == [steps(x) for x in xs[:65].tolist()]
    assert len(f.paths) == 64
    assert f(xs).tolist() == [steps(x) for x in xs.tolist()]  # and there is no other word
    for f in (compiled(steps, max_paths=9), compiled(steps, on_flip="raise")):
        with pytest.raises(GuardError, match=r"at .*test_guards.py"):
            [f(x) for x in xs.tolist() for _ in range(2)]


def test_a_comparison_with_what_no_float_equals_is_refused():
    f = compiled(lambda x: x if x > 10**400 else -x)
    with pytest.raises((RecordingError, ag.OverflowDomainError)):
        f(1.0)
    g = compiled(lambda x: x if x > Fraction(1, 3) else -x)
    with pytest.raises(RecordingError, match=r"compared with Fraction\(1, 3\), which no float equals"):
        g(1.0)
    assert compiled(lambda x: x if x > Decimal("0.5") else -x)(1.0) == 1.0


TAKEN_OUT = [
    (lambda x: x * math.exp(x), r"float\(\) of 'x' \(data = 2.0\)", "Use autograd.exp."),
    (lambda x: x * math.fabs(x) + math.pow(x, 2.0), r"float\(\)", "Use autograd.abs and the operator"),
    (lambda x: x * float(x), r"float\(\)", "Keep it a Value"),
    (lambda x: x * x.data, r"\.data of 'x'", "Keep it a Value"),
    (lambda x: x * x.item(), r"item\(\) of 'x'", "Keep it a Value"),
    (lambda x: float(f"{x:.2f}"), "formatting of 'x'", "Keep it a Value"),
    (lambda x: len(f"{x}"), "formatting of 'x'", "Keep it a Value"),
    (lambda x: np.array([x], dtype=float)[0], r"float\(\)", "Keep it a Value"),
    (lambda x: pickle.loads(pickle.dumps(x)), "pickling of 'x'", "Keep it a Value"),
    (lambda x: (x * x).backward(), r"backward\(\) of the mul node", "value_and_grad"),
    (lambda x: list((x * x).backward_steps()), r"backward_steps\(\)", "value_and_grad"),
    (lambda x: x.grad, r"\.grad of 'x'", "Keep it a Value"),
    (lambda x: (x * x).partials(), r"partials\(\)", "Keep it a Value"),
    (lambda x: (x * x).forward(), r"forward\(\)", "Keep it a Value"),
    (Value.zero_grad, r"zero_grad\(\)", "value_and_grad"),
    (lambda x: setattr(x, "data", 1.0), r"\.data = \.\.\.", "set the leaf outside"),
    (lambda x: setattr(x, "grad", 1.0), r"\.grad = \.\.\.", "set them outside"),
]


@pytest.mark.parametrize(("f", "what", "advice"), TAKEN_OUT)
def test_a_float_taken_out_is_refused_with_the_line_and_what_to_do(f, what, advice):
    g = compiled(lambda x: f(x))  # noqa: PLW0108 -- a line of this file on every path
    with pytest.raises(RecordingError, match=what) as info:
        g(2.0)
    assert "in a function that is being recorded, at" in str(info.value)
    assert "test_guards.py, line" in str(info.value)
    assert advice in str(info.value)
    assert len(g.paths) == 0


def test_a_copy_of_a_recorded_value_is_the_value():
    f = compiled(lambda x: copy.copy(x) * copy.deepcopy(x * 2.0))
    assert [f(x) for x in (1.0, 3.0)] == [2.0, 18.0]


def test_a_closed_over_leaf_may_not_be_read_either():
    w = Parameter(2.0, "w")
    for duplicate in (copy.copy, copy.deepcopy):
        with pytest.raises(RecordingError, match="copying of 'w'"):
            compiled(lambda x, duplicate=duplicate: x * duplicate(w))(1.0)
    with pytest.raises(RecordingError, match=r"\.data of 'w'"):
        compiled(lambda x: x * w.data)(1.0)


def test_no_grad_inside_is_refused():
    def f(x):
        with ag.no_grad():
            return x * 2.0

    with pytest.raises(RecordingError, match=r"no_grad\(\) in a function that is being recorded.*leave it out"):
        compiled(f)(1.0)
    with ag.no_grad():
        assert compiled(lambda x: x * 2.0)(1.0) == 2.0


def test_a_transform_inside_on_floats_alone_is_a_constant():
    assert compiled(lambda x: x * ag.value_and_grad(lambda t: t * t)(3.0)[1])(2.0) == 12.0


def test_repr_is_allowed_and_the_recording_ends():
    seen = []
    f = compiled(lambda x: seen.append(repr(x)) or x * 2.0)
    assert f(1.0) == 2.0
    assert seen == ["Value(data=1.0, label='x')"]
    assert Value(1.0).data == 1.0


def test_an_error_in_the_function_ends_the_recording():
    with pytest.raises(KeyError):
        compiled(lambda x: {}["missing"])(1.0)
    assert Value(1.0).data == 1.0


def test_a_recording_does_not_leak_to_other_threads_or_tasks():
    entered, leave = threading.Event(), threading.Event()

    def f(x):
        entered.set()
        leave.wait(10.0)
        return x * 2.0

    results = []
    recording = threading.Thread(target=lambda: results.append(compiled(f)(1.0)))
    recording.start()
    entered.wait(10.0)
    assert Value(3.0).data == 3.0
    assert (Value(3.0) > 2.0) is True
    leave.set()
    recording.join()
    assert results == [2.0]

    async def record():
        assert run_recorded(lambda: Value(1.0) > 0.5)[0] is True
        await asyncio.sleep(0)
        return Value(1.0).data

    async def both():
        return await asyncio.gather(record(), record())

    assert asyncio.run(both()) == [1.0, 1.0]


# --- what a comparison depends on -------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["python", "numpy", "c", *["numba"] * backends.available("numba")])
@pytest.mark.parametrize("reduce", [None, "sum"])
def test_what_is_compared_is_exact_so_that_no_example_takes_another_branch_than_eager(backend, reduce):
    runs = []

    def root(a, b, c):
        runs.append(1)
        discriminant = b * b + -4.0 * a * c
        if discriminant < 0.0:
            return discriminant * 0.0 - 1.0
        return (-b + ag.sqrt(discriminant)) / (2.0 * a)

    b = np.random.default_rng(0).uniform(1.0, 2.0, 1000)
    half = b / 2.0  # a double root: added up with one rounding fewer, half of the discriminants are below 0
    assert np.any([math.fsum([0.0, float(Fraction(x) * Fraction(x) - Fraction(x * x))]) < 0.0 for x in b])
    f = compiled(root, in_axes=0, backend=backend, reduce=reduce)
    expected = np.array([root(*row).data for row in zip(map(Value, half), b, half, strict=True)])
    np.testing.assert_allclose(f(half, b, half), expected if reduce is None else expected.sum(), rtol=1e-13)
    runs.clear()
    f(half, b, half)
    assert runs == []
    assert len(f.paths) == 1


def test_the_first_of_many_guards_of_all_kinds_decides():
    def first(x):
        for place in range(40):
            relation = RELATIONS[place % 6]
            if relation(x * (-1.0) ** place, 20.0 - place if place % 2 else -300.0):
                return x * 0.0 + place
        return x

    xs = np.linspace(-25.0, 25.0, 101)
    with ag.errstate("nan"):
        expected = [number_of(first(Value(x))) for x in xs]
    assert compiled(first, in_axes=0, backend="numpy")(xs).tolist() == expected


def flagged(x):
    """A number, and bools in every kind of container."""
    return x, x > 1, {"both": [x < 0, np.array([x, 2 * x]) > 1.5]}


@pytest.mark.parametrize("backend", ["auto", "python", "numpy", "c", "numba", "jax"])
def test_a_comparison_that_is_returned_is_a_bool_as_it_is_of_the_plain_function(backend):
    points = [2.0, 0.2, -1.0, 0.9, 2.0, 2.0, 2.0]  # past the call at which the way out is written
    f, bare = compiled(flagged, backend=backend), compiled(lambda x: x > 1, backend=backend)
    for x in points:
        assert repr(f(x)) == repr(flagged(x))
        assert repr(bare(x)) == repr(x > 1)
    batched = compiled(flagged, in_axes=0, backend=backend)
    for _ in range(4):
        _, above, rest = batched(np.array(points))
        (below, elements) = rest["both"]
        assert (above.dtype, below.dtype, elements.dtype) == (bool, bool, bool)
        assert above.tolist() == [x > 1 for x in points]
        assert below.tolist() == [x < 0 for x in points]
        assert elements.tolist() == [[x > 1.5, 2 * x > 1.5] for x in points]
    for reduce, divisor in (("sum", 1), ("mean", len(points))):
        _, above, rest = compiled(flagged, in_axes=0, backend=backend, reduce=reduce)(np.array(points))
        assert (above, rest["both"][0]) == (4 / divisor, 1 / divisor)
        assert rest["both"][1].tolist() == [4 / divisor, 5 / divisor]


def test_a_bool_beside_a_derivative_in_other_surroundings_and_from_a_file(tmp_path):
    assert repr(compiled(ag.value_and_grad(lambda x: (x * x, x > 1), has_aux=True))(3.0)) == "((9.0, True), 6.0)"
    assert repr(ag.grad(compiled(lambda x: (x * x, x > 1)), has_aux=True)(3.0)) == "(6.0, True)"
    f, batched = compiled(flagged), compiled(lambda x: x > 1, in_axes=0)
    f(3.0)
    f(0.9)
    f.save(tmp_path / "flagged.tape")
    again = ag.load(tmp_path / "flagged.tape")
    with ag.detect_anomaly():
        assert batched(np.array([2.0, 0.0])).tolist() == [True, False]
        for x in (3.0, 0.9):
            assert repr(f(x)) == repr(flagged(x))
    assert [repr(again(x)) for x in (3.0, 0.9)] == [repr(flagged(x)) for x in (3.0, 0.9)]


def test_a_bool_on_one_path_and_a_number_on_another_are_no_batch():
    mixed = compiled(lambda x: x if x > 1 else False, in_axes=0)
    message = "one structure; on one path it is number, on another bool"
    with pytest.raises(TypeError, match=message):
        mixed(np.array([2.0, 0.2]))
    with ag.detect_anomaly(), pytest.raises(TypeError, match=message):
        mixed(np.array([2.0, 0.2]))
    arrays = compiled(lambda x: np.array([x]) if x > 1 else np.array([x]) > 1, in_axes=0)
    with pytest.raises(
        TypeError, match=r"on one path it is array of shape \(1,\), on another array of shape \(1,\) of"
    ):
        arrays(np.array([2.0, 0.2]))
