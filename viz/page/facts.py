"""The graph as the page's script knows it: names, numbers and the shape, as JSON that no label can break out of."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from autograd import Primitive, Value
from viz.chain import Chain
from viz.formulas.notation import Math, product
from viz.formulas.operations import form_of
from viz.formulas.writers import mathml_inner
from viz.graph import Graph, Pass
from viz.page.languages import Language
from viz.text import clean, signed

__all__ = ["SPELLED", "as_json", "as_tuples", "facts_of", "notes_of", "operations_of", "pass_of"]


def pass_of(graph: Graph) -> Pass:
    """The backward pass that the page shows: with the seed 1, hooks and all, and with no ``grad`` changed."""

    def hooked(i: int, gradient: float) -> float:
        for hook in graph.values[i].hooks:
            replaced = hook(gradient)
            if replaced is not None:
                gradient = replaced.data if isinstance(replaced, Value) else float(replaced)
        return gradient

    return graph.fresh_pass(hooks=hooked)


def notes_of(graph: Graph, language: Language) -> tuple[dict[str, Any], list[str]]:
    """The gradients that nodes hold in Python, where the page's own pass gives others; and words for the legend."""
    seed = graph.held[graph.root] if graph.values[graph.root].op else None
    began = language.of(f"In Python the last pass began with {signed(seed)}; this page begins with 1.")
    notes = {
        i: f"In Python {clean(graph.name(i))}.grad: {language.list_of(account.words, '; ')}."
        for i, account in graph.accounts.items()
    }
    said = {"notes": notes, "began": began if seed not in (None, 1.0) else ""}
    return said, [language.of(line) for line in dict.fromkeys([*graph.roots_in_words(), *graph.legend()])]


def operations_of(graph: Graph) -> list[tuple[Primitive, int]]:
    """The operations that occur in ``graph``, each once, with how many inputs they have.

    Their order does not hang on the graph: graphs of the same operations have the same script.
    """
    found = dict.fromkeys((value.op, len(value.parents)) for value in graph.values if value.op)
    return sorted(found, key=lambda one: (one[0].name, one[0].constants, one[1]))


def facts_of(graph: Graph, own: Pass, language: Language) -> dict[str, Any]:
    """Everything about ``graph`` that its page needs, beside the pictures; ``own`` is the page's backward pass."""
    operations = {pair: k for k, pair in enumerate(operations_of(graph))}
    nodes, chain = range(len(graph)), Chain(graph)
    hooked = [i for i in nodes if _differ(own.arrived[i], own.gradients[i])]
    scopes = [" / ".join(graph.scope(i)) for i in nodes]
    frames = {scope: k for k, scope in enumerate(dict.fromkeys(scopes))}
    return {
        "names": [graph.name(i) for i in nodes],
        **formulas_of(chain),
        "roots": graph.roots,
        "formulas": [clean(graph.formula(i)) for i in nodes],
        "kinds": [graph.kind(i) for i in nodes],
        "frames": list(frames),
        "scopes": [frames[scope] for scope in scopes],
        "data": [value.data for value in graph.values],
        "ops": [operations[value.op, len(value.parents)] if value.op else -1 for value in graph.values],
        "operations": [_operation(op, language) for op, _ in operations],
        "first": graph.first,
        "sources": graph.sources,
        "locals": graph.locals,
        "replaced": {i: own.gradients[i] for i in hooked},
        "arrived": {i: own.arrived[i] for i in hooked},
    }


def _operation(op: Primitive, language: Language) -> dict[str, Any]:
    """How an operation is written; ``{0}`` and ``{1}`` stand for its operands, ``{*}`` for any number of them."""
    form, encloses = form_of(op)
    return {
        "name": clean(op.name),
        "symbol": clean(op.symbol or op.name),
        "form": clean(form),
        "call": encloses,
        "gated": op.gated,
        "domain": language.of(clean(op.domain.text)),
    }


def _differ(arrived: float | None, gradient: float | None) -> bool:
    """Whether a hook replaced what had arrived."""
    if arrived is None or gradient is None or arrived == gradient:
        return False
    return not (math.isnan(arrived) and math.isnan(gradient))


def as_json(facts: dict[str, Any]) -> str:
    """``facts`` as JSON in a ``<script>``: no ``<`` that could end it; numbers that are not finite as strings."""
    text = json.dumps(_plain(facts), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    escaped = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
    for sign, written in escaped.items():
        text = text.replace(sign, written)
    return text


def _plain(x: Any) -> Any:
    match x:
        case float() if not math.isfinite(x):
            return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"
        case dict():
            return {str(key): _plain(value) for key, value in x.items()}
        case list() | tuple():
            return [_plain(value) for value in x]
    return x


# --- formulas: MathML as nested lists, so that a page holds no markup but its own -------------------------

# The same few shapes occur again and again: ``w·∂L/∂z`` for every weight. So each shape is written once, and a formula
# is the number of its shape with what fills its gaps.

SPELLED = 20_000
"""Up to how many values a page has its chain rules in symbols; beyond, the names of values stand for these."""
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

    Within a term the symbol of a node is its number. Of a graph that is too big for that, none.
    """
    graph = chain.graph
    if len(graph) > SPELLED:
        return {"symbols": None, "terms": None, "primes": {}, "root": None, "shapes": []}
    shapes: dict[tuple[Any, ...] | int, int] = {}

    def written(term: Math, places: Mapping[tuple[Any, ...], int]) -> list[Any]:
        """The number of the shape of ``term``, and what fills its gaps, in order."""
        fillings: list[Any] = []
        shape = _emptied(as_tuples(term), places, fillings)
        return [shapes.setdefault(shape, len(shapes)), *fillings]

    symbols = [chain.symbol(i) for i in range(len(graph))]
    alone = [written(symbol, {}) for symbol in symbols]
    places = {as_tuples(symbol): i for i, symbol in enumerate(symbols)}
    heads = [chain.fusion.head[target] for target in graph.targets]
    terms = [product([chain.local(e), chain.upstream(head)]) for e, head in enumerate(heads)]
    return {
        "symbols": alone,
        "terms": [written(term, places) for term in terms],
        "primes": {name: [written(side, places) for side in sides] for name, sides in chain.primes.items()},
        "root": written(chain.root, places) if len(graph.roots) > 1 else None,
        "shapes": list(map(_listed, shapes)),
    }


def _emptied(
    term: tuple[Any, ...], places: Mapping[tuple[Any, ...], int], fillings: list[Any]
) -> tuple[Any, ...] | int:
    """``term`` with gaps for names, numbers and the symbols of nodes at ``places``; these go to ``fillings``."""
    if term in places:
        fillings.append(places[term])
        return GAP
    parts: list[Any] = [term[0]]
    for part in term[1:]:
        if isinstance(part, str) and term[0] in VARIED:
            fillings.append(part)
            parts.append(GAP)
        else:
            parts.append(part if isinstance(part, str | Attributes) else _emptied(part, places, fillings))
    return tuple(parts)
