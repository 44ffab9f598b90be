"""A tape as a pure function of ``jax.numpy``: for jit, vmap and grad, for GPUs and TPUs, and for many machines.

float64 is what the engine computes in, and JAX computes in float32 until it is told otherwise. The ``"jax"`` backend
turns 64 bits on around its own calls; an exported function refuses to run without them, rather than lose digits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from autograd.primitives import Primitive
from autograd.replay.backends.base import Kernel
from autograd.replay.backends.jax_functions import jax_function
from autograd.replay.branches import Path
from autograd.replay.signature import Axes, Signature, axes_of_arguments, axes_of_leaves, is_static, statics_in
from autograd.replay.tape import RELATIONS, Floats, Tape

__all__ = ["build", "exported", "paths_function", "tape_function"]


def tape_function(tape: Tape) -> Callable[..., tuple[Any, ...]]:
    """``tape`` as a function of JAX: ``f(inputs, leaves) -> outputs``, sequences of scalars.

    Raises:
        NotImplementedError: an operation cannot be exported.
    """
    steps = list(tape.instructions())
    for op in tape.ops:
        _refuse_what_cannot(op, {len(step.args) for step in steps if step.op is op})
    constants = tape.constants.tolist()
    spare = [0.0] * (tape.n_slots - tape.n_before)

    def function(inputs: Sequence[Any], leaves: Sequence[Any] = ()) -> tuple[Any, ...]:
        slots: list[Any] = [*inputs, *leaves, *constants, *spare]
        for op, args, dest, _ in steps:
            slots[dest] = jax_function(op)(*[jnp.asarray(slots[arg], dtype=jnp.float64) for arg in args])
        return tuple(jnp.asarray(slots[output], dtype=jnp.float64) for output in tape.outputs.tolist())

    return function


def _refuse_what_cannot(op: Primitive, arities: set[int]) -> None:
    """Trace ``op`` once, so that it is refused now and not in the middle of a computation."""
    for n in arities:
        with jax.enable_x64(True):
            jax.eval_shape(jax_function(op), *[jax.ShapeDtypeStruct((), jnp.float64)] * n)


def paths_function(tapes: Sequence[Tape], leaves: Sequence[Sequence[float]]) -> Callable[..., tuple[Any, ...]]:
    """Several paths as one function of JAX: ``f(inputs) -> outputs``. Where the guards of none hold, nan.

    Args:
        tapes: the paths.
        leaves: for each the present values of its live leaves, which become constants.
    """
    functions = [_guarded(tape, live) for tape, live in zip(tapes, leaves, strict=True)]

    def function(inputs: Sequence[Any]) -> tuple[Any, ...]:
        if not jax.config.jax_enable_x64:
            raise TypeError(
                "an exported function computes in float64, and JAX is in 32 bits: call "
                "jax.config.update('jax_enable_x64', True) first, or use 'with jax.enable_x64(True):'"
            )
        found = [part(inputs) for part in functions]
        results = tuple(jnp.full_like(output, jnp.nan) for output in found[0][1])
        for holds, outputs in reversed(found):
            results = tuple(jnp.where(holds, *pair) for pair in zip(outputs, results, strict=True))
        return results

    return function


def _guarded(tape: Tape, leaves: Sequence[float]) -> Callable[..., tuple[Any, tuple[Any, ...]]]:
    """Whether every guard holds, and the outputs."""
    run = tape_function(tape.returning([*tape.outputs.tolist(), *tape.compared]))
    count = len(tape.outputs)

    def function(inputs: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
        results = run(inputs, leaves)
        holds: Any = True
        for index, guard in enumerate(tape.guards):
            left, right = results[count + 2 * index : count + 2 * index + 2]
            holds = holds & (RELATIONS[guard.relation](left, right) == guard.outcome)
        return holds, results[:count]

    return function


def exported(form: Signature, paths: Sequence[Path], in_axes: Axes, reduce: str | None) -> Callable[..., Any]:
    """The compiled function for JAX: the same signature and structure of the result, on JAX's arrays.

    Args:
        form: the form of the arguments that was recorded.
        paths: what was recorded. Live leaves become constants, as they are now.
        in_axes: as :func:`~autograd.compile` was told.
        reduce: likewise.
    """
    run = paths_function([path.tape for path in paths], [[leaf.data for leaf in path.leaves] for path in paths])
    treedef = paths[0].treedef
    shapes = [shape for part in form.treedefs for shape in part.shapes]
    keywords = form.keywords

    def one(*leaves: Any) -> list[Any]:
        numbers: list[Any] = []
        for leaf, shape in zip(leaves, shapes, strict=True):
            numbers += list(jnp.ravel(leaf)) if shape else [jnp.reshape(leaf, ())]
        results, parts = iter(run(numbers)), []
        for shape, size in zip(treedef.shapes, treedef.sizes(), strict=True):
            part = [next(results) for _ in range(size)]
            parts.append(part[0] if shape is None else jnp.stack(part).reshape(shape))
        return parts

    def function(*args: Any, **kwargs: Any) -> Any:
        if len(args) + len(keywords) != len(form.treedefs) or set(kwargs) != set(keywords):
            raise TypeError(
                f"the exported function takes {len(form.treedefs) - len(keywords)} positional argument(s) and "
                f"{list(keywords)} by keyword, as when it was recorded, not {len(args)} and {list(kwargs)}"
            )
        leaves, axes = _leaves_and_axes([*args, *(kwargs[name] for name in keywords)], form, in_axes)
        if in_axes is None:
            return treedef.assemble(one(*leaves))
        results = jax.vmap(one, in_axes=tuple(axes))(*leaves)
        if reduce is not None:
            results = [getattr(jnp, reduce)(part, axis=0) for part in results]
        return treedef.assemble(results)

    return function


def _leaves_and_axes(arguments: Sequence[Any], form: Signature, in_axes: Axes) -> tuple[list[Any], list[int | None]]:
    """The arrays in the arguments, and the axis of each along which the examples are."""
    leaves: list[Any] = []
    axes: list[int | None] = []
    entries = axes_of_arguments(in_axes, len(arguments) - len(form.keywords), len(form.keywords))
    for place, (tree, part, axis) in enumerate(zip(arguments, form.treedefs, entries, strict=True)):
        settings, recorded = statics_in(tree), statics_in(part.assemble(part.shapes))
        if settings != recorded:
            raise TypeError(
                f"argument {place} has the static parts {settings}, and had {recorded} when it was recorded"
            )
        found = [leaf for leaf in jax.tree_util.tree_leaves(tree) if not is_static(leaf)]
        if len(found) != len(part.shapes):
            raise TypeError(
                f"argument {place} holds {len(found)} arrays or numbers, and held {len(part.shapes)} when it was "
                f"recorded: pass the same containers (a dataclass must be registered with JAX)"
            )
        leaves += found
        axes += axes_of_leaves(axis, tree, len(found), f"argument {place}")
    return leaves, axes


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the form of every backend
    """``tape`` compiled by XLA; see :mod:`autograd.replay.backends.base`."""
    if not len(tape.outputs):  # nothing to compute, and nothing that JAX could stack
        return lambda _, lanes: np.empty(0) if summed else np.empty((0, lanes.shape[1]))
    run = tape_function(tape)
    is_lane = np.array([*batched, *[False] * tape.n_leaves], dtype=bool)

    def one(shared: Any, lane: Any) -> Any:
        rest, own = iter(shared), iter(lane)
        numbers = [next(own if each else rest) for each in is_lane.tolist()]
        return jnp.stack(run(numbers[: tape.n_inputs], numbers[tape.n_inputs :]))

    def all_examples(shared: Any, lanes: Any) -> Any:
        results = jax.vmap(one, in_axes=(None, 1), out_axes=1)(list(shared), lanes)
        return results.sum(axis=1) if summed else results

    compiled = jax.jit(all_examples)

    def kernel(shared: Floats, lanes: Floats) -> Floats:
        with jax.enable_x64(True):
            return np.array(compiled(shared, lanes))

    return kernel
