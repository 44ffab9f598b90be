"""What one picture shows: cards, the links between them, and what it leaves out.

A :class:`Picture` is a :class:`~viz.graph.Graph` seen at one level of detail. It holds indices into the graph and
no colours or places, so any painter can draw it: SVG, DOT, a page.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from viz.graph import Graph

__all__ = ["Card", "Link", "Picture"]


@dataclass(slots=True)
class Card:
    """One box of the picture: a value, a fused sum, or a fold that stands for many values."""

    key: str
    """Its name in DOT and in the SVG: ``n14`` for node 14, ``g3`` for the third fold."""
    kind: str
    """``input``, ``parameter``, ``constant``, ``op``; ``sum`` for a fused sum; ``fold`` for many values."""
    node: int | None
    """The value whose data and gradient it shows; None for a fold without a single output."""
    name: str
    tag: str
    """What stands in its upper right corner: the operation, or what the leaf is."""
    members: list[int]
    """Every value it stands for, in topological order."""
    scope: tuple[str, ...] = ()
    is_root: bool = False
    outputs: int = 1
    """How many of its values are used elsewhere."""
    hidden_flows: list[int] = field(default_factory=list)
    """Flows into it whose other end is not in the picture."""
    hidden_operands: int = 0
    """Operands of it that are not in the picture."""


@dataclass(slots=True)
class Link:
    """One edge of the picture: an operand's occurrence, or several that a fold brings together."""

    source: str
    target: str
    edges: list[int]
    """The edges of the graph it stands for, by the end that receives the flow."""
    local: float | None
    """d target / d source; None where the link stands for several edges."""
    flow: float | None
    """The gradient that flows back; None: not computed."""
    of_one: bool = True
    """Whether all its flows go into one value, so that their sum is a part of that value's gradient."""
    faint: bool = False
    """Whether its flow is below ``min_flow``."""


@dataclass(slots=True)
class Picture:
    """A graph at one level of detail."""

    graph: Graph
    detail: str
    cards: list[Card]
    links: list[Link]
    scopes: list[tuple[str, ...]]
    """The frames to draw, each after those around it."""
    left_out: int = 0
    """How many values are neither shown nor folded into a card."""
    min_flow: float = 0.0

    def links_into(self) -> dict[str, list[Link]]:
        """For each card, the links along which gradient flows into it."""
        found: dict[str, list[Link]] = {card.key: [] for card in self.cards}
        for link in self.links:
            found[link.source].append(link)
        return found
