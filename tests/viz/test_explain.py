"""``explain``: the flows into a node, their names, their sum; whose gradient it is; hostile labels; terminals."""

import io
import math
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from autograd import GradientError, Value, errstate, log, no_grad, tanh, where
from tests.support.graphs import HOSTILE, find, hostile, network
from viz import explain
from viz.terminal import in_signs_of, show


def test_the_two_flows_into_a_hidden_neuron():
    loss = network((4, 3, 2, 1))
    a1, w1, w2 = (find(loss, label) for label in ("a1[1]", "W11[2]", "W12[2]"))
    explanation = explain(a1, loss)
    first, second = explanation.flows
    assert (first.path, second.path) == (
        "through W11[2]·a1[1], toward z1[2]",
        "through W12[2]·a1[1], toward z2[2]",
    )
    assert (first.local, second.local) == (w1.data, w2.data)
    assert (first.upstream, second.upstream) == (find(loss, "z1[2]").grad, find(loss, "z2[2]").grad)
    assert first.contribution == first.local * first.upstream
    assert explanation.gradient == a1.grad == pytest.approx(first.contribution + second.contribution, rel=1e-15)
    assert explanation.note == ""
    text = str(explanation)
    assert text.startswith("∂L/∂a1[1] = ")
    assert "the sum of 2 flows" in text
    assert "their sum, ∂L/∂a1[1]" in text
    assert repr(explanation) == text


def test_the_same_flows_as_the_engine_counts_them():
    loss = network((3, 4, 2, 1), examples=2)
    for node in loss.topological_order()[:-1]:
        ours = sorted((f.local, f.upstream, f.contribution) for f in explain(node, loss).flows)
        assert ours == sorted(flow[1:] for flow in loss.flows_into(node))


def test_latex_and_mathml_are_those_of_the_notes():
    loss = network((4, 3, 2, 1))
    explanation = explain(find(loss, "a1[1]"), loss)
    assert explanation.latex.splitlines()[1] == (
        r"\frac{\partial L}{\partial a^{(1)}_{1}} &= W^{(2)}_{1,1} \cdot \frac{\partial L}{\partial z^{(2)}_{1}}"
        r" + W^{(2)}_{1,2} \cdot \frac{\partial L}{\partial z^{(2)}_{2}} \\"
    )
    assert explanation._repr_latex_() == f"$$\n{explanation.latex}\n$$"
    rows = ET.fromstring(explanation.mathml)[0]
    assert len(rows) == 3
    assert "".join(rows[0].itertext()).startswith("∂L∂a1(1)=W1,1(2)·∂L∂z1(2)+W1,2(2)")


def test_markdown_is_a_table_with_the_sum_under_it():
    loss = network((4, 3, 2, 1))
    explanation = explain(find(loss, "a1[1]"), loss)
    lines = explanation.markdown.splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 5
    assert table[2].startswith(r"| through W11\[2\]·a1\[1\], toward z1\[2\] | ")
    assert table[4].startswith(r"| **their sum, ∂L/∂a1\[1\]** |")
    assert explanation._repr_markdown_() == explanation.markdown


def test_an_operand_that_occurs_twice_has_two_flows():
    a = Value(3.0, "a")
    flows = explain(a, (a * a + a).named("y")).flows
    assert [flow.path for flow in flows] == [
        "through a·a (operand 1), toward y",
        "through a·a (operand 2), toward y",
        "through y",
    ]


def test_a_flow_may_run_toward_several_names():
    a = Value(0.5, "a")
    shared = tanh(a)
    total = (shared * 2).named("p")
    for k in range(5):
        total = total + (shared * (k + 3)).named(f"q{k}")
    (flow,) = explain(a, total.named("L")).flows
    assert flow.path == "through tanh(a), toward p, q0, q1 and 3 more"


def test_many_flows_are_the_largest_and_an_honest_rest():
    a = Value(2.0, "a")
    total = Value(0.0)
    for k in range(1, 101):
        total = total + a * float(k if k % 2 else -k)
    explanation = explain(a, total.named("L"))
    assert len(explanation.flows) == 100
    assert [flow.contribution for flow in explanation.flows[:3]] == [-100.0, 99.0, -98.0]
    text = " ".join(str(explanation).split())
    assert "and 89 smaller flows, the largest of" in text
    assert "+89.0000: together" in text
    rest = sum(flow.contribution for flow in explanation.flows[11:])
    assert f"+{rest:.4f}" in text
    assert explanation.gradient == -50.0
    assert r"\text{89 smaller flows}" in explanation.latex


def test_the_root_itself():
    a = Value(2.0, "a")
    explanation = explain(a, a)
    assert str(explanation).splitlines()[0] == "∂a/∂a = 1: it is the root itself"
    assert explanation.gradient == 1.0
    assert "|" not in explanation.markdown


# --- whose gradient it is ---------------------------------------------------------------------------------


def test_gradients_are_computed_where_there_are_none_and_none_is_changed():
    a = Value(3.0, "a")
    y = (a * a).named("y")
    explanation = explain(a, y)
    assert explanation.gradient == 6.0
    assert "backward() has not been called" in str(explanation)
    assert not a.has_grad
    assert not y.has_grad


def test_a_leaf_that_added_up_over_passes_is_told_apart():
    a = Value(3.0, "a")
    y = (a * a).named("y")
    y.backward()
    assert explain(a, y).note == ""
    y.backward()
    explanation = explain(a, y)
    assert explanation.gradient == 6.0
    assert explanation.note == "a.grad holds +12.0000, which is not this: passes add up on a leaf until zero_grad()."
    assert r"a.grad holds \+12.0000" in explanation.markdown
    assert a.grad == 12.0


def test_an_inner_node_that_holds_the_gradient_of_another_root_is_told_apart():
    a = Value(3.0, "a")
    b = (a * a).named("b")
    first, second = (b * 2).named("first"), (b * 5).named("second")
    second.backward()
    explanation = explain(b, first)
    assert explanation.gradient == 2.0
    assert explanation.note.startswith("b.grad holds +5.0000, which is not this: it is of another root")


def test_hooks_neither_run_nor_count():
    a = Value(3.0, "a")
    b = (a * a).named("b")
    calls = []
    b.register_hook(lambda g: calls.append(g) or 0.0)
    y = (b * 2).named("y")
    assert explain(a, y).gradient == 12.0
    assert not calls


def test_a_second_order_gradient_is_a_number_here():
    x = Value(3.0, "x")
    y = (x**3).named("y")
    y.backward(create_graph=True)
    assert explain(x, y).gradient == 27.0
    x.zero_grad()


def test_a_closed_gate_stops_even_infinity():
    with errstate(domain="nan"):
        x = Value(0.0, "x")
        y = where(x, log(x), x * 3.0).named("y")
        y.backward()
        explanation = explain(x, y)
    assert explanation.gradient == x.grad == 3.0
    assert math.isfinite(sum(flow.contribution for flow in explanation.flows))


def test_where_no_gradient_flows_it_says_so():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    twice = (b * 2).named("twice")
    y = where(Value(1.0), a, twice).named("y")
    y.backward()
    assert str(explain(b, y)).splitlines()[0] == "∂y/∂b = 0: no gradient flows back to it"
    assert explain(b, y).latex.splitlines()[1].endswith("&= 0")
    (flow,) = explain(twice, y).flows
    assert flow[1:] == (0.0, 1.0, 0.0)


def test_nan_comes_first_among_many_flows():
    with errstate(domain="nan"):
        x = Value(0.0, "x")
        total = Value(0.0)
        for k in range(20):
            total = total + x * (math.nan if k == 13 else 1.0)
        explanation = explain(x, total.named("L"))
    assert math.isnan(explanation.flows[0].contribution)
    assert math.isnan(explanation.gradient)
    assert "nan" in str(explanation)


def test_inside_no_grad_too():
    a = Value(3.0, "a")
    y = (a * a).named("y")
    with no_grad():
        assert explain(a, y).gradient == 6.0


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("+-*"), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25))
def test_the_flows_of_every_node_sum_to_its_gradient(steps):
    pool = [Value(0.5 + 0.25 * k, f"x{k}") for k in range(3)]
    for sign, i, j in steps:
        x, y = pool[i % len(pool)], pool[j % len(pool)]
        pool.append(x + y if sign == "+" else x - y if sign == "-" else tanh(x) * y)
    root = pool[-1]
    root.backward()
    for node in root.topological_order():
        explanation = explain(node, root)
        assert explanation.gradient == node.grad
        scale = max([abs(flow.contribution) for flow in explanation.flows], default=1.0)
        if node is not root:
            assert abs(math.fsum(f.contribution for f in explanation.flows) - node.grad) <= 1e-12 * scale
        assert all(flow.contribution == flow.local * flow.upstream for flow in explanation.flows)


# --- names ------------------------------------------------------------------------------------------------


def test_variables_name_what_has_no_label():
    p, q = Value(2.0), Value(3.0)
    r = p * q
    assert str(explain(p, r, names={"p": p, "q": q, "r": r})).startswith("∂r/∂p = +3.0000, one flow")


def test_values_of_one_name_are_numbered():
    loss = network((2, 2, 1), examples=2)
    paths = [flow.path for flow in explain(find(loss, "W11[1]"), loss).flows]
    assert paths == ["through W11[1]·a1[0]#1, toward z1[1]#1", "through W11[1]·a1[0]#2, toward z1[1]#2"]


def test_hostile_labels_are_data_in_every_output():
    root = hostile()
    for node in root.topological_order():
        explanation = explain(node, root)
        ET.fromstring(explanation.mathml)
        assert "<script" not in explanation.mathml
        assert "<script" not in explanation.markdown
        for text in (str(explanation), explanation.markdown, explanation.latex):
            text.encode()
            assert not set(text) & {"\x00", "\x1b", "\r"}
            assert max(map(len, text.split("\n"))) < 1500


def test_a_label_cannot_break_out_of_its_cell():
    a = Value(1.0, "a")
    middle = (a * 2).named("a|b`*[x](y)[/bold]$z$")
    explanation = explain(a, (middle * 2).named("L"))
    cells = explanation.markdown.splitlines()[4]
    assert cells.replace(r"\|", "").count("|") == 5
    assert r"\`\*\[x\]\(y\)" in cells
    assert "a|b`*[x](y)[/bold]$z$" in str(explanation)


# --- terminals --------------------------------------------------------------------------------------------


def test_the_width_of_the_terminal_is_kept(monkeypatch):
    loss = network((4, 3, 2, 1))
    for width in (60, 100):
        monkeypatch.setenv("COLUMNS", str(width))
        assert max(map(len, str(explain(find(loss, "a1[1]"), loss)).splitlines())) <= width


def test_an_ascii_console_gets_ascii():
    loss = network((2, 2, 1))
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Console(file=stream, width=100).print(explain(find(loss, "a1[1]"), loss))
    stream.seek(0)
    shown = stream.read()
    assert "dL/da1[1] = " in shown
    assert "W11[2]*a1[1]" in shown
    assert in_signs_of("ascii", "重") == "\\u91cd"


@pytest.mark.parametrize(("encoding", "expected"), [("utf-8", "∂y/∂a = +6.0000"), ("ascii", "dy/da = +6.0000")])
def test_printing_to_a_stream_of_any_encoding(encoding, expected):
    program = (
        "from autograd import Value; from viz import explain; from viz.terminal import show; a = Value(3.0, 'a');"
        "e = explain(a, (a * a).named('y')); print(e); show(e)"
    )
    environment = os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True, timeout=120
    )
    assert done.stdout.decode(encoding).count(expected) == 2


def test_show_prints_plainly_where_there_is_no_terminal(capsys):
    a = Value(3.0, "a")
    show(explain(a, (a * a).named("y")))
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "∂y/∂a = +6.0000" in out


def test_show_spells_signs_that_the_encoding_lacks(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    a = Value(3.0, "a")
    show(explain(a, (a * a).named("y")))
    stream.seek(0)
    assert stream.read().startswith("dy/da = +6.0000, the sum of 2 flows\n")


# --- refusals ---------------------------------------------------------------------------------------------


def test_what_is_not_in_the_graph_is_named():
    a, b = Value(1.0, "a"), Value(2.0, "stranger\n")
    y = (a * 2).named("y")
    with pytest.raises(GradientError, match=r"explain\(\): 'stranger␊' \(data = 2.0\) is not part of the graph of 'y'"):
        explain(b, y)
    with pytest.raises(GradientError, match=r"the mul node \(data = 3.0\) is not part"):
        explain(a * 3, y)
    with pytest.raises(GradientError, match=r"the leaf \(data = 7.0\) is not part"):
        explain(Value(7.0), y)


@pytest.mark.parametrize(("node", "root", "what"), [(1.0, None, "the node"), (None, 2.0, "the root of the graph")])
def test_what_is_not_a_value_is_refused(node, root, what):
    a = Value(1.0, "a")
    with pytest.raises(TypeError, match=rf"explain\(\): {what} must be a Value, got \d.0 of type float"):
        explain(a if node is None else node, a if root is None else root)
    with pytest.raises(TypeError, match="names must be a dict"):
        explain(a, a, names=["a"])


def test_every_hostile_name_may_be_asked_for():
    for label in HOSTILE:
        a = Value(1.0, label)
        assert explain(a, (a * 2).named("y")).gradient == 2.0
