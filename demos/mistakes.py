"""A laboratory of mistakes: five classic errors, beside the right answer.

One graph is differentiated six times. A backward pass is a few lines, and each of these lines can go wrong in its own
way. The table says which nodes come out wrong and by how much, and the lines under it why it is just these. At the end
one set of wrong numbers is given to `compare`, which finds the mistake by itself.
"""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograd import Value
from demos._notes import named
from nn import MLP, binary_cross_entropy
from viz import compare, wrong_pass
from viz.wrong_passes import WRONG_PASSES

SHOWN = ("z1[3]", "W11[3]", "a1[2]", "z1[2]", "W11[2]", "a1[1]", "z1[1]", "W11[1]", "a1[0]")
COLOURS = {True: "red", False: "green"}
MISTAKES = {name: WRONG_PASSES[name][1] for name in ("= for +=", "no order", "no zero_grad", "old interior")} | {
    "a(1 + a)": "one sign in σ′ = a(1 − a): a factor of (1 + a)/(1 − a) for each σ between the node and the loss"
}
"""Each mistake, and why these nodes come out wrong."""


def example() -> Value:
    """The loss of a small logistic network, after its backward pass."""
    net = MLP(2, [2, 2, 1], activation="sigmoid", output_activation="sigmoid", rng=37)
    loss: Value = binary_cross_entropy(net([0.5, -1.0]), 1).named("L")
    loss.backward()
    return loss


def main() -> None:
    """Print the right answer beside each mistake, which nodes go wrong and why; and let `compare` find one."""
    console, loss = Console(), example()
    right = {node: node.grad for node in loss.topological_order()}
    found = {name: wrong_pass(loss, name) for name in MISTAKES}
    off = {
        name: {n for n in right if abs(grads[n] - right[n]) > 1e-12 * abs(right[n])} for name, grads in found.items()
    }
    node = named(loss)
    table = Table("node", "right", *MISTAKES, title="The same graph, differentiated with one mistake each")
    for label in SHOWN:
        cells = [f"[{COLOURS[node[label] in off[name]]}]{found[name][node[label]]:+.4f}" for name in MISTAKES]
        table.add_row(escape(label), f"{right[node[label]]:+.4f}", *cells)
    console.print(table)
    for name, why in MISTAKES.items():
        labels = [label for label in SHOWN if node[label] in off[name]]
        which = escape(f"{len(off[name])} of {len(right)} nodes go wrong ({', '.join(labels)} …)")
        console.print(f"[bold]{name}[/bold]: {which}: {why}.")
    claimed = {label: found["a(1 + a)"][node[label]] for label in ("W11[1]", "W11[2]", "W11[3]")}
    console.print("\n[bold]compare[/bold], given three numbers of the last column:", compare(loss, claimed))


if __name__ == "__main__":
    main()
