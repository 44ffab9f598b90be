"""From a graph to a picture's cards: every value, fused sums, neurons, layers, or the two ends of a long graph.

A :class:`Picture` is a :class:`~viz.graph.Graph` seen at one level of detail: its cards, and the links between them.
It holds indices into the graph and neither colours nor places, so any painter can draw it: SVG, DOT, a page.

Each level is an assignment ``owner``: for every node the card that shows it. A card that shows one value (or a fused
sum) goes by the index of that node; a fold, which stands for many, by an index past the last node.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import NamedTuple

from viz.errors import DiagramError
from viz.graph import Graph
from viz.text import clean, count

__all__ = ["DETAILS", "Card", "Fusion", "Link", "Picture", "fold", "fuse", "neighbourhood", "peak", "terms_of"]

DETAILS = ("auto", "full", "fused", "neurons", "layers")

FULL_UP_TO = 60
READABLE = 150
"""How many cards a picture may have before ``auto`` folds further."""
DRAWABLE = 6000
"""How many cards are laid out in seconds rather than minutes."""
SMALL_SCOPE = 12
"""A frame without parameters and with no more values than this stays open beside folded neurons."""
BUNDLE = 8
"""From how many leaves on, used by the same cards, a folded view shows one card for them."""
ROOT_END, LEAF_END = 14, 10
"""How many cards are shown next to the root, and next to the leaves, of a graph too long to show."""

HIDDEN = -1
LEAF_TAGS = {"input": "input", "parameter": "param", "constant": "const"}
"""How a card says what a leaf is."""


# --- the picture ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Card:
    """One box of the picture: a value, a fused sum, or a fold that stands for many values."""

    key: str
    """Its name in DOT and in the SVG: ``n14`` for node 14, ``g3`` for the third fold."""
    kind: str
    """``input``, ``parameter``, ``constant``, ``op``; ``sum`` for a fused sum; ``fold`` for many values."""
    node: int | None
    """The value whose data and gradient it shows; None for a fold without a single output."""
    name: str
    tag: str
    """The text in its upper right corner: the operation, or what the leaf is."""
    members: list[int]
    """Every value it stands for, in topological order."""
    scope: tuple[str, ...] = ()
    is_root: bool = False
    outputs: int = 1
    """How many of its values are used elsewhere."""
    hidden_flows: list[int] = field(default_factory=list)
    """Flows into it whose other end is not in the picture."""
    hidden_operands: int = 0
    """Operands of it that are not in the picture."""


@dataclass(slots=True)
class Link:
    """One edge of the picture: an operand's occurrence, or several that a fold brings together."""

    source: str
    target: str
    edges: list[int]
    """The edges of the graph it stands for, by the end that receives the flow."""
    local: float | None
    """d target / d source; None where the link stands for several edges."""
    flow: float | None
    """The gradient that flows back; None: not computed."""
    of_one: bool = True
    """Whether all its flows go into one value, so that their sum is a part of that value's gradient."""
    faint: bool = False
    """Whether its flow is below ``min_flow``."""


@dataclass(slots=True)
class Picture:
    """A graph at one level of detail."""

    graph: Graph
    detail: str
    cards: list[Card]
    links: list[Link]
    left_out: int = 0
    """How many values are neither shown nor folded into a card."""
    min_flow: float = 0.0

    @property
    def is_folded(self) -> bool:
        """Whether its links stand for several edges."""
        return self.detail not in ("full", "fused")

    @property
    def extent(self) -> str:
        """How much of the graph the picture shows, and what it hides, in words."""
        values, cards = len(self.graph), len(self.cards)
        words = [count(values, "value")]
        if cards != values:
            words.append(f"{count(cards, 'card')} shown")
            words += _HIDDEN_BY.get(self.detail, [])
        if self.left_out:
            words.append(f"{count(self.left_out, 'value')} outside the focus")
        faint = sum(link.faint for link in self.links)
        if faint:
            words.append(f"{count(faint, 'flow')} below {self.min_flow:g} greyed")
        return ", ".join(words)


_HIDDEN_BY = {
    "fused": ["sums fused"],
    "neurons": ["folded to neurons"],
    "layers": ["folded to layers"],
    "ends": ["the middle folded"],
}


def peak(graph: Graph, members: Iterable[int]) -> float | None:
    """The largest |gradient| among ``members``, nan before all others; None if none is computed."""
    grads = graph.grads
    return max((abs(grad) for i in members if (grad := grads[i]) is not None), default=None, key=_nan_first)


def _nan_first(x: float) -> float:
    return math.inf if math.isnan(x) else abs(x)


# --- how much is shown ------------------------------------------------------------------------------------


def fold(graph: Graph, detail: str, alive: Collection[int] | None = None, min_flow: float = 0.0) -> Picture:
    """The picture of ``graph`` at one of :data:`DETAILS`, of the nodes ``alive`` or of all.

    Flows below ``min_flow`` are drawn faint.

    Raises:
        DiagramError: ``full`` or ``fused`` was asked of a graph that cannot be laid out in reasonable time.

    >>> from autograd import Value
    >>> from viz.graph import Graph
    >>> w, x, b = (Value(2.0, label) for label in "wxb")
    >>> [(card.name, card.tag) for card in fold(Graph((w * x + b).named("z"), {}), "fused").cards]
    [('w', 'input'), ('x', 'input'), ('b', 'input'), ('z', 'Σ w·x + b')]
    """
    folding = _folded(graph, detail, alive)
    shown = folding.shown()
    if shown > DRAWABLE:
        raise DiagramError(
            f"detail={detail!r} of this graph has {shown:,} cards; at most {DRAWABLE:,} can be laid out. "
            f"Use detail='auto', or focus=node to see the neighbourhood of one value."
        )
    crossing = _crossing(folding)
    cards = _cards(folding, crossing)
    links = _links(folding, cards, crossing)
    for link in links:
        link.faint = link.flow is not None and abs(link.flow) < min_flow
    return Picture(graph, folding.detail, list(cards.values()), links, folding.owner.count(HIDDEN), min_flow)


@dataclass(slots=True)
class _Folding:
    """The card that shows each node."""

    graph: Graph
    detail: str
    owner: list[int]
    tags: dict[int, str] = field(default_factory=dict)
    """How fused sums are written, by the node that heads them."""
    folds: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    """Name, tag and scope of the cards that stand for many values; ``folds[k]`` has the index ``len(owner) + k``."""

    def shown(self) -> int:
        """How many cards there are."""
        return len(set(self.owner) - {HIDDEN})

    def gather(self, nodes: Iterable[int], name: str, tag: str = "", scope: tuple[str, ...] = ()) -> None:
        """Let one card stand for ``nodes``."""
        fold = len(self.owner) + len(self.folds)
        self.folds.append((name, tag, scope))
        for i in nodes:
            self.owner[i] = fold


def _folded(graph: Graph, detail: str, alive: Collection[int] | None) -> _Folding:
    size = len(graph) if alive is None else len(alive)
    if detail == "full" or (detail == "auto" and size <= FULL_UP_TO):
        return _Folding(graph, "full", _only(range(len(graph)), alive))
    sums = cache(lambda: fuse(graph))  # asked for at most once, and not at all where no view needs them
    if detail == "fused" or (detail == "auto" and not _is_too_big_to_fuse(graph, alive)):
        whole = None if alive is None else {*alive, *(sums().head[i] for i in alive)}
        fused = _Folding(graph, "fused", _only(sums().head, whole), sums().tag)
        if detail == "fused" or fused.shown() <= READABLE:
            return fused
    if detail == "neurons" or (detail == "auto" and any(value.scope for value in graph.values)):
        neurons = _by_scope(graph, alive, "neurons", sums)
        if len(neurons.folds) <= READABLE and (detail == "neurons" or neurons.shown() <= READABLE):
            return _shortened(neurons)
    return _shortened(_by_scope(graph, alive, "layers", sums))


def _only(owner: Iterable[int], alive: Container[int] | None) -> list[int]:
    """``owner`` with all but the nodes ``alive`` hidden."""
    return list(owner) if alive is None else [who if i in alive else HIDDEN for i, who in enumerate(owner)]


def _is_too_big_to_fuse(graph: Graph, alive: Iterable[int] | None) -> bool:
    """Whether there are too many values that no sum could hide; counted no further than that takes."""
    nodes = range(len(graph)) if alive is None else alive
    staying = (i for i in nodes if not _may_be_hidden(graph, i))
    return next(islice(staying, READABLE, None), None) is not None


def neighbourhood(graph: Graph, centre: int, depth: int) -> set[int]:
    """The nodes that ``depth`` edges or fewer, each way, lead to from ``centre``."""
    above = _reach(centre, depth, lambda i: [graph.targets[e] for e in graph.flow_edges(i)])
    return above | _reach(centre, depth, graph.operands)


def _reach(centre: int, depth: int, neighbours: Callable[[int], list[int]]) -> set[int]:
    """The nodes that ``depth`` steps or fewer lead to."""
    found = {centre}
    rim = found
    for _ in range(depth):
        rim = {j for i in rim for j in neighbours(i)} - found
        if not rim:
            break
        found |= rim
    return found


# --- fused sums -------------------------------------------------------------------------------------------


class Fusion(NamedTuple):
    """The sums ``Σ w·x + b`` of a graph, and the products and partial sums that they replace.

    A sum is written as a chain of ``+``. Where its partial sums and products have no name and one use, they say
    nothing that the sum does not: one card replaces them, with the edge from each ``w`` and ``x`` straight to it.
    The local derivative along such an edge is that of the product, for a sum passes it on unchanged.
    """

    head: list[int]
    """For each node, the sum it is hidden in; the node itself if it is not hidden."""
    tag: dict[int, str]
    """How each sum is written on its card, such as ``Σ w·x + b``."""


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
        for term in graph.operands(i):
            known = operation[term] in ("mul", "add") or _is_zero(graph, term)
            if not (known and _absorbable(graph, term, i)):
                continue
            if operation[term] == "mul":
                products.add(sum_)
            head[term] = sum_
            found.add(sum_)
    tags = {sum_: _tag(graph, sum_, head) if sum_ in products else "Σ" for sum_ in sorted(found)}
    return Fusion(head, tags)


def _may_be_hidden(graph: Graph, i: int) -> bool:
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


def _tag(graph: Graph, sum_: int, head: Sequence[int]) -> str:
    """How a sum of products is written on its card."""
    others = sum(head[term] != sum_ for term in terms_of(graph, head, sum_))
    return "Σ w·x" if not others else "Σ w·x + b" if others == 1 else "Σ w·x + …"


def terms_of(graph: Graph, head: Sequence[int], i: int) -> list[int]:
    """The operands of node ``i``; of a sum all terms, through its partial sums, which ``head`` tells."""
    found: list[int] = []
    waiting = graph.operands(i)[::-1]
    while waiting:
        operand = waiting.pop()
        op = graph.values[operand].op
        if head[operand] != operand and op is not None and op.name == "add":
            waiting += graph.operands(operand)[::-1]
        else:
            found.append(operand)
    return found


# --- neurons and layers -----------------------------------------------------------------------------------


def _by_scope(graph: Graph, alive: Collection[int] | None, detail: str, sums: Callable[[], Fusion]) -> _Folding:
    """Every neuron (the innermost frame), or every layer (the outermost), as one card."""
    folding = _Folding(graph, detail, _only(range(len(graph)), alive))
    members, inside = _members(folding)
    for scope, nodes in members.items():
        if len(nodes) < 2 or (len(nodes) <= SMALL_SCOPE and graph.parameters.isdisjoint(nodes)):
            continue
        inner = len(inside[scope]) if detail == "layers" else 0
        folding.gather(nodes, scope[-1], f"× {inner}" if inner > 1 else "", scope[:-1])
    if folding.folds:
        _fuse_the_rest(folding, sums())
        _bundle_leaves(folding)
    return folding


def _members(folding: _Folding) -> tuple[dict[tuple[str, ...], list[int]], dict[tuple[str, ...], set[str]]]:
    """The nodes of each neuron or layer; and the names of the frames inside it."""
    graph = folding.graph
    written: dict[str, list[int]] = {}  # by the scope as it is written, since there are few of them
    roots, values = set(graph.roots), graph.values
    for i, who in enumerate(folding.owner):
        path = values[i].scope
        if path and who != HIDDEN and i not in roots:
            written.setdefault(path, []).append(i)
    members: dict[tuple[str, ...], list[int]] = {}
    inside: dict[tuple[str, ...], set[str]] = {}
    for nodes in written.values():
        scope = graph.scope(nodes[0])
        frame = scope if folding.detail == "neurons" else scope[:1]
        members.setdefault(frame, []).extend(nodes)
        inside.setdefault(frame, set()).update(scope[1:2])
    return members, inside


def _fuse_the_rest(folding: _Folding, fusion: Fusion) -> None:
    """Show the sums outside all folds, each as one card: the total over a hundred examples."""
    owner = folding.owner
    for i, head in enumerate(fusion.head):
        if head != i and owner[i] == i and owner[head] == head:
            owner[i] = head
            folding.tags[head] = fusion.tag[head]


def _bundle_leaves(folding: _Folding) -> None:
    """Show many free leaves that the same cards use as one card: the inputs of a hundred examples."""
    graph, owner = folding.graph, folding.owner
    bundles: dict[tuple[str, tuple[int, ...]], list[int]] = {}
    for i, value in enumerate(graph.values):
        if value.op is None and owner[i] == i and not value.scope and i not in graph.roots:
            users = tuple(sorted({owner[graph.targets[e]] for e in graph.flow_edges(i)}))
            if any(user >= len(graph) for user in users):
                bundles.setdefault((value.kind, users), []).append(i)
    for (kind, _), leaves in bundles.items():
        if len(leaves) >= BUNDLE:
            folding.gather(leaves, count(len(leaves), kind))


# --- the ends of a long graph -----------------------------------------------------------------------------


def _shortened(folding: _Folding) -> _Folding:
    """Where there still are too many cards: those next to the root and to the leaves, and one for the rest."""
    if folding.shown() > READABLE:
        owner = folding.owner
        # By the longest way to the root, so that nothing hidden lies between those that are shown.
        kept = _first(owner, folding.graph.way_back, ROOT_END) | _leaf_end(folding.graph, owner) | {HIDDEN}
        rest = [i for i, who in enumerate(owner) if who not in kept]
        folding.gather(rest, f"… {count(len(rest), 'value')}")
        folding.detail = "ends"
    return folding


def _leaf_end(graph: Graph, owner: list[int]) -> set[int]:
    """The operations nearest to the leaves, by the longest way to one, and the leaves they use."""
    height = [0] * len(graph)
    for source, target in zip(graph.sources, graph.targets, strict=True):
        if height[target] <= height[source]:
            height[target] = height[source] + 1
    operations = sorted((i for i in range(len(graph)) if height[i]), key=height.__getitem__)
    with_operands = (j for i in operations for j in [*graph.operands(i), i])
    return _first(owner, with_operands, LEAF_END)


def _first(owner: list[int], order: Iterable[int], most: int) -> set[int]:
    """The first ``most`` cards met in ``order``; there are more."""
    shown = (owner[i] for i in order if owner[i] != HIDDEN)
    found: set[int] = set()
    while len(found) < most:
        found.add(next(shown))
    return found


# --- cards and links --------------------------------------------------------------------------------------


def _cards(folding: _Folding, crossing: Sequence[int]) -> dict[int, Card]:
    """The cards by the index that ``owner`` names them by, ordered by their last values."""
    graph, owner, folds = folding.graph, folding.owner, folding.folds
    members: dict[int, list[int]] = {}
    for i, who in enumerate(owner):
        if who != HIDDEN:
            members.setdefault(who, []).append(i)
    used = {graph.sources[e] for e in crossing if owner[graph.targets[e]] != HIDDEN} if folds else set()
    frames = {(*scope, name) for name, _, scope in folds}
    cards: dict[int, Card] = {}
    for who in sorted(members, key=lambda who: members[who][-1]):
        if who < len(graph):
            cards[who] = _value_card(folding, who, members[who], frames)
            continue
        name, tag, scope = folds[who - len(graph)]
        outputs = [i for i in members[who] if i in used]
        output = outputs[0] if len(outputs) == 1 else None
        key = f"g{who - len(graph)}"
        cards[who] = Card(key, "fold", output, name, tag, members[who], scope, outputs=len(outputs))
    return cards


def _value_card(folding: _Folding, i: int, members: list[int], folded: Container[tuple[str, ...]]) -> Card:
    graph = folding.graph
    name, scope, op = graph.name(i), graph.scope(i), graph.values[i].op
    kind = "sum" if i in folding.tags else graph.kind(i)
    # A name that is the formula shows the operation already.
    tag = folding.tags.get(i) or LEAF_TAGS.get(kind, "")
    if op and not tag and name != graph.formula(i):
        tag = clean(op.symbol or op.name)
    # The root stands beside the fold of its own frame, not in a second frame of that name.
    depth = next((k for k in range(len(scope)) if scope[: k + 1] in folded), len(scope))
    return Card(f"n{i}", kind, i, name, tag, members, scope[:depth], is_root=i in graph.roots)


def _crossing(folding: _Folding) -> list[int]:
    """The edges that do not lie within one card."""
    graph, owner = folding.graph, folding.owner
    ends = zip(graph.sources, graph.targets, strict=True)
    return [e for e, (source, target) in enumerate(ends) if owner[source] != owner[target]]


def _links(folding: _Folding, cards: dict[int, Card], crossing: Sequence[int]) -> list[Link]:
    """One link per edge between values; one for all edges between two cards where either is a fold.

    An edge that leads out of the picture is counted on the card that stays.
    """
    graph, owner, size = folding.graph, folding.owner, len(folding.owner)
    merged: dict[tuple[int, int], list[int]] = {}
    links: list[Link] = []
    for e in crossing:
        ends = owner[graph.sources[e]], owner[graph.targets[e]]
        if HIDDEN in ends:
            if ends[1] == HIDDEN:
                cards[ends[0]].hidden_flows.append(e)
            else:
                cards[ends[1]].hidden_operands += 1
        elif ends[0] < size and ends[1] < size:
            # Also where the target is hidden in a sum: from there on every local derivative is 1.
            links.append(Link(cards[ends[0]].key, cards[ends[1]].key, [e], graph.locals[e], graph.flows[e]))
        elif ends in merged:
            merged[ends].append(e)
        else:
            merged[ends] = [e]
            links.append(Link(cards[ends[0]].key, cards[ends[1]].key, merged[ends], None, None))
    for link in links:
        if link.local is None:
            _summarise(graph, link)
    return links


def _summarise(graph: Graph, link: Link) -> None:
    """Give a link of several edges its flow: their sum if they reach one value, else the largest."""
    sources, all_flows = graph.sources, graph.flows
    link.of_one = all(sources[e] == sources[link.edges[0]] for e in link.edges)
    flows: Sequence[float] = [flow for e in link.edges if (flow := all_flows[e]) is not None]
    if len(link.edges) == 1:
        link.local = graph.locals[link.edges[0]]
    if flows:
        link.flow = sum(flows) if link.of_one else max(flows, key=_nan_first)
