"""The chain rule at each node of a graph: d root / d node as a sum of local · upstream, one term for each flow.

The gradients are those of one root, computed afresh: what earlier passes left on a leaf is no part of them. Where a
sum ``Σ w·x + b`` is written as a chain of ``+``, the term goes straight to the sum, as in a derivation by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from viz.accounts import accounts_of
from viz.graph import Graph
from viz.local import constant_locals, local_derivatives, primed
from viz.names import cut
from viz.notation import (
    ONE,
    Math,
    Name,
    Number,
    Remark,
    constant,
    derivative,
    negative,
    product,
    quantity,
    sum_of,
    worth,
)
from viz.numbers import count, signed
from viz.picture.fold import Fusion, fuse
from viz.templates import applied

__all__ = ["Chain", "ChainRule", "Term", "by_size", "terms_of"]

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
    remark: str = ""
    """What a hook made of it; empty where none changed it."""


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
    ∂c/∂a = b + 2·a
          = −3.0000 + 4.0000
          = 1.0000
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.gradients, self.arrived = graph.fresh_pass(hooks=_seen_hooks(graph))
        """d root / d node after the hooks of each node and before them; None where no gradient flows. No hook is run:
        what they did in the last pass is read off the gradients that are held."""
        self.fusion: Fusion = fuse(graph)
        self.signs = self._signs()
        """The nodes whose gradient is 1 or −1 wherever it is computed, as that of a term of the root, and which."""
        self._locals: dict[int, list[Math | None]] = {}
        self.made_up: dict[str, int] = {}
        """The names that were made up so far, ``v14``, and their nodes."""
        self.primes: dict[str, tuple[Math, Math]] = {}
        """The derivatives that were only named, such as σ′(x), and their formulas, by the operation."""
        self._copies = _copies(graph)

    def name(self, i: int) -> str:
        """The name of node ``i``, with a number where several nodes have it: ``a1[1]#2``."""
        name, copy = self.graph.name(i), self._copies.get(i, 0)
        return f"{name}#{copy}" if copy and not self.graph.has_own_name(i) else name

    def symbol(self, i: int) -> Math:
        """Node ``i`` as mathematics: its name, its number, or its short formula."""
        graph = self.graph
        value = graph.values[i]
        if value.kind == "constant" and value.op is None and not graph.has_own_name(i):
            return constant(value.data)
        name, copy = graph.name(i), self._copies.get(i, 0)
        if graph.has_own_name(i):
            return Name(name.removesuffix(f"#{copy}"), copy=copy)
        if value.op is None or name == graph.names.made_up(i):
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

    def sum_at(self, i: int) -> float:
        """The sum of the flows into node ``i``, before any hook of it."""
        return self.arrived[i] or 0.0

    def hook_at(self, i: int) -> str:
        """What hooks made of the gradient of node ``i``; empty where none changed it."""
        before, after = self.sum_at(i), self.gradient(i)
        if before == after or (math.isnan(before) and math.isnan(after)):
            return ""
        return f"a hook of {cut(self.name(i))} changed the gradient there: {signed(before)} → {signed(after)}"

    @property
    def root(self) -> Math:
        """What is differentiated; of several roots, their sum."""
        return sum_of([self.symbol(root) for root in self.graph.roots])

    def upstream(self, i: int) -> Math:
        """∂root/∂node ``i``."""
        sign = self.signs.get(i)
        return derivative(self.root, self.symbol(i)) if sign is None else _factor(sign)

    def _signs(self) -> dict[int, float]:
        graph = self.graph
        found = {root: 1.0 for root in graph.roots if not graph.flow_edges(root)}
        for i in range(graph.root, -1, -1):
            edges = graph.flow_edges(i)
            if len(edges) != 1 or i in graph.roots or self.arrived[i] != self.gradients[i]:
                continue
            edge = graph.edge(edges[0])
            fixed = edge.target in found and edge.slot in constant_locals(graph.values[edge.target])
            if fixed and abs(edge.local) == 1.0:
                found[i] = edge.local * found[edge.target]
        return found

    def terms(self, i: int) -> list[Term]:
        """The flows into node ``i``; none comes from a node that is held, where a flow ends."""
        graph = self.graph
        found = []
        for e in graph.flow_edges(i):
            target = graph.targets[e]
            upstream = self.gradients[target]
            # nothing flows from behind a closed gate, not even 0 · inf
            if upstream is not None and not graph.is_held(target):
                contribution = graph.flow_of(e, upstream) or 0.0
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
        left = derivative(self.root, self.symbol(i))
        terms = self.terms(i)
        value, remark = self.sum_at(i), self.hook_at(i)
        if not terms:
            return ChainRule(i, terms, self.gradient(i), [left, constant(value)], remark)
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
        sides = _distinct([side for side in sides if side != left])
        return ChainRule(i, terms, self.gradient(i), [left, *sides], remark)

    def _number(self, term: Term) -> Math:
        return quantity(term.upstream) if self.signs.get(term.child) != term.upstream else _factor(term.upstream)


def _seen_hooks(graph: Graph) -> Callable[[int, float], float]:
    """What hooks of computed nodes made of the gradients in the last pass, for a pass from the same root."""
    accounts = accounts_of(graph)
    seed = graph.held[graph.root] or 1.0

    def replaced(i: int, gradient: float) -> float:
        account = accounts.get(i)
        if account is None or account.is_leaf or account.held is None or account.arrived is None:
            return gradient
        same_pass = math.isclose(gradient * seed, account.arrived, rel_tol=1e-9)
        return account.held / seed if same_pass and account.hooked else gradient

    return replaced


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
    """Which of several nodes of one label, or one formula, each is, counted from 1."""
    labelled = {graph.index[value]: copy for value, copy in graph.names.copies.items()}
    places: dict[str, list[int]] = {}
    for i, value in enumerate(graph.values):
        if value.op is not None or value.kind != "constant":
            places.setdefault(graph.name(i), []).append(i)
    return labelled | {i: k for alike in places.values() if len(alike) > 1 for k, i in enumerate(alike, start=1)}


def _factor(local: float) -> Math:
    """A local derivative as a number; 1 and −1 are left to the product."""
    return ONE if local == 1.0 else negative(ONE) if local == -1.0 else quantity(local)


def _distinct(sides: list[Math]) -> list[Math]:
    """``sides`` without what would be said twice: a number that is one already, as it is written in the formula."""
    sides = [side for k, side in enumerate(sides) if side not in sides[k + 1 :]]
    first = sides[0]
    is_said = isinstance(first, Number) and isinstance(sides[-1], Number) and worth(first) == worth(sides[-1])
    return sides[:1] if is_said else sides
