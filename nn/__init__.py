"""Neural networks built out of Values: neurons, layers, losses, an optimiser, and their matrix form.

>>> from nn import MLP, SGD, binary_cross_entropy
>>> model = MLP(2, [3, 1], activation="tanh", output_activation="sigmoid", rng=0)
>>> optimizer = SGD(model.parameters(), lr=0.5)
>>> losses = []
>>> for step in range(20):
...     loss = binary_cross_entropy(model([0.5, -1.0]), 1)
...     model.zero_grad()
...     loss.backward()
...     optimizer.step()
...     losses.append(loss.data)
>>> losses[-1] < losses[0] / 5
True
"""

from nn.layer import Layer
from nn.losses import bce_with_logits, binary_cross_entropy, half_squared_error, hinge, mse, squared_error
from nn.mlp import MLP
from nn.module import Module
from nn.neuron import Neuron
from nn.optim import SGD

__all__ = [
    "MLP",
    "SGD",
    "Layer",
    "Module",
    "Neuron",
    "bce_with_logits",
    "binary_cross_entropy",
    "half_squared_error",
    "hinge",
    "mse",
    "squared_error",
]
