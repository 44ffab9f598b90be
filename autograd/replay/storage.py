"""Tapes and compiled functions as files: JSON text, so that loading reads data and runs nothing.

A file names operations, and numbers in hexadecimal so that each comes back to the bit; what it names is looked up
in the table of primitives. A digest tells damage, and everything is verified before it is used.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from autograd.errors import TapeError
from autograd.files import check_target, write_whole
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.recorder import Refusal, refusal_named
from autograd.replay.structures import shown
from autograd.replay.tape import FUSED_DOT, Guard, Indices, Tape

__all__ = [
    "Reader",
    "read_file",
    "sealed",
    "tape_from_data",
    "tape_to_data",
    "write_file",
]

Data = dict[str, Any]

_FORMAT, _VERSION, _DIGEST = "chainrule tape", 1, "sha256"
_LARGEST_FILE = 2**30
_LARGEST_INDEX = 2**31
_INDEX_ARRAYS = ("code", "start", "args", "dest", "outputs")


def write_file(path: str | os.PathLike[str], data: Data) -> None:
    """Write ``data`` at ``path``; what was there before stays until the new file is complete.

    Raises:
        TypeError: ``path`` is no path.
        OSError: the file cannot be written there.
    """
    target = _file(path)
    check_target(target)
    text = json.dumps(sealed({"format": _FORMAT, "version": _VERSION, **data}), ensure_ascii=True)
    write_whole(target, text.encode("ascii"))


def read_file(path: str | os.PathLike[str]) -> Data:
    """The data at ``path``.

    Raises:
        TapeError: it is not a tape, or is damaged.
        TypeError: ``path`` is no path.
        OSError: it cannot be read.
    """
    file = _file(path)
    size = file.stat().st_size
    if size > _LARGEST_FILE:
        raise TapeError(f"{file} has {size} bytes, more than a tape may have ({_LARGEST_FILE})")
    content = file.read_bytes()
    if content.startswith(b"PK\x03\x04"):
        raise TapeError(
            f"{file} is not a tape: it is a zip archive, as a saved model is, which nn.load(model, path) reads"
        )
    try:
        data = json.loads(content.decode("ascii"))
        intact = isinstance(data, dict) and data.get(_DIGEST) == _digest(data)
    except (ValueError, RecursionError) as error:
        raise TapeError(f"{file} is not a tape, or is damaged: {error}. Save it again.") from None
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise TapeError(f"{file} is not a tape of this package")
    if data.get("version") != _VERSION:
        raise TapeError(f"{file} is of version {data.get('version')!r}; this package reads version {_VERSION}")
    if not intact:
        raise TapeError(f"{file} is damaged: its content is not what its digest was made of. Save it again.")
    return data


def sealed(data: Data) -> Data:
    """``data`` with the digest of all its other entries, by which damage shows: a changed digit is a wrong number."""
    return {**data, _DIGEST: _digest(data)}


def _digest(data: Data) -> str:
    content = {name: entry for name, entry in data.items() if name != _DIGEST}
    text = json.dumps(content, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _file(path: Any) -> FilePath:
    try:
        return FilePath(path)
    except TypeError:
        raise TypeError(f"a compiled function is saved and loaded by the path of a file, not {path!r}") from None


# --- tapes ------------------------------------------------------------------------------------------------


def tape_to_data(tape: Tape) -> Data:
    """``tape`` as numbers, strings, lists and dicts.

    Raises:
        TypeError: an operation is not the one that its name stands for now.
    """
    for op in tape.ops:
        if _named(op.name) is not (op.base or op) and not isinstance(op, Refusal):
            raise TypeError(
                f"the tape uses an operation {op.name!r} other than the one that is called so now: record it again"
            )
    return {
        "ops": [[op.name, [constant.hex() for constant in op.constants]] for op in tape.ops],
        **{name: getattr(tape, name).tolist() for name in _INDEX_ARRAYS},
        "constants": [constant.hex() for constant in tape.constants.tolist()],
        "inputs": tape.n_inputs,
        "leaves": tape.n_leaves,
        "slots": tape.n_slots,
        "guards": [list(guard) for guard in tape.guards],
        "labels": list(tape.labels),
    }


def tape_from_data(data: Any) -> Tape:
    """The tape that ``data`` describes, verified.

    Raises:
        TapeError: it describes none.
    """
    record = Reader(data)
    constants = record.numbers("constants")
    labels = record.list_of("labels", str)
    n_inputs, n_leaves = record.count("inputs"), record.count("leaves")
    indices = {name: record.indices(name) for name in _INDEX_ARRAYS}
    if len(labels) != n_inputs + n_leaves + len(constants) + len(indices["code"]):
        raise TapeError("damaged tape: not one label for each input, leaf, constant and instruction")
    return Tape(
        ops=tuple(map(_operation, record.list_of("ops", list))),
        **indices,
        constants=np.array(constants, dtype=np.float64),
        n_inputs=n_inputs,
        n_leaves=n_leaves,
        n_slots=record.count("slots"),
        guards=tuple(map(_guard, record.list_of("guards", list))),
        labels=tuple(labels),
    ).verify()


def _named(name: str) -> Primitive | None:
    return FUSED_DOT if name == FUSED_DOT.name else PRIMITIVES.get(name)


def _operation(entry: list[Any]) -> Primitive:
    match entry:
        case [str(name), list(constants)]:
            op = _named(name)
            refusal = refusal_named(name, _named)
            if refusal is not None:
                return _refusal(refusal, list(map(_number, constants)))
            if op is None:
                raise TapeError(
                    f"the tape uses an operation {name!r} that is not defined here: define it with primitive() first"
                )
            if not constants:
                return op
            if len(constants) == op.captures:
                return op.capture(*map(_number, constants))
    raise TapeError(f"damaged tape: {shown(entry)} is no operation")


def _refusal(made: Callable[..., Primitive], constants: list[float]) -> Primitive:
    try:
        return made(*constants)
    except TypeError as error:
        raise TapeError(f"damaged tape: {error}") from None


def _guard(entry: list[Any]) -> Guard:
    if list(map(type, entry)) == [str, int, int, bool, int, str]:
        return Guard(*entry)
    raise TapeError(f"damaged tape: {shown(entry)} is no guard")


def _number(text: Any) -> float:
    if isinstance(text, str):
        try:
            return float.fromhex(text)
        except (ValueError, OverflowError):
            pass
    raise TapeError(f"damaged tape: {shown(text)} is no number")


class Reader:
    """Reads the entries of a dict from a file, and refuses what is not as it should be with TapeError."""

    def __init__(self, data: Any) -> None:
        if not isinstance(data, dict):
            raise TapeError(f"damaged tape: {shown(data)} is no record")
        self._data = data

    def entry(self, name: str, *default: Any) -> Any:
        """The entry ``name``; ``default``, if one is given, where it is missing."""
        if name not in self._data:
            if default:
                return default[0]
            raise TapeError(f"damaged tape: the entry {name!r} is missing")
        return self._data[name]

    def listed(self, name: str) -> list[Any]:
        """A list."""
        found = self.entry(name)
        if isinstance(found, list):
            return found
        raise TapeError(f"damaged tape: the entry {name!r} is no list")

    def list_of(self, name: str, kind: type) -> list[Any]:
        """A list of which every element is exactly a ``kind``."""
        found = self.entry(name)
        if isinstance(found, list) and all(type(element) is kind for element in found):
            return found
        raise TapeError(f"damaged tape: the entry {name!r} is no list of {kind.__name__}")

    def numbers(self, name: str) -> list[float]:
        """A list of numbers in hexadecimal."""
        return [_number(text) for text in self.list_of(name, str)]

    def count(self, name: str) -> int:
        """A number of things."""
        found = self.entry(name)
        if type(found) is int and 0 <= found < _LARGEST_INDEX:
            return found
        raise TapeError(f"damaged tape: the entry {name!r} is {shown(found)}, not a count")

    def indices(self, name: str) -> Indices:
        """A list of indices."""
        found = self.list_of(name, int)
        if found and not (min(found) >= 0 and max(found) < _LARGEST_INDEX):
            raise TapeError(f"damaged tape: an index in {name!r} is out of bounds")
        return np.array(found, dtype=np.int32)
