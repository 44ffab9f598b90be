"""The body of a Python function of floats, written in JavaScript.

The two languages have the same floats and nearly the same expressions. What differs, such as a division by zero,
the truth of nan, or ``math.log(0.0)``, goes through a function of ``python_math.js`` that does as Python does. One
thing is not told apart: JavaScript's numbers are floats, so that the negative of the int 0 is -0.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.backends.translation import COMPARISONS, Unsupported, check_count, exact, is_condition, resolve

__all__ = ["Scope", "js_number"]

_MATH = (
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "copysign", "cos", "cosh", "erf",
    "erfc", "exp", "exp2", "expm1", "fabs", "factorial", "floor", "fmod", "frexp", "fsum", "hypot", "isfinite",
    "isinf", "isnan", "ldexp", "log", "log10", "log1p", "log2", "pow", "prod", "remainder", "sin", "sinh", "sqrt",
    "tan", "tanh", "trunc",
)  # fmt: skip
_WRITTEN: dict[Any, str] = {
    **{getattr(math, name): f"math.{name}" for name in _MATH if hasattr(math, name)},
    **{getattr(operator, name): f"operators.{name}" for name in ("add", "sub", "mul", "truediv", "neg")},
    abs: "Math.abs", max: "largest", min: "smallest", sum: "sum", range: "range", float: "Number", int: "whole",
    bool: "truth", pow: "power",
}  # fmt: skip
"""Python's own functions, by the name that they have in ``python_math.js``."""
_LISTS = {list: "[...{}]", tuple: "[...{}]", reversed: "[...{}].reverse()", sorted: "[...{}].sort((x, y) => x - y)"}
_METHODS = {
    "is_integer": "Number.isInteger({0})",
    "append": "{0}.push({1})",
    "extend": "{0}.push(...{1})",
    "remove": "remove({0}, {1})",
}
_ERRORS = (OverflowError, ZeroDivisionError, ArithmeticError, ValueError)


def js_number(value: float) -> str:
    """A number as JavaScript reads it, with every bit.

    >>> js_number(0.1), js_number(-2), js_number(math.inf)
    ('0.1', '(-2)', 'Infinity')
    """
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0.0 else "(-Infinity)"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(exact(value)).removesuffix(".0")
    return f"({text})" if text.startswith("-") else text


class Callees(Protocol):
    """Where what is called is written; see :class:`~autograd.replay.backends.js_source.JSFunctions`."""

    def function(self, function: Callable[..., Any], *, rule: bool) -> str:
        """The name of the JavaScript function."""
        ...

    def primitive(self, op: Primitive) -> str:
        """The same for an operation."""
        ...

    def constant(self, name: str, value: Any) -> str:
        """The name under which a tuple of numbers stands."""
        ...


@dataclass
class Scope:
    """Writes the body of one function."""

    callees: Callees
    names: Mapping[str, Any]
    """What the names that are not its own stand for."""
    own: set[str]
    rule: bool
    """Whether it gives local gradients: there the operators are IEEE 754's, elsewhere they raise as Python's do."""
    lists: set[str] = field(default_factory=set)
    """Those of its variables that hold lists."""

    # --- statements ---------------------------------------------------------------------------------------

    def block(self, statements: Sequence[ast.stmt]) -> Iterator[str]:
        """The lines of ``statements``."""
        for statement in statements:
            yield from self._statement(statement)

    def _nested(self, statements: Sequence[ast.stmt]) -> list[str]:
        return [f"  {line}" for line in self.block(statements)]

    def _statement(self, statement: ast.stmt) -> Iterator[str]:  # noqa: C901, PLR0912 -- one case for each kind
        match statement:
            case ast.Return(value=ast.expr() as value):
                yield f"return {self.value(value)};"
            case ast.Assign(targets=targets, value=value):
                yield f"{' = '.join(map(self._target, targets))} = {self.value(value)};"
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield f"{self._target(target)} = {self.value(value)};"
            case ast.AugAssign(target=ast.Name() as target, op=op, value=value):
                yield f"{self._target(target)} = {self.value(ast.BinOp(ast.Name(target.id), op, value))};"
            case ast.If(test=test, body=body, orelse=orelse):
                yield f"if ({self.test(test)}) {{"
                yield from self._nested(body)
                if orelse:
                    yield "} else {"
                    yield from self._nested(orelse)
                yield "}"
            case ast.While(test=test, body=body, orelse=[]):
                yield from [f"while ({self.test(test)}) {{", *self._nested(body), "}"]
            case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                yield f"for ({self._target(target)} of {self.value(iterable)}) {{"
                yield from [*self._nested(body), "}"]
            case ast.Raise(exc=ast.expr() as exception):
                yield f'raise("{self._error(exception)}");'
            case ast.Try(body=body, handlers=handlers, orelse=[], finalbody=[]):
                yield from ["try {", *self._nested(body), "} catch (error) {"]
                for handler in handlers:
                    yield f"  if (isA(error, {self._caught(handler)})) {{"
                    yield from [f"  {line}" for line in self._nested(handler.body)]
                    yield "  } else"
                yield from ["  throw error;", "}"]
            case ast.Expr(value=ast.Constant()):
                pass
            case ast.Expr(value=ast.Call() as call):
                yield f"{self.value(call)};"
            case ast.Break() | ast.Continue() | ast.Pass():
                yield f"{ast.unparse(statement).replace('pass', '')};"
            case _:
                raise Unsupported(f"{ast.unparse(statement)!r} is not translated")

    def _target(self, target: ast.expr) -> str:
        match target:
            case ast.Name(id=name):
                return f"{name}_"
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                return f"[{', '.join(map(self._target, elements))}]"
        raise Unsupported(f"an assignment to {ast.unparse(target)} is not translated")

    def _error(self, exception: ast.expr) -> str:
        raised = self._known(exception.func if isinstance(exception, ast.Call) else exception)
        if not (inspect.isclass(raised) and issubclass(raised, Exception)):
            raise Unsupported(f"raise {ast.unparse(exception)} is not translated")
        return next((kind.__name__ for kind in _ERRORS if issubclass(raised, kind)), "OtherError")

    def _caught(self, handler: ast.ExceptHandler) -> str:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
        if not kinds or handler.name:
            raise Unsupported("an except without a type, or one that keeps the error, is not translated")
        caught = [self._known(kind) for kind in kinds]
        if not set(caught) <= {*_ERRORS, Exception}:
            raise Unsupported(f"except {ast.unparse(handler.type or kinds[0])} is not translated")
        return str([kind.__name__ for kind in caught])

    # --- expressions --------------------------------------------------------------------------------------

    def test(self, node: ast.expr) -> str:
        """An expression as a condition, true where Python has it true."""
        match node:
            case ast.BoolOp(op=op, values=values):
                return f"({(' && ' if isinstance(op, ast.And) else ' || ').join(map(self.test, values))})"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"!{self.test(operand)}"
            case ast.Compare():
                return self.value(node)
        return f"truth({self.value(node)})"

    def value(self, node: ast.expr) -> str:  # noqa: C901, PLR0911, PLR0912 -- one case for each kind
        """An expression."""
        match node:
            case ast.Constant(value=bool() | int() | float() as number):
                return js_number(number)
            case ast.Name() | ast.Attribute():
                return self._name(node)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                return f"[{self._arguments(elements)}]"
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"(-{self.value(operand)})"
            case ast.UnaryOp(op=ast.Not()):
                return self.test(node)
            case ast.BoolOp() if is_condition(node):
                return self.test(node)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(left, op, right)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return f"({self.test(test)} ? {self.value(body)} : {self.value(orelse)})"
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._comparison([left, *comparators], ops)
            case ast.Call():
                return self._call(node)
            case ast.Subscript(value=container, slice=index):
                return self._item(container, index)
            case (
                ast.ListComp(elt=element, generators=[generator])
                | ast.GeneratorExp(elt=element, generators=[generator])
            ):
                return self._comprehension(element, generator)
            case ast.Lambda(args=ast.arguments(args=parameters, vararg=None, defaults=[]), body=body):
                inner = self._with({parameter.arg for parameter in parameters})
                return f"(({', '.join(f'{parameter.arg}_' for parameter in parameters)}) => {inner.value(body)})"
        raise Unsupported(f"{ast.unparse(node)!r} is not translated")

    def _with(self, names: set[str]) -> Scope:
        """The scope inside a function or a comprehension that has ``names`` of its own."""
        return Scope(self.callees, self.names, self.own | names, self.rule, self.lists - names)

    def _known(self, node: ast.expr) -> Any:
        """What a name, or an attribute of a module, stands for beyond the function."""
        name = node.value if isinstance(node, ast.Attribute) else node
        known = None if self._is_own(name) else resolve(node, self.names)
        if known is None:
            raise Unsupported(f"{ast.unparse(node)!r} is not known")
        return known

    def _name(self, node: ast.Name | ast.Attribute) -> str:
        if isinstance(node, ast.Name) and node.id in self.own:
            return f"{node.id}_"
        known = self._known(node)
        if isinstance(known, (bool, int, float)):
            return js_number(known)
        if isinstance(known, (tuple, list)):
            return self.callees.constant(ast.unparse(node), known)
        return self._function(known)

    def _function(self, function: Any) -> str:
        """The name of a function that is called or passed on."""
        if isinstance(function, Primitive):
            return self.callees.primitive(function)
        if inspect.isfunction(function):
            return self.callees.function(function, rule=self.rule)
        written = _WRITTEN.get(function) if callable(function) and function.__hash__ else None
        if written is None:
            raise Unsupported(f"{getattr(function, '__name__', function)!r} is not translated")
        return written

    def _binary(self, left: ast.expr, op: ast.operator, right: ast.expr) -> str:  # noqa: PLR0911 -- the same
        x, y = self.value(left), self.value(right)
        match op:
            case ast.Add() if self._is_list(left) or self._is_list(right):
                return f"join({x}, {y})"
            case ast.Mult() if self._is_list(left):
                return f"repeat({x}, {y})"
            case ast.Add() | ast.Sub() | ast.Mult():
                return f"({x} {'+' if isinstance(op, ast.Add) else '-' if isinstance(op, ast.Sub) else '*'} {y})"
            case ast.Div():
                return f"({x} / {y})" if self.rule else f"divide({x}, {y})"
            case ast.FloorDiv():
                return f"floorDivide({x}, {y})"
            case ast.Mod():
                return f"modulo({x}, {y})"
            case ast.Pow():
                raised = self.callees.primitive(PRIMITIVES["pow"]) if self.rule else "power"
                return f"{raised}({x}, {y})"
        raise Unsupported(f"the operator of {ast.unparse(left)} and {ast.unparse(right)} is not translated")

    def _is_list(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self.lists
            case ast.BinOp(left=left, right=right):
                return self._is_list(left) or self._is_list(right)
            case ast.Call(func=ast.Name(id="list" | "tuple" | "sorted" | "range")):
                return True
            case ast.Subscript(slice=ast.Slice()):
                return True
        return isinstance(node, (ast.Tuple, ast.List, ast.ListComp))

    def note_lists(self, statements: Sequence[ast.stmt]) -> None:
        """Find which variables hold lists."""
        for node in (node for statement in statements for node in ast.walk(statement)):
            if isinstance(node, ast.Assign) and self._is_list(node.value):
                for target, value in ((target, node.value) for target in node.targets):
                    if isinstance(target, ast.Name):
                        self.lists.add(target.id)
                    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                        pairs = zip(target.elts, value.elts, strict=False)
                        self.lists |= {
                            name.id for name, one in pairs if isinstance(name, ast.Name) and self._is_list(one)
                        }

    def _comparison(self, operands: list[ast.expr], ops: list[ast.cmpop]) -> str:
        texts = [self.value(operand) for operand in operands]
        tests = []
        for x, op, y in zip(texts, ops, texts[1:], strict=False):
            if isinstance(op, (ast.In, ast.NotIn)):
                tests.append(f"{'' if isinstance(op, ast.In) else '!'}among({x}, {y})")
            elif type(op) in COMPARISONS and not any(map(self._is_list, operands)):
                tests.append(f"{x} {COMPARISONS[type(op)]} {y}")  # not ===: True == 1 in Python
            else:
                whole = ast.unparse(ast.Compare(operands[0], ops, operands[1:]))
                raise Unsupported(f"{whole!r}: this comparison is not translated")
        return f"({' && '.join(tests)})"

    def _item(self, container: ast.expr, index: ast.expr) -> str:
        if not isinstance(index, ast.Slice):
            return f"at({self.value(container)}, {self.value(index)})"
        start, stop, step = (self.value(part) if part else "null" for part in (index.lower, index.upper, index.step))
        return f"sliced({self.value(container)}, {start}, {stop}, {'1' if step == 'null' else step})"

    def _comprehension(self, element: ast.expr, generator: ast.comprehension) -> str:
        target = self._target(generator.target)
        names = {node.id for node in ast.walk(generator.target) if isinstance(node, ast.Name)}
        inner = self._with(names)
        kept = "".join(f".filter(({target}) => {inner.test(condition)})" for condition in generator.ifs)
        return f"{self.value(generator.iter)}{kept}.map(({target}) => {inner.value(element)})"

    def _arguments(self, nodes: Sequence[ast.expr]) -> str:
        return ", ".join(
            f"...{self.value(node.value)}" if isinstance(node, ast.Starred) else self.value(node) for node in nodes
        )

    def _call(self, node: ast.Call) -> str:
        if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS and not node.keywords:
            return _METHODS[node.func.attr].format(self.value(node.func.value), *map(self.value, node.args))
        function = self._known(node.func) if not self._is_own(node.func) else None
        if function is None:
            return f"{self.value(node.func)}({self._arguments(node.args)})"
        return self._builtin(function, node) or f"{self._called(function, node)}({self._arguments(node.args)})"

    def _is_own(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.own

    def _called(self, function: Any, node: ast.Call) -> str:
        if node.keywords:
            raise Unsupported(f"{ast.unparse(node)!r}: arguments by name are not translated")
        check_count(function, node.args)
        return self._function(function)

    def _builtin(self, function: Any, node: ast.Call) -> str | None:  # noqa: PLR0911 -- the same
        """A call of one of Python's functions on sequences; None if it is of another."""
        given = {keyword.arg: self.value(keyword.value) for keyword in node.keywords}
        match function, node.args:
            case builtins.len, [one]:
                return f"{self.value(one)}.length"
            case builtins.zip, [*_] if given.keys() <= {"strict"}:
                return f"zip({self._arguments(node.args)})"
            case builtins.enumerate, [one]:
                return f"enumerate({self.value(one)}, {given.get('start', '0')})"
            case builtins.map, [called, one]:
                return f"{self.value(one)}.map((x) => {self.value(called)}(x))"
            case builtins.any, [one]:
                return f"{self.value(one)}.some(truth)"
            case builtins.all, [one]:
                return f"{self.value(one)}.every(truth)"
        if function in _LISTS and len(node.args) == 1 and not given:
            return _LISTS[function].format(self.value(node.args[0]))
        if getattr(function, "__module__", "") == "_functools" and function.__name__ == "reduce":
            return f"reduce({self._arguments(node.args)})"
        return None
