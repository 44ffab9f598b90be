"""The backends, and what each of them does: it makes a kernel of a tape.

A backend is a module with one function, ``build(tape, batched, summed) -> Kernel``:

* ``tape``: any verified tape without guards, of single assignment or not; with sums of products where the entry in
  ``BACKENDS`` says that it ``fuses``.
* ``batched``: one bool for each input of the tape: True where every example has its own number, False where all
  share one. Live leaves are always shared.
* ``summed``: whether the kernel returns the sum of each output over the examples.

The kernel is called as ``kernel(shared, lanes)``, from any number of threads at once:

* ``shared``: the inputs that are not batched, in order, then the live leaves; float64, contiguous.
* ``lanes``: one contiguous row for each batched input, one column for each example; of shape (0, 1) where
  nothing is batched.

It returns a new float64 array: one row for each output and one column for each example, or, where ``summed``, one
number for each output. Arithmetic is IEEE 754: nothing raises, nothing warns. Arguments are not written to.

A backend that cannot compute an operation refuses it in ``build`` with ``NotImplementedError`` that names it.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, cast

from autograd.compiled import core
from autograd.replay.tape import Floats, Tape

__all__ = ["BACKENDS", "Build", "Kernel", "available", "choose", "load_backend"]


class Kernel(Protocol):
    """A tape made executable."""

    def __call__(self, shared: Floats, lanes: Floats) -> Floats:
        """The outputs, of shape (outputs, examples), or (outputs,) where summed."""


Build = Callable[[Tape, Sequence[bool], bool], Kernel]


class _Entry(NamedTuple):
    module: str
    requires: str | None
    """The module that must be importable."""
    extra: str
    """The extra of this distribution that installs it; empty for what is compiled with it."""
    fuses: bool = False
    """Whether it wants chains of additions as sums of products: see :func:`autograd.replay.optimise.fuse_dots`."""
    folds: bool = False
    """Whether it computes what folds an operation in one go, and wants it whole."""


BACKENDS: dict[str, _Entry] = {
    "python": _Entry("autograd.replay.backends.python_source", None, ""),
    "numpy": _Entry("autograd.replay.backends.numpy_lanes", None, "", fuses=True, folds=True),
    "c": _Entry("autograd.replay.backends.c_lanes", "autograd._lanes", "", fuses=True),
    "numba": _Entry("autograd.replay.backends.numba_loops", "numba", "fast", fuses=True),
    "jax": _Entry("autograd.replay.backends.jax_export", "jax", "jax", fuses=True),
}


def available(name: str) -> bool:
    """Whether the backend ``name`` can be used here; does not import it."""
    requires = BACKENDS[name].requires
    there = requires is None or importlib.util.find_spec(requires) is not None
    return there or (name == "c" and core is not None)


def choose(name: str, *, batched: bool) -> list[str]:
    """The backends to try, best first, for ``backend=name``.

    Raises:
        ValueError: there is no such backend.
        ModuleNotFoundError: it needs a package that is not installed.
    """
    if name == "auto":
        return list(filter(available, ["c", *["numpy"] * batched, "python"]))
    if name not in BACKENDS:
        raise ValueError(f"unknown backend {name!r}; known: 'auto', {', '.join(map(repr, BACKENDS))}")
    if not available(name):
        _, requires, extra, *_ = BACKENDS[name]
        what, way = f"the package {requires!r}, which is not installed", f"pip install 'chainrule[{extra}]'"
        if name == "c":
            what, way = (
                "what is compiled with the package, which is not there",
                "install the package where there is a C compiler",
            )
        raise ModuleNotFoundError(f"backend={name!r} needs {what}: {way}", name=requires)
    return [name]


def load_backend(name: str) -> Build:
    """The ``build`` function of the backend ``name``, importing it at its first use."""
    return cast("Build", importlib.import_module(BACKENDS[name].module).build)
