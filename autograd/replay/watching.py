"""What a recording took from outside of its function, and whether it is still there.

The data of a live leaf is read at each call. Which leaf that is was decided when the function was recorded: by a name,
an attribute, an item of a list. A :class:`Watch` goes from the function through everything that it can reach, finds the
leaves that were used, and knows the way to each; before a replay it follows these ways again and tells whether they
lead to the same objects. So a parameter that was replaced is noticed, and so is what the code reads as a global, from
its closure or as an attribute: a plain number, str, bool or None, a function, a list, dict or array.

Not noticed: what changes inside lists, dicts and arrays of plain numbers; what grows without a leaf that was used; what
a function gets by calling, opening or asking elsewhere; methods that are replaced.
"""

from __future__ import annotations

import functools
import math
import operator
import sys
import weakref
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from keyword import iskeyword
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any, NamedTuple, cast

import numpy as np

from autograd.debugging import is_ours, is_users
from autograd.primitives import Primitive
from autograd.value import Value

__all__ = ["watch"]

_NUMBERS = (float, int, str, bytes, type(None), np.number, np.bool_)
_REPLACED = (FunctionType, BuiltinFunctionType, functools.partial, list, tuple, dict, np.ndarray, Primitive)
"""What is noticed when another object takes its place under a name, whatever it holds."""
_NAMED = frozenset({"global", "cell"})
_MOST = 200_000
"""How many objects are looked at, at most."""


def watch(function: Callable[..., Any], leaves: Iterable[Value]) -> Callable[[], bool] | None:
    """Whether ``function`` still reads the same leaves and numbers; None if it reads none that could change.

    Args:
        function: what was recorded.
        leaves: the live leaves of the recording.

    >>> from autograd import Parameter
    >>> w = Parameter(2.0)
    >>> same = watch(lambda x: w * x, [w])
    >>> same()
    True
    >>> w = Parameter(3.0)
    >>> same()
    False
    """
    ways = _Reach(function, {id(leaf) for leaf in leaves}).ways()
    return _check(ways) if ways else None


class _Way(NamedTuple):
    """One step from an object to another."""

    holder: Any
    how: str
    """An attribute (``name``), ``global``, ``cell``, ``item``, ``all`` items of a list, the ``call`` of a weakref."""
    key: Any
    found: Any


class _Reach:
    """What is reached from a function, step by step, without recursion."""

    def __init__(self, function: Any, leaves: set[int]) -> None:
        self._leaves = leaves
        self._names: set[str] = set()
        self._waiting: deque[Any] = deque([function])
        self._seen: dict[int, Any] = {id(function): function}  # holds the objects, so that no id is used again
        self._into: defaultdict[int, list[_Way]] = defaultdict(list)
        self._wanted: list[Any] = []
        while self._waiting and len(self._seen) < _MOST:
            self._look(self._waiting.popleft())

    def ways(self) -> list[_Way]:
        """The steps of all ways from the function to the leaves and numbers that it uses."""
        found: dict[int, _Way] = {}
        reached: set[int] = set()
        while self._wanted:
            thing = self._wanted.pop()
            if id(thing) not in reached:
                reached.add(id(thing))
                for way in self._into[id(thing)]:
                    found[id(way)] = way
                    self._wanted.append(way.holder)
        return list(found.values())

    def _step(self, holder: Any, how: str, key: Any, found: Any) -> None:
        if isinstance(found, Value):
            if id(found) in self._leaves:
                self._want(_Way(holder, how, key, found))
        elif isinstance(found, _NUMBERS):
            if how != "item":
                self._want(_Way(holder, how, key, found))
        else:
            if how in _NAMED and isinstance(found, _REPLACED) and not _is_library(found):
                self._want(_Way(holder, how, key, found))
            self._follow(holder, how, key, found)

    def _follow(self, holder: Any, how: str, key: Any, found: Any) -> None:
        if _leads_on(found):
            self._into[id(found)].append(_Way(holder, how, key, found))
            if id(found) not in self._seen:
                self._seen[id(found)] = found
                self._waiting.append(found)

    def _want(self, way: _Way) -> None:
        self._seen[id(way)] = way
        self._into[id(way)].append(way)
        self._wanted.append(way)

    def _look(self, thing: Any) -> None:
        if isinstance(thing, FunctionType):
            self._function(thing)
        elif isinstance(thing, (list, tuple, set, frozenset, deque)):
            self._items(thing)
        elif isinstance(thing, np.ndarray):
            self._items(thing.ravel().tolist(), thing)
        elif isinstance(thing, dict):
            for key, found in list(thing.items()):
                self._step(thing, "item", key, found)
        elif isinstance(thing, weakref.ref):
            if (referent := thing()) is not None:
                self._step(thing, "call", None, referent)
        elif isinstance(thing, (ModuleType, type)):
            self._named(thing, vars(thing))
        else:
            self._instance(thing)

    def _items(self, items: Iterable[Any], holder: Any = None) -> None:
        listed = list(items)
        holder = items if holder is None else holder
        used = [item for item in listed if isinstance(item, Value) and id(item) in self._leaves]
        if used:
            self._want(_Way(holder, "all", None, tuple(listed)))
        how = "" if isinstance(holder, (set, frozenset, np.ndarray)) else "item"
        for index, found in enumerate(listed):
            if not isinstance(found, (Value, *_NUMBERS)):
                self._step(holder, how, index, found)

    def _function(self, function: FunctionType) -> None:
        names = set(_names_in(function.__code__))
        self._names |= names
        of_user = is_users(function.__code__.co_filename)
        for cell in function.__closure__ or ():
            try:
                found = cell.cell_contents
            except ValueError:  # not filled yet
                continue
            if of_user or not isinstance(found, _NUMBERS):
                self._step(cell, "cell", None, found)
        for name in ("__defaults__", "__kwdefaults__"):
            if (defaults := getattr(function, name)) is not None:
                self._step(function, "name", name, defaults)
        if of_user:
            namespace = function.__globals__
            for name in sorted(names & namespace.keys()):
                self._step(namespace, "global", name, namespace[name])

    def _named(self, holder: Any, namespace: Any) -> None:
        for name in sorted(self._names & namespace.keys()):
            self._step(holder, "name", name, namespace[name])

    def _instance(self, thing: Any) -> None:
        kind = type(thing)
        names = _names_of(cast("Any", kind)) | self._names
        of_library = is_ours(_file_of(kind))  # its models have names and sizes as numbers, which no one sets anew
        for name, found in _attributes(thing):
            if not isinstance(found, _NUMBERS) or (name in names and not of_library):
                self._step(thing, "name", name, found)
        for base in kind.__mro__:
            for name, found in list(vars(base).items()):
                if isinstance(found, FunctionType):
                    if is_users(found.__code__.co_filename):
                        self._step(base, "", None, found)
                elif name in names and isinstance(found, (Value, float, int)) and not name.startswith("__"):
                    self._step(thing, "name", name, getattr(thing, name))


def _is_library(thing: Any) -> bool:
    """Whether ``thing`` is an operation or a function of this library, in whose place nobody puts another."""
    if isinstance(thing, Primitive):
        return thing.builtin
    return isinstance(thing, FunctionType) and is_ours(thing.__code__.co_filename)


def _leads_on(thing: Any) -> bool:
    """Whether ``thing`` may hold leaves, or code that reads them."""
    if isinstance(thing, np.ndarray):
        return bool(thing.dtype == object)
    if isinstance(thing, ModuleType):
        return is_users(getattr(thing, "__file__", None) or "")
    if isinstance(thing, type):
        return is_users(_file_of(thing))
    if isinstance(thing, (BuiltinFunctionType, CodeType, CellType, range, np.ufunc)):
        return False
    kind: type[Any] = type(thing)
    if kind.__module__.partition(".")[0] == "autograd":
        return hasattr(kind, "__wrapped__") or hasattr(thing, "__wrapped__")
    return "site-packages" not in _file_of(kind)


def _attributes(thing: Any) -> Iterator[tuple[str, Any]]:
    """The attributes of an instance, without running any property."""
    if isinstance(thing, MethodType):
        yield from (("__self__", thing.__self__), ("__func__", thing.__func__))
    elif isinstance(thing, functools.partial):
        yield from (("func", thing.func), ("args", thing.args), ("keywords", thing.keywords))
    else:
        reads = getattr(type(thing), "__reads__", None)
        if reads is not None:
            yield from ((name, getattr(thing, name)) for name in reads)
            return
        yield from list(getattr(thing, "__dict__", {}).items())
        for base in type(thing).__mro__:
            for name, member in vars(base).items():
                if isinstance(member, MemberDescriptorType) and hasattr(thing, name):
                    yield name, getattr(thing, name)


@functools.lru_cache(maxsize=1024)
def _names_in(code: CodeType) -> frozenset[str]:
    """The globals and attributes that ``code`` names, with the functions inside it."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names_in(constant)
    return frozenset(names)


@functools.lru_cache(maxsize=1024)
def _names_of(kind: type) -> frozenset[str]:
    """The names in the methods of a class."""
    functions = [each for base in kind.__mro__ for each in vars(base).values() if isinstance(each, FunctionType)]
    return frozenset().union(*[_names_in(function.__code__) for function in functions])


def _file_of(kind: type) -> str:
    return getattr(sys.modules.get(kind.__module__), "__file__", None) or ""


# --- the check --------------------------------------------------------------------------------------------


def _check(ways: list[_Way]) -> Callable[[], bool]:
    """A function that follows all ``ways``, as one expression: a few tens of nanoseconds a way."""
    names: dict[int, str] = {}
    namespace: dict[str, Any] = {"all": all, "map": map, "len": len, "is_": operator.is_, "same": _same_number}

    def held(thing: Any) -> str:
        if id(thing) not in names:
            names[id(thing)] = f"_{len(names)}"
            namespace[names[id(thing)]] = thing
        return names[id(thing)]

    weak = {id(way.found): f"{held(way.holder)}()" for way in ways if way.how == "call"}
    terms = []
    for holder, how, key, found in ways:
        source = weak.get(id(holder)) or held(holder)
        match how:
            case "name" if key.isidentifier() and not iskeyword(key):
                way = f"{source}.{key}"
            case "global" | "item":
                way = f"{source}[{key!r}]" if type(key) in (int, str) else f"{source}[{held(key)}]"
            case "cell":
                way = f"{source}.cell_contents"
            case "all":
                flat = f"{source}.flat" if isinstance(holder, np.ndarray) else source
                terms.append(f"len({source}) == {len(holder)} and all(map(is_, {flat}, {held(found)}))")
                continue
            case _:
                continue
        if id(found) in weak:
            terms.append(f"{way} is {weak[id(found)]}")
        elif isinstance(found, _NUMBERS):
            terms.append(f"({way} is {held(found)} or same({way}, {held(found)}))")
        else:
            terms.append(f"{way} is {held(found)}")
    text = "\n".join(
        ["def check():", "    try:", f"        return {' and '.join(terms) or 'True'}",
         "    except (LookupError, AttributeError, TypeError, ValueError):", "        return False"]
    )  # fmt: skip
    # The text is our own; keys of dicts are written by repr, and names are identifiers.
    exec(compile(text, "<watch>", "exec"), namespace)  # noqa: S102
    check: Callable[[], bool] = namespace["check"]
    return check


def _same_number(one: Any, other: Any) -> bool:
    """Whether two plain numbers or words are the same for any code that reads them."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return one == other and math.copysign(1.0, one) == math.copysign(1.0, other)
    return bool(one == other)
