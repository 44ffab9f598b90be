"""The drawn picture: what it says, where things stand, that labels are text, that it is the same each time."""

import math
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import pytest
from test_viz_graph import find, network

import viz
from autograd import Value, errstate, fsum, log, scope, tanh
from viz import Diagram, DiagramError, draw
from viz.drawing import picture_of
from viz.geometry import Box, Point, bezier, smooth
from viz.painting import Look, arrange
from viz.style import ROLES, STEPS, chip_roles, contrast, line_role, line_width, size_roles, step_of

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    "quo\"te's & &lt; ]]> <!-- -->",
    "new\nline\r\n\t\x00\x1b",
    "\ud800 lone \udfff",
    "\u202eturned\u202c שלום",
    "x" * 10_000,
    "重み",
    "{a|b}<c>\\N\\G",
    '" onload="alert(1)',
    "\uffff\ufdd0",
]


def square_and_more():
    a = Value(3.0, "a")
    y = (a * a + a).named("y")
    y.backward()
    return y


def hostile():
    total = Value(1.0, "start")
    for label in HOSTILE:
        with scope(label):
            total = total * Value(1.5, label)
    total.backward()
    return total


def broken():
    with errstate(domain="nan"):
        a, b, c = Value(0.0, "a"), Value(math.inf, "b"), Value(2.0, "c")
        y = (a * b + log(c) * a).named("y")
        y.backward()
    return y


def drawn(root, **options):
    return ET.fromstring(draw(root, **options).svg)


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
    assert [text for text in said if text in ("×3", "+3", "×1", "+1")] == ["×3", "+3", "×3", "+3", "×1", "+1"]


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
    assert len([rect for rect in root.iter(f"{SVG}rect") if "url(#" in rect.get("fill", "")]) >= 1
    said = [element.text for element in root.iter(f"{SVG}text")]
    assert "nan" in said
    assert "+inf" in said
    assert "url(#" not in draw(square_and_more()).svg


def test_kinds_differ_in_shape_and_words():
    root = (Value(1.0, "x") * 2.0 + network((1, 1))).named("out")
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
    assert "336 values, 31 cards shown, folded to neurons" in said
    root = network((3, 8, 8, 1))
    focus = find(root, "a1[1]")
    assert any("values outside the focus" in text for text in texts(root, focus=focus))
    assert any("below 0.05 greyed" in text for text in texts(network((2, 2, 1)), min_flow=0.05))


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


# --- labels are data --------------------------------------------------------------------------------------


def test_hostile_labels_are_text_in_well_formed_xml():
    for options in ({}, {"rankdir": "TB"}, {"title": HOSTILE[0] + HOSTILE[3]}, {"names": {HOSTILE[0]: Value(1.0)}}):
        root = drawn(hostile(), **options)
        known = {"svg", "title", "desc", "style", "rect", "text", "g", "path"}
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= known
        attributes = {name for element in root.iter() for name in element.attrib}
        assert not any(name.startswith("on") or "href" in name for name in attributes)
        cards = [text.text for group in root.iter(f"{SVG}g") for text in group.iter(f"{SVG}text")]
        assert max(map(len, filter(None, cards))) <= 24
        assert all(len(element.text) < 5000 for element in root.iter(f"{SVG}title"))
    draw(hostile()).svg.encode()


# --- the same picture each time ---------------------------------------------------------------------------


def test_the_same_graph_gives_the_same_bytes_in_another_process_with_another_hash_seed():
    program = (
        "import sys; sys.path.insert(0, 'tests'); from test_viz_graph import network; from viz import draw\n"
        "import hashlib\n"
        "for sizes, n in (((4, 3, 2, 1), 1), ((3, 8, 8, 1), 2)):\n"
        "    d = draw(network(sizes, examples=n)); print(hashlib.sha256((d.svg + d.dot).encode()).hexdigest())\n"
    )
    outputs = set()
    for seed in ("0", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(["."])}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop().split()) == 2


def test_ids_come_from_the_content():
    one, same, other = draw(square_and_more()).svg, draw(square_and_more()).svg, draw(network((2, 2, 1))).svg
    assert one == same
    ids = [set(re.findall(r'id="(g[0-9a-f]{10})', svg)) for svg in (one, other)]
    assert [len(found) for found in ids] == [1, 1]
    assert ids[0] != ids[1]


# --- places -----------------------------------------------------------------------------------------------

SCENES = {
    "4-3-2-1": (lambda: network((4, 3, 2, 1)), Look()),
    "4-3-2-1 both": (lambda: network((4, 3, 2, 1)), Look(edges="both")),
    "2-2-2": (lambda: network((2, 2, 2), loss="square"), Look()),
    "2-3-1": (lambda: network((2, 3, 1)), Look()),
    "2-3-1 from top": (lambda: network((2, 3, 1)), Look(rankdir="TB")),
    "3-8-8-1": (lambda: network((3, 8, 8, 1)), Look(edges="both")),
    "a*a + a": (square_and_more, Look(title="A title")),
    "not finite": (broken, Look()),
}


@pytest.mark.parametrize("name", SCENES)
def test_nothing_overlaps(name):
    build, look = SCENES[name]
    picture = picture_of(build())
    scene = arrange(picture, look)
    cards, labels = list(scene.cards.values()), [label.box for label in scene.labels]
    assert len(cards) == len(picture.cards)
    for one, other in combinations([*cards, *labels], 2):
        assert not one.overlaps(other)
    for title in scene.titles:
        assert not any(title.overlaps(box) for box in [*cards, *labels])
    for (scope_, frame), (other_scope, other) in combinations(scene.frames, 2):
        nested = other_scope[: len(scope_)] == scope_ or scope_[: len(other_scope)] == other_scope
        assert nested or not frame.overlaps(other)


@pytest.mark.parametrize("name", [name for name in SCENES if name != "3-8-8-1"])
def test_every_number_finds_a_place(name):
    build, look = SCENES[name]
    picture = picture_of(build())
    placed = {label.link for label in arrange(picture, look).labels}
    flows = picture.links_into()
    needed = {
        k
        for k, link in enumerate(picture.links)
        if look.edges == "both" or link.local not in (1.0, -1.0) or len(flows[link.source]) > 1
    }
    assert placed == needed


@pytest.mark.parametrize("name", SCENES)
def test_links_run_from_card_to_card_past_all_others(name):
    build, look = SCENES[name]
    picture = picture_of(build())
    scene = arrange(picture, look)
    for link, curve in zip(picture.links, scene.curves, strict=True):
        tail, head = scene.cards[link.source], scene.cards[link.target]
        start, end = curve[0], curve[-1]
        if look.rankdir == "LR":
            assert start.x == pytest.approx(tail.right)
            assert 0 < head.x - end.x < 10
            assert tail.y < start.y < tail.bottom
            assert head.y < end.y < head.bottom
        else:
            assert start.y == pytest.approx(tail.bottom)
            assert 0 < head.y - end.y < 10
        points = [bezier(curve, k, t / 16) for k in range((len(curve) - 1) // 3) for t in range(17)]
        for key, box in scene.cards.items():
            if key not in (link.source, link.target):
                assert not any(box.overlaps(Box(*point, 0, 0), -1) for point in points)


def test_frames_contain_their_cards():
    picture = picture_of(network((4, 3, 2, 1)))
    scene = arrange(picture, Look())
    frames = dict(scene.frames)
    assert ("layer 1", "neuron 3") in frames
    for card in picture.cards:
        box = scene.cards[card.key]
        for depth in range(1, len(card.scope) + 1):
            frame = frames[card.scope[:depth]]
            assert frame.x < box.x
            assert box.right < frame.right
            assert frame.y < box.y
            assert box.bottom < frame.bottom


def test_layers_stand_side_by_side_and_neurons_in_their_order():
    frames = dict(arrange(picture_of(network((4, 3, 2, 1))), Look()).frames)
    layers = [frames[(name,)] for name in ("layer 1", "layer 2", "layer 3", "loss")]
    assert all(one.right < other.x for one, other in pairwise(layers))
    middles = [layer.middle.y for layer in layers]
    assert max(middles) - min(middles) < 0.1 * layers[0].height
    neurons = [frames[("layer 1", f"neuron {j}")] for j in (1, 2, 3)]
    assert all(one.bottom < other.y for one, other in pairwise(neurons))


def test_a_loop_between_frames_is_drawn():
    x = Value(0.5, "x")
    for step in range(40):
        with scope("even" if step % 2 else "odd"):
            x = tanh(x * 1.1 + 0.1)
    x.backward()
    picture = picture_of(x, detail="neurons")
    assert {(link.source, link.target) for link in picture.links} >= {("g0", "g1"), ("g1", "g0")}
    assert drawn(x, detail="neurons") is not None


def test_smooth_curves_pass_their_gates():
    gates = [Point(0, 0), Point(10, 5), Point(30, -5)]
    curve = smooth(gates)
    assert [curve[0], curve[3], curve[6]] == gates
    assert bezier(curve, 0, 0.5) == (5, 2.5)


# --- colour -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_type_reads_well_and_lines_are_seen(theme):
    def colour(role):
        return getattr(ROLES[role], theme)

    for step in range(-STEPS, STEPS + 1):
        chip, ink = chip_roles(step)
        assert contrast(colour(chip), colour(ink)) >= 4.5
    for step in range(STEPS + 1):
        chip, ink = size_roles(step)
        assert contrast(colour(chip), colour(ink)) >= 4.5
    for chip, ink in (
        ("blank", "muted"),
        ("alarm-fill", "alarm-type"),
        ("card", "ink"),
        ("card", "muted"),
        ("card", "alarm"),
    ):
        assert contrast(colour(chip), colour(ink)) >= 4.5
    for ground in ("canvas", "frame1", "frame2"):
        for ink in ("muted", "ink", "type-plus", "type-minus", "alarm"):
            assert contrast(colour(ground), colour(ink)) >= 4.5
        for line in ("line", "faint", "alarm", "parameter", *(line_role(step) for step in range(-STEPS, STEPS + 1))):
            assert contrast(colour(ground), colour(line)) >= 3.0, (ground, line)
    assert contrast(colour("canvas"), colour("frame-line")) >= 3.0


def test_the_scale_is_logarithmic_over_three_decades():
    assert [step_of(10.0**-k, 1.0) for k in (0, 0.7, 1.3, 1.9, 2.5, 3.1)] == [5, 4, 3, 2, 1, 0]
    assert [step_of(-(10.0**-k), 1.0) for k in (0, 0.7, 1.3, 1.9, 2.5, 3.1)] == [-5, -4, -3, -2, -1, 0]
    assert step_of(math.nan, 1.0) == step_of(math.inf, 1.0) == step_of(1.0, None) == 0
    assert [line_width(step) for step in (0, 1, -5)] == [1.0, 1.6, 4.0]


def test_dark_replaces_every_colour_that_is_used_and_only_in_this_picture():
    svg = draw(network((2, 2, 1))).svg
    style = re.search(r"<style>(.*)</style>", svg).group(1)
    assert style.startswith("@media (prefers-color-scheme:dark){#g")
    identity = re.search(r' id="(\w+)" width', svg).group(1)
    rules = set(re.findall(rf"#{identity} \.([\w-]+){{", style))
    used = {name for classes in re.findall(r'class="([^"]+)"', svg) for name in classes.split()}
    assert used == rules
    for theme in ("light", "dark"):
        fixed = draw(network((2, 2, 1)), theme=theme).svg
        assert "@media" not in fixed
        assert (ROLES["canvas"].dark in fixed) == (theme == "dark")


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
        ({"engine": "neato"}, ValueError, "engine='neato' is not known: use one of 'auto', 'embedded', 'system'"),
        ({"edges": True}, ValueError, "edges=True is not known: use one of 'auto', 'flow', 'local', 'both', 'none'"),
        ({"rankdir": "RL"}, ValueError, "rankdir='RL' is not known: use one of 'LR', 'TB'"),
        ({"depth": -1}, ValueError, "depth must be a whole number of edges, 0 or more, not -1"),
        ({"min_flow": math.nan}, ValueError, "min_flow must be a number, 0 or more, not nan"),
        ({"names": ["x"]}, TypeError, "names must be a dict from names to Values"),
        ({"title": 5}, TypeError, "title must be a str, not 5"),
        ({"focus": "a"}, TypeError, "focus must be a Value of the graph, not 'a' of type str"),
        ({"focus": Value(1.0, "stranger")}, DiagramError, "'stranger'.* is not part of the graph of 'y'"),
    ],
)
def test_wrong_arguments_are_named(options, error, message):
    with pytest.raises(error, match=message):
        draw(square_and_more(), **options)


def test_what_is_not_a_value_is_refused():
    with pytest.raises(TypeError, match=r"draw\(\) takes a Value, the root of the graph, not 3\.0 of type float"):
        draw(3.0)


def test_a_single_leaf_draws():
    assert "5.0000" in texts(Value(5.0, "alone"))


def test_public_names():
    assert viz.__all__ == ["ConversionError", "Diagram", "DiagramError", "EngineError", "draw", "draw_dot"]
    assert isinstance(draw(Value(1.0)), Diagram)


# --- size -------------------------------------------------------------------------------------------------


def test_a_small_net_draws_in_a_moment_and_a_folded_one_too():
    for sizes, limit in (((2, 3, 1), 0.1), ((2, 16, 16, 1), 1.0)):
        root = network(sizes)
        best = math.inf
        for _ in range(5):
            start = time.perf_counter()
            draw(root)
            best = min(best, time.perf_counter() - start)
        assert best < limit


def test_a_chain_of_a_million_values_draws():
    x = Value(0.5, "x")
    for _ in range(1_000_000):
        x = tanh(x)
    x.backward()
    start = time.perf_counter()
    svg = draw(x).svg
    assert time.perf_counter() - start < 20
    assert len(svg) < 2_000_000
    assert "1,000,001 values" in svg
    assert "… 999,9" in svg


# --- less usual graphs ------------------------------------------------------------------------------------


def skipping():
    """A value used inside its frame and outside it, and one that nothing in its frame touches."""
    x = Value(0.5, "x")
    with scope("block"):
        first = (x * 2.0).named("first")
        second = tanh(first).named("second")
        third = (second * second).named("third")
        alone = (x * 3.0).named("alone")
    y = (first + third + alone).named("y")
    y.backward()
    return y


def test_what_leaves_a_frame_early_runs_past_the_rest_of_it():
    picture = picture_of(skipping())
    scene = arrange(picture, Look())
    keys = {card.name: card.key for card in picture.cards}
    frame = dict(scene.frames)[("block",)]
    (k,) = [k for k, link in enumerate(picture.links) if link.source == keys["first"] and link.target != keys["second"]]
    points = [bezier(scene.curves[k], i, t / 16) for i in range((len(scene.curves[k]) - 1) // 3) for t in range(17)]
    inside = [point for point in points if point.x < frame.right]
    assert any(point.x > scene.cards[keys["third"]].x for point in inside)
    for key in ("second", "third"):
        assert not any(scene.cards[keys[key]].overlaps(Box(*point, 0, 0), -1) for point in points)


def test_folds_of_a_graph_without_finite_gradients_say_so():
    assert "·" in texts(network((3, 8, 8, 1), backward=False))
    assert "2 flows, not computed" not in str(tooltips(network((3, 8, 8, 1), backward=False)))
    assert any(
        "flows, not computed" in tip for tip in tooltips(network((3, 8, 8, 1), examples=3, backward=False)).values()
    )
    root = network((3, 8, 8, 1), backward=False)
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
    assert tooltips(y)["n4"].splitlines()[0] == "y = fsum(x0, x1, x2, x3)"
