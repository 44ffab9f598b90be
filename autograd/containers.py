"""Arguments in and out of the transforms: numbers in lists, tuples, dicts, dataclasses and arrays.

:func:`flatten` takes such a tree apart into a plain list of numbers and a :class:`Structure`, which puts
numbers together again in the same way. Lists, tuples, named tuples, dicts, None (which holds nothing) and every
class registered with `optree` are taken apart by optree. Dataclasses and their like are opened here, so that a user's
class needs no registration, and copied field by field: see :mod:`autograd.records`. An array is one leaf that holds
many numbers.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import optree

from autograd.primitives import as_float
from autograd.records import Opened, copied, fields_of, is_record, static_parts, variables_of
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
        return self._spec, tuple(self.shapes), self.static()

    def static(self) -> Hashable:
        """What the records in it hold beside their variables, and the order of the dicts in them; equal for equal.

        Raises:
            TypeError: something static cannot be hashed.
        """
        return _static(optree.tree_unflatten(self._spec, self.shapes)) if self._opened else ()

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
        return self.assemble([_leaf(part, shape or None) for part, shape in self._parts(values)])

    def result(self, numbers: Sequence[Any]) -> Any:
        """The tree of ``numbers``, floats or Values, such as a derivative by each number of an argument."""
        if self is NUMBER:
            return numbers[0]
        return self.assemble([_leaf(part, shape) for part, shape in self._parts(numbers)])

    def assemble(self, leaves: Iterable[Any]) -> Any:
        """The tree with ``leaves``, whatever they are, in the place of its leaves."""
        tree = optree.tree_unflatten(self._spec, leaves)
        return _closed(tree) if self._opened else tree

    def _parts(self, numbers: Sequence[Any]) -> Iterable[tuple[Sequence[Any], Shape]]:
        start = 0
        for shape in self.shapes:
            stop = start + size_of(shape)
            yield numbers[start:stop], shape
            start = stop

    def __str__(self) -> str:
        return repr(optree.tree_unflatten(self._spec, map(_Words, self.shapes)))


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
    leaves, spec = optree.tree_flatten(tree, is_leaf=is_record, namespace=_NAMESPACE)
    opened = any(map(is_record, leaves))
    if opened:
        tree = _open(tree, where)
        leaves, spec = optree.tree_flatten(tree, namespace=_NAMESPACE)
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
            told = str(error).replace(where, where + accessor.codify(""), 1)
            raise type(error)(told + (_way_out(tree, accessor, leaf) if isinstance(error, TypeError) else "")) from None
    return found, Structure(spec, shapes, opened=opened)


def _way_out(tree: Any, accessor: Any, leaf: Any) -> str:
    """What to do about a ``leaf`` that holds no number as it is, found in ``tree`` by ``accessor``."""
    holder, name = tree, ""
    for entry in accessor[:-1]:
        holder = holder.fields[entry.entry] if isinstance(holder, Opened) else entry(holder)
    if accessor and isinstance(holder, Opened) and not isinstance(holder.instance, tuple):
        name = accessor[-1].entry
        of_pydantic = hasattr(holder.instance, "__pydantic_core_schema__")
        mark = "Field(json_schema_extra={'static': True})" if of_pydantic else "field(metadata={'static': True})"
        return f". Is {name!r} no variable? Then make the field with {mark}"
    if isinstance(leaf, (np.ndarray, str, bytes, complex, type)) or inspect.isroutine(leaf):
        return ""
    ways = (
        (hasattr(leaf, "to_numpy"), "its numbers as an array: .to_numpy()"),
        (hasattr(leaf, "__array__"), "its numbers as an array: numpy.asarray"),
        (isinstance(leaf, Mapping), "its numbers in a plain dict: dict(...)"),
        (isinstance(leaf, Iterable), "its numbers in a list: list(...)"),
    )
    way = next((way for fits, way in ways if fits), "")
    return (
        f". Pass {way} of the {type(leaf).__name__}" if way else ". Pass numbers in lists, dicts, dataclasses or arrays"
    )


def _numbers_in(array: np.ndarray[Any, Any], where: str) -> np.ndarray[Any, Any]:
    """``array`` as one of floats; one of objects with its numbers as floats and its Values as they are."""
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError(f"{where} takes a plain array, not a {type(array).__name__}: convert it with .filled(...)")
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
        return _with_fields(leaf, function) if is_record(leaf) else leaf

    return optree.tree_map(convert, tree, is_leaf=is_record, namespace=_NAMESPACE)


def _with_fields(instance: Any, function: Callable[[Value], Any]) -> Any:
    """A copy of a record with its fields mapped; the instance itself if no field changes."""
    fields = fields_of(instance)
    mapped = map_values(function, fields)
    return instance if all(mapped[name] is field for name, field in fields.items()) else copied(instance, mapped)


# --- records as optree sees them --------------------------------------------------------------------------


class _Kind:
    """What two records must share to have one structure: class and variables. Keeps an instance for all else."""

    __slots__ = ("instance", "names")

    def __init__(self, instance: Any, names: tuple[str, ...]) -> None:
        self.instance = instance
        self.names = names

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kind) and (type(self.instance), self.names) == (type(other.instance), other.names)

    def __hash__(self) -> int:
        return hash((type(self.instance), self.names))


def _flat(opened: Opened) -> tuple[Any, ...]:
    names = tuple(opened.fields)
    return tuple(opened.fields.values()), _Kind(opened.instance, names), names


def _opened_again(kind: Any, fields: Any) -> Opened:
    return Opened(kind.instance, dict(zip(kind.names, fields, strict=True)))


_register: Any = optree.register_pytree_node  # its type wants a Collection
_register(Opened, _flat, _opened_again, path_entry_type=optree.GetAttrEntry, namespace=_NAMESPACE)


def _is_opened(node: Any) -> bool:
    return isinstance(node, Opened)


def _is_bare(part: Any) -> bool:
    """Whether ``part`` is a number already: by far the most common field, and nothing to open or to close."""
    return type(part) is float or isinstance(part, Value)


def _open(tree: Any, where: str) -> Any:
    """``tree`` with its records, and theirs, opened."""

    def convert(leaf: Any) -> Any:
        if not is_record(leaf):
            return leaf
        variables = variables_of(leaf, where).items()
        return Opened(leaf, {name: part if _is_bare(part) else _open(part, where) for name, part in variables})

    return optree.tree_map(convert, tree, is_leaf=is_record, namespace=_NAMESPACE)


def _closed(tree: Any) -> Any:
    """``tree`` with a copy in the place of each opened record, the innermost first."""

    def convert(leaf: Any) -> Any:
        if not _is_opened(leaf):
            return leaf
        fields = {name: part if _is_bare(part) else _closed(part) for name, part in leaf.fields.items()}
        return copied(leaf.instance, fields)

    return optree.tree_map(
        convert, tree, is_leaf=lambda node: _is_opened(node) or is_record(node), namespace=_NAMESPACE
    )


def _static(tree: Any) -> tuple[Any, ...]:
    """Of each opened record in ``tree``: what it holds beside its variables, the dicts and records in those."""
    found: list[Any] = []
    for record in filter(_is_opened, optree.tree_leaves(tree, is_leaf=_is_opened, namespace=_NAMESPACE)):
        found += [_told(record.instance, *item) for item in static_parts(record.instance, record.fields).items()]
        found += [(_orders(part), _static(part)) for part in record.fields.values() if part is not None]
    return tuple(found)


def _told(instance: Any, name: str, part: Any) -> Hashable:
    """A static part, equal for equal ones: 1, 1.0 and True are not, nor are 0.0 and -0.0."""
    try:
        hash(part)
    except TypeError:
        raise TypeError(
            f"the static field {name!r} of a {type(instance).__name__} holds {part!r}, which cannot be hashed, so one "
            f"recording cannot be told from another: hold a tuple, a str or another constant there"
        ) from None
    return name, type(part), part.hex() if isinstance(part, float) else part


def _orders(tree: Any) -> tuple[Any, ...]:
    """The keys of each dict in ``tree`` in their order: a function that goes through a dict can tell."""
    found: list[Any] = []

    def note(node: Any) -> bool:
        if isinstance(node, dict):
            found.append(tuple(node))
        return _is_opened(node)

    optree.tree_leaves(tree, is_leaf=note, namespace=_NAMESPACE)
    return tuple(found)


class _Words:
    """A leaf in words, for messages about structures."""

    def __init__(self, shape: Shape) -> None:
        self.words = f"array of shape {shape}" if shape else "number"

    def __repr__(self) -> str:
        return self.words
