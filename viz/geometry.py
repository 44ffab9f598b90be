"""Points, boxes and curves of a picture, in pixels from its upper left corner."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

__all__ = ["Box", "Point", "bezier", "smooth"]


class Point(NamedTuple):
    """A place."""

    x: float
    y: float


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


def bezier(curve: list[Point], k: int, t: Any) -> Point:
    """The point at ``t`` in [0, 1] of the ``k``-th Bézier of a chain; for an array of them, arrays of x and y."""
    p0, p1, p2, p3 = curve[3 * k : 3 * k + 4]
    u = 1.0 - t
    a, b, c, d = u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t
    return Point(a * p0.x + b * p1.x + c * p2.x + d * p3.x, a * p0.y + b * p1.y + c * p2.y + d * p3.y)
