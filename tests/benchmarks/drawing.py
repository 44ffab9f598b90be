"""How long a picture takes: small nets, folded ones, and graphs of a million values.

``python -m tests.benchmarks.drawing``.
"""

from __future__ import annotations

import operator
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from autograd import Value, fsum, hypot, maximum, scope
from nn import MLP, half_squared_error
from viz import draw


def loss_of(*sizes: int) -> Value:
    """The loss of a logistic net on one example, after a backward pass."""
    net = MLP(sizes[0], list(sizes[1:]), activation="sigmoid", output_activation="sigmoid", rng=1)
    loss: Value = half_squared_error(net([0.5] * sizes[0]), 1.0)
    loss.backward()
    return loss


def chain(length: int) -> Value:
    """A chain of ``length`` operations, after a backward pass."""
    root = Value(0.5, "x")
    for _ in range(length):
        root = root.tanh()
    root.backward()
    return root


def tangle(size: int) -> Value:
    """About ``size`` values in 2,000 frames, each made of two before it, after a backward pass."""
    choose = random.Random(1)
    nodes = [Value(choose.uniform(-1.0, 1.0), f"x{i}") for i in range(100)]
    used: set[Value] = set()
    for frame in range(2000):
        with scope(f"layer {frame // 20}"), scope(f"neuron {frame % 20}"):
            for _ in range(size // 2000):
                operands = nodes[-choose.randint(1, 50)], nodes[-choose.randint(1, len(nodes))]
                used.update(operands)
                nodes.append(choose.choice((hypot, maximum, operator.sub))(*operands))
    root = fsum(node for node in nodes if node not in used)
    root.backward()
    return root


CASES: dict[str, tuple[Callable[[], Value], dict[str, Any], int]] = {
    "2-3-1, full": (lambda: loss_of(2, 3, 1), {"detail": "full"}, 9),
    "4-3-2-1, full": (lambda: loss_of(4, 3, 2, 1), {"detail": "full"}, 9),
    "2-16-16-1, folded": (lambda: loss_of(2, 16, 16, 1), {}, 5),
    "2-16-16-1, full": (lambda: loss_of(2, 16, 16, 1), {"detail": "full"}, 3),
    "chain of 1,000,000": (lambda: chain(1_000_000), {}, 1),
    "tangle of 1,000,000, folded": (lambda: tangle(1_000_000), {}, 1),
}


def main() -> None:
    """Print the table of medians."""
    table = Table("picture", "values", "median", "size of the SVG", title="Drawing")
    for name, (build, options, rounds) in CASES.items():
        root = build()
        taken = []
        for _ in range(rounds):
            start = time.perf_counter()
            svg = draw(root, **options).svg
            taken.append(time.perf_counter() - start)
        seconds = statistics.median(taken)
        shown = f"{seconds * 1e3:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
        table.add_row(name, f"{len(root.topological_order()):,}", shown, f"{len(svg.encode()) / 1e3:,.0f} kB")
        del root
    Console().print(table)


if __name__ == "__main__":
    main()
