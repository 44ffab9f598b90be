"""A model as a function of its parameters: f(θ, x) instead of f(x) with θ inside.

:class:`Binding` puts other Values in the places of the parameters, in a copy of the modules and containers that lead to
them. The model is not touched, so other threads may call it meanwhile, and an exception leaves nothing behind.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from autograd import Parameter, Value
from nn.arguments import counted, is_many, some
from nn.module import SCALARS, STAND_INS, CheckedList, Module, children, holds_objects, is_data, walk

__all__ = ["Binding", "functional_call"]


def functional_call(model: Module, params: Any, *inputs: Any, **keywords: Any) -> Any:
    """``model(*inputs)`` with other numbers for its parameters; the model stays as it is.

    Args:
        model: any module.
        params: numbers and Values in place of the parameters: a dict by path, as
            :meth:`~nn.Module.state_dict` gives it, in which those left out keep the model's own; or a sequence
            with one for each, in the order of :meth:`~nn.Module.parameters`. A Value without a name takes the
            parameter's.
        inputs: what the model is called with.
        keywords: the same, by keyword.

    Raises:
        TypeError: ``params`` is neither, or holds something that is not one real number; or the model keeps its
            parameters where no copy reaches them, as in a function that closes over it.
        ValueError: a path of no parameter, or a sequence of another length.

    >>> from autograd import grad
    >>> from nn import MLP, functional_call
    >>> model = MLP(2, [1], rng=0)
    >>> functional_call(model, [2.0, 3.0, 1.0], [10.0, 100.0]).data
    321.0
    >>> grad(lambda theta: functional_call(model, theta, [10.0, 100.0]))(model.state_dict())
    {'layers.0.neurons.0.w.0': 10.0, 'layers.0.neurons.0.w.1': 100.0, 'layers.0.neurons.0.b': 1.0}
    """
    if not isinstance(model, Module):
        raise TypeError(f"functional_call takes a Module, its parameters, then its inputs; {model!r} is not a Module")
    named = model.named_parameters()
    given = _by_path(model, named, params)
    for path, number in given.items():
        if not isinstance(number, Value):
            try:
                given[path] = Parameter(number, named[path].label)
            except TypeError as error:
                raise TypeError(f"functional_call: the parameter {path!r}: {error}") from None
    return Binding(model, [named[path] for path in given], "functional_call").on(given.values())(*inputs, **keywords)


def _by_path(model: Module, named: dict[str, Value], params: Any) -> dict[str, Any]:
    """The numbers that were given for parameters, by their paths."""
    if isinstance(params, Mapping):
        strangers = [path for path in params if path not in named]
        if strangers:
            raise ValueError(
                f"functional_call: {model!r} has no parameter {some(strangers)}; it has {some(list(named))}"
            )
        return dict(params)
    if not is_many(params):
        raise TypeError(f"functional_call takes parameters as a dict by path or a sequence in order, got {params!r}")
    numbers = list(params)
    if len(numbers) != len(named):
        raise ValueError(
            f"functional_call: {model!r} takes a number for each of its {counted(len(named), 'parameter')}, "
            f"{len(numbers)} given"
        )
    return dict(zip(named, numbers, strict=True))


class Binding:
    """A model with other Values in place of its parameters: its modules and containers are copied, the rest is shared.

    One copy takes one set of Values after another. What the model writes on itself meanwhile stays on the copy, until
    :meth:`keep`.

    Attributes:
        held: every part of the model but Values, starting with itself.

    Raises:
        TypeError: the model keeps a parameter where no copy reaches it.
    """

    def __init__(self, model: Module, parameters: Sequence[Value], asking: str) -> None:
        self._parameters, self._asking = list(parameters), asking
        self._ids = list(map(id, parameters))
        learnt = set(self._ids)
        parts = [part for _, part in walk(model)]
        hidden = learnt.difference(map(id, parts))
        if hidden:
            first = next(leaf for leaf in parameters if id(leaf) in hidden)
            raise TypeError(
                f"{asking}: {model!r} gives parameters that it does not hold, first {first!r}. They are looked for in "
                f"its attributes, in lists, tuples and dicts among these, and in other Modules among these. If an "
                f"object of a plain class holds them, make that class a Module: class Name(Module)"
            )
        self.held = held = [part for part in parts if not isinstance(part, Value)]
        opened = [part for part in held if isinstance(part, (Module, list, dict)) or holds_objects(part)]
        self._copies: dict[int, Any] = {
            id(part): list(part) if type(part) is CheckedList else copy.copy(part) for part in opened
        }
        self._model: Any = self._copies[id(model)]
        self._pairs = [(part, self._copies[id(part)]) for part in opened]
        self._places: list[tuple[Any, Any, int]] = []
        self._tuples: list[tuple[Any, Any, Any]] = []
        for original, shell in self._pairs:
            places: Any = shell.flat if holds_objects(shell) else vars(shell) if isinstance(shell, Module) else shell
            for key, part in children(original):
                if id(part) in learnt:
                    self._places.append((places, key, id(part)))
                elif isinstance(part, tuple):
                    self._tuples.append((places, key, part))
                elif (copied := _standing_for(part, self._copies)) is not part:
                    places[key] = copied
        for part in held:
            if isinstance(part, FunctionType):
                _refuse_closure(part, self._copies.keys() | learnt, asking)
        self._seen: tuple[list[list[Any]], list[Any]] = [], []

    def look(self) -> None:
        """Note the model as it is, for :meth:`is_of_now`."""
        self._seen = self._present()

    def _present(self) -> tuple[list[list[Any]], list[Any]]:
        """The parts of each of its modules and containers; the content of each of its leaves."""
        return [_inside(part) for part, _ in self._pairs], [_content(part) for part in self.held]

    def on(self, values: Iterable[Any]) -> Any:
        """The copy, with a number or Value in place of each parameter; one without a name takes the parameter's."""
        stand_ins = []
        for parameter, value in zip(self._parameters, values, strict=True):
            stand_in = value if isinstance(value, Value) else Parameter(value, parameter.label)
            if not stand_in.label:
                stand_in.label = parameter.label
            stand_ins.append(stand_in)
        standing = self._copies | dict(zip(self._ids, stand_ins, strict=True))
        learnt = set(map(id, stand_ins))
        for parts, key, place in self._places:
            parts[key] = standing[place]
        for parts, key, part in self._tuples:
            parts[key] = _standing_for(part, standing)
        for part, shell in self._pairs:
            if isinstance(part, Module):
                vars(shell)[STAND_INS] = learnt
        return self._model

    def keep(self) -> None:
        """Give the model the plain data that was written on the copy since, such as a counter."""
        originals = {id(shell): part for part, shell in self._pairs}
        for part, shell in self._pairs:
            if isinstance(part, list):
                now = [originals.get(id(held), held) for held in shell]
                if not _same(now, part) and is_data(now):
                    part[:] = now
                continue
            for key, written in children(shell) if isinstance(part, (Module, dict)) else []:
                held = vars(part) if isinstance(part, Module) else part
                kept = originals.get(id(written), written)
                if key != STAND_INS and kept is not held.get(key) and is_data(kept):
                    held[key] = kept
        self.look()

    def written(self) -> dict[str, Any]:
        """The plain data among the attributes of the copy's modules that may have been written since it was made."""
        return {
            f"{name} of {type(part).__name__}": held
            for part, shell in self._pairs
            if isinstance(part, Module)
            for name, held in vars(shell).items()
            if not (type(held) in SCALARS and held is vars(part).get(name))
            and name not in part.fixed
            and name != STAND_INS
            and is_data(held)
        }

    def is_of_now(self) -> bool:
        """Whether the model holds what it held at the last :meth:`look` or :meth:`keep`."""
        inside, content = self._present()
        return all(map(_same, inside, self._seen[0])) and content == self._seen[1]


def _same(now: Sequence[Any], before: Sequence[Any]) -> bool:
    return len(now) == len(before) and all(map(operator.is_, now, before))


def _inside(part: Any) -> list[Any]:
    """The parts of a module or container, and their names, quickly."""
    if isinstance(part, (list, np.ndarray)):
        return list(part.flat if isinstance(part, np.ndarray) else part)
    held = vars(part) if isinstance(part, Module) else part
    return [*held.values(), *held]


def _content(part: Any) -> Any:
    """A copy of a leaf that may change in place, an array of numbers or a set; else None."""
    if isinstance(part, np.ndarray) and part.dtype != object:
        return part.tobytes()
    return part.copy() if isinstance(part, (set, bytearray)) else None


def _standing_for(part: Any, copies: dict[int, Any]) -> Any:
    """The object that stands for ``part`` in the copy."""
    if id(part) in copies:
        return copies[id(part)]
    if isinstance(part, tuple):
        parts = [_standing_for(held, copies) for held in part]
        if all(map(operator.is_, parts, part)):
            return part
        return type(part)(*parts) if hasattr(part, "_make") else type(part)(parts)
    if isinstance(part, MethodType) and id(part.__self__) in copies:
        return MethodType(part.__func__, copies[id(part.__self__)])
    return part


def _refuse_closure(function: FunctionType, copied: AbstractSet[int], asking: str) -> None:
    """Refuse a function that closes over a module or parameter of the original: it would go on using it."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            held = cell.cell_contents
        except ValueError:  # not filled yet
            continue
        if id(held) in copied:
            raise TypeError(
                f"{asking}: {function.__qualname__} closes over {name!r}, a part of the model, and would keep "
                f"the old parameters: make it a method"
            )
