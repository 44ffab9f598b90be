"""How everything looks: colours for light and dark, the scale of gradients, sizes and type.

The gradient colours run from purple (negative) over near-white (zero) to orange (positive), six steps a side, so they
differ for every kind of colour vision; and the sign is always written too. Three powers of ten are seen, the large more
finely: the strong steps are halves, so that wherever the largest is below 16, the gradients 1 and 2 differ in colour.
Source: the PuOr scheme of C. Brewer's ColorBrewer, https://colorbrewer2.org.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import Final, NamedTuple

__all__ = [
    "BOUNDS", "BOUNDS_IN_WORDS", "DASHED", "PRINT", "ROLES", "SIZES", "STEPS", "THEMES", "Role", "chip_roles",
    "contrast", "grey_role", "line_role", "line_width", "size_roles", "step_of",
]  # fmt: skip

THEMES = ("auto", "light", "dark")
PRINT = "print"
"""The theme of a picture for paper: greys, the stronger the darker; negative flows are dashed."""

BOUNDS: Final = (1 / 1024, 1 / 128, 1 / 32, 1 / 8, 1 / 4, 1 / 2)
"""Above which part of the largest |gradient| each step of the colours begins, the weakest first."""
STEPS = len(BOUNDS)
"""Colour steps on each side of zero."""
BOUNDS_IN_WORDS: Final = "½, ¼, ⅛, 1/32 … 1/1024"


class Role(NamedTuple):
    """One colour, in a light and in a dark picture."""

    light: str
    dark: str


_INK: Final = "#1b1f24"
_PALE: Final = "#ffffff"
_DARK_INK: Final = "#e6edf3"
_DARK_CANVAS: Final = "#0d1117"

ROLES: dict[str, Role] = {
    "canvas": Role("#ffffff", _DARK_CANVAS),
    "ink": Role(_INK, _DARK_INK),
    "muted": Role("#59636e", "#9aa4af"),
    "card": Role("#ffffff", "#161b22"),
    "line": Role("#6e7781", "#7d8590"),
    "frame1": Role("#f6f8fa", "#12171e"),
    "frame2": Role("#fdfdfe", "#181e26"),
    "frame-line": Role("#8a939d", "#5f6873"),
    "parameter": Role("#1a7f37", "#3fb950"),
    "faint": Role("#7e8791", "#6f7984"),
    "alarm": Role("#cf222e", "#ff7b72"),
    "alarm-type": Role("#a40e26", "#ffaba3"),
    "type-plus": Role("#9a4a00", "#f2a64b"),
    "type-minus": Role("#5b3a99", "#b7b0ea"),
    "alarm-fill": Role("#ffebe9", "#3c1618"),
    "blank": Role("#eef0f3", "#21262d"),
    "chip0": Role("#f3f1ee", "#262b33"),
}
"""Every colour of a picture, by what it is for."""

_CHIPS: Final = {
    "plus": (
        ("#fde6cd", "#fdc98f", "#f5a04d", "#d9781c", "#b35806", "#7f3b08"),
        ("#4a3520", "#6b4a27", "#95642f", "#c3843b", "#f2a64b", "#ffcb85"),
    ),
    "minus": (
        ("#e0def0", "#bdb8dc", "#9790c4", "#7264a8", "#542788", "#3a0c5e"),
        ("#35324a", "#4a4569", "#655e92", "#8e85c5", "#a9a1e6", "#c9c3ff"),
    ),
    "size": (
        ("#e4e8ec", "#cbd2d9", "#a9b3bd", "#66717c", "#4b5560", "#2f3842"),
        ("#2b313a", "#3c444e", "#555f6a", "#818b96", "#b3bcc6", "#dbe2ea"),
    ),
}
_LINES: Final = {
    # The weak steps keep a line's contrast of 3:1 and are told apart by their width.
    "plus": (
        ("#d3721a", "#d3721a", "#d06f18", "#c5660f", "#b35806", "#7f3b08"),
        ("#9a6a35", "#a97239", "#b97c3d", "#d59145", "#f2a64b", "#ffcb85"),
    ),
    "minus": (
        ("#8a80bd", "#8a80bd", "#8077b4", "#7264a8", "#542788", "#3a0c5e"),
        ("#6b6499", "#736ca3", "#7d75b0", "#938ad0", "#a9a1e6", "#c9c3ff"),
    ),
}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21. Source: WCAG 2.2, "contrast ratio".

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _readable(background: str) -> str:
    """Dark or light type, whichever reads better on ``background``."""
    return max((_INK, _PALE), key=lambda ink: contrast(ink, background))


for _sign, (_light, _dark) in _CHIPS.items():
    for _step in range(STEPS):
        ROLES[f"{_sign}{_step + 1}"] = Role(_light[_step], _dark[_step])
        ROLES[f"on-{_sign}{_step + 1}"] = Role(_readable(_light[_step]), _readable(_dark[_step]))
for _sign, (_light, _dark) in _LINES.items():
    for _step in range(STEPS):
        ROLES[f"line-{_sign}{_step + 1}"] = Role(_light[_step], _dark[_step])


def step_of(gradient: float | None, full_scale: float | None) -> int:
    """How strong a gradient is: -6 to 6, with 0 for none, not finite, and 1/1024 of full scale or less.

    >>> step_of(2.0, 2.0), step_of(1.0, 2.0), step_of(-0.3, 2.0), step_of(0.003, 2.0), step_of(1e-3, 2.0)
    (6, 5, -4, 1, 0)
    """
    if not gradient or not full_scale or not math.isfinite(gradient):
        return 0
    step = bisect_left(BOUNDS, abs(gradient) / full_scale)
    return step if gradient > 0 else -step


def chip_roles(step: int) -> tuple[str, str]:
    """The roles of a gradient's chip and of the type on it."""
    if step == 0:
        return "chip0", "ink"
    name = f"{'plus' if step > 0 else 'minus'}{abs(step)}"
    return name, f"on-{name}"


def size_roles(step: int) -> tuple[str, str]:
    """The same for a size without a sign, from 0 to 6."""
    return (f"size{step}", f"on-size{step}") if step else ("chip0", "ink")


def line_role(step: int) -> str:
    """The role of the line that a flow is drawn with."""
    return f"line-{'plus' if step > 0 else 'minus'}{abs(step)}" if step else "faint"


DASHED = "6 3"
"""The dashes of a negative flow on paper."""


def grey_role(role: str) -> str:
    """The role that stands for ``role`` on paper, where there is no hue: the sign is told by dashes and by numbers.

    >>> grey_role("on-minus4"), grey_role("line-plus2"), grey_role("muted")
    ('on-size4', 'ink', 'muted')
    """
    if role.startswith(("line-", "type-")) or role == "parameter":
        return "ink"
    return role.replace("minus", "size").replace("plus", "size")


def line_width(step: int) -> float:
    """The width of that line, in pixels."""
    return 1.0 + 0.5 * abs(step)


class _Sizes(NamedTuple):
    """Lengths in pixels, and type."""

    card_height: float = 54.0
    fold_height: float = 70.0
    card_least: float = 116.0
    card_most: float = 244.0
    pad: float = 8.0
    name: float = 12.0
    text: float = 11.0
    small: float = 10.0
    label: float = 10.0
    em: float = 0.602
    """The advance of a character of a fixed-width font, as a part of its size."""
    margin: float = 16.0
    font: str = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"


SIZES = _Sizes()
