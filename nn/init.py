"""Where weights start: distributions by name, and the random generator they are drawn from."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from nn.module import nearest

__all__ = ["INITIALIZERS", "Initializer", "generator", "resolve_init"]

Initializer: TypeAlias = Callable[[int, int, np.random.Generator], float]
"""``init(nin, nout, rng)``: one starting weight of a layer with ``nin`` inputs and ``nout`` neurons."""


def _uniform(variance: float, rng: np.random.Generator) -> float:
    limit = math.sqrt(3.0 * variance)
    return rng.uniform(-limit, limit)


def _normal(variance: float, rng: np.random.Generator) -> float:
    return rng.normal(0.0, math.sqrt(variance))


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
    if callable(init):
        return init
    if not isinstance(init, str):
        raise TypeError(f"init is a name or a function (nin, nout, rng) -> float, not {init!r}")
    if init not in INITIALIZERS:
        raise ValueError(
            f"unknown init {init!r}; known: {', '.join(INITIALIZERS)}; or give a function.{nearest(init, INITIALIZERS)}"
        )
    return INITIALIZERS[init]


def generator(rng: Any, name: str = "rng") -> np.random.Generator:
    """A random generator from a seed, from None (fresh entropy), or the generator itself.

    Args:
        rng: the seed or generator.
        name: of the argument, for messages.

    Raises:
        TypeError: not a seed, a ``numpy.random.Generator`` or None.
        ValueError: a negative seed.

    >>> from nn.init import generator
    >>> generator(7).uniform() == generator(7).uniform()
    True
    """
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name} is a seed (an int from 0), a numpy.random.Generator or None, not {rng!r}") from None
