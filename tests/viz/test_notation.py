"""Mathematics as a tree, and its three ways of writing: names, brackets, hostile labels, every operation."""

import math
import re
import unicodedata
import xml.etree.ElementTree as ET

import pytest

import autograd
from autograd import Precedence, Value, errstate, no_grad, primitive
from autograd.primitives import PRIMITIVES
from tests.support.graphs import HOSTILE
from viz import tree
from viz.chain import Chain
from viz.formulas.notation import (
    GREEK,
    ONE,
    ZERO,
    Custom,
    Fraction,
    Name,
    Number,
    Numbered,
    Remark,
    Script,
    Sign,
    Word,
    call,
    constant,
    derivative,
    fraction,
    negative,
    power,
    product,
    quantity,
    sum_of,
    text_lines,
    to_text,
)
from viz.formulas.operations import applied, form_of, local_derivatives, primed
from viz.formulas.writers import (
    LATEX_WORDS,
    escape_latex,
    latex_lines,
    mathml_inner,
    mathml_lines,
    to_latex,
    to_mathml,
)
from viz.graph import Graph
from viz.text import clean, columns

BUILTIN = {name: op for name, op in PRIMITIVES.items() if op.builtin}
A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("a1[1]", "a^{(1)}_{1}"),
        ("W11[2]", "W^{(2)}_{1,1}"),
        ("W1,12[1]", "W^{(1)}_{1,12}"),
        ("a12[3]", "a^{(3)}_{12}"),
        ("z[2]", "z^{(2)}"),
        ("xs[0]", r"\mathrm{xs}_{0}"),
        ("w_1", "w_{1}"),
        ("L", "L"),
        ("loss", r"\mathrm{loss}"),
        ("theta1", r"\theta_{1}"),
        ("σ", r"\sigma"),
        ("αβ", r"\text{αβ}"),
        ("x'", r"\text{x'}"),
        ("a_b", r"\text{a\_b}"),
    ],
)
def test_names_are_taken_apart_as_the_notes_write_them(name, latex):
    assert to_latex(Name(name)) == latex
    assert to_text(Name(name)) == name


def test_a_name_in_mathml():
    weight = ET.fromstring(to_mathml(Name("W11[2]")))[0]
    assert weight.tag.endswith("msubsup")
    assert ["".join(part.itertext()) for part in weight] == ["W", "1,1", "(2)"]
    assert "".join(ET.fromstring(to_mathml(Name("L"))).itertext()) == "L"
    assert ET.fromstring(to_mathml(Name("x1")))[0].tag.endswith("msub")
    assert ET.fromstring(to_mathml(Name("z[1]")))[0].tag.endswith("msup")


def test_values_of_one_name_are_told_apart():
    assert to_text(Numbered(Name("a1[1]"), 2)) == "a1[1]#2"
    assert to_latex(Numbered(Name("a1[1]"), 2)) == r"a^{(1)\#2}_{1}"
    assert to_latex(Numbered(Name("x y"), 2)) == r"\text{x y}_{\#2}"
    formula = Numbered(product([A, B]), 3)
    assert to_latex(formula) == r"\left(a \cdot b\right)_{\#3}"
    for name in (Numbered(Name("a1[1]"), 2), Numbered(Name("x y"), 2), formula):
        assert "".join(ET.fromstring(to_mathml(name)).itertext()).endswith(("(1)#2", "#2", "#3"))


@pytest.mark.parametrize(
    "label", [*HOSTILE, "a_1 % # & { } \\ ^ ~ $", "$$", r"\input{secret}", r"\end{aligned}", "<>|"]
)
def test_a_hostile_label_is_shown_and_never_obeyed(label):
    name = Name(clean(label))
    latex = to_latex(name)
    inside = re.fullmatch(r"\\text\{(.*)\}|[a-z]+", latex, re.DOTALL)
    assert inside, latex
    rest = re.sub(r"\\[\\{}$&#%_]|\\text[a-z]+\{\}|\\dots\{\}|\$\\cdot\$", "", inside[1] or "")
    assert not re.search(r"[\\{}$&#%_^~]", rest)
    assert len(latex) < 24 * 20
    assert len(ET.fromstring(to_mathml(name))) == 1
    assert ET.fromstring(to_mathml(name))[0].tag.endswith(("mtext", "mi"))
    to_text(name).encode()


def test_escape_spells_every_sign_that_latex_obeys():
    assert escape_latex("a_b % # & { } \\ ^ ~ $") == (
        r"a\_b \% \# \& \{ \} \textbackslash{} \textasciicircum{} \textasciitilde{} \$"
    )


@pytest.mark.parametrize(
    ("term", "text", "latex"),
    [
        (sum_of([A, negative(B), C]), "a − b + c", "a - b + c"),
        (sum_of([A, negative(sum_of([B, C]))]), "a − (b + c)", r"a - \left(b + c\right)"),
        (sum_of([ZERO, A]), "a", "a"),
        (sum_of([]), "0", "0"),
        (product([A, ONE, sum_of([B, C])]), "a·(b + c)", r"a \cdot \left(b + c\right)"),
        (product([A, ZERO]), "0", "0"),
        (product([]), "1", "1"),
        (product([A, negative(B)]), "−a·b", r"- a \cdot b"),
        (product([negative(A), negative(B)]), "a·b", r"a \cdot b"),
        (product([negative(ONE), A]), "−a", "- a"),
        (product([quantity(-0.5), quantity(-0.25)]), "−0.5000·(−0.2500)", r"-0.5000 \cdot \left(-0.2500\right)"),
        (sum_of([A, product([quantity(-0.5), B])]), "a − 0.5000·b", r"a - 0.5000 \cdot b"),
        (negative(negative(A)), "a", "a"),
        (negative(ZERO), "0", "0"),
        (negative(sum_of([A, B])), "−(a + b)", r"- \left(a + b\right)"),
        (fraction(negative(A), B), "−a/b", r"- \frac{a}{b}"),
        (fraction(A, ONE), "a", "a"),
        (fraction(sum_of([A, B]), product([A, C])), "(a + b)/(a·c)", r"\frac{a + b}{a \cdot c}"),
        (fraction(A, power(B, Number("2"))), "a/b²", r"\frac{a}{b^{2}}"),
        (power(negative(A), Number("2")), "(−a)²", r"\left(- a\right)^{2}"),
        (power(A, ONE), "a", "a"),
        (power(A, sum_of([B, ONE])), "a^(b + 1)", "a^{b + 1}"),
        (power(fraction(A, B), Number("0.5")), "(a/b)^0.5", r"\left(\frac{a}{b}\right)^{0.5}"),
        (derivative(Name("L"), sum_of([A, B])), "∂L/∂(a + b)", r"\frac{\partial L}{\partial \left(a + b\right)}"),
        (constant(-1e-100), "−1e−100", "-10^{-100}"),
        (constant(1e-7), "1e−7", "10^{-7}"),
        (quantity(-2.5e-9), "−2.500e−9", r"-2.500 \times 10^{-9}"),
        (product([quantity(2.5e12), A]), "2.500e12·a", r"2.500 \times 10^{12} \cdot a"),
        (quantity(math.inf), "inf", r"\infty"),
        (quantity(-math.inf), "−inf", r"-\infty"),
        (quantity(math.nan), "nan", r"\mathrm{nan}"),
        (Remark("3 more"), "3 more", r"\text{3 more}"),
        (Script(Word("f"), None, Sign("′")), "f′", r"\operatorname{f}'"),
        (Word("½"), "½", r"\operatorname{½}"),
    ],
)
def test_brackets_signs_and_numbers(term, text, latex):
    assert to_text(term) == text
    assert to_latex(term) == latex
    shown = "".join(ET.fromstring(to_mathml(term)).itertext())
    assert [char for char in shown if char in "abcL½"] == [char for char in text if char in "abcL½"]


def test_numbers_in_mathml_have_a_minus_of_their_own():
    assert mathml_inner(quantity(-0.5)) == "<mrow><mo>−</mo><mn>0.5000</mn></mrow>"
    assert mathml_inner(constant(1e-7)) == "<mrow><msup><mn>10</mn><mrow><mo>−</mo><mn>7</mn></mrow></msup></mrow>"
    assert "<mo>×</mo>" in mathml_inner(quantity(2.5e12))
    assert "<mi>∞</mi>" in mathml_inner(quantity(-math.inf))


def test_a_prime_stands_beside_and_words_stand_apart_in_mathml():
    prime = ET.fromstring(to_mathml(Script(Word("σ"), None, Sign("′"))))[0]
    assert ["".join(part.itertext()) for part in prime] == ["σ", "′"]
    value, names = instance(BUILTIN["log_sigmoid"])
    assert '<mi>log</mi><mspace width="0.17em"/><mi mathvariant="normal">σ</mi>' in to_mathml(applied(value.op, names))


def test_lines_are_aligned_at_their_equals_signs():
    lines = [[Name("loss"), A, constant(2.0)], [Remark("where")], [A, B]]
    assert text_lines(lines) == "loss = a\n     = 2\nwhere\na = b"
    assert latex_lines(lines).splitlines() == [
        r"\begin{aligned}", r"\mathrm{loss} &= a \\", r"              &= 2 \\", r"\text{where} & \\", "a &= b",
        r"\end{aligned}",
    ]  # fmt: skip
    rows = ET.fromstring(mathml_lines(lines))[0]
    assert [["".join(cell.itertext()) for cell in row] for row in rows] == [
        ["loss", "=", "a"], ["", "=", "2"], ["where"], ["a", "=", "b"],
    ]  # fmt: skip


# --- every operation of the table -------------------------------------------------------------------------


def instance(op, count=3):
    """``op`` on Values inside its domain, with what it captures fixed, and names for its operands."""
    op = op.capture(*[1.0 if op.name == "round" else 1.5, 2.5][: op.captures]) if op.captures else op
    arity = op.arity if op.arity is not None else count
    with errstate(domain="nan"):
        value = op(*[Value(x) for x in ((1.3,) if op.name == "acosh" else (0.3, 0.7, 0.4))[:arity]])
    return value, [Name(name) for name in ("x", "y", "u")[:arity]]


@pytest.mark.parametrize("name", BUILTIN)
def test_every_operation_is_read_from_its_record(name):
    value, names = instance(BUILTIN[name])
    for operands in (names, [sum_of([each, Name("q")]) for each in names]):
        term = applied(value.op, operands)
        assert not isinstance(term, Custom), "the template says more than is understood"
        latex = to_latex(term)
        assert latex.count("{") == latex.count("}")
        assert latex.count(r"\left") == latex.count(r"\right")
        assert ET.fromstring(to_mathml(term)) is not None
        assert all(f"{operand}" in to_text(term) for operand in ("x", "y", "u")[: len(names)])


SPELT = {
    "log σ(": "log_sigmoid(", "log Σ exp(": "logsumexp(", "sech²(": "sech2(", "³√(": "cbrt(",
    "√(": "sqrt(", "silu′": "silu_slope", "gelu′": "gelu_slope",
    "Φ(": "norm_cdf(", "φ(": "norm_pdf(", "σ(": "sigmoid(", "Π(": "prod(", "Σ(": "fsum(", "·": "*", "−": "-", "^": "**",
    "²": "**2", "³": "**3", "⁰": "**0", "ψ**(1)(": "trigamma(", "ψ(": "digamma(", "Γ(": "gamma(",
    "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")",
    "log_2(": "log2(", "log_10(": "log10(",
    "leaky_relu_1.5(": "leaky_relu(", "elu_1.5(": "elu(", "clip_1.5**2.5(": "clip(",
    "arcsin(": "asin(", "arccos(": "acos(", "arctan(": "atan(", "arsinh(": "asinh(", "arcosh(": "acosh(",
    "artanh(": "atanh(", "rem(": "ieee_remainder(", "stop(": "stop_gradient(",
}  # fmt: skip


def as_python(text):
    """The text of ``to_text``, as an expression for ``eval``: an independent reading of brackets and order."""
    text = re.sub(r"\[([^]]*)\]", r"(1.0*(\1))", text).replace("≠", "!=").replace("1 − (1.0*", "1.0 − (1.0*")
    text = re.sub(r"\|([^|]+)\|", r"abs(\1)", text)
    text = re.sub(r"(\(1\.0\*\([^()]*) = ", r"\1 == ", text)
    for written, python in SPELT.items():
        text = text.replace(written, python)
    return text


FUNCTIONS = {name: op for name, op in BUILTIN.items() if op.arity} | {
    "sech2": PRIMITIVES["sech_squared"],
    "trigamma": lambda x: PRIMITIVES["polygamma"](x, 1.0),
    "leaky_relu": lambda x: PRIMITIVES["leaky_relu"](x, 1.5),
    "elu": lambda x: PRIMITIVES["elu"](x, 1.5),
    "clip": lambda x: PRIMITIVES["clip"](x, 1.5, 2.5),
    "fsum": lambda *terms: math.fsum(terms),
    "prod": lambda *factors: math.prod(factors),
    "logsumexp": lambda *terms: math.log(math.fsum(map(math.exp, terms))),
    "mean": lambda *terms: math.fsum(terms) / len(terms),
    "dot": PRIMITIVES["dot"],
    "take": PRIMITIVES["take"],
    "max": max,
    "min": min,
    "abs": abs,
    "id": float,
    "logabs": lambda x: math.log(abs(x)),
    "e": math.e,
}


@pytest.mark.parametrize("name", [name for name in BUILTIN if name not in ("polygamma", "sinc_derivative")])
def test_the_formula_of_every_operation_evaluates_to_its_value(name):
    value, names = instance(BUILTIN[name])
    q = 0.0625
    sums = [sum_of([each, Name("q")]) for each in names]
    numbers = {each.text: parent.data - q for each, parent in zip(names, value.parents, strict=True)} | {"q": q}
    text = to_text(applied(value.op, sums))
    with errstate(domain="nan"):
        found = eval(as_python(text), {}, FUNCTIONS | numbers)
    assert found == pytest.approx(value.data, rel=1e-9, abs=1e-12, nan_ok=True), text


@pytest.mark.parametrize("name", BUILTIN)
def test_cards_derivations_pages_and_the_command_line_print_one_formula(name):
    value, names = instance(BUILTIN[name])
    for parent, symbol in zip(value.parents, names, strict=True):
        parent.label = symbol.text
    written = to_text(applied(value.op, names))
    graph = Graph(value, {})
    chain = Chain(graph)
    assert graph.formula(graph.root) == to_text(chain.formula(graph.root)) == written
    assert str(tree(value.named("f"))).startswith(f"f = {written} ")
    form, _ = form_of(value.op)
    gaps = {f"{{{k}}}": symbol.text for k, symbol in enumerate(names)} | {"{*}": "x, y, u"}
    assert re.sub(r"\{[\d*]\}", lambda gap: gaps[gap[0]], form) == written
    if columns(written) <= 18:
        assert graph.name(graph.root) == to_text(chain.symbol(graph.root)) == written


def letters(text):
    """The letters and digits of a formula, in no order: a root has its degree before it, or after it."""
    signs = dict.fromkeys(map(ord, " ()[]|{},_^·−-+/×√⌊⌋⌈⌉><=≥≤≠′'&"))
    return sorted(unicodedata.normalize("NFKC", text.replace("⁻", "")).translate(signs))


def latex_letters(latex):
    """Those of LaTeX, whose commands stand for letters, words or nothing."""
    spelt = {f"\\{name}": name for name in LATEX_WORDS} | {rf"\{name}": letter for name, letter in GREEK.items()}
    spelt |= {r"\sum": "Σ", r"\prod": "Π", r"\varphi": "φ"}
    return letters(re.sub(r"\\[A-Za-z]+", lambda command: spelt.get(command[0], ""), latex).replace("\\", ""))


@pytest.mark.parametrize("name", BUILTIN)
def test_the_three_writers_say_the_same_of_every_operation(name):
    value, names = instance(BUILTIN[name])
    written = [applied(value.op, names), *local_derivatives(value, names, Name("out")), *(primed(value) or ())]
    for term in filter(None, written):
        expected = letters(re.sub(r"(?<=\d)e−(?=\d)", "10", to_text(term)))  # 9e−17 is 9 × 10⁻¹⁷ elsewhere
        assert letters("".join(ET.fromstring(to_mathml(term)).itertext())) == expected
        assert latex_letters(to_latex(term)) == expected


@pytest.mark.parametrize("name", [name for name in BUILTIN if name not in ("polygamma", "sinc_derivative")])
def test_the_symbols_of_every_local_derivative_evaluate_to_its_number(name):
    value, names = instance(BUILTIN[name])
    numbers = {each.text: parent.data for each, parent in zip(names, value.parents, strict=True)} | {"out": value.data}
    written = local_derivatives(value, names, Name("out"))
    prime = primed(value)
    if prime:
        assert to_text(prime[0]) == to_text(written[0])
        written = [prime[1]]
    assert len(written) == len(names)
    for term, number in zip(written, value.partials(), strict=True):
        if term is None:
            assert name == "logsumexp", "a formula this long is not shown"
        else:
            found = eval(as_python(to_text(term)), {}, FUNCTIONS | numbers)
            assert found == pytest.approx(number, rel=2e-5, abs=1e-12), to_text(term)


def test_a_user_operation_is_written_by_its_template_or_its_name():
    rule = {"forward": lambda x, y: x, "partials": lambda x, y, out: (1.0, 0.0)}
    plain_op = primitive("plain_op", **rule)
    fancy = primitive("fancy", latex=r"\mathcal{{F}}_{{{0}}}\{{{1}\}}", **rule)
    loose = primitive("loose", latex=r"{0} \star {1}", precedence=Precedence.SUM, **rule)
    many = primitive("many", forward=max, partials=lambda *x: (1.0,) * (len(x) - 1), latex=r"\bigvee {*}")
    assert to_latex(applied(plain_op, [A, B])) == r"\operatorname{plain\_op}\left(a, b\right)"
    assert to_latex(applied(fancy, [A, B])) == r"\mathcal{F}_{a}\{b\}"
    assert to_text(applied(fancy, [A, B])) == "fancy(a, b)"
    assert "fancy" in to_mathml(applied(fancy, [A, B]))
    assert to_latex(applied(loose, [sum_of([A, B]), C])) == r"\left(a + b\right) \star c"
    assert to_latex(applied(many, [A, B])) == r"\bigvee a, b"


@pytest.mark.parametrize(
    "template", [r"\frac{{{0}}}", "{{{0}", "{0}}}", r"\left({0}", r"\left?{0}\right?", "{5}", r"\q {0}", "^"]
)
def test_a_template_that_cannot_be_read_is_left_to_latex(template):
    op = primitive("odd", forward=lambda x: x, partials=lambda x, out: (1.0,), latex=template)
    term = applied(op, [A])
    assert isinstance(term, Custom)
    assert to_text(term) == "odd(a)"
    assert to_latex(term)


# --- local derivatives ------------------------------------------------------------------------------------


def test_local_derivatives_need_no_surroundings():
    x = Value(2.0)
    y = x * x * 3
    with no_grad():
        assert [to_text(term) for term in local_derivatives(y, [A, B], C)] == ["b", "a"]


def test_a_rule_that_only_floats_can_run_has_no_formula():
    op = primitive("floaty", forward=lambda x: x, partials=lambda x, out: (math.copysign(1.0, "no"),))
    assert local_derivatives(op(Value(2.0)), [A], B) == [None]
    assert local_derivatives(Value(1.0), [], A) == []
    assert local_derivatives(autograd.fsum([Value(1.0)] * 99), [A] * 99, B) == [None] * 99


def test_a_rule_may_name_values_of_its_own():
    k = Value(3.0, "k")
    op = primitive("scaled", forward=lambda x: 3 * x, partials=lambda x, out: (k * 2,))
    assert to_text(local_derivatives(op(Value(2.0)), [A], B)[0]) == "k·2"


def test_a_formula_that_repeats_itself_is_not_written_out():
    def squared_again(x, _out):
        for _ in range(40):
            x = x * x
        return (x,)

    op = primitive("doubling", forward=lambda x: x, partials=squared_again)
    value = op(Value(1.0))
    assert local_derivatives(value, [A], B) == [call(Script(Word("doubling"), None, Sign("′")), [A])]
    assert primed(value) is None


def test_fractions_of_fractions_keep_their_order():
    assert to_text(Fraction(Fraction(A, B), C)) == "a/b/c"
    assert to_text(Fraction(A, Fraction(B, C))) == "a/(b/c)"
