"""The eager engines side by side: a raw training step, one through ``nn.MLP``, a small gradient, a recording.

``python -m tests.benchmarks.engine_steps``. Each contender is a process of its own, for an engine is chosen at import;
they take turns, one task at a time. Minima, for whatever else a machine does only adds; the ratio is to the engine in
Python. Peers that are not installed are left out: XAD, a tape in C++, is ``pip install xad``.

The program text is the same for all: lists of numbers, ``+``, ``*`` and a rectifier. What is timed is building the
graph, the backward pass, and letting the graph go.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.table import Table

ROUNDS = int(os.environ.get("ROUNDS", "7"))
SIZES = (2, 16, 16, 1)
POINTS = 100
CONTENDERS = ("engine c", "engine python", "xad", "micrograd", "torch")
TASKS = ("raw step", "nn.MLP step", "gradient of ten operations", "recording")
BURST = 0.02
"""Seconds of calls that one timing of a short task is made of."""
LEAST = 3
"""The fewest calls of a timing: as in training, a step pays for the graph of the one before, which Python's cyclic
collector may find only now."""


def numbers() -> tuple[list[list[list[float]]], list[tuple[list[float], float]]]:
    """The weights of each layer, a row and a bias a neuron, and the labelled points; no library needed."""
    weights = [
        [[0.5 * ((7 * i + 3 * j + k) % 11 / 5.0 - 1.0) for j in range(nin + 1)] for i in range(nout)]
        for k, (nin, nout) in enumerate(pairwise(SIZES))
    ]
    points = [([k % 10 / 5.0 - 0.9, k // 10 / 5.0 - 0.9], 1.0 if k % 10 > k // 10 else -1.0) for k in range(POINTS)]
    return weights, points


def loss_of(weights: list[list[list[Any]]], value: Callable[[float], Any], relu: Callable[[Any], Any]) -> Any:
    """The mean hinge loss over all points."""
    total = value(0.0)
    for point, label in numbers()[1]:
        layer: list[Any] = [value(x) for x in point]
        for rows in weights:
            sums = []
            for row in rows:
                z = row[-1]
                for w, x in zip(row, layer, strict=False):
                    z = z + w * x
                sums.append(z)
            layer = sums if rows is weights[-1] else [relu(z) for z in sums]
        total = total + relu(1.0 + -label * layer[0])
    return total * (1.0 / POINTS)


def step_of_a_net(net: Any, value: Callable[[float], Any]) -> Callable[[], None]:
    """The same loss by way of a library's own network, which labels and groups what it makes if it does so."""

    def step() -> None:
        total = value(0.0)
        for point, label in numbers()[1]:
            total = total + (1.0 + -label * net([value(x) for x in point])).relu()
        net.zero_grad()
        (total * (1.0 / POINTS)).backward()

    return step


def ten(x: Any) -> Any:
    """Ten operations on one number."""
    y = x * x + 3.0
    z = y * x - 0.5
    return (z * y + x) * (x * 0.25) + z * 2.0


# --- one contender, in a process of its own ---------------------------------------------------------------


def ours() -> dict[str, Callable[[], Any]]:
    """The tasks on Values, under the engine of this process."""
    import nn
    from autograd import Value, grad, record

    weights = [[[Value(w) for w in row] for row in rows] for rows in numbers()[0]]
    leaves = [w for rows in weights for row in rows for w in row]

    def raw() -> None:
        for leaf in leaves:
            leaf.zero_grad()
        loss_of(weights, Value, Value.relu).backward()

    slope = grad(ten)
    root = loss_of(weights, Value, Value.relu)
    return {
        "raw step": raw,
        "nn.MLP step": step_of_a_net(nn.MLP(2, list(SIZES[1:]), rng=1), Value),
        "gradient of ten operations": lambda: slope(0.7),
        "recording": lambda: record(root, leaves),
    }


def of_micrograd() -> dict[str, Callable[[], Any]]:
    """The tasks on micrograd's Values."""
    import micrograd.nn
    from micrograd.engine import Value

    weights = [[[Value(w) for w in row] for row in rows] for rows in numbers()[0]]

    def raw() -> None:
        for rows in weights:
            for row in rows:
                for w in row:
                    w.grad = 0
        loss_of(weights, Value, Value.relu).backward()

    def small() -> float:
        x = Value(0.7)
        ten(x).backward()
        return float(x.grad)

    return {
        "raw step": raw,
        "nn.MLP step": step_of_a_net(micrograd.nn.MLP(2, list(SIZES[1:])), Value),
        "gradient of ten operations": small,
    }


def of_torch() -> dict[str, Callable[[], Any]]:
    """The tasks on PyTorch's tensors of one number."""
    import torch

    torch.set_num_threads(1)

    def leaf(x: float) -> Any:
        return torch.tensor(x, dtype=torch.float64, requires_grad=True)

    def constant(x: float) -> Any:
        return torch.tensor(x, dtype=torch.float64)

    weights = [[[leaf(w) for w in row] for row in rows] for rows in numbers()[0]]

    def small() -> float:
        x = leaf(0.7)
        ten(x).backward()
        return float(x.grad)

    return {
        "raw step": lambda: loss_of(weights, constant, torch.relu).backward(),
        "gradient of ten operations": small,
    }


def of_xad() -> dict[str, Callable[[], Any]]:
    """The tasks on XAD's tape."""
    from xad import adj_1st
    from xad import math as of_reals

    def swept(inputs: list[Any], build: Callable[[], Any]) -> Any:
        with adj_1st.Tape() as tape:
            for x in inputs:
                tape.registerInput(x)
            tape.newRecording()
            y = build()
            tape.registerOutput(y)
            y.setDerivative(1.0)
            tape.computeAdjoints()
            return [x.getDerivative() for x in inputs]

    def raw() -> None:
        weights = [[[adj_1st.Real(w) for w in row] for row in rows] for rows in numbers()[0]]
        leaves = [w for rows in weights for row in rows for w in row]
        swept(leaves, lambda: loss_of(weights, adj_1st.Real, lambda z: of_reals.max(z, 0.0)))

    def small() -> Any:
        x = adj_1st.Real(0.7)
        return swept([x], lambda: ten(x))

    return {"raw step": raw, "gradient of ten operations": small}


MODULES = {"xad": of_xad, "micrograd": of_micrograd, "torch": of_torch}


def serve(contender: str) -> None:
    """Answer each task that is asked for with the seconds that it took; an empty line for one that is not known."""
    tasks = MODULES.get(contender, ours)()
    for asked in sys.stdin:
        run = tasks.get(asked.strip())
        if run is None:
            print(flush=True)  # noqa: T201 -- the answer
            continue
        run()
        gc.collect()
        calls, taken = 0, 0.0
        start = time.process_time()
        while taken < BURST or calls < LEAST:
            run()
            calls += 1
            taken = time.process_time() - start
        print(json.dumps(taken / calls), flush=True)  # noqa: T201 -- the answer


# --- all of them ------------------------------------------------------------------------------------------


def started() -> Iterator[tuple[str, Any]]:
    """A process for each contender that is installed."""
    for contender in CONTENDERS:
        engine = contender.removeprefix("engine ")
        needs = {"engine c": "autograd._engine"}.get(contender, contender)
        if contender == "engine python" or importlib.util.find_spec(needs) is not None:
            environment = os.environ | ({"CHAINRULE_ENGINE": engine} if engine != contender else {})
            command = [sys.executable, "-m", "tests.benchmarks.engine_steps", contender]
            pipe = subprocess.PIPE
            yield contender, subprocess.Popen(command, env=environment, text=True, stdin=pipe, stdout=pipe)


def measured() -> dict[tuple[str, str], float]:
    """The fewest seconds of each contender at each task that it knows."""
    found: dict[tuple[str, str], float] = {}
    processes = dict(started())
    for _ in range(ROUNDS):
        for task in TASKS:
            for contender, process in processes.items():
                print(task, file=process.stdin, flush=True)
                answer = process.stdout.readline().strip()
                if answer:
                    found[contender, task] = min(found.get((contender, task), math.inf), float(answer))
    for process in processes.values():
        process.communicate()
    return found


def main() -> None:
    """Print the table, or be one of the contenders."""
    if sys.argv[1:]:
        serve(sys.argv[1])
        return
    found = measured()
    names = [name for name in CONTENDERS if (name, TASKS[0]) in found]
    table = Table("", *names, title="Eager engines: CPU seconds, and how many times as long as the engine in Python")
    for task in TASKS:
        cells = []
        for name in names:
            taken = found.get((name, task))
            base = found["engine python", task]
            cells.append("" if taken is None else f"{taken * 1e6:,.1f} µs\n{taken / base:.2f}×")
        table.add_row(task, *cells)
    Console().print(table)


if __name__ == "__main__":
    main()
