"""One name for each value, the same in every view: its label, else a short formula, else ``v14``.

A label is data. It is made harmless here, once, before any view sees it: control characters become their
visible pictures, what XML or UTF-8 cannot hold becomes U+FFFD, and its length is bounded.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, takewhile
from typing import Any, NamedTuple

from autograd import Precedence, Primitive, Value

__all__ = ["VISIBLE", "NameTable", "Written", "clean", "columns", "cut", "encloses", "formula", "variable_names"]

VISIBLE = 24
"""How many columns of a name a card shows; the rest is in its tooltip."""

LONGEST_NAME = 2000
LONGEST_FORMULA = 18
"""How long a formula may be and still serve as a name."""

_REPLACEMENT = "\ufffd"
_BLANK = "\u2423"


def _harmless(char: str) -> str:
    """``char``, or what stands for it where XML, UTF-8 or the reader's eye cannot take it."""
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

    Where there is nothing to be seen but blanks, they are made visible.

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


class Written(NamedTuple):
    """A formula, and how tightly it binds."""

    text: str
    precedence: int


def formula(op: Primitive, operands: Sequence[Written]) -> Written:
    """``op`` applied to ``operands``, as its record writes it, with brackets only where they are needed.

    >>> from autograd import Value, exp
    >>> plus, times = (Value(1.0) + 1).op, (Value(1.0) * 1).op
    >>> w, x = Written("w", 5), Written("x", 5)
    >>> formula(times, [formula(plus, [w, x]), x]).text, formula(exp, [formula(plus, [w, x])]).text
    ('(w + x)·x', 'exp(w + x)')
    """
    constants = (Written(f"{constant:g}".replace("-", "−"), Precedence.CALL) for constant in op.constants)
    terms = [*operands, *constants]
    pieces = _pieces(op)
    for k in range(1, len(pieces), 2):
        before, hole, after = pieces[k - 1 : k + 2]
        if hole == "*":
            pieces[k] = ", ".join(term.text for term in terms)
        else:
            term = terms[int(hole)]
            pieces[k] = term.text if _binds(term, op, before, after) else f"({term.text})"
        pieces[k - 1] = _mathematical(before)
    return Written("".join(pieces[:-1]) + _mathematical(pieces[-1]), op.precedence)


def encloses(op: Primitive) -> bool:
    """Whether ``op`` is written so that no operand ever needs brackets, as ``exp({0})`` is.

    >>> from autograd import Value, exp
    >>> encloses(exp), encloses((Value(1.0) + 1).op)
    (True, False)
    """
    pieces = _pieces(op)
    return all(_is_enclosed(*pieces[k - 1 : k + 2 : 2]) for k in range(1, len(pieces), 2))


def _pieces(op: Primitive) -> list[str]:
    """The template of ``op``: text and the numbers of operands, in turn."""
    return re.split(r"\{(\d+|\*)\}", op.text or f"{op.name}({{*}})")


def _is_enclosed(before: str, after: str) -> bool:
    return before.rstrip().endswith(("(", ",")) and after.lstrip().startswith((")", ","))


_OPERATORS = (
    ("**", Precedence.POWER),
    ("*", Precedence.PRODUCT),
    ("/", Precedence.PRODUCT),
    ("+", Precedence.SUM),
    ("-", Precedence.SUM),
)


def _binds(operand: Written, op: Primitive, before: str, after: str) -> bool:
    """Whether ``operand`` needs no brackets between two texts: it binds tighter, or equally on the left."""
    if _is_enclosed(before, after):
        return True
    left = next((binding for sign, binding in _OPERATORS if before.rstrip().endswith(sign)), 0)
    right = next((binding for sign, binding in _OPERATORS if after.lstrip().startswith(sign)), 0)
    own = op.precedence if op.precedence < Precedence.CALL else 0
    binding = max(own, left, right)
    first = not left and binding in (Precedence.SUM, Precedence.PRODUCT)
    return operand.precedence > binding or (first and operand.precedence == binding)


def _mathematical(text: str) -> str:
    """Python's signs as those of mathematics."""
    return text.replace("**", "^").replace("*", "·").replace("-", "−")


class NameTable:
    """The names of the nodes of a graph, given in topological order.

    Where several nodes have one label, each is numbered: ``w#1``, ``w#2``.

    Args:
        values: the nodes.
        given: names that the caller gives to nodes without a label, such as those of variables.
    """

    __slots__ = ("_given", "_labels", "_written", "copies")

    def __init__(self, values: Sequence[Value], given: Mapping[Value, str]) -> None:
        self._given = given
        labels = {value: clean(label) for value in values if (label := value.label or given.get(value, ""))}
        alike = Counter(labels.values())
        self._labels = alike.keys()
        self.copies: dict[Value, int] = {}
        """Which of several nodes of one label each is, counted from 1."""
        met: Counter[str] = Counter()
        for value, label in labels.items():
            if alike[label] > 1:
                met[label] += 1
                self.copies[value] = met[label]
        self._written: list[Written | None] = []

    def add(self, value: Value, operands: Sequence[int]) -> None:
        """Name the next node, whose operands have the indices ``operands``."""
        self._written.append(self._write(value, operands))

    def __getitem__(self, index: int) -> Written:
        return self._written[index] or Written(self.made_up(index), Precedence.CALL)

    def made_up(self, index: int) -> str:
        """The name of a node that has no other: ``v14``."""
        return f"v{index}" if f"v{index}" not in self._labels else f"value {index}"

    def is_given(self, value: Value) -> bool:
        """Whether ``value`` was named by somebody, rather than by its formula."""
        return bool(value.label) or value in self._given

    def _write(self, value: Value, operands: Sequence[int]) -> Written | None:
        label = value.label or self._given.get(value, "")
        if label:
            copy = self.copies.get(value)
            return Written(f"{clean(label)}#{copy}" if copy else clean(label), Precedence.CALL)
        op = value.op
        if op is None:
            if value.kind == "constant":
                text = f"{value.data:g}".replace("-", "−")
                return Written(text, Precedence.NEGATION if value.data < 0 else Precedence.CALL)
            return Written(self.made_up(len(self._written)), Precedence.CALL)
        parts: list[Written] = []
        room = LONGEST_FORMULA
        for index in operands:
            part = self._written[index]
            if part is None:  # too long a formula already
                return None
            room -= len(part.text)
            if room < 0:
                return None
            parts.append(part)
        written = formula(op, parts)
        return written if columns(written.text) <= LONGEST_FORMULA else None


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
        (name, thing, 0) for name, thing in names.items() if isinstance(name, str) and not name.startswith("_")
    ]
    for name, thing, depth in waiting:
        if isinstance(thing, Value):
            found.setdefault(thing, name)
        elif type(thing) in (list, tuple) and depth < 3:  # deep enough for any array; a list may hold itself
            waiting += [(f"{name}[{i}]", element, depth + 1) for i, element in enumerate(thing)]
    return found
