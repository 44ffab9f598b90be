"""Checks of gradients: every rule against numerical derivatives, and the name of the rule that is wrong.

The numerical derivatives come from values alone, never from a rule. The *complex step*, Im f(x + ih)/h, subtracts
nothing and is right to the last digits, wherever f extends to complex numbers. *Ridders' method* extrapolates central
differences to a step of zero and estimates its own error; it serves everything else.

Sources: W. Squire and G. Trapp, "Using complex variables to estimate derivatives of real functions", SIAM
Review 40 (1998); C. J. F. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering
Software 4 (1982).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from autograd.debugging import at_kink
from autograd.errors import GradientError
from autograd.primitives import PRIMITIVES, Primitive
from autograd.sweep import (
    adjoint_steps,
    adjoints,
    data_of,
    itself,
    local_gradients,
    number_of,
    tangents,
    topological_order,
)
from autograd.trace import Trace
from autograd.trees import TreeDef, flatten, portions
from autograd.value import Value

__all__ = [
    "Estimate", "check_grads", "check_primitive", "complex_forward", "complex_step", "numeric_partial", "ridders",
]  # fmt: skip

# --- derivatives by numbers alone -------------------------------------------------------------------------------

_TINY_STEP = 1e-100
_SMALLEST_STEP = 1e-290


class Estimate(NamedTuple):
    """A derivative found numerically."""

    value: float
    error: float
    """About how far off it may be."""
    method: str

    def agrees_with(self, derivative: float, rtol: float, atol: float) -> bool:
        """Whether ``derivative`` may be the same number."""
        if not math.isfinite(derivative) or not math.isfinite(self.value):
            return False
        scale = max(abs(derivative), abs(self.value))
        return abs(derivative - self.value) <= atol + rtol * scale + 10.0 * self.error


def ridders(f: Callable[[float], float], x: float) -> Estimate:
    """f'(x) by central differences, extrapolated to a step of 0.

    It starts from a wide step, and again from narrower ones until two results agree, so that a pole or a kink within
    the first steps is not taken for an answer.

    Args:
        f: a function of a float. Where it raises ValueError or ArithmeticError the step is made smaller.
        x: the point.
    """
    widest = 0.05 * (abs(x) if abs(x) > 1e-3 else 1.0)
    wide = _extrapolate(f, x, widest)
    if math.isnan(wide.value) and x:  # the function may end between x and 0
        widest = 0.05 * abs(x)
        wide = _extrapolate(f, x, widest)
    for _ in range(5):
        widest /= 20.0
        narrow = _extrapolate(f, x, widest)
        if wide.agrees_with(narrow.value, rtol=1e-5, atol=1e-9):
            return min(wide, narrow, key=lambda estimate: estimate.error)
        wide = narrow
    return wide._replace(error=max(wide.error, 1e-6 * abs(wide.value)))


def _extrapolate(f: Callable[[float], float], x: float, step: float) -> Estimate:
    """One run of Ridders' tableau from ``step`` downwards; the entry with the smallest estimated error."""
    shrink, rows = 1.6, 12
    best = Estimate(math.nan, math.inf, "differences")
    previous: list[float] = []
    for _ in range(rows):
        exact_step = (x + step) - x or step
        try:
            row = [(f(x + exact_step) - f(x - exact_step)) / (2.0 * exact_step)]
        except (ValueError, ArithmeticError):
            step /= 4.0
            previous = []
            continue
        factor = 1.0
        for entry in previous:
            factor *= shrink * shrink
            row.append((row[-1] * factor - entry) / (factor - 1.0))
            error = max(abs(row[-1] - row[-2]), abs(row[-1] - entry))
            if error < best.error:
                best = Estimate(row[-1], error, "differences")
        previous = row
        step /= shrink
    return best


def complex_forward(op: Primitive) -> Callable[..., complex]:
    """``op`` on complex numbers: its own forward where that takes them, else NumPy's function of that name.

    Raises (when called):
        TypeError: the operation does not extend to complex numbers.
    """

    def evaluate(*inputs: complex) -> complex:
        try:
            return complex(op.forward(*inputs))
        except TypeError:
            if op.kink is not None or op.ufunc is None:
                raise
            with np.errstate(all="ignore"):
                return complex(getattr(np, op.ufunc)(*inputs, *op.constants))

    return evaluate


def complex_step(f: Callable[..., complex], inputs: Sequence[float], i: int) -> Estimate:
    """∂f/∂inputs[i] as Im f(..., x + ih, ...)/h.

    Raises:
        TypeError: f does not take complex numbers.
        ArithmeticError: the input is so small that no step is much smaller.
    """
    size = abs(inputs[i])
    step = min(_TINY_STEP, 1e-20 * size) if size else _TINY_STEP
    if step < _SMALLEST_STEP:
        raise ArithmeticError(f"no step is far below {inputs[i]!r}")
    stepped: list[Any] = list(inputs)
    stepped[i] = complex(inputs[i], step)
    value = f(*stepped).imag / step
    return Estimate(value, 1e-13 * abs(value), "complex step")


def numeric_partial(op: Primitive, inputs: Sequence[float], i: int) -> Estimate:
    """∂op/∂inputs[i] at ``inputs``, from the values of ``op`` alone.

    >>> from autograd.rules import tanh
    >>> estimate = numeric_partial(tanh, (0.5,), 0)
    >>> estimate.method, round(estimate.value, 14)
    ('complex step', 0.78644773296593)
    """

    def along(x: float) -> float:
        return float(op.forward(*inputs[:i], x, *inputs[i + 1 :]))

    differences = ridders(along, inputs[i])
    try:
        exact = complex_step(complex_forward(op), inputs, i)
    except (TypeError, ValueError, ArithmeticError):
        return differences
    # An operation may take complex numbers and yet not be analytic, as abs: then the differences are right.
    return exact if differences.agrees_with(exact.value, rtol=1e-4, atol=1e-8) else differences


# --- one operation ----------------------------------------------------------------------------------------


def check_primitive(
    op: Primitive, points: Sequence[Sequence[float]] | None = None, *, order: int = 2, rtol: float = 1e-6
) -> int:
    """Check the local gradients of an operation against numerical derivatives.

    Args:
        op: the operation; one that captures constants is checked as ``op.capture(...)``.
        points: inputs to check at; by default a hundred from the operation's domain, away from its kinks.
        order: 1 for the local gradients, 2 for their derivatives as well.
        rtol: the largest relative difference that counts as equal.

    Returns:
        The number of points at which it was checked.

    Raises:
        GradientError: a rule is wrong: which input, where, the two numbers.
        TypeError: ``op`` is not an operation, or has constants that are not captured.
        ValueError: no point of the domain was found, or given; or a given one is at an edge of it.

    >>> from autograd import check_primitive, primitive
    >>> wrong = primitive("wrong_cube", forward=lambda x: x**3, partials=lambda x, out: (2 * x * x,))
    >>> check_primitive(wrong, [(2.0,)])
    Traceback (most recent call last):
        ...
    autograd.errors.GradientError: check_primitive: the rule of 'wrong_cube' is wrong: at wrong_cube(2.0) its
    derivative with respect to input 0 is 8.0, but 12.0 by complex step. Mend the partials of 'wrong_cube'
    """
    _check_order(order)
    if not isinstance(op, Primitive):
        raise TypeError(f"check_primitive takes an operation, such as autograd.tanh, not {op!r}")
    if op.partials is None:
        count = op.captures
        raise TypeError(
            f"check_primitive({op.name}) needs the constants: check {op.name}.capture(...) of {count} number(s)"
        )
    chosen = list(islice(_sample(op), 100)) if points is None else [tuple(map(float, point)) for point in points]
    if not chosen:
        raise ValueError(f"check_primitive({op.name}): no points in its domain ({op.domain.text}); give points=")
    for inputs in chosen:
        for i, x in enumerate(inputs if points is not None else ()):
            if not math.isfinite(numeric_partial(op, inputs, i).value):
                call = f"{op.name}({', '.join(map(repr, (*inputs, *op.constants)))})"
                raise ValueError(
                    f"check_primitive: {call} has no finite slope from both sides of input {i}, {x!r}, so there is no "
                    f"derivative to compare. Give points inside the domain"
                )
        fault = _fault_at(op, inputs, order, rtol)
        if fault:
            raise GradientError(f"check_primitive: {fault}")
    return len(chosen)


def _sample(op: Primitive) -> Iterator[tuple[float, ...]]:
    """Seeded points of the domain, near and far, where a derivative exists: of 5000, those that are."""
    rng = random.Random(op.name)  # noqa: S311 -- points to check at, the same each time
    for _ in range(5000):
        inputs = tuple(
            rng.choice((1.0, -1.0)) * 10.0 ** rng.uniform(-2.0, 1.0) for _ in range(4 if op.arity is None else op.arity)
        )
        if not op.domain.contains(*inputs, *op.constants) or (op.kink and op.kink.at(*inputs, *op.constants)):
            continue
        try:
            value = op.forward(*inputs)
        except (ValueError, ArithmeticError):
            continue
        if math.isfinite(value):
            yield inputs


def _fault_at(op: Primitive, inputs: tuple[float, ...], order: int, rtol: float) -> str:
    """The first partial of ``op`` at ``inputs`` that numerical derivatives contradict, in words; empty if none."""

    def contradicted(what: str, rule: float, estimate: Estimate, rtol: float, floor: float) -> str:
        if not math.isfinite(estimate.value) or estimate.agrees_with(rule, rtol, floor):
            return ""
        return (
            f"the rule of {op.name!r} is wrong: at {op.name}({', '.join(map(repr, (*inputs, *op.constants)))}) its "
            f"{what} is {rule!r}, but {estimate.value!r} by {estimate.method}. Mend the partials of {op.name!r}"
        )

    leaves = [Value(x) for x in inputs]
    node = op(*leaves)
    rules, noise = local_gradients(node), 1e-9 * max(1e-6, abs(node.data))  # what differences cannot see
    for i, rule in enumerate(rules):
        what, estimate = f"derivative with respect to input {i}", numeric_partial(op, inputs, i)
        if fault := contradicted(what, rule, estimate, rtol, noise):
            return fault
    for i, local in enumerate(local_gradients(node, itself) if order > 1 else ()):
        for j, leaf in enumerate(leaves):
            estimate = ridders(partial(_partial_at, op, inputs, i, j), inputs[j])
            what, floor = f"second derivative with respect to inputs {i} and {j}", max(noise, 1e-9 * abs(rules[i]))
            if fault := contradicted(what, _derivative(local, leaf), estimate, max(rtol, 1e-6), floor):
                return fault
    return ""


def _is_of_the_table(op: Primitive) -> bool:
    """Whether an operation can be checked by itself: it is neither a solver's result nor a held number."""
    return not op.held and (op.base or op) is PRIMITIVES.get(op.name)


def _partial_at(op: Primitive, inputs: tuple[float, ...], i: int, j: int, x: float) -> float:
    node = op(*[Value(x if k == j else other) for k, other in enumerate(inputs)])
    partial_value: float = local_gradients(node)[i]
    return partial_value


def _derivative(local: Any, leaf: Value) -> float:
    if not isinstance(local, Value):
        return 0.0
    derivative: float = _flow(adjoints(topological_order(local), 1.0), leaf)
    return derivative


def _flow(adjoint: Mapping[Any, Any], leaf: Value) -> Any:
    """The adjoint of ``leaf``, 0 where no flow came to it: a Value of 0 is an adjoint, though it is false."""
    flow = adjoint.get(leaf)
    return 0.0 if flow is None else flow


# --- a whole function -------------------------------------------------------------------------------------


def check_grads(  # noqa: PLR0913 -- the signature of jax.test_util.check_grads
    f: Callable[..., Any],
    args: Any,
    order: int = 2,
    modes: Sequence[str] = ("fwd", "rev"),
    *,
    rtol: float = 1e-6,
    atol: float = 1e-8,
) -> None:
    """Check the derivatives of ``f`` at ``args``, forward and reverse, against numerical derivatives.

    They are compared with the complex step through the recorded graph, where each operation extends to complex numbers,
    and with extrapolated differences of ``f`` itself, which also see what the graph does not: a dependence that was
    lost because a float was taken out. ``f`` is called on plain floats too, and must return what it returns for Values.

    Args:
        f: a function of numbers, or containers of numbers, returning one or a container of them.
        args: the tuple of its arguments (a single number may stand alone).
        order: 1 checks first derivatives; 2 second derivatives too; and so on.
        modes: ``"fwd"`` (tangents), ``"rev"`` (adjoints), or a tuple of both.
        rtol: the largest relative difference that counts as equal.
        atol: the largest absolute difference that counts as equal.

    Raises:
        GradientError: they differ: the input, both numbers, and the operation whose rule is wrong. Or ``f`` itself
            returns another number for floats than for Values.
        TypeError: ``f`` is not a function, or an argument is not made of numbers.
        ValueError: a bad mode or order, or a point where there is no derivative to compare: at a kink, at an edge of
            the function's domain, or infinite.

    >>> from autograd import check_grads, exp
    >>> check_grads(lambda x, y: exp(x) * y + x / y, (0.3, -1.2))
    """
    if not callable(f):
        raise TypeError(f"check_grads takes a function and its arguments, not {f!r}: give it the function itself")
    _check_order(order)
    modes = (modes,) if isinstance(modes, str) else modes
    unknown = [mode for mode in modes if mode not in ("fwd", "rev")]
    if unknown or not modes:
        raise ValueError(f"check_grads(modes=...) takes 'fwd' and 'rev', not {unknown or modes!r}")
    problem = _Problem(f, args if isinstance(args, (tuple, list)) else (args,))
    problem.check_plain_call()
    for k in range(1, order + 1):
        problem.check(k, modes, rtol, atol)


def _check_order(order: int) -> None:
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"order is 1, 2, ...; got {order!r}")


class _Problem:
    """A function and a point; builds the k-th derivative along fixed directions as a graph at any point."""

    def __init__(self, f: Callable[..., Any], args: Sequence[Any]) -> None:
        self.f = f
        self.treedefs: list[TreeDef] = []
        self.point: list[float] = []
        self.names: list[str] = []
        for i, argument in enumerate(args):
            numbers, treedef = flatten(argument, f"argument {i}")
            self.treedefs.append(treedef)
            self.point += map(float, numbers)
            self.names += treedef.places(f"argument {i}")
        for name, x in zip(self.names, self.point, strict=True):
            if not math.isfinite(x):
                raise ValueError(f"check_grads: {name} must be a finite number, got {x!r}: there is no step from it")

    def graph(self, k: int, point: Sequence[float]) -> tuple[Value, list[Value]]:
        """The scalar whose gradient is the k-th derivative: f itself, then the slope along a direction, ..."""
        arguments = self._arguments(point)
        trace = Trace(self.f, range(len(arguments)), arguments, {})
        outputs, _ = flatten(trace.result, _RESULT)
        root = _combination(outputs)
        for _ in range(k - 1):
            order = topological_order(root)
            adjoint = {step.node: step.gradient for step in adjoint_steps(order, Value(1.0), itself)}
            root = _combination([_flow(adjoint, leaf) for leaf in trace.variables])
        return root, trace.variables

    def _arguments(self, point: Sequence[float]) -> list[Any]:
        return [treedef.result(part) for treedef, part in portions(self.treedefs, point)]

    def check_plain_call(self) -> None:
        """Compare the results for floats and for Values, if the function takes floats at all.

        ``type(x) is float`` and the like take another branch for a Value, and nothing else would notice.
        """
        try:
            with np.errstate(all="ignore"):
                plain, held = flatten(self.f(*self._arguments(self.point)), _RESULT)
        except Exception:  # noqa: BLE001 -- written for Values alone
            return
        arguments = self._arguments(self.point)
        traced, treedef = flatten(Trace(self.f, range(len(arguments)), arguments, {}).result, _RESULT)
        seen = [str(held), str(treedef)]
        if held.matches(treedef):
            pairs = [(number_of(one), number_of(other)) for one, other in zip(plain, traced, strict=True)]
            differing = [pair for pair in pairs if not _same(*pair)]
            if not differing:
                return
            seen = list(map(repr, differing[0]))
        raise GradientError(
            f"check_grads: the function returns {seen[0]} for floats, but {seen[1]} for Values at the same point, so "
            f"the derivative is that of another function. Look for a test of the argument's type, such as "
            f"type(x) is float, and let it take Values too: isinstance(x, (float, autograd.Value))"
        )

    def value_with(self, k: int, i: int, x: float) -> float:
        """The scalar at the point with its i-th number replaced by ``x``."""
        return self.graph(k, [*self.point[:i], x, *self.point[i + 1 :]])[0].data

    def check(self, k: int, modes: Sequence[str], rtol: float, atol: float) -> None:
        """Compare the k-th derivatives with respect to each input."""
        root, leaves = self.graph(k, self.point)
        order = topological_order(root)
        _refuse_kinks(order)
        if not math.isfinite(root.data):
            raise ValueError(
                f"check_grads: {'the function' if k == 1 else f'a derivative of order {k - 1}'} is {root.data!r} at "
                f"this point, so there is no derivative to compare. Move the inputs a little"
            )
        reverse = adjoints(order, 1.0)
        found = {"reverse": [_flow(reverse, leaf) for leaf in leaves]} if "rev" in modes else {}
        if "fwd" in modes:
            computed = [node for node in order if node.op is not None]
            seeds = [{leaf: 1.0} for leaf in leaves]
            found["forward"] = [number_of(tangent.get(root)) for tangent in tangents(computed, seeds, data_of)]
        for i in range(len(leaves)):
            differences = ridders(partial(self.value_with, k, i), self.point[i])
            if not math.isfinite(differences.value):
                raise ValueError(
                    f"check_grads: {self.names[i]} = {self.point[i]!r} is at an edge: the function, or a derivative, "
                    f"has no finite slope from both sides of it, so there is no derivative to compare. Move it a little"
                )
            exact = _complex_step_through(order, leaves, i)
            for mode, derivatives in found.items():
                for estimate, tolerance in ((exact, rtol), (differences, max(rtol, 1e-5))):
                    floor = atol + (1e-8 * abs(root.data) if estimate is differences else 0.0)
                    if estimate and not estimate.agrees_with(derivatives[i], tolerance, floor):
                        raise GradientError(self._explain(k, i, (mode, derivatives[i]), estimate, rtol))

    def _explain(self, k: int, i: int, found: tuple[str, float], estimate: Estimate, rtol: float) -> str:
        mode, derivative = found
        kind = {1: "derivative", 2: "second derivative"}.get(k, f"derivative of order {k}")
        root, _ = self.graph(1, self.point)  # its operations are the user's; those of a gradient follow from them
        faults = (
            _fault_at(node.op, tuple(parent.data for parent in node.parents), min(k, 2), rtol)
            for node in topological_order(root)
            if node.op is not None and _is_of_the_table(node.op)
        )
        reason = next(filter(None, faults), "") or (
            "every rule in the graph is right, so the function depends on its inputs in a way the graph does not "
            "see: look for a number taken out with .data, item() or detach(), and use the Value itself instead"
        )
        return (
            f"check_grads: the {kind} with respect to {self.names[i]} = {self.point[i]!r} is {derivative!r} in "
            f"{mode} mode, but {estimate.value!r} by {estimate.method}; {reason}"
        )


_RESULT = "the result of the function"


def _same(one: float, other: float) -> bool:
    """Whether two values are the same number, apart from rounding in another order."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) or (one != one and other != other)


def _combination(outputs: Sequence[Any]) -> Value:
    """One number out of several, each weighted differently so that no error cancels another."""
    if len(outputs) == 1:
        return outputs[0] if isinstance(outputs[0], Value) else Value(outputs[0])
    total = Value(0.0)
    for i, output in enumerate(outputs):
        total = total + math.cos(i + 1.0) * output
    return total


def _complex_step_through(order: list[Any], leaves: list[Value], i: int) -> Estimate | None:
    """∂root/∂leaves[i] by a complex step through the whole graph; None where an operation does not allow it."""

    def root(*point: complex) -> complex:
        value: dict[Any, complex] = {node: complex(node.data) for node in order} | dict(zip(leaves, point, strict=True))
        for node in order:
            if node.op is not None:
                value[node] = complex_forward(node.op)(*[value[parent] for parent in node.parents])
        return value[order[-1]]

    if any(node.op is not None and (node.op.kink or node.op.gated) for node in order):
        return None
    try:
        return complex_step(root, [leaf.data for leaf in leaves], i)
    except (TypeError, ValueError, ArithmeticError):
        return None


def _refuse_kinks(order: list[Any]) -> None:
    for node in filter(at_kink, order):
        inputs = ", ".join(repr(parent.data) for parent in node.parents)
        raise ValueError(
            f"check_grads: {node.op.name}({inputs}) is at a kink, where there is no derivative to compare "
            f"({node.op.kink.convention}). Move the input a little"
        )
