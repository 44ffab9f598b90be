"""What every operation of the table should give, in mpmath: the oracle of the accuracy tests.

One function an operation, of its inputs and then its constants; nothing is said of derivatives. They are had from
the function alone, by a central difference at so high a precision that no digit of interest is lost, so an error
in a rule cannot be repeated here. Each function must itself be accurate at the precision it is called with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

import mpmath as mp

__all__ = ["CONSTANTS", "INPUTS", "REFERENCES", "reference_partial", "reference_value"]


def _lgamma(x: Any) -> Any:
    return mp.loggamma(x) if x > 0 else mp.log(abs(mp.pi / (x * mp.sinpi(x)))) - mp.loggamma(-x)


def _polygamma(x: Any, order: Any) -> Any:
    return mp.polygamma(int(order), x)


def _silu_slope(x: Any) -> Any:
    gate = 1 / (1 + mp.exp(-x))
    return gate * (1 + x * mp.exp(-x) * gate)


def _softmax(*xs: Any) -> Any:
    return 1 / mp.fsum(mp.exp(x - xs[0]) for x in xs)


def _logsumexp(*xs: Any) -> Any:
    largest, *others = sorted(xs, reverse=True)
    return largest + mp.log1p(mp.fsum(mp.exp(x - largest) for x in others))


def _dot(*xs: Any) -> Any:
    half = len(xs) // 2
    return mp.fsum(x * y for x, y in zip(xs[:half], xs[half:], strict=True))


def _multiple(rounded: Callable[[Any], Any], x: Any, y: Any) -> Any:
    """x / y rounded to a whole number, however large."""
    with mp.workprec(4500):
        return rounded(x / y)


def _remainder(rounded: Callable[[Any], Any], x: Any, y: Any) -> Any:
    with mp.workprec(4500):
        return x - _multiple(rounded, x, y) * y


def _trunc(x: Any) -> Any:
    return mp.sign(x) * mp.floor(abs(x))


def _sinc_derivative(x: Any, order: Any) -> Any:
    """By x·f⁽ⁿ⁾ + n·f⁽ⁿ⁻¹⁾ = πⁿ⁻¹·sin(πx + nπ/2), at twice the precision; near 0 by the series of sin(z)/z."""
    n = int(order)
    with mp.workprec(2 * mp.mp.prec + 200):
        if abs(x) < 1:
            terms = range((n + 1) // 2, 80)
            return mp.fsum(
                (-1) ** k * mp.pi ** (2 * k) * x ** (2 * k - n) / (2 * k + 1) / mp.fac(2 * k - n) for k in terms
            )
        derivative = mp.sincpi(x)
        for k in range(1, n + 1):
            wave = (mp.sinpi, mp.cospi)[k % 2](x) * (1, 1, -1, -1)[k % 4]
            derivative = (mp.pi ** (k - 1) * wave - k * derivative) / x
        return derivative


def _half(x: Any) -> Any:
    return mp.mpf(1) / 2 if x == 0 else mp.mpf(x > 0)


REFERENCES: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "acos": mp.acos,
    "acosh": mp.acosh,
    "add": lambda x, y: x + y,
    "angle_slope": lambda x, y: x / (x * x + y * y),
    "asin": mp.asin,
    "asinh": mp.asinh,
    "atan": mp.atan,
    "atan2": mp.atan2,
    "atanh": mp.atanh,
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "ceil": mp.ceil,
    "clip": lambda x, low, high: min(max(x, low), high),
    "copysign": lambda x, y: abs(x) if y >= 0 else -abs(x),
    "cos": mp.cos,
    "cosh": mp.cosh,
    "digamma": mp.digamma,
    "div": lambda x, y: x / y,
    "dot": _dot,
    "elu": lambda x, alpha: x if x > 0 else alpha * mp.expm1(x),
    "equal": lambda x, y: mp.mpf(x == y),
    "erf": mp.erf,
    "erfc": mp.erfc,
    "exp": mp.exp,
    "exp2": lambda x: mp.mpf(2) ** x,
    "exp_difference": lambda x, y: mp.exp(x - y),
    "expm1": mp.expm1,
    "flat": lambda x: mp.mpf(0),
    "floor": mp.floor,
    "floordiv": partial(_multiple, mp.floor),
    "fmod": partial(_remainder, _trunc),
    "fsum": lambda *xs: mp.fsum(xs),
    "gamma": mp.gamma,
    "gaussian": lambda x: mp.exp(-x * x),
    "gelu": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    "gelu_slope": lambda x: mp.erfc(-x / mp.sqrt(2)) / 2 + x * mp.npdf(x),
    "greater": lambda x, y: mp.mpf(x > y),
    "greater_equal": lambda x, y: mp.mpf(x >= y),
    "held_max": lambda *xs: max(xs),
    "hypot": mp.hypot,
    "identity": lambda x: x,
    "ieee_remainder": partial(_remainder, mp.nint),
    "is_either": lambda x, first, second: mp.mpf(x in (first, second)),
    "larger_share": lambda x, y: _half(x - y),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "less": lambda x, y: mp.mpf(x < y),
    "less_equal": lambda x, y: mp.mpf(x <= y),
    "lgamma": _lgamma,
    "log": mp.log,
    "log10": mp.log10,
    "log1p": mp.log1p,
    "log2": lambda x: mp.log(x) / mp.ln2,
    "log_sigmoid": lambda x: -mp.log1p(mp.exp(-x)) if x > 0 else x - mp.log1p(mp.exp(x)),
    "logaddexp": _logsumexp,
    "logsumexp": _logsumexp,
    "maximum": max,
    "mean": lambda *xs: mp.fsum(xs) / len(xs),
    "minimum": min,
    "mod": partial(_remainder, mp.floor),
    "mul": lambda x, y: x * y,
    "neg": lambda x: -x,
    "nonzero": lambda x: mp.mpf(x != 0),
    "not_equal": lambda x, y: mp.mpf(x != y),
    "norm_cdf": lambda x: mp.erfc(-x / mp.sqrt(2)) / 2,
    "norm_pdf": mp.npdf,
    "one_minus_square": lambda x: 1 - x * x,
    "polygamma": _polygamma,
    "positive_quotient": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "power_log": lambda x, y: x**y * mp.log(x) if x else mp.mpf(0),
    "power_slope": lambda x, y: y * x ** (y - 1) if y else mp.mpf(0),
    "prod": lambda *xs: mp.fprod(xs),
    "quotient_by_square": lambda x, y: x / y**2,
    "reciprocal": lambda x: 1 / x,
    "relative_exp": lambda x, y: mp.exp(x - y),
    "relu": lambda x: max(x, mp.mpf(0)),
    "round": lambda x, digits: mp.nint(x * mp.mpf(10) ** digits) / mp.mpf(10) ** digits,
    "sech_squared": lambda x: mp.sech(x) ** 2,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "sigmoid_difference": lambda x, y: 1 / (1 + mp.exp(y - x)),
    "sign": mp.sign,
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "silu_slope": _silu_slope,
    "sin": mp.sin,
    "sinc": mp.sincpi,
    "sinc_derivative": _sinc_derivative,
    "sinh": mp.sinh,
    "softmax": _softmax,
    "softmax_share": lambda part, others: part / (part + others),
    "softplus": lambda x: x + mp.log1p(mp.exp(-x)) if x > 0 else mp.log1p(mp.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "sqrt": mp.sqrt,
    "square": lambda x: x * x,
    "step": lambda x: mp.mpf(x > 0),
    "stop_gradient": lambda x: x,
    "sub": lambda x, y: x - y,
    "take": lambda index, *xs: xs[int(mp.nint(index))],
    "tan": mp.tan,
    "tanh": mp.tanh,
    "trunc": _trunc,
    "unit": lambda x, y: x / mp.hypot(x, y) if x or y else mp.mpf(0),
    "weighted_gamma": lambda weight, x: weight * mp.gamma(x),
    "weighted_norm_pdf": lambda weight, x: weight * mp.npdf(x),
    "where": lambda condition, x, y: x if condition else y,
}
"""The value of every operation, by its name in the table."""

CONSTANTS: dict[str, list[tuple[float, ...]]] = {
    "clip": [(-1.0, 2.5)],
    "elu": [(1.0,), (0.3,), (1.6732632423543772,)],
    "leaky_relu": [(0.01,), (0.2,)],
    "polygamma": [(1.0,), (2.0,), (3.0,)],
    "pow": [(n,) for n in (0.0, 1.0, 2.0, 3.0, -1.0, -2.0, 7.0, 10.0, -9.0, 0.5, -0.5, 1.5, 1 / 3, -0.3, 0.01, 100.1)],
    "power_slope": [(3.0,), (0.7,)],
    "round": [(0.0,), (2.0,), (-1.0,), (15.0,), (-22.0,)],
    "sinc_derivative": [(1.0,), (2.0,)],
}
"""Which constants an operation that captures some is tested with."""

INPUTS = {
    "dot": (2, 4, 6),
    "fsum": (1, 3),
    "held_max": (1, 2, 4),
    "logsumexp": (1, 2, 4),
    "mean": (1, 3),
    "prod": (1, 2, 4),
    "softmax": (1, 2, 4),
    "take": (2, 4),
}
"""With how many inputs an operation that takes any number is tested."""

_WORKING_BITS = 200
_KEPT_BITS = 80
_STEP = -130
_STEP_AT_ZERO = -600
_SMALLEST = -1100
"""Binary exponents: of the step relative to the input; of the step at 0, where a result may be small as a square of
the step; and of a derivative that no float can tell from 0."""


def reference_value(function: Callable[..., Any], inputs: Sequence[float], constants: Sequence[float] = ()) -> Any:
    """``function`` to about 60 digits."""
    with mp.workprec(_WORKING_BITS):
        return function(*map(mp.mpf, inputs), *map(mp.mpf, constants))


def _step(inputs: Sequence[float], index: int) -> Any:
    """A step of one input, far below the scale on which a function can change."""
    x = inputs[index]
    if x:
        return mp.ldexp(min(1.0, abs(x)), _STEP)
    return mp.ldexp(min([1.0, *[abs(other) for other in inputs if other]]), _STEP_AT_ZERO)


def reference_partial(
    function: Callable[..., Any], inputs: Sequence[float], *wrt: int, constants: Sequence[float] = ()
) -> Any:
    """The derivative of ``function`` by each of the inputs ``wrt`` in turn, by central differences; None at an edge.

    The precision is raised until the difference keeps 80 bits. At an edge of its domain the function has no values,
    or complex ones, on the other side.
    """
    steps = [_step(inputs, index) for index in wrt]
    scale = math.prod(2 * step for step in steps)
    corners = list(product((1, -1), repeat=len(wrt)))
    bits = max(math.frexp(x)[1] for x in (*inputs, 1.0)) - mp.mag(scale) - min(map(mp.mag, steps)) + _KEPT_BITS
    most = bits - _SMALLEST
    while True:
        with mp.workprec(bits):
            difference, largest = mp.mpf(0), mp.ninf
            for corner in corners:
                arguments = [*map(mp.mpf, inputs), *map(mp.mpf, constants)]
                for sign, index, step in zip(corner, wrt, steps, strict=True):
                    arguments[index] += sign * step
                try:
                    value = function(*arguments)
                except ZeroDivisionError:
                    return None
                if isinstance(value, mp.mpc):
                    return None
                difference += math.prod(corner) * value
                largest = max(largest, mp.mag(value))
            kept = bits - largest + mp.mag(difference) if difference else 0
            if kept >= _KEPT_BITS:
                return difference / scale
            if bits >= most or largest == mp.ninf:
                return mp.mpf(0)
        bits = min(most, bits + _KEPT_BITS - kept + 20 if difference else 2 * bits)
