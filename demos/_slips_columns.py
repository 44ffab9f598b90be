"""The slips of the other notes: any depth, any parameter, columns of examples."""

import numpy as np

from autograd import mean
from demos._notes import f, named, slope
from demos._slips import Slip, logistic, product
from nn import binary_cross_entropy, squared_error


def any_depth() -> list[Slip]:
    """002: the induction over dL/da, one step of it."""
    net = logistic(3, [2, 2, 1], bias=False)
    loss = squared_error(net([0.5, -1.0, 2.0]), 1)
    loss.backward()
    node, W = named(loss), net.matrices()[1][0]
    a, z = (np.array([node[f"{name}{j}[2]"].data for j in (1, 2)]) for name in "az")
    g_a = np.array([node["a1[2]"].grad, node["a2[2]"].grad])
    return [
        Slip("002", "dL/da[k] = dL/da[k+1] · σ′(a[k+1]) · w[k+1]", float((g_a * slope(a)) @ W[0]), "σ′(z[k+1])",
             float((g_a * slope(z)) @ W[0]), node["a1[1]"].grad, "σ′ belongs to what σ was applied to"),
    ]  # fmt: skip


def any_parameter() -> list[Slip]:
    """003: columns, mean cross-entropy; here of one example."""
    x, y = np.array([0.5, -1.0, 2.0]), 1.0
    net = logistic(3, [4, 2, 1])
    J = binary_cross_entropy(net(x), y)
    J.backward()
    node, (W2, b2), (W3, _) = named(J), *net.matrices()[1:]
    z1, z2, z3 = ([node[f"z{j}[{k}]"].data for j in range(1, n + 1)] for k, n in ((1, 4), (2, 2), (3, 1)))
    y_hat = float(f(np.array(z3[0])))
    factor = -y / y_hat
    above = factor * y_hat * (1 - y_hat)  # dJ/dz[3]
    dz2 = W2.T[:, 0] * slope(np.array(z1))[0] * x[0]  # dz[2]/dW11[1]
    right = float(above * W3[:, 0] @ (slope(np.array(z2)) * dz2))
    truth = node["W11[1]"].grad
    return [
        Slip("003", "layer l has 2[l] neurons: 2² in layer 2", 2.0**2, "λ[l]: 2 in layer 2", np.asarray(b2).size,
             len(z2), "a λ that reads as a 2"),
        Slip("003", "9: σ′(z[3]) · (1 − σ(z[3]))", float(slope(np.array(z3[0])) * (1 - y_hat)),
             "σ(z[3]) · (1 − σ(z[3]))", y_hat * (1 - y_hat), node["a1[3]"].partials()[0], "one σ got a prime too many"),
        Slip("003", "9: (1 − y)/(1 − y) − y/y", "0/0", "(1 − y)/(1 − ŷ) − y/ŷ", factor, node["a1[3]"].grad,
             "the hats are missing"),
        Slip("003", "∂z[3]/∂p[1] = W[3]ᵀ ∂z[2]/∂p[1]", float(above * W3[:, 0] @ dz2), "W[3]ᵀ ∂a[2]/∂p[1]", right, truth,
             "act[2]′ comes in with a[2], in the next line"),
        Slip("003", "layer 1 under the heading “layer 3”: ∂z[3]/∂w is a[2]", above * node["a1[2]"].data,
             "the chain down through W[3]ᵀ and W[2]ᵀ", right, truth, "it is layer 1's chain through layer 3"),
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
