"""Random programs under the two engines, each in a process of its own: every line must be equal.

    python -m tests.engines 20000          so many programs; prints how many lines were compared, and what differs
    python -m tests.engines 1 --first 17   one of them

A program is a few dozen steps, drawn by its number: leaves of every kind of number, operators and operations, labels
and scopes, settings that end in any order, hooks, leaves that are set, passes of first and second order, copies,
pickles, transforms, operations of a user, and mistakes. Whatever a step gives or raises is a line, and so is each node
that is there at the end: its class, operation, operands, data, gradient, label, scope, version, hooks.
"""

from __future__ import annotations

import argparse
import copy
import difflib
import hashlib
import math
import operator
import os
import pickle
import random
import re
import subprocess
import sys
import warnings
import weakref
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import autograd as ag
from autograd import Parameter, Value
from autograd.context import clock
from autograd.primitives import PRIMITIVES, Primitive
from tests.support.bits import bits

ROOT = Path(__file__).parent.parent
ENGINES = ("python", "c")


class Learned(Value):
    """A user's kind of Value, with attributes of its own."""


class Slotted(Value):
    """A user's kind of Value, with a slot of its own."""

    __slots__ = ("note",)


class Doubling(Value):
    """A user's kind of Value that changes an operator."""

    __slots__ = ()

    def __mul__(self, other):
        return super().__mul__(other) + super().__mul__(other)


class Real(float):
    """A user's kind of float."""


class Whole(int):
    """A user's kind of int."""


def _refused(*_):
    raise ValueError("not here")


cube = ag.primitive("cube_of_programs", forward=lambda x: x * x * x, partials=lambda x, out: (3.0 * x * x,))
rough = ag.primitive(
    "rough_of_programs", forward=lambda x, y: int(x) + y, partials=lambda x, y, out: (1, np.float64(2))
)
wrong = ag.primitive("wrong_of_programs", forward=lambda x: x, partials=lambda x, out: (1.0, 2.0))
broken = ag.primitive("broken_of_programs", forward=_refused, partials=_refused)
OWN = {op.name: op for op in (cube, rough, wrong, broken)}
# Copies of records of the table: no engine may take them for the record itself.
CHANGED = [
    replace(PRIMITIVES["exp"], forward=lambda x: x + 1.0),
    replace(PRIMITIVES["tanh"], partials=lambda x, out: (2.0,)),
    replace(PRIMITIVES["mul"], forward=lambda x, y: x - y),
]
TABLE = [op for op in PRIMITIVES.values() if op.builtin]
UNARY = sorted({op.name for op in TABLE if op.arity == 1 and hasattr(Value, op.name)})
SIGNS: list[Callable[[Any, Any], Any]] = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow, divmod,
    operator.add, operator.sub, operator.mul, operator.mul, operator.truediv,
    operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow,
]  # fmt: skip
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, 710.0, 1e-9, 1e200, -1e308, 5e-324, math.inf, -math.inf, math.nan]
OTHERS = [
    0, 1, -1, 2, 3, 7, True, False, 2**31, -(2**53) - 1, 2**63, 2**64 + 1, 10**30, 10**400, np.float64(0.75),
    np.float32(0.1), np.int64(-2), np.bool_(1), np.array(1.25), Fraction(1, 3), Fraction(-7, 2), Decimal("0.1"),
    Fraction(10**400, 3), Real(1.5), Whole(3), np.float64("nan"),
]  # fmt: skip
REFUSED = [None, "1.0", 1j, [1.0], (2.0,), {}, b"1", np.array([1.0, 2.0]), np.complex128(1), Ellipsis, float, object()]
EXPONENTS = [
    0,
    1,
    2,
    3,
    -1,
    0.0,
    -0.0,
    1.0,
    2.0,
    0.5,
    -2.0,
    True,
    False,
    np.float64(2),
    Fraction(1, 2),
    10**400,
    Real(2),
]
ADDRESS = re.compile(r"0x[0-9a-f]+")


class Program:
    """One program: its generator, the nodes it has made so far, the settings it is inside, and its lines."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.lines: list[str] = []
        self.nodes: list[Any] = []
        self.names: dict[int, str] = {}
        self.inside: list[Any] = []
        self.handles: list[Any] = []
        self.start = clock.now

    def run(self) -> list[str]:
        """The lines of the program."""
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            for _ in range(self.random.randint(1, 3)):
                self.keep(Value(round(self.random.uniform(-2.0, 2.0), 2), "x"))
            for step in self.random.choices(*STEPS, k=self.random.randint(4, 24)):
                self.say(step.__name__)
                try:
                    self.keep(step(self))
                except Exception as error:  # noqa: BLE001 -- an error is a line like any other
                    self.say(" ", type(error).__name__, error, type(error.__cause__).__name__)
            while self.inside:
                self.leave()
            self.describe()
        for warning in warned:
            self.say(warning.category.__name__, warning.message, warning.lineno if warning.filename == __file__ else "")
        return self.lines

    def say(self, *words: Any) -> None:
        """One line; where an object is in memory is no part of it."""
        self.lines.append(ADDRESS.sub("0x", " ".join(map(str, words))))

    def keep(self, found: Any) -> None:
        """Say what a step gave; Values are nodes to go on with."""
        for each in found if isinstance(found, (tuple, list)) else (found,):
            if isinstance(each, Value):
                self.say(" ", self.name(each))
                self.nodes.append(each)
            elif each is not None:
                self.say(" ", bits(each) if isinstance(each, float) else repr(each))

    def name(self, node: Any) -> str:
        """The number of a node, in the order in which they are met."""
        if node is None:
            return "none"
        if id(node) not in self.names:
            self.names[id(node)] = f"n{len(self.names)}"
            self.nodes.append(node)  # so that its id is not another's
        return self.names[id(node)]

    def node(self) -> Any:
        """One of the nodes, mostly a late one."""
        return self.nodes[-1 - int(len(self.nodes) * self.random.random() ** 2)]

    def number(self) -> Any:
        """A number of any kind."""
        kind = self.random.random()
        if kind < 0.7:
            return round(self.random.uniform(-3.0, 3.0), 2)
        return self.random.choice(FLOATS if kind < 0.8 else OTHERS)

    def operand(self) -> Any:
        """A node, a number, or now and then what is neither."""
        kind = self.random.random()
        return self.node() if kind < 0.6 else self.number() if kind < 0.98 else self.random.choice(REFUSED)

    def leave(self) -> None:
        """End one of the settings: mostly the last, at times another."""
        last = len(self.inside) - 1
        place = last if self.random.random() < 0.7 else self.random.randint(0, last)
        self.inside.pop(place).__exit__(None, None, None)

    def describe(self) -> None:
        """Say all there is to know of every node, and of every node below."""
        seen: dict[int, Any] = {}
        for node in list(self.nodes):
            for each in node.topological_order():
                if seen.setdefault(id(each), each) is each:
                    self.name(each)
        for each in seen.values():
            op, grad = each.op, each._grad
            self.say(
                self.name(each), type(each).__name__, op and (op.name, op.arity, op.constants, in_the_table(op)),
                [self.name(parent) for parent in each.parents], type(each._data).__name__, bits(each._data),
                bits(grad) if isinstance(grad, float) else grad and (self.name(grad), bits(grad._data)),
                repr(each._label), repr(each.scope), each._version - self.start, len(each.hooks), each.has_grad,
                sorted(getattr(each, "__dict__", {}).items()), each.has_graph, each.learns, repr(each),
            )  # fmt: skip
            try:
                self.say(" ", *map(bits, each.partials()))
            except Exception as error:  # noqa: BLE001 -- an error is a line like any other
                self.say(" ", type(error).__name__, error)


def in_the_table(op: Primitive) -> bool:
    """Whether an operation is the table's own record, and no copy of it."""
    record = PRIMITIVES.get(op.name)
    return record is not None and op is (record.capture(*op.constants) if op.constants else record)


STEPS: tuple[list[Callable[[Program], Any]], list[int]] = ([], [])


def step(weight: int) -> Callable[[Callable[[Program], Any]], Callable[[Program], Any]]:
    """Make a function a step that programs take, as often as its weight says."""

    def taken(function: Callable[[Program], Any]) -> Callable[[Program], Any]:
        STEPS[0].append(function)
        STEPS[1].append(weight)
        return function

    return taken


# --- leaves and operations --------------------------------------------------------------------------------


@step(6)
def leaf(p: Program) -> Any:
    kind = p.random.choice([Value, Value, Value, Parameter, Learned, Slotted, Doubling])
    made = kind(p.number(), p.random.choice(["", "x", "y[1]"]))
    if kind is Learned and p.random.random() < 0.5:
        made.note = p.random.random()
    return made


@step(40)
def operation_of_a_sign(p: Program) -> Any:
    x, y = p.node(), p.operand()
    return p.random.choice(SIGNS)(*((x, y) if p.random.random() < 0.7 else (y, x)))


@step(8)
def power(p: Program) -> Any:
    x, exponent = p.node(), p.random.choice(EXPONENTS)
    return p.random.choice(
        [lambda: x**exponent, lambda: exponent**x, lambda: x.pow(exponent), lambda: PRIMITIVES["pow"](x, exponent)]
    )()


@step(4)
def neutral_element(p: Program) -> Any:
    x = p.node()
    return p.random.choice(
        [
            lambda: 0 * x,
            lambda: x * 0.0,
            lambda: x + 0,
            lambda: 1 * x,
            lambda: x / 1,
            lambda: x - x,
            lambda: x * x,
            lambda: -x + x,
        ]
    )()


@step(5)
def operand_twice(p: Program) -> Any:
    """Two flows of one node into one operand, beside others: the order of additions shows in the last bit."""
    x, u, v = p.node(), p.random.uniform(0.5, 3.0), p.random.uniform(-2.0, 2.0)
    z = p.random.choice([lambda: x / x, lambda: x - x, lambda: (x * 0.7) / (x * 0.7), lambda: ag.atan2(x, x)])()
    return z * u + x * v + p.node() * x


@step(16)
def method(p: Program) -> Any:
    return getattr(p.node(), p.random.choice(UNARY))()


@step(16)
def operation(p: Program) -> Any:
    op = p.random.choice(TABLE)
    count = op.arity if op.arity is not None else p.random.randint(1, 5)
    if p.random.random() < 0.05:
        count += p.random.choice([-1, 1])
    return op(*[p.operand() for _ in range(max(count - p.random.choice([0, 0, len(op.defaults)]), 0))])


@step(3)
def function_of_python(p: Program) -> Any:
    x = p.node()
    return p.random.choice(
        [lambda: -x, lambda: abs(x), lambda: +x, lambda: round(x), lambda: round(x, 1), lambda: math.floor(x),
         lambda: math.ceil(x), lambda: math.trunc(x), lambda: sum([x, 1, p.node()]), lambda: max(x, p.node()),
         lambda: math.exp(x), lambda: float(x), lambda: repr(x.__radd__(p.operand())),
         lambda: repr(x.__rsub__(p.operand())), lambda: repr(x.__rpow__(p.operand()))]
    )()  # fmt: skip


@step(3)
def operation_of_a_user(p: Program) -> Any:
    op = p.random.choice([cube, cube, cube, rough, rough, wrong, broken, *CHANGED])
    return op(*[p.operand() for _ in range(op.arity or 1)])


@step(3)
def numpy_beside_a_value(p: Program) -> Any:
    x, y = p.node(), p.node()
    return p.random.choice(
        [lambda: np.float64(2.5) * x, lambda: x - np.float32(0.5), lambda: np.exp(x),
         lambda: list(np.array([1.0, 2.0]) * x), lambda: np.maximum(x, 1.0),
         lambda: np.array([x, y], dtype=object) @ np.array([y, 2.0], dtype=object)]
    )()  # fmt: skip


@step(4)
def comparison(p: Program) -> Any:
    return p.random.choice(COMPARISONS)(p.node(), p.operand())


@step(2)
def text(p: Program) -> Any:
    x = p.node()
    return f"{x:.3f} {x} {bool(x)} {isinstance(x, float)} {x.partials()} {x.local_grads is None}"


# --- what changes a node ----------------------------------------------------------------------------------


@step(6)
def data_is_set(p: Program) -> Any:
    leaves = [node for node in p.nodes if node.op is None]
    p.random.choice(leaves if leaves and p.random.random() < 0.9 else p.nodes).data = p.number()


@step(3)
def gradient_is_set(p: Program) -> Any:
    p.node().grad = p.random.choice([0, 0.0, 1.5, np.float64(2.0), None, "1", p.node()])


@step(3)
def label_is_set(p: Program) -> Any:
    return p.node().named(p.random.choice(["a", "z1[2]", "", "é"])).label


@step(5)
def hook(p: Program) -> Any:
    node, other = p.node(), p.node()
    number = len(p.handles)
    kind = p.random.randrange(9)

    def called(gradient: Any) -> Any:
        p.say("  hook", number, bits(gradient) if isinstance(gradient, float) else p.name(gradient))
        if kind == 8:
            raise RuntimeError("a hook that fails")
        return [None, None, gradient * 2.0, 0.25, np.float64(0.5), 1, gradient * other, "no number"][kind]

    p.handles.append(node.register_hook(called))


@step(1)
def hook_is_removed(p: Program) -> Any:
    if p.handles:
        p.random.choice(p.handles).remove()


@step(1)
def node_is_let_go(p: Program) -> Any:
    """A node that nothing refers to is gone at once."""
    x = p.node()
    gone = weakref.ref(x * 2.0 + 1.0), weakref.ref((x * x)._first)
    return repr([each() is None for each in gone])


# --- passes -----------------------------------------------------------------------------------------------


@step(14)
def backward(p: Program) -> Any:
    p.node().backward()


@step(3)
def backward_from_a_gradient(p: Program) -> Any:
    p.node().backward(p.operand())


@step(4)
def backward_as_a_graph(p: Program) -> Any:
    root = p.node()
    root.backward(create_graph=True)
    slopes = [node.grad for node in root.topological_order() if node.op is None]
    return [slope for slope in slopes if isinstance(slope, Value)][:2]


@step(2)
def backward_in_steps(p: Program) -> Any:
    steps = p.node().backward_steps(p.random.choice([1.0, 2]))
    for _, each in zip(range(p.random.choice([1, 1000])), steps, strict=False):
        p.say("  step", p.name(each.node), bits(each.gradient), [bits(flow.contribution) for flow in each.flows])


@step(2)
def one_step_by_hand(p: Program) -> Any:
    p.node()._backward()


@step(2)
def flows(p: Program) -> Any:
    root = p.node()
    below = p.random.choice(root.topological_order())
    return repr([(p.name(flow.child), flow.local, flow.upstream) for flow in root.flows_into(below)])


@step(4)
def forward(p: Program) -> Any:
    return p.node().forward()


@step(3)
def zero_grad(p: Program) -> Any:
    p.node().zero_grad()


@step(1)
def order(p: Program) -> Any:
    return repr([p.name(node) for node in p.node().topological_order()])


# --- settings ---------------------------------------------------------------------------------------------


@step(6)
def setting(p: Program) -> Any:
    made = p.random.choice(
        [lambda: ag.scope("s"), lambda: ag.scope("t"), ag.no_grad, ag.detect_anomaly, lambda: ag.errstate("nan"),
         lambda: ag.errstate("raise"), lambda: ag.scope(p.random.choice(["u", 3]))]
    )()  # fmt: skip
    made.__enter__()
    p.inside.append(made)


@step(6)
def setting_ends(p: Program) -> Any:
    if p.inside:
        p.leave()


# --- copies and transforms --------------------------------------------------------------------------------


@step(2)
def copies(p: Program) -> Any:
    x = p.node()
    return p.random.choice(
        [lambda: copy.copy(x), lambda: copy.deepcopy(x), lambda: pickle.loads(pickle.dumps([x, p.node()])), x.detach,
         x.item, lambda: ag.stop_gradient(x)]
    )()  # fmt: skip


@step(4)
def transform(p: Program) -> Any:
    names = p.random.choices(UNARY, k=2)
    outer, constant, exponent = p.node(), p.number(), p.random.choice(EXPONENTS)
    sign = p.random.choice(SIGNS)

    def f(x: Any, y: Any) -> Any:
        z = sign(getattr(x, names[0])(), y) if isinstance(x, Value) else x
        if z > 0.5 or isinstance(z, float):
            z = z * constant + y**exponent
        return PRIMITIVES[names[1]](z) * x + (outer if p.random.random() < 0.1 else 0.0)

    points = p.random.uniform(-2.0, 2.0), p.random.uniform(0.1, 2.0)
    with ag.errstate(p.random.choice(["raise", "nan", "nan"])):
        return p.random.choice(
            [lambda: ag.grad(f)(*points), lambda: repr(ag.value_and_grad(f, argnums=(0, 1))(*points)),
             lambda: ag.jvp(f, points, (1.0, 0.5)), lambda: repr(ag.hessian(f, argnums=(0, 1))(*points)),
             lambda: ag.grad(ag.grad(f))(*points), lambda: ag.grad(f)(p.node(), p.node())]
        )()  # fmt: skip


@step(1)
def generator(p: Program) -> Any:
    """A setting in force inside of a generator alone."""

    def inside(x: Any) -> Any:
        with ag.scope("generator"), p.random.choice([ag.no_grad, lambda: ag.errstate("nan")])():
            yield x * 2.0
            yield x / 0.0

    items = ag.scope("decorated")(inside)(p.node()) if p.random.random() < 0.5 else inside(p.node())
    found = [next(items), p.node() + 1.0]
    items.close()
    return found


# --- two processes ----------------------------------------------------------------------------------------


def run(number: int) -> list[str]:
    """The lines of the program of this number, with the operations that programs define."""
    for name, op in OWN.items():
        PRIMITIVES[name] = op
    try:
        return Program(number).run()
    finally:
        for name in OWN:
            PRIMITIVES.pop(name, None)


def digest(number: int) -> str:
    """The lines of a program as one word, and how many they are."""
    lines = run(number)
    return f"{number} {len(lines)} {hashlib.blake2b(chr(10).join(lines).encode(), digest_size=12).hexdigest()}"


def started(engine: str, *arguments: Any) -> subprocess.Popen[str]:
    """This module at work under one engine, in a process of its own."""
    environment = os.environ | {"CHAINRULE_ENGINE": engine, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.engines", "--under", engine, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def outputs(*arguments: Any) -> list[list[str]]:
    """The lines that the two processes print, side by side at work."""
    processes = [started(engine, *arguments) for engine in ENGINES]
    texts = [process.communicate()[0] for process in processes]
    for engine, process in zip(ENGINES, processes, strict=True):
        if process.returncode:
            raise RuntimeError(f"the programs under CHAINRULE_ENGINE={engine} ended with code {process.returncode}")
    return [text.splitlines() for text in texts]


def compared(count: int, first: int = 0) -> tuple[int, list[str]]:
    """How many lines ``count`` programs print, and what differs between the engines: diffs of the first programs."""
    found: list[str] = []
    digests = outputs(count, "--first", first)
    different = [int(ours.split()[0]) for ours, theirs in zip(*digests, strict=True) if ours != theirs]
    for number in different[:3]:
        found += difflib.unified_diff(*outputs(1, "--first", number, "--lines"), *ENGINES, f"program {number}", n=3)
    if different:
        found.append(f"{len(different)} of {count} programs differ: {different[:20]}")
    return sum(int(line.split()[1]) for line in digests[0]), found


def main(arguments: Iterable[str] | None = None) -> int:
    """Compare, or be one of the two processes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int, nargs="?", default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--under", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--lines", action="store_true", help="print the lines themselves")
    given = parser.parse_args(arguments if arguments is None else list(arguments))
    numbers = range(given.first, given.first + given.count)
    if given.under:
        if ag.engine != given.under:
            parser.error(f"the engine that runs is {ag.engine!r}, not {given.under!r}")
        for number in numbers:
            print("\n".join(run(number)) if given.lines else digest(number))  # noqa: T201 -- a command prints
        return 0
    lines, found = compared(given.count, given.first)
    found.append(f"{given.count:,} programs, {lines:,} lines under each engine")
    print("\n".join(found))  # noqa: T201 -- a command prints
    return len(found) > 1


if __name__ == "__main__":
    sys.exit(main())
