"""Where in the user's code a node was made.

Looking up the calling line costs several times as much as an operation, so it is done only where it will be
asked for: at a node whose value is nan or infinite, and at every node under ``detect_anomaly()``.
"""

from __future__ import annotations

import linecache
import os
import re
import sys
import warnings
from abc import ABCMeta
from pathlib import Path
from typing import Any, NamedTuple
from weakref import ref

from autograd.context import current
from autograd.primitives import PRIMITIVES

__all__ = [
    "Site",
    "asked_by_library",
    "calling_site",
    "is_made_by_rule",
    "is_ours",
    "is_users",
    "remember_site",
    "replacements",
    "site_of",
    "warn",
]

_LIBRARY = Path(__file__).parent.parent
_OURS = tuple(f"{_LIBRARY / package}{os.sep}" for package in ("autograd", "nn", "viz"))

_STANDARD = f"{Path(os.__file__).parent}{os.sep}"

_ABSTRACT = ABCMeta.__instancecheck__.__code__.co_filename
"""The file of the code that an ``isinstance`` with an abstract class goes through."""

_sites: dict[int, tuple[ref[Any], Site, bool]] = {}
# By id and not in a WeakKeyDictionary, which looks a node up with ==, by its data: a nan would never be found.


class Site(NamedTuple):
    """A line of code."""

    file: str
    line: int
    function: str

    @property
    def text(self) -> str:
        """The line itself, stripped; empty where the source is not at hand."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        text = f": {self.text}" if self.text else ""
        return f"{self.file}, line {self.line}, in {self.function}{text}"


def is_ours(file: str) -> bool:
    """Whether ``file`` belongs to this library."""
    return file.startswith(_OURS)


def is_users(file: str) -> bool:
    """Whether ``file`` is neither of this library nor of Python's own or an installed package."""
    return bool(file) and not _is_passed_over(file)


def _is_passed_over(file: str) -> bool:
    return file.startswith((*_OURS, _STANDARD)) or f"{os.sep}site-packages{os.sep}" in file


def calling_site() -> Site:
    """The line outside this library, Python's own and installed packages that is running now."""
    start = frame = sys._getframe(1)  # noqa: SLF001 -- the documented way to the calling frame in CPython
    while frame.f_back is not None and _is_passed_over(frame.f_code.co_filename):
        frame = frame.f_back
    if _is_passed_over(frame.f_code.co_filename):  # a program that is itself installed
        frame = start
        while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
            frame = frame.f_back
    code = frame.f_code
    return Site(code.co_filename, frame.f_lineno, code.co_name)


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the line outside this library that is running now."""
    frame, level = sys._getframe(1), 2  # noqa: SLF001 -- as above
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def asked_by_library() -> bool:
    """Whether the caller of the function that asks is this library itself, be it through an abstract class."""
    frame = sys._getframe(2)  # noqa: SLF001 -- as above
    if frame.f_code.co_filename == _ABSTRACT and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(_OURS)


_CALL = re.compile(r"\b(?:math|cmath|np|numpy)\.(\w+)\s*\(")
_RENAMED = {"fabs": "abs()", "pow": "the operator **", "abs": "abs()", "absolute": "abs()"}


def replacements(site: Site) -> list[str]:
    """What of this library stands in for the functions of :mod:`math` and NumPy that a line calls."""
    by_ufunc = {op.ufunc: op.name for op in PRIMITIVES.values() if op.builtin and op.ufunc}
    found = []
    for called in _CALL.findall(site.text):
        name = by_ufunc.get(called, called)
        if called in _RENAMED:
            found.append(_RENAMED[called])
        elif name in PRIMITIVES:
            found.append(f"autograd.{name}")
    return list(dict.fromkeys(found))


def remember_site(node: Any) -> None:
    """Note the line outside this library that is running now as the one that made ``node``."""
    key = id(node)
    _sites[key] = (ref(node, lambda _: _sites.pop(key, None)), calling_site(), current().sealed)


def site_of(node: Any) -> Site | None:
    """The line that made ``node``, if it was noted."""
    entry = _sites.get(id(node))
    return entry[1] if entry else None


def is_made_by_rule(node: Any) -> bool:
    """Whether a ``node`` that is not finite was made by the local gradients of an operation, not by the user's code."""
    entry = _sites.get(id(node))
    return entry is not None and entry[2]
