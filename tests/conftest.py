"""What all tests share: each finds the table of operations as it was, and leaves it so."""

import gc
import signal

import pytest
from hypothesis import HealthCheck, settings

import nn  # noqa: F401 -- puts its operations into the table before the first test, so that no test's end removes them
from autograd import primitive
from autograd.primitives import PRIMITIVES
from tests.support.pages import browser, close_browser, show  # noqa: F401 -- fixtures of all tests of pages

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # no test hangs on how busy the machine is


def pytest_collection_finish():
    """Keep the cyclic collector from walking through ten thousand tests and their libraries again and again."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Keep the browser from one file of pages to the next, and no longer."""
    result = yield
    if nextitem is None or (nextitem.path != item.path and "browser" not in nextitem.fixturenames):
        close_browser()
    return result


@pytest.fixture(autouse=True)
def _registry():
    """Take out of the table what a test put in."""
    before = dict(PRIMITIVES)
    yield
    PRIMITIVES.clear()
    PRIMITIVES.update(before)


@pytest.fixture
def define():
    """``primitive``: what it defines lasts as long as the test."""
    return primitive


@pytest.fixture
def _heeded():
    """Ctrl-C is heeded, by what a test starts too: a process that a shell started in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
