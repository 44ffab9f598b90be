"""The neutral model of a picture: every value, every local derivative, every flow of gradient.

A :class:`Graph` is read from the Values once and then stands by itself; all views (pictures, text, pages) are
made from it, so a name or a number is the same in each. Nodes are numbered in topological order, edges in the
order of their children and operands: nothing depends on memory addresses or hashes.

It is kept as columns, one list per attribute, so that a graph of a million values is read in seconds;
:meth:`Graph.edge` gives one row.

Each node has one symbol, the same in every view (:class:`Symbols`). A gradient that the flows of the last pass do not
explain has an :class:`Account` of where the rest comes from.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from autograd import Primitive, Value
from viz.formulas.notation import Math, Name, Number, Numbered, Remark, constant, to_text
from viz.formulas.operations import applied
from viz.text import clean, columns, cut, signed

__all__ = ["Account", "Edge", "Graph", "Line", "Pass", "Symbols", "same_number"]

MOST_OPERANDS = 500
"""How many operands a formula names, of an operation that takes any number."""
MOST_ROOTS = 4
"""Of how many roots the gradients are told apart."""
MORE = Remark("…")


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


# --- the symbol of each value ---------------------------------------------------------------------------


LONGEST_FORMULA = 18
"""The most columns of a formula that serves as a name."""


class Symbols:
    """The symbols of the nodes of a graph, given in topological order.

    Where several nodes have one label, each is numbered: ``w#1``, ``w#2``.

    Args:
        values: the nodes.
        given: names that the caller gives to nodes without a label, such as those of variables.

    >>> from autograd import Value
    >>> a = Value(2.0, "a")
    >>> values = (a**2).topological_order()
    >>> symbols = Symbols(values, {})
    >>> symbols.add(values[0], []), symbols.add(values[1], [0])
    (None, None)
    >>> symbols.name(0), symbols.name(1)
    ('a', 'a²')
    """

    __slots__ = ("_short", "_taken", "_texts", "copies", "labels")

    def __init__(self, values: Sequence[Value], given: Mapping[Value, str]) -> None:
        labels = {value: clean(label) for value in values if (label := value.label or given.get(value, ""))}
        alike = Counter(labels.values())
        self.labels = labels
        """The labels, or given names, of the values that do not go by their formulas."""
        self._taken = alike.keys()
        self.copies: dict[Value, int] = {}
        """Which of several nodes of one label each is, counted from 1."""
        met: Counter[str] = Counter()
        for value, label in labels.items():
            if alike[label] > 1:
                met[label] += 1
                self.copies[value] = met[label]
        self._short: list[Math | None] = []
        """The symbols; None where a node has neither a label nor a short formula."""
        self._texts: list[str] = []
        """The same as text; empty for None."""

    def add(self, value: Value, operands: Sequence[int]) -> None:
        """Give the next node its symbol; its operands have the indices ``operands``."""
        label = self.labels.get(value)
        symbol: Math | None
        if label is not None:
            name, copy = Name(label), self.copies.get(value)
            symbol = Numbered(name, copy) if copy else name
        elif value.op is not None:
            symbol = self._formula(value.op, operands)
        else:
            symbol = constant(value.data) if value.kind == "constant" else Name(self._made_up(len(self._short)))
        text = "" if symbol is None else symbol.text if isinstance(symbol, (Name, Number)) else to_text(symbol)
        if text and label is None and columns(text) > LONGEST_FORMULA:
            symbol, text = None, ""
        self._short.append(symbol)
        self._texts.append(text)

    def _formula(self, op: Primitive, operands: Sequence[int]) -> Math | None:
        """The formula of a node; None if those of its operands are too long already."""
        room = LONGEST_FORMULA
        for index in operands:
            room -= len(self._texts[index])
            if room < 0 or self._short[index] is None:
                return None
        return applied(op, [self[index] for index in operands])

    def __getitem__(self, index: int) -> Math:
        return self._short[index] or Name(self._made_up(index))

    def name(self, index: int) -> str:
        """The symbol of a node as text."""
        return self._texts[index] or self._made_up(index)

    def _made_up(self, index: int) -> str:
        """The name of a node that has no other: ``v14``."""
        return name if (name := f"v{index}") not in self._taken else f"value {index}"

    def is_made_up(self, index: int) -> bool:
        """Whether the name of a node says nothing of it, as ``v14`` does."""
        return self._short[index] in (None, Name(self._made_up(index)))


# --- the parts of a gradient that flows alone do not explain --------------------------------------------

# A computed node gets a fresh gradient in each pass; a leaf adds to the one it has. So a leaf holds the sum of the
# flows of the last pass, after its hooks, and what was there before. Where several roots are drawn, the gradients shown
# are those of their sum, and a node may hold another.


class Account(NamedTuple):
    """The origin of the number that a node holds."""

    held: float | None
    """The ``grad`` that the node holds; None: nothing."""
    arrived: float | None
    """The sum of the flows of the pass that is shown; None: nothing has arrived."""
    passed: float | None
    """The same after the hooks of the node; on a leaf over all passes that it holds."""
    is_leaf: bool
    of_sum: bool
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


def same_number(one: float, other: float, scale: float | None) -> bool:
    """Whether two numbers differ by rounding alone."""
    if one == other or (math.isnan(one) and math.isnan(other)):
        return True
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other), abs(scale or 0.0))


# --- the graph ------------------------------------------------------------------------------------------


class Graph:
    """The graph below a root, or below several, as columns.

    Args:
        roots: the values that are differentiated.
        names: names for Values without a label.

    Raises:
        StaleGraphError: a leaf changed after the graph was built, so its numbers would be wrong.

    >>> a = Value(3.0, "a")
    >>> y = a * a
    >>> y.backward()
    >>> graph = Graph(y, {})
    >>> [graph.edge(e) for e in graph.flow_edges(0)]
    [Edge(source=0, target=1, slot=0, local=3.0, flow=3.0), Edge(source=0, target=1, slot=1, local=3.0, flow=3.0)]
    """

    def __init__(self, roots: Value | Sequence[Value], names: Mapping[Value, str]) -> None:
        roots = [roots] if isinstance(roots, Value) else roots
        values = list(dict.fromkeys(chain.from_iterable(root.topological_order() for root in roots)))
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
            operands = list(map(self.index.__getitem__, value.parents))
            self.symbols.add(value, operands)
            if operands:
                self.sources += operands
                self.targets += [i] * len(operands)
                self.locals += value.partials()
        self.first.append(len(self.sources))
        self.grads = self._shown()
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

    @property
    def grads(self) -> list[float | None]:
        """The gradients that a picture shows: those that are held, of several roots those of their sum; or others."""
        return self._grads

    @grads.setter
    def grads(self, shown: list[float | None]) -> None:
        self._grads = shown
        self.__dict__.pop("flows", None)

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

        ``hooks`` gives the gradient of a node from the one that arrives there; without it no hook is run.
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

    def kind(self, i: int) -> str:
        """The kind of node ``i``: ``"op"``; or of the leaves ``"input"``, ``"parameter"``, ``"constant"``."""
        return self.values[i].kind if self.values[i].op is None else "op"

    def name(self, i: int) -> str:
        """The name of node ``i``, the same in every view: its symbol as text."""
        return self.symbols.name(i)

    def scope(self, i: int) -> tuple[str, ...]:
        """The frames node ``i`` stands in, outermost first."""
        return _frames(self.values[i].scope)

    def edge(self, e: int) -> Edge:
        """Edge ``e``."""
        source, target = self.sources[e], self.targets[e]
        return Edge(source, target, e - self.first[target], self.locals[e], self.flows[e])

    @cached_property
    def flows(self) -> list[float | None]:
        """The flow along every edge, local · upstream; None where the upstream gradient is not computed."""
        straight = [value.op is None or not value.op.gated for value in self.values]
        found: list[float | None] = []
        for target, local in zip(self.targets, self.locals, strict=True):
            upstream = self._grads[target]
            if upstream is None:
                found.append(None)
            elif upstream or math.isfinite(local) or self.reached[target]:
                found.append(local * upstream if straight[target] else self.flow_of(len(found), upstream) or 0.0)
            else:  # behind a closed gate a gradient of 0 is none: times an infinite local derivative it would be nan
                found.append(0.0)
        return found

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

    def operands(self, i: int) -> list[int]:
        """The operands of node ``i``, in their order."""
        return self.sources[self.first[i] : self.first[i + 1]]

    def flow_edges(self, i: int) -> list[int]:
        """The edges along which gradient flows into node ``i``: one for each use of it."""
        starts, edges = self._uses
        return edges[starts[i] : starts[i + 1]]

    @cached_property
    def _uses(self) -> tuple[list[int], list[int]]:
        """Every edge, ordered by its source; and where those of each node begin."""
        sources = np.array(self.sources, dtype=int)
        starts = np.cumsum(np.bincount(sources + 1, minlength=len(self) + 1))
        return starts.tolist(), np.argsort(sources, kind="stable").tolist()

    @cached_property
    def way_back(self) -> list[int]:
        """The nodes from the root back: by how many steps the longest way from the root takes."""
        steps = [0] * len(self)
        for source, target in zip(reversed(self.sources), reversed(self.targets), strict=True):
            if steps[source] <= steps[target]:
                steps[source] = steps[target] + 1
        return sorted(range(self.root, -1, -1), key=steps.__getitem__)

    @cached_property
    def full_scale(self) -> float | None:
        """The largest finite |gradient| or |flow| in the graph; None before ``backward()`` or where all vanish."""
        shown = filter(None, chain(self.grads, self.flows))
        return max(map(abs, filter(math.isfinite, shown)), default=None)

    @cached_property
    def shares(self) -> list[list[tuple[int, float]]]:
        """For each node the gradients of the single roots, where there are two to four; else an empty list."""
        if not 2 <= len(self.roots) <= MOST_ROOTS or self.grads[self.root] is None:
            return []
        passes = [(root, self.fresh_pass([root]).gradients) for root in self.roots]
        return [[(root, g) for root, found in passes if (g := found[i]) is not None] for i in range(len(self))]

    @cached_property
    def accounts(self) -> Mapping[int, Account]:
        """The accounts of those nodes whose flows do not say it all, of the gradients at the first call. No hook runs.

        >>> x = Value(3.0, "x")
        >>> y = x * x
        >>> y.backward()
        >>> y.backward()
        >>> Graph(y, {}).accounts[0].words
        '+12.0000 = +6.0000 of this pass, and +6.0000 from earlier passes'
        """
        arrived: list[float | None] = [None] * len(self)
        several = len(self.roots) > 1
        for root in self.roots if several and self.grads[self.root] is not None else ():
            arrived[root] = 1.0
        flows, found = self.flows, dict[int, Account]()
        for flow, source in zip(reversed(flows), reversed(self.sources), strict=True):  # as a backward pass adds them
            if flow is not None:
                arrived[source] = flow if (so_far := arrived[source]) is None else so_far + flow
        for i, (grad, came) in enumerate(zip(self.held, arrived, strict=True)):
            if not several and (grad == came or i == self.root):  # most nodes: nothing is to be told
                continue
            value, is_leaf = self.values[i], self.values[i].op is None
            # Each pass writes a computed node anew: what it holds says nothing of the sum of several roots.
            held = grad if is_leaf or not several else None
            passed = held if value.hooks and came is not None and held is not None and not several else came
            scale = max((abs(flows[e] or 0.0) for e in self.flow_edges(i)), default=0.0)
            if held is not None and same_number(held, passed or 0.0, scale):
                held = passed
            account = Account(held, came, passed, is_leaf, several)
            if account.words:
                found[i] = account
        return found

    def account_lines(self, i: int) -> list[Line]:
        """The lines of a card beneath the gradient of node ``i``."""
        shares = self.shares[i] if self.shares else []
        lines = [Line(f"of {cut(self.name(root), 10)}", signed(share)) for root, share in shares]
        if i in self.claims:
            lines.append(Line("claimed", signed(self.claims[i]), role="alarm-type"))
        account = self.accounts.get(i)
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

    def roots_in_words(self) -> list[str]:
        """A line that says whose gradients they are, where there are several roots."""
        names = " + ".join(cut(self.name(i), 12) for i in self.roots)
        return [f"gradients: of {names}, the sum of the roots"] if len(self.roots) > 1 else []

    def legend(self) -> list[str]:
        """The lines of a legend on the accounts of the nodes."""
        words = self.roots_in_words() if self.grads[self.root] is not None else []
        seed = self.held[self.root]
        if len(self.roots) == 1 and self.values[self.root].op is not None and seed not in (None, 1.0):
            words.append(f"the pass began with {signed(seed)} at {cut(self.name(self.root), 12)}, not with 1")
        if self.claims:
            words.append("red: a claimed gradient that is wrong, and the edge where it first went wrong")
        accounts = self.accounts.values()
        if any(account.earlier is not None for account in accounts):
            words.append("earlier: left by earlier passes, or set, until zero_grad()")
        if any(account.other is not None for account in accounts):
            words.append("it holds: its grad, which is not that of the sum")
        if any(account.hooked for account in accounts):
            words.append("after hook: a hook changed what the flows gave")
        if any(account.foreign for account in accounts):
            words.append("its flows: the gradient is not their sum, it is of another pass or was set")
        return words

    @cached_property
    def parameters(self) -> frozenset[int]:
        """The nodes that are parameters."""
        return frozenset(i for i, value in enumerate(self.values) if value.kind == "parameter")

    def has_own_name(self, i: int) -> bool:
        """Whether node ``i`` was named by somebody."""
        return self.values[i] in self.symbols.labels

    def formula(self, i: int) -> str:
        """Node ``i`` in terms of the names of its operands; empty if it is a leaf."""
        op = self.values[i].op
        if op is None:
            return ""
        operands = self.operands(i)
        shown: list[Math] = [self.symbols[k] for k in operands[:MOST_OPERANDS]]
        return to_text(applied(op, shown + [MORE] * (len(operands) > MOST_OPERANDS)))


@lru_cache(maxsize=4096)
def _frames(path: str) -> tuple[str, ...]:
    """The frames that ``path`` names; many values share one path."""
    return tuple(map(clean, path.split("/"))) if path else ()


def _number(gradient: Any) -> float:
    """A gradient as a float, also where it is a Value, to be differentiated again."""
    return gradient.data if isinstance(gradient, Value) else float(gradient)
