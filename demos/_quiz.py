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
        lambda w, x, b: (((w * x).named("m") + b).named("z").relu().named("r") ** 2).named("L"),
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
    return "Not right. Type h to see the chain rule here."


RULES = {
    "add": ("{} + {}", "a sum: its local derivative is 1"),
    "mul": ("{}·{}", "a product: its local derivative is the other operand"),
    "relu": ("relu({})", "relu: its local derivative is 1 above 0, and 0 below"),
    "pow": ("{}²", "a square: its local derivative is twice what is squared"),
}
"""How the operations of the rounds are written, and their local derivatives in words."""


def chain_rule(root: Value, node: Value, *, numbers: bool) -> str:
    """d root / d node as a sum over its flows, each with the rule of its operation, and with numbers if asked for."""
    if node is root:
        return f"dL/d{node.label} = 1: here the pass begins"
    flows = root.flows_into(node)
    many = f"{len(flows)} flows that add up" if len(flows) > 1 else "one flow"
    lines = [f"dL/d{node.label} is {many}: local derivative · the gradient it comes from"]
    met: dict[Value, int] = {}
    for flow in flows:
        met[flow.child] = met.get(flow.child, 0) + 1
        places = [k for k, operand in enumerate(flow.child.parents, start=1) if operand is node]
        where = f", operand {places[met[flow.child] - 1]}" if len(places) > 1 else ""
        form, rule = RULES[flow.child.op.name]
        formula = form.format(*(operand.label for operand in flow.child.parents))
        lines.append(f"  from {flow.child.label} = {formula}{where}, times dL/d{flow.child.label}; {rule}")
    if numbers:
        shown = " + ".join(f"({flow.local:g})·({flow.upstream:g})" for flow in flows)
        lines.append(f"dL/d{node.label} = {shown} = {node.grad:g}")
    return "\n  ".join(lines)
