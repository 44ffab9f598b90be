"""Activation functions by name.

An activation is any function from a Value to a Value; softmax alone takes all outputs of a layer together. The table
only gives names to functions of the engine, which knows their derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from autograd import elu, gelu, leaky_relu, relu, sigmoid, silu, softmax, softplus, softsign, tanh
from nn.arguments import resolved

__all__ = [
    "ACTIVATIONS", "Activation", "chosen_activation", "identity", "joins_outputs", "resolve_activation", "switched",
]  # fmt: skip

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
    return resolved("an activation", activation, ACTIVATIONS, "a function from a Value to a Value")


def chosen_activation(activation: str | Activation | None, *, nonlin: bool) -> Activation:
    """The activation asked for; by default ReLU, or none for a linear neuron."""
    _check_switch(nonlin)
    if activation is None:
        return relu if nonlin else identity
    if not nonlin:
        raise ValueError(f"nonlin=False is a linear neuron; leave it out to use activation={activation!r}")
    return resolve_activation(activation)


def switched(activation: Activation, on: Any) -> Activation:
    """``activation`` switched on, ReLU if there was none; or off."""
    _check_switch(on)
    if not on:
        return identity
    return relu if activation is identity else activation


def _check_switch(nonlin: Any) -> None:
    """Refuse what is neither True nor False, such as the name of an activation."""
    if not isinstance(nonlin, (bool, np.bool_)):
        raise TypeError(f"nonlin must be True or False, got {nonlin!r}; activation takes a name or a function")


def joins_outputs(activation: Activation) -> bool:
    """Whether it takes the outputs of a layer together, as softmax does."""
    return activation is softmax
