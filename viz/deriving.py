"""``derive``: the chain rule from a root to one of its leaves, as one would write it by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograd import Value
from viz.chain import Chain, ChainRule
from viz.graph import Graph
from viz.latex import latex_lines
from viz.mathml import mathml_lines
from viz.notation import Math, Name, Remark, names_in
from viz.numbers import count
from viz.plain import text_lines
from viz.reading import asked
from viz.terminal import for_stdout

__all__ = ["Derivation", "derive"]

MOST_RULES = 60
"""How many nodes on the way are written out; of more, those next to the root and next to the leaf."""

COPIES = "#1, #2, …: different values of one name, in the order in which they were computed"
MOST_DEFINITIONS = 12
"""How many names that the derivation brought up are explained at its end."""


class Derivation:
    """The chain rule from a root to a leaf. Made by :func:`derive`; it prints itself.

    Attributes:
        rules: the rule at each node on the way, from the root down to the leaf. Each gradient is worked out once, and
            the rules after it refer to it by name.
        value: d root / d leaf, a float.
        hidden: how many nodes on the way are left out, because there are too many to write.

    >>> from autograd import Value
    >>> from viz import derive
    >>> x = Value(3.0, "x")
    >>> derivation = derive((x * x).named("y"), x)
    >>> derivation.value, len(derivation.rules)
    (6.0, 1)
    """

    def __init__(self, graph: Graph, leaf: int) -> None:
        chain = Chain(graph)
        way = _nodes_between(chain, leaf)
        half = MOST_RULES // 2
        self.hidden = max(0, len(way) - MOST_RULES)
        shown = [*way[:half], *way[-half:]] if self.hidden else way
        self.rules: list[ChainRule] = [chain.rule(i) for i in shown]
        self.value = chain.gradient(leaf)
        # A gradient that is 1 or −1 as it stands needs no name: the rules after it are written with the number.
        self._plain = {i for i in chain.signs if i != leaf and not graph.has_own_name(i)}
        self._definitions = _definitions(chain, self.rules)

    @property
    def equations(self) -> list[list[Math]]:
        """Every line: a left side, and what it equals in symbols, in numbers, as one number.

        Those that say no more than that the gradient of an unnamed term of the root is 1 or −1 are left out.
        """
        lines: list[list[Math]] = []
        for k, rule in enumerate(self.rules):
            if self.hidden and k == MOST_RULES // 2:
                lines.append([Remark(f"… {count(self.hidden, 'more node')} …")])
            if rule.node not in self._plain:
                lines.append(rule.equation)
                if rule.remark:
                    lines.append([Remark(rule.remark)])
        return [*lines, [Remark("where")], *self._definitions] if self._definitions else lines

    @property
    def text(self) -> str:
        """The derivation as plain text."""
        return text_lines(self.equations)

    @property
    def latex(self) -> str:
        """The derivation as a LaTeX ``aligned`` environment, to stand in mathematics mode."""
        return latex_lines(self.equations)

    @property
    def mathml(self) -> str:
        """The derivation as a ``<math>`` element."""
        return mathml_lines(self.equations)

    def __str__(self) -> str:
        return for_stdout(self.text)

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex}\n$$"

    def _repr_markdown_(self) -> str:
        return self._repr_latex_()


def derive(root: Value, leaf: Value, *, names: Mapping[str, Any] | None = None) -> Derivation:
    """Write out the chain rule from ``root`` to ``leaf``: in symbols, then in numbers, then the value.

    It is factored, as in a derivation by hand: d root / d node is worked out once for each node on the way, and goes
    by that name from then on. A weighted sum is one step. The gradients are those of this root, computed afresh from
    the local derivatives; no ``grad`` is changed.

    Args:
        root: what is differentiated.
        leaf: with respect to which value; any node will do.
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
    return Derivation(*asked(leaf, root, names, "derive"))


def _nodes_between(chain: Chain, leaf: int) -> list[int]:
    """The nodes whose gradient is needed for that of ``leaf``, from the root down; hidden parts of sums are passed."""
    graph, head = chain.graph, chain.fusion.head
    depends = [False] * len(graph)
    depends[leaf] = True
    for i in range(leaf + 1, len(graph)):
        depends[i] = not graph.is_held(i) and any(depends[graph.sources[e]] for e in graph.operand_edges(i))
    way = [i for i in range(graph.root, leaf, -1) if depends[i] and head[i] == i and i != graph.root]
    return [*way, leaf]


def _definitions(chain: Chain, rules: Sequence[ChainRule]) -> list[list[Math]]:
    """What the derivation did not say: the formulas behind f′, and behind names that were made up."""
    primes = [list(prime) for prime in chain.primes.values()]
    found: dict[int, list[Math]] = {}
    waiting = [term for rule in rules for term in reversed(rule.equation)]
    while waiting and len(found) < MOST_DEFINITIONS:
        for name in names_in(waiting.pop()):
            place = chain.made_up.get(name.text) if name.formula is None else None
            if place is not None and place not in found:
                found[place] = [Name(name.text), chain.formula(place)]
                waiting.append(found[place][1])  # it may bring up another name
    said = [term for rule in rules for term in rule.equation] + [term for lines in found.values() for term in lines]
    numbered = any(name.copy for term in said for name in names_in(term))
    copies: list[list[Math]] = [[Remark(COPIES)]] if numbered else []
    return [*primes, *[found[place] for place in sorted(found, reverse=True)], *copies]
