"""The exponentials and logarithms of loops over lanes against mpmath, and at the ends of their range."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from numba import njit

from autograd.replay.backends import lane_functions
from autograd.replay.backends.numba_loops import _IN_LANES

FUNCTIONS = {function.__name__: function for function in _IN_LANES}
ULPS = {"exp": 1.0, "expm1": 2.0, "tanh": 2.5, "log": 1.0, "log1p": 1.5}
SPECIAL = [
    0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 5e-324, -5e-324, 1e-310, 2.2250738585072014e-308, 1e-17, -1e-17, 22.0, -22.0,
    40.0, -40.0, 50.5, -50.5, 709.78, 709.79, 710.5, -708.5, -745.1, -745.2, -746.5, 1e308, -1e308,
    math.inf, -math.inf, math.nan,
]  # fmt: skip


def lanes(function):
    """``function`` on every number of an array, in compiled code."""
    compiled = _IN_LANES[function]

    @njit
    def each(x):
        result = np.empty_like(x)
        for i in range(x.size):
            result[i] = compiled(x[i])
        return result

    return each


def samples(name):
    rng = np.random.default_rng(1)
    near = [rng.normal(size=1500), rng.normal(size=1000) * 1e-5, np.exp(rng.uniform(-700.0, 3.0, 500))]
    wide = {
        "exp": rng.uniform(-708.0, 709.7, 2000),
        "expm1": rng.uniform(-60.0, 709.7, 2000),
        "tanh": rng.uniform(-25.0, 25.0, 2000),
        "log": np.exp(rng.uniform(-744.0, 709.0, 2000)),
        "log1p": np.exp(rng.uniform(-744.0, 709.0, 2000)),
    }[name]
    xs = np.concatenate([*near, wide])
    if name == "log":
        return np.concatenate([np.abs(xs), 1.0 + near[1]])
    return xs[xs > -1.0] if name == "log1p" else xs


def check_errors(name, function):
    """The function is within a few ulp of the true value, at samples of its whole range."""
    xs = samples(name)
    worst = 0.0
    with mpmath.workprec(200):
        for x, got in zip(xs.tolist(), function(xs).tolist(), strict=True):
            wanted = getattr(mpmath, name)(mpmath.mpf(x))
            worst = max(worst, float(abs(got - wanted) / math.ulp(float(wanted))))
    assert 0.5 < worst <= ULPS[name]


def check_ends(name, function):
    """At the ends of its range and at special numbers it is that of the C library, signs of zeros included."""
    xs = np.array(SPECIAL)
    with np.errstate(all="ignore"):
        wanted = getattr(np, name)(xs)
    got = function(xs)
    np.testing.assert_allclose(got, wanted, rtol=1e-15, atol=0.0)
    numbers = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(got[numbers]), np.signbit(wanted[numbers]))


@pytest.mark.parametrize("name", sorted(ULPS))
def test_the_numbers_of_a_function(name):
    check_errors(name, lanes(FUNCTIONS[name]))
    check_ends(name, lanes(FUNCTIONS[name]))


@pytest.mark.parametrize("name", sorted(ULPS))
def test_the_source_means_the_same_to_python(name):
    """Compiled code contracts a product and a sum to one rounding; otherwise both do the same arithmetic."""
    xs = np.array([x for x in SPECIAL if math.isfinite(x)])
    wanted = lanes(FUNCTIONS[name])(xs)
    got = [lane_functions.IN_LANES[FUNCTIONS[name]](x) for x in xs.tolist()]
    np.testing.assert_allclose(got, wanted, rtol=1e-15, atol=0.0)


def test_every_function_is_tested():
    assert FUNCTIONS.keys() == ULPS.keys()
