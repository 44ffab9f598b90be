"""Numbers of a page that can be read, in a real browser: none on another as leaves move; buttons in both themes."""

from __future__ import annotations

import random

import pytest

from autograd import Value, exp
from tests.support.graphs import network, square_and_more
from tests.support.pages import SHOWN
from viz.style import contrast

OVERLAPS = f"""() => {{
  const boxes = [...document.querySelectorAll('{SHOWN} text')]
    .filter((text) => text.textContent.trim() && text.getClientRects().length)
    .map((text) => [text.textContent, text.getBoundingClientRect(), text.closest("g[data-key]")?.dataset.key]);
  const cards = [...document.querySelectorAll('{SHOWN} g.card')]
    .map((card) => [card.dataset.key, card.querySelector("rect").getBoundingClientRect()]);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  const found = [];
  boxes.forEach(([text, box], i) => boxes.slice(i + 1).forEach(([other, place]) => {{
    if (meet(box, place)) found.push([text, other]);
  }}));
  for (const [text, box, key] of boxes)
    for (const [other, place] of cards)
      if (key !== undefined && key[0] === "l" && meet(box, place)) found.push([text, other]);
  return found;
}}"""
"""Pairs of texts that overlap, and numbers of links that run into a card."""


def first():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    return (a * b + a**2).named("c")


def ones():
    """Every local derivative is 1 or −1 as it is written, and not as it is moved."""
    a, b, c = Value(1.0, "a"), Value(1.0, "b"), Value(-1.0, "c")
    return (a * b - (b * c) * (a - c)).named("y")


def crowd():
    x, y = Value(0.5, "x"), Value(-0.3, "y")
    total = x * y
    for k in range(6):
        total = total + x * Value(1.0 + k, f"w{k}") * (y - x)
    return (exp(x) * total).named("y")


GRAPHS = {
    "first": first,
    "ones": ones,
    "square": square_and_more,
    "crowd": crowd,
    "network": lambda: network([3, 3, 2, 1]),
    "two examples": lambda: network([2, 2, 1], examples=2, loss="square", backward=False),
}


@pytest.mark.parametrize("graph", GRAPHS)
def test_numbers_stay_apart_wherever_the_leaves_are_moved(show, graph):
    root = GRAPHS[graph]()
    watched = show(root)
    assert watched.ask(OVERLAPS) == []
    leaves = [i for i, node in enumerate(root.topological_order()) if not node.op and node.kind != "constant"]
    choice = random.Random(3).choice
    for sizes in ([2.3456, -3.4567], [1.2345e-10, -9.8765e-10], [-1234.5, 0.0004567], [1.2345e-100, -9.8765e-120]):
        for leaf in leaves:
            watched.ask("([i, x]) => chainrule.move(i, x)", [leaf, choice(sizes)])
        assert watched.ask(OVERLAPS) == [], sizes


def test_no_number_means_1_also_of_what_was_moved_there_and_away(show):
    a, b = Value(1.0, "a"), Value(4.0, "b")
    watched = show((a * b).named("y"))
    labels = f"[...document.querySelectorAll('{SHOWN} g.label')].filter((g) => g.getClientRects().length)"
    shown = f"{labels}.map((g) => [...g.querySelectorAll('text')].map((t) => t.textContent))"
    assert watched.ask(shown) == [["×4", "+4"]]  # d y / d b is 1
    watched.ask("chainrule.move(0, -1)")
    assert watched.ask(shown) == [["×4", "+4"], ["×−1", "−1"]]
    watched.ask("chainrule.move(1, 1)")
    assert watched.ask(shown) == [["×−1", "−1"]]
    assert "no number: ×1" in watched.text("#legend")


COLOURS = """(button) => {
  const parts = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const style = getComputedStyle(button);
  return [parts(style.color), parts(style.backgroundColor)];
}"""
BUTTONS = ['[data-pass="forward"]', '[data-pass="backward"]', "#tab-explain", "#tab-leaves", "#tab-table",
           '#levels button[data-level="1"]', "#fit", "#theme"]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_button_is_readable_while_the_pointer_rests_on_it(show, theme):
    watched = show(network([2, 3, 1]), theme=theme)
    for button in BUTTONS:
        one = watched.page.locator(button)
        for act in ("hover", "click", "hover") if button != "#theme" else ("hover",):
            getattr(one, act)()
            ink, ground = ("#" + "".join(f"{round(part):02x}" for part in rgb) for rgb in one.evaluate(COLOURS))
            assert contrast(ink, ground) >= 4.5, (button, act, ink, ground)
