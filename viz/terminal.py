"""Text views on a terminal: as wide as it is, in the signs of its encoding."""

from __future__ import annotations

import io
import sys

from rich.console import Console, RenderableType

__all__ = ["as_text", "for_stdout", "in_signs_of", "show"]

_SPELT = str.maketrans(
    {
        "∂": "d", "·": "*", "−": "-", "×": "*", "′": "'", "…": "...", "↑": "^", "√": "sqrt", "σ": "sigma", "Σ": "sum",
        "Π": "prod", "Φ": "Phi", "φ": "phi", "ψ": "psi", "Γ": "Gamma", "≠": "!=", "≈": "~", "⌊": "floor(", "⌋": ")",
        "⌈": "ceil(", "⌉": ")",
        "²": "^2", "³": "^3", "─": "-", "│": "|", "├": "|", "└": "`",
    }
)  # fmt: skip


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
