"""What translating Python to C and to JavaScript has in common: names, conditions, and what both refuse."""

from __future__ import annotations

import ast
import builtins
import inspect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

__all__ = ["COMPARISONS", "Unsupported", "assigned", "check_count", "exact", "is_condition", "resolve"]

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


class Unsupported(Exception):  # noqa: N818 -- turned into NotImplementedError, with the operation's name
    """The source has something that is not translated."""


def resolve(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The object that a name, or an attribute of a module, stands for; None if it is neither."""
    match node:
        case ast.Name(id=name):
            return names.get(name)
        case ast.Attribute(value=ast.Name(id=module), attr=name) if inspect.ismodule(names.get(module)):
            return getattr(names[module], name, None)
    return None


def assigned(statements: Iterable[ast.AST]) -> set[str]:
    """The variables that ``statements`` set."""
    nodes = (node for statement in statements for node in _outside_inner(statement))
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _outside_inner(node: ast.AST) -> Iterator[ast.AST]:
    """``node`` and what is in it, but not what a comprehension or a function has for itself."""
    yield node
    if not isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.Lambda)):
        for child in ast.iter_child_nodes(node):
            yield from _outside_inner(child)


def is_condition(node: ast.expr) -> bool:
    """Whether an expression is True or False, so that ``and`` and ``or`` are those of C and JavaScript."""
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


def exact(number: float) -> float:
    """``number`` as a float, if that is the same: a whole number may be too long for one, and compares as it is."""
    try:
        if float(number) == number or number != number:
            return float(number)
    except OverflowError:
        pass
    raise Unsupported(f"the whole number {str(number)[:30]} has no float of its own")


def check_count(function: Any, arguments: Sequence[Any]) -> None:
    """Refuse the forms of Python's functions that take more than their namesakes elsewhere."""
    for one, count, instead in ((math.log, 1, "log(x) / log(base)"), (builtins.pow, 2, "x**y % z")):
        if function is one and len(arguments) != count:
            raise Unsupported(f"{one.__name__} of {len(arguments)} numbers is not translated (write {instead})")
