"""Plain Python: loops, branches and math, differentiated as they run.

Nothing here was written for this library but one import: `from autograd import math` has the standard library's names.
Each outcome of a comparison is another recorded path; a batch is divided among them. Of an iteration that
stops, the derivative has the accuracy of its last step.
"""

import inspect
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograd import compile, math, value_and_grad  # noqa: A004


def newton_sqrt(x: Any) -> Any:
    """√x by Newton's iteration, until a step no longer counts."""
    guess = x
    while abs(guess * guess - x) > 1e-12 * x:
        guess = (guess + x / guess) / 2
    return guess


def tax(income: Any) -> Any:
    """A tax with brackets: a fifth of what is above 12,000, two fifths above 50,000."""
    owed = 0.0
    for threshold in (12_000, 50_000):
        if income > threshold:
            owed = owed + 0.2 * (income - threshold)
    return owed


def kepler(anomaly: Any) -> Any:
    """E − e sin E = M, solved for E by Newton's iteration at e = 0.6."""
    eccentric = anomaly
    for _ in range(50):
        miss = eccentric - 0.6 * math.sin(eccentric) - anomaly
        step = miss / (1 - 0.6 * math.cos(eccentric))
        eccentric = eccentric - step
        if abs(step) < 1e-14:
            break
    return eccentric


def middle(x: Any) -> Any:
    """The median of three curves."""
    return sorted([math.sin(x), math.exp(-x), x * x])[1]


# Each function with its derivative, known from a formula of its own.
KNOWN: dict[Any, tuple[Any, Any]] = {
    newton_sqrt: (np.linspace(0.1, 90, 1000), lambda x, y: 0.5 / np.sqrt(x)),
    tax: (np.linspace(1_000, 90_000, 1000), lambda x, y: np.select([x > 50_000, x > 12_000], [0.4, 0.2], 0.0)),
    kepler: (np.linspace(0.01, 3.1, 1000), lambda x, y: 1 / (1 - 0.6 * np.cos(y))),
    middle: (np.linspace(-2, 2, 1000), lambda x, y: np.select([y == x * x, y == np.sin(x)], [2 * x, np.cos(x)], -y)),
}  # fmt: skip


def main() -> None:
    """For each function its code, the paths that a thousand numbers take, and the largest error of the derivative."""
    console, table = Console(), Table("function", "at", "value", "derivative", "paths", "worst error of 1,000")
    for function, (numbers, derivative) in KNOWN.items():
        console.print(Text(inspect.getsource(function)))
        # Of so few numbers on so many paths, NumPy is done before kernels are compiled.
        recorded = compile(value_and_grad(function), in_axes=0, backend="numpy")
        values, slopes = recorded(numbers)
        worst = np.max(np.abs(slopes - derivative(numbers, values)) / (1 + np.abs(slopes)))
        at = float(f"{numbers[400]:.4g}")  # as it is printed: the row can be checked by hand
        value, slope = value_and_grad(function)(at)
        shown = f"{at:g}", f"{value:.6f}", f"{slope:.6f}", str(len(recorded.paths)), f"{worst:.0e}"
        table.add_row(function.__name__, *shown)
    console.print(table, "Newton's √ stops by its own test, so its slope has the accuracy of the last step.")


if __name__ == "__main__":
    main()
