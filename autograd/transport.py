"""Copying and pickling graphs of any depth, without recursion and with their sharing kept.

Python's own copy and pickle recurse from a node into its operands and fail at a depth of about a thousand. Here a
node hands over its ancestors before itself, in topological order, as the elements of a list: each is then pickled
after its operands, which pickle already knows. A session remembers what one pickler has met, so that many roots
of one graph cost no more than its nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from contextvars import ContextVar
from copy import copy
from typing import Any
from weakref import ref

__all__ = ["deep_copy", "flatten"]

_handed_over: ContextVar[frozenset[int] | set[int]] = ContextVar("autograd.transport.handed_over", default=frozenset())
"""The nodes that the pickler in progress has met, while it is being handed ancestors."""

_session: ContextVar[Callable[[], _Session | None]] = ContextVar("autograd.transport.session", default=lambda: None)
"""A weak reference to the present session."""


class _Session:
    """The nodes that one pickler has met, by id. Lives as long as that pickler remembers it.

    A pickler asks each object how to pickle it once. So when it asks the session, it is a new pickler.
    """

    __slots__ = ("__weakref__", "met")

    def __init__(self) -> None:
        self.met: set[int] = set()

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        self.met.clear()
        return (tuple, ())


def flatten(node: Any, restore: Callable[..., Any], parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """What ``node.__reduce_ex__`` returns: ``restore(*parts)``, its ancestors first.

    What the session says only decides who hands an ancestor over: one that it misses, or believes met by
    mistake, pickle finds among the parents by itself.
    """
    met = _handed_over.get()
    if all(id(parent) in met for parent in node.parents):
        return (restore, parts)
    session = _session.get()()
    if session is None:
        session = _Session()
        _session.set(ref(session))
    return (_restore_after, (session, _Ancestors(node, session), restore, *parts))


class _Ancestors:
    """The nodes that a node depends on, as far as they are new to the pickler; pickles as a list of them."""

    __slots__ = ("node", "session")

    def __init__(self, node: Any, session: _Session) -> None:
        self.node = node
        self.session = session

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return (list, (), None, self._handing_over())

    def _handing_over(self) -> Iterator[Any]:
        met = self.session.met
        token = _handed_over.set(met)
        try:
            for node in _not_in(met, self.node):
                if node is not self.node:
                    yield node
                met.add(id(node))
        finally:
            _handed_over.reset(token)


def _restore_after(_session: Any, _ancestors: list[Any], restore: Callable[..., Any], *parts: Any) -> Any:
    return restore(*parts)


def _not_in(known: Container[int], node: Any) -> Iterator[Any]:
    """The nodes that ``node`` depends on and itself, operands first, without the ``known`` ones (by id).

    Whoever takes a node adds it to ``known`` before asking for the next.
    """
    stack = [node]
    while stack:
        node = stack[-1]
        new = () if id(node) in known else [parent for parent in node.parents if id(parent) not in known]
        if new:
            stack += reversed(new)
        else:
            stack.pop()
            if id(node) not in known:
                yield node


def deep_copy(node: Any, memo: dict[int, Any], link: Callable[[Any, tuple[Any, ...]], None]) -> Any:
    """``copy.deepcopy`` of a node: of its whole graph, each node once. ``link`` gives a copy its parents."""
    for original in _not_in(memo, node):
        duplicate = copy(original)
        link(duplicate, tuple(memo[id(parent)] for parent in original.parents))
        memo[id(original)] = duplicate
    return memo[id(node)]
