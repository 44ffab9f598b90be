"""The derivatives of a network by the complex step: an answer that shares no code with the project.

For an analytic function f, f(x + ih) = f(x) + ih·f'(x) + O(h²), so Im f(x + ih) / h is f'(x), and with h = 1e-200
there is no difference of nearly equal numbers and no truncation error to be seen. The forward pass is written
here once more, in complex NumPy.

Source: W. Squire and G. Trapp, "Using complex variables to estimate derivatives of real functions",
SIAM Review 40 (1998).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

STEP = 1e-200

Array = np.ndarray[Any, Any]


def _by_sign(left: Callable[[Array], Array], right: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """``left`` where the real part is at most 0, else ``right``."""

    def function(z: Array) -> Array:
        positive = z.real > 0
        return np.where(positive, right(np.where(positive, z, 0)), left(np.where(positive, 0, z)))

    return function


def _softmax(z: Array) -> Array:
    exponentials = np.exp(z - z.real.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "sigmoid": _by_sign(lambda z: np.exp(z) / (1 + np.exp(z)), lambda z: 1 / (1 + np.exp(-z))),
    "tanh": lambda z: np.sinh(z) / np.cosh(z),
    "relu": _by_sign(lambda z: 0 * z, lambda z: z),
    "leaky_relu": _by_sign(lambda z: z / 100, lambda z: z),
    "elu": _by_sign(lambda z: np.exp(z) - 1, lambda z: z),
    "silu": _by_sign(lambda z: z * np.exp(z) / (1 + np.exp(z)), lambda z: z / (1 + np.exp(-z))),
    "softsign": _by_sign(lambda z: z / (1 - z), lambda z: z / (1 + z)),
    "softplus": _by_sign(lambda z: np.log(1 + np.exp(z)), lambda z: z + np.log(1 + np.exp(-z))),
    "softmax": _softmax,
}


def _huber(r: Array) -> Array:
    size = np.where(r.real < 0, -r, r)
    return np.where(size.real <= 1, r * r / 2, size - 0.5)


# Of one example: predictions p and targets y of shape (n,), to one complex number.
LOSSES: dict[str, Callable[[Array, Array], Any]] = {
    "half_squared_error": lambda p, y: ((y - p) * (y - p)).sum() / 2,
    "squared_error": lambda p, y: ((y - p) * (y - p)).sum(),
    "mse": lambda p, y: ((y - p) * (y - p)).sum() / len(p),
    "binary_cross_entropy": lambda p, y: -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum() / len(p),
    "bce_with_logits": lambda p, y: (ACTIVATIONS["softplus"](p) - y * p).sum() / len(p),
    "hinge": lambda p, y: ACTIVATIONS["relu"](1 - y * p).sum() / len(p),
    "huber": lambda p, y: _huber(y - p).sum() / len(p),
    "categorical_cross_entropy": lambda p, y: -(y * np.log(p)).sum(),
    "softmax_cross_entropy": lambda p, y: -(y * np.log(_softmax(p))).sum(),
}


@dataclass
class Network:
    """A network at a point: matrices, examples as rows, targets, and the names of its functions."""

    W: list[Array]
    b: list[Array | None]
    X: Array
    Y: Array
    activations: list[str]
    loss: str
    mean: bool = False
    z: list[Array] = field(default_factory=list)
    a: list[Array] = field(default_factory=list)

    def value(self, at: tuple[str, int, tuple[int, ...]] | None = None) -> complex:
        """J, with one number moved by i·STEP: ``at`` is (quantity, layer from 0, index), as ("z", 1, (0, 2))."""

        def moved(quantity: str, layer: int, array: Array) -> Array:
            array = array.astype(complex)
            if at is not None and at[:2] == (quantity, layer):
                array[at[2]] += 1j * STEP
            return array

        self.z, self.a = [], []
        outputs = moved("x", 0, self.X)
        for layer, (weights, biases) in enumerate(zip(self.W, self.b, strict=True)):
            z = outputs @ moved("W", layer, weights)
            if biases is not None:
                z = z + moved("b", layer, biases)
            self.z.append(moved("z", layer, z))
            self.a.append(moved("a", layer, ACTIVATIONS[self.activations[layer]](self.z[-1])))
            outputs = self.a[-1]
        total = sum(LOSSES[self.loss](p, y) for p, y in zip(outputs, self.Y, strict=True))
        return complex(total / len(self.X) if self.mean else total)

    def gradient(self, quantity: str, layer: int) -> Array:
        """dJ / d(every number of a quantity): "x", or "W", "b", "z", "a" of a layer counted from 0."""
        self.value()
        array = self.X if quantity == "x" else getattr(self, quantity)[layer]
        gradient = np.empty(array.shape)
        for index in np.ndindex(array.shape):
            gradient[index] = self.value((quantity, layer, index)).imag / STEP
        return gradient
