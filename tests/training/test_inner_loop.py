import numpy as np
import pytest
import tensorflow as tf

from gan_augment.classifiers.learners import Architecture, Learner
from gan_augment.training.inner_loop import (
    at_rest,
    descend,
    gradients_by_one_tape,
    gradients_through,
)

STEPS, BATCH = 5, 6
RATES = np.linspace(0.3, 0.1, STEPS)
MOMENTA = np.linspace(0.2, 0.8, STEPS)
WEIGHTS = np.array([0, 0.5, 0, 0, 2.0])


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


LABELS = tf.constant(np.arange(STEPS * BATCH).reshape(STEPS, BATCH) % 3, tf.int32)
REAL, REAL_LABELS = tf.constant(random(9, 6, 6, 1, seed=1)), tf.constant(np.arange(9) % 3, tf.int32)


@pytest.fixture(scope="module")
def problem():
    """A tiny learner in float64: its losses, and where all that can be differentiated is."""
    learner = Learner(Architecture((2, 3), (4,)), (6, 6, 1), 3)
    start = [
        learner.initial([0, 1], tf.float64),
        random(STEPS, BATCH, 6, 6, 1),
        RATES,
        MOMENTA,
    ]

    def loss(parameters, t, images):
        return learner.loss(parameters, images, LABELS[t])

    def outer(parameters, t, images):
        means = learner(parameters, images)[1]
        return learner.loss(parameters, REAL, REAL_LABELS, means)

    return loss, outer, start


def found_by(function, problem, **options):
    loss, outer, start = problem

    @tf.function(autograph=False)
    def run(parameters, images, rates, momenta):
        return function(loss, outer, parameters, [images], rates, momenta, WEIGHTS, **options)

    return run(*map(tf.constant, start))


def flat(gradients):
    return [gradients.parameters, gradients.inputs[0], gradients.rates, gradients.momenta]


def test_gradients_are_those_of_finite_differences(problem):
    loss, outer, start = problem

    @tf.function(autograph=False)
    def weighted(parameters, images, rates, momenta):
        state, total = at_rest(parameters), tf.zeros([], tf.float64)
        for t in range(STEPS):
            state = descend(loss, state, [images], rates, momenta, t, t + 1)
            total += WEIGHTS[t] * outer(state[0], t, images[t])
        return total

    found = flat(found_by(gradients_through, problem))
    step = 1e-6
    for k, gradient in enumerate(found):
        for seed in range(3):  # along random directions: every entry counts
            direction = random(*gradient.shape, seed=seed + 10)
            values = []
            for sign in (1, -1):
                moved = list(map(np.array, start))
                moved[k] = moved[k] + sign * step * direction
                values.append(weighted(*map(tf.constant, moved)).numpy())
            expected = (values[0] - values[1]) / (2 * step)
            assert np.sum(gradient * direction) == pytest.approx(expected, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("stride", [1, 2, 8])
def test_recomputation_changes_nothing(problem, stride):
    kept = found_by(gradients_by_one_tape, problem)
    made_again = found_by(gradients_through, problem, stride=stride)
    np.testing.assert_allclose(made_again.losses, kept.losses, atol=1e-14)
    assert np.count_nonzero(kept.losses) == 2
    for ours, theirs in zip(flat(made_again), flat(kept)):
        assert np.abs(theirs).max() > 1e-4
        np.testing.assert_allclose(ours, theirs, atol=1e-13)


def test_descent_is_gradient_descent_with_momentum():
    target = np.array([1.0, -2.0])
    inputs = [tf.constant(np.tile(target, (3, 1)))]
    theta, velocity = descend(
        lambda theta, t, x: tf.reduce_sum((theta - x) ** 2) / 2,
        at_rest(tf.zeros(2, tf.float64)),
        inputs,
        tf.constant([0.5, 0.5, 0.1], tf.float64),
        tf.constant([0.0, 0.5, 0.0], tf.float64),
    )
    # θ₁ = x/2, v₂ = −x/2 − x/2 = −x, θ₂ = x, v₃ = 0
    np.testing.assert_allclose(theta, target)
    np.testing.assert_allclose(velocity, [0, 0])
