"""P1: every value and every local gradient within 4 ulps of mpmath; second derivatives to 1e-11.

``python -m tests.accuracy`` is the same measurement at more points an operation: 1,000 in ``make test``.
"""

from __future__ import annotations

import functools
import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import mpmath as mp
import pytest
from rich.console import Console

from autograd import Value, dot, fsum, grad, hvp, logsumexp, norm_pdf, primitive, sigmoid, softmax, tanh
from autograd import compile as compile_
from autograd.primitives import PRIMITIVES
from autograd.replay.backends.expansion import expanded
from autograd.rules import special_gamma, special_normal
from tests import accuracy
from tests.accuracy import (
    COMPOSED,
    COMPOSED_LIMIT,
    CONDITIONED,
    LIMIT,
    Report,
    cases,
    errors,
    limit,
    markdown,
    measure,
    measure_all,
    points,
    public_names,
    table,
    ulps,
)
from tests.mutation import public_operations
from tests.support.references import REFERENCES, reference_partial
from tests.support.second_order import BALANCED, RELATIVE, second_derivatives, worst_second_derivative

POINTS = int(os.environ.get("ACCURACY_POINTS", "100"))
BUILTIN = sorted(name for name, op in PRIMITIVES.items() if op.builtin)
CORRECTLY_ROUNDED = ("add", "sub", "mul", "div", "sqrt", "fsum", "dot", "neg", "abs", "square", "reciprocal")


@functools.cache
def measured(name: str) -> Report:
    return measure(name, POINTS)


@pytest.mark.parametrize("name", [*BUILTIN, *COMPOSED])
def test_value_and_gradients_are_within_4_ulps(name: str) -> None:
    report = measured(name)
    assert report.points >= POINTS
    assert report.value.error <= LIMIT, report
    assert report.gradient.error <= limit(name), report


@pytest.mark.parametrize("name", CORRECTLY_ROUNDED)
def test_arithmetic_is_correctly_rounded(name: str) -> None:
    assert measured(name).value.error <= 0.5


def test_numbers_md_has_a_row_for_each_operation() -> None:
    text = (Path(__file__).parents[2] / "autograd" / "NUMBERS.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\(?\w+\)?) \| [\d,]+ \| [\d.]+\*? \| (?:[\d.]+\*?)? ?\|$", text, re.MULTILINE)
    names = [*BUILTIN, *COMPOSED]
    assert sorted(rows) == sorted(name if name in (*public_names(), *COMPOSED) else f"({name})" for name in names)
    shown = markdown([measure("abs", 5), measure("flat", 5)])
    assert shown.split("\n")[2:] == ["| abs | 5 | 0.00 | 0.00 |", "| (flat) | 5 | 0.00 |  |"]


def test_the_table_shows_operations_helpers_and_exceptions() -> None:
    console = Console(width=150)
    with console.capture() as shown:
        console.print(table(measure_all(["tanh", "unit", "lgamma"], 40)))
    rows = [line for line in shown.get().splitlines() if " 40 " in line]
    assert [row.split()[1] for row in rows] == ["tanh", "(unit)", "lgamma"]
    assert ["*" in row for row in rows] == [False, False, True]


def test_other_points_come_from_another_seed() -> None:
    case = cases("tanh")[0]
    drawn = [list(points(case, 50, Random(seed))) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_exceptions_are_operations_of_the_table() -> None:
    assert {name for name, _ in CONDITIONED} <= set(BUILTIN)
    assert set(BALANCED) <= {*BUILTIN, *COMPOSED}
    assert len(CONDITIONED) <= 9


@pytest.mark.parametrize("name", [*[name for name in public_operations() if not PRIMITIVES[name].held], *COMPOSED])
def test_second_derivatives(name: str) -> None:
    error, point = worst_second_derivative(name, 120)
    assert error <= RELATIVE, point


# --- known numbers, said without the machinery ------------------------------------------------------------


def gradient(function: Callable[[Value], Value], x: float) -> float:
    leaf = Value(x)
    function(leaf).backward()
    return float(leaf.grad)


def test_vanishing_gradients_keep_their_digits() -> None:
    assert gradient(sigmoid, 40.0) == pytest.approx(4.248354255291589e-18, rel=1e-15, abs=0)
    assert gradient(tanh, 20.0) == pytest.approx(1.6993417021166356e-17, rel=1e-15, abs=0)
    assert gradient(norm_pdf, 30.0) == pytest.approx(-4.420938404635643e-195, rel=1e-15, abs=0)


def test_softmax_sums_to_one_and_is_the_gradient_of_logsumexp() -> None:
    xs = [Value(x) for x in (1000.0, 999.0, -1000.0)]
    logsumexp(xs).backward()
    shares = [share.data for share in softmax(xs)]
    assert math.fsum(shares) == pytest.approx(1.0, rel=1e-15)
    assert [x.grad for x in xs] == shares
    assert shares[0] == pytest.approx(1 / (1 + math.exp(-1)), rel=1e-15)


def softmax_by_mpmath(point: list[float], first: int) -> tuple[Any, list[Any], list[list[Any]]]:
    """softmax(point)[first], its gradient and its second derivatives, from the shares and what they leave to others."""
    powers = [mp.exp(mp.mpf(x) - max(point)) for x in point]
    total = mp.fsum(powers)
    shares = [power / total for power in powers]
    places = range(len(point))

    def slope(i: int, j: int) -> Any:
        return shares[i] * mp.fsum(shares[k] for k in places if k != i) if i == j else -shares[i] * shares[j]

    def second(j: int, k: int) -> Any:
        """Of s·[i = j] - s·s_j by x_k."""
        return slope(first, k) * ((first == j) - shares[j]) - shares[first] * slope(j, k)

    return shares[first], [slope(first, j) for j in places], [[second(j, k) for k in places] for j in places]


@pytest.mark.parametrize("scale", [0.01, 1.0, 5.0, 40.0, 300.0])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 9, 17, 33, 80, 200])
def test_softmax_of_any_number_and_scale(n: int, scale: float) -> None:
    random = Random(1000 * n + round(scale))
    for _ in range(3):
        point = [random.gauss(0.0, scale) for _ in range(n)]
        first = random.randrange(n)
        xs = [Value(x) for x in point]
        share = softmax(xs)[first]
        share.backward()
        with mp.workdps(60):
            value, gradient, _ = softmax_by_mpmath(point, first)
            assert ulps(share.data, value) <= LIMIT
            assert max(ulps(x.grad, true) for x, true in zip(xs, gradient, strict=True)) <= COMPOSED_LIMIT


@pytest.mark.parametrize("point", [[40.0, 0.0], [0.0, 40.0, 3.0], [2.0, 2.0, 2.0, 2.0], [-300.0, 10.0, 11.0, 9.5, 0.0]])
def test_second_derivatives_of_softmax_where_shares_are_tiny_or_near_1(point: list[float]) -> None:
    """Relative to what the second derivative is made of, s·s_j·s_k and s·s_j; it may vanish by symmetry itself."""
    for first in range(len(point)):
        xs = [Value(x) for x in point]
        softmax(xs)[first].backward(create_graph=True)
        slopes = [x.grad for x in xs]
        with mp.workdps(60):
            _, gradient, true = softmax_by_mpmath(point, first)
        for j, slope in enumerate(slopes):
            for x in xs:
                x.zero_grad()
            slope.backward()
            for k, x in enumerate(xs):
                assert abs(x.grad - true[j][k]) <= 1e-14 * min(abs(gradient[j]), abs(gradient[k]))


def test_softmax_at_infinities_ties_and_a_masked_score() -> None:
    assert softmax([0.3] * 5) == [0.2] * 5
    assert softmax([1000.0, 1000.0]) == [0.5, 0.5]
    assert softmax([7.0]) == [1.0]
    xs = [Value(x) for x in (-math.inf, 0.0, 1.0)]
    shares = softmax(xs)
    dot([1.0, 2.0, 3.0], shares).backward()
    assert [share.data for share in shares] == pytest.approx([0.0, 0.2689414213699951, 0.7310585786300049], rel=1e-15)
    assert [x.grad for x in xs] == pytest.approx([0.0, -0.19661193324148185, 0.19661193324148185], rel=1e-15)
    assert softmax([1e308, -1e308, 0.0]) == [1.0, 0.0, 0.0]
    assert all(map(math.isnan, softmax([math.inf, 0.0])))


def test_gradients_of_softmax_under_any_upstream_are_those_of_the_shares_of_others() -> None:
    """Where one share is near 1, s·(u - Σ u_i s_i) of floats would be 0; s·Σ s_i (u - u_i) is not."""
    xs = [Value(40.0), Value(0.0), Value(1.0)]
    weights = [2.0, 3.0, 7.0]
    dot(weights, softmax(xs)).backward()
    shares = softmax([x.data for x in xs])
    for j, x in enumerate(xs):
        true = shares[j] * math.fsum(shares[i] * (weights[j] - weights[i]) for i in range(3))
        assert x.grad == pytest.approx(true, rel=1e-14, abs=0.0)


@pytest.mark.parametrize(("function", "most"), [(softmax, 5), (lambda xs: [logsumexp(xs)], 1)])
def test_the_softmax_family_is_linear_in_its_inputs(function: Any, most: int) -> None:
    """In operations: recorded, written out for lanes, of the gradient and of the second derivative."""
    n = 80
    point = [0.1 * i for i in range(n)]

    def weighted(xs: Any) -> Any:
        return fsum([w * y for w, y in zip(point, function(xs), strict=False)])

    def count(f: Any) -> tuple[int, int]:
        compiled = compile_(f)
        compiled(point)
        assert compiled.tape.guards == ()
        return len(compiled.tape), len(expanded(compiled.tape))

    forward, gradient = count(function), count(grad(weighted))
    second = count(lambda xs: hvp(weighted, (xs,), (point,)))
    assert forward[0] <= most * n
    assert forward[1] <= 12 * n
    assert max(gradient) <= 24 * n
    assert max(second) <= 70 * n


# --- the machinery ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("got", "true", "expected"),
    [
        (1.0, 1.0, 0.0),
        (1.0 + 2.0**-52, 1.0, 1.0),
        (1.5, mp.fadd(1.5, mp.ldexp(1, -53), exact=True), 0.5),
        (5e-324, 0.0, 1.0),
        (0.0, mp.ldexp(3, -1075), 1.5),
        (1e-323, mp.mpf(5e-324), 1.0),
        (math.inf, mp.mpf(10) ** 400, 0.0),
        (1.7976931348623157e308, mp.mpf(10) ** 400, 1.0),
        (math.inf, mp.mpf(1.7976931348623157e308), 1.0),
        (-math.inf, mp.mpf(10) ** 400, math.inf),
        (math.nan, mp.mpf(1), math.inf),
    ],
)  # fmt: skip
def test_ulps(got: float, true: Any, expected: float) -> None:
    assert ulps(got, mp.mpf(true, prec=200)) == expected


@pytest.mark.parametrize("name", ["tanh", "erf", "sigmoid", "pow", "softmax", "atan2"])
def test_the_reference_gradient_agrees_with_differentiation_by_mpmath(name: str) -> None:
    point = (0.7, 1.3, -0.4, 2.1)[: max(case.inputs for case in cases(name))]
    for i in range(len(point)):
        with mp.workdps(40):
            known = mp.diff(REFERENCES[name], point, tuple(int(i == k) for k in range(len(point))))
        assert abs(reference_partial(REFERENCES[name], point, i) - known) < 1e-15 * abs(known)


def test_the_reference_second_derivative() -> None:
    assert float(reference_partial(REFERENCES["pow"], (2.0, 3.0), 0, 0)) == 12.0
    assert float(reference_partial(REFERENCES["mul"], (2.0, 3.0), 0, 1)) == 1.0
    assert second_derivatives(cases("mul")[0], (2.0, 3.0)) == [[0.0, 1.0], [1.0, 0.0]]


def test_a_reference_at_an_edge_of_the_domain_is_none() -> None:
    assert reference_partial(REFERENCES["sqrt"], (0.0,), 0) is None
    assert reference_partial(REFERENCES["acos"], (1.0,), 0) is None


def test_a_wrong_operation_is_measured_as_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    primitive("wrong_sine", forward=lambda x: math.sin(x) + 1e-9, partials=lambda x, out: (-math.cos(x),))
    monkeypatch.setitem(REFERENCES, "wrong_sine", mp.sin)
    monkeypatch.setattr(accuracy, "public_names", lambda: {"wrong_sine"})
    at_value, at_gradient = errors(cases("wrong_sine")[0], (1.0,))
    assert at_value > 1e6
    assert at_gradient > 1e15


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"partials": lambda x, out: (1.0,)}, "add 'unheard_of' to REFERENCES in tests/support/references.py"),
        (
            {"captured": lambda x, n, out: (1.0,), "captures": 1},
            "add 'unheard_of' to CONSTANTS in tests/support/references.py",
        ),
        ({"partials": lambda *xs: (1.0,)}, "add 'unheard_of' to INPUTS in tests/support/references.py"),
    ],
)
def test_an_operation_without_a_reference_says_where_to_add_it(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], message: str
) -> None:
    primitive("unheard_of", forward=lambda *xs: xs[0], **options)
    if "REFERENCES" not in message:
        monkeypatch.setitem(REFERENCES, "unheard_of", lambda *xs: xs[0])
    with pytest.raises(LookupError) as raised:
        cases("unheard_of")
    assert message in str(raised.value)


def test_the_command_prints_the_table_and_the_conventions(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["accuracy", "--points", "20", "tanh"])
    accuracy.main()
    assert "Worst error, in ulps" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["accuracy", "--conventions"])
    accuracy.main()
    assert "| `relu(x)` | 0 | 0 | 0 |  |" in capsys.readouterr().out


# --- the coefficients of the special functions ------------------------------------------------------------


def chebyshev_series(function: Callable[[Any], Any], low: float, high: float, count: int) -> list[Any]:
    """The Chebyshev coefficients of a function on an interval, by the discrete cosine transform."""
    nodes, middle, half = 100, (mp.mpf(low) + high) / 2, (mp.mpf(high) - low) / 2
    angles = [mp.pi * (k + mp.mpf(1) / 2) / nodes for k in range(nodes)]
    values = [function(middle + half * mp.cos(angle)) for angle in angles]
    found = [
        2 * mp.fsum(v * mp.cos(j * angle) for v, angle in zip(values, angles, strict=True)) / nodes
        for j in range(count)
    ]
    return [found[0] / 2, *found[1:]]


def powers(series: list[Any]) -> list[Any]:
    """The coefficients of 1, t, t² ... of the sum of series[k]·T_k(t)."""
    found = [mp.mpf(0)] * len(series)
    before, polynomial = [mp.mpf(0)], [mp.mpf(1)]  # "T_(-1)" is only ever multiplied by 0
    for k, coefficient in enumerate(series):
        for power, factor in enumerate(polynomial):
            found[power] += coefficient * factor
        following = [mp.mpf(0), *((2 if k else 1) * factor for factor in polynomial)]
        for power, factor in enumerate(before):
            following[power] -= factor
        before, polynomial = polynomial, following
    return found


def scaled_erfc(t: Any) -> Any:
    x = mp.mpf(15) / 4 * (1 + t) / (1 - t)
    return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)


def erf_over_x(square: Any) -> Any:
    return 2 / mp.sqrt(mp.pi) * mp.hyp1f1(mp.mpf(1) / 2, mp.mpf(3) / 2, -square)


def over_zero(name: str, guess: float) -> Callable[[Any], Any]:
    zero = mp.findroot(
        lambda x: mp.diff(REFERENCES[name], x) if name in ("gelu", "silu") else REFERENCES[name](x), guess
    )
    slope = {"gelu": "gelu_slope", "silu": "silu_slope"}.get(name, name)
    return lambda x: REFERENCES[slope](x) / (x - zero)


@pytest.mark.parametrize(
    ("coefficients", "function", "low", "high"),
    [
        (special_normal._SCALED_ERFC, lambda: scaled_erfc, -1.0, 1.0),
        (special_normal._ERF, lambda: erf_over_x, 0.0, 0.25),
        (special_normal._GELU_SLOPE, lambda: over_zero("gelu", -0.75), -1.25, -0.25),
        (special_normal._SILU_SLOPE, lambda: over_zero("silu", -1.28), -2.25, -0.25),
        (special_gamma._LGAMMA, lambda: lambda x: mp.loggamma(x) / ((x - 1) * (x - 2)), 0.75, 2.5),
        (special_gamma._DIGAMMA, lambda: over_zero("digamma", 1.46), 1.0, 3.0),
    ],
    ids=["scaled_erfc", "erf", "gelu_slope", "silu_slope", "lgamma", "digamma"],
)
def test_coefficients_are_those_of_the_function(
    coefficients: tuple[tuple[float, float], ...],
    function: Callable[[], Callable[[Any], Any]],
    low: float,
    high: float,
) -> None:
    """Those of the Chebyshev series that is cut off where a float ends, as powers."""
    stored = [number for pair in reversed(coefficients) for number in pair][:-1]
    with mp.workdps(50):
        series = chebyshev_series(function(), low, high, len(stored) + 3)
        exact = [float(number) for number in powers(series[: len(stored)])]
    assert coefficients[0][1] == 0.0
    assert stored == exact
    assert max(map(abs, series[len(stored) :])) < 5e-18


def test_the_far_exponential_is_nearly_a_float() -> None:
    with mp.workdps(50):
        exact = mp.exp(-mp.mpf(special_normal._FAR))
        error = abs(exact - special_normal._EXP_OF_MINUS_FAR) / math.ulp(special_normal._EXP_OF_MINUS_FAR)
        rest = mp.sqrt(mp.mpf(1) / 2) - special_normal._SQRT_HALF
    assert error < 2e-4
    assert float(rest) == special_normal._SQRT_HALF_REST


@pytest.mark.parametrize("function", ["erf", "erfc"])
def test_erf_for_arrays_is_as_accurate_as_that_of_c(function: str) -> None:
    random = Random(0)
    exact, own = getattr(mp, function), getattr(special_normal, function)
    worst = max(
        ulps(own(x), exact(x)) for x in (random.choice((-1, 1)) * 10 ** random.uniform(-9, 1.43) for _ in range(3000))
    )
    assert worst <= LIMIT
    assert math.copysign(1.0, special_normal.erf(-0.0)) == -1.0


def test_a_polygamma_that_overflows_in_its_last_factor_says_so() -> None:
    """x**-3 is a float, and twice that is none."""
    with pytest.raises(OverflowError):
        special_gamma.polygamma(1.5e308 ** (-1.0 / 3.0), 2.0)


@pytest.mark.parametrize("order", [1.0, 2.0, 7.0, 20.0, 59.0, 60.0])
def test_polygamma_of_high_order(order: float) -> None:
    random = Random(0)
    for x in [random.uniform(0.1, 100.0) for _ in range(20)] + [10.0 ** random.uniform(2.0, 5.0) for _ in range(10)]:
        exact = mp.polygamma(int(order), mp.mpf(x))
        if 1e-300 < abs(exact) < 1e300:
            assert ulps(special_gamma.polygamma(x, order), exact) <= LIMIT, x
    for x in (-20.75, -33.25, -41.625):
        with mp.workdps(60):
            exact = mp.polygamma(int(order), mp.mpf(x))
        assert special_gamma.polygamma(x, order) == pytest.approx(float(exact), rel=1e-14)
