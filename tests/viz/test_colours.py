"""The colours of a picture: contrast, the scale of gradients, light and dark."""

import math
import re

import pytest

from tests.support.graphs import network
from viz import draw
from viz.style import ROLES, STEPS, chip_roles, contrast, line_role, line_width, size_roles, step_of


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


def test_the_scale_is_logarithmic_over_three_decades():
    assert [step_of(10.0**-k, 1.0) for k in (0, 0.7, 1.3, 1.9, 2.5, 3.1)] == [5, 4, 3, 2, 1, 0]
    assert [step_of(-(10.0**-k), 1.0) for k in (0, 0.7, 1.3, 1.9, 2.5, 3.1)] == [-5, -4, -3, -2, -1, 0]
    assert step_of(math.nan, 1.0) == step_of(math.inf, 1.0) == step_of(1.0, None) == 0
    assert [line_width(step) for step in (0, 1, -5)] == [1.0, 1.6, 4.0]


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
