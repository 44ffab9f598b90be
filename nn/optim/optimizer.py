"""Optimizer: from parameters and their gradients to new parameters, by a rule on arrays."""

from __future__ import annotations

import math
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd import GradientError, Value
from nn.module import Module, ParametersOf, counted, some
from nn.numeric import Array, number_of, real_array
from nn.optim.rates import Rate, Setting, Switch

__all__ = ["Optimizer", "State", "as_leaves"]

State: TypeAlias = dict[str, Array]
"""What an optimiser remembers, by name: one number for each parameter."""

Steps: TypeAlias = int | NDArray[np.int64]
"""How many steps have been taken: by all parameters alike, or by each."""


class Optimizer(ABC):
    """Base of the optimisers: a subclass gives the rule of one step, on arrays of numbers.

    :meth:`step` applies it to the parameters that have a gradient, :meth:`update` to arrays, as ``fit`` does.

    Args:
        parameters: the leaves to learn, such as ``model.parameters()``.
        lr: the learning rate; it may be changed at any time.
        memories: the names of what it remembers of each parameter; zeros at first.
        maximize: go up: the rule is given -g in the place of g.

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
    """The names of the attributes that say how it steps: every :class:`~nn.optim.rates.Setting` of the class, but for
    ``maximize``: which way to go is said when it is made, and is no state."""

    lr = Rate()
    maximize = Switch()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        attributes = [item for kind in reversed(cls.__mro__) for item in vars(kind).items()]
        cls.settings = tuple(
            name for name, attribute in attributes if isinstance(attribute, Setting) and name != "maximize"
        )

    def __init__(
        self, parameters: Iterable[Value], lr: float, memories: Iterable[str], *, maximize: bool = False
    ) -> None:
        self._model: weakref.ref[Module] | None = parameters.model if isinstance(parameters, ParametersOf) else None
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
            GradientError: no parameter has a gradient; or one without is no longer of the model that it was taken from.
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
        moved = self._stepped(numbers, gradients, np.array(moving) if len(moving) < len(self.parameters) else None)
        for parameter, number in zip(parameters, moved.tolist(), strict=True):
            parameter.data = number

    def _check_held(self) -> None:
        """Refuse a parameter that the model no longer has, since something else was put in its place."""
        model = None if self._model is None else self._model()
        if model is None:
            return
        own = set(map(id, model.parameters()))
        gone = [leaf.label or f"number {place}" for place, leaf in enumerate(self.parameters) if id(leaf) not in own]
        if gone:
            raise GradientError(
                f"{type(self).__name__}.step(): {model!r} no longer has the parameter{'s' if len(gone) > 1 else ''} "
                f"{some(gone)}, since something else was put in the place. To change a number set .data; if it was "
                f"replaced by another Parameter, make the optimiser again"
            )

    def __getstate__(self) -> dict[str, Any]:
        return {name: held for name, held in vars(self).items() if name != "_model"} | {"_model": None}

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
        return self._stepped(numbers, gradients, None)

    def _stepped(self, numbers: Array, gradients: Array, places: NDArray[np.int64] | None) -> Array:
        """One step of the parameters at ``places``, or of all; remembered only if all goes well."""
        steps, state = self._memory
        if places is None:
            taken: Steps = steps + 1
            moved, kept = self._ruled(numbers, gradients, state, taken, slice(None))
            self._memory = taken, kept
            return moved
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
        """What the rule gives, which must be finite."""
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
        """Its settings, and all that it remembers: plain data, for JSON or :meth:`load_state_dict`.

        >>> from autograd import Parameter
        >>> from nn.optim import SGD
        >>> SGD([Parameter(1.0)], lr=0.1, momentum=0.9).state_dict()["state"]
        {'velocity': [0.0]}
        """
        steps, state = self._memory
        return {
            "optimizer": type(self).__name__,
            "settings": {name: getattr(self, name) for name in self.settings},
            "steps": steps if isinstance(steps, int) else steps.tolist(),
            "state": {name: kept.tolist() for name, kept in state.items()},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from where :meth:`state_dict` was taken: all of it is set, or on any error nothing.

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
        settings, kept, count = state["settings"], state["state"], len(self.parameters)
        if set(settings) != set(self.settings) or set(kept) != set(self._memory[1]):
            raise ValueError(
                f"load_state_dict: the state of {name} holds {sorted([*settings, *kept])}, and should hold "
                f"{sorted([*self.settings, *self._memory[1]])}"
            )
        memory = {key: real_array(numbers, f"load_state_dict: {key}") for key, numbers in kept.items()}
        taken = real_array(state["steps"], "load_state_dict: steps")
        for key, array in [*memory.items(), ("steps", taken)]:
            if array.shape != (count,) and not (key == "steps" and array.ndim == 0):
                raise ValueError(
                    f"load_state_dict: {key} has the shape {array.shape}, and there are {count} parameters"
                )
        before = {key: getattr(self, key) for key in self.settings}
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
    """``parameters`` as a list of different leaves."""
    if not isinstance(parameters, Iterable):
        raise TypeError(f"an optimiser takes a list of parameters, such as model.parameters(), got {parameters!r}")
    leaves = list(parameters)
    for leaf in leaves:
        if not isinstance(leaf, Value):
            raise TypeError(f"an optimiser takes Parameters, got {leaf!r}")
        if leaf.op is not None:
            raise TypeError(f"an optimiser takes leaves, and {leaf!r} is computed by {leaf.op.name}")
    if not leaves:
        raise ValueError(
            "an optimiser needs at least one parameter; the list is empty. A model learns the Parameters that it "
            "holds: a plain Value is data, unless the class defines parameters() itself"
        )
    if len(set(map(id, leaves))) != len(leaves):
        raise ValueError("an optimiser takes each parameter once; the list names one of them twice")
    return leaves
