"""A layer: neurons that share their inputs, a[l] = g(a[l-1] W[l] + b[l])."""

from __future__ import annotations

from typing import Any, ClassVar

from autograd import Value, scope
from nn.activations import Activation, identity, joins_outputs, name_of, resolve_activation
from nn.init import Initializer, resolve_init, weight_generator
from nn.module import Module, counted
from nn.neuron import Neuron, as_inputs, chosen_activation, switched
from nn.numeric import whole_number

__all__ = ["Layer"]


class Layer(Module):
    """``nout`` neurons with the same ``nin`` inputs.

    Args:
        nin: how many inputs it takes.
        nout: how many neurons it has.
        nonlin, activation, bias, init, rng: as of :class:`~nn.Neuron`, for every neuron; and the activation may
            be softmax, of all outputs together.
        layer: its number in the network, counted from 1; for names.

    >>> from nn import Layer
    >>> layer = Layer(3, 2, activation="sigmoid", rng=0)
    >>> layer
    Layer(3 -> 2 sigmoid; 8 parameters)
    >>> [a.label for a in layer([1.0, 2.0, 3.0])]
    ['a1[1]', 'a2[1]']
    """

    nin: int
    layer: int
    _joint: Activation | None
    fixed: ClassVar = {
        "_joint": "set activation",
        "nin": "its neurons have one weight for each input, so make another Layer",
        "nout": "it is the number of its neurons, so make another Layer",
        "layer": Neuron.fixed["layer"],
        "bias": Neuron.fixed["bias"],
        "init": Neuron.fixed["init"],
        "rng": Neuron.fixed["rng"],
    }

    def __init__(  # noqa: PLR0913 -- each argument is optional, named and independent
        self,
        nin: int,
        nout: int,
        nonlin: bool = True,  # noqa: FBT001, FBT002 -- the signature of micrograd
        *,
        activation: str | Activation | None = None,
        bias: bool = True,
        init: str | Initializer = "uniform",
        rng: Any = None,
        layer: int = 1,
    ) -> None:
        settled = {
            name: whole_number(number, name) for name, number in (("nin", nin), ("nout", nout), ("layer", layer))
        }
        vars(self).update(nin=settled["nin"], layer=settled["layer"])
        draw, random = resolve_init(init), weight_generator(rng)
        chosen = chosen_activation(activation, nonlin=nonlin)
        vars(self).update(_joint=self._checked_joint(chosen, nout))
        self.neurons = [
            Neuron(
                nin, activation=identity if self._joint else chosen, bias=bias,
                init=lambda nin, _, rng: draw(nin, nout, rng), rng=random, layer=layer, index=index,
            )
            for index in range(1, nout + 1)
        ]  # fmt: skip

    @property
    def nout(self) -> int:
        """How many neurons it has."""
        return len(self.neurons)

    @property
    def activation(self) -> Activation:
        """The activation function of its neurons, or of all of them together; a name or another may be set."""
        return self._joint or self.neurons[0].activation

    @activation.setter
    def activation(self, activation: str | Activation) -> None:
        chosen = resolve_activation(activation)
        vars(self).update(_joint=self._checked_joint(chosen, self.nout))
        for neuron in self.neurons:
            neuron.activation = identity if self._joint else chosen

    @property
    def nonlin(self) -> bool:
        """Whether it has an activation; False may be set, and True for ReLU."""
        return self.activation is not identity

    @nonlin.setter
    def nonlin(self, on: bool) -> None:
        self.activation = switched(self.activation, on)

    @staticmethod
    def _checked_joint(activation: Activation, nout: int) -> Activation | None:
        """``activation`` if it takes all outputs together."""
        if not joins_outputs(activation):
            return None
        if nout == 1:
            raise ValueError("softmax of one output is 1 whatever the input: give sigmoid to a layer with nout=1")
        return activation

    def __call__(self, x: Any, *more: Any) -> Any:
        """The outputs on one example: a list of Values, or the bare Value if there is one neuron.

        Raises:
            ValueError: not ``nin`` inputs.
            TypeError: not a sequence of numbers and Values.
        """
        outputs = self.forward(as_inputs(x, self.nin, self.layer, self, more))
        return outputs[0] if len(outputs) == 1 else outputs

    def forward(self, inputs: list[Value]) -> list[Value]:
        """The outputs on ``inputs`` that are known to be ``nin`` Values."""
        if self._joint is None:
            return [neuron.forward(inputs) for neuron in self.neurons]
        sums = [neuron.weighted_sum(inputs) for neuron in self.neurons]
        with scope(f"layer {self.layer}/{name_of(self._joint)}"):
            outputs: list[Value] = self._joint(sums)
        for place, a in enumerate(outputs, start=1):
            a.label = f"a{place}[{self.layer}]"
        return outputs

    def __repr__(self) -> str:
        shape = f"{self.nin} -> {self.nout} {name_of(self.activation)}"
        return f"Layer({shape}; {counted(len(self.parameters()), 'parameter')})"
