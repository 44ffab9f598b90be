"""The quiz's questions, and how an answer is read and a hint is given."""

from collections.abc import Callable
from fractions import Fraction

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
    """The number that was typed, if it is one."""
    try:
        return float(Fraction(typed.replace(" ", "").replace("−", "-")))
    except (ValueError, ZeroDivisionError):
        return None


def chain_rule(root: Value, node: Value, *, numbers: bool) -> str:
    """d root / d node as a sum over its flows, in symbols, and with numbers if asked for."""
    if node is root:
        return f"dL/d{node.label} = 1: here the pass begins"
    flows = root.flows_into(node)
    terms = [f"d{flow.child.label}/d{node.label} · dL/d{flow.child.label}" for flow in flows]
    shown = " + ".join(f"({flow.local:g})·({flow.upstream:g})" for flow in flows)
    return f"dL/d{node.label} = {' + '.join(terms)}" + (f" = {shown} = {node.grad:g}" if numbers else "")
