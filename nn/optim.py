"""Optimisers: they change the parameters of a model by their gradients."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from autograd import Value
from nn.numeric import real_number

__all__ = ["SGD"]


class SGD:
    """Gradient descent, p ← p - lr·dL/dp, with PyTorch's momentum, Nesterov and weight decay.

    With g = dL/dp + weight_decay·p, momentum keeps v ← momentum·v + g, which starts as the first g, and the step
    is lr·v, or lr·(g + momentum·v) with Nesterov. A parameter that has no gradient is left alone.

    Args:
        parameters: the leaves to learn, such as ``model.parameters()``.
        lr: the learning rate; the attribute may be changed at any time.
        momentum: how much of the last velocity remains, 0 for none.
        nesterov: look ahead along the velocity; needs momentum.
        weight_decay: the pull towards 0.

    Raises:
        TypeError: ``parameters`` is not a list of leaf Values.
        ValueError: it is empty or names a leaf twice, or a rate is negative or not finite.

    >>> from autograd import Parameter
    >>> from nn import SGD
    >>> p = Parameter(1.0)
    >>> optimizer = SGD([p], lr=0.1)
    >>> (p * p).backward()
    >>> optimizer.step()
    >>> p.data
    0.8
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        self.parameters = _leaves(parameters)
        self.lr = _rate(lr, "lr")
        self.momentum = _rate(momentum, "momentum")
        self.weight_decay = _rate(weight_decay, "weight_decay")
        if nesterov and not self.momentum:
            raise ValueError("nesterov=True looks ahead along the velocity: give momentum, such as 0.9")
        self.nesterov = nesterov
        self._velocities: dict[Value, float] = {}

    def zero_grad(self) -> None:
        """Forget the gradient of every parameter, before the next backward pass."""
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient one step down."""
        for parameter in self.parameters:
            if parameter.has_grad:
                parameter.data = parameter.data - self.lr * self._direction(parameter)

    def _direction(self, parameter: Value) -> float:
        gradient = float(parameter.grad) + self.weight_decay * parameter.data
        if not self.momentum:
            return gradient
        velocity = self._velocities.get(parameter)
        velocity = gradient if velocity is None else self.momentum * velocity + gradient
        self._velocities[parameter] = velocity
        return gradient + self.momentum * velocity if self.nesterov else velocity


def _leaves(parameters: Any) -> list[Value]:
    """``parameters`` as a list of different leaves."""
    if not isinstance(parameters, Iterable):
        raise TypeError(f"an optimiser takes a list of parameters, such as model.parameters(), not {parameters!r}")
    leaves = list(parameters)
    for leaf in leaves:
        if not isinstance(leaf, Value):
            raise TypeError(f"an optimiser takes Parameters, not {leaf!r}")
        if leaf.op is not None:
            raise TypeError(f"an optimiser takes leaves, and {leaf!r} is computed by {leaf.op.name}")
    if not leaves:
        raise ValueError("an optimiser needs at least one parameter; the list is empty")
    if len(set(map(id, leaves))) != len(leaves):
        raise ValueError("an optimiser takes each parameter once; the list names one of them twice")
    return leaves


def _rate(rate: Any, name: str) -> float:
    """``rate`` as a float that is finite and not negative."""
    number = real_number(rate, name)
    if not (math.isfinite(number) and number >= 0.0):
        raise ValueError(f"{name} is a finite number from 0, not {rate!r}")
    return number
