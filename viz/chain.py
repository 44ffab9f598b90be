"""The chain rule: at each node of a graph, and written out from a root to one of its leaves (``derive``).

At a node, d root / d node is a sum of local · upstream, one term for each flow. The gradients are those of one root,
computed afresh, without what earlier passes left on a leaf. A term of a sum ``Σ w·x + b`` that was written as a chain
of ``+`` goes straight to the sum, as in a derivation by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from autograd import Value
from viz._arguments import asked, graph_below
from viz.formulas.notation import (
    ONE,
    Math,
    Name,
    Number,
    Numbered,
    Remark,
    constant,
    derivative,
    negative,
    parts_of,
    product,
    quantity,
    sum_of,
    text_lines,
    worth,
)
from viz.formulas.operations import applied, constant_locals, local_derivatives, primed
from viz.formulas.writers import latex_lines, mathml_lines
from viz.graph import Graph
from viz.picture.fold import Fusion, fuse, terms_of
from viz.terminal import for_stdout
from viz.text import count, cut, signed

__all__ = ["Chain", "ChainRule", "Derivation", "Equations", "Term", "by_size", "derive"]

MOST_TERMS = 12
"""The most terms of a sum that are written out: the largest."""
MOST_OF_ALL = 400
"""The same where the whole backward pass is written out."""
MOST_RULES = 60
"""The most nodes on the way that are written out: those next to the root and next to the leaf."""
COPIES = "#1, #2, …: different values of one name, in the order in which they were computed"
MOST_DEFINITIONS = 12
"""The most names that are explained at the end of a derivation."""


class Term(NamedTuple):
    """One flow of gradient into a node: contribution = local · upstream."""

    child: int
    """The node that it comes back from: the use of the value, or the sum of which that use is a term."""
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
    """The change that a hook made; empty where there is none."""


class Chain:
    """The chain rule in a graph, node by node.

    Args:
        graph: what was differentiated.

    >>> from autograd import Value
    >>> from viz.graph import Graph
    >>> from viz.formulas.notation import text_lines
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> chain = Chain(Graph((a * b + a**2).named("c"), {}))
    >>> print(text_lines([chain.rule(0).equation]))
    ∂c/∂a = b + 2·a
          = −3.0000 + 4.0000
          = 1.0000
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.gradients, self.arrived = graph.fresh_pass(hooks=_seen_hooks(graph))
        """d root / d node after the hooks of each node and before them; None where no gradient flows. No hook is run:
        the effect of hooks in the last pass is read off the gradients that nodes hold."""
        self.fusion: Fusion = fuse(graph)
        self.signs = self._signs()
        """The nodes whose gradient is always 1 or −1, such as a term of the root, and which of the two."""
        self._locals: dict[int, list[Math | None]] = {}
        self.primes: dict[str, tuple[Math, Math]] = {}
        """The derivatives that were only named, such as σ′(x), and their formulas, by operation."""
        self._copies = _copies(graph)

    def name(self, i: int) -> str:
        """The name of node ``i``, with a number where several nodes have it: ``a1[1]#2``."""
        name, copy = self.graph.name(i), self._copies.get(i, 0)
        return f"{name}#{copy}" if copy and not self.graph.has_own_name(i) else name

    def symbol(self, i: int) -> Math:
        """Node ``i`` as mathematics: its name, its number, or its short formula."""
        symbol, copy = self.graph.symbols[i], self._copies.get(i, 0)
        if isinstance(symbol, Numbered):
            symbol = symbol.term
        if isinstance(symbol, Name):
            symbol = Name(cut(symbol.text))
        return Numbered(symbol, copy) if copy else symbol

    def formula(self, i: int) -> Math:
        """Node ``i`` as its operation applied to its operands; a sum as all its terms."""
        graph = self.graph
        op = graph.values[i].op
        if op is None:
            return quantity(graph.values[i].data)
        terms = terms_of(graph, self.fusion.head, i)
        if len(terms) > len(graph.operands(i)):
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
        """The change that hooks made to the gradient of node ``i``; empty where there is none."""
        before, after = self.sum_at(i), self.gradient(i)
        if before == after or (math.isnan(before) and math.isnan(after)):
            return ""
        return f"a hook of {cut(self.name(i))} changed the gradient there: {signed(before)} → {signed(after)}"

    @property
    def root(self) -> Math:
        """The root; of several roots, their sum."""
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
        """The flows into node ``i``; none comes from a held node, where flows end."""
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
            operands = list(map(self.symbol, graph.operands(target)))
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
    """The changes that hooks of computed nodes made in the last pass, to be made in another from the same root."""
    accounts = graph.accounts
    seed = graph.held[graph.root] or 1.0

    def replaced(i: int, gradient: float) -> float:
        account = accounts.get(i)
        if account is None or account.is_leaf or account.held is None or account.arrived is None:
            return gradient
        same_pass = math.isclose(gradient * seed, account.arrived, rel_tol=1e-9)
        return account.held / seed if same_pass and account.hooked else gradient

    return replaced


def by_size(term: Term) -> float:
    """A key that sorts the largest flow first, and nan before all."""
    return -math.inf if math.isnan(term.contribution) else -abs(term.contribution)


def _copies(graph: Graph) -> dict[int, int]:
    """The place of each node among those of the same label or formula, counted from 1."""
    labelled = {graph.index[value]: copy for value, copy in graph.symbols.copies.items()}
    places: dict[str, list[int]] = {}
    for i, value in enumerate(graph.values):
        if value.op is not None or value.kind != "constant":
            places.setdefault(graph.name(i), []).append(i)
    return labelled | {i: k for alike in places.values() if len(alike) > 1 for k, i in enumerate(alike, start=1)}


def _factor(local: float) -> Math:
    """A local derivative as a number; 1 and −1 are left to the product."""
    return ONE if local == 1.0 else negative(ONE) if local == -1.0 else quantity(local)


def _distinct(sides: list[Math]) -> list[Math]:
    """``sides`` without repetitions, and without the value of a formula that is just this number."""
    sides = [side for k, side in enumerate(sides) if side not in sides[k + 1 :]]
    first = sides[0]
    is_said = isinstance(first, Number) and isinstance(sides[-1], Number) and worth(first) == worth(sides[-1])
    return sides[:1] if is_said else sides


# --- from a root to a leaf --------------------------------------------------------------------------------


class Equations:
    """Equations that a notebook shows. A subclass sets ``equations``."""

    equations: list[list[Math]]
    """Every line: a left side, and what it equals in symbols, in numbers, as one number."""

    @property
    def latex(self) -> str:
        """The equations as a LaTeX ``aligned`` environment, to stand in mathematics mode."""
        return latex_lines(self.equations)

    @property
    def mathml(self) -> str:
        """The same as a ``<math>`` element."""
        return mathml_lines(self.equations)

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex}\n$$"


class Derivation(Equations):
    """The chain rule from a root to a leaf. Made by :func:`derive`; it prints itself.

    Attributes:
        rules: the rule at each node on the way, from the root down to the leaf. Each gradient is worked out once, and
            the rules after it refer to it by name.
        value: d root / d leaf, a float; of the whole pass, 1.
        hidden: how many nodes on the way are left out, because there are too many to write.
        equations: every line: a left side, and what it equals in symbols, in numbers, as one number. Lines that only
            say that the gradient of an unnamed term of the root is 1 or −1 are left out.

    >>> from autograd import Value
    >>> from viz import derive
    >>> x = Value(3.0, "x")
    >>> derivation = derive((x * x).named("y"), x)
    >>> derivation.value, len(derivation.rules)
    (6.0, 1)
    """

    def __init__(self, graph: Graph, leaf: int | None) -> None:
        chain = Chain(graph)
        way = _whole_way(chain) if leaf is None else _nodes_between(chain, leaf)
        most = MOST_RULES if leaf is not None else MOST_OF_ALL
        half = most // 2
        self.hidden = max(0, len(way) - most)
        shown = [*way[:half], *way[-half:]] if self.hidden else way
        self.rules: list[ChainRule] = [chain.rule(i) for i in shown]
        self.value = chain.gradient(graph.root if leaf is None else leaf)
        # A gradient that is 1 or −1 as it stands needs no name: the rules after it are written with the number.
        plain = {i for i in chain.signs if i != leaf and not graph.has_own_name(i)}
        self.equations = []
        for k, rule in enumerate(self.rules):
            if self.hidden and k == half:
                self.equations.append([Remark(f"… {count(self.hidden, 'more node')} …")])
            if rule.node not in plain:
                self.equations.append(rule.equation)
                if rule.remark:
                    self.equations.append([Remark(rule.remark)])
        definitions = _definitions(chain, self.rules)
        self.equations += [[Remark("where")], *definitions] if definitions else []

    @property
    def text(self) -> str:
        """The derivation as plain text."""
        return text_lines(self.equations)

    def __str__(self) -> str:
        return for_stdout(self.text)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self._repr_latex_()


def derive(root: Value, leaf: Value | None = None, *, names: Mapping[str, Any] | None = None) -> Derivation:
    """Write out the chain rule from ``root`` to ``leaf``: in symbols, then in numbers, then the value.

    As in a derivation by hand, d root / d node is worked out once for each node on the way, and goes by that name from
    then on. A weighted sum is one step. The gradients are those of this root, computed afresh from the local
    derivatives; no ``grad`` is changed.

    Args:
        root: what is differentiated.
        leaf: with respect to which value; any node will do. None: every value, the whole backward pass from the root
            back.
        names: variables, such as ``locals()``, to name the values that have no label.

    Returns:
        A :class:`Derivation`: it prints itself, shows itself in a notebook, and has ``text``, ``latex``, ``mathml``.

    Raises:
        TypeError: not Values.
        GradientError: ``leaf`` is not part of the graph of ``root``, or the two are given the other way round.
        StaleGraphError: a leaf changed after the graph was built.

    >>> from autograd import Value
    >>> from viz import derive
    >>> w, x, y = Value(0.5, "W11[1]"), Value(2.0, "a1[0]"), Value(3.0, "y")
    >>> z = (w * x).named("z1[1]")
    >>> derive(((z - y) ** 2).named("L"), w)
    ∂L/∂(z1[1] − y) = 2·(z1[1] − y)
                    = −4.0000
    ∂L/∂z1[1] = ∂L/∂(z1[1] − y)
              = −4.0000
    ∂L/∂W11[1] = a1[0]·∂L/∂z1[1]
               = 2.0000·(−4.0000)
               = −8.0000
    """
    if leaf is None:
        return Derivation(graph_below(root, names, "derive"), None)
    return Derivation(*asked(leaf, root, names, "derive"))


def _whole_way(chain: Chain) -> list[int]:
    """The nodes of the whole backward pass, from the root back; constants and hidden parts of sums are passed."""
    graph, head = chain.graph, chain.fusion.head
    shown = (i for i in graph.way_back if head[i] == i and i != graph.root)
    return [i for i in shown if graph.values[i].op is not None or graph.values[i].kind != "constant"]


def _nodes_between(chain: Chain, leaf: int) -> list[int]:
    """The nodes whose gradient that of ``leaf`` needs, from the root down, without the hidden parts of sums."""
    graph, head = chain.graph, chain.fusion.head
    depends = [False] * len(graph)
    depends[leaf] = True
    for i in range(leaf + 1, len(graph)):
        depends[i] = not graph.is_held(i) and any(depends[k] for k in graph.operands(i))
    way = [i for i in range(graph.root, leaf, -1) if depends[i] and head[i] == i and i != graph.root]
    return [*way, leaf]


def _definitions(chain: Chain, rules: Sequence[ChainRule]) -> list[list[Math]]:
    """The formulas that the derivation did not show: those of f′, and of made-up names."""
    graph = chain.graph
    made_up = {graph.name(i): i for i in range(len(graph)) if graph.symbols.is_made_up(i)}
    primes = [list(prime) for prime in chain.primes.values()]
    found: dict[int, list[Math]] = {}
    said = [term for rule in rules for term in rule.equation]
    waiting = said[::-1]
    while waiting and len(found) < MOST_DEFINITIONS:
        for part in parts_of(waiting.pop()):
            place = made_up.get(part.text) if isinstance(part, Name) else None
            if place is not None and place not in found:
                found[place] = [Name(graph.name(place)), chain.formula(place)]
                waiting.append(found[place][1])  # it may bring up another name
    said += [term for lines in found.values() for term in lines]
    numbered = any(isinstance(part, Numbered) for term in said for part in parts_of(term))
    copies: list[list[Math]] = [[Remark(COPIES)]] if numbered else []
    return [*primes, *[found[place] for place in sorted(found, reverse=True)], *copies]
