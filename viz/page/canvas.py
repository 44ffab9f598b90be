"""The painter's canvas in a page: colours follow the page's theme, and every part can be found by its script."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

from viz.geometry import Box, Point
from viz.style import ROLES, SIZES
from viz.svg import Canvas, Type

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

    def _paint(self, **roles: str | None) -> str:
        # Without a class a shape is black inside, and has no line.
        classes = [
            f"{attribute[0]}-{role or 'none'}" for attribute, role in roles.items() if role or attribute == "fill"
        ]
        return f' class="{" ".join(classes)}"'

    def text(self, at: Point, text: str, style: Type) -> None:
        """One line of type; how it is set are classes too, for there are many."""
        marks = f"t{style.size:.0f}", "b" * style.bold, style.anchor[0] if style.anchor != "start" else ""
        classes = " ".join([*filter(None, marks), f"f-{style.role}"])
        self._parts.append(f'<text x="{at.x:.1f}" y="{at.y:.1f}" class="{classes}">{escape(text)}</text>')

    def hatched(self, box: Box, radius: float, *, data: bool = False) -> None:
        """A chip like any other: the page hatches it by its class, for a number may become finite again."""
        if not data:
            self.box(box, "broken", radius=radius)

    def open_group(
        self,
        name: str,
        about: str = "",  # noqa: ARG002 -- the panel says it, with the present numbers
        *,
        link: Mapping[str, str] | None = None,  # noqa: ARG002 -- the script knows it
    ) -> None:
        """Begin a card, a link or a label."""
        self._parts.append(f'<g class="{_PARTS[name[0]]}" data-key="{name}">')

    def fragment(self, level: str, width: float, height: float, about: str) -> str:
        """What was painted as an ``<svg>`` element of the page."""
        across, down = math.ceil(width), math.ceil(height)
        opening = (
            f'<svg class="level" data-level="{level}" width="{across}" height="{down}" viewBox="0 0 {across} {down}"'
            f' role="graphics-document document" aria-label="{escape(about)}" font-family="{escape(SIZES.font)}">'
        )
        return "\n".join([opening, *self._parts, "</svg>"])


def colour_rules() -> str:
    """The style rules that give every role its colour, in light and in dark."""
    light = "".join(f"--{role}:{colours.light};" for role, colours in ROLES.items())
    dark = "".join(f"--{role}:{colours.dark};" for role, colours in ROLES.items())
    fills = "".join(f".f-{role}{{fill:var(--{role})}}" for role in ROLES)
    strokes = "".join(f".s-{role}{{stroke:var(--{role})}}" for role in ROLES if role.startswith(_LINES))
    return "\n".join(
        [
            f":root{{color-scheme:light;{light}}}",
            f"@media (prefers-color-scheme:dark){{:root[data-theme=auto]{{color-scheme:dark;{dark}}}}}",
            f":root[data-theme=dark]{{color-scheme:dark;{dark}}}",
            fills + strokes + ".f-none{fill:none}",
        ]
    )
