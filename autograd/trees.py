"""Trees of numbers: lists, tuples, dicts, dataclasses and arrays, taken apart and put together again.

:func:`flatten` takes a tree apart into a plain list of numbers and a :class:`TreeDef`, which puts numbers together
in the same way. optree takes apart lists, tuples, named tuples, dicts, None (which holds nothing) and every class
registered with it. An array is one leaf that holds many numbers.

A *record* is an instance of a class that declares fields: a dataclass, a class of attrs, a model of pydantic, a named
tuple with a class of its own. It needs no registration, and is copied field by field: no constructor,
``__post_init__``, validator, converter, property or ``__setattr__`` runs a second time, so that a class which turns
degrees to radians when it is made does so once.

A field is *static*, copied as it is and not a variable, if it is declared with ``field(metadata={"static": True})`` (in
pydantic ``Field(json_schema_extra={"static": True})``), or if it holds a setting: a str, a bool, a date, a member of an
enum, a class, a function that captures nothing. Every other field is a variable, whoever made it: one that
``__post_init__`` computed is copied too, and has a derivative of its own.

What a copy would lose is refused: numbers in attributes that are not fields, fields behind properties. The caches of
``functools.cached_property`` are left behind, to be computed anew.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from enum import Enum
from itertools import accumulate, pairwise, repeat
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, ModuleType
from typing import Any

import numpy as np
import optree

from autograd.primitives import Primitive, as_float
from autograd.value import Value

__all__ = [
    "SETTINGS", "Kept", "Leaf", "Opened", "Shape", "TreeDef", "copied", "declared", "fields_of", "flatten", "is_record",
    "leaves_of", "made", "map_values", "portions", "shown", "static_parts", "treedef_of", "variables_of",
]  # fmt: skip

_NAMESPACE = "chainrule"
"""Our own registry of optree's: no class of a user is ever registered there."""

Shape = tuple[int, ...] | None
"""The shape of an array, or None for a bare number."""


class TreeDef:
    """How a tree is put together: all that :func:`flatten` found besides the numbers.

    Args:
        spec: optree's record of the containers.
        shapes: one for each leaf, in order.
        opened: whether records are among the containers.
        bools: for each leaf whether it is a bool, or an array of them; empty if none is.
    """

    __slots__ = ("_opened", "_spec", "bools", "shapes")

    def __init__(self, spec: Any, shapes: list[Shape], *, opened: bool = False, bools: Sequence[bool] = ()) -> None:
        self.shapes = shapes
        self.bools = tuple(bools) if any(bools) else ()
        self._spec = spec
        self._opened = opened

    def matches(self, other: TreeDef) -> bool:
        """Whether both are the same containers of as many numbers; a 0-d array and a bool count as numbers."""
        mine, others = ([shape or () for shape in treedef.shapes] for treedef in (self, other))
        return bool(self._spec == other._spec) and mine == others

    def returns_as(self, other: TreeDef) -> bool:
        """Whether a result that is held like this is one that is held like ``other``, bool by bool."""
        return self.matches(other) and self.bools == other.bools

    def key(self) -> Hashable:
        """The part of a treedef that a function can see: containers, shapes, static fields."""
        return self._spec, tuple(self.shapes), self.static()

    def static(self) -> Hashable:
        """The static fields of its records, and the order of the dicts in them: equal where those are.

        Raises:
            TypeError: something static cannot be hashed.
        """
        return _static(optree.tree_unflatten(self._spec, self.shapes)) if self._opened else ()

    def with_shapes(self, shapes: list[Shape]) -> TreeDef:
        """The same containers with leaves of other shapes, all of them numbers."""
        if self is NUMBER and shapes == [None]:
            return NUMBER
        return TreeDef(self._spec, shapes, opened=self._opened)

    def sizes(self) -> list[int]:
        """How many numbers each leaf holds."""
        return list(map(size_of, self.shapes))

    def parts(self) -> list[tuple[int, int, Shape]]:
        """For each leaf where its numbers begin and end among all, and its shape."""
        bounds = pairwise(accumulate(self.sizes(), initial=0))
        return [(start, stop, shape) for (start, stop), shape in zip(bounds, self.shapes, strict=True)]

    def places(self, where: str) -> list[str]:
        """The place of each number: ``argument 0['b'][2]``."""
        if self is NUMBER:
            return [where]
        paths = [where + accessor.codify("") for accessor in self._spec.accessors()]
        return [
            path + (str(list(position)) if shape else "")
            for path, shape in zip(paths, self.shapes, strict=True)
            for position in np.ndindex(shape or ())
        ]

    def argument(self, values: Sequence[Value]) -> Any:
        """The tree of ``values`` as a function expects it: an array as an array of objects, a 0-d one as its Value."""
        return self._filled(values, [shape or None for shape in self.shapes])

    def result(self, numbers: Sequence[Any]) -> Any:
        """The tree of ``numbers``, floats or Values, such as a derivative for each number of an argument."""
        return self._filled(numbers, self.shapes)

    def outcome(self, numbers: Sequence[Any]) -> Any:
        """The tree of ``numbers`` as the function returned it: as :meth:`result`, but a bool is a bool again."""
        return self.returned(self._leaves(numbers, self.shapes)) if self.bools else self.result(numbers)

    def returned(self, leaves: Iterable[Any]) -> Any:
        """As :meth:`assemble`, but the leaves that were bools are bools again."""
        if self.bools:
            leaves = [leaf != 0 if is_bool else leaf for leaf, is_bool in zip(leaves, self.bools, strict=True)]
        return self.assemble(leaves)

    def _filled(self, numbers: Sequence[Any], shapes: list[Shape]) -> Any:
        return numbers[0] if self is NUMBER else self.assemble(self._leaves(numbers, shapes))

    @staticmethod
    def _leaves(numbers: Sequence[Any], shapes: list[Shape]) -> list[Any]:
        if shapes.count(None) == len(shapes):
            return [*numbers]
        leaves, start = [], 0
        for shape in shapes:
            stop = start + size_of(shape)
            leaves.append(numbers[start] if shape is None else array_of(numbers[start:stop], shape))
            start = stop
        return leaves

    def assemble(self, leaves: Iterable[Any]) -> Any:
        """The tree with any objects as its ``leaves``."""
        tree = optree.tree_unflatten(self._spec, leaves)
        return _closed(tree) if self._opened else tree

    def __str__(self) -> str:
        return repr(optree.tree_unflatten(self._spec, self.leaves()))

    def leaves(self) -> list[Leaf]:
        """A stand-in for each number or array."""
        return list(map(Leaf, self.shapes, self.bools or repeat(False)))


class Leaf:
    """Stands for a number or an array; prints in words, for messages."""

    def __init__(self, shape: Shape, is_bool: bool) -> None:  # noqa: FBT001 -- mapped over both
        self.shape = shape
        self.is_bool = is_bool

    def __repr__(self) -> str:
        if not self.shape:
            return "bool" if self.is_bool else "number"
        return f"array of shape {self.shape}{' of bools' * self.is_bool}"


_number: Any = 0.0
NUMBER = TreeDef(optree.tree_structure(_number, namespace=_NAMESPACE), [None])
"""The treedef of one bare number: by far the most common, so it is recognised by identity."""


# --- numbers out of trees, and into them ------------------------------------------------------------------


def size_of(shape: Shape) -> int:
    """How many numbers a leaf of ``shape`` holds."""
    return math.prod(shape) if shape else 1


def array_of(numbers: Sequence[Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """``numbers`` as an array of ``shape``: of floats if they all are, else of objects."""
    array = np.empty(shape, dtype=float if all(isinstance(number, float) for number in numbers) else object)
    array.reshape(-1)[:] = numbers
    return array


def flatten(tree: Any, where: str) -> tuple[list[Any], TreeDef]:
    """The numbers of ``tree``, each a float or a Value, and the treedef that held them.

    ``where`` says in messages what the tree is: ``"argument 0"``.

    Raises:
        TypeError: something in it is not a real number; the message says where.
    """
    leaves, treedef = leaves_of(tree, where)
    if treedef is NUMBER:
        return leaves, treedef
    numbers: list[Any] = []
    for leaf in leaves:
        if isinstance(leaf, np.ndarray):
            numbers += leaf.ravel().tolist()
        else:
            numbers.append(leaf)
    return numbers, treedef


def portions(treedefs: Iterable[TreeDef], numbers: Sequence[Any]) -> Iterator[tuple[TreeDef, Sequence[Any]]]:
    """Each of ``treedefs`` with its part of ``numbers``."""
    start = 0
    for treedef in treedefs:
        stop = start + sum(treedef.sizes())
        yield treedef, numbers[start:stop]
        start = stop


def leaves_of(tree: Any, where: str) -> tuple[list[Any], TreeDef]:
    """As :func:`flatten`, with each array whole: of floats, or of floats and Values."""
    if _is_bare(tree):
        return [tree], NUMBER
    tree, leaves, spec, opened = _taken_apart(tree, where)
    found: list[Any] = []
    for index, leaf in enumerate(leaves):
        try:
            if isinstance(leaf, np.ndarray):
                found.append(_numbers_in(leaf, where))
            else:
                found.append(leaf if isinstance(leaf, Value) else as_float(leaf, where))
        except (TypeError, OverflowError) as error:
            accessor = spec.accessors()[index]
            told = str(error).replace(where, where + accessor.codify(""), 1)
            raise type(error)(told + (_way_out(tree, accessor, leaf) if isinstance(error, TypeError) else "")) from None
    shapes = [leaf.shape if isinstance(leaf, np.ndarray) else None for leaf in found]
    return found, TreeDef(spec, shapes, opened=opened, bools=list(map(_is_bool, leaves)))


def treedef_of(tree: Any, where: str) -> TreeDef:
    """The treedef of which ``tree`` is assembled, with a :class:`Leaf` for each number or array.

    Raises:
        TypeError: something else stands in the place of one.

    >>> treedef = flatten([1.0, (True, np.zeros(3))], "a tree")[1]
    >>> treedef_of(treedef.assemble(treedef.leaves()), "a tree").returns_as(treedef)
    True
    """
    if isinstance(tree, Leaf) and tree.shape is None and not tree.is_bool:
        return NUMBER
    _, leaves, spec, opened = _taken_apart(tree, where)
    for leaf in leaves:
        if not isinstance(leaf, Leaf):
            raise TypeError(f"{where} holds {shown(leaf)} in the place of a number or an array")
    return TreeDef(spec, [leaf.shape for leaf in leaves], opened=opened, bools=[leaf.is_bool for leaf in leaves])


def _taken_apart(tree: Any, where: str) -> tuple[Any, list[Any], Any, bool]:
    """``tree`` with its records opened, its leaves, optree's record of its containers; whether there were records."""
    leaves, spec = optree.tree_flatten(tree, is_leaf=is_record, namespace=_NAMESPACE)
    opened = any(map(is_record, leaves))
    if opened:
        tree = _open(tree, where)
        leaves, spec = optree.tree_flatten(tree, namespace=_NAMESPACE)
    return tree, leaves, spec, opened


def _is_bool(leaf: Any) -> bool:
    """Whether ``leaf`` is a bool, or an array of them."""
    kind = type(leaf)  # which asks no Value for the class of the number that it stands for
    return kind is bool or kind is np.bool_ or (kind is np.ndarray and leaf.dtype == bool)


def _is_bare(part: Any) -> bool:
    """Whether ``part`` is a number already, as nearly all are."""
    return type(part) is float or isinstance(part, Value)


def _numbers_in(array: np.ndarray[Any, Any], where: str) -> np.ndarray[Any, Any]:
    """``array`` as one of floats; one of objects keeps its Values, and its numbers become floats."""
    if type(array) is not np.ndarray:
        way = ".filled(...)" if isinstance(array, np.ma.MaskedArray) else "numpy.asarray"
        raise TypeError(f"{where} takes a plain array, not a {type(array).__name__}: convert it with {way}")
    if array.dtype.kind in "biuf":
        return array.astype(float, copy=False)
    if array.dtype.kind != "O":
        raise TypeError(f"{where} takes an array of real numbers, not of dtype {array.dtype}")
    elements = array.ravel().tolist()
    if not all(map(_is_bare, elements)):
        places = zip(np.ndindex(array.shape), elements, strict=True)
        elements = [each if _is_bare(each) else as_float(each, f"{where}{list(place)}") for place, each in places]
    return np.fromiter(elements, dtype=object, count=len(elements)).reshape(array.shape)


def _way_out(tree: Any, accessor: Any, leaf: Any) -> str:
    """The way out for a ``leaf`` that is not a number, found in ``tree`` by ``accessor``."""
    holder = tree
    for entry in accessor[:-1]:
        holder = holder.fields[entry.entry] if isinstance(holder, Opened) else entry(holder)
    if accessor and isinstance(holder, Opened) and not isinstance(holder.instance, tuple):
        of_pydantic = hasattr(holder.instance, "__pydantic_core_schema__")
        mark = "Field(json_schema_extra={'static': True})" if of_pydantic else "field(metadata={'static': True})"
        return f". Is {accessor[-1].entry!r} no variable? Then make the field with {mark}"
    if isinstance(leaf, (np.ndarray, str, bytes, complex, type)) or inspect.isroutine(leaf):
        return ""
    ways = (
        (hasattr(leaf, "to_numpy"), "its numbers as an array: .to_numpy()"),
        (hasattr(leaf, "__array__"), "its numbers as an array: numpy.asarray"),
        (isinstance(leaf, Mapping), "its numbers in a plain dict: dict(...)"),
        (isinstance(leaf, Iterable), "its numbers in a list: list(...)"),
    )
    for fits, way in ways:
        if fits:
            return f". Pass {way} of the {type(leaf).__name__}"
    return ". Pass numbers in lists, dicts, dataclasses or arrays"


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
        if not is_record(leaf):
            return leaf
        fields = fields_of(leaf)
        mapped = map_values(function, fields)
        return leaf if all(mapped[name] is field for name, field in fields.items()) else copied(leaf, mapped)

    return optree.tree_map(convert, tree, is_leaf=is_record, namespace=_NAMESPACE)


# --- records as optree sees them --------------------------------------------------------------------------


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


class _Kind:
    """The class and the variables of a record, which records of one treedef share; an instance has all else."""

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


class Kept:
    """A branch without leaves, which a tree keeps while its records are opened, whatever it is assembled to."""

    __slots__ = ()


def _is_whole(part: Any) -> bool:
    return is_record(part) or isinstance(part, Kept)


def _open(tree: Any, where: str) -> Any:
    """``tree`` with its records, and theirs, opened."""

    def convert(leaf: Any) -> Any:
        if not is_record(leaf):
            return leaf
        variables = variables_of(leaf, where).items()
        return Opened(leaf, {name: part if _is_bare(part) else _open(part, where) for name, part in variables})

    return optree.tree_map(convert, tree, is_leaf=_is_whole, namespace=_NAMESPACE)


def _closed(tree: Any) -> Any:
    """``tree`` with a copy in place of each opened record, the innermost first."""

    def convert(leaf: Any) -> Any:
        if not _is_opened(leaf):
            return leaf
        fields = {name: part if _is_bare(part) else _closed(part) for name, part in leaf.fields.items()}
        return copied(leaf.instance, fields)

    return optree.tree_map(
        convert, tree, is_leaf=lambda node: _is_opened(node) or is_record(node), namespace=_NAMESPACE
    )


def _static(tree: Any) -> tuple[Any, ...]:
    """For each opened record in ``tree``: its static parts, and the dicts and records in its variables."""
    found: list[Any] = []
    for record in filter(_is_opened, optree.tree_leaves(tree, is_leaf=_is_opened, namespace=_NAMESPACE)):
        found += [_told(record.instance, *item) for item in static_parts(record.instance, record.fields).items()]
        found += [(_orders(part), _static(part)) for part in record.fields.values() if part is not None]
    return tuple(found)


def _told(instance: Any, name: str, part: Any) -> Hashable:
    """A static part, to be compared: 1, 1.0 and True differ, and so do 0.0 and -0.0."""
    try:
        hash(part)
    except TypeError:
        raise TypeError(
            f"the static field {name!r} of a {type(instance).__name__} holds {part!r}, which cannot be hashed, so one "
            f"recording cannot be told from another: hold a tuple, a str or another constant there"
        ) from None
    return name, type(part), part.hex() if isinstance(part, float) else part


def _orders(tree: Any) -> tuple[Any, ...]:
    """The keys of each dict in ``tree`` in their order, on which a loop over the dict may depend."""
    found: list[Any] = []

    def note(node: Any) -> bool:
        if isinstance(node, dict):
            found.append(tuple(node))
        return _is_opened(node)

    optree.tree_leaves(tree, is_leaf=note, namespace=_NAMESPACE)
    return tuple(found)


# --- records: taken apart and copied ----------------------------------------------------------------------

SETTINGS = (
    str, bytes, bool, np.bool_, Enum, date, time, timedelta, np.datetime64, np.timedelta64, type, np.ufunc, Primitive,
)  # fmt: skip
"""The kinds that are static wherever they stand."""

_PYDANTIC = frozenset({"__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"})
"""Where a model of pydantic keeps what is not a field."""

_IS_HEAP_TYPE = 1 << 9
"""The flag of a class that a class statement made, as opposed to a built-in one."""

_NONE = object()


@functools.lru_cache(maxsize=1024)
def declared(kind: Any) -> dict[str, bool] | None:
    """The fields that a class declares, each with whether it is marked static; None for a class that declares none.

    None also for a class that optree takes apart, one registered there or a plain named tuple; and for one built on
    dict, list or Exception, which holds more than its fields.
    """
    if optree.is_namedtuple_class(kind):
        return None if kind.__bases__[0] is tuple else dict.fromkeys(optree.namedtuple_fields(kind), False)
    built_in = next(base for base in kind.__mro__ if not base.__flags__ & _IS_HEAP_TYPE)
    metadata = _metadata(kind)
    if metadata is None or built_in is not object or optree.register_pytree_node.get(kind) is not None:
        return None
    return {name: hasattr(held, "get") and bool(held.get("static", False)) for name, held in metadata.items()}


def _metadata(kind: Any) -> dict[str, Any] | None:
    """The fields that a class declares, with the metadata of each; None for a class that declares none."""
    if dataclasses.is_dataclass(kind):
        return {field.name: field.metadata for field in dataclasses.fields(kind)}
    attributes = getattr(kind, "__attrs_attrs__", None)
    if isinstance(attributes, tuple):
        return {attribute.name: attribute.metadata for attribute in attributes}
    if hasattr(kind, "__pydantic_core_schema__"):
        return {name: field.json_schema_extra for name, field in kind.model_fields.items()}
    return None


def is_record(instance: Any) -> bool:
    """Whether the class of ``instance`` declares fields."""
    kind: Any = type(instance)
    return declared(kind) is not None


def variables_of(instance: Any, where: str) -> dict[str, Any]:
    """The fields of a record that are variables, by name.

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
                f"{where} holds a {kind.__name__}, whose attribute {name!r} ({shown(part)}) is not a field: a copy of "
                f"the fields would be without it. Declare it as a field, with field(init=False), or make it a property"
            )
    return {name: part for name, part in fields.items() if not marked[name] and not _is_setting(part)}


def fields_of(instance: Any) -> dict[str, Any]:
    """The fields of an instance and what they hold, except those never set and those behind a property."""
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
    """The fields of a record beside its ``variables``: by name, in the order of the fields."""
    fields = {name: part for name, part in fields_of(instance).items() if name not in variables}
    return fields | _others(instance)


def copied(instance: Any, fields: dict[str, Any]) -> Any:
    """A copy of ``instance`` with ``fields`` in the place of its own. None of the class's code runs."""
    kind: Any = type(instance)
    kept = {name: part for name, part in _state(instance).items() if not _is_cache(kind, name)}
    elements = fields_of(instance) if isinstance(instance, tuple) else {}  # which are no attributes of it
    return made(kind, kept | elements | fields)


def made(kind: Any, parts: dict[str, Any]) -> Any:
    """An instance, which holds ``parts``, of a class that declares fields; none of the class's code runs."""
    if issubclass(kind, tuple):
        instance = tuple.__new__(kind, [parts.pop(name) for name in declared(kind) or ()])
    else:
        instance = object.__new__(kind)
    slots = _slots(kind)
    for name, part in parts.items():
        if name in slots:
            slots[name].__set__(instance, part.copy() if name in _PYDANTIC and part is not None else part)
        else:
            object.__getattribute__(instance, "__dict__")[name] = part
    return instance


def _is_setting(part: Any) -> bool:
    """Whether ``part`` is a setting rather than something to compute with.

    A function that captures something is not: it may have captured the very numbers that are varied.
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
    """The attributes of an instance itself, in its slots and its ``__dict__``, by name."""
    kind: Any = type(instance)
    held = {}
    for name, member in _slots(kind).items():
        try:
            held[name] = member.__get__(instance)
        except AttributeError:  # an empty slot
            continue
    return held | object.__getattribute__(instance, "__dict__") if kind.__dictoffset__ else held


def _others(instance: Any) -> dict[str, Any]:
    """The attributes of an instance that are neither fields nor the cache of a ``cached_property``."""
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
    """Whether reading or setting an ``attribute`` of a class runs code, as a property does."""
    return hasattr(type(attribute), "__set__") and not isinstance(attribute, MemberDescriptorType)


def _is_cache(kind: type, name: str) -> bool:
    """Whether an attribute that is not a field is a cache: ``cached_property``, which attrs keeps in a slot."""
    if name in (declared(kind) or ()):
        return False
    keeper = inspect.getattr_static(kind, name, None)
    of_attrs = isinstance(keeper, MemberDescriptorType) and hasattr(keeper.__objclass__, "__attrs_attrs__")
    return isinstance(keeper, functools.cached_property) or of_attrs or name == "_attrs_cached_hash"


def shown(part: Any) -> str:
    """``part`` for a message, shortened."""
    try:
        text = repr(part)
    except Exception:  # noqa: BLE001 -- a broken repr must not hide what is wrong
        return f"of type {type(part).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."
