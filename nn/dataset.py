"""Examples and targets handed in by users, as arrays that are known to be right; and how they are divided."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.numeric import Array, real_array

__all__ = ["Dataset", "as_dataset", "as_examples", "as_targets", "divided"]


class Dataset(NamedTuple):
    """Examples with their targets."""

    X: Array
    """One example a row, shape (n, features)."""
    y: Array
    """A target for each, shape (n,) or (n, outputs)."""
    places: NDArray[np.int64]
    """Where each stood in what the user gave."""

    def taken(self, chosen: Any) -> Dataset:
        """The examples at some indices, or of a slice."""
        return Dataset(self.X[chosen], self.y[chosen], self.places[chosen])

    def batches(self, size: int, random: np.random.Generator) -> Iterator[Dataset]:
        """All examples in a new order, ``size`` at a time, the rest in the last.

        One batch of all examples is given in the order in which they came.
        """
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

    >>> from nn.dataset import as_examples
    >>> as_examples([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    array = _finite(examples, name)
    if array.ndim == 1:
        raise ValueError(
            f"{name} has the shape {array.shape}, and holds one example a row: numpy.reshape({name}, (-1, 1)) if each "
            f"number is an example of one feature, numpy.reshape({name}, (1, -1)) if all are features of one example"
        )
    if array.ndim != 2:
        raise ValueError(f"{name} has the shape {array.shape}; it has two axes, examples and features")
    return array


def as_targets(targets: Any, name: str = "y") -> Array:
    """``targets`` as an array of shape (n,), or (n, outputs) for several outputs; finite, with at least one row.

    Raises:
        TypeError: not real numbers.
        ValueError: another shape, rows of several lengths, no rows, nan or an infinity.
    """
    array = _finite(targets, name)
    if array.ndim not in (1, 2):
        raise ValueError(f"{name} has the shape {array.shape}; it is (n,), or (n, outputs) for several outputs")
    return array[:, 0] if array.shape[1:] == (1,) else array


def as_dataset(examples: Any, targets: Any, where: str = "") -> Dataset:
    """Examples with their targets.

    Args:
        examples: of shape (n, features).
        targets: of shape (n,) or (n, outputs).
        where: what they are for, in messages.

    Raises:
        TypeError: not real numbers.
        ValueError: see :func:`as_examples`; or the lengths differ.
    """
    rows, y = as_examples(examples, f"{where}X"), as_targets(targets, f"{where}y")
    if len(rows) != len(y):
        raise ValueError(f"{where}X holds {len(rows)} examples and {where}y {len(y)} targets: it takes one for each")
    return Dataset(rows, y, np.arange(len(rows)))


def divided(data: Dataset, validation: Any, random: np.random.Generator) -> tuple[Dataset, Dataset | None]:
    """What is learnt from, and what is validated on.

    Args:
        data: all that was given.
        validation: None; a pair (X, y); or the share of ``data`` that is kept for it, drawn by ``random``.
        random: draws the share.

    Raises:
        TypeError: ``validation`` is none of these.
        ValueError: the share is not between 0 and 1, or leaves no example on a side; a pair that is no data set.
    """
    if validation is None:
        return data, None
    if isinstance(validation, Real):
        share = float(validation)
        if not 0.0 < share < 1.0:
            raise ValueError(f"validation is a share between 0 and 1, or a pair (X, y), not {validation!r}")
        held = round(share * len(data.X))
        if not 0 < held < len(data.X):
            raise ValueError(
                f"validation={validation!r} of {len(data.X)} examples holds {held} back and leaves "
                f"{len(data.X) - held} to learn from: both need at least one"
            )
        order = random.permutation(len(data.X))
        return data.taken(np.sort(order[held:])), data.taken(np.sort(order[:held]))
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise TypeError(f"validation is a pair (X, y), or a share such as 0.2, not {validation!r:.80}")
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
        raise TypeError(f"{name} is an array with one example a row, not {numbers!r}")
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
