"""How much of a graph one picture shows: everything, fused sums, neurons, layers, or the ends of a long one.

Each way is an assignment ``owner``: for every node the card that shows it. A card that shows one value (or a
fused sum) goes by the index of that node; a fold, which stands for many, by an index past the last node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import NamedTuple

from viz.errors import DiagramError
from viz.fusing import Fusion, fuse, may_be_hidden
from viz.graph import Graph
from viz.numbers import count

__all__ = ["DETAILS", "Fold", "Folding", "fold", "neighbourhood"]

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


class Fold(NamedTuple):
    """A card that stands for many values."""

    name: str
    tag: str
    scope: tuple[str, ...]


@dataclass(slots=True)
class Folding:
    """Which card shows each node."""

    detail: str
    owner: list[int]
    tags: dict[int, str] = field(default_factory=dict)
    """What fused sums look like, by the node that heads them."""
    folds: list[Fold] = field(default_factory=list)
    """The fold with index ``len(owner) + k`` is ``folds[k]``."""

    def shown(self) -> int:
        """How many cards there are."""
        return len(set(self.owner) - {HIDDEN})


def fold(graph: Graph, detail: str, alive: set[int] | None) -> Folding:
    """Choose what the cards of a picture stand for.

    Args:
        graph: the whole graph.
        detail: one of :data:`DETAILS`.
        alive: the nodes that may be shown; None for all.

    Raises:
        DiagramError: ``full`` or ``fused`` was asked of a graph that cannot be laid out in reasonable time.
    """
    folding = _fold(graph, detail, alive)
    shown = folding.shown()
    if shown > DRAWABLE:
        raise DiagramError(
            f"detail={detail!r} of this graph has {shown:,} cards; at most {DRAWABLE:,} can be laid out. "
            f"Use detail='auto', or focus=node to see the neighbourhood of one value."
        )
    return folding


def _fold(graph: Graph, detail: str, alive: set[int] | None) -> Folding:
    size = len(graph) if alive is None else len(alive)
    if detail == "full" or (detail == "auto" and size <= FULL_UP_TO):
        return Folding("full", _only(range(len(graph)), alive))
    sums = cache(lambda: fuse(graph))  # asked for at most once, and not at all where no view needs them
    if detail == "fused" or (detail == "auto" and not _is_too_big_to_fuse(graph, alive)):
        whole = None if alive is None else alive | {sums().head[i] for i in alive}
        fused = Folding("fused", _only(sums().head, whole), sums().tag)
        if detail == "fused" or fused.shown() <= READABLE:
            return fused
    if detail == "neurons" or (detail == "auto" and any(value.scope for value in graph.values)):
        neurons = _by_scope(graph, alive, "neurons", sums)
        if len(neurons.folds) <= READABLE and (detail == "neurons" or neurons.shown() <= READABLE):
            return _shortened(graph, neurons)
    return _shortened(graph, _by_scope(graph, alive, "layers", sums))


def _is_too_big_to_fuse(graph: Graph, alive: set[int] | None) -> bool:
    """Whether there are too many values that no sum could hide; counted no further than that takes."""
    nodes = range(len(graph)) if alive is None else alive
    staying = (i for i in nodes if not may_be_hidden(graph, i))
    return next(islice(staying, READABLE, None), None) is not None


def _only(owner: Iterable[int], alive: set[int] | None) -> list[int]:
    """``owner`` with all but the nodes ``alive`` hidden."""
    if alive is None:
        return list(owner)
    return [who if i in alive else HIDDEN for i, who in enumerate(owner)]


def neighbourhood(graph: Graph, centre: int, depth: int) -> set[int]:
    """The nodes that ``depth`` edges or fewer, each way, lead to from ``centre``."""
    return _reach(centre, depth, lambda i: [graph.sources[e] for e in graph.operand_edges(i)]) | _reach(
        centre, depth, lambda i: [graph.targets[e] for e in graph.flow_edges(i)]
    )


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


# --- by scope ---------------------------------------------------------------------------------------------


def _by_scope(graph: Graph, alive: set[int] | None, detail: str, sums: Callable[[], Fusion]) -> Folding:
    """Every neuron (the innermost frame), or every layer (the outermost), as one card."""
    owner = _only(range(len(graph)), alive)
    members, inside = _members(graph, owner, detail)
    folds: list[Fold] = []
    for scope, nodes in members.items():
        parameters = any(graph.values[i].kind == "parameter" for i in nodes)
        if len(nodes) < 2 or (len(nodes) <= SMALL_SCOPE and not parameters):
            continue
        inner = len(inside[scope]) if detail == "layers" else 0
        folds.append(Fold(scope[-1], f"× {inner}" if inner > 1 else "", scope[:-1]))
        for i in nodes:
            owner[i] = len(graph) + len(folds) - 1
    folding = Folding(detail, owner, {}, folds)
    if folds:
        _fuse_the_rest(folding, sums())
        _bundle_leaves(graph, folding)
    return folding


def _members(
    graph: Graph, owner: list[int], detail: str
) -> tuple[dict[tuple[str, ...], list[int]], dict[tuple[str, ...], set[str]]]:
    """The nodes of each neuron or layer; and the names of the frames inside it."""
    written: dict[str, list[int]] = {}  # by the scope as it is written, since there are few of them
    roots, values = set(graph.roots), graph.values
    for i, who in enumerate(owner):
        if who != HIDDEN and i not in roots and values[i].scope:
            written.setdefault(values[i].scope, []).append(i)
    members: dict[tuple[str, ...], list[int]] = {}
    inside: dict[tuple[str, ...], set[str]] = {}
    for nodes in written.values():
        scope = graph.scope(nodes[0])
        frame = scope if detail == "neurons" else scope[:1]
        members.setdefault(frame, []).extend(nodes)
        inside.setdefault(frame, set()).update(scope[1:2])
    return members, inside


def _fuse_the_rest(folding: Folding, fusion: Fusion) -> None:
    """The sums outside all folds, each as one card: the total over a hundred examples."""
    owner = folding.owner
    for i, head in enumerate(fusion.head):
        if head != i and owner[i] == i and owner[head] == head:
            owner[i] = head
            folding.tags[head] = fusion.tag[head]


def _bundle_leaves(graph: Graph, folding: Folding) -> None:
    """Many free leaves that the same cards use, as one card: the inputs of a hundred examples."""
    owner = folding.owner
    bundles: dict[tuple[str, tuple[int, ...]], list[int]] = {}
    for i, value in enumerate(graph.values):
        if value.op is None and owner[i] == i and not value.scope and i not in graph.roots:
            users = tuple(sorted({owner[graph.targets[e]] for e in graph.flow_edges(i)}))
            if any(user >= len(graph) for user in users):
                bundles.setdefault((value.kind, users), []).append(i)
    for (kind, _), leaves in bundles.items():
        if len(leaves) >= BUNDLE:
            folding.folds.append(Fold(count(len(leaves), kind), "", ()))
            for i in leaves:
                owner[i] = len(owner) + len(folding.folds) - 1


# --- the ends of a long graph -----------------------------------------------------------------------------


def _shortened(graph: Graph, folding: Folding) -> Folding:
    """Where there still are too many cards: those next to the root and to the leaves, and one for the rest."""
    if folding.shown() <= READABLE:
        return folding
    owner = folding.owner
    kept = _root_end(graph, owner) | _leaf_end(graph, owner)
    rest = sum(1 for who in owner if who != HIDDEN and who not in kept)
    folding.folds.append(Fold(f"… {count(rest, 'value')}", "", ()))
    gap = len(owner) + len(folding.folds) - 1
    folding.owner = [who if who == HIDDEN or who in kept else gap for who in owner]
    folding.detail = "ends"
    return folding


def _root_end(graph: Graph, owner: list[int]) -> set[int]:
    """The cards nearest to the root, by the longest way to it, so that nothing hidden lies between them."""
    level = [0] * len(graph)
    for e in range(len(graph.sources) - 1, -1, -1):
        source, target = graph.sources[e], graph.targets[e]
        if level[source] <= level[target]:
            level[source] = level[target] + 1
    return _first(owner, sorted(range(len(graph) - 1, -1, -1), key=level.__getitem__), ROOT_END)


def _leaf_end(graph: Graph, owner: list[int]) -> set[int]:
    """The operations nearest to the leaves, by the longest way to one, and the leaves they use."""
    height = [0] * len(graph)
    for source, target in zip(graph.sources, graph.targets, strict=True):
        if height[target] <= height[source]:
            height[target] = height[source] + 1
    operations = sorted((i for i in range(len(graph)) if height[i]), key=height.__getitem__)
    with_operands = (j for i in operations for j in [*(graph.sources[e] for e in graph.operand_edges(i)), i])
    return _first(owner, with_operands, LEAF_END)


def _first(owner: list[int], order: Iterable[int], most: int) -> set[int]:
    """The first ``most`` cards met in ``order``; there are more."""
    shown = (owner[i] for i in order if owner[i] != HIDDEN)
    found: set[int] = set()
    while len(found) < most:
        found.add(next(shown))
    return found
