"""Breast cancer: malignant or benign, by a logistic network on thirty measurements of cell nuclei.

A 30-4-1 network with cross-entropy, trained by Adam on three quarters of the 569 tumours; it stops when the loss on
a part of those no longer falls. Printed: its accuracy on the tumours held out, which it has never seen, and its
mistakes of both kinds. Pictures: out/breast_cancer_history.png, and every weight by the name of its measurement in
out/breast_cancer_weights.png.
"""

from pathlib import Path

import numpy as np
from rich.console import Console

from demos._datasets import data_set
from demos._extra import extra
from nn import MLP, fit, predict
from viz import plot_history, plot_matrices


def main() -> None:
    """Train until the validation loss rises, print what held-out tumours show, write the pictures."""
    extra("matplotlib", "plot")
    console, out = Console(), Path("out")
    out.mkdir(exist_ok=True)
    data = data_set("breast_cancer")
    model = MLP(30, [4, 1], activation="tanh", output_activation="sigmoid", init="xavier_uniform", rng=0)
    console.print(f"{model}\n{len(data.y)} tumours to learn from, {len(data.y_held)} held out")
    history = fit(
        model, data.X, data.y, loss="binary_cross_entropy", lr=0.05, epochs=300, l2=0.01, metrics="accuracy",
        validation=0.2, patience=20, seed=0,
    )  # fmt: skip
    console.print(f"{len(history)} epochs; stopped: {history.stopped}; parameters of epoch {history.best_epoch} kept")

    benign, is_benign = predict(model, data.X_held) > 0.5, data.y_held == 1
    missed, alarms = int(np.sum(benign & ~is_benign)), int(np.sum(~benign & is_benign))
    console.print(f"accuracy on held-out tumours: {np.mean(benign == is_benign):.1%}")
    console.print(
        f"{missed} of {np.sum(~is_benign)} malignant ones missed, {alarms} of {np.sum(is_benign)} false alarms"
    )

    plot_history(history, title="Breast cancer").savefig(out / "breast_cancer_history.png")
    plot_matrices(
        model.matrices(), inputs=data.features, outputs=["benign"], title="What the network weighs"
    ).savefig(out / "breast_cancer_weights.png")  # fmt: skip
    console.print("Pictures: out/breast_cancer_history.png, out/breast_cancer_weights.png")


if __name__ == "__main__":
    main()
