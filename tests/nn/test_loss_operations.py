"""The operations that losses are made of, and their expansions, which replays compute in their place."""

import math

import numpy as np
import pytest

import autograd as ag
from autograd import compile as compiled
from autograd.replay import backends
from autograd.replay.tape import apply_ieee
from nn.losses import portion, surprise, surprise_of_not

BACKENDS = [name for name in ("python", "numpy", "c", "numba", "jax") if backends.available(name)]
PROBABILITIES = (
    0.0, -0.0, 5e-324, 1e-310, 1e-200, 1e-100, 1.1e-100, 1e-17, 0.25, 0.5, 1.0 - 2.0**-53, 1.0,
    math.nextafter(1.0, 2.0), -5e-324, -1.0, 3.0, math.inf, -math.inf, math.nan,
)  # fmt: skip
NUMBERS = (0.0, -0.0, 1.0, -2.5, 5e-324, 1e308, math.inf, -math.inf, math.nan)


@pytest.mark.parametrize("in_axes", [None, 0], ids=["single", "batch"])
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("op", [surprise, surprise_of_not], ids=lambda op: op.name)
def test_a_surprise_is_that_of_its_record_on_every_backend(op, backend, in_axes):
    f, given = compiled(ag.value_and_grad(op), backend=backend, in_axes=in_axes), list(PROBABILITIES)
    if backend == "jax":  # XLA takes subnormal numbers for 0
        given = [p for p in given if p == 0.0 or not abs(p) < 1e-300]
    wanted = [(apply_ieee(op, [p]), *(number(x) for x in op.partials(p, 0.0))) for p in given]
    found = np.transpose(f(np.array(given))) if in_axes == 0 else [f(p) for p in given]
    inside = [0.0 <= p <= 1.0 for p in given]
    np.testing.assert_allclose(np.array(found)[:, 0], np.array(wanted)[:, 0], rtol=1e-14)
    np.testing.assert_allclose(np.array(found)[inside, 1], np.array(wanted)[inside, 1], rtol=1e-14)


def number(x):
    return x.data if isinstance(x, ag.Value) else x


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_portion_of_nothing_is_nothing_on_every_backend(backend):
    y, loss = map(np.ravel, np.meshgrid(NUMBERS, NUMBERS))
    if backend == "jax":
        keep = (np.abs(y) != 5e-324) & (np.abs(loss) != 5e-324)
        y, loss = y[keep], loss[keep]
    found = compiled(portion, in_axes=0, backend=backend)(y, loss)
    np.testing.assert_array_equal(
        found, [apply_ieee(portion, pair) for pair in zip(y.tolist(), loss.tolist(), strict=True)]
    )


def test_no_kernel_asks_for_an_operation_of_a_loss():
    from autograd.replay.backends.expansion import expanded

    p, y = ag.Value(0.25), ag.Value(0.5)
    tape = expanded(ag.record(portion(y, surprise(p)) + surprise_of_not(p), [p, y]))
    assert all(op.builtin or op.name == "fused_dot" for op in tape.ops)
