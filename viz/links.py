"""The links as they are painted: a line whose colour and breadth are its flow, an arrow head, and its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from viz.asking import Spacing
from viz.formulas.operations import constant_locals
from viz.geometry import Box, Point
from viz.labels import EM, ROW, Label, Numbers
from viz.numbers import count, short
from viz.picture import Link, Picture
from viz.routes import ARROW
from viz.sides import Sides
from viz.style import SIZES, line_role, line_width, step_of
from viz.svg import Canvas, Stroke, Type
from viz.words import describe_link

__all__ = [
    "EDGE_NUMBERS",
    "frame_role",
    "ground_at",
    "is_folded",
    "label_room",
    "link_numbers",
    "numbers_in_words",
    "paint_label",
    "paint_links",
]

EDGE_NUMBERS = ("auto", "flow", "local", "both", "none")

MOST_LABELLED = 150
"""Above this many cards ``edges="auto"`` leaves the numbers of the links to their tooltips."""
MOST_FOLDED = 40
"""The same for the links of a folded picture, which run close together."""


def link_numbers(picture: Picture, edges: str, *, moving: bool = False) -> dict[int, tuple[str, ...]]:
    """For each link that carries numbers, what they say.

    ``edges="auto"`` leaves out what says nothing new, by one rule that the legend tells: a local derivative of 1 is
    not written, and where nothing else flows into the source, nor is its flow, which is the gradient on the card
    beside it. A factor of −1 is always written.

    Args:
        picture: whose links.
        edges: one of :data:`EDGE_NUMBERS`.
        moving: whether the numbers will change: then a local derivative counts as 1 only where it always is.
    """
    if edges == "none" or (edges == "auto" and len(picture.cards) > MOST_LABELLED):
        return {}
    flows_into = picture.links_into()
    folded = is_folded(picture)
    numbers = {}
    for k, link in enumerate(picture.links):
        plain = edges == "auto" and not folded and link.local == 1.0
        plain = plain and not (moving and _may_change(picture, link))
        says_nothing = plain and len(flows_into[link.source]) == 1
        if edges == "auto" and (link.faint or says_nothing or (folded and len(picture.links) > MOST_FOLDED)):
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


def numbers_in_words(picture: Picture, edges: str, left_out: int) -> list[str]:
    """What the legend says of the numbers of the links, and of those that are not there.

    Args:
        picture: whose links.
        edges: which numbers they carry.
        left_out: how many of them found no place.
    """
    if edges == "none" or not picture.links:
        return []
    numbers = link_numbers(picture, edges)
    if not numbers and (edges != "auto" or is_folded(picture) or len(picture.cards) > MOST_LABELLED):
        return ["too many edges here to print their numbers"] if edges == "auto" else []
    computed = any(link.flow is not None for link in picture.links)
    local = "×local derivative"
    if edges == "auto" and not is_folded(picture):
        local += " (no number: ×1)"
    flow = "the flow = local × upstream"
    shown = {"flow": [flow], "local": [local]}.get(edges, [local, flow] if computed else [local])
    words = [f"edge: {', and '.join(shown)}"]
    if edges == "auto" and any(link.faint for link in picture.links):
        words.append("grey edge: too weak a flow for its numbers")
    if left_out:
        words.append(f"{count(left_out, 'edge')} without room for {'its' if left_out == 1 else 'their'} numbers")
    return words


def is_folded(picture: Picture) -> bool:
    """Whether links of the picture stand for several edges."""
    return picture.detail not in ("full", "fused")


def label_room(numbers: Sequence[Numbers], sides: Sides, *, turned: bool) -> Spacing:
    """The room that the labels need, along the flow and across it."""
    labels = {}
    for one in numbers:
        lengths = one.columns()
        width = (sum(lengths) + len(lengths) - 1 if one.in_one_row else max(lengths)) * EM + 8
        height = ROW * len(lengths) + 6
        labels[one.link] = (height, width) if turned else (width, height)
    behind, before = ({k for links in side.values() for k in links} for side in sides)
    return Spacing(labels, behind, before, gap=38.0, lane=10.0)


def paint_links(canvas: Canvas, picture: Picture, curves: Sequence[list[Point]], *, turned: bool) -> None:
    """Every link along its curve, the strong over the weak; where there are many they are finer."""
    fineness = 1.0 if len(picture.links) <= 80 else 0.75 if len(picture.links) <= 160 else 0.5
    names = {card.key: card.name for card in picture.cards}
    steps = [0 if link.faint else step_of(link.flow, picture.graph.full_scale) for link in picture.links]
    for k in sorted(range(len(steps)), key=lambda k: abs(steps[k])):
        link, curve, step = picture.links[k], curves[k], steps[k]
        broken = link.flow is not None and not math.isfinite(link.flow)
        role = "alarm" if broken else line_role(step)
        canvas.open_group(
            f"e{k}", describe_link(picture.graph, link, names), link={"from": link.source, "to": link.target}
        )
        canvas.curve(curve, Stroke(role, line_width(step) * fineness, "4 3" if broken else ""))
        x, y = curve[-1]
        half = (2.6 + 0.5 * abs(step)) * fineness
        if turned:
            canvas.shape([Point(x - half, y - 0.5), Point(x + half, y - 0.5), Point(x, y + ARROW)], role)
        else:
            canvas.shape([Point(x - 0.5, y - half), Point(x - 0.5, y + half), Point(x + ARROW, y)], role)
        canvas.close_group()


def paint_label(canvas: Canvas, picture: Picture, label: Label, ground: str) -> None:
    """The numbers of a link, on a small plate of the colour around them where the line runs behind."""
    box = label.box
    if not label.beside:
        canvas.box(box, ground, radius=2)
    flow_role = _flow_role(picture, picture.links[label.link])
    for i, row in enumerate(label.rows):
        top = box.bottom - ROW if i else box.y
        base = top + ROW / 2 + SIZES.label * 0.36
        for j, text in enumerate(row):
            is_flow = text[0] not in "×Σ"
            style = Type(flow_role if is_flow else "muted", SIZES.label, "middle", bold=is_flow)
            x = box.middle.x
            if len(row) > 1:
                style, x = (
                    (style._replace(anchor="end"), box.right - 2) if j else (style._replace(anchor="start"), box.x + 2)
                )
            canvas.text(Point(x, base), text, style)


def _flow_role(picture: Picture, link: Link) -> str:
    """The colour in which a flow is written."""
    if link.flow is not None and not math.isfinite(link.flow):
        return "alarm"
    step = 0 if link.faint else step_of(link.flow, picture.graph.full_scale)
    return f"type-{'plus' if step > 0 else 'minus'}" if step else "muted"


def ground_at(box: Box, frames: Sequence[tuple[tuple[str, ...], Box]]) -> str:
    """The role of the colour behind ``box``: of the innermost frame around its middle."""
    middle = Box(*box.middle, 0.1, 0.1)
    return ([frame_role(scope) for scope, frame in frames if frame.overlaps(middle)] or ["canvas"])[-1]


def frame_role(scope: tuple[str, ...]) -> str:
    """The role of a frame's colour; frames within one another alternate."""
    return "frame1" if len(scope) % 2 else "frame2"
