"""The neutral model of a picture: nodes, edges and flows, names, folding, what a picture keeps and hides."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Parameter, StaleGraphError, Value, errstate, fsum, maximum, scope, sqrt, tanh, where
from tests.support.graphs import find, links_into, network
from viz import DiagramError
from viz._draw import picture_of
from viz.graph import Graph
from viz.text import clean, columns, cut, number, short, signed, variable_names


def cards(picture):
    return {card.name: card for card in picture.cards}


# --- nodes, edges, flows ----------------------------------------------------------------------------------


def test_a_square_has_two_edges_and_two_flows_that_add_up():
    a = Value(3.0, "a")
    y = (a * a + a).named("y")
    y.backward()
    graph = Graph(y, {})
    flows = [graph.edge(e) for e in graph.flow_edges(graph.index[a])]
    assert [(edge.slot, edge.local, edge.flow) for edge in flows] == [(0, 3.0, 3.0), (1, 3.0, 3.0), (1, 1.0, 1.0)]
    assert sum(edge.flow for edge in flows) == a.grad == 7.0


def test_flows_are_partials_times_upstream_and_sum_to_every_gradient():
    root = network((4, 3, 2, 1))
    graph = Graph(root, {})
    for i, value in enumerate(graph.values):
        for e in graph.operand_edges(i):
            edge = graph.edge(e)
            assert graph.values[edge.source] is value.parents[edge.slot]
            assert edge.local == value.partials()[edge.slot]
            assert edge.flow == edge.local * value.grad
        if value is not root:
            assert math.fsum(graph.flows[e] for e in graph.flow_edges(i)) == pytest.approx(value.grad, rel=1e-12)


def test_before_backward_gradients_and_flows_are_not_computed_rather_than_zero():
    graph = Graph(network((2, 2, 1), backward=False), {})
    assert set(graph.grads) == {None}
    assert all(flow is None for flow in graph.flows)
    assert graph.full_scale is None
    assert graph.grads[graph.root] is None


def test_a_gate_stops_an_infinite_flow():
    with errstate(domain="nan"):
        x, condition = Value(2.0, "x"), Value(0.0, "condition")
        y = where(condition, x, x * 1.0)
        y.backward(math.inf)
    graph = Graph(y, {})
    assert [graph.edge(e).flow for e in graph.operand_edges(graph.root)] == [0.0, 0.0, math.inf]


@pytest.mark.filterwarnings("ignore:.*nan")
def test_a_flow_of_nothing_through_an_infinite_slope_is_nan_and_of_no_flow_at_all_is_none():
    x = Value(0.0, "x")
    dead = sqrt(x) * 0.0
    dead.backward()
    assert math.isnan(x.grad)
    assert math.isnan(Graph(dead, {}).flows[0])
    closed = where(Value(1.0, "yes"), Value(2.0, "y"), sqrt(Value(0.0, "z")))
    closed.backward()
    graph = Graph(closed, {})
    assert [graph.flows[e] for e in range(len(graph.sources)) if graph.locals[e] == math.inf] == [0.0]


def test_kinds_are_those_of_the_leaves():
    root = (Value(1.0, "x") * Parameter(2.0, "w") + 3.0).named("y")
    graph = Graph(root, {})
    assert [(graph.name(i), graph.kind(i)) for i in range(len(graph))] == [
        ("x", "input"),
        ("w", "parameter"),
        ("x·w", "op"),
        ("3", "constant"),
        ("y", "op"),
    ]


def test_a_stale_graph_is_refused_and_named():
    root = network((2, 2, 1))
    find(root, "W11[1]").data = 5.0
    with pytest.raises(StaleGraphError, match=r"'W11\[1\]'.*changed"):
        picture_of(root)


# --- names and numbers ------------------------------------------------------------------------------------


def test_unnamed_values_are_called_by_a_short_formula_with_the_fewest_brackets():
    a, b, c = Value(2.0, "a"), Value(3.0, "b"), Value(5.0, "c")

    def name(value):
        graph = Graph(value, {})
        return graph.name(graph.root)

    assert name(a * b) == "a·b"
    assert name((a + b) * c) == "(a + b)·c"
    assert name(a * b + c) == "a·b + c"
    assert name(a - (b - c)) == "a − (b − c)"
    assert name(a - b - c) == "a − b − c"
    assert name(a / (b * c)) == "a/(b·c)"
    assert name(tanh(a + b)) == "tanh(a + b)"
    assert name((a + b) ** 2) == "(a + b)²"
    assert name(-(a + b)) == "−(a + b)"
    assert name(maximum(a, -b)) == "max(a, −b)"
    assert name(Value(1.0) * Value(2.0)) == "v0·v1"
    assert name(a * b + a * c + b * c + a) == "v8"


def test_variable_names_serve_where_there_is_no_label_and_change_nothing():
    x, y, labelled = Value(1.0), Value(2.0), Value(3.0, "own")
    root = x * y + labelled
    found = picture_of(root, names={"_": y, "x": x, "other": labelled, "ys": [y], "n": 5, "total": root})
    assert {card.name for card in found.cards} == {"x", "ys[0]", "x·ys[0]", "own", "total"}
    assert (x.label, y.label, root.label) == ("", "", "")
    nested = []
    nested.append(nested)
    assert variable_names({"nested": nested}) == {}


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_a_clean_name_is_printable_encodable_and_stays_what_it_is(text):
    name = clean(text)
    name.encode()
    assert clean(name) == name
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in name)
    assert columns(cut(name)) <= 24


def test_a_name_of_blanks_alone_is_made_visible():
    assert [clean(text) for text in ("", " ", "\u00a0\u2003", "\u200b", " a ")] == ["", "␣", "␣␣", "␣", " a "]
    root = Value(1.0, " ") * Value(2.0, "\u200b")
    assert [card.name for card in picture_of(root).cards] == ["␣#1", "␣#2", "␣#1·␣#2"]


def test_of_an_operation_of_very_many_operands_a_formula_names_the_first():
    x = Value(1.0, "x")
    graph = Graph(fsum([x] * 100_000), {})
    assert graph.formula(graph.root) == f"Σ({', '.join(['x'] * 500)}, …)"


def test_cleaning_shows_what_cannot_be_shown():
    assert clean("a\nb\x00\x7f\x85") == "a␊b␀␡\ufffd"
    assert clean("\ud800 \ufffe") == "\ufffd \ufffd"
    assert clean("\u202eabc") == "\ufffdabc"
    assert clean("שלום") == "שלום"
    assert len(clean("x" * 10_000)) == 2000
    assert cut("重" * 30) == "重" * 11 + "…"


@pytest.mark.parametrize(
    ("x", "plain", "with_sign", "three"),
    [
        (0.79073, "0.7907", "+0.7907", "0.791"),
        (-12.5, "−12.5000", "−12.5000", "−12.5"),
        (4.25e-18, "4.250e−18", "+4.250e−18", "4.25e−18"),
        (-1e4, "−1.000e4", "−1.000e4", "−1.00e4"),
        (0.0, "0.0000", "0.0000", "0"),
        (999.6, "999.6000", "+999.6000", "1000"),
        (math.nan, "nan", "nan", "nan"),
        (-math.inf, "−inf", "−inf", "−inf"),
    ],
)
def test_numbers_have_one_look(x, plain, with_sign, three):
    assert (number(x), signed(x), short(x)) == (plain, with_sign, three)


# --- folding ----------------------------------------------------------------------------------------------


def test_auto_shows_all_then_fuses_then_folds():
    assert picture_of(network((2, 2, 1))).detail == "full"
    assert picture_of(network((4, 3, 2, 1))).detail == "fused"
    assert picture_of(network((3, 8, 8, 1))).detail == "neurons"
    assert picture_of(network((2, 80, 80, 1))).detail == "layers"


def test_a_fused_sum_has_the_exact_local_derivatives_and_flows_of_what_it_hides():
    root = network((4, 3, 2, 1))
    picture = picture_of(root)
    shown = cards(picture)
    assert shown["z1[1]"].tag == "Σ w·x + b"
    assert len(shown["z1[1]"].members) == 8
    into = [link for link in picture.links if link.target == shown["z1[1]"].key]
    locals_ = {picture.graph.name(picture.graph.sources[link.edges[0]]): (link.local, link.flow) for link in into}
    z = find(root, "z1[1]")
    for i in range(1, 5):
        w, x = find(root, f"W{i}1[1]"), find(root, f"a{i}[0]")
        assert locals_[w.label] == pytest.approx((x.data, w.grad))
        assert locals_[x.label] == pytest.approx((w.data, w.data * z.grad))
    assert locals_["b1[1]"] == (1.0, z.grad)


@pytest.mark.parametrize("detail", ["full", "fused", "neurons", "layers"])
def test_at_every_detail_the_links_into_a_value_sum_to_its_gradient(detail):
    root = network((3, 4, 3, 1), examples=2)
    picture = picture_of(root, detail=detail)
    links = links_into(picture)
    checked = 0
    for card in picture.cards:
        if card.kind != "fold" and not card.is_root:
            flows = math.fsum(link.flow for link in links[card.key])
            assert flows == pytest.approx(picture.graph.grads[card.node], rel=1e-9, abs=1e-15)
            checked += 1
    members = sorted(i for card in picture.cards for i in card.members)
    assert members == list(range(len(picture.graph)))
    assert checked >= (1 if detail == "layers" else 4)


def test_the_zero_that_sum_starts_from_is_fused_away():
    xs = [Value(float(i), f"x{i}") for i in range(3)]
    picture = picture_of(sum(x * 2 for x in xs), detail="fused")
    assert "0" not in cards(picture)
    assert next(card.tag for card in picture.cards if card.is_root) == "Σ w·x"


def test_named_and_shared_terms_are_not_hidden():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    product = (a * b).named("product")
    shared = a * a
    picture = picture_of(product + shared + shared * b, detail="fused")
    assert {"product", "a·a"} <= set(cards(picture))


def test_folded_neurons_keep_the_output_and_merge_links():
    root = network((3, 8, 8, 1))
    picture = picture_of(root)
    folds = [card for card in picture.cards if card.kind == "fold"]
    assert [card.name for card in folds] == [f"neuron {j}" for j in range(1, 9)] * 2 + ["neuron 1"]
    first = next(card for card in folds if card.node is not None and picture.graph.name(card.node) == "a1[1]")
    assert first.scope == ("layer 1",)
    out = [link for link in picture.links if link.source == first.key]
    assert len(out) == 8
    assert sum(link.flow for link in out) == pytest.approx(find(root, "a1[1]").grad)


def test_a_link_of_flows_into_different_values_shows_the_largest_not_a_meaningless_sum():
    picture = picture_of(network((2, 4, 1), examples=4), detail="neurons")
    several = [link for link in picture.links if not link.of_one]
    assert several
    for link in several:
        flows = [picture.graph.flows[e] for e in link.edges]
        assert link.flow == max(flows, key=abs)


def test_many_inputs_of_the_same_neurons_become_one_card():
    picture = picture_of(network((2, 4, 1), examples=5), detail="neurons")
    assert cards(picture)["10 inputs"].kind == "fold"


def test_the_total_over_many_examples_is_one_sum():
    total = sum((Value(0.1 * i, "x") - Value(1.0, "y")) ** 2 for i in range(3))
    with scope("layer 1"):
        w = Parameter(0.5, "w")
        outputs = [tanh(w * i) for i in range(50)]
    total = sum(outputs) + total
    total.backward()
    picture = picture_of(total, detail="neurons")
    root = next(card for card in picture.cards if card.is_root)
    assert (root.kind, root.tag) == ("sum", "Σ")
    assert len(root.members) == 1 + 50 + 1 + 3 + 1
    assert len(picture.cards) == 1 + 1 + 3 * 4


def test_a_long_graph_without_scopes_shows_its_ends():
    x = Value(0.5, "x")
    for _ in range(500):
        x = tanh(x * 1.5)
    x.backward()
    picture = picture_of(x)
    gap = next(card for card in picture.cards if card.kind == "fold")
    assert picture.detail == "ends"
    assert gap.name == f"… {len(gap.members):,} values"
    assert {"x", "x·1.5"} <= set(cards(picture))
    assert len(gap.members) + len(picture.cards) - 1 == len(picture.graph) == 1501


def test_sums_that_are_used_twice_cannot_be_fused_away():
    x = Value(1.0, "x")
    for _ in range(200):
        x = x + x
    assert picture_of(x).detail == "ends"


def test_a_full_picture_that_cannot_be_laid_out_says_what_to_do():
    x = Value(0.5)
    for _ in range(6100):
        x = tanh(x)
    with pytest.raises(DiagramError, match=r"detail='full'.*6,101 cards.*focus=node"):
        picture_of(x, detail="full")


def test_focus_shows_a_neighbourhood_and_counts_what_leads_out():
    root = network((3, 8, 8, 1))
    a = find(root, "a1[1]")
    picture = picture_of(root, focus=a, depth=1)
    assert set(cards(picture)) == {"a1[1]", "z1[1]", *(f"W1{j}[2]·a1[1]" for j in range(1, 9))}
    assert picture.left_out == len(picture.graph) - 10
    assert cards(picture)["z1[1]"].hidden_operands == 2
    assert len(cards(picture)["W11[2]·a1[1]"].hidden_flows) == 1
    assert len(picture_of(root, focus=a, depth=0).cards) == 1
    assert picture_of(root, focus=root, depth=10**9, detail="full").left_out == 0


def test_a_focus_too_wide_to_show_has_its_middle_folded():
    x = Value(0.5, "x")
    chain = [x]
    for _ in range(1_000):
        chain.append(tanh(chain[-1]))
    found = picture_of(chain[-1], focus=chain[500], depth=300)
    assert found.detail == "ends"
    assert found.left_out == 400
    (fold,) = [card for card in found.cards if card.kind == "fold"]
    shown = {i for card in found.cards if card is not fold for i in card.members}
    assert shown == {*range(200, 210), *range(801 - 14, 801)}
    assert len(fold.members) == 601 - 24


def test_small_flows_are_marked():
    root = network((2, 2, 1))
    picture = picture_of(root, min_flow=0.05)
    for link in picture.links:
        assert link.faint == (abs(link.flow) < 0.05)
    assert any(link.faint for link in picture.links)


@given(st.integers(0, 10**6))
@settings(max_examples=25)
def test_any_graph_becomes_a_picture_of_all_its_values(seed):
    choose = random.Random(seed)
    nodes = [Value(choose.uniform(-1, 1), choose.choice(["", "x", "w"])) for _ in range(3)]
    for _ in range(choose.randint(1, 260)):
        with scope(choose.choice(["", "p", "q/r"]) or "s"):
            a, b = choose.choice(nodes), choose.choice(nodes)
            nodes.append(choose.choice([lambda a=a, b=b: a + b, lambda a=a, b=b: a * b, lambda a=a: tanh(a)])())
    nodes[-1].backward()
    for detail in ("auto", "full", "fused", "neurons", "layers"):
        picture = picture_of(nodes[-1], detail=detail)
        assert sorted(i for card in picture.cards for i in card.members) == list(range(len(picture.graph)))
        keys = {card.key for card in picture.cards}
        assert all({link.source, link.target} <= keys for link in picture.links)
