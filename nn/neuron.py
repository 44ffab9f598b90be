"""One neuron, a = g(W1·a1 + W2·a2 + ... + b), built from Values under the names of the notes.

``W12[1]`` is the weight of layer 1 from input 1 to neuron 2, ``b2[1]`` the bias of that neuron, ``z2[1]`` its
weighted sum, ``a2[1]`` its output; ``a1[0]`` is the first input of the network. Where an index of a weight has
two digits a comma parts them: ``W1,12[1]``. A neuron's nodes and parameters have the scope
``"layer 1/neuron 2"``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar

import numpy as np

from autograd import Parameter, Value, scope
from nn.activations import Activation, identity, joins_outputs, name_of, resolve_activation
from nn.init import Initializer, resolve_init, weight_generator
from nn.module import Module, ParameterList, counted
from nn.numeric import whole_number

__all__ = ["Neuron", "as_inputs", "chosen_activation", "switched"]


_NAMES_ARE_GIVEN = "its nodes and parameters are named by it, so give it when you make the module"
_BEGINNINGS = {
    "bias": "b is the bias itself; give bias=False when you make the module to have none",
    "init": "it says where the weights start; set .data of the Parameters in w to change them",
    "rng": "it draws where the weights start; set .data of the Parameters in w to change them",
}
"""What is fixed when a module is made, and what to do to have it otherwise: see :attr:`nn.Module.fixed`."""


class Neuron(Module):
    """A neuron with ``nin`` inputs.

    Args:
        nin: how many inputs it takes.
        nonlin: False for a linear neuron.
        activation: a name or a function of a Value; ReLU if not given.
        bias: whether it has a bias, which starts at 0.
        init: the distribution of the weights, by name or as ``init(nin, nout, rng)``; uniform from -1 to 1.
        rng: a seed, a ``numpy.random.Generator`` or a ``random.Random`` for the weights; None draws them from Python's
            ``random``, in micrograd's order, so that ``random.seed`` settles them.
        layer: the layer it belongs to, counted from 1; for names.
        index: its place in that layer, counted from 1; for names.

    Attributes:
        w: the weights, one Parameter per input.
        b: the bias, a Parameter; None without one.
        activation: the function from z to a; a name or another function may be set.
        nonlin: whether there is one; False may be set, and True for ReLU.
        nin, layer, index: as given; fixed.

    A linear neuron has no activation node: its z is its a, one node, labelled ``a``, for that is what the next
    layer and the loss take.

    >>> from nn import Neuron
    >>> neuron = Neuron(2, activation="tanh", rng=0)
    >>> [p.label for p in neuron.parameters()]
    ['W11[1]', 'W21[1]', 'b1[1]']
    >>> neuron.w[0].data, neuron.w[1].data, neuron.b.data = 3.0, 1.0, -1.0
    >>> a = neuron([0.5, -1.0])
    >>> a.label, a.parents[0].label, a.parents[0].data, a.scope
    ('a1[1]', 'z1[1]', -0.5, 'layer 1/neuron 1')
    """

    nin: int
    layer: int
    index: int
    _scope: str
    _z_label: str
    _a_label: str
    fixed: ClassVar = {
        **dict.fromkeys(("_scope", "_z_label", "_a_label"), _NAMES_ARE_GIVEN),
        "nin": "it has one weight for each input, so make another Neuron",
        "layer": _NAMES_ARE_GIVEN,
        "index": _NAMES_ARE_GIVEN,
        **_BEGINNINGS,
    }

    def __init__(  # noqa: PLR0913 -- each argument is optional, named and independent
        self,
        nin: int,
        nonlin: bool = True,  # noqa: FBT001, FBT002 -- the signature of micrograd
        *,
        activation: str | Activation | None = None,
        bias: bool = True,
        init: str | Initializer = "uniform",
        rng: Any = None,
        layer: int = 1,
        index: int = 1,
    ) -> None:
        self.activation = chosen_activation(activation, nonlin=nonlin)
        settled = {
            name: whole_number(number, name) for name, number in (("nin", nin), ("layer", layer), ("index", index))
        }
        vars(self).update(settled)
        draw, random = resolve_init(init), weight_generator(rng)
        vars(self).update(
            _scope=f"layer {layer}/neuron {index}", _z_label=f"z{index}[{layer}]", _a_label=f"a{index}[{layer}]"
        )
        with scope(self._scope):
            weights = [Parameter(draw(nin, 1, random), _weight_name(i, index, layer)) for i in range(1, nin + 1)]
            self.w = ParameterList(weights, "w", f"neuron {index} of layer {layer}")
            self.b = Parameter(0.0, f"b{index}[{layer}]") if bias else None

    def __setattr__(self, name: str, new: Any) -> None:
        """Set an attribute; an activation also by its name."""
        if name == "activation":
            new = resolve_activation(new)
            if joins_outputs(new):
                raise ValueError(
                    f"{name_of(new)} is an activation of the outputs of a layer together: give it to a Layer"
                )
        super().__setattr__(name, new)

    @property
    def nonlin(self) -> bool:
        """Whether it has an activation."""
        return self.activation is not identity

    @nonlin.setter
    def nonlin(self, on: bool) -> None:
        self.activation = switched(self.activation, on)

    def __call__(self, x: Any, *more: Any) -> Value:
        """The output a on one example, a sequence of ``nin`` numbers or Values.

        Raises:
            ValueError: not ``nin`` inputs.
            TypeError: not a sequence of numbers and Values.
        """
        return self.forward(as_inputs(x, self.nin, self.layer, self, more))

    def forward(self, inputs: list[Value]) -> Value:
        """The output a on ``inputs`` that are known to be ``nin`` Values."""
        with scope(self._scope):
            z = self._weighted_sum(inputs)
            a = self.activation(z)
        if not isinstance(a, Value):
            raise TypeError(
                f"the activation {name_of(self.activation)} of {self!r} gave {a!r}, not a Value, so no gradient can "
                f"flow through it: write it with autograd's functions and the operators of a Value"
            )
        a.label = self._a_label
        return a

    def weighted_sum(self, inputs: list[Value]) -> Value:
        """The sum z on ``inputs`` that are known to be ``nin`` Values, for a layer with an activation of its own."""
        with scope(self._scope):
            return self._weighted_sum(inputs)

    def _weighted_sum(self, inputs: list[Value]) -> Value:
        weights = iter(self.w)
        values = iter(inputs)
        z: Value = next(weights) * next(values)
        for w, x in zip(weights, values, strict=True):
            z = z + w * x
        if self.b is not None:
            z = z + self.b
        z.label = self._z_label
        return z

    def __repr__(self) -> str:
        name = name_of(self.activation)
        return f"Neuron({self.nin} -> 1 {name}; {counted(len(self.parameters()), 'parameter')})"


def chosen_activation(activation: str | Activation | None, *, nonlin: bool) -> Activation:
    """The activation that is asked for; ReLU if none is, and none for a linear neuron."""
    check_switch(nonlin)
    if activation is None:
        return resolve_activation("relu") if nonlin else identity
    if not nonlin:
        raise ValueError(f"nonlin=False is a linear neuron; leave it out to use activation={activation!r}")
    return resolve_activation(activation)


def switched(activation: Activation, on: Any) -> Activation:
    """``activation`` switched on, which is ReLU if there was none, or off."""
    check_switch(on)
    if not on:
        return identity
    return resolve_activation("relu") if activation is identity else activation


def check_switch(nonlin: Any) -> None:
    """Refuse what is neither True nor False, such as the name of an activation."""
    if not isinstance(nonlin, (bool, np.bool_)):
        raise TypeError(f"nonlin must be True or False, got {nonlin!r}; activation takes a name or a function")


def as_inputs(x: Any, count: int, layer: int, taker: Module, more: tuple[Any, ...] = ()) -> list[Value]:
    """One example as Values, named ``a1[0]``, ``a2[0]`` ... for layer 1.

    A number becomes a Value; a Value stays the same node, and is named only if it has no name yet.

    Args:
        x: a sequence of numbers and Values, such as a list or a row of an array; where there is one, also bare.
        count: how many there must be.
        layer: the layer that takes them.
        taker: who takes them, for messages.
        more: what else it was called with, which is refused.
    """
    if more:
        raise TypeError(
            f"{taker!r} takes one example, a list of {counted(count, 'input')}, got {1 + len(more)} arguments: put "
            f"them in a list, as in model([{', '.join(f'{number!r:.20}' for number in (x, *more))}])"
        )
    if isinstance(x, np.ndarray):
        x = x.tolist()
    if count == 1 and not isinstance(x, Iterable):
        x = [x]
    if not isinstance(x, Iterable) or isinstance(x, (str, bytes, Mapping, AbstractSet)):
        raise TypeError(f"{taker!r} takes one example, a list of {counted(count, 'input')}, got {x!r}")
    inputs = list(x)
    if len(inputs) != count:
        raise ValueError(
            f"{taker!r} expects {counted(count, 'input')} but got {len(inputs)}: layer {layer} has one weight for each"
        )
    for position, number in enumerate(inputs):
        if not isinstance(number, Value):
            try:
                inputs[position] = Value(number, f"a{position + 1}[{layer - 1}]")
            except TypeError as error:
                hint = ". It takes one example at a time: call it on each row" if _is_row(number) else ""
                raise TypeError(f"{taker!r}, input {position + 1}: {error}{hint}") from None
        elif not number.label:
            number.label = f"a{position + 1}[{layer - 1}]"
    return inputs


def _is_row(thing: Any) -> bool:
    return isinstance(thing, (list, tuple, np.ndarray))


def _weight_name(source: int, target: int, layer: int) -> str:
    comma = "," if source > 9 or target > 9 else ""
    return f"W{source}{comma}{target}[{layer}]"
