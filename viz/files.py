"""A file appears whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograd import files
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
    try:
        files.check_target(target)
    except OSError as error:
        raise DiagramError(str(error)) from None


def write_whole(target: Path, content: bytes) -> None:
    """Write beside ``target``, then move into its place: nobody sees half a file.

    Raises:
        DiagramError: the file cannot be written there.
    """
    try:
        files.write_whole(target, content)
    except OSError as error:
        raise DiagramError(f"cannot save to {str(target)!r}: {error.strerror or error}") from error
