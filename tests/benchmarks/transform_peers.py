"""The same derivatives by one library, timed on request: run by :mod:`tests.benchmarks.derivatives`.

``python -I transform_peers.py LIBRARY`` imports nothing of this project unless LIBRARY is chainrule, so that it
runs in an environment of the peer's own. It prints the values of its cases as JSON, for the caller to compare;
then for each line that it reads, the name of a case, it prints the seconds that one call took.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

Cases = dict[str, Callable[[], Any]]

X = 0.5
POINT = [-0.7, 1.3]
BATCH = 0.02
"""Seconds that one measurement takes, in as many calls as fit."""


def ten_operations(x: Any, m: Any) -> Any:
    """A function of one number, of ten operations, with the functions of the module ``m``."""
    a = x * 2.0
    b = m.sin(a)
    c = b + x
    d = m.exp(c * 0.1)
    e = d * x - c
    return m.tanh(e) / (d + 1.0)


def rosenbrock(p: Any) -> Any:
    """The banana function of two numbers."""
    return (1.0 - p[0]) ** 2 + 100.0 * (p[1] - p[0] ** 2) ** 2


def chainrule() -> Cases:
    """This project."""
    autograd = import_module("autograd")

    def f(x: Any) -> Any:
        return ten_operations(x, autograd)

    return {
        "grad": lambda: autograd.grad(f)(X),
        "value_and_grad": lambda: autograd.value_and_grad(f)(X),
        "hessian": lambda: autograd.hessian(rosenbrock)(POINT),
    }


def hips() -> Cases:
    """HIPS autograd: NumPy with derivatives."""
    autograd, numpy = import_module("autograd"), import_module("autograd.numpy")

    def f(x: Any) -> Any:
        return ten_operations(x, numpy)

    return {
        "grad": lambda: autograd.grad(f)(X),
        "value_and_grad": lambda: autograd.value_and_grad(f)(X),
        "hessian": lambda: autograd.hessian(rosenbrock)(numpy.array(POINT)),
    }


def jax() -> Cases:
    """JAX without jit, in double precision; each case waits for the result."""
    library, numpy = import_module("jax"), import_module("jax.numpy")
    library.config.update("jax_enable_x64", val=True)

    def f(x: Any) -> Any:
        return ten_operations(x, numpy)

    return {
        "grad": lambda: library.grad(f)(X).block_until_ready(),
        "value_and_grad": lambda: library.block_until_ready(library.value_and_grad(f)(X)),
        "hessian": lambda: library.hessian(rosenbrock)(numpy.array(POINT)).block_until_ready(),
    }


def torch() -> Cases:
    """PyTorch eager, in double precision."""
    library = import_module("torch")
    library.set_num_threads(1)

    def value_and_grad() -> tuple[float, float]:
        x = library.tensor(X, dtype=library.float64, requires_grad=True)
        y = ten_operations(x, library)
        return y.item(), library.autograd.grad(y, x)[0].item()

    def hessian() -> Any:
        return library.autograd.functional.hessian(rosenbrock, library.tensor(POINT, dtype=library.float64))

    return {"grad": lambda: value_and_grad()[1], "value_and_grad": value_and_grad, "hessian": hessian}


LIBRARIES = {library.__name__: library for library in (chainrule, hips, jax, torch)}


def seconds_per_call(run: Callable[[], Any]) -> float:
    """The mean over as many calls as fit into a batch."""
    calls, start = 0, time.perf_counter()
    stop = start + BATCH
    while time.perf_counter() < stop:
        run()
        calls += 1
    return (time.perf_counter() - start) / calls


def flat(result: Any) -> list[float]:
    """The numbers of a result, whatever holds them."""
    if isinstance(result, (list, tuple)) or getattr(result, "shape", None):
        return [number for part in result for number in flat(part)]
    return [float(result)]


def main() -> None:
    """Answer the requests of the caller until it closes the pipe."""
    cases = LIBRARIES[sys.argv[1]]()
    print(json.dumps({name: flat(run()) for name, run in cases.items()}), flush=True)  # noqa: T201 -- the protocol
    for line in sys.stdin:
        print(seconds_per_call(cases[line.strip()]), flush=True)  # noqa: T201 -- the protocol


if __name__ == "__main__":
    main()
