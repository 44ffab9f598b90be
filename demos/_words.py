"""The words before the numbers in the demos of the notes: the setting, the symbols and their names, the formulas."""

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

TWO_FLOWS = """\
A network of logistic neurons, 4 inputs and layers of 3, 2 and 1, and one example with the label y = 1:
z[k] = a[k−1] W[k] + b[k], a[k] = 1/(1 + e⁻ᶻ), L = −log a[3]. The backward pass goes from L down to b[1]."""
TWO_FLOWS_SIGNS = [
    ("a[0]", "the inputs, a row", "a1[0] … a4[0]"),
    ("W[k]", "weights into layer k, one column per neuron", "W21[k]: from neuron 2 to neuron 1"),
    ("b[k], z[k], a[k]", "biases, sums, outputs of layer k", "b1[k], z1[k], a1[k] …"),
    ("g[kz], g[kW] …", "dL/dz[k], dL/dW[k] …", "z1[k].grad, W21[k].grad …"),
]


def two_flows(top: int) -> dict[str, str]:
    """The formulas of the matrix form of ``top`` layers."""
    words = {f"g[{top}a]": f"Where the pass begins: g[{top}a] = dL/da[{top}] = −y/a[{top}] + (1 − y)/(1 − a[{top}])"}
    for k in range(top, 0, -1):
        if k < top:
            words[f"g[{k}a]"] = (
                f"Down through the weights, a flow from each neuron above: g[{k}a] = g[{k + 1}z] W[{k + 1}]ᵀ"
            )
        words[f"g[{k}z]"] = f"Back through the logistic function: g[{k}z] = g[{k}a] ∘ a[{k}] ∘ (1 − a[{k}])"
        words[f"g[{k}W]"] = f"What came in times what flows back: g[{k}W] = a[{k - 1}]ᵀ g[{k}z]"
        words[f"g[{k}b]"] = f"A bias is added, so its gradient is that of the sum: g[{k}b] = g[{k}z]"
    return words


ANY_DEPTH = """\
Logistic layers without biases, z[k] = a[k−1] w[k], a[k] = σ(z[k]), and the loss L = (y − a[L])² of one example.
How does L change with the weights of any layer k? By induction: from the top, dL/da[k] is known from dL/da[k+1]."""
ANY_DEPTH_SIGNS = [
    ("a[0], y", "the example, y = 1", "a1[0] … a3[0]"),
    ("w[k], here also W[k]", "weights into layer k", "W11[k], W12[k] …"),
    ("z[k], a[k]", "before and after σ", "z1[k], a1[k] …"),
    ("dL/da[k], dL/dw[k]", "a row; shaped as w[k]", "a1[k].grad; W11[k].grad …"),
]


def any_depth(top: int) -> dict[str, str]:
    """The steps of the induction for ``top`` layers."""
    words = {f"dL/da[{top}]": f"The base case: dL/da[{top}] = 2(a[{top}] − y)"}
    for k in range(top, 0, -1):
        if k < top:
            words[f"dL/da[{k}]"] = f"One layer down: dL/da[{k}] = (dL/da[{k + 1}] ∘ σ′(z[{k + 1}])) w[{k + 1}]ᵀ"
        words[f"dL/dW[{k}]"] = f"The weights of this layer: dL/dw[{k}] = a[{k - 1}]ᵀ (dL/da[{k}] ∘ σ′(z[{k}]))"
    return words


HEADS = ("in the notes", "what it is", "in the MLP")


def opening(
    about: str,
    signs: Iterable[tuple[str, str, str]],
    heads: Sequence[str] = HEADS,
    title: str = "The notes' symbols in the MLP",
) -> Group:
    """The setting of a demo, and the table of its signs: in the notes, in words, in the MLP."""
    table = Table(*heads, title=title, box=SIMPLE_HEAD)
    for row in signs:
        table.add_row(*map(escape, row))
    parts: list[RenderableType] = [escape(" ".join(about.split())), table]
    return Group(*parts)
