"""Finding faults: the line that made a node, the operation behind a nan, the state of a whole graph.

Looking up the calling line costs several times as much as an operation, so it is done only where it will be
asked for: at a node whose value is nan or infinite, and at every node under ``detect_anomaly()``.
"""

from __future__ import annotations

import itertools
import linecache
import math
import re
import sys
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple
from weakref import ref

import numpy as np

from autograd.context import current, is_ours, is_users
from autograd.errors import AnomalyError, AutogradError, ConversionError, GradientWarning, RecordingError
from autograd.primitives import PRIMITIVES, is_node
from autograd.sweep import (
    Step,
    adjoints,
    contribution_of,
    describe,
    is_stale,
    local_gradients,
    number_of,
    topological_order,
)

__all__ = [
    "Diagnosis", "Fault", "KinkMet", "Site", "at_kink", "calling_site", "check_value", "clarify",
    "diagnose", "remember_site", "replacements", "site_of", "warn", "warn_of_nan_gradient",
    "warn_of_nan_tangent", "watched",
]  # fmt: skip

# --- lines of code ----------------------------------------------------------------------------------------


class Site(NamedTuple):
    """A line of code."""

    file: str
    line: int
    function: str

    @property
    def text(self) -> str:
        """The line itself, stripped; empty where the source is not at hand."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        text = f": {self.text}" if self.text else ""
        return f"{self.file}, line {self.line}, in {self.function}{text}"


def calling_site() -> Site:
    """The line outside this library, Python's own and installed packages that is running now."""
    start = frame = sys._getframe(1)  # noqa: SLF001 -- the documented way to the calling frame in CPython
    while frame.f_back is not None and not is_users(frame.f_code.co_filename):
        frame = frame.f_back
    if not is_users(frame.f_code.co_filename):  # a program that is itself installed
        frame = start
        while frame.f_back is not None and is_ours(frame.f_code.co_filename):
            frame = frame.f_back
    code = frame.f_code
    return Site(code.co_filename, frame.f_lineno, code.co_name)


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the line outside this library that is running now."""
    frame, level = sys._getframe(1), 2  # noqa: SLF001 -- as above
    while frame.f_back is not None and is_ours(frame.f_code.co_filename):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


class _Origin(NamedTuple):
    """Where a node was made."""

    node: ref[Any]
    site: Site
    by_rule: bool
    """Whether the local gradients of an operation made it, and not the user's code."""


_origins: dict[int, _Origin] = {}
# By id and not in a WeakKeyDictionary, which looks a node up with ==, by its data: a nan would never be found.


def remember_site(node: Any) -> None:
    """Note the line outside this library that is running now as the one that made ``node``."""
    key = id(node)
    _origins[key] = _Origin(ref(node, lambda _: _origins.pop(key, None)), calling_site(), current().sealed)


def site_of(node: Any) -> Site | None:
    """The line that made ``node``, if it was noted."""
    origin = _origins.get(id(node))
    return origin.site if origin else None


def _is_made_by_rule(node: Any) -> bool:
    """Whether a ``node`` that is not finite was made by the local gradients of an operation."""
    origin = _origins.get(id(node))
    return origin is not None and origin.by_rule


# --- what to write instead --------------------------------------------------------------------------------

_CALL = re.compile(r"\b(?:math|cmath|np|numpy)\.(\w+)\s*\(")
_RENAMED = {
    **dict.fromkeys(("fabs", "abs", "absolute"), "abs()"),
    "pow": "the operator **",
    **dict.fromkeys(("arange", "linspace"), "a whole number, named in static_argnums of compile(), for a length"),
}


def replacements(site: Site) -> list[str]:
    """The names of this library that replace the functions of :mod:`math` and NumPy that a line calls."""
    named = ((_RENAMED.get(called), _operation(called)) for called in _CALL.findall(site.text))
    return list(dict.fromkeys(way or f"autograd.{name}" for way, name in named if way or name))


def _operation(name: str) -> str:
    """The operation that NumPy, or the standard library, calls ``name``; empty if there is none."""
    found = (op.name for op in PRIMITIVES.values() if op.builtin and op.ufunc == name)
    return next(found, name if name in PRIMITIVES else "")


_ROOMS = (
    ("scipy/optimize", "autograd.implicit.root and autograd.implicit.minimum solve with derivatives"),
    ("scipy/integrate", "autograd.implicit.quad and autograd.implicit.solve_ivp integrate with derivatives"),
    ("scipy/interpolate", "write the interpolation with operators: autograd.take(values, index) picks a value"),
    ("linalg", "autograd.linalg has solve, inv, det and cholesky of small systems of Values"),
)
_OF_OBJECTS = re.compile(r"ufunc|object|dtype\('O'\)|proper array of floats|callable|Value|argument is not a float")
_OF_C = re.compile(r"(?:from|type|convert|in) '?Value\b|argument is not a float")
"""Messages of functions written in C, which leave no frame of their own."""
_ELEMENTWISE = re.compile(r"ufunc '(\w+)'|no callable (\w+) method|'float' object has no attribute '(\w+)'")
_OF_NUMBERS = re.compile(r"['.=]Value\b|Value\(data=|'(?:float|int)' object|of type float|object arrays|ufunc")
_IN_STEPS = {
    **dict.fromkeys(
        ("percentile", "quantile", "nanpercentile", "nanquantile"),
        "pick the elements on both sides from sorted(values), and interpolate with operators",
    ),
    **dict.fromkeys(("cov", "corrcoef"), "write it with autograd.mean and autograd.dot"),
    "gradient": "write the differences of the elements with operators",
}
"""Ways to write a library's function that does several operations."""
_WHOLE = re.compile(r"only integers, slices|sequence of integers")


def clarify(error: Exception) -> None:
    """Say in this library's words what ``error``, which leaves a traced function, comes from; the caller raises it.

    Where a library met a refusal of ours and raised something else, as C code does by ``SystemError``, the refusal is
    raised. An error of NumPy's or SciPy's about arrays of objects gets a note with the way out.
    """
    if isinstance(error, AutogradError):
        return
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    files = [frame.f_code.co_filename for frame in frames]
    if isinstance(error, SystemError) or not is_users(files[-1]):
        behind: BaseException | None = error
        for _ in range(16):
            behind = behind and (behind.__cause__ or behind.__context__)
            if isinstance(behind, (ConversionError, RecordingError)):
                raise behind from None
    way = _way_out(str(error), files) or _way_around(error, frames)
    note = f"A Value is not a plain number here: {way}."
    if way and note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def _way_out(message: str, files: list[str]) -> str:
    """The remedy where NumPy or SciPy cannot work with Values; empty where that is not the matter."""
    if _WHOLE.search(message):
        return (
            "a whole number that shapes the program is named in static_argnums or static_argnames of compile(), and "
            "autograd.take(values, index) picks an element"
        )
    if not _OF_OBJECTS.search(message):
        return ""
    for room, way in _ROOMS:
        if any(f"/{room}/" in Path(file).as_posix() for file in files):
            return way
    match = _ELEMENTWISE.search(message)
    return _on_elements(next(filter(None, match.groups()))) if match else ""


def _on_elements(name: str) -> str:
    """The remedy where the function of NumPy's that is called ``name`` does not go over arrays of objects."""
    function = f"autograd.{_operation(name)}" if _operation(name) else f"autograd.math.{name}"
    if _operation(name) or hasattr(math, name):
        return f"call {function} on each element of the array"
    has_loops = isinstance(getattr(np, name, None), np.ufunc)
    return f"NumPy's {name} has no loop over arrays of objects: call it on each element" if has_loops else ""


def _way_around(error: Exception, frames: list[FrameType]) -> str:
    """The remedy where a function of a library took Values for numbers; empty where that is not the matter."""
    message = str(error)
    inner = itertools.takewhile(lambda frame: not is_users(frame.f_code.co_filename), reversed(frames))
    called = [frame for frame in inner if not is_ours(frame.f_code.co_filename)]
    if not called:
        return "for the number alone write .data of it" if _OF_C.search(message) else ""
    if not _OF_NUMBERS.search(message):
        return ""
    name, module = called[-1].f_code.co_name, str(called[-1].f_globals.get("__name__", "")).partition(".")[0]
    own = f"use autograd.{name}" if _operation(name) == name else "write it with operators and functions of autograd"
    instead = _IN_STEPS.get(name, own)
    function = module if name.startswith("__") else f"{module}.{name}()"
    return f"{function} does not work on Values: {instead}, or give it .data if no gradient is to flow"


# --- a nan or an infinity ---------------------------------------------------------------------------------


def check_value(node: Any) -> None:
    """Note the line of a new ``node``, and refuse it if its value is not finite, under ``detect_anomaly()``.

    Raises:
        AnomalyError: the value is nan or infinite.
    """
    remember_site(node)
    if not math.isfinite(node._data):
        raise AnomalyError(f"{_operation_in_words(node)}. Made by {site_of(node)}")


def _operation_in_words(node: Any) -> str:
    """An operation, its result and its operands in words, as ``log gave nan from x = -1.0``."""
    operands = ", ".join(
        f"{parent.label} = {parent._data!r}" if parent.label else repr(parent._data) for parent in node.parents
    )
    constants = "".join(f", {constant!r}" for constant in node.op.constants)
    named = f" ({node.label!r})" if node.label else ""
    return f"{node.op.name}{named} gave {node._data!r} from {operands}{constants}"


def watched(steps: Iterator[Step]) -> Iterator[Step]:
    """The same steps; under ``detect_anomaly()`` a flow that is nan or infinite stops the sweep.

    Raises:
        AnomalyError: naming the operation that made the flow, its operands, and the line it was written on.
    """
    for step in steps:
        if current().anomaly:
            for parent, (_, local, upstream, flow) in zip(step.node.parents, step.flows, strict=False):
                if flow is not None and not math.isfinite(number_of(flow)):
                    site = site_of(step.node)
                    raise AnomalyError(
                        f"the gradient that flows from {describe(step.node)} to {describe(parent)} is "
                        f"{number_of(flow)!r}: local {number_of(local)!r} times upstream {number_of(upstream)!r}. "
                        f"The operation is {step.node.op.name}"
                        + (f", made by {site}" if site else "; build it under detect_anomaly() to see its line")
                    )
        yield step


def warn_of_nan_gradient(adjoint: Mapping[Any, Any]) -> None:
    """Say where a nan came into a reverse sweep, if it came in between finite values.

    Args:
        adjoint: the gradients that the sweep found, in topological order or in that of the sweep. One of them is nan.
    """
    if current().domain == "nan":
        return
    order = list(adjoint)
    if any(parent in adjoint for parent in order[0].parents):
        order.reverse()
    excuses = _excuses(order)
    excused: set[Any] = set()  # a nan flows to them from where a value is not finite
    for node in reversed(order):
        flow = adjoint[node]
        if flow is None:
            continue
        if node in excused or _is_excused(node, excuses):
            excused.update(node.parents)
            continue
        upstream = number_of(flow)
        if upstream != upstream:
            _warn_of_nan(f"the gradient of {describe(node)} is nan, the sum of flows of inf and -inf", node)
            return
        if _warned_of_flow(node, [upstream] * len(node.parents), "upstream "):
            return


def warn_of_nan_tangent(order: list[Any], tangent: Mapping[Any, Any]) -> None:
    """Say where a nan came into a forward sweep over ``order``, if it came in between finite values."""
    if current().domain == "nan":
        return
    excuses = _excuses(order)
    first = next((node for node in order if math.isnan(number_of(tangent.get(node)))), None)
    if first is not None and not _is_excused(first, excuses):
        _warned_of_flow(first, [tangent.get(parent) for parent in first.parents], "")


def _excuses(order: Iterable[Any]) -> set[Any]:
    """The nodes whose value excuses a nan that flows from them: an infinity or a nan that came from outside.

    An infinity that a rule made of finite numbers, as the slope of sqrt at 0, does not excuse the nan of a second
    derivative. A nan that a rule made does: the sweep that met it has told of it.
    """
    found: set[Any] = set()
    for node in order:
        data = node._data
        if not math.isfinite(data) and (
            data != data or not _is_made_by_rule(node) or not found.isdisjoint(node.parents)
        ):
            found.add(node)
    return found


def _is_excused(node: Any, excuses: set[Any]) -> bool:
    return any(
        each in excuses or not (math.isfinite(each._data) or _is_made_by_rule(each)) for each in (node, *node.parents)
    )


def _warned_of_flow(node: Any, factors: list[Any], kind: str) -> bool:
    """Warn of the first nan among local gradient · factor of the operands of ``node``; whether there was one.

    The factor of an operand is the gradient that comes back to ``node``, or the tangent of that operand.
    """
    for place, (parent, factor) in enumerate(zip(node.parents, factors, strict=True)):
        if factor is None:
            continue
        local = local_gradients(node)[place]
        flow = contribution_of(node.op, local, number_of(factor))
        if flow is not None and flow != flow:
            operand = repr(parent.label) if parent.label else f"operand {place + 1}"
            what = f"{_operation_in_words(node)}, but its derivative with respect to {operand} does not exist"
            if local == local:
                product = f"{local!r} times {kind}{number_of(factor)!r}"
                what = (
                    f"{_operation_in_words(node)}; its derivative with respect to {operand} is {product}, which is nan"
                )
            _warn_of_nan(what, node)
            return True
    return False


def _warn_of_nan(what: str, node: Any) -> None:
    site = site_of(node)
    warn(
        f"a gradient is nan: {what}{f', made by {site}' if site else ''}. Give what is not to be differentiated as a "
        f"plain number; errstate(domain='nan') accepts the nan, detect_anomaly() stops there.",
        GradientWarning,
    )


# --- a whole graph ----------------------------------------------------------------------------------------


class Fault(NamedTuple):
    """A value that is nan or infinite though everything it was computed from is finite (or a leaf)."""

    node: Any
    operands: tuple[Any, ...]
    site: Site | None
    """The line that made it."""
    path: tuple[Any, ...]
    """From the faulty node down to a leaf, through the operand that is largest in size at each step."""

    def __str__(self) -> str:
        kind = "nan" if math.isnan(self.node._data) else "infinity"
        what = _operation_in_words(self.node) if self.operands else f"{describe(self.node)} was set so"
        lines = [f"first {kind}: {what}"]
        if self.site:
            lines.append(f"  made by {self.site}")
        if self.node.scope:
            lines.append(f"  in {self.node.scope}")
        if len(self.path) > 1:
            names = (node.label or (node.op.name if node.op else node.kind) for node in self.path)
            steps = (f"{name} = {node._data:.6g}" for name, node in zip(names, self.path, strict=True))
            lines.append("  from " + " <- ".join(steps))
        return "\n".join(lines)


class KinkMet(NamedTuple):
    """An operation applied exactly where it has no derivative."""

    node: Any
    convention: str
    """The value used instead of a derivative, in words."""

    def __str__(self) -> str:
        return f"{describe(self.node)}: {self.convention}"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The findings of :func:`diagnose`; it prints as a report."""

    nodes: int
    fault: Fault | None
    """The first nan or infinity in topological order."""
    kinks: tuple[KinkMet, ...]
    without_influence: tuple[Any, ...]
    """Leaves in the graph, or asked about, with a derivative of exactly 0 at this point."""
    stale: tuple[Any, ...]
    """Nodes computed before one of their operands took its present value."""

    @property
    def healthy(self) -> bool:
        """No nan, no infinity, nothing stale."""
        return self.fault is None and not self.stale

    def __str__(self) -> str:
        parts = [f"{self.nodes} values" + (", all finite" if self.fault is None else "")]
        if self.fault:
            parts.append(str(self.fault))
        for heading, found in (
            ("out of date (call forward() on the root)", list(map(describe, self.stale))),
            ("kinks met", list(map(str, self.kinks))),
            ("no influence on the root here", list(map(describe, self.without_influence))),
        ):
            if found:
                more = [f"and {len(found) - 10} more"] if len(found) > 10 else []
                parts.append("\n  ".join([f"{heading}:", *found[:10], *more]))
        return "\n".join(parts)

    __repr__ = __str__


def diagnose(root: Any, leaves: Iterable[Any] = ()) -> Diagnosis:
    """Examine the graph of ``root`` at its present values.

    Which leaves have influence is found by a backward pass, hooks included; no ``grad`` is written.

    Args:
        root: the value whose graph is examined.
        leaves: further leaves to ask about, such as ``model.parameters()``: those that are not in the graph
            at all are reported as having no influence.

    Raises:
        TypeError: ``root`` is not a Value.

    >>> from autograd import Value, diagnose, errstate
    >>> x = Value(-4.0, "x")
    >>> with errstate(domain="nan"):
    ...     y = (x + 3).log() * 2
    >>> diagnosis = diagnose(y)
    >>> diagnosis.fault.node.op.name, diagnosis.fault.operands[0].data
    ('log', -1.0)
    >>> [node.label or node.op.name for node in diagnosis.fault.path]
    ['log', 'add', 'x']
    """
    if not is_node(root):
        raise TypeError(f"diagnose takes the Value at the root of a graph, not {root!r}")
    order = topological_order(root)
    stale = tuple(filter(is_stale, order))
    kinks = tuple(KinkMet(node, node.op.kink.convention) for node in filter(at_kink, order))
    faulty = next((node for node in order if not math.isfinite(node._data)), None)
    fault = None if faulty is None else Fault(faulty, faulty.parents, site_of(faulty), _path_to_leaf(faulty))
    return Diagnosis(len(order), fault, kinks, _idle_leaves(order, leaves, known=not stale), stale)


def _path_to_leaf(node: Any) -> tuple[Any, ...]:
    path = [node]
    while node.parents:
        node = max(node.parents, key=lambda parent: (bool(parent.label or parent.op), abs(parent._data)))
        path.append(node)
    return tuple(path)


def at_kink(node: Any) -> bool:
    """Whether an operation was applied exactly where it has no derivative."""
    op = node.op
    return bool(op and op.kink and op.kink.at(*[parent._data for parent in node.parents], *op.constants))


def _idle_leaves(order: list[Any], asked: Iterable[Any], *, known: bool) -> tuple[Any, ...]:
    """Leaves through which nothing flows; of those in the graph nothing is known while it is stale."""
    present = dict.fromkeys(node for node in order if node.op is None and node.kind != "constant")
    absent = [leaf for leaf in asked if leaf not in present and leaf is not order[-1]]
    adjoint = adjoints(order, 1.0) if known else dict.fromkeys(present, 1.0)
    return (*[leaf for leaf in present if not adjoint[leaf]], *absent)
