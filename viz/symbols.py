"""A value's name read as mathematics: ``W11[2]`` is the letter W, with two indices, of layer 2."""

from __future__ import annotations

import re
from dataclasses import dataclass

from viz.names import cut

__all__ = ["GREEK", "NameParts", "name_parts"]

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
"""The letters that a name may spell out."""

_NAME = re.compile(r"([A-Za-zα-ωΓΔΘΛΞΠΣΦΨΩ]+)_?(\d+(?:,\d+)?)?(?:\[(\d+)\])?")
_LAYERED = frozenset("azWwb")
"""What a lone bracket gives the layer of, as in the notes; of any other name it is the place in a list."""


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name taken apart: the letter or word, its index, its layer; or free text, with neither."""

    base: str
    index: str = ""
    layer: str = ""
    free: bool = False


def name_parts(text: str) -> NameParts:
    """``text`` as mathematics reads it. A weight's two digits are two indices.

    >>> name_parts("W11[2]")
    NameParts(base='W', index='1,1', layer='2', free=False)
    >>> name_parts("theta2"), name_parts("price ($)").free
    (NameParts(base='θ', index='2', layer='', free=False), True)
    """
    shown = cut(text)
    found = _NAME.fullmatch(shown)
    if found is None:
        return NameParts(shown, free=True)
    base, index, layer = found[1], found[2] or "", found[3] or ""
    if base in ("W", "w") and len(index) == 2:
        index = f"{index[0]},{index[1]}"
    if layer and not index and base not in _LAYERED:
        index, layer = layer, ""
    return NameParts(GREEK.get(base, base), index, layer)
