"""Arguments in and out of the transforms: numbers in lists, tuples, dicts, dataclasses and arrays.

:func:`flatten` takes such a tree apart into a plain list of numbers and a :class:`Structure`, which puts
numbers together again in the same way. Lists, tuples, named tuples, dicts, None (which holds nothing) and every
class registered with `optree` are taken apart by optree. Dataclasses are opened here, so that a user's class
needs no registration; an array is one leaf that holds many numbers.

A field of a dataclass that is made with ``field(metadata={"static": True})`` or with ``init=False`` is not a
variable. Inside the function the dataclass is made by its constructor, so a field that ``__post_init__``
computes follows the variables; in a derivative, which is no proper instance, no constructor runs, and such a
field is None.
"""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import optree

from autograd.primitives import as_float
from autograd.value import Value

__all__ = ["Shape", "Structure", "flatten", "leaves_of", "map_values"]

_NAMESPACE = "chainrule"
"""A registry of optree's for our own use: nothing of a user's is ever registered."""

Shape = tuple[int, ...] | None
"""The shape of an array, or None for a bare number."""


class Structure:
    """How a tree is put together: what :func:`flatten` found besides the numbers.

    Args:
        spec: optree's record of the containers.
        shapes: one for each leaf, in order.
        opened: whether dataclasses are among the containers.
    """

    __slots__ = ("_opened", "_spec", "shapes")

    def __init__(self, spec: Any, shapes: list[Shape], *, opened: bool = False) -> None:
        self.shapes = shapes
        self._spec = spec
        self._opened = opened

    def matches(self, other: Structure) -> bool:
        """Whether both are the same containers of equally many numbers; a 0-d array counts as a number."""
        return bool(self._spec == other._spec) and [shape or () for shape in self.shapes] == [
            shape or () for shape in other.shapes
        ]

    def key(self) -> Hashable:
        """What two structures share if a function cannot tell them apart: containers, shapes, static fields."""
        return self._spec, tuple(self.shapes), _static_fields(self.assemble(self.shapes)) if self._opened else ()

    def with_shapes(self, shapes: list[Shape]) -> Structure:
        """The same containers with leaves of other shapes."""
        return NUMBER if self is NUMBER and shapes == [None] else Structure(self._spec, shapes, opened=self._opened)

    def sizes(self) -> list[int]:
        """How many numbers each leaf holds."""
        return list(map(size_of, self.shapes))

    def places(self, where: str) -> list[str]:
        """Where each number stands, one name a number: ``argument 0['b'][2]``."""
        if self is NUMBER:
            return [where]
        paths = [where + accessor.codify("") for accessor in self._spec.accessors()]
        return [
            path + (str(list(position)) if shape else "")
            for path, shape in zip(paths, self.shapes, strict=True)
            for position in np.ndindex(shape or ())
        ]

    def argument(self, values: Sequence[Value]) -> Any:
        """The tree as a function expects it, of ``values``: an array as an array of objects, a 0-d one as its Value."""
        if self is NUMBER:
            return values[0]
        return self._closed([_leaf(part, shape or None) for part, shape in self._parts(values)], _construct)

    def result(self, numbers: Sequence[Any]) -> Any:
        """The tree of ``numbers``, floats or Values, such as a derivative by each number of an argument."""
        if self is NUMBER:
            return numbers[0]
        return self.assemble([_leaf(part, shape) for part, shape in self._parts(numbers)])

    def assemble(self, leaves: Iterable[Any]) -> Any:
        """The tree with ``leaves``, whatever they are, in the place of its leaves."""
        return self._closed(list(leaves), _fill)

    def _parts(self, numbers: Sequence[Any]) -> Iterable[tuple[Sequence[Any], Shape]]:
        start = 0
        for shape in self.shapes:
            stop = start + size_of(shape)
            yield numbers[start:stop], shape
            start = stop

    def _closed(self, leaves: list[Any], close: Callable[[_Opened], Any]) -> Any:
        tree = optree.tree_unflatten(self._spec, leaves)
        return _close(tree, close) if self._opened else tree

    def __str__(self) -> str:
        return repr(self.assemble(map(_Words, self.shapes)))


_number: Any = 0.0
NUMBER = Structure(optree.tree_structure(_number, namespace=_NAMESPACE), [None])
"""The structure of one bare number: by far the most common, so told apart by identity."""


def size_of(shape: Shape) -> int:
    """How many numbers a leaf of ``shape`` holds."""
    return math.prod(shape) if shape else 1


def flatten(tree: Any, where: str) -> tuple[list[Any], Structure]:
    """The numbers of ``tree``, each a float or a Value, and the structure that held them.

    Args:
        tree: a number, or lists, tuples, dicts, dataclasses and arrays of numbers.
        where: what the tree is, for messages: ``"argument 0"``.

    Raises:
        TypeError: something in it is not a real number; the message says where.
    """
    if type(tree) is float or isinstance(tree, Value):
        return [tree], NUMBER
    leaves, structure = leaves_of(tree, where)
    numbers: list[Any] = []
    for leaf in leaves:
        if isinstance(leaf, np.ndarray):
            numbers += leaf.ravel().tolist()
        else:
            numbers.append(leaf)
    return numbers, structure


def leaves_of(tree: Any, where: str) -> tuple[list[Any], Structure]:
    """As :func:`flatten`, with each array whole: of floats, or of floats and Values."""
    if type(tree) is float or isinstance(tree, Value):
        return [tree], NUMBER
    leaves, spec = optree.tree_flatten(tree, namespace=_NAMESPACE)
    opened = any(map(_is_dataclass, leaves))
    if opened:
        leaves, spec = optree.tree_flatten(_open(tree), namespace=_NAMESPACE)
    found: list[Any] = []
    shapes: list[Shape] = []
    for index, leaf in enumerate(leaves):
        try:
            if isinstance(leaf, np.ndarray):
                found.append(_numbers_in(leaf, where))
                shapes.append(leaf.shape)
            else:
                found.append(leaf if isinstance(leaf, Value) else as_float(leaf, where))
                shapes.append(None)
        except (TypeError, OverflowError) as error:
            accessor = spec.accessors()[index]
            in_dataclass = accessor and isinstance(accessor[-1], optree.GetAttrEntry)
            advice = _ADVICE if in_dataclass and isinstance(error, TypeError) else ""
            raise type(error)(str(error).replace(where, where + accessor.codify(""), 1) + advice) from None
    return found, Structure(spec, shapes, opened=opened)


_ADVICE = ". Is it no variable? Then make the field with field(metadata={'static': True})"


def _numbers_in(array: np.ndarray[Any, Any], where: str) -> np.ndarray[Any, Any]:
    """``array`` as one of floats; one of objects with its numbers as floats and its Values as they are."""
    if type(array) is not np.ndarray:
        raise TypeError(f"{where} takes a plain array, not a {type(array).__name__}: convert it with numpy.asarray")
    if array.dtype.kind in "biuf":
        return array.astype(float, copy=False)
    if array.dtype.kind != "O":
        raise TypeError(f"{where} takes an array of real numbers, not of dtype {array.dtype}")
    numbers = np.empty(array.shape, dtype=object)
    for position, element in np.ndenumerate(array):
        numbers[position] = element if isinstance(element, Value) else as_float(element, f"{where}{list(position)}")
    return numbers


def _leaf(numbers: Sequence[Any], shape: Shape) -> Any:
    """A bare number, or the array of ``numbers``: of floats if they all are, else of objects."""
    if shape is None:
        return numbers[0]
    return array_of(numbers, shape)


def array_of(numbers: Sequence[Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """``numbers`` as an array of ``shape``: of floats if they all are, else of objects."""
    array = np.empty(shape, dtype=float if all(isinstance(number, float) for number in numbers) else object)
    array.reshape(-1)[:] = numbers
    return array


def map_values(function: Callable[[Value], Any], tree: Any) -> Any:
    """``tree`` with ``function(value)`` for each Value in it, and everything else as it is.

    An array of objects becomes one of floats if only floats are left in it.
    """

    def convert(leaf: Any) -> Any:
        if isinstance(leaf, Value):
            return function(leaf)
        if isinstance(leaf, np.ndarray) and any(isinstance(element, Value) for element in leaf.flat):
            elements = [function(element) if isinstance(element, Value) else element for element in leaf.flat]
            return array_of(elements, leaf.shape)
        return _with_fields(leaf, function) if _is_dataclass(leaf) else leaf

    return optree.tree_map(convert, tree, namespace=_NAMESPACE)


def _with_fields(instance: Any, function: Callable[[Value], Any]) -> Any:
    """A copy of a dataclass with its fields mapped; the constructor does not run a second time."""
    fields = {field.name: getattr(instance, field.name) for field in dataclasses.fields(instance)}
    mapped = map_values(function, fields)
    if all(mapped[name] is field for name, field in fields.items()):
        return instance
    duplicate = copy.copy(instance)
    for name, field in mapped.items():
        object.__setattr__(duplicate, name, field)
    return duplicate


# --- dataclasses ------------------------------------------------------------------------------------------


class _Opened:
    """A dataclass as optree sees it: a container of its variable fields."""

    __slots__ = ("fields", "instance")

    def __init__(self, instance: Any, fields: dict[str, Any]) -> None:
        self.instance = instance
        self.fields = fields


class _Kind:
    """What two dataclasses must share to have one structure: the class. Keeps an instance for the other fields."""

    __slots__ = ("instance",)

    def __init__(self, instance: Any) -> None:
        self.instance = instance

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kind) and type(self.instance) is type(other.instance)

    def __hash__(self) -> int:
        return hash(type(self.instance))


def _fields_of(opened: Any) -> tuple[Any, ...]:
    return tuple(opened.fields.values()), _Kind(opened.instance), tuple(opened.fields)


def _opened_again(kind: Any, fields: Any) -> Any:
    return _Opened(kind.instance, dict(zip(_variables(kind.instance), fields, strict=True)))


_register: Any = optree.register_pytree_node  # its type wants a Collection
_register(_Opened, _fields_of, _opened_again, path_entry_type=optree.GetAttrEntry, namespace=_NAMESPACE)


def _is_dataclass(thing: Any) -> bool:
    return dataclasses.is_dataclass(thing) and not isinstance(thing, type)


def _variables(instance: Any) -> list[str]:
    return [
        field.name for field in dataclasses.fields(instance) if field.init and not field.metadata.get("static", False)
    ]


def _static_fields(tree: Any) -> tuple[Any, ...]:
    """The fields of the dataclasses in ``tree`` that are not variables, though their constructors take them."""
    found: list[Any] = []
    for leaf in filter(_is_dataclass, optree.tree_leaves(tree, is_leaf=_is_dataclass, namespace=_NAMESPACE)):
        variables = _variables(leaf)
        found += [
            getattr(leaf, field.name)
            for field in dataclasses.fields(leaf)
            if field.name not in variables and field.init
        ]
        found += [_static_fields(getattr(leaf, name)) for name in variables]
    return tuple(found)


def _open(tree: Any) -> Any:
    """``tree`` with its dataclasses, and theirs, opened."""

    def convert(leaf: Any) -> Any:
        if not _is_dataclass(leaf):
            return leaf
        return _Opened(leaf, {name: _open(getattr(leaf, name)) for name in _variables(leaf)})

    return optree.tree_map(convert, tree, namespace=_NAMESPACE)


def _close(tree: Any, close: Callable[[_Opened], Any]) -> Any:
    """``tree`` with its opened dataclasses closed again, the innermost first."""

    def convert(leaf: Any) -> Any:
        if not isinstance(leaf, _Opened):
            return leaf
        return close(_Opened(leaf.instance, {name: _close(field, close) for name, field in leaf.fields.items()}))

    return optree.tree_map(convert, tree, is_leaf=lambda node: isinstance(node, _Opened), namespace=_NAMESPACE)


def _construct(opened: _Opened) -> Any:
    """A proper instance: computed fields are computed anew."""
    return dataclasses.replace(opened.instance, **opened.fields)


def _fill(opened: _Opened) -> Any:
    """An instance that holds derivatives: None for what is computed, static fields as they were."""
    kind: type[Any] = type(opened.instance)
    filled = object.__new__(kind)
    for field in dataclasses.fields(kind):
        kept = getattr(opened.instance, field.name) if field.init else None
        object.__setattr__(filled, field.name, opened.fields.get(field.name, kept))
    return filled


class _Words:
    """A leaf in words, for messages about structures."""

    def __init__(self, shape: Shape) -> None:
        self.words = f"array of shape {shape}" if shape else "number"

    def __repr__(self) -> str:
        return self.words
