"""Floats and gradients compared exactly, by their bits."""

from __future__ import annotations

import math
import struct

from autograd import Value


def bits(number):
    """A float by its bits; every nan is one."""
    return "nan" if math.isnan(number) else struct.pack("<d", number).hex()


def grads(order):
    """What the nodes hold, exactly: not computed, the bits of a float, or the Value itself."""
    return [node._grad if node._grad is None or isinstance(node._grad, Value) else bits(node._grad) for node in order]
