"""Reference cycles that a user makes: through a hook, a gradient that is a graph, an attribute of one's own class.

Python's cyclic collector finds each of them and takes it away, in whatever order the parts of the cycle were made;
:mod:`tests.autograd.test_memory` shows that nothing else needs it. An engine may hide nodes from the collector for as
long as they cannot lie on a cycle, and here is what it must not miss. The same of settings: an engine may remember the
one in force, and must see every change of it.
"""

import asyncio
import contextvars
import gc
import random
import threading
import tracemalloc
import weakref

import pytest

import autograd
from autograd import Parameter, Value, errstate, exp, fsum, grad, no_grad, scope


class Own(Value):
    """A Value with attributes of its own."""


def through_a_hook_before_building(x):
    found = []
    x.register_hook(found.append)
    y = (x * 2.0).exp()
    found.append(y)
    return y


def through_a_hook_after_building(x):
    """The hook is registered when the nodes above have long been made, and no pass follows."""
    y = (x * 2.0).exp() + 1.0
    x.register_hook(lambda g: y)
    return y


def through_a_hook_after_building_and_a_pass(x):
    y = (x * 2.0).exp() + 1.0
    x.register_hook(lambda g: g + 0.0 * y.data)
    y.backward()
    return y


def through_a_hook_in_the_middle(x):
    z = x * 2.0
    y = fsum([z, z.exp(), x])
    z.register_hook(lambda g: y)
    return y


def through_a_hook_of_the_root(x):
    y = x * x
    y.register_hook(lambda g: y)
    return y


def through_a_removed_and_another_hook(x):
    y = x.tanh() * 2.0
    x.register_hook(lambda g: y).remove()
    x.register_hook(lambda g: y)
    return y


def through_a_gradient_that_is_a_graph(x):
    y = x**3
    y.backward(create_graph=True)
    return x.grad * y


def through_a_gradient_that_is_set(x):
    y = (x * 2.0).sigmoid()
    x.grad = y
    return y


def through_an_attribute_of_an_operand(x):
    own = Own(1.5)
    y = own * x + own
    own.result = y
    return y


def through_an_attribute_set_before(x):
    own = Own(1.5)
    own.others = []
    y = (own * x).exp()
    own.others.append(y)
    return y


def through_an_attribute_and_back_in_second_order(x):
    own = Own(1.5)
    y = own**3 * x
    y.backward(create_graph=True)
    own.slope = own.grad
    return own.slope * y


def through_a_closure_that_is_differentiated(x):
    kept = []

    def f(z):
        kept.append(z * x)
        x.register_hook(lambda g: kept)
        return kept[-1]

    grad(f)(2.0)
    return kept[0] * x


CYCLES = [function for name, function in sorted(globals().items()) if name.startswith("through_")]


@pytest.mark.parametrize("build", CYCLES, ids=lambda function: function.__name__)
def test_a_cycle_that_a_user_makes_is_collected(build):
    gc.collect()
    x = Value(0.5, "x")
    root = build(x)
    watched = [weakref.ref(node) for node in root.topological_order()] + [weakref.ref(x)]
    del x, root
    gc.collect()
    assert [ref() for ref in watched if ref() is not None] == []


def test_the_collector_leaves_what_is_still_in_use():
    """A node that is hidden from the collector must hold what it refers to all the same."""
    x = Own(0.5)
    x.payload = [object()]
    y = (x * 2.0).exp() + x
    x.register_hook(lambda g: g * 1.0)
    y.register_hook(lambda g: y.data)
    expected = y.data
    for generation in (0, 1, 2):
        gc.collect(generation)
    y.backward()
    gc.collect()
    assert y.data == expected
    assert len(x.payload) == 1
    assert x.grad == expected * (1.0 + 2.0 * exp(1.0))


def test_many_graphs_with_cycles_do_not_pile_up():
    x = Value(0.5)

    def step():
        own = Own(1.0)
        own.result = (own * x).tanh() + own
        own.result.backward()

    def steps():
        for _ in range(300):
            step()
        gc.collect()

    tracemalloc.start()
    grown = []
    try:
        for _ in range(4):  # Python keeps a few floats for itself, and a table grows once
            before, _ = tracemalloc.get_traced_memory()
            steps()
            grown.append(tracemalloc.get_traced_memory()[0] - before)
    finally:
        tracemalloc.stop()
    assert min(grown) < 2_000


def test_a_collection_in_the_middle_of_a_pass_takes_nothing_away():
    x = Parameter(0.3, "x")
    collected, handles = [], []
    y = x
    for _ in range(50):
        y = (y * 1.01).tanh() + x
        handles.append(y.register_hook(lambda g: collected.append(gc.collect())))
    y.backward()
    watched = x.grad
    assert len(collected) == 50
    for handle in handles:
        handle.remove()
    x.zero_grad()
    y.backward()
    assert x.grad == watched


BYTES = {"c": 130, "python": 160}


def test_a_node_takes_few_bytes():
    count = 50_000
    x = y = Value(1.0)
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(count):
            y = y * x
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / count <= BYTES[getattr(autograd, "engine", "python")]


@pytest.mark.parametrize("wide", [False, True], ids=["a chain", "a comb of many operands"])
def test_a_deep_graph_is_freed_without_recursion_also_by_the_collector(wide):
    depth = 30_000
    own = Own(1.0)
    y = own * 1.0
    for _ in range(depth):
        y = fsum([y, own, own]) if wide else y * 1.0
    gone = weakref.ref(y)
    own.result = y
    del y, own
    gc.collect()
    assert gone() is None


class Farewell(Value):
    """A Value that says when it goes, and may stay once."""

    def __del__(self):
        self.said.append(self.label)
        if self.label == "stays":
            self.kept.append(self)


def test_a_finalizer_runs_once_and_may_keep_its_node():
    Farewell.said, Farewell.kept = [], []
    leaf = Value(2.0)
    gone, stays = Farewell(1.0, "goes"), Farewell(3.0, "stays")
    y = gone * leaf + stays * leaf
    del gone, stays, y
    gc.collect()
    assert sorted(Farewell.said) == ["goes", "stays"]
    (kept,) = Farewell.kept
    (kept * leaf).backward()
    assert (kept.data, kept.grad, leaf.grad) == (3.0, 2.0, 3.0)
    Farewell.kept.clear()
    del kept
    gc.collect()
    assert len(Farewell.said) == 2


def test_what_runs_while_a_graph_is_freed_finds_the_engine_at_work():
    """A callback of a weak reference builds, sweeps and frees a graph of its own, in the middle of the other's end."""
    x, found = Value(2.0), []

    def called(_):
        z = x
        for _ in range(100):
            z = z * 1.0
        z.backward()
        found.append(x.grad)
        x.zero_grad()

    y, references = x, []
    for depth in range(2_000):
        y = (y * 1.0, Parameter(1.0) * y, y - 0.0)[depth % 3]
        if depth % 500 == 0:
            references.append(weakref.ref(y, called))
    ends = [weakref.ref(y), weakref.ref(y.parents[0])]
    del y
    assert [each() for each in ends + references] == [None] * 6
    assert found == [1.0] * 4


@pytest.mark.parametrize("kind", [Value, Parameter, Own])
def test_a_node_holds_its_class_as_long_as_it_lives(kind):
    made = type("Made", (kind,), {})
    gone = weakref.ref(made)
    node = made(2.0) * made(3.0)
    del made
    gc.collect()
    assert gone() is not None
    del node
    gc.collect()
    assert gone() is None


# --- settings under many contexts -------------------------------------------------------------------------


def test_operations_see_the_setting_of_the_context_they_run_in():
    """Contexts that take turns in one thread, end, and give their memory to new ones."""
    drawn = random.Random(5)
    x = Value(1.0)
    kept = {}

    def begin(name, off):
        scope(name).__enter__()
        if off:
            no_grad().__enter__()

    for number in range(3000):
        key = drawn.randrange(6)
        if key not in kept or drawn.random() < 0.1:
            kept[key] = (contextvars.copy_context(), f"scope {number}", drawn.random() < 0.3)
            kept[key][0].run(begin, *kept[key][1:])
        context, name, off = kept[key]
        made = context.run(lambda: x * 2.0 + x)
        assert (made.scope, made.op is None) == ("" if off else name, off) or (off and made.scope == name)
        assert (x * x).scope == ""


def test_tasks_and_threads_that_take_turns_have_each_their_own_setting():
    x = Value(1.0)
    wrong = []

    async def task(name):
        with scope(name):
            for _ in range(30):
                made = x * 2.0
                await asyncio.sleep(0)
                if made.scope != name or (x + made).scope != name:
                    wrong.append((name, made.scope))
                with errstate("nan"):
                    await asyncio.sleep(0)
                    if (x / 0.0).data != float("inf"):
                        wrong.append(name)

    async def tasks(thread):
        await asyncio.gather(*[task(f"task {number} of thread {thread}") for number in range(5)])

    threads = [threading.Thread(target=lambda number=number: asyncio.run(tasks(number))) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert (x * 1.0).scope == ""


def test_a_thread_that_ends_inside_a_setting_leaves_nothing_to_the_next():
    x = Value(1.0)
    scopes = []

    def inside():
        scope("never left").__enter__()
        scopes.append((x * 2.0).scope)

    def outside():
        scopes.append((x * 2.0).scope)

    for work in (inside, outside) * 5:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert scopes == ["never left", ""] * 5
