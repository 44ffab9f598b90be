"""Numbers, arrays, names and examples given by users, checked; errors call them by name."""

from __future__ import annotations

import difflib
import functools
import inspect
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextvars import Context
from numbers import Real
from types import MappingProxyType
from typing import Any, NamedTuple, ParamSpec, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from autograd import Value

__all__ = [
    "Array", "Dataset", "as_dataset", "as_examples", "as_targets", "counted", "divided", "finite_from_0", "is_many",
    "name_of", "nearest", "number_of", "positive", "real_array", "real_number", "resolved", "some", "unknown",
    "weighted", "whole_number", "with_hints",
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

    >>> from nn.data import nearest
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

    >>> from nn.data import with_hints
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

    >>> from nn.data import real_number
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


def whole_number(number: Any, name: str, least: int = 1) -> int:
    """``number`` as an int, ``least`` or more; otherwise an error that calls it ``name``.

    Raises:
        TypeError: not an int of Python's or NumPy's; a bool is neither.
        ValueError: it is less.

    >>> from nn.data import whole_number
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

    >>> from nn.data import real_array
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


# --- examples and targets ---------------------------------------------------------------------------------


class Dataset(NamedTuple):
    """Examples with their targets."""

    X: Array
    """One example a row, shape (n, features)."""
    y: Array
    """A target for each, shape (n,) or (n, outputs)."""
    places: NDArray[np.int64]
    """Where each stood in what the user gave."""
    weights: Array | None = None
    """How much the loss of each counts, shape (n,), above 0; None for all alike."""

    @property
    def weight(self) -> float:
        """The sum of the weights; the number of examples, if all count alike."""
        return float(len(self.X)) if self.weights is None else float(self.weights.sum())

    def taken(self, chosen: Any) -> Dataset:
        """The examples at some indices, or of a slice."""
        weights = None if self.weights is None else self.weights[chosen]
        return Dataset(self.X[chosen], self.y[chosen], self.places[chosen], weights)

    def batches(self, size: int, random: np.random.Generator) -> Iterator[Dataset]:
        """All examples in random order, ``size`` at a time; a single batch keeps their order."""
        count = len(self.X)
        if size == count:
            yield self
            return
        mixed = self.taken(random.permutation(count))
        for start in range(0, count, size):
            yield mixed.taken(slice(start, start + size))


def as_examples(examples: Any, name: str = "X") -> Array:
    """``examples`` as an array of shape (n, features), finite, with at least one row.

    Raises:
        TypeError: not real numbers.
        ValueError: another shape, rows of several lengths, no rows, nan or an infinity.

    >>> from nn.data import as_examples
    >>> as_examples([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    array = _finite(examples, name)
    if array.ndim == 1:
        raise ValueError(
            f"{name} has the shape {array.shape}, and must hold one example a row: numpy.reshape({name}, (-1, 1)) if "
            f"each number is an example of one feature, numpy.reshape({name}, (1, -1)) if all are features of one "
            f"example"
        )
    if array.ndim != 2:
        raise ValueError(f"{name} has the shape {array.shape}; it must have two axes, examples and features")
    return array


def as_targets(targets: Any, name: str = "y") -> Array:
    """``targets`` as an array of shape (n,), or (n, outputs) for several outputs; finite, with at least one row.

    Raises:
        TypeError: not real numbers.
        ValueError: another shape, rows of several lengths, no rows, nan or an infinity.
    """
    array = _finite(targets, name)
    if array.ndim not in (1, 2):
        raise ValueError(f"{name} has the shape {array.shape}; it must be (n,), or (n, outputs) for several outputs")
    return array[:, 0] if array.shape[1:] == (1,) else array


def as_dataset(examples: Any, targets: Any, where: str = "") -> Dataset:
    """Examples of shape (n, features) with their targets, of shape (n,) or (n, outputs).

    Raises:
        TypeError: not real numbers.
        ValueError: see :func:`as_examples`; or the lengths differ.
    """
    rows, y = as_examples(examples, f"{where}X"), as_targets(targets, f"{where}y")
    if len(rows) != len(y):
        raise ValueError(
            f"{where}X has {counted(len(rows), 'example')} but {where}y has {counted(len(y), 'target')}: give one "
            f"target for each example"
        )
    return Dataset(rows, y, np.arange(len(rows)))


def weighted(data: Dataset, sample_weight: Any, class_weight: Any = None) -> Dataset:
    """``data`` with weights; an example that weighs nothing is left out.

    Args:
        data: without weights.
        sample_weight: None, or a number for each example.
        class_weight: None; a dict from a label to a weight, where a label that it lacks weighs 1; or ``"balanced"``,
            n / (classes · n of the class), which gives every class the same total weight; n counts ``sample_weight``.
            Both multiply.

    Raises:
        TypeError: neither of these.
        ValueError: weights that are negative, not finite, not as many as examples, or all 0; labels that are not whole.

    Source: scikit-learn, ``sklearn.utils.class_weight.compute_class_weight``.
    """
    if sample_weight is None and class_weight is None:
        return data
    weights = np.ones(len(data.X)) if sample_weight is None else _weights(sample_weight, len(data.X))
    if class_weight is not None:
        weights = weights * _weights_of_classes(class_weight, data.y, weights)
    counting = weights > 0.0
    if not counting.any():
        raise ValueError("sample_weight and class_weight are 0 for every example: there is nothing to learn from")
    return data._replace(weights=weights).taken(counting)


def _weights(sample_weight: Any, count: int) -> Array:
    array = real_array(sample_weight, "sample_weight")
    if array.shape != (count,):
        raise ValueError(
            f"sample_weight must have the shape ({count},), one number for each example, got {array.shape}"
        )
    wrong = ~((array >= 0.0) & np.isfinite(array))
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"sample_weight[{place}] must be a finite number, 0 or more, got {array[place]}")
    return array


def _weights_of_classes(class_weight: Any, targets: Array, weights: Array) -> Array:
    """The weight of the class of each target, of examples that have ``weights`` of their own."""
    classes, which = np.unique(_class_of_each(targets), return_inverse=True)
    if isinstance(class_weight, str) and class_weight == "balanced":
        together = np.bincount(which, weights=weights)
        shares = len(classes) * np.where(
            together > 0.0, together, np.inf
        )  # what weighs nothing goes on weighing nothing
        return np.asarray(weights.sum() / shares)[which]
    if not isinstance(class_weight, Mapping):
        raise TypeError(f"class_weight must be a dict from labels to weights, or 'balanced', got {class_weight!r:.80}")
    given = {
        real_number(label, "a label in class_weight"): finite_from_0(weight, f"class_weight[{label!r}]")
        for label, weight in class_weight.items()
    }
    strangers = [label for label in given if label not in classes]
    if strangers:
        present = ", ".join(f"{label:g}" for label in classes[:10])
        raise ValueError(f"class_weight names the label {strangers[0]:g}, but y has the labels {present}")
    return np.array([given.get(label, 1.0) for label in classes.tolist()])[which]


def _class_of_each(targets: Array) -> Array:
    """The label of each example: its target, or the place of the 1 in its row."""
    if targets.ndim == 2:
        if not (((targets == 1.0).sum(axis=1) == 1) & (np.count_nonzero(targets, axis=1) == 1)).all():
            raise ValueError(
                "class_weight takes one label for each example, or a row with one 1 in it and 0 elsewhere: for several "
                "outputs give sample_weight"
            )
        return np.array(targets.argmax(axis=1), dtype=float)
    broken = targets != np.floor(targets)
    if broken.any():
        raise ValueError(
            f"class_weight takes labels, whole numbers, and y holds {targets[broken][0]:g}: give sample_weight"
        )
    return targets


def divided(data: Dataset, validation: Any, random: np.random.Generator) -> tuple[Dataset, Dataset | None]:
    """The examples to learn from, and those to validate on: a pair (X, y), or a share of ``data`` that is drawn.

    Raises:
        TypeError: ``validation`` is none of these.
        ValueError: the share is not between 0 and 1, or leaves no example on a side; a pair that is no data set.
    """
    if validation is None:
        return data, None
    if isinstance(validation, Real):
        share = float(validation)
        if not 0.0 < share < 1.0:
            raise ValueError(f"validation must be a share between 0 and 1, or a pair (X, y), got {validation!r}")
        held = round(share * len(data.X))
        if not 0 < held < len(data.X):
            raise ValueError(
                f"validation={validation!r} of {len(data.X)} examples holds {held} back and leaves "
                f"{len(data.X) - held} to learn from: both need at least one"
            )
        order = random.permutation(len(data.X))
        return data.taken(np.sort(order[held:])), data.taken(np.sort(order[:held]))
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise TypeError(f"validation must be a pair (X, y), or a share such as 0.2, got {validation!r:.80}")
    held_out = as_dataset(validation[0], validation[1], "validation ")
    if held_out.X.shape[1] != data.X.shape[1] or held_out.y.shape[1:] != data.y.shape[1:]:
        raise ValueError(
            f"validation X {held_out.X.shape} and y {held_out.y.shape} are not built like X {data.X.shape} and "
            f"y {data.y.shape}"
        )
    return data, held_out


def _finite(numbers: Any, name: str) -> Array:
    array = real_array(numbers, name)
    if array.ndim == 0:
        raise TypeError(f"{name} must be an array with one example a row, got {numbers!r}")
    if not array.size:
        raise ValueError(f"{name} has the shape {array.shape}: it holds no examples")
    finite = np.isfinite(array)
    if not finite.all():
        faults = np.argwhere(~finite)
        first = tuple(faults[0].tolist())
        more = f", and {len(faults) - 1} more such numbers" if len(faults) > 1 else ""
        raise ValueError(
            f"{name}[{', '.join(map(str, first))}] is {array[first]}{more}: leave such examples out, or put a number in"
        )
    return np.ascontiguousarray(array)
