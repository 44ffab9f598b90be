"""Files that appear whole or not at all: what was there before stays until the new content is complete."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["check_target", "write_whole"]


def check_target(target: Path) -> None:
    """Refuse a path that no file can be written to, before any work is done for it.

    Raises:
        IsADirectoryError: ``target`` is a folder.
        FileNotFoundError: the folder that is to hold it does not exist.
    """
    if target.is_dir():
        raise IsADirectoryError(f"cannot save to {str(target)!r}: it is a folder; name a file in it")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"cannot save to {str(target)!r}: there is no folder {str(target.parent)!r}")


def write_whole(target: Path, content: bytes) -> None:
    """Write ``content`` beside ``target``, then move it into place: nobody ever reads half a file.

    The temporary file has a unique name, so of two writers the later wins and neither fails. It is removed if anything
    goes wrong.

    Raises:
        OSError: the file cannot be written there.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder, "a.txt"), b"whole")
    ...     [path.name for path in Path(folder).iterdir()], Path(folder, "a.txt").read_bytes()
    (['a.txt'], b'whole')
    """
    partial = target.with_name(f".{target.name[:40]}.{os.urandom(8).hex()}.part")
    try:
        with partial.open("xb") as file:
            file.write(content)
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
