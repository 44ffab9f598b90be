"""A model as a pytree: its parts with their paths; and the same model on other parameters.

The children of a module are its attributes; those of a list, tuple, dict or object array are its parts. Everything else
is a leaf, and the parameters among the leaves are learnt. :class:`Binding` puts other Values in their places, in a copy
of the modules and containers that lead to them: f(θ, x) instead of f(x) with θ inside. The model is not touched, so
other threads may call it meanwhile, and an exception leaves nothing behind.
"""

from __future__ import annotations

import copy
import functools
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any, ClassVar, SupportsIndex

import numpy as np

from autograd import Parameter, Value
from nn.data import counted

__all__ = [
    "DTYPE", "NOTES", "STAND_INS", "Binding", "CheckedList", "Places", "Tree", "children", "is_data", "must_be", "walk",
]  # fmt: skip

STAND_INS = "_stand_ins"
"""The attribute of a module's copy that says, by id, which Values stand where the module has parameters."""
NOTES = "_places"
"""The attribute under which a module has its :class:`Places`."""


@dataclass(frozen=True, slots=True)
class Places:
    """The paths in plain containers at which a module was seen to hold parameters, with their labels."""

    labels: dict[str, str]


class Tree:
    """Base of objects that are walked by their attributes."""

    fixed: ClassVar[Mapping[str, str]] = {}
    """Attributes that are fixed when it is made, with what to do instead."""

    def parameters(self) -> list[Any]:
        """Every parameter, each once."""
        raise NotImplementedError

    def named_parameters(self) -> dict[str, Any]:
        """Every parameter by its path."""
        raise NotImplementedError


def children(node: Any) -> list[tuple[Any, Any]]:
    """The parts of a module or container, each with its name, key or place; nothing for a leaf."""
    if isinstance(node, Tree):
        return list(vars(node).items())
    if isinstance(node, dict):
        return list(node.items())
    if isinstance(node, (list, tuple)):
        return list(enumerate(node))
    if _holds_objects(node):
        return list(enumerate(node.flat))
    return []


def walk(
    root: Any, enter: Callable[[Tree], bool] = lambda module: True, *, everything: bool = False
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
        if isinstance(part, Value) or (part is not root and isinstance(part, Tree) and not enter(part)):
            continue
        prefix = f"{path}." if path else ""
        stack += [
            (f"{prefix}{key}", held)
            for key, held in reversed(children(part))
            if everything or type(held) not in _SCALARS
        ]


_SCALARS = {int, float, bool, str, type(None)}
"""Leaves that hold nothing: most of what a module holds."""


def _holds_objects(node: Any) -> bool:
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
        elif type(held) not in _SCALARS and type(held) not in (complex, bytes):
            return False
    return True


# --- lists that check what is put into them ---------------------------------------------------------------


def must_be(kind: type, new: Any, place: str, held: Any = None) -> None:
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
            must_be(kind, part, self._place(place))

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
            must_be(self._kind, part, self._place(place), self[place] if place < len(self) else None)
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


# --- a model on other parameters --------------------------------------------------------------------------


class Binding:
    """A model with other Values in place of its parameters: its modules and containers are copied, the rest is shared.

    One copy takes one set of Values after another. What the model writes on itself meanwhile stays on the copy, until
    :meth:`keep`.

    Attributes:
        held: every part of the model but Values, starting with itself.

    Raises:
        TypeError: the model keeps a parameter where no copy reaches it.
    """

    def __init__(self, model: Tree, parameters: Sequence[Value], asking: str) -> None:
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
        opened = [part for part in held if isinstance(part, (Tree, list, dict)) or _holds_objects(part)]
        self._copies: dict[int, Any] = {
            id(part): list(part) if type(part) is CheckedList else copy.copy(part) for part in opened
        }
        self._model: Any = self._copies[id(model)]
        self._pairs = [(part, self._copies[id(part)]) for part in opened]
        self._places: list[tuple[Any, Any, int]] = []
        self._tuples: list[tuple[Any, Any, Any]] = []
        for original, shell in self._pairs:
            places: Any = shell.flat if _holds_objects(shell) else vars(shell) if isinstance(shell, Tree) else shell
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
        self._seen: list[tuple[Any, list[Any]]] = []
        self._seen_data: list[tuple[Any, Any]] = []

    def look(self) -> None:
        """Note the model as it is, for :meth:`is_of_now`."""
        self._seen = [(part, _inside(part)) for part, _ in self._pairs]
        self._seen_data = [(part, now) for part in self.held if (now := _content(part)) is not None]

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
            if isinstance(part, Tree):
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
            for key, written in children(shell) if isinstance(part, (Tree, dict)) else []:
                held = vars(part) if isinstance(part, Tree) else part
                kept = originals.get(id(written), written)
                if key != STAND_INS and kept is not held.get(key) and is_data(kept):
                    held[key] = kept
        self.look()

    def written(self) -> dict[str, Any]:
        """The plain data among the attributes of the copy's modules that may have been written since it was made."""
        return {
            f"{name} of {type(part).__name__}": held
            for part, shell in self._pairs
            if isinstance(part, Tree)
            for name, held in vars(shell).items()
            if not (type(held) in _SCALARS and held is vars(part).get(name))
            and name not in part.fixed
            and name != STAND_INS
            and is_data(held)
        }

    def is_of_now(self) -> bool:
        """Whether the model holds what it held at the last :meth:`look` or :meth:`keep`."""
        for part, before in self._seen:
            if not _same(_inside(part), before):
                return False
        return all(_content(part) == before for part, before in self._seen_data)


def _same(now: Sequence[Any], before: Sequence[Any]) -> bool:
    return len(now) == len(before) and all(map(operator.is_, now, before))


def _inside(part: Any) -> list[Any]:
    """The parts of a module or container, and their names, quickly."""
    if isinstance(part, (list, np.ndarray)):
        return list(part.flat if isinstance(part, np.ndarray) else part)
    held = vars(part) if isinstance(part, Tree) else part
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
