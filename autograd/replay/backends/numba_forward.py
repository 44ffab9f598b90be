"""An operation's ``forward``, compiled by numba: plain Python functions, the helpers they call included."""

from __future__ import annotations

import builtins
import dis
import functools
import hashlib
import math
import sys
import uuid
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, ModuleType
from typing import Any

from numba import njit
from numba.core.dispatcher import Dispatcher

from autograd.primitives import Primitive
from autograd.replay.backends.numba_elementary import IN_LANES, KNOWN

__all__ = ["fingerprint", "jit_forward"]

_MODULE = __name__
"""The module that compiled functions say they are from: a cached kernel asks for it to be imported."""
_DIVISIONS = frozenset({"/", "//", "%", "/=", "//=", "%="})
# The kernel that calls them is the only caller, so nothing is made for calls from Python or C. What is not set here
# would be taken from the kernel, whose sums may be reordered: a formula may not. A loop that calls cannot be turned
# into vector instructions, hence the inlining.
_OPTIONS: dict[str, Any] = {
    "fastmath": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False, "forceinline": True,
}  # fmt: skip
_MATH = ModuleType("math")
"""``math`` as compiled code calls it."""
vars(_MATH).update({name: IN_LANES.get(obj, obj) for name, obj in vars(math).items() if name[0] != "_"})


@functools.lru_cache(maxsize=1024)
def jit_forward(op: Primitive, n: int) -> Callable[..., float]:
    """``op.forward`` on ``n`` numbers, to be called from a kernel; IEEE 754 where the original raises.

    A C function such as ``math.sin`` is returned as it is: numba knows it.

    Raises:
        NotImplementedError: the original may raise what is no refusal of an input, and is to come through.
    """
    forward = op.forward
    if not isinstance(forward, FunctionType):
        return IN_LANES.get(forward, forward)
    if not op.builtin and (raised := _raised_through(forward)):
        raise NotImplementedError(f"{op.name!r} may raise {raised}, which compiled code cannot tell from ValueError")
    compiled = _jit(forward, careful=not op.builtin)
    if not _may_raise(forward, division_raises=not op.builtin):
        return compiled
    return _guarded(op, compiled, n)


def _jit(function: FunctionType, *, careful: bool) -> Callable[..., Any]:
    """``function`` compiled, and every plain function it refers to with it.

    Args:
        function: a Python function of floats.
        careful: a division by zero raises, as in Python, so that the record's IEEE value can take its place.
            The table's own operations give that value by themselves, and stay free of the test.
    """
    decorate = njit(error_model="python" if careful else "numpy", **_OPTIONS)
    made: dict[Any, Any] = {}

    def visit(obj: Any, names: frozenset[str]) -> Any:
        """The stand-in for ``obj`` in compiled code; ``names`` are the attributes that may be read of a module."""
        if obj is math:
            return _MATH
        if isinstance(obj, ModuleType) and not _is_standard(obj):
            module = ModuleType(obj.__name__)
            for name in names & vars(obj).keys():
                setattr(module, name, visit(getattr(obj, name), frozenset()))
            return module
        if not isinstance(obj, FunctionType) or obj in KNOWN:
            return IN_LANES.get(obj, obj) if isinstance(obj, BuiltinFunctionType) else obj
        if obj not in made:
            namespace: dict[str, Any] = {"__name__": _MODULE, "__builtins__": builtins}
            cells = tuple(CellType() for _ in obj.__closure__ or ())
            copy = FunctionType(obj.__code__, namespace, obj.__name__, obj.__defaults__, cells)
            made[obj] = decorate(_named_apart(copy, obj))
            # Only now what it refers to, for that may be itself.
            used, attributes = _names(obj.__code__)
            namespace |= {name: visit(obj.__globals__[name], attributes) for name in used & obj.__globals__.keys()}
            for cell, original in zip(cells, obj.__closure__ or (), strict=True):
                cell.cell_contents = visit(original.cell_contents, attributes)
        return made[obj]

    compiled: Callable[..., Any] = visit(function, frozenset())
    return compiled


def _is_standard(module: ModuleType) -> bool:
    return module.__name__.partition(".")[0] in sys.stdlib_module_names


def _guarded(op: Primitive, compiled: Callable[..., float], n: int) -> Callable[..., float]:
    """``compiled``, with the record's IEEE value where it raises."""
    namespace: dict[str, Any] = {"__name__": _MODULE, "forward": compiled, "nan": math.nan}
    inputs = ", ".join(f"x{i}" for i in range(n))
    value = "nan"
    if isinstance(op.ieee, FunctionType):
        namespace["ieee"] = _jit(op.ieee, careful=False)
        value = f"ieee({', '.join([inputs, *map(repr, op.constants)])})"
    text = (
        f"def guarded({inputs}):\n"
        f"    try:\n"
        f"        return forward({inputs})\n"
        f"    except Exception:\n"
        f"        return {value}\n"
    )
    exec(compile(text, f"<numba {op.name}>", "exec"), namespace)  # noqa: S102 -- text made of x0, x1 ... and floats
    guard = namespace["guarded"]
    guarded: Callable[..., float] = njit(error_model="numpy", **_OPTIONS)(_named_apart(guard, guard))
    return guarded


def _named_apart(function: FunctionType, same: FunctionType) -> FunctionType:
    """``function`` under a name that no other has, also in another process: ``same`` computes the same.

    Machine code refers to other machine code by name, and is kept on disk: see :mod:`.numba_kernels`.
    """
    function.__qualname__ = f"{function.__name__}_{(fingerprint(same) or uuid.uuid4().hex)[:16]}"
    return function


# --- what a function refers to ----------------------------------------------------------------------------


def _codes(code: CodeType) -> Iterator[CodeType]:
    """``code`` and the code of every function written inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


@functools.lru_cache(maxsize=1024)
def _names(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """The names of globals, and those of attributes, that ``code`` and the functions inside it read."""
    steps = [step for part in _codes(code) for step in dis.get_instructions(part)]
    used = frozenset(step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"))
    return used, frozenset(step.argval for step in steps if step.opname in ("LOAD_ATTR", "LOAD_METHOD"))


def _referred(function: FunctionType) -> list[tuple[str, Any]]:
    """The globals and captured variables of ``function``, and what it may read of modules of users, by name."""
    used, attributes = _names(function.__code__)
    found = [(name, function.__globals__[name]) for name in sorted(used & function.__globals__.keys())]
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        found.append((name, cell.cell_contents))
    for module in [obj for _, obj in found if isinstance(obj, ModuleType) and not _is_standard(obj)]:
        found += [(name, vars(module)[name]) for name in sorted(attributes & vars(module).keys())]
    return [(name, obj.forward if isinstance(obj, Primitive) else obj) for name, obj in found]


def _reached(function: FunctionType) -> Iterator[FunctionType]:
    """``function`` and every plain function that it refers to, at any remove."""
    seen: set[Any] = set()
    waiting: list[Any] = [function]
    while waiting:
        current = waiting.pop()
        if isinstance(current, FunctionType) and current not in seen:
            seen.add(current)
            waiting += [obj for _, obj in _referred(current)]
            yield current


def _raised_through(function: FunctionType) -> str:
    """The exceptions that ``function`` names and that refuse no input; empty if there are none."""
    found = [obj for reached in _reached(function) for obj in _exceptions_in(reached)]
    return ", ".join(sorted({kind.__name__ for kind in found if not issubclass(kind, (ArithmeticError, ValueError))}))


def _exceptions_in(function: FunctionType) -> Iterator[type[BaseException]]:
    """The exceptions that the code of ``function`` names, where it has a raise."""
    if any(step.opname == "RAISE_VARARGS" for code in _codes(function.__code__) for step in dis.get_instructions(code)):
        for name in _names(function.__code__)[0]:
            obj = function.__globals__.get(name, vars(builtins).get(name))
            if isinstance(obj, type) and issubclass(obj, BaseException):
                yield obj


def _may_raise(function: FunctionType, *, division_raises: bool) -> bool:
    """Whether the code of ``function``, or of a function it refers to, has a raise (or a division)."""
    return any(
        step.opname == "RAISE_VARARGS" or (division_raises and step.argrepr in _DIVISIONS)
        for reached in _reached(function)
        for code in _codes(reached.__code__)
        for step in dis.get_instructions(code)
    )


def fingerprint(function: Any) -> str | None:
    """A digest of what ``function`` computes: its code and everything it refers to; None if it cannot be told.

    Equal in every process, so that a compiled kernel can be found again. None too for what calls itself: numba
    resolves such a call when it compiles, and not when it loads what was compiled.
    """
    digest = hashlib.sha256()
    return digest.hexdigest() if _feed(digest, function, {}) else None


def _feed(digest: Any, obj: Any, seen: dict[int, bool]) -> bool:
    if isinstance(obj, Dispatcher):
        obj = obj.py_func
    if isinstance(obj, (float, int, str, bytes, type(None))):
        digest.update(f"{type(obj).__name__} {obj!r};".encode())
    elif isinstance(obj, (BuiltinFunctionType, type)):
        digest.update(f"{obj.__module__}.{obj.__qualname__};".encode())
    elif isinstance(obj, ModuleType):
        digest.update(f"module {obj.__name__};".encode())
    elif isinstance(obj, frozenset):
        digest.update(repr(sorted(map(repr, obj))).encode())
    elif isinstance(obj, tuple):
        digest.update(f"{len(obj)} of".encode())
        return all(_feed(digest, item, seen) for item in obj)
    elif isinstance(obj, CodeType):
        digest.update(obj.co_code)
        return _feed(digest, (obj.co_consts, obj.co_names, obj.co_argcount), seen)
    elif isinstance(obj, FunctionType):
        if id(obj) not in seen:
            seen[id(obj)] = False  # as long as it is being read: met again meanwhile, it calls itself
            seen[id(obj)] = _feed(digest, (obj.__code__, obj.__defaults__, *_referred(obj)), seen)
        return seen[id(obj)]
    else:
        return False
    return True
