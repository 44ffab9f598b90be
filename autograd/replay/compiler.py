"""``compile``: a function of numbers, recorded when it is first called and replayed from then on."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Literal, overload

from autograd.containers import flatten
from autograd.errors import RecordingError, TapeError
from autograd.recording import recording
from autograd.replay.arguments import Axes, Form, Plan, check_in_axes, leaves_and_structures, take_apart
from autograd.replay.backends import python_source
from autograd.replay.backends.base import choose
from autograd.replay.methods import Methods
from autograd.replay.passes import exact
from autograd.replay.paths import Path
from autograd.replay.saving import specialised_from_data, specialised_to_data
from autograd.replay.specialised import Options, Specialised
from autograd.replay.storage import Reader, read_file, write_file
from autograd.replay.structures import axes_from_data, axes_to_data, named_classes
from autograd.replay.tape import Tape

__all__ = ["Compiled", "compile", "load"]

_MOST_PLANS = 64
"""A new plan is made for each batch size; beyond so many they are forgotten, with the room that they keep."""


class Compiled:
    """A function that is recorded when it is first called, and then replayed. Made by :func:`compile`.

    May be called from any number of threads at once. Called on Values it is the plain function. In the body of a
    class it is a method: each instance has recordings of its own, in which the parameters it holds are live.
    """

    __self__: Any
    """The instance, of a method."""

    def __init__(
        self,
        function: Callable[..., Any] | None,
        options: Options,
        recorded: Iterable[Specialised] = (),
        name: str = "",
    ) -> None:
        self._function = function
        self._options = options
        self._specialised: dict[Hashable, Specialised] = {entry.form.key(): entry for entry in recorded}
        self._plans: dict[Hashable, tuple[Plan, Specialised]] = {}
        self._lock = threading.Lock()
        self._methods: Methods[Compiled] = Methods()
        self.__name__ = name or type(function).__name__
        if function is not None:
            functools.update_wrapper(self, function, updated=())

    def __get__(self, instance: Any, owner: type | None = None) -> Compiled:
        """The method of ``instance``, as of a function in a class. All that are got of one share their recordings."""
        function = self._function
        if instance is None or function is None or not hasattr(function, "__get__"):
            return self
        shared = self._methods.of(instance, function, lambda bound: Compiled(bound, self._options))
        method = object.__new__(Compiled)
        vars(method).update(vars(shared), __self__=instance)  # which its method keeps alive, and not the recordings
        return method

    def __reduce__(self) -> str | tuple[Any, ...]:
        """As a function is: a copy is itself, and a pickle holds its name, or its instance and name; no recordings."""
        if "__self__" in vars(self):
            return getattr, (self.__self__, self.__name__)
        return str(getattr(self, "__qualname__", self.__name__))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns, with floats and arrays of floats for its Values."""
        if recording():
            return self._inlined(args, kwargs)
        leaves, key = take_apart(args, kwargs)
        planned = self._known(key, args, kwargs)
        if planned is None:
            found = leaves_and_structures(args, kwargs)
            if found is None:
                return self._inlined(args, kwargs)
            leaves, structures = found
            key = key or (tuple(kwargs), *[structure.key() for structure in structures])
            planned = self._known(key, args, kwargs)
            if planned is None:
                planned = self._planned(key, Plan(args, kwargs, structures, self._options.in_axes))
        plan, specialised = planned
        if not self._options.batched:
            return specialised.single(plan.listed(leaves))
        numbers = plan.numbers(leaves)
        result = specialised(numbers.shared, numbers.lanes)
        plan.release(numbers)
        return result

    def _known(self, key: Hashable, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Plan, Specialised] | None:
        """The plan that there is for such a call."""
        planned = self._plans.get(key)
        return planned if planned is not None and planned[0].fits(args, kwargs) else None

    def _planned(self, key: Hashable, plan: Plan) -> tuple[Plan, Specialised]:
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        planned = self._plans[key] = (plan, self._specialised_for(plan.form))
        return planned

    def _inlined(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Called on Values, or inside another recording, it is the plain function, so that gradients flow."""
        if self._options.batched:
            raise RecordingError(
                f"{self.__name__} is compiled for batches (in_axes={self._options.in_axes!r}), so it takes numbers and "
                f"cannot be a part of a graph: pass .data of the Values, or compile the whole computation"
            )
        if self._function is None:
            raise RecordingError(f"{self.__name__} is a tape and cannot be a part of a graph: call it with numbers")
        return self._function(*args, **kwargs)

    def _specialised_for(self, form: Form) -> Specialised:
        key = form.key()
        specialised = self._specialised.get(key)
        if specialised is None:
            if self._function is None:
                known = " or ".join(str(entry.form) for entry in self._specialised.values())
                raise TypeError(f"{self.__name__} is a tape that takes {known}, not {form}")
            with self._lock:
                specialised = self._specialised.setdefault(key, Specialised(self._function, form, self._options))
        return specialised

    @property
    def paths(self) -> tuple[Path, ...]:
        """All recorded paths, in the order in which they were found."""
        return tuple(path for specialised in list(self._specialised.values()) for path in specialised.paths.known)

    @property
    def tape(self) -> Tape:
        """The tape of the path that was recorded first.

        Raises:
            RecordingError: nothing is recorded yet.
        """
        return self._recorded()[0].tape

    def source(self, language: Literal["python", "c"] = "python") -> str:
        """Self-contained source of what is recorded, for one example: the function's numbers in, a tuple out.

        Raises:
            RecordingError: nothing is recorded yet.
            NotImplementedError: an operation cannot be written out.
            ValueError: another language.
        """
        if language not in ("python", "c"):
            raise ValueError(f"source() writes 'python' or 'c', not {language!r}")
        paths = list(self._only().paths.known)
        if language == "python":
            emit = python_source.emit
        else:
            from autograd.replay.backends.c_source import emit
        return emit([path.tape for path in paths], "replay", [[leaf.data for leaf in path.leaves] for path in paths])

    def to_jax(self) -> Callable[..., Any]:
        """What is recorded as a pure function of JAX: for jit, grad and vmap, for GPUs, for many machines.

        It has this function's signature, with the batch axes and the reduction. Live leaves become constants.
        Where an example follows no recorded path the result is nan: call the function on such examples first.

        Raises:
            RecordingError: nothing is recorded yet.
            ModuleNotFoundError: JAX is not installed.
            NotImplementedError: an operation cannot be exported.
        """
        specialised, options = self._only(), self._options
        choose("jax", batched=options.batched)
        from autograd.replay.backends import jax_export

        paths = list(specialised.paths.known)
        exported: Callable[..., Any] = jax_export.exported(specialised.form, paths, options.in_axes, options.reduce)
        return exported

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what is recorded to a file of data, for :func:`load`; live leaves with their present values.

        Raises:
            RecordingError: nothing is recorded yet.
            TypeError: an argument or result is held in a container that a file cannot name.
        """
        self._recorded()
        options = self._options
        data = {
            "kind": "compiled",
            "name": self.__name__,
            "in_axes": axes_to_data(options.in_axes),
            "reduce": options.reduce,
            "checked": options.checked,
            "forms": [specialised_to_data(specialised) for specialised in self._specialised.values()],
        }
        write_file(path, data)

    def _only(self) -> Specialised:
        self._recorded()
        (specialised, *others) = self._specialised.values()
        if others:
            raise RecordingError(f"{self.__name__} is recorded for {len(others) + 1} forms of arguments, not for one")
        return specialised

    def _recorded(self) -> tuple[Path, ...]:
        if not self.paths:
            raise RecordingError(f"{self.__name__} is not recorded yet: call it once with numbers")
        return self.paths

    def __repr__(self) -> str:
        return f"<compiled {self.__name__}, {len(self.paths)} path(s)>"


@overload
def compile(  # noqa: A001
    fun: None = None, *, in_axes: Axes = ..., reduce: str | None = ..., backend: str = ..., on_flip: str = ...,
    max_paths: int = ..., checked: bool = ..., verify: bool = ...,
) -> Callable[[Callable[..., Any]], Compiled]: ...  # fmt: skip


@overload
def compile(  # noqa: A001
    fun: Callable[..., Any] | Tape, *, in_axes: Axes = ..., reduce: str | None = ..., backend: str = ...,
    on_flip: str = ..., max_paths: int = ..., checked: bool = ..., verify: bool = ...,
) -> Compiled: ...  # fmt: skip


def compile(  # noqa: A001, PLR0913 -- its options are independent; the name that JAX's and PyTorch's users look for; Python's own is not used here
    fun: Callable[..., Any] | Tape | None = None,
    *,
    in_axes: Axes = None,
    reduce: str | None = None,
    backend: str = "auto",
    on_flip: str = "record",
    max_paths: int = 64,
    checked: bool = False,
    verify: bool = False,
) -> Any:
    """Record ``fun`` when it is called, and replay the recording from then on. Also a decorator.

    The arguments and the result are numbers in any containers; the answer has floats, and arrays of floats, where
    the function returns Values. Composes with :func:`~autograd.value_and_grad` and the other transforms.

    Leaves that the function closes over, such as the parameters of a model, are live: their present data is read
    at each call. A comparison of Values is kept as a guard; where it comes out differently another path is
    recorded. Whatever else the function takes from outside, a float or the time of day, stays as it was; and so does
    what a thread that it starts compares, which nobody watches.

    Args:
        fun: a function of numbers; or a :class:`Tape` without live leaves, which becomes a function of its inputs
            that returns the list of its outputs.
        in_axes: as in ``jax.vmap``. None: one example a call. Else the axis along which an array holds one
            example after another: 0 for rows; None for an argument that all share; a tuple has an entry for
            each argument. Arguments by keyword are batched along axis 0.
        reduce: None: the results of all examples, along a new first axis. ``"sum"``, ``"mean"``: over the batch.
        backend: ``"auto"``: the fastest that is installed; or its name.
        on_flip: ``"record"``: record another path where a guard comes out differently. ``"raise"``: GuardError.
        max_paths: how many paths there may be.
        checked: raise DomainError where an operation leaves its domain, and not go on in IEEE arithmetic.
        verify: record each path twice, and refuse a function that is not one of its arguments, as one that draws
            random numbers, counts its calls or reads the clock.

    Raises (when called):
        RecordingError: a plain float was taken out of a Value; with ``verify``, two recordings differ.
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
        raise ValueError(f"on_flip is 'record' or 'raise', not {on_flip!r}")
    if reduce not in (None, "sum", "mean"):
        raise ValueError(f"reduce is None, 'sum' or 'mean', not {reduce!r}")
    if reduce is not None and in_axes is None:
        raise ValueError(f"reduce={reduce!r} needs a batch: give in_axes too")
    if isinstance(max_paths, bool) or not isinstance(max_paths, int) or max_paths < 1:
        raise ValueError(f"max_paths is a whole number above 0, not {max_paths!r}")
    axes = check_in_axes(in_axes)
    options = Options(
        in_axes=axes, reduce=reduce, backend=backend, on_flip=on_flip, max_paths=max_paths, checked=checked,
        verify=verify,
    )  # fmt: skip
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
    form = Form((one,) * tape.n_inputs, (), (False,) * tape.n_inputs)
    specialised = Specialised(None, form, options)
    specialised.paths.known.append(Path(exact(tape.verify()), (), outputs, object()))
    return Compiled(None, options, [specialised], "the tape")


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
    record = Reader(read_file(path))
    if record.entry("kind") != "compiled":
        raise TapeError(f"damaged tape: a {record.entry('kind')!r} is no compiled function")
    reduce, checked, name = record.entry("reduce"), record.entry("checked"), record.entry("name")
    if reduce not in (None, "sum", "mean") or not isinstance(checked, bool) or not isinstance(name, str):
        raise TapeError("damaged tape: its settings are not such as compile() takes")
    known = named_classes(classes)
    axes = axes_from_data(record.entry("in_axes"), known)
    options = Options(in_axes=axes, reduce=reduce, backend=backend, checked=checked)
    choose(backend, batched=options.batched)
    forms = [specialised_from_data(form, options, known) for form in record.listed("forms")]
    return Compiled(None, options, forms, name)
