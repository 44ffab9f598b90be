"""A finished picture: shown by notebooks, saved as SVG, PNG, PDF or DOT."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from viz.errors import ConversionError, DiagramError

__all__ = ["Diagram"]


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

    __slots__ = ("_dot", "_svg", "_words")

    def __init__(self, svg: str, dot: Callable[[], str], words: str) -> None:
        self._svg = svg
        self._dot = dot
        self._words = words

    @property
    def svg(self) -> str:
        """The picture as an SVG document."""
        return self._svg

    @property
    def dot(self) -> str:
        """What the picture shows, as DOT source for Graphviz."""
        return self._dot()

    def __repr__(self) -> str:
        return f"<Diagram of {self._words}>"

    def _repr_mimebundle_(self, **_selection: object) -> dict[str, str]:
        """What a notebook shows. IPython passes ``include`` and ``exclude``, and selects by itself."""
        return {"image/svg+xml": self._svg, "text/plain": repr(self)}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to ``path``, in the format its ending names: .svg, .png, .pdf or .dot.

        The file appears whole or not at all. PNG is drawn at twice the size, for sharp type.

        Returns:
            The path.

        Raises:
            DiagramError: the ending is unknown, or the file cannot be written there.
            ConversionError: PNG or PDF, and the package that writes it is not installed.
        """
        target = Path(path)
        writer = _WRITERS.get(target.suffix.lower())
        if writer is None:
            seen = f"the ending {target.suffix!r}" if target.suffix else "no ending"
            raise DiagramError(f"cannot save to {str(target)!r}: it has {seen}; use {', '.join(_WRITERS)}")
        if not target.parent.is_dir():
            raise DiagramError(f"cannot save to {str(target)!r}: there is no folder {str(target.parent)!r}")
        content = writer(self)
        try:
            _write_whole(target, content)
        except OSError as error:
            raise DiagramError(f"cannot save to {str(target)!r}: {error.strerror or error}") from error
        return target


def _write_whole(target: Path, content: bytes) -> None:
    """Write beside ``target``, then move into its place: nobody sees half a file."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


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
}
