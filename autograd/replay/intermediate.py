"""The intermediate form of an operation's body: what stands between its Python and every other language.

Expressions are numbers: constants, variables, operators, elementary functions and calls of further functions in this
form. Statements assign to variables, part and meet again, loop, raise and return. All numbers are doubles.

The rules of the form, on which printers rely:

* A variable is assigned once, but for two kinds: one in which the two sides of an ``If`` meet is assigned on each,
  and one that a ``While`` carries is assigned before it and at the end of its body.
* ``Return`` and ``Raise`` end a block, and no loop has a ``Return`` in it. An ``If`` in which one side alone is
  ended, by a ``Raise`` or in a handler of a ``Try`` by a ``Return``, has nothing on the other: what follows stands
  after it.
* The operands of an expression may be evaluated in any order: of those that could raise, all but one are variables.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

__all__ = [
    "ARITHMETIC", "BINARY", "COMPARISONS", "ELEMENTARY", "Apply", "Assign", "Call", "Constant", "Expression",
    "Function", "If", "Kind", "Raise", "Return", "Statement", "Try", "Unsupported", "Variable", "While", "assigned_in",
    "could_raise", "ends", "free_variables", "fresh_name", "left_by", "read_in", "without_dead_code",
]  # fmt: skip

Kind = Literal["float", "int", "either", "condition"]
"""The kind of a number in Python: the zero of an int has no sign. "either" where that depends on numbers."""


class Unsupported(Exception):  # noqa: N818 -- turned into NotImplementedError, with the operation's name
    """The body of an operation has something that is not translated."""


# --- expressions ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that is known beforehand."""

    value: float
    kind: Kind = "float"


@dataclass(frozen=True, slots=True)
class Variable:
    """The number that a variable or a parameter holds."""

    name: str
    kind: Kind = "float"


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator, a comparison, a connective or an elementary function of some numbers.

    Besides Python's operators and the names of ``ELEMENTARY`` there are ``negative``; ``and``, ``or`` and ``not`` of
    conditions; ``select`` of a condition and two numbers, of which the one not chosen is not evaluated where it could
    raise; ``number``, 1 or 0 for a condition, and ``nonzero``, the condition that a number is not 0.
    """

    name: str
    args: tuple[Expression, ...]
    kind: Kind = "float"


@dataclass(frozen=True, slots=True)
class Call:
    """The result of another function."""

    function: Function
    args: tuple[Expression, ...]
    kind: Kind = "float"


Expression = Constant | Variable | Apply | Call

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
ARITHMETIC: Mapping[Callable[..., Any], str] = {
    operator.add: "{} + {}",
    operator.sub: "{} - {}",
    operator.mul: "{} * {}",
    operator.truediv: "{} / {}",
    operator.neg: "-{}",
}
"""The operators that straight-line code of a tape writes alike in every language, by the forwards that they are."""


class Elementary(NamedTuple):
    """A function of Python's ``math``, as others know it."""

    numpy: str | None
    """Its name in NumPy and ``jax.numpy``, if they have it."""
    raises: bool = True
    """Whether Python's raises where IEEE 754 has an infinity or a nan."""
    kind: Kind = "float"


ELEMENTARY: Mapping[str, Elementary] = {
    "acos": Elementary("arccos"), "acosh": Elementary("arccosh"), "asin": Elementary("arcsin"),
    "asinh": Elementary("arcsinh", raises=False), "atan": Elementary("arctan", raises=False),
    "atan2": Elementary("arctan2", raises=False), "atanh": Elementary("arctanh"),
    "cbrt": Elementary("cbrt", raises=False), "ceil": Elementary("ceil", kind="int"),
    "copysign": Elementary("copysign", raises=False), "cos": Elementary("cos"), "cosh": Elementary("cosh"),
    "erf": Elementary(None, raises=False), "erfc": Elementary(None, raises=False),
    "exact_sum": Elementary(None, raises=False), "exp": Elementary("exp"),
    "exp2": Elementary("exp2"), "expm1": Elementary("expm1"), "exponent": Elementary(None, raises=False, kind="int"),
    "fabs": Elementary("abs", raises=False), "floor": Elementary("floor", kind="int"), "fmod": Elementary("fmod"),
    "fsum": Elementary(None), "gamma": Elementary(None), "hypot": Elementary("hypot"),
    "is_integer": Elementary(None, raises=False, kind="condition"),
    "isfinite": Elementary("isfinite", raises=False, kind="condition"),
    "isinf": Elementary("isinf", raises=False, kind="condition"),
    "isnan": Elementary("isnan", raises=False, kind="condition"), "ldexp": Elementary("ldexp"),
    "lgamma": Elementary(None), "log": Elementary("log"), "log10": Elementary("log10"),
    "log1p": Elementary("log1p"), "log2": Elementary("log2"), "mantissa": Elementary(None, raises=False),
    "pow": Elementary("power"), "remainder": Elementary(None), "sin": Elementary("sin"), "sinh": Elementary("sinh"),
    "sqrt": Elementary("sqrt"), "tan": Elementary("tan"), "tanh": Elementary("tanh", raises=False),
    "trunc": Elementary("trunc", kind="int"),
}  # fmt: skip
"""The elementary functions, by their names in ``math``.

Besides, ``mantissa`` and ``exponent`` are the two of ``frexp``; ``fsum`` takes any number of numbers, and so does
``exact_sum``, the sum of the products of pairs, rounded once.
"""

BINARY = ("atan2", "copysign", "fmod", "hypot", "ldexp", "pow", "remainder")
"""Those of two numbers."""
_MAY_RAISE = frozenset({"/", "//", "%", "**"} | {name for name, one in ELEMENTARY.items() if one.raises})


# --- statements -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Assign:
    """Give a variable its number."""

    name: str
    value: Expression


@dataclass(slots=True)
class If:
    """Two ways, of which a condition chooses one."""

    test: Expression
    body: list[Statement]
    orelse: list[Statement]


@dataclass(slots=True)
class While:
    """A loop, as long as a condition holds; ``carried`` are the variables that a round hands to the next."""

    test: Expression
    carried: tuple[str, ...]
    body: list[Statement]


@dataclass(slots=True)
class Return:
    """End the function with its result."""

    value: Expression


@dataclass(slots=True)
class Raise:
    """End the function with an error, by the name of its class."""

    error: str


@dataclass(slots=True)
class Try:
    """Statements, and for some classes of errors what is done instead."""

    body: list[Statement]
    handlers: list[tuple[tuple[str, ...], list[Statement]]]


Statement = Assign | If | While | Return | Raise | Try


@dataclass(eq=False)
class Function:
    """A function of numbers, to one number.

    Attributes:
        name: that of the Python function.
        parameters: the names of its variables that are given.
        body: what it does.
        kind: what its result is in Python.
    """

    name: str
    parameters: tuple[str, ...]
    body: list[Statement] = field(default_factory=list)
    kind: Kind = "float"

    @property
    def raises(self) -> bool:
        """Whether it has a ``Raise``, or calls a function that has."""
        waiting, seen = [self], {self}
        for function in waiting:
            for statement in _statements(function.body):
                if isinstance(statement, Raise):
                    return True
            called = {one.function for one in _all_parts(function.body) if isinstance(one, Call)}
            waiting += called - seen
            seen |= called
        return False


# --- what is in it ----------------------------------------------------------------------------------------


def _blocks(statement: Statement) -> list[list[Statement]]:
    """The blocks in a statement."""
    match statement:
        case If(_, body, orelse):
            return [body, orelse]
        case While(body=body):
            return [body]
        case Try(body, handlers):
            return [body, *(handler for _, handler in handlers)]
    return []


def _statements(block: Iterable[Statement]) -> Iterator[Statement]:
    """Every statement of a block, those inside others too."""
    for statement in block:
        yield statement
        for inner in _blocks(statement):
            yield from _statements(inner)


def _parts(expression: Expression) -> Iterator[Expression]:
    """The expression, and every expression inside it."""
    yield expression
    if isinstance(expression, (Apply, Call)):
        for arg in expression.args:
            yield from _parts(arg)


def _all_parts(block: Iterable[Statement]) -> Iterator[Expression]:
    for statement in _statements(block):
        match statement:
            case If(test) | While(test):
                yield from _parts(test)
            case Assign(_, value) | Return(value):
                yield from _parts(value)


def could_raise(expression: Expression) -> bool:
    """Whether evaluating it raises in Python for some numbers, as far as its operations tell."""
    return any(
        isinstance(one, Call) or (isinstance(one, Apply) and one.name in _MAY_RAISE) for one in _parts(expression)
    )


def ends(block: Sequence[Statement]) -> bool:
    """Whether nothing comes after ``block``, for it returns or raises."""
    match block[-1] if block else None:
        case Return() | Raise():
            return True
        case If(_, body, orelse):
            return ends(body) and ends(orelse)
        case Try(body, handlers):
            return ends(body) and all(ends(handler) for _, handler in handlers)
    return False


def assigned_in(block: Iterable[Statement]) -> list[str]:
    """The variables that ``block`` assigns to, each once."""
    return list(dict.fromkeys(one.name for one in _statements(block) if isinstance(one, Assign)))


def left_by(statement: Statement) -> list[str]:
    """The variables that a statement leaves for those that follow: of an ``If`` those that both sides assign to."""
    match statement:
        case Assign(name):
            return [name]
        case If(_, body, orelse):
            return [name for name in assigned_in(body) if name in assigned_in(orelse)]
        case While(_, carried):
            return list(carried)
    return []


def read_in(block: Iterable[Statement]) -> list[str]:
    """The variables that ``block`` reads, each once."""
    return list(dict.fromkeys(one.name for one in _all_parts(block) if isinstance(one, Variable)))


def free_variables(block: Iterable[Statement], *expressions: Expression) -> list[str]:
    """The variables that ``block`` and ``expressions`` read and ``block`` does not have for itself."""
    block = list(block)
    own = set(assigned_in(block))
    read = [*read_in(block), *(one.name for part in expressions for one in _parts(part) if isinstance(one, Variable))]
    return [name for name in dict.fromkeys(read) if name not in own]


def without_dead_code(block: list[Statement]) -> list[Statement]:
    """``block`` itself, now without variables that nothing reads, unless what they are given could raise."""
    while True:
        read, statements = set(read_in(block)), list(_statements(block))
        if not any(_is_dead(one, read) for one in statements):
            return block
        for inner in [block, *(inner for one in statements for inner in _blocks(one))]:
            inner[:] = [one for one in inner if not _is_dead(one, read)]
        for one in statements:
            if isinstance(one, While):
                one.carried = tuple(name for name in one.carried if name in read)


def _is_dead(statement: Statement, read: set[str]) -> bool:
    match statement:
        case Assign(name, value):
            return name not in read and not could_raise(value)
        case If(test, body, orelse):
            return not body and not orelse and not could_raise(test)
    return False


def fresh_name(stem: str, taken: Container[str]) -> str:
    """An identifier made of ``stem`` that is not ``taken``.

    >>> fresh_name("my op", ()), fresh_name("my_op", ("my_op", "my_op_2"))
    ('my_op', 'my_op_3')
    """
    name = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in stem)
    names = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(2)))
    return next(one for one in names if one not in taken)
