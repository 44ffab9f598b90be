"""The pictures of a page: one for each level of detail, laid out beforehand, in classes that its script can find.

Colours follow the page's theme, and every part says by its name to which card or link it belongs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from viz.errors import DiagramError
from viz.graph import Graph
from viz.page.languages import Language
from viz.picture.canvas import Box, Canvas, Point, Stroke, Type, curve_path, polygon_path, trim
from viz.picture.fold import LEAF_TAGS, Card, Link, Picture, fold
from viz.picture.links import LONGEST, numbers_in_words
from viz.picture.paint import Look, arrange, fineness, paint_scene
from viz.style import BOUNDS, BOUNDS_IN_WORDS, ROLES, SIZES, STEPS, chip_roles, line_role, line_width, size_roles
from viz.text import count

__all__ = ["LAID_OUT", "MOST_VALUES", "SCALE", "PageCanvas", "levels_of", "scale_of_colours", "style_rules"]

LAID_OUT = 1_500
"""Up to how many values a page has a picture with a card for each."""
MOST_VALUES = 200_000
"""Up to how many values a page steps through at all."""

_TITLES = {"full": "every value", "neurons": "neurons", "layers": "layers", "ends": "both ends"}
_PARTS = {"n": "card", "g": "card", "e": "link", "l": "label"}
"""The kind of a part of a picture, by the first letter of its name."""
_LINES = ("line", "frame-line", "ink", "faint", "alarm")
"""The roles of strokes, beside those of links."""
_ONLY_FILLS = ("on-", "size", "line-", "type-")
"""How the roles begin that no rule but their own speaks of."""

SCALE: dict[str, Any] = {
    "steps": STEPS,
    "bounds": BOUNDS,
    "boundsInWords": BOUNDS_IN_WORDS,
    "chips": [chip_roles(step) for step in range(-STEPS, STEPS + 1)],
    "sizes": [size_roles(step) for step in range(STEPS + 1)],
    "lines": [line_role(step) for step in range(-STEPS, STEPS + 1)],
    "advance": SIZES.em,
    "text": SIZES.text,
    "small": SIZES.small,
    "longest": LONGEST,
}
"""The look of the present numbers, as the script reads it: the roles of each step, and the widths of type."""


# --- levels -----------------------------------------------------------------------------------------------


def levels_of(graph: Graph, language: Language) -> list[tuple[str, dict[str, Any]]]:
    """Every level that shows something of its own, the finest first: its picture, and its meaning for the script.

    Raises:
        DiagramError: the graph is too big for any.
    """
    if len(graph) > MOST_VALUES:
        raise DiagramError(
            f"a page steps through at most {MOST_VALUES:,} values; this graph has {len(graph):,}. "
            f"Step through a part of it, from an inner value as the root, or draw(root, focus=node) a neighbourhood."
        )
    return [_level(picture, language) for picture in _pictures(graph)]


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


def _level(picture: Picture, language: Language) -> tuple[str, dict[str, Any]]:
    for card in picture.cards:
        if card.tag == LEAF_TAGS.get(card.kind):
            card.tag = language.words["kinds"][card.kind]
    scene = arrange(picture, Look(moving=True))
    canvas = PageCanvas(language)
    right, bottom = paint_scene(canvas, picture, scene)
    words = language.list_of(f"{picture.extent}, {count(len(picture.links), 'edge')}", ", ")
    svg = canvas.fragment(picture.detail, right + SIZES.margin, bottom + SIZES.margin, words, fineness(picture))
    return svg, {
        "detail": picture.detail,
        "title": language.of(_TITLES[picture.detail]),
        "about": words,
        "numbers": "; ".join(map(language.of, numbers_in_words(picture, "auto", scene.left_out))),
        "cards": [_card(picture.graph, card) for card in picture.cards],
        "links": [_link(picture.graph, link) for link in picture.links],
        "bars": {key: [segment.link for segment in bar] for key, bar in scene.bars.items()},
    }


def _card(graph: Graph, card: Card) -> int | list[Any]:
    """The meaning of a card: of one that is a value by its own name, just its node."""
    said = [card.key, card.node, None if card.members == [card.node] else card.members, card.name]
    node = card.node or 0
    return node if said == [f"n{node}", node, None, graph.name(node)] else said


def _link(graph: Graph, link: Link) -> int | list[Any]:
    """The meaning of a link: of one that is an edge between two such cards, just its edge."""
    said, edge = [link.source, link.target, link.edges, link.of_one], link.edges[0]
    alone = [f"n{graph.sources[edge]}", f"n{graph.targets[edge]}", [edge], link.of_one]
    return edge if said == alone else said


# --- the canvas -------------------------------------------------------------------------------------------


class PageCanvas(Canvas):
    """A canvas whose colours are classes, and whose parts say what they are.

    >>> from viz.page.languages import language_of
    >>> canvas = PageCanvas(language_of("en"))
    >>> canvas.box(Box(0, 0, 10, 10), "card")
    >>> canvas.fragment("full", 20, 20, "One card").partition(">")[2]
    '<rect width="10" height="10" class="f-card"/></svg>'
    """

    has_tooltips = False

    def __init__(self, language: Language) -> None:
        super().__init__("light")
        self._language = language
        self._origin = Point(0.0, 0.0)
        self._group = ""
        """The kind of the part that is being painted: one of _PARTS."""

    def _rectangle(self, box: Box, radius: float, attributes: str) -> None:
        place = "".join(f' {name}="{trim(x)}"' for name, x in (("x", box.x), ("y", box.y)) if x)
        rounded = f' rx="{trim(radius)}"' if radius else ""
        self._parts.append(f'<rect{place} width="{trim(box.width)}" height="{trim(box.height)}"{rounded}{attributes}/>')

    def _paint(self, **roles: str | None) -> str:
        return _class([f"{attribute[0]}-{role}" for attribute, role in roles.items() if role])

    def box(self, box: Box, fill: str | None, stroke: Stroke | None = None, *, radius: float = 0.0) -> None:
        """A rectangle; in a card its place is counted from the card's corner."""
        super().box(box.moved(-self._origin.x, -self._origin.y), fill, stroke, radius=radius)

    def text(self, at: Point, text: str, style: Type) -> None:
        """One line of type; how it is set are classes too, for there are many."""
        if style.role == "muted" and style.size == SIZES.small:
            text = self._language.of(text)  # what a picture says of itself; names of users are larger
        usual = ("middle", SIZES.label) if self._group == "label" else ("start", SIZES.text)
        size = f"t{style.size:.0f}" if style.size != usual[1] else ""
        role = f"f-{style.role}" if style.role != "ink" else ""
        marks = _class([size, "b" * style.bold, style.anchor[0] if style.anchor != usual[0] else "", role])
        x, y = trim(at.x - self._origin.x), trim(at.y - self._origin.y)
        self._parts.append(f'<text x="{x}" y="{y}"{marks}>{escape(text)}</text>')

    def curve(self, curve: Sequence[Point], stroke: Stroke) -> None:
        """A chain of Béziers; how a link is drawn says its group, for its line and its arrow head."""
        if self._group != "link":
            super().curve(curve, stroke)
            return
        role = f" {stroke.role}" if stroke.role != "faint" else ""
        self._parts[-1] = self._parts[-1].replace('"link"', f'"link{role}"')
        dash = stroke._replace(width=1.0).attributes()
        self._parts.append(f'<path d="{curve_path(curve)}"{dash}/>')

    def shape(self, points: Sequence[Point], role: str) -> None:
        """A filled polygon; the head of a link has the colour of its group."""
        if self._group == "link":
            self._parts.append(f'<path d="{polygon_path(points)}"/>')
        else:
            super().shape(points, role)

    def hatched(self, box: Box, *, data: bool = False) -> None:
        """A chip like any other: the page hatches it by its class, for a number may become finite again."""
        if not data:
            self.box(box, "broken", radius=3)

    def striped(self, box: Box) -> None:
        """Grey stripes, by a class."""
        self.box(box, "striped", radius=3)

    def open_account(self) -> None:
        """Begin lines of a card that are hidden once a leaf is moved, for they are of the graph as it was built."""
        self._parts.append('<g class="account">')

    def close_account(self) -> None:
        """End them; the card goes on."""
        super().close_group()

    def open_group(
        self,
        name: str,
        about: str = "",  # noqa: ARG002 -- the panel says it, with the present numbers
        *,
        link: Mapping[str, str] | None = None,  # noqa: ARG002 -- the script knows it
        at: Point | None = None,
    ) -> None:
        """Begin a card, a link or a label."""
        self._origin, self._group = at or Point(0.0, 0.0), _PARTS[name[0]]
        place = f' transform="translate({trim(at.x)} {trim(at.y)})"' if at else ""
        self._parts.append(f'<g class="{self._group}" data-key="{name}"{place}>')

    def close_group(self) -> None:
        """End it."""
        super().close_group()
        self._origin, self._group = Point(0.0, 0.0), ""

    def fragment(self, level: str, width: float, height: float, about: str, fine: float = 1.0) -> str:
        """Everything painted, as an ``<svg>`` element of the page."""
        across, down = math.ceil(width), math.ceil(height)
        opening = (
            f'<svg class="level" data-level="{level}" data-fine="{fine:g}" width="{across}" height="{down}"'
            f' viewBox="0 0 {across} {down}"'
            f' role="graphics-document document" aria-label="{escape(about)}">'
        )
        return "".join([opening, *self._parts, "</svg>"])


def _class(names: Iterable[str]) -> str:
    """The classes of an element; most are what an element of its kind is without any."""
    said = " ".join(filter(None, names))
    return f' class="{said}"' if said else ""


def style_rules() -> str:
    """The style rules that give every role its colour, in light and in dark, and type its size."""
    shared = {role: colours for role, colours in ROLES.items() if not role.startswith(_ONLY_FILLS)}
    colours = "".join(f"--{role}:light-dark({light},{dark});" for role, (light, dark) in shared.items())
    fills = "".join(f".f-{role}{{fill:var(--{role})}}" for role in shared)
    alike: dict[tuple[str, str], list[str]] = {}
    for role in ROLES.keys() - shared.keys():
        alike.setdefault(ROLES[role], []).append(role)
    for (light, dark), roles in sorted(alike.items()):
        chosen = ",".join(f".f-{role}" for role in sorted(roles) if not role.startswith("line-"))
        fills += f"{chosen}{{fill:light-dark({light},{dark})}}" if chosen else ""
    strokes = "".join(f".s-{role}{{stroke:var(--{role})}}" for role in _LINES)
    links = "".join(_link_rule(step) for step in range(-STEPS, STEPS + 1))
    themes = "".join(f":root[data-theme={theme}]{{color-scheme:{theme}}}" for theme in ("light", "dark"))
    types = {":where(.level)": SIZES.text, ":where(.label)": SIZES.label, ".t10": SIZES.small, ".t12": SIZES.name}
    sizes = "".join(f"{chosen}{{font-size:{size:g}px}}" for chosen, size in types.items())
    mono = f"--mono:{SIZES.font};"
    return "\n".join([f":root{{color-scheme:light dark;{mono}{colours}}}", themes, fills + strokes + links + sizes])


def _link_rule(step: int) -> str:
    """The rule for links of a step: their colour, and how broad they are."""
    role, width = line_role(step), line_width(step)
    light, dark = ROLES[role]
    chosen = f".link.{role}" if step else ".link"
    return f"{chosen}{{color:light-dark({light},{dark});stroke-width:calc({width:g}px*var(--fine,1))}}"


def scale_of_colours() -> str:
    """The colours of the legend, from the strongest negative gradient to the strongest positive, as SVG."""
    boxes = "".join(
        f'<rect x="{14 * k}.5" y="0.5" width="13" height="13" class="f-{chip}"/>'
        for k, (chip, _) in enumerate(SCALE["chips"])
    )
    return f'<svg width="{14 * (2 * STEPS + 1)}" height="14" aria-hidden="true">{boxes}</svg>'
