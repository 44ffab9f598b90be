"""Topological order, the reverse sweep and the forward sweep, over anything with parents.

The reverse sweep exists twice. :func:`adjoint_steps` is the sweep as one would teach it, a generator that
works on floats and on Values alike; it drives second order and the step-by-step views.
:func:`adjoints` is the same sweep on floats only, unrolled for speed; the tests hold it to the same bits.

Neither writes a gradient to any node: :func:`autograd.value.Value.backward` does so at the end, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from autograd import rules
from autograd.context import ieee
from autograd.errors import GradientError, StaleGraphError
from autograd.primitives import PRIMITIVES, Primitive, as_float

__all__ = [
    "AdjointStep",
    "adjoint_steps",
    "adjoints",
    "check_fresh",
    "contribution_of",
    "data_of",
    "describe",
    "is_stale",
    "itself",
    "local_gradients",
    "number_of",
    "tangents",
    "topological_order",
]


def topological_order(root: Any) -> list[Any]:
    """The nodes that ``root`` depends on, each once, parents before children, ``root`` last.

    Depth first, on a stack of its own: no recursion, so any depth. The order depends on the graph alone.
    """
    order: list[Any] = []
    seen: set[Any] = set()
    stack = [root]
    pop, push, see, finish = stack.pop, stack.append, seen.add, order.append
    while stack:
        node = pop()
        if node is None:  # the marker under which a node waits for its parents to be finished
            finish(pop())
        elif node not in seen:
            see(node)
            first, second = node._first, node._second
            if first is None:
                finish(node)
                continue
            push(node)
            push(None)
            if second is not None:
                if second.__class__ is tuple:
                    stack += reversed(second)
                elif second not in seen:
                    push(second)
            if first not in seen:
                push(first)
    return order


class AdjointStep(NamedTuple):
    """One node of a reverse sweep: its finished adjoint, and the flow to each of its parents."""

    node: Any
    adjoint: Any
    """dL/dnode, all flows added up; None where no flow arrived."""
    locals: tuple[Any, ...]
    contributions: tuple[Any, ...]
    """local · adjoint for each parent; None where a gate is closed."""
    totals: tuple[Any, ...]
    """The sum at each parent after its contribution: the gradient as far as it has got."""


def adjoint_steps(
    order: list[Any], seed: Any, read: Callable[[Any], Any], *, root_hooks: bool = True
) -> Iterator[AdjointStep]:
    """The reverse sweep from the last node of ``order``, one step a node.

    A closed gate stops a flow whatever comes after it, also 0 times infinity. In a sweep of floats nothing has
    passed it, and that is all. In a sweep of Values a gate may open when the graph is computed again: there the
    flow goes on, and every product behind the gate passes through the same gate.

    Args:
        order: nodes in topological order, root last.
        seed: the adjoint of the root.
        read: what the local gradient closures are handed for a node: its float for a numeric sweep, the
            node itself for a sweep that builds the graph of the gradient.
        root_hooks: False if ``seed`` has been through the hooks of the root already.
    """
    adjoint: dict[Any, Any] = dict.fromkeys(order)
    root = order[-1]
    adjoint[root] = seed
    gates: dict[Any, Any] = {}
    for node in reversed(order):
        upstream = adjoint[node]
        if upstream is not None and node._hooks and (root_hooks or node is not root):
            upstream = adjoint[node] = run_hooks(node, upstream)
        parents = node.parents
        if parents:
            check_fresh(node)
        if upstream is None or not parents:
            yield AdjointStep(node, upstream, (), (), ())
            continue
        locals_ = local_gradients(node, read)
        contributions, totals = [], []
        for parent, local in zip(parents, locals_, strict=True):
            contribution = contribution_of(node.op, local, upstream)
            if contribution is not None:
                so_far = adjoint[parent]
                gate = gates.get(node)
                if gate is not None and not node.op.gated:
                    contribution = rules.where(gate, contribution, 0.0)
                _pass_gate(gates, parent, _gate_behind(node.op, local, gate), first=so_far is None)
                adjoint[parent] = contribution if so_far is None else so_far + contribution
            contributions.append(contribution)
            totals.append(adjoint[parent])
        yield AdjointStep(node, upstream, tuple(locals_), tuple(contributions), tuple(totals))


def contribution_of(op: Primitive, local: Any, upstream: Any) -> Any:
    """local · upstream; None where nothing flows. A gate passes or stops, it does not multiply."""
    if isinstance(local, float):
        if op.gated:
            return upstream if local else None
        if local == 1.0:
            return upstream  # the same bits, and no node spent on 1 · upstream
    elif op.gated:
        return rules.where(local, upstream, 0.0)
    return local * upstream


def _gate_behind(op: Primitive, local: Any, gate: Any) -> Any:
    """The gate that a flow has come through after ``op``, if it came to it through ``gate``; None for no gate."""
    if not op.gated or isinstance(local, float):
        return gate
    return local if gate is None else gate * local


def _pass_gate(gates: dict[Any, Any], parent: Any, gate: Any, *, first: bool) -> None:
    """Note the gate that all flows to ``parent`` came through: with a second way in, either of the two."""
    if first:
        if gate is not None:
            gates[parent] = gate
    elif parent in gates and gates[parent] is not gate:
        if gate is None:
            del gates[parent]
        else:
            gates[parent] = rules.maximum(gates[parent], gate)


def adjoints(order: list[Any], seed: float) -> dict[Any, float | None]:  # noqa: C901, PLR0912 -- unrolled for speed
    """dL/dnode for every node of ``order``, as floats, with the root's adjoint ``seed``.

    None marks a node that no flow reaches, such as the branch that a ``where`` did not take.

    Raises:
        StaleGraphError: a leaf changed after it was used.
    """
    adjoint: dict[Any, Any] = dict.fromkeys(order)
    adjoint[order[-1]] = seed
    for node, flow in reversed(adjoint.items()):
        x, y = node._first, node._second
        if flow is None:
            check_fresh(node)
            continue
        upstream = flow
        if node._hooks:
            upstream = adjoint[node] = run_hooks(node, flow)
        if x is None:
            continue
        op = node.op
        if y.__class__ is tuple or not op.straight:  # a gate; or a user's closure, which may give other than floats
            check_fresh(node)
            for parent, local in zip(node.parents, local_gradients(node), strict=True):
                contribution = contribution_of(op, local, upstream)
                if contribution is not None:
                    so_far = adjoint[parent]
                    adjoint[parent] = contribution if so_far is None else so_far + contribution
        elif y is None:
            if x._stamp > node._stamp:
                check_fresh(node)
            try:
                (local_x,) = op.partials(x._data, node._data)
                flow_x = local_x * upstream
            except Exception:  # noqa: BLE001 -- asked again below, where every failure is named
                flow_x = local_gradients(node)[0] * upstream
            so_far = adjoint[x]
            adjoint[x] = flow_x if so_far is None else so_far + flow_x
        else:
            stamp = node._stamp
            if x._stamp > stamp or y._stamp > stamp:
                check_fresh(node)
            try:
                local_x, local_y = op.partials(x._data, y._data, node._data)
                flow_x, flow_y = local_x * upstream, local_y * upstream
            except Exception:  # noqa: BLE001 -- asked again below, where every failure is named
                local_x, local_y = local_gradients(node)
                flow_x, flow_y = local_x * upstream, local_y * upstream
            so_far = adjoint[x]
            adjoint[x] = flow_x if so_far is None else so_far + flow_x
            so_far = adjoint[y]
            adjoint[y] = flow_y if so_far is None else so_far + flow_y
    return adjoint


def data_of(node: Any) -> float:
    """How a sweep of floats reads a node: its number."""
    data: float = node._data
    return data


def number_of(flow: Any) -> float:
    """A flow of gradient, a float or a Value, as a number: 0 where nothing flows."""
    return 0.0 if flow is None else flow if isinstance(flow, float) else data_of(flow)


def itself(node: Any) -> Any:
    """How a sweep that builds the graph of the gradient reads a node: as it is."""
    return node


def local_gradients(node: Any, read: Callable[[Any], Any] = data_of) -> tuple[Any, ...]:
    """The local gradients of ``node``, one per parent, read as floats or as Values.

    A closure that leaves the floats, as 0.5/sqrt(x) does at 0, is asked again in IEEE arithmetic.

    Raises:
        GradientError: the closure of the operation fails, gives the wrong number of gradients, or something
            that is no number, or takes a float out of a Value.
    """
    arguments = [*map(read, node.parents), read(node)]
    try:
        if isinstance(arguments[-1], float):
            try:
                locals_ = node.op.partials(*arguments)
            except (ArithmeticError, ValueError):
                locals_ = node.op.partials(*map(_IEEEFloat, arguments))
            locals_ = tuple(x if type(x) is float else as_float(x, "a local gradient") for x in locals_)
        else:
            with ieee():
                locals_ = node.op.partials(*arguments)
            locals_ = tuple(node.check_gradient(local, "a local gradient") for local in locals_)
    except Exception as error:
        raise GradientError(
            f"the local gradients of {describe(node)} failed with {type(error).__name__}: {error}. "
            f"Mend the partials of the operation {node.op.name!r}."
        ) from error
    if len(locals_) != len(arguments) - 1:
        raise GradientError(
            f"the operation {node.op.name!r} gave {len(locals_)} local gradient(s) for {len(arguments) - 1} input(s), "
            f"at {describe(node)}. Mend its partials."
        )
    return locals_


class _IEEEFloat(float):
    """A float whose operators and operations give IEEE 754 values where Python raises."""

    __slots__ = ()

    @staticmethod
    def __primitive__(op: Primitive, args: tuple[Any, ...]) -> _IEEEFloat:
        with ieee():
            return _IEEEFloat(op.evaluate(*[float(arg) for arg in args]))


def _ieee_operator(op: Primitive, *, reflected: bool) -> Callable[..., _IEEEFloat]:
    if reflected:
        return lambda self, other: _IEEEFloat.__primitive__(op, (other, self))
    return lambda self, *other: _IEEEFloat.__primitive__(op, (self, *other))


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    _operator = "div" if _name == "truediv" else _name
    setattr(_IEEEFloat, f"__{_name}__", _ieee_operator(PRIMITIVES[_operator], reflected=False))
    setattr(_IEEEFloat, f"__r{_name}__", _ieee_operator(PRIMITIVES[_operator], reflected=True))
_IEEEFloat.__abs__ = _ieee_operator(PRIMITIVES["abs"], reflected=False)  # type: ignore[method-assign]
_IEEEFloat.__neg__ = _ieee_operator(PRIMITIVES["neg"], reflected=False)  # type: ignore[method-assign]


def is_stale(node: Any) -> bool:
    """Whether ``node`` was computed before one of its parents took its present value."""
    return any(parent._stamp > node._stamp for parent in node.parents)


def check_fresh(node: Any) -> None:
    """Refuse a stale node, naming the parent that changed."""
    for parent in node.parents:
        if parent._stamp > node._stamp:
            raise StaleGraphError(
                f"{describe(parent)} changed after {describe(node)} was computed from it, so the graph is out of "
                f"date. Call forward() on the root to recompute it; build the expression again if it branches, "
                f"for an if that Python decided stays decided."
            )


def run_hooks(node: Any, gradient: Any) -> Any:
    """``gradient`` after the hooks of ``node``, each of which may replace it by returning a number."""
    for hook in list(node._hooks.values()):
        replaced = hook(gradient)
        if replaced is not None:
            where = f"a hook of {describe(node)}"
            # A float in a pass of floats; in a pass of Values either: a number stays fixed from there on.
            gradient = (
                as_float(replaced, where) if isinstance(gradient, float) else node.check_gradient(replaced, where)
            )
    return gradient


def describe(node: Any) -> str:
    """A node in words, for a message: its label or operation, and its value."""
    name = f"{node.label!r}" if node.label else f"the {node.op.name} node" if node.op else "the leaf"
    return f"{name} (data = {node._data!r})"


def tangents(
    order: list[Any], seeds: Iterable[Mapping[Any, Any]], read: Callable[[Any], Any]
) -> Iterator[dict[Any, Any]]:
    """The forward sweep: d node / dt of every node that moves when the seeded ones move, once for each seed.

    The local gradients are worked out once and serve every seed.

    Args:
        order: the computed nodes in topological order, without those that are seeded.
        seeds: for each sweep, the tangents to start from. A node that is neither seeded nor in ``order`` stands
            still, and so does a node of ``order`` that only depends on such nodes: it gets no tangent.
        read: what the local gradient closures are handed for a node, as in :func:`adjoint_steps`.

    Raises:
        StaleGraphError: a leaf changed after it was used.
    """
    linear = []
    for node in order:
        check_fresh(node)
        linear.append((node, node.parents, local_gradients(node, read)))
    for seed in seeds:
        tangent = dict(seed)
        for node, parents, locals_ in linear:
            total = None
            for parent, local in zip(parents, locals_, strict=True):
                if parent in tangent:
                    contribution = contribution_of(node.op, local, tangent[parent])
                    if contribution is not None:
                        total = contribution if total is None else total + contribution
            if total is not None:
                tangent[node] = total
        yield tangent
