"""Where an operation leaves its domain, as a guard: so that a recording follows what the user's code does about it.

Outside its domain an operation raises, and the function that called it may catch that: another branch, though nothing
was compared. While a function is recorded, an operation that could refuse its operands leaves a guard, whether it did:
with ``compile(..., checked=True)`` every one; without, where replays go on in IEEE arithmetic, each that stands where
the user's code would catch the exception, in a ``try`` with an ``except``, or in a ``with`` block such as
:func:`contextlib.suppress`. The guard compares the result of an operation of its own, :func:`refusal_of`.
"""

from __future__ import annotations

import dis
import functools
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType

import numpy as np

from autograd.debugging import is_ours
from autograd.primitives import Primitive

__all__ = ["Refusal", "can_refuse", "is_caught", "refusal_named", "refusal_of"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Refusal(Primitive):
    """Whether an operation refuses its inputs: 1 where it does, else 0. Exists on tapes alone."""

    of: Primitive = field()


_PREFIX = "refusal of "


@functools.lru_cache(maxsize=4096)
def refusal_of(op: Primitive) -> Refusal:
    """Whether ``op`` refuses its inputs, as an operation.

    >>> from autograd import log
    >>> refusal_of(log).forward(-1.0), refusal_of(log).forward(2.0)
    (1.0, 0.0)
    """
    return Refusal(
        name=_PREFIX + op.name,
        forward=_refuses(op.forward),
        partials=lambda *inputs: (0.0,) * (len(inputs) - 1),
        arity=op.arity,
        captures=0,
        constants=op.constants,
        base=refusal_of(op.base) if op.base else None,
        builtin=True,
        of=op,
    )


def refusal_named(name: str, find: Callable[[str], Primitive | None]) -> Callable[..., Refusal] | None:
    """The maker of the refusal that is called ``name``, given the constants; None if it is not such a name.

    Args:
        name: as in a file.
        find: the operation of a name.
    """
    if not name.startswith(_PREFIX):
        return None
    op = find(name.removeprefix(_PREFIX))
    if op is None:
        return None
    return lambda *constants: refusal_of(op.capture(*constants) if constants else op)


def _refuses(forward: Callable[..., float]) -> Callable[..., float]:
    def refuses(*inputs: float) -> float:
        try:
            forward(*inputs)
        except (ArithmeticError, ValueError):
            return 1.0
        return 0.0

    return refuses


_HARD = (
    math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, -5e-324, 1e-9, 0.5, -0.5, 1.0, -1.0, 1.5, -1.5, 2.0, -2.0, 3.0,
    -3.0, 800.0, -800.0, 1e17, -1e17, 1.7e308, -1.7e308,
)  # fmt: skip
"""Where an operation refuses its input, if it refuses any: beyond the ends of all domains, at poles, at overflow."""


@functools.lru_cache(maxsize=4096)
def can_refuse(op: Primitive) -> bool:
    """Whether ``op`` is refused at some inputs; of a user's own it is taken to be."""
    if not op.builtin:
        return True
    refuses = _refuses(op.forward)
    refused = any(
        refuses(*inputs)
        for arity in ((2, 4) if op.arity is None else (op.arity,))
        for inputs in itertools.product(_HARD if arity < 3 else _HARD[:6] + _HARD[-2:], repeat=arity)
    )
    np.add(0.0, 0.0)  # clears the processor's marks of overflow, of which NumPy would warn after a loop over Values
    return refused


# --- what the user's code catches -------------------------------------------------------------------------

_OUR_SETTINGS = {"scope", "no_grad", "enable_grad", "errstate", "detect_anomaly"}
"""The ``with`` blocks, by name, that are known to let exceptions pass."""


def is_caught(frame: FrameType | None, last: CodeType) -> bool:
    """Whether the user's code from ``frame`` out to the call of ``last`` would catch an exception raised now."""
    while frame is not None and frame.f_code is not last:
        code = frame.f_code
        if code.co_exceptiontable and not is_ours(code.co_filename):
            at = frame.f_lasti
            if any(start <= at < end for start, end in _catching(code)):
                return True
        frame = frame.f_back
    return False


@functools.lru_cache(maxsize=1024)
def _catching(code: CodeType) -> tuple[tuple[int, int], ...]:
    """The ranges of instructions in ``code`` whose exceptions it handles, other than by cleaning up."""
    instructions = list(dis.get_instructions(code))
    place = {instruction.offset: index for index, instruction in enumerate(instructions)}
    found = []
    for entry in dis.Bytecode(code).exception_entries:  # type: ignore[attr-defined]  # not in the stubs
        handler = instructions[place[entry.target] : place[entry.target] + 2]
        if handler[0].opname != "PUSH_EXC_INFO":
            continue
        if handler[1].opname == "WITH_EXCEPT_START" and _is_our_setting(instructions, place[entry.start]):
            continue
        found.append((entry.start, entry.end))
    return tuple(found)


def _is_our_setting(instructions: Sequence[dis.Instruction], start: int) -> bool:
    """Whether the block that starts here is entered by one of this library's settings."""
    line = _line(instructions[start - 1])
    names = set()
    for instruction in reversed(instructions[:start]):
        if _line(instruction) != line:
            break
        if isinstance(instruction.argval, str):
            names.add(instruction.argval)
    return not names.isdisjoint(_OUR_SETTINGS)


def _line(instruction: dis.Instruction) -> int | None:
    return instruction.positions.lineno if instruction.positions else None
