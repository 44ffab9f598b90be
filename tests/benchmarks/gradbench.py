"""The twelve evaluations of GradBench as plain scalar programs: value, gradient, and what the gradient costs.

``python -m tests.benchmarks.gradbench``. The programs are written here from the specifications, on single numbers;
each is recorded and replayed. Where a sum runs over points the program is that of one point, and the batch
is its lanes. Particle and saddle differentiate within what they differentiate, and descend until they converge; timed
is one step of the outer descent. ``tests/replay/test_gradbench.py`` holds all answers to what is published, to closed
forms and to differences.

Source: GradBench, https://github.com/gradbench/gradbench, its successor of ADBench.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from autograd import (
    compile,  # noqa: A004 -- the name that autograd gives it
    cos,
    exp,
    fsum,
    grad,
    jacrev,
    jvp,
    log,
    maximum,
    minimum,
    sigmoid,
    sin,
    sqrt,
    tanh,
    value_and_grad,
)
from tests.benchmarks.timing import steady

__all__ = ["EVALUATIONS", "Evaluation", "particle", "saddle"]


class Evaluation(NamedTuple):
    """A program, its derivative, and the numbers to run both on."""

    value: Callable[..., Any]
    arguments: tuple[Any, ...]
    in_axes: tuple[int | None, ...] | None = None
    derivative: Callable[[Callable[..., Any]], Callable[..., Any]] = value_and_grad
    summed: bool = True

    def replayed(self, function: Callable[..., Any], backend: str = "auto") -> Callable[[], Any]:
        """``function``, which is the value or the derivative, recorded and replayed."""
        reduce = "sum" if self.in_axes and self.summed else None
        compiled = compile(function, in_axes=self.in_axes, reduce=reduce, backend=backend)
        return partial(compiled, *self.arguments)


def total(x: Any, y: Any) -> Any:
    """The sum of products."""
    return sum(a * b for a, b in zip(x, y, strict=True))


# --- one number, one vector -------------------------------------------------------------------------------


def hello(x: Any) -> Any:
    """A square."""
    return x * x


def lse(x: Any) -> Any:
    """log Σ exp(x), from its parts: the greatest, and a sum."""
    greatest = x[0]
    for each in x[1:]:
        greatest = maximum(greatest, each)
    return greatest + log(fsum(exp(each - greatest) for each in x))


def llsq(x: Any, t: Any) -> Any:
    """Half the square of the residual of a polynomial at ``t``, where it is to be the sign of t."""
    power, fitted = 1.0, 0.0
    for each in x:
        fitted, power = fitted + each * power, power * t
    wanted = (t > 0.0) - (t < 0.0)
    return 0.5 * (wanted - fitted) ** 2


def det(rows: Any) -> Any:
    """The determinant by minors, those of the last rows being computed once for each set of columns."""

    @cache
    def minor(columns: tuple[int, ...]) -> Any:
        row = rows[len(rows) - len(columns)]
        if len(columns) == 1:
            return row[columns[0]]
        parts = [row[c] * minor(columns[:k] + columns[k + 1 :]) for k, c in enumerate(columns)]
        return sum(-part if k % 2 else part for k, part in enumerate(parts))

    return minor(tuple(range(len(rows))))


def ode(x: Any, steps: int = 50) -> Any:
    """The last of y' = (x1, x2 y1, x3 y2, ...) at time 2, from 0, by Runge and Kutta."""
    size = 2.0 / steps

    def slope(y: Any) -> Any:
        return [x[0], *(a * b for a, b in zip(x[1:], y[:-1], strict=True))]

    def moved(y: Any, k: Any, by: float) -> Any:
        return [a + by * b for a, b in zip(y, k, strict=True)]

    y = [0.0] * len(x)
    for _ in range(steps):
        k1 = slope(y)
        k2 = slope(moved(y, k1, size / 2.0))
        k3 = slope(moved(y, k2, size / 2.0))
        k4 = slope(moved(y, k3, size))
        y = [a + size / 6.0 * (p + 2.0 * q + 2.0 * r + s) for a, p, q, r, s in zip(y, k1, k2, k3, k4, strict=True)]
    return y[-1]


# --- sums over points -------------------------------------------------------------------------------------


def kmeans(centroids: Any, point: Any) -> Any:
    """The square of the distance from ``point`` to the nearest of the centroids."""
    nearest = math.inf
    for centroid in centroids:
        nearest = minimum(nearest, sum((a - b) ** 2 for a, b in zip(centroid, point, strict=True)))
    return nearest


def newton(value: Callable[..., Any]) -> Callable[..., Any]:
    """The gradient and the diagonal of the Hessian by the centroids, which is all of it."""

    def both(centroids: Any, point: Any) -> Any:
        ones = np.ones(np.shape(centroids))
        return jvp(lambda centroids: grad(value)(centroids, point), (centroids,), (ones,))

    return both


def gmm(alphas: Any, means: Any, factors: Any, point: Any, count: int = 1000, gamma: float = 1.0, m: int = 0) -> Any:
    """A point's part of the log-likelihood of a mixture of Gaussians, with a Wishart prior of the factors.

    A factor is lower triangular: its diagonal as logarithms, then what is below it, column by column.
    """
    d, terms, prior = len(point), [], 0.0
    for alpha, mean, factor in zip(alphas, means, factors, strict=True):
        diagonal = [exp(q) for q in factor[:d]]
        below = iter(factor[d:])
        centred = [a - b for a, b in zip(point, mean, strict=True)]
        out = [q * c for q, c in zip(diagonal, centred, strict=True)]
        for i in range(d):
            for j in range(i + 1, d):
                out[j] = out[j] + next(below) * centred[i]
        terms.append(alpha + sum(factor[:d]) - 0.5 * total(out, out))
        prior = prior + 0.5 * gamma**2 * (total(diagonal, diagonal) + total(factor[d:], factor[d:]))
        prior = prior - m * sum(factor[:d])
    n = d + m + 1
    constant = n * d * (math.log(gamma) - 0.5 * math.log(2.0)) - 0.25 * d * (d - 1) * math.log(math.pi)
    constant -= sum(math.lgamma(0.5 * (n - j)) for j in range(d))
    fixed = -0.5 * d * math.log(2.0 * math.pi) - len(alphas) * constant / count
    return fixed + lse(terms) - lse(alphas) + prior / count


def ba(camera: Any, point: Any, weight: Any, feature: Any) -> Any:
    """The residuals of one observation: where the camera sees the point, less where it was seen; and of its weight."""
    turn, place, focus, centre, bent = camera[:3], camera[3:6], camera[6], camera[7:9], camera[9:11]
    x = [a - b for a, b in zip(point, place, strict=True)]
    angle = sqrt(total(turn, turn))
    axis = [a / angle for a in turn]
    cosine, sine = cos(angle), sin(angle)
    crossed = [axis[1] * x[2] - axis[2] * x[1], axis[2] * x[0] - axis[0] * x[2], axis[0] * x[1] - axis[1] * x[0]]
    along = total(axis, x) * (1.0 - cosine)
    turned = [a * cosine + b * sine + c * along for a, b, c in zip(x, crossed, axis, strict=True)]
    seen = [turned[0] / turned[2], turned[1] / turned[2]]
    square = total(seen, seen)
    bend = 1.0 + bent[0] * square + bent[1] * square * square
    residuals = [weight * (a * bend * focus + c - f) for a, c, f in zip(seen, centre, feature, strict=True)]
    return [*residuals, 1.0 - weight * weight]


def ht(theta: Any, vertex: Any, weights: Any, seen: Any) -> Any:
    """How far a vertex of a hand is from where it is seen: four bones for each of five fingers, bent by 26 angles."""
    place = [*theta[3:6]]
    skinned = [0.0, 0.0, 0.0]
    for finger in range(5):
        at, angles = vertex, theta[6 + 4 * finger : 10 + 4 * finger]
        for bone, angle in enumerate([angles[0], angles[2], angles[3]]):
            side = angles[1] if bone == 0 else 0.0
            x, y, z = at[0], at[1] - 0.1 * bone, at[2]
            c, s = cos(angle), sin(angle)
            y, z = c * y - s * z, s * y + c * z
            c, s = cos(side), sin(side)
            x, y = c * x - s * y, s * x + c * y
            at = [x, y + 0.1 * bone, z]
        skinned = [a + weights[finger] * b for a, b in zip(skinned, at, strict=True)]
    angle = sqrt(total(theta[:3], theta[:3]))
    axis, c, s = [a / angle for a in theta[:3]], cos(angle), sin(angle)
    x, (u, v, w) = skinned, axis
    crossed = [v * x[2] - w * x[1], w * x[0] - u * x[2], u * x[1] - v * x[0]]
    along = total(axis, x) * (1.0 - c)
    return [g - (a * c + b * s + d * along + e) for g, a, b, d, e in zip(seen, x, crossed, axis, place, strict=True)]


def lstm(layers: Any, outer: Any, state: Any, sequence: Any) -> Any:
    """The mean loss of predicting each letter of a sequence, by memory cells that each read their own number."""
    loss, count = 0.0, 0
    state = [(list(hidden), list(cell)) for hidden, cell in state]
    for read, wanted in pairwise(sequence):
        x = [a * b for a, b in zip(read, outer[0], strict=True)]
        for (hidden, cell), (weights, biases) in zip(state, layers, strict=True):
            for i in range(len(x)):
                forget = sigmoid(x[i] * weights[0][i] + biases[0][i])
                enter = sigmoid(hidden[i] * weights[1][i] + biases[1][i])
                leave = sigmoid(x[i] * weights[2][i] + biases[2][i])
                cell[i] = cell[i] * forget + enter * tanh(hidden[i] * weights[3][i] + biases[3][i])
                hidden[i] = leave * tanh(cell[i])
            x = hidden
        out = [a * b + c for a, b, c in zip(x, outer[1], outer[2], strict=True)]
        norm = log(fsum(exp(a) for a in out) + 2.0)
        loss = loss - sum(w * (a - norm) for w, a in zip(wanted, out, strict=True))
        count += len(out)
    return loss / count


# --- descents within descents -----------------------------------------------------------------------------


def descended(both: Callable[[Any], Any], start: list[Any]) -> list[Any]:
    """Where gradient descent ends, its step doubled after ten that went down and halved after one that did not.

    Args:
        both: the value and the gradient of a function.
        start: where it begins.
    """
    x, rate, good = list(start), 1e-5, 0
    value, slope = both(x)
    while sqrt(total(slope, slope)) > 1e-5:
        if good == 10:
            rate, good = 2.0 * rate, 0
            continue
        nearby = [a - rate * g for a, g in zip(x, slope, strict=True)]
        if sqrt(sum((a - b) ** 2 for a, b in zip(x, nearby, strict=True))) <= 1e-5:
            break
        found, steeper = both(nearby)
        if found < value:
            x, value, slope, good = nearby, found, steeper, good + 1
        else:
            rate, good = rate / 2.0, 0
    return x


def height(x: Any, y: Any) -> Any:
    """A saddle: x² - y², of two numbers each."""
    return total(x, x) - total(y, y)


def highest(x: Any) -> list[Any]:
    """The y at which the saddle is highest for ``x``, from (1, 1)."""
    return descended(value_and_grad(lambda y: -height(x, y)), [1.0, 1.0])


def peak(x: Any) -> Any:
    """How high it is there: a function of ``x`` that has a descent in it."""
    return height(x, highest(x))


def saddle() -> list[Any]:
    """Where the lowest of all peaks is: x, then y."""
    x = descended(compile(value_and_grad(peak)), [1.0, 1.0])
    return [*x, *highest(x)]


def miss(w: Any) -> Any:
    """The square of where a charge that two others repel meets the axis, by steps of Euler's; one of them at 10 - w."""
    charges = [[10.0, 10.0 - w[0]], [10.0, 0.0]]

    def potential(x: Any) -> Any:
        return sum(1.0 / sqrt((x[0] - a) ** 2 + (x[1] - b) ** 2) for a, b in charges)

    x, v, size = [0.0, 8.0], [0.75, 0.0], 0.1
    while True:
        push = grad(potential)(x)
        moved = [a + size * b for a, b in zip(x, v, strict=True)]
        if moved[1] <= 0.0:
            left = -x[1] / v[1]
            return (x[0] + left * v[0]) ** 2
        x, v = moved, [a - size * b for a, b in zip(v, push, strict=True)]


def particle(start: float = 0.0) -> Any:
    """The w with which the charge hits the origin."""
    return descended(compile(value_and_grad(miss)), [start])[0]


# --- numbers to run on ------------------------------------------------------------------------------------


def _evaluations() -> dict[str, Evaluation]:
    rng = np.random.default_rng(0)
    normal = rng.normal
    d, k, cells, letters = 2, 5, 14, 12
    layers = [[normal(size=(4, cells)), normal(size=(4, cells))] for _ in range(2)]
    turns, places, others = normal(0.0, 0.3, (500, 3)), normal(size=(500, 3)), normal(0.0, 0.1, (500, 5))
    cameras = np.hstack([turns, places, others + [1.0, 0.0, 0.0, 0.0, 0.0]])  # noqa: RUF005 -- a sum of arrays
    points = normal([0.0, 0.0, 9.0], size=(500, 3))
    read, skin = (normal(size=(letters, cells)) > 1.0) * 1.0, rng.dirichlet(np.ones(5), 300)
    return {
        "hello": Evaluation(hello, (3.0,)),
        "lse": Evaluation(lse, (normal(size=200),)),
        "llsq": Evaluation(llsq, (normal(size=16), np.linspace(-1.0, 1.0, 1000)), (None, 0)),
        "det": Evaluation(det, (normal(size=(7, 7)),)),
        "ode": Evaluation(ode, (rng.uniform(0.5, 1.5, 10),)),
        "kmeans": Evaluation(kmeans, (normal(size=(8, 3)), normal(size=(2000, 3))), (None, 0), newton),
        "gmm": Evaluation(
            gmm, (normal(size=k), normal(size=(k, d)), normal(size=(k, d * (d + 1) // 2)), normal(size=(1000, d))),
            (None, None, None, 0), partial(value_and_grad, argnums=(0, 1, 2)),
        ),
        "lstm": Evaluation(
            lstm, (layers, normal(size=(3, cells)), normal(size=(2, 2, cells)), read),
            None, partial(value_and_grad, argnums=(0, 1)),
        ),
        "ba": Evaluation(
            ba, (cameras, points, rng.uniform(0.5, 1.0, 500), normal(size=(500, 2))), (0, 0, 0, 0),
            partial(jacrev, argnums=(0, 1, 2)), summed=False,
        ),
        "ht": Evaluation(
            ht, (normal(0.0, 0.5, 26), normal(size=(300, 3)), skin, normal(size=(300, 3))), (None, 0, 0, 0), jacrev,
            summed=False,
        ),
        "particle": Evaluation(miss, ([0.2],)),
        "saddle": Evaluation(peak, ([1.0, 1.0],)),
    }  # fmt: skip


EVALUATIONS = _evaluations()


def main() -> None:
    """Print the table."""
    print("| | value | value and derivative | ratio |\n|---|---|---|---|")  # noqa: T201 -- which is what it is for
    for name, each in EVALUATIONS.items():
        found = steady({"value": each.replayed(each.value), "both": each.replayed(each.derivative(each.value))}, 11)
        value, both = 1e6 * found["value"], 1e6 * found["both"]
        print(f"| {name} | {value:,.1f} µs | {both:,.1f} µs | {both / value:.1f} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
