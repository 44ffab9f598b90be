"""One run of a function, recorded, and how another run at the same numbers may differ from it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from autograd.errors import RecordingError
from autograd.replay.recorder import Recorded
from autograd.trees import TreeDef
from autograd.value import Value

__all__ = ["Run"]


class Run(NamedTuple):
    """One run of a function, recorded."""

    recorded: Recorded
    treedef: TreeDef
    outside: tuple[Value, ...]
    """The leaves that were there before it ran."""
    numbers: list[float]
    """The numbers that it returned."""

    def identity(self) -> Hashable:
        """Equal for two recordings of the same way through a function."""
        tape = self.recorded.tape
        ops = tuple((op.name, op.constants) for op in tape.ops)
        arrays = tuple(
            getattr(tape, name).tobytes() for name in ("code", "start", "args", "dest", "constants", "outputs")
        )
        return ops, arrays, tape.guards, tape.n_leaves

    def digest(self) -> int:
        """Equal for two runs that did the same in all that :meth:`difference` compares."""
        return hash((self.identity(), tuple(map(id, self.recorded.leaves)), self.treedef.key(), self.treedef.bools))

    def check_again(self, name: str, again: Run, when: str = "run twice at the same numbers") -> None:
        """Refuse a function that did something else when it was run again at the same numbers.

        Raises:
            RecordingError: it depends on more than its arguments and the leaves it reads, as on a random number.
        """
        difference = self.difference(again)
        if difference:
            raise RecordingError(
                f"{name} is not a function of its inputs: {when} it {difference}. A random number, a counter, the "
                f"clock or the like would stay in every replay as it was when it was recorded"
            )

    def difference(self, second: Run) -> str:
        """How the second run differs from this one, in words; empty if it does not."""
        (tape, leaves), (again, leaves_again) = self.recorded, second.recorded
        numbers, others = tape.constants.tolist(), again.constants.tolist()
        changed = [pair for pair in zip(numbers, others, strict=False) if repr(pair[0]) != repr(pair[1])]
        found = {
            f"compared otherwise ({len(tape.guards)} comparisons, then {len(again.guards)})": (
                [guard.outcome for guard in tape.guards] != [guard.outcome for guard in again.guards]
            ),
            f"read other leaves ({len(leaves)}, then {len(leaves_again)})": (
                [*map(id, leaves)] != [*map(id, leaves_again)]
            ),
            f"returned {self.treedef}, then {second.treedef}": not self.treedef.returns_as(second.treedef),
            f"used {len(numbers)} numbers of its own, then {len(others)}": len(numbers) != len(others),
            f"used the number {changed[0][0]!r}, then {changed[0][1]!r}" if changed else "": bool(changed),
            f"did other operations ({len(tape)}, then {len(again)})": self.identity() != second.identity(),
        }
        return next((words for words, differs in found.items() if differs), "")
