"""From a graph and a folding to the picture: the cards, the links between them, the frames around them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from viz.folding import HIDDEN, Fold, Folding
from viz.graph import Graph
from viz.numbers import count
from viz.picture import Card, Link, Picture
from viz.words import largest

__all__ = ["compose", "describe_extent"]

_LEAF_TAGS = {"input": "input", "parameter": "param", "constant": "const"}


def compose(graph: Graph, folding: Folding, min_flow: float = 0.0) -> Picture:
    """The picture that shows ``graph`` as ``folding`` says.

    Args:
        graph: the graph.
        folding: which card shows each node.
        min_flow: flows smaller than this are drawn faint.
    """
    cards = _cards(graph, folding)
    links = _links(graph, folding, cards)
    for link in links:
        link.faint = link.flow is not None and abs(link.flow) < min_flow
    return Picture(
        graph=graph,
        detail=folding.detail,
        cards=list(cards.values()),
        links=links,
        scopes=_scopes(cards.values()),
        left_out=folding.owner.count(HIDDEN),
        min_flow=min_flow,
    )


def _cards(graph: Graph, folding: Folding) -> dict[int, Card]:
    """The cards by the index that ``folding.owner`` names them by, ordered by their last values."""
    members: dict[int, list[int]] = {}
    for i, who in enumerate(folding.owner):
        if who != HIDDEN:
            members.setdefault(who, []).append(i)
    cards: dict[int, Card] = {}
    used = _used_outside(graph, folding.owner) if folding.folds else set()
    for who in sorted(members, key=lambda who: members[who][-1]):
        if who < len(graph):
            cards[who] = _value_card(graph, folding, who, members[who])
        else:
            k = who - len(graph)
            cards[who] = _fold_card(f"g{k}", folding.folds[k], members[who], used)
    return cards


def _used_outside(graph: Graph, owner: list[int]) -> set[int]:
    """The values that another card of the picture uses than their own."""
    return {graph.sources[e] for e, (_, target) in _between_cards(graph, owner) if target != HIDDEN}


def _value_card(graph: Graph, folding: Folding, i: int, members: list[int]) -> Card:
    node = graph.node(i)
    kind = "sum" if i in folding.tags else node.kind
    # A name that is the formula shows the operation already.
    tag = folding.tags.get(i) or _LEAF_TAGS.get(kind) or ("" if node.name == graph.formula(i) else node.symbol)
    # The root stands beside the fold of its own frame, not in a second frame of that name.
    folded = {(*fold.scope, fold.name) for fold in folding.folds}
    depth = next((k for k in range(len(node.scope)) if node.scope[: k + 1] in folded), len(node.scope))
    return Card(f"n{i}", kind, i, node.name, tag, members, node.scope[:depth], is_root=i in graph.roots)


def _fold_card(key: str, fold: Fold, members: list[int], used: Container[int]) -> Card:
    outputs = [i for i in members if i in used]
    output = outputs[0] if len(outputs) == 1 else None
    return Card(key, "fold", output, fold.name, fold.tag, members, fold.scope, outputs=len(outputs))


def _links(graph: Graph, folding: Folding, cards: dict[int, Card]) -> list[Link]:
    """One link per edge between values; one for all edges between two cards where either is a fold.

    What leads out of the picture is counted on the card that stays.
    """
    merged: dict[tuple[int, int], list[int]] = {}
    links: list[Link] = []
    for e, ends in _between_cards(graph, folding.owner):
        if HIDDEN in ends:
            if ends[1] == HIDDEN:
                cards[ends[0]].hidden_flows.append(e)
            else:
                cards[ends[1]].hidden_operands += 1
            continue
        if max(ends) < len(graph):
            # Also where the target is hidden in a sum: from there on every local derivative is 1.
            links.append(Link(cards[ends[0]].key, cards[ends[1]].key, [e], graph.locals[e], graph.flow(e)))
        elif ends in merged:
            merged[ends].append(e)
        else:
            merged[ends] = edges = [e]
            links.append(Link(cards[ends[0]].key, cards[ends[1]].key, edges, None, None))
    for link in links:
        if link.local is None:
            _summarise(graph, link)
    return links


def _between_cards(graph: Graph, owner: list[int]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Each edge that does not lie within one card, and who owns its two ends."""
    for e, (source, target) in enumerate(zip(graph.sources, graph.targets, strict=True)):
        if owner[source] != owner[target]:
            yield e, (owner[source], owner[target])


def _summarise(graph: Graph, link: Link) -> None:
    """Give a link of several edges its flow: their sum if they reach one value, else the largest."""
    link.of_one = len({graph.sources[e] for e in link.edges}) == 1
    flows = [flow for e in link.edges if (flow := graph.flow(e)) is not None]
    if len(link.edges) == 1:
        link.local = graph.locals[link.edges[0]]
    if flows:
        link.flow = sum(flows) if link.of_one else largest(flows)


def _scopes(cards: Iterable[Card]) -> list[tuple[str, ...]]:
    """Every frame that a card stands in, each after those around it, in the order of the cards."""
    found: dict[tuple[str, ...], None] = {}
    for card in cards:
        for depth in range(1, len(card.scope) + 1):
            found.setdefault(card.scope[:depth])
    return list(found)


def describe_extent(picture: Picture) -> str:
    """What of the graph the picture shows, and what it hides, in words."""
    values, cards = len(picture.graph), len(picture.cards)
    words = [count(values, "value")]
    if cards != values:
        words.append(f"{count(cards, 'card')} shown")
    hidden = {
        "fused": "sums fused",
        "neurons": "folded to neurons",
        "layers": "folded to layers",
        "ends": "the middle folded",
    }.get(picture.detail)
    if hidden and cards != values:
        words.append(hidden)
    if picture.left_out:
        words.append(f"{count(picture.left_out, 'value')} outside the focus")
    faint = sum(link.faint for link in picture.links)
    if faint:
        words.append(f"{count(faint, 'flow')} below {picture.min_flow:g} greyed")
    return ", ".join(words)
