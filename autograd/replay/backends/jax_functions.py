"""An operation as a function of JAX: its value from ``ufunc`` or ``forward``, its derivative from ``partials``.

A forward is evaluated from its intermediate form (see :mod:`~autograd.replay.lowering`) while JAX traces it: both
sides of an ``if`` are computed and one is chosen, element by element. What would be wrong on the side that is not
chosen cannot reach a derivative, for derivatives are never taken of a forward: they are the record's own.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy.special import erf, erfc, gammaln

import autograd.rules  # noqa: F401 -- fills the table, which is read below
from autograd.primitives import Primitive, give_operators
from autograd.replay import intermediate as ir
from autograd.replay.backends.printing import refusal
from autograd.replay.lowering import Lowering
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
    try:
        if base.expansion is not None:
            return _plain(base.expansion(*map(_Traced, inputs), *op.constants))
        return _Evaluation().operation(base, arguments)
    except (ir.Unsupported, LookupError, TypeError) as error:  # JAX's own are TypeErrors
        raise refusal(op, "exported to JAX", error) from None


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


give_operators(_Traced)


# --- forwards ---------------------------------------------------------------------------------------------

_APPLIED: dict[str, Callable[..., Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne, "negative": operator.neg, "not": jnp.logical_not,
    "number": lambda x: jnp.where(x, 1.0, 0.0), "nonzero": lambda x: x != 0.0, "mantissa": lambda x: jnp.frexp(x)[0],
    "exponent": lambda x: jnp.frexp(x)[1].astype(float), "is_integer": lambda x: jnp.isfinite(x) & (jnp.floor(x) == x),
    **{name: getattr(jnp, one.numpy) for name, one in ir.ELEMENTARY.items() if one.numpy},
    "ldexp": lambda x, n: jnp.ldexp(x, n.astype(int)), "erf": erf, "erfc": erfc, "lgamma": gammaln,
}  # fmt: skip
_DEEPEST = 2  # how often a function of the table calls itself, by reflection, before it is answered
Numbers = dict[str, Any]


class _Evaluation:
    """Evaluates a function in the intermediate form on arrays of JAX's.

    ``mask`` tells everywhere which elements come there when each is run alone.
    """

    def __init__(self) -> None:
        self._lowering = Lowering()
        self._raised: Any = False
        self._running: list[ir.Function] = []

    def operation(self, op: Primitive, arguments: Sequence[Any]) -> Any:
        """The value of ``op``; where its forward raises, what IEEE 754 gives."""
        value = self.call(self._lowering.operation(op.forward, len(arguments)), arguments, mask=True)
        if self._raised is False:
            return value
        otherwise = jnp.nan
        if op.ieee:
            otherwise = _Evaluation().call(self._lowering.operation(op.ieee, len(arguments)), arguments, mask=True)
        return jnp.where(self._raised, otherwise, value)

    def call(self, function: ir.Function, arguments: Sequence[Any], *, mask: Any) -> Any:
        """``function`` of some arrays."""
        if self._running.count(function) >= _DEEPEST:
            return jnp.nan  # on the side that is not chosen, a reflection would go on for ever
        self._running.append(function)
        try:
            return self._block(function.body, dict(zip(function.parameters, arguments, strict=True)), mask)
        finally:
            self._running.pop()

    def _block(self, block: Sequence[ir.Statement], numbers: Numbers, mask: Any) -> Any:
        """The result of ``block``, if it returns; ``numbers`` are its variables, and change."""
        for statement in block:
            match statement:
                case ir.Assign(name, value):
                    numbers[name] = self._value(value, numbers, mask)
                case ir.If(test, body, []) if ir.ends(body):  # by raising, or it would have another side
                    self._block(body, dict(numbers), mask & self._value(test, numbers, mask))
                case ir.If(test, body, orelse):
                    condition = self._value(test, numbers, mask)
                    here, there = dict(numbers), dict(numbers)
                    found = self._block(body, here, mask & condition)
                    other = self._block(orelse, there, mask & ~condition)
                    if ir.ends([statement]):
                        return jnp.where(condition, found, other)
                    numbers |= {name: jnp.where(condition, here[name], there[name]) for name in ir.left_by(statement)}
                case ir.While():
                    self._loop(statement, numbers, mask)
                case ir.Return(value):
                    return self._value(value, numbers, mask)
                case ir.Raise():
                    self._raised |= mask
                    return jnp.nan
                case _:
                    raise ir.Unsupported("'try:' is not translated")
        return None

    def _loop(self, loop: ir.While, numbers: Numbers, mask: Any) -> None:
        """A loop, run for those elements that come here, as long as the condition holds for one."""

        def known(state: tuple[Any, ...]) -> Numbers:
            return numbers | dict(zip(loop.carried, state[1:], strict=True))

        def condition(state: tuple[Any, ...]) -> Any:
            return mask & ~state[0] & self._value(loop.test, known(state), mask)

        def step(state: tuple[Any, ...]) -> tuple[Any, ...]:
            before, self._raised = self._raised, state[0]
            inner = known(state)
            self._block(loop.body, inner, mask)
            raised, self._raised = self._raised, before
            return raised, *(inner[name] for name in loop.carried)

        start = (jnp.asarray(self._raised), *(jnp.asarray(numbers[name], dtype=float) for name in loop.carried))
        raised, *after = jax.lax.while_loop(condition, step, start)
        self._raised = raised
        numbers |= dict(zip(loop.carried, after, strict=True))

    def _value(self, expression: ir.Expression, numbers: Numbers, mask: Any) -> Any:  # noqa: PLR0911 -- one case for each kind
        match expression:
            case ir.Constant(value, kind):
                return jnp.asarray(value != 0.0 if kind == "condition" else value)
            case ir.Variable(name):
                return numbers[name]
            case ir.Call(function, args):
                return self.call(function, [self._value(arg, numbers, mask) for arg in args], mask=mask)
            # XLA leaves an addition of 0 out, and so the sign of a zero.
            case ir.Apply("+", (x, ir.Constant(0.0)), "int"):
                number = self._value(x, numbers, mask)
                return jnp.where(number == 0.0, 0.0, number)
            case ir.Apply("select", (test, x, y)):
                condition = self._value(test, numbers, mask)
                chosen, other = self._value(x, numbers, mask & condition), self._value(y, numbers, mask & ~condition)
                return jnp.where(condition, chosen, other)
            case ir.Apply("and" | "or" as name, (x, y)):
                first = self._value(x, numbers, mask)
                second = self._value(y, numbers, mask & (first if name == "and" else ~first))
                return first & second if name == "and" else first | second
            case ir.Apply(name, args):
                given = [self._value(arg, numbers, mask) for arg in args]
                if name not in _APPLIED:
                    return self.call(self._lowering.elementary(name, len(args)), given, mask=mask)
                return _APPLIED[name](*given)
