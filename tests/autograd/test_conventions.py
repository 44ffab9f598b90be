"""Each row of the table of conventions holds; and nowhere a finite gradient of a value that is nan."""

from __future__ import annotations

import math

import pytest

from autograd import GradientWarning, Value, errstate
from autograd.errors import DomainError
from autograd.primitives import PRIMITIVES
from tests.accuracy import cases
from tests.support.conventions import CONVENTIONS, Convention, as_markdown

CONSTANT_SLOPE = {
    "add", "sub", "neg", "mul", "div", "dot", "fsum", "mean", "prod", "identity", "where", "nonzero",
    "positive_quotient", "quotient_by_square", "stop_gradient", "take", "weighted_norm_pdf", "held_max", "mod", "fmod",
    "ieee_remainder", "weighted_gamma",
}  # fmt: skip
"""Linear in an input, or held: the derivative does not depend on that input, nan or not."""


def same(got: float, expected: float) -> bool:
    """Equal, nan to nan; the sign of a zero counts."""
    if math.isnan(expected):
        return math.isnan(got)
    return got == expected and math.copysign(1.0, got) == math.copysign(1.0, expected)


def gradients(row: Convention) -> tuple[float, list[float]]:
    leaves = [Value(x) for x in row.at]
    out = row.function(*leaves)
    out.backward()
    return out.data, [leaf.grad for leaf in leaves]


@pytest.mark.parametrize("row", CONVENTIONS, ids=lambda row: f"{row.text} at {row.at}")
def test_convention(row: Convention) -> None:
    if row.error:
        with pytest.raises(DomainError) as raised:
            gradients(row)
        assert type(raised.value) is row.error
    with errstate(domain="nan"):
        value, partials = gradients(row)
    assert same(value, row.value) or (abs(value) < math.inf and value == pytest.approx(row.value, rel=1e-15, abs=0)), (
        value
    )
    for got, expected in zip(partials, row.partials, strict=True):
        assert got == pytest.approx(expected, rel=1e-15, abs=0, nan_ok=True), partials


@pytest.mark.parametrize(
    "row", [row for row in CONVENTIONS if not row.error], ids=lambda row: f"{row.text} at {row.at}"
)
@pytest.mark.filterwarnings("ignore::autograd.GradientWarning")
def test_floats_give_the_same_value_as_values(row: Convention) -> None:
    assert same(float(row.function(*row.at)), gradients(row)[0])


@pytest.mark.parametrize(
    "row",
    [
        row
        for row in CONVENTIONS
        if all(map(math.isfinite, (*row.at, row.value))) and any(map(math.isnan, row.partials))
    ],
    ids=lambda row: f"{row.text} at {row.at}",
)
def test_a_nan_gradient_between_finite_values_is_warned_of(row: Convention) -> None:
    with pytest.warns(GradientWarning, match="a gradient is nan"):
        gradients(row)


def test_the_table_prints_as_markdown() -> None:
    lines = as_markdown().splitlines()
    assert len(lines) == len(CONVENTIONS) + 2
    assert "| `relu(x)` | nan | nan | nan |  |" in lines
    assert "| `x/y` | 1, 0 | inf | inf, -inf | `DivisionDomainError` |" in lines


@pytest.mark.parametrize("name", sorted(name for name, op in PRIMITIVES.items() if op.builtin))
def test_nan_goes_through(name: str) -> None:
    """A nan input gives nan and nan gradients, wherever the result depends on it."""
    for case in cases(name):
        for index in range(case.inputs):
            point = [0.5] * case.inputs
            point[index] = math.nan
            with errstate(domain="nan"):
                value, partials = case.evaluate(tuple(point))
            if math.isnan(value) and name not in CONSTANT_SLOPE:
                assert math.isnan(partials[index]), (case.constants, point, partials)
            else:
                assert math.isnan(value) or partials[index] == 0.0 or name in CONSTANT_SLOPE, (point, value, partials)


@pytest.mark.parametrize("name", sorted(name for name, op in PRIMITIVES.items() if op.builtin))
def test_outside_its_domain_no_gradient_is_finite_where_the_value_is_nan(name: str) -> None:
    for case in cases(name):
        if case.inputs != 1:
            continue
        for x in (-math.inf, -1e308, -2.5, -2.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.0, 1e308, math.inf):
            with errstate(domain="nan"):
                value, partials = case.evaluate((x,))
            if math.isnan(value):
                assert not math.isfinite(partials[0]), (case.constants, x, partials)
