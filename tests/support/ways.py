"""The ways to differentiate a function of one number, all of one signature."""

from __future__ import annotations

import pytest

from autograd import grad, jacfwd, jacrev, jvp, vjp


def forward(f):
    """The derivative of a function of one number by a forward sweep."""
    return lambda x: jvp(f, (x,), (1.0,))[1]


def pulled(f):
    """The derivative of a function of one number by its vjp."""
    return lambda x: vjp(f, x)[1](1.0)[0]


WAYS = [grad, forward, pulled, jacfwd, jacrev]
NAMES = ["grad", "jvp", "vjp", "jacfwd", "jacrev"]
ways = pytest.mark.parametrize("way", WAYS, ids=NAMES)
