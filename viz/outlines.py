"""Curves and polygons in the letters of an SVG path: each place is counted from the one before, which is shorter."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from viz.geometry import Point

__all__ = ["curve_path", "polygon_path", "trim"]


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
    places = [_rounded(point) for point in curve]
    pieces = (_piece(*places[k : k + 4]) for k in range(0, len(places) - 1, 3))
    return f"M{_written([places[0]])}{''.join(pieces)}"


def polygon_path(corners: Sequence[Point]) -> str:
    """A closed polygon.

    >>> polygon_path([Point(0, 0), Point(4, 2), Point(0, 4)])
    'M0 0l4 2-4 2z'
    """
    places = [_rounded(point) for point in corners]
    steps = [_from(one, other) for one, other in pairwise(places)]
    return f"M{_written([places[0]])}l{_written(steps)}z"


def _piece(start: Point, *rest: Point) -> str:
    steps = [_from(start, point) for point in rest]
    if all(step.y == 0 for step in steps):
        return f"h{_written([steps[-1]]).removesuffix(' 0')}"
    return f"c{_written(steps)}"


def _rounded(point: Point) -> Point:
    """``point`` to a tenth of a pixel, so that steps between such points add up."""
    return Point(round(point.x, 1), round(point.y, 1))


def _from(start: Point, end: Point) -> Point:
    return Point(round(end.x - start.x, 1), round(end.y - start.y, 1))


def _written(points: Sequence[Point]) -> str:
    """Coordinates one after the other; a minus sign parts them as well as a space."""
    return " ".join(f"{trim(x)} {trim(y)}" for x, y in points).replace(" -", "-")
