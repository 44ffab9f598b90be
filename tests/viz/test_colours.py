"""The colours of a picture: contrast, the scale of gradients, light and dark."""

import math
import re
import unicodedata
from fractions import Fraction

import pytest

from tests.support.graphs import network
from viz import draw
from viz.style import (
    BOUNDS,
    BOUNDS_IN_WORDS,
    ROLES,
    STEPS,
    chip_roles,
    contrast,
    line_role,
    line_width,
    size_roles,
    step_of,
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_type_reads_well_and_lines_are_seen(theme):
    def colour(role):
        return getattr(ROLES[role], theme)

    for step in range(-STEPS, STEPS + 1):
        chip, ink = chip_roles(step)
        assert contrast(colour(chip), colour(ink)) >= 4.5
    for step in range(STEPS + 1):
        chip, ink = size_roles(step)
        assert contrast(colour(chip), colour(ink)) >= 4.5
    for chip, ink in (
        ("blank", "muted"),
        ("alarm-fill", "alarm-type"),
        ("card", "ink"),
        ("card", "muted"),
        ("card", "alarm"),
    ):
        assert contrast(colour(chip), colour(ink)) >= 4.5
    for ground in ("canvas", "frame1", "frame2"):
        for ink in ("muted", "ink", "type-plus", "type-minus", "alarm"):
            assert contrast(colour(ground), colour(ink)) >= 4.5
        for line in ("line", "faint", "alarm", "parameter", *(line_role(step) for step in range(-STEPS, STEPS + 1))):
            assert contrast(colour(ground), colour(line)) >= 3.0, (ground, line)
    assert contrast(colour("canvas"), colour("frame-line")) >= 3.0


@pytest.mark.parametrize("full_scale", [1.0, 3.0, 1e-300, 1e300])
def test_the_scale_is_finer_at_its_strong_end_and_spans_three_powers_of_ten(full_scale):
    for sign in (1, -1):
        inside = [step_of(sign * part * full_scale, full_scale) for part in (1.0, 0.5, 0.25, 0.1, 0.03, 2e-3, 9e-4)]
        assert inside == [sign * step for step in (6, 5, 4, 3, 2, 1, 0)]
    assert step_of(math.nan, 1.0) == step_of(math.inf, 1.0) == step_of(1.0, None) == step_of(0.0, 1.0) == 0
    assert [line_width(step) for step in (0, 1, -STEPS)] == [1.0, 1.5, 4.0]


@pytest.mark.parametrize("full_scale", [2.0, 3.0, 4.0, 5.5, 7.0, 8.0, 11.0, 13.0, 15.9])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_commonest_gradients_differ_in_colour(full_scale, sign):
    """1 and 2, wherever the largest is below 16."""
    assert abs(step_of(2.0 * sign, full_scale)) > abs(step_of(1.0 * sign, full_scale)) > 0


def test_the_legend_names_the_bounds_of_the_steps():
    ends, last = BOUNDS_IN_WORDS.split(" … ")
    told = [unicodedata.numeric(part) if len(part) == 1 else float(Fraction(part)) for part in ends.split(", ")]
    assert (told, float(Fraction(last))) == (list(BOUNDS)[: -len(told) - 1 : -1], BOUNDS[0])
    assert f"  steps at {BOUNDS_IN_WORDS} of it" in draw(network((2, 2, 1))).svg


def test_dark_replaces_every_colour_that_is_used_and_only_in_this_picture():
    svg = draw(network((2, 2, 1))).svg
    style = re.search(r"<style>(.*)</style>", svg).group(1)
    assert style.startswith("@media (prefers-color-scheme:dark){#g")
    identity = re.search(r' id="(\w+)" width', svg).group(1)
    rules = set(re.findall(rf"#{identity} \.([\w-]+){{", style))
    used = {name for classes in re.findall(r'class="([^"]+)"', svg) for name in classes.split()}
    assert used == rules
    for theme in ("light", "dark"):
        fixed = draw(network((2, 2, 1)), theme=theme).svg
        assert "@media" not in fixed
        assert (ROLES["canvas"].dark in fixed) == (theme == "dark")
