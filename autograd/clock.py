"""The clock of stale detection.

It ticks whenever a leaf is set. Every node keeps the time at which it was computed, every leaf the time at which
it was set; a node older than one of its operands is stale.
"""

from __future__ import annotations

import threading

__all__ = ["clock", "writing"]

writing = threading.RLock()
"""Held while the clock ticks and while gradients are written: both read, add and write."""


class Clock:
    """Counts how often leaves were set, in this process."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0

    def tick(self) -> int:
        """A new time, later than every other."""
        with writing:
            self.now += 1
            return self.now

    def catch_up(self, time: int) -> None:
        """Be no earlier than ``time``, which came with a loaded graph: what is set from now on is newer."""
        with writing:
            self.now = max(self.now, time)


clock = Clock()
"""The one clock. Read ``clock.now`` before reading data: a leaf set in between is then seen to be newer."""
