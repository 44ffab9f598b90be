"""Two operations of a user's own, and how a source is run alone: for the tests of the Python and NumPy backends."""

from __future__ import annotations

import math

import numpy as np

from autograd import primitive
from autograd.primitives import PRIMITIVES

FACTOR = 3.0


def of_a_loop(x):
    """Uses a name of this module, and a loop."""
    total = 0.0
    for power in (1, 2):
        total += FACTOR * x**power
    return total


def of_branches(x):
    y = x * 2.0
    if x < 0.0:
        return -y
    z = y + 1.0 if y > 3.0 else y
    if not (z > 4.0 and x <= 10.0) or math.isnan(z):
        return z
    return math.atan2(z, 1.0) + abs(x)


scaled = primitive("scaled_here", forward=of_a_loop, partials=lambda x, out: (FACTOR + 2.0 * FACTOR * x,))
branchy = primitive("branchy_here", forward=of_branches, partials=lambda x, out: (0.0 * x,))
for _own in (scaled, branchy):
    del PRIMITIVES[_own.name]  # the table is for all tests


def run_alone(source):
    namespace = {}
    exec(compile(source, "<emitted>", "exec"), namespace)
    return namespace["replay"]


def bits(numbers):
    return np.array(numbers, dtype=np.float64).view(np.int64).tolist()
