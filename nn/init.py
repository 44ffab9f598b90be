"""Initial weights: distributions by name, and the random generator they are drawn from."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from nn.arguments import resolved

__all__ = ["INITIALIZERS", "Initializer", "generator", "resolve_init", "weight_generator"]

Initializer: TypeAlias = Callable[[int, int, Any], float]
"""``init(nin, nout, rng)``: one starting weight of a layer with ``nin`` inputs and ``nout`` neurons; ``rng`` has what a
``numpy.random.Generator`` has."""


def _uniform(variance: float, rng: Any) -> float:
    limit = math.sqrt(3.0 * variance)
    return float(rng.uniform(-limit, limit))


def _normal(variance: float, rng: Any) -> float:
    return float(rng.normal(0.0, math.sqrt(variance)))


INITIALIZERS: dict[str, Initializer] = {
    "uniform": lambda nin, nout, rng: rng.uniform(-1.0, 1.0),
    "xavier_uniform": lambda nin, nout, rng: _uniform(2.0 / (nin + nout), rng),
    "xavier_normal": lambda nin, nout, rng: _normal(2.0 / (nin + nout), rng),
    "he_uniform": lambda nin, nout, rng: _uniform(2.0 / nin, rng),
    "he_normal": lambda nin, nout, rng: _normal(2.0 / nin, rng),
    "lecun_uniform": lambda nin, nout, rng: _uniform(1.0 / nin, rng),
    "lecun_normal": lambda nin, nout, rng: _normal(1.0 / nin, rng),
    "zeros": lambda nin, nout, rng: 0.0,
    "ones": lambda nin, nout, rng: 1.0,
}
INITIALIZERS |= {
    f"{author}_{shape}": INITIALIZERS[f"{known}_{shape}"]
    for author, known in (("glorot", "xavier"), ("kaiming", "he"))
    for shape in ("uniform", "normal")
}
"""Every initializer by name; ``glorot_*`` and ``kaiming_*`` are second names of ``xavier_*`` and ``he_*``.

``uniform`` is micrograd's: between -1 and 1 whatever the width. The others have a variance that keeps the spread
of signals from layer to layer: 2/(nin + nout) for xavier, 2/nin for he (for ReLU), 1/nin for lecun.

Source: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks"
(2010), for ``xavier_*``; K. He et al., "Delving deep into rectifiers" (2015), for ``he_*``; Y. LeCun et al.,
"Efficient BackProp" (1998), section 4.6, for ``lecun_*``.
"""


def resolve_init(init: str | Initializer) -> Initializer:
    """The function that a name stands for; a function ``init(nin, nout, rng)`` stands for itself.

    Raises:
        ValueError: no initializer has this name.
        TypeError: neither a name nor a function.

    >>> from nn.init import generator, resolve_init
    >>> resolve_init("zeros")(3, 2, generator(0))
    0.0
    """
    return resolved("init", init, INITIALIZERS, "a function (nin, nout, rng) -> float")


class PythonRandom:
    """Draws from Python's ``random``, or a ``random.Random``, under the names of a NumPy generator.

    ``uniform`` draws what ``random.uniform`` draws, so that ``random.seed`` does what its users expect. Whatever else
    an initializer asks for comes from a ``numpy.random.Generator`` that is seeded by it.
    """

    def __init__(self, source: Any) -> None:
        self._source = source
        self._numpy: np.random.Generator | None = None

    def uniform(self, low: float = 0.0, high: float = 1.0, size: Any = None) -> Any:
        """One number from low to high, or an array of them."""
        if size is not None:
            return self._generator().uniform(low, high, size)
        return self._source.uniform(low, high)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._generator(), name)

    def _generator(self) -> np.random.Generator:
        if self._numpy is None:
            self._numpy = np.random.default_rng(self._source.getrandbits(128))
        return self._numpy


def weight_generator(rng: Any) -> Any:
    """The source of weights: as :func:`generator`, but None is Python's ``random``, as in micrograd.

    >>> import random
    >>> from nn.init import weight_generator
    >>> random.seed(1337)
    >>> first = weight_generator(None).uniform(-1.0, 1.0)
    >>> random.seed(1337)
    >>> first == random.uniform(-1, 1) == weight_generator(random.Random(1337)).uniform(-1.0, 1.0)
    True
    """
    if rng is None:
        return PythonRandom(random)
    if isinstance(rng, random.Random):
        return PythonRandom(rng)
    return rng if isinstance(rng, PythonRandom) else generator(rng)


def generator(rng: Any, name: str = "rng") -> np.random.Generator:
    """A NumPy generator from a seed, from None (fresh entropy), from a ``random.Random``; or the generator itself.

    Raises:
        TypeError: not a seed, a ``numpy.random.Generator``, a ``random.Random`` or None.
        ValueError: a negative seed.

    >>> from nn.init import generator
    >>> generator(7).uniform() == generator(7).uniform()
    True
    """
    try:
        return np.random.default_rng(rng.getrandbits(128) if isinstance(rng, random.Random) else rng)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"{name} must be a seed (a whole number, 0 or more), a numpy.random.Generator, a random.Random or None, "
            f"got {rng!r}"
        ) from None
