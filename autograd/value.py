"""A Value: one number in a graph, its operands, and the closure of its local gradients.

Read from top to bottom: how a node is made; the class, which is state, operators from the table, backward and forward
passes, hooks and copies; the kinds of leaves and of results. Comparisons and NumPy's functions stand in
:mod:`autograd.operators`, refusals in :mod:`autograd.conversions`, micrograd's names in :mod:`autograd.dropin`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from autograd import rules, sweep
from autograd.compiled import core, in_c, show_to_collector
from autograd.context import clock, current, handed, recording, refuse_elsewhere, refuse_while_recording, writing
from autograd.conversions import HiddenHash, Refusals, StandIn, check_unsealed, guarded, is_traced
from autograd.debugging import check_value, remember_site, warn_of_nan_gradient, watched
from autograd.dropin import DropIn, label_among
from autograd.errors import GradientError, StaleGraphError
from autograd.operators import METHODS, Operators, named, refuse
from autograd.pickling import deep_copy, flatten
from autograd.primitives import PRIMITIVES, SPECIAL_METHODS, Primitive, as_float, as_label, is_number
from autograd.sweep import Flow, HookHandle, State, Step, as_gradient, data_of, describe, itself, linked, number_of

if TYPE_CHECKING:
    from autograd._methods import Methods  # the stub that python -m tests.stubs writes from the table
else:
    Methods = core.Node if core else object  # the base that holds the slots, where they are in C

__all__ = [
    "Constant", "Parameter", "Traced", "Untracked", "Value", "Varied", "make_node", "node_of", "weighted_sum",
]  # fmt: skip


# --- making nodes -----------------------------------------------------------------------------------------

_hook_keys = count()
_POWER = PRIMITIVES["pow"]


def make_node(op: Primitive, parents: tuple[Any, ...]) -> Any:
    """The value of ``op`` on ``parents``, linked to them; for any operation, under any setting."""
    version = clock.now  # before the data is read: a leaf set meanwhile is then seen to be newer
    surroundings = current()
    by = recording() if surroundings.domains_watched else None
    data = op.compute(sweep.numbers_of(parents), parents) if by is None else by.computed(op, parents)
    if not surroundings.grad:
        for parent in parents if handed else ():
            refuse_elsewhere(parent, "no_grad()")
        return Untracked(data)
    kind = Traced if surroundings.traced or Traced in map(type, parents) else Value
    out = linked(kind, op, parents, (data, None, version, "", surroundings.scope))
    if surroundings.anomaly:
        check_value(out)
    elif data - data:  # true for nan and the infinities alone
        remember_site(out)
    return out


def node_of(op: Primitive, parents: tuple[Value, ...], data: float) -> Value:
    """A node of ``op`` whose value is known: it is not computed, and no context is asked."""
    node: Value = linked(Value, op, parents, (data, None, clock.now, "", ""))
    return node


def _unary(op: Primitive) -> Callable[[Any], Value]:
    return in_c("UNARY", lambda self: make_node(op, (self,)), op)


def _binary(op: Primitive) -> Callable[[Any, Any], Value]:
    def method(self: Any, other: Any) -> Any:
        if isinstance(other, Value):
            return make_node(op, (self, other))
        return make_node(op, (self, Constant(other))) if is_number(other) else refuse(op, other)

    return in_c("BINARY", method, op)


@functools.lru_cache(maxsize=4096)
def _applied(op: Primitive) -> Callable[..., Value]:
    """The function that makes nodes of ``op``."""
    if op.builtin and op.arity == 1:
        return _unary(op)
    if op.builtin and op.arity == 2:
        return _binary(op)
    return lambda *parents: make_node(op, parents)


# --- operators and methods from the table -----------------------------------------------------------------

_BY_SIGN = {op.operator: op for op in PRIMITIVES.values() if op.operator}


def _operator(sign: str) -> tuple[Callable[[Any, Any], Value], Callable[[Any, Any], Value]]:
    """The methods of an operator of two operands: with the Value on the left, and on the right."""
    op = _BY_SIGN[sign]
    method = _binary(op)

    def reflected(self: Any, other: Any) -> Any:
        return method(Constant(other), self) if is_number(other) else refuse(op, other)

    name = SPECIAL_METHODS[sign]
    named(reflected, f"__r{name}__", op.__doc__)
    return named(method, f"__{name}__", op.__doc__), in_c("REFLECTED", reflected, op)


def _method(name: str, called: str) -> Callable[[Any], Value]:
    """The method of an operation of one operand."""
    return named(_unary(PRIMITIVES[name]), called, PRIMITIVES[name].__doc__)


def _general_method(name: str) -> Callable[..., Value]:
    """The method of an operation of one or two operands, and constants."""
    op = PRIMITIVES[name]

    def method(self: Any, *others: Any, **constants: float) -> Any:
        return op(self, *others, **constants)

    return named(method, name, op.__doc__)


# --- the class --------------------------------------------------------------------------------------------


class Value(Operators, DropIn, Refusals, Methods):
    """A number that remembers how it was computed, so that gradients can flow back through it.

    Args:
        data: the number: int, float, bool, NumPy scalar or 0-d array, Fraction, Decimal.
        label: its name in messages and pictures.
        _op, _children, children, local_grads: taken from programs written for micrograd or microgpt, whose leaves have
            no operation and no operands: empty, and in their order too, as in ``Value(2.0, (), "")``.

    Raises:
        TypeError: ``data`` is not one real number, or ``label`` is not a str; or there are operands.
        OverflowDomainError: ``data`` is too large for a float.

    >>> from autograd import Value
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> c = a * b + a
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (-4.0, -2.0, 2.0)
    """

    __slots__ = () if core else (
        "__weakref__", "_data", "_first", "_grad", "_hooks", "_label", "_second", "_version", "op", "scope",
    )  # fmt: skip

    # The operands are kept in two slots, not in a tuple. A tuple a node would be a second object for Python's
    # cyclic collector to visit at every node: measured on a graph of 65,000 nodes, 40 % of a training step.
    _first: Value | None  # None on a leaf
    _second: Value | tuple[Value, ...] | None  # the second operand, or all after the first if there are more
    _data: float
    _grad: Any  # None: not computed; a float; a Value after backward(create_graph=True)
    _hooks: dict[int, Callable[[Any], Any]] | None
    _version: int
    _label: str
    op: Primitive | None
    """The operation that made this value; None on a leaf."""
    scope: str
    """The part of the computation it belongs to, such as ``"layer 1/neuron 2"``."""

    kind: ClassVar[str] = "input"
    """The kind of leaf that this class is, for pictures."""
    has_graph: ClassVar[bool] = True
    """False for what was computed without a graph, by ``no_grad()`` or ``detach()``."""
    learns: ClassVar[bool] = True
    """False for a leaf that no gradient is wanted of: a written number, or one that ``no_grad()`` computed."""
    traced: ClassVar[bool] = False
    """Whether a function under a transform or a recording made it; until it has returned, and its result is known."""
    stands_in: ClassVar[bool] = False
    """Whether a float stands in the place of such a leaf where a traced function is called on plain numbers."""

    def __init__(
        self,
        data: Any,
        label: Any = "",
        _op: Any = None,
        _children: Any = None,
        children: Any = None,
        local_grads: Any = None,
    ) -> None:
        if type(data) is not float:
            data = as_float(data, type(self).__name__)
        # Two comparisons tell whether any of the four is given: pairs that no one program gives both of.
        if _op is not children or _children is not local_grads or type(label) is not str:
            label = as_label(label_among(data, label, _op, _children, children, local_grads))
        self._data = data
        self._grad = self._hooks = self.op = self._first = self._second = None
        self._version = clock.now
        self._label = label
        surroundings = current()
        self.scope = surroundings.scope
        if surroundings.traced and not isinstance(self, (Constant, HiddenHash)):
            sweep.become(self, guarded(cast("Any", type(self))))
        if data - data:  # true for nan and the infinities alone
            remember_site(self)

    __init__ = in_c("LEAF", __init__)

    @property
    def parents(self) -> tuple[Value, ...]:
        """The operands, in order and with repetition: ``x * x`` has two. Empty on a leaf."""
        first, second = self._first, self._second
        if first is None:
            return ()
        if second is None:
            return (first,)
        return (first, *second) if isinstance(second, tuple) else (first, second)

    @property
    def local_grads(self) -> Callable[..., tuple[Any, ...]] | None:
        """The local gradient closure: ``local_grads(*inputs, output)``, one gradient per parent. None on a leaf."""
        return self.op.partials if self.op else None

    @property
    @functools.partial(in_c, "DATA")
    def data(self) -> float:
        """The number, always a Python float. A leaf's may be set; a computed node's follows its leaves.

        Raises:
            StaleGraphError, TypeError: it is set where it is computed; or to what is not one real number.
            GradientError: it is read inside local gradients that are being differentiated themselves.
        """
        refuse_while_recording(self, ".data")
        check_unsealed(self)
        return self._data

    @data.setter
    @functools.partial(in_c, "SET")
    def data(self, data: Any) -> None:
        refuse_while_recording(self, ".data = ...")
        number = as_float(data, "data")
        if self.op is not None:
            raise StaleGraphError(
                f"{describe(self)} is computed, so its data cannot be set to {number!r}: "
                f"set the leaves it depends on, then call forward() on it"
            )
        # The data first: a thread that builds in between gets a false alarm rather than a stale graph.
        self._data = number
        self._version = clock.tick()
        if number - number:
            remember_site(self)

    @property
    def label(self) -> str:
        """The name shown in messages and pictures; data, never markup."""
        return self._label

    @label.setter
    @functools.partial(in_c, "LABEL")
    def label(self, label: str) -> None:
        self._label = label if type(label) is str else as_label(label)

    @property
    @functools.partial(in_c, "GRAD")
    def grad(self) -> Any:
        """d root / d self of the last backward pass; on a leaf the sum over all passes since ``zero_grad()``.

        0.0 before any pass (``has_grad`` tells). A Value after ``backward(create_graph=True)`` on a leaf.
        """
        refuse_while_recording(self, ".grad")
        gradient = self._grad
        return 0.0 if gradient is None else gradient

    @grad.setter
    def grad(self, gradient: Any) -> None:
        refuse_while_recording(self, ".grad = ...")
        self._grad = None if gradient is None else as_gradient(gradient, "grad")

    @property
    def has_grad(self) -> bool:
        """Whether a gradient has been computed (or set) since the last ``zero_grad()``."""
        return self._grad is not None

    @staticmethod
    def constant(number: float) -> Value:
        """``number`` as a leaf that was written, not named."""
        return Constant(number)

    def named(self, label: str) -> Self:
        """Set the label and return self, for use inside an expression.

        >>> from autograd import Value
        >>> (Value(2.0) * 3).named("six").label
        'six'
        """
        self.label = label
        return self

    def item(self) -> float:
        """The data as a plain float."""
        refuse_while_recording(self, "item()")
        return self.data

    def detach(self) -> Value:
        """A new leaf with the same data and label, through which no gradient flows.

        In a function that is differentiated or recorded it is :func:`~autograd.stop_gradient`.
        """
        if is_traced(self):
            stopped: Value = rules.stop_gradient(self)
            return stopped
        return Detached(self._data, self.label)

    # --- operators ----------------------------------------------------------------------------------------

    __add__, __radd__ = _operator("+")
    __sub__, __rsub__ = _operator("-")
    __mul__, __rmul__ = _operator("*")
    __truediv__, __rtruediv__ = _operator("/")
    __floordiv__, __rfloordiv__ = _operator("//")
    __mod__, __rmod__ = _operator("%")
    __neg__ = _method("neg", "__neg__")
    __abs__ = _method("abs", "__abs__")
    __floor__ = _method("floor", "__floor__")
    __ceil__ = _method("ceil", "__ceil__")
    __trunc__ = _method("trunc", "__trunc__")

    def __pow__(self, other: Any) -> Value:
        if isinstance(other, Value):
            return _applied(_POWER)(self, other)
        if is_number(other):
            return _applied(_POWER.capture(as_float(other, "pow()")))(self)
        return cast("Value", refuse(_POWER, other))

    __pow__ = in_c("POWER", __pow__, _POWER)

    def __rpow__(self, other: Any) -> Value:
        return Constant(other) ** self if is_number(other) else refuse(_POWER, other)

    def __divmod__(self, other: Any) -> Any:
        if isinstance(other, Value) or is_number(other):
            return self // other, self % other
        return refuse(_BY_SIGN["//"], other)

    def __rdivmod__(self, other: Any) -> Any:
        return (other // self, other % self) if is_number(other) else refuse(_BY_SIGN["//"], other)

    def __round__(self, ndigits: Any = None) -> Value:
        """A Value, where a float's would be an int."""
        return cast("Value", rules.round(self, 0 if ndigits is None else ndigits))

    @staticmethod
    def __primitive__(op: Primitive, args: tuple[Any, ...]) -> Value:
        """Apply any record to Values and numbers; numbers become constants, or are captured."""
        args = op.complete(args)
        if op.captures:
            constants = args[-op.captures :]
            differentiated = [constant for constant in constants if isinstance(constant, Value)]
            if differentiated and op.partials is None:
                raise TypeError(
                    f"{op.name}(): {describe(differentiated[0])} must be a plain number, it is not differentiated"
                )
            if not differentiated:
                args = args[: -op.captures]
                op = op.capture(*[as_float(constant, f"{op.name}()") for constant in constants])
        return _applied(op)(
            *[arg if isinstance(arg, Value) else Constant(as_float(arg, f"{op.name}()")) for arg in args]
        )

    # x.tanh() and the other methods that are called like an operation are given to the class below.

    abs = _method("abs", "abs")

    def pow(self, other: Any) -> Any:
        """``self ** other``: a plain number as exponent is captured, so that no logarithm is ever taken."""
        return self**other

    # --- passes -------------------------------------------------------------------------------------------

    def topological_order(self) -> list[Any]:
        """Every node this one depends on, each once, operands before results, self last."""
        return sweep.topological_order(self)

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
            GradientError: this value was computed without a graph.

        Warns:
            GradientWarning: the gradient of a leaf is nan where every value is finite.

        >>> from autograd import Value
        >>> x = Value(3.0)
        >>> (x**3).backward(create_graph=True)
        >>> slope = x.grad
        >>> x.zero_grad()
        >>> slope.backward()
        >>> slope.data, x.grad
        (27.0, 18.0)
        """
        refuse_while_recording(self, "backward()")
        self._check_graph("backward()")
        seed: Any = as_gradient(gradient, "backward(gradient)")
        if core and not (create_graph or current().anomaly) and core.backward(self, seed):
            return
        order = sweep.topological_order(self)
        if not create_graph:
            seed = as_float(seed, "backward(gradient), without create_graph,")
        elif isinstance(seed, float):
            seed = Constant(seed)
        if current().anomaly:
            steps = watched(sweep.adjoint_steps(order, seed, itself if create_graph else data_of))
            adjoint: dict[Any, Any] = {step.node: step.gradient for step in steps}
        else:
            adjoint = sweep.linked_adjoints(order, seed) if create_graph else sweep.adjoints(order, seed)
        for node, flow in adjoint.items() if create_graph else ():
            if node.op is None and not isinstance(flow, Value):
                adjoint[node] = Constant(flow or 0.0)
        sweep.check_some_leaf_learns(self, adjoint)
        if sweep.write_gradients(adjoint):
            warn_of_nan_gradient(adjoint)

    def _check_graph(self, asked: str) -> None:
        if not self.has_graph or (self.op is not None and self.op.held):
            raise GradientError(
                f"{asked} of {describe(self)}, which has no graph to go back through: it was computed under no_grad(), "
                f"or is what detach() or stop_gradient() returned. Compute it with gradients on."
            )

    def backward_steps(self, gradient: float = 1.0) -> Iterator[Step]:
        """The backward pass, one :class:`~autograd.Step` at a time, root first.

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
        refuse_while_recording(self, "backward_steps()")
        self._check_graph("backward_steps()")
        seed = as_float(gradient, "backward_steps(gradient)")
        adjoint: dict[Any, float] = {}
        for step in sweep.in_numbers(sweep.adjoint_steps(sweep.topological_order(self), seed, data_of)):
            adjoint[step.node] = step.gradient
            yield step
        sweep.check_some_leaf_learns(self, adjoint)
        if sweep.write_gradients(adjoint):
            warn_of_nan_gradient(adjoint)

    def forward(self) -> float:
        """Compute every node again from the present data of the leaves; return the new data of this one.

        Gradients of computed nodes are forgotten, for they belong to the old point; leaves keep theirs. The graph
        itself stays as it was built: an ``if`` or a loop that Python decided then stays decided, so build an
        expression that branches again instead, or choose by ``where``.

        >>> from autograd import Value
        >>> x = Value(2.0)
        >>> y = x * x
        >>> x.data = 5.0
        >>> y.forward()
        25.0
        """
        refuse_while_recording(self, "forward()")
        version = clock.now
        order = [node for node in sweep.topological_order(self) if node.op is not None]
        fresh: dict[Any, float] = {}
        for node in order:
            inputs = [fresh.get(parent, parent._data) for parent in node.parents]
            fresh[node] = node.op.compute(inputs, node.parents)
        with writing:
            for node, data in fresh.items():
                node._data = data
                node._grad = None
                node._version = version
        return self._data

    def zero_grad(self) -> None:
        """Forget the gradient of this node and of every node it depends on."""
        refuse_while_recording(self, "zero_grad()")
        for node in sweep.topological_order(self):
            node._grad = None

    @functools.partial(in_c, "PARTIALS")
    def partials(self) -> tuple[float, ...]:
        """The local gradients d self / d parent at the present data, one float per parent.

        >>> from autograd import Value
        >>> (Value(2.0) * Value(5.0)).partials()
        (5.0, 2.0)
        """
        refuse_while_recording(self, "partials()")
        sweep.check_fresh(self)
        return sweep.local_gradients(self) if self.op else ()

    def flows_into(self, node: Any) -> list[Flow]:
        """The flows of gradient that reach ``node`` from this root: child, local, upstream, contribution.

        They sum to ``node.grad``, unless it holds earlier passes too or a hook of the node changed it.
        An operand that occurs twice, as in ``a * a``, receives two flows. The pass is run again for this, and with it
        the hooks of inner nodes.

        >>> from autograd import Value
        >>> a = Value(3.0)
        >>> y = a * a + a
        >>> y.backward()
        >>> [flow.contribution for flow in y.flows_into(a)]
        [1.0, 3.0, 3.0]
        """
        refuse_while_recording(self, "flows_into()")
        return sweep.flows_into(self, node)

    # --- hooks --------------------------------------------------------------------------------------------

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
        if core:
            show_to_collector(hook)
        hooks = self._hooks
        if hooks is None:
            hooks = self._hooks = {}
        key = next(_hook_keys)
        hooks[key] = hook
        return HookHandle(hooks, key)

    @property
    def hooks(self) -> tuple[Callable[[Any], Any], ...]:
        """The hooks of this node, in the order in which they are called."""
        return tuple(self._hooks.values()) if self._hooks else ()

    # --- text and pictures --------------------------------------------------------------------------------

    def __format__(self, spec: str) -> str:
        refuse_while_recording(self, "formatting")
        return format(self.data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        grad = f", grad={self._grad if isinstance(self._grad, float) else self._grad._data!r}" if self.has_grad else ""
        label = f", label={self.label!r}" if self.label else ""
        return f"{'Value' if isinstance(self, Detached) else type(self).__name__}(data={self._data!r}{grad}{label})"

    def _repr_svg_(self) -> Any:
        """The picture that a notebook shows beside the text; None, with a warning, where it cannot be drawn."""
        from viz._draw import picture_for_notebook

        return picture_for_notebook(self)

    # --- copies -------------------------------------------------------------------------------------------

    def __copy__(self) -> Self:
        refuse_while_recording(self, "copying")
        copy: Self = linked(type(self), self.op, self.parents, self._state())
        if hasattr(self, "__dict__"):  # a subclass's own attributes
            vars(copy).update(vars(self))
        return copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        """A copy of the whole graph below, of any depth; hooks and gradient graphs are left behind."""
        duplicate: Value = deep_copy(self, memo)
        return duplicate

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        refuse_while_recording(self, "pickling")
        own = (vars(self),) if hasattr(self, "__dict__") else ()
        kind = getattr(type(self), "unguarded", type(self))
        return flatten(self, (kind, self.op, self.parents, self._state(), *own))

    def _state(self) -> State:
        grad = None if self._grad is None else number_of(self._grad)
        return self._data, grad, self._version, self._label, self.scope


for _name, _op in vars(rules).items():
    if isinstance(_op, Primitive) and (_op.arity in (1, 2) or _op.captures):
        setattr(Value, _name, _method(_name, _name) if _op.arity == 1 else _general_method(_name))
for _name, _function in METHODS.items():
    setattr(Value, _name, _function)


# --- kinds of leaves and of results ------------------------------------------------------------------------


class Constant(Value):
    """A number that was written in an expression, as the 2 in ``2 * x``. A leaf like any other."""

    __slots__ = ()
    kind = "constant"
    learns = False
    stands_in = True


class Parameter(Value):
    """A leaf that a model learns.

    >>> from autograd import Parameter
    >>> weight = Parameter(0.5, "W11[1]")
    >>> weight.kind
    'parameter'
    """

    __slots__ = ()
    kind = "parameter"


class Detached(HiddenHash, Value):
    """A new leaf without the graph of the number it holds, as ``detach()`` returns: ``backward()`` is refused on it."""

    __slots__ = ()
    has_graph = False


class Untracked(Detached):
    """A number that was computed under ``no_grad()``: no gradient is wanted of it."""

    __slots__ = ()
    learns = False


class Varied(Value):
    """A leaf that a transform varied, once its function has returned."""

    __slots__ = ()
    stands_in = True


class Traced(StandIn, Value):
    """A number that a function computes under a transform or while it is recorded.

    ``isinstance(x, float)`` is answered as it would be for the plain number.
    """

    __slots__ = ()
    traced = True
    stands_in = True
    plainly = Value


for _kind in (Varied, Traced):  # in the messages of Python and of other libraries, and in pickles, they are Values
    _kind.__name__, _kind.__qualname__, _kind.unguarded = "Value", "Value", Value  # type: ignore[union-attr]
for _op in PRIMITIVES.values():
    if not _op.captures:
        _op.appliers.update(dict.fromkeys((Value, *Value.__subclasses__(), Untracked), _applied(_op)))


# --- sums of products --------------------------------------------------------------------------------------


def weighted_sum(weights: Sequence[Any], inputs: Sequence[Any], bias: Any = None) -> Any:
    """w₁x₁ + w₂x₂ + ... + b, spelt out: a node for each product and each sum, from the left, and the bias last.

    It is how a neuron is drawn. :func:`~autograd.dot` is the same sum in one node, rounded once.

    Args:
        weights: Values or numbers, at least one.
        inputs: as many.
        bias: a Value or a number; None for none.

    Raises:
        ValueError: there are no weights, or not as many inputs.

    >>> from autograd import Value, weighted_sum
    >>> z = weighted_sum([Value(2.0), Value(3.0)], [Value(0.5), Value(-1.0)], Value(1.0))
    >>> z.data, z.op.name, z.parents[0].data
    (-1.0, 'add', -2.0)
    """
    if not len(weights) == len(inputs) > 0:
        raise ValueError(f"weighted_sum: there must be an input for each weight, got {len(inputs)} for {len(weights)}")
    total = weights[0] * inputs[0]
    for weight, given in zip(weights[1:], inputs[1:], strict=True):
        total = total + weight * given
    return total if bias is None else total + bias


weighted_sum = in_c("WEIGHTED_SUM", weighted_sum, PRIMITIVES["mul"], PRIMITIVES["add"])

if core:
    core.set_types(Value, Traced, Constant, Varied, Parameter, Untracked)
