"""The choice of an engine: the one in Python, which is the definition, or the same in C where that is compiled.

``CHAINRULE_ENGINE=python`` or ``c`` in the environment asks for one. Otherwise the compiled engine runs if there is one
for this table of operations.
"""

from __future__ import annotations

import functools
import gc
import hashlib
import importlib
import os
import warnings
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, TypeVar

from autograd.context import _IN_FORCE, _RECORDING, Clock, Context, Setting, clock, handed, scope, tracing, writing
from autograd.primitives import PRIMITIVES, Primitive

__all__ = ["core", "digest", "engine", "in_c", "show_to_collector"]


F = TypeVar("F", bound=Callable[..., Any])

_VERSION = 12
"""The version of what this file asks of the compiled engine; ``VERSION`` in ``_engine.c`` says what that has."""


@functools.cache
def digest() -> str:
    """A digest of the source of the table of operations."""
    found = hashlib.sha256()
    for path in sorted(Path(__file__).with_name("rules").glob("*.py")):
        found.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()[:16]


def _chosen() -> Any:
    """The compiled engine, or None for the one in Python."""
    asked = os.environ.get("CHAINRULE_ENGINE", "")
    if asked not in ("", "python", "c"):
        raise ImportError(f"CHAINRULE_ENGINE must be python or c, got {asked!r}")
    if asked == "python":
        return None
    try:
        _engine: Any = importlib.import_module("autograd._engine")
    except ImportError as error:
        if asked == "c":
            raise ImportError(
                f"CHAINRULE_ENGINE=c asks for the compiled engine, which is not there: {error}. Install the package "
                f"where there is a C compiler, or leave CHAINRULE_ENGINE out"
            ) from None
        return None
    if getattr(_engine, "VERSION", 0) != _VERSION or digest() != _engine.TABLE_DIGEST:
        warnings.warn(
            "the engine was compiled from another version of the source or of the table of operations, so the engine "
            "in Python runs: install the package again",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
    return _engine


core: Any = _chosen()
"""The compiled engine, a module; None where the engine in Python runs."""
engine: str = "c" if core else "python"
"""The name of the engine that runs: ``"c"`` or ``"python"``."""

_rows: dict[tuple[str, int], dict[float | None, int]] = defaultdict(dict)
"""The rows of the compiled table, by name and number of constants, then by the constant that a row is for."""


def _form_of(op: Primitive) -> tuple[int, bool, bool, tuple[float, ...]] | None:
    """Row of ``op`` in the compiled table, or -1; whether it is gated and captures numbers; its constants.

    None: it is no record of ours.
    """
    base = op.base or op
    ours = base.builtin and PRIMITIVES.get(base.name) is base
    if not ours or (op.constants and base.capture(*op.constants) is not op):
        return None
    rows = _rows[base.name, len(op.constants)]
    fixed = op.constants[0] if len(op.constants) == 1 else None
    return rows.get(fixed, rows.get(None, -1)), op.gated, op.captures > 0, op.constants


if core:
    _slots = (
        vars(Clock)["now"],
        *(vars(Context)[name] for name in ("plain", "grad", "domains_watched", "traced", "sealed", "scope")),
        vars(scope)["name"],
    )
    core.set_up(_IN_FORCE, _RECORDING, clock, writing, _form_of, tracing, scope, handed, _slots)
    for _row, (_name, _, _constants, _fixed) in enumerate(core.rows()):
        _rows[_name, _constants][None if _fixed != _fixed else _fixed] = _row


def in_c(kind: str, function: F, *ops: Primitive) -> F:
    """``function``, which makes nodes of ``ops``; where an engine is compiled, with its straight case done in C."""
    made: F = core.maker(getattr(core, kind), function, *ops) if core else function
    return made


if core:
    Primitive.__call__ = in_c("CALL", Primitive.__call__)  # type: ignore[method-assign]
    Primitive.each = in_c("EACH", Primitive.each)  # type: ignore[method-assign]
    Setting.__enter__ = in_c("ENTER", Setting.__enter__)  # type: ignore[method-assign]
    Setting.__exit__ = in_c("EXIT", Setting.__exit__)  # type: ignore[method-assign]


def show_to_collector(hook: Any) -> None:
    """Let the cyclic collector visit the graphs that ``hook`` holds: they may hold the node that holds the hook.

    A compiled node is shown to the collector if it may lie on a cycle, which is known when it is made but for this.
    Left out is what a hook comes to hold later of a graph that was built before, if no pass goes through it any more.
    """
    waiting = [hook]
    met: dict[int, Any] = {}
    while waiting and len(met) < 10_000:
        found = waiting.pop()
        if id(found) in met or isinstance(found, (type, ModuleType)):
            continue
        met[id(found)] = found
        if isinstance(found, core.Node):
            core.track(found)
        elif isinstance(found, FunctionType):
            waiting += [found.__closure__, found.__defaults__, found.__kwdefaults__, vars(found)]
        elif not (isinstance(found, dict) and "__builtins__" in found):  # the names of a module
            waiting += gc.get_referents(found)
