"""A tape as a pure function of ``jax.numpy``: for jit, vmap and grad, for GPUs and TPUs, and for many machines.

float64 is what the engine computes in, and JAX computes in float32 until it is told otherwise. The ``"jax"`` backend
turns 64 bits on around its own calls; an exported function refuses to run without them, rather than lose digits.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from autograd.primitives import Primitive
from autograd.replay.backends import Kernel
from autograd.replay.backends.expansion import expanded
from autograd.replay.backends.jax_functions import jax_function
from autograd.replay.optimise import fuse_dots
from autograd.replay.schedule import (
    ONE,
    Alike,
    Operand,
    Places,
    Product,
    Schedule,
    Sums,
    Total,
    computation,
    scheduled,
    scheduled_batch,
    strides,
)  # fmt: skip
from autograd.replay.signature import Axes, Signature, axes_of_arguments, axes_of_leaves, is_static, statics_in
from autograd.replay.tape import RELATIONS, Floats, Tape
from autograd.trees import TreeDef

__all__ = ["batch_function", "build", "exported", "paths_function", "tape_function"]


def tape_function(tape: Tape, parts: Sequence[int] | None = None) -> Callable[..., tuple[Any, ...]]:
    """``tape`` as a function of JAX: ``f(inputs, leaves) -> outputs``, arrays of numbers.

    What is alike is one operation on an array, and what is a product of matrices is one: what JAX traces and XLA
    compiles grows with the depth of a computation and not with its length.

    Args:
        tape: of single assignment or not.
        parts: how many outputs are in each array that is returned; all in one, if nothing is said.

    Raises:
        NotImplementedError: an operation cannot be exported.
    """
    _refuse_what_cannot(tape)
    whole = computation(tape)
    schedule = scheduled(whole, [*range(tape.n_before), ONE], {}, again=False)
    cuts = np.cumsum([len(tape.outputs)] if parts is None else parts)
    rows = np.array([row for row, _ in sorted(schedule.stored, key=lambda pair: pair[1])], np.intp)
    places = np.split(rows, cuts[:-1]) if len(cuts) else []
    constants = np.array([*tape.constants, 1.0])

    def function(inputs: Any, leaves: Any = ()) -> tuple[Any, ...]:
        numbers = _Numbers(_joined(inputs, leaves, constants))
        _compute(schedule, numbers, numbers)
        return tuple(numbers.read(part) for part in places)

    return function


def batch_function(tape: Tape, batched: Sequence[bool], *, summed: bool) -> Callable[..., Any]:
    """``tape`` for many examples, as a function of JAX: ``f(shared, lanes) -> results``.

    Args:
        tape: as of :func:`tape_function`.
        batched: for each input whether every example has its own.
        summed: whether the results are summed over the examples.

    Raises:
        NotImplementedError: an operation cannot be exported.
    """
    _refuse_what_cannot(tape)
    once, each, constants, n_given, _, same = scheduled_batch(tape, batched, summed=summed, again=False)
    totals = [entry.places.ravel() for entry in each.entries if isinstance(entry, Total)]
    stored = np.array(each.stored, np.intp).reshape(-1, 2).T
    own = np.concatenate([stored[1], *totals])
    filled = np.array(each.filled, np.intp)
    kept = np.arange(n_given + len(once.stored))
    kept[n_given + np.array([place for _, place in once.stored], np.intp)] = [row for row, _ in once.stored]
    once_each = len(np.unique(own)) == len(own)
    source = np.empty(len(tape.outputs), np.intp)
    source[own] = np.arange(len(own)) if once_each else own
    n_own = len(own) if once_each else len(tape.outputs)
    source[[place for place, _ in same]] = n_own + np.arange(len(same))
    shared_ones = np.array([at for _, at in same], np.intp)

    def function(shared: Any, lanes: Any) -> Any:
        n = lanes.shape[1]
        fixed = _Numbers(_joined(shared, constants))
        _compute(once, fixed, fixed)
        fixed = _Numbers(fixed.read(kept))
        like = jnp.zeros_like(lanes[:1])  # laid out over devices as the examples are
        numbers = _Numbers(jnp.concatenate([lanes, fixed.read(filled)[:, None] + like]))
        sums = _compute(each, numbers, fixed)
        if not summed:
            found = [numbers.read(stored[0]), fixed.read(shared_ones)[:, None] + like]
        elif once_each:
            found = [*sums, n * fixed.read(shared_ones)]
        else:
            found = [jnp.zeros(n_own).at[own].add(jnp.concatenate(sums)), n * fixed.read(shared_ones)]
        results = _Numbers(found[0])
        for array in found[1:]:
            results.add(array)
        return results.read(source)

    return function


def _joined(*arrays: Any) -> Any:
    return jnp.concatenate([jnp.asarray(array, jnp.float64) for array in arrays])


def _refuse_what_cannot(tape: Tape) -> None:
    """Trace every operation once, so that it is refused now and not in the middle of a computation."""
    arities = np.diff(tape.start)
    for index, op in enumerate(tape.ops):
        for n in np.unique(arities[tape.code == index]).tolist():
            with jax.enable_x64(True):
                jax.eval_shape(jax_function(op), *[jax.ShapeDtypeStruct((), jnp.float64)] * n)


def _compute(schedule: Schedule, numbers: _Numbers, fixed: _Numbers) -> list[Any]:
    """Add all that a schedule computes to ``numbers``; the sums over the examples are returned."""
    sums = []
    for entry in schedule.entries:
        if isinstance(entry, Total):
            left, right = numbers.read(entry.left), numbers.read(entry.right)
            sums.append((left @ right.T if entry.places.ndim == 2 else (left * right).sum(axis=-1)).ravel())
        else:
            numbers.add(_results(entry, numbers, fixed), entry.results.ndim)
    return sums


def _results(entry: Alike | Sums | Product, numbers: _Numbers, fixed: _Numbers) -> Any:
    """The results of an entry, in the shape that it has, with an axis of examples if the numbers have one."""

    def read(operand: Operand) -> Any:
        return fixed.read(operand.places)[..., None] if operand.fixed else numbers.read(operand.places)

    match entry:
        case Alike(op, args) if entry.results.ndim == 1:
            return _alike(op, args, numbers, fixed)
        case Alike(op, args):
            return jax_function(op)(*map(read, args))
        case Sums(terms):
            products = [read(left) if right is None else read(left) * read(right) for left, right in terms]
            return functools.reduce(operator.add, [part.sum(axis=0) for part in products])
        case _:
            factors, operands, biases, _ = entry
            matrix = (fixed if factors.fixed else numbers).read(factors.places)
            found = jnp.einsum("gij,gj...->gi...", matrix, numbers.read(operands.places))
            return found if biases is None else found + read(biases)


def _alike(op: Primitive, args: Sequence[Operand], numbers: _Numbers, fixed: _Numbers) -> Any:
    """One operation on columns of numbers, of which those that are all the same are one number."""
    places = [operand.places[:1] if np.ptp(operand.places) == 0 else operand.places for operand in args]
    given = [(fixed if operand.fixed else numbers).read(own) for operand, own in zip(args, places, strict=True)]
    alone = [len(own) == 1 for own in places]
    function = jax_function(op)
    if numbers.has_examples:
        function = jax.vmap(function, in_axes=[None if operand.fixed else 0 for operand in args])
    columns = jax.vmap(function, in_axes=[None if one else 0 for one in alone], axis_size=args[0].places.size)
    return columns(*(array[0] if one else array for array, one in zip(given, alone, strict=True)))


class _Numbers:
    """The numbers that were computed so far, in the arrays that they were computed in, one after the other.

    Each has an axis of examples behind the others, or none has.
    """

    def __init__(self, given: Any) -> None:
        self.has_examples = given.ndim > 1
        self._arrays: list[Any] = []
        self._starts = [0]
        self.add(given)

    def add(self, array: Any, axes: int = 1) -> None:
        """More numbers, which have the next places, along so many axes of ``array``."""
        self._arrays.append(array.reshape(-1, *array.shape[axes:]))
        self._starts.append(self._starts[-1] + len(self._arrays[-1]))

    def read(self, places: Places) -> Any:
        """The numbers at ``places``: slices, put together if need be; gathered only if those were too many."""
        flat = places.ravel()
        which = np.searchsorted(self._starts, flat, side="right") - 1
        own = flat - np.array(self._starts)[which]
        if flat.size and not np.any(np.diff(which)):
            block = _block(self._arrays[which[0]], int(own[0]), places)
            if block is not None:
                return block
        cuts = [0, *(np.flatnonzero((np.diff(flat) != 1) | (np.diff(which) != 0)) + 1).tolist(), flat.size]
        if len(cuts) <= 2 + flat.size // _RUN:
            runs = [self._arrays[which[at]][own[at] : own[end - 1] + 1] for at, end in pairwise(cuts) if end > at]
            found = jnp.concatenate([self._arrays[0][:0], *runs])
            return found.reshape(*places.shape, *found.shape[1:])
        arrays = np.unique(which)
        offset = np.zeros(len(self._arrays), np.intp)
        offset[arrays] = np.cumsum([0, *(len(self._arrays[array]) for array in arrays)])[:-1]
        together = jnp.concatenate([self._arrays[array] for array in arrays])
        return together[(own + offset[which]).reshape(places.shape)]


_RUN = 4  # numbers that a slice has on average, where slices are put together


def _block(array: Any, first: int, places: Places) -> Any:
    """The numbers at ``places`` of an array, if they are all of a slice of it, in any order of their axes."""
    steps = strides(places)
    if steps is None or min(steps) < 0:
        return None
    axes = sorted((axis for axis, step in enumerate(steps) if step), key=lambda axis: -steps[axis])
    shape = [places.shape[axis] for axis in axes]
    step = steps[axes[-1]] if axes else 1
    if any(steps[axis] != step * int(np.prod(shape[at + 1 :])) for at, axis in enumerate(axes)):
        return None
    behind = array.shape[1:]
    block = array[first : first + step * int(np.prod(shape)) : step].reshape(*shape, *behind)
    block = block.transpose(*np.argsort(axes), *range(len(axes), len(axes) + len(behind)))
    own = [n if step else 1 for n, step in zip(places.shape, steps, strict=True)]
    return jnp.broadcast_to(block.reshape(*own, *behind), (*places.shape, *behind))


def paths_function(
    paths: Sequence[tuple[Tape, Sequence[float]]], parts: Sequence[int]
) -> Callable[..., tuple[Any, ...]]:
    """Several paths as one function of JAX: ``f(inputs) -> outputs``. Where the guards of none hold, nan.

    Args:
        paths: the tape of each, with the present values of its live leaves, which become constants.
        parts: as of :func:`tape_function`.
    """
    functions = [_guarded(tape, live, parts) for tape, live in paths]

    def function(inputs: Any) -> tuple[Any, ...]:
        found = [part(inputs) for part in functions]
        results = tuple(jnp.full_like(output, jnp.nan) for output in found[0][1])
        for holds, outputs in reversed(found):
            results = tuple(jnp.where(holds, *pair) for pair in zip(outputs, results, strict=True))
        return results

    return function


def _with_sums(tape: Tape) -> Tape:
    """``tape`` with its sums of products; what a guard depends on is left as it is."""
    return fuse_dots(expanded(tape, sums_alone=True))


def _guarded(tape: Tape, leaves: Sequence[float], parts: Sequence[int]) -> Callable[..., tuple[Any, tuple[Any, ...]]]:
    """Whether every guard holds, and the outputs."""
    guards = tape.guards
    tape = _with_sums(tape)
    compared = np.array(tape.compared, np.intp).reshape(-1, 2).T.ravel().tolist()
    run = tape_function(tape.returning([*tape.outputs.tolist(), *compared]), [*parts, len(guards), len(guards)])
    forms = {form: [at for at, guard in enumerate(guards) if (guard.relation, guard.outcome) == form]
             for form in dict.fromkeys((guard.relation, guard.outcome) for guard in guards)}  # fmt: skip

    def function(inputs: Any) -> tuple[Any, tuple[Any, ...]]:
        *results, left, right = run(inputs, leaves)
        holds: Any = jnp.asarray(True)
        for (relation, outcome), which in forms.items():
            at = np.array(which)
            holds = holds & jnp.all(RELATIONS[relation](left[at], right[at]) == outcome)
        return holds, tuple(results)

    return function


def exported(
    form: Signature, paths: Sequence[tuple[Tape, Sequence[float]]], treedef: TreeDef, in_axes: Axes, reduce: str | None
) -> Callable[..., Any]:
    """The compiled function for JAX: the same signature and structure of the result, on JAX's arrays.

    Args:
        form: the form of the arguments that was recorded.
        paths: what was recorded, as of :func:`paths_function`.
        treedef: how the results are held.
        in_axes: as :func:`~autograd.compile` was told.
        reduce: likewise.
    """
    keywords, sizes = form.keywords, treedef.sizes()
    tape, live = paths[0]
    if reduce is not None and not tape.guards:  # no example has a path of its own
        run = _together(tape, live, form, sizes, reduce)
    else:
        run = _one_by_one(paths_function(paths, sizes), in_axes, reduce)
    compiled = jax.jit(lambda leaves, axes: _as_laid_out(run, leaves, axes, reduce)(leaves), static_argnums=1)

    def function(*args: Any, **kwargs: Any) -> Any:
        if len(args) + len(keywords) != len(form.treedefs) or set(kwargs) != set(keywords):
            raise TypeError(
                f"the exported function takes {len(form.treedefs) - len(keywords)} positional argument(s) and "
                f"{list(keywords)} by keyword, as when it was recorded, not {len(args)} and {list(kwargs)}"
            )
        _refuse_32_bits()
        leaves, axes = _leaves_and_axes([*args, *(kwargs[name] for name in keywords)], form, in_axes)
        if any(isinstance(leaf, jax.core.Tracer) for leaf in leaves):  # what calls it is compiled with it
            found = _as_laid_out(run, leaves, axes, reduce)(leaves)
        else:
            found = compiled(leaves, tuple(axes))
        parts = zip(found, treedef.shapes, strict=True)
        return treedef.assemble([part.reshape(*part.shape[:-1], *(shape or ())) for part, shape in parts])

    return function


def _as_laid_out(
    run: Callable[..., Sequence[Any]], leaves: Sequence[Any], axes: Sequence[int | None], reduce: str | None
) -> Callable[..., Sequence[Any]]:
    """``run`` on ``leaves`` alone. Where they lie over a mesh of explicit axes, JAX is left to share the work out."""
    whole = functools.partial(run, axes=axes)
    laid_out = [jax.typeof(leaf).sharding for leaf in leaves]
    meshes = [sharding.mesh for sharding in laid_out if any(sharding.spec)]
    if not meshes:
        return whole
    over = [at.spec[axis] for at, axis in zip(laid_out, axes, strict=True) if axis is not None and at.spec[axis]]
    along = jax.P(over[0]) if over and reduce is None else jax.P()

    def shared_out(leaves: Sequence[Any]) -> Sequence[Any]:
        with jax.sharding.use_abstract_mesh(meshes[0]):
            found: Sequence[Any] = jax.sharding.auto_axes(whole, out_sharding=along)(leaves)
            return found

    return shared_out


def _one_by_one(run: Callable[..., tuple[Any, ...]], in_axes: Axes, reduce: str | None) -> Callable[..., Sequence[Any]]:
    """A function of one example for those that ``vmap`` makes of all, or for the one."""

    def one(*leaves: Any) -> tuple[Any, ...]:
        return run(_joined(*(jnp.reshape(leaf, -1) for leaf in leaves)) if leaves else ())

    def function(leaves: Sequence[Any], axes: Sequence[int | None]) -> Sequence[Any]:
        if in_axes is None:
            return one(*leaves)
        results = jax.vmap(one, in_axes=tuple(axes))(*leaves)
        return results if reduce is None else [getattr(jnp, reduce)(part, axis=0) for part in results]

    return function


def _together(
    tape: Tape, live: Sequence[float], form: Signature, sizes: Sequence[int], reduce: str
) -> Callable[..., Sequence[Any]]:
    """A function of all examples, whose gradients of shared numbers are products of matrices."""
    batch = batch_function(_with_sums(tape), form.batched, summed=True)

    def function(leaves: Sequence[Any], axes: Sequence[int | None]) -> Sequence[Any]:
        shared = [jnp.reshape(leaf, -1) for leaf, axis in zip(leaves, axes, strict=True) if axis is None]
        lanes = [jnp.moveaxis(leaf, axis, -1) for leaf, axis in zip(leaves, axes, strict=True) if axis is not None]
        n, *others = {lane.shape[-1] for lane in lanes}
        if others:
            raise ValueError(f"all arguments that are batched must have as many examples, got {sorted([n, *others])}")
        found = batch(_joined(*shared, live), _joined(*(lane.reshape(-1, n) for lane in lanes)))
        return jnp.split(found / n if reduce == "mean" else found, np.cumsum(sizes)[:-1])

    return function


def _refuse_32_bits() -> None:
    if not jax.config.jax_enable_x64:
        raise TypeError(
            "an exported function computes in float64, and JAX is in 32 bits: call "
            "jax.config.update('jax_enable_x64', True) first, or use 'with jax.enable_x64(True):'"
        )


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
        own = axes_of_leaves(axis, tree, len(found), f"argument {place}")
        for leaf, along, shape in zip(found, own, part.shapes, strict=True):
            has = np.shape(leaf) if along is None else tuple(np.delete(np.shape(leaf), along).tolist())
            if has != (shape or ()):
                raise TypeError(
                    f"argument {place} holds an array of shape {has}{'' if along is None else ' for each example'}, "
                    f"where one of shape {shape or ()} was recorded"
                )
        leaves += found
        axes += own
    return leaves, axes


def build(tape: Tape, batched: Sequence[bool], summed: bool) -> Kernel:  # noqa: FBT001 -- the form of every backend
    """``tape`` compiled by XLA; see :mod:`autograd.replay.backends`."""
    if not len(tape.outputs):  # nothing to compute, and nothing that JAX could stack
        return lambda _, lanes: np.empty(0) if summed else np.empty((0, lanes.shape[1]))
    if any(batched):
        run = batch_function(tape, batched, summed=summed)
    else:
        alone = tape_function(tape)

        def run(shared: Any, _: Any) -> Any:
            return alone(shared)[0] if summed else alone(shared)[0][:, None]

    compiled = jax.jit(run)

    def kernel(shared: Floats, lanes: Floats) -> Floats:
        with jax.enable_x64(True):
            return np.array(compiled(shared, lanes))

    return kernel
