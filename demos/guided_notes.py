"""The guided notes: 17 questions on a 2-3-1 network, answered.

On the left what a backward pass through Values gives, on the right the answer of the notes, in matrices.
"""

from typing import Any

import numpy as np
from rich.console import Console

from autograd import Value, fsum
from demos._notes import f, named, picture, side_by_side, slope
from demos._words import opening
from demos._words_guided import GUIDED, SIGNS, question
from nn import MLP, half_squared_error
from viz import draw

X = np.array([[0.3, 1.0], [0.5, 0.2], [1.0, 0.4]])
Y = np.array([[0.75], [0.82], [0.93]])  # question 11 gives the first; question 16 names none
W1, W2 = np.ones((2, 3)), np.ones((3, 1))


def gradients(net: MLP, root: Value) -> list[Any]:
    """d root / dW(1) and d root / dW(2), by a backward pass from ``root``."""
    net.zero_grad()
    root.backward()
    return [g for g, _ in net.gradient_matrices()]


def main() -> None:
    """Answer the questions; write out/guided_notes.svg."""
    console = Console()
    console.print(opening(GUIDED, SIGNS))
    net = MLP(2, [3, 1], activation="sigmoid", output_activation="sigmoid", bias=False)
    net.set_matrices([(W1, None), (W2, None)])
    losses = [half_squared_error(net(x), y[0]) for x, y in zip(X, Y, strict=True)]
    nodes = [named(loss) for loss in losses]
    a2, z3 = f(X @ W1), f(X @ W1) @ W2
    error = -(Y - f(z3))
    delta3 = error * slope(z3)
    delta2 = delta3 @ W2.T * slope(X @ W1)

    J, y_hat, z = losses[0].named("J"), nodes[0]["a1[2]"], nodes[0]["z1[2]"]
    g_W1, g_W2 = gradients(net, J)
    path = draw(J, title="The guided notes: X = [0.3 1.0], y = 0.75").save(picture("guided_notes.svg"))
    delta, dy_dz, dz_dW2, dy_dW2 = z.grad, y_hat.partials(), gradients(net, z)[1], gradients(net, y_hat)[1]
    one = [
        ("1 dJ/dW(1), shaped as W(1)", g_W1, X[:1].T @ delta2[:1]),
        ("2 dJ/dW(2), shaped as W(2)", g_W2, a2[:1].T @ delta3[:1]),
        ("4 dJ/dW(2) = −(y − ŷ) dŷ/dW(2)", g_W2, error[0] * dy_dW2),
        ("5 … = −(y − ŷ) dŷ/dz(3) dz(3)/dW(2)", g_W2, error[0] * dy_dz * dz_dW2),
        ("6 dŷ/dz(3) = f′(z(3)) = e⁻ᶻ / (1 + e⁻ᶻ)²", [dy_dz], slope(z3[:1])),
        ("7 δ(3) = −(y − ŷ) f′(z(3))", [[delta]], delta3[:1]),
        ("8 z(3) = a(2) W(2)", [[z.data]], a2[:1] @ W2),
        ("9 dz(3)/dW(2), entry by entry", dz_dW2, [[a2[0, 0]], [a2[0, 1]], [a2[0, 2]]]),
        ("10 … = a(2)ᵀ", dz_dW2, a2[:1].T),
        ("11 dJ/dW(2) = a(2)ᵀ δ(3)", g_W2, a2[:1].T @ delta3[:1]),
    ]
    asked = {name: question(name) for name, *_ in one}
    console.print(side_by_side("One example: X = [0.3 1.0], y = 0.75", one, asked))
    console.print(f"11: f(1.3) = {a2[0, 0]:.4f}, z(3) = {z.data:.4f}, ŷ = {y_hat.data:.4f}, J = {J.data:.5f}")
    console.print(f"The graph of this example: {path}\n")

    each = [gradients(net, loss)[1] for loss in losses]
    g_W1, g_W2 = gradients(net, fsum(losses))
    three = [
        ("3 the gradient of Σ is the Σ of gradients", g_W2, sum(each)),
        ("12 z(3) = a(2) W(2), a row per example", [[node["z1[2]"].data] for node in nodes], z3),
        ("13 δ(3), a row per example", [[node["z1[2]"].grad] for node in nodes], delta3),
        ("14 Σ over examples, entry by entry", g_W2, [[sum(a2[:, j] * delta3[:, 0])] for j in range(3)]),
        ("15, 16 dJ/dW(2) = a(2)ᵀ δ(3)", g_W2, a2.T @ delta3),
        ("17 δ(2) = δ(3) W(2)ᵀ ∘ f′(z(2))", [[node[f"z{j}[1]"].grad for j in (1, 2, 3)] for node in nodes], delta2),
        ("17 dJ/dW(1) = Xᵀ δ(2)", g_W1, X.T @ delta2),
    ]
    asked = {name: question(name) for name, *_ in three}
    console.print(side_by_side("Three examples: y = 0.75, 0.82, 0.93 (the last two are ours)", three, asked))


if __name__ == "__main__":
    main()
