"""What surrounds an operation: its scope, gradients on or off, how domain errors are answered.

The whole surrounding is one immutable :class:`Context` in one context variable. So threads and asyncio
tasks never see each other's settings, and an operation pays for one look-up instead of one per setting.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from contextvars import ContextVar, Token
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Literal, NoReturn, ParamSpec, Protocol, Self, TypeVar, cast

__all__ = [
    "Context",
    "Recording",
    "Setting",
    "current",
    "detect_anomaly",
    "errstate",
    "ieee",
    "no_grad",
    "recorded_in",
    "recording",
    "refuse_while_recording",
    "scope",
]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """The settings in force at one moment of one thread or task."""

    scope: str = ""
    grad: bool = True
    domain: Literal["raise", "nan"] = "raise"
    anomaly: bool = False
    plain: bool = field(init=False)
    """True while an operation has nothing to do but compute and link: the one flag the hot path reads."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "plain", self.grad and not self.anomaly)


_CONTEXT: ContextVar[Context] = ContextVar("autograd.context", default=Context())

current: Callable[[], Context] = _CONTEXT.get
"""The :class:`Context` in force, as a C function: the hot path calls it once per operation."""


class Recording(Protocol):
    """What watches while a function is recorded: see :mod:`autograd.replay.recorder`."""

    def guard(self, relation: str, left: Any, right: Any, outcome: bool) -> None:  # noqa: FBT001 -- a fourth datum
        """Note that a comparison of Values came out so."""

    def refuse(self, node: Any, taking: str) -> NoReturn:
        """Raise RecordingError: ``taking`` it from ``node`` would freeze a number in the recording."""


_RECORDING: ContextVar[Recording | None] = ContextVar("autograd.recording", default=None)

recording: Callable[[], Recording | None] = _RECORDING.get
"""What records at this moment in this thread or task. Operations need not ask: their nodes tell what they did."""


@contextlib.contextmanager
def recorded_in(by: Recording | None) -> Iterator[None]:
    """Let ``by`` watch the code inside; None lets nothing watch."""
    token = _RECORDING.set(by)
    try:
        yield
    finally:
        _RECORDING.reset(token)


def refuse_while_recording(node: Any, taking: str) -> None:
    """Raise RecordingError if a recording is under way."""
    by = _RECORDING.get()
    if by is not None:
        by.refuse(node, taking)


@functools.lru_cache(maxsize=4096)
def _inside(outer: Context, name: str) -> Context:
    return replace(outer, scope=f"{outer.scope}/{name}" if outer.scope else name)


class Setting:
    """A change of the context, as a ``with`` block or as a decorator of a function or coroutine."""

    __slots__ = ("_tokens",)

    def __init__(self) -> None:
        self._tokens: list[Token[Context]] = []

    def change(self, outer: Context) -> Context:
        """The context to put in force inside ``outer``."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._tokens.append(_CONTEXT.set(self.change(_CONTEXT.get())))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _CONTEXT.reset(self._tokens.pop())

    def _fresh(self) -> Self:
        """An equal setting with no tokens: each decorated call enters its own, in its own thread."""
        fresh = object.__new__(type(self))
        for cls in type(self).__mro__:
            for name in getattr(cls, "__slots__", ()):
                setattr(fresh, name, getattr(self, name))
        fresh._tokens = []
        return fresh

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorate ``function`` so that its whole body runs under this setting."""
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(
                f"{type(self).__name__} cannot decorate the generator {function.__qualname__!r}: its body runs "
                f"between other code. Write 'with {type(self).__name__}(...):' inside it."
            )
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def coroutine(*args: Any, **kwargs: Any) -> Any:
                with self._fresh():
                    return await function(*args, **kwargs)

            return cast("Callable[P, R]", coroutine)

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            with self._fresh():
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

    def change(self, outer: Context) -> Context:
        refuse_while_recording(None, "no_grad()")
        return replace(outer, grad=False)


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
        super().__init__()
        if domain not in ("raise", "nan"):
            raise ValueError(f"errstate(domain=...) takes 'raise' or 'nan', not {domain!r}")
        self.domain = domain

    def change(self, outer: Context) -> Context:
        return replace(outer, domain=self.domain)


class detect_anomaly(Setting):  # noqa: N801 -- a context manager is named like a function
    """Stop at the operation that first makes a nan or an infinity, forward or backward, and name its line.

    Costs about a microsecond per operation, since the line of each is looked up.

    >>> from autograd import Value, detect_anomaly
    >>> with detect_anomaly():
    ...     y = Value(1e300, "x") * 1e300
    Traceback (most recent call last):
        ...
    autograd.errors.AnomalyError: mul gave inf from x = 1e+300, 1e+300 ...
    """

    __slots__ = ()

    def change(self, outer: Context) -> Context:
        return replace(outer, anomaly=True)


class ieee(Setting):  # noqa: N801 -- a context manager is named like a function
    """How the sweeps evaluate local gradients: IEEE values, unwatched, for the sweep itself watches the flows."""

    __slots__ = ()

    def change(self, outer: Context) -> Context:
        return replace(outer, domain="nan", anomaly=False)


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
        super().__init__()
        if not isinstance(name, str):
            raise TypeError(f"scope(...) takes a name as a str, not {name!r}")
        self.name = name

    def change(self, outer: Context) -> Context:
        return _inside(outer, self.name)
