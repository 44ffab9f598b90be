"""Plain data as JSON, and back: what a model file holds of buffers. Nothing but data comes out, whatever goes in.

Numbers, text, None and lists stand for themselves; an object with one key says what else it is, such as
``{"tuple": [...]}`` or ``{"array": [dtype, shape, place]}``, whose numbers are bytes that begin at ``place``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nn.architecture import DTYPE

__all__ = ["packed", "unpacked"]


def packed(data: Any, into: bytearray) -> Any:
    """``data``, for which :func:`~nn.architecture.is_data` holds, as JSON has it; the bytes of arrays go ``into``."""
    if isinstance(data, (np.ndarray, np.generic)):
        place = len(into)
        into.extend(data.tobytes())
        kind = "array" if isinstance(data, np.ndarray) else "scalar"
        return {kind: [data.dtype.str, list(data.shape), place]}
    if isinstance(data, dict):
        return {"dict": [[packed(key, into), packed(held, into)] for key, held in data.items()]}
    if isinstance(data, (set, frozenset)):
        return {type(data).__name__: [packed(part, into) for part in sorted(data, key=repr)]}
    if isinstance(data, (list, tuple)):
        parts = [packed(part, into) for part in data]
        return parts if isinstance(data, list) else {"tuple": parts}
    if isinstance(data, complex):
        return {"complex": [data.real, data.imag]}
    return {"bytes": data.hex()} if isinstance(data, bytes) else data


def unpacked(data: Any, content: bytes) -> Any:
    """What :func:`packed` made, checked.

    Raises:
        ValueError: it made no such thing.
    """
    if data is None or isinstance(data, (bool, int, float, str)):
        return data
    if isinstance(data, list):
        return [unpacked(part, content) for part in data]
    if not isinstance(data, dict) or len(data) != 1:
        raise ValueError(f"{data!r:.60} is no data as save() writes it")
    ((kind, parts),) = data.items()
    try:
        return _READERS[kind](parts, content)
    except (KeyError, TypeError, OverflowError):
        raise ValueError(f"{data!r:.60} is no data as save() writes it") from None


def _array(parts: Any, content: bytes) -> Any:
    name, shape, place = parts
    if not all(type(number) is int and number >= 0 for number in (*shape, place)) or not DTYPE.fullmatch(name):
        raise TypeError
    dtype = np.dtype(name)
    size = math.prod(shape) * dtype.itemsize
    if not size:
        return np.zeros(shape, dtype)
    raw = np.frombuffer(content, np.uint8, size, place)  # a ValueError where so much is not there
    no_bool = dtype.kind == "b" and (raw > 1).any()
    if no_bool or (dtype.kind == "U" and (raw.view(f"{name[0]}u4") > _LARGEST_CHARACTER).any()):
        raise TypeError
    return raw.view(dtype).reshape(shape).copy()


_LARGEST_CHARACTER = 0x10FFFF
_READERS: dict[str, Any] = {
    "array": _array,
    "scalar": lambda parts, content: _array(parts, content)[()],
    "dict": lambda parts, content: {unpacked(key, content): unpacked(held, content) for key, held in parts},
    "tuple": lambda parts, content: tuple([unpacked(part, content) for part in parts]),
    "set": lambda parts, content: {unpacked(part, content) for part in parts},
    "frozenset": lambda parts, content: frozenset([unpacked(part, content) for part in parts]),
    "complex": lambda parts, _: complex(*parts),
    "bytes": lambda parts, _: bytes.fromhex(parts),
}
