"""Medians of repeated runs, taken in turns so that a noisy machine slows every contender alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

__all__ = ["medians", "steady"]

Run = Callable[[], object]

BURST = 10e-3
"""Seconds that a contender runs on end, in :func:`steady`."""


def medians(contenders: Mapping[str, Run], rounds: int) -> dict[str, float]:
    """The median seconds of one call of each contender, over ``rounds`` rounds in which each runs twice.

    The first call of the two is not counted: it clears away what the contender before left to the collector, so that
    the second is one of a loop of its own. What a call returns is dropped before the clock stops, so that a graph's own
    clean-up is part of its cost.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            _seconds(run, 1)
            times[name].append(_seconds(run, 1))
    return {name: statistics.median(taken) for name, taken in times.items()}


def steady(contenders: Mapping[str, Run], rounds: int) -> dict[str, float]:
    """The median seconds of one call of each contender in a burst of calls, as in a loop of training.

    Bursts are taken in turns. Each contender finds the caches, the clock of the processor and the threads as
    another one left them, so the first fifth of a burst is run and not counted.
    """
    calls = {name: _calls_in_a_burst(run) for name, run in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            _seconds(run, calls[name] // 5)
            times[name].append(_seconds(run, calls[name]) / calls[name])
    return {name: statistics.median(taken) for name, taken in times.items()}


def _calls_in_a_burst(run: Run) -> int:
    _seconds(run, 1)  # a first call may compile
    calls = 1
    while calls < 10_000 and (elapsed := _seconds(run, calls)) < BURST:
        calls = max(2 * calls, int(0.8 * calls * BURST / elapsed))
    return calls


def _seconds(run: Run, calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return time.perf_counter() - start
