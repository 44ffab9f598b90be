"""The slips of the first two notes: what is written, the correction, what each gives, and the truth."""

import math
from typing import NamedTuple

import numpy as np

from autograd import Value, sigmoid
from demos._notes import f, named, slope
from nn import MLP, binary_cross_entropy, half_squared_error


class Slip(NamedTuple):
    """One slip. ``gives`` is a number, or says why there is none; ``truth`` is read off a graph of Values."""

    note: str
    written: str
    gives: float | str
    corrected: str
    corrected_gives: float
    truth: float
    why: str


def product(left: np.ndarray, right: np.ndarray) -> float | str:
    """The first entry of a matrix product, or why there is none."""
    if left.shape[1] != right.shape[0]:
        return "no product: {}×{} by {}×{}".format(*left.shape, *right.shape)
    return float((left @ right)[0, 0])


def logistic(nin: int, nouts: list[int], *, bias: bool = True) -> MLP:
    """The network of most notes, with fixed random weights."""
    return MLP(nin, nouts, activation="sigmoid", output_activation="sigmoid", bias=bias, rng=37)


def row_vectors() -> list[Slip]:
    """000: 4-3-2-1, rows, cross-entropy."""
    net, z = logistic(4, [3, 2, 1]), 0.5
    loss = binary_cross_entropy(net([0.5, -1.0, 0.25, 2.0]), 1)
    loss.backward()
    node = named(loss)
    W2, W3 = net.matrices()[1][0], net.matrices()[2][0]
    g_2z = np.array([node["z1[2]"].grad, node["z2[2]"].grad])
    a2 = np.array([[node["a1[2]"].data, node["a2[2]"].data]])
    return [
        Slip("000", "a = 1/(1 − e⁻ᶻ), at z = 0.5", 1 / (1 - math.exp(-z)), "1/(1 + e⁻ᶻ)", float(f(np.array(z))),
             sigmoid(Value(z)).data, "a pole at 0, and above 1; a(1 − a) is reached through two signs that cancel"),
        Slip("000", "dL/da2[1] = g[2z]·[W31, W32]", float(g_2z @ W2[2]), "g[2z]·[W21, W22]", float(g_2z @ W2[1]),
             node["a2[1]"].grad, "the weights that leave neuron 2 of layer 1; the matrix summary there has them right"),
        Slip("000", "layer 2: b[1] has the shape 1×2; columns", np.asarray(net.matrices()[0][1]).size, "b[2]",
             np.asarray(net.matrices()[1][1]).size, W2.shape[1], "a bias for each neuron of its own layer"),
        Slip("000", "z[3] = W[3]ᵀ a[2]", product(W3.T, a2), "a[2] W[3] + b[3]",
             float((a2 @ W3)[0, 0]) + node["b1[3]"].data, node["z1[3]"].data, "the column form, in a note of rows"),
    ]  # fmt: skip


def guided() -> list[Slip]:
    """001: 2-3-1, every weight 1, no bias, J = ½(y − ŷ)²."""
    net, x, y = logistic(2, [3, 1], bias=False), np.array([0.3, 1.0]), 0.75
    net.set_matrices([(np.ones((2, 3)), None), (np.ones((3, 1)), None)])
    J = half_squared_error(net(x), y)
    J.backward()
    node, a2, z3 = named(J), f(x.sum()), 3 * f(x.sum())
    y_hat, delta3, g_w = float(f(z3)), float(-(y - f(z3)) * slope(z3)), net.gradient_matrices()[1][0][0, 0]
    return [
        Slip("001", "4: dŷ/dW(2) times −(y − ŷ), “ŷ is constant”", 0.0, "y is constant", float(delta3 * a2), g_w,
             "of a constant ŷ every derivative would be 0"),
        Slip("001", "11: a(1) = X W(1) = 1.3", x[0], "z(2) = X W(1)", x.sum(), node["z1[1]"].data,
             "a(1) is X itself, 0.3 in its first entry"),
        Slip("001", "11: f(1.3) = 0.74", 0.74, "0.786", float(a2), node["a1[1]"].data,
             "their own z(3) = 2.37 needs 0.79"),
        Slip("001", "11: ŷ = 0.92", 0.92, "0.9135", y_hat, node["a1[2]"].data, "f(2.3575)"),
        Slip("001", "11: J = 0.015", 0.015, "0.01337", 0.5 * (y - y_hat) ** 2, J.data, "½(0.75 − 0.9135)²"),
        Slip("001", "11: dJ/dW(2) = a(2)ᵀ", float(a2), "a(2)ᵀ δ(3)", float(a2 * delta3), g_w, "δ(3) is missing"),
        Slip("001", "13: δ(3) = f(y − ŷ) f′(z(3))", float(f(np.array(y - y_hat)) * slope(z3)), "−(y − ŷ) f′(z(3))",
             delta3, node["z1[2]"].grad, "a minus that became an f"),
        Slip("001", "15: −a(2)ᵀ (y − ŷ) ∂z(3)/∂W(2)", float(-a2 * (y - y_hat) * a2), "−a(2)ᵀ (y − ŷ) f′(z(3))",
             float(-a2 * (y - y_hat) * slope(z3)), g_w, "∂z(3)/∂W(2) is the a(2)ᵀ that stands there already"),
    ]  # fmt: skip
