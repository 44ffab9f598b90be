"""Module: a part of a model. It finds its parameters, clears their gradients, saves and loads their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import starmap
from reprlib import recursive_repr
from typing import Any

import numpy as np

from autograd import Parameter
from nn.numeric import real_number

__all__ = ["Module"]


class Module:
    """Base of everything that learns: its parameters are the :class:`~autograd.Parameter` objects it holds.

    They are found in its attributes, in lists, tuples, dicts and object arrays among these, and in other
    modules among these; in the order of definition, and each once however often it is referred to.
    A plain ``Value`` is data, not a parameter.

    >>> from autograd import Parameter
    >>> from nn import Module
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Parameter(2.0, "slope"), Parameter(1.0, "offset")
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).data, [p.label for p in line.parameters()]
    (7.0, ['slope', 'offset'])
    >>> line
    Line(slope, offset; 2 parameters)
    """

    def parameters(self) -> list[Parameter]:
        """Every parameter, each once, in the order of definition."""
        return [parameter for _, parameter in _walk(self)]

    def named_parameters(self) -> dict[str, Parameter]:
        """Every parameter by its path, such as ``"layers.0.neurons.2.w.1"``; a shared one by its first path.

        Raises:
            ValueError: two parameters have one path, as under the keys 1 and "1" of a dict.

        >>> from nn import Neuron
        >>> list(Neuron(2).named_parameters())
        ['w.0', 'w.1', 'b']
        """
        named: dict[str, Parameter] = {}
        for path, parameter in _walk(self):
            if path in named:
                raise ValueError(f"two parameters of a {type(self).__name__} have the path {path!r}: rename a dict key")
            named[path] = parameter
        return named

    def zero_grad(self) -> None:
        """Forget the gradient of every parameter, before the next backward pass."""
        for parameter in self.parameters():
            parameter.grad = None

    def state_dict(self) -> dict[str, float]:
        """The number in every parameter, by its path: plain data, for JSON or :meth:`load_state_dict`.

        >>> from nn import Neuron
        >>> Neuron(2, init="zeros").state_dict()
        {'w.0': 0.0, 'w.1': 0.0, 'b': 0.0}
        """
        return {path: parameter.data for path, parameter in self.named_parameters().items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set every parameter to its number in ``state``: all of them, or on any error none.

        nan and infinities are taken as they are: a state is restored as it was.

        Raises:
            TypeError: ``state`` is not a mapping, or an entry is not one real number.
            ValueError: an entry is missing, or belongs to no parameter.

        >>> from nn import Neuron
        >>> neuron = Neuron(1)
        >>> neuron.load_state_dict({"w.0": 2, "b": -1})
        >>> neuron.w[0].data, neuron.b.data
        (2.0, -1.0)
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"load_state_dict takes a dict as state_dict() gives it, not {type(state).__name__}")
        named = self.named_parameters()
        missing = [path for path in named if path not in state]
        strangers = [path for path in state if path not in named]
        if missing or strangers:
            raise ValueError(
                f"load_state_dict: the state does not fit {self!r}; missing: {_some(missing)}; "
                f"unexpected: {_some(strangers)}."
            )
        numbers = {path: real_number(state[path], f"load_state_dict: the entry {path!r}") for path in named}
        for path, parameter in named.items():
            parameter.data = numbers[path]

    @recursive_repr()
    def __repr__(self) -> str:
        parts = ", ".join(filter(None, starmap(_part, vars(self).items())))
        count = counted(len(self.parameters()), "parameter")
        return f"{type(self).__name__}({parts}{'; ' if parts else ''}{count})"


def counted(number: int, noun: str) -> str:
    """A number of things in words: ``1 input``, ``2 inputs``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _walk(module: Module) -> Iterator[tuple[str, Parameter]]:
    """The parameters below ``module`` with their paths, in the order of definition, each once."""
    seen: set[int] = set()
    stack: list[tuple[str, Any]] = [("", module)]
    while stack:
        path, thing = stack.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, Parameter):
            yield path, thing
        else:
            stack += [(f"{path}.{key}" if path else str(key), child) for key, child in reversed(_children(thing))]


def _children(thing: Any) -> list[tuple[Any, Any]]:
    """The named parts of a module or container; none of anything else."""
    if isinstance(thing, Module):
        return list(vars(thing).items())
    if isinstance(thing, dict):
        return list(thing.items())
    if isinstance(thing, (list, tuple)):
        return list(enumerate(thing))
    if isinstance(thing, np.ndarray) and thing.dtype == object:
        return list(enumerate(thing.flat))
    return []


def _part(name: str, child: Any) -> str:
    """How an attribute shows in the repr of its module; empty for one that is not learnt."""
    if isinstance(child, Parameter):
        return name
    return f"{name}={child!r}" if isinstance(child, Module) else ""


def _some(paths: list[str]) -> str:
    """The first few of ``paths``, for a message."""
    if not paths:
        return "none"
    rest = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(map(repr, paths[:3])) + rest
