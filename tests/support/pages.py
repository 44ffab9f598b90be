"""Shared by the tests of the step-through page: a browser, a page of a graph, and the numbers on both sides."""

from __future__ import annotations

import itertools
import math
from contextlib import ExitStack

import numpy as np
import pytest

import autograd as ag
from autograd import Value, errstate, relu, sqrt, where
from tests.support.browser import launched, opened
from tests.support.graphs import broken, network, square_and_more
from viz import step_through

__all__ = ["GRAPHS", "NUMBERS", "PLAIN", "REAL", "SHOWN", "agrees", "card", "moved", "steps_of", "unwired", "wired"]

SHOWN = "#graph svg.shown"
WIRE = {math.inf: "Infinity", -math.inf: "-Infinity"}
REAL = "(x) => typeof x === 'string' ? Number(x) : x"


def wired(x):
    """A float as it travels to the page, and back, where JSON has no word for it."""
    return "NaN" if math.isnan(x) else WIRE.get(x, x)


def unwired(x):
    return float(x) if not isinstance(x, str) else {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}[x]


PLAIN = "(x) => Number.isFinite(x) ? x : String(x)"
NUMBERS = f"""() => {{
  const plain = {PLAIN};
  const {{data, locals, flows, gradients, outside}} = chainrule.numbers;
  return {{
    data: data.map(plain), locals: locals.map(plain), outside: [...outside],
    gradients: gradients.map((x) => plain(x ?? 0)), flows: flows.map((x) => plain(x ?? 0)),
  }};
}}"""


_held = ExitStack()
_browsers = []


@pytest.fixture
def browser():
    """A browser, which serves the next tests too: see close_browser."""
    if not _browsers:
        _browsers.append(_held.enter_context(launched()))
    return _browsers[0]


def close_browser():
    """Close it, if there is one: playwright's loop of events is in the way of those of other tests."""
    _browsers.clear()
    _held.close()


@pytest.fixture
def show(browser, tmp_path):
    """Open the page of a graph, with a card for each value; what it should not do makes the test fail."""
    stack = []

    def shown(root, address="#", **context):
        if "level=" not in address:
            address += "&level=full"
        options = {"theme": context.pop("theme", "auto"), "language": context.pop("language", "en")}
        path = step_through(root, tmp_path / f"page{len(stack)}.html", **options)
        stack.append(opened(browser, path, address, **context))
        return stack[-1].__enter__()

    yield shown
    for one in stack:
        one.__exit__(None, None, None)


def card(watched, root, label):
    """The card of a node of the full picture."""
    order = root.topological_order()
    place = next(i for i, node in enumerate(order) if node.label == label)
    return watched.page.locator(f'{SHOWN} g[data-key="n{place}"]')


def steps_of(root):
    """The backward pass in Python, as far as it can go without a gradient being written."""
    return list(itertools.islice(root.backward_steps(), len(root.topological_order())))


def gated():
    x = Value(4.0, "x")
    return where(0.0, sqrt(x - 4.0), x * relu(x)).named("y")


def several_users():
    x, y = Value(0.7, "x"), Value(-1.3, "y")
    z = x * y + x**3
    return (ag.fsum([z, x, z]) * ag.dot([x, y], [z, x]) / (1.0 + y * y)).named("out")


GRAPHS = {
    "square": square_and_more,
    "network": lambda: network([2, 3, 1]),
    "two examples": lambda: network([2, 2, 1], examples=2, loss="square", backward=False),
    "nan and inf": broken,
    "closed gate": gated,
    "several users": several_users,
    "a single leaf": lambda: Value(2.5, "only"),
}


def moved(watched, root, numbers):
    """Move the leaves in the page and in Python; what each has then."""
    order = root.topological_order()
    place = {node: i for i, node in enumerate(order)}
    for leaf, x in numbers.items():
        leaf.data = x
        watched.ask(f"([i, x]) => chainrule.move(i, ({REAL})(x))", [place[leaf], wired(x)])
    with errstate(domain="nan"):
        root.forward()
        steps = steps_of(root)
    return watched.ask(NUMBERS), steps


def agrees(got, root, steps, rtol=1e-12):
    order = root.topological_order()
    place = {node: i for i, node in enumerate(order)}
    flows = [[] for _ in order]
    gradients = [0.0] * len(order)
    for step in steps:
        gradients[place[step.node]] = step.gradient
        flows[place[step.node]] = [flow.contribution for flow in step.flows] or [0.0] * len(step.node.parents)
    expected = {
        "data": [node.data for node in order],
        "locals": list(itertools.chain.from_iterable(node.partials() for node in order if node.op)),
        "gradients": gradients,
        "flows": list(itertools.chain(*flows)),
    }
    for what, numbers in expected.items():
        with np.errstate(invalid="ignore"):
            scale = np.max([abs(x) for x in numbers if math.isfinite(x)], initial=0.0)
        np.testing.assert_allclose(
            [unwired(x) for x in got[what]], numbers, rtol=rtol, atol=1e-15 * min(scale, 1e3), err_msg=what
        )
