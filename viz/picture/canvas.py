"""The canvas: points, boxes and curves, in pixels from the upper left corner; and how they are written as SVG.

Colours are literal attributes, so that every converter and editor shows them; for ``theme="auto"`` one style rule,
scoped by the id of the picture, replaces them where the reader prefers dark. All ids begin with a hash of the
content: several pictures stand in one page without meeting, and the same picture is always the same bytes.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

from viz.style import DASHED, PRINT, ROLES, SIZES, grey_role

__all__ = [
    "Box", "Canvas", "Point", "Stroke", "Type", "bezier", "curve_path", "pieces", "polygon_path", "smooth",
    "text_width", "trim",
]  # fmt: skip

LEAST_SCALE = 0.8
"""How far a page may shrink a wide picture to its own width: beyond that, type would be too small to read."""

PATTERNS = {"h": ("alarm", 6, "1.2", "0.35"), "s": ("faint", 5, "1.2", "0.45")}
"""Stripes, hatched and plain: the role of their colour, how far apart they are, how broad and how strong."""

_ID = "\x00id\x00"
"""Stands for the id until the content is known; a control character, so no label can hold it."""


class Point(NamedTuple):
    """A place."""

    x: float
    y: float

    def moved(self, x: float, y: float) -> Point:
        """The place ``x`` further right and ``y`` further down."""
        return Point(self.x + x, self.y + y)

    def turned(self) -> Point:
        """The place with its two axes exchanged."""
        return Point(self.y, self.x)


class Box(NamedTuple):
    """A rectangle: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """Its centre."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def edges(self) -> tuple[Box, Box, Box, Box]:
        """Its four edges, as boxes without breadth."""
        level = Box(self.x, self.y, self.width, 0.0)
        upright = Box(self.x, self.y, 0.0, self.height)
        return level, level.moved(0.0, self.height), upright, upright.moved(self.width, 0.0)

    def moved(self, x: float, y: float) -> Box:
        """The same box, ``x`` further right and ``y`` further down."""
        return Box(self.x + x, self.y + y, self.width, self.height)

    def turned(self) -> Box:
        """The box with its two axes exchanged."""
        return Box(self.y, self.x, self.height, self.width)

    def overlaps(self, other: Box, gap: float = 0.0) -> bool:
        """Whether the two come nearer to each other than ``gap``."""
        return (
            self.x < other.right + gap
            and other.x < self.right + gap
            and self.y < other.bottom + gap
            and other.y < self.bottom + gap
        )


def smooth(gates: list[Point]) -> list[Point]:
    """A curve through ``gates`` that runs along the x-axis at each: a start, then three points a cubic Bézier."""
    curve = gates[:1]
    for start, end in pairwise(gates):
        reach = (end.x - start.x) / 2 if end.x > start.x else 40.0  # a link that runs back swings out
        curve += [Point(start.x + reach, start.y), Point(end.x - reach, end.y), end]
    return curve


def pieces(curve: Sequence[Point]) -> range:
    """The numbers of the Béziers of a chain."""
    return range((len(curve) - 1) // 3)


def bezier(curve: list[Point], k: int, t: Any) -> Point:
    """The point at ``t`` in [0, 1] of the ``k``-th Bézier of a chain; for an array of them, arrays of x and y."""
    p0, p1, p2, p3 = curve[3 * k : 3 * k + 4]
    u = 1.0 - t
    a, b, c, d = u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t
    return Point(a * p0.x + b * p1.x + c * p2.x + d * p3.x, a * p0.y + b * p1.y + c * p2.y + d * p3.y)


# --- the letters of a path: each place is counted from the one before, which is shorter ----------------------


def trim(x: float) -> str:
    """A coordinate in the fewest characters that place it to a tenth of a pixel.

    >>> trim(3.0), trim(-0.01), trim(2.25)
    ('3', '0', '2.2')
    """
    text = f"{x:.1f}"
    return "0" if text == "-0.0" else text.removesuffix(".0")


def curve_path(curve: Sequence[Point]) -> str:
    """A chain of cubic Béziers; one that is straight along an axis as a line.

    >>> curve_path([Point(1, 2), Point(3, 2), Point(3, 6), Point(5, 6), Point(7, 6), Point(8, 6), Point(9, 6)])
    'M1 2c2 0 2 4 4 4h4'
    """
    places = _rounded(curve)
    text = f"M{_written(places[:1])}"
    for k in pieces(places):
        start = places[3 * k]
        steps = _rounded([Point(x - start.x, y - start.y) for x, y in places[3 * k + 1 : 3 * k + 4]])
        level = all(step.y == 0 for step in steps)
        text += f"h{_written(steps[-1:]).removesuffix(' 0')}" if level else f"c{_written(steps)}"
    return text


def polygon_path(corners: Sequence[Point]) -> str:
    """A closed polygon.

    >>> polygon_path([Point(0, 0), Point(4, 2), Point(0, 4)])
    'M0 0l4 2-4 2z'
    """
    places = _rounded(corners)
    steps = _rounded([Point(x - one.x, y - one.y) for one, (x, y) in pairwise(places)])
    return f"M{_written(places[:1])}l{_written(steps)}z"


def _rounded(points: Sequence[Point]) -> list[Point]:
    """``points`` to a tenth of a pixel, so that steps between them add up."""
    return [Point(round(x, 1), round(y, 1)) for x, y in points]


def _written(points: Sequence[Point]) -> str:
    """Coordinates one after the other; a minus sign parts them as well as a space."""
    return " ".join(f"{trim(x)} {trim(y)}" for x, y in points).replace(" -", "-")


# --- boxes, curves and type -----------------------------------------------------------------------------


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
        """The mark of a gradient that is not finite, or of such ``data``: a red border and stripes."""
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
        """Begin a part of the picture, whose id ends in ``name``, and whose tooltip is ``about``.

        A link names the cards that it joins, a card its upper left corner.
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
