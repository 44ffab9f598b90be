"""Operations of any number of inputs at many numbers of them, on every backend: values, gradients, batches, sums.

A loop over the table, so that a new operation needs no new test; beside it the public functions that are made of
several, and an operation whose expansion nests others.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import compile as compiled
from autograd import grad, softmax, value_and_grad
from tests.replay.test_everywhere import by_c
from tests.replay.test_random_tapes import NESTED
from tests.support.backends import table

NUMBERS = (1, 2, 3, 5, 9, 17, 33)
EXAMPLES = np.random.default_rng(5).normal(0.0, 1.3, (4, max(NUMBERS)))

MADE: dict[str, Callable[..., Any]] = {
    "dot": lambda op, xs: op(*xs, *xs[::-1]),
    "take": lambda op, xs: op(float(len(xs) // 2), *xs),
}
"""How numbers are given to an operation whose inputs are not all alike."""

FUNCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    op.name: MADE.get(op.name, lambda op, xs: op(*xs)).__get__(op) for op in (*table(), NESTED) if op.arity is None
} | {
    "first of softmax": lambda xs: softmax(xs)[0],
    "last of softmax": lambda xs: softmax(xs)[-1],
}


def everything(name: str) -> Callable[[list[Any]], list[Any]]:
    """The value and the gradient of one function, at every number of inputs."""

    def function(xs: list[Any]) -> list[Any]:
        return [value_and_grad(FUNCTIONS[name])(list(xs[:n])) for n in NUMBERS]

    return function


def numbers(result: Any) -> np.ndarray:
    """Everything in the result as one array, an example a column."""
    return np.array([part for value, gradient in result for part in (value, *gradient)])


@functools.cache
def eager(name: str) -> np.ndarray:
    return np.array([numbers(everything(name)(row)) for row in EXAMPLES.tolist()]).T


def same(got: Any, name: str, wanted: np.ndarray) -> None:
    """To 1e-12 of the result, or of the largest term of a sum: no term here, and no factor of one, is above 10."""
    np.testing.assert_allclose(numbers(got), wanted, rtol=1e-12, atol=1e-11, err_msg=name)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_values_and_gradients(backend, name):
    function = everything(name)
    single = compiled(function, backend=backend)
    for row, wanted in zip(EXAMPLES.tolist(), eager(name).T, strict=True):
        same(single(row), name, wanted)
    same(compiled(function, in_axes=0, backend=backend)(EXAMPLES), name, eager(name))
    same(compiled(function, in_axes=0, backend=backend, reduce="sum")(EXAMPLES), name, eager(name).sum(axis=1))
    same(compiled(function, in_axes=0, backend=backend, reduce="mean")(EXAMPLES), name, eager(name).mean(axis=1))


def together(names: list[str]) -> Callable[[list[Any]], list[list[Any]]]:
    """Several functions at once, for a backend that compiles each tape anew."""
    functions = [everything(name) for name in names]
    return lambda xs: [part for function in functions for part in function(xs)]


@pytest.mark.slow
def test_values_and_gradients_by_numba():
    names = list(FUNCTIONS)
    function, wanted = together(names), np.concatenate([eager(name) for name in names])
    same(compiled(function, backend="numba")(EXAMPLES[0].tolist()), "single", wanted[:, 0])
    same(compiled(function, in_axes=0, backend="numba")(EXAMPLES), "batch", wanted)
    same(compiled(function, in_axes=0, backend="numba", reduce="sum")(EXAMPLES), "sum", wanted.sum(axis=1))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients_by_jax(name):
    """The gradient of 5 inputs alone: XLA compiles for long, and derivatives are operations like any other."""

    def function(xs: list[Any]) -> list[Any]:
        values = [FUNCTIONS[name](list(xs[:n])) for n in NUMBERS]
        return values + grad(FUNCTIONS[name])(list(xs[:5]))

    wanted = np.array([function(row) for row in EXAMPLES.tolist()]).T
    got = compiled(function, in_axes=0, backend="jax")(EXAMPLES)
    np.testing.assert_allclose(np.array(got), wanted, rtol=1e-12, atol=1e-11)


def test_values_and_gradients_by_c(tmp_path):
    names = list(FUNCTIONS)
    recorded = compiled(together(names))
    recorded(EXAMPLES[0].tolist())
    got = by_c(recorded.tape, EXAMPLES.T.copy(), tmp_path)
    np.testing.assert_allclose(got, np.concatenate([eager(name) for name in names]), rtol=1e-12, atol=1e-11)


# --- results without numbers ------------------------------------------------------------------------------


WITHOUT_NUMBERS = (lambda x: None, lambda x: [], lambda x: {}, lambda x: ([], None, {"a": (), "b": [[]]}))


@pytest.mark.parametrize("result", WITHOUT_NUMBERS)
@pytest.mark.parametrize("backend", ["python", "numpy", "c", "numba", "jax", "auto"])
def test_a_result_without_numbers_is_what_the_function_returns(backend, result):
    assert compiled(result, backend=backend)(1.0) == result(1.0)
    for reduce in (None, "sum", "mean"):
        assert compiled(result, in_axes=0, backend=backend, reduce=reduce)(np.array([1.0, 2.0])) == result(1.0)
    sometimes = compiled(lambda x: result(x) if x > 0.0 else [x], backend=backend)
    assert (sometimes(1.0), sometimes(-1.0)) == (result(1.0), [-1.0])


@pytest.mark.parametrize("backend", ["python", "numpy", "c", "numba", "jax", "auto"])
def test_results_that_are_constants(backend):
    assert compiled(lambda: (3.0, None), backend=backend)() == (3.0, None)
    whole = compiled(lambda x: [2.5, x, None], in_axes=0, backend=backend)(np.array([1.0, 2.0]))
    assert [whole[0].tolist(), whole[1].tolist(), whole[2]] == [[2.5, 2.5], [1.0, 2.0], None]
    total = compiled(lambda x: [2.5, x, []], in_axes=0, backend=backend, reduce="sum")(np.array([1.0, 2.0]))
    assert total == [5.0, 3.0, []]
