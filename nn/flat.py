"""A model as functions of the flat array of what it learns, over batches: recorded and replayed, or on Values.

A model may hang on anything: globals, attributes of its class, methods that were replaced. So it is recorded anew by
each call of ``predict``, ``evaluate`` and ``fit``; kernels are kept by tape, so that this costs the recording alone.
And it may not be a function of its inputs: each path is recorded twice, and the recordings must agree.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FunctionType
from typing import Any

import numpy as np

from autograd import (
    GradientError,
    GuardError,
    Parameter,
    RecordingError,
    Value,
    compile,  # noqa: A004 -- the name that autograd gives it
    dot,
    errstate,
    mean,
    no_grad,
    value_and_grad,
)
from nn.dataset import Dataset
from nn.functional import Copy
from nn.losses import Loss
from nn.module import Module
from nn.numeric import Array, number_of

__all__ = ["FlatModel", "advised"]


class FlatModel:
    """A model and a loss as functions of ``numbers``, the flat array of what is learnt.

    Args:
        model: maps one example to one Value or several.
        parameters: what is learnt; other parameters of the model are read as they are.
        loss: a function of (prediction, target).
        compiled: record each function once, and replay it over batches; else compute on Values each time.
    """

    def __init__(self, model: Module, parameters: Sequence[Value], loss: Loss, *, compiled: bool = True) -> None:
        self.parameters = list(parameters)
        self.loss = loss
        self.compiled = compiled
        self._checked = 0
        self._holding = holding = _Holding(model, self.parameters)
        self._undrawn = undrawn = _Undrawn(holding.held, loss)

        def prediction(numbers: Any, x: Any) -> Any:
            found = undrawn(lambda: holding(numbers)(x))
            return np.array(found, dtype=object) if isinstance(found, (list, tuple)) else found

        def example_loss(numbers: Any, x: Any, y: Any) -> Any:
            return undrawn(lambda: loss(holding(numbers)(x), y))

        def weighted_loss(numbers: Any, x: Any, y: Any, weight: Any) -> Any:
            return weight * example_loss(numbers, x, y)

        weighted_loss.__name__ = "the loss of the model"
        prediction.__name__, example_loss.__name__ = "the model", "the loss of the model"  # for messages
        self._predictions = compile(prediction, in_axes=(None, 0), verify="recordings")
        self._mean_loss = compile(example_loss, in_axes=(None, 0, 0), reduce="mean", verify="recordings")
        self._step = compile(value_and_grad(example_loss), in_axes=(None, 0, 0), reduce="mean", verify="recordings")
        axes = (None, 0, 0, 0)
        self._weighted_loss = compile(weighted_loss, in_axes=axes, reduce="sum", verify="recordings")
        self._weighted_step = compile(value_and_grad(weighted_loss), in_axes=axes, reduce="sum", verify="recordings")

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
            return np.array([_floats(found) for found in map(self._holding(numbers), examples)])

    def mean_loss(self, numbers: Array, data: Dataset) -> float:
        """The mean loss of the examples: Σwl / Σw, where they weigh w."""
        if not self.compiled:
            with no_grad():
                return number_of(self._mean(numbers, data))
        if data.weights is None:
            found: float = self._mean_loss(numbers, data.X, data.y)
        else:
            found = self._weighted_loss(numbers, data.X, data.y, data.weights) / data.weight
        return found

    def value_and_gradient(self, numbers: Array, data: Dataset) -> tuple[float, Array]:
        """The mean loss of the examples, as :meth:`mean_loss`, and its gradient."""
        if not self.compiled:
            value, gradient = value_and_grad(lambda variables: self._mean(variables, data))(numbers)
            if isinstance(value, Value):  # it hangs on other Values too, such as data of the model
                self._check_stood_in(value.topological_order())
                value, gradient = value.data, np.array([number_of(slope) for slope in gradient])
            return value, gradient
        if data.weights is None:
            value, gradient = self._step(numbers, data.X, data.y)
        else:
            total, gradients = self._weighted_step(numbers, data.X, data.y, data.weights)
            value, gradient = total / data.weight, gradients / data.weight
        if self._undrawn.runs != self._checked:  # something was recorded
            paths = (*self._step.paths, *self._weighted_step.paths)
            self._check_stood_in(leaf for path in paths for leaf in path.leaves)
            self._checked = self._undrawn.runs
        return value, gradient

    def _check_stood_in(self, read: Iterable[Value]) -> None:
        """Refuse a loss that reads a parameter itself, and not what stands in for it: it would not be differentiated.

        Raises:
            GradientError: one of ``read`` is what is learnt.
        """
        own = set(map(id, self.parameters))
        for leaf in read:
            if id(leaf) in own:
                raise GradientError(
                    f"the loss reads {leaf!r} by a way that fit does not see, such as a global, a closure, or a value "
                    f"that was computed before and kept, so its part in the gradient would be lost. For a penalty give "
                    f"l2; else use the parameter in the model's forward, through self; or train by hand, with "
                    f"loss.backward() and optimizer.step()"
                )

    def _mean(self, numbers: Any, data: Dataset) -> Any:
        losses = self.losses(numbers, data)
        return mean(losses) if data.weights is None else dot((data.weights / data.weight).tolist(), losses)

    def losses(self, numbers: Any, data: Dataset) -> list[Any]:
        """The loss of each example, computed on Values, in IEEE arithmetic as a replay does."""
        with errstate(domain="nan"):
            model = self._holding(numbers)
            return [self.loss(model(x), y) for x, y in zip(data.X, data.y.tolist(), strict=True)]

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


class _Holding:
    """From numbers to a copy of the model that holds them for its parameters.

    There is one copy: a model that counts its calls counts them there, and is found out when it is recorded twice.
    """

    def __init__(self, model: Module, parameters: list[Value]) -> None:
        self._copy = Copy(model, map(id, parameters), "predict, evaluate and fit")
        self._parameters = parameters
        self.held = self._copy.held

    def __call__(self, numbers: Any) -> Module:
        places = zip(self._parameters, numbers, strict=True)
        return self._copy.holding({id(parameter): _standing(number, parameter.label) for parameter, number in places})


def _standing(number: Any, label: str) -> Value:
    """A number in the place of a parameter, under its name."""
    if not isinstance(number, Value):
        return Parameter(number, label)
    if not number.label:
        number.label = label
    return number


class _Undrawn:
    """Runs what is recorded, and refuses a draw from a random generator even if it came out the same twice.

    Watched are Python's and NumPy's own generators, those that the model holds, and those that its methods and the
    loss name. That another thread draws from one meanwhile happens; that it does so in two runs one after the other is
    taken for the model's doing.

    Attributes:
        runs: how many there were.
    """

    def __init__(self, held: list[Any], loss: Loss) -> None:
        kinds = (random.Random, np.random.Generator, np.random.RandomState)
        classes = {kind for thing in held if isinstance(thing, Module) for kind in type(thing).__mro__}
        methods = [method for kind in classes for method in vars(kind).values()]
        named = [thing for function in [*methods, *held, loss] for thing in _named(function)]
        self._held = list({id(thing): thing for thing in [*held, *named] if isinstance(thing, kinds)}.values())
        self._drawn = 0
        self.runs = 0

    def __call__(self, run: Callable[[], Any]) -> Any:
        self.runs += 1
        before = self._states()
        found = run()
        self._drawn = 0 if self._states() == before else self._drawn + 1
        if self._drawn > 1:
            raise RecordingError(
                "the model or its loss draws random numbers, and a recording would go on with those of its one run"
            )
        return found

    def _states(self) -> list[Any]:
        return [random.getstate(), pickle.dumps(np.random.get_state()), *map(_state, self._held)]  # noqa: NPY002 -- watched, not used


def _named(function: Any) -> list[Any]:
    """The globals that a function of Python's names, and what it closes over."""
    if not isinstance(function, FunctionType):
        return []
    named = [function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__]
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # not filled yet
            named.append(cell.cell_contents)
    return named


def _state(generator: Any) -> Any:
    if isinstance(generator, random.Random):
        return generator.getstate()
    held = generator.get_state() if isinstance(generator, np.random.RandomState) else generator.bit_generator.state
    return pickle.dumps(held)


def _floats(prediction: Any) -> Any:
    """A prediction, one number or several, as a float or a list of floats."""
    if isinstance(prediction, (list, tuple, np.ndarray)):
        return [_floats(value) for value in prediction]
    return number_of(prediction)
