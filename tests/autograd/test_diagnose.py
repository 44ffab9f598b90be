"""Diagnosis: the first nan and the line that made it, kinks, idle leaves, stale nodes; detect_anomaly()."""

import asyncio
import gc
import math
import pickle

import pytest

from autograd import (
    AnomalyError,
    Value,
    detect_anomaly,
    diagnose,
    dot,
    errstate,
    log,
    maximum,
    no_grad,
    relu,
    scope,
    sqrt,
    where,
)
from autograd.debugging import _origins, site_of


def here(offset=0):
    """The line number of the caller, plus ``offset``."""
    import inspect

    return inspect.currentframe().f_back.f_lineno + offset


def test_first_fault_is_the_operation_that_made_the_nan_not_one_that_passed_it_on():
    x = Value(-4.0, "x")
    with errstate(domain="nan"), scope("model"):
        bad = log(x + 3.0)
        line = here(-1)
        y = (bad * 2.0 + 1.0).tanh()
    diagnosis = diagnose(y)
    fault = diagnosis.fault
    assert not diagnosis.healthy
    assert fault.node is bad
    assert [operand.data for operand in fault.operands] == [-1.0]
    assert (fault.site.file, fault.site.line) == (__file__, line)
    assert fault.site.text == "bad = log(x + 3.0)"
    assert fault.path[-1] is x
    report = str(diagnosis)
    assert "first nan: log gave nan from -1.0" in report
    assert f"line {line}" in report
    assert "in model" in report
    assert "from log = nan <- add = -1 <- x = -4" in report


def test_an_infinity_is_a_fault_too_and_names_the_labels():
    x = Value(1e300, "x")
    product = x * x
    line = here(-1)
    diagnosis = diagnose(product + 1.0)
    assert "first infinity: mul gave inf from x = 1e+300, x = 1e+300" in str(diagnosis)
    assert diagnosis.fault.site.line == line


def test_an_infinity_of_an_operation_of_many_inputs_has_its_line():
    x = Value(1e300, "x")
    total = dot([x, 1.0], [x, 1.0])
    line = here(-1)
    assert diagnose(total * 2.0).fault.site.line == line


def test_a_leaf_that_holds_nan_is_named_with_its_line_whether_made_or_set():
    x = Value(math.nan, "x")
    line = here(-1)
    diagnosis = diagnose(x * 2.0)
    assert diagnosis.fault.node is x
    assert diagnosis.fault.site.line == line
    assert "'x' (data = nan) was set so" in str(diagnosis)

    y = Value(1.0, "y")
    y.data = math.inf
    line = here(-1)
    assert diagnose(y).fault.site.line == line


def test_a_healthy_graph_is_said_to_be_healthy():
    x = Value(2.0, "x")
    diagnosis = diagnose(x * x)
    assert diagnosis.healthy
    assert diagnosis.fault is None
    assert str(diagnosis) == "2 values, all finite"
    assert repr(diagnosis) == str(diagnosis)


def test_kinks_are_reported_with_the_convention():
    x, y = Value(0.0, "x"), Value(1.0, "y")
    diagnosis = diagnose(relu(x) + maximum(y, y) + abs(x) + x.leaky_relu(0.2) + relu(y))
    assert [kink.node.op.name for kink in diagnosis.kinks] == ["relu", "maximum", "abs", "leaky_relu"]
    assert diagnosis.healthy
    assert "the derivative of relu at 0 is taken as 0" in str(diagnosis)
    assert "half of the gradient" in str(diagnosis)


def test_leaves_without_influence_in_the_graph_and_outside_it():
    used, dead, masked, absent = Value(1.0, "used"), Value(-1.0, "dead"), Value(0.0, "masked"), Value(5.0, "absent")
    root = used * 3.0 + relu(dead) + where(0, sqrt(masked), 1.0)
    diagnosis = diagnose(root, [used, absent])
    assert set(diagnosis.without_influence) == {dead, masked, absent}
    assert "no influence on the root here" in str(diagnosis)


def test_stale_nodes_are_named_and_influence_is_not_guessed_from_them():
    x = Value(0.0, "x")
    y = relu(x) + 1.0
    x.data = 3.0
    diagnosis = diagnose(y)
    assert [node.op.name for node in diagnosis.stale] == ["relu"]
    assert diagnosis.without_influence == ()
    assert not diagnosis.healthy
    assert "call forward() on the root" in str(diagnosis)
    y.forward()
    assert diagnose(y).healthy


def test_long_lists_are_cut_and_say_so():
    leaves = [Value(0.0, f"x{i}") for i in range(14)]
    assert "and 4 more" in str(diagnose(Value(1.0) * 1.0, leaves))


def test_a_million_nodes_are_diagnosed_without_recursion():
    with errstate(domain="nan"):
        y = log(Value(-1.0, "x"))
        for _ in range(100_000):
            y = -y
    diagnosis = diagnose(y)
    assert diagnosis.fault.node.op.name == "log"
    assert len(diagnosis.fault.path) == 2


def test_detect_anomaly_stops_the_forward_pass_at_the_first_bad_value_and_names_the_line():
    x = Value(1e300, "x")
    with detect_anomaly(), pytest.raises(AnomalyError) as caught:
        (x * 2.0 + 1.0) * x
    assert "mul gave inf from 2e+300, x = 1e+300" in str(caught.value)
    assert f"{__file__}, line {here(-2)}" in str(caught.value)


def test_detect_anomaly_stops_the_backward_pass_and_names_the_line_that_made_the_node():
    x = Value(0.0, "x")
    with detect_anomaly():
        y = sqrt(x) * 3.0
        line = here(-1)
        with pytest.raises(AnomalyError) as caught:
            y.backward()
    message = str(caught.value)
    assert "the gradient that flows from the sqrt node (data = 0.0) to 'x' (data = 0.0) is inf" in message
    assert "local inf times upstream 3.0" in message
    assert f"line {line}" in message
    assert not x.has_grad
    assert not y.has_grad


def test_detect_anomaly_around_backward_alone_says_how_to_see_the_line():
    x = Value(0.0, "x")
    y = sqrt(x)
    with detect_anomaly(), pytest.raises(AnomalyError, match="build it under detect_anomaly"):
        y.backward()
    y.backward()
    assert x.grad == math.inf


def test_detect_anomaly_watches_second_order_too():
    x = Value(0.0, "x")
    with detect_anomaly():
        y = sqrt(x)
        with pytest.raises(AnomalyError, match="inf"):
            y.backward(create_graph=True)


def test_detect_anomaly_gives_the_same_gradients_on_healthy_graphs():
    def gradients():
        x, y = Value(0.7, "x"), Value(-1.3, "y")
        ((x * y).tanh() + where(1, x, y) ** 2 / (y * y + 1.0)).backward()
        return x.grad, y.grad

    plain = gradients()
    with detect_anomaly():
        assert gradients() == plain


def test_detect_anomaly_stays_in_its_task():
    async def watched():
        with detect_anomaly():
            await asyncio.sleep(0)
            with pytest.raises(AnomalyError):
                Value(1e300) * 1e300

    async def unwatched():
        for _ in range(3):
            await asyncio.sleep(0)
            assert (Value(1e300) * 1e300).data == math.inf

    async def both():
        await asyncio.gather(watched(), unwatched())

    asyncio.run(both())


def test_no_grad_results_are_watched_like_leaves():
    with no_grad():
        y = Value(1e300) * 1e300
        line = here(-1)
    assert site_of(y).line == line


def test_sites_are_forgotten_with_their_nodes():
    gc.collect()
    before = len(_origins)
    values = [Value(math.nan) for _ in range(100)]
    assert len(_origins) == before + 100
    del values
    gc.collect()
    assert len(_origins) == before


def test_a_copy_from_elsewhere_has_no_line_to_name():
    y = (Value(math.inf, "x") * 1.0).exp()
    there = diagnose(pickle.loads(pickle.dumps(y)))
    assert "  made by" in str(diagnose(y))
    assert there.fault.site is None
    assert str(there).splitlines()[1:] == ["first infinity: 'x' (data = inf) was set so"]


@pytest.mark.parametrize("thing", [3.0, None, [Value(1.0)]], ids=repr)
def test_only_a_value_can_be_diagnosed(thing):
    with pytest.raises(TypeError, match=r"^diagnose takes the Value at the root of a graph, not "):
        diagnose(thing)
