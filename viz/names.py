"""Labels and the names of variables, as any view may show them.

A label is data. It is made harmless here, once, before any view sees it: control characters become their
visible pictures, what XML or UTF-8 cannot hold becomes U+FFFD, and its length is bounded.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from itertools import accumulate, takewhile
from typing import Any

from autograd import Value

__all__ = ["VISIBLE", "clean", "columns", "cut", "variable_names"]

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
