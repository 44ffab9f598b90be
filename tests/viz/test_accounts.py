"""The parts of a gradient besides its flows: earlier passes, hooks, other roots; in every view."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import pytest

from autograd import Parameter, Value, errstate, log, no_grad, scope, sqrt, where
from tests.support.graphs import SVG, find, network
from tests.viz.test_page import facts
from viz import DiagramError, derive, draw, draw_dot, explain, step_through, tree
from viz._draw import picture_of
from viz.formulas.operations import constant_locals
from viz.graph import Graph
from viz.page import page_of
from viz.picture.links import numbers_in_words


def texts(root, **options):
    return [text.text for text in ET.fromstring(draw(root, **options).svg).iter(f"{SVG}text")]


def cards(root, **options):
    """The texts of each card by its name."""
    groups = ET.fromstring(draw(root, **options).svg).iter(f"{SVG}g")
    found = [[text.text for text in group.iter(f"{SVG}text")] for group in groups if group.get("id", "-e")[-2] != "e"]
    return {next((one for one in said if not re.match(NO_NAME, one)), ""): said for said in found if said}


NO_NAME = r"[+−\d]|of |this pass$|earlier$|flows$|after hook$|its flows$|it holds$"


def account(root, label):
    node = find(root if isinstance(root, Value) else root[-1], label)
    graph = Graph(root, {})
    found = graph.accounts.get(graph.index[node])
    return found.words if found else ""


def square():
    x = Value(3.0, "x")
    return x, (x * x).named("y")


@pytest.mark.parametrize("passes", [2, 3, 5])
@pytest.mark.parametrize("seed", [1.0, -0.5])
def test_a_second_pass_is_told_apart_in_every_view(passes, seed):
    x, y = square()
    for _ in range(passes):
        y.backward(seed)
    now, earlier = f"{6 * seed:+.4f}".replace("-", "−"), f"{6 * seed * (passes - 1):+.4f}".replace("-", "−")
    total = f"{6 * seed * passes:+.4f}".replace("-", "−")
    said = texts(y)
    assert [said[said.index("this pass") + 1], said[said.index("earlier") + 1]] == [now, earlier]
    assert total in said
    assert any("earlier: left by earlier passes" in text for text in said)
    assert "url(#" in draw(y).svg.partition("this pass")[2]
    assert f"this\\ pass\\ {now}|earlier\\ {earlier}" in draw(y).dot
    assert f"this\\ pass\\ {now}|earlier\\ {earlier}" in draw_dot(y).source
    assert f"grad {total} (this pass {now}, earlier {earlier})" in str(tree(y))
    words = f"{total} = {now} of this pass, and {earlier} from earlier passes"
    assert words in " ".join(str(explain(x, y)).split())
    assert words.replace("+", r"\+") in explain(x, y).markdown
    assert facts(page_of(y))["notes"] == {"0": f"In Python x.grad: {words}."}
    assert ("began with" in facts(page_of(y))["began"]) is (seed != 1.0)
    assert any("the pass began with −0.5000 at y" in text for text in said) is (seed != 1.0)
    y.zero_grad()
    y.backward()
    assert "earlier" not in str(texts(y)) + str(tree(y)) + str(explain(x, y))
    assert facts(page_of(y))["notes"] == {}


def test_a_seed_is_not_taken_for_a_second_pass():
    x, y = square()
    y.backward(2.0)
    assert "earlier" not in str(texts(y)) + str(tree(y))
    assert explain(x, y).note == (
        "x.grad holds +12.0000, which is not this: backward() began with +2.0000 at y, not with 1."
    )
    assert explain(x, y).remarks == []


def test_a_gradient_set_by_hand_is_told():
    x, y = square()
    x.grad = 5.0
    y.backward()
    assert account(y, "x") == "+11.0000 = +6.0000 of this pass, and +5.0000 from earlier passes"
    y.zero_grad()
    h = (x * 2.0).named("h")
    z = (h * h).named("z")
    z.backward()
    h.grad = 7.0
    assert account(z, "h") == "+7.0000 is of another pass, or was set: its flows give +12.0000"
    said = texts(z)
    assert said[said.index("its flows") + 1] == "+12.0000"


def test_what_a_leaf_held_before_the_first_pass_of_a_new_graph_is_told():
    x, y = square()
    y.backward()
    again = (x * x * x).named("again")
    assert account(again, "x") == "+6.0000 is from earlier passes"
    said = texts(again)
    assert "this pass" not in said
    assert said[said.index("earlier") + 1] == "+6.0000"
    assert "backward() has not been called on again" in explain(x, again).note or not again.has_grad


def test_the_pass_of_another_root_is_not_passed_off_as_this_one():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    h = (a * b).named("h")
    first, second = (h * a).named("first"), (h * h).named("second")
    first.backward()
    second.backward()
    assert account(first, "h") == "−12.0000 is of another pass, or was set: its flows give +2.0000"
    assert "its flows +2.0000" in str(tree(first))
    assert account(second, "h") == ""
    assert account(second, "a") == "+24.0000 = +36.0000 of this pass, and −12.0000 from earlier passes"


def test_what_cannot_be_added_up_is_no_second_pass():
    x = Value(math.inf, "x")
    y = (x * x).named("y")
    y.backward()
    assert account(y, "x") == ""
    z = Value(4.0, "z")
    gate = where(0.0, sqrt(z - 4.0), z * 3.0).named("gate")
    gate.backward()
    assert Graph(gate, {}).accounts == {}
    assert "nan" not in texts(gate)


@pytest.mark.parametrize("size", [(1, 1), (2, 3, 1), (4, 3, 2, 1)])
def test_one_pass_needs_no_account(size):
    assert Graph(network(size), {}).accounts == {}


def test_a_folded_picture_says_that_earlier_passes_are_in_it():
    root = network((3, 8, 8, 1))
    assert not any("earlier" in text for text in texts(root))
    root.backward()
    assert any("earlier" in text for text in texts(root))


# --- hooks ------------------------------------------------------------------------------------------------


def hooked(*hooks, on="h"):
    a = Value(2.0, "a")
    h = (a * 3.0).named("h")
    c = (h * h).named("c")
    calls = []
    for hook in hooks:
        {"a": a, "h": h, "c": c}[on].register_hook(lambda g, hook=hook: (calls.append(g), hook(g))[1])
    return a, h, c, calls


def half(gradient):
    return gradient / 2


def test_a_hook_on_an_inner_node_is_told_and_the_sum_is_right():
    a, h, c, calls = hooked(half)
    assert "A hook stands at h: backward() runs it" in " ".join(str(explain(a, c)).split())
    c.backward()
    run = len(calls)
    explanation = explain(a, c)
    assert (explanation.gradient, a.grad) == (18.0, 18.0)
    assert sum(flow.contribution for flow in explanation.flows) == 18.0
    assert explanation.note == ""
    assert explanation.remarks == [
        "A hook of h changed the gradient there: +12.0000 → +6.0000.", "Without hooks ∂c/∂a is +36.0000."
    ]  # fmt: skip
    assert explain(h, c).heading == "∂c/∂h = +12.0000, the sum of 2 flows"
    assert "+12.0000 → +6.0000" in derive(c, a).text
    assert derive(c, a).value == 18.0
    said = cards(c)["h"]
    assert said[said.index("flows") + 1 : said.index("flows") + 4] == ["+12.0000", "after hook", "+6.0000"]
    assert "flows +12.0000, after hook +6.0000" in str(tree(c))
    assert len(calls) == run  # no view but the page runs a hook
    flows = c.flows_into(h)
    assert sum(flow.contribution for flow in flows) == 12.0
    (step,) = [step for step in c.backward_steps() if step.node is h]
    assert (step.arrived, step.gradient) == (12.0, 6.0)
    assert facts(page_of(c))["replaced"] == {"1": 6.0} or facts(page_of(c))["replaced"] == {"2": 6.0}


def test_several_hooks_and_one_that_returns_nothing():
    a, _h, c, _ = hooked(half, lambda _gradient: None, half)
    c.backward()
    assert account(c, "h") == "a hook changed it: +12.0000 → +3.0000"
    assert explain(a, c).gradient == a.grad == 9.0
    quiet = hooked(lambda _gradient: None)
    quiet[2].backward()
    assert explain(quiet[0], quiet[2]).remarks == []
    assert "hook" not in str(texts(quiet[2]))


@pytest.mark.parametrize("passes", [1, 2])
def test_a_hook_on_a_leaf(passes):
    a, _h, c, _ = hooked(lambda _gradient: 1.0, on="a")
    for _ in range(passes):
        c.backward()
    assert account(c, "a") == f"a hook changed it: +36.0000 → +{passes}.0000, over all passes since zero_grad()"
    explanation = explain(a, c)
    assert explanation.gradient == 36.0
    assert explanation.note == f"a.grad holds +{passes}.0000, which is not this: a hook changed it."
    assert [step.arrived for step in c.backward_steps() if step.node is a] == [36.0]


def test_a_hook_on_the_root():
    a, _h, c, _ = hooked(half, on="c")
    c.backward()
    assert (a.grad, c.grad) == (18.0, 0.5)
    assert any("the pass began with +0.5000 at c" in text for text in texts(c))
    assert explain(a, c).note.endswith("backward() began with +0.5000 at c, not with 1.")
    assert [step.arrived for step in c.backward_steps() if step.node is c] == [1.0]


def test_hooks_in_a_chain_and_with_a_seed():
    a, _h, c, _ = hooked(half)
    d = (c * 5.0).named("d")
    c.register_hook(lambda gradient: -gradient)
    d.backward(2.0)
    assert explain(a, d).gradient * 2.0 == a.grad == 36.0 * 5.0 * 2.0 * -0.5
    assert len(explain(a, d).remarks) == 3
    assert account(d, "c") == "a hook changed it: +10.0000 → −10.0000"
    assert account(d, "h") == "a hook changed it: −120.0000 → −60.0000"


# --- several roots ----------------------------------------------------------------------------------------


def two_roots():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    h = (a * b).named("h")
    return a, b, h, (h * a).named("y1"), (h + b).named("y2")


def test_several_roots_share_one_picture_and_each_gradient_says_whose_it_is():
    _a, _b, _h, y1, y2 = two_roots()
    y1.backward()
    y2.backward()
    said = cards([y1, y2])
    assert said["a"][said["a"].index("of y1") :] == ["of y1", "−12.0000", "of y2", "−3.0000"] or {
        "of y1", "−12.0000", "of y2", "−3.0000", "−15.0000"
    } <= set(said["a"])  # fmt: skip
    assert {"of y1", "+2.0000", "of y2", "+1.0000", "+3.0000"} <= set(said["h"])
    assert "of y2" not in said["y1"]
    assert any("gradients: of y1 + y2, the sum of the roots" in text for text in texts([y1, y2]))
    assert repr(draw([y1, y2])).startswith("<Diagram of y1, y2: 5 values; ")
    assert "earlier" not in str(said)
    assert draw((y1, y2)).svg == draw([y1, y2, y1]).svg
    text = str(tree([y1, y2]))
    assert "y1 = h·a" in text.splitlines()[0]
    assert "\ny2 = h + b" in text
    assert "gradients: of y1 + y2" in text
    assert "of\\ y1\\ −12.0000" in draw_dot([y1, y2]).source


def test_several_roots_without_a_pass_have_no_gradients():
    _, _, _, y1, y2 = two_roots()
    said = texts([y1, y2])
    assert "+1.0000" not in said
    assert said.count("·") == 5
    assert any("call backward()" in text for text in said)


def test_a_root_inside_the_graph_of_another():
    _a, _b, h, y1, _ = two_roots()
    y1.backward()
    for roots in ([y1, h], [h, y1]):
        said = cards(roots)["h"]
        assert {"of h", "+1.0000", "of y1", "+2.0000", "+3.0000"} <= set(said)
        assert "+1.0000 +2.0000" in draw(roots).svg or "+2.0000 +1.0000 = +3.0000" in draw(roots).svg
        assert str(tree(roots)).startswith("y1")
    assert account([y1, h], "h") == ""


@pytest.mark.parametrize("options", [
    {}, {"detail": "full"}, {"detail": "fused"}, {"detail": "neurons"}, {"detail": "layers"}, {"rankdir": "TB"},
    {"edges": "both"}, {"theme": "dark"}, {"min_flow": 0.01},
])  # fmt: skip
def test_several_roots_at_every_detail(options):
    xs = [Value(0.1 * k, f"x{k}") for k in range(3)]
    ys = []
    for k in range(4):
        with scope("layer 1"), scope(f"neuron {k}"):
            total = Parameter(0.2, f"b{k}")
            for x in xs:
                total = total + Parameter(0.3 - 0.1 * k, f"w{k}{x.label}") * x
            ys.append(total.tanh().named(f"y{k}"))
    sum(ys).backward()
    said = texts(ys, **options)
    assert {"y0", "y1", "y2", "y3"} <= set(said)
    focused = texts(ys, focus=ys[2], depth=1, **options)
    assert "y2" in focused
    assert "y0" not in focused
    assert texts(ys[:1], **options)[:-1] == texts(ys[0], **options)[:-1]


def test_more_roots_than_can_be_told_apart_show_their_sum():
    x = Value(2.0, "x")
    ys = [(x * float(k)).named(f"y{k}") for k in range(7)]
    for y in ys:
        y.backward()
    said = cards(ys)["x"]
    assert "+21.0000" in said
    assert "of y1" not in said
    with no_grad():
        x.grad = 5.0
    assert {"+21.0000", "it holds", "+5.0000"} <= set(cards(ys)["x"])
    assert any("it holds: its grad, which is not that of the sum" in text for text in texts(ys))
    assert account(ys, "x") == "it holds +5.0000, which is not that of the sum of the roots"
    assert explain(x, ys[3]).note.startswith("x.grad holds +5.0000, which is not this")


def test_what_is_no_list_of_values_is_refused():
    y = Value(2.0, "a") * 3.0
    for view in (draw, draw_dot, tree, lambda roots: step_through(roots, "never.html")):
        with pytest.raises(ValueError, match=r"the list of roots is empty: give a Value, or a list of one or more"):
            view([])
        with pytest.raises(TypeError, match=r"root 1 of the list must be a Value, got 3\.0 of type float"):
            view([y, 3.0])
    with pytest.raises(TypeError, match="the root of the graph must be a Value"):
        explain(y, [y])


def test_a_page_of_several_roots(show, tmp_path):
    a, b, h, y1, y2 = two_roots()
    total = y1 + y2 + h
    watched = show([y1, y2, h])
    assert "gradients: of h + y1 + y2, the sum of the roots" in watched.text("#legend")
    order = Graph([y1, y2, h], {}).values
    for numbers in ({}, {a: 0.7, b: 1.3}, {a: -2.0, b: 0.01}):
        for leaf, x in numbers.items():
            leaf.data = x
            watched.ask("([i, x]) => chainrule.move(i, x)", [order.index(leaf), x])
        total.forward()
        total.zero_grad()
        total.backward()
        shown = watched.ask("chainrule.numbers.gradients")
        assert shown == pytest.approx([node.grad for node in order], rel=1e-12)
    assert not (tmp_path / "never.html").exists()


# --- other words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [-1.0, 1.0, 2.0])
def test_no_number_means_1_and_nothing_else(factor):
    x, w = Value(factor, "x"), Value(4.0, "w")
    z = (w * x).named("z")
    loss = ((2.0 - z) ** 2).named("L")
    loss.backward()
    said = texts(loss)
    assert said.count("×−1") == (2 if factor == -1.0 else 1)
    assert "×1" not in said
    assert any("(no number: ×1)" in text for text in said)
    both = texts(loss, edges="both")
    assert "×1" in both
    assert not any("no number" in text for text in both)


def test_a_local_derivative_near_1_is_not_written_as_1():
    x = Value(1.0001, "x")
    y = (Value(2.0, "w") * x).named("y")
    y.backward()
    assert "×1.00" in texts(y)


def test_a_folded_picture_writes_every_factor_of_single_edges():
    said = texts(network((1, 1)), detail="layers")
    assert not any("no number" in text for text in said)


def test_grey_edges_are_said_to_have_no_numbers():
    said = texts(network((2, 2, 1)), min_flow=0.2)
    assert any("grey edge: too weak a flow for its numbers" in text for text in said)


def test_the_scale_covers_the_flows_and_says_what_it_is():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = (a * b + a**2).named("c")
    c.backward()
    said = " ".join(texts(c))
    assert "gradient  −4.0000" in said
    assert "+4.0000  steps at ½, ¼, ⅛, 1/32 … 1/1024 of it" in said


def test_a_leaf_alone_is_said_to_be_one():
    with no_grad():
        y = Value(2.0, "a") * 3.0
    assert any("a leaf: it was not computed from anything that is recorded" in text for text in texts(y))


def test_two_values_of_one_name_are_told_apart():
    p, q = Value(2.0, "p"), Value(3.0, "p")
    y = (p * q).named("y")
    y.backward()
    assert {"p#1", "p#2"} <= set(cards(y))
    text = str(tree(y))
    assert "y = p#1·p#2" in text
    assert text.endswith("p#1, p#2: different values of one name, numbered")
    assert explain(q, y).name == "p#2"
    assert "∂y/∂p#2 = p#1" in derive(y, q).text
    w = Value(1.0, "w")
    for _ in range(3):
        w = (w * 2.0).named("w")
    assert [line.split()[1] for line in str(tree(w)).splitlines()[1:3]] != ["w", "w"]


def test_a_label_that_looks_like_a_made_up_name_stays_its_own():
    x, y = Value(2.0), Value(3.0, "v0")
    assert {"v0", "value 0"} <= set(cards(x * y))


def test_a_page_is_not_written_under_another_ending(tmp_path):
    y = (Value(2.0, "a") * 3.0).named("y")
    for name, words in (
        ("big.png", r"must end in \.html: for a picture call draw\(root\)\.save\("),
        ("page", "end in"),
    ):
        with pytest.raises(DiagramError, match=words):
            step_through(y, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    assert step_through(y, tmp_path / "page.HTM").exists()


def test_tiny_and_vanishing_gradients_are_not_shown_alike():
    x, z = Value(1e-300, "x"), Value(0.0, "z")
    y = (x * z + log(Value(1.0, "o")) * 0.0).named("y")
    y.backward()
    assert "+1.000e−300" in texts(y)
    assert "0.0000" in texts(y)
    assert "grad +1.000e−300" in str(tree(y))
    assert "+1.000e−300" in explain(z, y).heading
    assert "1.000e−300" in derive(y, z).text


def test_what_is_nearly_a_whole_number_is_not_written_as_one(show):
    a = Value(0.99999, "a")
    z = (1.0 - a).named("z")
    z.backward()
    assert "≈1.0000" in cards(z)["a"]
    assert "1.0000" in texts(z)
    assert "a   ≈1.0000" in str(tree(z))
    assert "data\\ ≈1.0000" in draw(z).dot
    assert "data 1.0000, exactly 0.99999" in draw(z).svg
    watched = show(z, "#node=1")
    assert "value 1.0000, exactly 0.99999" in watched.text("#said")
    watched.ask("chainrule.move(1, 2)")
    assert "exactly" not in watched.text("#said")


def test_a_fold_with_one_gradient_that_is_no_number_says_so():
    root = network((3, 8, 8, 1))
    find(root, "W21[1]").grad = math.nan
    said = texts(root, detail="layers")
    assert said[said.index("max |∂|") + 1] == "nan"
    assert "Not finite: the gradient of 1 parameter." in draw(root).svg
    with errstate(domain="nan"):
        root.backward(math.inf)
    assert any("no gradient is finite" in text for text in texts(root))
    root.zero_grad()
    root.backward(0.0)
    assert any("all gradients are 0" in text for text in texts(root))


def test_a_leaf_has_no_local_derivatives_and_a_picture_without_edges_says_nothing_of_them():
    assert constant_locals(Value(2.0)) == frozenset()
    y = Value(2.0, "y")
    y.backward()
    assert not any("edge" in text for text in texts(y))
    root = network((1, 1))
    assert not any("edge" in text for text in texts(root, edges="none"))
    assert "edge: ×local derivative" in texts(root, edges="local")
    assert "edge: the flow = local × upstream" in texts(root, edges="flow")
    assert "too many edges here to print their numbers" in texts(network((3, 8, 8, 1)), detail="full")
    assert numbers_in_words(picture_of(root), "auto", 1)[-1] == "1 edge without room for its numbers"
    assert numbers_in_words(picture_of(root), "auto", 2)[-1] == "2 edges without room for their numbers"


def test_a_page_tells_what_a_gradient_is_made_of_once_it_is_whole_and_no_leaf_was_moved(show):
    _, y = square()
    y.backward()
    y.backward()
    watched = show(y)
    lines = watched.page.locator("#graph svg.shown g.account")
    assert lines.all_text_contents() == ["this pass+6.0000", "earlier+6.0000"]
    assert lines.first.is_visible()
    assert "In Python x.grad: +12.0000 = +6.0000 of this pass, and +6.0000 from earlier passes." in watched.text(
        "#said"
    )
    for address in ("pass=backward&step=1", "pass=forward&step=1"):
        watched.ask(f"location.hash = '{address}'")
        lines.first.wait_for(state="hidden", timeout=5000)
    watched.ask("location.hash = 'pass=backward&step=2'")
    lines.first.wait_for(state="visible", timeout=5000)
    watched.ask("chainrule.move(0, 5)")
    assert lines.first.is_hidden()
    assert "In Python" not in watched.text("#said")
