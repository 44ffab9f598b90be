"""The Python backend and its source: readable, self-contained, equal to eager evaluation; and the NumPy backend."""

from __future__ import annotations

import linecache
import math
import operator
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings

import autograd as ag
from autograd import Parameter, Value, primitive
from autograd import compile as compiled
from autograd.primitives import PRIMITIVES
from autograd.replay.backends import array_functions, numpy_lanes, python_source
from autograd.replay.backends.forwards import definition
from autograd.replay.backends.vectorised import vectorised
from autograd.replay.tape import FUSED_DOT
from tests.replay_backends import REDUCTIONS, arity, name, points, random_tape, reference, single, special_points, table
from tests.replay_programs import inputs, programs

_FACTOR = 3.0


def _scaled(x):
    """Uses a name of this module, and a loop."""
    total = 0.0
    for power in (1, 2):
        total += _FACTOR * x**power
    return total


def _branchy(x):
    y = x * 2.0
    if x < 0.0:
        return -y
    z = y + 1.0 if y > 3.0 else y
    if not (z > 4.0 and x <= 10.0) or math.isnan(z):
        return z
    return math.atan2(z, 1.0) + abs(x)


scaled = primitive("scaled_here", forward=_scaled, partials=lambda x, out: (_FACTOR + 2.0 * _FACTOR * x,))
branchy = primitive("branchy_here", forward=_branchy, partials=lambda x, out: (0.0 * x,))
for _own in (scaled, branchy):
    del PRIMITIVES[_own.name]  # the table is for all tests


@pytest.fixture(autouse=True)
def _own_operations_go_again():
    before = dict(PRIMITIVES)
    yield
    PRIMITIVES.clear()
    PRIMITIVES.update(before)


def run_alone(source):
    namespace = {}
    exec(compile(source, "<emitted>", "exec"), namespace)
    return namespace["replay"]


def bits(numbers):
    return np.array(numbers, dtype=np.float64).view(np.int64).tolist()


READABLE = """\
import math


def _leaky_relu(x, slope):
    return x if x > 0.0 else slope * x


def _other_branch():
    raise ValueError("a comparison came out as in no recorded path")


def replay(x, y, /, *, W12_1=0.5):
    t5 = W12_1 * x
    z1_2 = t5 + 1.0
    if not (z1_2 > 0.0):
        return _other_branch()
    a1_2 = math.tanh(z1_2)
    t8 = _leaky_relu(a1_2, 0.01)
    t9 = t8 * y
    return (t9,)
"""


def test_the_source_is_readable_and_uses_the_labels():
    w = Parameter(0.5, "W12[1]")

    def neuron(x, y):
        z = (w * x + 1.0).named("z1[2]")
        return ag.leaky_relu(ag.tanh(z).named("a1[2]")) * y if z > 0.0 else -y

    f = compiled(neuron)
    expected = f(1.0, 2.0)
    assert f.source() == READABLE
    replay = run_alone(f.source())
    assert replay(1.0, 2.0) == (expected,)
    assert replay(1.0, 2.0, W12_1=0.25) == (math.tanh(1.25) * 2.0,)
    with pytest.raises(ValueError, match="as in no recorded path"):
        replay(-9.0, 2.0)
    assert f(-9.0, 2.0) == -2.0
    both = run_alone(f.source())
    assert "# Live leaves are numbers from here on" in f.source()
    assert (both(1.0, 2.0), both(-9.0, 2.0)) == ((expected,), (-2.0,))
    with pytest.raises(ValueError, match="as in no recorded path"):
        run_alone(READABLE)(math.nan, 2.0)


@settings(max_examples=60, deadline=None)
@given(programs(), inputs)
def test_the_source_gives_the_bits_of_eager_evaluation(program, point):
    f = compiled(ag.value_and_grad(lambda *xs: program(*xs)[0], argnums=(0, 1, 2)), backend="python")
    try:
        value, slope = f(*point)
        replayed = run_alone(f.source())(*point)
    except (ArithmeticError, ValueError):
        return
    np.testing.assert_array_equal(replayed, [value, *slope])


def test_the_source_runs_in_a_process_of_its_own():
    f = compiled(lambda x, y: ag.gelu(x) * ag.norm_pdf(y) + ag.fsum([x, y]) + _shifted(x))
    expected = f(0.3, 0.7)
    program = f.source() + "\nimport sys\nassert 'autograd' not in sys.modules\nprint(replay(0.3, 0.7)[0].hex())"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected.hex()


def _shifted(x):
    return scaled(x) + branchy(x)


@pytest.mark.parametrize(
    "label",
    ["import", "x y", "__class__", "replay", "9", "é🙂", "a" * 500, "x\n    raise SystemExit", "math", "x0", "t2", ""],
)
def test_labels_become_names_and_nothing_else(label):
    x = Value(2.0, label)
    y = (x * 3.0).named(label)
    tape = ag.record((y + 1.0).named(label), [x])
    assert run_alone(python_source.emit([tape]))(5.0) == (16.0,)
    kernel = python_source.build(tape, (True,), summed=False)
    assert kernel(np.empty(0), np.array([[5.0, 6.0]])).tolist() == [[16.0, 19.0]]


@pytest.mark.parametrize("op", table(), ids=name)
def test_every_operation_is_written_out_and_gives_its_forward(op):
    replay = run_alone(python_source.emit([single(op)]))

    def outcome(function, column):
        try:
            return bits(function(*column))
        except (ArithmeticError, ValueError) as error:
            return type(error)

    for column in points(op).T.tolist():
        assert outcome(lambda *xs: replay(*xs)[0], column) == outcome(op.forward, column)


@pytest.mark.parametrize("op", table(), ids=name)
@pytest.mark.parametrize("choose", [points, special_points])
def test_every_operation_on_numpy_lanes(op, choose):
    columns = choose(op)
    kernel = numpy_lanes.build(single(op), (True,) * arity(op), summed=False)
    got = kernel(np.empty(0), columns)[0]
    # An exactly rounded sum is replayed as a plain one: right to the size of its terms.
    atol = 1e-15 * np.abs(columns).max() ** (1 + (op.name == "dot")) if op.name in REDUCTIONS and columns.size else 0.0
    np.testing.assert_allclose(got, reference(op, columns), rtol=2e-15, atol=atol)


@pytest.mark.parametrize("op", table(), ids=name)
def test_every_operation_in_ieee_arithmetic_by_the_python_backend(op):
    columns = special_points(op)
    kernel = python_source.build(single(op), (True,) * arity(op), summed=False)
    np.testing.assert_array_equal(kernel(np.empty(0), columns)[0], reference(op, columns))


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
        ("relu", True), ("sigmoid", True), ("where", True), ("leaky_relu", True), ("softplus", True), ("greater", True),
        ("fsum", False), ("prod", False), ("erf", True), ("lgamma", True), ("digamma", True), ("norm_cdf", True),
        ("cbrt", True), ("angle_slope", True),
    ],
)  # fmt: skip
def test_what_of_the_table_is_rewritten_for_arrays(op, fast):
    assert (vectorised(PRIMITIVES[op].forward) is not None) is fast


def test_a_users_own_operation_works_in_both_backends():
    xs = np.array([-2.0, 0.0, 1.0, 1.5, 3.0, 20.0, math.nan])
    for backend in ("python", "numpy"):
        got = compiled(lambda x: branchy(x) + scaled(x), in_axes=0, backend=backend)(xs)
        np.testing.assert_allclose(got, [_branchy(x) + _scaled(x) for x in xs.tolist()], rtol=1e-15)
    assert vectorised(_branchy) is not None
    assert vectorised(_scaled) is not None


def test_an_overflow_on_the_way_is_answered_as_the_record_says():
    logistic = primitive("naive", forward=lambda x: 1.0 / (1.0 + math.exp(-x)), partials=lambda x, out: (out,))
    assert vectorised(logistic.forward) is not None
    with ag.errstate("nan"):
        expected = [logistic(x) for x in (-1000.0, 0.0, 3.0)]
    np.testing.assert_array_equal(
        compiled(logistic, in_axes=0, backend="numpy")(np.array([-1000.0, 0.0, 3.0])), expected
    )


def test_an_operation_that_closes_over_numbers():
    def power_of(n):
        return primitive(f"power_of_{n}", forward=lambda x: x**n * _FACTOR, partials=lambda x, out: (n * x,))

    second, third = power_of(2), power_of(3)
    f = compiled(lambda x: second(x) + third(x))
    assert f(2.0) == 36.0
    assert run_alone(f.source())(2.0) == (36.0,)


def test_what_cannot_be_written_out_is_refused_by_name():
    table_ = {1.0: 2.0}
    looked_up = primitive("looked_up", forward=lambda x: table_[x], partials=lambda x, out: (0.0,))
    f = compiled(looked_up, backend="python")
    assert f(1.0) == 2.0
    with pytest.raises(NotImplementedError, match=r"'looked_up' cannot be written out as source: it uses 'table_'"):
        f.source()
    made = {}
    exec("def made_up(x): return x + nothing", made)
    made_up = primitive("made_up", forward=made["made_up"], partials=lambda x, out: (1.0,))
    with pytest.raises(NotImplementedError, match="'made_up' cannot be written out"):
        python_source.emit([single(made_up)])


def test_the_source_of_a_function_is_found_or_the_lack_of_it_told():
    assert [argument.arg for argument in definition(_branchy).parameters.args] == ["x"]
    for function in (math.exp, eval("lambda x: x + 1"), len):
        with pytest.raises(LookupError):
            definition(function)


def test_constants_that_are_not_finite():
    x = Value(1.0)
    tape = ag.record([x * math.inf, x * -math.inf, x * -0.0, x + math.nan], [x])
    for results in (
        python_source.build(tape, (True,), False)(np.empty(0), np.ones((1, 1)))[:, 0],
        run_alone(python_source.emit([tape]))(1.0),
    ):
        assert bits(results) == bits([math.inf, -math.inf, -0.0, math.nan])


def test_fused_dot_on_arrays():
    kernel = numpy_lanes.build(single(FUSED_DOT), (True,) * 4, summed=True)
    assert kernel(np.empty(0), np.arange(8.0).reshape(4, 2)).tolist() == [0 * 2 + 4 * 6 + 1 * 3 + 5 * 7]


def _no_return(x):
    y = x  # noqa: F841, RUF100


def _sets_an_element(x):
    x[0] = 1.0
    return x


def _branch_in_a_loop(x):
    for power in (1, 2):
        if x > 0.0:
            return x**power
    return x


def _falls_off_one_side(x):
    if x > 0.0:
        return x
    return  # noqa: RET502 -- the very thing that is tested


def _lost(x):
    return x + nothing_of_this_name  # noqa: F821


# fmt: off
def _outer(x): return max(x, 1.0, key=lambda x: x + 1.0)
# fmt: on


@pytest.mark.parametrize(
    "function",
    [
        _no_return, _lost, _branch_in_a_loop, _falls_off_one_side, lambda x: x or 1.0, lambda x: [x][0],
        lambda x: x @ x, lambda x: (x < 1.0 or x), lambda x: x + len, _sets_an_element,
        lambda x: 1.0 if x is _FACTOR else x,
        lambda x: x + float.hex(x), lambda x: x.real,
        lambda x: 1.0 + _FACTOR(x), lambda x, *rest: x, lambda x: True,
    ],
)  # fmt: skip
def test_what_is_left_alone(function):
    assert vectorised(function) is None


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
        got = vectorised(_several_ways)(xs)
        np.testing.assert_allclose(got, [_several_ways(x) for x in xs.tolist()], rtol=1e-14)
        assert vectorised(_several_ways)(np.float64(3.7)) == pytest.approx(_several_ways(3.7), rel=1e-14)


@pytest.mark.parametrize(
    "op", [op for op in table() if op.base is None and op.arity in (1, 2) and not op.ufunc], ids=name
)
def test_every_formula_of_the_table_is_rewritten(op):
    """None of them is left to a loop over the examples."""
    assert vectorised(op.forward) is not None or op.forward in (operator.add, operator.mul)


def test_what_is_whole():
    assert array_functions.is_integer(np.array([math.inf, math.nan, 2.0, -0.0, 2.5])).tolist() == [
        False, False, True, True, False,
    ]  # fmt: skip


def test_what_cannot_be_rewritten_is_computed_one_by_one():
    written = primitive("written", forward=lambda x: float(str(x)), partials=lambda x, out: (1.0,))
    assert compiled(written, in_axes=0, backend="numpy")(np.array([1.5, -2.0])).tolist() == [1.5, -2.0]


def test_several_paths_without_leaves_say_nothing_of_leaves():
    f = compiled(lambda x: x * 2.0 if x > 0.0 else -x)
    f(1.0)
    f(-1.0)
    assert "Live leaves" not in f.source()
    assert run_alone(f.source())(-3.0) == (3.0,)


def test_where_the_original_raises_so_does_the_rewritten_one():
    for function in (PRIMITIVES["digamma"].forward, PRIMITIVES["lgamma"].forward):
        with pytest.raises(FloatingPointError):
            vectorised(function)(np.array([1.5, -2.0]))


def test_constants_of_modules_and_other_operations_are_rewritten():
    assert vectorised(lambda x: ag.relu(x) + 1.0)(np.array([-1.0, 2.0])).tolist() == [1.0, 3.0]
    assert vectorised(lambda x: math.pi * x)(np.array([1.0, 2.0])).tolist() == [math.pi, 2.0 * math.pi]


def test_a_name_that_is_not_defined_cannot_be_written_out():
    lost = primitive("lost", forward=_lost, partials=lambda x, out: (1.0,))
    with pytest.raises(NotImplementedError, match=r"it uses 'nothing_of_this_name', which is not defined"):
        python_source.emit([single(lost)])


def test_the_right_function_of_a_line_is_found():
    assert [type(node).__name__ for node in definition(_outer).body] == ["Return"]
    assert definition(_outer).names["_FACTOR"] == _FACTOR


def test_a_file_that_is_not_python_has_no_functions(monkeypatch):
    monkeypatch.setitem(linecache.cache, "<broken>", (5, None, ["def (:\n"], "<broken>"))
    with pytest.raises(LookupError, match="not at hand"):
        definition(eval(compile("lambda x: x", "<broken>", "eval")))
