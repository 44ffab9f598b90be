"""``step_through``: a graph as one HTML file, to be opened in any browser."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd import Value
from viz._arguments import as_target, check_folder, write_whole
from viz.errors import DiagramError
from viz.page import page_of

__all__ = ["step_through"]

ENDINGS = (".html", ".htm")


def step_through(
    root: Value | Sequence[Value],
    path: str | os.PathLike[str],
    *,
    names: Mapping[str, Any] | None = None,
    theme: str = "auto",
) -> Path:
    """Write a page that plays the forward and the backward pass of ``root``, and return its path.

    The page steps through both passes with the arithmetic of each step, shows every flow that reaches a value and
    the chain rule behind it, and computes everything again as a leaf is moved. It needs no other file and no
    network. No gradient of the graph changes; hooks run once, for the page's own pass. The file appears whole or not
    at all.

    Args:
        root: the value that is differentiated; of a list of values, their sum is.
        path: where to write it; its ending is ``.html`` or ``.htm``.
        names: variables, such as ``locals()``, to name the values that have no label.
        theme: ``"light"``, ``"dark"``, or ``"auto"`` for what the reader's system prefers.

    Raises:
        TypeError: ``root`` is not a Value, or ``names`` is not a dict.
        ValueError: the theme is not one of those.
        StaleGraphError: a leaf changed after the graph was built.
        DiagramError: an ending other than these, a graph of too many values, or a file that cannot be written there.

    >>> import tempfile
    >>> from autograd import Value
    >>> a = Value(2.0, "a")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     step_through((a * a).named("y"), f"{folder}/page.html").name
    'page.html'
    """
    target = as_target(path)
    if target.suffix.lower() not in ENDINGS:
        raise DiagramError(
            f"step_through() writes a page, so {str(target)!r} must end in .html: for a picture call "
            f"draw(root).save({str(target)!r})"
            if target.suffix
            else f"step_through() writes a page, so {str(target)!r} must end in .html"
        )
    check_folder(target)
    write_whole(target, page_of(root, names=names, theme=theme).encode())
    return target
