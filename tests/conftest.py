"""What all tests share: each finds the table of operations as it was, and leaves it so."""

import gc

import pytest
from hypothesis import HealthCheck, settings

import nn  # noqa: F401 -- puts its operations into the table before the first test, so that no test's end removes them
from autograd import primitive
from autograd.primitives import PRIMITIVES
from tests.support.pages import browser, show  # noqa: F401 -- fixtures of all tests of pages

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # no test hangs on how busy the machine is


SLOW = (
    "test_everywhere.py::test_no_operation_is_refused_and_all_agree_with_eager_evaluation[numba",
    "test_everywhere.py::test_no_operation_is_refused_and_all_agree_with_eager_evaluation[jax",
    "test_jax.py::test_a_derivative_is_the_record_s_own",
    "test_numba.py::test_a_kernel_is_found_again_in_a_new_process",
    "test_numba.py::test_kernels_that_several_processes_keep",
    "test_numba.py::test_a_kernel_whose_operation_calls_itself",
    "test_numba.py::test_random_tapes",
    "test_any_number.py::test_values_and_gradients_by_numba",
    "test_domains.py::test_it_follows_what_is_caught_in_a_batch[in_a_loop-auto",
    "test_linalg.py::test_compiled_for_a_batch[auto",
    "test_breaks.py::test_a_piece_within_a_piece",
    "test_picture_promises.py::test_a_chain_of_a_million_values_draws",
    "test_demos.py::test_moons",
    "test_demos.py::test_breast_cancer",
    "test_demos.py::test_digits",
    "test_demos.py::test_iris",
    "test_demo_notes.py::test_plain_python",
    "test_demo_notes.py::test_greeks",
    "test_demo_notes.py::test_the_pendulum",
)
"""Tests of ten seconds and more. ``make test`` leaves them to ``make thorough``, as quicker tests show the same."""


def pytest_collection_modifyitems(items):
    """Mark what is slow."""
    for item in items:
        if any(name in item.nodeid for name in SLOW):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish():
    """Keep the cyclic collector from walking through ten thousand tests and their libraries again and again."""
    gc.freeze()


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
