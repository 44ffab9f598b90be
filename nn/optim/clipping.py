"""Gradient clipping: gradients kept in bounds before a step."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Value
from nn.numeric import Array, number_of, real_number
from nn.optim.optimizer import as_leaves

__all__ = ["clip_grad_norm", "clip_grad_value", "positive", "shortened"]


def clip_grad_norm(parameters: Iterable[Value], max_norm: float) -> float:
    """Scale the gradients down together so that their Euclidean norm is at most ``max_norm``; the norm they had.

    The factor is max_norm / (norm + 1e-6), at most 1, as PyTorch's. Gradients that are not finite stay as they are,
    and so does the norm that is returned: the step then refuses them by name.

    Args:
        parameters: leaves, such as ``model.parameters()``; those without a gradient do not count.
        max_norm: a finite number above 0.

    >>> from autograd import Parameter
    >>> from nn import clip_grad_norm
    >>> p, q = Parameter(0.0), Parameter(0.0)
    >>> p.grad, q.grad = 3.0, 4.0
    >>> clip_grad_norm([p, q], 1.0), round(p.grad, 5), round(q.grad, 5)
    (5.0, 0.6, 0.8)
    """
    limit = positive(max_norm, "max_norm")
    having = [parameter for parameter in as_leaves(parameters) if parameter.has_grad]
    gradients, norm = shortened(np.array([number_of(parameter.grad) for parameter in having]), limit)
    for parameter, gradient in zip(having, gradients.tolist(), strict=True):
        parameter.grad = gradient
    return norm


def clip_grad_value(parameters: Iterable[Value], limit: float) -> None:
    """Bring every gradient to between ``-limit`` and ``limit``; nan stays nan.

    Args:
        parameters: leaves, such as ``model.parameters()``; those without a gradient stay without.
        limit: a finite number above 0.

    >>> from autograd import Parameter
    >>> from nn import clip_grad_value
    >>> p = Parameter(0.0)
    >>> p.grad = -3.0
    >>> clip_grad_value([p], 0.5)
    >>> p.grad
    -0.5
    """
    bound = positive(limit, "limit")
    having = [parameter for parameter in as_leaves(parameters) if parameter.has_grad]
    for parameter in having:
        parameter.grad = float(np.clip(number_of(parameter.grad), -bound, bound))


def shortened(gradients: Array, max_norm: float) -> tuple[Array, float]:
    """``gradients`` scaled to a norm of at most ``max_norm``, and the norm that they had."""
    norm = norm_of(gradients)
    scale = max_norm / (norm + 1e-6)
    return (gradients * scale if scale < 1.0 and math.isfinite(norm) else gradients), norm


def norm_of(gradients: Array) -> float:
    """The Euclidean norm √Σg², which does not overflow where the squares do."""
    with np.errstate(over="ignore"):
        norm = math.sqrt(gradients.dot(gradients))
    if 1e-150 < norm < 1e150 or not len(gradients):
        return norm
    largest = float(np.abs(gradients).max())
    if largest == 0.0 or not math.isfinite(largest):
        return largest
    scaled = gradients / largest
    return largest * math.sqrt(scaled.dot(scaled))


def positive(number: Any, name: str) -> float:
    """``number`` as a finite float above 0; an error that calls it ``name`` otherwise."""
    bound = real_number(number, name)
    if not (math.isfinite(bound) and bound > 0.0):
        raise ValueError(f"{name} must be a finite number above 0, got {number!r}")
    return bound
