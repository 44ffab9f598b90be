"""The 4-3-2-1 network: every gradient in Values and in matrices, and the two flows into each a[1].

A logistic network with cross-entropy loss: one backward pass as a graph of Values beside its matrix form, the
two flows of gradient into each neuron of layer 1, ten steps of gradient descent, a picture of the whole graph, and a
page that steps through the backward pass.
"""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demos._notes import picture, side_by_side
from nn import MLP, SGD, binary_cross_entropy, matrix_form
from viz import draw, step_through

X, Y = [0.5, -1.0, 0.25, 2.0], 1.0


def both_forms(net: MLP) -> Table:
    """dL/dW and dL/db of each layer: the Values' gradients beside the matrices'."""
    form = matrix_form.backprop(net.matrices(), X, Y, net.activations, "binary_cross_entropy")
    rows: list[tuple[str, Any, Any]] = []
    for layer, (scalar, g_w, g_b) in enumerate(zip(net.gradient_matrices(), form.g_W, form.g_b, strict=True), start=1):
        rows += [(f"g[{layer}W]", scalar[0], g_w), (f"g[{layer}b]", scalar[1], g_b)]
    return side_by_side("Scalar and matrix", rows, "gradient")


def flows(loss: Any) -> Table:
    """The two flows into each a[1], and their sum."""
    table = Table("node", "comes back from", "local", "upstream", "contribution")
    table.title = escape("Two flows into each a[1]")
    for node in loss.topological_order():
        if node.label in ("a1[1]", "a2[1]", "a3[1]"):
            found = loss.flows_into(node)[::-1]  # neuron 1 first
            for flow in found:
                weight = next(parent.label for parent in flow.child.parents if parent is not node)
                numbers = [f"{number:+.6f}" for number in flow[1:]]
                table.add_row(escape(node.label), escape(f"{weight} · {node.label}"), *numbers)
            table.add_row("", "", "", "sum", f"[bold]{sum(flow.contribution for flow in found):+.6f}", end_section=True)
    return table


def main() -> None:
    """Print both forms, the flows and the descent; write out/two_flows.svg and out/two_flows.html."""
    console = Console()
    net = MLP(4, [3, 2, 1], activation="sigmoid", output_activation="sigmoid", rng=37)
    optimiser, losses = SGD(net.parameters(), lr=0.5), []
    for step in range(11):
        optimiser.zero_grad()
        loss = binary_cross_entropy(net(X), Y).named("L")
        loss.backward()
        losses.append(f"{loss.data:.4f}")
        if step == 0:
            console.print(both_forms(net), flows(loss), sep="\n")
            path = picture("two_flows.svg")
            draw(loss, detail="full", title="Two flows of gradient into each a[1]").save(path)
            console.print(f"The whole graph with every gradient: {path}")
            console.print(
                f"Step through the pass, hover, move a weight: {step_through(loss, picture('two_flows.html'))}"
            )
        optimiser.step()
    console.print("Gradient descent:", " → ".join(losses))


if __name__ == "__main__":
    main()
