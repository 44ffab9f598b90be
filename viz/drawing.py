"""``draw`` and ``draw_dot``: from a Value to a picture of everything it was computed from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import graphviz

from autograd import Value
from viz._arguments import graph_below, place_of, roots_of
from viz.composing import compose, describe_extent
from viz.diagram import Diagram
from viz.dot import digraph
from viz.engine import ENGINES
from viz.errors import DiagramError
from viz.folding import DETAILS, fold, neighbourhood
from viz.links import EDGE_NUMBERS
from viz.names import clean, variable_names
from viz.page import page_of
from viz.painting import Look, paint
from viz.picture import Picture
from viz.style import THEMES

__all__ = ["draw", "draw_dot", "picture_of"]

DIRECTIONS = ("LR", "TB")


def draw(  # noqa: PLR0913 -- the options of a picture, by keyword
    root: Value | Sequence[Value],
    *,
    detail: str = "auto",
    focus: Value | None = None,
    depth: int = 2,
    min_flow: float = 0.0,
    edges: str = "auto",
    rankdir: str = "LR",
    names: Mapping[str, Any] | None = None,
    title: str | None = None,
    theme: str = "auto",
    engine: str = "auto",
) -> Diagram:
    """Draw the graph of ``root``: each value, each local derivative, each flow of gradient.

    A card shows a value, the operation that made it, its data and its gradient. A link carries the local
    derivative (``×0.424``) and the flow, local times upstream; where several flows reach a value, the bar on its
    edge shows their shares.

    Args:
        root: the value that was differentiated. Before ``backward()`` gradients are shown as ``·``. Of a list of
            values one picture is drawn: its gradients are those of their sum, and where a value has a part in several
            roots, its card shows the gradient of each.
        detail: ``"full"``: every value; ``"fused"``: each ``Σ w·x + b`` as one card; ``"neurons"``, ``"layers"``:
            the scopes as cards; ``"auto"``: the most that can be read.
        focus: show only the neighbourhood of this value.
        depth: how many edges, each way, the neighbourhood reaches.
        min_flow: flows smaller than this are grey.
        edges: which numbers stand at the links: ``"auto"``, ``"flow"``, ``"local"``, ``"both"``, ``"none"``.
        rankdir: ``"LR"`` from left to right, ``"TB"`` from top to bottom.
        names: variables, such as ``locals()``, to name the values that have no label.
        title: what stands above the picture.
        theme: ``"light"``, ``"dark"``, or ``"auto"`` for what the reader's system prefers.
        engine: ``"embedded"``, ``"system"`` or ``"wasm"`` Graphviz for the layout; ``"auto"`` for the first there is.

    Raises:
        TypeError: ``root`` or ``focus`` is not a Value.
        ValueError: an option is not one of those listed; there is no root.
        StaleGraphError: a leaf changed after the graph was built.
        DiagramError: ``focus`` is not in the graph; the layout engine is missing.

    >>> from autograd import Value
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> c = (a * b).named("c")
    >>> c.backward()
    >>> "×−3" in draw(c).svg
    True
    """
    _check("detail", detail, DETAILS)
    _check("edges", edges, EDGE_NUMBERS)
    _check("rankdir", rankdir, DIRECTIONS)
    _check("theme", theme, THEMES)
    _check("engine", engine, ENGINES)
    if title is not None and not isinstance(title, str):
        raise TypeError(f"title must be a str, not {title!r}")
    picture = picture_of(root, detail=detail, focus=focus, depth=depth, min_flow=min_flow, names=names)
    heading = clean(title or "")
    given = {name: value for value, name in variable_names(names or {}).items()}
    svg = paint(picture, Look(edges, rankdir, theme, engine, heading))
    return Diagram(
        svg,
        dot=lambda: digraph(picture, rankdir).source,
        page=lambda: page_of(root, names=given, theme=theme),
        words=f"{picture.graph.title}: {describe_extent(picture)}",
    )


def draw_dot(root: Value | Sequence[Value], format: str = "svg", rankdir: str = "LR") -> graphviz.Digraph:  # noqa: A002 -- micrograd's name
    r"""The whole graph of ``root`` as a ``graphviz.Digraph``, as micrograd's ``draw_dot`` gives it.

    Its ``source`` needs nothing; its ``render`` and ``pipe`` need Graphviz's program ``dot``. :func:`draw` does not.

    >>> from autograd import Value
    >>> print(draw_dot(Value(2.0, "a") * 3).source.splitlines()[3].strip())
    n0 [label="{a|input|data\ 2.0000|grad\ ·}" style=rounded]
    """
    _check("rankdir", rankdir, DIRECTIONS)
    _check("format", format, sorted(graphviz.FORMATS))
    return digraph(picture_of(root, detail="full", asker="draw_dot"), rankdir, format)


def picture_of(  # noqa: PLR0913 -- the same
    root: Value | Sequence[Value],
    *,
    detail: str = "auto",
    focus: Value | None = None,
    depth: int = 2,
    min_flow: float = 0.0,
    names: Mapping[str, Any] | None = None,
    asker: str = "draw",
) -> Picture:
    """What :func:`draw` would show, without places or colours: for views of other kinds."""
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 0:
        raise ValueError(f"depth must be a whole number of edges, 0 or more, not {depth!r}")
    if isinstance(min_flow, bool) or not isinstance(min_flow, (int, float)) or not min_flow >= 0:
        raise ValueError(f"min_flow must be a number, 0 or more, not {min_flow!r}")
    graph = graph_below(roots_of(root, asker), names, asker)
    alive = None
    if focus is not None:
        alive = neighbourhood(graph, place_of(graph, focus, asker, "focus", DiagramError), depth)
    return compose(graph, fold(graph, detail, alive), float(min_flow))


def _check(argument: str, seen: object, known: Sequence[str]) -> None:
    if seen not in known:
        raise ValueError(f"{argument}={seen!r} is not known: use one of {', '.join(map(repr, known))}")
