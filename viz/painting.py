"""What a picture looks like: its frames, links, cards and legend, painted on a canvas."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from viz.cards import card_sizes, paint_card
from viz.composing import describe_extent
from viz.geometry import Box, Point
from viz.labels import Label, place_labels
from viz.layout import Layout, Spacing, lay_out
from viz.legend import paint_legend
from viz.numbers import count, number, short, signed
from viz.picture import Card, Link, Picture
from viz.routes import ARROW, draw_routes
from viz.style import SIZES, line_role, line_width, step_of
from viz.svg import Canvas, text_width
from viz.words import describe_link

__all__ = ["EDGE_NUMBERS", "paint"]

EDGE_NUMBERS = ("auto", "flow", "local", "both", "none")

MOST_LABELLED = 150
"""Above this many cards ``edges="auto"`` leaves the numbers of the links to their tooltips."""
LOOSE = 12.0
"""How long a line is that leads out of the picture."""
MOST_FOLDED = 40
"""The same for the links of a folded picture, which run close together."""


def paint(picture: Picture, *, edges: str, rankdir: str, theme: str, engine: str, title: str) -> str:
    """``picture`` as an SVG document.

    Args:
        picture: what to show.
        edges: which numbers stand at the links, one of :data:`EDGE_NUMBERS`.
        rankdir: ``"LR"`` or ``"TB"``.
        theme: one of :data:`viz.style.THEMES`.
        engine: one of :data:`viz.engine.ENGINES`.
        title: what stands above the picture; empty for nothing.
    """
    texts = _link_texts(picture, edges)
    crowded = _crowded(picture, texts) if rankdir == "LR" else {}
    sizes = card_sizes(picture, crowded)
    layout = lay_out(picture, sizes, _spacing(texts, crowded, rankdir), rankdir, engine)
    curves, bars = draw_routes(picture, layout, crowded)
    if layout.turned:
        curves = [[Point(point.y, point.x) for point in curve] for curve in curves]
    # Room for the curves that swing out of the picture, then everything is moved into it.
    left = min([0.0, *(point.x for curve in curves for point in curve)]) - SIZES.margin
    top = min([0.0, *(point.y for curve in curves for point in curve)]) - SIZES.margin
    top -= 24.0 if title else 0.0
    curves = [[Point(point.x - left, point.y - top) for point in curve] for curve in curves]
    cards = {key: _turned(box, layout).moved(-left, -top) for key, box in layout.cards.items()}
    frames = [(frame.scope, _turned(frame.box, layout).moved(-left, -top)) for frame in layout.frames]
    titles = [Box(box.x, box.y, text_width(len(scope[-1]), SIZES.text) + 16, 20) for scope, box in frames]
    labels = place_labels(
        texts,
        curves,
        [*cards.values(), *titles],
        (text_width(1, SIZES.label), SIZES.label + 1),
        {k for links in crowded.values() for k in links},
        turned=layout.turned,
    )

    canvas = Canvas(theme)
    if title:
        canvas.text(Point(SIZES.margin, SIZES.margin + 10), title, "ink", 14, bold=True)
    for scope, box in frames:
        canvas.box(box, "frame1" if len(scope) % 2 else "frame2", "frame-line", radius=8, width=0.8)
        canvas.text(Point(box.x + 9, box.y + 15), scope[-1], "muted", SIZES.text)
    for k in sorted(range(len(curves)), key=lambda k: _strength(picture, picture.links[k])):
        _paint_link(canvas, picture, k, picture.links[k], curves[k], turned=layout.turned)
    for card in picture.cards:
        _paint_loose_ends(canvas, card, cards[card.key], turned=layout.turned)
        paint_card(canvas, picture, card, cards[card.key], bars.get(card.key, []), turned=layout.turned)
    grounds = [("canvas", None), *(("frame1" if len(scope) % 2 else "frame2", box) for scope, box in frames)]
    for label in labels:
        _paint_label(canvas, picture, label, grounds)
    extent = [*cards.values(), *(box for _, box in frames), *(label.box for label in labels)]
    right = max([box.right for box in extent] + [point.x for curve in curves for point in curve])
    bottom = max([box.bottom for box in extent] + [point.y for curve in curves for point in curve])
    width, height = paint_legend(canvas, picture, right, bottom + 14, labelled=bool(texts))
    return canvas.finish(
        width, height, title or f"Computation graph of {_name_of_root(picture)}", _description(picture)
    )


def _turned(box: Box, layout: Layout) -> Box:
    return box.turned() if layout.turned else box


def _crowded(picture: Picture, texts: Mapping[int, tuple[str, str]]) -> dict[str, list[int]]:
    """For each card that several labelled links leave close beside each other, those links.

    Their labels are written in one row, and the card is made higher so that each finds room.
    """
    scope_of = {card.key: card.scope for card in picture.cards}
    leaving: dict[str, list[int]] = {}
    for k, link in enumerate(picture.links):
        if k in texts and scope_of[link.source] == scope_of[link.target]:
            leaving.setdefault(link.source, []).append(k)
    return {key: links for key, links in leaving.items() if len(links) > 1}


def _spacing(texts: Mapping[int, tuple[str, str]], crowded: Mapping[str, list[int]], rankdir: str) -> Spacing:
    """The room that the labels need."""
    labels = {}
    in_one_row = {k for links in crowded.values() for k in links}
    for k, pair in texts.items():
        numbers = [text for text in pair if text]
        columns = sum(map(len, numbers)) + len(numbers) - 1 if k in in_one_row else max(map(len, numbers))
        width = text_width(columns, SIZES.label) + 8
        height = len(numbers) * (SIZES.label + 1) + 6
        labels[k] = (width, height) if rankdir == "LR" else (height, width)
    return Spacing(labels, gap=38.0, lane=10.0)


# --- links ------------------------------------------------------------------------------------------------


def _link_texts(picture: Picture, edges: str) -> dict[int, tuple[str, str]]:
    """For each link that carries numbers, the local derivative and the flow."""
    if edges == "none" or (edges == "auto" and len(picture.cards) > MOST_LABELLED):
        return {}
    meeting = picture.links_into()
    texts = {}
    for k, link in enumerate(picture.links):
        trivial = link.local is not None and abs(link.local) == 1.0
        several = len(meeting[link.source]) > 1
        folded = picture.detail in ("neurons", "layers") and len(picture.links) > MOST_FOLDED
        if edges == "auto" and (link.faint or (trivial and not several) or folded):
            continue
        local = f"×{short(link.local)}" if link.local is not None else f"Σ{len(link.edges)}" if link.of_one else ""
        upper = local if edges != "flow" else ""
        lower = _short_signed(link.flow) if edges != "local" and link.flow is not None and link.of_one else ""
        if upper or lower:
            texts[k] = upper, lower
    return texts


def _short_signed(flow: float) -> str:
    return f"+{short(flow)}" if flow > 0 else short(flow or 0.0)


def _paint_loose_ends(canvas: Canvas, card: Card, box: Box, *, turned: bool) -> None:
    """Short broken lines where a card has operands, or uses, that are not in the picture."""
    middle = box.middle
    sides = [(bool(card.hidden_operands), -1.0), (bool(card.hidden_flows), 1.0)]
    for side in [side for shown, side in sides if shown]:
        if turned:
            near = Point(middle.x, middle.y + side * box.height / 2)
            far = Point(near.x, near.y + side * LOOSE)
        else:
            near = Point(middle.x + side * box.width / 2, middle.y)
            far = Point(near.x + side * LOOSE, near.y)
        canvas.curve([near, near, far, far], "faint", 1.2, "2 2")


def _strength(picture: Picture, link: Link) -> int:
    """How strong a link is drawn, from 0 to 5; the strong are painted over the weak."""
    return 0 if link.faint else abs(step_of(link.flow, picture.graph.full_scale))


def _fineness(picture: Picture) -> float:
    """Many links are drawn finer."""
    return 1.0 if len(picture.links) <= 80 else 0.75 if len(picture.links) <= 160 else 0.5


def _paint_link(canvas: Canvas, picture: Picture, k: int, link: Link, curve: list[Point], *, turned: bool) -> None:
    step = 0 if link.faint else step_of(link.flow, picture.graph.full_scale)
    broken = link.flow is not None and not math.isfinite(link.flow)
    role = "alarm" if broken else line_role(step)
    canvas.open_group(f"e{k}", describe_link(picture, link), attributes={"from": link.source, "to": link.target})
    fineness = _fineness(picture)
    canvas.curve(curve, role, line_width(step) * fineness, "4 3" if broken else "")
    x, y = curve[-1]
    half = (2.6 + 0.5 * abs(step)) * fineness
    if turned:
        canvas.shape([Point(x - half, y - 0.5), Point(x + half, y - 0.5), Point(x, y + ARROW)], role)
    else:
        canvas.shape([Point(x - 0.5, y - half), Point(x - 0.5, y + half), Point(x + ARROW, y)], role)
    canvas.close_group()


def _paint_label(canvas: Canvas, picture: Picture, label: Label, grounds: Sequence[tuple[str, Box | None]]) -> None:
    """The numbers of a link, on a small ground of the colour around them unless they stand beside the line."""
    box, size = label.box, SIZES.label
    if not label.beside:
        middle = Box(*box.middle, 0.1, 0.1)
        canvas.box(box, [role for role, around in grounds if around is None or around.overlaps(middle)][-1], radius=2)
    link = picture.links[label.link]
    for i, row in enumerate(label.rows):
        height = size + 1
        top = box.bottom - height if i else box.y
        base = top + height / 2 + size * 0.36
        for j, number in enumerate(row):
            is_flow = number[0] not in "×Σ"
            role = _flow_role(link, picture) if is_flow else "muted"
            anchor, x = (
                ("middle", box.middle.x) if len(row) == 1 else ("end", box.right - 2) if j else ("start", box.x + 2)
            )
            canvas.text(Point(x, base), number, role, size, anchor=anchor, bold=is_flow)


def _flow_role(link: Link, picture: Picture) -> str:
    """The colour in which a flow is written."""
    if link.flow is not None and not math.isfinite(link.flow):
        return "alarm"
    step = 0 if link.faint else step_of(link.flow, picture.graph.full_scale)
    return f"type-{'plus' if step > 0 else 'minus'}" if step else "muted"


# --- words ------------------------------------------------------------------------------------------------


def _name_of_root(picture: Picture) -> str:
    return picture.graph.name(picture.graph.root)


def _description(picture: Picture) -> str:
    """What somebody who cannot see the picture needs to know of it."""
    graph = picture.graph
    words = [
        f"{describe_extent(picture)}, {count(len(picture.links), 'edge')}.",
        f"Output {_name_of_root(picture)} = {number(graph.values[graph.root].data)}.",
    ]
    parameters = [
        (abs(grad), -i)
        for i, grad in enumerate(graph.grads)
        if grad is not None and graph.values[i].kind == "parameter" and math.isfinite(grad)
    ]
    if parameters:
        _, i = max(parameters)
        words.append(f"Largest parameter gradient: {graph.name(-i)}, {signed(graph.grads[-i])}.")
    elif graph.grads[graph.root] is None:
        words.append("Gradients are not computed.")
    return " ".join(words)
