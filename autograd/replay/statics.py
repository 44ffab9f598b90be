"""Static arguments of a compiled function: what is no number, and the ints that are named static.

A static argument reaches the function as it is. It is a part of the signature: another value is another recording.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, cast

import numpy as np
import optree

from autograd.trees import _NAMESPACE, SETTINGS, is_record
from autograd.value import Value

__all__ = ["Static", "StaticArguments", "check_static", "is_static", "statics_in", "with_statics"]


class Static:
    """A static argument. Equal to another of the same type and value: ``1``, ``1.0`` and ``True`` are three.

    Args:
        value: the argument.
        name: which one it is, for the message.

    Raises:
        TypeError: it has no hash, so that a recording for it could not be found again.
    """

    __slots__ = ("_key", "value")

    def __init__(self, value: Any, name: str) -> None:
        self.value = value
        self._key = type(value), value, _told(value)
        try:
            hash(self._key)
        except TypeError:
            remedy = ": pass a tuple" if isinstance(value, list) else ": pass an immutable object, such as a tuple"
            raise TypeError(
                f"{name} is static, so it must be hashable, got {_shown(value)} of type {type(value).__name__}{remedy}"
            ) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Static) and bool(self._key == other._key)

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return _shown(self.value)


def _told(value: Any) -> str:
    """What tells a value from equal ones: 0.0 from -0.0, (1,) from (True,), noon in London from the same in Rome."""
    if isinstance(value, (str, bytes, bool, Enum, type)) or callable(value):
        return ""
    return repr(value)


_register: Any = optree.register_pytree_node  # its type wants a Collection
_register(Static, lambda static: ((), static), lambda static, _: static.value, namespace=_NAMESPACE)


def is_static(leaf: Any) -> bool:
    """Whether a leaf of an argument is static by itself: a str, a bool, a callable, an enum, a date; not a number."""
    if isinstance(leaf, (float, int)) and not isinstance(leaf, (bool, Enum)):
        return False
    if isinstance(leaf, (Static, *SETTINGS)):
        return True
    return callable(leaf) and not isinstance(leaf, Value) and not is_record(leaf)


def with_statics(tree: Any, name: str) -> Any:
    """``tree`` with its static leaves marked, so that they belong to the structure."""
    if type(tree) is float or isinstance(tree, (Value, Static)):
        return tree
    if not any(map(is_static, optree.tree_leaves(tree, is_leaf=is_record))):
        return tree

    def marked(leaf: Any) -> Any:
        return Static(leaf, name) if is_static(leaf) and not isinstance(leaf, Static) else leaf

    return optree.tree_map(marked, tree, is_leaf=is_record)


def statics_in(tree: Any) -> list[Static]:
    """The static leaves of ``tree``, in order."""
    return [
        leaf if isinstance(leaf, Static) else Static(leaf, "an argument")
        for leaf in optree.tree_leaves(tree, is_leaf=is_record)
        if is_static(leaf)
    ]


class StaticArguments:
    """The arguments of a function that ``static_argnums`` and ``static_argnames`` name.

    Args:
        function: whose arguments they are. What is named by place is static by keyword too, and the other way round.
        argnums: their places; negative ones are counted from the last parameter.
        argnames: their names.

    Raises:
        ValueError: the function has no such parameter.
    """

    def __init__(self, function: Callable[..., Any] | None, argnums: Sequence[int], argnames: Sequence[str]) -> None:
        self.places = set(argnums)
        self.names = set(argnames)
        self._called = getattr(function, "__name__", "the function")
        try:
            parameters = list(inspect.signature(cast("Any", function)).parameters.values())
        except (TypeError, ValueError):  # a function written in C may not tell, nor does a tape
            return
        kinds = inspect.Parameter
        named = [each.name for each in parameters if each.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)]
        by_keyword = {
            each.name for each in parameters if each.kind in (kinds.POSITIONAL_OR_KEYWORD, kinds.KEYWORD_ONLY)
        }
        kinds_seen = {each.kind for each in parameters}
        self.places = {self._place(place, named, open_ended=kinds.VAR_POSITIONAL in kinds_seen) for place in argnums}
        for name in argnames:
            if name not in by_keyword and name not in named and kinds.VAR_KEYWORD not in kinds_seen:
                raise ValueError(
                    f"static_argnames names {name!r}, which is no parameter of {self._called}: it takes "
                    f"{', '.join(each.name for each in parameters) or 'none'}"
                )
        self.names |= {named[place] for place in self.places if place < len(named)} & by_keyword
        self.places |= {named.index(name) for name in argnames if name in named}

    def _place(self, place: int, named: list[str], *, open_ended: bool) -> int:
        found = place + len(named) if place < 0 else place
        if found < 0 or (found >= len(named) and not open_ended):
            raise ValueError(
                f"static_argnums names argument {place}, and {self._called} takes {len(named)} by position"
                + (f": {', '.join(named)}" if named else "")
            )
        return found

    def __bool__(self) -> bool:
        return bool(self.places or self.names)

    def marked(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a call with the static ones marked."""
        placed = tuple(
            Static(arg, f"argument {place} of {self._called}") if place in self.places else arg
            for place, arg in enumerate(args)
        )
        by_keyword = {
            name: Static(arg, f"argument {name!r} of {self._called}") if name in self.names else arg
            for name, arg in kwargs.items()
        }
        return placed, by_keyword

    def of_method(self) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Places and names for the method of an instance: without the first parameter, which is the instance."""
        return tuple(place - 1 for place in sorted(self.places) if place > 0), tuple(sorted(self.names))


def check_static(argnums: Any, argnames: Any) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """``static_argnums`` and ``static_argnames`` as tuples.

    Raises:
        TypeError: they are not ints, or not names.
    """
    places = argnums if isinstance(argnums, (tuple, list)) else (argnums,)
    names = argnames if isinstance(argnames, (tuple, list)) else (argnames,)
    if any(isinstance(place, bool) or not isinstance(place, (int, np.integer)) for place in places):
        raise TypeError(f"static_argnums must be an int or a tuple of ints, got {argnums!r}")
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f"static_argnames must be a str or a tuple of strs, got {argnames!r}")
    return tuple(map(int, places)), tuple(names)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
