"""A program of the playground: several lines, ``z = a*b + c``, read into a graph. ``examples.toml`` holds a few.

The text is read by :mod:`viz.parser`, so nothing of it is run as Python.
"""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import NamedTuple

from autograd import AutogradError, Value
from viz.page import Page, page_in_parts
from viz.parser import ExpressionError, read_expression

__all__ = ["Answer", "Leaf", "answer_to", "examples"]


@cache
def examples() -> dict[str, str]:
    """The programs to begin with, by what each shows."""
    return tomllib.loads((files("viz.playground") / "examples.toml").read_text(encoding="utf-8"))


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
