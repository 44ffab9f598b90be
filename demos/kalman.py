"""A Kalman filter: its noise is learnt from what was observed, with standard errors, in plain scalar Python.

A body moves on a line; its position is measured with noise. The filter is written as in the textbook, with
`autograd.linalg` where it solves and inverts. Its likelihood is a function of the two noise levels: `minimum` finds
them, the Hessian gives their standard errors, and the compiled gradient is timed against the eager one.
Source: A. C. Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, 1989, section 3.4.
"""

import math
import time
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from autograd import compile, exp, grad, hessian, log  # noqa: A004 -- the name that autograd gives it
from autograd.implicit import minimum
from autograd.linalg import det, inv, solve
from demos._extra import extra

Array = np.ndarray[Any, Any]

STEP = np.array([[1.0, 1.0], [0.0, 1.0]])  # position and speed, one second later
PUSH = np.array([[1 / 4, 1 / 2], [1 / 2, 1.0]])  # what a random push does to both
SEEN = np.array([[1.0, 0.0], [1.0, -0.5]])  # two instruments: now, and half a second ago
TRUE = {"push": 0.2, "instruments": 0.7}


def observed(count: int) -> Array:
    """Measurements of a body with the true noise levels."""
    rng, state, rows = np.random.default_rng(4), np.zeros(2), []
    for _ in range(count):
        state = STEP @ state + np.array([0.5, 1.0]) * rng.normal(0.0, TRUE["push"])
        rows.append(SEEN @ state + rng.normal(0.0, TRUE["instruments"], 2))
    return np.array(rows)


def loss(levels: Any, data: Any) -> Any:
    """Minus the logarithm of the likelihood of ``data``, by the logarithms of the two noise levels."""
    push, instruments = (exp(2.0 * level) for level in levels)
    mean, spread, total = np.zeros(2), np.eye(2), 0.0
    for row in data:
        mean, spread = STEP @ mean, STEP @ spread @ STEP.T + push * PUSH
        surprise, of_surprise = row - SEEN @ mean, SEEN @ spread @ SEEN.T + instruments * np.eye(2)
        total = total + 0.5 * (surprise @ solve(of_surprise, surprise) + log(det(of_surprise)))
        gain = spread @ SEEN.T @ inv(of_surprise)
        mean, spread = mean + gain @ surprise, (np.eye(2) - gain @ SEEN) @ spread
    return total + len(data) * math.log(2.0 * math.pi)


def main() -> None:
    """Learn the two noise levels, print them beside the true ones, and time the gradient."""
    extra("scipy.optimize")
    console, data = Console(), observed(40)
    found = minimum(lambda levels: loss(levels, data), [0.0, 0.0])
    errors = np.sqrt(np.diagonal(inv(np.array(hessian(loss)(found, data)))))
    table = Table("noise", "true", "learnt", "between", "and", title=f"{len(data)} observations of two instruments")
    for (name, level), log_level, error in zip(TRUE.items(), found, errors, strict=True):
        low, high = (math.exp(log_level + side * 1.96 * error) for side in (-1.0, 1.0))
        table.add_row(name, f"{level:.3f}", f"{math.exp(log_level):.3f}", f"{low:.3f}", f"{high:.3f}")
    console.print(table)
    console.print("'between' and 'and' hold the true level in 95 of 100 such experiments.")

    eager, compiled = grad(loss), compile(grad(loss))
    compiled(found, data)
    began, slope = time.perf_counter(), eager(found, data)
    between, again = time.perf_counter(), compiled(found, data)
    ended = time.perf_counter()
    console.print(f"gradient there: {max(map(abs, slope)):.0e}; eager and compiled differ by "
                  f"{max(abs(x - y) for x, y in zip(slope, again, strict=True)):.0e}")  # fmt: skip
    console.print(f"gradient, eager: {1e3 * (between - began):.1f} ms; compiled: {1e3 * (ended - between):.2f} ms")


if __name__ == "__main__":
    main()
