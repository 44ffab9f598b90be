"""Whether a function is being recorded, and who watches: the one hook of :mod:`autograd.replay` in the engine.

A recording reads off the graph what a function computed, so operations need not know of it. Two events leave no
trace in a graph, and are reported here: a comparison, which decides a branch, and a number that is taken out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, Protocol

__all__ = ["Recording", "observe", "recorded_in", "recording", "refuse_while_recording", "release"]


class Recording(Protocol):
    """The watcher while a function is recorded: see :mod:`autograd.replay.recorder`."""

    def guard(self, relation: str, left: Any, right: Any, outcome: bool) -> None:  # noqa: FBT001 -- a fourth datum
        """Note that a comparison of Values came out so."""

    def computed(self, op: Any, parents: tuple[Any, ...]) -> float:
        """The value of an operation; note whether it was in its domain, where that decides what the function does."""

    def raises(self) -> bool:
        """Whether an operation that is outside its domain now raises, rather than go on in IEEE arithmetic."""

    def raised(self, error: Any) -> Any:
        """Note that it does raise ``error``, which is returned."""

    def refuse(self, node: Any, taking: str) -> None:
        """Raise RecordingError where ``taking`` it from ``node`` would freeze a number in the recording."""


_RECORDING: ContextVar[Recording | None] = ContextVar("autograd.recording", default=None)

recording: Callable[[], Recording | None] = _RECORDING.get
"""The recorder of this moment, in this thread or task."""


observe, release = _RECORDING.set, _RECORDING.reset
"""Let another watch from now on; let the one before watch again."""


@contextlib.contextmanager
def recorded_in(by: Recording | None) -> Iterator[None]:
    """Let ``by`` watch the code inside; None: nobody."""
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
