"""The decision boundary during training, frame by frame."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from viz._arguments import as_target, check_folder, write_whole
from viz.errors import DiagramError
from viz.plotting.boundary import Ground, check_names, lead, paint_boundary, read_examples
from viz.plotting.figure import legend, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["animate_boundary"]

Pixels = np.ndarray[Any, np.dtype[np.int64]]

RESOLUTION = 150
"""The points of the grid along each side."""
COLOURS = 256
"""The most that a GIF can have."""
REST = 2000
"""The time of the last frame, in milliseconds."""


def animate_boundary(  # noqa: PLR0913 -- each argument is optional, named and independent
    predict: Callable[[Any, Any], Any],
    snapshots: Sequence[Any],
    X: Any,  # noqa: N803 -- the name that scikit-learn's users know
    y: Any,
    path: str | os.PathLike[str],
    *,
    titles: Sequence[str] | None = None,
    threshold: float | None = None,
    names: Sequence[str] = ("x[1]", "x[2]"),
    classes: Sequence[str] | None = None,
    fps: float = 10.0,
    theme: str = "light",
) -> Path:
    """Write a GIF of the decision boundary, a frame for each snapshot of a model that learns.

    Args:
        predict: called as ``predict(snapshot, points)``; what it returns, and ``X``, ``y`` and ``threshold`` are as
            of :func:`plot_decision_boundary`.
        snapshots: what the model had learnt, say after each epoch.
        X: the examples (n, 2).
        y: their labels.
        path: where to write it; it ends in .gif.
        titles: a title for each frame; by default its number.
        threshold: a single score above it means the greater label.
        names: names of the two features.
        classes: names of the classes; by default their labels.
        fps: frames a second, at most 50.
        theme: ``"light"`` or ``"dark"``.

    Returns:
        The path.

    Raises:
        TypeError, ValueError: as for :func:`plot_decision_boundary`; no snapshots, not a title for each, or another
            ``fps``.
        DiagramError: another ending, a folder that does not exist, a file that cannot be written; or matplotlib is
            not installed.

    >>> import tempfile
    >>> from viz import animate_boundary
    >>> line = lambda slope, points: points[:, 1] - slope * points[:, 0]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = animate_boundary(line, [-1.0, 0.0, 1.0], [[0, 1], [1, 0]], [1, -1], f"{folder}/line.gif")
    >>> written.name
    'line.gif'
    """
    target = as_target(path)
    if target.suffix.lower() != ".gif":
        raise DiagramError(f"cannot save to {str(target)!r}: an animation is written as .gif")
    check_folder(target)
    check_names(names)
    if not callable(predict):
        raise TypeError(f"predict must be a function, called as predict(snapshot, points), got {predict!r}")
    shown = _titles(titles, _count(snapshots))
    if not isinstance(fps, (int, float)) or not 0.0 < fps <= 50.0:
        raise ValueError(f"fps must be above 0 and at most 50 (a GIF cannot say more), got {fps!r}")
    examples = read_examples(partial(predict, snapshots[0]), X, y, threshold).called(classes)
    seen = [partial(examples.scores, partial(predict, snapshot)) for snapshot in snapshots]
    grounds = [Ground.of(examples, scores, RESOLUTION) for scores in seen]
    at_examples = [scores(examples.X) for scores in seen]
    strongest = float(lead(grounds[-1].scores).max())  # of all frames, so that tints can be compared
    figure, paint = new_figure(5.6, 4.6, theme)
    axes = figure.add_axes((0.14, 0.12, 0.83, 0.79))
    frames = []
    for ground, scores, title in zip(grounds, at_examples, shown, strict=True):
        axes.clear()
        paint_boundary(axes, paint, examples, ground, scores, strongest)
        legend(axes, paint, loc="upper right")  # in one place throughout
        axes.set(xlabel=names[0], ylabel=names[1], title=title)
        frames.append(_rendered(figure))
    write_whole(target, _gif(frames, fps))
    return target


def _count(snapshots: Sequence[Any]) -> int:
    try:
        return len(snapshots)
    except TypeError:
        raise TypeError(
            f"snapshots must be a list, such as the parameters after each epoch, got {snapshots!r:.80}"
        ) from None


def _titles(titles: Sequence[str] | None, count: int) -> list[str]:
    if not count:
        raise ValueError("animate_boundary: there are no snapshots, so there is nothing to show")
    if titles is None:
        return [str(index) for index in range(count)]
    if isinstance(titles, str) or len(titles) != count:
        raise ValueError(f"titles must have one for each of the {count} snapshots, got {titles!r:.80}")
    return [str(title) for title in titles]


def _rendered(figure: Figure) -> Pixels:
    """The figure as pixels, each a number 0xRRGGBB."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    seen = np.asarray(canvas.buffer_rgba(), dtype=np.int64)  # type: ignore[no-untyped-call]
    pixels: Pixels = seen[..., 0] << 16 | seen[..., 1] << 8 | seen[..., 2]
    return pixels


def _gif(frames: list[Pixels], fps: float) -> bytes:
    """The frames in one file, with a rest on the last."""
    from PIL.Image import fromarray

    palette = _palette(frames)
    images = []
    for frame in frames:
        image = fromarray(_nearest(frame, palette))
        image.putpalette(_channels(palette).astype(np.uint8).tobytes())
        images.append(image)
    times = [round(100.0 / fps) * 10] * (len(images) - 1) + [REST]
    file = io.BytesIO()
    images[0].save(file, "GIF", save_all=True, append_images=images[1:], duration=times, loop=0)
    return file.getvalue()


def _palette(frames: list[Pixels]) -> Pixels:
    """The commonest colours of a few frames, so that plain areas keep exactly theirs."""
    few = [frames[0], frames[len(frames) // 2], frames[-1]]
    colours, counts = np.unique(np.concatenate(few), return_counts=True)
    return colours[np.argsort(-counts, kind="stable")[:COLOURS]]


def _nearest(frame: Pixels, palette: Pixels) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """For each pixel the place in ``palette`` of the colour nearest to its own."""
    colours, places = np.unique(frame, return_inverse=True)
    apart = _channels(colours)[:, None] - _channels(palette)
    nearest: np.ndarray[Any, np.dtype[np.uint8]] = np.square(apart).sum(axis=-1).argmin(axis=-1).astype(np.uint8)
    return nearest[places].reshape(frame.shape)


def _channels(pixels: Pixels) -> Pixels:
    """Red, green and blue of each (n, 3)."""
    return np.stack([pixels >> 16, pixels >> 8 & 255, pixels & 255], axis=-1)
