"""Which flows of gradient reach a node, and what each contributes.

A *flow* is one term of the chain rule: along the edge from a child back to one of its operands goes
``local · upstream``, the local derivative of the child times the gradient of the child. Where a value is
used twice, two flows add up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from autograd.errors import GradientError
from autograd.sweep import adjoint_steps, data_of, describe, number_of, topological_order

__all__ = ["Flow", "Step", "flow_steps", "flows_into"]


class Flow(NamedTuple):
    """One term of the chain rule at a node: ``contribution = local · upstream``."""

    child: Any
    """The Value that the gradient comes back from."""
    local: float
    """d child / d node."""
    upstream: float
    """d root / d child."""
    contribution: float
    """What this flow adds to d root / d node."""


class Step(NamedTuple):
    """One node's turn in a backward pass: its gradient is complete, and flows on to its parents."""

    node: Any
    gradient: float
    """d root / d node, complete."""
    flows: tuple[Flow, ...]
    """The flow to each of ``node.parents``, in their order."""
    totals: tuple[float, ...]
    """The gradient of each parent as far as it has got, after its flow was added."""
    arrived: float
    """What came to the node: the sum of the flows into it, or the seed. Its hooks make ``gradient`` of it."""


def flow_steps(root: Any, seed: float, *, root_hooks: bool = True) -> Iterator[Step]:
    """The backward pass from ``root`` as floats, one :class:`Step` per node, root first."""
    steps = adjoint_steps(topological_order(root), seed, data_of, root_hooks=root_hooks)
    arrived = {root: seed}
    for node, adjoint, locals_, contributions, totals in steps:
        upstream = number_of(adjoint)
        flows = tuple(
            Flow(node, local, upstream, number_of(contribution))
            for local, contribution in zip(locals_, contributions, strict=True)
        )
        sums = tuple(map(number_of, totals))
        yield Step(node, upstream, flows, sums, arrived.pop(node, 0.0))
        arrived |= zip(node.parents, sums, strict=False)  # where no gradient is, nothing goes on


def flows_into(root: Any, node: Any) -> list[Flow]:
    """The flows that reach ``node`` in the backward pass from ``root``, in the order of that pass.

    An operand that occurs twice, as in ``a * a``, receives two flows. They sum to ``node.grad``, apart from what
    earlier passes had left on a leaf, and from what hooks of the node itself made of the sum. The pass is run again
    for this, and with it the hooks of inner nodes.

    Raises:
        TypeError: ``node`` is no Value.
        GradientError: ``root`` has no gradient yet, or ``node`` is not part of its graph.
    """
    if not hasattr(type(node), "__primitive__"):
        raise TypeError(f"flows_into takes a Value of the graph, not {node!r}")
    if not root.has_grad:
        raise GradientError(f"{describe(root)} has no gradient yet: call backward() on it first")
    found: list[Flow] = []
    met = False
    for step in flow_steps(root, number_of(root.grad), root_hooks=False):
        met = met or step.node is node
        found += [flow for parent, flow in zip(step.node.parents, step.flows, strict=False) if parent is node]
    if not met:
        raise GradientError(f"{describe(node)} is not part of the graph of {describe(root)}")
    return found
