"""What is wrong with a graph, or delicate in it: the first nan, kinks, leaves without influence, stale nodes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from autograd.anomaly import describe_operation
from autograd.sites import Site, site_of
from autograd.sweep import adjoints, describe, is_stale, topological_order
from autograd.value import Value

__all__ = ["Diagnosis", "Fault", "KinkMet", "diagnose"]


class Fault(NamedTuple):
    """A value that is nan or infinite though everything it was computed from is finite (or a leaf)."""

    node: Any
    operands: tuple[Any, ...]
    site: Site | None
    """The line that made it."""
    path: tuple[Any, ...]
    """From the faulty node down to a leaf, through the operand that is largest in size at each step."""

    def __str__(self) -> str:
        what = describe_operation(self.node) if self.operands else f"{describe(self.node)} was set so"
        lines = [f"first {_kind(self.node)}: {what}"]
        if self.site:
            lines.append(f"  made by {self.site}")
        if self.node.scope:
            lines.append(f"  in {self.node.scope}")
        if len(self.path) > 1:
            lines.append("  from " + " <- ".join(_short(node) for node in self.path))
        return "\n".join(lines)


class KinkMet(NamedTuple):
    """An operation applied exactly where it has no derivative."""

    node: Any
    convention: str
    """What was used instead."""

    def __str__(self) -> str:
        return f"{describe(self.node)}: {self.convention}"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What :func:`diagnose` found; printing it reads as a report."""

    nodes: int
    fault: Fault | None
    """The first nan or infinity in topological order."""
    kinks: tuple[KinkMet, ...]
    without_influence: tuple[Any, ...]
    """Leaves in the graph, or asked about, with a derivative of exactly 0 at this point."""
    stale: tuple[Any, ...]
    """Nodes computed before one of their operands took its present value."""

    @property
    def healthy(self) -> bool:
        """No nan, no infinity, nothing stale."""
        return self.fault is None and not self.stale

    def __str__(self) -> str:
        parts = [f"{self.nodes} values" + (", all finite" if self.fault is None else "")]
        if self.fault:
            parts.append(str(self.fault))
        if self.stale:
            parts.append("out of date (call forward() on the root):" + _listed(map(describe, self.stale)))
        if self.kinks:
            parts.append("kinks met:" + _listed(map(str, self.kinks)))
        if self.without_influence:
            parts.append("no influence on the root here:" + _listed(map(describe, self.without_influence)))
        return "\n".join(parts)

    __repr__ = __str__


def diagnose(root: Any, leaves: Iterable[Any] = ()) -> Diagnosis:
    """Examine the graph of ``root`` at its present values.

    Which leaves have influence is found by a backward pass, with the hooks there are; no ``grad`` is written.

    Args:
        root: the value whose graph is examined.
        leaves: further leaves to ask about, such as ``model.parameters()``: those that are not in the graph
            at all are reported as having no influence.

    Raises:
        TypeError: ``root`` is no Value.

    >>> from autograd import Value, diagnose, errstate
    >>> x = Value(-4.0, "x")
    >>> with errstate(domain="nan"):
    ...     y = (x + 3).log() * 2
    >>> diagnosis = diagnose(y)
    >>> diagnosis.fault.node.op.name, diagnosis.fault.operands[0].data
    ('log', -1.0)
    >>> [node.label or node.op.name for node in diagnosis.fault.path]
    ['log', 'add', 'x']
    """
    if not isinstance(root, Value):
        raise TypeError(f"diagnose takes the Value at the root of a graph, not {root!r}")
    order = topological_order(root)
    stale = tuple(node for node in order if is_stale(node))
    kinks = tuple(KinkMet(node, node.op.kink.convention) for node in order if _at_kink(node))
    return Diagnosis(len(order), _first_fault(order), kinks, _idle_leaves(order, leaves, known=not stale), stale)


def _first_fault(order: list[Any]) -> Fault | None:
    for node in order:
        if not math.isfinite(node._data):
            return Fault(node, node.parents, site_of(node), _path_to_leaf(node))
    return None


def _path_to_leaf(node: Any) -> tuple[Any, ...]:
    path = [node]
    while node.parents:
        node = max(node.parents, key=lambda parent: (bool(parent.label or parent.op), abs(parent._data)))
        path.append(node)
    return tuple(path)


def _at_kink(node: Any) -> bool:
    op = node.op
    if op is None or op.kink is None:
        return False
    return bool(op.kink.at(*[parent._data for parent in node.parents], *op.constants))


def _idle_leaves(order: list[Any], asked: Iterable[Any], *, known: bool) -> tuple[Any, ...]:
    """Leaves through which nothing flows; of those in the graph nothing is known while it is stale."""
    present = dict.fromkeys(node for node in order if node.op is None and node.kind != "constant")
    absent = [leaf for leaf in asked if leaf not in present and leaf is not order[-1]]
    if not known:
        return tuple(absent)
    adjoint = adjoints(order, 1.0)
    return (*[leaf for leaf in present if not adjoint[leaf]], *absent)


def _kind(node: Any) -> str:
    return "nan" if math.isnan(node._data) else "infinity"


def _short(node: Any) -> str:
    name = node.label or (node.op.name if node.op else node.kind)
    return f"{name} = {node._data:.6g}"


def _listed(items: Iterable[str], most: int = 10) -> str:
    lines = list(items)
    shown = [f"\n  {line}" for line in lines[:most]]
    if len(lines) > most:
        shown.append(f"\n  and {len(lines) - most} more")
    return "".join(shown)
