"""Hooks: what they see, what they change, in which order they run, and what they may not do."""

import numpy as np
import pytest

from autograd import Value, fsum, primitive, where


def test_a_hook_sees_the_complete_gradient_once_a_pass():
    seen = []
    x = Value(3.0)
    s = x * x
    x.register_hook(lambda g: seen.append(("x", g)))
    s.register_hook(lambda g: seen.append(("s", g)))
    (s + s * 2).backward()
    assert seen == [("s", 3.0), ("x", 18.0)]
    (s + x).backward()
    assert seen[2:] == [("s", 1.0), ("x", 7.0)]


@pytest.mark.parametrize("number", [np.float64, np.float32, int], ids=lambda kind: kind.__name__)
def test_a_hook_runs_once_and_sees_a_float_whatever_a_users_closure_gives(number):
    twice = primitive("hooked_twice", forward=lambda x: 2.0 * x, partials=lambda x, out: (number(2),))
    seen = []
    x = Value(3.0)
    y = twice(x)
    for node in (x, y):
        node.register_hook(seen.append)
    y.backward()
    assert seen == [1.0, 2.0]
    assert [type(gradient) for gradient in (*seen, x.grad, y.grad)] == [float] * 4


def test_what_a_hook_returns_flows_on_and_is_what_the_node_holds():
    x, y = Value(3.0), Value(5.0)
    s = x * y
    s.register_hook(lambda g: 10 * g)
    (s * 2).backward()
    assert (s.grad, x.grad, y.grad) == (20.0, 100.0, 60.0)


def test_a_hook_on_a_leaf_replaces_what_one_pass_adds():
    x = Value(3.0)
    x.register_hook(lambda g: min(g, 1.0))
    (x * x).backward()
    (x * x).backward()
    assert x.grad == 2.0


def test_a_hook_may_stop_the_gradient_with_a_zero():
    x = Value(3.0)
    s = x * x
    s.register_hook(lambda g: 0)
    (s * 2 + x).backward()
    assert (s.grad, x.grad, type(s.grad)) == (0.0, 1.0, float)


def test_hooks_run_in_the_order_of_registration_each_on_the_result_of_the_one_before():
    x = Value(1.0)
    handles = [x.register_hook(lambda g: g + 1), x.register_hook(lambda g: g * 10), x.register_hook(lambda g: None)]
    x.backward()
    assert x.grad == 20.0
    handles[0].remove()
    x.zero_grad()
    x.backward()
    assert x.grad == 10.0


def test_hooks_whose_handles_are_not_kept_all_run():
    x, seen = Value(1.0), []
    for i in range(20):
        x.register_hook(lambda g, i=i: seen.append(i))
    x.backward()
    assert seen == list(range(20))


def test_removing_a_hook_twice_or_after_others_came_removes_no_other():
    x, seen = Value(1.0), []
    first = x.register_hook(lambda g: seen.append("first"))
    first.remove()
    second = x.register_hook(lambda g: seen.append("second"))
    third = x.register_hook(lambda g: seen.append("third"))
    first.remove()
    first.remove()
    x.backward()
    assert seen == ["second", "third"]
    second.remove()
    third.remove()
    x.backward()
    assert seen == ["second", "third"]


def test_one_function_may_be_registered_twice():
    x, seen = Value(1.0), []
    handle = x.register_hook(seen.append)
    x.register_hook(seen.append)
    x.backward()
    handle.remove()
    x.backward()
    assert seen == [1.0, 1.0, 1.0]


def test_a_hook_may_remove_itself_and_others_while_it_runs():
    x, seen = Value(1.0), []

    def once(_gradient):
        seen.append("once")
        handle.remove()

    handle = x.register_hook(once)
    x.register_hook(lambda g: seen.append("always"))
    x.backward()
    x.backward()
    assert seen == ["once", "always", "always"]


def test_a_hook_on_a_node_that_no_flow_reaches_does_not_run():
    a, b = Value(2.0), Value(3.0)
    b.register_hook(lambda g: pytest.fail("no flow reaches it"))
    where(1.0, a, b).backward()
    assert b.grad == 0.0


@pytest.mark.parametrize("hook", [None, 3, "f"])
def test_a_hook_must_be_callable(hook):
    with pytest.raises(TypeError, match=f"register_hook takes a function of the gradient, not {hook!r}"):
        Value(1.0).register_hook(hook)


@pytest.mark.parametrize("result", ["1", [1.0], 1j])
def test_a_hook_must_return_a_number(result):
    x = Value(1.0, "x")
    x.register_hook(lambda g: result)
    with pytest.raises(TypeError, match=r"a hook of 'x' \(data = 1\.0\) takes one real number"):
        x.backward()


def test_a_hook_may_not_turn_a_plain_pass_into_a_graph():
    x = Value(1.0, "x")
    y = x * 3
    y.register_hook(lambda g: Value(2.0))
    with pytest.raises(TypeError, match=r"a hook of the mul node .* already part of a graph"):
        y.backward()
    assert not x.has_grad


def test_under_create_graph_a_hook_is_handed_a_value_and_may_return_either_kind():
    x = Value(3.0)
    y = x * x * x
    seen = []
    x.register_hook(seen.append)
    handle = y.register_hook(lambda g: g * 2)
    y.backward(create_graph=True)
    assert isinstance(seen[0], Value)
    assert x.grad.data == 54.0
    handle.remove()
    y.register_hook(lambda g: 3.0)
    x.zero_grad()
    y.backward(create_graph=True)
    assert x.grad.data == 81.0


@pytest.mark.parametrize("build", [lambda x: x + 1, lambda x: x, lambda x: fsum([x, 1.0, 2.0])])
def test_under_create_graph_a_hook_that_returns_a_float_still_leaves_a_value(build):
    x = Value(3.0)
    root = build(x)
    root.register_hook(lambda g: 2.0)
    root.backward(create_graph=True)
    assert isinstance(x.grad, Value)
    assert x.grad.data == 2.0
