"""Names, numbers and arrays given by users, checked; errors call them by name."""

from __future__ import annotations

import difflib
import functools
import inspect
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextvars import Context
from types import MappingProxyType
from typing import Any, ParamSpec, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from autograd import Value

__all__ = [
    "Array", "counted", "finite_from_0", "is_many", "name_of", "nearest", "number_of", "positive", "real_array",
    "real_number", "resolved", "share", "some", "switch", "unknown", "whole_number", "with_hints",
]  # fmt: skip

Array: TypeAlias = NDArray[np.float64]
_P = ParamSpec("_P")
_T = TypeVar("_T")
_NONE: Mapping[str, str] = MappingProxyType({})


# --- words ------------------------------------------------------------------------------------------------


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 input``, ``2 inputs``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def name_of(function: Callable[..., Any]) -> str:
    """The name of a function, such as an activation in a repr; of another callable that of its class."""
    return getattr(function, "__name__", type(function).__name__)


def some(paths: list[str]) -> str:
    """The first few of ``paths``, for a message."""
    if not paths:
        return "none"
    rest = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(map(repr, paths[:3])) + rest


def nearest(name: str, known: Iterable[str]) -> str:
    """``" Did you mean ...?"``: the known names that resemble ``name``, contain it, or have it as initials.

    >>> from nn.arguments import nearest
    >>> known = ["mse", "softmax_cross_entropy"]
    >>> nearest("MSE", known), nearest("cross_entropy", known), nearest("x", ["mse"])
    (" Did you mean 'mse'?", " Did you mean 'softmax_cross_entropy'?", '')
    """
    folded = {candidate.casefold(): candidate for candidate in known}
    asked = name.casefold().strip().replace("-", "_").replace(" ", "_")
    found = [
        each for each in folded if asked and (asked in each or asked == "".join(word[:1] for word in each.split("_")))
    ]
    found += [each for each in difflib.get_close_matches(asked, folded, n=3) if each not in found]
    if asked in folded:
        found = [asked]
    if not found:
        return ""
    first, *others = [repr(folded[each]) for each in found[:5]]
    return f" Did you mean {', '.join([first, *others[:-1]])}{f' or {others[-1]}' if others else ''}?"


def resolved(kind: str, given: Any, known: Mapping[str, _T], expected: str, foreign: Mapping[str, str] = _NONE) -> _T:
    """The entry of the table ``known`` that a name stands for; a function stands for itself.

    Raises:
        ValueError: no entry has this name.
        TypeError: neither a name nor a function.
    """
    if isinstance(given, str):
        if given not in known:
            raise unknown(kind.rpartition(" ")[2], given, known, "a function", foreign)
        return known[given]
    if not callable(given) or isinstance(given, type):
        raise TypeError(f"{kind} must be a name or {expected}, got {given!r:.200}")
    function: _T = given
    return function


def unknown(
    kind: str, name: str, known: Collection[str], instead: str, foreign: Mapping[str, str] = _NONE
) -> ValueError:
    """The error for a name that no entry of a table has; ``instead`` of one something else may be given.

    ``foreign`` has, for names of other libraries in lower case without underscores, the name here or what to write.
    """
    advice = foreign.get(name.casefold().replace("_", ""), "")
    hint = f" Did you mean {advice!r}?" if advice in known else f" {advice}" if advice else nearest(name, known)
    return ValueError(f"unknown {kind} {name!r}; known: {', '.join(known)}; or give {instead}.{hint}")


def with_hints(advice: Mapping[str, str]) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Let a function's error at an unknown keyword say what to write instead.

    Args:
        advice: for keywords of other libraries, what does that here; other keywords get those with a like name.

    >>> from nn.arguments import with_hints
    >>> @with_hints({"learning_rate": "lr=..."})
    ... def learn(*, lr=0.1):
    ...     return lr
    >>> try:
    ...     learn(learning_rate=0.5)
    ... except TypeError as error:
    ...     print(error)
    learn() got an unexpected keyword argument 'learning_rate': write lr=...
    """

    def hinting(function: Callable[_P, _T]) -> Callable[_P, _T]:
        keywords = set(inspect.signature(function).parameters)

        @functools.wraps(function)
        def checked(*args: _P.args, **given: _P.kwargs) -> _T:
            for name in given.keys() - keywords:
                near = nearest(name, keywords)
                hint = f": write {advice[name]}" if name in advice else f".{near}" if near else ""
                title = getattr(function, "__name__", "")
                raise TypeError(f"{title}() got an unexpected keyword argument {name!r}{hint}")
            return function(*args, **given)

        return checked

    return hinting


# --- numbers and arrays ------------------------------------------------------------------------------------


def real_number(number: Any, name: str) -> float:
    """``number``, of which a Value could be made, as a float; otherwise an error that calls it ``name``.

    nan and infinities are numbers.

    Raises:
        TypeError: not one real number.

    >>> from nn.arguments import real_number
    >>> real_number(2, "lr")
    2.0
    """
    if type(number) is float:
        return number
    if isinstance(number, str):
        raise TypeError(f"{name} must be a number, got the str {number!r:.60}")
    try:
        return Context().run(lambda: Value(number).data)  # in a context of its own: a recording need not see it
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None


def number_of(number: Any) -> float:
    """The float in a Value, or a float itself, as a gradient may be either."""
    return number.data if isinstance(number, Value) else float(number)


def finite_from_0(number: Any, name: str) -> float:
    """``number`` as a finite float, 0 or more; otherwise an error that calls it ``name``."""
    found = real_number(number, name)
    if not 0.0 <= found < math.inf:
        raise ValueError(f"{name} must be a finite number, 0 or more, got {number!r}")
    return found


def positive(number: Any, name: str) -> float:
    """``number`` as a finite float above 0; otherwise an error that calls it ``name``."""
    bound = real_number(number, name)
    if not (math.isfinite(bound) and bound > 0.0):
        raise ValueError(f"{name} must be a finite number above 0, got {number!r}")
    return bound


def share(given: Any, name: str) -> float:
    """``given`` as a number from 0 to below 1."""
    number = finite_from_0(given, name)
    if number >= 1.0:
        raise ValueError(f"{name} must be a number from 0 to below 1, got {given!r}")
    return number


def switch(given: Any, name: str) -> bool:
    """``given``, which is True or False: the text "False" is neither."""
    if not isinstance(given, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {given!r}")
    return bool(given)


def whole_number(number: Any, name: str, least: int = 1) -> int:
    """``number`` as an int, ``least`` or more; otherwise an error that calls it ``name``.

    Raises:
        TypeError: not an int of Python's or NumPy's; a bool is neither.
        ValueError: it is less.

    >>> from nn.arguments import whole_number
    >>> whole_number(3, "epochs")
    3
    """
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, {least} or more, got {number!r}")
    if number < least:
        raise ValueError(f"{name} must be a whole number, {least} or more, got {number}")
    return int(number)


def is_many(given: Any) -> bool:
    """Whether it is an ordered container of numbers, and not one number."""
    if isinstance(given, np.ndarray):
        return given.ndim > 0
    return isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping, AbstractSet))


def real_array(numbers: Any, name: str) -> Array:
    """``numbers`` as a new array of float64; nan and infinities are numbers.

    Args:
        numbers: a number, nested lists or an array; of objects too, if each is a number.
        name: what it is, for messages.

    Raises:
        ValueError: nested lists of several lengths.
        TypeError: anything but real numbers, such as text, complex numbers or Values.

    >>> from nn.arguments import real_array
    >>> real_array([[1, 2], [3, 4]], "W")
    array([[1., 2.],
           [3., 4.]])
    """
    try:
        array = np.asarray(numbers)
    except ValueError:
        raise ValueError(f"{name} has rows of several lengths") from None
    if array.dtype.kind == "O":
        return _of_objects(array, name)
    if array.dtype.kind not in "biuf":
        text = _first_text(numbers, name)
        raise TypeError(f"{name} must be an array of real numbers, got one of {array.dtype}{text}")
    return array.astype(np.float64)


def _of_objects(array: np.ndarray[Any, Any], name: str) -> Array:
    if not array.ndim:
        given = array.item()
        hint = f": numpy.array(list({name})) makes one" if isinstance(given, Iterator) else ""
        kind = type(given).__name__
        raise TypeError(f"{name} must be an array of real numbers, got {given!r:.80} of type {kind}{hint}")
    found = np.empty(array.shape)
    for place in np.ndindex(array.shape):
        found[place] = real_number(array[place], _entry(name, place))
    return found


def _first_text(numbers: Any, name: str) -> str:
    """The first entry that is text, and what to do about it; empty if none is."""
    array = np.asarray(numbers, dtype=object)
    for place in np.ndindex(array.shape):
        if isinstance(array[place], (str, bytes)):
            return (
                f": {_entry(name, place)} is {array[place]!r:.40}. Convert written numbers with "
                f"numpy.asarray({name}, float), and number the names of classes from 0"
            )
    return ""


def _entry(name: str, place: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, place))}]" if place else name
