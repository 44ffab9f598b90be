"""Promises that every picture keeps: labels are text, the same graph gives the same bytes, and size is no obstacle."""

import os
import re
import subprocess
import sys

import pytest

from autograd import Value, tanh
from tests.support.graphs import HOSTILE, SVG, drawn, hostile, network, square_and_more
from viz import draw

# --- labels are data --------------------------------------------------------------------------------------


def test_hostile_labels_are_text_in_well_formed_xml():
    for options in ({}, {"rankdir": "TB"}, {"title": HOSTILE[0] + HOSTILE[3]}, {"names": {HOSTILE[0]: Value(1.0)}}):
        root = drawn(hostile(), **options)
        known = {"svg", "title", "desc", "style", "rect", "text", "g", "path"}
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= known
        attributes = {name for element in root.iter() for name in element.attrib}
        assert not any(name.startswith("on") or "href" in name for name in attributes)
        cards = [text.text for group in root.iter(f"{SVG}g") for text in group.iter(f"{SVG}text")]
        assert max(map(len, filter(None, cards))) <= 24
        assert all(len(element.text) < 5000 for element in root.iter(f"{SVG}title"))
    draw(hostile()).svg.encode()


# --- the same picture each time ---------------------------------------------------------------------------


def test_the_same_graph_gives_the_same_bytes_in_another_process_with_another_hash_seed():
    program = (
        "from tests.support.graphs import network; from viz import draw\n"
        "import hashlib\n"
        "for sizes, n in (((4, 3, 2, 1), 1), ((3, 8, 8, 1), 2)):\n"
        "    d = draw(network(sizes, examples=n)); print(hashlib.sha256((d.svg + d.dot).encode()).hexdigest())\n"
    )
    outputs = set()
    for seed in ("0", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(["."])}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop().split()) == 2


def test_ids_come_from_the_content():
    one, same, other = draw(square_and_more()).svg, draw(square_and_more()).svg, draw(network((2, 2, 1))).svg
    assert one == same
    ids = [set(re.findall(r'id="(g[0-9a-f]{10})', svg)) for svg in (one, other)]
    assert [len(found) for found in ids] == [1, 1]
    assert ids[0] != ids[1]


# --- size -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_chain_of_a_million_values_draws():
    x = Value(0.5, "x")
    for _ in range(1_000_000):
        x = tanh(x)
    x.backward()
    svg = draw(x).svg
    assert len(svg) < 2_000_000
    assert "1,000,001 values" in svg
    assert "… 999,9" in svg
