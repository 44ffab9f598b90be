"""The names that programs written for micrograd or microgpt use on a Value, and one step of the chain rule by hand.

Their attributes are views of the graph here: ``_prev``, ``_children``, ``_op`` and ``_local_grads`` can be read but not
set, and ``_backward()`` does one step of the chain rule. An operation made by hand, or an attribute of one's own, is
refused with the way out. ``MICROGRAD.md`` beside this file describes it all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MethodType
from typing import Any, NoReturn

from autograd.context import refuse_while_recording, writing
from autograd.debugging import watched
from autograd.primitives import PRIMITIVES, SPECIAL_METHODS
from autograd.sweep import adjoint_steps, data_of, number_of

__all__ = ["DropIn", "label_among"]


class _View(property):
    """A property that cannot be set, and says what to do instead."""

    def __init__(self, read: Callable[[Any], Any], instead: str) -> None:
        super().__init__(read, doc=read.__doc__)
        self._instead = instead

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __set__(self, instance: Any, value: Any) -> NoReturn:
        raise AttributeError(f"{self._name} of a Value cannot be set: {self._instead}")


class _Absent:
    """An attribute that their classes have and a Value does not; a subclass may have it, if ``free``."""

    def __init__(self, instead: str, *, free: bool = False) -> None:
        self._instead = instead
        self._free = free

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        held = self._held_by(instance)
        if self._name not in held:
            self._refuse(instance)
        return held[self._name]

    def __set__(self, instance: Any, value: Any) -> None:
        if not self._free or not hasattr(instance, "__dict__"):
            self._refuse(instance)
        self._held_by(instance)[self._name] = value

    def __delete__(self, instance: Any) -> None:
        if self._name not in self._held_by(instance):
            self._refuse(instance)
        del self._held_by(instance)[self._name]

    def _held_by(self, instance: Any) -> dict[str, Any]:
        held: dict[str, Any] = getattr(instance, "__dict__", {})
        return held

    def _refuse(self, instance: Any) -> NoReturn:
        instead = "" if self._free and hasattr(instance, "__dict__") else f": {self._instead}"
        message = f"{type(instance).__name__!r} object has no attribute {self._name!r}{instead}"
        raise AttributeError(message, name=self._name, obj=instance)


_OWN_OPERATION = "define the operation with its derivative, primitive(name, forward=..., partials=...), and apply that"
_OWN_STATE = (
    "a Value has no attributes of your own. Keep them in a dict with the Value as key, in a list beside the "
    "parameters, or make your leaves of a subclass: class Value(autograd.Value): pass"
)


class DropIn:
    """The part of a Value that has micrograd's and microgpt's names."""

    __slots__ = ()

    @partial(_View, instead="operands are linked by operators and functions alone")
    def _prev(self: Any) -> set[Any]:
        """The parents as a set, as micrograd keeps them: of ``x * x`` there is one."""
        return set(self.parents)

    @partial(_View, instead="operands are linked by operators and functions alone")
    def _children(self: Any) -> Any:
        """The parents, as microgpt calls them."""
        return self.parents

    @partial(_View, instead=_OWN_OPERATION)
    def _local_grads(self: Any) -> Any:
        """The local gradients, one number a parent, as microgpt keeps them."""
        return self.partials()

    @partial(_View, instead="name the node by its label")
    def _op(self: Any) -> str:
        """The operation as micrograd writes it: ``"+"``, ``"*"``, ``"**2"``, ``"ReLU"``; empty on a leaf."""
        if self.op is None:
            return ""
        written = "ReLU" if self.op.name == "relu" else self.op.operator or self.op.name
        return written + "".join(f"{constant:g}" for constant in self.op.constants)

    @partial(_View, instead=f"it would not be called. Instead {_OWN_OPERATION}")
    def _backward(self: Any) -> Callable[[], None]:
        """``_backward()``: one step of the chain rule, from ``grad`` to the ``grad`` of each parent."""
        return MethodType(_one_step, self)

    _forward = _Absent("root.forward() computes a graph again; .parents and .op say how a node was made")
    topo = _Absent("root.topological_order() lists its graph, operands first")
    build_topo = _Absent("root.topological_order() lists its graph, operands first")
    m = _Absent(_OWN_STATE, free=True)
    v = _Absent(_OWN_STATE, free=True)
    momentum = _Absent(_OWN_STATE, free=True)
    velocity = _Absent(_OWN_STATE, free=True)


def _one_step(node: Any) -> None:
    """Add local · ``node.grad`` to the ``grad`` of each parent, as ``backward()`` does at each node in turn."""
    refuse_while_recording(node, "_backward()")
    parents, gradient = node.parents, node._grad
    if gradient is None or not parents:
        return
    order = [*dict.fromkeys(parents), node]
    step = next(watched(adjoint_steps(order, number_of(gradient), data_of)))
    with writing:
        for parent, flow in zip(parents, step.flows, strict=True):
            if flow.contribution is not None:
                parent._grad = flow.contribution if parent._grad is None else parent._grad + flow.contribution


def label_among(data: Any, label: Any, *rest: Any) -> Any:
    """The label of a leaf that is made in their way: ``Value(data, children, op, label)``.

    Args:
        data: the number.
        label: the label, or the operands, which are empty on a leaf.
        rest: the name of the operation, or its local gradients, and operands by keyword: empty too, or None.

    Raises:
        TypeError: there are operands, or an operation.
    """
    op, children, *others = rest
    if isinstance(children, str):  # the fourth argument in the lecture's class
        label, children = (children, label) if not isinstance(label, str) else (label, children)
    operands = [children, *others]
    if isinstance(label, (tuple, list, set, frozenset)) and all(isinstance(part, DropIn) for part in label):
        operands.append(label)
        label = ""
    for given in (*operands, op):
        if given is not None and not (hasattr(given, "__len__") and len(given) == 0):
            _refuse_operation(data, next((part for part in operands if part), ()), op)
    return label


def _refuse_operation(data: Any, operands: Any, op: Any) -> NoReturn:
    name = op if isinstance(op, str) else ""
    known = PRIMITIVES.get(name.lower())
    if name in SPECIAL_METHODS:
        way = f"write x {name} y"
    elif known is not None and known.builtin and known.arity == 1:
        way = f"write x.{known.name}(), or for an operation of your own primitive({name + '_'!r}, ...)"
    elif name and not operands:
        way = f"name a leaf by its label: Value({data!r}, {name!r})"
    else:
        defined = f"primitive({name or 'name'!r}, ...)"
        way = f"write it with operators and the functions of autograd, or define the operation: {defined}"
    raise TypeError(
        f"a Value takes a number and a label, got Value({data!r}, {operands!r}, {op!r}): made by hand with operands it "
        f"would have no derivative. Instead {way}"
    )
