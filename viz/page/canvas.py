"""The painter's canvas in a page: colours follow the page's theme, and every part can be found by its script."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from html import escape

from viz.picture.geometry import Box, Point, trim
from viz.picture.svg import Canvas, Stroke, Type
from viz.style import ROLES, SIZES

__all__ = ["PageCanvas", "colour_rules"]

_PARTS = {"n": "card", "g": "card", "e": "link", "l": "label"}
"""What a part of a picture is, by the first letter of its name."""
_LINES = ("line", "frame-line", "ink", "faint", "alarm")
"""What the roles of strokes begin with."""


class PageCanvas(Canvas):
    """A canvas whose colours are classes, and whose parts say what they are.

    >>> canvas = PageCanvas()
    >>> canvas.box(Box(0, 0, 10, 10), "card")
    >>> canvas.fragment("full", 20, 20, "One card").splitlines()[1]
    '<rect x="0" y="0" width="10" height="10" class="f-card"/>'
    """

    def __init__(self) -> None:
        super().__init__("light")
        self._origin = Point(0.0, 0.0)

    def _paint(self, **roles: str | None) -> str:
        return _class([f"{attribute[0]}-{role}" for attribute, role in roles.items() if role])

    def box(self, box: Box, fill: str | None, stroke: Stroke | None = None, *, radius: float = 0.0) -> None:
        """A rectangle; in a card its place is counted from the card's corner."""
        super().box(box.moved(-self._origin.x, -self._origin.y), fill, stroke, radius=radius)

    def text(self, at: Point, text: str, style: Type) -> None:
        """One line of type; how it is set are classes too, for there are many."""
        size = f"t{style.size:.0f}" if style.size != SIZES.text else ""
        role = f"f-{style.role}" if style.role != "ink" else ""
        marks = _class([size, "b" * style.bold, style.anchor[0] if style.anchor != "start" else "", role])
        x, y = trim(at.x - self._origin.x), trim(at.y - self._origin.y)
        self._parts.append(f'<text x="{x}" y="{y}"{marks}>{escape(text)}</text>')

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
        Canvas.close_group(self)

    def open_group(
        self,
        name: str,
        about: str = "",  # noqa: ARG002 -- the panel says it, with the present numbers
        *,
        link: Mapping[str, str] | None = None,  # noqa: ARG002 -- the script knows it
        at: Point | None = None,
    ) -> None:
        """Begin a card, a link or a label."""
        self._origin = at or Point(0.0, 0.0)
        place = f' transform="translate({trim(at.x)} {trim(at.y)})"' if at else ""
        self._parts.append(f'<g class="{_PARTS[name[0]]}" data-key="{name}"{place}>')

    def close_group(self) -> None:
        """End it."""
        super().close_group()
        self._origin = Point(0.0, 0.0)

    def fragment(self, level: str, width: float, height: float, about: str) -> str:
        """What was painted as an ``<svg>`` element of the page."""
        across, down = math.ceil(width), math.ceil(height)
        opening = (
            f'<svg class="level" data-level="{level}" width="{across}" height="{down}" viewBox="0 0 {across} {down}"'
            f' role="graphics-document document" aria-label="{escape(about)}" font-family="{escape(SIZES.font)}">'
        )
        return "\n".join([opening, *self._parts, "</svg>"])


def _class(names: Iterable[str]) -> str:
    """The classes of an element; most are what an element of its kind is without any."""
    said = " ".join(filter(None, names))
    return f' class="{said}"' if said else ""


def colour_rules() -> str:
    """The style rules that give every role its colour, in light and in dark."""
    colours = "".join(f"--{role}:light-dark({light},{dark});" for role, (light, dark) in ROLES.items())
    fills = "".join(f".f-{role}{{fill:var(--{role})}}" for role in ROLES)
    strokes = "".join(f".s-{role}{{stroke:var(--{role})}}" for role in ROLES if role.startswith(_LINES))
    themes = "".join(f":root[data-theme={theme}]{{color-scheme:{theme}}}" for theme in ("light", "dark"))
    return "\n".join([f":root{{color-scheme:light dark;{colours}}}", themes, fills + strokes])
