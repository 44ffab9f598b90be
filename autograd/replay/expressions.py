"""Python's expressions in the intermediate form: what is a number there, and what is known beforehand."""

from __future__ import annotations

import ast
import math
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from autograd.primitives import Primitive
from autograd.replay import intermediate as ir
from autograd.replay.calls import (
    AMBIGUOUS,
    BUILTIN,
    NAMES,
    UNKNOWN,
    condition_of,
    is_known,
    is_number,
    kind_among,
    negated,
    number_of,
    picked,
    unsigned,
    without,
)

__all__ = ["ABSENT", "ERRORS", "Expressions", "Lambda", "Site"]


ERRORS = (OverflowError, ZeroDivisionError, ArithmeticError, ValueError, IndexError)
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], tuple[Callable[[Any, Any], Any], str | None]] = {
    ast.Add: (operator.add, "+"), ast.Sub: (operator.sub, "-"), ast.Mult: (operator.mul, "*"),
    ast.Div: (operator.truediv, "/"), ast.FloorDiv: (operator.floordiv, "//"), ast.Mod: (operator.mod, "%"),
    ast.Pow: (operator.pow, "**"), ast.MatMult: (operator.matmul, None), ast.BitAnd: (operator.and_, None),
    ast.BitOr: (operator.or_, None), ast.BitXor: (operator.xor, None), ast.LShift: (operator.lshift, None),
    ast.RShift: (operator.rshift, None),
}  # fmt: skip
_COMPARE: dict[type[ast.cmpop], tuple[Callable[[Any, Any], Any], str | None]] = {
    ast.Lt: (operator.lt, "<"), ast.LtE: (operator.le, "<="), ast.Gt: (operator.gt, ">"), ast.GtE: (operator.ge, ">="),
    ast.Eq: (operator.eq, "=="), ast.NotEq: (operator.ne, "!="), ast.Is: (operator.is_, None),
    ast.IsNot: (operator.is_not, None), ast.In: (lambda x, y: x in y, None),
    ast.NotIn: (lambda x, y: x not in y, None),
}  # fmt: skip
ABSENT = object()
"""Stands for the value of a variable on a way that does not set it."""


@dataclass(frozen=True, eq=False)
class Lambda:
    """A function that is written inside the one that is read."""

    node: ast.Lambda
    scope: Expressions


Site = tuple[list[ir.Statement], Any]
"""Where a way ends, and what it has found there."""


@dataclass(eq=False, kw_only=True)
class Expressions:
    """Reads the expressions of one function, and writes the statements that they need before them.

    Attributes:
        outer: what the names that are not its own stand for.
        known: what each of its variables is: a number in the intermediate form, or an object that is known.
        block: the statements that are being written.
        counts: how often a name has been given to a variable.
        lists: the lists that variables hold, by their identity, each with the block in which it was made.
    """

    outer: Mapping[str, Any]
    known: dict[str, Any] = field(default_factory=dict)
    block: list[ir.Statement] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lists: dict[int, tuple[list[Any], list[ir.Statement]]] = field(default_factory=dict)

    # --- variables ----------------------------------------------------------------------------------------

    def fresh(self, stem: str, kind: ir.Kind = "float") -> ir.Variable:
        """A variable of its own, named after one of Python's, in letters that every compiler takes."""
        name = "".join(letter if letter.isascii() else f"u{ord(letter):x}" for letter in stem)
        self.counts[name] += 1
        return ir.Variable(f"{name}_{self.counts[name]}", kind)

    def assign(self, target: ast.expr, found: Any) -> None:
        """Set a variable, or several."""
        match target:
            case ast.Name(id=name):
                self.known[name] = self.held(found, name)
                if isinstance(found, list):
                    self.lists.setdefault(id(found), (found, self.block))
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                if not isinstance(found, (tuple, list)) or len(found) != len(elements):
                    raise ir.Unsupported(f"{ast.unparse(target)} takes {len(elements)} values that are known apart")
                for element, value in zip(elements, found, strict=True):
                    self.assign(element, value)
            case _:
                raise ir.Unsupported(f"an assignment to {ast.unparse(target)} is not translated")

    def held(self, value: Any, stem: str) -> Any:
        """``value`` in a variable of its own, unless it is known or in one."""
        if isinstance(value, tuple):
            return tuple(self.held(one, stem) for one in value)
        if not isinstance(value, (ir.Apply, ir.Call)):
            return value
        number = number_of(value)
        variable = self.fresh(stem, number.kind)
        self.block.append(ir.Assign(variable.name, number))
        return variable

    def joined(self, stem: str, sites: Sequence[Site]) -> Any:
        """One of the values at ``sites``: a variable, where they are different numbers."""
        values = [value for _, value in sites if value is not ABSENT]
        first = values[0]
        same = all(value is first or (isinstance(value, UNKNOWN) and value == first) for value in values)
        if same and (len(values) == len(sites) or (is_known(first) and not is_number(first))):
            return first
        if all(map(is_number, values)):
            numbers = [(block, ir.Constant(math.nan) if one is ABSENT else number_of(one)) for block, one in sites]
            variable = self.fresh(stem, kind_among(number_of(value).kind for value in values))
            for block, number in numbers:
                block.append(ir.Assign(variable.name, number))
            return variable
        if isinstance(first, (tuple, list)) and all(
            type(value) is type(first) and len(value) == len(first) for value in values
        ):
            columns = [[(block, one if one is ABSENT else one[k]) for block, one in sites] for k in range(len(first))]
            return type(first)(self.joined(stem, column) for column in columns)
        return AMBIGUOUS

    # --- numbers and conditions ---------------------------------------------------------------------------

    def apart(self, node: ast.expr, read: Callable[[ast.expr], Any]) -> tuple[Any, list[ir.Statement]]:
        """An expression that is evaluated on one way only, and the statements that it needs before it."""
        block, self.block = self.block, []
        found = read(node)
        needed, self.block = self.block, block
        return found, needed

    def number(self, node: ast.expr) -> ir.Expression:
        """An expression as a number."""
        found = self.value(node)
        if not is_number(found):
            raise ir.Unsupported(f"{ast.unparse(node)!r} is not a number")
        return number_of(found)

    def condition(self, node: ast.expr) -> ir.Expression | bool:
        """An expression as a condition; a bool where it is known."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return negated(self.condition(operand))
            case ast.BoolOp(op=op, values=values):
                return self._connected(op, values, self.condition)
        return condition_of(self.value(node))

    def _truth(self, node: ast.expr) -> ir.Expression | bool:
        """An expression that is True or False, so that ``and`` and ``or`` of such are so too."""
        found = self.value(node)
        if isinstance(found, bool) or (isinstance(found, UNKNOWN) and found.kind == "condition"):
            return found
        raise ir.Unsupported(f"{ast.unparse(node)!r} is not a condition")

    def _connected(
        self, op: ast.boolop, nodes: Sequence[ast.expr], read: Callable[[ast.expr], ir.Expression | bool]
    ) -> ir.Expression | bool:
        """``and`` and ``or``: what follows is only evaluated where it decides."""
        both = isinstance(op, ast.And)
        name, decided = ("and", ir.Constant(0.0)) if both else ("or", ir.Constant(1.0))
        result: ir.Expression | bool = both
        for node in nodes:
            found, needed = self.apart(node, read)
            if isinstance(result, bool):
                self.block += needed
                result = found
            elif needed:
                variable = self.fresh(name)
                needed.append(ir.Assign(variable.name, number_of(found)))
                other: list[ir.Statement] = [ir.Assign(variable.name, decided)]
                self.block.append(ir.If(result, needed, other) if both else ir.If(result, other, needed))
                result = ir.Apply("nonzero", (variable,), "condition")
            elif isinstance(found, bool):
                result = result if found is both else ir.Constant(decided.value, "condition")
            else:
                result = ir.Apply(name, (result, found), "condition")
            if isinstance(result, bool) and result is not both:
                return result
        return result

    def _in_order(self, nodes: Sequence[ast.expr]) -> list[Any]:
        """Several expressions, each evaluated before the next if both may raise: others are free in the order."""
        found: list[Any] = []
        for node in nodes:
            start = len(self.block)
            values = self._starred(node) if isinstance(node, ast.Starred) else [self.value(node)]
            if len(self.block) > start or any(map(_could_raise, values)):
                needed, self.block[start:] = self.block[start:], []
                found = [self.held(one, "t") if _could_raise(one) else one for one in found]
                self.block += needed
            found += values
        return found

    def _starred(self, node: ast.Starred) -> Sequence[Any]:
        found = self.value(node.value)
        if not isinstance(found, (tuple, list, range)):
            raise ir.Unsupported(f"{ast.unparse(node)!r} is not a sequence that is known")
        return found

    def value(self, node: ast.expr) -> Any:  # noqa: C901, PLR0911, PLR0912 -- one case for each kind
        """An expression: a number in the intermediate form; or, where everything in it is known, what it is."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self._named(name)
            case ast.Attribute(value=owner, attr=name):
                found = self.value(owner)
                if is_known(found) and hasattr(found, name):
                    return getattr(found, name)
            case ast.Tuple(elts=elements):
                return tuple(self._in_order(elements))
            case ast.List(elts=elements):
                return [self.held(one, "t") for one in self._in_order(elements)]
            case ast.UnaryOp(op=ast.Not()):
                return self.condition(node)
            case ast.UnaryOp(op=op, operand=operand):
                found = self.value(operand)
                if is_known(found):
                    return self.evaluated(node, _UNARY[type(op)], found)
                if isinstance(op, ast.USub):
                    return self.negative(node, number_of(found))
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(node, op, *self._in_order([left, right]))
            case ast.BoolOp(op=op, values=values):
                return self._connected(op, values, self._truth)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._either(test, body, orelse)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._comparison([left, *comparators], ops)
            case ast.Call():
                return self._call(node)
            case ast.Subscript(value=container, slice=index):
                return self._item(node, self.value(container), self._index(index))
            case (
                ast.ListComp(elt=element, generators=[generator])
                | ast.GeneratorExp(elt=element, generators=[generator])
            ):
                return self._comprehension(element, generator)
            case ast.Lambda():
                return Lambda(node, self)
        raise ir.Unsupported(f"{ast.unparse(node)!r} is not translated")

    def _named(self, name: str) -> Any:
        if name not in self.known and name not in self.outer:
            raise ir.Unsupported(f"{name!r} has no value here")
        found = self.known[name] if name in self.known else self.outer[name]
        if found is AMBIGUOUS:
            raise ir.Unsupported(f"{name!r} is one object or another, depending on numbers")
        return found

    def evaluated(self, node: ast.expr, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """A value that is known beforehand, as Python has it; of an iterator the items."""
        try:
            found = function(*args, **named)
            return list(found) if isinstance(found, Iterator) else found
        except Exception as error:
            raise ir.Unsupported(f"{ast.unparse(node)!r} cannot be evaluated: {error}") from error

    # --- operators ----------------------------------------------------------------------------------------

    def _is_int(self, kind: ir.Kind, node: ast.expr) -> bool:
        """Whether a number is an int in Python; where it may or may not be, the sign of a zero hangs on it."""
        if kind == "either":
            what = f"a number of {ast.unparse(node)!r} is an int or a float, depending on numbers"
            raise ir.Unsupported(f"{what}: write its constants as floats, 1.0 for 1")
        return kind == "int"

    def negative(self, node: ast.expr, x: ir.Expression) -> ir.Expression:
        """-x."""
        return (
            unsigned(ir.Apply("negative", (x,), x.kind)) if self._is_int(x.kind, node) else ir.Apply("negative", (x,))
        )

    def binary(self, node: ast.expr, op: ast.operator, x: Any, y: Any) -> Any:
        """An operator of two numbers, or of what is known."""
        if not (is_number(x) and is_number(y)) or (is_known(x) and is_known(y)):
            if not any(isinstance(one, UNKNOWN) for one in (x, y)):
                return self.evaluated(node, OPERATORS[type(op)][0], x, y)
            raise ir.Unsupported(f"the operator of {ast.unparse(node)!r} is not translated")
        name = OPERATORS[type(op)][1]
        if name is None:
            raise ir.Unsupported(f"the operator of {ast.unparse(node)!r} is not translated")
        power_is_whole = isinstance(y, int) and y >= 0
        x, y = number_of(x), number_of(y)
        if name in ("/", "//", "%") and ir.could_raise(x):
            x = self.held(x, "t")  # before the divisor is tested
        kind: ir.Kind = "float"
        if name != "/" and "float" not in (x.kind, y.kind):
            kind = "int" if x.kind == y.kind == "int" else "either"
            kind = "either" if name == "**" and not power_is_whole else kind
        result = ir.Apply(name, (x, y), kind)
        if name in ("*", "%", "//") and self._is_int(kind, node):
            return unsigned(result)
        return result

    def _either(self, condition: ast.expr, body: ast.expr, orelse: ast.expr) -> Any:
        test = self.condition(condition)
        if isinstance(test, bool):
            return self.value(body if test else orelse)
        (x, before_x), (y, before_y) = self.apart(body, self.value), self.apart(orelse, self.value)
        if is_number(x) and is_number(y) and not before_x and not before_y:
            x, y = number_of(x), number_of(y)
            return ir.Apply("select", (test, x, y), kind_among([x.kind, y.kind]))
        found = self.joined("t", [(before_x, x), (before_y, y)])
        if found is AMBIGUOUS:
            raise ir.Unsupported(f"{ast.unparse(body if is_number(y) else orelse)!r} is not a number")
        self.block.append(ir.If(test, before_x, before_y))
        return found

    def _comparison(self, operands: Sequence[ast.expr], ops: Sequence[ast.cmpop]) -> Any:
        if len(ops) > 1:
            pairs = zip(operands, ops, operands[1:], strict=False)
            tests: list[ast.expr] = [ast.Compare(x, [op], [y]) for x, op, y in pairs]
            return self._connected(ast.And(), tests, self.condition)
        node = ast.Compare(operands[0], list(ops), [operands[1]])
        x, y = self._in_order(operands)
        function, sign = _COMPARE[type(ops[0])]
        if is_known(x) and is_known(y):
            return self.evaluated(node, function, x, y)
        if isinstance(ops[0], (ast.In, ast.NotIn)) and isinstance(y, (tuple, list)):
            x = self.held(x, "t")
            found = self.any_of([ir.Apply("==", (number_of(x), number_of(item)), "condition") for item in y])
            return negated(found) if isinstance(ops[0], ast.NotIn) else found
        if sign is None or not (is_number(x) and is_number(y)):
            raise ir.Unsupported(f"{ast.unparse(node)!r}: this comparison is not translated")
        return ir.Apply(sign, (number_of(x), number_of(y)), "condition")

    def any_of(self, conditions: Iterable[ir.Expression | bool]) -> ir.Expression | bool:
        """Whether one of some conditions holds."""
        conditions = [one for one in conditions if one is not False]
        if any(one is True for one in conditions):
            return True
        unknown = [one for one in conditions if not isinstance(one, bool)]
        while len(unknown) > 1:  # in pairs, and those in pairs again: not as deep as there are conditions
            last = unknown[len(unknown) // 2 * 2 :]
            unknown = [
                ir.Apply("or", pair, "condition") for pair in zip(unknown[::2], unknown[1::2], strict=False)
            ] + last
        return unknown[0] if unknown else False

    # --- sequences ----------------------------------------------------------------------------------------

    def items(self, node: ast.expr) -> Sequence[Any]:
        """The items of a sequence: how many there are is known."""
        found = self.value(node)
        try:
            return tuple(found)
        except TypeError:
            raise ir.Unsupported(f"{ast.unparse(node)!r} is not a sequence") from None

    def _comprehension(self, element: ast.expr, generator: ast.comprehension) -> list[Any]:
        items, before, found = self.items(generator.iter), self.known, []
        for item in items:
            self.known = dict(before)
            self.assign(generator.target, item)
            kept = [self.condition(condition) for condition in generator.ifs]
            if not all(isinstance(one, bool) for one in kept):
                raise ir.Unsupported("a list whose length depends on numbers is not translated")
            if all(kept):
                found.append(self.held(self.value(element), "t"))
        self.known = before
        return found

    def _index(self, node: ast.expr) -> Any:
        if not isinstance(node, ast.Slice):
            return self.value(node)
        return slice(*(part and self.value(part) for part in (node.lower, node.upper, node.step)))

    def _item(self, node: ast.Subscript, container: Any, index: Any) -> Any:
        if isinstance(container, UNKNOWN):
            raise ir.Unsupported(f"{ast.unparse(node)!r} is not translated")
        if not isinstance(index, UNKNOWN):
            return self.evaluated(node, operator.getitem, container, index)
        place = self.held(number_of(index), "t")
        if place.kind != "int" or not isinstance(container, (tuple, list)) or not all(map(is_number, container)):
            raise ir.Unsupported(f"{ast.unparse(node.slice)!r} is only known when it runs")
        return self.inline(picked, [place, *container])

    # --- calls --------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Any:
        function: Any
        match node.func:
            case ast.Attribute(value=owner, attr=name):
                found = self.value(owner)
                if isinstance(found, UNKNOWN) and name == "is_integer":
                    return ir.Apply("is_integer", (number_of(found),), "condition")
                if isinstance(found, list) and name in ("append", "extend", "remove"):
                    return self._changed(node, found, name, *self._in_order(node.args))
        function = self.value(node.func)
        if not callable(function) and not isinstance(function, Lambda):
            raise ir.Unsupported(f"{ast.unparse(node)!r} is not translated")
        arguments = self._in_order(node.args)
        named = {str(keyword.arg): self.value(keyword.value) for keyword in node.keywords}
        return self.call(node, function, arguments, named)

    def _changed(self, node: ast.Call, items: list[Any], name: str, *given: Any) -> None:
        """A list, made longer or shorter."""
        if self.lists.get(id(items), (items, None))[1] is not self.block:
            raise ir.Unsupported(f"{ast.unparse(node)!r}: a list that changes on one way only is not translated")
        if name == "remove" and not (is_known(items) and is_known(given)):
            items[:] = self.inline(without, [*given, *items])
        else:
            self.evaluated(node, getattr(items, name), *self.held(given, "t"))

    def call(self, node: ast.Call, function: Any, arguments: list[Any], named: Mapping[str, Any]) -> Any:
        """A function on some arguments."""
        if isinstance(function, Lambda):
            return self.inline(function, arguments)
        if isinstance(function, Primitive):
            base = function.base or function
            least = (base.arity or 0) - len(base.defaults)
            arguments = [*arguments, *(function.constants or base.defaults[max(0, len(arguments) - least) :])]
            return self.call(node, base.forward, arguments, named)
        given = [*arguments, *named.values()]
        if (
            given
            and is_known(given)
            and _gives_the_same(function)
            and not any(isinstance(one, Lambda) for one in given)
        ):
            return self.evaluated(node, function, *arguments, **named)
        hashable = type(function).__hash__ is not None
        written = BUILTIN.get(function) if hashable else None
        if written is not None:
            return written(self, node, *arguments, **named)
        if isinstance(function, FunctionType):
            return self.function(function, arguments, named)
        name = NAMES.get(function) if hashable else None
        if name is None:
            raise ir.Unsupported(f"a call of {getattr(function, '__name__', function)!r} is not translated")
        if named or len(arguments) != (2 if name in ir.BINARY else 1):
            instead = " (write log(x) / log(base))" if name == "log" else ""
            raise ir.Unsupported(f"{name} of {len(arguments)} numbers is not translated{instead}")
        result = ir.Apply(name, tuple(map(number_of, arguments)), ir.ELEMENTARY[name].kind)
        return unsigned(result) if result.kind == "int" else result

    def function(self, function: FunctionType, arguments: list[Any], named: Mapping[str, Any]) -> Any:
        """A call of a function that is written in Python."""
        raise NotImplementedError

    def inline(self, function: Any, arguments: Sequence[Any], named: Mapping[str, Any] | None = None) -> Any:
        """The result of a function, written where it is called."""
        raise NotImplementedError


def _could_raise(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(map(_could_raise, value))
    return isinstance(value, (ir.Apply, ir.Call)) and ir.could_raise(value)


def _gives_the_same(function: Any) -> bool:
    """Whether a function of what is known may be called beforehand: not one of the clock, say, or of chance."""
    own = getattr(function, "__self__", None)
    module = getattr(function, "__module__", None) or type(own).__module__
    return isinstance(function, (FunctionType, type)) or module in ("builtins", "math", "_operator", "_functools")
