"""Mathematics written as MathML, which browsers show without any help.

It is well-formed XML too. A label is data: it is escaped, and nothing in it becomes markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from viz.notation import (
    Fence,
    Fraction,
    Math,
    Name,
    Number,
    Remark,
    Root,
    Row,
    Script,
    Sign,
    Word,
)
from viz.symbols import name_parts

__all__ = ["mathml_inner", "mathml_lines", "to_mathml"]

_OPEN = '<math xmlns="http://www.w3.org/1998/Math/MathML"'


def to_mathml(term: Math, *, display: bool = False) -> str:
    """``term`` as a ``<math>`` element.

    Args:
        term: what to write.
        display: on a line of its own, rather than within text.

    >>> from viz.notation import Name
    >>> to_mathml(Name("x1"))[49:]
    '<msub><mi>x</mi><mn>1</mn></msub></math>'
    """
    block = ' display="block"' if display else ""
    return f"{_OPEN}{block}>{mathml_inner(term)}</math>"


def mathml_inner(term: Math) -> str:  # noqa: C901, PLR0911 -- one case for each kind of mathematics
    """``term`` as MathML, for inside a ``<math>`` element."""
    match term:
        case Name(text, formula, copy):
            mark = f"<mtext>#{copy}</mtext>" if copy else ""
            return _name(text, mark) if formula is None else _copy(mathml_inner(formula), mark)
        case Number(text):
            return _number(text)
        case Word(text):
            return f"<mi>{escape(text)}</mi>" if len(text) != 1 else f'<mi mathvariant="normal">{escape(text)}</mi>'
        case Remark(text):
            return f"<mtext>{escape(text)}</mtext>"
        case Sign(text):
            return f"<mo>{escape(text)}</mo>"
        case Row(items):
            return f"<mrow>{_side_by_side(items)}</mrow>"
        case Fence(left, inside, right):
            return f"<mrow>{_bracket(left, 'prefix')}{mathml_inner(inside)}{_bracket(right, 'postfix')}</mrow>"
        case Fraction(over, under):
            return f"<mfrac>{mathml_inner(over)}{mathml_inner(under)}</mfrac>"
        case Root(inside, degree):
            inner = mathml_inner(inside)
            return f"<mroot>{inner}{mathml_inner(degree)}</mroot>" if degree else f"<msqrt>{inner}</msqrt>"
        case Script(base, None, Sign("′")):  # beside it: raised and made small, a prime is a speck
            return f'<mrow>{mathml_inner(base)}<mo lspace="0" rspace="0">′</mo></mrow>'
        case Script(base, below, above):
            return _script(mathml_inner(base), *[mathml_inner(part) if part else "" for part in (below, above)])
    return mathml_inner(term.otherwise)


def _side_by_side(items: Sequence[Math]) -> str:
    written = ""
    for k, item in enumerate(items):
        if k and isinstance(item, Word) and isinstance(items[k - 1], Word):
            written += '<mspace width="0.17em"/>'
        written += mathml_inner(item)
    return written


def _bracket(text: str, form: str) -> str:
    return f'<mo form="{form}" stretchy="true">{escape(text)}</mo>'


def _script(base: str, below: str, above: str) -> str:
    if below and above:
        return f"<msubsup>{base}{below}{above}</msubsup>"
    return f"<msub>{base}{below}</msub>" if below else f"<msup>{base}{above}</msup>"


def _copy(formula: str, mark: str) -> str:
    return f"<msub><mrow><mo>(</mo>{formula}<mo>)</mo></mrow>{mark}</msub>" if mark else formula


def _name(text: str, mark: str) -> str:
    parts = name_parts(text)
    if parts.free:
        base = f"<mtext>{escape(parts.base)}</mtext>"
        return f"<msub>{base}{mark}</msub>" if mark else base
    base = f"<mi>{parts.base}</mi>"
    above = f'<mo stretchy="false">(</mo><mn>{parts.layer}</mn><mo stretchy="false">)</mo>'
    raised = (above if parts.layer else "") + mark
    if not (parts.index or raised):
        return base
    return _script(base, parts.index and f"<mn>{parts.index}</mn>", raised and f"<mrow>{raised}</mrow>")


def _number(text: str) -> str:
    minus, digits = ("<mo>−</mo>", text[1:]) if text.startswith("−") else ("", text)
    mantissa, _, exponent = digits.partition("e")
    written = f"<mn>{mantissa}</mn>" if mantissa != "inf" else "<mi>∞</mi>"
    if exponent:
        sign, digits = ("<mo>−</mo>", exponent[1:]) if exponent.startswith("−") else ("", exponent)
        power = f"<msup><mn>10</mn><mrow>{sign}<mn>{digits}</mn></mrow></msup>"
        written = power if mantissa == "1" else f"{written}<mo>×</mo>{power}"
    return f"<mrow>{minus}{written}</mrow>" if minus or exponent else written


def mathml_lines(equations: Iterable[Sequence[Math]]) -> str:
    """Equations under each other, aligned at their equals signs, as one ``<math>`` element.

    Args:
        equations: each a left side and what it equals, one or more.
    """
    rows: list[str] = []
    for left, *sides in equations:
        if not sides:
            rows.append(f'<mtr><mtd style="text-align:right;padding:.35em .25em">{mathml_inner(left)}</mtd></mtr>')
        for k, side in enumerate(sides):
            first = "" if k else mathml_inner(left)
            cells = (("right", first), ("center", "<mo>=</mo>"), ("left", mathml_inner(side)))
            aligned = "".join(
                f'<mtd style="text-align:{place};padding:.35em .25em">{cell}</mtd>' for place, cell in cells
            )
            rows.append(f"<mtr>{aligned}</mtr>")
    return f'{_OPEN} display="block"><mtable displaystyle="true">{"".join(rows)}</mtable></math>'
