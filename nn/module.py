"""Module: a part of a model. It finds its parameters, clears their gradients, gives and takes their numbers."""

from __future__ import annotations

import difflib
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import starmap
from reprlib import recursive_repr
from typing import Any, ClassVar, NoReturn, SupportsIndex

import numpy as np

from autograd import Parameter, Value
from nn.numeric import real_number

__all__ = ["STAND_INS", "Module", "ParameterList", "ParametersOf", "children", "counted", "nearest", "some", "walk"]


class Module:
    """Base of everything that learns: its parameters are the :class:`~autograd.Parameter` objects it holds.

    They are found in its attributes, in lists, tuples, dicts and object arrays among these, and in other
    modules among these; in the order of definition, and each once however often it is referred to.
    A plain ``Value`` is data, not a parameter. A class that defines ``parameters()`` itself, as micrograd's do,
    says itself what is learnt, plain Values too; every other method, and a module that holds it, goes by that.

    >>> from autograd import Parameter
    >>> from nn import Module
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Parameter(2.0, "slope"), Parameter(1.0, "offset")
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).data, [p.label for p in line.parameters()]
    (7.0, ['slope', 'offset'])
    >>> line
    Line(slope, offset; 2 parameters)
    """

    fixed: ClassVar[Mapping[str, str]] = {}
    """What is fixed when it is made, by the name of the attribute: what to do to have it otherwise."""

    def __setattr__(self, name: str, new: Any) -> None:
        """Set an attribute; the place of a parameter takes a Parameter alone, for training would go on without it.

        Raises:
            TypeError: something else is set where a Parameter stands.
            ValueError: other than as many Parameters where a list of them stands.
            AttributeError: it is settled when the module is made.
        """
        if name in self.fixed:
            raise AttributeError(f"{name} of {self!r} is fixed when it is made: {self.fixed[name]}")
        held = vars(self).get(name)
        if isinstance(held, Parameter):
            _check_parameter(new, f"{name} of {self!r}", held)
        elif isinstance(held, ParameterList):
            new = held.replaced(new)
        object.__setattr__(self, name, new)

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        """What the module gives: ``forward(...)``, unless a subclass defines this itself."""
        return self.forward(*inputs, **keywords)

    def forward(self, *inputs: Any, **keywords: Any) -> Any:
        """The computation; a subclass defines it, or ``__call__``."""
        raise NotImplementedError(f"{type(self).__name__} computes nothing yet: define forward(self, x)")

    def parameters(self) -> list[Any]:
        """Every parameter, each once, in the order of definition."""
        learnt = vars(self).get(STAND_INS, ())
        found: dict[int, Any] = {}
        for _, thing in walk(self, enter=lambda module: not _says_what_is_learnt(module)):
            if isinstance(thing, Parameter) or id(thing) in learnt:
                found[id(thing)] = thing
            elif thing is not self and isinstance(thing, Module) and _says_what_is_learnt(thing):
                found |= {id(leaf): leaf for leaf in thing.parameters()}
        return ParametersOf(self, found.values())

    def named_parameters(self) -> dict[str, Any]:
        """Every parameter by its path, such as ``"layers.0.neurons.2.w.1"``; a shared one by its first path.

        One that ``parameters()`` of a subclass gives without holding it is named by its place in that list.

        Raises:
            TypeError: ``parameters()`` of a subclass gives something that is not a leaf Value.
            ValueError: two parameters have one path, as under the keys 1 and "1" of a dict.

        >>> from nn import Neuron
        >>> list(Neuron(2).named_parameters())
        ['w.0', 'w.1', 'b']
        """
        paths = {id(thing): path for path, thing in walk(self) if isinstance(thing, Value)}
        named: dict[str, Any] = {}
        for place, leaf in enumerate({id(leaf): leaf for leaf in self.parameters()}.values()):
            if not isinstance(leaf, Value) or leaf.op is not None:
                raise TypeError(
                    f"parameters() of {type(self).__name__} gives leaf Values, and number {place} is {leaf!r}"
                )
            path = paths.get(id(leaf), f"parameters.{place}")
            if path in named:
                raise ValueError(f"two parameters of a {type(self).__name__} have the path {path!r}: rename a dict key")
            named[path] = leaf
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
            raise TypeError(f"load_state_dict takes a dict as state_dict() gives it, got {type(state).__name__}")
        named = self.named_parameters()
        missing = [path for path in named if path not in state]
        strangers = [path for path in state if path not in named]
        if missing or strangers:
            raise ValueError(
                f"load_state_dict: the state does not fit {self!r}; missing: {some(missing)}; "
                f"unexpected: {some(strangers)}."
            )
        numbers = {path: real_number(state[path], f"load_state_dict: the entry {path!r}") for path in named}
        for path, parameter in named.items():
            parameter.data = numbers[path]

    def predict(self, X: Any) -> Any:  # noqa: N803 -- the name that scikit-learn's users know
        """The outputs on many examples, as an array: see :func:`nn.inference.predict`."""
        from nn.inference import predict

        return predict(self, X)

    def evaluate(self, X: Any, y: Any, **options: Any) -> Any:  # noqa: N803 -- as above
        """How good the outputs on many examples are: see :func:`nn.inference.evaluate`."""
        from nn.inference import evaluate

        return evaluate(self, X, y, **options)

    @recursive_repr()
    def __repr__(self) -> str:
        parts = ", ".join(filter(None, starmap(_part, vars(self).items())))
        count = counted(len(self.parameters()), "parameter")
        return f"{type(self).__name__}({parts}{'; ' if parts else ''}{count})"


class ParameterList(list[Any]):
    """A list of so many Parameters: one may be replaced by another, and by nothing else.

    Args:
        parameters: what it holds.
        name: of the attribute, for messages.
        owner: whose attribute it is, for messages.

    >>> from nn import Neuron
    >>> neuron = Neuron(2)
    >>> try:
    ...     neuron.w[0] = 3.0
    ... except TypeError as error:
    ...     print(error)
    w[0] of neuron 1 of layer 1 (W11[1]) must be a Parameter, got 3.0: training would go on without it. Set .data of the
    Parameter to change its number
    """

    __slots__ = ("_name", "_owner")

    def __init__(self, parameters: Iterable[Any], name: str, owner: str) -> None:
        super().__init__(parameters)
        self._name, self._owner = name, owner
        for place, parameter in enumerate(self):
            self._check(place, parameter)

    def replaced(self, parameters: Any) -> ParameterList:
        """A list of as many other Parameters, for the same place."""
        if not isinstance(parameters, (list, tuple)):
            raise TypeError(
                f"{self._name} of {self._owner} must be a list of {counted(len(self), 'Parameter')}, got "
                f"{parameters!r:.80}: {_SET_DATA}"
            )
        for place, parameter in enumerate(parameters):
            self._check(place, parameter)
        if len(parameters) != len(self):
            self._refuse_length(len(parameters))
        return ParameterList(parameters, self._name, self._owner)

    def __setitem__(self, place: Any, new: Any) -> None:
        if isinstance(place, slice):
            others = list(self)
            others[place] = new
            super().__setitem__(slice(None), self.replaced(others))
        else:
            self._check(place, new)
            super().__setitem__(place, new)

    def __delitem__(self, place: Any) -> None:
        others = list(self)
        del others[place]
        self._refuse_length(len(others))

    def append(self, *_: Any) -> NoReturn:
        """Refused."""
        self._refuse_length(len(self) + 1)

    def extend(self, parameters: Iterable[Any]) -> NoReturn:
        """Refused."""
        self._refuse_length(len(self) + len(list(parameters)))

    def insert(self, *_: Any) -> NoReturn:
        """Refused."""
        self._refuse_length(len(self) + 1)

    def pop(self, *_: Any) -> NoReturn:
        """Refused."""
        self._refuse_length(len(self) - 1)

    def remove(self, *_: Any) -> NoReturn:
        """Refused."""
        self._refuse_length(len(self) - 1)

    def clear(self) -> NoReturn:
        """Refused."""
        self._refuse_length(0)

    def __iadd__(self, parameters: Any) -> NoReturn:  # type: ignore[misc]
        self._refuse_length(len(self) + len(list(parameters)))

    def __imul__(self, times: Any) -> NoReturn:  # type: ignore[misc]
        self._refuse_length(len(self) * times)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return ParameterList, (list(self), self._name, self._owner)

    def _check(self, place: Any, new: Any) -> None:
        held = self[place] if not isinstance(place, int) or place < len(self) else None
        _check_parameter(new, f"{self._name}[{place}] of {self._owner}", held)

    def _refuse_length(self, length: int) -> NoReturn:
        raise ValueError(
            f"{self._name} of {self._owner} holds {counted(len(self), 'Parameter')}, one for each input, and would "
            f"hold {length}: make another module of that size"
        )


class ParametersOf(list[Any]):
    """The parameters of a model; an optimiser of them can look whether the model still has them."""

    __slots__ = ("model",)

    def __init__(self, model: Module, parameters: Iterable[Any]) -> None:
        super().__init__(parameters)
        self.model = weakref.ref(model)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return list, (list(self),)


_SET_DATA = "training would go on without it. Set .data of the Parameter to change its number"


def _check_parameter(new: Any, place: str, held: Any = None) -> None:
    """Refuse all but a Parameter for a place in which a parameter stands."""
    if isinstance(new, Parameter):
        return
    name = f" ({held.label})" if held is not None and held.label else ""
    raise TypeError(f"{place}{name} must be a Parameter, got {new!r:.80}: {_SET_DATA}")


def counted(number: int, noun: str) -> str:
    """A number of things in words: ``1 input``, ``2 inputs``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def nearest(name: str, known: Iterable[str]) -> str:
    """``" Did you mean ...?"``: the known names that are like ``name``, that hold it, or that have it as initials.

    >>> from nn.module import nearest
    >>> known = ["mse", "softmax_cross_entropy"]
    >>> nearest("MSE", known), nearest("cross_entropy", known), nearest("x", ["mse"])
    (" Did you mean 'mse'?", " Did you mean 'softmax_cross_entropy'?", '')
    """
    folded = {candidate.casefold(): candidate for candidate in known}
    asked = name.casefold().strip().replace("-", "_").replace(" ", "_")
    found = [
        each for each in folded if asked and (asked in each or asked == "".join(word[:1] for word in each.split("_")))
    ]
    found += [each for each in difflib.get_close_matches(asked, folded, n=3) if each not in found]
    if asked in folded:
        found = [asked]
    if not found:
        return ""
    first, *others = [repr(folded[each]) for each in found[:5]]
    return f" Did you mean {', '.join([first, *others[:-1]])}{f' or {others[-1]}' if others else ''}?"


STAND_INS = "_stand_ins"
"""The attribute of a module's copy that says, by id, which plain Values stand where it has parameters."""


def children(thing: Any) -> list[tuple[Any, Any]]:
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


def walk(root: Module, enter: Callable[[Module], bool] = lambda module: True) -> Iterator[tuple[str, Any]]:
    """What ``root`` holds, itself first, with the paths; in the order of definition, each once.

    Args:
        root: where to begin.
        enter: whether what another module holds is walked through too.
    """
    seen: set[int] = set()
    stack: list[tuple[str, Any]] = [("", root)]
    while stack:
        path, thing = stack.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        yield path, thing
        if isinstance(thing, Value) or (thing is not root and isinstance(thing, Module) and not enter(thing)):
            continue
        prefix = f"{path}." if path else ""
        stack += [(f"{prefix}{key}", part) for key, part in reversed(children(thing)) if type(part) not in _PLAIN]


_PLAIN = {int, float, bool, str, type(None)}
"""What holds nothing, and makes up most of what a module holds."""


def _says_what_is_learnt(module: Module) -> bool:
    return type(module).parameters is not Module.parameters


def _part(name: str, child: Any) -> str:
    """How an attribute shows in the repr of its module; empty for one that is not learnt."""
    if isinstance(child, Parameter):
        return name
    return f"{name}={child!r}" if isinstance(child, Module) else ""


def some(paths: list[str]) -> str:
    """The first few of ``paths``, for a message."""
    if not paths:
        return "none"
    rest = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(map(repr, paths[:3])) + rest
