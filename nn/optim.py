"""Optimisers, from parameters and their gradients to new parameters, on arrays; and clipping of gradients."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeAlias, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from autograd import GradientError, Parameter, Value
from nn.arguments import Array, counted, finite_from_0, number_of, positive, real_array, share, some, switch
from nn.module import Module, ParametersOf, children, parameters_of, walk

__all__ = [
    "SGD", "Adam", "AdamW", "Optimizer", "RMSProp", "Setting", "State", "as_leaves", "clip_grad_norm",
    "clip_grad_value", "norm_of", "shortened",
]  # fmt: skip

State: TypeAlias = dict[str, Array]
"""The memory of an optimiser, by name: one number for each parameter."""

Steps: TypeAlias = int | NDArray[np.int64]
"""The number of steps taken: by all parameters alike, or by each."""

T = TypeVar("T")


class Setting(Generic[T]):
    """A descriptor for an attribute that says how an optimiser steps; part of the optimiser's state.

    Args:
        checked: from the number that is set and the attribute's name to the one that is kept; or an error.
    """

    def __init__(self, checked: Callable[[Any, str], T]) -> None:
        self._checked, self._name = checked, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, holder: None, owner: type) -> Self: ...

    @overload
    def __get__(self, holder: object, owner: type) -> T: ...

    def __get__(self, holder: Any, owner: type) -> Any:
        return self if holder is None else holder.__dict__[self._name]

    def __set__(self, holder: Any, given: Any) -> None:
        holder.__dict__[self._name] = self._checked(given, self._name)


class Optimizer(ABC):
    """Base of the optimisers: a subclass gives the rule of one step, on arrays of numbers.

    :meth:`step` applies it to the parameters that have a gradient, :meth:`update` to arrays, as ``fit`` does.

    Args:
        parameters: the leaves to learn, such as ``model.parameters()``.
        lr: the learning rate; it may be changed at any time.
        memories: the names of what it remembers of each parameter; zeros at first.
        maximize: ascend: the rule is given -g instead of g.

    Raises:
        TypeError: ``parameters`` is not a list of leaf Values, or a setting is not a number.
        ValueError: it is empty or names a leaf twice, or a setting is out of range.

    >>> from autograd import Parameter
    >>> class SignDescent(Optimizer):
    ...     def __init__(self, parameters, lr):
    ...         super().__init__(parameters, lr, memories=())
    ...
    ...     def rule(self, numbers, gradients, state, steps):
    ...         return numbers - self.lr * np.sign(gradients), state
    >>> w = Parameter(3.0)
    >>> (w * w).backward()
    >>> SignDescent([w], lr=0.5).step()
    >>> w.data
    2.5
    """

    settings: ClassVar[tuple[str, ...]]
    """The names of the attributes that say how it steps: every :class:`Setting` of the class except ``maximize``, which
    says where to."""

    lr = Setting(finite_from_0)
    maximize = Setting(switch)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        attributes = [item for kind in reversed(cls.__mro__) for item in vars(kind).items()]
        cls.settings = tuple(
            name for name, attribute in attributes if isinstance(attribute, Setting) and name != "maximize"
        )

    def __init__(
        self, parameters: Iterable[Value], lr: float, memories: Iterable[str], *, maximize: bool = False
    ) -> None:
        self._source = parameters if isinstance(parameters, ParametersOf) else None
        self.parameters = as_leaves(parameters)
        self.lr, self.maximize = lr, maximize
        self._memory: tuple[Steps, State] = 0, {name: np.zeros(len(self.parameters)) for name in memories}

    @abstractmethod
    def rule(self, numbers: Array, gradients: Array, state: State, steps: Any) -> tuple[Array, State]:
        """The parameters and the state after one step, as new arrays.

        Args:
            numbers: the parameters.
            gradients: their gradients.
            state: what is remembered of each; zeros at first.
            steps: which step this is, from 1: one int, or one for each parameter.
        """

    def zero_grad(self) -> None:
        """Forget the gradient of every parameter, before the next backward pass."""
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient one step: all of them, or on any error none.

        Raises:
            GradientError: no parameter has a gradient; or one without has left the model that it was taken from.
            ValueError: a gradient, or what the step makes of a parameter, is not finite.
        """
        moving = [place for place, parameter in enumerate(self.parameters) if parameter.has_grad]
        if len(moving) < len(self.parameters):
            self._check_held()
        if not moving:
            raise GradientError(
                f"{type(self).__name__}.step(): none of {counted(len(self.parameters), 'parameter')} has a gradient, "
                f"so there is no step to take. Call loss.backward() first, on a loss that was computed from them after "
                f"zero_grad(); what is computed inside no_grad() has no gradient"
            )
        parameters = [self.parameters[place] for place in moving]
        numbers = np.array([parameter.data for parameter in parameters])
        gradients = np.array([number_of(parameter.grad) for parameter in parameters])
        whole = len(moving) == len(self.parameters)
        moved = self.update(numbers, gradients) if whole else self._updated(numbers, gradients, np.array(moving))
        for parameter, number in zip(parameters, moved.tolist(), strict=True):
            parameter.data = number

    def _check_held(self) -> None:
        """Refuse a parameter that was replaced in the model."""
        model = None if self._source is None else self._source.model()
        if model is None:
            return
        own = set(map(id, parameters_of(model)))
        gone = [leaf.label or f"number {place}" for place, leaf in enumerate(self.parameters) if id(leaf) not in own]
        if gone:
            raise GradientError(
                f"{type(self).__name__}.step(): {model!r} no longer has the "
                f"parameter{'s' if len(gone) > 1 else ''} {some(gone)}, since something else was put in the place. To "
                f"change a number set .data; if it was replaced by another Parameter, make the optimiser again"
            )

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_source": None}

    def update(self, numbers: Array, gradients: Array) -> Array:
        """The parameters after one step from ``numbers``, as a new array; the parameters themselves stay.

        Args:
            numbers: a number for each of :attr:`parameters`, shape (n,).
            gradients: their gradients, shape (n,).

        Raises:
            ValueError: a gradient, or the result, is not finite; then nothing has changed.

        >>> import numpy as np
        >>> from autograd import Parameter
        >>> from nn.optim import SGD
        >>> SGD([Parameter(0.0), Parameter(0.0)], lr=0.5).update(np.array([1.0, 2.0]), np.array([2.0, 2.0]))
        array([0., 1.])
        """
        steps, state = self._memory
        moved, kept = self._ruled(numbers, gradients, state, steps + 1, slice(None))
        self._memory = steps + 1, kept
        return moved

    def _updated(self, numbers: Array, gradients: Array, places: NDArray[np.int64]) -> Array:
        """One step of the parameters at ``places``."""
        steps, state = self._memory
        taken = np.broadcast_to(np.asarray(steps, dtype=np.int64), len(self.parameters)).copy()
        taken[places] += 1
        part = {name: numbers_kept[places] for name, numbers_kept in state.items()}
        moved, kept = self._ruled(numbers, gradients, part, taken[places], places)
        remembered = {name: numbers_kept.copy() for name, numbers_kept in state.items()}
        for name, numbers_kept in kept.items():
            remembered[name][places] = numbers_kept
        self._memory = taken, remembered
        return moved

    def _ruled(self, numbers: Array, gradients: Array, state: State, steps: Steps, places: Any) -> tuple[Array, State]:
        """The result of the rule, which must be finite."""
        with np.errstate(all="ignore"):
            moved, kept = self.rule(numbers, -gradients if self.maximize else gradients, state, steps)
            squares = gradients.dot(gradients)  # finite where they and their squares are
        if np.isfinite(moved).all() and math.isfinite(squares):
            return moved, kept
        finite = np.isfinite([gradients, moved, *kept.values()])
        if finite.all():
            return moved, kept
        at = int(np.flatnonzero(~finite.all(axis=0))[0])
        place = int(np.arange(len(self.parameters))[places][at])
        name, gradient = self.parameters[place].label or f"parameter {place}", f"{gradients[at]:g}"
        if not finite[0, at]:
            raise ValueError(
                f"the gradient of {name} is {gradient}, so no parameter was moved: diagnose(loss) says where it comes "
                f"from"
            )
        if not finite[1, at]:
            raise ValueError(
                f"a step of lr={self.lr:g} takes {name} from {numbers[at]:g} to {moved[at]:g} (gradient {gradient}), "
                f"so no parameter was moved: use a smaller lr"
            )
        raise ValueError(
            f"the square of the gradient of {name}, {gradient}, overflows, so no parameter was moved: clip_grad_norm "
            f"keeps gradients in bounds"
        )

    def state_dict(self) -> dict[str, Any]:
        """Its settings and all that it remembers: plain data, for JSON or :meth:`load_state_dict`.

        >>> from autograd import Parameter
        >>> from nn.optim import SGD
        >>> SGD([Parameter(1.0)], lr=0.1, momentum=0.9).state_dict()["state"]
        {'velocity': [0.0]}
        """
        steps, state = self._memory
        return {
            "optimizer": type(self).__name__,
            "settings": {name: getattr(self, name) for name in (*self.settings, "maximize")},
            "steps": steps if isinstance(steps, int) else steps.tolist(),
            "state": {name: kept.tolist() for name, kept in state.items()},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from where :meth:`state_dict` was taken: all of it is set, or on any error nothing.

        Raises:
            TypeError: it is not such a dict.
            ValueError: it is of another optimiser, or of another number of parameters.

        >>> from autograd import Parameter
        >>> from nn.optim import Adam
        >>> optimizer = Adam([Parameter(1.0)])
        >>> optimizer.load_state_dict(Adam([Parameter(1.0)], lr=0.5).state_dict())
        >>> optimizer.lr
        0.5
        """
        name = type(self).__name__
        if not isinstance(state, Mapping) or not {"optimizer", "settings", "steps", "state"} <= set(state):
            raise TypeError(f"load_state_dict takes a dict as state_dict() of an {name} gives it, got {state!r}")
        if state["optimizer"] != name:
            raise ValueError(f"load_state_dict: the state is of {state['optimizer']!r}, not of {name}")
        settings = {"maximize": self.maximize, **state["settings"]}  # older states do not say
        kept, count = state["state"], len(self.parameters)
        if set(settings) != {*self.settings, "maximize"} or set(kept) != set(self._memory[1]):
            raise ValueError(
                f"load_state_dict: the state of {name} holds {sorted([*state['settings'], *kept])}, and should hold "
                f"{sorted([*self.settings, 'maximize', *self._memory[1]])}"
            )
        memory = {key: real_array(numbers, f"load_state_dict: {key}") for key, numbers in kept.items()}
        taken = real_array(state["steps"], "load_state_dict: steps")
        for key, array in [*memory.items(), ("steps", taken)]:
            if array.shape != (count,) and not (key == "steps" and array.ndim == 0):
                raise ValueError(
                    f"load_state_dict: {key} has the shape {array.shape}, and there are {count} parameters"
                )
        before = {key: getattr(self, key) for key in settings}
        try:
            for key, setting in settings.items():
                setattr(self, key, setting)
        except (TypeError, ValueError):
            vars(self).update(before)
            raise
        self._memory = int(taken) if taken.ndim == 0 else taken.astype(np.int64), memory

    def __repr__(self) -> str:
        shown = [*self.settings, *(["maximize"] if self.maximize else [])]
        settings = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__name__}({counted(len(self.parameters), 'parameter')}; {settings})"


def as_leaves(parameters: Any) -> list[Value]:
    """``parameters`` as a list of different leaves.

    Raises:
        TypeError: not a list of leaf Values; or the model that they are of holds others where they are not found.
        ValueError: an empty list, or one that names a leaf twice.
    """
    if not isinstance(parameters, Iterable):
        raise TypeError(f"an optimiser takes a list of parameters, such as model.parameters(), got {parameters!r}")
    leaves = list(parameters)
    for leaf in leaves:
        if not isinstance(leaf, Value):
            raise TypeError(f"an optimiser takes Parameters, got {leaf!r}")
        if leaf.op is not None:
            raise TypeError(f"an optimiser takes leaves, and {leaf!r} is computed by {leaf.op.name}")
    if isinstance(parameters, ParametersOf):
        _check_overlooked(parameters.model(), set(map(id, leaves)))
    if not leaves:
        raise ValueError(
            "an optimiser needs at least one parameter; the list is empty. A model learns the Parameters that it "
            "holds: a plain Value is data, unless the class defines parameters() itself"
        )
    if len(set(map(id, leaves))) != len(leaves):
        raise ValueError("an optimiser takes each parameter once; the list names one of them twice")
    return leaves


def _check_overlooked(model: Module | None, found: set[int]) -> None:
    """Refuse a model that keeps Parameters in an object of a plain class, which nothing looks into."""
    for path, part in [] if model is None else walk(model):
        if isinstance(part, (Value, Module, type, Optimizer)):
            continue
        for name, held in getattr(part, "__dict__", {}).items():
            for leaf in [held, *(each for _, each in children(held))]:
                if isinstance(leaf, Parameter) and id(leaf) not in found:
                    kind = type(part).__name__
                    raise TypeError(
                        f"{path} of {model!r} is an object of the plain class {kind}, and its {name} would not be "
                        f"learnt: {leaf!r}. Make that class a Module, class {kind}(Module); to keep its numbers as "
                        f"they are, make them Values instead of Parameters"
                    )


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
        maximize: ascend, with -g in place of g.

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

    momentum = Setting(finite_from_0)
    dampening = Setting(finite_from_0)
    nesterov = Setting(switch)
    weight_decay = Setting(finite_from_0)

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
        maximize: ascend, with -g in place of g.

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

    beta1 = Setting(share)
    beta2 = Setting(share)
    eps = Setting(finite_from_0)
    weight_decay = Setting(finite_from_0)
    amsgrad = Setting(switch)

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
        """The numbers and gradients that the step starts from."""
        return numbers, gradients + self.weight_decay * numbers if self.weight_decay else gradients


class AdamW(Adam):
    """Adam with weight decay apart from the gradient: first p ← (1 - lr·weight_decay)·p, then Adam's step.

    Settings as for :class:`Adam`.

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


class RMSProp(Optimizer):
    """RMSProp: p ← p - lr·g/(√v + eps), with a running mean v of the square of the gradient.

    v ← alpha·v + (1 - alpha)·g² starts at 0. Centred, the square of the running mean of g is subtracted from v.
    Momentum keeps u ← momentum·u + g/(√v + eps), and the step is lr·u.

    Args:
        parameters: the leaves to learn, such as ``model.parameters()``.
        lr: the learning rate; the attribute may be changed at any time.
        alpha: how much of v remains, below 1.
        eps: keeps the step finite where v is 0.
        weight_decay: the pull towards 0, weight_decay·p in g.
        momentum: how much of the last velocity remains, 0 for none.
        centered: divide by the spread of the gradient rather than by its size.
        maximize: ascend, with -g in place of g.

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

    alpha = Setting(share)
    eps = Setting(finite_from_0)
    weight_decay = Setting(finite_from_0)
    momentum = Setting(finite_from_0)
    centered = Setting(switch)

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


# --- clipping ---------------------------------------------------------------------------------------------


def clip_grad_norm(parameters: Iterable[Value], max_norm: float) -> float:
    """Scale the gradients down together so that their Euclidean norm is at most ``max_norm``; return the norm they had.

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
        parameters: leaves, such as ``model.parameters()``; those without a gradient are left alone.
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
    return norm if 1e-150 < norm < 1e150 else math.hypot(*gradients.tolist())
