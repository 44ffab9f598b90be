"""Programs whose loops are products of matrices, of any size: tapes of their values and gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Value, dot, exp, log, relu, softmax, tanh, value_and_grad
from autograd.replay.optimise import optimise
from autograd.replay.recorder import run_recorded, tape_of
from autograd.replay.tape import Tape


def network(width: int) -> tuple[Callable[..., Any], int, int]:
    """Two layers neuron by neuron, with biases, a weight that is read twice, and a constant among the inputs."""
    n = 3

    def loss(weights: Sequence[Any], point: Sequence[Any]) -> Any:
        own = iter(weights)
        inside = [*point, 0.5]
        for _ in range(2):
            biases = [next(own) for _ in range(width)]
            inside = [relu(b + sum(next(own) * x for x in inside)) for b in biases]
        return sum(next(own) * x * x for x in inside) * weights[-1]

    return loss, width * (n + 1) + width + width * width + width + width, n


def convolution(width: int) -> tuple[Callable[..., Any], int, int]:
    """Windows of a signal, ``width`` channels each, and the largest of each channel's."""
    size, n = 4, 9

    def loss(weights: Sequence[Any], signal: Sequence[Any]) -> Any:
        kernels = [weights[size * channel : size * (channel + 1)] for channel in range(width)]
        windows = [signal[start : start + size] for start in range(n - size + 1)]
        maps = [[tanh(dot(kernel, window)) for window in windows] for kernel in kernels]
        return sum(softmax(row)[0] * sum(row) for row in maps)

    return loss, size * width, n


def attention(width: int) -> tuple[Callable[..., Any], int, int]:
    """One head over ``width`` tokens of four numbers: products of what is different for each example."""
    d, n = 4, 4 * width

    def loss(weights: Sequence[Any], flat: Sequence[Any]) -> Any:
        tokens = [flat[d * t : d * (t + 1)] for t in range(width)]
        matrices = [[weights[d * (d * m + i) : d * (d * m + i + 1)] for i in range(d)] for m in range(3)]
        queries, keys, values = ([[dot(row, x) for row in m] for x in tokens] for m in matrices)
        total = 0.0
        for query in queries:
            shares = softmax([dot(query, key) / math.sqrt(d) for key in keys])
            mixed = [dot(shares, [value[i] for value in values]) for i in range(d)]
            total = total + tanh(mixed[0]) * mixed[1] - mixed[2] / (1.0 + mixed[3] * mixed[3])
        return total

    return loss, 3 * d * d, n


def mixture(width: int) -> tuple[Callable[..., Any], int, int]:
    """A mixture of ``width`` Gaussians in three dimensions: no sum of products, but many alike."""
    n = 3

    def loss(weights: Sequence[Any], point: Sequence[Any]) -> Any:
        densities = [
            exp(weights[k] - sum((x - weights[width + n * k + i]) ** 2 for i, x in enumerate(point)))
            for k in range(width)
        ]
        return -log(sum(densities))

    return loss, width + n * width, n


PROGRAMS = {"network": network, "convolution": convolution, "attention": attention, "mixture": mixture}


def tape_of_program(name: str, width: int) -> tuple[Tape, list[bool]]:
    """The tape of a program's value and gradients, and which of its inputs each example has its own of."""
    loss, n_weights, n_own = PROGRAMS[name](width)
    rng = np.random.default_rng(width)
    inputs = [Value(number) for number in rng.normal(size=n_weights + n_own).tolist()]

    def value_and_gradients() -> list[Value]:
        weights, point = inputs[:n_weights], inputs[n_weights:]
        value, (by_weight, by_point) = value_and_grad(loss, argnums=(0, 1))(weights, point)
        return [value, *by_weight, *by_point]

    roots, comparisons = run_recorded(value_and_gradients)
    assert comparisons == []
    return optimise(tape_of(roots, inputs).tape), [False] * n_weights + [True] * n_own
