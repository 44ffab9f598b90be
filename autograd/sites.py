"""Where in the user's code a node was made.

Looking up the calling line costs several times as much as an operation, so it is done only where it will be
asked for: at a node whose value is nan or infinite, and at every node under ``detect_anomaly()``.
"""

from __future__ import annotations

import linecache
import math
import os
import re
import sys
import traceback
import warnings
from abc import ABCMeta
from pathlib import Path
from typing import Any, NamedTuple
from weakref import ref

from autograd.context import current
from autograd.errors import AutogradError, ConversionError, RecordingError
from autograd.primitives import PRIMITIVES

__all__ = [
    "Site",
    "asked_by_library",
    "calling_site",
    "clarify",
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
_RENAMED = {
    **dict.fromkeys(("fabs", "abs", "absolute"), "abs()"),
    "pow": "the operator **",
    **dict.fromkeys(("arange", "linspace"), "a whole number, named in static_argnums of compile(), for a length"),
}


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


# --- what a library says of Values, in our words ----------------------------------------------------------

_ROOMS = (
    (("scipy", "optimize"), "autograd.implicit.root and autograd.implicit.minimum solve with derivatives"),
    (("scipy", "integrate"), "autograd.implicit.quad and autograd.implicit.solve_ivp integrate with derivatives"),
    (("scipy", "interpolate"), "write the interpolation with operators: autograd.take(values, index) picks a value"),
    (("linalg",), "autograd.linalg has solve, inv, det and cholesky of small systems of Values"),
)
_OF_OBJECTS = re.compile(r"ufunc|object|dtype\('O'\)|proper array of floats|callable|Value|Traced")
_ELEMENTWISE = re.compile(r"ufunc '(\w+)'|no callable (\w+) method|'float' object has no attribute '(\w+)'")
_WHOLE = re.compile(r"only integers, slices|sequence of integers")


def clarify(error: Exception) -> None:
    """Say in this library's words what ``error``, which leaves a traced function, comes from; the caller raises it.

    Where a library met a refusal of ours and raised something else, as C code does by ``SystemError``, the refusal is
    raised. An error of NumPy's or SciPy's about arrays of objects gets a note with the way out.
    """
    if isinstance(error, AutogradError):
        return
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, SystemError) or not is_users(files[-1]):
        behind: BaseException | None = error
        for _ in range(16):
            behind = behind and (behind.__cause__ or behind.__context__)
            if isinstance(behind, ConversionError | RecordingError):
                raise behind from None
    way = _way_out(str(error), files)
    note = f"A Value is no plain number here: {way}."
    if way and note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def _way_out(message: str, files: list[str]) -> str:
    """What to write instead where NumPy or SciPy cannot work with Values; empty where that is not the matter."""
    if _WHOLE.search(message):
        return (
            "a whole number that shapes the program is named in static_argnums or static_argnames of compile(), and "
            "autograd.take(values, index) picks an element"
        )
    if not _OF_OBJECTS.search(message):
        return ""
    for parts, way in _ROOMS:
        if any(f"{os.sep}{os.path.join(*parts)}{os.sep}" in file for file in files):  # noqa: PTH118 -- a piece of a path
            return way
    match = _ELEMENTWISE.search(message)
    name = next(filter(None, match.groups()), "") if match else ""
    op = next((op for op in PRIMITIVES.values() if op.builtin and op.ufunc == name), None) if name else None
    if op is not None:
        return f"call autograd.{op.name} on each element of the array"
    if match and hasattr(math, name):
        return f"call autograd.math.{name} on each element of the array"
    return f"NumPy's {name} has no loop over arrays of objects: work on its elements" if match else ""


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
