"""A file appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from viz.errors import DiagramError

__all__ = ["as_target", "check_folder", "write_whole"]


def as_target(path: Any) -> Path:
    """``path`` as a Path.

    Raises:
        TypeError: it is none.
    """
    try:
        return Path(path)
    except TypeError:
        raise TypeError(f"a picture is saved to the path of a file, not to {path!r}") from None


def check_folder(target: Path) -> None:
    """Refuse a path that is a folder, or whose folder does not exist, before anything is drawn for it.

    Raises:
        DiagramError: it is a folder, or there is no such folder.
    """
    if target.is_dir():
        raise DiagramError(f"cannot save to {str(target)!r}: it is a folder; name a file in it")
    if not target.parent.is_dir():
        raise DiagramError(f"cannot save to {str(target)!r}: there is no folder {str(target.parent)!r}")


def write_whole(target: Path, content: bytes) -> None:
    """Write beside ``target``, then move into its place: nobody sees half a file.

    Raises:
        DiagramError: the file cannot be written there.
    """
    try:
        _replace(target, content)
    except OSError as error:
        raise DiagramError(f"cannot save to {str(target)!r}: {error.strerror or error}") from error


def _replace(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
