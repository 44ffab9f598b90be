"""Module, the base of every model: finds its parameters, clears their gradients, saves and restores their numbers."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from reprlib import recursive_repr
from typing import Any, SupportsIndex

import numpy as np

from autograd import Parameter, Value
from nn._predict import evaluate, predict
from nn.data import counted, real_number, some
from nn.pytree import NOTES, STAND_INS, Binding, CheckedList, Places, Tree, children, must_be, walk

__all__ = ["Module", "ParametersOf", "functional_call", "parameters_of"]


class Module(Tree):
    """Base of everything that learns: its parameters are the :class:`~autograd.Parameter` objects it holds.

    They are looked for in its attributes, and in the lists, tuples, dicts, object arrays and modules among these; each
    counts once, in the order of definition. A plain ``Value`` is data, not a parameter. A class that defines
    ``parameters()`` itself, as micrograd's do, decides what is learnt, plain Values included.

    >>> from autograd import Parameter
    >>> from nn import Module
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Parameter(2.0, "slope"), Parameter(1.0, "offset")
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).data, [p.label for p in line.parameters()]
    (7.0, ['slope', 'offset'])
    >>> line
    Line(slope, offset; 2 parameters)
    """

    def __setattr__(self, name: str, new: Any) -> None:
        """Set an attribute. Only a Parameter may replace a Parameter: training would go on without anything else.

        Raises:
            TypeError: something else would replace a Parameter.
            ValueError: a list of another length would replace a list of Parameters.
            AttributeError: the attribute is fixed when the module is made.
        """
        if name in self.fixed:
            raise AttributeError(f"{name} of {self!r} is fixed when it is made: {self.fixed[name]}")
        held = vars(self).get(name)
        if isinstance(held, Parameter):
            must_be(Parameter, new, f"{name} of {self!r}", held)
        elif isinstance(held, CheckedList):
            new = held.replaced(new)
        elif type(new) in _UNCHECKED and STAND_INS not in vars(self):
            found = {
                f"{name}.{path}": part.label
                for path, part in walk(new, enter=lambda module: False)
                if isinstance(part, Parameter)
            }
            if found:
                before = vars(self)[NOTES].labels if NOTES in vars(self) else {}
                vars(self)[NOTES] = Places(before | found)
        object.__setattr__(self, name, new)

    def __delattr__(self, name: str) -> None:
        """Delete an attribute that is not learnt.

        Raises:
            TypeError: a Parameter, or a list of parameters or modules that has its place in this class.
        """
        held = vars(self).get(name)
        if isinstance(held, (Parameter, CheckedList)):
            raise TypeError(
                f"{name} of {self!r} cannot be deleted: training would go on without it. Set .data of a Parameter to "
                f"change its number, or make a module without it"
            )
        object.__delattr__(self, name)

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        """The module's output: ``forward(...)``, unless a subclass defines this itself."""
        return self.forward(*inputs, **keywords)

    def forward(self, *inputs: Any, **keywords: Any) -> Any:
        """The computation; a subclass defines it, or ``__call__``."""
        raise NotImplementedError(f"{type(self).__name__} computes nothing yet: define forward(self, x)")

    def parameters(self) -> list[Any]:
        """Every parameter, each once, in the order of definition.

        Raises:
            TypeError: something else was put where a parameter stood, in a plain list, dict or array.
        """
        found, places, noted = _found(self)
        for path in [path for path in noted if path not in places]:
            now = _at(self, path)
            if now is not _GONE and not isinstance(now, Parameter):
                label = f" ({noted[path]})" if noted[path] else ""
                raise TypeError(
                    f"{path} of {type(self).__name__} held a Parameter{label} and now holds {now!r:.80}: training "
                    f"would go on without it. Put the Parameter back, and set its .data to change its number; if it is "
                    f"not to be learnt, make another {type(self).__name__}"
                )
        if STAND_INS not in vars(self) and places != noted:  # a note that is written is a change that recordings see
            vars(self)[NOTES] = Places(places)
        return ParametersOf(self, found)

    def named_parameters(self) -> dict[str, Any]:
        """Every parameter by its path, such as ``"layers.0.neurons.2.w.1"``; a shared one by its first path.

        One that ``parameters()`` of a subclass gives without holding it is named by its place in that list.

        Raises:
            TypeError: ``parameters()`` of a subclass gives something that is not a leaf Value.
            ValueError: two parameters have one path, as under the keys 1 and "1" of a dict.

        >>> from nn import Neuron
        >>> list(Neuron(2).named_parameters())
        ['w.0', 'w.1', 'b']
        """
        paths = {id(part): path for path, part in walk(self) if isinstance(part, Value)}
        named: dict[str, Any] = {}
        for place, leaf in enumerate({id(leaf): leaf for leaf in self.parameters()}.values()):
            if not isinstance(leaf, Value) or leaf.op is not None:
                raise TypeError(
                    f"parameters() of {type(self).__name__} must give leaf Values, but number {place} is {leaf!r}"
                )
            path = paths.get(id(leaf), f"parameters.{place}")
            if path in named:
                raise ValueError(f"two parameters of a {type(self).__name__} have the path {path!r}: rename a dict key")
            named[path] = leaf
        return named

    def zero_grad(self) -> None:
        """Forget the gradient of every parameter, before the next backward pass."""
        for parameter in self.parameters():
            parameter.grad = None

    def state_dict(self) -> dict[str, float]:
        """The number in every parameter, by its path: plain data, for JSON or :meth:`load_state_dict`.

        >>> from nn import Neuron
        >>> Neuron(2, init="zeros").state_dict()
        {'w.0': 0.0, 'w.1': 0.0, 'b': 0.0}
        """
        return {path: parameter.data for path, parameter in self.named_parameters().items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set every parameter to its number in ``state``: all of them, or on any error none.

        nan and infinities are taken as they are: a state is restored as it was.

        Raises:
            TypeError: ``state`` is not a mapping, or an entry is not one real number.
            ValueError: an entry is missing, or belongs to no parameter.

        >>> from nn import Neuron
        >>> neuron = Neuron(1)
        >>> neuron.load_state_dict({"w.0": 2, "b": -1})
        >>> neuron.w[0].data, neuron.b.data
        (2.0, -1.0)
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"load_state_dict takes a dict as state_dict() gives it, got {type(state).__name__}")
        named = self.named_parameters()
        missing = [path for path in named if path not in state]
        strangers = [path for path in state if path not in named]
        if missing or strangers:
            raise ValueError(
                f"load_state_dict: the state does not fit {self!r}; missing: {some(missing)}; "
                f"unexpected: {some(strangers)}."
            )
        numbers = {path: real_number(state[path], f"load_state_dict: the entry {path!r}") for path in named}
        for path, parameter in named.items():
            parameter.data = numbers[path]

    def predict(self, X: Any) -> Any:  # noqa: N803 -- the name that scikit-learn's users know
        """The outputs on many examples, as an array: see :func:`nn.predict`."""
        return predict(self, X)

    def evaluate(self, X: Any, y: Any, **options: Any) -> Any:  # noqa: N803 -- as above
        """The loss and metrics on many examples, by name: see :func:`nn.evaluate`."""
        return evaluate(self, X, y, **options)

    @recursive_repr()
    def __repr__(self) -> str:
        parts = ", ".join(
            name if isinstance(part, Parameter) else f"{name}={part!r}"
            for name, part in vars(self).items()
            if isinstance(part, (Parameter, Module))
        )
        return f"{type(self).__name__}({parts}{'; ' if parts else ''}{self._size()})"

    def _size(self) -> str:
        """How many parameters it has, in words."""
        return counted(len(parameters_of(self)), "parameter")


_UNCHECKED = {list, tuple, dict, np.ndarray}
"""Containers of a user's own, which nothing checks when they are written to."""


def parameters_of(module: Module) -> list[Any]:
    """Its parameters, without the check for lost ones."""
    return module.parameters() if _defines_parameters(module) else _found(module)[0]


def _defines_parameters(module: Tree) -> bool:
    return type(module).parameters is not Module.parameters


def _found(root: Module) -> tuple[list[Any], dict[str, str], dict[str, str]]:
    """The parameters; the labels of those in plain containers, by path; the labels of those seen there earlier."""
    learnt = vars(root).get(STAND_INS, ())
    found: dict[int, Any] = {}
    places: dict[str, str] = {}
    noted: dict[str, str] = {}
    for path, part in walk(root, enter=lambda module: not _defines_parameters(module)):
        if isinstance(part, Parameter) or id(part) in learnt:
            found[id(part)] = part
        elif isinstance(part, Tree):
            if part is not root and _defines_parameters(part):
                found |= {id(leaf): leaf for leaf in part.parameters()}
            elif NOTES in vars(part):
                prefix = f"{path}." if path else ""
                noted |= {f"{prefix}{place}": label for place, label in vars(part)[NOTES].labels.items()}
        elif type(part) in _UNCHECKED:
            places |= {f"{path}.{key}": held.label for key, held in children(part) if isinstance(held, Parameter)}
    return list(found.values()), places, noted


def _at(root: Any, path: str) -> Any:
    """The part at ``path``; ``_GONE`` if there is none."""
    part = root
    for name in path.split("."):
        parts = enumerate(part.tolist()) if isinstance(part, np.ndarray) and part.ndim == 1 else children(part)
        part = next((held for key, held in parts if str(key) == name), _GONE)
    return part


_GONE = object()


class ParametersOf(list[Any]):
    """The parameters of a model, with a short repr; an optimiser can ask the model whether it still holds them."""

    __slots__ = ("model",)

    def __init__(self, model: Module, parameters: Iterable[Any]) -> None:
        super().__init__(parameters)
        self.model = weakref.ref(model)

    def __repr__(self) -> str:
        shown = [f"{each.label or 'no name'} = {each.data:.4g}" for each in self[:_SHOWN]]
        rest = [f"and {len(self) - _SHOWN} more"] if len(self) > _SHOWN else []
        return f"[{', '.join([*shown, *rest])}]"

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return list, (list(self),)


_SHOWN = 8
"""How many parameters the repr shows."""


def functional_call(model: Module, params: Any, *inputs: Any, **keywords: Any) -> Any:
    """``model(*inputs)`` with other numbers for its parameters; the model stays as it is.

    Args:
        model: any module.
        params: numbers and Values in place of the parameters: a dict by path, as
            :meth:`~nn.Module.state_dict` gives it, in which those left out keep the model's own; or a sequence
            with one for each, in the order of :meth:`~nn.Module.parameters`. A Value without a name takes the
            parameter's.
        inputs: what the model is called with.
        keywords: the same, by keyword.

    Raises:
        TypeError: ``params`` is neither, or holds something that is not one real number; or the model keeps its
            parameters where no copy reaches them, as in a function that closes over it.
        ValueError: a path of no parameter, or a sequence of another length.

    >>> from autograd import grad
    >>> from nn import MLP, functional_call
    >>> model = MLP(2, [1], rng=0)
    >>> functional_call(model, [2.0, 3.0, 1.0], [10.0, 100.0]).data
    321.0
    >>> grad(lambda theta: functional_call(model, theta, [10.0, 100.0]))(model.state_dict())
    {'layers.0.neurons.0.w.0': 10.0, 'layers.0.neurons.0.w.1': 100.0, 'layers.0.neurons.0.b': 1.0}
    """
    if not isinstance(model, Module):
        raise TypeError(f"functional_call takes a Module, its parameters, then its inputs; {model!r} is not a Module")
    named = model.named_parameters()
    given = _by_path(model, named, params)
    for path, number in given.items():
        if not isinstance(number, Value):
            try:
                given[path] = Parameter(number, named[path].label)
            except TypeError as error:
                raise TypeError(f"functional_call: the parameter {path!r}: {error}") from None
    return Binding(model, [named[path] for path in given], "functional_call").on(given.values())(*inputs, **keywords)


def _by_path(model: Module, named: dict[str, Value], params: Any) -> dict[str, Any]:
    """The numbers that were given for parameters, by their paths."""
    if isinstance(params, Mapping):
        strangers = [path for path in params if path not in named]
        if strangers:
            raise ValueError(
                f"functional_call: {model!r} has no parameter {some(strangers)}; it has {some(list(named))}"
            )
        return dict(params)
    if not isinstance(params, Iterable) or isinstance(params, (str, bytes, AbstractSet, Value)):
        raise TypeError(f"functional_call takes parameters as a dict by path or a sequence in order, got {params!r}")
    numbers = list(params)
    if len(numbers) != len(named):
        raise ValueError(
            f"functional_call: {model!r} takes a number for each of its {counted(len(named), 'parameter')}, "
            f"{len(numbers)} given"
        )
    return dict(zip(named, numbers, strict=True))
