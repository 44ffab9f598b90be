"""A layer: neurons that share their inputs, a[l] = g(a[l-1] W[l] + b[l])."""

from __future__ import annotations

from typing import Any

from autograd import Value, scope
from nn.activations import Activation, identity, joins_outputs, name_of
from nn.init import Initializer, generator, resolve_init
from nn.module import Module, counted
from nn.neuron import Neuron, as_inputs, chosen_activation
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
        self.nin, self.nout = whole_number(nin, "nin"), whole_number(nout, "nout")
        self.layer = whole_number(layer, "layer")
        draw, random = resolve_init(init), generator(rng)
        chosen = chosen_activation(activation, nonlin=nonlin)
        self._joint = chosen if joins_outputs(chosen) else None
        if self._joint and nout == 1:
            raise ValueError("softmax of one output is 1 whatever the input: give sigmoid to a layer with nout=1")
        self.neurons = [
            Neuron(
                nin, activation=identity if self._joint else chosen, bias=bias,
                init=lambda nin, _, rng: draw(nin, nout, rng), rng=random, layer=layer, index=index,
            )
            for index in range(1, nout + 1)
        ]  # fmt: skip

    @property
    def activation(self) -> Activation:
        """The activation function of its neurons, or of all of them together."""
        return self._joint or self.neurons[0].activation

    def __call__(self, x: Any) -> Any:
        """The outputs on one example: a list of Values, or the bare Value if there is one neuron.

        Raises:
            ValueError: not ``nin`` inputs.
            TypeError: not a sequence of numbers and Values.
        """
        outputs = self.forward(as_inputs(x, self.nin, self.layer, self))
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
