"""fit: interrupted, watched, repeated, in threads, for long."""

import _thread
import gc
import io
import sys
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nn import MLP, Adam, fit, mse
from tests.support.quick_replay import numbers_of, numpy_replay  # noqa: F401 -- a fixture

pytestmark = pytest.mark.usefixtures("numpy_replay")

RANDOM = np.random.default_rng(1)
X = RANDOM.normal(size=(40, 2))
Y = X[:, 0] * X[:, 1]


def net(seed=0):
    return MLP(2, [3, 1], activation="tanh", rng=seed)


# --- Ctrl-C -----------------------------------------------------------------------------------------------


def test_ctrl_c_at_any_moment_keeps_the_last_complete_step(monkeypatch):
    """The interrupt comes inside of the 8th step, when its rule is computed: 7 are done, in 3 epochs of 3 batches."""
    plain = net()
    optimizer = Adam(plain.parameters(), lr=0.1)
    rule, taken = Adam.rule, []

    def interrupted(self, numbers, gradients, state, steps):
        if len(taken) == 7:
            raise KeyboardInterrupt
        taken.append(numbers)
        return rule(self, numbers, gradients, state, steps)

    model = net()
    monkeypatch.setattr(Adam, "rule", interrupted)
    history = fit(model, X, Y, loss="mse", lr=0.1, epochs=9, batch_size=15, seed=0)
    assert (len(history), history.interrupted, history.stopped) == (2, True, "interrupted")
    monkeypatch.setattr(Adam, "rule", rule)
    random = np.random.default_rng(0)
    orders = [random.permutation(40) for _ in range(3)]
    batches = [order[start : start + 15] for order in orders for start in (0, 15, 30)]
    for chosen in batches[:7]:  # the same steps by hand
        optimizer.zero_grad()
        for x, y in zip(X[chosen], Y[chosen], strict=True):
            (mse(plain(x), y) / len(chosen)).backward()
        optimizer.step()
    assert numbers_of(model) == pytest.approx(numbers_of(plain), rel=1e-9)


@pytest.mark.usefixtures("_heeded")
def test_a_real_ctrl_c_ends_a_long_run():
    """It comes from another thread, at any moment of the work that goes on; if it is lost, the clock ends the run.

    No collector runs, for Python drops an exception that arises in a callback of the collector, and Hypothesis has one.
    """
    model, start = net(), time.perf_counter()
    before = numbers_of(model)
    timer = threading.Timer(0.1, _thread.interrupt_main)

    def watch(epoch):
        if epoch.epoch == 20:
            timer.start()
        return time.perf_counter() - start > 120.0

    gc.disable()
    try:
        history = fit(model, X, Y, loss="mse", epochs=10**9, callbacks=watch)
    finally:
        gc.enable()
    timer.join()
    assert (history.interrupted, history.stopped) == (True, "interrupted")
    assert len(history) > 20
    assert history.loss[-1] < history.loss[0]
    assert numbers_of(model) != before


def test_ctrl_c_in_l_bfgs_keeps_the_last_iterate():
    model, kept = net(), []

    def interrupt(epoch):
        kept.append(numbers_of(model))
        if epoch.epoch == 3:
            raise KeyboardInterrupt

    history = fit(model, X, Y, loss="mse", optimizer="L-BFGS-B", callbacks=interrupt)
    assert history.interrupted
    assert numbers_of(model) == kept[3]


def test_ctrl_c_with_patience_keeps_the_last_step_and_not_the_best():
    model, kept = net(), []

    def interrupt(epoch):
        kept.append(numbers_of(model))
        if epoch.epoch == 20:
            raise KeyboardInterrupt

    history = fit(
        model, X, Y, loss="mse", lr=0.5, validation=(X[:2], -Y[:2]), patience=100, callbacks=interrupt, epochs=50
    )
    assert history.best_epoch < 20
    assert numbers_of(model) == kept[20]


# --- the progress bar -------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def watched(monkeypatch):
    """Standard error as a terminal, and a bar that appears at once."""
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("nn.history.PATIENCE", 0.0)
    monkeypatch.setattr("nn.history.INTERVAL", 0.0)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    return terminal


def test_the_bar_shows_epochs_loss_and_time_left(monkeypatch):
    terminal = watched(monkeypatch)
    history = fit(net(), X, Y, loss="mse", epochs=30, batch_size=10)
    shown = terminal.getvalue()
    assert "epoch 29/30" in shown
    assert f"loss {history.loss[-1]:.4g}" in shown
    assert "0:00:0" in shown
    assert shown.rstrip().endswith(("\x1b[2K", "\x1b[?25h"))  # it takes itself away


@pytest.mark.parametrize("how", ["progress=False", "no terminal", "short"])
def test_otherwise_nothing_is_printed(how, monkeypatch, capsys):
    terminal = watched(monkeypatch)
    if how == "no terminal":
        monkeypatch.setattr(terminal, "isatty", lambda: False)
    if how == "short":
        monkeypatch.setattr("nn.history.PATIENCE", 1000.0)
    fit(net(), X, Y, loss="mse", epochs=30, progress=how != "progress=False")
    assert terminal.getvalue() == ""
    assert capsys.readouterr() == ("", "")


def test_the_bar_goes_away_when_something_fails(monkeypatch):
    terminal = watched(monkeypatch)

    def fails(epoch):
        if epoch.epoch == 5:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fit(net(), X, Y, loss="mse", callbacks=fails)
    assert "\x1b[?25l" in terminal.getvalue()  # it hid the cursor,
    assert "\x1b[?25h" in terminal.getvalue()  # and gave it back


# --- the same again ---------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bits():
    def run(seed):
        model = net()
        history = fit(model, X, Y, loss="mse", epochs=5, batch_size=7, validation=0.2, seed=seed)
        return history.loss, history.validation_loss, numbers_of(model)

    assert run(5) == run(5)
    assert run(5) != run(6)
    assert run(np.random.default_rng(5)) == run(5)


def test_threads_learn_models_of_their_own_as_one_thread_does():
    def run(seed):
        model = net(seed)
        return fit(model, X, Y, loss="mse", epochs=20, batch_size=8, seed=seed).loss, numbers_of(model)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(8))) == list(map(run, range(8)))


OURS = [tracemalloc.Filter(True, f"*/{package}/*") for package in ("autograd", "nn", "numpy")]


@pytest.mark.parametrize("compiled", [True, False])
def test_memory_is_flat_over_epochs(compiled):
    """Only the history grows, by its records; no graph stays, even with the cyclic collector off.

    A leak grows in both stretches of epochs; a cache that is filled once grows in one.
    """
    model, sizes = net(), []
    start, stretch = (100, 200) if compiled else (4, 6)

    def measure(epoch):
        if epoch.epoch in (start, start + stretch, start + 2 * stretch):
            here = tracemalloc.take_snapshot().filter_traces(OURS)  # a test runner's threads may allocate meanwhile
            sizes.append(sum(trace.size for trace in here.traces))

    gc.disable()
    tracemalloc.start()
    try:
        fit(model, X, Y, loss="mse", epochs=start + 2 * stretch + 1, callbacks=measure, compiled=compiled)
    finally:
        tracemalloc.stop()
        gc.enable()
    assert min(np.diff(sizes)) < 700 * stretch
