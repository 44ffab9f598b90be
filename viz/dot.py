"""A picture as DOT source, for those who have Graphviz's own ``dot``: a record with data and grad per card."""

from __future__ import annotations

import graphviz

from viz.accounts import lines_of
from viz.names import cut
from viz.numbers import count, datum, short, signed
from viz.picture import Card, Picture
from viz.words import peak

__all__ = ["digraph"]


def digraph(picture: Picture, rankdir: str, image_format: str = "svg") -> graphviz.Digraph:
    """``picture`` as a Digraph. Node names are made here; labels are escaped, so they are text and nothing else."""
    graph = graphviz.Digraph(format=image_format, graph_attr={"rankdir": rankdir}, node_attr={"shape": "record"})
    for card in picture.cards:
        graph.node(card.key, label=_record(picture, card), **_shape(card))
    for link in picture.links:
        local = "" if link.local is None else f"×{short(link.local or 0.0)}"
        flow = "" if link.flow is None else f"\\n{signed(link.flow)}"
        graph.edge(link.source, link.target, label=f"{local}{flow}")
    return graph


def _shape(card: Card) -> dict[str, str]:
    """Kinds differ in their outline."""
    if card.is_root:
        return {"penwidth": "2.5"}
    return {"style": {"input": "rounded", "constant": "dashed", "fold": "bold"}.get(card.kind, "solid")}


def _record(picture: Picture, card: Card) -> str:
    graph = picture.graph
    fields = [cut(card.name)]
    if card.tag:
        fields.append(card.tag)
    if card.node is not None:
        grad = graph.grads[card.node]
        fields += [f"data {datum(graph.values[card.node].data)}", f"grad {signed(grad)}"]
        fields += [f"{line.word} {line.number}" for line in lines_of(graph, card.node)]
    if card.kind == "fold":
        largest = peak(graph, card.members)
        fields += [count(len(card.members), "value"), f"max |∂| {signed(largest).removeprefix('+')}"]
    return "{" + "|".join(map(_field, fields)) + "}"


def _field(text: str) -> str:
    """``text`` as one field of a record: its signs of structure, backslashes and entities made plain."""
    text = graphviz.escape(text.replace("&", "&amp;"))
    return "".join(f"\\{char}" if char in "{}|<> " else char for char in text)
