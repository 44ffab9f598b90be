"""Python that is not written in C: refused, with the operation and the construct by name."""

from __future__ import annotations

import re

import pytest

from autograd.replay.backends.c_source import emit
from tests.support.backends import single

# Each is Python of which eager evaluation makes a number; C would have another, or none.
SOURCE = """
import itertools
import math
from math import isnan

TABLE, MANY = (1.0, 2.0), 10**400
THING = [abs]


def pair(x):
    return x, 2.0 * x


def pair_of_itself(x):
    return pair_of_itself(x - 1.0)[0], x


def pair_or_one(x):
    if x > 0.0:
        return x
    return x, x


def same(x):
    return x


def raising(x):
    if x < 0.0:
        raise ValueError
    return x


def rounds(x):
    return rounds(x / 2.0) + 1 if x > 1.0 else 0


def longer(items, x):
    return longer((*items, 1.0), x) if x > 0.0 else x
"""
BODIES = {
    # statements
    "with open(x): return x": "'with open(x):' is not translated",
    "import os; return x": "'import os' is not translated",
    "try: return 1.0 / x\nexcept ZeroDivisionError: return 0.0": "'try:' is not translated",
    "while x > 1.0:\n    x -= 1.0\nelse:\n    x = 0.0\nreturn x": "'while x > 1.0:' is not translated",
    "for w in TABLE:\n    x += w\nelse:\n    x = 0.0\nreturn x": "'for w in TABLE:' is not translated",
    "x.real = 1.0\nreturn x": "an assignment to x.real is not translated",
    "for x.real in TABLE:\n    pass\nreturn x": "an assignment to x.real is not translated",
    "for w in range(int(x)):\n    pass\nreturn x": "'range(int(x))' is only known when it runs",
    "for w in 3.0:\n    pass\nreturn x": "'3.0' is not a sequence",
    "for a, b in TABLE:\n    pass\nreturn x": "(a, b) takes 2 values that are known apart",
    "a, b = x\nreturn a": "(a, b) takes 2 values that are known apart",
    "a, b = TABLE[:1]\nreturn a + x": "(a, b) takes 2 values that are known apart",
    "raise KeyError(x)": "raise KeyError(x): not an ArithmeticError, a ValueError or an IndexError",
    "raise": "'raise' is not translated",
    "return": "'return' is not translated",
    "if x > 0.0:\n    return x": "it may end without a return",
    "while x > 1.0:\n    return x": "it may end without a return",
    # ways that part and meet
    "if x > 0.0:\n    items = TABLE\nelse:\n    items = (3.0,)\nreturn items[0]": "'items' is one object or another",
    "items = TABLE\nwhile x > 1.0:\n    x = x - items[0]\n    items = (x,)\nreturn x": "'items' is one object or",
    "items = [1.0]\nif x > 1.0:\n    items.append(x)\nreturn items[0]": "a list that changes on one way only is",
    "return len([y for y in (x, x) if y > 1.0])": "a list whose length depends on numbers is not translated",
    "n = 0\nif x > 0.0:\n    n = x\nreturn -n": "a number of '-n' is an int or a float, depending",
    "n = 1 if x > 0.0 else x\nreturn n * 2": "depending on numbers: write its constants as floats",
    "while x > 1.0:\n    x = x - later\n    later = 1.0\nreturn x": "'later' has no value here",
    # expressions
    "return 'text'": "returns 'text', which is not a number",
    "return x, x": "returns several numbers",
    "return TABLE": "returns several numbers",
    "return x @ x": "the operator of 'x @ x' is not translated",
    "return +x": "'+x' is not translated",
    "return x or 1.0": "'x' is not a condition",
    "return x.real": "'x.real' is not translated",
    "return {y for y in (x, x)}": "'{y for y in (x, x)}' is not translated",
    "return [y + z for y in (x, x) for z in (x, x)][0]": "'[y + z for y in (x, x) for z in (x, x)]' is not translated",
    "return (y := x) + y": "'(y := x)' is not translated",
    "return x[0]": "'x[0]' is not translated",
    "return (x, x)[2]": "'(x, x)[2]' cannot be evaluated: tuple index out of range",
    "return TABLE[x]": "'x' is only known when it runs",
    "return 1.0 if x is None else x": "'x is None': this comparison is not translated",
    "return 1.0 if x in ('a', 'b') else x": "'a' is not a number",
    "return x + nothing": "'nothing' has no value here",
    "return x + 1.0 / 0.0": "'1.0 / 0.0' cannot be evaluated: ",
    "return x + sum([a * b for a, b in zip(TABLE, (1.0,), strict=True)])": "cannot be evaluated: zip() argument 2 is",
    "return max(map(abs, ('a', 'b'))) + x": "cannot be evaluated: bad operand type for abs(): 'str'",
    "return x + TABLE[5]": "'TABLE[5]' cannot be evaluated: tuple index out of range",
    "return x + MANY": "the whole number 1000",
    "return 1.0 if x < 2**53 + 1 else x": "the whole number 9007199254740993 has no float of its own",
    # calls
    "return float(str(x))": "a call of 'str' is not translated",
    "return max(x, 1.0, key=abs)": "'max(x, 1.0, key=abs)' is not translated",
    "return THING(x)": "'THING(x)' is not translated",
    "return x(1.0)": "'x(1.0)' is not translated",
    "return math.nothing(x)": "'math.nothing' is not translated",
    "return math.log(x, 2.0)": "log of 2 numbers is not translated (write log(x) / log(base))",
    "return math.hypot(x, x, x)": "hypot of 3 numbers is not translated",
    "return math.gcd(x, x)": "a call of 'gcd' is not translated",
    "return max(*x)": "'*x' is not a sequence that is known",
    "return same(x, x)": "same: too many positional arguments",
    "return round(x)": "a call of 'round' is not translated",
    "return pow(x, 2.0, 3.0)": "pow of 3 numbers is not translated (write x**y % z)",
    "return math.fsum((x, x))": "a call of 'fsum' is not translated",
    "return (lambda y, z: y)(x)": "a lambda takes 2 arguments, got 1",
    "return rounds(x) / 2": "rounds calls itself and returns an int: write its constants as floats",
    "return longer((1.0,), x)": "maximum recursion depth exceeded",
    # functions of several results
    "return pair_of_itself(x)[0]": "'pair_of_itself(x - 1.0)[0]' is not translated",
    "return pair_or_one(x)[0]": "pair_or_one does not always return as many numbers",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """One module with a function for each of the bodies."""
    texts = [SOURCE]
    for index, body in enumerate(BODIES):
        lines = "\n".join(f"    {line}" for line in body.split("\n"))
        texts.append(f"def f{index}(x):\n{lines}\n")
    path = tmp_path_factory.mktemp("refused") / "refused.py"
    path.write_text("\n\n".join(texts))
    namespace = {"__name__": "refused"}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    return namespace


@pytest.mark.parametrize(
    ("index", "why"), list(enumerate(BODIES.values())), ids=[body.replace("\n", "; ") for body in BODIES]
)
def test_what_is_not_translated_is_refused_by_name(define, written, index, why):
    op = define("mine", forward=written[f"f{index}"], partials=lambda x, out: (1.0,))
    told = rf"^the operation 'mine' cannot be written in C: .*{re.escape(why)}.*Write its forward in a file, as a "
    with pytest.raises(NotImplementedError, match=re.compile(told, re.DOTALL)):
        emit([single(op)])


@pytest.mark.parametrize(
    ("ieee", "why"),
    [
        ("raising", "its ieee has a raise"),
        ("same_by_another_name", "its ieee has a raise"),
        ("id", "a call of 'id' is not translated"),
    ],
)
def test_an_ieee_value_that_is_not_translated(define, written, ieee, why):
    def same_by_another_name(x):
        way = raising
        return way(x)

    raising = written["raising"]
    given = {"raising": raising, "same_by_another_name": same_by_another_name, "id": id}[ieee]
    op = define("mine", forward=written["same"], partials=lambda x, out: (1.0,), ieee=given)
    with pytest.raises(NotImplementedError, match=why):
        emit([single(op)])


def test_an_operation_without_source(define):
    op = define("nowhere", forward=eval("lambda x: x + 1.0"), partials=lambda x, out: (1.0,))
    with pytest.raises(NotImplementedError, match=r"'nowhere' .* the source of .* is not at hand"):
        emit([single(op)])
