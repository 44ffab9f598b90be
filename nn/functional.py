"""A model as a function of its parameters: f(θ, x) in the place of f(x) with θ inside.

The model is not touched, so threads may call it meanwhile and an exception leaves nothing behind: what runs is a
copy of its modules and containers, in which what was given stands where the parameters stood.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from autograd import Parameter, Value
from nn.module import STAND_INS, Module, ParameterList, children, counted, some, walk

__all__ = ["Copy", "functional_call"]


def functional_call(model: Module, params: Any, *inputs: Any, **keywords: Any) -> Any:
    """``model(*inputs)`` with other numbers for its parameters; the model stays as it is.

    Args:
        model: any module.
        params: numbers and Values in the place of parameters: a dict by path, as
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
        raise TypeError(f"functional_call takes a Module, its parameters, then its inputs; {model!r} is no Module")
    stand_ins = _stand_ins(model, params)
    return Copy(model, stand_ins, "functional_call").holding(stand_ins)(*inputs, **keywords)


def _stand_ins(model: Module, params: Any) -> dict[int, Value]:
    """What stands in the place of each parameter, by the id of the parameter."""
    named = model.named_parameters()
    if isinstance(params, Mapping):
        strangers = [path for path in params if path not in named]
        if strangers:
            raise ValueError(
                f"functional_call: {model!r} has no parameter {some(strangers)}; it has {some(list(named))}"
            )
        given = dict(params)
    elif isinstance(params, Iterable) and not isinstance(params, (str, bytes, AbstractSet, Value)):
        numbers = list(params)
        if len(numbers) != len(named):
            raise ValueError(
                f"functional_call: {model!r} takes a number for each of its {counted(len(named), 'parameter')}, "
                f"{len(numbers)} given"
            )
        given = dict(zip(named, numbers, strict=True))
    else:
        raise TypeError(f"functional_call takes parameters as a dict by path or a sequence in order, got {params!r}")
    return {id(named[path]): _stand_in(number, named[path].label, path) for path, number in given.items()}


def _stand_in(number: Any, label: str, path: str) -> Value:
    if isinstance(number, Value):
        if not number.label:
            number.label = label
        return number
    try:
        return Parameter(number, label)
    except TypeError as error:
        raise TypeError(f"functional_call: the parameter {path!r}: {error}") from None


class Copy:
    """A model's modules and containers anew; what else it holds is shared. Other Values stand in for its parameters.

    Args:
        model: any module.
        parameters: the ids of the parameters that are stood in for.
        asking: who wants it, for messages.

    Attributes:
        held: all that the model holds, itself first.

    Raises:
        TypeError: the model keeps a parameter where no copy reaches it.
    """

    def __init__(self, model: Module, parameters: Iterable[int], asking: str) -> None:
        learnt = set(parameters)
        self.held = held = [thing for _, thing in walk(model)]
        hidden = learnt - set(map(id, held))
        if hidden:
            first = next(leaf for leaf in model.parameters() if id(leaf) in hidden)
            raise TypeError(
                f"{asking}: {model!r} gives parameters that it does not hold, first {first!r}. They are looked for in "
                f"its attributes, in lists, tuples and dicts among these, and in other Modules among these. If an "
                f"object of a plain class holds them, make that class a Module: class Name(Module)"
            )
        opened = [thing for thing in held if isinstance(thing, (Module, list, dict)) or _holds_objects(thing)]
        self._copies: dict[int, Any] = {id(thing): _shell(thing) for thing in opened}
        self._model: Module = self._copies[id(model)]
        self._modules = [vars(self._copies[id(thing)]) for thing in opened if isinstance(thing, Module)]
        self._places: list[tuple[Any, Any, Any]] = []
        for thing in opened:
            shell = self._copies[id(thing)]
            parts: Any = shell.flat if _holds_objects(shell) else vars(shell) if isinstance(shell, Module) else shell
            for key, part in children(thing):
                if id(part) in learnt or isinstance(part, tuple):
                    self._places.append((parts, key, part))
                elif (copied := _standing_for(part, self._copies)) is not part:
                    parts[key] = copied
        for thing in held:
            if isinstance(thing, FunctionType):
                _refuse_closure(thing, self._copies.keys() | learnt, asking)

    def holding(self, stand_ins: dict[int, Value]) -> Module:
        """The copy, with ``stand_ins`` in the places of the parameters of these ids."""
        standing = self._copies | stand_ins
        for parts, key, part in self._places:
            parts[key] = _standing_for(part, standing)
        learnt = frozenset(map(id, stand_ins.values()))
        for attributes in self._modules:
            attributes[STAND_INS] = learnt
        return self._model


def _shell(thing: Any) -> Any:
    """A copy of a module or container that holds the same parts."""
    return list(thing) if type(thing) is ParameterList else copy.copy(thing)


def _holds_objects(thing: Any) -> bool:
    return isinstance(thing, np.ndarray) and thing.dtype == object


def _standing_for(thing: Any, copies: dict[int, Any]) -> Any:
    """What the copy holds in the place of ``thing``."""
    if id(thing) in copies:
        return copies[id(thing)]
    if isinstance(thing, tuple):
        parts = [_standing_for(part, copies) for part in thing]
        return type(thing)(*parts) if hasattr(thing, "_make") else type(thing)(parts)
    if isinstance(thing, MethodType) and id(thing.__self__) in copies:
        return MethodType(thing.__func__, copies[id(thing.__self__)])
    return thing


def _refuse_closure(function: FunctionType, copied: AbstractSet[int], asking: str) -> None:
    """A function that holds a module or parameter of the original would go on using it: refuse it."""
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
