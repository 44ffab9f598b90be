"""Solvers, differentiated: a root, a minimum, an integral and a differential equation, against closed forms.

SciPy finds the numbers. The derivatives, first and second, do not come from the solvers' steps: those of a root and of
a minimum are the implicit function theorem's, those of an integral Leibniz', those of a differential equation the
solutions of its sensitivity equations. Each function below closes over the parameter p, as ordinary Python does.
"""

import math
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from autograd import exp, grad, hessian, sin, sqrt
from autograd.implicit import minimum, quad, root, solve_ivp
from demos._extra import extra
from demos._notes import off


def lambert(p: Any) -> Any:
    """The root W of W exp(W) = p."""
    return root(lambda w: w * exp(w) - p, 0.5)


def lambert_slope(p: float) -> tuple[float, float, float]:
    """W, W′ and W″ as SciPy's Lambert function has them."""
    w = float(extra("scipy.special").lambertw(p).real)
    return w, w / (p * (1 + w)), -(w**2) * (w + 2) / (p**2 * (1 + w) ** 3)


def cheapest(p: Any) -> Any:
    """The size of an order that costs least, p being what one order costs: Wilson's formula is √(2·p·1000/3)."""
    return minimum(lambda size: p * 1000.0 / size + 3.0 * size / 2.0, 20.0)


def period(p: Any) -> Any:
    """How long a pendulum of one metre takes to swing to and fro from the angle p."""
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


def by_formula(formula: Callable[[Any], Any]) -> Callable[[float], tuple[float, float, float]]:
    """A closed form and its two derivatives."""
    return lambda p: (formula(p), grad(formula)(p), hessian(formula)(p))


STORIES: dict[str, tuple[Callable[[Any], Any], Callable[[float], tuple[float, float, float]], float]] = {
    "root of w·exp(w) = p": (lambert, lambert_slope, 1.5),
    "cheapest order": (cheapest, by_formula(lambda p: sqrt(2 * p * 1000 / 3)), 40.0),
    "period of a pendulum": (period, by_formula(period_by_the_mean), 1.2),
    "logistic growth": (grown, by_formula(lambda p: 1 / (1 + 9 * exp(-5 * p))), 0.8),
}


def main() -> None:
    """Print each number and its two derivatives, and how far they are from the closed form."""
    extra("scipy.optimize")
    table = Table("", "", "by the solver", "difference", title="Solvers, differentiated")
    for name, (found, exact, p) in STORIES.items():
        numbers = found(p), grad(found)(p), hessian(found)(p)
        for what, number, expected in zip((f"p = {p:g}", "d/dp", "d²/dp²"), numbers, exact(p), strict=True):
            table.add_row(name if what[0] == "p" else "", what, f"{number:+.12f}", off(number, expected))
        table.add_section()
    Console().print(table)


if __name__ == "__main__":
    main()
