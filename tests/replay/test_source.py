"""The Python backend and its source: readable, self-contained, equal to eager evaluation."""

from __future__ import annotations

import ast
import linecache
import math
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

import autograd as ag
from autograd import Parameter, Value, primitive
from autograd import compile as compiled
from autograd.primitives import PRIMITIVES
from autograd.replay.backends import python_source
from autograd.replay.bodies import definition
from tests.support.backends import arity, name, points, reference, single, special_points, table
from tests.support.own_operations import FACTOR, bits, branchy, of_branches, run_alone, scaled
from tests.support.programs import inputs, programs
from tests.support.translated import decorated, decorated_in_place

READABLE = """\
import math


def _leaky_relu(x, slope):
    return x if x > 0.0 else slope * x


def _other_branch():
    raise ValueError("a comparison came out as in no recorded path")


def replay(x, y, /, *, W12_1=0.5):
    t5 = W12_1 * x
    z1_2 = t5 + 1.0
    if not (z1_2 > 0.0):
        return _other_branch()
    a1_2 = math.tanh(z1_2)
    t8 = _leaky_relu(a1_2, 0.01)
    t9 = t8 * y
    return (t9,)
"""


def test_the_source_is_readable_and_uses_the_labels():
    w = Parameter(0.5, "W12[1]")

    def neuron(x, y):
        z = (w * x + 1.0).named("z1[2]")
        return ag.leaky_relu(ag.tanh(z).named("a1[2]")) * y if z > 0.0 else -y

    f = compiled(neuron)
    expected = f(1.0, 2.0)
    assert f.source() == READABLE
    replay = run_alone(f.source())
    assert replay(1.0, 2.0) == (expected,)
    assert replay(1.0, 2.0, W12_1=0.25) == (math.tanh(1.25) * 2.0,)
    with pytest.raises(ValueError, match="as in no recorded path"):
        replay(-9.0, 2.0)
    assert f(-9.0, 2.0) == -2.0
    both = run_alone(f.source())
    assert "# Live leaves are numbers from here on" in f.source()
    assert (both(1.0, 2.0), both(-9.0, 2.0)) == ((expected,), (-2.0,))
    with pytest.raises(ValueError, match="as in no recorded path"):
        run_alone(READABLE)(math.nan, 2.0)


@settings(max_examples=60)
@given(programs(), inputs)
def test_the_source_gives_the_bits_of_eager_evaluation(program, point):
    f = compiled(ag.value_and_grad(lambda *xs: program(*xs)[0], argnums=(0, 1, 2)), backend="python")
    try:
        value, slope = f(*point)
        replayed = run_alone(f.source())(*point)
    except (ArithmeticError, ValueError):
        return
    np.testing.assert_array_equal(replayed, [value, *slope])


def test_the_source_runs_in_a_process_of_its_own():
    f = compiled(lambda x, y: ag.gelu(x) * ag.norm_pdf(y) + ag.fsum([x, y]) + _shifted(x))
    expected = f(0.3, 0.7)
    program = f.source() + "\nimport sys\nassert 'autograd' not in sys.modules\nprint(replay(0.3, 0.7)[0].hex())"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected.hex()


def _shifted(x):
    return scaled(x) + branchy(x)


@pytest.mark.parametrize(
    "label",
    ["import", "x y", "__class__", "replay", "9", "é🙂", "a" * 500, "x\n    raise SystemExit", "math", "x0", "t2", ""],
)
def test_labels_become_names_and_nothing_else(label):
    x = Value(2.0, label)
    y = (x * 3.0).named(label)
    tape = ag.record((y + 1.0).named(label), [x])
    assert run_alone(python_source.emit([tape]))(5.0) == (16.0,)
    kernel = python_source.build(tape, (True,), summed=False)
    assert kernel(np.empty(0), np.array([[5.0, 6.0]])).tolist() == [[16.0, 19.0]]


@pytest.mark.parametrize("op", table(), ids=name)
def test_every_operation_is_written_out_and_gives_its_forward(op):
    replay = run_alone(python_source.emit([single(op)]))

    def outcome(function, column):
        try:
            return bits(function(*column))
        except (ArithmeticError, ValueError) as error:
            return type(error)

    for column in points(op).T.tolist():
        assert outcome(lambda *xs: replay(*xs)[0], column) == outcome(op.forward, column)


@pytest.mark.parametrize("op", table(), ids=name)
def test_every_operation_in_ieee_arithmetic_by_the_python_backend(op):
    columns = special_points(op)
    kernel = python_source.build(single(op), (True,) * arity(op), summed=False)
    np.testing.assert_array_equal(kernel(np.empty(0), columns)[0], reference(op, columns))


def test_an_operation_that_closes_over_numbers():
    def power_of(n):
        return primitive(f"power_of_{n}", forward=lambda x: x**n * FACTOR, partials=lambda x, out: (n * x,))

    second, third = power_of(2), power_of(3)
    f = compiled(lambda x: second(x) + third(x))
    assert f(2.0) == 36.0
    assert run_alone(f.source())(2.0) == (36.0,)


def test_what_cannot_be_written_out_is_refused_by_name():
    table_ = {1.0: 2.0}
    looked_up = primitive("looked_up", forward=lambda x: table_[x], partials=lambda x, out: (0.0,))
    f = compiled(looked_up, backend="python")
    assert f(1.0) == 2.0
    with pytest.raises(NotImplementedError, match=r"'looked_up' cannot be written out as source: it uses 'table_'"):
        f.source()
    made = {}
    exec("def made_up(x): return x + nothing", made)
    made_up = primitive("made_up", forward=made["made_up"], partials=lambda x, out: (1.0,))
    with pytest.raises(NotImplementedError, match="'made_up' cannot be written out"):
        python_source.emit([single(made_up)])


def test_the_source_of_a_function_is_found_or_the_lack_of_it_told():
    assert [argument.arg for argument in definition(of_branches).parameters.args] == ["x"]
    for function in (math.exp, eval("lambda x: x + 1"), len):
        with pytest.raises(LookupError):
            definition(function)


def test_constants_that_are_not_finite():
    x = Value(1.0)
    tape = ag.record([x * math.inf, x * -math.inf, x * -0.0, x + math.nan], [x])
    for results in (
        python_source.build(tape, (True,), False)(np.empty(0), np.ones((1, 1)))[:, 0],
        run_alone(python_source.emit([tape]))(1.0),
    ):
        assert bits(results) == bits([math.inf, -math.inf, -0.0, math.nan])


def _lost(x):
    return x + nothing_of_this_name  # noqa: F821


# fmt: off
def _outer(x): return max(x, 1.0, key=lambda x: x + 1.0)
# fmt: on


def test_several_paths_without_leaves_say_nothing_of_leaves():
    f = compiled(lambda x: x * 2.0 if x > 0.0 else -x)
    f(1.0)
    f(-1.0)
    assert "Live leaves" not in f.source()
    assert run_alone(f.source())(-3.0) == (3.0,)


def test_a_name_that_is_not_defined_cannot_be_written_out():
    lost = primitive("lost", forward=_lost, partials=lambda x, out: (1.0,))
    with pytest.raises(NotImplementedError, match=r"it uses 'nothing_of_this_name', which is not defined"):
        python_source.emit([single(lost)])


def test_the_right_function_of_a_line_is_found():
    assert [type(node).__name__ for node in definition(_outer).body] == ["Return"]
    assert definition(_outer).names["FACTOR"] == FACTOR


def edited(monkeypatch, before, after, **names):
    """The function f of the source ``before``, of which the file says ``after`` now."""
    exec(compile(before, "<edited>", "exec"), names)
    monkeypatch.setitem(linecache.cache, "<edited>", (len(after), None, after.splitlines(keepends=True), "<edited>"))
    return names["f"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f = lambda x: x + x", "f = lambda x: x * x"),
        ("f = lambda x: -x", "f = lambda x: +x"),
        ("f = (lambda a: lambda x: x - a)(2.0)", "f = (lambda a: lambda x: a - x)(2.0)"),
        ("import math\ndef f(x):\n  return math.exp(x) - x", "import math\ndef f(x):\n  return x - math.exp(x)"),
    ],
)
def test_a_function_whose_file_was_edited_since_is_replayed_as_it_is(before, after, monkeypatch):
    function = edited(monkeypatch, before, after)
    op = primitive("edited", forward=function, partials=lambda x, out: (x,))
    f = compiled(lambda x: op(x) * 1.5)
    assert [f(3.0) for _ in range(4)] == [function(3.0) * 1.5] * 4
    with pytest.raises(NotImplementedError, match=r"'edited' .* is not at hand"):
        f.source()
    function = edited(monkeypatch, before, before)
    assert definition(function).parameters.args[0].arg == "x"


@pytest.mark.parametrize(
    "source",
    [
        "from __future__ import annotations\nimport math as m\n\ndef f(x: float) -> float:\n    return m.exp(x)",
        "def f(n):\n    return n * f(n - 1) if n else 1",
        "def outer():\n    def f(n):\n        return n * f(n - 1) if n else 1\n    return f\nf = outer()",
        "try:\n    import math\nexcept OSError:\n    from x import *\ng, f = lambda x: x * x, lambda x: math.exp(x)",
    ],
)
def test_the_code_of_a_function_is_told_from_that_of_its_source(source, monkeypatch):
    assert definition(edited(monkeypatch, source, source))


def test_a_cell_of_a_notebook_is_compiled_by_the_statement(monkeypatch):
    source = "import math\n\ndef f(x):\n    return math.exp(x) + 1.0\n"
    (_, statement), names = ast.parse(source).body, {"math": math}
    exec(compile(ast.Module([statement], []), "<edited>", "exec"), names)
    edited(monkeypatch, source, source)
    assert definition(names["f"])


def test_the_functions_of_a_line_are_told_apart_by_what_they_do(monkeypatch):
    source = "g, f = lambda x: x + x, lambda x: x * x"
    op = primitive("edited", forward=edited(monkeypatch, source, source), partials=lambda x, out: (x,))
    f = compiled(lambda x: op(x) * 1.5)
    assert [f(3.0) for _ in range(4)] == [13.5] * 4
    assert run_alone(f.source())(3.0) == (13.5,)


def doubled_unless(x, factor=FACTOR, *, shift=-0.0):
    return x * factor + shift


def test_defaults_are_written_as_the_numbers_that_they_are(monkeypatch):
    op = primitive("defaults", forward=doubled_unless, partials=lambda x, out: (FACTOR,))
    f = compiled(lambda x: op(x) - 1.0)
    want = f(2.0)
    assert [f(2.0), *run_alone(f.source())(2.0)] == [want] * 2
    monkeypatch.setattr(doubled_unless, "__defaults__", ("2",))
    with pytest.raises(NotImplementedError, match="'defaults' cannot be written out as source: its 'factor' is '2'"):
        f.source()


class Scaling:
    def by_three(self, x):
        return x * 3.0


def test_a_bound_method_is_not_written_out():
    op = primitive("bound", forward=Scaling().by_three, partials=lambda x, out: (3.0,))
    f = compiled(lambda x: op(x) - 1.0)
    assert [f(2.0) for _ in range(3)] == [5.0] * 3
    with pytest.raises(NotImplementedError, match=r"'bound' .* is bound to an object"):
        f.source()


def test_a_file_that_is_not_python_has_no_functions(monkeypatch):
    monkeypatch.setitem(linecache.cache, "<broken>", (5, None, ["def (:\n"], "<broken>"))
    with pytest.raises(LookupError, match="not at hand"):
        definition(eval(compile("lambda x: x", "<broken>", "eval")))


def test_what_a_decorator_makes_is_what_is_written_out():
    op = primitive("decorated", forward=decorated, partials=lambda x, y, out: (3.0, -1.0))
    f = compiled(lambda x, y: op(x, y) * 1.5)
    assert f(2.0, 1.0) == 7.5
    assert run_alone(f.source())(2.0, 1.0) == (7.5,)


def test_a_function_under_decorators_is_found():
    op = primitive("in_place", forward=decorated_in_place, partials=lambda x, y, out: (1.0, -2.0))
    f = compiled(lambda x, y: op(x, y) * 1.5)
    assert f(2.0, 0.25) == 2.25
    assert run_alone(f.source())(2.0, 0.25) == (2.25,)


def test_an_operation_that_is_simplified_away_is_not_written_out():
    f = ag.compile(lambda x: PRIMITIVES["identity"](x * 2.0) + 1.0)
    assert f(3.0) == 7.0
    assert "identity" not in f.source()
    assert [op.name for op in f.tape.ops] == ["mul", "add"]


@pytest.mark.parametrize("backend", ["auto", "python"])
def test_what_an_operation_of_a_user_gives_is_made_a_float(backend, define):
    """Also when it is replayed, not recorded."""
    kinds = {1.0: 3, 2.0: True, 3.0: Fraction(1, 2), 4.0: np.float32(0.5)}
    forwards = kinds.__getitem__, lambda x: not x, lambda x: 3, lambda x: x**2
    for forward in forwards:
        f = compiled(define("kinds", forward=forward, partials=lambda x, out: (0.0,)), backend=backend)
        for x in kinds:
            assert type(f(x)) is float
            assert f(x) == forward(x)


@pytest.mark.parametrize("backend", ["auto", "python"])
def test_what_is_no_real_number_is_refused_when_it_is_replayed(backend, define):
    root = define("root", forward=lambda x: x**0.5, partials=lambda x, out: (0.0,))
    nothing = define("nothing", forward=lambda x: x if x > 0.0 else None, partials=lambda x, out: (0.0,))
    for op, told in ((root, "complex number"), (nothing, "None")):
        f = compiled(op, backend=backend)
        assert f(1.0) == f(1.0) == 1.0
        with pytest.raises(TypeError, match=f"the result of {op.name} takes one real number, not .*{told}"):
            f(-4.0)
