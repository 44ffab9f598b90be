"""Second derivatives: the gradient of the gradient, as a graph of Values, against mpmath.

A point is passed over where the value or a first derivative is not a float between 1e-150 and 1e150 in size: the
graph of a second derivative multiplies those, and may leave the range of floats on its way to a result inside it.
"""

from __future__ import annotations

import math
import zlib
from random import Random
from typing import Any

import mpmath as mp

from autograd import Value
from autograd.errors import DomainError
from tests.accuracy import Case, cases, points
from tests.support.references import REFERENCES, reference_partial

__all__ = ["BALANCED", "RELATIVE", "second_derivatives", "worst_second_derivative"]

RELATIVE = 1e-11

BALANCED = {"softmax": "s·(1 - s)·(1 - 2s) vanishes where shares are equal"}
"""Where a second derivative vanishes by symmetry, at no fixed point: its error is measured against the value, too."""


def second_derivatives(case: Case, point: tuple[float, ...]) -> list[list[float]]:
    """d²/dx_i dx_j by two backward passes, the first of which builds a graph."""
    leaves = [Value(x) for x in point]
    out = case.node(leaves)
    out.backward(create_graph=True)
    slopes = [leaf.grad for leaf in leaves]
    rows = []
    for slope in slopes:
        out.zero_grad()
        if isinstance(slope, Value):
            slope.zero_grad()
            for leaf in leaves:
                leaf.zero_grad()
            slope.backward()
        rows.append([leaf.grad for leaf in leaves])
    return rows


def _tame(number: float) -> bool:
    return number == 0.0 or 1e-150 < abs(number) < 1e150


def _relative_error(case: Case, got: float, point: tuple[float, ...], i: int, j: int) -> float:
    """|got - true| over |true|, or over what an ulp of the inputs changes if that is more than 1e-11 of it."""

    def read(at: tuple[float, ...]) -> Any:
        return reference_partial(REFERENCES[case.op.name], at, i, j, constants=case.constants)

    true = read(point)
    if true is None or abs(true) > 1e300 or abs(true - got) <= 1e-250:
        return 0.0
    error = float(abs(true - got) / abs(true)) if true else math.inf
    if case.op.name in BALANCED:
        error = min(error, float(abs(true - got)) / case.evaluate(point)[0])
    if error <= RELATIVE:
        return error
    change = mp.mpf(0)
    for k, x in enumerate(point):
        moved = read((*point[:k], x * (1.0 + 2.0**-50), *point[k + 1 :]))
        change += abs(moved - true) if moved is not None else 0
    return float(abs(true - got) / (abs(true) + change / RELATIVE))


def worst_second_derivative(name: str, count: int) -> tuple[float, tuple[float, ...]]:
    """The largest relative error of a second derivative of the operation, and where."""
    worst: tuple[float, tuple[float, ...]] = (0.0, ())
    tested = cases(name)
    for number, case in enumerate(tested):
        random = Random(zlib.crc32(f"second {name} {number}".encode()))
        for point in points(case, -(-count // len(tested)), random):
            try:
                value, gradient = case.evaluate(point)
            except DomainError:
                continue
            if not all(map(_tame, (*point, value, *gradient))):
                continue
            for i, row in enumerate(second_derivatives(case, point)):
                for j, got in enumerate(row):
                    worst = max(worst, (_relative_error(case, got, point, i, j), point + case.constants))
    return worst
