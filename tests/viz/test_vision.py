"""The scale of gradients for every kind of colour vision: sign and strength stay apart.

Source: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A Physiologically-based Model for Simulation of Color
Vision Deficiency", 2009, the matrices for severity 1, on linear RGB. Distances are CIE76 in CIELAB, D65.
"""

import math
from itertools import pairwise

import pytest

from viz.style import ROLES, STEPS, chip_roles, line_role

VISION = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)


def times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def lab(colour, vision):
    """``colour`` as an eye of that kind sees it, in CIELAB."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    seen = [min(1.0, max(0.0, part)) for part in times(VISION[vision], linear)]
    x, y, z = (
        (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116)
        for t in (part / white for part, white in zip(times(TO_XYZ, seen), WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(role, other, theme, vision):
    return math.dist(*(lab(getattr(ROLES[name], theme), vision) for name in (role, other)))


def chip(step):
    return chip_roles(step)[0]


def test_the_simulation_is_that_of_the_paper():
    """Red and green of equal lightness meet for a deutan eye, blue and green for a tritan one; white stays white."""
    for vision in VISION:
        assert math.dist(lab("#ffffff", vision), (100, 0, 0)) < 1.5
    assert math.dist(lab("#a06400", "deutan"), lab("#7d7100", "deutan")) < 8
    assert math.dist(lab("#a06400", "usual"), lab("#7d7100", "usual")) > 20
    assert math.dist(lab("#0072ff", "tritan"), lab("#00868b", "tritan")) < math.dist(
        lab("#0072ff", "usual"), lab("#00868b", "usual")
    )


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize(("theme", "least", "weakest"), [("light", 29.0, 12.8), ("dark", 27.0, 18.0)])
def test_plus_and_minus_of_equal_strength_differ(theme, vision, least, weakest):
    distances = [distance(chip(step), chip(-step), theme, vision) for step in range(1, STEPS + 1)]
    assert distances[0] >= weakest
    assert min(distances[1:]) >= least
    lines = [distance(line_role(step), line_role(-step), theme, vision) for step in range(1, STEPS + 1)]
    assert min(lines) >= least


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_step_differs_from_the_next_and_strength_is_one_way(theme, vision):
    for sign in (1, -1):
        roles = [chip(sign * step) for step in range(STEPS + 1)]
        assert min(distance(one, other, theme, vision) for one, other in pairwise(roles)) >= 5.0
        lightness = [lab(getattr(ROLES[role], theme), vision)[0] for role in roles]
        assert lightness == sorted(lightness, reverse=theme == "light")
