"""Type in a finished picture, read off its SVG: nothing is written over anything else, and all of it fits."""

import random
from collections import defaultdict
from itertools import combinations

import pytest

from autograd import Value, errstate, scope, tanh
from tests.support.graphs import SVG, broken, drawn, find, hostile, network, square_and_more
from viz.picture.canvas import Box
from viz.style import SIZES
from viz.text import columns


def random_graph(seed):
    """A graph of a few dozen values in and out of frames, some of them used many times."""
    choose = random.Random(seed)
    nodes = [Value(choose.uniform(-1, 1), f"x{i}") for i in range(4)]
    for _ in range(choose.randint(5, 55)):
        with scope(choose.choice(["p", "q", "q/r", "a frame with a long name"])):
            a, b = choose.choice(nodes), choose.choice(nodes[-6:])
            nodes.append(choose.choice([lambda a=a, b=b: a + b, lambda a=a, b=b: a * b, lambda a=a: tanh(a)])())
    root = sum(nodes[-5:]).named("root")
    root.backward()
    return root


def overflowing():
    """Numbers of every length that a card may hold."""
    with errstate(domain="nan"):
        a = Value(-1.23456e-300, "a name as long as a card can show it")
        y = ((a * 1e300) ** 2 * 12345.678 + a * Value(9999.99994, "b")).named("y")
        y.backward(-8.7654321e200)
    return y


def focused(root, label):
    return drawn(root, focus=find(root, label))


PICTURES = {
    "4-3-2-1": lambda: drawn(network((4, 3, 2, 1)), detail="full"),
    "4-3-2-1, fused": lambda: drawn(network((4, 3, 2, 1)), edges="both"),
    "2-3-1": lambda: drawn(network((2, 3, 1))),
    "2-3-1, from top": lambda: drawn(network((2, 3, 1)), rankdir="TB"),
    "2-2-2": lambda: drawn(network((2, 2, 2), loss="square"), edges="both"),
    "a·a + a": lambda: drawn(square_and_more(), title="Two flows, and a third"),
    "3-8-8-1": lambda: drawn(network((3, 8, 8, 1)), edges="both"),
    "3-8-8-1, layers": lambda: drawn(network((3, 8, 8, 1)), detail="layers"),
    "3-8-8-1, from top": lambda: drawn(network((3, 8, 8, 1)), rankdir="TB"),
    "3-8-8-1, focus": lambda: focused(network((3, 8, 8, 1)), "a1[1]"),
    "2-16-16-1": lambda: drawn(network((2, 16, 16, 1))),
    "six examples": lambda: drawn(network((2, 4, 1), examples=6)),
    "not finite": lambda: drawn(broken()),
    "no gradient": lambda: drawn(network((2, 2, 1), backward=False)),
    "small flows": lambda: drawn(network((2, 3, 1)), min_flow=0.02),
    "long numbers": lambda: drawn(overflowing()),
    "hostile": lambda: drawn(hostile()),
} | {f"random {seed}": lambda seed=seed: drawn(random_graph(seed), edges="both") for seed in range(12)}


def written(svg):
    """Every line of type with the box it fills, and the id of the part it belongs to."""
    found = []
    parts = {text: group.get("id") for group in svg.iter(f"{SVG}g") for text in group.iter(f"{SVG}text")}
    for text in svg.iter(f"{SVG}text"):
        size, x, y = (float(text.get(name)) for name in ("font-size", "x", "y"))
        width = columns(text.text) * size * SIZES.em
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[text.get("text-anchor", "start")]
        found.append((text.text, parts.get(text, ""), Box(left, y - 0.74 * size, width, 0.9 * size)))
    return found


def cards(svg):
    """The outline of each card, by its id."""
    return {
        group.get("id"): Box(*(float(group.find(f"{SVG}rect").get(name)) for name in ("x", "y", "width", "height")))
        for group in svg.iter(f"{SVG}g")
        if group.get("id").split("-")[1][0] in "ng"
    }


def near_pairs(boxes):
    """The pairs that stand in one stripe of the plane."""
    stripes = defaultdict(list)
    for item in boxes:
        for stripe in range(int(item[-1].y // 40), int(item[-1].bottom // 40) + 1):
            stripes[stripe].append(item)
    for stripe in stripes.values():
        yield from combinations(stripe, 2)


@pytest.mark.parametrize("name", PICTURES)
def test_no_type_is_written_over_type_and_no_label_on_a_card(name):
    svg = PICTURES[name]()
    lines, outlines = written(svg), cards(svg)
    assert len(lines) > 3 * len(outlines) > 0
    for (one, _, box), (other, _, other_box) in near_pairs(lines):
        assert not box.overlaps(other_box, -0.2), (one, other)
    width, height = float(svg.get("width")), float(svg.get("height"))
    for text, part, box in lines:
        if part in outlines:
            card = outlines[part]
            assert card.x < box.x, text
            assert box.right < card.right, text
            assert card.y < box.y, text
            assert box.bottom < card.bottom, text
        else:
            assert not any(box.overlaps(card) for card in outlines.values()), text
        assert box.x >= 0, text
        assert box.right <= width, text
        assert box.y >= 0, text
        assert box.bottom <= height, text


def test_the_check_sees_type_that_is_written_over():
    svg = drawn(square_and_more())
    first, second = list(svg.iter(f"{SVG}text"))[:2]
    second.set("x", first.get("x"))
    second.set("y", first.get("y"))
    second.attrib.pop("text-anchor", None)
    lines = written(svg)
    assert any(box.overlaps(other, -0.2) for (_, _, box), (_, _, other) in near_pairs(lines))


def test_a_page_shrinks_a_picture_to_four_fifths_and_no_further():
    svg = drawn(network((4, 3, 2, 1)), detail="full")
    assert f"min-width:{0.8 * float(svg.get('width')):.0f}px" in svg.get("style")
