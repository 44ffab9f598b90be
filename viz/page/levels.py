"""The fold levels of a page: one picture for each, laid out beforehand, and what its cards and links stand for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from viz.errors import DiagramError
from viz.graph import Graph
from viz.numbers import count
from viz.page.canvas import PageCanvas
from viz.picture.fold import Picture, fold
from viz.picture.links import numbers_in_words
from viz.picture.paint import Look, Scene, arrange, paint_scene
from viz.style import SIZES

__all__ = ["LAID_OUT", "MOST_VALUES", "Level", "levels_of"]

LAID_OUT = 1_500
"""Up to how many values a page has a picture with a card for each."""
MOST_VALUES = 20_000
"""Up to how many values a page steps through at all."""

_TITLES = {"full": "every value", "neurons": "neurons", "layers": "layers", "ends": "both ends"}


class Level(NamedTuple):
    """One picture of the page."""

    svg: str
    facts: dict[str, Any]
    """What its cards and links stand for, as the script reads it."""


def levels_of(graph: Graph) -> list[Level]:
    """Every level that shows something of its own, the finest first.

    Raises:
        DiagramError: the graph is too big for any.
    """
    if len(graph) > MOST_VALUES:
        raise DiagramError(
            f"a page steps through at most {MOST_VALUES:,} values; this graph has {len(graph):,}. "
            f"Step through a part of it, from an inner value as the root, or draw(root, focus=node) a neighbourhood."
        )
    return [_level(picture) for picture in _pictures(graph)]


def _pictures(graph: Graph) -> Iterator[Picture]:
    if len(graph) <= LAID_OUT:
        yield fold(graph, "full")
    seen: list[list[list[int]]] = []
    for detail in ("neurons", "layers"):
        picture = fold(graph, detail)
        cards = [card.members for card in picture.cards]
        if cards not in seen and any(card.kind == "fold" for card in picture.cards):
            seen.append(cards)
            yield picture


def _level(picture: Picture) -> Level:
    scene = arrange(picture, Look(moving=True))
    canvas = PageCanvas()
    right, bottom = paint_scene(canvas, picture, scene)
    words = f"{picture.extent}, {count(len(picture.links), 'edge')}"
    svg = canvas.fragment(picture.detail, right + SIZES.margin, bottom + SIZES.margin, words)
    return Level(svg, _facts(picture, scene, words))


def _facts(picture: Picture, scene: Scene, words: str) -> dict[str, Any]:
    return {
        "detail": picture.detail,
        "title": _TITLES[picture.detail],
        "about": words,
        "numbers": "; ".join(numbers_in_words(picture, "auto", scene.left_out)),
        "cards": [
            [card.key, card.node, None if card.members == [card.node] else card.members, card.name]
            for card in picture.cards
        ],
        "links": [[link.source, link.target, link.edges, link.of_one] for link in picture.links],
        "bars": {key: [segment.link for segment in bar] for key, bar in scene.bars.items()},
    }
