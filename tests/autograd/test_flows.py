"""Flows into a node, and the backward pass one step at a time."""

import math

import pytest

from autograd import GradientError, StaleGraphError, Value, fsum, maximum, where
from autograd.sweep import Flow, Step


def total(flows):
    return sum(flow.contribution for flow in flows)


# --- flows_into -------------------------------------------------------------------------------------------


def test_each_flow_is_local_times_upstream_and_they_sum_to_the_gradient():
    a, b = Value(0.7, "a"), Value(-1.3, "b")
    s = a * b
    t = s.tanh()
    root = t * s + a
    root.backward()
    for node in (a, b, s, t):
        flows = root.flows_into(node)
        assert total(flows) == pytest.approx(node.grad, rel=1e-15)
        for flow in flows:
            assert isinstance(flow, Flow)
            assert flow.contribution == flow.local * flow.upstream
            assert flow.upstream == flow.child.grad
            assert node in flow.child.parents
            assert flow.local in flow.child.partials()
    assert [flow.child for flow in root.flows_into(s)] == [root.parents[0], t]
    assert len(root.flows_into(a)) == 2


def test_an_operand_used_twice_receives_two_flows():
    a = Value(3.0)
    root = a * a
    root.backward()
    assert root.flows_into(a) == [Flow(root, 3.0, 1.0, 3.0)] * 2
    assert a.grad == 6.0


def test_an_operand_of_many_receives_one_flow_for_each_place():
    a, b = Value(3.0), Value(4.0)
    root = fsum([a, b, a, a])
    root.backward()
    assert [flow.contribution for flow in root.flows_into(a)] == [1.0, 1.0, 1.0]


def test_nodes_of_equal_data_are_told_apart():
    a, b = Value(3.0), Value(3.0)
    root = a * b + 9.0 * (a - b)
    root.backward()
    assert [flow.contribution for flow in root.flows_into(a)] == [9.0, 3.0]
    assert [flow.contribution for flow in root.flows_into(b)] == [-9.0, 3.0]


def test_nothing_flows_into_the_root():
    a = Value(3.0)
    root = a * 2
    root.backward()
    assert root.flows_into(root) == []
    a.backward()
    assert a.flows_into(a) == []


def test_the_flows_carry_the_gradient_that_the_pass_started_from():
    a = Value(3.0)
    root = a * a
    root.backward(-0.5)
    assert [flow.contribution for flow in root.flows_into(a)] == [-1.5, -1.5]


def test_the_flows_of_one_pass_are_told_from_what_other_passes_left_on_the_leaf():
    a = Value(3.0)
    first, second = a * a, 5 * a
    first.backward()
    second.backward()
    assert total(first.flows_into(a)) == 6.0
    assert total(second.flows_into(a)) == 5.0
    assert a.grad == 11.0
    first.backward()
    assert total(first.flows_into(a)) == 6.0


def test_two_roots_that_share_a_subgraph_keep_their_own_flows():
    a = Value(3.0)
    shared = a * a
    first, second = shared * 2, shared * 7
    first.backward()
    second.backward()
    assert [flow.contribution for flow in first.flows_into(shared)] == [2.0]
    assert [flow.contribution for flow in second.flows_into(shared)] == [7.0]
    assert total(first.flows_into(a)) == 12.0
    assert total(second.flows_into(a)) == 42.0


def test_an_intermediate_node_may_be_asked_too():
    a = Value(3.0)
    inner = a * a
    root = inner * 4
    root.backward()
    assert [flow.contribution for flow in inner.flows_into(a)] == [12.0, 12.0]


def test_a_closed_gate_is_a_flow_of_zero():
    a, b = Value(2.0), Value(3.0)
    root = where(1.0, a, b)
    root.backward()
    assert root.flows_into(b) == [Flow(root, 0.0, 1.0, 0.0)]
    assert root.flows_into(a) == [Flow(root, 1.0, 1.0, 1.0)]


def test_a_flow_of_minus_zero_is_minus_zero():
    a = Value(2.0)
    root = a * -0.0
    root.backward()
    (flow,) = root.flows_into(a)
    assert [math.copysign(1, number) for number in (flow.local, flow.contribution, a.grad)] == [-1.0, -1.0, -1.0]


@pytest.mark.parametrize("hooked", ["root", "inner", "leaf"])
def test_flows_through_a_hook_are_those_of_the_pass(hooked):
    a = Value(3.0)
    inner = a * a
    root = inner * 4
    {"root": root, "inner": inner, "leaf": a}[hooked].register_hook(lambda g: 2 * g)
    root.backward()
    assert a.grad == 48.0
    # What a hook makes of a gradient comes after the flows into its node have been added up.
    assert total(root.flows_into(a)) == (24.0 if hooked == "leaf" else 48.0)
    assert total(root.flows_into(inner)) == (8.0 if hooked == "root" else 4.0)


def test_flows_before_a_pass_are_refused():
    a = Value(3.0)
    root = (a * a).named("y")
    with pytest.raises(GradientError) as caught:
        root.flows_into(a)
    assert str(caught.value) == "'y' (data = 9.0) has no gradient yet: call backward() on it first"
    root.backward()
    root.zero_grad()
    with pytest.raises(GradientError, match="has no gradient yet"):
        root.flows_into(a)


def test_a_node_of_another_graph_is_refused():
    a, stranger = Value(3.0), Value(3.0, "stranger")
    root = (a * a).named("y")
    above = root * 2
    root.backward()
    for node, name in ((stranger, "'stranger' (data = 3.0)"), (above, "the mul node (data = 18.0)")):
        with pytest.raises(GradientError) as caught:
            root.flows_into(node)
        assert str(caught.value) == f"{name} is not part of the graph of 'y' (data = 9.0)"


@pytest.mark.parametrize("thing", [3.0, None, "a"])
def test_what_is_no_value_is_refused(thing):
    root = Value(3.0) * 2
    root.backward()
    with pytest.raises((TypeError, GradientError)) as caught:
        root.flows_into(thing)
    assert repr(thing) in str(caught.value)


def test_flows_through_a_stale_graph_are_refused():
    a = Value(3.0, "a")
    root = a * a
    root.backward()
    a.data = 4.0
    with pytest.raises(StaleGraphError, match=r"'a' \(data = 4\.0\) changed"):
        root.flows_into(a)


def test_asking_for_flows_changes_nothing():
    a = Value(3.0)
    root = (a * a) * a
    root.backward()
    before = [node.grad for node in root.topological_order()]
    root.flows_into(a)
    assert [node.grad for node in root.topological_order()] == before


def test_flows_are_floats_after_create_graph_too():
    a = Value(3.0)
    root = a * a
    root.backward(create_graph=True)
    assert {type(number) for flow in root.flows_into(a) for number in flow[1:]} == {float}
    a.backward(create_graph=True)
    assert a.flows_into(a) == []


# --- backward_steps ---------------------------------------------------------------------------------------


def test_one_step_a_node_root_first_each_complete_when_its_turn_comes():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    s = (a * b).named("s")
    root = (s + s * a).named("y")
    steps = list(root.backward_steps())
    assert [step.node for step in steps] == list(reversed(root.topological_order()))
    assert all(isinstance(step, Step) for step in steps)
    for step in steps:
        assert step.gradient == step.node.grad
        assert [flow.child for flow in step.flows] == [step.node] * len(step.node.parents)
        assert tuple(flow.local for flow in step.flows) == step.node.partials()
        assert all(flow.upstream == step.gradient for flow in step.flows)


def test_totals_tell_how_far_each_gradient_has_got():
    a = Value(3.0, "a")
    root = a * a + a
    totals = [
        (flow.contribution, so_far)
        for step in root.backward_steps()
        for parent, flow, so_far in zip(step.node.parents, step.flows, step.totals, strict=True)
        if parent is a
    ]
    assert totals == [(1.0, 1.0), (3.0, 4.0), (3.0, 7.0)]


def test_leaving_off_early_leaves_every_gradient_as_it_was():
    a = Value(3.0)
    a.grad = 10.0
    root = (a * a).tanh()
    count = len(root.topological_order())
    for stop in range(count):
        steps = root.backward_steps()
        for _ in range(stop):
            next(steps)
        assert [node._grad for node in root.topological_order()] == [10.0, None, None]
        steps.close()
        assert [node._grad for node in root.topological_order()] == [10.0, None, None]


def test_the_gradients_are_written_when_the_last_step_has_been_taken():
    a = Value(3.0)
    root = a * a
    steps = root.backward_steps()
    for _ in root.topological_order():
        next(steps)
    assert not root.has_grad
    with pytest.raises(StopIteration):
        next(steps)
    assert (root.grad, a.grad) == (1.0, 6.0)


def test_stepping_through_writes_what_backward_writes():
    def build():
        a, b = Value(0.7), Value(-0.0)
        inner = a * b
        return maximum(inner, a * 2) / fsum([a, inner, b, 3.0]) + where(a, inner, a.exp())

    stepped, plain = build(), build()
    for _ in range(2):
        list(stepped.backward_steps(1.5))
        plain.backward(1.5)
    for x, y in zip(stepped.topological_order(), plain.topological_order(), strict=True):
        assert (x.grad, math.copysign(1, x.grad)) == (y.grad, math.copysign(1, y.grad))


def test_hooks_run_in_a_pass_step_by_step():
    a = Value(3.0)
    inner = a * a
    inner.register_hook(lambda g: g * 10)
    steps = {step.node: step for step in (inner * 2).backward_steps()}
    assert steps[inner].gradient == 20.0
    assert a.grad == 120.0


def test_a_step_of_a_node_that_no_flow_reaches_has_the_gradient_zero():
    a, b = Value(2.0), Value(3.0)
    inner = b * b
    steps = {step.node: step for step in where(1.0, a, inner).backward_steps()}
    assert (steps[inner].gradient, steps[b].gradient) == (0.0, 0.0)
    assert b.has_grad


@pytest.mark.parametrize("seed", ["1", None, Value(1.0), 1j])
def test_steps_start_from_a_number(seed):
    steps = (Value(2.0) * 3).backward_steps(seed)
    with pytest.raises(TypeError, match=r"backward_steps\(gradient\) takes one real number"):
        next(steps)
