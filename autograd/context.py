"""The surroundings of an operation: scope, gradients on or off, domain errors; the clock; who records it, and who asks.

The whole surrounding is one immutable :class:`Context`, found by one context variable. So threads and asyncio
tasks never see each other's settings, and an operation pays for one look-up instead of one per setting.

Each setting takes back what it changed and nothing else, in whatever order blocks end. They need not end in the
order in which they began: a generator that is suspended inside a block goes on after the block of its caller.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
import threading
from abc import ABCMeta
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Literal, ParamSpec, Protocol, Self, TypeVar, cast

__all__ = [
    "ORDINARY", "Clock", "Context", "Recording", "Setting", "asked_by_library", "clock", "current",
    "detect_anomaly", "enable_grad", "errstate", "handed", "ieee", "is_ours", "is_users", "no_grad", "recorded_in",
    "recording", "refuse_elsewhere", "refuse_while_recording", "scope", "tracing", "variable_of",
    "watching_domains", "writing",
]  # fmt: skip

P = ParamSpec("P")
R = TypeVar("R")


# --- versions ---------------------------------------------------------------------------------------------

writing = threading.RLock()
"""Held while the clock ticks and while gradients are written: both read, add and write."""


class Clock:
    """The count of how often leaves were set in this process, which numbers their versions.

    Every leaf has the version that was current when it was set, every computed node the one that was current when it
    was computed: a node with an earlier version than one of its operands is stale.
    """

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0

    def tick(self) -> int:
        """A new version, later than every other."""
        with writing:
            self.now += 1
            return self.now

    def catch_up(self, version: int) -> None:
        """Be no earlier than ``version``, which came with a loaded graph: what is set from now on is newer."""
        with writing:
            self.now = max(self.now, version)


clock = Clock()
"""The one clock. Read ``clock.now`` before reading data: a leaf set in between is then seen to be newer."""


# --- the settings in force --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """The settings in force at one moment of one thread or task."""

    scope: str = ""
    grad: bool = True
    domain: Literal["raise", "nan", "handled", "noted"] | None = None
    """The answer of an operation outside its domain. None: nobody said, so it raises, and a replay goes on in IEEE
    arithmetic. ``"handled"``, ``"noted"``: a recording watches; see :mod:`autograd.replay.recorder`."""
    anomaly: bool = False
    sealed: bool = False
    """No float may be taken out of a Value: a rule is being evaluated on Values."""
    traced: bool = False
    """A function runs under a transform or is being recorded: its Values have no hash."""
    domains_watched: bool = field(init=False)
    """Whether a recording asks of each operation if it was in its domain."""
    plain: bool = field(init=False)
    """Whether an operation has nothing else to do than compute, and link under ``grad``: what the hot path reads."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "domains_watched", self.domain in ("handled", "noted"))
        object.__setattr__(self, "plain", not self.anomaly)


@functools.lru_cache(maxsize=4096)
def _unique(*settings: Any) -> Context:
    """The context of these settings: one object for equal settings, so that entering a scope again costs no memory."""
    return Context(*settings)


@functools.lru_cache(maxsize=4096)
def _changed(outer: Context, changes: tuple[tuple[str, Any], ...]) -> Context:
    """``outer`` with some settings changed."""
    inner = replace(outer, **dict(changes))
    return _unique(inner.scope, inner.grad, inner.domain, inner.anomaly, inner.sealed, inner.traced)


@functools.lru_cache(maxsize=4096)
def _inside(outer: Context, name: str) -> Context:
    return _changed(outer, (("scope", f"{outer.scope}/{name}" if outer.scope else name),))


ORDINARY = _changed(Context(), ())
"""The context where nothing was set, told by identity."""

_Entry = tuple[Context, Any, Any]
"""A context, the setting that changed it, and the entry outside of that: a linked list of the settings in force."""

_IN_FORCE: ContextVar[_Entry] = ContextVar("autograd.in_force", default=(ORDINARY, None, None))
"""The settings in force, the last one first: one list for each thread and task."""


def current() -> Context:
    """The :class:`Context` in force."""
    return _IN_FORCE.get()[0]


def _take_back(setting: Setting) -> None:
    """Take ``setting`` out of those in force, and apply the later ones again to what was outside of it.

    One that was entered in another thread or task is not in force here, and there is nothing to take back.
    """
    later: list[Setting] = []
    _, last, outside = _IN_FORCE.get()
    while outside is not None and last is not setting:
        later.append(last)
        _, last, outside = outside
    if outside is None:
        return
    for again in reversed(later):
        outside = (again.change(outside[0]), again, outside)
    _IN_FORCE.set(outside)


class Setting:
    """A change of the context, as a ``with`` block or as a decorator of a function, coroutine or generator.

    It keeps no state of its own, so one instance may serve many threads and tasks at once. The body of a decorated
    generator runs under the setting, and the code that asks it for items does not.
    """

    __slots__ = ()

    changes: ClassVar[tuple[tuple[str, Any], ...]] = ()
    """The changes to the context: pairs of a field and its new value."""
    unrecorded: ClassVar[str] = ""
    """Its name in the refusal, if a function that enters it cannot be recorded."""

    def __init__(self, *given: Any) -> None:
        if given:
            self._refuse_function(given[0])
            raise TypeError(f"{type(self).__name__}() takes no argument, got {given[0]!r}")

    def _refuse_function(self, given: Any) -> None:
        """Refuse ``@no_grad`` on a function, which was meant to be ``@no_grad()``."""
        if inspect.isroutine(given):
            name = type(self).__name__
            raise TypeError(f"{name} was given a function: to decorate it write @{name}(...)")

    def change(self, outer: Context) -> Context:
        """The context to put in force inside ``outer``."""
        return _changed(outer, self.changes)

    def __enter__(self) -> Self:
        if self.unrecorded:
            refuse_while_recording(None, self.unrecorded)
        outside = _IN_FORCE.get()
        _IN_FORCE.set((self.change(outside[0]), self, outside))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _, last, outside = _IN_FORCE.get()
        if last is self:
            _IN_FORCE.set(outside)
        else:
            _take_back(self)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorate ``function`` so that its whole body runs under this setting."""
        whole: Callable[..., Any]
        if (asynchronous := inspect.isasyncgenfunction(function)) or inspect.isgeneratorfunction(function):
            stepped: Callable[..., Any] = _stepped_async if asynchronous else _stepped

            @functools.wraps(function)
            def whole(*args: Any, **kwargs: Any) -> Any:
                return stepped(self, function(*args, **kwargs))

        elif inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def whole(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return await function(*args, **kwargs)

        else:

            @functools.wraps(function)
            def whole(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return function(*args, **kwargs)

        return cast("Callable[P, R]", whole)


def _stepped(setting: Setting, body: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """``body`` under ``setting``, which is in force while it runs and not while it waits."""
    resume = functools.partial(body.send, None)
    while True:
        try:
            with setting:
                item = resume()
        except StopIteration as end:
            return end.value
        try:
            resume = functools.partial(body.send, (yield item))
        except GeneratorExit:
            with setting:
                body.close()
            raise
        except BaseException as error:  # noqa: BLE001 -- it is the body's to handle
            resume = functools.partial(body.throw, error)


async def _stepped_async(setting: Setting, body: AsyncGenerator[Any, Any]) -> AsyncGenerator[Any, Any]:
    """As :func:`_stepped`, of an asynchronous generator."""
    resume = functools.partial(body.asend, None)
    while True:
        try:
            with setting:
                item = await resume()
        except StopAsyncIteration:
            return
        try:
            resume = functools.partial(body.asend, (yield item))
        except GeneratorExit:
            with setting:
                await body.aclose()
            raise
        except BaseException as error:  # noqa: BLE001 -- it is the body's to handle
            resume = functools.partial(body.athrow, error)


class no_grad(Setting):  # noqa: N801 -- a context manager is named like a function
    """Compute values only: results have no parents, and no gradient flows through them.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.parents
    (9.0, ())
    """

    __slots__ = ()
    changes = (("grad", False),)
    unrecorded = "no_grad()"


class enable_grad(Setting):  # noqa: N801 -- a context manager is named like a function
    """Gradients on, also inside ``no_grad()``: a transform still sweeps over its own function."""

    __slots__ = ()
    changes = (("grad", True),)


class tracing(Setting):  # noqa: N801 -- a context manager is named like a function
    """How a transform runs its function: gradients on, also inside ``no_grad()``, and Values without a hash."""

    __slots__ = ()
    changes = (("grad", True), ("traced", True))


class ieee(Setting):  # noqa: N801 -- a context manager is named like a function
    """How sweeps evaluate local gradients: IEEE values, sealed, unwatched (the sweep watches the flows itself)."""

    __slots__ = ()
    changes = (("domain", "nan"), ("anomaly", False), ("sealed", True))


class detect_anomaly(Setting):  # noqa: N801 -- a context manager is named like a function
    """Stop at the operation that first makes a nan or an infinity, forward or backward, and name its line.

    Costs about a microsecond per operation, since the line of each is looked up.

    >>> from autograd import Value, detect_anomaly
    >>> with detect_anomaly():
    ...     y = Value(1e300, "x") * 1e300
    Traceback (most recent call last):
        ...
    autograd.errors.AnomalyError: mul gave inf from x = 1e+300, 1e+300. Made by ...
    """

    __slots__ = ()
    changes = (("anomaly", True),)
    unrecorded = "detect_anomaly()"


class errstate(Setting):  # noqa: N801 -- a context manager is named like a function
    """Choose what an operation does outside its domain: ``domain="raise"`` or ``domain="nan"``.

    ``"raise"`` (the default) raises :class:`~autograd.errors.DomainError`; ``"nan"`` gives what IEEE 754
    gives: nan, or an infinity at a pole or an overflow.

    >>> from autograd import errstate, log
    >>> with errstate(domain="nan"):
    ...     log(-1.0), log(0.0)
    (nan, -inf)
    """

    __slots__ = ("domain",)

    def __init__(self, domain: Literal["raise", "nan"]) -> None:
        if domain not in ("raise", "nan"):
            self._refuse_function(domain)
            raise ValueError(f"errstate(domain=...) takes 'raise' or 'nan', not {domain!r}")
        self.domain = domain

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        noted = outer.domains_watched and self.domain == "raise"
        return _changed(outer, (("domain", "noted" if noted else self.domain),))


class watching_domains(Setting):  # noqa: N801 -- a context manager is named like a function
    """How a function is recorded: each operation is asked if it was in its domain.

    Args:
        noted: every operation; else those alone whose refusal the user's code would catch.
    """

    __slots__ = ("noted",)

    def __init__(self, *, noted: bool) -> None:
        self.noted = noted

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        return _changed(outer, (("domain", "noted" if self.noted else "handled"), ("anomaly", False)))


class scope(Setting):  # noqa: N801 -- a context manager is named like a function
    """Name the part of a computation that is built inside; pictures draw it as a frame.

    Scopes nest: a neuron's nodes carry ``"layer 1/neuron 2"``.

    >>> from autograd import Value, scope
    >>> with scope("loss"):
    ...     y = Value(2.0) * 3
    >>> y.scope
    'loss'
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        given: Any = name
        if not isinstance(given, str):
            self._refuse_function(given)
            raise TypeError(f"scope(...) takes a name as a str, not {given!r}")
        self.name = name

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        return _inside(outer, self.name)


# --- whose code runs --------------------------------------------------------------------------------------

_OURS = tuple(f"{Path(__file__).parent.parent / package}{os.sep}" for package in ("autograd", "nn", "viz"))
_STANDARD = f"{Path(os.__file__).parent}{os.sep}"
_ABSTRACT = ABCMeta.__instancecheck__.__code__.co_filename
"""The file of the code that an ``isinstance`` with an abstract class goes through."""


def is_ours(file: str) -> bool:
    """Whether ``file`` belongs to this library."""
    return file.startswith(_OURS)


def is_users(file: str) -> bool:
    """Whether ``file`` is neither of this library nor of Python's own or an installed package."""
    return bool(file) and not file.startswith((*_OURS, _STANDARD)) and f"{os.sep}site-packages{os.sep}" not in file


def asked_by_library() -> bool:
    """Whether the caller of the function that asks is this library itself, if need be through an abstract class."""
    frame = sys._getframe(2)  # noqa: SLF001 -- the documented way to a calling frame in CPython
    if frame.f_code.co_filename == _ABSTRACT and frame.f_back is not None:
        frame = frame.f_back
    return is_ours(frame.f_code.co_filename)


# --- recordings -------------------------------------------------------------------------------------------
# A recording reads off the graph what a function computed, so operations need not know of it. Two events leave no
# trace in a graph, and are reported here: a comparison, which decides a branch, and a number that is taken out.


class Recording(Protocol):
    """The watcher while a function is recorded: see :mod:`autograd.replay.recorder`. By default it changes nothing."""

    def guard(self, relation: str, left: Any, right: Any, outcome: bool) -> None:  # noqa: FBT001 -- a fourth datum
        """Note that a comparison of Values came out so."""

    def computed(self, op: Any, parents: tuple[Any, ...]) -> float:
        """The value of an operation; note whether it was in its domain, where that decides what the function does."""
        number: float = op.evaluate(*(parent._data for parent in parents))
        return number

    def raises(self) -> bool:
        """Whether an operation that is outside its domain now raises, rather than go on in IEEE arithmetic."""
        return current().domain != "nan"

    def raised(self, error: Any) -> Any:
        """Note that it does raise ``error``, which is returned."""
        return error

    def refuse(self, node: Any, taking: str, *, elsewhere: bool = False) -> None:
        """Raise RecordingError where ``taking`` it from ``node`` would freeze a number in the recording."""


_RECORDING: ContextVar[Recording | None] = ContextVar("autograd.recording", default=None)

recording: Callable[[], Recording | None] = _RECORDING.get
"""The recorder of this moment, in this thread or task."""


@contextmanager
def recorded_in(by: Recording | None) -> Iterator[None]:
    """Let ``by`` watch the code inside; None: nobody."""
    token = _RECORDING.set(by)
    try:
        yield
    finally:
        _RECORDING.reset(token)


handed: dict[int, Recording] = {}
"""The variables of the recordings under way, by their ids: a thread that is given one has no recorder of its own."""


def _traced(node: Any) -> Iterator[Any]:
    """The nodes that traced functions made among those that ``node`` depends on, itself included."""
    seen = set()
    stack = [node]
    while stack:
        node = stack.pop()
        if node.traced and id(node) not in seen:
            seen.add(id(node))
            yield node
            stack += node.parents


def variable_of(node: Any) -> Any:
    """A variable on which ``node`` depends and whose function still runs, transformed or recorded; None if none is.

    Told by the classes of nodes, and so in every thread: when the function has returned its variables are of another.
    """
    return next((each for each in _traced(node) if each.op is None or each.op.name == "identity"), None)


def refuse_elsewhere(node: Any, taking: str) -> None:
    """Raise RecordingError if ``node`` is being recorded, by a recorder who does not watch this thread."""
    by = next((handed[id(each)] for each in _traced(node) if id(each) in handed), None)
    if by is not None:
        by.refuse(node, taking, elsewhere=True)


def refuse_while_recording(node: Any, taking: str) -> None:
    """Raise RecordingError if a recording is under way."""
    by = _RECORDING.get()
    if by is not None:
        by.refuse(node, taking)
    elif handed and node is not None:
        refuse_elsewhere(node, taking)
