"""The page in a real browser: what it looks like, labels that stay data, and that it keeps to itself."""

from __future__ import annotations

import math
import random

import pytest

import autograd as ag
from autograd import Parameter, Value, scope
from tests.support.graphs import HOSTILE, hostile, network, square_and_more
from tests.support.pages import REAL, SHOWN, wired
from viz import draw, step_through
from viz.text import number, short, signed


def test_in_the_frame_of_a_notebook(browser):
    """Sandboxed, without an address of its own."""
    page = browser.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_content(draw(square_and_more()).interactive()._repr_mimebundle_()[0]["text/html"])
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="First step").click()
    frame.get_by_role("button", name="Step on").click()
    assert frame.locator("#count").inner_text() == "1 / 3"
    page.close()
    assert faults == []


# --- looks, small windows, safety, speed ------------------------------------------------------------------


def test_light_and_dark(show):
    ground = "getComputedStyle(document.body).backgroundColor"
    watched = show(square_and_more(), color_scheme="dark")
    assert watched.ask(ground) == "rgb(13, 17, 23)"
    button = watched.page.get_by_role("button", name="Light or dark")
    button.click()
    assert watched.ask(ground) == "rgb(255, 255, 255)"
    button.click()
    assert watched.ask(ground) == "rgb(13, 17, 23)"
    assert show(square_and_more(), theme="dark", color_scheme="light").ask(ground) == "rgb(13, 17, 23)"


@pytest.mark.parametrize("tab", ["explain", "leaves", "table"])
def test_a_small_window_has_no_horizontal_overflow(show, tab):
    watched = show(network([2, 3, 1]), f"#step=9&tab={tab}", viewport={"width": 360, "height": 740})
    assert watched.ask("document.documentElement.scrollWidth") == 360
    watched.ask("location.hash = 'node=12'")
    assert watched.ask("document.documentElement.scrollWidth") == 360
    bar = watched.page.locator("header").bounding_box()
    assert bar["height"] < 240
    active = watched.page.locator(f"{SHOWN} g.card.now, {SHOWN} g.card.picked").first.bounding_box()
    assert active["x"] < 360


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_edges_move_only_where_motion_is_wanted(show, motion):
    watched = show(square_and_more(), "#step=2", reduced_motion=motion)
    line = watched.page.locator(f"{SHOWN} g.link.now path").first
    moving = line.evaluate("(element) => getComputedStyle(element).animationName")
    assert moving == ("none" if motion == "reduce" else "flow")


def test_labels_are_data(show):
    watched = show(hostile())
    assert watched.page.locator("script").count() == 2
    assert watched.page.locator("[onload], [onmouseover], #graph script, b").count() == 0
    for tab in ("table", "leaves", "explain"):
        watched.page.get_by_role("tab").nth(["explain", "leaves", "table"].index(tab)).click()
    names = []
    for step in range(20):
        watched.ask(f"location.hash = 'step={step}&node={step}'")
        watched.page.wait_for_function("(n) => location.hash.includes(`node=${n}`)", arg=step)
        names.append(watched.text("#said h2"))
    for one in HOSTILE[:3]:
        watched.page.locator("#search").fill(one[:20])
    assert "<script>alert(1)</script>" in names
    assert watched.ask("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_cannot_be_made_to_run_or_fetch_anything(browser, tmp_path):
    path = step_through(square_and_more(), tmp_path / "page.html")
    page = browser.new_page()
    page.goto(path.as_uri())
    outcome = page.evaluate("""async () => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        const image = document.createElement("img");
        image.setAttribute("onerror", "window.ran = true");
        image.src = "data:,";
        document.body.append(image);
        const asked = await fetch("data:,x").then(() => "fetched", () => "refused");
        await new Promise((done) => setTimeout(done, 50));
        return [window.ran ?? false, asked];
    }""")
    page.close()
    assert outcome == [False, "refused"]


def test_numbers_are_written_as_in_python(show):
    uniform = random.Random(5).uniform
    numbers = [0.0, -0.0, 0.03125, 0.09375, -0.15625, 12345.0, 10005.0, 10015.0, 1e-3, 9999.99999, 1e4, 5e-324, 1e308]
    numbers += [math.nan, math.inf, -math.inf, 999.5, 0.0009995, 9999.5, 99.95, 0.5, 2.0, 100.0, 0.1235, 1000.0]
    numbers += [uniform(-1, 1) * 10.0 ** uniform(-8, 8) for _ in range(500)]
    got = show(square_and_more()).ask(
        f"""(xs) => xs.map({REAL}).map((x) => Object.values(chainrule.write).map((write) => write(x)))""",
        [wired(x) for x in numbers],
    )
    assert got == [[number(x), signed(x), short(x)] for x in numbers]


@pytest.mark.parametrize("forward", [False, True])
def test_a_step_of_a_big_page_changes_no_more_than_one_of_a_small_page(show, forward):
    """How many elements a step writes to: of the values and links it concerns, however many others there are."""
    written = {}
    for sizes in ([2, 4, 1], [2, 4, 4, 4, 1]):
        root = network(sizes)
        watched = show(root, f"#step=0&pass={'forward' if forward else 'backward'}")
        written[len(root.topological_order())] = watched.ask("""() => {
            const observer = new MutationObserver(() => {});
            observer.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
            return Array.from({length: Number(document.getElementById("slider").max)}, () => {
                document.getElementById("next").click();
                return new Set(observer.takeRecords().map((record) => record.target)).size;
            });
        }""")
    (small, few), (big, many) = written.items()
    assert big > 2.5 * small
    if not forward:
        assert (len(few), len(many)) == (small, big)
    assert min(many) > 0
    assert max(many) <= max(few) < 50


def test_a_graph_too_big_for_a_card_each_is_folded_and_says_so(show):
    with scope("layer 1"):
        total = Parameter(0.5, "w") * Value(1.0, "x")
        for _ in range(1600):
            total = ag.tanh(total)
    watched = show(total.named("y") * 1.0)
    assert "too big for a card per value" in watched.text("#said")
    watched.page.keyboard.press("Home")
    watched.page.keyboard.press("ArrowRight")
    assert watched.text("#count") == "1 / 1605"
