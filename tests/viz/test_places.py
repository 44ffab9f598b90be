"""Where things stand in a picture: nothing overlaps, and lines run from card to card past all others."""

from itertools import combinations, pairwise

import pytest

from autograd import Value, scope, tanh
from tests.support.graphs import broken, links_into, network, square_and_more
from viz._draw import picture_of
from viz.picture.canvas import Box, Point, bezier, smooth
from viz.picture.paint import Look, arrange

SCENES = {
    "4-3-2-1": (lambda: network((4, 3, 2, 1)), Look()),
    "4-3-2-1 both": (lambda: network((4, 3, 2, 1)), Look(edges="both")),
    "2-2-2": (lambda: network((2, 2, 2), loss="square"), Look()),
    "2-3-1": (lambda: network((2, 3, 1)), Look()),
    "2-3-1 from top": (lambda: network((2, 3, 1)), Look(rankdir="TB")),
    "3-8-8-1": (lambda: network((3, 8, 8, 1)), Look(edges="both")),
    "a*a + a": (square_and_more, Look(title="A title")),
    "not finite": (broken, Look()),
}


@pytest.mark.parametrize("name", SCENES)
def test_nothing_overlaps(name):
    build, look = SCENES[name]
    picture = picture_of(build())
    scene = arrange(picture, look)
    cards, labels = list(scene.cards.values()), [label.box for label in scene.labels]
    assert len(cards) == len(picture.cards)
    for one, other in combinations([*cards, *labels], 2):
        assert not one.overlaps(other)
    for title in scene.titles:
        assert not any(title.overlaps(box) for box in [*cards, *labels])
    for (scope_, frame), (other_scope, other) in combinations(scene.frames, 2):
        nested = other_scope[: len(scope_)] == scope_ or scope_[: len(other_scope)] == other_scope
        assert nested or not frame.overlaps(other)


@pytest.mark.parametrize("name", [name for name in SCENES if name != "3-8-8-1"])
def test_every_number_finds_a_place(name):
    build, look = SCENES[name]
    picture = picture_of(build())
    placed = {label.link for label in arrange(picture, look).labels}
    flows = links_into(picture)
    needed = {
        k
        for k, link in enumerate(picture.links)
        if look.edges == "both" or link.local != 1.0 or len(flows[link.source]) > 1
    }
    assert placed == needed


@pytest.mark.parametrize("name", SCENES)
def test_links_run_from_card_to_card_past_all_others(name):
    build, look = SCENES[name]
    picture = picture_of(build())
    scene = arrange(picture, look)
    for link, curve in zip(picture.links, scene.curves, strict=True):
        tail, head = scene.cards[link.source], scene.cards[link.target]
        start, end = curve[0], curve[-1]
        if look.rankdir == "LR":
            assert start.x == pytest.approx(tail.right)
            assert 0 < head.x - end.x < 10
            assert tail.y < start.y < tail.bottom
            assert head.y < end.y < head.bottom
        else:
            assert start.y == pytest.approx(tail.bottom)
            assert 0 < head.y - end.y < 10
        points = [bezier(curve, k, t / 16) for k in range((len(curve) - 1) // 3) for t in range(17)]
        for key, box in scene.cards.items():
            if key not in (link.source, link.target):
                assert not any(box.overlaps(Box(*point, 0, 0), -1) for point in points)


def test_frames_contain_their_cards():
    picture = picture_of(network((4, 3, 2, 1)))
    scene = arrange(picture, Look())
    frames = dict(scene.frames)
    assert ("layer 1", "neuron 3") in frames
    for card in picture.cards:
        box = scene.cards[card.key]
        for depth in range(1, len(card.scope) + 1):
            frame = frames[card.scope[:depth]]
            assert frame.x < box.x
            assert box.right < frame.right
            assert frame.y < box.y
            assert box.bottom < frame.bottom


def test_layers_stand_side_by_side_and_neurons_in_their_order():
    frames = dict(arrange(picture_of(network((4, 3, 2, 1))), Look()).frames)
    layers = [frames[(name,)] for name in ("layer 1", "layer 2", "layer 3", "loss")]
    assert all(one.right < other.x for one, other in pairwise(layers))
    middles = [layer.middle.y for layer in layers]
    assert max(middles) - min(middles) < 0.1 * layers[0].height
    neurons = [frames[("layer 1", f"neuron {j}")] for j in (1, 2, 3)]
    assert all(one.bottom < other.y for one, other in pairwise(neurons))


def test_the_lane_of_an_input_runs_beside_the_weight_it_is_multiplied_by():
    picture = picture_of(network((4, 3, 2, 1)))
    scene = arrange(picture, Look())
    keys = {card.name: card.key for card in picture.cards}
    for i in range(1, 5):
        weight = scene.cards[keys[f"W{i}2[1]"]]
        below = scene.cards[keys[f"W{i + 1}2[1]" if i < 4 else "b2[1]"]]
        (k,) = [
            k for k, link in enumerate(picture.links) if (link.source, link.target) == (keys[f"a{i}[0]"], keys["z2[1]"])
        ]
        points = [bezier(scene.curves[k], n, t / 16) for n in range((len(scene.curves[k]) - 1) // 3) for t in range(17)]
        passing = [point.y for point in points if weight.x <= point.x <= weight.right]
        assert passing
        assert all(weight.bottom < y < below.y for y in passing)


def test_a_link_that_runs_back_goes_round_beneath_everything():
    x = Value(0.3, "x")
    for k in (1, 2):
        with scope("first"):
            x = tanh(x * 2.0).named(f"a{k}")
        with scope("second"):
            x = tanh(x * 3.0).named(f"b{k}")
    picture = picture_of(x)
    scene = arrange(picture, Look())
    keys = {card.name: card.key for card in picture.cards}
    (k,) = [k for k, link in enumerate(picture.links) if (link.source, link.target) == (keys["b1"], keys["b1·2"])]
    points = [bezier(scene.curves[k], n, t / 32) for n in range((len(scene.curves[k]) - 1) // 3) for t in range(33)]
    lowest = max(point.y for point in points)
    assert lowest > max(frame.bottom for _, frame in scene.frames)
    for key, box in scene.cards.items():
        if key not in (keys["b1"], keys["b1·2"]):
            assert not any(box.overlaps(Box(*point, 0, 0), -1) for point in points)


def test_smooth_curves_pass_their_gates():
    gates = [Point(0, 0), Point(10, 5), Point(30, -5)]
    curve = smooth(gates)
    assert [curve[0], curve[3], curve[6]] == gates
    assert bezier(curve, 0, 0.5) == (5, 2.5)


def skipping():
    """A value used inside its frame and outside it, and one that nothing in its frame touches."""
    x = Value(0.5, "x")
    with scope("block"):
        first = (x * 2.0).named("first")
        second = tanh(first).named("second")
        third = (second * second).named("third")
        alone = (x * 3.0).named("alone")
    y = (first + third + alone).named("y")
    y.backward()
    return y


def test_what_leaves_a_frame_early_runs_past_the_rest_of_it():
    picture = picture_of(skipping())
    scene = arrange(picture, Look())
    keys = {card.name: card.key for card in picture.cards}
    frame = dict(scene.frames)[("block",)]
    (k,) = [k for k, link in enumerate(picture.links) if link.source == keys["first"] and link.target != keys["second"]]
    points = [bezier(scene.curves[k], i, t / 16) for i in range((len(scene.curves[k]) - 1) // 3) for t in range(17)]
    inside = [point for point in points if point.x < frame.right]
    assert any(point.x > scene.cards[keys["third"]].x for point in inside)
    for key in ("second", "third"):
        assert not any(scene.cards[keys[key]].overlaps(Box(*point, 0, 0), -1) for point in points)
