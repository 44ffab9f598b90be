"""``compile``: a function of numbers, recorded when it is first called and replayed from then on."""

from __future__ import annotations

import contextlib
import contextvars
import functools
import inspect
import operator
import os
import sys
import threading
import weakref
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal, cast, overload

from autograd.context import ORDINARY, Context, current, recording
from autograd.debugging import warn
from autograd.errors import AutogradError, DomainError, RecordingError, RecordingWarning
from autograd.replay.backends import choose, python_source
from autograd.replay.branches import Branches, Options, Path, UnrecordedError
from autograd.replay.optimise import optimise
from autograd.replay.plain import Plain
from autograd.replay.recorder import ConnectedError, Refusal
from autograd.replay.saving import read_compiled, write_compiled
from autograd.replay.signature import (
    Axes,
    Plan,
    Plans,
    Signature,
    StaticArguments,
    check_in_axes,
    check_static,
    take_apart,
)
from autograd.replay.tape import Tape
from autograd.replay.watching import Watch
from autograd.sweep import describe
from autograd.trees import flatten
from autograd.value import Parameter

__all__ = ["Compiled", "compile", "load"]

Verify = bool | Literal["recordings"] | set[int]
_OFTEN = 32
"""After how many recordings anew there is a word about it."""
_MOST_SIGNATURES = 128
"""A recording is made for each static argument; beyond so many the oldest is forgotten."""


class _Kept:
    """The recordings of a compiled function. A method that is got of an instance shares them with all others."""

    def __init__(self, options: Options, recorded: Iterable[Branches] = ()) -> None:
        self.branches: dict[Hashable, Branches] = {entry.signature.key(): entry for entry in recorded}
        self.plans = Plans(options.in_axes)
        self.unchanged: Callable[[], bool] | None = None
        """Whether the function still reads what it read when it was recorded."""
        self.watch: Watch | None = None
        self.others: dict[Hashable, Compiled] = {}
        """The same function under another ``errstate``, and its derivatives."""
        self.methods = _Methods()
        self.lock = threading.Lock()
        self._watched: dict[int, Any] = {}
        """The function and its static arguments, by their ids."""
        self._forgotten = 0

    def forget(self) -> None:
        """Record anew what is called from now on."""
        with self.lock:
            self._forgotten += 1
            if self._forgotten == _OFTEN and self.watch is not None:
                warn(
                    f"a compiled function is recorded anew for the {_OFTEN}nd time, because of a change in what it "
                    f"reads: {self.watch.difference()}. Each time costs a run of it: make an argument of what changes.",
                    RecordingWarning,
                )
            self.branches.clear()
            self.plans.clear()
            self.others.clear()
            self._watched.clear()
            self.unchanged = self.watch = None

    def watch_for(self, roots: Iterable[Any]) -> Watch:
        """Watch what ``roots``, a function and its static arguments, read, before they are recorded."""
        found = {id(root): root for root in roots}
        with self.lock:
            if self.watch is None or not found.keys() <= self._watched.keys():
                self._watched |= found
                self.watch = Watch(self._watched.values())
                self.unchanged = self.watch.unchanged
            return self.watch


class Compiled:
    """A function that is recorded when it is first called, and then replayed. Made by :func:`compile`.

    May be called from any number of threads at once. In the body of a class it is a method: each instance has
    recordings of its own, in which the parameters it holds are live.

    It is the plain function, run anew, where a replay would not do what that does: on Values, inside another recording
    or the function of a transform, under ``detect_anomaly()``, and where it uses a Value that was computed outside.
    """

    __self__: Any
    """The instance, of a method."""
    __reads__ = ("_function",)
    """The attributes that :mod:`autograd.replay.watching` follows in a function that calls this one."""

    def __init__(
        self,
        function: Callable[..., Any] | None,
        options: Options,
        recorded: Iterable[Branches] = (),
        name: str = "",
    ) -> None:
        self._function = function
        self._options = options
        self._kept = _Kept(options, recorded)
        self.__name__ = name or type(function).__name__
        if function is not None:
            functools.update_wrapper(self, function, updated=())
        statics = StaticArguments(function, options.static_argnums, options.static_argnames)
        self._static = statics or None
        self._batched = options.batched
        self._inspected = options.verify is True or options.domain == "raise"
        self._calls = 0

    @functools.cached_property
    def _plain(self) -> Plain:
        return Plain(self._function, self.__name__, self._options, self._static)

    def __get__(self, instance: Any, owner: type | None = None) -> Compiled:
        """The method of ``instance``, as of a function in a class. All that are got of one share their recordings."""
        function = self._function
        if instance is None or function is None or not hasattr(function, "__get__"):
            return self
        shared = self._kept.methods.of(instance, function, self._bound)
        method = object.__new__(Compiled)
        vars(method).update(vars(shared), __self__=instance)  # which its method keeps alive, and not the recordings
        return method

    def _bound(self, function: Callable[..., Any]) -> Compiled:
        places, names = self._static.of_method() if self._static else ((), ())
        return Compiled(function, replace(self._options, static_argnums=places, static_argnames=names))

    def __copy__(self) -> Compiled:
        """Itself, as of a function."""
        return self

    def __deepcopy__(self, memo: Any) -> Compiled:
        """Itself, as of a function."""
        return self

    def __reduce__(self) -> str | tuple[Any, ...]:
        """A pickle holds no recordings: the name of what a decorator made; else the function, to be compiled again."""
        if "__self__" in vars(self):
            return getattr, (self.__self__, self.__name__)
        name = str(getattr(self, "__qualname__", self.__name__))
        if self._function is None:
            raise TypeError(f"{self.__name__} is a tape: save() writes it to a file, a pickle holds functions by name")
        with contextlib.suppress(AttributeError, KeyError, TypeError):
            if operator.attrgetter(name)(sys.modules[self.__module__]) is self:
                return name
        return _compiled, (self._function, self._options)

    def __transformed__(self, transform: Callable[..., Any], *settings: Any) -> Compiled | None:
        """The result of ``transform(self, *settings)``, replayed as this is; None if it is not to be.

        Read by :mod:`autograd.transforms`.
        """
        if self._options.batched or self._static or self._function is None or "__self__" in vars(self):
            return None
        others, key = self._kept.others, (transform, settings)
        if key not in others:
            others.setdefault(key, Derivative(self, transform, settings))
        return others[key]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: C901 -- in one place, for every call goes through it
        """The result of the function, with floats and arrays of floats for its Values."""
        if current() is not ORDINARY:
            instead = self._instead(current())
            if instead is not None:
                return instead(args, kwargs)
        kept = self._kept
        if kept.unchanged is not None and not kept.unchanged():
            kept.forget()
        plan = kept.plans.last
        leaves = plan.opening(args, kwargs) if plan is not None else None
        if leaves is None:
            given, named = (args, kwargs) if self._static is None else self._static.marked(args, kwargs)
            found = kept.plans.of(*take_apart(given, named), given, named)
            if found is None:
                return self._plain.inlined(args, kwargs)
            leaves, plan = found
        branches = plan.branches or self._branches_for(plan)
        try:
            result = branches(plan, leaves) if self._batched else branches.single(plan, leaves)
        except ConnectedError as error:
            return self._plain.connected(error, args, kwargs)
        except UnrecordedError:
            result = self._plain.unrecorded(plan, leaves)
            if result is None:
                branches.waits = False
                return self(*args, **kwargs)
        except MemoryError as error:
            error.__traceback__ = error.__context__ = None  # they hold what was recorded
            size = f"{len(branches.known[-1].tape):,} operations" if branches.known else "all operations of one call"
            raise MemoryError(
                f"the recording of {self.__name__} does not fit in memory with {size}: compile one step of a loop, and "
                f"call that in a loop; or give fewer examples at a time"
            ) from error
        if self._inspected:
            self._inspect(result, branches, plan, leaves)
        return result

    def _branches_for(self, plan: Plan) -> Branches:
        """The recordings that serve calls of this plan."""
        signature, kept, function = plan.signature, self._kept, self._function
        key = signature.key()
        branches = kept.branches.get(key)
        if branches is None:
            if function is None:
                known = " or ".join(str(entry.signature) for entry in kept.branches.values())
                raise TypeError(f"{self.__name__} is a tape that takes {known}, not {signature}")
            watch = None  # predict and fit record at every call, so nothing need be watched between calls
            if self._options.verify != "recordings":
                watch = weakref.WeakMethod(kept.watch_for)  # weakly, for its keeper holds what records
            branches = Branches(function, signature, self._options, watch)
            with kept.lock:
                if len(kept.branches) >= _MOST_SIGNATURES:
                    kept.branches.pop(next(iter(kept.branches)))
                    kept.plans.clear()
                branches = kept.branches.setdefault(key, branches)
        plan.branches = branches
        return branches

    def _inspect(self, result: Any, branches: Branches, plan: Plan, leaves: list[Any]) -> None:
        """Run the function again, if it is to be verified, on an example of this call, another one at each call.

        Where the result of a checked one is nan, let the plain function say why.
        """
        if self._options.verify is True:
            shared, lanes, _ = plan.numbers(leaves)
            example = lanes[:, self._calls % lanes.shape[1]]
            self._calls += 1
            branches.check(plan.signature.example(shared, example))
        if self._options.domain == "raise":
            self._plain.warn_of_nan(result, plan, leaves)

    # --- where it is the plain function -------------------------------------------------------------------

    def _instead(self, surroundings: Context) -> Callable[[tuple[Any, ...], dict[str, Any]], Any] | None:
        """The way a call takes in these surroundings, if it is not a replay."""
        if recording():
            return self._plain.inlined
        if surroundings.traced and self._function is not None:
            return self._recorded_once if self._options.batched else self._plain.eagerly
        if surroundings.anomaly:
            return self._plain.eagerly
        domain = surroundings.domain
        if domain in (None, self._options.domain) or (domain == "nan" and self._function is None):
            return None
        return self._plain.eagerly if self._function is None else functools.partial(self._under, cast("str", domain))

    def _recorded_once(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A batch inside the function of a transform, recorded for this call alone: it may close over its variables."""
        once = Compiled(
            self._function, replace(self._options, domain=cast("Any", current().domain or self._options.domain))
        )
        result = contextvars.Context().run(once, *args, **kwargs)
        for leaf in (leaf for path in once.paths if path.run for leaf in path.run.outside):
            if not isinstance(leaf, Parameter):
                return self._plain.connected(RecordingError(f"uses {describe(leaf)} inside a transform"), args, kwargs)
        return result

    def _under(self, domain: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The function as it is under this ``errstate``, with recordings of its own."""
        others = self._kept.others
        twin = others.get(domain)
        if twin is None:
            made = Compiled(self._function, replace(self._options, domain=cast("Any", domain)))
            twin = others.setdefault(domain, made)
        return twin(*args, **kwargs)

    @property
    def paths(self) -> tuple[Path, ...]:
        """All recorded paths, in the order in which they were found."""
        return tuple(path for branches in self._branches() for path in branches.known)

    def _branches(self) -> list[Branches]:
        """The recordings, for each signature; where there is none, those under an ``errstate``."""
        twins = (twin for twin in self._kept.others.values() if not isinstance(twin, Derivative))
        return list(self._kept.branches.values()) or [found for twin in twins for found in twin._branches()]  # noqa: SLF001 -- of its own class

    @property
    def tape(self) -> Tape:
        """The tape of the path that was recorded first.

        Raises:
            RecordingError: nothing is recorded yet.
        """
        return self._recorded()[0].tape

    def source(self, language: Literal["python", "c"] = "python") -> str:
        """Self-contained source of the recording, for one example: the function's numbers in, a tuple of floats out.

        Raises:
            RecordingError: nothing is recorded yet.
            NotImplementedError: an operation cannot be written out.
            ValueError: an unknown language.
        """
        if language not in ("python", "c"):
            raise ValueError(f"source() writes 'python' or 'c', not {language!r}")
        paths = list(self._only().known)
        if language == "python":
            emit = python_source.emit
        else:
            self._refuse_refusals("C")
            from autograd.replay.backends.c_source import emit
        return emit([path.tape for path in paths], "replay", [[leaf.data for leaf in path.leaves] for path in paths])

    def to_jax(self) -> Callable[..., Any]:
        """The recording as a pure function of JAX: for jit, grad and vmap, for GPUs, for many machines.

        It has this function's signature, with the batch axes and the reduction. Live leaves become constants.
        Where an example follows no recorded path the result is nan: call the function on such examples first. A bool
        is a number there, 1.0 or 0.0.

        Raises:
            RecordingError: nothing is recorded yet.
            ModuleNotFoundError: JAX is not installed.
            NotImplementedError: an operation cannot be exported.
        """
        branches, options = self._only(), self._options
        choose("jax", batched=options.batched)
        self._refuse_refusals("JAX")
        from autograd.replay.backends import jax_export

        known = list(branches.known)
        paths = [(path.tape, [leaf.data for leaf in path.leaves]) for path in known]
        exported: Callable[..., Any] = jax_export.exported(
            branches.signature, paths, known[0].treedef, options.in_axes, options.reduce
        )
        return exported

    def _refuse_refusals(self, language: str) -> None:
        for op in (op for path in self.paths for op in path.tape.ops if isinstance(op, Refusal)):
            raise NotImplementedError(
                f"{self.__name__} asks whether {op.of.name} leaves its domain, because it catches that or is compiled "
                f"with checked=True, and {language} goes on in IEEE arithmetic: choose with where() instead, or "
                f"compile it without checked=True"
            )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the recording to a file of data, for :func:`load`; live leaves with their present values.

        Raises:
            RecordingError: nothing is recorded yet.
            TypeError: an argument or result is held in a container that a file cannot name.
        """
        self._recorded()
        write_compiled(path, self.__name__, self._options, self._static, self._branches())

    def _only(self) -> Branches:
        self._recorded()
        (branches, *others) = self._branches()
        if others:
            raise RecordingError(f"{self.__name__} is recorded for {len(others) + 1} forms of arguments, not for one")
        return branches

    def _recorded(self) -> tuple[Path, ...]:
        if not self.paths:
            raise RecordingError(f"{self.__name__} is not recorded yet: call it once with numbers")
        return self.paths

    def __repr__(self) -> str:
        return f"<compiled {self.__name__}, {len(self.paths)} path(s)>"


class _Methods:
    """One compiled function for each instance, as long as that lives. Instances are told apart by identity."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[weakref.ref[Any], Compiled]] = {}
        self._lock = threading.Lock()

    def of(
        self, instance: Any, function: Callable[..., Any], make: Callable[[Callable[..., Any]], Compiled]
    ) -> Compiled:
        """The result of ``make`` for ``function`` as a method of ``instance``.

        Raises:
            TypeError: ``instance`` cannot be referred to weakly.
        """
        key = id(instance)
        known = self._made.get(key)
        if known is not None:
            return known[1]
        made = self._made

        def forget(_: Any) -> None:
            made.pop(key, None)

        try:
            reference = weakref.ref(instance, forget)
        except TypeError:
            raise TypeError(
                f"{function.__qualname__} is compiled for each instance, but {type(instance).__name__} has no weak "
                f"references: add '__weakref__' to its __slots__, or compile a function outside the class"
            ) from None
        with self._lock:
            return made.setdefault(key, (reference, make(_method(function, reference))))[1]


def _method(function: Callable[..., Any], reference: weakref.ref[Any]) -> Callable[..., Any]:
    """``function`` with the instance as its first argument, which whoever calls keeps alive."""

    def called(*args: Any, **kwargs: Any) -> Any:
        return function(reference(), *args, **kwargs)

    _, *others = inspect.signature(function).parameters.values()
    method: Any = functools.wraps(function)(called)
    method.__signature__ = inspect.Signature(others)  # which is what inspect.signature looks at first
    bound: Callable[..., Any] = method
    return bound


class Derivative(Compiled):
    """A derivative of a compiled function: a replay, wherever that gives what the plain derivative would.

    That is on floats and arrays of floats alone, in ordinary surroundings, of a function that uses no leaf from
    outside, inside of all domains. Elsewhere it is the plain derivative.
    """

    def __init__(self, of: Compiled, transform: Callable[..., Any], settings: tuple[Any, ...]) -> None:
        options = replace(of._options, domain=None, closed=True)  # noqa: SLF001 -- of its own class
        super().__init__(transform(of._function, *settings), options)  # noqa: SLF001 -- as above
        self._made = transform, (of, *settings)
        self._unfit: set[Hashable] = set()

    def __reduce__(self) -> tuple[Any, ...]:
        """As it was made."""
        return self._made

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The derivative."""
        kept = self._kept
        if kept.unchanged is not None and not kept.unchanged():
            kept.forget()
            self._unfit.clear()
        if current() is not ORDINARY:
            return cast("Any", self._function)(*args, **kwargs)
        plan, key = kept.plans.last, None
        leaves = plan.opening(args, kwargs) if plan is not None else None
        if leaves is None:
            leaves, key = take_apart(args, kwargs)
            if key is None or key in self._unfit:
                return cast("Any", self._function)(*args, **kwargs)
        try:
            if key is not None:
                leaves, plan = cast("Any", kept.plans.of(leaves, key, args, kwargs))
            return (plan.branches or self._branches_for(plan)).single(plan, leaves)
        except (AutogradError, TypeError) as error:  # asked of the plain function, which works or says why not
            if not isinstance(error, DomainError):
                self._unfit.add(key or take_apart(args, kwargs)[1])
                kept.plans.last = None
        except (ArithmeticError, ValueError, UnrecordedError):  # outside a domain, or on a path that is rare
            pass
        return cast("Any", self._function)(*args, **kwargs)


@overload
def compile(  # noqa: A001
    fun: None = None, *, in_axes: Axes = ..., reduce: str | None = ..., backend: str = ..., on_flip: str = ...,
    max_paths: int | None = ..., checked: bool = ..., verify: Verify = ...,
    static_argnums: int | Sequence[int] = ..., static_argnames: str | Sequence[str] = ...,
) -> Callable[[Callable[..., Any]], Compiled]: ...  # fmt: skip


@overload
def compile(  # noqa: A001
    fun: Callable[..., Any] | Tape, *, in_axes: Axes = ..., reduce: str | None = ..., backend: str = ...,
    on_flip: str = ..., max_paths: int | None = ..., checked: bool = ..., verify: Verify = ...,
    static_argnums: int | Sequence[int] = ..., static_argnames: str | Sequence[str] = ...,
) -> Compiled: ...  # fmt: skip


def compile(  # noqa: A001, PLR0913 -- its options are independent; the name that JAX's and PyTorch's users look for; Python's own is not used here
    fun: Callable[..., Any] | Tape | None = None,
    *,
    in_axes: Axes = None,
    reduce: str | None = None,
    backend: str = "auto",
    on_flip: str = "record",
    max_paths: int | None = None,
    checked: bool = False,
    verify: Verify = False,
    static_argnums: int | Sequence[int] = (),
    static_argnames: str | Sequence[str] = (),
) -> Any:
    """Record ``fun`` when it is called, and replay the recording from then on. Also a decorator.

    The arguments and the result are numbers in any containers; the answer has floats, and arrays of floats, where
    the function returns Values, and bools where it returns comparisons. Composes with
    :func:`~autograd.value_and_grad` and the other transforms.

    A compiled function does what the plain one does. A comparison of Values is kept as a guard; where it comes out
    differently another path is recorded. So is an exception of the domain, such as ZeroDivisionError, that the function
    catches. Outside a domain that nobody asks about a replay goes on in IEEE arithmetic; with ``checked`` it raises. A
    derivative that is nan, of which the plain function warns, is told of with ``checked`` alone.

    Leaves that the function closes over, such as the parameters of a model, are live: their present data is read at
    each call. Everything else that it reads by a name is compared with what it was, before each replay: globals, its
    closure, attributes, methods, environment variables, the content of containers, buffers and arrays, as deep as names
    lead, in static arguments too. Where something has changed, or the function itself changes it, as a counter, it is
    recorded anew. A function that takes items from an iterator, a queue or an open file, or draws random numbers, is
    refused: give it the number as an argument. One that names a clock is recorded twice, and refused if that shows.

    What no name leads to is not seen: the content of a file that it opens, a clock or random numbers behind an
    installed package, what a function written in C keeps to itself, changes inside Python's modules and installed
    packages. In a replay these stay as they were when it was recorded; ``verify`` finds them.

    Strings, bools, None, callables, enums and dates among the arguments are static: they reach the function as they
    are, and each value has a recording of its own. An int is a number, unless it is named in ``static_argnums`` or
    ``static_argnames``, as one that is used in ``range()`` must be.

    It is the plain function, run anew, where it uses a Value that was computed outside of it or that belongs to a
    transform which is running: the result is then a Value, connected to that. So it is under ``detect_anomaly()``;
    under ``errstate(domain="raise")`` it is the checked function.

    Args:
        fun: a function of numbers; or a :class:`Tape` without live leaves, which becomes a function of its inputs
            that returns the list of its outputs.
        in_axes: as in ``jax.vmap``. None: one example a call. Else the axis along which an array holds one
            example after another: 0 for rows; None for an argument that all share; a tuple has an entry for
            each argument. Arguments by keyword are batched along axis 0.
        reduce: None: the results of all examples, along a new first axis. ``"sum"``, ``"mean"``: over the batch.
        backend: a name, or ``"auto"``: for one example plain Python while the tape is short, then the engine in C, in
            which up to a thousand operations have the bits of the function itself; for a batch, and for operations
            that the engine does not have, the fastest that is installed.
        on_flip: ``"record"``: record another path where a guard comes out differently. ``"raise"``: GuardError.
        max_paths: how many paths there may be; one more is a GuardError. None: 64, and the plain function, after a
            warning, where none of them fits. After the first eight a path of one example is recorded when it is met
            for the second time; the first time it costs a run of the plain function.
        checked: raise DomainError where an operation leaves its domain, and not go on in IEEE arithmetic.
        verify: look for what cannot be seen, and refuse a function whose result depends on it. ``"recordings"``:
            record each path twice, which finds a random number, a counter and the clock. True: besides, run the
            function again at each call, on one of its examples, which finds what has changed since. A set: record
            twice what is not in it yet, and put it there: the function may be compiled anew with the same set.
        static_argnums: the places of arguments that are static, as in ``jax.jit``; in a class ``self`` counts.
        static_argnames: the names of arguments that are static. What is named by place is static by keyword too.

    Raises (when called):
        RecordingError: a plain float was taken out of a Value; with ``verify``, two runs differ.
        GuardError: a path that may not be recorded.
        ValueError: a batch axis is missing, or batch lengths differ.

    >>> from autograd import compile, value_and_grad
    >>> @compile
    ... def f(x):
    ...     while x > 1:
    ...         x = x / 2
    ...     return x * x
    >>> f(3.0), f(5.0), len(f.paths)
    (0.5625, 0.390625, 2)
    >>> import numpy as np
    >>> step = compile(value_and_grad(lambda w, x: (w * x - 1) ** 2), in_axes=(None, 0), reduce="mean")
    >>> step(0.5, np.array([1.0, 2.0, 4.0]))
    (0.4166666666666667, 2.3333333333333335)
    """
    if on_flip not in ("record", "raise"):
        raise ValueError(f"on_flip must be 'record' or 'raise', got {on_flip!r}")
    if reduce not in (None, "sum", "mean"):
        raise ValueError(f"reduce must be None, 'sum' or 'mean', got {reduce!r}")
    if reduce is not None and in_axes is None:
        raise ValueError(f"reduce={reduce!r} needs a batch: give in_axes too")
    if max_paths is not None and (isinstance(max_paths, bool) or not isinstance(max_paths, int) or max_paths < 1):
        raise ValueError(f"max_paths must be a whole number, 1 or more, got {max_paths!r}")
    agreed = verify if isinstance(verify, set) else None
    if agreed is None and verify not in (False, True, "recordings"):
        raise ValueError(f"verify must be False, True or 'recordings', got {verify!r}")
    places, names = check_static(static_argnums, static_argnames)
    options = Options(
        in_axes=check_in_axes(in_axes),
        reduce=reduce,
        backend=backend,
        on_flip=on_flip,
        max_paths=max_paths,
        domain="raise" if checked else None,
        verify="recordings" if agreed is not None else cast("Any", verify),
        agreed=agreed,
        static_argnums=places,
        static_argnames=names,
    )
    choose(backend, batched=options.batched)  # so that a bad name is told here, not at the first call
    if fun is None:
        return functools.partial(_compiled, options=options)
    return _compiled(fun, options)


def _compiled(fun: Any, options: Options) -> Compiled:
    if isinstance(fun, Tape):
        return _from_tape(fun, options)
    if not callable(fun):
        raise TypeError(
            f"compile takes a function, not {fun!r}: give it the function itself, then call what comes back"
        )
    return Compiled(fun, options)


def _from_tape(tape: Tape, options: Options) -> Compiled:
    if tape.n_leaves:
        raise ValueError(
            f"compile takes a tape without live leaves; this one has {tape.n_leaves}: name them in record(inputs=...)"
        )
    if options.batched:
        raise ValueError("compile takes a tape for one example; give in_axes when a function is compiled")
    _, one = flatten(0.0, "an input")
    _, outputs = flatten([0.0] * len(tape.outputs), "the result")
    branches = Branches(None, Signature((one,) * tape.n_inputs, (), (False,) * tape.n_inputs), options)
    branches.known.append(Path((), outputs, tape=optimise(tape.verify())))
    return Compiled(None, options, [branches], "the tape")


def load(path: str | os.PathLike[str], *, backend: str = "auto", classes: Iterable[type] = ()) -> Compiled:
    """The compiled function that :meth:`Compiled.save` wrote at ``path``. Nothing from the file is executed.

    Live leaves have the values that they had; what was not recorded cannot be.

    Args:
        path: the file.
        backend: as :func:`compile` takes it.
        classes: the named tuples and dataclasses among the arguments and results: a file says their names alone.

    Raises:
        TapeError: the file is not a tape, or is damaged, or needs a class that is not among ``classes``.
        OSError: it cannot be read.

    >>> import os, tempfile
    >>> from autograd import compile, load
    >>> square = compile(lambda x: x * x)
    >>> square(3.0)
    9.0
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     square.save(os.path.join(folder, "square.tape"))
    ...     again = load(os.path.join(folder, "square.tape"))
    >>> again(4.0)
    16.0
    """
    options, recorded, name = read_compiled(path, backend, classes)
    return Compiled(None, options, recorded, name)
