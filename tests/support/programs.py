"""Programs for the tests of recording: random ones, of straight lines, comparisons and loops; and one that is saved."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

import autograd as ag

N_INPUTS = 3


def _larger(x: Any, y: Any) -> Any:
    return x if x > y else y + 0.5


def _halved(x: Any, y: Any) -> Any:
    steps = 0
    while abs(x) > 0.75 and steps < 4:
        x = x * 0.5 + 0.01 * y
        steps += 1
    return x


STEPS: list[Callable[[Any, Any], Any]] = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
    lambda x, y: x / (1.0 + y * y),
    lambda x, y: ag.tanh(x) + 2.0 * y,
    lambda x, y: ag.sin(x) * ag.sigmoid(y),
    lambda x, y: -x,
    lambda x, y: abs(x) ** 3 + 1.0 * y,
    lambda x, y: ag.relu(x - y),
    lambda x, y: ag.where(ag.step(x), ag.sqrt(ag.relu(x)), y),
    lambda x, y: ag.maximum(x, y) - ag.minimum(x, 0.25),
    max,
    lambda x, y: sorted([x, y, 0.1 * x])[1],
    lambda x, y: x or y,
    lambda x, y: y if x == y else ag.softplus(x),
    lambda x, y: ag.fsum([x, y, 1.0]) * ag.leaky_relu(y, 0.1),
    _larger,
    _halved,
]


@st.composite
def programs(draw: Any, *, branches: bool = True) -> Callable[..., list[Any]]:
    """A function of three numbers that returns two; without ``branches`` it takes one path."""
    known = STEPS if branches else STEPS[:11]
    plan = [
        (draw(st.sampled_from(known)), draw(st.integers(0, N_INPUTS + i - 1)), draw(st.integers(0, N_INPUTS + i - 1)))
        for i in range(draw(st.integers(1, 12)))
    ]

    def program(a: Any, b: Any, c: Any) -> list[Any]:
        numbers = [a, b, c]
        for step, x, y in plan:
            result = step(numbers[x], numbers[y])
            if not branches:
                numbers.append(ag.tanh(result * 0.01))
            else:
                numbers.append(ag.tanh(result) if abs(result) > 100.0 else result)
        return [numbers[-1], numbers[-1] * numbers[N_INPUTS]]

    return program


inputs = st.tuples(*[st.floats(-4.0, 4.0, width=32)] * N_INPUTS)


def saved_function(path: Path, backend: str = "auto") -> tuple[Path, Any, Any, Any]:
    """A function with two paths, live leaves, captured constants, containers; and its file."""
    w = ag.Parameter(2.0, "w")

    def f(p, x, *, shift):
        z = p["b"] * x[0] ** 3 + w * x[1] + shift
        return {"z": [ag.leaky_relu(z), None], "a": (p["a"][0], x * 2.0)} if z > 1.0 else {"z": [z, None], "a": (w, x)}

    g = ag.compile(f, in_axes=(None, 0), backend=backend)
    arguments = ({"b": 0.5, "a": (1.5,)}, np.array([[1.0, 2.0], [-3.0, 0.1], [0.3, 0.7]]))
    shift = np.array([0.1, 0.2, math.nan])
    expected = g(*arguments, shift=shift)
    g.save(path)
    w.data = 99.0
    return path, arguments, shift, expected
