"""Python's expressions of numbers, written in C.

Every number is a double. Python's whole numbers are followed as well, for their zero has no sign; they are right as
far as a double counts, to 2**53.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, Protocol, TypeVar

from autograd.primitives import Primitive
from autograd.replay.backends.c_runtime import IN_C, MAY_RAISE
from autograd.replay.backends.c_terms import AMBIGUOUS, C, as_number, condition_text, has_c, indented
from autograd.replay.backends.forwards import definition
from autograd.replay.backends.translation import COMPARISONS, Unsupported, check_count, is_condition, resolve

__all__ = ["Expressions"]

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "({} + {})", ast.Sub: "({} - {})", ast.Mult: "({} * {})", ast.Div: "({} / {})",
    ast.Mod: "ag_modulo({}, {})", ast.FloorDiv: "ag_floor_divide({}, {})", ast.Pow: "pow({}, {})",
}  # fmt: skip
_DIVISIONS = (ast.Div, ast.Mod, ast.FloorDiv)
_BINDING = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.NamedExpr)
T = TypeVar("T")


class Callees(Protocol):
    """Where a function that is called is written; see :class:`~autograd.replay.backends.c_functions.CFunctions`."""

    def function(
        self, function: Callable[..., Any], count: int, static: tuple[tuple[int, Any], ...], *, checked: bool
    ) -> C:
        """The name of the C function, and whether what it returns is whole."""
        ...

    def raises(self, function: Callable[..., Any]) -> bool:
        """Whether it has a ``raise``."""
        ...

    def runtime(self, name: str) -> str:
        """The name itself, of a function that stands for one of Python's own."""
        ...


@dataclass
class Expressions:
    """Writes the expressions of one function, and before them the statements that they need.

    Attributes:
        functions: where what it calls is written.
        outer: what the names that are not its own stand for.
        known: what each of its variables is: an expression in C, or an object that is known beforehand.
        can_raise: whether the C function has a last parameter ``raised``.
        checked: whether what raises in Python is told, as by a division by zero; an explicit ``raise`` always is.
        lines, variables: the statements so far, and the variables that they use.
        inlined: of a function that is written in place, what sets its variables apart from all others.
    """

    functions: Callees
    outer: Mapping[str, Any]
    known: dict[str, Any]
    can_raise: bool
    checked: bool
    lines: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    inlined: str = ""

    # --- numbers and conditions ---------------------------------------------------------------------------

    def number(self, node: ast.expr) -> C:
        """An expression as a number."""
        found = self.value(node)
        if isinstance(found, (C, bool, int, float)):
            return as_number(found)
        raise Unsupported(f"{ast.unparse(node)!r} is not a number")

    def condition(self, node: ast.expr) -> C | bool:
        """An expression as a condition; a bool where it is known."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                found = self.condition(operand)
                return C(f"(!{found.condition})", truth=True) if isinstance(found, C) else not found
            case ast.BoolOp(op=op, values=values) if not self._is_static(node):
                return self._joined(op, values)
        found = self.value(node)
        return found if isinstance(found, C) else bool(found)

    def _joined(self, op: ast.boolop, nodes: Sequence[ast.expr]) -> C:
        """``and`` and ``or``: what follows is only looked at where it decides."""
        sign, going_on = ("&&", "{}") if isinstance(op, ast.And) else ("||", "!{}")
        result = condition_text(self.condition(nodes[0]))
        for node in nodes[1:]:
            found, before = self._apart(node, self.condition)
            if before:
                held = self._held(C(result, truth=True)).text
                inner = [*before, f"{held} = {condition_text(found)};"]
                self.lines += [f"if ({going_on.format(f'({held} != 0.0)')}) {{", *indented(inner), "}"]
                result = f"({held} != 0.0)"
            else:
                result = f"({result} {sign} {condition_text(found)})"
        return C(result, truth=True)

    def _apart(self, node: ast.expr, write: Callable[[ast.expr], T]) -> tuple[T, list[str]]:
        """An expression that is evaluated at times only, and the statements that it needs before it."""
        start = len(self.lines)
        found = write(node)
        before = self.lines[start:]
        del self.lines[start:]
        return found, before

    def _in_order(self, nodes: Sequence[ast.expr], write: Callable[[ast.expr], Any]) -> list[Any]:
        """Several expressions, each evaluated before the next if both may raise: C is free in the order."""
        found: list[Any] = []
        for node in nodes:
            one, before = self._apart(node, write)
            if before or _may_raise(one):
                found = [self._held(each) if _may_raise(each) else each for each in found]
            self.lines += before
            found.append(one)
        return found

    def value(self, node: ast.expr) -> Any:  # noqa: C901, PLR0911 -- one case for each kind
        """An expression: in C, or, where everything in it is known, what it is."""
        if self._is_static(node):
            return self._static(node)
        match node:
            case ast.Name(id=name):
                return self._variable_read(name)
            case ast.Tuple(elts=elements):
                return tuple(self._in_order(elements, self.value))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                found = self.number(operand)
                return C(f"(-{found.text} + 0.0)" if self._is_whole(found, node) else f"(-{found.text})", found.whole)
            case ast.UnaryOp(op=ast.Not()):
                return self.condition(node)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(node, op, right, *self._in_order([left, right], self.number))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._either(test, body, orelse)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._comparison([left, *comparators], ops)
            case ast.BoolOp() if is_condition(node):
                return self.condition(node)
            case ast.Call():
                return self._call(node)
            case ast.Subscript(value=container, slice=index):
                return self._item(node, self.value(container), self._static(index))
        raise Unsupported(f"{ast.unparse(node)!r} is not translated")

    def _variable_read(self, name: str) -> Any:
        found = self.known.get(name)
        if found is AMBIGUOUS:
            raise Unsupported(f"{name!r} is one thing or another, depending on numbers")
        if found is None:
            raise Unsupported(f"{name!r} has no value here")
        return found

    def _item(self, node: ast.expr, container: Any, index: Any) -> Any:
        try:
            return container[index]
        except (TypeError, LookupError) as error:
            raise Unsupported(f"{ast.unparse(node)!r} is not translated") from error

    def _either(self, condition: ast.expr, body: ast.expr, orelse: ast.expr) -> Any:
        test = self.condition(condition)
        if not isinstance(test, C):
            return self.value(body if test else orelse)
        (x, before_x), (y, before_y) = self._apart(body, self.number), self._apart(orelse, self.number)
        whole = x.whole if x.whole == y.whole else None
        if not before_x and not before_y:
            return C(f"({test.condition} ? {x.text} : {y.text})", whole)
        name = self._temporary()
        self.lines += [f"if ({test.condition}) {{", *indented([*before_x, f"{name} = {x.text};"])]
        self.lines += ["} else {", *indented([*before_y, f"{name} = {y.text};"]), "}"]
        return C(name, whole)

    # --- operators ----------------------------------------------------------------------------------------

    def _is_whole(self, found: C, node: ast.expr) -> bool:
        """Whether it is an int in Python; where it may or may not be, the sign of a zero hangs on it."""
        if found.whole is None:
            what = f"a number of {ast.unparse(node)!r} is an int or a float, depending on numbers"
            raise Unsupported(f"{what}: write its constants as floats, 1.0 for 1")
        return found.whole

    def _binary(self, node: ast.expr, op: ast.operator, right: ast.expr, x: C, y: C) -> C:
        form = _BINARY.get(type(op))
        if form is None:
            raise Unsupported(f"the operator of {ast.unparse(node)!r} is not translated")
        whole = False if False in (x.whole, y.whole) or isinstance(op, ast.Div) else x.whole and y.whole
        if isinstance(op, (ast.Mod, ast.FloorDiv)):
            self.functions.runtime(form.partition("(")[0])
        if isinstance(op, _DIVISIONS) and self.checked:
            x = self._held(x) if _may_raise(x) else x
            y = C(f"{self.functions.runtime('ag_divisor')}({y.text}, raised)")
        if isinstance(op, ast.Pow):
            power = self._static(right) if self._is_static(right) else None
            known = isinstance(power, int) and power >= 0
            return C(self._math("pow", [x.text, y.text]), whole=whole if known or not whole else None)
        text = form.format(x.text, y.text)
        if isinstance(op, (ast.Mult, ast.Mod, ast.FloorDiv)) and self._is_whole(C(text, whole), node):
            text = f"({text} + 0.0)"  # a negative zero becomes an int's
        return C(text, whole)

    def _comparison(self, operands: list[ast.expr], ops: list[ast.cmpop]) -> C:
        if len(ops) > 1:
            pairs = zip(operands, ops, operands[1:], strict=False)
            tests: list[ast.expr] = [ast.Compare(x, [op], [y]) for x, op, y in pairs]
            return self._joined(ast.And(), tests)
        left, op, right = operands[0], ops[0], operands[1]
        if isinstance(op, (ast.In, ast.NotIn)):
            x = self._held(self.number(left))
            among = " || ".join(f"{x.text} == {as_number(item).text}" for item in self._sequence(right)) or "0"
            return C(f"({among})" if isinstance(op, ast.In) else f"(!({among}))", truth=True)
        sign = COMPARISONS.get(type(op))
        if sign is None:
            whole = ast.unparse(ast.Compare(left, ops, [right]))
            raise Unsupported(f"{whole!r}: this comparison is not translated")
        x, y = self._in_order([left, right], self.number)
        return C(f"({x.text} {sign} {y.text})", truth=True)

    # --- calls --------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "is_integer" and not node.args:
            return C(f"{self.functions.runtime('ag_is_integer')}({self.number(node.func.value).text})", truth=True)
        function = resolve(node.func, ChainMap(self.known, self.outer))  # type: ignore[arg-type]
        if function is None or isinstance(function, C) or node.keywords or function.__hash__ is None:
            raise Unsupported(f"{ast.unparse(node)!r} is not translated")
        arguments: list[Any] = []
        for argument, found in zip(node.args, self._in_order(node.args, self._argument), strict=True):
            arguments += found if isinstance(argument, ast.Starred) else [found]
        if isinstance(function, Primitive):
            base = function.base or function
            least = (base.arity or 0) - len(base.defaults)
            arguments += function.constants or base.defaults[max(0, len(arguments) - least) :]
            function = base.forward
        return self._called(function, arguments)

    def _argument(self, node: ast.expr) -> Any:
        if not isinstance(node, ast.Starred):
            return self.value(node)
        found = self.value(node.value)
        if not isinstance(found, (tuple, list)):
            raise Unsupported(f"{ast.unparse(node)!r} is not a sequence that is known")
        return found

    def _called(self, function: Any, arguments: list[Any]) -> Any:
        if inspect.isfunction(function):
            return self._called_function(function, arguments)
        check_count(function, arguments)
        given = [as_number(one) for one in arguments]
        if function in IN_C:
            return self._called_math(function, [one.text for one in given])
        if function is math.frexp:
            x, name = self._held(given[0]).text, self.functions.runtime("ag_frexp")
            return (C(f"{name}({x}, 0)"), C(f"{name}({x}, 1)", whole=True))
        if function in (min, max) and len(given) > 1:
            name = self.functions.runtime("ag_max" if function is max else "ag_min")
            result = reduce(lambda x, y: f"{name}({x}, {y})", [one.text for one in given])
            return C(result, given[0].whole if len({one.whole for one in given}) == 1 else None)
        if function in (abs, float):
            text = given[0].text
            return C(f"fabs({text})", given[0].whole) if function is abs else C(text)
        raise Unsupported(f"a call of {getattr(function, '__name__', function)!r} is not translated")

    def _called_math(self, function: Any, texts: Sequence[str]) -> C:
        name = IN_C[function]
        if function is math.hypot and len(texts) != 2:
            raise Unsupported(f"hypot of {len(texts)} numbers is not translated")
        if function in (math.isfinite, math.isinf, math.isnan):
            return C(f"{name}({texts[0]})", truth=True)
        if function in (math.floor, math.ceil, math.trunc):
            return C(f"({self._math(name, texts)} + 0.0)", whole=True)
        return C(self._math(name, texts))

    def _math(self, name: str, texts: Sequence[str]) -> str:
        """A call of one of C's functions; checked, where Python's raises."""
        if self.checked and name in MAY_RAISE:
            return f"{self.functions.runtime(f'ag_{name}')}({', '.join([*texts, 'raised'])})"
        name = self.functions.runtime("ag_scaled") if name == "ldexp" else name
        return f"{name}({', '.join(texts)})"

    def _called_function(self, function: Callable[..., Any], arguments: list[Any]) -> Any:
        if _returns_several(function):
            return self.in_place(function, [self._held(one) for one in arguments])
        static = tuple((i, _frozen(one)) for i, one in enumerate(arguments) if isinstance(one, (tuple, list)))
        called = self.functions.function(function, len(arguments), static, checked=self.checked)
        given = [as_number(one).text for one in arguments if not isinstance(one, (tuple, list))]
        if self.checked or self.functions.raises(function):
            if not self.can_raise:
                raise Unsupported(f"{function.__name__} may raise here")
            given.append("raised")
        return C(f"{called.text}({', '.join(given)})", called.whole)

    def in_place(self, function: Callable[..., Any], arguments: list[Any]) -> tuple[Any, ...]:
        """What a function of several results returns, written where it is called."""
        raise NotImplementedError

    # --- variables ----------------------------------------------------------------------------------------

    def _temporary(self) -> str:
        name = f"t{len(self.variables)}"
        self.variables.append(name)
        return name

    def _held(self, value: Any) -> Any:
        """``value`` in a variable of its own, so that it may be used after others have changed."""
        if not has_c(value):
            return value
        if not isinstance(value, C):
            return tuple(self._held(one) for one in value)
        name = self._temporary()
        self.lines.append(f"{name} = {value.number.text};")
        return replace(value.number, text=name)

    # --- what is known beforehand -------------------------------------------------------------------------

    def _is_static(self, node: ast.expr) -> bool:
        """Whether nothing in the expression depends on a number that is only known when it runs."""
        for part in ast.walk(node):
            if isinstance(part, _BINDING):
                return False
            if isinstance(part, ast.Name):
                found = self.known.get(part.id, self.outer.get(part.id, AMBIGUOUS))
                if found is AMBIGUOUS or has_c(found):
                    return False
        return True

    def _static(self, node: ast.expr) -> Any:
        if not self._is_static(node):
            raise Unsupported(f"{ast.unparse(node)!r} is only known when it runs")
        expression = compile(ast.fix_missing_locations(ast.Expression(node)), "<forward>", "eval")
        try:
            return eval(expression, {**self.outer, **self.known})  # noqa: S307 -- the forward's own code, as Python runs it
        except Exception as error:
            raise Unsupported(f"{ast.unparse(node)!r} cannot be evaluated: {error}") from error

    def _sequence(self, node: ast.expr) -> tuple[Any, ...]:
        """The items of a container that is known."""
        found = self._static(node)
        try:
            return tuple(found)
        except TypeError:
            raise Unsupported(f"{ast.unparse(node)!r} is not a sequence") from None


def _may_raise(value: Any) -> bool:
    """Whether evaluating it sets ``*raised``."""
    return any(map(_may_raise, value)) if isinstance(value, (tuple, list)) else has_c(value) and "raised)" in value.text


def _frozen(sequence: Any) -> Any:
    """A known sequence that is handed to a function, which is written for it."""
    if has_c(sequence):
        raise Unsupported("a sequence of numbers that are only known when it runs is handed to a function")
    return tuple(map(_frozen, sequence)) if isinstance(sequence, (tuple, list)) else sequence


def _returns_several(function: Callable[..., Any]) -> bool:
    _, body, _ = definition(function)
    returned = [node.value for statement in body for node in ast.walk(statement) if isinstance(node, ast.Return)]
    return any(isinstance(value, ast.Tuple) for value in returned)
