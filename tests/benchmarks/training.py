"""Training, beside PyTorch and micrograd: one run, one table. ``python -m tests.benchmarks.training``.

All start from the same weights and take the same steps in float64, which is checked by their losses before anything is
timed. Runs take turns; medians. PyTorch is given one thread, with which it is fastest at these sizes and whose waiting
takes no time from others, and its fused Adam beside the usual one.
"""

from __future__ import annotations

import importlib.util
import os
import resource
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from nn import MLP, fit
from nn.arguments import Array
from tests.benchmarks.replay import time_of
from tests.benchmarks.timing import medians

EPOCHS = 100
LR = 0.01

Matrices = list[tuple[Array, Array]]
Losses = list[float]
Run = Callable[[], Losses]


def two_moons() -> tuple[Array, Array]:
    """A hundred points of two interleaved half circles, with noise: (100, 2), and labels -1 and 1."""
    random = np.random.default_rng(1337)
    angle, upper = np.pi * random.random(100), np.arange(100) % 2 == 0
    x = np.where(upper, np.cos(angle), 1.0 - np.cos(angle))
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
    return np.column_stack([x, y]) + 0.1 * random.standard_normal((100, 2)), np.where(upper, -1.0, 1.0)


# --- two moons, full batches ------------------------------------------------------------------------------


def ours(start: Matrices, model: MLP, X: Array, y: Array, **options: Any) -> Losses:
    """A whole fit, from ``start``."""
    model.set_matrices(start)
    return fit(model, X, y, lr=LR, progress=False, **options).loss


def torch_network(start: Matrices, hidden: type) -> Any:
    """The same network in PyTorch, from ``start``."""
    import torch

    layers: list[Any] = []
    for weights, biases in start:
        linear = torch.nn.Linear(*weights.shape, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(weights.T))
            linear.bias.copy_(torch.tensor(biases))
        layers += [linear, hidden()]
    return torch.nn.Sequential(*layers[:-1])


def torch_moons(start: Matrices, X: Array, y: Array, *, fused: bool) -> Losses:
    """A whole run of PyTorch's."""
    import torch

    net = torch_network(start, torch.nn.ReLU)
    optimizer = torch.optim.Adam(net.parameters(), lr=LR, fused=fused)
    points, labels = torch.tensor(X), torch.tensor(y)[:, None]
    losses = []
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        loss = torch.relu(1.0 - labels * net(points)).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def micrograd_moons(start: Matrices, X: Array, y: Array) -> Losses:
    """Two epochs of micrograd's, with plain descent, which costs it less than Adam would."""
    from micrograd.nn import MLP as MicrogradMLP  # noqa: N811 -- its name is ours

    model = MicrogradMLP(2, [len(biases) for _, biases in start])
    for layer, (weights, biases) in zip(model.layers, start, strict=True):
        for neuron, column, bias in zip(layer.neurons, weights.T.tolist(), biases.tolist(), strict=True):
            neuron.b.data = bias
            for w, number in zip(neuron.w, column, strict=True):
                w.data = number
    losses = []
    for _ in range(2):
        margins = [(1.0 + -label * model(x)).relu() for x, label in zip(X.tolist(), y.tolist(), strict=True)]
        loss = sum(margins) * (1.0 / len(margins))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= LR * p.grad
        losses.append(loss.data)
    return losses


# --- digits, small batches --------------------------------------------------------------------------------


def torch_digits(start: Matrices, X: Array, y: Array, *, epochs: int, fused: bool) -> Losses:
    """Epochs over shuffled batches of 32, in the order that fit takes with ``seed=0``."""
    import torch

    net, random = torch_network(start, torch.nn.ReLU), np.random.default_rng(0)
    optimizer, loss_of = torch.optim.Adam(net.parameters(), lr=LR, fused=fused), torch.nn.CrossEntropyLoss()
    examples, classes = torch.tensor(X), torch.tensor(y)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for chosen in torch.tensor(random.permutation(len(X))).split(32):
            optimizer.zero_grad()
            loss = loss_of(net(examples[chosen]), classes[chosen])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
        losses.append(total / len(X))
    return losses


# --- the table --------------------------------------------------------------------------------------------


def matrices_of(model: MLP) -> Matrices:
    """The weights and biases of a model with biases, as copies."""
    return [(weights, biases) for weights, biases in model.matrices() if biases is not None]


def compared(table: Table, what: str, runs: dict[str, Run], rounds: int, units: dict[str, int]) -> None:
    """One row for each contender, with its time for a unit of work over ours."""
    expected = next(iter(runs.values()))()
    for name, run in runs.items():
        losses = run()
        np.testing.assert_allclose(losses, expected[: len(losses)], rtol=1e-6, err_msg=name)
    found = {name: seconds / units[name] for name, seconds in medians(runs, rounds).items()}
    for name, seconds in found.items():
        table.add_row(what, name, time_of(seconds), f"{seconds / found['chainrule']:,.1f}×")
    table.add_section()


def moons(table: Table) -> None:
    """A run of 100 full-batch epochs with Adam; micrograd for two epochs, apart, with plain descent."""
    X, y = two_moons()
    model = MLP(2, [16, 16, 1], rng=1)
    start = matrices_of(model)
    fitted = partial(ours, start, model, X, y, loss="hinge", epochs=EPOCHS)
    runs: dict[str, Run] = {"chainrule": fitted}
    if importlib.util.find_spec("torch"):
        runs["PyTorch"] = partial(torch_moons, start, X, y, fused=False)
        runs["PyTorch, fused Adam"] = partial(torch_moons, start, X, y, fused=True)
    compared(table, "moons: 100 epochs of 2-16-16-1, Adam", runs, 21, dict.fromkeys(runs, 1))
    if importlib.util.find_spec("micrograd"):
        plain = partial(ours, start, model, X, y, loss="hinge", epochs=EPOCHS, optimizer="SGD")
        runs = {"chainrule": plain, "micrograd": partial(micrograd_moons, start, X, y)}
        np.testing.assert_allclose(runs["micrograd"](), plain()[:2], rtol=1e-6)
        units = {"chainrule": EPOCHS, "micrograd": 2}
        found = {name: seconds / units[name] for name, seconds in medians(runs, 3).items()}
        for name, seconds in found.items():
            ratio = f"{seconds / found['chainrule']:,.0f}×"
            table.add_row("moons: one epoch, plain descent", name, time_of(seconds), ratio)
        table.add_section()


def digits(table: Table) -> None:
    """20 epochs over scikit-learn's 1,797 digits, batches of 32."""
    if importlib.util.find_spec("sklearn") is None:
        table.add_row("digits", "", "scikit-learn is not installed", "")
        return
    from sklearn.datasets import load_digits

    data = load_digits()
    X, y = data.data / 16.0, data.target
    model = MLP(64, [32, 10], init="he_uniform", rng=0)
    start = matrices_of(model)
    fitted = partial(ours, start, model, X, y, loss="softmax_cross_entropy", batch_size=32, epochs=20, seed=0)
    runs: dict[str, Run] = {"chainrule": fitted}
    if importlib.util.find_spec("torch"):
        runs["PyTorch"] = partial(torch_digits, start, X, y, epochs=20, fused=False)
        runs["PyTorch, fused Adam"] = partial(torch_digits, start, X, y, epochs=20, fused=True)
    compared(table, "digits: 20 epochs of 64-32-10, batches of 32, Adam", runs, 5, dict.fromkeys(runs, 1))


_FIRST = """
import time
from tests.benchmarks.training import two_moons
from nn import MLP, fit
X, y = two_moons()
start = time.perf_counter()
fit(MLP(2, [16, 16, 1], rng=1), X, y, loss="hinge", epochs=1)
print(time.perf_counter() - start)
"""


def latency(table: Table) -> None:
    """From the call of fit to the end of its first epoch, in a new process."""
    done = subprocess.run([sys.executable, "-c", _FIRST], capture_output=True, text=True, check=True)
    table.add_row("moons: the first epoch in a new process", "chainrule", time_of(float(done.stdout)), "")


def memory(table: Table) -> None:
    """What an epoch leaves behind: its record in the history, and nothing else."""
    X, y = two_moons()
    sizes: dict[int, int] = {}

    def measure(epoch: Any) -> None:
        if epoch.epoch % 1_000 == 0:
            sizes[epoch.epoch] = tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    fit(MLP(2, [16, 16, 1], rng=1), X, y, loss="hinge", epochs=3_001, progress=False, callbacks=measure)
    tracemalloc.stop()
    grown = [f"{(later - earlier) / 1_000:.0f}" for earlier, later in pairwise(sizes.values())][1:]
    table.add_row("memory: bytes kept an epoch, over two thousand", "chainrule", ", ".join(grown), "")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table.add_row("memory: peak of this process, with all peers", "", f"{peak:.0f} MB", "")


def main() -> None:
    """Print the table."""
    os.environ["OMP_NUM_THREADS"] = "1"  # read when PyTorch is imported
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
    table = Table("", "contender", "median", "over chainrule", title="Training, float64")
    began = time.perf_counter()
    moons(table)
    digits(table)
    latency(table)
    memory(table)
    console = Console(width=130)
    console.print(table)
    console.print(f"in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
