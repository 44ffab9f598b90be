"""Copying and pickling graphs of any depth, with their sharing kept.

Python's own copy and pickle recurse from a node into its operands, and fail at a depth of about a thousand. Here a
node hands over its ancestors before itself, in topological order, as the elements of a list: each is pickled after its
operands, which pickle then knows. A session remembers what one pickler has met, so that many roots of one graph cost
no more than its nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from copy import copy
from typing import Any
from weakref import ref

from autograd.context import clock
from autograd.primitives import Primitive
from autograd.sweep import State, link, linked, topological_order

__all__ = ["deep_copy", "flatten", "restore"]

_handed_over: ContextVar[frozenset[int] | set[int]] = ContextVar("autograd.pickling.handed_over", default=frozenset())
"""The nodes that the pickler in progress has met, while it is being handed ancestors."""

_session: ContextVar[Callable[[], _Session | None]] = ContextVar("autograd.pickling.session", default=lambda: None)
"""A weak reference to the present session."""


class _Session:
    """The nodes that one pickler has met, by id. Lives as long as that pickler remembers it.

    A pickler asks each object once how to pickle it: when it asks the session, it is a new pickler.
    """

    __slots__ = ("__weakref__", "met")

    def __init__(self) -> None:
        self.met: set[int] = set()

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        self.met.clear()
        return (tuple, ())


def flatten(node: Any, parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """The result of ``node.__reduce_ex__``: ``restore(*parts)``, its ancestors first.

    The session only decides who hands an ancestor over: pickle itself finds, among the parents, any that it missed.
    """
    met = _handed_over.get()
    if all(id(parent) in met for parent in node.parents):
        return (restore, parts)
    session = _session.get()()
    if session is None:
        session = _Session()
        _session.set(ref(session))
    return (_restore_after, (session, _Ancestors(node, session), *parts))


class _Ancestors:
    """The ancestors of a node that are new to the pickler; pickled as a list."""

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
            for node in topological_order(self.node, known=met):
                if node is not self.node:
                    yield node
                met.add(id(node))
        finally:
            _handed_over.reset(token)


def _restore_after(_session: Any, _ancestors: list[Any], *parts: Any) -> Any:
    return restore(*parts)


def restore(
    kind: type[Any],
    op: Primitive | None,
    parents: tuple[Any, ...],
    state: State,
    own: dict[str, Any] | None = None,
) -> Any:
    """A node from its pickled parts; ``own`` are the attributes that a subclass gave it."""
    node = linked(kind, op, parents, state)
    if own:
        vars(node).update(own)
    clock.catch_up(node._version)
    return node


def deep_copy(node: Any, memo: dict[int, Any]) -> Any:
    """``copy.deepcopy`` of a node: of its whole graph, each node once."""
    for original in topological_order(node, known=memo):
        duplicate = copy(original)
        link(duplicate, tuple(memo[id(parent)] for parent in original.parents))
        memo[id(original)] = duplicate
    return memo[id(node)]
