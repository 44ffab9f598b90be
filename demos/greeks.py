"""Greeks: an option's derivatives by name, a simulated barrier, a book compiled.

Black-Scholes to second order, a barrier option by simulated paths, and 10,000 options at once. The prices are plain
scalar Python, and every greek is the exact derivative of its price, checked against the closed form. The barrier
option has an `if` on its path: a path that is knocked out is another recording, not a frozen branch.
"""

import time
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from autograd import compile, exp, log, maximum, sensitivities, sqrt, value_and_grad  # noqa: A004
from demos._black_scholes import MARKET, STRIKE, call, closed_forms
from demos._notes import off

BARRIER, STEPS, PATHS = 85.0, 8, 100_000
GREEKS = {
    "spot": "delta", "vol": "vega", "rate": "rho", "expiry": "−theta",
    "spot, spot": "gamma", "spot, vol": "vanna", "vol, vol": "volga",
}  # fmt: skip


def path(spot: Any, vol: Any, shocks: Any) -> Any:
    """The discounted payoff of one path of a down-and-out call.

    Between two dates a Brownian bridge may touch the barrier: the path survives each step with the probability
    1 − exp(−2 log(S/B) log(S′/B) / (σ² dt)), which falls to 0 at the barrier, so that the payoff has no jump.
    Source: P. Glasserman, Monte Carlo Methods in Financial Engineering, 2003, section 6.4.
    """
    rate, expiry, survival = MARKET["rate"], MARKET["expiry"], 1.0
    variance = vol**2 * (expiry / STEPS)
    for shock in shocks:
        after = spot * exp(rate * expiry / STEPS - variance / 2 + sqrt(variance) * shock)
        if after <= BARRIER:
            return 0.0
        survival = survival * (1 - exp(-2 * log(spot / BARRIER) * log(after / BARRIER) / variance))
        spot = after
    return exp(-rate * expiry) * survival * maximum(spot - STRIKE, 0.0)


def down_and_out(spot: Any, vol: Any) -> Any:
    """Its closed form, by reflection at the barrier (R. C. Merton, 1973), for a strike above the barrier."""
    rest = (MARKET["rate"], MARKET["expiry"])
    return call(spot, vol, *rest) - (spot / BARRIER) ** (1 - 2 * rest[0] / vol**2) * call(BARRIER**2 / spot, vol, *rest)


def main() -> None:
    """Compare the call's derivatives, then the simulated option, with closed forms; time a book of 10,000 options."""
    console, found = Console(), sensitivities(call)(**MARKET)
    console.print(f"A call struck at {STRIKE:g}:", ", ".join(f"{name} {x:g}" for name, x in MARKET.items()))
    title = f"It is worth {found['value']:.6f}"
    table = Table("greek", "derivative by", "autograd", "closed form", "difference", title=title)
    for key, number in closed_forms(**MARKET).items():
        by = key if isinstance(key, str) else ", ".join(key)
        table.add_row(GREEKS[by], by, f"{found[key]:+.10f}", f"{number:+.10f}", off(found[key], number))
    console.print(table)

    shocks = np.random.default_rng(0).standard_normal((PATHS, STEPS))
    simulate = compile(value_and_grad(path, argnums=(0, 1)), in_axes=(None, None, 0))
    price, slopes = simulate(MARKET["spot"], MARKET["vol"], shocks)
    exact, exact_slopes = value_and_grad(down_and_out, argnums=(0, 1))(MARKET["spot"], MARKET["vol"])
    title = f"Knocked out at {BARRIER:g}: {PATHS:,} paths, {len(simulate.paths)} ways through the `if`"
    table = Table("down-and-out call", "simulated", "standard error", "closed form", title=title)
    for name, sample, number in zip(("price", "delta", "vega"), (price, *slopes), (exact, *exact_slopes), strict=True):
        table.add_row(name, f"{np.mean(sample):.4f}", f"{np.std(sample) / PATHS**0.5:.4f}", f"{number:.4f}")
    console.print(table)

    rng = np.random.default_rng(1)
    book = {name: number * rng.uniform(0.8, 1.2, 10_000) for name, number in MARKET.items()}
    greeks = compile(sensitivities(call), in_axes=0)
    greeks(**book)
    start, columns = time.perf_counter(), greeks(**book)
    console.print(f"10,000 options, {len(columns)} numbers each: {1e3 * (time.perf_counter() - start):.1f} ms")


if __name__ == "__main__":
    main()
