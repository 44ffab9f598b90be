"""The legend: the scale of the gradient colours with its number, what the links say, and what is hidden."""

from __future__ import annotations

import math
from collections.abc import Sequence

from viz.accounts import legend_of
from viz.composing import describe_extent
from viz.geometry import Box, Point
from viz.graph import Graph
from viz.numbers import number
from viz.picture import Picture
from viz.style import DECADES, SIZES, STEPS, chip_roles
from viz.svg import Canvas, Stroke, Type, text_width

__all__ = ["paint_legend"]

SWATCH = 13.0
ROW = 18.0
LEAST_WIDTH = 440.0
SPACE = 26.0


def paint_legend(
    canvas: Canvas, picture: Picture, right: float, top: float, numbers: Sequence[str]
) -> tuple[float, float]:
    """Paint the legend beneath the picture, in as many rows as its width needs; the size of the whole.

    Args:
        canvas: what to paint on.
        picture: what the legend is for.
        right: how far the picture reaches to the right.
        top: where the legend begins.
        numbers: what is to be said of the numbers at the links.
    """
    width = max(right, LEAST_WIDTH)
    x, y = SIZES.margin, top + 4
    computed = picture.graph.full_scale is not None
    if computed:
        x = _paint_scale(canvas, picture, Point(x, y)) + SPACE
    for words in _sentences(picture, numbers, computed=computed):
        length = text_width(len(words), SIZES.small)
        if x > SIZES.margin and x + length > width:
            x, y = SIZES.margin, y + ROW
        canvas.text(Point(x, y + 10), words, Type("muted", SIZES.small))
        x += length + SPACE
        width = max(width, x - SPACE)
    return width + SIZES.margin, y + ROW + SIZES.margin / 2


def _paint_scale(canvas: Canvas, picture: Picture, at: Point) -> float:
    """The eleven colours; how far to the right they reach."""
    x, base = at.x, at.y + 10
    words = f"gradient  −{number(picture.graph.full_scale or 0.0)}"
    canvas.text(Point(x, base), words, Type("muted", SIZES.small))
    x += text_width(len(words), SIZES.small) + 6
    for step in range(-STEPS, STEPS + 1):
        canvas.box(Box(x, at.y, SWATCH, SWATCH), chip_roles(step)[0], Stroke("line", 0.4))
        x += SWATCH
    words = f"+{number(picture.graph.full_scale or 0.0)}  log scale, {DECADES:g} powers of ten"
    canvas.text(Point(x + 6, base), words, Type("muted", SIZES.small))
    return x + 6 + text_width(len(words), SIZES.small)


def _sentences(picture: Picture, numbers: Sequence[str], *, computed: bool) -> list[str]:
    words = [describe_extent(picture), *legend_of(picture.graph)]
    if not computed:
        words.append(_no_scale(picture.graph))
    if len(picture.graph) == 1 and picture.graph.values[0].op is None:
        words.append("a leaf: it was not computed from anything that is recorded")
    words += numbers
    if any(len(picture.graph.flow_edges(card.node)) > 1 for card in picture.cards if card.node is not None):
        words.append("Σk: k flows add up" + (", the bar shows their shares" if computed else ""))
    if any(card.kind == "fold" for card in picture.cards):
        words.append("max |∂|: the largest gradient within, in grey")
    if any(card.node is not None and _is_broken(picture.graph, card.node) for card in picture.cards):
        words.append("hatched: nan or inf")
    return words


def _no_scale(graph: Graph) -> str:
    """Why there is no scale of colours."""
    if graph.grads[graph.root] is None:
        return "· no gradient yet: call backward()"
    return "all gradients are 0" if not any(graph.grads) else "no gradient is finite"


def _is_broken(graph: Graph, i: int) -> bool:
    """Whether the value or the gradient of node ``i`` is nan or infinite."""
    grad = graph.grads[i]
    return not math.isfinite(graph.values[i].data) or (grad is not None and not math.isfinite(grad))
