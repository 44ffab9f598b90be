"""An operation's ``forward``, written in C: translated from its Python source, with the functions it calls.

Covers numbers and what short numerical code is made of: assignments, ``if``, ``while``, ``return``, ``raise``, loops
over constants (which are unrolled), helpers that return several numbers (which are written in place), and the
functions of ``math`` that C has. Whatever is known beforehand, such as the coefficients of a series, is evaluated.

Where Python raises, by itself as in a division by zero, the record's IEEE value stands, as in every backend. The
formulas of autograd's own table give that value by themselves, and are spared the test.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from autograd.primitives import Primitive
from autograd.replay.backends.c_runtime import IN_C, RUNTIME, checked_math
from autograd.replay.backends.c_scope import Scope, parameters_of
from autograd.replay.backends.c_terms import C, written_name
from autograd.replay.backends.forwards import definition
from autograd.replay.backends.translation import Unsupported, resolve

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
        self._wholes: dict[Any, bool | None] = {}
        self._recursive: set[Any] = set()

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
        checked = not op.builtin
        parameters = definition(op.forward).parameters
        n = len(parameters.posonlyargs) + len(parameters.args)
        inner = self.function(op.forward, n, (), checked=checked).text
        if not (checked or self.raises(op.forward)):
            self._names[op] = inner
            return inner
        name = self._names[op] = self._new_name(f"{op.name}_or_ieee")
        inputs = ", ".join(f"double x{i}" for i in range(n))
        arguments = ", ".join(f"x{i}" for i in range(n))
        otherwise = "raised == 1 ? INFINITY : NAN"
        if op.ieee is not None:
            if self.raises(op.ieee):
                raise Unsupported("its ieee has a raise")
            otherwise = f"{self.function(op.ieee, n, (), checked=False).text}({arguments})"
        self._define(
            f"static double {name}({inputs})",
            [
                "int raised = 0;",
                f"const double value = {inner}({arguments}, &raised);",
                f"return raised ? ({otherwise}) : value;",
            ],
        )
        return name

    def function(
        self, function: Callable[..., Any], count: int, static: tuple[tuple[int, Any], ...], *, checked: bool
    ) -> C:
        """The name of a C function for ``function``, and whether what it returns is whole.

        Args:
            function: plain Python.
            count: how many arguments it is called with.
            static: those that are known beforehand, with their positions.
            checked: whether it tells where Python raises by itself.
        """
        own, body, names = parameters_of(function, count)
        known = {own[position]: value for position, value in static}
        free = [name for name in own if name not in known]
        key = (function, repr(static), checked)
        if key not in self._names:
            name = self._names[key] = self._new_name(getattr(function, "__name__", "f").strip("_<>"))
            parameters = {one: C(f"{written_name(one)}_") for one in free}
            texts = [parameter.text for parameter in parameters.values()]
            can_raise = checked or self.raises(function)
            scope = Scope(self, names, {**known, **parameters}, can_raise, checked, parameters=frozenset(texts))
            scope.function_body(body)
            if key in self._recursive and scope.whole is not False:
                raise Unsupported(f"{function.__name__} calls itself and returns an int: write its constants as floats")
            self._wholes[key] = scope.whole
            arguments = ", ".join([*(f"double {text}" for text in texts), *(["int *raised"] if can_raise else [])])
            variables, lines = _read(scope.variables, scope.lines)
            declared = [f"double {', '.join(variables)};"] if variables else []
            unused = [f"(void){text};" for text in texts]
            stopped = ["if (*raised) return 0.0;"] if can_raise else []
            self._define(f"static double {name}({arguments or 'void'})", [*declared, *unused, *stopped, *lines])
        elif key not in self._wholes:
            self._recursive.add(key)  # a float, as is checked at its end
        return C(self._names[key], self._wholes.get(key, False))

    def runtime(self, name: str) -> str:
        """The name itself, of a function that stands for one of Python's own, which is written if it is not yet."""
        if name not in self._names:
            self._names[name] = name
            text = RUNTIME[name] if name in RUNTIME else checked_math(name.removeprefix("ag_"))
            if "ag_scaled(" in text and name != "ag_scaled":
                self.runtime("ag_scaled")
            self.prototypes.append(text.partition("\n")[0] + ";")
            self.texts.append(text)
        return name

    def raises(self, function: Callable[..., Any], seen: frozenset[Any] = frozenset()) -> bool:
        """Whether ``function`` has a ``raise``, or calls one that has."""
        if function in seen or function in IN_C or not hasattr(function, "__code__"):
            return False
        _, body, names = definition(function)
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


def _read(variables: Sequence[str], lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The variables that are read, and the lines with what is set and never read only evaluated."""
    words = Counter(re.findall(r"\w+", "\n".join(lines)))
    set_only = Counter(line.split(" = ")[0].strip() for line in lines if " = " in line)
    read = [name for name in variables if words[name] > set_only[name]]
    unread = "|".join(map(re.escape, set(variables) - set(read))) or "(?!)"
    return read, [re.sub(rf"^( *)(?:{unread}) = (.*);$", r"\1(void)\2;", line) for line in lines]
