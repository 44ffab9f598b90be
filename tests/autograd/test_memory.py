"""No garbage: with the cyclic collector off, a graph is gone when its root is, after whatever was done with it."""

import contextlib
import copy
import gc
import pickle
import tracemalloc
import weakref
from itertools import pairwise

import pytest

from autograd import (
    AnomalyError,
    DomainError,
    GradientError,
    OverflowDomainError,
    Parameter,
    StaleGraphError,
    Value,
    detect_anomaly,
    errstate,
    fsum,
    leaky_relu,
    log,
    no_grad,
    primitive,
    scope,
    where,
)


@pytest.fixture(autouse=True)
def _collector_off():
    """Nothing here may rely on the cyclic collector."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def build(x):
    inner = leaky_relu(x * x + 1, 0.3) ** 2
    return where(x, inner, x) * inner - fsum([x, inner, inner]) / 3


def watch(root):
    return [weakref.ref(node) for node in root.topological_order()]


def alive(watched):
    return [ref() for ref in watched if ref() is not None]


# Each takes a leaf, does something with a graph on it, and returns references to the nodes of that graph.


def only_build(x):
    return watch(build(x))


def backward(x):
    root = build(x)
    root.backward()
    root.backward()
    return watch(root)


def second_order(x):
    root = build(x)
    root.backward(create_graph=True)
    slope = x.grad
    watched = watch(root) + watch(slope)
    root.zero_grad()
    slope.backward()
    slope.zero_grad()
    return watched


def forward(x):
    root = build(x)
    x.data = x.data
    root.forward()
    root.backward()
    return watch(root)


def flows(x):
    root = build(x)
    root.backward()
    root.flows_into(x)
    list(root.backward_steps())
    return watch(root)


def steps_left_off(x):
    root = build(x)
    steps = root.backward_steps()
    next(steps)
    next(steps)
    return watch(root)


def copies(x):
    root = build(x)
    twin = copy.deepcopy(root)
    loaded = pickle.loads(pickle.dumps([root, twin]))
    shallow = copy.copy(root)
    return watch(root) + watch(twin) + watch(loaded[1]) + [weakref.ref(shallow)]


def hooks(x):
    root = build(x)
    handle = root.register_hook(lambda g: 2 * g)
    root.backward()
    handle.remove()
    return watch(root)


def hook_fails(x):
    root = build(x)
    root.register_hook(lambda g: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        root.backward()
    return watch(root)


def rule_fails(x):
    root = primitive("memory_failing", forward=lambda x: x, partials=lambda x, out: 1 / 0 or ())(build(x))
    for create_graph in (False, True):
        with pytest.raises(GradientError):
            root.backward(create_graph=create_graph)
    return watch(root)


def stale(x):
    root = build(x)
    x.data = x.data
    with pytest.raises(StaleGraphError):
        root.backward()
    return watch(root)


def outside_the_domain(x):
    root = build(x)
    below = root - 1e6
    for attempt in (lambda: log(below), lambda: root / 0, lambda: below**0.5, lambda: fsum([below, "a"])):
        with pytest.raises((DomainError, TypeError)):
            attempt()
    with pytest.raises(OverflowDomainError):
        (root * 0 + 1000).exp()
    return watch(root)


def forward_fails(x):
    root = log(build(x) - build(x) + x)
    old = x.data
    x.data = -1.0
    with pytest.raises(DomainError):
        root.forward()
    x.data = old
    return watch(root)


def nan_values(x):
    with errstate(domain="nan"):
        root = log(build(x) - 1e6) * 2
        root.backward()
    return watch(root)


def anomaly(x):
    with detect_anomaly():
        root = build(x)
        root.backward()
        with pytest.raises(AnomalyError, match="inf"):
            root * 1e300 * 1e300
    return watch(root)


def without_gradients(x):
    with no_grad(), scope("s"):
        root = build(x)
    return watch(root)


def pickling_fails(x):
    class Unpicklable(Value):
        __slots__ = ()

        def __reduce_ex__(self, protocol):
            raise RuntimeError("not me")

    root = build(x) * Unpicklable(2.0)
    for dumps in (pickle.dumps, pickle._dumps):
        with pytest.raises(RuntimeError, match="not me"):
            dumps(root)
    return watch(root)


def in_place(x):
    y = x
    for _ in range(5):
        y *= y
        y += 1
    return watch(y)


SCENES = [
    only_build, backward, second_order, forward, flows, steps_left_off, copies, hooks, hook_fails, rule_fails, stale,
    outside_the_domain, forward_fails, nan_values, anomaly, without_gradients, pickling_fails, in_place,
]  # fmt: skip


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_a_graph_is_gone_when_its_root_is(scene):
    x = Value(1.25, "x")
    watched = scene(x)
    assert [node for node in alive(watched) if node is not x] == []


def test_the_watch_itself_sees_a_cycle():
    x = Value(1.25)
    watched = only_build(x)
    assert alive(watched) == [x]
    (x * x).backward(create_graph=True)  # the leaf holds its gradient, which refers to the leaf
    watched = watch(x.grad)
    x.grad = None
    assert alive(watched) == [x]


# --- flat memory ------------------------------------------------------------------------------------------


def growth(step, steps):
    """Bytes that ``steps`` calls of ``step`` leave behind, each time anew.

    The least of three rounds: what grows once is no leak, such as a table. CPython's stock of up to 2,000 tuples of
    each length, kept for reuse, is filled first.
    """
    for length in range(1, 20):
        _ = [tuple([None] * length) for _ in range(2_001)]
    rounds = []
    for _ in range(3):
        tracemalloc.start()
        try:
            step()
            before, _ = tracemalloc.get_traced_memory()
            for _ in range(steps):
                step()
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        rounds.append(after - before)
    return min(rounds)


def test_memory_is_flat_over_ten_thousand_training_steps():
    w, b = Parameter(0.5), Parameter(0.1)

    def step():
        loss = ((w * 0.3 + b).tanh() - 0.7) ** 2
        loss.zero_grad()
        loss.backward()
        for p in (w, b):
            p.data -= 0.01 * p.grad

    assert growth(step, steps=10_000 // 3) < 2_000


def test_memory_is_flat_where_scopes_are_entered_under_other_settings():
    def step():
        with no_grad(), scope("layer 1"), scope("neuron 2"):
            Value(1.0) * 2
        with scope("loss"), errstate(domain="nan"), scope("part"):
            Value(1.0) * 2

    # A cache of surroundings may fill up, but not with the same ones over and over.
    tracemalloc.start()
    try:
        step()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(2_000):
            step()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 100_000


def test_memory_is_flat_over_failures():
    x = Value(-1.0, "x")

    def step():
        for attempt in (lambda: log(x), lambda: x / 0, lambda: x + "a"):
            with contextlib.suppress(DomainError, TypeError):
                attempt()

    assert growth(step, steps=700) < 2_000


def test_memory_is_flat_over_pickling_and_hooks():
    x = Value(1.25)
    root = build(x)

    def step():
        pickle.loads(pickle.dumps(root))
        root.register_hook(lambda g: None).remove()
        root.backward()

    assert growth(step, steps=800) < 2_000


def test_memory_of_nan_nodes_is_given_back():
    x = Value(-1.0)

    def step():
        with errstate(domain="nan"):
            log(x) * 2 + 1

    assert growth(step, steps=700) < 2_000


# --- the size of a node -----------------------------------------------------------------------------------


def test_a_node_of_a_network_takes_at_most_260_bytes():
    sizes = [2, 16, 16, 1]
    weights = [[[Parameter(0.01 * (i - j)) for j in range(n + 1)] for i in range(m)] for n, m in pairwise(sizes)]
    points = [(0.1 * k, -0.05 * k) for k in range(20)]

    def network(point):
        layer = list(point)
        for rows in weights:
            layer = [sum((w * x for w, x in zip(row, layer, strict=False)), row[-1]).relu() for row in rows]
        return layer[0]

    network(points[0])
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        loss = sum((1 - network(point)) ** 2 for point in points)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    made = len(loss.topological_order()) - sum(len(row) for rows in weights for row in rows)
    assert made > 12_000
    assert (after - before) / made <= 260
