"""Two more problems: a book of options with its greeks, and a Gaussian mixture's log-likelihood and gradient."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import compile, exp, fsum, jvp, log, maximum, norm_cdf, sqrt, value_and_grad  # noqa: A004 -- the name that autograd gives it

Array = npt.NDArray[np.float64]
Run = Callable[[], Any]

__all__ = ["black_scholes", "mixture"]


# --- (c) Black-Scholes ------------------------------------------------------------------------------------


def _call_price(spot: Any, strike: Any, rate: Any, sigma: Any, time: Any) -> Any:
    deviation = sigma * sqrt(time)
    d1 = (log(spot / strike) + (rate + 0.5 * sigma * sigma) * time) / deviation
    return spot * norm_cdf(d1) - strike * exp(-rate * time) * norm_cdf(d1 - deviation)


_DIFFERENTIATED = (0, 2, 3, 4)


def _all_greeks(spot: Any, strike: Any, rate: Any, sigma: Any, time: Any) -> Any:
    """Price; delta, rho, vega and the slope by time, in reverse; and gamma, by forward mode over that."""
    slopes = value_and_grad(_call_price, argnums=_DIFFERENTIATED)
    (price, first), (_, second) = jvp(lambda spot: slopes(spot, strike, rate, sigma, time), (spot,), (1.0,))
    return price, first, second[0]


def black_scholes(n: int) -> dict[str, Callable[[], Run]]:
    """Makers of an evaluation of price, delta, gamma, vega, theta and rho of ``n`` European calls.

    Every contender derives the greeks by its own differentiation; by hand they are the closed forms, with what they
    share computed once.
    """
    rng = np.random.default_rng(0)
    book = [
        rng.uniform(80.0, 120.0, n), rng.uniform(80.0, 120.0, n), rng.uniform(0.0, 0.05, n),
        rng.uniform(0.1, 0.5, n), rng.uniform(0.1, 2.0, n),
    ]  # fmt: skip

    def ours(backend: str) -> Run:
        step = compile(_all_greeks, in_axes=0, backend=backend)
        return lambda: step(*book)

    def by_hand() -> Run:
        from scipy.special import ndtr

        spot, strike, rate, sigma, time = book

        def step() -> Any:
            root = np.sqrt(time)
            deviation = sigma * root
            d1 = (np.log(spot / strike) + (rate + 0.5 * sigma * sigma) * time) / deviation
            delta, second = ndtr(d1), strike * np.exp(-rate * time) * ndtr(d1 - deviation)
            density = np.exp(-0.5 * d1 * d1) * (1.0 / math.sqrt(2.0 * math.pi))
            vega = spot * density * root
            theta = 0.5 * vega * sigma / time + rate * second
            return spot * delta - second, (delta, time * second, vega, theta), density / (spot * deviation)

        return step

    def in_jax() -> Run:
        import jax
        import jax.numpy as jnp
        from jax.scipy.special import ndtr

        jax.config.update("jax_enable_x64", True)

        def price(spot: Any, strike: Any, rate: Any, sigma: Any, time: Any) -> Any:
            deviation = sigma * jnp.sqrt(time)
            d1 = (jnp.log(spot / strike) + (rate + 0.5 * sigma * sigma) * time) / deviation
            return spot * ndtr(d1) - strike * jnp.exp(-rate * time) * ndtr(d1 - deviation)

        def greeks(spot: Any, *rest: Any) -> Any:
            slopes = jax.value_and_grad(price, argnums=_DIFFERENTIATED)
            (value, first), (_, second) = jax.jvp(lambda spot: slopes(spot, *rest), (spot,), (1.0,))
            return value, first, second[0]

        step = jax.jit(jax.vmap(greeks))
        arguments = jax.device_put(book)
        return lambda: jax.block_until_ready(step(*arguments))

    def in_torch() -> Run:
        import torch

        spot, strike, rate, sigma, time = (torch.tensor(column, requires_grad=i != 1) for i, column in enumerate(book))
        ndtr = torch.special.ndtr

        def step() -> Any:
            deviation = sigma * torch.sqrt(time)
            d1 = (torch.log(spot / strike) + (rate + 0.5 * sigma * sigma) * time) / deviation
            price = spot * ndtr(d1) - strike * torch.exp(-rate * time) * ndtr(d1 - deviation)
            first = torch.autograd.grad(price.sum(), [spot, rate, sigma, time], create_graph=True)
            (gamma,) = torch.autograd.grad(first[0].sum(), [spot])
            return price.detach(), tuple(slope.detach() for slope in first), gamma

        return step

    return {
        "chainrule": lambda: ours("c"),
        "chainrule numpy": lambda: ours("numpy"),
        "NumPy by hand": by_hand,
        "JAX jit": in_jax,
        "PyTorch": in_torch,
    }


# --- (d) a Gaussian mixture -------------------------------------------------------------------------------


def mixture(n: int, dimension: int = 2, components: int = 5) -> dict[str, Callable[[], Run]]:
    """Makers of the log-likelihood of ``n`` points and its gradient by weights, means and inverse factors.

    The inverse Cholesky factor of each component has its diagonal as logarithms, as in ADBench.
    Source: F. Srajer, Z. Kukelova, A. Fitzgibbon, "A benchmark of selected algorithmic differentiation tools on
    some problems in computer vision and machine learning", Optimization Methods and Software 33 (2018).
    """
    rng = np.random.default_rng(0)
    points = rng.normal(size=(n, dimension))
    parameters = [
        rng.normal(size=components), rng.normal(size=(components, dimension)),
        0.1 * rng.normal(size=(components, dimension)), 0.1 * rng.normal(size=(components, dimension, dimension)),
    ]  # fmt: skip

    def scalar(alphas: Any, means: Any, diagonals: Any, lowers: Any, x: Any) -> Any:
        terms = []
        for k in range(components):
            centred = [x[i] - means[k][i] for i in range(dimension)]
            rows = [
                exp(diagonals[k][i]) * centred[i] + sum(lowers[k][i][j] * centred[j] for j in range(i))
                for i in range(dimension)
            ]
            terms.append(alphas[k] + fsum(diagonals[k]) - 0.5 * fsum(row * row for row in rows))
        return _log_sum_exp(terms) - _log_sum_exp(list(alphas))

    def ours(backend: str) -> Run:
        step = compile(
            value_and_grad(scalar, argnums=(0, 1, 2, 3)),
            in_axes=(None, None, None, None, 0),
            reduce="sum",
            backend=backend,
        )
        return lambda: step(*parameters, points)

    def in_jax() -> Run:
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)

        def likelihood(alphas: Any, means: Any, diagonals: Any, lowers: Any, xs: Any) -> Any:
            factors = jnp.tril(lowers, -1) + jax.vmap(jnp.diag)(jnp.exp(diagonals))
            rows = jnp.einsum("kij,nkj->nki", factors, xs[:, None] - means)
            terms = alphas + diagonals.sum(axis=1) - 0.5 * (rows * rows).sum(axis=2)
            logsumexp = jax.scipy.special.logsumexp
            return (logsumexp(terms, axis=1) - logsumexp(alphas)).sum()

        step = jax.jit(jax.value_and_grad(likelihood, argnums=(0, 1, 2, 3)))
        arguments = jax.device_put((*parameters, points))
        return lambda: jax.block_until_ready(step(*arguments))

    def in_torch() -> Run:
        import torch

        leaves = [torch.tensor(part, requires_grad=True) for part in parameters]
        xs = torch.tensor(points)

        def step() -> Any:
            alphas, means, diagonals, lowers = leaves
            factors = torch.tril(lowers, -1) + torch.diag_embed(torch.exp(diagonals))
            rows = torch.einsum("kij,nkj->nki", factors, xs[:, None] - means)
            terms = alphas + diagonals.sum(1) - 0.5 * (rows * rows).sum(2)
            value = (torch.logsumexp(terms, 1) - torch.logsumexp(alphas, 0)).sum()
            return value.item(), torch.autograd.grad(value, leaves)

        return step

    return {
        "chainrule": lambda: ours("c"),
        "chainrule numpy": lambda: ours("numpy"),
        "JAX jit": in_jax,
        "PyTorch": in_torch,
    }


def _log_sum_exp(terms: list[Any]) -> Any:
    largest = terms[0]
    for term in terms[1:]:
        largest = maximum(largest, term)
    return largest + log(fsum(exp(term - largest) for term in terms))
