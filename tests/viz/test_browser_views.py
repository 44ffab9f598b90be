"""The page's views of a graph, in a real browser: a node, levels, search, table, keys, the address."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from autograd import Value
from tests.support.graphs import network, square_and_more
from tests.support.pages import SHOWN, card
from viz.text import number, signed


@pytest.mark.parametrize("way", ["hover", "click", "focus"])
def test_a_node_shows_every_flow_and_its_chain_rule(show, way):
    root = network([2, 3, 2, 1])
    watched = show(root)
    one = card(watched, root, "a1[1]")
    getattr(one, way)()
    if way == "focus":  # as Tab does
        watched.page.keyboard.press("Shift+Tab")
        watched.page.keyboard.press("Tab")
    node = next(node for node in root.topological_order() if node.label == "a1[1]")
    said = watched.text("#said")
    flows = root.flows_into(node)
    assert "2 flows in" in said
    for flow in flows:
        assert signed(flow.contribution) in said
    rows = watched.page.locator("#said .chain mtr")
    assert rows.count() == 5
    assert watched.page.locator("#said .chain mtr mfrac").count() == 3
    assert rows.last.text_content() == "=" + number(node.grad)
    assert watched.page.locator(f"{SHOWN} g.link.into").count() == 2
    off = watched.page.locator(f"{SHOWN} g.card.off").count()
    on_paths = {node}
    for other in root.topological_order():
        if any(parent in on_paths for parent in other.parents):
            on_paths.add(other)
    assert off == len(root.topological_order()) - len(on_paths)
    assert one.get_attribute("aria-label") == (
        f"a1[1], σ, value {number(node.data)}, gradient {signed(node.grad)}, sum of 2 flows"
    )


def test_a_node_of_many_flows_scrolls_inside_the_panel(show):
    x = Value(0.5, "x")
    total = x
    for k in range(30):
        total = total + (x * Value(k + 0.5, f"w{k}")).named(f"a_rather_long_name_{k}")
    watched = show(total.named("y"))
    watched.page.keyboard.press("Escape")
    watched.ask("location.hash = 'node=0'")
    watched.page.get_by_text("31 flows in").wait_for(timeout=5000)
    assert watched.ask("document.documentElement.scrollWidth <= innerWidth")
    assert watched.ask("document.getElementById('panel').scrollWidth <= document.getElementById('panel').clientWidth")


def test_folded_levels_show_the_same_numbers(show):
    root = network([3, 8, 8, 1])
    watched = show(root)
    assert watched.page.locator("#levels button").all_inner_texts() == ["every value", "neurons", "layers"]
    for level, folds in [("neurons", 17), ("layers", 3)]:
        watched.page.get_by_role("button", name=level, exact=True).click()
        largest = watched.ask(f"""() => [...document.querySelectorAll("{SHOWN} g.card[data-key^=g]")].map(
            (card) => [...card.querySelectorAll("text")].at(-1).textContent)""")
        assert len(largest) == folds
        groups = {}
        for node in root.topological_order():
            if node.scope and node is not root:
                key = node.scope if level == "neurons" else node.scope.partition("/")[0]
                groups.setdefault(key, []).append(abs(node.grad))
        expected = sorted(number(max(sizes)) for key, sizes in groups.items() if key != "loss")
        assert sorted(largest) == expected
        assert watched.ask("location.hash") == f"#level={level}"
    watched.page.locator(f"{SHOWN} g.card[data-key^=g]").first.hover()
    assert "the largest gradients first" in watched.text("#said")


def test_a_picture_larger_than_the_window_opens_where_it_begins(show):
    root = network([3, 8, 8, 1])
    watched = show(root)

    def pane_and_card(name):
        return watched.page.locator("#graph").bounding_box(), card(watched, root, name).bounding_box()

    pane, inputs = pane_and_card("a1[0]")
    assert pane["y"] < inputs["y"] < pane["y"] + pane["height"] - inputs["height"]
    watched.page.get_by_role("button", name="layers", exact=True).click()
    watched.page.get_by_role("button", name="every value", exact=True).click()
    pane, inputs = pane_and_card("a1[0]")
    assert pane["y"] < inputs["y"] < pane["y"] + pane["height"] - inputs["height"]


def test_keys(show):
    root = network([2, 3, 1])
    size = len(root.topological_order())
    watched = show(root)
    press = watched.page.keyboard.press
    for key, count in [("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", size)]:
        press(key)
        assert watched.text("#count") == f"{count} / {size}"
    card(watched, root, "a1[1]").focus()
    press("Enter")
    assert watched.text("#said h2") == "a1[1]"
    press("Escape")
    assert watched.ask("location.hash") == f"#pass=backward&step={size}&level=full"
    watched.page.get_by_role("tab", name="Explain").focus()
    press("ArrowRight")
    assert watched.page.locator("#leaves").is_visible()
    assert watched.ask("document.activeElement.id") == "tab-leaves"
    press("ArrowLeft")
    assert watched.page.locator("#explain").is_visible()
    assert watched.text("#count") == f"{size} / {size}"  # the tabs' arrows are not the steps'


def test_play_goes_to_the_end_and_stops(show):
    watched = show(square_and_more(), "#step=1")
    watched.ask("document.body.dataset.kept = 'yes'")
    watched.page.clock.install(time=0)
    watched.page.clock.pause_at(1_000)  # else it goes on by itself, and a busy machine takes its time
    watched.page.get_by_role("button", name="Play").click()
    assert watched.page.get_by_role("button", name="Pause").is_visible()
    watched.page.clock.run_for(2_000)
    assert watched.text("#count") == "1 / 3"  # calmer where motion is to be reduced
    watched.page.clock.run_for(10_000)
    assert watched.text("#count") == "3 / 3"
    assert watched.page.get_by_role("button", name="Play").is_visible()


def test_search_finds_values_one_after_the_other(show):
    root = network([2, 3, 1])
    watched = show(root)
    watched.page.locator("#search").fill("w11[")
    assert watched.text("#matches") == "4 matches"
    names = []
    for _ in range(4):
        watched.page.keyboard.press("Enter")
        names.append(watched.text("#said h2"))
    assert sorted(names) == ["W11[1]", "W11[1]·a1[0]", "W11[2]", "W11[2]·a1[1]"]
    assert watched.page.locator(f"{SHOWN} g.card.hit").count() == 4
    watched.page.locator("#search").fill("nothing like it")
    assert watched.text("#matches") == "0 matches"
    assert watched.page.locator("g.card.hit").count() == 0


def test_the_table_sorts(show):
    root = network([2, 3, 1])
    order = root.topological_order()
    watched = show(root, "#tab=table")
    rows = watched.page.locator("#table tbody tr")
    assert rows.count() == len(order)
    watched.page.get_by_role("button", name="gradient", exact=True).click()
    assert watched.page.locator("th[aria-sort=descending]").inner_text() == "gradient"
    largest = sorted((abs(node.grad) for node in order), reverse=True)
    shown = [text.split("\t")[-1] for text in rows.all_inner_texts()]
    assert [text.lstrip("+−") for text in shown] == [number(size) for size in largest]
    watched.page.get_by_role("button", name="name", exact=True).click()
    names = [text.split("\t")[0].strip() for text in rows.all_inner_texts()]
    assert names.index("W11[1]") < names.index("W12[1]") < names.index("z1[1]")
    watched.page.get_by_role("button", name="W12[1]", exact=True).click()
    assert watched.page.locator("tr.picked").count() == 1


def test_the_address_brings_everything_back(show):
    root = network([2, 3, 1])
    watched = show(root, "#pass=forward&step=7&level=neurons&node=3&tab=table&theme=dark")
    said = watched.ask("location.hash.slice(1)")
    assert parse_qs(said) == {
        "pass": ["forward"], "step": ["7"], "level": ["neurons"], "node": ["3"], "tab": ["table"], "theme": ["dark"]
    }  # fmt: skip
    assert watched.text("#count").startswith("7 / ")
    assert watched.ask("document.documentElement.dataset.theme") == "dark"
    assert watched.ask("document.querySelector('svg.shown').dataset.level") == "neurons"
    watched.ask("location.hash = 'step=999999&level=nonsense&node=-1&tab=<b>'")
    watched.page.wait_for_function("() => document.querySelector('#count').textContent[0] !== '7'")
    assert watched.ask("document.querySelector('svg.shown').dataset.level") == "neurons"
    assert watched.text("#count").startswith(f"{sum(1 for node in root.topological_order() if node.op)} / ")
