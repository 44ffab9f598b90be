"""Linear algebra of small matrices of Values: ``solve``, ``inv``, ``det``, ``cholesky``.

A matrix is a list of rows or a NumPy array of two dimensions, of numbers, of Values or of both; lists give lists,
arrays give arrays, and numbers alone give floats. Every entry is made by ordinary operations, so gradients of any
order, every transform and ``compile`` work as on a formula written out. NumPy's ``numpy.linalg`` takes floats alone.

The elimination chooses each pivot by comparing Values. In a recording these comparisons are guards: where the rows need
another order, another path is recorded. ``dot`` sums the products of a row and a column, rounding once; so results are
about as good as a matrix's condition allows.

>>> from autograd import grad, linalg
>>> linalg.solve([[2.0, 1.0], [1.0, 3.0]], [3.0, 5.0])
[0.8, 1.4]
>>> grad(lambda x: linalg.det([[x, 2.0], [3.0, x]]))(5.0)
10.0

Source: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, SIAM, 2002: chapters 9 (elimination)
and 10 (Cholesky's factor).
"""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd.context import current, recording
from autograd.errors import DomainError
from autograd.primitives import as_float
from autograd.rules import dot, prod, sqrt
from autograd.rules.arithmetic import div
from autograd.sweep import number_of
from autograd.trees import array_of, leaves_of
from autograd.value import Value

__all__ = ["cholesky", "det", "inv", "solve"]

Row = list[Any]
Matrix = list[Row]

_LARGEST = sys.float_info.max
_EPSILON = sys.float_info.epsilon
_TINY = 1e-290
"""The reciprocal of a pivot below this, and the products with it, may overflow."""
_ASYMMETRY = 1e-8
"""The largest difference of two entries that should be equal, relative to the diagonal."""


# --- the four functions -----------------------------------------------------------------------------------


def solve(A: Any, b: Any) -> Any:  # noqa: N803 -- the symbol of mathematics
    """The solution x of A x = b, by elimination with partial pivoting.

    Args:
        A: a square matrix (n, n).
        b: a vector (n,), or a matrix (n, m) whose columns are right-hand sides.

    Returns:
        x, built like ``b``: a list (of lists), or an array if ``A`` or ``b`` is one.

    Raises:
        DomainError: the matrix is singular, exactly or to the precision of floats, or an entry is not finite. Inside
            ``errstate(domain="nan")`` the result is nan or infinite instead.
        ValueError: the shapes do not fit. TypeError: an entry is not a real number.

    >>> from autograd import Value, linalg
    >>> a = Value(4.0, "a")
    >>> x = linalg.solve([[a, 1.0], [2.0, 3.0]], [9.0, 13.0])
    >>> x[0].backward()
    >>> [entry.data for entry in x], a.grad
    ([1.4, 3.4], -0.42)
    """
    rows, is_array = _square("solve(A, b): A", A)
    sides, is_vector, b_is_array = _right_sides("solve(A, b): b", b, len(rows))
    elimination = _eliminated("solve(A, b)", rows)
    columns = [elimination.solution(side) for side in sides]
    if is_vector:
        return array_of(columns[0], (len(rows),)) if is_array or b_is_array else columns[0]
    return _result([list(row) for row in zip(*columns, strict=True)], is_array=is_array or b_is_array)


def inv(A: Any) -> Any:  # noqa: N803 -- the symbol of mathematics
    """The inverse A⁻¹; its differential is −A⁻¹ dA A⁻¹.

    To multiply by it once, ``solve`` is cheaper and more accurate.

    Args:
        A: a square matrix (n, n).

    Raises:
        DomainError: the matrix is singular, exactly or to the precision of floats, or an entry is not finite. Inside
            ``errstate(domain="nan")`` the result is nan or infinite instead.
        ValueError: the matrix is not square. TypeError: an entry is not a real number.

    >>> from autograd import jacobian, linalg
    >>> linalg.inv([[2.0, 0.0], [1.0, 4.0]])
    [[0.5, 0.0], [-0.125, 0.25]]
    >>> jacobian(lambda x: linalg.inv([[x, 0.0], [1.0, 4.0]]))(2.0)[1]
    [0.0625, 0.0]
    """
    rows, is_array = _square("inv(A): A", A)
    elimination = _eliminated("inv(A)", rows)
    columns = [
        elimination.solution([1.0 if row == column else 0.0 for row in range(len(rows))]) for column in range(len(rows))
    ]
    return _result([list(row) for row in zip(*columns, strict=True)], is_array=is_array)


def det(A: Any) -> Any:  # noqa: N803 -- the symbol of mathematics
    """The determinant |A|; its gradient is the matrix of cofactors, |A| A⁻ᵀ where A has an inverse.

    The derivatives of every order are right at singular matrices too. Elimination never divides by a pivot that is 0,
    or that rounding alone made: a column without a better one is deferred, and the determinant of the deferred columns
    is found without division. Numbers below 2.2e-308 have fewer digits, and so has the determinant of a matrix with a
    column of them.

    Args:
        A: a square matrix (n, n).

    Raises:
        DomainError: an entry is not finite. OverflowDomainError: the determinant is too large for a float.
        ValueError: the matrix is not square. TypeError: an entry is not a real number.

    >>> from autograd import grad, linalg
    >>> linalg.det([[1.0, 2.0], [2.0, 4.0]])
    0.0
    >>> grad(linalg.det)([[1.0, 2.0], [2.0, 4.0]])
    [[4.0, -2.0], [-2.0, 1.0]]
    """
    rows, _ = _square("det(A): A", A)
    elimination, deferred, flips = _Elimination(rows), [], 0
    for column in range(len(rows)):
        entries = [row[column] for row in rows]
        above, rest, best = elimination.candidates(entries)
        if elimination.is_noise(entries, above, rest, best) or _size(rest[best]) < _TINY:
            deferred.append(column)
            continue
        # A transposition of rows flips the sign, and so does each deferred column that this one goes past.
        flips += (best > 0) + len(deferred)
        elimination.eliminate(above, rest, best)
    remaining = [elimination.reduced([row[column] for row in rows])[1] for column in deferred]
    factors = [above[-1] for above in elimination.upper] + ([_division_free_det(remaining)] if remaining else [])
    value = prod(factors) if len(factors) > 1 else factors[0]
    return 0.0 - value if flips % 2 else value  # and not -value, which makes -0.0 of 0


def cholesky(A: Any) -> Any:  # noqa: N803 -- the symbol of mathematics
    """The lower triangle L, with a positive diagonal, for which L Lᵀ = A.

    A symmetric matrix has each number twice. Where the two are different Values (of the same data), each has half of
    the gradient, as in JAX and PyTorch.

    Args:
        A: a symmetric positive definite matrix (n, n).

    Raises:
        DomainError: the matrix is not symmetric, or not positive definite, or an entry is not finite. Inside
            ``errstate(domain="nan")`` entries of the result are nan or infinite instead.
        ValueError: the matrix is not square. TypeError: an entry is not a real number.

    >>> from autograd import jacobian, linalg
    >>> linalg.cholesky([[4.0, 2.0], [2.0, 10.0]])
    [[2.0, 0.0], [1.0, 3.0]]
    >>> jacobian(lambda x: linalg.cholesky([[x, 2.0], [2.0, 10.0]]))(4.0)[1]
    [-0.125, 0.041666666666666664]
    """
    rows, is_array = _square("cholesky(A): A", A)
    lower: Matrix = []
    negated: Matrix = []
    for i, row in enumerate(rows):
        across: Row = []
        for j in range(i):
            across.append(div(_plus_dot(_symmetric(rows, i, j), across, negated[j]), lower[j][j]))
        negated.append([-entry for entry in across])
        pivot = _plus_dot(row[i], across, negated[i])
        if _is_checked() and not pivot > _noise(row[i], across, across):
            raise _refused(
                f"cholesky(A) needs a positive definite matrix, got one whose pivot {i} is {number_of(pivot)!r}. "
                f"Use errstate(domain='nan') for IEEE values instead."
            )
        lower.append([*across, sqrt(pivot)])
    return _result([row + [0.0] * (len(rows) - len(row)) for row in lower], is_array=is_array)


# --- elimination ------------------------------------------------------------------------------------------


class _Elimination:
    """P A = L U, a column at a time, with the rows of A in the order in which they became pivots.

    Attributes:
        order: the rows of A; those of the pivots so far come first.
        lower: for each row of A its multipliers: how much of each row of a pivot is added to it, −L.
        upper: for each pivot the column of U that ends with it.
    """

    def __init__(self, rows: Matrix) -> None:
        self.order = list(range(len(rows)))
        self.lower: Matrix = [[] for _ in rows]
        self.upper: Matrix = []

    def reduced(self, column: Row) -> tuple[Row, Row]:
        """``column`` after the elimination so far: its entries in the rows of pivots, and in the rest."""
        above: Row = []
        for row in self.order[: len(self.upper)]:
            above.append(_plus_dot(column[row], self.lower[row], above))
        return above, [_plus_dot(column[row], self.lower[row], above) for row in self.order[len(above) :]]

    def candidates(self, column: Row) -> tuple[Row, Row, int]:
        """As :func:`reduced`, and the place in the rest of the largest, the first of equals: partial pivoting."""
        above, rest = self.reduced(column)
        return above, rest, max(range(len(rest)), key=lambda place: _size(rest[place]))

    def is_noise(self, column: Row, above: Row, rest: Row, best: int) -> bool:
        """Whether the entry at ``best`` of ``rest`` is no larger than rounding makes it, or is nan."""
        row = self.order[len(self.upper) + best]
        return not _size(rest[best]) > _noise(column[row], self.lower[row], above)

    def eliminate(self, above: Row, rest: Row, best: int) -> None:
        """Make the entry at ``best`` of ``rest`` the next pivot."""
        done, pivot = len(self.upper), rest[best]
        rest = list(rest)
        for entries, first in ((self.order, done), (rest, 0)):
            entries[first], entries[first + best] = entries[first + best], entries[first]
        for row, entry in zip(self.order[done + 1 :], rest[1:], strict=True):
            self.lower[row].append(entry if _is_zero(entry) else -div(entry, pivot))
        self.upper.append([*above, pivot])

    def solution(self, side: Row) -> Row:
        """x of A x = ``side``, when every column has been eliminated: forwards through L, backwards through U."""
        forward, _ = self.reduced(side)
        x: Row = []
        negated: Row = []
        for place in reversed(range(len(forward))):
            across = [self.upper[j][place] for j in reversed(range(place + 1, len(forward)))]
            x.append(div(_plus_dot(forward[place], across, negated), self.upper[place][place]))
            negated.append(-x[-1])
        return x[::-1]


def _eliminated(name: str, rows: Matrix) -> _Elimination:
    """The elimination of a matrix that is not singular."""
    elimination = _Elimination(rows)
    for number in range(len(rows)):
        column = [row[number] for row in rows]
        above, rest, best = elimination.candidates(column)
        if _is_checked() and elimination.is_noise(column, above, rest, best):
            raise _refused(
                f"{name} needs a matrix that is not singular, got one whose pivot {number} is "
                f"{number_of(rest[best])!r}, no larger than rounding makes it. "
                f"Use errstate(domain='nan') for IEEE values instead."
            )
        elimination.eliminate(above, rest, best)
    return elimination


def _plus_dot(entry: Any, xs: Row, ys: Row) -> Any:
    """``entry`` + Σ x·y, rounded once. Products with a literal 0 are left out."""
    pairs = [(x, y) for x, y in zip(xs, ys, strict=False) if not (_vanishes(x, y) or _vanishes(y, x))]
    if not pairs:
        return entry
    return dot([entry, *(x for x, _ in pairs)], [1.0, *(y for _, y in pairs)])


def _noise(entry: Any, xs: Row, ys: Row) -> Any:
    """The largest result of :func:`_plus_dot` that rounding alone may give: the x and y have errors of their own."""
    terms = [_size(x) * _size(y) for x, y in zip(xs, ys, strict=False)]
    return functools.reduce(lambda total, term: total + term, terms, _size(entry)) * (len(terms) * _EPSILON)


def _division_free_det(rows: Matrix) -> Any:
    """The determinant by sums and products alone, in n⁴ steps: right, with every derivative, whatever the rank.

    Source: R. S. Bird, "A simple division-free algorithm for computing determinants", Information Processing Letters
    111 (2011).
    """
    n, powers = len(rows), rows
    for _ in range(n - 1):
        above = [[0.0] * i + [0.0, *powers[i][i + 1 :]] for i in range(n)]
        total: Any = 0.0
        for i in reversed(range(n)):
            above[i][i] = -total
            total = total + powers[i][i]
        powers = [[dot(row, [other[j] for other in rows]) for j in range(n)] for row in above]
    return powers[0][0] if n % 2 else -powers[0][0]


# --- numbers that may be recorded -------------------------------------------------------------------------


def _size(number: Any) -> Any:
    """The magnitude of ``number``, to be compared: a float, or in a recording a Value, whose comparison is a guard."""
    return abs(number) if recording() else abs(number_of(number))


def _is_zero(number: Any) -> bool:
    """Whether ``number`` is a literal 0, which stays 0 in every replay."""
    return not isinstance(number, Value) and number == 0.0


def _vanishes(zero: Any, factor: Any) -> bool:
    """Whether ``zero`` is a literal 0, and its product with ``factor`` is 0 too."""
    return _is_zero(zero) and (isinstance(factor, Value) or math.isfinite(factor))


def _is_checked() -> bool:
    """Whether a matrix outside the domain raises; in a recording, whether the user's code would catch it."""
    by = recording()
    return current().domain != "nan" if by is None else by.raises()


def _refused(message: str) -> DomainError:
    """The error for a matrix outside the domain, noted by the recording that is under way."""
    error, by = DomainError(message), recording()
    if by is not None:
        by.raised(error)
    return error


def _symmetric(rows: Matrix, i: int, j: int) -> Any:
    """The one number that the entries (i, j) and (j, i) are."""
    here, there = rows[i][j], rows[j][i]
    if here is there or not (isinstance(here, Value) or isinstance(there, Value) or here != there):
        return here
    if _is_checked():
        allowed = (_size(rows[i][i]) + _size(rows[j][j])) * _ASYMMETRY
        if _size(here - there) > allowed:
            raise _refused(
                f"cholesky(A) needs a symmetric matrix, got A[{i}][{j}] = {number_of(here)!r} and "
                f"A[{j}][{i}] = {number_of(there)!r}. Use errstate(domain='nan') to take their mean."
            )
    return 0.5 * (here + there)


# --- matrices in and out ----------------------------------------------------------------------------------


def _square(where: str, given: Any) -> tuple[Matrix, bool]:
    """The rows of a square matrix, and whether it was an array."""
    rows, is_array = _rows(where, given)
    if any(len(row) != len(rows) for row in rows):
        raise ValueError(f"{where} must be a square matrix, got {_shape_of(rows)}")
    _check_finite(where, rows)
    return rows, is_array


def _right_sides(where: str, given: Any, n: int) -> tuple[Matrix, bool, bool]:
    """The columns of b, whether it is a vector, and whether it was an array."""
    is_array = isinstance(given, np.ndarray)
    if (is_array and given.ndim == 1) or (
        isinstance(given, (list, tuple)) and not any(isinstance(entry, (list, tuple, np.ndarray)) for entry in given)
    ):
        vector = _numbers(where, given)
        if len(vector) != n:
            raise ValueError(f"{where} must hold {n} numbers, as A has rows, got {len(vector)}")
        _check_finite(where, [vector], is_vector=True)
        return [vector], True, is_array
    rows, is_array = _rows(where, given)
    if len(rows) != n or len({len(row) for row in rows}) != 1 or not rows[0]:
        raise ValueError(f"{where} must have {n} rows of equal length, as A has rows, got {_shape_of(rows)}")
    _check_finite(where, rows)
    return [list(column) for column in zip(*rows, strict=True)], False, is_array


def _rows(where: str, given: Any) -> tuple[Matrix, bool]:
    is_array = isinstance(given, np.ndarray)
    if is_array and given.ndim != 2:
        raise ValueError(f"{where} must have two dimensions, got an array of shape {given.shape}")
    if not is_array and not isinstance(given, (list, tuple)):
        advice = ": take its .to_numpy()" if hasattr(given, "to_numpy") else ""
        raise TypeError(f"{where} must be a list of rows or an array, got {_kind_of(given)}{advice}")
    for i, row in enumerate(given):
        if not isinstance(row, (list, tuple)) and not (isinstance(row, np.ndarray) and row.ndim == 1):
            raise TypeError(f"{where} must be a list of rows, got {_kind_of(row)} as row {i}")
    if not len(given):
        raise ValueError(f"{where} must have at least one row, got none")
    return [_numbers(f"{where}[{i}]", row) for i, row in enumerate(given)], is_array


def _numbers(where: str, entries: Any) -> Row:
    """``entries`` as floats and Values."""
    if isinstance(entries, np.ndarray):
        (array,), _ = leaves_of(entries, where)
        numbers: Row = array.tolist()
        return numbers
    return [entry if isinstance(entry, Value) else as_float(entry, f"{where}[{i}]") for i, entry in enumerate(entries)]


def _check_finite(where: str, rows: Iterable[Sequence[Any]], *, is_vector: bool = False) -> None:
    if not _is_checked():
        return
    for i, row in enumerate(rows):
        for j, entry in enumerate(row):
            if not entry >= -_LARGEST or not entry <= _LARGEST:  # nan is neither
                place = f"[{j}]" if is_vector else f"[{i}][{j}]"
                label = f" ({entry.label!r})" if isinstance(entry, Value) and entry.label else ""
                raise _refused(
                    f"{where} must be made of finite numbers, got {number_of(entry)!r} at {place}{label}. "
                    f"Use errstate(domain='nan') for IEEE values instead."
                )


def _shape_of(rows: Matrix) -> str:
    lengths = [len(row) for row in rows]
    count = f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
    if len(set(lengths)) == 1:
        return f"{count} of {lengths[0]}"
    return f"{count} of {', '.join(map(str, lengths))}"


def _kind_of(given: Any) -> str:
    if isinstance(given, np.ndarray):
        return f"an array of shape {given.shape}"
    if isinstance(given, Value):
        return f"the number {given._data!r}"
    return f"{given!r}" if isinstance(given, (int, float, str)) or given is None else f"a {type(given).__name__}"


def _result(rows: Matrix, *, is_array: bool) -> Any:
    """``rows`` as they are, or as an array: of floats if they all are."""
    if not is_array:
        return rows
    return array_of([entry for row in rows for entry in row], (len(rows), len(rows[0])))
