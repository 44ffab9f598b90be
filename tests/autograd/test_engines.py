"""The two engines: which one runs, and that nobody can tell them apart by what they give."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import replace
from pathlib import Path

import pytest

import autograd
from autograd import Value
from autograd.primitives import PRIMITIVES
from tests import engine_rules, engines, forms

ROOT = Path(__file__).parent.parent.parent
COMPILED = importlib.util.find_spec("autograd._engine")
compiled = pytest.mark.skipif(COMPILED is None, reason="the engine is not compiled here")
CONSTANT_POWERS = [0, 1, 2, 2.0, 0.0, -0.0, True, False, 0.5, -1]


def python(code, engine=None, **environment):
    """Run a line of code in a process of its own; its return code, what it printed and what it complained of."""
    kept = {name: value for name, value in os.environ.items() if name != "CHAINRULE_ENGINE"}
    chosen = {} if engine is None else {"CHAINRULE_ENGINE": engine}
    run = subprocess.run(
        [sys.executable, "-c", code], env=kept | chosen | environment, cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return run.returncode, run.stdout.strip(), run.stderr.strip()


# --- the judge --------------------------------------------------------------------------------------------


@compiled
@pytest.mark.skipif(os.environ.get("CHAINRULE_ENGINE") == "python", reason="it runs both engines: once is enough")
def test_two_thousand_random_programs_print_the_same_lines_under_either_engine():
    lines, found = engines.compared(2000)
    assert lines > 50_000
    assert not found, "\n".join(found)


def test_random_programs_take_every_step_and_mostly_succeed():
    texts = [engines.run(number) for number in range(400)]
    lines = [line for text in texts for line in text]
    assert {function.__name__ for function in engines.STEPS[0]} <= set(lines)
    kinds = ("DomainError", "StaleGraphError", "GradientError", "AnomalyError", "ConversionError", "TypeError", "hook")
    assert [kind for kind in kinds if not any(line.split()[:1] == [kind] for line in lines)] == []
    errors = [line for line in lines if re.match(r"  \w+(Error|Warning) ", line)]
    assert len(errors) < 0.1 * len(lines)


def test_a_random_program_prints_the_same_lines_again():
    assert [engines.digest(number) for number in range(40)] == [engines.digest(number) for number in range(40)]


def _power_of_two_operands(self, other):
    return PRIMITIVES["pow"](self, Value(0.0)) if other == 0 else POWER(self, other)


def _label_is_lost(self, label):
    return NAMED(self, label.strip("a"))


def _hook_is_forgotten(self, hook):
    return HOOK(self, hook) if len(self.hooks) != 1 else None


def _starts_from_one(self, _=1.0, *, create_graph=False):
    return BACKWARD(self, 1.0, create_graph=create_graph)


POWER, NAMED, HOOK, BACKWARD = Value.__pow__, Value.named, Value.register_hook, Value.backward
FAULTS = {
    "__pow__": _power_of_two_operands, "named": _label_is_lost, "register_hook": _hook_is_forgotten,
    "backward": _starts_from_one,
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_the_random_programs_see_a_fault(monkeypatch, name):
    sound = [engines.digest(number) for number in range(300)]
    monkeypatch.setattr(Value, name, FAULTS[name])
    assert [engines.digest(number) for number in range(300)] != sound


@pytest.mark.parametrize("op", forms.records(), ids=repr)
@pytest.mark.filterwarnings("ignore::autograd.GradientWarning")
def test_an_operation_gives_the_bits_of_its_record(op):
    compared, found = forms.differences(op, 60)
    assert not found, "\n".join(found[:5])
    assert compared > 3 or op.constants  # some numbers a record refuses, such as an order of 0.5


def test_an_operation_that_is_not_its_record_is_found(monkeypatch):
    """The judge of the line above: an operation whose method gives another bit, or another gradient."""
    assert forms.differences(PRIMITIVES["exp"], 200)[1] == []
    local = forms.local_gradients
    monkeypatch.setattr(forms, "local_gradients", lambda node: tuple(g * (1.0 + 2.0**-52) for g in local(node)))
    assert forms.differences(PRIMITIVES["exp"], 200)[1] != []


# --- graphs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exponent", CONSTANT_POWERS, ids=repr)
def test_a_power_of_a_number_is_an_operation_of_one_operand(exponent):
    """Its number is captured: an exponent as a second operand would ask for a logarithm, nan at a negative x."""
    x = Value(-3.0, "x") if float(exponent).is_integer() else Value(3.0, "x")
    for y in (x**exponent, x.pow(exponent), PRIMITIVES["pow"](x, exponent)):
        assert y.parents == (x,)
        assert y.op is PRIMITIVES["pow"].capture(float(exponent))
        assert y.op.constants == (float(exponent),)
        assert y.data == x.data ** float(exponent)
        x.zero_grad()
        y.backward()
        power = float(exponent)
        assert x.grad == (power * x.data ** (power - 1.0) if power else 0.0)


def test_the_graphs_of_neutral_elements_are_those_of_every_other_number():
    x = Value(-2.0, "x")
    for y, name, operands in [
        (0 * x, "mul", [0.0, x]), (x * 0, "mul", [x, 0.0]), (x + 0, "add", [x, 0.0]), (0 - x, "sub", [0.0, x]),
        (x / 1, "div", [x, 1.0]), (1 / x, "div", [1.0, x]), (x * x, "mul", [x, x]), (x - x, "sub", [x, x]),
        (2**x, "pow", [2.0, x]), (x**x, "pow", [x, x]) if x.data > 0 else (-x, "neg", [x]), (x % 3, "mod", [x, 3.0]),
        (x // 1, "floordiv", [x, 1.0]), (True * x, "mul", [1.0, x]),
    ]:  # fmt: skip
        assert y.op is PRIMITIVES[name]
        assert len(y.parents) == len(operands)
        for parent, operand in zip(y.parents, operands, strict=True):
            if operand is x:
                assert parent is x
            else:
                assert type(parent).__name__ == "Constant"
                assert (parent.data, type(parent.data), parent.op) == (operand, float, None)


# --- the formulas that are compiled in ---------------------------------------------------------------------


def test_the_formulas_in_c_are_those_of_the_table():
    """Written again with python -m tests.engine_rules after a change of the table."""
    assert engine_rules.HEADER.read_text(encoding="utf-8") == engine_rules.header()


def test_most_operations_of_one_to_three_numbers_have_a_formula_in_c():
    written = {form.name for form in engine_rules.forms(engine_rules.CFunctions()) if form.partials}
    table = {op.name for op in PRIMITIVES.values() if op.builtin and op.arity is not None}
    assert table - written == {  # these have algorithms of Python's own, or kinds of numbers in their rules
        "angle_slope", "asinh", "hypot", "polygamma", "sinc_derivative", "unit",
    }  # fmt: skip


@compiled
def test_a_changed_record_is_never_computed_with_the_sound_formula():
    exp = PRIMITIVES["exp"]
    mutant = replace(exp, partials=lambda x, out: (2.0 * out,))
    x = Value(0.0)
    mutant(x).backward()
    assert x.grad == 2.0


# --- which engine runs ------------------------------------------------------------------------------------

CHOSEN = hasattr(autograd, "engine")
chosen = pytest.mark.skipif(not CHOSEN, reason="there is one engine alone")


@chosen
def test_the_engine_has_a_name():
    assert autograd.engine in ("python", "c")
    asked = os.environ.get("CHAINRULE_ENGINE")
    assert asked in (None, "", autograd.engine)


@chosen
@pytest.mark.skipif("CI" not in os.environ, reason="a person may have good reasons to have no compiler")
def test_where_there_is_a_compiler_ci_tests_the_compiled_engine():
    able = shutil.which("cc") and not sysconfig.get_config_var("Py_GIL_DISABLED")
    if able and os.environ.get("CHAINRULE_ENGINE") != "python":
        assert autograd.engine == "c"


@chosen
def test_the_engine_in_python_can_be_asked_for():
    assert python("import autograd; print(autograd.engine)", "python") == (0, "python", "")


@compiled
def test_a_compiled_engine_runs_unless_another_is_asked_for():
    assert python("import autograd; print(autograd.engine)") == (0, "c", "")
    assert python("import autograd; print(autograd.engine)", "c") == (0, "c", "")


@chosen
def test_a_wrong_name_of_an_engine_is_refused_with_the_right_ones():
    code, shown, complaint = python("import autograd", "rust")
    assert (code, shown) == (1, "")
    last = complaint.splitlines()[-1]
    assert "CHAINRULE_ENGINE" in last
    assert "'rust'" in last
    assert "python" in last
    assert "c" in re.findall(r"\w+", last)


@pytest.fixture
def without(tmp_path):
    """A copy of the package that has no compiled engine."""
    shutil.copytree(
        ROOT / "autograd", tmp_path / "autograd", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    )
    return {"PYTHONPATH": str(tmp_path), "PYTHONSAFEPATH": "1"}


@chosen
def test_without_a_compiled_engine_the_one_in_python_runs_and_nothing_is_said(without):
    assert python("import autograd; print(autograd.engine)", **without) == (0, "python", "")


@chosen
def test_a_compiled_engine_that_is_asked_for_and_not_there_is_an_error(without):
    code, shown, complaint = python("import autograd; print(autograd.engine)", "c", **without)
    assert (code, shown) == (1, "")
    assert "CHAINRULE_ENGINE" in complaint.splitlines()[-1]


@compiled
def test_a_table_that_was_not_compiled_in_gives_the_engine_in_python_and_a_warning(without, tmp_path):
    shutil.copy(COMPILED.origin, tmp_path / "autograd")
    assert python("import autograd; print(autograd.engine)", **without) == (0, "c", "")
    rules = tmp_path / "autograd" / "rules" / "exponentials.py"
    text = rules.read_text(encoding="utf-8")
    changed = text.replace("forward=math.exp,", "forward=lambda x: math.exp(x) + 1.0,", 1)
    assert changed != text
    rules.write_text(changed, encoding="utf-8")
    code = "import autograd; print(autograd.engine, autograd.exp(autograd.Value(0.0)).data)"
    returned, shown, complaint = python(code, **without)
    assert (returned, shown) == (0, "python 2.0")
    assert "Warning" in complaint
    assert len(complaint.splitlines()) <= 2


@compiled
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="the system does not say what a process has loaded")
def test_the_compiled_engine_and_python_share_one_mathematical_library():
    """Two of them may differ in a last bit, here or on a user's machine."""
    code = (
        "import autograd, math; maps = open('/proc/self/maps').read().split(); "
        "print(len({path for path in maps if path.rpartition('/')[2].startswith(('libm.', 'libm-'))}))"
    )
    assert python(code, "c") == (0, "1", "")
