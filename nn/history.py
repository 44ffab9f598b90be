"""The history of a training: the numbers of each epoch, their table, and the progress bar."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["Epoch", "History", "ProgressBar"]


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the examples.

    >>> from nn import Epoch
    >>> Epoch(0, loss=0.5, gradient_norm=1.25, seconds=0.01).loss
    0.5
    """

    epoch: int
    """Its number, counted from 0."""
    loss: float
    """The mean loss of the examples, each before the step that followed it."""
    gradient_norm: float
    """The norm of the gradient, before clipping; with batches the mean of theirs."""
    seconds: float
    """How long it took."""
    lr: float | None = None
    """The learning rate; None where the method has none."""
    validation_loss: float | None = None
    """The mean loss on the validation data after the epoch; None without such data."""
    metrics: dict[str, float] = field(default_factory=dict)
    """Each metric after the epoch, on what is learnt from; on the validation data as ``validation_...``."""


def _column(name: str, meaning: str) -> property:
    """A number of every epoch, as a list; without the epochs that lack it."""
    return property(
        lambda history: [number for epoch in history if (number := getattr(epoch, name)) is not None], doc=meaning
    )


@dataclass
class History:
    """The epochs of a :func:`~nn.fit`; each column is a list with a number for each epoch.

    >>> from nn import MLP, fit
    >>> history = fit(MLP(1, [1], rng=0), [[0.0], [1.0]], [1.0, 3.0], loss="mse", lr=0.5, epochs=3)
    >>> len(history), len(history.loss), history.loss[2] < history.loss[0]
    (3, 3, True)
    """

    epochs: list[Epoch] = field(default_factory=list)
    """The epochs that were completed."""
    best_epoch: int | None = None
    """With ``patience``: the epoch with the least validation loss, whose parameters the model has."""
    stopped: str = ""
    """Why training ended before the last epoch; empty if it did not."""
    interrupted: bool = False
    """Whether Ctrl-C ended it."""
    remarks: list[str] = field(default_factory=list)
    """Advice: that the loss has grown, or that some parameters had a gradient of 0 throughout the first epoch."""

    loss = _column("loss", "The loss of each epoch.")
    validation_loss = _column("validation_loss", "The validation loss after each epoch; empty without such data.")
    gradient_norm = _column("gradient_norm", "The norm of the gradient in each epoch.")
    lr = _column("lr", "The learning rate of each epoch; empty where the method has none.")
    seconds = _column("seconds", "How long each epoch took.")

    @property
    def metrics(self) -> dict[str, list[float]]:
        """Each metric after each epoch, by name."""
        names = self.epochs[0].metrics if self.epochs else {}
        return {name: [epoch.metrics[name] for epoch in self.epochs] for name in names}

    def to_dict(self) -> dict[str, list[float]]:
        """Every column by name: for JSON, or ``pandas.DataFrame(history.to_dict())``.

        >>> from nn.history import Epoch, History
        >>> History([Epoch(0, loss=2.0, gradient_norm=1.0, lr=0.1, seconds=0.5)]).to_dict()
        {'epoch': [0], 'loss': [2.0], 'gradient_norm': [1.0], 'lr': [0.1], 'seconds': [0.5]}
        """
        columns = {
            "epoch": [epoch.epoch for epoch in self], "loss": self.loss, "validation_loss": self.validation_loss,
            **self.metrics, "gradient_norm": self.gradient_norm, "lr": self.lr, "seconds": self.seconds,
        }  # fmt: skip
        return {name: numbers for name, numbers in columns.items() if numbers or name not in ("validation_loss", "lr")}

    def __len__(self) -> int:
        return len(self.epochs)

    def __iter__(self) -> Iterator[Epoch]:
        return iter(self.epochs)

    def __getitem__(self, index: int) -> Epoch:
        return self.epochs[index]

    def __repr__(self) -> str:
        if not self.epochs:
            return "History(no epochs)"
        said = "".join(f", {each}" for each in (self.stopped, *self.remarks) if each)
        return f"History({len(self)} epochs, loss {self.loss[0]:.6g} -> {self.loss[-1]:.6g}{said})"

    def __str__(self) -> str:
        """The table as plain text."""
        from rich.console import Console

        console = Console(width=120, color_system=None, force_terminal=False, force_jupyter=False)
        with console.capture() as capture:
            console.print(self)
        return capture.get().rstrip("\n")

    def __rich__(self) -> Any:
        return self.table()

    def table(self, rows: int = 12) -> Table:
        """The epochs as a table for a terminal; of more than ``rows``, an even sample.

        >>> from nn.history import Epoch, History
        >>> print(History([Epoch(0, loss=2.0, gradient_norm=1.5, lr=0.1, seconds=0.5)]))
        epoch   loss   gradient norm    lr   seconds
        ────────────────────────────────────────────
            0      2             1.5   0.1       0.5
        """
        from rich import box
        from rich.table import Table

        columns = self.to_dict()
        table = Table(
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            show_edge=False,
            caption="; ".join(filter(None, [self.stopped, *self.remarks])) or None,
        )
        for name in columns:
            table.add_column(name.replace("_", " "), justify="right")
        for place in _spread(len(self), rows):
            table.add_row(*[_shown(name, numbers[place]) for name, numbers in columns.items()])
        return table


def _spread(count: int, rows: int) -> list[int]:
    """At most ``rows`` of ``count`` places, evenly spread from the first to the last."""
    if count <= rows:
        return list(range(count))
    return sorted({round(row * (count - 1) / (rows - 1)) for row in range(rows)})


def _shown(name: str, number: float) -> str:
    return f"{number:.2g}" if name == "seconds" else f"{number:.4g}"


PATIENCE = 1.0
"""Seconds of work before the bar appears."""

INTERVAL = 0.1
"""Seconds between two updates of it."""


class ProgressBar:
    """A bar with the epochs done of ``total``, the present loss and the time left, on standard error.

    It appears only on long work, and only on a terminal or in a notebook; not ``enabled`` it is silent.
    """

    def __init__(self, total: int, *, enabled: bool) -> None:
        self._total = total
        self._next = time.perf_counter() + PATIENCE if enabled else float("inf")
        self._bar: Any = None
        self._task: Any = None

    def update(self, done: float, loss: float) -> None:
        """Show that ``done`` epochs are done, and the loss."""
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
        """Start the bar, if there is a terminal or notebook to show it."""
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

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
