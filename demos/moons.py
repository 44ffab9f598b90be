"""Two moons: one network trained on Values and on their recording: the same losses, at two speeds.

micrograd's demo: a 2-16-16-1 network, a hundred points of two interleaved half circles, a hinge loss with L2, gradient
descent with a falling learning rate. The loss of one example is written once. `compiled=False` builds it of Values for
every example and step; `compiled=True` records it and replays the recording over all examples.
Pictures: out/moons_history.png, out/moons_boundary.png, and the boundary while it is learnt, out/moons.gif.
"""

import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from demos._extra import extra
from nn import MLP, Epoch, History, LinearLR, fit, predict
from viz import animate_boundary, plot_decision_boundary, plot_history

STEPS, EPOCHS = 5, 100
Array = np.ndarray[Any, np.dtype[np.float64]]


def make_moons(count: int, noise: float, seed: int) -> tuple[Array, Array]:
    """Two interleaving half circles with Gaussian noise: points (count, 2), labels ±1 (count,)."""
    rng = np.random.default_rng(seed)
    angle = np.pi * rng.random(count)
    upper = np.arange(count) % 2 == 0
    x = np.where(upper, np.cos(angle), 1.0 - np.cos(angle))
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
    return np.column_stack([x, y]) + noise * rng.standard_normal((count, 2)), np.where(upper, -1.0, 1.0)


def main() -> None:
    """Train both ways and compare; train on; write the pictures."""
    extra("matplotlib", "plot")
    console, out = Console(), Path("out")
    out.mkdir(exist_ok=True)
    X, y = make_moons(100, noise=0.1, seed=1337)
    settings: dict[str, Any] = {"loss": "hinge", "optimizer": "SGD", "lr": 1.0, "l2": 1e-4, "metrics": "accuracy"}

    both: list[History] = []
    for compiled, name in ((False, "on Values"), (True, "recorded and replayed")):
        start = time.perf_counter()
        both.append(fit(MLP(2, [16, 16, 1], rng=1337), X, y, epochs=STEPS, compiled=compiled, **settings))
        step, total = np.median(both[-1].seconds), time.perf_counter() - start
        console.print(
            f"{name:<22} {STEPS} steps: loss {both[-1].loss[-1]:.12f}, {1000 * step:.2f} ms a step, {total:.1f} s"
        )
    eager, replayed = (np.array(history.loss) for history in both)
    ratio = np.median(both[0].seconds) / np.median(both[1].seconds)
    console.print(
        f"largest difference of a loss: {np.abs(eager - replayed).max():.0e}; a step is {ratio:,.0f} times as fast"
    )

    model, snapshots = MLP(2, [16, 16, 1], rng=1337), []

    def keep(epoch: Epoch) -> None:
        if epoch.epoch % 3 == 0:
            snapshots.append((f"epoch {epoch.epoch}: accuracy {epoch.metrics['accuracy']:.0%}", model.matrices()))

    def at(matrices: Any, points: Array) -> Array:
        model.set_matrices(matrices)
        return predict(model, points)

    history = fit(model, X, y, epochs=EPOCHS, schedule=LinearLR(EPOCHS, end=0.1), callbacks=keep, **settings)
    console.print(f"{EPOCHS} steps: loss {history.loss[-1]:.4f}, accuracy {history.metrics['accuracy'][-1]:.0%}")
    plot_history(history, title="Two moons").savefig(out / "moons_history.png")
    plot_decision_boundary(partial(predict, model), X, y, title="Two moons").savefig(out / "moons_boundary.png")
    titles, matrices = zip(*snapshots, strict=True)
    animate_boundary(at, matrices, X, y, out / "moons.gif", titles=titles)
    console.print("Pictures: out/moons_history.png, out/moons_boundary.png, out/moons.gif")


if __name__ == "__main__":
    main()
