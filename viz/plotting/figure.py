"""Figures in the colours of the pictures, light or dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from viz.errors import DiagramError
from viz.style import ROLES, STEPS, Role, chip_roles, contrast

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["HUES", "MARKERS", "Paint", "Rgb", "dress", "legend", "new_figure", "rgb", "surface"]

Rgb = tuple[float, float, float]

HUES = (
    Role("#542788", "#a9a1e6"),
    Role("#b35806", "#f2a64b"),
    Role("#1a7f37", "#3fb950"),
    Role("#0969da", "#58a6ff"),
    Role("#bf3989", "#f778ba"),
    Role("#7d6608", "#d4c05a"),
    Role("#0f766e", "#5eead4"),
    Role("#59636e", "#9aa4af"),
    Role("#82071e", "#ffaba3"),
    Role("#1b1f24", "#e6edf3"),
)
"""The hues of classes and curves, in order of use: first those of negative and positive."""
MARKERS = "os^DvP*X<>"
"""The marker of each class, for eyes that do not tell the hues apart."""


class Paint(NamedTuple):
    """The colours of a light or a dark figure."""

    dark: bool

    def __call__(self, role: str) -> str:
        """The colour of a role of :data:`viz.style.ROLES`."""
        return ROLES[role][self.dark]

    def hue(self, index: int) -> str:
        """The colour of a class or curve."""
        return HUES[index % len(HUES)][self.dark]

    def tint(self, index: int, share: float) -> Rgb:
        """That colour thinned on the canvas: ``share`` of it."""
        hue, canvas = rgb(self.hue(index)), rgb(self("canvas"))
        red, green, blue = (share * h + (1.0 - share) * c for h, c in zip(hue, canvas, strict=True))
        return red, green, blue

    def chips(self) -> list[Rgb]:
        """The colours of the steps from -STEPS to STEPS."""
        return [rgb(self(chip_roles(step)[0])) for step in range(-STEPS, STEPS + 1)]


def rgb(colour: str) -> Rgb:
    """A colour such as ``"#ff8000"`` as three parts from 0 to 1.

    >>> rgb("#ff0033")
    (1.0, 0.0, 0.2)
    """
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def new_figure(width: float, height: float, theme: str) -> tuple[Figure, Paint]:
    """An empty figure of that size in inches.

    Raises:
        ValueError: an unknown theme.
        DiagramError: matplotlib is not installed.
    """
    if theme not in ("light", "dark"):
        raise ValueError(f"the theme of a plot must be 'light' or 'dark', got {theme!r}")
    try:
        from viz.plotting.shown import ShownFigure
    except ImportError:
        raise DiagramError("plots need the package matplotlib: run  pip install 'chainrule[plot]'") from None
    paint = Paint(dark=theme == "dark")
    return ShownFigure(figsize=(width, height), facecolor=paint("canvas")), paint


def surface(ax: Any, width: float, height: float, theme: str, rows: int = 1) -> tuple[list[Axes], Paint]:
    """The axes to draw on: ``ax``, in the theme that suits its figure; or those of a new figure, one below another.

    Raises:
        TypeError: ``ax`` is not an Axes.
        ValueError, DiagramError: see :func:`new_figure`.
    """
    figure, paint = new_figure(width, height, theme)
    if ax is None:
        figure.set_layout_engine("tight")
        found = list(figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0])
    else:
        from matplotlib.axes import Axes
        from matplotlib.colors import to_hex

        if not isinstance(ax, Axes):
            raise TypeError(f"ax must be an Axes of matplotlib, got {ax!r}")
        ground = to_hex(ax.figure.get_facecolor())
        found, paint = [ax], Paint(dark=contrast(ground, "#ffffff") > contrast(ground, "#000000"))
    for axes in found:
        dress(axes, paint)
    return found, paint


def dress(axes: Axes, paint: Paint) -> None:
    """Put ``axes`` into the colours of the theme."""
    axes.set_facecolor(paint("canvas"))
    for name, spine in axes.spines.items():
        spine.set_color(paint("line"))
        spine.set_visible(name in ("left", "bottom"))
    axes.tick_params(colors=paint("muted"), labelcolor=paint("ink"), labelsize=9)
    for text in (axes.title, axes.xaxis.label, axes.yaxis.label):
        text.set_color(paint("ink"))


def legend(axes: Axes, paint: Paint, **place: Any) -> None:
    """The legend of ``axes``, on an opaque ground."""
    axes.legend(
        fontsize=9, labelcolor=paint("ink"), facecolor=paint("canvas"), edgecolor=paint("frame-line"), framealpha=0.9,
        **place,
    )  # fmt: skip
