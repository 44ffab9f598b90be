"""Mathematics as one small tree, and its plain text; ``writers.py`` writes it as LaTeX and as MathML.

The functions here make the tree: they put brackets where they are needed, and simplify as everybody does: a factor 1, a
term 0, a double minus. So no writer has to know how tightly anything binds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

from viz.text import columns, cut, number

__all__ = [
    "GREEK", "MINUS", "ONE", "ZERO", "Binding", "Custom", "Equations", "Fence", "Fraction", "Math", "Name", "NameParts",
    "Number", "Numbered", "Remark", "Root", "Row", "Script", "Sign", "Word", "call", "constant", "derivative", "fenced",
    "fraction", "listed", "name_parts", "negative", "parts_of", "power", "product", "quantity", "sum_of", "text_lines",
    "to_text", "worth",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a value, as a card shows it: ``a1[1]``."""

    text: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """A name or a formula that several values have, and which of them it is, counted from 1."""

    term: Math
    copy: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written, ``−0.0612`` or ``4.25e−18``."""

    text: str


@dataclass(frozen=True, slots=True)
class Word:
    """An upright word of mathematics, such as ``log``; a Greek letter stands for itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Words among mathematics."""

    text: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign between two terms: ``+``, ``·``, ``,``; or before one: ``∂``."""

    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """Terms side by side, and how tightly the whole binds."""

    items: tuple[Math, ...]
    binding: int


@dataclass(frozen=True, slots=True)
class Fence:
    """A term between brackets, bars or the like, which grow with it."""

    left: str
    inside: Math
    right: str


@dataclass(frozen=True, slots=True)
class Fraction:
    """A numerator over a denominator."""

    over: Math
    under: Math


@dataclass(frozen=True, slots=True)
class Script:
    """A term with a subscript, a superscript, or both."""

    base: Math
    below: Math | None
    above: Math | None


@dataclass(frozen=True, slots=True)
class Root:
    """A root: square, or of another degree."""

    inside: Math
    degree: Math | None


@dataclass(frozen=True, slots=True)
class Custom:
    """A user's LaTeX that only LaTeX can show, and what the other writers show instead."""

    pieces: tuple[str | Math, ...]
    otherwise: Math


Math: TypeAlias = Name | Numbered | Number | Word | Remark | Sign | Row | Fence | Fraction | Script | Root | Custom


class Binding:
    """How tightly written mathematics binds, loosest first."""

    SUM = 1
    PRODUCT = 2
    POWER_OF_TEN = 3
    FRACTION = 4
    ATOM = 5


def binding(term: Math) -> int:
    """How tightly ``term`` binds."""
    match term:
        case Row(binding=tightness):
            return tightness
        case Number(text):
            return Binding.SUM if text.startswith("−") else Binding.POWER_OF_TEN if "e" in text else Binding.ATOM
        case Numbered(numbered):
            return binding(numbered)
        case Fraction():
            return Binding.FRACTION
        case Script(base, _, above) if above is not None and not isinstance(base, Word):
            return Binding.FRACTION
        case _:
            return Binding.ATOM


def fenced(term: Math, tightness: int = Binding.ATOM) -> Math:
    """``term``, in brackets unless it binds at least as tightly as ``tightness``."""
    return term if binding(term) >= tightness else Fence("(", term, ")")


# --- numbers ----------------------------------------------------------------------------------------------


def quantity(x: float) -> Number:
    """A measured number, as every view writes it.

    >>> quantity(-0.06123)
    Number(text='−0.0612')
    """
    return Number(number(x))


def worth(number: Number) -> float:
    """The value of a written number.

    >>> worth(quantity(-0.5))
    -0.5
    """
    return float(number.text.replace("−", "-"))


def constant(x: float) -> Number:
    """A number of a formula, in six digits at most.

    >>> constant(0.5), constant(-2.0)
    (Number(text='0.5'), Number(text='−2'))
    """
    text = f"{x:g}".replace("-", "−")
    return Number(text.replace("e−0", "e−").replace("e+0", "e").replace("e+", "e") if "e" in text else text)


# --- sums and products ------------------------------------------------------------------------------------

ZERO, ONE = Number("0"), Number("1")
MINUS = Sign("−")


def negative(term: Math) -> Math:
    """−term, without two signs in a row.

    >>> negative(negative(Name("a")))
    Name(text='a')
    """
    bare = _positive(term)
    if bare is not None:
        return bare
    if term == ZERO:
        return term
    if isinstance(term, Number):
        return Number(f"−{term.text}")
    return Row((MINUS, fenced(term, Binding.PRODUCT)), Binding.SUM)


def _positive(term: Math) -> Math | None:
    """``x`` where ``term`` is −x; None if it has no minus in front."""
    match term:
        case Number(text) if text.startswith("−"):
            return Number(text[1:])
        case Row((Sign("−"), bare)):
            return bare
        case Row((Number(text), Sign("·"), *rest)) if text.startswith("−"):
            return Row((Number(text[1:]), Sign("·"), *rest), Binding.PRODUCT)
        case _:
            return None


def sum_of(terms: Sequence[Math]) -> Math:
    """The sum of ``terms``; those that are 0 are left out, and a minus takes the place of a plus.

    >>> sum_of([Name("a"), ZERO, negative(Name("b"))]).items
    (Name(text='a'), Sign(text='−'), Name(text='b'))
    """
    kept = [term for term in terms if term != ZERO]
    if len(kept) < 2:
        return kept[0] if kept else ZERO
    items: list[Math] = [kept[0]]
    for term in kept[1:]:
        bare = _positive(term)
        items += [Sign("+"), term] if bare is None else [MINUS, fenced(bare, Binding.PRODUCT)]
    return Row(tuple(items), Binding.SUM)


def fraction(over: Math, under: Math) -> Math:
    """``over`` divided by ``under``; a minus above goes in front, and a 1 below is left out.

    >>> fraction(Number("−1"), Name("x")).items[0]
    Sign(text='−')
    """
    bare = _positive(over)
    if bare is not None:
        return negative(fraction(bare, under))
    return over if under == ONE or over == ZERO else Fraction(over, under)


def power(base: Math, exponent: Math) -> Math:
    """``base`` to a power; to the first it is itself.

    >>> power(Name("x"), ONE)
    Name(text='x')
    """
    return base if exponent == ONE else Script(fenced(base), None, exponent)


def call(function: Math, arguments: Sequence[Math]) -> Math:
    """A function of some arguments, always with brackets: log(x).

    >>> call(Word("log"), [Name("x")]).items[1].inside
    Name(text='x')
    """
    return Row((function, Fence("(", listed(arguments), ")")), Binding.ATOM)


def listed(terms: Sequence[Math]) -> Math:
    """``terms`` with commas between them."""
    if len(terms) == 1:
        return terms[0]
    items = [item for term in terms for item in (Sign(","), term)]
    return Row(tuple(items[1:]), Binding.SUM)


def product(factors: Sequence[Math]) -> Math:
    """The product of ``factors``; a factor 1 is left out, a factor 0 is all there is, signs go to the front.

    >>> product([Name("a"), ONE, negative(Name("b"))]).items[0]
    Sign(text='−')
    """
    kept = [factor for factor in factors if factor != ONE]
    if ZERO in kept:
        return ZERO
    minus = False
    for k, factor in enumerate(kept):
        bare = None if isinstance(factor, Number) and factor != Number("−1") else _positive(factor)
        if bare is not None:
            minus = not minus
            kept[k] = bare
    kept = [factor for factor in kept if factor != ONE]
    items: list[Math] = []
    for factor in kept:
        items += [Sign("·"), fenced(factor, Binding.PRODUCT)] if items else [_first(factor)]
    whole = ONE if not items else items[0] if len(items) == 1 else Row(tuple(items), Binding.PRODUCT)
    return negative(whole) if minus else whole


def _first(factor: Math) -> Math:
    """``factor`` at the head of a product: a negative number needs no brackets there."""
    return factor if isinstance(factor, Number) else fenced(factor, Binding.PRODUCT)


def derivative(of: Math, by: Math) -> Math:
    """∂of/∂by.

    >>> derivative(Name("L"), Name("a")).under.items
    (Sign(text='∂'), Name(text='a'))
    """
    return Fraction(*[Row((Sign("∂"), fenced(term)), Binding.ATOM) for term in (of, by)])


def parts_of(term: Math) -> Iterator[Math]:
    """``term`` and every part of it.

    >>> [part.text for part in parts_of(product([Name("a"), Name("b")])) if isinstance(part, Name)]
    ['a', 'b']
    """
    waiting: list[Math] = [term]
    while waiting:
        part = waiting.pop()
        yield part
        held = [getattr(part, field.name) for field in fields(part)]
        inside = [each for value in held for each in (value if isinstance(value, tuple) else (value,))]
        waiting += [each for each in reversed(inside) if isinstance(each, Math)]


# --- names ------------------------------------------------------------------------------------------------

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
"""The letters that a name may spell out."""

_NAME = re.compile(r"([A-Za-zα-ωΓΔΘΛΞΠΣΦΨΩ]+)_?(\d+(?:,\d+)?)?(?:\[(\d+)\])?")
_LAYERED = frozenset("azWwb")
"""The names whose lone bracket is the layer, as in the notes; for any other name it is the place in a list."""


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name taken apart: the letter or word, its index, its layer; or free text."""

    base: str
    index: str = ""
    layer: str = ""
    free: bool = False


def name_parts(text: str) -> NameParts:
    """``text`` as mathematics reads it: ``W11[2]`` is the letter W, with two indices, of layer 2.

    >>> name_parts("W11[2]")
    NameParts(base='W', index='1,1', layer='2', free=False)
    >>> name_parts("theta2"), name_parts("price ($)").free
    (NameParts(base='θ', index='2', layer='', free=False), True)
    """
    shown = cut(text)
    found = _NAME.fullmatch(shown)
    if found is None:
        return NameParts(shown, free=True)
    base, index, layer = found[1], found[2] or "", found[3] or ""
    if base in ("W", "w") and len(index) == 2:
        index = f"{index[0]},{index[1]}"
    if layer and not index and base not in _LAYERED:
        index, layer = layer, ""
    return NameParts(GREEK.get(base, base), index, layer)


# --- plain text -------------------------------------------------------------------------------------------

_RAISED = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


Equations: TypeAlias = Iterable[Sequence[Math]]
"""Each a left side and one or more right sides; or a remark alone."""


def to_text(term: Math) -> str:  # noqa: PLR0911 -- one case for each kind of mathematics
    """``term`` as text.

    >>> to_text(product([Name("W11[2]"), derivative(Name("L"), Name("z1[2]"))]))
    'W11[2]·∂L/∂z1[2]'
    """
    match term:
        case Name(text) | Number(text) | Word(text) | Remark(text) | Sign(text):
            return text
        case Numbered(numbered, copy):
            return f"{to_text(numbered)}#{copy}"
        case Row(items):
            return _text_row(items)
        case Fence(left, inside, right):
            return f"{left}{to_text(inside)}{right}"
        case Fraction(over, under):  # x/y² needs no brackets, x/(y/z) does
            below = under if isinstance(under, Script) else fenced(under)
            return f"{to_text(fenced(over, Binding.PRODUCT))}/{to_text(below)}"
        case Root(inside, degree):
            return f"{to_text(degree).translate(_RAISED) if degree else ''}√({to_text(inside)})"
        case Script(base, below, above):
            return f"{to_text(base)}{'' if below is None else f'_{to_text(fenced(below))}'}{_text_raised(above)}"
    return to_text(term.otherwise)


def _text_row(items: Iterable[Math]) -> str:
    written = ""
    for item in items:
        part = to_text(item)
        if isinstance(item, Sign) and item.text == ",":
            written += ", "
        elif isinstance(item, Sign) and written and item.text not in ("∂", "·", "/"):
            written += f" {part} "
        else:
            gap = isinstance(item, Word) and written and written[-1].isalpha()
            written += f" {part}" if gap else part
    return written


def _text_raised(above: Math | None) -> str:
    if above is None or above == Sign("′"):
        return "" if above is None else "′"
    if isinstance(above, Number) and above.text.lstrip("−").isdecimal():
        return above.text.translate(_RAISED)
    return f"^{to_text(fenced(above))}"


def text_lines(equations: Equations) -> str:
    """Equations under each other, aligned at their equals signs.

    >>> print(text_lines([[Name("loss"), Name("x"), constant(2.0)]]))
    loss = x
         = 2
    """
    lines: list[str] = []
    for left, *sides in equations:
        first = to_text(left)
        if not sides:
            lines.append(first)
        lines += [f"{' ' * columns(first) if k else first} = {to_text(side)}" for k, side in enumerate(sides)]
    return "\n".join(lines)
