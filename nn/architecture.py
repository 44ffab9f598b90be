"""How a model is built, in words: what a file says of it, so that its numbers are not given to another function.

And what data it holds beside its parameters: its buffers, such as statistics of the examples, which a file holds too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np

from autograd import Value
from nn.activations import name_of
from nn.module import Module, children, walk

__all__ = ["DTYPE", "buffers", "description", "differences", "is_data", "owners"]


def description(model: Module, without: Iterable[str] = ()) -> dict[str, str]:
    """What stands at each path of ``model``: all that its outputs hang on, but for its parameters themselves.

    A module is told by its class, a container by its kind and length, a function by its name, plain data by
    itself, an array by a digest, and anything else by its class. A parameter is told where it stands again. What
    stands at a path of ``without`` is left out.

    >>> from nn import Neuron
    >>> from nn.architecture import description
    >>> told = description(Neuron(2, activation="tanh"))
    >>> told[""], told["activation"], told["w"], "w.0" in told
    ('Neuron', 'tanh', 'list of 2', False)
    """
    learnt = {id(leaf) for leaf in model.parameters()}
    told: dict[str, str] = {}
    paths: dict[int, str] = {}
    left_out = set(without)
    stack: list[tuple[str, Any]] = [("", model)]
    while stack:
        path, thing = stack.pop()
        parts = children(thing)
        if path in left_out:
            continue
        if id(thing) in paths:
            told[path] = f"the same as {paths[id(thing)]!r}"
        elif id(thing) in learnt:
            paths[id(thing)] = path
        elif not parts:
            told[path] = _told(thing)
        else:
            paths[id(thing)] = path
            told[path] = ("list" if isinstance(thing, list) else name_of(type(thing))) + (
                "" if isinstance(thing, Module) else f" of {len(parts)}"
            )
            prefix = f"{path}." if path else ""
            stack += [(f"{prefix}{key}", part) for key, part in reversed(parts)]
    return told


def owners(model: Module) -> dict[str, Module]:
    """Every module in ``model``, itself too, by its path."""
    return {path: part for path, part in walk(model) if isinstance(part, Module)}


def buffers(model: Module) -> dict[str, Any]:
    """The data among the attributes of ``model`` and its modules, by path, but for what is fixed when they are made.

    >>> from nn import MLP
    >>> from nn.architecture import buffers
    >>> model = MLP(2, [1])
    >>> model.means, model.trained = [0.5, 1.5], True
    >>> buffers(model)
    {'means': [0.5, 1.5], 'trained': True}
    """
    return {
        f"{path}.{name}" if path else name: held
        for path, module in owners(model).items()
        for name, held in vars(module).items()
        if held is not None and name not in module.fixed and is_data(held)
    }


def is_data(thing: Any) -> bool:
    """Whether it is plain data: numbers, text, arrays of them, and lists, tuples, dicts and sets of these."""
    waiting, seen = [thing], set[int]()
    while waiting:
        part = waiting.pop()
        if type(part) in _CONTAINERS:
            if id(part) in seen:
                return False  # a circle, or the same list twice: a file holds neither
            seen.add(id(part))
            waiting += [*part.keys(), *part.values()] if isinstance(part, dict) else part
        elif isinstance(part, np.generic) or type(part) is np.ndarray:
            if not DTYPE.fullmatch(part.dtype.str):
                return False
        elif type(part) not in _PLAIN:
            return False
    return True


_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_CONTAINERS = (list, tuple, dict, set, frozenset)
DTYPE = re.compile(r"\|b1|\|[iu]1|[<>][iu][248]|[<>]f[248]|[<>]c(8|16)|\|S\d+|[<>]U\d+|[<>][mM]8(\[\d*[a-zA-Zμ]+\])?")


def differences(saved: dict[str, str], model: Module) -> list[str]:
    """Where a model is built otherwise than the one that was saved, in words.

    An attribute that only one of them has is passed over: it may be a note that was made after the model. A part
    of a container is not, for the length of a container is told too.
    """
    return [
        f"at {path!r} the file has {saved[path]}, and this model {now}"
        for path, now in description(model).items()
        if saved.get(path, now) != now
    ]


def _told(thing: Any) -> str:
    """What tells a thing that holds no parts from others, in any process."""
    if isinstance(thing, partial):
        return f"{name_of(thing.func)} with {[*thing.args, thing.keywords]!r}"
    if isinstance(thing, Value):
        return f"Value({thing.data!r})" if thing.op is None else "a computed Value"
    if isinstance(thing, np.ndarray):
        return f"{thing.dtype.str} array {thing.shape} {hashlib.sha256(thing.tobytes()).hexdigest()[:16]}"
    if isinstance(thing, (int, float, str, bytes, type(None), np.generic)):
        return repr(thing.item() if isinstance(thing, np.generic) else thing)  # NumPy's own repr hangs on its version
    if isinstance(thing, (list, tuple, dict)):
        return f"{type(thing).__name__} of 0"
    return name_of(thing) if callable(thing) and not isinstance(thing, Module) else type(thing).__name__
