"""Places at which a function switches to another formula, and how they move with Values.

The derivative of an integral has a term for each jump of its integrand that moves with a Value, and the second
derivative one for each kink; Leibniz' rule between given limits lacks them. So a function is watched while it is
integrated. The comparisons of Values that it makes, and the pieces that operations such as ``step``, ``maximum`` or
``floor`` are on, are its *choices*. Where they differ at two points there is a break in between. It is found by
bisection, and is a root of the number that decided. As a limit of two integrals it moves as the implicit function
theorem says, to any order.

A choice that a function makes by plain floats stays where it is, and needs no term.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

from autograd.errors import AutogradError, GradientError
from autograd.implicit.equations import System
from autograd.implicit.nodes import PIECES, Choice, Function, ways_of
from autograd.trees import NUMBER
from autograd.value import Value

__all__ = ["changes", "first_flip", "moving_breaks"]


def first_flip(one: Sequence[Choice], other: Sequence[Choice]) -> tuple[int, int] | None:
    """The first choice, and its edge, that two runs took differently; None where plain code went another way."""
    for place, (here, there) in enumerate(zip(one, other, strict=False)):
        if here.name != there.name:
            return None
        if here.taken != there.taken:
            edges = zip(here.taken, there.taken, strict=True)
            return place, next(edge for edge, (left, right) in enumerate(edges) if left != right)
    return None


def changes(way: Callable[[float], Any], ways: dict[float, Any]) -> list[tuple[float, float]]:
    """The pairs of neighbouring numbers between which a function changes its ``way``, in order; ``ways`` gains some."""
    points = sorted(ways)
    found = []
    stack = [(low, high, 2.0**-60 * (high - low)) for low, high in pairwise(points)]
    while stack:
        low, high, least = stack.pop()
        at_low, at_high = ways[low], ways[high]
        while at_low != at_high:
            middle = 0.5 * low + 0.5 * high
            if not low < middle < high or high - low <= least:
                found.append((low, high))
                break
            at_middle = way(middle)
            if at_middle == at_low:
                low = middle
            else:
                if at_middle != at_high:
                    ways[middle], ways[high] = at_middle, at_high
                    stack.append((middle, high, least))
                high, at_high = middle, at_middle
    return sorted(found)


def moving_breaks(
    function: Function, ways: dict[float, Any], a: float, b: float, usual: float
) -> list[tuple[Any, Any]]:
    """The places between a and b that move with Values and at which f switches to another formula.

    A place that cannot be followed, but where f is continuous, is left out: it has no part in the first derivative, and
    the integral of that is examined in turn before it is differentiated.

    ``ways`` says which way f goes at some points, ``usual`` how large it is. For each place there are two Values: as
    seen from the side of a, and from that of b.

    Raises:
        GradientError: f jumps at a place that cannot be followed.
    """

    def way(t: float) -> Any:
        return ways_of(_choices(function, t))

    for limit in filter(math.isfinite, (a, b)):
        with suppress(AutogradError, ArithmeticError, ValueError):  # f need not be defined at a limit
            ways[limit] = way(limit)
    later = function.kept()
    breaks: list[tuple[Any, Any]] = []
    for low, high in changes(way, ways):
        try:
            found = _followed(function, later, low, high)
            if found and breaks and breaks[-1][1]._data > found[0][0]._data:
                raise _crowded(low)
            breaks += found
        except GradientError:
            (left,), (right,) = function.values(low), function.values(high)
            if not abs(right - left) <= 1e-9 * usual:
                raise
    return breaks if a <= b else [sides[::-1] for sides in reversed(breaks)]


def _choices(function: Function, t: Any, *, sited: bool = False) -> list[Choice]:
    return function.watched(t, sited=sited).choices()


def _followed(function: Function, later: Function, low: float, high: float) -> list[tuple[Any, Any]]:
    """The break between two neighbouring numbers, as seen from both; none if no Value moves it."""

    def sited(t: Any) -> list[Choice]:
        return _choices(function, t, sited=True)

    try:
        flip = first_flip(sited(Value(low)), there := sited(Value(high)))
    except TypeError as error:
        flip = first_flip(sited(low), there := sited(high))
        if flip is not None:
            raise _unfollowed(high, there[flip[0]], "that t is a Value, which f refuses") from error
    if flip is None:
        return []
    place, edge = flip
    if there[place].name == PIECES:
        raise _unfollowed(low, there[place], "a choice that is made at a limit of the inner integral")
    sides = _moved(later, place, edge, low, -1.0), _moved(later, place, edge, high, 1.0)
    if not isinstance(sides[0], Value):
        return []
    _check_alone(function, later, flip, sides)
    return [sides]


def _check_alone(function: Function, later: Function, flip: tuple[int, int], sides: Any) -> None:
    """Refuse a break at which another choice changes too, at a place that other Values move, or in another way."""
    low, high = (side._data for side in sides)
    for place, (here, there) in enumerate(zip(_choices(function, low), _choices(function, high), strict=False)):
        if here.name != there.name:
            return
        if here.name == PIECES:
            continue
        for edge, (left, right) in enumerate(zip(here.taken, there.taken, strict=True)):
            if left == right or (place, edge) == flip:
                continue
            known, found = _speeds(sides[0]), _speeds(_moved(later, place, edge, low, -1.0))
            if known.keys() != found.keys() or any(not abs(found[p] - v) <= 1e-6 * abs(v) for p, v in known.items()):
                raise _crowded(low)


def _speeds(side: Any) -> dict[int, float]:
    """How fast each Value moves a break."""
    if not isinstance(side, Value):
        return {}
    return dict(zip(map(id, side.parents), side.partials(), strict=True))


def _moved(function: Function, place: int, edge: int, t: float, side: float) -> Any:
    """t, near which the choice at ``place`` changes, as a node of the Values that move it; a float if there are none.

    On the given side (-1 or 1) it is just far enough away to be clearly on it.
    """

    def choice(t: Any) -> Choice:
        return _choices(function, t)[place]

    away = math.ulp(t)
    while choice(Value(t)).is_undecided(edge):
        t, away = t + side * away, 2.0 * away
    system = System(Function("quad", lambda t: choice(t).edges()[edge]), NUMBER, abs(t))
    run = system.run([t])
    parents = run.used()
    if not parents:
        return t
    beside = system.run([t + side * (1e-7 * abs(t) or 1e-9)])
    speeds = [each.slopes(each.variables, linked=False)[0][0] for each in (run, beside)]
    if not abs(speeds[1] - speeds[0]) <= 0.1 * abs(speeds[0]) or speeds[0] == 0.0:
        needed = f"that what decides passes through the change smoothly: its derivative by t is {speeds[0]!r}"
        raise _unfollowed(t, choice(Value(t)), needed)
    return system.nodes([t], parents, run.floats())[0]


def _crowded(t: float) -> GradientError:
    needed = "that no other place where f switches, moved in another way, lies beside it"
    return _unfollowed(t, "several choices", needed)


def _unfollowed(t: float, choice: Choice | str, needed: str) -> GradientError:
    return GradientError(
        f"quad(f, a, b): f switches to another formula at t = {t!r}, by {choice}, and that place moves with a Value. "
        f"To follow it takes {needed}. Make the place a limit of two integrals, as points=[...] does, or decide by "
        f".data if it is to stay"
    )
