"""Nodes and their topological order, the reverse and the forward sweep, and the flows of gradient that make one up.

A *flow* is one term of the chain rule: along the edge from a child back to one of its operands goes
``local · upstream``, the local derivative of the child times the gradient of the child. Where a value is used twice,
two flows add up.

The reverse sweep exists twice. :func:`adjoint_steps` is the sweep as one would teach it, a generator that
works on floats and on Values alike; it drives second order and the step-by-step views.
:func:`adjoints` is the same sweep on floats only, made short; the tests hold it to the same bits. The compiled engine
has both.

Neither writes a gradient to any node: :func:`write_gradients` does so at the end, all at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from itertools import islice, repeat
from typing import Any, NamedTuple

from autograd.compiled import core
from autograd.context import ieee, writing
from autograd.errors import GradientError, StaleGraphError
from autograd.primitives import Primitive, as_float, give_operators, is_node
from autograd.rules import maximum, where

__all__ = [
    "Flow", "HookHandle", "State", "Step", "adjoint_steps", "adjoints", "as_gradient", "become", "check_fresh",
    "check_some_leaf_learns", "contribution_of", "data_of", "describe", "flows_into", "in_numbers", "is_stale",
    "itself", "link", "linked", "linked_adjoints", "local_gradients", "number_of", "numbers_of", "tangents",
    "topological_order", "walk", "write_gradients",
]  # fmt: skip


# --- nodes ------------------------------------------------------------------------------------------------

become: Callable[[Any, type[Any]], None] = vars(object)["__class__"].__set__
"""``become(node, kind)`` makes ``node`` an instance of ``kind``."""

State = tuple[float, Any, int, str, str]
"""The data of a node, its gradient or None, its version, its label and its scope."""


def linked(kind: type[Any], op: Primitive | None, parents: tuple[Any, ...], state: State) -> Any:
    """A node put together from its parts."""
    node = object.__new__(kind)
    node._data, node._grad, node._version, node._label, node.scope = state
    node._hooks = None
    node.op = op
    link(node, parents)
    return node


def link(node: Any, parents: tuple[Any, ...]) -> None:
    """Give ``node`` its operands."""
    node._first = parents[0] if parents else None
    node._second = parents[1:] if len(parents) > 2 else parents[1] if len(parents) == 2 else None


# --- topological order ------------------------------------------------------------------------------------


def walk(roots: list[Any], order: list[Any], outside: list[Any], since: int = -1, known: Container[int] = ()) -> None:
    """Append the nodes that ``roots`` depend on to ``order``, each once, operands before results.

    Depth first, on a stack of its own: no recursion, so any depth. The order depends on the graph alone. What the lists
    hold already is left out, with what it alone depends on.

    Args:
        roots: nodes.
        order: the nodes found.
        outside: where nodes from before ``since`` go, behind which the walk does not look.
        since: the time when a traced function began, which has returned: what it made becomes an ordinary Value.
        known: ids of nodes to leave out as well.
    """
    if core and not known and core.walk(roots, order, outside, since):
        return
    seen = {*order, *outside}
    stack: list[Any] = list(reversed(roots))
    pop, push = stack.pop, stack.append
    while stack:
        node = pop()
        if node is None:  # the marker under which a node waits for its operands to be finished
            order.append(pop())
            continue
        if node.traced and 0 <= since <= node._version:
            become(node, node.plainly)
        if node in seen or id(node) in known:
            continue
        seen.add(node)
        if node._version < since:
            outside.append(node)
        elif node.op is None:
            order.append(node)
        else:
            push(node)
            push(None)
            stack += reversed(node.parents)


def topological_order(root: Any, known: Container[int] = ()) -> list[Any]:
    """The nodes that ``root`` depends on, each once, operands before results, ``root`` last; see :func:`walk`."""
    order: list[Any] = []
    walk([root], order, [], known=known)
    return order


# --- the reverse sweep ------------------------------------------------------------------------------------


class Flow(NamedTuple):
    """One term of the chain rule at a node: ``contribution = local · upstream``."""

    child: Any
    """The Value that the gradient comes back from."""
    local: float
    """d child / d node."""
    upstream: float
    """d root / d child."""
    contribution: float
    """The part of d root / d node that comes by this flow."""


class Step(NamedTuple):
    """One node's turn in a backward pass: its gradient is complete, and flows on to its parents.

    The steps that a Value hands out hold floats. Within a sweep there are Values in their place where the gradient is
    itself a graph, and None where nothing flows: no flow arrived at the node, or a gate is closed.
    """

    node: Any
    gradient: float
    """d root / d node, complete."""
    flows: tuple[Flow, ...]
    """The flow to each of ``node.parents``, in their order."""
    totals: tuple[float, ...]
    """The gradient of each parent as far as it has got, after its flow was added."""
    arrived: float
    """The sum of the flows into the node, or the seed. Its hooks make ``gradient`` of it."""


def adjoint_steps(
    order: list[Any], seed: Any, read: Callable[[Any], Any], *, root_hooks: bool = True
) -> Iterator[Step]:
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
    adjoint: dict[int, Any] = dict.fromkeys(map(id, order))  # by id, since a traced Value hides its hash
    root = order[-1]
    adjoint[id(root)] = seed
    gates: dict[Any, Any] = {}
    for node in reversed(order):
        arrived = upstream = adjoint[id(node)]
        if upstream is not None and node._hooks and (root_hooks or node is not root):
            upstream = run_hooks(node, upstream)
        parents = node.parents
        if parents:
            check_fresh(node)
        if upstream is None or not parents:
            yield Step(node, upstream, (), (), arrived)
            continue
        flows, totals = [], []
        op, gate = node.op, gates.get(node)
        for parent, local in zip(parents, local_gradients(node, read), strict=True):
            contribution = contribution_of(op, local, upstream)
            total = adjoint[id(parent)]
            if contribution is not None:
                if gate is not None and not op.gated:
                    contribution = where(gate, contribution, 0.0)
                if gates or op.gated:
                    _pass_gate(gates, parent, _gate_behind(op, local, gate), first=total is None)
                total = adjoint[id(parent)] = contribution if total is None else total + contribution
            flows.append(Flow(node, local, upstream, contribution))
            totals.append(total)
        yield Step(node, upstream, tuple(flows), tuple(totals), arrived)


def in_numbers(steps: Iterable[Step]) -> Iterator[Step]:
    """The same steps with floats alone: 0 where nothing flows."""
    for node, gradient, flows, totals, arrived in steps:
        upstream = number_of(gradient)
        numbers = tuple(Flow(node, flow.local, upstream, number_of(flow.contribution)) for flow in flows)
        yield Step(node, upstream, numbers, tuple(map(number_of, totals)), number_of(arrived))


def flows_into(root: Any, node: Any) -> list[Flow]:
    """The flows that reach ``node`` in the backward pass from ``root``, in the order of that pass.

    See :meth:`autograd.Value.flows_into`. The pass is run again for this, and with it the hooks of inner nodes.

    Raises:
        TypeError: ``node`` is not a Value.
        GradientError: ``root`` has no gradient yet, or ``node`` is not part of its graph.
    """
    if not is_node(node):
        raise TypeError(f"flows_into takes a Value of the graph, not {node!r}")
    if not root.has_grad:
        raise GradientError(f"{describe(root)} has no gradient yet: call backward() on it first")
    found: list[Flow] = []
    met = False
    steps = adjoint_steps(topological_order(root), number_of(root.grad), data_of, root_hooks=False)
    for step in in_numbers(steps):
        met = met or step.node is node
        found += [flow for parent, flow in zip(step.node.parents, step.flows, strict=False) if parent is node]
    if not met:
        raise GradientError(f"{describe(node)} is not part of the graph of {describe(root)}")
    return found


def contribution_of(op: Primitive, local: Any, upstream: Any) -> Any:
    """local · upstream; None where nothing flows. A gate passes or stops, it does not multiply."""
    if type(local) is float:
        if op.gated:
            return upstream if local else None
        if local == 1.0:
            return upstream  # the same bits, and no node spent on 1 · upstream
    elif op.gated:
        return where(local, upstream, 0.0)
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
            gates[parent] = maximum(gates[parent], gate)


def adjoints(order: list[Any], seed: float) -> dict[Any, float | None]:
    """dL/dnode for every node of ``order``, as floats, with the root's adjoint ``seed``.

    None marks a node that no flow reaches, such as the branch that a ``where`` did not take.

    Raises:
        StaleGraphError: a leaf changed after it was used.
    """
    adjoint: dict[Any, Any] = dict.fromkeys(order)
    adjoint[order[-1]] = seed
    for node, upstream in reversed(adjoint.items()):
        op, parents, version = node.op, node.parents, node._version
        for parent in parents:
            if parent._version > version:
                check_fresh(node)
        if upstream is None:
            continue
        if node._hooks:
            upstream = adjoint[node] = run_hooks(node, upstream)  # noqa: PLW2901 -- which is what hooks are for
        if op is None:
            continue
        try:  # what the table's own closures give needs no check; else it is asked again, where every failure is named
            locals_ = op.partials(*[parent._data for parent in parents], node._data) if op.straight else ()
        except Exception:  # noqa: BLE001
            locals_ = ()
        for parent, local in zip(parents, locals_ or local_gradients(node), strict=True):
            flow = local * upstream if op.straight else contribution_of(op, local, upstream)
            if flow is not None:
                so_far = adjoint[parent]
                adjoint[parent] = flow if so_far is None else so_far + flow
    return adjoint


def linked_adjoints(order: list[Any], seed: Any, first: int = 0) -> dict[Any, Any]:
    """dL/dnode for ``order[first:]``, as Values that are linked to what they depend on.

    As :func:`adjoint_steps` gives them, whose steps for the nodes before ``first`` are not taken.
    """
    if core and (found := core.linked_adjoints(order, first, seed)):
        return dict(zip(islice(order, first, None), found, strict=True))
    steps = islice(adjoint_steps(order, seed, itself), len(order) - first)
    return {step.node: step.gradient for step in steps}


def _may_be_cut(adjoint: dict[Any, Any]) -> bool:
    """Whether no leaf that learns has a gradient, and something is there that lets none through."""
    found = False
    for node, flow in adjoint.items():  # mostly the very first is a leaf that learns
        if node._first is not None:
            found |= node.op.held
        elif not node.learns:
            found |= node.kind != "constant"
        elif number_of(flow):
            return False
    return found


def check_some_leaf_learns(root: Any, adjoint: dict[Any, Any]) -> None:
    """Refuse a pass from which nothing can learn, where ``no_grad()`` or ``stop_gradient()`` is why.

    A leaf that was written as a number is no reason: its derivative is 0, and rightly so.
    """
    if not _may_be_cut(adjoint):
        return
    cut: list[Any] = []
    reached = {root}
    for node in reversed(topological_order(root)):
        if node in reached:
            if node.op is None:
                if node.learns:
                    return  # behind a gate that is closed at present
                if node.kind != "constant":
                    cut.append(node)
            elif node.op.held:
                cut.append(node)
            else:
                reached.update(node.parents)
    if cut:
        raise GradientError(
            f"backward() of {describe(root)} reaches nothing that could learn: {describe(cut[-1])} was computed under "
            f"no_grad() or is what stop_gradient() returned, and whatever else it depends on was written as a number. "
            f"Compute it with gradients on, or make it a leaf of its own by detach()."
        )


def write_gradients(adjoint: dict[Any, Any]) -> bool:
    """Give every node its gradient: computed nodes a fresh one, leaves added to what they have.

    All values are made ready first; then they are written by C code alone, with no point in between at which
    an interrupt could leave some nodes written and others not.

    Returns:
        Whether the gradient of a leaf is nan.
    """
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
    return undefined


def data_of(node: Any) -> float:
    """How a sweep of floats reads a node: its number."""
    data: float = node._data
    return data


numbers_of: Callable[[tuple[Any, ...]], list[float]] = (
    core.numbers_of if core else lambda nodes: [node._data for node in nodes]
)
"""The numbers of some nodes."""


def number_of(flow: Any) -> float:
    """A flow of gradient, a float or a Value, as a number: 0 where nothing flows."""
    return 0.0 if flow is None else flow if isinstance(flow, float) else data_of(flow)


def itself(node: Any) -> Any:
    """How a sweep that builds the graph of the gradient reads a node: as it is."""
    return node


def as_gradient(given: Any, by: str) -> Any:
    """``given`` as a float, or the Value that it is; anything else is refused, naming what takes it."""
    return given if is_node(given) else as_float(given, by)


_IEEE = ieee()
if core:
    core.set_sweep(_IEEE, where, maximum)


def local_gradients(node: Any, read: Callable[[Any], Any] = data_of) -> tuple[Any, ...]:
    """The local gradients of ``node``, one per parent, read as floats or as Values.

    A closure that leaves the floats, as 0.5/sqrt(x) does at 0, is asked again in IEEE arithmetic.

    Raises:
        GradientError: the closure of the operation fails, gives the wrong number of gradients, or something
            that is not a number, or takes a float out of a Value.
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
            with _IEEE:
                locals_ = node.op.partials(*arguments)
            locals_ = tuple([as_gradient(local, "a local gradient") for local in locals_])
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
        with _IEEE:
            return _IEEEFloat(op.evaluate(*[float(arg) for arg in args]))


give_operators(_IEEEFloat)


def is_stale(node: Any) -> bool:
    """Whether ``node`` was computed before one of its parents took its present value."""
    return any(parent._version > node._version for parent in node.parents)


def check_fresh(node: Any) -> None:
    """Refuse a stale node, naming the parent that changed."""
    for parent in node.parents:
        if parent._version > node._version:
            raise StaleGraphError(
                f"{describe(parent)} changed after {describe(node)} was computed from it, so the graph is out of "
                f"date. Call forward() on the root to recompute it; build the expression again if it branches, "
                f"for an if that Python decided stays decided."
            )


class HookHandle:
    """The handle that :meth:`autograd.Value.register_hook` returns: ``remove()`` takes the hook off again."""

    __slots__ = ("_hooks", "_key")

    def __init__(self, hooks: dict[int, Callable[[Any], Any]], key: int) -> None:
        self._hooks = hooks
        self._key = key

    def remove(self) -> None:
        """Take the hook off; a second call does nothing."""
        self._hooks.pop(self._key, None)


def run_hooks(node: Any, gradient: Any) -> Any:
    """``gradient`` after the hooks of ``node``, each of which may replace it by returning a number."""
    for hook in list(node._hooks.values()):
        replaced = hook(gradient)
        if replaced is not None:
            by = f"a hook of {describe(node)}"
            # A float in a pass of floats; in a pass of Values either: a number stays fixed from there on.
            gradient = (as_float if isinstance(gradient, float) else as_gradient)(replaced, by)
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
