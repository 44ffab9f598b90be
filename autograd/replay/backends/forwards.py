"""The source of a primitive's forward, as a syntax tree: what backends derive their own form of it from."""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import linecache
from collections import ChainMap
from collections.abc import Callable, MutableMapping
from types import CodeType
from typing import Any, NamedTuple

__all__ = ["Definition", "definition"]


class Definition(NamedTuple):
    """A Python function taken apart."""

    parameters: ast.arguments
    body: list[ast.stmt]
    """Its statements, without the docstring; of a lambda one ``return``."""
    names: MutableMapping[str, Any]
    """What the names that are not its own stand for: closed-over variables, globals, builtins."""


def definition(function: Callable[..., Any]) -> Definition:
    """The definition of a function that is written in Python.

    Raises:
        LookupError: its source is not at hand, or is not the one that runs.
    """
    code = getattr(function, "__code__", None)
    if code is None or not hasattr(function, "__globals__"):
        raise LookupError(f"{function!r} is not written in Python")
    same = [node for node in _functions(code.co_filename).get(code.co_firstlineno, ()) if _matches(node, code)]
    if len(same) != 1:
        raise LookupError(f"the source of {function!r} is not at hand")
    (node,) = same
    body: list[ast.stmt] = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else node.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    closed_over = inspect.getclosurevars(function).nonlocals
    return Definition(node.args, body, ChainMap({}, dict(closed_over), function.__globals__, vars(builtins)))


def _functions(filename: str) -> dict[int, list[ast.FunctionDef | ast.Lambda]]:
    """The functions that are defined in a file, by line."""
    return _parsed("".join(linecache.getlines(filename)))


@functools.lru_cache(maxsize=64)
def _parsed(source: str) -> dict[int, list[ast.FunctionDef | ast.Lambda]]:
    found: dict[int, list[ast.FunctionDef | ast.Lambda]] = {}
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return found
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
            found.setdefault(min([node.lineno, *[one.lineno for one in decorators]]), []).append(node)
    return found


def _matches(node: ast.FunctionDef | ast.Lambda, code: CodeType) -> bool:
    """Whether ``code`` is that of ``node``: the same names and constants, unless it closes over variables."""
    arguments = node.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    if arguments.vararg:
        names.append(arguments.vararg.arg)
    if tuple(names) != code.co_varnames[: len(names)]:
        return False
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    if name != code.co_name:
        return False
    if code.co_freevars:
        return True
    body = ast.Expression(node) if isinstance(node, ast.Lambda) else ast.Module([node], [])
    compiled = compile(body, code.co_filename, "eval" if isinstance(node, ast.Lambda) else "exec")
    # The last: functions in its defaults, and (since Python 3.14) the one that makes its annotations, stand before it.
    own = next(constant for constant in reversed(compiled.co_consts) if inspect.iscode(constant))
    return (own.co_names, own.co_varnames, _plain(own)) == (code.co_names, code.co_varnames, _plain(code))


def _plain(code: CodeType) -> list[Any]:
    """The constants of ``code`` by their text, so that 1.0 is not 1; functions in it apart."""
    return [repr(constant) for constant in code.co_consts if not inspect.iscode(constant)]
