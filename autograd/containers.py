"""Arguments in and out of the transforms: numbers in lists, tuples, dicts, dataclasses and arrays.

:func:`flatten` takes such a tree apart into a plain list of numbers and a :class:`Structure`, which puts
numbers together again in the same way. Lists, tuples, named tuples, dicts, None (which holds nothing) and every
class registered with `optree` are handled by optree. Dataclasses are opened here, so that a user's class needs
no registration; an array is one leaf with many numbers.

A field of a dataclass made with ``field(metadata={"static": True})`` or with ``init=False`` is not differentiated.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import optree

from autograd.primitives import as_float
from autograd.value import Value

__all__ = ["Structure", "describe_tree", "flatten", "map_values"]

_NAMESPACE = "chainrule"
"""optree's registry of our own, in which nothing of a user's is ever registered."""

Shape = tuple[int, ...] | None
"""The shape of an array, or None for a bare number."""


class Structure:
    """How a tree is put together: what :func:`flatten` found besides the numbers.

    Attributes:
        shapes: of each leaf in order, the shape of the array, or None for a bare number.
    """

    __slots__ = ("_spec", "shapes")

    def __init__(self, spec: Any, shapes: tuple[Shape, ...]) -> None:
        self._spec = spec
        self.shapes = shapes

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same containers with equally many numbers; a 0-d array counts as a number."""
        if not isinstance(other, Structure):
            return NotImplemented
        return bool(self._spec == other._spec) and [s or () for s in self.shapes] == [s or () for s in other.shapes]

    __hash__ = None  # type: ignore[assignment]

    def sizes(self) -> list[int]:
        """How many numbers each leaf holds."""
        return [1 if shape is None else _size(shape) for shape in self.shapes]

    def argument(self, values: Sequence[Value]) -> Any:
        """The tree with ``values`` for numbers, as a function expects it: dataclasses by their constructors.

        An array becomes an array of objects, a 0-d array a bare Value.
        """
        if self._spec is _NUMBER:
            return values[0]
        leaves = [
            part if shape else part[0] for part, shape in zip(self._parts(values, object), self.shapes, strict=True)
        ]
        return self._close(leaves, _constructed)

    def result(self, numbers: Sequence[Any]) -> Any:
        """The tree with ``numbers``, floats or Values, for what it held."""
        if self._spec is _NUMBER:
            return numbers[0]
        dtype = object if any(isinstance(number, Value) for number in numbers) else float
        return self.assemble(
            part if shape is not None else number_in(part)
            for part, shape in zip(self._parts(numbers, dtype), self.shapes, strict=True)
        )

    def assemble(self, leaves: Iterator[Any]) -> Any:
        """The tree with ``leaves``, whatever they are, for its leaves; no constructor runs."""
        return self._close(list(leaves), _filled)

    def _parts(self, numbers: Sequence[Any], dtype: type) -> Iterator[Any]:
        start = 0
        for shape, size in zip(self.shapes, self.sizes(), strict=True):
            part = np.empty(size, dtype=dtype)
            part[:] = numbers[start : start + size]
            yield part.reshape(shape) if shape else part
            start += size

    def _close(self, leaves: list[Any], rebuild: Callable[[Any, dict[str, Any]], Any]) -> Any:
        if self._spec is _NUMBER:
            return leaves[0]
        return _rebuilt(optree.tree_unflatten(self._spec, leaves), rebuild)

    def __str__(self) -> str:
        return repr(self.assemble(iter([_Word(_words(shape)) for shape in self.shapes])))
