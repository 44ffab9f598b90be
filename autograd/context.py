"""What surrounds an operation: its scope, gradients on or off, how domain errors are answered.

The whole surrounding is one immutable :class:`Context` in one context variable. So threads and asyncio
tasks never see each other's settings, and an operation pays for one look-up instead of one per setting.

Each setting takes back what it changed and nothing else, in whatever order blocks end. They need not end in the
order in which they began: a generator that is suspended inside a block goes on after the block of its caller.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from types import TracebackType
from typing import Any, Literal, ParamSpec, Self, TypeVar, cast

from autograd.recording import refuse_while_recording

__all__ = [
    "ORDINARY",
    "Context",
    "Setting",
    "current",
    "detect_anomaly",
    "enable_grad",
    "errstate",
    "ieee",
    "install_node_classes",
    "no_grad",
    "scope",
    "tracing",
    "watching_domains",
]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """The settings in force at one moment of one thread or task."""

    scope: str = ""
    grad: bool = True
    domain: Literal["raise", "nan", "handled", "noted"] | None = None
    """What an operation does outside its domain. None: nobody said, so it raises, and a replay goes on in IEEE
    arithmetic. ``"handled"``, ``"noted"``: a recording watches; see :mod:`autograd.replay.recorder`."""
    anomaly: bool = False
    sealed: bool = False
    """No float may be taken out of a Value: a rule is being evaluated on Values."""
    traced: bool = False
    """A function runs under a transform or is being recorded: its Values have no hash."""
    domains_watched: bool = field(init=False)
    """Whether a recording asks of each operation if it was in its domain."""
    plain: bool = field(init=False)
    """True while an operation has nothing to do but compute and link: the one flag the hot path reads."""
    node_class: type[Any] = field(init=False)
    """The class of the nodes that are made."""
    tracing: Context | None = field(init=False, default=None)
    """What :class:`tracing` makes of this context, once it has been asked: transforms are called often."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "domains_watched", self.domain in ("handled", "noted"))
        object.__setattr__(self, "plain", self.grad and not self.anomaly and not self.domains_watched)
        object.__setattr__(self, "node_class", _NODE_CLASSES[self.traced])


_NODE_CLASSES: list[type[Any]] = [object, object]
"""The class of the nodes that are made, outside of traced functions and in them: :mod:`autograd.value` has them."""


def install_node_classes(plain: type[Any], traced: type[Any]) -> None:
    """Say what nodes are, before the first one is made."""
    _NODE_CLASSES[:] = plain, traced
    object.__setattr__(_CONTEXT.get(), "node_class", plain)


@functools.lru_cache(maxsize=4096)
def _context(**settings: Any) -> Context:
    """The context of these settings: one object for equal settings, so that entering a scope again costs no memory."""
    return Context(**settings)


@functools.lru_cache(maxsize=4096)
def _changed(outer: Context, **changes: Any) -> Context:
    """``outer`` with some settings changed."""
    settings = {each.name: getattr(outer, each.name) for each in fields(outer) if each.init}
    return _context(**(settings | changes))


@functools.lru_cache(maxsize=4096)
def _inside(outer: Context, name: str) -> Context:
    return _changed(outer, scope=f"{outer.scope}/{name}" if outer.scope else name)


_CONTEXT: ContextVar[Context] = ContextVar("autograd.context", default=_changed(Context()))  # noqa: B039 -- frozen
_OPEN: ContextVar[Any] = ContextVar("autograd.open", default=None)
"""The settings in force as a linked list (setting, context outside of it, rest): one for each thread and task."""

current: Callable[[], Context] = _CONTEXT.get
"""The :class:`Context` in force, as a C function: the hot path calls it once per operation."""

ORDINARY = current()
"""The context where nothing was set, told by identity."""


def _take_back(setting: Setting) -> None:
    """Take ``setting`` out of those in force, and apply the later ones again to what was outside of it.

    One that was entered in another thread or task is not in force here, and there is nothing to take back.
    """
    later: list[Setting] = []
    entry = _OPEN.get()
    while entry is not None and entry[0] is not setting:
        later.append(entry[0])
        entry = entry[2]
    if entry is None:
        return
    _, context, entries = entry
    for again in reversed(later):
        entries = (again, context, entries)
        context = again.change(context)
    _CONTEXT.set(context)
    _OPEN.set(entries)


class Setting:
    """A change of the context, as a ``with`` block or as a decorator of a function, coroutine or generator.

    It keeps no state of its own, so one instance may serve many threads and tasks at once. The body of a decorated
    generator runs under the setting, and the code that asks it for items does not.
    """

    __slots__ = ()

    def __new__(cls, *args: Any, **_: Any) -> Self:
        """Refuse ``@no_grad`` on a function, which was meant to be ``@no_grad()``."""
        if args and callable(args[0]) and inspect.isroutine(args[0]):
            raise TypeError(f"{cls.__name__} was given a function: to decorate it write @{cls.__name__}(...)")
        return super().__new__(cls)

    def change(self, outer: Context) -> Context:
        """The context to put in force inside ``outer``."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        outside = _CONTEXT.get()
        _CONTEXT.set(self.change(outside))
        _OPEN.set((self, outside, _OPEN.get()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        last = _OPEN.get()
        if last is None or last[0] is not self:
            _take_back(self)
        else:
            _, outside, rest = last
            _CONTEXT.set(outside)
            _OPEN.set(rest)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorate ``function`` so that its whole body runs under this setting."""
        whole: Callable[..., Any]
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def whole(*args: Any, **kwargs: Any) -> Any:
                return _stepped(self, function(*args, **kwargs))

        elif inspect.isasyncgenfunction(function):

            @functools.wraps(function)
            def whole(*args: Any, **kwargs: Any) -> Any:
                return _stepped_async(self, function(*args, **kwargs))

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

    def __enter__(self) -> Self:
        refuse_while_recording(None, "no_grad()")
        return super().__enter__()

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        return _changed(outer, grad=False)


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
            raise ValueError(f"errstate(domain=...) takes 'raise' or 'nan', not {domain!r}")
        self.domain = domain

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        if outer.domains_watched and self.domain == "raise":
            return _changed(outer, domain="noted")
        return _changed(outer, domain=self.domain)


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

    def __enter__(self) -> Self:
        refuse_while_recording(None, "detect_anomaly()")
        return super().__enter__()

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        return _changed(outer, anomaly=True)


class ieee(Setting):  # noqa: N801 -- a context manager is named like a function
    """How sweeps evaluate local gradients: IEEE values, sealed, unwatched (the sweep watches the flows itself)."""

    __slots__ = ()

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        return _changed(outer, domain="nan", anomaly=False, sealed=True)


class enable_grad(Setting):  # noqa: N801 -- a context manager is named like a function
    """Gradients on, also inside ``no_grad()``: a transform still sweeps over its own function."""

    __slots__ = ()

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        return _changed(outer, grad=True)


class tracing(Setting):  # noqa: N801 -- a context manager is named like a function
    """How a transform runs its function: gradients on, also inside ``no_grad()``, and Values without a hash."""

    __slots__ = ()

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        inner = outer.tracing
        if inner is None:
            inner = _changed(outer, grad=True, traced=True)
            object.__setattr__(outer, "tracing", inner)
        return inner


class watching_domains(Setting):  # noqa: N801 -- a context manager is named like a function
    """How a function is recorded: each operation is asked if it was in its domain.

    Args:
        noted: every operation; else those alone whose refusal the user's code would catch.
    """

    __slots__ = ("noted",)

    def __init__(self, *, noted: bool) -> None:
        self.noted = noted

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        return _changed(outer, domain="noted" if self.noted else "handled", anomaly=False)


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
        if not isinstance(name, str):
            raise TypeError(f"scope(...) takes a name as a str, not {name!r}")
        self.name = name

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        return _inside(outer, self.name)
