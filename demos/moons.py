"""Two moons: micrograd's demo, a 2-16-16-1 network trained eagerly with a hinge loss and L2.

A hundred points of two interleaved half circles, full-batch gradient descent with a falling learning rate.
"""

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograd import Value, mean
from nn import MLP, SGD, hinge

POINTS, STEPS = 100, 40


def make_moons(count: int, noise: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two interleaving half circles with Gaussian noise: points (count, 2), labels ±1 (count,)."""
    rng = np.random.default_rng(seed)
    angle = np.pi * rng.random(count)
    upper = np.arange(count) % 2 == 0
    x = np.where(upper, np.cos(angle), 1.0 - np.cos(angle))
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
    return np.column_stack([x, y]) + noise * rng.standard_normal((count, 2)), np.where(upper, -1.0, 1.0)


def loss_and_accuracy(net: MLP, points: np.ndarray, labels: np.ndarray) -> tuple[Value, float]:
    """The mean hinge loss plus L2 on every parameter, and the share of points on the right side."""
    scores = [net(point) for point in points]
    data_loss = mean([hinge(score, label) for score, label in zip(scores, labels, strict=True)])
    penalty = 1e-4 * sum(p * p for p in net.parameters())
    right = sum((score.data > 0) == (label > 0) for score, label in zip(scores, labels, strict=True))
    return data_loss + penalty, right / len(labels)


def main() -> None:
    """Train, with a progress bar, and print how the loss fell."""
    console = Console()
    points, labels = make_moons(POINTS, noise=0.1, seed=1337)
    net = MLP(2, [16, 16, 1], rng=1337)
    optimiser = SGD(net.parameters(), lr=1.0)
    console.print(f"{net}\n{POINTS} points, {STEPS} steps of full-batch gradient descent")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("loss", total=STEPS)
        for step in range(STEPS):
            loss, accuracy = loss_and_accuracy(net, points, labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.lr = 1.0 - 0.9 * step / STEPS
            optimiser.step()
            progress.update(task, advance=1, description=f"loss {loss.data:.4f}  accuracy {accuracy:4.0%}")
            if step % 10 == 0:
                progress.console.print(f"step {step:3d}  loss {loss.data:.4f}  accuracy {accuracy:.0%}")
    loss, accuracy = loss_and_accuracy(net, points, labels)
    console.print(f"step {STEPS:3d}  loss {loss.data:.4f}  accuracy {accuracy:.0%}")


if __name__ == "__main__":
    main()
