"""Optimisers, schedules and clipping: they change the parameters of a model by their gradients."""

from nn.optim.adam import Adam, AdamW
from nn.optim.clipping import clip_grad_norm, clip_grad_value
from nn.optim.optimizer import Optimizer
from nn.optim.rmsprop import RMSProp
from nn.optim.schedules import (
    ConstantLR,
    CosineLR,
    CosineRestartsLR,
    LinearLR,
    OneCycleLR,
    PlateauLR,
    Schedule,
    StepLR,
    WarmupLR,
)
from nn.optim.sgd import SGD

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "ConstantLR",
    "CosineLR",
    "CosineRestartsLR",
    "LinearLR",
    "OneCycleLR",
    "Optimizer",
    "PlateauLR",
    "RMSProp",
    "Schedule",
    "StepLR",
    "WarmupLR",
    "clip_grad_norm",
    "clip_grad_value",
]
