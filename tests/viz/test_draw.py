"""The drawn picture: what it says, of usual graphs and less usual ones, and the arguments it takes."""

import math
import re
import xml.etree.ElementTree as ET

import pytest

import viz
from autograd import Value, errstate, fsum, scope, tanh
from tests.support.graphs import SVG, broken, drawn, find, network, square_and_more
from viz import Diagram, DiagramError, draw, draw_dot
from viz._draw import picture_of
from viz.picture.paint import Look, arrange
from viz.style import ROLES


def texts(root, **options):
    return [element.text for element in drawn(root, **options).iter(f"{SVG}text")]


def tooltips(root, **options):
    return {
        group.get("id").split("-", 1)[1]: group.find(f"{SVG}title").text
        for group in drawn(root, **options).iter(f"{SVG}g")
    }


def part(root, name, **options):
    return next(group for group in drawn(root, **options).iter(f"{SVG}g") if group.get("id").endswith(f"-{name}"))


# --- what it says -----------------------------------------------------------------------------------------


def test_a_card_says_name_data_and_gradient_and_how_many_flows_add_up():
    said = texts(square_and_more())
    for expected in ("a", "input", "3.0000", "grad Σ3", "+7.0000", "a·a", "9.0000", "+1.0000", "y", "+", "12.0000"):
        assert expected in said
    assert [text for text in said if text in ("×3", "+3", "×1", "+1")] == ["×3", "+3", "×3", "+3", "+1"]


def test_the_tooltip_writes_the_sum_of_the_flows_out():
    tips = tooltips(square_and_more())
    assert tips["n0"].splitlines() == ["a", "data 3.0000", "grad +1.0000 +3.0000 +3.0000 = +7.0000", "input · v0"] or (
        tips["n0"].splitlines()[2] == "grad +3.0000 +3.0000 +1.0000 = +7.0000"
    )
    assert tips["n1"].splitlines()[0] == "a·a"
    assert tips["e0"].splitlines() == ["a → a·a", "local derivative 3.0000", "flow +3.0000 into a"]


def test_a_leaf_that_holds_more_than_the_last_pass_says_so():
    y = square_and_more()
    y.backward()
    assert tooltips(y)["n0"].splitlines()[2].startswith("grad +14.0000, of which the flows of the last pass:")


def test_the_bar_of_a_value_has_a_segment_for_each_flow_as_long_as_its_share():
    root = network((2, 2, 2, 1))
    picture = picture_of(root)
    scene = arrange(picture, Look())
    card = next(card for card in picture.cards if card.name == "a1[1]")
    bar = scene.bars[card.key]
    assert len(bar) == 2
    assert sum(segment.flow for segment in bar) == pytest.approx(find(root, "a1[1]").grad)
    strong, weak = sorted(bar, key=lambda segment: -abs(segment.flow))
    assert strong.length > weak.length
    for segment in bar:
        start = scene.curves[segment.link][0]
        box = scene.cards[card.key]
        assert start == (pytest.approx(box.right), pytest.approx(box.y + segment.middle))


def test_before_backward_a_dot_stands_for_every_gradient_and_the_legend_says_why():
    said = texts(network((2, 2, 1), backward=False))
    assert said.count("·") == 37
    assert "· no gradient yet: call backward()" in said
    assert not any(text.startswith("+") and len(text) > 1 for text in said)


def test_nan_and_infinity_are_hatched():
    svg = draw(broken()).svg
    root = ET.fromstring(svg)
    assert len([rect for rect in root.iter(f"{SVG}rect") if "url(#" in rect.get("fill", "")]) == 4
    said = [element.text for element in root.iter(f"{SVG}text")]
    assert said.count("nan") == 2
    assert "hatched: nan or inf" in said
    assert "+inf" in said
    assert "url(#" not in draw(square_and_more()).svg


def test_kinds_differ_in_shape_and_words():
    root = (Value(1.0, "x") * 2.0 + network((1, 1), backward=False)).named("out")
    root.backward()
    picture = {card.name: card.key for card in picture_of(root).cards}

    def first_box(name):
        return part(root, picture[name]).find(f"{SVG}rect")

    assert first_box("x").get("rx") == "12"
    assert first_box("2").get("stroke-dasharray") == "4 3"
    assert first_box("out").get("stroke-width") == "2.4"
    assert len(part(root, picture["W11[1]"]).findall(f"{SVG}rect")) == 3
    assert {"input", "const", "param"} <= set(texts(root))


def test_edges_chooses_the_numbers():
    root = square_and_more()
    assert {"×3", "+3"} <= set(texts(root, edges="both"))
    assert "+3" not in texts(root, edges="local")
    assert "×3" not in texts(root, edges="flow")
    assert not {"×3", "+3"} & set(texts(root, edges="none"))
    y = (Value(2.0, "p") + Value(3.0, "q")).named("sum")
    y.backward()
    assert "×1" not in texts(y)
    assert "×1" in texts(y, edges="both")


def test_the_picture_says_what_it_hides():
    said = texts(network((3, 8, 8, 1)))
    assert "336 values, 29 cards shown, folded to neurons" in said
    root = network((3, 8, 8, 1))
    focus = find(root, "a1[1]")
    assert any("values outside the focus" in text for text in texts(root, focus=focus))
    assert any("below 0.05 greyed" in text for text in texts(network((2, 2, 1)), min_flow=0.05))


def test_what_is_small_is_grey_and_still_reads_well():
    root = network((2, 2, 1))
    small, large = find(root, "W22[1]"), find(root, "a1[2]")
    assert abs(small.grad) < 0.05 < abs(large.grad)
    keys = {card.name: card.key for card in picture_of(root).cards}

    def colours(label):
        group = part(root, keys[label], min_flow=0.05, theme="light")
        return {element.get("fill") for element in group} | {element.get("stroke") for element in group}

    neutral = {ROLES[role].light for role in ("card", "blank", "muted", "faint")} | {None, "none"}
    assert colours("W22[1]") <= neutral
    assert not colours("a1[2]") <= neutral
    assert "opacity" not in draw(root, min_flow=0.05).svg


def test_a_fold_without_a_single_output_says_how_many_it_has():
    said = texts(network((3, 8, 8, 1)), detail="layers")
    assert said.count("8 outputs") == 2
    assert "max |∂|: the largest gradient within, in grey" in said


def test_a_formula_in_which_nothing_is_used_twice_stands_in_the_order_in_which_it_is_written():
    root = network((4, 1))
    picture = picture_of(root, detail="full")
    scene = arrange(picture, Look())
    keys = {card.name: card.key for card in picture.cards}
    heights = [scene.cards[keys[f"W{i}1[1]"]].y for i in range(1, 5)]
    assert heights == sorted(heights)


def test_it_describes_itself_to_those_who_cannot_see_it():
    svg = drawn(network((2, 2, 1)))
    title, description = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == "Computation graph of L"
    assert re.match(
        r"37 values, 40 edges\. Output L = 0\.\d{4}\. Largest parameter gradient: b1\[2\], −", description.text
    )
    assert drawn(square_and_more(), title="Mine").find(f"{SVG}title").text == "Mine"


# --- arguments --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"detail": "all"},
            ValueError,
            r"detail='all' is not known: use one of 'auto', 'full', 'fused', 'neurons', 'layers'",
        ),
        ({"theme": "blue"}, ValueError, "theme='blue' is not known: use one of 'auto', 'light', 'dark'"),
        (
            {"engine": "neato"},
            ValueError,
            "engine='neato' is not known: use one of 'auto', 'embedded', 'system', 'wasm'",
        ),
        ({"edges": True}, ValueError, "edges=True is not known: use one of 'auto', 'flow', 'local', 'both', 'none'"),
        ({"rankdir": "RL"}, ValueError, "rankdir='RL' is not known: use one of 'LR', 'TB'"),
        ({"depth": -1}, ValueError, "depth must be a whole number of edges, 0 or more, got -1"),
        ({"min_flow": True}, ValueError, "min_flow must be a number, 0 or more, got True"),
        ({"min_flow": math.nan}, ValueError, "min_flow must be a number, 0 or more, got nan"),
        ({"names": ["x"]}, TypeError, "names must be a dict from names to Values"),
        ({"title": 5}, TypeError, "title must be a str, got 5"),
        ({"focus": "a"}, TypeError, r"draw\(\): focus must be a Value, got 'a' of type str"),
        ({"focus": Value(1.0, "stranger")}, DiagramError, r"draw\(\): 'stranger' .* is not part of the graph of 'y'"),
    ],
)
def test_wrong_arguments_are_named(options, error, message):
    with pytest.raises(error, match=message):
        draw(square_and_more(), **options)


def test_what_is_not_a_value_is_refused():
    for shown in (draw, draw_dot):
        said = rf"{shown.__name__}\(\): the root of the graph must be a Value, got 3\.0 of type float"
        with pytest.raises(TypeError, match=said):
            shown(3.0)


@pytest.mark.parametrize("seen", [3, "exe"])
def test_an_unknown_format_of_dot_is_named(seen):
    with pytest.raises(ValueError, match=rf"format={seen!r} is not known: use one of 'bmp', .*'png', .*'svg'"):
        draw_dot(square_and_more(), format=seen)


def test_a_single_leaf_draws():
    assert "5.0000" in texts(Value(5.0, "alone"))


def test_public_names():
    names = {"ConversionError", "Diagram", "DiagramError", "EngineError", "draw", "draw_dot"}
    assert names <= set(viz.__all__)
    assert all(getattr(viz, name).__doc__ for name in viz.__all__)
    assert isinstance(draw(Value(1.0)), Diagram)


# --- less usual graphs ------------------------------------------------------------------------------------


def test_a_loop_between_frames_is_drawn():
    x = Value(0.5, "x")
    for step in range(40):
        with scope("even" if step % 2 else "odd"):
            x = tanh(x * 1.1 + 0.1)
    x.backward()
    picture = picture_of(x, detail="neurons")
    assert {(link.source, link.target) for link in picture.links} >= {("g0", "g1"), ("g1", "g0")}
    assert drawn(x, detail="neurons") is not None


def test_folds_of_a_graph_without_finite_gradients_say_so():
    assert "·" in texts(network((3, 8, 8, 1), backward=False))
    assert "2 flows, not computed" not in str(tooltips(network((3, 8, 8, 1), backward=False)))
    assert any(
        "flows, not computed" in tip for tip in tooltips(network((3, 8, 8, 1), examples=3, backward=False)).values()
    )
    root = network((3, 8, 8, 1), backward=False)
    with errstate(domain="nan"):
        root.backward(math.inf)
    assert "url(#" in draw(root).svg


def test_a_fold_that_uses_one_value_many_times_shows_the_sum_of_its_flows():
    x = Value(0.5, "x")
    with scope("wave"):
        y = x
        for _ in range(20):
            y = tanh(y + x)
    y = (y * 2.0).named("y")
    y.backward()
    said = texts(y, detail="neurons")
    assert {"Σ21", f"+{x.grad:.3g}"} <= set(said)


def test_a_focus_from_top_to_bottom_shows_what_leads_on():
    root = network((3, 8, 8, 1))
    group = drawn(root, focus=find(root, "a1[1]"), depth=1, rankdir="TB")
    assert [path for path in group.iter(f"{SVG}path") if path.get("stroke-dasharray") == "2 2"]


def test_many_operands_are_named_in_the_tooltip():
    y = fsum([Value(float(i), f"x{i}") for i in range(4)]).named("y")
    assert tooltips(y)["n4"].splitlines()[0] == "y = Σ(x0, x1, x2, x3)"
