"""Where the numbers of the links stand: the local derivative above the line, the flow beneath it.

Each label is tried at places along its link, best first: on a lane, then on the straight beginning, then wherever
the curve runs. It never stands on a card, a title or another label; of the free places the one is taken that
hides the fewest other links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from viz.geometry import Box, Point, bezier

__all__ = ["Label", "place_labels"]

CELL = 48.0
GAP = 1.0
LANE = 80.0
"""From this length on a straight part is a lane, where a label stands best."""


class Label(NamedTuple):
    """The numbers of one link, and where they stand."""

    link: int
    rows: tuple[tuple[str, ...], ...]
    """The numbers, row by row."""
    box: Box
    beside: bool
    """Whether the line runs past the numbers, or between two rows, rather than behind them."""


class _Field:
    """Boxes and points of the plane, found by the cells they lie in."""

    def __init__(self) -> None:
        self._boxes: dict[tuple[int, int], list[Box]] = {}
        self._points: dict[tuple[int, int], list[tuple[int, Point]]] = {}

    @staticmethod
    def _cells(box: Box) -> Iterator[tuple[int, int]]:
        for column in range(int(box.x // CELL), int(box.right // CELL) + 1):
            for row in range(int(box.y // CELL), int(box.bottom // CELL) + 1):
                yield column, row

    def add(self, box: Box) -> None:
        for cell in self._cells(box):
            self._boxes.setdefault(cell, []).append(box)

    def add_point(self, link: int, point: Point) -> None:
        self._points.setdefault((int(point.x // CELL), int(point.y // CELL)), []).append((link, point))

    def free(self, box: Box) -> bool:
        """Whether nothing stands where ``box`` would."""
        return not any(box.overlaps(other, GAP) for cell in self._cells(box) for other in self._boxes.get(cell, ()))

    def hidden(self, box: Box, link: int) -> int:
        """How many other links ``box`` would stand on."""
        return len(
            {
                other
                for cell in self._cells(box)
                for other, point in self._points.get(cell, ())
                if other != link and box.x <= point.x <= box.right and box.y <= point.y <= box.bottom
            }
        )


def place_labels(
    texts: Mapping[int, tuple[str, str]],
    curves: Sequence[list[Point]],
    taken: Iterable[Box],
    size: tuple[float, float],
    crowded: Set[int],
    *,
    turned: bool,
) -> list[Label]:
    """A place for the label of each link that has one; a label without any free place is left out.

    Args:
        texts: for each labelled link the local derivative and the flow; either may be empty.
        curves: the curve of every link, in the plane of the picture.
        taken: what no label may stand on.
        size: the width of a character, and the height of a line of type.
        crowded: the links whose labels are better in one row.
        turned: whether links run from top to bottom.
    """
    field = _Field()
    for box in taken:
        field.add(box)
    for k, curve in enumerate(curves):
        for point in _points(curve, 16):
            field.add_point(k, point)
    labels = []
    for k, numbers in texts.items():
        label = _best(field, k, tuple(text for text in numbers if text), curves[k], size, k in crowded, turned)
        if label is not None:
            field.add(label.box)
            labels.append(label)
    return labels


def _best(
    field: _Field,
    link: int,
    numbers: tuple[str, ...],
    curve: list[Point],
    size: tuple[float, float],
    narrow: bool,
    turned: bool,
) -> Label | None:
    """The best free place for one label."""
    two_rows = tuple((number,) for number in numbers)
    width = max(map(len, numbers)) * size[0] + 4
    if narrow:
        width = (sum(map(len, numbers)) + len(numbers) - 1) * size[0] + 4
    best: tuple[float, Label] | None = None
    for rank, (point, level) in enumerate(_places(curve, width, turned)):
        for label in _shapes(link, two_rows, point, level, size):
            if not field.free(label.box):
                continue
            hidden = field.hidden(label.box, link)
            awkward = (len(label.rows) == 1) != (narrow or len(numbers) == 1)
            cost = 12 * hidden + 0.15 * rank + (0 if level else 6) + (9 if awkward else 0)
            if best is None or cost < best[0]:
                best = cost, label
    return best[1] if best else None


def _shapes(
    link: int, rows: tuple[tuple[str, ...], ...], point: Point, level: bool, size: tuple[float, float]
) -> Iterator[Label]:
    """The forms a label may take at ``point``: around a level line, above it in one row, or upon the line."""
    width = max(len(row[0]) for row in rows) * size[0] + 4
    height = size[1] * len(rows) + 2
    if level and len(rows) == 2:
        yield Label(link, rows, Box(point.x - width / 2, point.y - size[1] - 2, width, height + 2), beside=True)
        line = tuple(number for row in rows for number in row)
        width = (sum(map(len, line)) + 1) * size[0] + 4
        for top in (point.y - size[1] - 2, point.y + 2):
            yield Label(link, (line,), Box(point.x - width / 2, top, width, size[1]), beside=True)
    elif level:
        for top in (point.y - size[1] - 2, point.y + 2):
            yield Label(link, rows, Box(point.x - width / 2, top, width, size[1]), beside=True)
    else:
        yield Label(link, rows, Box(point.x - width / 2, point.y - height / 2, width, height), beside=False)


def _points(curve: list[Point], each: int) -> list[Point]:
    return [bezier(curve, k, t / each) for k in range((len(curve) - 1) // 3) for t in range(each + 1)]


def _places(curve: list[Point], width: float, turned: bool) -> Iterator[tuple[Point, bool]]:
    """Places for a label along a curve, the better first, and whether the line is level there."""
    lanes: list[tuple[float, list[Point]]] = []
    bent: list[Point] = []
    for k in range((len(curve) - 1) // 3):
        start, end = curve[3 * k], curve[3 * k + 3]
        if turned and abs(end.x - start.x) < 0.5:
            lanes.append((end.y - start.y, [bezier(curve, k, t) for t in (0.5, 0.3, 0.7)]))
        elif abs(end.y - start.y) < 0.5 and end.x - start.x >= width:
            near, far = start.x + width / 2 + 2, end.x - width / 2 - 2
            lanes.append((end.x - start.x, [Point(x, start.y) for x in (near, (near + far) / 2, far)]))
        else:
            bent += [bezier(curve, k, t / 20) for t in (4, 3, 5, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)]
    for _, places in sorted(lanes, key=lambda lane: -(lane[0] > LANE)):
        for place in places:
            yield place, not turned
    for place in bent:
        for aside in (0, 12, -12, 24, -24):
            yield Point(place.x, place.y + aside), False
