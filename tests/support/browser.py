"""A real browser for the tests of pages, and a page that is watched: what it logs, asks for, and lets go wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

__all__ = ["Watched", "launched", "opened"]

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--disable-sync", "--no-first-run", "--no-default-browser-check",
]  # fmt: skip


def _program() -> str:
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("the tests of pages need a browser: apt-get install chromium")
    if found is None:
        pytest.skip("no browser here: apt-get install chromium")
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser, as long as it is needed."""
    program = _program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A page, and what it did that a page should not do.

    Attributes:
        page: Playwright's page.
        faults: messages on the console, errors and dialogs.
        requests: the addresses that it asked for.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.faults.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def text(self, selector: str) -> str:
        """The text of an element."""
        return self.page.locator(selector).first.inner_text()

    def ask(self, expression: str, argument: Any = None) -> Any:
        """The value of an expression in the page."""
        return self.page.evaluate(expression, argument)


@contextmanager
def opened(browser: Browser, path: Path, address: str = "", **context: Any) -> Iterator[Watched]:
    """A page, opened from its file and watched; at the end it must have been quiet, and asked for nothing else."""
    options = {"viewport": {"width": 1400, "height": 850}, "reduced_motion": "reduce", **context}
    surroundings = browser.new_context(**options)
    try:
        watched = Watched(surroundings.new_page())
        watched.page.goto(path.as_uri() + address)
        yield watched
        assert watched.faults == []
        assert {request.partition("#")[0] for request in watched.requests} == {path.as_uri()}
    finally:
        surroundings.close()
