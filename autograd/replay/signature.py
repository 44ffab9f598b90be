"""The signature of a call, and its numbers: arguments flattened for a kernel; static arguments.

A recording serves every call of one :class:`Signature`: the same containers, shapes, static arguments and batch axes,
with other numbers. A :class:`Plan` flattens the arguments of such calls into the arrays of a kernel. A *static
argument* reaches the function as it is and belongs to the signature: another value is another recording.
"""

from __future__ import annotations

import inspect
import struct
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from enum import Enum
from itertools import groupby
from typing import Any, NamedTuple, cast

import numpy as np
import optree

from autograd.replay.tape import Floats
from autograd.replay.written import OFTEN, Opening, opening
from autograd.trees import (
    _NAMESPACE,
    SETTINGS,
    Kept,
    Shape,
    TreeDef,
    fields_of,
    is_record,
    leaves_of,
    portions,
    shown,
    size_of,
)
from autograd.value import Value

__all__ = [
    "Axes", "Numbers", "Plan", "Plans", "Signature", "Static", "StaticArguments",
    "axes_of_arguments", "axes_of_leaves", "check_in_axes", "check_static", "flattened", "is_static", "packed",
    "statics_in", "take_apart",
]  # fmt: skip

Axes = Any
"""None, an int, or a tuple with such an entry, or a container of such entries, for each argument."""


_WHOLE = 2**53
"""Beyond it not every int is a float."""

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Signature(NamedTuple):
    """Everything about the arguments of a call but the numbers: what all calls share that one recording serves.

    Attributes:
        treedefs: how the numbers of one example are held in each positional argument, then in each by keyword.
        keywords: the names of the arguments by keyword.
        batched: for each number of an example whether every example has its own.
    """

    treedefs: tuple[TreeDef, ...]
    keywords: tuple[str, ...]
    batched: tuple[bool, ...]

    def key(self) -> Hashable:
        """Equal for equal signatures. The order of a dict counts: a function that goes through its values can tell."""
        trees = [treedef.assemble(treedef.shapes) for treedef in self.treedefs]
        orders = tuple(tuple(found(trees)) for found in _dicts(trees))
        return self.keywords, self.batched, orders, tuple(treedef.key() for treedef in self.treedefs)

    def handed(self) -> list[Any]:
        """The objects that the function is handed beside numbers: static arguments, and the classes of records."""
        found: list[Any] = []
        trees = [treedef.assemble(treedef.shapes) for treedef in self.treedefs]
        while trees:
            for leaf in optree.tree_leaves(trees.pop(), is_leaf=is_record):
                if is_record(leaf):
                    found.append(type(leaf))
                    trees.append(list(fields_of(leaf).values()))
                elif type(leaf) is not int:  # the length of an array
                    found.append(leaf)
        return found

    def __str__(self) -> str:
        positional = len(self.treedefs) - len(self.keywords)
        names = [""] * positional + [f"{name}=" for name in self.keywords]
        return f"({', '.join(f'{name}{treedef}' for name, treedef in zip(names, self.treedefs, strict=True))})"

    def call(self, function: Callable[..., Any], numbers: Sequence[Any]) -> Any:
        """``function`` called with one example's ``numbers``."""
        arguments = [treedef.argument(part) for treedef, part in portions(self.treedefs, numbers)]
        positional = len(arguments) - len(self.keywords)
        return function(*arguments[:positional], **dict(zip(self.keywords, arguments[positional:], strict=True)))

    def labels(self, function: Callable[..., Any]) -> list[str]:
        """A name for each number: the argument's, as ``function`` calls it, with an index if it holds several."""
        try:
            parameters = list(inspect.signature(function).parameters.values())
        except (TypeError, ValueError):  # a function written in C may not tell
            parameters = []
        positional = len(self.treedefs) - len(self.keywords)
        named = [parameter.name for parameter in parameters if parameter.kind in _POSITIONAL]
        names = [*named[:positional], *[f"x{place}" for place in range(len(named), positional)], *self.keywords]
        labels = []
        for name, treedef in zip(names, self.treedefs, strict=True):
            size = sum(treedef.sizes())
            labels += [name] if size == 1 else [f"{name}[{index}]" for index in range(size)]
        return labels

    def example(self, shared: Floats, lane: Floats) -> list[float]:
        """The numbers of one example, in order."""
        is_lane = np.array(self.batched, dtype=bool)
        numbers = np.empty(len(is_lane))
        numbers[is_lane] = lane
        numbers[~is_lane] = shared
        listed: list[float] = numbers.tolist()
        return listed


class Numbers(NamedTuple):
    """The numbers of one call, and the ways into them. Made anew, or used again when a call has ended."""

    shared: Floats
    """Those that all examples share."""
    lanes: Floats
    """The others, of shape (numbers, examples)."""
    ways: list[tuple[int | slice, Floats]]
    """Which leaf of a call, or which bare numbers in a row, go where: a part of the arrays, seen as the leaf is."""


_MOST_PLANS = 64
"""A new plan is made for each batch size; beyond so many they are forgotten, with the room that they keep."""
_NO_LANES = np.empty((0, 1))
_FLOAT64 = np.dtype(np.float64)
_MOST_KEPT = 1 << 19
"""How many numbers (four megabytes of them) a plan keeps room for between calls."""


def _unwritten(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Take no call apart."""


class Plan:
    """How the leaves of a call become numbers for a kernel: made once for calls with leaves of the same shapes.

    Raises:
        TypeError: ``in_axes`` holds something other than axes.
        ValueError: an axis is missing, or the numbers of examples differ.
    """

    def __init__(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], treedefs: Sequence[TreeDef], in_axes: Axes
    ) -> None:
        axes = axes_of_arguments(in_axes, len(args), len(kwargs))
        self.branches: Any = None
        """The recordings that replay such calls, once they are found."""
        self.opening: Opening = _unwritten
        """Takes calls of this form apart, as soon as it is written."""
        self._treedefs = treedefs
        self._uses = 0
        self._count: int | None = None
        self._first = ""
        self._leaves: list[tuple[Shape, int | None]] = []  # the shape of one example of each, and its axis
        self._spare: deque[Numbers] = deque()
        batched: list[bool] = []
        examples = []
        for tree, treedef, axis, name in zip(
            (*args, *kwargs.values()), treedefs, axes, _names(args, kwargs), strict=True
        ):
            leaf_axes = axes_of_leaves(axis, tree, len(treedef.shapes), name)
            shapes = [self._example(*leaf, name) for leaf in zip(treedef.shapes, leaf_axes, strict=True)]
            examples.append(treedef.with_shapes(shapes))
            self._leaves += zip(shapes, leaf_axes, strict=True)
            for leaf_axis, size in zip(leaf_axes, examples[-1].sizes(), strict=True):
                batched += [leaf_axis is not None] * size
        if in_axes is not None and self._count is None:
            raise ValueError(f"in_axes={in_axes!r} gives no argument an axis: None in all places means no batch at all")
        self.signature = Signature(tuple(examples), tuple(kwargs), tuple(batched))
        self._n_lanes = sum(batched)
        self._n_shared = len(batched) - self._n_lanes
        self._bare = all(leaf == (None, None) for leaf in self._leaves)
        trees = [*args, *kwargs.values()]
        self._dicts = [(found, list(found(trees))) for found in _dicts(trees)]

    def fits(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Whether the dicts of a call with leaves of the same shapes have their entries in the same order too."""
        if not self._dicts:
            return True
        trees = [*args, *kwargs.values()]
        return all(list(found(trees)) == order for found, order in self._dicts)

    def used(self) -> None:
        """Note a call; have the way into the next ones written after a few."""
        self._uses += 1
        if self._uses == OFTEN:
            self.opening = opening(self._treedefs, self.signature.keywords) or _unwritten

    def _example(self, shape: Shape, axis: int | None, name: str) -> Shape:
        """The shape of one example of a leaf."""
        if axis is None:
            return shape
        if shape is None or not -len(shape) <= axis < len(shape):
            has = "a bare number" if shape is None else f"an array of shape {shape}"
            raise ValueError(
                f"{name} is batched along axis {axis}, which is missing in {has}. Pass an array with one example "
                f"per row, made with numpy.asarray, or give in_axes=None for what all examples share."
            )
        length = shape[axis]
        if self._count is None:
            self._count, self._first = length, name
        if length != self._count:
            raise ValueError(f"the batch lengths differ: {self._count} examples in {self._first}, {length} in {name}")
        if not length:
            raise ValueError(f"{name} holds no examples: the batch is empty")
        axis %= len(shape)
        return shape[:axis] + shape[axis + 1 :]

    def listed(self, leaves: list[Any]) -> list[float]:
        """All numbers, in order, of a call without a batch."""
        if self._bare:
            return leaves
        numbers = self.numbers(leaves)
        listed: list[float] = numbers.shared.tolist()
        self.release(numbers)
        return listed

    def numbers(self, leaves: list[Any]) -> Numbers:
        """All numbers, for a kernel. They are the caller's until it gives them to :meth:`release`."""
        if self._bare:
            return Numbers(packed(leaves), _NO_LANES, [])
        try:
            numbers = self._spare.pop()
        except IndexError:  # the first call, or as many calls at once in other threads
            numbers = self._room()
        for which, part in numbers.ways:
            part[...] = leaves[which]
        return numbers

    def release(self, numbers: Numbers) -> None:
        """Use ``numbers`` again: nothing refers to them any more."""
        if numbers.ways and numbers.shared.size + numbers.lanes.size <= _MOST_KEPT:
            self._spare.append(numbers)

    def _room(self) -> Numbers:
        """Arrays for the numbers of one call; each part of them in the shape of the leaf that fills it."""
        count = 1 if self._count is None else self._count
        shared, lanes = np.empty(self._n_shared), np.empty((self._n_lanes, count))
        ways: list[tuple[int | slice, Floats]] = []
        n_shared = n_lanes = place = 0
        for (example, axis), group in groupby(self._leaves):
            size, same = size_of(example), len(list(group))
            if axis is None and example is None:  # bare numbers in a row go together
                ways.append((slice(place, place + same), shared[n_shared : n_shared + same]))
                n_shared += same
                place += same
                continue
            for leaf in range(place, place + same):
                if axis is None:
                    part = shared[n_shared : n_shared + size].reshape(example or ())
                    n_shared += size
                else:
                    part = np.moveaxis(lanes[n_lanes : n_lanes + size].reshape(*(example or ()), count), -1, axis)
                    n_lanes += size
                ways.append((leaf, part))
            place += same
        return Numbers(shared, lanes, ways)


# --- a call taken apart -----------------------------------------------------------------------------------


def check_in_axes(in_axes: Axes) -> Axes:
    """``in_axes`` as it is, if it can be one."""
    if isinstance(in_axes, list):
        in_axes = tuple(in_axes)
    if in_axes is None or _is_axis(in_axes) or isinstance(in_axes, tuple):
        return in_axes
    raise TypeError(f"in_axes must be None, an int, or a tuple with an entry for each argument, got {in_axes!r}")


def take_apart(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], Hashable]:
    """The leaves of the arguments, each a float or an array of floats; and a key, equal where one plan fits.

    Of arguments that hold anything other than floats, arrays of floats and plain containers, the key is None: see
    :func:`flattened`.
    """
    if args and type(args[0]) is float and not kwargs and set(map(type, args)) == {float}:
        return list(args), len(args)
    if any(map(is_record, args)):  # it may hold more than numbers
        return [], None
    tree: Any = (args, tuple(kwargs.values())) if kwargs else args
    leaves, spec = optree.tree_flatten(tree)
    shapes: list[Any] = [True] * len(leaves)
    if set(map(type, leaves)) != {float}:
        shapes = [
            leaf.shape if type(leaf) is np.ndarray and leaf.dtype is _FLOAT64 else type(leaf) is float
            for leaf in leaves
        ]
    if False in shapes:
        for place, leaf in enumerate(leaves):
            if type(leaf) is np.float64 or (type(leaf) is int and -_WHOLE < leaf < _WHOLE):
                leaves[place], shapes[place] = float(leaf), True
            elif shapes[place] is False and type(leaf) is np.ndarray and leaf.dtype.kind in "biuf":
                leaves[place], shapes[place] = leaf.astype(float), leaf.shape
            elif shapes[place] is False:
                if not is_static(leaf):
                    return [], None
                shapes[place] = leaf if type(leaf) is Static else Static(leaf, "an argument")
        leaves = [leaf for leaf, shape in zip(leaves, shapes, strict=True) if type(shape) is not Static]
    return leaves, (spec, *kwargs, *shapes)


def packed(numbers: Sequence[float]) -> Floats:
    """``numbers`` as an array, read-only: several times as fast as numpy.array."""
    return np.frombuffer(struct.pack(f"{len(numbers)}d", *numbers))


def flattened(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], list[TreeDef]] | None:
    """The leaves of any arguments, and how each argument holds them; None if there is a Value among them.

    Raises:
        TypeError: an argument is not made of numbers.
    """
    leaves: list[Any] = []
    treedefs = []
    for tree, name in zip((*args, *kwargs.values()), _names(args, kwargs), strict=True):
        found, treedef = leaves_of(with_statics(tree, name), name)
        if any(map(_holds_value, found)):
            return None
        leaves += [leaf.astype(float) if isinstance(leaf, np.ndarray) else leaf for leaf in found]
        treedefs.append(treedef)
    return leaves, treedefs


class Plans:
    """The plans of a compiled function, found by what its calls have in common."""

    def __init__(self, in_axes: Axes) -> None:
        self._in_axes = in_axes
        self._known: dict[Hashable, Plan] = {}
        self.last: Any = None
        """The plan of the call before; None at first."""

    def clear(self) -> None:
        """Forget all."""
        self._known.clear()
        self.last = None

    def of(
        self, leaves: list[Any], key: Hashable, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[list[Any], Plan] | None:
        """The leaves of a call and its plan, a known one as a rule; None if there is a Value among the arguments.

        ``leaves`` and ``key`` are those of the arguments, by :func:`take_apart`.
        """
        plan = self._known.get(key)
        if plan is not None and plan.fits(args, kwargs):
            self.last = plan
            plan.used()
            return leaves, plan
        found = flattened(args, kwargs)
        if found is None:
            return None
        leaves, treedefs = found
        key = key or (tuple(kwargs), *[treedef.key() for treedef in treedefs])
        plan = self._known.get(key)
        if plan is None or not plan.fits(args, kwargs):
            plan = Plan(args, kwargs, treedefs, self._in_axes)
            if len(self._known) >= _MOST_PLANS:
                self._known.clear()
            self._known[key] = plan
        self.last = plan
        return leaves, plan


def _dicts(tree: Any) -> list[Callable[[Any], dict[Any, Any]]]:
    """A way to each dict in ``tree``: from a tree of the same containers to its dict at that place."""
    nodes = optree.tree_flatten_with_accessor(tree, is_leaf=lambda node: isinstance(node, dict) and node is not tree)
    found: list[Callable[[Any], dict[Any, Any]]] = []
    for accessor, node in zip(*nodes[:2], strict=True):
        if isinstance(node, dict):
            found += [accessor, *(accessor + inner for inner in _dicts(node))]
    return found


def _names(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[str]:
    return [f"argument {place}" for place in range(len(args))] + [f"argument {name!r}" for name in kwargs]


def _is_axis(axis: Any) -> bool:
    return isinstance(axis, (int, np.integer)) and not isinstance(axis, bool)


def axes_of_arguments(in_axes: Axes, positional: int, by_keyword: int) -> list[Any]:
    """The entry of ``in_axes`` for each positional argument, then for each by keyword."""
    if in_axes is None:
        return [None] * (positional + by_keyword)
    if not isinstance(in_axes, tuple):
        return [in_axes] * positional + [0] * by_keyword
    if len(in_axes) != positional:
        raise ValueError(
            f"in_axes={in_axes!r} must have an entry for each positional argument of the call, of which there "
            f"{'is' if positional == 1 else 'are'} {positional}: give None for one that all examples share"
        )
    return [*in_axes, *[0] * by_keyword]  # as jax.vmap does


def axes_of_leaves(axis: Any, tree: Any, count: int, name: str) -> list[Any]:
    """The axis of each of the ``count`` leaves of an argument, None for a leaf that all examples share."""
    if axis is None or _is_axis(axis):
        return [axis] * count
    try:
        axes = optree.broadcast_prefix(axis, tree, is_leaf=lambda node: node is None)
        leaves = optree.tree_leaves(tree)
        if any(map(is_static, leaves)):
            axes = [entry for entry, leaf in zip(axes, leaves, strict=True) if not is_static(leaf)]
    except ValueError as error:
        raise ValueError(f"in_axes for {name} is {axis!r}, which is not built like it: {error}") from None
    for entry in axes:
        if entry is not None and not _is_axis(entry):
            raise TypeError(f"in_axes for {name} holds {entry!r}: an axis is an int, or None")
    return axes


def _holds_value(leaf: Any) -> bool:
    if type(leaf) is float:
        return False
    if isinstance(leaf, np.ndarray):
        return leaf.dtype == object and any(isinstance(element, Value) for element in leaf.flat)
    return True


# --- static arguments -------------------------------------------------------------------------------------


class Static(Kept):
    """A static argument. Equal to another of the same type and value: ``1``, ``1.0`` and ``True`` are three.

    Raises:
        TypeError: it has no hash, so that a recording for it could not be found again.
    """

    __slots__ = ("_key", "value")

    def __init__(self, value: Any, name: str) -> None:
        self.value = value
        self._key = type(value), value, _told(value)
        try:
            hash(self._key)
        except TypeError:
            remedy = ": pass a tuple" if isinstance(value, list) else ": pass an immutable object, such as a tuple"
            raise TypeError(
                f"{name} is static, so it must be hashable, got {shown(value)} of type {type(value).__name__}{remedy}"
            ) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Static) and bool(self._key == other._key)

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return shown(self.value)


def _told(value: Any) -> str:
    """The text that tells a value from equal ones: 0.0 from -0.0, (1,) from (True,), noon in Rome from noon in Oslo."""
    if isinstance(value, (str, bytes, bool, Enum, type)) or callable(value):
        return ""
    return repr(value)


_register: Any = optree.register_pytree_node  # its type wants a Collection
_register(Static, lambda static: ((), static), lambda static, _: static.value, namespace=_NAMESPACE)


def is_static(leaf: Any) -> bool:
    """Whether a leaf of an argument is static by itself: a str, a bool, a callable, an enum, a date; not a number."""
    if isinstance(leaf, (float, int)) and not isinstance(leaf, (bool, Enum)):
        return False
    if isinstance(leaf, (Static, *SETTINGS)):
        return True
    return callable(leaf) and not isinstance(leaf, Value) and not is_record(leaf)


def with_statics(tree: Any, name: str) -> Any:
    """``tree`` with its static leaves marked, so that they belong to the treedef."""
    if type(tree) is float or isinstance(tree, (Value, Static)):
        return tree
    if not any(map(is_static, optree.tree_leaves(tree, is_leaf=is_record))):
        return tree

    def marked(leaf: Any) -> Any:
        return Static(leaf, name) if is_static(leaf) and not isinstance(leaf, Static) else leaf

    return optree.tree_map(marked, tree, is_leaf=is_record)


def statics_in(tree: Any) -> list[Static]:
    """The static leaves of ``tree``, in order."""
    return [
        leaf if isinstance(leaf, Static) else Static(leaf, "an argument")
        for leaf in optree.tree_leaves(tree, is_leaf=is_record)
        if is_static(leaf)
    ]


class StaticArguments:
    """The arguments of a function that ``static_argnums`` and ``static_argnames`` name.

    Args:
        function: whose arguments they are. What is named by place is static by keyword too, and the other way round.
        argnums: their places; negative ones are counted from the last parameter.
        argnames: their names.

    Raises:
        ValueError: the function has no such parameter.
    """

    def __init__(self, function: Callable[..., Any] | None, argnums: Sequence[int], argnames: Sequence[str]) -> None:
        self.places = set(argnums)
        self.names = set(argnames)
        self._called = getattr(function, "__name__", "the function")
        if not (argnums or argnames):
            return
        try:
            parameters = list(inspect.signature(cast("Any", function)).parameters.values())
        except (TypeError, ValueError):  # a function written in C may not tell, nor does a tape
            return
        kinds = inspect.Parameter
        named = [each.name for each in parameters if each.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)]
        by_keyword = {
            each.name for each in parameters if each.kind in (kinds.POSITIONAL_OR_KEYWORD, kinds.KEYWORD_ONLY)
        }
        kinds_seen = {each.kind for each in parameters}
        self.places = {self._place(place, named, open_ended=kinds.VAR_POSITIONAL in kinds_seen) for place in argnums}
        for name in argnames:
            if name not in by_keyword and name not in named and kinds.VAR_KEYWORD not in kinds_seen:
                raise ValueError(
                    f"static_argnames names {name!r}, which is not a parameter of {self._called}: it takes "
                    f"{', '.join(each.name for each in parameters) or 'none'}"
                )
        self.names |= {named[place] for place in self.places if place < len(named)} & by_keyword
        self.places |= {named.index(name) for name in argnames if name in named}

    def _place(self, place: int, named: list[str], *, open_ended: bool) -> int:
        found = place + len(named) if place < 0 else place
        if found < 0 or (found >= len(named) and not open_ended):
            raise ValueError(
                f"static_argnums names argument {place}, and {self._called} takes {len(named)} by position"
                + (f": {', '.join(named)}" if named else "")
            )
        return found

    def __bool__(self) -> bool:
        return bool(self.places or self.names)

    def marked(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a call with the static ones marked."""
        placed = tuple(
            Static(arg, f"argument {place} of {self._called}") if place in self.places else arg
            for place, arg in enumerate(args)
        )
        by_keyword = {
            name: Static(arg, f"argument {name!r} of {self._called}") if name in self.names else arg
            for name, arg in kwargs.items()
        }
        return placed, by_keyword

    def of_method(self) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Places and names for the method of an instance: without the first parameter, which is the instance."""
        return tuple(place - 1 for place in sorted(self.places) if place > 0), tuple(sorted(self.names))


def check_static(argnums: Any, argnames: Any) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """``static_argnums`` and ``static_argnames`` as tuples.

    Raises:
        TypeError: they are not ints, or not names.
    """
    places = argnums if isinstance(argnums, (tuple, list)) else (argnums,)
    names = argnames if isinstance(argnames, (tuple, list)) else (argnames,)
    if any(isinstance(place, bool) or not isinstance(place, (int, np.integer)) for place in places):
        raise TypeError(f"static_argnums must be an int or a tuple of ints, got {argnums!r}")
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f"static_argnames must be a str or a tuple of strs, got {argnames!r}")
    return tuple(map(int, places)), tuple(names)
