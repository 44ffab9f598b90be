"""Neural networks built out of Values: neurons, layers, losses, optimisers, and the matrix form.

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

from nn._fit import fit
from nn._predict import evaluate, predict
from nn.functional import functional_call
from nn.history import Epoch, History
from nn.layers import MLP, Layer, Neuron, Sequential
from nn.losses import (
    bce_with_logits,
    binary_cross_entropy,
    categorical_cross_entropy,
    half_squared_error,
    hinge,
    huber,
    mse,
    softmax_cross_entropy,
    squared_error,
)
from nn.module import Module
from nn.optim import SGD, Adam, AdamW, Optimizer, RMSProp, clip_grad_norm, clip_grad_value
from nn.schedules import (
    ConstantLR,
    CosineLR,
    CosineRestartsLR,
    LinearLR,
    OneCycleLR,
    PlateauLR,
    StepLR,
    WarmupLR,
)
from nn.storage import ModelFileError, load, save

__all__ = [
    "MLP", "SGD", "Adam", "AdamW", "ConstantLR", "CosineLR", "CosineRestartsLR", "Epoch", "History", "Layer",
    "LinearLR", "ModelFileError", "Module", "Neuron", "OneCycleLR", "Optimizer", "PlateauLR", "RMSProp", "Sequential",
    "StepLR", "WarmupLR", "bce_with_logits", "binary_cross_entropy", "categorical_cross_entropy", "clip_grad_norm",
    "clip_grad_value", "evaluate", "fit", "functional_call", "half_squared_error", "hinge", "huber", "load", "mse",
    "predict", "save", "softmax_cross_entropy", "squared_error",
]  # fmt: skip
