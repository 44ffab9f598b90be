"""A forward as numba sees it: digests of functions inside functions and of sets, and a refusal that is final."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograd import compile as compiled
from autograd.replay.backends import numba_kernels
from autograd.replay.backends.numba_forward import fingerprint
from autograd.replay.backends.numba_lanes import build
from tests.support.backends import reference, single


def of_a_set(x):
    return 1.0 if x in {1.0, 2.0} else 0.0


def of_another_set(x):
    return 1.0 if x in {1.0, 3.0} else 0.0


def with_an_inner(x):
    inner = lambda y: math.exp(y) + 1.0  # noqa: E731 -- one kind of code that is met
    return inner(x)


def with_another_inner(x):
    inner = lambda y: math.log(y) + 1.0  # noqa: E731 -- the same
    return inner(x)


@pytest.mark.parametrize(("one", "other"), [(of_a_set, of_another_set), (with_an_inner, with_another_inner)])
def test_a_digest_tells_what_is_inside_apart(one, other):
    assert fingerprint(one) is not None
    assert fingerprint(one) != fingerprint(other)


def test_functions_inside_a_forward_are_compiled_with_it(define, tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", str(tmp_path))
    op = define("outer", forward=with_an_inner, partials=lambda x, out: (out - 1.0,))
    columns = np.array([[-1.0, 0.0, 2.5, math.inf]])
    np.testing.assert_allclose(build(single(op), [True], False)(np.empty(0), columns)[0], reference(op, columns))


def test_what_numba_refuses_is_not_tried_again(define, tmp_path, monkeypatch):
    """A kernel on disk that is damaged is made anew; one that cannot be made is given up at once."""
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", str(tmp_path))
    tried = []
    compiled = numba_kernels._define
    monkeypatch.setattr(
        numba_kernels, "_define", lambda text, name, *rest: (tried.append(name), compiled(text, name, *rest))[1]
    )
    op = define("texty", forward=lambda x: float(x.hex()), partials=lambda x, out: (1.0,))
    with pytest.raises(NotImplementedError, match=r"numba cannot compile the operation 'texty'. Write its forward"):
        build(single(op), [True], False)
    assert tried
    assert len(tried) == len(set(tried))


class OwnError(Exception):
    """An exception that refuses no input."""


def careless(x):
    if x > 1.0:
        raise OwnError
    return x * 2.0


def careful(x):
    if x < 0.0:
        raise ValueError("negative")
    return x * 2.0


@pytest.mark.parametrize("backend", ["auto", "numba", "numpy", "python"])
def test_an_exception_that_refuses_no_input_comes_through(backend, define):
    op = define("careless", forward=careless, partials=lambda x, out: (2.0,))
    if backend == "numba":
        with pytest.raises(NotImplementedError, match="numba cannot compile the operation 'careless'") as told:
            compiled(op, in_axes=0, backend=backend)(np.array([0.5, 0.75]))
        assert "may raise OwnError" in str(told.value.__cause__)
        return
    f = compiled(op, in_axes=0, backend=backend)
    assert f(np.array([0.5, 0.75])).tolist() == [1.0, 1.5]
    for examples in ([2.0], [0.5, 2.0]):
        with pytest.raises(OwnError):
            f(np.array(examples))


def test_an_input_that_is_refused_is_nan(define):
    op = define("careful", forward=careful, partials=lambda x, out: (2.0,))
    np.testing.assert_array_equal(compiled(op, in_axes=0, backend="numba")(np.array([0.5, -1.0])), [1.0, np.nan])
