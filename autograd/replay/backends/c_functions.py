"""An operation's ``forward``, written in C: translated from its Python source, with the functions it calls.

Covers numbers and what short numerical code is made of: assignments, ``if``, ``while``, ``return``, ``raise``, loops
over constants (which are unrolled), helpers that return several numbers (which are written in place), and the
functions of ``math`` that C has. Whatever is known beforehand, such as the coefficients of a series, is evaluated.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from autograd.primitives import Primitive
from autograd.replay.backends.c_scope import IN_C, C, Scope, Unsupported, resolve
from autograd.replay.backends.forwards import definition

__all__ = ["CFunctions"]


class CFunctions:
    """The C functions that a piece of emitted source calls, each once, whatever calls it.

    Attributes:
        prototypes, texts: their declarations and definitions.
    """

    def __init__(self) -> None:
        self.prototypes: list[str] = []
        self.texts: list[str] = []
        self._names: dict[Any, str] = {}

    def operation(self, op: Primitive) -> str:
        """The name of a C function that computes ``op``; its constants follow its inputs.

        Raises:
            NotImplementedError: its source is not at hand, or has something that is not translated.
        """
        base = op.base or op
        c_name = IN_C.get(base.forward)
        try:
            return c_name or self._operation(base)
        except (LookupError, Unsupported, RecursionError) as error:
            raise NotImplementedError(
                f"the operation {op.name!r} cannot be written in C: {error}. Write its forward in a file, as a "
                f"function of floats, with arithmetic and the functions of math alone."
            ) from None

    def _operation(self, op: Primitive) -> str:
        """A function for ``forward``; where that raises, what IEEE 754 gives."""
        if op in self._names:
            return self._names[op]
        inner, n = self.function(op.forward, ())
        if not self.raises(op.forward):
            self._names[op] = inner
            return inner
        name = self._names[op] = self._new_name(f"{op.name}_or_ieee")
        parameters = ", ".join(f"double x{i}" for i in range(n))
        arguments = ", ".join(f"x{i}" for i in range(n))
        otherwise = "raised == 1 ? INFINITY : NAN"
        if op.ieee is not None:
            otherwise = f"{self.function(op.ieee, ())[0]}({arguments})"
        self._define(
            f"static double {name}({parameters})",
            [
                "int raised = 0;",
                f"const double value = {inner}({arguments}, &raised);",
                f"return raised ? ({otherwise}) : value;",
            ],
        )
        return name

    def function(self, function: Callable[..., Any], static: tuple[tuple[int, Any], ...]) -> tuple[str, int]:
        """The name of a C function for ``function``, and how many numbers it takes.

        Args:
            function: plain Python.
            static: the arguments that are known beforehand, with their positions.
        """
        parameters, body, names = definition(inspect.unwrap(function))
        own = [argument.arg for argument in (*parameters.posonlyargs, *parameters.args)]
        if parameters.vararg or parameters.kwonlyargs or parameters.defaults:
            raise Unsupported("it takes any number of inputs, or has defaults")
        known = {own[position]: value for position, value in static}
        free = [name for name in own if name not in known]
        key = (function, static)
        if key not in self._names:
            name = self._names[key] = self._new_name(getattr(function, "__name__", "f").strip("_<>"))
            scope = Scope(
                self, names, {**known, **{one: C(f"{one}_") for one in free}}, can_raise=self.raises(function)
            )
            scope.block(body)
            flag = ["int *raised"] if self.raises(function) else []
            arguments = ", ".join([f"double {one}_" for one in free] + flag)
            variables = [f"double {', '.join(scope.variables)};"] if scope.variables else []
            integers = [f"int {', '.join(scope.integers)};"] if scope.integers else []
            unused = [f"(void){one}_;" for one in free]
            self._define(f"static double {name}({arguments or 'void'})", [*variables, *integers, *unused, *scope.lines])
        return self._names[key], len(free)

    def raises(self, function: Callable[..., Any], seen: frozenset[Any] = frozenset()) -> bool:
        """Whether ``function`` has a ``raise``, or calls one that has."""
        if function in seen or function in IN_C or not hasattr(function, "__code__"):
            return False
        _, body, names = definition(inspect.unwrap(function))
        for node in (node for statement in body for node in ast.walk(statement)):
            if isinstance(node, ast.Raise):
                return True
            if isinstance(node, ast.Call):
                called = resolve(node.func, names)
                if called is not None and self.raises(called, seen | {function}):
                    return True
        return False

    def _define(self, head: str, lines: Sequence[str]) -> None:
        self.prototypes.append(f"{head};")
        self.texts.append("\n".join([f"{head}", "{", *(f"    {line}" for line in lines), "}"]))

    def _new_name(self, stem: str) -> str:
        name = "ag_" + "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in stem)
        while name in self._names.values():
            name += "_"
        return name
