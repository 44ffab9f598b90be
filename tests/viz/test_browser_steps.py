"""Stepping through both passes in a real browser: each step is that of Python, with its arithmetic in words."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from autograd import Value, fsum
from tests.support.graphs import network, square_and_more
from tests.support.pages import GRAPHS, PLAIN, SHOWN, steps_of, unwired
from viz.style import BOUNDS, chip_roles, step_of
from viz.text import number, signed


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_steps_are_those_of_backward_steps(show, graph):
    root = GRAPHS[graph]()
    order = root.topological_order()
    place = {node: i for i, node in enumerate(order)}
    before = repr([(node.grad, node.has_grad) for node in order])
    got = show(root).ask(f"""() => {{
        const plain = {PLAIN};
        return chainrule.steps().map((step) => ({{
            node: step.node, gradient: plain(step.gradient), totals: step.totals.map(plain),
            flows: step.flows.map((flow) => [plain(flow.local), plain(flow.contribution)]),
        }}));
    }}""")
    assert repr([(node.grad, node.has_grad) for node in order]) == before
    expected = steps_of(root)
    assert len(got) == len(expected) == len(order)
    for mine, step in zip(got, expected, strict=True):
        assert mine["node"] == place[step.node]
        flows = [[flow.local, flow.contribution] for flow in step.flows]
        numbers = [mine["gradient"], *mine["totals"], *itertools.chain(*mine["flows"])]
        np.testing.assert_array_equal(
            [unwired(x) for x in numbers], [step.gradient, *step.totals, *itertools.chain(*flows)]
        )


@pytest.mark.parametrize("graph", ["square", "network", "closed gate"])
def test_each_step_shows_its_arithmetic_and_the_partial_sums(show, graph):
    root = GRAPHS[graph]()
    order = root.topological_order()
    place = {node: i for i, node in enumerate(order)}
    watched = show(root, "#pass=backward&step=0")
    chips = f"""() => Object.fromEntries([...document.querySelectorAll("{SHOWN} g.card")].map(
        (card) => [card.dataset.key, [...card.querySelectorAll("text")].at(-1).textContent]))"""
    sums = {}
    assert set(watched.ask(chips).values()) == {"·"}
    for k, step in enumerate(steps_of(root), start=1):
        watched.page.keyboard.press("ArrowRight")
        assert watched.text("#count") == f"{k} / {len(order)}"
        sums[place[step.node]] = step.gradient
        lines = watched.page.locator("#said .sums li").all_inner_texts() if step.flows else []
        assert len(lines) == len(step.flows)
        for line, flow, total, parent in zip(lines, step.flows, step.totals, step.node.parents, strict=False):
            closed = step.node.op.name == "where" and not flow.local
            if not closed:
                sums[place[parent]] = total
                assert signed(flow.contribution) in line
                assert line.startswith(f"{parent.label}" if parent.label else "")
                assert ".grad += " in line
                if step.node.op.name != "where":
                    assert number(flow.local) in line
                    assert number(flow.upstream) in line
        shown = watched.ask(chips)
        assert shown == {f"n{i}": signed(sums.get(i)) for i in range(len(order))}
    assert watched.ask("location.hash") == f"#pass=backward&step={len(order)}&level=full"


def test_a_gradient_has_the_colour_that_it_has_in_a_picture(show):
    """Also on the bounds of the steps, and beside them."""
    numbers = [full * part for full in (16.0, -16.0) for part in (1.0, *BOUNDS)]
    numbers += [np.nextafter(x, 99.0) for x in numbers[1:7]] + [1.0, 2.0, 3.0, 0.0]
    leaves = [Value(1.0, f"x{k}") for k in range(len(numbers))]
    root = fsum(leaf * float(x) for leaf, x in zip(leaves, numbers, strict=True))
    root.backward()
    cards = f"""() => Object.fromEntries([...document.querySelectorAll("{SHOWN} g.card")].map((card) => [
        card.dataset.key, [...card.querySelectorAll("rect")].map((rect) => rect.getAttribute("class")).join(" ")]))"""
    seen = show(root, "#level=full").ask(cards)
    largest = max(abs(node.grad) for node in root.topological_order())
    for i, node in enumerate(root.topological_order()):
        assert f"f-{chip_roles(step_of(node.grad, largest))[0]}" in seen[f"n{i}"].split(), node


def test_the_arithmetic_of_a_step_in_words(show):
    watched = show(square_and_more(), "#pass=backward&step=3")
    assert watched.page.locator("#said .sums li").all_inner_texts() == []
    assert "A leaf" in watched.text("#said")
    watched.page.keyboard.press("ArrowLeft")
    assert watched.page.locator("#said .sums li").all_inner_texts() == [
        "a.grad += 3.0000 · 1.0000 = +3.0000\nso far +4.0000",
        "a.grad += 3.0000 · 1.0000 = +3.0000\nso far +7.0000",
    ]


def test_the_forward_pass_shows_values_in_topological_order(show):
    root = network([2, 3, 1])
    order = root.topological_order()
    computed = [i for i, node in enumerate(order) if node.op]
    watched = show(root)
    watched.page.get_by_role("button", name="Forward", exact=True).click()
    values = f"""() => Object.fromEntries([...document.querySelectorAll("{SHOWN} g.card")].map(
        (card) => [card.dataset.key, [...card.querySelectorAll("text")].at(-3).textContent]))"""
    known = {i for i, node in enumerate(order) if not node.op}
    for k in [None, *computed]:
        if k is not None:
            known.add(k)
            watched.page.get_by_role("button", name="Step on").click()
            assert number(order[k].data) in watched.page.locator("#said .sums li").last.inner_text()
        assert watched.ask(values) == {
            f"n{i}": number(node.data) if i in known else "·" for i, node in enumerate(order)
        }
    z = next(node for node in order if node.label == "z1[1]")
    watched.ask(f"location.hash = 'pass=forward&step={computed.index(order.index(z)) + 1}'")
    operands = [number(parent.data) for parent in z.parents]
    right = f"({operands[1]})" if operands[1].startswith("−") else operands[1]
    left = f"({operands[0]})" if operands[0].startswith("−") else operands[0]
    watched.page.get_by_text(f"z1[1] = {left} + {right} = {number(z.data)}").wait_for(timeout=5000)


def test_hooks_replace_gradients_and_leaves_stay_where_they_are(show):
    a = Value(3.0, "a")
    b = (a * 2.0).named("b")
    b.register_hook(lambda gradient: 10.0 * gradient)
    watched = show((b * b).named("y"))
    assert watched.ask("chainrule.steps().map((step) => step.gradient)")[-1] == steps_of(b * b)[-1].gradient == 240.0
    watched.page.get_by_role("tab", name="Move leaves").click()
    assert watched.text("#leaves") == (
        "The leaves of this page cannot be moved: a hook in Python replaces the gradient of b."
    )
    watched.page.get_by_role("tab", name="Explain").click()
    watched.ask("location.hash = 'pass=backward&step=2'")
    watched.page.get_by_text("A hook changed this gradient:").wait_for(timeout=5000)
