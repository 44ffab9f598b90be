"""Transforms beside their peers: HIPS autograd, JAX without jit, PyTorch.

``python -m tests.benchmarks.derivatives --peers DIR``, or CHAINRULE_PEERS=DIR: DIR holds one virtual environment
for each peer, ``hips``, ``jax`` and ``torch``, since HIPS autograd has the import name of our own engine.
``--install`` makes those that are missing. A peer that is not there is reported as not installed.

All contenders run at once, each in a process of its own, and are timed in turns, so that a noisy machine slows
them alike; the table shows medians. Their answers are compared first.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import track
from rich.table import Table

WORKER = Path(__file__).with_name("transform_peers.py")
ROOT = WORKER.parents[2]
PACKAGES = {"hips": ["autograd"], "jax": ["jax"], "torch": ["torch", "numpy"]}
TITLES = {"chainrule": "chainrule", "hips": "HIPS autograd", "jax": "JAX, no jit", "torch": "PyTorch"}
CASES = {"grad": "grad, 10 ops", "value_and_grad": "value_and_grad", "hessian": "hessian, 2 vars"}
ROUNDS = 15


class Worker:
    """A library in a process of its own, which times a case when asked."""

    def __init__(self, library: str, python: Path) -> None:
        ours = library == "chainrule"
        self._process = subprocess.Popen(
            [python, *([] if ours else ["-I"]), WORKER, library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | ({"PYTHONPATH": str(ROOT)} if ours else {}),
        )
        self.answers: dict[str, list[float]] = json.loads(self._read())

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process {self._process.args!r} ended early; its message stands above")
        return line

    def seconds(self, case: str) -> float:
        """How long one call takes now."""
        assert self._process.stdin is not None
        self._process.stdin.write(case + "\n")
        self._process.stdin.flush()
        return float(self._read())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def interpreters(peers: Path | None) -> dict[str, Path]:
    """The Python of each library whose environment is there."""
    found = {"chainrule": Path(sys.executable)}
    if peers is not None:
        found |= {peer: python for peer in PACKAGES if (python := python_of(peers, peer)).exists()}
    return found


def python_of(peers: Path, peer: str) -> Path:
    """Where the interpreter of a peer's environment is, or would be."""
    return peers / peer / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(peers: Path) -> None:
    """Make the environments that are missing."""
    for peer, packages in PACKAGES.items():
        python = python_of(peers, peer)
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", peers / peer], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)


def check_agreement(workers: dict[str, Worker]) -> None:
    """Refuse to compare the speed of different answers."""
    for library, worker in workers.items():
        for case, expected in workers["chainrule"].answers.items():
            answer = worker.answers[case]
            if not all(math.isclose(a, b, rel_tol=1e-12) for a, b in zip(answer, expected, strict=True)):
                raise ArithmeticError(f"{library} and chainrule differ in {case}: {answer} and {expected}")


def measure(pythons: dict[str, Path]) -> dict[str, dict[str, float]]:
    """The median seconds of each case by each library."""
    with ExitStack() as stack:
        workers = {library: stack.enter_context(Worker(library, python)) for library, python in pythons.items()}
        check_agreement(workers)
        times: dict[str, dict[str, list[float]]] = {library: {case: [] for case in CASES} for library in workers}
        for _ in track(range(ROUNDS), "measuring", transient=True):
            for case in CASES:
                for library, worker in workers.items():
                    times[library][case].append(worker.seconds(case))
    return {
        library: {case: statistics.median(taken) for case, taken in by_case.items()}
        for library, by_case in times.items()
    }


def table(times: dict[str, dict[str, float]]) -> Table:
    """Medians, and how many times ours each is."""
    result = Table(title=f"One call in µs, median of {ROUNDS} rounds (times ours)")
    result.add_column("library")
    for title in CASES.values():
        result.add_column(title, justify="right", no_wrap=True)
    for library, title in TITLES.items():
        if library not in times:
            result.add_row(title, *["not installed"] * len(CASES))
            continue
        cells = [
            f"{times[library][case] * 1e6:,.1f} ({times[library][case] / times['chainrule'][case]:.1f}×)"
            for case in CASES
        ]
        result.add_row(title, *cells)
    return result


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Transforms beside their peers.")
    default = os.environ.get("CHAINRULE_PEERS")
    parser.add_argument("--peers", type=Path, default=Path(default) if default else None, metavar="DIR")
    parser.add_argument("--install", action="store_true", help="make the environments that are missing in DIR")
    options = parser.parse_args()
    if options.install:
        if options.peers is None:
            parser.error("--install needs --peers DIR, or CHAINRULE_PEERS")
        install(options.peers)
    Console().print(table(measure(interpreters(options.peers))))


if __name__ == "__main__":
    main()
