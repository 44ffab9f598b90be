"""Mathematics for the page's script: MathML as nested lists, so that a page holds no markup but its own.

The same few shapes occur again and again: ``w·∂L/∂z`` for every weight. So each shape is written once, and a formula
is the number of its shape with what fills its gaps.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

from viz.chain import Chain
from viz.formulas.notation import Math, product
from viz.formulas.writers import mathml_inner

__all__ = ["as_lists", "formulas_of"]

GAP = 0
"""Stands in a shape for what fills it."""
VARIED = ("mi", "mn")
"""The elements whose text differs between formulas of one shape: names and numbers, but not signs."""


def as_lists(term: Math) -> list[Any]:
    """``term`` as ``[element, child, ...]``; a child is text, another such list, or a dict of attributes.

    >>> from viz.formulas.notation import Name
    >>> as_lists(Name("x1"))
    ['msub', ['mi', 'x'], ['mn', '1']]
    """
    return _listed(ET.fromstring(f"<mrow>{mathml_inner(term)}</mrow>")[0])  # noqa: S314 -- what writers.py wrote


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
    heads = [chain.fusion.head[target] for target in graph.targets]
    terms = [as_lists(product([chain.local(e), chain.upstream(head)])) for e, head in enumerate(heads)]
    shapes = _Shapes()
    written = [shapes.written(symbol) for symbol in symbols]
    shapes.places = {repr(symbol): i for i, symbol in enumerate(symbols)}
    return {
        "symbols": written,
        "terms": [shapes.written(term) for term in terms],
        "primes": {name: [shapes.written(as_lists(side)) for side in sides] for name, sides in chain.primes.items()},
        "root": shapes.written(as_lists(chain.root)) if len(graph.roots) > 1 else None,
        "shapes": [json.loads(shape) for shape in shapes.numbers],
    }


class _Shapes:
    """The shapes of the formulas of one page."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        """Each shape, as JSON, and its number."""
        self.places: dict[str, int] = {}
        """The nodes by their symbols."""

    def written(self, term: list[Any]) -> list[Any]:
        """The number of the shape of ``term``, and what fills its gaps, in order."""
        fillings: list[Any] = []
        shape = json.dumps(self._emptied(term, fillings))
        return [self.numbers.setdefault(shape, len(self.numbers)), *fillings]

    def _emptied(self, term: list[Any], fillings: list[Any]) -> Any:
        """``term`` with gaps in the place of symbols, names and numbers, which go to ``fillings``."""
        place = self.places.get(repr(term))
        if place is not None:
            fillings.append(place)
            return GAP
        parts: list[Any] = [term[0]]
        for part in term[1:]:
            if isinstance(part, list):
                parts.append(self._emptied(part, fillings))
            elif isinstance(part, str) and term[0] in VARIED:
                fillings.append(part)
                parts.append(GAP)
            else:
                parts.append(part)
        return parts
