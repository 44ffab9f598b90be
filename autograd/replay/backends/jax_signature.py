"""A compiled function for JAX as its user called it: the same arguments, ``in_axes`` and ``reduce``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from autograd.replay.arguments import Axes, Form, _axes_of_arguments, _axes_of_leaves
from autograd.replay.backends.jax_export import paths_function
from autograd.replay.paths import Path

__all__ = ["exported"]


def exported(form: Form, paths: Sequence[Path], in_axes: Axes, reduce: str | None) -> Callable[..., Any]:
    """The compiled function for JAX: the same signature and structure of the result, on JAX's arrays.

    Args:
        form: the form of the arguments that was recorded.
        paths: what was recorded. Live leaves become constants, as they are now.
        in_axes, reduce: as :func:`~autograd.compile` was told.
    """
    run = paths_function([path.tape for path in paths], [[leaf.data for leaf in path.leaves] for path in paths])
    structure = paths[0].structure
    shapes = [shape for part in form.structures for shape in part.shapes]
    keywords = form.keywords

    def one(*leaves: Any) -> list[Any]:
        numbers: list[Any] = []
        for leaf, shape in zip(leaves, shapes, strict=True):
            numbers += list(jnp.ravel(leaf)) if shape else [jnp.reshape(leaf, ())]
        results, parts = iter(run(numbers)), []
        for shape, size in zip(structure.shapes, structure.sizes(), strict=True):
            part = [next(results) for _ in range(size)]
            parts.append(part[0] if shape is None else jnp.stack(part).reshape(shape))
        return parts

    def function(*args: Any, **kwargs: Any) -> Any:
        if len(args) + len(keywords) != len(form.structures) or set(kwargs) != set(keywords):
            raise TypeError(
                f"the exported function takes {len(form.structures) - len(keywords)} positional argument(s) and "
                f"{list(keywords)} by keyword, as when it was recorded, not {len(args)} and {list(kwargs)}"
            )
        leaves, axes = _leaves_and_axes([*args, *(kwargs[name] for name in keywords)], form, in_axes)
        if in_axes is None:
            return structure.assemble(one(*leaves))
        results = jax.vmap(one, in_axes=tuple(axes))(*leaves)
        if reduce is not None:
            results = [getattr(jnp, reduce)(part, axis=0) for part in results]
        return structure.assemble(results)

    return function


def _leaves_and_axes(arguments: Sequence[Any], form: Form, in_axes: Axes) -> tuple[list[Any], list[int | None]]:
    """The arrays in the arguments, and the axis of each along which the examples are."""
    leaves: list[Any] = []
    axes: list[int | None] = []
    entries = _axes_of_arguments(in_axes, len(arguments) - len(form.keywords), len(form.keywords))
    for place, (tree, part, axis) in enumerate(zip(arguments, form.structures, entries, strict=True)):
        found = jax.tree_util.tree_leaves(tree)
        if len(found) != len(part.shapes):
            raise TypeError(
                f"argument {place} holds {len(found)} arrays or numbers, and held {len(part.shapes)} when it was "
                f"recorded: pass the same containers (a dataclass must be registered with JAX)"
            )
        leaves += found
        axes += _axes_of_leaves(axis, tree, len(found), f"argument {place}")
    return leaves, axes
