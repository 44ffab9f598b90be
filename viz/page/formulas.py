"""Mathematics for the page's script: MathML as nested lists, so that a page holds no markup but its own."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from viz.chain import Chain
from viz.mathml import mathml_inner
from viz.notation import Math, product

__all__ = ["as_lists", "formulas_of"]


def as_lists(term: Math) -> list[Any]:
    """``term`` as ``[element, child, ...]``; a child is text, another such list, or a dict of attributes.

    >>> from viz.notation import Name
    >>> as_lists(Name("x1"))
    ['msub', ['mi', 'x'], ['mn', '1']]
    """
    return _listed(ET.fromstring(f"<mrow>{mathml_inner(term)}</mrow>")[0])  # noqa: S314 -- what mathml.py wrote


def _listed(element: ET.Element) -> list[Any]:
    parts: list[Any] = [element.tag]
    if element.attrib:
        parts.append(dict(element.attrib))
    if element.text:
        parts.append(element.text)
    return [*parts, *map(_listed, element)]


def formulas_of(chain: Chain) -> dict[str, Any]:
    """For each node its symbol, for each edge its term of the chain rule, and the derivatives that are only named.

    Within a term the symbol of a node is its number.
    """
    graph = chain.graph
    symbols = [as_lists(chain.symbol(i)) for i in range(len(graph))]
    places = {repr(symbol): i for i, symbol in enumerate(symbols)}
    heads = [chain.fusion.head[target] for target in graph.targets]
    terms = [as_lists(product([chain.local(e), chain.upstream(head)])) for e, head in enumerate(heads)]
    return {
        "symbols": symbols,
        "terms": [_shortened(term, places) for term in terms],
        "primes": {name: [as_lists(side) for side in sides] for name, sides in chain.primes.items()},
    }


def _shortened(term: Any, places: dict[str, int]) -> Any:
    """``term`` with the symbols of nodes as their numbers."""
    if not isinstance(term, list):
        return term
    place = places.get(repr(term))
    return [_shortened(part, places) for part in term] if place is None else place
