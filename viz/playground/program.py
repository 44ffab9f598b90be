"""A program of the playground: several lines, ``z = a*b + c``, read into a graph; and the programs to begin with.

The text is read by :mod:`viz.parser`, so nothing of it is run as Python.
"""

from __future__ import annotations

import ast
from itertools import accumulate
from typing import NamedTuple

from autograd import AutogradError, Value
from viz.page import Page, page_in_parts
from viz.parser import ExpressionError, read_expression

__all__ = ["EXAMPLES", "Answer", "Leaf", "answer_to"]

EXAMPLES: dict[str, str] = {
    "A product and a square": "a = 2\nb = -3\nc = a*b + a**2\n",
    "x*x + x: three flows into x": "x = 3\ny = x*x + x\n",
    "A neuron": (
        "x1 = 2\nx2 = 0\nw1 = parameter(-3)\nw2 = parameter(1)\nb = parameter(6.88)\n"
        "z = w1*x1 + w2*x2 + b\na = tanh(z)\ny = 1\nL = (a - y)**2\n"
    ),
    "Notes 0: two flows into a1": (
        "# a1 is used by both neurons of the next layer.\n"
        "x = 0.5\nw1 = parameter(1.2)\nw21 = parameter(0.8)\nw22 = parameter(-1.1)\n"
        "w31 = parameter(0.6)\nw32 = parameter(-0.4)\n"
        "a1 = sigmoid(w1*x)\na21 = sigmoid(w21*a1)\na22 = sigmoid(w22*a1)\n"
        "z3 = w31*a21 + w32*a22\nL = softplus(z3) - z3\n"
    ),
    "Notes 1: half the squared error of a 2-3-1 net": (
        "# All weights are 1, as in the guided notes: watch z3 = 2.36.\n"
        "x1 = 0.3\nx2 = 1\nw11 = parameter(1)\nw12 = parameter(1)\nw13 = parameter(1)\n"
        "w21 = parameter(1)\nw22 = parameter(1)\nw23 = parameter(1)\n"
        "v1 = parameter(1)\nv2 = parameter(1)\nv3 = parameter(1)\n"
        "a1 = sigmoid(w11*x1 + w21*x2)\na2 = sigmoid(w12*x1 + w22*x2)\na3 = sigmoid(w13*x1 + w23*x2)\n"
        "z3 = v1*a1 + v2*a2 + v3*a3\nyhat = sigmoid(z3)\nJ = (0.75 - yhat)**2/2\n"
    ),
    "Notes 2: any depth, one factor a layer": (
        "x = 0.5\nw1 = parameter(1.5)\nw2 = parameter(-2)\nw3 = parameter(1)\n"
        "a1 = sigmoid(w1*x)\na2 = sigmoid(w2*a1)\na3 = sigmoid(w3*a2)\nL = (a3 - 1)**2\n"
    ),
    "Notes 3: any activations, cross-entropy": (
        "x = -0.7\nw1 = parameter(0.9)\nb1 = parameter(0.2)\nw2 = parameter(-1.3)\nb2 = parameter(0.4)\n"
        "w3 = parameter(1.1)\nb3 = parameter(-0.5)\n"
        "a1 = tanh(w1*x + b1)\na2 = softplus(w2*a1 + b2)\na3 = sigmoid(w3*a2 + b3)\nJ = -log(a3)\n"
    ),
    "Notes 4: the mean over examples": (
        "# One weight, two examples: each sends its flow, and each flow carries 1/m.\n"
        "w = parameter(0.7)\nb = parameter(-0.2)\n"
        "a1 = sigmoid(w*0.5 + b)\na2 = sigmoid(w*(-1) + b)\nJ = mean(-log(a1), -log(1 - a2))\n"
    ),
    "XOR": (
        "# Two neurons and one behind them; y01 is the answer to the inputs 0 and 1.\n"
        "u1 = parameter(1.5)\nu2 = parameter(1.4)\nb1 = parameter(-0.7)\n"
        "v1 = parameter(-1.2)\nv2 = parameter(-1.3)\nb2 = parameter(1.9)\n"
        "w1 = parameter(1.1)\nw2 = parameter(1.3)\nc = parameter(-0.9)\n"
        "y00 = sigmoid(w1*tanh(b1) + w2*tanh(b2) + c)\n"
        "y01 = sigmoid(w1*tanh(u2 + b1) + w2*tanh(v2 + b2) + c)\n"
        "y10 = sigmoid(w1*tanh(u1 + b1) + w2*tanh(v1 + b2) + c)\n"
        "y11 = sigmoid(w1*tanh(u1 + u2 + b1) + w2*tanh(v1 + v2 + b2) + c)\n"
        "L = mean(y00**2, (1 - y01)**2, (1 - y10)**2, y11**2)\n"
    ),
}
"""Programs to begin with, by what each shows."""


class Leaf(NamedTuple):
    """A leaf whose number is written in the program, so that a slider may rewrite it."""

    name: str
    node: int
    """Its place in the topological order of the graph."""
    start: int
    """Where its number begins in the text, in the units of UTF-16 that a browser counts."""
    end: int
    x: float
    kind: str


class Answer(NamedTuple):
    """The page of a program, or its fault."""

    page: Page | None = None
    root: str = ""
    leaves: tuple[Leaf, ...] = ()
    fault: str = ""
    place: tuple[int, int] | None = None
    """The line and the column of the fault, both from 0."""


def answer_to(text: str, language: str = "en") -> Answer:
    r"""The page of the graph that ``text`` describes, and its leaves; or what is wrong with it, and where.

    The page is in ``language``; what is wrong is said in English.

    >>> answer = answer_to("a = 2\nL = a*a")
    >>> answer.root, [(leaf.name, leaf.node, leaf.start, leaf.end) for leaf in answer.leaves]
    ('L', [('a', 0, 4, 5)])
    >>> answer_to("a = 2\nL = a*")[3:]
    ('invalid syntax', (1, 6))
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    skipped = len(text) - len(text.lstrip())
    rows, columns = text[:skipped].count("\n"), skipped - (text.rfind("\n", 0, skipped) + 1)
    try:
        reading = read_expression(text, {})
        page = page_in_parts(reading.root, language)
    except ExpressionError as error:
        row, column = error.place or (0, 0)
        place = (rows + row, column + columns * (row == 0)) if error.place else None
        return Answer(fault=error.reason, place=place)
    except AutogradError as error:
        return Answer(fault=str(error))
    order = {value: i for i, value in enumerate(reading.root.topological_order())}
    leaves = tuple(_leaves(text[skipped:].rstrip(), reading.values, order, _length(text[:skipped])))
    return Answer(page, reading.root.label, leaves)


def _leaves(text: str, values: dict[str, Value], order: dict[Value, int], before: int) -> list[Leaf]:
    """The leaves that are given as a number, ``a = -2`` or ``w = parameter(0.5)``, in the order of the text."""
    lines = text.split("\n")
    starts = list(accumulate((_length(line) + 1 for line in lines), initial=before))
    found = []
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name, number = statement.targets[0].id, statement.value
            if isinstance(number, ast.Call) and len(number.args) == 1 and values[name].kind == "parameter":
                number = number.args[0]
            if values[name] in order and _is_number(number):
                row, bytes_of = number.lineno - 1, lines[number.lineno - 1].encode()  # Python counts bytes
                start, end = (
                    starts[row] + _length(bytes_of[:k].decode())
                    for k in (number.col_offset, number.end_col_offset or 0)
                )
                found.append(Leaf(name, order[values[name]], start, end, values[name].data, values[name].kind))
    return found


def _is_number(node: ast.expr) -> bool:
    """Whether it is a number on one line, with a sign or without."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.operand, ast.Constant) and node.lineno == node.end_lineno
    return isinstance(node, ast.Constant)


def _length(text: str) -> int:
    """How many units of UTF-16, which is how a browser counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
