"""Operations on any number of inputs, as sums of products: ``fsum``, ``dot``, ``mean``.

Such a record is defined by an exactly rounded sum, which vector code has no instruction for. Its local gradients
say what it is: where they are numbers it is linear, f = Σ ∂ᵢ·xᵢ; where they are inputs it is bilinear, and by
Euler's theorem f = ½ Σ xᵢ·∂ᵢ. So it can be computed as a fused dot product, which differs by rounding alone.
"""

from __future__ import annotations

from itertools import chain

import numpy as np

from autograd.primitives import Primitive
from autograd.replay.tape import FUSED_DOT, Tape

__all__ = ["as_products", "without_exact_sums"]

Factors = tuple[int | float, int | float]
"""Two factors: an int is the place of an input, a float is a number."""


def as_products(op: Primitive, n: int) -> list[Factors] | None:
    """The products that ``op`` on ``n`` inputs is the sum of; None if it is not such an operation.

    >>> from autograd.primitives import PRIMITIVES
    >>> as_products(PRIMITIVES["mean"], 2)
    [(0, 0.5), (1, 0.5)]
    >>> as_products(PRIMITIVES["dot"], 4)
    [(0, 2), (1, 3)]
    """
    if op is FUSED_DOT or op.arity is not None or not op.builtin or op.partials is None:
        return None
    inputs = [object() for _ in range(n)]
    place = {one: i for i, one in enumerate(inputs)}
    try:
        locals_ = op.partials(*inputs, None)
    except TypeError:  # it computes with its inputs: a logsumexp, a product
        return None
    products: list[Factors] = []
    for i, local in enumerate(locals_):
        if isinstance(local, float):
            products.append((i, local))
        elif place[local] >= i:  # the product of i and j is met twice, at i and at j
            products.append((i, place[local]))
    return products


def without_exact_sums(tape: Tape) -> Tape:
    """``tape`` with every such operation made a fused dot product; the same tape if it has none."""
    if all(op is FUSED_DOT or op.arity is not None or not op.builtin for op in tape.ops):
        return tape
    numbers: dict[float, int] = {}
    ops = list(dict.fromkeys([*tape.ops, FUSED_DOT]))
    code, args = [], []
    for op, read, _, _ in tape.instructions():
        products = as_products(op, len(read))
        if products is None:
            code.append(ops.index(op))
            args.append(list(read))
            continue
        code.append(ops.index(FUSED_DOT))
        # A number's slot is not known yet: it stands as ~index, below every slot.
        args.append([read[f] if isinstance(f, int) else ~numbers.setdefault(f, len(numbers)) for f in chain(*products)])
    first_new = tape.n_before
    shift = len(numbers)
    flat = np.array(list(chain(*args)), dtype=np.int64)
    moved = np.where(flat < 0, first_new + ~flat, np.where(flat >= first_new, flat + shift, flat))
    outputs = tape.outputs.astype(np.int64)
    return Tape(
        ops=tuple(ops),
        code=np.array(code),
        start=np.cumsum([0, *map(len, args)]),
        args=moved,
        dest=tape.dest + shift,
        constants=np.array([*tape.constants, *numbers]),
        outputs=np.where(outputs >= first_new, outputs + shift, outputs),
        n_inputs=tape.n_inputs,
        n_leaves=tape.n_leaves,
        n_slots=tape.n_slots + shift,
        labels=(*tape.labels[:first_new], *[""] * shift, *tape.labels[first_new:]),
    )
