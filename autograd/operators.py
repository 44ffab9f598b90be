"""The table under Python's operators, and methods such as ``x.tanh()``.

The methods are built from the records once, when the class of Values is made, so that an operation costs one
call and no dispatch.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from autograd import rules
from autograd.clock import clock
from autograd.context import current
from autograd.debugging import check_value, remember_site
from autograd.errors import ConversionError
from autograd.passes import compute
from autograd.primitives import PRIMITIVES, Primitive, as_float, is_number
from autograd.recording import recording
from autograd.sweep import describe
from autograd.ufuncs import METHODS, apply_function, apply_ufunc

if TYPE_CHECKING:
    from autograd.value import Value

__all__ = ["SIGNS", "Operators", "install_operators", "link", "make_node"]


class Operators:
    """The part of a Value that computes."""

    __slots__ = ()

    _data: float
    op: Primitive | None

    @staticmethod
    def __primitive__(op: Primitive, args: tuple[Any, ...]) -> Any:
        """Apply any record to Values and numbers; numbers become constants, or are captured."""
        if len(args) == op.arity and not op.captures:
            for arg in args:
                if not isinstance(arg, Operators):
                    break
            else:  # nothing to convert: by far the most common
                return _applied(op)(*args)
        args = op.complete(args)
        if op.captures:
            constants = args[-op.captures :]
            differentiated = [constant for constant in constants if isinstance(constant, Operators)]
            if differentiated and op.partials is None:
                raise TypeError(
                    f"{op.name}(): {describe(differentiated[0])} must be a plain number, it is not differentiated"
                )
            if not differentiated:
                args = args[: -op.captures]
                op = op.capture(*[as_float(constant, f"{op.name}()") for constant in constants])
        return _applied(op)(
            *[arg if isinstance(arg, Operators) else _Constant(as_float(arg, f"{op.name}()")) for arg in args]
        )

    def __pow__(self, other: Any) -> Any:
        if isinstance(other, Operators):
            return _applied(rules.power)(self, other)
        if is_number(other):
            return _applied(rules.power.capture(as_float(other, "pow()")))(self)
        return _refuse(rules.power, other)

    def __rpow__(self, other: Any) -> Any:
        return _Constant(other) ** self if is_number(other) else _refuse(rules.power, other)

    def __divmod__(self, other: Any) -> Any:
        if isinstance(other, Operators) or is_number(other):
            return self // other, self % other
        return _refuse(rules.floordiv, other)

    def __rdivmod__(self, other: Any) -> Any:
        return (other // self, other % self) if is_number(other) else _refuse(rules.floordiv, other)

    def __round__(self, ndigits: Any = None) -> Any:
        """A Value, where a float's would be an int."""
        return rules.round(self, 0 if ndigits is None else ndigits)

    def __floor__(self) -> Any:
        return rules.floor(self)

    def __ceil__(self) -> Any:
        return rules.ceil(self)

    def __trunc__(self) -> Any:
        return rules.trunc(self)

    def pow(self, other: Any) -> Any:
        """``self ** other``: a plain number as exponent is captured, so that no logarithm is ever taken."""
        return self**other

    def __pos__(self) -> Any:
        return self

    def __bool__(self) -> bool:
        return bool(_compare(self, 0.0, operator.ne))

    def __eq__(self, other: object) -> Any:
        return _compare(self, other, operator.eq)

    def __ne__(self, other: object) -> Any:
        return _compare(self, other, operator.ne)

    def __lt__(self, other: Any) -> Any:
        return _compare(self, other, operator.lt)

    def __le__(self, other: Any) -> Any:
        return _compare(self, other, operator.le)

    def __gt__(self, other: Any) -> Any:
        return _compare(self, other, operator.gt)

    def __ge__(self, other: Any) -> Any:
        return _compare(self, other, operator.ge)

    __hash__ = object.__hash__
    """By identity, so sets and dicts hold nodes; ``==`` compares the data. In a traced function there is none."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """NumPy's functions on Values, and on arrays of numbers together with Values, element by element."""
        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """NumPy's functions that are written in Python on a bare Value."""
        return apply_function(function, types, args, kwargs)

    @property
    def _mask(self) -> NoReturn:
        """Asked for by NumPy's masked arrays, which have taken the float by then."""
        raise ConversionError(
            f"a masked array would take the float out of {describe(self)}, and its gradient would be lost: use a plain "
            f"array, and autograd.where for what is masked"
        )

    def conjugate(self) -> Any:
        """The number itself, being real: ``numpy.var``, ``std`` and ``vdot`` ask for it."""
        return self

    if TYPE_CHECKING:  # built below from the table; tests/autograd/test_operators.py holds this list to it

        @property
        def parents(self) -> tuple[Value, ...]: ...
        def __add__(self, other: Any) -> Value: ...
        def __radd__(self, other: Any) -> Value: ...
        def __sub__(self, other: Any) -> Value: ...
        def __rsub__(self, other: Any) -> Value: ...
        def __mul__(self, other: Any) -> Value: ...
        def __rmul__(self, other: Any) -> Value: ...
        def __truediv__(self, other: Any) -> Value: ...
        def __rtruediv__(self, other: Any) -> Value: ...
        def __floordiv__(self, other: Any) -> Value: ...
        def __rfloordiv__(self, other: Any) -> Value: ...
        def __mod__(self, other: Any) -> Value: ...
        def __rmod__(self, other: Any) -> Value: ...
        def __neg__(self) -> Value: ...
        def __abs__(self) -> Value: ...
        def abs(self) -> Value: ...
        def acos(self) -> Value: ...
        def acosh(self) -> Value: ...
        def asin(self) -> Value: ...
        def asinh(self) -> Value: ...
        def atan(self) -> Value: ...
        def atan2(self, other: Any, /) -> Value: ...
        def atanh(self) -> Value: ...
        def cbrt(self) -> Value: ...
        def ceil(self) -> Value: ...
        def clip(self, low: float, high: float) -> Value: ...
        def copysign(self, other: Any, /) -> Value: ...
        def cos(self) -> Value: ...
        def cosh(self) -> Value: ...
        def digamma(self) -> Value: ...
        def elu(self, alpha: float = 1.0) -> Value: ...
        def equal(self, other: Any, /) -> Value: ...
        def erf(self) -> Value: ...
        def erfc(self) -> Value: ...
        def exp(self) -> Value: ...
        def exp2(self) -> Value: ...
        def expm1(self) -> Value: ...
        def floor(self) -> Value: ...
        def fmod(self, other: Any, /) -> Value: ...
        def gamma(self) -> Value: ...
        def gelu(self) -> Value: ...
        def greater(self, other: Any, /) -> Value: ...
        def greater_equal(self, other: Any, /) -> Value: ...
        def hypot(self, other: Any, /) -> Value: ...
        def ieee_remainder(self, other: Any, /) -> Value: ...
        def leaky_relu(self, slope: float = 0.01) -> Value: ...
        def less(self, other: Any, /) -> Value: ...
        def less_equal(self, other: Any, /) -> Value: ...
        def lgamma(self) -> Value: ...
        def log(self) -> Value: ...
        def log10(self) -> Value: ...
        def log1p(self) -> Value: ...
        def log2(self) -> Value: ...
        def log_sigmoid(self) -> Value: ...
        def logaddexp(self, other: Any, /) -> Value: ...
        def maximum(self, other: Any, /) -> Value: ...
        def minimum(self, other: Any, /) -> Value: ...
        def mod(self, other: Any, /) -> Value: ...
        def norm_cdf(self) -> Value: ...
        def norm_pdf(self) -> Value: ...
        def not_equal(self, other: Any, /) -> Value: ...
        def reciprocal(self) -> Value: ...
        def relu(self) -> Value: ...
        def round(self, digits: float = 0.0) -> Value: ...
        def sigmoid(self) -> Value: ...
        def sign(self) -> Value: ...
        def silu(self) -> Value: ...
        def sin(self) -> Value: ...
        def sinc(self) -> Value: ...
        def sinh(self) -> Value: ...
        def softplus(self) -> Value: ...
        def softsign(self) -> Value: ...
        def sqrt(self) -> Value: ...
        def square(self) -> Value: ...
        def step(self) -> Value: ...
        def stop_gradient(self) -> Value: ...
        def tan(self) -> Value: ...
        def tanh(self) -> Value: ...
        def trunc(self) -> Value: ...


SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "floordiv": "//", "mod": "%", "pow": "**"}
"""The operators as Python writes them."""


# --- making nodes -----------------------------------------------------------------------------------------

_new = object.__new__
_Constant: Any = None
_Detached: Any = None
# The classes of written numbers, and of results without a graph. value.py, built on this module, hands them over.


# _unary and _binary are the same few lines as make_node, spelt out because they are the cost of building a graph.


def make_node(op: Primitive, parents: tuple[Any, ...]) -> Any:
    """The value of ``op`` on ``parents``, linked to them; for any operation, under any setting."""
    time = clock.now  # before the data is read: a leaf set meanwhile is then seen to be newer
    surroundings = current()
    by = recording() if surroundings.domains_watched else None
    data = compute(op, [parent._data for parent in parents], parents) if by is None else by.computed(op, parents)
    if not surroundings.grad:
        return _Detached(data)
    out = _new(surroundings.node_class)
    out._data = data
    out._grad = None
    out._hooks = None
    out._stamp = time
    out._label = ""
    out.op = op
    link(out, parents)
    out.scope = surroundings.scope
    if surroundings.anomaly:
        check_value(out)
    elif data - data:
        remember_site(out)
    return out


def link(node: Any, parents: tuple[Any, ...]) -> None:
    """Give ``node`` its operands."""
    node._first = parents[0] if parents else None
    node._second = parents[1:] if len(parents) > 2 else parents[1] if len(parents) == 2 else None


def _unary(op: Primitive) -> Callable[[Any], Any]:
    forward = op.forward

    def method(self: Any) -> Any:
        surroundings = current()
        if not surroundings.plain:
            return make_node(op, (self,))
        time = clock.now
        try:
            data = forward(self._data)
        except (ArithmeticError, ValueError) as error:
            data = op.outside(error, (self._data,), (self.label,))
        out = _new(surroundings.node_class)
        out._data = data
        out._grad = None
        out._hooks = None
        out._stamp = time
        out._label = ""
        out.op = op
        out._first = self
        out._second = None
        out.scope = surroundings.scope
        if data - data:
            remember_site(out)
        return out

    return method


def _binary(op: Primitive) -> Callable[[Any, Any], Any]:
    forward = op.forward

    def method(self: Any, other: Any) -> Any:
        if not isinstance(other, Operators):
            if not is_number(other):
                return _refuse(op, other)
            other = _Constant(other)
        surroundings = current()
        if not surroundings.plain:
            return make_node(op, (self, other))
        time = clock.now
        try:
            data = forward(self._data, other._data)
        except (ArithmeticError, ValueError) as error:
            data = op.outside(error, (self._data, other._data), (self.label, other.label))
        out = _new(surroundings.node_class)
        out._data = data
        out._grad = None
        out._hooks = None
        out._stamp = time
        out._label = ""
        out.op = op
        out._first = self
        out._second = other
        out.scope = surroundings.scope
        if data - data:
            remember_site(out)
        return out

    return method


@functools.lru_cache(maxsize=4096)
def _applied(op: Primitive) -> Callable[..., Any]:
    """The function that makes nodes of ``op``."""
    if op.builtin and op.arity == 1:  # of a user's forward it is not known that it gives a float
        return _unary(op)
    if op.builtin and op.arity == 2:
        return _binary(op)
    return lambda *parents: make_node(op, parents)


def _reflected(op: Primitive, method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def reflected(self: Any, other: Any) -> Any:
        return method(_Constant(other), self) if is_number(other) else _refuse(op, other)

    return reflected


def _refuse(op: Primitive, other: Any) -> Any:
    """NotImplemented for a stranger that may know what to do; a TypeError for what no Value combines with."""
    if isinstance(other, (complex, str, bytes, type(None), list, tuple, dict, set, frozenset)):
        try:
            as_float(other, f"the operator {SIGNS[op.name]!r} on a Value")
        except TypeError as error:
            if op is not rules.mul or not isinstance(other, (str, bytes, list, tuple)):
                raise
            raise TypeError(
                f"{error}. To repeat the {type(other).__name__}, the Value must be an int: name it in static_argnums "
                f"of compile()"
            ) from None
    return NotImplemented


def _named(function: Callable[..., Any], op: Primitive, name: str) -> Callable[..., Any]:
    function.__name__ = name
    function.__qualname__ = f"Value.{name}"
    function.__doc__ = op.__doc__
    return function


def _calling(op: Primitive) -> Callable[..., Any]:
    def method(self: Any, *others: Any, **constants: float) -> Any:
        return op(self, *others, **constants)

    return method


def _compare(value: Any, other: Any, relation: Callable[[Any, Any], Any]) -> Any:
    if isinstance(other, Operators):
        outcome = relation(value._data, other._data)
    elif is_number(other):
        # An int too large for a float still compares rightly, so let Python compare, not as_float.
        outcome = bool(relation(value._data, other))
    elif relation in _EQUALITIES and recording() is None and getattr(type(other), "__array_ufunc__", None) is None:
        outcome = relation(value._data, other)  # as a float meets a stranger, such as pytest.approx(2.0)
    else:
        return NotImplemented
    by = recording()
    if by is not None:
        by.guard(_RELATIONS[relation], value, other, outcome)
    return outcome


_EQUALITIES = (operator.eq, operator.ne)

_RELATIONS: dict[Callable[[Any, Any], Any], str] = {
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
    operator.eq: "==",
    operator.ne: "!=",
}


_OPERATORS = {
    rules.add: "add",
    rules.sub: "sub",
    rules.mul: "mul",
    rules.div: "truediv",
    rules.floordiv: "floordiv",
    rules.mod: "mod",
}
"""The operations of two numbers that are operators of Python."""

_NO_METHODS = {*_OPERATORS, rules.neg, rules.power} - {rules.mod}


def install_operators(value: type[Value], constant: type[Value], detached: type[Value]) -> None:
    """Build the operators and methods of the class of Values from the table."""
    global _Constant, _Detached
    _Constant, _Detached = constant, detached
    for op, name in _OPERATORS.items():
        method = _binary(op)
        setattr(value, f"__{name}__", _named(method, op, f"__{name}__"))
        setattr(value, f"__r{name}__", _named(_reflected(op, method), op, f"__r{name}__"))
    for op in (rules.neg, rules.absolute):
        setattr(value, f"__{op.name}__", _named(_unary(op), op, f"__{op.name}__"))
    for op in PRIMITIVES.values():
        public = op.name in rules.__all__ or op is rules.absolute
        if public and op not in _NO_METHODS and (op.arity in (1, 2) or op.captures):
            setattr(value, op.name, _named(_unary(op) if op.arity == 1 else _calling(op), op, op.name))
    for name, function in METHODS.items():
        setattr(value, name, function)
