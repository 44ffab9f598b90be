r"""An operation as mathematics: its record's template read with its operands in place, and its local derivatives.

A template is read once into the tree of ``notation.py``. Enough of LaTeX is understood for every operation of the
table; a template that goes further is given to LaTeX as it stands, and the other writers show the operation's text
template or its name.

The partials of an operation are made of operators and operations alone: run on fresh Values instead of numbers, they
give the local derivative as a small graph, which is written like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextvars import Context
from functools import lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from autograd import Precedence, Primitive, Value, errstate
from viz.formulas.notation import (
    GREEK,
    MINUS,
    Binding,
    Custom,
    Fence,
    Fraction,
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
    to_text,
)
from viz.formulas.writers import LATEX_WORDS
from viz.text import clean, cut

__all__ = ["applied", "constant_locals", "form_of", "local_derivatives", "primed"]

Build = Callable[[Sequence[Math]], Math]
"""A template that was read: a function of the operands and the constants."""

_HOLE = r"\{(?:\d+|\*)\}"
_TOKEN = re.compile(rf"\{{\{{|\}}\}}|{_HOLE}|\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S")
_SIGNS = {
    "+": "+", "-": "−", "/": "/", ">": ">", "<": "<", "=": "=", ",": ",", r"\cdot": "·", r"\neq": "≠", r"\geq": "≥",
    r"\leq": "≤",
}  # fmt: skip
_RELATIONS = frozenset("><=≠≥≤")
_LARGE = {"sum": "Σ", "prod": "Π"}
_BRACKETS = {
    r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉", r"\{": "{", r"\}": "}",
    **{char: char for char in "()[]|"},
}  # fmt: skip


def applied(op: Primitive, operands: Sequence[Math], *, simplified: bool = False) -> Math:
    """``op`` applied to ``operands``; the constants that it captured, such as an exponent, stand after them.

    ``simplified``: x is written for x·1 and x + 0, as in a derivative; not in the name of a value.

    >>> from autograd import Value, sigmoid
    >>> to_text(applied(sigmoid, [Name("z1[1]")])), to_text(applied((Value(2.0) ** 3).op, [Name("x")]))
    ('σ(z1[1])', 'x³')
    """
    terms = [*operands, *map(constant, op.constants)]
    read = _read(op.latex, len(terms), simplified)
    if read is not None:
        return read(terms)
    read = _read(_as_latex(op.text), len(terms), simplified)
    plain = read(terms) if read else call(Word(cut(clean(op.name))), terms)
    return Custom(tuple(_as_it_stands(op, terms)), plain) if op.latex else plain


def form_of(op: Primitive) -> tuple[str, bool]:
    """``op`` as text with gaps, ``{0}`` and ``{1}``, or ``{*}`` for any number; and whether none needs brackets.

    >>> from autograd import Value, tanh
    >>> form_of(tanh), form_of((Value(1.0) + 1).op)
    (('tanh({0})', True), ('{0} + {1}', False))
    """
    gaps = [Name("{*}")] if op.arity is None else [Name(f"{{{k}}}") for k in range(op.arity)]
    loose = [Row((gap,), Binding.SUM) for gap in gaps]
    form = to_text(applied(op, gaps))
    return form, to_text(applied(op, loose)) == form


def _as_latex(template: str) -> str:
    """A text template turned into LaTeX, as far as possible."""
    words = re.sub(r"[A-Za-z]\w+", lambda word: rf"\operatorname{{{{{word[0]}}}}}", template)
    return words.replace("_", r"\_").replace("**", "^").replace("*}", "\0").replace("*", r" \cdot ").replace("\0", "*}")


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


# --- reading a template -----------------------------------------------------------------------------------


class _UnreadableError(Exception):
    """The template says more than is understood here."""


@lru_cache(maxsize=1024)
def _read(template: str, count: int, simplified: bool) -> Build | None:  # noqa: FBT001 -- positional, for the cache
    """A template of ``count`` operands and constants; None where there is none, or one that is not understood."""
    try:
        return _Reader(template, count, simplified=simplified).whole() if template else None
    except _UnreadableError:
        return None


class _Item(NamedTuple):
    """A piece of a template."""

    build: Build
    sign: str = ""
    is_word: bool = False
    is_operand: bool = False


def _fixed(term: Math) -> _Item:
    return _Item(lambda _: term, term.text if isinstance(term, Sign) else "", isinstance(term, Word))


class _Reader:
    """Reads one template, once, from left to right."""

    def __init__(self, template: str, count: int, *, simplified: bool) -> None:
        self.tokens = _TOKEN.findall(template)[::-1]
        self.count = count
        self.simplified = simplified

    def whole(self) -> Build:
        """The template to its end."""
        found = self.sequence()
        if self.tokens:
            raise _UnreadableError
        return found

    def take(self, expected: str | None = None) -> str:
        """The next token."""
        piece = self.tokens.pop() if self.tokens else ""
        if not piece or expected not in (None, piece):
            raise _UnreadableError
        return piece

    def group(self) -> Build:
        """The content of braces, or the single piece in their place."""
        if self.tokens and self.tokens[-1] != "{{":
            return self.item().build
        self.take("{{")
        inside = self.sequence()
        self.take("}}")
        return inside

    def sequence(self) -> Build:
        """Everything up to a closing brace or bracket, as terms between commas."""
        terms: list[list[_Item]] = [[]]
        while self.tokens and self.tokens[-1] not in ("}}", "]", ")", r"\right"):
            item = self.scripted(self.item())
            if item.sign == ",":
                terms.append([])
            else:
                terms[-1].append(item)
        builds = [self.joined(items) for items in terms]
        return builds[0] if len(builds) == 1 else lambda operands: listed([build(operands) for build in builds])

    def item(self) -> _Item:  # noqa: PLR0911 -- one case for each kind of token
        """One piece, without its scripts."""
        piece = self.take()
        if piece == "{*}":
            return _Item(listed, is_operand=True)
        if piece in _SIGNS:
            return _fixed(Sign(_SIGNS[piece]))
        if piece[0].isdigit():
            return _fixed(Number(piece))
        if piece.isalpha():
            return _fixed(Name(piece))
        if piece == "(":
            return self.fence("(", ")")
        if piece[0] == "{" and piece != "{{":
            k = int(piece[1:-1])
            if k >= self.count:
                raise _UnreadableError
            return _Item(lambda operands: operands[k], is_operand=True)
        return self.command(piece.removeprefix("\\"))

    def command(self, name: str) -> _Item:
        """A command and what it takes."""
        if name in LATEX_WORDS:
            return _fixed(Word(name))
        if name in GREEK or name in _LARGE:
            return _fixed(Word(GREEK.get(name) or _LARGE[name]))
        match name:
            case "operatorname":
                return _fixed(Word(clean(self.letters())))
            case "frac":
                over, under = self.group(), self.group()
                return _Item(lambda operands: self.divided(over(operands), under(operands)))
            case "sqrt":
                degree, inside = self.degree(), self.group()
                return _Item(lambda operands: Root(inside(operands), degree and degree(operands)))
            case "left":
                return self.fence(self.take(), r"\right")
        raise _UnreadableError

    def fence(self, opening: str, end: str) -> _Item:
        """The content of brackets up to the token ``end``."""
        inside = self.sequence()
        self.take(end)
        left, right = _BRACKETS.get(opening), _BRACKETS.get(self.take() if end == r"\right" else end)
        if not left or not right:
            raise _UnreadableError
        return _Item(lambda operands: Fence(left, inside(operands), right))

    def letters(self) -> str:
        """The letters of a group."""
        self.take("{{")
        letters = ""
        while self.tokens and self.tokens[-1] != "}}":
            letters += self.take().removeprefix("\\")
        self.take("}}")
        return letters

    def degree(self) -> Build | None:
        """The degree of a root, between square brackets."""
        if not self.tokens or self.tokens[-1] != "[":
            return None
        self.take("[")
        degree = self.sequence()
        self.take("]")
        return degree

    def scripted(self, base: _Item) -> _Item:
        """``base`` with the scripts that follow it."""
        below: Build | None = None
        above: Build | None = None
        while self.tokens and self.tokens[-1] in ("^", "_", "'"):
            piece = self.take()
            if piece == "_":
                below = self.group()
            else:
                above = self.group() if piece == "^" else _fixed(Sign("′")).build
        if below is None and above is None:
            return base

        def build(operands: Sequence[Math]) -> Math:
            inside, exponent = base.build(operands), above and above(operands)
            if exponent is None or below is not None or base.is_word:
                return Script(inside, below and below(operands), exponent)
            return power(inside, exponent) if self.simplified else Script(fenced(inside), None, exponent)

        return _Item(build, is_word=base.is_word)

    def joined(self, items: Sequence[_Item]) -> Build:
        """Items side by side, the loosest signs first."""
        if not items:
            raise _UnreadableError
        if len(items) == 1:
            return items[0].build
        for signs, join in ((_RELATIONS, _related), ("+−", self.added), ("·", self.multiplied), ("/", self.ratio)):
            places = [k for k, item in enumerate(items) if item.sign and item.sign in signs]
            if places:
                parts = [items[a + 1 : b] for a, b in zip([-1, *places], [*places, len(items)], strict=True)]
                found = ["+" if join == self.added else "", *[items[k].sign for k in places]]
                if join == self.added and not parts[0]:  # a minus in front
                    parts, found = parts[1:], found[1:]
                builds = [self.joined(part) for part in parts]
                return lambda operands: join([(s, build(operands)) for s, build in zip(found, builds, strict=True)])
        return lambda operands: _beside(items, operands)

    def added(self, terms: Sequence[tuple[str, Math]]) -> Math:
        """Terms, each with its sign, as a sum."""
        if self.simplified:
            return sum_of([term if sign == "+" else negative(term) for sign, term in terms])
        (sign, first), *rest = terms
        items = [first] if sign == "+" else [MINUS, fenced(first, Binding.PRODUCT)]
        for sign, term in rest:
            items += [Sign(sign), fenced(term, Binding.PRODUCT)]
        return Row(tuple(items), Binding.SUM)

    def multiplied(self, factors: Sequence[tuple[str, Math]]) -> Math:
        """Factors as a product."""
        (_, first), *rest = factors
        if self.simplified:
            return product([factor for _, factor in factors])
        items = [first if isinstance(first, Number) else fenced(first, Binding.PRODUCT)]
        for _, factor in rest:
            items += [Sign("·"), fenced(factor, Binding.POWER_OF_TEN)]
        return Row(tuple(items), Binding.PRODUCT)

    def ratio(self, terms: Sequence[tuple[str, Math]]) -> Math:
        """A numerator divided by what follows; brackets round the whole of that are left out."""
        (_, whole), *rest = terms
        for _, under in rest:
            whole = self.divided(whole, under.inside if isinstance(under, Fence) and under.left == "(" else under)
        return whole

    def divided(self, over: Math, under: Math) -> Math:
        """``over`` divided by ``under``."""
        return fraction(over, under) if self.simplified else Fraction(over, under)


def _related(terms: Sequence[tuple[str, Math]]) -> Math:
    items = [item for sign, term in terms for item in ((Sign(sign), term) if sign else (term,))]
    return Row(tuple(items), Binding.SUM)


def _beside(items: Sequence[_Item], operands: Sequence[Math]) -> Math:
    """Items without a sign between them: always brackets round an operand after the name of a function."""
    row: list[Math] = []
    for k, item in enumerate(items):
        term = item.build(operands)
        if k and item.is_operand:
            term = Fence("(", term, ")") if items[k - 1].is_word else fenced(term, Binding.PRODUCT)
        row.append(term)
    return Row(tuple(row), Binding.ATOM)


# --- local derivatives ------------------------------------------------------------------------------------

LARGEST = 24
"""The most names, numbers and operations of a formula that is shown."""

WIDEST = 16
"""The most operands of an operation whose partials are shown as formulas."""


def local_derivatives(value: Value, operands: Sequence[Math], output: Math) -> list[Math | None]:
    """d value / d operand for each operand of ``value``; None where no short formula says it.

    Where the formula of a function is longer than a single operation, it is named instead: σ′(z).

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> [to_text(local) for local in local_derivatives((x * x).sigmoid(), [Name("z")], Name("a"))]
    ['σ′(z)']
    >>> [to_text(local) for local in local_derivatives(x / 3, [Name("x"), Name("y")], Name("q"))]
    ['1/y', '−x/y²']
    """
    partials = _partials(value)
    locals_ = [_written(partial, partials.leaves, [*operands, output]) for partial in partials.results]
    if partials.is_long:
        return [_prime(value, operands[0]) or locals_[0]]
    return locals_


def primed(value: Value) -> tuple[Math, Math] | None:
    """f′(x) and its formula, where :func:`local_derivatives` only names it; None where it gives a formula.

    >>> from autograd import Value
    >>> [to_text(side) for side in primed(Value(2.0).sigmoid())]
    ['σ′(x)', 'σ(x)·(1 − σ(x))']
    """
    partials = _partials(value)
    if not partials.is_long or value.op is None:
        return None
    x = Name("x")
    name = _prime(value, x)
    formula = _written(partials.results[0], partials.leaves, [x, applied(value.op, [x])])
    return None if name is None or formula is None else (name, formula)


def constant_locals(value: Value) -> AbstractSet[int]:
    """The places of the operands of ``value`` whose local derivatives are constant.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> sorted(constant_locals(x - 3)), sorted(constant_locals(x * 1.0))
    ([0, 1], [])
    """
    if value.op is None:
        return frozenset()
    known, arity = _constant.setdefault(value.op, {}), len(value.parents)
    if arity not in known:
        results = _partials(value, widest=len(value.parents)).results
        known[arity] = frozenset(k for k, result in enumerate(results) if isinstance(result, (int, float)))
    return known[arity]


_constant: WeakKeyDictionary[Primitive, dict[int, AbstractSet[int]]] = WeakKeyDictionary()


class _Partials(NamedTuple):
    """The partials of an operation on fresh Values."""

    leaves: Sequence[Value]
    results: Sequence[Any]

    @property
    def is_long(self) -> bool:
        """Whether this is one formula, of more than one operation besides a change of sign."""
        match self.results:
            case [Value() as result]:
                ops = [node.op for node in result.topological_order() if node.op is not None]
                return len([op for op in ops if op.name != "neg"]) > 1
        return False


def _partials(value: Value, widest: int = WIDEST) -> _Partials:
    leaves = [Value(parent.data) for parent in value.parents] + [Value(value.data)]
    nothing = _Partials(leaves, [None] * len(value.parents))
    rule = value.op.textbook or value.local_grads if value.op else None
    if rule is None or len(value.parents) > widest:
        return nothing
    try:
        # A context of its own: whatever surrounds the caller, no_grad() among it, the operations are recorded.
        results = Context().run(errstate(domain="nan")(rule), *leaves)
    except Exception:  # noqa: BLE001 -- a rule that only floats can run has numbers, but no formula
        return nothing
    return _Partials(leaves, results)


def _written(result: Any, leaves: Sequence[Value], names: Sequence[Math]) -> Math | None:
    """One partial as mathematics, the fresh ``leaves`` under their ``names``."""
    if not isinstance(result, Value):
        return None if result is None else constant(float(result))
    order = result.topological_order()
    if _written_size(order) > LARGEST:
        return None
    shown = dict(zip(leaves, names, strict=True))
    for node in order:
        if node in shown:
            continue
        if node.op is None:
            shown[node] = Name(clean(node.label)) if node.label else constant(node.data)
        else:
            shown[node] = applied(node.op, [shown[parent] for parent in node.parents], simplified=True)
    return shown[result]


def _written_size(order: Sequence[Value]) -> int:
    """How much there is to write: what is used twice is written twice."""
    sizes: dict[Value, int] = {}
    for node in order:
        sizes[node] = 1 + sum(sizes[parent] for parent in node.parents)
    return sizes[order[-1]]


def _prime(value: Value, operand: Math) -> Math | None:
    """f′(x) for an operation that is written f(x)."""
    written = applied(value.op, [operand]) if value.op else None
    match written:
        case Row((Word() as function, Fence("(", inside, ")"))) if inside == operand:
            return call(Script(function, None, Sign("′")), [operand])
    return None
