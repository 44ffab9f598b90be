"""Which values a fused view hides: the products and partial sums of ``Σ w·x + b``.

A sum is written as a chain of ``+``. Where its partial sums and products have no name and one use, they say
nothing that the sum does not: one card ``Σ w·x + b`` replaces them, with the edge from each ``w`` and ``x``
straight to it. The local derivative along such an edge is that of the product, for a sum passes it on unchanged.
"""

from __future__ import annotations

from typing import NamedTuple

from viz.graph import Graph

__all__ = ["Fusion", "fuse", "may_be_hidden"]


class Fusion(NamedTuple):
    """The sums found in a graph."""

    head: list[int]
    """For each node, the sum it is hidden in; the node itself if it is not hidden."""
    tag: dict[int, str]
    """What each sum looks like, such as ``Σ w·x + b``."""


def fuse(graph: Graph) -> Fusion:
    """Find every sum of two terms or more with something to hide."""
    head = list(range(len(graph)))
    operation = ["" if value.op is None else value.op.name for value in graph.values]
    products: set[int] = set()
    found: set[int] = set()
    for i in range(len(graph) - 1, -1, -1):
        if operation[i] != "add":
            continue
        sum_ = head[i]
        for e in graph.operand_edges(i):
            term = graph.sources[e]
            known = operation[term] in ("mul", "add") or _is_zero(graph, term)
            if not (known and _absorbable(graph, term, i)):
                continue
            if operation[term] == "mul":
                products.add(sum_)
            head[term] = sum_
            found.add(sum_)
    tags = {sum_: _tag(graph, sum_, head, operation) if sum_ in products else "Σ" for sum_ in sorted(found)}
    return Fusion(head, tags)


def may_be_hidden(graph: Graph, i: int) -> bool:
    """Whether node ``i`` is of the kind that a sum hides, whatever uses it."""
    op = graph.values[i].op
    if op is None:
        return _is_zero(graph, i)
    return op.name in ("mul", "add") and not graph.has_own_name(i)


def _is_zero(graph: Graph, i: int) -> bool:
    """The 0 that Python's ``sum()`` starts from."""
    value = graph.values[i]
    return value.kind == "constant" and value.op is None and value.data == 0.0


def _absorbable(graph: Graph, term: int, into: int) -> bool:
    """Whether nobody but ``into`` uses ``term``, nobody named it, and both stand in one frame."""
    return (
        len(graph.flow_edges(term)) == 1
        and not graph.has_own_name(term)
        and (graph.values[term].scope == graph.values[into].scope or graph.values[term].op is None)
    )


def _tag(graph: Graph, sum_: int, head: list[int], operation: list[str]) -> str:
    """How a sum of products is written on its card."""
    others, waiting = 0, [sum_]
    while waiting:
        for e in graph.operand_edges(waiting.pop()):
            term = graph.sources[e]
            if head[term] != sum_:
                others += 1
            elif operation[term] == "add":
                waiting.append(term)
    return "Σ w·x" if not others else "Σ w·x + b" if others == 1 else "Σ w·x + …"
