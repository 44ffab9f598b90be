"""What a compiled function is called with, taken apart into numbers for a kernel; and its results, put together."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
import optree

from autograd.containers import Shape, Structure, leaves_of
from autograd.replay.tape import Floats
from autograd.value import Value

__all__ = ["Arguments", "Axes", "Form", "assembled", "check_in_axes", "take_apart"]

Axes = Any
"""None, an int, or a tuple with such an entry, or a container of such entries, for each argument."""


class Form(NamedTuple):
    """What all calls share that one recording can serve: everything about the arguments but the numbers.

    Attributes:
        structures: how the numbers of one example are held in each positional argument, then in each by keyword.
        keywords: the names of the arguments by keyword.
        batched: for each number of an example whether every example has its own.
    """

    structures: tuple[Structure, ...]
    keywords: tuple[str, ...]
    batched: tuple[bool, ...]

    def key(self) -> Hashable:
        """Equal for equal forms."""
        return self.keywords, self.batched, tuple(structure.key() for structure in self.structures)

    def __str__(self) -> str:
        positional = len(self.structures) - len(self.keywords)
        names = [""] * positional + [f"{name}=" for name in self.keywords]
        return f"({', '.join(f'{name}{structure}' for name, structure in zip(names, self.structures, strict=True))})"

    def call(self, function: Callable[..., Any], numbers: Sequence[Any]) -> Any:
        """``function`` called with one example's ``numbers``."""
        arguments, start = [], 0
        for structure in self.structures:
            stop = start + sum(structure.sizes())
            arguments.append(structure.argument(numbers[start:stop]))
            start = stop
        positional = len(arguments) - len(self.keywords)
        return function(*arguments[:positional], **dict(zip(self.keywords, arguments[positional:], strict=True)))

    def labels(self, function: Callable[..., Any]) -> list[str]:
        """A name for each number: the argument's, as ``function`` calls it, with an index if it holds several."""
        try:
            parameters = list(inspect.signature(function).parameters.values())
        except (TypeError, ValueError):  # a function written in C may not tell
            parameters = []
        positional = len(self.structures) - len(self.keywords)
        named = [parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_POSITIONAL]
        names = [*named[:positional], *[f"x{place}" for place in range(len(named), positional)], *self.keywords]
        labels = []
        for name, structure in zip(names, self.structures, strict=True):
            size = sum(structure.sizes())
            labels += [name] if size == 1 else [f"{name}[{index}]" for index in range(size)]
        return labels

    def example(self, shared: Floats, lane: Floats) -> list[float]:
        """The numbers of one example, in order."""
        numbers = np.empty(len(self.batched))
        is_lane = np.array(self.batched, dtype=bool)
        numbers[is_lane] = lane
        numbers[~is_lane] = shared
        listed: list[float] = numbers.tolist()
        return listed


class Arguments(NamedTuple):
    """The arguments of one call."""

    form: Form
    shared: Floats
    """The numbers that all examples share."""
    lanes: Floats
    """One row for each number of an example that it does not share, one column for each example."""


def check_in_axes(in_axes: Axes) -> Axes:
    """``in_axes`` as it is, if it can be one."""
    if isinstance(in_axes, list):
        in_axes = tuple(in_axes)
    if in_axes is None or _is_axis(in_axes) or isinstance(in_axes, tuple):
        return in_axes
    raise TypeError(f"in_axes is None, an int, or a tuple with an entry for each argument, not {in_axes!r}")


def take_apart(args: tuple[Any, ...], kwargs: dict[str, Any], in_axes: Axes) -> Arguments | None:
    """The numbers of the arguments; None if there is a Value among them.

    Raises:
        TypeError: an argument is not made of numbers.
        ValueError: an axis is missing, or the numbers of examples differ.
    """
    names = [f"argument {place}" for place in range(len(args))] + [f"argument {name!r}" for name in kwargs]
    packer = _Packer()
    structures = []
    axes = _axes_of_arguments(in_axes, len(args), len(kwargs))
    for tree, name, axis in zip((*args, *kwargs.values()), names, axes, strict=True):
        leaves, structure = leaves_of(tree, name)
        if any(map(_holds_value, leaves)):
            return None
        leaf_axes = _axes_of_leaves(axis, tree, len(leaves), name)
        shapes = [packer.add(leaf, along, name) for leaf, along in zip(leaves, leaf_axes, strict=True)]
        structures.append(structure.with_shapes(shapes))

    if in_axes is not None and not any(packer.batched):
        raise ValueError(f"in_axes={in_axes!r} gives no argument an axis: None in all places means no batch at all")

    form = Form(tuple(structures), tuple(kwargs), tuple(packer.batched))
    return Arguments(form, packer.shared(), packer.lanes())


def _is_axis(axis: Any) -> bool:
    return isinstance(axis, (int, np.integer)) and not isinstance(axis, bool)


def _axes_of_arguments(in_axes: Axes, positional: int, by_keyword: int) -> list[Any]:
    if in_axes is None:
        return [None] * (positional + by_keyword)
    if not isinstance(in_axes, tuple):
        return [in_axes] * positional + [0] * by_keyword
    if len(in_axes) != positional:
        raise ValueError(
            f"in_axes={in_axes!r} has {len(in_axes)} entries, but there are {positional} positional arguments: "
            f"give None for one that all examples share"
        )
    return [*in_axes, *[0] * by_keyword]  # as jax.vmap does


def _axes_of_leaves(axis: Any, tree: Any, count: int, name: str) -> list[Any]:
    if axis is None or _is_axis(axis):
        return [axis] * count
    try:
        axes = optree.broadcast_prefix(axis, tree, is_leaf=lambda node: node is None)
    except ValueError as error:
        raise ValueError(f"in_axes for {name} is {axis!r}, which is not built like it: {error}") from None
    for entry in axes:
        if entry is not None and not _is_axis(entry):
            raise TypeError(f"in_axes for {name} holds {entry!r}: an axis is an int, or None")
    return axes


def _holds_value(leaf: Any) -> bool:
    if isinstance(leaf, np.ndarray):
        return leaf.dtype == object and any(isinstance(element, Value) for element in leaf.flat)
    return isinstance(leaf, Value)


class _Packer:
    """Collects the numbers of leaf after leaf."""

    def __init__(self) -> None:
        self.batched: list[bool] = []
        self._shared: list[Any] = []
        self._rows: list[Floats] = []
        self._examples: tuple[int, str] | None = None

    def add(self, leaf: Any, axis: int | None, name: str) -> Shape:
        """Take the numbers of a leaf; the shape of one example of it."""
        if axis is None:
            if isinstance(leaf, np.ndarray):
                self._shared.append(leaf.astype(float).ravel())
                self.batched += [False] * leaf.size
                return leaf.shape
            self._shared.append(leaf)
            self.batched.append(False)
            return None
        if not isinstance(leaf, np.ndarray) or not -leaf.ndim <= axis < leaf.ndim:
            has = f"an array of shape {leaf.shape}" if isinstance(leaf, np.ndarray) else f"the number {leaf!r}"
            raise ValueError(
                f"{name} is batched along axis {axis}, which is missing in {has}. Pass an array with one example "
                f"per row, made with numpy.asarray, or give in_axes=None for what all examples share."
            )
        examples = np.moveaxis(leaf, axis, 0)
        if self._examples is None:
            self._examples = (len(examples), name)
        count, first = self._examples
        if len(examples) != count:
            raise ValueError(f"the batch lengths differ: {count} examples in {first}, {len(examples)} in {name}")
        if not count:
            raise ValueError(f"{name} holds no examples: the batch is empty")
        rows = examples.reshape(count, examples.size // count).T
        self._rows.append(rows)
        self.batched += [True] * len(rows)
        return examples.shape[1:]

    def shared(self) -> Floats:
        """The numbers that all examples share."""
        if any(isinstance(part, np.ndarray) for part in self._shared):
            return np.concatenate([np.atleast_1d(part) for part in self._shared])
        return np.array(self._shared, dtype=np.float64)

    def lanes(self) -> Floats:
        """The others, of shape (numbers, examples)."""
        if self._examples is None:
            return np.empty((0, 1))
        lanes = np.empty((sum(map(len, self._rows)), self._examples[0]))
        start = 0
        for rows in self._rows:
            lanes[start : start + len(rows)] = rows
            start += len(rows)
        return lanes


def assembled(structure: Structure, results: Floats, *, batched: bool) -> Any:
    """The result of a call.

    Args:
        structure: that of the result for one example.
        results: of shape (numbers, examples) where batched, else (numbers,).
    """
    if not batched:
        return structure.result(results.tolist())
    leaves, start = [], 0
    for shape, size in zip(structure.shapes, structure.sizes(), strict=True):
        rows = results[start : start + size]
        leaves.append(np.ascontiguousarray(rows.T).reshape((-1, *(shape or ()))))
        start += size
    return structure.assemble(leaves)
