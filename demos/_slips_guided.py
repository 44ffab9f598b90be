"""The slips of the second note, whose questions are answered by hand, and of the third, for any depth."""

import numpy as np

from demos._notes import f, named, slope
from demos._slips import Slip, logistic, product
from nn import half_squared_error, squared_error


def guided() -> list[Slip]:
    """001: 2-3-1, every weight 1, no bias, J = ½(y − ŷ)²."""
    net, x, y = logistic(2, [3, 1], bias=False), np.array([0.3, 1.0]), 0.75
    net.set_matrices([(np.ones((2, 3)), None), (np.ones((3, 1)), None)])
    J = half_squared_error(net(x), y)
    J.backward()
    node, z2, a2, z3 = named(J), x.sum(), f(x.sum()), 3 * f(x.sum())
    y_hat, delta3, g_w = float(f(z3)), float(-(y - f(z3)) * slope(z3)), net.gradient_matrices()[1][0][0, 0]
    z_grad = node["z1[2]"].grad
    net.zero_grad()
    node["a1[1]"].backward()
    return [
        Slip("001", "4: dŷ/dW(2) times −(y − ŷ), “ŷ is constant”", 0.0, "y is constant", float(delta3 * a2), g_w,
             "of a constant ŷ every derivative would be 0", (J, "W11[2]")),
        Slip("001", "10: a(2) is constant, as the data are: da(2)/dW(1)", 0.0, "W(1) is held as W(2) moves: x f′(z(2))",
             float(x[0] * slope(z2)), node["W11[1]"].grad, "fixed data do not fix a(2): W(1) moves it, see 17",
             (node["a1[1]"], "W11[1]")),
        Slip("001", "11: a(1) = X W(1) = 1.3", x[0], "z(2) = X W(1)", z2, node["z1[1]"].data,
             "a(1) is X itself, 0.3 in its first entry"),
        Slip("001", "11: f(1.3) = 0.74", 0.74, "0.786", float(a2), node["a1[1]"].data,
             "the z(3) = 2.37 of the note itself needs 0.79"),
        Slip("001", "11: ŷ = 0.92", 0.92, "0.9135", y_hat, node["a1[2]"].data,
             "f(2.3575); even f(2.37), with the z(3) of the note, is 0.9145"),
        Slip("001", "11: J = 0.015", 0.015, "0.01337", 0.5 * (y - y_hat) ** 2, J.data,
             "½(0.75 − 0.9135)²; even ½(0.75 − 0.92)² is 0.0145"),
        Slip("001", "11: dJ/dW(2) = a(2)ᵀ", float(a2), "a(2)ᵀ δ(3)", float(a2 * delta3), g_w, "δ(3) is missing",
             (J, "W11[2]")),
        Slip("001", "13: δ(3) = f(y − ŷ) f′(z(3))", float(f(np.array(y - y_hat)) * slope(z3)), "−(y − ŷ) f′(z(3))",
             delta3, z_grad, "a minus that became an f"),
        Slip("001", "15: −a(2)ᵀ (y − ŷ) ∂z(3)/∂W(2)", float(-a2 * (y - y_hat) * a2), "−a(2)ᵀ (y − ŷ) f′(z(3))",
             float(-a2 * (y - y_hat) * slope(z3)), g_w, "∂z(3)/∂W(2) is the a(2)ᵀ that stands there already"),
    ]  # fmt: skip


def any_depth() -> list[Slip]:
    """002: the induction over dL/da, one step of it, and what it is for more than one neuron a layer."""
    x = np.array([[0.5, -1.0, 2.0]])
    net = logistic(3, [2, 2, 1], bias=False)
    loss = squared_error(net(x[0]), 1)
    loss.backward()
    node, W = named(loss), net.matrices()[1][0]
    a, z = (np.array([[node[f"{name}{j}[2]"].data for j in (1, 2)]]) for name in "az")
    g_a = np.array([[node["a1[2]"].grad, node["a2[2]"].grad]])
    g_z1 = np.array([[node["z1[1]"].grad, node["z2[1]"].grad]])
    right, truth = float(((g_a * slope(z)) @ W.T)[0, 0]), node["a1[1]"].grad
    return [
        Slip("002", "dL/da[k] = dL/da[k+1] · σ′(a[k+1]) · w[k+1]", float(((g_a * slope(a)) @ W.T)[0, 0]), "σ′(z[k+1])",
             right, truth, "σ′ belongs to what σ was applied to"),
        Slip("002", "dL/da[k] = dL/dz[k+1] w[k+1], matrices", product(g_a * slope(z), W), "dL/dz[k+1] w[k+1]ᵀ", right,
             truth, "right for one neuron a layer; this w is 2×2: it fits, and is silently wrong"),
        Slip("002", "dL/dw[k] = dL/dz[k] a[k−1], matrices", product(g_z1, x), "a[k−1]ᵀ dL/dz[k]",
             float((x.T @ g_z1)[0, 0]), node["W11[1]"].grad, "right for one neuron a layer; else a column by a row"),
    ]  # fmt: skip
