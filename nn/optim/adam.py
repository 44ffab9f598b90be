"""Adam and AdamW: steps scaled by running moments of the gradient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Value
from nn.numeric import Array
from nn.optim.optimizer import Optimizer, State
from nn.optim.rates import Rate, Switch

__all__ = ["Adam", "AdamW"]


class Adam(Optimizer):
    """Adam: p ← p - lr·m̂/(√v̂ + eps), with running means m of the gradient and v of its square.

    m ← β₁m + (1 - β₁)g and v ← β₂v + (1 - β₂)g² start at 0; m̂ = m/(1 - β₁ᵗ) and v̂ = v/(1 - β₂ᵗ) correct for that
    at step t. ``weight_decay`` adds weight_decay·p to g; AMSGrad takes the largest v so far.

    Args:
        parameters: the leaves to learn, such as ``model.parameters()``.
        lr: the learning rate; the attribute may be changed at any time.
        betas: how much of m and of v remains, each below 1; the attributes ``beta1`` and ``beta2``.
        eps: keeps the step finite where v is 0.
        weight_decay: the pull towards 0.
        amsgrad: never let v shrink.
        maximize: go up, by -g in the place of g.

    Raises:
        TypeError: ``parameters`` is not a list of leaf Values.
        ValueError: it is empty or names a leaf twice, or a setting is out of range.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1; Reddi et al., "On the
    convergence of Adam and beyond", 2018; in the form of ``torch.optim.Adam``.

    >>> from autograd import Parameter
    >>> from nn import Adam
    >>> p = Parameter(1.0)
    >>> optimizer = Adam([p], lr=0.1)
    >>> (p * p).backward()
    >>> optimizer.step()
    >>> round(p.data, 6)
    0.9
    """

    beta1 = Rate(below_1=True)
    beta2 = Rate(below_1=True)
    eps = Rate()
    weight_decay = Rate()
    amsgrad = Switch()

    def __init__(  # noqa: PLR0913 -- the settings of PyTorch's
        self,
        parameters: Iterable[Value],
        lr: float = 0.001,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(parameters, lr, ["mean", "square", "largest"], maximize=maximize)
        try:
            first, second = betas
        except (TypeError, ValueError):
            raise TypeError(f"betas must be a pair of numbers, such as (0.9, 0.999), got {betas!r}") from None
        self.beta1, self.beta2 = first, second
        self.eps, self.weight_decay = eps, weight_decay
        self.amsgrad = amsgrad

    def rule(self, numbers: Array, gradients: Array, state: State, steps: Any) -> tuple[Array, State]:
        """One step; see the class."""
        numbers, gradients = self._decayed(numbers, gradients)
        mean = self.beta1 * state["mean"] + (1.0 - self.beta1) * gradients
        square = self.beta2 * state["square"] + (1.0 - self.beta2) * (gradients * gradients)
        remembered = state | {"mean": mean, "square": square}
        if self.amsgrad:
            square = remembered["largest"] = np.maximum(state["largest"], square)
        size = np.sqrt(square) * (1.0 - self.beta2**steps) ** -0.5 + self.eps
        return numbers - (self.lr / (1.0 - self.beta1**steps)) * (mean / size), remembered

    def _decayed(self, numbers: Array, gradients: Array) -> tuple[Array, Array]:
        """The numbers and gradients from which the step is taken."""
        return numbers, gradients + self.weight_decay * numbers if self.weight_decay else gradients


class AdamW(Adam):
    """Adam with weight decay apart from the gradient: first p ← (1 - lr·weight_decay)·p, then Adam's step.

    Settings as of :class:`Adam`.

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019; in the form of
    ``torch.optim.AdamW``.

    >>> from autograd import Parameter
    >>> from nn import AdamW
    >>> p = Parameter(1.0)
    >>> optimizer = AdamW([p], lr=0.1, weight_decay=0.5)
    >>> (p * p).backward()
    >>> optimizer.step()
    >>> round(p.data, 6)
    0.85
    """

    def __init__(  # noqa: PLR0913 -- the settings of PyTorch's
        self,
        parameters: Iterable[Value],
        lr: float = 0.001,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        amsgrad: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            parameters, lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize
        )

    def _decayed(self, numbers: Array, gradients: Array) -> tuple[Array, Array]:
        return numbers * (1.0 - self.lr * self.weight_decay), gradients
