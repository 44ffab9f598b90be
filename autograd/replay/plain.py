"""The plain function behind a compiled one: run anew, where a replay would not do what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import numpy as np

from autograd.context import is_ours
from autograd.errors import RecordingError
from autograd.primitives import Primitive
from autograd.replay.branches import Options, check_same
from autograd.replay.signature import Plan, Signature, StaticArguments, flattened
from autograd.replay.written import Assembly
from autograd.sweep import number_of
from autograd.trace import Trace
from autograd.trees import TreeDef, flatten, leaves_of
from autograd.value import Value

__all__ = ["Plain"]


class Plain:
    """Runs a function as it is, on the arguments of a compiled call; None stands for one that is not at hand."""

    def __init__(
        self, function: Callable[..., Any] | None, name: str, options: Options, static: StaticArguments | None
    ) -> None:
        self._function = function
        self._name = name
        self._options = options
        self._static = static

    def inlined(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """On Values, or inside another recording: gradients flow through it."""
        if self._options.batched:
            raise RecordingError(
                f"{self._name} is compiled for batches (in_axes={self._options.in_axes!r}), so it takes numbers and "
                f"cannot be a part of a graph: pass .data of the Values, or compile the whole computation"
            )
        if self._function is None:
            raise RecordingError(f"{self._name} is a tape and cannot be a part of a graph: call it with numbers")
        return self._function(*args, **kwargs)

    def eagerly(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """On each example, with floats for its Values; on a single one not where a Value from outside is involved."""
        given, named = (args, kwargs) if self._static is None else self._static.marked(args, kwargs)
        flat = flattened(given, named)
        if flat is None:
            return self.inlined(args, kwargs)
        leaves, treedefs = flat
        runs = self._runs(Plan(given, named, treedefs, self._options.in_axes), leaves)
        if not self._options.batched:
            ((numbers, treedef),) = runs
            return treedef.outcome(numbers)
        columns: list[list[float]] = []
        first: Any = None
        for numbers, treedef in runs:
            first = first or treedef
            check_same(first, treedef)
            columns.append(list(map(number_of, numbers)))
        results = np.array(columns).T.reshape(-1, len(columns))
        if self._options.reduce is not None:
            results = results.sum(axis=1) / (len(columns) if self._options.reduce == "mean" else 1)
        return Assembly(first, batched=True, reduced=self._options.reduce is not None)(results)

    def unrecorded(self, plan: Plan, leaves: list[Any]) -> Any:
        """On one example, as a replay: in floats, inside of all domains. None where that needs a recording."""
        try:
            ((numbers, treedef),) = self._runs(plan, leaves)
        except Exception:  # noqa: BLE001 -- the recording says what it means
            return None
        return None if any(isinstance(number, Value) for number in numbers) else treedef.outcome(numbers)

    def connected(self, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Where the function uses a Value that was computed outside: connected to that, or refused."""
        if not self._options.batched:
            return self.eagerly(args, kwargs)
        raise RecordingError(
            f"{self._name} {error}, and is compiled for batches (in_axes={self._options.in_axes!r}), whose results "
            f"cannot be connected to that: make it an argument, or compute it inside of the function"
        ) from None

    def warn_of_nan(self, result: Any, plan: Plan, leaves: list[Any]) -> None:
        """Of a checked function whose ``result`` is nan, let the plain one say why: as far as the first such example.

        The local gradients of a derivative are recorded in IEEE arithmetic, so no guard tells of a nan in them.
        """
        results, _ = leaves_of(result, "the result")
        if self._function is not None and any(map(_has_nan, results)):
            runs = self._runs(plan, leaves)
            any(any(map(_has_nan, map(number_of, numbers))) for numbers, _ in runs)

    def _runs(self, plan: Plan, leaves: list[Any]) -> Iterator[tuple[list[Any], TreeDef]]:
        """For each example the numbers that the function returns, and how they are held."""
        shared, lanes, _ = plan.numbers(leaves)
        for example in lanes.T:
            yield self._run(plan.signature, plan.signature.example(shared, example))

    def _run(self, signature: Signature, numbers: list[float]) -> tuple[list[Any], TreeDef]:
        function = self._function
        if function is None:
            raise RecordingError(
                f"{self._name} is a tape, recorded in other surroundings than those of this call: errstate() and "
                f"detect_anomaly() need the function itself, which is not at hand"
            )
        if _is_of_library(function):  # a derivative or an operation: on plain numbers it gives plain numbers
            return flatten(signature.call(function, numbers), f"the result of {self._name}")
        labels = signature.labels(function)

        def labelled(*values: Value) -> Any:
            for value, label in zip(values, labels, strict=True):
                value.label = label
            return signature.call(function, values)

        trace = Trace(labelled, range(len(numbers)), numbers, {})
        found, treedef = flatten(trace.result, f"the result of {self._name}")
        return trace.settled(found), treedef


def _has_nan(number: Any) -> bool:
    return bool(np.isnan(number).any())


def _is_of_library(function: Callable[..., Any]) -> bool:
    if isinstance(function, FunctionType):
        return is_ours(function.__code__.co_filename)
    return type(function).__module__.partition(".")[0] == "autograd" and not isinstance(function, Primitive)
