"""Data sets: however they are divided, every example stays, once, with its target and its place."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.data import as_dataset, as_examples, as_targets, divided


def numbered(count):
    """Examples and targets that tell their place."""
    places = np.arange(float(count))
    return as_dataset(np.column_stack([places, -places]), 10.0 * places)


def assert_parts_of(parts, count):
    """Each place stands in one of the parts, with what was there."""
    for part in parts:
        np.testing.assert_array_equal(part.X, np.column_stack([part.places, -part.places]))
        np.testing.assert_array_equal(part.y, 10.0 * part.places)
    assert sorted(place for part in parts for place in part.places) == list(range(count))


@settings(max_examples=60)
@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))), st.integers(0, 2**32))
def test_batches_hold_every_example_once(sizes, seed):
    count, size = sizes
    batches = list(numbered(count).batches(size, np.random.default_rng(seed)))
    assert_parts_of(batches, count)
    assert [len(batch.X) for batch in batches] == [size] * (count // size) + [count % size] * (count % size > 0)


@settings(max_examples=60)
@given(st.integers(2, 60), st.floats(0.01, 0.99), st.integers(0, 2**32))
def test_a_share_and_the_rest_hold_every_example_once(count, share, seed):
    held = round(share * count)
    if not 0 < held < count:
        share, held = 1.0 / count, 1
    learnt, validated = divided(numbered(count), share, np.random.default_rng(seed))
    assert_parts_of([learnt, validated], count)
    assert len(validated.X) == held
    assert learnt.places.tolist() == sorted(learnt.places)


def test_batches_of_the_whole_keep_the_order():
    (batch,) = numbered(7).batches(7, np.random.default_rng(0))
    assert batch.places.tolist() == list(range(7))


def test_what_was_given_is_copied():
    given_x, given_y = np.ones((3, 2)), np.ones(3)
    examples, targets = as_examples(given_x), as_targets(given_y)
    given_x[0, 0] = given_y[0] = 5.0
    assert (examples[0, 0], targets[0]) == (1.0, 1.0)
    assert as_examples(np.ones((4, 3), order="F")).flags.c_contiguous


@pytest.mark.parametrize("share", [np.float32(0.25), np.float64(0.25), Fraction(1, 4)])
def test_a_share_is_any_real_number(share):
    learnt, validated = divided(numbered(8), share, np.random.default_rng(0))
    same_learnt, same_validated = divided(numbered(8), 0.25, np.random.default_rng(0))
    assert learnt.places.tolist() == same_learnt.places.tolist()
    assert validated.places.tolist() == same_validated.places.tolist()
