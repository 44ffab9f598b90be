"""Where the numbers of the links stand: the local derivative above the line, the flow beneath it.

Each label is tried at places along its link, best first: on a lane, then on the straight beginning, then wherever
the curve runs. It never stands on a card, a title or another label; of the free places the one is taken that
hides the fewest other links and stands on no edge of a frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from viz.geometry import Box, Point, bezier
from viz.style import SIZES

__all__ = ["ROW", "Label", "Numbers", "place_labels"]

ROW = SIZES.label + 1
"""The height of a row of type."""
EM = SIZES.label * SIZES.em
CELL = 48.0
GAP = 1.0
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
        self._edges: dict[tuple[int, int], list[Box]] = {}

    @staticmethod
    def _cells(box: Box) -> Iterator[tuple[int, int]]:
        for column in range(int((box.x - GAP) // CELL), int((box.right + GAP) // CELL) + 1):
            for row in range(int((box.y - GAP) // CELL), int((box.bottom + GAP) // CELL) + 1):
                yield column, row

    def add(self, box: Box) -> None:
        """Let nothing else stand where ``box`` stands."""
        for cell in self._cells(box):
            self._boxes.setdefault(cell, []).append(box)

    def add_frame(self, frame: Box) -> None:
        """Know where the edges of ``frame`` run."""
        x, y, width, height = frame
        level = Box(x, y, width, 0), Box(x, frame.bottom, width, 0)
        upright = Box(x, y, 0, height), Box(frame.right, y, 0, height)
        for edge in (*level, *upright):
            for cell in self._cells(edge):
                self._edges.setdefault(cell, []).append(edge)

    def add_curve(self, link: int, curve: list[Point]) -> None:
        """Know where ``link`` runs."""
        for k in range((len(curve) - 1) // 3):
            for t in range(33):
                point = bezier(curve, k, t / 32)
                self._points.setdefault((int(point.x // CELL), int(point.y // CELL)), []).append((link, point))

    def free(self, box: Box) -> bool:
        """Whether nothing stands where ``box`` would."""
        return not any(box.overlaps(other, GAP) for cell in self._cells(box) for other in self._boxes.get(cell, ()))

    def on_edge(self, box: Box) -> bool:
        """Whether ``box`` would stand on the edge of a frame."""
        return any(box.overlaps(edge) for cell in self._cells(box) for edge in self._edges.get(cell, ()))

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
        frames: what a label stands inside or outside.
        turned: whether links run from top to bottom.
    """
    field = _Field()
    for box in taken:
        field.add(box)
    for frame in frames:
        field.add_frame(frame)
    for k, curve in enumerate(curves):
        field.add_curve(k, curve)
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
    for rank, (point, level) in enumerate(_places(curve, _width(wanted, rows), turned=turned)):
        if best is not None and best[0] <= 0.15 * rank:
            break
        for label in _forms(wanted, point, level=level):
            if not field.free(label.box):
                continue
            awkward = len(label.rows) != rows
            cost = 16.0 * field.hidden(label.box, wanted.link) + 6.0 * field.on_edge(label.box)
            cost += 0.15 * rank + 6.0 * (not level) + 9.0 * awkward
            if best is None or cost < best[0]:
                best = cost, label
    return best[1] if best else None


def _width(numbers: Numbers, rows: int) -> float:
    """How wide ``numbers`` are in one row, or each in a row of its own."""
    lengths = [len(text) for text in numbers.texts]
    columns = sum(lengths) + len(lengths) - 1 if rows == 1 else max(lengths)
    return columns * EM + 4


def _forms(numbers: Numbers, at: Point, *, level: bool) -> Iterator[Label]:
    """The forms a label may take: around a level line, above or beneath it in one row, or upon a bent one."""
    rows = tuple((text,) for text in numbers.texts)
    if not level or len(rows) > 1:
        width, height = _width(numbers, len(rows)), ROW * len(rows) + (4 if level else 2)
        yield Label(numbers.link, rows, Box(at.x - width / 2, at.y - height / 2, width, height), level)
    if level:
        width = _width(numbers, 1)
        for top in (at.y - ROW - 2, at.y + 2):
            yield Label(numbers.link, (numbers.texts,), Box(at.x - width / 2, top, width, ROW), beside=True)


def _places(curve: list[Point], width: float, *, turned: bool) -> Iterator[tuple[Point, bool]]:
    """Places for a label along a curve, the better first, and whether the line is level there."""
    straight: list[tuple[float, list[Point]]] = []
    bent: list[Point] = []
    for k in range((len(curve) - 1) // 3):
        start, end = curve[3 * k], curve[3 * k + 3]
        if turned and abs(end.x - start.x) < 0.5:
            straight.append((end.y - start.y, [bezier(curve, k, t) for t in (0.5, 0.3, 0.7)]))
        elif abs(end.y - start.y) < 0.5 and end.x - start.x >= width:
            near, far = start.x + width / 2 + 2, end.x - width / 2 - 2
            straight.append((end.x - start.x, [Point(x, start.y) for x in (near, (near + far) / 2, far)]))
        else:
            bent += [bezier(curve, k, t / 20) for t in ALONG]
    for _, places in sorted(straight, key=lambda part: part[0] <= LANE):
        for place in places:
            yield place, not turned
    for place in bent:
        for aside in ASIDE:
            yield Point(place.x, place.y + aside), False
