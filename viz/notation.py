"""Mathematics as one small tree, which ``latex.py``, ``mathml.py`` and ``plain.py`` each write in their own way.

The tree is made through the functions here: they put brackets where they are needed, and simplify what everybody
simplifies: a factor 1, a term 0, a double minus. So no writer has to know how tightly anything binds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TypeAlias

from viz.numbers import number

__all__ = [
    "MINUS",
    "ONE",
    "ZERO",
    "Binding",
    "Custom",
    "Fence",
    "Fraction",
    "Math",
    "Name",
    "Number",
    "Remark",
    "Root",
    "Row",
    "Script",
    "Sign",
    "Word",
    "call",
    "constant",
    "derivative",
    "fenced",
    "fraction",
    "listed",
    "names_in",
    "negative",
    "power",
    "product",
    "quantity",
    "sum_of",
    "worth",
]


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a value, as a card shows it: ``a1[1]``. Only writers take it apart."""

    text: str
    formula: Math | None = None
    """How it is written as mathematics, where the name is a short formula such as ``a·b`` and not a label."""
    copy: int = 0
    """Which of several values of this name it is, counted from 1; 0 where there is one."""


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
    """A sign between things: ``+``, ``·``, ``,``; or before one: ``∂``."""

    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """Things side by side."""

    items: tuple[Math, ...]
    binding: int


@dataclass(frozen=True, slots=True)
class Fence:
    """Something between brackets, bars or the like, which grow with it."""

    left: str
    inside: Math
    right: str


@dataclass(frozen=True, slots=True)
class Fraction:
    """One thing over another."""

    over: Math
    under: Math


@dataclass(frozen=True, slots=True)
class Script:
    """Something with a subscript, a superscript, or both."""

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


Math: TypeAlias = Name | Number | Word | Remark | Sign | Row | Fence | Fraction | Script | Root | Custom


class Binding:
    """How tightly written mathematics binds, loosest first."""

    SUM = 1
    PRODUCT = 2
    FRACTION = 3
    ATOM = 4


def binding(term: Math) -> int:
    """How tightly ``term`` binds."""
    match term:
        case Row(binding=power):
            return power
        case Number(text):
            return Binding.SUM if text.startswith("−") else Binding.PRODUCT if "e" in text else Binding.ATOM
        case Name(formula=formula) if formula is not None:
            return binding(formula)
        case Fraction():
            return Binding.FRACTION
        case Script(base, _, above) if above is not None and not isinstance(base, Word):
            return Binding.FRACTION
        case _:
            return Binding.ATOM


def fenced(term: Math, power: int = Binding.ATOM) -> Math:
    """``term``, in brackets unless it binds at least as tightly as ``power``."""
    return term if binding(term) >= power else Fence("(", term, ")")


# --- numbers ----------------------------------------------------------------------------------------------


def quantity(x: float) -> Number:
    """A measured number, as every view writes it.

    >>> quantity(-0.06123)
    Number(text='−0.0612')
    """
    return Number(number(x))


def worth(number: Number) -> float:
    """How much a written number is.

    >>> worth(quantity(-0.5))
    -0.5
    """
    return float(number.text.replace("−", "-"))


def constant(x: float) -> Number:
    """A number of a formula, in six digits at most.

    >>> constant(0.5), constant(-2.0)
    (Number(text='0.5'), Number(text='−2'))
    """
    return Number(f"{x:g}".replace("-", "−").replace("e−0", "e−").replace("e+", "e"))


# --- sums and products ------------------------------------------------------------------------------------

ZERO, ONE = Number("0"), Number("1")
MINUS = Sign("−")


def negative(term: Math) -> Math:
    """−term, without two signs in a row.

    >>> negative(negative(Name("a")))
    Name(text='a', formula=None, copy=0)
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
    """``x`` where ``term`` is −x; None where it has no sign of its own in front."""
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
    (Name(text='a', formula=None, copy=0), Sign(text='−'), Name(text='b', formula=None, copy=0))
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
    """One thing over another; a minus above goes in front, and a 1 below is left out.

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
    Name(text='x', formula=None, copy=0)
    """
    return base if exponent == ONE else Script(fenced(base), None, exponent)


def call(function: Math, arguments: Sequence[Math]) -> Math:
    """A function of some arguments, always with brackets: log(x).

    >>> call(Word("log"), [Name("x")]).items[1].inside
    Name(text='x', formula=None, copy=0)
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
    (Sign(text='∂'), Name(text='a', formula=None, copy=0))
    """
    return Fraction(*[Row((Sign("∂"), fenced(term)), Binding.ATOM) for term in (of, by)])


def names_in(term: Math) -> Iterator[Name]:
    """The names of values that ``term`` is written with, and of the formulas that stand for values.

    >>> [name.text for name in names_in(derivative(Name("L"), Name("a·b", product([Name("a"), Name("b")]))))]
    ['L', 'a·b', 'a', 'b']
    """
    waiting: list[object] = [term]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Name):
            yield part
        if isinstance(part, Name) and part.formula is None:
            continue
        if isinstance(part, tuple):
            waiting += reversed(part)
        elif is_dataclass(part):
            waiting += reversed([getattr(part, field.name) for field in fields(part)])
