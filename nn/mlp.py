"""A multi-layer perceptron, and its parameters as the matrices of the notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np

from autograd import Parameter
from nn.activations import Activation, name_of, resolve_activation
from nn.init import Initializer, weight_generator
from nn.layer import Layer
from nn.module import Module, counted
from nn.neuron import as_inputs
from nn.numeric import Array, number_of, real_array, whole_number

__all__ = ["MLP", "Matrices"]

Matrices: TypeAlias = list[tuple[Array, Array | None]]
"""(W, b) per layer: W of shape (n_in, n_out), b of shape (n_out,), or None without a bias."""


class MLP(Module):
    """Layers one after the other: ``MLP(4, [3, 2, 1])`` is the 4-3-2-1 network.

    Args:
        nin: how many inputs it takes.
        nouts: the number of neurons of each layer.
        activation: of the hidden layers, which are all but the last, by name or as a function of a Value; or a
            list of them, one for each hidden layer.
        output_activation: of the last layer.
        bias: whether the neurons have biases, which start at 0.
        init: the distribution of the weights, by name or as ``init(nin, nout, rng)``; uniform from -1 to 1.
        rng: a seed, a ``numpy.random.Generator`` or a ``random.Random`` for the weights; None draws them from Python's
            ``random``, in micrograd's order, so that ``random.seed`` settles them.

    >>> from nn import MLP
    >>> model = MLP(4, [3, 2, 1], activation="sigmoid", output_activation="sigmoid", rng=0)
    >>> model
    MLP(4 -> 3 sigmoid -> 2 sigmoid -> 1 sigmoid; 26 parameters)
    >>> y = model([0.1, -0.2, 0.3, 0.4])
    >>> y.label, y.scope
    ('a1[3]', 'layer 3/neuron 1')
    """

    nin: int
    fixed: ClassVar = {
        "nin": "the neurons of its first layer have one weight for each input, so make another MLP",
        "nouts": "they are the numbers of neurons of its layers, so make another MLP",
        "activation": "set the activation of one of its layers, as in model.layers[0].activation = 'tanh'",
        "activations": "set the activation of one of its layers, as in model.layers[0].activation = 'tanh'",
        "output_activation": "set the activation of its last layer, as in model.layers[-1].activation = 'sigmoid'",
        "nonlin": "set nonlin of one of its layers, as in model.layers[0].nonlin = False",
        "bias": Layer.fixed["bias"],
        "init": Layer.fixed["init"],
        "rng": Layer.fixed["rng"],
    }

    def __init__(  # noqa: PLR0913 -- each argument is optional, named and independent
        self,
        nin: int,
        nouts: Iterable[int],
        *,
        activation: str | Activation | Sequence[str | Activation] = "relu",
        output_activation: str | Activation = "identity",
        bias: bool = True,
        init: str | Initializer = "uniform",
        rng: Any = None,
    ) -> None:
        vars(self).update(nin=whole_number(nin, "nin"))
        try:
            widths = [self.nin, *(whole_number(nout, f"nouts[{place}]") for place, nout in enumerate(nouts))]
        except TypeError as error:
            raise TypeError(f"nouts is the list of the layers' widths, such as [16, 16, 1]: {error}") from None
        if len(widths) == 1:
            raise ValueError("nouts names no layer: give at least one width, such as [1]")
        random, last = weight_generator(rng), len(widths) - 1
        functions = [*_hidden(activation, last - 1), resolve_activation(output_activation)]
        self.layers = [
            Layer(
                widths[number - 1], widths[number],
                activation=functions[number - 1],
                bias=bias, init=init, rng=random, layer=number,
            )
            for number in range(1, last + 1)
        ]  # fmt: skip

    @property
    def activations(self) -> list[Activation]:
        """The activation function of each layer, as :func:`nn.matrix_form.backprop` takes them."""
        return [layer.activation for layer in self.layers]

    def __call__(self, x: Any, *more: Any) -> Any:
        """The outputs on one example: a list of Values, or the bare Value if there is one.

        Args:
            x: a sequence of ``nin`` numbers or Values, such as a list or a row of an array; the one of ``nin=1``
                also bare. Numbers become Values named ``a1[0]``, ``a2[0]`` ..., and so do Values that have no name.
            more: refused; the numbers of an example are given in a list.

        Raises:
            ValueError: not ``nin`` inputs.
            TypeError: not a sequence of numbers and Values.
        """
        values = as_inputs(x, self.nin, 1, self, more)
        for layer in self.layers:
            values = layer.forward(values)
        return values[0] if len(values) == 1 else values

    def matrices(self) -> Matrices:
        """(W, b) of each layer as arrays: W of shape (n_in, n_out), b of shape (n_out,) or None.

        >>> from nn import MLP
        >>> [(W.shape, b.shape) for W, b in MLP(4, [3, 1]).matrices()]
        [((4, 3), (3,)), ((3, 1), (1,))]
        """
        return self._gather(lambda parameter: parameter.data)

    def gradient_matrices(self) -> Matrices:
        """(dL/dW, dL/db) of each layer, in the shapes of :meth:`matrices`; 0 where no gradient has come."""
        return self._gather(lambda parameter: number_of(parameter.grad))

    def set_matrices(self, matrices: Sequence[tuple[Any, Any]]) -> None:
        """Set every parameter from (W, b) of each layer: all of them, or on any error none.

        nan and infinities are taken as they are.

        Raises:
            ValueError: a wrong number of layers, a wrong shape, a bias where there is none or the reverse.
            TypeError: something that is not an array of real numbers.

        >>> from nn import MLP
        >>> model = MLP(2, [1])
        >>> model.set_matrices([([[2.0], [3.0]], [1.0])])
        >>> model([10.0, 100.0]).data
        321.0
        """
        if not isinstance(matrices, Iterable):
            raise TypeError(f"set_matrices takes a pair (W, b) for each layer, got {matrices!r}")
        pairs = list(matrices)
        if len(pairs) != len(self.layers):
            raise ValueError(f"set_matrices: {self!r} has {counted(len(self.layers), 'layer')}, {len(pairs)} given")
        checked = [_checked(pair, layer) for pair, layer in zip(pairs, self.layers, strict=True)]
        for (weights, biases), layer in zip(checked, self.layers, strict=True):
            for column, neuron in enumerate(layer.neurons):
                for row, parameter in enumerate(neuron.w):
                    parameter.data = weights[row, column]
                if neuron.b is not None and biases is not None:
                    neuron.b.data = biases[column]

    def _gather(self, read: Callable[[Parameter], float]) -> Matrices:
        gathered: Matrices = []
        for layer in self.layers:
            weights = np.array([[read(w) for w in neuron.w] for neuron in layer.neurons]).T
            biases = [read(neuron.b) for neuron in layer.neurons if neuron.b is not None]
            gathered.append((weights, np.array(biases) if biases else None))
        return gathered

    def __repr__(self) -> str:
        steps = "".join(f" -> {layer.nout} {name_of(layer.activation)}" for layer in self.layers)
        return f"MLP({self.nin}{steps}; {counted(len(self.parameters()), 'parameter')})"


def _checked(pair: Any, layer: Layer) -> tuple[Array, Array | None]:
    """(W, b) of one layer as arrays of the right shapes."""
    name = f"layer {layer.layer}"
    try:
        weights, biases = pair
    except (TypeError, ValueError):
        raise TypeError(f"set_matrices: {name} takes a pair (W, b), got {pair!r}") from None
    if layer.neurons[0].b is None and biases is not None:
        raise ValueError(f"set_matrices: {name} has no bias, so its b is None, not {biases!r}")
    if layer.neurons[0].b is not None and biases is None:
        raise ValueError(f"set_matrices: {name} has a bias, and its b is None: give {layer.nout} numbers")
    return (
        _shaped(weights, (layer.nin, layer.nout), f"W of {name}"),
        None if biases is None else _shaped(biases, (layer.nout,), f"b of {name}"),
    )


def _shaped(numbers: Any, shape: tuple[int, ...], name: str) -> Array:
    array = real_array(numbers, f"set_matrices: {name}")
    if array.shape != shape:
        raise ValueError(f"set_matrices: {name} has the shape {shape}; {array.shape} given")
    return array


def _hidden(activation: Any, layers: int) -> list[Activation]:
    """The activation of each hidden layer."""
    if not isinstance(activation, (list, tuple)):
        return [resolve_activation(activation)] * layers
    if len(activation) != layers:
        raise ValueError(
            f"{counted(len(activation), 'activation')} for {counted(layers, 'hidden layer')}: give one for each, "
            f"or one for all"
        )
    return [resolve_activation(each) for each in activation]
