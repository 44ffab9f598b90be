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

from viz.asking import Sizes, Spacing, block_source, shared_routes
from viz.blocks import Block, Item, Scope, blocks_of
from viz.engine import run_layout
from viz.geometry import Box, Point, bezier
from viz.picture import Picture

__all__ = ["Frame", "Layout", "lay_out"]

MARGIN = 10.0
TITLE = 16.0
STACKED = 12.0
TURN = 8.0
"""How far beyond its card, or frame, a link goes before it turns back."""
FAN, MOST_FAN = 0.16, 110.0
"""How much wider a gap is for links that rise, so that they are not steep."""


class Frame(NamedTuple):
    """A rectangle around the cards of one scope."""

    scope: Scope
    box: Box


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of a picture, before its links are drawn."""

    turned: bool
    """Whether it runs from top to bottom; all boxes and gates are given as if it ran from left to right."""
    cards: dict[str, Box]
    frames: list[Frame]
    gates: list[list[Point]]
    """For each link the points between its ends through which it runs, along the flow."""
    leaving: dict[int, float]
    """For links with room for labels behind their sources, up to where they run straight on."""
    entering: dict[int, float]
    """For links with room for labels before their targets, from where on they run straight."""


@dataclass(slots=True)
class _Plan:
    """A block laid out: places within it."""

    width: float
    height: float
    items: dict[Item, Box]
    gates: dict[int, list[Point]] = field(default_factory=dict)
    leaving: dict[int, float] = field(default_factory=dict)
    entering: dict[int, float] = field(default_factory=dict)


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
        linked = [block for block in level if block.linked]
        texts = [block_source(block, breadths, spacing) for block in linked]
        distinct = list(dict.fromkeys(texts))
        answers = dict(zip(distinct, run_layout(distinct, engine) if distinct else (), strict=True))
        plans |= {
            block.scope: _plan(_read(answers[text], block), block, breadths, spacing, turned=turned)
            for block, text in zip(linked, texts, strict=True)
        }
        for block in level:
            if block.scope not in plans:
                plans[block.scope] = _stack(block, breadths, turned=turned)
            breadths[block.scope] = plans[block.scope].width, plans[block.scope].height
    return _assemble(picture, plans, turned=turned)


# --- what it answers --------------------------------------------------------------------------------------


class _Answer(NamedTuple):
    """What Graphviz says of a block: along the flow it gives the columns alone, across it the places."""

    centres: dict[str, Point]
    """Of items and lanes, by their names in the source."""
    routes: dict[str, list[Point]]
    middles: list[int]
    """Where along the flow the columns stand."""


def _read(answer: dict[str, Any], block: Block) -> _Answer:
    centres = {thing["name"]: _point(thing["pos"]) for thing in answer["objects"] if "pos" in thing}
    routes = {edge["id"]: [_point(pair) for pair in edge["pos"].split()] for edge in answer.get("edges", ())}
    return _Answer(centres, routes, sorted({round(centres[f"i{k}"].x) for k in range(len(block.items))}))


def _plan(said: _Answer, block: Block, sizes: Sizes, spacing: Spacing, *, turned: bool) -> _Plan:
    """The places in one block, each gap between its columns as broad as its links need."""
    column = {item: said.middles.index(round(said.centres[f"i{k}"].x)) for k, item in enumerate(block.items)}
    columns = _spread(block, column, sizes, spacing, said.centres)
    items: dict[Item, Box] = {}
    for k, item in enumerate(block.items):
        width, height = sizes[item]
        middle = (columns[column[item]].near + columns[column[item]].far) / 2
        items[item] = Box(middle - width / 2, said.centres[f"i{k}"].y - height / 2, width, height)
    gates: dict[int, list[Point]] = {}
    leaving, entering = {}, {}
    lanes: list[tuple[float, float]] = []
    for k, (route_of, aside) in enumerate(shared_routes(block)):
        piece, lane = block.pieces[k], said.centres.get(f"l{k}")
        first = column[piece.source] + 1 if piece.source is not None else 0
        last = column[piece.target] if piece.target is not None else len(columns)
        heights = {}
        for c in range(first, last):
            if lane is not None and round(lane.x) == said.middles[c]:
                heights[c] = lane.y
            else:
                heights[c] = _height_at(said.routes[f"l{route_of}"], said.middles[c]) + aside
        gates[piece.link] = [Point(x, y) for c, y in heights.items() for x in (columns[c].begin, columns[c].end)]
        breadth = spacing.across(piece.link) if lane is not None else spacing.lane
        lanes += [(y, breadth / 2) for y in heights.values()]
        if piece.inner:
            leaving[piece.link], entering[piece.link] = columns[first - 1], columns[last]
    left, right = columns[0].begin, columns[-1].end
    top = min([box.y for box in items.values()] + [y - half for y, half in lanes])
    low = max([box.bottom for box in items.values()] + [y + half for y, half in lanes])
    for link, source in leaving.items():
        if source.end > entering[link].begin:  # it runs back: beneath all that stands here
            low += spacing.lane
            gates[link] = [Point(source.end + TURN, low), Point(entering[link].begin - TURN, low)]
    before, above, after = _margins(block, turned=turned)
    x, y = before - left, above - top
    return _Plan(
        right - left + before + after,
        low - top + above + after,
        {item: box.moved(x, y) for item, box in items.items()},
        {link: [Point(gate.x + x, gate.y + y) for gate in found] for link, found in gates.items()},
        {link: side.end + x for link, side in leaving.items() if side.end > side.far},
        {link: side.begin + x for link, side in entering.items() if side.begin < side.near},
    )


class _Column(NamedTuple):
    """Where items stand one above the other, and how far before and beyond it links run straight."""

    begin: float
    near: float
    far: float
    end: float


def _spread(
    block: Block,
    column: Mapping[Item, int],
    sizes: Sizes,
    spacing: Spacing,
    centres: Mapping[str, Point],
) -> list[_Column]:
    """The columns with new places along the flow: a gap is broad where labels stand or where links rise steeply."""
    number = {item: f"i{k}" for k, item in enumerate(block.items)}
    count = max(column.values()) + 1
    widths = [max(sizes[item][0] for item, c in column.items() if c == k) for k in range(count)]
    before, behind, rises = [0.0] * count, [0.0] * count, [0.0] * count
    for piece in block.pieces:
        source, target = piece.source, piece.target
        if source is None or target is None:
            continue
        c, d = column[source], column[target]
        if piece.link in spacing.behind:
            behind[c] = max(behind[c], spacing.labels[piece.link][0])
        elif piece.link in spacing.before:
            before[d] = max(before[d], spacing.labels[piece.link][0])
        if d == c + 1:
            # Links meet a card in its middle, but a frame anywhere along its edge.
            loose = sum(sizes[end][1] / 3 for end in (source, target) if not isinstance(end, str))
            rise = abs(centres[number[source]].y - centres[number[target]].y) + loose
            rises[c] = max(rises[c], rise)
    columns, x = [], 0.0
    for k, width in enumerate(widths):
        near = x + before[k]
        columns.append(_Column(x, near, near + width, near + width + behind[k]))
        x = columns[k].end + spacing.gap + min(MOST_FAN, FAN * rises[k])
    return columns


def _point(text: str) -> Point:
    """A place in Graphviz's answer, whose y-axis points upward."""
    x, y = text.split(",")
    return Point(float(x), -float(y))


def _margins(block: Block, *, turned: bool) -> tuple[float, float, float]:
    """The room of a frame before its content, above it, and after and below it."""
    if not block.scope:
        return 0.0, 0.0, 0.0
    return (MARGIN + TITLE, MARGIN, MARGIN) if turned else (MARGIN, MARGIN + TITLE, MARGIN)


def _stack(block: Block, sizes: Sizes, *, turned: bool) -> _Plan:
    """Items that no link joins, one beneath the other in their order."""
    before, above, after = _margins(block, turned=turned)
    width = max((sizes[item][0] for item in block.items), default=0.0)
    items: dict[Item, Box] = {}
    y = above
    for item in block.items:
        _, height = sizes[item]
        items[item] = Box(before, y, width, height)
        y += height + STACKED
    return _Plan(before + width + after, y - STACKED + after, items)


def _height_at(route: list[Point], x: float) -> float:
    """Where a chain of Béziers that runs along the flow has got to across it, at ``x``."""
    pieces = (len(route) - 1) // 3
    samples = [bezier(route, k, t / 16) for k in range(pieces) for t in range(17)]
    return min(samples, key=lambda point: abs(point.x - x)).y


# --- putting the blocks together --------------------------------------------------------------------------


def _assemble(picture: Picture, plans: Mapping[Scope, _Plan], *, turned: bool) -> Layout:
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
    gates: list[list[Point]] = [[] for _ in picture.links]
    leaving: dict[int, float] = {}
    entering: dict[int, float] = {}
    for scope in sorted(plans, key=len):
        x, y = origins[scope]
        plan = plans[scope]
        for link, found in plan.gates.items():
            moved = [Point(gate.x + x, gate.y + y) for gate in found]
            is_coming_out = scope_of[picture.links[link].source][: len(scope)] == scope
            gates[link] = moved + gates[link] if is_coming_out else gates[link] + moved
        leaving |= {link: at + x for link, at in plan.leaving.items()}
        entering |= {link: at + x for link, at in plan.entering.items()}
    return Layout(turned, cards, frames, gates, leaving, entering)
