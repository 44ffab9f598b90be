"""The twelve evaluations of GradBench, replayed: against published answers, closed forms and differences."""

import numpy as np
import optree
import pytest

from autograd import compile as compiled
from tests.benchmarks import gradbench
from tests.benchmarks.gradbench import EVALUATIONS

STENCIL = {-2: 1.0, -1: -8.0, 1: 8.0, 2: -1.0}


def small(name, count=20):
    """An evaluation on some twenty of its points."""
    each = EVALUATIONS[name]
    if each.in_axes is None:
        return each
    cut = [x if axis is None else x[:count] for x, axis in zip(each.arguments, each.in_axes, strict=True)]
    return each._replace(arguments=tuple(cut))


def plainly(each, arguments):
    """The values of the program run on floats: a number or a vector, summed over the points or a row for each."""
    arguments = [x.tolist() if isinstance(x, np.ndarray) else x for x in arguments]
    if each.in_axes is None:
        return np.asarray(each.value(*arguments))
    places = [place for place, axis in enumerate(each.in_axes) if axis == 0]
    rows = [
        each.value(*[x[k] if place in places else x for place, x in enumerate(arguments)])
        for k in range(len(arguments[places[0]]))
    ]
    return np.sum(rows, axis=0) if each.summed else np.asarray(rows)


def slope(each, direction, size=1e-3):
    """The derivative of the program's values along a direction of its first argument, by five points."""
    leaves, treedef = optree.tree_flatten(each.arguments[0])
    found = 0.0
    for steps, weight in STENCIL.items():
        moved = [leaf + size * steps * along for leaf, along in zip(leaves, direction, strict=True)]
        found += weight * plainly(each, [optree.tree_unflatten(treedef, moved), *each.arguments[1:]])
    return found / (12 * size)


@pytest.mark.parametrize("name", ["hello", "lse", "llsq", "det", "ode", "gmm", "lstm"])
def test_value_and_gradient_are_those_of_the_program_on_floats(name):
    each = small(name)
    value, gradient = each.replayed(each.derivative(each.value))()
    assert value == pytest.approx(float(plainly(each, each.arguments)), rel=1e-12)
    assert each.replayed(each.value, "numpy")() == pytest.approx(value, rel=1e-12)
    rng = np.random.default_rng(1)
    direction = [rng.normal(size=np.shape(leaf)) for leaf in optree.tree_leaves(each.arguments[0])]
    first = gradient[0] if isinstance(gradient, tuple) else gradient
    along = sum(float(np.sum(g * a)) for g, a in zip(optree.tree_leaves(first), direction, strict=True))
    assert along == pytest.approx(float(slope(each, direction)), rel=1e-7)


@pytest.mark.parametrize("name", ["ba", "ht"])
def test_a_jacobian_is_that_of_the_program_on_floats(name):
    each = small(name, 6)
    found = each.replayed(each.derivative(each.value))()
    direction = np.random.default_rng(1).normal(size=np.shape(each.arguments[0]))
    rows = [row[0] if name == "ba" else row for row in found]  # by the first argument
    wanted = slope(each, [direction])
    for place, row in enumerate(rows):
        along = np.sum(np.asarray(row) * direction, axis=-1)
        np.testing.assert_allclose(along, wanted[:, place], rtol=1e-6, atol=1e-9)


def test_closed_forms():
    x = EVALUATIONS["lse"].arguments[0]
    both = EVALUATIONS["lse"]
    _, gradient = both.replayed(both.derivative(both.value))()
    np.testing.assert_allclose(gradient, np.exp(x) / np.exp(x).sum(), rtol=1e-13)

    rows = EVALUATIONS["det"].arguments[0]
    both = EVALUATIONS["det"]
    value, gradient = both.replayed(both.derivative(both.value))()
    assert value == pytest.approx(np.linalg.det(rows), rel=1e-11)
    np.testing.assert_allclose(gradient, value * np.linalg.inv(rows).T, rtol=1e-9)

    both = EVALUATIONS["llsq"]
    x, t = both.arguments
    powers = np.vander(t, len(x), increasing=True)
    value, gradient = both.replayed(both.derivative(both.value))()
    residual = powers @ x - np.sign(t)
    assert value == pytest.approx(0.5 * residual @ residual, rel=1e-12)
    np.testing.assert_allclose(gradient, powers.T @ residual, rtol=1e-11, atol=1e-11)


def test_kmeans_is_newton_s_step_to_the_means():
    each = EVALUATIONS["kmeans"]
    centroids, points = each.arguments
    gradient, diagonal = each.replayed(each.derivative(each.value))()
    nearest = ((points[:, None] - centroids) ** 2).sum(axis=2).argmin(axis=1)
    means = np.array([points[nearest == k].mean(axis=0) for k in range(len(centroids))])
    np.testing.assert_allclose(centroids - np.asarray(gradient) / np.asarray(diagonal), means, rtol=1e-12)
    assert np.asarray(diagonal)[:, 0].tolist() == (2.0 * np.bincount(nearest)).tolist()


def test_gmm_is_the_likelihood_of_scipy_with_its_prior():
    stats = pytest.importorskip("scipy.stats")
    special = pytest.importorskip("scipy.special")
    each = EVALUATIONS["gmm"]
    alphas, means, factors, points = each.arguments
    n, d = points.shape
    likelihood, prior = np.full(n, -np.inf), 0.0
    for alpha, mean, (a, b, c) in zip(special.log_softmax(alphas), means, factors, strict=True):
        root = np.array([[np.exp(a), 0.0], [c, np.exp(b)]])
        density = stats.multivariate_normal(mean, np.linalg.inv(root.T @ root))
        likelihood = np.logaddexp(likelihood, alpha + density.logpdf(points))
        constant = (d + 1) * d * -0.5 * np.log(2.0) - special.multigammaln(0.5 * (d + 1), d)
        prior += 0.5 * (root**2).sum() - constant
    assert each.replayed(each.value, "numpy")() == pytest.approx(likelihood.sum() + prior, rel=1e-12)


def test_ba_sees_what_scipy_s_rotation_turns():
    Rotation = pytest.importorskip("scipy.spatial.transform").Rotation
    each = small("ba")
    cameras, points, weights, features = each.arguments
    turned = Rotation.from_rotvec(cameras[:, :3]).apply(points - cameras[:, 3:6])
    seen = turned[:, :2] / turned[:, 2:]
    square = (seen**2).sum(axis=1, keepdims=True)
    seen = seen * (1.0 + cameras[:, 9:10] * square + cameras[:, 10:] * square**2) * cameras[:, 6:7] + cameras[:, 7:9]
    found = np.array(each.replayed(each.value)())
    np.testing.assert_allclose(found[:2].T, weights[:, None] * (seen - features), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(found[2], 1.0 - weights**2, rtol=1e-14)


def test_the_saddle_that_is_published_by_descents_in_a_descent():
    assert gradbench.saddle() == pytest.approx([8.246324826140356e-06] * 4, rel=1e-12)


@pytest.mark.slow  # the next one shows the same at one step
def test_the_particle_that_is_published():
    assert gradbench.particle() == pytest.approx(0.2071918746486116, rel=1e-12)


def test_a_step_of_the_particle_is_the_same_replayed_and_by_differences():
    each = EVALUATIONS["particle"]
    value, (gradient,) = each.replayed(each.derivative(each.value))()
    assert value == pytest.approx(gradbench.miss([0.2]), rel=1e-12)
    assert gradient == pytest.approx(slope(each, [1.0], 1e-4)[()], rel=1e-6)


def test_one_recording_serves_every_point_on_its_path():
    each = EVALUATIONS["gmm"]
    step = compiled(each.derivative(each.value), in_axes=each.in_axes, reduce="sum")
    step(*each.arguments)
    assert len(step.paths) == 1
