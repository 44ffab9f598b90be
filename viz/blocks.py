"""A picture as nested blocks: each frame with what stands directly in it.

Each block is laid out by itself and then stands in the block around it as one box. So layers stand side by side
and neurons one above the other, whatever links run between them; and a link is cut, at the edge of each block
that it enters or leaves, into pieces that each concern one block only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from viz.picture import Picture

__all__ = ["Block", "Item", "Piece", "Scope", "blocks_of"]

Scope = tuple[str, ...]
Item = str | Scope
"""What stands in a block: a card, by its key, or an inner block, by its scope."""


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


@dataclass(slots=True)
class Block:
    """One frame, or the whole picture, whose scope is ``()``."""

    scope: Scope
    items: list[Item] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    @property
    def linked(self) -> bool:
        """Whether links join its items; otherwise they stand one beneath the other."""
        return any(piece.inner for piece in self.pieces)


def blocks_of(picture: Picture) -> dict[Scope, Block]:
    """The blocks of ``picture``, each after those in it."""
    scopes: list[Scope] = [(), *picture.scopes]
    blocks = {scope: Block(scope) for scope in sorted(scopes, key=len, reverse=True)}
    placed: set[Item] = set()
    where = {}
    for card in picture.cards:
        where[card.key] = card.scope
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
