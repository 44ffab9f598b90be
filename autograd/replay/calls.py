"""Calls of Python's own functions, in the intermediate form, where it has no name for them."""

from __future__ import annotations

import ast
import functools
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from autograd.replay.intermediate import ELEMENTARY, Apply, Call, Constant, Expression, Kind, Unsupported, Variable
from autograd.rules import reductions, special_gamma, special_normal

__all__ = [
    "AMBIGUOUS", "BUILTIN", "IN_PYTHON", "NAMES", "UNKNOWN", "condition_of", "is_known", "is_number",
    "kind_among", "negated", "number_of", "picked", "unsigned", "without",
]  # fmt: skip

# --- what is known, and what is a number that is not ------------------------------------------------------

AMBIGUOUS = object()
"""Stands for a variable that is one known object or another, depending on numbers."""
UNKNOWN = (Constant, Variable, Apply, Call)


def is_known(value: Any) -> bool:
    """Whether no number that is only known when it runs is in ``value``."""
    return all(map(is_known, value)) if isinstance(value, (tuple, list)) else not isinstance(value, UNKNOWN)


def is_number(value: Any) -> bool:
    """Whether ``value`` is one number, known or not."""
    return isinstance(value, (*UNKNOWN, bool, int, float))


def number_of(value: Any) -> Expression:
    """A number, known or not, in the intermediate form."""
    if isinstance(value, UNKNOWN):
        return Apply("number", (value,), "int") if value.kind == "condition" else value
    if not isinstance(value, (bool, int, float)):
        raise Unsupported(f"{value!r} is not a number")
    return Constant(_as_float(value), "int" if isinstance(value, int) else "float")


def _as_float(number: float) -> float:
    """``number`` as a float, if that is the same: a whole number may be too long for one, and compares as it is."""
    try:
        if float(number) == number or number != number:
            return float(number)
    except OverflowError:
        pass
    raise Unsupported(f"the whole number {str(number)[:30]} has no float of its own")


def condition_of(value: Any) -> Expression | bool:
    """A number as a condition: true where Python has it true, at nan too; a bool where it is known."""
    if isinstance(value, UNKNOWN):
        return value if value.kind == "condition" else Apply("nonzero", (value,), "condition")
    return bool(value)


def kind_among(kinds: Iterable[Kind]) -> Kind:
    """The kind of a number that is one of some, depending on numbers."""
    different = set(kinds)
    return different.pop() if len(different) == 1 else "either"


def negated(condition: Expression | bool) -> Expression | bool:  # noqa: FBT001 -- what is negated, not a setting
    """The opposite of a condition."""
    return not condition if isinstance(condition, bool) else Apply("not", (condition,), "condition")


def unsigned(x: Expression) -> Expression:
    """An int that may be -0.0 as a float: a zero without a sign."""
    return Apply("+", (x, Constant(0.0)), "int")


# --- Python's own functions, in Python --------------------------------------------------------------------

NAMES: dict[Any, str] = {getattr(math, name): name for name in ELEMENTARY if hasattr(math, name)} | {abs: "fabs"}


def _sum(terms: Sequence[float], start: float = 0) -> float:
    """The sum as Python 3.12 has it: what rounding loses is carried along."""
    total, lost = start, 0.0
    for x in terms:
        after = total + x
        lost += ((total - after) + x) if abs(total) >= abs(x) else ((x - after) + total)
        total = after
    return total + lost if math.isfinite(lost) else total


def _product(terms: Sequence[float], start: float = 1) -> float:
    for x in terms:
        start *= x
    return start


def _largest(first: float, *others: float) -> float:
    for x in others:
        first = x if x > first else first
    return first


def _smallest(first: float, *others: float) -> float:
    for x in others:
        first = x if x < first else first
    return first


def _sorted(numbers: Sequence[float]) -> tuple[float, ...]:
    """Insertion from the end, as a network of exchanges; equal numbers keep their order."""
    placed: tuple[float, ...] = ()
    for x in numbers:
        after: tuple[float, ...] = ()
        for y in placed[::-1]:
            after, x = (y if x < y else x, *after), x if x < y else y  # noqa: PLW2901 -- the one that goes on
        placed = (x, *after)
    return placed


def without(x: float, *numbers: float) -> tuple[float, ...]:
    """The numbers without the first that is ``x``; nan is found too, as the object that it is in Python."""
    found: float = 0.0
    kept: tuple[float, ...] = ()
    for y, following in zip(numbers, (*numbers[1:], math.nan), strict=True):
        found = 1.0 if y == x or (y != y and x != x) else found
        kept = (*kept, following if found else y)
    if not found:
        raise ValueError
    return kept[:-1]


def picked(place: float, *numbers: float) -> float:
    """The number at a place that is only known when it runs."""
    count = len(numbers)
    if not -count <= place < count:
        raise IndexError
    found = numbers[0]
    for k in range(1, count):
        found = numbers[k] if place in (k, k - count) else found
    return found


def _remainder(x: float, y: float) -> float:
    """IEEE 754's remainder, exactly: what fmod leaves of twice y, less y once or twice.

    Source: the method of e_remainder.c in Sun Microsystems' fdlibm (1993).
    """
    size = abs(y)
    rest = math.fmod(abs(x), 2.0 * size)
    less = rest - size
    less = less - size if less + less >= size else less
    rest = less if rest + rest > size else rest
    return -rest if math.copysign(1.0, x) < 0.0 else rest


IN_PYTHON: dict[str, Callable[..., float]] = {
    "erf": special_normal.erf, "erfc": special_normal.erfc, "lgamma": special_gamma.lgamma,
    "gamma": special_gamma.gamma, "remainder": _remainder,
}  # fmt: skip


# What is done with functions that have no name in the intermediate form: with the scope, the call and its arguments.


def _own(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of sequences, that is known whatever the numbers in them are."""

    def evaluated(scope: Any, node: ast.Call, *arguments: Any, **named: Any) -> Any:
        if any(isinstance(one, UNKNOWN) for one in (*arguments, *named.values())):
            raise Unsupported(f"{ast.unparse(node)!r} is only known when it runs")
        return scope.evaluated(node, function, *arguments, **named)

    return evaluated


def _written_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that stands in Python above, of one sequence or of several numbers."""

    def inlined(scope: Any, node: ast.Call, *arguments: Any, **named: Any) -> Any:
        if named:
            raise Unsupported(f"{ast.unparse(node)!r} is not translated")
        return scope.inline(function, arguments)

    return inlined


def _of_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, of one sequence of numbers or of the numbers themselves."""
    inlined = _written_out(function)

    def spread(scope: Any, node: ast.Call, *arguments: Any, **named: Any) -> Any:
        numbers = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], (tuple, list)) else arguments
        return inlined(scope, node, *numbers, **named)

    return spread


def _operator(op: ast.operator) -> Callable[..., Any]:
    def applied(scope: Any, node: ast.Call, *arguments: Any) -> Any:
        if len(arguments) != 2:
            raise Unsupported(f"pow of {len(arguments)} numbers is not translated (write x**y % z)")
        return scope.binary(node, op, *arguments)

    return applied


def _frexp(scope: Any, _node: ast.Call, x: Any) -> Any:
    held = scope.held(number_of(x), "t")
    return Apply("mantissa", (held,)), Apply("exponent", (held,), "int")


def _float(_scope: Any, _node: ast.Call, x: Any) -> Any:
    return replace(number_of(x), kind="float")


def _int(_scope: Any, _node: ast.Call, x: Any) -> Any:
    number = number_of(x)
    return number if number.kind == "int" else unsigned(Apply("trunc", (number,), "int"))


def _absolute(_scope: Any, _node: ast.Call, x: Any) -> Any:
    number = number_of(x)
    return Apply("fabs", (number,), number.kind)


def _map(scope: Any, node: ast.Call, function: Any, *sequences: Any) -> Any:
    return [scope.held(scope.call(node, function, list(row), {}), "t") for row in zip(*sequences, strict=False)]


def _reduce(scope: Any, node: ast.Call, function: Any, items: Any, *first: Any) -> Any:
    return functools.reduce(lambda x, y: scope.held(scope.call(node, function, [x, y], {}), "t"), items, *first)


def _some(scope: Any, _node: ast.Call, items: Any) -> Any:
    return scope.any_of([condition_of(item) for item in items])


def _every(scope: Any, _node: ast.Call, items: Any) -> Any:
    return negated(scope.any_of([negated(condition_of(item)) for item in items]))


BUILTIN: dict[Any, Callable[..., Any]] = {
    **{function: _own(function) for function in (len, zip, enumerate, reversed, list, tuple, range)},
    sum: _written_out(_sum), sorted: _written_out(_sorted), math.prod: _written_out(_product),
    max: _of_numbers(_largest), min: _of_numbers(_smallest),
    pow: _operator(ast.Pow()), operator.add: _operator(ast.Add()), operator.sub: _operator(ast.Sub()),
    operator.mul: _operator(ast.Mult()), operator.truediv: _operator(ast.Div()),
    operator.neg: lambda scope, node, x: scope.negative(node, number_of(x)),
    math.frexp: _frexp, float: _float, int: _int, abs: _absolute, bool: lambda _scope, _node, x: condition_of(x),
    map: _map, functools.reduce: _reduce, any: _some, all: _every,
    math.fsum: lambda _scope, _node, terms: Apply("fsum", tuple(map(number_of, terms))),
    reductions._exact_sum: lambda _scope, _node, pairs: Apply("exact_sum", tuple(map(number_of, sum(pairs, ())))),  # noqa: SLF001 -- fractions, which no other language has
}  # fmt: skip
