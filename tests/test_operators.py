"""The methods that are built from the table are the ones that type checkers are told of."""

import ast
import inspect

import pytest

from autograd import Value, operators, rules
from autograd.primitives import PRIMITIVES


def declared():
    """The methods in the TYPE_CHECKING block of the class."""
    tree = ast.parse(inspect.getsource(operators.Operators))
    (block,) = [node for node in tree.body[0].body if isinstance(node, ast.If)]
    return {node.name: node for node in block.body if isinstance(node, ast.FunctionDef)}


def functions():
    """The operations that a Value has as a method."""
    unary = {op.name for op in PRIMITIVES.values() if op.name in rules.__all__ and op.arity == 1}
    capturing = {op.name for op in PRIMITIVES.values() if op.name in rules.__all__ and op.partials is None}
    return (unary - {"neg"}) | capturing


def test_type_checkers_are_told_of_exactly_the_methods_there_are():
    names = {name for name in declared() if not name.startswith("__")} - {"parents"}
    assert names == functions()


def test_declared_operators_exist():
    for name in declared():
        assert callable(getattr(Value, name)) or name == "parents"


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_method_is_its_function_and_says_so(name):
    op = PRIMITIVES[name]
    constants = (-1.0, 1.0)[: op.captures]
    number = 0.4 if op.domain.contains(0.4, *constants) else 1.4
    method = getattr(Value(number), name)(*constants)
    assert method.data == getattr(rules, name)(number, *constants)
    assert method.op.name == name
    assert getattr(Value, name).__doc__ == op.__doc__
    assert getattr(Value, name).__qualname__ == f"Value.{name}"
