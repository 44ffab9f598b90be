r"""Mathematics written as LaTeX: the notes' ``a^{(1)}_{1}``, fractions, and lines aligned at their equals signs.

A label is data. What LaTeX would obey in it is escaped, so that it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
from viz.symbols import GREEK, name_parts

__all__ = ["WORDS", "escape", "latex_lines", "to_latex"]

_ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "−": "-", "·": r"$\cdot$", "…": r"\dots{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
}  # fmt: skip

_LETTERS = {letter: f"\\{spelt}" for spelt, letter in GREEK.items()} | {"ε": r"\varepsilon", "φ": r"\varphi"}
_SIGNS = {
    "·": r"\cdot", "−": "-", "∂": r"\partial", "≠": r"\neq", "…": r"\dots", "Σ": r"\sum", "Π": r"\prod",
}  # fmt: skip
WORDS = frozenset(
    ("arccos", "arcsin", "arctan", "cos", "cosh", "exp", "log", "max", "min", "sin", "sinh", "tan", "tanh")
)
_FENCES = {"⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "{": r"\{", "}": r"\}"}


def escape(text: str) -> str:
    r"""``text`` as LaTeX shows it inside ``\text{}``.

    >>> print(escape("50% of $x_1$"))
    50\% of \$x\_1\$
    """
    return "".join(_ESCAPED.get(char, char) for char in text)


def to_latex(term: Math) -> str:  # noqa: C901, PLR0911 -- one case for each kind of mathematics
    r"""``term`` as LaTeX, for inside mathematics mode.

    >>> from viz.notation import Name, derivative
    >>> print(to_latex(derivative(Name("L"), Name("W11[2]"))))
    \frac{\partial L}{\partial W^{(2)}_{1,1}}
    """
    match term:
        case Name(text, formula, copy):
            return _name(text, copy) if formula is None else _copy(to_latex(formula), copy)
        case Number(text):
            return _number(text)
        case Word(text):
            return _word(text)
        case Remark(text):
            return rf"\text{{{escape(text)}}}"
        case Sign(text):
            return _SIGNS.get(text, text)
        case Row(items):
            return _side_by_side(items)
        case Fence(left, inside, right):
            return rf"\left{_FENCES.get(left, left)}{_gap(left)}{to_latex(inside)}\right{_FENCES.get(right, right)}"
        case Fraction(over, under):
            return rf"\frac{{{to_latex(over)}}}{{{to_latex(under)}}}"
        case Root(inside, degree):
            return rf"\sqrt{f'[{to_latex(degree)}]' if degree else ''}{{{to_latex(inside)}}}"
        case Script(base, below, above):
            prime = above == Sign("′")
            raised = "'" if prime else f"^{{{to_latex(above)}}}" if above else ""
            return f"{to_latex(base)}{raised}{f'_{{{to_latex(below)}}}' if below else ''}"
    return "".join(piece if isinstance(piece, str) else to_latex(piece) for piece in term.pieces)


def _gap(left: str) -> str:
    """A command must not run into the letter after it."""
    return " " if left in _FENCES else ""


def _side_by_side(items: Iterable[Math]) -> str:
    """Items with a space between them, but none before a comma, or between a function and its brackets."""
    written = ""
    before: Math | None = None
    for item in items:
        close = item == Sign(",") or (isinstance(item, Fence) and not isinstance(before, Sign))
        written += to_latex(item) if close or before is None else f" {to_latex(item)}"
        before = item
    return written


def _copy(formula: str, copy: int) -> str:
    return rf"\left({formula}\right)_{{\#{copy}}}" if copy else formula


def _name(text: str, copy: int) -> str:
    parts = name_parts(text)
    mark = rf"\#{copy}" if copy else ""
    if parts.free:
        return rf"\text{{{escape(parts.base)}}}{f'_{{{mark}}}' if copy else ''}"
    base = parts.base if len(parts.base) == 1 else rf"\mathrm{{{parts.base}}}"
    if not base.isascii():
        base = _LETTERS.get(parts.base) or rf"\text{{{parts.base}}}"
    layer = f"({parts.layer})" if parts.layer else ""
    above = f"^{{{layer}{mark}}}" if layer or mark else ""
    return f"{base}{above}{f'_{{{parts.index}}}' if parts.index else ''}"


def _number(text: str) -> str:
    if text.endswith("inf"):
        return text.replace("−", "-").replace("inf", r"\infty")
    if text == "nan":
        return r"\mathrm{nan}"
    mantissa, _, exponent = text.replace("−", "-").partition("e")
    if not exponent:
        return mantissa
    power = f"10^{{{exponent}}}"
    return power if mantissa == "1" else f"-{power}" if mantissa == "-1" else rf"{mantissa} \times {power}"


def _word(text: str) -> str:
    if text in WORDS:
        return f"\\{text}"
    return _SIGNS.get(text) or _LETTERS.get(text) or rf"\operatorname{{{escape(text)}}}"


def latex_lines(equations: Iterable[Sequence[Math]]) -> str:
    r"""Equations under each other, aligned at their first equals sign; each has a left side and what it equals.

    >>> from viz.notation import Name, constant
    >>> print(latex_lines([[Name("y"), Name("x1"), constant(2.0)]]))
    \begin{aligned}
    y &= x_{1} \\
      &= 2
    \end{aligned}
    """
    rows: list[str] = []
    for left, *sides in equations:
        first = to_latex(left)
        if not sides:
            rows.append(f"{first} &")
        rows += [f"{' ' * len(first) if k else first} &= {to_latex(side)}" for k, side in enumerate(sides)]
    return "\n".join([r"\begin{aligned}", " \\\\\n".join(rows), r"\end{aligned}"])
