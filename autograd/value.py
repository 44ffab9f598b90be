"""A Value: one number in a graph, its parents, and the closure of its local gradients.

This module puts the table of :mod:`autograd.rules` under Python's operators and NumPy's functions, and keeps
the state of a node. The operator methods are built from the records once, when the class is made, so that an
operation costs one call and no dispatch.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from autograd import rules
from autograd.anomaly import check_value, watched
from autograd.context import current
from autograd.errors import GradientError, StaleGraphError
from autograd.flows import Flow, Step, flow_steps, flows_into
from autograd.primitives import PRIMITIVES, Primitive, as_float, is_number
from autograd.sites import remember_site
from autograd.sweep import adjoint_steps, adjoints, check_fresh, describe, local_gradients, topological_order
from autograd.transport import deep_copy, flatten

__all__ = ["Constant", "HookHandle", "Parameter", "Value"]

_now = 0
"""The clock of stale detection: it ticks when a leaf is set, and each node keeps the time it was computed."""

_lock = threading.RLock()
"""Held while the clock ticks and while gradients are written: both read, add and write."""

_new = object.__new__


class Value:
    """A number that remembers how it was computed, so that gradients can flow back through it.

    Args:
        data: the number: int, float, bool, NumPy scalar or 0-d array, Fraction, Decimal.
        label: its name in messages and pictures.

    Raises:
        TypeError: ``data`` is not one real number, or ``label`` is not a str.
        OverflowDomainError: ``data`` is too large for a float.

    >>> from autograd import Value
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> c = a * b + a
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (-4.0, -2.0, 2.0)
    """

    __slots__ = (
        "__weakref__", "_data", "_first", "_grad", "_hooks", "_second", "_stamp",
        "label", "local_grads", "op", "scope",
    )  # fmt: skip

    # The operands are kept in two slots, not in a tuple. A tuple a node would be a second object for Python's
    # cyclic collector to visit at every node: measured on a graph of 65,000 nodes, 40 % of a training step.
    _first: Value | None  # None on a leaf
    _second: Value | tuple[Value, ...] | None  # the second operand, or all after the first if there are more
    _data: float
    _grad: Any  # None: not computed; a float; a Value after backward(create_graph=True)
    _hooks: dict[int, Callable[[Any], Any]] | None
    _stamp: int
    label: str
    """The name shown in messages and pictures; data, never markup."""
    local_grads: Callable[..., tuple[Any, ...]] | None
    """The local gradient closure: ``local_grads(*inputs, output)``, one gradient per parent. None on a leaf."""
    op: Primitive | None
    """The operation that made this value; None on a leaf."""
    scope: str
    """The part of the computation it belongs to, such as ``"layer 1/neuron 2"``."""

    kind: ClassVar[str] = "input"
    """What a leaf of this class is, for pictures."""

    def __init__(self, data: Any, label: str = "") -> None:
        self._data = data if type(data) is float else as_float(data, type(self).__name__)
        self._grad = None
        self._hooks = None
        self._stamp = _now
        self.label = label if type(label) is str else _check_label(label)
        self.local_grads = None
        self.op = None
        self._first = self._second = None
        self.scope = current().scope
        if self._data - self._data:  # true for nan and the infinities alone
            remember_site(self)

    @property
    def parents(self) -> tuple[Value, ...]:
        """The operands, in order and with repetition: ``x * x`` has two. Empty on a leaf."""
        first, second = self._first, self._second
        if first is None:
            return ()
        if second is None:
            return (first,)
        return (first, *second) if isinstance(second, tuple) else (first, second)

    # --- state --------------------------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number, always a Python float. A leaf's may be set; a computed node's follows its leaves.

        Raises (when set):
            StaleGraphError: the node is computed.
            TypeError: the new value is not one real number.
        """
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        global _now
        number = as_float(data, "data")
        if self.op is not None:
            raise StaleGraphError(
                f"{describe(self)} is computed, so its data cannot be set to {number!r}: "
                f"set the leaves it depends on, then call forward() on it"
            )
        with _lock:
            # The data first: a thread that builds in between gets a false alarm rather than a stale graph.
            self._data = number
            _now += 1
            self._stamp = _now
        if number - number:
            remember_site(self)

    @property
    def grad(self) -> Any:
        """d root / d self of the last backward pass; on a leaf the sum over all passes since ``zero_grad()``.

        0.0 before any pass (``has_grad`` tells). A Value after ``backward(create_graph=True)`` on a leaf.
        """
        gradient = self._grad
        return 0.0 if gradient is None else gradient

    @grad.setter
    def grad(self, gradient: Any) -> None:
        self._grad = None if gradient is None else self.check_gradient(gradient, "grad")

    @property
    def has_grad(self) -> bool:
        """Whether a gradient has been computed (or set) since the last ``zero_grad()``."""
        return self._grad is not None

    @staticmethod
    def check_gradient(gradient: Any, where: str) -> Any:
        """``gradient`` as a float, or the Value that it is; anything else is refused."""
        return gradient if isinstance(gradient, Value) else as_float(gradient, where)

    def named(self, label: str) -> Self:
        """Set the label and return self, for use inside an expression.

        >>> from autograd import Value
        >>> (Value(2.0) * 3).named("six").label
        'six'
        """
        self.label = _check_label(label)
        return self

    def item(self) -> float:
        """The data as a plain float."""
        return self.data

    def detach(self) -> Value:
        """A new leaf with the same data and label, through which no gradient flows."""
        return Value(self._data, self.label)

    def register_hook(self, hook: Callable[[Any], Any]) -> HookHandle:
        """Call ``hook(gradient)`` in each backward pass, when this node's gradient is complete.

        What the hook returns, if not None, replaces the gradient before it flows on.

        >>> from autograd import Value
        >>> x = Value(3.0)
        >>> handle = x.register_hook(lambda g: max(-1.0, min(1.0, g)))
        >>> (x * x).backward()
        >>> x.grad
        1.0
        >>> handle.remove()
        """
        if not callable(hook):
            raise TypeError(f"register_hook takes a function of the gradient, not {hook!r}")
        hooks = self._hooks
        if hooks is None:
            hooks = self._hooks = {}
        handle = HookHandle(hooks)
        hooks[id(handle)] = hook
        return handle

    # --- the passes ---------------------------------------------------------------------------------------

    def topological_order(self) -> list[Value]:
        """Every node this one depends on, each once, operands before results, self last."""
        return topological_order(self)

    def backward(self, gradient: Any = 1.0, *, create_graph: bool = False) -> None:
        """Set ``grad`` on every node this one depends on: d self / d node, by the chain rule.

        Leaves add to the gradient they have, as in PyTorch, until ``zero_grad()``; computed nodes get a fresh
        one. If anything fails on the way, every ``grad`` stays as it was.

        Args:
            gradient: the gradient to start from, d(something) / d self.
            create_graph: make the gradient of each leaf a Value, to be differentiated again.
                Such a gradient refers to the leaf and the leaf to it: ``zero_grad()`` lets both go.

        Raises:
            StaleGraphError: a leaf changed after the graph was built.

        >>> from autograd import Value
        >>> x = Value(3.0)
        >>> (x**3).backward(create_graph=True)
        >>> slope = x.grad
        >>> x.zero_grad()
        >>> slope.backward()
        >>> slope.data, x.grad
        (27.0, 18.0)
        """
        seed = self.check_gradient(gradient, "backward(gradient)")
        order = topological_order(self)
        adjoint: dict[Any, Any]
        if create_graph:
            seed = seed if isinstance(seed, Value) else Constant(seed)
            adjoint = {step.node: step.adjoint for step in watched(adjoint_steps(order, seed, _itself))}
        elif current().anomaly:
            steps = watched(adjoint_steps(order, as_float(seed, "backward(gradient)"), _data))
            adjoint = {step.node: step.adjoint for step in steps}
        else:
            adjoint = adjoints(order, as_float(seed, "backward(gradient), without create_graph,"))
        _write_gradients(order, adjoint)

    def backward_steps(self, gradient: float = 1.0) -> Iterator[Step]:
        """The backward pass, one :class:`~autograd.flows.Step` at a time, root first.

        When the last step has been taken the gradients are set exactly as ``backward()`` sets them; leave
        off earlier and no ``grad`` has changed.

        >>> from autograd import Value
        >>> a = Value(3.0, "a")
        >>> for step in (a * a).named("y").backward_steps():
        ...     for flow, total in zip(step.flows, step.totals):
        ...         print(f"a.grad += {flow.local} * {flow.upstream} -> {total}")
        a.grad += 3.0 * 1.0 -> 3.0
        a.grad += 3.0 * 1.0 -> 6.0
        """
        seed = as_float(gradient, "backward_steps(gradient)")
        order: list[Any] = []
        adjoint: dict[Any, float] = {}
        for step in flow_steps(self, seed):
            order.append(step.node)
            adjoint[step.node] = step.gradient
            yield step
        _write_gradients(order, adjoint)

    def forward(self) -> float:
        """Compute every node again from the present data of the leaves; the new data of this one.

        Gradients of computed nodes are forgotten, for they belong to the old point; leaves keep theirs.

        >>> from autograd import Value
        >>> x = Value(2.0)
        >>> y = x * x
        >>> x.data = 5.0
        >>> y.forward()
        25.0
        """
        time = _now
        order = [node for node in topological_order(self) if node.op is not None]
        fresh: dict[Value, float] = {}
        for node in order:
            inputs = [fresh[parent] if parent in fresh else parent._data for parent in node.parents]
            fresh[node] = _compute(node.op, inputs, node.parents)
        with _lock:
            for node, data in fresh.items():
                node._data = data
                node._grad = None
                node._stamp = time
        return self._data

    def zero_grad(self) -> None:
        """Forget the gradient of this node and of every node it depends on."""
        for node in topological_order(self):
            node._grad = None

    def partials(self) -> tuple[float, ...]:
        """The local gradients d self / d parent at the present data, one float per parent.

        >>> from autograd import Value
        >>> (Value(2.0) * Value(5.0)).partials()
        (5.0, 2.0)
        """
        check_fresh(self)
        return tuple(float(local) for local in local_gradients(self)) if self.parents else ()

    def flows_into(self, node: Value) -> list[Flow]:
        """The flows of gradient that reach ``node`` from this root: child, local, upstream, contribution.

        They sum to ``node.grad``. See :func:`autograd.flows.flows_into`.

        >>> from autograd import Value
        >>> a = Value(3.0)
        >>> y = a * a + a
        >>> y.backward()
        >>> [flow.contribution for flow in y.flows_into(a)]
        [1.0, 3.0, 3.0]
        """
        return flows_into(self, node)

    # --- operators: the arithmetic ones and the functions are added below, from the table -----------------

    @staticmethod
    def __primitive__(op: Primitive, args: tuple[Any, ...]) -> Value:
        """Apply any record to Values and numbers; numbers become constants, or are captured."""
        args = op.complete(args)
        if op.captures and (op.partials is None or not any(isinstance(arg, Value) for arg in args[-op.captures :])):
            constants = args[-op.captures :]
            args = args[: -op.captures]
            for constant in constants:
                if isinstance(constant, Value):
                    raise TypeError(f"{op.name}(): {describe(constant)} must be a plain number, it is not differentiated")
            op = op.capture(*[as_float(constant, f"{op.name}()") for constant in constants])
        return _node(op, tuple(arg if isinstance(arg, Value) else Constant(as_float(arg, op.name)) for arg in args))

    def __pow__(self, other: Any) -> Value:
        if isinstance(other, Value) or is_number(other):
            return self.__primitive__(rules.power, (self, other))
        return _refuse(rules.power, other)

    def __rpow__(self, other: Any) -> Value:
        return Constant(other) ** self if is_number(other) else _refuse(rules.power, other)

    def __bool__(self) -> bool:
        return self._data != 0.0

    def __float__(self) -> float:
        return self.data

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __eq__(self, other: object) -> Any:
        return _compare(self, other, float.__eq__)

    def __ne__(self, other: object) -> Any:
        return _compare(self, other, float.__ne__)

    def __lt__(self, other: Any) -> Any:
        return _compare(self, other, float.__lt__)

    def __le__(self, other: Any) -> Any:
        return _compare(self, other, float.__le__)

    def __gt__(self, other: Any) -> Any:
        return _compare(self, other, float.__gt__)

    def __ge__(self, other: Any) -> Any:
        return _compare(self, other, float.__ge__)

    __hash__ = object.__hash__
    """By identity, so sets and dicts hold nodes; ``==`` compares the data."""

    def __repr__(self) -> str:
        grad = f", grad={self._grad if isinstance(self._grad, float) else self._grad._data!r}" if self.has_grad else ""
        label = f", label={self.label!r}" if self.label else ""
        return f"{type(self).__name__}(data={self._data!r}{grad}{label})"

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """NumPy's functions on Values, and on arrays of numbers together with Values, element by element."""
        function = _UFUNCS.get(ufunc.__name__)
        if function is None or method != "__call__" or options:
            raise TypeError(
                f"NumPy's {ufunc.__name__} {'' if method == '__call__' else f'({method}) '}"
                f"{f'with {sorted(options)} ' if options else ''}is not defined on Values"
            )
        if not any(isinstance(array, np.ndarray) for array in inputs):
            return function(*inputs)
        elementwise = np.frompyfunc(function, ufunc.nin, 1)
        return elementwise(*[_boxed(array) if isinstance(array, Value) else array for array in inputs])

    # --- copies -------------------------------------------------------------------------------------------

    def __copy__(self) -> Self:
        copy = _new(type(self))
        for name in _COPIED:
            setattr(copy, name, getattr(self, name))
        copy._grad = float(self._grad) if self.has_grad else None
        copy._hooks = None
        return copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        """A copy of the whole graph below, of any depth; hooks and gradient graphs are left behind."""
        return deep_copy(self, memo, _link)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        state = (self._data, None if self._grad is None else float(self._grad), self._stamp, self.label, self.scope)
        return flatten(self, _restore, (type(self), self.op, self.parents, state))

    # --- micrograd's names --------------------------------------------------------------------------------

    @property
    def _prev(self) -> set[Value]:
        """The parents as a set, as micrograd's drawing notebooks read them."""
        return set(self.parents)

    @property
    def _op(self) -> str:
        """The operation as micrograd writes it: ``"+"``, ``"*"``, ``"**2"``, ``"ReLU"``; empty on a leaf."""
        if self.op is None:
            return ""
        constants = "".join(f"{constant:g}" for constant in self.op.constants)
        return _MICROGRAD_NAMES.get(self.op.name, self.op.name) + constants

    if TYPE_CHECKING:  # built below from the table; tests/test_value.py holds this list to it

        def __add__(self, other: Any) -> Value: ...
        def __radd__(self, other: Any) -> Value: ...
        def __sub__(self, other: Any) -> Value: ...
        def __rsub__(self, other: Any) -> Value: ...
        def __mul__(self, other: Any) -> Value: ...
        def __rmul__(self, other: Any) -> Value: ...
        def __truediv__(self, other: Any) -> Value: ...
        def __rtruediv__(self, other: Any) -> Value: ...
        def __neg__(self) -> Value: ...
        def __abs__(self) -> Value: ...
        def cos(self) -> Value: ...
        def exp(self) -> Value: ...
        def leaky_relu(self, slope: float = 0.01) -> Value: ...
        def log(self) -> Value: ...
        def log_sigmoid(self) -> Value: ...
        def relu(self) -> Value: ...
        def sigmoid(self) -> Value: ...
        def sign(self) -> Value: ...
        def sin(self) -> Value: ...
        def softplus(self) -> Value: ...
        def sqrt(self) -> Value: ...
        def square(self) -> Value: ...
        def step(self) -> Value: ...
        def tanh(self) -> Value: ...


class Constant(Value):
    """A number that was written in an expression, as the 2 in ``2 * x``. A leaf like any other."""

    __slots__ = ()
    kind = "constant"


class Parameter(Value):
    """A leaf that a model learns."""

    __slots__ = ()
    kind = "parameter"


class HookHandle:
    """What :meth:`Value.register_hook` returns: ``remove()`` takes the hook off again."""

    __slots__ = ("_hooks",)

    def __init__(self, hooks: dict[int, Callable[[Any], Any]]) -> None:
        self._hooks = hooks

    def remove(self) -> None:
        """Take the hook off; a second call does nothing."""
        self._hooks.pop(id(self), None)


# --- making nodes -----------------------------------------------------------------------------------------
#
# _unary and _binary are the same few lines as _node, spelt out because they are the cost of building a graph.


def _compute(op: Primitive, inputs: list[float], parents: tuple[Value, ...]) -> float:
    """``op.forward``, with the domain answered by errstate and the labels of the parents in the message."""
    try:
        return op.forward(*inputs)
    except (ArithmeticError, ValueError) as error:
        return op.outside(error, tuple(inputs), tuple(parent.label for parent in parents))


def _node(op: Primitive, parents: tuple[Value, ...]) -> Value:
    """The value of ``op`` on ``parents``, linked to them; for any operation, under any setting."""
    if op.partials is None:
        raise TypeError(f"{op.name} needs its constants captured before it is applied")
    time = _now  # before the data is read: a leaf set meanwhile is then seen to be newer
    surroundings = current()
    data = _compute(op, [parent._data for parent in parents], parents)
    if type(data) is not float:
        data = as_float(data, f"the result of {op.name}")
    if not surroundings.grad:
        return Value(data)
    out = _new(Value)
    out._data = data
    out._grad = None
    out._hooks = None
    out._stamp = time
    out.label = ""
    out.local_grads = op.partials
    out.op = op
    _link(out, parents)
    out.scope = surroundings.scope
    if surroundings.anomaly:
        check_value(out)
    elif data - data:
        remember_site(out)
    return out


def _link(node: Value, parents: tuple[Value, ...]) -> None:
    node._first = parents[0] if parents else None
    node._second = parents[1:] if len(parents) > 2 else parents[1] if len(parents) == 2 else None


def _unary(op: Primitive) -> Callable[[Value], Value]:
    forward, local_grads = op.forward, op.partials

    def method(self: Value) -> Value:
        surroundings = current()
        if not surroundings.plain:
            return _node(op, (self,))
        time = _now
        try:
            data = forward(self._data)
        except (ArithmeticError, ValueError) as error:
            data = op.outside(error, (self._data,), (self.label,))
        out = _new(Value)
        out._data = data
        out._grad = None
        out._hooks = None
        out._stamp = time
        out.label = ""
        out.local_grads = local_grads
        out.op = op
        out._first = self
        out._second = None
        out.scope = surroundings.scope
        if data - data:
            remember_site(out)
        return out

    return _method(method, op, op.name)


def _binary(op: Primitive) -> Callable[[Value, Any], Value]:
    forward, local_grads = op.forward, op.partials

    def method(self: Value, other: Any) -> Value:
        if not isinstance(other, Value):
            if not is_number(other):
                return _refuse(op, other)
            other = Constant(other)
        surroundings = current()
        if not surroundings.plain:
            return _node(op, (self, other))
        time = _now
        try:
            data = forward(self._data, other._data)
        except (ArithmeticError, ValueError) as error:
            data = op.outside(error, (self._data, other._data), (self.label, other.label))
        out = _new(Value)
        out._data = data
        out._grad = None
        out._hooks = None
        out._stamp = time
        out.label = ""
        out.local_grads = local_grads
        out.op = op
        out._first = self
        out._second = other
        out.scope = surroundings.scope
        if data - data:
            remember_site(out)
        return out

    return method


def _reflected(op: Primitive, method: Callable[[Value, Any], Value]) -> Callable[[Value, Any], Value]:
    def reflected(self: Value, other: Any) -> Value:
        return method(Constant(other), self) if is_number(other) else _refuse(op, other)

    return reflected


def _refuse(op: Primitive, other: Any) -> Any:
    """NotImplemented for a stranger that may know what to do; a TypeError for what no Value combines with."""
    if isinstance(other, (complex, str, bytes, type(None), list, tuple, dict, set, frozenset)):
        as_float(other, f"the operator {op.symbol!r} on a Value")
    return NotImplemented


def _method(function: Callable[..., Value], op: Primitive, name: str) -> Callable[..., Value]:
    function.__name__ = name
    function.__qualname__ = f"Value.{name}"
    function.__doc__ = op.__doc__
    return function


def _captured(op: Primitive) -> Callable[..., Value]:
    def method(self: Value, *constants: float) -> Value:
        return Value.__primitive__(op, (self, *constants))

    return _method(method, op, op.name)


_OPERATORS = {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div"}

for _name, _operation in _OPERATORS.items():
    _operator = _binary(PRIMITIVES[_operation])
    setattr(Value, f"__{_name}__", _method(_operator, PRIMITIVES[_operation], f"__{_name}__"))
    _operator = _reflected(PRIMITIVES[_operation], _operator)
    setattr(Value, f"__r{_name}__", _method(_operator, PRIMITIVES[_operation], f"__r{_name}__"))

for _op in PRIMITIVES.values():
    if _op.name in ("neg", "abs"):
        setattr(Value, f"__{_op.name}__", _unary(_op))
    elif _op.name in rules.__all__ and _op.arity == 1:
        setattr(Value, _op.name, _unary(_op))
    elif _op.name in rules.__all__ and _op.partials is None:
        setattr(Value, _op.name, _captured(_op))


# --- NumPy ------------------------------------------------------------------------------------------------

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "equal": lambda x, y: x == y,
    "not_equal": lambda x, y: x != y,
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y,
    "greater": lambda x, y: x > y,
    "greater_equal": lambda x, y: x >= y,
}

_UFUNCS: dict[str, Callable[..., Any]] = {op.ufunc: op for op in PRIMITIVES.values() if op.ufunc} | _COMPARISONS


def _boxed(value: Value) -> Any:
    """A 0-d array that holds ``value``, so that NumPy broadcasts it like a number."""
    box = np.empty((), dtype=object)
    box[()] = value
    return box


# --- small things -----------------------------------------------------------------------------------------

_COPIED = ("_data", "_first", "_second", "_stamp", "label", "local_grads", "op", "scope")
_MICROGRAD_NAMES = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "relu": "ReLU"}


def _itself(node: Value) -> Value:
    return node


def _data(node: Value) -> float:
    return node._data


def _check_label(label: Any) -> str:
    if not isinstance(label, str):
        raise TypeError(f"a label is a str, not {label!r}")
    return label


def _compare(value: Value, other: Any, relation: Callable[[float, float], bool]) -> Any:
    if isinstance(other, Value):
        return relation(value._data, other._data)
    if is_number(other):
        # An int too large for a float still compares rightly, so let Python compare, not as_float.
        return relation(value._data, other)
    return NotImplemented


def _write_gradients(order: list[Any], adjoint: dict[Any, Any]) -> None:
    """Give every node its gradient: computed nodes a fresh one, leaves added to what they have.

    All values are made ready first; then they are written by C code alone, with no point in between at which
    an interrupt could leave some nodes written and others not.
    """
    with _lock:
        gradients = []
        for node in order:
            gradient = adjoint[node]
            if gradient is None:
                gradient = 0.0
            elif isinstance(gradient, Value):
                gradient = gradient if node.op is None else gradient._data
            if node.op is None and node._grad is not None:
                gradient = node._grad + gradient
            gradients.append(gradient)
        deque(map(Value._grad.__set__, order, gradients), maxlen=0)


def _restore(
    kind: type[Value],
    op: Primitive | None,
    parents: tuple[Value, ...],
    state: tuple[float, float | None, int, str, str],
) -> Value:
    """A node from its pickled parts."""
    global _now
    value = _new(kind)
    value._data, value._grad, value._stamp, value.label, value.scope = state
    value._hooks = None
    value.op = op
    _link(value, parents)
    value.local_grads = op.partials if op else None
    with _lock:
        _now = max(_now, value._stamp)  # so that a leaf set from now on is newer than the loaded graph
    return value
