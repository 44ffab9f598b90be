"""What a notebook shows of a Value: the picture of its graph, beside the text."""

from __future__ import annotations

import warnings
from typing import Any

from autograd import Value
from viz._draw import TREATMENT, draw

__all__ = ["MOST_SHOWN", "picture_for_notebook"]

MOST_SHOWN = 20_000
"""Up to how many values a graph is drawn without being asked for: it takes a fraction of a second."""


def picture_for_notebook(root: Value) -> tuple[str, dict[str, Any]] | None:
    """The picture of ``root`` as SVG, and how a notebook is to treat it.

    A picture that fails leaves the text of the Value, so a cell always shows something; a warning says why.

    >>> from autograd import Value
    >>> svg, _ = picture_for_notebook(Value(2.0, "a") * 3.0)
    >>> svg[:4]
    '<svg'
    """
    try:
        count = len(root.topological_order())
        if count <= MOST_SHOWN:
            return draw(root).svg, TREATMENT
        reason = f"its graph has {count:,} values; viz.draw(value) draws it all the same"
    except Exception as error:  # noqa: BLE001 -- whatever a renderer does, the text must remain
        reason = f"{type(error).__name__}: {error}"
    warnings.warn(f"no picture of {root!r}: {reason}", RuntimeWarning, stacklevel=3)
    return None
