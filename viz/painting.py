"""What a picture looks like: frames, links, cards and legend, put in their places and painted on a canvas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from viz.accounts import legend_of
from viz.cards import card_sizes, paint_card
from viz.composing import describe_extent
from viz.geometry import Box, Point
from viz.labels import Label, Numbers, place_labels
from viz.layout import Layout, lay_out
from viz.legend import paint_legend
from viz.links import frame_role, ground_at, label_room, link_numbers, numbers_in_words, paint_label, paint_links
from viz.names import columns
from viz.numbers import count, number, signed
from viz.picture import Card, Picture
from viz.routes import Segment, draw_routes
from viz.sides import Sides, sides_of
from viz.style import SIZES
from viz.svg import Canvas, Stroke, Type, text_width
from viz.words import describe_link

__all__ = ["Look", "Scene", "arrange", "describe", "paint", "paint_scene"]

TITLE = 24.0
LONGEST = len("×−1.23e−10")
"""How many columns a number of a link takes at most; a longer one, such as ``×−1.23e−100``, is set narrower."""
LOOSE = 12.0
"""How long a line is that leads out of the picture."""


class Look(NamedTuple):
    """How a picture is to look."""

    edges: str = "auto"
    """Which numbers stand at the links."""
    rankdir: str = "LR"
    theme: str = "auto"
    engine: str = "auto"
    title: str = ""
    moving: bool = False
    """Whether its numbers will change where they stand, as on a page: room is kept for the longest."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where everything of a picture stands, in pixels from its upper left corner."""

    cards: dict[str, Box]
    frames: list[tuple[tuple[str, ...], Box]]
    titles: list[Box]
    """The places of the names of the frames."""
    curves: list[list[Point]]
    """For each link a chain of cubic Béziers."""
    bars: dict[str, list[Segment]]
    """For each card into which several flows run, their shares."""
    labels: list[Label]
    left_out: int = 0
    """How many links found no place for their numbers."""


def arrange(picture: Picture, look: Look) -> Scene:
    """Find a place for everything that ``picture`` shows."""
    turned = look.rankdir == "TB"
    texts = link_numbers(picture, look.edges, moving=look.moving)
    sides = sides_of(picture, texts)
    crowded = Sides({}, {}) if turned else sides.crowded()
    in_one_row = {k for side in crowded for links in side.values() for k in links}
    room = LONGEST if look.moving else 0
    numbers = [Numbers(k, said, k in in_one_row, room) for k, said in texts.items()]
    layout = lay_out(
        picture, card_sizes(picture, crowded), label_room(numbers, sides, turned=turned), look.rankdir, look.engine
    )
    curves, bars = draw_routes(picture, layout, crowded)
    return _placed(layout, curves, bars, numbers, above=TITLE if look.title else 0.0)


def _placed(
    layout: Layout, curves: list[list[Point]], bars: dict[str, list[Segment]], numbers: list[Numbers], *, above: float
) -> Scene:
    """The scene in the plane of the picture: turned if it runs from top to bottom, and moved off the edges."""
    if layout.turned:
        curves = [[Point(point.y, point.x) for point in curve] for curve in curves]
    x = SIZES.margin - min([0.0, *(point.x for curve in curves for point in curve)])
    y = SIZES.margin - min([0.0, *(point.y for curve in curves for point in curve)]) + above
    curves = [[Point(point.x + x, point.y + y) for point in curve] for curve in curves]

    def placed(box: Box) -> Box:
        return (box.turned() if layout.turned else box).moved(x, y)

    cards = {key: placed(box) for key, box in layout.cards.items()}
    frames = [(frame.scope, placed(frame.box)) for frame in layout.frames]
    titles = [
        Box(box.x, box.y, min(box.width, text_width(len(scope[-1]), SIZES.text) + 16), 20) for scope, box in frames
    ]
    boxes = [box for _, box in frames]
    labels = place_labels(numbers, curves, [*cards.values(), *titles], boxes, turned=layout.turned)
    return Scene(cards, frames, titles, curves, bars, labels, len(numbers) - len(labels))


def paint(picture: Picture, look: Look) -> str:
    """``picture`` as an SVG document."""
    scene = arrange(picture, look)
    canvas = Canvas(look.theme)
    if look.title:
        canvas.text(Point(SIZES.margin, SIZES.margin + 10), look.title, Type("ink", 14, bold=True))
    right, bottom = paint_scene(canvas, picture, scene, turned=look.rankdir == "TB")
    right = max(right, SIZES.margin + text_width(columns(look.title), 14))
    numbers = numbers_in_words(picture, look.edges, scene.left_out)
    width, height = paint_legend(canvas, picture, right, bottom + 14, numbers)
    return canvas.finish(width, height, look.title or f"Computation graph of {picture.graph.title}", describe(picture))


def paint_scene(canvas: Canvas, picture: Picture, scene: Scene, *, turned: bool = False) -> tuple[float, float]:
    """Everything of a picture but its title and legend; how far it reaches to the right and down.

    Args:
        canvas: what to paint on.
        picture: what to paint.
        scene: where it stands.
        turned: whether it runs from top to bottom.
    """
    for scope, box in scene.frames:
        canvas.box(box, frame_role(scope), Stroke("frame-line", 0.8), radius=8)
        canvas.text(Point(box.x + 9, box.y + 15), frame_title(scope[-1], box.width), Type("muted", SIZES.text))
    paint_links(canvas, picture, scene.curves, turned=turned)
    for card in picture.cards:
        box = scene.cards[card.key]
        _paint_loose_ends(canvas, card, box, turned=turned)
        paint_card(canvas, picture, card, (box, scene.bars.get(card.key, ())), turned=turned)
    names = {card.key: card.name for card in picture.cards}
    for label in scene.labels:
        canvas.open_group(f"l{label.link}", describe_link(picture.graph, picture.links[label.link], names))
        paint_label(canvas, picture, label, ground_at(label.box, scene.frames))
        canvas.close_group()
    boxes = [*scene.cards.values(), *(box for _, box in scene.frames), *(label.box for label in scene.labels)]
    right = max([box.right for box in boxes] + [point.x for curve in scene.curves for point in curve])
    bottom = max([box.bottom for box in boxes] + [point.y for curve in scene.curves for point in curve])
    return right, bottom


def frame_title(name: str, width: float) -> str:
    """As much of the name of a frame as has room."""
    room = max(1, int((width - 18) / text_width(1, SIZES.text)))
    return name if len(name) <= room else f"{name[: room - 1]}…"


def _paint_loose_ends(canvas: Canvas, card: Card, box: Box, *, turned: bool) -> None:
    """Short broken lines where a card has operands, or uses, that are not in the picture."""
    middle = box.middle
    for shown, side in ((card.hidden_operands, -1.0), (card.hidden_flows, 1.0)):
        if shown and turned:
            near = Point(middle.x, middle.y + side * box.height / 2)
            canvas.curve([near, near, *[Point(near.x, near.y + side * LOOSE)] * 2], Stroke("faint", 1.2, "2 2"))
        elif shown:
            near = Point(middle.x + side * box.width / 2, middle.y)
            canvas.curve([near, near, *[Point(near.x + side * LOOSE, near.y)] * 2], Stroke("faint", 1.2, "2 2"))


def describe(picture: Picture) -> str:
    """What somebody who cannot see the picture needs to know of it."""
    graph = picture.graph
    words = [
        f"{describe_extent(picture)}, {count(len(picture.links), 'edge')}.",
        *(f"Output {graph.name(root)} = {number(graph.values[root].data)}." for root in graph.roots),
        *(f"{said[0].upper()}{said[1:]}." for said in legend_of(graph)),
    ]
    parameters = [
        (abs(grad), -i) for i in graph.parameters if (grad := graph.grads[i]) is not None and math.isfinite(grad)
    ]
    broken = len([i for i in graph.parameters if (grad := graph.grads[i]) is not None and not math.isfinite(grad)])
    if broken:
        words.append(f"Not finite: the gradient of {count(broken, 'parameter')}.")
    if parameters:
        _, i = max(parameters)
        words.append(f"Largest parameter gradient: {graph.name(-i)}, {signed(graph.grads[-i])}.")
    elif graph.grads[graph.root] is None:
        words.append("Gradients are not computed.")
    return " ".join(words)
