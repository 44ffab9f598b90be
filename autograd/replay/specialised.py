"""A compiled function for one form of arguments: its paths, and the kernels that replay them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, cast

import numpy as np

from autograd.containers import Structure, flatten
from autograd.context import clock
from autograd.errors import GuardError, RecordingError
from autograd.replay.arguments import Form, packed
from autograd.replay.backends import python_source
from autograd.replay.backends.base import BACKENDS, Kernel, choose, load_backend
from autograd.replay.domains import Refusal
from autograd.replay.passes import exact, fused, live
from autograd.replay.paths import Path, Paths
from autograd.replay.recorder import ConnectedError, Recorded, run_recorded, tape_of
from autograd.replay.results import Assembly
from autograd.replay.tape import Floats, Tape
from autograd.replay.watching import Watch
from autograd.sweep import describe
from autograd.value import Constant, Traced, Value

__all__ = ["Options", "Specialised"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What :func:`~autograd.compile` was told; see there."""

    in_axes: Any = None
    reduce: str | None = None
    backend: str = "auto"
    on_flip: str = "record"
    max_paths: int = 64
    domain: Literal["raise", "nan"] | None = None
    """What an operation does outside its domain. None: go on in IEEE arithmetic, unless the function catches it."""
    static_argnums: tuple[int, ...] = ()
    static_argnames: tuple[str, ...] = ()
    closed: bool = False
    """Nothing from outside is used, and no domain is left: what would do either is refused."""
    verify: bool = False

    @property
    def batched(self) -> bool:
        """Whether a call is given many examples."""
        return self.in_axes is not None


_SHORT = 1000
"""How many instructions plain Python replays before a compiled kernel is worth its call, and its compilation."""


class Specialised:
    """Records and replays the calls of one form.

    Args:
        function: what is recorded; None if it is not at hand, as for a function that was loaded.
        form: what all these calls share.
        options: how.
        watch: called before a path is recorded, so that changes in what the function reads are noticed.
    """

    def __init__(
        self,
        function: Callable[..., Any] | None,
        form: Form,
        options: Options,
        watch: Callable[[], Watch | None] | None = None,
    ) -> None:
        self.form = form
        self._watch = watch
        self._connected = ""
        self.paths = Paths(options.max_paths, options.on_flip)
        self._function = function
        self._options = options
        self._backends = choose(options.backend, batched=options.batched)
        self._plain = options.backend in ("auto", "python") and not options.batched

    def single(self, numbers: list[float]) -> Any:
        """The result for one example that is not part of a batch.

        A short tape is replayed in plain Python, which takes less than to fill an array.
        """
        path = self.paths.known[0] if self.paths.known and self._plain else None
        while path is not None:
            replay = path.scalar
            if replay is None:
                if self._options.backend == "auto" and len(path.tape) > _SHORT:
                    break
                replay = path.scalar = python_source.straight_line(path.tape)
            try:
                found = replay([*numbers, *[leaf._data for leaf in path.leaves]])
            except (ArithmeticError, ValueError):
                if self._options.closed:
                    raise
                break  # outside a domain
            if not isinstance(found, int):
                return path.structure.result(found)
            path = path.flips.get(found)
        return self(packed(numbers), np.empty((0, 1)))

    def __call__(self, shared: Floats, lanes: Floats) -> Any:
        """The result for these numbers; see :class:`~autograd.replay.arguments.Numbers`."""
        path = self.paths.straight
        if path is not None:
            role = "outputs" if self._options.reduce is None else "sum"
            results = self.kernel(path, role)(path.inputs_and_leaves(shared), lanes)
        else:
            path, results = self._by_path(shared, lanes)
        if self._options.closed and not np.isfinite(results).all():
            raise ArithmeticError
        if self._options.reduce == "mean":
            results /= lanes.shape[1]
        elif not self._options.batched:
            results = results[:, 0]
        if path.assembly is None:
            path.assembly = Assembly(path.structure, batched=self._options.batched and self._options.reduce is None)
        return path.assembly(results)

    def _by_path(self, shared: Floats, lanes: Floats) -> tuple[Path, Floats]:
        """The results of examples that may follow different paths; and one of these."""
        count, summed = lanes.shape[1], self._options.reduce is not None
        first: Path | None = None
        results: Any = None
        call = _Call(self, shared, lanes, self._options)
        for path, examples, values in self.paths.partition(count, call.evaluate, call.record):
            first = first or path
            _check_same(first.structure, path.structure)
            found = call.outputs(path, examples) if values is None else values
            if summed:
                results = found if results is None else results + found
            elif isinstance(examples, slice):
                results = found
            else:
                results = np.empty((len(found), count)) if results is None else results
                results[:, examples] = found
        return cast("Path", first), results

    def kernel(self, path: Path, role: str) -> Kernel:
        """The kernel that uses ``path`` in one of the ways of :class:`_Call`, made when it is first asked for."""
        kernel = path.kernels.get(role)
        if kernel is None:
            kernel = path.kernels.setdefault(role, self._built(path, role))
        return kernel

    def _built(self, path: Path, role: str) -> Kernel:
        outputs, operands = path.tape.outputs.tolist(), path.operands()
        wanted = {"outputs": outputs, "operands": operands, "both": outputs + operands, "sum": outputs}[role]
        # With its guards: what they depend on is not fused. They go, and what served them alone, where it is built.
        tape = live(replace(path.tape, outputs=np.array(wanted, dtype=np.int32)))
        backends = ["python"] if self._plain and len(tape) <= _SHORT else self._backends
        return _first_that_can(backends, tape, self.form.batched, summed=role == "sum")

    def record(self, numbers: list[float]) -> Path:
        """The path that the function takes at ``numbers``, which may be known already."""
        if self._function is None:
            raise GuardError(
                "a comparison came out as on no path of this tape, and the function itself is not at hand to record "
                "another. Compile the function, call it on such numbers too, and save it again."
            )
        if self._connected:
            raise ConnectedError(self._connected)
        watch = self._watch() if self._watch is not None else None
        if watch is not None and watch.computed is not None and not self._options.batched:
            raise ConnectedError(f"uses {describe(watch.computed)}, which was computed outside of it")
        since = clock.tick()
        try:
            (tape, leaves), structure = found = self._recorded(numbers, since)
        except ConnectedError as error:
            self._connected = str(error)
            raise
        outside = tuple(leaf for leaf in leaves if leaf._version < since)
        if outside and self._options.closed:
            raise ConnectedError(f"uses {describe(outside[0])}, which was made outside of it")
        identity = _identity(tape)
        if not self._options.verify:
            path = Path(exact(tape), leaves, structure, identity, outside)
        else:
            _check_same_again(self._name, found, self._recorded(numbers, since))
            replayed, kernels = _KNOWN.of(tape, (identity, self.form.batched, tuple(self._backends), self._plain))
            path = Path(replayed, leaves, structure, identity, outside)
            path.kernels = kernels
        return path

    def _recorded(self, numbers: list[float], since: int) -> _Run:
        """One run of the function at ``numbers``."""
        function = cast("Callable[..., Any]", self._function)
        variables = [Traced(number, label) for number, label in zip(numbers, self.form.labels(function), strict=True)]
        result, comparisons = run_recorded(lambda: self.form.call(function, variables), self._options.domain)
        outputs, structure = flatten(result, f"the result of {self._name}")
        roots = [output if isinstance(output, Value) else Constant(output) for output in outputs]
        return _Run(tape_of(roots, variables, comparisons, since), structure)

    @property
    def _name(self) -> str:
        return getattr(self._function, "__name__", "the function")


class _Call:
    """One call in progress: its numbers, and how kernels are run on them.

    A kernel has one of these roles. ``outputs``: every example's results. ``operands``: what the guards compare.
    ``both``: the one, then the other. ``sum``: the results summed over the examples.
    """

    def __init__(self, owner: Specialised, shared: Floats, lanes: Floats, options: Options) -> None:
        self._owner = owner
        self._shared = shared
        self._lanes = lanes
        self._summed = options.reduce is not None

    def evaluate(self, path: Path, examples: Any) -> tuple[Floats | None, Floats]:
        """The outputs, if they cost little more, and the operands of the guards."""
        if self._summed:
            return None, self._run(path, "operands", examples)
        both = self._run(path, "both", examples)
        count = len(path.tape.outputs)
        return both[:count], both[count:]

    def outputs(self, path: Path, examples: Any) -> Floats:
        """The results of examples that follow ``path``; summed, if that is asked for."""
        return self._run(path, "sum" if self._summed else "outputs", examples)

    def record(self, example: int) -> Path:
        """The path of one example."""
        return self._owner.record(self._owner.form.example(self._shared, self._lanes[:, example]))

    def _run(self, path: Path, role: str, examples: Any) -> Floats:
        lanes = self._lanes if isinstance(examples, slice) else np.ascontiguousarray(self._lanes[:, examples])
        return self._owner.kernel(path, role)(path.inputs_and_leaves(self._shared), lanes)


def _first_that_can(backends: list[str], tape: Tape, batched: tuple[bool, ...], *, summed: bool) -> Kernel:
    """The kernel of the first backend that knows all operations; the last one's refusal is the caller's.

    Whether an operation refuses its inputs is told by running it in Python, where NumPy's result is not finite.
    """
    if any(isinstance(op, Refusal) for op in tape.ops):
        needed = live(tape.returning(tape.outputs.tolist()))
        if any(isinstance(op, Refusal) for op in needed.ops) and backends != ["python"]:
            backends = ["numpy"]
    for name in backends[:-1]:
        try:
            return _built_by(name, tape, batched, summed=summed)
        except NotImplementedError:
            continue
    return _built_by(backends[-1], tape, batched, summed=summed)


def _built_by(name: str, tape: Tape, batched: tuple[bool, ...], *, summed: bool) -> Kernel:
    tape = fused(tape) if BACKENDS[name].fuses else tape
    if tape.guards:
        tape = live(tape.returning(tape.outputs.tolist()))
    return load_backend(name)(tape, batched, summed)


def _check_same(structure: Structure, other: Structure) -> None:
    """Refuse paths of one batch whose results have different structures."""
    if not structure.matches(other) or structure.static() != other.static():
        raise TypeError(
            f"the examples of a batch must have results of one structure; on one path it is {structure}, "
            f"on another {other}"
        )


class _Run(NamedTuple):
    """What one run of a function gave."""

    recorded: Recorded
    structure: Structure


def _check_same_again(name: str, first: _Run, second: _Run) -> None:
    """Refuse a function that did something else when it was run again at the same numbers.

    Raises:
        RecordingError: it depends on more than its arguments and the leaves it reads, as on a random number.
    """
    difference = _difference(first, second)
    if difference:
        raise RecordingError(
            f"{name} is not a function of its inputs: run twice at the same numbers it {difference}. A random number, "
            f"a counter, the clock or the like would stay in every replay as it was when it was recorded"
        )


def _difference(first: _Run, second: _Run) -> str:
    """How the second run differs from the first, in words; empty if it does not."""
    (tape, leaves), (again, leaves_again) = first.recorded, second.recorded
    numbers, others = tape.constants.tolist(), again.constants.tolist()
    changed = [pair for pair in zip(numbers, others, strict=False) if repr(pair[0]) != repr(pair[1])]
    found = {
        f"compared otherwise ({len(tape.guards)} comparisons, then {len(again.guards)})": (
            [guard.outcome for guard in tape.guards] != [guard.outcome for guard in again.guards]
        ),
        f"read other leaves ({len(leaves)}, then {len(leaves_again)})": [*map(id, leaves)] != [*map(id, leaves_again)],
        f"returned {first.structure}, then {second.structure}": not first.structure.matches(second.structure),
        f"used {len(numbers)} numbers of its own, then {len(others)}": len(numbers) != len(others),
        f"used the number {changed[0][0]!r}, then {changed[0][1]!r}" if changed else "": bool(changed),
        f"did other operations ({len(tape)}, then {len(again)})": _identity(tape) != _identity(again),
    }
    return next((words for words, differs in found.items() if differs), "")


class _Known:
    """Tapes that were replayed before, with their kernels: a function that is recorded anew costs its recording alone.

    A tape is known by all that it holds, so what is kept can never be out of date; the least recently used go first.
    """

    _MOST_INSTRUCTIONS = 200_000

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[Tape, dict[str, Kernel]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, tape: Tape, use: Hashable) -> tuple[Tape, dict[str, Kernel]]:
        """``tape`` as it is replayed, and the kernels that were built of it for ``use``."""
        key = tape.ops, tape.labels, use
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = exact(tape), dict[str, Kernel]()
        with self._lock:
            found = self._kept.setdefault(key, found)
            while len(self._kept) > 1 and sum(len(kept) for kept, _ in self._kept.values()) > self._MOST_INSTRUCTIONS:
                self._kept.popitem(last=False)
        return found


_KNOWN = _Known()


def _identity(tape: Tape) -> Hashable:
    """Equal for two recordings of the same way through a function."""
    ops = tuple((op.name, op.constants) for op in tape.ops)
    arrays = tuple(getattr(tape, name).tobytes() for name in ("code", "start", "args", "dest", "constants", "outputs"))
    return ops, arrays, tape.guards, tape.n_leaves
