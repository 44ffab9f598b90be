"""The body of a Python function of floats, written in C: its statements, and what each variable is after them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.replay.backends.c_expressions import Expressions
from autograd.replay.backends.c_terms import AMBIGUOUS, C, as_number, condition_text, indented, written_name
from autograd.replay.backends.forwards import definition
from autograd.replay.backends.translation import Unsupported, assigned, resolve

__all__ = ["Scope", "parameters_of"]

_JOINED = {(True, True): True, (False, False): False}
"""Whether a variable is whole after two ways that meet; None, as everywhere else, where that depends on numbers."""


def parameters_of(function: Callable[..., Any], count: int) -> tuple[list[str], list[ast.stmt], Mapping[str, Any]]:
    """The parameters of a function that is called with ``count`` arguments, its body, and what its names stand for.

    Raises:
        LookupError: its source is not at hand.
        Unsupported: it cannot be called so in C.
    """
    parameters, body, names = definition(function)
    own = [argument.arg for argument in (*parameters.posonlyargs, *parameters.args)]
    if parameters.vararg or parameters.kwarg or parameters.kwonlyargs or parameters.defaults:
        raise Unsupported(f"{function.__name__} has parameters that are optional, by name or any in number")
    if len(own) != count:
        raise Unsupported(f"{function.__name__} takes {len(own)} arguments, not {count}")
    local = {*own, *assigned(body)}
    return own, body, {name: names[name] for name in names if name not in local}


@dataclass
class Scope(Expressions):
    """Writes the body of one function.

    Attributes:
        parameters: those of the C function.
        returned: for each ``return`` so far whether its number is whole.
        chain: the functions that are being written in place here.
    """

    parameters: frozenset[str] = frozenset()
    returned: tuple[bool | None, ...] = ()
    chain: tuple[Callable[..., Any], ...] = ()

    @property
    def whole(self) -> bool | None:
        """Whether what is returned is whole."""
        return self.returned[0] if len(set(self.returned)) == 1 else None

    def function_body(self, statements: Sequence[ast.stmt]) -> None:
        """Write a whole body, which must end in a ``return``."""
        self.block(statements)
        if not _ends(statements):
            raise Unsupported("it may end without a return")
        if isinstance(statements[-1], ast.While):
            self.lines.append("return 0.0;")  # where *raised ended an endless loop

    def block(self, statements: Sequence[ast.stmt]) -> Any:
        """Write ``statements``; the value of a ``return``, where the function is written in place."""
        for statement in statements:
            result = self._statement(statement)
            if result is not None:
                return result
        return None

    def _statement(self, statement: ast.stmt) -> Any:  # noqa: C901 -- one case for each kind
        match statement:
            case ast.Return(value=ast.expr() as value):
                if self.chain:
                    return self.value(value)
                result = self.number(value)
                self.returned += (result.whole,)
                self.lines.append(f"return {result.text};")
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
            case ast.While(test=test, body=body, orelse=[]):
                self._loop(test, body)
            case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                return self._unrolled(target, iterable, body)
            case ast.Raise(exc=ast.expr() as exception) if self.can_raise:
                self._raise(exception)
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case _:
                first, *_ = ast.unparse(statement).splitlines()
                raise Unsupported(f"{first!r} is not translated")
        return None

    def _raise(self, exception: ast.expr) -> None:
        raised = resolve(exception.func if isinstance(exception, ast.Call) else exception, self.outer)
        if not isinstance(raised, type) or not issubclass(raised, (ArithmeticError, ValueError)):
            raise Unsupported(f"raise {ast.unparse(exception)}: neither an ArithmeticError nor a ValueError")
        code = 1 if issubclass(raised, OverflowError) else 2
        self.lines.append(f"{{ if (!*raised) *raised = {code}; return 0.0; }}")

    # --- ways that part and meet --------------------------------------------------------------------------

    def _branch(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> Any:
        condition = self.condition(test)
        if not isinstance(condition, C):
            return self.block(body if condition else orelse)
        self._refuse_in_place("an if")
        self._settle([*body, *orelse])
        before = dict(self.known)
        self._nested(f"if ({condition.condition}) {{", body)
        after, self.known = self.known, before
        if orelse:
            self._nested("} else {", orelse)
        self.lines.append("}")
        if _ends(body):
            return None
        self.known = after if _ends(orelse) else _met(after, self.known)
        return None

    def _refuse_in_place(self, what: str) -> None:
        if self.chain:
            raise Unsupported(f"{self.chain[-1].__name__}, which returns several numbers, has {what}")

    def _nested(self, head: str, body: Sequence[ast.stmt], first: Sequence[str] = ()) -> None:
        start = len(self.lines)
        self.block(body)
        self.lines[start:] = [head, *indented([*first, *self.lines[start:]])]

    def _loop(self, test: ast.expr, body: Sequence[ast.stmt]) -> None:
        """A ``while``: written again, until what is known of its variables before it is so after each round."""
        self._refuse_in_place("a while")
        self._settle(body)
        start, variables, returned = len(self.lines), len(self.variables), self.returned
        while True:
            before = dict(self.known)
            self._round(test, body)
            met = _met(before, self.known)
            if all(_same(met[name], before[name]) for name in before):
                self.known = met
                return
            self.known, self.returned = {name: met[name] for name in before}, returned
            del self.lines[start:], self.variables[variables:]

    def _round(self, test: ast.expr, body: Sequence[ast.stmt]) -> None:
        found, first = self._apart(test, self.condition)
        condition = condition_text(found)
        head = [*first, f"if (!{condition}) break;"] if first else []
        tests = [*(["!*raised"] if self.can_raise else []), *([] if first else [condition])] or ["1"]
        self._nested(f"while ({' && '.join(tests)}) {{", body, head)
        self.lines.append("}")

    def _unrolled(self, target: ast.expr, iterable: ast.expr, body: Sequence[ast.stmt]) -> Any:
        for item in self._sequence(iterable):
            self._bind(target, item)
            result = self.block(body)
            if result is not None:
                return result
        return None

    def _settle(self, statements: Sequence[ast.stmt]) -> None:
        """Make variables in C of the known numbers that ``statements`` may change."""
        for name in sorted(assigned(statements) & self.known.keys()):
            if isinstance(self.known[name], (int, float)):
                self._assign(ast.Name(name), self.known[name])

    # --- assignments --------------------------------------------------------------------------------------

    def _assign(self, target: ast.expr, found: Any) -> None:
        match target:
            case ast.Name(id=name) if isinstance(found, (C, int, float)):
                number = as_number(found)
                text = self._variable(name)
                if text != number.text:
                    self.lines.append(f"{text} = {number.text};")
                self.known[name] = C(text, number.whole)
            case ast.Name(id=name):
                self.known[name] = self._held(found)
            case ast.Tuple(elts=elements):
                for element, value in zip(elements, self._held(_parts(target, found)), strict=True):
                    self._assign(element, value)
            case _:
                raise Unsupported(f"an assignment to {ast.unparse(target)} is not translated")

    def _bind(self, target: ast.expr, item: Any) -> None:
        """Bind the variable of an unrolled loop, as something that is known."""
        match target:
            case ast.Name(id=name):
                self.known[name] = item
            case ast.Tuple(elts=elements):
                for element, part in zip(elements, _parts(target, item), strict=True):
                    self._bind(element, part)
            case _:
                raise Unsupported(f"a loop over {ast.unparse(target)} is not translated")

    def _variable(self, name: str) -> str:
        """The variable in C that ``name`` has; a parameter is its own."""
        text = f"{written_name(name)}_{self.inlined}"
        if text not in self.variables and text not in self.parameters:
            self.variables.append(text)
        return text

    # --- functions of several results ---------------------------------------------------------------------

    def in_place(self, function: Callable[..., Any], arguments: list[Any]) -> tuple[Any, ...]:
        """What a function of several results returns, written where it is called."""
        if function in self.chain:
            raise Unsupported(f"{function.__name__}, which returns several numbers, calls itself")
        own, body, names = parameters_of(function, len(arguments))
        inner = Scope(
            self.functions,
            names,
            dict(zip(own, arguments, strict=True)),
            can_raise=self.can_raise,
            checked=self.checked,
            lines=self.lines,
            variables=self.variables,
            inlined=f"{len(self.chain) + 1}_{len(self.variables)}",
            chain=(*self.chain, function),
        )
        found = inner.block(body)
        if not isinstance(found, tuple):
            raise Unsupported(f"{function.__name__} does not always return several numbers")
        held: tuple[Any, ...] = self._held(found)
        return held


def _parts(target: ast.Tuple, found: Any) -> list[Any]:
    """``found`` taken apart over the names of ``target``."""
    if not isinstance(found, (tuple, list)) or len(found) != len(target.elts):
        raise Unsupported(f"{ast.unparse(target)} takes {len(target.elts)} values that are known apart")
    return list(found)


def _ends(statements: Sequence[ast.stmt]) -> bool:
    """Whether nothing comes after ``statements``, for they return or raise."""
    match statements[-1] if statements else None:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=body, orelse=orelse):
            return _ends(body) and _ends(orelse)
        case ast.While(test=ast.Constant(value=True)):
            return True
    return False


def _same(one: Any, other: Any) -> bool:
    return one is other or (isinstance(one, C) and one == other)


def _met(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What is known where two ways meet; what only one of them sets is as it sets it."""
    met = {**one, **other}
    for name in one.keys() & other.keys():
        x, y = one[name], other[name]
        if isinstance(x, C) and isinstance(y, C) and x.text == y.text:
            met[name] = C(x.text, _JOINED.get((x.whole, y.whole)))  # type: ignore[arg-type]
        elif not _same(x, y):
            met[name] = AMBIGUOUS
    return met
