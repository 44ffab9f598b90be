"""The 4-3-2-1 network: every gradient in Values and in matrices, and the two flows into each a[1].

One forward and one backward pass of a logistic network with cross-entropy loss, first as a graph of scalar
Values, then as the matrix form of backpropagation, side by side. Then the two flows of gradient into each neuron
of the first layer, ten steps of gradient descent, and a picture of the whole graph.
"""

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from autograd import Value
from nn import MLP, SGD, binary_cross_entropy, matrix_form
from viz import draw

X, Y = [0.5, -1.0, 0.25, 2.0], 1.0


def loss_of(net: MLP) -> Value:
    """The cross-entropy of the network's answer to the one example."""
    return binary_cross_entropy(net(X), Y).named("L")


def rows(matrix: np.ndarray) -> str:
    """A matrix, a row of it a line."""
    return "\n".join(" ".join(f"{number:+.4f}" for number in row) for row in np.atleast_2d(matrix))


def both_forms(net: MLP) -> Table:
    """dL/dW and dL/db of each layer: the Values' gradients beside the matrices', and their distance."""
    form = matrix_form.backprop(net.matrices(), X, Y, activations=["sigmoid"] * 3, loss="binary_cross_entropy")
    table = Table("gradient", "in Values", "in matrices", "difference", title="Scalar and matrix")
    for k, (in_values, g_w, g_b) in enumerate(zip(net.gradient_matrices(), form.g_W, form.g_b, strict=True), start=1):
        for name, scalar, matrix in (("W", in_values[0], g_w), ("b", in_values[1], g_b)):
            title = f"g\\[{k}{name}]\n[dim]{' × '.join(map(str, np.shape(scalar)))}"
            difference = f"{np.max(np.abs(scalar - matrix)):.0e}"
            table.add_row(title, rows(scalar), rows(matrix), difference, end_section=True)
    return table


def flows(loss: Value) -> Table:
    """The two flows into each a[1], and their sum."""
    table = Table("node", "comes back from", "local", "upstream", "contribution", title="Two flows into each a\\[1]")
    for node in loss.topological_order():
        if node.label in ("a1[1]", "a2[1]", "a3[1]"):
            found = loss.flows_into(node)[::-1]  # neuron 1 first
            for flow in found:
                weight = next(parent.label for parent in flow.child.parents if parent is not node)
                name, numbers = f"{weight} · {node.label}", (flow.local, flow.upstream, flow.contribution)
                table.add_row(node.label.replace("[", "\\["), name.replace("[", "\\["), *[f"{n:+.6f}" for n in numbers])
            table.add_row("", "", "", "sum", f"[bold]{sum(flow.contribution for flow in found):+.6f}", end_section=True)
    return table


def main() -> None:
    """Print both forms, the flows and the descent; write out/two_flows.svg."""
    console = Console()
    net = MLP(4, [3, 2, 1], activation="sigmoid", output_activation="sigmoid", rng=7)
    loss = loss_of(net)
    loss.backward()
    console.print(both_forms(net), flows(loss), sep="\n")

    (path := Path("out/two_flows.svg")).parent.mkdir(exist_ok=True)
    draw(loss, detail="full", title="Two flows of gradient into each a[1]").save(path)

    optimiser, losses = SGD(net.parameters(), lr=0.5), []
    for _ in range(10):
        losses.append(loss.data)
        optimiser.step()
        optimiser.zero_grad()
        loss = loss_of(net)
        loss.backward()
    console.print("Gradient descent:", " → ".join(f"{value:.4f}" for value in [*losses, loss.data]))
    console.print(f"The whole graph with every gradient: {path}")


if __name__ == "__main__":
    main()
