"""Text views on a terminal: as wide as it is, in the signs of its encoding."""

from __future__ import annotations

import io
import sys

from rich.box import ASCII2, SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

__all__ = ["TextView", "as_text", "for_stdout", "in_signs_of", "show", "table_for", "written"]

_SPELT = str.maketrans(
    {
        "∂": "d", "·": "*", "−": "-", "×": "*", "′": "'", "…": "...", "↑": "^", "√": "sqrt", "σ": "sigma", "Σ": "sum",
        "Π": "prod", "Φ": "Phi", "φ": "phi", "ψ": "psi", "Γ": "Gamma", "≠": "!=", "≈": "~", "⌊": "floor(", "⌋": ")",
        "⌈": "ceil(", "⌉": ")",
        "²": "^2", "³": "^3", "─": "-", "│": "|", "├": "|", "└": "`",
    }
)  # fmt: skip


class TextView:
    """The base of a view that prints itself; a subclass yields its parts from ``__rich_console__``."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        raise NotImplementedError

    def __str__(self) -> str:
        return as_text(self)

    __repr__ = __str__


def written(text: str, options: ConsoleOptions) -> Text:
    """``text``, in the signs that the console has."""
    return Text(in_signs_of("ascii", text) if options.ascii_only else text)


def table_for(options: ConsoleOptions, *, show_footer: bool = False) -> Table:
    """An empty table with a line under its heads, in the signs that the console has."""
    box = ASCII2 if options.ascii_only else SIMPLE_HEAD
    return Table(show_edge=False, pad_edge=False, box=box, show_footer=show_footer)


def show(view: RenderableType) -> None:
    """Print ``view``: with colours on a terminal, unless NO_COLOR is set."""
    encoding = _encoding()
    if encoding.startswith("utf"):
        Console().print(view)
    else:
        sys.stdout.write(as_text(view) + "\n")


def as_text(view: RenderableType) -> str:
    """``view`` as plain text for ``print``, as wide as the terminal and without colours."""
    console = Console(file=io.StringIO(), color_system=None, force_jupyter=False)
    with console.capture() as capture:
        console.print(view)
    return for_stdout("\n".join(line.rstrip() for line in capture.get().splitlines()))


def for_stdout(text: str) -> str:
    """``text`` in signs that standard output has."""
    return in_signs_of(_encoding(), text)


def in_signs_of(encoding: str, text: str) -> str:
    """``text`` in signs that ``encoding`` has.

    >>> in_signs_of("ascii", "∂L/∂a = −0.5"), in_signs_of("utf-8", "∂L")
    ('dL/da = -0.5', '∂L')
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_SPELT).encode(encoding, "backslashreplace").decode(encoding)
    return text


def _encoding() -> str:
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
