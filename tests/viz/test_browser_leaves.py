"""Leaves moved in a real browser: every number is computed again, and is Python's."""

from __future__ import annotations

import math
import random

import pytest

import autograd as ag
from autograd import Value, log, where
from tests.support.graphs import network
from tests.support.pages import GRAPHS, NUMBERS, SHOWN, agrees, card, moved, steps_of
from viz.text import signed


@pytest.mark.parametrize("graph", ["square", "network", "two examples", "several users", "closed gate"])
def test_moved_leaves_give_python_s_numbers(show, graph):
    root = GRAPHS[graph]()
    watched = show(root)
    uniform = random.Random(1).uniform
    leaves = [node for node in root.topological_order() if not node.op and node.kind != "constant"]
    for _ in range(4):
        got, steps = moved(watched, root, {leaf: uniform(0.05, 0.95) for leaf in leaves})
        agrees(got, root, steps)


FUNCTIONS = [
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "cos", "cosh", "digamma", "elu", "erf", "erfc", "exp",
    "expm1", "floor", "gelu", "leaky_relu", "lgamma", "log", "log1p", "log2", "log10", "log_sigmoid", "norm_cdf",
    "norm_pdf", "reciprocal", "relu", "sigmoid", "sign", "silu", "sin", "sinh", "softplus", "softsign", "sqrt",
    "square", "step", "tan", "tanh",
]  # fmt: skip


def of_every_operation():
    x, y, z = Value(0.3, "x"), Value(0.6, "y"), Value(0.8, "z")
    terms = [getattr(ag, one)(y if one != "acosh" else y + 1.0) for one in FUNCTIONS]
    terms += [ag.maximum(x, y), ag.minimum(x, z), ag.hypot(x, y), ag.atan2(y, x), ag.clip(x, 0.2, 0.5), where(x, y, z)]
    terms += [x**2, x**3, y**-1.5, z**0, x**y, abs(x - y), -x, x / z, x - y, ag.prod([x, y, z]), ag.mean([x, z])]
    terms += [ag.logsumexp([x, y, z]), *ag.softmax([x, y, z]), ag.fsum([x, y, x]), ag.dot([x, y], [y, z])]
    total = terms[0]
    for term in terms[1:]:
        total = total + term * 0.1
    return total.named("all")


def test_every_operation_moves_as_in_python_inside_and_outside_its_domain(show):
    root = of_every_operation()
    watched = show(root)
    leaves = [node for node in root.topological_order() if node.label in ("x", "y", "z")]
    draw = random.Random(2)
    points = [[draw.uniform(0.1, 0.9) for _ in leaves] for _ in range(6)]
    points += [[draw.choice([-1.0, 0.0, 1.0, 2.0, -3.5, 40.0]) for _ in leaves] for _ in range(6)]
    points += [[math.nan, 0.5, 0.5], [math.inf, 1.0, -math.inf], [0.5, 0.5, 0.5], [-0.0, 0.0, 1.0]]
    for point in points:
        got, steps = moved(watched, root, dict(zip(leaves, point, strict=True)))
        agrees(got, root, steps)
    assert watched.ask("chainrule.numbers.outside.size") > 0


def test_a_slider_moves_the_whole_picture_and_reset_puts_it_back(show):
    root = network([2, 3, 1])
    watched = show(root, "#tab=leaves")
    before = watched.ask(NUMBERS)
    order = root.topological_order()
    place = next(i for i, node in enumerate(order) if node.label == "W11[1]")
    row = watched.page.locator(f'#leaves [data-leaf="{place}"]')
    row.locator("input[type=number]").fill("0.75")
    node = order[place]
    node.data = 0.75
    root.forward()
    steps = steps_of(root)
    agrees(watched.ask(NUMBERS), root, steps)
    gradient = next(step.gradient for step in steps if step.node is node)
    assert row.locator(".grad").inner_text() == f"grad {signed(gradient)}"
    texts = card(watched, root, "W11[1]").locator("text").all_text_contents()
    assert texts[-1] == signed(gradient)
    assert texts[-3] == "0.7500"
    slider = row.locator("input[type=range]")
    slider.focus()
    slider.press("ArrowRight")
    assert watched.ask("(i) => chainrule.numbers.data[i]", place) != 0.75
    watched.page.get_by_role("button", name="Reset all leaves").click()
    assert watched.ask(NUMBERS) == before


@pytest.mark.parametrize("address", ["#tab=leaves", "#tab=leaves&step=2", "#tab=leaves&pass=forward"])
def test_only_a_leaf_that_was_moved_is_marked_as_moved(show, address):
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    watched = show((a * b).tanh(), address)
    mark = "row => getComputedStyle(row.querySelector('label'), '::after').content"
    rows = watched.page.locator("#leaves .leaf")
    assert [row.evaluate(mark) for row in rows.all()] == ["none", "none"]
    watched.ask("chainrule.move(0, 1.5)")
    assert [row.evaluate(mark) for row in rows.all()] == ['" moved"', "none"]


def test_leaving_a_domain_is_told_and_shown_as_nan(show):
    x = Value(2.0, "x")
    root = (log(x) * 3.0).named("y")
    watched = show(root)
    watched.ask("chainrule.move(0, -1)")
    assert watched.text("#alarm") == "log(x): log(−1.0000) is outside its domain, it needs x > 0."
    texts = watched.page.locator(f'{SHOWN} g[data-key="n1"] text').all_text_contents()
    assert texts[-3] == "nan"
    chip = watched.page.locator(f'{SHOWN} g[data-key="n0"] rect.f-broken')
    assert chip.count() == 1
    assert "url(" in chip.evaluate("(element) => getComputedStyle(element).fill")
    watched.ask("chainrule.move(0, 1.5)")
    assert watched.page.locator("#alarm").is_hidden()
    assert chip.count() == 0


def test_a_constant_keeps_the_number_it_is_named_by(show):
    watched = show((Value(2.0, "x") * 3.0).named("y"), "#tab=leaves")
    assert watched.page.locator("#leaves .leaf label").all_inner_texts() == ["x"]
    watched.ask("chainrule.move(1, 5)")
    assert watched.ask("chainrule.numbers.data") == [2.0, 3.0, 6.0]


def test_a_move_that_fails_is_taken_back_and_told(show, define):
    picked = define("picked", forward=lambda x: (x, 2.0 * x)[int(x)], partials=lambda x, out: (1.0,))
    root = picked(Value(1.0, "x")).named("y")
    watched = show(root)
    watched.ask("chainrule.move(0, 7)")
    assert watched.text("#alarm") == "x = 7.0000 was taken back: an operation failed with IndexError."
    assert watched.ask("chainrule.numbers.data") == [1.0, 2.0]
    watched.ask("chainrule.move(0, 0.5)")
    assert watched.page.locator("#alarm").is_hidden()
    assert watched.ask("chainrule.numbers.data") == [0.5, 0.5]


def test_an_operation_of_the_user_s_own_moves_too(show, define):
    halved = define("halved", forward=lambda x: 0.5 * x, partials=lambda x, out: (0.5,))
    swish = define(
        "swish_of_mine",
        forward=lambda x: x * ag.sigmoid(x),
        partials=lambda x, out: (ag.sigmoid(x) + x * ag.sigmoid(x) * ag.sigmoid(-x),),
    )
    x = Value(0.5, "x")
    root = swish(halved(x)).named("y")
    watched = show(root)
    got, steps = moved(watched, root, {x: -1.75})
    agrees(got, root, steps)


def test_what_cannot_be_translated_is_said_and_the_rest_works(show, define):
    texty = define("texty", forward=lambda x: float(str(x)), partials=lambda x, out: (1.0,))
    root = (texty(Value(2.0, "x")) * 3.0).named("y")
    watched = show(root, "#tab=leaves")
    assert watched.text("#leaves").startswith(
        "The leaves of this page cannot be moved: the operation 'texty' cannot be written in JavaScript: "
    )
    watched.page.keyboard.press("Home")
    watched.page.keyboard.press("ArrowRight")
    assert watched.text("#count") == "1 / 4"
    assert watched.page.locator("#leaves input").count() == 0
