"""The numba backend: the kernel in C, with the operations of a user's own compiled for it by numba.

An operation is a loop over lanes around its ``forward``, which numba compiles with every plain function that it calls.
The kernel is handed the address of the loop, and asks Python where it gives no finite number: compiled code cannot tell
what was raised, nor does its ``math`` raise. The first takes a second or two, others a fraction of one.
"""

from __future__ import annotations

import builtins
import dis
import functools
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, ModuleType
from typing import Any, cast

import numba
from numba import cfunc, njit, types
from numba.core.registry import cpu_target
from numba.extending import overload, overload_method, register_jitable

from autograd.primitives import Primitive
from autograd.replay.backends import Kernel, lane_functions
from autograd.replay.backends.c_lanes import on_lanes
from autograd.replay.tape import Tape
from autograd.rules.errorfree import even_and_odd, polynomial

__all__ = ["build"]


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the contract of a backend
    """``tape`` on the kernel in C; see :mod:`autograd.replay.backends`.

    Raises:
        NotImplementedError: numba cannot compile an operation, or the kernel is not there.
    """
    return cast("Kernel", on_lanes(tape, batched, summed=summed, loop_of=_loop_of, alone=True))


def _loop_of(op: Primitive, n: int) -> int:
    """The address of ``op`` on ``n`` rows; 0 for what is not a user's, which is left to NumPy."""
    return 0 if op.builtin else cast("int", _loop(op, n).address)


# --- a loop over lanes ------------------------------------------------------------------------------------

_pointer: Any = types.CPointer
_LOOP = types.intc(_pointer(types.float64), types.intp, _pointer(types.uint32), types.intp)
# What is not set here would be taken from the caller. A loop that calls cannot be turned into vector instructions,
# hence the inlining.
_OPTIONS: dict[str, Any] = {
    "fastmath": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False, "forceinline": True,
}  # fmt: skip


@functools.lru_cache(maxsize=1024)
def _loop(op: Primitive, n: int) -> Any:
    """``op`` on ``n`` rows, as an ``OwnLoop`` of ``_lanes.h``.

    Raises:
        NotImplementedError: it cannot be compiled.
    """
    inputs = ", ".join(f"x{i + 1}[k]" for i in range(n))
    rows = "".join(
        f"    at{i} = places[{i}] * stride\n    x{i} = numbers[at{i} : at{i} + count]\n" for i in range(n + 1)
    )
    text = (
        "def loop(rows, stride, places, count):\n"
        "    stride, count = uint64(stride), uint64(count)\n"  # which cannot be negative, and count from the end
        "    numbers = carray(rows, (1 << 48,))\n"
        f"{rows}"
        "    finite = True\n"
        "    for k in range(count):\n"
        "        value = nan\n"
        "        try:\n"
        f"            value = forward({inputs})\n"
        "        except Exception:\n"  # which one, compiled code cannot tell
        "            pass\n"
        "        x0[k] = value\n"
        "        finite &= value - value == 0.0\n"
        "    return not finite\n"
    )
    try:
        names = {
            "carray": vars(numba)["carray"], "uint64": types.uint64, "nan": math.nan, "forward": _jit(op.forward),
        }  # fmt: skip
        exec(compile(text, f"<numba {op.name}>", "exec"), names)  # noqa: S102 -- our own text
        return cfunc(_LOOP, error_model="python")(names["loop"])
    except Exception as error:  # numba fails with its own errors, and with whatever its compiler trips over
        raise NotImplementedError(
            f"numba cannot compile the operation {op.name!r}. Write its forward with arithmetic and the "
            f"functions of math alone, or use backend='numpy'."
        ) from error


# --- functions and what they refer to ---------------------------------------------------------------------


def _jit(function: Any) -> Any:
    """``function`` compiled, and every plain function it refers to with it.

    A division by zero raises, as does an index out of bounds.
    """
    decorate = njit(error_model="python", boundscheck=True, **_OPTIONS)
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
        if not isinstance(obj, FunctionType):
            return _IN_LANES.get(obj, obj) if isinstance(obj, BuiltinFunctionType) else obj
        if obj not in made:
            namespace: dict[str, Any] = {"__name__": __name__, "__builtins__": builtins}
            cells = tuple(CellType() for _ in obj.__closure__ or ())
            made[obj] = decorate(FunctionType(obj.__code__, namespace, obj.__name__, obj.__defaults__, cells))
            # Only now what it refers to, for that may be itself.
            used, attributes = _names(obj.__code__)
            namespace |= {name: visit(obj.__globals__[name], attributes) for name in used & obj.__globals__.keys()}
            for cell, original in zip(cells, obj.__closure__ or (), strict=True):
                cell.cell_contents = visit(original.cell_contents, attributes)
        return made[obj]

    return visit(function, frozenset())


def _is_standard(module: ModuleType) -> bool:
    return module.__name__.partition(".")[0] in sys.stdlib_module_names


def _steps(code: CodeType) -> Iterator[dis.Instruction]:
    """The instructions of ``code`` and of every function written inside it."""
    yield from dis.get_instructions(code)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _steps(constant)


def _names(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """The names of globals, and those of attributes, that ``code`` reads."""
    steps = [*_steps(code)]
    used = frozenset(step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"))
    return used, frozenset(step.argval for step in steps if step.opname in ("LOAD_ATTR", "LOAD_METHOD"))


# --- the functions that numba is taught -------------------------------------------------------------------

_STRAIGHT: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract"}, "_nrt": False, "forceinline": True}
for _helper in (polynomial, even_and_odd, *lane_functions.HELPERS):
    register_jitable(**_STRAIGHT)(_helper)

_IN_LANES: dict[Any, Any] = {
    function: njit(**_STRAIGHT)(straight) for function, straight in lane_functions.IN_LANES.items()
}
"""The stand-ins for functions of ``math``: straight lines of arithmetic."""
_MATH = ModuleType("math")
"""``math`` as compiled code calls it."""
vars(_MATH).update({name: _IN_LANES.get(obj, obj) for name, obj in vars(math).items() if name[0] != "_"})

_FROM_C = {"cbrt": 1, "exp2": 1, "fmod": 2, "remainder": 2}
"""Functions of ``math`` that C's library has under the same name, with how many arguments they take."""


def _known(function: Callable[..., Any]) -> bool:
    context = cpu_target.typing_context
    context.refresh()
    try:
        context.resolve_value_type(function)
    except Exception:  # noqa: BLE001 -- numba's own errors differ from version to version
        return False
    return True


def _teach(name: str, n: int) -> None:
    external = types.ExternalFunction(name, types.float64(*[types.float64] * n))
    # numba compares the two parameter lists, so neither may carry annotations.
    unary, binary = (lambda x: lambda x: external(x)), (lambda x, y: lambda x, y: external(x, y))  # noqa: PLW0108
    overload(getattr(math, name))(unary if n == 1 else binary)


for _name, _n in _FROM_C.items():
    if hasattr(math, _name) and not _known(getattr(math, _name)):
        _teach(_name, _n)

overload_method(types.Float, "is_integer")(lambda x: lambda x: x - x == 0.0 and x == math.floor(x))
