"""Gradient descent, with momentum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Value
from nn.numeric import Array
from nn.optim.optimizer import Optimizer, State
from nn.optim.rates import Rate, Switch

__all__ = ["SGD"]


class SGD(Optimizer):
    """Gradient descent, p ← p - lr·dL/dp, with PyTorch's momentum, Nesterov and weight decay.

    With g = dL/dp + weight_decay·p, momentum keeps v ← momentum·v + (1 - dampening)·g, which starts as the first g,
    and the step is lr·v, or lr·(g + momentum·v) with Nesterov. A parameter that has no gradient is left alone.

    Args:
        parameters: the leaves to learn, such as ``model.parameters()``.
        lr: the learning rate; the attribute may be changed at any time.
        momentum: how much of the last velocity remains, 0 for none.
        dampening: how much of a gradient is kept from the velocity.
        nesterov: look ahead along the velocity; needs momentum, and no dampening.
        weight_decay: the pull towards 0.
        maximize: go up, by -g in the place of g.

    Raises:
        TypeError: ``parameters`` is not a list of leaf Values.
        ValueError: it is empty or names a leaf twice, or a rate is negative or not finite.

    Source: Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013;
    in the form of ``torch.optim.SGD``.

    >>> from autograd import Parameter
    >>> from nn import SGD
    >>> p = Parameter(1.0)
    >>> optimizer = SGD([p], lr=0.1)
    >>> (p * p).backward()
    >>> optimizer.step()
    >>> p.data
    0.8
    """

    momentum = Rate()
    dampening = Rate()
    nesterov = Switch()
    weight_decay = Rate()

    def __init__(  # noqa: PLR0913 -- the settings of PyTorch's
        self,
        parameters: Iterable[Value],
        lr: float = 0.001,
        *,
        momentum: float = 0.0,
        dampening: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
        maximize: bool = False,
    ) -> None:
        super().__init__(parameters, lr, ["velocity"], maximize=maximize)
        self.momentum, self.dampening, self.nesterov, self.weight_decay = momentum, dampening, nesterov, weight_decay
        if self.nesterov and not (self.momentum and not self.dampening):
            raise ValueError(
                "nesterov=True looks ahead along the velocity: give momentum, such as 0.9, and no dampening"
            )

    def rule(self, numbers: Array, gradients: Array, state: State, steps: Any) -> tuple[Array, State]:
        """One step; see the class."""
        if self.weight_decay:
            gradients = gradients + self.weight_decay * numbers
        if not self.momentum:
            return numbers - self.lr * gradients, state
        kept = np.where(steps == 1, 1.0, 1.0 - self.dampening) if self.dampening else 1.0
        velocity = self.momentum * state["velocity"] + kept * gradients
        direction = gradients + self.momentum * velocity if self.nesterov else velocity
        return numbers - self.lr * direction, {"velocity": velocity}
