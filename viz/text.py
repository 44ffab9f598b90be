"""Text as every view shows it: names made harmless, numbers in one look.

A label is data. It is made harmless here, once, before any view sees it: control characters become their
visible pictures, what XML or UTF-8 cannot hold becomes U+FFFD, and its length is bounded.

Numbers have four decimals, and are scientific below a thousandth and from ten thousand on; a true minus sign (U+2212),
so that a column of them lines up; gradients with an explicit sign; ``·`` for a gradient that is not computed.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from itertools import accumulate, takewhile
from typing import Any

from autograd import Value

__all__ = [
    "NOT_COMPUTED", "clean", "columns", "count", "cut", "datum", "is_rounded", "number", "short", "signed",
    "variable_names",
]  # fmt: skip

VISIBLE = 24
"""How many columns of a name a card shows; the rest is in its tooltip."""

LONGEST_NAME = 2000

_REPLACEMENT = "\ufffd"
_BLANK = "\u2423"


def _harmless(char: str) -> str:
    """``char``, or a sign in its place where XML, UTF-8 or the reader's eye cannot take it."""
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code < 0x7F:
        return char
    # Cc, Cs, Cn: controls, surrogates, noncharacters. Cf would turn text around it: it is shown, not obeyed.
    category = unicodedata.category(char)
    if category in ("Cc", "Cs", "Cn") or (category == "Cf" and unicodedata.bidirectional(char) != "BN"):
        return _REPLACEMENT
    return " " if category in ("Zl", "Zp") else char


def clean(text: str) -> str:
    r"""``text`` as any view may show it: well-formed in XML and UTF-8, on one line, of bounded length.

    A name of blanks alone is made visible.

    >>> clean("a\nb\x00"), clean("\ud800"), clean("a b"), clean("  ")
    ('a␊b␀', '�', 'a b', '␣␣')
    """
    text = text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"
    text = text if text.isascii() and text.isprintable() else "".join(map(_harmless, text))
    return _BLANK * len(text) if all(map(_is_blank, text)) else text


def _is_blank(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) == "Cf"


def columns(text: str) -> int:
    """How many columns of a fixed-width font ``text`` takes.

    >>> columns("a1[0]"), columns("重み")
    (5, 4)
    """
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, width: int = VISIBLE) -> str:
    """``text`` in at most ``width`` columns, with an ellipsis where something was left off.

    >>> cut("a very long name", 9)
    'a very l…'
    """
    if columns(text) <= width:
        return text
    reached = accumulate(map(_columns, text))
    return text[: sum(1 for _ in takewhile(lambda used: used < width, reached))] + "…"


def variable_names(names: Mapping[str, Any]) -> dict[Value, str]:
    """The Values among variables, such as ``locals()``, and the names they go by there.

    A list or tuple of Values gives ``x[0]``, ``x[1]``. Names that start with an underscore are passed over,
    for a notebook is full of them; of several names for one Value the first counts.

    >>> from autograd import Value
    >>> a = Value(1.0)
    >>> list(variable_names({"_": a, "a": a, "xs": [a, Value(2.0)]}).values())
    ['a', 'xs[1]']
    """
    found: dict[Value, str] = {}
    waiting: list[tuple[str, Any, int]] = [
        (name, held, 0) for name, held in names.items() if isinstance(name, str) and not name.startswith("_")
    ]
    for name, held, depth in waiting:
        if isinstance(held, Value):
            found.setdefault(held, name)
        elif type(held) in (list, tuple) and depth < 3:  # deep enough for any array; a list may hold itself
            waiting += [(f"{name}[{i}]", element, depth + 1) for i, element in enumerate(held)]
    return found


# --- numbers ------------------------------------------------------------------------------------------

DECIMALS, MANTISSA = 4, 3
"""The decimals of a number, and of the mantissa in scientific notation."""
DIGITS = 3
"""The digits of an edge's label."""
LEAST, MOST = 1e-3, 1e4
"""The bounds between which a number is not in scientific notation."""
MINUS = "−"
ROUNDED = "≈"
NOT_COMPUTED = "·"
"""The sign for a gradient before ``backward()``: not zero, but not computed."""


def _scientific(x: float, decimals: int) -> str:
    """``x`` as ``1.234e−5``: no padding in the exponent; ``nan``, ``inf`` and ``−inf``, which have none."""
    mantissa, e, exponent = f"{x:.{decimals}e}".partition("e")
    return f"{mantissa}{e}{exponent and int(exponent)}".replace("-", MINUS)


def number(x: float) -> str:
    """``x`` with four decimals, or in scientific notation where those would say little.

    >>> number(0.79073), number(-1234.5), number(4.25e-18), number(123456.0)
    ('0.7907', '−1234.5000', '4.250e−18', '1.235e5')
    """
    if x != 0.0 and not LEAST <= abs(x) < MOST:
        return _scientific(x, MANTISSA)
    return f"{x:.{DECIMALS}f}".replace("-", MINUS)


def is_rounded(x: float) -> bool:
    """Whether :func:`number` makes ``x`` look like a whole number that it is not.

    >>> is_rounded(0.99999), is_rounded(1.0), is_rounded(0.31428571), is_rounded(2.00000001)
    (True, False, False, True)
    """
    return math.isfinite(x) and x != round(x) and LEAST <= abs(x) < MOST and round(x, DECIMALS) == round(x)


def datum(x: float) -> str:
    """The number of a card: :func:`number`, marked if it only looks like a whole number.

    >>> datum(0.99999), datum(1.0)
    ('≈1.0000', '1.0000')
    """
    return f"{ROUNDED}{number(x)}" if is_rounded(x) else number(x)


def signed(x: float | None) -> str:
    """A gradient: :func:`number` with an explicit sign; ``·`` for None, not computed.

    >>> signed(0.3285), signed(-0.0612), signed(0.0), signed(None)
    ('+0.3285', '−0.0612', '0.0000', '·')
    """
    if x is None:
        return NOT_COMPUTED
    return f"+{number(x)}" if x > 0 else number(x) if x else number(0.0)


def short(x: float) -> str:
    """``x`` in three digits, for the labels of edges; zeros at the end show rounding: 1 is exact, 1.00 is not.

    >>> short(0.42449), short(-1.8333), short(1.0), short(1.0002), short(0.000123), short(20480.0)
    ('0.424', '−1.83', '1', '1.00', '1.23e−4', '2.05e4')
    """
    if x != 0.0 and not LEAST <= abs(x) < MOST - 0.5:
        return _scientific(x, DIGITS - 1)
    whole = 10.0**DIGITS - 0.5  # from there on the digits before the point are enough
    text = f"{x:.0f}" if abs(x) >= whole else f"{x:.{DIGITS}g}"
    if float(text) != x and abs(x) < whole / 10:
        text = f"{x:#.{DIGITS}g}"
    return text.replace("-", MINUS)


def count(n: int, noun: str) -> str:
    """A number and its noun, in words.

    >>> count(1, "value"), count(999940, "value")
    ('1 value', '999,940 values')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
