"""Sequential: modules and functions, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, overload

from autograd import Value
from nn.activations import Activation, joins_outputs, name_of, resolve_activation
from nn.module import Module, counted
from nn.targets import is_many

__all__ = ["Sequential"]


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
        """What the last step gives on one example.

        Args:
            x: what the first step takes.
            more: refused; the numbers of an example are given in a list.

        Raises:
            TypeError: a function does not take one Value, or gives something else than one.
        """
        if more:
            raise TypeError(
                f"a Sequential takes one example, got {1 + len(more)} arguments: put them in a list, as in "
                f"model([{', '.join(f'{number!r:.20}' for number in (x, *more))}])"
            )
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
        return f"Sequential({steps}; {counted(len(self.parameters()), 'parameter')})"


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
