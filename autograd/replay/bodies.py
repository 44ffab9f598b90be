"""The body of a Python function as a syntax tree: where its source is, what it sets, and loops without jumps."""

from __future__ import annotations
import __future__

import ast
import builtins
import functools
import inspect
import linecache
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from types import CodeType
from typing import Any, NamedTuple

__all__ = ["Definition", "asked_inside", "assigned", "definition", "has", "has_jump", "without_jumps"]


class Definition(NamedTuple):
    """A Python function taken apart."""

    parameters: ast.arguments
    body: list[ast.stmt]
    """Its statements, without the docstring; of a lambda one ``return``."""
    names: MutableMapping[str, Any]
    """The values of the names that are not its own: closed-over variables, globals, builtins."""


def definition(function: Callable[..., Any]) -> Definition:
    """The definition of a function that is written in Python.

    Raises:
        LookupError: its source is not at hand, or is not the one that runs.
    """
    code = getattr(function, "__code__", None)
    if code is None or not hasattr(function, "__globals__"):
        raise LookupError(f"{function!r} is not written in Python")
    if inspect.ismethod(function):
        raise LookupError(f"{function!r} is bound to an object")
    found, imported = _functions("".join(linecache.getlines(code.co_filename)))
    same = [node for node in found.get(code.co_firstlineno, ()) if _matches(node, code, imported)]
    if len(same) != 1:
        raise LookupError(f"the source of {function!r} is not at hand")
    (node,) = same
    body: list[ast.stmt] = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else node.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    closed_over = inspect.getclosurevars(function).nonlocals
    return Definition(node.args, body, ChainMap({}, dict(closed_over), function.__globals__, vars(builtins)))


@functools.lru_cache(maxsize=64)
def _functions(source: str) -> tuple[dict[int, list[ast.FunctionDef | ast.Lambda]], list[str]]:
    """The functions that are defined in a source, by line; and the names that it imports, of a module at least one."""
    found: dict[int, list[ast.FunctionDef | ast.Lambda]] = {}
    imported = ["__future__"]
    try:
        waiting: list[ast.AST] = [ast.parse(source)]
    except SyntaxError:
        return found, imported
    for node in ast.walk(waiting[0]):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
            found.setdefault(min([node.lineno, *[one.lineno for one in decorators]]), []).append(node)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.alias):
            imported.append((node.asname or node.name).split(".")[0])
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
            waiting += ast.iter_child_nodes(node)
    return found, [name for name in imported if name != "*"]


def _matches(node: ast.FunctionDef | ast.Lambda, code: CodeType, imported: Sequence[str]) -> bool:
    """Whether ``code`` is that of ``node``, and not of another on its line, or of what stood there before an edit."""
    arguments = node.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    if arguments.vararg:
        names.append(arguments.vararg.arg)
    if tuple(names) != code.co_varnames[: len(names)]:
        return False
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    if name != code.co_name:
        return False
    # Compiled where it has what it closes over; and once more where modules are imported, which changes how Python
    # calls their functions, unless the function was compiled as a cell of a notebook is, each statement alone.
    own = "pass" if code.co_name in (*code.co_freevars, "<lambda>") else f"global {code.co_name}"
    outer = ast.parse(f"import {', '.join(imported)}\ndef outer({', '.join(code.co_freevars)}): {own}")
    outer.body[1].body += [ast.copy_location(ast.Expr(node), node) if isinstance(node, ast.Lambda) else node]  # type: ignore[attr-defined]
    return any(_same(_compiled(ast.Module(outer.body[start:], []), code), code) for start in (0, 1))


def _compiled(outer: ast.Module, code: CodeType) -> CodeType:
    """The code of the function in the function in ``outer``, with the settings of ``code``."""
    flags = code.co_flags & __future__.annotations.compiler_flag
    found: CodeType = compile(outer, code.co_filename, "exec", flags, dont_inherit=True)
    for _ in range(2):
        # The last: before it come functions in its defaults and, from Python 3.14 on, the one of its annotations.
        found = next(constant for constant in reversed(found.co_consts) if inspect.iscode(constant))
    return found


def _same(one: CodeType, other: CodeType) -> bool:
    """Whether they do the same, functions in them apart."""
    return all(getattr(one, part) == getattr(other, part) for part in _PARTS) and _plain(one) == _plain(other)


_PARTS = ("co_code", "co_names", "co_varnames", "co_freevars", "co_argcount", "co_kwonlyargcount", "co_posonlyargcount")


def _plain(code: CodeType) -> list[Any]:
    """The constants of ``code`` by their text, so that 1.0 is not 1; functions in it apart."""
    return [repr(constant) for constant in code.co_consts if not inspect.iscode(constant)]


# --- what is in it ----------------------------------------------------------------------------------------


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


# --- loops without jumps ----------------------------------------------------------------------------------

_JUMPS = (ast.Break, ast.Continue, ast.Return)


def has(kind: type[ast.stmt] | tuple[type[ast.stmt], ...], statements: Iterable[ast.stmt]) -> bool:
    """Whether a statement of some kind is among ``statements``, or inside one of them."""
    return any(isinstance(one, kind) for statement in statements for one in _outside_inner(statement))


def has_jump(loop: ast.While | ast.For) -> bool:
    """Whether it is left, or a round of it ended, from within. A ``for`` is written out, ``return`` and all."""
    return _leaves(loop.body) or (isinstance(loop, ast.While) and has(ast.Return, loop.body))


def _leaves(statements: Iterable[ast.stmt]) -> bool:
    """Whether there is a ``break`` or a ``continue`` of the loop around ``statements``."""
    for statement in statements:
        match statement:
            case ast.Break() | ast.Continue():
                return True
            case ast.If(body=body, orelse=orelse) if _leaves([*body, *orelse]):
                return True
    return False


def without_jumps(loop: ast.While | ast.For, mark: str) -> list[ast.stmt]:
    """``loop`` with flags, named after ``mark``, in place of ``break``, ``continue`` and ``return``."""
    going, done, result = f"going_{mark}", f"done_{mark}", f"result_{mark}"
    returns = has(ast.Return, loop.body)

    def rewritten(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        written: list[ast.stmt] = []
        for index, statement in enumerate(statements):
            rest = statements[index + 1 :]
            match statement:
                case ast.Continue():
                    return written
                case ast.Break():
                    return [*written, _set(going, ast.Constant(value=False))]
                case ast.Return(value=ast.expr() as value):
                    flags = [_set(going, ast.Constant(value=False)), _set(done, ast.Constant(value=True))]
                    return [*written, _set(result, value), *flags]
                case ast.If(test=test, body=body, orelse=orelse) if has(_JUMPS, [statement]):
                    return [*written, ast.If(test, rewritten([*body, *rest]), rewritten([*orelse, *rest]))]
                case ast.While() | ast.For() if has(ast.Return, [statement]):
                    return [*written, *rewritten([*without_jumps(statement, f"{mark}_{index}"), *rest])]
            written.append(statement)
        return written

    body = rewritten(loop.body)
    still = ast.Name(going, ast.Load())
    again: ast.stmt
    if isinstance(loop, ast.For):
        again = ast.For(loop.target, loop.iter, [ast.If(still, body, [])], [])
    else:
        again = ast.While(ast.BoolOp(ast.And(), [still, loop.test]), body, [])
    written = [_set(going, ast.Constant(value=True)), again]
    if returns:
        written[:0] = [_set(done, ast.Constant(value=False)), _set(result, ast.Constant(0.0))]
        endless = isinstance(loop, ast.While) and isinstance(loop.test, ast.Constant) and not has(ast.Break, loop.body)
        last = ast.Return(ast.Name(result, ast.Load()))
        written.append(last if endless else ast.If(ast.Name(done, ast.Load()), [last], []))
    return written


def asked_inside(test: ast.expr, body: Sequence[ast.stmt], mark: str) -> list[ast.stmt]:
    """A ``while`` with its condition in it, where that takes statements of its own."""
    going = f"going_{mark}"
    still, stop = ast.Name(going, ast.Load()), _set(going, ast.Constant(value=False))
    return [_set(going, ast.Constant(value=True)), ast.While(still, [ast.If(test, list(body), [stop])], [])]


def _set(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)
