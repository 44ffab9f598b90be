"""``play``: the playground, an editor beside the page of what is typed in it."""

from __future__ import annotations

import contextlib
import threading
import webbrowser
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

from viz.errors import DiagramError
from viz.page.languages import language_of
from viz.playground.server import Server
from viz.text import clean

__all__ = ["Playground", "play"]


def play(program: str = "", *, port: int = 0, browser: bool = True, language: str = "en") -> Playground:
    """Open the playground: type formulas, and see every value and every flow of gradient as you type.

    It is served from this process, to this machine alone, until it is closed; the prompt stays free. Nothing that is
    typed in it is run as Python. The address keeps the program after ``#``: a link is a lesson.

    Args:
        program: to begin with, such as ``"a = 2; L = a*a"``, in lines or with ``;``; or the link of another playground.
        port: to serve at; 0 for a free one.
        browser: whether to open it in the browser.
        language: of the playground and its pages: ``"en"``, or ``"de"`` for German. What is wrong with a program is
            said in English.

    Raises:
        TypeError: ``program`` is not a str.
        ValueError: the port is not a whole number from 0 to 65535; the language is not one of those.
        DiagramError: the port is taken.

    >>> from viz import play
    >>> with play("a = 2; L = a*a", browser=False) as playground:
    ...     playground.address.startswith("http://127.0.0.1:"), playground.address.partition("#")[2]
    (True, 'program=a+%3D+2%0AL+%3D+a%2Aa')
    >>> playground
    <Playground, closed>
    """
    if not isinstance(program, str):
        raise TypeError(f"play(): the program must be a str, such as 'a = 2; L = a*a', got {clean(repr(program))[:60]}")
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
        raise ValueError(f"port must be a whole number from 0 (any that is free) to 65535, got {port!r}")
    fragment, spoken = _fragment(program), language_of(language)
    try:
        server = Server(port, spoken)
    except OSError as error:
        why = error.strerror or error
        raise DiagramError(f"play() cannot serve at port {port}: {why}. Leave out the port for a free one.") from error
    playground = Playground(server, fragment)
    if browser:
        webbrowser.open(playground.address)
    return playground


def _fragment(program: str) -> str:
    """The part of the address that holds ``program``; of a link, its own."""
    link = urlsplit(program.strip()) if program.strip().startswith(("http://", "https://")) else None
    if link and "program" in parse_qs(link.fragment):
        return f"#{link.fragment}"
    if link:
        raise ValueError("this link holds no program: the link of a playground has one after #program=")
    lines = [part.strip() for part in program.split(";")] if "\n" not in program and "#" not in program else [program]
    return f"#{urlencode({'program': chr(10).join(lines)})}" if program.strip() else ""


class Playground:
    """A playground that is being served. Made by :func:`viz.play`.

    ``close()`` stops it, and so do the end of a ``with`` block and the end of the process.

    >>> from viz import play
    >>> playground = play(browser=False)
    >>> playground.address.startswith("http://127.0.0.1:")
    True
    >>> playground.close()
    """

    __slots__ = ("_fragment", "_server", "_thread")

    def __init__(self, server: Server, fragment: str) -> None:
        self._server = server
        self._fragment = fragment
        self._thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="playground", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The address to open in a browser on this machine."""
        return self._server.address + self._fragment

    def close(self) -> None:
        """Stop serving; a page that is open keeps its picture and its program. Closing again does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def wait(self) -> None:
        """Serve until Ctrl-C, then close."""
        with self, contextlib.suppress(KeyboardInterrupt):
            while self._thread.is_alive():
                self._thread.join(1.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        if not self._thread.is_alive():
            return "<Playground, closed>"
        return f"<Playground at {self.address} ; its close() stops it>"
