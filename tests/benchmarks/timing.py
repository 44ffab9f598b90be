"""Medians of repeated runs, taken in turns so that a noisy machine slows every contender alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

__all__ = ["medians"]


def medians(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median seconds of one call of each contender, over ``rounds`` rounds in which each runs once.

    A first round is run and not counted. What a call returns is dropped before the clock stops, so that a
    graph's own clean-up is part of its cost.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for k in range(rounds + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            elapsed = time.perf_counter() - start
            if k:
                times[name].append(elapsed)
    return {name: statistics.median(taken) for name, taken in times.items()}
