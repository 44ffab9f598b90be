"""Examples with their targets and weights, given by users and checked; and those that are held back from learning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arguments import Array, counted, finite_from_0, real_array, real_number

__all__ = ["Dataset", "as_dataset", "as_examples", "as_targets", "divided", "weighted"]


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
