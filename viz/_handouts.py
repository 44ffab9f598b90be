"""Handouts: ``worksheet``, a graph on paper with gradients to fill in, and its key; ``frames``, a slide per step."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from autograd import Value
from viz._arguments import as_page, as_target, check_choice, check_count, graph_below, write_whole
from viz._quiz import blanks_of, without_gradients
from viz.chain import Chain
from viz.errors import DiagramError
from viz.formulas.notation import derivative
from viz.formulas.writers import mathml_lines, to_mathml
from viz.graph import Graph
from viz.picture.fold import Link, Picture, fold
from viz.picture.links import Label
from viz.picture.paint import Look, Scene, arrange, paint
from viz.style import PRINT, THEMES
from viz.text import clean, cut, datum, signed

__all__ = ["frames", "worksheet"]

MOST_CARDS = 300
"""Up to how many values a card for each is tried."""
MOST_PORTRAIT, MOST_ACROSS, MOST_DOWN = 1000.0, 2000.0, 1000.0
"""How many pixels of a picture can be read on the short side of a sheet, on its long side, and beneath each other."""
_SIZE = re.compile(r'width="(\d+)" height="(\d+)"')


def worksheet(
    root: Value,
    path: str | os.PathLike[str],
    *,
    names: Mapping[str, Any] | None = None,
    title: str = "",
    blanks: int = 12,
) -> Path:
    """Write a sheet to print: the graph of ``root`` with blank gradients to fill in, and a key on the page after it.

    It is one HTML file, for A4: print it, or save it as PDF, in any browser. The pictures are in greys, with negative
    flows dashed, and as small as the page needs; a large graph is folded. The key has the chain rule of each gradient
    that was asked for, in symbols and in numbers. No gradient of the graph changes.

    Args:
        root: what is differentiated.
        path: where to write it; its ending is ``.html`` or ``.htm``.
        names: variables, such as ``locals()``, to name the values that have no label.
        title: the heading; by default it names the root.
        blanks: how many gradients are asked for at most; of more, some all the way back.

    Returns:
        The path.

    Raises:
        TypeError: ``root`` is not a Value, or ``title`` not a str.
        ValueError: ``blanks`` is not a whole number, 1 or more.
        StaleGraphError: a leaf changed after the graph was built.
        DiagramError: another ending, or a file that cannot be written there.

    >>> import tempfile
    >>> from autograd import Value
    >>> from viz import worksheet
    >>> a = Value(2.0, "a")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     worksheet((a * a + a).named("L"), f"{folder}/sheet.html").name
    'sheet.html'
    """
    check_count(blanks, "blanks")
    if not isinstance(title, str):
        raise TypeError(f"title must be a str, got {title!r}")
    target = as_page(path, "worksheet", "a page to print")
    graph = graph_below(root, names, "worksheet")
    chain = Chain(without_gradients(graph))
    asked = blanks_of(graph, blanks)
    heading = clean(title) or f"The gradients of {cut(graph.title)}"
    solved = graph_below(root, names, "worksheet")
    solved.grads = solved.held = [gradient or 0.0 for gradient in chain.gradients]
    detail, wide = _detail(solved)
    page = Template((files("viz") / "worksheet.html").read_text(encoding="utf-8")).substitute(
        across=270 if wide else 188,
        down=80 if wide else 105,
        way="landscape" if wide else "portrait",
        columns=3 if wide else 2,
        title=escape(heading),
        gradients="the gradient" if len(asked) == 1 else f"the {len(asked)} gradients",
        root=escape(cut(graph.title)),
        blank=_picture(graph, "none", detail),
        rows="\n".join(_row(chain, i) for i in asked),
        solved=_picture(solved, "auto", detail),
        rules="\n".join(f"<li>{_rule(chain, i)}</li>" for i in asked),
    )
    write_whole(target, page.encode())
    return target


def _picture(graph: Graph, edges: str, detail: str) -> str:
    return paint(fold(graph, detail), Look(edges, theme=PRINT))


def _detail(graph: Graph) -> tuple[str, bool]:
    """The finest picture whose type can be read on paper, and whether it needs the long side of the sheet."""
    for detail in ("full", "fused", "neurons", "layers") if len(graph) <= MOST_CARDS else ("layers",):
        size = _SIZE.search(_picture(graph, "auto", detail))
        across, down = (float(size[1]), float(size[2])) if size else (0.0, 0.0)
        if across <= MOST_ACROSS and down <= MOST_DOWN:
            break
    return detail, across > MOST_PORTRAIT


def _row(chain: Chain, i: int) -> str:
    """A value by its name and formula, its number, and room for its gradient."""
    graph = chain.graph
    name, formula = cut(chain.name(i), 24), cut(graph.formula(i), 30)
    shown = f"{name} = {formula} =" if formula and formula != name else f"{name} ="
    asked = to_mathml(derivative(chain.root, chain.symbol(i)))
    return f"<li><span>{escape(shown)} {datum(graph.values[i].data)}</span><b>{asked} =</b></li>"


def _rule(chain: Chain, i: int) -> str:
    rule: Sequence[Any] = chain.rule(i).equation
    return mathml_lines([rule]) if len(rule) > 1 else f"{to_mathml(rule[0])} = {signed(chain.gradient(i))}"


# --- slides ---------------------------------------------------------------------------------------------

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
    check_choice("theme", theme, (*THEMES, PRINT))
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
    flows = graph.flows
    _ = graph.full_scale  # of all steps: it is measured once
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
