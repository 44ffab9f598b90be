"""Replay by NumPy for tests of what is done around it: nothing is compiled, so each small model costs little."""

from functools import partial

import pytest

from autograd import compile  # noqa: A004 -- the name that autograd gives it


@pytest.fixture
def numpy_replay(monkeypatch):
    """``fit``, ``predict`` and ``evaluate`` replay by NumPy, and find nothing that was recorded before."""
    monkeypatch.setattr("nn.flat.compile", partial(compile, backend="numpy"))
