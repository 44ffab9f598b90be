"""Claimed gradients: the first wrong one on the way back is found, and the slip that gives it is named."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest

from autograd import GradientError, StaleGraphError, Value, exp, log, relu, sigmoid, sqrt, square, stop_gradient, tanh
from nn import MLP, matrix_form
from tests.support.graphs import find, network
from viz import compare, wrong_pass
from viz.wrong_passes import RULES, WRONG_PASSES, agrees


def gradients(root, wrong_flow=None, wrong_sum=None):
    """A backward pass written out here, with one flow, or the sum at one node, got wrong."""
    order = root.topological_order()
    arrived = {node: [] for node in order}
    found = {}
    for node in reversed(order):
        total = sum(arrived[node]) + (node is root)
        found[node] = wrong_sum[1](arrived[node], total) if wrong_sum and node is wrong_sum[0] else total
        for k, (parent, local) in enumerate(zip(node.parents, node.partials(), strict=True)):
            flow = local * found[node]
            if wrong_flow and (node, k) == wrong_flow[:2]:
                flow = wrong_flow[2](local, found[node])
            arrived[parent].append(flow)
    return found


def labelled(found, *, without=()):
    return {node: x for node, x in found.items() if node.label and node.label not in without}


SLIPS = {
    "one flow": (lambda flows, _: flows[0], "one flow alone"),
    "the sign": (lambda _, total: -total, "the sign is wrong"),
    "twice": (lambda _, total: 2 * total, "twice the gradient"),
    "half": (lambda _, total: total / 2, "a factor of 2 is lost"),
    "multiplied": (lambda flows, _: math.prod(flows), "the flows are multiplied"),
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("sizes", [[2, 2, 1], [3, 2, 2, 1], [1, 3, 1], [2, 1, 2, 1]])
def test_a_slip_at_any_node_of_any_network_is_found_and_explains_all_that_follows(slip, sizes):
    root = network(sizes)
    right = gradients(root)
    wrong, said = SLIPS[slip]
    asked = 0
    for node in [node for node in right if node.label and node is not root]:
        if len(root.flows_into(node)) < 2 and slip in ("one flow", "multiplied"):
            continue
        claimed = gradients(root, wrong_sum=(node, wrong))
        if math.isclose(claimed[node], right[node], rel_tol=1e-5):
            continue
        asked += 1
        found = compare(root, labelled(claimed))
        off = [n for n in right if n.label and not math.isclose(claimed[n], right[n], rel_tol=1e-6)]
        assert found.first == node.label
        assert said in found.slip or slip in ("one flow", "multiplied")  # of two flows one may be 0, or the half
        assert found.explained == len(off)
        assert {row.name for row in found.rows if row.verdict != "right"} == {n.label for n in off}
        assert [row.name for row in found.rows if row.verdict == "wrong"] == [node.label]
    assert asked or (slip in ("one flow", "multiplied") and sizes == [1, 3, 1])


def test_a_slip_between_the_claims_is_found_where_it_was_made():
    root = network([3, 3, 2, 1])
    a = find(root, "a1[1]")
    z = find(root, "z1[1]")
    claimed = gradients(root, wrong_flow=(a, 0, lambda _, upstream: upstream))  # σ′ is lost
    leaves = {node: x for node, x in claimed.items() if node.kind == "parameter"}
    found = compare(root, leaves)
    assert (
        found.slip
        == "at z1[1], the local derivative of a1[1] is missing: that is the gradient of a1[1], passed on as it is"
    )
    assert found.explained == sum(node.kind == "parameter" for node in z.topological_order())
    assert not found.right


LOCAL = {
    "local alone": (lambda local, _: local, "that is a local derivative, of {child}: multiply it by the gradient"),
    "upstream alone": (lambda _, upstream: upstream, "the local derivative of {child} is missing"),
}


@pytest.mark.parametrize("slip", LOCAL)
def test_a_factor_that_is_left_out_is_named(slip):
    x, w = Value(0.7, "x"), Value(1.9, "w")
    z = (w * x).named("z")
    a = tanh(z).named("a")
    root = (a * 1.3 + a**3).named("L")
    wrong, said = LOCAL[slip]
    for child, operand in ((a, z), (z, w)):
        claimed = gradients(root, wrong_flow=(child, 0, wrong))
        found = compare(root, labelled(claimed))
        assert found.first == operand.label
        assert found.slip.startswith(said.format(child=child.label))
        assert found.explained == len(operand.topological_order())


def test_one_of_three_flows_left_out_or_of_the_wrong_sign():
    x = Value(1.7, "x")
    terms = [(x * 2.0).named("p"), (x**3).named("q"), (x * x).named("r")]
    root = (terms[0] + terms[1] + terms[2]).named("L")
    assert (
        compare(root, {"x": 2.0 + 2 * 1.7}).slip
        == "the flow through q, +8.6700, is left out: 4 flows reach x, and they add up"
    )
    assert (
        compare(root, {"x": -2.0 + 3 * 1.7**2 + 2 * 1.7}).slip
        == "the sign of the flow through p is wrong: it is +2.0000"
    )


def test_the_operand_itself_in_the_place_of_the_other():
    a, b = Value(3.0, "a"), Value(7.0, "b")
    found = compare((a * b).named("L"), {"a": 3.0, "b": 3.0})
    assert (found.first, found.slip) == ("a", "a itself stands where the local derivative of L belongs")


def test_a_zero_where_a_flow_arrives():
    a, b = Value(3.0, "a"), Value(7.0, "b")
    assert compare((a * b).named("L"), {"a": 0.0}).slip == "that is 0, yet 1 flow reaches a"


OPERATIONS = {
    ("sigmoid", 1): sigmoid,
    ("tanh", 1): tanh,
    ("pow", 1): lambda x: x**3,
    ("square", 1): square,
    ("exp", 1): exp,
    ("log", 1): log,
    ("div", 2): lambda x: x / Value(0.6, "d"),
    ("sqrt", 1): sqrt,
    ("relu", 1): relu,
}


def wrong_rules():
    return [(key, k) for key, rules in RULES.items() for k in range(len(rules))]


@pytest.mark.parametrize(("key", "k"), wrong_rules())
def test_every_wrong_rule_is_known_again_once_and_everywhere(key, k):
    rule = RULES[key][k]
    x = Value(1.37, "x")
    y = OPERATIONS[key](x * 1.1).named("y")
    root = (y * 0.83).named("L")
    op = y.op
    partials = rule.partials(*(parent.data for parent in y.parents), *op.constants, y.data)
    slot = 1 if key == ("div", 2) and partials[0] == y.partials()[0] else 0
    node = y.parents[slot]
    found = compare(root, {node: partials[slot] * 0.83})
    assert found.slip == f"{rule.words}, on the way from y"
    assert not math.isclose(partials[slot], y.partials()[slot], rel_tol=1e-3)


def test_every_rule_has_its_operation_here():
    assert set(OPERATIONS) == set(RULES)


@pytest.mark.parametrize("name", WRONG_PASSES)
@pytest.mark.parametrize("of", ["labelled", "parameters"])
def test_a_pass_that_is_wrong_all_the_way_is_known_again(name, of):
    root = network([3, 2, 2, 1], loss="square")
    claimed = wrong_pass(root, name)
    if of == "labelled":
        found = compare(root, labelled(claimed))
    else:
        found = compare(root, {node: x for node, x in claimed.items() if node.kind == "parameter"})
    assert found.slip.startswith(f"{name}: ")
    assert all(row.slip for row in found.rows if row.verdict != "right")


@pytest.mark.parametrize("sizes", [[2, 2, 1], [3, 2, 2, 1], [2, 2, 2, 2, 1]])
def test_a_wrong_rule_at_every_layer_is_one_slip(sizes):
    root = network(sizes)
    claimed = wrong_pass(root, "a(1 + a)")
    found = compare(root, labelled(claimed, without=("y",)))
    assert found.slip == "σ′ is taken for a(1 + a), where it is a(1 − a), at every sigmoid"
    assert found.explained == sum(row.verdict != "right" for row in found.rows)


def test_a_factor_of_the_root_is_told_from_other_slips():
    root = network([2, 2, 1])
    right = {node.label: node.grad / 7 for node in root.topological_order() if node.kind == "parameter"}
    assert compare(root, right).slip.startswith("every gradient is 0.1429 times what it is")


def test_two_slips_are_both_told():
    root = network([2, 2, 1])
    right = {node.label: node.grad for node in root.topological_order() if node.kind == "parameter"}
    found = compare(root, right | {"b1[1]": -right["b1[1]"], "b2[1]": 2 * right["b2[1]"]})
    slips = {row.name: row.slip for row in found.rows if row.verdict == "wrong"}
    assert slips["b1[1]"] == "the sign is wrong"
    assert slips["b2[1]"].startswith("that is twice the gradient")


def test_what_comes_of_a_wrong_number_that_nothing_explains_follows_from_it():
    w, x = Value(0.5, "w"), Value(2.0, "x")
    root = tanh((w * x).named("z")).named("L")
    found = compare(root, {"z": 12.34, "w": 12.34 * 2.0, "x": 5.0})
    assert {row.name: (row.verdict, row.slip) for row in found.rows} == {
        "z": ("wrong", ""),
        "w": ("follows", "follows from z"),
        "x": ("wrong", ""),
    }


def test_the_gradient_of_a_neighbour_is_named():
    root = network([2, 2, 1])
    other = find(root, "W21[1]").grad
    assert compare(root, {"W11[1]": other}).slip == "that is the gradient of W21[1]: an index is wrong"


def test_a_number_that_nothing_explains_is_said_to_be_so():
    found = compare(network([2, 2, 1]), {"W11[1]": 123.456})
    assert (found.first, found.slip, found.explained) == ("W11[1]", "", 0)
    assert "no single slip that is known gives this number" in found.heading


# --- the forms of a claim ---------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["a", "dL/da", "∂L/∂a", " a ", Value])
def test_a_claim_goes_by_a_name_a_quotient_or_a_value(key):
    a = Value(2.0, "a")
    root = (a * a).named("L")
    assert compare(root, {a if key is Value else key: 4.0}).right


def test_numbers_of_single_precision_are_what_they_were_written_as():
    x = Value(1.7, "x")
    root = tanh(x * x).named("L")
    right = 2 * 1.7 * (1 - math.tanh(1.7**2) ** 2)
    assert compare(root, {"x": np.float32(right)}).right
    assert compare(root, {"x": np.float32(round(right, 4))}).right
    W = np.array([[find(network([2, 2, 1]), f"W{i}{j}[1]").grad for j in (1, 2)] for i in (1, 2)])
    assert compare(network([2, 2, 1]), {"W[1]": W.astype(np.float32)}).right
    assert compare(network([2, 2, 1]), {"W[1]": W.round(5).astype(np.float32).tolist()}).rows[0].verdict


def test_names_of_variables_serve():
    w, v = Value(2.0), Value(5.0)
    assert compare(w * v, {"w": 5.0, "v": 2.0}, names=locals()).right


@pytest.mark.parametrize(
    ("claim", "truth", "right"),
    [
        (0.3285, 0.328517, True), (0.33, 0.328517, False), (-0.3285, 0.328517, False), (0.0, 0.3, False),
        (1.0, 1.04, False), (12300.0, 12345.0, True), (4.25e-18, 4.2483e-18, True), (math.nan, math.nan, True),
        (math.inf, math.inf, True), (math.inf, 1.0, False), (1.0, math.nan, False), (0.0, -0.0, True),
    ],
)  # fmt: skip
def test_numbers_copied_from_paper_are_right_to_their_last_digit(claim, truth, right):
    assert agrees(claim, truth) is right


@pytest.mark.parametrize("sizes", [[2, 2, 1], [4, 3, 2, 1], [2, 3, 3, 1]])
@pytest.mark.parametrize("convention", ["rows", "columns"])
def test_matrices_and_the_notes_symbols_in_both_conventions(sizes, convention):
    net = MLP(sizes[0], sizes[1:], activation="sigmoid", output_activation="sigmoid", rng=1)
    x = [0.5, -1.0, 0.25, 2.0][: sizes[0]]
    loss = ((net(x) - 1.0) ** 2).named("L")
    form = matrix_form.backprop(net.matrices(), x, 1.0, "sigmoid", "squared_error", convention=convention)
    claimed = {}
    for k in range(1, len(sizes)):
        claimed |= {f"W[{k}]": form.g_W[k - 1], f"g[{k}z]": form.g_z[k - 1], f"b[{k}]": form.g_b[k - 1]}
        if sizes[k] > 1:
            claimed[f"g_a[{k}]"] = form.g_a[k - 1]
    comparison = compare(loss, claimed, convention=convention)
    assert comparison.right
    assert len(comparison.rows) == sum(m * n + 2 * n + (n if n > 1 else 0) for m, n in pairwise(sizes))
    assert compare(loss, form, convention=convention).right
    form.g_W[-1][0, 0] *= -1
    wrong = compare(loss, form, convention=convention)
    assert (wrong.first, wrong.slip) == (f"W11[{len(sizes) - 1}]", "the sign is wrong")


def test_a_form_without_biases_and_a_symbol_that_no_value_has():
    net = MLP(2, [2, 1], activation="sigmoid", output_activation="sigmoid", bias=False, rng=1)
    loss = ((net([0.5, -1.0]) - 1.0) ** 2).named("L")
    form = matrix_form.backprop(net.matrices(), [0.5, -1.0], 1.0, "sigmoid", "squared_error")
    found = compare(loss, form)
    assert found.right
    assert found.heading == f"all right: {len(found.rows)} gradients of L"
    with pytest.raises(GradientError, match=r"L has no value called 'g\[9z\]'"):
        compare(loss, {"g[9z]": [1.0]})


def test_a_square_matrix_that_is_transposed_is_told_so():
    root = network([3, 3, 1])
    W = np.array([[find(root, f"W{i}{j}[1]").grad for j in (1, 2, 3)] for i in (1, 2, 3)])
    assert compare(root, {"W[1]": W}).right
    found = compare(root, {"W[1]": W.T})
    assert found.slip == "W[1] is transposed: its rows stand where its columns belong"
    assert found.explained == 6
    with pytest.raises(ValueError, match=r"W\[1\] must have the shape \(2, 3\), got \(3, 2\) \(its transpose fits"):
        compare(network([2, 3, 1]), {"W[1]": np.zeros((3, 2))})


def test_bad_claims_are_refused_by_name():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    root = (a * b).named("L")
    with pytest.raises(GradientError, match="L has no value called 'c'; its values are a, b, L"):
        compare(root, {"c": 1.0})
    with pytest.raises(GradientError, match="is not part of the graph of L"):
        compare(root, {Value(1.0, "else"): 1.0})
    with pytest.raises(TypeError, match="the gradient claimed of a must be a number, got 'six'"):
        compare(root, {"a": "six"})
    with pytest.raises(TypeError, match="a claim goes by a name or a Value, got 3"):
        compare(root, {3: 1.0})
    with pytest.raises(TypeError, match="claimed must be a dict from names"):
        compare(root, [1.0])
    with pytest.raises(ValueError, match="nothing is claimed of L"):
        compare(root, {})
    with pytest.raises(ValueError, match="convention must be 'rows' or 'columns', got 'diagonals'"):
        compare(root, {"a": 1.0}, convention="diagonals")
    with pytest.raises(TypeError, match="must be a Value"):
        compare([root], {"a": 1.0})
    twins = (Value(1.0, "y") * Value(2.0, "y")).named("L")
    with pytest.raises(GradientError, match="2 values of L are called 'y': give the Values themselves"):
        compare(twins, {"y": 1.0})
    with pytest.raises(TypeError, match=r"W\[1\] must be a number or an array of numbers, got 'w'"):
        compare(network([2, 2, 1]), {"W[1]": "w"})
    a.data = 5.0
    with pytest.raises(StaleGraphError):
        compare(root, {"a": 3.0})


def test_a_matrix_of_which_entries_are_missing_is_refused():
    w, far = Value(2.0, "W11[1]"), Value(3.0, "W99999,99999[1]")
    root = (w * far + Value(1.0, "W1[1]")).named("L")
    with pytest.raises(GradientError, match=r"W\[1\] is not whole: L has 2 of its 9,999,800,001 entries"):
        compare(root, {"W[1]": [[1.0]]})


def test_what_is_held_constant_passes_no_slip_on():
    x = Value(2.0, "x")
    root = (stop_gradient((x * 3.0).named("h")) * x).named("L")  # dL/dx = 6
    assert compare(root, {"x": 6.0, "h": 0.0}).right
    found = compare(root, {"x": 12.0})
    assert found.slip == "that is twice the gradient: a flow is counted twice, or a factor of 2 is too much"
    assert wrong_pass(root, "no zero_grad")[x] == 12.0


def test_a_rule_that_cannot_be_computed_is_no_slip():
    x, z = Value(0.0, "x"), Value(4.0, "z")
    root = (sqrt(z) + exp(x) * relu(x + 1.0) + (x**0.0) * (z**0.0)).named("L")
    assert compare(root, {"x": 123.0}).slip == ""


def test_a_claim_may_be_a_value_and_no_gradient_changes():
    a = Value(2.0, "a")
    root = (a * a).named("L")
    assert compare(root, {"a": Value(4.0)}).right
    assert not a.has_grad
    root.backward()
    root.backward()
    assert compare(root, {"a": 4.0}).right  # of this root, whatever passes have left
    assert a.grad == 8.0


def test_the_picture_has_the_wrong_claims_and_the_edge_in_red():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    root = (a * b + a**2).named("L")
    found = compare(root, {"a": 4.0, "b": 2.0})
    svg = found.diagram.svg
    assert svg.count(">claimed</text>") == 1
    assert "red: a claimed gradient that is wrong" in svg
    assert svg.count('class="s-alarm"') == 1  # the edge: a card has a fill too
    assert found._repr_mimebundle_()[0]["text/plain"] == str(found)
    assert "claimed" not in compare(root, {"b": 2.0}).diagram.svg
    assert "<!doctype html>" in found.diagram.html


def test_a_long_table_shows_those_that_are_wrong(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    root = network([5, 6, 1])
    right = {node.label: node.grad for node in root.topological_order() if node.kind == "parameter"}
    text = str(compare(root, right | {"b2[1]": -right["b2[1]"]}))
    assert "and 42 more" in text
    assert "W11[1]" not in text


def test_a_wrong_pass_that_is_not_known_is_refused():
    a = Value(2.0, "a")
    with pytest.raises(ValueError, match=r"slip='other' is not known: use one of '= for \+='"):
        wrong_pass(a * 2.0, "other")
    with pytest.raises(ValueError, match=r", or of 'σ′ is taken for a\(1 \+ a\)"):
        wrong_pass(sigmoid(a), "other")


def test_random_claims_never_fail():
    draw = random.Random(3)
    root = network([2, 2, 1])
    nodes = [node for node in root.topological_order() if node.label]
    for _ in range(30):
        some = draw.sample(nodes, 4)
        found = compare(
            root, {node: draw.choice([0.0, 1.0, -1.0, math.inf, math.nan, draw.gauss(0, 1)]) for node in some}
        )
        assert len(found.rows) == 4
        assert str(found)
