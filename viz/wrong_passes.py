"""Backward passes with one slip in them: what goes wrong in a derivation by hand, or in a program.

A right pass sends the flow local · upstream along each edge and adds up, at each node, the flows that arrive. A slip is
one record, :data:`SLIPS`: it gets one flow wrong, or the way in which the flows of one node are gathered. Or it is
made all the way back, :data:`WRONG_PASSES`. ``compare`` and ``quiz`` look for the slip that gives a wrong number; the
page's script reads the same table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from autograd import Primitive, Value
from viz._arguments import graph_below
from viz.graph import Graph
from viz.text import signed

__all__ = [
    "REACH", "RULES", "SLIPS", "TYPED", "WRONG_PASSES", "Found", "Slip", "agrees", "slips_at", "whole_passes",
    "wrong_operations", "wrong_pass",
]  # fmt: skip


# --- the table --------------------------------------------------------------------------------------------


class Slip(NamedTuple):
    """One slip, as data: the page's script reads it too.

    ``local`` and ``upstream`` say which factor of one flow is wrong, ``gather`` how the flows of one node are put
    together. Empty: as it should be.
    """

    words: str
    """The slip in words: of ``{node}``, its ``{child}``, the ``{flow}`` from there; ``{n}`` is "2 flows reach"."""
    local: str = ""
    """``-``: its negative; ``0`` or ``1`` in its place; ``own``: the operand itself; ``rule``: one of :data:`RULES`."""
    upstream: str = ""
    """``1`` in its place."""
    gather: str = ""
    """``only``: one flow is kept; ``-1``, ``2``, ``0.5``, ``0``: times that; ``product``: the flows are multiplied."""
    least: int = 1
    """From how many flows on it can be told from others."""


REACH = ("1 flow reaches", "{n} flows reach")
"""How ``{n}`` is said: of one flow, of more."""

SLIPS = (
    Slip("that is one flow alone, the one through {child}: {n} {node}, and they add up", gather="only", least=2),
    Slip("the flow through {child}, {flow}, is left out: {n} {node}, and they add up", local="0", least=3),
    Slip("the sign is wrong", gather="-1"),
    Slip("{rule}, on the way from {child}", local="rule"),
    Slip("that is a local derivative, of {child}: multiply it by the gradient of {child}", upstream="1"),
    Slip("the local derivative of {child} is missing: that is the gradient of {child}, passed on as it is", local="1"),
    Slip("{node} itself stands where the local derivative of {child} belongs", local="own"),
    Slip("that is the number of {node}, not its gradient", local="own", upstream="1"),
    Slip("the sign of the flow through {child} is wrong: it is {flow}", local="-", least=2),
    Slip("the flows are multiplied: {n} {node}, and they add up", gather="product", least=2),
    Slip("that is twice the gradient: a flow is counted twice, or a factor of 2 is too much", gather="2"),
    Slip("that is half of the gradient: a factor of 2 is lost", gather="0.5"),
    Slip("that is 0, yet {n} {node}", gather="0"),
)
"""Every slip at one node. Where two give the same number, the first is told."""


class Rule(NamedTuple):
    """A wrong derivative of one operation: how it is written, and its wrong local gradients.

    ``partials`` is given the inputs, the constants and the output, and is written as those of the table are.
    """

    words: str
    partials: Callable[..., tuple[Any, ...]]


RULES: Mapping[tuple[str, int], tuple[Rule, ...]] = {
    ("sigmoid", 1): (
        Rule("σ′ is taken for a(1 + a), where it is a(1 − a)", lambda z, a: (a * (1.0 + a),)),
        Rule("σ′ is taken for z(1 − z): it is a(1 − a), of what came out", lambda z, a: (z * (1.0 - z),)),
        Rule("σ′ is taken for a, where it is a(1 − a)", lambda z, a: (a,)),
        Rule("σ′ is taken for 1 − a, where it is a(1 − a)", lambda z, a: (1.0 - a,)),
    ),
    ("tanh", 1): (
        Rule("tanh′ is taken for 1 − z²: it is 1 − a², of what came out", lambda z, a: (1.0 - z * z,)),
        Rule("tanh′ is taken for 1 − a, where it is 1 − a²", lambda z, a: (1.0 - a,)),
        Rule("tanh′ is taken for 1 + a², where it is 1 − a²", lambda z, a: (1.0 + a * a,)),
    ),
    ("pow", 1): (
        Rule("the exponent is not brought down: d xⁿ/dx is n·xⁿ⁻¹", lambda x, n, out: (x ** (n - 1.0),)),
        Rule("the exponent is not lowered: d xⁿ/dx is n·xⁿ⁻¹", lambda x, n, out: (n * out,)),
    ),
    ("square", 1): (Rule("the 2 is not brought down: d x²/dx is 2x", lambda x, out: (x,)),),
    ("exp", 1): (Rule("exp′ is taken for its exponent, where it is exp itself", lambda x, out: (x,)),),
    ("log", 1): (
        Rule("log′ is taken for x, where it is 1/x", lambda x, out: (x,)),
        Rule("log′ is taken for −1/x², where it is 1/x", lambda x, out: (-1.0 / (x * x),)),
    ),
    ("div", 2): (
        Rule("the divisor is not squared: d (x/y)/dy is −x/y²", lambda x, y, out: (1.0 / y, -x / y)),
        Rule("the divisor stands above: d (x/y)/dx is 1/y", lambda x, y, out: (y, -x / (y * y))),
    ),
    ("sqrt", 1): (
        Rule("the ½ of the root is lost: d √x/dx is 1/(2√x)", lambda x, out: (1.0 / out,)),
        Rule("the root stands above: d √x/dx is 1/(2√x)", lambda x, out: (0.5 * out,)),
    ),
    ("relu", 1): (Rule("relu′ is taken for what came out, where it is 1 or 0", lambda x, out: (out,)),),
}  # fmt: skip
"""Wrong derivatives that are often written, by the operation and how many inputs it has."""


def rules_of(value: Value) -> tuple[Rule, ...]:
    """The wrong derivatives that are known of the operation of ``value``."""
    return RULES.get((value.op.name, len(value.parents)), ()) if value.op is not None else ()


def wrong_operations(op: Primitive, count: int) -> list[tuple[str, Primitive]]:
    """The words of each wrong derivative of ``op``, and an operation that has it: for the page's evaluator."""

    def of(rule: Rule) -> Callable[..., tuple[Any, ...]]:
        return lambda *given: rule.partials(*given[:-1], *op.constants, given[-1])

    return [(rule.words, replace(op, partials=of(rule))) for rule in RULES.get((op.name, count), ())]


# --- a number that is wrong -------------------------------------------------------------------------------

CLOSE = 1e-5
"""How far a number may be off, as a part of what it should be: by what single precision loses on its way."""
TYPED = 3
"""From how many digits on a number that was typed is taken for rounded."""


def agrees(claim: float, truth: float, scale: float = 0.0, close: float = CLOSE) -> bool:
    """Whether ``claim`` is ``truth``: to the part ``close`` of it, or to the last digit written, of three or more.

    ``scale`` is the largest term of the sum that gave it: where terms cancel, rounding is of their size.

    >>> agrees(0.3285, 0.328517), agrees(0.33, 0.3285), agrees(1.0, 1.04), agrees(-0.3285, 0.3285)
    (True, False, False, False)
    """
    if claim == truth or (math.isnan(claim) and math.isnan(truth)):
        return True
    if not (math.isfinite(claim) and math.isfinite(truth)):
        return False
    off = abs(claim - truth)
    if off <= max(close * abs(truth), 1e-12 * scale):
        return True
    mantissa, _, exponent = np.format_float_scientific(abs(claim), trim="-").partition("e")
    digits = len(mantissa.replace(".", ""))
    return digits >= TYPED and off <= 1.001 * 10.0 ** (int(exponent) - digits + 1)


class Found(NamedTuple):
    """A slip at one node, and the wrong gradient that it gives there."""

    node: int
    edge: int | None
    """The flow that it is about; None: all those into the node."""
    total: float
    words: str


def slips_at(graph: Graph, i: int, upstream: Sequence[float | None]) -> Iterator[Found]:
    """Every slip that can be made at node ``i``, with the number that comes of it.

    ``upstream`` holds the gradient of each node that flows come back from; None where none does.
    """
    along = {
        e: graph.flow_of(e, ahead) for e in graph.flow_edges(i) if (ahead := upstream[graph.targets[e]]) is not None
    }
    edges = [e for e, flow in along.items() if flow is not None]
    flows = [flow for flow in along.values() if flow is not None]
    total = sum(flows) + (1.0 if i in graph.roots else 0.0)
    n = len(edges)
    said = {"node": graph.name(i), "n": REACH[n != 1].format(n=n)}
    for slip in SLIPS:
        if n < slip.least:
            continue
        if slip.gather and slip.gather != "only":
            gathered = math.prod(flows) if slip.gather == "product" else float(slip.gather) * total
            yield Found(i, None, gathered, slip.words.format(**said))
            continue
        for k, e in enumerate(edges):
            said |= {"child": graph.name(graph.targets[e]), "flow": signed(flows[k])}
            if slip.gather == "only":
                yield Found(i, e, flows[k], slip.words.format(**said))
                continue
            ahead = 1.0 if slip.upstream else upstream[graph.targets[e]] or 0.0
            for local, rule in _locals(graph, slip, e):
                yield Found(i, e, total - flows[k] + local * ahead, slip.words.format(**said, rule=rule))


def _locals(graph: Graph, slip: Slip, e: int) -> list[tuple[float, str]]:
    """The wrong local derivatives along edge ``e``, each with the words of its rule."""
    if slip.local == "rule":
        return [(wrong[e - graph.first[graph.targets[e]]], words) for words, wrong in _wrong_partials(graph, e).items()]
    local, own = graph.locals[e], graph.values[graph.sources[e]].data
    return [({"": local, "-": -local, "0": 0.0, "1": 1.0, "own": own}[slip.local], "")]


def _wrong_partials(graph: Graph, e: int) -> dict[str, tuple[float, ...]]:
    """The wrong local derivatives of the node that edge ``e`` leads to, by the words of their rules."""
    value, found = graph.values[graph.targets[e]], {}
    inputs = [parent.data for parent in value.parents]
    for rule in rules_of(value):
        with suppress(ArithmeticError):  # where it cannot be computed, nobody has computed it
            found[rule.words] = rule.partials(*inputs, *(value.op.constants if value.op else ()), value.data)
    return found


# --- a slip that is made all the way back -----------------------------------------------------------------

Gradients = list[float]


def _pass(  # noqa: PLR0913 -- each of them can be got wrong
    graph: Graph,
    *,
    gather: Callable[[float, float], float] = lambda so_far, flow: so_far + flow,
    order: Callable[[Graph], list[int]] = lambda graph: list(range(graph.root, -1, -1)),
    local: Callable[[int], float] | None = None,
    start: Gradients | None = None,
    seed: float = 1.0,
) -> Gradients:
    """A backward pass with what a program can get wrong taken out of it, so that it can be got wrong."""
    found = [0.0] * len(graph) if start is None else list(start)
    for root in graph.roots:
        found[root] = seed
    for i in order(graph):
        for e in graph.operand_edges(i):
            flow = graph.flow_of(e, found[i]) or 0.0 if local is None else local(e) * found[i]
            if not graph.is_held(i):
                found[graph.sources[e]] = gather(found[graph.sources[e]], flow)
    return found


def _depth_first(graph: Graph) -> list[int]:
    """Nodes as a walk from the root first meets them: a child may come after its parent."""
    order: list[int] = []
    stack, seen = [graph.root], set()
    while stack:
        i = stack.pop()
        if i not in seen:
            seen.add(i)
            order.append(i)
            stack += graph.operands(i)
    return order


def _twice(graph: Graph, *, interior: bool) -> Gradients:
    """A second pass that starts from the gradients of the first: at the leaves, or also in the interior."""
    first = _pass(graph)
    kept = [g if interior or graph.values[i].op is None else 0.0 for i, g in enumerate(first)]
    return _pass(graph, start=kept)


def _ruled(graph: Graph, name: str, words: str | None) -> Gradients:
    """The pass with a wrong local derivative at every operation ``name``: 1, or that of the rule of some words."""

    def local(e: int) -> float:
        op = graph.values[graph.targets[e]].op
        if op is None or op.name != name:
            return graph.locals[e]
        return 1.0 if words is None else _wrong_partials(graph, e)[words][e - graph.first[graph.targets[e]]]

    return _pass(graph, local=local)


WRONG_PASSES: Mapping[str, tuple[Callable[[Graph], Gradients], str]] = {
    "= for +=": (
        lambda graph: _pass(graph, gather=lambda _, flow: flow),
        "of several flows into a node only the last is kept, and everything below inherits the error",
    ),
    "no order": (
        lambda graph: _pass(graph, order=_depth_first),
        "a node visited before all its flows have arrived passes on only those that have",
    ),
    "no zero_grad": (
        lambda graph: _twice(graph, interior=False),
        "leaves add up over passes, so after two each holds twice its gradient; the interior is right",
    ),
    "old interior": (
        lambda graph: _twice(graph, interior=True),
        "the gradient that an inner node kept flows down once more: the error grows with every step on the way",
    ),
    "wrong sign": (
        lambda graph: _pass(graph, seed=-1.0),
        "the pass begins with −1: every gradient points downhill",
    ),
}
"""Slips that are made all the way back: each gives the gradients of a whole pass; and why they are wrong."""


def whole_passes(graph: Graph) -> Iterator[tuple[str, Gradients]]:
    """The gradients of every slip that is made all the way back, with what it is in words."""
    for name, (differentiate, why) in WRONG_PASSES.items():
        yield f"{name}: {why}", differentiate(graph)
    uses: dict[str, list[Value]] = {}
    for value in graph.values:
        if value.op is not None and rules_of(value):
            uses.setdefault(value.op.name, []).append(value)
    for name, values in uses.items():
        if len(values) > 1:
            yield f"the local derivative of every {name} is missing", _ruled(graph, name, None)
            for rule in rules_of(values[0]):
                with suppress(LookupError, ArithmeticError):
                    yield f"{rule.words}, at every {name}", _ruled(graph, name, rule.words)


def wrong_pass(root: Value, slip: str) -> dict[Value, float]:
    """The gradients of a backward pass in which ``slip`` is made all the way back. No ``grad`` is changed.

    Args:
        root: what is differentiated.
        slip: ``"= for +="``, ``"no order"``, ``"no zero_grad"`` (the gradients after two passes), ``"old interior"``
            (the same where inner nodes keep theirs), ``"wrong sign"``; or the words of a wrong derivative of an
            operation of the graph, such as ``"a(1 + a)"`` of a sigmoid.

    Raises:
        TypeError: ``root`` is not a Value.
        ValueError: the slip is not known, or the graph has no operation to make it at.
        StaleGraphError: a leaf changed after the graph was built.

    >>> from autograd import Value
    >>> from viz import wrong_pass
    >>> x = Value(3.0, "x")
    >>> wrong_pass((x + x * x).named("L"), "= for +=")[x], wrong_pass((x + x * x).named("L"), "no zero_grad")[x]
    (3.0, 14.0)
    """
    graph = graph_below(root, None, "wrong_pass")
    if slip in WRONG_PASSES:
        found = WRONG_PASSES[slip][0](graph)
        return dict(zip(graph.values, found, strict=True))
    for value in graph.values:
        for rule in rules_of(value):
            if slip and value.op is not None and slip in rule.words:
                return dict(zip(graph.values, _ruled(graph, value.op.name, rule.words), strict=True))
    known = ", ".join(map(repr, WRONG_PASSES))
    rules = ", ".join(dict.fromkeys(repr(rule.words) for value in graph.values for rule in rules_of(value)))
    raise ValueError(f"slip={slip!r} is not known: use one of {known}" + (f", or of {rules}" if rules else ""))
