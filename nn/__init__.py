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

from nn.class_losses import categorical_cross_entropy, softmax_cross_entropy
from nn.functional import functional_call
from nn.history import Epoch, History
from nn.inference import evaluate, predict
from nn.layer import Layer
from nn.losses import bce_with_logits, binary_cross_entropy, half_squared_error, hinge, huber, mse, squared_error
from nn.mlp import MLP
from nn.module import Module
from nn.neuron import Neuron
from nn.optim import (
    SGD,
    Adam,
    AdamW,
    ConstantLR,
    CosineLR,
    CosineRestartsLR,
    LinearLR,
    OneCycleLR,
    Optimizer,
    PlateauLR,
    RMSProp,
    StepLR,
    WarmupLR,
    clip_grad_norm,
    clip_grad_value,
)
from nn.sequential import Sequential
from nn.storage import ModelFileError, load, save
from nn.training import fit

__all__ = [
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "ConstantLR",
    "CosineLR",
    "CosineRestartsLR",
    "Epoch",
    "History",
    "Layer",
    "LinearLR",
    "ModelFileError",
    "Module",
    "Neuron",
    "OneCycleLR",
    "Optimizer",
    "PlateauLR",
    "RMSProp",
    "Sequential",
    "StepLR",
    "WarmupLR",
    "bce_with_logits",
    "binary_cross_entropy",
    "categorical_cross_entropy",
    "clip_grad_norm",
    "clip_grad_value",
    "evaluate",
    "fit",
    "functional_call",
    "half_squared_error",
    "hinge",
    "huber",
    "load",
    "mse",
    "predict",
    "save",
    "softmax_cross_entropy",
    "squared_error",
]
