"""RMSProp: steps scaled by the running size of the gradient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Value
from nn.numeric import Array
from nn.optim.optimizer import Optimizer, State
from nn.optim.rates import Rate, Switch

__all__ = ["RMSProp"]


class RMSProp(Optimizer):
    """RMSProp: p ← p - lr·g/(√v + eps), with a running mean v of the square of the gradient.

    v ← alpha·v + (1 - alpha)·g² starts at 0. Centred, the square of the running mean of g is taken off v.
    Momentum keeps u ← momentum·u + g/(√v + eps), and the step is lr·u.

    Args:
        parameters: the leaves to learn, such as ``model.parameters()``.
        lr: the learning rate; the attribute may be changed at any time.
        alpha: how much of v remains, below 1.
        eps: keeps the step finite where v is 0.
        weight_decay: the pull towards 0, weight_decay·p in g.
        momentum: how much of the last velocity remains, 0 for none.
        centered: divide by the spread of the gradient rather than by its size.
        maximize: go up, by -g in the place of g.

    Raises:
        TypeError: ``parameters`` is not a list of leaf Values.
        ValueError: it is empty or names a leaf twice, or a setting is out of range.

    Source: Hinton, "Neural networks for machine learning", lecture 6e, 2012; Graves, "Generating sequences with
    recurrent neural networks", 2013, equations 38-40, for the centred form; in the form of ``torch.optim.RMSprop``.

    >>> from autograd import Parameter
    >>> from nn import RMSProp
    >>> p = Parameter(1.0)
    >>> optimizer = RMSProp([p], lr=0.01)
    >>> (p * p).backward()
    >>> optimizer.step()
    >>> round(p.data, 6)
    0.9
    """

    alpha = Rate(below_1=True)
    eps = Rate()
    weight_decay = Rate()
    momentum = Rate()
    centered = Switch()

    def __init__(  # noqa: PLR0913 -- the settings of PyTorch's
        self,
        parameters: Iterable[Value],
        lr: float = 0.01,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(parameters, lr, ["square", "mean", "velocity"], maximize=maximize)
        self.alpha, self.eps, self.weight_decay, self.momentum = alpha, eps, weight_decay, momentum
        self.centered = centered

    def rule(self, numbers: Array, gradients: Array, state: State, steps: Any) -> tuple[Array, State]:  # noqa: ARG002 -- of the base
        """One step; see the class."""
        if self.weight_decay:
            gradients = gradients + self.weight_decay * numbers
        square = self.alpha * state["square"] + (1.0 - self.alpha) * (gradients * gradients)
        remembered, spread = state | {"square": square}, square
        if self.centered:
            mean = remembered["mean"] = self.alpha * state["mean"] + (1.0 - self.alpha) * gradients
            spread = np.maximum(square - mean * mean, 0.0)  # rounding may leave it below 0
        direction = gradients / (np.sqrt(spread) + self.eps)
        if self.momentum:
            direction = remembered["velocity"] = self.momentum * state["velocity"] + direction
        return numbers - self.lr * direction, remembered
