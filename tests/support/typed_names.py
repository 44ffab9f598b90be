"""A program for the type checker alone, which ``mypy`` reads with the packages: the names and types that users see.

A line that expects an error says which; mypy complains of it when there is none.
"""

from __future__ import annotations

from typing import assert_type

import autograd as ag
from autograd import Value, exp, leaky_relu, math


def typed(x: Value) -> None:
    """Use what follows from the table of operations."""
    assert_type(exp(x), Value)
    assert_type(ag.exp(2.0), float)
    assert_type(ag.atan2(x, 2.0), Value)
    assert_type(leaky_relu(x, slope=0.2), Value)
    assert_type(x.tanh(), Value)
    assert_type(x.atan2(3.0), Value)
    assert_type(x.leaky_relu(slope=0.2), Value)
    assert_type(x.abs(), Value)
    assert_type(-x, Value)
    assert_type(abs(2 * x + x / 3 - x**2), Value)
    assert_type(2.0 ** (1.0 - x) % 3 // x, Value)
    assert_type(x < 3, bool)
    math.exp(x)
    math.atan2(x, 2.0)
    ag.no_such_operation  # type: ignore[attr-defined]
    ag.sech_squared  # type: ignore[attr-defined]  # a helper of the table
    x.no_such_method()  # type: ignore[attr-defined]
    x.tanh(2.0)  # type: ignore[call-arg]
    math.no_such_function  # type: ignore[attr-defined]
