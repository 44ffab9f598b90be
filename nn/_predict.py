"""``predict`` and ``evaluate``: a model over many examples, as functions of the flat array of its parameters.

A model may depend on anything: globals, attributes of its class, methods that were replaced. So each call of
``predict``, ``evaluate`` and ``fit`` records it anew; kernels are kept by tape, so only the recording is repeated. Each
path is recorded twice, and the two must agree: a model may turn out not to be a function of its inputs. Once they have,
a later call compares its recording with that one, and makes no second where it is the same.
"""

from __future__ import annotations

import functools
import pickle
import random
import weakref
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
from nn.arguments import Array, name_of, number_of, with_hints
from nn.data import Dataset, as_dataset, as_examples, weighted
from nn.functional import Binding
from nn.losses import Loss, mse, resolve_loss
from nn.metrics import Metric, measure, resolve_metrics
from nn.module import Module

__all__ = ["FlatModel", "advised", "evaluate", "predict", "tried_loss", "tried_model"]


@with_hints({})
def predict(model: Module, X: Any, *, compiled: bool = True) -> Array:  # noqa: N803 -- the name that scikit-learn's users know
    """The outputs of ``model`` on each example, from a recording of it as it is now: floats, with no graph.

    It is recorded twice, until two runs have agreed, to refuse a model that is not a function of its inputs, such as
    one with a random mask. Only a change that neither run shows escapes: a random number from a generator that neither
    the model nor its methods name, if it came out the same twice. Whatever the model stores on itself while it runs
    stays on a copy.

    Args:
        model: a Module that maps one example, a sequence of numbers, to one Value or several.
        X: the examples, one a row, shape (n, features).
        compiled: False computes on Values, example by example: slow, for models that cannot be recorded.

    Returns:
        An array of shape (n,), or (n, outputs) for several outputs; nan or infinite where the arithmetic is.

    Raises:
        TypeError, ValueError: an argument that makes no sense; the message says which.
        RecordingError: the model takes a plain float out of a Value, or is not a function of its inputs.

    >>> from nn import MLP, predict
    >>> predict(MLP(2, [1], init="zeros"), [[0.0, 1.0], [2.0, 3.0]])
    array([0., 0.])
    """
    examples = as_examples(X)
    tried_model(model, examples)
    flat = FlatModel(model, model.parameters(), mse, compiled=compiled)
    with advised():
        return flat.predictions(flat.read(), examples)


@with_hints({})
def evaluate(  # noqa: PLR0913 -- each argument is optional, named and independent
    model: Module,
    X: Any,  # noqa: N803 -- as of predict
    y: Any,
    *,
    loss: str | Loss,
    metrics: str | Metric | Iterable[str | Metric] = (),
    sample_weight: Any = None,
    compiled: bool = True,
) -> dict[str, float]:
    """The mean loss of the examples under ``"loss"``, and each metric under its name.

    Args:
        model: a Module that maps one example, a sequence of numbers, to one Value or several.
        X: the examples, one a row, shape (n, features).
        y: their targets, shape (n,), or (n, outputs) for several outputs.
        loss: a function of (prediction, target), or its name.
        metrics: names and functions of (predictions, targets).
        sample_weight: how much each example counts in the loss and the metrics, shape (n,): Σwl / Σw, as in
            scikit-learn. A metric of your own must then take an argument ``sample_weight``.
        compiled: as for :func:`predict`.

    Raises:
        TypeError, ValueError: an argument that makes no sense; the message says which.
        RecordingError: the model takes a plain float out of a Value, or is not a function of its inputs.

    >>> from nn import MLP, evaluate
    >>> evaluate(MLP(1, [1], init="zeros"), [[1.0], [2.0]], [3.0, 1.0], loss="mse", metrics="mean_absolute_error")
    {'loss': 5.0, 'mean_absolute_error': 2.0}
    """
    chosen = resolve_loss(loss)
    functions, data = resolve_metrics(metrics, chosen), weighted(as_dataset(X, y), sample_weight)
    tried_loss(chosen, tried_model(model, data.X), data)
    flat = FlatModel(model, model.parameters(), chosen, compiled=compiled)
    numbers = flat.read()
    with advised():
        return {"loss": flat.mean_loss(numbers, data), **flat.measured(numbers, data, functions, data.weights)}


Module.predict, Module.evaluate = predict, evaluate  # a model has them as methods; Module knows nothing of recordings


@contextmanager
def advised() -> Iterator[None]:
    """Add the way out to the error of a recording."""
    try:
        yield
    except (GuardError, RecordingError) as error:
        error.add_note("compiled=False computes on Values, example by example, and records nothing.")
        raise


# --- a model, a loss and a data set, tried together before anything is recorded ---------------------------


def tried_model(model: Any, examples: Array) -> Any:
    """The output of ``model`` on the first of ``examples``.

    Raises:
        TypeError: it is not a Module, or the output is neither one number or Value, nor several.
        ValueError: it does not take such an example.
    """
    if not isinstance(model, Module):
        raise TypeError(f"a model must be a Module, such as an MLP, got {model!r}")
    try:
        with no_grad(), errstate(domain="nan"):
            prediction = model(examples[0])
    except (TypeError, ValueError, LookupError) as error:
        raise ValueError(
            f"X has {examples.shape[1]} features an example, which {model!r} does not take: {error}"
        ) from error
    several = prediction if isinstance(prediction, (list, tuple, np.ndarray)) else [prediction]
    if not len(several) or not all(isinstance(one, (Value, float, int)) for one in several):
        raise TypeError(f"{model!r} gives {prediction!r:.200}: a model gives a Value, or a list of Values")
    return prediction


def tried_loss(loss: Loss, prediction: Any, data: Dataset, name: str = "y") -> None:
    """Compute the loss of one prediction with every sort of target.

    Raises:
        ValueError: it does not take a target.
        TypeError: its result is not one number.
    """
    title = name_of(loss)
    for place in _sorts(data.y):
        target = data.y[place].tolist()
        given = f"{name}[{data.places[place]}] = {target!r:.80}"
        try:
            with no_grad(), errstate(domain="nan"):
                value = loss(prediction, target)
        except (TypeError, ValueError, LookupError) as error:
            raise ValueError(f"the loss {title} does not take {given}: {error}") from error
        if not isinstance(value, (Value, float, int)):
            raise TypeError(f"the loss {title} gives {value!r:.80} for {given}: a loss is one Value")


_MOST = 1000
"""The most targets that are tried."""


def _sorts(targets: Array) -> list[int]:
    """The places of the distinct numbers among the targets; of very many, a sample evenly spread in size.

    A loss takes numbers from an interval or a small set, so the least, the greatest and some between speak for all.
    """
    found: set[int] = set()
    for column in targets.reshape(len(targets), -1).T:
        _, first = np.unique(column, return_index=True)
        found.update(first[np.linspace(0, len(first) - 1, min(len(first), _MOST)).round().astype(int)].tolist())
    return sorted(found)


# --- a model over many examples ---------------------------------------------------------------------------


class FlatModel:
    """A model and a loss as functions of ``numbers``, the flat array of what is learnt.

    Args:
        model: maps one example to one Value or several.
        parameters: what is learnt; other parameters of the model are read as they are.
        loss: a function of (prediction, target).
        compiled: record each function once, and replay it over batches; else compute on Values each time.
    """

    def __init__(self, model: Module, parameters: Sequence[Value], loss: Loss, *, compiled: bool = True) -> None:
        self.model = model
        self.parameters = list(parameters)
        self.loss = loss
        self.compiled = compiled
        self._checked = self._kept = 0
        self._binding = binding = Binding(model, self.parameters, "predict, evaluate and fit")
        self._runs = runs = _Runs(binding, loss)
        binding.look()

        def prediction(numbers: Any, x: Any) -> Any:
            found = runs(lambda: binding.on(numbers)(x))
            return np.array(found, dtype=object) if isinstance(found, (list, tuple)) else found

        def example_loss(numbers: Any, x: Any, y: Any) -> Any:
            return runs(lambda: loss(binding.on(numbers)(x), y))

        def weighted_loss(numbers: Any, x: Any, y: Any, weight: Any) -> Any:
            return weight * example_loss(numbers, x, y)

        weighted_loss.__name__ = "the loss of the model"
        prediction.__name__, example_loss.__name__ = "the model", "the loss of the model"  # for messages
        self._prediction, self._example_loss, self._weighted_loss = prediction, example_loss, weighted_loss
        self._replays: dict[tuple[bool, bool], Any] = {}

    @functools.cached_property
    def _predictions(self) -> Any:
        return compile(self._prediction, in_axes=(None, 0), verify=self._runs.agreed)

    def _replay(self, data: Dataset, *, derived: bool) -> Any:
        """The mean loss of such examples, or the sum of their weighted losses; ``derived``: and its gradient."""
        key = derived, data.weights is None
        if key not in self._replays:
            loss, axes, reduce = (
                (self._example_loss, (None, 0, 0), "mean")
                if data.weights is None
                else (self._weighted_loss, (None, 0, 0, 0), "sum")
            )
            function = value_and_grad(loss) if derived else loss
            self._replays[key] = compile(function, in_axes=axes, reduce=reduce, verify=self._runs.agreed)
        return self._replays[key]

    def read(self) -> Array:
        """The present numbers in the parameters."""
        return np.array([parameter.data for parameter in self.parameters])

    def write(self, numbers: Array) -> None:
        """Set the parameters whose numbers differ: the graph of unchanged leaves stays fresh.

        The model also gets the plain data that it wrote on itself while it ran, such as a counter.
        """
        for parameter, number in zip(self.parameters, numbers.tolist(), strict=True):
            if parameter.data != number:
                parameter.data = number
        if not self.compiled or (self._runs.count != self._kept and not self._runs.changing()):  # it has run since
            self._binding.keep()
            self._kept = self._runs.count

    def of_now(self) -> FlatModel:
        """The same for the model as it is now: itself if nothing but the numbers of its parameters has changed.

        Raises:
            ValueError: something else was put in the place of a parameter that is learnt.
        """
        if self._binding.is_of_now():
            return self
        own = set(map(id, self.model.parameters()))
        gone = [parameter for parameter in self.parameters if id(parameter) not in own]
        if gone:
            raise ValueError(
                f"a callback put something else in the place of {gone[0]!r} of {self.model!r}, which fit is learning: "
                f"set .data to change its number"
            )
        return FlatModel(self.model, self.parameters, self.loss, compiled=self.compiled)

    def predictions(self, numbers: Array, examples: Array) -> Array:
        """The model's output on each example: shape (n,), or (n, outputs)."""
        if self.compiled:
            found: Array = self._predictions(numbers, examples)
            return found
        with no_grad(), errstate(domain="nan"):
            return np.array([_floats(found) for found in map(self._binding.on(numbers), examples)])

    def measured(
        self, numbers: Array, data: Dataset, metrics: dict[str, Metric], sample_weight: Array | None = None
    ) -> dict[str, float]:
        """Each metric of ``data``, by name."""
        if not metrics:
            return {}
        predictions = self.predictions(numbers, data.X)
        return {name: measure(name, metric, predictions, data.y, sample_weight) for name, metric in metrics.items()}

    def mean_loss(self, numbers: Array, data: Dataset) -> float:
        """The mean loss of the examples: Σwl / Σw, where they weigh w."""
        if not self.compiled:
            with no_grad():
                return number_of(self._mean(numbers, data))
        replay = self._replay(data, derived=False)
        if data.weights is None:
            found: float = replay(numbers, data.X, data.y)
        else:
            found = replay(numbers, data.X, data.y, data.weights) / data.weight
        return found

    def value_and_gradient(self, numbers: Array, data: Dataset) -> tuple[float, Array]:
        """The mean loss of the examples, as :meth:`mean_loss`, and its gradient."""
        if not self.compiled:
            value, gradient = value_and_grad(lambda variables: self._mean(variables, data))(numbers)
            if isinstance(value, Value):  # it depends on other Values too, such as data of the model
                self._check_stood_in(value.topological_order())
                value, gradient = value.data, np.array([number_of(slope) for slope in gradient])
            return value, gradient
        step = self._replay(data, derived=True)
        if data.weights is None:
            value, gradient = step(numbers, data.X, data.y)
        else:
            total, gradients = step(numbers, data.X, data.y, data.weights)
            value, gradient = total / data.weight, gradients / data.weight
        if self._runs.count != self._checked:  # something was recorded
            self._check_stood_in(leaf for path in step.paths for leaf in path.leaves)
            if changing := self._runs.changing():
                raise RecordingError(
                    f"the model sets {changing} anew in each run, to count or to collect, and a recording would run it "
                    f"once and not for each example"
                )
            self._checked = self._runs.count
        return value, gradient

    def _check_stood_in(self, read: Iterable[Value]) -> None:
        """Refuse a loss that reads a parameter itself instead of its stand-in: it would not be differentiated.

        Raises:
            GradientError: one of ``read`` is what is learnt.
        """
        own = set(map(id, self.parameters))
        for leaf in read:
            if id(leaf) in own:
                raise GradientError(
                    f"the loss reads {leaf!r} in a way that fit does not see, such as a global, a closure, or a value "
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
            model = self._binding.on(numbers)
            return [self.loss(model(x), y) for x, y in zip(data.X, data.y.tolist(), strict=True)]

    def leaves(self, numbers: Array) -> list[Parameter]:
        """New leaves that hold ``numbers`` under the names of the parameters."""
        named = zip(numbers.tolist(), self.parameters, strict=True)
        return [Parameter(number, parameter.label) for number, parameter in named]


class _Runs:
    """The runs that are recorded, watched for what a recording would lose: random draws, and attributes that change.

    A random draw is refused even if it came out the same twice. The generators watched are Python's and NumPy's own,
    those that the model holds, and those that its methods and the loss name. Another thread may draw from one
    meanwhile; draws in two runs in a row are taken to be the model's.

    Attributes:
        count: how many runs there were.
        agreed: the recordings that two runs of this model have agreed on, with these methods and this loss. One that
            draws or writes is run twice in any case.
    """

    def __init__(self, binding: Binding, loss: Loss) -> None:
        kinds = (random.Random, np.random.Generator, np.random.RandomState)
        held: list[Any] = binding.held
        classes = {kind for part in held if isinstance(part, Module) for kind in type(part).__mro__}
        methods = [method for kind in classes for method in vars(kind).values()]
        named = [part for function in [*methods, *held, loss] for part in _named(function)]
        self._generators = list({id(part): part for part in [*held, *named] if isinstance(part, kinds)}.values())
        self.agreed = _agreed_on(held[0], tuple(map(id, [*held, *methods, *named, loss])))
        self._binding = binding
        self._drawn = 0
        self._written: tuple[dict[str, bytes], dict[str, bytes]] = {}, {}
        self.count = 0

    def __call__(self, run: Callable[[], Any]) -> Any:
        self.count += 1
        before = self._states()
        found = run()
        self._drawn = 0 if self._states() == before else self._drawn + 1
        if self._drawn > 1:
            raise RecordingError(
                "the model or its loss draws random numbers, and a recording would go on with those of its one run"
            )
        now = {place: pickle.dumps(held) for place, held in self._binding.written().items()}
        self._written = self._written[1], now
        if now or self._drawn:
            self.agreed.clear()
        return found

    def changing(self) -> str:
        """The attribute that the last two runs set differently, such as a counter; empty if there is none."""
        before, now = self._written
        return next((place for place in before | now if before.get(place) != now.get(place)), "")

    def _states(self) -> list[Any]:
        return [random.getstate(), pickle.dumps(np.random.get_state()), *map(_state, self._generators)]  # noqa: NPY002 -- watched, not used


_AGREED: dict[int, tuple[weakref.ref[Module], tuple[int, ...], set[int]]] = {}
"""For each model, by its id, all that it consisted of when two of its runs agreed, by their ids; and on what."""


def _agreed_on(model: Module, consists_of: tuple[int, ...]) -> set[int]:
    """The recordings that two runs of ``model`` have agreed on since it consists of this."""
    known = _AGREED.get(id(model))
    if known is None or known[1] != consists_of:
        place = id(model)
        known = _AGREED[place] = weakref.ref(model, lambda _: _AGREED.pop(place, None)), consists_of, set()
    return known[2]


def _named(function: Any) -> list[Any]:
    """The globals that a Python function names, and what it closes over."""
    if not isinstance(function, FunctionType):
        return []
    named = [function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__]
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # not filled yet
            named.append(cell.cell_contents)
    return named


def _state(generator: Any) -> Any:
    return generator.getstate() if isinstance(generator, random.Random) else pickle.dumps(generator)


def _floats(prediction: Any) -> Any:
    """A prediction, one number or several, as a float or a list of floats."""
    if isinstance(prediction, (list, tuple, np.ndarray)):
        return [_floats(value) for value in prediction]
    return number_of(prediction)
