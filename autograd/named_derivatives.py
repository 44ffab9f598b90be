"""First and second derivatives by name: the greeks of a price, the sensitivities of a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.primitives import as_float
from autograd.trace import Trace, Transformed
from autograd.transforms import one_number, value_and_grad
from autograd.value import Value

__all__ = ["sensitivities"]


def sensitivities(f: Callable[..., Any], order: int = 2) -> Callable[..., dict[Any, Any]]:
    """The value of ``f`` and its derivatives with respect to its keyword arguments, in one dict.

    Its keys: ``"value"``; the name of an argument for a first derivative, ``"spot"``; a pair of names for a second
    one, ``("spot", "vol")``, to be read as ``d["spot", "vol"]``. A pair is there in both orders.

    Each keyword argument that is a number is a variable, an int as well. A str, a bool and None are handed on as
    they are, and so is everything that is passed by position.

    Args:
        f: returns one number.
        order: 1 for first derivatives alone, 2 for second ones as well.

    Raises:
        ValueError: ``order`` is not 1 or 2; an argument is called "value", or none is a number.
        TypeError: a keyword argument is neither a number nor one of those, or ``f`` does not return one number.

    >>> from autograd import sensitivities
    >>> volume = sensitivities(lambda radius, height: 3 * radius**2 * height)(radius=2.0, height=5.0)
    >>> volume["value"], volume["radius"], volume["height"]
    (60.0, 60.0, 12.0)
    >>> volume["radius", "radius"], volume["radius", "height"], volume["height", "height"]
    (30.0, 12.0, 0.0)
    """
    if not callable(f):
        raise TypeError(
            f"sensitivities: f must be a function, got {f!r}: give it the function itself, then call what comes back"
        )
    if order not in (1, 2):
        raise ValueError(f"sensitivities: order must be 1 or 2, got {order!r}")
    return Transformed(sensitivities, f, (order,), _by_name)


def _by_name(f: Callable[..., Any], settings: tuple[int], args: Any, kwargs: Any) -> dict[Any, Any]:
    numbers = {name: _number(name, given) for name, given in kwargs.items() if not _is_setting(given)}
    if not numbers or "value" in numbers:
        problem = "an argument cannot be called 'value', the key of the value itself" if numbers else _NO_NUMBER
        raise ValueError(f"sensitivities: {problem}")

    def by_place(*values: Value) -> Value:
        named = {name: value.named(name) for name, value in zip(numbers, values, strict=True)}
        return one_number("sensitivities", f(*args, **kwargs | named))

    return (_first_order if settings == (1,) else _second_order)(by_place, numbers)


_NO_NUMBER = "pass at least one number by keyword, as in sensitivities(f)(spot=100.0)"


def _is_setting(given: Any) -> bool:
    return given is None or isinstance(given, (str, bool, np.bool_))


def _number(name: str, given: Any) -> Any:
    return given if isinstance(given, Value) else as_float(given, f"sensitivities: the keyword argument {name!r}")


def _first_order(fun: Callable[..., Value], numbers: dict[str, Any]) -> dict[Any, Any]:
    value, firsts = value_and_grad(fun, tuple(range(len(numbers))))(*numbers.values())
    return {"value": value} | dict(zip(numbers, firsts, strict=True))


def _second_order(fun: Callable[..., Value], numbers: dict[str, Any]) -> dict[Any, Any]:
    """One run of ``fun``, one sweep that records the gradient, and one over that record for each of its parts."""
    places = tuple(range(len(numbers)))
    trace = Trace(value_and_grad(fun, places), places, list(numbers.values()), {})
    value, firsts = trace.result
    rows = trace.gradients(firsts)
    value, *firsts = trace.settled([value, *firsts])
    seconds = {
        (one, other): rows[min(i, j)][max(i, j)] for i, one in enumerate(numbers) for j, other in enumerate(numbers)
    }
    return {"value": value} | dict(zip(numbers, firsts, strict=True)) | seconds
