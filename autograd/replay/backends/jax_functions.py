"""An operation as a function of JAX: its value from ``ufunc`` or ``forward``, its derivative from ``partials``.

What would be wrong on the side of an ``if`` that is not chosen cannot reach a derivative, for derivatives are never
taken of an interpreted forward: they are the record's own.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

import autograd.rules  # noqa: F401 -- fills the table, which is read below
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.backends.jax_interpreter import IN_JAX, Interpreter, Unsupported
from autograd.replay.tape import FUSED_DOT

__all__ = ["jax_function"]


@functools.lru_cache(maxsize=4096)
def jax_function(op: Primitive) -> Callable[..., Any]:
    """``op`` as a pure function of JAX, for jit, vmap and derivatives of every order.

    Raises (when called):
        NotImplementedError: its forward cannot be interpreted.
    """
    if op is FUSED_DOT:
        return _sum_of_products
    if op.forward in (operator.add, operator.sub, operator.mul, operator.neg):
        plain: Callable[..., Any] = op.forward
        return plain
    if op.name == "stop_gradient":
        return jax.lax.stop_gradient  # type: ignore[no-any-return]
    if op.gated and not op.held and op.arity == 3:
        return lambda condition, x, y: jnp.where(condition != 0.0, x, y)

    def value(*inputs: Any) -> Any:
        return _value(op, inputs)

    function: Callable[..., Any] = jax.custom_jvp(value)

    def derivative(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
        out = function(*primals)
        rule: Any = op.partials  # a tape holds no operation that lacks its constants
        locals_ = rule(*map(_Traced, primals), _Traced(out))
        flows = [_plain(local) * tangent for local, tangent in zip(locals_, tangents, strict=True)]
        return out, functools.reduce(operator.add, flows)

    function.defjvp(derivative)  # type: ignore[attr-defined]  # a method of JAX's own kind of function
    return function


def _sum_of_products(*factors: Any) -> Any:
    return functools.reduce(operator.add, map(operator.mul, factors[::2], factors[1::2]))


def _value(op: Primitive, inputs: Sequence[Any]) -> Any:
    base = op.base or op
    arguments = [*inputs, *op.constants]
    if base.ufunc:
        return getattr(jnp, base.ufunc)(*arguments)
    if base.forward in IN_JAX:
        return IN_JAX[base.forward](*arguments)
    try:
        if base.expansion is not None:
            return _plain(base.expansion(*map(_Traced, inputs), *op.constants))
        return Interpreter(_apply).operation(base, arguments)
    except (Unsupported, LookupError, TypeError, AttributeError) as error:  # JAX's own are TypeErrors
        raise NotImplementedError(
            f"the operation {op.name!r} cannot be exported to JAX: {error}. Write its forward in a file, as a "
            f"function of floats, with arithmetic and the functions of math alone."
        ) from None


def _apply(op: Primitive, arguments: Sequence[Any]) -> Any:
    return jax_function(op)(*[jnp.asarray(_plain(argument), dtype=float) for argument in arguments])


def _plain(number: Any) -> Any:
    return number.array if isinstance(number, _Traced) else number


class _Traced:
    """An array of JAX's that interprets primitives, so that ``partials`` can be evaluated on it."""

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        self.array = array

    @staticmethod
    def __primitive__(op: Primitive, args: tuple[Any, ...]) -> _Traced:
        args = op.complete(args)
        if op.captures and not any(isinstance(arg, _Traced) for arg in args[-op.captures :]):
            op, args = op.capture(*args[-op.captures :]), args[: -op.captures]
        return _Traced(_apply(op, args))


def _dunder(op: Primitive, *, reflected: bool) -> Callable[..., _Traced]:
    if reflected:
        return lambda self, other: _Traced.__primitive__(op, (other, self))
    return lambda self, *other: _Traced.__primitive__(op, (self, *other))


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    _op = "div" if _name == "truediv" else _name
    setattr(_Traced, f"__{_name}__", _dunder(PRIMITIVES[_op], reflected=False))
    setattr(_Traced, f"__r{_name}__", _dunder(PRIMITIVES[_op], reflected=True))
for _name in ("neg", "abs"):
    setattr(_Traced, f"__{_name}__", _dunder(PRIMITIVES[_name], reflected=False))
