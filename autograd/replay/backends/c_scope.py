"""The body of a Python function of floats, written in C."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from autograd.primitives import Primitive
from autograd.replay.backends.forwards import definition

__all__ = ["IN_C", "C", "Scope", "Unsupported", "c_number", "is_condition", "resolve"]

_NAMES = {
    name: name
    for name in (
        "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "copysign", "cos", "cosh", "erf",
        "erfc", "exp", "exp2", "expm1", "fabs", "floor", "fmod", "hypot", "isfinite", "isinf", "isnan", "ldexp",
        "lgamma", "log", "log10", "log1p", "log2", "pow", "remainder", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
    )
} | {"gamma": "tgamma"}  # fmt: skip
IN_C = {getattr(math, name): c_name for name, c_name in _NAMES.items() if hasattr(math, name)}
_BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


class Unsupported(Exception):  # noqa: N818 -- turned into NotImplementedError, with the operation's name
    """The source has something that is not translated."""


@dataclass(frozen=True, slots=True)
class C:
    """An expression in C, of a number that is only known when it runs."""

    text: str
    is_int: bool = False


def c_number(value: float) -> str:
    """A number as C reads it, with every bit."""
    if math.isfinite(value):
        return repr(float(value)) if math.copysign(1.0, value) > 0.0 else f"({float(value)!r})"
    return "NAN" if math.isnan(value) else "INFINITY" if value > 0.0 else "(-INFINITY)"


def resolve(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The object that a name, or an attribute of a module, stands for; None if it is neither."""
    match node:
        case ast.Name(id=name):
            return names.get(name)
        case ast.Attribute(value=ast.Name(id=module), attr=name) if inspect.ismodule(names.get(module)):
            return getattr(names[module], name, None)
    return None


class Callees(Protocol):
    """Where a function that is called is written; see :class:`~autograd.replay.backends.c_functions.CFunctions`."""

    def function(self, function: Callable[..., Any], static: tuple[tuple[int, Any], ...]) -> tuple[str, int]:
        """The name of the C function, and how many numbers it takes."""
        ...

    def raises(self, function: Callable[..., Any]) -> bool:
        """Whether it may raise."""
        ...


@dataclass
class Scope:
    """Writes the body of one function."""

    functions: Callees
    names: Mapping[str, Any]
    known: dict[str, Any]
    """What each variable is: an expression in C, or an object that is known beforehand."""
    can_raise: bool
    lines: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    integers: list[str] = field(default_factory=list)
    inlined: str = ""
    """Where the function is written in place: what its variables are called by, so that they are its own."""

    # --- statements ---------------------------------------------------------------------------------------

    def block(self, statements: Sequence[ast.stmt]) -> Any:
        """Write ``statements``; the value of a ``return``, where the function is written in place."""
        for statement in statements:
            result = self._statement(statement)
            if result is not None:
                return result
        return None

    def _statement(self, statement: ast.stmt) -> Any:  # noqa: C901, PLR0912 -- one case for each kind
        match statement:
            case ast.Return(value=ast.expr() as value):
                if self.inlined:
                    return self.value(value)
                self.lines.append(f"return {self.number(value).text};")
            case ast.Assign(targets=targets, value=value):
                found = self.value(value)
                for target in targets:
                    self._assign(target, found)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, self.value(value))
            case ast.AugAssign(target=ast.Name() as target, op=op, value=value):
                read = ast.Name(target.id, ast.Load())
                self._assign(target, self.value(ast.BinOp(read, op, value)))
            case ast.If(test=test, body=body, orelse=orelse):
                return self._branch(test, body, orelse)
            case ast.While(test=test, body=body, orelse=[]) if not self.inlined:
                condition = self._loop_condition(test, body)
                self._nested(f"while ({condition}) {{", body)
                self.lines.append("}")
            case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                for item in self._static(iterable):
                    self._bind(target, item)
                    self.block(body)
            case ast.Raise(exc=exception) if self.can_raise and not self.inlined:
                overflow = exception is not None and "Overflow" in ast.unparse(exception)
                self.lines.append(f"{{ *raised = {1 if overflow else 2}; return 0.0; }}")
            case ast.Expr(value=ast.Constant()):
                pass
            case _:
                raise Unsupported(f"{ast.unparse(statement)!r} is not translated")
        return None

    def _branch(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> Any:
        condition = self.value(test, condition=True)
        if not isinstance(condition, C):
            return self.block(body if condition else orelse)
        if self.inlined:
            raise Unsupported("a helper that returns several numbers has an if")
        self._nested(f"if ({condition.text}) {{", body)
        if orelse:
            self._nested("} else {", orelse)
        self.lines.append("}")
        return None

    def _nested(self, head: str, body: Sequence[ast.stmt]) -> None:
        self.lines.append(head)
        start = len(self.lines)
        self.block(body)
        self.lines[start:] = [f"    {line}" for line in self.lines[start:]]

    def _loop_condition(self, test: ast.expr, body: Sequence[ast.stmt]) -> str:
        """The condition, with what the loop changes made variables first."""
        changed = {
            node.id
            for statement in body
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        for name in sorted(changed & self.known.keys()):
            self._assign(ast.Name(name), self.known[name])
        return self.number(test, condition=True).text

    def _assign(self, target: ast.expr, found: Any) -> None:
        match target:
            case ast.Name(id=name):
                if isinstance(found, (bool, int, float)):
                    found = C(c_number(float(found)))
                if not isinstance(found, C):
                    self.known[name] = found
                    return
                variable = self._variable(name, found)
                if variable.text != found.text:
                    self.lines.append(f"{variable.text} = {found.text};")
                self.known[name] = variable
            case ast.Tuple(elts=elements):
                values = list(found)
                if len(values) != len(elements):
                    raise Unsupported(f"{ast.unparse(target)} takes {len(values)} values")
                held = [self._held(value) for value in values] if len(values) > 1 else values
                for element, value in zip(elements, held, strict=True):
                    self._assign(element, value)
            case _:
                raise Unsupported(f"an assignment to {ast.unparse(target)} is not translated")

    def _bind(self, target: ast.expr, item: Any) -> None:
        """Bind the variable of an unrolled loop, as something that is known."""
        match target:
            case ast.Name(id=name):
                self.known[name] = item
            case ast.Tuple(elts=elements):
                for element, part in zip(elements, item, strict=True):
                    self._bind(element, part)
            case _:
                raise Unsupported(f"a loop over {ast.unparse(target)} is not translated")

    def _variable(self, name: str, value: C) -> C:
        declared = self.integers if value.is_int else self.variables
        other = self.variables if value.is_int else self.integers
        text = f"{self.inlined}{name}_i" if value.is_int else f"{self.inlined}{name}_"
        present = self.known.get(name)
        if not (isinstance(present, C) and present.text == text) and text not in declared:
            declared.append(text)
        if text in other:
            raise Unsupported(f"{name} is an int in one place and a float in another")
        return C(text, value.is_int)

    def _held(self, value: Any) -> Any:
        """``value`` in a variable of its own, so that it may be used after others have changed."""
        if not isinstance(value, C):
            return value
        declared = self.integers if value.is_int else self.variables
        name = f"t{len(self.variables) + len(self.integers)}"
        declared.append(name)
        self.lines.append(f"{name} = {value.text};")
        return C(name, value.is_int)

    # --- expressions --------------------------------------------------------------------------------------

    def number(self, node: ast.expr, *, condition: bool = False) -> C:
        """An expression as a number (or, as a condition, true or false) in C."""
        found = self.value(node, condition=condition)
        if isinstance(found, C):
            return found
        if isinstance(found, bool) or condition:
            return C("1" if found else "0", is_int=True)
        if isinstance(found, int):
            return C(c_number(float(found)))
        if isinstance(found, float):
            return C(c_number(found))
        raise Unsupported(f"{ast.unparse(node)!r} is not a number")

    def value(self, node: ast.expr, *, condition: bool = False) -> Any:  # noqa: C901, PLR0911 -- one case for each kind
        """An expression: in C, or, where everything in it is known, what it is."""
        if self._is_static(node):
            return self._static(node)
        match node:
            case ast.Name(id=name):
                return self.known[name]
            case ast.Tuple(elts=elements):
                return [self.value(element) for element in elements]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                found = self.number(operand)
                return C(f"(-{found.text})", found.is_int)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return C(f"(!{self.number(operand, condition=True).text})", is_int=True)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(left, op, right)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                tested = self.value(test, condition=True)
                if not isinstance(tested, C):
                    return self.value(body if tested else orelse)
                return C(f"({tested.text} ? {self.number(body).text} : {self.number(orelse).text})")
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._comparison([left, *comparators], ops)
            case ast.BoolOp(op=op, values=values) if condition or all(map(is_condition, values)):
                sign = " && " if isinstance(op, ast.And) else " || "
                return C(f"({sign.join(self.number(value, condition=True).text for value in values)})", is_int=True)
            case ast.Call():
                return self._call(node)
            case ast.Subscript(value=container, slice=index):
                return self.value(container)[self._static(index)]
        raise Unsupported(f"{ast.unparse(node)!r} is not translated")

    def _binary(self, left: ast.expr, op: ast.operator, right: ast.expr) -> C:
        x, y = self.number(left), self.number(right)
        if x.is_int or (isinstance(op, (ast.Mod, ast.FloorDiv)) and x.is_int):
            y = self._as_int(right, y)
        if isinstance(op, (ast.Mod, ast.FloorDiv)) and x.is_int and y.is_int:
            remainder = f"((({x.text}) % ({y.text}) + ({y.text})) % ({y.text}))"
            return C(
                remainder if isinstance(op, ast.Mod) else f"((({x.text}) - {remainder}) / ({y.text}))", is_int=True
            )
        sign = _BINARY.get(type(op))
        if sign is None:
            raise Unsupported(f"the operator of {ast.unparse(left)} and {ast.unparse(right)} is not translated")
        return C(f"({x.text} {sign} {y.text})", x.is_int and y.is_int)

    def _as_int(self, node: ast.expr, number: C) -> C:
        if not number.is_int and self._is_static(node) and isinstance(self._static(node), int):
            return C(str(self._static(node)), is_int=True)
        return number

    def _comparison(self, operands: list[ast.expr], ops: list[ast.cmpop]) -> C:
        if len(ops) == 1 and isinstance(ops[0], ast.In):
            x = self._held(self.number(operands[0]))
            tests = [f"{x.text} == {c_number(item)}" for item in self._static(operands[1])]
            return C(f"({' || '.join(tests)})", is_int=True)
        texts = [self.number(operand).text for operand in operands]
        signs = [_COMPARE.get(type(op)) for op in ops]
        if None in signs:
            raise Unsupported(f"{[ast.unparse(one) for one in operands]}: this comparison is not translated")
        tests = [f"{x} {sign} {y}" for x, sign, y in zip(texts, signs, texts[1:], strict=False)]
        return C(f"({' && '.join(tests)})", is_int=True)

    def _call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "is_integer" and not node.args:
            x = self._held(self.number(node.func.value))
            return C(f"(isfinite({x.text}) && floor({x.text}) == {x.text})", is_int=True)
        function = resolve(node.func, self.names)
        if function is None or node.keywords:
            raise Unsupported(f"{ast.unparse(node)!r} is not translated")
        arguments = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                arguments += list(self.value(argument.value))
            else:
                arguments.append(self.value(argument))
        return self._called(function.forward if isinstance(function, Primitive) else function, arguments)

    def _called(self, function: Any, arguments: list[Any]) -> Any:
        if inspect.isfunction(function):
            return self._called_function(function, arguments)
        written = [_written(one) for one in arguments]
        if function is math.frexp:
            exponent = f"e{len(self.variables) + len(self.integers)}"
            self.integers.append(exponent)
            mantissa = self._held(C(f"frexp({written[0]}, &{exponent})"))
            self.lines.append(f"(void){mantissa.text};")  # it may be the exponent alone that is wanted
            return [mantissa, C(exponent, is_int=True)]
        if function in IN_C:
            return C(f"{IN_C[function]}({', '.join(written)})")
        if function in (min, max) and len(arguments) == 2:
            x, y = (self._held(C(text)).text for text in written)
            return C(f"({y} {'>' if function is max else '<'} {x} ? {y} : {x})")
        if function in (float, abs):
            return C(f"{'fabs' if function is abs else '(double)'}({written[0]})")
        raise Unsupported(f"a call of {function!r} is not translated")

    def _called_function(self, function: Callable[..., Any], arguments: list[Any]) -> Any:
        if _returns_several(function):
            return self._in_place(function, arguments)
        static = tuple((i, one) for i, one in enumerate(arguments) if isinstance(one, (tuple, list)))
        name, _ = self.functions.function(function, static)
        given = [_written(one) for one in arguments if not isinstance(one, (tuple, list))]
        if self.functions.raises(function):
            if not self.can_raise:
                raise Unsupported(f"{function.__name__} may raise here")
            given.append("raised")
        return C(f"{name}({', '.join(given)})")

    def _in_place(self, function: Callable[..., Any], arguments: list[Any]) -> Any:
        parameters, body, names = definition(function)
        own = [argument.arg for argument in parameters.args]
        held = {name: self._held(one) for name, one in zip(own, arguments, strict=True)}
        place = f"{self.inlined}{function.__name__.strip('_')}{len(self.variables)}_"
        inner = Scope(self.functions, names, held, can_raise=False, inlined=place)
        inner.lines, inner.variables, inner.integers = self.lines, self.variables, self.integers
        return [self._held(value) for value in inner.block(body)]

    # --- what is known beforehand -------------------------------------------------------------------------

    def _is_static(self, node: ast.expr) -> bool:
        """Whether nothing in the expression depends on a number that is only known when it runs."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                if isinstance(self.known.get(part.id), C) or (part.id not in self.known and part.id not in self.names):
                    return False
            elif isinstance(part, (ast.Lambda, ast.ListComp, ast.GeneratorExp)):
                return False
        return True

    def _static(self, node: ast.expr) -> Any:
        if not self._is_static(node):
            raise Unsupported(f"{ast.unparse(node)!r} is only known when it runs")
        expression = compile(ast.fix_missing_locations(ast.Expression(node)), "<forward>", "eval")
        return eval(expression, {**self.names, **self.known})  # noqa: S307 -- the forward's own code, as Python runs it


def is_condition(node: ast.expr) -> bool:
    """Whether an expression is True or False, so that ``and`` and ``or`` are C's."""
    match node:
        case (
            ast.Compare()
            | ast.UnaryOp(op=ast.Not())
            | ast.Call(func=ast.Attribute(attr="isfinite" | "isinf" | "isnan"))
        ):
            return True
        case ast.BoolOp(values=values):
            return all(map(is_condition, values))
    return False


def _written(value: Any) -> str:
    """An argument as it stands in a call."""
    if isinstance(value, C):
        return value.text
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Unsupported(f"{value!r} is not a number")
    return str(value) if isinstance(value, int) else c_number(value)


def _returns_several(function: Callable[..., Any]) -> bool:
    _, body, _ = definition(function)
    returned = [node.value for statement in body for node in ast.walk(statement) if isinstance(node, ast.Return)]
    return any(isinstance(value, ast.Tuple) for value in returned)
