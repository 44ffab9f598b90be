"""The way into a call and out of it, written out for one form.

A walk over any tree asks each container what it is. Where calls of one form come again and again, a function that is
written for that form takes their arguments apart, and asks no more than whether the form is still the same; another one
puts their results together. Both do what the walk does: a form that they cannot write is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.replay.tape import Floats
from autograd.trees import Shape, TreeDef, array_of

__all__ = ["Opening", "closing", "closing_of_array", "closing_of_rows", "opening"]

Opening = Callable[[tuple[Any, ...], dict[str, Any]], "list[Any] | None"]
"""The leaves of a call's arguments, in order; None if the call has another form."""

_MOST = 1000
"""How many containers, arrays and single numbers are written out: so many take some 50 ms, and the walk 10 a call."""
_IN_A_ROW = 4
"""From so many numbers in one container on they are asked for their type together."""


class _UnwrittenError(Exception):
    """The form is left to the walk."""


class _Text:
    """The lines of a function, and the objects that they name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}
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


def opening(args: tuple[Any, ...], kwargs: dict[str, Any], places: Any, shapes: Sequence[Any]) -> Opening | None:
    """The function that takes calls of this form apart; None if it cannot be written.

    Args:
        args: the arguments of such a call by position.
        kwargs: those by keyword.
        places: a tree of the same containers, with the place of each leaf among all: of ``args``, or, if there are
            arguments by keyword, of ``(args, values)``.
        shapes: of each leaf, True for a float, or the shape of an array.

    >>> apart = opening(([1.0, 2.0],), {}, ([0, 1],), [True, True])
    >>> apart(([3.0, 4.0],), {}), apart(([3.0, "4"],), {}), apart(([3.0],), {})
    ([3.0, 4.0], None, None)
    """
    text = _OpeningText(shapes)
    try:
        if kwargs:
            keys = text.held([*kwargs])
            text.refuse_unless(f"[*kwargs] == {keys}")
            text.lines.append("    kwargs = kwargs.values()")
            text.sequence("args", args, places[0])
            text.unpack("kwargs", list(kwargs.values()), places[1])
        else:
            text.refuse_unless("not kwargs")
            text.sequence("args", args, places)
    except _UnwrittenError:
        return None
    return text.function()


class _OpeningText(_Text):
    """The text of an opening."""

    def __init__(self, shapes: Sequence[Any]) -> None:
        super().__init__()
        self.names |= {"ndarray": np.ndarray, "float64": np.dtype(np.float64), "floats": {float}}
        self._shapes = shapes
        self._taken: dict[int, str] = {}

    def function(self) -> Opening:
        """The function of all that was looked at."""
        listed = ", ".join(self._taken[place] for place in sorted(self._taken))
        self.lines = ["try:", *self.lines, "except ValueError:", "    return None", f"return [{listed}]"]
        return self.defined("args, kwargs")

    def refuse_unless(self, test: str) -> None:
        """Give up a call for which ``test`` does not hold."""
        self.lines.append(f"    if not ({test}): return None")

    def unpack(self, name: str, parts: Sequence[Any], places: Sequence[Any]) -> None:
        """Look at each item of what is called ``name``; where there are more or fewer, unpacking raises."""
        names = [f"{name}_{place}" for place in range(len(parts))]
        self.lines.append(f"    [{', '.join(names)}] = {name}")
        for each in zip(names, parts, places, strict=True):
            self.look(*each)

    def sequence(self, name: str, parts: Sequence[Any], places: Sequence[Any]) -> None:
        """Look at a list or a tuple."""
        if len(parts) >= _IN_A_ROW and _in_a_row(places) and all(self._shapes[place] is True for place in places):
            self.refuse_unless(f"len({name}) == {len(parts)} and set(map(type, {name})) == floats")
            self._taken[places[0]] = f"*{name}"
        else:
            self.unpack(name, parts, places)

    def look(self, name: str, part: Any, place: Any) -> None:
        """Look at any part of the arguments, and at what it holds."""
        self.count()
        kind = type(part)
        if part is None:
            self.refuse_unless(f"{name} is None")
        elif kind is list or kind is tuple:
            self.refuse_unless(f"type({name}) is {kind.__name__}")
            self.sequence(name, part, place)
        elif kind is dict:
            self.refuse_unless(f"type({name}) is dict and [*{name}] == {self.held([*part])}")
            self.lines.append(f"    {name} = {name}.values()")
            self.unpack(name, list(part.values()), [place[key] for key in part])
        elif type(place) is not int:
            raise _UnwrittenError
        else:
            self._leaf(name, place)

    def _leaf(self, name: str, place: int) -> None:
        shape = self._shapes[place]
        self._taken[place] = name
        if shape is True:
            self.refuse_unless(f"type({name}) is float")
        else:
            self.refuse_unless(f"type({name}) is ndarray and {name}.shape == {shape} and {name}.dtype is float64")


def _in_a_row(places: Sequence[Any]) -> bool:
    """Whether ``places`` are leaves, one behind the other."""
    return type(places[0]) is int and [*places] == [*range(places[0], places[0] + len(places))]


# --- out of a call ----------------------------------------------------------------------------------------


_Leaf = Callable[["_Text", int, int, Shape], str]
"""The text of a leaf, from where its numbers begin to where they end, and its shape."""


def closing(treedef: TreeDef) -> Callable[[Sequence[Any]], Any]:
    """The function that does as ``treedef.outcome``: a tree of a sequence of numbers."""

    def leaf(text: _Text, start: int, stop: int, shape: Shape) -> str:
        text.names["array_of"] = array_of
        return f"n[{start}]" if shape is None else f"array_of(n[{start}:{stop}], {shape})"

    return _closing(treedef, leaf) or treedef.outcome


def closing_of_array(treedef: TreeDef) -> Callable[[Floats], Any] | None:
    """The function that makes a tree of an array of numbers, whose arrays are parts of it; None if it is unwritten."""

    def leaf(_: _Text, start: int, stop: int, shape: Shape) -> str:
        if shape is None:
            return f"n.item({start})"
        return f"n[{start}:{stop}]" if len(shape) == 1 else f"n[{start}:{stop}].reshape({shape})"

    return _closing(treedef, leaf, in_a_row="{kind}(n[{start}:{stop}].tolist())")


def closing_of_rows(treedef: TreeDef, rows: Callable[[Floats, Shape], Floats]) -> Callable[[Floats], Any] | None:
    """The function that makes a tree of an array with a row for each number of the result; None if it is not written.

    ``rows`` gives the results of all examples, of the rows of one leaf and its shape in one example.
    """

    def leaf(text: _Text, start: int, stop: int, shape: Shape) -> str:
        text.names["rows"] = rows
        return f"n[{start}]" if shape is None else f"rows(n[{start}:{stop}], {shape})"

    return _closing(treedef, leaf)


def _closing(treedef: TreeDef, leaf: _Leaf, in_a_row: str = "{kind}(n[{start}:{stop}])") -> Callable[[Any], Any] | None:
    if treedef.bools:
        return None
    parts, text = treedef.parts(), _Text()

    def built(part: Any) -> str:
        text.count()
        kind = type(part)
        if kind is int:
            return leaf(text, *parts[part])
        if part is None:
            return "None"
        if kind is dict:
            return f"{{{', '.join(f'{text.held(key)}: {built(value)}' for key, value in part.items())}}}"
        if kind is not list and kind is not tuple:
            raise _UnwrittenError
        if len(part) >= _IN_A_ROW and _in_a_row(part) and all(parts[place][2] is None for place in part):
            return in_a_row.format(kind=kind.__name__, start=parts[part[0]][0], stop=parts[part[-1]][1])
        each = "".join(f"{built(held)}, " for held in part)
        return f"[{each}]" if kind is list else f"({each})"

    places = treedef.places_of_leaves()
    try:
        text.lines.append(f"return {built(places)}")
    except _UnwrittenError:
        return None
    return text.defined("n")
