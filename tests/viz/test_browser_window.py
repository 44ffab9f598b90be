"""The window onto the picture in a real browser: which level it opens at, zoom, the map, search, and large graphs."""

from __future__ import annotations

import pytest

from autograd import Value
from nn import MLP, half_squared_error
from tests.support.graphs import network, square_and_more
from tests.support.pages import SHOWN, card
from viz import step_through
from viz.page import facts

LEVEL = "document.querySelector('svg.shown').dataset.level"
SCALE = (
    "(() => { const svg = document.querySelector('svg.shown'); return svg.clientWidth / svg.viewBox.baseVal.width })()"
)
IN_SIGHT = """(key) => {
  const box = document.querySelector(`svg.shown g[data-key="${key}"]`).getBoundingClientRect();
  const pane = document.getElementById("graph").getBoundingClientRect();
  return [(box.left + box.width / 2 - pane.left) / pane.width, (box.top + box.height / 2 - pane.top) / pane.height];
}"""
"""Where the middle of a card stands in the window, from 0 to 1 each way."""


def sized(width, height=800):
    return {"viewport": {"width": width, "height": height}}


# --- levels -----------------------------------------------------------------------------------------------


def test_it_opens_at_the_finest_level_that_can_be_seen_whole(browser, tmp_path):
    path = step_through(network([2, 3, 1], loss="square"), tmp_path / "page.html")
    for width, level in ((4200, "full"), (2300, "neurons"), (1500, "layers"), (400, "layers")):
        page = browser.new_page(viewport={"width": width, "height": 1100})
        page.goto(path.as_uri())
        assert page.evaluate(LEVEL) == level
        assert page.evaluate("location.hash") == ""  # another window may choose another
        assert page.locator("#map").is_visible() == (width == 400)
        page.close()


def test_a_level_that_was_chosen_stays_in_the_address(show):
    watched = show(network([2, 3, 1]), "#level=neurons", **sized(4200))
    assert watched.ask(LEVEL) == "neurons"
    watched.page.get_by_role("button", name="every value").click()
    assert watched.ask("location.hash") == "#level=full"


# --- zoom -------------------------------------------------------------------------------------------------


def test_a_wheel_with_ctrl_zooms_and_what_is_under_the_pointer_stays(show):
    root = network([2, 3, 1])
    watched = show(root)
    place = card(watched, root, "a1[1]")
    place.scroll_into_view_if_needed()
    before, scale = place.bounding_box(), watched.ask(SCALE)
    watched.page.mouse.move(before["x"] + 5, before["y"] + 5)
    watched.page.keyboard.down("Control")
    watched.page.mouse.wheel(0, -100)
    watched.page.wait_for_function(f"(scale) => {SCALE} > scale", arg=scale)
    after = place.bounding_box()
    assert after["width"] > 1.2 * before["width"]
    assert after["x"] == pytest.approx(before["x"], abs=4)
    watched.page.keyboard.up("Control")
    scale = watched.ask(SCALE)
    watched.page.mouse.wheel(0, 100)  # alone it scrolls
    assert watched.ask(SCALE) == scale


def test_keys_zoom(show):
    watched = show(network([2, 3, 1]))
    scale = watched.ask(SCALE)
    watched.page.keyboard.press("+")
    assert watched.ask(SCALE) == pytest.approx(1.25 * scale, rel=0.01)
    watched.page.keyboard.press("-")
    watched.page.keyboard.press("-")
    assert watched.ask(SCALE) == pytest.approx(0.8 * scale, rel=0.01)
    assert watched.page.locator("#map").is_visible()
    watched.page.keyboard.press("0")
    assert watched.page.locator("#map").is_hidden()
    watched.page.locator("#search").press("0")  # typed, and no zoom
    assert watched.page.locator("#search").input_value() == "0"


def test_two_fingers_zoom(show):
    watched = show(network([2, 3, 1]))
    scale = watched.ask(SCALE)
    watched.ask("""() => {
        const send = (type, id, x) => document.getElementById("graph").dispatchEvent(new PointerEvent(
            type, { pointerId: id, pointerType: "touch", clientX: x, clientY: 300, bubbles: true }));
        send("pointerdown", 1, 400); send("pointerdown", 2, 500);
        send("pointermove", 1, 350); send("pointermove", 2, 500);
        send("pointerup", 1, 350); send("pointermove", 2, 900); send("pointerup", 2, 900);
    }""")
    assert watched.ask(SCALE) == pytest.approx(1.5 * scale, rel=0.01)


def test_a_mouse_drags_the_picture_and_picks_nothing_at_the_end_of_it(show):
    root = network([2, 3, 1])
    watched = show(root, "#level=full&node=3")
    before = card(watched, root, "W11[1]").bounding_box()
    mouse = watched.page.mouse
    mouse.move(700, 200)
    mouse.down()
    mouse.move(640, 190, steps=3)
    mouse.up()
    after = card(watched, root, "W11[1]").bounding_box()
    assert after["x"] == pytest.approx(before["x"] - 60, abs=2)
    assert "node=3" in watched.ask("location.hash")
    mouse.click(700, 740)  # beside all cards, above the legend
    assert "node=3" not in watched.ask("location.hash")


# --- the map and the search -------------------------------------------------------------------------------


def test_the_map_shows_what_is_in_sight_and_goes_where_it_is_clicked(show):
    root = network([2, 3, 1], loss="square")
    watched = show(root)
    map_ = watched.page.locator("#map")
    assert map_.locator("rect").count() == 1 + 42
    classes = "[...card.querySelectorAll('rect')].map((r) => r.getAttribute('class'))"
    chips = f"[...document.querySelectorAll('{SHOWN} g.card')].map((card) => {classes})"
    marks = watched.ask("[...document.querySelectorAll('#map rect')].slice(0, -1).map((r) => r.getAttribute('class'))")
    assert all(mark in chip for mark, chip in zip(marks, watched.ask(chips), strict=True))
    box = map_.bounding_box()
    watched.page.mouse.click(box["x"] + 0.93 * box["width"], box["y"] + box["height"] / 2)
    across, _ = watched.ask(IN_SIGHT, "n41")
    assert 0 < across < 1
    sight = map_.locator(".sight")
    assert float(sight.get_attribute("x")) == pytest.approx(
        watched.ask(f"document.getElementById('graph').scrollLeft / {SCALE}"), abs=2
    )


def test_search_centres_what_it_finds_and_shows_it_in_full_size(show):
    root = network([2, 3, 1])
    watched = show(root)
    watched.page.keyboard.press("0")
    assert watched.ask(SCALE) < 0.6
    watched.page.locator("#search").fill("a3[1]")
    watched.page.locator("#search").press("Enter")
    assert watched.ask(SCALE) == pytest.approx(1.0, rel=0.01)
    place = next(i for i, node in enumerate(root.topological_order()) if node.label == "a3[1]")
    assert watched.ask(IN_SIGHT, f"n{place}")[0] == pytest.approx(0.5, abs=0.05)


# --- the controls -----------------------------------------------------------------------------------------


def test_space_plays_and_the_speed_changes(show):
    watched = show(square_and_more(), "#step=0")
    watched.page.clock.install(time=0)
    watched.page.clock.pause_at(60)  # from here on it goes on when it is told to, and not while a slow machine works
    watched.page.keyboard.press(" ")
    assert watched.page.get_by_role("button", name="Pause").is_visible()
    watched.page.keyboard.press(" ")
    assert watched.page.get_by_role("button", name="Play").is_visible()
    assert watched.text("#count") == "0 / 3"
    watched.page.locator("#speed").click()
    watched.page.locator("#speed").click()
    assert watched.text("#speed") == "4×"
    watched.ask("document.activeElement.blur()")
    watched.page.keyboard.press(" ")
    watched.page.clock.run_for(700)  # 2.4 s a step where motion is to be reduced, by 4
    assert watched.text("#count") == "1 / 3"
    watched.page.locator("#speed").click()
    assert watched.text("#speed") == "0.5×"
    watched.page.clock.run_for(4700)
    assert watched.text("#count") == "1 / 3"
    watched.page.clock.run_for(200)
    assert watched.text("#count") == "2 / 3"


def test_the_controls_are_one_row_on_a_telephone(show):
    watched = show(network([2, 3, 1]), **sized(400))
    header = watched.page.locator("header")
    assert header.bounding_box()["height"] < 50
    assert watched.page.locator("#search").is_hidden()
    more = watched.page.get_by_role("button", name="More controls")
    more.click()
    assert more.get_attribute("aria-expanded") == "true"
    assert watched.page.locator("#search").is_visible()
    assert watched.ask("document.documentElement.scrollWidth") == 400
    more.click()
    assert header.bounding_box()["height"] < 50


def test_a_screen_reader_hears_cards_in_the_order_of_the_graph_and_which_is_current(show):
    root = network([2, 3, 1])
    watched = show(root, "#step=2&level=full")
    keys = watched.ask(f"[...document.querySelectorAll('{SHOWN} [tabindex=\"0\"]')].map((card) => card.dataset.key)")
    assert keys == [f"n{i}" for i in range(len(root.topological_order()))]
    current = f"[...document.querySelectorAll('{SHOWN} [aria-current=step]')].map((card) => card.dataset.key)"
    assert watched.ask(current) == [f"n{len(keys) - 2}"]
    assert watched.ask(f"document.querySelectorAll('{SHOWN} g.label:not([aria-hidden=true])').length") == 0


# --- large graphs -----------------------------------------------------------------------------------------


def test_a_graph_too_big_for_symbols_has_its_chain_rules_in_numbers_and_names(show, monkeypatch):
    monkeypatch.setattr(facts, "SPELLED", 2)
    root = square_and_more()
    watched = show([root, root.parents[0] if root.parents else root])
    assert "numbers and names" in watched.text("#said")
    watched.page.keyboard.press("Tab")
    watched.ask("chainrule.move(0, 4)")
    watched.page.locator(f'{SHOWN} g[data-key="n0"]').click()
    said = watched.page.locator("#said math").first.text_content()
    assert "∂" in said
    assert "·" in said


def test_of_many_values_the_first_are_listed_and_the_others_found(show):
    root = half_squared_error(MLP(8, [20, 8, 1], rng=0)([0.1 * i for i in range(8)]), 0.5)
    size = len(root.topological_order())
    assert size > 1000
    watched = show(root, "#tab=table", **sized(1500))
    assert watched.page.locator("#table tbody tr").count() == 1000
    assert watched.text("#table > p") == f"{size - 1000:,} rows more: find values by their names."
    watched.page.locator("#search").fill("W88[2]")
    assert watched.page.locator("#table tbody tr").count() < 20
    watched.page.locator("#tab-leaves").click()
    assert watched.page.locator("#leaves .leaf").count() == 300
    assert "leaves more" in watched.text("#leaves > p:last-child")


def test_a_single_value_has_nothing_to_fit(show):
    watched = show(Value(2.0, "x"))
    watched.page.keyboard.press("0")
    watched.page.keyboard.press(" ")
    assert watched.page.locator("#map").is_hidden()
