"""One reader, four printers: all kinds of Python give their numbers in C, JavaScript, NumPy and JAX."""

from __future__ import annotations

import ctypes
import itertools
import math
import random

import jax
import numpy as np
import pytest

from autograd import javascript, leaky_relu, log
from autograd.primitives import PRIMITIVES
from autograd.replay.backends.array_functions import vectorised
from autograd.replay.backends.c_source import CFunctions
from autograd.replay.backends.jax_functions import jax_function
from autograd.replay.tape import apply_ieee
from tests.support import translated as replay_operations
from tests.support.browser import launched
from tests.support.c_library import compiled_operations
from tests.support.translated import NUMBERS, OPERATIONS, PAIRS

DEEP = ("recursive", "recursion_of_a_helper")
"""JAX computes both sides of an if: it follows a function that calls itself twice, which is enough for a reflection."""
REAL = "(x) => (typeof x === 'number' ? x : { nan: NaN, inf: Infinity, '-inf': -Infinity, '-0.0': -0 }[x])"
WIRED = "(x) => (Number.isNaN(x) ? 'nan' : Object.is(x, -0) ? '-0.0' : String(x).replace('Infinity', 'inf'))"


def assert_close(got, wanted, what):
    """Within 4 units in the last place, in kind, and in the signs of zeros."""
    got, wanted = np.array(got), np.array(wanted)
    np.testing.assert_array_equal(np.isfinite(got), np.isfinite(wanted), err_msg=what)
    finite = np.isfinite(wanted)
    np.testing.assert_array_equal(got[~finite], wanted[~finite], err_msg=what)
    error = np.abs(got[finite] - wanted[finite])
    assert np.all(error <= 4.0 * np.spacing(np.abs(wanted[finite]))), f"{what}: {error.max()}"
    zero = wanted == 0.0
    np.testing.assert_array_equal(np.signbit(got[zero]), np.signbit(wanted[zero]), err_msg=what)


def in_c(operations, points, folder):
    """The values of each operation in C, all compiled at once."""
    library = compiled_operations(operations, folder)
    number = ctypes.c_double
    for index in range(len(operations)):
        function, result = getattr(library, f"replay_{index}"), number()
        got = []
        for point in points:
            function((number * len(point))(*point), ctypes.byref(result))
            got.append(result.value)
        yield got


def in_javascript(operations, points):
    """The values of each operation in JavaScript, in a browser."""
    wired = [[repr(x) if not math.isfinite(x) or str(x) == "-0.0" else x for x in point] for point in points]
    code = f"""(points) => {javascript(operations)}.map((op) => points.map((point) => (
        ({WIRED})(op.evaluate(point.map({REAL}))[0])
    )))"""
    with launched() as browser:
        page = browser.new_page()
        yield from ([float(x) for x in column] for column in page.evaluate(code, wired))


@pytest.fixture
def operations(define):
    """Every operation of :mod:`tests.support.translated`, and what the reference gives at each point."""
    made = [
        define(f"own_{index}", forward=one, partials=lambda x, y, out: (x, y)) for index, one in enumerate(OPERATIONS)
    ]
    return made, [[apply_ieee(op, point) for point in PAIRS] for op in made]


def test_every_kind_of_python_in_c(operations, tmp_path):
    made, wanted = operations
    assert len(made) >= 45
    for function, got, expected in zip(OPERATIONS, in_c(made, PAIRS, tmp_path), wanted, strict=True):
        assert_close(got, expected, function.__name__)


def test_every_kind_of_python_in_javascript(operations):
    made, wanted = operations
    for function, got, expected in zip(OPERATIONS, in_javascript(made, PAIRS), wanted, strict=True):
        assert_close(got, expected, function.__name__)


def plain_points(function):
    """Where Python gives a number and does not raise, as columns, and the numbers."""
    found = []
    for x, y in itertools.product((0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 2.5, -7.25, 100.0), repeat=2):
        try:
            value = float(function(x, y))
        except (ArithmeticError, ValueError, TypeError):
            continue
        if math.isfinite(value):
            found.append((x, y, value))
    return np.array(found).T


def test_every_kind_of_python_on_arrays():
    translated = 0
    for function in OPERATIONS:
        written = vectorised(function, 2)
        assert written is not None, function.__name__
        x, y, wanted = plain_points(function)
        with np.errstate(all="ignore"):
            try:
                got = written(x, y)
            except FloatingPointError:  # a raise on the side of a condition that NumPy computes too: done one by one
                continue
        translated += 1
        np.testing.assert_allclose(got, wanted, rtol=1e-13, atol=1e-300, err_msg=function.__name__)
    assert translated >= 0.8 * len(OPERATIONS)


def test_every_kind_of_python_in_jax(define):
    chosen = [function for function in OPERATIONS if function.__name__ not in DEEP]
    columns = [plain_points(function) for function in chosen]
    made = [
        define(f"own_{function.__name__}", forward=function, partials=lambda x, y, out: (x, y)) for function in chosen
    ]
    with jax.enable_x64(True):
        together = jax.jit(
            lambda pairs: [jax.vmap(jax_function(op))(*pair) for op, pair in zip(made, pairs, strict=True)]
        )
        got = together([column[:2] for column in columns])
    for function, one, column in zip(chosen, got, columns, strict=True):
        np.testing.assert_allclose(np.asarray(one), column[2], rtol=1e-12, atol=1e-300, err_msg=function.__name__)


def test_what_python_raises_is_told_from_what_it_gives(define, tmp_path):
    """The record's IEEE value stands wherever Python raises, as by a division by zero, and nowhere else."""
    op = define(
        "mine",
        forward=replay_operations.quotient_seen_by_another_function,
        partials=lambda x, y, out: (x, y),
        ieee=lambda x, y: 77.0,
    )
    (got,) = in_c([op], [(1.0, 0.0), (-1000.0, 1.0), (math.nan, 1.0), (math.inf, 2.0)], tmp_path)
    assert got[:2] == [77.0, 77.0]
    assert math.isnan(got[2])
    assert got[3] == math.atan(math.inf) + 1.0


def test_what_autograd_s_own_functions_need_is_given_to_them(define, tmp_path):
    cube = PRIMITIVES["pow"].capture(3.0)
    forwards = [
        lambda x, y: leaky_relu(x) + leaky_relu(y, 0.5),
        lambda x, y: log(x) + 2.0 * y,
        lambda x, y: cube(x) + y,
    ]
    made = [define(f"uses_{i}", forward=one, partials=lambda x, y, out: (x, y)) for i, one in enumerate(forwards)]
    points = [(-2.0, -3.0), (2.0, 3.0), (-1.0, 0.0)]
    for op, got in zip(made, in_c(made, points, tmp_path), strict=True):
        assert_close(got, [apply_ieee(op, point) for point in points], op.name)


# --- random programs --------------------------------------------------------------------------------------


class Program:
    """The source of a random function of two numbers: nested expressions, ways that part, rounds that end."""

    def __init__(self, seed):
        self.pick = random.Random(seed)
        self.names = ["x", "y"]

    def number(self, depth):
        one = self.pick.choice
        if depth == 0:
            return one([*self.names, "2", "-3", "0.5", "-0.0", "1.5", "0"])
        x, y = self.number(depth - 1), self.number(depth - 1)
        return one([
            f"({x} + {y})", f"({x} - {y})", f"({x} * {y})", f"({x} / {y})", f"({x} // {y})", f"({x} % {y})",
            f"(-{x})", f"abs({x})", f"min({x}, {y})", f"max({x}, {y})", f"({x} if {self.test(depth - 1)} else {y})",
            f"math.floor({x})", f"math.copysign(1.0, {x})", f"abs({x}) ** {one([2, 3, 0.5])}",
            f"({self.test(depth - 1)})",
            f"math.frexp({x})[{one([0, 1])}]", f"parted({x})[{one([0, 1])}]", f"checked({x})", f"float({x})",
        ])  # fmt: skip

    def test(self, depth):
        x, y, z = (self.number(max(0, depth - 1)) for _ in range(3))
        one = self.pick.choice
        return one([
            f"{x} < {y}", f"{x} >= {y}", f"{x} < {y} <= {z}", f"not {x} == {y}", f"{x} < {y} and {y} != {z}",
            f"({x} > {y} or {z} > 0.5)", f"{x} in (0.0, 1.0, -3.0)",
        ])  # fmt: skip

    def block(self, depth, indent):
        """Some statements; variables that one way sets are variables before it."""
        lines = []
        for _ in range(self.pick.randint(1, 3)):
            kind = self.pick.choice(["set", "set", "if", "for", "while"]) if depth else "set"
            if kind == "set":
                lines.append(
                    f"{indent}{self.pick.choice(['a', 'b'])} {self.pick.choice(['', '+', '*'])}= {self.number(2)}"
                )
            elif kind == "if":
                lines += [f"{indent}if {self.test(2)}:", *self.block(depth - 1, indent + "    ")]
                lines += [f"{indent}else:", *self.block(depth - 1, indent + "    ")]
            elif kind == "for":
                lines += [f"{indent}for w in (0.5, -2.0):", *self.block(depth - 1, indent + "    ")]
                lines.append(f"{indent}    a = a + w")
            else:
                lines += [f"{indent}n = 0.0", f"{indent}while n < 3.0 and {self.test(1)}:"]
                lines += [*self.block(0, indent + "    "), f"{indent}    n += 1.0"]
        return lines

    def source(self, name):
        self.names += ["a", "b"]
        body = ["    a, b = x, 0.5 * y", *self.block(2, "    "), f"    return {self.number(3)}"]
        return "\n".join([f"def {name}(x, y):", *body])


HELPERS = """
import math


def parted(x):
    mantissa, exponent = math.frexp(x)
    return mantissa, 2.0 * exponent


def checked(x):
    if x > 50.0:
        raise OverflowError("too large")
    return x + 1.0
"""


def test_random_programs(define, tmp_path, monkeypatch):
    """Sixty of them; one with a number that is an int or a float as it happens, or with 1 / 0 in it, may be refused."""
    texts = [Program(seed).source(f"program_{seed}") for seed in range(60)]
    (tmp_path / "random_programs.py").write_text("\n\n\n".join([HELPERS, *texts]))
    monkeypatch.syspath_prepend(tmp_path)
    import random_programs

    made, refused = [], []
    for seed in range(60):
        forward = getattr(random_programs, f"program_{seed}")
        op = define(f"own_{seed}", forward=forward, partials=lambda x, y, out: (x, y))
        try:
            CFunctions().operation(op, 2)
            made.append(op)
        except NotImplementedError as error:
            refused.append(str(error))
    reasons = ("is an int or a float, depending on numbers", "cannot be evaluated: ")
    assert all(any(reason in why for reason in reasons) for why in refused), refused
    assert len(made) > 30
    points = [(x, y) for x in NUMBERS for y in (0.0, -0.0, 1.0, -0.5, 3.0, 1e16, math.inf, math.nan)]
    (tmp_path / "c").mkdir()
    for op, got in zip(made, in_c(made, points, tmp_path / "c"), strict=True):
        assert_close(got, [apply_ieee(op, point) for point in points], texts[int(op.name[4:])])
