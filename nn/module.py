"""A model is a tree of parameters: ``Module``, the base of every model, and the walk over its parts.

The children of a module are its attributes; those of a list, tuple, dict or object array are its parts. Everything else
is a leaf, and the parameters among the leaves are learnt. A module finds its parameters, clears their gradients, saves
and restores their numbers, and lets none be lost.
"""

from __future__ import annotations

import functools
import re
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from reprlib import recursive_repr
from typing import Any, ClassVar, SupportsIndex

import numpy as np

from autograd import Parameter, Value
from nn.arguments import counted, real_number, some

__all__ = [
    "DTYPE", "SCALARS", "STAND_INS", "CheckedList", "Module", "ParametersOf", "Places", "children",
    "holds_objects", "is_data", "parameters_of", "walk",
]  # fmt: skip

STAND_INS = "_stand_ins"
"""The attribute of a module's copy that says, by id, which Values stand where the module has parameters."""
_NOTES = "_places"
"""The attribute under which a module has its :class:`Places`."""


@dataclass(frozen=True, slots=True)
class Places:
    """The paths in plain containers at which a module was seen to hold parameters, with their labels."""

    labels: dict[str, str]


class Module:
    """Base of everything that learns: its parameters are the :class:`~autograd.Parameter` objects it holds.

    They are looked for in its attributes, and in the lists, tuples, dicts, object arrays and modules among these; each
    counts once, in the order of definition. A plain ``Value`` is data, not a parameter. A class that defines
    ``parameters()`` itself, as micrograd's do, decides what is learnt, plain Values included.

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
    """Attributes that are fixed when it is made, with what to do instead."""
    predict: ClassVar[Callable[..., Any]]
    """The outputs on many examples, as an array: :func:`nn.predict`, which is put here where it is defined."""
    evaluate: ClassVar[Callable[..., Any]]
    """The loss and metrics on many examples, by name: :func:`nn.evaluate`, which is put here likewise."""

    def __setattr__(self, name: str, new: Any) -> None:
        """Set an attribute. Only a Parameter may replace a Parameter: training would go on without anything else.

        Raises:
            TypeError: something else would replace a Parameter.
            ValueError: a list of another length would replace a list of Parameters.
            AttributeError: the attribute is fixed when the module is made.
        """
        if name in self.fixed:
            raise AttributeError(f"{name} of {self!r} is fixed when it is made: {self.fixed[name]}")
        held = vars(self).get(name)
        if isinstance(held, Parameter):
            _must_be(Parameter, new, f"{name} of {self!r}", held)
        elif isinstance(held, CheckedList):
            new = held.replaced(new)
        elif type(new) in _UNCHECKED and STAND_INS not in vars(self):
            found = {
                f"{name}.{path}": part.label
                for path, part in walk(new, enter=lambda module: False)
                if isinstance(part, Parameter)
            }
            if found:
                before = vars(self)[_NOTES].labels if _NOTES in vars(self) else {}
                vars(self)[_NOTES] = Places(before | found)
        object.__setattr__(self, name, new)

    def __delattr__(self, name: str) -> None:
        """Delete an attribute that is not learnt.

        Raises:
            TypeError: a Parameter, or a list of parameters or modules that has its place in this class.
        """
        held = vars(self).get(name)
        if isinstance(held, (Parameter, CheckedList)):
            raise TypeError(
                f"{name} of {self!r} cannot be deleted: training would go on without it. Set .data of a Parameter to "
                f"change its number, or make a module without it"
            )
        object.__delattr__(self, name)

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        """The module's output: ``forward(...)``, unless a subclass defines this itself."""
        return self.forward(*inputs, **keywords)

    def forward(self, *inputs: Any, **keywords: Any) -> Any:
        """The computation; a subclass defines it, or ``__call__``."""
        raise NotImplementedError(f"{type(self).__name__} computes nothing yet: define forward(self, x)")

    def parameters(self) -> list[Any]:
        """Every parameter, each once, in the order of definition.

        Raises:
            TypeError: something else was put where a parameter stood, in a plain list, dict or array.
        """
        found, places, noted = _found(self)
        for path in [path for path in noted if path not in places]:
            now = _at(self, path)
            if now is not _GONE and not isinstance(now, Parameter):
                label = f" ({noted[path]})" if noted[path] else ""
                raise TypeError(
                    f"{path} of {type(self).__name__} held a Parameter{label} and now holds {now!r:.80}: training "
                    f"would go on without it. Put the Parameter back, and set its .data to change its number; if it is "
                    f"not to be learnt, make another {type(self).__name__}"
                )
        if STAND_INS not in vars(self) and places != noted:  # a note that is written is a change that recordings see
            vars(self)[_NOTES] = Places(places)
        return ParametersOf(self, found)

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
        paths = {id(part): path for path, part in walk(self) if isinstance(part, Value)}
        named: dict[str, Any] = {}
        for place, leaf in enumerate({id(leaf): leaf for leaf in self.parameters()}.values()):
            if not isinstance(leaf, Value) or leaf.op is not None:
                raise TypeError(
                    f"parameters() of {type(self).__name__} must give leaf Values, but number {place} is {leaf!r}"
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

    @recursive_repr()
    def __repr__(self) -> str:
        parts = ", ".join(
            name if isinstance(part, Parameter) else f"{name}={part!r}"
            for name, part in vars(self).items()
            if isinstance(part, (Parameter, Module))
        )
        return f"{type(self).__name__}({parts}{'; ' if parts else ''}{self._size()})"

    def _size(self) -> str:
        """How many parameters it has, in words."""
        return counted(len(parameters_of(self)), "parameter")


_UNCHECKED = {list, tuple, dict, np.ndarray}
"""Containers of a user's own, which nothing checks when they are written to."""


def parameters_of(module: Module) -> list[Any]:
    """Its parameters, without the check for lost ones."""
    return module.parameters() if _defines_parameters(module) else _found(module)[0]


def _defines_parameters(module: Module) -> bool:
    return type(module).parameters is not Module.parameters


def _found(root: Module) -> tuple[list[Any], dict[str, str], dict[str, str]]:
    """The parameters; the labels of those in plain containers, by path; the labels of those seen there earlier."""
    learnt = vars(root).get(STAND_INS, ())
    found: dict[int, Any] = {}
    places: dict[str, str] = {}
    noted: dict[str, str] = {}
    for path, part in walk(root, enter=lambda module: not _defines_parameters(module)):
        if isinstance(part, Parameter) or id(part) in learnt:
            found[id(part)] = part
        elif isinstance(part, Module):
            if part is not root and _defines_parameters(part):
                found |= {id(leaf): leaf for leaf in part.parameters()}
            elif _NOTES in vars(part):
                prefix = f"{path}." if path else ""
                noted |= {f"{prefix}{place}": label for place, label in vars(part)[_NOTES].labels.items()}
        elif type(part) in _UNCHECKED:
            places |= {f"{path}.{key}": held.label for key, held in children(part) if isinstance(held, Parameter)}
    return list(found.values()), places, noted


def _at(root: Any, path: str) -> Any:
    """The part at ``path``; ``_GONE`` if there is none."""
    part = root
    for name in path.split("."):
        parts = enumerate(part.tolist()) if isinstance(part, np.ndarray) and part.ndim == 1 else children(part)
        part = next((held for key, held in parts if str(key) == name), _GONE)
    return part


_GONE = object()


class ParametersOf(list[Any]):
    """The parameters of a model, with a short repr; an optimiser can ask the model whether it still holds them."""

    __slots__ = ("model",)

    def __init__(self, model: Module, parameters: Iterable[Any]) -> None:
        super().__init__(parameters)
        self.model = weakref.ref(model)

    def __repr__(self) -> str:
        shown = [f"{each.label or 'no name'} = {each.data:.4g}" for each in self[:_SHOWN]]
        rest = [f"and {len(self) - _SHOWN} more"] if len(self) > _SHOWN else []
        return f"[{', '.join([*shown, *rest])}]"

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return list, (list(self),)


_SHOWN = 8
"""How many parameters the repr shows."""


# --- its parts -------------------------------------------------------------------------------------------


def children(node: Any) -> list[tuple[Any, Any]]:
    """The parts of a module or container, each with its name, key or place; nothing for a leaf."""
    if isinstance(node, Module):
        return list(vars(node).items())
    if isinstance(node, dict):
        return list(node.items())
    if isinstance(node, (list, tuple)):
        return list(enumerate(node))
    if holds_objects(node):
        return list(enumerate(node.flat))
    return []


def walk(
    root: Any, enter: Callable[[Module], bool] = lambda module: True, *, everything: bool = False
) -> Iterator[tuple[str, Any]]:
    """Every part of ``root``, itself first, with its path; in the order of definition, each once.

    Args:
        root: a module or container.
        enter: whether the parts of another module are walked through too.
        everything: include plain numbers, texts and None, and each part as often as it is met.
    """
    seen: set[int] = set()
    stack: list[tuple[str, Any]] = [("", root)]
    while stack:
        path, part = stack.pop()
        if id(part) in seen:
            if everything:
                yield path, part
            continue
        if not everything or children(part):
            seen.add(id(part))
        yield path, part
        if isinstance(part, Value) or (part is not root and isinstance(part, Module) and not enter(part)):
            continue
        prefix = f"{path}." if path else ""
        stack += [
            (f"{prefix}{key}", held)
            for key, held in reversed(children(part))
            if everything or type(held) not in SCALARS
        ]


SCALARS = {int, float, bool, str, type(None)}
"""Leaves that hold nothing: most of what a module holds."""


def holds_objects(node: Any) -> bool:
    """Whether it is an array of objects, which may be parameters."""
    return isinstance(node, np.ndarray) and node.dtype == object


# --- plain data -------------------------------------------------------------------------------------------

DTYPE = re.compile(r"\|b1|\|[iu]1|[<>][iu][248]|[<>]f[248]|[<>]c(8|16)|\|S\d+|[<>]U\d+|[<>][mM]8(\[\d*[a-zA-Zμ]+\])?")
"""The arrays that are plain data, by NumPy's code of their dtype."""


def is_data(part: Any) -> bool:
    """Whether it is plain data: numbers, text, arrays of them, and lists, tuples, dicts and sets of these."""
    waiting, seen = [part], set[int]()
    while waiting:
        held = waiting.pop()
        if type(held) in (list, tuple, dict, set, frozenset):
            if id(held) in seen:
                return False  # a circle, or the same list twice: a file holds neither
            seen.add(id(held))
            waiting += [*held.keys(), *held.values()] if isinstance(held, dict) else held
        elif issubclass(type(held), np.generic) or type(held) is np.ndarray:  # which asks no traced Value for its class
            if not DTYPE.fullmatch(held.dtype.str):
                return False
        elif type(held) not in SCALARS and type(held) not in (complex, bytes):
            return False
    return True


# --- lists that check what is put into them ---------------------------------------------------------------


def _must_be(kind: type, new: Any, place: str, held: Any = None) -> None:
    """Refuse a part of another kind or size than the one whose place it would take.

    Raises:
        TypeError: it is of another kind: training would go on without what stands there.
        ValueError: it is of another size.
    """
    if not isinstance(new, kind):
        name = f" ({held.label})" if isinstance(held, Value) and held.label else ""
        raise TypeError(f"{place}{name} must be a {_noun(kind)}, got {new!r:.80}: {_lost(kind)}")
    for size, noun in (("nin", "input"), ("nout", "output")):
        had, has = getattr(held, size, None), getattr(new, size, None)
        if had is not None and has is not None and had != has:
            raise ValueError(f"{place} must have {counted(had, noun)}, as the one that stands there, got {new!r:.80}")


def _noun(kind: type) -> str:
    return "Parameter" if kind is Parameter else "Module"


def _lost(kind: type) -> str:
    if kind is Parameter:
        return "training would go on without it. Set .data of the Parameter to change its number"
    return "training would go on without its parameters"


class CheckedList(list[Any]):
    """A list of parameters or modules: one may be replaced by another, and none may be lost.

    Args:
        parts: what it holds.
        kind: of its parts, :class:`~autograd.Parameter` or a class of modules.
        name: of the attribute, for messages.
        owner: whose attribute it is, for messages.
        each: why there are so many, for messages; empty for a list that may grow at its end.

    >>> from nn import Neuron
    >>> neuron = Neuron(2)
    >>> try:
    ...     neuron.w[0] = 3.0
    ... except TypeError as error:
    ...     print(error)
    w[0] of neuron 1 of layer 1 (W11[1]) must be a Parameter, got 3.0: training would go on without it. Set .data of the
    Parameter to change its number
    """

    __slots__ = ("_each", "_kind", "_name", "_owner")

    def __init__(self, parts: Iterable[Any], kind: type, name: str, owner: str, each: str) -> None:
        super().__init__(parts)
        self._kind, self._name, self._owner, self._each = kind, name, owner, each
        for place, part in enumerate(self):
            _must_be(kind, part, self._place(place))

    def replaced(self, parts: Any) -> CheckedList:
        """Such a list of other ``parts``, checked against the present ones."""
        if not isinstance(parts, (list, tuple)):
            raise TypeError(
                f"{self._name} of {self._owner} must be a list of {counted(len(self), _noun(self._kind))}, got "
                f"{parts!r:.80}: {_lost(self._kind)}"
            )
        if len(parts) < len(self) or (self._each and len(parts) > len(self)):
            each = f", {self._each}," if self._each else ""
            raise ValueError(
                f"{self._name} of {self._owner} holds {counted(len(self), _noun(self._kind))}{each} and would hold "
                f"{len(parts)}: make another module of that size"
            )
        for place, part in enumerate(parts):
            _must_be(self._kind, part, self._place(place), self[place] if place < len(self) else None)
        for place in range(max(len(self), 1), len(parts)):
            comes, takes = getattr(parts[place - 1], "nout", None), getattr(parts[place], "nin", None)
            if comes is not None and takes is not None and comes != takes:
                raise ValueError(f"{self._place(place)} must take {counted(comes, 'input')}, got {parts[place]!r:.80}")
        return CheckedList(parts, self._kind, self._name, self._owner, self._each)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return CheckedList, (list(self), self._kind, self._name, self._owner, self._each)

    def _place(self, place: Any) -> str:
        return f"{self._name}[{place}] of {self._owner}"


def _checking(name: str) -> Callable[..., Any]:
    """A method of a list that works on a copy, and takes its parts over if they may stand here."""
    change = getattr(list, name)

    @functools.wraps(change)
    def method(self: CheckedList, *arguments: Any, **keywords: Any) -> Any:
        parts = list(self)
        found = change(parts, *arguments, **keywords)
        list.__setitem__(self, slice(None), self.replaced(parts))
        return self if found is parts else found

    return method


for _name in (
    "__setitem__", "__delitem__", "__iadd__", "__imul__", "append", "extend", "insert", "pop", "remove", "clear",
    "reverse", "sort",
):  # fmt: skip
    setattr(CheckedList, _name, _checking(_name))
