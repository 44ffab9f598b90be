"""The engine's promises: any depth and any number of paths, and no number that is silently out of date."""

import copy
import math
import pickle
import threading

import pytest

from autograd import DomainError, Parameter, StaleGraphError, Value, errstate, fsum, log, no_grad, where

# --- any depth, any size ----------------------------------------------------------------------------------


def chain(length):
    """x + x - x + x - ...: a node for each operation, and in the end x times a small number known in closed form."""
    x = Value(0.5, "x")
    y = x
    for _ in range(length // 2):
        y = -(y + x)
    return x, y


def test_a_chain_of_a_million_nodes_is_built_run_and_dropped():
    x, y = chain(1_000_000)
    y.backward()
    assert (y.data, x.grad) == (0.5, 1.0)
    x.data = 2.0
    with pytest.raises(StaleGraphError, match="'x'"):
        y.backward()
    assert y.forward() == 2.0
    assert sum(1 for _ in y.topological_order()) == 1_000_001
    del y
    assert x.grad == 1.0


def test_a_deep_chain_is_copied_pickled_stepped_through_and_differentiated_twice():
    x, y = chain(20_000)
    twin = copy.deepcopy(y)
    assert twin.forward() == y.data
    loaded = pickle.loads(pickle.dumps(y))
    loaded.backward()
    assert loaded.topological_order()[0].grad == 1.0
    assert sum(len(step.flows) for step in y.backward_steps()) == 30_000
    assert x.grad == 1.0
    assert sum(flow.contribution for flow in y.flows_into(x)) == 1.0
    x.zero_grad()
    y.backward(create_graph=True)
    slope = x.grad
    x.zero_grad()
    slope.backward()
    assert (slope.data, x.grad) == (1.0, 0.0)
    y.zero_grad()
    assert not y.has_grad


def test_a_deep_chain_of_many_operands_is_dropped_too():
    y = x = Value(0.25)
    for _ in range(20_000):
        y = fsum([y, x, -0.25])
    assert y.data == 0.25
    y.backward()
    assert x.grad == 20_001.0
    del y


def test_two_to_the_two_hundred_paths():
    x = Value(0.5)
    y = x
    for _ in range(200):
        y = y + y
    y.backward()
    assert (y.data, x.grad) == (2.0**199, 2.0**200)
    assert len(y.topological_order()) == 201
    assert pickle.loads(pickle.dumps(y)).data == copy.deepcopy(y).data == y.data
    assert y.forward() == 2.0**199
    x.zero_grad()
    y.backward(create_graph=True)
    assert x.grad.data == 2.0**200


def test_wide_graphs():
    leaves = [Value(float(i)) for i in range(50_000)]
    wide = fsum(leaves)
    wide.backward()
    assert all(leaf.grad == 1.0 for leaf in leaves)
    assert len(wide.parents) == 50_000
    shared = Value(1.0)
    fan = fsum([shared * leaf for leaf in leaves])
    fan.backward()
    assert shared.grad == sum(range(50_000))


def test_a_ladder_of_diamonds_with_long_skips():
    nodes = [Value(1.0), Value(1.0)]
    for _ in range(2_000):
        nodes.append((nodes[-1] + nodes[-2]) * 0.5)
    top = fsum(nodes)
    top.backward()
    assert nodes[0].grad + nodes[1].grad == pytest.approx(2002.0, rel=1e-12)


# --- forward ----------------------------------------------------------------------------------------------


def test_forward_repairs_a_stale_graph():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    s = x * y
    root = s * s + x
    x.data = -1.0
    with pytest.raises(StaleGraphError) as caught:
        root.backward()
    assert str(caught.value) == (
        "'x' (data = -1.0) changed after the add node (data = 38.0) was computed from it, so the graph is out of "
        "date. Call forward() on the root to recompute it; build the expression again if it branches, for an if that "
        "Python decided stays decided."
    )
    assert root.forward() == root.data == 8.0
    assert (s.data, x.data) == (-3.0, -1.0)
    root.backward()
    assert (x.grad, y.grad) == (2 * -3 * 3 + 1, 2 * -3 * -1)


def test_forward_forgets_the_gradients_of_computed_nodes_and_keeps_those_of_leaves():
    x = Value(2.0)
    s = x * x
    root = s * 3
    root.backward()
    x.data = 5.0
    root.forward()
    assert (root.has_grad, s.has_grad, x.grad) == (False, False, 12.0)
    root.backward()
    assert x.grad == 12.0 + 30.0


def test_forward_on_a_leaf_is_its_data():
    x = Value(2.0)
    x.grad = 1.0
    assert x.forward() == 2.0
    assert x.grad == 1.0


def test_forward_runs_captured_constants_and_branches_afresh():
    x = Value(2.0)
    root = where(x - 1, x**3, x.tanh()) + x.leaky_relu(0.5)
    x.data = 1.0
    assert root.forward() == math.tanh(1.0) + 1.0
    x.data = -2.0
    assert root.forward() == -8.0 - 1.0
    root.backward()
    assert x.grad == 12.0 + 0.5


def test_forward_is_all_or_nothing():
    x, y = Value(2.0, "x"), Value(3.0)
    first = x * y
    root = log(first) + first
    root.backward()
    before = [(node.data, node._grad) for node in root.topological_order()]
    x.data = -1.0
    with pytest.raises(DomainError, match=r"log\(-3\.0\)"):
        root.forward()
    after = [(node.data, node._grad) for node in root.topological_order() if node is not x]
    assert after == [state for node, state in zip(root.topological_order(), before, strict=True) if node is not x]
    with pytest.raises(StaleGraphError):
        root.backward()
    x.data = 2.0
    root.forward()
    root.backward()
    assert y.grad == 2 * (2 + 1 / 3)


def test_forward_follows_errstate():
    x = Value(2.0)
    root = log(x)
    x.data = -1.0
    with errstate(domain="nan"):
        assert math.isnan(root.forward())
    with pytest.raises(DomainError):
        root.forward()


def test_forward_inside_no_grad_keeps_the_graph():
    x = Value(2.0)
    root = x * x
    x.data = 3.0
    with no_grad():
        assert root.forward() == 9.0
    root.backward()
    assert x.grad == 6.0


# --- staleness --------------------------------------------------------------------------------------------


def test_setting_a_leaf_to_the_number_it_has_counts_as_setting():
    x = Value(2.0, "x")
    y = x * x
    x.data = 2.0
    with pytest.raises(StaleGraphError, match="'x'"):
        y.backward()


def test_setting_a_leaf_before_it_is_used_is_no_change():
    x, other = Value(2.0), Value(1.0)
    x.data = 3.0
    y = x * x
    other.data = 5.0
    y.backward()
    assert x.grad == 6.0


def test_setting_a_leaf_after_the_pass_does_not_spoil_the_gradients_that_are_there():
    x = Value(2.0)
    y = x * x
    y.backward()
    x.data = 3.0
    assert (x.grad, y.data) == (4.0, 4.0)


def test_a_constant_may_be_set_like_any_leaf():
    x = Value(2.0)
    y = x * 3
    y.parents[1].data = 5
    with pytest.raises(StaleGraphError, match=r"the leaf \(data = 5\.0\)"):
        y.backward()
    assert y.forward() == 10.0


def test_a_shared_subgraph_recomputed_through_one_root_makes_the_other_stale():
    x = Value(2.0, "x")
    shared = (x * x).named("shared")
    first, second = shared + 1, shared * 3
    x.data = 3.0
    assert second.forward() == 27.0
    second.backward()
    with pytest.raises(StaleGraphError, match=r"'shared' \(data = 9\.0\) changed after the add node \(data = 5\.0\)"):
        first.backward()
    assert first.forward() == 10.0
    first.backward()


def test_recomputing_through_a_root_of_another_branch_does_not_hide_a_stale_leaf():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    first, second = x * y, y + 1
    x.data = 5.0
    second.forward()
    with pytest.raises(StaleGraphError, match="'x'"):
        first.backward()
    second.backward()
    assert y.grad == 1.0


def test_a_node_built_on_a_stale_one_is_still_stale():
    x = Value(2.0, "x")
    y = x * x
    x.data = 3.0
    late = y + 1
    with pytest.raises(StaleGraphError, match="'x'"):
        late.backward()
    assert late.forward() == 10.0


def test_changing_a_leaf_between_the_steps_of_a_pass_is_noticed():
    x = Value(2.0, "x")
    y = (x * x).tanh()
    steps = y.backward_steps()
    next(steps)
    x.data = 3.0
    with pytest.raises(StaleGraphError, match="'x'"):
        list(steps)
    assert not x.has_grad


def test_a_training_loop_that_keeps_its_graph():
    w = Parameter(5.0, "w")
    loss = (w - 2) ** 2
    for _ in range(100):
        loss.forward()
        loss.zero_grad()
        loss.backward()
        w.data -= 0.1 * w.grad
    assert w.data == pytest.approx(2.0, abs=1e-9)


def test_a_leaf_set_by_another_thread_is_noticed():
    x = Value(2.0, "x")
    y = (x * x).tanh()
    thread = threading.Thread(target=setattr, args=(x, "data", 3.0))
    thread.start()
    thread.join()
    with pytest.raises(StaleGraphError, match=r"'x' \(data = 3\.0\)"):
        y.backward()
    assert y.forward() == math.tanh(9.0)
