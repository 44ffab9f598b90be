"""A forward that is plain Python, interpreted on JAX's arrays while JAX traces it.

Both sides of an ``if`` are computed and one is chosen, element by element; a loop over constants is unrolled.
"""

from __future__ import annotations

import ast
import functools
import inspect
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy.special import erf, erfc, gammaln

from autograd.primitives import Primitive
from autograd.replay.backends.array_functions import remainder
from autograd.replay.backends.forwards import definition

__all__ = ["IN_JAX", "Interpreter", "Unsupported"]

_BY_NAME = {
    "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan", "atan2": "arctan2",
    "atanh": "arctanh", "fabs": "abs", "pow": "power",
}  # fmt: skip
_SAME_NAME = (
    "cbrt", "ceil", "copysign", "cos", "cosh", "exp", "exp2", "expm1", "floor", "fmod", "frexp", "hypot", "isfinite",
    "isinf", "isnan", "ldexp", "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
)  # fmt: skip


IN_JAX: dict[Any, Callable[..., Any]] = {
    getattr(math, name): getattr(jnp, _BY_NAME.get(name, name))
    for name in (*_SAME_NAME, *_BY_NAME)
    if hasattr(math, name)
} | {
    math.erf: erf,
    math.erfc: erfc,
    math.lgamma: gammaln,
    math.remainder: functools.partial(remainder, jnp),
    abs: jnp.abs,
    float: lambda x: x,
    max: lambda x, y: jnp.where(y > x, y, x),
    min: lambda x, y: jnp.where(y < x, y, x),
}
_OPERATORS: dict[Any, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Mod: operator.mod, ast.FloorDiv: operator.floordiv, ast.Pow: operator.pow,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
_DEEPEST = 2  # how often a function of the table calls itself, by reflection, before it is answered


class Unsupported(Exception):  # noqa: N818 -- turned into NotImplementedError, with the operation's name
    """The source has something that is not interpreted."""


def _is_known(thing: Any) -> bool:
    """Whether ``thing`` is known while JAX traces: a Python number, or a container of such, or no number at all."""
    if isinstance(thing, (list, tuple)):
        return all(map(_is_known, thing))
    return not isinstance(thing, jax.Array)


def _choose(condition: Any, x: Any, y: Any) -> Any:
    """``x`` where the condition holds, else ``y``; number by number, where a function returns several."""
    if isinstance(x, (list, tuple)):
        return [_choose(condition, *pair) for pair in zip(x, y, strict=True)]
    return jnp.where(condition, x, y)


class Interpreter:
    """Runs a forward on arrays.

    Args:
        apply: what computes an operation that the forward calls.
    """

    def __init__(self, apply: Callable[[Primitive, list[Any]], Any]) -> None:
        self._apply = apply
        self._raised: Any = False
        self._running: list[Any] = []

    def operation(self, op: Primitive, arguments: Sequence[Any]) -> Any:
        """The value of ``op``; where its forward raises, what IEEE 754 gives."""
        value = self.call(op.forward, list(arguments), mask=True)
        if self._raised is False:
            return value
        otherwise = Interpreter(self._apply).call(op.ieee, list(arguments), mask=True) if op.ieee else jnp.nan
        return jnp.where(self._raised, otherwise, value)

    def call(self, function: Any, arguments: list[Any], *, mask: Any) -> Any:
        """``function`` on arrays. ``mask`` tells which elements come here when one is run alone."""
        if isinstance(function, Primitive):
            return self._apply(function, arguments)
        if function in IN_JAX and not all(map(_is_known, arguments)):
            return IN_JAX[function](*arguments)
        if function is functools.reduce:
            return functools.reduce(lambda x, y: self.call(arguments[0], [x, y], mask=mask), arguments[1])
        if not inspect.isfunction(function):
            if all(map(_is_known, arguments)):
                return function(*arguments)
            raise Unsupported(f"a call of {function!r} is not supported")
        if self._running.count(function) >= _DEEPEST:
            return jnp.nan  # on the side that is not chosen, a reflection would go on for ever
        parameters, body, names = definition(function)
        own = [argument.arg for argument in (*parameters.posonlyargs, *parameters.args)]
        local = dict(zip(own, arguments, strict=False))
        if parameters.vararg:
            local[parameters.vararg.arg] = tuple(arguments[len(own) :])
        elif len(own) != len(arguments):
            raise Unsupported(f"{function.__name__} has defaults")
        self._running.append(function)
        try:
            return self._block(body, local, names, mask)
        finally:
            self._running.pop()

    def _block(  # noqa: C901, PLR0912 -- one case for each kind
        self, statements: Sequence[ast.stmt], local: dict[str, Any], names: Mapping[str, Any], mask: Any
    ) -> Any:
        """What ``statements`` return; ``local`` changes as they are run."""
        for index, statement in enumerate(statements):
            match statement:
                case ast.Return(value=ast.expr() as value):
                    return self._value(value, local, names, mask)
                case ast.Assign(targets=targets, value=value):
                    found = self._value(value, local, names, mask)
                    for target in targets:
                        _assign(target, found, local)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    _assign(target, self._value(value, local, names, mask), local)
                case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                    local[name] = _OPERATORS[type(op)](local[name], self._value(value, local, names, mask))
                case ast.If(test=test, body=body, orelse=orelse):
                    condition = self._value(test, local, names, mask)
                    rest = list(statements[index + 1 :])
                    if _is_known(condition):
                        return self._block([*(body if condition else orelse), *rest], local, names, mask)
                    yes = self._block([*body, *rest], dict(local), names, mask & condition)
                    no = self._block([*orelse, *rest], dict(local), names, mask & ~condition)
                    return _choose(condition, yes, no)
                case ast.While(test=test, body=body, orelse=[]):
                    self._loop(test, body, local, names, mask)
                case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                    for item in self._value(iterable, local, names, mask):
                        _assign(target, item, local)
                        self._block([*body, _NOTHING], local, names, mask)
                case ast.Raise():
                    self._raised = self._raised | mask
                    return jnp.nan
                case _:
                    raise Unsupported(f"{ast.unparse(statement)!r} is not supported")
        raise Unsupported("it may end without a return")

    def _loop(
        self, test: ast.expr, body: Sequence[ast.stmt], local: dict[str, Any], names: Mapping[str, Any], mask: Any
    ) -> None:
        """A loop, run for those elements that come here, as long as the condition holds for one."""
        stored = (node for statement in body for node in ast.walk(statement) if isinstance(node, ast.Name))
        changed = sorted({node.id for node in stored if isinstance(node.ctx, ast.Store)} & local.keys())

        def condition(state: tuple[Any, ...]) -> Any:
            return mask & self._value(test, local | dict(zip(changed, state, strict=True)), names, mask)

        def step(state: tuple[Any, ...]) -> tuple[Any, ...]:
            inner = local | dict(zip(changed, state, strict=True))
            self._block([*body, _NOTHING], inner, names, mask)
            return tuple(jnp.asarray(inner[name], dtype=float) for name in changed)

        start = tuple(jnp.asarray(local[name], dtype=float) for name in changed)
        local |= dict(zip(changed, jax.lax.while_loop(condition, step, start), strict=True))

    def _value(  # noqa: C901, PLR0911, PLR0912 -- one case for each kind
        self, node: ast.expr, local: dict[str, Any], names: Mapping[str, Any], mask: Any
    ) -> Any:
        def value(part: ast.expr) -> Any:
            return self._value(part, local, names, mask)

        match node:
            case ast.Constant(value=constant):
                return constant
            case ast.Name(id=name):
                return local[name] if name in local else _named(name, names)
            case ast.Attribute(value=owner, attr=attribute):
                return getattr(value(owner), attribute)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                return tuple(map(value, elements))
            case ast.BinOp(left=left, op=op, right=right):
                return _OPERATORS[type(op)](value(left), value(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                found = value(operand)
                return not found if _is_known(found) else ~_truth(found)
            case ast.BoolOp(op=op, values=values):
                combine = jnp.logical_and if isinstance(op, ast.And) else jnp.logical_or
                return functools.reduce(combine, map(_truth, map(value, values)))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return _compare([value(left), *map(value, comparators)], ops)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                condition = value(test)
                if _is_known(condition):
                    return value(body if condition else orelse)
                condition = _truth(condition)
                yes = self._value(body, local, names, mask & condition)
                return _choose(condition, yes, self._value(orelse, local, names, mask & ~condition))
            case ast.Subscript(value=container, slice=index):
                return value(container)[value(index)]
            case ast.Slice(lower=lower, upper=upper, step=step):
                return slice(*(None if part is None else value(part) for part in (lower, upper, step)))
            case ast.ListComp(elt=element, generators=[ast.comprehension(target=target, iter=iterable, ifs=[])]):
                items = []
                for item in value(iterable):
                    inner = dict(local)
                    _assign(target, item, inner)
                    items.append(self._value(element, inner, names, mask))
                return items
            case ast.Call(func=ast.Attribute(value=owner, attr="is_integer"), args=[]):
                number = value(owner)
                return jnp.isfinite(number) & (jnp.floor(number) == number)
            case ast.Call(func=function, args=args, keywords=keywords):
                given = [
                    item
                    for arg in args
                    for item in (value(arg.value) if isinstance(arg, ast.Starred) else [value(arg)])
                ]
                named: dict[str, Any] = {str(keyword.arg): value(keyword.value) for keyword in keywords}
                called = functools.partial(value(function), **named) if named else value(function)
                return self.call(called, given, mask=mask)
        raise Unsupported(f"{ast.unparse(node)!r} is not supported")


_NOTHING = ast.Return(ast.Constant(None))
"""Ends a loop's body, which returns nothing."""


def _named(name: str, names: Mapping[str, Any]) -> Any:
    if name in names:
        return names[name]
    raise Unsupported(f"{name!r} is not defined")


def _truth(condition: Any) -> Any:
    if _is_known(condition):
        return bool(condition)
    return condition if condition.dtype == bool else condition != 0


def _compare(operands: list[Any], ops: Sequence[ast.cmpop]) -> Any:
    found: Any = True
    for x, op, y in zip(operands, ops, operands[1:], strict=False):
        if isinstance(op, ast.In):
            one = functools.reduce(jnp.logical_or, [x == item for item in y])
        elif type(op) in _OPERATORS:
            one = _OPERATORS[type(op)](x, y)
        else:
            raise Unsupported("this comparison is not supported")
        found = one if found is True else found & one
    return found


def _assign(target: ast.expr, value: Any, local: dict[str, Any]) -> None:
    match target:
        case ast.Name(id=name):
            local[name] = value
        case ast.Tuple(elts=elements):
            for element, part in zip(elements, value, strict=True):
                _assign(element, part, local)
        case _:
            raise Unsupported(f"an assignment to {ast.unparse(target)} is not supported")
