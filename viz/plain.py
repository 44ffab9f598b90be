"""Mathematics written as plain text, on one line: ``∂L/∂a1[1] = W11[2]·∂L/∂z1[2]``.

Names stand as they do on the cards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from viz.names import columns, cut
from viz.notation import (
    Binding,
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
    fenced,
)

__all__ = ["text_lines", "to_text"]

_RAISED = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def to_text(term: Math) -> str:  # noqa: PLR0911 -- one case for each kind of mathematics
    """``term`` as text.

    >>> from viz.notation import Name, Sign, derivative, product
    >>> to_text(product([Name("W11[2]"), derivative(Name("L"), Name("z1[2]"))]))
    'W11[2]·∂L/∂z1[2]'
    """
    match term:
        case Name(text, _, copy):
            return f"{cut(text)}#{copy}" if copy else cut(text)
        case Number(text) | Word(text) | Remark(text) | Sign(text):
            return text
        case Row(items):
            return _side_by_side(items)
        case Fence(left, inside, right):
            return f"{left}{to_text(inside)}{right}"
        case Fraction(over, under):
            return f"{to_text(fenced(over, Binding.PRODUCT))}/{_below(under)}"
        case Root(inside, degree):
            return f"{to_text(degree).translate(_RAISED) if degree else ''}√({to_text(inside)})"
        case Script(base, below, above):
            return f"{to_text(base)}{_lowered(below)}{_raised(above)}"
    return to_text(term.otherwise)


def _below(under: Math) -> str:
    """What stands after the stroke: x/y² needs no brackets, x/(y/z) does."""
    return to_text(under if isinstance(under, Script) else fenced(under))


def _side_by_side(items: Iterable[Math]) -> str:
    written = ""
    for item in items:
        part = to_text(item)
        if isinstance(item, Sign) and item.text == ",":
            written += ", "
        elif isinstance(item, Sign) and written and item.text not in ("∂", "·"):
            written += f" {part} "
        else:
            gap = isinstance(item, Word) and written and written[-1].isalpha()
            written += f" {part}" if gap else part
    return written


def _lowered(below: Math | None) -> str:
    return "" if below is None else f"_{to_text(fenced(below))}"


def _raised(above: Math | None) -> str:
    if above is None or above == Sign("′"):
        return "" if above is None else "′"
    if isinstance(above, Number) and above.text.translate(_RAISED) != above.text and above.text.lstrip("−").isdigit():
        return above.text.translate(_RAISED)
    return f"^{to_text(fenced(above))}"


def text_lines(equations: Iterable[Sequence[Math]]) -> str:
    """Equations under each other, aligned at their equals signs.

    >>> from viz.notation import Name, constant
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
