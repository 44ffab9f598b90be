"""The paths that a recorded function was seen to take, and which of them an example follows.

A path is one run of the function: a tape with the comparisons that it made. It is right for exactly those
examples for which they all come out the same. An example for which one does not is passed on along the *flip* of
that comparison, to the path that was recorded when it first came out so; where there is none yet, the function is
run on that example, and another path is known.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.containers import Structure
from autograd.context import clock
from autograd.errors import GuardError, RecordingWarning
from autograd.replay.arguments import packed
from autograd.replay.backends.base import Kernel
from autograd.replay.domains import Refusal
from autograd.replay.results import Assembly
from autograd.replay.tape import RELATIONS, Floats, Guard, Tape
from autograd.sites import warn
from autograd.value import Value

__all__ = ["Path", "Paths", "Share"]


class Path:
    """One way through the function.

    Attributes:
        tape: what it computes, equal to eager evaluation bit for bit.
        leaves: the live leaves of the tape.
        outside: those of them that were there before the function ran.
        structure: how the results are held.
        flips: for the index of a guard the path to try where that guard comes out differently.
        identity: equal for recordings of the same way.
        assembly: what puts the results together, made when they are first asked for.
        kernels: what replays the tape, by what it is used for.
        scalar: what replays it for a single example: see :func:`~autograd.replay.backends.python_source.straight_line`.
    """

    def __init__(
        self,
        tape: Tape,
        leaves: Sequence[Value],
        structure: Structure,
        identity: Hashable,
        outside: tuple[Value, ...] = (),
    ) -> None:
        self.tape = tape
        self.outside = outside
        self.leaves = tuple(leaves)
        self.structure = structure
        self.identity = identity
        self.flips: dict[int, Path] = {}
        self.assembly: Assembly | None = None
        self.kernels: dict[str, Kernel] = {}
        self.scalar: Callable[[list[float]], tuple[float, ...] | int] | None = None
        self._read: tuple[int, Floats] | None = None

    def inputs_and_leaves(self, shared: Floats) -> Floats:
        """``shared`` followed by the present data of the live leaves."""
        if not self.leaves:
            return shared
        now = clock.now  # read before the data: a leaf that is set meanwhile is then read again next time
        read = self._read
        if read is None or read[0] != now:
            data = packed([leaf._data for leaf in self.leaves])
            read = self._read = (now, data)
        return np.concatenate([shared, read[1]])

    def operands(self) -> list[int]:
        """The slots that the guards compare: all left operands, then all right ones."""
        return [guard.left for guard in self.tape.guards] + [guard.right for guard in self.tape.guards]


Evaluate = Callable[[Path, Any], tuple[Floats | None, Floats]]


class Share(NamedTuple):
    """Some examples, and the path that they follow."""

    path: Path
    examples: Any
    """The indices of the examples, or ``slice(None)`` for all."""
    values: Floats | None
    """The outputs, one column for each example, if they were computed on the way."""


class Paths:
    """All paths that are known, and the search for the right one.

    Args:
        max_paths: how many there may be.
        on_flip: ``"record"`` or ``"raise"``: what to do about a comparison that comes out in a new way.
    """

    def __init__(self, max_paths: int, on_flip: str) -> None:
        self.known: list[Path] = []
        self._max_paths = max_paths
        self._on_flip = on_flip
        self._lock = threading.Lock()

    @property
    def straight(self) -> Path | None:
        """The path of every example, if the function compares nothing; None before it is recorded."""
        return self.known[0] if self.known and not self.known[0].tape.guards else None

    def partition(self, count: int, evaluate: Evaluate, record: Callable[[int], Path]) -> Iterator[Share]:
        """Tell each of ``count`` examples its path.

        Args:
            count: how many examples there are.
            evaluate: for a path and some examples the outputs (or None), and the operands of the guards, both with
                one column for each example.
            record: runs the function on one example and returns its path.

        Raises:
            GuardError: an example follows a path that may not be recorded.
        """
        if not self.known:
            self._recorded(record(0), None)
        waiting: list[tuple[Path, Any]] = [(self.known[0], slice(None))]
        while waiting:
            path, examples = waiting.pop()
            if not path.tape.guards:
                yield Share(path, examples, None)
                continue
            values, operands = evaluate(path, examples)
            failed = _first_failures(path.tape.guards, operands)
            holds = failed < 0
            if holds.all():
                yield Share(path, examples, values)
                continue
            indices = np.arange(count)[examples]
            if holds.any():
                yield Share(path, indices[holds], None if values is None else values[:, holds])
            for guard in np.unique(failed[~holds]).tolist():
                rest = indices[failed == guard]
                follow = path.flips.get(guard)
                if follow is None:
                    # The example that is recorded needs no check, so that the search ends even where
                    # rounding lets a comparison of this backend disagree with that of the recording.
                    follow = self._recorded(record(int(rest[0])), (path, guard))
                    yield Share(follow, rest[:1], None)
                    rest = rest[1:]
                if len(rest):
                    waiting.append((follow, rest))

    def _recorded(self, found: Path, flip: tuple[Path, int] | None) -> Path:
        """``found`` as a path that is known from now on; if it was already, the one that is."""
        with self._lock:
            for path in self.known:
                if path.identity == found.identity:
                    return path
            if flip is not None:
                self._check_allowed(*flip)
                flip[0].flips.setdefault(flip[1], found)
            self.known.append(found)
            return found

    def _check_allowed(self, path: Path, index: int) -> None:
        guard = path.tape.guards[index]
        refused = _refused_by(path.tape, guard)
        what = (
            f"{refused.of.name} {'was' if guard.outcome else 'was not'} outside its domain when this was recorded, and "
            f"{'is not' if guard.outcome else 'is'} now"
            if refused
            else f"a comparison {guard.relation!r} that was recorded as {guard.outcome} came out {not guard.outcome}"
        )
        where = f"at {guard.site or 'an unknown line'}"
        if self._on_flip == "raise":
            raise GuardError(f"{what}, {where}. With on_flip='record' another path would be recorded.")
        if len(self.known) >= self._max_paths:
            raise GuardError(
                f"{what}, {where}, and max_paths={self._max_paths} are recorded. {_advice(refused, guard)} Or raise "
                f"max_paths, or call the function without compile()."
            )
        if len(self.known) == _MANY and self._max_paths > _MANY:
            warn(
                f"{_MANY} paths of a compiled function are recorded, and each new one costs a run of it; the last "
                f"because {what}, {where}. {_advice(refused, guard)} Or set max_paths={_MANY}, to be refused more.",
                RecordingWarning,
            )


_MANY = 32
"""After how many paths there is a word about it."""


def _refused_by(tape: Tape, guard: Guard) -> Refusal | None:
    """The question for an operation's domain that a guard asks; None of a comparison that the user wrote."""
    ops = [tape.ops[code] for code in tape.code[tape.dest == guard.left].tolist()]
    return ops[0] if ops and isinstance(ops[0], Refusal) else None


_FUNCTIONS = {
    "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal",
}  # fmt: skip


def _advice(refused: Refusal | None, guard: Guard) -> str:
    if refused:
        return f"Choose an input in the domain with where(), which needs no path, before {refused.of.name} meets it."
    return (
        f"Choose with where({_FUNCTIONS[guard.relation]}(a, b), x, y) rather than by 'a {guard.relation} b', or with "
        f"maximum() or minimum(): they need no paths. A loop whose length depends on the numbers needs a path for each "
        f"length: give it a fixed length, and stop changing what it computes with where()."
    )


def _first_failures(guards: Sequence[Guard], operands: Floats) -> Any:
    """For each example the index of the first guard that does not hold, or -1."""
    left, right = operands[: len(guards)], operands[len(guards) :]
    fails = np.empty(left.shape, dtype=bool)
    alike: defaultdict[tuple[str, bool], list[int]] = defaultdict(list)
    for index, guard in enumerate(guards):
        alike[guard.relation, guard.outcome].append(index)
    for (relation, outcome), which in alike.items():  # there may be thousands of guards, of few kinds
        fails[which] = RELATIONS[relation](left[which], right[which]) != outcome
    return np.where(fails.any(axis=0), fails.argmax(axis=0), -1)
