r"""Mathematics as LaTeX and as MathML.

Both take the same tree; ``notation.py`` writes it as plain text. LaTeX has the notes' ``a^{(1)}_{1}`` and fractions.
MathML needs nothing but a browser, and is well-formed XML. A label is data: it is escaped, so that LaTeX and browsers
show it and never obey it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape as escape_xml

from viz.formulas.notation import (
    GREEK,
    Equations,
    Fence,
    Fraction,
    Math,
    Name,
    Number,
    Numbered,
    Remark,
    Root,
    Row,
    Script,
    Sign,
    Word,
    name_parts,
)

__all__ = [
    "LATEX_WORDS", "escape_latex", "latex_lines", "mathml_inner", "mathml_lines", "to_latex", "to_mathml",
]  # fmt: skip

# --- LaTeX ------------------------------------------------------------------------------------------------

_LATEX_ESCAPED = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "−": "-", "·": r"$\cdot$", "…": r"\dots{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
})  # fmt: skip
_LATEX_LETTERS = {letter: f"\\{spelt}" for spelt, letter in GREEK.items()} | {"ε": r"\varepsilon", "φ": r"\varphi"}
_LATEX_SIGNS = {
    "·": r"\cdot", "−": "-", "∂": r"\partial", "≠": r"\neq", "…": r"\dots", "Σ": r"\sum", "Π": r"\prod",
}  # fmt: skip
_LATEX_FENCES = {"⌊": r"\lfloor ", "⌋": r"\rfloor", "⌈": r"\lceil ", "⌉": r"\rceil", "{": r"\{ ", "}": r"\}"}
"""The space keeps a command from running into the letter after it."""
LATEX_WORDS = frozenset(
    ("arccos", "arcsin", "arctan", "cos", "cosh", "exp", "log", "max", "min", "sin", "sinh", "tan", "tanh")
)


def escape_latex(text: str) -> str:
    r"""``text`` as LaTeX shows it inside ``\text{}``.

    >>> print(escape_latex("50% of $x_1$"))
    50\% of \$x\_1\$
    """
    return text.translate(_LATEX_ESCAPED)


def to_latex(term: Math) -> str:  # noqa: C901, PLR0911 -- one case for each kind of mathematics
    r"""``term`` as LaTeX, for inside mathematics mode.

    >>> from viz.formulas.notation import Name, derivative
    >>> print(to_latex(derivative(Name("L"), Name("W11[2]"))))
    \frac{\partial L}{\partial W^{(2)}_{1,1}}
    """
    match term:
        case Name(text):
            return _latex_name(text, "")
        case Numbered(Name(text), copy):
            return _latex_name(text, rf"\#{copy}")
        case Numbered(formula, copy):
            return rf"\left({to_latex(formula)}\right)_{{\#{copy}}}"
        case Number(text):
            return _latex_number(text)
        case Word(text):
            named = f"\\{text}" if text in LATEX_WORDS else _LATEX_SIGNS.get(text) or _LATEX_LETTERS.get(text)
            return named or rf"\operatorname{{{escape_latex(text)}}}"
        case Remark(text):
            return rf"\text{{{escape_latex(text)}}}"
        case Sign(text):
            return _LATEX_SIGNS.get(text, text)
        case Row(items):
            return _latex_row(items)
        case Fence(left, inside, right):
            return rf"\left{_LATEX_FENCES.get(left, left)}{to_latex(inside)}\right{_LATEX_FENCES.get(right, right)}"
        case Fraction(over, under):
            return rf"\frac{{{to_latex(over)}}}{{{to_latex(under)}}}"
        case Root(inside, degree):
            return rf"\sqrt{f'[{to_latex(degree)}]' if degree else ''}{{{to_latex(inside)}}}"
        case Script(base, below, above):
            raised = "'" if above == Sign("′") else f"^{{{to_latex(above)}}}" if above else ""
            return f"{to_latex(base)}{raised}{f'_{{{to_latex(below)}}}' if below else ''}"
    return "".join(piece if isinstance(piece, str) else to_latex(piece) for piece in term.pieces)


def _latex_row(items: Iterable[Math]) -> str:
    """Items with a space between them, but none before a comma, or between a function and its brackets."""
    written = ""
    before: Math | None = None
    for item in items:
        close = item == Sign(",") or (isinstance(item, Fence) and not isinstance(before, Sign))
        written += to_latex(item) if close or before is None else f" {to_latex(item)}"
        before = item
    return written


def _latex_name(text: str, mark: str) -> str:
    parts = name_parts(text)
    if parts.free:
        return rf"\text{{{escape_latex(parts.base)}}}{f'_{{{mark}}}' if mark else ''}"
    base = parts.base if len(parts.base) == 1 else rf"\mathrm{{{parts.base}}}"
    if not base.isascii():
        base = _LATEX_LETTERS.get(parts.base) or rf"\text{{{parts.base}}}"
    above = f"({parts.layer}){mark}" if parts.layer else mark
    return f"{base}{f'^{{{above}}}' if above else ''}{f'_{{{parts.index}}}' if parts.index else ''}"


def _latex_number(text: str) -> str:
    if text == "nan":
        return r"\mathrm{nan}"
    mantissa, _, exponent = text.replace("−", "-").partition("e")
    if not exponent:
        return mantissa.replace("inf", r"\infty")
    power = f"10^{{{exponent}}}"
    return power if mantissa == "1" else f"-{power}" if mantissa == "-1" else rf"{mantissa} \times {power}"


def latex_lines(equations: Equations) -> str:
    r"""Equations under each other, aligned at their first equals sign, for inside mathematics mode.

    >>> from viz.formulas.notation import Name, constant
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


# --- MathML -----------------------------------------------------------------------------------------------


def to_mathml(term: Math) -> str:
    """``term`` as a ``<math>`` element within text.

    >>> from viz.formulas.notation import Name
    >>> to_mathml(Name("x1"))[49:]
    '<msub><mi>x</mi><mn>1</mn></msub></math>'
    """
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{mathml_inner(term)}</math>'


def mathml_inner(term: Math) -> str:  # noqa: C901, PLR0911, PLR0912 -- one case for each kind of mathematics
    """``term`` as MathML, for inside a ``<math>`` element."""
    match term:
        case Name(text):
            return _mathml_name(text, "")
        case Numbered(Name(text), copy):
            return _mathml_name(text, f"<mtext>#{copy}</mtext>")
        case Numbered(formula, copy):
            fence = f"<mrow><mo>(</mo>{mathml_inner(formula)}<mo>)</mo></mrow>"
            return f"<msub>{fence}<mtext>#{copy}</mtext></msub>"
        case Number(text):
            return _mathml_number(text)
        case Word(text):
            upright = ' mathvariant="normal"' if len(text) == 1 else ""
            return f"<mi{upright}>{escape_xml(text)}</mi>"
        case Remark(text):
            return f"<mtext>{escape_xml(text)}</mtext>"
        case Sign(text):
            return f"<mo>{escape_xml(text)}</mo>"
        case Row(items):
            return f"<mrow>{_mathml_row(items)}</mrow>"
        case Fence(left, inside, right):
            opening, closing = (
                f'<mo form="{form}" stretchy="true">{escape_xml(sign)}</mo>'
                for form, sign in (("prefix", left), ("postfix", right))
            )
            return f"<mrow>{opening}{mathml_inner(inside)}{closing}</mrow>"
        case Fraction(over, under):
            return f"<mfrac>{mathml_inner(over)}{mathml_inner(under)}</mfrac>"
        case Root(inside, degree):
            inner = mathml_inner(inside)
            return f"<mroot>{inner}{mathml_inner(degree)}</mroot>" if degree else f"<msqrt>{inner}</msqrt>"
        case Script(base, None, Sign("′")):  # beside it: raised and made small, a prime is a speck
            return f'<mrow>{mathml_inner(base)}<mo lspace="0" rspace="0">′</mo></mrow>'
        case Script(base, below, above):
            return _mathml_script(mathml_inner(base), *[mathml_inner(part) if part else "" for part in (below, above)])
    return mathml_inner(term.otherwise)


def _mathml_row(items: Sequence[Math]) -> str:
    written = ""
    for k, item in enumerate(items):
        if k and isinstance(item, Word) and isinstance(items[k - 1], Word):
            written += '<mspace width="0.17em"/>'
        written += mathml_inner(item)
    return written


def _mathml_script(base: str, below: str, above: str) -> str:
    if below and above:
        return f"<msubsup>{base}{below}{above}</msubsup>"
    return f"<msub>{base}{below}</msub>" if below else f"<msup>{base}{above}</msup>" if above else base


def _mathml_name(text: str, mark: str) -> str:
    parts = name_parts(text)
    if parts.free:
        return _mathml_script(f"<mtext>{escape_xml(parts.base)}</mtext>", mark, "")
    layer = f'<mo stretchy="false">(</mo><mn>{parts.layer}</mn><mo stretchy="false">)</mo>' if parts.layer else ""
    below = f"<mn>{parts.index}</mn>" if parts.index else ""
    above = f"<mrow>{layer}{mark}</mrow>" if layer or mark else ""
    return _mathml_script(f"<mi>{parts.base}</mi>", below, above)


def _mathml_number(text: str) -> str:
    minus, digits = ("<mo>−</mo>", text[1:]) if text.startswith("−") else ("", text)
    mantissa, _, exponent = digits.partition("e")
    written = f"<mn>{mantissa}</mn>" if mantissa != "inf" else "<mi>∞</mi>"
    if exponent:
        sign, digits = ("<mo>−</mo>", exponent[1:]) if exponent.startswith("−") else ("", exponent)
        power = f"<msup><mn>10</mn><mrow>{sign}<mn>{digits}</mn></mrow></msup>"
        written = power if mantissa == "1" else f"{written}<mo>×</mo>{power}"
    return f"<mrow>{minus}{written}</mrow>" if minus or exponent else written


def mathml_lines(equations: Equations) -> str:
    """Equations under each other, aligned at their equals signs, as one ``<math>`` element."""

    def cell(place: str, content: str) -> str:
        return f'<mtd style="text-align:{place};padding:.35em .25em">{content}</mtd>'

    rows: list[str] = []
    for left, *sides in equations:
        first = cell("right", mathml_inner(left))
        if not sides:
            rows.append(f"<mtr>{first}</mtr>")
        for k, side in enumerate(sides):
            equals = cell("center", "<mo>=</mo>") + cell("left", mathml_inner(side))
            rows.append(f"<mtr>{cell('right', '') if k else first}{equals}</mtr>")
    table = f'<mtable displaystyle="true">{"".join(rows)}</mtable>'
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{table}</math>'
