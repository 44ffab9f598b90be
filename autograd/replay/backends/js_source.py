"""Operations in JavaScript: their values and their local gradients, translated from the Python of their records.

It covers numbers, sequences of them, and what short numerical code is made of. What is not covered is refused by
name, so that nothing is ever computed by another formula than the table's.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from autograd.primitives import Primitive
from autograd.replay.backends.forwards import definition
from autograd.replay.backends.js_scope import Scope, js_number
from autograd.replay.backends.translation import Unsupported, assigned
from autograd.rules import reductions

__all__ = ["javascript"]

_BY_HAND = {reductions._exact_sum: "exactSum"}  # noqa: SLF001 -- fractions, which JavaScript does not have
"""What ``python_math.js`` has of its own."""


def javascript(operations: Iterable[Primitive]) -> str:
    """The values and local gradients of ``operations`` in JavaScript, as one expression.

    It is an array with one object for each operation::

        evaluate(inputs) -> [value, inside]     what IEEE 754 gives where the inputs are outside the domain
        partials(inputs, value) -> gradients    one for each input

    The numbers are Python's up to the last digits of the elementary functions. It needs nothing else, runs under
    any content-security policy that lets it run at all, and is translated from the records: an operation of the
    user's own is there too, if its ``forward`` and ``partials`` can be translated.

    Raises:
        NotImplementedError: an operation cannot be written in JavaScript; the message names it.

    >>> from autograd import Value, javascript
    >>> source = javascript([(Value(2.0) * 3.0).op])
    >>> print(source[source.rindex("return [") :])
    return [
      operation(p_mul, r_lambda, []),
    ];
    })()
    """
    functions = JSFunctions()
    records = [functions.operation(op) for op in operations]
    return "\n".join(["(() => {", _runtime(), *functions.texts, "return [", *records, "];", "})()"])


@cache
def _runtime() -> str:
    return (files(__package__) / "python_math.js").read_text(encoding="utf-8")


class JSFunctions:
    """The functions of a piece of JavaScript, each once, whatever calls it.

    Attributes:
        texts: their definitions; in JavaScript their order is free.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._names: dict[Any, str] = {}
        self._taken: set[str] = set()

    def operation(self, op: Primitive) -> str:
        """A line that makes the object of one operation.

        Raises:
            NotImplementedError: its source is not at hand, or has something that is not translated.
        """
        base = op.base or op
        rule = base.captured if op.base is not None else base.partials
        try:
            value = self.primitive(base)
            partials = self.function(rule, rule=True) if rule else "undefined"
        except (LookupError, Unsupported) as error:
            raise NotImplementedError(
                f"the operation {op.name!r} cannot be written in JavaScript: {error}. Write its forward and its "
                f"partials in a file, as functions of floats, with arithmetic, math and autograd's functions alone."
            ) from None
        return f"  operation({value}, {partials}, [{', '.join(map(js_number, op.constants))}]),"

    def primitive(self, op: Primitive) -> str:
        """The name of a function that evaluates ``op`` as IEEE 754 has it."""
        base = op.base or op
        if base not in self._names:
            name = self._names[base] = self._new_name(f"p_{base.name}")
            forward = self._forward(base.forward)
            ieee = self.function(base.ieee, rule=False) if base.ieee else "null"
            inputs = "inputs"
            if base.defaults:
                least = (base.arity or 0) - len(base.defaults)
                inputs = f"[...inputs, ...[{', '.join(map(js_number, base.defaults))}].slice(inputs.length - {least})]"
            self.texts.append(f"const {name} = (...inputs) => evaluated({forward}, {ieee}, {inputs});")
        name = self._names[base]
        constants = "".join(f", {js_number(constant)}" for constant in op.constants)
        return f"((...inputs) => {name}(...inputs{constants}))" if constants else name

    def _forward(self, forward: Callable[..., Any]) -> str:
        """The name of the function for a ``forward``, which may be one of Python's own."""
        if inspect.isfunction(forward):
            return self.function(forward, rule=False)
        return Scope(self, {"forward": forward}, set(), rule=False).value(ast.Name("forward"))

    def function(self, function: Callable[..., Any], *, rule: bool) -> str:
        """The name of a JavaScript function for ``function``, which is plain Python.

        Args:
            function: what is translated.
            rule: whether it gives local gradients, in IEEE arithmetic.
        """
        if function in _BY_HAND:
            return _BY_HAND[function]
        key = function, rule
        if key not in self._names:
            stem = function.__name__.strip("_<>")
            self._names[key] = self._new_name(f"{'r' if rule else 'f'}_{stem}")
            self.texts.append(self._text(function, self._names[key], rule=rule))
        return self._names[key]

    def _text(self, function: Callable[..., Any], name: str, *, rule: bool) -> str:
        parameters, body, names = definition(function)
        if parameters.kwonlyargs or parameters.kwarg:
            raise Unsupported(f"{function.__name__} has parameters by name")
        own = [argument.arg for argument in (*parameters.posonlyargs, *parameters.args)]
        lists = {parameters.vararg.arg} if parameters.vararg else set()
        variables = assigned(body)
        scope = Scope(self, names, {*own, *lists, *variables}, rule, lists)
        scope.note_lists(body)
        head = [f"{one}_" for one in own]
        for place, default in enumerate(reversed(function.__defaults__ or ()), start=1):
            if not isinstance(default, (int, float)):
                raise Unsupported(f"the default {default!r} of {function.__name__} is no number")
            head[-place] += f" = {js_number(default)}"
        head += [f"...{parameters.vararg.arg}_"] if parameters.vararg else []
        declared = sorted(variables - set(own))
        lines = [f"let {', '.join(f'{one}_' for one in declared)};"] if declared else []
        lines += scope.block(body)
        return "\n".join([f"function {name}({', '.join(head)}) {{", *(f"  {line}" for line in lines), "}"])

    def constant(self, name: str, value: Any) -> str:
        """The name of an array that holds a tuple of numbers."""
        key = "constant", name, repr(value)
        if key not in self._names:
            self._names[key] = self._new_name(f"c_{name}")
            self.texts.insert(0, f"const {self._names[key]} = {_written(value)};")
        return self._names[key]

    def _new_name(self, stem: str) -> str:
        name = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in stem)
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def _written(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_written, value))}]"
    if not isinstance(value, (int, float)):
        raise Unsupported(f"{value!r} is no number")
    return js_number(value)
