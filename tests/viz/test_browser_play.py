"""The playground in a real browser: typing, faults, sliders, links, a saved page, and what happens when it stops."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from viz import play
from viz.playground.program import examples


@pytest.fixture
def served():
    with play("a = 2\nb = -3\nc = a*b + a**2", browser=False) as playground:
        yield playground


@pytest.fixture
def editor(browser, served):
    """The playground, opened and watched; it must be quiet and stay at its own address."""
    context = browser.new_context(viewport={"width": 1400, "height": 850}, reduced_motion="reduce")
    page = context.new_page()
    faults, asked = [], []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served.address)
    shown(page, "c")
    yield page
    context.close()
    assert faults == []
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(served.address).netloc}


def shown(page, root):
    """The frame of the page in sight, once it is that of ``root``."""
    page.locator(f"iframe:not(.coming)[title='{root}, step by step']").wait_for(timeout=20_000)
    return page.frames[-1]


def type_in(page, text):
    page.locator("#program").fill(text)


def test_the_picture_follows_what_is_typed(editor):
    frame = shown(editor, "c")
    assert frame.locator("#said h2").inner_text() == "c = −2.0000"
    type_in(editor, "a = 2\nd = a*a\n")
    frame = shown(editor, "d")
    assert frame.locator("#said h2").inner_text() == "d = 4.0000"
    assert editor.locator("iframe").count() == 1
    editor.locator("#program").press("Control+End")
    editor.keyboard.type("L = tanh(d)")  # faults on the way, and a picture in the end
    frame = shown(editor, "L")
    assert frame.locator("#said h2").inner_text() == "L = 0.9993"
    assert editor.locator("#fault").is_hidden()


def test_while_the_operations_stay_the_page_takes_over_in_place(editor):
    shown(editor, "c").evaluate("window.marked = true")
    frame = shown(editor, "c")
    frame.locator("#tab-table").click()
    keep = "[window.marked, location.hash, document.querySelectorAll('svg.level').length]"
    for text, number in (("a = 3\nb = -4\nc = a**2 + b*a", -3.0), ("a = 2\nb = -4\nc = a*b + a**2", -4.0)):
        type_in(editor, text)
        frame.wait_for_function("(x) => chainrule.numbers.data.at(-1) === x", arg=number)
        assert frame.evaluate(keep) == [True, "#tab=table", 1]
        assert frame.locator("#table").is_visible()
    frame.locator("#graph").press("ArrowLeft")
    assert frame.locator("#count").inner_text() == "4 / 5"  # one listener, however many pages there were
    frame.locator("#in").click()
    zoomed = "(svg) => svg.clientWidth / svg.viewBox.baseVal.width"
    scale = frame.locator("svg.shown").evaluate(zoomed)
    type_in(editor, "a = 2.5\nb = -4\nc = a*b + a**2")
    frame.wait_for_function("() => chainrule.numbers.data[0] === 2.5")
    assert frame.locator("svg.shown").evaluate(zoomed) == pytest.approx(
        scale, rel=0.01
    )  # nearly the same picture, looked at as before
    type_in(editor, "a = 3\nb = -4\nc = a**2 + tanh(b)*a")
    editor.wait_for_function("() => document.querySelector('iframe').contentWindow.marked === undefined")
    assert shown(editor, "c").evaluate("chainrule.names.length") == 6
    assert editor.locator("iframe").count() == 1


def test_a_page_that_cannot_take_over_is_loaded_anew(editor):
    shown(editor, "c").evaluate("() => { window.marked = true; chainrule.again = () => { throw new Error() } }")
    type_in(editor, "a = 2\nb = -4\nc = a*b + a**2")
    editor.wait_for_function("() => document.querySelector('iframe').contentWindow.marked === undefined")
    assert shown(editor, "c").evaluate("chainrule.numbers.data.at(-1)") == -4.0
    assert editor.locator("iframe").count() == 1


def test_a_fault_stands_under_its_line_and_the_last_picture_stays(editor):
    type_in(editor, "a = 2\n🙂b = a*tahn(a)\n")
    editor.locator("#fault").wait_for()
    type_in(editor, "a = 2\nb = a*tahn(a)\n")
    editor.get_by_text("Line 2: unknown function tahn()").wait_for()
    lines = editor.locator("#fault").inner_text().splitlines()
    assert lines[-2] == "b = a*tahn(a)"
    assert lines[-1].index("^") == 6
    assert editor.locator("#numbers .at").inner_text().strip() == "2"
    caret, paper = editor.locator("#caret").bounding_box(), editor.locator("#program").bounding_box()
    line = float(editor.locator("#program").evaluate("(area) => parseFloat(getComputedStyle(area).lineHeight)"))
    assert line < caret["y"] - paper["y"] - 10 < 2.2 * line
    assert shown(editor, "c").locator("#said h2").inner_text() == "c = −2.0000"
    type_in(editor, "a = 2\nb = a*tanh(a)\n")
    shown(editor, "b")
    assert editor.locator("#fault").is_hidden()
    assert editor.locator("#caret").is_hidden()


def test_a_picture_that_takes_long_is_announced(editor):
    """What is typed meanwhile is read when the answer is there."""
    held = []
    editor.route("**/read", lambda route: route.continue_() if held else held.append(route))
    type_in(editor, "a = 2\nL = a*a*a\n")
    editor.locator("#fault:has-text('A large program: its picture takes a few seconds.')").wait_for(timeout=20_000)
    assert editor.locator("#caret").is_hidden()
    type_in(editor, "a = 2\nM = a*a\n")
    type_in(editor, "a = 2\nN = a*a*a*a\n")
    held[0].continue_()
    shown(editor, "N")
    assert editor.locator("#fault").is_hidden()


def test_sliders_move_the_page_and_rewrite_the_program(editor):
    frame = shown(editor, "c")
    assert editor.locator("#sliders label").all_inner_texts() == ["a", "b"]
    slider = editor.get_by_label("a", exact=True)
    slider.focus()
    for _ in range(3):
        editor.keyboard.press("ArrowRight")
    assert editor.locator("#program").input_value() == "a = 2.03\nb = -3\nc = a*b + a**2"
    assert frame.evaluate("chainrule.numbers.data[0]") == 2.03
    editor.get_by_label("b", exact=True).focus()
    editor.keyboard.press("PageDown")
    assert editor.locator("#program").input_value() == "a = 2.03\nb = -4\nc = a*b + a**2"
    assert frame.evaluate("chainrule.numbers.data[1]") == -4
    assert editor.locator("iframe").count() == 1


def test_a_leaf_moved_in_the_page_is_rewritten_in_the_program(editor):
    shown(editor, "c").evaluate("chainrule.move(1, 1e-7)")
    assert editor.locator("#program").input_value() == "a = 2\nb = 1e-7\nc = a*b + a**2"
    shown(editor, "c").evaluate("chainrule.move(0, NaN)")  # which no program can say
    assert editor.locator("#program").input_value() == "a = 2\nb = 1e-7\nc = a*b + a**2"


def test_the_address_is_the_lesson(editor, browser):
    type_in(editor, "a = 3\nL = a*a  # two flows; 100% & more\n")
    frame = shown(editor, "L")
    frame.locator("#first").click()
    editor.locator("#link").click()
    link = editor.url
    said = parse_qs(urlsplit(link).fragment)
    assert said["program"] == ["a = 3\nL = a*a  # two flows; 100% & more\n"]
    assert "step=0" in said["view"][0]
    other = browser.new_page()
    other.goto(link)
    frame = shown(other, "L")
    assert frame.locator("#count").inner_text() == "0 / 2"
    assert other.locator("#program").input_value() == said["program"][0]
    other.close()


@pytest.mark.parametrize(
    "program", ["</textarea><script>alert(1)</script>", "L = __import__('os')", "%00%ff\x00", "x" * 50_000]
)
def test_a_hostile_link_is_a_fault_and_nothing_more(browser, served, program):
    page = browser.new_page()
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(served.address.partition("#")[0])
    shown(page, "c")
    page.evaluate("(text) => { location.hash = new URLSearchParams({program: text}) }", program)
    page.locator("#fault").wait_for(timeout=20_000)
    assert page.locator("script").count() == 1
    page.close()
    assert dialogs == []


def test_an_example_can_be_undone(editor):
    editor.locator("#examples").select_option(label="XOR")
    frame = shown(editor, "L")
    assert editor.locator("#program").input_value() == examples()["XOR"]
    assert frame.locator("#count").inner_text() == "54 / 54"
    editor.locator("#program").press("Control+z")
    shown(editor, "c")


def test_the_page_is_saved_as_one_file(editor, tmp_path):
    editor.get_by_label("a", exact=True).focus()
    editor.keyboard.press("ArrowRight")
    with editor.expect_download() as downloading:
        editor.locator("#save").click()
    assert downloading.value.suggested_filename == "c.html"
    downloading.value.save_as(tmp_path / "c.html")
    page = editor.context.new_page()
    page.goto((tmp_path / "c.html").as_uri())
    assert page.evaluate("chainrule.numbers.data[0]") == 2.01
    page.close()
    type_in(editor, "a =")
    editor.locator("#save").click()
    assert editor.locator("#fault").inner_text().startswith("Line 1: ")


def test_once_it_has_stopped_nothing_is_lost(browser):
    page = browser.new_page()
    with play("a = 2", browser=False) as playground:
        page.goto(playground.address)
        shown(page, "a")
    type_in(page, "a = 5")
    page.get_by_text("The playground has stopped.").wait_for()
    assert page.locator("#program").input_value() == "a = 5"
    page.wait_for_timeout(400)
    assert parse_qs(urlsplit(page.url).fragment)["program"] == ["a = 5"]
    page.close()


@pytest.mark.parametrize("width", [1500, 1000, 400])
def test_it_fits_the_window_and_is_used_by_keyboard(browser, served, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(served.address)
    shown(page, "c")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("scrollY") == 0
    stops = []
    for _ in range(7):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert stops == ["examples", "link", "save", "program", "SUMMARY", "leaf0", "leaf1"]
    page.close()
