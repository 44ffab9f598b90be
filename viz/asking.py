"""What Graphviz is asked about a block: its items with fixed sizes, its links, and a lane for each that passes.

Graphviz sees no text, so no font can change a place, and no name that a user gave.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from viz.blocks import Block, Item, Piece

__all__ = ["Lanes", "Sizes", "Spacing", "block_source", "lanes_of", "shared_routes"]

Sizes = Mapping[Item, tuple[float, float]]
"""How much room each item takes along the flow and across it, in pixels."""

PIXEL = 1 / 72
"""Graphviz measures items in inches and places in points; one point is one pixel here."""
BUNDLE = 6
"""Links between the same two items, beyond which they share one route past other items."""
BUNDLED = 3.0
"""How far apart they then run, where there is room."""


class Spacing(NamedTuple):
    """The room that links need."""

    labels: Mapping[int, tuple[float, float]]
    """For each link with a label, how much room it takes along the link and across it."""
    behind: Container[int]
    """The links whose labels stand behind their sources."""
    before: Container[int]
    """The links whose labels stand before their targets."""
    gap: float
    """The least between one column and the next."""
    lane: float
    """The breadth of a lane without a label."""

    def across(self, link: int) -> float:
        """The breadth of the lane of ``link``."""
        return self.labels[link][1] if link in self.labels else self.lane


class Lanes(NamedTuple):
    """What must be done for the links that come into a block, or go out of it.

    One that comes in to an item that follows another needs a lane past that other; an item that follows none is put
    into the first column instead. Likewise for what goes out.
    """

    coming: list[Piece]
    going: list[Piece]
    first: list[Item]
    last: list[Item]

    @property
    def pieces(self) -> list[Piece]:
        """All that have a lane."""
        return [*self.coming, *self.going]


def lanes_of(block: Block) -> Lanes:
    """Which of the links that pass the edge of ``block`` need a lane."""
    fed = {piece.target for piece in block.pieces if piece.inner}
    feeding = {piece.source for piece in block.pieces if piece.inner}
    entries = [(piece, piece.target) for piece in block.pieces if piece.source is None and piece.target is not None]
    exits = [(piece, piece.source) for piece in block.pieces if piece.target is None and piece.source is not None]
    first = dict.fromkeys(item for _, item in entries if item not in fed)
    last = dict.fromkeys(item for _, item in exits if item not in feeding and item not in first)
    return Lanes(
        [piece for piece, item in entries if item in fed],
        [piece for piece, item in exits if item not in last],
        list(first),
        list(last),
    )


def block_source(block: Block, sizes: Sizes, spacing: Spacing) -> str:
    """The DOT source of ``block``. Its names are numbers, so equal blocks have equal sources.

    Item ``k`` of the block is called ``ik``; the lane of its piece ``k`` is ``lk``, and so is its edge.
    """
    names: dict[Item, str] = {item: f"i{k}" for k, item in enumerate(block.items)}
    lane_of = {piece: f"l{k}" for k, piece in enumerate(block.pieces)}
    lanes = lanes_of(block)
    lines = [
        "digraph {",
        f"graph [rankdir=LR{_order(block)} nodesep=0.17 ranksep=1 pad=0 margin=0]",
        'node [shape=box fixedsize=true label=""]',
        "edge [arrowhead=none tailport=e headport=w]",
        *_nodes(block, lanes, names, sizes, spacing),
    ]
    for rank, pieces, items in (("min", lanes.coming, lanes.first), ("max", lanes.going, lanes.last)):
        members = [lane_of[piece] for piece in pieces] + [names[item] for item in items]
        if members:
            lines.append(f"{{rank={rank} {' '.join(members)}}}")
    passing = set(lanes.pieces)
    fed = {piece.target for piece in block.pieces}
    for k, (route, _) in enumerate(shared_routes(block)):
        piece = block.pieces[k]
        if route == k and (piece.inner or piece in passing):
            tail = lane_of[piece] if piece.source is None else names[piece.source]
            head = lane_of[piece] if piece.target is None else names[piece.target]
            weight = 8 if piece.source in fed else 1  # what was computed runs straight on; leaves stand aside
            lines.append(f"{tail} -> {head} [id=l{k} weight={weight}]")
    return "\n".join([*lines, "}"])


def _order(block: Block) -> str:
    """A formula, in which nothing is used twice, keeps the order in which it is written; nothing crosses in it."""
    sources = [piece.source for piece in block.pieces if piece.inner]
    return " ordering=in" if len(set(sources)) == len(sources) else ""


def _nodes(block: Block, lanes: Lanes, names: Mapping[Item, str], sizes: Sizes, spacing: Spacing) -> Iterator[str]:
    """The items and lanes, in the order of the links, so that the lane of x stands beside its w."""
    lane_of = {piece: f"l{k}" for k, piece in enumerate(block.pieces)}
    declared: set[Item] = set()

    def node(name: str, width: float, height: float) -> str:
        return f"{name} [width={width * PIXEL:.4f} height={height * PIXEL:.4f}]"

    coming = set(lanes.coming)
    for piece in block.pieces:
        for end in (piece.source, piece.target):
            if end is not None and end not in declared:
                declared.add(end)
                yield node(names[end], *sizes[end])
        if piece in coming:
            yield node(lane_of[piece], 0.7, spacing.across(piece.link))
    for piece in lanes.going:
        yield node(lane_of[piece], 0.7, spacing.across(piece.link))


def shared_routes(block: Block) -> list[tuple[int, float]]:
    """For each piece, the piece whose route it takes, and how far beside it it runs.

    It is its own, except where very many links join the same two items.
    """
    alike: dict[tuple[Item | None, Item | None], list[int]] = {}
    for k, piece in enumerate(block.pieces):
        if piece.inner:
            alike.setdefault((piece.source, piece.target), []).append(k)
    shared = [(k, 0.0) for k in range(len(block.pieces))]
    for pieces in alike.values():
        if len(pieces) > BUNDLE:
            for i, k in enumerate(pieces):
                shared[k] = pieces[0], (i - (len(pieces) - 1) / 2) * min(BUNDLED, 40.0 / len(pieces))
    return shared
