"""The numba backend: compiled kernels that interpret a tape, for a batch in blocks of lanes, on every core.

See :mod:`~autograd.replay.backends.lanes` for how a batch is run, and
:mod:`~autograd.replay.backends.numba_kernels` for the kernels.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from autograd.primitives import Primitive
from autograd.replay.backends import Kernel
from autograd.replay.backends.expansion import expanded
from autograd.replay.backends.lane_blocks import Block
from autograd.replay.backends.lanes import on_lanes
from autograd.replay.backends.numba_kernels import blocks_in_memory, direct, lane_kernel, scalar_kernel
from autograd.replay.optimise import constants_as_arguments, reuse_slots
from autograd.replay.tape import FUSED_DOT, Floats, Tape

__all__ = ["build"]


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the contract of a backend
    """``tape`` on compiled kernels; see :mod:`autograd.replay.backends`.

    Raises:
        NotImplementedError: numba cannot compile an operation.
    """
    tape = constants_as_arguments(expanded(tape))
    return on_lanes(tape, batched, _kernel_of, summed=summed) or _Scalars(reuse_slots(tape), summed=summed)


def _kernel_of(blocks: Sequence[Block]) -> tuple[Callable[..., None], dict[Block, int]]:
    found = blocks_in_memory(blocks)
    return _compiled(lane_kernel, found), {block: code for code, block in enumerate(found)}


def _compiled(compile_kernel: Callable[..., Callable[..., None]], blocks: Sequence[Block]) -> Callable[..., None]:
    """The kernel of ``blocks``; if numba refuses, the operation that it refuses is named."""
    try:
        return direct(compile_kernel(blocks))
    except Exception as error:  # numba fails with its own errors, and with whatever its compiler trips over
        for block in blocks:
            if not isinstance(block, str):
                _try_alone(block)
        raise NotImplementedError(f"numba cannot compile this tape: {error}") from error


def _try_alone(block: tuple[Primitive, int]) -> None:
    try:
        scalar_kernel([block])
    except Exception as error:
        raise NotImplementedError(
            f"numba cannot compile the operation {block[0].name!r}. Write its forward with arithmetic and the "
            f"functions of math alone, or use backend='numpy'."
        ) from error


class _Scalars:
    """A tape without batched inputs: the scalar kernel reads the tape as it is."""

    def __init__(self, tape: Tape, *, summed: bool) -> None:
        arities = np.diff(tape.start)
        used = {
            (op, n, index)
            for index, op in enumerate(tape.ops)
            if op is not FUSED_DOT
            for n in np.unique(arities[tape.code == index]).tolist()
        }
        blocks = sorted(used, key=lambda block: (block[0].name, block[1]))
        codes = np.zeros(len(tape), dtype=np.uint32)
        for code, (_, n, index) in enumerate(blocks, start=1):
            codes[(tape.code == index) & (arities == n)] = code
        self._kernel = _compiled(scalar_kernel, [(op, n) for op, n, _ in blocks])
        words = (tape.start, tape.args, tape.dest, tape.outputs)
        self._program = (codes, *(part.astype(np.uint32) for part in words))
        self._n_results = len(tape.outputs)
        self._summed = summed
        self._template = np.zeros(tape.n_slots)
        self._template[tape.n_inputs + tape.n_leaves : tape.n_before] = tape.constants
        self._spare: deque[Floats] = deque()

    def __call__(self, shared: Floats, lanes: Floats) -> Floats:  # noqa: ARG002 -- nothing is batched
        try:
            slots = self._spare.pop()
        except IndexError:  # the first call, or as many calls at once in other threads
            slots = self._template.copy()
        results = np.empty(self._n_results)
        self._kernel(*self._program, slots, shared, results)
        self._spare.append(slots)
        return results if self._summed else results[:, None]
