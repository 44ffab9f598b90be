"""What every view is asked about: a root, a node of its graph, names; or a clear refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograd import AutogradError, GradientError, Value
from viz.graph import Graph, read_graph
from viz.names import clean, cut, variable_names

__all__ = ["graph_below", "place_of"]


def graph_below(root: Value, names: Mapping[str, Any] | None, asker: str) -> Graph:
    """The graph of ``root``.

    Args:
        root: the value that is differentiated.
        names: variables, such as ``locals()``, to name the values that have no label.
        asker: the function that was called, for messages.

    Raises:
        TypeError: ``root`` is not a Value, or ``names`` not a dict.
    """
    _check_value(root, f"{asker}(): the root of the graph")
    if names is not None and not isinstance(names, Mapping):
        raise TypeError(f"{asker}(): names must be a dict from names to Values, such as locals(), not {_shown(names)}")
    return read_graph(root, variable_names(names or {}))


def place_of(
    graph: Graph, node: Value, asker: str, what: str = "the node", refusal: type[AutogradError] = GradientError
) -> int:
    """Where ``node`` stands in ``graph``.

    Args:
        graph: the graph of the root.
        node: what was asked about.
        asker: the function that was called, for messages.
        what: what ``node`` is to it.
        refusal: the error where it is not part of the graph.

    Raises:
        TypeError: ``node`` is not a Value.
        GradientError: it is not part of the graph.
    """
    _check_value(node, f"{asker}(): {what}")
    place = graph.index.get(node)
    if place is None:
        name = repr(clean(node.label)) if node.label else f"the {node.op.name} node" if node.op else "the leaf"
        root = cut(graph.name(graph.root), 60)
        raise refusal(
            f"{asker}(): {name} (data = {node.data!r}) is not part of the graph of {root!r}, which does not depend on "
            f"it: give a node that {root!r} was computed from"
        )
    return place


def _check_value(thing: object, what: str) -> None:
    if not isinstance(thing, Value):
        raise TypeError(f"{what} must be a Value, not {_shown(thing)}")


def _shown(thing: object) -> str:
    """``thing`` in a message."""
    return f"{cut(clean(repr(thing)), 60)} of type {type(thing).__name__}"
