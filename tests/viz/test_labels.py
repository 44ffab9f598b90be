"""The numbers of links: each has a place of its own, on no frame's edge and on no other link."""

from itertools import combinations

import numpy as np
import pytest

from tests.support.graphs import find, network
from tests.viz.test_type import random_graph
from viz._draw import picture_of
from viz.picture.canvas import Box, Point, bezier, smooth
from viz.picture.layout import Numbers, blocks_of
from viz.picture.links import link_numbers, link_texts, place_labels
from viz.picture.paint import Look, arrange


def focused(sizes, label, **options):
    root = network(sizes)
    return picture_of(root, focus=find(root, label), **options)


PICTURES = {
    "a fan between layers": lambda: focused((3, 8, 8, 1), "a1[1]"),
    "a wider fan": lambda: focused((2, 16, 16, 1), "a1[1]"),
    "both ends of a sum": lambda: focused((3, 8, 8, 1), "z3[2]", depth=3),
    "inputs to folded neurons": lambda: picture_of(network((2, 6, 1)), detail="neurons"),
    "a dense folded net": lambda: picture_of(network((3, 8, 8, 1))),
    "layers": lambda: picture_of(network((3, 8, 8, 1)), detail="layers"),
    "4-3-2-1": lambda: picture_of(network((4, 3, 2, 1))),
} | {f"random {seed}": lambda seed=seed: picture_of(random_graph(seed)) for seed in range(12)}
TURNED = ("a fan between layers", "4-3-2-1", "layers")


def on_other_links(scene):
    """The labels that stand on other links than their own."""
    points = [
        (k, *bezier(curve, piece, t / 128))
        for k, curve in enumerate(scene.curves)
        for piece in range((len(curve) - 1) // 3)
        for t in range(129)
    ]
    links, x, y = map(np.array, zip(*points, strict=True))

    def stands_on_another(label):
        box, middle = label.box, label.box.middle
        near = (abs(x - middle.x) < box.width / 2 - 1) & (abs(y - middle.y) < box.height / 2 - 1)
        return np.any(near & (links != label.link))

    return [label.rows for label in scene.labels if stands_on_another(label)]


@pytest.mark.parametrize(
    ("name", "look"),
    [(name, Look(edges="both")) for name in PICTURES]
    + [(name, Look(edges="both", rankdir="TB")) for name in TURNED],
    ids=[*PICTURES, *(f"{name}, from top" for name in TURNED)],
)  # fmt: skip
def test_each_number_stands_by_itself(name, look):
    picture = PICTURES[name]()
    scene = arrange(picture, look)
    assert {label.link for label in scene.labels} == set(link_texts(picture, "both"))
    for one, other in combinations(scene.labels, 2):
        assert not one.box.overlaps(other.box)
    for label in scene.labels:
        for scope, frame in scene.frames:
            assert not any(label.box.overlaps(edge) for edge in frame.edges()), (label.rows, scope)
        assert not any(label.box.overlaps(card) for card in scene.cards.values()), label.rows
    if not name.startswith("random") and look.rankdir == "LR":
        assert on_other_links(scene) == []


def test_a_number_without_any_free_place_is_left_out():
    curve = smooth([Point(0, 0), Point(100, 0)])
    numbers = [Numbers(0, ("×2", "+3"), in_one_row=False)]
    assert [label.link for label in place_labels(numbers, [curve], [], [], turned=False)] == [0]
    assert place_labels(numbers, [curve], [Box(-50, -50, 200, 100)], [], turned=False) == []


def beside(picture):
    """The links with numbers on a side of a card, by the side and the card; and the sides where they crowd."""
    numbers = link_numbers(picture, blocks_of(picture), link_texts(picture, "both"))
    assert len(numbers) == len(picture.links)
    sides = {}
    for k, one in numbers.items():
        if one.beside:
            sides.setdefault(one.beside, []).append(k)
    return sides, {one.beside for one in numbers.values() if one.in_one_row}


def test_what_fans_out_is_labelled_where_it_arrives_and_what_runs_together_where_it_leaves():
    picture = picture_of(network((2, 6, 1)), detail="neurons")
    names = {card.key: (card.scope, card.name) for card in picture.cards}
    sides, crowded = beside(picture)
    neurons = [(("layer 1",), f"neuron {j}") for j in range(1, 7)]
    before = [names[key] for (side, key), links in sides.items() if side == "before" and len(links) == 2]
    assert before == neurons
    assert [names[key] for side, key in sides if (side, key) in crowded and side == "before"] == neurons
    behind = {names[key]: len(links) for (side, key), links in sides.items() if side == "behind"}
    assert [behind[neuron] for neuron in neurons] == [1] * 6


def test_a_card_is_high_enough_for_the_rows_beside_it():
    picture = picture_of(network((3, 8, 8, 1)))
    both, none = (arrange(picture, Look(edges=edges)) for edges in ("both", "none"))
    sides, crowded = beside(picture)
    most, key = max((len(sides[side, key]), key) for side, key in crowded if side == "behind")
    assert most == 8
    assert none.cards[key].height < 8 * 14 < both.cards[key].height
