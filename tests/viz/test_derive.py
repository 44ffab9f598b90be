"""``derive``: the chain rule written out, factored, in the notes' notation; its numbers are those of ``backward()``."""

import math
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    GradientError,
    StaleGraphError,
    Value,
    errstate,
    exp,
    fsum,
    log,
    logsumexp,
    relu,
    sigmoid,
    sin,
    tanh,
    where,
)
from tests.support.graphs import find, hostile, network
from viz import derive, explain
from viz.formulas.notation import to_text


def lines_of(derivation):
    """Each rule as (left side, symbols, numbers, value), whichever of them are written."""
    return [[to_text(side) for side in rule.equation] for rule in derivation.rules]


def test_a_weight_of_the_first_layer_as_in_the_notes():
    """dL/dW11[1] of a 2-2-1 network with ½(y − a)²: one line for each gradient on the way, two flows into a1[1]."""
    uniform = iter([0.5, -0.25, 0.75, 0.1, -0.6, 0.9, 0.3, -0.2, 0.4])
    x1, x2 = Value(0.5, "a1[0]"), Value(-1.0, "a2[0]")
    hidden = []
    for j in (1, 2):
        z = (Value(next(uniform), f"W1{j}[1]") * x1 + Value(next(uniform), f"W2{j}[1]") * x2).named(f"z{j}[1]")
        hidden.append(sigmoid(z).named(f"a{j}[1]"))
    outputs = []
    for j in (1, 2):
        w1, w2 = Value(next(uniform), f"W1{j}[2]"), Value(next(uniform), f"W2{j}[2]")
        outputs.append((w1 * hidden[0] + w2 * hidden[1]).named(f"z{j}[2]"))
    L = (outputs[0] * outputs[1]).named("L")
    derivation = derive(L, find(L, "W11[1]"))
    assert [line[:2] for line in lines_of(derivation)] == [
        ["∂L/∂z2[2]", "z1[2]"],
        ["∂L/∂z1[2]", "z2[2]"],
        ["∂L/∂a1[1]", "W11[2]·∂L/∂z1[2] + W12[2]·∂L/∂z2[2]"],
        ["∂L/∂z1[1]", "σ′(z1[1])·∂L/∂a1[1]"],
        ["∂L/∂W11[1]", "a1[0]·∂L/∂z1[1]"],
    ]
    assert str(derivation).splitlines()[-2:] == ["where", "σ′(x) = σ(x)·(1 − σ(x))"]
    assert (
        r"\frac{\partial L}{\partial W^{(1)}_{1,1}} &= a^{(0)}_{1} \cdot \frac{\partial L}{\partial z^{(1)}_{1}} \\"
        in (derivation.latex.splitlines())
    )
    L.backward()
    assert derivation.value == find(L, "W11[1]").grad


def test_each_line_is_symbols_then_numbers_then_the_value():
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-0.25, "b")
    z = (w * x + b).named("z")
    assert derive(tanh(z).named("L"), w).text == (
        "∂L/∂z = tanh′(z)\n      = 0.5966\n∂L/∂w = x·∂L/∂z\n      = 2.0000·0.5966\n      = 1.1932"
        "\nwhere\ntanh′(x) = 1 − tanh(x)²"
    )


def test_an_intermediate_node_and_the_root():
    w, x = Value(0.5, "w"), Value(2.0, "x")
    z = (w * x).named("z")
    L = tanh(z).named("L")
    assert derive(L, z).text.splitlines()[0] == "∂L/∂z = tanh′(z)"
    assert derive(L, L).text == "∂L/∂L = 1"
    assert derive(L, L).value == 1.0


def test_parts_of_a_sum_may_be_asked_for():
    a, b, c = Value(1.0, "a"), Value(2.0, "b"), Value(3.0, "c")
    product = a * b
    L = (product + c).named("z").tanh().named("L")
    assert lines_of(derive(L, product))[-1][:2] == ["∂L/∂(a·b)", "∂L/∂z"]


def test_made_up_names_are_explained_at_the_end():
    xs = [Value(0.1 * k, f"input{k}") for k in range(1, 5)]
    inner = sin(xs[0] * xs[1] * xs[2] * xs[3])
    text = derive((inner * xs[0]).named("L"), xs[1]).text
    name = f"v{inner.topological_order().index(inner)}"
    assert name in text.partition("where")[0]
    assert f"{name} = sin(v" in text.partition("where")[2]


def test_a_sum_is_defined_by_its_terms():
    xs = [Value(0.1 * k, f"input{k}") for k in range(20)]
    total = xs[0]
    for x in xs[1:]:
        total = total + x
    text = derive(tanh(total).named("L"), xs[3]).text
    assert "= input0 + input1 + input2 + " in text
    assert text.endswith("+ input10 + 9 more terms")


def test_unnamed_leaves_are_told_by_their_numbers():
    x = Value(2.0)
    text = derive((x * x).named("y"), x).text
    assert text.splitlines()[0] == "∂y/∂v0 = v0 + v0"
    assert text.endswith("where\nv0 = 2.0000")


def test_values_of_one_name_are_numbered():
    loss = network((1, 1, 1), examples=2)
    text = derive(loss, find(loss, "W11[1]")).text
    assert "∂L/∂W11[1] = a1[0]#1·∂L/∂z1[1]#1 + a1[0]#2·∂L/∂z1[1]#2" in text


def test_what_is_too_long_to_write_is_a_number():
    xs = [Value(0.1 * k, f"x{k}") for k in range(6)]
    L = (logsumexp(xs) * 2).named("L")
    assert lines_of(derive(L, xs[0]))[-1][1] == "∂v6/∂x0·∂L/∂v6"
    assert "v6 = log Σ exp(x0, x1, x2, x3, x4, x5)" in derive(L, xs[0]).text
    alone = derive(logsumexp(xs).named("L"), xs[0]).text
    assert alone.splitlines()[0].startswith("∂L/∂x0 = 0.")


def test_a_wide_sum_passes_the_gradient_on():
    xs = [Value(0.1 * k, f"x{k}") for k in range(30)]
    L = tanh(fsum(xs).named("s")).named("L")
    assert lines_of(derive(L, xs[4]))[-1][:2] == ["∂L/∂x4", "∂L/∂s"]


def test_many_terms_are_the_largest_and_the_rest():
    a = Value(2.0, "a")
    total = a * 1.0
    for k in range(2, 31):
        total = total + a * float(k)
    derivation = derive(tanh(total * 0.01).named("L"), a)
    assert "+ 19 smaller flows" in derivation.text
    assert derivation.value == pytest.approx(4.65 * (1 - math.tanh(9.3) ** 2), rel=1e-9)


def test_a_long_way_is_shortened_and_says_so():
    x = Value(0.5, "x")
    y = x
    for _ in range(2000):
        y = sin(y)
    derivation = derive(y, x)
    y.backward()
    assert derivation.value == x.grad
    assert derivation.hidden == 1940
    assert "\n… 1,940 more nodes …\n" in derivation.text
    assert len(derivation.rules) == 60
    assert ET.fromstring(derivation.mathml) is not None


# --- numbers ----------------------------------------------------------------------------------------------


def check_numbers(root, leaf):
    """The rules, evaluated from the root down with nothing but their own numbers, give the gradient."""
    derivation = derive(root, leaf)
    known = {root: 1.0}
    graph = root.topological_order()
    for rule in derivation.rules:
        node = graph[rule.node]
        if node is not root:
            for term in rule.terms:
                assert graph[term.child] in known, "a gradient is used before it is worked out"
            known[node] = sum(term.local * known[graph[term.child]] for term in rule.terms)
    scale = max([abs(term.contribution) for term in derivation.rules[-1].terms], default=1.0)
    assert abs(known[leaf] - leaf.grad) <= 1e-12 * max(scale, abs(leaf.grad))
    assert derivation.value == pytest.approx(leaf.grad, rel=1e-12, abs=1e-12 * scale)


STEPS = st.lists(
    st.tuples(st.sampled_from("+-*sStr"), st.integers(0, 40), st.integers(0, 40), st.booleans()),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60)
@given(STEPS)
def test_the_numbers_of_a_derivation_are_those_of_backward(steps):
    pool = [Value(0.5 + 0.25 * k, f"x{k}") for k in range(3)]
    for kind, i, j, named in steps:
        x, y = pool[i % len(pool)], pool[j % len(pool)]
        made = {
            "+": lambda x=x, y=y: x + y,
            "-": lambda x=x, y=y: x - y,
            "*": lambda x=x, y=y: tanh(x) * y,
            "s": lambda x=x: sin(x),
            "S": lambda x=x: sigmoid(x),
            "t": lambda x=x, y=y: x / (2.0 + tanh(y)),
            "r": lambda x=x: relu(x) + 1.0,
        }[kind]()
        pool.append(made.named(f"n{len(pool)}") if named else made)
    root = pool[-1]
    root.backward()
    for node in root.topological_order():
        check_numbers(root, node)


@pytest.mark.parametrize(("sizes", "examples"), [((4, 3, 2, 1), 1), ((2, 3, 1), 3)])
def test_every_parameter_of_a_network(sizes, examples):
    loss = network(sizes, examples=examples)
    for node in loss.topological_order():
        if node.kind == "parameter":
            check_numbers(loss, node)


def test_a_closed_gate_takes_no_part():
    with errstate(domain="nan"):
        x = Value(0.0, "x")
        y = where(x, log(x), x * 3.0).named("y")
        derivation = derive(y, x)
    assert derivation.value == 3.0
    assert "inf" not in derivation.text
    assert "nan" not in derivation.text


def test_no_grad_is_changed():
    x = Value(2.0, "x")
    y = (x * x).named("y")
    y.backward()
    y.backward()
    assert derive(y, x).value == 4.0
    assert x.grad == 8.0


# --- showing it -------------------------------------------------------------------------------------------


def test_a_notebook_shows_it_as_mathematics():
    x = Value(2.0, "x")
    derivation = derive((x**3).named("y"), x)
    assert derivation._repr_latex_() == derivation._repr_markdown_() == f"$$\n{derivation.latex}\n$$"
    assert derivation.latex.splitlines()[1] == r"\frac{\partial y}{\partial x} &= 3 \cdot x^{2} \\"
    assert repr(derivation) == derivation.text
    rows = ET.fromstring(derivation.mathml)[0]
    assert ["".join(row.itertext()) for row in rows] == ["∂y∂x=3·x2", "=12.0000"]


def test_hostile_labels_are_data_in_every_output():
    root = hostile()
    for node in root.topological_order():
        derivation = derive(root, node)
        ET.fromstring(derivation.mathml)
        assert "<script" not in derivation.mathml
        for text in (derivation.text, derivation.latex):
            text.encode()
            assert not set(text) & {"\x00", "\x1b", "\r"}
        assert derivation.latex.count(r"\begin") == derivation.latex.count(r"\end") == 1


def test_printing_to_an_ascii_stream():
    program = "from autograd import Value; from viz import derive; x = Value(2.0, 'x'); print(derive(x * x, x))"
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True, timeout=120
    )
    assert " ".join(done.stdout.decode("ascii").split()) == "d(x*x)/dx = x + x = 2.0000 + 2.0000 = 4.0000"


def test_variables_name_what_has_no_label():
    p = Value(2.0)
    q = p * p
    assert derive(q, p, names={"p": p, "q": q}).text.splitlines()[0] == "∂q/∂p = p + p"


def test_refusals():
    a, b = Value(1.0, "a"), Value(2.0, "b")
    y = (a * 2).named("y")
    with pytest.raises(GradientError, match=r"derive\(\): 'b' \(data = 2.0\) is not part of the graph of 'y'"):
        derive(y, b)
    with pytest.raises(TypeError, match=r"derive\(\): the root of the graph must be a Value, got 'y' of type str"):
        derive("y", a)
    a.data = 5.0
    with pytest.raises(StaleGraphError):
        derive(y, a)


def test_a_term_of_the_root_brings_no_odd_factor_and_no_number_is_said_twice():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = (a * b + a**2).named("c")
    assert derive(c, a).text.splitlines() == ["∂c/∂a = b + 2·a", "      = −3.0000 + 4.0000", "      = 1.0000"]
    x = Value(3.0, "x")
    for root, text in (
        (x + 1.0, "∂y/∂x = 1"),
        (5.0 - x, "∂y/∂x = −1"),
        (2.0 - (3.0 - x), "∂y/∂x = 1"),
        (1.0 - x * x, "∂y/∂x = −x − x\n      = −3.0000 − 3.0000\n      = −6.0000"),
        (x, "∂y/∂y = 1"),
    ):
        assert derive(root.named("y"), x).text == text
        x.label = "x"
    s = (x * x).named("s")
    assert derive((s + 4.0).named("L"), x).text.splitlines()[0] == "∂L/∂s = 1"


def test_numbered_names_are_explained():
    w, x = Value(0.5, "w"), Value(3.0, "x")
    twice = (exp(-w * x) / (1.0 + exp(-w * x))).named("L")
    assert derive(twice, w).text.endswith(
        "#1, #2, …: different values of one name, in the order in which they were computed"
    )
    assert "#" not in derive((exp(-w * x) * 2.0).named("L"), w).text


@pytest.mark.parametrize("ask", [explain, lambda one, other: derive(other, one)], ids=["explain", "derive"])
def test_arguments_the_other_way_round_are_told(ask):
    a, c = Value(2.0, "a"), None
    c = (a * 3.0).named("c")
    name = "explain(a, c)" if ask is explain else "derive(c, a)"
    with pytest.raises(
        GradientError, match=re.escape(f"'c' was computed from 'a', not the other way round: did you mean {name}?")
    ):
        ask(c, a)
    with pytest.raises(GradientError, match="is not part of the graph"):
        ask(Value(1.0, "q"), c)
