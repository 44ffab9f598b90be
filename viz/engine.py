"""The layout engine: where Graphviz's ``dot`` is, and one call of it.

The embedded engine comes first: it is installed with this package and the same everywhere, so the same graph
gives the same bytes on every machine. ``engine="system"`` uses the ``dot`` that is on the PATH instead.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from viz.errors import EngineError

__all__ = ["ENGINES", "find_engine", "run_layout"]

ENGINES = ("auto", "embedded", "system")

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
    """The path of the layout program.

    Args:
        engine: ``"embedded"``, ``"system"``, or ``"auto"`` for the first of them that is there.

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
    if engine == "system":
        raise EngineError(
            "engine='system' needs Graphviz's program 'dot' on the PATH, and there is none. "
            "Leave engine='auto' to use the embedded one."
        )
    raise EngineError(
        f"no layout engine is installed, so no picture can be drawn: run  {sys.executable} -m pip install {_PACKAGE}"
    )


def run_layout(sources: Sequence[str], engine: str) -> list[dict[str, Any]]:
    """The places of everything in each of the DOT ``sources``, as Graphviz's JSON; one process for all.

    Raises:
        EngineError: the program is missing, fails, or takes too long.
    """
    program = find_engine(engine)
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
    return list(_documents(done.stdout.decode()))


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """The JSON documents that follow one another in ``text``."""
    decoder, start = json.JSONDecoder(), 0
    while start < len(text.rstrip()):
        document, end = decoder.raw_decode(text, start)
        yield document
        start = end + len(text[end:]) - len(text[end:].lstrip())
