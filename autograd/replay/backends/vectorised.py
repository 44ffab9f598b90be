"""A forward on floats, rewritten for arrays: both branches are computed and one is chosen element by element.

Covers what short formulas are made of: assignments, ``if`` and ``return``, conditional expressions, comparisons,
``math`` functions that NumPy has too, and calls of further such functions. Anything else is left alone.
"""

from __future__ import annotations

import ast
import functools
import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograd.primitives import Primitive
from autograd.replay.backends.forwards import definition

__all__ = ["vectorised"]

_NUMPY_NAMES = {
    "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan",
    "atan2": "arctan2", "atanh": "arctanh", "pow": "power",
}  # fmt: skip
_SAME_NAME = (
    "cbrt", "ceil", "copysign", "cos", "cosh", "exp", "exp2", "expm1", "fabs", "floor", "fmod", "hypot",
    "isfinite", "isinf", "isnan", "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
)  # fmt: skip
_ON_ARRAYS: dict[Any, Callable[..., Any]] = {
    getattr(math, name): getattr(np, _NUMPY_NAMES.get(name, name)) for name in (*_SAME_NAME, *_NUMPY_NAMES)
} | {abs: np.abs}


class _Unsupported(Exception):  # noqa: N818 -- not an error: the caller goes another way
    """The function does something that has no counterpart on arrays."""


@functools.lru_cache(maxsize=1024)
def vectorised(forward: Callable[..., float]) -> Callable[..., Any] | None:
    """``forward`` on arrays, element by element; None where it cannot be rewritten."""
    try:
        return _Rewriter().function(forward)
    except (_Unsupported, LookupError, RecursionError):
        return None


class _Rewriter:
    """Rewrites one function, and what it calls."""

    def function(self, forward: Callable[..., Any]) -> Callable[..., Any]:
        """``forward`` on arrays."""
        if forward in _ON_ARRAYS:
            return _ON_ARRAYS[forward]
        parameters, body, names = definition(forward)
        if parameters.vararg or parameters.kwonlyargs or parameters.defaults:
            raise _Unsupported
        scope = _Scope(self, names)
        local = {argument.arg: argument.arg for argument in (*parameters.posonlyargs, *parameters.args)}
        result = scope.block(body, local)
        text = "\n".join([f"def function({', '.join(local)}):", *scope.lines, f"    return {result}"])
        namespace: dict[str, Any] = {"_np": np, **scope.used}
        exec(compile(text, f"<{forward.__qualname__} on arrays>", "exec"), namespace)  # noqa: S102 -- our own text
        function: Callable[..., Any] = namespace["function"]
        return function


class _Scope:
    """The text of one function: its lines so far, and the objects that they use."""

    def __init__(self, rewriter: _Rewriter, names: Mapping[str, Any]) -> None:
        self.lines: list[str] = []
        self.used: dict[str, Any] = {}
        self._rewriter = rewriter
        self._names = names

    def block(self, statements: list[ast.stmt], local: dict[str, str]) -> str:
        """The value that ``statements`` return, as an expression. ``local`` tells under which names variables go."""
        for index, statement in enumerate(statements):
            match statement:
                case ast.Return(value=ast.expr() as value):
                    return self.number(value, local)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    local = local | {name: self._assigned(self.number(value, local))}
                case ast.If(test=test, body=body, orelse=orelse):
                    rest = statements[index + 1 :]
                    condition = self.condition(test, local)
                    return (
                        f"_np.where({condition}, {self.block(body + rest, local)}, {self.block(orelse + rest, local)})"
                    )
                case _:
                    raise _Unsupported
        raise _Unsupported  # no return

    def _assigned(self, expression: str) -> str:
        name = f"_v{len(self.lines)}"
        self.lines.append(f"    {name} = {expression}")
        return name

    def number(self, node: ast.expr, local: dict[str, str]) -> str:  # noqa: PLR0911 -- one case for each kind of node
        """An expression of numbers, on arrays."""
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return repr(value)
            case ast.Name(id=name) if name in local:
                return local[name]
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), right=right):
                sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}[type(node.op)]
                return f"({self.number(left, local)} {sign} {self.number(right, local)})"
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"(-{self.number(operand, local)})"
            case ast.IfExp(test=test, body=body, orelse=orelse):
                chosen = self.number(body, local), self.number(orelse, local)
                return f"_np.where({self.condition(test, local)}, {chosen[0]}, {chosen[1]})"
            case ast.Call(func=function, args=args, keywords=[]):
                written = ", ".join(self.number(arg, local) for arg in args)
                return f"{self._callee(self._global(function, local))}({written})"
            case _:
                thing = self._global(node, local)
                if type(thing) in (int, float):
                    return self._use(thing)
                raise _Unsupported

    def condition(self, node: ast.expr, local: dict[str, str]) -> str:
        """An expression that is true or false, on arrays."""
        match node:
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                operands = [self.number(operand, local) for operand in (left, *comparators)]
                signs = [_SIGNS.get(type(op)) for op in ops]
                if None in signs:
                    raise _Unsupported
                pairs = zip(operands, signs, operands[1:], strict=False)
                return "(" + " & ".join(f"({x} {sign} {y})" for x, sign, y in pairs) + ")"
            case ast.BoolOp(op=ast.And() | ast.Or(), values=values):
                sign = " & " if isinstance(node.op, ast.And) else " | "
                return "(" + sign.join(self.condition(value, local) for value in values) + ")"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"(~{self.condition(operand, local)})"
            case ast.Call(func=ast.Attribute(attr="isnan" | "isinf" | "isfinite")):
                return self.number(node, local)
            case _:
                return f"({self.number(node, local)} != 0)"

    def _global(self, node: ast.expr, local: dict[str, str]) -> Any:
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
        name = f"_g{len(self.used)}"
        self.used[name] = thing
        return name


_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
