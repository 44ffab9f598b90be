"""Eager speed and memory, beside micrograd: one training step of 2-16-16-1 on 100 points.

``python -m tests.benchmarks.eager``. Python's cyclic collector is on, as users have it.
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import micrograd.engine
import micrograd.nn
import numpy as np
from rich.console import Console
from rich.table import Table

import nn
from autograd import Value
from tests.benchmarks.timing import medians

POINTS, SIZES, ROUNDS = 100, (16, 16, 1), 11


def problem() -> tuple[list[list[float]], list[float]]:
    """A hundred points in the plane, each labelled +1 or -1."""
    rng = np.random.default_rng(1337)
    points = rng.uniform(-1.0, 1.0, (POINTS, 2))
    return points.tolist(), np.where(points[:, 0] > points[:, 1], 1.0, -1.0).tolist()


def training_step(net: Any, value: Callable[[float], Any]) -> Callable[[], Any]:
    """One step, the same code for both engines: hinge loss with L2, forward and backward."""
    points, labels = problem()

    def step() -> Any:
        scores = [net([value(x) for x in point]) for point in points]
        losses = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + 1e-4 * sum(p * p for p in net.parameters())
        net.zero_grad()
        total.backward()
        return total

    return step


def nets() -> tuple[nn.MLP, micrograd.nn.MLP]:
    """The same weights in both engines."""
    ours, theirs = nn.MLP(2, list(SIZES), rng=1), micrograd.nn.MLP(2, list(SIZES))
    flat = [neuron for layer in ours.layers for neuron in layer.neurons]
    for mine, other in zip(flat, [neuron for layer in theirs.layers for neuron in layer.neurons], strict=True):
        for parameter, copy in zip(mine.w, other.w, strict=True):
            copy.data = parameter.data
    return ours, theirs


def bytes_per_node(build: Callable[[], Any]) -> float:
    """Memory of a graph and all its gradients, over its number of nodes."""
    build()
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    root = build()
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return held / len(root.topological_order())


def long_chain(length: int) -> tuple[float, float]:
    """Seconds to build a chain of ``length`` operations, and to run backward through it."""
    x = Value(1.0)
    start = time.perf_counter()
    y = x
    for _ in range(length):
        y = -y
    built = time.perf_counter()
    y.backward()
    return built - start, time.perf_counter() - built


def main() -> None:
    """Print the table."""
    ours, theirs = nets()
    step, peer_step = training_step(ours, Value), training_step(theirs, micrograd.engine.Value)
    root, peer_root = step(), peer_step()
    gradients = [p.grad for p in ours.parameters()]
    np.testing.assert_allclose(root.data, peer_root.data, rtol=1e-12)
    np.testing.assert_allclose(gradients, [p.grad for p in theirs.parameters()], rtol=1e-9, atol=1e-14)
    nodes = len(root.topological_order())
    del root, peer_root

    found = medians({"chainrule": step, "micrograd": peer_step}, ROUNDS)
    table = Table("", "chainrule", "micrograd", "ratio", title=f"Eager training step, {nodes:,} values")
    mine, other = found["chainrule"], found["micrograd"]
    table.add_row("build, backward, drop", f"{mine * 1e3:.0f} ms", f"{other * 1e3:.0f} ms", f"{other / mine:.1f}×")
    size = bytes_per_node(step)
    table.add_row("memory per node", f"{size:.0f} bytes", "", "")
    built, swept = long_chain(1_000_000)
    table.add_row("1,000,000-node chain", f"build {built:.1f} s, backward {swept:.1f} s", "RecursionError", "")
    Console().print(table)


if __name__ == "__main__":
    main()
