"""Copying, deep-copying and pickling graphs: their sharing, kinds, constants, any depth, and when it fails."""

import copy
import io
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from autograd import Parameter, StaleGraphError, Value, fsum, leaky_relu, primitive, scope, where
from autograd.primitives import PRIMITIVES
from autograd.value import Constant

ROOT = Path(__file__).parents[2]


def by_pickle(thing, protocol=pickle.HIGHEST_PROTOCOL):
    return pickle.loads(pickle.dumps(thing, protocol))


def by_python_pickle(thing):
    """The pickler written in Python, whose frames and order of calls are not those of the C one."""
    return pickle._loads(pickle._dumps(thing))


WAYS = [pytest.param(copy.deepcopy, id="deepcopy"), pytest.param(by_python_pickle, id="python pickle")] + [
    pytest.param(lambda thing, protocol=protocol: by_pickle(thing, protocol), id=f"pickle {protocol}")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
]


def build():
    w, x, b = Parameter(0.5, "w"), Value(-2.0, "x"), Parameter(0.25, "b")
    with scope("layer 1"):
        z = (w * x + b).named("z")
        a = leaky_relu(z, 0.2)
    root = where(x, a**3, z) + fsum([a, z, w, a]) + 2 * a
    return root, w


def described(root):
    order = root.topological_order()
    place = {node: i for i, node in enumerate(order)}
    return [
        (type(n), n.data, n._grad, n.label, n.scope, n.op, n.local_grads, [place[p] for p in n.parents]) for n in order
    ]


# --- the graph that comes back ----------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_is_the_same_graph_of_other_nodes(way):
    root, _ = build()
    root.backward()
    twin = way(root)
    assert described(twin) == described(root)
    assert not set(twin.topological_order()) & set(root.topological_order())


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_lives_its_own_life(way):
    root, w = build()
    twin, twin_w = way([root, w])
    assert (root.has_grad, twin.has_grad) == (False, False)
    twin.backward()
    assert not w.has_grad
    root.backward()
    assert twin_w.grad == w.grad
    twin_w.data = 0.75
    twin.forward()
    w.data = 0.75
    assert root.data != twin.data
    assert root.forward() == twin.data


@pytest.mark.parametrize("way", WAYS)
def test_what_is_shared_stays_shared(way):
    root, w = build()
    other = w * 3
    copies = way({"leaf first": [w, root], "loss first": [root, w], "two roots": (root, other), "again": root})
    leaf, twin = copies["leaf first"]
    assert copies["loss first"] == [twin, leaf]
    assert copies["loss first"][0] is twin is copies["again"] is copies["two roots"][0]
    assert copies["loss first"][1] is leaf
    assert copies["two roots"][1].parents[0] is leaf
    assert leaf in set(twin.topological_order())


@pytest.mark.parametrize("way", WAYS)
def test_leaves_keep_their_kind_and_state(way):
    for leaf in (Value(1.5, "x"), Parameter(-0.0, "p"), Constant(2.0)):
        twin = way(leaf)
        assert (type(twin), repr(twin), twin.has_grad) == (type(leaf), repr(leaf), False)
        leaf.grad = 0
        assert way(leaf).has_grad


@pytest.mark.parametrize("way", WAYS)
def test_operations_and_captured_constants_come_back_as_the_records_themselves(way):
    x = Value(2.0)
    for node in (x**3, x**-0.5, leaky_relu(x, 0.3), x.tanh(), 2**x, fsum([x, x, x])):
        twin = way(node)
        assert twin.op is node.op
        assert twin.local_grads is node.local_grads
        assert (twin.data, twin.partials()) == (node.data, node.partials())


@pytest.mark.parametrize("way", WAYS)
def test_repeated_operands_stay_the_same_operand(way):
    x = Value(2.0)
    for node in (x * x, fsum([x, x, x, x]), where(x, x, x)):
        twin = way(node)
        assert len(twin.parents) == len(node.parents)
        assert len(set(twin.parents)) == 1


@pytest.mark.parametrize("way", WAYS)
def test_hooks_are_left_behind(way):
    x = Value(2.0)
    y = x * 3
    handle = y.register_hook(lambda g: g * 100)
    twin = way(y)
    twin.backward()
    assert twin.parents[0].grad == 3.0
    handle.remove()


@pytest.mark.parametrize("way", [*WAYS, pytest.param(copy.copy, id="copy")])
def test_a_gradient_that_is_a_graph_comes_back_as_its_number(way):
    x = Value(2.0)
    (x**3).backward(create_graph=True)
    twin = way(x)
    assert (type(twin.grad), twin.grad) == (float, 12.0)
    assert isinstance(x.grad, Value)


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_notices_a_leaf_that_changes(way):
    x = Value(2.0, "x")
    y = (x * x).tanh()
    twin_x, twin = way([x, y])
    twin_x.data = 3.0
    with pytest.raises(StaleGraphError, match=r"'x' \(data = 3\.0\) changed"):
        twin.backward()
    y.backward()


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_of_a_stale_graph_is_stale(way):
    x = Value(2.0, "x")
    y = x * x
    x.data = 3.0
    twin = way(y)
    with pytest.raises(StaleGraphError, match="'x'"):
        twin.backward()
    assert twin.forward() == 9.0


def test_a_shallow_copy_is_another_node_on_the_same_operands():
    x = Parameter(2.0, "x")
    y = (x * x).named("y")
    y.backward()
    twin = copy.copy(y)
    assert twin is not y
    assert (twin.parents, twin.label, twin.data, twin.grad, twin.op) == (y.parents, "y", 4.0, 1.0, y.op)
    twin.backward()
    assert x.grad == 8.0
    leaf = copy.copy(x)
    assert (type(leaf), leaf.label) == (Parameter, "x")
    leaf.data = 5.0
    assert x.data == 2.0


def test_a_shallow_copy_has_no_hooks():
    x = Value(2.0)
    x.register_hook(lambda g: 100 * g)
    twin = copy.copy(x)
    twin.backward()
    assert twin.grad == 1.0


# --- in another process -----------------------------------------------------------------------------------


def in_a_new_process(code, data):
    run = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, cwd=ROOT, check=False)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


def test_a_graph_loads_in_a_new_process_and_still_notices_staleness():
    x = Value(2.0, "x")
    for _ in range(5):
        x.data = 2.0  # so that its clock is ahead of a new process's
    y = leaky_relu(x**3, 0.3)
    code = """if True:
        import pickle, sys
        from autograd import StaleGraphError
        x, y = pickle.load(sys.stdin.buffer)
        y.backward()
        print(y.data, x.grad)
        x.data = 3.0
        try:
            y.backward()
        except StaleGraphError as error:
            print(str(error).split(" changed")[0])
        print(y.forward(), (x * y).data)
    """
    status, out, err = in_a_new_process(code, pickle.dumps([x, y]))
    assert status == 0, err
    assert out.splitlines() == ["8.0 12.0", "'x' (data = 3.0)", "27.0 81.0"]


def test_a_users_operation_that_is_not_defined_there_is_named():
    mine = primitive("transport_mine", forward=lambda x: 2 * x, partials=lambda x, out: (2.0,))
    data = pickle.dumps(mine(Value(1.0)) + 1)
    twin = pickle.loads(data)
    assert twin.parents[0].op is mine
    del PRIMITIVES["transport_mine"]
    with pytest.raises(LookupError) as caught:
        pickle.loads(data)
    assert str(caught.value) == (
        "the graph uses an operation 'transport_mine' that is not defined here: define it with primitive() first"
    )


# --- size and depth ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_depth_is_no_obstacle(way):
    x = Value(1.0)
    y = x
    for _ in range(4_000):
        y = -(y + x)
    twin = way(y)
    assert len(twin.topological_order()) == 8_001
    assert twin.data == y.data


def recurrence(states, apart):
    """The states of a recurrence, each some operations after the one before: they are each other's ancestors."""
    x = y = Value(1e-3)
    result = [x]
    for _ in range(states):
        for _ in range(apart):
            y = y * x
        result.append(y)
    return result


def calls_of(function):
    """How many calls ``function`` makes, of Python and of C functions: its work, without a clock."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("apart", [1, 60])
@pytest.mark.parametrize("way", [copy.deepcopy, pickle.dumps])
def test_a_list_of_the_states_of_a_recurrence_costs_what_its_nodes_cost(way, apart):
    # Ten times the states: ten times the work. A walk over all ancestors of every state is a hundred times.
    small, large = recurrence(10, apart), recurrence(100, apart)
    assert calls_of(lambda: way(large)) < 12 * calls_of(lambda: way(small))


@pytest.mark.parametrize("apart", [1, 60])
def test_the_pickle_of_a_list_of_states_is_as_long_as_its_nodes_need(apart):
    small, large = recurrence(10, apart), recurrence(100, apart)
    assert len(pickle.dumps(large)) < 12 * len(pickle.dumps(small))


# --- when it fails ----------------------------------------------------------------------------------------


class Unpicklable(Value):
    __slots__ = ()

    def __reduce_ex__(self, protocol):
        raise RuntimeError("not me")


def interrupted(node):
    """A graph in the middle of which pickling fails."""
    middle = node * node + 1
    return middle.tanh() * Unpicklable(2.0) + middle


@pytest.mark.parametrize("dumps", [pickle.dumps, pickle._dumps], ids=["C", "Python"])
def test_an_interrupted_pickling_leaves_nothing_behind(dumps):
    x = Value(2.0, "x")
    kept = []
    for _ in range(3):
        try:
            dumps(interrupted(x))
        except RuntimeError as error:
            kept.append(error)  # and with it the frames of the pickler
    assert [str(error) for error in kept] == ["not me"] * 3
    y = x
    for _ in range(3_000):
        y = y + x
    twin_x, twin = pickle.loads(dumps([x, y]))
    assert described(twin) == described(y)
    assert twin_x in set(twin.topological_order())


@pytest.mark.parametrize("dumps", [pickle.dumps, pickle._dumps], ids=["C", "Python"])
def test_the_same_bytes_come_out_before_and_after_interruptions(dumps):
    states = recurrence(100, 1)
    before = dumps(states)
    for _ in range(30):
        with pytest.raises(RuntimeError, match="not me"):
            dumps(interrupted(states[3]))
    assert dumps(states) == before


def test_a_pickler_that_fails_to_write_leaves_nothing_behind():
    class Full(io.RawIOBase):
        def writable(self):
            return True

        def write(self, _data):
            raise OSError("disk full")

    y = x = Value(2.0)
    for _ in range(50_000):
        y = y + x
    with pytest.raises(OSError, match="disk full"):
        pickle.dump(y, Full())
    assert described(by_pickle(y)) == described(y)


def test_one_pickler_may_dump_many_graphs():
    x = Value(2.0)
    first = x * x
    second = first + x
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer)
    pickler.dump(first)
    pickler.dump(second)
    buffer.seek(0)
    unpickler = pickle.Unpickler(buffer)
    a, b = unpickler.load(), unpickler.load()
    assert b.parents[0] is a
    assert described(b) == described(second)


def test_pickling_in_threads_is_independent():
    graphs = []
    for size in range(200, 1000, 100):
        y = x = Value(float(size))
        for _ in range(size):
            y = y + x
        graphs.append(y)
    results = {}
    barrier = threading.Barrier(len(graphs))

    def work(i):
        barrier.wait(10)
        results[i] = [described(by_pickle(graphs[i])) for _ in range(3)]

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(i,)) for i in range(len(graphs))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    for i, graph in enumerate(graphs):
        assert results[i] == [described(graph)] * 3
