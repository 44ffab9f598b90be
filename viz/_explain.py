"""``explain``: where the gradient of one node comes from, flow by flow."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from rich.console import Console, ConsoleOptions, RenderResult

from autograd import Value
from viz._arguments import asked
from viz.chain import MOST_TERMS, Chain, Equations, by_size
from viz.formulas.notation import to_text
from viz.graph import Graph, same_number
from viz.terminal import TextView, table_for, written
from viz.text import count, cut, number, signed

__all__ = ["Explanation", "FlowRow", "explain"]

LONGEST_NAME = 40
"""The most columns of a name in a table."""


class FlowRow(NamedTuple):
    """One flow of gradient into the node: contribution = local · upstream."""

    path: str
    """``through W11[2]·a1[1], toward z1[2]``."""
    local: float
    upstream: float
    contribution: float


class Explanation(Equations, TextView):
    """Where the gradient of a node comes from. Made by :func:`explain`; it prints itself.

    Attributes:
        name: the node.
        root: what was differentiated.
        flows: every flow into the node, the largest first if there are many.
        gradient: their sum, d root / d node.
        note: a remark on ``node.grad`` where that is another number; else empty.
        equations: the chain rule at the node, one line.
        remarks: further remarks: on the passes that add up in ``node.grad``, and on what hooks changed.

    >>> from autograd import Value
    >>> from viz import explain
    >>> a = Value(2.0, "a")
    >>> explanation = explain(a, (3.0 * a + a**2).named("c"))
    >>> explanation.gradient, [flow.contribution for flow in explanation.flows]
    (7.0, [3.0, 4.0])
    """

    def __init__(self, graph: Graph, place: int) -> None:
        chain = Chain(graph)
        terms = chain.terms(place)
        if len(terms) > MOST_TERMS:
            terms.sort(key=by_size)
        twice = len({graph.targets[term.edge] for term in terms}) < len(terms)
        self.name = cut(chain.name(place), LONGEST_NAME)
        self.root = cut(graph.name(graph.root), LONGEST_NAME)
        self.flows = [
            FlowRow(
                _path(chain, term.edge, twice=twice) if k < MOST_TERMS else "",
                term.local, term.upstream, term.contribution,
            )
            for k, term in enumerate(terms)
        ]  # fmt: skip
        self.gradient = chain.gradient(place)
        self.note = _note(self, graph, place)
        self.remarks = _remarks(chain, place)
        self._arrived = chain.sum_at(place)
        self.equations = [chain.rule(place).equation]
        self._left = to_text(self.equations[0][0])

    @property
    def heading(self) -> str:
        """The gradient that is explained, in a line."""
        if not self.flows:
            how = "it is the root itself" if self.gradient else "no gradient flows back to it"
            return f"{self._left} = {self.gradient:g}: {how}"
        how = "one flow" if len(self.flows) == 1 else f"the sum of {count(len(self.flows), 'flow')}"
        return f"{self._left} = {signed(self._arrived)}, {how}"

    @property
    def markdown(self) -> str:
        """The flows as a Markdown table, and the chain rule under it."""
        lines = [f"**{_markdown(self.heading)}**", ""]
        if self.flows:
            lines += ["| flow | local | upstream | local · upstream |", "| :-- | --: | --: | --: |"]
            lines += [f"| {' | '.join(map(_markdown, row))} |" for row in self._rows()]
            lines += [f"| **{_markdown(self._sum())}** |  |  | **{signed(self._arrived)}** |", ""]
        for said in self._said():
            lines += [_markdown(said), ""]
        return "\n".join([*lines, "$$", self.latex, "$$"])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield written(self.heading, options)
        if self.flows:
            table = table_for(options, show_footer=True)
            table.add_column("flow", written(self._sum(), options))
            for title, footer in (("local", ""), ("· upstream", ""), ("= contribution", signed(self._arrived))):
                table.add_column(written(title, options), written(footer, options), justify="right", no_wrap=True)
            for row in self._rows():
                table.add_row(*(written(cell, options) for cell in row))
            yield table
        for said in self._said():
            yield written(said, options)

    def _said(self) -> list[str]:
        return [said for said in (self.note, *self.remarks) if said]

    def _repr_markdown_(self) -> str:
        return self.markdown

    def _sum(self) -> str:
        return f"their sum, {self._left}" if len(self.flows) > 1 else self._left

    def _rows(self) -> list[tuple[str, str, str, str]]:
        """The cells of the table: each flow, or the largest and a line for the others."""
        shown = self.flows if len(self.flows) <= MOST_TERMS else self.flows[: MOST_TERMS - 1]
        rows = [(flow.path, number(flow.local), signed(flow.upstream), signed(flow.contribution)) for flow in shown]
        rest = [flow.contribution for flow in self.flows[len(shown) :]]
        if rest:
            words = f"and {count(len(rest), 'smaller flow')}, the largest of them {signed(rest[0])}: together"
            rows.append((words, "", "", signed(math.fsum(rest))))
        return rows


def explain(node: Value, root: Value, *, names: Mapping[str, Any] | None = None) -> Explanation:
    """Say where d ``root`` / d ``node`` comes from: each flow, local · upstream = contribution, and their sum.

    The gradients are those of this root, computed afresh; no ``grad`` is changed and no hook is run. If ``node.grad``
    is another number, because several passes added up on it, the explanation says so. If a hook changed a gradient in
    the last pass, the flows are those after it, and the explanation says what it changed.

    Args:
        node: whose gradient is explained.
        root: what is differentiated.
        names: variables, such as ``locals()``, to name the values that have no label.

    Returns:
        An :class:`Explanation`: it prints itself, and has ``markdown``, ``latex`` and ``mathml``.

    Raises:
        TypeError: not Values.
        GradientError: ``node`` is not part of the graph of ``root``, or the two are given the other way round.
        StaleGraphError: a leaf changed after the graph was built.

    >>> from autograd import Value
    >>> from viz import explain
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> c = (a * b + a**2).named("c")
    >>> c.backward()
    >>> explain(a, c)
    ∂c/∂a = +1.0000, the sum of 2 flows
    flow                      local   · upstream   = contribution
    ─────────────────────────────────────────────────────────────
    through a·b, toward c   −3.0000      +1.0000          −3.0000
    through a², toward c     4.0000      +1.0000          +4.0000
    <BLANKLINE>
    their sum, ∂c/∂a                                      +1.0000
    """
    return Explanation(*asked(node, root, names, "explain"))


def _path(chain: Chain, e: int, *, twice: bool) -> str:
    """A flow in words: the child that it comes back through, and the next named nodes on its way to the root."""
    graph = chain.graph
    child = graph.targets[e]
    path = f"through {cut(chain.name(child), LONGEST_NAME)}"
    if twice and graph.operands(child).count(graph.sources[e]) > 1:
        path += f" (operand {e - graph.first[child] + 1})"
    toward = _toward(graph, child)
    if not toward:
        return path
    shown = [cut(chain.name(i), LONGEST_NAME) for i in toward[:3]]
    more = f" and {len(toward) - 3} more" if len(toward) > 3 else ""
    return f"{path}, toward {', '.join(shown)}{more}"


def _toward(graph: Graph, child: int) -> list[int]:
    """The first named nodes on the ways from ``child`` to the root; none if it has a name itself."""
    found: list[int] = []
    waiting, seen = [child], {child}
    while waiting:
        i = waiting.pop()
        if graph.has_own_name(i) or i == graph.root:
            found += [i] if i != child else []
            continue
        for e in graph.flow_edges(i):
            target = graph.targets[e]
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return sorted(found)


def _note(explanation: Explanation, graph: Graph, place: int) -> str:
    """The remark where ``node.grad`` is not the sum of these flows."""
    grad, gradient = graph.grads[place], explanation.gradient
    if grad is None:
        return "backward() has not been called: these gradients were computed for this table, and no grad was changed."
    scale = max(abs(gradient), *(abs(flow.contribution) for flow in explanation.flows), 0.0)
    seed = graph.held[graph.root]
    if same_number(grad, gradient, scale):
        return ""
    if seed is not None and same_number(grad, gradient * seed, scale):
        why = f"backward() began with {signed(seed)} at {explanation.root}, not with 1"
    elif graph.values[place].op is not None:
        why = "it is of another root, another seed, or a hook's"
    elif seed is None:
        why = f"it is of other passes, for backward() has not been called on {explanation.root}"
    elif (account := graph.accounts.get(place)) and account.hooked:
        why = "a hook changed it"
    else:
        why = "passes add up on a leaf until zero_grad()"
    return f"{explanation.name}.grad holds {signed(grad)}, which is not this: {why}."


def _remarks(chain: Chain, place: int) -> list[str]:
    """The remarks on hooks on the way to node ``place``, and on what earlier passes left in its ``grad``."""
    graph = chain.graph
    found = []
    for i in _ways_to_roots(graph, place) if any(value.hooks for value in graph.values) else ():
        name = cut(chain.name(i), LONGEST_NAME)
        if chain.hook_at(i):
            found.append(f"{chain.hook_at(i)[0].upper()}{chain.hook_at(i)[1:]}.")
        elif graph.values[i].hooks and graph.held[graph.root] is None:
            found.append(
                f"A hook stands at {name}: backward() runs it, which may change the flows; this table does not."
            )
    plain = graph.fresh_pass().gradients[place] or 0.0 if found else chain.gradient(place)
    if not same_number(plain, chain.gradient(place), 0.0):
        found.append(f"Without hooks {to_text(chain.rule(place).equation[0])} is {signed(plain)}.")
    account, seed = graph.accounts.get(place), graph.held[graph.root]
    if account is not None and account.is_leaf:
        began = "" if seed in (None, 1.0) else f" The last pass began with {signed(seed)}, not with 1."
        found.append(f"{cut(chain.name(place), LONGEST_NAME)}.grad: {account.words}.{began}")
    return found


def _ways_to_roots(graph: Graph, place: int) -> list[int]:
    """Node ``place`` and those computed from it, the root first."""
    depends = [False] * len(graph)
    depends[place] = True
    for e, source in enumerate(graph.sources):  # by targets, in their order
        depends[graph.targets[e]] |= depends[source]
    return [i for i in range(graph.root, -1, -1) if depends[i]]


_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|$~>&-])")


def _markdown(text: str) -> str:
    """``text`` escaped, so that Markdown shows it as it is."""
    return _MARKDOWN.sub(r"\\\1", text).replace("<", "&lt;")
