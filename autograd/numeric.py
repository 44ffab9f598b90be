"""Derivatives by numbers alone, from values and never from a rule: what the rules are checked against.

Two methods. The *complex step*, Im f(x + ih)/h, has no subtraction and is right to the last digits, wherever f
extends to complex numbers. *Ridders' method* extrapolates central differences to a step of zero and estimates
its own error; it serves everything else.

Sources: W. Squire and G. Trapp, "Using complex variables to estimate derivatives of real functions", SIAM
Review 40 (1998); C. J. F. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering
Software 4 (1982).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.primitives import Primitive

__all__ = ["Estimate", "complex_forward", "complex_step", "numeric_partial", "ridders"]

_TINY_STEP = 1e-100
_SMALLEST_STEP = 1e-290


class Estimate(NamedTuple):
    """A derivative found numerically."""

    value: float
    error: float
    """About how far off it may be."""
    method: str

    def agrees_with(self, derivative: float, rtol: float, atol: float) -> bool:
        """Whether ``derivative`` may be the same number."""
        if not math.isfinite(derivative) or not math.isfinite(self.value):
            return False
        scale = max(abs(derivative), abs(self.value))
        return abs(derivative - self.value) <= atol + rtol * scale + 10.0 * self.error


def ridders(f: Callable[[float], float], x: float) -> Estimate:
    """f'(x) by central differences, extrapolated to a step of 0.

    Begun from a wide step and again from narrower ones until two agree, so that a pole or a kink within the
    first steps does not pass for an answer.

    Args:
        f: a function of a float. Where it raises ValueError or ArithmeticError the step is made smaller.
        x: the point.
    """
    widest = 0.05 * (abs(x) if abs(x) > 1e-3 else 1.0)
    wide = _extrapolate(f, x, widest)
    if math.isnan(wide.value) and x:  # the function may end between x and 0
        widest = 0.05 * abs(x)
        wide = _extrapolate(f, x, widest)
    for _ in range(5):
        widest /= 20.0
        narrow = _extrapolate(f, x, widest)
        if wide.agrees_with(narrow.value, rtol=1e-5, atol=1e-9):
            return min(wide, narrow, key=lambda estimate: estimate.error)
        wide = narrow
    return wide._replace(error=max(wide.error, 1e-6 * abs(wide.value)))


def _extrapolate(f: Callable[[float], float], x: float, step: float) -> Estimate:
    """One run of Ridders' tableau from ``step`` downwards; the entry with the smallest estimated error."""
    shrink, rows = 1.6, 12
    best = Estimate(math.nan, math.inf, "differences")
    previous: list[float] = []
    for _ in range(rows):
        exact_step = (x + step) - x or step
        try:
            row = [(f(x + exact_step) - f(x - exact_step)) / (2.0 * exact_step)]
        except (ValueError, ArithmeticError):
            step /= 4.0
            previous = []
            continue
        factor = 1.0
        for entry in previous:
            factor *= shrink * shrink
            row.append((row[-1] * factor - entry) / (factor - 1.0))
            error = max(abs(row[-1] - row[-2]), abs(row[-1] - entry))
            if error < best.error:
                best = Estimate(row[-1], error, "differences")
        previous = row
        step /= shrink
    return best


def complex_forward(op: Primitive) -> Callable[..., complex]:
    """``op`` on complex numbers: its own forward where that takes them, else NumPy's function of that name.

    Raises (when called):
        TypeError: the operation does not extend to complex numbers.
    """

    def evaluate(*inputs: complex) -> complex:
        try:
            return complex(op.forward(*inputs))
        except TypeError:
            if op.kink is not None or op.ufunc is None:
                raise
            with np.errstate(all="ignore"):
                return complex(getattr(np, op.ufunc)(*inputs, *op.constants))

    return evaluate


def complex_step(f: Callable[..., complex], inputs: Sequence[float], i: int) -> Estimate:
    """∂f/∂inputs[i] as Im f(..., x + ih, ...)/h.

    Raises:
        TypeError: f does not take complex numbers.
        ArithmeticError: the input is so small that no step is smaller by far.
    """
    size = abs(inputs[i])
    step = min(_TINY_STEP, 1e-20 * size) if size else _TINY_STEP
    if step < _SMALLEST_STEP:
        raise ArithmeticError(f"no step is far below {inputs[i]!r}")
    stepped: list[Any] = list(inputs)
    stepped[i] = complex(inputs[i], step)
    value = f(*stepped).imag / step
    return Estimate(value, 1e-13 * abs(value), "complex step")


def numeric_partial(op: Primitive, inputs: Sequence[float], i: int) -> Estimate:
    """∂op/∂inputs[i] at ``inputs``, from the values of ``op`` alone.

    >>> from autograd.rules import tanh
    >>> estimate = numeric_partial(tanh, (0.5,), 0)
    >>> estimate.method, round(estimate.value, 14)
    ('complex step', 0.78644773296593)
    """

    def along(x: float) -> float:
        return float(op.forward(*inputs[:i], x, *inputs[i + 1 :]))

    differences = ridders(along, inputs[i])
    try:
        exact = complex_step(complex_forward(op), inputs, i)
    except (TypeError, ValueError, ArithmeticError):
        return differences
    # An operation may take complex numbers and yet not be analytic, as abs: then the differences are right.
    return exact if differences.agrees_with(exact.value, rtol=1e-4, atol=1e-8) else differences
