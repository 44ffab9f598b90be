"""The Black-Scholes price of a call as plain scalar Python, and the textbook's formulas for its derivatives."""

import math
from typing import Any

from autograd import exp, log, norm_cdf, sqrt

MARKET = {"spot": 100.0, "vol": 0.25, "rate": 0.03, "expiry": 0.75}
STRIKE = 105.0


def call(spot: Any, vol: Any, rate: Any, expiry: Any, strike: Any = STRIKE) -> Any:
    """The Black-Scholes price of a European call."""
    d1 = (log(spot / strike) + (rate + vol**2 / 2) * expiry) / (vol * sqrt(expiry))
    return spot * norm_cdf(d1) - strike * exp(-rate * expiry) * norm_cdf(d1 - vol * sqrt(expiry))


def closed_forms(spot: float, vol: float, rate: float, expiry: float) -> dict[Any, float]:
    """The textbook's formulas, under the names of the derivatives."""
    spread = vol * math.sqrt(expiry)
    d1 = (math.log(spot / STRIKE) + (rate + vol**2 / 2) * expiry) / spread
    d2, density, discount = d1 - spread, math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi), math.exp(-rate * expiry)
    below = [math.erfc(-d / math.sqrt(2)) / 2 for d in (d1, d2)]
    vega = spot * density * math.sqrt(expiry)
    return {
        "spot": below[0], "vol": vega, "rate": STRIKE * expiry * discount * below[1],
        "expiry": spot * density * vol / (2 * math.sqrt(expiry)) + rate * STRIKE * discount * below[1],
        ("spot", "spot"): density / (spot * spread), ("spot", "vol"): -density * d2 / vol,
        ("vol", "vol"): vega * d1 * d2 / vol,
    }  # fmt: skip
