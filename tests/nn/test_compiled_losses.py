"""Every loss recorded and replayed over a batch, the targets among the batched inputs, equal to the eager numbers."""

import numpy as np
import pytest

from autograd import Value, value_and_grad
from autograd import compile as compiled
from nn import MLP, categorical_cross_entropy, functional_call, huber, softmax_cross_entropy
from nn.losses import LOSSES

BACKENDS = ["python", "numpy", "c", "numba"]
CLASSES, EXAMPLES = 3, 12
rng = np.random.default_rng(0)

INDICES = rng.integers(0, CLASSES, EXAMPLES)
SHARES = rng.dirichlet(np.ones(CLASSES), EXAMPLES)
SCORES = rng.normal(size=(EXAMPLES, CLASSES)) * 20
SCORES[0], SCORES[1] = [1000.0, -1000.0, 0.0], [-1000.0, 1000.0, 1000.0]
POINTS = rng.uniform(0.01, 0.99, (EXAMPLES, CLASSES))
SIGNS = rng.choice([-1.0, 1.0], (EXAMPLES, CLASSES))

CASES = {
    "half_squared_error": (SCORES, POINTS),
    "squared_error": (SCORES, POINTS),
    "mse": (SCORES, POINTS),
    "huber": (SCORES, POINTS),
    "binary_cross_entropy": (POINTS, (SHARES > 0.3).astype(float)),
    "bce_with_logits": (SCORES, SHARES),
    "hinge": (SCORES, SIGNS),
    "categorical_cross_entropy": (SHARES, INDICES),
    "categorical_cross_entropy of probabilities": (SHARES, SHARES[::-1]),
    "softmax_cross_entropy": (SCORES, INDICES),
    "softmax_cross_entropy of probabilities": (SCORES, SHARES),
    "softmax_cross_entropy one-hot": (SCORES, np.eye(CLASSES)[INDICES]),
}


def eager(loss, prediction, target):
    p = [Value(number) for number in prediction]
    result = loss(p, target)
    result.backward()
    return result.data, [one.grad for one in p]


def test_every_loss_is_among_the_cases():
    assert {name.split()[0] for name in CASES} == set(LOSSES)


def of_eager(case, values, gradients):
    loss, (predictions, targets) = LOSSES[case.split()[0]], CASES[case]
    expected = [eager(loss, row, target) for row, target in zip(predictions.tolist(), targets.tolist(), strict=True)]
    scale = np.abs(predictions).max(axis=1) if " " in case else np.zeros(EXAMPLES)
    for value, gradient, (true, slopes), size in zip(values, gradients, expected, scale, strict=True):
        assert value == pytest.approx(true, rel=1e-12, abs=1e-15 * size), case
        assert gradient == pytest.approx(slopes, rel=1e-12, abs=2e-16 if size else 1e-300), case


@pytest.mark.parametrize("backend", ["python", "numpy"])
@pytest.mark.parametrize("case", CASES)
def test_value_and_gradient_of_every_example(case, backend):
    replayed = compiled(value_and_grad(LOSSES[case.split()[0]]), in_axes=0, backend=backend)
    of_eager(case, *replayed(*CASES[case]))
    assert len(replayed.paths) == 1


def test_value_and_gradient_of_every_example_by_one_kernel_for_all_losses():
    losses = {case: value_and_grad(LOSSES[case.split()[0]]) for case in CASES}
    together = compiled(lambda cases: {case: losses[case](*cases[case]) for case in CASES}, in_axes=0, backend="numba")
    for case, (values, gradients) in together(CASES).items():
        of_eager(case, values, gradients)
    assert len(together.paths) == 1


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("loss", [softmax_cross_entropy, categorical_cross_entropy])
def test_an_index_of_no_class_is_refused_in_any_lane(loss, backend):
    replayed = compiled(value_and_grad(loss), in_axes=0, backend=backend)
    replayed(SHARES, INDICES)
    for wrong in (-1.0, CLASSES, 0.5, np.nan):
        targets = INDICES.astype(float)
        targets[7] = wrong
        what = rf"takes targets that are a class index, a whole number from 0 to 2, and y is Value\(data={float(wrong)}"
        with pytest.raises(ValueError, match=f"^{loss.__name__} {what}"):
            replayed(SHARES, targets)


@pytest.mark.parametrize("backend", BACKENDS)
def test_other_targets_are_checked_in_every_lane_too(backend):
    wrong = {
        "hinge": (0.0, r"of -1 and 1 \(.*\)"),
        "bce_with_logits": (2.0, r"from 0 to 1 \(.*\)"),
        "binary_cross_entropy": (-1.0, r"from 0 to 1 \(.*\)"),
    }

    def every(prediction, targets, scores, shares):
        alone = [LOSSES[name](prediction, target) for name, target in zip(wrong, targets, strict=True)]
        return [*alone, softmax_cross_entropy(scores, shares)]

    replayed = compiled(every, in_axes=0, backend=backend)
    right = np.ones((EXAMPLES, len(wrong)))
    replayed(POINTS[:, 0], right, SCORES, SHARES)
    for place, (name, (target, allowed)) in enumerate(wrong.items()):
        targets = right.copy()
        targets[3, place] = target
        with pytest.raises(ValueError, match=rf"^{name} takes targets {allowed}, and y is Value\(data={target}"):
            replayed(POINTS[:, 0], targets, SCORES, SHARES)
    with pytest.raises(ValueError, match=r"those of y sum to Value\(data=3.0"):
        replayed(POINTS[:, 0], right, SCORES, np.ones((EXAMPLES, CLASSES)))
    assert len(replayed.paths) == 1


def test_single_and_reduced_losses_are_recorded_alike():
    replayed = compiled(lambda p, y: huber(p, y, delta=2.0, reduction="none"))
    assert replayed(SCORES[2].tolist(), POINTS[2].tolist()) == huber(SCORES[2], POINTS[2], delta=2.0, reduction="none")
    whole = compiled(softmax_cross_entropy)
    assert whole(SCORES, INDICES) == pytest.approx(softmax_cross_entropy(SCORES, INDICES), rel=1e-12)


@pytest.mark.parametrize("name", sorted(set(LOSSES) - {"categorical_cross_entropy", "softmax_cross_entropy"}))
def test_a_target_that_the_function_closes_over_is_a_constant_of_the_recording(name):
    replayed = compiled(lambda p: LOSSES[name](p, np.int64(1)))
    assert replayed(0.25) == LOSSES[name](0.25, 1.0)


def test_one_recording_of_a_classifier_serves_every_class():
    model = MLP(2, [4, CLASSES], activation="tanh", rng=0)
    step = compiled(
        value_and_grad(lambda theta, x, k: softmax_cross_entropy(functional_call(model, theta, x), k)),
        in_axes=(None, 0, 0), reduce="mean",
    )  # fmt: skip
    points = rng.normal(size=(EXAMPLES, 2))
    loss, gradient = step(model.state_dict(), points, INDICES)
    total = softmax_cross_entropy([model(x) for x in points], INDICES)
    total.backward()
    assert loss == pytest.approx(total.data, rel=1e-12)
    expected = [parameter.grad for parameter in model.parameters()]
    np.testing.assert_allclose(list(gradient.values()), expected, rtol=1e-12, atol=1e-15)
    assert len(step.paths) == 1
