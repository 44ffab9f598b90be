"""The slips of the last two notes: any parameter, and columns of examples."""

import numpy as np

from autograd import mean
from demos._notes import named, slope
from demos._slips import Slip, logistic, product
from nn import binary_cross_entropy


def any_parameter() -> list[Slip]:
    """003: columns, mean cross-entropy; here of one example. The network is 3-4-2-1."""
    x, y = np.array([0.5, -1.0, 2.0]), 1.0
    net = logistic(3, [4, 2, 1])
    J = binary_cross_entropy(net(x), y)
    J.backward()
    node, (W1, _), (W2, _), (W3, _) = named(J), *net.matrices()
    s1, s2 = (slope(np.array([node[f"z{j}[{k}]"].data for j in range(1, n + 1)])) for k, n in ((1, 4), (2, 2)))
    z3, y_hat = np.array(node["z1[3]"].data), node["a1[3]"].data
    factor, above = -y / y_hat, -y / y_hat * y_hat * (1 - y_hat)  # dJ/dŷ and dJ/dz[3]
    dz2 = W2[0] * s1[0] * x[0]  # dz[2]/dW11[1]
    right, row = float(above * W3[:, 0] @ (s2 * dz2)), ((W3.T * s2) @ W2.T * s1)[0]  # dz[3]/dz[1]
    truth, g_b, g_W12, g_a3 = (node[p].grad for p in ("W11[1]", "b1[1]", "W12[2]", "a1[3]"))
    net.zero_grad()
    node["a1[2]"].backward()
    return [
        Slip("003", "layer l has 2[l] neurons: 2² in layer 2", 2**2, "λ[l]: 2 in layer 2", W2.shape[1],
             sum(label.startswith("z") and label.endswith("[2]") for label in node), "a λ that reads as a 2"),
        Slip("003", "9: σ′(z[3]) · (1 − σ(z[3]))", float(slope(z3) * (1 - y_hat)), "σ(z[3]) · (1 − σ(z[3]))",
             y_hat * (1 - y_hat), node["a1[3]"].partials()[0], "one σ got a prime too many"),
        Slip("003", "9: (1 − y)/(1 − y) − y/y", "0/0", "(1 − y)/(1 − ŷ) − y/ŷ", factor, g_a3, "the hats are missing"),
        Slip("003", "10: act[2]′(z1[2]) for every p[2], as W12[2]", above * W3[1, 0] * s2[0] * node["a1[1]"].data,
             "act[2]′(z[2]), a vector: here z2[2]", above * W3[1, 0] * s2[1] * node["a1[1]"].data, g_W12,
             "each neuron has a z and a slope of its own"),
        Slip("003", "layer 1 under the heading “layer 3”: ∂z[3]/∂w is a[2]", above * node["a1[2]"].data,
             "the chain down through W[3]ᵀ and W[2]ᵀ", right, truth,
             "it is layer 1's chain through layer 3", (J, "W11[1]")),
        Slip("003", "11: ∂z[3]/∂p[1] = W[3]ᵀ ∂z[2]/∂p[1]", float(above * W3[:, 0] @ dz2), "W[3]ᵀ ∂a[2]/∂p[1]", right,
             truth, "z[3] is made from a[2]; act[2]′ is lost"),
        Slip("003", "11: ∂z[2]/∂p[1] = act[2]′(z[2]) ∂z[1]/∂p[1]", "no product: 2 by 4 entries",
             "∂a[2]/∂p[1] = act[2]′(z[2]) ∂z[2]/∂p[1]", float((s2 * dz2)[0]), node["W11[1]"].grad,
             "act[2]′ leads from a[2] to z[2]; W[2]ᵀ comes next"),
        Slip("003", "12: W[1]ᵀ is λ[0]×λ[1], a[0] is 1×λ[0]", product(W1, x[None, :]), "λ[1]×λ[0] by λ[0]×1",
             float((W1.T @ x[:, None])[0, 0]), node["z1[1]"].data, "the sizes of W[1] and of a row; the biases are 0"),
        Slip("003", "13: W[3]ᵀ · act[2]′ · W[2]ᵀ …, each · a product", product(W3.T @ s2[:, None], W2.T),
             "W[3]ᵀ ∘ act[2]′ᵀ, then W[2]ᵀ", above * row[0] * x[0], truth, "act′ multiplies elementwise"),
        Slip("003", "13: the case p[1] = w11[1] is left blank", float(above * row[0]), "times a1[0]",
             float(above * row[0] * x[0]), truth, f"without it w11[1] gets the gradient of its bias, {g_b:+.5f}",
             (J, "W11[1]")),
    ]  # fmt: skip


def columns() -> list[Slip]:
    """004: examples as columns, and the mean over them."""
    X, Y = np.array([[0.5, -1.0, 2.0], [1.0, 0.3, -0.7]]), [1.0, 0.0, 1.0]
    net = logistic(2, [2, 1])
    losses = [binary_cross_entropy(net(x), y) for x, y in zip(X.T, Y, strict=True)]
    mean(losses).backward()
    m, nodes = len(losses), [named(loss) for loss in losses]
    dz = np.array([[m * node[f"z{j}[1]"].grad for node in nodes] for j in (1, 2)])
    g_w, g_b = map(np.asarray, net.gradient_matrices()[0])
    return [
        Slip("004", "dw = 1/m dz · a[L−1]", product(dz / m, X), "1/m dz · a[L−1]ᵀ", float((dz / m @ X.T)[0, 0]),
             g_w[0, 0], "m columns meet n rows: the transpose brings the examples together"),
        Slip("004", "db = 1/m Σ over the D features of dz", float(dz[:, 0].sum() / m), "Σ over the m examples",
             float(dz[0].sum() / m), g_b[0], "a neuron's bias is shared by the examples, not by the features"),
    ]  # fmt: skip
