r"""An operation as mathematics: its record's LaTeX template, read with its operands in place.

The template is read into the tree of ``notation.py``, so that MathML and plain text come from it too. Enough of
LaTeX is understood for every operation of the table; a template that goes further is given to LaTeX as it stands,
and the other writers show the operation's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograd import Precedence, Primitive
from viz.latex import WORDS
from viz.names import clean, cut
from viz.notation import (
    MINUS,
    Binding,
    Custom,
    Fence,
    Math,
    Name,
    Number,
    Root,
    Row,
    Script,
    Sign,
    Word,
    call,
    constant,
    fenced,
    fraction,
    listed,
    negative,
    power,
    product,
    sum_of,
)
from viz.symbols import GREEK

__all__ = ["applied"]

_HOLE = r"\{(?:\d+|\*)\}"
_TOKEN = re.compile(rf"\{{\{{|\}}\}}|{_HOLE}|\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S")
_SIGNS = {"+": "+", "-": "−", ">": ">", "<": "<", "=": "=", ",": ",", r"\cdot": "·", r"\neq": "≠"}
_LARGE = {"sum": "Σ", "prod": "Π"}
_BRACKETS = {
    r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉", r"\{": "{", r"\}": "}",
    **{char: char for char in "()[]|"},
}  # fmt: skip


class _UnreadableError(Exception):
    """The template says more than is understood here."""


def applied(op: Primitive, operands: Sequence[Math]) -> Math:  # noqa: PLR0911 -- one case for each kind of operation
    """``op`` applied to ``operands``; what it captured, such as an exponent, stands after them.

    >>> from autograd import Value, sigmoid
    >>> from viz.plain import to_text
    >>> to_text(applied(sigmoid, [Name("z1[1]")])), to_text(applied((Value(2.0) ** 3).op, [Name("x")]))
    ('σ(z1[1])', 'x³')
    """
    terms = [*operands, *map(constant, op.constants)]
    match op.name, terms:
        case "add", [x, y]:
            return sum_of([x, y])
        case "sub", [x, y]:
            return sum_of([x, negative(y)])
        case "mul", [x, y]:
            return product([x, y])
        case "neg", [x]:
            return negative(x)
        case _:
            named = call(Word(cut(clean(op.name))), terms)
    if not op.latex:
        return named
    try:
        return _Reader(op.latex, terms).read()
    except _UnreadableError:
        return Custom(tuple(_as_it_stands(op, terms)), named)


def _as_it_stands(op: Primitive, terms: Sequence[Math]) -> list[str | Math]:
    """The pieces of a template, with the operands between them."""
    loose = op.precedence >= Precedence.CALL
    shown = [term if loose else fenced(term) for term in terms]
    pieces: list[str | Math] = []
    for piece in re.split(rf"({_HOLE}|\{{\{{|\}}\}})", op.latex):
        if piece == "{*}":
            pieces.append(listed(terms))
        elif re.fullmatch(_HOLE, piece) and int(piece[1:-1]) < len(shown):
            pieces.append(shown[int(piece[1:-1])])
        elif piece:
            pieces.append(piece[0] if piece in ("{{", "}}") else piece)
    return pieces


class _Reader:
    """Reads one template, once, from left to right."""

    def __init__(self, template: str, operands: Sequence[Math]) -> None:
        self.tokens = _TOKEN.findall(template)[::-1]
        self.operands = operands

    def read(self) -> Math:
        """The whole template."""
        whole = self.sequence()
        if self.tokens:
            raise _UnreadableError
        return whole

    def take(self, expected: str | None = None) -> str:
        """The next token."""
        piece = self.tokens.pop() if self.tokens else ""
        if not piece or expected not in (None, piece):
            raise _UnreadableError
        return piece

    def group(self) -> Math:
        """What stands between braces, or the single piece in their place."""
        if self.tokens and self.tokens[-1] != "{{":
            return self.item()
        self.take("{{")
        inside = self.sequence()
        self.take("}}")
        return inside

    def sequence(self) -> Math:
        """Everything up to a closing brace or bracket, as terms between commas."""
        terms: list[Math] = []
        items: list[tuple[Math, bool]] = []
        while self.tokens and self.tokens[-1] not in ("}}", "]", r"\right"):
            is_operand = self.tokens[-1].startswith("{") and self.tokens[-1] != "{{"
            item = self.scripted(self.item())
            if item == Sign(","):
                terms.append(_joined(items))
                items = []
            else:
                items.append((item, is_operand))
        return listed([*terms, _joined(items)])

    def item(self) -> Math:
        """One thing, without its scripts."""
        piece = self.take()
        if piece == "{*}":
            return listed(self.operands)
        if piece in _SIGNS:
            return Sign(_SIGNS[piece])
        if piece[0].isdigit():
            return Number(piece)
        if piece.isalpha():
            return Name(piece)
        if piece[0] == "{" and piece != "{{":
            if int(piece[1:-1]) >= len(self.operands):
                raise _UnreadableError
            return self.operands[int(piece[1:-1])]
        return self.command(piece.removeprefix("\\"))

    def command(self, name: str) -> Math:
        """What a command makes of what follows it."""
        if name in WORDS:
            return Word(name)
        if name in GREEK or name in _LARGE:
            return Word(GREEK.get(name) or _LARGE[name])
        match name:
            case "operatorname":
                return Word(self.letters())
            case "frac":
                return fraction(self.group(), self.group())
            case "sqrt":
                return Root(degree=self.degree(), inside=self.group())
            case "left":
                left = _BRACKETS.get(self.take())
                inside = self.sequence()
                self.take(r"\right")
                right = _BRACKETS.get(self.take())
                if left and right:
                    return Fence(left, inside, right)
        raise _UnreadableError

    def letters(self) -> str:
        """The letters of a group."""
        self.take("{{")
        letters = ""
        while self.tokens and self.tokens[-1] != "}}":
            letters += self.take().removeprefix("\\")
        self.take("}}")
        return letters

    def degree(self) -> Math | None:
        """The degree of a root, between square brackets."""
        if not self.tokens or self.tokens[-1] != "[":
            return None
        self.take("[")
        degree = self.sequence()
        self.take("]")
        return degree

    def scripted(self, base: Math) -> Math:
        """``base`` with the scripts that follow it."""
        below: Math | None = None
        above: Math | None = None
        while self.tokens and self.tokens[-1] in ("^", "_", "'"):
            piece = self.take()
            if piece == "_":
                below = self.group()
            else:
                above = self.group() if piece == "^" else Sign("′")
        if below is None and above is None:
            return base
        if below is None and above is not None and not isinstance(base, Word):
            return power(base, above)
        return Script(base, below, above)


def _joined(items: Sequence[tuple[Math, bool]]) -> Math:
    """Items side by side: brackets round operands where they are needed, always after the name of a function."""
    if len(items) == 1:
        return items[0][0]
    for position, (item, _) in enumerate(items):
        if position and item == Sign("·"):
            return product([_joined(items[:position]), _joined(items[position + 1 :])])
    row: list[Math] = []
    for item, is_operand in items:
        if row and _is_word(row[-1]) and is_operand:
            row.append(Fence("(", item, ")"))
        else:
            row.append(fenced(item, Binding.PRODUCT) if is_operand and row else item)
    if row[0] == MINUS and not any(isinstance(item, Sign) for item in row[1:]):
        return negative(_joined([(item, False) for item in row[1:]]))
    return Row(tuple(row), Binding.SUM if any(isinstance(item, Sign) for item in row) else Binding.ATOM)


def _is_word(item: Math) -> bool:
    return isinstance(item.base if isinstance(item, Script) else item, Word)
