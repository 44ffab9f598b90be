"""Graphs to draw, and the picture of one as XML."""

from __future__ import annotations

import math
import random
import xml.etree.ElementTree as ET
from itertools import pairwise

from autograd import Parameter, Value, errstate, log, scope, sigmoid
from viz import draw

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    "quo\"te's & &lt; ]]> <!-- -->",
    "new\nline\r\n\t\x00\x1b",
    "\ud800 lone \udfff",
    "\u202eturned\u202c שלום",
    "x" * 10_000,
    "重み",
    "{a|b}<c>\\N\\G",
    '" onload="alert(1)',
    "\uffff\ufdd0",
]


def links_into(picture):
    """For each card of a picture, the links along which gradient flows into it."""
    found = {card.key: [] for card in picture.cards}
    for link in picture.links:
        found[link.source].append(link)
    return found


def network(sizes, *, examples=1, loss="cross-entropy", backward=True, seed=0):
    """The notes' logistic network on raw Values: ``W12[1]``, ``b1[1]``, ``z1[1]``, ``a1[1]``, the loss ``L``."""
    uniform = random.Random(seed).uniform
    layers = []
    for k, (nin, nout) in enumerate(pairwise(sizes), 1):
        layers.append([])
        for j in range(1, nout + 1):
            with scope(f"layer {k}"), scope(f"neuron {j}"):
                weights = [Parameter(uniform(-1, 1), f"W{i}{j}[{k}]") for i in range(1, nin + 1)]
                layers[-1].append((weights, Parameter(uniform(-0.5, 0.5), f"b{j}[{k}]")))
    total = None
    for _ in range(examples):
        a = [Value(uniform(-1, 1), f"a{i}[0]") for i in range(1, sizes[0] + 1)]
        for k, layer in enumerate(layers, 1):
            inputs, a = a, []
            for j, (weights, bias) in enumerate(layer, 1):
                with scope(f"layer {k}"), scope(f"neuron {j}"):
                    z = weights[0] * inputs[0]
                    for w, x in list(zip(weights, inputs, strict=True))[1:]:
                        z = z + w * x
                    a.append(sigmoid((z + bias).named(f"z{j}[{k}]")).named(f"a{j}[{k}]"))
        with scope("loss"):
            y = Value(1.0, "y")
            one = -((1 - y) * log(1 - a[0]) + y * log(a[0])) if loss == "cross-entropy" else 0.5 * (y - a[0]) ** 2
            total = one if total is None else total + one
    total.named("L")
    if backward:
        total.backward()
    return total


def find(root, label):
    return next(value for value in root.topological_order() if value.label == label)


def square_and_more():
    a = Value(3.0, "a")
    y = (a * a + a).named("y")
    y.backward()
    return y


def hostile():
    total = Value(1.0, "start")
    for label in HOSTILE:
        with scope(label):
            total = total * Value(1.5, label)
    total.backward()
    return total


def broken():
    with errstate(domain="nan"):
        a, b, c = Value(0.0, "a"), Value(math.inf, "b"), Value(2.0, "c")
        y = (a * b + log(c) * a).named("y")
        y.backward()
    return y


def drawn(root, **options):
    return ET.fromstring(draw(root, **options).svg)
