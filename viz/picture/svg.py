"""The canvas: boxes, curves and type as SVG.

Colours are literal attributes, so that every converter and editor shows them; for ``theme="auto"`` one style rule,
scoped by the id of the picture, replaces them where the reader prefers dark. All ids begin with a hash of the
content: several pictures stand in one page without meeting, and the same picture is always the same bytes.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import ClassVar, NamedTuple

from viz.picture.geometry import Box, Point, curve_path, polygon_path, trim
from viz.style import DASHED, PRINT, ROLES, SIZES, grey_role

__all__ = ["Canvas", "Stroke", "Type", "text_width"]

LEAST_SCALE = 0.8
"""How far a page may shrink a wide picture to its own width: beyond that, type would be too small to read."""

PATTERNS = {"h": ("alarm", 6, "1.2", "0.35"), "s": ("faint", 5, "1.2", "0.45")}
"""Stripes, hatched and plain: the role of their colour, how far apart they are, how broad and how strong."""

_ID = "\x00id\x00"
"""Stands for the id until the content is known; a control character, so no label can hold it."""


def text_width(columns: int, size: float) -> float:
    """The width of ``columns`` characters of type of ``size``."""
    return columns * size * SIZES.em


class Stroke(NamedTuple):
    """How a line is drawn."""

    role: str
    width: float = 1.0
    dash: str = ""

    def attributes(self) -> str:
        """Its width and dashes, as attributes; its colour follows the theme."""
        width = f' stroke-width="{self.width:.1f}"' if self.width != 1.0 else ""
        return f'{width} stroke-dasharray="{self.dash}"' if self.dash else width


class Type(NamedTuple):
    """How a line of type is set."""

    role: str
    size: float
    anchor: str = "start"
    bold: bool = False


class Canvas:
    """SVG as it is painted, back to front.

    Args:
        theme: ``"auto"``, ``"light"``, ``"dark"``, or ``"print"``.
    """

    has_tooltips: ClassVar[bool] = True
    """Whether a part says what it is; a page says it in its panel, with the present numbers."""

    def __init__(self, theme: str) -> None:
        self._theme = theme
        self._parts: list[str] = []
        self._used: set[tuple[str, str]] = set()
        self._patterns: set[str] = set()

    def _paint(self, **roles: str | None) -> str:
        """The attributes that fill or stroke with roles, and the classes by which dark replaces them."""
        literal, classes = "", []
        for attribute, role in roles.items():
            if role is None:
                literal += f' {attribute}="none"'
                continue
            light, dark = ROLES[grey_role(role) if self._theme == PRINT else role]
            self._used.add((attribute, role))
            classes.append(f"{attribute[0]}-{role}")
            literal += f' {attribute}="{dark if self._theme == "dark" else light}"'
        return f' class="{" ".join(classes)}"{literal}'

    def _rectangle(self, box: Box, radius: float, attributes: str) -> None:
        rounded = f' rx="{trim(radius)}"' if radius else ""
        place = f'x="{trim(box.x)}" y="{trim(box.y)}" width="{trim(box.width)}" height="{trim(box.height)}"'
        self._parts.append(f"<rect {place}{rounded}{attributes}/>")

    def box(self, box: Box, fill: str | None, stroke: Stroke | None = None, *, radius: float = 0.0) -> None:
        """A rectangle."""
        paint = self._paint(fill=fill, stroke=stroke.role if stroke else None)
        self._rectangle(box, radius, paint + (stroke.attributes() if stroke else ""))

    def hatched(self, box: Box, *, data: bool = False) -> None:  # noqa: ARG002 -- a page tells them apart
        """The mark of a number that is not finite: a red border and stripes.

        Args:
            box: where it stands.
            data: whether it marks a value rather than a gradient.
        """
        self._patterns.add("h")
        self.box(box, "alarm-fill", radius=3)
        self._rectangle(box, 3, f' fill="url(#{_ID}-h)"{self._paint(stroke="alarm")}')

    def striped(self, box: Box) -> None:
        """The mark of a part of a number that no flow of the picture gave: grey stripes."""
        self._patterns.add("s")
        self.box(box, "blank", radius=3)
        self._rectangle(box, 3, f' fill="url(#{_ID}-s)"')

    def text(self, at: Point, text: str, style: Type) -> None:
        """One line of type, its baseline at ``at``."""
        weight = ' font-weight="700"' if style.bold else ""
        align = "" if style.anchor == "start" else f' text-anchor="{style.anchor}"'
        self._parts.append(
            f'<text x="{trim(at.x)}" y="{trim(at.y)}" font-size="{trim(style.size)}"{weight}{align}'
            f"{self._paint(fill=style.role)}>{escape(text)}</text>"
        )

    def curve(self, curve: Sequence[Point], stroke: Stroke) -> None:
        """A chain of Béziers."""
        if self._theme == PRINT and stroke.role.startswith("line-minus") and not stroke.dash:
            stroke = stroke._replace(dash=DASHED)
        line = self._paint(fill=None, stroke=stroke.role) + stroke.attributes()
        self._parts.append(f'<path d="{curve_path(curve)}"{line}/>')

    def shape(self, points: Sequence[Point], role: str) -> None:
        """A filled polygon."""
        self._parts.append(f'<path d="{polygon_path(points)}"{self._paint(fill=role)}/>')

    def open_group(
        self,
        name: str,
        about: str,
        *,
        link: Mapping[str, str] | None = None,
        at: Point | None = None,  # noqa: ARG002 -- a page counts from there
    ) -> None:
        """Begin a part of the picture that has a name, and a tooltip that says what it is.

        Args:
            name: the end of its id.
            about: its tooltip.
            link: for a link, the names of the cards it joins.
            at: for a card, its upper left corner.
        """
        ends = "".join(f' data-{end}="{escape(card)}"' for end, card in (link or {}).items())
        self._parts.append(f'<g id="{_ID}-{name}"{ends}><title>{escape(about)}</title>')

    def close_group(self) -> None:
        """End the part."""
        self._parts.append("</g>")

    def open_account(self) -> None:
        """Begin lines of a card that a page hides once they no longer hold; a picture shows them as they are."""

    def close_account(self) -> None:
        """End them."""

    def finish(self, width: float, height: float, title: str, description: str) -> str:
        """The whole SVG document."""
        across, down = math.ceil(width), math.ceil(height)
        opening = (
            f'<svg xmlns="http://www.w3.org/2000/svg" id="{_ID}" width="{across}" height="{down}"'
            f' viewBox="0 0 {across} {down}" style="min-width:{LEAST_SCALE * across:.0f}px;height:auto"'
            f' role="img" aria-labelledby="{_ID}-title {_ID}-desc"'
            f' font-family="{escape(SIZES.font)}">'
        )
        names = [
            f'<title id="{_ID}-title">{escape(title)}</title>',
            f'<desc id="{_ID}-desc">{escape(description)}</desc>',
        ]
        ground = f'<rect width="100%" height="100%"{self._paint(fill="canvas")}/>'
        patterns = [self._pattern(name, *PATTERNS[name]) for name in PATTERNS if name in self._patterns]
        body = "\n".join([opening, *names, *self._style(), *patterns, ground, *self._parts, "</svg>\n"])
        digest = hashlib.sha256(body.encode()).hexdigest()[:10]
        return body.replace(_ID, f"g{digest}")

    def _style(self) -> list[str]:
        """The rule that replaces the colours where the reader prefers dark, and the one for paper."""
        if self._theme != "auto":
            return []
        rules = "".join(
            f"#{_ID} .{attribute[0]}-{role}{{{attribute}:{ROLES[role].dark}}}" for attribute, role in sorted(self._used)
        )
        return [f"<style>@media (prefers-color-scheme:dark){{{rules}}}{self._printed()}</style>"]

    def _printed(self) -> str:
        """The rule for paper: no wider than the page, and negative flows dashed, for they may come out in grey."""
        negative = sorted(
            f"#{_ID} .{attribute[0]}-{role}" for attribute, role in self._used if role.startswith("line-minus")
        )
        dashes = f"{','.join(negative)}{{stroke-dasharray:{DASHED}}}" if negative else ""
        return f"@media print{{#{_ID}{{min-width:0!important;max-width:100%}}{dashes}}}"

    def _pattern(self, name: str, role: str, apart: int, width: str, opacity: str) -> str:
        return (
            f'<defs><pattern id="{_ID}-{name}" width="{apart}" height="{apart}" patternUnits="userSpaceOnUse"'
            f' patternTransform="rotate(45)"><path d="M0 0V{apart}"{self._paint(stroke=role)} stroke-width="{width}"'
            f' stroke-opacity="{opacity}"/></pattern></defs>'
        )
