"""Instances of classes that declare fields: taken apart into those, and copied with others in their place.

Such are dataclasses, the classes of attrs, pydantic's models, and named tuples with a class of their own. A copy is
made field by field: no constructor, ``__post_init__``, validator, converter, property or ``__setattr__`` runs a second
time, so that a class which turns degrees to radians when it is made does so once.

A field is *static*, copied as it is and no variable, if it is declared with ``field(metadata={"static": True})`` (in
pydantic ``Field(json_schema_extra={"static": True})``), or if it holds a setting: a str, a bool, a date, a member of an
enum, a class, a function that captures nothing. Every other field is a variable, whoever made
it: what ``__post_init__`` computed is copied too and has a derivative of its own.

What a copy could not carry truly is refused: numbers in attributes that are no fields, fields behind properties. What
``functools.cached_property`` keeps is left behind, to be computed anew.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Iterator
from datetime import date, time, timedelta
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, ModuleType
from typing import Any

import numpy as np
import optree

from autograd.primitives import Primitive

__all__ = ["SETTINGS", "Opened", "copied", "declared", "fields_of", "is_record", "made", "static_parts", "variables_of"]

SETTINGS = (
    str,
    bytes,
    bool,
    np.bool_,
    Enum,
    date,
    time,
    timedelta,
    np.datetime64,
    np.timedelta64,
    type,
    np.ufunc,
    Primitive,
)
"""What is static by itself wherever it stands: no number, and not taken apart."""

_PYDANTIC = frozenset({"__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"})
"""Where a model of pydantic keeps what is no field of it."""

_IS_HEAP_TYPE = 1 << 9
"""The flag of a class that is made by a class statement, and not built into the interpreter."""

_NONE = object()


@functools.lru_cache(maxsize=1024)
def declared(kind: Any) -> dict[str, bool] | None:
    """The fields that a class declares, each with whether it is marked static; None for a class that declares none.

    None also for what optree takes apart by itself, a class that is registered there or a named tuple that is nothing
    else; and for a class that is built on dict, list or Exception, and so holds more than its fields.
    """
    if optree.is_namedtuple_class(kind):
        return None if kind.__bases__[0] is tuple else dict.fromkeys(optree.namedtuple_fields(kind), False)
    built_in = next(base for base in kind.__mro__ if not base.__flags__ & _IS_HEAP_TYPE)
    metadata = _metadata(kind)
    if metadata is None or built_in is not object or optree.register_pytree_node.get(kind) is not None:
        return None
    return {name: hasattr(held, "get") and bool(held.get("static", False)) for name, held in metadata.items()}


def _metadata(kind: Any) -> dict[str, Any] | None:
    """The fields that a class declares, with what is noted beside each; None for a class that declares none."""
    if dataclasses.is_dataclass(kind):
        return {field.name: field.metadata for field in dataclasses.fields(kind)}
    attributes = getattr(kind, "__attrs_attrs__", None)
    if isinstance(attributes, tuple):
        return {attribute.name: attribute.metadata for attribute in attributes}
    if hasattr(kind, "__pydantic_core_schema__"):
        return {name: field.json_schema_extra for name, field in kind.model_fields.items()}
    return None


def is_record(thing: Any) -> bool:
    """Whether ``thing`` is an instance of a class that declares fields."""
    kind: Any = type(thing)
    return declared(kind) is not None


def variables_of(instance: Any, where: str) -> dict[str, Any]:
    """The fields of a record that are variables, by name.

    Args:
        instance: the record.
        where: what holds it, for messages: ``"argument 0"``.

    Raises:
        TypeError: a copy of the fields would not be all of the instance.
    """
    kind: Any = type(instance)
    marked, fields = declared(kind) or {}, fields_of(instance)
    for name in marked.keys() - fields.keys():
        if _is_behind_code(inspect.getattr_static(kind, name, None)):
            raise TypeError(
                f"{where} holds a {kind.__name__}, whose field {name!r} is a property: it cannot be copied without "
                f"running it. Pass a dict, or an instance of a class whose fields are plain"
            )
    for name, part in _others(instance).items():
        if part is not None and not _is_setting(part):
            raise TypeError(
                f"{where} holds a {kind.__name__}, whose attribute {name!r} ({_shown(part)}) is not a field: a copy of "
                f"the fields would be without it. Declare it as a field, with field(init=False), or make it a property"
            )
    return {name: part for name, part in fields.items() if not marked[name] and not _is_setting(part)}


def fields_of(instance: Any) -> dict[str, Any]:
    """Every field of an instance that is at hand, with what it holds.

    One that was never set, or stands behind a property, is not.
    """
    kind: Any = type(instance)
    names = declared(kind) or {}
    if isinstance(instance, tuple):
        return dict(zip(names, tuple.__iter__(instance), strict=True))
    held = _state(instance)
    for name in names:
        if name not in held:  # it may have the value that the class gives it
            default = inspect.getattr_static(kind, name, _NONE)
            if default is not _NONE and not hasattr(type(default), "__set__"):
                held[name] = default
    return {name: held[name] for name in names if name in held}


def static_parts(instance: Any, variables: dict[str, Any]) -> dict[str, Any]:
    """What a record holds beside its ``variables``: by name, in the order of the fields."""
    fields = {name: part for name, part in fields_of(instance).items() if name not in variables}
    return fields | _others(instance)


def copied(instance: Any, fields: dict[str, Any]) -> Any:
    """A copy of ``instance`` with ``fields`` in the place of its own. None of the class's code runs."""
    kind: Any = type(instance)
    kept = {name: part for name, part in _state(instance).items() if not _is_cache(kind, name)}
    elements = fields_of(instance) if isinstance(instance, tuple) else {}  # which are no attributes of it
    return made(kind, kept | elements | fields)


def made(kind: Any, parts: dict[str, Any]) -> Any:
    """An instance of a class that declares fields, and of none of its code, which holds ``parts``."""
    if issubclass(kind, tuple):
        elements = [parts.pop(name) for name in declared(kind) or ()]
        instance = tuple.__new__(kind, elements)
    else:
        instance = object.__new__(kind)
    slots = _slots(kind)
    for name, part in parts.items():
        if name in slots:
            slots[name].__set__(instance, part.copy() if name in _PYDANTIC and part is not None else part)
        else:
            object.__getattribute__(instance, "__dict__")[name] = part
    return instance


class Opened:
    """A record as optree sees it: a container of its variable fields."""

    __slots__ = ("fields", "instance")

    def __init__(self, instance: Any, fields: dict[str, Any]) -> None:
        self.instance = instance
        self.fields = fields

    def __repr__(self) -> str:
        parts = self.fields | static_parts(self.instance, self.fields)
        kind: Any = type(self.instance)
        names = [name for name in declared(kind) or () if name in parts]
        return f"{kind.__name__}({', '.join(f'{name}={parts[name]!r}' for name in names)})"


# --- what an instance holds -------------------------------------------------------------------------------


def _is_setting(part: Any) -> bool:
    """Whether ``part`` says how to compute, and is nothing to compute with.

    A function that captures something is none: it may have captured the very numbers that are varied.
    """
    if isinstance(part, FunctionType):
        return part.__closure__ is None
    if isinstance(part, BuiltinFunctionType):
        return isinstance(part.__self__, ModuleType)
    return isinstance(part, SETTINGS)


@functools.lru_cache(maxsize=1024)
def _slots(kind: Any) -> dict[str, Any]:
    """The slots of a class, by name: descriptors that reach what an instance holds there."""
    found: Iterator[tuple[str, Any]] = (item for base in reversed(kind.__mro__) for item in vars(base).items())
    return {name: member for name, member in found if isinstance(member, MemberDescriptorType)}


def _state(instance: Any) -> dict[str, Any]:
    """What an instance holds itself, by name: in its slots, and in its ``__dict__``."""
    kind: Any = type(instance)
    held = {}
    for name, member in _slots(kind).items():
        try:
            held[name] = member.__get__(instance)
        except AttributeError:  # an empty slot
            continue
    return held | object.__getattribute__(instance, "__dict__") if kind.__dictoffset__ else held


def _others(instance: Any) -> dict[str, Any]:
    """What an instance holds that is neither a field nor the memory of a ``cached_property``."""
    kind: Any = type(instance)
    names = declared(kind) or {}
    found: dict[str, Any] = {}
    for name, part in _state(instance).items():
        if name in _PYDANTIC:
            found |= part if isinstance(part, dict) else {}
        elif name not in names and not _is_cache(kind, name):
            found[name] = part
    return found


def _is_behind_code(attribute: Any) -> bool:
    """Whether reading or setting an ``attribute`` of a class runs code of it, as a property does."""
    return hasattr(type(attribute), "__set__") and not isinstance(attribute, MemberDescriptorType)


def _is_cache(kind: type, name: str) -> bool:
    """Whether an attribute that is no field remembers what was computed: ``cached_property``, in attrs by a slot."""
    if name in (declared(kind) or ()):
        return False
    keeper = inspect.getattr_static(kind, name, None)
    of_attrs = isinstance(keeper, MemberDescriptorType) and hasattr(keeper.__objclass__, "__attrs_attrs__")
    return isinstance(keeper, functools.cached_property) or of_attrs or name == "_attrs_cached_hash"


def _shown(part: Any) -> str:
    try:
        text = repr(part)
    except Exception:  # noqa: BLE001 -- a broken repr must not hide what is wrong
        return f"of type {type(part).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."
