"""How numbers are held, as data for a file: lists, tuples, dicts, named tuples, dataclasses and arrays.

A class is written as its name and those of its fields. A file never has anything imported: whoever loads it hands
the classes over, and an instance is made without running any of their code.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import optree

from autograd.errors import TapeError
from autograd.replay.statics import Static, is_static
from autograd.trees import Shape, Structure, declared, leaves_of, made, static_parts, variables_of

__all__ = [
    "Classes",
    "axes_from_data",
    "axes_to_data",
    "named_classes",
    "shown",
    "structure_from_data",
    "structure_to_data",
]

Classes = Mapping[str, type]
"""The classes that a file may name, by name."""

_LARGEST = 2**31


def named_classes(classes: Iterable[type]) -> Classes:
    """The named tuples and dataclasses that a file may name, by their names.

    Raises:
        TypeError: one is neither.
        ValueError: two have one name.
    """
    found: dict[str, type] = {}
    for kind in classes:
        if not isinstance(kind, type) or not (dataclasses.is_dataclass(kind) or optree.is_namedtuple_class(kind)):
            raise TypeError(f"classes= takes the classes of named tuples and dataclasses, not {kind!r}")
        if found.setdefault(kind.__name__, kind) is not kind:
            raise ValueError(f"classes= has two classes that are called {kind.__name__!r}; a file knows the name alone")
    return found


# --- what is written --------------------------------------------------------------------------------------


class _Leaf:
    """Stands for a number or an array."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape


def structure_to_data(structure: Structure, what: str) -> Any:
    """How ``structure`` holds its numbers.

    Raises:
        TypeError: it has a container that a file cannot name.
    """

    def leaf(tree: Any) -> Any:
        match tree:
            case None:
                return "none"
            case _Leaf(shape=None):
                return "number"
            case _Leaf(shape=tuple(shape)):
                return {"array": list(shape)}
        if type(tree) in (str, int, bool, float):
            return {"setting": _plain(tree, what)}
        if is_static(tree):
            raise TypeError(
                f"{what} is {shown(tree)}, a static argument that a file cannot hold: it holds strs and bools"
            )
        return _NO_LEAF

    return _to_data(structure.assemble(map(_Leaf, structure.shapes)), leaf, what)


def axes_to_data(in_axes: Any) -> Any:
    """The batch axes that :func:`~autograd.compile` was told, nested or not.

    Raises:
        TypeError: they have a container that a file cannot name.
    """

    def leaf(tree: Any) -> Any:
        return tree if tree is None else int(tree) if isinstance(tree, (int, np.integer)) else _NO_LEAF

    return _to_data(in_axes, leaf, "in_axes")


_NO_LEAF = object()


def _to_data(tree: Any, leaf: Callable[[Any], Any], what: str) -> Any:
    found = leaf(tree)
    if found is not _NO_LEAF:
        return found
    kind = type(tree)
    if kind in (list, tuple):
        return {kind.__name__: [_to_data(branch, leaf, what) for branch in tree]}
    if kind is dict and all(type(key) in (str, int) for key in tree):
        return {"dict": [[key, _to_data(branch, leaf, what)] for key, branch in tree.items()]}
    if optree.is_namedtuple_class(kind):
        fields = zip(optree.namedtuple_fields(kind), tree, strict=True)
        return {"namedtuple": kind.__name__, "fields": [[name, _to_data(part, leaf, what)] for name, part in fields]}
    if dataclasses.is_dataclass(tree):
        variable = variables_of(tree, what)
        static = static_parts(tree, variable)
        return {
            "dataclass": kind.__name__,
            "fields": [[name, _to_data(part, leaf, what)] for name, part in variable.items()],
            "static": [[name, _plain(part, f"{what} holds a {kind.__name__}")] for name, part in static.items()],
        }
    raise TypeError(
        f"{what} holds a {kind.__name__}, which a file cannot name: use lists, tuples, dicts, named tuples, "
        f"dataclasses and arrays in a function that is to be saved"
    )


def _plain(thing: Any, what: str) -> Any:
    """A static field: a float in hexadecimal, in a list of its own to tell it from a str."""
    if type(thing) is float:
        return [thing.hex()]
    if thing is None or type(thing) in (str, int, bool):
        return thing
    raise TypeError(f"{what} whose static field is {thing!r}: a file takes a number, a str, a bool or None there")


# --- what is read -----------------------------------------------------------------------------------------


def structure_from_data(data: Any, classes: Classes) -> Structure:
    """The structure that ``data`` describes.

    Raises:
        TapeError: it describes none, or names a class that is not among ``classes``.
    """
    shapes: list[Shape] = []

    def leaf(data: Any) -> Any:
        """The place of its shape in ``shapes``, since a dict sorts its entries."""
        match data:
            case "none":
                return None
            case "number":
                shapes.append(None)
            case {"array": list(shape)} if _is_shape(shape):
                shapes.append(tuple(shape))
            case {"setting": plain}:
                return Static(_plain_again(plain), "an argument")
            case _:
                return _NO_LEAF
        return float(len(shapes) - 1)

    try:
        places, structure = leaves_of(_from_data(data, leaf, classes), "a tape")
    except (RecursionError, TypeError) as error:
        raise TapeError(f"damaged tape: its containers cannot be built: {error}") from None
    return structure.with_shapes([shapes[int(place)] for place in places])


def axes_from_data(data: Any, classes: Classes) -> Any:
    """The batch axes that ``data`` describes.

    Raises:
        TapeError: it describes none, or names a class that is not among ``classes``.
    """

    def leaf(data: Any) -> Any:
        return data if data is None or (type(data) is int and abs(data) < _LARGEST) else _NO_LEAF

    try:
        axes = _from_data(data, leaf, classes)
    except RecursionError:
        raise TapeError("damaged tape: its batch axes are nested too deeply") from None
    if axes is None or isinstance(axes, (int, tuple)):
        return axes
    raise TapeError(f"damaged tape: {shown(data)} is not such axes as compile() takes")


def _from_data(data: Any, leaf: Callable[[Any], Any], classes: Classes) -> Any:
    found = leaf(data)
    if found is not _NO_LEAF:
        return found

    def branch(data: Any) -> Any:
        return _from_data(data, leaf, classes)

    match data:
        case {"list": list(branches)}:
            return list(map(branch, branches))
        case {"tuple": list(branches)}:
            return tuple(map(branch, branches))
        case {"dict": list(items)} if all(map(_is_item, items)):
            return {key: branch(value) for key, value in items}
        case {"namedtuple": str(name), "fields": list(items)} if all(map(_is_item, items)):
            kind = _class(name, classes, [key for key, _ in items], None)
            return tuple.__new__(kind, [branch(value) for _, value in items])
        case {"dataclass": str(name), "fields": list(items), "static": list(static)} if all(
            map(_is_item, [*items, *static])
        ):
            kind = _class(name, classes, [key for key, _ in items], [key for key, _ in static])
            return made(kind, {key: branch(value) for key, value in items} | {k: _plain_again(v) for k, v in static})
    raise TapeError(f"damaged tape: {shown(data)} is no container")


def _class(name: str, classes: Classes, variable: list[Any], static: list[Any] | None) -> Any:
    """The class called ``name``, if it has the fields that the file says; a named tuple where ``static`` is None."""
    kind = classes.get(name)
    fields = [*variable, *(static or [])]
    written = f"{shown(name)} with the fields {shown(fields)}"
    if kind is None:
        raise TapeError(
            f"the tape holds a class {written}, and a file brings no classes: give load(..., classes=[...])"
        )
    if static is None:
        fits = optree.is_namedtuple_class(kind) and list(optree.namedtuple_fields(kind)) == fields
    else:
        marks = declared(kind) or {}
        fits = len(fields) == len(marks) and marks.keys() == set(fields) and not any(map(marks.get, variable))
    if not fits:
        raise TapeError(f"the tape holds a class {written}; the one in classes= is another")
    return kind


def _plain_again(data: Any) -> Any:
    match data:
        case None | str() | int():
            return data
        case [str(text)]:
            try:
                return float.fromhex(text)
            except (ValueError, OverflowError):
                pass
    raise TapeError(f"damaged tape: {shown(data)} is no static field")


def _is_shape(shape: list[Any]) -> bool:
    return all(type(length) is int and length >= 0 for length in shape) and math.prod(shape) < _LARGEST


def _is_item(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and type(item[0]) in (str, int)


def shown(thing: Any) -> str:
    """``thing`` for a message."""
    text = repr(thing)
    return text if len(text) <= 60 else text[:57] + "..."
