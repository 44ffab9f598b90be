"""A 2-w-w-1 network with hinge loss on points in the plane: value and full gradient, by every contender.

Each maker returns a function of nothing that does one evaluation, and each gives the same numbers. The network is
the same for all, in float64; NumPy, PyTorch and JAX use its matrix form, the others its scalars.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autograd import compile, dot, relu, value_and_grad  # noqa: A004 -- the name that autograd gives it

Array = npt.NDArray[np.float64]
Run = Callable[[], Any]

__all__ = [
    "Problem",
    "casadi_map",
    "casadi_vm",
    "compiled",
    "jax_jit",
    "micrograd_step",
    "numpy_by_hand",
    "torch_eager",
]


class Problem(NamedTuple):
    """Weights and biases of each layer, points and labels."""

    layers: list[tuple[Array, Array]]
    points: Array
    labels: Array

    @classmethod
    def of(cls, width: int, n: int) -> Problem:
        """A random network of two hidden layers, and ``n`` points."""
        rng = np.random.default_rng(width)
        sizes = [2, width, width, 1]
        layers = [
            (rng.uniform(-1.0, 1.0, (n_in, n_out)) / np.sqrt(n_in), rng.uniform(-0.1, 0.1, n_out))
            for n_in, n_out in pairwise(sizes)
        ]
        points = rng.uniform(-1.0, 1.0, (n, 2))
        return cls(layers, points, np.where(points[:, 0] > points[:, 1], 1.0, -1.0))


def flat(result: Any) -> Array:
    """The value, then each layer's gradient, as one array."""
    value, gradient = result
    return np.concatenate([[float(value)], *(np.ravel(np.asarray(part)) for layer in gradient for part in layer)])


def scalar_loss(layers: Any, point: Any, label: Any) -> Any:
    """The hinge loss on one example, on scalars."""
    hidden = point
    for depth, (weights, biases) in enumerate(layers):
        z = [dot(column, hidden) + bias for column, bias in zip(np.transpose(weights), biases, strict=True)]
        hidden = z if depth == len(layers) - 1 else [relu(one) for one in z]
    return relu(1.0 - label * hidden[0])


def compiled(problem: Problem, backend: str = "c", *, gradient: bool = True) -> Run:
    """The scalar loss, recorded once and replayed over the points."""
    loss = value_and_grad(scalar_loss) if gradient else scalar_loss
    step = compile(loss, in_axes=(None, 0, 0), reduce="sum", backend=backend)
    return lambda: step(problem.layers, problem.points, problem.labels)


def numpy_by_hand(problem: Problem) -> Run:
    """The matrix form, forward and backward, with as few temporaries and passes as NumPy allows."""
    (w1, b1), (w2, b2), (w3, b3) = problem.layers
    x, y = problem.points, problem.labels[:, None]
    xt, against, ones = np.ascontiguousarray(x.T), -y, np.ones(len(x))

    def step() -> Any:
        a1 = x @ w1
        a1 += b1
        np.maximum(a1, 0.0, out=a1)
        a2 = a1 @ w2
        a2 += b2
        np.maximum(a2, 0.0, out=a2)
        margin = a2 @ w3
        margin += b3
        margin *= against
        margin += 1.0
        g3 = against * (margin > 0.0)
        g2 = g3 @ w3.T
        g2 *= a2 > 0.0
        g1 = g2 @ w2.T
        g1 *= a1 > 0.0
        gradient = [(xt @ g1, ones @ g1), (a1.T @ g2, ones @ g2), (a2.T @ g3, ones @ g3)]
        np.maximum(margin, 0.0, out=margin)
        return margin.sum(), gradient

    return step


def torch_eager(problem: Problem) -> Run:
    """PyTorch's eager autograd on the matrix form."""
    import torch

    layers = [tuple(torch.tensor(part, requires_grad=True) for part in layer) for layer in problem.layers]
    x, y = torch.tensor(problem.points), torch.tensor(problem.labels)[:, None]
    leaves = [part for layer in layers for part in layer]

    def step() -> Any:
        h = x
        for w, b in layers[:-1]:
            h = torch.relu(h @ w + b)
        w, b = layers[-1]
        value = torch.relu(1.0 - y * (h @ w + b)).sum()
        slopes = torch.autograd.grad(value, leaves)
        return value.item(), list(zip(slopes[::2], slopes[1::2], strict=True))

    return step


def jax_jit(problem: Problem, *, gradient: bool = True) -> Run:
    """JAX's compiled value and gradient of the matrix form, in 64 bits."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def loss(layers: Any, x: Any, y: Any) -> Any:
        h = x
        for w, b in layers[:-1]:
            h = jnp.maximum(h @ w + b, 0.0)
        w, b = layers[-1]
        return jnp.maximum(1.0 - y * (h @ w + b), 0.0).sum()

    step = jax.jit(jax.value_and_grad(loss) if gradient else loss)
    arguments = jax.device_put((problem.layers, problem.points, problem.labels[:, None]))
    return lambda: jax.block_until_ready(step(*arguments))


def _casadi_function(problem: Problem) -> Any:
    import casadi

    parameters = [casadi.SX.sym(f"p{i}", *np.atleast_2d(part).shape) for i, part in enumerate(_parts(problem))]
    x, y = casadi.SX.sym("x", 1, 2), casadi.SX.sym("y")
    h = x
    for w, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        h = casadi.fmax(casadi.mtimes(h, w) + b, 0)
    value = casadi.fmax(1 - y * (casadi.mtimes(h, parameters[-2]) + parameters[-1]), 0)
    outputs = [value, *(casadi.gradient(value, part) for part in parameters)]
    return casadi.Function("loss", [*parameters, x, y], outputs)


def _parts(problem: Problem) -> list[Array]:
    return [part for layer in problem.layers for part in layer]


def casadi_map(problem: Problem) -> Run:
    """CasADi's scalar function of one example, mapped over the points; the gradients are summed in NumPy."""
    mapped = _casadi_function(problem).map(len(problem.points))
    n = len(problem.points)
    arguments = [*(np.tile(np.atleast_2d(part), (1, n)) for part in _parts(problem))]
    points = problem.points.reshape(1, -1)

    def step() -> Any:
        value, *slopes = (np.asarray(part) for part in mapped(*arguments, points, problem.labels[None]))
        summed = [slope.reshape(slope.shape[0], n, -1).sum(axis=1) for slope in slopes]
        return value.sum(), list(zip(summed[::2], summed[1::2], strict=True))

    return step


def casadi_vm(problem: Problem) -> Run:
    """CasADi's virtual machine on the loss of all points as one scalar graph."""
    import casadi

    one = _casadi_function(problem)
    parameters = [casadi.SX.sym(f"p{i}", *np.atleast_2d(part).shape) for i, part in enumerate(_parts(problem))]
    value = sum(
        one(*parameters, casadi.DM(point).T, label)[0]
        for point, label in zip(problem.points, problem.labels.tolist(), strict=True)
    )
    whole = casadi.Function("whole", parameters, [value, *(casadi.gradient(value, part) for part in parameters)])
    arguments = [np.atleast_2d(part) for part in _parts(problem)]

    def step() -> Any:
        value, *slopes = (np.asarray(part) for part in whole(*arguments))
        return value.item(), list(zip(slopes[::2], slopes[1::2], strict=True))

    return step


def micrograd_step(problem: Problem) -> Run:
    """micrograd's scalar engine."""
    from micrograd.engine import Value

    layers = [
        ([[Value(w) for w in row] for row in ws.T.tolist()], [Value(b) for b in bs.tolist()])
        for ws, bs in problem.layers
    ]
    parameters = [one for ws, bs in layers for one in [*(w for row in ws for w in row), *bs]]

    def step() -> Any:
        total = Value(0.0)
        for point, label in zip(problem.points.tolist(), problem.labels.tolist(), strict=True):
            hidden: list[Any] = point
            for depth, (ws, bs) in enumerate(layers):
                z = [sum((w * h for w, h in zip(row, hidden, strict=True)), b) for row, b in zip(ws, bs, strict=True)]
                hidden = z if depth == len(layers) - 1 else [one.relu() for one in z]
            total = total + (1.0 - label * hidden[0]).relu()
        for one in parameters:
            one.grad = 0.0
        total.backward()
        slopes = [
            (np.array([[w.grad for w in row] for row in ws]).T, np.array([b.grad for b in bs])) for ws, bs in layers
        ]
        return total.data, slopes

    return step
