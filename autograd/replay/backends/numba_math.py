"""What forwards use of Python's floats and ``math`` and numba does not know: taken from C's own library.

Importing this module teaches numba the functions; each is left alone where numba knows it already.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from numba import types
from numba.core.registry import cpu_target
from numba.extending import overload, overload_method

__all__: list[str] = []

_FROM_C = {"cbrt": 1, "exp2": 1, "fmod": 2, "remainder": 2}
"""Functions of ``math`` that C's library has under the same name, with how many arguments they take."""


def _known(function: Callable[..., Any]) -> bool:
    context = cpu_target.typing_context
    context.refresh()
    try:
        context.resolve_value_type(function)
    except Exception:  # noqa: BLE001 -- numba's own errors differ from version to version
        return False
    return True


def _teach(name: str, n: int) -> None:
    external = types.ExternalFunction(name, types.float64(*[types.float64] * n))
    # numba compares the two parameter lists, so neither may carry annotations.
    unary, binary = (lambda x: lambda x: external(x)), (lambda x, y: lambda x, y: external(x, y))  # noqa: PLW0108
    overload(getattr(math, name))(unary if n == 1 else binary)


for _name, _n in _FROM_C.items():
    if hasattr(math, _name) and not _known(getattr(math, _name)):
        _teach(_name, _n)

# From 2**53 on every float is whole.
overload_method(types.Float, "is_integer")(
    lambda x: lambda x: (math.fabs(x) >= 2.0**53 and not math.isinf(x)) or x == math.floor(x)
)
