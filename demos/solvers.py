"""Solvers, differentiated: a root, a minimum, an integral and a differential equation, against closed forms.

SciPy finds the numbers. Their derivatives follow from what the numbers satisfy, not from the steps of a solver.
"""

import math
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from autograd import cbrt, exp, grad, hessian, sin, sqrt
from autograd.implicit import minimum, quad, root, solve_ivp
from demos._extra import extra
from demos._notes import off


def cubic(p: Any) -> Any:
    """The root of x³ + x = p."""
    return root(lambda x: x**3 + x - p, 1.0)


def cardano(p: Any) -> Any:
    """The same by Cardano's formula."""
    inside = sqrt(p * p / 4 + 1 / 27)
    return cbrt(p / 2 + inside) + cbrt(p / 2 - inside)


def cheapest(p: Any) -> Any:
    """The size of an order that costs least, p being what one order costs: Wilson's formula is √(2·p·1000/3)."""
    return minimum(lambda size: p * 1000.0 / size + 3.0 * size / 2.0, 20.0)


def period(p: Any) -> Any:
    """The period of a pendulum of one metre that swings from the angle p."""
    return 4 / math.sqrt(9.81) * quad(lambda t: 1 / sqrt(1 - (sin(p / 2) * math.sin(t)) ** 2), 0.0, math.pi / 2)


def period_by_the_mean(p: Any) -> Any:
    """The same by Gauss' arithmetic-geometric mean: each step doubles the digits."""
    a, b = 1.0, sqrt(1 - sin(p / 2) ** 2)
    for _ in range(6):
        a, b = (a + b) / 2, sqrt(a * b)
    return 2 * math.pi / math.sqrt(9.81) / a


def grown(p: Any) -> Any:
    """A population at time 5 that grows at the rate p until there is no more room: dy/dt = p y (1 − y)."""
    return solve_ivp(lambda t, y: p * y * (1 - y), (0.0, 5.0), [0.1]).y[0, -1]


STORIES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], float]] = {
    "root of x³ + x = p": (cubic, cardano, 1.5),
    "cheapest order": (cheapest, lambda p: sqrt(2 * p * 1000 / 3), 40.0),
    "period of a pendulum": (period, period_by_the_mean, 1.2),
    "logistic growth": (grown, lambda p: 1 / (1 + 9 * exp(-5 * p)), 0.8),
}


DERIVATIVES: dict[str, Callable[..., Any]] = {"p": lambda f: f, "d/dp": grad, "d²/dp²": hessian}


def main() -> None:
    """Print each number and its two derivatives, and how far they are from the closed form."""
    extra("scipy.optimize")
    table = Table("", "", "by the solver", "difference", title="Solvers, differentiated")
    for name, (found, exact, p) in STORIES.items():
        for row, derivative in DERIVATIVES.items():
            number = derivative(found)(p)
            table.add_row(
                name, f"p = {p:g}" if row == "p" else row, f"{number:+.12f}", off(number, derivative(exact)(p))
            )
            name = ""  # noqa: PLW2901 -- said once
        table.add_section()
    Console().print(table)


if __name__ == "__main__":
    main()
