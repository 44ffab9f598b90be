"""Where the numbers of the links stand: the local derivative above the line, the flow beneath it.

Each label is tried at places along its link, best first: on a lane, then on the straight beginning, then wherever
the curve runs. It never stands on a card, a title, the edge of a frame or another label; of the free places the one
is taken that hides the fewest other links.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from viz.geometry import Box, Point, bezier
from viz.style import SIZES

__all__ = ["ROW", "Label", "Numbers", "place_labels"]

ROW = SIZES.label + 1
"""The height of a row of type."""
EM = SIZES.label * SIZES.em
CELL = 48.0
GAP = 1.0
SAMPLED = 4.0
"""How closely the points lie at which a link is looked for, in pixels: closer than a label is high."""
LANE = 80.0
"""From this length on a straight part is a lane, where a label stands best."""
ALONG = (4, 3, 5, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
"""Where on a bent part a label is tried, in twentieths of its length; near its source first."""
ASIDE = (0, 12, -12, 24, -24)


class Numbers(NamedTuple):
    """What a label says: the local derivative, the flow, or both."""

    link: int
    texts: tuple[str, ...]
    in_one_row: bool
    """Whether its link leaves a card so close to others that one row of type is better than two."""
    room: int = 0
    """How many columns are kept for each text at least: for what it may become."""

    def columns(self) -> list[int]:
        """How many columns each text takes."""
        return [max(len(text), self.room) for text in self.texts]


class Label(NamedTuple):
    """The numbers of one link, and where they stand."""

    link: int
    rows: tuple[tuple[str, ...], ...]
    """The numbers, row by row."""
    box: Box
    beside: bool
    """Whether the line runs past the numbers, or between two rows, rather than behind them."""


class _Field:
    """Boxes and links of the plane, found by the cells they lie in."""

    def __init__(self, curves: Sequence[list[Point]]) -> None:
        self._boxes: dict[tuple[int, int], list[Box]] = {}
        self._trails = _trails(curves)

    @staticmethod
    def _cells(box: Box) -> Iterator[tuple[int, int]]:
        for column in range(int((box.x - GAP) // CELL), int((box.right + GAP) // CELL) + 1):
            for row in range(int((box.y - GAP) // CELL), int((box.bottom + GAP) // CELL) + 1):
                yield column, row

    def add(self, box: Box) -> None:
        """Let nothing else stand where ``box`` stands."""
        for cell in self._cells(box):
            self._boxes.setdefault(cell, []).append(box)

    def free(self, box: Box) -> bool:
        """Whether nothing stands where ``box`` would."""
        return not any(box.overlaps(other, GAP) for cell in self._cells(box) for other in self._boxes.get(cell, ()))

    def hidden(self, box: Box, link: int) -> int:
        """How many other links ``box`` would stand on."""
        found: set[int] = set()
        for cell in self._cells(box):
            if cell in self._trails:
                links, x, y = self._trails[cell]
                inside = (box.x <= x) & (x <= box.right) & (box.y <= y) & (y <= box.bottom)
                found.update(links[inside].tolist())
        return len(found - {link})


def _trails(curves: Sequence[list[Point]]) -> dict[tuple[int, int], np.ndarray[Any, Any]]:
    """By the cell of the plane, points of the links that run through it: their links, x and y."""
    parts = [_sampled(link, curve, k) for link, curve in enumerate(curves) for k in range((len(curve) - 1) // 3)]
    if not parts:
        return {}
    points = np.concatenate(parts, axis=1)
    columns, rows = np.floor_divide(points[1:], CELL).astype(int)
    order = np.lexsort((rows, columns))
    points, columns, rows = points[:, order], columns[order], rows[order]
    starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1) | np.diff(rows, prepend=rows[0]))
    cells = zip(columns[starts].tolist(), rows[starts].tolist(), strict=True)
    return dict(zip(cells, np.split(points, starts[1:], axis=1), strict=True))


def _sampled(link: int, curve: list[Point], k: int) -> np.ndarray[Any, Any]:
    """Points of the ``k``-th Bézier of a link, close to each other: rows of the link itself, x and y."""
    steps = 1 + int(math.dist(curve[3 * k], curve[3 * k + 3]) / SAMPLED)
    x, y = bezier(curve, k, np.arange(steps + 1) / steps)
    return np.array([np.full(steps + 1, link), x, y])


def place_labels(
    numbers: Sequence[Numbers],
    curves: Sequence[list[Point]],
    taken: Iterable[Box],
    frames: Iterable[Box],
    *,
    turned: bool,
) -> list[Label]:
    """A place for the numbers of each link that has some; those without any free place are left out.

    Args:
        numbers: what is to be placed.
        curves: the curve of every link, in the plane of the picture.
        taken: what no label may stand on.
        frames: what a label stands wholly inside or outside.
        turned: whether links run from top to bottom.
    """
    field = _Field(curves)
    for box in (*taken, *chain.from_iterable(frame.edges() for frame in frames)):
        field.add(box)
    labels = []
    for wanted in numbers:
        label = _best(field, wanted, curves[wanted.link], turned=turned)
        if label is not None:
            field.add(label.box)
            labels.append(label)
    return labels


def _best(field: _Field, wanted: Numbers, curve: list[Point], *, turned: bool) -> Label | None:
    """The best free place for one label."""
    rows = 1 if wanted.in_one_row else len(wanted.texts)
    best: tuple[float, Label] | None = None
    length = _height(rows) if turned else _width(wanted, rows)
    for rank, (point, level) in enumerate(_places(curve, length, turned=turned)):
        if best is not None and best[0] <= 0.15 * rank:
            break
        for label in _forms(wanted, point, level=level):
            if not field.free(label.box):
                continue
            awkward = len(label.rows) != rows
            cost = 16.0 * field.hidden(label.box, wanted.link)
            cost += 0.15 * rank + 6.0 * (not level) + 9.0 * awkward
            if best is None or cost < best[0]:
                best = cost, label
    return best[1] if best else None


def _width(numbers: Numbers, rows: int) -> float:
    """How wide ``numbers`` are in one row, or each in a row of its own."""
    lengths = numbers.columns()
    columns = sum(lengths) + len(lengths) - 1 if rows == 1 else max(lengths)
    return columns * EM + 4


def _height(rows: int) -> float:
    """How high ``rows`` of numbers are upon a line, rather than around it."""
    return ROW * rows + 2


def _forms(numbers: Numbers, at: Point, *, level: bool) -> Iterator[Label]:
    """The forms a label may take: around a level line, above or beneath it in one row, or upon a bent one."""
    rows = tuple((text,) for text in numbers.texts)
    if not level or len(rows) > 1:
        width, height = _width(numbers, len(rows)), _height(len(rows)) + 2 * level
        yield Label(numbers.link, rows, Box(at.x - width / 2, at.y - height / 2, width, height), level)
    if level:
        width = _width(numbers, 1)
        for top in (at.y - ROW - 2, at.y + 2):
            yield Label(numbers.link, (numbers.texts,), Box(at.x - width / 2, top, width, ROW), beside=True)


def _places(curve: list[Point], length: float, *, turned: bool) -> Iterator[tuple[Point, bool]]:
    """Places for a label of some length along a curve, the better first, and whether the line is level there."""
    straight: list[tuple[float, list[Point]]] = []
    bent: list[Point] = []
    for k in range((len(curve) - 1) // 3):
        start, end = curve[3 * k], curve[3 * k + 3]
        along = Point(0.0, end.y - start.y) if turned else Point(end.x - start.x, 0.0)
        aside = math.dist(end, (start.x + along.x, start.y + along.y))
        room = along.x + along.y
        if aside < 0.5 and room >= length:
            near = (length / 2 + 2) / room
            shares = near, 0.5, 1 - near
            straight.append((room, [Point(start.x + t * along.x, start.y + t * along.y) for t in shares]))
        else:
            bent += [bezier(curve, k, t / 20) for t in ALONG]
    for _, places in sorted(straight, key=lambda part: part[0] <= LANE):
        for place in places:
            yield place, not turned
    for place in bent:
        for aside in ASIDE:
            yield Point(place.x, place.y + aside), False
