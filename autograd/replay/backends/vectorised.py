"""A forward on floats, rewritten for arrays: each side of a branch is run on the elements that come to it.

Covers what numerical formulas are made of: assignments, ``if``, ``while``, loops over constants, conditional
expressions, comparisons, ``raise``, ``math`` functions that NumPy has too, and calls of further such functions, of
the function itself as well. Anything else is left alone.
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd.primitives import Primitive
from autograd.replay.backends import array_functions
from autograd.replay.backends.forwards import definition

__all__ = ["vectorised"]

_HELPERS = {"_choose": array_functions.choose, "_repeat": array_functions.repeat, "_where": np.where}


class _Unsupported(Exception):  # noqa: N818 -- not an error: the caller goes another way
    """The function does something that has no counterpart on arrays."""


@functools.lru_cache(maxsize=1024)
def vectorised(forward: Callable[..., float]) -> Callable[..., Any] | None:
    """``forward`` on arrays of one length and numbers, element by element; None where it cannot be rewritten.

    Where ``forward`` raises, so does it: FloatingPointError, if NumPy is told to raise.
    """
    try:
        return _Rewriter().function(forward)
    except (_Unsupported, LookupError, RecursionError):
        return None


class _Rewriter:
    """Rewrites one function, and what it calls."""

    def __init__(self) -> None:
        self._known: dict[Any, Callable[..., Any]] = {}

    def function(self, forward: Callable[..., Any]) -> Callable[..., Any]:
        """``forward`` on arrays."""
        on_arrays = array_functions.ON_ARRAYS.get(forward)
        if on_arrays is not None:
            return on_arrays
        forward = array_functions.IN_PYTHON.get(forward, forward)
        if forward not in self._known:
            parameters, body, names = definition(forward)
            if parameters.vararg or parameters.kwonlyargs or parameters.defaults:
                raise _Unsupported
            namespace: dict[str, Any] = dict(_HELPERS)
            self._known[forward] = lambda *args: namespace["function"](*args)  # noqa: PLW0108 -- it may call itself, and is not there yet
            own = [argument.arg for argument in (*parameters.posonlyargs, *parameters.args)]
            lines = _Scope(self, names, namespace).function("function", body, own)
            text = "\n".join(lines)
            exec(compile(text, f"<{forward.__qualname__} on arrays>", "exec"), namespace)  # noqa: S102 -- our own text
        return self._known[forward]


class _Scope:
    """The text of one function; the objects that it uses go to ``used``."""

    def __init__(self, rewriter: _Rewriter, names: Mapping[str, Any], used: dict[str, Any]) -> None:
        self._rewriter = rewriter
        self._names = names
        self._used = used
        self._numbers = itertools.count()

    def function(self, name: str, body: Sequence[ast.stmt], local: Sequence[str]) -> list[str]:
        """The lines of a function of ``local`` that returns what ``body`` does."""
        return [f"def {name}({', '.join(local)}):", *_indented(self._block(body, list(local)))]

    def _block(self, statements: Sequence[ast.stmt], local: list[str]) -> list[str]:
        """The lines of ``statements``, which end in a return; ``local`` are the variables so far."""
        end = next((index for index, statement in enumerate(statements) if _is_end(statement)), None)
        if end is None:
            raise _Unsupported
        lines, rest = self._straight(statements[:end], local), statements[end + 1 :]
        match statements[end]:
            case ast.Return(value=ast.expr() as value):
                return [*lines, f"return {self.value(value, local)}"]
            case ast.If(test=test, body=body, orelse=orelse):
                return [*lines, *self._branch(test, [*body, *rest], [*orelse, *rest], local)]
            case ast.Raise():
                return [*lines, "raise FloatingPointError"]
        raise _Unsupported  # a return of nothing

    def _straight(self, statements: Sequence[ast.stmt], local: list[str]) -> list[str]:
        """The lines of ``statements``, which have no branch; ``local`` grows with their variables."""
        lines: list[str] = []
        for statement in statements:
            match statement:
                case ast.Assign(targets=targets, value=value):
                    written = self.value(value, local)
                    lines.append(f"{' = '.join(_bound(target, local) for target in targets)} = {written}")
                case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                    lines.append(f"{name} = {self.value(ast.BinOp(ast.Name(name), op, value), local)}")
                case ast.While(test=test, body=body, orelse=[]):
                    lines += self._loop(test, body, local)
                case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                    iterated = self.value(iterable, local)
                    lines += [f"for {_bound(target, local)} in {iterated}:", *_indented(self._straight(body, local))]
                case _:
                    raise _Unsupported
        return lines

    def _branch(
        self, test: ast.expr, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt], local: list[str]
    ) -> list[str]:
        number = next(self._numbers)
        lines = self.function(f"_then_{number}", body, local) + self.function(f"_else_{number}", orelse, local)
        arguments = ", ".join([self.condition(test, local), f"_then_{number}", f"_else_{number}", *local])
        return [*lines, f"return _choose({arguments})"]

    def _loop(self, test: ast.expr, body: Sequence[ast.stmt], local: list[str]) -> list[str]:
        number = next(self._numbers)
        stored = {
            node.id
            for statement in body
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        changed = [name for name in local if name in stored]
        places = [local.index(name) for name in changed]
        given = ", ".join(local)
        return [
            f"def _body_{number}({given}):",
            *_indented([*self._straight(body, list(local)), f"return [{', '.join(changed)}]"]),
            f"_test_{number} = lambda {given}: {self.condition(test, local)}",
            f"[{', '.join(changed)}] = _repeat(_test_{number}, _body_{number}, [{given}], {places})",
        ]

    def value(self, node: ast.expr, local: Sequence[str]) -> str:  # noqa: C901, PLR0911 -- one case for each kind of node
        """An expression, on arrays."""
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return repr(value)
            case ast.Name(id=name) if name in local:
                return name
            case ast.Tuple(elts=elements):
                return f"({', '.join(self.value(element, local) for element in elements)},)"
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return f"({self.value(left, local)} {_OPERATORS[type(op)]} {self.value(right, local)})"
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"(-{self.value(operand, local)})"
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._conditional(test, body, orelse, local)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()) if _is_condition(node):
                return self.condition(node, local)
            case ast.Subscript(value=container, slice=ast.Constant(value=int() as index)):
                return f"{self.value(container, local)}[{index}]"
            case ast.Call(func=ast.Attribute(value=owner, attr="is_integer"), args=[]):
                return f"{self._use(array_functions.is_integer)}({self.value(owner, local)})"
            case ast.Call(func=function, args=args, keywords=[]):
                written = ", ".join(self._argument(argument, local) for argument in args)
                return f"{self._callee(self._global(function, local))}({written})"
            case _:
                thing = self._global(node, local)
                if _is_data(thing):
                    return self._use(thing)
                raise _Unsupported

    def _argument(self, node: ast.expr, local: Sequence[str]) -> str:
        if isinstance(node, ast.Starred):
            return f"*{self.value(node.value, local)}"
        return self.value(node, local)

    def _conditional(self, test: ast.expr, body: ast.expr, orelse: ast.expr, local: Sequence[str]) -> str:
        condition, chosen, other = self.condition(test, local), self.value(body, local), self.value(orelse, local)
        if _is_harmless(body) and _is_harmless(orelse):
            return f"_where({condition}, {chosen}, {other})"
        given = ", ".join(local)
        return f"_choose({condition}, lambda {given}: {chosen}, lambda {given}: {other}, {given})"

    def condition(self, node: ast.expr, local: Sequence[str]) -> str:
        """An expression that is true or false, on arrays."""
        match node:
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                operands = [self.value(operand, local) for operand in (left, *comparators)]
                signs = [_SIGNS.get(type(op)) for op in ops]
                if None in signs:
                    raise _Unsupported
                pairs = zip(operands, signs, operands[1:], strict=False)
                return "(" + " & ".join(f"({x} {sign} {y})" for x, sign, y in pairs) + ")"
            case ast.BoolOp(op=ast.And() | ast.Or(), values=values):
                sign = " & " if isinstance(node.op, ast.And) else " | "
                return "(" + sign.join(self.condition(value, local) for value in values) + ")"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"({self.condition(operand, local)} == False)"
            case ast.Call(func=ast.Attribute(attr=attribute)) if attribute in _QUESTIONS:
                return self.value(node, local)
            case _:
                return f"({self.value(node, local)} != 0)"

    def _global(self, node: ast.expr, local: Sequence[str]) -> Any:
        """The object that a name, or an attribute of a module, stands for."""
        match node:
            case ast.Name(id=name) if name not in local and name in self._names:
                return self._names[name]
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module not in local:
                owner = self._names.get(module)
                if inspect.ismodule(owner) and hasattr(owner, name):
                    return getattr(owner, name)
        raise _Unsupported

    def _callee(self, thing: Any) -> str:
        if isinstance(thing, Primitive):
            thing = thing.forward
        if not callable(thing):
            raise _Unsupported
        return self._use(self._rewriter.function(thing))

    def _use(self, thing: Any) -> str:
        name = f"_g{len(self._used)}"
        self._used[name] = thing
        return name


_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**",
}  # fmt: skip
_QUESTIONS = ("isnan", "isinf", "isfinite", "is_integer")
_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _bound(target: ast.expr, local: list[str]) -> str:
    """The target of an assignment, as text; its names are variables from here on."""
    match target:
        case ast.Name(id=name):
            if name not in local:
                local.append(name)
            return name
        case ast.Tuple(elts=elements):
            return f"({', '.join(_bound(element, local) for element in elements)},)"
    raise _Unsupported


def _is_end(statement: ast.stmt) -> bool:
    """Whether the statements after it are not run, or on one side of a branch alone."""
    return isinstance(statement, (ast.Return, ast.Raise, ast.If))


def _is_condition(node: ast.expr) -> bool:
    """Whether an expression is True or False, so that ``and`` and ``or`` give no number."""
    match node:
        case ast.BoolOp(values=values):
            return all(map(_is_condition, values))
        case ast.Call(func=ast.Attribute(attr=attribute)):
            return attribute in _QUESTIONS
    return isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))


def _is_data(thing: Any) -> bool:
    return all(map(_is_data, thing)) if isinstance(thing, tuple) else type(thing) in (int, float)


def _is_harmless(node: ast.expr) -> bool:
    """Whether an expression may be computed where it is not chosen: it cannot raise, and costs nothing."""
    kinds = (ast.Name, ast.Constant, ast.UnaryOp, ast.BinOp, ast.expr_context, ast.unaryop, ast.Add, ast.Sub, ast.Mult)
    return all(isinstance(part, kinds) for part in ast.walk(node))
