"""Copying and pickling graphs of any depth, with their sharing kept.

Python's own copy and pickle recurse from a node into its operands and fail at a depth of about a thousand. Here
pickle recurses as ever, so that what it has met is not walked again, but only to a small depth. There the node
hands over all its ancestors before itself, in topological order, as the elements of a list: each is then pickled
after its operands, which pickle already knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from copy import copy
from typing import Any

from autograd.sweep import topological_order

__all__ = ["deep_copy", "flatten"]

_DEEPEST = 40

_handed_over: ContextVar[frozenset[int] | set[int]] = ContextVar("autograd.transport.nodes", default=frozenset())
"""The nodes that the pickling in progress has been given."""

_depth: ContextVar[int] = ContextVar("autograd.transport.depth", default=0)
"""How many nodes the pickling in progress is inside of."""


def flatten(node: Any, restore: Callable[..., Any], parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """What ``node.__reduce_ex__`` returns: ``restore(*parts)``, and its ancestors first where they are deep."""
    handed_over = _handed_over.get()
    if all(id(parent) in handed_over for parent in node.parents):
        return (restore, parts)
    depth = _depth.get()
    if depth < _DEEPEST:
        _depth.set(depth + 1)
        return (_restore_after, (restore, *parts, _Leave(depth)))
    return (_restore_behind, (_Ancestors(node), restore, *parts))


class _Leave:
    """Stands last among the parts of a node: by the time it is pickled, its operands have been."""

    def __init__(self, depth: int) -> None:
        self.depth = depth

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        _depth.set(self.depth)
        return (int, ())


class _Ancestors:
    """The nodes that a node depends on; pickles as a list of them."""

    def __init__(self, node: Any) -> None:
        self.node = node

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return (list, (), None, self._handing_over())

    def _handing_over(self) -> Iterator[Any]:
        handed_over: set[int] = set()
        token = _handed_over.set(handed_over)
        try:
            for node in topological_order(self.node)[:-1]:
                yield node
                handed_over.add(id(node))
        finally:
            _handed_over.reset(token)


def _restore_after(restore: Callable[..., Any], *parts: Any) -> Any:
    return restore(*parts[:-1])


def _restore_behind(_ancestors: list[Any], restore: Callable[..., Any], *parts: Any) -> Any:
    return restore(*parts)


def deep_copy(node: Any, memo: dict[int, Any], link: Callable[[Any, tuple[Any, ...]], None]) -> Any:
    """``copy.deepcopy`` of a node: of all of its graph that is not copied yet, each node once.

    Args:
        node: the node.
        memo: the copies by the ids of their originals, as ``copy.deepcopy`` keeps them.
        link: gives a copy its operands.
    """
    stack = [node]
    while stack:
        original = stack[-1]
        missing = [parent for parent in original.parents if id(parent) not in memo]
        if id(original) in memo:
            stack.pop()
        elif missing:
            stack += missing
        else:
            duplicate = copy(stack.pop())
            link(duplicate, tuple(memo[id(parent)] for parent in original.parents))
            memo[id(original)] = duplicate
    return memo[id(node)]
