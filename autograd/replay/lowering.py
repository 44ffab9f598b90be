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
import inspect
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, NamedTuple

from autograd.replay import intermediate as ir
from autograd.replay.bodies import asked_inside, assigned, definition, has, has_jump, without_jumps
from autograd.replay.calls import (
    AMBIGUOUS,
    IN_PYTHON,
    is_known,
    is_number,
    kind_among,
    number_of,
)
from autograd.replay.expressions import ABSENT, ERRORS, Expressions, Lambda, Site

__all__ = ["Lowering"]


class Lowering:
    """Functions in the intermediate form, each once for all that call it."""

    def __init__(self) -> None:
        self._made: dict[Any, ir.Function | None] = {}
        self._recursive: set[ir.Function] = set()

    def operation(self, function: Callable[..., Any], count: int, name: str = "") -> ir.Function:
        """``function`` on so many numbers; ``name`` is that of a lambda, which has none.

        Raises:
            Unsupported: it has something that is not translated.
            LookupError: its source, or that of a function it calls, is not at hand.
        """
        if not hasattr(function, "__name__"):  # as an object that is called, or functools.partial
            raise LookupError(f"{function!r} is not written in Python")
        try:
            made = self.function(function, [0.0] * count)
        except RecursionError as error:
            raise ir.Unsupported(str(error)) from None
        if made is None:
            raise ir.Unsupported(f"{function.__name__} returns several numbers")
        if made.name == "lambda":
            made.name = name or made.name
        return made

    def elementary(self, name: str, count: int) -> ir.Function:
        """A function of ``ELEMENTARY`` that a language does not have, in Python."""
        if name not in IN_PYTHON:
            raise ir.Unsupported(f"a call of {name!r} is not translated")
        return self.operation(IN_PYTHON[name], count)

    def function(self, function: FunctionType | Callable[..., Any], arguments: Sequence[Any]) -> ir.Function | None:
        """``function`` for the arguments that are not numbers; those that are, are its parameters.

        None if it returns several numbers: such a function is written where it is called.
        """
        key = function, tuple("number" if is_number(one) else repr(one) for one in arguments)
        if key in self._made:
            known = self._made[key]
            if known and not known.body:
                self._recursive.add(known)  # it is a float, as is checked at its end
            return known
        written = isinstance(function, FunctionType)
        outer, body = _names_of(function) if written else ({}, [])
        scope = _Scope(lowering=self, outer=outer, body=body)
        names = _parameter_names(function, len(arguments)) if written else ["x"] * len(arguments)
        given = [scope.fresh(name) if is_number(one) else one for name, one in zip(names, arguments, strict=True)]
        parameters = tuple(one.name for one in given if isinstance(one, ir.Variable))
        made = self._made[key] = ir.Function(function.__name__.strip("_<>") or "f", parameters)
        try:
            self._made[key] = self._written(made, scope, function, given)
        except (ir.Unsupported, LookupError, RecursionError):
            del self._made[key]
            raise
        return self._made[key]

    def _written(
        self, made: ir.Function, scope: _Scope, function: Callable[..., Any], given: Sequence[Any]
    ) -> ir.Function | None:
        if isinstance(function, FunctionType):
            found = scope.results(function, given)
        else:
            call = ast.Call(ast.Name(made.name, ast.Load()), [ast.Name(one, ast.Load()) for one in made.parameters], [])
            found = [(scope.block, scope.call(call, function, list(given), {}))]
        if any(isinstance(value, (tuple, list)) for _, value in found):
            if made in self._recursive:
                raise ir.Unsupported(f"{function.__name__}, which returns several numbers, calls itself")
            return None
        for block, value in found:
            if not is_number(value):
                raise ir.Unsupported(f"{function.__name__} returns {value!r}, which is not a number")
            block.append(ir.Return(number_of(value)))
        kinds = [number_of(value).kind for _, value in found]
        made.kind = kind_among(kinds) if kinds else "float"
        made.body = ir.without_dead_code(scope.block)
        if made in self._recursive and made.kind != "float":
            raise ir.Unsupported(f"{function.__name__} calls itself and returns an int: write its constants as floats")
        return made


def _parameter_names(function: Callable[..., Any], count: int) -> list[str]:
    """The names of ``count`` arguments in a function that may take any number."""
    parameters = definition(function).parameters
    own = [argument.arg for argument in (*parameters.posonlyargs, *parameters.args)][:count]
    return own + [parameters.vararg.arg if parameters.vararg else "x"] * (count - len(own))


def _names_of(function: Callable[..., Any]) -> tuple[Mapping[str, Any], list[ast.stmt]]:
    """The values of the names that are not the function's own, and its body."""
    parameters, body, names = definition(function)
    own = {node.arg for node in ast.walk(parameters) if isinstance(node, ast.arg)} | assigned(body)
    return {name: names[name] for name in names if name not in own}, body


class _Bind(NamedTuple):
    """A statement of our own: the variable of a ``for`` is the next item."""

    target: ast.expr
    item: Any


class _Branch(NamedTuple):
    """Statements that are done on one way only."""

    block: list[ir.Statement]
    known: dict[str, Any]
    ended: bool


@dataclass(eq=False, kw_only=True)
class _Scope(Expressions):
    """Reads the body of one function.

    Attributes:
        lowering: where the functions that it calls are written.
        body: its statements.
        found: where it returns, and what.
        chain: the functions that are being written where they are called.
    """

    lowering: Lowering
    body: list[ast.stmt]
    found: list[Site] = field(default_factory=list)
    chain: tuple[Any, ...] = ()

    def results(self, function: Callable[..., Any], arguments: Sequence[Any], **named: Any) -> list[Site]:
        """Read the body for some arguments; where it returns, and what."""
        try:
            bound = inspect.signature(function).bind(*arguments, **named)
        except TypeError as error:
            raise ir.Unsupported(f"{function.__name__}: {error}") from None
        bound.apply_defaults()
        self.known.update(bound.arguments)
        if not self.run(self.body):
            raise ir.Unsupported("it may end without a return")
        return self.found

    # --- statements ---------------------------------------------------------------------------------------

    def run(self, statements: Sequence[ast.stmt | _Bind]) -> bool:  # noqa: C901, PLR0911, PLR0912 -- one case for each kind
        """Read ``statements``; whether every way through them returns or raises."""
        for index, statement in enumerate(statements):
            rest = statements[index + 1 :]
            match statement:
                case _Bind(target, item):
                    self.assign(target, item)
                case ast.Return(value=ast.expr() as value):
                    self.found.append((self.block, self.value(value)))
                    return True
                case ast.Assign(targets=targets, value=value):
                    found = self.value(value)
                    for target in targets:
                        self.assign(target, found)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self.assign(target, self.value(value))
                case ast.AugAssign(target=ast.Name() as target, op=op, value=value):
                    self.assign(target, self.value(ast.BinOp(ast.Name(target.id, ast.Load()), op, value)))
                case ast.If(test=test, body=body, orelse=orelse):
                    condition = self.condition(test)
                    if isinstance(condition, bool):
                        return self.run([*(body if condition else orelse), *rest])
                    if has(ast.Return, [*body, *orelse]):
                        return self._meet(condition, [*body, *rest], [*orelse, *rest])  # each to the end
                    if self._meet(condition, body, orelse):
                        return True
                case ast.While(orelse=[]) | ast.For(orelse=[]) if has_jump(statement):
                    return self.run([*without_jumps(statement, self.fresh("round").name), *rest])
                case ast.While(test=test, body=body, orelse=[]):
                    self._loop(test, body)
                case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                    items = self.items(iterable)
                    rounds: list[list[ast.stmt | _Bind]] = [[_Bind(target, item), *body] for item in items]
                    return self.run([*itertools.chain(*rounds), *rest])
                case ast.Raise(exc=ast.expr() as exception):
                    self.block.append(ir.Raise(self._error(exception)))
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
                    raise ir.Unsupported(f"{first!r} is not translated")
        return False

    def _error(self, exception: ast.expr) -> str:
        raised = self.value(exception.func if isinstance(exception, ast.Call) else exception)
        if not isinstance(raised, type) or not issubclass(raised, ERRORS):
            raise ir.Unsupported(
                f"raise {ast.unparse(exception)}: not an ArithmeticError, a ValueError or an IndexError"
            )
        return next(kind.__name__ for kind in ERRORS if issubclass(raised, kind))

    # --- ways that part and meet --------------------------------------------------------------------------

    def _branch(self, statements: Sequence[ast.stmt | _Bind], forgotten: Iterable[str] = ()) -> _Branch:
        """Read what is done on one way only."""
        before, self.known, block, self.block = self.known, dict(self.known), self.block, []
        self.known |= dict.fromkeys(forgotten, AMBIGUOUS)
        ended = self.run(statements)
        branch = _Branch(self.block, self.known, ended)
        self.known, self.block = before, block
        return branch

    def _meet(
        self, condition: ir.Expression, body: Sequence[ast.stmt | _Bind], orelse: Sequence[ast.stmt | _Bind]
    ) -> bool:
        """An ``if``; whether both ways return or raise."""
        yes, no = self._branch(body), self._branch(orelse)
        if yes.ended and no.ended:
            self.block.append(ir.If(condition, yes.block, no.block))
        elif yes.ended or no.ended:
            ended, on = (yes, no) if yes.ended else (no, yes)
            test = condition if yes.ended else ir.Apply("not", (condition,), "condition")
            self.block.append(ir.If(test, ended.block, []))
            self.block += on.block
            self.known = on.known
        else:
            self._join([yes, no])
            if yes.block or no.block:
                self.block.append(ir.If(condition, yes.block, no.block))
        return yes.ended and no.ended

    def _join(self, branches: Sequence[_Branch]) -> None:
        """The facts that hold where two ways meet."""
        names = dict.fromkeys(name for branch in branches for name in branch.known)
        sites = {name: [(branch.block, branch.known.get(name, ABSENT)) for branch in branches] for name in names}
        self.known = {name: self.joined(name, found) for name, found in sites.items()}

    def _try(self, body: Sequence[ast.stmt], handlers: Sequence[ast.ExceptHandler]) -> bool:
        """A ``try``: what it sets is not known where an error ended it."""
        branches = [self._branch(body), *(self._branch(one.body, assigned(body)) for one in handlers)]
        caught = [self._caught(handler) for handler in handlers]
        self.block.append(
            ir.Try(branches[0].block, list(zip(caught, [one.block for one in branches[1:]], strict=True)))
        )
        going_on = [branch for branch in branches if not branch.ended]
        if has(ast.Return, body) and not branches[0].ended:
            raise ir.Unsupported("a try that returns on some ways only is not translated")
        if going_on:
            self._join(going_on)
        return not going_on

    def _caught(self, handler: ast.ExceptHandler) -> tuple[str, ...]:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
        if not kinds or handler.name:
            raise ir.Unsupported("an except without a type, or one that keeps the error, is not translated")
        caught = [self.value(kind) for kind in kinds]
        if not all(kind in (*ERRORS, Exception) for kind in caught):
            raise ir.Unsupported(f"except {ast.unparse(handler.type or kinds[0])} is not translated")
        return tuple(kind.__name__ for kind in caught)

    def _loop(self, test: ast.expr, body: Sequence[ast.stmt]) -> None:
        """A ``while``: read again, until the kinds of its variables before a round are those after it too."""
        before = self.known
        kinds = {name: _kind_of(before[name]) for name in sorted(assigned(body) & before.keys())}
        while True:
            carried = {name: self.fresh(name, kind) for name, kind in kinds.items() if kind}
            self.known = before | dict.fromkeys(kinds, AMBIGUOUS) | carried
            condition, needed = self.apart(test, self.condition)
            if condition is False or needed:
                self.known = before
                if needed:  # statements, to be done again before each round
                    self.run(asked_inside(test, body, self.fresh("round").name))
                return
            branch = self._branch(body)
            after = {name: _kind_of(branch.known[name], kind) for name, kind in kinds.items()}
            if after == kinds:
                break
            kinds = after
        self.block += [ir.Assign(one.name, number_of(before[name])) for name, one in carried.items()]
        if not branch.ended:
            branch.block.extend(self._at_once([(one, number_of(branch.known[name])) for name, one in carried.items()]))
        test_ = ir.Constant(1.0, "condition") if isinstance(condition, bool) else condition
        self.block.append(ir.While(test_, tuple(one.name for one in carried.values()), branch.block))

    def _at_once(self, pairs: Sequence[tuple[ir.Variable, ir.Expression]]) -> list[ir.Statement]:
        """Assignments that each see the variables as they were before all of them."""
        moved: dict[ir.Variable, ir.Expression] = {variable: value for variable, value in pairs if value != variable}
        copies: list[ir.Statement] = []
        for variable, value in moved.items():
            if value in moved:
                copy = moved[variable] = self.fresh(variable.name)
                copies.append(ir.Assign(copy.name, value))
        return [*copies, *(ir.Assign(variable.name, value) for variable, value in moved.items())]

    def function(self, function: FunctionType, arguments: list[Any], named: Mapping[str, Any]) -> Any:
        if named or not all(is_number(one) or is_known(one) for one in arguments):
            return self.inline(function, arguments, named)
        made = self.lowering.function(function, arguments)
        if made is None:
            return self.inline(function, arguments)
        return ir.Call(made, tuple(number_of(one) for one in arguments if is_number(one)), made.kind)

    def inline(self, function: Any, arguments: Sequence[Any], named: Mapping[str, Any] | None = None) -> Any:
        """The result of a function, written where it is called."""
        name = getattr(function, "__name__", "a lambda")
        key = function, repr([_shape(one) for one in arguments])
        if key in self.chain:
            raise ir.Unsupported(f"{name} calls itself, and takes or returns several numbers")
        if isinstance(function, Lambda):
            own = [argument.arg for argument in function.node.args.args]
            outer = {**function.scope.outer, **function.scope.known}
            inner = self._inside(key, outer, [ast.Return(function.node.body)])
            if len(own) != len(arguments):
                raise ir.Unsupported(f"a lambda takes {len(own)} arguments, got {len(arguments)}")
            inner.known.update(zip(own, self.held(tuple(arguments), "t"), strict=True))
            inner.run(inner.body)
            found = inner.found
        else:
            inner = self._inside(key, *_names_of(function))
            found = inner.results(function, self.held(tuple(arguments), "t"), **(named or {}))
        if not found:
            return math.nan  # it always raises
        (block, value), *others = found
        if others:
            value = self.joined("t", found)
        elif block is not self.block:  # what it is made of is known on that way only
            value = self.joined("t", [(block, value), ([], ABSENT)])
        if value is AMBIGUOUS:
            raise ir.Unsupported(f"{name} does not always return as many numbers")
        return value

    def _inside(self, key: Any, outer: Mapping[str, Any], body: list[ast.stmt]) -> _Scope:
        """The scope of a function that is written here."""
        return _Scope(
            lowering=self.lowering,
            outer=outer,
            body=body,
            block=self.block,
            counts=self.counts,
            chain=(*self.chain, key),
        )


def _shape(value: Any) -> Any:
    """How ``value`` is built of numbers and of what is known."""
    if isinstance(value, (tuple, list)):
        return type(value), [_shape(one) for one in value]
    return "number" if is_number(value) else value


def _kind_of(value: Any, *before: ir.Kind | None) -> ir.Kind | None:
    """The kind of a number, and of what it was ``before``; None of what is not a number."""
    if not is_number(value) or None in before:
        return None
    return kind_among([number_of(value).kind, *(kind for kind in before if kind)])
