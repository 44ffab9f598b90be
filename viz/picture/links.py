"""The links as curves, and the numbers at them: the local derivative above the line, the flow beneath it.

Where several flows add up at a value, its right edge is a bar of one segment per flow, as long as the flow's share;
each link starts at its own segment. Links leave in the order of their targets and enter in the order of their sources,
so that they do not cross at a card.

Numbers are tried at places along their link, best first: on a lane, then on the straight beginning, then wherever the
curve runs. They never stand on a card, a title, the edge of a frame or other numbers; of the free places the one is
taken that hides the fewest other links.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np

from viz.formulas.operations import constant_locals
from viz.picture.canvas import Box, Point, bezier, pieces, smooth
from viz.picture.fold import Link, Picture
from viz.picture.layout import ROW, Block, Layout, Numbers, Scope
from viz.text import count, short

__all__ = [
    "ARROW", "BAR_INSET", "EDGE_NUMBERS", "Label", "Segment", "draw_links", "link_numbers", "link_texts",
    "numbers_in_words", "place_labels",
]  # fmt: skip

EDGE_NUMBERS = ("auto", "flow", "local", "both", "none")

MOST_LABELLED = 150
"""Above this many cards ``edges="auto"`` leaves the numbers of the links to their tooltips."""
MOST_FOLDED = 40
"""The same for the links of a folded picture, which run close together."""
LONGEST = len("×−1.23e−10")
"""How many columns a number of a link takes at most; a longer one, such as ``×−1.23e−100``, is set narrower."""

BAR_INSET = 9.0
ARRIVALS, CROWDED_ARRIVALS = 8.0, 14.0
LEAST_SEGMENT, CROWDED_SEGMENT = 4.0, 14.0
ARROW = 7.0
"""The length of an arrow's head, which ends at the card."""

CELL = 48.0
GAP = 1.0
SAMPLED = 4.0
"""How closely the points lie at which a link is looked for, in pixels: closer than a label is high."""
STRETCH = 80.0
"""From this length on a straight part is where a label stands best."""
ALONG = (4, 3, 5, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
"""Where on a bent part a label is tried, in twentieths of its length; near its source first."""
ASIDE = (0, 12, -12, 24, -24)


# --- which numbers ----------------------------------------------------------------------------------------


def link_texts(picture: Picture, edges: str, *, moving: bool = False) -> dict[int, tuple[str, ...]]:
    """For each link that carries numbers, their texts.

    ``edges="auto"`` leaves out what says nothing new, by one rule that the legend tells: a local derivative of 1 is
    not written, and where nothing else flows into the source, nor is its flow, which is the gradient on the card
    beside it. A factor of −1 is always written. Of numbers that will change (``moving``) a local derivative counts as 1
    only where it always is.
    """
    auto = edges == "auto"
    if edges == "none" or (auto and len(picture.cards) > MOST_LABELLED):
        return {}
    flows_into = Counter(link.source for link in picture.links)
    folded = picture.is_folded
    numbers = {}
    for k, link in enumerate(picture.links):
        plain = auto and not folded and link.local == 1.0 and not (moving and _may_change(picture, link))
        says_nothing = plain and flows_into[link.source] == 1
        if auto and (link.faint or says_nothing or (folded and len(picture.links) > MOST_FOLDED)):
            continue
        texts = []
        if edges != "flow" and link.local is not None and not plain:
            texts.append(f"×{short(link.local or 0.0)}")
        elif edges != "flow" and link.local is None and link.of_one:
            texts.append(f"Σ{len(link.edges)}")
        if edges != "local" and link.of_one and link.flow is not None:
            texts.append(f"+{short(link.flow)}" if link.flow > 0 else short(link.flow or 0.0))
        if texts:
            numbers[k] = tuple(texts)
    return numbers


def _may_change(picture: Picture, link: Link) -> bool:
    """Whether the local derivative along a link is another at other values of the leaves."""
    graph = picture.graph
    edge = graph.edge(link.edges[0])
    return edge.slot not in constant_locals(graph.values[edge.target])


def link_numbers(
    picture: Picture,
    blocks: Mapping[Scope, Block],
    texts: Mapping[int, tuple[str, ...]],
    *,
    turned: bool = False,
    moving: bool = False,
) -> dict[int, Numbers]:
    """The numbers of the links, each with the card beside which they stand.

    A link that runs past other cards has a lane, and its numbers stand there. All others need a level stretch of
    their own. In a formula that is behind the source. Between frames it is the end where fewer links meet: links that
    fan out of one value into many neurons are labelled where they arrive, links that run together into one neuron
    where they leave.

    Where links run from top to bottom (``turned``) no numbers crowd. For numbers that will change where they stand
    (``moving``) room is kept for the longest.
    """
    laned = {block.pieces[k].link for block in blocks.values() if block.linked for lanes in block.lanes for k in lanes}
    free = [k for k in texts if k not in laned]
    leaving = Counter(picture.links[k].source for k in free)
    entering = Counter(picture.links[k].target for k in free)
    scope_of = {card.key: card.scope for card in picture.cards}
    beside = {}
    for k in free:
        source, target = picture.links[k].source, picture.links[k].target
        fans_out = scope_of[source] != scope_of[target] and leaving[source] > entering[target]
        beside[k] = ("before", target) if fans_out else ("behind", source)
    met = Counter(beside.values())
    columns = LONGEST if moving else 0
    return {
        k: Numbers(k, said, beside.get(k), not turned and k in beside and met[beside[k]] > 1, columns, turned)
        for k, said in texts.items()
    }


def numbers_in_words(picture: Picture, edges: str, left_out: int) -> list[str]:
    """The sentences of the legend on the numbers of the links, and on those ``left_out``, which found no place."""
    if edges == "none" or not picture.links:
        return []
    auto = edges == "auto"
    if not link_texts(picture, edges) and (not auto or picture.is_folded or len(picture.cards) > MOST_LABELLED):
        return ["too many edges here to print their numbers"] if auto else []
    local = "×local derivative (no number: ×1)" if auto and not picture.is_folded else "×local derivative"
    flow = "the flow = local × upstream"
    computed = any(link.flow is not None for link in picture.links)
    shown = {"flow": [flow], "local": [local]}.get(edges, [local, flow] if computed else [local])
    words = [f"edge: {', and '.join(shown)}"]
    if auto and any(link.faint for link in picture.links):
        words.append("grey edge: too weak a flow for its numbers")
    if left_out:
        words.append(f"{count(left_out, 'edge')} without room for {'its' if left_out == 1 else 'their'} numbers")
    return words


# --- curves and bars --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Segment:
    """One flow's part of the bar on the edge of a card."""

    flow: float | None
    start: float
    length: float
    link: int | None
    """The link that starts there; None if it is not in the picture."""

    @property
    def middle(self) -> float:
        """Where on the edge of the card the link starts."""
        return self.start + self.length / 2


def draw_links(
    picture: Picture, layout: Layout, crowded: Collection[tuple[str, str]]
) -> tuple[list[list[Point]], dict[str, list[Segment]]]:
    """The curve of every link, and the bar of every card into which several flows run.

    On the sides of cards that are ``crowded`` links need room for a row of type between them.
    """
    leaving: dict[str, list[int]] = {card.key: [] for card in picture.cards}
    entering: dict[str, list[int]] = {card.key: [] for card in picture.cards}
    for k, link in enumerate(picture.links):
        leaving[link.source].append(k)
        entering[link.target].append(k)
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    bars: dict[str, list[Segment]] = {}
    for card in picture.cards:
        box = layout.boxes[card.key]
        apart = CROWDED_ARRIVALS if ("before", card.key) in crowded else ARRIVALS
        ends |= _arrivals(box, _by_place(entering[card.key], picture, layout, incoming=True), apart)
        order = _by_place(leaving[card.key], picture, layout, incoming=False)
        flows = [(picture.links[k].flow, k) for k in order]
        hidden = [(picture.graph.flows[e], None) for e in card.hidden_flows]
        least = CROWDED_SEGMENT if ("behind", card.key) in crowded else LEAST_SEGMENT
        segments = _segments(box, [*flows, *hidden], least)
        starts |= {segment.link: segment.middle for segment in segments if segment.link is not None}
        if len(segments) > 1 and all(picture.links[k].of_one for k in order):
            bars[card.key] = segments
    curves = []
    for k, link in enumerate(picture.links):
        tail, head = layout.boxes[link.source], layout.boxes[link.target]
        start = Point(tail.right, tail.y + starts[k])
        gates = [start, *layout.gates[k], Point(head.x - ARROW, head.y + ends[k])]
        curves.append(smooth(_levelled(gates, layout.leaving.get(k), layout.entering.get(k))))
    return curves, bars


def _levelled(gates: list[Point], leaving: float | None, entering: float | None) -> list[Point]:
    """``gates`` with a level stretch from the one before ``leaving`` to there, and from ``entering`` to the next."""
    for x, like in ((leaving, 0), (entering, 1)):
        for k, (near, far) in enumerate(pairwise(gates)):
            if x is not None and near.x < x < far.x:
                gates = [*gates[: k + 1], Point(x, gates[k + like].y), *gates[k + 1 :]]
                break
    return gates


def _by_place(links: Sequence[int], picture: Picture, layout: Layout, *, incoming: bool) -> list[int]:
    """``links`` in the order in which their nearest points lie across the flow."""

    def across(k: int) -> tuple[float, float, int]:
        gates = layout.gates[k]
        link = picture.links[k]
        far = layout.boxes[link.source if incoming else link.target].middle
        near = (gates[-1] if incoming else gates[0]) if gates else far
        return near.y, far.y, k

    return sorted(links, key=across)


def _arrivals(box: Box, links: list[int], apart: float) -> dict[int, float]:
    """Where on the edge of a card its operands arrive: evenly, around the middle, at most ``apart``."""
    room = min(box.height - 2 * BAR_INSET, apart * (len(links) - 1))
    first = (box.height - room) / 2
    step = room / (len(links) - 1) if len(links) > 1 else 0.0
    return {k: first + i * step for i, k in enumerate(links)}


def _segments(box: Box, flows: Sequence[tuple[float | None, int | None]], least: float) -> list[Segment]:
    """The parts of the edge that the flows take: as long as their shares, but none so short that it is not seen."""
    if len(flows) == 1:
        return [Segment(flows[0][0], 0.0, box.height, flows[0][1])]
    weights = [abs(flow) if flow is not None and math.isfinite(flow) else 0.0 for flow, _ in flows]
    total = sum(weights)
    room = box.height - 2 * BAR_INSET
    least = min(least, room / max(len(flows), 1))
    spare = room - least * len(flows)
    segments, at = [], BAR_INSET
    for (flow, link), weight in zip(flows, weights, strict=True):
        share = weight / total if total and math.isfinite(total) else 1 / len(flows)
        segments.append(Segment(flow, at, least + spare * share, link))
        at += segments[-1].length
    return segments


# --- places for the numbers -------------------------------------------------------------------------------


class Label(NamedTuple):
    """The numbers of one link, and where they stand."""

    link: int
    rows: tuple[tuple[str, ...], ...]
    """The numbers, row by row."""
    box: Box
    beside: bool
    """Whether the line runs past the numbers, or between two rows, rather than behind them."""


class _Field:
    """Boxes and links of the plane, found by the cells they lie in."""

    def __init__(self, curves: Sequence[list[Point]]) -> None:
        self._boxes: dict[tuple[int, int], list[Box]] = {}
        self._trails = _trails(curves)

    @staticmethod
    def _cells(box: Box) -> Iterator[tuple[int, int]]:
        for column in range(int((box.x - GAP) // CELL), int((box.right + GAP) // CELL) + 1):
            for row in range(int((box.y - GAP) // CELL), int((box.bottom + GAP) // CELL) + 1):
                yield column, row

    def add(self, box: Box) -> None:
        """Let nothing else stand where ``box`` stands."""
        for cell in self._cells(box):
            self._boxes.setdefault(cell, []).append(box)

    def free(self, box: Box) -> bool:
        """Whether nothing stands where ``box`` would."""
        return not any(box.overlaps(other, GAP) for cell in self._cells(box) for other in self._boxes.get(cell, ()))

    def hidden(self, box: Box, link: int) -> int:
        """How many other links ``box`` would stand on."""
        found: set[int] = set()
        for cell in self._cells(box):
            if cell in self._trails:
                links, x, y = self._trails[cell]
                inside = (box.x <= x) & (x <= box.right) & (box.y <= y) & (y <= box.bottom)
                found.update(links[inside].tolist())
        return len(found - {link})


def _trails(curves: Sequence[list[Point]]) -> dict[tuple[int, int], np.ndarray[Any, Any]]:
    """By the cell of the plane, points of the links that run through it: their links, x and y."""
    points = _sampled(curves)
    if not points.size:
        return {}
    columns, rows = np.floor_divide(points[1:], CELL).astype(int)
    order = np.lexsort((rows, columns))
    points, columns, rows = points[:, order], columns[order], rows[order]
    starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1) | np.diff(rows, prepend=rows[0]))
    cells = zip(columns[starts].tolist(), rows[starts].tolist(), strict=True)
    return dict(zip(cells, np.split(points, starts[1:], axis=1), strict=True))


def _sampled(curves: Sequence[list[Point]]) -> np.ndarray[Any, Any]:
    """Points of all links, close to each other: rows of the link itself, x and y."""
    whose = [(link, curve[3 * k : 3 * k + 4]) for link, curve in enumerate(curves) for k in pieces(curve)]
    if not whose:
        return np.empty((3, 0))
    links, corners = np.array([link for link, _ in whose]), np.array([corners for _, corners in whose])
    steps = 1 + (np.hypot(*(corners[:, 3] - corners[:, 0]).T) / SAMPLED).astype(int)
    of = np.repeat(np.arange(len(whose)), steps + 1)
    t = (np.arange(len(of)) - np.repeat(np.cumsum(steps + 1) - steps - 1, steps + 1)) / steps[of]
    x, y = bezier([Point(*corner) for corner in corners[of].transpose(1, 2, 0)], 0, t)
    return np.array([links[of], x, y])


def place_labels(
    numbers: Sequence[Numbers],
    curves: Sequence[list[Point]],
    taken: Iterable[Box],
    frames: Iterable[Box],
    *,
    turned: bool,
) -> list[Label]:
    """A place for the numbers of each link that has some; those without any free place are left out.

    ``curves`` are those of all links. No label stands on a place that is ``taken``, nor on the edge of one of the
    ``frames``.
    """
    field = _Field(curves)
    for box in (*taken, *chain.from_iterable(frame.edges() for frame in frames)):
        field.add(box)
    labels = []
    for wanted in numbers:
        label = _best(field, wanted, curves[wanted.link], turned=turned)
        if label is not None:
            field.add(label.box)
            labels.append(label)
    return labels


def _best(field: _Field, wanted: Numbers, curve: list[Point], *, turned: bool) -> Label | None:
    """The best free place for one label."""
    rows = 1 if wanted.in_one_row else len(wanted.texts)
    best: tuple[float, Label] | None = None
    length = _height(rows) if turned else wanted.width(rows)
    for rank, (point, level) in enumerate(_places(curve, length, turned=turned)):
        if best is not None and best[0] <= 0.15 * rank:
            break
        for label in _forms(wanted, point, level=level):
            if not field.free(label.box):
                continue
            awkward = len(label.rows) != rows
            cost = 16.0 * field.hidden(label.box, wanted.link)
            cost += 0.15 * rank + 6.0 * (not level) + 9.0 * awkward
            if best is None or cost < best[0]:
                best = cost, label
    return best[1] if best else None


def _height(rows: int) -> float:
    """How high ``rows`` of numbers are upon a line, rather than around it."""
    return ROW * rows + 2


def _forms(numbers: Numbers, at: Point, *, level: bool) -> Iterator[Label]:
    """The forms a label may take: around a level line, above or beneath it in one row, or upon a bent one."""
    rows = tuple((text,) for text in numbers.texts)
    if not level or len(rows) > 1:
        width, height = numbers.width(len(rows)), _height(len(rows)) + 2 * level
        yield Label(numbers.link, rows, Box(at.x - width / 2, at.y - height / 2, width, height), level)
    if level:
        width = numbers.width(1)
        for top in (at.y - ROW - 2, at.y + 2):
            yield Label(numbers.link, (numbers.texts,), Box(at.x - width / 2, top, width, ROW), beside=True)


def _places(curve: list[Point], length: float, *, turned: bool) -> Iterator[tuple[Point, bool]]:
    """Places for a label of some length along a curve, the better first, and whether the line is level there."""
    straight: list[tuple[float, list[Point]]] = []
    bent: list[int] = []
    for k in pieces(curve):
        start, end = curve[3 * k], curve[3 * k + 3]
        along = Point(0.0, end.y - start.y) if turned else Point(end.x - start.x, 0.0)
        aside = math.dist(end, (start.x + along.x, start.y + along.y))
        room = along.x + along.y
        if aside < 0.5 and room >= length:
            near = (length / 2 + 2) / room
            shares = near, 0.5, 1 - near
            straight.append((room, [Point(start.x + t * along.x, start.y + t * along.y) for t in shares]))
        else:
            bent.append(k)
    for _, places in sorted(straight, key=lambda part: part[0] <= STRETCH):
        for place in places:
            yield place, not turned
    for place in (bezier(curve, k, t / 20) for k in bent for t in ALONG):
        for aside in ASIDE:
            yield Point(place.x, place.y + aside), False
