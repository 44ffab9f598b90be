"""``python -m viz``: expressions read and never run, pictures and text, errors on a line with the place marked."""

import math
import os
import re
import runpy
import shlex
import subprocess
import sys
import webbrowser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import DomainError, Value
from viz.cli import ENDINGS, main
from viz.parser import FUNCTIONS, ExpressionError, read_expression, read_number

AB = {"a": 2.0, "b": 3.0}


# --- what an expression means -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b*2 - 1", 7.0),
        ("-a**2", -4.0),
        ("(a + b)/(a - b)", -5.0),
        ("2**b*a", 16.0),
        ("2**3**2 + a - a", 512.0),
        ("+a - -b", 5.0),
        ("tanh(a)*cosh(b)", math.tanh(2) * math.cosh(3)),
        ("max(a, b) + min(a, b)", 5.0),
        ("abs(a - b) + b - b", 1.0),
        ("sin(pi/2)*a", 2.0),
        ("log(e)*a", 2.0),
        ("leaky_relu(a - b, 0.5)", -0.5),
        ("clip(a, 0, 1)*b", 3.0),
        ("sum(a, b, 1) + mean(a, b)", 8.5),
        ("1e3*a", 2000.0),
        ("a*1_000", 2000.0),
        (" a ;", 2.0),
    ],
)
def test_an_expression_has_its_value(text, value):
    used = {name: number for name, number in AB.items() if re.search(rf"\b{name}\b", text)}
    assert read_expression(text, used).root.data == pytest.approx(value, rel=1e-15)


def test_named_parts_label_their_nodes():
    reading = read_expression("z = a*b + 1; y = tanh(z); L = y*y", AB)
    assert list(reading.values) == ["a", "b", "z", "y", "L"]
    assert [reading.values[name].label for name in reading.values] == ["a", "b", "z", "y", "L"]
    assert reading.root is reading.values["L"]
    assert reading.values["y"].parents == (reading.values["z"],)
    assert read_expression("k = 2*3; k*a", {"a": 1.0}).values["k"].data == 6.0


def test_lines_serve_like_semicolons():
    assert read_expression("z = a*b\nz + 1", AB).root.data == 7.0


def test_numbers_alone_stay_numbers_and_are_exact():
    root = read_expression("2*3/7*a", {"a": 1.0}).root
    assert [parent.data for parent in root.parents] == [6 / 7, 1.0]
    assert read_expression("2 + 3", {}).root.data == 5.0


def test_a_variable_may_hide_a_constant_or_a_function():
    assert read_expression("e*pi", {"e": 2.0}).root.data == 2.0 * math.pi
    assert read_expression("gelu*2", {"gelu": 2.0}).root.data == 4.0


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2.0), ("-1.5e3", -1500.0), ("pi/4", math.pi / 4), ("1/8", 0.125), ("inf", math.inf)]
)
def test_the_number_of_a_variable(text, number):
    assert read_number(text) == number


def test_every_function_can_be_called():
    for name, function in FUNCTIONS.items():
        if name == "parameter":  # which takes a number, and makes a leaf
            continue
        for arity in (1, 2, 3):
            arguments = ", ".join(["a", "b", "0.5"][:arity])
            used = dict(list(AB.items())[:arity])
            try:
                root = read_expression(f"{name}({arguments})", used).root
            except ExpressionError as error:
                assert any(word in str(error) for word in ("argument(s)", "domain", "a plain number")), name  # noqa: PT017
            else:
                assert root.op is not None, name
                break
        else:
            assert name in ("acos", "asin", "atanh", "clip"), function


# --- what is refused --------------------------------------------------------------------------------------

NOTHING_ELSE = "an expression has names, numbers, + - * / **, brackets and functions, nothing else"


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("a.b", NOTHING_ELSE, 0),
        ("a + a.__class__", NOTHING_ELSE, 4),
        ("[a for a in b]", NOTHING_ELSE, 0),
        ("(lambda: a)", NOTHING_ELSE, 1),
        ("a if b else 2", NOTHING_ELSE, 0),
        ("a == b", NOTHING_ELSE, 0),
        ("a and b", NOTHING_ELSE, 0),
        ("not a", NOTHING_ELSE, 0),
        ("a, b", NOTHING_ELSE, 0),
        ("a[0]", NOTHING_ELSE, 0),
        ("(z := a)", NOTHING_ELSE, 1),
        ("f'{a}'", NOTHING_ELSE, 0),
        ("tanh(*a)", NOTHING_ELSE, 5),
        ("a.tanh()", NOTHING_ELSE, 0),
        ("b*math.sin(a)", "write sin(...), without math before it", 2),
        ("a*np.tanh", "write tanh(...), without np before it", 2),
        ("a*math.pi", "write pi, without math before it", 2),
        ("math.nothing(a)", NOTHING_ELSE, 0),
        ("b + 2a", "multiplication is written with *: write 2*a", 4),
        ("b + 1.5e2 a", "multiplication is written with *: write 1.5e2*a", 4),
        (".5pi", "multiplication is written with *: write .5*pi", 0),
        ("1e5*b)", "unmatched ')'", 5),
        ("2 if a", "expected 'else' after 'if' expression", 0),
        ("'text'", "'text' is not a number", 0),
        ("a*True", "True is not a number", 2),
        ("2j*a", "2j is not a number", 0),
        ("...", "... is not a number", 0),
        ("a*" + "9" * 400, "this number is too large for a float (about 1.8e308)", 2),
        ("a % b", "only + - * / ** may stand between numbers", 4),
        ("a^2", "only + - * / ** may stand between numbers: powers are written with **", 2),
        ("a + sigmod(b)", "unknown function sigmod(): do you mean sigmoid()?", 4),
        ("__import__('os')", "unknown function __import__()", 0),
        ("tanh(x=a)", "arguments are given by place, without a name", 0),
        ("2(a)", "multiplication is written with *", 0),
        ("a*tanh(a, b)", "tanh() takes 1 argument(s), 2 given", 2),
        ("a + c", "c has no value: give it one, such as c=1.5", 4),
        ("a*tanh", "tanh is a function: write tanh(...)", 2),
        ("é + c*a", "é has no value", 0),
        ("a + 'é'.x", NOTHING_ELSE, 4),
        ("log(a - a)*b", "log(0.0) is outside the domain: log needs x > 0.", 0),
        ("a*(1/0)", "div(1.0, 0.0) is outside the domain", 3),
        ("(-8)**0.5*a", "pow(-8.0, 0.5) is outside the domain", 0),
        ("a + 9**9**9**9", "pow(9.0, 387420489.0) is too large for a float.", 7),
        ("a = 3", "a is given twice: use another name", 0),
        ("z = a; z*b", "z would only be another name for a: use a", 0),
        ("a*b; a", "only the last part may go without a name: write z = ... before it", 0),
        ("import os", "an expression is made of formulas", 0),
        ("z = y = a", "an expression is made of formulas", 0),
        ("z += a", "an expression is made of formulas", 0),
        ("def f(): pass", "an expression is made of formulas", 0),
        ("a*(b", "'(' was never closed", 2),
        ("a**b**", "invalid syntax", 6),
        ("a*b)", "unmatched ')'", 3),
        ("  a*b)", "unmatched ')'", 3),
    ],
)
def test_anything_else_is_refused_where_it_stands(text, message, column):
    with pytest.raises(ExpressionError) as caught:
        read_expression(text, AB)
    first, line, mark = str(caught.value).splitlines()
    assert first.startswith(message)
    assert mark.index("^") == 2 + column
    assert line[2:] == text.strip()[: len(line) - 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the expression is empty: write one, such as 'tanh(a*b + c)'"),
        (" \n ", "the expression is empty"),
        ("a+" * 5000 + "b", "the expression has 10,001 characters: 10,000 is the most"),
        ("a", "b is not used in the expression: leave it out, or use it"),
        ("z = a*b; a*b", "z is not used in the expression: leave it out, or use it"),
    ],
)
def test_what_has_no_place_is_refused_in_a_line(text, message):
    with pytest.raises(ExpressionError) as caught:
        read_expression(text, AB)
    assert str(caught.value).startswith(message)


def test_a_parameter_is_a_leaf_of_one_number():
    reading = read_expression("w = parameter(-1/2); L = (w*x)**2", {"x": 3.0})
    assert [(value.kind, value.data) for value in (reading.values["w"], reading.values["x"])] == [
        ("parameter", -0.5), ("input", 3.0)
    ]  # fmt: skip
    for text in ("parameter(x)*2", "parameter()*x", "parameter(1, 2)*x"):
        with pytest.raises(ExpressionError, match=r"parameter\(\) makes a leaf of one number: write w = parameter"):
            read_expression(text, {"x": 3.0})


def test_an_error_knows_its_place():
    with pytest.raises(ExpressionError) as caught:
        read_expression("a = 2\nb = 3\nL = a*tahn(b)", {})
    assert caught.value.place == (2, 6)
    assert caught.value.reason == "unknown function tahn(): do you mean tan()?"
    with pytest.raises(ExpressionError, match="b is not used") as caught:
        read_expression("a = 2\nb = 3\nL = a*a", {})
    assert caught.value.place == (1, 0)
    with pytest.raises(ExpressionError, match="c is not used") as caught:
        read_expression("a*a", {"a": 1.0, "c": 1.0})
    assert caught.value.place is None


@pytest.mark.parametrize("text", ["(" * 4990 + "a" + ")" * 4990, "tanh(" * 300 + "a" + ")" * 300, "[" * 9999])
def test_deep_brackets_are_refused_calmly(text):
    with pytest.raises(ExpressionError, match="too many nested parentheses"):
        read_expression(text, {"a": 1.0})


@pytest.mark.parametrize(
    "text",
    ["-" * 9990 + "a", "+".join(["a"] * 4999), "a**" * 600 + "a", "1-" * 4990 + "a", "a*(" * 90 + "a" + ")" * 90],
)
def test_long_chains_are_read_without_recursion_or_refused(text):
    try:
        assert read_expression(text, {"a": 1.0}).root.op is not None
    except ExpressionError as error:
        assert "cannot be read" in str(error)  # noqa: PT017


@pytest.mark.parametrize("error", [RecursionError("maximum recursion depth"), MemoryError(), ValueError("null bytes")])
def test_what_the_parser_itself_cannot_take_is_refused(monkeypatch, error):
    def fail(_text):
        raise error

    refused = pytest.raises(
        ExpressionError, match=r"^the expression cannot be read: (null|it is nested too deeply, or has too many terms)"
    )
    with monkeypatch.context() as patch, refused:
        patch.setattr("ast.parse", fail)
        read_expression("a", {"a": 1.0})


def test_what_a_terminal_would_obey_is_shown():
    with pytest.raises(ExpressionError) as caught:
        read_expression("a*\x1b[31m", AB)
    assert "\x1b" not in str(caught.value)
    with pytest.raises(ExpressionError):
        read_expression("a\0b", AB)


def test_a_mark_far_along_is_still_in_sight():
    with pytest.raises(ExpressionError) as caught:
        read_expression("a + " * 300 + "c", {"a": 1.0})
    _, line, mark = str(caught.value).splitlines()
    assert line[mark.index("^")] == "c"
    assert len(line) <= 80


@settings(max_examples=150)
@given(st.text("ab+-*/()., 1e;=[]'\"^%\\\né", max_size=30) | st.text(max_size=20))
def test_any_text_at_all_is_read_or_refused(text):
    try:
        reading = read_expression(text, AB)
    except ExpressionError:
        return
    assert isinstance(reading.root, Value)


# --- the command ------------------------------------------------------------------------------------------


def run(capsys, *arguments):
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_without_options_the_tree_and_the_gradients(capsys):
    code, out, err = run(capsys, "z = a*b + c; L = tanh(z)", "a=2", "b=-3", "c=6.88")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "L = tanh(z)   0.7064   grad +1.0000"
    assert out.splitlines()[-4:] == [
        "L = 0.7064193203972353",
        "∂L/∂a = -1.502915231308525",
        "∂L/∂b = 1.0019434875390167",
        "∂L/∂c = 0.5009717437695084",
    ]


def test_without_a_name_the_result_is_the_value(capsys):
    _, out, _ = run(capsys, "-a*b", "a=2", "b=1/8")
    assert out.splitlines()[-3:] == ["value = -0.25", "∂/∂a = -0.125", "∂/∂b = -2.0"]
    assert run(capsys, "---a", "a=2")[1].splitlines()[0] == "−(−(−a))   −2.0000   grad +1.0000"


def test_explain_derive_and_tree_print_what_they_say(capsys):
    asked = ("a*a + a*b", "a=2", "b=-3")
    _, out, _ = run(capsys, *asked, "--explain", "a")
    assert out.startswith("∂(a·a + a·b)/∂a = +1.0000, the sum of 3 flows")
    assert "grad" not in out
    _, out, _ = run(capsys, "z = a*b; L = tanh(z)", "a=2", "b=-3", "--derive", "z")
    assert out.startswith("∂L/∂z = tanh′(z)\n")
    _, out, _ = run(capsys, *asked, "--derive", "a", "--derive", "b", "--explain", "b", "--explain", "a")
    lines = re.findall(r"^∂\(a·a \+ a·b\)/∂(\w) = ", out, re.MULTILINE)
    assert lines == ["b", "a", "a", "b"], "each is printed, the explanations first, in the order asked for"
    _, out, _ = run(capsys, *asked, "--tree", "--derive", "b")
    assert "├─ " in out
    assert "/∂b = a" in out


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_picture_is_written(capsys, tmp_path, ending):
    path = tmp_path / f"graph{ending}"
    code, out, _ = run(capsys, "tanh(a*b + c)", "a=2", "b=-3", "-o", str(path), "c=10")
    assert (code, out) == (0, f"wrote {path}\n")
    start = {".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF", ".dot": b"digraph", ".html": b"<!"}[ending]
    assert start.lower() in path.read_bytes()[:200].lower()


def test_open_shows_the_file(capsys, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    path = tmp_path / "graph.svg"
    assert run(capsys, "a*a", "a=2", "-o", str(path), "--open")[0] == 0
    assert opened == [path.resolve().as_uri()]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a*b", "a=2", "a=3"], "a is given twice: a=2 and a=3"),
        (["a*b", "a=2"], "b has no value: give it one, such as b=1.5\n  a*b\n    ^"),
        (["a*b", "5"], "'5' is not name=number: write, for example, a=2"),
        (["a*b", "2=5"], "'2=5' is not name=number"),
        (
            ["a*b", "a=-1e400", "b=1"],
            "a must be a number: -1e400 is too large for a float (about 1.8e308): write inf if",
        ),
        (["a*b", "a=two"], "a must be a number: two has no value: give it one, such as two=1.5\n  two\n  ^"),
        (["a", "a=1", "b=2"], "b is not used in the expression: leave it out, or use it"),
        (["a", "a=1", "-o", "x.gif"], "cannot write 'x.gif': its ending must be one of .svg .png .pdf .dot .html"),
        (["a", "a=1", "--open"], "--open needs a file to show: add -o graph.svg"),
        (["z = a*2; z*2", "a=1", "--derive", "y"], "--derive y: there is no such value; there are a, z"),
        (["2", "--explain", "y"], "--explain y: there is no such value; there are none: write z = ... to name one"),
        (["a", "a=1", "-o", "/no/such/folder/x.svg"], "cannot save to '/no/such/folder/x.svg': there is no folder"),
        (["a", "a=1", "-o", "/no/such/folder/x.html"], "cannot "),
        (["log(a)", "a=-1"], "log(a = -1.0) is outside the domain: log needs x > 0.\n  log(a)\n  ^"),
    ],
)
def test_errors_are_said_in_a_line(capsys, arguments, message):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"python -m viz: {message}")
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", [[], ["a", "a=1", "--bogus"], ["a", "a=1", "-o"]])
def test_argparse_answers_for_options(capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m viz" in capsys.readouterr().err


def test_help_has_examples_that_run(capsys, tmp_path, monkeypatch):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    examples = [shlex.split(line)[3:] for line in text.splitlines() if line.startswith("  python -m viz")]
    assert len(examples) == 5
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(webbrowser, "open", lambda url: None)
    for example in examples:
        assert main(example) == 0
    assert (tmp_path / "graph.svg").exists()
    assert all(name in text for name in FUNCTIONS)


@pytest.mark.parametrize(("encoding", "line"), [("utf-8", "∂/∂a = 1.0"), ("ascii", "d/da = 1.0")])
def test_as_a_program(encoding, line):
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "viz", "a + 1", "a=2"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=120)
    assert done.stdout.decode(encoding).splitlines()[-1] == line
    failed = subprocess.run([*command, "b=1"], env=environment, capture_output=True, check=False, timeout=120)
    assert failed.returncode == 2
    assert failed.stderr.decode(encoding).startswith("python -m viz: b is not used")


def test_run_as_a_module(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["viz", "a*a", "a=3", "--derive", "a"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("viz", run_name="__main__")
    assert caught.value.code == 0
    assert capsys.readouterr().out.endswith("= 6.0000\n")


def test_a_domain_error_behind_the_picture_is_said_in_a_line(capsys, monkeypatch):
    def fail(*_):
        raise DomainError("no such number")

    monkeypatch.setattr(Value, "backward", fail)
    assert run(capsys, "a*2", "a=1")[2] == "python -m viz: no such number\n"


def test_the_functions_are_those_of_the_table():
    assert FUNCTIONS["tanh"] is autograd.tanh
    assert "compile" not in FUNCTIONS
