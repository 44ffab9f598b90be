"""Break every formula of the table, one at a time, and see that the accuracy check notices.

    python -m tests.mutation          prints how many mutants there were, and which survived

A mutant is an operation with one thing wrong: its value or one local gradient too large or too small by 1e-12 of
itself, of the wrong sign, doubled, without its factor (replaced by 1), or without the factor from upstream. It is run
as any operation is, in a backward pass from 4 times its value, and it is killed if at some point the value or a
gradient is further from the true one than the limit of :mod:`tests.accuracy`. A change that changes nothing at any
point, such as the sign of a derivative that is 0, makes no mutant and is not counted.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

from autograd import Value
from autograd.errors import DomainError
from autograd.primitives import PRIMITIVES, Primitive
from tests.accuracy import CONDITIONED, LIMIT, Case, cases, points, public_names, true_partial, ulps
from tests.support.references import REFERENCES, reference_value

__all__ = ["Outcome", "public_operations", "run"]

UPSTREAM = 4.0
"""A power of two, so that the product with it is exact."""

CHANGES: dict[str, Callable[[float], float]] = {
    "larger by 1e-12": lambda number: number * (1.0 + 1e-12),
    "smaller by 1e-12": lambda number: number * (1.0 - 1e-12),
    "of the other sign": lambda number: -number,
    "doubled": lambda number: 2.0 * number,
    "replaced by 1": lambda number: 1.0 + 0.0 * number,
    "without upstream": lambda number: number / UPSTREAM,
}
"""How a value or a local gradient is broken."""


class Outcome(NamedTuple):
    """One mutant: what was broken, and whether it was noticed."""

    mutant: str
    killed: bool


class _Sample(NamedTuple):
    """A point, what the sound operation gives there, and what is true: the value, then each gradient."""

    point: tuple[float, ...]
    got: tuple[float, ...]
    true: tuple[Any, ...]


def _broken(op: Primitive, part: int, change: Callable[[float], float]) -> Primitive:
    """The operation with its value (part 0) or one of its local gradients changed."""
    forward, partials = op.forward, op.partials
    if part == 0 or partials is None:
        return replace(op, forward=lambda *inputs: change(forward(*inputs)))

    def changed(*args: float) -> tuple[float, ...]:
        found = list(partials(*args))
        found[part - 1] = change(found[part - 1])
        return tuple(found)

    return replace(op, partials=changed)


def _backward(op: Primitive, point: tuple[float, ...]) -> tuple[float, ...]:
    """The value of the operation, and the gradients of 4 times it."""
    leaves = [Value(x) for x in point]
    out = op(*leaves)
    (UPSTREAM * out + Value(0.0)).backward()  # beside a leaf that learns, which a held operation has not
    return (out.data, *[leaf.grad for leaf in leaves])


def _samples(case: Case, op: Primitive, count: int) -> list[_Sample]:
    """A small set of points, with references that serve all the mutants of an operation."""
    found = []
    random = Random(zlib.crc32(f"mutation {case.op.name} {case.constants} {case.inputs}".encode()))
    function, constants = REFERENCES[case.op.name], case.constants
    for point in points(case, count, random):
        try:
            got = _backward(op, point)
        except DomainError:
            continue
        slopes = [true_partial(case, point, i) for i in range(case.inputs)]
        # Not subnormal, where 4 times a gradient is off by 4 times its ulp.
        if all(map(math.isfinite, got)) and None not in slopes and not any(0.0 < abs(x) < 1e-300 for x in got):
            true = (reference_value(function, point, constants), *[UPSTREAM * slope for slope in slopes])
            found.append(_Sample(point, got, true))
    if any(case.op.name == name for name, _ in CONDITIONED):
        return [sample for sample in found if not _noticed(sample.got, sample)]
    return found


def run(names: list[str], count: int = 24) -> Iterator[Outcome]:
    """Every mutant of the operations, checked at ``count`` points."""
    for name in names:
        for case in cases(name):
            op = case.op.capture(*case.constants) if case.constants else case.op
            samples = _samples(case, op, count)
            for part in range(1 + case.inputs):
                what = f"{name}{case.constants or ''} of {case.inputs}, {f'local gradient {part}' if part else 'value'}"
                for change, function in CHANGES.items():
                    broken = _broken(op, part, function)
                    after = [_backward(broken, sample.point) for sample in samples]
                    if any(got != sample.got for got, sample in zip(after, samples, strict=True)):
                        killed = any(map(_noticed, after, samples))
                        yield Outcome(f"{what} {change}", killed)


def _noticed(got: tuple[float, ...], sample: _Sample) -> bool:
    return any(ulps(number, true) > LIMIT for number, true in zip(got, sample.true, strict=True))


def public_operations() -> list[str]:
    """The names of the operations of the table that are not helpers."""
    return sorted(name for name in public_names() if name in PRIMITIVES)


def main() -> None:
    """Print the count of mutants, and those that survived."""
    outcomes = list(run(public_operations()))
    survivors = [outcome.mutant for outcome in outcomes if not outcome.killed]
    print(f"{len(outcomes)} mutants, {len(outcomes) - len(survivors)} killed")  # noqa: T201 -- a command prints
    if survivors:
        raise SystemExit("survived: " + "; ".join(survivors))


if __name__ == "__main__":
    main()
