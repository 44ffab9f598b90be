"""The prompt: what is there, how Values are shown and named, and two real terminals."""

import io
import os
import pydoc
import re
import subprocess
import sys

import pytest

import autograd
from autograd import Value
from autograd.repl import Guide, Why, label_from_names, main, namespace, pretty

if os.name != "nt":  # Windows has no pseudo-terminals
    import pexpect


def test_everything_public_is_there():
    names = namespace()
    for package in ("autograd", "nn", "viz"):
        module = names[package]
        assert all(names[name] is not None for name in module.__all__)
    assert names["Value"] is Value
    assert names["grad"] is autograd.grad


def test_pretty_shows_label_data_gradient_state_and_origin():
    a, b = Value(2.0, "a"), Value(-3.0)
    c = (a * b).named("c")
    assert pretty(a) == "a = 2.0   no gradient yet   input"
    assert pretty(c) == "c = -6.0   no gradient yet   mul of a, -3"
    c.backward()
    assert pretty(a) == "a = 2.0   grad -3   input"
    assert pretty(c) == "c = -6.0   grad +1   mul of a, -3"
    assert pretty(a**3) == "8.0   no gradient yet   pow of a, 3"
    assert pretty(autograd.fsum([a] * 9)).endswith("fsum of a, a, a, 6 more")


def test_variables_name_their_values_once():
    x, y = Value(1.0), Value(2.0)
    names = {"x": x, "alias": x, "ys": [y, "text", Value(3.0)], "_hidden": Value(4.0), "number": 5.0}
    label_from_names(names)
    assert (x.label, y.label, names["ys"][2].label, names["_hidden"].label) == ("x", "ys[0]", "ys[2]", "")


def test_help_teaches_and_explains(capsys, monkeypatch):
    guide = Guide()
    guide()
    shown = capsys.readouterr().out
    assert "c.backward()" in shown
    assert "sigmoid" in shown
    assert repr(guide) == shown.rstrip("\n") or repr(guide) in shown
    monkeypatch.setattr(pydoc, "pager", print)
    guide(autograd.tanh)
    assert "hyperbolic tangent" in capsys.readouterr().out


def test_every_line_of_the_guide_runs(tmp_path, monkeypatch):
    """The guide's own examples, in its order."""
    monkeypatch.chdir(tmp_path)
    names = namespace() | {"f": lambda x: x * x, "print": lambda *things: None}
    names["Value"] = Value
    names["play"] = lambda: names["viz"].play(browser=False).close()
    monkeypatch.setattr("builtins.input", lambda _: "q")
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    lines = Guide.text().partition("help(name)")[0].splitlines()
    examples = [line[11:].split("   ")[0].strip() for line in lines]
    runnable = [line for line in examples if line]
    assert len(runnable) >= 12
    for line in runnable:
        exec(line, names)
    assert (tmp_path / "c.svg").exists()
    assert (tmp_path / "sheet.html").exists()


def script(lines):
    """The plain console, fed from a pipe."""
    done = subprocess.run(
        [sys.executable, "-m", "autograd"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    return done.stdout, done.stderr


def test_a_session_through_a_pipe():
    out, _ = script(["a, b = Value(2.0), Value(-3.0)", "c = (a * b + 10).tanh()", "c.backward()", "c", "a", "_.label"])
    assert "c = 0.9993" in out
    assert re.search(r"a = 2.0   grad -0\.00\d+   input", out)
    assert "'a'" in out


def test_a_nan_hunt():
    out, _ = script(
        ["x = Value(-4.0)", "with errstate(domain='nan'): y = log(x + 3.0) * 2", "", "diagnose(y)", "log(Value(-1.0))"]
    )
    assert "first nan: log gave nan from -1.0" in out
    assert "<console>, line 1" in out
    assert "from log = nan <- add = -1 <- x = -4" in out


def test_errors_are_shown_and_the_prompt_goes_on():
    out, err = script(["log(Value(-1.0, 'x'))", "1 + 1"])
    assert "DomainError: log(x = -1.0) is outside the domain" in err
    assert out.rstrip().endswith("2") or "\n2\n" in out or ">>> 2" in out


MANY = [
    ("log(Value(-3.0, 'b'))", "DomainError: log(b = -3.0) is outside the domain"),
    ("draw(3)", "TypeError: draw(): the root of the graph must be a Value"),
    ("fit(MLP(2, [1]), [[1.0, 2.0]], [1.0], loss='hinge', lr='0.1')", "lr"),
    ("binary_cross_entropy(MLP(2, [1])([1.0, 2.0]), 1.5)", "ValueError: binary_cross_entropy takes targets"),
    ("compile(lambda x: log(x), checked=True)(-1.0)", "Error: log("),
]


@pytest.mark.parametrize(("line", "said"), MANY)
def test_an_error_shows_the_lines_that_were_typed_and_why_shows_all(line, said):
    out, err = script([line, "why()"])
    assert said in err
    assert err.count("Traceback") == 1
    assert "site-packages" not in err
    assert f"{os.sep}autograd{os.sep}" not in err
    assert f"{os.sep}nn{os.sep}" not in err
    assert re.search(r"\(\d+ lines? inside chainrule not shown: why\(\) shows all\)", err)
    assert said in out
    assert re.search(r"File .*(autograd|nn|viz).*, line \d+", out)


def test_lines_of_ones_own_stay_also_where_the_engine_called_them_and_in_chains():
    _, err = script(["def f(x): return log(x - 5)", "", "grad(f)(2.0)"])
    assert "line 1, in f" in err
    _, err = script(["try:", "  1 / 0", "except ZeroDivisionError:", "  draw(3)", ""])
    assert "ZeroDivisionError" in err
    assert "During handling" in err
    assert err.count("Traceback") == 2
    out, err = script(["why()", "why", "1 / 0", "why()", "x = ="])
    assert "not shown" not in err
    before, _, after = out.partition("ZeroDivisionError")
    assert "No error yet." in before
    assert "why() prints" in before
    assert after
    assert "SyntaxError" in err


def test_an_error_behind_that_the_packages_raised_is_left_out():
    def fails():
        try:
            autograd.log(Value(-1.0))
        except ValueError as error:
            raise error from autograd.GradientError("never raised")

    why = Why()
    with pytest.raises(ValueError, match="outside the domain") as caught:
        fails()
    assert why.remember(caught.value) > 0
    assert caught.value.__cause__ is None
    assert "never raised" in why.text


def test_save_and_load_are_a_pair(tmp_path):
    names = namespace()
    save, load = names["save"], names["load"]
    model, function = str(tmp_path / "net.npz"), str(tmp_path / "f.json")
    net, again = names["MLP"](2, [1], rng=1), names["MLP"](2, [1], rng=2)
    save(net, model)
    assert load(again, model) is again
    assert again.state_dict() == net.state_dict()
    square = autograd.compile(lambda x: x * x)
    square(3.0)
    save(square, function)
    assert load(function)(4.0) == 16.0
    assert load(function, backend="python")(4.0) == 16.0
    with pytest.raises(TypeError, match=r"net\.npz' holds the parameters of a model: load\(model, "):
        load(model)
    with pytest.raises(TypeError, match=r"f\.json' holds a compiled function, not a model: load\("):
        load(net, function)
    with pytest.raises(
        autograd.TapeError, match=r"is not a tape: it is a zip archive, as a saved model is, which nn\.load"
    ):
        autograd.load(model)
    with pytest.raises(
        names["nn"].ModelFileError, match=r"is not a saved model: it is JSON, .* which autograd\.load\(path\)"
    ):
        names["nn"].load(net, function)
    with pytest.raises(TypeError, match=r"save\(model, path\) takes a model or a compiled function first, not 3"):
        save(3, model)
    with pytest.raises(TypeError, match=r"load takes load\(model, path\)"):
        load()
    with pytest.raises(FileNotFoundError):
        load(str(tmp_path / "nothing"))
    (tmp_path / "other").write_text("hello")
    with pytest.raises(autograd.TapeError, match="not a tape"):
        load(tmp_path / "other")


def test_a_gradient_that_is_a_value_is_shown_as_a_number():
    x = Value(3.0, "x")
    (x * x * x).backward(create_graph=True)
    assert pretty(x) == "x = 3.0   grad +27   input"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # JAX, where it runs, minds a fork
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_a_real_terminal_with_ipython():
    environment = os.environ | {"TERM": "dumb", "IPYTHONDIR": os.environ.get("TMPDIR", "/tmp") + "/chainrule-ipython"}
    child = pexpect.spawn(
        sys.executable, ["-m", "autograd"], env=environment, encoding="utf-8", timeout=60, dimensions=(40, 120)
    )
    child.expect("tour\\(\\) teaches")
    child.expect("In \\[1\\]")
    child.sendline("a = Value(3.0); y = a * a")
    child.expect("In \\[2\\]")
    child.sendline("y.backward(); a")
    child.expect("a = 3.0   grad \\+6   input")
    child.sendline("help")
    child.expect("Build +a, b = Value")
    child.sendline("draw(3)")
    child.expect("TypeError.*must be a Value, got 3")
    assert "_draw.py" not in child.before
    child.expect("not shown: why")
    child.sendline("why()")
    child.expect("_draw.py")
    child.sendline("exit")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # JAX, where it runs, minds a fork
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_a_real_terminal_without_ipython_completes_names():
    hide = "import sys; sys.modules['IPython'] = None; import importlib.util as u; f = u.find_spec; "
    hide += "u.find_spec = lambda name, *a: None if name == 'IPython' else f(name, *a); "
    child = pexpect.spawn(
        sys.executable, ["-c", hide + "from autograd.repl import main; main()"], encoding="utf-8", timeout=60
    )
    child.expect(">>> ")
    child.sendline("pressure = Value(3.0)")
    child.expect(">>> ")
    child.send("pres\t")
    child.expect("pressure")
    child.sendline("")
    child.expect("pressure = 3.0   no gradient yet   input")
    child.sendeof()
    child.expect(pexpect.EOF)


def test_the_prompt_opens_where_there_is_no_readline(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "readline", None)  # as on Windows
    monkeypatch.setattr(sys, "stdin", io.StringIO("print(6 * 7)\n"))
    main()
    assert "42" in capsys.readouterr().out


def test_errors_in_a_circle_and_errors_of_the_packages_alone_are_shown():
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    try:
        raise second
    except ValueError:
        pass
    with pytest.raises(ValueError, match="first") as caught:
        raise first
    assert Why().remember(caught.value) == 0
    with pytest.raises(autograd.DomainError) as refused:
        autograd.log(Value(-1.0))
    inside = refused.value
    inside.__traceback__ = inside.__traceback__.tb_next  # without the line of this test
    before = inside.__traceback__
    assert Why().remember(inside) > 0
    assert inside.__traceback__ is before
