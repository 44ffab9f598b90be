"""Views in a notebook: of a Value, of a Diagram, of the page that steps through it; run in a real one too."""

import re
from html import unescape

import nbclient
import nbformat
import pytest

from autograd import Value
from tests.support.graphs import network, square_and_more
from viz import _draw, draw


def frame_of(html):
    """The attributes of the frame a page stands in, and the page."""
    (attributes,) = re.fullmatch(r"<iframe (.*)></iframe>", html, re.DOTALL).groups()
    return dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))


def test_a_diagram_is_shown_as_a_picture_at_its_own_size_and_as_text():
    diagram = draw(square_and_more())
    views, treatment = diagram._repr_mimebundle_(include=None, exclude=None)
    assert views == {"image/svg+xml": diagram.svg, "text/plain": "<Diagram of y: 3 values>"}
    assert treatment == {"image/svg+xml": {"unconfined": True}}


def test_an_interactive_diagram_is_the_page_in_a_frame_that_cannot_reach_the_notebook():
    root = square_and_more()
    root.parents[1].label = '"</iframe><script>alert(1)</script>'
    diagram = draw(root)
    views, _ = diagram.interactive()._repr_mimebundle_()
    frame = frame_of(views["text/html"])
    assert frame["sandbox"] == "allow-scripts"
    assert unescape(frame["srcdoc"]) == diagram.html
    assert "<script" not in views["text/html"]
    assert set(frame) == {"sandbox", "srcdoc", "title", "style"}
    assert views["image/svg+xml"] == diagram.svg  # for viewers that strip HTML
    assert views["text/plain"].startswith("<Interactive diagram of y: 3 values>")


def test_the_page_has_the_names_that_the_picture_has_even_when_variables_change():
    width, height = Value(2.0), Value(3.0)
    variables = {"width": width, "height": height}
    diagram = draw(width * height, names=variables)
    variables.clear()
    assert "width" in diagram.html
    assert "width·height" in diagram.html


def test_a_value_shows_its_picture():
    root = square_and_more()
    svg, treatment = root._repr_svg_()
    assert svg == draw(root).svg
    assert treatment == {"unconfined": True}


def test_a_value_whose_picture_fails_keeps_its_text_and_says_why(monkeypatch):
    root = square_and_more()
    root.parents[1].data = 5.0
    with pytest.warns(RuntimeWarning, match=r"no picture of Value\(data=12.0.*StaleGraphError: 'a' .* changed"):
        assert root._repr_svg_() is None

    def broken(*_, **__):
        raise RecursionError("a renderer with a fault")

    monkeypatch.setattr(_draw, "paint", broken)
    with pytest.warns(RuntimeWarning, match="no picture of .*: RecursionError: a renderer with a fault"):
        assert square_and_more()._repr_svg_() is None


def test_a_value_of_a_large_graph_is_drawn_only_when_asked_for(monkeypatch):
    monkeypatch.setattr(_draw, "MOST_SHOWN", 40)
    assert network((2, 2, 1))._repr_svg_() is not None
    with pytest.warns(RuntimeWarning, match=r"its graph has 48 values; viz\.draw\(value\) draws it all the same"):
        assert network((2, 3, 1))._repr_svg_() is None


CELLS = [
    """from autograd import Value, tanh
from viz import draw
a, b = Value(2.0, "a"), Value(-3.0, "b")
y = tanh(a * b + a).named("y")
y.backward()
y""",
    "draw(y, theme='dark')",
    "draw(y).interactive()",
    "import tempfile\nfrom IPython.display import Image\nImage(str(draw(y).save(tempfile.mkdtemp() + '/y.png')))",
    "a.data = 7.0\ny",
]


def test_a_real_notebook_shows_each():
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": ""}})
    nbclient.NotebookClient(notebook, timeout=300, startup_timeout=300).execute()
    value, diagram, page, image, stale = ([dict(output) for output in cell.outputs] for cell in notebook.cells)
    assert set(value[0]["data"]) == {"image/svg+xml", "text/plain"}
    assert value[0]["data"]["image/svg+xml"].startswith("<svg")
    assert value[0]["data"]["text/plain"].startswith("Value(data=-0.999")
    assert value[0]["metadata"] == diagram[0]["metadata"] == {"image/svg+xml": {"unconfined": True}}
    assert "@media" not in diagram[0]["data"]["image/svg+xml"]
    assert set(page[0]["data"]) == {"text/html", "image/svg+xml", "text/plain"}
    assert frame_of(page[0]["data"]["text/html"])["sandbox"] == "allow-scripts"
    assert image[0]["data"]["image/png"].startswith("iVBORw0KGgo")
    assert [output["output_type"] for output in stale] == ["stream", "execute_result"]
    assert "StaleGraphError: 'a'" in stale[0]["text"]
    assert set(stale[1]["data"]) == {"text/plain"}


def test_a_diagram_opens_as_a_page_in_the_browser(monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    diagram = draw(Value(2.0, "a") * 3.0)
    page = diagram.open()
    try:
        assert opened == [page.as_uri()]
        assert page.read_text(encoding="utf-8") == diagram.html
    finally:
        page.unlink()
    assert ".open() shows it" in repr(diagram)


def test_without_a_browser_the_page_is_named(monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    with pytest.warns(UserWarning, match=r"no browser is known here: open .*graph-.*\.html by hand"):
        page = draw(Value(2.0, "a") * 3.0).open()
    page.unlink()
