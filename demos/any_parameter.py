"""Any parameter: dJ/dp of one weight or bias, as a product of factors.

Three layers of columns, any activations in layers 1 and 2, a logistic output, the mean cross-entropy of m examples.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograd import mean
from demos._notes import Array, Matrices, f, off, picture, slope
from demos._words import opening
from demos._words_examples import ANY_PARAMETER, ANY_PARAMETER_SIGNS, ANY_PARAMETER_STEPS
from nn import MLP, binary_cross_entropy
from viz import draw

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(3, 5)), np.array([0.0, 1.0, 1.0, 0.0, 1.0])  # one example per column
ACTS: list[Callable[[Any], Any]] = [np.tanh, lambda z: np.logaddexp(0, z), f]
SLOPES: list[Callable[[Any], Any]] = [lambda z: 1 - np.tanh(z) ** 2, f, slope]
LARGEST, SHOWN = 1e12, ("W12[1]", "b4[1]", "W31[2]", "b2[2]", "W21[3]", "b1[3]")


def forward(matrices: Matrices) -> tuple[list[Array], list[Array]]:
    """a[0] .. a[3], and act′(z[1]) .. act′(z[3]): cached, so that no derivative needs z again."""
    a, slopes = [X], []
    for (W, b), act, derivative in zip(matrices, ACTS, SLOPES, strict=True):
        z = W.T @ a[-1] + np.asarray(b)[:, None]
        slopes.append(derivative(z))
        a.append(act(z))
    return a, slopes


def loss_factor(y_hat: Array, y: Array) -> Array:
    """(1 − y)/(1 − ŷ) − y/ŷ: a label of 0 or 1 selects one term, so that the other is never divided; clamped."""
    with np.errstate(divide="ignore"):
        return np.clip(np.where(y == 1, -1 / y_hat, 1 / (1 - y_hat)), -LARGEST, LARGEST)


def factors(matrices: Matrices, label: str) -> Array:
    """The loss, σ′(z[3]) and dz[3]/dp of each example, in rows; ``label`` is p's name, as W21[2] or b1[3]."""
    a, slopes = forward(matrices)
    layer, j = int(label[-2]), int(label[label.index("[") - 1]) - 1
    column = np.zeros_like(a[layer])  # dz[layer]/dp
    column[j] = a[layer - 1][int(label[1]) - 1] if label[0] == "W" else 1
    for k in range(layer, 3):
        column = matrices[k][0].T @ (slopes[k - 1] * column)
    return np.vstack([loss_factor(a[3], Y), slopes[2], column])


def main() -> None:
    """Print one product, some parameters, the largest difference over all; write out/any_parameter.svg."""
    console = Console()
    net = MLP(3, [4, 2, 1], activation=["tanh", "softplus"], output_activation="sigmoid", init="glorot_normal", rng=4)
    J = mean([binary_cross_entropy(net(x), y) for x, y in zip(X.T, Y, strict=True)]).named("J")
    J.backward()
    path = draw(J, detail="layers", title="J over five examples, folded to layers").save(picture("any_parameter.svg"))
    console.print(opening(ANY_PARAMETER, ANY_PARAMETER_SIGNS), escape(" ".join(ANY_PARAMETER_STEPS.split())))
    one = Table("example", "y", "dloss/dŷ", "σ′(z[3])", escape("dz[3]/dW12[1]"), "product", title="A single weight")
    for y, three in zip(Y, factors(net.matrices(), "W12[1]").T, strict=True):
        one.add_row(str(one.row_count + 1), f"{y:g}", *(f"{x:+.6f}" for x in (*three, np.prod(three))))
    table = Table("p", "mean of products", "backward()", "difference", title="dJ/dp at the point K")
    formula = {p: float(np.mean(np.prod(factors(net.matrices(), p.label), axis=0))) for p in net.parameters()}
    for p in (p for p in formula if p.label in SHOWN):
        table.add_row(escape(p.label), f"{formula[p]:+.12f}", f"{p.grad:+.12f}", off(formula[p], p.grad))
    console.print(one, table)
    worst = max(abs(number - p.grad) for p, number in formula.items())
    console.print(f"All {len(formula)} parameters: largest difference {worst:.0e}\nThe graph of J: {path}\n")
    console.print("The factor dloss/dŷ where ŷ is 0 or 1: y selects one of its terms, the other is never divided:")
    for y, y_hat in ((1, 1.0), (0, 0.0), (1, 0.0)):
        console.print(f"    y = {y}, ŷ = {y_hat:g}: {loss_factor(np.array(y_hat), np.array(y)):+g}")
    console.print("No selector: the first two are 0/0. No clamp: the third is infinite.")


if __name__ == "__main__":
    main()
