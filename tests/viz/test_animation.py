"""A boundary while it is learnt: a frame for each snapshot."""

import math

import numpy as np
import pytest
from PIL import Image

from tests.support.plots import THEMES, animated
from viz import DiagramError
from viz.plotting import animation, boundary
from viz.plotting.figure import Paint


def frames_of(path):
    with Image.open(path) as image:
        found = []
        for index in range(image.n_frames):
            image.seek(index)
            found.append((np.asarray(image.convert("RGB")), image.info["duration"]))
        assert image.info["loop"] == 0
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_an_animation_has_a_frame_for_each_snapshot_and_rests_on_the_last(tmp_path, theme):
    path = animated(
        tmp_path / "line.gif", fps=5, threshold=0.0, theme=theme, titles=["a", "b", "c"], classes=["no", "yes"]
    )
    frames = frames_of(path)
    assert [duration for _, duration in frames] == [200, 200, animation.REST]
    paint = Paint(dark=theme == "dark")
    canvas = tuple(round(255 * part) for part in paint.tint(0, 0.0))
    ground = 255 * np.array([paint.tint(0, share) for share in boundary.TINTS])
    parts = []
    for pixels, _ in frames:
        assert tuple(pixels[1, 1]) == canvas  # the palette keeps plain colours as they are
        apart = np.abs(pixels[:, :, None] - ground).max(axis=-1).min(axis=-1)
        parts.append(np.mean(apart <= 1.0))
    assert parts == sorted(parts)  # the line rises, so more and more lies below it
    assert parts[2] > 2 * parts[0]


def test_an_animation_is_the_same_in_every_run_and_numbers_its_frames(tmp_path):
    one, two = animated(tmp_path / "one.gif"), animated(tmp_path / "two.gif", titles=["0", "1", "2"])
    assert one.read_bytes() == two.read_bytes()
    assert animated(tmp_path / "other.gif", titles=["0", "1", "3"]).read_bytes() != one.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.gif", "other.gif", "two.gif"]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"path": "line.mp4"}, DiagramError, "cannot save to 'line.mp4': an animation is written as .gif"),
        ({"path": "nowhere/line.gif"}, DiagramError, "there is no folder 'nowhere'"),
        ({"snapshots": []}, ValueError, "there are no snapshots"),
        ({"titles": ["a"]}, ValueError, "titles must have one for each of the 3 snapshots"),
        ({"titles": "abc"}, ValueError, "titles must have one for each of the 3 snapshots, got 'abc'"),
        ({"fps": 0}, ValueError, "fps must be above 0 and at most 50 .a GIF cannot say more., got 0"),
        ({"fps": 60}, ValueError, "got 60"),
        ({"fps": "fast"}, ValueError, "fps must be above 0 and at most 50 .*got 'fast'"),
        ({"predict": 3}, TypeError, r"predict must be a function, called as predict\(snapshot, points\), got 3"),
        ({"snapshots": 5}, TypeError, "snapshots must be a list, such as the parameters after each epoch, got 5"),
        ({"names": ["x"]}, ValueError, "names must have a name"),
        ({"theme": "auto"}, ValueError, "got 'auto'"),
        ({"snapshots": [0.0, math.nan]}, ValueError, "predict gave"),
    ],
)
def test_what_cannot_be_animated_is_refused_and_nothing_is_written(tmp_path, monkeypatch, arguments, error, text):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=text):
        animated(**({"path": "line.gif"} | arguments))
    assert list(tmp_path.iterdir()) == []
