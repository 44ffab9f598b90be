"""The lessons in the page, in a real browser: descent is nn.SGD's, the quiz is Python's, matrices are products."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from autograd import Parameter, Value, mean, stop_gradient, tanh
from nn import MLP, SGD, half_squared_error, squared_error
from tests.support.graphs import find, network, square_and_more
from tests.support.pages import SHOWN, card, steps_of
from viz._arguments import graph_below
from viz._quiz import remark_on
from viz.chain import Chain
from viz.text import number, signed


def polynomial():
    """A graph of + − × alone, whose arithmetic is the same to the last bit in every language."""
    w, v, b, x = Parameter(0.3, "w"), Parameter(-1.1, "v"), Parameter(0.7, "b"), Value(1.9, "x")
    h = (w * x + b).named("h")
    return ((h * v - 2.0) * (h * v - 2.0) + w * w).named("L")


def xor(rng=3):
    net = MLP(2, [2, 1], activation="tanh", output_activation="sigmoid", rng=rng)
    points = [(0.0, 0.0, 0.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)]
    return mean([squared_error(net([a, b]), y) for a, b, y in points]).named("L")


def leaves(root, kind="parameter"):
    return [(i, node) for i, node in enumerate(root.topological_order()) if node.kind == kind and node.op is None]


# --- descent ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.1, 0.01, 0.03])
def test_descent_is_that_of_sgd_to_the_last_bit(show, rate):
    root = polynomial()
    watched = show(root, "#tab=descend")
    optimizer = SGD([node for _, node in leaves(root)], lr=rate)
    watched.page.fill("#rate", str(rate))
    for _ in range(25):
        watched.ask("chainrule.descend()")
        root.forward()
        optimizer.zero_grad()
        root.backward()
        optimizer.step()
        got = watched.ask("(places) => places.map((i) => chainrule.numbers.data[i])", [i for i, _ in leaves(root)])
        assert [float(x) for x in got] == [node.data for _, node in leaves(root)]
    root.forward()
    assert watched.ask("chainrule.numbers.data.at(-1)") == root.data


@pytest.mark.parametrize("graph", [xor, lambda: network([2, 3, 1], loss="square"), lambda: network([3, 2, 2, 1])])
def test_descent_of_networks_steps_by_the_gradients_of_the_page(show, graph):
    root = graph()
    watched = show(root, "#tab=descend")
    places = [i for i, _ in leaves(root)]
    read = "(places) => places.map((i) => [chainrule.numbers.data[i], chainrule.numbers.gradients[i]])"
    optimizer = SGD([node for _, node in leaves(root)], lr=0.5)
    watched.page.fill("#rate", "0.5")
    for _ in range(10):
        before = watched.ask(read, places)
        watched.page.click("#descendStep")
        after = watched.ask(read, places)
        moved = optimizer.update(*np.array(before).T)
        assert [x for x, _ in after] == moved.tolist()
        optimizer.zero_grad()
        root.forward()
        root.backward()
        optimizer.step()
        np.testing.assert_allclose(moved, [node.data for _, node in leaves(root)], rtol=1e-12)


def test_back_and_forward_along_the_path_and_a_new_one_from_where_a_leaf_was_moved(show):
    root = polynomial()
    watched = show(root, "#tab=descend")
    start = watched.ask("chainrule.numbers.data.slice()")
    losses = [start[-1]]
    for _ in range(6):
        watched.page.click("#descendStep")
        losses.append(watched.ask("chainrule.numbers.data.at(-1)"))
    assert losses == sorted(losses, reverse=True)
    assert watched.text("#descend p.value") == f"L = {number(losses[-1])} after 6 of 6"
    steps = watched.page.locator("#descend > input[type=range]")
    steps.focus()
    watched.page.keyboard.press("ArrowLeft")
    watched.page.keyboard.press("ArrowLeft")
    assert watched.ask("chainrule.numbers.data.at(-1)") == losses[4]
    assert watched.text("#descend p.value").endswith("after 4 of 6")
    texts = card(watched, root, "L").locator("text").all_text_contents()
    assert texts[-3] == number(losses[4])
    watched.page.click("#toStart")
    assert watched.ask("chainrule.numbers.data.slice()") == start
    place = next(i for i, node in leaves(root) if node.label == "w")
    watched.ask("(i) => chainrule.move(i, 2)", place)
    assert watched.text("#descend p.value").endswith("after 0 of 0")


def test_a_run_takes_sixty_steps_a_second_however_often_the_browser_draws(show):
    watched = show(network([2, 3, 1], loss="square"), "#tab=descend")
    watched.ask("""() => {
        window.frames_ = [];
        window.requestAnimationFrame = (act) => frames_.push(act);
        window.cancelAnimationFrame = (k) => { frames_[k - 1] = null; };
        performance.now = () => 0;
    }""")
    steps = "chainrule.descent.path.length - 1"
    watched.page.click("#run")
    assert watched.ask(steps) == 1  # at once
    for ms, expected in ((17, 2), (34, 3), (117, 8), (118, 8), (134, 9), (100_000, 21), (100_017, 22)):
        watched.ask("(ms) => frames_.at(-1)(ms)", ms)
        assert watched.ask(steps) == expected, ms  # a tab that was away for long makes up for a fifth of a second
    assert watched.text("#run") == "Pause"
    watched.page.click("#run")
    assert watched.ask("frames_.at(-1)") is None
    assert watched.text("#run") == "Run"


def test_a_step_that_would_leave_the_floats_moves_nothing_and_says_so(show):
    root = polynomial()
    watched = show(root, "#tab=descend")
    watched.page.fill("#rate", "1e308")
    before = watched.ask("chainrule.numbers.data.slice()")
    watched.page.click("#descendStep")
    assert watched.ask("chainrule.numbers.data.slice()") == before
    assert "so no parameter was moved: use a smaller rate" in watched.text("#descend [role=status]")
    watched.page.fill("#rate", "-1")
    assert watched.ask("chainrule.descent.rate") == 1e308


def test_without_parameters_the_leaves_descend_and_without_leaves_nothing(show):
    root = square_and_more()
    watched = show(root, "#tab=descend")
    watched.page.click("#descendStep")
    assert watched.ask("chainrule.numbers.data[0]") == 3.0 - 0.1 * 7.0
    assert "There are no parameters" in watched.text("#descend")
    constant = show((stop_gradient(Value(2.0)) * 1.0), "#tab=descend")
    assert constant.text("#descend")


def test_the_plane_of_two_inputs_is_the_output_of_the_model(show):
    root = xor()
    watched = show(root, "#tab=descend")
    facts = json.loads(watched.page.locator("#facts").text_content())
    assert len(facts["model"]["examples"]) == 4
    assert facts["model"]["middle"] == 0.5
    order = root.topological_order()
    for one, other, output in facts["model"]["examples"]:
        assert [order[i].label for i in (one, other, output)] == ["a1[0]", "a2[0]", "a1[2]"]
    assert watched.text("#descend h3") == "a1[2] over a1[0] and a2[0]"
    image = "document.querySelector('.plane').toDataURL()"
    before = watched.ask(image)
    watched.page.fill("#rate", "5")
    for _ in range(40):
        watched.ask("chainrule.descend()")
    watched.page.click("#descendStep")
    assert watched.ask(image) != before
    assert not show(network([3, 2, 1]), "#tab=descend").page.locator(".plane").count()


# --- the quiz ---------------------------------------------------------------------------------------------


def test_the_quiz_hides_the_parts_of_a_gradient_too(show):
    """After two passes a card says what this one brought: which is what the quiz asks for."""
    root = square_and_more()
    root.backward()
    root.backward()
    watched = show(root, "#tab=quiz")
    seen = '() => [...document.querySelectorAll(".shown .account")].map((part) => getComputedStyle(part).visibility)'
    assert set(watched.ask(seen)) == {"hidden"}
    watched = show(root, "#tab=explain")
    assert set(watched.ask(seen)) == {"visible"}


def test_the_quiz_hides_what_it_asks_and_goes_from_the_root_back(show):
    root = network([2, 2, 1], loss="square")
    watched = show(root, "#tab=quiz")
    chips = f"""() => [...document.querySelectorAll("{SHOWN} g.card")].map(
        (card) => [...card.querySelectorAll("text")].at(-1).textContent)"""
    assert set(watched.ask(chips)) == {"·"}
    flows = f"""() => [...document.querySelectorAll("{SHOWN} g.label text")].map((text) => text.textContent)
        .filter((text) => /^[+−]/.test(text))"""
    assert watched.ask(flows) == []
    gradients = {step.node: step.gradient for step in steps_of(root)}
    for label in ("L", "a1[2]"):
        watched.page.fill("#answer", number(gradients[find(root, label)]))
        watched.page.keyboard.press("Enter")
        assert watched.text("#quiz .remark") == f"Right: {label}.grad = {signed(gradients[find(root, label)])}."
    assert card(watched, root, "a1[2]").locator("text").all_text_contents()[-1] == signed(
        gradients[find(root, "a1[2]")]
    )
    assert card(watched, root, "z1[2]").locator("text").all_text_contents()[-1] == "·"
    assert watched.text("#quiz > p.value").startswith("2 right of 2 answered")


def wrong_numbers(chain, i):
    """Answers that slips give, and one that none does."""
    truth = chain.gradient(i)
    flows = [term.contribution for term in chain.terms(i)]
    locals_ = [term.local for term in chain.terms(i)]
    upstream = [term.upstream for term in chain.terms(i)]
    a = chain.graph.values[i].data
    return [-truth, 2 * truth, truth / 2, 0.0, 1e6, math.prod(flows), *flows, *locals_, *upstream, a, a * (1 + a)]


def remarked_right(chain, i, given):
    truth = chain.gradient(i)
    return number(given) == number(truth) or abs(given - truth) <= 3e-3 * abs(truth)


@pytest.mark.parametrize("graph", [lambda: network([2, 2, 1], loss="square"), square_and_more, polynomial])
def test_a_wrong_answer_is_told_what_it_is_in_python_s_words(show, graph):
    root = graph()
    chain = Chain(graph_below(root, None, "quiz"))
    watched = show(root, "#tab=quiz")
    asked = 0
    answers = """([node, numbers]) => {
        const card = document.querySelector(`#graph svg.shown g[data-key="n${node}"]`);
        card.dispatchEvent(new MouseEvent("click", {bubbles: true}));
        return numbers.map((text) => {
            document.getElementById("answer").value = text;
            document.getElementById("check").click();
            return document.querySelector("#quiz .remark").textContent;
        });
    }"""
    for i in json.loads(watched.page.locator("#facts").text_content())["blanks"]:
        wrong = [x for x in wrong_numbers(chain, i) if not remarked_right(chain, i, x)]
        for given, said in zip(wrong, watched.ask(answers, [i, list(map(repr, wrong))]), strict=True):
            asked += 1
            expected = remark_on(chain, i, given)
            assert said == expected or (said.startswith("Not right") and expected.startswith("Not right"))
        watched.ask(answers, [i, [repr(chain.gradient(i))]])
    assert asked > 10
    assert watched.text("#quiz .chain") == "Every gradient has been asked for."


@pytest.mark.parametrize("typed", ["six", "", "1/0", "1e999", "3/", "0x10", "1/2/3", "nan"])
def test_an_answer_that_is_no_number_is_said_to_be_none(show, typed):
    watched = show(square_and_more(), "#tab=quiz")
    watched.page.fill("#answer", typed)
    watched.page.click("#check")
    assert watched.text("#quiz .remark") == f"“{typed}” is not a number: type one such as 6, -1.5 or 3/4."


def test_hint_solution_and_a_score_that_is_saved(show):
    root = square_and_more()
    watched = show(root, "#tab=quiz")
    watched.page.fill("#answer", "2/2")
    watched.page.click("#check")
    watched.page.fill("#answer", "3")
    watched.page.click("#check")
    watched.page.click("#hint")
    hint = watched.text("#quiz .chain >> nth=1")
    assert "7.0000" not in hint
    assert watched.page.locator("#quiz math").count() == 2
    watched.page.click("#solution")
    assert "7.0000" in watched.text("#quiz .chain >> nth=1")
    with watched.page.expect_download() as waiting:
        watched.page.click("#saveScore")
    kept = json.loads(waiting.value.path().read_text(encoding="utf-8"))
    assert (kept["graph"], kept["right"], kept["asked"]) == ("y", 1, 2)
    assert kept["answers"][1]["given"] == [3]
    assert kept["answers"][1]["gradient"] == 7
    assert not kept["answers"][1]["right"]
    watched.page.click("#nextQuestion")
    assert "Every gradient has been asked for." in watched.text("#quiz")
    watched.page.click("#again")
    assert watched.text("#quiz > p.value") == "0 right of 0 answered; 2 in all"
    watched.requests[:] = [request for request in watched.requests if not request.startswith("blob:")]


# --- matrices ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize("sizes", [[2, 2, 1], [4, 3, 2, 1]])
def test_matrices_are_products_in_both_conventions_and_their_entries_are_nodes(show, columns, sizes):
    root = network(sizes)
    watched = show(root, "#tab=matrices")
    if columns:
        watched.page.check("#columns")
    order = root.topological_order()
    for k in range(len(sizes) - 1):
        watched.page.select_option("#layer", str(k))
        for product in watched.page.locator(".product").all():
            found = {}
            for role in ("product", "left", "right"):
                cells = product.locator(f"[data-role={role}]").evaluate_all(
                    "(all) => all.map((one) => [one.dataset.row, one.dataset.column, one.dataset.node].map(Number))"
                )
                shape = max(r for r, _, _ in cells) + 1, max(c for _, c, _ in cells) + 1
                found[role] = np.zeros(shape)
                title = product.locator(".title").nth(("product", "left", "right").index(role)).inner_text()
                for r, c, i in cells:
                    found[role][r, c] = order[i].grad if title.startswith("g") else order[i].data
            np.testing.assert_allclose(found["product"], found["left"] @ found["right"], rtol=1e-12, atol=1e-15)


def test_an_entry_lights_up_its_factors_and_its_node_and_a_picked_weight_its_layer(show):
    root = network([2, 2, 1])
    order = root.topological_order()
    place = next(i for i, node in enumerate(order) if node.label == "W21[1]")
    watched = show(root, f"#tab=matrices&node={place}")
    assert watched.page.input_value("#layer") == "0"
    entry = watched.page.locator(f'.product [data-role=product][data-node="{place}"]').first
    entry.hover()
    assert watched.page.locator(".matrix .with").count() == 3
    weight = order[place]
    a2, z1 = find(root, "a2[0]"), find(root, "z1[1]")
    brackets = number(z1.grad) if z1.grad > 0 else f"({number(z1.grad)})"
    assert watched.text("#entry") == f"W21[1] = {number(a2.data)} · {brackets} = {signed(weight.grad)}"
    assert "picked" in card(watched, root, "W21[1]").get_attribute("class")
    assert not show(square_and_more()).page.locator("#tab-matrices").count()


def test_matrices_of_several_examples_have_a_row_for_each(show):
    watched = show(xor(), "#tab=matrices")
    assert watched.page.locator("[data-role=right]").count() >= 4
    watched.page.keyboard.press("Tab")


# --- a page that is part of the way -----------------------------------------------------------------------


def test_part_of_the_way_a_leaf_s_gradient_is_its_card_s(show):
    root = square_and_more()
    watched = show(root, "#pass=backward&step=0&tab=leaves")
    for _ in root.topological_order():
        shown = card(watched, root, "a").locator("text").all_text_contents()[-1]
        assert watched.text("#leaves .grad") == f"grad {shown}"
        watched.page.keyboard.press("ArrowRight")
    assert watched.text("#leaves .grad") == "grad +7.0000"


def test_a_named_function_of_two_inputs_needs_parameters_to_be_a_model(show):
    x1, x2, w = Value(0.5, "x1"), Value(-0.3, "x2"), Parameter(2.0, "w")
    root = (tanh(x1 * w + x2).named("p") * 3.0).named("L")
    facts = json.loads(show(root).page.locator("#facts").text_content())
    order = root.topological_order()
    one, other, output = facts["model"]["examples"][0]
    assert [order[i].label for i in (one, other, output)] == ["x1", "x2", "p"]
    assert half_squared_error(1.0, 1.0) == 0.0
