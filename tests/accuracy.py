"""How accurate every operation is: value and local gradients against mpmath, in units in the last place.

    python -m tests.accuracy                    the table of worst errors, 10,000 points an operation; fails above 4
    python -m tests.accuracy --points 500 tanh pow
    python -m tests.accuracy --markdown         the same as in autograd/NUMBERS.md
    python -m tests.accuracy --conventions      the conventions at kinks and edges, as Markdown

An *ulp* of a result is the spacing of floats at it: 2**-52 of its power of two, and 2**-1074 for a subnormal. An
infinity stands for 2**1024, the first number too large, so that a result may overflow exactly where the true one does.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from random import Random
from typing import Any, NamedTuple

import mpmath as mp
from rich.console import Console
from rich.table import Table

from autograd import Value, rules, softmax
from autograd.errors import DomainError, OverflowDomainError
from autograd.primitives import PRIMITIVES, Primitive
from tests.support.conventions import as_markdown
from tests.support.references import CONSTANTS, INPUTS, REFERENCES, reference_partial, reference_value

LIMIT = 4.0
"""The most ulps that any value or local gradient may be off."""

COMPOSED = {
    "softmax": Primitive(name="softmax", forward=lambda *xs: softmax(xs)[0], partials=lambda *_: (), arity=None),
}
"""Public functions of several operations, as if each were one: what they give first, and its gradients."""

COMPOSED_LIMIT = 8.0
"""The most ulps that these may be off: errors of an exponential, two sums, two quotients and a product meet in a
gradient of softmax."""

CONDITIONED = {
    ("gamma", "gradient"): "x < 0: as digamma",
    ("lgamma", "value"): "x < -2: two zeros, at irrational numbers, in each interval between poles",
    ("lgamma", "gradient"): "x < 0: as digamma",
    ("digamma", "value"): "x < 0: a zero, at an irrational number, in each interval between poles",
    ("polygamma", "value"): "x < -20: the same, and a power of a rounded cotangent near the poles",
    ("sinc", "gradient"): "a zero, at an irrational number, between any two whole numbers from 1 on",
    ("sinc_derivative", "value"): "the same",
    ("logaddexp", "value"): "as logsumexp",
    ("logsumexp", "value"): "near 0, where the largest term and the logarithm of the rest cancel",
}
"""Where 4 ulps of the result cannot be had, and why: near a zero at which the function is not written as a factor times
the distance to the zero. There the unit is an ulp of the result and an ulp of each input together, so that the result
is the true one, within 4 ulps, of inputs within 4 ulps."""

_HARD = (
    0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 10.0, 16.0, 1 / 3, 1e8, 2.0**53, 1e-8, 0.1,
    math.pi / 2, math.pi, math.e, math.log(2.0), math.sqrt(0.5), math.sqrt(2.0),
    0.7517915246935645, 1.2784645427610737, 2.3993572805154, 1.4616321449683622, 0.5040830082644554, 2.4570247382208006,
    5.0, 19.0, 20.0, 26.5, 27.2, 36.7, 37.5, 38.4, 40.0, 350.0, 354.0, 690.0, 700.0, 709.7, 710.0, 744.4, 745.1, 1000.0,
    1.7e308, 8.9e307, 2.2250738585072014e-308, 1.1e-308, 1.5e-154, 1.3e154,
)  # fmt: skip
"""Zeros, kinks, poles and turning points of the functions of the table, and the ends of the range of floats."""


class Case(NamedTuple):
    """An operation as it is tested: with its constants, if it captures any, and with a number of inputs."""

    op: Primitive
    constants: tuple[float, ...]
    inputs: int

    def evaluate(self, point: tuple[float, ...]) -> tuple[float, tuple[float, ...]]:
        """The value and the local gradients, as a backward pass has them."""
        leaves = list(map(Value, point))
        node = self.node(leaves)
        if self.op.name not in COMPOSED:
            return node.data, node.partials()
        node.backward()
        return node.data, tuple(leaf.grad for leaf in leaves)

    def node(self, leaves: list[Value]) -> Value:
        """The operation on ``leaves``."""
        if self.op.name in COMPOSED:
            return self.op.forward(*leaves)  # type: ignore[return-value]  # of Values a Value
        op = self.op.capture(*self.constants) if self.constants else self.op
        return op(*leaves)  # type: ignore[no-any-return]  # of Values a Value

    def contains(self, point: tuple[float, ...]) -> bool:
        """Whether the point is in the domain."""
        return self.op.domain.contains(*point, *self.constants)

    def kinked(self, point: tuple[float, ...]) -> bool:
        """Whether there is no derivative at the point."""
        return self.op.kink is not None and self.op.kink.at(*point, *self.constants)


class Worst(NamedTuple):
    """The largest error found, and where."""

    error: float = 0.0
    point: tuple[float, ...] = ()


class Report(NamedTuple):
    """The measurements of one operation."""

    name: str
    points: int
    value: Worst
    gradient: Worst


def limit(name: str) -> float:
    """The most ulps that the operation may be off."""
    return COMPOSED_LIMIT if name in COMPOSED else LIMIT


def public_names() -> set[str]:
    """The names, in the table, of the operations that users call; the others are helpers."""
    return {"abs", "neg", *(op.name for op in PRIMITIVES.values() if op.operator), *rules.__all__}


def cases(name: str) -> list[Case]:
    """Every way in which the operation is tested.

    Raises:
        LookupError: tests/support/references.py does not know the operation.
    """
    op = COMPOSED.get(name) or PRIMITIVES[name]
    if name not in REFERENCES:
        raise LookupError(
            f"add {name!r} to REFERENCES in tests/support/references.py: its value as a function of mpmath numbers"
        )
    if op.captures and name not in CONSTANTS:
        raise LookupError(f"add {name!r} to CONSTANTS in tests/support/references.py: the constants to test it with")
    if op.arity is None and name not in INPUTS:
        raise LookupError(f"add {name!r} to INPUTS in tests/support/references.py: with how many inputs to test it")
    found = [Case(op, (), n) for n in (INPUTS.get(name) or [op.arity or 0]) if op.partials]
    return found + [Case(op, constants, (op.arity or 0) - op.captures) for constants in CONSTANTS.get(name, [])]


# --- points -----------------------------------------------------------------------------------------------


def _number(random: Random) -> float:
    """One number: of any magnitude, of everyday size, whole, a multiple of a right angle, or near a hard one."""
    sign = random.choice((-1.0, 1.0))
    return random.choice(_KINDS)(random, sign)


def _next_to(number: float, random: Random) -> float:
    for _ in range(random.randint(0, 3)):
        number = math.nextafter(number, random.choice((-math.inf, math.inf)))
    return number


def _near(number: float, random: Random) -> float:
    return number + random.choice((-1.0, 1.0)) * 2.0 ** -random.uniform(1.0, 60.0) * (abs(number) or 1.0)


_KINDS: tuple[Callable[[Random, float], float], ...] = (
    lambda random, sign: sign * random.uniform(1.0, 2.0) * 2.0 ** random.randint(-1074, 1023),
    lambda random, sign: sign * 10.0 ** random.uniform(-6.0, 4.0),
    lambda random, sign: sign * random.uniform(0.0, 4.0),
    lambda random, sign: sign * random.uniform(0.0, 800.0),
    lambda random, sign: sign * random.randint(0, 40) * 0.5,
    lambda random, sign: sign * random.randint(1, 10 ** random.randint(1, 15)) * (math.pi / 2.0),
    lambda random, sign: _near(sign * random.choice(_HARD), random),
    lambda random, sign: _next_to(sign * random.choice(_HARD), random),
)


def _point(random: Random, inputs: int) -> tuple[float, ...]:
    """Some numbers, independent or of about one size."""
    point = [_number(random) for _ in range(inputs)]
    if inputs > 1 and random.random() < 0.5:
        scale = point[0]
        point[1:] = [scale * random.choice((-1.0, 1.0)) * 2.0 ** random.uniform(-3.0, 3.0) for _ in point[1:]]
        if random.random() < 0.3:
            point = [x + random.uniform(-40.0, 40.0) for x in point]
    return tuple(point)


def _moderate_power(random: Random, _inputs: int) -> tuple[float, ...]:
    """A base and an exponent whose power is mostly a float."""
    x = abs(_number(random)) or 0.5
    y = random.uniform(-745.0, 710.0) / (math.log(x) or 1.0)
    return x, random.choice((y, y / 100.0, round(y)) if abs(y) < 1e15 else (y,))


def _element(random: Random, inputs: int) -> tuple[float, ...]:
    """An index of what follows it, from the front or from the back."""
    return float(random.randrange(1 - inputs, inputs - 1)), *(_number(random) for _ in range(inputs - 1))


def points(case: Case, count: int, random: Random) -> Iterator[tuple[float, ...]]:
    """Points of the operation's domain, the same for the same generator."""
    power = case.inputs == 2 and case.op.name in ("pow", "power_slope", "power_log")
    draw = _moderate_power if power else _element if case.op.name == "take" else _point
    found = 0
    for attempt in range(200 * count):
        point = (draw if attempt % 5 else _point)(random, case.inputs)
        if found == count:
            return
        if not all(map(math.isfinite, point)) or not case.contains(point):
            continue
        if not case.kinked(point) and not _slow(case, point):
            found += 1
            yield point


_REMAINDERS = ("floordiv", "fmod", "ieee_remainder", "mod")


def _slow(case: Case, point: tuple[float, ...]) -> bool:
    """Whether mpmath takes seconds for it (the partial of digamma tests polygamma there), or a step is too long.

    The quotient of a remainder may be so large that the step of a difference crosses a jump.
    """
    if case.op.name in _REMAINDERS:
        return abs(point[0]) > 2.0**60 * abs(point[1])
    if case.op.name == "weighted_gamma":
        return abs(point[0]) < 1e-290 or abs(point[1]) > 170.0  # its weights are values of digamma
    return case.op.name == "polygamma" and not -50.0 < point[0] < 1e6


# --- errors -----------------------------------------------------------------------------------------------


def ulps(got: float, true: Any) -> float:
    """How far ``got`` is from ``true``, in ulps of ``true``."""
    if math.isnan(got):
        return math.inf
    nearest = float(true)
    if math.isinf(nearest) or math.isinf(got):
        return math.inf if got * nearest < 0.0 else abs(_capped(got) - _capped(nearest)) / 2.0**970
    return float(abs(mp.fsub(true, got, prec=200)) / math.ulp(nearest))


def _capped(number: float) -> float:
    """Half of the number, where an infinity counts as 2**1024."""
    return math.copysign(2.0**1023, number) if math.isinf(number) else 0.5 * number


def _error(
    name: str, which: str, got: float, point: tuple[float, ...], read: Callable[[tuple[float, ...]], Any]
) -> float:
    """The error of a value or a gradient at a point; ``read`` gives the true one at any point, or None at an edge."""
    true = read(point)
    if true is None:
        return 0.0
    error = ulps(got, true)
    if error <= LIMIT or (name, which) not in CONDITIONED:
        return error
    unit = mp.mpf(math.ulp(float(true)))
    for i, x in enumerate(point):
        nearer, further = math.nextafter(x, 0.0), math.nextafter(x, math.copysign(math.inf, x))
        moved = further if nearer.is_integer() else nearer  # for an integer may be a pole
        unit += abs(read((*point[:i], moved, *point[i + 1 :])) - true)
    return float(abs(mp.mpf(got) - true) / unit)


def measure(name: str, count: int, seed: int = 0) -> Report:
    """The worst errors of one operation over ``count`` points."""
    tested = cases(name)
    value, gradient, done = Worst(), Worst(), 0
    for number, case in enumerate(tested):
        random = Random(zlib.crc32(f"{name} {number} {seed}".encode()))
        for point in points(case, -(-count // len(tested)), random):
            at_value, at_gradient = errors(case, point)
            value = max(value, Worst(at_value, point + case.constants))
            gradient = max(gradient, Worst(at_gradient, point + case.constants))
            done += 1
    return Report(name, done, value, gradient)


def true_partial(case: Case, point: tuple[float, ...], i: int) -> Any:
    """The true local gradient by input ``i``: that of the reference, and 0 of an operation that is held."""
    if case.op.held:
        return mp.mpf(0)
    return reference_partial(REFERENCES[case.op.name], point, i, constants=case.constants)


def errors(case: Case, point: tuple[float, ...]) -> tuple[float, float]:
    """The error of the value and the largest error of a local gradient, at one point, in ulps."""
    name, function = case.op.name, REFERENCES[case.op.name]

    def value_at(at: tuple[float, ...]) -> Any:
        return reference_value(function, at, case.constants)

    try:
        value, gradient = case.evaluate(point)
    except OverflowDomainError:
        value, gradient = math.copysign(math.inf, value_at(point)), ()
    except DomainError:
        return math.inf, math.inf
    at_value = _error(name, "value", value, point, value_at)
    if math.isinf(value) or name not in public_names():
        return at_value, 0.0
    at_gradient = []
    for i, got in enumerate(gradient):

        def partial_at(at: tuple[float, ...], i: int = i) -> Any:
            return true_partial(case, at, i)

        at_gradient.append(_error(name, "gradient", got, point, partial_at))
    return at_value, max(at_gradient, default=0.0)


def measure_all(names: list[str], count: int, seed: int = 0) -> list[Report]:
    """The worst errors of many operations, on all processors."""
    fresh = multiprocessing.get_context("spawn")  # a fork would copy the threads' locks of numba and JAX
    with ProcessPoolExecutor(os.cpu_count(), mp_context=fresh) as pool:
        return list(pool.map(measure, names, repeat(count), repeat(seed)))


# --- the command ------------------------------------------------------------------------------------------


def table(reports: list[Report]) -> Table:
    """The worst errors as a table."""
    shown = Table(
        title="Worst error, in ulps",
        caption="* near some zeros in ulps of the input; see CONDITIONED. (helpers) have values only",
    )
    for heading in ("operation", "points", "value", "at", "local gradients", "at"):
        shown.add_column(heading, justify="left" if heading in ("operation", "at") else "right")
    for report in reports:
        helper = report.name not in public_names()
        cells = [f"({report.name})" if helper else report.name, f"{report.points:,}"]
        for which, worst in (("value", report.value), ("gradient", report.gradient)):
            star = "*" if (report.name, which) in CONDITIONED else ""
            measured = which == "value" or not helper
            cells += [f"{worst.error:.2f}{star}", ", ".join(f"{x:.6g}" for x in worst.point)] if measured else ["", ""]
        shown.add_row(*cells)
    return shown


def markdown(reports: list[Report]) -> str:
    """The worst errors as a table of Markdown."""
    rows = ["| operation | points | value | local gradients |", "|---|---|---|---|"]
    for report in reports:
        helper = report.name not in public_names()
        stars = ["*" if (report.name, which) in CONDITIONED else "" for which in ("value", "gradient")]
        gradient = "" if helper else f"{report.gradient.error:.2f}{stars[1]}"
        name = f"({report.name})" if helper else report.name
        rows.append(f"| {name} | {report.points:,} | {report.value.error:.2f}{stars[0]} | {gradient} |")
    return "\n".join(rows)


def main() -> None:
    """Print the table of worst errors, or the conventions."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("operation", nargs="*", help="which operations; all if none is named")
    parser.add_argument("--points", type=int, default=10_000, help="points per operation (default 10,000)")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other points")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--conventions", action="store_true", help="print the table of conventions as Markdown")
    options = parser.parse_args()
    if options.conventions:
        print(as_markdown())  # noqa: T201 -- a command prints
        return
    names = options.operation or sorted([*COMPOSED, *(name for name, op in PRIMITIVES.items() if op.builtin)])
    reports = measure_all(names, options.points, options.seed)
    shown = markdown(reports) if options.markdown else table(reports)
    Console().print(shown, highlight=False, soft_wrap=options.markdown)
    if any(max(report.value.error, report.gradient.error) > limit(report.name) for report in reports):
        raise SystemExit(f"an error is above {LIMIT:g} ulps, or {COMPOSED_LIMIT:g} where several operations meet")


if __name__ == "__main__":
    main()
