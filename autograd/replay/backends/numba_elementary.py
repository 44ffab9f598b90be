"""The functions that numba is taught: exponentials and logarithms, polynomials and exact products in fewer steps.

Importing this module teaches it :mod:`~autograd.replay.backends.lane_functions`, a polynomial without its loop and a
product with a fused addition; and, from C's own library, what forwards use of Python's floats and ``math`` that it does
not know.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from llvmlite.binding import get_host_cpu_features
from numba import njit, types
from numba.core.registry import cpu_target
from numba.extending import intrinsic, overload, overload_method, register_jitable

from autograd.replay.backends import lane_functions
from autograd.rules.errorfree import even_and_odd, polynomial, rest_of_product

__all__ = ["IN_LANES", "KNOWN"]

_OPTIONS: Any = {"error_model": "numpy", "fastmath": {"contract"}, "_nrt": False, "forceinline": True}


# --- polynomials ------------------------------------------------------------------------------------------


class _Term:
    """A number of compiled code, by its name: arithmetic on it is written down as a line of that code."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name = name
        self._lines = lines

    def _line(self, expression: str) -> _Term:
        name = f"v{len(self._lines)}"
        self._lines.append(f"{name} = {expression}")
        return _Term(name, self._lines)

    def __add__(self, other: _Term) -> _Term:
        return self._line(f"{self.name} + {other.name}")

    def __mul__(self, other: _Term) -> _Term:
        return self._line(f"{self.name} * {other.name}")

    def __rmul__(self, other: float) -> _Term:
        return self._line(f"{other!r} * {self.name}")


def _straight(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    """``function``, of a polynomial with ``count`` pairs of coefficients and a number, without its loop.

    The loop is run once, on names, and leaves the lines of arithmetic that it did.
    """
    lines: list[str] = []
    pairs: Any = tuple(tuple(_Term(f"coefficients[{k}][{j}]", lines) for j in (0, 1)) for k in range(count))
    result: Any = function(pairs, _Term("t", lines))
    returned = ", ".join(term.name for term in (result if isinstance(result, tuple) else [result]))
    text = "".join(f"    {line}\n" for line in [*lines, f"return {returned}"])
    namespace: dict[str, Any] = {}
    exec(f"def straight(coefficients, t):\n{text}", namespace)  # noqa: S102 -- the lines of _Term
    straight: Callable[..., Any] = namespace["straight"]
    return straight


# numba hands over types, and compares the two lists of parameters, so neither may carry annotations.
overload(polynomial, jit_options=_OPTIONS)(lambda coefficients, t: _straight(polynomial, coefficients.count))
overload(even_and_odd, jit_options=_OPTIONS)(lambda coefficients, t: _straight(even_and_odd, coefficients.count))


# --- the error of a product -------------------------------------------------------------------------------


@intrinsic
def _multiply_add(context, x, y, z):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG001 -- numba's form
    """x·y + z, rounded once: one instruction of the processor."""
    return types.float64(x, y, z), lambda _context, builder, _signature, numbers: builder.fma(*numbers)


overload(rest_of_product, jit_options=_OPTIONS)(
    lambda x, y, product: lambda x, y, product: _multiply_add(x, y, -product)  # type: ignore[call-arg]
)

KNOWN = frozenset({polynomial, even_and_odd} | ({rest_of_product} if get_host_cpu_features().get("fma") else set()))
"""The functions that numba has another form of."""


# --- exp and log ------------------------------------------------------------------------------------------

for _helper in lane_functions.HELPERS:
    register_jitable(**_OPTIONS)(_helper)

IN_LANES: dict[Any, Callable[[float], float]] = {
    function: njit(**_OPTIONS)(straight) for function, straight in lane_functions.IN_LANES.items()
}
"""The stand-ins for functions of ``math`` in compiled code."""


# --- functions that numba does not know -------------------------------------------------------------------

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
