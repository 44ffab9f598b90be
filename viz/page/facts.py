"""The graph as the page's script knows it: names, numbers and the shape, as JSON that no label can break out of."""

from __future__ import annotations

import json
import math
from typing import Any

from autograd import Primitive, Value
from viz.accounts import accounts_of, legend_of, roots_in_words
from viz.chain import Chain
from viz.formulas.operations import form_of
from viz.graph import Graph, Pass
from viz.names import clean
from viz.numbers import signed
from viz.page.formulas import formulas_of

__all__ = ["as_json", "facts_of", "notes_of", "operations_of", "pass_of"]


def pass_of(graph: Graph) -> Pass:
    """The backward pass that the page shows: with the seed 1, hooks and all, and with no ``grad`` changed."""

    def hooked(i: int, gradient: float) -> float:
        for hook in graph.values[i].hooks:
            replaced = hook(gradient)
            if replaced is not None:
                gradient = replaced.data if isinstance(replaced, Value) else float(replaced)
        return gradient

    return graph.fresh_pass(hooks=hooked)


def notes_of(graph: Graph) -> tuple[dict[str, Any], list[str]]:
    """The gradients that nodes hold in Python, where the page's own pass gives others; and words for the legend."""
    seed = graph.held[graph.root] if graph.values[graph.root].op else None
    began = (
        f"In Python the last pass began with {signed(seed)}; this page begins with 1."
        if seed not in (None, 1.0)
        else ""
    )
    notes = {i: f"In Python {clean(graph.name(i))}.grad: {account.words}." for i, account in accounts_of(graph).items()}
    return {"notes": notes, "began": began}, list(dict.fromkeys([*roots_in_words(graph), *legend_of(graph)]))


def operations_of(graph: Graph) -> list[tuple[Primitive, int]]:
    """The operations that occur in ``graph``, each once, with how many inputs they have.

    Their order does not hang on the graph: graphs of the same operations have the same script.
    """
    found = dict.fromkeys((value.op, len(value.parents)) for value in graph.values if value.op)
    return sorted(found, key=lambda one: (one[0].name, one[0].constants, one[1]))


def facts_of(graph: Graph, own: Pass) -> dict[str, Any]:
    """Everything about ``graph`` that its page needs, beside the pictures.

    Args:
        graph: the graph of the page.
        own: its backward pass.
    """
    operations = {pair: k for k, pair in enumerate(operations_of(graph))}
    nodes, chain = range(len(graph)), Chain(graph)
    scopes = [" / ".join(graph.scope(i)) for i in nodes]
    frames = {scope: k for k, scope in enumerate(dict.fromkeys(scopes))}
    return {
        "names": [graph.name(i) for i in nodes],
        **formulas_of(chain),
        "roots": graph.roots,
        "formulas": [clean(graph.formula(i)) for i in nodes],
        "kinds": ["op" if value.op else value.kind for value in graph.values],
        "frames": list(frames),
        "scopes": [frames[scope] for scope in scopes],
        "data": [value.data for value in graph.values],
        "ops": [operations[value.op, len(value.parents)] if value.op else -1 for value in graph.values],
        "operations": [_operation(op) for op, _ in operations],
        "first": graph.first,
        "sources": graph.sources,
        "locals": graph.locals,
        "replaced": {i: own.gradients[i] for i in nodes if _differ(own.arrived[i], own.gradients[i])},
        "arrived": {i: own.arrived[i] for i in nodes if _differ(own.arrived[i], own.gradients[i])},
    }


def _operation(op: Primitive) -> dict[str, Any]:
    """How an operation is written; ``{0}`` and ``{1}`` stand for its operands, ``{*}`` for any number of them."""
    form, encloses = form_of(op)
    return {
        "name": clean(op.name),
        "symbol": clean(op.symbol or op.name),
        "form": clean(form),
        "call": encloses,
        "gated": op.gated,
        "domain": clean(op.domain.text),
    }


def _differ(arrived: float | None, gradient: float | None) -> bool:
    """Whether a hook replaced what had arrived."""
    if arrived is None or gradient is None or arrived == gradient:
        return False
    return not (math.isnan(arrived) and math.isnan(gradient))


def as_json(facts: dict[str, Any]) -> str:
    """``facts`` as JSON in a ``<script>``: no ``<`` that could end it; numbers that are not finite as strings."""
    text = json.dumps(_plain(facts), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    escaped = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
    for sign, written in escaped.items():
        text = text.replace(sign, written)
    return text


def _plain(x: Any) -> Any:
    match x:
        case float() if not math.isfinite(x):
            return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"
        case dict():
            return {str(key): _plain(value) for key, value in x.items()}
        case list() | tuple():
            return [_plain(value) for value in x]
    return x
