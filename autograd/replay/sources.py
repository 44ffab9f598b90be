"""Sources: what gives another answer each time it is asked, such as a generator, random numbers, a file or the clock.

A recording keeps the one answer that it got. So the sources that a function reaches are noted with the rest of what it
reads. The state of a source that has one is compared before and after the function runs: where it has moved on, the
function has used it up, and cannot be recorded. Of a source that shows no state, as the clock, nothing can be compared;
a function that reaches one is recorded twice, and refused if the two recordings differ.
"""

from __future__ import annotations

import datetime as dt
import io
import operator
import os
import pickle
import queue
import random
import secrets
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, GeneratorType, MethodWrapperType, ModuleType
from typing import Any

import numpy as np

__all__ = ["Sources"]

_NUMPYS: Any = np.random.mtrand._rand  # noqa: SLF001 -- the generator of np.random.rand
_PYTHONS: Any = random._inst  # noqa: SLF001 -- the generator of random.random
_RANDOM = (random.Random, np.random.Generator, np.random.RandomState, np.random.BitGenerator)
_QUEUES = (queue.Queue, queue.SimpleQueue)
_IN_PARTS = (enumerate, filter, map, zip)
"""Iterators that show by ``__reduce__`` what they go over."""
_SHOWS_NO_STATE = object()

_CLOCKS = frozenset({
    "time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "process_time",
    "process_time_ns", "thread_time", "now", "today", "utcnow", "localtime", "gmtime", "urandom", "getrandom",
})  # fmt: skip
"""Functions of the modules below that answer anew each time, beside all of secrets and uuid."""
_OF_CLOCKS = (time, dt, os, sys.modules[os.name], dt.datetime, dt.date)


class Sources:
    """The sources that some functions reach.

    >>> numbers = iter([1.0, 2.0])
    >>> sources = Sources()
    >>> sources.note(numbers, "'numbers' of a closure")
    >>> before = sources.states()
    >>> sources.moved(before), next(numbers), sources.moved(before)
    ('', 1.0, "takes items from 'numbers' of a closure")
    """

    def __init__(self) -> None:
        self._found: dict[int, tuple[Any, str]] = {}
        self.modules: list[Any] = []
        """The modules and classes met that have functions which are sources."""
        self.unsteady = False
        """Whether a source was met whose state cannot be compared."""

    def note(self, found: Any, words: str, *, is_followed: Callable[[type], bool] = lambda _: False) -> None:
        """Note ``found`` if it is a source, or what asks one.

        Args:
            found: any object that a function reads.
            words: where it was found.
            is_followed: whether a class is of Python code that is read, so that its state is watched where it stands.
        """
        if isinstance(found, (ModuleType, type)):
            if found in (*_OF_CLOCKS, np, np.random, random, secrets, uuid):
                self.modules.append(found)
            return
        if isinstance(found, (BuiltinFunctionType, MethodWrapperType)):
            if found.__name__ in _CLOCKS and getattr(found, "__self__", None) in _OF_CLOCKS:
                self.unsteady = True
            found = found.__self__
        if isinstance(found, (*_RANDOM, *_QUEUES, Iterator)) and not is_followed(type(found)):
            self._found.setdefault(id(found), (found, words))
            self.unsteady = self.unsteady or _state(found) is _SHOWS_NO_STATE

    def settle(self, names: set[str]) -> None:
        """Note what is asked of modules, now that all ``names`` are known that code reads."""
        for module in self.modules:
            if module in (secrets, uuid) or (module in _OF_CLOCKS and not _CLOCKS.isdisjoint(names)):
                self.unsteady = True
            elif module is random or module is np.random or (module is np and "random" in names):
                self.note(_PYTHONS if module is random else _NUMPYS, "random" if module is random else "numpy.random")
                self.unsteady = True  # a generator that is made without a seed

    def states(self) -> list[Any]:
        """The present states, for :meth:`moved`."""
        return [_state(source) for source, _ in self._found.values()]

    def moved(self, before: list[Any]) -> str:
        """The words for the first source that has moved on since; empty if none has."""
        for (source, words), state in zip(self._found.values(), before, strict=True):
            if state != _state(source):
                verb = "draws random numbers from" if isinstance(source, _RANDOM) else "takes items from"
                return f"{verb} {words}"
        return ""


def _state(source: Any) -> Any:  # noqa: C901, PLR0911 -- one for each kind
    """Something that is equal as long as ``source`` was not asked."""
    match source:
        case random.SystemRandom():
            return _SHOWS_NO_STATE
        case random.Random():
            return source.getstate()
        case np.random.Generator():
            return pickle.dumps(source.bit_generator.state)
        case np.random.BitGenerator():
            return pickle.dumps(source.state)
        case np.random.RandomState():
            return pickle.dumps(source.get_state(legacy=False))
        case queue.Queue() | queue.SimpleQueue():
            return source.qsize()
        case GeneratorType():
            frame = source.gi_frame
            return frame and (frame.f_lasti, [(name, _part(each)) for name, each in frame.f_locals.items()])
        case io.IOBase():
            try:
                return _SHOWS_NO_STATE if source.writable() else source.tell()  # which may be a log
            except (OSError, ValueError):  # no file of a disk, or closed; a text file says so while it is iterated over
                return _SHOWS_NO_STATE
        case _ if type(source) in _IN_PARTS:
            return [_part(part) for part in source.__reduce__()[1]]
    left = operator.length_hint(source, -1)
    return left if left >= 0 else _SHOWS_NO_STATE


def _part(part: Any) -> Any:
    return _state(part) if isinstance(part, (*_RANDOM, Iterator)) else (id(part), part if type(part) is int else None)
