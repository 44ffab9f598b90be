"""Two records of others, side by side on this machine: ``python -m tests.benchmarks.records``.

**The Asian option.** 100 trades on 1,000 scenarios of 252 steps: the mean price of each trade with its derivatives by
spot, rate and volatility. A scenario is one example: the same random numbers for all trades. Source: the example of
the product AADC, https://matlogica.com, as described in public; the program is written here.

**Ten thousand operations, ten thousand times.** The derivative of a chain of small softmaxes, applied again and again
to its own result. Source: A. Rogozhnikov, https://arogozhnikov.github.io/2023/12/28/fastest-autograd.html, as
described there; the program is written here.

Each contender differentiates by itself, and values and gradients are compared before anything is timed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import compile, exp, fsum, maximum, sqrt, value_and_grad  # noqa: A004 -- the name that autograd gives it
from tests.benchmarks.replay import measured, time_of, times

Run = Callable[[], Any]

STEPS, SCENARIOS, TRADES = 252, 1000, 100
WIDTH, LINKS = 4, 625
"""Numbers in a softmax, and how many follow one another: 625 links of 4 exponentials, sums and quotients each."""


# --- the Asian option -------------------------------------------------------------------------------------


def payoff(spot: Any, rate: Any, sigma: Any, strike: Any, maturity: Any, normals: Any) -> Any:
    """The discounted gain of a call on the mean of a path."""
    size = maturity / len(normals)
    drift, noise = (rate - 0.5 * sigma * sigma) * size, sigma * sqrt(size)
    level, path = spot, []
    for normal in normals:
        level = level * exp(drift + noise * normal)
        path.append(level)
    return exp(-rate * maturity) * maximum(fsum(path) / len(normals) - strike, 0.0)


def asian() -> dict[str, Callable[[], Run]]:
    """Makers of the prices of all trades with three greeks each: four numbers a trade."""
    rng = np.random.default_rng(0)
    normals = rng.normal(size=(SCENARIOS, STEPS))
    book = np.column_stack([
        rng.uniform(90.0, 110.0, TRADES), rng.uniform(0.0, 0.05, TRADES), rng.uniform(0.1, 0.4, TRADES),
        rng.uniform(90.0, 110.0, TRADES), rng.uniform(0.5, 2.0, TRADES),
    ])  # fmt: skip

    def ours() -> Run:
        step = compile(
            value_and_grad(payoff, argnums=(0, 1, 2)), in_axes=(None,) * 5 + (0,), reduce="mean", backend="c"
        )
        return lambda: np.array([(price, *greeks) for price, greeks in (step(*trade, normals) for trade in book)])

    def by_hand() -> Run:
        def step(spot: float, rate: float, sigma: float, strike: float, maturity: float) -> Any:
            size = maturity / STEPS
            root = np.sqrt(size)
            sums = np.cumsum(normals, axis=1)
            dates = size * np.arange(1, STEPS + 1)
            path = spot * np.exp((rate - 0.5 * sigma * sigma) * dates + (sigma * root) * sums)
            mean, paid = path.mean(axis=1), np.exp(-rate * maturity)
            gain = np.maximum(mean - strike, 0.0)
            held = paid * (mean > strike)
            by_rate = held @ (path @ dates) / STEPS - maturity * paid * gain.sum()
            by_sigma = held @ ((path * (root * sums - sigma * dates)).sum(axis=1)) / STEPS
            return paid * gain.mean(), (held @ mean) / spot / SCENARIOS, by_rate / SCENARIOS, by_sigma / SCENARIOS

        return lambda: np.array([step(*trade) for trade in book])

    def in_jax() -> Run:
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        draws = jax.device_put(normals)

        def price(spot: Any, rate: Any, sigma: Any, strike: Any, maturity: Any) -> Any:
            size = maturity / STEPS
            logs = jnp.cumsum((rate - 0.5 * sigma * sigma) * size + sigma * jnp.sqrt(size) * draws, axis=1)
            mean = (spot * jnp.exp(logs)).mean(axis=1)
            return (jnp.exp(-rate * maturity) * jnp.maximum(mean - strike, 0.0)).mean()

        both = jax.jit(lambda trades: jax.lax.map(lambda t: jax.value_and_grad(price, argnums=(0, 1, 2))(*t), trades))
        columns = tuple(jax.device_put(column) for column in book.T)

        def run() -> Any:
            value, greeks = jax.block_until_ready(both(columns))
            return np.column_stack([value, *greeks])

        return run

    def in_torch() -> Run:
        import torch

        torch.set_num_threads(1)  # two of them stand in each other's way on arrays of this size
        draws = torch.tensor(normals)

        def step(trade: Any) -> Any:
            spot, rate, sigma = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in trade[:3])
            size = float(trade[4]) / STEPS
            logs = torch.cumsum((rate - 0.5 * sigma * sigma) * size + sigma * size**0.5 * draws, dim=1)
            gain = torch.relu((spot * torch.exp(logs)).mean(dim=1) - float(trade[3])).mean()
            value = torch.exp(-rate * float(trade[4])) * gain
            return [value.item(), *(each.item() for each in torch.autograd.grad(value, [spot, rate, sigma]))]

        return lambda: np.array([step(trade) for trade in book])

    return {"chainrule": ours, "NumPy by hand": by_hand, "JAX jit": in_jax, "PyTorch": in_torch}


# --- ten thousand by ten thousand -------------------------------------------------------------------------


def chain(x: Any) -> Any:
    """The first of the numbers that ``LINKS`` softmaxes make of ``x``, each of the last one's shares, times three."""
    for _ in range(LINKS):
        powers = [exp(each) for each in x]
        total = sum(powers)
        x = [3.0 * power / total for power in powers]
    return x[0] + 2.0 * x[1]


def descending(step: Callable[[Any], Any], passes: int) -> Run:
    """So many passes of ``step``, the value and gradient: each starts where the gradient of the last one has led."""

    def run() -> Any:
        x = np.array([0.1, 0.2, -0.3, 0.4])
        for _ in range(passes):
            value, gradient = step(x)
            x = x - 0.1 * np.asarray(gradient)
        return [float(value), *x]

    return run


def ten_thousand(passes: int) -> dict[str, Callable[[], Run]]:
    """Makers of so many passes."""

    def ours() -> Run:
        return descending(compile(value_and_grad(chain), backend="c"), passes)

    def in_jax() -> Run:
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)

        def loop(x: Any) -> Any:
            def link(x: Any, _: Any) -> Any:
                powers = jnp.exp(x)
                return 3.0 * powers / powers.sum(), None

            x, _ = jax.lax.scan(link, x, None, length=LINKS)
            return x[0] + 2.0 * x[1]

        return descending(jax.jit(jax.value_and_grad(loop)), passes)

    def in_torch() -> Run:
        import torch

        def step(x: Any) -> Any:
            leaf = torch.tensor(x, requires_grad=True)
            y = leaf
            for _ in range(LINKS):
                powers = torch.exp(y)
                y = 3.0 * powers / powers.sum()
            value = y[0] + 2.0 * y[1]
            value.backward()
            return value.item(), leaf.grad.numpy()

        return descending(step, passes)

    return {"chainrule": ours, "JAX jit": in_jax, "PyTorch": in_torch}


def main() -> None:
    """Print the time of each contender, and how many times ours it is."""
    passes = 20
    for what, makers in (
        (f"Asian option, {TRADES} × {SCENARIOS:,} × {STEPS}: price, delta, rho, vega", asian()),
        (f"a chain of {16 * LINKS:,} operations, value and gradient, {passes} passes", ten_thousand(passes)),
    ):
        found = measured(makers, 3)
        cells = [f"{name} {time_of(each)} ({times(each / found['chainrule'])})" for name, each in found.items()]
        print(f"{what}: {'; '.join(cells)}", flush=True)  # noqa: T201 -- which is what it is for


if __name__ == "__main__":
    main()
