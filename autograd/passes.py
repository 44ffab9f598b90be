"""What runs through a graph from a Value: backward, forward, and the views of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import count, repeat
from typing import TYPE_CHECKING, Any, ClassVar

from autograd.clock import clock, writing
from autograd.context import current
from autograd.debugging import warn_of_nan_gradient, watched
from autograd.errors import GradientError
from autograd.flows import Flow, Step, flow_steps, flows_into
from autograd.primitives import Primitive, as_float
from autograd.recording import refuse_while_recording
from autograd.sweep import (
    adjoint_steps,
    adjoints,
    check_fresh,
    data_of,
    describe,
    itself,
    local_gradients,
    number_of,
    topological_order,
)

__all__ = ["HookHandle", "Passes", "compute"]


_hook_keys = count()


class Passes:
    """The part of a Value that runs passes through the graph below it."""

    __slots__ = ()

    has_graph: ClassVar[bool] = True
    """False for what was computed without one, by ``no_grad()`` or ``detach()``."""

    learns: ClassVar[bool] = True
    """False for a leaf that no gradient is wanted of: a written number, or one that ``no_grad()`` computed."""

    if TYPE_CHECKING:
        _data: float
        _grad: Any
        _hooks: dict[int, Callable[[Any], Any]] | None
        op: Primitive | None

        @property
        def parents(self) -> tuple[Any, ...]: ...  # noqa: D102 -- Value's

    @staticmethod
    def check_gradient(gradient: Any, where: str) -> Any:
        """``gradient`` as a float, or the Value that it is; anything else is refused."""
        return gradient if isinstance(gradient, Passes) else as_float(gradient, where)

    @staticmethod
    def constant(number: float) -> Any:
        """``number`` as a leaf; Value knows how."""
        raise NotImplementedError

    def topological_order(self) -> list[Any]:
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
        seed = self.check_gradient(gradient, "backward(gradient)")
        order = topological_order(self)
        adjoint: dict[Any, Any]
        if create_graph:
            seed = seed if not isinstance(seed, float) else self.constant(seed)
            adjoint = {step.node: step.adjoint for step in watched(adjoint_steps(order, seed, itself))}
            for node, flow in adjoint.items():
                if node.op is None and not isinstance(flow, Passes):
                    adjoint[node] = self.constant(flow or 0.0)
        elif current().anomaly:
            steps = watched(adjoint_steps(order, as_float(seed, "backward(gradient)"), data_of))
            adjoint = {step.node: step.adjoint for step in steps}
        else:
            adjoint = adjoints(order, as_float(seed, "backward(gradient), without create_graph,"))
        _write_gradients(self, adjoint)

    def _check_graph(self, asked: str) -> None:
        if not self.has_graph or (self.op is not None and self.op.held):
            raise GradientError(
                f"{asked} of {describe(self)}, which has no graph to go back through: it was computed under no_grad(), "
                f"or is what detach() or stop_gradient() returned. Compute it with gradients on."
            )

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
        refuse_while_recording(self, "backward_steps()")
        self._check_graph("backward_steps()")
        seed = as_float(gradient, "backward_steps(gradient)")
        adjoint: dict[Any, float] = {}
        for step in flow_steps(self, seed):
            adjoint[step.node] = step.gradient
            yield step
        _write_gradients(self, adjoint)

    def forward(self) -> float:
        """Compute every node again from the present data of the leaves; the new data of this one.

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
        time = clock.now
        order = [node for node in topological_order(self) if node.op is not None]
        fresh: dict[Any, float] = {}
        for node in order:
            inputs = [fresh.get(parent, parent._data) for parent in node.parents]
            fresh[node] = compute(node.op, inputs, node.parents)
        with writing:
            for node, data in fresh.items():
                node._data = data
                node._grad = None
                node._stamp = time
        return self._data

    def zero_grad(self) -> None:
        """Forget the gradient of this node and of every node it depends on."""
        refuse_while_recording(self, "zero_grad()")
        for node in topological_order(self):
            node._grad = None

    def partials(self) -> tuple[float, ...]:
        """The local gradients d self / d parent at the present data, one float per parent.

        >>> from autograd import Value
        >>> (Value(2.0) * Value(5.0)).partials()
        (5.0, 2.0)
        """
        refuse_while_recording(self, "partials()")
        check_fresh(self)
        return tuple(local_gradients(self)) if self.parents else ()

    def flows_into(self, node: Any) -> list[Flow]:
        """The flows of gradient that reach ``node`` from this root: child, local, upstream, contribution.

        They sum to ``node.grad``, unless it holds earlier passes too or a hook of the node changed it.
        See :func:`autograd.flows.flows_into`.

        >>> from autograd import Value
        >>> a = Value(3.0)
        >>> y = a * a + a
        >>> y.backward()
        >>> [flow.contribution for flow in y.flows_into(a)]
        [1.0, 3.0, 3.0]
        """
        refuse_while_recording(self, "flows_into()")
        return flows_into(self, node)

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
            hooks = self._hooks = {}  # type: ignore[misc]  # the slot is Value's
        key = next(_hook_keys)
        hooks[key] = hook
        return HookHandle(hooks, key)

    @property
    def hooks(self) -> tuple[Callable[[Any], Any], ...]:
        """The hooks that stand here, in the order in which they are called."""
        return tuple(self._hooks.values()) if self._hooks else ()


class HookHandle:
    """What :meth:`Passes.register_hook` returns: ``remove()`` takes the hook off again."""

    __slots__ = ("_hooks", "_key")

    def __init__(self, hooks: dict[int, Callable[[Any], Any]], key: int) -> None:
        self._hooks = hooks
        self._key = key

    def remove(self) -> None:
        """Take the hook off; a second call does nothing."""
        self._hooks.pop(self._key, None)


def compute(op: Primitive, inputs: list[float], parents: tuple[Any, ...]) -> float:
    """``op.forward``, with the domain answered by errstate and the labels of the parents in the message."""
    try:
        data = op.forward(*inputs)
    except (ArithmeticError, ValueError) as error:
        return op.outside(error, tuple(inputs), tuple(parent.label for parent in parents))
    return data if type(data) is float else as_float(data, f"the result of {op.name}")


def _check_some_leaf_learns(root: Any, adjoint: dict[Any, Any]) -> None:
    """Refuse a pass from which nothing can learn, where ``no_grad()`` or ``stop_gradient()`` is why.

    A leaf that was written as a number is no reason: its derivative is 0, and rightly so.
    """
    for node, flow in adjoint.items():  # mostly the very first is a leaf that learns
        if node._first is None and node.learns and number_of(flow):
            return
    cut: list[Any] = []
    seen: set[Any] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            if node.op is None:
                if node.learns:
                    return  # behind a gate that is closed at present
                if node.kind != "constant":
                    cut.append(node)
            elif node.op.held:
                cut.append(node)
            else:
                stack += node.parents
    if cut:
        raise GradientError(
            f"backward() of {describe(root)} reaches nothing that could learn: {describe(cut[-1])} was computed under "
            f"no_grad() or is what stop_gradient() returned, and whatever else it depends on was written as a number. "
            f"Compute it with gradients on, or make it a leaf of its own by detach()."
        )


def _write_gradients(root: Any, adjoint: dict[Any, Any]) -> None:
    """Give every node its gradient: computed nodes a fresh one, leaves added to what they have.

    All values are made ready first; then they are written by C code alone, with no point in between at which
    an interrupt could leave some nodes written and others not.
    """
    _check_some_leaf_learns(root, adjoint)
    undefined = False
    with writing:
        gradients = []
        for node, flow in adjoint.items():
            gradient: Any = 0.0 if flow is None else flow
            number = gradient if type(gradient) is float else gradient._data
            if node.op is not None:
                gradient = number
            else:
                undefined = undefined or number != number
                if node._grad is not None:
                    gradient = node._grad + gradient
            gradients.append(gradient)
        deque(map(setattr, adjoint, repeat("_grad"), gradients), maxlen=0)
    if undefined:
        warn_of_nan_gradient(adjoint)
