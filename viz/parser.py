"""Expressions as text, ``z = a*b + c; L = tanh(z)``, read into a graph of Values.

Python's own parser takes the text apart. Each piece is checked against the table of operations; nothing is ever run as
Python.
"""

from __future__ import annotations

import ast
import difflib
import keyword
import math
import operator
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import autograd
from autograd import AutogradError, Parameter, Primitive, Value
from viz.text import clean

__all__ = ["FUNCTIONS", "ExpressionError", "Reading", "read_expression", "read_number"]

LONGEST = 10_000
"""The most characters of an expression: Python's parser takes so many however they are nested."""


def _parameter(*numbers: Any) -> Parameter:
    """A leaf that a model learns; of one number, as ``w = parameter(0.5)``."""
    if len(numbers) != 1 or isinstance(numbers[0], Value):
        raise TypeError("parameter() makes a leaf of one number: write w = parameter(0.5)")
    return Parameter(numbers[0])


FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: op for name, op in vars(autograd).items() if isinstance(op, Primitive)
} | {
    "abs": abs,
    "max": autograd.maximum,
    "min": autograd.minimum,
    "sum": lambda *terms: autograd.fsum(terms),
    "mean": lambda *terms: autograd.mean(terms),
    "parameter": _parameter,
}
"""The functions that an expression may call, by name."""

EMPTY = "the expression is empty: write one, such as 'tanh(a*b + c)'"

CONSTANTS = {"pi": math.pi, "e": math.e}

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


_NUMBER_AND_NAME = re.compile(r"(?<![\w.])((?:\d++\.?+\d*+|\.\d++)(?:[eE][+-]?\d++)?+) *([A-Za-z_]\w*)")
"""A number right before a name, ``2a``: a product in mathematics."""


class ExpressionError(ValueError):
    """An expression that cannot be read: the reason, and the place marked under it.

    Attributes:
        reason: the message without the mark.
        place: the line and the column of the fault, both from 0; None where it has no place.
    """

    def __init__(self, message: str, line: str = "", column: int = 0, row: int = 0) -> None:
        start = max(0, column - 60)
        shown = line[start : start + 78]
        mark = f"\n  {clean(shown)}\n  {' ' * (column - start)}^" if line else ""
        super().__init__(message + mark)
        self.reason = message
        self.place = (row, column) if line else None


class Reading(NamedTuple):
    """The graph of an expression, and the values that were named in it."""

    root: Value
    values: dict[str, Value]
    """The variables and the named intermediate values, in the order they were named."""


def read_expression(text: str, variables: Mapping[str, float]) -> Reading:
    """The graph of ``text`` at the values of its variables.

    Args:
        text: one expression, or several with names, ``z = a*b + c; L = tanh(z)``, of which the last is the root.
            It may hold names, numbers, ``+ - * / **``, brackets, calls of :data:`FUNCTIONS`, and pi and e.
        variables: a number for each name.

    Raises:
        ExpressionError: it is anything else, a variable is not used, or an operation is outside its domain.

    >>> reading = read_expression("z = a*b + c; L = tanh(z)", {"a": 2, "b": -3, "c": 10})
    >>> reading.root.label, list(reading.values)
    ('L', ['a', 'b', 'c', 'z', 'L'])
    >>> read_expression("a*(b", {"a": 2, "b": 1})
    Traceback (most recent call last):
        ...
    viz.parser.ExpressionError: '(' was never closed
      a*(b
        ^
    """
    return _Reader(text, variables).read()


def read_number(text: str) -> float:
    """The number that ``text`` gives, such as ``-1.5`` or ``pi/4``.

    >>> read_number("1/8")
    0.125
    """
    try:
        number = float(text)
    except ValueError:
        return read_expression(text, {}).root.data
    if math.isinf(number) and any(map(str.isdigit, text)):
        raise ExpressionError(
            f"{clean(text)[:60]} is too large for a float (about 1.8e308): write inf if that is meant"
        )
    return number


class _Reader:
    def __init__(self, text: str, variables: Mapping[str, float]) -> None:
        self.lines = text.strip().splitlines() or [""]
        self.values: dict[str, Any] = {name: Value(number, name) for name, number in variables.items()}
        self.unused: dict[str, ast.stmt | None] = dict.fromkeys(self.values)

    def read(self) -> Reading:
        """Statement by statement."""
        body = self.parse()
        if not body:
            raise ExpressionError(EMPTY)
        result: Any = None
        for statement in body:
            is_last = statement is body[-1]
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=expression):
                    result = self.named(name, self.evaluate(expression), statement)
                    if not is_last:
                        self.unused[name] = statement
                case ast.Expr(value=expression) if is_last:
                    result = self.evaluate(expression)
                case ast.Expr():
                    raise self.error("only the last part may go without a name: write z = ... before it", statement)
                case _:
                    raise self.error("an expression is made of formulas, such as z = a*b; tanh(z)", statement)
        for name, given in self.unused.items():
            message = f"{name} is not used in the expression: leave it out, or use it"
            raise self.error(message, given) if given else ExpressionError(message)
        root = result if isinstance(result, Value) else Value.constant(result)
        return Reading(root, self.values)

    def parse(self) -> list[ast.stmt]:
        """The statements of the text."""
        text = "\n".join(self.lines)
        if len(text) > LONGEST:
            raise ExpressionError(f"the expression has {len(text):,} characters: {LONGEST:,} is the most")
        if not text:
            raise ExpressionError(EMPTY)
        try:
            with warnings.catch_warnings():  # such as that 2(a) calls a number: it is refused below
                warnings.simplefilter("ignore")
                return ast.parse(text).body
        except SyntaxError as error:
            line = (error.lineno or 1) - 1
            line, column = min(line, len(self.lines) - 1), (error.offset or 1) - 1
            message = error.msg.replace("invalid syntax. Perhaps you forgot a comma?", "invalid syntax")
            for found in _NUMBER_AND_NAME.finditer(self.lines[line]):
                if found.start() <= column <= found.end() and not keyword.iskeyword(found[2]):
                    message, column = f"multiplication is written with *: write {found[1]}*{found[2]}", found.start()
            raise self.marked(message, line, column) from None
        except (RecursionError, MemoryError):
            raise ExpressionError(
                "the expression cannot be read: it is nested too deeply, or has too many terms in one line. Give parts "
                "of it names, in lines of their own"
            ) from None
        except ValueError as error:
            raise ExpressionError(f"the expression cannot be read: {error}") from None

    def named(self, name: str, result: Any, statement: ast.stmt) -> Value:
        """``result`` under a name of its own."""
        if name in self.values:
            raise self.error(f"{name} is given twice: use another name", statement)
        value = result if isinstance(result, Value) else Value(result)
        if value.label:
            raise self.error(f"{name} would only be another name for {value.label}: use {value.label}", statement)
        self.values[name] = value.named(name)
        return value

    def evaluate(self, expression: ast.expr) -> Any:
        """A number or a Value; operands before what is made of them, without recursion."""
        order: list[ast.expr] = []
        waiting = [expression]
        while waiting:
            node = waiting.pop()
            order.append(node)
            waiting += self.operands(node)
        results: dict[ast.expr, Any] = {}
        for node in reversed(order):
            results[node] = self.apply(node, [results[operand] for operand in self.operands(node)])
        return results[expression]

    def operands(self, node: ast.expr) -> list[ast.expr]:
        """The operands of ``node``, which must be a part that an expression may have."""
        match node:
            case ast.Name() | ast.Constant():
                return []
            case ast.BinOp(left=left, op=op, right=right):
                if type(op) not in _OPERATORS:
                    hint = ": powers are written with **" if isinstance(op, ast.BitXor) else ""
                    raise self.error(f"only + - * / ** may stand between numbers{hint}", right)
                return [left, right]
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                return [operand]
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                if name not in FUNCTIONS:
                    raise self.error(f"unknown function {name}(){_suggestion(name, FUNCTIONS)}", node)
                return arguments
            case (
                ast.Attribute(value=ast.Name(id=room), attr=name)
                | ast.Call(func=ast.Attribute(value=ast.Name(id=room), attr=name))
            ) if room not in self.values and (name in FUNCTIONS or name in CONSTANTS):
                brackets = "(...)" if name in FUNCTIONS else ""
                raise self.error(f"write {name}{brackets}, without {room} before it", node)
            case ast.Call(keywords=[_, *_]):
                raise self.error("arguments are given by place, without a name", node)
            case ast.Call(func=ast.Constant() | ast.BinOp() | ast.Call()):
                raise self.error("multiplication is written with *", node)
        raise self.error("an expression has names, numbers, + - * / **, brackets and functions, nothing else", node)

    def apply(self, node: ast.expr, operands: list[Any]) -> Any:
        """``node`` applied to the results of its operands."""
        match node:
            case ast.Constant(value=value):
                return self.number(value, node)
            case ast.Name(id=name):
                return self.lookup(name, node)
        of: Any = node
        function = FUNCTIONS[of.func.id] if isinstance(node, ast.Call) else _OPERATORS[type(of.op)]
        try:
            if function is _parameter or any(isinstance(operand, Value) for operand in operands):
                return function(*operands)
            return function(*map(Value, operands)).data  # numbers alone stay a number, by the same rules
        except (AutogradError, TypeError, ValueError) as error:
            message = str(error).partition(" Use errstate")[0]  # there is no errstate on a command line
            raise self.error(message, node) from None

    def number(self, value: object, node: ast.expr) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error(f"{ast.unparse(node)[:40]} is not a number", node)
        try:
            read = float(value)
        except OverflowError:
            read = math.inf
        if read == math.inf:
            raise self.error("this number is too large for a float (about 1.8e308)", node)
        return read

    def lookup(self, name: str, node: ast.expr) -> Any:
        if name in self.values:
            self.unused.pop(name, None)
            return self.values[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in FUNCTIONS:
            raise self.error(f"{name} is a function: write {name}(...)", node)
        raise self.error(f"{name} has no value: give it one, such as {name}=1.5", node)

    def error(self, message: str, node: ast.stmt | ast.expr) -> ExpressionError:
        """The error at ``node``, with its place marked."""
        line = node.lineno - 1
        column = len(self.lines[line].encode()[: node.col_offset].decode())  # Python counts bytes
        return self.marked(message, line, column)

    def marked(self, message: str, line: int, column: int) -> ExpressionError:
        return ExpressionError(message, self.lines[line], column, line)


def _suggestion(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f": do you mean {near[0]}()?" if near else ": python -m viz --help lists them"
