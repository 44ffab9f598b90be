"""The results of a kernel, put together as the function returns them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.replay.tape import Floats
from autograd.trees import Shape, Structure

__all__ = ["Assembly"]


class Assembly:
    """Puts results together: decided once for all calls whose results have one structure.

    Args:
        structure: that of the result for one example.
        batched: whether every leaf becomes an array of the results of all examples.
    """

    def __init__(self, structure: Structure, *, batched: bool) -> None:
        self._structure = structure
        self._batched = batched
        self._bare = not batched and not any(shape is not None for shape in structure.shapes)
        self._parts: list[tuple[int, int, Shape]] = []
        start = 0
        for shape, size in zip(structure.shapes, structure.sizes(), strict=True):
            self._parts.append((start, start + size, shape))
            start += size

    def __call__(self, results: Floats) -> Any:
        """The result of a call, of its numbers: of shape (numbers, examples) where batched, else (numbers,)."""
        if self._bare:
            return self._structure.assemble(results.tolist())
        if self._batched:
            leaves: list[Any] = [_rows(results[start:stop], shape) for start, stop, shape in self._parts]
        else:
            leaves = [
                results.item(start) if shape is None else results[start:stop].reshape(shape)
                for start, stop, shape in self._parts
            ]
        return self._structure.assemble(leaves)


def _rows(part: Floats, shape: Shape) -> Floats:
    """``part`` with one example after another along the first axis."""
    rows: Floats = part[0] if shape is None else np.ascontiguousarray(part.T).reshape(-1, *shape)
    return rows
