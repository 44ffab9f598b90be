"""Roots and minima, differentiated by the implicit function theorem."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import linalg
from autograd.context import current, no_grad, recorded_in
from autograd.errors import ConvergenceError, DomainError, GradientError
from autograd.implicit import nodes
from autograd.rules import dot
from autograd.sweep import number_of
from autograd.trace import Trace
from autograd.trees import NUMBER, TreeDef, flatten
from autograd.value import Value

__all__ = ["System", "minimum", "root"]

Array = np.ndarray[Any, Any]

_EPSILON = float(np.finfo(float).eps)


def root(f: Callable[..., Any], guess: Any, args: Sequence[Any] = ()) -> Any:
    """The x for which f(x) = 0: dx/dp = −(∂f/∂x)⁻¹ ∂f/∂p for each Value p that f closes over; any order.

    Args:
        f: ``f(x, *args)``, which returns as many numbers as x has, in any containers.
        guess: a number; or a list, array, dict, … of numbers, and then x is built like it. A tuple of two numbers is
            a bracket: f must have opposite signs at its ends. Of a Value only the number is used.
        args: further arguments of f, which may be Values.

    Returns:
        Floats, or Values if f depends on Values.

    Raises:
        ConvergenceError: no root was found.
        GradientError: the root has no derivative, because ∂f/∂x is singular there, as at a double root.
        ModuleNotFoundError: SciPy is not installed. RecordingError: in a function that is compiled.

    >>> from autograd import grad, implicit, math
    >>> implicit.root(lambda x: math.cos(x) - x, 1.0)
    0.7390851332151607
    >>> round(implicit.root(lambda x, a: x**3 - a, (0.0, 5.0), args=(8.0,)), 12)
    2.0
    >>> grad(lambda a: implicit.root(lambda v: [v[0] * v[1] - a, v[0] - v[1]], [1.0, 2.0])[0])(9.0)
    0.16666666666666666
    """
    function = nodes.Function("root", nodes.bound("root", f, args))
    if isinstance(guess, tuple):
        x, treedef, scale = [_bracketed(function, guess)], NUMBER, 0.0
    else:
        x, treedef = _start("root", guess)
        scale = max(map(abs, x))
        x = _hybrid(function, x, treedef)
    return System(function, treedef, scale).answer(x)


def minimum(f: Callable[..., Any], guess: Any, args: Sequence[Any] = ()) -> Any:
    """The x at which f(x) is smallest nearby: the root of ∇f, differentiated as such, by the Hessian of f.

    Found by BFGS from ``guess``, then by Newton's method to the last digits.

    Args:
        f: ``f(x, *args)``, one number, made by operations on Values (``autograd.math`` and not ``math``).
        guess: a number, or a list, array, dict, … of numbers; x is built like it. Of a Value only the number is used.
        args: further arguments of f, which may be Values.

    Returns:
        Floats, or Values if f depends on Values.

    Raises:
        ConvergenceError: no minimum was found, or what was found is a saddle or a maximum, or flat.
        ModuleNotFoundError: SciPy is not installed. RecordingError: in a function that is compiled.

    >>> from autograd import implicit, jacobian
    >>> middle = lambda a: implicit.minimum(lambda x: (x[0] - a) ** 2 + (x[0] * x[1] - 6.0) ** 2, [1.0, 1.0])
    >>> [round(x, 9) for x in middle(2.0)], [round(x, 9) for x in jacobian(middle)(2.0)]
    ([2.0, 3.0], [1.0, -1.5])
    """
    fun = nodes.bound("minimum", f, args)
    gradient = nodes.Function("minimum", lambda x: _value_and_gradient(fun, x)[1])
    x, treedef = _start("minimum", guess)
    system = System(gradient, treedef, max(map(abs, x)))
    x = _descended(fun, x, treedef)
    system.check_curvature(x)
    x = system.polished(x)
    system.check_curvature(x)
    return system.answer(x)


def _value_and_gradient(fun: Callable[..., Any], x: Any) -> tuple[Any, list[Any]]:
    """f and ∇f, as a list of numbers."""
    trace = Trace(fun, (0,), (x,), {})
    return trace.value_and_gradient(nodes.number_in("minimum", trace.result))


class System:
    """n equations F(x, p) = 0 for n unknowns, near a solution."""

    def __init__(self, function: nodes.Function, treedef: TreeDef, scale: float) -> None:
        self.name = function.name
        self.function = function
        self.treedef = treedef
        self.scale = scale

    def answer(self, x: list[float]) -> Any:
        """The solution x: Values where the equations depend on Values there, else floats."""
        found = self.treedef.result(x)
        if self.function.uses_values(found):
            found = self.solved(x)
        elif self.function.met_values and current().grad:
            self.check_beside(x)
        nodes.note(self.function, [(found,)])
        return found

    def run(self, x: list[Any]) -> nodes.Run:
        """F at x, whose numbers are variables."""
        with recorded_in(None):
            return nodes.Run(self.function, [self.treedef.result(x)], (0,))

    def check_beside(self, x: list[float]) -> None:
        """Refuse a solution at which f is a plain number, though close by it is a Value: a special case in f."""
        away = 1e-7 * self.magnitudes(x, 1e-6)
        if all(self.function.uses_values(self.treedef.result((np.array(x) + s * away).tolist())) for s in (-1, 1)):
            raise GradientError(
                f"{self.name}(f, guess): f depends on Values beside the solution x = {self.shown(x)}, but there it is "
                f"a plain number, so that the derivative is not known: leave out the special case"
            )

    def solved(self, x: list[float]) -> Any:
        """The solution near x with its derivatives: a Value for each unknown."""
        x = self.polished(x)
        if current().grad:
            self.check_regular(x)
        run = self.run(x)
        later = System(self.function.kept(), self.treedef, self.scale)
        return self.treedef.result(later.nodes(x, run.used(), run.floats()))

    def nodes(self, x: list[float], parents: Sequence[Value], residuals: list[float]) -> list[Any]:
        """A node for each unknown. Their derivatives are worked out together: −J⁻¹ ∂F/∂p.

        As Values they come from the same formula in nodes of x and the parents, and so may be differentiated again, to
        any order; those nodes are made anew, since a node held by its own rule would never be freed.
        """

        @functools.cache
        def slopes(*, linked: bool) -> Any:
            at = self.nodes(x, parents, residuals) if linked else x
            roots, jacobian, by_parents = self.linearised(at, parents, linked=linked)
            nodes.check_unchanged(self.name, roots, residuals)
            if linked:
                inverse = linalg.inv(jacobian)
                return [[-dot(row, column) for column in zip(*by_parents, strict=True)] for row in inverse]
            return (-self.stepped(np.array(jacobian), np.array(by_parents))).tolist()

        return [
            nodes.node_of(self.name, number, parents, lambda linked, i=i: slopes(linked=linked)[i])
            for i, number in enumerate(x)
        ]

    def linearised(self, x: list[Any], parents: Sequence[Value] = (), *, linked: bool) -> tuple[Any, Any, Any]:
        """F, ∂F/∂x and ∂F/∂p, a row for each equation, of floats or of Values."""
        run = self.run(x)
        rows = run.slopes([*run.variables, *parents], linked=linked)
        return run.numbers, [row[: len(x)] for row in rows], [row[len(x) :] for row in rows]

    def jacobian(self, x: list[float]) -> Array:
        """∂F/∂x at floats."""
        jacobian = np.array(self.linearised(x, linked=False)[1])
        if not np.all(np.isfinite(jacobian)):
            raise DomainError(
                f"{self.name}(f, guess): the derivative of {'the gradient of ' * (self.name == 'minimum')}f is "
                f"{jacobian.tolist()} at x = {self.shown(x)}: it must be finite"
            )
        return jacobian

    def polished(self, x: list[float]) -> list[float]:
        """The solution near x by Newton's method, until its steps no longer become smaller."""
        size = math.inf
        while True:
            step = self.stepped(self.jacobian(x), np.array(self.function.values(self.treedef.result(x))))
            next_size = float(np.max(np.abs(step) / self.magnitudes(x, 1e-6)))
            if not next_size < 0.5 * size:
                break
            size = next_size
            x = (np.array(x) - step).tolist()
        if not size <= 1e-8:
            raise ConvergenceError(
                f"{self.name}(f, guess) found no solution: near x = {self.shown(x)} Newton's steps do not become "
                f"small, the last was {size:.1g} of x. Give a better guess; a double root or a flat minimum has no "
                f"derivative."
            )
        return x

    def magnitudes(self, x: list[float], part: float) -> Array:
        """The size of each unknown, at least ``part`` of the guess: what a step is measured against."""
        return np.maximum(np.abs(x), max(part * self.scale, 1e-300))

    def stepped(self, jacobian: Array, right: Array) -> Array:
        """J⁻¹ times ``right``."""
        try:
            return np.linalg.solve(jacobian, right)
        except np.linalg.LinAlgError:
            raise self.singular(jacobian) from None

    def singular(self, jacobian: Array) -> GradientError:
        """The error for a solution that does not move smoothly with the parameters."""
        kind = "the Hessian of f" if self.name == "minimum" else "∂f/∂x"
        shown = repr(float(jacobian[0, 0])) if jacobian.shape == (1, 1) else str(jacobian.tolist())
        return GradientError(
            f"{self.name}(f, guess) has no derivative: {kind} is singular there, or nearly so: {shown}. The solution "
            f"is not isolated, or it is a multiple one; state the problem so that it is simple, or use .data of the "
            f"Values if no derivative is needed."
        )

    def check_regular(self, x: list[float]) -> None:
        """Refuse a Jacobian that is singular, or that a change of x in the 7th digit (or the 16th of the guess) alters.

        At a double root it is 0 in exact arithmetic; rounding would give a finite, wrong derivative.
        """
        jacobian = self.jacobian(x)
        columns = jacobian * self.magnitudes(x, 1e-9)
        largest = np.max(np.abs(columns), axis=1, keepdims=True)
        if not np.all(largest > 0.0) or np.linalg.cond(columns / largest) > 1e13:
            raise self.singular(jacobian)
        moved = self.jacobian((np.array(x) + 1e-7 * self.magnitudes(x, 1e-9)).tolist())
        change = self.stepped(jacobian, moved) - np.eye(len(x))
        if np.max(np.abs(np.linalg.eigvals(change))) > 0.1:
            raise self.singular(jacobian)

    def check_curvature(self, x: list[float]) -> None:
        """Refuse a point at which f does not curve upwards in every direction."""
        hessian = self.jacobian(x)
        scale = np.sqrt(np.abs(np.diagonal(hessian)))  # so that the units of the unknowns do not matter
        scale[scale == 0.0] = 1.0
        lowest = float(np.min(np.linalg.eigvalsh(hessian / np.outer(scale, scale))))
        if not lowest > 1e-13:
            kind = "a saddle or a maximum" if lowest < -1e-13 else "a flat place"
            raise ConvergenceError(
                f"minimum(f, guess) came to {kind} at x = {self.shown(x)}, where the smallest curvature is "
                f"{lowest:.3g} (in units of the diagonal of the Hessian): give another guess."
            )

    def shown(self, x: list[float]) -> str:
        """The unknowns for a message."""
        return repr(x[0]) if len(x) == 1 else repr(x)


def _start(name: str, guess: Any) -> tuple[list[float], TreeDef]:
    """The numbers of a guess, and how they are held."""
    numbers, treedef = flatten(guess, f"{name}(f, guess): guess")
    x = list(map(number_of, numbers))
    if not x or not all(map(math.isfinite, x)):
        raise DomainError(f"{name}(f, guess): guess must be made of finite numbers, got {guess!r}")
    return x, treedef


def _bracketed(function: nodes.Function, guess: tuple[Any, ...]) -> float:
    """The root between the two ends of a bracket, by Brent's method."""
    if len(guess) != 2:
        raise ValueError(f"root(f, guess): a tuple is a bracket (a, b), got {guess!r}; for a system give a list")
    (a, b), _ = _start("root", list(guess))

    def value(x: float) -> float:
        values = function.values(x)
        if len(values) != 1:
            raise ValueError(
                f"root(f, (a, b)): with a bracket f must return one number, got {len(values)}; for a system of two "
                f"unknowns give the guess as a list"
            )
        if math.isnan(values[0]):
            raise DomainError(f"root(f, (a, b)): f({x!r}) is nan")
        return values[0]

    ends = value(a), value(b)
    if 0.0 not in ends and (ends[0] < 0.0) is (ends[1] < 0.0):
        raise ConvergenceError(
            f"root(f, (a, b)) needs opposite signs of f at the ends of the bracket, got f({a!r}) = {ends[0]!r} and "
            f"f({b!r}) = {ends[1]!r}"
        )
    brentq = nodes.scipy_module("root", "optimize").brentq
    x = float(brentq(value, a, b, xtol=1e-300, rtol=4.0 * _EPSILON, maxiter=5000, disp=False))
    if not abs(value(x)) <= 1e-6 * max(map(abs, ends)):
        raise ConvergenceError(
            f"root(f, (a, b)): f changes its sign at x = {x!r} without going through 0, as at a pole or a jump: "
            f"f(x) = {value(x)!r}"
        )
    return x


def _hybrid(function: nodes.Function, x: list[float], treedef: TreeDef) -> list[float]:
    """The root near x by Powell's hybrid method."""
    last: list[float] = []

    def values(at: Array) -> list[float]:
        last[:] = function.values(treedef.result(at.tolist()))
        return last.copy()

    first = values(np.array(x))
    if len(first) != len(x):
        raise ValueError(f"root(f, guess): f must return as many numbers as guess has, {len(x)}, got {len(first)}")
    if not all(map(math.isfinite, first)):
        raise DomainError(f"root(f, guess): f is {first} at the guess {x}: give a guess where it is finite")
    solve = nodes.scipy_module("root", "optimize").root
    with nodes.lent(values) as values_for_now, np.errstate(all="ignore"):
        found = solve(values_for_now, x, tol=1e-12)
        if not found.success:
            found = solve(values_for_now, x, tol=1e-9)  # where rounding hides more
    if not found.success or not all(map(math.isfinite, last)):
        raise ConvergenceError(
            f"root(f, guess) found no root from {x}; it came to x = {found.x.tolist()}, where f is "
            f"{found.fun.tolist()}. {' '.join(found.message.split())} Give a better guess, or a bracket (a, b)."
        )
    answer: list[float] = found.x.tolist()
    return answer


def _descended(fun: Callable[..., Any], x: list[float], treedef: TreeDef) -> list[float]:
    """A minimum near x by BFGS."""

    def value_and_slope(at: Array) -> tuple[float, Array]:
        with no_grad(), recorded_in(None):
            value, slope = _value_and_gradient(fun, treedef.result(at.tolist()))
        return value, np.array(slope)

    value, slope = value_and_slope(np.array(x))
    if not math.isfinite(value) or not np.all(np.isfinite(slope)):
        raise DomainError(f"minimum(f, guess): f is {value!r}, its gradient {slope.tolist()}, at the guess {x}")
    options = {"gtol": 1e-9 * float(np.max(np.abs(slope)))}
    optimize = nodes.scipy_module("minimum", "optimize")
    with nodes.lent(value_and_slope) as value_and_slope_for_now, np.errstate(all="ignore"):
        found = optimize.minimize(value_and_slope_for_now, x, jac=True, method="BFGS", options=options)
    if not np.all(np.isfinite(found.x)) or not math.isfinite(found.fun):
        raise ConvergenceError(
            f"minimum(f, guess) found no minimum from {x}: f is {float(found.fun)!r} at x = {found.x.tolist()}. Has f "
            f"a lower bound?"
        )
    answer: list[float] = found.x.tolist()
    return answer
