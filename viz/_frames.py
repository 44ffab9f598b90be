"""``frames``: every step of the backward pass as a picture of its own, for slides."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograd import Value
from viz._arguments import as_target, check_value, graph_below, write_whole
from viz.errors import DiagramError
from viz.graph import Graph
from viz.picture.fold import Link, Picture, fold
from viz.picture.links import Label
from viz.picture.paint import Look, Scene, arrange, paint
from viz.style import PRINT, THEMES
from viz.text import cut

__all__ = ["frames"]

MOST_FRAMES = 500
"""Up to how many steps are drawn."""


def frames(
    root: Value, folder: str | os.PathLike[str], *, names: Mapping[str, Any] | None = None, theme: str = "light"
) -> list[Path]:
    """Write each step of the backward pass of ``root`` as an SVG into ``folder``, and return their paths, in order.

    The first is before the pass: every value, no gradient. In each after it one more value passes its gradient on; its
    card has a thick border, partial sums grow, and flows appear as they pass. Everything stands at the same place in
    all of them, so that slides can be turned like the pages of a flip book. No gradient of the graph changes.

    Args:
        root: what is differentiated.
        folder: where to write ``step_000.svg`` and so on; it is made if it is not there.
        names: variables, such as ``locals()``, to name the values that have no label.
        theme: ``"light"``, ``"dark"``, ``"auto"``, or ``"print"`` for paper.

    Raises:
        TypeError: ``root`` is not a Value.
        ValueError: the theme is not one of those.
        StaleGraphError: a leaf changed after the graph was built.
        DiagramError: more steps than 500, or a folder that cannot be written to.

    >>> import tempfile
    >>> from autograd import Value
    >>> from viz import frames
    >>> a = Value(2.0, "a")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in frames((a * a).named("L"), folder)]
    ['step_000.svg', 'step_001.svg', 'step_002.svg']
    """
    if theme not in (*THEMES, PRINT):
        raise ValueError(f"theme={theme!r} is not known: use one of {', '.join(map(repr, (*THEMES, PRINT)))}")
    check_value(root, "frames(): the root of the graph")
    target = as_target(folder)
    graph = graph_below(root, names, "frames")
    if len(graph) > MOST_FRAMES:
        raise DiagramError(
            f"frames() draws at most {MOST_FRAMES} steps, and this graph has {len(graph):,} values: take an inner "
            f"value as the root, or step_through(root, path)"
        )
    drawn = list(_drawn(graph, theme))  # all of them, before the first is written
    try:
        target.mkdir(exist_ok=True)
    except OSError as error:
        raise DiagramError(f"cannot write to the folder {str(target)!r}: {error.strerror or error}") from error
    paths = [target / f"step_{step:03}.svg" for step in range(len(drawn))]
    for path, svg in zip(paths, drawn, strict=True):
        write_whole(path, svg.encode())
    return paths


def _drawn(graph: Graph, theme: str) -> Iterator[str]:
    """The picture before the pass, then after each node."""
    gradients = graph.fresh_pass().gradients
    graph.grads = graph.held = [gradient or 0.0 for gradient in gradients]
    whole = fold(graph, "auto")
    scene = arrange(whole, Look(theme=theme, moving=True, title="Step"))
    flows = [graph.flow(e) for e in range(len(graph.sources))]
    graph.keep_scale()
    shown: list[float | None] = [None] * len(graph)
    for step in range(len(graph) + 1):
        turn = len(graph) - step
        if step:
            shown[turn] = graph.held[turn]
            for e in graph.operand_edges(turn):
                if gradients[turn] is not None:
                    shown[graph.sources[e]] = (shown[graph.sources[e]] or 0.0) + (flows[e] or 0.0)
        graph.grads = list(shown)
        graph.turn = turn if step else None
        picture = replace(whole, links=[_partly(link, graph, flows, turn) for link in whole.links])
        title = f"Step {step} of {len(graph)}" + (f": {cut(graph.name(turn))}" if step else "")
        yield paint(picture, Look(theme=theme, title=title), _then(scene, picture))


def _partly(link: Link, graph: Graph, flows: list[float | None], turn: int) -> Link:
    """A link with the flow that has passed along it once every node from ``turn`` on had its turn."""
    passed = [flows[e] or 0.0 for e in link.edges if graph.targets[e] >= turn]
    if not passed:
        return replace(link, flow=None)
    return replace(link, flow=sum(passed) if link.of_one else max(passed, key=abs))


def _then(scene: Scene, picture: Picture) -> Scene:
    """The places of a picture, with the numbers and the bars of what has passed."""
    bars = {
        key: [replace(part, flow=None if part.link is None else picture.links[part.link].flow) for part in bar]
        for key, bar in scene.bars.items()
    }
    labels = [label for one in scene.labels if (label := _label_of(one, picture)).rows]
    return replace(scene, bars=bars, labels=labels)


def _label_of(label: Label, picture: Picture) -> Label:
    """A label without the number of a flow that has not passed."""
    if picture.links[label.link].flow is not None:
        return label
    rows = tuple(kept for row in label.rows if (kept := tuple(text for text in row if text[0] in "×Σ")))
    return label._replace(rows=rows)
