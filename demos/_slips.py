"""The record of a slip, and the slips of the first note: as written, corrected, what each gives, and the truth."""

import math
from typing import NamedTuple

import numpy as np

from autograd import Value, exp, grad, sigmoid
from demos._notes import f, named
from nn import MLP, binary_cross_entropy


class Slip(NamedTuple):
    """One slip. ``gives`` is a number, or says why there is none; ``truth`` is read off a graph of Values."""

    note: str
    written: str
    gives: float | str
    corrected: str
    corrected_gives: float
    truth: float
    why: str
    of: tuple[Value, str] | None = None  # the root and the node's name, where compare tells the slip


def product(left: np.ndarray, right: np.ndarray) -> float | str:
    """The first entry of a matrix product, or why there is none."""
    if left.shape[1] != right.shape[0]:
        return "no product: {}×{} by {}×{}".format(*left.shape, *right.shape)
    return float((left @ right)[0, 0])


def logistic(nin: int, nouts: list[int], *, bias: bool = True) -> MLP:
    """The network of most notes, with fixed random weights."""
    return MLP(nin, nouts, activation="sigmoid", output_activation="sigmoid", bias=bias, rng=37)


def minus_form() -> list[Slip]:
    """000: 1/(1 − e⁻ᶻ) for the logistic function, and how its derivative came out right all the same, at z = 0.5."""
    z, e = 0.5, math.exp(-0.5)
    a, slope, x = 1 / (1 - e), e / (1 - e) ** 2, Value(0.5, "z")
    return [
        Slip("000", "a = 1/(1 − e⁻ᶻ), at z = 0.5", a, "1/(1 + e⁻ᶻ)", float(f(np.array(z))), sigmoid(Value(z)).data,
             "a logistic neuron lies between 0 and 1; this has a pole at 0"),
        Slip("000", "d/dz (1 − e⁻ᶻ)⁻¹ = e⁻ᶻ/(1 − e⁻ᶻ)²", slope, "−e⁻ᶻ/(1 − e⁻ᶻ)²", -slope,
             grad(lambda z: 1 / (1 - exp(-z)))(z), "the first wrong sign: d/dz (1 − e⁻ᶻ) is +e⁻ᶻ",
             (1 / (1 - exp(-x)), "z")),
        Slip("000", "e⁻ᶻ/(1 − e⁻ᶻ) = 1 − a", 1 - a, "a − 1", a - 1, (exp(-Value(z)) / (1 - exp(-Value(z)))).data,
             "the second; the two cancel, and a′ = a(1 − a) holds for both functions"),
    ]  # fmt: skip


def row_vectors() -> list[Slip]:
    """000: 4-3-2-1, rows, cross-entropy."""
    net = logistic(4, [3, 2, 1])
    loss = binary_cross_entropy(net([0.5, -1.0, 0.25, 2.0]), 1)
    loss.backward()
    node = named(loss)
    (W1, b1), (W2, b2), (W3, _) = net.matrices()
    g_2z = np.array([node["z1[2]"].grad, node["z2[2]"].grad])
    a2 = np.array([[node["a1[2]"].data, node["a2[2]"].data]])
    z3, g_3z = node["z1[3]"].data, float(f(np.array(node["z1[3]"].data))) - 1
    return [
        *minus_form(),
        Slip("000", "layer 2: b[1] has the shape 1×2; its size", np.asarray(b1).size, "b[2]", np.asarray(b2).size,
             W2.shape[1], "a bias for each neuron of its own layer"),
        Slip("000", "z[3] = W[3]ᵀ a[2]", product(W3.T, a2), "a[2] W[3] + b[3]",
             float((a2 @ W3)[0, 0]) + node["b1[3]"].data, z3, "the column form, in a note of rows"),
        Slip("000", "the loss is the log likelihood", math.log(node["a1[3]"].data), "minus the log likelihood",
             -math.log(node["a1[3]"].data), loss.data, "the likelihood should grow, the loss should fall"),
        Slip("000", "b[3] is the coefficient of z[3]: dL/db[3]", z3 * g_3z, "b[3] is added: g[3z]", g_3z,
             node["b1[3]"].grad, "c in c·z would have the gradient z·g; the result in the note is right"),
        Slip("000", "“the input layer z[1], a[1]”; its width", W1.shape[0], "the first hidden layer", W1.shape[1],
             sum(label.startswith("z") and label.endswith("[1]") for label in node), "the input is a[0]"),
        Slip("000", "dL/da2[1] = g[2z]·[W31, W32]", float(g_2z @ W2[2]), "g[2z]·[W21, W22]", float(g_2z @ W2[1]),
             node["a2[1]"].grad, "the weights that leave neuron 2 of layer 1, as in the matrix summary there",
             (loss, "a2[1]")),
    ]  # fmt: skip
