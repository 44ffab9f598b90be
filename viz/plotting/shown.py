"""A figure that a notebook shows, with or without pyplot."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

__all__ = ["ShownFigure"]


class ShownFigure(Figure):
    """A figure of matplotlib that is made without pyplot, so pyplot does not keep it alive or show it twice."""

    def _repr_mimebundle_(self, **_selection: object) -> dict[str, bytes | str]:
        """The image that a notebook shows. IPython passes ``include`` and ``exclude``, and selects by itself."""
        image = io.BytesIO()
        self.savefig(image, format="png", dpi=2 * self.get_dpi())
        return {"image/png": image.getvalue(), "text/plain": repr(self)}
