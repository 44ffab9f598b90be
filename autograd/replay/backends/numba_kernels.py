"""The source of the two numba kernels, generated for the operations that a tape uses, and compiled.

A kernel is an interpreter: it reads a program of numbers and has one branch for each operation. Its code, and the
time to compile it, depend on the set of operations alone, not on the length of the program.

*The lane kernel* works on a block of examples at a time. A number of the computation is a row: its values for the
examples of the block, contiguous in memory, so that each branch is one loop that the compiler turns into vector
instructions, and the cost of reading the program is shared by the whole block. *The scalar kernel* works on single
numbers, for a tape that is called once.

What an operation computes is always its own ``forward``, compiled by numba.

Compiled kernels are kept: in memory for this process, and on disk in the user's cache directory for the next. A kernel
is filed under a digest of its source and of the operations it calls, so what is found under a name is what was compiled
from it. Where there is no directory that is the user's own, kernels are compiled anew in each process.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numba
from numba import types
from numba.core.errors import NumbaError

from autograd.files import write_whole
from autograd.primitives import Primitive
from autograd.replay.backends import lane_functions, numba_elementary, numba_forward, numba_tiles
from autograd.replay.backends.lane_blocks import DOT, MULTIPLY, OUTER, PRODUCT, STORE, TILE, Block
from autograd.replay.backends.numba_forward import fingerprint, jit_forward

__all__ = ["blocks_in_memory", "direct", "lane_kernel", "scalar_kernel"]

_OPTIONS = (
    'error_model="numpy", fastmath={"contract", "reassoc"}, nogil=True, boundscheck=False, _nrt=False, cache=True'
)
_FLOATS, _ROWS = types.Array(types.float64, 1, "C"), types.Array(types.float64, 2, "C")
_INTS = types.Array(types.uint32, 1, "C", readonly=True)
_TABLE = types.Array(types.uint32, 2, "C", readonly=True)
_READ_ONLY = types.Array(types.float64, 2, "C", readonly=True)
_GIVEN = types.Array(types.float64, 1, "C", readonly=True)
_SIGNATURES = {
    "lane_signature": types.void(
        _INTS,
        _INTS,
        _INTS,
        _INTS,
        _TABLE,
        _FLOATS,
        _FLOATS,
        _ROWS,
        _FLOATS,
        _GIVEN,
        _READ_ONLY,
        _ROWS,
        *[types.int64] * 5,
    ),
    "scalar_signature": types.void(_INTS, _INTS, _INTS, _INTS, _INTS, _FLOATS, _GIVEN, _FLOATS),
}

# Programs are read as unsigned numbers, and a block is sliced out before its loop: an index that cannot be negative
# needs no test for counting from the end, which in a loop makes scattered reads and writes of what is contiguous.
_LANE_HEAD = f'''\
@njit(lane_signature, {_OPTIONS})
def kernel(
    program, filled, packs, count, gathered, shared, packed, rows, aside, given, lanes, results,
    start, stop, size, column, n_sums,
):
    """Run the program on the examples start to stop, ``size`` at a time.

    What is ``given`` is first put where shared numbers are, and factors of matrices are packed, as they are where there
    are no examples; the results that are sums over the examples begin with the number that adds nothing.
    """
    for i in range(given.size):
        shared[i] = given[i]
PACKING
    for i in range(n_sums):
        results[column, i] = -0.0
    n_lanes = lanes.shape[0]
    for i in range(filled.size):
        row = rows[n_lanes + i]
        value = shared[filled[i]]
        for k in range(size):
            row[k] = value
    while start < stop:
        m = min(size, stop - start)
        for i in range(n_lanes):
            row = rows[i]
            lane = lanes[i, start : start + m]
            for k in range(m):
                row[k] = lane[k]
        pc = 0
        while pc < program.size:
            code = program[pc]
            d = rows[program[pc + 1]]
            pc += 2
'''
_LANE_TAIL = """\
            else:
                return
        start += m
    if n_sums == 0:
        return
    for i in range(gathered.shape[0]):
        length = gathered[i, 2]
        found = results[column, gathered[i, 0] : gathered[i, 0] + length]
        place = results[column, gathered[i, 1] : gathered[i, 1] + length]
        for k in range(length):
            place[k] += found[k]
"""

# Factors laid out for groups of dots: a matrix that lies column by column, and any numbers, one after another.
_PACKING = """\
    pc = 0
    while pc < packs.size and (given.size > 0 or start == stop):
        to, first, n_results = int64(packs[pc]), int64(packs[pc + 1]), int64(packs[pc + 2])
        n_operands, by_operand = int64(packs[pc + 3]), int64(packs[pc + 4])
        pc += 5
        if by_operand:
            pack(shared, first, n_results, n_operands, by_operand, packed, to)
        else:
            for i in range(n_results):
                packed[to + i] = shared[packs[pc + i]]
            pc += n_results
"""

_STRUCTURAL = {
    # Two or four products at a time: the sum is loaded and stored less often.
    DOT: """\
bias = shared[program[pc]]
p = pc + 3
end = p + 2 * program[pc + 1]
pc = end + 2 * program[pc + 2]
odd = (end - p) // 2 % 4
if odd == 0:
    for k in range(m):
        d[k] = bias
else:
    s0 = shared[program[p]]
    x0 = rows[program[p + 1]]
    p += 2
    if odd == 2:
        s1 = shared[program[p]]
        x1 = rows[program[p + 1]]
        p += 2
        for k in range(m):
            d[k] = (bias + s0 * x0[k]) + s1 * x1[k]
    else:
        for k in range(m):
            d[k] = bias + s0 * x0[k]
        if odd == 3:
            s0 = shared[program[p]]
            x0 = rows[program[p + 1]]
            s1 = shared[program[p + 2]]
            x1 = rows[program[p + 3]]
            p += 4
            for k in range(m):
                d[k] += s0 * x0[k] + s1 * x1[k]
while p < end:
    s0 = shared[program[p]]
    x0 = rows[program[p + 1]]
    s1 = shared[program[p + 2]]
    x1 = rows[program[p + 3]]
    s2 = shared[program[p + 4]]
    x2 = rows[program[p + 5]]
    s3 = shared[program[p + 6]]
    x3 = rows[program[p + 7]]
    p += 8
    for k in range(m):
        d[k] += (s0 * x0[k] + s1 * x1[k]) + (s2 * x2[k] + s3 * x3[k])
while p < pc:
    x0 = rows[program[p]]
    x1 = rows[program[p + 1]]
    p += 2
    for k in range(m):
        d[k] += x0[k] * x1[k]
""",
    PRODUCT: """\
x0 = rows[program[pc]]
total = -0.0
for k in range(m):
    total += d[k] * x0[k]
results[column, program[pc + 1]] += total
pc += 2
""",
    TILE: """\
x0 = rows[program[pc]]
x1 = rows[program[pc + 1]]
x2 = rows[program[pc + 2]]
x3 = rows[program[pc + 3]]
t0 = -0.0
t1 = -0.0
t2 = -0.0
t3 = -0.0
for k in range(m):
    factor = d[k]
    t0 += factor * x0[k]
    t1 += factor * x1[k]
    t2 += factor * x2[k]
    t3 += factor * x3[k]
results[column, program[pc + 4]] += t0
results[column, program[pc + 5]] += t1
results[column, program[pc + 6]] += t2
results[column, program[pc + 7]] += t3
pc += 8
""",
    # The factors are packed, or lie in lines.
    MULTIPLY: """\
n_results = int64(program[pc])
n_operands = int64(program[pc + 1])
by_row = 8 * int64(program[pc + 3])
factors = int64((shared if by_row else packed).ctypes.data) + 8 * int64(program[pc + 2])
pc += 4
for i in range(n_results):
    d = rows[program[pc + i]]
    bias = shared[program[pc + n_results + i]]
    for k in range(m):
        d[k] = bias
at, distance = int64(rows.ctypes.data), 8 * rows.shape[1]
first = pc + 2 * n_results
multiply(
    n_results, program, pc, at, distance, factors, by_row,
    n_operands, program, first, at, distance, int64(32), (m + 3) // 4 * 4,
)
pc = first + n_operands
""",
    # Both blocks are laid out anew, so many examples at a time as make a block of a matrix: four rows side by side, as
    # packed factors are.
    OUTER: """\
n_left = int64(program[pc])
n_right = int64(program[pc + 1])
to = results.ctypes.data + 8 * (column * results.shape[1] + program[pc + 2])
to_distance = 8 * int64(program[pc + 3])
pc += 4
at, distance = int64(rows.ctypes.data), 8 * rows.shape[1]
for first in range(0, m, BLOCK):
    n = min(BLOCK, m - first)
    whole = (n + 3) // 4 * 4
    left = int64(aside.ctypes.data)
    right = left + 8 * n_left * whole
    transpose(n_left, program, pc, at + 8 * first, distance, whole, left, 32 * n)
    transpose(n_right, program, pc + n_left, at + 8 * first, distance, whole, right, 32 * n)
    multiply(
        n_left, count, int64(0), to, to_distance, left, int64(0),
        n, count, int64(0), right, int64(32), 32 * n, n_right,
    )
pc += n_left + n_right
""",
    STORE: """\
lane = results[program[pc], start : start + m]
for k in range(m):
    lane[k] = d[k]
pc += 1
""",
}

_SCALAR_HEAD = f'''\
@njit(scalar_signature, {_OPTIONS})
def kernel(codes, starts, args, dests, outputs, slots, given, results):
    """Run the tape on ``slots``, where its constants are; ``given`` are its inputs and leaves."""
    for i in range(given.size):
        slots[i] = given[i]
    for i in range(codes.size):
        code = codes[i]
        p = starts[i]
        if code == 0:
            end = starts[i + 1]
            t0 = -0.0  # the number that adds nothing, not even to -0.0
            t1 = -0.0
            if (end - p) & 2:
                t0 = slots[args[p]] * slots[args[p + 1]]
                p += 2
            while p < end:
                t0 += slots[args[p]] * slots[args[p + 1]]
                t1 += slots[args[p + 2]] * slots[args[p + 3]]
                p += 4
            slots[dests[i]] = t0 + t1
'''
_SCALAR_TAIL = """\
        else:
            return
    for i in range(outputs.size):
        results[i] = slots[outputs[i]]
"""


def lane_kernel(blocks: Sequence[Block]) -> Callable[..., None]:
    """The lane kernel whose code k does what ``blocks[k]`` says; there is at least one."""
    text = [_LANE_HEAD.replace("PACKING\n", _PACKING if MULTIPLY in blocks else "")]
    namespace: dict[str, Any] = {}
    for code, block in enumerate(blocks):
        text.append(f"            {'elif' if code else 'if'} code == {code}:\n")
        body = _STRUCTURAL[block] if isinstance(block, str) else _elementwise(code, block, namespace)
        text.append("".join(f"                {line}\n" for line in body.splitlines()))
    kernel = compile_kernel("".join([*text, _LANE_TAIL]), _SIGNATURES, namespace)
    _lanes[tuple(blocks)] = None
    return kernel


_lanes: dict[tuple[Block, ...], None] = {}
"""The blocks of each lane kernel that is in memory."""


def blocks_in_memory(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks of the smallest lane kernel in memory that can do all of ``blocks``; these, if there is none.

    A branch is compiled from the same text in every kernel, so one that can do more gives the same numbers, and the
    second or two are saved that another one takes.
    """
    wanted = set(blocks)
    return min((known for known in [*_lanes] if wanted.issubset(known)), key=len, default=blocks)


def _elementwise(code: int, block: tuple[Primitive, int], namespace: dict[str, Any]) -> str:
    op, n = block
    namespace[f"op{code}"] = jit_forward(op, n)
    rows = [f"x{i} = rows[program[pc + {i}]]" for i in range(n)]
    call = f"op{code}({', '.join(f'x{i}[k]' for i in range(n))})"
    return "\n".join([*rows, "for k in range(m):", f"    d[k] = {call}", f"pc += {n}"])


def scalar_kernel(blocks: Sequence[tuple[Primitive, int]]) -> Callable[..., None]:
    """The scalar kernel whose code k + 1 is the operation ``blocks[k]``, and code 0 a sum of products."""
    text = [_SCALAR_HEAD]
    namespace: dict[str, Any] = {}
    for code, (op, n) in enumerate(blocks, start=1):
        namespace[f"op{code}"] = jit_forward(op, n)
        call = f"op{code}({', '.join(f'slots[args[p + {i}]]' for i in range(n))})"
        text.append(f"        elif code == {code}:\n            slots[dests[i]] = {call}\n")
    return compile_kernel("".join([*text, _SCALAR_TAIL]), _SIGNATURES, namespace)


# --- kernels, compiled and kept ---------------------------------------------------------------------------

_HOW = b"".join(
    Path(module.__file__).read_bytes()
    for module in (lane_functions, numba_elementary, numba_forward, numba_tiles)
    if module.__file__
)
"""How operations are compiled, which is a part of what a kernel is."""
_CALLED = {name: getattr(numba_tiles, name) for name in ("BLOCK", "multiply", "pack", "transpose")} | {
    "int64": types.int64
}
"""The names that the text of a kernel may use besides those of operations."""

_kernels: dict[str, Callable[..., None]] = {}
_lock = threading.Lock()


def compile_kernel(text: str, signatures: dict[str, Any], functions: dict[str, Any]) -> Callable[..., None]:
    """The function ``kernel`` that ``text`` defines, which may call ``functions`` by their names.

    It is compiled under a name that ends in its digest: numba tells machine code apart by the names of functions and
    by a count within the process, so that two kernels of one name, kept by two processes, could be mixed up in a third.

    Args:
        text: Python source that decorates ``kernel`` with ``@njit(signature, ..., cache=True)``.
        signatures: the types that ``text`` names.
        functions: compiled operations.
    """
    prints = {name: fingerprint(function) for name, function in functions.items()}
    if None in prints.values():
        return _define(text.replace("cache=True", "cache=False"), "kernel", "<autograd kernel>", signatures | functions)
    key = hashlib.sha256(
        repr((text, signatures, sorted(prints.items()), numba.__version__, sys.version, _HOW)).encode()
    ).hexdigest()
    with _lock:
        if key not in _kernels:
            name = f"kernel_{key[:16]}"
            text = text.replace("def kernel(", f"def {name}(")
            _kernels[key] = _found_or_compiled(_filed(key, text), text, name, signatures | functions)
        return _kernels[key]


def _found_or_compiled(path: Path | None, text: str, name: str, names: dict[str, Any]) -> Callable[..., None]:
    """The kernel that numba keeps beside ``path``, or a fresh one where there is none that can be read."""
    if path is None:
        return _define(text.replace("cache=True", "cache=False"), name, "<autograd kernel>", names)
    try:
        return _define(text, name, str(path), names)
    except NumbaError:
        raise
    except Exception:  # noqa: BLE001 -- a damaged file fails in any way that pickle can
        for kept in path.parent.glob(f"**/{path.stem}.*.nb[ic]"):
            kept.unlink(missing_ok=True)
        return _define(text, name, str(path), names)


def direct(kernel: Callable[..., None]) -> Callable[..., None]:
    """The way into a ``kernel`` of one signature that takes its arguments as they are, as their types are known.

    To tell the types of sixteen arguments takes as long as a small batch.
    """
    (compiled,) = vars(kernel)["overloads"].values()
    found: Callable[..., None] = compiled.entry_point
    return found


def _define(text: str, name: str, filename: str, names: dict[str, Any]) -> Callable[..., None]:
    namespace: dict[str, Any] = {"__name__": __name__, "njit": numba.njit, **_CALLED, **names}
    exec(compile(text, filename, "exec"), namespace)  # noqa: S102 -- our own template; names are op0, op1 ...
    kernel: Callable[..., None] = namespace[name]
    return kernel


def _filed(key: str, text: str) -> Path | None:
    """The file of this source, which numba keeps the machine code beside; None if it cannot be written."""
    directory = cache_directory()
    if directory is None:
        return None
    path = directory / f"{key}.py"
    try:
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text.encode("utf-8"))  # another process may be doing the same
    except OSError:
        return None
    return path


def cache_directory() -> Path | None:
    """Where kernels are kept: ``CHAINRULE_CACHE_DIR``, or the user's cache directory. None if it is not safe.

    Machine code is loaded from there, so it must belong to the user, and be writable by nobody else.
    """
    try:
        directory = Path(os.environ.get("CHAINRULE_CACHE_DIR") or _user_cache() / "chainrule") / "kernels"
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = directory.stat()
    except (OSError, RuntimeError):
        return None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        return None
    return directory if os.access(directory, os.W_OK) else None


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
