"""The cards: a value and the operation that made it, its number, its gradient as a coloured chip.

What a value is shows in shape and words, never in colour alone: an input is a pill, a parameter has a bar, a
constant is dashed, the root has a thick border, a fold is a stack.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from viz.accounts import Line, lines_of
from viz.geometry import Box, Point
from viz.names import columns, cut
from viz.numbers import count, datum, signed
from viz.picture import Card, Picture
from viz.routes import BAR_INSET, Segment
from viz.sides import Sides
from viz.style import SIZES, chip_roles, size_roles, step_of
from viz.svg import Canvas, Stroke, Type, text_width
from viz.words import describe_card, peak

__all__ = ["card_sizes", "paint_card"]

BAR = 5.0
LINE = 13.0
"""The height of a line beneath the gradient, which says what it is made of."""
STACK = 4.0
CHIP = 14.0
CROWD, MOST_CROWDED = 18.0, 12
"""The height a card has for each link where their labels crowd, and for how many at most."""


def card_sizes(picture: Picture, crowded: Sides) -> dict[str, tuple[float, float]]:
    """The size of each card: all of one width, the least that holds their names and numbers.

    Args:
        picture: whose cards.
        crowded: the cards beside which the numbers of several links stand, and those links.
    """
    least = max((_least_width(picture, card) for card in picture.cards), default=0.0)
    width = min(SIZES.card_most, max(SIZES.card_least, math.ceil(least / 4) * 4.0))
    heights = {card.key: _content_height(picture, card) for card in picture.cards}
    leaving = Counter(link.source for link in picture.links)
    entering = Counter(link.target for link in picture.links)
    for keys, links in ((crowded.behind, leaving), (crowded.before, entering)):
        for key in keys:
            heights[key] = max(heights[key], 2 * BAR_INSET + CROWD * min(links[key], MOST_CROWDED))
    return {key: (width, height) for key, height in heights.items()}


def _content_height(picture: Picture, card: Card) -> float:
    """The height of what stands on a card."""
    if card.kind == "fold" or card.node is None:
        return SIZES.fold_height
    return SIZES.card_height + LINE * len(lines_of(picture.graph, card.node))


def _least_width(picture: Picture, card: Card) -> float:
    graph = picture.graph
    head = text_width(columns(cut(card.name)), SIZES.name) + text_width(columns(card.tag), SIZES.small) + 10
    if card.kind == "fold" or card.node is None:
        middle = text_width(len(_contents(picture, card)), SIZES.small) + STACK
        return max(head, middle) + 2 * SIZES.pad
    chip = text_width(len(_grad_word(picture, card.node)), SIZES.small) + 12
    chip += text_width(len(signed(graph.grads[card.node])), SIZES.text)
    data = text_width(5, SIZES.small) + text_width(len(datum(graph.values[card.node].data)), SIZES.text)
    lines = [
        text_width(len(line.word), SIZES.small) + text_width(len(line.number), SIZES.text) + BAR + 12
        for line in lines_of(graph, card.node)
    ]
    return max(head, chip + BAR, data, *lines) + 2 * SIZES.pad


def _grad_word(picture: Picture, node: int) -> str:
    """``grad``, with the number of flows where several add up."""
    flows = len(picture.graph.flow_edges(node))
    return f"grad Σ{flows}" if flows > 1 else "grad"


def _contents(picture: Picture, card: Card) -> str:
    parameters = len(picture.graph.parameters.intersection(card.members))
    words = count(len(card.members), "value")
    return f"{words} · {count(parameters, 'param')}" if parameters else words


def paint_card(
    canvas: Canvas, picture: Picture, card: Card, place: tuple[Box, Sequence[Segment]], *, turned: bool
) -> None:
    """One card with its tooltip.

    Args:
        canvas: what to paint on.
        picture: what the card belongs to.
        card: what to paint.
        place: where it stands, and the bar of the flows that add up at it.
        turned: whether links leave it at its lower edge.
    """
    box, bar = place
    canvas.open_group(card.key, describe_card(picture, card), at=Point(box.x, box.y))
    if card.kind == "fold" or card.node is None:
        _paint_fold(canvas, picture, card, box)
    else:
        _paint_value(canvas, picture, card, box, turned=turned)
    if len(bar) > 1 and any(segment.flow is not None for segment in bar):
        _paint_bar(canvas, picture, box, bar, turned=turned)
    canvas.close_group()


def _paint_value(canvas: Canvas, picture: Picture, card: Card, box: Box, *, turned: bool) -> None:
    value, grad = picture.graph.values[card.node or 0], picture.graph.grads[card.node or 0]
    faint = grad is not None and abs(grad) < picture.min_flow
    ink = "muted" if faint else "ink"
    radius = 12.0 if card.kind == "input" else 5.0
    line = Stroke("faint" if faint else "line", dash="4 3" if card.kind == "constant" else "")
    canvas.box(box, "card", Stroke("ink", 2.4) if card.is_root else line, radius=radius)
    if card.kind == "parameter":
        canvas.box(Box(box.x, box.y + 4, 4, box.height - 8), "faint" if faint else "parameter", radius=2)
    top = box.y + (box.height - _content_height(picture, card)) / 2
    left, right = box.x + SIZES.pad + 1, box.right - SIZES.pad - (0 if turned else BAR)
    _paint_lines(
        canvas, lines_of(picture.graph, card.node or 0), Box(left - 3, top + 36 + CHIP, right - left + 6, LINE)
    )
    _paint_head(canvas, card, Box(left, top, right - left, 0), ink)
    finite = math.isfinite(value.data)
    if not finite:
        canvas.hatched(Box(left - 3, top + 20, right - left + 6, CHIP - 1), 3, data=True)
    canvas.text(Point(left, top + 30), "data", Type("muted" if finite else "alarm-type", SIZES.small))
    style = Type(ink if finite else "alarm-type", SIZES.text, "end", bold=not finite)
    canvas.text(Point(right, top + 30), datum(value.data), style)
    chip = Box(left - 3, top + 35, right - left + 6, CHIP)
    word = _grad_word(picture, card.node or 0)
    if grad is None or faint:
        _paint_chip(canvas, chip, (word, signed(grad)), ("blank", "muted"))
    elif not math.isfinite(grad):
        _paint_chip(canvas, chip, (word, signed(grad)), (None, "alarm-type"))
    else:
        _paint_chip(canvas, chip, (word, signed(grad)), chip_roles(step_of(grad, picture.graph.full_scale)))


def _paint_lines(canvas: Canvas, lines: Sequence[Line], first: Box) -> None:
    """What the gradient above is made of, a line each; ``first`` is the place of the first."""
    for k, line in enumerate(lines):
        box = first.moved(0, k * LINE)
        canvas.open_part("account")
        if line.hatched:
            canvas.striped(Box(box.x, box.y + 0.5, box.width, box.height - 1), 3)
        base = box.middle.y + SIZES.text * 0.36
        canvas.text(Point(box.x + 4, base), line.word, Type("muted", SIZES.small))
        canvas.text(Point(box.right - 4, base), line.number, Type("ink", SIZES.text, "end"))
        canvas.close_part()


def _paint_head(canvas: Canvas, card: Card, room: Box, ink: str = "ink") -> None:
    canvas.text(Point(room.x, room.y + 16), cut(card.name), Type(ink, SIZES.name, bold=True))
    if card.tag:
        canvas.text(Point(room.right, room.y + 16), card.tag, Type("muted", SIZES.small, "end"))


def _paint_chip(canvas: Canvas, chip: Box, words: tuple[str, str], roles: tuple[str | None, str]) -> None:
    """A word and a number on the colour of their strength; hatched if there is no such colour."""
    fill, ink = roles
    if fill is None:
        canvas.hatched(chip, 3)
    else:
        canvas.box(chip, fill, radius=3)
    base = chip.middle.y + SIZES.text * 0.36
    canvas.text(Point(chip.x + 4, base), words[0], Type(ink, SIZES.small))
    canvas.text(Point(chip.right - 4, base), words[1], Type(ink, SIZES.text, "end", bold=True))


def _paint_bar(canvas: Canvas, picture: Picture, box: Box, bar: Sequence[Segment], *, turned: bool) -> None:
    """The flows that add up here, each as long as its share."""
    for segment in bar:
        broken = segment.flow is not None and not math.isfinite(segment.flow)
        fill = "alarm" if broken else chip_roles(step_of(segment.flow, picture.graph.full_scale))[0]
        length = max(segment.length - 1.0, 1.0)
        part = (
            Box(box.x + segment.start, box.bottom - BAR, length, BAR)
            if turned
            else Box(box.right - BAR, box.y + segment.start, BAR, length)
        )
        canvas.box(part, fill, Stroke("line", 0.6))


def _paint_fold(canvas: Canvas, picture: Picture, card: Card, box: Box) -> None:
    graph = picture.graph
    front = Box(box.x, box.y, box.width - STACK, box.height - STACK)
    for k in (2, 1, 0):
        canvas.box(front.moved(k * STACK / 2, k * STACK / 2), "card", Stroke("line"), radius=5)
    left, right = front.x + SIZES.pad + 1, front.right - SIZES.pad
    top = box.y + (box.height - SIZES.fold_height) / 2
    _paint_head(canvas, card, Box(left, top, right - left, 0))
    canvas.text(Point(left, top + 29), _contents(picture, card), Type("muted", SIZES.small))
    if card.node is not None:
        data = graph.values[card.node].data
        canvas.text(Point(left, top + 43), cut(graph.name(card.node), 10), Type("ink", SIZES.small))
        canvas.text(Point(right, top + 43), datum(data), Type("ink", SIZES.text, "end"))
    elif card.outputs < len(card.members):
        canvas.text(Point(left, top + 43), count(card.outputs, "output"), Type("muted", SIZES.small))
    largest = peak(graph, card.members)
    chip = Box(left - 3, top + 48, right - left + 6, CHIP)
    words = ("max |∂|", signed(largest).removeprefix("+"))
    if largest is None:
        _paint_chip(canvas, chip, words, ("blank", "muted"))
    elif not math.isfinite(largest):
        _paint_chip(canvas, chip, words, (None, "alarm-type"))
    else:
        _paint_chip(canvas, chip, words, size_roles(step_of(largest, graph.full_scale)))
