"""A compiled function in the body of a class: what each instance has of its own, without keeping it alive."""

from __future__ import annotations

import functools
import inspect
import threading
import weakref
from collections.abc import Callable
from typing import Any, Generic, TypeVar

__all__ = ["Methods"]

T = TypeVar("T")


class Methods(Generic[T]):
    """One ``T`` for each instance, as long as that lives. Instances are told apart by identity."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[weakref.ref[Any], T]] = {}
        self._lock = threading.Lock()

    def of(self, instance: Any, function: Callable[..., Any], make: Callable[[Callable[..., Any]], T]) -> T:
        """What ``make`` made of ``function`` as a method of ``instance``.

        Raises:
            TypeError: ``instance`` cannot be referred to weakly.
        """
        key = id(instance)
        known = self._made.get(key)
        if known is not None:
            return known[1]
        made = self._made

        def forget(_: Any) -> None:
            made.pop(key, None)

        try:
            reference = weakref.ref(instance, forget)
        except TypeError:
            raise TypeError(
                f"{function.__qualname__} is compiled for each instance, but {type(instance).__name__} has no weak "
                f"references: add '__weakref__' to its __slots__, or compile a function outside the class"
            ) from None
        with self._lock:
            return made.setdefault(key, (reference, make(_method(function, reference))))[1]


def _method(function: Callable[..., Any], reference: weakref.ref[Any]) -> Callable[..., Any]:
    """``function`` with the instance as its first argument, which whoever calls keeps alive."""

    def called(*args: Any, **kwargs: Any) -> Any:
        return function(reference(), *args, **kwargs)

    _, *others = inspect.signature(function).parameters.values()
    method: Any = functools.wraps(function)(called)
    method.__signature__ = inspect.Signature(others)  # which is what inspect.signature looks at first
    bound: Callable[..., Any] = method
    return bound
