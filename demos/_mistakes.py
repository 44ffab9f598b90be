"""A backward pass with a switch for each of five classic mistakes, and what each of them does."""

from collections.abc import Callable, Iterable

from autograd import Value

Gradients = dict[Value, float]


def backward(root: Value, *, mistake: str = "", grads: Gradients | None = None) -> Gradients:
    """Reverse-mode differentiation in a few lines, with one mistake or none."""
    order = root.topological_order()
    grads = dict.fromkeys(order, 0.0) if grads is None else grads
    grads[root] = 1.0
    for node in depth_first(root) if mistake == "order" else reversed(order):
        locals_ = node.partials()
        if mistake == "local" and node.op is not None and node.op.name == "sigmoid":
            locals_ = [node.data * (1 + node.data)]
        for parent, local in zip(node.parents, locals_, strict=True):
            flow = local * grads[node]
            grads[parent] = flow if mistake == "assign" else grads[parent] + flow
    return grads


def depth_first(root: Value) -> Iterable[Value]:
    """Nodes as a walk from the root first meets them: a child may come after its parent."""
    stack, seen = [root], set()
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            yield node
            stack += node.parents


def kept(root: Value, *, interior: bool) -> Gradients:
    """A second pass that starts from the gradients of the first: at the leaves, or also in the interior."""
    before = backward(root)
    return backward(root, grads={node: g if interior or not node.parents else 0.0 for node, g in before.items()})


MISTAKES: dict[str, tuple[Callable[[Value], Gradients], str]] = {
    "= for +=": (
        lambda root: backward(root, mistake="assign"),
        "of two flows into an a[1] only the last is kept, and everything below inherits the error",
    ),
    "no order": (
        lambda root: backward(root, mistake="order"),
        "a node visited before its second flow has arrived passes on the first alone",
    ),
    "no zero_grad": (
        lambda root: kept(root, interior=False),
        "leaves add up over passes, so after two each holds twice its gradient; the interior is right",
    ),
    "old interior": (
        lambda root: kept(root, interior=True),
        "the gradient that an inner node kept flows down once more: the error grows with every step on the way",
    ),
    "σ′ = a(1 + a)": (
        lambda root: backward(root, mistake="local"),
        "one sign in one rule: a factor of (1 + a)/(1 − a) for each σ between the node and the loss",
    ),
}
