"""The tooltips of cards and links: the chain rule at that place, with its numbers."""

from __future__ import annotations

from collections.abc import Mapping

from viz.accounts import accounts_of
from viz.graph import Graph
from viz.names import clean
from viz.numbers import count, is_rounded, number, signed
from viz.picture.fold import Card, Link, Picture

__all__ = ["describe_card", "describe_link", "sum_of_flows"]

MOST_TERMS = 12
"""How many flows, or members, are written out."""


def describe_card(picture: Picture, card: Card) -> str:
    """A card in words: its name and formula, its number, and the flows that make up its gradient."""
    graph = picture.graph
    lines = _fold_lines(graph, card) if card.kind == "fold" else []
    return "\n".join(lines if card.node is None else [*lines, *_value_lines(graph, card.node)])


def _fold_lines(graph: Graph, card: Card) -> list[str]:
    shown = ", ".join(graph.name(i) for i in card.members[:MOST_TERMS])
    more = f" … and {len(card.members) - MOST_TERMS:,} more" if len(card.members) > MOST_TERMS else ""
    where = " / ".join((*card.scope, card.name))
    return [f"{where}: {count(len(card.members), 'value')}", clean(shown) + more]


def _value_lines(graph: Graph, i: int) -> list[str]:
    node = graph.node(i)
    formula = graph.formula(i)
    lines = [f"{node.name} = {formula}" if formula and formula != node.name else node.name]
    exact = f", exactly {node.data!r}".replace("-", "−") if is_rounded(node.data) else ""
    lines.append(f"data {number(node.data)}{exact}")
    lines.append(f"grad {sum_of_flows(graph, i)}")
    place = [" / ".join(node.scope)] if node.scope else []
    lines.append(" · ".join([*place, node.kind, f"v{i}"]))
    return [clean(line) for line in lines]


def sum_of_flows(graph: Graph, i: int) -> str:
    """The gradient of node ``i`` as the sum of its flows, ``+0.0251 +0.3034 = +0.3285``.

    A leaf may hold more than the flows of the last pass, a hook may have changed their sum: then that is told.
    """
    grad, account = graph.grads[i], accounts_of(graph).get(i)
    words = f"; {account.words}" if account else ""
    if grad is None:
        return f"not computed: call backward(){words}"
    flows = [flow for e in graph.flow_edges(i) if (flow := graph.flow(e)) is not None]
    if not flows:
        return f"{signed(grad)}{words}"
    total = sum(flows)
    terms = " ".join(signed(flow) for flow in flows[:MOST_TERMS])
    if len(flows) > MOST_TERMS:
        terms += f" … {len(flows) - MOST_TERMS:,} more"
    written = f"{terms} = {signed(total)}" if len(flows) > 1 else signed(total)
    if i in graph.roots and len(graph.roots) > 1:
        written = f"{terms} +1.0000 = {signed(total + 1.0)}"
    if account is None:
        return written
    of_which = "of which the flows" if account.earlier is not None else "and the flows"
    return f"{signed(grad)}, {of_which} of the last pass: {written}{words}"


def describe_link(graph: Graph, link: Link, names: Mapping[str, str]) -> str:
    """A link in words: the local derivative, and the flow as its product with the upstream gradient.

    Args:
        graph: what the picture is of.
        link: the link.
        names: the names of the cards, by their keys.
    """
    head = f"{names[link.source]} → {names[link.target]}"
    if link.local is None:
        kind = f"{count(len(link.edges), 'flow')}"
        if link.flow is None:
            return clean(f"{head}\n{kind}, not computed")
        return "\n".join([clean(head), f"{kind}, {'together' if link.of_one else 'the largest'} {signed(link.flow)}"])
    edge = graph.edge(link.edges[0])
    local = f"local derivative {number(link.local)}"
    if link.flow is None:
        return "\n".join([clean(head), local, "flow not computed: call backward()"])
    return "\n".join([clean(head), local, f"flow {signed(link.flow)} into {clean(graph.name(edge.source))}"])
