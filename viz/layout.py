"""Where everything stands: each block laid out by Graphviz with fixed sizes, then all put together.

Graphviz ranks and orders what stands in a block; it sees no text, so no font can change a place. A link that comes
into a block from outside is given a *lane*: an invisible item in the first column, through which it runs straight
past the cards there. Between the columns links are smooth curves, so they never cross a card.

Everything is computed along the flow (x) and across it (y); a picture from top to bottom is turned at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from viz.blocks import Block, Item, Piece, Scope, blocks_of
from viz.engine import run_layout
from viz.geometry import Box, Point, bezier
from viz.picture import Picture

__all__ = ["Frame", "Layout", "Spacing", "lay_out"]

PIXEL = 1 / 72
"""Graphviz measures items in inches and places in points; one point is one pixel here."""

MARGIN = 10.0
TITLE = 16.0
STACKED = 12.0
FAN, MOST_FAN = 0.08, 110.0
"""How much wider a gap is for tall columns, so that links between far places are not steep."""
BUNDLE = 6
"""Links between the same two items, beyond which they share one route past other items."""
BUNDLED = 3.0
"""How far apart they then run."""


class Frame(NamedTuple):
    """A rectangle around the cards of one scope."""

    scope: Scope
    box: Box


class Spacing(NamedTuple):
    """The room that labels need."""

    labelled: frozenset[int]
    """The links that carry a label."""
    gap: float
    """Between one column and the next."""
    stub: float
    """How far a link runs straight on from a column where labels need the room."""
    lane: float
    """The breadth of a lane without a label."""
    wide_lane: float
    """The breadth of a lane with one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of a picture, before its links are drawn."""

    width: float
    height: float
    turned: bool
    """Whether it runs from top to bottom; all boxes and gates are given as if it ran from left to right."""
    cards: dict[str, Box]
    frames: list[Frame]
    gates: list[list[Point]]
    """For each link the points between its ends through which it runs, along the flow."""
    stubs: dict[int, float]
    """For some links, how far they run straight on from their start."""


@dataclass(slots=True)
class _Plan:
    """A block laid out: places within it."""

    width: float
    height: float
    items: dict[Item, Box]
    gates: dict[int, list[Point]] = field(default_factory=dict)
    stub: float = 0.0


def lay_out(
    picture: Picture, sizes: Mapping[str, tuple[float, float]], spacing: Spacing, rankdir: str, engine: str
) -> Layout:
    """The places of the cards, frames and links of ``picture``.

    Args:
        picture: what is to be placed.
        sizes: width and height of each card, in pixels.
        spacing: the room that labels need.
        rankdir: ``"LR"`` or ``"TB"``.
        engine: which layout engine to use, see :func:`viz.engine.find_engine`.
    """
    turned = rankdir == "TB"
    breadths: dict[Item, tuple[float, float]] = {
        key: (height, width) if turned else (width, height) for key, (width, height) in sizes.items()
    }
    blocks = blocks_of(picture)
    plans: dict[Scope, _Plan] = {}
    for depth in sorted({len(scope) for scope in blocks}, reverse=True):
        level = [block for scope, block in blocks.items() if len(scope) == depth]
        linked = [block for block in level if any(piece.inner for piece in block.pieces)]
        texts = [_source(block, breadths, spacing) for block in linked]
        distinct = list(dict.fromkeys(texts))
        answers = dict(zip(distinct, run_layout(distinct, engine) if distinct else (), strict=True))
        plans |= {
            block.scope: _plan(answers[text], block, breadths, spacing, turned)
            for block, text in zip(linked, texts, strict=True)
        }
        for block in level:
            if block.scope not in plans:
                plans[block.scope] = _stack(block, breadths, turned)
            breadths[block.scope] = plans[block.scope].width, plans[block.scope].height
    return _assemble(picture, plans, turned)


# --- what Graphviz is asked -------------------------------------------------------------------------------


def _lanes(block: Block) -> tuple[list[Piece], list[Piece], list[Item], list[Item]]:
    """The pieces that need a lane to come in, or to go out; the items that must stand first, or last.

    What comes in to an item that follows another needs a lane past that other; an item that follows none is put
    into the first column instead. Likewise for what goes out.
    """
    inner = [piece for piece in block.pieces if piece.inner]
    fed = {piece.target for piece in inner}
    feeding = {piece.source for piece in inner}
    coming = [piece for piece in block.pieces if piece.source is None]
    going = [piece for piece in block.pieces if piece.target is None]
    first = dict.fromkeys(piece.target for piece in coming if piece.target not in fed)
    last = dict.fromkeys(piece.source for piece in going if piece.source not in feeding)
    return (
        [piece for piece in coming if piece.target in fed],
        [piece for piece in going if piece.source in feeding or piece.source in first],
        [item for item in first if item is not None],
        [item for item in last if item is not None and item not in first],
    )


def _stub(block: Block, spacing: Spacing) -> float:
    """How far links run straight on in ``block``: as far as a label needs, if one stands between two cards."""
    labelled = any(
        piece.link in spacing.labelled and isinstance(piece.source, str) and isinstance(piece.target, str)
        for piece in block.pieces
    )
    return spacing.stub if labelled else 0.0


def _shared(block: Block) -> list[tuple[int, float]]:
    """For each piece, the piece whose route it takes, and how far beside it it runs.

    It is its own, except in a block where very many links join the same two items.
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


def _source(block: Block, sizes: Mapping[Item, tuple[float, float]], spacing: Spacing) -> str:
    """The DOT source of ``block``. Its names are numbers, so equal blocks have equal sources."""
    number = {item: f"i{k}" for k, item in enumerate(block.items)}
    lane_of = {piece.link: f"l{k}" for k, piece in enumerate(block.pieces)}
    coming, going, first, last = _lanes(block)
    tallest = max(sizes[item][1] for item in block.items)
    gap = spacing.gap + _stub(block, spacing) + min(MOST_FAN, FAN * tallest)
    lines = [
        "digraph {",
        f"graph [rankdir=LR nodesep=0.17 ranksep={gap * PIXEL:.4f} pad=0 margin=0]",
        'node [shape=box fixedsize=true label=""]',
        "edge [arrowhead=none tailport=e headport=w]",
    ]

    def lane(piece: Piece) -> str:
        breadth = spacing.wide_lane if piece.link in spacing.labelled else spacing.lane
        return f"{lane_of[piece.link]} [width=0.01 height={breadth * PIXEL:.4f}]"

    def place(item: Item) -> str:
        width, height = sizes[item]
        return f"{number[item]} [width={width * PIXEL:.4f} height={height * PIXEL:.4f}]"

    # In the order of the links, so that the lane of x stands beside the w that it is multiplied by.
    entering = {piece.link for piece in coming}
    declared: set[Item | None] = set()
    for piece in block.pieces:
        for end in (piece.source, piece.target):
            if end is not None and end not in declared:
                declared.add(end)
                lines.append(place(end))
        if piece.link in entering:
            lines.append(lane(piece))
    lines += [place(item) for item in block.items if item not in declared]
    lines += [lane(piece) for piece in going]
    if coming or first:
        lines.append("{rank=min " + " ".join([lane_of[p.link] for p in coming] + [number[i] for i in first]) + "}")
    if going or last:
        lines.append("{rank=max " + " ".join([lane_of[p.link] for p in going] + [number[i] for i in last]) + "}")
    leaving = {piece.link for piece in going}
    shared = _shared(block)
    for k, piece in enumerate(block.pieces):
        if shared[k][0] != k:
            continue
        tail = number[piece.source] if piece.source is not None else lane_of[piece.link]
        head = number[piece.target] if piece.target is not None else lane_of[piece.link]
        if piece.inner or piece.link in entering or piece.link in leaving:
            lines.append(f"{tail} -> {head} [id={lane_of[piece.link]}]")
    lines.append("}")
    return "\n".join(lines)


# --- what it answers --------------------------------------------------------------------------------------


def _plan(
    answer: dict[str, Any], block: Block, sizes: Mapping[Item, tuple[float, float]], spacing: Spacing, turned: bool
) -> _Plan:
    """Read the places of one block, and cut them to what stands there: Graphviz's own border includes its curves."""
    stub = _stub(block, spacing)
    centres = {thing["name"]: _point(thing["pos"]) for thing in answer["objects"] if "pos" in thing}
    items: dict[Item, Box] = {}
    for k, item in enumerate(block.items):
        width, height = sizes[item]
        centre = centres[f"i{k}"]
        items[item] = Box(centre.x - width / 2, centre.y - height / 2, width, height)
    routes = {edge["id"]: [_point(pair) for pair in edge["pos"].split()] for edge in answer.get("edges", ())}
    columns = [(near, far + stub) for near, far in _columns(items)]
    left, right = min(box.x for box in items.values()), max(box.right for box in items.values())
    gates: dict[int, list[Point]] = {}
    shared = _shared(block)
    for k, piece in enumerate(block.pieces):
        lane, route = centres.get(f"l{k}"), routes.get(f"l{shared[k][0]}")
        start = items[piece.source].right + stub if piece.source is not None else left
        end = items[piece.target].x if piece.target is not None else right
        passed = [column for column in columns if start < column[0] and column[1] < end]
        found = [(column, _height_at(route, sum(column) / 2) + shared[k][1]) for column in passed] if route else []
        if lane is not None and piece.source is None:
            found += [(column, lane.y) for column in columns if column[0] <= lane.x <= column[1]]
        if lane is not None and piece.target is None:
            found += [((near, max(far, right)), lane.y) for near, far in columns if near <= lane.x <= far]
        gates[piece.link] = [Point(x, y) for (near, far), y in sorted(found) for x in (near, far)]
    lanes = [gate.y for found in gates.values() for gate in found]
    top = min([box.y for box in items.values()] + [y - spacing.lane / 2 for y in lanes])
    low = max([box.bottom for box in items.values()] + [y + spacing.lane / 2 for y in lanes])
    before, above, after = _margins(block, turned)
    x, y = before - left, above - top
    return _Plan(
        right - left + before + after,
        low - top + above + after,
        {item: box.moved(x, y) for item, box in items.items()},
        {link: [Point(gate.x + x, gate.y + y) for gate in found] for link, found in gates.items()},
        stub,
    )


def _point(text: str) -> Point:
    """A place in Graphviz's answer, whose y-axis points upward."""
    x, y = text.split(",")
    return Point(float(x), -float(y))


def _margins(block: Block, turned: bool) -> tuple[float, float, float]:
    """The room of a frame before its content, above it, and after and below it."""
    if not block.scope:
        return 0.0, 0.0, 0.0
    return (MARGIN + TITLE, MARGIN, MARGIN) if turned else (MARGIN, MARGIN + TITLE, MARGIN)


def _stack(block: Block, sizes: Mapping[Item, tuple[float, float]], turned: bool) -> _Plan:
    """Items that no link joins, one beneath the other in their order."""
    before, above, after = _margins(block, turned)
    width = max((sizes[item][0] for item in block.items), default=0.0)
    items: dict[Item, Box] = {}
    y = above
    for item in block.items:
        breadth, height = sizes[item]
        items[item] = Box(before + (width - breadth) / 2, y, breadth, height)
        y += height + STACKED
    return _Plan(before + width + after, y - STACKED + after, items)


def _columns(items: Mapping[Item, Box]) -> list[tuple[float, float]]:
    """The left and right edges of the columns in which the items stand."""
    columns: dict[float, tuple[float, float]] = {}
    for box in items.values():
        x = round(box.middle.x)
        left, right = columns.get(x, (box.x, box.right))
        columns[x] = min(left, box.x), max(right, box.right)
    return sorted(columns.values())


def _height_at(route: list[Point], x: float) -> float:
    """Where a chain of Béziers that runs along the flow has got to across it, at ``x``."""
    pieces = (len(route) - 1) // 3
    samples = [bezier(route, k, t / 16) for k in range(pieces) for t in range(17)]
    return min(samples, key=lambda point: abs(point.x - x)).y


# --- putting the blocks together --------------------------------------------------------------------------


def _assemble(picture: Picture, plans: Mapping[Scope, _Plan], turned: bool) -> Layout:
    whole = plans[()]
    origins: dict[Scope, Point] = {(): Point(0.0, 0.0)}
    cards: dict[str, Box] = {}
    frames: list[Frame] = []
    for scope in sorted(plans, key=len):
        origin = origins[scope]
        for item, box in plans[scope].items.items():
            placed = box.moved(*origin)
            if isinstance(item, str):
                cards[item] = placed
            else:
                origins[item] = Point(placed.x, placed.y)
                frames.append(Frame(item, placed))
    scope_of = {card.key: card.scope for card in picture.cards}
    starts = {
        k: scope
        for k, link in enumerate(picture.links)
        if scope_of[link.target][: len(scope := scope_of[link.source])] == scope
    }
    gates: list[list[Point]] = [[] for _ in picture.links]
    for scope in sorted(plans, key=len):
        x, y = origins[scope]
        for link, found in plans[scope].gates.items():
            gates[link] += [Point(gate.x + x, gate.y + y) for gate in found]
    for found in gates:
        found.sort()
    stubs = {k: plans[scope].stub for k, scope in starts.items() if plans[scope].stub}
    return Layout(whole.width, whole.height, turned, cards, frames, gates, stubs)
