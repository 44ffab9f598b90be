"""Neuron, Layer, MLP and Sequential: models built of Values under the names of the notes.

A neuron is a = g(W1·a1 + W2·a2 + ... + b), a layer neurons that share their inputs, a[l] = g(a[l-1] W[l] + b[l]), and a
multi-layer perceptron layers one after the other.

``W12[1]`` is the weight of layer 1 from input 1 to neuron 2, ``b2[1]`` the bias of that neuron, ``z2[1]`` its
weighted sum, ``a2[1]`` its output; ``a1[0]`` is the first input of the network. Where an index of a weight has
two digits a comma parts them: ``W1,12[1]``. A neuron's nodes and parameters have the scope
``"layer 1/neuron 2"``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, ClassVar, TypeAlias, overload

import numpy as np

from autograd import Parameter, Value, scope, weighted_sum
from nn.activations import Activation, chosen_activation, identity, joins_outputs, resolve_activation, switched
from nn.arguments import Array, counted, is_many, name_of, number_of, real_array, whole_number
from nn.init import Initializer, resolve_init, weight_generator
from nn.module import CheckedList, Module

__all__ = ["MLP", "Layer", "Matrices", "Neuron", "Sequential"]

Matrices: TypeAlias = list[tuple[Array, Array | None]]
"""(W, b) per layer: W of shape (n_in, n_out), b of shape (n_out,), or None without a bias."""

_scope_of = functools.lru_cache(maxsize=4096)(scope)
"""The scope of a name: a setting keeps no state, so one serves every call."""

_NAMES_ARE_GIVEN = "its nodes and parameters are named by it, so give it when you make the module"
_BEGINNINGS = {
    "bias": "b is the bias itself; give bias=False when you make the module to have none",
    "init": "it says where the weights start; set .data of the Parameters in w to change them",
    "rng": "it draws where the weights start; set .data of the Parameters in w to change them",
}
"""Arguments that are fixed when a module is made, and what to do instead: see :attr:`nn.Module.fixed`."""


class _Activated(Module):
    """Base of modules with an activation, which may be switched off."""

    activation: Any

    @property
    def nonlin(self) -> bool:
        """Whether it has an activation; setting False removes it, True gives ReLU to a linear one."""
        return self.activation is not identity

    @nonlin.setter
    def nonlin(self, on: bool) -> None:
        self.activation = switched(self.activation, on)


class Neuron(_Activated):
    """A neuron with ``nin`` inputs.

    Args:
        nin: how many inputs it takes.
        nonlin: False for a linear neuron.
        activation: a name or a function of a Value; ReLU if not given.
        bias: whether it has a bias, which starts at 0.
        init: the distribution of the weights, by name or as ``init(nin, nout, rng)``; uniform from -1 to 1.
        rng: a seed, a ``numpy.random.Generator`` or a ``random.Random`` for the weights; None draws them from Python's
            ``random`` in micrograd's order, so that ``random.seed`` fixes them.
        layer: the layer it belongs to, counted from 1; for names.
        index: its place in that layer, counted from 1; for names.

    Attributes:
        w: the weights, one Parameter per input.
        b: the bias, a Parameter; None without one.
        activation: the function from z to a; it may be set to a name or another function.
        nonlin: whether there is one; setting False removes it, True puts ReLU in its place.
        nin, layer, index: as given; fixed.

    In a linear neuron z and a are one node, labelled ``a``, which the next layer and the loss take.

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
        with _scope_of(self._scope):
            weights = [Parameter(draw(nin, 1, random), _weight_name(i, index, layer)) for i in range(1, nin + 1)]
            owner = f"neuron {index} of layer {layer}"
            self.w = CheckedList(weights, Parameter, "w", owner, "one for each input")
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

    def __call__(self, x: Any, *more: Any) -> Value:
        """The output a on one example, a sequence of ``nin`` numbers or Values.

        Raises:
            ValueError: not ``nin`` inputs.
            TypeError: not a sequence of numbers and Values.
        """
        return self.forward(_as_inputs(x, self.nin, self.layer, self, more))

    def forward(self, inputs: list[Value]) -> Value:
        """The output a on ``inputs``, known to be ``nin`` Values."""
        with _scope_of(self._scope):
            z = weighted_sum(self.w, inputs, self.b)
            z.label = self._z_label
            a = self.activation(z)
        if not isinstance(a, Value):
            raise TypeError(
                f"the activation {name_of(self.activation)} of {self!r} gave {a!r}, not a Value, so no gradient can "
                f"flow through it: write it with autograd's functions and the operators of a Value"
            )
        a.label = self._a_label
        return a

    def weighted_sum(self, inputs: list[Value]) -> Value:
        """The sum z on ``inputs``, known to be ``nin`` Values; for a layer with a joint activation."""
        with _scope_of(self._scope):
            z: Value = weighted_sum(self.w, inputs, self.b)
        z.label = self._z_label
        return z

    def __repr__(self) -> str:
        name = name_of(self.activation)
        return f"Neuron({self.nin} -> 1 {name}; {self._size()})"


class Layer(_Activated):
    """``nout`` neurons with the same ``nin`` inputs.

    Args:
        nin: how many inputs it takes.
        nout: how many neurons it has.
        nonlin, activation, bias, init, rng: as for :class:`~nn.Neuron`, for every neuron; the activation may also
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
        "layer": _NAMES_ARE_GIVEN,
        **_BEGINNINGS,
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
        neurons = [
            Neuron(
                nin, activation=identity if self._joint else chosen, bias=bias,
                init=lambda nin, _, rng: draw(nin, nout, rng), rng=random, layer=layer, index=index,
            )
            for index in range(1, nout + 1)
        ]  # fmt: skip
        self.neurons = CheckedList(neurons, Module, "neurons", f"layer {layer}", "one for each output")

    @property
    def nout(self) -> int:
        """How many neurons it has."""
        return len(self.neurons)

    @property
    def activation(self) -> Activation:
        """The activation of its neurons, or of all of them together; it may be set to a name or another function."""
        return self._joint or self.neurons[0].activation

    @activation.setter
    def activation(self, activation: str | Activation) -> None:
        chosen = resolve_activation(activation)
        vars(self).update(_joint=self._checked_joint(chosen, self.nout))
        for neuron in self.neurons:
            neuron.activation = identity if self._joint else chosen

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
        outputs = self.forward(_as_inputs(x, self.nin, self.layer, self, more))
        return outputs[0] if len(outputs) == 1 else outputs

    def forward(self, inputs: list[Value]) -> list[Value]:
        """The outputs on ``inputs``, known to be ``nin`` Values."""
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
        return f"Layer({shape}; {self._size()})"


class MLP(Module):
    """Layers one after the other: ``MLP(4, [3, 2, 1])`` is the 4-3-2-1 network.

    Args:
        nin: how many inputs it takes.
        nouts: the number of neurons of each layer.
        activation: of the hidden layers, all but the last, by name or as a function of a Value; or a list, one for
            each hidden layer.
        output_activation: of the last layer.
        bias, init, rng: as for :class:`~nn.Neuron`, for every neuron.

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
        **_BEGINNINGS,
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
            raise TypeError(f"nouts must be a list of the layers' widths, such as [16, 16, 1]: {error}") from None
        if len(widths) == 1:
            raise ValueError("nouts names no layer: give at least one width, such as [1]")
        random = weight_generator(rng)
        functions = [*_hidden(activation, len(widths) - 2), resolve_activation(output_activation)]
        layers = [
            Layer(nin, nout, activation=function, bias=bias, init=init, rng=random, layer=number)
            for number, ((nin, nout), function) in enumerate(zip(pairwise(widths), functions, strict=True), start=1)
        ]
        self.layers = CheckedList(layers, Module, "layers", "an MLP", "")

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
        values = _as_inputs(x, self.nin, 1, self, more)
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
            raise TypeError(
                f"set_matrices: matrices must be a list of pairs (W, b), one for each layer, got {matrices!r}"
            )
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
        return f"MLP({self.nin}{steps}; {self._size()})"


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


class Sequential(Module):
    """Steps one after the other, each a module or an activation by name or as a function.

    A module is called with all that the step before it gave, a list or a bare Value. A function is applied to
    each element, and softmax to all together.

    Args:
        steps: at least one.

    It is indexed, iterated and measured like a list; a slice is a Sequential that shares its parts.

    >>> from nn import Layer, Sequential
    >>> model = Sequential(
    ...     Layer(2, 3, nonlin=False, rng=0),
    ...     "tanh",
    ...     Layer(3, 1, nonlin=False, rng=1, layer=2),
    ... )
    >>> model
    Sequential(Layer(2 -> 3 identity; 9 parameters), tanh, Layer(3 -> 1 identity; 4 parameters); 13 parameters)
    >>> model([0.5, -1.0]).label, len(model), model[1](0.0)
    ('a1[2]', 3, 0.0)
    """

    fixed: ClassVar = dict.fromkeys(
        ("activation", "nonlin", "bias"), "it is of one of its steps: model.steps holds them"
    )

    def __init__(self, *steps: Module | str | Activation) -> None:
        if not steps:
            raise ValueError("Sequential of no steps: give modules and activations, as Sequential(Layer(2, 1), 'tanh')")
        if len(steps) == 1 and isinstance(steps[0], (list, tuple)):
            raise TypeError("Sequential takes its steps one by one: of a list of them, Sequential(*steps)")
        self.steps = [step if isinstance(step, Module) else resolve_activation(step) for step in steps]

    def __call__(self, x: Any, *more: Any) -> Any:
        """The output of the last step on one example.

        Args:
            x: what the first step takes.
            more: refused; the numbers of an example are given in a list.

        Raises:
            TypeError: a function does not take one Value, or gives something else than one.
        """
        if more:
            raise _scattered("a Sequential takes one example", x, more)
        for step in self.steps:
            if isinstance(step, Module) or joins_outputs(step):
                x = step(x)
            else:
                x = [_applied(step, element) for element in x] if is_many(x) else _applied(step, x)
        return x

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.steps)

    @overload
    def __getitem__(self, place: slice) -> Sequential: ...
    @overload
    def __getitem__(self, place: int) -> Any: ...
    def __getitem__(self, place: int | slice) -> Any:
        return type(self)(*self.steps[place]) if isinstance(place, slice) else self.steps[place]

    def __repr__(self) -> str:
        steps = ", ".join(repr(step) if isinstance(step, Module) else name_of(step) for step in self.steps)
        return f"Sequential({steps}; {self._size()})"


def _applied(function: Activation, element: Any) -> Any:
    """A function of one element, which gives a Value for a Value."""
    try:
        result = function(element)
    except TypeError as error:
        error.add_note(f"In {_advice(function)}.")
        raise
    if isinstance(element, Value) and not isinstance(result, Value):
        raise TypeError(f"{_advice(function)}. Of {element!r} it gave {result!r:.200}")
    return result


def _advice(function: Activation) -> str:
    return (
        f"a function in a Sequential, here {name_of(function)}, takes one element and gives one Value; a step that "
        f"takes all of them is a Module with a forward(self, x)"
    )


def _as_inputs(x: Any, count: int, layer: int, taker: Module, more: tuple[Any, ...] = ()) -> list[Value]:
    """One example as Values, named ``a1[0]``, ``a2[0]`` ... for layer 1.

    A number becomes a Value; a Value stays the same node, and gets a name only if it has none. ``x`` is a sequence of
    ``count`` numbers and Values, such as a list or a row of an array; where there is one, also bare. There must be no
    ``more`` arguments.
    """
    if more:
        raise _scattered(f"{taker!r} takes one example, a list of {counted(count, 'input')}", x, more)
    if isinstance(x, np.ndarray):
        x = x.tolist()
    if count == 1 and not isinstance(x, Iterable):
        x = [x]
    if not is_many(x):
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
                hint = (
                    ". It takes one example at a time: call it on each row"
                    if isinstance(number, (list, tuple, np.ndarray))
                    else ""
                )
                raise TypeError(f"{taker!r}, input {position + 1}: {error}{hint}") from None
        elif not number.label:
            number.label = f"a{position + 1}[{layer - 1}]"
    return inputs


def _scattered(takes: str, x: Any, more: tuple[Any, ...]) -> TypeError:
    """The error for the numbers of an example given as separate arguments."""
    given = ", ".join(f"{number!r:.20}" for number in (x, *more))
    return TypeError(f"{takes}, got {1 + len(more)} arguments: put them in a list, as in model([{given}])")


def _weight_name(source: int, target: int, layer: int) -> str:
    comma = "," if source > 9 or target > 9 else ""
    return f"W{source}{comma}{target}[{layer}]"
