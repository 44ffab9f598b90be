"""Every formula of the table, broken by 1e-12, a sign or a dropped factor, turns the accuracy check red."""

from __future__ import annotations

import pytest

from autograd.primitives import PRIMITIVES
from tests.accuracy import LIMIT, cases, ulps
from tests.mutation import Outcome, _backward, _samples, public_operations, run

SURE_TO_HAVE = {
    "add of 2, value larger by 1e-12",
    "mul of 2, local gradient 2 without upstream",
    "tanh of 1, local gradient 1 smaller by 1e-12",
    "pow(3.0,) of 1, local gradient 1 of the other sign",
    "relu of 1, local gradient 1 doubled",
    "logsumexp of 4, local gradient 4 larger by 1e-12",
}


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return list(run(public_operations()))


def test_every_mutant_is_killed(outcomes: list[Outcome]) -> None:
    assert [outcome.mutant for outcome in outcomes if not outcome.killed] == []


def test_every_operation_has_mutants_of_its_value_and_of_each_gradient_that_is_not_zero(
    outcomes: list[Outcome],
) -> None:
    mutants = {outcome.mutant for outcome in outcomes}
    assert mutants >= SURE_TO_HAVE
    assert len(mutants) == len(outcomes) > 1000
    for name in public_operations():
        assert any(mutant.startswith((f"{name} ", f"{name}(")) and " value " in mutant for mutant in mutants), name


def test_what_is_not_broken_is_not_noticed() -> None:
    """The same check passes the sound operation at the same points, so a kill is the mutation's doing."""
    for name in public_operations():
        for case in cases(name):
            op = case.op.capture(*case.constants) if case.constants else case.op
            for sample in _samples(case, op, 24):
                errors = [ulps(got, true) for got, true in zip(_backward(op, sample.point), sample.true, strict=True)]
                assert max(errors) <= LIMIT, (PRIMITIVES[name], sample.point)
