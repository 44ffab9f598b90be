"""The painter: everything a picture shows, put in its place and painted on a canvas, back to front.

A card's kind shows in its shape and in words, never in colour alone: an input is a pill, a parameter has a bar, a
constant is dashed, the root has a thick border, a fold is a stack. A link's colour and breadth are its flow.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from viz.graph import Graph, Line
from viz.picture.canvas import Box, Canvas, Point, Stroke, Type, text_width
from viz.picture.fold import Card, Link, Picture, peak
from viz.picture.layout import ROW, Scope, blocks_of, lay_out
from viz.picture.links import (
    ARROW,
    BAR_INSET,
    Label,
    Segment,
    draw_links,
    link_numbers,
    link_texts,
    numbers_in_words,
    place_labels,
)
from viz.style import BOUNDS_IN_WORDS, PRINT, SIZES, STEPS, chip_roles, line_role, line_width, size_roles, step_of
from viz.text import clean, columns, count, cut, datum, is_rounded, number, signed

__all__ = ["SHARES", "Look", "Scene", "arrange", "describe", "fineness", "paint", "paint_scene"]

TITLE = 24.0
LOOSE = 12.0
"""How long a line is that leads out of the picture."""
BAR = 5.0
LINE = 13.0
"""The height of a line beneath the gradient, which says what it is made of."""
STACK = 4.0
CHIP = 14.0
CROWD, MOST_CROWDED = 18.0, 12
"""The height a card has for each link where their numbers crowd, and for how many at most."""
SWATCH, LEGEND_ROW, LEGEND_SPACE = 12.0, 18.0, 26.0
LEAST_WIDTH = 440.0
SLIPPED = 3.0
"""How broad a link is at least where a claimed gradient went wrong."""
MOST_TERMS = 12
"""How many flows, or members, a tooltip writes out."""
SHARES = "Σk: k flows add up, the bar shows their shares"


# --- places -----------------------------------------------------------------------------------------------


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

    @property
    def turned(self) -> bool:
        """Whether it runs from top to bottom."""
        return self.rankdir == "TB"


@dataclass(frozen=True, slots=True)
class Scene:
    """Where everything of a picture stands, in pixels from its upper left corner."""

    cards: dict[str, Box]
    frames: list[tuple[Scope, Box]]
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
    turned, moving = look.turned, look.moving
    blocks = blocks_of(picture)
    numbers = link_numbers(
        picture, blocks, link_texts(picture, look.edges, moving=moving), turned=turned, moving=moving
    )
    crowded = {one.beside for one in numbers.values() if one.in_one_row and one.beside}
    layout = lay_out(blocks, _card_sizes(picture, crowded), numbers, look.engine, turned=turned)
    curves, bars = draw_links(picture, layout, crowded)
    if turned:
        curves = [[point.turned() for point in curve] for curve in curves]
    # A link that runs back may swing out beyond the frames.
    x = SIZES.margin - min([0.0, *(point.x for curve in curves for point in curve)])
    y = SIZES.margin - min([0.0, *(point.y for curve in curves for point in curve)]) + (TITLE if look.title else 0.0)
    curves = [[point.moved(x, y) for point in curve] for curve in curves]
    places = {item: (box.turned() if turned else box).moved(x, y) for item, box in layout.boxes.items()}
    cards = {card.key: places[card.key] for card in picture.cards}
    frames = [(scope, box) for scope, box in places.items() if not isinstance(scope, str)]
    titles = [
        Box(box.x, box.y, min(box.width, text_width(len(scope[-1]), SIZES.text) + 16), 20) for scope, box in frames
    ]
    taken, edged = [*cards.values(), *titles], [box for _, box in frames]
    labels = place_labels(list(numbers.values()), curves, taken, edged, turned=turned)
    return Scene(cards, frames, titles, curves, bars, labels, len(numbers) - len(labels))


def _card_sizes(picture: Picture, crowded: Collection[tuple[str, str]]) -> dict[str, tuple[float, float]]:
    """The size of each card: all of one width, the least that holds their names and numbers.

    A card is higher where the numbers of several links stand at a side that is ``crowded``.
    """
    least = max((_least_width(picture, card) for card in picture.cards), default=0.0)
    width = min(SIZES.card_most, max(SIZES.card_least, math.ceil(least / 4) * 4.0))
    heights = {card.key: _content_height(picture, card) for card in picture.cards}
    links = {
        "behind": Counter(link.source for link in picture.links),
        "before": Counter(link.target for link in picture.links),
    }
    for side, key in crowded:
        heights[key] = max(heights[key], 2 * BAR_INSET + CROWD * min(links[side][key], MOST_CROWDED))
    return {key: (width, height) for key, height in heights.items()}


def _content_height(picture: Picture, card: Card) -> float:
    """The height of the content of a card."""
    if card.kind == "fold" or card.node is None:
        return SIZES.fold_height
    return SIZES.card_height + LINE * len(picture.graph.account_lines(card.node))


def _least_width(picture: Picture, card: Card) -> float:
    graph = picture.graph
    head = text_width(columns(cut(card.name)), SIZES.name) + text_width(columns(card.tag), SIZES.small) + 10
    if card.kind == "fold" or card.node is None:
        middle = text_width(len(_contents(picture, card)), SIZES.small) + STACK
        return max(head, middle) + 2 * SIZES.pad
    chip = text_width(len(_grad_word(graph, card.node)), SIZES.small) + 12
    chip += text_width(len(signed(graph.grads[card.node])), SIZES.text)
    data = text_width(5, SIZES.small) + text_width(len(datum(graph.values[card.node].data)), SIZES.text)
    lines = [
        text_width(len(line.word), SIZES.small) + text_width(len(line.number), SIZES.text) + BAR + 12
        for line in graph.account_lines(card.node)
    ]
    return max(head, chip + BAR, data, *lines) + 2 * SIZES.pad


def _grad_word(graph: Graph, node: int) -> str:
    """``grad``, with the number of flows where several add up."""
    flows = len(graph.flow_edges(node))
    return f"grad Σ{flows}" if flows > 1 else "grad"


def _contents(picture: Picture, card: Card) -> str:
    parameters = len(picture.graph.parameters.intersection(card.members))
    words = count(len(card.members), "value")
    return f"{words} · {count(parameters, 'param')}" if parameters else words


# --- the whole --------------------------------------------------------------------------------------------


def paint(picture: Picture, look: Look, scene: Scene | None = None) -> str:
    """``picture`` as an SVG document; ``scene``: where everything stands, if that is known already."""
    scene = scene or arrange(picture, look)
    canvas = Canvas(look.theme)
    if look.title:
        canvas.text(Point(SIZES.margin, SIZES.margin + 10), look.title, Type("ink", 14, bold=True))
    right, bottom = paint_scene(canvas, picture, scene, turned=look.turned)
    right = max(right, SIZES.margin + text_width(columns(look.title), 14))
    numbers = numbers_in_words(picture, look.edges, scene.left_out)
    if look.theme == PRINT and picture.graph.full_scale is not None:
        numbers.append("dashed: a negative flow")
    width, height = _paint_legend(canvas, picture, right, bottom + 14, numbers)
    return canvas.finish(width, height, look.title or f"Computation graph of {picture.graph.title}", describe(picture))


# --- frames, links and cards ------------------------------------------------------------------------------


def paint_scene(canvas: Canvas, picture: Picture, scene: Scene, *, turned: bool = False) -> tuple[float, float]:
    """Paint everything of a picture but its title and legend, and return how far it reaches to the right and down."""
    painter = _Painter(canvas, picture, scene, turned=turned)
    for scope, frame in scene.frames:
        painter.frame(scope, frame)
    painter.links()
    for card in picture.cards:
        painter.card(card, scene.cards[card.key])
    for label in scene.labels:
        painter.label(label)
    boxes = [*scene.cards.values(), *(box for _, box in scene.frames), *(label.box for label in scene.labels)]
    right = max([box.right for box in boxes] + [point.x for curve in scene.curves for point in curve])
    bottom = max([box.bottom for box in boxes] + [point.y for curve in scene.curves for point in curve])
    return right, bottom


def fineness(picture: Picture) -> float:
    """How fine the lines of the links are: the finer, the more there are."""
    return 1.0 if len(picture.links) <= 80 else 0.75 if len(picture.links) <= 160 else 0.5


def _is_broken(x: float | None) -> bool:
    return x is not None and not math.isfinite(x)


class _Painter:
    """A picture on its canvas, part by part."""

    def __init__(self, canvas: Canvas, picture: Picture, scene: Scene, *, turned: bool) -> None:
        self._canvas = canvas
        self._picture = picture
        self._graph = picture.graph
        self._scene = scene
        self._turned = turned
        names = {card.key: card.name for card in picture.cards}
        self._tips = [_link_words(picture.graph, link, names) if canvas.has_tooltips else "" for link in picture.links]
        self._steps = [0 if link.faint else self._step(link.flow) for link in picture.links]

    def _step(self, gradient: float | None) -> int:
        return step_of(gradient, self._graph.full_scale)

    def frame(self, scope: Scope, box: Box) -> None:
        """A frame, and as much of its name as has room."""
        self._canvas.box(box, _frame_role(scope), Stroke("frame-line", 0.8), radius=8)
        room = max(1, int((box.width - 18) / text_width(1, SIZES.text)))
        name = scope[-1] if len(scope[-1]) <= room else f"{scope[-1][: room - 1]}…"
        self._canvas.text(Point(box.x + 9, box.y + 15), name, Type("muted", SIZES.text))

    # --- links ---

    def links(self) -> None:
        """Every link along its curve with an arrow head, the strong over the weak."""
        fine = fineness(self._picture)
        for k in sorted(range(len(self._steps)), key=lambda k: abs(self._steps[k])):
            link, curve, step = self._picture.links[k], self._scene.curves[k], self._steps[k]
            broken, slipped = _is_broken(link.flow), not self._graph.slipped.isdisjoint(link.edges)
            role = "alarm" if broken or slipped else line_role(step)
            width = max(line_width(step), SLIPPED if slipped else 0.0) * fine
            self._canvas.open_group(f"e{k}", self._tips[k], link={"from": link.source, "to": link.target})
            self._canvas.curve(curve, Stroke(role, width, "4 3" if broken else ""))
            half = (2.6 + 0.4 * abs(step)) * fine
            end = curve[-1].turned() if self._turned else curve[-1]
            head = [end.moved(-0.5, -half), end.moved(-0.5, half), end.moved(ARROW, 0.0)]
            self._canvas.shape([corner.turned() for corner in head] if self._turned else head, role)
            self._canvas.close_group()

    def label(self, label: Label) -> None:
        """The numbers of a link, on a small plate of the colour around them where the line runs behind."""
        self._canvas.open_group(f"l{label.link}", self._tips[label.link])
        box, step = label.box, self._steps[label.link]
        if not label.beside:
            middle = Box(*box.middle, 0.1, 0.1)
            around = [_frame_role(scope) for scope, frame in self._scene.frames if frame.overlaps(middle)]
            self._canvas.box(box, (around or ["canvas"])[-1], radius=2)
        tone = f"type-{'plus' if step > 0 else 'minus'}" if step else "muted"
        flow_role = "alarm" if _is_broken(self._picture.links[label.link].flow) else tone
        for i, row in enumerate(label.rows):
            base = (box.bottom - ROW if i else box.y) + ROW / 2 + SIZES.label * 0.36
            anchors = [("middle", box.middle.x)] if len(row) == 1 else [("start", box.x + 2), ("end", box.right - 2)]
            for text, (anchor, x) in zip(row, anchors, strict=True):
                is_flow = text[0] not in "×Σ"
                style = Type(flow_role if is_flow else "muted", SIZES.label, anchor, bold=is_flow)
                self._canvas.text(Point(x, base), text, style)
        self._canvas.close_group()

    # --- cards ---

    def card(self, card: Card, box: Box) -> None:
        """One card with its tooltip, and the bar of the flows that add up at it."""
        self._loose_ends(card, box)
        words = _card_words(self._picture, card) if self._canvas.has_tooltips else ""
        self._canvas.open_group(card.key, words, at=Point(box.x, box.y))
        if card.kind == "fold" or card.node is None:
            self._fold(card, box)
        else:
            self._value(card, card.node, box)
        bar = self._scene.bars.get(card.key, ())
        if len(bar) > 1 and any(segment.flow is not None for segment in bar):
            self._bar(box, bar)
        self._canvas.close_group()

    def _loose_ends(self, card: Card, box: Box) -> None:
        """Short broken lines where a card has operands, or uses, that are not in the picture."""
        for shown, side in ((card.hidden_operands, -1.0), (card.hidden_flows, 1.0)):
            if shown:
                near = box.middle.moved(*self._along(side * (box.height if self._turned else box.width) / 2))
                far = near.moved(*self._along(side * LOOSE))
                self._canvas.curve([near, near, far, far], Stroke("faint", 1.2, "2 2"))

    def _along(self, way: float) -> tuple[float, float]:
        """A step of a length along the flow."""
        return (0.0, way) if self._turned else (way, 0.0)

    def _value(self, card: Card, node: int, box: Box) -> None:
        canvas, data, grad = self._canvas, self._graph.values[node].data, self._graph.grads[node]
        faint = grad is not None and abs(grad) < self._picture.min_flow
        ink = "muted" if faint else "ink"
        radius = 12.0 if card.kind == "input" else 5.0
        line = Stroke("faint" if faint else "line", dash="4 3" if card.kind == "constant" else "")
        if card.is_root or node == self._graph.turn:
            line = Stroke("ink", 3.6 if node == self._graph.turn else 2.4)
        if node in self._graph.claims:
            line = Stroke("alarm", 2.4)
        canvas.box(box, "card", line, radius=radius)
        if card.kind == "parameter":
            canvas.box(Box(box.x, box.y + 4, 4, box.height - 8), "faint" if faint else "parameter", radius=2)
        top = box.y + (box.height - _content_height(self._picture, card)) / 2
        left, right = box.x + SIZES.pad + 1, box.right - SIZES.pad - (0 if self._turned else BAR)
        row = Box(left - 3, top, right - left + 6, CHIP)
        for k, account in enumerate(self._graph.account_lines(node)):
            self._account(account, Box(row.x, top + 36 + CHIP + k * LINE, row.width, LINE))
        self._head(card, Box(left, top, right - left, 0), ink)
        finite = math.isfinite(data)
        if not finite:
            canvas.hatched(Box(row.x, top + 20, row.width, CHIP - 1), data=True)
        canvas.text(Point(left, top + 30), "data", Type("muted" if finite else "alarm-type", SIZES.small))
        style = Type(ink if finite else "alarm-type", SIZES.text, "end", bold=not finite)
        canvas.text(Point(right, top + 30), datum(data), style)
        words, shown = (_grad_word(self._graph, node), signed(grad)), None if faint else grad
        self._chip(row.moved(0, 35), words, shown, chip_roles(self._step(shown)))

    def _account(self, line: Line, box: Box) -> None:
        """A part of the gradient above."""
        self._canvas.open_account()
        if line.hatched:
            self._canvas.striped(Box(box.x, box.y + 0.5, box.width, box.height - 1))
        base = box.middle.y + SIZES.text * 0.36
        self._canvas.text(Point(box.x + 4, base), line.word, Type("muted", SIZES.small))
        self._canvas.text(Point(box.right - 4, base), line.number, Type(line.role, SIZES.text, "end"))
        self._canvas.close_account()

    def _head(self, card: Card, room: Box, ink: str = "ink") -> None:
        self._canvas.text(Point(room.x, room.y + 16), cut(card.name), Type(ink, SIZES.name, bold=True))
        if card.tag:
            self._canvas.text(Point(room.right, room.y + 16), card.tag, Type("muted", SIZES.small, "end"))

    def _chip(self, chip: Box, words: tuple[str, str], gradient: float | None, roles: tuple[str, str]) -> None:
        """A word and a number on the colour of their strength: blank if nothing is computed, hatched if not finite."""
        fill, ink = ("blank", "muted") if gradient is None else roles
        if _is_broken(gradient):
            ink = "alarm-type"
            self._canvas.hatched(chip)
        else:
            self._canvas.box(chip, fill, radius=3)
        base = chip.middle.y + SIZES.text * 0.36
        self._canvas.text(Point(chip.x + 4, base), words[0], Type(ink, SIZES.small))
        self._canvas.text(Point(chip.right - 4, base), words[1], Type(ink, SIZES.text, "end", bold=True))

    def _bar(self, box: Box, bar: Sequence[Segment]) -> None:
        """The flows that add up here, each as long as its share."""
        for segment in bar:
            fill = "alarm" if _is_broken(segment.flow) else chip_roles(self._step(segment.flow))[0]
            length = max(segment.length - 1.0, 1.0)
            part = (
                Box(box.x + segment.start, box.bottom - BAR, length, BAR)
                if self._turned
                else Box(box.right - BAR, box.y + segment.start, BAR, length)
            )
            self._canvas.box(part, fill, Stroke("line", 0.6))

    def _fold(self, card: Card, box: Box) -> None:
        canvas = self._canvas
        front = Box(box.x, box.y, box.width - STACK, box.height - STACK)
        for k in (2, 1, 0):
            canvas.box(front.moved(k * STACK / 2, k * STACK / 2), "card", Stroke("line"), radius=5)
        left, right = front.x + SIZES.pad + 1, front.right - SIZES.pad
        top = box.y + (box.height - SIZES.fold_height) / 2
        self._head(card, Box(left, top, right - left, 0))
        canvas.text(Point(left, top + 29), _contents(self._picture, card), Type("muted", SIZES.small))
        if card.node is not None:
            name, data = cut(self._graph.name(card.node), 10), self._graph.values[card.node].data
            canvas.text(Point(left, top + 43), name, Type("ink", SIZES.small))
            canvas.text(Point(right, top + 43), datum(data), Type("ink", SIZES.text, "end"))
        elif card.outputs < len(card.members):
            canvas.text(Point(left, top + 43), count(card.outputs, "output"), Type("muted", SIZES.small))
        largest = peak(self._graph, card.members)
        words = "max |∂|", signed(largest).removeprefix("+")
        self._chip(Box(left - 3, top + 48, right - left + 6, CHIP), words, largest, size_roles(self._step(largest)))


def _frame_role(scope: Scope) -> str:
    """The role of a frame's colour; frames within one another alternate."""
    return "frame1" if len(scope) % 2 else "frame2"


# --- the legend -------------------------------------------------------------------------------------------


def _paint_legend(
    canvas: Canvas, picture: Picture, right: float, top: float, numbers: Sequence[str]
) -> tuple[float, float]:
    """The scale of the colours, and words, beneath the picture, in as many rows as its width needs.

    Returns:
        The size of the whole.
    """
    width = max(right, LEAST_WIDTH)
    x, y = SIZES.margin, top + 4
    if picture.graph.full_scale is not None:
        x = _paint_scale(canvas, number(picture.graph.full_scale), Point(x, y)) + LEGEND_SPACE
        width = max(width, x - LEGEND_SPACE)
    for words in _sentences(picture, numbers):
        length = text_width(len(words), SIZES.small)
        if x > SIZES.margin and x + length > width:
            x, y = SIZES.margin, y + LEGEND_ROW
        canvas.text(Point(x, y + 10), words, Type("muted", SIZES.small))
        x += length + LEGEND_SPACE
        width = max(width, x - LEGEND_SPACE)
    return width + SIZES.margin, y + LEGEND_ROW + SIZES.margin / 2


def _paint_scale(canvas: Canvas, most: str, at: Point) -> float:
    """The thirteen colours; how far to the right they reach."""
    x, base = at.x, at.y + 10
    words = f"gradient  −{most}"
    canvas.text(Point(x, base), words, Type("muted", SIZES.small))
    x += text_width(len(words), SIZES.small) + 6
    for step in range(-STEPS, STEPS + 1):
        canvas.box(Box(x, at.y, SWATCH, SWATCH), chip_roles(step)[0], Stroke("line", 0.4))
        x += SWATCH
    words = f"+{most}  steps at {BOUNDS_IN_WORDS} of it"
    canvas.text(Point(x + 6, base), words, Type("muted", SIZES.small))
    return x + 6 + text_width(len(words), SIZES.small)


def _sentences(picture: Picture, numbers: Sequence[str]) -> list[str]:
    graph = picture.graph
    computed = graph.full_scale is not None
    nodes = [card.node for card in picture.cards if card.node is not None]
    words = [picture.extent, *graph.legend()]
    if not computed:
        words.append(_no_scale(graph))
    if len(graph) == 1 and graph.values[0].op is None:
        words.append("a leaf: it was not computed from anything that is recorded")
    words += numbers
    if any(len(graph.flow_edges(i)) > 1 for i in nodes):
        words.append(SHARES if computed else SHARES.partition(",")[0])
    if any(card.kind == "fold" for card in picture.cards):
        words.append("max |∂|: the largest gradient within, in grey")
    if any(not math.isfinite(graph.values[i].data) or _is_broken(graph.grads[i]) for i in nodes):
        words.append("hatched: nan or inf")
    return words


def _no_scale(graph: Graph) -> str:
    """Why there is no scale of colours."""
    if graph.to_fill_in:
        return "· the gradient is to be filled in"
    if graph.grads[graph.root] is None:
        return "· no gradient yet: call backward()"
    return "all gradients are 0" if not any(graph.grads) else "no gradient is finite"


# --- the picture in words ---------------------------------------------------------------------------------


def describe(picture: Picture) -> str:
    """The picture in words, for somebody who cannot see it."""
    graph = picture.graph
    words = [
        f"{picture.extent}, {count(len(picture.links), 'edge')}.",
        *(f"Output {graph.name(root)} = {number(graph.values[root].data)}." for root in graph.roots),
        *(f"{said[0].upper()}{said[1:]}." for said in graph.legend()),
    ]
    parameters = [(abs(grad), -i) for i in graph.parameters if (grad := graph.grads[i]) is not None]
    finite = [(size, i) for size, i in parameters if math.isfinite(size)]
    if len(finite) < len(parameters):
        words.append(f"Not finite: the gradient of {count(len(parameters) - len(finite), 'parameter')}.")
    if finite:
        _, i = max(finite)
        words.append(f"Largest parameter gradient: {graph.name(-i)}, {signed(graph.grads[-i])}.")
    elif graph.grads[graph.root] is None:
        words.append("Gradients are not computed.")
    return " ".join(words)


def _card_words(picture: Picture, card: Card) -> str:
    """A card in words: its name and formula, its number, and the flows that make up its gradient."""
    graph = picture.graph
    lines = _fold_lines(graph, card) if card.kind == "fold" else []
    return "\n".join(lines if card.node is None else [*lines, *_value_lines(graph, card.node)])


def _fold_lines(graph: Graph, card: Card) -> list[str]:
    shown = ", ".join(graph.name(i) for i in card.members[:MOST_TERMS])
    more = f" … and {len(card.members) - MOST_TERMS:,} more" if len(card.members) > MOST_TERMS else ""
    where = " / ".join((*card.scope, card.name))
    return [f"{where}: {count(len(card.members), 'value')}", clean(shown) + more]


def _value_lines(graph: Graph, i: int) -> list[str]:
    name, formula, data, scope = graph.name(i), graph.formula(i), graph.values[i].data, graph.scope(i)
    exact = f", exactly {data!r}".replace("-", "−") if is_rounded(data) else ""
    lines = [
        f"{name} = {formula}" if formula and formula != name else name,
        f"data {number(data)}{exact}",
        f"grad {_sum_of_flows(graph, i)}",
        " · ".join([*([" / ".join(scope)] if scope else []), graph.kind(i), f"v{i}"]),
    ]
    return list(map(clean, lines))


def _sum_of_flows(graph: Graph, i: int) -> str:
    """The gradient of node ``i`` as the sum of its flows, ``+0.0251 +0.3034 = +0.3285``.

    A leaf may hold more than the flows of the last pass, a hook may have changed their sum: then that is told.
    """
    grad, account = graph.grads[i], graph.accounts.get(i)
    words = f"; {account.words}" if account else ""
    if grad is None:
        return f"not computed: call backward(){words}"
    flows = [flow for e in graph.flow_edges(i) if (flow := graph.flows[e]) is not None]
    if not flows:
        return f"{signed(grad)}{words}"
    total = sum(flows)
    terms = " ".join(signed(flow) for flow in flows[:MOST_TERMS])
    if len(flows) > MOST_TERMS:
        terms += f" … {len(flows) - MOST_TERMS:,} more"
    written = f"{terms} = {signed(total)}" if len(flows) > 1 else signed(total)
    if i in graph.roots and len(graph.roots) > 1:
        written = f"{terms} +1.0000 = {signed(total + 1.0)}"
    if account is None:
        return written
    of_which = "of which the flows" if account.earlier is not None else "and the flows"
    return f"{signed(grad)}, {of_which} of the last pass: {written}{words}"


def _link_words(graph: Graph, link: Link, names: Mapping[str, str]) -> str:
    """A link in words: the local derivative, and the flow; ``names`` are those of the cards, by their keys."""
    head = f"{names[link.source]} → {names[link.target]}"
    if link.local is None:
        kind = f"{count(len(link.edges), 'flow')}"
        if link.flow is None:
            return clean(f"{head}\n{kind}, not computed")
        return "\n".join([clean(head), f"{kind}, {'together' if link.of_one else 'the largest'} {signed(link.flow)}"])
    edge = graph.edge(link.edges[0])
    local = f"local derivative {number(link.local)}"
    if link.flow is None:
        return "\n".join([clean(head), local, "flow not computed: call backward()"])
    return "\n".join([clean(head), local, f"flow {signed(link.flow)} into {clean(graph.name(edge.source))}"])
