"""The quiz's questions, and how an answer is read and a hint is given."""

import math
from collections.abc import Callable

from autograd import Value

ROUNDS: list[tuple[str, dict[str, float], Callable[..., Value]]] = [
    ("a product and a sum", {"a": 2, "b": -3, "c": 10}, lambda a, b, c: ((a * b).named("m") + c).named("L")),
    ("one value used twice", {"x": 3}, lambda x: ((x * x).named("s") + x).named("L")),
    (
        "two flows of different weight",
        {"a": 2, "b": -1, "c": 4},
        lambda a, b, c: ((a + b).named("s") * (b * c).named("m")).named("L"),
    ),
    (
        "a neuron",
        {"w": -2, "x": 3, "b": 8},
        lambda w, x, b: (((w * x).named("m") + b).named("z").relu() ** 2).named("L"),
    ),
]


def answer(typed: str) -> float | None:
    """The finite number or fraction that was typed, if it is one."""
    top, slash, bottom = typed.replace(" ", "").replace("−", "-").partition("/")
    try:
        number = float(top) / float(bottom if slash else 1)
    except (ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None


def near(number: float, truth: float) -> bool:
    """Whether an answer is right."""
    return abs(number - truth) <= 1e-9 * max(1.0, abs(truth))


def remark(root: Value, node: Value, number: float) -> str:
    """What a wrong answer to d root / d node looks like."""
    flows = root.flows_into(node)
    if len(flows) > 1 and any(near(number, flow.contribution) for flow in flows):
        return f"that is one flow of {len(flows)}: they add up"
    if any(near(number, flow.local) for flow in flows):
        return "that is a local derivative: multiply it by the gradient upstream"
    if near(number, -node.grad):
        return "the sign is wrong"
    return "not so: h writes the chain rule of this node"


def chain_rule(root: Value, node: Value, *, numbers: bool) -> str:
    """d root / d node as a sum over its flows, in symbols, and with numbers if asked for."""
    if node is root:
        return f"dL/d{node.label} = 1: here the pass begins"
    flows = root.flows_into(node)
    terms = [f"∂{flow.child.label}/∂{node.label} · dL/d{flow.child.label}" for flow in flows]
    shown = " + ".join(f"({flow.local:g})·({flow.upstream:g})" for flow in flows)
    return f"dL/d{node.label} = {' + '.join(terms)}" + (f" = {shown} = {node.grad:g}" if numbers else "")
