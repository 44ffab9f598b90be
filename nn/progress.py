"""A progress bar that shows itself only on long work, and only to a person who watches a terminal or notebook."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self

__all__ = ["ProgressBar"]

PATIENCE = 1.0
"""Seconds of work before the bar appears."""

INTERVAL = 0.1
"""Seconds between two pictures of it."""


class ProgressBar:
    """How many of ``total`` epochs are done, the present loss and the time left; printed to standard error.

    Args:
        total: how many epochs there are.
        enabled: False keeps it silent.
    """

    def __init__(self, total: int, *, enabled: bool) -> None:
        self._total = total
        self._next = time.perf_counter() + PATIENCE if enabled else float("inf")
        self._bar: Any = None
        self._task: Any = None

    def update(self, done: float, loss: float) -> None:
        """Say that ``done`` epochs are done, and what the loss is."""
        now = time.perf_counter()
        if now < self._next:
            return
        if self._bar is None and not self._appear(done, loss):
            self._next = float("inf")
            return
        self._next = now + INTERVAL
        self._bar.update(self._task, completed=done, loss=loss, epoch=int(done))
        self._bar.refresh()

    def _appear(self, done: float, loss: float) -> bool:
        """Draw the bar, if there is anyone to see it."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        if not (console.is_terminal or console.is_jupyter):
            return False
        self._bar = Progress(
            TextColumn(f"epoch {{task.fields[epoch]}}/{self._total}"),
            BarColumn(),
            TextColumn("loss {task.fields[loss]:.4g}"),
            TimeRemainingColumn(),
            console=console,
            auto_refresh=False,
            transient=True,
        )
        self._task = self._bar.add_task("", total=self._total, completed=done, loss=loss, epoch=int(done))
        self._bar.start()
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
