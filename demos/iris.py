"""Iris: three species told apart by their petals, with a softmax over three scores.

A 2-8-3 network, trained by Adam on three quarters of the 150 flowers; printed: the held-out flowers, by species and
by what the network says. Pictures: out/iris_boundary.png, with the held-out flowers, and out/iris_history.png.
"""

from functools import partial
from pathlib import Path

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from demos._datasets import data_set
from demos._extra import extra
from nn import MLP, fit, predict
from viz import plot_decision_boundary, plot_history


def main() -> None:
    """Train, print the confusion matrix, write the pictures."""
    extra("matplotlib", "plot")
    console, out = Console(), Path("out")
    out.mkdir(exist_ok=True)
    data = data_set("iris", columns=slice(2, 4))
    model = MLP(2, [8, 3], activation="tanh", rng=0)
    console.print(f"{model}\n{len(data.y)} flowers to learn from, {len(data.y_held)} held out")
    history = fit(
        model, data.X, data.y, loss="softmax_cross_entropy", lr=0.05, epochs=150, l2=1e-4, metrics="accuracy",
        validation=(data.X_held, data.y_held), seed=0,
    )  # fmt: skip

    said = predict(model, data.X_held).argmax(axis=1)
    table = Table("", *data.classes, box=SIMPLE_HEAD)
    for index, name in enumerate(data.classes):
        table.add_row(name, *[str(count) for count in np.bincount(said[data.y_held == index], minlength=3)])
    console.print("\nThe held-out flowers; a row for what they are, a column for what the network says:", table)
    console.print(f"accuracy on held-out flowers: {np.mean(said == data.y_held):.1%}; loss {history.loss[-1]:.4f}")

    plot_history(history, title="Iris").savefig(out / "iris_history.png")
    plot_decision_boundary(
        partial(predict, model), data.X_held, data.y_held, names=data.features, classes=data.classes,
        title="Iris: the held-out flowers",
    ).savefig(out / "iris_boundary.png")  # fmt: skip
    console.print("Pictures: out/iris_boundary.png, out/iris_history.png")


if __name__ == "__main__":
    main()
