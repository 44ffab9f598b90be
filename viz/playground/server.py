"""``play``: the playground, an editor beside the page of what is typed in it, and its server.

It listens on the loopback address alone, behind a token, and with limits to all that it takes.

Below the path ``/TOKEN/`` are the page with the editor and its two files; ``read``, which takes a program and gives the
number of its page, the body of it, and by what script it is run, or its fault; and ``page/N``, the pages given out
last. An editor whose page in sight has that script puts the body in its place, and asks for the whole page otherwise.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import socket
import threading
import webbrowser
from collections import OrderedDict
from functools import cache
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from string import Template
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from viz.errors import DiagramError
from viz.page import Page
from viz.page.languages import Language, language_of
from viz.page.pictures import style_rules
from viz.playground.program import answer_to, examples
from viz.text import clean

__all__ = ["ADDRESS", "KEPT", "LARGEST", "Playground", "Server", "play"]

ADDRESS = "127.0.0.1"
LARGEST = 40_000
"""How many bytes a program may have: four for each character that the parser takes."""
KEPT = 24
"""How many pages are kept at a time, the last ones given out; an editor asks for another whenever it needs one."""
CONNECTIONS = 32
"""How many connections are served at a time; more are closed at once."""
PATIENCE = 10.0
"""How many seconds a connection may be silent."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES = {"": "text/html", "play.css": "text/css", "play.js": "text/javascript"}


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


# --- the server -----------------------------------------------------------------------------------------


class Server(ThreadingHTTPServer):
    """The playground, served until it is closed; every visitor who knows the token has it.

    Args:
        port: to listen at; 0 for a free one.
        language: of the editor and its pages.

    Raises:
        OSError: the port is taken, or may not be used.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    allow_reuse_port = False

    def __init__(self, port: int, language: Language) -> None:
        super().__init__((ADDRESS, port), _Handler)
        self.language = language
        self.token = secrets.token_urlsafe(16)
        self.hosts = {f"{name}:{self.server_port}" for name in (ADDRESS, "localhost")}
        self._pages: OrderedDict[int, Page] = OrderedDict()
        self._given = 0
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        self._one_at_a_time = threading.Lock()

    def server_bind(self) -> None:
        """Listen, without asking the network for the name of this machine as the library's own server does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = ADDRESS, self.server_address[1]

    @property
    def address(self) -> str:
        """The address to open in a browser."""
        return f"http://{ADDRESS}:{self.server_port}/{self.token}/"

    def read(self, text: str) -> dict[str, Any]:
        """The answer to a program, as it travels; programs are read one at a time."""
        with self._one_at_a_time:
            answer = answer_to(text, self.language.code)
            if answer.page is None:
                return {"fault": answer.fault, "place": answer.place}
            self._given += 1
            self._pages[self._given] = answer.page
            if len(self._pages) > KEPT:
                self._pages.popitem(last=False)
            leaves = [leaf._asdict() for leaf in answer.leaves]  # noqa: SLF001 -- which is public, its underscore notwithstanding
            parts = {"body": answer.page.body, "script": hashlib.sha256(answer.page.script.encode()).hexdigest()}
            return {"page": self._given, "root": answer.root, "leaves": leaves, **parts}

    def page(self, number: str) -> str | None:
        """The page of that number, if it is still kept."""
        page = self._pages.get(int(number)) if number.isdecimal() and len(number) < 16 else None
        return str(page) if page else None

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, if there are not too many."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection, then make room for another."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle is nothing to tell of."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version, sys_version = "chainrule", ""
    timeout = PATIENCE

    def do_GET(self) -> None:
        """The editor, its files, and the pages given out last."""
        name = self._asked()
        if name is None:
            return
        if name in _TYPES:
            self._give(HTTPStatus.OK, _part(name, self.server.language), _TYPES[name], _POLICY)
        elif (page := self.server.page(name.removeprefix("page/"))) and name.startswith("page/"):
            self._give(HTTPStatus.OK, page, "text/html", "frame-ancestors 'self'")
        elif name.startswith("page/"):
            self._refuse(HTTPStatus.GONE, "this page is no longer kept: change the program, or load the editor again")
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")

    def do_POST(self) -> None:
        """Read a program."""
        name = self._asked()
        if name is None:
            return
        size = self.headers.get("Content-Length", "")
        if name != "read":
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")
        elif not (size.isascii() and size.isdecimal()) or len(size) > 12:
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "a program comes with its length")
        elif int(size) > LARGEST:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a program has at most {LARGEST:,} bytes")
        else:
            try:
                text = self.rfile.read(int(size)).decode()
            except UnicodeDecodeError:
                self._refuse(HTTPStatus.BAD_REQUEST, "a program is text in UTF-8")
            else:
                self._give(HTTPStatus.OK, json.dumps(self.server.read(text), allow_nan=False), "application/json")

    def _asked(self) -> str | None:
        """The rest of the path below the token; None once a stranger was refused."""
        if self.headers.get("Host", "") not in self.server.hosts:
            # A page elsewhere whose name was made to point here, so that a browser takes it for ours.
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "this server answers to its own address alone")
            return None
        origin = self.headers.get("Origin")
        if origin is not None and origin.removeprefix("http://") not in self.server.hosts:
            self._refuse(HTTPStatus.FORBIDDEN, "this server answers its own page alone")
            return None
        _, token, *rest = [*self.path.partition("?")[0].split("/"), ""]
        if not secrets.compare_digest(token.encode(), self.server.token.encode()) or self.path.count("/") < 2:
            self._refuse(HTTPStatus.FORBIDDEN, "open the whole address that python -m viz play has printed")
            return None
        return "/".join(rest[:-1])

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self._give(status, why + "\n", "text/plain")

    def _give(self, status: HTTPStatus, content: str, kind: str, policy: str = "default-src 'none'") -> None:
        body = content.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        """Nothing: the terminal belongs to whoever started the playground."""


@cache
def _part(name: str, language: Language) -> str:
    """The editor's page, its style, or its script."""
    room = files("viz.playground")
    if name == "play.css":
        shell = (files("viz.page") / "page.css").read_text(encoding="utf-8")
        return f"{style_rules()}\n{shell}\n{(room / name).read_text(encoding='utf-8')}"
    if name:
        return (room / name).read_text(encoding="utf-8")
    options = "".join(
        f'<option value="{escape(text)}">{escape(language.of(about))}</option>' for about, text in examples().items()
    )
    editor = Template(language.in_markup((room / "play.html").read_text(encoding="utf-8")))
    return editor.substitute(language=language.code, words=escape(json.dumps(language.editor)), examples=options)
