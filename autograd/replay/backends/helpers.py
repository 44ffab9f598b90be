"""The functions that emitted source calls, written out from the forwards of the primitives."""

from __future__ import annotations

import ast
import builtins
import math
import operator
import sys
from collections.abc import Callable, Mapping, MutableMapping
from types import ModuleType
from typing import Any

from autograd.primitives import Primitive
from autograd.replay.bodies import definition
from autograd.replay.domains import Refusal

__all__ = ["Helpers"]


class Helpers:
    """Collects the text of functions and of what they call, each once and before it is called.

    Attributes:
        imports: the import statements that they need besides ``import math``.
        texts: the definitions, in order.
    """

    def __init__(self) -> None:
        self.imports: list[str] = []
        self.texts: list[str] = []
        self._names: dict[Any, str] = {}

    def operation(self, op: Primitive) -> str:
        """What to call for ``op``; its constants follow its inputs.

        Raises:
            NotImplementedError: its forward, or what that calls, cannot be written out.
        """
        try:
            if isinstance(op, Refusal):
                return self._refusal(op)
            return self._callee((op.base or op).forward, op.name)
        except LookupError as error:
            raise NotImplementedError(
                f"the operation {op.name!r} cannot be written out as source: {error.args[0]}. "
                f"Write its forward as a function of the module that defines it, with nothing but math."
            ) from None

    def _refusal(self, op: Refusal) -> str:
        base = op.of.base or op.of
        if base.forward is operator.truediv:
            called = self._imported("from operator import truediv", "truediv")
        else:
            called = self.operation(op.of)
        if ("refusal", base) not in self._names:
            self._names["refusal", base] = name = self._new_name(f"{base.name}_refuses")
            self.texts.append(
                f"def {name}(*inputs):\n    try:\n        {called}(*inputs)\n"
                f"    except (ArithmeticError, ValueError):\n        return 1.0\n    return 0.0"
            )
        return self._names["refusal", base]

    def _callee(self, function: Callable[..., Any], name: str) -> str:
        if getattr(math, getattr(function, "__name__", ""), None) is function:
            return f"math.{function.__name__}"
        if function not in self._names:
            self._names[function] = self._new_name(name)
            self.texts.append(self._text(function, self._names[function]))
        return self._names[function]

    def _new_name(self, name: str) -> str:
        name = "_" + name.strip("_")
        while name in self._names.values():
            name += "_"
        return name

    def _text(self, function: Callable[..., Any], name: str) -> str:
        parameters, body, names = definition(function)
        own = {node.arg for node in ast.walk(parameters) if isinstance(node, ast.arg)}
        copied = ast.parse(ast.unparse(ast.Module(body, [])))
        statements = _ModulesResolved(names).visit(copied).body
        nodes = [node for statement in statements for node in ast.walk(statement)]
        own |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        for node in nodes:
            if isinstance(node, ast.Name) and node.id not in own:
                node.id = self._written(node.id, names)
        plain = ast.arguments(
            posonlyargs=[ast.arg(parameter.arg) for parameter in parameters.posonlyargs],
            args=[ast.arg(parameter.arg) for parameter in parameters.args],
            vararg=ast.arg(parameters.vararg.arg) if parameters.vararg else None,
            kwonlyargs=[],
            kw_defaults=[],
            defaults=parameters.defaults,
        )
        indented = ast.unparse(ast.Module(statements, [])).replace("\n", "\n    ")
        return f"def {name}({ast.unparse(plain)}):\n    {indented}"

    def _written(self, name: str, names: Mapping[str, Any]) -> str:
        """What stands in the text for a name that the function does not define itself."""
        if name not in names:
            raise LookupError(f"it uses {name!r}, which is not defined")
        thing = names[name]
        if getattr(builtins, name, None) is thing:
            return name
        if isinstance(thing, ModuleType) and _is_standard(thing.__name__):
            return self._imported(f"import {thing.__name__}", thing.__name__)
        if isinstance(thing, Primitive):
            return self._callee(thing.forward, thing.name)
        if callable(thing):
            if _is_standard(thing.__module__):
                return self._imported(f"from {thing.__module__} import {thing.__name__}", thing.__name__)
            return self._callee(thing, name)
        if _is_data(thing):
            return self._constant(thing, name)
        raise LookupError(f"it uses {name!r}, which is {thing!r}")

    def _imported(self, statement: str, name: str) -> str:
        if statement != "import math" and statement not in self.imports:
            self.imports.append(statement)
        return name

    def _constant(self, thing: Any, name: str) -> str:
        key = ("constant", name, repr(thing))
        if key not in self._names:
            self._names[key] = self._new_name(name)
            written = repr(thing).replace("inf", "math.inf").replace("nan", "math.nan")
            self.texts.append(f"{self._names[key]} = {written}")
        return self._names[key]


class _ModulesResolved(ast.NodeTransformer):
    """Writes ``special.gelu``, where ``special`` is a module that is not Python's own, as a name for the function."""

    def __init__(self, names: MutableMapping[str, Any]) -> None:
        self._names = names

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Resolve one attribute of a module."""
        module = self._names.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if not isinstance(module, ModuleType) or _is_standard(module.__name__):
            self.generic_visit(node)
            return node
        self._names[node.attr] = getattr(module, node.attr)
        return ast.Name(node.attr, ast.Load())


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def _is_data(thing: Any) -> bool:
    if isinstance(thing, tuple):
        return all(map(_is_data, thing))
    return type(thing) in (bool, int, float)
