"""Threads: separate graphs are independent, shared leaves are summed exactly, a changed leaf is noticed."""

import contextvars
import copy
import functools
import pickle
import sys
import threading
import time

import numpy as np
import pytest

from autograd import (
    ConversionError,
    Parameter,
    RecordingError,
    StaleGraphError,
    Value,
    fsum,
    grad,
    hessian,
    jvp,
    no_grad,
    scope,
)
from autograd import compile as compiled
from autograd.context import Clock
from autograd.sweep import number_of

THREADS = 8


@pytest.fixture(autouse=True)
def _switch_often():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def in_threads(work, count=THREADS):
    """Run ``work(i)`` in ``count`` threads at once; their results, or the first error."""
    results, errors = [None] * count, []
    start = threading.Barrier(count)

    def run(i):
        try:
            start.wait(30)
            results[i] = work(i)
        except BaseException as error:  # noqa: BLE001 -- carried over to the thread of the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def train(seed, steps=30):
    """A small training run of its own, as a list of bits."""
    w, b = Parameter(0.1 * seed, "w"), Parameter(0.0, "b")
    history = []
    for step in range(steps):
        x = 0.01 * step + seed
        loss = ((w * x + b).tanh() - 0.5) ** 2
        loss.zero_grad()
        loss.backward()
        for p in (w, b):
            p.data -= 0.1 * p.grad
        history.append(loss.data.hex())
    return history


def test_separate_graphs_in_threads_give_the_bits_they_give_alone():
    alone = [train(i) for i in range(THREADS)]
    assert in_threads(train) == alone


@pytest.mark.parametrize("create_graph", [False, True])
def test_leaves_shared_by_concurrent_passes_are_summed_exactly(create_graph):
    # Sums of small integers are exact in any order, so a single lost update shows.
    rounds = 25 if create_graph else 100
    leaves = [Parameter(float(i)) for i in range(20)]

    def work(i):
        for _ in range(rounds):
            fsum([(i + 1) * leaf for leaf in leaves]).backward(create_graph=create_graph)

    in_threads(work)
    expected = rounds * sum(range(1, THREADS + 1))
    assert [number_of(leaf.grad) for leaf in leaves] == [expected] * len(leaves)


def test_one_graph_run_backward_by_many_threads():
    x = Value(3.0)
    root = (x * x + x) * 2

    def work(_):
        for _ in range(100):
            root.backward()

    in_threads(work)
    assert x.grad == 100 * THREADS * 14.0
    assert root.grad == 1.0
    assert root.parents[0].grad == 2.0


def test_settings_stay_in_their_thread():
    def work(i):
        seen = set()
        for _ in range(200):
            with scope(f"thread {i}"):
                if i % 2:
                    with no_grad():
                        seen.add((Value(1.0) * 2).parents)
                y = Value(1.0) * 2
                seen.add((y.scope, len(y.parents)))
        return seen

    for i, seen in enumerate(in_threads(work)):
        assert seen == {(f"thread {i}", 2)} | ({()} if i % 2 else set())


def test_every_change_of_a_leaf_gets_a_time_of_its_own():
    leaves = [Value(0.0) for _ in range(THREADS)]

    def work(i):
        versions = []
        for n in range(300):
            leaves[i].data = float(n)
            versions.append(leaves[i]._version)
        return versions

    versions = [version for result in in_threads(work) for version in result]
    assert len(set(versions)) == THREADS * 300


class HesitantClock(Clock):
    """Lets every other thread go first between reading the time and setting it."""

    _now = 0

    @property
    def now(self):
        seen = self._now
        time.sleep(1e-5)
        return seen

    @now.setter
    def now(self, time):
        self._now = time


def test_a_tick_may_not_be_interrupted():
    clock = HesitantClock()
    ticks = [tick for result in in_threads(lambda _: [clock.tick() for _ in range(20)]) for tick in result]
    assert sorted(ticks) == list(range(1, 20 * THREADS + 1))


def test_a_graph_built_while_a_leaf_is_set_is_of_one_number_or_refused():
    outcomes = {"one number": 0, "refused": 0}
    for round_ in range(100):
        x = Value(1.0, "x")
        start = threading.Barrier(2)

        def set_leaf(x=x, start=start, number=2.0 + round_):
            start.wait(30)
            x.data = number

        thread = threading.Thread(target=set_leaf)
        thread.start()
        before = x * x
        start.wait(30)
        roots = [before, *(x * x for _ in range(200))]
        thread.join()
        roots.append(x * x)
        for root in roots:
            try:
                root.backward()
            except StaleGraphError:
                outcomes["refused"] += 1
            else:
                outcomes["one number"] += 1
                assert root.data == x.data * x.data
    assert outcomes["refused"] >= 100
    assert outcomes["one number"] >= 100


def test_hooks_and_errors_of_one_thread_do_not_disturb_another():
    shared = Parameter(2.0)

    def work(i):
        for n in range(60):
            y = shared * 3
            if i % 2:
                y.register_hook(_fail)
                with pytest.raises(RuntimeError, match="hook"):
                    y.backward()
            else:
                y.backward()
            assert n >= 0

    in_threads(work)
    assert shared.grad == 60 * (THREADS / 2) * 3.0


def _fail(_gradient):
    raise RuntimeError("hook")


# --- a function that hands its Values to a thread ---------------------------------------------------------
# A thread begins without the context of who starts it: it has no recorder, and knows of no transform.


def elsewhere(work):
    """``work()`` in a thread of its own; its error is raised here, or is lost, as the function likes."""
    result = in_threads(lambda _: work(), 1)
    return result[0]


def lost(work):
    """``work()`` in a thread whose errors nobody sees; 1.0 instead."""
    found = []

    def run():
        try:
            found.append(work())
        except Exception:  # noqa: BLE001 -- lost, as by threading.Thread
            found.append(1.0)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def without_gradients(x):
    with no_grad():
        return x * x


FROZEN = {
    "the comparison '>'": lambda y: y * y if y > 4.0 else y,
    "the comparison '>' of the mul": lambda y: y if Value(4.0) < 2.0 * y else y * y,
    r"\.data": lambda y: y.data * y,
    r"item\(\)": lambda y: y.item() * y,
    r"no_grad\(\)": without_gradients,
    "formatting": lambda y: float(f"{y:.17g}") * y,
    r"forward\(\)": lambda y: y.forward() * y,
}


@pytest.mark.parametrize("taking", FROZEN)
@pytest.mark.parametrize("start", [elsewhere, lost])
@pytest.mark.parametrize("wrap", [compiled, lambda f: compiled(grad(f))])
def test_what_a_thread_would_freeze_in_a_recording_is_refused(taking, start, wrap):
    for f in (
        lambda x: start(lambda: FROZEN[taking](x)) * x,
        lambda x: start(functools.partial(FROZEN[taking], x + 1.0)) * x,
        lambda x: start(lambda: FROZEN[taking](fsum([x, x, 1.0]))) * x,
    ):
        with pytest.raises(RecordingError, match=rf"^{taking} .* in a thread .*copy_context\(\)\.run, or "):
            wrap(f)(3.0)


@pytest.mark.parametrize("wrap", [compiled, lambda f: compiled(grad(f))])
@pytest.mark.parametrize("derivative", [grad, compiled, hessian, lambda f: lambda t: jvp(f, (t,), (1.0,))[1]])
def test_a_thread_with_a_transform_of_its_own_freezes_nothing_either(derivative, wrap):
    for compare in (lambda t, x: x > 2.0, lambda t, x: t * x > 4.0):
        for start in (elsewhere, lost):

            def f(x, compare=compare, start=start):
                own = derivative(lambda t: t * t * x if compare(t, x) else t * x)
                return start(lambda: own(2.0)) * x

            with pytest.raises(RecordingError, match=r"in a thread .*copy_context\(\)\.run, or "):
                wrap(f)(3.0)


def test_what_a_thread_compiles_stays_connected_to_the_variables_around_it():
    """It begins without the transform or the recording that these belong to."""
    makers = {
        "its variable": lambda x: compiled(lambda t: t * x)(2.0) * x,
        "what was computed of it": lambda x: compiled(lambda t: t * (x * 1.0))(2.0) * x,
        "a derivative": lambda x: compiled(grad(lambda t: t * t * x))(1.0) * x,
        "of a derivative": lambda x: grad(compiled(lambda t: t * t * x))(1.0) * x,
    }
    for name, made in makers.items():

        def f(x, made=made):
            return elsewhere(lambda: made(x))

        for slope in (grad(f), compiled(grad(f)), grad(compiled(f)), lambda x, f=f: jvp(f, (x,), (1.0,))[1]):
            assert [slope(x) for x in (3.0, 5.0, 3.0)] == [12.0, 20.0, 12.0], name
        assert [compiled(f)(x) for x in (3.0, 5.0)] == [18.0, 50.0], name
    with pytest.raises(
        RecordingError, match=r"uses the leaf \(data = 3\.0\) inside a transform, and is compiled for bat"
    ):
        grad(lambda x: elsewhere(lambda: compiled(lambda t: t * x, in_axes=0)(np.array([1.0, 2.0]))[0]))(3.0)


def test_a_thread_that_carries_the_context_is_recorded():
    def f(x):
        context = contextvars.copy_context()
        return elsewhere(lambda: context.run(lambda: x * x if x > 2.0 else 3.0 * x))

    for g, h in ((f, compiled(f)), (grad(f), compiled(grad(f)))):
        assert [h(x) for x in (1.0, 3.0, 1.5)] == [g(x) for x in (1.0, 3.0, 1.5)]
    assert [compiled(lambda x: elsewhere(lambda: x * x) + x)(x) for x in (1.0, 3.0)] == [2.0, 12.0]
    branching = grad(compiled(lambda x: elsewhere(lambda: x * x if x > 2.0 else 3.0 * x)))  # not replayed
    assert [branching(x) for x in (1.0, 3.0, 1.5)] == [3.0, 6.0, 3.0]


def test_another_thread_compares_its_own_values_while_a_function_is_recorded():
    """And so does one that is given a Value which no recording has to do with."""
    mine = Value(3.0)

    def f(x):
        return x * elsewhere(lambda: 2.0 if mine * mine > 4.0 and grad(lambda t: t * t if t > 0.0 else t)(1.0) else 1.0)

    assert compiled(f)(5.0) == 10.0


DIFFERENTIATED = {
    "a number is the number it stands for": (lambda y: y * y if isinstance(y, float) else y, 6.0),
    "a copy is itself": (lambda y: copy.copy(y) * copy.deepcopy([y])[0], 6.0),
    "detached": (lambda y: y.detach() * y, 3.0),
    "no text": (lambda y: float(f"{y:.17g}") * y, r"float\(\) of the text '3"),
    "no text of a result": (lambda y: float(str(y * 1.0)) * y, ConversionError),
    "no hash": (lambda y: y if y in {3.0, 5.0} else y * y, r"hash\(\) of "),
    "no pickle": (lambda y: pickle.loads(pickle.dumps(y)) * y, "pickling of "),
}


@pytest.mark.parametrize("name", DIFFERENTIATED)
def test_a_thread_differentiates_as_the_function_does(name):
    work, expected = DIFFERENTIATED[name]
    for f in (work, lambda x: elsewhere(lambda: work(x)), lambda x: elsewhere(lambda: work(x * 1.0))):
        for derivative in (grad(f), lambda x, f=f: jvp(f, (x,), (1.0,))[1]):
            if isinstance(expected, float):
                assert derivative(3.0) == expected
            elif isinstance(expected, str):
                with pytest.raises(ConversionError, match=expected):
                    derivative(3.0)
            else:
                with pytest.raises((ConversionError, ValueError), match=r"text|convert"):
                    derivative(3.0)


def test_a_text_is_read_back_in_a_thread_only_when_its_function_has_returned():
    texts = []
    with pytest.raises(ConversionError, match=r"float\(\) of the text '3"):
        grad(lambda x: elsewhere(functools.partial(float, f"{x * 1.0:.17g}")) * x)(3.0)
    grad(lambda x: (texts.append(f"{x:.17g}"), x)[1])(3.0)
    assert float(texts[0]) == elsewhere(lambda: float(texts[0])) == 3.0


def test_values_that_a_function_left_behind_are_ordinary_again():
    kept = []

    def f(x):
        kept.extend((x, x * x))
        raise KeyError

    for g in (grad(f), compiled(f)):
        kept.clear()
        with pytest.raises(KeyError):
            g(3.0)
        assert len({*kept, kept[1] * 2.0}) == 3
        assert not isinstance(kept[1], float)
        assert float(f"{kept[1]:.3f}") == 9.0
        assert kept[1] > 4.0
