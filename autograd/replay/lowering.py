"""The one reader of operations' bodies: from a Python function of floats to the intermediate form.

It covers what numerical code is made of: numbers and sequences of them, assignments, ``if``, ``while``, ``for`` over
what is known, ``return``, ``raise``, helpers with one result or several, and the functions of ``math``. A body is read
with what is known beforehand put in: the coefficients of a series, the items of a tuple and how many inputs there are
are known, their numbers are not. So a ``for`` is written once for each item, a helper that takes or gives several
numbers is written where it is called, and a list is as many variables.

What is not covered is refused by name, so that nothing is ever computed by another formula than the operation's own.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import linecache
import math
import operator
from collections import ChainMap, Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from autograd.primitives import Primitive
from autograd.replay.intermediate import (
    COMPARISONS,
    ELEMENTARY,
    Apply,
    Assign,
    Call,
    Constant,
    Expression,
    Function,
    If,
    Kind,
    Raise,
    Return,
    Statement,
    Try,
    Unsupported,
    Variable,
    While,
    could_raise,
    without_dead_code,
)
from autograd.rules import reductions, special_gamma, special_normal

__all__ = ["Definition", "Lowering", "definition"]


# --- the source of a function -----------------------------------------------------------------------------


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
    found = _functions("".join(linecache.getlines(code.co_filename))).get(code.co_firstlineno, ())
    same = [node for node in found if _matches(node, code)]
    if len(same) != 1:
        raise LookupError(f"the source of {function!r} is not at hand")
    (node,) = same
    body: list[ast.stmt] = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else node.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    closed_over = inspect.getclosurevars(function).nonlocals
    return Definition(node.args, body, ChainMap({}, dict(closed_over), function.__globals__, vars(builtins)))


@functools.lru_cache(maxsize=64)
def _functions(source: str) -> dict[int, list[ast.FunctionDef | ast.Lambda]]:
    """The functions that are defined in a source, by line."""
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


# --- what is known, and what is a number that is not ------------------------------------------------------

_AMBIGUOUS = object()
"""Stands for a variable that is one known object or another, depending on numbers."""
_UNKNOWN = (Constant, Variable, Apply, Call)


def _is_known(value: Any) -> bool:
    """Whether no number that is only known when it runs is in ``value``."""
    return all(map(_is_known, value)) if isinstance(value, (tuple, list)) else not isinstance(value, _UNKNOWN)


def _is_number(value: Any) -> bool:
    return isinstance(value, (*_UNKNOWN, bool, int, float))


def _number(value: Any) -> Expression:
    """A number, known or not, in the intermediate form."""
    if isinstance(value, _UNKNOWN):
        return Apply("number", (value,), "int") if value.kind == "condition" else value
    if not isinstance(value, (bool, int, float)):
        raise Unsupported(f"{value!r} is not a number")
    return Constant(_as_float(value), "int" if isinstance(value, int) else "float")


def _as_float(number: float) -> float:
    """``number`` as a float, if that is the same: a whole number may be too long for one, and compares as it is."""
    try:
        if float(number) == number or number != number:
            return float(number)
    except OverflowError:
        pass
    raise Unsupported(f"the whole number {str(number)[:30]} has no float of its own")


def _condition(value: Any) -> Expression | bool:
    """A number as a condition: true where Python has it true, at nan too; a bool where it is known."""
    if isinstance(value, _UNKNOWN):
        return value if value.kind == "condition" else Apply("nonzero", (value,), "condition")
    return bool(value)


def _kind(kinds: Iterable[Kind]) -> Kind:
    """The kind of a number that is one of some, depending on numbers."""
    different = set(kinds)
    return different.pop() if len(different) == 1 else "either"


def _not(condition: Expression) -> Expression:
    return Apply("not", (condition,), "condition")


# --- functions --------------------------------------------------------------------------------------------


class Lowering:
    """Functions in the intermediate form, each once for all that call it."""

    def __init__(self) -> None:
        self._made: dict[Any, Function] = {}
        self._recursive: set[Function] = set()

    def operation(self, function: Callable[..., Any], count: int) -> Function:
        """``function`` on so many numbers.

        Raises:
            Unsupported: it has something that is not translated.
            LookupError: its source, or that of a function it calls, is not at hand.
        """
        try:
            made = self.function(function, [0.0] * count)
        except RecursionError as error:
            raise Unsupported(str(error)) from None
        if made.several:
            raise Unsupported(f"{function.__name__} returns several numbers")
        return made

    def elementary(self, name: str, count: int) -> Function:
        """A function of ``ELEMENTARY`` that a language does not have, in Python."""
        if name not in _IN_PYTHON:
            raise Unsupported(f"a call of {name!r} is not translated")
        return self.operation(_IN_PYTHON[name], count)

    def function(self, function: FunctionType | Callable[..., Any], arguments: Sequence[Any]) -> Function:
        """``function`` for the arguments that are not numbers; those that are, are its parameters."""
        key = function, tuple("number" if _is_number(one) else repr(one) for one in arguments)
        if key in self._made:
            if not self._made[key].body:
                self._recursive.add(self._made[key])  # it is a float, as is checked at its end
            return self._made[key]
        written = isinstance(function, FunctionType)
        scope = _Scope(self, *(_names_of(function) if written else ({}, [])))
        names = _parameter_names(function, len(arguments)) if written else ["x"] * len(arguments)
        given = [scope.fresh(name) if _is_number(one) else one for name, one in zip(names, arguments, strict=True)]
        parameters = tuple(one.name for one in given if isinstance(one, Variable))
        made = self._made[key] = Function(function.__name__.strip("_<>") or "f", parameters)
        try:
            self._write(made, scope, function, given)
        except (Unsupported, LookupError, RecursionError):
            del self._made[key]
            raise
        return made

    def _write(self, made: Function, scope: _Scope, function: Callable[..., Any], given: Sequence[Any]) -> None:
        if isinstance(function, FunctionType):
            found = scope.results(function, given)
        else:
            call = ast.Call(ast.Name(made.name, ast.Load()), [ast.Name(one, ast.Load()) for one in made.parameters], [])
            found = [(scope.block, scope.call(call, function, list(given), {}))]
        made.several = any(isinstance(value, (tuple, list)) for _, value in found)
        if made.several:
            made.body.append(Raise("ValueError"))  # not empty: it is no longer being written
            if made in self._recursive:
                raise Unsupported(f"{function.__name__}, which returns several numbers, calls itself")
            return
        for block, value in found:
            if not _is_number(value):
                raise Unsupported(f"{function.__name__} returns {value!r}, which is not a number")
            block.append(Return(_number(value)))
        kinds = [_number(value).kind for _, value in found]
        made.kind = _kind(kinds) if kinds else "float"
        made.body = without_dead_code(scope.block)
        if made in self._recursive and made.kind != "float":
            raise Unsupported(f"{function.__name__} calls itself and returns an int: write its constants as floats")


def _parameter_names(function: Callable[..., Any], count: int) -> list[str]:
    """What ``count`` arguments are called in a function that may take any number."""
    parameters = definition(function).parameters
    own = [argument.arg for argument in (*parameters.posonlyargs, *parameters.args)][:count]
    return own + [parameters.vararg.arg if parameters.vararg else "x"] * (count - len(own))


def _names_of(function: Callable[..., Any]) -> tuple[Mapping[str, Any], list[ast.stmt]]:
    """What the names stand for that are not the function's own, and its body."""
    parameters, body, names = definition(function)
    own = {node.arg for node in ast.walk(parameters) if isinstance(node, ast.arg)} | _assigned(body)
    return {name: names[name] for name in names if name not in own}, body


def _assigned(statements: Iterable[ast.AST]) -> set[str]:
    """The variables that ``statements`` set."""
    nodes = (node for statement in statements for node in _outside_inner(statement))
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _outside_inner(node: ast.AST) -> Iterator[ast.AST]:
    """``node`` and what is in it, but not what a comprehension or a function has for itself."""
    yield node
    if not isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.Lambda)):
        for child in ast.iter_child_nodes(node):
            yield from _outside_inner(child)


Site = tuple[list[Statement], Any]
"""Where a way ends, and what it has found there."""


@dataclass(frozen=True, eq=False)
class _Lambda:
    """A function that is written inside the one that is read."""

    node: ast.Lambda
    scope: _Scope


class _Bind(NamedTuple):
    """A statement of our own: the variable of a ``for`` is the next item."""

    target: ast.expr
    item: Any


class _Branch(NamedTuple):
    """Statements that are done on one way only."""

    block: list[Statement]
    known: dict[str, Any]
    ended: bool


@dataclass(eq=False)
class _Scope:
    """Reads the body of one function.

    Attributes:
        lowering: where the functions that it calls are written.
        outer: what the names that are not its own stand for.
        body: its statements.
        known: what each of its variables is: a number in the intermediate form, or an object that is known.
        block: the statements that are being written.
        found: where it returns, and what.
        counts: how often a name has been given to a variable.
        chain: the functions that are being written where they are called.
        lists: the lists that variables hold, by their identity, each with the block in which it was made.
    """

    lowering: Lowering
    outer: Mapping[str, Any]
    body: list[ast.stmt]
    known: dict[str, Any] = field(default_factory=dict)
    block: list[Statement] = field(default_factory=list)
    found: list[Site] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    chain: tuple[Any, ...] = ()
    lists: dict[int, tuple[list[Any], list[Statement]]] = field(default_factory=dict)

    def results(self, function: Callable[..., Any], arguments: Sequence[Any], **named: Any) -> list[Site]:
        """Read the body for some arguments; where it returns, and what."""
        try:
            bound = inspect.signature(function).bind(*arguments, **named)
        except TypeError as error:
            raise Unsupported(f"{function.__name__}: {error}") from None
        bound.apply_defaults()
        self.known.update(bound.arguments)
        if not self.run(self.body):
            raise Unsupported("it may end without a return")
        return self.found

    def fresh(self, stem: str, kind: Kind = "float") -> Variable:
        """A variable of its own, named after one of Python's, in letters that every compiler takes."""
        name = "".join(letter if letter.isascii() else f"u{ord(letter):x}" for letter in stem)
        self.counts[name] += 1
        return Variable(f"{name}_{self.counts[name]}", kind)

    # --- statements ---------------------------------------------------------------------------------------

    def run(self, statements: Sequence[ast.stmt | _Bind]) -> bool:  # noqa: C901, PLR0912 -- one case for each kind
        """Read ``statements``; whether every way through them returns or raises."""
        for index, statement in enumerate(statements):
            rest = statements[index + 1 :]
            match statement:
                case _Bind(target, item):
                    self._assign(target, item)
                case ast.Return(value=ast.expr() as value):
                    self.found.append((self.block, self.value(value)))
                    return True
                case ast.Assign(targets=targets, value=value):
                    found = self.value(value)
                    for target in targets:
                        self._assign(target, found)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self._assign(target, self.value(value))
                case ast.AugAssign(target=ast.Name() as target, op=op, value=value):
                    self._assign(target, self.value(ast.BinOp(ast.Name(target.id, ast.Load()), op, value)))
                case ast.If(test=test, body=body, orelse=orelse):
                    condition = self.condition(test)
                    if isinstance(condition, bool):
                        return self.run([*(body if condition else orelse), *rest])
                    if _has(ast.Return, [*body, *orelse]):
                        return self._split(condition, [*body, *rest], [*orelse, *rest])
                    if self._meet(condition, body, orelse):
                        return True
                case ast.While(orelse=[]) | ast.For(orelse=[]) if _has_jump(statement):
                    return self.run([*_without_jumps(statement, self.fresh("round").name), *rest])
                case ast.While(test=test, body=body, orelse=[]):
                    self._loop(test, body)
                case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                    items = self._items(iterable)
                    return self.run([*(one for item in items for one in (_Bind(target, item), *body)), *rest])
                case ast.Raise(exc=ast.expr() as exception):
                    self.block.append(Raise(self._error(exception)))
                    return True
                case ast.Try(body=body, handlers=handlers, orelse=[], finalbody=[]):
                    if self._try(body, handlers):
                        return True
                case ast.Expr(value=ast.Constant()) | ast.Pass():
                    pass
                case ast.Expr(value=ast.Call() as call):
                    self.value(call)
                case _:
                    first, *_ = ast.unparse(statement).splitlines()
                    raise Unsupported(f"{first!r} is not translated")
        return False

    def _error(self, exception: ast.expr) -> str:
        raised = self.value(exception.func if isinstance(exception, ast.Call) else exception)
        if not isinstance(raised, type) or not issubclass(raised, (ArithmeticError, ValueError)):
            raise Unsupported(f"raise {ast.unparse(exception)}: neither an ArithmeticError nor a ValueError")
        return next(kind.__name__ for kind in _ERRORS if issubclass(raised, kind))

    def _assign(self, target: ast.expr, found: Any) -> None:
        match target:
            case ast.Name(id=name):
                self.known[name] = self._held(found, name)
                if isinstance(found, list):
                    self.lists.setdefault(id(found), (found, self.block))
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                if not isinstance(found, (tuple, list)) or len(found) != len(elements):
                    raise Unsupported(f"{ast.unparse(target)} takes {len(elements)} values that are known apart")
                for element, value in zip(elements, found, strict=True):
                    self._assign(element, value)
            case _:
                raise Unsupported(f"an assignment to {ast.unparse(target)} is not translated")

    def _held(self, value: Any, stem: str) -> Any:
        """``value`` in a variable of its own, unless it is known or in one."""
        if isinstance(value, tuple):
            return tuple(self._held(one, stem) for one in value)
        if not isinstance(value, (Apply, Call)):
            return value
        number = _number(value)
        variable = self.fresh(stem, number.kind)
        self.block.append(Assign(variable.name, number))
        return variable

    # --- ways that part and meet --------------------------------------------------------------------------

    def _branch(self, statements: Sequence[ast.stmt | _Bind], forgotten: Iterable[str] = ()) -> _Branch:
        """Read what is done on one way only."""
        before, self.known, block, self.block = self.known, dict(self.known), self.block, []
        self.known |= dict.fromkeys(forgotten, _AMBIGUOUS)
        ended = self.run(statements)
        branch = _Branch(self.block, self.known, ended)
        self.known, self.block = before, block
        return branch

    def _split(
        self, condition: Expression, body: Sequence[ast.stmt | _Bind], orelse: Sequence[ast.stmt | _Bind]
    ) -> bool:
        """An ``if`` with a ``return`` in it: two ways that do not meet, each to the end."""
        yes, no = self._branch(body), self._branch(orelse)
        self.block.append(If(condition, yes.block, no.block))
        return yes.ended and no.ended

    def _meet(self, condition: Expression, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt]) -> bool:
        """An ``if`` without a ``return``; whether both ways raise."""
        yes, no = self._branch(body), self._branch(orelse)
        if yes.ended and no.ended:
            self.block.append(If(condition, yes.block, no.block))
        elif yes.ended or no.ended:
            ended, on = (yes, no) if yes.ended else (no, yes)
            self.block.append(If(condition if yes.ended else _not(condition), ended.block, []))
            self.block += on.block
            self.known = on.known
        else:
            self._join([yes, no])
            if yes.block or no.block:
                self.block.append(If(condition, yes.block, no.block))
        return yes.ended and no.ended

    def _join(self, branches: Sequence[_Branch]) -> None:
        """What is known where ways meet."""
        names = dict.fromkeys(name for branch in branches for name in branch.known)
        sites = {name: [(branch.block, branch.known.get(name)) for branch in branches] for name in names}
        self.known = {name: self._joined(name, found) for name, found in sites.items()}

    def _joined(self, stem: str, sites: Sequence[Site]) -> Any:
        """What is one of the values at ``sites``: a variable, where they are different numbers."""
        values = [value for _, value in sites if value is not None]
        first, everywhere = values[0], len(values) == len(sites)
        if all(value is first or (isinstance(value, _UNKNOWN) and value == first) for value in values) and (
            everywhere or not (_numbers_in(first))
        ):
            return first
        if all(map(_is_number, values)):
            return self._assigned_at(stem, sites)
        if isinstance(first, (tuple, list)) and all(
            type(value) is type(first) and len(value) == len(first) for value in values
        ):
            columns = [[(block, value and value[k]) for block, value in sites] for k in range(len(first))]
            return type(first)(self._joined(stem, column) for column in columns)
        return _AMBIGUOUS

    def _assigned_at(self, stem: str, sites: Sequence[Site]) -> Variable:
        """A variable that is given its number where each way ends; nan, where it has none."""
        numbers = [(block, None if value is None else _number(value)) for block, value in sites]
        variable = self.fresh(stem, _kind(number.kind for _, number in numbers if number))
        for block, number in numbers:
            block.append(Assign(variable.name, number or Constant(math.nan)))
        return variable

    def _try(self, body: Sequence[ast.stmt], handlers: Sequence[ast.ExceptHandler]) -> bool:
        """A ``try``: what it sets is not known where an error ended it."""
        branches = [self._branch(body), *(self._branch(one.body, _assigned(body)) for one in handlers)]
        caught = [self._caught(handler) for handler in handlers]
        self.block.append(Try(branches[0].block, list(zip(caught, [one.block for one in branches[1:]], strict=True))))
        going_on = [branch for branch in branches if not branch.ended]
        if _has(ast.Return, body) and not branches[0].ended:
            raise Unsupported("a try that returns on some ways only is not translated")
        if going_on:
            self._join(going_on)
        return not going_on

    def _caught(self, handler: ast.ExceptHandler) -> tuple[str, ...]:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
        if not kinds or handler.name:
            raise Unsupported("an except without a type, or one that keeps the error, is not translated")
        caught = [self.value(kind) for kind in kinds]
        if not all(kind in (*_ERRORS, Exception) for kind in caught):
            raise Unsupported(f"except {ast.unparse(handler.type or kinds[0])} is not translated")
        return tuple(kind.__name__ for kind in caught)

    def _loop(self, test: ast.expr, body: Sequence[ast.stmt]) -> None:
        """A ``while``: read again, until the kinds of its variables before a round are those after it."""
        before = self.known
        changed = sorted(_assigned(body) & before.keys())
        kinds: dict[str, list[Kind] | None] = {
            name: [_number(one).kind for one in _numbers_in(before[name])] for name in changed
        }
        while True:
            carried = {name: self._carried(name, before[name], kinds[name]) for name in changed}
            self.known = before | carried
            condition, needed = self._apart(test, self.condition)
            if condition is False:
                self.known = before
                return
            if needed:  # statements, to be done again before each round
                self.known = before
                self.run(_asked_inside(test, body, self.fresh("round").name))
                return
            branch = self._branch(body)
            after = {name: _met(before[name], kinds[name], branch.known[name]) for name in changed}
            if after == kinds:
                break
            kinds = after
        pairs = [(variable, one) for name in changed for variable, one in _paired(carried[name], before[name])]
        self.block += [Assign(variable.name, _number(one)) for variable, one in pairs]
        if not branch.ended:
            pairs = [
                (variable, one) for name in changed for variable, one in _paired(carried[name], branch.known[name])
            ]
            branch.block.extend(self._at_once(pairs))
        names = tuple(variable.name for name in changed for variable, _ in _paired(carried[name], before[name]))
        self.block.append(While(_as_condition(condition), names, branch.block))

    def _carried(self, stem: str, value: Any, kinds: Sequence[Kind] | None) -> Any:
        """``value`` with a variable of the loop in place of each number."""
        if kinds is None:
            return _AMBIGUOUS
        left = iter(kinds)

        def replaced(value: Any) -> Any:
            if isinstance(value, (tuple, list)):
                return type(value)(map(replaced, value))
            return self.fresh(stem, next(left)) if _is_number(value) else value

        return replaced(value)

    def _at_once(self, pairs: Sequence[tuple[Variable, Any]]) -> list[Statement]:
        """Assignments that each see the variables as they were before all of them."""
        moved = [(variable, _number(one)) for variable, one in pairs]
        moved = [(variable, one) for variable, one in moved if one != variable]
        names = {variable.name for variable, _ in moved}
        first: list[Statement] = []
        last: list[Statement] = []
        for variable, one in moved:
            value = one
            if isinstance(one, Variable) and one.name in names:
                value = self.fresh(variable.name)
                first.append(Assign(value.name, one))
            last.append(Assign(variable.name, value))
        return [*first, *last]

    # --- numbers and conditions ---------------------------------------------------------------------------

    def _apart(self, node: ast.expr, read: Callable[[ast.expr], Any]) -> tuple[Any, list[Statement]]:
        """An expression that is evaluated on one way only, and the statements that it needs before it."""
        block, self.block = self.block, []
        found = read(node)
        needed, self.block = self.block, block
        return found, needed

    def number(self, node: ast.expr) -> Expression:
        """An expression as a number."""
        found = self.value(node)
        if not _is_number(found):
            raise Unsupported(f"{ast.unparse(node)!r} is not a number")
        return _number(found)

    def condition(self, node: ast.expr) -> Expression | bool:
        """An expression as a condition; a bool where it is known."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                found = self.condition(operand)
                return not found if isinstance(found, bool) else _not(found)
            case ast.BoolOp(op=op, values=values):
                return self._connected(op, values, self.condition)
        return _condition(self.value(node))

    def _truth(self, node: ast.expr) -> Expression | bool:
        """An expression that is True or False, so that ``and`` and ``or`` of such are so too."""
        found = self.value(node)
        if isinstance(found, bool) or (isinstance(found, _UNKNOWN) and found.kind == "condition"):
            return found
        raise Unsupported(f"{ast.unparse(node)!r} is not a condition")

    def _connected(
        self, op: ast.boolop, nodes: Sequence[ast.expr], read: Callable[[ast.expr], Expression | bool]
    ) -> Expression | bool:
        """``and`` and ``or``: what follows is only evaluated where it decides."""
        both = isinstance(op, ast.And)
        name, decided = ("and", Constant(0.0)) if both else ("or", Constant(1.0))
        result: Expression | bool = both
        for node in nodes:
            found, needed = self._apart(node, read)
            if isinstance(result, bool):
                self.block += needed
                result = found
            elif needed:
                variable = self.fresh(name)
                needed.append(Assign(variable.name, _number(found)))
                other: list[Statement] = [Assign(variable.name, decided)]
                self.block.append(If(result, needed, other) if both else If(result, other, needed))
                result = Apply("nonzero", (variable,), "condition")
            elif isinstance(found, bool):
                result = result if found is both else Constant(decided.value, "condition")
            else:
                result = Apply(name, (result, found), "condition")
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
                found = [self._held(one, "t") if _could_raise(one) else one for one in found]
                self.block += needed
            found += values
        return found

    def _starred(self, node: ast.Starred) -> Sequence[Any]:
        found = self.value(node.value)
        if not isinstance(found, (tuple, list, range)):
            raise Unsupported(f"{ast.unparse(node)!r} is not a sequence that is known")
        return found

    def value(self, node: ast.expr) -> Any:  # noqa: C901, PLR0911 -- one case for each kind
        """An expression: a number in the intermediate form; or, where everything in it is known, what it is."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self._named(name)
            case ast.Attribute(value=owner, attr=name):
                found = self.value(owner)
                if _is_known(found) and hasattr(found, name):
                    return getattr(found, name)
            case ast.Tuple(elts=elements):
                return tuple(self._in_order(elements))
            case ast.List(elts=elements):
                return [self._held(one, "t") for one in self._in_order(elements)]
            case ast.UnaryOp(op=ast.Not()):
                return self.condition(node)
            case ast.UnaryOp(op=op, operand=operand):
                found = self.value(operand)
                if _is_known(found):
                    return self._evaluated(node, _UNARY[type(op)], found)
                if isinstance(op, ast.USub):
                    return self._negative(node, _number(found))
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(node, op, *self._in_order([left, right]))
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
                return _Lambda(node, self)
        raise Unsupported(f"{ast.unparse(node)!r} is not translated")

    def _named(self, name: str) -> Any:
        if name not in self.known and name not in self.outer:
            raise Unsupported(f"{name!r} has no value here")
        found = self.known[name] if name in self.known else self.outer[name]
        if found is _AMBIGUOUS:
            raise Unsupported(f"{name!r} is one object or another, depending on numbers")
        return found

    def _evaluated(self, node: ast.expr, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """What is known beforehand, as Python has it."""
        try:
            return function(*args, **named)
        except Exception as error:
            raise Unsupported(f"{ast.unparse(node)!r} cannot be evaluated: {error}") from error

    # --- operators ----------------------------------------------------------------------------------------

    def _is_int(self, kind: Kind, node: ast.expr) -> bool:
        """Whether a number is an int in Python; where it may or may not be, the sign of a zero hangs on it."""
        if kind == "either":
            what = f"a number of {ast.unparse(node)!r} is an int or a float, depending on numbers"
            raise Unsupported(f"{what}: write its constants as floats, 1.0 for 1")
        return kind == "int"

    def _negative(self, node: ast.expr, x: Expression) -> Expression:
        return _unsigned(Apply("negative", (x,), x.kind)) if self._is_int(x.kind, node) else Apply("negative", (x,))

    def _binary(self, node: ast.expr, op: ast.operator, x: Any, y: Any) -> Any:
        if not (_is_number(x) and _is_number(y)) or (_is_known(x) and _is_known(y)):
            if not any(isinstance(one, _UNKNOWN) for one in (x, y)):
                return self._evaluated(node, _OPERATORS[type(op)][0], x, y)
            raise Unsupported(f"the operator of {ast.unparse(node)!r} is not translated")
        name = _OPERATORS[type(op)][1]
        if name is None:
            raise Unsupported(f"the operator of {ast.unparse(node)!r} is not translated")
        power_is_whole = isinstance(y, int) and y >= 0
        x, y = _number(x), _number(y)
        if name in ("/", "//", "%") and could_raise(x):
            x = self._held(x, "t")  # before the divisor is tested
        kind: Kind = "float"
        if name != "/" and "float" not in (x.kind, y.kind):
            kind = "int" if x.kind == y.kind == "int" else "either"
            kind = "either" if name == "**" and not power_is_whole else kind
        result = Apply(name, (x, y), kind)
        if name in ("*", "%", "//") and self._is_int(kind, node):
            return _unsigned(result)
        return result

    def _either(self, condition: ast.expr, body: ast.expr, orelse: ast.expr) -> Any:
        test = self.condition(condition)
        if isinstance(test, bool):
            return self.value(body if test else orelse)
        (x, before_x), (y, before_y) = self._apart(body, self.value), self._apart(orelse, self.value)
        if _is_number(x) and _is_number(y) and not before_x and not before_y:
            x, y = _number(x), _number(y)
            return Apply("select", (test, x, y), _kind([x.kind, y.kind]))
        found = self._joined("t", [(before_x, x), (before_y, y)])
        if found is _AMBIGUOUS:
            raise Unsupported(f"{ast.unparse(body if _is_number(y) else orelse)!r} is not a number")
        self.block.append(If(test, before_x, before_y))
        return found

    def _comparison(self, operands: Sequence[ast.expr], ops: Sequence[ast.cmpop]) -> Any:
        if len(ops) > 1:
            pairs = zip(operands, ops, operands[1:], strict=False)
            tests: list[ast.expr] = [ast.Compare(x, [op], [y]) for x, op, y in pairs]
            return self._connected(ast.And(), tests, self.condition)
        node = ast.Compare(operands[0], list(ops), [operands[1]])
        x, y = self._in_order(operands)
        function, sign = _COMPARE[type(ops[0])]
        if _is_known(x) and _is_known(y):
            return self._evaluated(node, function, x, y)
        if isinstance(ops[0], (ast.In, ast.NotIn)) and isinstance(y, (tuple, list)):
            x = self._held(x, "t")
            found = self._any([Apply("==", (_number(x), _number(item)), "condition") for item in y])
            return _not(found) if isinstance(ops[0], ast.NotIn) and not isinstance(found, bool) else found
        if sign is None or not (_is_number(x) and _is_number(y)):
            raise Unsupported(f"{ast.unparse(node)!r}: this comparison is not translated")
        return Apply(sign, (_number(x), _number(y)), "condition")

    def _any(self, conditions: Iterable[Expression | bool]) -> Expression | bool:
        """Whether one of some conditions holds."""
        conditions = [one for one in conditions if one is not False]
        if any(one is True for one in conditions):
            return True
        unknown = [one for one in conditions if not isinstance(one, bool)]
        while len(unknown) > 1:  # in pairs, and those in pairs again: not as deep as there are conditions
            last = unknown[len(unknown) // 2 * 2 :]
            unknown = [Apply("or", pair, "condition") for pair in zip(unknown[::2], unknown[1::2], strict=False)] + last
        return unknown[0] if unknown else False

    # --- sequences ----------------------------------------------------------------------------------------

    def _items(self, node: ast.expr) -> Sequence[Any]:
        """The items of a sequence: how many there are is known."""
        found = self.value(node)
        try:
            return tuple(found)
        except TypeError:
            raise Unsupported(f"{ast.unparse(node)!r} is not a sequence") from None

    def _comprehension(self, element: ast.expr, generator: ast.comprehension) -> list[Any]:
        items, before, found = self._items(generator.iter), self.known, []
        for item in items:
            self.known = dict(before)
            self._assign(generator.target, item)
            kept = [self.condition(condition) for condition in generator.ifs]
            if not all(isinstance(one, bool) for one in kept):
                raise Unsupported("a list whose length depends on numbers is not translated")
            if all(kept):
                found.append(self._held(self.value(element), "t"))
        self.known = before
        return found

    def _index(self, node: ast.expr) -> Any:
        if not isinstance(node, ast.Slice):
            return self.value(node)
        return slice(*(part and self.value(part) for part in (node.lower, node.upper, node.step)))

    def _item(self, node: ast.Subscript, container: Any, index: Any) -> Any:
        if isinstance(container, _UNKNOWN):
            raise Unsupported(f"{ast.unparse(node)!r} is not translated")
        if not isinstance(index, _UNKNOWN):
            return self._evaluated(node, operator.getitem, container, index)
        place = self._held(_number(index), "t")
        if place.kind != "int" or not isinstance(container, (tuple, list)) or not all(map(_is_number, container)):
            raise Unsupported(f"{ast.unparse(node.slice)!r} is only known when it runs")
        return self._inline(_picked, [place, *container])

    # --- calls --------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Any:
        function: Any
        match node.func:
            case ast.Attribute(value=owner, attr=name):
                found = self.value(owner)
                if isinstance(found, _UNKNOWN) and name == "is_integer":
                    return Apply("is_integer", (_number(found),), "condition")
                if isinstance(found, list) and name in ("append", "extend", "remove"):
                    return self._changed(node, found, name, *self._in_order(node.args))
        function = self.value(node.func)
        if not callable(function) and not isinstance(function, _Lambda):
            raise Unsupported(f"{ast.unparse(node)!r} is not translated")
        arguments = self._in_order(node.args)
        named = {str(keyword.arg): self.value(keyword.value) for keyword in node.keywords}
        return self.call(node, function, arguments, named)

    def _changed(self, node: ast.Call, items: list[Any], name: str, *given: Any) -> None:
        """A list, made longer or shorter."""
        if self.lists.get(id(items), (items, None))[1] is not self.block:
            raise Unsupported(f"{ast.unparse(node)!r}: a list that changes on one way only is not translated")
        if name == "remove" and not (_is_known(items) and _is_known(given)):
            items[:] = self._inline(_without, [*given, *items])
        else:
            self._evaluated(node, getattr(items, name), *self._held(given, "t"))

    def call(self, node: ast.Call, function: Any, arguments: list[Any], named: Mapping[str, Any]) -> Any:  # noqa: PLR0911 -- one case for each kind
        """A function on some arguments."""
        if isinstance(function, _Lambda):
            return self._inline(function, arguments)
        if isinstance(function, Primitive):
            base = function.base or function
            least = (base.arity or 0) - len(base.defaults)
            arguments = [*arguments, *(function.constants or base.defaults[max(0, len(arguments) - least) :])]
            return self.call(node, base.forward, arguments, named)
        known = _is_known(arguments) and _is_known(list(named.values()))
        if known and not any(isinstance(one, _Lambda) for one in arguments):
            found = self._evaluated(node, function, *arguments, **named)
            return list(found) if isinstance(found, Iterator) else found
        hashable = type(function).__hash__ is not None
        written = _BUILTIN.get(function) if hashable else None
        if written is not None:
            return written(self, node, *arguments, **named)
        if isinstance(function, FunctionType):
            return self._function(function, arguments, named)
        name = _NAMES.get(function) if hashable else None
        if name is None:
            raise Unsupported(f"a call of {getattr(function, '__name__', function)!r} is not translated")
        if named or len(arguments) != (2 if name in _BINARY else 1):
            instead = " (write log(x) / log(base))" if name == "log" else ""
            raise Unsupported(f"{name} of {len(arguments)} numbers is not translated{instead}")
        result = Apply(name, tuple(map(_number, arguments)), ELEMENTARY[name].kind)
        return _unsigned(result) if result.kind == "int" else result

    def _function(self, function: FunctionType, arguments: list[Any], named: Mapping[str, Any]) -> Any:
        if named or not all(_is_number(one) or _is_known(one) for one in arguments):
            return self._inline(function, arguments, named)
        made = self.lowering.function(function, arguments)
        if made.several:
            return self._inline(function, arguments)
        return Call(made, tuple(_number(one) for one in arguments if _is_number(one)), made.kind)

    def _inline(self, function: Any, arguments: Sequence[Any], named: Mapping[str, Any] | None = None) -> Any:
        """What a function returns, written where it is called."""
        name = getattr(function, "__name__", "a lambda")
        key = function, repr([_shape(one) for one in arguments])
        if key in self.chain:
            raise Unsupported(f"{name} calls itself, and takes or returns several numbers")
        if isinstance(function, _Lambda):
            own = [argument.arg for argument in function.node.args.args]
            outer: Mapping[str, Any] = ChainMap(function.scope.known, function.scope.outer)  # type: ignore[arg-type]  # read only
            inner = self._inside(key, outer, [ast.Return(function.node.body)])
            if len(own) != len(arguments):
                raise Unsupported(f"a lambda takes {len(own)} arguments, got {len(arguments)}")
            inner.known.update(zip(own, self._held(tuple(arguments), "t"), strict=True))
            inner.run(inner.body)
            found = inner.found
        else:
            inner = self._inside(key, *_names_of(function))
            found = inner.results(function, self._held(tuple(arguments), "t"), **(named or {}))
        if not found:
            return math.nan  # it always raises
        (block, value), *others = found
        if others:
            value = self._joined("t", found)
        elif block is not self.block:  # what it is made of is known on that way only
            value = self._joined("t", [(block, value), ([], None)])
        if value is _AMBIGUOUS:
            raise Unsupported(f"{name} does not always return as many numbers")
        return value

    def _inside(self, key: Any, outer: Mapping[str, Any], body: list[ast.stmt]) -> _Scope:
        """The scope of a function that is written here."""
        return _Scope(self.lowering, outer, body, {}, self.block, [], self.counts, (*self.chain, key))


def _could_raise(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(map(_could_raise, value))
    return isinstance(value, (Apply, Call)) and could_raise(value)


def _unsigned(x: Expression) -> Expression:
    """An int that may be -0.0 as a float: a zero without a sign."""
    return Apply("+", (x, Constant(0.0)), "int")


def _as_condition(condition: Expression | bool) -> Expression:
    return Constant(float(condition), "condition") if isinstance(condition, bool) else condition


# --- what a loop carries ----------------------------------------------------------------------------------


def _shape(value: Any) -> Any:
    """How ``value`` is built of numbers and of what is known."""
    if isinstance(value, (tuple, list)):
        return type(value), [_shape(one) for one in value]
    return "number" if _is_number(value) else id(value)


def _numbers_in(value: Any) -> list[Any]:
    if isinstance(value, (tuple, list)):
        return [number for one in value for number in _numbers_in(one)]
    return [value] if _is_number(value) else []


def _paired(carried: Any, value: Any) -> Iterator[tuple[Variable, Any]]:
    """The variables of a loop, each with its number."""
    return zip(_numbers_in(carried), _numbers_in(value) if carried is not _AMBIGUOUS else (), strict=True)


def _met(before: Any, kinds: list[Kind] | None, after: Any) -> list[Kind] | None:
    """The kinds of the numbers in a variable after a round too; None where it is another object then."""
    if kinds is None or _shape(before) != _shape(after):
        return None
    return [_kind([kind, _number(one).kind]) for kind, one in zip(kinds, _numbers_in(after), strict=True)]


# --- loops without jumps ----------------------------------------------------------------------------------

_JUMPS = (ast.Break, ast.Continue, ast.Return)


def _has(kind: type[ast.stmt] | tuple[type[ast.stmt], ...], statements: Iterable[ast.stmt]) -> bool:
    return any(isinstance(one, kind) for statement in statements for one in _outside_inner(statement))


def _has_jump(loop: ast.While | ast.For) -> bool:
    """Whether it is left, or a round of it ended, from within. A ``for`` is written out, ``return`` and all."""
    return _leaves(loop.body) or (isinstance(loop, ast.While) and _has(ast.Return, loop.body))


def _leaves(statements: Iterable[ast.stmt]) -> bool:
    """Whether there is a ``break`` or a ``continue`` of the loop around ``statements``."""
    for statement in statements:
        match statement:
            case ast.Break() | ast.Continue():
                return True
            case ast.If(body=body, orelse=orelse) if _leaves([*body, *orelse]):
                return True
    return False


def _without_jumps(loop: ast.While | ast.For, mark: str) -> list[ast.stmt]:
    """``loop`` with flags, named after ``mark``, in place of ``break``, ``continue`` and ``return``."""
    going, done, result = f"going_{mark}", f"done_{mark}", f"result_{mark}"
    returns = _has(ast.Return, loop.body)

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
                case ast.If(test=test, body=body, orelse=orelse) if _has(_JUMPS, [statement]):
                    return [*written, ast.If(test, rewritten([*body, *rest]), rewritten([*orelse, *rest]))]
                case ast.While() | ast.For() if _has(ast.Return, [statement]):
                    return [*written, *rewritten([*_without_jumps(statement, f"{mark}_{index}"), *rest])]
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
        endless = isinstance(loop, ast.While) and isinstance(loop.test, ast.Constant) and not _has(ast.Break, loop.body)
        last = ast.Return(ast.Name(result, ast.Load()))
        written.append(last if endless else ast.If(ast.Name(done, ast.Load()), [last], []))
    return written


def _asked_inside(test: ast.expr, body: Sequence[ast.stmt], mark: str) -> list[ast.stmt]:
    """A ``while`` with its condition in it, where that takes statements of its own."""
    going = f"going_{mark}"
    still, stop = ast.Name(going, ast.Load()), _set(going, ast.Constant(value=False))
    return [_set(going, ast.Constant(value=True)), ast.While(still, [ast.If(test, list(body), [stop])], [])]


def _set(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


# --- Python's own functions -------------------------------------------------------------------------------

_ERRORS = (OverflowError, ZeroDivisionError, ArithmeticError, ValueError)
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], tuple[Callable[[Any, Any], Any], str | None]] = {
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
_BINARY = ("atan2", "copysign", "fmod", "hypot", "ldexp", "pow", "remainder")
_NAMES: dict[Any, str] = {getattr(math, name): name for name in ELEMENTARY if hasattr(math, name)} | {abs: "fabs"}


def _sum(terms: Sequence[float], start: float = 0) -> float:
    """The sum as Python 3.12 has it: what rounding loses is carried along."""
    total, lost = start, 0.0
    for x in terms:
        after = total + x
        lost += ((total - after) + x) if abs(total) >= abs(x) else ((x - after) + total)
        total = after
    return total + lost if math.isfinite(lost) else total


def _product(terms: Sequence[float], start: float = 1) -> float:
    for x in terms:
        start *= x
    return start


def _largest(first: float, *others: float) -> float:
    for x in others:
        first = x if x > first else first
    return first


def _smallest(first: float, *others: float) -> float:
    for x in others:
        first = x if x < first else first
    return first


def _sorted(numbers: Sequence[float]) -> tuple[float, ...]:
    """Insertion, as a network of exchanges; equal numbers keep their order."""
    placed: tuple[float, ...] = ()
    for x in numbers:
        before: tuple[float, ...] = ()
        for y in placed:
            before, x = (*before, x if x < y else y), y if x < y else x  # noqa: PLW2901 -- the one that goes on
        placed = (*before, x)
    return placed


def _without(x: float, *numbers: float) -> tuple[float, ...]:
    """The numbers without the first that is ``x``."""
    found: float = 0.0
    kept: tuple[float, ...] = ()
    for y, following in zip(numbers, numbers[1:], strict=False):
        found = 1.0 if y == x else found
        kept = (*kept, following if found else y)
    return kept


def _picked(place: float, *numbers: float) -> float:
    """The number at a place that is only known when it runs."""
    count = len(numbers)
    if not -count <= place < count:
        raise ValueError
    found = numbers[0]
    for k in range(1, count):
        found = numbers[k] if place in (k, k - count) else found  # noqa: PLR6201 -- as it is read
    return found


def _remainder(x: float, y: float) -> float:
    """IEEE 754's remainder, exactly: what fmod leaves of twice y, less y once or twice.

    Source: the method of e_remainder.c in Sun Microsystems' fdlibm (1993).
    """
    size = abs(y)
    rest = math.fmod(abs(x), 2.0 * size)
    less = rest - size
    less = less - size if less + less >= size else less
    rest = less if rest + rest > size else rest
    return -rest if math.copysign(1.0, x) < 0.0 else rest


_IN_PYTHON: dict[str, Callable[..., float]] = {
    "erf": special_normal.erf, "erfc": special_normal.erfc, "lgamma": special_gamma.lgamma,
    "gamma": special_gamma.gamma, "remainder": _remainder,
}  # fmt: skip


# What is done with functions that have no name in the intermediate form: with the scope, the call and its arguments.


def _own(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of sequences, that is known whatever the numbers in them are."""

    def evaluated(scope: _Scope, node: ast.Call, *arguments: Any, **named: Any) -> Any:
        if any(isinstance(one, _UNKNOWN) for one in (*arguments, *named.values())):
            raise Unsupported(f"{ast.unparse(node)!r} is only known when it runs")
        found = scope._evaluated(node, function, *arguments, **named)
        return list(found) if isinstance(found, Iterator) else found

    return evaluated


def _written_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that stands in Python above, of one sequence or of several numbers."""

    def inlined(scope: _Scope, node: ast.Call, *arguments: Any, **named: Any) -> Any:
        if named:
            raise Unsupported(f"{ast.unparse(node)!r} is not translated")
        return scope._inline(function, arguments)

    return inlined


def _of_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, of one sequence of numbers or of the numbers themselves."""
    inlined = _written_out(function)

    def spread(scope: _Scope, node: ast.Call, *arguments: Any, **named: Any) -> Any:
        numbers = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], (tuple, list)) else arguments
        return inlined(scope, node, *numbers, **named)

    return spread


def _operator(op: ast.operator) -> Callable[..., Any]:
    def applied(scope: _Scope, node: ast.Call, *arguments: Any) -> Any:
        if len(arguments) != 2:
            raise Unsupported(f"pow of {len(arguments)} numbers is not translated (write x**y % z)")
        return scope._binary(node, op, *arguments)

    return applied


def _frexp(scope: _Scope, _node: ast.Call, x: Any) -> Any:
    held = scope._held(_number(x), "t")
    return Apply("mantissa", (held,)), Apply("exponent", (held,), "int")


def _float(_scope: _Scope, _node: ast.Call, x: Any) -> Any:
    return replace(_number(x), kind="float")


def _int(_scope: _Scope, _node: ast.Call, x: Any) -> Any:
    number = _number(x)
    return number if number.kind == "int" else _unsigned(Apply("trunc", (number,), "int"))


def _absolute(_scope: _Scope, _node: ast.Call, x: Any) -> Any:
    number = _number(x)
    return Apply("fabs", (number,), number.kind)


def _map(scope: _Scope, node: ast.Call, function: Any, *sequences: Any) -> Any:
    return [scope._held(scope.call(node, function, list(row), {}), "t") for row in zip(*sequences, strict=False)]


def _reduce(scope: _Scope, node: ast.Call, function: Any, items: Any, *first: Any) -> Any:
    return functools.reduce(lambda x, y: scope._held(scope.call(node, function, [x, y], {}), "t"), items, *first)


def _some(scope: _Scope, _node: ast.Call, items: Any) -> Any:
    return scope._any([_condition(item) for item in items])


def _every(scope: _Scope, _node: ast.Call, items: Any) -> Any:
    opposite = [not one if isinstance(one, bool) else _not(one) for one in map(_condition, items)]
    found = scope._any(opposite)
    return not found if isinstance(found, bool) else _not(found)


_BUILTIN: dict[Any, Callable[..., Any]] = {
    **{function: _own(function) for function in (len, zip, enumerate, reversed, list, tuple, range)},
    sum: _written_out(_sum), sorted: _written_out(_sorted), math.prod: _written_out(_product),
    max: _of_numbers(_largest), min: _of_numbers(_smallest),
    pow: _operator(ast.Pow()), operator.add: _operator(ast.Add()), operator.sub: _operator(ast.Sub()),
    operator.mul: _operator(ast.Mult()), operator.truediv: _operator(ast.Div()),
    operator.neg: lambda scope, node, x: scope._negative(node, _number(x)),
    math.frexp: _frexp, float: _float, int: _int, abs: _absolute, bool: lambda _scope, _node, x: _condition(x),
    map: _map, functools.reduce: _reduce, any: _some, all: _every,
    math.fsum: lambda _scope, _node, terms: Apply("fsum", tuple(map(_number, terms))),
    reductions._exact_sum: lambda _scope, _node, pairs: Apply("exact_sum", tuple(map(_number, sum(pairs, ())))),
}  # fmt: skip
