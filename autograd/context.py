"""What surrounds an operation: its scope, gradients on or off, how domain errors are answered.

The whole surrounding is one immutable :class:`Context` in one context variable. So threads and asyncio
tasks never see each other's settings, and an operation pays for one look-up instead of one per setting.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
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
    arithmetic. ``"handled"``, ``"noted"``: a recording watches; see :mod:`autograd.replay.domains`."""
    anomaly: bool = False
    sealed: bool = False
    """No float may be taken out of a Value: a rule is being evaluated on Values."""
    traced: bool = False
    """A function runs under a transform or is being recorded: its Values have no hash."""
    plain: bool = field(init=False)
    """True while an operation has nothing to do but compute and link: the one flag the hot path reads."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "plain", self.grad and not self.anomaly and not self.domains_watched)

    @property
    def domains_watched(self) -> bool:
        """Whether a recording asks of each operation if it was in its domain."""
        return self.domain in ("handled", "noted")


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
_ENTERED: ContextVar[Any] = ContextVar("autograd.entered", default=None)
"""The contexts to go back to, as a linked list (outer, rest): one list for each thread and task."""

current: Callable[[], Context] = _CONTEXT.get
"""The :class:`Context` in force, as a C function: the hot path calls it once per operation."""

ORDINARY = current()
"""The context where nothing was set, told by identity."""


class Setting:
    """A change of the context, as a ``with`` block or as a decorator of a function or coroutine.

    It keeps no state of its own, so one instance may serve many threads and tasks at once.
    """

    __slots__ = ()

    def __new__(cls, *args: Any, **_: Any) -> Self:
        """Refuse ``@no_grad`` on a function, which was meant to be ``@no_grad()``."""
        if args and inspect.isroutine(args[0]):
            raise TypeError(f"{cls.__name__} was given a function: to decorate it write @{cls.__name__}(...)")
        return super().__new__(cls)

    def change(self, outer: Context) -> Context:
        """The context to put in force inside ``outer``."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        outer = _CONTEXT.get()
        _CONTEXT.set(self.change(outer))
        _ENTERED.set((outer, _ENTERED.get()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        outer, rest = _ENTERED.get()
        _CONTEXT.set(outer)
        _ENTERED.set(rest)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorate ``function`` so that its whole body runs under this setting."""
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            name = getattr(function, "__qualname__", repr(function))
            raise TypeError(
                f"{type(self).__name__} cannot decorate the generator {name!r}: its body runs "
                f"between other code. Write 'with {type(self).__name__}(...):' inside it."
            )
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def coroutine(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return await function(*args, **kwargs)

            return cast("Callable[P, R]", coroutine)

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            with self:
                return function(*args, **kwargs)

        return call


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

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        refuse_while_recording(None, "no_grad()")
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

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        return _changed(outer, anomaly=True)


class ieee(Setting):  # noqa: N801 -- a context manager is named like a function
    """How sweeps evaluate local gradients: IEEE values, sealed, unwatched (the sweep watches the flows itself)."""

    __slots__ = ()

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        return _changed(outer, domain="nan", anomaly=False, sealed=True)


class enable_grad(Setting):  # noqa: N801 -- a context manager is named like a function
    """Gradients on, also inside ``no_grad()``: a transform still records its own function."""

    __slots__ = ()

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        return _changed(outer, grad=True)


class tracing(Setting):  # noqa: N801 -- a context manager is named like a function
    """How a transform runs its function: gradients on, also inside ``no_grad()``, and Values without a hash."""

    __slots__ = ()

    def change(self, outer: Context) -> Context:  # noqa: D102 -- described by the base
        return _changed(outer, grad=True, traced=True)


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
