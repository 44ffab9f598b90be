"""Replay, beside its peers: one run, one table of medians and ratios. ``python -m tests.benchmarks.replay``.

Every contender computes the same value and gradient, which is checked before anything is timed. Contenders run in
turns, each long enough to be in its stride, so that a noisy machine slows all alike. What is printed is Markdown, as
it stands in ``tests/benchmarks/README.md``; what is not installed is left out.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

import nn
from autograd import Value, compile, record, relu, value_and_grad  # noqa: A004 -- the name that autograd gives it
from tests.benchmarks import models, networks
from tests.benchmarks.networks import Problem
from tests.benchmarks.timing import steady

Run = Callable[[], Any]

NEEDS = {
    "PyTorch": "torch", "JAX jit": "jax", "CasADi VM": "casadi", "CasADi map": "casadi",
    "micrograd": "micrograd", "NumPy by hand": "scipy",
}  # fmt: skip
CONTENDERS = (
    "chainrule", "chainrule numpy", "NumPy by hand", "JAX jit", "PyTorch", "CasADi VM", "CasADi map",
    "micrograd",
)  # fmt: skip
WIDTHS = (8, 16, 32, 64, 128, 256)


def time_of(seconds: float) -> str:
    """A duration to three figures."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def times(ratio: float) -> str:
    """How many times as long."""
    return f"{ratio:,.0f}×" if ratio >= 10.0 else f"{ratio:.1f}×" if ratio >= 1.0 else f"{ratio:.2f}×"


def measured(
    makers: Mapping[str, Callable[[], Run]], rounds: int, same: Callable[[Any], Any] | None = None
) -> dict[str, float]:
    """The time of each contender that is installed; all must give the first one's numbers."""
    runs = {
        name: make()
        for name, make in makers.items()
        if name not in NEEDS or importlib.util.find_spec(NEEDS[name]) is not None
    }
    expected = None
    for name, run in runs.items():
        numbers = (same or _numbers)(run())
        expected = numbers if expected is None else expected
        np.testing.assert_allclose(numbers, expected, rtol=1e-9, atol=1e-9, err_msg=name)
    return steady(runs, rounds)


def _numbers(tree: Any) -> Any:
    if isinstance(tree, (tuple, list)):
        return np.concatenate([_numbers(part) for part in tree])
    return np.ravel(np.asarray(tree, dtype=float))


class Report:
    """The table and the notes under it, filled section by section."""

    def __init__(self) -> None:
        self._rows: list[str] = []
        self.notes: list[str] = []

    def add(self, what: str, found: Mapping[str, float]) -> None:
        """One row: our time, and each contender's, with how many times ours it is."""
        ours = found["chainrule"]
        cells = [
            f"{time_of(found[name])} ({times(found[name] / ours)})" if name in found else "" for name in CONTENDERS[1:]
        ]
        self._rows.append(" | ".join([what, time_of(ours), *cells]))

    def note(self, what: str, found: str) -> None:
        """One line with a single figure."""
        self.notes.append(f"* {what}: {found}.")

    def __str__(self) -> str:
        head = [" | ".join(["", *CONTENDERS]), "|".join(["---"] * (len(CONTENDERS) + 1))]
        table = [f"| {row} |" for row in (head[0], *self._rows)]
        return "\n".join([versions(), "", table[0], f"|{head[1]}|", *table[1:], "", *self.notes])


def versions() -> str:
    """What was compared."""
    found = [f"Python {platform.python_version()}"]
    for name in ("numpy", "jax", "torch", "casadi", "micrograd"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found.append(f"{name} {importlib.metadata.version(name)}")
    return ", ".join(found) + f"; {os.cpu_count()} cores."


def moons(report: Report, n: int) -> dict[str, float]:
    """(a) One training step of 2-16-16-1."""
    problem = Problem.of(16, n)
    makers: dict[str, Callable[[], Run]] = {
        "chainrule": lambda: networks.compiled(problem),
        "chainrule numpy": lambda: networks.compiled(problem, "numpy"),
        "NumPy by hand": lambda: networks.numpy_by_hand(problem),
        "JAX jit": lambda: networks.jax_jit(problem),
        "PyTorch": lambda: networks.torch_eager(problem),
        "CasADi map": lambda: networks.casadi_map(problem),
    }
    if n <= 100:
        makers["CasADi VM"] = lambda: networks.casadi_vm(problem)
    found = measured(makers, 31, networks.flat)
    if n <= 100:  # apart, since its garbage would slow the others
        makers["micrograd"] = lambda: networks.micrograd_step(problem)
        found |= measured({"micrograd": makers["micrograd"]}, 3, networks.flat)
    report.add(f"(a) 2-16-16-1, hinge, {n:,} points", found)
    return found


def widths(report: Report) -> None:
    """(b) Wider and wider layers; and what recording and compiling the widest takes."""
    for width in WIDTHS:
        problem = Problem.of(width, 100)
        makers: dict[str, Callable[[], Run]] = {
            "chainrule": partial(networks.compiled, problem),
            "NumPy by hand": partial(networks.numpy_by_hand, problem),
            "JAX jit": partial(networks.jax_jit, problem),
            "PyTorch": partial(networks.torch_eager, problem),
        }
        report.add(f"(b) 2-{width}-{width}-1, 100 points", measured(makers, 31, networks.flat))
    first = _seconds_of(networks.compiled(Problem.of(WIDTHS[-1], 100)))
    report.note(f"(b) first call of 2-{WIDTHS[-1]}-{WIDTHS[-1]}-1, with kernels on disk", time_of(first))


def whole_graph(report: Report) -> None:
    """The loss over all 100 points as one existing graph, recorded as it is."""
    problem = Problem.of(16, 100)
    model = nn.MLP(2, [16, 16, 1], rng=1)
    model.set_matrices(problem.layers)
    points = [[Value(x) for x in point] for point in problem.points.tolist()]
    losses = [relu(1.0 - label * model(point)) for point, label in zip(points, problem.labels.tolist(), strict=True)]
    total: Any = sum(losses)
    leaves = [*model.parameters(), *(x for point in points for x in point)]
    nodes = len(total.topological_order())
    start = time.perf_counter()
    total.backward(create_graph=True)
    tape = record([total, *(p.grad for p in model.parameters())], inputs=leaves)
    recorded = time.perf_counter() - start
    replay = compile(tape, backend="c")
    numbers = [leaf.data for leaf in leaves]
    start = time.perf_counter()
    replay(*numbers)
    first = time.perf_counter() - start
    makers = {"chainrule": lambda: lambda: replay(*numbers), "PyTorch": lambda: networks.torch_eager(problem)}
    found = measured(makers, 31, lambda result: float(result[0]))
    report.add(f"the whole loss of (a) as one graph of {nodes:,} values", found)
    report.note("its gradient and recording; then the first replay", f"{time_of(recorded)}; {time_of(first)}")


_LATENCY = """
import time
import autograd
from autograd import compile, tanh, value_and_grad  # noqa: A004 -- the name that autograd gives it
start = time.perf_counter()
compile(value_and_grad(lambda w, b: (tanh(w * 2.0 + b) - 1.0) ** 2), backend={backend!r})(0.5, 0.1)
print(time.perf_counter() - start)
"""


def latency(report: Report) -> None:
    """(e) From a function to its first result, in a new process."""
    for backend in ("auto", "c"):
        command = [sys.executable, "-c", _LATENCY.format(backend=backend)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        report.note(f"(e) first call of a small function, {backend}", time_of(float(done.stdout)))


def start_up(report: Report) -> None:
    """What importing autograd costs, over importing NumPy, which it needs."""
    seconds = {}
    for package in ("numpy", "autograd"):
        command = [sys.executable, "-c", f"import {package}"]
        seconds[package] = min(_seconds_of(partial(subprocess.run, command, check=True)) for _ in range(7))
    report.note("import autograd, beyond import numpy", time_of(seconds["autograd"] - seconds["numpy"]))


def _seconds_of(run: Run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def gradient_cost(report: Report) -> None:
    """(f) What the gradient costs, over the value alone."""
    for n in (100, 10_000):
        problem = Problem.of(16, n)
        runs = {
            "both": networks.compiled(problem),
            "value": networks.compiled(problem, gradient=False),
        }
        found = steady(runs, 31)
        report.note(f"(f) value and gradient over value, {n:,} points", f"{found['both'] / found['value']:.2f}×")


def recordings(report: Report) -> None:
    """(h) First calls of what once took minutes: many exponents, many steps, a tree."""

    def powers(x: Any) -> Any:
        return sum((x ** (1.5 + 0.37 * k) for k in range(60)), 0.0)

    def oscillator(x: Any, stiffness: Any) -> Any:
        v, h = 0.0, 0.01
        for _ in range(500):
            k1 = -stiffness * x
            k2 = -stiffness * (x + h / 2 * v)
            k3 = -stiffness * (x + h / 2 * (v + h / 2 * k1))
            k4 = -stiffness * (x + h * (v + h / 2 * k2))
            x, v = x + h * v + h * h / 6 * (k1 + k2 + k3), v + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return x

    for what, function, arguments in (
        ("60 exponents", powers, (1.1,)),
        ("500 Runge-Kutta steps", oscillator, (1.0, 2.0)),
    ):
        replay = compile(value_and_grad(function), backend="c")
        first = _seconds_of(partial(replay, *arguments))
        again = steady({"replay": partial(replay, *arguments)}, 5)["replay"]
        report.note(f"(h) {what}: first call; replay", f"{time_of(first)}; {time_of(again)}")


class Growth(NamedTuple):
    """Seconds that a graph of so many values takes."""

    values: int
    record: float
    gradient_and_record: float
    first_call: float
    replay: float

    def __str__(self) -> str:
        found = (self.record, self.gradient_and_record, self.first_call, self.replay / self.values)
        return "; ".join(map(time_of, found))


def growth(most: int = 1_000_000) -> Iterator[Growth]:
    """(g) A graph of more and more values, up to ``most``: each step mixes two numbers."""
    for size in [10**power for power in range(3, 1 + round(math.log10(most)))]:
        x, y = Value(0.3), Value(-0.2)
        a, b = x, y
        for _ in range(size // 4):
            a, b = a * 0.5 + b, (a - b).tanh()
        recorded = _seconds_of(partial(record, [a, b], inputs=[x, y]))
        total = a + b

        def both(total: Value = total, x: Value = x, y: Value = y) -> None:
            total.backward(create_graph=True)
            record([total, x.grad, y.grad], inputs=[x, y])

        gradient = _seconds_of(both)
        replay = compile(record([a, b], inputs=[x, y]), backend="c")
        first = _seconds_of(partial(replay, 0.3, -0.2))
        again = steady({"replay": partial(replay, 0.3, -0.2)}, 5)["replay"]
        for leaf in (x, y):
            leaf.zero_grad()
        yield Growth(size, recorded, gradient, first, again)


def plotted(rows: Sequence[Growth], path: str) -> None:
    """Write a plot to ``path``: seconds over values, both logarithmic, so that one slope is linear growth."""
    from viz.plotting.figure import MARKERS, legend, surface

    (axes,), paint = surface(None, 6.0, 4.0, "light")
    values = np.array([row.values for row in rows])
    for index, name in enumerate(Growth._fields[1:]):
        seconds = [row[index + 1] for row in rows]
        axes.loglog(
            values, seconds, MARKERS[index], linestyle="-", color=paint.hue(index), label=name.replace("_", " ")
        )
    axes.loglog(values, values * 1e-6, ":", color=paint("muted"), label="1 µs a value")
    axes.set(xlabel="values", ylabel="seconds")
    legend(axes, paint)
    axes.figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Print the table; ``--growth 10000000 growth.svg``: the rows (g) alone, up to so many values, and plot them."""
    report = Report()
    if sys.argv[1:2] == ["--growth"]:
        rows = list(growth(int(sys.argv[2])))
        print("\n".join(f"{row.values:,} values: {row}" for row in rows))  # noqa: T201 -- which is what it is for
        if sys.argv[3:]:
            plotted(rows, sys.argv[3])
        return
    small, large = moons(report, 100), moons(report, 10_000)
    per_example = large["chainrule"] / 100.0 / small["chainrule"]
    report.note("(a) time per example at 10,000 points over that at 100", f"{per_example:.2f}×")
    widths(report)
    for what, makers in (
        ("(c) Black-Scholes, 10,000 options: price, delta, gamma, vega, theta, rho", models.black_scholes(10_000)),
        ("(d) Gaussian mixture, 2 dimensions, 5 components, 1,000 points", models.mixture(1_000)),
    ):
        report.add(what, measured(makers, 31))
    whole_graph(report)
    latency(report)
    start_up(report)
    gradient_cost(report)
    recordings(report)
    for row in growth():
        report.note(f"(g) {row.values:,} values: record; gradient and record; first call; replay, per value", str(row))
    print(report)  # noqa: T201 -- which is what it is for


if __name__ == "__main__":
    main()
