"""Any depth: dL/dW of every layer, by induction over dL/da.

Logistic layers without biases and L = (y − a[L])². The base case is dL/da[L] = 2(a[L] − y); each step goes one layer
down, dL/da[k] = (dL/da[k+1] ∘ σ′(z[k+1])) W[k+1]ᵀ; and each layer gives dL/dW[k] = a[k-1]ᵀ (dL/da[k] ∘ σ′(z[k])).
"""

import numpy as np
from rich.console import Console

from autograd import Value
from demos import _words
from demos._notes import Array, f, named, picture, side_by_side, slope
from nn import MLP, squared_error
from viz import draw

X, Y = np.array([[0.5, -1.0, 2.0]]), 1.0
EPSILON = np.finfo(float).eps / 2  # half a unit in the last place: nothing is nearer


def induction(weights: list[Array]) -> dict[str, Array]:
    """dL/da[k] and dL/dW[k] for k = L .. 1."""
    a, z = [X], []
    for W in weights:
        z.append(a[-1] @ W)
        a.append(f(z[-1]))
    g_a = 2 * (a[-1] - Y)
    found = {}
    for k in range(len(weights), 0, -1):
        found[f"dL/da[{k}]"] = g_a
        found[f"dL/dW[{k}]"] = a[k - 1].T @ (g_a * slope(z[k - 1]))
        g_a = (g_a * slope(z[k - 1])) @ weights[k - 1].T
    return found


def backward(net: MLP, loss: Value) -> dict[str, Array]:
    """The same, read off the Values after one backward pass."""
    loss.backward()
    nodes, found = named(loss), {}
    for k, (g_W, _) in reversed(list(enumerate(net.gradient_matrices(), start=1))):
        found[f"dL/da[{k}]"] = np.array([[nodes[f"a{j}[{k}]"].grad for j in range(1, g_W.shape[1] + 1)]])
        found[f"dL/dW[{k}]"] = g_W
    return found


def both(widths: list[int]) -> tuple[Value, dict[str, Array], dict[str, Array]]:
    """The loss of a net of these widths, and its gradients in Values and in matrices."""
    net = MLP(3, widths, activation="sigmoid", output_activation="sigmoid", bias=False, rng=2)
    loss = squared_error(net(X[0]), Y).named("L")
    return loss, backward(net, loss), induction([W for W, _ in net.matrices()])


def main() -> None:
    """Show a net of 4 layers step by step, then 1 to 12 layers in a line each; write out/any_depth.svg."""
    console = Console()
    console.print(_words.opening(_words.ANY_DEPTH, _words.ANY_DEPTH_SIGNS))
    loss, scalar, matrix = both([4, 3, 2, 1])
    rows = [(name, scalar[name], matrix[name]) for name in matrix]
    console.print(side_by_side("Down a net of 4 layers", rows, _words.any_depth(4)))
    path = draw(loss, detail="neurons", title="A net of 4 layers").save(picture("any_depth.svg"))
    console.print(f"The net, one card per neuron: {path}\n\nAnd for any number of layers:")
    for depth in range(1, 13):
        _, scalar, matrix = both([*([4, 3, 2] * 4)[: depth - 1], 1])
        worst = max(np.max(np.abs(scalar[name] - g)) / np.max(np.abs(g)) for name, g in matrix.items())
        console.print(f"{depth:2d} layer{'s' * (depth > 1)}: relative difference at most {max(worst, EPSILON):.0e}")


if __name__ == "__main__":
    main()
