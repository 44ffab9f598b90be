"""Whether numbers in containers are those that were expected."""

from __future__ import annotations

from typing import Any

import numpy as np


def close(found: Any, expected: Any, rel: float = 1e-11) -> None:
    """Equal up to ``rel`` of the largest number, in whatever containers."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    assert found.shape == expected.shape
    scale = max(np.max(np.abs(expected)), 1e-3)
    assert np.max(np.abs(found - expected)) <= rel * scale, (found, expected)
