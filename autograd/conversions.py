"""Refusals: of whatever would make a plain number of a Value, or look it up as one, and lose its gradient unseen.

Whatever asks for a float is refused, be it the standard library's ``math``, NumPy, pandas or SciPy; and so is a look-up
by hash in a traced function, where ``x in {2.0, 5.0}`` would silently not find a Value. The message names the way out.
"""

from __future__ import annotations

import functools
from typing import Any, ClassVar, NoReturn
from weakref import ref

from autograd.context import asked_by_library, current, refuse_while_recording, variable_of
from autograd.debugging import calling_site, replacements
from autograd.errors import ConversionError, GradientError
from autograd.sweep import become, describe, topological_order

__all__ = [
    "CONVERSIONS",
    "HiddenHash",
    "Refusals",
    "StandIn",
    "check_unsealed",
    "comes_from_values",
    "guarded",
    "is_traced",
    "refused",
]

CONVERSIONS = ("float()", "int()", "index()", "complex()", "as_integer_ratio()", "hex()")
"""The conversions that a Value refuses with :class:`~autograd.errors.ConversionError`."""


class Refusals:
    """The part of a Value that refuses to become a plain number."""

    __slots__ = ()

    def __float__(self) -> float:
        raise refused(self, "float()")

    def __int__(self) -> int:
        raise refused(self, "int()")

    def __index__(self) -> int:
        raise refused(self, "index()")

    def __complex__(self) -> complex:
        raise refused(self, "complex()")

    @property
    def _mask(self) -> NoReturn:
        """Asked for by NumPy's masked arrays, which have taken the float by then."""
        raise ConversionError(
            f"a masked array would take the float out of {describe(self)}, and its gradient would be lost: use a plain "
            f"array, and autograd.where for what is masked"
        )


def check_unsealed(value: Any) -> None:
    """Refuse to give a number to the local gradients of an operation that are being differentiated themselves."""
    if current().sealed:
        raise GradientError(
            f"a float was taken out of {describe(value)}, so the derivative of this rule would silently be lost: "
            f"write it with operators and primitives alone"
        )


def refused(value: Any, taking: str) -> ConversionError:
    """The refusal to become a plain number, with the way out."""
    refuse_while_recording(value, taking)
    check_unsealed(value)
    site = calling_site()
    called = replacements(site)
    ways = [" and ".join(called)] if called else []
    if "range(" in site.text or taking == "index()":
        ways.append("a plain int for a count, in an argument that is not differentiated, and static in compile()")
    if taking == "index()":
        ways.append("autograd.take(values, v) to pick an element")
    elif not ways:
        ways += [
            "autograd.math in place of math",
            "an array of dtype object in NumPy",
            "autograd.implicit and autograd.linalg in place of solvers",
        ]
    return ConversionError(
        f"{taking} of {describe(value)} would lose its gradient, at {site}. "
        f"For the number alone write .data; to keep the gradient use {'; '.join(ways)}."
    )


def is_traced(value: Any) -> bool:
    """Whether a function under a transform or a recording has to do with ``value``: this one, or another thread's."""
    return current().traced or variable_of(value) is not None


class HiddenHash:
    """The part of a Value that is computed in a traced function, or used there, that hides its hash."""

    __slots__ = ()

    def __hash__(self) -> int:
        """By identity, as of every Value, but in a traced function for this library alone."""
        if not asked_by_library() and is_traced(self):
            raise ConversionError(
                f"hash() of {describe(self)} in a function that is differentiated or recorded, at {calling_site()}. "
                f"A set or a dict of numbers does not find a Value: compare with ==, or look in a list or a tuple."
            )
        return object.__hash__(self)


class NumberAsText(str):
    """A traced Value as it is printed. Whoever reads a number from it in the traced function would lose its gradient.

    A number that is printed together with other text, or by ``str.format``, is plain text and is not seen.
    """

    __slots__ = ("variable",)

    variable: Any
    """A variable of the function, by which a thread knows that it still runs; None if it does no more."""

    @classmethod
    def of(cls, value: Any, text: str) -> NumberAsText:
        """``text``, as which ``value`` was printed."""
        number = cls(text)
        number.variable = variable_of(value)
        return number

    def __float__(self) -> float:
        return float(self._unlinked("float()"))

    def __int__(self) -> int:
        return int(self._unlinked("int()"))

    def _unlinked(self, taking: str) -> str:
        if current().traced or (self.variable is not None and self.variable.traced):
            raise ConversionError(
                f"{taking} of the text {str(self)!r}, which a Value was formatted as, would lose its gradient, at "
                f"{calling_site()}. For the number alone write .data; to keep the gradient use the Value itself, "
                f"rounded by autograd.round()."
            )
        return str(self)


class StandIn(HiddenHash):
    """The part of a traced Value that lets it stand for the number that the function is about.

    It has no hash there, and a copy is the number itself: ``dataclasses.asdict`` copies what it finds, and a copy of
    the graph would have no gradient here.
    """

    __slots__ = ()

    plainly: ClassVar[type[Any]]
    """The class of the Values that a user makes."""

    @property
    def __class__(self) -> Any:
        """The class of the number that stands here where the function is called on plain numbers.

        ``isinstance``, ``match`` and :func:`functools.singledispatch` ask for it, and so choose the same branch.
        """
        if asked_by_library() or not is_traced(self):
            return type(self)
        return self.plainly if comes_from_values(self) else float

    @__class__.setter
    def __class__(self, kind: type[Any]) -> None:
        become(self, kind)

    def __repr__(self) -> str:
        return NumberAsText.of(self, super().__repr__())

    def __format__(self, spec: str) -> str:
        return NumberAsText.of(self, super().__format__(spec))

    # What a float has beside its operators, for whoever took this for one.

    def is_integer(self: Any) -> bool:
        """Whether the number is whole: a comparison, which a recording keeps as a guard."""
        return bool(self - self == 0.0) and bool(self == self.__floor__())

    def as_integer_ratio(self) -> tuple[int, int]:
        """Refused: a pair of ints has no gradient."""
        raise refused(self, "as_integer_ratio()")

    def hex(self) -> str:
        """Refused: a text has no gradient."""
        raise refused(self, "hex()")

    def __copy__(self) -> Any:
        return self if is_traced(self) else super().__copy__()  # type: ignore[misc]  # Value's

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self if is_traced(self) else super().__deepcopy__(memo)  # type: ignore[misc]  # Value's

    def __reduce_ex__(self, protocol: Any) -> Any:
        refuse_while_recording(self, "pickling")
        if is_traced(self):
            raise ConversionError(
                f"pickling of {describe(self)} in a function that is differentiated, at {calling_site()}: "
                f"what comes back is another graph, so its gradient would be lost. Differentiate the function that "
                f"takes it from there, or hand over .data"
            )
        return super().__reduce_ex__(protocol)


@functools.cache
def guarded(kind: Any) -> type[Any]:
    """The class of a leaf of ``kind`` that a traced function makes: it hides its hash."""
    return type(kind.__name__, (HiddenHash, kind), {"__slots__": (), "__module__": kind.__module__, "unguarded": kind})


_known: dict[int, tuple[ref[Any], bool]] = {}
"""The answers already found, by the id of a node: so that a loop which asks at each turn is linear."""


def comes_from_values(node: Any) -> bool:
    """Whether ``node`` depends on a Value that the user made: then it is a Value, and no float, in a plain call too."""
    key = id(node)
    if key not in _known:
        order = topological_order(node, known=_known)
        found = any(each.op is None and not each.stands_in for each in order) or any(
            _known[id(parent)][1] for each in order for parent in each.parents if id(parent) in _known
        )
        _known[key] = (ref(node, lambda _: _known.pop(key, None)), found)
    return _known[key][1]
