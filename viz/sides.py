"""On which side of a card the numbers of a link stand: behind the card it leaves, or before the card it enters.

A link that runs past other cards has a lane, and its numbers stand there. All others need a level stretch of their
own. In a formula that is behind the source. Between frames it is the end where fewer links meet: what fans out of one
value into many neurons is labelled where it arrives, what runs together into one neuron where it leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from viz.asking import lanes_of
from viz.blocks import blocks_of
from viz.picture import Picture

__all__ = ["Sides", "sides_of"]


class Sides(NamedTuple):
    """The links with numbers that stand beside a card, by the card."""

    behind: dict[str, list[int]]
    """Of the links that leave it."""
    before: dict[str, list[int]]
    """Of the links that enter it."""

    def crowded(self) -> Sides:
        """The cards at which several stand close beside each other: each is written in one row, and needs room."""
        return Sides(*({key: links for key, links in side.items() if len(links) > 1} for side in self))


def sides_of(picture: Picture, numbers: Iterable[int]) -> Sides:
    """The side on which the numbers of each link stand that has no lane.

    Args:
        picture: whose links.
        numbers: the links that carry numbers.
    """
    linked = [block for block in blocks_of(picture).values() if block.linked]
    laned = {piece.link for block in linked for piece in lanes_of(block).pieces}
    free = [k for k in numbers if k not in laned]
    leaving: dict[str, list[int]] = {}
    entering: dict[str, list[int]] = {}
    for k in free:
        leaving.setdefault(picture.links[k].source, []).append(k)
        entering.setdefault(picture.links[k].target, []).append(k)
    scope_of = {card.key: card.scope for card in picture.cards}
    sides = Sides({}, {})
    for k in free:
        source, target = picture.links[k].source, picture.links[k].target
        between_frames = scope_of[source] != scope_of[target]
        if between_frames and len(leaving[source]) > len(entering[target]):
            sides.before.setdefault(target, []).append(k)
        else:
            sides.behind.setdefault(source, []).append(k)
    return sides
