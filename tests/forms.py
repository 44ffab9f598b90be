"""Every operation of the engine in force against its record: the same value and the same gradients, to the bit.

    python -m tests.forms --points 1000000

The record is asked in Python, whichever engine runs: ``forward`` for the value, ``partials`` for the local gradients.
The engine is asked as a program would: an operation on Values, a backward pass from some gradient, and a recording of
the operation, replayed. Points are ordinary numbers, extreme ones, and random patterns of bits.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
import struct
import sys
import warnings
from collections.abc import Iterator

import autograd as ag
from autograd import DomainError, GradientWarning, Value
from autograd.primitives import PRIMITIVES, Primitive
from autograd.replay.backends.python_source import straight_line
from autograd.sweep import contribution_of, local_gradients, number_of
from tests.support.bits import bits

EXTREME = [
    0.0, 1.0, 0.5, 2.0, 3.0, 1.5, 2.5, 7.0, 0.1, 1 / 3, 36.0, 700.0, 709.8, 745.2, 1e-8, 1e-16, 1e-154, 1e154, 1e16,
    2.0**52 + 0.5, 2.0**53, 1e300, sys.float_info.max, sys.float_info.min, 5e-324, math.pi, math.pi / 2, math.e,
    1.0 - 2.0**-53, 1.0 + 2.0**-52, 3.9271239745284623, math.inf, math.nan,  # of 3.927, x**2.0 is not x*x
]  # fmt: skip
SIGNED = [sign * number for number in EXTREME for sign in (1.0, -1.0)]
CONSTANTS = [0.0, -0.0, 1.0, -1.0, 2.0, 3.0, 0.5, -2.0, 10.0, 0.1]


def records() -> list[Primitive]:
    """The operations of one to three operands, those with captured constants among them."""
    found = []
    for op in PRIMITIVES.values():
        if not op.builtin or op.arity is None:
            continue
        if op.partials is not None and op.arity <= 3:
            found.append(op)
        if op.captures and op.arity - op.captures <= 2:
            drawn = random.Random(op.name)
            chosen = [tuple(drawn.choice(CONSTANTS) for _ in range(op.captures)) for _ in range(6)]
            chosen += [(constant,) for constant in CONSTANTS] * (op.captures == 1)
            found += [op.capture(*constants) for constants in sorted(set(chosen), key=repr)]
    return found


def points(arity: int, count: int, drawn: random.Random) -> Iterator[tuple[float, ...]]:
    """All pairs of extreme numbers, up to half of the points; then ordinary numbers and random bits, one in two."""
    extreme = list(itertools.product(SIGNED, repeat=arity)) if arity < 3 else []
    drawn.shuffle(extreme)
    yield from extreme[: count // 2]
    for i in range(count - min(len(extreme), count // 2)):
        if i % 2:
            yield tuple(drawn.uniform(-4.0, 4.0) for _ in range(arity))
        else:
            yield struct.unpack(f"<{arity}d", drawn.randbytes(8 * arity))


def differences(op: Primitive, count: int, seed: int = 0) -> tuple[int, list[str]]:
    """At how many points the operation has a value, and where it is not that of its record, or a gradient is not."""
    drawn = random.Random(f"{op!r} {seed}")
    compared, found = 0, []
    leaves = [Value(0.5) for _ in range(op.arity or 0)]
    with ag.errstate(domain="nan"):
        replay = straight_line(ag.record(op(*leaves), leaves))
    for point in points(op.arity or 0, count, drawn):
        upstream = drawn.choice([1.0, -0.5, drawn.uniform(-2.0, 2.0)])
        try:
            value = op.forward(*point)
        except (ArithmeticError, ValueError):
            value = None
        try:
            (replayed,) = replay(list(point))
        except (ArithmeticError, ValueError):
            replayed = None
        if (replayed is None) is not (value is None) or (value is not None and bits(replayed) != bits(value)):
            found.append(f"{op!r} at {point}: replayed {replayed} instead of {value}")
        try:
            made = op(*map(Value, point))
        except DomainError:
            made = None
        if value is None or made is None:
            if value is not made:
                found.append(f"{op!r} at {point}: {made} instead of {value}")
            continue
        compared += 1
        wanted, got = [value], [made._data]
        if not op.held:  # nothing flows back through a constant
            wanted += [number_of(contribution_of(op, local, upstream)) for local in local_gradients(made)]
            made.backward(upstream)
            got += [leaf._grad for leaf in made.parents]
        if made.op is not op or list(map(bits, got)) != list(map(bits, wanted)):
            found.append(f"{op!r} at {point}, from a gradient of {upstream}: {got} instead of {wanted}")
    return compared, found


def main() -> int:
    """Compare every operation at so many points in all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    every = records()
    total, wrong, said = 0, 0, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GradientWarning)
        for op in every:
            compared, found = differences(op, given.points // len(every) + 1, given.seed)
            total, wrong = total + compared, wrong + len(found)
            said += found[:3]
    said.append(f"{ag.engine}: {len(every)} records, {total:,} points where they have a value, {wrong} differences")
    print("\n".join(said))  # noqa: T201 -- a command prints
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
