"""How the table's own records are made, and the domains that several of them share."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from autograd.primitives import Domain, primitive

__all__ = ["AT_LEAST_ZERO", "FINITE_ANGLE", "POSITIVE", "UNIT_INTERVAL", "at_tie", "at_zero", "define"]

define = partial(primitive, builtin=True)

POSITIVE = Domain("x > 0", lambda x: 0.0 < x < math.inf)
AT_LEAST_ZERO = Domain("x >= 0", lambda x: 0.0 <= x < math.inf)
FINITE_ANGLE = Domain("a finite angle", math.isfinite)
UNIT_INTERVAL = Domain("-1 <= x <= 1", lambda x: -1.0 <= x <= 1.0)


def at_zero(x: Any, *_: Any) -> tuple[Any, ...]:
    """The edge of a kink at 0."""
    return (x,)


def at_tie(x: Any, y: Any) -> tuple[Any, ...]:
    """The edge of a kink at a tie."""
    return (x - y,)
