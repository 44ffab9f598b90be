"""``draw`` and ``draw_dot``: from a Value to a picture of everything it was computed from, shown or saved."""

from __future__ import annotations

import importlib
import os
import tempfile
import warnings
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import graphviz

from autograd import Value
from viz._arguments import as_target, check_choice, check_folder, graph_below, place_of, write_whole
from viz.errors import ConversionError, DiagramError
from viz.page import page_of
from viz.picture.fold import DETAILS, Card, Picture, fold, neighbourhood, peak
from viz.picture.layout import ENGINES
from viz.picture.links import EDGE_NUMBERS
from viz.picture.paint import Look, paint
from viz.style import PRINT, THEMES
from viz.text import clean, count, cut, datum, short, signed, variable_names

__all__ = ["TREATMENT", "Diagram", "Interactive", "draw", "draw_dot", "picture_for_notebook", "picture_of"]

DIRECTIONS = ("LR", "TB")
MOST_SHOWN = 20_000
"""Up to how many values a graph is drawn without being asked for: it takes a fraction of a second."""
PAGE_HEIGHT = 720
"""How high a page stands in a notebook, in pixels; it scrolls within."""
TREATMENT: dict[str, Any] = {"unconfined": True}
"""How a notebook is to treat a picture: at its own size, so that its type stays legible; a wide one scrolls."""

Bundle = tuple[dict[str, str], dict[str, Any]]
"""The views that a notebook may show, by media type, and how each is to be treated."""


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
        title: a title above the picture.
        theme: ``"light"``, ``"dark"``, ``"print"`` for paper (greys, negative flows dashed), or ``"auto"`` for what
            the reader's system prefers.
        engine: ``"embedded"``, ``"system"`` or ``"wasm"`` Graphviz for the layout; ``"auto"`` for the first available.

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
    check_choice("detail", detail, DETAILS)
    check_choice("edges", edges, EDGE_NUMBERS)
    check_choice("rankdir", rankdir, DIRECTIONS)
    check_choice("theme", theme, [*THEMES, PRINT])
    check_choice("engine", engine, ENGINES)
    if title is not None and not isinstance(title, str):
        raise TypeError(f"title must be a str, got {title!r}")
    picture = picture_of(root, detail=detail, focus=focus, depth=depth, min_flow=min_flow, names=names)
    heading = clean(title or "")
    given = {name: value for value, name in variable_names(names or {}).items()}
    look = Look(edges, rankdir, theme, engine, heading)
    return Diagram(picture, look, lambda: page_of(root, names=given, theme="light" if theme == PRINT else theme))


def draw_dot(root: Value | Sequence[Value], format: str = "svg", rankdir: str = "LR") -> graphviz.Digraph:  # noqa: A002 -- micrograd's name
    r"""The whole graph of ``root`` as a ``graphviz.Digraph``, as micrograd's ``draw_dot`` gives it.

    Its ``source`` needs nothing; its ``render`` and ``pipe`` need Graphviz's program ``dot``. :func:`draw` does not.

    >>> from autograd import Value
    >>> print(draw_dot(Value(2.0, "a") * 3).source.splitlines()[3].strip())
    n0 [label="{a|input|data\ 2.0000|grad\ ·}" style=rounded]
    """
    check_choice("rankdir", rankdir, DIRECTIONS)
    check_choice("format", format, sorted(graphviz.FORMATS))
    return _digraph(picture_of(root, detail="full", asker="draw_dot"), rankdir, format)


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
    """The picture that :func:`draw` would paint, without places or colours: for views of other kinds."""
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 0:
        raise ValueError(f"depth must be a whole number of edges, 0 or more, got {depth!r}")
    if isinstance(min_flow, bool) or not isinstance(min_flow, (int, float)) or not min_flow >= 0:
        raise ValueError(f"min_flow must be a number, 0 or more, got {min_flow!r}")
    graph = graph_below(root, names, asker, several=True)
    alive = None
    if focus is not None:
        alive = neighbourhood(graph, place_of(graph, focus, asker, "focus", DiagramError), depth)
    return fold(graph, detail, alive, float(min_flow))


# --- DOT --------------------------------------------------------------------------------------------------


def _digraph(picture: Picture, rankdir: str, image_format: str = "svg") -> graphviz.Digraph:
    """``picture`` as a Digraph. Node names are made here; labels are escaped, so they are text and nothing else."""
    graph = graphviz.Digraph(format=image_format, graph_attr={"rankdir": rankdir}, node_attr={"shape": "record"})
    for card in picture.cards:
        graph.node(card.key, label=_record(picture, card), **_shape(card))
    for link in picture.links:
        local = "" if link.local is None else f"×{short(link.local or 0.0)}"
        flow = "" if link.flow is None else f"\\n{signed(link.flow)}"
        graph.edge(link.source, link.target, label=f"{local}{flow}")
    return graph


def _shape(card: Card) -> dict[str, str]:
    """Kinds differ in their outline."""
    if card.is_root:
        return {"penwidth": "2.5"}
    return {"style": {"input": "rounded", "constant": "dashed", "fold": "bold"}.get(card.kind, "solid")}


def _record(picture: Picture, card: Card) -> str:
    graph = picture.graph
    fields = [cut(card.name)]
    if card.tag:
        fields.append(card.tag)
    if card.node is not None:
        grad = graph.grads[card.node]
        fields += [f"data {datum(graph.values[card.node].data)}", f"grad {signed(grad)}"]
        fields += [f"{line.word} {line.number}" for line in graph.account_lines(card.node)]
    if card.kind == "fold":
        largest = peak(graph, card.members)
        fields += [count(len(card.members), "value"), f"max |∂| {signed(largest).removeprefix('+')}"]
    return "{" + "|".join(map(_field, fields)) + "}"


def _field(text: str) -> str:
    """``text`` as one field of a record: its signs of structure, backslashes and entities made plain."""
    text = graphviz.escape(text.replace("&", "&amp;"))
    return "".join(f"\\{char}" if char in "{}|<> " else char for char in text)


# --- a finished picture -----------------------------------------------------------------------------------


class Diagram:
    """A drawn graph. Made by :func:`viz.draw`.

    In a notebook it shows itself. Elsewhere, ``open`` it in the browser, or ``save`` it.

    >>> from autograd import Value
    >>> from viz import draw
    >>> a = Value(3.0, "a")
    >>> diagram = draw(a * a + a)
    >>> diagram
    <Diagram of a·a + a: 3 values; .open() shows it, .save("graph.svg") keeps it>
    """

    __slots__ = ("_look", "_page", "_picture", "_svg", "_words")

    def __init__(self, picture: Picture, look: Look, page: Callable[[], str]) -> None:
        self._picture = picture
        self._look = look
        self._page = page
        self._svg = paint(picture, look)
        self._words = f"{picture.graph.title}: {picture.extent}"

    @property
    def svg(self) -> str:
        """The picture as an SVG document."""
        return self._svg

    @property
    def dot(self) -> str:
        """The same cards and links as DOT source for Graphviz."""
        return str(_digraph(self._picture, self._look.rankdir).source)

    @property
    def html(self) -> str:
        """A page that steps through the graph, as one HTML document; see :func:`viz.step_through`.

        It shows the whole graph as it now is, whatever part of it the picture shows.
        """
        return self._page()

    def interactive(self) -> Interactive:
        """The page that steps through the graph, to be shown in a notebook.

        >>> from autograd import Value
        >>> from viz import draw
        >>> draw(Value(2.0, "a") * 3.0).interactive()
        <Interactive diagram of a·3: 3 values>
        """
        return Interactive(self.html, self._svg, self._words)

    def __repr__(self) -> str:
        return f'<Diagram of {self._words}; .open() shows it, .save("graph.svg") keeps it>'

    def _repr_mimebundle_(self, **_selection: object) -> Bundle:
        """The views for a notebook. IPython passes ``include`` and ``exclude``, and selects by itself."""
        return {"image/svg+xml": self._svg, "text/plain": f"<Diagram of {self._words}>"}, {"image/svg+xml": TREATMENT}

    def open(self) -> Path:
        """Show the page that steps through the graph in the browser: :attr:`html`, in a file of its own.

        Returns:
            The file, in the system's folder for temporary files.

        Warns:
            UserWarning: no browser is known; the message names the file, to be opened by hand.
        """
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="graph-", suffix=".html", delete=False) as file:
            file.write(self.html)
        page = Path(file.name)
        if not webbrowser.open(page.as_uri()):
            warnings.warn(f"no browser is known here: open {page} by hand", stacklevel=2)
        return page

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to ``path``, in the format its ending names: .svg, .png, .pdf, .dot or .html.

        The file appears whole or not at all. PNG is drawn at twice the size, for sharp type; HTML is the page of
        :func:`viz.step_through`.

        Returns:
            The path.

        Raises:
            DiagramError: the ending is unknown, or the file cannot be written there.
            ConversionError: PNG or PDF, and the package that writes it is not installed.
        """
        target = as_target(path)
        writer = _WRITERS.get(target.suffix.lower())
        if writer is None:
            seen = f"the ending {target.suffix!r}" if target.suffix else "no ending"
            raise DiagramError(f"cannot save to {str(target)!r}: it has {seen}; use {', '.join(_WRITERS)}")
        check_folder(target)
        write_whole(target, writer(self))
        return target


class Interactive:
    """A page that steps through a graph, in a notebook. Made by :meth:`Diagram.interactive`.

    It stands in a frame of its own, from which its scripts cannot reach the notebook, nor its style change it.
    Viewers that strip HTML show the picture instead.
    """

    __slots__ = ("_bundle", "_words")

    def __init__(self, page: str, svg: str, words: str) -> None:
        self._words = words
        frame = (
            f'<iframe sandbox="allow-scripts" srcdoc="{escape(page)}" title="{escape(words)}"'
            f' style="width:100%;height:{PAGE_HEIGHT}px;border:0"></iframe>'
        )
        views = {"text/html": frame, "image/svg+xml": svg, "text/plain": repr(self)}
        self._bundle: Bundle = views, {"image/svg+xml": TREATMENT}

    def __repr__(self) -> str:
        return f"<Interactive diagram of {self._words}>"

    def _repr_mimebundle_(self, **_selection: object) -> Bundle:
        """The page, the picture, and a line of text: a viewer takes the first that it can show."""
        return self._bundle


def _converter(module: str, ending: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ConversionError(
            f"saving as {ending} needs the package {module.replace('_', '-')}: run  pip install 'chainrule[image]'"
        ) from None


def _png(diagram: Diagram) -> bytes:
    resvg = _converter("resvg_py", ".png")
    return bytes(resvg.svg_to_bytes(svg_string=diagram.svg, zoom=2, monospace_family="DejaVu Sans Mono"))


def _pdf(diagram: Diagram) -> bytes:
    svg2pdf = _converter("svg2pdf_py", ".pdf")
    return bytes(svg2pdf.svg_to_pdf(diagram.svg, svg2pdf.FontDatabase.system()))


_WRITERS: dict[str, Callable[[Diagram], bytes]] = {
    ".svg": lambda diagram: diagram.svg.encode(),
    ".png": _png,
    ".pdf": _pdf,
    ".dot": lambda diagram: diagram.dot.encode(),
    ".html": lambda diagram: diagram.html.encode(),
}


def picture_for_notebook(root: Value) -> tuple[str, dict[str, Any]] | None:
    """The picture of ``root`` as SVG, and how a notebook is to treat it.

    A picture that fails leaves the text of the Value, so a cell always shows something; a warning says why.

    >>> from autograd import Value
    >>> svg, _ = picture_for_notebook(Value(2.0, "a") * 3.0)
    >>> svg[:4]
    '<svg'
    """
    try:
        size = len(root.topological_order())
        if size <= MOST_SHOWN:
            return draw(root).svg, TREATMENT
        reason = f"its graph has {size:,} values; viz.draw(value) draws it all the same"
    except Exception as error:  # noqa: BLE001 -- whatever a renderer does, the text must remain
        reason = f"{type(error).__name__}: {error}"
    warnings.warn(f"no picture of {root!r}: {reason}", RuntimeWarning, stacklevel=3)
    return None
