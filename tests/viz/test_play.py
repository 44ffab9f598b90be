"""The playground without a browser: what its server answers, to whom, and what it refuses."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import viz.cli
from viz import DiagramError, play
from viz.playground import server as served
from viz.playground.program import answer_to, examples


@pytest.fixture
def playground():
    with play(browser=False) as running:
        yield running


def ask(playground, method="GET", path="", body=None, token=None, **headers):
    """The server's answer: status, headers, body."""
    address = urlsplit(playground.address)
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=20)
    whole = f"/{token}/{path}" if token is not None else address.path + path
    connection.request(method, whole, body=body, headers=headers)
    answer = connection.getresponse()
    told = answer.status, dict(answer.headers), answer.read().decode()
    connection.close()
    return told


def read(playground, text):
    status, _, body = ask(playground, "POST", "read", text.encode())
    assert status == 200
    return json.loads(body)


# --- programs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("about", examples())
def test_every_example_has_a_page_and_sliders(about):
    answer = answer_to(examples()[about])
    assert answer.fault == ""
    assert str(answer.page).startswith("<!doctype html>")
    assert answer.leaves
    for leaf in answer.leaves:
        assert float(examples()[about][leaf.start : leaf.end]) == leaf.x


def test_leaves_are_found_where_a_browser_counts_them():
    text = "\n\n# 🙂\né=2;𝛼 = parameter( -3.5 ) # 𝛼\nm = 2*3\nn = (1 +\n 1)\nL = é*𝛼*m*n"
    answer = answer_to(text)
    units = text.encode("utf-16-le")
    assert [
        (leaf.name, leaf.kind, units[2 * leaf.start : 2 * leaf.end].decode("utf-16-le")) for leaf in answer.leaves
    ] == [("é", "input", "2"), ("α", "parameter", "-3.5")]


@pytest.mark.parametrize(
    ("text", "fault", "place"),
    [
        ("", "the expression is empty", None),
        ("a = 1e400", "this number is too large for a float", (0, 4)),
        ("a = " + "9" * 400, "this number is too large for a float", (0, 4)),
        ("# nothing", "the expression is empty", None),
        ("a = 2\nL = tahn(a)", "unknown function tahn()", (1, 4)),
        ("\n\n  a*", "invalid syntax", (2, 4)),
        ("a = 2\nb = 3\nL = a*a", "b is not used", (1, 0)),
        ("a = log(-1)", "log(-1.0) is outside the domain", (0, 4)),
        ("import os\nos.system('x')", "an expression is made of formulas", (0, 0)),
        ("L = __import__('os')", "unknown function __import__()", (0, 4)),
        ("L = (1).__class__", "an expression has names, numbers", (0, 4)),
        ("L = [x for x in 3]", "an expression has names, numbers", (0, 4)),
        ("a" * 10_001, "the expression has 10,001 characters: 10,000 is the most", None),
        ("\ud800", "the expression cannot be read", None),
    ],
)
def test_a_fault_has_its_words_and_its_place(text, fault, place):
    answer = answer_to(text)
    assert answer.fault.startswith(fault)
    assert answer.place == place
    assert answer.page is None
    assert answer.leaves == ()


def test_what_no_page_can_show_is_a_fault(monkeypatch):
    def refuse(_root, _language):
        raise DiagramError("too big")

    monkeypatch.setattr("viz.playground.program.page_in_parts", refuse)
    assert answer_to("a = 2\nL = a*a")[3:] == ("too big", None)


@settings(max_examples=60)
@given(st.text("ab+-*/()., 1e;=\n#'\"é🙂\r\t", max_size=30) | st.text(max_size=20))
def test_any_text_at_all_is_answered(text):
    answer = answer_to(text)
    assert (answer.page is None) == bool(answer.fault)


# --- the server -------------------------------------------------------------------------------------------


def test_the_editor_its_files_and_a_page(playground):
    for path, kind in (("", "text/html"), ("play.css", "text/css"), ("play.js", "text/javascript")):
        status, headers, body = ask(playground, path=path)
        assert (status, headers["Content-Type"]) == (200, f"{kind}; charset=utf-8")
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert headers["Server"].strip() == "chainrule"
        assert "://" not in body.replace("http://www.w3.org", "")
    answer = read(playground, "a = 2\nL = a*a")
    made = answer_to("a = 2\nL = a*a").page
    assert answer.pop("body") == made.body
    assert answer.pop("script") == hashlib.sha256(made.script.encode()).hexdigest()
    assert answer == {
        "page": 1, "root": "L", "leaves": [{"name": "a", "node": 0, "start": 4, "end": 5, "x": 2.0, "kind": "input"}]
    }  # fmt: skip
    status, headers, body = ask(playground, path="page/1")
    assert status == 200
    assert headers["Content-Security-Policy"] == "frame-ancestors 'self'"
    assert body == str(made)
    assert made.body in body
    assert read(playground, "a = 2\nL = b")["place"] == [1, 4]


def test_it_listens_on_this_machine_alone(playground):
    assert playground._server.socket.getsockname()[0] == "127.0.0.1"
    assert urlsplit(playground.address).hostname == "127.0.0.1"
    with play(browser=False) as other:
        assert len(other._server.token) >= 20
        assert other._server.token != playground._server.token


@pytest.mark.parametrize("path", ["", "read", "page/1", "play.js"])
@pytest.mark.parametrize("token", ["", "wrong", "..", "%2e%2e", "%C3%A9"])
def test_a_stranger_without_the_token_is_refused(playground, path, token):
    read(playground, "a = 2")
    for method in ("GET", "POST"):
        assert ask(playground, method, path, b"a = 2", token=token)[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", ""])
def test_another_host_is_refused(playground, host):
    port = urlsplit(playground.address).port
    status, _, body = ask(playground, Host=host.format(port=port))
    assert status == 421
    assert body == "this server answers to its own address alone\n"
    assert ask(playground, Host=f"localhost:{port}")[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_page_of_another_origin_is_refused(playground, origin):
    assert ask(playground, "POST", "read", b"a = 2", Origin=origin)[0] == 403
    port = urlsplit(playground.address).port
    assert ask(playground, "POST", "read", b"a = 2", Origin=f"http://127.0.0.1:{port}")[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "nothing", None, {}, 404),
        ("GET", "../../etc/passwd", None, {}, 404),
        ("GET", "page/2", None, {}, 410),
        ("GET", "page/x", None, {}, 410),
        ("GET", "page/" + "9" * 400, None, {}, 410),
        ("GET", "1", None, {}, 404),
        ("POST", "page/1", b"a", {}, 404),
        ("POST", "read", b"a" * 40_001, {}, 413),
        ("POST", "read", b"\xff\xfe", {}, 400),
        ("POST", "read", b"", {"Content-Length": "-1"}, 411),
        ("POST", "read", b"", {"Content-Length": "9" * 30}, 411),
        ("PUT", "read", b"a", {}, 501),
        ("DELETE", "", None, {}, 501),
    ],
)
def test_what_is_not_asked_rightly_is_refused(playground, method, path, body, headers, status):
    read(playground, "a = 2")
    assert ask(playground, method, path, body, **headers)[0] == status
    assert read(playground, "a = 3")["page"] == 2  # and it goes on


def test_the_last_pages_are_kept(playground):
    for k in range(served.KEPT + 1):
        read(playground, f"a = {k}")
    assert ask(playground, path="page/1")[0] == 410
    assert ask(playground, path="page/2")[0] == 200


def test_a_visitor_who_goes_away_or_says_nothing_stops_nobody(playground, monkeypatch, capfd):
    port, path = urlsplit(playground.address).port, urlsplit(playground.address).path
    monkeypatch.setattr(served._Handler, "timeout", 0.05)
    silent = socket.create_connection(("127.0.0.1", port))
    half = socket.create_connection(("127.0.0.1", port))
    half.sendall(f"POST {path}read HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 100\r\n\r\na = 2".encode())
    half.close()
    for raw in (b"\0\xff" * 50 + b"\r\n\r\n", b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port)) as odd:
            odd.sendall(raw)
            odd.settimeout(5)
            assert b"400" in odd.recv(1000) or True
    assert read(playground, "a = 2")["root"] == "a"
    silent.settimeout(5)
    assert silent.recv(10) == b""  # its patience is over
    silent.close()
    assert capfd.readouterr() == ("", "")


def test_too_many_at_a_time_are_turned_away(monkeypatch):
    monkeypatch.setattr(served, "CONNECTIONS", 1)
    with play(browser=False) as playground:
        port = urlsplit(playground.address).port
        with socket.create_connection(("127.0.0.1", port)) as first:
            first.sendall(b"GET")
            with socket.create_connection(("127.0.0.1", port)) as second:
                second.settimeout(5)
                assert second.recv(10) == b""
            first.sendall(f" {urlsplit(playground.address).path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            first.settimeout(5)
            assert first.recv(12) == b"HTTP/1.0 200"


# --- play() and the command -------------------------------------------------------------------------------


def test_several_at_once_each_closed_for_itself():
    with play("a = 2; L = a*a", browser=False) as one, play(browser=False) as other:
        assert one.address.endswith("/#program=a+%3D+2%0AL+%3D+a%2Aa")
        assert repr(other) == f"<Playground at {other.address} ; its close() stops it>"
        one.close()
        one.close()
        assert repr(one) == "<Playground, closed>"
        assert ask(other)[0] == 200
    assert play(one.address, browser=False).address.endswith("/#program=a+%3D+2%0AL+%3D+a%2Aa")


def test_a_program_in_lines_is_taken_as_it_is():
    with play("a = 2 # one; two\nL = a", browser=False) as playground:
        assert playground.address.endswith("#program=a+%3D+2+%23+one%3B+two%0AL+%3D+a")


def test_it_opens_in_the_browser(monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    with play() as playground:
        assert opened == [playground.address]


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"program": 3}, TypeError, "the program must be a str, such as 'a = 2; L = a\\*a', got 3"),
        (
            {"program": "http://127.0.0.1:1/x/#step=2"},
            ValueError,
            "this link holds no program: the link of a playground",
        ),
        ({"port": -1}, ValueError, "port must be a whole number from 0 .* to 65535, got -1"),
        ({"port": 70_000}, ValueError, "got 70000"),
        ({"port": True}, ValueError, "got True"),
        ({"port": "80"}, ValueError, "got '80'"),
    ],
)
def test_wrong_arguments(arguments, error, said):
    with pytest.raises(error, match=said):
        play(**arguments, browser=False)


def test_a_port_that_is_taken(playground):
    port = urlsplit(playground.address).port
    with pytest.raises(DiagramError, match=rf"cannot serve at port {port}: .*Leave out the port for a free one"):
        play(port=port, browser=False)


@pytest.mark.usefixtures("_heeded")
def test_the_command_prints_its_address_and_stops_at_ctrl_c():
    command = [sys.executable, "-m", "viz", "play", "a=2; L=a*a", "--no-browser"]
    flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if os.name == "nt" else {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **flags) as process:
        address = urlsplit(process.stdout.readline().strip())
        assert address.fragment == "program=a%3D2%0AL%3Da%2Aa"
        connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=20)
        connection.request("GET", address.path)
        assert connection.getresponse().status == 200
        assert process.stderr.readline() == "Ctrl-C stops the playground.\n"
        process.send_signal(signal.CTRL_C_EVENT if os.name == "nt" else signal.SIGINT)
        assert process.communicate(timeout=30) == ("", "")
        assert process.returncode == 0


def test_the_command_in_this_process(monkeypatch, capsys):
    monkeypatch.setattr("viz.playground.server.Playground.wait", lambda _self: None)
    monkeypatch.setattr("webbrowser.open", lambda _address: False)
    assert viz.cli.main(["play"]) == 0
    out, said = capsys.readouterr()
    assert out.startswith("http://127.0.0.1:")
    assert out.count("\n") == 1
    assert said.startswith("No browser could be opened: open the address above in one.")
    assert viz.cli.main(["play", "--port", "70000"]) == 2
    assert capsys.readouterr().err.startswith("python -m viz play: port must be a whole number")


def test_ctrl_c_before_it_waits(monkeypatch, capsys):
    def interrupt(_playground):
        raise KeyboardInterrupt

    monkeypatch.setattr("viz.playground.server.Playground.wait", interrupt)
    assert viz.cli.main(["play", "--no-browser"]) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_waiting_ends_with_ctrl_c_or_when_it_is_closed(monkeypatch):
    playground = play(browser=False)
    threading.Timer(0.1, playground.close).start()
    playground.wait()
    assert repr(playground) == "<Playground, closed>"
    playground = play(browser=False)

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(playground._thread, "join", interrupt)
        patch.setattr(type(playground), "__exit__", lambda *_: None)
        playground.wait()
    playground.close()
