"""Cross-entropy over classes: against fifty digits, at the extremes, for every form of target, and its refusals."""

import functools
import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import DomainError, Value, check_grads, errstate, softmax
from nn import categorical_cross_entropy, softmax_cross_entropy

BOTH = [softmax_cross_entropy, categorical_cross_entropy]


def with_gradients(loss, prediction, target, **options):
    p = [Value(number) for number in prediction]
    result = loss(p, target, **options)
    result.backward()
    return result.data, [one.grad for one in p]


def exact(scores, weights):
    """-Σ y log softmax(z), and its derivatives softmax(z)·Σy - y, in as many digits as it takes."""
    with mpmath.workdps(1000):
        exponentials = [mpmath.exp(mpmath.mpf(z)) for z in scores]
        shares = [one / mpmath.fsum(exponentials) for one in exponentials]
        value = -mpmath.fsum(y * mpmath.log(s) for y, s in zip(weights, shares, strict=True) if y)
        total = mpmath.fsum(weights)
        return float(value), [float(s * total - mpmath.mpf(y)) for y, s in zip(weights, shares, strict=True)]


def one_hot(index, classes):
    return [float(place == index) for place in range(classes)]


# --- values and gradients ---------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.lists(st.floats(-1000, 1000), min_size=2, max_size=5), st.data())
def test_a_class_index_keeps_the_relative_accuracy_of_loss_and_gradient(scores, data):
    index = data.draw(st.integers(0, len(scores) - 1))
    value, gradients = exact(scores, one_hot(index, len(scores)))
    close = {"rel": 1e-12, "abs": 1e-300}  # the difference of two scores is rounded before exp
    for target in (index, float(index), np.int8(index), Value(index), one_hot(index, len(scores))):
        found, slopes = with_gradients(softmax_cross_entropy, scores, target)
        assert found == pytest.approx(value, **close)
        assert slopes == pytest.approx(gradients, **close)


def test_a_tiny_loss_is_not_rounded_away():
    value, (right, wrong) = with_gradients(softmax_cross_entropy, [50.0, 0.0], 0)
    assert value == pytest.approx(math.exp(-50), rel=1e-14)
    assert wrong == pytest.approx(math.exp(-50), rel=1e-14)
    assert right == -wrong


@settings(max_examples=60)
@given(st.lists(st.floats(-30, 30), min_size=2, max_size=5), st.integers(0, 2**32), st.booleans())
def test_probabilities_as_targets(scores, seed, as_values):
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(scores))).tolist()
    value, gradients = exact(scores, weights)
    target = [Value(weight) for weight in weights] if as_values else weights
    found, slopes = with_gradients(softmax_cross_entropy, scores, target)
    assert found == pytest.approx(value, rel=1e-12, abs=1e-14)
    assert slopes == pytest.approx(gradients, rel=1e-12, abs=1e-14)
    shares = [float(share) for share in softmax(scores)]
    assert categorical_cross_entropy(shares, weights) == pytest.approx(value, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("as_value", [False, True])
def test_cross_entropy_of_probabilities_and_its_gradient(as_value):
    index = Value(1) if as_value else 1
    assert with_gradients(categorical_cross_entropy, [0.5, 0.25, 0.25], index) == (2 * math.log(2), [0.0, -4.0, 0.0])
    value, gradients = with_gradients(categorical_cross_entropy, [0.5, 0.25, 0.25], [0.5, 0.0, 0.5])
    assert value == pytest.approx(1.5 * math.log(2), rel=1e-15)
    assert gradients == [-1.0, 0.0, -2.0]
    assert with_gradients(categorical_cross_entropy, [0.0, 1.0], 0)[1] == [-1e100, 0.0]


def test_a_target_of_probabilities_that_are_values_is_differentiated():
    y = [Value(0.25), Value(0.75)]
    softmax_cross_entropy([1.0, -1.0], y).backward()
    total = math.log(math.e + 1 / math.e)
    assert [one.grad for one in y] == pytest.approx([total - 1.0, total + 1.0], rel=1e-14)


@pytest.mark.parametrize("target", [0, 2, [0.25, 0.5, 0.25], [0.0, 1.0, 0.0]])
def test_the_gradient_checks_to_second_order(target):
    check_grads(lambda z: softmax_cross_entropy(z, target), ([0.3, -1.2, 2.0],))
    check_grads(lambda p: categorical_cross_entropy(p, target), ([0.3, 0.2, 0.5],))
    index = Value(2.0)
    check_grads(lambda z: softmax_cross_entropy(z, index), ([0.3, -1.2, 2.0],))


def test_an_index_is_data_and_has_no_slope():
    index = Value(1.0)
    softmax_cross_entropy([Value(1.0), Value(2.0)], index).backward()
    assert index.grad == 0.0


def test_a_known_probability_of_0_drops_its_term():
    p = [Value(share) for share in (0.5, 0.25, 0.25)]
    loss = categorical_cross_entropy(p, [0.5, 0.0, 0.5])
    assert [node.op.name for node in loss.topological_order() if node.op] == ["surprise", "surprise", "dot"]
    assert not {id(p[1])} & {id(node) for node in loss.topological_order()}


@pytest.mark.parametrize("loss", BOTH)
def test_numbers_alone_give_a_float_and_nodes_have_the_scope_of_the_loss(loss):
    assert type(loss([0.25, 0.75], 1)) is float
    assert type(loss(np.array([0.25, 0.75]), np.array([0.5, 0.5]))) is float
    assert loss([Value(0.25), Value(0.75)], 1).scope == "loss"


# --- examples ---------------------------------------------------------------------------------------------

ROWS = [[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]]


@pytest.mark.parametrize("loss", BOTH)
@pytest.mark.parametrize("targets", [[0, 1], np.array([2, 1]), [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]], [0, [0.5, 0.5, 0]]])
def test_a_list_of_examples_is_reduced_over_the_examples(loss, targets):
    single = [loss(row, target) for row, target in zip(ROWS, targets, strict=True)]
    assert loss(ROWS, targets, reduction="none") == single
    assert loss(np.array(ROWS), targets) == loss(ROWS, targets, reduction="mean")
    assert loss(ROWS, targets) == pytest.approx(math.fsum(single) / 2, rel=1e-15)
    assert loss(ROWS, targets, reduction="sum") == pytest.approx(math.fsum(single), rel=1e-15)
    assert loss(ROWS[0], targets[0], reduction="none") == single[0]
    assert loss(ROWS[:1], targets[:1], reduction="none") == single[:1]


# --- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", BOTH)
@pytest.mark.parametrize("index", [-1, 3, 0.5, math.nan, math.inf])
def test_an_index_of_no_class_is_refused_with_what_was_seen(loss, index):
    what = "takes targets that are a class index, a whole number from 0 to 2, and y"
    with pytest.raises(ValueError, match=f"^{loss.__name__} {what} is {float(index)}$"):
        loss(ROWS[0], index)
    with pytest.raises(ValueError, match=rf"^{loss.__name__} {what} is Value\(data={float(index)}\)$"):
        loss(ROWS[0], Value(index))
    with pytest.raises(ValueError, match=f"^{loss.__name__} {what} of example 2 is {float(index)}$"):
        loss(ROWS, [0, index])


@pytest.mark.parametrize("loss", BOTH)
@pytest.mark.parametrize(
    ("prediction", "target", "error", "message"),
    [
        (ROWS[0], [0.5, 0.5], ValueError, "3 classes but 2 numbers in y$"),
        (ROWS[0], [1], ValueError, "3 classes but 1 number in y$"),
        (ROWS[0], [0.5, 0.75, -0.25], ValueError, r" takes targets from 0 to 1, and y\[2\] is -0.25$"),
        (ROWS[0], [0.5, 0.5, 0.5], ValueError, r" takes probabilities that sum to 1, and those of y sum to 1.5$"),
        (ROWS[0], [0.0, 0.0, math.nan], ValueError, r"from 0 to 1, and y\[2\] is nan$"),
        (ROWS, [[1, 0, 0], [0.5, 0.25, 0]], ValueError, "those of y of example 2 sum to 0.75$"),
        (ROWS, [0], ValueError, ": 2 examples but 1 target$"),
        (ROWS, 0, ValueError, ": 2 examples but 1 target$"),
        ([0.5], 0, ValueError, r" takes a number for each of at least 2 classes, not \[0.5\]; for one outp"),
        (0.5, 0, ValueError, " takes a number for each of at least 2 classes, not 0.5; for one outp"),
        ([], 0, ValueError, r" takes a number for each of at least 2 classes, not \[\]; for one outp"),
        ([[0.5, 0.5], []], [0, 0], ValueError, r"at least 2 classes of example 2, not \[\]; for one outp"),
        (ROWS[0], "cat", TypeError, ": y must be a number, got the str 'cat'"),
        (ROWS[0], None, TypeError, ": y: Value takes one real number, not None"),
        ([0.5, "a"], 0, TypeError, ": prediction 2 must be a number, got the str 'a'"),
        ([[0.5, None]], [0], TypeError, ": example 1, prediction 2: Value takes one real number, not None"),
    ],
)
def test_what_does_not_fit_is_refused(loss, prediction, target, error, message):
    with pytest.raises(error, match=message) as caught:
        loss(prediction, target)
    assert str(caught.value).startswith(loss.__name__)


def test_raw_scores_given_as_probabilities_are_refused():
    with pytest.raises(DomainError, match=r"a probability from 0 to 1 \(.*softmax_cross_entropy those of classes\)"):
        categorical_cross_entropy([Value(3.0), Value(-1.0)], 0)
    with errstate(domain="nan"):
        assert math.isnan(categorical_cross_entropy([3.0, -1.0], 0))


# --- label smoothing --------------------------------------------------------------------------------------


def smoothed(scores, weights, share):
    """PyTorch's definition, in NumPy: targets (1 - ε)·y + ε/K."""
    z, y = np.array(scores), (1 - share) * np.array(weights) + share / len(scores)
    shifted = z - z.max()
    return float(-(y @ (shifted - np.log(np.exp(shifted).sum())))), np.exp(shifted) / np.exp(shifted).sum() - y


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("target", [0, 2, [0.2, 0.5, 0.3], [0.0, 1.0, 0.0]])
def test_label_smoothing_is_pytorch_s(target, share):
    scores = [0.5, -1.25, 2.0]
    value, gradients = smoothed(scores, one_hot(target, 3) if isinstance(target, int) else target, share)
    loss = functools.partial(softmax_cross_entropy, label_smoothing=share)
    for as_value in (False, True):
        given = target
        if as_value:
            given = Value(float(target)) if isinstance(target, int) else [Value(y) for y in target]
        found, slopes = with_gradients(loss, scores, given)
        assert found == pytest.approx(value, rel=1e-13)
        assert slopes == pytest.approx(gradients.tolist(), rel=1e-12, abs=1e-15)
    assert loss([scores, scores], [target, target], reduction="sum") == pytest.approx(2 * value, rel=1e-13)


@pytest.mark.parametrize("share", [-0.1, 1.5, math.nan, math.inf])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match=rf"^softmax_cross_entropy: label_smoothing must be from 0 to 1, got {share}$"):
        softmax_cross_entropy([0.0, 1.0], 0, label_smoothing=share)


def test_a_bool_is_an_index():
    assert softmax_cross_entropy([0.0, 1.0], True) == softmax_cross_entropy([0.0, 1.0], 1)
