"""Linear algebra of small matrices of Values, against NumPy, mpmath and the formulas of the textbook."""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import (
    DomainError,
    OverflowDomainError,
    Value,
    errstate,
    grad,
    hessian,
    jacfwd,
    jacobian,
    jvp,
    linalg,
    vjp,
)
from autograd.linalg import cholesky, det, inv, solve

Array = np.ndarray[Any, Any]
inf, nan = math.inf, math.nan
SIZES = (1, 2, 3, 4, 5, 8, 13)


def matrix(n: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=(n, n))


def positive(n: int, seed: int = 0) -> Array:
    a = matrix(n, seed)
    return a @ a.T + np.eye(n)


def close(found: Any, expected: Any, rel: float = 1e-11) -> None:
    """Equal up to ``rel`` of the largest number."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    assert found.shape == expected.shape
    assert np.max(np.abs(found - expected)) <= rel * max(np.max(np.abs(expected)), 1e-300), (found, expected)


def floats(tree: Any) -> Any:
    return [floats(each) for each in tree] if isinstance(tree, (list, np.ndarray)) else tree.data


# --- values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", SIZES)
def test_values_against_numpy(n: int) -> None:
    a, s = matrix(n), positive(n)
    b, many = matrix(n, 1)[0], matrix(n, 2)[:, : max(1, n - 1)]
    close(solve(a, b), np.linalg.solve(a, b), 1e-10)
    close(solve(a, many), np.linalg.solve(a, many), 1e-10)
    close(inv(a), np.linalg.inv(a), 1e-10)
    close(det(a), np.linalg.det(a), 1e-12)
    close(cholesky(s), np.linalg.cholesky(s), 1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_residuals_of_random_matrices(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(n, n)) * 10.0 ** rng.uniform(-8, 8, (n, 1))  # rows of very different sizes
    b = rng.normal(size=n)
    x = solve(a, b)
    assert np.all(np.abs(a @ x - b) <= 1e-13 * n * (np.abs(a) @ np.abs(x) + np.abs(b)) * 100)
    with mpmath.workdps(60):
        close(float(mpmath.mpf(det(a)) / mpmath.det(mpmath.matrix(a.tolist()))), 1.0, 1e-9)


@pytest.mark.parametrize("n", range(2, 12))
def test_hilbert_matrices_are_solved_as_well_as_their_condition_allows(n: int) -> None:
    hilbert = [[1 / (i + j + 1) for j in range(n)] for i in range(n)]
    condition = np.linalg.cond(hilbert)
    with mpmath.workdps(80):
        exact = mpmath.matrix(hilbert)
        x = mpmath.lu_solve(exact, mpmath.matrix([1] * n))
        inverse = exact**-1
        close(solve(hilbert, [1] * n), list(x), 2e-16 * condition)
        close(inv(hilbert), inverse.tolist(), 2e-16 * condition)
        close(det(hilbert), mpmath.det(exact), 2e-16 * condition)
        if n < 9:
            slopes = [[float(mpmath.det(exact) * inverse[j, i]) for j in range(n)] for i in range(n)]
            close(grad(det)(hilbert), slopes, 1e-14 * condition)
        lower = mpmath.cholesky(exact)
        close(cholesky(hilbert), lower.tolist(), 2e-16 * condition)


def test_graded_and_badly_scaled_matrices_are_not_taken_for_singular() -> None:
    close(solve([[1.0, 0.0], [0.0, 1e-200]], [1.0, 1e-200]), [1.0, 1.0])
    close(solve([[1e-20, 1.0], [1.0, 1.0]], [1.0, 2.0]), [1.0, 1.0])
    close(inv([[1.0, 1.0], [1.0, 1.0 + 1e-14]])[0][0], 1e14, 1e-1)
    close(det([[1e-200, 0.0], [0.0, 1e200]]), 1.0)
    close(det([[1e-300, 1.0], [2.0, 1e-300]]), -2.0)
    assert solve([[0, 1], [1, 0]], [2, 3]) == [3.0, 2.0]


def test_what_goes_in_decides_what_comes_out() -> None:
    v = Value(2.0)
    assert inv([[2]]) == [[0.5]]
    assert isinstance(inv([[2]])[0][0], float)
    assert isinstance(det(((1, 2), (3, 4))), float)
    assert det(np.array([[2, 0], [0, 3]])) == 6.0
    assert inv(np.array([[2.0]])).dtype == float
    mixed = inv(np.array([[v, 0.0], [1.0, 1.0]], dtype=object))
    assert mixed.dtype == object
    assert isinstance(mixed[0][0], Value)
    assert isinstance(inv([[v, 0], [0, 1]]), list)
    assert isinstance(solve([[v, 0], [0, 1]], [1, 2]), list)
    assert isinstance(solve([[v, 0], [0, 1]], np.array([1, 2])), np.ndarray)
    assert isinstance(solve(np.eye(2), [1, v]), np.ndarray)
    assert solve([[2, 0], [0, 4]], [[1, 2], [3, 4]]) == [[0.5, 1.0], [0.75, 1.0]]
    assert solve([[2, 0], [0, 4]], np.array([[1.0], [2.0]])).shape == (2, 1)
    assert cholesky([np.array([4.0, 0.0]), np.array([0.0, 9.0])]) == [[2.0, 0.0], [0.0, 3.0]]
    assert isinstance(cholesky(np.array([[v * 2, 0.0], [0.0, 1.0]])), np.ndarray)


# --- derivatives ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8])
def test_gradients_against_closed_forms(n: int) -> None:
    a, b = matrix(n), matrix(n, 1)[0]
    inverse, x = np.linalg.inv(a), np.linalg.solve(a, b)
    close(grad(det)(a), np.linalg.det(a) * inverse.T)
    by_inverse = -np.einsum("ik,lj->ijkl", inverse, inverse)
    close(jacobian(inv)(a), by_inverse, 1e-10)
    close(jacfwd(inv)(a), by_inverse, 1e-10)
    by_a, by_b = jacobian(solve, (0, 1))(a, b)
    close(by_a, -np.einsum("ij,k->ijk", inverse, x), 1e-10)
    close(by_b, inverse, 1e-10)
    move = matrix(n, 2)
    close(jvp(inv, (a,), (move,))[1], -inverse @ move @ inverse, 1e-10)
    close(vjp(inv, a)[1](move)[0], -inverse.T @ move @ inverse.T, 1e-10)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_second_derivatives_against_closed_forms(n: int) -> None:
    a, u, v = matrix(n), matrix(n, 1), matrix(n, 2)
    inverse, size = np.linalg.inv(a), np.linalg.det(a)

    def along(function: Any) -> Any:  # ∂²/∂s∂t of the function at a + s·u + t·v
        return hessian(lambda s, t: function(a + s * u + t * v), (0, 1))(0.0, 0.0)[0][1]

    mixed = jacobian(jacobian(lambda s, t: inv(a + s * u + t * v), 0), 1)(0.0, 0.0)
    close(mixed, inverse @ u @ inverse @ v @ inverse + inverse @ v @ inverse @ u @ inverse, 1e-9)
    first, second = inverse @ u, inverse @ v
    close(along(det), size * (np.trace(first) * np.trace(second) - np.trace(first @ second)), 1e-10)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_the_differential_of_cholesky(n: int) -> None:
    """DL = L Φ(L⁻¹ dA L⁻ᵀ), Φ the lower triangle with half of the diagonal (Murray, arXiv 1602.07527)."""
    s, move = positive(n), positive(n, 1)
    lower = np.linalg.cholesky(s)
    inverse = np.linalg.inv(lower)
    inside = inverse @ move @ inverse.T
    expected = lower @ (np.tril(inside, -1) + np.diag(np.diagonal(inside)) / 2)
    close(jvp(cholesky, (s,), (move,))[1], expected, 1e-11)
    slopes = jacobian(cholesky)(s)
    close(slopes, np.swapaxes(slopes, 2, 3))  # each of two equal entries has half
    close(np.einsum("ijkl,kl->ij", slopes, move), expected, 1e-11)


def test_the_two_halves_of_a_symmetric_matrix_may_be_one_value() -> None:
    def corner(x: Any) -> Any:
        return cholesky([[2.0, x], [x, 3.0]])[1][1]

    close(grad(corner)(0.5), -0.5 / 2 / math.sqrt(3 - 0.125))
    apart = [Value(0.5), Value(0.5)]
    cholesky([[2.0, apart[0]], [apart[1], 3.0]])[1][1].backward()
    close([leaf.grad for leaf in apart], [grad(corner)(0.5) / 2] * 2)


def by_permutations(a: Any) -> Any:
    """Leibniz' formula."""
    total = 0.0
    for order in itertools.permutations(range(len(a))):
        flips = sum(order[i] > order[j] for j in range(len(a)) for i in range(j))
        total = total + (-1) ** flips * functools.reduce(lambda x, y: x * y, [a[i][j] for i, j in enumerate(order)])
    return total


SINGULAR = {
    "of rank 1": [[1.0, 2.0], [2.0, 4.0]],
    "of rank 0": [[0.0, 0.0], [0.0, 0.0]],
    "a column of zeros": [[0.0, 1.0], [0.0, 2.0]],
    "1 by 1": [[0.0]],
    "a rank less, which rounding hides": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]],
    "two ranks less": [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [3.0, 6.0, 9.0]],
    "two ranks less, which rounding hides": [[0.1, 0.2, 0.3], [0.2, 0.4, 0.6], [0.3, 0.6, 0.9]],
    "three ranks less": np.zeros((3, 3)).tolist(),
    "equal columns first": [[1.0, 1.0, 3.0], [2.0, 2.0, 5.0], [4.0, 4.0, 7.0]],
    "nearly equal columns first": [[0.1, 0.3, 3.0], [0.2, 0.6, 5.0], [0.7, 2.1, 7.0]],
    "a zero column, then ones": [[0.0, 1.0, 1.0], [0.0, 1.0, 1.0], [0.0, 1.0, 2.0]],
    "four": [[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 0.0]],
    "not singular, a pivot of zero": [[0.0, 1.0, 2.0], [0.0, 2.0, 3.0], [3.0, 4.0, 5.0]],
    "not singular, an order of rows": [[0.0, 0.0, 2.0], [0.0, 3.0, 0.0], [5.0, 0.0, 0.0]],
    "tiny": [[1e-300, 0.0], [0.0, 3.0]],
}


@pytest.mark.parametrize("name", SINGULAR)
def test_the_determinant_and_its_derivatives_are_right_at_singular_matrices(name: str) -> None:
    a = np.array(SINGULAR[name])
    scale = max(float(np.max(np.abs(a))), 1.0) ** len(a)
    for order, derivative in enumerate((lambda f: f, grad, hessian)):
        found, expected = derivative(det)(a), derivative(by_permutations)(a)
        assert np.max(np.abs(found - expected)) <= 1e-14 * scale, order
    third = np.max(np.abs(jacobian(hessian(det))(a) - jacobian(hessian(by_permutations))(a)))
    assert third <= 1e-12 * scale


def test_a_constant_part_may_be_singular() -> None:
    close(grad(lambda x: det([[x, 0, 0], [0, 0, 1], [0, 1, 0]]))(3.0), -1.0)
    close(grad(lambda x: det([[0, 0, 0], [0, 0, 1], [x, 1, 0]]))(3.0), 0.0)
    close(grad(lambda x: det([[0, 1], [x, 0]]))(0.0), -1.0)


def test_a_kalman_filter_s_likelihood() -> None:
    observed = np.random.default_rng(3).normal(size=(6, 2))

    def loss(q: Any, r: Any, on: Any = linalg) -> Any:
        transition, mean, spread, total = np.array([[1.0, 0.1], [0.0, 1.0]]), np.zeros(2), np.eye(2), 0.0
        for y in observed:
            mean, spread = transition @ mean, transition @ spread @ transition.T + q * np.eye(2)
            gap, of_gap = y - mean, spread + r * np.eye(2)
            gain = spread @ on.inv(of_gap)
            total = total + gap @ on.solve(of_gap, gap) + (ag.log if on is linalg else np.log)(on.det(of_gap))
            mean, spread = mean + gain @ gap, (np.eye(2) - gain) @ spread
        return total

    close(loss(0.3, 0.7), loss(0.3, 0.7, np.linalg), 1e-13)
    h = 1e-5
    difference = (loss(0.3 + h, 0.7, np.linalg) - loss(0.3 - h, 0.7, np.linalg)) / (2 * h)
    close(grad(loss)(0.3, 0.7), difference, 1e-8)
    ag.check_grads(loss, (0.3, 0.7))
    assert ag.compile(loss)(0.3, 0.7) == pytest.approx(loss(0.3, 0.7), rel=1e-12)


def test_check_grads_of_all() -> None:
    a, b = matrix(3).tolist(), [1.0, -2.0, 0.5]
    ag.check_grads(solve, (a, b))
    ag.check_grads(inv, (a,))
    ag.check_grads(det, (a,))
    ag.check_grads(lambda x, y: cholesky([[x, y], [y, 3.0]]), (2.0, 0.4))


# --- compiled ---------------------------------------------------------------------------------------------

FUNCTIONS = {
    "solve": lambda a: solve(a, [1.0, 2.0, 3.0]),
    "inv": inv,
    "det": det,
    "cholesky": lambda a: cholesky(a @ a.T + np.eye(3)),
}


@pytest.mark.parametrize("backend", ["python", "numpy", "auto"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_compiled_with_another_path_where_the_pivots_change(name: str, backend: str) -> None:
    function = FUNCTIONS[name]
    compiled = ag.compile(function, backend=backend)
    slopes = ag.compile(jacobian(function), backend=backend)
    for seed in range(6):
        a = matrix(3, seed)
        close(compiled(a), function(a), 1e-11)
        close(slopes(a), jacobian(function)(a), 1e-10)
    assert (len(compiled.paths) > 1) == (name != "cholesky")


@pytest.mark.parametrize("backend", ["numba", "jax"])
def test_compiled_by_backends_that_take_their_time(backend: str) -> None:
    both = ag.compile(ag.value_and_grad(lambda a, b: det(a) + solve(a, b)[0]), backend=backend)
    for a in (np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[1.0, 1.0], [2.0, 3.0]])):
        value, slope = both(a, [1.0, -2.0])
        x, inverse = np.linalg.solve(a, [1.0, -2.0]), np.linalg.inv(a)
        close(value, np.linalg.det(a) + x[0])
        close(slope, np.linalg.det(a) * inverse.T - np.outer(inverse[0], x))
    assert len(both.paths) == 2


@pytest.mark.parametrize("backend", ["numpy", pytest.param("auto", marks=pytest.mark.slow)])
def test_compiled_for_a_batch(backend: str) -> None:
    batch = np.stack([matrix(3, seed) for seed in range(20)])
    for function in (det, inv):
        found = ag.compile(function, in_axes=0, backend=backend)(batch)
        close(found, np.stack([function(a) for a in batch]), 1e-10)
    slopes = ag.compile(grad(det), in_axes=0, backend=backend)(batch)
    close(slopes, np.stack([np.linalg.det(a) * np.linalg.inv(a).T for a in batch]), 1e-11)


def test_compiled_determinants_at_singular_matrices() -> None:
    compiled, slopes = ag.compile(det), ag.compile(grad(det))
    for a in (matrix(3), np.zeros((3, 3)), matrix(3, 1), np.array(SINGULAR["two ranks less"]), np.ones((3, 3))):
        close(compiled(a), det(a))
        close(slopes(a), grad(det)(a))


def test_compiled_and_singular() -> None:
    for checked in (False, True):
        compiled = ag.compile(inv, checked=checked)
        close(compiled(np.eye(2)), np.eye(2))
        for singular in ([[1.0, 2.0], [2.0, 4.0]], [[0.1, 0.2], [0.3, 0.6]], [[nan, 1.0], [1.0, 2.0]]):
            if checked:
                with pytest.raises(DomainError):
                    compiled(np.array(singular))
            elif singular[0][0] != 0.1:
                assert not np.any(np.isfinite(compiled(np.array(singular))))
        close(compiled(2 * np.eye(2)), np.eye(2) / 2)


@pytest.mark.parametrize("function", [inv, cholesky, lambda a: solve(a, [1.0, 2.0])])
def test_what_the_compiled_code_catches_is_a_branch(function: Any) -> None:
    def guarded(x: Any) -> Any:
        try:
            return np.sum(function([[x, 1.0], [1.0, 1.0]]))
        except DomainError:
            return 0.0 * x - 7.0

    for checked in (False, True):
        compiled = ag.compile(guarded, checked=checked)
        for x in (3.0, 1.0, 2.0, 1.0, 5.0, inf):
            assert compiled(x) == pytest.approx(guarded(x), rel=1e-13, nan_ok=True)
        assert len(compiled.paths) >= 2


def test_eager_values_have_the_bits_of_floats() -> None:
    for n in (2, 3, 6):
        a, b = matrix(n), matrix(n, 1)[0]
        values = np.array([[Value(x) for x in row] for row in a])
        assert floats(inv(values)) == inv(a).tolist()
        assert floats(solve(values, b)) == solve(a, b).tolist()
        assert det(values).data == det(a)


# --- what is refused --------------------------------------------------------------------------------------

WAY_OUT = r" Use errstate\(domain='nan'\) for IEEE values instead\.$"

REFUSED = [
    (
        lambda: inv([[1, 2], [2, 4]]),
        DomainError,
        r"^inv\(A\) needs a matrix that is not singular, got one whose pivot 1 is 0.0, no larger than rounding .*\."
        + WAY_OUT,
    ),
    (
        lambda: solve([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [1, 2, 3]),
        DomainError,
        r"^solve\(A, b\) needs a matrix that is not singular, got one whose pivot 2 is -?\d.*e-1\d, no larger",
    ),
    (lambda: inv([[Value(0.1), 0.2], [0.3, Value(0.6)]]), DomainError, r"whose pivot 1 is "),
    (lambda: inv([[0.0]]), DomainError, r"whose pivot 0 is 0.0"),
    (lambda: inv(np.zeros((3, 3))), DomainError, r"whose pivot 0 is 0.0"),
    (
        lambda: cholesky([[1, 2], [2, 1]]),
        DomainError,
        r"^cholesky\(A\) needs a positive definite matrix, got one whose pivot 1 is -3.0\." + WAY_OUT,
    ),
    (lambda: cholesky([[1, 1], [1, 1]]), DomainError, r"whose pivot 1 is 0.0"),
    (lambda: cholesky([[-1.0]]), DomainError, r"whose pivot 0 is -1.0"),
    (
        lambda: cholesky([[1.0, Value(0.5)], [0.4, 1.0]]),
        DomainError,
        r"^cholesky\(A\) needs a symmetric .*, got A\[1\]\[0\] = 0.4 and A\[0\]\[1\] = 0.5\. Use errstate.* mean\.$",
    ),
    (
        lambda: inv([[1, nan], [0, 1]]),
        DomainError,
        r"^inv\(A\): A must be made of finite numbers, got nan at \[0\]\[1\]\." + WAY_OUT,
    ),
    (lambda: det([[1, 2], [Value(-inf, "rate"), 1]]), DomainError, r"got -inf at \[1\]\[0\] \('rate'\)\."),
    (
        lambda: solve([[1.0]], [inf]),
        DomainError,
        r"^solve\(A, b\): b must be made of finite numbers, got inf at \[0\]\.",
    ),
    (lambda: solve([[1.0]], [[inf]]), DomainError, r"b must be made of finite numbers, got inf at \[0\]\[0\]\."),
    (lambda: inv([[1, 2, 3], [4, 5, 6]]), ValueError, r"^inv\(A\): A must be a square matrix, got 2 rows of 3$"),
    (lambda: det([[1, 2]]), ValueError, r"^det\(A\): A must be a square matrix, got 1 row of 2$"),
    (lambda: det([[1, 2], [3]]), ValueError, r"^det\(A\): A must be a square matrix, got 2 rows of 2, 1$"),
    (lambda: det([]), ValueError, r"^det\(A\): A must have at least one row, got none$"),
    (lambda: det([[]]), ValueError, r"^det\(A\): A must be a square matrix, got 1 row of 0$"),
    (lambda: det(np.zeros((0, 0))), ValueError, r"^det\(A\): A must have at least one row, got none$"),
    (lambda: det(np.zeros(3)), ValueError, r"^det\(A\): A must have two dimensions, got an array of shape \(3,\)$"),
    (lambda: inv(np.zeros((2, 3, 3))), ValueError, r"^inv\(A\): A must have two dimensions, got .* \(2, 3, 3\)$"),
    (lambda: det([1, 2]), TypeError, r"^det\(A\): A must be a list of rows, got 1 as row 0$"),
    (lambda: det([Value(1.0)]), TypeError, r"^det\(A\): A must be a list of rows, got the number 1.0 as row 0$"),
    (lambda: det([[1, 2], np.eye(2)]), TypeError, r"got an array of shape \(2, 2\) as row 1$"),
    (lambda: det(Value(2.0)), TypeError, r"^det\(A\): A must be a list of rows or an array, got the number 2.0$"),
    (lambda: det(None), TypeError, r"^det\(A\): A must be a list of rows or an array, got None$"),
    (lambda: det({1: 2}), TypeError, r"^det\(A\): A must be a list of rows or an array, got a dict$"),
    (lambda: det([[1, "2"], [3, 4]]), TypeError, r"^det\(A\): A\[0\]\[1\] takes one real number, not the str '2'"),
    (lambda: det([[1, 2j], [3, 4]]), TypeError, r"^det\(A\): A\[0\]\[1\] takes one real number, not the complex"),
    (lambda: det([[1, None], [3, 4]]), TypeError, r"^det\(A\): A\[0\]\[1\] takes one real number, not None"),
    (lambda: det(np.array([["a"]])), TypeError, r"^det\(A\): A\[0\] takes an array of real numbers, not of dtype"),
    (lambda: det(np.eye(2) * 1j), TypeError, r"takes an array of real numbers, not of dtype complex128"),
    (lambda: det([[10**400]]), OverflowDomainError, r"^det\(A\): A\[0\]\[0\] takes numbers that fit a float"),
    (lambda: det([[1e200, 0.0], [0.0, 1e200]]), OverflowDomainError, r"too large for a float"),
    (lambda: solve([[1, 2], [3, 4]], [1]), ValueError, r"^solve\(A, b\): b must hold 2 numbers, as A has rows, got 1$"),
    (
        lambda: solve([[1, 2], [3, 4]], [[1, 2]]),
        ValueError,
        r"^solve\(A, b\): b must have 2 rows of equal length, as A has rows, got 1 row of 2$",
    ),
    (
        lambda: solve([[1, 2], [3, 4]], [[1, 2], [3]]),
        ValueError,
        r"b must have 2 rows of equal length, .* got 2 rows of 2, 1",
    ),
    (lambda: solve([[1, 2], [3, 4]], [[], []]), ValueError, r"b must have 2 rows of equal length"),
    (
        lambda: solve([[1, 2], [3, 4]], 5.0),
        TypeError,
        r"^solve\(A, b\): b must be a list of rows or an array, got 5.0$",
    ),
    (
        lambda: solve([[1, 2], [3, 4]], [1, "x"]),
        TypeError,
        r"^solve\(A, b\): b\[1\] takes one real number, not the str",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_is_refused_is_said(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_table_of_pandas_is_refused_with_the_way_out() -> None:
    class DataFrame:
        def to_numpy(self) -> Array:
            return np.eye(2)

    with pytest.raises(
        TypeError, match=r"A must be a list of rows or an array, got a DataFrame: take its \.to_numpy\(\)$"
    ):
        inv(DataFrame())


def test_inside_errstate_nan_what_is_singular_gives_ieee_values() -> None:
    with errstate(domain="nan"):
        assert not np.any(np.isfinite(inv([[1, 2], [2, 4]])))
        assert not np.any(np.isfinite(solve([[0, 0], [0, 0]], [1, 0])))
        assert math.isnan(cholesky([[1, 2], [2, 1]])[1][1])
        assert math.isnan(det([[nan, 0], [0, 1]]))
        assert det([[1e200, 0.0], [0.0, 1e200]]) == inf
        assert cholesky([[4, 1], [3, 5]]) == [[2.0, 0.0], [1.0, 2.0]]
        assert solve([[1.0, 0.0], [0.0, nan]], [1.0, 1.0])[1] != 0.0
        x = Value(2.0)
        singular = inv([[1.0, x], [x, 4.0]])[0][0]
        singular.backward()
        assert not math.isfinite(singular.data)
        assert not math.isfinite(x.grad)


def test_numpy_s_own_functions_do_not_take_values() -> None:
    with pytest.raises(
        TypeError, match="Cannot cast ufunc 'inv' input"
    ):  # NumPy's own words, before any Value is asked
        np.linalg.inv(np.array([[Value(1.0)]]))
