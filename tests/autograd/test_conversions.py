# ruff: noqa: FURB171, PLW0108 -- what is tried is how a user writes it
"""A Value never becomes a plain number unseen; what reads it as one is refused by name, and the way out works."""

import array
import cmath
import copy
import decimal
import fractions
import json
import math
import operator
import pickle
import re
import statistics
import struct
import warnings

import numpy as np
import pytest
import scipy.integrate
import scipy.interpolate
import scipy.optimize

import autograd as ag
from autograd import (
    AutogradError,
    ConversionError,
    GradientWarning,
    RecordingError,
    Value,
    grad,
    jacobian,
    value_and_grad,
)
from autograd import compile as compiled

v = Value(2.5, "v")

TAKERS = {
    "float": float,
    "int": int,
    "complex": complex,
    "index": operator.index,
    "math.exp": math.exp,
    "math.pow": lambda x: math.pow(2.0, x),
    "math.isnan": math.isnan,
    "math.isclose": lambda x: math.isclose(x, 2.5),
    "math.hypot": lambda x: math.hypot(x, 1.0),
    "math.fsum": lambda x: math.fsum([1.0, x]),
    "math.dist": lambda x: math.dist([x], [0.0]),
    "math.factorial": math.factorial,
    "cmath.exp": cmath.exp,
    "range": range,
    "list index": lambda x: [1.0, 2.0, 3.0][x],
    "slice": lambda x: [1.0, 2.0, 3.0][:x],
    "bytes": bytes,
    "hex": hex,
    "percent": lambda x: "%.2f" % x,  # noqa: UP031 -- what is tried
    "struct": lambda x: struct.pack("d", x),
    "array.array": lambda x: array.array("d", [x]),
    "fmean": lambda x: statistics.fmean([x, 1.0]),
    "np.float64": np.float64,
    "np.float32": np.float32,
    "np.int64": np.int64,
    "np.complex128": np.complex128,
    "np.array float": lambda x: np.array([x], dtype=float),
    "np.asarray float": lambda x: np.asarray(x, dtype=np.float64),
    "np.fromiter": lambda x: np.fromiter([x], dtype=float),
    "np.full": lambda x: np.full(3, x, dtype=float),
    "astype": lambda x: np.array([x]).astype(float),
    "astype int": lambda x: np.array([x]).astype(int),
    "setitem": lambda x: operator.setitem(np.zeros(2), 0, x),
    "fill": lambda x: np.zeros(2).fill(x),
    "put": lambda x: np.put(np.zeros(2), [0], x),
    "copyto": lambda x: np.copyto(np.zeros(1), np.array([x]), casting="unsafe"),
    "np.interp": lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 10.0, 40.0]),
    "np.polyfit": lambda x: np.polyfit([0.0, 1.0], [x, 1.0], 1),
    "quad": lambda x: scipy.integrate.quad(lambda t: x * t, 0, 1),
    "brentq": lambda x: scipy.optimize.brentq(lambda t: t * t - x, 0.0, 3.0),
    "minimize": lambda x: scipy.optimize.minimize(lambda t: (t[0] - x) ** 2, [0.0]),
    "solve_ivp": lambda x: scipy.integrate.solve_ivp(lambda t, y: x * y, (0.0, 1.0), [1.0]),
    "CubicSpline": lambda x: scipy.interpolate.CubicSpline([0.0, 1.0, 2.0], [0.0, x, 4.0])(0.5),
    "CubicSpline at": lambda x: scipy.interpolate.CubicSpline([0.0, 1.0, 2.0], [0.0, 1.0, 4.0])(x),
    "Decimal": decimal.Decimal,
    "Fraction": fractions.Fraction,
}


@pytest.mark.parametrize("name", TAKERS)
def test_nothing_turns_a_value_into_a_number_unseen(name):
    refusals = (TypeError, ValueError, struct.error, SystemError)  # the last where C code goes on after an error
    with pytest.raises(refusals):
        TAKERS[name](v)
    with pytest.raises(refusals):
        TAKERS[name](v * v)
    with pytest.raises(refusals):
        grad(lambda x: TAKERS[name](x) and x)(2.5)


NAMED = [name for name in TAKERS if name not in {"Decimal", "Fraction", "bytes", "brentq", "np.polyfit", "struct"}]


@pytest.mark.parametrize("name", NAMED)
def test_the_error_names_the_value_its_line_and_the_way_out(name):
    """At some end of the chain of errors: a library may put its own words on top."""
    with pytest.raises((TypeError, ValueError)) as caught:
        TAKERS[name](v)
    found = caught.value
    while found is not None and not isinstance(found, ConversionError):
        found = found.__cause__ or found.__context__
    assert isinstance(found, ConversionError), repr(caught.value)
    assert isinstance(found, AutogradError)
    assert "(data = " in str(found)
    assert "would lose its gradient" in str(found)
    assert "tests/autograd/test_conversions.py, line" in str(found)
    assert ".data" in str(found)


@pytest.mark.parametrize(
    ("take", "advice"),
    [
        (lambda: math.exp(v), "use autograd.exp."),
        (lambda: math.fabs(v), "use abs()."),
        (lambda: 2.0 * math.sin(v) + math.log(v), "use autograd.sin and autograd.log."),
        (lambda: np.interp(v, [0.0, 1.0], [0.0, 1.0]), "use autograd.math in place of math; an array of dtype object"),
        (lambda: [1.0][v], "use autograd.take(values, v) to pick an element."),
    ],
)
def test_the_way_out_fits_the_line(take, advice):
    with pytest.raises((ConversionError, ValueError), match=r"would lose its gradient|sequence") as caught:
        take()
    error = caught.value if isinstance(caught.value, ConversionError) else caught.value.__cause__
    assert advice in str(error)


def test_the_ways_out_work():
    assert v.data == v.item() == 2.5
    assert type(v.data) is float
    assert grad(lambda x: ag.math.exp(x) * ag.sin(x))(0.5) == pytest.approx(
        math.exp(0.5) * (math.sin(0.5) + math.cos(0.5)), rel=1e-15
    )

    def into_an_array(b):
        c = np.zeros(2, dtype=object)
        c[0] = b[0] * b[0]
        c[1] = b[1] * b[0] + b[2]
        return c

    assert jacobian(into_an_array)(np.array([1.0, 2.0, 2.0])).tolist() == [[2.0, 0.0, 0.0], [2.0, 1.0, 1.0]]
    assert grad(lambda x: x * x.data)(3.0) == 3.0
    assert grad(lambda x: x * x.item() + x.detach() * x)(3.0) == 6.0


@pytest.mark.parametrize("taking", [float, int, complex, operator.index, math.exp, np.float64])
def test_while_a_function_is_recorded_it_is_a_recording_error_too(taking):
    with pytest.raises(RecordingError, match=r"of 'x' \(data = 2.0\) in a function that is being recorded") as caught:
        compiled(lambda x: x * taking(x))(2.0)
    assert isinstance(caught.value, ConversionError)
    assert isinstance(caught.value, TypeError)


def test_printing_and_formatting_work_outside_a_recording():
    assert (f"{v:.2f}", f"{v:g}", f"{v:>6.1f}", format(v, "e")) == ("2.50", "2.5", "   2.5", "2.500000e+00")
    assert str(v) == repr(v) == f"{v}" == "Value(data=2.5, label='v')"
    assert "{:.1f}".format(v) == "2.5"  # noqa: UP032 -- another road to the same method
    seen = []
    grad(lambda x: seen.append(f"{x:.1f}") or x * x)(2.0)
    assert seen == ["2.0"]


def test_ordinary_use_of_python_on_values_stays():
    values = [Value(3.0), Value(1.0), Value(2.0)]
    assert [value.data for value in sorted(values)] == [1.0, 2.0, 3.0]
    assert (max(values).data, min(values).data, sum(values).data, bool(values[0])) == (3.0, 1.0, 6.0, True)
    assert np.mean(values).data == 2.0
    assert np.array(values).dtype == object


# --- a hash is a conversion too ---------------------------------------------------------------------------

LOOK_UPS = {
    "in a set": lambda x: 0.03 * x if x in {2.0, 5.0} else 0.0 * x,
    "in a frozenset": lambda x: x if x in frozenset([5.0]) else 0.0 * x,
    "in a dict": lambda x: x if x in {5.0: 1} else 0.0 * x,
    "a dict's entry": lambda x: {5.0: 2.0}.get(x, 0.0) * x,
    "in a set made of it": lambda x: x if 5.0 in {x} else 0.0 * x,
    "hash": lambda x: x * hash(x),
    "computed": lambda x: x if (x + 0.0) in {5.0} else 0.0 * x,
}


@pytest.mark.parametrize("name", LOOK_UPS)
@pytest.mark.parametrize(
    "transform",
    [
        grad,
        value_and_grad,
        ag.jacfwd,
        jacobian,
        ag.hessian,
        compiled,
        lambda f: grad(grad(f)),
        lambda f: compiled(grad(f)),
    ],
)
def test_a_value_has_no_hash_in_a_traced_function(transform, name):
    with pytest.raises(ConversionError, match=r"hash\(\) of .*compare with ==, or look in a list or a tuple") as caught:
        transform(LOOK_UPS[name])(5.0)
    assert "tests/autograd/test_conversions.py, line" in str(caught.value)


def test_a_number_computed_without_a_graph_has_no_hash_there_either():
    without = ag.no_grad()(lambda x: 3.0 * x if x + 0.0 in {5.0} else 0.0 * x)
    with pytest.raises(ConversionError, match="hash"):
        value_and_grad(without)(5.0)
    with pytest.raises(ConversionError, match="hash"):
        grad(lambda x: x if x.detach() in {5.0} else 0.0 * x)(5.0)


class Mine(Value):
    """With attributes of its own."""


@pytest.mark.parametrize("kind", [Value, ag.Parameter, Mine])
def test_a_leaf_that_a_traced_function_makes_has_no_hash_there(kind):
    kept = []

    def f(x):
        leaf = kind(5.0, "p")
        kept.append(leaf)
        assert isinstance(leaf, kind)
        return x * 2.0 if leaf in {2.0, 5.0} else x * 3.0

    for transform in (grad, ag.hessian, compiled):
        with pytest.raises(ConversionError, match=r"hash\(\) of 'p' \(data = 5.0\)".replace("\\", "\\")):
            transform(f)(1.0)
    for leaf in kept:  # outside it is a node like any other
        assert {leaf: 1}[leaf] == 1
        assert repr(leaf) == repr(kind(5.0, "p"))
        again = pickle.loads(pickle.dumps(leaf))
        assert (type(again), again.data, again.label) == (kind, 5.0, "p")
        assert copy.copy(leaf).data == copy.deepcopy(leaf).data == 5.0


def test_a_model_may_be_made_and_kept_by_a_traced_function():
    models = []

    def f(x):
        models.append([ag.Parameter(2.0, "w"), ag.Parameter(3.0, "b")])
        weight, bias = models[-1]
        return weight * x + bias

    assert grad(f)(1.0) == 2.0
    weight, bias = models[0]
    moments = {weight: 0.0, bias: 1.0}
    assert moments[bias] == 1.0
    (weight * 2.0 + bias).backward()
    assert (weight.grad, bias.grad) == (2.0, 1.0)


def test_the_ways_round_a_hash_work_in_a_traced_function():
    def f(x):
        return 0.03 * x if x in [2.0, 5.0] else 0.0 * x

    assert (grad(f)(5.0), grad(f)(4.0), compiled(f)(5.0), compiled(f)(4.0)) == (0.03, 0.0, 0.15, 0.0)


def test_results_of_an_inner_transform_have_no_hash_in_the_outer_function():
    with pytest.raises(ConversionError, match="hash"):
        grad(lambda x: x if grad(lambda y: x * y * y)(2.0) in {20.0} else 0.0 * x)(5.0)
    with pytest.raises(ConversionError, match="hash"):
        grad(lambda x: x if value_and_grad(lambda y: x * y * y)(2.0)[0] in {20.0} else 0.0 * x)(5.0)


def test_outside_of_traced_functions_the_hash_is_that_of_the_node():
    kept = []
    assert grad(lambda x: kept.append(x * 1.0) or x * x)(5.0) == 10.0
    compiled(lambda x: kept.append(x * 2.0) or x)(5.0)
    for node in [*kept, Value(5.0), Value(5.0) * 2]:
        assert node in {node}
        assert {node: 1}[node] == 1
        assert 5.0 not in {node}
    assert len({Value(1.0), Value(1.0)}) == 2


def test_graphs_are_swept_and_copied_in_traced_functions():
    import copy

    def f(x):
        y = x * x
        y.backward()
        assert len(y.topological_order()) == 2
        assert copy.deepcopy(y).data == y.data
        assert repr(y).startswith("Value(data=")
        return y * y.grad

    assert grad(f)(3.0) == 6.0


# --- a nan gradient has a word ----------------------------------------------------------------------------

NAN_GRADIENTS = {
    "the exponent of a negative base": (lambda x: Value(-3.0, "b") ** x, 2.0, "pow gave 9.0 from b = -3.0"),
    "a norm at zero": (lambda x: ag.sqrt(x * x), 0.0, "mul gave 0.0 from"),
    "atan2 at the origin": (lambda x: ag.atan2(x, 0.0), 0.0, "atan2 gave 0.0 from"),
    "inf less inf": (lambda x: ag.sqrt(x) - ag.sqrt(x), 0.0, "the sum of flows of inf and -inf"),
    "a cube root of a cube": (lambda x: ag.cbrt(x**3), 0.0, r"pow gave 0.0 from .*3.0"),
}


@pytest.mark.parametrize("name", NAN_GRADIENTS)
def test_a_nan_gradient_where_every_value_is_finite_is_warned_of(name):
    f, at, culprit = NAN_GRADIENTS[name]
    x = Value(at, "x")
    with pytest.warns(GradientWarning, match=f"a gradient is nan: .*{culprit}") as caught:
        f(x).backward()
    assert math.isnan(x.grad)
    assert caught[0].filename == __file__
    for transform in (grad, value_and_grad, jacobian):
        with pytest.warns(GradientWarning, match="a gradient is nan"):
            transform(f)(at)
    with ag.errstate(domain="nan"), warnings.catch_warnings():
        warnings.simplefilter("error")
        f(x).backward()


def test_a_nan_tangent_is_warned_of():
    with pytest.warns(GradientWarning, match=r"sqrt gave 0.0 from .* is inf times 0.0"):
        assert math.isnan(ag.jacfwd(lambda x: ag.sqrt(x * x))(0.0))


SECOND = {
    "the exponent of a negative base": (lambda y: (-3.0) ** y, 2.0, "pow gave 9.0 from -3.0"),
    "twice a square root": (lambda x: ag.sqrt(x) * ag.sqrt(x), 0.0, "sqrt gave 0.0 from 0.0"),
    "a square root of a cube": (lambda x: ag.sqrt(x * x * x), 0.0, "mul gave 0.0 from 0.0"),
    "a square of a cube root": (lambda x: ag.cbrt(x) ** 2, 0.0, "cbrt gave 0.0 from 0.0"),
    "atan2 at the origin": (lambda x: ag.atan2(x, x), 0.0, "atan2 gave 0.0 from 0.0"),
}
TWICE = {
    "hessian": ag.hessian,
    "grad of grad": lambda f: grad(grad(f)),
    "jacfwd of jacrev": lambda f: ag.jacfwd(ag.jacrev(f)),
    "hvp": lambda f: lambda x: ag.hvp(f, (x,), (1.0,)),
    "sensitivities": lambda f: lambda x: ag.sensitivities(f)(x=x)["x", "x"],
    "create_graph": lambda f: lambda x: _twice_by_hand(f, Value(x)),
    "compile, checked": lambda f: compiled(ag.hessian(f), checked=True),
}


def _twice_by_hand(f, x):
    f(x).backward(create_graph=True)
    slope = x.grad
    x.zero_grad()
    slope.backward()
    return x.grad


@pytest.mark.filterwarnings("always::autograd.GradientWarning")
@pytest.mark.parametrize("twice", TWICE)
@pytest.mark.parametrize("name", SECOND)
def test_a_nan_second_derivative_is_warned_of(name, twice):
    f, at, culprit = SECOND[name]
    with pytest.warns(GradientWarning, match="a gradient is nan") as caught:
        assert math.isnan(TWICE[twice](lambda x: f(x))(at))
    assert any(
        re.search(culprit.replace("from ", "from (x = )?") + "|is inf times", str(one.message)) for one in caught
    )
    with ag.errstate(domain="nan"), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert math.isnan(TWICE[twice](lambda x: f(x))(at))


def test_a_nan_second_derivative_of_a_value_that_was_asked_for_is_not_warned_of():
    def asked(f):
        return ag.errstate(domain="nan")(f)

    for f, at in (
        (asked(ag.sqrt), -1.0),
        (asked(lambda x: ag.log(x) * ag.log(x)), -1.0),
        (lambda x: x * x * x, math.nan),
        (lambda x: x / (1.0 + x), math.inf),
        (lambda x: x * 1e300 * 1e300 - x * 1e300 * 1e300, 2.0),
    ):
        ag.hessian(f)(at)
        grad(grad(f))(at)


def test_a_linked_gradient_that_is_nan_is_warned_of():
    weight = ag.Parameter(2.0)
    for call in (lambda: grad(lambda y: weight * (-3.0) ** y)(2.0), lambda: grad(lambda y: (-3.0) ** y)(Value(2.0))):
        with pytest.warns(GradientWarning, match="pow gave 9.0 from -3.0"):
            assert math.isnan(call().data)


def test_a_checked_replay_warns_of_a_nan_gradient_at_each_call():
    slope = grad(lambda x, y: x**y, 1)
    single = compiled(slope, checked=True)
    batch = compiled(slope, checked=True, in_axes=(0, 0))
    total = compiled(slope, checked=True, in_axes=(0, 0), reduce="sum")
    assert single(2.0, 2.0) == batch(*[np.array([2.0])] * 2)[0] == total(*[np.array([2.0])] * 2)
    for _ in range(2):
        with pytest.warns(GradientWarning, match="pow gave 9.0 from -3.0, 2.0") as caught:
            assert math.isnan(single(-3.0, 2.0))
        assert len(caught) == 1
        with pytest.warns(GradientWarning, match="pow gave 9.0 from -3.0, 2.0") as caught:
            found = batch(np.array([2.0, -3.0, -3.0]), np.array([2.0, 2.0, 2.0]))
        assert len(caught) == 1
        assert np.isnan(found).tolist() == [False, True, True]
        with pytest.warns(GradientWarning, match="pow gave 9.0 from -3.0, 2.0"):
            assert math.isnan(total(np.array([2.0, -3.0]), np.array([2.0, 2.0])))
    with ag.errstate(domain="nan"):
        assert math.isnan(single(-3.0, 2.0))
    assert math.isnan(compiled(slope)(-3.0, 2.0))  # not checked: IEEE arithmetic
    assert math.isnan(single(math.nan, 2.0))


def test_a_checked_function_from_a_file_gives_its_nan(tmp_path):
    slope = compiled(grad(lambda x, y: x**y, 1), checked=True)
    slope(2.0, 2.0)
    slope.save(tmp_path / "slope.json")
    assert math.isnan(ag.load(tmp_path / "slope.json")(-3.0, 2.0))


def test_a_nan_that_comes_from_a_value_is_not_warned_of():
    x = Value(math.nan, "x")
    y = Value(1.0, "y")
    (x * y + ag.sin(y)).backward()
    assert math.isnan(x.grad + y.grad) or y.grad != y.grad
    assert math.isnan(grad(lambda t: t * math.nan)(1.0))
    z = Value(math.inf)
    (z * 0.0 + y * 1.0).backward()


def test_anomaly_detection_stops_where_it_would_be_warned_of():
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match="the gradient that flows from"):
        ag.sqrt(Value(0.0) * 1.0).backward()


# --- nothing can be learnt, and a word ----------------------------------------------------------------------


def test_backward_of_a_stopped_gradient_is_refused():
    p = Value(1.0, "p")
    with pytest.raises(ag.GradientError, match=r"\(data = 4.0\), which has no graph .* stop_gradient\(\) returned"):
        ag.stop_gradient((p - 3.0) ** 2).backward()
    assert not p.has_grad


@pytest.mark.parametrize("made", ["no_grad", "detach", "a decorated function"])
def test_backward_without_a_graph_is_refused(made):
    p = Value(1.0, "p")
    if made == "no_grad":
        with ag.no_grad():
            loss = (p - 3.0) ** 2
    elif made == "detach":
        loss = ((p - 3.0) ** 2).detach()
    else:
        loss = ag.no_grad()(lambda: (p - 3.0) ** 2)()
    for sweep in (loss.backward, lambda: list(loss.backward_steps())):
        with pytest.raises(ag.GradientError, match=r"\(data = 4.0\), which has no graph .* under no_grad\(\)"):
            sweep()
    assert not p.has_grad
    assert repr(loss) == "Value(data=4.0)"
    if made == "detach":
        (loss * 2.0).backward()  # as an operand it is a leaf like any other
        assert loss.grad == 2.0


@pytest.mark.parametrize("made", ["no_grad", "a decorated function", "stop_gradient"])
def test_a_pass_that_reaches_nothing_that_learns_is_refused(made):
    p = Value(1.0, "p")
    if made == "stop_gradient":
        held = ag.stop_gradient(p)
    elif made == "no_grad":
        with ag.no_grad():
            held = (p - 3.0) ** 2
    else:
        held = ag.no_grad()(lambda: (p - 3.0) ** 2)()
    loss = held * held + 2.0
    for sweep in (loss.backward, lambda: loss.backward(create_graph=True), lambda: list(loss.backward_steps())):
        with pytest.raises(ag.GradientError, match=r"reaches nothing that could learn: .* detach\(\)"):
            sweep()
    assert not any(node.has_grad for node in (p, held, loss))
    q = Value(2.0)
    (loss * q).backward()
    assert q.grad == loss.data
    own = held.detach()
    (own * own).backward()
    assert own.grad == 2.0 * held.data


def test_a_pass_that_may_reach_a_leaf_or_only_written_numbers_is_not_refused():
    with ag.no_grad():
        cold = Value(2.0) * 3.0
    x = Value(1.0)
    ag.where(cold > 100.0, x, cold * 1.0).backward()
    assert x.grad == 0.0
    (x * 3.0).backward(create_graph=True)
    slope = x.grad
    x.zero_grad()
    slope.backward()  # of a constant slope: 0, and rightly so
    assert x.grad == 0.0
    Value(2.0).backward()


# --- what a library raises, in our words ---------------------------------------------------------------------


def _solved(a):
    return scipy.optimize.brentq(lambda x: x * x - a, 0.0, 5.0)


def _bisected(a):
    return scipy.optimize.bisect(lambda x: x * x - a, 0.0, 5.0)


@pytest.mark.parametrize("transform", [grad, ag.hessian, compiled, lambda f: compiled(grad(f))])
@pytest.mark.parametrize("solve", [_solved, _bisected])
def test_where_c_code_goes_on_after_a_refusal_the_refusal_is_raised(transform, solve):
    with pytest.raises(ConversionError, match=r"float\(\) of .*test_conversions.py, line"):
        transform(solve)(2.0)


def _square(a):
    return np.array([[a, 1.0], [1.0, 3.0]], dtype=object)


_pair = np.array([1.0, 2.0])

NOTED = {
    "np.linalg.inv": (lambda a: np.linalg.inv(_square(a))[0, 0], "autograd.linalg has solve"),
    "np.linalg.solve": (lambda a: np.linalg.solve(_square(a), _pair)[0], "autograd.linalg has solve"),
    "np.linalg.det": (lambda a: np.linalg.det(_square(a)), "autograd.linalg has solve"),
    "np.linalg.cholesky": (lambda a: np.linalg.cholesky(_square(a))[0, 0], "autograd.linalg has solve"),
    "np.linalg.svd": (lambda a: np.linalg.svd(_square(a))[1][0], "autograd.linalg has solve"),
    "np.linalg.eigvals": (lambda a: np.linalg.eigvals(_square(a))[0], "autograd.linalg has solve"),
    "fsolve": (lambda a: scipy.optimize.fsolve(lambda x: x * x - a, 1.0)[0], "autograd.implicit.root"),
    "newton": (lambda a: scipy.optimize.newton(lambda x: x * x - a, 1.0), "autograd.implicit.root"),
    "odeint": (lambda a: scipy.integrate.odeint(lambda y, t: -a * y, 1.0, [0, 1])[-1, 0], "autograd.implicit.quad and"),
    "interp1d": (lambda a: scipy.interpolate.interp1d([0, 1, 2], [0.0, 1.0, 4.0])(a / 2), "autograd.take"),
    "np.isnan": (lambda a: a * np.isnan(np.array([a, a])).sum(), "call autograd.math.isnan on each element"),
    "np.isfinite": (lambda a: a * np.isfinite(np.array([a, a])).sum(), "autograd.math.isfinite on each"),
    "np.logaddexp": (lambda a: np.logaddexp(np.array([a, a]), _pair).sum(), "call autograd.logaddexp on each element"),
    "np.copysign": (lambda a: np.copysign(np.array([a, a]), _pair).sum(), "call autograd.copysign on each element"),
    "np.cbrt": (lambda a: np.cbrt(np.array([a, 1.0], dtype=object)).sum(), "call autograd.cbrt on each element"),
    "np.hypot": (lambda a: np.hypot(np.array([2.0, a], dtype=object), 1.0).sum(), "autograd.hypot on each element"),
    "np.percentile": (
        lambda a: np.percentile([a, 2 * a], 50),
        r"numpy.percentile\(\) .*pick the elements .* from sorted",
    ),
    "np.cov": (
        lambda a: np.cov(np.array([[a, 3 * a], [1.0, 2.0]]))[0, 1],
        "write it with autograd.mean and autograd.dot",
    ),
    "np.angle": (lambda a: np.angle(a) * a, r"numpy.angle\(\) does not work on Values: write it with operators"),
    "np.heaviside": (
        lambda a: np.heaviside(np.array([a]), 0.5)[0],
        "NumPy's heaviside has .*: call it on each element",
    ),
    "np.float_power": (
        lambda a: np.float_power(np.array([a]), 2)[0],
        "NumPy's float_power has .*: call it on each elem",
    ),
    "json": (lambda a: a * len(json.dumps({"a": a})), r"json.dumps\(\) does not work on Values.*give it .data"),
    "Decimal": (lambda a: a * float(decimal.Decimal(a)), "for the number alone write .data of it"),
    "struct": (lambda a: a * len(struct.pack("d", a)), "for the number alone write .data of it"),
    "bytes": (lambda a: a * len(bytes(a)), "Value"),
    "np.signbit": (lambda a: a * np.signbit(np.array([a])).sum(), "NumPy's signbit has no loop over arrays of objects"),
    "an index": (lambda a: _pair[a / 2.0], "static_argnums .* autograd.take"),
    "np.ones": (lambda a: np.ones(a).sum() * a, "static_argnums"),
}


@pytest.mark.parametrize("transform", [grad, compiled], ids=["grad", "compile"])
@pytest.mark.parametrize("name", NOTED)
def test_an_error_of_a_library_says_what_to_write_instead(name, transform, capfd):
    function, way = NOTED[name]
    with pytest.raises(Exception, match=way) as caught:  # pytest reads the notes too
        transform(function)(2.0)
    assert len(getattr(caught.value, "__notes__", ())) <= 1
    capfd.readouterr()  # minpack prints


def test_a_number_of_another_library_is_refused_with_the_way_out():
    class Scalar:
        ndim = 0

        def __array__(self, dtype=None, copy=None):
            return np.array(2.0)

        def __repr__(self):
            return "Scalar(2.0)"

    with pytest.raises(TypeError, match=r"not Scalar\(2.0\) of type Scalar: take float\(\) of it"):
        Value(Scalar())


TEXTS = {
    "f-string": lambda x: f"{x:.17g}",
    "format": lambda x: format(x, ".3f"),
    "str.format": "{:.3f}".format,
    "str": str,
    "repr": repr,
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_number_is_not_read_back_from_the_text_of_a_value(name):
    texts = []

    def f(x):
        texts.append(TEXTS[name](x * 2.0))
        return x * float(texts[-1])

    with pytest.raises(ConversionError, match=r"float\(\) of the text '.*6\.?0*.*', which a Value was .* at .* in f: "):
        grad(f)(3.0)
    assert f"{texts[-1]}." == f"{TEXTS[name](Value(6.0))}."
    if name not in ("str", "repr"):
        assert float(texts[-1]) == int(float(texts[-1])) == 6.0  # no gradient is lost any more
        assert int(grad(lambda x: (texts.append(f"{x:.0f}"), x)[1])(3.0)) == 1
        assert int(texts[-1]) == 3
    with pytest.raises(ConversionError, match=r"int\(\) of the text '3'"):
        grad(lambda x: x * int(f"{x:.0f}"))(3.0)


def test_a_length_is_said_to_be_a_plain_int():
    for f in (lambda x: sum(x for _ in range(x)), lambda x: sum(x for _ in range(int(x)))):
        with pytest.raises(
            ConversionError, match=r"use a plain int for a count, in an argument that is not diff.* static"
        ):
            grad(f)(3.0)


@pytest.mark.parametrize("transform", [grad, compiled], ids=["grad", "compile"])
def test_other_libraries_call_it_a_value(transform):
    named = []

    def f(x):
        kinds = type(x), type(x * 2.0), type(ag.stop_gradient(x))
        named.extend([name for kind in kinds for name in (kind.__name__, kind.__qualname__)])
        named.append(x)
        return x

    transform(f)(2.0)
    kept = named.pop()
    assert set(named) == {"Value"}
    assert pickle.loads(pickle.dumps(kept)).data == 2.0


def test_an_error_of_a_library_that_has_nothing_to_do_with_values_gets_no_note():
    for wrong in (lambda: np.zeros(3).reshape(2, 2), lambda: json.loads("{"), lambda: json.dumps({1j: 2})):
        with pytest.raises((TypeError, ValueError), match=r".") as caught:
            grad(lambda x, wrong=wrong: x * wrong())(2.0)
        assert not hasattr(caught.value, "__notes__")


def test_an_error_of_the_users_own_is_left_as_it_is():
    class WrappedError(Exception):
        pass

    def f(x):
        try:
            return math.sin(x)
        except ConversionError as error:
            raise WrappedError("object") from error

    def singular(x):
        return x * np.linalg.inv(np.zeros((2, 2)))[0, 0]

    for transform in (grad, compiled):
        with pytest.raises(WrappedError) as caught:
            transform(f)(1.0)
        assert not hasattr(caught.value, "__notes__")
        with pytest.raises(np.linalg.LinAlgError) as caught:
            transform(singular)(1.0)
        assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize("repeated", [[1.0], (1.0,), "a", b"a"])
def test_repeating_a_list_by_an_argument_names_static_arguments(repeated):
    for f in (lambda x, n: x * len(repeated * n), lambda x, n: x * len(n * repeated)):
        with pytest.raises(TypeError, match=r"To repeat the (list|tuple|str|bytes), .* static_argnums of compile"):
            compiled(f)(2.0, 3)
        assert compiled(f, static_argnums=1)(2.0, 3) == 6.0
    with pytest.raises(RecordingError, match="named in static_argnums"):
        compiled(lambda x, n: np.arange(n).sum() * x)(2.0, 3)


def test_values_compare_with_what_compares_with_floats():
    assert Value(0.1) + 0.2 == pytest.approx(0.3)
    assert Value(0.1) + 0.2 != pytest.approx(0.4)
    assert Value(2.0) != "2"
    assert Value(2.0) != None  # noqa: E711 -- what is tried
    assert (Value(2.0) == [2.0]) is False
