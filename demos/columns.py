"""Columns of examples: dz, dW, db, da with the 1/m; a worked example.

Every layer of a 3-3-2-1 network on four examples, then the worked 1-1-1 example.
"""

import numpy as np
from rich.console import Console

from autograd import mean
from demos import _words
from demos._notes import Array, f, named, picture, side_by_side, slope
from demos._words_examples import COLUMNS, COLUMNS_SIGNS, columns
from nn import MLP, binary_cross_entropy
from viz import draw

RNG = np.random.default_rng(1)
X, Y = RNG.normal(size=(3, 4)), np.array([[1.0, 0.0, 0.0, 1.0]])


def network(nin: int, widths: list[int]) -> MLP:
    """Logistic layers."""
    return MLP(nin, widths, activation="sigmoid", output_activation="sigmoid", rng=8)


def rules(net: MLP, x: Array, y: Array) -> dict[str, Array]:
    """The notes' rules, layer by layer, on columns."""
    layers = [(W.T, np.asarray(b)[:, None]) for W, b in net.matrices()]
    a, z = [x], []
    for w, b in layers:
        z.append(w @ a[-1] + b)
        a.append(f(z[-1]))
    found = {}
    da, m = -y / a[-1] + (1 - y) / (1 - a[-1]), x.shape[1]
    for number, (w, _) in reversed(list(enumerate(layers, start=1))):
        dz = da * slope(z[number - 1])
        found[f"dz[{number}]"] = dz
        found[f"dw[{number}]"] = 1 / m * dz @ a[number - 1].T
        found[f"db[{number}]"] = 1 / m * dz.sum(axis=1, keepdims=True)
        da = found[f"da[{number - 1}]"] = w.T @ dz
    return found


def values(net: MLP, x: Array, y: Array) -> dict[str, Array]:
    """The same from Values: dz and da of each example's own loss, dw and db of the mean over the examples."""
    losses = [binary_cross_entropy(net(column), label) for column, label in zip(x.T, y[0], strict=True)]
    J = mean(losses).named("J")
    J.backward()
    nodes, m = [named(loss) for loss in losses], len(losses)
    found = {}
    for number, (g_W, g_b) in reversed(list(enumerate(net.gradient_matrices(), start=1))):
        sizes = {f"dz[{number}]": g_W.shape[1], f"da[{number - 1}]": g_W.shape[0]}
        for name, size in sizes.items():
            labels = [f"{name[1]}{i}{name[2:]}" for i in range(1, size + 1)]
            found[name] = np.array([[m * node[label].grad for node in nodes] for label in labels])
        found |= {f"dw[{number}]": g_W.T, f"db[{number}]": np.asarray(g_b)[:, None]}
    if len(net.layers) == 2:
        draw(J, title="The worked 1-1-1 example").save(picture("columns.svg"))
    return found


def main() -> None:
    """Print both forms for a 3-3-2-1 net on 4 examples, and for 1-1-1; write out/columns.svg."""
    console = Console()
    console.print(_words.opening(COLUMNS, COLUMNS_SIGNS))
    net = network(3, [3, 2, 1])
    left, right = values(net, X, Y), rules(net, X, Y)
    console.print(side_by_side("3-3-2-1, four examples", [(n, left[n], right[n]) for n in right], columns(3)))
    net, x, y = network(1, [1, 1]), np.array([[0.7]]), np.array([[1.0]])
    left, right = values(net, x, y), rules(net, x, y)
    console.print(side_by_side("1-1-1, one example", [(n, left[n], right[n]) for n in right], columns(2)))
    (w, _), a1, y_hat = net.matrices()[1], net.layers[0](x[:, 0]).data, net(x[:, 0]).data
    console.print(f"By hand, with y = 1:\ndz[2] = a[2] − y = {y_hat:.6f} − 1 = {y_hat - 1:+.6f}")
    console.print("dz[1] = dz[2] · w[2] · a[1](1 − a[1])")
    console.print(f"      = {y_hat - 1:.6f} · {w[0, 0]:.6f} · {a1:.6f} · {1 - a1:.6f}")
    console.print(f"      = {(y_hat - 1) * w[0, 0] * a1 * (1 - a1):+.6f}\nThe graph: {picture('columns.svg')}")


if __name__ == "__main__":
    main()
