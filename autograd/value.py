"""A Value: one number in a graph, its operands, and the closure of its local gradients.

This module keeps the state of a node. What it computes is in :mod:`autograd.operators`, what runs through the
graph below it in :mod:`autograd.passes`.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any, ClassVar, Self
from weakref import ref

from autograd.clock import clock
from autograd.context import current, install_node_classes
from autograd.dropin import DropIn, label_among
from autograd.errors import ConversionError, GradientError, StaleGraphError
from autograd.operators import Operators, install_operators, link
from autograd.passes import Passes
from autograd.primitives import Primitive, as_float
from autograd.recording import refuse_while_recording
from autograd.rules import stop_gradient
from autograd.sites import asked_by_library, calling_site, remember_site, replacements
from autograd.sweep import describe, number_of
from autograd.transport import deep_copy, flatten

__all__ = ["CONVERSIONS", "Constant", "Detached", "Parameter", "Traced", "Value", "Varied", "become", "node_of"]

become: Callable[[Any, type[Any]], None] = vars(object)["__class__"].__set__
"""``become(node, kind)`` makes ``node`` an instance of ``kind``."""

CONVERSIONS = ("float()", "int()", "index()", "complex()", "as_integer_ratio()", "hex()")
"""What a Value refuses with :class:`~autograd.errors.ConversionError`."""


class Value(Operators, Passes, DropIn):
    """A number that remembers how it was computed, so that gradients can flow back through it.

    Args:
        data: the number: int, float, bool, NumPy scalar or 0-d array, Fraction, Decimal.
        label: its name in messages and pictures.
        _op, _children, children, local_grads: taken from programs written for micrograd or microgpt, whose leaves have
            no operation and no operands: empty, and in their order too, as in ``Value(2.0, (), "")``.

    Raises:
        TypeError: ``data`` is not one real number, or ``label`` is not a str; or there are operands.
        OverflowDomainError: ``data`` is too large for a float.

    >>> from autograd import Value
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> c = a * b + a
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (-4.0, -2.0, 2.0)
    """

    __slots__ = ("__weakref__", "_data", "_first", "_grad", "_hooks", "_label", "_second", "_stamp", "op", "scope")

    # The operands are kept in two slots, not in a tuple. A tuple a node would be a second object for Python's
    # cyclic collector to visit at every node: measured on a graph of 65,000 nodes, 40 % of a training step.
    _first: Value | None  # None on a leaf
    _second: Value | tuple[Value, ...] | None  # the second operand, or all after the first if there are more
    _data: float
    _grad: Any  # None: not computed; a float; a Value after backward(create_graph=True)
    _hooks: dict[int, Callable[[Any], Any]] | None
    _stamp: int
    _label: str
    op: Primitive | None
    """The operation that made this value; None on a leaf."""
    scope: str
    """The part of the computation it belongs to, such as ``"layer 1/neuron 2"``."""

    kind: ClassVar[str] = "input"
    """What a leaf of this class is, for pictures."""

    def __init__(
        self,
        data: Any,
        label: Any = "",
        _op: Any = None,
        _children: Any = None,
        children: Any = None,
        local_grads: Any = None,
    ) -> None:
        if type(data) is not float:
            data = as_float(data, type(self).__name__)
        # Two comparisons tell whether any of the four is given: pairs that no one program gives both of.
        if _op is not children or _children is not local_grads or type(label) is not str:
            label = _check_label(label_among(data, label, _op, _children, children, local_grads))
        self._data = data
        self._grad = self._hooks = self.op = self._first = self._second = None
        self._stamp = clock.now
        self._label = label
        surroundings = current()
        self.scope = surroundings.scope
        if surroundings.traced and type(self) not in _WITHOUT_GUARD:
            kind: Any = type(self)
            become(self, _guarded(kind))
        if data - data:  # true for nan and the infinities alone
            remember_site(self)

    @property
    def parents(self) -> tuple[Value, ...]:
        """The operands, in order and with repetition: ``x * x`` has two. Empty on a leaf."""
        first, second = self._first, self._second
        if first is None:
            return ()
        if second is None:
            return (first,)
        return (first, *second) if isinstance(second, tuple) else (first, second)

    @property
    def local_grads(self) -> Callable[..., tuple[Any, ...]] | None:
        """The local gradient closure: ``local_grads(*inputs, output)``, one gradient per parent. None on a leaf."""
        return self.op.partials if self.op else None

    # --- state --------------------------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number, always a Python float. A leaf's may be set; a computed node's follows its leaves.

        Raises (when set):
            StaleGraphError: the node is computed.
            TypeError: the new value is not one real number.

        Raises (when read):
            GradientError: inside the local gradients of an operation that are being differentiated themselves.
        """
        refuse_while_recording(self, ".data")
        _check_unsealed(self)
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        refuse_while_recording(self, ".data = ...")
        number = as_float(data, "data")
        if self.op is not None:
            raise StaleGraphError(
                f"{describe(self)} is computed, so its data cannot be set to {number!r}: "
                f"set the leaves it depends on, then call forward() on it"
            )
        # The data first: a thread that builds in between gets a false alarm rather than a stale graph.
        self._data = number
        self._stamp = clock.tick()
        if number - number:
            remember_site(self)

    label = property(
        operator.attrgetter("_label"),
        lambda self, label: setattr(self, "_label", _check_label(label)),
        doc="The name shown in messages and pictures; data, never markup.",
    )

    @property
    def grad(self) -> Any:
        """d root / d self of the last backward pass; on a leaf the sum over all passes since ``zero_grad()``.

        0.0 before any pass (``has_grad`` tells). A Value after ``backward(create_graph=True)`` on a leaf.
        """
        refuse_while_recording(self, ".grad")
        gradient = self._grad
        return 0.0 if gradient is None else gradient

    @grad.setter
    def grad(self, gradient: Any) -> None:
        refuse_while_recording(self, ".grad = ...")
        self._grad = None if gradient is None else self.check_gradient(gradient, "grad")

    @property
    def has_grad(self) -> bool:
        """Whether a gradient has been computed (or set) since the last ``zero_grad()``."""
        return self._grad is not None

    @staticmethod
    def constant(number: float) -> Value:
        """``number`` as a leaf that was written, not named."""
        return Constant(number)

    def named(self, label: str) -> Self:
        """Set the label and return self, for use inside an expression.

        >>> from autograd import Value
        >>> (Value(2.0) * 3).named("six").label
        'six'
        """
        self.label = label
        return self

    def item(self) -> float:
        """The data as a plain float."""
        refuse_while_recording(self, "item()")
        return self.data

    def detach(self) -> Value:
        """A new leaf with the same data and label, through which no gradient flows.

        In a function that is differentiated or recorded it is :func:`~autograd.stop_gradient`.
        """
        if current().traced:
            stopped: Value = stop_gradient(self)
            return stopped
        return Detached(self._data, self.label)

    # --- refused conversions ------------------------------------------------------------------------------

    # A Value that became a float unseen would lose its gradient, so whatever asks for one, the standard library's
    # math, NumPy, pandas or SciPy, is refused.

    def __float__(self) -> float:
        raise _conversion(self, "float()")

    def __int__(self) -> int:
        raise _conversion(self, "int()")

    def __index__(self) -> int:
        raise _conversion(self, "index()")

    def __complex__(self) -> complex:
        raise _conversion(self, "complex()")

    def __format__(self, spec: str) -> str:
        refuse_while_recording(self, "formatting")
        return format(self.data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        grad = f", grad={self._grad if isinstance(self._grad, float) else self._grad._data!r}" if self.has_grad else ""
        label = f", label={self.label!r}" if self.label else ""
        name = "Value" if isinstance(self, (Detached, Traced, Varied)) else type(self).__name__
        return f"{name}(data={self._data!r}{grad}{label})"

    def _repr_svg_(self) -> Any:
        """The picture that a notebook shows beside the text; None, with a warning, where it cannot be drawn."""
        from viz._draw import picture_for_notebook

        return picture_for_notebook(self)

    # --- copies -------------------------------------------------------------------------------------------

    def __copy__(self) -> Self:
        refuse_while_recording(self, "copying")
        copy = object.__new__(type(self))
        for name in _COPIED:
            setattr(copy, name, getattr(self, name))
        copy._grad = number_of(self._grad) if self.has_grad else None
        copy._hooks = None
        if hasattr(self, "__dict__"):  # a subclass's own attributes
            vars(copy).update(vars(self))
        return copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        """A copy of the whole graph below, of any depth; hooks and gradient graphs are left behind."""
        duplicate: Value = deep_copy(self, memo, link)
        return duplicate

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        refuse_while_recording(self, "pickling")
        grad = None if self._grad is None else number_of(self._grad)
        state = (self._data, grad, self._stamp, self.label, self.scope)
        own = (vars(self),) if hasattr(self, "__dict__") else ()
        kind = getattr(type(self), "unguarded", type(self))
        return flatten(self, _restore, (kind, self.op, self.parents, state, *own))


class Constant(Value):
    """A number that was written in an expression, as the 2 in ``2 * x``. A leaf like any other."""

    __slots__ = ()
    kind = "constant"
    learns = False


class Parameter(Value):
    """A leaf that a model learns.

    >>> from autograd import Parameter
    >>> weight = Parameter(0.5, "W11[1]")
    >>> weight.kind
    'parameter'
    """

    __slots__ = ()
    kind = "parameter"


def _hash_by_identity(self: Value) -> int:
    """By identity, as of every Value, but in a traced function for this library alone."""
    if current().traced and not asked_by_library():
        raise ConversionError(
            f"hash() of {describe(self)} in a function that is differentiated or recorded, at {calling_site()}. "
            f"A set or a dict of numbers does not find a Value: compare with ==, or look in a list or a tuple."
        )
    return object.__hash__(self)


class Detached(Value):
    """A new leaf without the graph of the number it holds, as ``detach()`` returns: ``backward()`` is refused on it."""

    __slots__ = ()
    has_graph = False
    __hash__ = _hash_by_identity


class Untracked(Detached):
    """A number that was computed under ``no_grad()``: no gradient is wanted of it."""

    __slots__ = ()
    learns = False


class Varied(Value):
    """A leaf that a transform varied, once its function has returned."""

    __slots__ = ()


class Traced(Value):
    """A number that a function computes under a transform or while it is recorded: it has no hash there.

    ``x in {2.0, 5.0}`` and ``table[x]`` look a number up by its hash, and would silently not find a Value. A copy is
    the number itself: ``dataclasses.asdict`` copies what it finds, and a copy of the graph would have no gradient here.
    ``isinstance(x, float)`` is answered as it would be for the plain number.
    """

    __slots__ = ()

    @property
    def __class__(self) -> Any:
        """The class of the number that stands here where the function is called on plain numbers.

        ``isinstance``, ``match`` and :func:`functools.singledispatch` ask for it, and so choose the same branch.
        """
        if not current().traced or asked_by_library():
            return type(self)
        return Value if _comes_from_values(self) else float

    @__class__.setter
    def __class__(self, kind: type[Value]) -> None:
        become(self, kind)

    # What a float has beside its operators, for whoever took this for one.

    def is_integer(self) -> bool:
        """Whether the number is whole: a comparison, which a recording keeps as a guard."""
        return bool(self - self == 0.0) and bool(self == self.__floor__())

    def as_integer_ratio(self) -> tuple[int, int]:
        """Refused: a pair of ints has no gradient."""
        raise _conversion(self, "as_integer_ratio()")

    def hex(self) -> str:
        """Refused: a text has no gradient."""
        raise _conversion(self, "hex()")

    def __copy__(self) -> Self:
        return self if current().traced else super().__copy__()

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        return self if current().traced else super().__deepcopy__(memo)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        refuse_while_recording(self, "pickling")
        if current().traced:
            raise ConversionError(
                f"pickling of {describe(self)} in a function that is differentiated, at {calling_site()}: "
                f"what comes back is another graph, so its gradient would be lost. Differentiate the function that "
                f"takes it from there, or hand over .data"
            )
        return super().__reduce_ex__(protocol)

    __hash__ = _hash_by_identity


install_operators(Value, Constant, Untracked)
install_node_classes(Value, Traced)

_WITHOUT_GUARD = {Constant, Detached, Traced, Untracked}


@functools.cache
def _guarded(kind: type[Value]) -> type[Value]:
    """The class of a leaf of ``kind`` that a traced function makes: without a hash, as what the function computes."""
    own = {"__slots__": (), "__hash__": _hash_by_identity, "__module__": kind.__module__, "unguarded": kind}
    return type(kind.__name__, (kind,), own)


_known: dict[int, tuple[ref[Value], bool]] = {}
"""What was found of nodes that were asked for their class, by id: so that a loop which asks at each turn is linear."""


def _comes_from_values(node: Value) -> bool:
    """Whether ``node`` depends on a Value that the user made: then it is a Value, and no float, in a plain call too."""
    seen: set[int] = set()
    stack = [node]
    found = False
    while stack and not found:
        each = stack.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        known = _known.get(id(each))
        if known is not None:
            found = known[1]
        elif each.op is None:
            found = type(each) not in (Traced, Varied, Constant)
        else:
            stack += each.parents
    key = id(node)
    _known[key] = (ref(node, lambda _: _known.pop(key, None)), found)
    return found


_COPIED = ("_data", "_first", "_second", "_stamp", "_label", "op", "scope")


def _check_unsealed(value: Value) -> None:
    """Refuse to give a number to the local gradients of an operation that are being differentiated themselves."""
    if current().sealed:
        raise GradientError(
            f"a float was taken out of {describe(value)}, so the derivative of this rule would silently be lost: "
            f"write it with operators and primitives alone"
        )


def _conversion(value: Value, taking: str) -> ConversionError:
    """The refusal to become a plain number, with the way out."""
    refuse_while_recording(value, taking)
    _check_unsealed(value)
    site = calling_site()
    called = replacements(site)
    ways = [" and ".join(called)] if called else []
    if taking == "index()":
        ways.append("autograd.take(values, v) to pick an element")
    elif not called:
        ways += [
            "autograd.math in place of math",
            "an array of dtype object in NumPy",
            "autograd.implicit and autograd.linalg in place of solvers",
        ]
    return ConversionError(
        f"{taking} of {describe(value)} would lose its gradient, at {site}. "
        f"For the number alone write .data; to keep the gradient use {'; '.join(ways)}."
    )


def _check_label(label: Any) -> str:
    if not isinstance(label, str):
        raise TypeError(f"a label is a str, not {label!r}")
    return label


def node_of(op: Primitive, parents: tuple[Value, ...], data: float) -> Value:
    """A node of ``op`` whose value is known: it is not computed, and no context is asked."""
    return _restore(Value, op, parents, (data, None, clock.now, "", ""))


def _restore(
    kind: type[Value],
    op: Primitive | None,
    parents: tuple[Value, ...],
    state: tuple[float, float | None, int, str, str],
    own: dict[str, Any] | None = None,
) -> Value:
    """A node from its pickled parts; ``own`` are the attributes that a subclass gave it."""
    value = object.__new__(kind)
    value._data, value._grad, value._stamp, value._label, value.scope = state
    value._hooks = None
    value.op = op
    if own:
        vars(value).update(own)
    link(value, parents)
    clock.catch_up(value._stamp)
    return value
