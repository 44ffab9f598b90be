"""The parts of a gradient that flows alone do not explain: earlier passes, hooks, another pass.

A computed node gets a fresh gradient in each pass; a leaf adds to the one it has. So a leaf holds the sum of the flows
of the last pass, after its hooks, and what was there before. Where several roots are drawn, the gradients shown are
those of their sum, and a node may hold another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from weakref import WeakKeyDictionary

from autograd import Value
from viz.graph import Graph
from viz.names import cut
from viz.numbers import signed

__all__ = ["Account", "Line", "accounts_of", "legend_of", "lines_of", "roots_in_words", "same_number", "shares_of"]


class Account(NamedTuple):
    """The origin of the number that a node holds."""

    held: float | None
    """The ``grad`` that the node holds; None: nothing."""
    arrived: float | None
    """The sum of the flows of the pass that is shown; None: nothing has arrived."""
    passed: float | None
    """The same after the hooks of the node; on a leaf over all passes that it holds."""
    is_leaf: bool
    of_sum: bool = False
    """Whether the pass that is shown is one of the picture's own, from several roots."""

    @property
    def hooked(self) -> bool:
        """Whether a hook changed what had arrived, apart from rounding."""
        return self.arrived is not None and not same_number(self.arrived, self.passed or 0.0, self.arrived)

    @property
    def earlier(self) -> float | None:
        """The part that the leaf held before this pass; None if nothing."""
        if self.held is None or not self.is_leaf or self.of_sum:
            return None
        passed = self.passed or 0.0
        return None if same_number(self.held, passed, self.arrived) else self.held - passed

    @property
    def other(self) -> float | None:
        """The ``grad`` of a leaf where the gradient of the sum of several roots is shown; None where it is the same."""
        return self.held if self.of_sum and self.held is not None and self.held != self.passed else None

    @property
    def foreign(self) -> bool:
        """Whether a computed node holds the gradient of another pass."""
        return (
            not self.is_leaf and self.held is not None and not same_number(self.held, self.passed or 0.0, self.arrived)
        )

    @property
    def words(self) -> str:
        """The account in a clause; empty where the flows say it all."""
        said = []
        if self.hooked:
            over = ", over all passes since zero_grad()" if self.is_leaf else ""
            said.append(f"a hook changed it: {signed(self.arrived)} → {signed(self.passed)}{over}")
        if self.earlier is not None:
            now = f"= {signed(self.passed)} of this pass, and {signed(self.earlier)}"
            said.append(f"{signed(self.held)} {'is' if self.passed is None else now} from earlier passes")
        if self.other is not None:
            said.append(f"it holds {signed(self.other)}, which is not that of the sum of the roots")
        if self.foreign:
            flows = "no flow reaches it" if self.arrived is None else f"its flows give {signed(self.arrived)}"
            said.append(f"{signed(self.held)} is of another pass, or was set: {flows}")
        return "; ".join(said)


class Line(NamedTuple):
    """One line of an account, as a card has it."""

    word: str
    number: str
    hatched: bool = False
    role: str = "ink"
    """The colour of its number."""


def accounts_of(graph: Graph) -> Mapping[int, Account]:
    """The accounts of those nodes of a graph whose flows do not say it all, by node.

    They are of the gradients that the graph had when this was first called. No hook is run.

    >>> from autograd import Value
    >>> from viz.graph import read_graph
    >>> x = Value(3.0, "x")
    >>> y = x * x
    >>> y.backward()
    >>> y.backward()
    >>> accounts_of(read_graph(y, {}))[0].words
    '+12.0000 = +6.0000 of this pass, and +6.0000 from earlier passes'
    """
    if graph not in _known:
        _known[graph] = dict(_accounts(graph))
    return _known[graph]


_known: WeakKeyDictionary[Graph, dict[int, Account]] = WeakKeyDictionary()


def _accounts(graph: Graph) -> Iterator[tuple[int, Account]]:
    arrived: list[float | None] = [None] * len(graph)
    scale = [0.0] * len(graph)
    several = len(graph.roots) > 1
    for root in graph.roots if several and graph.grads[graph.root] is not None else ():
        arrived[root] = 1.0
    for e in range(len(graph.sources) - 1, -1, -1):  # as a backward pass adds them
        flow, source = graph.flow(e), graph.sources[e]
        if flow is not None:
            arrived[source] = flow if (so_far := arrived[source]) is None else so_far + flow
            scale[source] = max(scale[source], abs(flow))
    for i, value in enumerate(graph.values):
        if not several and i == graph.root:
            continue
        account = _account(value, graph.held[i], arrived[i], several=several)
        if account.held is not None and same_number(account.held, account.passed or 0.0, scale[i]):
            account = account._replace(held=account.passed)
        if account.words:
            yield i, account


def _account(value: Value, held: float | None, arrived: float | None, *, several: bool) -> Account:
    is_leaf = value.op is None
    if several and not is_leaf:
        held = None  # each pass writes a computed node anew: what it holds says nothing of the sum
    hooked = bool(value.hooks) and arrived is not None and held is not None
    return Account(held, arrived, held if hooked and not several else arrived, is_leaf, of_sum=several)


def same_number(one: float, other: float, scale: float | None) -> bool:
    """Whether two numbers differ by rounding alone."""
    if one == other or (math.isnan(one) and math.isnan(other)):
        return True
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other), abs(scale or 0.0))


def shares_of(graph: Graph, i: int) -> list[tuple[int, float]]:
    """The roots, of several, that depend on node ``i``, with d root / d node; none if there are many roots."""
    return graph.shares[i] if graph.shares else []


def lines_of(graph: Graph, i: int) -> list[Line]:
    """The lines of a card beneath the gradient of node ``i``."""
    lines = [Line(f"of {cut(graph.name(root), 10)}", signed(share)) for root, share in shares_of(graph, i)]
    if i in graph.claims:
        lines.append(Line("claimed", signed(graph.claims[i]), role="alarm-type"))
    account = accounts_of(graph).get(i)
    if account is None:
        return lines
    if account.hooked:
        lines += [Line("flows", signed(account.arrived)), Line("after hook", signed(account.passed), hatched=True)]
    if account.earlier is not None:
        if account.passed is not None and not account.hooked:
            lines.append(Line("this pass", signed(account.passed)))
        lines.append(Line("earlier", signed(account.earlier), hatched=True))
    if account.other is not None:
        lines.append(Line("it holds", signed(account.other), hatched=True))
    if account.foreign:
        flows = "none" if account.arrived is None else signed(account.arrived)
        lines.append(Line("its flows", flows, hatched=True))
    return lines


def roots_in_words(graph: Graph) -> list[str]:
    """A line that says whose gradients they are, where there are several roots."""
    names = " + ".join(cut(graph.name(i), 12) for i in graph.roots)
    return [f"gradients: of {names}, the sum of the roots"] if len(graph.roots) > 1 else []


def legend_of(graph: Graph) -> list[str]:
    """The lines of a legend on the accounts of a graph."""
    words = roots_in_words(graph) if graph.grads[graph.root] is not None else []
    seed = graph.held[graph.root]
    if len(graph.roots) == 1 and graph.values[graph.root].op is not None and seed not in (None, 1.0):
        words.append(f"the pass began with {signed(seed)} at {cut(graph.name(graph.root), 12)}, not with 1")
    if graph.claims:
        words.append("red: a claimed gradient that is wrong, and the edge where it first went wrong")
    accounts = accounts_of(graph).values()
    if any(account.earlier is not None for account in accounts):
        words.append("earlier: left by earlier passes, or set, until zero_grad()")
    if any(account.other is not None for account in accounts):
        words.append("it holds: its grad, which is not that of the sum")
    if any(account.hooked for account in accounts):
        words.append("after hook: a hook changed what the flows gave")
    if any(account.foreign for account in accounts):
        words.append("its flows: the gradient is not their sum, it is of another pass or was set")
    return words
