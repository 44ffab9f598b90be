"""Random programs of every operation: each way to run a pass gives the bits of every other."""

import math
import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import AnomalyError, Value, detect_anomaly, errstate, fsum
from autograd.primitives import PRIMITIVES
from autograd.sweep import adjoint_steps, adjoints, number_of, topological_order
from tests.support.bits import bits, grads


def data_of(node):
    return node._data


@cache
def operations():
    """Every operation of the table; its inputs are drawn by arity, its constants from a few."""
    return sorted(name for name, op in PRIMITIVES.items() if op.builtin)


NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 2.0]),
    st.floats(-3.0, 3.0, allow_subnormal=False),
)
# Indices are taken modulo what there is, so that every drawn program is a program.
STEPS = st.lists(
    st.tuples(st.integers(0, 10**6), st.lists(st.integers(0, 10**6), min_size=6, max_size=6), st.booleans()),
    min_size=1,
    max_size=25,
)
CONSTANTS = [2.0, 0.5, 3.0, -1.0, 0.0, 1.5]


def apply(op, pick, operands, *, capture):
    """``op`` on operands chosen by the numbers ``pick``."""
    constants = ()
    arity = op.arity
    if op.captures and (op.partials is None or capture):
        constants = tuple(CONSTANTS[i % len(CONSTANTS)] for i in pick[-op.captures :])
        arity = None if arity is None else arity - op.captures
    count = arity if arity is not None else 2 * (1 + pick[0] % 3)  # even, as dot() needs
    return op(*[operands[pick[i] % len(operands)] for i in range(count)], *constants)


def run(leaves, program, *, rough):
    """The root of a random graph. Only finite values go on, unless it is ``rough``: then nan and inf do too."""
    nodes = list(leaves)
    names = operations()
    with errstate(domain="nan"):
        for which, pick, capture in program:
            try:
                node = apply(PRIMITIVES[names[which % len(names)]], pick, nodes, capture=capture)
            except (TypeError, ValueError):
                continue  # more inputs than the operation takes
            if rough or (math.isfinite(node.data) and abs(node.data) < 1e100):
                nodes.append(node)
    return fsum(nodes[-4:])


def test_the_random_programs_reach_every_operation():
    rng = random.Random(3)
    met = set()
    for _ in range(300):
        program = [
            (rng.randrange(10**6), [rng.randrange(10**6) for _ in range(6)], rng.random() < 0.5) for _ in range(25)
        ]
        root = run([Value(rng.uniform(0.1, 2.0)) for _ in range(3)], program, rough=True)
        met |= {node.op.name for node in root.topological_order() if node.op}
    assert set(operations()) - met == set()


pytestmark = pytest.mark.filterwarnings("ignore::autograd.GradientWarning")  # random programs meet poles

common = settings(max_examples=120, derandomize=True, database=None)


@common
@given(st.lists(NUMBERS, min_size=1, max_size=4), STEPS, NUMBERS, st.booleans())
def test_the_fast_sweep_equals_the_readable_one_bit_for_bit(inputs, program, seed, rough):
    root = run([Value(number) for number in inputs], program, rough=rough)
    order = topological_order(root)
    fast = adjoints(order, seed)
    readable = {step.node: step.gradient for step in adjoint_steps(order, seed, data_of)}
    assert list(fast) == order
    for node in order:
        assert (fast[node] is None) == (readable[node] is None)
        if fast[node] is not None:
            assert type(fast[node]) is float
            assert bits(fast[node]) == bits(readable[node]), node


@common
@given(st.lists(NUMBERS, min_size=1, max_size=4), STEPS)
def test_the_gradient_as_a_graph_has_the_values_of_the_gradient_as_floats(inputs, program):
    leaves = [Value(number) for number in inputs]
    root = run(leaves, program, rough=False)
    order = topological_order(root)
    fast = adjoints(order, 1.0)
    root.backward(create_graph=True)
    for leaf in order:
        if leaf.op is None:
            expected = 0.0 if fast[leaf] is None else fast[leaf]
            assert bits(number_of(leaf.grad)) == bits(expected) or math.isclose(
                number_of(leaf.grad), expected, rel_tol=1e-12, abs_tol=0.0
            )


@common
@given(st.lists(NUMBERS, min_size=1, max_size=4), STEPS, st.booleans())
def test_a_pass_step_by_step_and_a_watched_pass_write_what_backward_writes(inputs, program, rough):
    root = run([Value(number) for number in inputs], program, rough=rough)
    order = topological_order(root)
    root.backward()
    expected = grads(order)
    root.zero_grad()
    assert grads(order) == [None] * len(order)
    list(root.backward_steps())
    assert grads(order) == expected
    root.zero_grad()
    try:
        with detect_anomaly():
            root.backward()
    except AnomalyError:
        assert grads(order) == [None] * len(order)
    else:
        assert grads(order) == expected


@common
@given(st.lists(NUMBERS, min_size=1, max_size=3), STEPS.map(lambda program: program[:7]))
def test_the_gradient_is_the_sum_over_all_paths(inputs, program):
    """The chain rule said in another way: a sum over paths of the product of the local gradients."""
    leaves = [Value(number) for number in inputs]
    root = run(leaves, program, rough=False)
    order = topological_order(root)
    if any(node.op is PRIMITIVES["where"] for node in order):
        return  # a gate stops an infinity, a product does not
    paths = dict.fromkeys(order, 0.0)
    magnitude = dict.fromkeys(order, 0.0)
    walk = [(root, 1.0)]
    while walk and len(walk) < 10_000:
        node, product = walk.pop()
        paths[node] += product
        magnitude[node] += abs(product)
        walk += [(parent, product * local) for parent, local in zip(node.parents, node.partials(), strict=True)]
    root.backward()
    for node in order:
        if math.isfinite(magnitude[node]):
            assert node.grad == pytest.approx(paths[node], rel=1e-9, abs=1e-12 * (1 + magnitude[node]))


@common
@given(st.lists(NUMBERS, min_size=2, max_size=4), st.lists(NUMBERS, min_size=4, max_size=4), STEPS)
def test_forward_gives_the_bits_of_building_it_again(inputs, others, program):
    leaves = [Value(number) for number in inputs]
    root = run(leaves, program, rough=True)
    order = topological_order(root)
    for leaf, number in zip(leaves, others, strict=False):
        leaf.data = number
    with errstate(domain="nan"):
        root.forward()
        rebuilt = {}
        for node in order:
            rebuilt[node] = node.op(*[rebuilt[parent] for parent in node.parents]) if node.op else Value(node.data)
    assert [bits(node.data) for node in order] == [bits(rebuilt[node].data) for node in order]
    root.backward()
    rebuilt[root].backward()
    assert [bits(node.grad) for node in order] == [bits(rebuilt[node].grad) for node in order]
