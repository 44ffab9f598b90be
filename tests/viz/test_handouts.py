"""Handouts: worksheets that print on two pages, frames of every step, the whole pass derived, captions."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest

from autograd import GradientError, Parameter, StaleGraphError, Value, stop_gradient, tanh
from tests.support.graphs import HOSTILE, SVG, find, hostile, network, square_and_more
from tests.support.pages import steps_of
from viz import DiagramError, derive, draw, frames, step_through, worksheet
from viz._arguments import graph_below
from viz.page.lessons import lesson_of
from viz.style import ROLES, grey_role
from viz.text import short, signed


def first():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    return tanh((a * b + a**2).named("c")).named("L")


GRAPHS = {
    "first": first,
    "square": square_and_more,
    "network": lambda: network([2, 3, 1], loss="square"),
    "wide": lambda: network([3, 8, 8, 1]),
    "hostile": hostile,
    "a leaf": lambda: Value(2.0, "only"),
}


# --- worksheets -------------------------------------------------------------------------------------------


@pytest.fixture
def printer(browser):
    page = browser.new_page()

    def pages(path):
        page.goto(path.as_uri())
        pdf = page.pdf(prefer_css_page_size=True)
        return len(re.findall(rb"/Type\s*/Page\b", pdf)), page

    yield pages
    page.close()


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_worksheet_is_two_pages_and_has_a_blank_and_a_rule_for_each_gradient(printer, tmp_path, graph):
    root = GRAPHS[graph]()
    had = [(node.grad, node.has_grad) for node in root.topological_order()]
    path = worksheet(root, tmp_path / "sheet.html", title="A <b>sheet</b>")
    count, page = printer(path)
    assert count == 2
    assert page.locator("h1").first.inner_text() == "A <b>sheet</b>"
    blanks, rules = page.locator(".blanks li").count(), page.locator(".key li").count()
    assert blanks == rules == min(12, blanks)
    assert page.locator("script, b b").count() == 0
    assert [(node.grad, node.has_grad) for node in root.topological_order()] == had


def test_the_sheet_keeps_the_answers_for_the_key(printer, tmp_path):
    root = network([2, 2, 1], loss="square")
    _, page = printer(worksheet(root, tmp_path / "sheet.html", blanks=100))
    sheet, key = (page.locator(".sheet").nth(k) for k in (0, 1))
    for node in root.topological_order():
        if node.label and node.label != "y" and abs(node.grad) >= 0.001:
            assert signed(node.grad) not in sheet.inner_text()
            assert signed(node.grad).lstrip("+") in re.sub(r"\s", "", key.inner_text())
    assert "the gradient is to be filled in" in sheet.locator("svg").first.inner_html()


def test_bad_arguments_of_a_worksheet(tmp_path):
    root = first()
    with pytest.raises(DiagramError, match=r"worksheet\(\) writes a page to print, so '.*png' must end in .html: for"):
        worksheet(root, tmp_path / "sheet.png")
    with pytest.raises(DiagramError, match=r"must end in .html$"):
        worksheet(root, tmp_path / "sheet")
    with pytest.raises(ValueError, match="blanks must be a whole number, 1 or more, got 0"):
        worksheet(root, tmp_path / "sheet.html", blanks=0)
    with pytest.raises(TypeError, match="title must be a str, got 3"):
        worksheet(root, tmp_path / "sheet.html", title=3)
    with pytest.raises(TypeError, match="must be a Value"):
        worksheet([root], tmp_path / "sheet.html")
    find(root, "a").data = 1.0
    with pytest.raises(StaleGraphError):
        worksheet(root, tmp_path / "sheet.html")
    assert list(tmp_path.iterdir()) == []


# --- for paper --------------------------------------------------------------------------------------------


def test_a_picture_for_paper_is_grey_and_dashes_what_is_negative():
    root = network([2, 2, 1])
    svg = draw(root, theme="print", detail="full").svg
    hues = {
        colour
        for role, both in ROLES.items()
        if role.startswith(("plus", "minus", "line-p", "line-m"))
        for colour in both
    }
    assert not any(f'"{colour}"' in svg for colour in hues - {ROLES[grey_role(role)].light for role in ROLES})
    tree = ET.fromstring(svg)
    for path in tree.iter(f"{SVG}path"):
        negative = "s-line-minus" in path.get("class", "")
        assert (path.get("stroke-dasharray") is not None) == negative
    assert "dashed: a negative flow" in svg
    assert "dashed" not in draw(root, theme="light").svg.replace("stroke-dasharray", "").partition("</style>")[2]


def test_every_picture_has_a_rule_for_paper_and_a_page_has_its_own(tmp_path):
    root = network([2, 2, 1])
    svg = draw(root).svg
    assert re.search(r"@media print\{#g\w+\{min-width:0!important;max-width:100%\}#g\w+ \.[fs]-line-minus\d", svg)
    assert "stroke-dasharray" not in draw(first().parents[0]).svg  # nothing negative flows before backward()
    page = step_through(root, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "@media print{" in page
    assert "@page{" in page


# --- frames -----------------------------------------------------------------------------------------------


def chips(svg):
    """The number in the gradient's chip of each card, by its name."""
    found = {}
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        texts = [text.text for text in group.findall(f"{SVG}text")]
        if re.search(r"-n\d+$", group.get("id", "")):
            found[texts[0]] = texts[-1]
    return found


@pytest.mark.parametrize("theme", ["light", "print"])
def test_each_frame_shows_the_sums_so_far_and_nothing_moves(tmp_path, theme):
    root = first()
    paths = frames(root, tmp_path / "slides", theme=theme)
    order = root.topological_order()
    names = ["b", "a", "a·b", "a²", "c", "L"]
    place = {name: node for name in names for node in order if draw(node)._words.partition(":")[0] == name}
    assert len(paths) == len(order) + 1
    sums = {}
    boxes = None
    for path, step in zip(paths, [None, *steps_of(root)], strict=True):
        svg = path.read_text(encoding="utf-8")
        if step is not None:
            sums[step.node] = step.gradient
            sums |= dict(zip(step.node.parents, step.totals, strict=True))
        shown = chips(svg)
        for name, node in place.items():
            assert shown[name] == (signed(sums[node]) if node in sums else "·")
        places = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)"', svg)
        where = [
            group.find(f"{SVG}rect").attrib
            for group in ET.fromstring(svg).iter(f"{SVG}g")
            if re.search(r"-n\d+$", group.get("id"))
        ]
        now = [(box["x"], box["y"]) for box in where]
        assert boxes in (None, now)
        assert places
        boxes = now
    assert f"Step 3 of {len(order)}" in paths[3].read_text(encoding="utf-8")
    assert [path.name for path in paths][:2] == ["step_000.svg", "step_001.svg"]


def test_a_flow_appears_in_the_frame_of_the_value_that_passes_it_on(tmp_path):
    root = first()
    flow = short(root.partials()[0] * 4.0)  # through a², along its local derivative 2·a
    shown = [f">+{flow}<" in path.read_text(encoding="utf-8") for path in frames(root, tmp_path)]
    turn = len(root.topological_order()) - root.topological_order().index(find(root, "c").parents[1])
    assert shown == [False] * turn + [True] * (len(shown) - turn)


def test_frames_of_folded_graphs_and_of_closed_gates(tmp_path):
    paths = frames(network([2, 3, 1]), tmp_path / "net")
    assert "Step" in paths[-1].read_text(encoding="utf-8")
    x = Value(2.0, "x")
    held = (x * 3.0 + stop_gradient(x * x)).named("y")
    assert len(frames(held, tmp_path / "held")) == len(held.topological_order()) + 1
    wide = network([3, 4, 1])
    assert len(frames(wide, tmp_path / "net")) == len(wide.topological_order()) + 1


def test_bad_arguments_of_frames(tmp_path):
    root = first()
    with pytest.raises(ValueError, match="theme='red' is not known: use one of 'auto', 'light', 'dark', 'print'"):
        frames(root, tmp_path, theme="red")
    with pytest.raises(DiagramError, match="cannot write to the folder"):
        frames(root, tmp_path / "none" / "slides")
    with pytest.raises(DiagramError, match="at most 500 steps, and this graph has"):
        frames(sum((root * float(k) for k in range(300)), root), tmp_path)
    with pytest.raises(TypeError, match="must be a Value"):
        frames([root], tmp_path)
    assert list(tmp_path.iterdir()) == []


# --- the whole pass ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [[1, 1], [2, 2, 1], [3, 2, 2, 1]])
def test_the_whole_backward_pass_is_derived_from_the_root_back(sizes):
    root = network(sizes)
    whole = derive(root)
    text = str(whole)
    heads = [line.split(" = ")[0] for line in text.splitlines() if line.startswith("∂L/")]
    assert len(heads) == len(set(heads))
    for node in root.topological_order():
        if node.kind == "parameter":
            alone = str(derive(root, node)).splitlines()
            assert f"∂L/∂{node.label}" in heads
            assert alone[-1].lstrip() in text or "where" in text
    assert whole.latex.count(r"\frac{\partial L}") >= len(heads)
    assert whole.value == 1.0


def test_a_long_pass_is_cut_in_the_middle():
    x = Value(1.0, "x")
    y = x
    for _ in range(500):
        y = (y * 1.5).tanh()
    assert "more nodes" in str(derive(y.named("y")))
    with pytest.raises(TypeError, match="must be a Value"):
        derive(3.0)


# --- captions ---------------------------------------------------------------------------------------------


def test_captions_stand_at_their_step_and_at_their_value(browser, tmp_path):
    root = first()
    a = find(root, "a")
    path = step_through(
        root, tmp_path / "page.html", captions={0: "Nothing yet.", "c": "Two flows <b>start</b>.", a: "Twice."}
    )
    facts = json.loads(re.search(r'id="facts">(.*?)</script>', path.read_text(encoding="utf-8"), re.DOTALL)[1])
    order = root.topological_order()
    assert facts["captions"] == {
        "steps": {"0": "Nothing yet."},
        "nodes": {str(order.index(find(root, "c"))): "Two flows <b>start</b>.", str(order.index(a)): "Twice."},
    }
    page = browser.new_page()
    said = []
    for step in range(len(order) + 1):
        page.goto(f"{path.as_uri()}#pass=backward&step={step}")
        page.reload()
        said.append(page.locator("#said .caption").all_inner_texts())
    assert said[:3] == [["Nothing yet."], [], ["Two flows <b>start</b>."]]
    assert said[len(order) - order.index(a)] == ["Twice."]
    page.goto(f"{path.as_uri()}#node={order.index(a)}")
    page.reload()
    assert page.locator("#said .caption").all_inner_texts() == ["Twice."]
    assert page.locator("#said b").count() == 0


def test_bad_captions_are_refused(tmp_path):
    root, path = first(), tmp_path / "page.html"
    with pytest.raises(TypeError, match="captions must be a dict from steps or values to str, got 'words'"):
        step_through(root, path, captions="words")
    with pytest.raises(TypeError, match="the caption of 1 must be a str, got 2"):
        step_through(root, path, captions={1: 2})
    with pytest.raises(GradientError, match="there is no step 7 to caption: the backward pass has steps 0 to 6"):
        step_through(root, path, captions={7: "late"})
    for key in ("d", Value(1.0), True):
        with pytest.raises(GradientError, match="L was not computed from such a value"):
            step_through(root, path, captions={key: "where?"})
    step_through(root, path, captions={1: HOSTILE[0]})
    assert "<script>alert" not in path.read_text(encoding="utf-8")


# --- the facts of lessons ---------------------------------------------------------------------------------


def lesson(root):
    return lesson_of(graph_below(root, None, "step_through"))


def test_names_that_only_look_like_matrices_make_none():
    one, far, wide = Value(2.0, "W1[1]"), Value(3.0, "W99999,99999[2]"), Value(1.5, "W12[3]")
    assert lesson((one * far * wide).named("L"))["matrices"] == []
    assert [layer["layer"] for layer in lesson(network([2, 3, 1]))["matrices"]] == [1, 2]
    assert lesson(network([2, 9, 1]))["matrices"] == []


def test_a_model_needs_parameters_two_inputs_and_an_output_of_them_all():
    assert lesson(network([2, 2, 1]))["model"]["middle"] == 0.5
    assert lesson(network([3, 2, 1]))["model"] is None
    x1, x2 = Value(0.5, "x1"), Value(-0.5, "x2")
    assert lesson((x1 * x2).named("L"))["model"] is None
    w, v = Parameter(1.0, "w"), Parameter(2.0, "v")
    assert lesson((x1 * w + x2).named("L") * v)["model"]["middle"] == 0.0
    assert lesson((x1 * w + v).named("L") + x2 * 0.0 * x1)["model"] is not None
    assert lesson((x1 * w).named("L"))["model"] is None
