"""no_grad, scope, errstate: as blocks and decorators, nested, in coroutines and threads, and when things fail."""

import asyncio
import functools
import math
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import DomainError, GradientError, Value, detect_anomaly, errstate, log, no_grad, scope
from autograd.context import _IN_FORCE, current


def recording():
    """Whether an operation links its result to its operands now."""
    return bool((Value(2.0) * 3.0).parents)


@pytest.fixture(autouse=True)
def _nothing_leaks():
    before = _IN_FORCE.get()
    yield
    leaked = _IN_FORCE.get()
    _IN_FORCE.set(before)  # so that one failure is reported once
    assert leaked is before
    assert current() is before[0]


# --- what each setting does -------------------------------------------------------------------------------


def test_no_grad_computes_the_number_and_links_nothing():
    x = Value(3.0, "x")
    with no_grad():
        y = (x * x).tanh() ** 2 + 1
        z = sum([x, x])
    for result in (y, z):
        assert (result.parents, result.op, result.local_grads) == ((), None, None)
    assert y.data == math.tanh(9.0) ** 2 + 1.0
    with pytest.raises(GradientError, match=r"backward\(\) of the leaf .* computed under no_grad\(\)"):
        y.backward()
    assert not x.has_grad
    assert not y.has_grad


def test_backward_still_works_inside_no_grad():
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()
    assert x.grad == 6.0


def test_an_update_under_no_grad_leaves_no_graph_behind():
    w = Value(1.0)
    with no_grad():
        w.data -= 0.1 * Value(2.0).data
        w -= 0.1
    assert w.parents == ()


def test_scopes_nest_and_mark_leaves_and_results():
    with scope("model"):
        a = Value(1.0)
        with scope("layer 1"), scope("neuron 2"):
            b = a * 2
        c = b + a
    assert [a.scope, b.scope, b.parents[1].scope, c.scope] == [
        "model", "model/layer 1/neuron 2", "model/layer 1/neuron 2", "model",
    ]  # fmt: skip
    assert Value(1.0).scope == ""


def test_errstate_gives_ieee_values_inside_and_errors_outside():
    with errstate(domain="nan"):
        values = [log(0.0), log(-1.0), Value(1.0) / 0, Value(-1.0) / 0, Value(1.0) / -0.0, Value(0.0) ** -1]
        with errstate(domain="raise"), pytest.raises(DomainError):
            log(-1.0)
        assert math.isnan(log(-1.0))
    assert [repr(getattr(value, "data", value)) for value in values] == ["-inf", "nan", "inf", "-inf", "-inf", "inf"]
    with pytest.raises(DomainError):
        log(-1.0)


def test_settings_combine():
    with no_grad(), errstate(domain="nan"), scope("s"):
        y = Value(-1.0).log()
    assert math.isnan(y.data)
    assert (y.parents, y.scope) == ((), "s")


@pytest.mark.parametrize("domain", ["ignore", None, "NaN"])
def test_errstate_refuses_what_it_does_not_know(domain):
    with pytest.raises(ValueError, match=rf"errstate\(domain=\.\.\.\) takes 'raise' or 'nan', not {domain!r}"):
        errstate(domain=domain)


@pytest.mark.parametrize("name", [3, None, b"layer"])
def test_scope_refuses_a_name_that_is_no_str(name):
    with pytest.raises(TypeError, match=rf"scope\(\.\.\.\) takes a name as a str, not {name!r}"):
        scope(name)


# --- entering and leaving ---------------------------------------------------------------------------------


def test_an_exception_leaves_the_setting():
    with pytest.raises(KeyError), no_grad(), scope("s"), errstate(domain="nan"):
        raise KeyError("inside")
    assert recording()
    assert Value(1.0).scope == ""
    with pytest.raises(DomainError):
        log(-1.0)


def test_one_instance_may_be_entered_again_inside_itself():
    quiet, part = no_grad(), scope("p")
    with quiet, part:
        with quiet, part:
            assert Value(1.0).scope == "p/p"
            assert not recording()
        assert Value(1.0).scope == "p"
        assert not recording()
    assert recording()


def test_entering_gives_the_setting_itself():
    quiet = no_grad()
    with quiet as entered:
        assert entered is quiet


def test_a_scope_has_the_name_that_it_has_when_it_is_entered():
    part = scope("loss")
    with part:
        assert (Value(1.0) * 2).scope == "loss"
    part.name = "penalty"
    with scope("step"), part:
        assert (Value(1.0) * 2).scope == "step/penalty"


def test_to_leave_without_saying_why_is_refused_and_enters_nothing():
    with pytest.raises(TypeError, match="missing 3 required positional arguments"):
        scope("loss").__exit__()
    assert (Value(1.0) * 2).scope == ""


def test_a_kind_of_scope_changes_what_it_says():
    class Shouted(scope):
        def change(self, outer):
            return scope(self.name.upper()).change(outer)

    with Shouted("loss"), scope("part"):
        assert (Value(1.0) * 2).scope == "LOSS/part"
    assert (Value(1.0) * 2).scope == ""


def test_one_instance_may_be_shared_by_threads():
    quiet = no_grad()
    inside, leave = threading.Event(), threading.Event()
    seen = []

    def other():
        with quiet:
            inside.set()
            leave.wait(10)
            seen.append(recording())
        seen.append(recording())

    thread = threading.Thread(target=other)
    try:
        with quiet:
            thread.start()
            assert inside.wait(10)
        here = recording()
    finally:
        leave.set()
        thread.join()
    assert here
    assert seen == [False, True]


def test_one_instance_may_be_shared_by_tasks():
    quiet = no_grad()
    seen = []

    async def task(turns):
        with quiet:
            for _ in range(turns):
                await asyncio.sleep(0)
            seen.append(recording())
        seen.append(recording())

    async def both():
        await asyncio.gather(task(1), task(3), task(2))

    asyncio.run(both())
    assert sorted(seen) == [False] * 3 + [True] * 3


# --- decorators -------------------------------------------------------------------------------------------


def test_a_decorated_function_runs_inside_and_keeps_its_name():
    @no_grad()
    def predict(x, *, scale=2.0):
        """Scaled."""
        return x * scale

    y = predict(Value(3.0), scale=4.0)
    assert (y.data, y.parents) == (12.0, ())
    assert (predict.__name__, predict.__doc__) == ("predict", "Scaled.")
    assert recording()


def test_a_decorated_function_may_recurse_and_may_fail():
    @scope("f")
    def f(depth):
        if depth == 0:
            raise RuntimeError(Value(1.0).scope)
        return f(depth - 1)

    with pytest.raises(RuntimeError, match=r"^f/f/f$"):
        f(2)


@pytest.mark.parametrize("setting", [scope("part"), errstate(domain="nan"), no_grad()])
def test_a_decorator_keeps_what_it_was_given(setting):
    @setting
    def inner():
        return current()

    with setting:
        expected = current()
    result = inner()
    assert (result.scope, result.grad, result.domain) == (expected.scope, expected.grad, expected.domain)
    assert (result.scope, result.grad, result.domain) != ("", True, None)


def test_a_decorated_function_may_run_in_many_threads_at_once():
    barrier = threading.Barrier(4)
    seen = []

    @no_grad()
    def work():
        barrier.wait(10)
        seen.append(recording())
        barrier.wait(10)

    def run():
        work()
        seen.append(recording())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [False] * 4 + [True] * 4


def test_a_decorated_coroutine_is_inside_for_all_of_its_body_and_nobody_else_is():
    log_of = []

    @no_grad()
    async def quiet(turns):
        for _ in range(turns):
            log_of.append(("quiet", recording()))
            await asyncio.sleep(0)
        return "done"

    async def loud(turns):
        for _ in range(turns):
            log_of.append(("loud", recording()))
            await asyncio.sleep(0)

    async def main():
        results = await asyncio.gather(quiet(3), loud(4), quiet(2))
        log_of.append(("main", recording()))
        await quiet(1)
        log_of.append(("main", recording()))
        return results

    assert asyncio.run(main()) == ["done", None, "done"]
    assert set(log_of) == {("quiet", False), ("loud", True), ("main", True)}
    assert log_of.count(("quiet", False)) == 6


def generator():
    yield 1


async def async_generator():
    yield 1


# --- generators -------------------------------------------------------------------------------------------


def test_a_decorated_generator_is_inside_while_it_runs_and_nobody_else_is():
    @no_grad()
    def numbers(count):
        """Some numbers."""
        received = []
        try:
            for i in range(count):
                received += [(yield recording(), i)]
        except KeyError as error:
            received.append((recording(), str(error)))
        finally:
            received.append(recording())
        return received

    assert (numbers.__name__, numbers.__doc__) == ("numbers", "Some numbers.")
    first, second = numbers(3), numbers(1)
    assert (next(first), recording(), next(second), recording()) == ((False, 0), True, (False, 0), True)
    assert (first.send("sent"), recording()) == ((False, 1), True)
    with pytest.raises(StopIteration) as ended:
        first.throw(KeyError("thrown"))
    assert ended.value.value == ["sent", (False, "'thrown'"), False]
    second.close()
    assert recording()

    def delegating():
        result = yield from numbers(1)
        yield result

    assert [item for item in delegating()] == [(False, 0), [None, False]]  # noqa: C416 -- as a user writes it


def test_a_partial_of_a_generator_is_a_generator():
    named = scope("s")(functools.partial(generator))
    assert list(named()) == [1]


def test_an_exception_of_a_decorated_generator_is_its_callers():
    @scope("s")
    def failing():
        yield (Value(1.0) * 2).scope
        raise ValueError("its own")

    items = failing()
    assert next(items) == "s"
    with pytest.raises(ValueError, match="its own"):
        next(items)


def test_a_decorated_asynchronous_generator_is_inside_while_it_runs_and_nobody_else_is():
    @no_grad()
    async def numbers():
        try:
            sent = yield recording()
            await asyncio.sleep(0)
            yield sent, recording()
            yield "not reached"
        except KeyError:
            yield "caught", recording()

    async def main():
        items = numbers()
        seen = [await anext(items), recording(), await items.asend("sent"), recording()]
        seen += [await items.athrow(KeyError("thrown")), recording()]
        await items.aclose()
        return [*seen, [item async for item in no_grad()(async_generator)()], recording()]

    assert asyncio.run(main()) == [False, True, ("sent", False), True, ("caught", False), True, [1], True]


# --- blocks that do not end in the order in which they began ------------------------------------------------

SETTINGS = {
    "no_grad": no_grad,
    "errstate": lambda: errstate(domain="nan"),
    "anomaly": detect_anomaly,
    "scope": lambda: scope("inner"),
}


def suspended(setting):
    with setting:
        yield current()
        yield current()


@pytest.mark.parametrize("inner", SETTINGS)
@pytest.mark.parametrize("outer", SETTINGS)
def test_each_setting_takes_back_what_it_changed_and_nothing_else(outer, inner):
    before = current()
    items = suspended(SETTINGS[inner]())
    with SETTINGS[outer]():
        next(items)
    between = current()
    with SETTINGS[inner]():  # the outer one has ended, the inner one goes on
        alone = current()
    assert (between.grad, between.domain, between.anomaly) == (alone.grad, alone.domain, alone.anomaly)
    assert between.scope == ("inner" if inner == "scope" else "")
    assert next(items) is between
    items.close()
    assert current() is before


def test_a_generator_that_waits_in_a_scope_leaves_gradients_on():
    items = suspended(scope("waiting"))
    with no_grad():
        next(items)
    x = Value(3.0)
    y = x * x
    y.backward()
    assert (x.grad, y.scope) == (6.0, "waiting")
    items.close()


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(sorted(SETTINGS)), st.integers(0, 9)), max_size=8))
def test_whatever_the_order_of_ends_only_what_is_open_is_in_force(moves):
    """A setting is entered at each move, and any open one is ended after it; a model keeps the list of open ones."""
    opened = []
    for name, which in moves:
        setting = SETTINGS[name]()
        setting.__enter__()
        opened.append((name, setting))
        if which < len(opened):
            opened.pop(which)[1].__exit__(None, None, None)
        names = [name for name, _ in opened]
        now = current()
        assert now.grad is ("no_grad" not in names)
        assert now.anomaly is ("anomaly" in names)
        assert now.domain == ("nan" if "errstate" in names else None)
        assert now.scope == "/".join(["inner"] * names.count("scope"))
    for _, setting in opened:
        setting.__exit__(None, None, None)


def test_a_setting_of_another_thread_cannot_be_taken_back_here():
    setting = no_grad()
    thread = threading.Thread(target=setting.__enter__)
    thread.start()
    thread.join()
    with scope("here"):
        setting.__exit__(None, None, None)
        assert (Value(1.0) * 2).scope == "here"


# --- threads and tasks ------------------------------------------------------------------------------------


def test_a_thread_starts_outside_every_setting():
    seen = []
    with no_grad(), scope("main"), errstate(domain="nan"):
        thread = threading.Thread(target=lambda: seen.append((recording(), Value(1.0).scope, current().domain)))
        thread.start()
        thread.join()
    assert seen == [(True, "", None)]


def test_tasks_that_take_turns_do_not_see_each_others_settings():
    seen = []

    async def task(name, setting):
        with setting, scope(name):
            for _ in range(3):
                await asyncio.sleep(0)
                seen.append((name, recording(), (Value(1.0) * 2).scope, current().domain))

    async def main():
        await asyncio.gather(task("a", no_grad()), task("b", errstate(domain="nan")), task("c", scope("outer")))

    asyncio.run(main())
    assert len(seen) == 9
    assert set(seen) == {("a", False, "a", None), ("b", True, "b", "nan"), ("c", True, "outer/c", None)}


def test_a_task_inherits_the_setting_it_was_started_in():
    async def child():
        await asyncio.sleep(0)
        return recording()

    async def main():
        with no_grad():
            task = asyncio.create_task(child())
        return await task, recording()

    assert asyncio.run(main()) == (False, True)


@pytest.mark.parametrize("setting", [no_grad, errstate])
def test_a_setting_without_its_brackets_is_no_decorator(setting):
    def function():
        return Value(1.0)

    with pytest.raises(TypeError, match=rf"to decorate it write @{setting.__name__}\("):
        setting(function)
