# ruff: noqa: B905, UP034 -- micrograd's programs stand as they were written
"""Programs written for micrograd run with only their import changed, and print the same numbers.

Its two engine tests compare with PyTorch; here the numbers stand as constants, worked out from the formulas
with exact fractions (each test repeats that).
"""

from fractions import Fraction

import numpy as np
import pytest

from autograd import Value
from nn import MLP, Layer, Neuron


class Dual(tuple):
    """A number with its derivatives with respect to a and b, in exact fractions."""

    __slots__ = ()

    def __new__(cls, value, da=0, db=0):
        return super().__new__(cls, map(Fraction, (value, da, db)))

    def __add__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(*(x + y for x, y in zip(self, other, strict=True)))

    def __mul__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self[0] * other[0], *(self[0] * other[k] + self[k] * other[0] for k in (1, 2)))

    def __pow__(self, n):
        return Dual(self[0] ** n, *(n * self[0] ** (n - 1) * self[k] for k in (1, 2)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    def relu(self):
        return self if self[0] > 0 else Dual(0)

    __radd__, __rmul__ = __add__, __mul__


def sanity(x):
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    return h + q + q * x


def more_ops(a, b):
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def test_its_sanity_check():
    x = Value(-4.0)
    y = sanity(x)
    y.backward()
    assert sanity(Dual(-4, 1))[:2] == (-20, 46)
    assert (y.data, x.grad) == (-20.0, 46.0)


def test_its_more_ops_and_its_readme():
    a, b = Value(-4.0), Value(2.0)
    g = more_ops(a, b)
    g.backward()
    value, da, db = map(float, more_ops(Dual(-4, 1, 0), Dual(2, 0, 1)))
    assert (f"{value:.4f}", f"{da:.4f}", f"{db:.4f}") == ("24.7041", "138.8338", "645.5773")
    assert (f"{g.data:.4f}", f"{a.grad:.4f}", f"{b.grad:.4f}") == ("24.7041", "138.8338", "645.5773")
    assert (g.data, a.grad, b.grad) == pytest.approx((value, da, db), rel=1e-14)


def test_its_signatures_and_attributes():
    neuron = Neuron(2)
    assert (len(neuron.w), neuron.b.data, neuron.nonlin) == (2, 0, True)
    assert Neuron(2, False).nonlin is Neuron(2, nonlin=False).nonlin is False
    assert [n.nonlin for n in Layer(2, 3, nonlin=False).neurons] == [False] * 3
    model = MLP(2, [16, 16, 1])
    assert [len(layer.neurons) for layer in model.layers] == [16, 16, 1]
    assert [layer.neurons[0].nonlin for layer in model.layers] == [True, True, False]
    assert len(model.parameters()) == 337


def test_its_demo_of_training_a_classifier():
    rng = np.random.default_rng(1337)
    X = rng.uniform(-1, 1, (30, 2))
    y = np.where(X[:, 0] ** 2 > X[:, 1], 1, -1)
    model = MLP(2, [8, 1], rng=1337)

    def loss():
        inputs = [list(map(Value, xrow)) for xrow in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        alpha = 1e-4
        reg_loss = alpha * sum((p * p for p in model.parameters()))
        total_loss = data_loss + reg_loss
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y, scores)]
        return total_loss, sum(accuracy) / len(accuracy)

    history = []
    for k in range(25):
        total_loss, acc = loss()
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        history.append((total_loss.data, acc))
    assert history[-1][0] < history[0][0] / 3
    assert history[-1][1] > 0.9
