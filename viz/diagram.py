"""A finished picture: shown by notebooks, saved as SVG, PNG, PDF, DOT or a page that steps through it."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from viz.errors import ConversionError, DiagramError
from viz.files import as_target, check_folder, write_whole

__all__ = ["TREATMENT", "Diagram", "Interactive"]

PAGE_HEIGHT = 720
"""How high a page stands in a notebook, in pixels; it scrolls within."""

Bundle = tuple[dict[str, str], dict[str, Any]]
"""What a notebook may show, by media type, and how each is to be treated."""


TREATMENT: dict[str, Any] = {"unconfined": True}
"""How a notebook is to treat a picture: at its own size, so that its type stays legible; a wide one scrolls."""


class Diagram:
    """A drawn graph. Made by :func:`viz.draw`.

    In a notebook it shows itself. Elsewhere, ``save`` it.

    >>> from autograd import Value
    >>> from viz import draw
    >>> a = Value(3.0, "a")
    >>> diagram = draw(a * a + a)
    >>> diagram
    <Diagram of a·a + a: 3 values>
    """

    __slots__ = ("_dot", "_page", "_svg", "_words")

    def __init__(self, svg: str, dot: Callable[[], str], page: Callable[[], str], words: str) -> None:
        self._svg = svg
        self._dot = dot
        self._page = page
        self._words = words

    @property
    def svg(self) -> str:
        """The picture as an SVG document."""
        return self._svg

    @property
    def dot(self) -> str:
        """What the picture shows, as DOT source for Graphviz."""
        return self._dot()

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
        return f"<Diagram of {self._words}>"

    def _repr_mimebundle_(self, **_selection: object) -> Bundle:
        """What a notebook shows. IPython passes ``include`` and ``exclude``, and selects by itself."""
        return {"image/svg+xml": self._svg, "text/plain": repr(self)}, {"image/svg+xml": TREATMENT}

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
