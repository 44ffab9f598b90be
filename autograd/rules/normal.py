"""The error function, the normal distribution, and gelu."""

from __future__ import annotations

import math

from autograd.primitives import Primitive, define
from autograd.rules import special_normal as special
from autograd.rules.choices import where

__all__ = ["erf", "erfc", "gelu", "norm_cdf", "norm_pdf"]

_TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
_SQRT_2 = math.sqrt(2.0)
_SQRT_2_REST = -9.667293313452913e-17  # √2 - _SQRT_2

erf = define(
    "erf", forward=math.erf, partials=lambda x, out: (_TWO_OVER_SQRT_PI * gaussian(x),), scipy="erf",
    doc="The error function, 2/√π times the integral of exp(-t²) from 0 to x.",
)  # fmt: skip

erfc = define(
    "erfc", forward=special.erfc, partials=lambda x, out: (-_TWO_OVER_SQRT_PI * gaussian(x),), scipy="erfc",
    doc="1 - erf(x), relatively accurate in its far tail.",
)  # fmt: skip

gaussian: Primitive = define(
    "gaussian",
    forward=special.gaussian,
    partials=lambda x, out: (where(out, -2.0 * x * out, 0.0),),  # 0 at infinity, and not 0·inf
    symbol="exp(−x²)", text="exp(-{0}**2)", latex=r"e^{{-{0}^2}}",
    doc="exp(-x²), as if x² were not rounded.",
)  # fmt: skip

norm_cdf = define(
    "norm_cdf", forward=special.norm_cdf, partials=lambda x, out: (norm_pdf(x),),
    symbol="Φ", latex=r"\Phi\left({0}\right)", scipy="ndtr",
    doc="The probability that a standard normal variable is below x.",
)  # fmt: skip

norm_pdf: Primitive = define(
    "norm_pdf", forward=lambda x: special.weighted_norm_pdf(1.0, x),
    partials=lambda x, out: (weighted_norm_pdf(-x, x),), symbol="φ", latex=r"\varphi\left({0}\right)",
    doc="The density of the standard normal distribution, exp(-x²/2)/√(2π).",
)  # fmt: skip

weighted_norm_pdf: Primitive = define(
    "weighted_norm_pdf", forward=special.weighted_norm_pdf,
    partials=lambda weight, x, out: (norm_pdf(x), weighted_norm_pdf(-x * weight, x)),
    symbol="w·φ", text="{0}*norm_pdf({1})", latex=r"{0} \cdot \varphi\left({1}\right)",
    doc="weight * norm_pdf(x), without the bits that a subnormal norm_pdf(x) lacks.",
)  # fmt: skip

gelu = define(
    "gelu", forward=special.gelu, partials=lambda x, out: (gelu_slope(x),),
    textbook=lambda x, out: (norm_cdf(x) + x * norm_pdf(x),),
    doc="x * norm_cdf(x), the exact Gaussian error linear unit.",
)  # fmt: skip

gelu_slope: Primitive = define(
    "gelu_slope",
    forward=special.gelu_slope,
    # (2 - x²)·φ(x), in factors that keep their digits near its zeros ±√2
    partials=lambda x, out: (
        weighted_norm_pdf(((_SQRT_2 - x) + _SQRT_2_REST) * ((_SQRT_2 + x) + _SQRT_2_REST), x),
    ),
    symbol="gelu′", text="gelu'({0})", latex=r"\operatorname{{gelu}}'\left({0}\right)",
    doc="The derivative of gelu, Φ(x) + x·φ(x), accurate through its zero at -0.752.",
)  # fmt: skip
