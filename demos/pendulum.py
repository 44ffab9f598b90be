"""A pendulum: damping and length from noisy angles, through a simulation.

The simulation is a loop of Runge-Kutta steps in plain Python. Recorded once, its exact Jacobian goes to a least-squares
solver; the derivatives have passed through every step of the loop. Gauss-Newton with halved steps, in NumPy.
"""

from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from autograd import compile, jacobian, sin  # noqa: A004
from demos._notes import Array

STEP, STEPS, EVERY, GRAVITY = 0.05, 200, 10, 9.81
TRUE, GUESS = np.array([0.30, 2.0, 1.2]), np.array([0.8, 3.0, 0.7])
NAMES = ("damping 1/s", "length m", "first angle rad")


def angles(p: Any) -> list[Any]:
    """The angle after each tenth step: θ'' = −damping θ' − g/length sin θ, by the classical Runge-Kutta method."""
    damping, length, angle = p

    def slope(angle: Any, speed: Any) -> tuple[Any, Any]:
        return speed, -damping * speed - GRAVITY / length * sin(angle)

    state, seen = (angle, 0.0), []
    for step in range(1, STEPS + 1):
        k1 = slope(*state)
        k2 = slope(*(s + STEP / 2 * k for s, k in zip(state, k1, strict=True)))
        k3 = slope(*(s + STEP / 2 * k for s, k in zip(state, k2, strict=True)))
        k4 = slope(*(s + STEP * k for s, k in zip(state, k3, strict=True)))
        state = tuple(
            s + STEP / 6 * (a + 2 * b + 2 * c + d) for s, a, b, c, d in zip(state, k1, k2, k3, k4, strict=True)
        )
        if step % EVERY == 0:
            seen.append(state[0])
    return seen


def fit(simulate: Any, slopes: Any, measured: Array) -> tuple[Array, list[float]]:
    """Gauss-Newton: the parameters, and the sum of squares after each step."""
    p, history = GUESS, [float(np.sum((np.array(simulate(GUESS)) - measured) ** 2))]
    while len(history) < 3 or history[-2] - history[-1] > 1e-12 * history[-1]:
        rest = np.array(simulate(p)) - measured
        step = np.linalg.lstsq(np.array(slopes(p)), -rest)[0]
        while (error := float(np.sum((np.array(simulate(p + step)) - measured) ** 2))) > history[-1]:
            step = step / 2
            if np.max(np.abs(step)) < 1e-15:
                return p, history
        p, history = p + step, [*history, error]
    return p, history


def main() -> None:
    """Simulate, add noise, fit, and print the parameters with their standard errors."""
    console = Console()
    simulate, slopes = compile(angles), compile(jacobian(angles))
    measured = np.array(simulate(TRUE)) + 0.01 * np.random.default_rng(0).standard_normal(STEPS // EVERY)
    p, history = fit(simulate, slopes, measured)
    J = np.array(slopes(p))
    errors = np.sqrt(np.diag(np.linalg.inv(J.T @ J)) * history[-1] / (len(measured) - len(p)))
    table = Table("parameter", "true", "first guess", "fitted", "standard error")
    for row in zip(NAMES, TRUE, GUESS, p, errors, strict=True):
        table.add_row(row[0], *(f"{number:.4f}" for number in row[1:]))
    console.print(table)
    console.print("Sum of squares, rad², step by step:", " → ".join(f"{error:.3g}" for error in history))
    console.print(f"One Jacobian passes back through {len(slopes.tape):,} operations of the simulation.")


if __name__ == "__main__":
    main()
