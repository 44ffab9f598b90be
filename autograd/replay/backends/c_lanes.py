"""The backend in C: a lane kernel that was compiled with the package, for the operations of the table.

Its formulas, in ``_lanes_rules.h``, are written from the records by ``python -m tests.lane_rules``, so it is used for
the table that they were written from alone. See :mod:`~autograd.replay.backends.lanes` for how a batch is run.
"""

from __future__ import annotations

import contextlib
import importlib
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

from autograd.compiled import digest
from autograd.primitives import PRIMITIVES
from autograd.replay.backends import Kernel, c_tape
from autograd.replay.backends.expansion import expanded
from autograd.replay.backends.lane_blocks import DOT, MULTIPLY, OUTER, PRODUCT, STORE, TILE, Block
from autograd.replay.backends.lanes import on_lanes
from autograd.replay.optimise import constants_as_arguments
from autograd.replay.tape import FUSED_DOT, Tape
from autograd.rules.reductions import WITHIN_EXPANSIONS

__all__ = ["OPERATIONS", "build"]

OPERATIONS = {op.name: op for op in (*PRIMITIVES.values(), *WITHIN_EXPANSIONS) if op.builtin and op.arity}
"""The operations that the kernel has, by their names."""
_STRUCTURAL = DOT, PRODUCT, TILE, MULTIPLY, OUTER, STORE
"""The blocks that are not operations, in the order of their codes."""


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the contract of a backend
    """``tape`` on the kernel in C; see :mod:`autograd.replay.backends`.

    Raises:
        NotImplementedError: an operation is not of the table.
    """
    if any(batched):
        return cast("Kernel", _on_lanes(tape, batched, summed=summed))
    if FUSED_DOT in tape.ops:  # there may be matrices
        with contextlib.suppress(NotImplementedError):
            return _on_lanes(tape, batched, summed=summed) or c_tape.build(tape, batched, summed)
    return c_tape.build(tape, batched, summed)


def _on_lanes(tape: Tape, batched: Sequence[bool], *, summed: bool) -> Kernel | None:
    return on_lanes(constants_as_arguments(expanded(tape)), batched, _kernel_of, summed=summed)


def _kernel_of(blocks: Sequence[Block]) -> tuple[Callable[..., None], dict[Block, int]]:
    kernel, codes = _compiled()
    for block in blocks:
        if not isinstance(block, str) and block not in codes:
            raise NotImplementedError(
                f"the operation {block[0].name!r} is not of the table, and so not in the kernel that was compiled with "
                f"the package: use another backend"
            )
    return kernel, codes


@cache
def _compiled() -> tuple[Callable[..., None], dict[Block, int]]:
    """The kernel, and the code of each block.

    Raises:
        NotImplementedError: it was compiled from another table of operations, or is not there.
    """
    try:
        module: Any = importlib.import_module("autograd._lanes")
    except ImportError as error:  # the engine was compiled, and this was not
        message = "the lane kernel is not there: install the package again where there is a C compiler"
        raise NotImplementedError(message) from error
    if digest() != module.TABLE_DIGEST or len(_STRUCTURAL) != module.N_BLOCKS:
        message = (
            "the lane kernel was compiled from another version of the source or of the table of operations, so the "
            "backend 'c' is left out: install the package again"
        )
        warnings.warn(message, RuntimeWarning, stacklevel=2)
        raise NotImplementedError(message)
    named: list[Block] = [(OPERATIONS[name], count) for name, count in module.operations()]
    return module.kernel, {block: code for code, block in enumerate([*_STRUCTURAL, *named])}
