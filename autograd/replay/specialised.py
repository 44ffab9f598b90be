"""A compiled function for one form of arguments: its paths, and the kernels that replay them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from autograd.containers import Structure, flatten
from autograd.errors import GuardError
from autograd.replay.arguments import Form, packed
from autograd.replay.backends import python_source
from autograd.replay.backends.base import BACKENDS, Kernel, choose, load_backend
from autograd.replay.passes import compacted, exact, fused, live
from autograd.replay.paths import Path, Paths
from autograd.replay.recorder import run_recorded, tape_of
from autograd.replay.results import Assembly
from autograd.replay.tape import Floats, Tape
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
    checked: bool = False

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
    """

    def __init__(self, function: Callable[..., Any] | None, form: Form, options: Options) -> None:
        self.form = form
        self.paths = Paths(options.max_paths, options.on_flip)
        self._function = function
        self._options = options
        self._backends = choose(options.backend, batched=options.batched)
        self._plain = options.backend in ("auto", "python") and not (options.batched or options.checked)

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
                break  # outside a domain
            if not isinstance(found, int):
                return path.structure.result(found)
            path = path.flips.get(found)
        return self(packed(numbers), np.empty((0, 1)))

    def __call__(self, shared: Floats, lanes: Floats) -> Any:
        """The result for these numbers; see :class:`~autograd.replay.arguments.Numbers`."""
        path = self.paths.straight
        if path is not None and not self._options.checked:
            role = "outputs" if self._options.reduce is None else "sum"
            results = self.kernel(path, role)(path.inputs_and_leaves(shared), lanes)
        else:
            path, results = self._by_path(shared, lanes)
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
        if role == "checked":
            from autograd.replay.backends import checked_lanes

            return checked_lanes.build(path.tape.returning(outputs + operands), self.form.batched, summed=False)
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
        function, name = self._function, getattr(self._function, "__name__", "the function")
        variables = [Traced(number, label) for number, label in zip(numbers, self.form.labels(function), strict=True)]
        result, comparisons = run_recorded(lambda: self.form.call(function, variables), checked=self._options.checked)
        outputs, structure = flatten(result, f"the result of {name}")
        roots = [output if isinstance(output, Value) else Constant(output) for output in outputs]
        tape, leaves = tape_of(roots, variables, comparisons)
        return Path(exact(tape), leaves, structure, _identity(tape))


class _Call:
    """One call in progress: its numbers, and how kernels are run on them.

    A kernel has one of these roles. ``outputs``: every example's results. ``operands``: what the guards compare.
    ``both``: the one, then the other. ``sum``: the results summed over the examples. ``checked``: as ``both``, and
    raises where an operation leaves its domain.
    """

    def __init__(self, owner: Specialised, shared: Floats, lanes: Floats, options: Options) -> None:
        self._owner = owner
        self._shared = shared
        self._lanes = lanes
        self._checked = options.checked
        self._summed = options.reduce is not None

    def evaluate(self, path: Path, examples: Any) -> tuple[Floats | None, Floats]:
        """The outputs, if they cost little more, and the operands of the guards."""
        if self._checked or self._summed:
            return None, self._run(path, "operands", examples)
        both = self._run(path, "both", examples)
        count = len(path.tape.outputs)
        return both[:count], both[count:]

    def outputs(self, path: Path, examples: Any) -> Floats:
        """The results of examples that follow ``path``; summed, if that is asked for."""
        if self._checked:
            results = self._run(path, "checked", examples)[: len(path.tape.outputs)]
            return results.sum(axis=1) if self._summed else results
        return self._run(path, "sum" if self._summed else "outputs", examples)

    def record(self, example: int) -> Path:
        """The path of one example."""
        return self._owner.record(self._owner.form.example(self._shared, self._lanes[:, example]))

    def _run(self, path: Path, role: str, examples: Any) -> Floats:
        lanes = self._lanes if isinstance(examples, slice) else np.ascontiguousarray(self._lanes[:, examples])
        return self._owner.kernel(path, role)(path.inputs_and_leaves(self._shared), lanes)


def _first_that_can(backends: list[str], tape: Tape, batched: tuple[bool, ...], *, summed: bool) -> Kernel:
    """The kernel of the first backend that knows all operations; the last one's refusal is the caller's."""
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
    return load_backend(name)(compacted(tape), batched, summed)


def _check_same(structure: Structure, other: Structure) -> None:
    """Refuse paths of one batch whose results have different structures."""
    if not structure.matches(other):
        raise TypeError(
            f"the examples of a batch must have results of one structure; on one path it is {structure}, "
            f"on another {other}"
        )


def _identity(tape: Tape) -> Hashable:
    """Equal for two recordings of the same way through a function."""
    ops = tuple((op.name, op.constants) for op in tape.ops)
    arrays = tuple(getattr(tape, name).tobytes() for name in ("code", "start", "args", "dest", "constants", "outputs"))
    return ops, arrays, tape.guards, tape.n_leaves
