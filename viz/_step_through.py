"""``step_through``: a graph as one HTML file, to be opened in any browser."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd import Value
from viz._arguments import as_page, write_whole
from viz.page import page_of

__all__ = ["step_through"]


def step_through(  # noqa: PLR0913 -- one for each choice a reader of the page has
    root: Value | Sequence[Value],
    path: str | os.PathLike[str],
    *,
    names: Mapping[str, Any] | None = None,
    theme: str = "auto",
    captions: Mapping[int | str | Value, str] | None = None,
    language: str = "en",
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
        captions: a teacher's words, as plain text: by the step of the backward pass that they stand at, 0 before the
            first; or by a value, or its name, whose step in either pass they stand at, and where it is looked at.
        language: of the page: ``"en"``, or ``"de"`` for German.

    Raises:
        TypeError: ``root`` is not a Value, ``names`` is not a dict, or a caption not a str.
        GradientError: a caption is of a value that is not in the graph, or of a step that there is not.
        ValueError: the theme or the language is not one of those.
        StaleGraphError: a leaf changed after the graph was built.
        DiagramError: an ending other than these, a graph of too many values, or a file that cannot be written there.

    >>> import tempfile
    >>> from autograd import Value
    >>> a = Value(2.0, "a")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     step_through((a * a).named("y"), f"{folder}/page.html").name
    'page.html'
    """
    target = as_page(path, "step_through")
    write_whole(target, page_of(root, names=names, theme=theme, captions=captions, language=language).encode())
    return target
