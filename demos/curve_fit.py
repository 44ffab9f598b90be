"""Curve fitting: NIST's 27 certified problems, from both starting points, to the last certified digits.

A model is one line of ordinary Python. Its exact Jacobian, compiled over the observations, drives SciPy's
least-squares solver. That stops where the sum of squares is flat to rounding, often with 7 or 8 digits right; one
Newton step with the exact Hessian goes on to where the gradient is zero. Printed: how many of the 11 certified digits
agree, in the worst parameter (by least squares, then after the Newton step) and in the residual sum of squares.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from autograd import compile, hessian, jacobian  # noqa: A004 -- the name that autograd gives it
from demos._extra import extra
from demos._nist import Array, Problem, digits, read
from demos._nist_models import MODELS

TOLERANCES = {"ftol": 1e-15, "xtol": 1e-15, "gtol": 1e-15, "max_nfev": 5000}


def fits(model: Callable[..., Any], problem: Problem) -> list[list[float]]:
    """From each start the digits that agree: parameters, parameters after the Newton step, residual."""
    data = problem.x, problem.y

    def residual(b: Any, x: Any, y: Any) -> Any:
        return model(*x, *b) - y

    over_data: Any = partial(compile, in_axes=(None, 0, 0), backend="numpy")  # such small tables need no machine code
    residuals, slopes = over_data(residual), over_data(jacobian(residual))
    curvature = over_data(hessian(lambda *example: residual(*example) ** 2 / 2), reduce="sum")

    def newton(b: Array) -> Array:
        gradient = slopes(b, *data).T @ residuals(b, *data)
        scale = np.outer(b, b)  # relative steps: the parameters of a problem differ by up to ten powers of ten
        step: Array = np.linalg.solve(curvature(b, *data) * scale, gradient * b)
        return b - b * step

    least_squares, found = extra("scipy.optimize").least_squares, []
    for start in problem.starts:
        with np.errstate(over="ignore"):  # a trial step may overflow: the solver takes it back
            b = least_squares(residuals, start, slopes, args=data, x_scale="jac", **TOLERANCES).x
        better = newton(b)
        agree = [digits(b, problem.parameters), digits(better, problem.parameters)]
        found.append([*agree, digits(np.sum(residuals(better, *data) ** 2), problem.residual)])
    return found


def main() -> None:
    """Fit them all, the easy ones first, and print the digits."""
    began, table = time.perf_counter(), Table("problem", "difficulty", box=SIMPLE_HEAD, padding=0)
    table.title = "Digits that agree with the certified values"
    for name in ("b", "start 1", "+ Newton", "residual", "start 2", "+ Newton", "residual"):
        table.add_column(name, justify="right", no_wrap=True)
    problems = [(read(name), model) for names, model in MODELS.items() for name in names.split()]
    worst = []
    for problem, model in sorted(problems, key=lambda pair: ("Lower", "Average", "Higher").index(pair[0].level)):
        found = fits(model, problem)
        shown = [f"{number:.1f}" for start in found for number in start]
        table.add_row(problem.name, problem.level, str(len(problem.parameters)), *shown)
        worst.append(min(newton for _, newton, _ in found))
    console = Console()
    console.print(table)
    console.print("b: parameters. Lanczos1's residual, 1.4e-25, is the rounding of its data.")
    right, seconds = sum(number > 10.0 for number in worst), time.perf_counter() - began
    console.print(
        f"{right} of {len(worst)} problems: every parameter right to 10 digits from both starts; {seconds:.1f} s"
    )


if __name__ == "__main__":
    main()
