"""What an expression of Python becomes in C: a text, and what kind of number it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograd.replay.backends.translation import Unsupported, exact

__all__ = ["AMBIGUOUS", "C", "as_number", "c_number", "condition_text", "has_c", "indented", "written_name"]

AMBIGUOUS = object()
"""Stands for a variable that is one known thing or another, depending on numbers."""


@dataclass(frozen=True, slots=True)
class C:
    """An expression in C, of a double that is only known when it runs.

    Attributes:
        text: what is written.
        whole: whether it is an int in Python; None where that depends on numbers.
        truth: whether it is a condition, an int in C that is 0 or not.
    """

    text: str
    whole: bool | None = False
    truth: bool = False

    @property
    def condition(self) -> str:
        """As a condition: true where Python has it true, at nan too."""
        return self.text if self.truth else f"({self.text} != 0.0)"

    @property
    def number(self) -> C:
        """As a double: of a condition 1 or 0."""
        return C(f"(double)({self.text} != 0)", whole=True) if self.truth else self


def c_number(value: float) -> str:
    """A number as C reads it, with every bit."""
    if math.isfinite(value):
        return repr(float(value)) if math.copysign(1.0, value) > 0.0 else f"({float(value)!r})"
    return "NAN" if math.isnan(value) else "INFINITY" if value > 0.0 else "(-INFINITY)"


def indented(lines: Sequence[str]) -> list[str]:
    """Lines inside a block."""
    return [f"    {line}" for line in lines]


def written_name(name: str) -> str:
    """A name in letters that every C compiler takes."""
    return "".join(letter if letter.isascii() else f"u{ord(letter):x}" for letter in name)


def condition_text(found: Any) -> str:
    """A condition, known or not."""
    return found.condition if isinstance(found, C) else str(int(found))


def as_number(value: Any) -> C:
    """A number, known or not, as a double."""
    if isinstance(value, C):
        return value.number
    if not isinstance(value, (int, float)):
        raise Unsupported(f"{value!r} is not a number")
    return C(c_number(exact(value)), whole=isinstance(value, int))


def has_c(value: Any) -> bool:
    """Whether a number that is only known when it runs is in ``value``."""
    return any(map(has_c, value)) if isinstance(value, (tuple, list)) else isinstance(value, C)
