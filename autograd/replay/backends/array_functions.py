"""An operation as a function of NumPy's arrays, element by element.

It is the NumPy function that its record names; or its forward, printed for arrays from the intermediate form (see
:mod:`~autograd.replay.lowering`), so that each side of a branch is run on the elements that come to it; or, failing
these, its forward once for each element.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from autograd.primitives import Primitive
from autograd.replay import intermediate as ir
from autograd.replay.backends.printing import Printer
from autograd.replay.lowering import Lowering
from autograd.replay.recorder import Refusal
from autograd.replay.tape import apply_ieee

__all__ = ["array_function", "vectorised"]


@functools.lru_cache(maxsize=4096)
def array_function(op: Primitive, count: int) -> Callable[..., Any]:
    """``op`` on ``count`` arrays and float64 scalars, element by element, in IEEE arithmetic."""
    base = op.base or op
    if isinstance(op, Refusal):
        return _refusals(op, count)
    function: Callable[..., Any]
    if base.ufunc:
        function = getattr(np, base.ufunc)
    else:
        function = _checked(op, vectorised(base.forward, count + len(op.constants)))
    if not op.constants:
        return function
    return lambda *inputs: function(*inputs, *op.constants)


def _refusals(op: Refusal, count: int) -> Callable[..., Any]:
    """Where the operation refuses its inputs; asked in Python where its result is not finite, else it did not."""
    value, refuses = array_function(op.of, count), op.forward

    def function(*inputs: Any) -> Any:
        *columns, found = np.broadcast_arrays(*inputs, value(*inputs))
        asked = ~np.isfinite(found) if op.of.builtin else np.ones(found.shape, dtype=bool)
        refused = np.zeros(found.shape)
        refused[asked] = [refuses(*row) for row in zip(*(column[asked].tolist() for column in columns), strict=True)]
        return refused

    return function


def _checked(op: Primitive, fast: Callable[..., Any] | None) -> Callable[..., Any]:
    """``fast`` where it meets nothing that Python would refuse; else the forward itself, once for each example.

    A forward that overflows, divides by zero or leaves a domain raises, and the record says what that stands
    for. NumPy goes on with an infinity or a nan, which may turn into something else.
    """
    base = op.base or op

    def each(*inputs: Any) -> Any:
        columns = np.broadcast_arrays(*inputs)
        rows = zip(*(column.ravel().tolist() for column in columns), strict=True)
        return np.array([apply_ieee(base, row) for row in rows]).reshape(columns[0].shape)

    if fast is None:
        return each

    def function(*inputs: Any) -> Any:
        try:
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                return fast(*inputs)
        except FloatingPointError:
            rows = np.broadcast_arrays(*inputs)
            if rows[0].ndim < 2:
                return each(*rows)
            results = np.empty(rows[0].shape)
            for place, row in enumerate(zip(*rows, strict=True)):
                results[place] = function(*row)
            return results

    return function


@functools.lru_cache(maxsize=1024)
def vectorised(forward: Callable[..., float], count: int) -> Callable[..., Any] | None:
    """``forward`` on arrays of one length and numbers, element by element; None where it is not translated.

    Where ``forward`` raises, so does it: FloatingPointError, if NumPy is told to raise.
    """
    printer = _Arrays()
    try:
        name = printer.function(Lowering().operation(forward, count))
    except (ir.Unsupported, LookupError):
        return None
    return printer.compiled(name)


# --- functions on arrays ----------------------------------------------------------------------------------


class _Arrays(Printer):
    """Writes functions in Python, on arrays."""

    forms: ClassVar[Mapping[str, str]] = {
        **{name: f"({{0}} {name} {{1}})" for name in (*ir.COMPARISONS, "+", "-", "*", "/", "//", "%", "**")},
        "negative": "(-{0})", "and": "({0} & {1})", "or": "({0} | {1})", "not": "({0} == False)",
        "select": "np.where", "number": "({0} * 1.0)", "nonzero": "({0} != 0.0)",
        "mantissa": "np.frexp({0})[0]", "exponent": "(np.frexp({0})[1] * 1.0)",
        "is_integer": "is_integer",
        **{name: f"np.{one.numpy}" for name, one in ir.ELEMENTARY.items() if one.numpy}, "ldexp": "scaled",
        **{name: f"whole(np.{name}, {{0}})" for name in ("ceil", "floor", "trunc")},
    }  # fmt: skip
    numbers = ("np.nan", "np.inf", "(-np.inf)")
    truths = ("False", "True")

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._names: dict[ir.Function, str] = {}
        self.lowering = Lowering()
        self._count = itertools.count()

    def compiled(self, name: str) -> Callable[..., Any]:
        """One of the functions that were written."""
        namespace: dict[str, Any] = {
            "np": np, "choose": _choose, "repeat": _repeat, "scaled": _scaled, "is_integer": _is_integer,
            "whole": _whole,
        }  # fmt: skip
        exec(compile("\n".join(self._texts), f"<{name} on arrays>", "exec"), namespace)  # noqa: S102 -- our own text
        function: Callable[..., Any] = namespace[name]
        return function

    def function(self, function: ir.Function) -> str:
        """The name of ``function`` on arrays."""
        if function not in self._names:
            name = self._names[function] = f"{function.name}_on_arrays_{len(self._names)}"
            self._texts += self._def(name, function.parameters, self._block(function.body))
        return self._names[function]

    def _def(self, name: str, parameters: Sequence[str], lines: Sequence[str]) -> list[str]:
        return [f"def {name}({', '.join(parameters)}):", *(f"    {line}" for line in lines)]

    def _block(self, block: Sequence[ir.Statement]) -> list[str]:
        """The lines of ``block``. An array is let go where it is read for the last time: memory is what costs."""
        last = {name: index for index, statement in enumerate(block) for name in ir.read_in([statement])}
        lines: list[str] = []
        made: set[str] = set()
        for index, statement in enumerate(block):
            lines += self._statement(statement)
            made.update(ir.left_by(statement))
            done = sorted(name for name in made if last.get(name) == index) if index + 1 < len(block) else []
            made.difference_update(done)
            lines += [f"del {', '.join(done)}"] if done else []
        return lines

    def _statement(self, statement: ir.Statement) -> list[str]:
        match statement:
            case ir.Assign(name, value):
                return [f"{name} = {self.text(value)}"]
            case ir.If(test, body, []) if ir.ends(body):  # by raising, or it would have another side
                return [f"if np.any({self.text(test)}):", "    raise FloatingPointError"]
            case ir.If(test, body, orelse):
                return self._branch(test, body, orelse)
            case ir.While(test, carried, body):
                return self._loop(test, carried, body)
            case ir.Return(value):
                return [f"return {self.text(value)}"]
            case ir.Raise():
                return ["raise FloatingPointError"]
        raise ir.Unsupported("'try:' is not translated")

    def _branch(self, test: ir.Expression, body: list[ir.Statement], orelse: list[ir.Statement]) -> list[str]:
        """Both sides as functions of what they read; they return what the function does, or the variables they set."""
        number = next(self._count)
        ended = ir.ends(body) and ir.ends(orelse)
        result = [] if ended else ir.left_by(ir.If(test, body, orelse))
        left = f"({', '.join(result)},)" if result else "()"  # a side may do nothing but raise where it may
        returned = [] if ended else [f"return {left}"]
        given = list(dict.fromkeys([*ir.free_variables(body), *ir.free_variables(orelse)]))
        lines = self._def(f"then_{number}", given, [*self._block(body), *returned])
        lines += self._def(f"else_{number}", given, [*self._block(orelse), *returned])
        chosen = f"choose({', '.join([self.text(test), f'then_{number}', f'else_{number}', *given])})"
        bounds = _bounds(test)
        if bounds:
            chosen = f"then_{number}({', '.join(given)}) if {self._everywhere(bounds)} else {chosen}"
        return [*lines, f"return {chosen}" if ended else f"{left} = {chosen}"]

    def _everywhere(self, bounds: Sequence[ir.Apply]) -> str:
        """Whether all hold everywhere, told from the smallest and the largest number: a pass each, not two."""
        found = []
        for bound in bounds:
            left, right = map(self.text, bound.args)
            rising = bound.name in ("<", "<=")
            if isinstance(bound.args[0], ir.Constant):
                right = f"np.{'minimum' if rising else 'maximum'}.reduce({right}, None)"
            else:
                left = f"np.{'maximum' if rising else 'minimum'}.reduce({left}, None)"
            found.append(f"{left} {bound.name} {right}")
        return " and ".join(found)

    def _loop(self, test: ir.Expression, carried: Sequence[str], body: list[ir.Statement]) -> list[str]:
        """Test and round as functions of what is carried from round to round and of what they read besides."""
        number = next(self._count)
        given = ", ".join(dict.fromkeys([*carried, *ir.free_variables([], test), *ir.free_variables(body)]))
        after = ", ".join(carried)
        return [
            *self._def(f"round_{number}", [given], [*self._block(body), f"return [{after}]"]),
            f"[{after}] = repeat(lambda {given}: {self.text(test)}, round_{number}, [{given}], {len(carried)})",
        ]

    def applied(self, expression: ir.Apply) -> str:
        """An operator or a function; of a choice that could raise each side is computed where it is chosen."""
        if expression.name != "select" or all(map(_is_harmless, expression.args[1:])):
            return super().applied(expression)
        test, *sides = expression.args
        given = ir.free_variables([], *sides)
        ways = [f"lambda {', '.join(given)}: {self.text(side)}" for side in sides]
        return f"choose({', '.join([self.text(test), *ways, *given])})"

    def called(self, function: ir.Function, args: Sequence[ir.Expression]) -> str:
        """A call of another function, on arrays too."""
        return f"{self.function(function)}({', '.join(map(self.text, args))})"


def _bounds(test: ir.Expression) -> list[ir.Apply]:
    """The bounds that ``test`` is made of, if it says that a variable is between two numbers."""
    found = test.args if isinstance(test, ir.Apply) and test.name == "and" else ()
    bounds = [one for one in found if isinstance(one, ir.Apply) and one.name in ("<", "<=", ">", ">=")]
    kinds = [{type(arg) for arg in bound.args} for bound in bounds]
    return bounds if len(bounds) == len(found) and kinds == [{ir.Constant, ir.Variable}] * len(found) else []


def _is_harmless(expression: ir.Expression) -> bool:
    """Whether a number may be computed where it is not chosen: it cannot raise, and costs nothing."""
    if isinstance(expression, (ir.Constant, ir.Variable)):
        return True
    if isinstance(expression, ir.Apply) and expression.name in _HARMLESS:
        return all(map(_is_harmless, expression.args))
    return False


_HARMLESS = frozenset({"+", "-", "*", "negative", "select", *ir.COMPARISONS})


def _choose(condition: Any, then: Callable[..., Any], otherwise: Callable[..., Any], *variables: Any) -> Any:
    """``then`` of those elements for which ``condition`` holds, ``otherwise`` of the others, each on its own."""
    if np.all(condition):
        return then(*variables)
    if not np.any(condition):
        return otherwise(*variables)
    here, there = then(*_taken(variables, condition)), otherwise(*_taken(variables, ~condition))
    if isinstance(here, tuple):
        return tuple(_merged(condition, x, y) for x, y in zip(here, there, strict=True))
    return _merged(condition, here, there)


def _taken(variables: Sequence[Any], condition: Any) -> list[Any]:
    return [
        variable[condition] if isinstance(variable, np.ndarray) and variable.ndim else variable
        for variable in variables
    ]


def _merged(condition: Any, here: Any, there: Any) -> Any:
    merged = np.empty(condition.shape)
    merged[condition], merged[~condition] = here, there
    return merged


def _repeat(
    test: Callable[..., Any], body: Callable[..., Sequence[Any]], variables: Sequence[Any], count: int
) -> list[Any]:
    """Run ``body`` on the elements for which ``test`` holds, until it holds for none.

    Args:
        test: of all variables.
        body: of all variables, to the new ones among them.
        variables: arrays of one length and numbers.
        count: how many of them, the first, are carried from round to round: they are what ``body`` returns.

    Returns:
        Those, after the last round of each element.
    """
    shape = np.broadcast_shapes(*map(np.shape, variables))
    values = [np.array(np.broadcast_to(value, shape), dtype=float) for value in variables[:count]]
    values += variables[count:]
    active = np.broadcast_to(test(*values), shape)
    while np.any(active):
        for value, result in zip(values, body(*_taken(values, active)), strict=False):
            value[active] = result
        active = np.broadcast_to(test(*values), shape)
    return values[:count]


def _scaled(x: Any, n: Any) -> Any:
    """x · 2**n for whole numbers n that are floats."""
    return np.ldexp(x, np.asarray(n).astype(np.int32))


def _is_integer(x: Any) -> Any:
    """Whether each number is finite and whole."""
    return np.isfinite(x) & (np.floor(x) == x)


def _whole(function: Callable[[Any], Any], x: Any) -> Any:
    """NumPy's ``floor``, ``ceil`` or ``trunc`` of numbers; Python has no whole number for an infinity or a nan."""
    if not np.all(np.isfinite(x)):
        raise FloatingPointError
    return function(x)
