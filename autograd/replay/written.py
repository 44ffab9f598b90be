"""The way into a call and out of it, written out as code for a form that comes again.

A walk over any tree asks each container what it is. Where calls of one form come again and again, a function that is
written for that form takes their arguments apart, and asks no more than whether the form is still the same; another one
puts their results together. Both do what the walk does: a form that they cannot write is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.replay.tape import Floats
from autograd.trees import Shape, TreeDef

__all__ = ["OFTEN", "Assembly", "Opening", "opening"]

Opening = Callable[[tuple[Any, ...], dict[str, Any]], "list[Any] | None"]
"""The leaves of a call's arguments, in order; None if the call has another form."""

OFTEN = 3
"""After how many calls a form is written out: that takes as long as a hundred calls gain."""
_MOST = 1000
"""How many containers, arrays and single numbers are written out: so many take some 50 ms, and the walk 10 a call."""
_IN_A_ROW = 4
"""From so many numbers in one container on they are asked for their type together."""


class _UnwrittenError(Exception):
    """The form is left to the walk."""


class _Leaf:
    """Stands for a number or an array in the containers of a form: which one it is, and its shape."""

    __slots__ = ("place", "shape")

    def __init__(self, place: int, shape: Shape) -> None:
        self.place = place
        self.shape = shape


def _marked(treedefs: Sequence[TreeDef]) -> list[Any]:
    """The containers of ``treedefs``, each with its leaves marked by their places among all."""
    trees: list[Any] = []
    place = 0
    for treedef in treedefs:
        trees.append(treedef.assemble(map(_Leaf, range(place, place + len(treedef.shapes)), treedef.shapes)))
        place += len(treedef.shapes)
    return trees


def _are_numbers(parts: Sequence[Any]) -> bool:
    """Whether all of ``parts`` are bare numbers, and so many that they are treated together."""
    return len(parts) >= _IN_A_ROW and all(type(part) is _Leaf and part.shape is None for part in parts)


class _Text:
    """The lines of a function, and the objects that they name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {
            "ndarray": np.ndarray, "float64": np.dtype(np.float64), "floats": {float}, "asarray": np.asarray,
            "rows": _rows,
        }  # fmt: skip
        self._left = _MOST

    def held(self, it: Any) -> str:
        """A name for an object."""
        name = f"_{len(self.names)}"
        self.names[name] = it
        return name

    def count(self) -> None:
        """Count one more part of the form."""
        self._left -= 1
        if not self._left:
            raise _UnwrittenError

    def defined(self, head: str) -> Callable[..., Any]:
        """The function of these lines."""
        text = "\n    ".join([f"def written({head}):", *self.lines])
        # The text is our own: what a user named is held and not written.
        exec(compile(text, "<form of a call>", "exec"), self.names)  # noqa: S102
        function: Callable[..., Any] = self.names.pop("written")
        return function


# --- into a call ------------------------------------------------------------------------------------------


def opening(treedefs: Sequence[TreeDef], keywords: Sequence[str]) -> Opening | None:  # noqa: C901 -- a few lines for each kind of container
    """The function that takes calls of one form apart; None if it cannot be written.

    Args:
        treedefs: of the arguments by position, then of those by keyword.
        keywords: the names of these.

    >>> from autograd.trees import flatten
    >>> apart = opening([flatten([1.0, 2.0], "a list")[1]], [])
    >>> apart(([3.0, 4.0],), {}), apart(([3.0, "4"],), {}), apart(([3.0],), {})
    ([3.0, 4.0], None, None)
    """
    text, taken = _Text(), dict[int, str]()

    def refuse_unless(test: str) -> None:
        text.lines.append(f"    if not ({test}): return None")

    def unpack(name: str, parts: Sequence[Any]) -> None:
        """Look at each item of what is called ``name``; where there are more or fewer, unpacking raises."""
        names = [f"{name}_{place}" for place in range(len(parts))]
        text.lines.append(f"    [{', '.join(names)}] = {name}")
        for each in zip(names, parts, strict=True):
            look(*each)

    def sequence(name: str, parts: Sequence[Any]) -> None:
        if _are_numbers(parts):
            refuse_unless(f"len({name}) == {len(parts)} and set(map(type, {name})) == floats")
            taken[parts[0].place] = f"*{name}"
        else:
            unpack(name, parts)

    def look(name: str, part: Any) -> None:
        text.count()
        kind = type(part)
        if kind is _Leaf:
            taken[part.place] = name
            is_array = f"type({name}) is ndarray and {name}.shape == {part.shape} and {name}.dtype is float64"
            refuse_unless(f"type({name}) is float" if part.shape is None else is_array)
        elif part is None:
            refuse_unless(f"{name} is None")
        elif kind is list or kind is tuple:
            refuse_unless(f"type({name}) is {kind.__name__}")
            sequence(name, part)
        elif kind is dict:
            refuse_unless(f"type({name}) is dict and [*{name}] == {text.held([*part])}")
            text.lines.append(f"    {name} = {name}.values()")
            unpack(name, list(part.values()))
        else:
            raise _UnwrittenError

    trees, positional = _marked(treedefs), len(treedefs) - len(keywords)
    try:
        refuse_unless(f"[*kwargs] == {text.held([*keywords])}" if keywords else "not kwargs")
        sequence("args", trees[:positional])
        if keywords:
            text.lines.append("    kwargs = kwargs.values()")
            unpack("kwargs", trees[positional:])
    except _UnwrittenError:
        return None
    leaves = ", ".join(taken[place] for place in sorted(taken))
    text.lines = ["try:", *text.lines, "except ValueError:", "    return None", f"return [{leaves}]"]
    return text.defined("args, kwargs")


# --- out of a call ----------------------------------------------------------------------------------------


class _Way(NamedTuple):
    """The text of the leaves of a result, from where its numbers begin to where they end, with its shape."""

    head: str
    number: str
    numbers: str
    row: str
    """An array of one dimension."""
    array: str


_BARE = _Way("if type(n) is ndarray: n = n.tolist()", "n[{0}]", "n[{0}:{1}]", "", "")
"""Of a result that is numbers alone."""
_ONE = _Way(
    "if type(n) is not ndarray: n = asarray(n)", "n.item({0})", "n[{0}:{1}].tolist()", "n[{0}:{1}]",
    "n[{0}:{1}].reshape({2})",
)  # fmt: skip
"""Of a result with arrays, which are parts of one."""
_ROWS = _Way("", "n[{0}]", "n[{0}:{1}]", "rows(n[{0}:{1}], {2})", "rows(n[{0}:{1}], {2})")
"""Of many results."""


class Assembly:
    """Puts results together: decided once for all calls whose results have one treedef.

    Args:
        treedef: that of the result for one example.
        batched: whether there are many examples: every leaf becomes an array of the results of all of them.
        reduced: whether these are summed: every leaf is as for one example, and a bool is counted.
    """

    def __init__(self, treedef: TreeDef, *, batched: bool, reduced: bool = False) -> None:
        self.written: Callable[[Any], Any] | None = None
        """Does as a call, once it is written."""
        self._treedef = treedef.with_shapes(treedef.shapes) if reduced else treedef
        self._way = _ROWS if batched and not reduced else _ONE if any(map(_is_array, treedef.shapes)) else _BARE
        self._uses = 0

    def __call__(self, numbers: Any) -> Any:
        """The result of a call, of its numbers: an array of shape (numbers, examples) where batched, else a row."""
        if self.written is not None:
            return self.written(numbers)
        self._uses += 1
        if self._uses == OFTEN:
            self.written = self._closing()
        if self._way is _BARE:
            return self._treedef.returned(numbers.tolist() if isinstance(numbers, np.ndarray) else numbers)
        numbers, parts = np.asarray(numbers), self._treedef.parts()
        if self._way is _ROWS:
            return self._treedef.returned([_rows(numbers[start:stop], shape) for start, stop, shape in parts])
        leaves = [
            numbers.item(start) if shape is None else numbers[start:stop].reshape(shape) for start, stop, shape in parts
        ]
        return self._treedef.returned(leaves)

    def _closing(self) -> Callable[[Any], Any] | None:
        """The function that does the same for this treedef; None if it cannot be written."""
        if self._treedef.bools:
            return None
        text, parts, way = _Text(), self._treedef.parts(), self._way

        def built(part: Any) -> str:
            text.count()
            kind = type(part)
            if kind is _Leaf:
                text_of = way.number if part.shape is None else way.row if len(part.shape) == 1 else way.array
                return text_of.format(*parts[part.place])
            if part is None:
                return "None"
            if kind is dict:
                return f"{{{', '.join(f'{text.held(key)}: {built(value)}' for key, value in part.items())}}}"
            if kind is not list and kind is not tuple:
                raise _UnwrittenError
            if _are_numbers(part):
                return f"{kind.__name__}({way.numbers.format(parts[part[0].place][0], parts[part[-1].place][1])})"
            each = "".join(f"{built(held)}, " for held in part)
            return f"[{each}]" if kind is list else f"({each})"

        try:
            text.lines += [way.head, f"return {built(*_marked([self._treedef]))}"]
        except _UnwrittenError:
            return None
        return text.defined("n")


def _is_array(shape: Shape) -> bool:
    return shape is not None


def _rows(part: Floats, shape: Shape) -> Floats:
    """``part`` with one example after another along the first axis."""
    rows: Floats = part[0] if shape is None else np.ascontiguousarray(part.T).reshape(-1, *shape)
    return rows
