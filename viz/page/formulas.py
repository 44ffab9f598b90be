"""Mathematics for the page's script: MathML as nested lists, so that a page holds no markup but its own.

The same few shapes occur again and again: ``w·∂L/∂z`` for every weight. So each shape is written once, and a formula
is the number of its shape with what fills its gaps.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import lru_cache
from typing import Any

from viz.chain import Chain
from viz.formulas.notation import Math, product
from viz.formulas.writers import mathml_inner

__all__ = ["as_tuples", "formulas_of"]

GAP = 0
"""Stands in a shape for what fills it."""
VARIED = ("mi", "mn")
"""The elements whose text differs between formulas of one shape: names and numbers, but not signs."""


class Attributes(tuple[tuple[str, str], ...]):
    """The attributes of an element."""

    __slots__ = ()


@lru_cache(maxsize=4096)
def as_tuples(term: Math) -> tuple[Any, ...]:
    """``term`` as ``(element, child, ...)``; a child is text, another such tuple, or attributes.

    Kept, for a playground writes nearly the same formulas again with each key that is pressed.

    >>> from viz.formulas.notation import Name
    >>> as_tuples(Name("x1"))
    ('msub', ('mi', 'x'), ('mn', '1'))
    """
    return _nested(ET.fromstring(f"<mrow>{mathml_inner(term)}</mrow>")[0])  # noqa: S314 -- what writers.py wrote


def _nested(element: ET.Element) -> tuple[Any, ...]:
    attributes = (Attributes(element.attrib.items()),) if element.attrib else ()
    text = (element.text,) if element.text else ()
    return element.tag, *attributes, *text, *map(_nested, element)


def _listed(part: Any) -> Any:
    """The same for JSON: lists, and attributes as a dict."""
    if isinstance(part, Attributes):
        return dict(part)
    return list(map(_listed, part)) if isinstance(part, tuple) else part


def formulas_of(chain: Chain) -> dict[str, Any]:
    """For each node its symbol, for each edge its term of the chain rule, and the derivatives that are only named.

    Within a term the symbol of a node is its number.
    """
    graph = chain.graph
    symbols = [as_tuples(chain.symbol(i)) for i in range(len(graph))]
    heads = [chain.fusion.head[target] for target in graph.targets]
    terms = [as_tuples(product([chain.local(e), chain.upstream(head)])) for e, head in enumerate(heads)]
    shapes = _Shapes()
    written = [shapes.written(symbol) for symbol in symbols]
    shapes.places = {symbol: i for i, symbol in enumerate(symbols)}
    return {
        "symbols": written,
        "terms": [shapes.written(term) for term in terms],
        "primes": {name: [shapes.written(as_tuples(side)) for side in sides] for name, sides in chain.primes.items()},
        "root": shapes.written(as_tuples(chain.root)) if len(graph.roots) > 1 else None,
        "shapes": [_listed(shape) for shape in shapes.numbers],
    }


class _Shapes:
    """The shapes of the formulas of one page."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[Any, ...] | int, int] = {}
        """Each shape and its number."""
        self.places: dict[tuple[Any, ...], int] = {}
        """The nodes by their symbols."""

    def written(self, term: tuple[Any, ...]) -> list[Any]:
        """The number of the shape of ``term``, and what fills its gaps, in order."""
        fillings: list[Any] = []
        shape = self._emptied(term, fillings)
        return [self.numbers.setdefault(shape, len(self.numbers)), *fillings]

    def _emptied(self, term: tuple[Any, ...], fillings: list[Any]) -> tuple[Any, ...] | int:
        """``term`` with gaps in the place of symbols, names and numbers, which go to ``fillings``."""
        place = self.places.get(term)
        if place is not None:
            fillings.append(place)
            return GAP
        varied = term[0] in VARIED
        parts: list[Any] = [term[0]]
        for part in term[1:]:
            if isinstance(part, str) and varied:
                fillings.append(part)
                parts.append(GAP)
            else:
                parts.append(part if isinstance(part, str | Attributes) else self._emptied(part, fillings))
        return tuple(parts)
