"""Compiled kernels, kept: in memory for this process, and on disk in the user's cache directory for the next.

A kernel is filed under a digest of its source and of the operations it calls, so what is found under a name is what
was compiled from it. Where there is no directory that is the user's own, kernels are compiled anew in each process.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core.errors import NumbaError

from autograd.files import write_whole
from autograd.replay.backends import numba_elementary, numba_forward, numba_math
from autograd.replay.backends.numba_forward import fingerprint

__all__ = ["cache_directory", "compile_kernel"]

_HOW = b"".join(
    Path(module.__file__).read_bytes() for module in (numba_elementary, numba_forward, numba_math) if module.__file__
)
"""How operations are compiled, which is a part of what a kernel is."""

_kernels: dict[str, Callable[..., None]] = {}
_lock = threading.Lock()


def compile_kernel(text: str, signatures: dict[str, Any], functions: dict[str, Any]) -> Callable[..., None]:
    """The function ``kernel`` that ``text`` defines, which may call ``functions`` by their names.

    It is compiled under a name that ends in its digest: numba tells machine code apart by the names of functions and
    by a count within the process, so that two kernels of one name, kept by two processes, could be mixed up in a third.

    Args:
        text: Python source that decorates ``kernel`` with ``@njit(signature, ..., cache=True)``.
        signatures: the types that ``text`` names.
        functions: compiled operations.
    """
    prints = {name: fingerprint(function) for name, function in functions.items()}
    if None in prints.values():
        return _define(text.replace("cache=True", "cache=False"), "kernel", "<autograd kernel>", signatures | functions)
    key = hashlib.sha256(
        repr((text, signatures, sorted(prints.items()), numba.__version__, sys.version, _HOW)).encode()
    ).hexdigest()
    with _lock:
        if key not in _kernels:
            name = f"kernel_{key[:16]}"
            text = text.replace("def kernel(", f"def {name}(")
            _kernels[key] = _found_or_compiled(_filed(key, text), text, name, signatures | functions)
        return _kernels[key]


def _found_or_compiled(path: Path | None, text: str, name: str, names: dict[str, Any]) -> Callable[..., None]:
    """The kernel that numba keeps beside ``path``, or a fresh one where there is none that can be read."""
    if path is None:
        return _define(text.replace("cache=True", "cache=False"), name, "<autograd kernel>", names)
    try:
        return _define(text, name, str(path), names)
    except NumbaError:
        raise
    except Exception:  # noqa: BLE001 -- a damaged file fails in any way that pickle can
        for kept in path.parent.glob(f"**/{path.stem}.*.nb[ic]"):
            kept.unlink(missing_ok=True)
        return _define(text, name, str(path), names)


def _define(text: str, name: str, filename: str, names: dict[str, Any]) -> Callable[..., None]:
    namespace: dict[str, Any] = {"__name__": __name__, "njit": numba.njit, **names}
    exec(compile(text, filename, "exec"), namespace)  # noqa: S102 -- our own template; names are op0, op1 ...
    kernel: Callable[..., None] = namespace[name]
    return kernel


def _filed(key: str, text: str) -> Path | None:
    """The file of this source, which numba keeps the machine code beside; None if it cannot be written."""
    directory = cache_directory()
    if directory is None:
        return None
    path = directory / f"{key}.py"
    try:
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text.encode("utf-8"))  # another process may be doing the same
    except OSError:
        return None
    return path


def cache_directory() -> Path | None:
    """Where kernels are kept: ``CHAINRULE_CACHE_DIR``, or the user's cache directory. None if it is not safe.

    Machine code is loaded from there, so it must belong to the user, and be writable by nobody else.
    """
    try:
        directory = Path(os.environ.get("CHAINRULE_CACHE_DIR") or _user_cache() / "chainrule") / "kernels"
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = directory.stat()
    except (OSError, RuntimeError):
        return None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        return None
    return directory if os.access(directory, os.W_OK) else None


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
