"""The outside world as a compiled function reads it, and whether it is still what it was at the recording.

A recording freezes the plain numbers, the functions and the choice of leaves that its function finds in globals, in its
closure, in attributes and in containers. A :class:`Watch` finds all of these before anything is recorded: from the
function it follows the names that its code reads, and those that are read by the code it may call, through every
object that they lead to. Before a replay it compares what is there with what was there, in one generated expression:
identity for objects, the very same number or word for plain data, the whole content for containers and arrays. A
function that changes itself what it reads, as a counter, is so recorded at each call, and does what the plain one does.

Names are pooled: if any code that was reached reads ``.w``, the attribute ``w`` of every object that was reached
counts. So more may be watched than is used, which costs a recording now and then, and never less.

Only what no name leads to escapes: what is got by calling, opening or asking elsewhere, what a function written in C
keeps to itself, and what changes inside installed packages. What is used up by reading it, as an iterator, and what
answers anew each time, as a clock, is the matter of :mod:`autograd.replay.sources`.
"""

from __future__ import annotations

import array
import dis
import functools
import itertools
import marshal
import math
import operator
import os
import sys
import weakref
from collections import deque
from collections.abc import Callable, Collection, ItemsView, Iterable, Iterator, Mapping
from contextvars import ContextVar
from keyword import iskeyword
from pathlib import Path
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from autograd.compiled import core
from autograd.context import is_ours, is_users
from autograd.debugging import warn
from autograd.errors import RecordingWarning
from autograd.primitives import Primitive
from autograd.replay.sources import Sources
from autograd.value import Value

__all__ = ["Watch"]

_PLAIN = (float, int, complex, str, bytes, type(None), np.number, np.bool_)
"""Data that is compared by type and value."""
_PACKED = (float, int, bool, complex, str, bytes, bytearray, array.array, type(None))
"""Data that :mod:`marshal` writes down to the last bit, and so the containers of such data."""
_FINAL = (float, int, bool, complex, str, bytes, type(None))
"""Those of them that cannot change: the same object has the same content."""
_CLOSED = (Value, Primitive, BuiltinFunctionType, CodeType, CellType, range, np.ufunc, np.generic, *_PLAIN)
"""Objects that lead nowhere."""
_NO_SOURCES = (Value, Primitive, CodeType, FunctionType, np.ndarray, *_PLAIN)
_ENGINE = str(Path(__file__).parent.parent)
_MOST = 200_000
"""How many objects are followed, at most."""

_COMPUTED = frozenset({
    "getattr", "vars", "attrgetter", "methodcaller", "asdict", "astuple", "fields", "_asdict", "__dict__",
    "__getattribute__", "locals", "globals", "eval", "exec",
})  # fmt: skip
"""Names by which code reads what it does not name."""
_UNREAD = frozenset({
    "__repr__", "__del__", "__dir__", "__sizeof__", "__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__",
    "__getstate__", "__setstate__", "__getnewargs__", "__setattr__", "__delattr__", "__init_subclass__",
    "__set_name__", "__class_getitem__",
})  # fmt: skip
"""Methods that Python calls, but never to compute a result."""
_SETTING = frozenset({"__setitem__", "__delitem__", "__iadd__", "__imul__", "__eq__", "__contains__"})
_MAKING = frozenset({"__new__", "__init__", "__post_init__"})


class Watch:
    """Whether some functions still read what they read when the watch was made.

    Args:
        roots: the functions, and other objects that they are handed.

    >>> from autograd import Parameter
    >>> w, rates = Parameter(2.0), [1.0, 2.0]
    >>> watch = Watch([lambda x: w * x + rates[0]])
    >>> watch.unchanged()
    True
    >>> rates.append(3.0)
    >>> watch.unchanged(), watch.difference()
    (False, 'the content of a list')
    >>> w = Parameter(2.0)
    >>> watch.difference()
    "the global 'w'"
    """

    def __init__(self, roots: Iterable[Any]) -> None:
        reach = _Reach(list(roots))
        self._terms = reach.terms
        self.sources = reach.sources
        """The sources among what is read: iterators, random numbers, the clock."""
        self.computed: Value | None = reach.computed
        """A Value among what is read that is computed: a recording of the functions would not be connected to it."""
        self.unchanged: Callable[[], bool] = self._terms.compiled()
        """Whether everything is as it was: the check before each replay."""

    def __len__(self) -> int:
        """How many comparisons it makes."""
        return len(self._terms.written)

    def difference(self) -> str:
        """The first change in words; empty if there is none."""
        return self._terms.difference()


def _same_items(items: Iterable[Any], kept: tuple[Any, ...]) -> bool:
    """Whether ``items`` are the objects in ``kept``, one after another."""
    listed = list(items)
    return len(listed) == len(kept) and all(map(operator.is_, listed, kept))


def _same_entries(mapping: dict[Any, Any], keys: tuple[Any, ...], values: tuple[Any, ...]) -> bool:
    """Whether a dict has these objects, in this order."""
    return _same_items(mapping, keys) and _same_items(mapping.values(), values)


class _Terms:
    """Comparisons, each written as an expression over the objects that it needs."""

    def __init__(self) -> None:
        self.written: dict[str, str] = {}
        """Each expression with its meaning in words."""
        self._names: dict[int, str] = {}
        self._namespace: dict[str, Any] = {
            "same": _same,
            "same_items": core.same_items if core else _same_items,
            "same_entries": core.same_entries if core else _same_entries,
            "packed": marshal.dumps,
            "bytes_of": _bytes_of,
            "flat": _flat,
            "array_of": np.asarray,
            "list_copy": list.copy,
            "dict_keys": dict.keys,
            "dict_values": dict.values,
        }

    def held(self, it: Any) -> str:
        """A name for an object, which is kept alive by it."""
        key = id(it)
        if key not in self._names:
            self._names[key] = f"_{len(self._names)}"
            self._namespace[self._names[key]] = it
        return self._names[key]

    def weakly(self, reference: weakref.ref[Any], referent: Any) -> None:
        """Name what a weak reference refers to without keeping it alive."""
        if id(referent) not in self._names:
            source = self.held(reference)
            name = self._names[id(referent)] = f"_{len(self._names)}"
            self.add(f"({name} := {source}()) is not None", f"a {type(referent).__name__} that is gone")

    def evaluated(self, source: str) -> Any:
        """The present value of an expression over what is held."""
        return eval(source, self._namespace)  # noqa: S307 -- the text is our own

    def add(self, text: str, words: str) -> None:
        """Compare ``text`` too."""
        self.written.setdefault(text, words)

    def compiled(self) -> Callable[[], bool]:
        """All comparisons as one function: some ten nanoseconds each."""
        check = self._compiled()
        if not check():  # a descriptor of somebody's own that answers anew each time cannot be watched
            odd = self._failing()
            self.written = {text: words for text, words in self.written.items() if text not in odd}
            check = self._compiled()
        return check

    def _compiled(self) -> Callable[[], bool]:
        terms = sorted(self.written, key=self._order)  # like beside like is faster by a third
        body = f"return {' and '.join(terms) or 'True'}"
        failures = "LookupError, AttributeError, TypeError, ValueError"
        lines = ["try:", f"    {body}", f"except ({failures}):", "    return False"]
        text = "\n    ".join(["def check():", *lines])
        # The text is our own; keys are written by repr, and names are identifiers.
        exec(compile(text, "<watch>", "exec"), self._namespace)  # noqa: S102
        check: Callable[[], bool] = self._namespace.pop("check")
        return check

    def _order(self, text: str) -> tuple[bool, str]:
        return ":=" not in text, self.written[text]

    def _failing(self) -> set[str]:
        """The comparisons that fail."""
        failing, namespace = set(), dict(self._namespace)  # a copy, in which weakly held objects live this long
        for text in sorted(self.written, key=self._order):
            try:
                holds = eval(text, namespace)  # noqa: S307 -- as above
            except Exception:  # noqa: BLE001 -- whatever a descriptor raises
                holds = False
            if not holds:
                failing.add(text)
        return failing

    def difference(self) -> str:
        """The words of the first comparison that fails."""
        failing = self._failing()
        found = [words for text, words in self.written.items() if text in failing]
        return min(found, key=lambda words: words.startswith("how many"), default="")  # which alone says little

    def compare(self, source: str, items: list[Any], words: str) -> None:
        """Compare items in order."""
        kept = self.held(tuple(items))
        text = f"same_items({source}, {kept})"
        if any(isinstance(item, _PLAIN) for item in items):
            text = f"({text} or len({source}) == {len(items)} and all(map(same, {source}, {kept})))"
        self.add(text, words)


_flat = itertools.chain.from_iterable


class _Reads(NamedTuple):
    """The names that some code reads."""

    globals: frozenset[str]
    cells: frozenset[str]
    attributes: frozenset[str]
    noted: frozenset[str]
    """The globals, cells and attributes whose content it adds to and does not read: the log of a user's own."""
    dotted: frozenset[str]
    """The globals and cells of which it reads or sets an attribute."""
    computed: bool
    """Whether it also reads names that it computes."""


@functools.lru_cache(maxsize=4096)
def _reads(code: CodeType) -> _Reads:
    """The names that ``code`` and the functions inside it read. Those that it only sets do not count."""
    inner = [_reads(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    spaces, cells, attributes = set[str](), set[str](), set[str]()
    noted, used, dotted = set[str](), set[str](), set[str]()
    computed = any(each.computed for each in inner)
    steps = list(dis.get_instructions(code))
    for step, following in itertools.pairwise(steps):
        if step.opcode in dis.hasname and step.opname.startswith(("LOAD_", "IMPORT_FROM")):
            (spaces if step.opname in ("LOAD_GLOBAL", "LOAD_NAME") else attributes).add(step.argval)
        elif step.opname in ("LOAD_DEREF", "LOAD_CLASSDEREF"):
            cells.add(step.argval)
        else:
            computed = computed or step.opname == "MATCH_CLASS"
            continue
        if following.opname in ("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR"):
            dotted.add(step.argval)
        only_noted = following.opname in ("LOAD_METHOD", "LOAD_ATTR") and following.argval in ("append", "add")
        (noted if only_noted else used).add(step.argval)
    used = used.union(*[(each.globals | each.cells | each.attributes) - each.noted for each in inner])
    return _Reads(
        frozenset(spaces.union(*[each.globals for each in inner])),
        frozenset(cells.union(*[each.cells for each in inner])),
        frozenset(attributes.union(*[each.attributes for each in inner])),
        frozenset(noted.union(*[each.noted for each in inner]) - used),
        frozenset(dotted.union(*[each.dotted for each in inner])),
        computed or not _COMPUTED.isdisjoint(spaces | attributes),
    )


class _Reach:
    """Everything that is reached from some functions, without recursion, and the terms that compare it."""

    def __init__(self, roots: list[Any]) -> None:
        self.terms = _Terms()
        self.sources = Sources()
        self.computed: Value | None = None
        self._names: set[str] = set()
        self._by_any_name = False
        self._uses_super = False
        self._holders: list[Any] = []
        self._classes: set[tuple[type, bool]] = set()
        self._read_classes: dict[type, bool] = {}
        self._done: set[tuple[int, str]] = set()
        files = [code.co_filename for code in (getattr(root, "__code__", None) for root in roots) if code]
        self._homes = tuple(home for home in map(_package_of, files) if home)
        self._seen: dict[int, Any] = {id(root): root for root in roots}  # holds them, so that no id is used again
        self._waiting: deque[Any] = deque(roots)
        known: tuple[int, bool, bool] = (0, False, False)
        while self._waiting or known != (len(self._names), self._by_any_name, self._uses_super):
            if not self._waiting:  # new names, which holders that were met before may have too
                known = (len(self._names), self._by_any_name, self._uses_super)
                for holder in list(self._holders):
                    self._named(holder)
                continue
            if len(self._seen) > _MOST:
                warn(
                    f"a compiled function reaches more than {_MOST} objects; among the others changes are not "
                    f"noticed. Make an argument of what changes.",
                    RecordingWarning,
                )
                break
            self._look(self._waiting.popleft())
        self.sources.settle(self._names)
        if os in self.sources.modules and not self._names.isdisjoint(("environ", "getenv")):
            self._environment()

    # --- what is found --------------------------------------------------------------------------------------

    def _read(self, source: str, found: Any, words: str, *, watched: bool = True, followed: bool = True) -> None:
        """Note that ``source`` gives ``found``, and follow it."""
        if watched:
            name = self.terms.held(found)
            if isinstance(found, _PLAIN) and found is not None:
                self.terms.add(f"({source} is {name} or same({source}, {name}))", words)
            else:
                self.terms.add(f"{source} is {name}", words)
        if followed:
            self._follow(found, words)

    def _follow(self, found: Any, words: str = "") -> None:
        if isinstance(found, Value) and found.op is not None:
            self.computed = found
        if not isinstance(found, _NO_SOURCES):
            self.sources.note(found, words or f"a {type(found).__name__}", is_followed=self._is_class_read)
        if found is os.environ or found is os.getenv:
            self._environment()
        if id(found) not in self._seen and self._leads_on(found):
            self._seen[id(found)] = found
            self._waiting.append(found)

    def _leads_on(self, it: Any) -> bool:
        if isinstance(it, _CLOSED):  # but a class of the user's that is built on one may have more to it
            return isinstance(getattr(it, "__dict__", None), dict) and self._is_class_read(type(it))
        if isinstance(it, ModuleType):
            return self._is_read(getattr(it, "__file__", None) or "", it.__name__)
        if isinstance(it, type):
            return self._is_class_read(it)
        return type(it).__module__.partition(".")[0] != "autograd" or hasattr(it, "__wrapped__") or bool(_declared(it))

    def _is_read(self, file: str, module: str) -> bool:
        """Whether code is followed: the user's, that of the root's own package, and what is built on the engine."""
        if not file or file.startswith("<frozen "):  # typed at a prompt, or a part of the interpreter
            return module.partition(".")[0] not in sys.stdlib_module_names
        return is_users(file) or (is_ours(file) and not file.startswith(_ENGINE)) or file.startswith(self._homes)

    def _is_class_read(self, kind: type) -> bool:
        if kind not in self._read_classes:
            self._read_classes[kind] = self._is_of_interest(kind)
        return self._read_classes[kind]

    def _is_of_interest(self, kind: type) -> bool:
        functions = [each for each in vars(kind).values() if isinstance(each, FunctionType)]
        if any(self._is_read(each.__code__.co_filename, kind.__module__) for each in functions):
            return True
        module = kind.__module__
        return self._is_read(getattr(sys.modules.get(module), "__file__", None) or "", module)

    # --- what holds it --------------------------------------------------------------------------------------

    def _look(self, it: Any) -> None:  # noqa: C901, PLR0912 -- one line for each kind of object
        match it:
            case FunctionType():
                self._function(it)
            case MethodType():
                self._all_of(it, "__self__", "__func__")
            case functools.partial():
                self._all_of(it, "func", "args", "keywords")
            case property():
                self._all_of(it, "fget")
            case staticmethod() | classmethod():
                self._all_of(it, "__func__")
            case functools.cached_property() | functools.partialmethod():
                self._all_of(it, "func")
            case weakref.ref():
                if (referent := it()) is not None:
                    self.terms.weakly(it, referent)
                    self._follow(referent)
            case ContextVar():
                self._read(f"{self.terms.held(it)}.get(None)", it.get(None), f"the context variable {it.name!r}")
            case ModuleType():
                self._hold(it)
            case type():
                self._class(it, called=True)
            case np.ndarray():
                self._array(it)
            case bytearray() | array.array():
                self.terms.add(
                    f"packed({self.terms.held(it)}, 2) == {marshal.dumps(it, 2)!r}", "the content of an array"
                )
            case dict():
                self._dict(it)
                self._instance(it)
            case list() | tuple() | set() | frozenset() | deque():
                self._items(it)
                self._instance(it)
            case _ if type(it).__module__.partition(".")[0] == "autograd":
                self._all_of(it, *(["__wrapped__"] if hasattr(it, "__wrapped__") else []), *_declared(it))
            case _:
                self._instance(it)
                self._content(it)

    def _environment(self) -> None:
        variables = vars(os.environ)["_data"]
        self.terms.add(f"{self.terms.held(variables)} == {self.terms.held(dict(variables))}", "an environment variable")

    def _all_of(self, it: Any, *names: str) -> None:
        """Follow attributes that are never set anew."""
        for name in names:
            self._follow(getattr(it, name))

    def _function(self, function: FunctionType) -> None:
        code, held = function.__code__, self.terms.held
        followed = self._is_read(code.co_filename, function.__module__ or "")
        watched = followed and not is_ours(code.co_filename)
        reads, namespace = _reads(code), function.__globals__
        if watched:
            self.terms.add(f"{held(function)}.__code__ is {held(code)}", f"the code of {function.__name__}")
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            try:
                found = cell.cell_contents
            except ValueError:  # not filled yet
                continue
            source, goes_on = f"{held(cell)}.cell_contents", name not in reads.noted
            self._read(source, found, f"{name!r} of a closure", watched=watched, followed=goes_on)
            self._attributes_of_function(found, asked=name in reads.dotted)
        for name in ("__defaults__", "__kwdefaults__"):
            if (defaults := getattr(function, name)) is not None:
                self._read(f"{held(function)}.{name}", defaults, f"the defaults of {function.__name__}")
        self._follow(vars(function).get("__wrapped__"))
        if not followed:
            return
        self._names |= reads.attributes - reads.noted
        self._by_any_name = self._by_any_name or (reads.computed and watched)
        self._uses_super = self._uses_super or "super" in reads.globals
        for name in sorted(reads.globals & namespace.keys()):
            source, goes_on = f"{held(namespace)}[{name!r}]", name not in reads.noted
            self._read(source, namespace[name], f"the global {name!r}", watched=watched, followed=goes_on)
            self._attributes_of_function(namespace[name], asked=name in reads.dotted)
        missing = reads.globals - namespace.keys()  # built in, or not defined yet
        if missing and watched:
            self.terms.add(
                f"{held(namespace)}.keys().isdisjoint({tuple(sorted(missing))!r})", "a global that was not there"
            )

    def _content(self, it: Any) -> None:
        """The numbers in a buffer; the state that an object shows whose methods are not read, as one of Python's."""
        held, kind = self.terms.held, type(it).__name__
        if (content := _bytes_of(it)) is not None:
            self.terms.add(f"bytes_of({held(it)}) == {held(content)}", f"the content of a {kind}")
            return
        if self._is_class_read(type(it)) or isinstance(it, Iterator):
            shown = []
        elif hasattr(type(it), "__array__"):
            shown = [f"[*array_of({held(it)}).flat]"]
        elif isinstance(it, Mapping):
            shown = [f"[*{held(it)}.keys()]", f"[*{held(it)}.values()]"]
        elif isinstance(it, ItemsView):
            shown = [f"[*flat({held(it)})]"]
        else:
            shown = [f"[*{held(it)}]"] if isinstance(it, Collection) else []
            for name, found in list(getattr(it, "__dict__", {}).items()):
                if isinstance(found, (np.ndarray, *_PLAIN)):
                    self._attribute(it, name, found, kind)
        for source in shown:
            listed = self.terms.evaluated(source)
            self.terms.compare(source, listed, f"the content of a {kind}")
            for item in listed:
                self._follow(item)

    def _attributes_of_function(self, it: Any, *, asked: bool) -> None:
        """The attributes that somebody gave a function, as ``f.scale = 2.0``, if they are asked for."""
        if asked and isinstance(it, FunctionType) and not is_ours(it.__code__.co_filename):
            count = f"len({self.terms.held(it)}.__dict__) == {len(vars(it))}"
            self.terms.add(count, f"how many attributes {it.__name__} has")
            self._hold(it)

    # --- attributes -----------------------------------------------------------------------------------------

    def _hold(self, holder: Any) -> None:
        self._holders.append(holder)
        self._named(holder)

    def _named(self, holder: Any) -> None:
        """Read those attributes of ``holder`` whose names are read anywhere."""
        if isinstance(holder, ModuleType):
            self._namespace(holder, vars(holder), f"{holder.__name__}")
        elif isinstance(holder, type):
            self._of_class(holder)
        else:
            self._namespace(holder, getattr(holder, "__dict__", {}), type(holder).__name__)
            for base in type(holder).__mro__:
                for name in self._names_in(vars(base)):
                    if isinstance(vars(base)[name], MemberDescriptorType) and hasattr(holder, name):
                        self._attribute(holder, name, getattr(holder, name), type(holder).__name__)

    def _names_in(self, namespace: Any, *, computed: bool = True) -> list[str]:
        if self._by_any_name and computed:
            return [name for name in namespace if isinstance(name, str) and not name.startswith("__")]
        return sorted(self._names & namespace.keys())

    def _namespace(self, holder: Any, namespace: dict[str, Any], of: str) -> None:
        kind = type(holder)
        for name in self._names_in(namespace, computed=not isinstance(holder, ModuleType)):
            of_class = next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)
            if type(namespace[name]) in (int, str) and _is_built_on_engine(kind):  # sizes and names, never set anew
                continue
            entry = hasattr(type(of_class), "__set__")  # as an attribute it is a property of that name
            self._attribute(holder, name, namespace[name], of, entry=entry)

    def _attribute(self, holder: Any, name: str, found: Any, of: str, *, entry: bool = False) -> None:
        if (id(holder), name) not in self._done:
            self._done.add((id(holder), name))
            if name.isidentifier() and not iskeyword(name) and not entry:
                self._read(f"{self.terms.held(holder)}.{name}", found, f"the attribute {name!r} of {of}")
            else:
                self._read(f"{self.terms.held(vars(holder))}[{name!r}]", found, f"the attribute {name!r} of {of}")

    def _instance(self, instance: Any) -> None:
        kind, held = type(instance), self.terms.held
        if kind in (dict, list, tuple, set, frozenset, deque):
            return
        if self._is_class_read(kind):
            self._class(kind)
            if not isinstance(instance, tuple) and not _is_built_on_engine(kind):
                self.terms.add(f"{held(instance)}.__class__ is {held(kind)}", f"the class of a {kind.__name__}")
            if isinstance(own := getattr(instance, "__dict__", None), dict):
                self.terms.add(f"len({held(own)}) == {len(own)}", f"how many attributes a {kind.__name__} has")
        self._follow(vars(instance).get("__wrapped__") if hasattr(instance, "__dict__") else None)
        self._hold(instance)

    def _class(self, kind: type, *, called: bool = False) -> None:
        """Read the attributes of a class that are named, and the methods that Python calls unnamed."""
        if (kind, called) in self._classes:
            return
        new = (kind, not called) not in self._classes
        self._classes.add((kind, called))
        bases = [base for base in kind.__mro__ if base is not object and self._is_class_read(base)]
        unread = _UNREAD | _SETTING if _is_built_on_engine(kind) else _UNREAD
        for base in bases:
            for name, member in list(vars(base).items()):
                if (
                    name.startswith("__")
                    and isinstance(member, FunctionType)
                    and name not in unread
                    and (called or name not in _MAKING)
                ):
                    self._member(kind, name)
        if new:
            self._hold(kind)
            for base in bases:
                if not _is_built_on_engine(base):
                    space, noted = self.terms.held(vars(base)), "__slotnames__"  # a note of copy.copy
                    count = len(vars(base)) - (noted in vars(base))
                    self.terms.add(
                        f"len({space}) - ({noted!r} in {space}) == {count}", f"how many attributes {base.__name__} has"
                    )

    def _of_class(self, kind: type) -> None:
        for base in kind.__mro__:
            if base is not object and self._is_class_read(base):
                for name in self._names_in(vars(base)):
                    self._member(kind, name)

    def _member(self, kind: type, name: str) -> None:
        """Read an attribute of a class as its instances find it; those that it overrides too where code asks super."""
        found = [base for base in kind.__mro__ if name in vars(base) and self._is_class_read(base)]
        for base in found if self._uses_super else found[:1]:
            member, owner = vars(base)[name], kind if base is found[0] else base
            if isinstance(member, MemberDescriptorType) or (id(owner), name) in self._done:
                continue
            self._done.add((id(owner), name))
            plain = isinstance(member, FunctionType) or not hasattr(member, "__get__")
            source = f"{self.terms.held(owner)}.{name}" if plain else f"{self.terms.held(vars(base))}[{name!r}]"
            self._read(source, member, f"the attribute {name!r} of the class {owner.__name__}")

    # --- containers -----------------------------------------------------------------------------------------

    def _items(self, items: Any) -> None:
        """A list, tuple, deque or set: its content, and what its items lead to."""
        listed, held, words = list(items), self.terms.held, f"the content of a {type(items).__name__}"
        if type(items) is list and _is_packed(items):
            self.terms.add(f"packed({held(items)}, 2) == {held(marshal.dumps(items, 2))}", words)
        elif isinstance(items, (list, deque, set)):  # a set in the order that code sees: 1, 1.0 and True are equal
            self.terms.compare(held(items), listed, words)
        if isinstance(items, list) and type(items) is not list:  # its class may go through it otherwise
            held_items = list.copy(items)
            self.terms.compare(f"list_copy({held(items)})", held_items, words)
            listed += held_items
        for item in listed:
            self._follow(item)

    def _dict(self, mapping: dict[Any, Any]) -> None:
        held, words = self.terms.held, f"the content of a {type(mapping).__name__}"
        if type(mapping) is dict and _is_packed(mapping):
            text = f"packed({held(mapping)}, 2) == {held(marshal.dumps(mapping, 2))}"
            if all(type(key) is str for key in mapping) and all(type(value) in _FINAL for value in mapping.values()):
                still = f"same_entries({held(mapping)}, {held((*mapping,))}, {held((*mapping.values(),))})"
                text = f"({still} or {text})"
            self.terms.add(text, words)
            return
        keys, values = list(mapping), list(mapping.values())
        self.terms.compare(held(mapping), keys, words)  # not by ==: 1, 1.0 and True are equal keys, as 0.0 and -0.0
        self.terms.compare(f"{held(mapping)}.values()", values, words)
        if type(mapping) is not dict:
            keys += dict.keys(mapping)
            values += dict.values(mapping)
            self.terms.compare(f"dict_keys({held(mapping)})", list(dict.keys(mapping)), words)
            self.terms.compare(f"dict_values({held(mapping)})", list(dict.values(mapping)), words)
        for item in (*keys, *values):
            self._follow(item)

    def _array(self, numbers: np.ndarray[Any, Any]) -> None:
        source, words = self.terms.held(numbers), "the content of an array"
        if numbers.dtype == object:
            self.terms.compare(f"{source}.ravel()", listed := numbers.ravel().tolist(), words)
            for item in listed:
                self._follow(item)
        else:
            self.terms.add(f"{source}.tobytes() == {self.terms.held(numbers.tobytes())}", words)
        self.terms.add(f"{source}.shape == {numbers.shape!r}", words)
        self.terms.add(f"{source}.dtype == {self.terms.held(numbers.dtype)}", words)


def _is_built_on_engine(kind: type) -> bool:
    """Whether a class is of this library: its methods, the sizes and the names in it are not replaced."""
    return is_ours(getattr(sys.modules.get(kind.__module__), "__file__", None) or "")


def _bytes_of(it: Any) -> bytes | None:
    """The numbers that an object holds as a buffer, or gives to NumPy; None if it has none, or other objects."""
    try:
        if hasattr(type(it), "__array__"):
            numbers = np.asarray(it)
            return None if numbers.dtype == object else numbers.tobytes()
        return memoryview(it).tobytes()
    except (TypeError, ValueError, BufferError):
        return None


def _declared(it: Any) -> tuple[str, ...]:
    """The attributes to follow in an object of the engine."""
    declared: tuple[str, ...] = getattr(type(it), "__reads__", ())
    return declared


def _package_of(file: str) -> str:
    """The folder of the installed package that a file belongs to; empty if it is not installed."""
    before, mark, within = file.partition("site-packages/")
    return f"{before}{mark}{within.partition('/')[0]}" if mark else ""


def _is_packed(it: Any, depth: int = 0) -> bool:
    """Whether :mod:`marshal` writes all of ``it``: lists, tuples and dicts of plain data."""
    if type(it) in (list, tuple):
        return depth < 100 and all(type(item) in _PACKED or _is_packed(item, depth + 1) for item in it)
    if type(it) is dict:
        return _is_packed(list(it), depth + 1) and _is_packed(list(it.values()), depth + 1)
    return type(it) in _PACKED


def _same(one: Any, other: Any) -> bool:
    """Whether two objects are one, or plain data that no code can tell apart."""
    if one is other:
        return True
    if type(one) is not type(other) or not isinstance(one, _PLAIN) or hasattr(one, "__dict__"):
        return False
    if isinstance(one, float):
        return one == other and math.copysign(1.0, one) == math.copysign(1.0, other)
    if isinstance(one, (complex, np.inexact)):  # repr shows the signs of zeros, and every digit
        return bool(one == other) and repr(one) == repr(other)
    return bool(one == other)
