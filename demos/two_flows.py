"""The main demo: a 4-3-2-1 network, and the two flows into each a[1].

A logistic network with cross-entropy loss: one backward pass as a graph of Values beside its matrix form, the
two flows of gradient into each neuron of layer 1, ten steps of gradient descent, a picture of the whole graph, and a
page that steps through the backward pass.
"""

from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table

from autograd import Value
from demos import _words
from demos._notes import named, picture, side_by_side
from nn import MLP, SGD, binary_cross_entropy, matrix_form
from viz import draw, step_through

X, Y = [0.5, -1.0, 0.25, 2.0], 1.0


def both_forms(net: MLP, loss: Value) -> Group:
    """The notes' g[3a], g[3z], g[3W], g[3b] down to g[1b]: the Values' gradients beside the matrices'."""
    form, node = matrix_form.backprop(net.matrices(), X, Y, net.activations, "binary_cross_entropy"), named(loss)
    rows: list[tuple[str, Any, Any]] = []
    for k, (g_W, g_b) in reversed(list(enumerate(net.gradient_matrices(), start=1))):
        for name, matrix in (("a", form.g_a[k - 1]), ("z", form.g_z[k - 1])):
            labels = [f"{name}{j}[{k}]" for j in range(1, matrix.shape[1] + 1)]
            rows.append((f"g[{k}{name}]", [[node[label].grad for label in labels]], matrix))
        rows += [(f"g[{k}W]", g_W, form.g_W[k - 1]), (f"g[{k}b]", [g_b], [form.g_b[k - 1]])]
    return side_by_side("Every gradient, from the loss down", rows, _words.two_flows(len(form.g_W)))


def flows(loss: Value) -> Table:
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
    """Print both forms, the flows and the descent; write out/two_flows.svg, two_flows_a1.svg and two_flows.html."""
    console = Console()
    net = MLP(4, [3, 2, 1], activation="sigmoid", output_activation="sigmoid", rng=37)
    optimiser, losses = SGD(net.parameters(), lr=0.5), []
    for step in range(11):
        optimiser.zero_grad()
        loss = binary_cross_entropy(net(X), Y).named("L")
        loss.backward()
        losses.append(f"{loss.data:.4f}")
        if step == 0:
            console.print(_words.opening(_words.TWO_FLOWS, _words.TWO_FLOWS_SIGNS))
            console.print(both_forms(net, loss), flows(loss))
            path = picture("two_flows.svg")
            draw(loss, detail="full", title="Two flows of gradient into each a[1]").save(path)
            console.print(f"The whole graph with every gradient: {path}")
            near = draw(loss, focus=named(loss)["a1[1]"], depth=1).save(picture("two_flows_a1.svg"))
            console.print(f"The two flows into a1[1] alone: {near}", markup=False)
            page = step_through(loss, picture("two_flows.html"))
            console.print(f"Step through the pass, hover, move a weight: {page}")
        optimiser.step()
    console.print("Ten steps of gradient descent, the loss:", " → ".join(losses))


if __name__ == "__main__":
    main()
