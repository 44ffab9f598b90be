"""The chain rule at each node of a graph: d root / d node as a sum of local · upstream, one term for each flow.

The gradients are those of one root, computed afresh: what earlier passes left on a leaf is no part of them. Where a
sum ``Σ w·x + b`` is written as a chain of ``+``, the term goes straight to the sum, as in a derivation by hand.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from viz.fusing import Fusion, fuse
from viz.graph import Graph
from viz.local import local_derivatives, primed
from viz.notation import ONE, Math, Name, Remark, constant, derivative, negative, product, quantity, sum_of
from viz.numbers import count
from viz.templates import applied

__all__ = ["Chain", "ChainRule", "Term", "by_size", "gradients_of", "terms_of"]

MOST_TERMS = 12
"""How many terms of a sum are written out; of more, the largest."""


class Term(NamedTuple):
    """One flow of gradient into a node: contribution = local · upstream."""

    child: int
    """The node that it comes back from: the use of the value, or the sum which that use is a term of."""
    edge: int
    """The occurrence of the value as an operand."""
    local: float
    upstream: float
    contribution: float


class ChainRule(NamedTuple):
    """d root / d node = Σ local · upstream, as it is written."""

    node: int
    terms: list[Term]
    """All of them, in the order of their uses."""
    value: float
    equation: list[Math]
    """∂root/∂node, and what it equals: in symbols, in numbers, as one number."""


def gradients_of(graph: Graph) -> list[float | None]:
    """d root / d node for each node of ``graph``, None where no gradient flows.

    >>> from autograd import Value
    >>> from viz.graph import read_graph
    >>> a = Value(3.0)
    >>> gradients_of(read_graph(a * a + a, {}))
    [7.0, 1.0, 1.0]
    """
    found: list[float | None] = [None] * len(graph)
    found[graph.root] = 1.0
    for i in range(graph.root, -1, -1):
        upstream = found[i]
        if upstream is None:
            continue
        for e in graph.operand_edges(i):
            contribution = _flow(graph, e, upstream)
            if contribution is not None:
                so_far = found[graph.sources[e]]
                found[graph.sources[e]] = contribution if so_far is None else so_far + contribution
    return found


def _flow(graph: Graph, e: int, upstream: float) -> float | None:
    """The flow along edge ``e``; None where a gate is closed, which stops even an infinite one."""
    op = graph.values[graph.targets[e]].op
    if op is not None and op.gated:
        return upstream if graph.locals[e] else None
    return upstream if graph.locals[e] == 1.0 else graph.locals[e] * upstream


class Chain:
    """The chain rule in a graph, node by node.

    Args:
        graph: what was differentiated.

    >>> from autograd import Value
    >>> from viz.graph import read_graph
    >>> from viz.plain import text_lines
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> chain = Chain(read_graph((a * b + a**2).named("c"), {}))
    >>> print(text_lines([chain.rule(0).equation]))
    ∂c/∂a = b + 2·a·∂c/∂(a^2)
          = −3.0000 + 4.0000·1.0000
          = 1.0000
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.gradients = gradients_of(graph)
        self.fusion: Fusion = fuse(graph)
        self._locals: dict[int, list[Math | None]] = {}
        self.made_up: dict[str, int] = {}
        """The names that were made up so far, ``v14``, and their nodes."""
        self.primes: dict[str, tuple[Math, Math]] = {}
        """The derivatives that were only named, such as σ′(x), and their formulas, by the operation."""
        self._copies = _copies(graph)

    def name(self, i: int) -> str:
        """The name of node ``i``, with a number where several nodes have it: ``a1[1]#2``."""
        name, copy = self.graph.name(i), self._copies.get(i, 0)
        return f"{name}#{copy}" if copy else name

    def symbol(self, i: int) -> Math:
        """Node ``i`` as mathematics: its name, its number, or its short formula."""
        graph = self.graph
        value = graph.values[i]
        if value.kind == "constant" and value.op is None and not graph.has_own_name(i):
            return constant(value.data)
        name, copy = graph.name(i), self._copies.get(i, 0)
        if graph.has_own_name(i):
            return Name(name, copy=copy)
        if value.op is None or name == f"v{i}":
            self.made_up[name] = i
            return Name(name)
        return Name(name, self.formula(i), copy)

    def formula(self, i: int) -> Math:
        """Node ``i`` as its operation applied to its operands; a sum as all its terms."""
        graph = self.graph
        op = graph.values[i].op
        if op is None:
            return quantity(graph.values[i].data)
        terms = terms_of(graph, self.fusion, i)
        if len(terms) > len(graph.operand_edges(i)):
            shown = terms if len(terms) <= MOST_TERMS else terms[: MOST_TERMS - 1]
            rest = [Remark(f"{len(terms) - len(shown):,} more terms")] if len(terms) > len(shown) else []
            return sum_of([*map(self.symbol, shown), *rest])
        return applied(op, list(map(self.symbol, terms)))

    def gradient(self, i: int) -> float:
        """d root / d node ``i``, 0 where nothing flows."""
        return self.gradients[i] or 0.0

    def upstream(self, i: int) -> Math:
        """∂root/∂node ``i``."""
        root = self.graph.root
        return ONE if i == root else derivative(self.symbol(root), self.symbol(i))

    def terms(self, i: int) -> list[Term]:
        """The flows into node ``i``; none comes from a node that is held, where a flow ends."""
        graph = self.graph
        found = []
        for e in graph.flow_edges(i):
            target = graph.targets[e]
            upstream = self.gradients[target]
            if upstream is not None and not graph.is_held(target):  # nothing flows from behind a closed gate, not even 0 · inf
                contribution = _flow(graph, e, upstream) or 0.0
                found.append(Term(self.fusion.head[target], e, graph.locals[e], upstream, contribution))
        return found

    def local(self, e: int) -> Math:
        """The local derivative along edge ``e``, in symbols."""
        graph = self.graph
        target = graph.targets[e]
        if target not in self._locals:
            operands = [self.symbol(graph.sources[edge]) for edge in graph.operand_edges(target)]
            value = graph.values[target]
            self._locals[target] = local_derivatives(value, operands, self.symbol(target))
            prime = primed(value) if value.op and value.op.name not in self.primes else None
            if prime and value.op:
                self.primes[value.op.name] = prime
        written = self._locals[target][e - graph.first[target]]
        if written is not None:
            return written
        if abs(graph.locals[e]) == 1.0:
            return _factor(graph.locals[e])
        return derivative(self.symbol(target), self.symbol(graph.sources[e]))

    def rule(self, i: int) -> ChainRule:
        """The chain rule at node ``i``."""
        left = derivative(self.symbol(self.graph.root), self.symbol(i))
        terms = self.terms(i)
        value = self.gradient(i)
        if not terms:
            return ChainRule(i, terms, value, [left, constant(value)])
        shown, rest = terms, []
        if len(terms) > MOST_TERMS:
            largest = sorted(terms, key=by_size)
            shown, rest = largest[: MOST_TERMS - 1], largest[MOST_TERMS - 1 :]
        symbolic = [product([self.local(term.edge), self.upstream(term.child)]) for term in shown]
        numeric = [product([_factor(term.local), self._number(term)]) for term in shown]
        if rest:
            symbolic.append(Remark(count(len(rest), "smaller flow")))
            numeric.append(quantity(sum(term.contribution for term in rest)))
        sides = [sum_of(symbolic), sum_of(numeric), quantity(value)]
        return ChainRule(i, terms, value, [left, *_distinct([side for side in sides if side != left])])

    def _number(self, term: Term) -> Math:
        return ONE if term.child == self.graph.root else quantity(term.upstream)


def terms_of(graph: Graph, fusion: Fusion, i: int) -> list[int]:
    """What node ``i`` was computed from; of a sum all terms, through its partial sums."""
    found: list[int] = []
    waiting = [*reversed(graph.operand_edges(i))]
    while waiting:
        operand = graph.sources[waiting.pop()]
        op = graph.values[operand].op
        if fusion.head[operand] != operand and op is not None and op.name == "add":
            waiting += reversed(graph.operand_edges(operand))
        else:
            found.append(operand)
    return found


def by_size(term: Term) -> float:
    """What sorts the largest flow first; one that is not a number comes before all."""
    return -math.inf if math.isnan(term.contribution) else -abs(term.contribution)


def _copies(graph: Graph) -> dict[int, int]:
    """Which of several nodes of one name each is, counted from 1, where a name is not one node's alone."""
    places: dict[str, list[int]] = {}
    for i, value in enumerate(graph.values):
        if value.op is not None or value.kind != "constant":
            places.setdefault(graph.name(i), []).append(i)
    return {i: k for alike in places.values() if len(alike) > 1 for k, i in enumerate(alike, start=1)}


def _factor(local: float) -> Math:
    """A local derivative as a number; 1 and −1 are left to the product."""
    return ONE if local == 1.0 else negative(ONE) if local == -1.0 else quantity(local)


def _distinct(sides: list[Math]) -> list[Math]:
    """``sides`` without what would be said twice."""
    return [side for k, side in enumerate(sides) if side not in sides[k + 1 :]]
