"""Copying and pickling graphs of any depth, without recursion and with their sharing kept.

Python's own copy and pickle recurse from a node into its parents and fail at a depth of about a thousand.
Here the first node that pickle meets hands over all its ancestors before itself, in topological order, as the
elements of a list: each is then pickled after its parents, which pickle already knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from copy import copy
from typing import Any

from autograd.sweep import topological_order

__all__ = ["deep_copy", "flatten"]

_handed_over: ContextVar[frozenset[int] | set[int]] = ContextVar("autograd.transport", default=frozenset())
"""The nodes that the pickling in progress has been given."""


def flatten(node: Any, restore: Callable[..., Any], parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """What ``node.__reduce_ex__`` returns: ``restore(*parts)``, its ancestors first."""
    handed_over = _handed_over.get()
    if all(id(parent) in handed_over for parent in node.parents):
        return (restore, parts)
    return (_restore_after, (_Ancestors(node), restore, *parts))


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


def _restore_after(_ancestors: list[Any], restore: Callable[..., Any], *parts: Any) -> Any:
    return restore(*parts)


def deep_copy(node: Any, memo: dict[int, Any], link: Callable[[Any, tuple[Any, ...]], None]) -> Any:
    """``copy.deepcopy`` of a node: of its whole graph, each node once. ``link`` gives a copy its parents."""
    for original in topological_order(node):
        if id(original) not in memo:
            duplicate = copy(original)
            link(duplicate, tuple(memo[id(parent)] for parent in original.parents))
            memo[id(original)] = duplicate
    return memo[id(node)]
