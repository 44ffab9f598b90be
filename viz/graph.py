"""The neutral model of a picture: every value, every local derivative, every flow of gradient.

A :class:`Graph` is read from the Values once and then stands by itself; all views (pictures, text, pages) are
made from it, so a name or a number is the same in each. Nodes are numbered in topological order, edges in the
order of their children and operands: nothing depends on memory addresses or hashes.

It is kept as columns, one list per attribute, so that a graph of a million values is read in seconds;
:meth:`Graph.node` and :meth:`Graph.edge` give one row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, chain
from typing import Any, NamedTuple

from autograd import Value
from viz.formulas.notation import Math, Remark
from viz.formulas.operations import applied
from viz.formulas.symbols import Symbols
from viz.formulas.writers import to_text
from viz.names import clean

__all__ = ["Edge", "Graph", "Node", "Pass", "read_graph"]


MOST_OPERANDS = 500
"""How many operands a formula names, of an operation that takes any number."""
MOST_ROOTS = 4
"""Of how many roots the gradients are told apart."""
MORE = Remark("…")


class Node(NamedTuple):
    """One value."""

    position: int
    """Its place in topological order."""
    kind: str
    """``"op"``, or what a leaf is: ``"input"``, ``"parameter"``, ``"constant"``."""
    name: str
    symbol: str
    """The operation as a card shows it; empty on a leaf."""
    data: float
    grad: float | None
    """d root / d node; None: not computed."""
    scope: tuple[str, ...]
    """The frames it stands in, outermost first."""


class Edge(NamedTuple):
    """One occurrence of an operand, and the flow of gradient back along it."""

    source: int
    """The operand, which receives the flow."""
    target: int
    """The result, which the flow comes from."""
    slot: int
    """Which operand of the result: ``a * a`` has the slots 0 and 1."""
    local: float
    """d target / d source, through this occurrence."""
    flow: float | None
    """local · d root / d target; None: not computed."""


class Pass(NamedTuple):
    """A backward pass of a picture's own, in which no ``grad`` is written; None where no gradient flows."""

    gradients: list[float | None]
    """d root / d node; of several roots, d of their sum."""
    arrived: list[float | None]
    """The same before the hooks of the node: the sum of the flows into it."""


class Graph:
    """The graph below a root, or several, as columns. Made by :func:`read_graph`."""

    def __init__(self, roots: Sequence[Value], names: Mapping[Value, str]) -> None:
        values = list(dict.fromkeys(value for root in roots for value in root.topological_order()))
        self.values = values
        """The nodes in topological order, a root last."""
        self.index: dict[Value, int] = {value: i for i, value in enumerate(values)}
        self.roots = sorted({self.index[root] for root in roots})
        """Where the roots stand."""
        self.held: list[float | None] = [_number(value.grad) if value.has_grad else None for value in values]
        """The ``grad`` that each node holds."""
        self.symbols = Symbols(values, names)
        """The symbol of each node, the same in every view."""
        self.sources: list[int] = []
        self.targets: list[int] = []
        self.locals: list[float] = []
        self.first: list[int] = []
        """``sources[first[i] : first[i + 1]]`` are the operands of node i."""
        for i, value in enumerate(values):
            self.first.append(len(self.sources))
            operands = [self.index[parent] for parent in value.parents]
            self.symbols.add(value, operands)
            if operands:
                self.sources += operands
                self.targets += [i] * len(operands)
                self.locals += value.partials()
        self.first.append(len(self.sources))
        self.grads = self._shown()
        """The gradients that a picture shows: those that are held; of several roots that of their sum."""
        self.claims: dict[int, float] = {}
        """The wrong gradients that somebody claims of nodes, which a picture shows in red."""
        self.slipped: frozenset[int] = frozenset()
        """The edges where the first of them went wrong."""
        self.turn: int | None = None
        """The node whose turn it is in a pass that is drawn step by step."""
        self.to_fill_in = False
        """Whether the gradients are blank because somebody is to work them out."""

    def _shown(self) -> list[float | None]:
        if len(self.roots) == 1:
            return list(self.held)
        if all(self.held[root] is None for root in self.roots):
            return [None] * len(self.values)
        return [gradient or 0.0 for gradient in self.fresh_pass().gradients]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def root(self) -> int:
        """The index of the root; of several, of one that no other was computed from."""
        return len(self.values) - 1

    @property
    def title(self) -> str:
        """The names of the roots."""
        return ", ".join(map(self.name, self.roots))

    def fresh_pass(
        self, roots: Sequence[int] | None = None, hooks: Callable[[int, float], float] | None = None
    ) -> Pass:
        """A backward pass from ``roots``, or from all roots at once, each with the seed 1.

        Args:
            roots: where it begins.
            hooks: the gradient of a node from the one that arrives there; None: no hook is run.
        """
        arrived: list[float | None] = [None] * len(self)
        for root in self.roots if roots is None else roots:
            arrived[root] = 1.0
        gradients = list(arrived)
        for i in range(self.root, -1, -1):
            upstream = arrived[i]
            if upstream is None:
                continue
            if hooks is not None and self.values[i].hooks:
                upstream = hooks(i, upstream)
            gradients[i] = upstream
            for e in self.operand_edges(i):
                flow = self.flow_of(e, upstream)
                if flow is not None:
                    so_far = arrived[self.sources[e]]
                    arrived[self.sources[e]] = flow if so_far is None else so_far + flow
        return Pass(gradients, arrived)

    def flow_of(self, e: int, upstream: float) -> float | None:
        """The flow along edge ``e`` of a gradient; None where a gate is closed, which stops even an infinite one."""
        op = self.values[self.targets[e]].op
        if op is not None and op.gated:
            return upstream if self.locals[e] else None
        return upstream if self.locals[e] == 1.0 else self.locals[e] * upstream

    def node(self, i: int) -> Node:
        """Node ``i``."""
        value = self.values[i]
        op = value.op
        return Node(
            position=i,
            kind=value.kind if op is None else "op",
            name=self.name(i),
            symbol=clean(op.symbol or op.name) if op else "",
            data=value.data,
            grad=self.grads[i],
            scope=self.scope(i),
        )

    def name(self, i: int) -> str:
        """The name of node ``i``, the same in every view: its symbol as text."""
        return self.symbols.names[i]

    def scope(self, i: int) -> tuple[str, ...]:
        """The frames node ``i`` stands in, outermost first."""
        return _frames(self.values[i].scope)

    def edge(self, e: int) -> Edge:
        """Edge ``e``."""
        source, target = self.sources[e], self.targets[e]
        return Edge(source, target, e - self.first[target], self.locals[e], self.flow(e))

    def flow(self, e: int) -> float | None:
        """The flow along edge ``e``, local · upstream; None if the upstream gradient is not computed."""
        target = self.targets[e]
        upstream = self.grads[target]
        if upstream is None:
            return None
        # Behind a closed gate a gradient of 0 is none: times an infinite local derivative it would be nan.
        return (self.flow_of(e, upstream) or 0.0) if upstream or self.reached[target] else 0.0

    @cached_property
    def reached(self) -> list[bool]:
        """For each node whether a gradient flows back to it, past all gates."""
        found = [False] * len(self)
        for root in self.roots:
            found[root] = True
        for e in range(len(self.sources) - 1, -1, -1):
            if found[self.targets[e]] and not found[self.sources[e]]:
                op = self.values[self.targets[e]].op
                found[self.sources[e]] = bool(self.locals[e]) or op is None or not op.gated
        return found

    def is_held(self, i: int) -> bool:
        """Whether flows end at node ``i``, which derivatives take for a constant."""
        op = self.values[i].op
        return op is not None and op.held

    def operand_edges(self, i: int) -> range:
        """The edges to node ``i`` from its operands, in their order."""
        return range(self.first[i], self.first[i + 1])

    def flow_edges(self, i: int) -> list[int]:
        """The edges along which gradient flows into node ``i``: one for each use of it."""
        starts, edges = self._uses
        return edges[starts[i] : starts[i + 1]]

    @cached_property
    def _uses(self) -> tuple[list[int], list[int]]:
        """Every edge, ordered by its source; and where those of each node begin."""
        edges = sorted(range(len(self.sources)), key=self.sources.__getitem__)
        starts = [0] * (len(self.values) + 1)
        for source in self.sources:
            starts[source + 1] += 1
        return list(accumulate(starts)), edges

    @cached_property
    def way_back(self) -> list[int]:
        """The nodes from the root back: by how many steps the longest way from the root takes."""
        steps = [0] * len(self)
        for i in range(self.root, -1, -1):
            for e in self.operand_edges(i):
                steps[self.sources[e]] = max(steps[self.sources[e]], steps[i] + 1)
        return sorted(range(len(self)), key=lambda i: (steps[i], -i))

    @cached_property
    def full_scale(self) -> float | None:
        """The largest finite |gradient| or |flow| in the graph; None before ``backward()`` or where all vanish."""
        shown = chain(self.grads, map(self.flow, range(len(self.sources))))
        return max((abs(x) for x in shown if x is not None and math.isfinite(x)), default=0.0) or None

    def keep_scale(self) -> None:
        """Measure the colours by the gradients that are shown now, whatever is shown after."""
        _ = self.full_scale

    @cached_property
    def shares(self) -> list[list[tuple[int, float]]]:
        """For each node the gradients of the single roots, where there are two to four; else an empty list."""
        if not 2 <= len(self.roots) <= MOST_ROOTS or self.grads[self.root] is None:
            return []
        passes = [(root, self.fresh_pass([root]).gradients) for root in self.roots]
        return [[(root, g) for root, found in passes if (g := found[i]) is not None] for i in range(len(self))]

    @cached_property
    def parameters(self) -> frozenset[int]:
        """The nodes that are parameters."""
        return frozenset(i for i, value in enumerate(self.values) if value.kind == "parameter")

    def has_own_name(self, i: int) -> bool:
        """Whether node ``i`` was named by somebody."""
        return self.symbols.is_given(self.values[i])

    def formula(self, i: int) -> str:
        """Node ``i`` in terms of the names of its operands; empty if it is a leaf."""
        op = self.values[i].op
        if op is None:
            return ""
        edges = self.operand_edges(i)
        operands: list[Math] = [self.symbols[self.sources[e]] for e in edges[:MOST_OPERANDS]]
        return to_text(applied(op, operands + [MORE] * (len(edges) > MOST_OPERANDS)))


@lru_cache(maxsize=4096)
def _frames(path: str) -> tuple[str, ...]:
    """The frames that ``path`` names; many values share one path."""
    return tuple(map(clean, path.split("/"))) if path else ()


def _number(gradient: Any) -> float:
    """A gradient as a float, also where it is a Value, to be differentiated again."""
    return gradient.data if isinstance(gradient, Value) else float(gradient)


def read_graph(roots: Value | Sequence[Value], names: Mapping[Value, str]) -> Graph:
    """The graph below a root, or below several.

    Args:
        roots: the values that are differentiated.
        names: names for Values without a label.

    Raises:
        StaleGraphError: a leaf changed after the graph was built, so its numbers would be wrong.

    >>> from autograd import Value
    >>> a = Value(3.0, "a")
    >>> y = a * a
    >>> y.backward()
    >>> graph = read_graph(y, {})
    >>> [graph.edge(e) for e in graph.flow_edges(0)]
    [Edge(source=0, target=1, slot=0, local=3.0, flow=3.0), Edge(source=0, target=1, slot=1, local=3.0, flow=3.0)]
    """
    return Graph([roots] if isinstance(roots, Value) else roots, names)
