"""Integrals, differentiated by Leibniz' rule, and differential equations, by their sensitivity equations."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from autograd.context import current
from autograd.errors import (
    ConvergenceError,
    DivisionDomainError,
    DomainError,
    GradientError,
    OverflowDomainError,
)
from autograd.implicit.breaks import changes, first_flip, moving_breaks
from autograd.implicit.nodes import (
    Choice,
    Function,
    Run,
    bound,
    check_unchanged,
    lent,
    node_of,
    note,
    number_in,
    scipy_module,
    ways_of,
)
from autograd.primitives import as_float
from autograd.rules import dot, fsum
from autograd.sweep import describe, number_of
from autograd.trees import array_of, flatten
from autograd.value import Value

__all__ = ["Solution", "quad", "solve_ivp"]

Array = np.ndarray[Any, Any]

_RELATIVE = 1e-10
"""The accuracy of an integral, relative to the integral of the magnitude."""
_ENOUGH = 42
"""After this many points an integrand that has gone two ways is examined, before it is integrated further."""


# --- integrals ------------------------------------------------------------------------------------------


def quad(f: Callable[..., Any], a: Any, b: Any, args: Sequence[Any] = (), points: Sequence[Any] = ()) -> Any:
    """The integral of f(t) from a to b: d/dp is the integral of ∂f/∂p, d/db is f(b), d/da is −f(a) (Leibniz).

    By adaptive Gauss-Kronrod quadrature, to 10 digits or more, and its derivatives to as many. Where f switches to
    another formula at a place that moves with a Value, as ``where(greater(t, p), ...)``, ``max(t - p, 0.0)`` or
    ``if t < p`` do at p, that place is found, and the integral is the sum of those on both sides: so the derivative has
    a term for a jump, and the second derivative one for a kink. For this f must take a Value for t. A kink without a
    comparison, as of ``sqrt((t - p)**2)``, is not seen: write ``abs``, or name it in ``points``.

    Nothing is known of f between the points at which it is called: a peak much narrower than the interval, or a piece
    that begins and ends within a hundredth of it, may be missed. Name the ends of such a place in ``points``.

    Args:
        f: ``f(t, *args)``, one number; t is a float.
        a: the lower limit: a number, an infinite one too, or a Value.
        b: the upper limit, which may be the smaller.
        args: further arguments of f, which may be Values.
        points: places between the limits, in their order, where f is not smooth or has a narrow peak: numbers, or
            Values for those that move. The integral is the sum of the integrals between them.

    Returns:
        The integral itself (SciPy's function returns a pair): a float, or a Value if it depends on Values.

    Raises:
        ConvergenceError: 10 digits were not reached. DomainError: f is nan or infinite somewhere.
        ModuleNotFoundError: SciPy is not installed. RecordingError: in a function that is compiled.

    >>> from math import inf
    >>> from autograd import exp, grad, implicit
    >>> round(implicit.quad(lambda t: t * t, 0, 3), 12)
    9.0
    >>> round(grad(lambda a: implicit.quad(lambda t: exp(-a * t * t), 0.0, inf))(1.0), 12)
    -0.443113462726
    >>> grad(lambda b: implicit.quad(lambda t: b * t, 0, b))(2.0)
    6.0
    """
    fun = bound("quad", f, args)

    def integrand(t: Any) -> Any:
        result = fun(t)
        if not isinstance(result, (Value, float)):
            number_in("quad", result)
        return result

    function = Function("quad", integrand)
    start, end = _limit("quad(f, a, b): a", a), _limit("quad(f, a, b): b", b)
    return _summed(function, start, _between(points, number_of(start), number_of(end)), end)


def _between(points: Any, start: float, end: float) -> list[tuple[Any, Any]]:
    """Each of the points as seen from the start and from the end: at a Value itself f may belong to neither side."""
    if not isinstance(points, (list, tuple, np.ndarray)) or np.ndim(points) != 1:
        raise TypeError(f"quad(points=...) must be a list of places between the limits, got {points!r}")
    limits = [_limit(f"quad(f, a, b): points[{place}]", point) for place, point in enumerate(points)]
    floats = [start, *map(number_of, limits), end]
    if floats != sorted(floats, reverse=start > end):
        raise ValueError(
            f"quad(points=...) must be between the limits and in their order, got {floats[1:-1]} between {start!r} and "
            f"{end!r}"
        )
    away = [4.0 * math.ulp(each) * (1.0 if start < end else -1.0) for each in floats[1:-1]]
    return [
        (limit - apart, limit + apart) if isinstance(limit, Value) else (limit, limit)
        for limit, apart in zip(limits, away, strict=True)
    ]


def _summed(function: Function, a: Any, between: Sequence[tuple[Any, Any]], b: Any, span: float = 0.0) -> Any:
    """The integral as a sum of those up to, between and after some places, each given as seen from a and from b."""
    limits = [a, *(side for sides in between for side in sides), b]
    pieces = [_Integral(function, *pair, span).node() for pair in zip(limits[::2], limits[1::2], strict=True)]
    return fsum(pieces) if between else pieces[0]


class _Broken(Exception):  # noqa: N818 -- it is no error
    """An integrand was seen to go two ways."""


class _Integral:
    """An integral from a to b; ``span`` is the length of the whole of which it is a piece, 0 if it is the whole."""

    def __init__(self, function: Function, a: Any, b: Any, span: float = 0.0) -> None:
        self.function = function
        self.limits = a, b
        self.low: float = number_of(a)
        self.high: float = number_of(b)
        self.span = span
        self.used: dict[int, Value] = {}
        """The Values that the function uses."""
        self.seen: dict[float, float] = {}
        self.ways: dict[float, Any] = {}

    def node(self) -> Any:
        """The integral as a node of the Values that it depends on; a sum of several, if the integrand has breaks."""
        problem: Exception | None = None
        number = 0.0
        try:
            number = self._integrated(functools.partial(self._value, looking=current().grad))
        except (ConvergenceError, _Broken) as error:
            problem = error
        breaks = self._breaks() if current().grad and any(self.ways.values()) else []
        if breaks:
            a, b = self.limits
            return _summed(self.function, a, breaks, b, self.span or abs(self.high - self.low))
        if isinstance(problem, _Broken):
            number = self._integrated(functools.partial(self._value, looking=False))
        elif problem is not None:
            raise problem
        ends = [(limit, sign) for limit, sign in zip(self.limits, (-1.0, 1.0), strict=True) if isinstance(limit, Value)]
        later = _Integral(self.function.kept(), *self.limits, self.span)
        used, seen = list(self.used.values()), self.seen

        @functools.cache
        def slopes(*, linked: bool) -> list[Any]:
            function = later.function
            by_parents = later.slopes(used, seen, linked=linked)
            for limit, sign in ends:
                try:
                    at_limit = function.fun(limit) if linked else function.values(limit._data)
                except (ZeroDivisionError, OverflowError, DomainError) as error:
                    raise GradientError(
                        f"quad(f, a, b) has no derivative with respect to its limit {limit._data!r}, where f has no "
                        f"value: {str(error).rstrip('.')}. Use .data of the limit if no derivative is needed."
                    ) from error
                by_parents.append(sign * function.numbers(at_limit)[0])
            return by_parents

        return node_of("quad", number, [*used, *(limit for limit, _ in ends)], slopes)

    def _value(self, t: float, *, looking: bool) -> float:
        """f(t); notes the Values that it depends on and which way it goes."""
        run = self.function.watched(t)
        self.used.update((id(node), node) for node in run.used())
        (self.seen[t],) = run.floats()
        self.ways[t] = way = ways_of(run.choices())
        if looking and len(self.seen) == _ENOUGH and any(other != way for other in self.ways.values()):
            raise _Broken
        return self.seen[t]

    def _breaks(self) -> list[tuple[Any, Any]]:
        """Where the integrand switches to another formula, at places that move with Values."""
        if self._is_rounding():
            return []
        usual = max(map(abs, self.seen.values()))
        breaks = moving_breaks(self.function, self.ways, self.low, self.high, usual)
        if not self.span:
            note(self.function, [(limit,) for limit in self.limits if math.isfinite(number_of(limit))], len(breaks))
        return breaks

    def slopes(self, parents: list[Value], seen: dict[float, float], *, linked: bool) -> list[Any]:
        """The integral of ∂f/∂p for each p: floats, or Values, which are integrals as well."""
        function = self.function

        def slopes(t: Any) -> list[Any]:
            # At a limit that is a Value, t is a variable of its own, for f may depend on the limit besides.
            run = Run(function, (t,), (0,) if isinstance(t, Value) else ())
            run.check_known(parents)
            check_unchanged("quad", run.numbers, [seen.get(t, *run.floats())])
            return run.slopes(parents, linked=linked)[0]

        places = range(len(parents))
        if linked:
            parts = [Function("quad", lambda t, j=j: slopes(t)[j]) for j in places]
            return [_Integral(part, *self.limits, self.span).node() for part in parts]
        known = functools.cache(slopes)  # at the same points, for all of them
        return [self._integrated(functools.partial(lambda j, t: known(t)[j], j)) for j in places]

    def _is_rounding(self) -> bool:
        """Whether a piece is so short beside the whole that its limits differ by rounding."""
        return abs(self.high - self.low) <= 1e-14 * self.span < math.inf

    def _integrated(self, value: Callable[[float], float]) -> float:
        """The integral by QUADPACK, whose own estimate of the error must keep the promise."""
        a, b, span, largest = self.low, self.high, self.span, 0.0

        def checked(t: float) -> float:
            nonlocal largest
            try:
                number = value(t)
            except (ZeroDivisionError, OverflowError, DomainError) as error:
                kinds: dict[type, Any] = {ZeroDivisionError: DivisionDomainError, OverflowError: OverflowDomainError}
                raise kinds.get(type(error), type(error))(
                    f"quad(f, a, b): f has no value at t = {t!r}, between the limits {a!r} and {b!r}: "
                    f"{str(error).rstrip('.')}. Where f is infinite, name the place in points=[{t!r}]: if the "
                    f"integrals on both sides have no finite value, neither has this one."
                ) from error
            largest = max(largest, abs(number))
            if not math.isfinite(number):
                raise DomainError(
                    f"quad(f, a, b): f, or its derivative, is {number!r} at t = {t!r}, between the limits"
                )
            return number

        scipy_quad = functools.partial(
            scipy_module("quad", "integrate").quad, a=a, b=b, epsabs=0.0, full_output=1, limit=200
        )
        number, error, _, *problem = scipy_quad(checked, epsrel=_RELATIVE)
        if problem:
            size, doubt, _, *in_doubt = scipy_quad(lambda t: abs(checked(t)), epsrel=1e-3)
            size = size if a <= b else -size
            unknown = in_doubt and not doubt <= 0.01 * size and not self._is_rounding()
            if span < math.inf:  # of a short piece to no more digits than of what it is a piece of
                size = max(size, span * largest)
            if not error <= _RELATIVE * max(size, abs(number)):  # what cancels cannot be known to more digits
                of = "which was not found either" if unknown else f"{size:.6g}"
                raise ConvergenceError(
                    f"quad(f, a, b) from {a!r} to {b!r} gave {number!r} with an error of about {error:.1g}, not to "
                    f"{_RELATIVE:g} of the integral of |f|, {of}: {' '.join(problem[0].split())} Split the integral "
                    f"where f is not smooth, or substitute."
                )
            if unknown:  # infinite on both sides of a pole, say, and QUADPACK found the difference
                raise ConvergenceError(
                    f"quad(f, a, b) from {a!r} to {b!r} gave {number!r}, but no integral of |f| was found, which is "
                    f"probably infinite, and then that of f has no value: {' '.join(problem[0].split())} Name in "
                    f"points where f is infinite, or changes too fast, to see which piece it is."
                )
        return float(number)


def _limit(where: str, limit: Any) -> Any:
    """A limit of an integral, or an end of time: a float, or a Value as it is."""
    if not isinstance(limit, Value):
        number = as_float(limit, where)
        if math.isnan(number):
            raise DomainError(f"{where} must be a number, got nan")
        return number
    if not math.isfinite(limit._data):
        raise DomainError(f"{where} must be finite if it is a Value, got {describe(limit)}: use its .data")
    return limit


# --- differential equations -------------------------------------------------------------------------------


class Solution(NamedTuple):
    """A solution of a differential equation, as SciPy's has it."""

    t: Array
    """The times, shape (m,), floats."""
    y: Array
    """The values, shape (n, m): floats, or Values if they depend on Values."""


def solve_ivp(  # noqa: PLR0913 -- SciPy's arguments
    f: Callable[..., Any],
    span: Any,
    y0: Any,
    t_eval: Any = None,
    *,
    args: Sequence[Any] = (),
    method: str = "DOP853",
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> Solution:
    """The solution of dy/dt = f(t, y), y(t0) = y0, with derivatives by the sensitivity equations.

    With S = ∂y/∂p these are dS/dt = ∂f/∂y S + ∂f/∂p, solved together with y when a derivative is first asked for, to
    the same tolerances. Derivatives are with respect to the Values that f closes over, ``args``, y0, both ends of the
    span, and times of ``t_eval``. Second derivatives solve the sensitivity equations of these, which takes about ten
    times as long.

    Args:
        f: ``f(t, y, *args)``, as many numbers as y0 has; y is an array.
        span: (t0, t1), numbers or Values; t1 may be before t0.
        y0: a list or an array of numbers and Values.
        t_eval: the times to return; by default the steps that the solver takes, the last being t1.
        args: further arguments of f, which may be Values.
        method: a method of ``scipy.integrate.solve_ivp``: ``"Radau"`` or ``"LSODA"`` for stiff equations.
        rtol: the relative tolerance of the solver.
        atol: the absolute tolerance, below which y is as good as 0.

    Raises:
        ConvergenceError: the solver could not reach the end. DomainError: f is nan or infinite on the way.
        ModuleNotFoundError: SciPy is not installed. RecordingError: in a function that is compiled.

    >>> from autograd import grad, implicit
    >>> decay = lambda k: implicit.solve_ivp(lambda t, y: -k * y, (0.0, 1.0), [2.0]).y[0][-1]
    >>> round(float(decay(0.5)), 9), round(grad(decay)(0.5), 9)
    (1.213061319, -1.213061319)
    """
    start, end = _span(span)
    if not isinstance(y0, (list, tuple, np.ndarray)) or np.ndim(y0) != 1 or len(y0) == 0:
        raise TypeError(f"solve_ivp(f, span, y0): y0 must be a list or an array of numbers, got {y0!r}")
    state, _ = flatten(list(y0), "solve_ivp(f, span, y0): y0")
    fun = bound("solve_ivp", f, args)
    moving = isinstance(start, Value)
    # Time is then counted from t0, so that t0 is a Value that the function closes over, like any other.
    function = Function("solve_ivp", (lambda s, y: fun(start + s, y)) if moving else fun)

    def since_origin(time: Any) -> Any:
        return time - start if moving else time

    flow = _Flow(function, number_of(since_origin(start)), state, {"method": method, "rtol": rtol, "atol": atol})
    if t_eval is None:
        steps, y = flow.integrated(number_of(since_origin(end)))
        origin = number_of(start) if moving else 0.0
        times = [start, *(steps[1:-1] + origin).tolist(), end]
    else:
        times = _times(t_eval, number_of(start), number_of(end))
        _, y = flow.integrated(number_of(since_origin(end)), [number_of(since_origin(time)) for time in times])
    nodes = flow.nodes(list(map(since_origin, times)), y)
    return Solution(np.array(list(map(number_of, times))), array_of(nodes, y.shape))


class _Flow:
    """A differential equation from its start on."""

    def __init__(self, function: Function, start: float, state: list[Any], options: dict[str, Any]) -> None:
        self.function = function
        self.start = start
        self.state = state
        self.options = options
        self.used: dict[int, Value] = {}
        self.chooses = False
        """Whether the function compares Values."""
        self.found: Any = None
        """The answer of SciPy: t; y, a column for each t; sol, y between the steps if moments were asked for."""

    def integrated(self, end: float, moments: list[float] | None = None) -> tuple[Array, Array]:
        """The times, and y at them, shape (n, m): at ``moments``, or at the solver's steps to ``end``.

        Notes the Values that the function uses on the way.
        """

        def rate(t: float, y: Array) -> list[float]:
            run = self.function.watched(t, y)
            self.chooses = self.chooses or bool(run.marks)
            self.used.update((id(node), node) for node in run.used())
            return run.floats()

        self.found = self._solved(rate, list(map(number_of, self.state)), end, moments)
        return self.found.t, self.found.y

    def _solved(
        self, rate: Callable[[float, Array], Any], state: list[float], end: float, moments: list[float] | None
    ) -> Any:
        def checked(t: float, y: Array) -> Any:
            slope = rate(float(t), y)
            if len(slope) != len(state):
                raise ValueError(
                    f"solve_ivp(f, span, y0): f must return as many numbers as y0 has, {len(state)}, got {len(slope)}"
                )
            if not np.all(np.isfinite(slope)):
                raise DomainError(
                    f"solve_ivp(f, span, y0): f, or its derivative, is {np.asarray(slope).tolist()} at "
                    f"t = {float(t)!r}, y = {y.tolist()}"
                )
            return slope

        integrate = scipy_module("solve_ivp", "integrate")
        if end == self.start:
            checked(end, np.array(state))
            times = [end, end] if moments is None else moments
            return SimpleNamespace(t=np.array(times), y=np.tile(np.array(state)[:, None], len(times)), sol=None)
        with lent(checked) as checked_for_now:
            found = integrate.solve_ivp(
                checked_for_now, (self.start, end), state, t_eval=moments, dense_output=moments is not None,
                **self.options,
            )  # fmt: skip
        if found.status != 0:
            raise ConvergenceError(f"solve_ivp(f, span, y0) stopped at t = {found.t[-1:].tolist()}: {found.message}")
        return found

    def nodes(self, moments: list[Any], y: Array) -> list[Any]:
        """The n·m numbers of ``y`` as nodes, row by row; ``moments`` are its times, as floats or Values."""
        used = list(self.used.values())
        initial = [place for place, number in enumerate(self.state) if isinstance(number, Value)]
        parents = [*used, *(self.state[place] for place in initial)]

        if (parents or self.chooses) and current().grad:
            self._check_breaks()
        later = _Flow(self.function.kept(), self.start, self.state, self.options)
        n, k = len(self.state), len(parents)

        @functools.cache
        def sensitivities(*, linked: bool) -> Any:
            rows = later._sensitivities(moments, used, initial, linked=linked)
            for row, found in zip(rows, y.tolist(), strict=False):
                check_unchanged("solve_ivp", row, found, max(1e-6, 100.0 * self.options["rtol"]))
            return rows

        def slopes(i: int, j: int, *, linked: bool) -> list[Any]:
            rows = sensitivities(linked=linked)
            own = [rows[n + i * k + place][j] for place in range(k)]
            time, function = moments[j], later.function
            if isinstance(time, Value):
                at = array_of([row[j] for row in rows[:n]], (n,))
                rate = function.numbers(function.fun(time, at)) if linked else function.values(time._data, at)
                own.append(rate[i])
            return own

        return [
            node_of(
                "solve_ivp",
                number,
                [*parents, *([moments[j]] if isinstance(moments[j], Value) else [])],
                functools.partial(slopes, i, j),
            )
            for i, row in enumerate(y.tolist())
            for j, number in enumerate(row)
        ]

    def _check_breaks(self) -> None:
        """Refuse a rate that jumps at a moment that moves with Values: there the sensitivities jump too.

        At such a moment a choice changes that depends on the state, or on a Value.
        """

        def run(t: float, y: Array, *, sited: bool = False) -> tuple[list[Choice], Array]:
            found = self.function.watched(t, y, places=(1,), sited=sited)
            return found.choices(), np.array(found.floats())

        def way(t: float, y: Array) -> Any:
            return ways_of(run(t, y)[0])

        states = self.found.sol
        times, columns = (states.ts, states(states.ts).T) if states else (self.found.t, self.found.y.T)
        steps = list(zip(times.tolist(), columns, strict=True))
        ways = {t: way(t, y) for t, y in steps}
        if len(set(map(repr, ways.values()))) < 2:
            return
        usual = np.max(np.abs([run(t, y)[1] for t, y in steps]), axis=0)
        if not states:
            end = steps[-1][0]
            states = self._solved(self.function.values, columns[0].tolist(), end, [end]).sol
        for low, high in changes(lambda t: way(t, states(t)), ways):
            (before, slow), (after, fast) = (run(t, states(t), sited=True) for t in (low, high))
            flip = first_flip(before, after)
            if flip is not None and np.any(np.abs(fast - slow) > 1e-8 * usual):
                raise GradientError(
                    f"solve_ivp(f, span, y0): f jumps from {slow.tolist()} to {fast.tolist()} at t = {high!r}, by "
                    f"{before[flip[0]]}, and that moment moves with a Value: the derivatives jump there too. Solve up "
                    f"to that moment, which implicit.root finds as a Value, and go on from there with another solve_ivp"
                )

    def _sensitivities(self, moments: list[Any], used: list[Value], initial: list[int], *, linked: bool) -> Any:
        """y and then S = ∂y/∂p, each entry a row with a number for each moment: floats, or Values."""
        n, k = len(self.state), len(used) + len(initial)
        at_start = np.zeros((n, k))
        at_start[initial, range(len(used), k)] = 1.0
        function = self.function

        def rates(t: Any, z: Array) -> list[Any]:
            y, s = z[:n], z[n:].reshape(n, k)
            # A time that is a Value is a variable of its own, for f may depend on it besides.
            run = Run(function, (t, y), (0, 1) if isinstance(t, Value) else (1,))
            run.check_known(used)
            rows = run.slopes([*run.variables[-n:], *used], linked=linked)
            forcing = [[*row[n:], *[0.0] * len(initial)] for row in rows]
            if not linked:
                moved = np.array([row[:n] for row in rows]) @ s + np.array(forcing)
                return [*run.floats(), *moved.ravel().tolist()]
            return [
                *run.numbers,
                *(
                    dot([1.0, *row[:n]], [of_p[j], *s[:, j]])
                    for row, of_p in zip(rows, forcing, strict=True)
                    for j in range(k)
                ),
            ]

        ends = list(map(number_of, moments))
        state = [*self.state, *at_start.ravel().tolist()]
        if not linked:
            start = list(map(number_of, state))
            return self._solved(rates, start, ends[-1], ends).y.tolist()
        flow = _Flow(Function("solve_ivp", rates), self.start, state, self.options)
        _, z = flow.integrated(ends[-1], ends)
        return array_of(flow.nodes(moments, z), z.shape).tolist()


def _span(span: Any) -> tuple[Any, Any]:
    if not isinstance(span, (tuple, list)) or len(span) != 2:
        raise TypeError(f"solve_ivp(f, span, y0): span must be a pair (t0, t1), got {span!r}")
    start, end = (_limit(f"solve_ivp(f, span, y0): span[{place}]", time) for place, time in enumerate(span))
    if not math.isfinite(number_of(start)) or not math.isfinite(number_of(end)):
        raise DomainError(f"solve_ivp(f, span, y0): span must be a pair of finite times, got {span!r}")
    return start, end


def _times(t_eval: Any, start: float, end: float) -> list[Any]:
    """The times asked for, checked to be in the order in which they are reached."""
    if not isinstance(t_eval, (list, tuple, np.ndarray)) or np.ndim(t_eval) != 1 or len(t_eval) == 0:
        raise TypeError(f"solve_ivp(t_eval=...) must be a list or an array of times, got {t_eval!r}")
    times, _ = flatten(list(t_eval), "solve_ivp(t_eval=...)")
    moments = [math.copysign(1.0, end - start) * number_of(time) for time in times]
    low, high = sorted((start, end))
    if not all(low <= number_of(time) <= high for time in times) or any(np.diff(moments) <= 0.0):
        raise ValueError(
            f"solve_ivp(t_eval=...) must be times between {start!r} and {end!r}, in order and each once, got "
            f"{[number_of(time) for time in times]}"
        )
    return times
