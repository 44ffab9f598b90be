"""``compare``: claimed gradients against ours, the first wrong one on the way back, and the slip that explains it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from rich.console import Console, ConsoleOptions, RenderResult

from autograd import GradientError, Value
from viz._arguments import graph_below
from viz._draw import Diagram
from viz.chain import Chain
from viz.formulas.notation import name_parts
from viz.graph import Graph
from viz.page import page_of
from viz.picture.fold import fold
from viz.picture.paint import Look
from viz.terminal import TextView, table_for, written
from viz.text import count, cut, signed
from viz.wrong_passes import Found, agrees, slips_at, whole_passes

__all__ = ["Compared", "Comparison", "compare"]

Convention = Literal["rows", "columns"]

MOST_ROWS = 40
"""How many claims a table shows; of more, those that are wrong."""
LONGEST_NAME = 24


class Compared(NamedTuple):
    """One claimed gradient beside ours."""

    name: str
    claimed: float
    gradient: float
    """d root / d node."""
    verdict: Literal["right", "wrong", "follows"]
    """``follows``: wrong, and just what comes of a wrong number before it, or of the same slip."""
    slip: str
    """Of a wrong one, the slip that gives it, or that it follows; empty where none is known."""


class Comparison(TextView):
    """Claimed gradients beside ours. Made by :func:`compare`; it prints itself, and ``diagram`` draws it.

    Attributes:
        rows: every claim, from the root back.
        first: the name of the first wrong one on the way back; empty if all are right.
        slip: the slip that explains it, in words; empty where none is known, or all are right.
        explained: how many of the wrong numbers this one slip explains.

    >>> from autograd import Value
    >>> from viz import compare
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> loss = (a * b + a**2).named("L")
    >>> comparison = compare(loss, {"a": 4.0, "b": 2.0})
    >>> comparison.first, comparison.slip
    ('a', 'that is one flow alone, the one through a²: 2 flows reach a, and they add up')
    """

    def __init__(self, graph: Graph, rows: list[Compared], first: str, slip: str, explained: int) -> None:
        self.rows = rows
        self.first = first
        self.slip = slip
        self.explained = explained
        self._graph = graph

    @property
    def right(self) -> bool:
        """Whether every claim is right."""
        return not self.first

    @property
    def diagram(self) -> Diagram:
        """The picture of the graph, with the wrong claims on their cards, and the slip's edge, in red."""
        root = self._graph.values[self._graph.root]
        return Diagram(fold(self._graph, "auto"), Look(), lambda: page_of(root))

    @property
    def heading(self) -> str:
        """The result in a line or two."""
        wrong = [row for row in self.rows if row.verdict != "right"]
        if not wrong:
            return f"all right: {count(len(self.rows), 'gradient')} of {self._graph.title}"
        said = f"{len(wrong)} of {count(len(self.rows), 'gradient')} wrong; the first on the way back is {self.first}"
        if not self.slip:
            return f"{said}: no single slip that is known gives this number"
        also = f" (this slip explains {self.explained} of the {len(wrong)})" if len(wrong) > 1 else ""
        return f"{said}: {self.slip}{also}"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield written(self.heading, options)
        table = table_for(options)
        for title, justify in (("gradient of", "left"), ("claimed", "right"), ("is", "right"), ("", "left")):
            table.add_column(written(title, options), justify=justify, no_wrap=bool(title))  # type: ignore[arg-type]
        shown = self.rows if len(self.rows) <= MOST_ROWS else [row for row in self.rows if row.verdict != "right"]
        for row in shown[:MOST_ROWS]:
            verdict = written(_verdict(row, self.first), options)
            verdict.stylize({"right": "green", "wrong": "red", "follows": "yellow"}[row.verdict])
            numbers = (written(signed(row.claimed), options), written(signed(row.gradient), options))
            table.add_row(written(cut(row.name, LONGEST_NAME), options), *numbers, verdict)
        yield table
        if len(self.rows) > len(shown[:MOST_ROWS]):
            yield written(f"and {len(self.rows) - len(shown[:MOST_ROWS]):,} more", options)

    def _repr_mimebundle_(self, **_selection: object) -> tuple[dict[str, str], dict[str, Any]]:
        """The picture and the table, for a notebook."""
        views, treatment = self.diagram._repr_mimebundle_()
        return {**views, "text/plain": str(self)}, treatment


def _verdict(row: Compared, first: str) -> str:
    if row.verdict == "wrong":
        return f"wrong: {row.slip}" if row.slip and row.name != first else "wrong"
    return row.slip or row.verdict


def compare(
    root: Value,
    claimed: Any,
    *,
    names: Mapping[str, Any] | None = None,
    convention: Convention = "rows",
) -> Comparison:
    """Hold claimed gradients against ours: the first wrong one on the way back, and the slip that explains it.

    A claim is right if it is the gradient to 1e-5 of it, as in single precision; a number of three digits or more, if
    it is the gradient to the last of them, so that numbers may be copied from paper as they stand. A claim that is
    wrong only because one before it is, follows from it. The slip is looked for at that first claim, and at every
    value between it and the root that nothing is claimed of; then in passes that are wrong all the way.

    Args:
        root: what is differentiated.
        claimed: a dict from names, as the picture has them, or Values, to numbers: ``{"a": 4.0, z: -1.0}``. A matrix or
            a vector goes by the letter and the layer: ``{"W[2]": ..., "g[2z]": ...}``, where g[2z] is the gradient of
            z[2], as ``g_z[2]`` is. Or what :func:`nn.matrix_form.backprop` gives of one example.
        names: variables, such as ``locals()``, to name the values that have no label.
        convention: how matrices are laid out: ``"rows"``, W[k] has a row for each input; ``"columns"``, its transpose.

    Raises:
        TypeError: ``root`` is not a Value, or a claim is not a number or an array of them.
        GradientError: a name is not in the graph, or several values have it.
        ValueError: a matrix of another shape; no claim at all.
        StaleGraphError: a leaf changed after the graph was built.

    >>> from autograd import Value, sigmoid
    >>> from viz import compare
    >>> w, x = Value(0.5, "w"), Value(2.0, "x")
    >>> a = sigmoid((w * x).named("z")).named("a")
    >>> compare((a * a).named("L"), {"a": 1.4621, "z": 1.8504, "w": 3.7007})
    2 of 3 gradients wrong; the first on the way back is z: σ′ is taken for a(1 + a),
    where it is a(1 − a), on the way from a (this slip explains 2 of the 2)
    gradient of   claimed        is
    ────────────────────────────────────────────────
    a             +1.4621   +1.4621   right
    z             +1.8504   +0.2875   wrong
    w             +3.7007   +0.5749   follows from z
    """
    if convention not in ("rows", "columns"):
        raise ValueError(f"convention must be 'rows' or 'columns', got {convention!r}")
    graph = graph_below(root, names, "compare")
    graph.grads = graph.held = [gradient or 0.0 for gradient in graph.fresh_pass().gradients]
    claims, transposed = _Reader(graph, convention).read(claimed)
    return _Comparing(graph, claims, transposed).result()


# --- the search for the slip ------------------------------------------------------------------------------


class _Comparing:
    """The claims of a graph, looked through from the root back."""

    def __init__(self, graph: Graph, claims: dict[int, float], transposed: dict[int, str]) -> None:
        self.graph = graph
        self.claims = claims
        self.transposed = transposed
        self.ours = [gradient or 0.0 for gradient in graph.grads]
        self.upstream = graph.fresh_pass().gradients
        self.carried = self._carried()

    def result(self) -> Comparison:
        order = [i for i in self.graph.way_back if i in self.claims]
        wrong = [i for i in order if not self._is(i, self.claims[i], self.ours[i])]
        first = wrong[0] if wrong else None
        words, explained, edges = ("", [], []) if first is None else self._explained(first, wrong)
        name = Chain(self.graph).name

        def told(i: int) -> tuple[Literal["right", "wrong", "follows"], str]:
            if i not in wrong:
                return "right", ""
            if first is None or i == first:
                return "wrong", words
            if self._is(i, self.claims[i], self.carried[i]):
                return "follows", f"follows from {name(first)}"
            return ("follows", "the same slip") if i in explained else ("wrong", self._own(i))

        rows = [Compared(name(i), self.claims[i], self.ours[i], *told(i)) for i in order]
        self.graph.claims = {i: self.claims[i] for i in wrong}
        self.graph.slipped = frozenset(edges)
        return Comparison(self.graph, rows, "" if first is None else name(first), words, len(explained))

    def _is(self, i: int, claim: float, truth: float) -> bool:
        flows = [self.graph.flows[e] or 0.0 for e in self.graph.flow_edges(i)]
        return agrees(claim, truth, max((abs(flow) for flow in flows if math.isfinite(flow)), default=0.0))

    def _fits(self, i: int, gradient: float) -> bool:
        """Whether ``gradient`` is claimed of node ``i``; it may be the rounding of a difference of two like ours."""
        return agrees(self.claims[i], gradient, abs(self.ours[i]))

    def _carried(self) -> list[float]:
        """The gradient of each node as it comes out of those that are claimed above it."""
        graph, found = self.graph, [0.0] * len(self.graph)
        found[graph.root] = 1.0
        for i in range(graph.root, -1, -1):
            going_on = self.claims.get(i, found[i])
            for e in graph.operand_edges(i):
                if not graph.is_held(i):
                    found[graph.sources[e]] += graph.flow_of(e, going_on) or 0.0
        return found

    def _own(self, i: int) -> str:
        """The slip at node ``i`` that gives its claim, of what was claimed above it; empty if none does."""
        upstream = [self.claims.get(k, carried) for k, carried in enumerate(self.carried)]
        for found in slips_at(self.graph, i, upstream):
            if agrees(self.claims[i], found.total) and found.total != self.carried[i]:
                return found.words
        return self._elsewhere(i)

    def _explained(self, first: int, wrong: Sequence[int]) -> tuple[str, list[int], list[int]]:
        """The slip that gives the claim at ``first`` and the most of the others; those it gives; the edges it is at."""
        found = [
            (len(fits), rank, words, [i for i in fits if i in wrong], edges)
            for rank, words, gradients, edges in self._candidates(first)
            if first in (fits := [i for i in self.claims if self._fits(i, gradients[i])])
        ]
        best = max(found, key=lambda one: one[:2], default=(0, 0, "", [], list(self.graph.flow_edges(first))))
        if len(best[3]) < 2 and first in self.transposed:
            turned = [i for i in wrong if i in self.transposed]
            return self.transposed[first], turned, best[4]
        if not best[2] and self._elsewhere(first):
            return self._elsewhere(first), [first], best[4]
        return best[2:]

    def _candidates(self, first: int) -> Iterator[tuple[int, str, Sequence[float], list[int]]]:
        """Slips that may give the claim at ``first``.

        Each has a rank, by which the better of two that explain as much is told; its words; the gradients that it gives
        all nodes; the edges that it is made at.
        """
        into = list(self.graph.flow_edges(first))
        for found, gradients in self._single(first):
            here = found.node == first
            words = found.words if here else f"at {self.graph.name(found.node)}, {found.words}"
            edges = list(self.graph.flow_edges(found.node)) if found.edge is None else [found.edge]
            yield 3 if here else 0, words, gradients, edges
        for words, gradients in whole_passes(self.graph):
            if not agrees(gradients[first], self.ours[first]):
                yield 2, words, gradients, into
        factor = self.claims[first] / self.ours[first] if self.ours[first] else math.nan
        scaled = [factor * gradient for gradient in self.ours]
        if len(self.claims) > 1 and all(agrees(claim, scaled[i]) for i, claim in self.claims.items()):
            words = f"every gradient is {factor:.4g} times what it is: a factor of the root, such as a mean for a sum"
            yield 1, words, scaled, into

    def _single(self, first: int) -> Iterator[tuple[Found, Sequence[float]]]:
        """Slips at one node: at ``first``, or on a way from it to the root at a node that nothing is claimed of."""
        graph, reach = self.graph, self._reach(first)
        for i in range(first, graph.root + 1):
            if (i != first and i in self.claims) or not reach[i]:
                continue
            for found in slips_at(graph, i, self.upstream):
                change = found.total - self.ours[i]
                there = self.ours[first] + change * reach[i]
                if self._fits(first, there) and not agrees(there, self.ours[first]):
                    yield found, self._changed(i, change)

    def _reach(self, first: int) -> list[float]:
        """d node / d ``first`` for each node above it: how much of a change at that node arrives at ``first``."""
        graph, found = self.graph, [0.0] * len(self.graph)
        found[first] = 1.0
        for i in range(first + 1, graph.root + 1):
            if not graph.is_held(i):
                found[i] = sum(graph.flow_of(e, found[graph.sources[e]]) or 0.0 for e in graph.operand_edges(i))
        return found

    def _changed(self, at: int, change: float) -> Sequence[float]:
        """The gradients of all nodes after a change of the gradient of one."""
        below = self.graph.fresh_pass([at]).gradients
        return [ours + change * (part or 0.0) for ours, part in zip(self.ours, below, strict=True)]

    def _elsewhere(self, i: int) -> str:
        """The words on a claim that is the gradient of another node of the same kind; empty if it is of none."""
        base = name_parts(self.graph.name(i)).base
        for k in range(len(self.graph)):
            alike = k != i and self.graph.has_own_name(k) and name_parts(self.graph.name(k)).base == base
            if alike and self.ours[k] and agrees(self.claims[i], self.ours[k]):
                return f"that is the gradient of {self.graph.name(k)}: an index is wrong"
        return ""


# --- reading what is claimed ------------------------------------------------------------------------------

_QUOTIENT = re.compile(r"(?:∂|d)\s*\w*\s*/\s*(?:∂|d)(.+)")
_NOTES = re.compile(r"g\[(?P<before>\d+)(?P<after>[A-Za-z])\]|g_(?P<letter>[A-Za-z])\[(?P<layer>\d+)\]")
_BLOCK = re.compile(r"(?P<letter>[A-Za-zα-ω]+)\[(?P<layer>\d+)\](?P<before>)(?P<after>)")
_FORM = {"g_a": "a", "g_z": "z", "g_W": "W", "g_b": "b"}
"""The gradients of a matrix form, by attribute."""


class _Reader:
    """Claims, whatever form they come in, as numbers of nodes."""

    def __init__(self, graph: Graph, convention: Convention) -> None:
        self.graph = graph
        self.convention = convention
        self.claims: dict[int, float] = {}
        self.transposed: dict[int, str] = {}
        """The words on the entries of a matrix that is right but for its rows and columns being exchanged."""
        self.places: dict[str, list[int]] = {}
        chain = Chain(graph)
        for i, value in enumerate(graph.values):
            for name in dict.fromkeys((graph.name(i), chain.name(i))):
                self.places.setdefault(name, []).append(i)
            if value.label and value.label != graph.name(i):
                self.places.setdefault(value.label, []).append(i)

    def read(self, claimed: Any) -> tuple[dict[int, float], dict[int, str]]:
        """The claims by node, and the words on matrices that are transposed."""
        if all(hasattr(claimed, attribute) for attribute in _FORM):
            for attribute, letter in _FORM.items():
                for k, block in enumerate(getattr(claimed, attribute), start=1):
                    if block is not None and self._block(letter, str(k)):
                        self._array(f"{letter}[{k}]", self._block(letter, str(k)), block)
        elif isinstance(claimed, Mapping):
            for key, number in claimed.items():
                self._claim(key, number)
        else:
            raise TypeError(
                f"compare(): claimed must be a dict from names to numbers or arrays, or a matrix form, got {claimed!r}"
            )
        if not self.claims:
            raise ValueError(f"compare(): nothing is claimed of {self.graph.title}: give at least one gradient")
        return self.claims, self.transposed

    def _claim(self, key: Any, number: Any) -> None:
        if isinstance(key, Value):
            place = self.graph.index.get(key)
            if place is None:
                raise GradientError(f"compare(): {key!r} is not part of the graph of {self.graph.title}")
            self.claims[place] = _number(number, key.label or repr(key))
            return
        if not isinstance(key, str):
            raise TypeError(f"compare(): a claim goes by a name or a Value, got {key!r}")
        quotient = _QUOTIENT.fullmatch(key.strip())
        name = quotient[1].strip() if quotient and key not in self.places else key.strip()
        notes = _NOTES.fullmatch(name) or (None if name in self.places else _BLOCK.fullmatch(name))
        if notes:
            letter, layer = notes["letter"] or notes["after"], notes["layer"] or notes["before"]
            block = self._block(letter, layer)
            if block:
                self._array(f"{letter}[{layer}]", block, number)
                return
        places = self.places.get(name, [])
        if len(places) > 1:
            raise GradientError(
                f"compare(): {len(places)} values of {self.graph.title} are called {name!r}: give the Values "
                f"themselves as keys"
            )
        if not places:
            near = ", ".join(list(self.places)[:8]) + (", …" if len(self.places) > 8 else "")
            raise GradientError(
                f"compare(): {self.graph.title} has no value called {key!r}; its values are {near} "
                f"(names=locals() names them by variables)"
            )
        self.claims[places[0]] = _number(number, name)

    def _block(self, letter: str, layer: str) -> dict[tuple[int, ...], int]:
        """The nodes of one letter and layer by their indices, counted from 1: of W[2] those called W11[2] and so on."""
        found: dict[tuple[int, ...], int] = {}
        for name, places in self.places.items():
            parts = name_parts(name)
            if parts.base == letter and parts.layer == layer and parts.index and len(places) == 1:
                found[tuple(map(int, parts.index.split(",")))] = places[0]
        axes = max(map(len, found), default=0)
        return {index: place for index, place in found.items() if len(index) == axes}

    def _array(self, name: str, block: Mapping[tuple[int, ...], int], given: Any) -> None:
        """Claim every entry of a matrix or a vector."""
        try:
            array = np.asarray(given)
            array = (array.astype(str) if array.dtype.kind == "f" else array).astype(
                float
            )  # 0.1 of any precision is 0.1
        except (TypeError, ValueError):
            raise TypeError(f"compare(): {name} must be a number or an array of numbers, got {given!r}") from None
        sizes = tuple(max(index[axis] for index in block) for axis in range(len(next(iter(block)))))
        if len(block) < math.prod(sizes):
            raise GradientError(
                f"compare(): {name} is not whole: {self.graph.title} has {len(block)} of its {math.prod(sizes):,} "
                f"entries; claim them by their names"
            )
        shape = sizes[::-1] if self.convention == "columns" else sizes
        if len(sizes) == 1 and array.size == sizes[0] and array.squeeze().ndim <= 1:
            array = array.reshape(sizes)  # a row or a column alike
        if array.shape != shape:
            turned = " (its transpose fits: convention='columns' takes it so)" if array.shape == sizes[::-1] else ""
            several = " for one example" if len(sizes) == 1 else ""
            raise ValueError(f"compare(): {name} must have the shape {shape}{several}, got {array.shape}{turned}")
        if len(sizes) == 2 and self.convention == "columns":
            array = array.T
        for index, i in block.items():
            self.claims[i] = _number(array[tuple(k - 1 for k in index)], name)
        ours = np.zeros(sizes)
        for index, i in block.items():
            ours[tuple(k - 1 for k in index)] = self.graph.grads[i] or 0.0
        if len(sizes) == 2 and sizes[0] == sizes[1] > 1 and not np.allclose(ours, ours.T, rtol=1e-6, atol=0.0):
            pairs = zip(array.T.ravel().tolist(), ours.ravel().tolist(), strict=True)
            if all(agrees(claim, truth) for claim, truth in pairs):
                words = f"{name} is transposed: its rows stand where its columns belong"
                self.transposed |= dict.fromkeys(block.values(), words)


def _number(given: Any, name: str) -> float:
    """A claimed gradient as a float."""
    if isinstance(given, Value):
        return given.data
    try:
        return float(str(given)) if isinstance(given, np.floating) else Value(given).data  # 0.1 of any precision is 0.1
    except TypeError:
        raise TypeError(f"compare(): the gradient claimed of {name} must be a number, got {given!r}") from None
