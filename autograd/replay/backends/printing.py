"""The base of the printers of the intermediate form: a form for each operator, and calls of further functions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from autograd.primitives import Primitive
from autograd.replay.intermediate import (
    Apply,
    Assign,
    Call,
    Constant,
    Expression,
    Function,
    If,
    Raise,
    Return,
    Statement,
    Try,
    Unsupported,
    Variable,
    While,
    ends,
)
from autograd.replay.lowering import Lowering

__all__ = ["Braced", "Printer", "refusal"]


def refusal(op: Primitive, translated: str, error: Exception) -> NotImplementedError:
    """The error for users where ``op`` cannot be ``translated``, as "written in C"."""
    return NotImplementedError(
        f"the operation {op.name!r} cannot be {translated}: {error}. Write its forward in a file, as a "
        f"function of floats, with arithmetic and the functions of math alone."
    )


class Printer:
    """Writes the intermediate form as text; a language says how it writes each operator and function.

    Attributes:
        forms: how the name of an :class:`Apply` is written, with ``{0}``, ``{1}`` for its operands; or the name of a
            function. What is not there is called as a function in Python (see :meth:`Lowering.elementary`).
        numbers: what nan, inf and -inf are called.
        truths: what False and True are called.
        lowering: where the functions that are called are written in the intermediate form.
    """

    forms: ClassVar[Mapping[str, str]]
    numbers: ClassVar[tuple[str, str, str]]
    truths: ClassVar[tuple[str, str]]
    lowering: Lowering

    @classmethod
    def number(cls, value: float) -> str:
        """A number with every bit."""
        if not math.isfinite(value):
            return cls.numbers[0 if value != value else 1 if value > 0.0 else 2]
        return repr(float(value)) if math.copysign(1.0, value) > 0.0 else f"({float(value)!r})"

    def text(self, expression: Expression) -> str:
        """An expression."""
        match expression:
            case Constant(value, kind):
                return self.truths[value != 0.0] if kind == "condition" else self.number(value)
            case Variable(name):
                return name
            case Apply():
                return self.applied(expression)
            case Call(function, args):
                return self.called(function, args)

    def applied(self, expression: Apply) -> str:
        """An operator or an elementary function."""
        form = self.forms.get(expression.name)
        if form is None:
            return self.called(self.lowering.elementary(expression.name, len(expression.args)), expression.args)
        return self.formed(expression.name, form, list(map(self.text, expression.args)))

    def formed(self, _name: str, form: str, args: list[str]) -> str:
        """One of those that the language has, on some operands."""
        return form.format(*args) if "{" in form else f"{form}({', '.join(args)})"

    def called(self, function: Function, args: Sequence[Expression]) -> str:
        """A call of another function."""
        raise NotImplementedError


class Braced(Printer):
    """A printer for languages in which braces hold a block together."""

    indent: ClassVar[str]

    def block(self, block: Sequence[Statement]) -> Iterator[str]:
        """The lines of ``block``."""
        for statement in block:
            match statement:
                case Assign(name, value):
                    yield self.assigned(name, self.text(value))
                case If(test, body, orelse):
                    yield from self.nested(f"if ({self.text(test)})", body)
                    if orelse and ends(body):
                        yield from self.block(orelse)
                    elif orelse:
                        yield from self.nested("else", orelse)
                case While(test, _, body):
                    yield from self.nested(f"while ({self.going(self.text(test))})", body)
                case Return(value):
                    yield f"return {self.text(value)};"
                case Raise(error):
                    yield from self.raised(error)
                case Try(body, handlers):
                    yield from self.tried(body, handlers)

    def nested(self, head: str, block: Sequence[Statement]) -> Iterator[str]:
        """The lines of a block inside another."""
        yield from [f"{head} {{", *(f"{self.indent}{line}" for line in self.block(block)), "}"]

    def assigned(self, name: str, value: str) -> str:
        """An assignment."""
        return f"{name} = {value};"

    def going(self, test: str) -> str:
        """The condition of a loop."""
        return test

    def raised(self, error: str) -> Iterable[str]:
        """The lines that end the function with an error."""
        raise NotImplementedError

    def tried(self, _body: list[Statement], _handlers: list[tuple[tuple[str, ...], list[Statement]]]) -> Iterable[str]:
        """The lines of a ``Try``, which most languages do not have."""
        raise Unsupported("'try:' is not translated")
