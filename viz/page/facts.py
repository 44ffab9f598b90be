"""What the page's script knows of the graph: names, numbers and the shape, as JSON that no label can break out of."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import islice
from typing import Any

from autograd import Precedence, Primitive, Step
from viz.chain import Chain
from viz.graph import Graph
from viz.names import Written, clean, encloses, formula
from viz.page.formulas import formulas_of

__all__ = ["as_json", "facts_of", "fresh_steps", "operations_of"]


def fresh_steps(graph: Graph) -> list[Step]:
    """The backward pass from the root, a step for each node, with no ``grad`` changed."""
    steps = graph.values[graph.root].backward_steps()
    taken = list(islice(steps, len(graph)))
    steps.close()  # type: ignore[attr-defined]  # before its end, where it would write the gradients
    return taken


def operations_of(graph: Graph) -> list[Primitive]:
    """The operations that occur in ``graph``, each once."""
    return list(dict.fromkeys(value.op for value in graph.values if value.op))


def facts_of(graph: Graph, steps: Sequence[Step]) -> dict[str, Any]:
    """Everything about ``graph`` that its page needs, beside the pictures.

    Args:
        graph: what the page shows.
        steps: its backward pass.
    """
    operations = {op: k for k, op in enumerate(operations_of(graph))}
    nodes = range(len(graph))
    return {
        "names": [graph.name(i) for i in nodes],
        **formulas_of(Chain(graph)),
        "formulas": [clean(graph.formula(i)) for i in nodes],
        "kinds": ["op" if value.op else value.kind for value in graph.values],
        "scopes": [" / ".join(graph.scope(i)) for i in nodes],
        "data": [value.data for value in graph.values],
        "ops": [operations[value.op] if value.op else -1 for value in graph.values],
        "operations": [_operation(op) for op in operations],
        "first": graph.first,
        "sources": graph.sources,
        "locals": graph.locals,
        "replaced": _replaced(graph, steps),
    }


def _operation(op: Primitive) -> dict[str, Any]:
    """How an operation is written; ``{0}`` and ``{1}`` stand for its operands, ``{*}`` for any number of them."""
    operands = ["{*}"] if op.arity is None else [f"{{{k}}}" for k in range(op.arity)]
    return {
        "name": clean(op.name),
        "symbol": clean(op.symbol or op.name),
        "form": clean(formula(op, [Written(operand, Precedence.CALL) for operand in operands]).text),
        "call": encloses(op),
        "gated": op.gated,
        "domain": clean(op.domain.text),
    }


def _replaced(graph: Graph, steps: Sequence[Step]) -> dict[int, float]:
    """The gradients that a hook replaced, by node."""
    arrived: list[float] = [0.0] * len(graph)
    arrived[graph.root] = 1.0
    found = {}
    for step in steps:
        i = graph.index[step.node]
        if step.gradient != arrived[i] and not (math.isnan(step.gradient) and math.isnan(arrived[i])):
            found[i] = step.gradient
        for parent, total in zip(step.node.parents, step.totals, strict=False):
            arrived[graph.index[parent]] = total
    return found


def as_json(facts: dict[str, Any]) -> str:
    """``facts`` as JSON in a ``<script>``: no ``<`` that could end it; what is not finite as a string."""
    text = json.dumps(_plain(facts), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    escaped = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
    for sign, written in escaped.items():
        text = text.replace(sign, written)
    return text


def _plain(thing: Any) -> Any:
    match thing:
        case float() if not math.isfinite(thing):
            return "NaN" if math.isnan(thing) else "Infinity" if thing > 0 else "-Infinity"
        case dict():
            return {str(key): _plain(value) for key, value in thing.items()}
        case list() | tuple():
            return [_plain(value) for value in thing]
    return thing
