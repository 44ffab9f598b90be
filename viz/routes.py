"""The links as curves: each leaves a card at its own place, enters at its own place, and passes between cards.

Where several flows add up at a value, its right edge is a bar of one segment per flow, as long as the flow's
share; each link starts at its own segment. Links leave in the order of their targets and enter in the order of
their sources, so that they do not cross at a card.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from viz.geometry import Box, Point, smooth
from viz.layout import Layout
from viz.picture import Picture
from viz.sides import Sides

__all__ = ["ARROW", "BAR_INSET", "Segment", "draw_routes"]

BAR_INSET = 9.0
ARRIVALS, CROWDED_ARRIVALS = 8.0, 14.0
LEAST_SEGMENT, CROWDED_SEGMENT = 4.0, 14.0
ARROW = 7.0
"""The length of an arrow's head, which ends at the card."""


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


def draw_routes(picture: Picture, layout: Layout, crowded: Sides) -> tuple[list[list[Point]], dict[str, list[Segment]]]:
    """The curve of every link, and the bar of every card into which several flows run.

    Args:
        picture: what is drawn.
        layout: where it stands.
        crowded: the cards whose links need room for a row of type between them.
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
        box = layout.cards[card.key]
        apart = CROWDED_ARRIVALS if card.key in crowded.before else ARRIVALS
        ends |= _arrivals(box, _by_place(entering[card.key], picture, layout, incoming=True), apart)
        order = _by_place(leaving[card.key], picture, layout, incoming=False)
        flows = [(picture.links[k].flow, k) for k in order]
        hidden = [(picture.graph.flow(e), None) for e in card.hidden_flows]
        least = CROWDED_SEGMENT if card.key in crowded.behind else LEAST_SEGMENT
        segments = _segments(box, [*flows, *hidden], least)
        for segment in segments:
            if segment.link is not None:
                starts[segment.link] = segment.middle
        if len(segments) > 1 and all(picture.links[k].of_one for k in order):
            bars[card.key] = segments
    curves = []
    for k, link in enumerate(picture.links):
        tail, head = layout.cards[link.source], layout.cards[link.target]
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
        far = layout.cards[link.source if incoming else link.target].middle
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
