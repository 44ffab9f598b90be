"""What is recorded of a model is kept for as long as the model lives, and used again while it is built the same."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import FunctionType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from autograd import Primitive, Value
from nn.flat import FlatModel
from nn.losses import LOSSES, Loss
from nn.module import Module, children

__all__ = ["flat_model"]


class _Kept(NamedTuple):
    build: list[Any]
    flat: dict[Any, FlatModel]


_KEPT: WeakKeyDictionary[Module, _Kept] = WeakKeyDictionary()
_LOCK = threading.Lock()


def flat_model(model: Module, parameters: Sequence[Value], loss: Loss, *, compiled: bool) -> FlatModel:
    """The model and the loss as functions of the numbers in ``parameters``, recorded before if that is known to fit.

    A loss of the user's own may depend on anything, and so may a model that holds other things than leaves, modules,
    containers, plain data and plain functions: those are recorded anew.
    """
    build = _build_of(model) if compiled and loss in LOSSES.values() else None
    if build is None:
        return FlatModel(model, parameters, loss, compiled=compiled)
    key = loss, tuple(map(id, parameters))
    with _LOCK:
        kept = _KEPT.get(model)
        if kept is None or kept.build != build:
            kept = _KEPT[model] = _Kept(build, {})
        flat = kept.flat.get(key)
        if flat is None:
            flat = kept.flat[key] = FlatModel(model, parameters, loss)
        return flat


def _build_of(model: Module) -> list[Any] | None:
    """Equal while a model is built the same: what its parts are, down to plain data; None if that cannot be told.

    A leaf is told by its identity, which remains its own, since the recording holds it.
    """
    build: list[Any] = []
    numbers: dict[int, int] = {}
    stack: list[tuple[Any, Any]] = [("", model)]
    while stack:
        key, thing = stack.pop()
        told = _told(thing)
        if told is not None:
            build.append((key, type(thing), told))
            continue
        parts = children(thing)
        if not parts and not isinstance(thing, (Module, list, tuple, dict)):
            return None
        build.append((key, type(thing), len(parts), numbers.get(id(thing))))
        if id(thing) not in numbers:
            numbers[id(thing)] = len(numbers)
            stack += parts
    return build


def _told(thing: Any) -> Any:
    """What tells a thing that holds no parts from others; None if nothing does."""
    if isinstance(thing, Value) and thing.op is None:
        return id(thing)
    if isinstance(thing, np.ndarray) and thing.dtype != object:
        return thing.shape, thing.dtype.str, thing.tobytes()
    if isinstance(thing, (int, float, str, bytes, type(None), np.generic)):
        return repr(thing)
    plain = isinstance(thing, (Primitive, type)) or (isinstance(thing, FunctionType) and not thing.__closure__)
    return thing if plain else None
