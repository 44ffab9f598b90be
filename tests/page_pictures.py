"""The pictures of the page and of a lesson, from a real browser: for the README and the guides.

python -m tests.page_pictures        makes them all anew, in demos/pictures/; look at them
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from autograd import Parameter, Value, tanh
from tests.support.browser import launched
from viz import compare, play, step_through, worksheet

PICTURES = Path(__file__).parent.parent / "demos" / "pictures"
LESSON = "w = parameter(0.5)\nx = 2\nb = parameter(-0.4)\nh = tanh(w*x + b)\ny = 1\nL = (h - y)**2 + 0.1*w**2\n"
"""The program of the lesson: w is used twice, so two flows come back to it."""
COLOURS = 200
"""Of a palette: few are lost, for a page has flat colours, and the edges of type."""


def bend(a: float = 1.0, b: float = -0.6) -> Value:
    """The README's first graph with a bend behind it; a and b learn."""
    one, other = Parameter(a, "a"), Parameter(b, "b")
    c = (one * other + one**2).named("c")
    return tanh(c).named("L")


def lesson() -> Value:
    """The graph of the lesson's program."""
    w, x, b, y = Parameter(0.5, "w"), Value(2.0, "x"), Parameter(-0.4, "b"), Value(1.0, "y")
    h = tanh(w * x + b).named("h")
    return ((h - y) ** 2 + 0.1 * w**2).named("L")


def opened(browser: Browser, address: str, width: int, height: int) -> Page:
    """A page in a window of that size."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="light")
    page = context.new_page()
    page.goto(address)
    return page


def shot(page: Page) -> Image.Image:
    """The window as it is now, once nothing in it moves."""
    page.wait_for_timeout(250)
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def moving(page: Page) -> Iterator[tuple[Image.Image, int]]:
    """A backward pass step by step, a leaf that is moved, and steps of descent; each frame with its milliseconds."""
    last = int(page.locator("#slider").get_attribute("max") or 0)
    page.locator('[data-pass="backward"]').click()
    page.keyboard.press("Home")
    page.mouse.move(5, 530)
    for step in range(last + 1):
        yield shot(page), 900 if step else 1200
        page.keyboard.press("ArrowRight")
    page.locator("#tab-leaves").click()
    leaf = page.locator('#leaves input[type="range"]').first
    yield shot(page), 900
    for _ in range(5):
        for _ in range(4):
            leaf.press("ArrowLeft")
        yield shot(page), 300
    page.get_by_role("button", name="Reset all leaves").click()
    page.locator("#tab-descend").click()
    button = page.get_by_role("button", name="Step", exact=True)
    yield shot(page), 900
    for _ in range(6):
        for _ in range(2):
            button.click()
        page.locator("#descend svg").last.scroll_into_view_if_needed()
        yield shot(page), 450
    yield shot(page), 1500


def few(picture: Image.Image) -> Image.Image:
    """The picture in few colours, chosen so that small patches keep theirs."""
    return picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)


def save_moving(frames: list[tuple[Image.Image, int]], path: Path) -> None:
    """Write frames as a GIF of few colours, the same in all of them."""
    sheet = Image.new("RGB", (frames[0][0].width, sum(frame.height for frame, _ in frames)))
    for k, (frame, _) in enumerate(frames):
        sheet.paste(frame, (0, k * frame.height))
    palette = few(sheet)
    images = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame, _ in frames]
    times = [time for _, time in frames]
    images[0].save(path, save_all=True, append_images=images[1:], duration=times, loop=0, optimize=True, disposal=1)


def main() -> None:
    """Make every picture."""
    with launched() as browser, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = opened(browser, step_through(bend(), folder / "page.html").as_uri(), 1240, 540)
        save_moving(list(moving(page)), PICTURES / "page.gif")

        with play(LESSON, browser=False) as playground:
            editor = opened(browser, playground.address, 1500, 540)
            editor.wait_for_selector("iframe:not(.coming)")
            few(shot(editor)).save(PICTURES / "lesson_play.png", optimize=True)

        captions: dict[int | str | Value, str] = {
            0: "Before the pass: which values will get two flows?",
            "w": "Two uses, two flows: they add up.",
        }
        path = step_through(lesson(), folder / "lesson.html", captions=captions)
        page = opened(browser, f"{path.as_uri()}#node=0&tab=explain", 1300, 480)
        page.locator("#fit").click()
        page.mouse.move(5, 470)
        few(shot(page)).save(PICTURES / "page.png", optimize=True)

        page = opened(browser, f"{path.as_uri()}#tab=quiz", 1300, 540)
        page.locator("#fit").click()
        for answer in ("1", "0.9259", "0.9259"):
            page.locator("#quiz input").fill(answer)
            page.keyboard.press("Enter")
        few(shot(page)).save(PICTURES / "lesson_quiz.png", optimize=True)

        sheet = worksheet(lesson(), folder / "sheet.html", title="Two flows into w")
        page = opened(browser, sheet.as_uri(), 1000, 620)
        few(shot(page)).save(PICTURES / "lesson_worksheet.png", optimize=True)
    loss = lesson()
    loss.backward()
    compare(loss, {"h": -0.9259, "b": -0.6588, "w": -1.3177}).diagram.save(PICTURES / "lesson_compare.svg")
    for file in sorted(PICTURES.glob("lesson_*")) + sorted(PICTURES.glob("page.*")):
        sys.stdout.write(f"{file.name}: {file.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
