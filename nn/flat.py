"""A model as functions of the flat array of what it learns, over batches: recorded once and replayed, or on Values."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd import (
    GuardError,
    Parameter,
    RecordingError,
    Value,
    compile,  # noqa: A004 -- the name that autograd gives it
    errstate,
    mean,
    no_grad,
    value_and_grad,
)
from nn.dataset import Dataset
from nn.functional import functional_call
from nn.losses import Loss
from nn.module import Module
from nn.numeric import Array

__all__ = ["FlatModel", "advised"]


class FlatModel:
    """A model and a loss as functions of ``numbers``, the flat array of what is learnt.

    The model is held weakly, so that what is recorded may be kept for as long as the model lives.

    Args:
        model: maps one example to one Value or several.
        parameters: what is learnt; other parameters of the model are read as they are.
        loss: a function of (prediction, target).
        compiled: record each function once, and replay it over batches; else compute on Values each time.

    Raises:
        ValueError: a parameter is not of the model.
    """

    def __init__(self, model: Module, parameters: Sequence[Value], loss: Loss, *, compiled: bool = True) -> None:
        self.parameters = list(parameters)
        self.loss = loss
        self.compiled = compiled
        self._outputs = outputs = _Outputs(model, self.parameters)

        def prediction(numbers: Any, x: Any) -> Any:
            (found,) = outputs(numbers, [x])
            return np.array(found, dtype=object) if isinstance(found, (list, tuple)) else found

        def example_loss(numbers: Any, x: Any, y: Any) -> Any:
            (found,) = outputs(numbers, [x])
            return loss(found, y)

        self._predictions = compile(prediction, in_axes=(None, 0))
        self._mean_loss = compile(example_loss, in_axes=(None, 0, 0), reduce="mean")
        self._step = compile(value_and_grad(example_loss), in_axes=(None, 0, 0), reduce="mean")

    def read(self) -> Array:
        """The present numbers in the parameters."""
        return np.array([parameter.data for parameter in self.parameters])

    def write(self, numbers: Array) -> None:
        """Set the parameters that have other numbers: a graph stays fresh whose leaves stay as they are."""
        for parameter, number in zip(self.parameters, numbers.tolist(), strict=True):
            if parameter.data != number:
                parameter.data = number

    def predictions(self, numbers: Array, examples: Array) -> Array:
        """What the model says of each example: shape (n,), or (n, outputs)."""
        if self.compiled:
            found: Array = self._predictions(numbers, examples)
            return found
        with no_grad(), errstate(domain="nan"):
            return np.array([_floats(found) for found in self._outputs(numbers, examples)])

    def mean_loss(self, numbers: Array, data: Dataset) -> float:
        """The mean loss of the examples."""
        if self.compiled:
            return float(self._mean_loss(numbers, data.X, data.y))
        with no_grad():
            return float(mean(self.losses(numbers, data)))

    def value_and_gradient(self, numbers: Array, data: Dataset) -> tuple[float, Array]:
        """The mean loss of the examples, and its gradient."""
        if self.compiled:
            value, gradient = self._step(numbers, data.X, data.y)
        else:
            value, gradient = value_and_grad(lambda variables: mean(self.losses(variables, data)))(numbers)
        return value, gradient

    def losses(self, numbers: Any, data: Dataset) -> list[Any]:
        """The loss of each example, computed on Values, in IEEE arithmetic as a replay does."""
        with errstate(domain="nan"):
            found = self._outputs(numbers, data.X)
            return [self.loss(one, y) for one, y in zip(found, data.y.tolist(), strict=True)]

    def leaves(self, numbers: Array) -> list[Parameter]:
        """New leaves that hold ``numbers`` under the names of the parameters."""
        named = zip(numbers.tolist(), self.parameters, strict=True)
        return [Parameter(number, parameter.label) for number, parameter in named]


@contextmanager
def advised() -> Iterator[None]:
    """Add to the error of a recording what else can be done about it."""
    try:
        yield
    except (GuardError, RecordingError) as error:
        error.add_note("compiled=False computes on Values, example by example, and records nothing.")
        raise


class _Outputs:
    """What a model says of some examples, with other numbers in the places of some of its parameters."""

    def __init__(self, model: Module, parameters: Sequence[Value]) -> None:
        self._model = weakref.ref(model)
        paths = {id(parameter): path for path, parameter in _ForEach(model).named_parameters().items()}
        strangers = [parameter for parameter in parameters if id(parameter) not in paths]
        if strangers:
            raise ValueError(f"the optimiser holds {strangers[0]!r}, which is no parameter of {model!r}")
        self._paths = [paths[id(parameter)] for parameter in parameters]

    def __call__(self, numbers: Iterable[Any], examples: Iterable[Any]) -> list[Any]:
        model = self._model()
        if model is None:
            raise ReferenceError("the model of this function is gone")
        found: list[Any] = functional_call(_ForEach(model), dict(zip(self._paths, numbers, strict=True)), examples)
        return found


class _ForEach(Module):
    """A model on one example after the other."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def __call__(self, examples: Iterable[Any]) -> list[Any]:
        return [self.model(x) for x in examples]

    def __repr__(self) -> str:
        return repr(self.model)


def _floats(prediction: Any) -> Any:
    """A prediction, one number or several, as a float or a list of floats."""
    if isinstance(prediction, (list, tuple, np.ndarray)):
        return [float(value) for value in prediction]
    return float(prediction)
