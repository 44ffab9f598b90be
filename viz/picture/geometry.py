"""Points, boxes and curves of a picture, in pixels from its upper left corner; and the letters of an SVG path."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

__all__ = ["Box", "Point", "bezier", "curve_path", "pieces", "polygon_path", "smooth", "trim"]


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
