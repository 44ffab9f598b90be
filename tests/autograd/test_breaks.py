"""Integrals and differential equations whose function changes its formula at a place that moves with a Value."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import (
    ConvergenceError,
    DivisionDomainError,
    DomainError,
    GradientError,
    Kink,
    OverflowDomainError,
    Value,
    exp,
    grad,
    greater,
    hessian,
    jacfwd,
    log,
    maximum,
    no_grad,
    norm_cdf,
    norm_pdf,
    primitive,
    relu,
    sqrt,
    where,
)
from autograd.implicit import minimum, quad, root, solve_ivp
from autograd.implicit.breaks import changes
from autograd.implicit.nodes import Watch
from tests.support.closeness import close

inf = math.inf


def both_ways(t: Any, a: Any) -> Any:
    if t < a:
        return a * t
    return t - 3.0 * a if t > 2.0 * a else a * a


CASES = {
    "a step at a": (lambda a: quad(lambda t: 1.0 if t < a else 0.0, 0, 1), lambda a: 1.0 * a, (0.3,)),
    "a step at a, backwards": (lambda a: quad(lambda t: 1.0 if t < a else 0.0, 1, 0), lambda a: -1.0 * a, (0.3,)),
    "a step at a²": (lambda a: quad(lambda t: t if t >= a * a else 0.0, 0, 1), lambda a: (1 - a**4) / 2, (0.6,)),
    "a step near the end": (lambda a: quad(lambda t: 1.0 if t < a else 0.0, 0, 1), lambda a: 1.0 * a, (1e-7,)),
    "two steps": (
        lambda a: quad(lambda t: both_ways(t, a), 0, 1),
        lambda a: a**3 / 2 + a**3 + ((1 - 4 * a * a) / 2 - 3 * a * (1 - 2 * a)),
        (0.3,),
    ),
    "between two Values": (
        lambda a, b: quad(lambda t: t * t if a < t < b else 0.0, 0, 1),
        lambda a, b: (b**3 - a**3) / 3,
        (0.3, 0.8),
    ),
    "where": (
        lambda a: quad(lambda t: where(greater(t, a), t * a, 0.0), 0, 1),
        lambda a: a * (1 - a * a) / 2,
        (0.6,),
    ),
    "step": (lambda a: quad(lambda t: t * ag.step(a - t), 0, 1), lambda a: a * a / 2, (0.6,)),
    "sign": (lambda a: quad(lambda t: ag.sign(t - a), 0, 1), lambda a: 1 - 2 * a, (0.6,)),
    "abs": (lambda a: quad(lambda t: abs(t - a), 0, 1), lambda a: (a * a + (1 - a) ** 2) / 2, (0.3,)),
    "relu": (lambda a: quad(lambda t: relu(a * t - 1), 0, 1), lambda a: (a - 1) ** 2 / (2 * a), (3.0,)),
    "leaky_relu": (
        lambda a: quad(lambda t: ag.leaky_relu(t - a, 0.5), 0, 1),
        lambda a: (1 - a) ** 2 / 2 - a * a / 4,
        (0.3,),
    ),
    "elu": (
        lambda a: quad(lambda t: ag.elu(t - a, 2.0), 0, 1),
        lambda a: (1 - a) ** 2 / 2 + 2 * (1 - exp(-a)) - 2 * a,
        (0.3,),
    ),
    "maximum": (lambda a: quad(lambda t: maximum(t, a), 0, 1), lambda a: a * a + (1 - a * a) / 2, (0.3,)),
    "max of Python": (lambda a: quad(lambda t: max(t, a), 0, 1), lambda a: a * a + (1 - a * a) / 2, (0.3,)),
    "clip": (
        lambda a: quad(lambda t: ag.clip(a * t, 0.25, 0.75), 0, 1),
        lambda a: 0.0625 / a + 0.25 / a + 0.75 * (1 - 0.75 / a),
        (1.3,),
    ),
    "copysign": (lambda a: quad(lambda t: ag.copysign(t, t - a), 0, 1), lambda a: 0.5 - a * a, (0.3,)),
    "floor": (lambda a: quad(lambda t: ag.floor(a * t), 0, 1), lambda a: 3 - 6 / a, (3.6,)),
    "ceil": (lambda a: quad(lambda t: ag.ceil(a * t), 0, 1), lambda a: 4 - 6 / a, (3.6,)),
    "trunc": (lambda a: quad(lambda t: ag.trunc(a * t), -1, 1) + a, lambda a: 1.0 * a, (3.6,)),
    "round": (lambda a: quad(lambda t: round(a * t), 0, 1), lambda a: 3 - 4.5 / a, (3.4,)),
    "round to a digit": (lambda a: quad(lambda t: ag.round(a * t, 1), 0, 0.1), lambda a: 0.02 - 0.02 / a, (2.3,)),
    "a remainder": (lambda a: quad(lambda t: (a * t) % 1.0, 0, 1), lambda a: a / 2 - 3 + 6 / a, (3.6,)),
    "a whole quotient": (lambda a: quad(lambda t: 1.0 // (a * t), 0.5, 1), lambda a: 1 / a - 0.5, (1.6,)),
    "fmod": (lambda a: quad(lambda t: ag.fmod(t, a), 0, 1), lambda a: 0.5 - 3 * a + 6 * a * a, (0.27,)),
    "the nearest remainder": (
        lambda a: quad(lambda t: ag.ieee_remainder(t, a), 0, 1),
        lambda a: 0.5 - 4 * a + 8 * a * a,
        (0.27,),
    ),
    "softsign": (
        lambda a: quad(lambda t: ag.softsign(t - a), 0, 1),
        lambda a: 1 - 2 * a - log(2 - a) + log(1 + a),
        (0.3,),
    ),
    "an angle that goes round": (
        lambda a: quad(lambda t: ag.atan2(t - a, -1.0), 0, 1),
        lambda a: (
            (1 - a) * (math.pi - ag.atan(1 - a)) + log(1 + (1 - a) ** 2) / 2
            - (a * (math.pi - ag.atan(a)) + log(1 + a * a) / 2)
        ),
        (0.3,),
    ),
    "what stays": (lambda a: quad(lambda t: 1.0 if a * t < 0.5 * a else 0.0, 0, 1), lambda a: 0.5 + 0.0 * a, (0.7,)),
    "a plain place": (
        lambda a: quad(lambda t: a * t if t < 0.5 else abs(a), 0, 1),
        lambda a: a / 8 + a / 2,
        (3.0,),
    ),
    "the number alone": (
        lambda a: quad(lambda t: a * t if t < a.data else 0.0 * a, 0, 1) if isinstance(a, Value) else 0.045 * a,
        lambda a: 0.045 * a,
        (0.3,),
    ),
    "a stopped gradient": (
        lambda a: quad(lambda t: a * t if t < ag.stop_gradient(a) else 0.0 * a, 0, 1),
        lambda a: a * ag.stop_gradient(a) ** 2 / 2,
        (0.3,),
    ),
    "a limit that is the place": (lambda a: quad(lambda t: 1.0 if t < a else 5.0, 0, a), lambda a: 1.0 * a, (0.3,)),
    "a limit beyond the place": (
        lambda a, b: quad(lambda t: 1.0 if t < a else t, 0, b),
        lambda a, b: a + (b * b - a * a) / 2,
        (0.3, 0.7),
    ),
    "to infinity": (
        lambda a: quad(lambda t: norm_pdf(t) if t > a else 0.0, -inf, inf),
        lambda a: norm_cdf(-a),
        (0.3,),
    ),
    "a digital option": (
        lambda s, v: quad(lambda z: norm_pdf(z) * (1.0 if s * exp(v * z) > 100.0 else 0.0), -inf, inf),
        lambda s, v: norm_cdf(log(s / 100) / v),
        (95.0, 0.2),
    ),
    "a call option": (
        lambda s, v: quad(lambda z: norm_pdf(z) * relu(s * exp(v * z - v * v / 2) - 100.0), -8, 8),
        lambda s, v: (
            s * norm_cdf(log(s / 100) / v + v / 2) - 100 * norm_cdf(log(s / 100) / v - v / 2)
        ),
        (95.0, 0.2),
    ),
    "of a computed Value, as an argument": (
        lambda a: quad(lambda t, b: 1.0 if t < b else 0.0, 0, 1, args=(a * a,)) ** 2,
        lambda a: a**4,
        (0.6,),
    ),
    "a nested integral": (
        lambda a: quad(lambda t: quad(lambda s: 1.0 if s < a * t else 0.0, 0, 1), 0, 1),
        lambda a: 1 - 1 / (2 * a),
        (3.0,),
    ),
    "points that move": (
        lambda a: quad(lambda t: ag.hypot(t - a, 0.0), 0, 1, points=[a]),
        lambda a: (a * a + (1 - a) ** 2) / 2,
        (0.3,),
    ),
    "a jump at a point that moves": (
        lambda a: quad(lambda t: 5.0 if t < a else t, 0, 1, points=[a]),
        lambda a: 5 * a + (1 - a * a) / 2,
        (0.3,),
    ),
    "points, backwards": (
        lambda a: quad(lambda t: a * sqrt(abs(t - 0.3)), 1, 0, points=[0.3]),
        lambda a: -2 / 3 * a * (0.7**1.5 + 0.3**1.5),
        (2.0,),
    ),
    "a rate with a fixed switch": (
        lambda a: solve_ivp(lambda t, y: [a if t < 0.3 else 0.0], (0.0, 1.0), [0.0]).y[0][-1],
        lambda a: 0.3 * a,
        (2.0,),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name == "a nested integral" else name for name in CASES]
)
def test_first_and_second_derivatives(name: str) -> None:
    found, expected, at = CASES[name]
    places = tuple(range(len(at)))
    rel = 1e-8 if "solve_ivp" in found.__code__.co_names else 1e-9
    slopes = grad(expected, places)(*at)
    close(grad(found, places)(*at), slopes, rel)
    close(jacfwd(found, places)(*at), slopes, rel)
    close(hessian(found, places)(*at), hessian(expected, places)(*at), rel)
    close(found(*map(Value, at)).data, expected(*at), rel)


@pytest.mark.parametrize("name", ["a step at a²", "abs", "floor", "a digital option"])
def test_third_derivatives_and_graphs(name: str) -> None:
    found, expected, at = CASES[name]
    close(grad(grad(grad(found)))(*at), grad(grad(grad(expected)))(*at), 1e-8)
    leaves = [Value(x) for x in at]
    found(*leaves).backward()
    close([leaf.grad for leaf in leaves], grad(expected, tuple(range(len(at))))(*at), 1e-9)
    with no_grad():
        value = found(*leaves)
    close(getattr(value, "data", value), expected(*at), 1e-9)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0.05, 0.95), min_size=1, max_size=4, unique_by=lambda place: round(place, 9)),
    st.floats(0.5, 2.0),
)
def test_random_steps(places: list[float], height: float) -> None:
    def found(places: Any) -> Any:
        return quad(lambda t: sum(height ** (k + 1) * t for k, place in enumerate(places) if t > place), 0, 1)

    def exact(places: Any) -> Any:
        return sum(height ** (k + 1) * (1 - place**2) / 2 for k, place in enumerate(places))

    close(grad(found)(places), grad(exact)(places), 1e-8)
    close(hessian(found)(places), hessian(exact)(places), 1e-8)


@pytest.mark.parametrize("apart", [0.0, 1.2e-16])
def test_two_jumps_that_lie_at_one_place_are_not_taken_for_one(apart: float) -> None:
    def found(a: Any, b: Any) -> Any:
        return quad(lambda t: (t if t > a else 0.0) + (3.0 * t if t > b else 0.0), 0, 1)

    with pytest.raises(GradientError, match="To follow it takes that no other place where f switches"):
        grad(found, (0, 1))(0.5, 0.5 + apart)
    for further in (2.3e-16, 1e-15, 1e-13):
        close(grad(found, (0, 1))(0.5, 0.5 + further), (-0.5, -1.5), 1e-9)
    close(grad(lambda a: found(a, a))(0.5), -2.0, 1e-9)  # both move alike


def test_an_operation_of_the_user_s_own_that_names_its_edges() -> None:
    op = primitive(
        "jump_at_two",
        forward=lambda x: 1.0 if x > 2.0 else 0.0,
        partials=lambda x, out: (0.0,),
        kink=Kink(lambda x: x == 2.0, "jumps at 2", lambda x: (x - 2.0,)),
    )
    close(grad(lambda a: quad(lambda t: op(a * t), 0, 1))(5.0), 2 / 25)
    close(hessian(lambda a: quad(lambda t: op(a * t), 0, 1))(5.0), -4 / 125)


def test_a_bouncing_ball_is_solved_piece_by_piece() -> None:
    def bounce(h: Any) -> Any:
        def fall(_: Any, y: Any) -> Any:
            return [y[1], -9.81]

        hit = root(lambda end: solve_ivp(fall, (0.0, end), [h, 0.0]).y[0][-1], (0.01, 5.0))
        speed = solve_ivp(fall, (0.0, hit), [h, 0.0]).y[1][-1]
        return solve_ivp(fall, (hit, 1.0), [0.0, -0.8 * speed]).y[0][-1]

    def exact(h: Any) -> Any:
        hit = sqrt(2 * h / 9.81)
        return 0.8 * 9.81 * hit * (1 - hit) - 0.5 * 9.81 * (1 - hit) ** 2

    close(grad(bounce)(2.0), grad(exact)(2.0), 1e-9)
    close(hessian(bounce)(2.0), hessian(exact)(2.0), 1e-9)


def test_a_rate_with_a_kink_has_first_derivatives() -> None:
    def far(a: Any) -> Any:
        return solve_ivp(lambda t, y: [1.0 + relu(y[0] - 0.5)], (0.0, 1.0), [a]).y[0][-1]

    def exact(a: Any) -> Any:  # past 1/2 at t = 1/2 - a it grows like exp
        return exp(0.5 + a) - 0.5

    close(grad(far)(0.3), grad(exact)(0.3), 1e-8)
    with pytest.raises(GradientError, match="by the operation 'relu', and that moment moves with a Value"):
        hessian(far)(0.3)


def ivp(f: Any, y0: Any = (0.0,), **options: Any) -> Any:
    return solve_ivp(f, (0.0, 1.0), list(y0), **options).y[0][-1]


REFUSED = [
    (
        lambda a: ivp(lambda t, y: [1.0 if t < a else 0.0]),
        r"^solve_ivp\(f, span, y0\): f jumps from \[1.0\] to \[0.0\] at t = 0.3, by the comparison '<' at .*breaks",
    ),
    (
        lambda a: ivp(lambda t, y: [1.0 if y[0] < 0.5 else 2.0], [a]),
        r"f jumps from \[1.0\] to \[2.0\] at t = 0\.(19|2)",
    ),
    (lambda a: ivp(lambda t, y: [1.0 if y[0] < 0.5 else 2.0], [a], t_eval=[0.1, 0.9]), r"implicit.root finds"),
    (lambda a: ivp(lambda t, y: [ag.step(y[0] - a)], [0.31]) + ivp(lambda t, y: [ag.sign(t - a)]), "operation 'sign'"),
    (
        lambda a: solve_ivp(lambda t, y: [1.0 if t < 0.5 else 2.0], (a, 1.0), [0.0]).y[0][-1],
        r"by the comparison '<' at",
    ),
    (
        lambda a: quad(lambda t: math.sin(t) if t < a else 0.0, 0, 1),
        (
            r"^quad\(f, a, b\): f switches to another formula at t = 0.3, by the comparison '<' at .*, and that "
            r"place moves with a Value. To follow it takes that t is a Value, which f refuses. Make the place a limit "
            r"of two integrals, as points=\[\.\.\.\] does, or decide by .data if it is to stay$"
        ),
    ),
    (
        lambda a: quad(lambda t: 1.0 if (t - 0.5) ** 3 < a - 0.3 else 0.0, 0, 1),
        r"To follow it takes that what decides passes through the change smoothly: its derivative by t is .*e-3",
    ),
]


@pytest.mark.parametrize(("function", "message"), REFUSED)
def test_what_cannot_be_followed_is_refused(function: Any, message: str) -> None:
    with pytest.raises(GradientError, match=message):
        grad(function)(0.3)


def test_a_kink_that_cannot_be_followed_has_no_part_in_the_first_derivative() -> None:
    def area(a: Any) -> Any:
        return quad(lambda t: abs(a - math.exp(t)), 0, 1)

    close(grad(area)(2.0), 2 * math.log(2.0) - 1, 1e-9)
    with pytest.raises(GradientError, match=r"by the operation 'sign', .* takes that t is a Value, which f refuses"):
        hessian(area)(2.0)


def test_a_compiled_integrand_and_a_quotient_by_0_that_is_nan() -> None:
    step_at = ag.compile(lambda t, a: 1.0 * (t < a) + 0.0 * t)
    close(grad(lambda a: quad(lambda t: step_at(t, a), 0, 1))(0.3), 1.0)
    with ag.errstate(domain="nan"), pytest.raises(DomainError, match=r"f, or its derivative, is nan at t = 0\.5"):
        quad(lambda t: ag.mod(t, Value(0.0)), 0, 1)


@pytest.mark.slow
def test_a_piece_within_a_piece_that_appears_unseen_has_a_first_derivative_alone() -> None:
    def inner(t: Any, a: Any) -> Any:  # at the limit 0, by which the step comes in, there is nothing to see
        return quad(lambda s: log(s) if s < t - a else 2.0 * log(s), 0, 1)

    def area(a: Any) -> Any:  # -2 - the integral of (t - a)(log(t - a) - 1) over t from a to 1
        return quad(lambda t: inner(t, a), 0, 1)

    close(grad(area)(0.45), 0.55 * (math.log(0.55) - 1.0), 1e-10)
    with pytest.raises(GradientError, match=r"by the comparison 'number of pieces'.* takes a choice that is made at a"):
        hessian(area)(0.45)


# --- a root that is singled out ---------------------------------------------------------------------------


@pytest.mark.parametrize("close_by", [lambda x, a: x == a, lambda x, a: abs(x - a) < 1e-9])
def test_a_special_case_at_the_root_is_refused(close_by: Any) -> None:
    def answer(a: Any) -> Any:
        return root(lambda x: 0.0 if close_by(x, a) else x - a, (0.0, 3.0))

    assert answer(1.5) == 1.5
    message = (
        r"^root\(f, guess\): f depends on Values beside the solution x = 1.5, but there it is a plain number, so that "
        r"the derivative is not known: leave out the special case$"
    )
    with pytest.raises(GradientError, match=message):
        grad(answer)(1.5)
    with no_grad():
        assert answer(Value(1.5)) == 1.5


def test_a_root_that_does_not_depend_on_a_value_met_elsewhere() -> None:
    assert grad(lambda a: root(lambda x: x - 1.0 if x < 2.0 else x + a, (0.0, 3.0)))(2.5) == 0.0
    x = root(lambda v: [v[0] - 1.0, v[1] - 2.0 if abs(v[1]) < 3.0 else v[1] - Value(2.0)], [1.0, 5.0])
    close(x, [1.0, 2.0])


def test_a_minimum_within_an_integral_goes_over_where_its_function_does() -> None:
    # The minimum of (x - t)² is at t, and of (x - t)² + (x - a)² half way.
    def mean(a: Any) -> Any:
        return quad(lambda t: minimum(lambda x: (x - t) ** 2 + where(greater(t, a), (x - a) ** 2, 0.0), 0.0), 0, 1)

    def exact(a: Any) -> Any:
        return a * a / 2 + ((1 - a * a) / 2 + a * (1 - a)) / 2

    close(grad(mean)(0.3), grad(exact)(0.3), 1e-9)


# --- where an integral is not known -----------------------------------------------------------------------


def test_a_narrow_peak_is_found_by_points() -> None:
    def peak(t: Any) -> Any:
        return norm_pdf((t - 0.8137) / 1e-6) / 1e-6

    assert quad(peak, 0, 1) == 0.0  # as documented
    assert quad(peak, 0, 1, points=[0.8136, 0.8138]) == pytest.approx(1.0, rel=1e-9)

    def moving(a: Any) -> Any:
        return quad(lambda t: norm_pdf((t - a) / 1e-6) * a / 1e-6, 0, 1, points=[a - 1e-5, a, a + 1e-5])

    close(grad(moving)(0.8137), 1.0, 1e-9)


BAD = [
    (
        lambda: quad(lambda t: 1 / t, -1, 1),
        DivisionDomainError,
        (
            r"^quad\(f, a, b\): f has no value at t = 0.0, between the limits -1.0 and 1.0: float division by zero. "
            r"Where f is infinite, name the place in points=\[0.0\]: if the integrals on both sides have no finite"
        ),
    ),
    (lambda: quad(lambda t: 1 / t, -1, 1), ZeroDivisionError, "at t = 0.0"),
    (lambda: quad(lambda t: Value(1.0) / t, -1, 1), DivisionDomainError, r"at t = 0.0, .*: div\(1.0, 0.0\) is outside"),
    (lambda: quad(lambda t: math.exp(2000 * t), 0, 1), OverflowDomainError, "at t = 0.5"),
    (lambda: quad(lambda t: log(t - 0.5), 0, 1), DomainError, r"at t = \S+, .* log needs x > 0. Use errstate"),
    (lambda: quad(lambda t: 1 / abs(t), -1, 1, points=[0.0]), ConvergenceError, "Split the integral"),
    (
        lambda: quad(lambda t: t, 0, 1, points=0.5),
        TypeError,
        r"^quad\(points=\.\.\.\) must be a list of places between the limits, got 0.5$",
    ),
    (lambda: quad(lambda t: t, 0, 1, points=["a"]), TypeError, r"points\[0\] takes one real number, not the str 'a'"),
    (
        lambda: quad(lambda t: t, 0, 1, points=[0.7, 0.5]),
        ValueError,
        r"^quad\(points=\.\.\.\) must be between the limits and in their order, got \[0.7, 0.5\] between 0.0 and 1.0$",
    ),
    (lambda: quad(lambda t: t, 0, 1, points=[2.0]), ValueError, r"in their order, got \[2.0\] between 0.0 and 1.0$"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_what_has_no_value_is_said(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


# --- the parts --------------------------------------------------------------------------------------------


def test_changes_between_points() -> None:
    def way(t: float) -> int:
        return int(t > 0.25) + int(t > 0.5) + int(t >= 0.75)

    found = changes(way, {t: way(t) for t in (0.0, 1.0)})
    assert [high for _, high in found] == [math.nextafter(0.25, 1), math.nextafter(0.5, 1), 0.75]
    assert all(math.nextafter(low, 1) == high for low, high in found)
    assert changes(way, {0.3: 1, 0.4: 1}) == []
    ((low, high),) = changes(lambda t: t > 0.0, {-1.0: False, 1.0: True})
    assert low <= 0.0 < high < 1e-17


def test_who_watches_answers_as_a_recording_is_asked() -> None:
    watch = Watch()
    a = Value(2.0)
    assert watch.computed(ag.square, (a,)) == 4.0
    assert watch.raises()
    error = DomainError("no")
    assert watch.raised(error) is error
    assert watch.marks == []
