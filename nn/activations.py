"""Activation functions by name.

An activation is any function from a Value to a Value; softmax alone is one of all outputs of a layer together.
The table only gives names to functions that the engine has; their derivatives are the engine's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from autograd import elu, gelu, leaky_relu, relu, sigmoid, silu, softmax, softplus, softsign, tanh
from nn.module import nearest

__all__ = ["ACTIVATIONS", "Activation", "identity", "joins_outputs", "name_of", "resolve_activation"]

Activation: TypeAlias = Callable[[Any], Any]
"""A function of one number, on floats and on Values; or softmax, of a list of them."""


def identity(x: Any) -> Any:
    """The number itself: the activation of a linear layer, where a and z are one node."""
    return x


ACTIVATIONS: dict[str, Activation] = {
    "identity": identity,
    "linear": identity,
    "sigmoid": sigmoid,
    "logistic": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "gelu": gelu,
    "silu": silu,
    "softplus": softplus,
    "softsign": softsign,
    "softmax": softmax,
}
"""Every activation by name; ``linear`` and ``logistic`` are second names."""


def resolve_activation(activation: str | Activation) -> Activation:
    """The function that a name stands for; a function stands for itself.

    Raises:
        ValueError: no activation has this name.
        TypeError: neither a name nor a function.

    >>> from nn.activations import resolve_activation
    >>> resolve_activation("logistic")(0.0)
    0.5
    """
    if callable(activation) and not isinstance(activation, type):
        return activation
    if not isinstance(activation, str):
        raise TypeError(f"an activation must be a name or a function from a Value to a Value, got {activation!r:.200}")
    if activation not in ACTIVATIONS:
        known, near = ", ".join(ACTIVATIONS), nearest(activation, ACTIVATIONS)
        raise ValueError(f"unknown activation {activation!r}; known: {known}; or give a function.{near}")
    return ACTIVATIONS[activation]


def joins_outputs(activation: Activation) -> bool:
    """Whether it takes the outputs of a layer together, as softmax, and not each by itself."""
    return activation is softmax


def name_of(activation: Activation) -> str:
    """What an activation is called in a repr."""
    return getattr(activation, "__name__", type(activation).__name__)
