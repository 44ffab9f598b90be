"""The cards: a value and the operation that made it, its number, its gradient as a coloured chip.

What a value is shows in shape and words, never in colour alone: an input is a pill, a parameter has a bar, a
constant is dashed, the root has a thick border, a fold is a stack.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from viz.geometry import Box, Point
from viz.names import columns, cut
from viz.numbers import count, number, signed
from viz.picture import Card, Picture
from viz.routes import BAR_INSET, Segment
from viz.style import SIZES, STEPS, chip_roles, step_of
from viz.svg import Canvas, text_width
from viz.words import describe_card, peak

__all__ = ["card_sizes", "paint_card"]

BAR = 5.0
STACK = 4.0
CHIP = 14.0
CROWD, MOST_CROWDED = 18.0, 12
"""The height a card has for each labelled link, and for how many at most."""


def card_sizes(picture: Picture, crowded: Mapping[str, Sequence[int]]) -> dict[str, tuple[float, float]]:
    """The size of each card: all of one width, the least that holds their names and numbers.

    Args:
        picture: whose cards.
        crowded: the cards that many labelled links leave, and those links.
    """
    least = max((_least_width(picture, card) for card in picture.cards), default=0.0)
    width = min(SIZES.card_most, max(SIZES.card_least, math.ceil(least / 4) * 4.0))
    heights = {card.key: SIZES.fold_height if card.kind == "fold" else SIZES.card_height for card in picture.cards}
    for key, links in crowded.items():
        heights[key] = max(heights[key], 2 * BAR_INSET + CROWD * min(len(links), MOST_CROWDED))
    return {key: (width, height) for key, height in heights.items()}


def _least_width(picture: Picture, card: Card) -> float:
    graph = picture.graph
    head = text_width(columns(cut(card.name)), SIZES.name) + text_width(columns(card.tag), SIZES.small) + 10
    if card.kind == "fold":
        middle = text_width(len(_contents(picture, card)), SIZES.small) + STACK
        return max(head, middle) + 2 * SIZES.pad
    assert card.node is not None
    chip = text_width(len(_grad_word(picture, card)), SIZES.small) + 12
    chip += text_width(len(signed(graph.grads[card.node])), SIZES.text)
    data = text_width(5, SIZES.small) + text_width(len(number(graph.values[card.node].data)), SIZES.text)
    return max(head, chip + BAR, data) + 2 * SIZES.pad


def _grad_word(picture: Picture, card: Card) -> str:
    """``grad``, with the number of flows where several add up."""
    assert card.node is not None
    flows = len(picture.graph.flow_edges(card.node))
    return f"grad Σ{flows}" if flows > 1 else "grad"


def _contents(picture: Picture, card: Card) -> str:
    parameters = sum(picture.graph.values[i].kind == "parameter" for i in card.members)
    words = count(len(card.members), "value")
    return f"{words} · {count(parameters, 'param')}" if parameters else words


def paint_card(canvas: Canvas, picture: Picture, card: Card, box: Box, bar: Sequence[Segment], *, turned: bool) -> None:
    """One card with its tooltip."""
    grad = picture.graph.grads[card.node] if card.node is not None else None
    faded = picture.min_flow > 0 and grad is not None and abs(grad) < picture.min_flow and card.kind != "fold"
    canvas.open_group(card.key, describe_card(picture, card), faded=faded)
    if card.kind == "fold":
        _paint_fold(canvas, picture, card, box)
    else:
        _paint_value(canvas, picture, card, box, bar, turned=turned)
    if len(bar) > 1 and any(segment.flow is not None for segment in bar):
        _paint_bar(canvas, picture, box, bar, turned=turned)
    canvas.close_group()


def _paint_value(
    canvas: Canvas, picture: Picture, card: Card, box: Box, bar: Sequence[Segment], *, turned: bool
) -> None:
    assert card.node is not None
    graph = picture.graph
    radius = 12.0 if card.kind == "input" else 5.0
    dash = "4 3" if card.kind == "constant" else ""
    canvas.box(
        box, "card", "ink" if card.is_root else "line", radius=radius, width=2.4 if card.is_root else 1.0, dash=dash
    )
    if card.kind == "parameter":
        canvas.box(Box(box.x, box.y + 4, 4, box.height - 8), "parameter", radius=2)
    box = Box(box.x, box.y + (box.height - SIZES.card_height) / 2, box.width, SIZES.card_height)
    left, right = box.x + SIZES.pad + 1, box.right - SIZES.pad - (0 if turned else BAR)
    canvas.text(Point(left, box.y + 16), cut(card.name), "ink", SIZES.name, bold=True)
    canvas.text(Point(right, box.y + 16), card.tag, "muted", SIZES.small, anchor="end")
    data = graph.values[card.node].data
    canvas.text(Point(left, box.y + 30), "data", "muted", SIZES.small)
    canvas.text(
        Point(right, box.y + 30),
        number(data),
        "ink" if math.isfinite(data) else "alarm",
        SIZES.text,
        anchor="end",
        bold=not math.isfinite(data),
    )
    chip = Box(left - 3, box.y + 35, right - left + 6, CHIP)
    grad = graph.grads[card.node]
    _paint_chip(canvas, chip, _grad_word(picture, card), grad, step_of(grad, graph.full_scale))


def _paint_chip(canvas: Canvas, chip: Box, word: str, grad: float | None, step: int) -> None:
    """A gradient on the colour of its strength; not computed and not finite look like neither."""
    if grad is None:
        role = "muted"
        canvas.box(chip, "blank", radius=3)
    elif not math.isfinite(grad):
        role = "alarm-type"
        canvas.hatched(chip, 3)
    else:
        fill, role = chip_roles(step)
        canvas.box(chip, fill, radius=3)
    base = chip.y + chip.height / 2 + SIZES.text * 0.36
    canvas.text(Point(chip.x + 4, base), word, role, SIZES.small)
    canvas.text(Point(chip.right - 4, base), signed(grad), role, SIZES.text, anchor="end", bold=True)


def _paint_bar(canvas: Canvas, picture: Picture, box: Box, bar: Sequence[Segment], *, turned: bool) -> None:
    """The flows that add up here, each as long as its share."""
    for segment in bar:
        step = step_of(segment.flow, picture.graph.full_scale)
        fill, _ = chip_roles(step)
        length = max(segment.length - 1.0, 1.0)
        part = (
            Box(box.x + segment.start, box.bottom - BAR, length, BAR)
            if turned
            else Box(box.right - BAR, box.y + segment.start, BAR, length)
        )
        canvas.box(part, fill, "line", width=0.6)


def _paint_fold(canvas: Canvas, picture: Picture, card: Card, box: Box) -> None:
    graph = picture.graph
    for k in (2, 1):
        canvas.box(
            Box(box.x + k * STACK / 2, box.y + k * STACK / 2, box.width - STACK, box.height - STACK),
            "card", "line", radius=5,
        )  # fmt: skip
    front = Box(box.x, box.y, box.width - STACK, box.height - STACK)
    canvas.box(front, "card", "line", radius=5)
    left, right = front.x + SIZES.pad + 1, front.right - SIZES.pad
    canvas.text(Point(left, box.y + 16), cut(card.name), "ink", SIZES.name, bold=True)
    canvas.text(Point(right, box.y + 16), card.tag, "muted", SIZES.small, anchor="end")
    canvas.text(Point(left, box.y + 29), _contents(picture, card), "muted", SIZES.small)
    if card.node is not None:
        canvas.text(Point(left, box.y + 43), cut(graph.name(card.node), 10), "ink", SIZES.small)
        canvas.text(Point(right, box.y + 43), number(graph.values[card.node].data), "ink", SIZES.text, anchor="end")
    largest = peak(graph, card.members)
    chip = Box(left - 3, box.y + 48, right - left + 6, CHIP)
    if largest is None or not math.isfinite(largest):
        _paint_chip(canvas, chip, "max |∂|", largest, 0)
        return
    step = min(STEPS, step_of(largest, graph.full_scale))
    fill, ink = (f"size{step}", f"on-size{step}") if step else ("chip0", "ink")
    canvas.box(chip, fill, radius=3)
    base = chip.y + chip.height / 2 + SIZES.text * 0.36
    canvas.text(Point(chip.x + 4, base), "max |∂|", ink, SIZES.small)
    canvas.text(Point(chip.right - 4, base), number(largest), ink, SIZES.text, anchor="end", bold=True)
